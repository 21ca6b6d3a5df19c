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

int32_t kp_utf8_next_rare(const char **at)
{
    int32_t c = 0;
    utf8proc_ssize_t n = utf8proc_iterate((const uint8_t *)*at, -1, &c);
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
        if (c >= 0x80 && n - at >= 3 && kp_utf8_three_bytes(s)) {
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
