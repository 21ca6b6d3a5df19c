#include "base/utf8.h"

#include <utf8proc.h>

#include "base/scan.h"

size_t kp_utf8_encode(int32_t c, uint8_t ret_bytes[4])
{
    const bool two = c >= 0x80 && c < 0x800, three = c >= 0x800 && c < 0xd800;
    if (!two && !three)
        return (size_t)utf8proc_encode_char(c, ret_bytes);
    ret_bytes[0] = (uint8_t)(two ? 0xc0 | c >> 6 : 0xe0 | c >> 12);
    ret_bytes[1] = (uint8_t)(0x80 | (two ? c & 0x3f : (c >> 6) & 0x3f));
    ret_bytes[2] = (uint8_t)(0x80 | (c & 0x3f));
    return two ? 2 : 3;
}

void kp_utf8_put(struct kp_buf *out, int32_t c)
{
    uint8_t bytes[4];
    if (c > 0 && c < 0x80)
        kp_buf_char(out, (char)c);
    else
        kp_buf_add(out, bytes, kp_utf8_encode(c, bytes));
}

/* Decodes a character of three bytes up to U+CFFF, such as kana and kanji; returns 0 for any other. Stops
 * reading at a NUL. */
static inline int32_t three_bytes(const uint8_t *s)
{
    if (s[0] < 0xe1 || s[0] > 0xec || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80)
        return 0;
    return (s[0] & 0x0f) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
}

int32_t kp_utf8_next(const char **at)
{
    const uint8_t *s = (const uint8_t *)*at;
    int32_t c = s[0], three = 0;
    if (c == 0)
        return -1;
    if (c >= 0x80 && (three = three_bytes(s))) {
        *at += 3;
        return three;
    }
    utf8proc_ssize_t n = c < 0x80 ? 1 : utf8proc_iterate(s, -1, &c);
    *at += n > 0 ? n : 1;
    return c;
}

static size_t utf8_prefix(const char *bytes, size_t n, bool xml)
{
    size_t at = 0;
    while (at < n) {
        const uint8_t *s = (const uint8_t *)bytes + at;
        utf8proc_int32_t c = *s;
        if (n - at >= 8 && kp_is_plain(bytes + at, 8)) {
            at += 8;
            continue;
        }
        if (c >= 0x80 && n - at >= 3 && three_bytes(s)) {
            at += 3;
            continue;
        }
        utf8proc_ssize_t step = c < 0x80 ? 1 : utf8proc_iterate(s, (utf8proc_ssize_t)(n - at), &c);
        if (step <= 0 || (xml && !kp_is_xml_char(c)))
            break;
        at += (size_t)step;
    }
    return at;
}

size_t kp_utf8_valid_prefix(const char *bytes, size_t n)
{
    return utf8_prefix(bytes, n, true);
}

size_t kp_utf8_prefix(const char *bytes, size_t n)
{
    return utf8_prefix(bytes, n, false);
}

size_t kp_utf8_length(const char *s)
{
    size_t n = 0;
    while (kp_utf8_next(&s) >= 0)
        n++;
    return n;
}
