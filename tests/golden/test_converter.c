/* Folders of the CC2X converter (fixtures/cc2x): import-cc2x, then export. */
#include "golden.h"

#define CC2X "\"$FIXTURES/cc2x/"
#define REGISTERS                                                                                            \
    "--requests " CC2X "requests.csv\" --insurers " CC2X "insurers.csv\" --as-of 2026-04-01 --backdate test "
#define IMPORTED "-c imported/kenporter.ini " REGISTERS

static int set_up_converter(void **state)
{
    if (set_up_golden(state) != 0 || kenporter("import-cc2x " CC2X "one\" -o imported --lang en") != 0)
        return -1;
    must("mv stdout import.out; mv stderr import.err");
    return kenporter("export " IMPORTED "-o one " CC2X "one/KENSHIN.csv\"") == 1 ? 0 : -1;
}

/* --- import-cc2x --- */

static void import__folder__says_what_each_file_is(void **state UNUSED)
{
    static const char *const lines[] = {"C2XDTBL-KENSHIN.csv: definition of the columns\n",
                                        "METHODCVTB.csv: methods of tests\n",
                                        "ITEMBasicInfo.csv: reference ranges; ",
                                        "KikanInfo.csv: defaults of the institution\n",
                                        "KENSHINKIKAN.csv: register of institutions",
                                        "KENSHIN.csv: data, FILENO 1, 45 columns\n",
                                        "next: kenporter check -c imported/kenporter.ini "};
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_contains(slurp("import.out", NULL), lines[i]);
    must("sh -c \"$(sed -n 's,^next: kenporter,$KENPORTER,p' import.out) " REGISTERS
         "-o checked\" >/dev/null 2>&1; "
         "test $? = 1");
    assert_int_equal(counted("checked", "rejected"), 3);
}

static void import__what_is_not_used__is_named(void **state UNUSED)
{
    static const char *const lines[] = {"C2XDTBL-KENSHIN.csv:44: note K1088: COLNO 42 (院内番号) ",
                                        "C2XDTBL-KENSHIN.csv:45: warn K1089: COLNO 43 ",
                                        "ITEMBasicInfo.csv:15: note K1091: the line 3Z990000002327101 "};
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_contains(slurp("import.err", NULL), lines[i]);
    must("test $(wc -l <import.err) = %zu", COUNT(lines));
}

static void import__two_files__are_numbered(void **state UNUSED)
{
    assert_int_equal(kenporter("import-cc2x " CC2X "two\" -o imported_two --lang en"), 0);
    assert_contains(slurp("stdout", NULL), "KOJIN.csv: data, FILENO 1, 10 columns\n");
    assert_contains(slurp("stdout", NULL), "KEKKA.csv: data, FILENO 2, 34 columns\n");
    must("grep -q '^next: .* [^ ]*/KOJIN.csv [^ ]*/KEKKA.csv$' stdout");
}

static void import__what_is_not_certain__is_refused(void **state UNUSED)
{
    assert_int_equal(kenporter("import-cc2x " CC2X "one\" -o imported --lang en"), 2);
    assert_contains(slurp("stderr", NULL), "K1094");
    must("mkdir -p twice none claims; cp " CC2X "one/\"* twice; cp " CC2X
         "two/METHODCVTB-KYOTSU.csv\" twice");
    assert_int_equal(kenporter("import-cc2x twice -o nowhere --lang en"), 2);
    assert_contains(slurp("stderr", NULL), "K1092");
    must("! test -e nowhere");
    assert_int_equal(kenporter("import-cc2x twice -o chosen --methods twice/METHODCVTB.csv --lang en"), 0);
    assert_contains(slurp("stdout", NULL), "METHODCVTB-KYOTSU.csv: methods of tests; not used");
    must("printf 'CC2XDTBL,FILENO,COLNO,PKEY\\n1,1,1,請求金額\\n' >claims/CC2XDTBL-KESSAI.csv");
    assert_int_equal(kenporter("import-cc2x claims -o nowhere --lang en"), 2);
    assert_contains(slurp("stderr", NULL), "K2038");
    must("cp " CC2X "one/C2XDTBL-KENSHIN.csv\" " CC2X "one/METHODCVTB.csv\" claims");
    assert_int_equal(kenporter("import-cc2x claims -o claims --lang en"), 0);
    assert_contains(slurp("stdout", NULL), "CC2XDTBL-KESSAI.csv: claims table; not used");
    must("grep -qx 'mapping = C2XDTBL-KENSHIN.csv' claims/kenporter.ini"); /* in the same folder */
}

/* --- export --- */

static void assert_decided(const char *out, const char *file)
{
    struct sheet expected = read_sheet(textf("%s/cc2x/expected.csv", getenv("FIXTURES")));
    struct sheet decided = decisions_of(out);
    size_t n = 0;
    for (size_t row = 1; row < expected.n_rows; row++) {
        if (!is(&expected, row, "file", file))
            continue;
        n++;
        for (size_t at = 1; at < decided.n_rows; at++)
            if (is(&decided, at, "line", cell(&expected, row, "line")) &&
                !is(&decided, at, "decision", cell(&expected, row, "decision")))
                fail_msg("line %s: %s", cell(&expected, row, "line"), cell(&decided, at, "decision"));
    }
    assert_int_equal(n, decided.n_rows - 1);
}

static void one_file__export__has_the_values_worked_out_by_hand(void **state UNUSED)
{
    assert_decided("one", "KENSHIN.csv");
    must("test $(python3 \"$GOLDEN/compare_values.py\" " CC2X
         "values.csv\" KENSHIN.csv %s/decisions.csv one) = "
         "$(grep -c ^KENSHIN.csv, " CC2X "values.csv\")",
         run_folder("one"));
}

static void comparison__other_marks_and_ranges__are_found(void **state UNUSED)
{
    static const char *const changes[] = {"s/\\(9A75.*flag\\),N/\\1,H/", "s/\\(9A75.*low\\),90/\\1,91/",
                                          "s/\\(9A75.*high\\),129/\\1,/",
                                          "s/,9A751000000000001,/,9A755000000000001,/"};
    for (size_t i = 0; i < COUNT(changes); i++) {
        must("sed '%s' " CC2X "values.csv\" >changed.csv; ! cmp -s changed.csv " CC2X "values.csv\"",
             changes[i]);
        assert_int_not_equal(run_shell(textf("python3 \"$GOLDEN/compare_values.py\" changed.csv KENSHIN.csv "
                                             "%s/decisions.csv one >compare.out 2>&1",
                                             run_folder("one"))),
                             0);
    }
}

/* Keys that stand in one file only, or twice among the persons. */
static void two_files__export__has_the_values_worked_out_by_hand(void **state UNUSED)
{
    assert_int_equal(kenporter("import-cc2x " CC2X "two\" -o two_files"), 0);
    assert_int_equal(kenporter("export --lang en -c two_files/kenporter.ini " REGISTERS "-o two " CC2X
                               "two/KOJIN.csv\" " CC2X "two/KEKKA.csv\""),
                     1);
    assert_contains(slurp("stderr", NULL), "KEKKA.csv:18: reject K2044 ");
    assert_contains(slurp("stderr", NULL), "KEKKA.csv:19: reject K2042 ");
    assert_contains(slurp("stderr", NULL), "KOJIN.csv: warn K2049: 1 persons ");
    assert_decided("two", "KEKKA.csv");
    must("test $(python3 \"$GOLDEN/compare_values.py\" " CC2X
         "values.csv\" KEKKA.csv %s/decisions.csv two) = "
         "$(grep -c ^KEKKA.csv, " CC2X "values.csv\")",
         run_folder("two"));
}

/* One heading line, two, or none; with a header that is no comment. */
static void one_file__headings__do_not_matter(void **state UNUSED)
{
    static const char *const edits[] = {"1,3d", "1,2d", "1d", "1,2d; 3s/^#//"};
    for (size_t i = 0; i < COUNT(edits); i++) {
        must("LC_ALL=C sed '%s' " CC2X "one/KENSHIN.csv\" >headings.csv; rm -rf headings", edits[i]);
        assert_int_equal(kenporter("export " IMPORTED "-o headings headings.csv"), 1);
        assert_same_bundles("one", "headings");
    }
}

static void one_file__rejected_csv__is_read_again(void **state UNUSED)
{
    must("LC_ALL=C sed 1,3d " CC2X "one/KENSHIN.csv\" >bare.csv");
    assert_int_equal(kenporter("export " IMPORTED "-o again bare.csv"), 1);
    must("sed 's/,19700231,/,19700228,/' %s/rejected.csv >mended.csv", run_folder("again"));
    assert_int_equal(kenporter("export " IMPORTED "-o again mended.csv"), 1);
    assert_int_equal(counted("again", "read"), 3);
    assert_int_equal(counted("again", "released"), 1);
}

static void own_mapping__same_people__gives_the_same_bundles(void **state UNUSED)
{
    assert_int_equal(kenporter("export " IMPORTED "-o own --mapping " CC2X "own/mapping.csv\" --ranges " CC2X
                               "own/ranges.csv\" " CC2X "own/KENSHIN.csv\""),
                     0);
    assert_same_bundles("one", "own");
}

static void release__with_ranges__gives_the_same_bundles(void **state UNUSED)
{
    assert_int_equal(kenporter("prepare " IMPORTED "-o prepared " CC2X "one/KENSHIN.csv\""), 1);
    must("ls prepared/prepared >id");
    assert_int_equal(kenporter("release " IMPORTED "-o prepared $(cat id)"), 1);
    assert_same_bundles("one", "prepared");
    must("grep -q '\"\"ranges\"\":\"\"[0-9a-f]\\{64\\}' prepared/disclosure-log.csv");
}

static void map__headings_in_comments__are_the_header(void **state UNUSED)
{
    assert_int_equal(kenporter("map --lang en " CC2X "one/KENSHIN.csv\""), 0);
    assert_contains(slurp("stdout", NULL), "header rows 0, columns 45,");
    assert_contains(slurp("stdout", NULL), "\n受診者生年月日,birth_date,,\n");
    assert_contains(slurp("stdout", NULL), "\n9N001000000000001,9N001000000000001,,\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__folder__says_what_each_file_is),
        cmocka_unit_test(import__what_is_not_used__is_named),
        cmocka_unit_test(import__two_files__are_numbered),
        cmocka_unit_test(import__what_is_not_certain__is_refused),
        cmocka_unit_test(one_file__export__has_the_values_worked_out_by_hand),
        cmocka_unit_test(two_files__export__has_the_values_worked_out_by_hand),
        cmocka_unit_test(comparison__other_marks_and_ranges__are_found),
        cmocka_unit_test(one_file__headings__do_not_matter),
        cmocka_unit_test(one_file__rejected_csv__is_read_again),
        cmocka_unit_test(own_mapping__same_people__gives_the_same_bundles),
        cmocka_unit_test(release__with_ranges__gives_the_same_bundles),
        cmocka_unit_test(map__headings_in_comments__are_the_header),
    };
    return cmocka_run_group_tests_name("converter", tests, set_up_converter, tear_down_golden);
}
