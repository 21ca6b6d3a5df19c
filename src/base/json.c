#include "base/json.h"

#include "base/escape.h"

/* A line break and two spaces for each container laid out in lines. */
static void break_line(struct kp_json *json)
{
    kp_buf_char(json->out, '\n');
    for (unsigned i = 0; i < json->depth; i++)
        kp_buf_str(json->out, json->open[i].layout == KP_JSON_INLINE ? "" : "  ");
}

static bool is_compact(const struct kp_json *json)
{
    return json->open[0].layout == KP_JSON_COMPACT;
}

/* Writes what precedes a value: the comma or line break after the previous one, and the key. */
static void begin_value(struct kp_json *json, const char *key)
{
    if (json->depth > 0) {
        bool is_inline = json->open[json->depth - 1].layout == KP_JSON_INLINE;
        if (json->open[json->depth - 1].filled)
            kp_buf_str(json->out, is_inline && !is_compact(json) ? ", " : ",");
        if (!is_inline && !is_compact(json))
            break_line(json);
        json->open[json->depth - 1].filled = true;
    }
    if (key) {
        kp_buf_json(json->out, key);
        kp_buf_str(json->out, json->depth > 0 && is_compact(json) ? ":" : ": ");
    }
}

static void begin_container(struct kp_json *json, const char *key, const char *brackets,
                            enum kp_json_layout layout)
{
    begin_value(json, key);
    kp_buf_char(json->out, brackets[0]);
    if (json->depth == KP_JSON_MAX_DEPTH) {
        json->out->failed = true;
        return;
    }
    json->open[json->depth].close = brackets[1];
    json->open[json->depth].filled = false;
    json->open[json->depth++].layout = layout;
}

void kp_json_object(struct kp_json *json, const char *key, enum kp_json_layout layout)
{
    begin_container(json, key, "{}", layout);
}

void kp_json_array(struct kp_json *json, const char *key, enum kp_json_layout layout)
{
    begin_container(json, key, "[]", layout);
}

void kp_json_end(struct kp_json *json)
{
    if (json->depth == 0) {
        json->out->failed = true;
        return;
    }
    json->depth--;
    if (json->open[json->depth].layout == KP_JSON_LINES && !is_compact(json))
        break_line(json);
    kp_buf_char(json->out, json->open[json->depth].close);
    if (json->depth == 0 && !is_compact(json))
        kp_buf_char(json->out, '\n');
}

void kp_json_string(struct kp_json *json, const char *key, const char *value)
{
    begin_value(json, key);
    if (value)
        kp_buf_json(json->out, value);
    else
        kp_buf_str(json->out, "null");
}

void kp_json_u64(struct kp_json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    kp_buf_u64(json->out, value);
}

void kp_json_bool(struct kp_json *json, const char *key, bool value)
{
    begin_value(json, key);
    kp_buf_str(json->out, value ? "true" : "false");
}
