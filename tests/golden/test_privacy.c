/* Privacy: nothing personal on the screen, in messages or in reports. */
#include "golden.h"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return run_shell("iconv -f CP932 -t UTF-8 " INPUT ">export.utf8");
}

static void assert_private(const char *files)
{
    must("python3 \"$GOLDEN/find_secrets.py\" export.utf8 %s", files);
}

static void assert_run_private(const char *out)
{
    assert_private(textf("stdout stderr %s/report.json %s/report.html", run_folder(out), run_folder(out)));
}

/* --- the search itself finds something --- */

static void search__files_with_names_or_values__are_found(void **state)
{
    (void)state;
    static const char *const leaks[] = {
        "ｽｷﾞｳﾗ ｶｵﾘ",         "スギウラカオリ", "杉浦　香織",       "京都府花園台市北町１－１０７",
        "30653627",          "平成3年7月28日", "右上肺野石灰化影", "157.1",
        "脂質異常症、胃潰瘍"};
    for (size_t i = 0; i < COUNT(leaks); i++) {
        must("echo 'note: %s was read' >leak", leaks[i]);
        if (run_shell("python3 \"$GOLDEN/find_secrets.py\" export.utf8 leak 2>/dev/null") == 0)
            fail_msg("the search does not see %s", leaks[i]);
    }
}

/* --- runs --- */

static void export__screen_and_reports__name_nobody(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "-o plain " INPUT), 1);
    assert_run_private("plain");
    assert_int_equal(kenporter(EXPORT "-o plain " INPUT), 1); /* and when everyone is already disclosed */
    assert_run_private("plain");
}

static void export__verbose__names_nobody(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "-v -o verbose " INPUT), 1);
    assert_run_private("verbose");
    must("! grep -E '緑|abc|昭和63年2月30日|06139464' stderr"); /* the content of the rejected rows */
    assert_true(occurrences(slurp("stderr", NULL), ": note K") > 1000);
}

static void export__verbose_in_japanese__names_nobody(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "-v --lang ja -o japanese " INPUT), 1);
    assert_run_private("japanese");
}

static void export__verbose__prints_no_coded_result(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-v -o codes " INPUT), 1);
    /* "read as code 1" with an item and a line would be the result itself */
    must("! grep -m 3 -E '[0-9A-Z]{15}1 .*code [0-9]+$' stderr");
}

static void export__verbose__prints_no_limit_that_a_value_passed(void **state)
{
    (void)state;
    must("sed '4s/,167.4,62.8,/,99.5,262.8,/' export.utf8 >limits.csv");
    assert_int_equal(kenporter(CHECK "-v -o limits limits.csv"), 1);
    must("grep -q 'limits.csv:4: .*9N006000000000001' stderr; ! grep -m 3 'limits.csv:4: .*262' stderr");
}

static void export__json_on_stdout__names_nobody(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "--json -o json " INPUT), 1);
    assert_run_private("json");
}

static void export__corrections_and_conflicts__name_nobody(void **state)
{
    (void)state;
    must("sed '4s/,167.4,62.8,/,167.4,63.9,/' export.utf8 >changed.csv");
    assert_int_equal(kenporter(EXPORT "-o changed " INPUT), 1);
    assert_int_equal(kenporter(EXPORT "-v -o changed changed.csv"), 1);
    assert_run_private("changed");
    assert_int_equal(kenporter(EXPORT "-v -o changed --corrections changed.csv"), 1);
    assert_run_private("changed");
    assert_int_equal(kenporter(CHECK "-v -o both " INPUT "changed.csv"), 1);
    assert_run_private("both");
}

/* --- failures --- */

static void failure__header_row_missing__does_not_print_the_first_person(void **state)
{
    (void)state;
    must("sed 1d export.utf8 >headless.csv");
    assert_int_equal(kenporter(CHECK "-v -o headless headless.csv"), 3);
    assert_private("stdout stderr");
    assert_int_equal(how_many("headless/runs/*"), 0);
}

static void failure__unbalanced_quote__does_not_print_the_row(void **state)
{
    (void)state;
    must("{ cat export.utf8; sed -n 4p export.utf8 | sed 's/,品質管理,/,\"品質管理,/'; } >quote.csv");
    assert_int_equal(kenporter(CHECK "-v -o quote quote.csv"), 3);
    assert_private("stdout stderr");
}

static void failure__register_row__does_not_print_whose_it_is(void **state)
{
    (void)state;
    must("sed 's/2025-07-02/2025-07-32/; s/,6766,/,67660012,/; s/家族健診申込書/右上肺野石灰化影/' "
         "\"$FIXTURES/consents.csv\" >consents.csv");
    assert_int_equal(kenporter(CHECK "-v --consents consents.csv -o register " INPUT), 2);
    assert_contains(slurp("stderr", NULL), "consents.csv:10:");
    assert_private("stdout stderr");
    must("! grep -E '67660012|2025-07-32' stderr");
}

/* --- notes.csv --- */

static void notes__without_show_values__hold_no_name_and_no_value(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "--notes all -o notes " INPUT), 1);
    assert_private(textf("%s/notes.csv %s/decisions.csv", run_folder("notes"), run_folder("notes")));
}

static void notes__summary__holds_no_value_whatever_is_shown(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "--show-values -o summary " INPUT), 1);
    assert_private(textf("%s/notes.csv", run_folder("summary")));
    must("! grep -q value %s/notes.csv", run_folder("summary"));
}

static void notes__without_show_values__tell_no_coded_result(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "--notes all -o notes_codes " INPUT), 1);
    must("! grep -m 3 -E ',[0-9A-Z]{16}1.*code [0-9]+' %s/notes.csv", run_folder("notes_codes"));
}

static void notes__with_show_values__hold_the_values(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "--notes all --show-values -o shown " INPUT), 1);
    struct sheet notes = read_sheet(textf("%s/notes.csv", run_folder("shown")));
    size_t with_value = 0;
    for (size_t row = 1; row < notes.n_rows; row++)
        with_value += *cell(&notes, row, "value") != '\0';
    assert_true(with_value > 1000);
    assert_true(rows_with(&notes, "value", "平成3年7月28日") == 1);
    must("! python3 \"$GOLDEN/find_secrets.py\" export.utf8 %s/notes.csv", run_folder("shown"));
}

static void notes__with_show_values__show_what_a_kana_name_was(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "--notes all --show-values -o kana " INPUT), 1);
    struct sheet notes = read_sheet(textf("%s/notes.csv", run_folder("kana")));
    size_t row = find_row(&notes, "code", "K3004");
    assert_string_equal(cell(&notes, row, "line"), "2");
    assert_string_equal(cell(&notes, row, "value"), "ｽｷﾞｳﾗ ｶｵﾘ");
}

/* --- Individual Numbers (番号法19条, 20条) --- */

/* The number may stand in a column of its own, in an unknown column, in another person's row, or in a row
 * that a quote has shifted; the header of its column alone is copied. */
static void my_number__any_column__is_in_no_output(void **state)
{
    (void)state;
    must(
        "mkdir -p mn && python3 -c \"import csv, io, sys\n"
        "rows = list(csv.reader(io.StringIO(open(sys.argv[1], encoding='cp932', newline='').read(), newline='')))\n"
        "rows = [r + (['個人番号（マイナンバー）', 'メモ'] if i == 0 else ['123456789018', '1234-5678-9018']) for i, r in enumerate(rows)]\n"
        "rows[3][2] = '#N/A'\n"
        "rows[4].insert(0, '')\n"
        "rows[5][0] = '１２３４５６７８９０１８'\n"
        "rows[6][rows[0].index('住所')] += '（1234-5678-9018）'\n"
        "csv.writer(open('mn/in.csv', 'w', newline='')).writerows(rows)\" " INPUT);
    assert_int_equal(kenporter(EXPORT "--show-values -v --lang en -o mn/out mn/in.csv"), 1);
    must("cat stdout stderr >mn/screen; grep -q 'warn K2032 .*個人番号（マイナンバー）' mn/screen");
    must("grep -q 'mn/in.csv:6: reject K4055' mn/screen && grep -q 'mn/in.csv:7: reject K4055' mn/screen");
    must(
        "cd mn && for z in out/*.zip; do unzip -qo -d x $z; done; head -n 1 out/runs/*/rejected.csv | grep -q "
        "'個人番号（マイナンバー）'");
    must("! grep -rlE '123456789018|1234-?5678-?9018|１２３４５６７８９０１８' mn/out mn/x mn/screen");
    must("cp mn/out/runs/*/rejected.csv mn/back.csv");
    (void)kenporter(EXPORT "--lang en -o mn/back mn/back.csv");
    must("grep -q 'reject K4055' stderr"); /* the mask is no employee id */
    assert_int_equal(kenporter("prepare -c \"$FIXTURES/kenporter.ini\" -o mn/p mn/in.csv"), 3);
    must("test ! -e mn/p/prepared");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search__files_with_names_or_values__are_found),
        cmocka_unit_test(export__screen_and_reports__name_nobody),
        cmocka_unit_test(export__verbose__names_nobody),
        cmocka_unit_test(export__verbose_in_japanese__names_nobody),
        cmocka_unit_test(export__verbose__prints_no_coded_result),
        cmocka_unit_test(export__verbose__prints_no_limit_that_a_value_passed),
        cmocka_unit_test(export__json_on_stdout__names_nobody),
        cmocka_unit_test(export__corrections_and_conflicts__name_nobody),
        cmocka_unit_test(failure__header_row_missing__does_not_print_the_first_person),
        cmocka_unit_test(failure__unbalanced_quote__does_not_print_the_row),
        cmocka_unit_test(failure__register_row__does_not_print_whose_it_is),
        cmocka_unit_test(notes__without_show_values__hold_no_name_and_no_value),
        cmocka_unit_test(notes__summary__holds_no_value_whatever_is_shown),
        cmocka_unit_test(notes__without_show_values__tell_no_coded_result),
        cmocka_unit_test(notes__with_show_values__hold_the_values),
        cmocka_unit_test(notes__with_show_values__show_what_a_kana_name_was),
        cmocka_unit_test(my_number__any_column__is_in_no_output),
    };
    return cmocka_run_group_tests_name("privacy", tests, set_up, tear_down_golden);
}
