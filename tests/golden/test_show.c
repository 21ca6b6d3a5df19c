/* The show command: a bundle's contents and one record, as text and as HTML. */
#include "golden.h"

#define BUNDLE "out/6631111116_06139463_202604010_1.zip"

static const char *const bundle = BUNDLE; /* of insurer 06139463: 103 documents */

static int set_up(void **state)
{
    return set_up_golden(state) == 0 && kenporter(EXPORT "-o out " INPUT) == 1 ? 0 : -1;
}

static const char *shown(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *shown(const char *format, ...)
{
    char arguments[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(arguments, sizeof(arguments), format, args);
    va_end(args);
    int status = kenporter("show %s", arguments);
    if (status != 0)
        fail_msg("show %s ends with %d: %s", arguments, status, slurp("stderr", NULL));
    return slurp("stdout", NULL);
}

static void contents__every_document__has_a_line_and_nobody_a_name(void **state UNUSED)
{
    const char *page = shown("--lang ja %s", bundle);
    assert_contains(page, "送付先");
    assert_contains(page, "06139463");
    assert_int_equal(occurrences(page, "h663111111620260401010"), 103);
    must("iconv -f CP932 -t UTF-8 \"$FIXTURES/export.csv\" >export.utf8");
    must("python3 \"$GOLDEN/find_secrets.py\" export.utf8 stdout stderr");
}

static void contents__with_values__name_the_people(void **state UNUSED)
{
    must("unzip -p %s '*/DATA/*000003.xml' | grep -oP '<patient><name>\\K[^<]*' >name", bundle);
    const char *name = slurp("name", NULL);
    assert_true(strlen(name) > 6);
    assert_contains(shown("--lang ja --show-values %s", bundle),
                    textf("%.*s", (int)strcspn(name, "\n"), name));
}

static void record__by_number_and_by_every_name__is_the_same(void **state UNUSED)
{
    static const char *const ways[] = {
        "h66311111162026040101000003.xml", "h66311111162026040101000003",
        "DATA/h66311111162026040101000003.xml",
        "6631111116_06139463_202604010_1/DATA/h66311111162026040101000003.xml"};
    const char *by_number = shown("--lang ja %s 3", bundle);
    for (size_t i = 0; i < COUNT(ways); i++)
        assert_string_equal(shown("--lang ja %s %s", bundle, ways[i]), by_number);
}

/* Line 3 of the export, derived by hand from its document. */
static void record__as_text__reads_as_a_sheet(void **state UNUSED)
{
    const char *page = shown("--lang ja %s 3", bundle);
    static const char *const parts[] = {"1974-04-17 (51)",
                                        "664-0959 兵庫県潮見市松ケ浜６－２６－１３",
                                        "10: 特定健診情報",
                                        "010: 特定健診",
                                        "169.9 cm",
                                        "既往歴                                   2: 特記すべきことなし",
                                        "1.00 mg/dL",
                                        "〈血液像検査〉",
                                        "要経過観察（肝機能）",
                                        "3: いいえ",
                                        "106 mmHg",
                                        "万/mm3",
                                        "[01010: 検査・問診結果セクション]",
                                        "2819902251"};
    for (size_t i = 0; i < COUNT(parts); i++)
        assert_contains(page, parts[i]);
}

static void record__in_english__has_english_labels(void **state UNUSED)
{
    const char *page = shown("--lang en %s 3", bundle);
    assert_contains(page, "name (kana)");
    assert_contains(page, "reference range");
    assert_contains(page, "身長"); /* items only have Japanese names */
}

/* Returns a bundle whose third document was changed. */
static const char *edited(const char *old, const char *new)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" %s edited/$(basename %s) '%s' '%s'", bundle, bundle, old, new);
    return shown("--lang ja edited/6631111116_06139463_202604010_1.zip 3");
}

#define HEIGHT "<value xsi:type=\"PQ\" value=\"169.9\" unit=\"cm\"/>"
#define MARK(code) "<value xsi:type=\"CD\" code=\"" code "\" codeSystem=\"2.16.840.1.113883.5.83\"/>"

/* A mark is the limit of the input range if the number equals it, and otherwise the source's own. */
static void record__marks_and_ranges__say_what_they_mean(void **state UNUSED)
{
    assert_contains(edited(HEIGHT, MARK("L") "<value xsi:type=\"PQ\" value=\"95.0\" unit=\"cm\"/>"),
                    "  95.0 cm (入力最小値以下)\n");
    assert_contains(edited(HEIGHT, MARK("H") "<value xsi:type=\"PQ\" value=\"250.0\" unit=\"cm\"/>"),
                    "  250.0 cm (入力最大値以上)\n");
    assert_contains(edited(HEIGHT, MARK("L") HEIGHT), "  169.9 cm 以下\n");
    assert_contains(edited(HEIGHT, "<value xsi:type=\"PQ\" nullFlavor=\"NI\"/>"), "  測定不可能\n");
    const char *judged = edited(
        HEIGHT, HEIGHT "<interpretationCode code=\"H\"/><referenceRange><observationRange classCode=\"OBS\" "
                       "moodCode=\"EVN.CRT\"><value xsi:type=\"IVL_PQ\"><low value=\"150\" unit=\"cm\"/>"
                       "</value></observationRange></referenceRange>");
    assert_contains(judged, "169.9 cm             H 高い   150 以上\n");
    must(
        "python3 \"$GOLDEN/edit_bundle.py\" %s edited/$(basename %s) 'value=\"20250513\"' 'value=\"20130331\"' '%s' '%s'",
        bundle, bundle, HEIGHT, MARK("H"));
    assert_contains(shown("--lang ja edited/6631111116_06139463_202604010_1.zip 3"), "  (入力最大値以上)\n");
}

static void record__long_text__stays_in_its_column(void **state UNUSED)
{
    const char *page = edited(
        "\\xe8\\xa6\\x81\\xe7\\xb5\\x8c\\xe9\\x81\\x8e\\xe8\\xa6\\xb3\\xe5\\xaf\\x9f", /* 要経過観察 */
        "\\xe3\\x81\\x82\\xe3\\x81\\x84\\xe3\\x81\\x86\\xe3\\x81\\x88\\xe3\\x81\\x8a\\xe3\\x81\\x8b\\xe3\\x81\\x8d\\xe3\\x81\\x8f"
        "\\xe3\\x81\\x91\\xe3\\x81\\x93\\xe3\\x81\\x82\\xe3\\x81\\x84\\xe3\\x81\\x86\\xe3\\x81\\x88\\xe3\\x81\\x8a\\xe3\\x81\\x8b"
        "\\xe3\\x81\\x8d\\xe3\\x81\\x8f\\xe3\\x81\\x91\\xe3\\x81\\x93");
    assert_contains(page, "医師の診断(判定)                         あいうえおかきくけこあいうえおかきく\n"
                          "                                           けこ（肝機能）\n");
}

static void contents__codes_of_the_index__are_spelled_out(void **state UNUSED)
{
    const char *page = shown("--lang ja %s", bundle);
    assert_contains(page, "6: 健診機関→保険者");
    assert_contains(page, "1: 特定健診情報");
}

/* Every item of the document has a line: one per code and doctor's name. */
static void record__every_document__shows_all_its_items(void **state UNUSED)
{
    must("python3 \"$GOLDEN/count_shown.py\" %s", bundle);
}

static void html__page__is_whole_and_needs_nothing_else(void **state UNUSED)
{
    const char *page = shown("--html --lang ja %s 3", bundle);
    assert_contains(page, "<!DOCTYPE html>");
    assert_contains(page, "169.9 cm");
    static const char *const outside[] = {"http:", "https:", "<script", "src=", "href=", "@import", "url("};
    for (size_t i = 0; i < COUNT(outside); i++)
        assert_int_equal(occurrences(page, outside[i]), 0);
    must("python3 -c \"import html.parser, sys\n"
         "class P(html.parser.HTMLParser):\n"
         "    def __init__(s): super().__init__(); s.open = []\n"
         "    def handle_starttag(s, t, a): s.open += [] if t in ('meta',) else [t]\n"
         "    def handle_endtag(s, t): assert s.open.pop() == t, t\n"
         "p = P(); p.feed(open('stdout', encoding='utf-8').read()); assert p.open == [], p.open\"");
}

static void check_page(const char *lang)
{
    must("cp stdout page.html && python3 \"$GOLDEN/check_page.py\" %s page.html", lang);
}

/* Names only on demand: then the documents are in the page, too, and the contents lead to them. */
static void html__contents__lead_to_the_documents(void **state UNUSED)
{
    const char *page = shown("--html --show-values --lang ja %s", bundle);
    assert_contains(page, "<a href=\"#d103\">");
    assert_int_equal(occurrences(page, "<article "), 103);
    assert_contains(page, "id=\"d103\"");
    check_page("ja");
    page = shown("--html --lang en %s", bundle);
    assert_int_equal(occurrences(page, "<article ") + occurrences(page, "href="), 0);
    assert_contains(page, "With --show-values");
    check_page("en");
}

static void html__record__marks_findings_and_has_no_empty_column(void **state UNUSED)
{
    const char *page = shown("--html --lang ja %s 51", bundle);
    assert_contains(page,
                    "<tr class=\"high\"><th scope=\"row\">自覚症状</th><td>1: 特記すべきことあり</td></tr>");
    assert_null(strstr(page, "基準値"));
    must("python3 \"$GOLDEN/edit_bundle.py\" %s high/$(basename %s) 'value=\"154.7\" unit=\"cm\"/>' "
         "'value=\"154.7\" unit=\"cm\"/><interpretationCode code=\"H\"/>'",
         bundle, bundle);
    page = shown("--html --lang en high/6631111116_06139463_202604010_1.zip 51");
    assert_contains(page, "<tr class=\"high\"><th scope=\"row\">身長</th><td>154.7 cm</td><td>H high</td>");
    check_page("en");
}

static void html__text_with_markup__stays_text(void **state UNUSED)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" %s evil/$(basename %s) '\\xe8\\xa6\\x81\\xe7\\xb5\\x8c' "
         "'&lt;script&gt;&quot;\\xe2\\x80\\xae&#x9b;31m'",
         bundle, bundle); /* for 要経 */
    const char *page = shown("--html evil/6631111116_06139463_202604010_1.zip 3");
    assert_int_equal(occurrences(page, "<script"), 0);
    (void)shown("evil/6631111116_06139463_202604010_1.zip 3");
    must("! grep -qP '\\x{202e}|\\x{9b}|\\x1b' stdout");
}

static void list__category_that_is_none__is_not_repeated(void **state UNUSED)
{
    must(
        "python3 \"$GOLDEN/edit_bundle.py\" %s named/$(basename %s) 'code=\"10\" codeSystem=\"1.2.392.200119.6.1001\"' "
        "'code=\"YAMADA\" codeSystem=\"1.2.392.200119.6.1001\"' 'code=\"010\" codeSystem=\"1.2.392.200119.6.1002\"' "
        "'code=\"YAMADA\" codeSystem=\"1.2.392.200119.6.1002\"'",
        bundle, bundle);
    assert_contains(shown("named/6631111116_06139463_202604010_1.zip"), "h66311111162026040101000001.xml");
    assert_int_equal(occurrences(slurp("stdout", NULL), "YAMADA"), 0);
}

static void record__that_lacks_something__says_so(void **state UNUSED)
{
    must(
        "python3 \"$GOLDEN/edit_bundle.py\" %s half/$(basename %s) 'unit=\"cm\"' 'unit=\"zzz\"' 9N006000000000001 "
        "9N006000000000009",
        bundle, bundle);
    const char *page = shown("--lang en half/6631111116_06139463_202604010_1.zip 3");
    assert_contains(page, "what could not be read");
    assert_contains(page, "K8044");
    assert_contains(page, "K8047");
}

static void bundle__unsound__is_shown_with_a_warning(void **state UNUSED)
{
    must("mkdir -p odd && cp %s odd/renamed.zip", bundle);
    (void)shown("odd/renamed.zip");
    assert_contains(slurp("stderr", NULL), "K8080");
}

static void show__nothing__is_reported(void **state UNUSED)
{
    static const struct {
        const char *arguments, *code;
        int status;
    } cases[] = {{"", "K1061", 2},
                 {"out/nothing.zip", "K8070", 5},
                 {"\"$FIXTURES/export.csv\"", "K8102", 5},
                 {BUNDLE " 104", "K8081", 2},
                 {BUNDLE " 0", "K8081", 2},
                 {BUNDLE " nobody.xml", "K8081", 2},
                 {BUNDLE " ix08_V08.xml", "K8081", 2},
                 {BUNDLE " 1 2", "K1", 2},
                 {"--colour " BUNDLE, "K1002", 2}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(kenporter("show %s", cases[i].arguments), cases[i].status);
        assert_contains(slurp("stderr", NULL), cases[i].code);
        assert_int_equal(strlen(slurp("stdout", NULL)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents__every_document__has_a_line_and_nobody_a_name),
        cmocka_unit_test(contents__with_values__name_the_people),
        cmocka_unit_test(record__by_number_and_by_every_name__is_the_same),
        cmocka_unit_test(record__as_text__reads_as_a_sheet),
        cmocka_unit_test(record__in_english__has_english_labels),
        cmocka_unit_test(record__marks_and_ranges__say_what_they_mean),
        cmocka_unit_test(record__long_text__stays_in_its_column),
        cmocka_unit_test(contents__codes_of_the_index__are_spelled_out),
        cmocka_unit_test(record__every_document__shows_all_its_items),
        cmocka_unit_test(html__page__is_whole_and_needs_nothing_else),
        cmocka_unit_test(html__contents__lead_to_the_documents),
        cmocka_unit_test(html__record__marks_findings_and_has_no_empty_column),
        cmocka_unit_test(html__text_with_markup__stays_text),
        cmocka_unit_test(list__category_that_is_none__is_not_repeated),
        cmocka_unit_test(record__that_lacks_something__says_so),
        cmocka_unit_test(bundle__unsound__is_shown_with_a_warning),
        cmocka_unit_test(show__nothing__is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
