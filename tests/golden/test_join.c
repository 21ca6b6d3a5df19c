/* Persons in one file and their results in another: the outcome is that of one file with both. */
#include "golden.h"

#define TWO_FILES "--join 社員番号 persons.csv results.csv"
#define OWN "-c kenporter.ini --as-of 2026-04-01 --backdate test "

/* Columns of a small pair of files. */
#define PERSON "社員番号,保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所\n"
#define ANN "001,06139463,7427,ｹﾝﾎﾟ ｱﾝ,女,1980/05/01,100-0001,東京都千代田区\n"
#define RESULT "社員番号,健診実施日,健診機関番号,健診機関名称,身長,体重\n"
#define ANN_MEASURED "001,2025/06/10,2819901170,架空健診センター,160.1,55.5\n"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 ||
        run_shell("cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" . && "
                  "python3 \"$GOLDEN/write_join.py\" export.csv expected.csv 2000") != 0)
        return -1;
    return kenporter("export " OWN "-o one one.csv") == 1 && kenporter("export " OWN "-o two " TWO_FILES) == 1
               ? 0
               : -1;
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static void assert_same_rows(const char *a, const char *b)
{
    static const char *const files[] = {"decisions.csv", "rejected.csv", "held.csv", "notes.csv"};
    for (size_t i = 0; i < COUNT(files); i++)
        assert_same_file(textf("%s/%s", run_folder(a), files[i]), textf("%s/%s", run_folder(b), files[i]));
}

/* Fails unless a check of these files ends with the status and the code. */
static void assert_refused(const char *arguments, const char *code)
{
    assert_int_equal(kenporter("check " OWN "-o refused %s", arguments), strcmp(code, "K1099") == 0 ? 3 : 2);
    assert_contains(slurp("stderr", NULL), code);
}

/* --- many people --- */

static void joined__shuffled_results__give_the_bundles_of_one_file(void **state)
{
    (void)state;
    assert_true(counted("one", "released") > 1000);
    assert_same_bundles("one", "two");
    assert_int_equal(counted("two", "released"), counted("one", "released"));
    assert_int_equal(counted("two", "held"), counted("one", "held"));
}

static void joined__every_row__is_accounted_for(void **state)
{
    (void)state;
    const struct sheet cases = read_sheet("cases.csv"), decisions = decisions_of("two");
    const size_t left = rows_with(&cases, "code", "K2048");
    assert_int_equal(counted("two", "read") + counted("two", "duplicate_rows"), decisions.n_rows - 1);
    assert_int_equal(counted("two", "read"), counted("two", "released") + counted("two", "rejected") +
                                                 counted("two", "held") +
                                                 counted("two", "already_disclosed"));
    assert_int_equal(counted("two", "rejected"), counted("one", "rejected") + cases.n_rows - 1 - left);
}

static void joined__rows_without_one_person__name_the_lines(void **state)
{
    (void)state;
    const struct sheet cases = read_sheet("cases.csv");
    const struct sheet rejected = read_sheet(textf("%s/rejected.csv", run_folder("two")));
    const char *notes = slurp(textf("%s/notes.csv", run_folder("two")), NULL);
    static const char *const codes[] = {"K2042", "K2043", "K2044", "K2045", "K2046", "K2047"};
    for (size_t i = 0; i < COUNT(codes); i++)
        assert_int_equal(rows_with(&cases, "code", codes[i]), 5);
    for (size_t i = 1; i < cases.n_rows; i++) {
        const char *place = cell(&cases, i, "place"), *code = cell(&cases, i, "code");
        const char *line = strchr(place, ':') + 1, *other = cell(&cases, i, "other");
        if (strcmp(code, "K2048") == 0) {
            assert_contains(notes, "\npersons.csv,,K2048,");
            assert_contains(notes, textf(",1,%s\r\n", line));
            continue;
        }
        const size_t row = find_row(&rejected, "kp_line", line);
        assert_true(row > 0);
        assert_true(is(&rejected, row, "kp_codes", code));
        if (*other)
            assert_true(is(&rejected, row, "kp_person_line", strcmp(code, "K2046") == 0 ? other : ""));
        if (*other && strcmp(code, "K2043") != 0)
            assert_contains(cell(&rejected, row, "kp_messages"), textf("persons.csv:%s", other));
    }
}

static void joined__persons_without_results__are_counted_in_a_warning(void **state)
{
    (void)state;
    const struct sheet cases = read_sheet("cases.csv");
    const size_t left = rows_with(&cases, "code", "K2048");
    assert_int_equal(kenporter("check " OWN "-o counted " TWO_FILES), 1);
    assert_contains(slurp("stderr", NULL),
                    textf("persons.csv: warn K2049: %zu persons of this file have no results", left));
}

static void joined__order_of_files_and_threads__change_nothing(void **state)
{
    (void)state;
    assert_int_equal(kenporter("export " OWN "--threads 1 -o swapped --join '#1' results.csv persons.csv"),
                     1);
    assert_int_equal(kenporter("export " OWN "--threads 8 -o threads " TWO_FILES), 1);
    assert_same_rows("two", "swapped");
    assert_same_rows("two", "threads");
    assert_same_bundles("two", "swapped");
    assert_same_bundles("two", "threads");
}

static void joined__notes__name_the_file_of_the_column(void **state)
{
    (void)state;
    const char *notes = slurp(textf("%s/notes.csv", run_folder("two")), NULL);
    assert_contains(notes, ",name_kana column F,");
    assert_contains(notes, ",birth_date column I,");
    assert_contains(notes, ",exam_date column P,");
    assert_null(strstr(notes, "\nresults.csv,name_kana"));
}

/* --- rows that come back --- */

static void rejected__mended__are_read_without_a_join(void **state)
{
    (void)state;
    must("python3 \"$GOLDEN/mend_join.py\" two/runs/*/rejected.csv persons.csv >mended.csv");
    const struct sheet mended = read_sheet("mended.csv");
    assert_int_equal(mended.n_rows - 1, 20);
    assert_int_equal(kenporter("check " OWN "-o mended mended.csv") & ~1, 0);
    assert_int_equal(counted("mended", "read"), 20);
    assert_int_equal(counted("mended", "rejected"), 0);
    assert_int_equal(kenporter("check " OWN "-o again --join 社員番号 mended.csv") & ~1, 0);
    assert_int_equal(counted("again", "rejected"), 0);
}

static void held__as_they_are__are_held_for_the_same_reason(void **state)
{
    (void)state;
    must("cp two/runs/*/held.csv held.csv");
    assert_int_equal(kenporter("check " OWN "-o held held.csv") & ~1, 0);
    assert_int_equal(counted("held", "rejected"), 0);
    assert_int_equal(counted("held", "read"), counted("two", "held"));
}

static void rejected__not_mended__come_out_with_the_same_columns(void **state)
{
    (void)state;
    must("cp two/runs/*/rejected.csv same.csv");
    assert_int_equal(kenporter("check " OWN "-o same same.csv"), 1);
    must("for f in two same; do head -1 $f/runs/*/rejected.csv >$f.head; done && cmp two.head same.head");
}

static void prepared__joined_files__are_released_as_exported(void **state)
{
    (void)state;
    assert_int_equal(kenporter("prepare " OWN "-o prepared " TWO_FILES), 1);
    const char *id = strrchr(run_folder("prepared"), '/') + 1;
    assert_int_equal(kenporter("release " OWN "-o prepared %s", id), 1);
    assert_same_bundles("two", "prepared");
}

static void rejected__of_two_header_rows__has_two(void **state)
{
    (void)state;
    put_text("p.csv", PERSON ANN);
    put_text("r.csv",
             RESULT ",,,,cm,kg\n" ANN_MEASURED "002,2025/06/10,2819901170,架空健診センター,160.1,55.5\n");
    assert_int_equal(kenporter("check " OWN "-o parts --join 社員番号 p.csv r.csv"), 1);
    assert_int_equal(counted("parts", "read"), 2);
    assert_contains(slurp("stderr", NULL), "r.csv:4: reject K2042");
    must("sed -n 2p parts/runs/*/rejected.csv | grep -qx ',,,,,,,,,,,,,,,,,,cm,kg.' && "
         "cp parts/runs/*/rejected.csv parts.csv");
    assert_int_equal(kenporter("check " OWN "-o parts2 parts.csv"), 1);
    assert_int_equal(counted("parts2", "read"), 1);
}

static void prepared__my_number_of_somebody_not_examined__is_not_kept(void **state)
{
    (void)state;
    put_text("p.csv", PERSON ANN "123456789018,06139463,7428,ｹﾝﾎﾟ ﾋﾞｰ,男,1980/05/01,100-0001,東京都\n");
    put_text("r.csv", RESULT ANN_MEASURED);
    assert_int_equal(kenporter("prepare " OWN "-o kept --join 社員番号 p.csv r.csv"), 3);
    assert_contains(slurp("stderr", NULL), "K2033");
}

/* --- what is refused --- */

static void join__without_two_files_or_a_clear_key__is_refused(void **state)
{
    (void)state;
    assert_refused("--join 社員番号 one.csv", "K1096");
    assert_refused("--join 番号 persons.csv results.csv", "K1097");
    assert_refused("--join '#99' persons.csv results.csv", "K1097");
    put_text("twice.csv", "社員番号,社員番号,健診実施日,身長\n1,1,2025/06/10,160\n");
    assert_refused("--join 社員番号 persons.csv twice.csv", "K1098");
    must("cp one.csv other.csv");
    assert_refused("--join 社員番号 one.csv other.csv", "K1099");
}

static void join__several_examinations_of_one_day__conflict(void **state)
{
    (void)state;
    put_text("p.csv", PERSON ANN);
    put_text("r.csv", RESULT ANN_MEASURED "001,2025/06/10,2819901170,架空健診センター,161.1,55.5\n");
    assert_int_equal(kenporter("check " OWN "-o conflict --join 社員番号 p.csv r.csv"), 1);
    assert_int_equal(counted("conflict", "rejected"), 2);
    put_text("r.csv", RESULT ANN_MEASURED "001,2025/12/10,2819901170,架空健診センター,161.1,55.5\n");
    assert_int_equal(kenporter("check " OWN "-o days --join 社員番号 p.csv r.csv") & ~1, 0);
    assert_int_equal(counted("days", "rejected"), 0);
}

/* --- tables of the CC2X converter --- */

#define TABLE                                                                                                       \
    "C2XDTBL,FILENO,COLNO,FIRST,LAST,6,7,8,9,10,PKEY,12,13,14\n"                                                    \
    "1,1,1,,,,,,,,KEY1,,,\n1,1,2,,,,,,,,受診者保険者番号,,,\n1,1,3,,,,,,,,受診者被保険者番号,,,\n" \
    "1,1,4,,,,,,,,受診者氏名,,,\n1,1,5,,,,,,,,受診者性別,,,\n1,1,6,,,,,,,,受診者生年月日,,,\n"     \
    "1,1,7,,,,,,,,受診者郵便番号,,,\n1,1,8,,,,,,,,受診者住所,,,\n"                                      \
    "1,2,1,,,,,,,,KEY1,,,\n1,2,2,,,,,,,,健診実施年月日,,,\n1,2,3,,,,,,,,健診機関番号,,,\n"             \
    "1,2,4,,,,,,,,健診機関名称,,,\n1,2,5,,,,,,,,9N001000000000001,,,\n1,2,6,,,,,,,,9N006000000000001,,,\n"

static void cc2x_table__two_files__are_joined_by_key1(void **state)
{
    (void)state;
    put_text("table.csv", TABLE);
    put_text("p.csv", PERSON ANN);
    put_text("r.csv", RESULT ANN_MEASURED "1,2025/06/10,2819901170,架空健診センター,160.1,55.5\n");
    assert_int_equal(kenporter("check " OWN "-o cc2x --mapping table.csv p.csv r.csv"), 1);
    assert_contains(slurp("stderr", NULL), "r.csv:3: reject K2043");
    assert_int_equal(counted("cc2x", "read"), 2);
    assert_int_equal(counted("cc2x", "rejected"), 1);
    must("sed '2s/,,,,,,,,,1,/001,06139463,7427,ｹﾝﾎﾟ ﾋﾞｰ,男,1980\\/05\\/02,100-0001,東京都,,001,/' "
         "cc2x/runs/*/rejected.csv >back.csv");
    assert_int_equal(kenporter("check " OWN "-o back --mapping table.csv back.csv") & ~1, 0);
    assert_int_equal(counted("back", "read"), 1);
    assert_int_equal(counted("back", "rejected"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined__shuffled_results__give_the_bundles_of_one_file),
        cmocka_unit_test(joined__every_row__is_accounted_for),
        cmocka_unit_test(joined__rows_without_one_person__name_the_lines),
        cmocka_unit_test(joined__persons_without_results__are_counted_in_a_warning),
        cmocka_unit_test(joined__order_of_files_and_threads__change_nothing),
        cmocka_unit_test(joined__notes__name_the_file_of_the_column),
        cmocka_unit_test(rejected__mended__are_read_without_a_join),
        cmocka_unit_test(held__as_they_are__are_held_for_the_same_reason),
        cmocka_unit_test(rejected__not_mended__come_out_with_the_same_columns),
        cmocka_unit_test(prepared__joined_files__are_released_as_exported),
        cmocka_unit_test(rejected__of_two_header_rows__has_two),
        cmocka_unit_test(prepared__my_number_of_somebody_not_examined__is_not_kept),
        cmocka_unit_test(join__without_two_files_or_a_clear_key__is_refused),
        cmocka_unit_test(join__several_examinations_of_one_day__conflict),
        cmocka_unit_test(cc2x_table__two_files__are_joined_by_key1),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
