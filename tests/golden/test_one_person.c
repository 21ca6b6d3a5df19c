/* One person and examination: cards written in several ways, two insurers, corrections and old versions, in
 * one run and over several. */
#include "golden.h"

#define COLUMNS                                                                                              \
    "employee_id,insurer_number,insured_symbol,insured_number,insured_branch,name_kana,sex,birth_date,"      \
    "postal_code,address,exam_date,facility_number,facility_name,体重\n"

/* Rows of one person; %s is the weight. */
#define ANN_AT(insurer, card, id) id "," insurer "," card ",ケンポタロウ,1,19750505," PLACE
#define PLACE "650-0188,兵庫県潮見市港町１－１,20250610,2819901170,みなと架空健診センター,"
#define A "06139463"
#define B "01130012"
#define FULL "12,5000,00"
#define NO_BRANCH "12,5000,"
#define NO_SYMBOL ",5000,00"

static void write_rows(const char *rows)
{
    FILE *to = fopen("in.csv", "w");
    assert_non_null(to);
    assert_true(fputs(COLUMNS, to) >= 0 && fputs(rows, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

static int begin(void **state UNUSED)
{
    must(
        "rm -rf out; printf '[sender]\\nnumber=6631111116\\nname=試験\\npostal_code=650-0188\\naddress=港町\\n"
        "phone=0780001000\\n[registers]\\nrequests=r.csv\\n' >k.ini");
    must("printf 'request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,"
         "withdrawn_on,note\\nR1," A ",2026-01-15,elderly_act health_act,,,all,,,,\\n"
         "R2," B ",2026-01-15,elderly_act health_act,,,all,,,,\\n' >r.csv");
    return 0;
}

/* Returns the decisions of a run on these rows: "released,rejected K4075". */
static const char *decided(const char *options, const char *rows)
{
    write_rows(rows);
    (void)kenporter("export -c k.ini --as-of 2026-04-01 --backdate test -o out %s in.csv", options);
    struct sheet d = decisions_of("out");
    const char *all = "";
    for (size_t row = 1; row < d.n_rows; row++) {
        const char *reason = cell(&d, row, "reason");
        all = textf("%s%s%s", all, row > 1 ? "," : "", *reason ? reason : cell(&d, row, "decision"));
    }
    return all;
}

static void in_one_run__card_or_insurer_differs__rejects_the_rows(void **state UNUSED)
{
    static const struct {
        const char *rows, *decisions;
    } cases[] = {
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(A, NO_BRANCH, "E1") "65.0\n", "rejected,rejected"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(A, NO_SYMBOL, "E1") "66.0\n", "rejected,rejected"},
        {ANN_AT(A, NO_BRANCH, "") "65.0\n" ANN_AT(A, NO_SYMBOL, "E1") "65.0\n", "rejected,rejected"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(A, FULL, "E1") "65.0\n", "released,duplicate"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(B, FULL, "E1") "65.0\n", "rejected,rejected"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(B, "77,1,", "") "65.0\n", "rejected,rejected"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(B, "77,1,", "") "65.0\n" ANN_AT(B, "77,2,", "E1") "65.0\n",
         "rejected,rejected,rejected"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(B, "77,1,", "E2") "65.0\n", "released,released"},
        {ANN_AT(A, FULL, "") "65.0\n" ANN_AT(A, "12,5001,00", "") "65.0\n", "released,released"},
        {ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(A, "12,5001,00", "E1") "65.0\n", "rejected,rejected"},
        /* an employee id that says nothing */
        {ANN_AT(A, FULL, "NULL") "65.0\n" ANN_AT(B, "77,1,", "なし") "65.0\n", "rejected,rejected"},
        /* members of a family, twins */
        {"," A "," NO_BRANCH ",ケンポハナコ,2,19800101," PLACE "50.0\n" ANN_AT(A, NO_BRANCH, "") "65.0\n",
         "released,released"},
        {"," A ",12,5000,01,ケンポジロウ,1,19750505," PLACE "50.0\n" ANN_AT(A, "12,5000,02", "") "65.0\n",
         "released,released"},
        /* the same name in small and large kana */
        {"," A "," NO_BRANCH ",ケンポキョウコ,2,19800101," PLACE "50.0\n"
         "," B ",,7,,ケンポキヨウコ,2,19800101," PLACE "50.0\n",
         "rejected,rejected"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        renew("out", NULL);
        assert_string_equal(decided("", cases[i].rows), cases[i].decisions);
    }
}

static void in_one_run__two_insurers__each_row_names_the_other(void **state UNUSED)
{
    (void)decided("--lang en", ANN_AT(A, FULL, "E1") "65.0\n" ANN_AT(B, FULL, "E1") "65.0\n");
    must(
        "grep -q '^in.csv:2: reject K4075.*in.csv:3' stderr && grep -q '^in.csv:3: reject K4075.*in.csv:2' stderr");
}

static void over_runs__same_card_otherwise_written__is_already_disclosed(void **state UNUSED)
{
    assert_string_equal(decided("", ANN_AT(A, NO_BRANCH, "E1") "65.0\n"), "released");
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "65.0\n"), "already_disclosed");
    assert_string_equal(decided("", ANN_AT(A, NO_SYMBOL, "") "65.0\n"), "already_disclosed");
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "66.0\n"), "changed_since_disclosure");
    assert_string_equal(decided("--corrections", ANN_AT(A, FULL, "E1") "66.0\n"), "released");
    assert_string_equal(decided("", "," A ",12,5000,,ケンポハナコ,2,19800101," PLACE "50.0\n"), "released");
}

static void over_runs__number_corrected__is_a_change(void **state UNUSED)
{
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "65.0\n"), "released");
    assert_string_equal(decided("", ANN_AT(A, "12,5001,00", "E1") "65.0\n"), "changed_since_disclosure");
    assert_string_equal(decided("", ANN_AT(A, "12,5001,00", "E2") "65.0\n"), "released"); /* a namesake */
    assert_string_equal(decided("", ANN_AT(A, "12,5002,00", "") "65.0\n"), "released");
    assert_string_equal(decided("--corrections", ANN_AT(A, "12,5003,00", "E1") "65.0\n"), "released");
}

static void over_runs__older_version__is_never_a_correction(void **state UNUSED)
{
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "65.0\n"), "released");
    assert_string_equal(decided("--corrections", ANN_AT(A, FULL, "E1") "66.0\n"), "released");
    assert_string_equal(decided("--corrections -v --lang en", ANN_AT(A, FULL, "E1") "65.0\n"),
                        "already_disclosed");
    must("grep -q 'K5023.*6631111116_" A "_202604011_1.zip' stderr");
    assert_string_equal(decided("--corrections", ANN_AT(A, NO_BRANCH, "E1") "65.0\n"), "already_disclosed");
    assert_string_equal(decided("--lang en", ANN_AT(A, FULL, "E1") "67.0\n"), "changed_since_disclosure");
    must("grep -q 'K5010.*6631111116_" A "_202604011_1.zip' stderr");
    assert_string_equal(decided("--again 'asked back'", ANN_AT(A, FULL, "E1") "65.0\n"), "released");
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "65.0\n"), "already_disclosed");
}

static void over_runs__another_insurer__is_held_until_again(void **state UNUSED)
{
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "65.0\n"), "released");
    assert_string_equal(decided("--corrections --lang en", ANN_AT(B, "7,1,", "E1") "65.0\n"),
                        "told_another_insurer");
    must("grep -q 'K5024.*202[0-9]-[0-9-]* (6631111116_" A "_202604010_1.zip)' stderr");
    assert_string_equal(decided("", ANN_AT(B, "7,1,", "") "65.0\n"), "told_another_insurer");
    assert_string_equal(decided("", ANN_AT(B, "7,2,", "E2") "65.0\n"), "released"); /* a namesake */
    assert_string_equal(decided("--again moved", ANN_AT(B, "7,1,", "E1") "65.0\n"), "released");
    assert_string_equal(decided("", ANN_AT(B, "7,1,", "E1") "65.0\n"), "already_disclosed");
    assert_string_equal(decided("", ANN_AT(A, FULL, "E1") "65.0\n"), "told_another_insurer");
    struct sheet log = read_sheet("out/disclosure-log.csv");
    assert_int_equal(rows_with(&log, "reason", "moved"), 1);
    must("rm out/disclosure-log.csv.index"); /* a cache */
    assert_string_equal(decided("--corrections", ANN_AT(A, FULL, "E1") "66.0\n"), "told_another_insurer");
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_one_run__card_or_insurer_differs__rejects_the_rows),
        TEST(in_one_run__two_insurers__each_row_names_the_other),
        TEST(over_runs__same_card_otherwise_written__is_already_disclosed),
        TEST(over_runs__number_corrected__is_a_change),
        TEST(over_runs__older_version__is_never_a_correction),
        TEST(over_runs__another_insurer__is_held_until_again),
    };
    return cmocka_run_group_tests_name("one_person", tests, set_up_golden, tear_down_golden);
}
