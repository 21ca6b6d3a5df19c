/* Small scanners over ASCII: digits, shapes, separated lists. Strings end with a NUL; none is NULL. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns the number of digits that s begins with. */
size_t kp_digits(const char *s);
/* Returns whether s is one or more digits and nothing else. */
bool kp_all_digits(const char *s);
/* Returns whether s is exactly n digits, digits and capital letters, or lower-case hex digits. */
bool kp_is_digits(const char *s, size_t n);
bool kp_is_code(const char *s, size_t n);
bool kp_is_hex(const char *s, size_t n);
/* Returns whether s is like shape, in which 0 stands for any digit: "0000-00-00", "000-0000". */
bool kp_has_shape(const char *s, const char *shape);

/* Returns the first eight of n bytes as one number, zeros after the end. Searches compare it first: a text
 * can only begin with a word if (kp_begin of the text & kp_begin_mask of the word's length) is kp_begin of
 * the word. */
static inline uint64_t kp_begin(const char *bytes, size_t n)
{
    uint64_t begin = 0;
    if (n >= sizeof(begin)) {
        memcpy(&begin, bytes, sizeof(begin));
        return le64toh(begin);
    }
    for (size_t i = 0; i < n; i++)
        begin |= (uint64_t)(uint8_t)bytes[i] << 8 * i;
    return begin;
}

static inline uint64_t kp_begin_mask(size_t n)
{
    return kp_begin("\xff\xff\xff\xff\xff\xff\xff\xff", n);
}

/* Returns whether all n bytes are printable ASCII or spaces, the same in every encoding that is read. */
static inline bool kp_is_plain(const char *bytes, size_t n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (; n > 0; bytes += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
        const uint64_t some = kp_begin(bytes, n) | (n < 8 ? ones * ' ' & ~kp_begin_mask(n) : 0);
        if ((some & high) || ((some - ones * ' ') & high)) /* neither above 127 nor below a space */
            return false;
    }
    return true;
}

/* Returns whether one of the n bytes is a control character below the space. */
static inline bool kp_has_control(const char *bytes, size_t n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (; n > 0; bytes += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
        const uint64_t some = kp_begin(bytes, n) | (n < 8 ? ones * ' ' & ~kp_begin_mask(n) : 0);
        if ((some - ones * ' ') & ~some & high)
            return true;
    }
    return false;
}

/* n bytes inside a list, not terminated. */
struct kp_word {
    const char *at;
    size_t n;
};

/*
 * Takes the next word off a list ("a:b:c", "a b c") and moves *list behind it and its separator; returns
 * false at the end of the list. Any character of separators separates. A word between two separators, or
 * before a leading one, is empty (n == 0); nothing follows the last separator.
 *
 *     for (struct kp_word word; kp_next_word(&list, ":", &word);)
 */
bool kp_next_word(const char **list, const char *separators, struct kp_word *ret_word);
