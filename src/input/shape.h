/*
 * The shape of a value: which kinds of characters it has, and how many; never the value. Layer 3.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/*
 * Appends the shape of valid UTF-8: 9 a digit, X and x letters, ア kana, ｱ half-width kana, あ hiragana, 漢
 * any other letter, _ a space, ? a sign; full-width digits and letters as ９ Ｘ ｘ. Signs between two letters
 * or digits that dates, numbers and telephones have (- / . : ,) stay. Four and more of a kind are written
 * 漢{4}. Long values end in ….
 */
void kp_shape_of(const char *text, struct kp_buf *out);

enum { KP_SHAPES_KEPT = 8 };

/* The shapes met in one column, with how often; when more than KP_SHAPES_KEPT differ the later ones are only
 * counted. */
struct kp_shapes {
    struct {
        const char *shape;
        uint64_t n;
    } kept[KP_SHAPES_KEPT];
    unsigned n_kept;
    uint64_t others;
};

/* Adds the shape of one value; false when memory is short. */
bool kp_shapes_add(struct kp_shapes *shapes, struct kp_arena *arena, const char *text);

/* The most frequent ones, "999.9 ×18, 99.9 ×2"; equal ones in the order they were met. */
void kp_shapes_write(const struct kp_shapes *shapes, struct kp_buf *out);
