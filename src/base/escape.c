#include "base/escape.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Passes the text to put in pieces of valid UTF-8; other bytes as \xNN. */
static void each_piece(struct kp_buf *buf, const char *s,
                       void (*put)(struct kp_buf *buf, const char *s, size_t n))
{
    for (size_t n = strlen(s); n > 0;) {
        size_t valid = kp_utf8_prefix(s, n);
        put(buf, s, valid);
        if (valid < n) {
            char hex[8];
            (void)snprintf(hex, sizeof(hex), "\\x%02X", (unsigned)(unsigned char)s[valid++]);
            put(buf, hex, strlen(hex));
        }
        s += valid;
        n -= valid;
    }
}

static void add_bytes(struct kp_buf *buf, const char *s, size_t n)
{
    kp_buf_add(buf, s, n);
}

const char *kp_shown_name(struct kp_arena *arena, const char *name)
{
    struct kp_buf shown = {0};
    size_t n = strlen(name);
    if (kp_utf8_prefix(name, n) == n)
        return name;
    each_piece(&shown, name, add_bytes);
    const char *copy = kp_buf_ok(&shown) ? kp_arena_strdup(arena, kp_buf_text(&shown)) : kp_arena_fail(arena);
    kp_buf_release(&shown);
    return copy;
}

/* Readers trim spaces and drop byte order marks and Ctrl-Z; an unquoted # would begin a comment. */
static bool needs_quotes(const char *s, size_t n)
{
    return n > 0 && (s[0] == ' ' || s[n - 1] == ' ' || s[0] == '#' || strncmp(s, "\xef\xbb\xbf", 3) == 0 ||
                     strpbrk(s, "\",\n\r\x1a"));
}

static void add_csv(struct kp_buf *buf, const char *before, const char *s)
{
    size_t n = strlen(s);
    bool quoted = needs_quotes(s, n);
    kp_buf_str(buf, quoted ? "\"" : "");
    kp_buf_str(buf, before);
    if (!quoted) {
        kp_buf_add(buf, s, n);
        return;
    }
    for (const char *quote; (quote = memchr(s, '"', n)) != NULL;) {
        size_t m = (size_t)(quote - s) + 1;
        kp_buf_add(buf, s, m);
        kp_buf_char(buf, '"');
        s += m;
        n -= m;
    }
    kp_buf_add(buf, s, n);
    kp_buf_char(buf, '"');
}

void kp_buf_csv(struct kp_buf *buf, const char *s)
{
    add_csv(buf, "", s);
}

/* Returns the length of the first of the strings that s begins with, or 0. */
static size_t begins_with(const char *s, const char *const *strings)
{
    for (; *strings; strings++)
        if (strncmp(s, *strings, strlen(*strings)) == 0)
            return strlen(*strings);
    return 0;
}

/* Returns whether only digits, signs and punctuation of numbers follow, in either width. */
static bool is_number(const char *s)
{
    static const char *const others[] = {" ", "　", "±", NULL};
    for (size_t n; *s; s += n) {
        bool wide = s[0] == '\xef' && s[1] == '\xbc' && s[2] >= '\x88' && s[2] <= '\x99'; /* （ to ９ */
        n = strchr("0123456789+-.,()/%", *s) ? 1 : wide ? 3 : begins_with(s, others);
        if (n == 0)
            return false;
    }
    return true;
}

/* Returns whether a spreadsheet takes the text for a formula. */
static bool is_formula(const char *s)
{
    static const char *const blanks[] = {" ", "　", "\xc2\xa0", "\t", "\r", "\n", NULL};
    static const char *const formulas[] = {"=", "@", "＝", "＠", NULL};
    static const char *const signs[] = {"+", "-", "＋", "－", NULL};
    if (!*s || !strchr("\t\r\n =@+-\xc2\xe3\xef", *s)) /* no string above begins so */
        return false;
    if (strchr("\t\r\n", *s))
        return true;
    for (size_t n; (n = begins_with(s, blanks)) > 0;)
        s += n;
    return begins_with(s, formulas) > 0 || (begins_with(s, signs) > 0 && !is_number(s));
}

/* "'=x" becomes "''=x", so that reading gives each back. */
void kp_buf_sheet_cell(struct kp_buf *buf, const char *s)
{
    add_csv(buf, is_formula(s + strspn(s, "'")) ? "'" : "", s);
}

const char *kp_cell_name(unsigned column, char to[KP_CELL_NAME])
{
    enum { LETTERS = 26 };
    size_t n = 0;
    for (unsigned rest = column; rest > 0; rest = (rest - 1) / LETTERS)
        n++;
    to[n] = '\0';
    for (; column > 0; column = (column - 1) / LETTERS)
        to[--n] = (char)('A' + (column - 1) % LETTERS);
    return to;
}

unsigned kp_cell_column(const char *name)
{
    enum { LETTERS = 26 };
    unsigned column = 0;
    if (strlen(name) >= KP_CELL_NAME - 1)
        return 0;
    for (; *name >= 'A' && *name <= 'Z'; name++)
        column = column * LETTERS + (unsigned)(*name - 'A' + 1);
    return *name ? 0 : column;
}

const char *kp_sheet_cell_text(const char *s)
{
    return *s == '\'' && is_formula(s + strspn(s, "'")) ? s + 1 : s;
}

static void put_json(struct kp_buf *buf, const char *s, size_t n)
{
    for (const char *end = s + n; s < end; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x20) {
            kp_buf_printf(buf, "\\u%04x", c);
            continue;
        }
        if (c == '"' || c == '\\')
            kp_buf_char(buf, '\\');
        kp_buf_char(buf, *s);
    }
}

void kp_buf_json(struct kp_buf *buf, const char *s)
{
    kp_buf_char(buf, '"');
    each_piece(buf, s, put_json);
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
        const char *entity = kp_xml_is_plain(s[i]) ? NULL : entity_of(s[i]);
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

static void put_printable(struct kp_buf *buf, const char *s, size_t n)
{
    for (const char *end = s + n; s < end;) {
        size_t bad = unprintable(s);
        kp_buf_char(buf, bad ? '?' : *s);
        s += bad ? bad : 1;
    }
}

void kp_buf_printable(struct kp_buf *buf, const char *s)
{
    each_piece(buf, s, put_printable);
}

static void put_html(struct kp_buf *buf, const char *s, size_t n)
{
    for (const char *end = s + n; s < end;) {
        size_t bad = unprintable(s);
        if (bad)
            kp_buf_char(buf, '?');
        else
            kp_buf_xml(buf, s, 1);
        s += bad ? bad : 1;
    }
}

void kp_buf_html(struct kp_buf *buf, const char *s)
{
    each_piece(buf, s, put_html);
}
