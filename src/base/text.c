#include "base/text.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

#include "base/status.h"

/* Two-byte codes are indexed by (first - 0x81) * 256 + second; every character of CP932 is in the BMP. */
enum { LEAD_FIRST = 0x81, LEAD_LAST = 0xfc, PAIRS = (LEAD_LAST - LEAD_FIRST + 1) * 256, BMP = 0x10000 };
enum { HALF_KANA_FIRST = 0xff61, HALF_KANA_LAST = 0xff9f };

struct kp_text {
    uint16_t pair[PAIRS]; /* 0: no character */
    uint8_t width[BMP];   /* CP932 bytes of a BMP character; 0: outside CP932 */
};

static bool convert_pair(iconv_t cd, unsigned lead, unsigned trail, uint16_t *ret_char)
{
    char in[2] = {(char)lead, (char)trail};
    uint8_t out[8];
    char *from = in, *to = (char *)out;
    size_t left = sizeof(in), room = sizeof(out);
    (void)iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &from, &left, &to, &room) == (size_t)-1 || left != 0 || room != sizeof(out) - 2)
        return false;
    *ret_char = (uint16_t)(out[0] | out[1] << 8);
    return true;
}

static void fill_tables(struct kp_text *text, iconv_t cd)
{
    memset(text->width, 1, 0x80);
    memset(text->width + HALF_KANA_FIRST, 1, HALF_KANA_LAST - HALF_KANA_FIRST + 1);
    for (unsigned lead = LEAD_FIRST; lead <= LEAD_LAST; lead++)
        for (unsigned trail = 0x40; trail <= 0xfc; trail++) {
            uint16_t c = 0;
            if ((lead >= 0xa0 && lead < 0xe0) || trail == 0x7f || !convert_pair(cd, lead, trail, &c))
                continue;
            text->pair[(lead - LEAD_FIRST) * 256 + trail] = c;
            bool user_defined = c >= 0xe000 && c <= 0xf8ff; /* 外字: decodes, but no receiver can show it */
            text->width[c] = user_defined ? 0 : 2;
        }
}

enum kp_status kp_text_new(struct kp_text **ret_text)
{
    iconv_t cd = iconv_open("UCS-2LE", "CP932");
    if (cd == (iconv_t)-1)
        return KP_E_SYSTEM;
    struct kp_text *text = calloc(1, sizeof(*text));
    if (text)
        fill_tables(text, cd);
    (void)iconv_close(cd);
    if (!text)
        return KP_E_SYSTEM;
    *ret_text = text;
    return KP_OK;
}

void kp_text_free(struct kp_text *text)
{
    free(text);
}

/* Most characters of Japanese text: U+1000 to U+CFFF, three bytes, none of them forbidden or overlong. */
static bool is_common(const uint8_t *s)
{
    return s[0] >= 0xe1 && s[0] <= 0xec && (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80;
}

static int32_t common_character(const uint8_t *s)
{
    return (s[0] & 0xf) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
}

void kp_utf8_put(struct kp_buf *out, int32_t c)
{
    uint8_t bytes[4] = {(uint8_t)c};
    utf8proc_ssize_t n = 1;
    if (c >= 0x1000 && c < 0xd000) {
        bytes[0] = (uint8_t)(0xe0 | c >> 12);
        bytes[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        bytes[2] = (uint8_t)(0x80 | (c & 0x3f));
        n = 3;
    } else if (c < 0 || c >= 0x80) {
        n = utf8proc_encode_char(c, bytes);
    }
    kp_buf_add(out, bytes, (size_t)n);
}

int32_t kp_utf8_next(const char **at)
{
    const uint8_t *s = (const uint8_t *)*at;
    int32_t c = *s;
    if (c == 0)
        return -1;
    if (is_common(s)) { /* stops at the NUL */
        *at += 3;
        return common_character(s);
    }
    utf8proc_ssize_t n = c < 0x80 ? 1 : utf8proc_iterate(s, -1, &c);
    *at += n > 0 ? n : 1;
    return c;
}

static bool is_xml_char(int32_t c)
{
    return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

static size_t utf8_prefix(const char *bytes, size_t n, bool xml)
{
    size_t at = 0;
    while (at < n) {
        const uint8_t *s = (const uint8_t *)bytes + at;
        if (*s >= 0x20 && *s < 0x80) {
            at++;
            continue;
        }
        if (n - at >= 3 && is_common(s)) {
            at += 3;
            continue;
        }
        utf8proc_int32_t c = *s;
        utf8proc_ssize_t step = c < 0x80 ? 1 : utf8proc_iterate(s, (utf8proc_ssize_t)(n - at), &c);
        if (step <= 0 || (xml && !is_xml_char(c)))
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

size_t kp_text_fit(const char *s, size_t columns)
{
    const char *at = s, *end = s, *space = s;
    size_t used = 0;
    for (int32_t c; (c = kp_utf8_next(&at)) >= 0; end = at) {
        used += (size_t)utf8proc_charwidth(c);
        if (used > columns && end > s)
            return (size_t)((space > s ? space : end) - s);
        if (c == ' ')
            space = at;
    }
    return (size_t)(end - s);
}

size_t kp_text_columns(const char *s)
{
    size_t n = 0;
    for (int32_t c; (c = kp_utf8_next(&s)) >= 0;)
        n += (size_t)utf8proc_charwidth(c);
    return n;
}

size_t kp_utf8_length(const char *s)
{
    size_t n = 0;
    while (kp_utf8_next(&s) >= 0)
        n++;
    return n;
}

static bool decode_cp932(const struct kp_text *text, const uint8_t *s, size_t n, struct kp_buf *out,
                         size_t *ret_bad)
{
    size_t at = 0;
    while (at < n) {
        size_t run = at;
        while (run < n && s[run] < 0x80 && is_xml_char(s[run]))
            run++;
        kp_buf_add(out, s + at, run - at);
        at = run;
        if (at == n)
            break;
        *ret_bad = at;
        if (s[at] >= 0xa1 && s[at] <= 0xdf) {
            kp_utf8_put(out, HALF_KANA_FIRST + (s[at] - 0xa1));
            at++;
            continue;
        }
        if (s[at] < LEAD_FIRST || s[at] > LEAD_LAST || at + 1 == n)
            return false;
        uint16_t c = text->pair[(s[at] - LEAD_FIRST) * 256 + s[at + 1]];
        if (c == 0)
            return false;
        kp_utf8_put(out, c);
        at += 2;
    }
    return true;
}

bool kp_text_decode(const struct kp_text *text, enum kp_encoding encoding, const char *bytes, size_t n,
                    struct kp_buf *out, size_t *ret_bad)
{
    if (encoding == KP_ENC_CP932)
        return decode_cp932(text, (const uint8_t *)bytes, n, out, ret_bad);
    size_t valid = kp_utf8_valid_prefix(bytes, n);
    kp_buf_add(out, bytes, valid);
    *ret_bad = valid;
    return valid == n;
}

/* Returns 0 for a character outside CP932, which counts as two bytes. */
static unsigned cp932_width(const struct kp_text *text, int32_t c)
{
    return c < BMP ? text->width[c] : 0;
}

size_t kp_text_cp932_bytes(const struct kp_text *text, const char *s, int32_t *ret_outside)
{
    size_t n = 0;
    int32_t outside = 0;
    for (int32_t c; (c = kp_utf8_next(&s)) >= 0;) {
        unsigned width = cp932_width(text, c);
        if (width == 0 && outside == 0)
            outside = c;
        n += width == 1 ? 1 : 2;
    }
    if (ret_outside)
        *ret_outside = outside;
    return n;
}

bool kp_text_cut(const struct kp_text *text, char *s, size_t max_bytes)
{
    size_t n = 0, keep = 0;
    int32_t c = 0;
    for (const char *at = s; (c = kp_utf8_next(&at)) >= 0; keep = (size_t)(at - s)) {
        n += cp932_width(text, c) == 1 ? 1 : 2;
        if (n > max_bytes) {
            s[keep] = '\0';
            return true;
        }
    }
    return false;
}

bool kp_text_is_ascii(const char *s)
{
    for (; *s; s++)
        if ((uint8_t)*s >= 0x80)
            return false;
    return true;
}

static bool is_half_kana(int32_t c)
{
    return c >= HALF_KANA_FIRST && c <= HALF_KANA_LAST;
}

bool kp_text_is_wide(const char *s)
{
    for (int32_t c; (c = kp_utf8_next(&s)) >= 0;)
        if (c < 0x80 || is_half_kana(c))
            return false;
    return true;
}

/* The caller's estimate of room suits nearly all texts; a longer decomposition is repeated with what it
 * needs. */
static char *nfkc(struct kp_arena *arena, const char *s, utf8proc_ssize_t n, utf8proc_ssize_t room)
{
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    utf8proc_int32_t *points = kp_arena_alloc(arena, ((size_t)room + 1) * sizeof(*points));
    if (!points)
        return NULL;
    utf8proc_ssize_t count = utf8proc_decompose((const uint8_t *)s, n, points, room, options);
    if (count > room)
        return nfkc(arena, s, n, count);
    return count < 0 || utf8proc_reencode(points, count, options) < 0 ? kp_arena_fail(arena) : (char *)points;
}

/* Returns whether all characters are ASCII, kana or ideographs that NFKC keeps and that compose with nothing
 * among them: U+3041 to U+3096, U+30A1 to U+30FA, U+30FC, U+4E00 to U+9FFF. */
static bool is_folded(const char *s)
{
    for (const uint8_t *u = (const uint8_t *)s; *u; u += *u < 0x80 ? 1 : 3) {
        if (*u < 0x80)
            continue;
        if (!is_common(u)) /* stops at the NUL */
            return false;
        int32_t c = common_character(u);
        if ((c < 0x3041 || c > 0x3096) && (c < 0x30a1 || c > 0x30fc || c == 0x30fb) &&
            (c < 0x4e00 || c > 0x9fff))
            return false;
    }
    return true;
}

char *kp_text_nfkc(struct kp_arena *arena, const char *s)
{
    utf8proc_ssize_t n = (utf8proc_ssize_t)strlen(s);
    return is_folded(s) ? kp_arena_strdup(arena, s) : nfkc(arena, s, n, n * 4 + 16);
}

static bool is_space(int32_t c)
{
    return c == ' ' || c == 0x3000 || c == 0xa0 || (c >= '\t' && c <= '\r');
}

char *kp_text_trim(struct kp_arena *arena, const char *s)
{
    const char *first = NULL, *last = s, *here = s;
    int32_t c = 0;
    for (const char *at = s; (c = kp_utf8_next(&at)) >= 0; here = at)
        if (!is_space(c)) {
            first = first ? first : here;
            last = at;
        }
    return kp_arena_strndup(arena, first ? first : s, first ? (size_t)(last - first) : 0);
}

/* Returns U+3099 or U+309A for a voiced mark of any kind (combining, spacing, half-width), else 0. */
static int32_t voiced_mark(int32_t c)
{
    if (c == 0x3099 || c == 0x309b || c == 0xff9e)
        return 0x3099;
    return c == 0x309a || c == 0x309c || c == 0xff9f ? 0x309a : 0;
}

/* Composes the kana at the end of out with the mark, if CP932 has that letter. */
static bool join_mark(struct kp_buf *out, int32_t mark)
{
    enum { KANA_BYTES = 3, KANA_LEAD = 0xe3 };
    if (mark == 0 || out->len < KANA_BYTES || (uint8_t)out->data[out->len - KANA_BYTES] != KANA_LEAD)
        return false;
    const char *at = out->data + out->len - KANA_BYTES;
    utf8proc_int32_t pair[] = {kp_utf8_next(&at), mark};
    if (utf8proc_normalize_utf32(pair, 2, UTF8PROC_STABLE | UTF8PROC_COMPOSE) != 1)
        return false;
    if (pair[0] == 0x3094 || (pair[0] >= 0x30f7 && pair[0] <= 0x30fa)) /* ゔ, ヷ to ヺ */
        return false;
    out->len -= KANA_BYTES;
    kp_utf8_put(out, pair[0]);
    return true;
}

static int32_t widen_half_kana(int32_t c)
{
    if (is_half_kana(c))
        (void)utf8proc_decompose_char(c, &c, 1, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, NULL);
    return c;
}

/* Maps characters that have two code points to the one CP932 decodes to. */
static int32_t as_cp932_has_it(int32_t c)
{
    static const int32_t pairs[][2] = {{0x301c, 0xff5e}, {0x2212, 0xff0d}, {0x2016, 0x2225}, {0x2014, 0x2015},
                                       {0xa5, 0xffe5},   {0xa2, 0xffe0},   {0xa3, 0xffe1},   {0xac, 0xffe2},
                                       {0x3099, 0x309b}, {0x309a, 0x309c}};
    for (size_t i = 0; i < KP_COUNT(pairs); i++)
        if (c == pairs[i][0])
            return pairs[i][1];
    return c;
}

/* Returns what put appended for each character, as a string in the arena. */
static char *each_put(struct kp_arena *arena, const char *s, void (*put)(struct kp_buf *out, int32_t c))
{
    struct kp_buf out = {0};
    for (int32_t c; (c = kp_utf8_next(&s)) >= 0;)
        put(&out, c);
    char *text = kp_buf_ok(&out) ? kp_arena_strndup(arena, kp_buf_text(&out), out.len) : NULL;
    kp_buf_release(&out);
    return text ? text : kp_arena_fail(arena);
}

static bool ends_in_wide_space(const struct kp_buf *out)
{
    return out->len >= 3 && memcmp(out->data + out->len - 3, "\xe3\x80\x80", 3) == 0;
}

static void put_wide(struct kp_buf *out, int32_t c)
{
    bool other_control = c < 0x20 && !is_space(c);
    if (other_control || c == 0x7f || (c == '\n' && ends_in_wide_space(out)) ||
        join_mark(out, voiced_mark(c)))
        return;
    kp_utf8_put(out, is_space(c) ? 0x3000 : c < 0x7f ? c + 0xfee0 : as_cp932_has_it(widen_half_kana(c)));
}

static void put_wide_unspaced(struct kp_buf *out, int32_t c)
{
    if (!is_space(c))
        put_wide(out, c);
}

char *kp_text_wide(struct kp_arena *arena, const char *s, bool keep_spaces)
{
    return each_put(arena, s, keep_spaces ? put_wide : put_wide_unspaced);
}

static void put_narrow(struct kp_buf *out, int32_t c)
{
    int32_t wide = as_cp932_has_it(c);
    bool is_ascii = wide >= 0xff01 && wide <= 0xff5e;
    kp_utf8_put(out, is_ascii ? wide - 0xfee0 : c == 0x3000 ? ' ' : c);
}

char *kp_text_narrow(struct kp_arena *arena, const char *s)
{
    return each_put(arena, s, put_narrow);
}

static bool is_dash(int32_t c)
{
    return wcschr(L"-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\uff0d\u30fc", c) != NULL;
}

bool kp_text_is_kana_name(const char *s)
{
    bool is_name = *s != '\0';
    for (int32_t c; (c = kp_utf8_next(&s)) >= 0;)
        is_name &= (c >= 0x30a1 && c <= 0x30f6) || c == 0x30fc;
    return is_name;
}

bool kp_text_header_drops(int32_t c)
{
    static const wchar_t dropped[] =
        L"()[]{}<>.,:;/_'\"`~*!?#&|\\ \t\r\n\u3000「」『』【】〈〉《》〔〕、。・";
    return wcschr(dropped, c) || is_dash(c);
}

static void put_header(struct kp_buf *out, int32_t c)
{
    if (!kp_text_header_drops(c))
        kp_utf8_put(out, utf8proc_tolower(c));
}

static void put_value(struct kp_buf *out, int32_t c)
{
    if (is_space(c))
        return;
    /* Behind a letter U+30FC is a long vowel. */
    bool kana_bar = c == 0x30fc && out->len > 0 && ((uint8_t)out->data[out->len - 1] & 0x80);
    kp_utf8_put(out, is_dash(c) && !kana_bar ? '-' : utf8proc_tolower(c));
}

/* Skips up to n full-width digits; returns how many there were. */
static int skip_digits(const char **at, int n)
{
    int seen = 0;
    for (const char *next = *at; seen < n; *at = next, seen++) {
        int32_t c = kp_utf8_next(&next);
        if (c < 0xff10 || c > 0xff19)
            break;
    }
    return seen;
}

static bool skip_dash(const char **at)
{
    const char *next = *at;
    bool found = is_dash(kp_utf8_next(&next));
    *at = found ? next : *at;
    return found;
}

const char *kp_text_after_postal_code(const char *wide)
{
    size_t mark = strlen("〒");
    const char *at = strncmp(wide, "〒", mark) == 0 ? wide + mark : wide;
    if (skip_digits(&at, 3) != 3)
        return NULL;
    (void)skip_dash(&at);
    if (skip_digits(&at, 4) != 4)
        return NULL;
    const char *rest = at;
    return skip_digits(&at, 1) == 0 && !skip_dash(&at) ? rest : NULL; /* a longer number */
}

static char *make_key(struct kp_arena *arena, const char *s, void (*put)(struct kp_buf *, int32_t))
{
    char *folded = kp_text_nfkc(arena, s);
    return folded ? each_put(arena, folded, put) : NULL;
}

char *kp_text_header_key(struct kp_arena *arena, const char *s)
{
    return make_key(arena, s, put_header);
}

char *kp_text_value_key(struct kp_arena *arena, const char *s)
{
    return make_key(arena, s, put_value);
}

static void put_kana(struct kp_buf *out, int32_t c)
{
    if (is_space(c))
        return;
    if ((c >= 0x3041 && c <= 0x3096) || c == 0x309d || c == 0x309e)
        c += 0x60; /* hiragana to katakana */
    kp_utf8_put(out, is_dash(c) ? 0x30fc : c);
}

char *kp_text_kana_name(struct kp_arena *arena, const char *s)
{
    char *kana = make_key(arena, s, put_kana);
    /* NFKC makes a spacing mark a space and a mark; without the space the mark composes. */
    return kana ? kp_text_nfkc(arena, kana) : NULL;
}

bool kp_text_is_dash(const char *value_key)
{
    return *value_key && value_key[strspn(value_key, "-")] == '\0';
}

bool kp_text_has_letter(const char *s)
{
    for (int32_t c = kp_utf8_next(&s); c >= 0; c = kp_utf8_next(&s)) {
        utf8proc_category_t category = utf8proc_category(c);
        if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO &&
            category != UTF8PROC_CATEGORY_LM) /* marks such as ー */
            return true;
    }
    return false;
}

bool kp_text_same_but_for_spaces(const char *a, const char *b)
{
    static const char space[] = "　";
    const size_t n = sizeof(space) - 1;
    for (;;) {
        while (strncmp(a, space, n) == 0)
            a += n;
        while (strncmp(b, space, n) == 0)
            b += n;
        if (*a != *b || !*a)
            return *a == *b;
        a++;
        b++;
    }
}
