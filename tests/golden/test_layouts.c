/* One export in the layouts of vendors and spreadsheets: no person is lost, none is shown. */
#include "golden.h"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || run_shell("cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" . && "
                                               "python3 \"$GOLDEN/write_layouts.py\" export.csv") != 0)
        return -1;
    return kenporter(CHECK "-o plain plain.csv") == 1 ? 0 : -1;
}

static const char *report_of(const char *out)
{
    return slurp(textf("%s/report.json", run_folder(out)), NULL);
}

/* The decisions are the same, in the same order. */
static void assert_as_plain(const char *out)
{
    must("for o in plain %s; do tail -n +2 $o/runs/*/decisions.csv | cut -d, -f 3-11 >$o.decisions; done && "
         "cmp plain.decisions %s.decisions",
         out, out);
}

static void layouts__of_one_export__are_decided_alike(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned titles;
    } layouts[] = {{"titles", 2}, {"dated", 1}, {"tabs", 1}, {"groups", 1}, {"parts", 0}, {"empty_rows", 0}};
    for (size_t i = 0; i < COUNT(layouts); i++) {
        assert_int_equal(kenporter(CHECK "-v -o %s %s.csv", layouts[i].name, layouts[i].name), 1);
        assert_as_plain(layouts[i].name);
        assert_contains(report_of(layouts[i].name), textf("\"title_rows\": %u,", layouts[i].titles));
        assert_int_equal(strstr(slurp("stderr", NULL), " note K3070: ") != NULL, layouts[i].titles > 0);
    }
}

static void rejected_rows__of_an_export_with_titles__go_back_in(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-o first titles.csv"), 1);
    assert_int_equal(kenporter(CHECK "-o again first/runs/*/rejected.csv"), 1);
    assert_int_equal(counted("again", "rejected"), counted("first", "rejected"));
}

/* A mapping by column numbers does not count the kp_ columns, which come first. */
static void held_rows__two_header_rows__go_back_in_by_column_numbers(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-o two --mapping own_names.map own_names.csv"), 1);
    assert_true(counted("two", "held") > 0);
    assert_int_equal(kenporter(CHECK "-o two_again --mapping own_names.map two/runs/*/held.csv"), 1);
    assert_int_equal(counted("two_again", "held"), counted("two", "held"));
    assert_int_equal(counted("two_again", "rejected"), 0);
}

static void names__unknown_below_a_title__are_found(void **state)
{
    (void)state;
    assert_int_equal(kenporter("map unknown.csv"), 0);
    assert_contains(slurp("stdout", NULL), "title rows 1, header rows 1, columns 96,");
    assert_int_equal(kenporter(CHECK "-o unknown --mapping known.map unknown.csv"), 1);
    must("test $(wc -l <$(ls unknown/runs/*/decisions.csv)) = $(wc -l <$(ls plain/runs/*/decisions.csv))");
}

/* --- people are not taken for titles or headers --- */

static void assert_names_nobody(const char *place)
{
    assert_contains(slurp("stderr", NULL), textf("%s: fail K2012: ", place));
    must("! grep -e 杉浦 -e ｽｷﾞｳﾗ -e 京都府 -e 三宅 stdout stderr");
}

static void person__where_the_header_belongs__stops_the_run_unseen(void **state)
{
    (void)state;
    static const char *const inputs[] = {"person_above.csv", "sparse_person_above.csv", "headless.csv"};
    for (size_t i = 0; i < COUNT(inputs); i++) {
        assert_int_equal(kenporter(CHECK "-v -o none %s", inputs[i]), 3);
        assert_names_nobody(textf("%s:1", inputs[i]));
        assert_int_equal(kenporter("map %s", inputs[i]), 3);
        assert_names_nobody(textf("%s:1", inputs[i]));
    }
}

/* Neither the sex in words nor a postal code is needed to see that the first row is a person. */
static void person__in_first_row_under_a_mapping_by_number__is_read(void **state)
{
    (void)state;
    must(
        "python3 -c \"import csv,sys; r=[[c if c not in ('男','女') else '1' for c in x] for x in csv.reader(open("
        "'headless.csv',encoding='utf-8'))]; [x.__setitem__(9,'1') for x in r]; "
        "csv.writer(open('bare.csv','w',encoding='utf-8')).writerows([[c.replace('-','') for c in x] for x in r])\"");
    assert_int_equal(kenporter(CHECK "-o headless --mapping numbers.map headless.csv"), 1);
    assert_int_equal(kenporter(CHECK "-o bare --mapping numbers.map bare.csv"), 1);
    must(
        "for f in headless bare; do test $(wc -l <$(ls $f/runs/*/decisions.csv)) = $(wc -l <$(ls plain/runs/*/decisions.csv)) && "
        "grep -q '^[^,]*.csv,1,' $f/runs/*/decisions.csv || exit 1; done");
}

static size_t rows_of(const char *out)
{
    return counted(out, "read") + counted(out, "duplicate_rows");
}

static void row_of_data__below_the_names__is_no_second_header(void **state)
{
    (void)state;
    static const struct {
        const char *name, *options;
        unsigned more; /* rows than the plain export */
    } inputs[] = {{"words_first", "", 1}, {"code_first", "", 0}, {"half_named", "--mapping c2xdtbl.csv ", 1}};
    for (size_t i = 0; i < COUNT(inputs); i++) {
        assert_int_equal(
            kenporter(CHECK "-o %s %s %s.csv", inputs[i].name, inputs[i].options, inputs[i].name), 1);
        assert_int_equal(rows_of(inputs[i].name), rows_of("plain") + inputs[i].more);
    }
}

static void person__without_dates_in_the_header__stops_the_run(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-v -o none --mapping numbers.map undated.csv"), 3);
    assert_names_nobody("undated.csv:2");
}

static void mapping__thousands_of_column_numbers__fits_into_memory(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-o many --mapping many.map many.csv"), 1); /* not 4 */
    assert_int_equal(counted("many", "read"), 3);
}

/* --- columns --- */

static void units__in_a_row_below_the_names__count(void **state)
{
    (void)state;
    static const char *const names[] = {"units_below", "units_in_brackets"};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(kenporter(CHECK "-v -o %s %s.csv", names[i], names[i]), 1);
        assert_as_plain(names[i]);
        assert_contains(slurp("stderr", NULL), "K3017 3D010000001927201");
    }
    assert_int_equal(kenporter("map units_differ.csv"), 0);
    assert_contains(slurp("stdout", NULL), "the two header rows say different things");
}

static void unit__in_a_column_named_after_its_item__counts(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-v -o units units.csv"), 1);
    assert_as_plain("units");
    assert_contains(slurp("stderr", NULL), "K3017 3D010000001927201");
    assert_int_equal(kenporter(CHECK "-o bad_unit bad_unit.csv"), 1);
    assert_contains(slurp("stderr", NULL), "reject K4039 9N001000000000001");
}

static void unit__beside_its_item__is_suggested(void **state)
{
    (void)state;
    assert_int_equal(kenporter("map parts.csv"), 0);
    assert_contains(slurp("stdout", NULL), "\n# #23,9N001000000000001.unit,,\n");
}

static void rows__of_one_item_each__are_reported(void **state)
{
    (void)state;
    (void)kenporter(CHECK "-o items one_item_a_row.csv");
    assert_contains(slurp("stderr", NULL), "one_item_a_row.csv:1: warn K3071: ");
}

/* The row below the header may be a second header; checking that must take time linear in its length. */
static void text__far_too_long_in_the_first_row__rejects_that_row(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-o long long.csv"), 1);
    assert_contains(slurp("stderr", NULL), "long.csv:2: reject K4021 9A110160800000049");
}

/* --- core files, file names --- */

/* The program blocks when the pipe is full, since the shell keeps it open and reads nothing. */
static void program__that_crashes__leaves_no_core(void **state)
{
    (void)state;
    must(
        "mkfifo full; exec 9<>full; ulimit -c unlimited 2>/dev/null; "
        "\"$KENPORTER\" " CHECK "-v -o core plain.csv >full 2>&1 & "
        "n=0; until grep '^Max core file size  *0  *0 ' /proc/$!/limits || [ $n = 1000 ]; do n=$((n + 1)); sleep 0.01; done; "
        "kill -KILL $!; [ $n -lt 1000 ]");
}

static void path__with_line_ends_and_escapes__is_printed_harmlessly(void **state)
{
    (void)state;
    must("cp plain.csv \"$(printf 'a\\033[31m\\nb.csv')\"");
    assert_int_equal(kenporter(CHECK "-o path \"$(printf 'a\\033[31m\\nb.csv')\""), 1);
    must("! grep -q \"$(printf '\\033')\" stdout stderr && ! grep -q '^b.csv' stdout stderr");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts__of_one_export__are_decided_alike),
        cmocka_unit_test(rejected_rows__of_an_export_with_titles__go_back_in),
        cmocka_unit_test(held_rows__two_header_rows__go_back_in_by_column_numbers),
        cmocka_unit_test(names__unknown_below_a_title__are_found),
        cmocka_unit_test(person__in_first_row_under_a_mapping_by_number__is_read),
        cmocka_unit_test(person__where_the_header_belongs__stops_the_run_unseen),
        cmocka_unit_test(row_of_data__below_the_names__is_no_second_header),
        cmocka_unit_test(person__without_dates_in_the_header__stops_the_run),
        cmocka_unit_test(mapping__thousands_of_column_numbers__fits_into_memory),
        cmocka_unit_test(units__in_a_row_below_the_names__count),
        cmocka_unit_test(unit__in_a_column_named_after_its_item__counts),
        cmocka_unit_test(unit__beside_its_item__is_suggested),
        cmocka_unit_test(rows__of_one_item_each__are_reported),
        cmocka_unit_test(text__far_too_long_in_the_first_row__rejects_that_row),
        cmocka_unit_test(program__that_crashes__leaves_no_core),
        cmocka_unit_test(path__with_line_ends_and_escapes__is_printed_harmlessly),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
