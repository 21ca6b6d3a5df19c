/* Repeated runs: the same bytes into an empty folder, nobody twice into the same one, mended rows, several
 * inputs. */
#include "golden.h"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return kenporter(EXPORT "-o first " INPUT) == 1 ? 0 : -1;
}

static void assert_same_outcome(const char *a, const char *b)
{
    static const char *const files[] = {"decisions.csv", "rejected.csv", "held.csv", "notes.csv"};
    char **found = NULL;
    size_t n = paths(textf("%s/*.zip", a), &found);
    assert_int_equal(n, how_many(textf("%s/*.zip", b)));
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_same_file(found[i], textf("%s/%s", b, found[i] + strlen(a) + 1));
    for (size_t i = 0; i < COUNT(files); i++)
        assert_same_file(textf("%s/%s", run_folder(a), files[i]), textf("%s/%s", run_folder(b), files[i]));
}

/* Returns a copy of the first run's folder. */
static const char *copy_of_first(const char *name)
{
    must("cp -a first %s", name);
    return name;
}

/* --- the same bytes --- */

static void run__into_another_empty_folder__gives_the_same_bytes(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "-o same " INPUT), 1);
    assert_same_outcome("first", "same");
}

static void run__any_number_of_threads__gives_the_same_bytes(void **state)
{
    (void)state;
    static const char *const threads[] = {"1", "2", "8"};
    for (size_t i = 0; i < COUNT(threads); i++) {
        const char *out = textf("threads%s", threads[i]);
        assert_int_equal(kenporter(EXPORT "--threads %s -o %s " INPUT, threads[i], out), 1);
        assert_same_outcome("first", out);
    }
}

static void run__other_language__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "--lang ja -o ja " INPUT), 1);
    must("for z in first/*.zip; do cmp $z ja/$(basename $z) || exit 1; done");
}

/* --- nobody twice --- */

static void second_run__same_folder__releases_nobody(void **state)
{
    (void)state;
    const char *out = copy_of_first("second");
    size_t released = counted(out, "released"), rejected = counted(out, "rejected"),
           held = counted(out, "held");
    assert_int_equal(kenporter(EXPORT "-o second " INPUT), 1);
    assert_int_equal(how_many("second/runs/*"), 2);
    assert_int_equal(counted(out, "released"), 0);
    assert_int_equal(counted(out, "already_disclosed"), released);
    assert_int_equal(counted(out, "rejected"), rejected);
    assert_int_equal(counted(out, "held"), held);
    assert_int_equal(how_many("second/*.zip"), how_many("first/*.zip"));
    assert_same_file("first/disclosure-log.csv", "second/disclosure-log.csv");
}

static void second_run__later_day__releases_nobody_either(void **state)
{
    (void)state;
    copy_of_first("later");
    assert_int_equal(
        kenporter("export -c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-02 --backdate test -o later " INPUT),
        1);
    assert_int_equal(counted("later", "released"), 0);
    assert_same_file("first/disclosure-log.csv", "later/disclosure-log.csv");
}

static void again__unchanged_people__go_out_once_more_with_the_reason(void **state)
{
    (void)state;
    copy_of_first("again");
    size_t released = counted("first", "released");
    assert_int_equal(kenporter(EXPORT "--again \"media lost, asked on 3 April\" -o again " INPUT), 1);
    assert_int_equal(counted("again", "released"), released);
    assert_int_equal(how_many("again/6631111116_*_202604010_1.zip"), how_many("first/*.zip"));
    assert_int_equal(how_many("again/6631111116_*_202604011_1.zip"), how_many("first/*.zip"));
    must(
        "unzip -Z1 again/6631111116_01130012_202604011_1.zip | grep -q '/DATA/h66311111162026040111000001.xml'");
    struct sheet log = read_sheet("again/disclosure-log.csv");
    assert_int_equal(rows_with(&log, "event", "again"), released);
    assert_int_equal(rows_with(&log, "event", "disclose"), released);
    assert_int_equal(rows_with(&log, "reason", "media lost, asked on 3 April") +
                         rows_with(&log, "reason", "media lost, asked on 3 April; mentions_withheld") +
                         rows_with(&log, "reason", "media lost, asked on 3 April; recipient_unknown"),
                     released);
    assert_log_verifies("again/disclosure-log.csv");
    must("for z in first/*.zip; do cmp $z again/$(basename $z) || exit 1; done");
}

/* --- changed since --- */

/* Line 4 (employee 10919) with another weight. */
static void change_one_value(const char *to)
{
    must("iconv -f CP932 -t UTF-8 " INPUT "| sed '4s/,167.4,62.8,/,167.4,63.9,/' >%s; "
         "iconv -f CP932 -t UTF-8 " INPUT "| diff - %s | grep -c '^>' | grep -qx 1",
         to, to);
}

static void changed_value__second_run__is_held(void **state)
{
    (void)state;
    copy_of_first("changed");
    change_one_value("changed.csv");
    assert_int_equal(kenporter(EXPORT "-o changed changed.csv"), 1);
    assert_int_equal(counted("changed", "changed_since_disclosure"), 1);
    assert_int_equal(counted("changed", "released"), 0);
    assert_int_equal(counted("changed", "already_disclosed"), counted("first", "released") - 1);
    struct sheet d = decisions_of("changed"), held = read_sheet(textf("%s/held.csv", run_folder("changed")));
    size_t row = find_row(&d, "line", "4");
    assert_string_equal(cell(&d, row, "decision"), "held");
    assert_string_equal(cell(&d, row, "reason"), "changed_since_disclosure");
    assert_int_equal(rows_with(&held, "kp_reason", "changed_since_disclosure"), 1);
    assert_same_file("first/disclosure-log.csv", "changed/disclosure-log.csv");
}

/* A withheld value has no part in what was told: its change is none, and the log does not betray it. */
static void changed_value__withheld__is_no_change(void **state)
{
    (void)state;
    must("head -n 1 \"$FIXTURES/consents.csv\" >none.csv");
    must("python3 -c \"import csv\n"
         "rows = list(csv.reader(open('$FIXTURES/export.csv', encoding='cp932', newline='')))\n"
         "at = rows[0].index('尿酸')\n"
         "n = sum(r[at].replace('.', '').isdigit() for r in rows[1:] if len(r) == len(rows[0]))\n"
         "for r in rows[1:]:\n"
         "    if len(r) == len(rows[0]) and r[at].replace('.', '').isdigit(): r[at] = '4.9'\n"
         "csv.writer(open('withheld.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\n"
         "assert n > 100, n\"");
    assert_int_equal(kenporter("export -c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-01 --backdate test "
                               "--consents none.csv -o withheld " INPUT),
                     1);
    size_t released = counted("withheld", "released");
    must("cp withheld/disclosure-log.csv withheld.before");
    assert_int_equal(kenporter("export -c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-01 --backdate test "
                               "--consents none.csv -o withheld withheld.csv"),
                     1);
    assert_int_equal(counted("withheld", "released"), 0);
    assert_int_equal(counted("withheld", "already_disclosed"), released);
    assert_same_file("withheld.before", "withheld/disclosure-log.csv");
}

static void changed_value__with_corrections__goes_out_as_correct(void **state)
{
    (void)state;
    copy_of_first("corrected");
    change_one_value("corrected.csv");
    assert_int_equal(kenporter(EXPORT "--corrections -o corrected corrected.csv"), 1);
    assert_int_equal(counted("corrected", "released"), 1);
    assert_int_equal(how_many("corrected/*.zip"), how_many("first/*.zip") + 1);
    must(
        "unzip -p corrected/6631111116_06139463_202604011_1.zip '*/DATA/*' | grep -q 'value=\"63.9\" unit=\"kg\"'");
    struct sheet log = read_sheet("corrected/disclosure-log.csv");
    assert_int_equal(rows_with(&log, "event", "correct"), 1);
    assert_string_equal(cell(&log, find_row(&log, "event", "correct"), "employee_id"), "10919");
    assert_log_verifies("corrected/disclosure-log.csv");
    assert_int_equal(kenporter(EXPORT "-o corrected corrected.csv"),
                     1); /* now the corrected record is the disclosed one */
    assert_int_equal(counted("corrected", "released"), 0);
    assert_int_equal(counted("corrected", "already_disclosed"), counted("first", "released"));
}

/* --- mended rows --- */

static void rejected_csv__fed_back_unmended__rejects_the_same_rows(void **state)
{
    (void)state;
    copy_of_first("unmended");
    must("cp %s/rejected.csv unmended.csv", run_folder("first"));
    assert_int_equal(kenporter(EXPORT "-o unmended unmended.csv"), 1);
    assert_int_equal(counted("unmended", "rejected"), counted("first", "rejected"));
    assert_int_equal(counted("unmended", "read"), counted("first", "rejected"));
    struct sheet before = read_sheet("unmended.csv");
    struct sheet after = read_sheet(textf("%s/rejected.csv", run_folder("unmended")));
    assert_int_equal(after.n_rows, before.n_rows);
    for (size_t row = 0; row < before.n_rows; row++) {
        assert_int_equal(width(&after, row), width(&before, row));
        for (size_t i = row ? 4 : 0; i < width(&before, row); i++)
            assert_string_equal(after.cells[after.starts[row] + i], before.cells[before.starts[row] + i]);
        if (row)
            assert_string_equal(cell(&after, row, "kp_codes"), cell(&before, row, "kp_codes"));
    }
    assert_same_file("first/disclosure-log.csv", "unmended/disclosure-log.csv");
}

static void rejected_csv__three_rows_mended__releases_exactly_those(void **state)
{
    (void)state;
    copy_of_first("mended");
    /* the height of 10852, the sex of 10595, the postal code of 10039 */
    must(
        "python3 -c \"import csv, sys\n"
        "rows = list(csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')))\n"
        "at = {name: i for i, name in enumerate(rows[0])}\n"
        "mend = {'10852': ('身長', '171.2'), '10595': ('性別', '女'), '10039': ('郵便番号', '712-0034')}\n"
        "for row in rows[1:]:\n"
        "    if row[at['社員番号']] in mend: row[at[mend[row[at['社員番号']]][0]]] = mend[row[at['社員番号']]][1]\n"
        "csv.writer(open('mended.csv', 'w', encoding='utf-8-sig', newline='')).writerows(rows)\n\" '%s/rejected.csv'",
        run_folder("first"));
    assert_int_equal(kenporter(EXPORT "-o mended mended.csv"), 1);
    assert_int_equal(counted("mended", "released"), 3);
    assert_int_equal(counted("mended", "rejected"), counted("first", "rejected") - 3);
    struct sheet log = read_sheet("mended/disclosure-log.csv");
    static const char *const mended[] = {"10852", "10595", "10039"};
    for (size_t i = 0; i < COUNT(mended); i++)
        assert_int_equal(rows_with(&log, "employee_id", mended[i]), 1);
    assert_int_equal(rows_with(&log, "event", "disclose"), counted("first", "released") + 3);
    assert_log_verifies("mended/disclosure-log.csv");
}

/* By line of the export: the column and its correct value; "-" drops the row, "+" rejoins the address. */
#define MEND                                                                                                                                       \
    "import csv, sys\n"                                                                                                                            \
    "rows = list(csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')))\n"                                                               \
    "at = {name: i for i, name in enumerate(rows[0])}\n"                                                                                           \
    "mend = {'3': '+', '25': '-', '48': ('身長', '171.2'), '81': ('生年月日', '1980/1/1'), '82': ('性別', '女'),\n"                       \
    "        '101': ('尿蛋白', '(-)'), '102': ('郵便番号', '712-0034'), '120': ('保険番号', '8899'), '144': None,\n"                    \
    "        '150': ('生年月日', '平成元年1月9日'), '151': ('健診実施日', '2025/06/01'), '154': ('保険者番号', '06139463'),\n" \
    "        '160': ('カナ氏名', 'ケンポハナコ'), '163': ('生年月日', '昭和63年2月28日')}\n"                                    \
    "out = [rows[0]]\n"                                                                                                                            \
    "for row in rows[1:]:\n"                                                                                                                       \
    "    how = mend[row[at['kp_line']]]\n"                                                                                                         \
    "    if how == '+': row[at['住所']:at['住所'] + 2] = [row[at['住所']] + row[at['住所'] + 1]]\n"                                        \
    "    elif how and how != '-': row[at[how[0]]] = how[1]\n"                                                                                      \
    "    if how != '-': out.append(row)\n"                                                                                                         \
    "csv.writer(open('all.csv', 'w', encoding='utf-8-sig', newline='')).writerows(out)\n"

static void rejected_csv__every_row_mended__releases_exactly_those(void **state)
{
    (void)state;
    copy_of_first("all");
    must("python3 -c \"" MEND "\" '%s/rejected.csv'", run_folder("first"));
    size_t mended = counted("first", "rejected") - 1; /* one of two contradicting rows is dropped */
    assert_int_equal(read_sheet("all.csv").n_rows - 1, mended);
    assert_int_equal(kenporter(EXPORT "-o all all.csv"), 0);
    assert_int_equal(counted("all", "read"), mended);
    assert_int_equal(counted("all", "released"), mended);
    struct sheet log = read_sheet("all/disclosure-log.csv"), rejected = read_sheet("all.csv");
    for (size_t row = 1; row < rejected.n_rows; row++)
        assert_true(rows_with(&log, "employee_id", cell(&rejected, row, "社員番号")) > 0);
    assert_int_equal(rows_with(&log, "event", "disclose"), counted("first", "released") + mended);
    assert_int_equal(kenporter(EXPORT "-o all all.csv"), 0); /* only once */
    assert_int_equal(counted("all", "released"), 0);
    assert_log_verifies("all/disclosure-log.csv");
}

static void held_csv__request_has_come__releases_its_people(void **state)
{
    (void)state;
    copy_of_first("requested");
    must("cp %s/held.csv held.csv; cp \"$FIXTURES/requests.csv\" requests.csv; "
         "echo 'REQ-2026-006,31289002,2026-03-20,elderly_act health_act,,,all,,,,' >>requests.csv",
         run_folder("first"));
    assert_int_equal(kenporter(EXPORT "--requests requests.csv -o requested held.csv"), 1);
    struct sheet expected = expected_rows(), d = decisions_of("requested");
    size_t n = 0;
    for (size_t row = 1; row < d.n_rows; row++)
        n += is(&d, row, "decision", "released") && is(&d, row, "insurer_number", "31289002");
    assert_int_equal(n, counted("requested", "released"));
    assert_int_equal(n, rows_with(&expected, "reason", "no_request") - 1); /* one has another insurer */
}

/* --- check --- */

static void check__any_input__writes_no_bundle_and_no_log(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "-o checked " INPUT), 1);
    assert_int_equal(how_many("checked/*.zip") + how_many("checked/disclosure-log.csv"), 0);
    assert_int_equal(how_many("checked/*"), 1);
    assert_int_equal(how_many("checked/.tmp*"), 0);
    assert_int_equal(counted("checked", "released"), counted("first", "released"));
    struct sheet checked = decisions_of("checked"), first = decisions_of("first");
    assert_int_equal(checked.n_rows, first.n_rows);
    for (size_t row = 1; row < first.n_rows; row++) {
        assert_string_equal(cell(&checked, row, "decision"), cell(&first, row, "decision"));
        assert_string_equal(cell(&checked, row, "reason"), cell(&first, row, "reason"));
        assert_string_equal(cell(&checked, row, "bundle"), "");
    }
}

/* A thousand rows with the same fault: a few lines, a table, and every row in the files. */
static void check__a_thousand_bad_rows__prints_a_digest(void **state)
{
    (void)state;
    must(
        "python3 -c \"import csv, sys\n"
        "rows = list(csv.reader(open(sys.argv[1], encoding='utf-8')))\n"
        "at = {name: i for i, name in enumerate(rows[0])}\n"
        "out = [rows[0]]\n"
        "for n in range(1000):\n"
        "    row = list(rows[1])\n"
        "    row[at['insured_number']] = str(n)\n"
        "    row[at['9N001000000000001']] = 'tall'\n"
        "    row[at['sex']] = '?'\n"
        "    out.append(row)\n"
        "csv.writer(open('thousand.csv', 'w', encoding='utf-8')).writerows(out)\n\" \"$FIXTURES/../tests/cases/base.csv\"");
    assert_int_equal(kenporter(CHECK "-o thousand thousand.csv"), 1);
    const char *out = slurp("stdout", NULL), *err = slurp("stderr", NULL);
    assert_true(occurrences(out, "\n") + occurrences(err, "\n") < 60);
    assert_contains(out, "reject K4011    1000  thousand.csv:2 :3 :4\n");
    assert_contains(out, "reject K4022    1000  thousand.csv:2 :3 :4\n");
    assert_int_equal(counted("thousand", "rejected"), 1000);
    assert_int_equal(read_sheet(textf("%s/rejected.csv", run_folder("thousand"))).n_rows - 1, 1000);
    assert_int_equal(kenporter(CHECK "-q -o thousand thousand.csv"), 1);
    assert_string_equal(slurp("stdout", NULL), "");
}

static void check__after_an_export__sees_the_log_and_leaves_it_alone(void **state)
{
    (void)state;
    copy_of_first("seen");
    assert_int_equal(kenporter(CHECK "-o seen " INPUT), 1);
    assert_int_equal(counted("seen", "already_disclosed"), counted("first", "released"));
    assert_same_file("first/disclosure-log.csv", "seen/disclosure-log.csv");
    assert_int_equal(how_many("seen/*.zip"), how_many("first/*.zip"));
}

/* --- several inputs --- */

static void two_inputs__halves_of_the_export__give_the_same_bundles(void **state)
{
    (void)state;
    must("head -n 104 " INPUT ">a.csv; { head -n 1 " INPUT "; tail -n +105 " INPUT "; } >b.csv");
    assert_int_equal(kenporter(EXPORT "-o halves a.csv b.csv"), 1);
    assert_int_equal(counted("halves", "read"), counted("first", "read"));
    must("for z in first/*.zip; do cmp $z halves/$(basename $z) || exit 1; done");
    struct sheet d = decisions_of("halves");
    assert_int_equal(rows_with(&d, "file", "a.csv") + rows_with(&d, "file", "b.csv"), d.n_rows - 1);
    assert_true(rows_with(&d, "file", "a.csv") > 0 && rows_with(&d, "file", "b.csv") > 0);
}

static void two_inputs__same_rows_in_both__count_once(void **state)
{
    (void)state;
    must("iconv -f CP932 -t UTF-8 " INPUT ">again.csv");
    assert_int_equal(kenporter(EXPORT "-o twice " INPUT "again.csv"), 1);
    assert_int_equal(counted("twice", "released"), counted("first", "released"));
    assert_int_equal(counted("twice", "held"), counted("first", "held"));
    must("for z in first/*.zip; do cmp $z twice/$(basename $z) || exit 1; done");
    struct sheet d = decisions_of("twice");
    size_t copies = rows_with(&d, "decision", "duplicate");
    assert_int_equal(d.n_rows - 1 - copies, counted("twice", "read"));
}

/* Consent goes by employee id: two rows that differ in it are not the same row. */
static void two_inputs__other_employee_id_in_the_second__rejects_both(void **state)
{
    (void)state;
    must("iconv -f CP932 -t UTF-8 " INPUT
         "| sed -n '1p;2p' >one.csv; sed '2s/^[0-9]*,/99999,/' one.csv >other.csv");
    assert_int_equal(kenporter(EXPORT "-o ids one.csv other.csv"), 1);
    assert_int_equal(counted("ids", "read"), 2);
    assert_int_equal(counted("ids", "rejected"), 2);
    assert_int_equal(how_many("ids/*.zip"), 0);
}

static void two_inputs__other_value_in_the_second__rejects_both(void **state)
{
    (void)state;
    change_one_value("other.csv");
    must("{ sed -n 1p other.csv; sed -n 4p other.csv; } >one.csv");
    assert_int_equal(kenporter(EXPORT "-o conflict " INPUT "one.csv"), 1);
    assert_int_equal(counted("conflict", "rejected"), counted("first", "rejected") + 2);
    assert_int_equal(counted("conflict", "released"), counted("first", "released") - 1);
    struct sheet d = decisions_of("conflict");
    assert_string_equal(cell(&d, find_row(&d, "line", "4"), "codes"), "K4025");
    assert_string_equal(cell(&d, find_row(&d, "file", "one.csv"), "codes"), "K4025");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run__into_another_empty_folder__gives_the_same_bytes),
        cmocka_unit_test(run__any_number_of_threads__gives_the_same_bytes),
        cmocka_unit_test(run__other_language__gives_the_same_bundles),
        cmocka_unit_test(second_run__same_folder__releases_nobody),
        cmocka_unit_test(second_run__later_day__releases_nobody_either),
        cmocka_unit_test(again__unchanged_people__go_out_once_more_with_the_reason),
        cmocka_unit_test(changed_value__second_run__is_held),
        cmocka_unit_test(changed_value__withheld__is_no_change),
        cmocka_unit_test(changed_value__with_corrections__goes_out_as_correct),
        cmocka_unit_test(rejected_csv__fed_back_unmended__rejects_the_same_rows),
        cmocka_unit_test(rejected_csv__three_rows_mended__releases_exactly_those),
        cmocka_unit_test(rejected_csv__every_row_mended__releases_exactly_those),
        cmocka_unit_test(held_csv__request_has_come__releases_its_people),
        cmocka_unit_test(check__any_input__writes_no_bundle_and_no_log),
        cmocka_unit_test(check__a_thousand_bad_rows__prints_a_digest),
        cmocka_unit_test(check__after_an_export__sees_the_log_and_leaves_it_alone),
        cmocka_unit_test(two_inputs__halves_of_the_export__give_the_same_bundles),
        cmocka_unit_test(two_inputs__same_rows_in_both__count_once),
        cmocka_unit_test(two_inputs__other_employee_id_in_the_second__rejects_both),
        cmocka_unit_test(two_inputs__other_value_in_the_second__rejects_both),
    };
    return cmocka_run_group_tests_name("repeat", tests, set_up, tear_down_golden);
}
