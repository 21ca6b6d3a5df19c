#include "support.h"

#include "base/escape.h"

/* Expected values: RFC 4180. Spaces at the ends are quoted too, because readers trim them. */
static void csv__fields__are_quoted_only_when_they_must(void **state UNUSED)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},   {"", ""},
        {"a,b", "\"a,b\""},   {"say \"x\"", "\"say \"\"x\"\"\""},
        {"\"", "\"\"\"\""},   {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""}, {" a", "\" a\""},
        {"a ", "\"a \""},     {"a b", "a b"},
        {" ", "\" \""},       {"健診", "健診"},
        {"a;b\tc", "a;b\tc"}, {"#x", "\"#x\""},
        {"x#", "x#"},         {"\ufeffx", "\"\ufeffx\""},
        {"\x1a", "\"\x1a\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_buf buf = {0};
        kp_buf_csv(&buf, cases[i].in);
        assert_string_equal(kp_buf_text(&buf), cases[i].out);
        kp_buf_release(&buf);
    }
}

/* What spreadsheets execute when they open a CSV file (OWASP, CSV injection); results and telephone numbers
 * are left alone. Reading gives every text back. */
static void sheet_cell__formulas__get_an_apostrophe(void **state UNUSED)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"=1+1", "'=1+1"},
        {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
        {"+cmd|'/C calc'!A0", "'+cmd|'/C calc'!A0"},
        {"-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {" =1", "\"' =1\""},
        {"　=1", "'　=1"},
        {"\t=1", "'\t=1"},
        {"\ta", "'\ta"},
        {"\ra", "\"'\ra\""},
        {"＝1", "'＝1"},
        {"-陽性", "'-陽性"},
        {"'=1", "''=1"},
        {"''=1", "'''=1"},
        {"'abc", "'abc"},
        {"'", "'"},
        {"-5.7", "-5.7"},
        {"+3", "+3"},
        {"-", "-"},
        {"--", "--"},
        {"+-", "+-"},
        {"＋", "＋"},
        {"－５．７", "－５．７"},
        {"-1,000", "\"-1,000\""},
        {"+81-3-1234-5678", "+81-3-1234-5678"},
        {"+81 (3) 1234-5678", "+81 (3) 1234-5678"},
        {"03-1234-5678", "03-1234-5678"},
        {"1=2", "1=2"},
        {"(-)", "(-)"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_buf buf = {0};
        kp_buf_sheet_cell(&buf, cases[i].in);
        assert_string_equal(kp_buf_text(&buf), cases[i].out);
        if (*cases[i].out != '"')
            assert_string_equal(kp_sheet_cell_text(cases[i].out), cases[i].in);
        kp_buf_release(&buf);
    }
    assert_string_equal(kp_sheet_cell_text("' =1"), " =1");
}

static void names__that_are_not_utf8__are_shown_as_bytes(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_buf buf = {0};
    const char *plain = "健診.csv";
    assert_ptr_equal(kp_shown_name(&arena, plain), plain);
    assert_string_equal(kp_shown_name(&arena, "a/\x8c\x92\x90"
                                              "f.csv"),
                        "a/\\x8C\\x92\\x90f.csv");
    kp_buf_json(&buf, "\x8c\x92");
    kp_buf_printable(&buf, " \x8c健\x1b");
    kp_buf_html(&buf, " <\xff>");
    assert_string_equal(kp_buf_text(&buf), "\"\\\\x8C\\\\x92\" \\x8C健? &lt;\\xFF&gt;");
    kp_buf_release(&buf);
    kp_arena_release(&arena);
}

/* Expected values: RFC 8259. */
static void json__text__is_escaped(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_json(&buf, "a\"b\\c\n\t\x01\x1f/\x7f健");
    assert_string_equal(buf.data, "\"a\\\"b\\\\c\\u000a\\u0009\\u0001\\u001f/\x7f健\"");
    kp_buf_reset(&buf);
    kp_buf_json(&buf, "");
    assert_string_equal(buf.data, "\"\"");
    kp_buf_release(&buf);
}

static void xml__text__is_escaped(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_xml(&buf, "<a b=\"c\">'&amp;健\n</a>trailing", 20);
    assert_string_equal(kp_buf_text(&buf), "&lt;a b=&quot;c&quot;&gt;'&amp;amp;健\n&lt;");
    kp_buf_reset(&buf);
    kp_buf_xml(&buf, "", 0);
    assert_string_equal(kp_buf_text(&buf), "");
    kp_buf_release(&buf);
}

/* U+0085, U+202E and U+2066 are two and three bytes; their neighbours U+00A0, U+202F and U+206A are kept. */
static void printable__controls_and_bidi__become_marks(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"健診 abc", "健診 abc"},
        {"a\nb\rc\x1b[0m\x7f", "a?b?c?[0m?"},
        {"\xc2\x85\u202a\u202e\u2066\u2069", "?????"},
        {"\u00a0\u2029\u202f\u2065\u206a", "\u00a0\u2029\u202f\u2065\u206a"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_buf buf = {0};
        kp_buf_printable(&buf, cases[i][0]);
        assert_string_equal(kp_buf_text(&buf), cases[i][1]);
        kp_buf_release(&buf);
    }
}

static void html__markup__is_text(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_html(&buf, "<b>\"a\" & 健\u202e</b>\n");
    assert_string_equal(kp_buf_text(&buf), "&lt;b&gt;&quot;a&quot; &amp; 健?&lt;/b&gt;?");
    kp_buf_release(&buf);
}

static void cell_name__columns__are_letters(void **state UNUSED)
{
    static const struct {
        unsigned column;
        const char *name;
    } cases[] = {{0, ""},
                 {1, "A"},
                 {2, "B"},
                 {23, "W"},
                 {26, "Z"},
                 {27, "AA"},
                 {52, "AZ"},
                 {702, "ZZ"},
                 {703, "AAA"},
                 {16384, "XFD"},
                 {4294967295u, "MWLQKWU"}};
    char name[KP_CELL_NAME];
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(kp_cell_name(cases[i].column, name), cases[i].name);
    for (size_t i = 0; i + 1 < COUNT(cases); i++)
        assert_int_equal(kp_cell_column(cases[i].name), cases[i].column);
    assert_int_equal(kp_cell_column("fasting") + kp_cell_column("A1") + kp_cell_column("…"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv__fields__are_quoted_only_when_they_must),
        cmocka_unit_test(sheet_cell__formulas__get_an_apostrophe),
        cmocka_unit_test(names__that_are_not_utf8__are_shown_as_bytes),
        cmocka_unit_test(json__text__is_escaped),
        cmocka_unit_test(xml__text__is_escaped),
        cmocka_unit_test(printable__controls_and_bidi__become_marks),
        cmocka_unit_test(html__markup__is_text),
        cmocka_unit_test(cell_name__columns__are_letters),
    };
    return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
