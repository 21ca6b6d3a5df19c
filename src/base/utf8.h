/* UTF-8 by characters. What is frequent here, ASCII, kana and kanji, does not go through utf8proc. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Decodes a character of three bytes up to U+CFFF, such as kana and kanji; returns 0 for any other. Stops
 * reading at a NUL. */
static inline int32_t kp_utf8_three_bytes(const uint8_t *s)
{
    if (s[0] < 0xe1 || s[0] > 0xec || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80)
        return 0;
    return (s[0] & 0x0f) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
}

int32_t kp_utf8_next_rare(const char **at);

/* Returns the next character and moves *at behind it, or returns -1 at the end. */
static inline int32_t kp_utf8_next(const char **at)
{
    const uint8_t *s = (const uint8_t *)*at;
    if (*s < 0x80) {
        *at += *s > 0;
        return *s > 0 ? *s : -1;
    }
    const int32_t three = kp_utf8_three_bytes(s);
    if (!three)
        return kp_utf8_next_rare(at);
    *at += 3;
    return three;
}

void kp_utf8_put(struct kp_buf *out, int32_t c);
/* Returns the length in bytes of the longest prefix of n bytes that is UTF-8 and allowed in XML. */
size_t kp_utf8_valid_prefix(const char *bytes, size_t n);
/* The same, with characters that XML forbids. */
size_t kp_utf8_prefix(const char *bytes, size_t n);
/* Returns the number of characters. */
size_t kp_utf8_length(const char *s);
/* Writes the character; returns the bytes that it takes. */
size_t kp_utf8_encode(int32_t c, uint8_t ret_bytes[4]);

/* Returns whether XML allows the character. */
static inline bool kp_is_xml_char(int32_t c)
{
    return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}
