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

static bool decode_cp932(const struct kp_text *text, const uint8_t *s, size_t n, struct kp_buf *out,
                         size_t *ret_bad)
{
    enum { MOST_GROWTH = 3 };
    size_t at = 0;
    uint8_t *start = (uint8_t *)kp_buf_reserve(out, MOST_GROWTH * n + 1), *to = start;
    while (start && at < n) {
        int32_t c = s[at];
        size_t step = 1;
        if (c >= 0xa1 && c <= 0xdf) {
            c = HALF_KANA_FIRST + (c - 0xa1);
        } else if (c >= 0x80) {
            const bool pair = c >= LEAD_FIRST && c <= LEAD_LAST && at + 1 < n;
            c = pair ? text->pair[(c - LEAD_FIRST) * 256 + s[at + 1]] : 0;
            step = 2;
        }
        if (c == 0 || !kp_is_xml_char(c))
            break;
        if (c < 0x80)
            *to++ = (uint8_t)c;
        else
            to += kp_utf8_encode(c, to);
        at += step;
    }
    *ret_bad = at;
    if (start)
        kp_buf_grow(out, (size_t)(to - start));
    return !start || at == n;
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

/* Returns whether the character is kana or a kanji, not a mark among them. */
static bool is_japanese_letter(int32_t c)
{
    return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) || (c >= 0x4e00 && c <= 0x9fa5);
}

/* Characters from U+FF61 after NFKC. */
static const uint16_t HALF_KANA[] = {
    0x3002, 0x300c, 0x300d, 0x3001, 0x30fb, 0x30f2, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5,
    0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3,
    0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc,
    0x30cd, 0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df, 0x30e0, 0x30e1, 0x30e2, 0x30e4,
    0x30e6, 0x30e8, 0x30e9, 0x30ea, 0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3, 0x3099, 0x309a};

/* Returns what NFKC makes of a character that is frequent and composes with none but a voiced mark of half
 * width; 0 for any other. */
static int32_t fold_alone(int32_t c)
{
    const bool kana = (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fc);
    if (c < 0x80 || kana || (c >= 0x4e00 && c <= 0x9fff) || c == 0x3001 || c == 0x3002)
        return c;
    if (c >= HALF_KANA_FIRST && c <= HALF_KANA_LAST)
        return HALF_KANA[c - HALF_KANA_FIRST];
    return c == 0x3000 ? ' ' : c >= 0xff01 && c <= 0xff5e ? c - 0xfee0 : 0;
}

/* Returns katakana with a voiced mark, U+3099 or U+309A; 0 if there is none. */
static int32_t voiced(int32_t kana, int32_t mark)
{
    const bool h_row = kana >= 0x30cf && kana <= 0x30db && kana % 3 == 0;
    if (h_row)
        return kana + (mark - 0x3098);
    if (mark != 0x3099)
        return 0;
    if ((kana >= 0x30ab && kana <= 0x30c1 && kana % 2 == 1) || kana == 0x30c4 || kana == 0x30c6 ||
        kana == 0x30c8)
        return kana + 1;
    return kana == 0x30a6 ? 0x30f4 : kana >= 0x30ef && kana <= 0x30f2 ? kana + 8 : 0;
}

/* Normalises n bytes of frequent characters; returns NULL if there are others, or no memory. */
static char *nfkc_frequent(struct kp_arena *arena, const char *s, size_t n)
{
    uint8_t *out = kp_arena_alloc(arena, n + 1), *to = out;
    for (int32_t c, before = 0; out && *s; before = c) {
        const char *at = s;
        const int32_t given = kp_utf8_next(&s);
        if (is_japanese_letter(given)) {
            memcpy(to, at, 3);
            to += 3;
            c = given;
            continue;
        }
        c = given < 0 ? 0 : fold_alone(given);
        const bool mark = c == 0x3099 || c == 0x309a;
        const int32_t whole = mark ? voiced(before, c) : 0;
        if (c == 0 || (mark && before >= 0x3041 && before <= 0x3096))
            return NULL;
        to -= whole ? 3 : 0;
        c = whole ? whole : c;
        if (c < 0x80)
            *to++ = (uint8_t)c;
        else
            to += kp_utf8_encode(c, to);
    }
    return (char *)out;
}

char *kp_text_nfkc(struct kp_arena *arena, const char *s)
{
    const size_t n = strlen(s);
    char *folded = nfkc_frequent(arena, s, n);
    return folded || arena->failed ? folded
                                   : nfkc(arena, s, (utf8proc_ssize_t)n, (utf8proc_ssize_t)(n * 4 + 16));
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

/* Returns whether one of the spaces is at the place, of which n bytes can be read. */
static bool space_at(const char *at, size_t n)
{
    return n > 0 && (is_space((uint8_t)*at) || (n > 2 && memcmp(at, "\xe3\x80\x80", 3) == 0) ||
                     (n > 1 && memcmp(at, "\xc2\xa0", 2) == 0));
}

bool kp_text_is_trimmed(const char *s)
{
    const size_t n = strlen(s);
    size_t last = n;
    while (last > 0 && ((uint8_t)s[--last] & 0xc0) == 0x80)
        ; /* the character's first byte */
    return !space_at(s, n) && !space_at(s + last, n - last);
}

/* Returns U+3099 or U+309A for a voiced mark of any kind (combining, spacing, half-width), else 0. */
static int32_t voiced_mark(int32_t c)
{
    if (c == 0x3099 || c == 0x309b || c == 0xff9e)
        return 0x3099;
    return c == 0x309a || c == 0x309c || c == 0xff9f ? 0x309a : 0;
}

/* A string that is being written; there is room for it. */
struct text_out {
    char *start, *at;
};

static void put(struct text_out *out, int32_t c)
{
    if (c > 0 && c < 0x80)
        *out->at++ = (char)c;
    else
        out->at += kp_utf8_encode(c, (uint8_t *)out->at);
}

/* Composes the kana at the end of out with the mark, if CP932 has that letter. */
static bool join_mark(struct text_out *out, int32_t mark)
{
    enum { KANA_BYTES = 3, KANA_LEAD = 0xe3 };
    if (mark == 0 || out->at - out->start < KANA_BYTES || (uint8_t)out->at[-KANA_BYTES] != KANA_LEAD)
        return false;
    const char *at = out->at - KANA_BYTES;
    utf8proc_int32_t pair[] = {kp_utf8_next(&at), mark};
    if (utf8proc_normalize_utf32(pair, 2, UTF8PROC_STABLE | UTF8PROC_COMPOSE) != 1)
        return false;
    if (pair[0] == 0x3094 || (pair[0] >= 0x30f7 && pair[0] <= 0x30fa)) /* ゔ, ヷ to ヺ */
        return false;
    out->at -= KANA_BYTES;
    put(out, pair[0]);
    return true;
}

static int32_t widen_half_kana(int32_t c)
{
    return is_half_kana(c) ? HALF_KANA[c - HALF_KANA_FIRST] : c;
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

/* Returns what one appended for each character, at most one character, as a string in the arena. */
static char *each_put(struct kp_arena *arena, const char *s, void (*one)(struct text_out *out, int32_t c))
{
    enum { MOST_GROWTH = 3 };
    char *text = kp_arena_alloc(arena, MOST_GROWTH * strlen(s) + sizeof(int32_t));
    struct text_out out = {text, text};
    for (int32_t c; text && (c = kp_utf8_next(&s)) >= 0;)
        one(&out, c);
    if (text)
        memset(out.at, 0, sizeof(int32_t));
    return text;
}

static bool ends_in_wide_space(const struct text_out *out)
{
    return out->at - out->start >= 3 && memcmp(out->at - 3, "\xe3\x80\x80", 3) == 0;
}

static void put_wide(struct text_out *out, int32_t c)
{
    if (is_japanese_letter(c)) {
        put(out, c);
        return;
    }
    bool other_control = c < 0x20 && !is_space(c);
    if (other_control || c == 0x7f || (c == '\n' && ends_in_wide_space(out)) ||
        join_mark(out, voiced_mark(c)))
        return;
    put(out, is_space(c) ? 0x3000 : c < 0x7f ? c + 0xfee0 : as_cp932_has_it(widen_half_kana(c)));
}

static void put_wide_unspaced(struct text_out *out, int32_t c)
{
    if (!is_space(c))
        put_wide(out, c);
}

char *kp_text_wide(struct kp_arena *arena, const char *s, bool keep_spaces)
{
    return each_put(arena, s, keep_spaces ? put_wide : put_wide_unspaced);
}

static void put_narrow(struct text_out *out, int32_t c)
{
    int32_t wide = as_cp932_has_it(c);
    bool is_ascii = wide >= 0xff01 && wide <= 0xff5e;
    put(out, is_ascii ? wide - 0xfee0 : c == 0x3000 ? ' ' : c);
}

char *kp_text_narrow(struct kp_arena *arena, const char *s)
{
    return each_put(arena, s, put_narrow);
}

static bool is_dash(int32_t c)
{
    return c < 0x80 ? c == '-' || c == 0
                    : !is_japanese_letter(c) &&
                          wcschr(L"-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\uff0d\u30fc", c) != NULL;
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
    return !is_japanese_letter(c) && (wcschr(dropped, c) || is_dash(c));
}

static int32_t lower(int32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    return is_japanese_letter(c) ? c : utf8proc_tolower(c);
}

static void put_header(struct text_out *out, int32_t c)
{
    if (!kp_text_header_drops(c))
        put(out, lower(c));
}

static void put_value(struct text_out *out, int32_t c)
{
    if (is_space(c))
        return;
    /* Behind a letter U+30FC is a long vowel. */
    bool kana_bar = c == 0x30fc && out->at > out->start && ((uint8_t)out->at[-1] & 0x80);
    put(out, is_dash(c) && !kana_bar ? '-' : lower(c));
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

static char *make_key(struct kp_arena *arena, const char *s, void (*one)(struct text_out *, int32_t))
{
    char *folded = kp_text_nfkc(arena, s);
    char *key = folded ? each_put(arena, folded, one) : NULL;
    /* NFKC makes a spacing mark a space and a mark; without what was dropped the mark composes. */
    return key && strlen(key) < strlen(folded) ? kp_text_nfkc(arena, key) : key;
}

char *kp_text_header_key(struct kp_arena *arena, const char *s)
{
    return make_key(arena, s, put_header);
}

char *kp_text_value_key(struct kp_arena *arena, const char *s)
{
    char *key = kp_arena_alloc(arena, strlen(s) + sizeof(int32_t));
    struct text_out out = {key, key};
    for (const char *at = s; key && *at;) { /* both steps in one for frequent characters */
        const char *from = at;
        const int32_t given = (uint8_t)*at < 0x80 ? *at++ : kp_utf8_next(&at);
        if (is_japanese_letter(given)) {
            memcpy(out.at, from, 3);
            out.at += 3;
            continue;
        }
        const int32_t c = given < 0 ? 0 : fold_alone(given);
        if (c == 0 || c == 0x3099 || c == 0x309a)
            return make_key(arena, s, put_value);
        put_value(&out, c);
    }
    return key;
}

static void put_kana(struct text_out *out, int32_t c)
{
    if (is_space(c))
        return;
    if ((c >= 0x3041 && c <= 0x3096) || c == 0x309d || c == 0x309e)
        c += 0x60; /* hiragana to katakana */
    put(out, is_dash(c) ? 0x30fc : c);
}

/* The small letters precede their large ones in Unicode. */
void kp_text_enlarge_kana(char *text)
{
    static const char *const small[] = {"ァ", "ィ", "ゥ", "ェ", "ォ", "ッ", "ャ", "ュ", "ョ", "ヮ"};
    for (; *text; text++)
        for (size_t i = 0; *text == small[0][0] && i < KP_COUNT(small); i++)
            if (strncmp(text, small[i], 3) == 0)
                text[2]++;
}

char *kp_text_kana_name(struct kp_arena *arena, const char *s)
{
    char *kana = make_key(arena, s, put_kana);
    /* Hiragana without a marked letter may have become katakana with one. */
    return kana ? kp_text_nfkc(arena, kana) : NULL;
}

bool kp_text_is_dash(const char *value_key)
{
    return *value_key && value_key[strspn(value_key, "-")] == '\0';
}

bool kp_text_has_letter(const char *s)
{
    for (int32_t c = kp_utf8_next(&s); c >= 0; c = kp_utf8_next(&s)) {
        if (is_japanese_letter(c))
            return true;
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
