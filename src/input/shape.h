/* The shape of a value: the kinds of its characters and how many there are, never the value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/*
 * Appends the shape of valid UTF-8: 9 a digit, X and x letters, ア kana, ｱ half-width kana, あ hiragana, 漢
 * kanji, _ a space, ? anything else; full-width digits and letters as ９ Ｘ ｘ. The signs of dates, numbers
 * and telephones (- / . : ,) are kept between two letters or digits. Four or more of a kind are written
 * 漢{4}. A long value ends with ….
 */
void kp_shape_of(const char *text, struct kp_buf *out);

enum { KP_SHAPES_KEPT = 8 };

/* The shapes of the values of a column with their frequencies. Beyond KP_SHAPES_KEPT shapes, values are only
 * counted. */
struct kp_shapes {
    struct {
        const char *shape;
        uint64_t n;
    } kept[KP_SHAPES_KEPT];
    unsigned n_kept;
    uint64_t others;
};

/* Adds the shape of a value. Returns false if memory is short. */
bool kp_shapes_add(struct kp_shapes *shapes, struct kp_arena *arena, const char *text);

/* Appends the most frequent ones, "999.9 ×18, 99.9 ×2"; equally frequent ones in order of appearance. */
void kp_shapes_write(const struct kp_shapes *shapes, struct kp_buf *out);
