#include "decoder.h"

#include <stdlib.h>
#include <utf8proc.h>

static struct kp_buf out; /* emptied before each use */

static int tear_down(void **state)
{
    kp_buf_release(&out);
    return free_text(state);
}

/* Compares lengths and contents. */
static void assert_same(const char *input, const char *got, const char *want)
{
    if (!got || strcmp(got, want) != 0)
        fail_msg("'%s' gives '%s' instead of '%s'", input, got ? got : "(null)", want);
}

static void assert_decodes(enum kp_encoding encoding, const char *bytes, size_t n, const char *want)
{
    kp_buf_reset(&out);
    size_t bad = 0;
    bool ok = kp_text_decode(text, encoding, bytes, n, &out, &bad);
    if (!ok)
        fail_msg("'%s' was refused at byte %zu", want, bad);
    assert_same("bytes", kp_buf_text(&out), want);
}

static void assert_refused_at(enum kp_encoding encoding, const char *bytes, size_t n, size_t want)
{
    kp_buf_reset(&out);
    size_t bad = SIZE_MAX;
    if (kp_text_decode(text, encoding, bytes, n, &out, &bad))
        fail_msg("taken as '%s' although byte %zu is wrong", kp_buf_text(&out), want);
    assert_int_equal(bad, want);
}

#define CP932(literal) KP_ENC_CP932, literal, sizeof(literal) - 1
#define UTF8(literal) KP_ENC_UTF8, literal, sizeof(literal) - 1

/* Byte values from Microsoft's table of code page 932. */
static void decode__cp932__vendor_characters_are_read(void **state UNUSED)
{
    assert_decodes(CP932("\x8e\x52\x93\x63\xc0\xdb\xb3"), "山田ﾀﾛｳ");
    assert_decodes(CP932("\x87\x40\xfb\xfc\xee\xe0\xfa\xb1\xed\x95\x81\x60"), "①髙髙﨑﨑～");
    assert_decodes(CP932("\x83\xc1\x81\x7c\x82\x66\x82\x73\x82\x6f"), "γ－ＧＴＰ");
    assert_decodes(CP932("\x81\x7d\x81\x40\x81\x5b\x81\x5c"), "±　ー―");
    assert_decodes(CP932("\x87\x54\xfa\x4a\x87\x8a\x81\x91"), "ⅠⅠ㈱￠");
    assert_decodes(CP932("\xa1\xb6\xde\xdf"), "｡ｶﾞﾟ");
    assert_decodes(CP932("a\tb\r\n~\\"), "a\tb\r\n~\\");
}

static void decode__cp932__ascii_second_bytes_stay_in_their_character(void **state UNUSED)
{
    assert_decodes(CP932("\x95\x5c\x83\x5c\x94\x5c\x89\x7c"), "表ソ能榎"); /* 5c is a backslash, 7c a bar */
}

static void decode__cp932__invalid_bytes_are_named_by_offset(void **state UNUSED)
{
    assert_refused_at(CP932("ab\x81"), 2);           /* second byte missing */
    assert_refused_at(CP932("\x8e\x52\x81\x20"), 2); /* 20 is no second byte */
    assert_refused_at(CP932("\x81\x7f"), 0);
    assert_refused_at(CP932("abc\xfd"), 3);
    assert_refused_at(CP932("\xa0"), 0);
    assert_refused_at(CP932("a\x80"), 1);
    assert_refused_at(CP932("\x85\x40"), 0); /* row 9 is empty */
    assert_refused_at(CP932("\xb6\xff"), 1);
    assert_refused_at(CP932("a\0b"), 1);
}

static void decode__cp932__control_characters_are_refused(void **state UNUSED)
{
    assert_refused_at(CP932("a\x01z"), 1);
    assert_refused_at(CP932("\x8e\x52\x0b"), 2);
    assert_refused_at(CP932("\x1b[31m"), 0);
    assert_refused_at(CP932("\x1f"), 0);
}

/* 6879 of JIS X 0208, 83 of NEC row 13, 374 of IBM as NEC chose them, 388 of IBM. */
static void decode__cp932__every_two_byte_code_is_known(void **state UNUSED)
{
    size_t known = 0;
    for (unsigned lead = 0x81; lead <= 0xfc; lead++)
        for (unsigned trail = 0; trail <= 0xff; trail++) {
            if ((lead >= 0xa0 && lead < 0xe0) || (lead >= 0xf0 && lead <= 0xf9))
                continue;
            char bytes[2] = {(char)lead, (char)trail};
            kp_buf_reset(&out);
            size_t bad = 0;
            if (kp_text_decode(text, KP_ENC_CP932, bytes, 2, &out, &bad)) {
                known++;
                assert_int_equal(kp_utf8_length(kp_buf_text(&out)), 1);
                assert_int_equal(kp_text_cp932_bytes(text, kp_buf_text(&out), NULL), 2);
            }
        }
    assert_int_equal(known, 7724);
}

static void decode__utf8__valid_text_is_kept(void **state UNUSED)
{
    assert_decodes(UTF8("健診\t①髙\r\n𠮷"), "健診\t①髙\r\n𠮷");
    assert_decodes(UTF8(""), "");
}

static void decode__utf8__invalid_bytes_are_named_by_offset(void **state UNUSED)
{
    assert_refused_at(UTF8("ab\xe3\x81"), 2);       /* truncated */
    assert_refused_at(UTF8("\xe3\x81\x82\x80"), 3); /* stray continuation */
    assert_refused_at(UTF8("a\xc0\xaf"), 1);        /* overlong */
    assert_refused_at(UTF8("\xed\xa0\x80"), 0);     /* surrogate */
    assert_refused_at(UTF8("\xf4\x90\x80\x80"), 0); /* beyond U+10FFFF */
    assert_refused_at(UTF8("a\xef\xbf\xbe"), 1);    /* U+FFFE, forbidden by XML */
    assert_refused_at(UTF8("ab\x01"), 2);
    assert_refused_at(UTF8("a\0b"), 1);
    assert_refused_at(UTF8("\x8e\x52"), 0); /* CP932 */
}

static void utf8__next_put_and_length__agree_on_every_width(void **state UNUSED)
{
    static const int32_t chars[] = {0x24,   0x7f,   0x80,    0xb1,    0x7ff,   0x800,
                                    0x5065, 0xffe5, 0x10000, 0x20bb7, 0x10ffff};
    kp_buf_reset(&out);
    for (size_t i = 0; i < COUNT(chars); i++)
        kp_utf8_put(&out, chars[i]);
    const char *at = kp_buf_text(&out);
    assert_int_equal(kp_utf8_length(at), COUNT(chars));
    assert_int_equal(kp_utf8_valid_prefix(at, out.len), out.len);
    for (size_t i = 0; i < COUNT(chars); i++)
        assert_int_equal(kp_utf8_next(&at), chars[i]);
    assert_int_equal(kp_utf8_next(&at), -1);
    assert_int_equal(kp_utf8_next(&at), -1);
    assert_ptr_equal(at, out.data + out.len);
    assert_int_equal(kp_utf8_valid_prefix("健診\xe3\x81", 8), 6);
}

static void cp932_bytes__widths__are_one_and_two(void **state UNUSED)
{
    static const struct {
        const char *s;
        size_t n;
        int32_t outside;
    } cases[] = {
        {"", 0, 0},
        {"abc", 3, 0},
        {"山田太郎", 8, 0},
        {"ﾔﾏﾀﾞ", 4, 0},
        {"a山ﾔ①髙﨑～", 12, 0},
        {"γ－ＧＴＰ", 10, 0},
        {"山😀é", 6, 0x1f600},
        {"𠮷野", 4, 0x20bb7},
        {"é", 2, 0xe9},
        {"カ\u3099", 4, 0x3099},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t outside = -1;
        if (kp_text_cp932_bytes(text, cases[i].s, &outside) != cases[i].n || outside != cases[i].outside)
            fail_msg("'%s': outside U+%04X", cases[i].s, (unsigned)outside);
    }
    assert_int_equal(kp_text_cp932_bytes(text, "山", NULL), 2);
}

/* Vendors define private characters themselves: no receiver can show them. */
static void cp932_bytes__private_characters__are_outside(void **state UNUSED)
{
    int32_t outside = 0;
    (void)kp_text_cp932_bytes(text, "山\uE000", &outside);
    assert_int_equal(outside, 0xe000);
}

static void cut__limit_inside_a_character__cuts_before_it(void **state UNUSED)
{
    static const struct {
        const char *s;
        size_t max;
        const char *want;
        bool cut;
    } cases[] = {
        {"あいう", 5, "あい", true}, {"あいう", 6, "あいう", false},
        {"あいう", 4, "あい", true}, {"あ", 1, "", true},
        {"aあb", 2, "a", true},      {"aあb", 3, "aあ", true},
        {"ｱｲｳ", 2, "ｱｲ", true},      {"", 0, "", false},
        {"abc", 0, "", true},        {"①髙", 3, "①", true},
        {"a𠮷b", 2, "a", true},      {"abc", 3, "abc", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char s[32];
        strcpy(s, cases[i].s);
        assert_int_equal(kp_text_cut(text, s, cases[i].max), cases[i].cut);
        assert_same(cases[i].s, s, cases[i].want);
    }
}

static void fit__columns__end_after_a_space_or_a_whole_character(void **state UNUSED)
{
    static const struct {
        const char *text;
        size_t columns, bytes;
    } cases[] = {{"", 4, 0},       {"abcd", 4, 4},  {"abcde", 4, 4},    {"ああ", 4, 6},
                 {"あああ", 4, 6}, {"aああ", 4, 4}, {"あ", 1, 3},       {"ああ", 1, 3},
                 {"ab cd", 4, 3},  {"ab cd", 5, 5}, {"ab cd ef", 5, 3}, {"ab cd ef", 6, 6}};
    for (size_t i = 0; i < COUNT(cases); i++)
        if (kp_text_fit(cases[i].text, cases[i].columns) != cases[i].bytes)
            fail_msg("%s in %zu", cases[i].text, cases[i].columns);
}

static void predicates__ascii_and_wide__look_at_every_character(void **state UNUSED)
{
    assert_true(kp_text_is_ascii("abc 1~"));
    assert_false(kp_text_is_ascii("abｃ"));
    assert_true(kp_text_is_wide("山田　Ａ１ー"));
    assert_false(kp_text_is_wide("山田a"));
    assert_false(kp_text_is_wide("山田ｱ"));
    assert_false(kp_text_is_wide("山田 太郎"));
}

struct pair {
    const char *in, *out;
};

static void check(char *(*convert)(struct kp_arena *, const char *), const struct pair *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_same(cases[i].in, convert(&arena, cases[i].in), cases[i].out);
}

/* Expected values: Unicode's tables. */
static void nfkc__compatibility_characters__get_their_usual_form(void **state UNUSED)
{
    static const struct pair cases[] = {
        {"γ－ＧＴＰ", "γ-GTP"},
        {"ｶﾞｷﾞﾊﾟｰ", "ガギパー"},
        {"①髙﨑～", "1髙﨑~"},
        {"㎎／ｄＬ", "mg/dL"},
        {"　", " "},
        {"か\u3099", "が"},
        {"㍿", "株式会社"},
        {"ABC", "ABC"},
        {"", ""},
        {"ﷺ", "صلى الله عليه وسلم"},
    };
    check(kp_text_nfkc, cases, COUNT(cases));
}

/* What utf8proc makes of a text. */
static char *by_utf8proc(const char *s)
{
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_option_t options = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    assert_true(utf8proc_map((const utf8proc_uint8_t *)s, 0, &mapped, options) >= 0);
    return (char *)mapped;
}

static void assert_nfkc(const char *s)
{
    char *expected = by_utf8proc(s);
    if (strcmp(kp_text_nfkc(&arena, s), expected) != 0)
        fail_msg("'%s' is %s, expected %s", s, kp_text_nfkc(&arena, s), expected);
    free(expected);
}

static void nfkc__every_character__is_as_utf8proc_has_it(void **state UNUSED)
{
    for (int32_t c = 1; c <= 0xffff; c++) {
        struct kp_buf input = {0};
        if (c >= 0xd800 && c < 0xe000)
            continue;
        kp_utf8_put(&input, c);
        const char *at = kp_buf_text(&input);
        assert_int_equal(kp_utf8_next(&at), c);
        assert_int_equal(*at, '\0');
        assert_nfkc(kp_buf_text(&input));
        kp_buf_release(&input);
        kp_arena_reset(&arena);
    }
}

/* Each kana before and behind voiced marks. */
static void nfkc__voiced_marks__compose_as_utf8proc_has_it(void **state UNUSED)
{
    static const char *const marks[] = {"ﾞ", "ﾟ", "ﾟﾞ", "ﾞﾞ", "\u3099", "\u309a", "゛", "ﾞA", "aﾞ", "漢ﾟ"};
    for (int32_t c = 0x3041; c <= 0xff9f; c = c == 0x3105 ? 0xff61 : c + 1)
        for (size_t i = 0; i < COUNT(marks); i++) {
            struct kp_buf input = {0};
            kp_utf8_put(&input, c);
            kp_buf_str(&input, marks[i]);
            kp_utf8_put(&input, c);
            assert_nfkc(kp_buf_text(&input));
            kp_buf_release(&input);
            kp_arena_reset(&arena);
        }
}

static void nfkc__character_that_grows_eighteenfold__is_complete(void **state UNUSED)
{
    struct kp_buf in = {0}, want = {0};
    for (int i = 0; i < 500; i++) {
        kp_buf_str(&in, "ﷺ");
        kp_buf_str(&want, "صلى الله عليه وسلم");
    }
    assert_string_equal(kp_text_nfkc(&arena, kp_buf_text(&in)), kp_buf_text(&want));
    kp_buf_release(&in);
    kp_buf_release(&want);
}

/* Most text of an export needs no folding, which is found without utf8proc. */
static void nfkc__every_character_after_a_kana__is_that_of_utf8proc(void **state UNUSED)
{
    for (int32_t c = 1; c < 0x10000; c++) {
        struct kp_buf in = {0};
        if (c >= 0xd800 && c < 0xe000)
            continue;
        kp_buf_str(&in, "aカ");
        kp_utf8_put(&in, c);
        utf8proc_uint8_t *want = utf8proc_NFKC((const utf8proc_uint8_t *)kp_buf_text(&in));
        assert_non_null(want);
        assert_string_equal(kp_text_nfkc(&arena, kp_buf_text(&in)), (const char *)want);
        free(want);
        kp_buf_release(&in);
        kp_arena_reset(&arena);
    }
}

static void trim__spaces_of_any_width__go_at_the_ends_only(void **state UNUSED)
{
    static const struct pair cases[] = {
        {" a b ", "a b"},
        {"　山田　太郎　", "山田　太郎"},
        {"\t\r\n x\n", "x"},
        {"\u00a0x\u00a0", "x"},
        {"", ""},
        {" 　\t", ""},
        {"x", "x"},
    };
    check(kp_text_trim, cases, COUNT(cases));
}

static char *wide(struct kp_arena *a, const char *s)
{
    return kp_text_wide(a, s, true);
}

static char *wide_without_spaces(struct kp_arena *a, const char *s)
{
    return kp_text_wide(a, s, false);
}

static void wide__ascii_and_half_kana__are_widened(void **state UNUSED)
{
    static const struct pair cases[] = {
        {"ABC-1.2", "ＡＢＣ－１．２"},
        {"ｶﾞｷﾞﾊﾟｰ", "ガギパー"},
        {"ﾊﾟﾋﾞﾌﾍ", "パビフヘ"},
        {"｡｢｣､･", "。「」、・"},
        {"山田 太郎", "山田　太郎"},
        {"山田　太郎", "山田　太郎"},
        {"a\nb\r\nc\td\x7f", "ａ　ｂ　ｃ　ｄ"},
        {"", ""},
        {"ｶﾞaﾊﾟ", "ガａパ"},
        {"①髙﨑～", "①髙﨑～"},
    };
    check(wide, cases, COUNT(cases));
    static const struct pair closed[] = {{"山田 太郎　x", "山田太郎ｘ"}, {" ", ""}};
    check(wide_without_spaces, closed, COUNT(closed));
}

static void wide__every_printable_ascii_character__is_two_bytes(void **state UNUSED)
{
    for (char c = 0x20; c < 0x7f; c++) {
        char s[2] = {c, '\0'};
        int32_t outside = 0;
        assert_int_equal(kp_text_cp932_bytes(text, kp_text_wide(&arena, s, true), &outside), 2);
        assert_int_equal(outside, 0);
    }
}

static void wide__half_voiced_mark_after_full_kana__is_composed(void **state UNUSED)
{
    static const struct pair cases[] = {{"カﾞ", "ガ"}, {"ハﾟ", "パ"}};
    check(wide, cases, COUNT(cases));
}

static void kana_name__other_kana__become_full_katakana_without_spaces(void **state UNUSED)
{
    static const struct pair cases[] = {
        {"ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"},
        {"やまだ　たろう", "ヤマダタロウ"},
        {"オオノ-ｼﾞｮｰｼﾞ", "オオノージョージ"},
        {"ゔぁっぺ", "ヴァッペ"},
        {"ヨ－コ", "ヨーコ"},
        {"ヨ—コ‐", "ヨーコー"},
        {"ｦｧｨｩｪｫｬｭｮｯ", "ヲァィゥェォャュョッ"},
        {"山田ﾀﾛｳ", "山田タロウ"},
        {"", ""},
    };
    check(kp_text_kana_name, cases, COUNT(cases));
}

static void is_kana_name__other_characters__are_refused(void **state UNUSED)
{
    assert_true(kp_text_is_kana_name("ヤマダタロー"));
    assert_true(kp_text_is_kana_name("ヴァヶヵ"));
    static const char *const wrong[] = {"",        "山田",           "ﾔﾏﾀﾞ",
                                        "やまだ",  "ヤマダ タロウ",  "ヤマダ　タロウ",
                                        "ヤマダA", "ヤマダ・タロウ", "ヤマダ。"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (kp_text_is_kana_name(wrong[i]))
            fail_msg("'%s' is no kana name", wrong[i]);
}

static void header_key__width_and_marks__do_not_count(void **state UNUSED)
{
    static const struct pair cases[] = {
        {"γ－ＧＴＰ", "γgtp"},
        {"γ-GTP", "γgtp"},
        {"γーＧＴＰ", "γgtp"},
        {"γ−gtp", "γgtp"},
        {"ＧＰＴ（ＡＬＴ）", "gptalt"},
        {"GPT(ALT)", "gptalt"},
        {"HbA1c [NGSP]", "hba1cngsp"},
        {"身　長 ", "身長"},
        {"【血圧】・収縮期、1回目。", "血圧収縮期1回目"},
        {"ｺﾚｽﾃﾛｰﾙ", "コレステロル"},
        {"コレステロール", "コレステロル"},
        {"employee_id", "employeeid"},
        {"体重\r\n(kg)", "体重kg"},
        {"FEV1.0%", "fev10%"},
        {"", ""},
    };
    check(kp_text_header_key, cases, COUNT(cases));
}

static void value_key__dashes_and_width__are_one(void **state UNUSED)
{
    static const struct pair cases[] = {
        {"－", "-"},
        {"ー", "-"},
        {"ｰ", "-"},
        {"−", "-"},
        {"‐", "-"},
        {"―", "-"},
        {"（±）", "(±)"},
        {"（－）", "(-)"},
        {"( + )", "(+)"},
        {"＋＋", "++"},
        {"陰性　", "陰性"},
        {"ＭＧ／ＤＬ", "mg/dl"},
        {"オージオメーター", "オージオメーター"},
        {"クラスⅢａ", "クラスiiia"},
        {"", ""},
    };
    check(kp_text_value_key, cases, COUNT(cases));
}

static void value_key__long_vowel_mark_in_brackets__is_a_dash(void **state UNUSED)
{
    static const struct pair cases[] = {{"（ー）", "(-)"}, {"(ｰ)", "(-)"}};
    check(kp_text_value_key, cases, COUNT(cases));
}

static void keys__voiced_mark_behind_what_is_dropped__composes(void **state UNUSED)
{
    static const struct pair cases[] = {
        {"ﾏﾝﾓｸ゛ﾗﾌｨ", "マンモグラフィ"}, {"タ ﾞ", "ダ"}, {"ハ゜ニツク", "パニツク"}};
    check(kp_text_header_key, cases, COUNT(cases));
    check(kp_text_value_key, cases, COUNT(cases));
}

static void strings__arena_at_its_limit__are_null(void **state UNUSED)
{
    struct kp_arena none = {.max_bytes = 1};
    assert_null(kp_text_nfkc(&none, "ｶﾞ"));
    assert_null(kp_text_trim(&none, "a"));
    assert_null(kp_text_wide(&none, "aｶﾞ", true));
    assert_null(kp_text_kana_name(&none, "ｶﾞ"));
    assert_null(kp_text_header_key(&none, "a"));
    assert_null(kp_text_value_key(&none, "－"));
    kp_arena_release(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decode__cp932__vendor_characters_are_read),
        cmocka_unit_test(decode__cp932__ascii_second_bytes_stay_in_their_character),
        cmocka_unit_test(decode__cp932__invalid_bytes_are_named_by_offset),
        cmocka_unit_test(decode__cp932__control_characters_are_refused),
        cmocka_unit_test(decode__cp932__every_two_byte_code_is_known),
        cmocka_unit_test(decode__utf8__valid_text_is_kept),
        cmocka_unit_test(decode__utf8__invalid_bytes_are_named_by_offset),
        cmocka_unit_test(utf8__next_put_and_length__agree_on_every_width),
        cmocka_unit_test(cp932_bytes__widths__are_one_and_two),
        cmocka_unit_test(cp932_bytes__private_characters__are_outside),
        cmocka_unit_test(cut__limit_inside_a_character__cuts_before_it),
        cmocka_unit_test(fit__columns__end_after_a_space_or_a_whole_character),
        cmocka_unit_test(predicates__ascii_and_wide__look_at_every_character),
        cmocka_unit_test(nfkc__compatibility_characters__get_their_usual_form),
        cmocka_unit_test(nfkc__every_character__is_as_utf8proc_has_it),
        cmocka_unit_test(nfkc__voiced_marks__compose_as_utf8proc_has_it),
        cmocka_unit_test(nfkc__character_that_grows_eighteenfold__is_complete),
        cmocka_unit_test(nfkc__every_character_after_a_kana__is_that_of_utf8proc),
        cmocka_unit_test(trim__spaces_of_any_width__go_at_the_ends_only),
        cmocka_unit_test(wide__ascii_and_half_kana__are_widened),
        cmocka_unit_test(wide__every_printable_ascii_character__is_two_bytes),
        cmocka_unit_test(wide__half_voiced_mark_after_full_kana__is_composed),
        cmocka_unit_test(kana_name__other_kana__become_full_katakana_without_spaces),
        cmocka_unit_test(is_kana_name__other_characters__are_refused),
        cmocka_unit_test(header_key__width_and_marks__do_not_count),
        cmocka_unit_test(value_key__dashes_and_width__are_one),
        cmocka_unit_test(value_key__long_vowel_mark_in_brackets__is_a_dash),
        cmocka_unit_test(keys__voiced_mark_behind_what_is_dropped__composes),
        cmocka_unit_test(strings__arena_at_its_limit__are_null),
    };
    return cmocka_run_group_tests_name("text", tests, make_text, tear_down);
}
