#include "base/escape.h"

#include <string.h>

static bool needs_quotes(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] == '"' || s[i] == ',' || s[i] == '\n' || s[i] == '\r')
            return true;
    /* Readers trim spaces; an unquoted # would begin a comment. */
    return n > 0 && (s[0] == ' ' || s[n - 1] == ' ' || s[0] == '#');
}

void kp_buf_csv(struct kp_buf *buf, const char *s, size_t n)
{
    if (!needs_quotes(s, n)) {
        kp_buf_add(buf, s, n);
        return;
    }
    kp_buf_char(buf, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            kp_buf_char(buf, '"');
        kp_buf_char(buf, s[i]);
    }
    kp_buf_char(buf, '"');
}

void kp_buf_json(struct kp_buf *buf, const char *s)
{
    kp_buf_char(buf, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x20) {
            kp_buf_printf(buf, "\\u%04x", c);
            continue;
        }
        if (c == '"' || c == '\\')
            kp_buf_char(buf, '\\');
        kp_buf_char(buf, *s);
    }
    kp_buf_char(buf, '"');
}

/* Returns NULL if the character needs no entity. */
static const char *entity_of(char c)
{
    return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : NULL;
}

void kp_buf_xml(struct kp_buf *buf, const char *s, size_t n)
{
    size_t plain = 0;
    for (size_t i = 0; i < n; i++) {
        const char *entity = entity_of(s[i]);
        if (!entity)
            continue;
        kp_buf_add(buf, s + plain, i - plain);
        kp_buf_str(buf, entity);
        plain = i + 1;
    }
    kp_buf_add(buf, s + plain, n - plain);
}

/* Returns the length of the unprintable character that s begins with, or 0. */
static size_t unprintable(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x20 || u[0] == 0x7f)
        return 1;
    if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] <= 0x9f) /* U+0080 to U+009F */
        return 2;
    bool bidi = u[0] == 0xe2 && ((u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae) || /* U+202A to U+202E */
                                 (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9));  /* U+2066 to U+2069 */
    return bidi ? 3 : 0;
}

void kp_buf_printable(struct kp_buf *buf, const char *s)
{
    while (*s) {
        size_t n = unprintable(s);
        kp_buf_char(buf, n ? '?' : *s);
        s += n ? n : 1;
    }
}

void kp_buf_html(struct kp_buf *buf, const char *s)
{
    while (*s) {
        size_t n = unprintable(s);
        if (n)
            kp_buf_char(buf, '?');
        else
            kp_buf_xml(buf, s, 1);
        s += n ? n : 1;
    }
}
