/* The drop folder: what is read, where it goes, what stays; and patterns as inputs. */
#include "golden.h"

#define DROP "-o out --folder in "
#define SETTLE "touch -d '1 minute ago' in/*"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return run_shell("cp \"$FIXTURES/export.csv\" all.csv; iconv -f CP932 -t UTF-8 all.csv >all.utf8; "
                     "{ head -n 1 all.utf8; sed -n 2,9p all.utf8; } >a.csv; "
                     "{ head -n 1 all.utf8; sed -n 10,15p all.utf8; } >b.csv");
}

/* A fresh folder with a.csv and b.csv, settled, and no output. */
static void begin(void)
{
    must("rm -rf in out && mkdir in && cp a.csv b.csv in && " SETTLE);
}

static void export__two_files__read_and_moved(void **state)
{
    (void)state;
    begin();
    assert_in_range(kenporter(EXPORT DROP), 0, 1);
    must("cmp a.csv in/done/a.csv && cmp b.csv in/done/b.csv && test ! -e in/a.csv && test ! -e in/b.csv");
    assert_in_range(kenporter(EXPORT "-o named a.csv b.csv"), 0, 1);
    assert_same_bundles("out", "named");
    assert_int_equal(counted("out", "read"), counted("named", "read"));
    renew("named", NULL);
}

static void export__names_not_for_reading__left(void **state)
{
    (void)state;
    begin();
    must("cp a.csv in/.hidden.csv; cp a.csv 'in/~$a.csv'; cp a.csv in/c.tmp; cp a.csv in/d.csv.part; "
         "mkdir in/e.csv; ln -s ../all.csv in/f.csv; " SETTLE);
    assert_in_range(kenporter(EXPORT DROP), 0, 1);
    must("test -e in/.hidden.csv && test -e 'in/~$a.csv' && test -e in/c.tmp && test -e in/d.csv.part && "
         "test -d in/e.csv && test -L in/f.csv");
    assert_contains(slurp("stderr", NULL), "in/f.csv: warn K2058");
    must("python3 -c \"import json,glob; r=json.load(open(glob.glob('out/runs/*/report.json')[0])); "
         "assert [i['path'] for i in r['inputs']] == ['in/a.csv','in/b.csv'], r['inputs']\"");
}

static void export__file_being_written__waits_and_is_named(void **state)
{
    (void)state;
    begin();
    must("touch in/b.csv");
    assert_in_range(kenporter(EXPORT DROP), 0, 1);
    must("test -e in/b.csv && test -e in/done/a.csv");
    assert_contains(slurp("stderr", NULL), "in/b.csv: warn K2057");
    assert_contains(slurp("stdout", NULL), "in/b.csv");
    assert_contains(slurp(textf("%s/report.json", run_folder("out")), NULL),
                    "\"waiting_inputs\": [\"in/b.csv\"]");
}

static void export__unreadable_file__quarantined_with_reason(void **state)
{
    (void)state;
    begin();
    must("sed '3s/,女,/,\"女,/;3s/,男,/,\"男,/' a.csv >in/0.csv; iconv -t UTF-32 a.csv >in/z.csv; "
         "sed '1s/性別/何か/' a.csv >in/m.csv; : >in/n.csv; " SETTLE);
    assert_int_equal(kenporter(EXPORT DROP), 1);
    must("test -e in/done/a.csv && test -e in/done/b.csv && grep -q ^K2004:3 in/quarantine/0.csv.txt && "
         "grep -q ^K2003 in/quarantine/z.csv.txt && grep -q ^K2007 in/quarantine/m.csv.txt && "
         "grep -q ^K2002 in/quarantine/n.csv.txt && test ! -e in/0.csv && test -e in/quarantine/0.csv");
    must("test $(stat -c %%a in/quarantine/0.csv.txt) = 600 && test $(stat -c %%a in/quarantine) = 700");
    assert_int_equal(counted("out", "inputs_unreadable"), 4);
    assert_int_equal(counted("out", "read"), 13);
    assert_contains(slurp("stdout", NULL), "in/0.csv: K2004");
    assert_contains(slurp("stderr", NULL), "in/z.csv:1: fail K2003");
    assert_contains(slurp(textf("%s/report.json", run_folder("out")), NULL), "{\"path\": \"in/m.csv\", ");
}

static void export__all_unreadable__exit_1_and_no_bundle(void **state)
{
    (void)state;
    begin();
    must("rm in/*; : >in/a.csv; " SETTLE);
    assert_int_equal(kenporter(EXPORT DROP), 1);
    must("test -e in/quarantine/a.csv");
    assert_int_equal(how_many("out/*.zip"), 0);
}

static void export__if_needed__prints_unreadable_files(void **state)
{
    (void)state;
    begin();
    must(": >in/0.csv; " SETTLE);
    assert_int_equal(kenporter(EXPORT DROP "--if-needed"), 1);
    assert_contains(slurp("stdout", NULL), "in/0.csv: K2002");
}

static void export__run_fails__nothing_moves(void **state)
{
    (void)state;
    begin();
    must(": >in/0.csv; mkdir -p out; " SETTLE "; echo broken >requests.csv");
    assert_int_equal(kenporter(EXPORT DROP "--requests requests.csv"), 2);
    must("test -e in/a.csv && test -e in/b.csv && test -e in/0.csv && test ! -e in/quarantine/0.csv");
}

static void check__moves_nothing__and_says_what_is_wrong(void **state)
{
    (void)state;
    begin();
    must(": >in/0.csv; " SETTLE);
    assert_int_equal(kenporter(CHECK DROP), 1);
    must("test -e in/a.csv && test -e in/0.csv && test ! -e in/done && test ! -e in/quarantine");
    assert_int_equal(kenporter(EXPORT DROP "--dry-run"), 1);
    must("test -e in/a.csv && test -e in/0.csv && test ! -e in/done");
}

static void export__name_taken__suffix_unless_same_bytes(void **state)
{
    (void)state;
    begin();
    must("mkdir -p in/done; echo other >in/done/a.csv; cp b.csv in/done/b.csv");
    assert_in_range(kenporter(EXPORT DROP), 0, 1);
    must("test \"$(cat in/done/a.csv)\" = other && cmp a.csv in/done/a-2.csv && cmp b.csv in/done/b.csv && "
         "test ! -e in/done/b-2.csv && test ! -e in/a.csv && test ! -e in/b.csv");
}

static void export__empty_folder__one_line_and_success(void **state)
{
    (void)state;
    must("rm -rf in out; mkdir in");
    assert_int_equal(kenporter(EXPORT DROP), 0);
    assert_int_equal(occurrences(slurp("stdout", NULL), "\n"), 1);
    assert_contains(slurp("stdout", NULL), "in\n");
    assert_int_equal(kenporter(EXPORT DROP "--if-needed"), 0);
    assert_string_equal(slurp("stdout", NULL), "");
    assert_string_equal(slurp("stderr", NULL), "");
    assert_int_equal(kenporter(EXPORT DROP "--json"), 0);
    must("python3 -c \"import json; assert json.load(open('stdout'))['schema_version'] == 1\"");
}

static void export__done_elsewhere__copied_whole(void **state)
{
    (void)state;
    begin();
    char elsewhere[] = "/dev/shm/kp_test_XXXXXX";
    assert_non_null(mkdtemp(elsewhere));
    const int status = kenporter(EXPORT DROP "--done %s", elsewhere);
    const bool copied =
        run_shell(textf("cd %s && cmp \"$OLDPWD/a.csv\" a.csv && cmp \"$OLDPWD/b.csv\" b.csv && "
                        "test $(ls -A | wc -l) = 2",
                        elsewhere)) == 0;
    assert_int_equal(remove_tree(elsewhere), 0);
    assert_in_range(status, 0, 1);
    assert_true(copied);
    assert_false(exists("in/a.csv"));
}

static void folder__is_link_or_own_target__exit_2(void **state)
{
    (void)state;
    begin();
    must("ln -sfn in link");
    assert_int_equal(kenporter(EXPORT "-o out --folder link"), 2);
    assert_contains(slurp("stderr", NULL), "link: fail K1121");
    assert_int_equal(kenporter(EXPORT DROP "--done in"), 2);
    assert_contains(slurp("stderr", NULL), "in: fail K1121");
    assert_int_equal(kenporter(EXPORT DROP "--shard 1/2"), 2); /* would take the files from shard 2 */
    must("ln -sfn /tmp in/done");
    assert_int_equal(kenporter(EXPORT DROP), 2);
    must("test -e in/a.csv");
}

static void configuration__names_folders__inputs_win(void **state)
{
    (void)state;
    begin();
    must("{ cat \"$FIXTURES/kenporter.ini\"; printf '[input]\\nfolder = in\\ndone = read\\n'; } >k.ini && "
         "cp \"$FIXTURES\"/*.csv .");
    assert_in_range(kenporter("check -c k.ini -o out a.csv"), 0, 1);
    assert_int_equal(counted("out", "read"), 8);
    assert_in_range(kenporter("prepare -c k.ini -o out"), 0, 1);
    assert_int_equal(counted("out", "read"), 13);
    must("test -e read/a.csv && test -e in/quarantine");
}

/* --- patterns --- */

static void input__pattern__expanded_by_the_program(void **state)
{
    (void)state;
    must("rm -rf out; mkdir -p p; cp a.csv b.csv p");
    assert_in_range(kenporter(CHECK "-o out 'p/*.csv'"), 0, 1);
    assert_int_equal(counted("out", "read"), 13);
    assert_int_equal(kenporter(CHECK "-o out 'p/*.txt'"), 3);
    assert_contains(slurp("stderr", NULL), "p/*.txt: fail K2060");
    must("rm -rf out; cp a.csv 'p/[b].csv'");
    assert_in_range(kenporter(CHECK "-o out 'p/[b].csv'"), 0, 1); /* a file of that name wins */
    assert_int_equal(counted("out", "read"), 8);
}

/* --- standard input --- */

static void input__dash__is_standard_input(void **state)
{
    (void)state;
    must("rm -rf piped named; \"$KENPORTER\" export -q " CONFIG "-o named " INPUT
         ">named.out 2>&1; test $? = 1");
    must("cat " INPUT "| \"$KENPORTER\" export -q " CONFIG "-o piped - >piped.out 2>piped.err; test $? = 1");
    assert_same_bundles("named", "piped");
    assert_contains(slurp(textf("%s/report.json", run_folder("piped")), NULL), "\"path\": \"-\"");
    must("\"$KENPORTER\" map - <" INPUT ">piped.map && grep -q ',exam_date,' piped.map");
    assert_int_equal(kenporter(CHECK "-o piped - - </dev/null"), 2);
    assert_int_equal(kenporter(CHECK "-o piped - </dev/null"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__two_files__read_and_moved),
        cmocka_unit_test(export__names_not_for_reading__left),
        cmocka_unit_test(export__file_being_written__waits_and_is_named),
        cmocka_unit_test(export__unreadable_file__quarantined_with_reason),
        cmocka_unit_test(export__all_unreadable__exit_1_and_no_bundle),
        cmocka_unit_test(export__if_needed__prints_unreadable_files),
        cmocka_unit_test(export__run_fails__nothing_moves),
        cmocka_unit_test(check__moves_nothing__and_says_what_is_wrong),
        cmocka_unit_test(export__name_taken__suffix_unless_same_bytes),
        cmocka_unit_test(export__empty_folder__one_line_and_success),
        cmocka_unit_test(export__done_elsewhere__copied_whole),
        cmocka_unit_test(folder__is_link_or_own_target__exit_2),
        cmocka_unit_test(configuration__names_folders__inputs_win),
        cmocka_unit_test(input__pattern__expanded_by_the_program),
        cmocka_unit_test(input__dash__is_standard_input),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
