/* Encodings, line ends and delimiters give the same result; comments, undecodable bytes, rare characters,
 * quotes and line breaks. */
#include "golden.h"

/* A released row of ../export.csv, and the cells that the tests below change. */
#define LINE "5"
#define PERSON "10376,"

static const char *const ENCODINGS[] = {"cp932", "utf8", "utf8mark", "utf16le", "utf16be"};
static const char *const ENDS[] = {"crlf", "lf", "cr"};
static const char *const DELIMITERS[] = {"comma", "tab", "semicolon"};

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || kenporter(EXPORT "-o plain " INPUT) != 1)
        return -1;
    return run_shell("iconv -f CP932 -t UTF-8 " INPUT ">export.utf8 && cp " INPUT "export.cp932 && "
                     "grep -q '^" PERSON "' export.utf8 && sed -n " LINE "p export.utf8 | grep -q '^" PERSON
                     "' && "
                     "python3 \"$GOLDEN/write_variants.py\" " INPUT "variants && "
                     "python3 \"$GOLDEN/write_variants.py\" " VENDORS "pattern_b.csv\" variants");
}

/* --- the same data --- */

/* Runs the variant in its own folder, so that the name of the input is always the same. */
static void assert_same_outcome(const char *variant, const char *first, const char *config, const char *input)
{
    static const char *const files[] = {"decisions.csv", "rejected.csv", "held.csv", "notes.csv"};
    const char *out = textf("variants/%s/%.*s", variant, (int)strcspn(input, "."), input);
    int status = run_shell(textf("cd variants/%s && \"$KENPORTER\" export %s -o %.*s %s >stdout 2>stderr",
                                 variant, config, (int)strcspn(input, "."), input, input));
    if (status != 1)
        fail_msg("%s: exit %d: %s", out, status, slurp(textf("variants/%s/stderr", variant), NULL));
    assert_same_bundles(first, out);
    for (size_t i = 0; i < COUNT(files); i++)
        assert_same_file(textf("%s/%s", run_folder(first), files[i]),
                         textf("%s/%s", run_folder(out), files[i]));
    must("rm -rf '%s'", strcmp(first, out) == 0 ? "none" : out);
}

static void pattern_b__any_encoding_and_delimiter__gives_the_same(void **state)
{
    (void)state;
    const char *first = "variants/utf8_lf_comma/pattern_b";
    assert_same_outcome("utf8_lf_comma", first, VENDOR_CONFIG, "pattern_b.csv");
    for (size_t e = 0; e < COUNT(ENCODINGS); e++)
        for (size_t l = 0; l < COUNT(ENDS); l++)
            for (size_t d = 1; d < COUNT(DELIMITERS); d++)
                if (e != 1 || l != 1 || d != 1)
                    assert_same_outcome(textf("%s_%s_%s", ENCODINGS[e], ENDS[l], DELIMITERS[(e + l + d) % 3]),
                                        first, VENDOR_CONFIG, "pattern_b.csv");
}

/* The larger export: each encoding with each line end, and the delimiter not covered above. */
static void export__any_encoding_and_line_end__gives_the_same(void **state)
{
    (void)state;
    const char *first = "variants/cp932_crlf_comma/export";
    assert_same_outcome("cp932_crlf_comma", first, CONFIG, "export.csv");
    assert_same_bundles("plain", first);
    for (size_t e = 0; e < COUNT(ENCODINGS); e++)
        for (size_t l = 0; l < COUNT(ENDS); l++)
            if (e + l > 0)
                assert_same_outcome(textf("%s_%s_%s", ENCODINGS[e], ENDS[l], DELIMITERS[(e + l) % 3]), first,
                                    CONFIG, "export.csv");
}

static void report__encoding__is_named(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"cp932", "cp932"},
                                           {"utf8", "utf-8"},
                                           {"utf8mark", "utf-8"},
                                           {"utf16le", "utf-16"},
                                           {"utf16be", "utf-16"}};
    for (size_t i = 0; i < COUNT(names); i++) {
        renew("encoding", NULL);
        assert_int_equal(
            kenporter("check " VENDOR_CONFIG "-o encoding variants/%s_lf_tab/pattern_b.csv", names[i][0]), 1);
        assert_contains(slurp(textf("%s/report.json", run_folder("encoding")), NULL),
                        textf("\"encoding\": \"%s", names[i][1]));
    }
}

/* --- comments --- */

/* Every row is decided as in the run without comments, so many lines further down. */
static void assert_decided_as_plain(const char *out, size_t before_header, size_t after_line, size_t further)
{
    struct sheet plain = decisions_of("plain"), d = decisions_of(out);
    assert_int_equal(d.n_rows, plain.n_rows);
    for (size_t row = 1; row < d.n_rows; row++) {
        size_t line = strtoul(cell(&plain, row, "line"), NULL, 10);
        assert_int_equal(strtoul(cell(&d, row, "line"), NULL, 10),
                         line + before_header + (line > after_line ? further : 0));
        assert_string_equal(cell(&d, row, "decision"), cell(&plain, row, "decision"));
        assert_string_equal(cell(&d, row, "codes"), cell(&plain, row, "codes"));
        assert_string_equal(cell(&d, row, "document"), cell(&plain, row, "document"));
    }
}

static void comments__between_rows__change_nothing_and_are_counted(void **state)
{
    (void)state;
    static const char *const conversions[] = {"cat", "iconv -f UTF-8 -t CP932", "iconv -f UTF-8 -t UTF-16",
                                              "tr -d '\\r'", "sed '1s/^/\\xef\\xbb\\xbf/'"};
    must(
        "sed -e '1i # 健診結果, 2025年度\\r' -e '50a #一つの\"引用符,;\\r\\n# 二つ目\\r' -e '$a # 終わり' export.utf8 >comments.utf8");
    assert_int_equal(counted("plain", "comment_lines"), 0);
    for (size_t i = 0; i < COUNT(conversions); i++) {
        const char *out = textf("comments%zu", i);
        must("%s <comments.utf8 >comments.csv", conversions[i]);
        assert_int_equal(kenporter(EXPORT "-o %s comments.csv", out), 1);
        assert_same_bundles("plain", out);
        assert_decided_as_plain(out, 1, 50, 2);
        assert_int_equal(counted(out, "comment_lines"), 4);
        assert_int_equal(counted(out, "rows"), counted("plain", "rows"));
    }
}

/* A comment as wide as a row is skipped, since someone may have removed that person, but reported. */
static void comments__as_wide_as_a_row__are_reported(void **state)
{
    (void)state;
    must("sed -e '" LINE "s/^/#/' export.utf8 >out.csv");
    assert_int_equal(kenporter(EXPORT "-o wide out.csv"), 1);
    assert_contains(slurp("stderr", NULL), "warn K2026: 1 lines");
    assert_int_equal(counted("wide", "comment_lines"), 1);
    assert_int_equal(counted("wide", "rows") + 1, counted("plain", "rows"));
    must(
        "{ sed -n 1p export.utf8; echo too,short; sed -n '2s/^/#/p' export.utf8; sed -n 4p export.utf8; } >short.csv");
    assert_int_equal(kenporter(EXPORT "-o short short.csv"), 1);
    assert_contains(slurp("stderr", NULL),
                    "short.csv:3: warn K2026"); /* the header determines the number of fields */
}

static void header__that_is_missing__is_refused(void **state)
{
    (void)state;
    must("sed 1d export.utf8 >headless.csv");
    assert_int_equal(kenporter(EXPORT "-o headless headless.csv"), 3);
    assert_contains(slurp("stderr", NULL), "K2012");
}

/* As the CC2X converter writes it. */
static void header__in_a_comment__is_the_header(void **state)
{
    (void)state;
    must("sed '1s/^/#/' export.utf8 >commented.csv");
    assert_int_equal(kenporter(EXPORT "-o commented commented.csv"), 1);
    assert_same_bundles("plain", "commented");
}

static void bytes__half_a_surrogate_pair__rejects_its_row_alone(void **state)
{
    (void)state;
    must("python3 -c \"t = open('export.utf8', encoding='utf-8', newline='').read().split('\\n'); "
         "t[4] = t[4].replace(',', ',\\ud83d', 1); open('half.csv', 'wb').write(b'\\xff\\xfe' + "
         "'\\n'.join(t).encode('utf-16-le', 'surrogatepass') + b'x')\"");
    assert_int_equal(kenporter(EXPORT "-o half half.csv"), 1);
    const char *told = slurp("stderr", NULL);
    assert_contains(told, "reject K2011");
    assert_int_equal(occurrences(told, "K2011"), 2); /* and the stray byte after the last row */
    assert_int_equal(counted("half", "read"), counted("plain", "read") + 1);
}

static void comments__inside_a_cell_or_quoted__are_data(void **state)
{
    (void)state;
    must("sed -e '" LINE "s/^" PERSON
         "/\"#10376\",/' -e '7s/,特になし,/,\"頭痛\\n# 二行目\",/' export.utf8 >data.csv; "
         "grep -q '^# 二行目' data.csv && grep -q '^\"#10376\"' data.csv");
    assert_int_equal(kenporter(EXPORT "-o data data.csv"), 1);
    assert_int_equal(counted("data", "comment_lines"), 0);
    assert_int_equal(counted("data", "rows"), counted("plain", "rows"));
    assert_decided_as_plain("data", 0, 7, 1);
}

/* --- undecodable bytes --- */

/* Inserts the byte into the address of the row after six bytes: three characters of CP932, two of UTF-8. */
static void spoil_address(const char *from, const char *to, unsigned char byte)
{
    size_t n = 0;
    const char *bytes = slurp(from, &n), *at = strstr(bytes, "\n" PERSON);
    assert_non_null(at);
    for (int commas = 0; commas < 10; at++)
        commas += *at == ',';
    at += 6;
    size_t before = (size_t)(at - bytes);
    char *spoilt = keep(n + 1);
    memcpy(spoilt, bytes, before);
    spoilt[before] = (char)byte;
    memcpy(spoilt + before + 1, at, n - before);
    put(to, spoilt, n + 1);
}

static void bytes__undecodable__reject_that_row_alone(void **state)
{
    (void)state;
    static const struct {
        const char *file, *encoding;
        unsigned char byte;
    } cases[] = {{"export.cp932", "CP932", 0xff}, {"export.cp932", "CP932", 0xfd},
                 {"export.utf8", "UTF-8", 0xff},  {"export.utf8", "UTF-8", 0x81},
                 {"export.utf8", "UTF-8", 0xe3},  {"export.utf8", "UTF-8", 0xc0}};
    struct sheet plain = decisions_of("plain");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *out = textf("byte%zu", i);
        spoil_address(cases[i].file, "byte.csv", cases[i].byte);
        assert_int_equal(kenporter(EXPORT "-o %s byte.csv", out), 1);
        assert_contains(slurp("stderr", NULL), textf("byte.csv:" LINE ": reject K2011 住所 cell K" LINE
                                                     ": byte 7 (0x%02X) of the field is "
                                                     "not %s; ",
                                                     cases[i].byte, cases[i].encoding));
        assert_int_equal(occurrences(slurp("stderr", NULL), "K2011"), 1);
        struct sheet d = decisions_of(out);
        assert_int_equal(d.n_rows, plain.n_rows);
        for (size_t row = 1; row < d.n_rows; row++) {
            bool spoilt = is(&d, row, "line", LINE);
            assert_string_equal(cell(&d, row, "decision"),
                                spoilt ? "rejected" : cell(&plain, row, "decision"));
            assert_string_equal(cell(&d, row, "codes"), spoilt ? "K2011" : cell(&plain, row, "codes"));
        }
        must("iconv -f UTF-8 -t UTF-8 %s/rejected.csv >/dev/null", run_folder(out));
    }
}

/* rejected.csv shows the byte as an escape, which must not be released as text if the row comes back
 * unchanged. */
static void bytes__undecodable_fed_back__reject_the_row_again(void **state)
{
    (void)state;
    spoil_address("export.utf8", "byte.csv", 0xff);
    must("sed -n '1p;" LINE "p' byte.csv >one.csv");
    assert_int_equal(kenporter(EXPORT "-o one one.csv"), 1);
    must("cp %s/rejected.csv one_again.csv", run_folder("one"));
    assert_int_equal(kenporter(EXPORT "-o one_again one_again.csv"), 1);
    assert_int_equal(counted("one_again", "rejected"), 1);
    assert_int_equal(how_many("one_again/*.zip"), 0);
}

/* Even with few rows the encoding is that of most characters. */
static void bytes__undecodable_in_a_short_file__reject_that_row_alone(void **state)
{
    (void)state;
    static const char *const files[] = {"export.cp932", "export.utf8"};
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *out = textf("short%zu", i);
        spoil_address(files[i], "long.csv", 0xff);
        must("sed -n '1p;4,6p' long.csv >short.csv");
        assert_int_equal(kenporter(EXPORT "-o %s short.csv", out), 1);
        assert_int_equal(counted(out, "released"), 2);
        assert_contains(
            slurp("stderr", NULL),
            textf("short.csv:3: reject K2011 住所 cell K3: byte 7 (0xFF) of the field is not %s; ",
                  i == 0 ? "CP932" : "UTF-8"));
    }
}

/* --- characters of CP932's extensions --- */

static void assert_document_holds(const char *out, const char *expected)
{
    struct sheet d = decisions_of(out);
    size_t row = find_row(&d, "line", LINE);
    assert_string_equal(cell(&d, row, "decision"), "released");
    must("unzip -p %s/%s '*/DATA/%s' >document", out, cell(&d, row, "bundle"), cell(&d, row, "document"));
    assert_contains(slurp("document", NULL), expected);
}

static void characters__of_the_extensions__survive(void **state)
{
    (void)state;
    must(
        "python3 -c \"import csv\n"
        "rows = list(csv.reader(open('export.utf8', encoding='utf-8', newline='')))\n"
        "row = [r for r in rows if r[0] == '10376'][0]\n"
        "new = {'住所': '兵庫県潮見市髙﨑Ⅱ丁目①－３㈱寮', '健診機関名称': '㈱髙﨑クリニックⅡ①', '自覚症状': '①髙い所が苦手、Ⅱ度﨑㈱'}\n"
        "for name, value in new.items(): row[rows[0].index(name)] = value\n"
        "for codec in 'cp932', 'utf-8', 'utf-16':\n"
        "    csv.writer(open('rare.' + codec, 'w', encoding=codec, newline='')).writerows(rows)\n\"");
    static const char *const codecs[] = {"cp932", "utf-8", "utf-16"};
    for (size_t i = 0; i < COUNT(codecs); i++) {
        const char *out = textf("rare%zu", i);
        assert_int_equal(kenporter(EXPORT "-o %s rare.%s", out, codecs[i]), 1);
        assert_document_holds(out, "</postalCode>兵庫県潮見市髙﨑Ⅱ丁目①－３㈱寮</addr>");
        assert_document_holds(out, "<name>㈱髙﨑クリニックⅡ①</name>");
        assert_document_holds(out, ">①髙い所が苦手、Ⅱ度﨑㈱</value>");
        assert_same_bundles("rare0", out);
    }
}

/* CP932 has two codes, NEC's and IBM's, for some characters. */
static void characters__with_two_codes__are_the_same(void **state)
{
    (void)state;
    must(
        "python3 -c \"other = {'髙': b'\\xfb\\xfc', '﨑': b'\\xfa\\xb1', 'Ⅱ': b'\\xfa\\x4b', '㈱': b'\\xfa\\x58'}\n"
        "for c, code in other.items(): assert code.decode('cp932') == c and code != c.encode('cp932')\n"
        "text = open('rare.cp932', encoding='cp932', newline='').read()\n"
        "file = open('two_codes.csv', 'wb')\n"
        "for c in text: file.write(other.get(c, c.encode('cp932')))\n\"");
    must("! cmp -s two_codes.csv rare.cp932");
    assert_int_equal(kenporter(EXPORT "-o two_codes two_codes.csv"), 1);
    assert_same_bundles("rare0", "two_codes");
}

/* --- quotes and line breaks --- */

static void quote__unbalanced__stops_with_its_line(void **state)
{
    (void)state;
    static const char *const conversions[] = {"cat", "tr -d '\\r'", "tr -d '\\n'", "iconv -f UTF-8 -t CP932",
                                              "iconv -f UTF-8 -t UTF-16"};
    must("sed '20s/,女,/,\"女,/;20s/,男,/,\"男,/' export.utf8 >quote.utf8; ! cmp -s quote.utf8 export.utf8");
    for (size_t i = 0; i < COUNT(conversions); i++) {
        /* the breaks inside cells come before line 20, so the line number is the same in every conversion */
        must("%s <quote.utf8 >quote.csv", conversions[i]);
        int status = kenporter(EXPORT "-o quote quote.csv");
        const char *err = slurp("stderr", NULL);
        if (status != 3 || !strstr(err, i == 2 ? "quote.csv:19: fail K2004" : "quote.csv:20: fail K2004"))
            fail_msg("%s: exit %d: %s", conversions[i], status, err);
        assert_int_equal(occurrences(err, ": fail "), 1);
        assert_int_equal(how_many("quote/*.zip") + how_many("quote/runs/*"), 0);
    }
}

/* Line breaks of all three kinds inside a cell; a fault below is reported with the line that an editor
 * shows. */
static void breaks__inside_a_cell__count_as_lines(void **state)
{
    (void)state;
    static const size_t lines[] = {1, 1, 1, 2, 2, 2, 2};
    must("python3 -c \"import csv\n"
         "rows = list(csv.reader(open('export.utf8', encoding='utf-8', newline='')))[:7]\n"
         "at = {name: i for i, name in enumerate(rows[0])}\n"
         "rows[4][at['性別']] = '不明'\n"
         "for l, end in enumerate(['\\r\\n', '\\n', '\\r']):\n"
         "    for i, inside in enumerate('\\n|\\r\\n|\\r|\\n\\n|\\r\\r|\\r\\n\\r\\n|\\n\\r'.split('|')):\n"
         "        rows[3][at['自覚症状']] = '頭痛' + inside + '腰痛'\n"
         "        file = open('breaks%%d%%d.csv' %% (l, i), 'w', encoding='utf-8', newline='')\n"
         "        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)\n\"");
    for (size_t l = 0; l < COUNT(ENDS); l++)
        for (size_t i = 0; i < COUNT(lines); i++) {
            const char *name = textf("breaks%zu%zu", l, i);
            assert_int_equal(kenporter(EXPORT "-o %s %s.csv", name, name), 1);
            assert_contains(slurp("stderr", NULL), textf("%s.csv:%zu: reject K4011", name, 5 + lines[i]));
            struct sheet d = decisions_of(name);
            assert_string_equal(cell(&d, 3, "line"), "4");
            assert_string_equal(cell(&d, 3, "decision"), "released");
            assert_string_equal(cell(&d, 4, "line"), textf("%zu", 5 + lines[i]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pattern_b__any_encoding_and_delimiter__gives_the_same),
        cmocka_unit_test(export__any_encoding_and_line_end__gives_the_same),
        cmocka_unit_test(report__encoding__is_named),
        cmocka_unit_test(comments__between_rows__change_nothing_and_are_counted),
        cmocka_unit_test(comments__inside_a_cell_or_quoted__are_data),
        cmocka_unit_test(comments__as_wide_as_a_row__are_reported),
        cmocka_unit_test(header__that_is_missing__is_refused),
        cmocka_unit_test(header__in_a_comment__is_the_header),
        cmocka_unit_test(bytes__half_a_surrogate_pair__rejects_its_row_alone),
        cmocka_unit_test(bytes__undecodable__reject_that_row_alone),
        cmocka_unit_test(bytes__undecodable_fed_back__reject_the_row_again),
        cmocka_unit_test(bytes__undecodable_in_a_short_file__reject_that_row_alone),
        cmocka_unit_test(characters__of_the_extensions__survive),
        cmocka_unit_test(characters__with_two_codes__are_the_same),
        cmocka_unit_test(quote__unbalanced__stops_with_its_line),
        cmocka_unit_test(breaks__inside_a_cell__count_as_lines),
    };
    return cmocka_run_group_tests_name("encodings", tests, set_up, tear_down_golden);
}
