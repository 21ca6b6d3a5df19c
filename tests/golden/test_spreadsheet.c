/* What comes out for people to open: names of files that are not UTF-8, and cells that a spreadsheet would
 * execute, both of which come back in rejected.csv. */
#include "golden.h"

#define NAME "\"$(printf '\\214\\222\\220f.csv')\"" /* in CP932 */
#define SHOWN "\\x8C\\x92\\x90f.csv"
#define FORMULA "=cmd|'/C calc'!A0"
#define QUOTED "'=1+1"
#define LINE "5" /* a released row of ../export.csv */

/* Writes in.csv: one row with formulas in a used and an unused column, a formula as a header, and an address
 * that is missing, which rejects the row. */
static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("iconv -f CP932 -t UTF-8 " INPUT "| sed -n '1p;" LINE "p' >plain.csv");
    must("python3 -c \"\n"
         "import csv\n"
         "rows = list(csv.reader(open('plain.csv', encoding='utf-8', newline='')))\n"
         "head, row = rows\n"
         "head[head.index('22予備')], row[head.index('住所')] = '=1+1|x', ''\n"
         "row[head.index('社員番号')] = '''" FORMULA "'''\n"
         "row[head.index('=1+1|x')] = '''" QUOTED "'''\n"
         "csv.writer(open('in.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\"");
    return 0;
}

static void assert_utf8(const char *pattern)
{
    must("for f in %s; do iconv -f UTF-8 -t UTF-8 \"$f\" >/dev/null || exit 1; done", pattern);
}

static void names__that_are_not_utf8__are_written_as_bytes(void **state)
{
    (void)state;
    must("cp in.csv " NAME);
    assert_int_equal(kenporter(EXPORT "--lang en -o named " NAME), 1);
    assert_utf8("stdout stderr named/*.csv named/runs/*/*");
    must("grep -q -F '" SHOWN ":2:' stderr");
    must("python3 -c \"import json; r = json.load(open('%s/report.json')); "
         "exit(r['inputs'][0]['path'] != r'\\x8C\\x92\\x90f.csv')\"",
         run_folder("named"));
    struct sheet rejected = read_sheet(textf("%s/rejected.csv", run_folder("named")));
    assert_string_equal(cell(&rejected, 1, "kp_file"), SHOWN);
    assert_int_equal(kenporter("prepare " CONFIG "-o prepared " NAME), 1);
}

/* As older versions wrote it: the column is ignored. */
static void names__in_a_rejected_file_of_other_bytes__are_ignored(void **state)
{
    (void)state;
    must("cp in.csv in2.csv");
    assert_int_equal(kenporter(EXPORT "-o older in2.csv"), 1);
    must("LC_ALL=C sed \"s/^in2.csv/$(printf '\\214\\222')/\" %s/rejected.csv >older.csv",
         run_folder("older"));
    assert_int_equal(kenporter(EXPORT "--lang en -o older2 older.csv"), 1);
    must("! grep -q K2011 stderr");
}

static void formulas__in_files_for_spreadsheets__get_an_apostrophe(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "-o first in.csv"), 1);
    struct sheet rejected = read_sheet(textf("%s/rejected.csv", run_folder("first")));
    assert_string_equal(cell(&rejected, 1, "社員番号"), "'" FORMULA);
    assert_string_equal(cell(&rejected, 1, "'=1+1|x"), "'" QUOTED);
    must("! grep -E '(^|,)\"?[=@]' %s/*.csv", run_folder("first"));

    /* Unchanged it is rejected again, and written the same. */
    must("cp %s/rejected.csv again.csv", run_folder("first"));
    assert_int_equal(kenporter(EXPORT "-o second again.csv"), 1);
    must("cut -d , -f 6- again.csv >a; cut -d , -f 6- %s/rejected.csv >b; cmp a b", run_folder("second"));

    /* Mended it is released as it came; a mapping names the column as the export or as rejected.csv does. */
    must("python3 -c \"\n"
         "import csv\n"
         "rows = list(csv.reader(open('again.csv', encoding='utf-8-sig', newline='')))\n"
         "rows[1][rows[0].index('住所')] = '東京都千代田区１−１'\n"
         "csv.writer(open('mended.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\"");
    must("\"$KENPORTER\" map in.csv >a.map; grep -q \"^'=1\" a.map; sed \"s/^'=1/=1/\" a.map >b.map");
    if (kenporter(EXPORT "--mapping b.map -o other mended.csv") != 0)
        fail_msg("%s", slurp("stderr", NULL));
    assert_int_equal(kenporter(EXPORT "--mapping a.map -o mended mended.csv"), 0);
    must("grep -q -F \"," FORMULA ",\" mended/disclosure-log.csv");
    assert_int_equal(kenporter("audit --format csv mended/disclosure-log.csv"), 0);
    must("grep -q -F \",'" FORMULA ",\" stdout");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names__that_are_not_utf8__are_written_as_bytes),
        cmocka_unit_test(names__in_a_rejected_file_of_other_bytes__are_ignored),
        cmocka_unit_test(formulas__in_files_for_spreadsheets__get_an_apostrophe),
    };
    return cmocka_run_group_tests_name("spreadsheet", tests, set_up, tear_down_golden);
}
