/*
 * JSON writer over struct kp_buf. It places commas, line breaks and closing brackets, so that a caller only
 * names members:
 *
 *     struct kp_json json = {.out = &buf};
 *     kp_json_object(&json, NULL, KP_JSON_LINES);
 *     kp_json_string(&json, "version", "1.0");
 *     kp_json_array(&json, "inputs", KP_JSON_LINES);
 *     ...
 *     kp_json_end(&json);
 *     kp_json_end(&json);
 *
 * writes {\n  "version": "1.0",\n  "inputs": [\n    ...\n  ]\n}\n. Ending the outermost container writes a
 * line end, so that a sequence of objects through one writer is JSON Lines. Failures are those of the buffer:
 * nesting deeper than KP_JSON_MAX_DEPTH or one end too many marks it as failed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { KP_JSON_MAX_DEPTH = 8 };

/* How the elements of a container are laid out. */
enum kp_json_layout {
    KP_JSON_INLINE, /* {"a": 1, "b": 2} */
    KP_JSON_LINES,  /* each element and the closing bracket on a line of its own, indented by two spaces */
    KP_JSON_TIGHT,  /* each element on a line of its own; the closing bracket follows the last */
    KP_JSON_COMPACT /* of the outermost: {"a":1,"b":[2]} for all that it contains, and no line end */
};

struct kp_json {
    struct kp_buf *out; /* the caller's; set it, zero the rest */
    unsigned depth;     /* open containers */
    struct {
        char close;
        bool filled;
        enum kp_json_layout layout;
    } open[KP_JSON_MAX_DEPTH];
};

/* Begin an object or an array. Here and below, key names the member; NULL in an array and at the top. */
void kp_json_object(struct kp_json *json, const char *key, enum kp_json_layout layout);
void kp_json_array(struct kp_json *json, const char *key, enum kp_json_layout layout);
/* Ends the innermost open object or array. */
void kp_json_end(struct kp_json *json);

/* Writes null if value is NULL. */
void kp_json_string(struct kp_json *json, const char *key, const char *value);
void kp_json_u64(struct kp_json *json, const char *key, uint64_t value);
void kp_json_bool(struct kp_json *json, const char *key, bool value);
