/* What becomes of bundles, files and logs after a run: handover, purge, retire. */
#include "golden.h"

#define LOG "out/disclosure-log.csv"
#define BUNDLE(insurer) "out/6631111116_" insurer "_202604010_1.zip"
#define KENPO BUNDLE("06139463")
#define TO "--to '架空精機健保 経理' --means 'by hand' --on 2026-04-03 "

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("head -n 1 \"$FIXTURES/consents.csv\" >consents.csv");
    if (kenporter(EXPORT "--consents consents.csv -o first " INPUT) != 1 ||
        kenporter("prepare " CONFIG "-o first " INPUT) != 1)
        return -1;
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    renew("out", "first");
    return 0;
}

static struct sheet entries(void)
{
    return read_sheet(LOG);
}

static void assert_unchanged_log(void)
{
    must("cmp -s " LOG " first/disclosure-log.csv");
}

/* --- handover --- */

static void handover__released_bundles__are_logged_with_all_details(void **state)
{
    (void)state;
    size_t before = entries().n_rows;
    assert_int_equal(kenporter("handover -o out " TO "--note 'two disks' " KENPO " " BUNDLE("00280081")), 0);
    struct sheet log = entries();
    assert_int_equal(log.n_rows, before + 2);
    assert_string_equal(cell(&log, before, "event"), "handover");
    assert_string_equal(cell(&log, before, "as_of"), "2026-04-03");
    assert_string_equal(cell(&log, before, "insurer_number"), "06139463");
    assert_string_equal(cell(&log, before, "bundle"), strchr(KENPO, '/') + 1);
    assert_contains(cell(&log, before, "detail"),
                    "\"to\":\"架空精機健保 経理\",\"means\":\"by hand\",\"note\":\"two disks\"}");
    assert_string_equal(cell(&log, before + 1, "insurer_number"), "00280081");
    assert_log_verifies(LOG);
    assert_int_equal(kenporter("audit " LOG), 0);
    assert_int_equal(kenporter("verify --log " LOG " " KENPO), 0);
    assert_int_equal(kenporter(EXPORT "--consents consents.csv -o out " INPUT), 1);
    assert_int_equal(counted("out", "released"), 0);
}

static void handover__order_of_events__must_be_possible(void **state)
{
    (void)state;
    static const char *const refused[] = {"--received", "--returned", "--recalled"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_int_equal(kenporter("handover -o out %s " KENPO, refused[i]), 2);
        assert_contains(slurp("stderr", NULL), "K7035");
    }
    assert_unchanged_log();
    assert_int_equal(kenporter("handover -o out " TO KENPO), 0);
    assert_int_equal(kenporter("handover -o out --to another --means mail " KENPO), 2);
    assert_int_equal(kenporter("handover -o out --received " KENPO), 0);
    assert_int_equal(kenporter("handover -o out --recalled " KENPO), 0);
    assert_int_equal(kenporter("handover -o out --received " KENPO), 2);
    assert_int_equal(kenporter("handover -o out --returned " KENPO), 0);
    assert_int_equal(kenporter("handover -o out " TO KENPO), 0);
    struct sheet log = entries();
    assert_int_equal(rows_with(&log, "event", "handover"), 2);
    assert_log_verifies(LOG);
}

static void handover__one_of_several_is_wrong__logs_none(void **state)
{
    (void)state;
    must("cp " KENPO " kept.zip; printf x >>" KENPO
         "; cp " BUNDLE("00280081") " other.zip; printf y >>other.zip");
    assert_int_equal(kenporter("handover -o out " TO BUNDLE("00280081") " " KENPO), 2);
    assert_contains(slurp("stderr", NULL), "K7034");
    assert_int_equal(kenporter("handover -o out " TO BUNDLE("00280081") " other.zip"), 2);
    assert_contains(slurp("stderr", NULL), "K7033");
    assert_int_equal(kenporter("handover -o out " TO BUNDLE("00280081") " gone.zip"), 3);
    assert_int_equal(kenporter("handover -o out " TO BUNDLE("00280081") " " BUNDLE("00280081")), 2);
    assert_unchanged_log();
    must("mv kept.zip " KENPO);
}

static void handover__repeated__adds_nothing(void **state)
{
    (void)state;
    assert_int_equal(kenporter("handover -o out " TO KENPO), 0);
    size_t before = entries().n_rows;
    assert_int_equal(kenporter("handover -o out " TO KENPO), 0);
    assert_contains(slurp("stderr", NULL), "K7037");
    assert_int_equal(entries().n_rows, before);
}

static void handover__wrong_usage__exit_2(void **state)
{
    (void)state;
    static const char *const wrong[] = {"--to x",
                                        "--means x",
                                        "--received --returned",
                                        "--received --to x",
                                        "--to x --means y --on 2026-03-31",
                                        "--to x --means y --on 2999-01-01",
                                        "--to x --means y --on yesterday"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(kenporter("handover -o out %s " KENPO, wrong[i]), 2);
    assert_int_equal(kenporter("handover -o out " TO), 2);
    assert_int_equal(kenporter("handover -o nowhere " TO KENPO), 2);
    assert_false(exists("nowhere"));
    assert_unchanged_log();
}

/* --- purge --- */

static void purge__dry_run__names_and_removes_nothing(void **state)
{
    (void)state;
    assert_int_equal(kenporter("purge -o out --before 2999-01-01 --dry-run"), 0);
    assert_contains(slurp("stdout", NULL), "/rejected.csv\n");
    assert_contains(slurp("stdout", NULL), "/source/1.csv\n");
    assert_int_equal(occurrences(slurp("stdout", NULL), ".zip\n"), how_many("out/prepared/*/*.zip"));
    must("diff -r -x .lock out first");
}

static void purge__day_of_the_run__removes_nothing(void **state)
{
    (void)state;
    assert_int_equal(kenporter("purge -o out --before $(date +%%Y-%%m-%%d)"), 0);
    must("diff -r -x .lock out first");
    assert_int_equal(kenporter("purge -o out"), 2);
    assert_int_equal(kenporter("purge -o out --before soon"), 2);
}

static void purge__old_files__go_and_are_logged(void **state)
{
    (void)state;
    size_t bundles = how_many("out/*.zip");
    assert_int_equal(kenporter("handover -o out " TO KENPO), 0);
    must(
        "{ echo insurer_number,bundle,document,insured_symbol,insured_number,birth_date,state,code,text,date; "
        "awk -F, '$4 == \"disclose\" && $7 == \"06139463\" && !n++ {print $7 \",,\" $11 \",,,,error,01,,\"}' " LOG
        "; } >reply.csv && \"$KENPORTER\" reply -o out reply.csv && ls out/replies/*.csv");
    must("sha256sum out/runs/*/held.csv | head -n 1 | cut -c1-64 | tr -d '\\n' >digest");
    assert_int_equal(kenporter("purge -o out --before 2999-01-01"), 0);
    assert_int_equal(
        how_many("out/runs/*/rejected*") + how_many("out/runs/*/held*") + how_many("out/runs/*/notes*"), 0);
    assert_false(exists("out/prepared") || exists(KENPO));
    assert_int_equal(how_many("out/replies/*"), 0);
    assert_int_equal(how_many("out/*.zip"), bundles - 1); /* the others were not handed over */
    assert_int_equal(how_many("out/registers/*"), 3);     /* entries rest on them */
    assert_int_equal(how_many("out/runs/*/report.json"), 2);
    struct sheet log = entries();
    size_t row = find_row(&log, "event", "purge");
    assert_contains(cell(&log, row, "detail"), slurp("digest", NULL));
    assert_contains(cell(&log, row, "detail"), "\"before\":\"2999-01-01\"");
    assert_contains(cell(&log, row, "detail"), "\"bundles\":1,\"registers\":0,");
    assert_contains(cell(&log, row, "detail"), "\"replies\":1,");
    assert_int_equal(kenporter("audit --format csv --event reply " LOG),
                     0); /* who was returned, from the log */
    assert_contains(slurp("stdout", NULL), ",reply,");
    assert_log_verifies(LOG);
    assert_int_equal(kenporter("audit " LOG), 0);
    assert_int_equal(kenporter("purge -o out --before 2999-01-01"), 0);
    assert_int_equal(entries().n_rows, log.n_rows); /* nothing was left */
    assert_int_equal(kenporter(EXPORT "--consents consents.csv -o out " INPUT), 1);
    assert_int_equal(counted("out", "released"), 0);
}

static void purge__end__leaves_no_name_but_in_the_log(void **state)
{
    (void)state;
    must("for z in out/*.zip; do \"$KENPORTER\" handover -o out " TO "$z || exit 1; done");
    assert_int_equal(kenporter("purge -o out --before 2999-01-01"), 0);
    must("python3 -c \"import csv, glob, os\n"
         "rows = list(csv.DictReader(open('$FIXTURES/export.csv', encoding='cp932', newline='')))\n"
         "names = {r[k] for r in rows for k in ('カナ氏名', '社員番号') if r.get(k)}\n"
         "names |= {e['name_kana'] for e in csv.DictReader(open('" LOG
         "', encoding='utf-8', newline=''))} - {''}\n"
         "assert len(names) > 300\n"
         "for folder, _, files in os.walk('out'):\n"
         "    for f in files:\n"
         "        text = open(os.path.join(folder, f), 'rb').read().decode('utf-8', 'replace')\n"
         "        hits = [n for n in names if n in text and not n.isdigit()]\n"
         "        assert f == 'disclosure-log.csv' or not hits, (f, hits)\n"
         "\"");
}

static void purge__returned_or_altered_bundles__stay(void **state)
{
    (void)state;
    assert_int_equal(kenporter("handover -o out " TO KENPO " " BUNDLE("00280081")), 0);
    assert_int_equal(kenporter("handover -o out --returned " KENPO), 0);
    must("printf x >>" BUNDLE("00280081"));
    assert_int_equal(kenporter("purge -o out --before 2999-01-01"), 0);
    assert_contains(slurp("stderr", NULL), "K7038");
    assert_true(exists(KENPO) && exists(BUNDLE("00280081")));
}

/* --- retire --- */

#define NEXT "--consents consents.csv --log out/2027.csv --previous-logs " LOG " -o out "

static void retire__old_log__is_remembered_and_names_nobody(void **state)
{
    (void)state;
    struct sheet log = entries();
    size_t released = rows_with(&log, "event", "disclose"), n = log.n_rows - 1;
    assert_int_equal(kenporter("retire " LOG), 0);
    must(
        "python3 -c \"import csv\n"
        "text = open('" LOG "', encoding='ascii').read()\n"
        "log = list(csv.DictReader(open('first/disclosure-log.csv', encoding='utf-8', newline='')))\n"
        "stub = next(csv.DictReader(open('" LOG "')))\n"
        "assert stub['hash'] == log[-1]['hash'] and int(stub['last_seq']) == len(log) and int(stub['disclosed']) == %zu\n"
        "for e in log:\n"
        "    for k in ('employee_id', 'insured_number', 'birth_date', 'name_kana'):\n"
        "        assert not e[k] or ',' + e[k] + ',' not in text and not (len(e[k]) > 7 and e[k] in text), e[k]\n"
        "\"",
        released);
    must("test $(stat -c %%a " LOG ") = 600");
    assert_int_equal(kenporter(EXPORT NEXT INPUT), 1);
    assert_int_equal(counted("out", "released"), 0);
    assert_int_equal(counted("out", "already_disclosed"), released);
    must("iconv -f CP932 -t UTF-8 " INPUT "| sed '4s/,167.4,62.8,/,167.4,63.9,/' >changed.csv");
    assert_int_equal(kenporter(EXPORT NEXT "changed.csv"), 1);
    assert_int_equal(counted("out", "changed_since_disclosure"), 1);
    assert_int_equal(kenporter(EXPORT NEXT "--corrections changed.csv"), 1);
    assert_int_equal(counted("out", "released"), 1);
    must("ls out/*_202604011_1.zip"); /* the numbering goes on, too */
    assert_int_equal(kenporter("audit " LOG " out/2027.csv"), 0);
    assert_contains(slurp("stdout", NULL), textf("entries %zu", n));
    assert_contains(slurp("stdout", NULL), "retired");
    assert_int_equal(kenporter("verify --log " LOG " " KENPO), 0);
    assert_contains(slurp("stderr", NULL), "K7045");
    assert_null(strstr(slurp("stderr", NULL), "K8072"));
    assert_int_equal(kenporter("audit --head %s " LOG, cell(&log, n, "hash")), 0);
    assert_int_equal(kenporter("audit --head %s " LOG, cell(&log, n - 1, "hash")), 5);
    assert_int_equal(kenporter("purge -o out --log out/2027.csv --previous-logs " LOG " --before 2000-01-01"),
                     0);
}

/* The stub has no card and no name, but knows them when it sees them. */
static void retire__another_insurer_or_notation__is_told_from_the_stub(void **state)
{
    (void)state;
    assert_int_equal(kenporter("retire " LOG), 0);
    must("iconv -f CP932 -t UTF-8 " INPUT
         "| sed -n '1p;4s/,06139463,/,01130012,/p' >moved.csv; grep -q 01130012 moved.csv");
    assert_int_equal(kenporter(EXPORT NEXT "moved.csv"), 1);
    assert_int_equal(counted("out", "told_another_insurer"), 1);
    must("iconv -f CP932 -t UTF-8 " INPUT
         "| sed -n '1p;4s/^\\([^,]*\\),/X1,/p' | sed '2s/,06139463,/,01130012,/' >other.csv");
    assert_int_equal(kenporter(EXPORT NEXT "other.csv"), 0); /* another employee id: another person */
    assert_int_equal(counted("out", "released"), 1);
}

static void retire__registers_of_it_alone__can_go(void **state)
{
    (void)state;
    must("echo orphan >out/registers/$(echo orphan | sha256sum | cut -c1-64).csv");
    assert_int_equal(kenporter("purge -o out --before 2000-01-01"), 0);
    assert_int_equal(how_many("out/registers/*"), 3);
    assert_int_equal(kenporter("retire " LOG), 0);
    assert_int_equal(kenporter("purge " NEXT "--before 2000-01-01"), 2); /* --consents is no option of it */
    assert_int_equal(kenporter("purge -o out --log out/2027.csv --previous-logs " LOG " --before 2000-01-01"),
                     0);
    assert_int_equal(how_many("out/registers/*"), 0);
}

static void retire__stub_altered__is_refused(void **state)
{
    (void)state;
    assert_int_equal(kenporter("retire " LOG), 0);
    size_t n = 0;
    char *bytes = slurp(LOG, &n);
    for (size_t i = 150; i < n; i += n / 9) {
        bytes[i] ^= 1;
        put(LOG, bytes, n);
        bytes[i] ^= 1;
        assert_int_equal(kenporter("audit " LOG), 5);
        assert_int_equal(kenporter(EXPORT NEXT INPUT), 4);
        assert_contains(slurp("stderr", NULL), "K7002");
    }
}

static void retire__not_possible__changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(kenporter("retire nowhere.csv"), 2);
    assert_int_equal(kenporter("retire"), 2);
    assert_int_equal(kenporter(EXPORT "-o consent " INPUT), 1);
    must("cp consent/disclosure-log.csv before.csv");
    assert_int_equal(kenporter("retire consent/disclosure-log.csv"), 2);
    assert_contains(slurp("stderr", NULL), "K7042");
    must("cmp -s consent/disclosure-log.csv before.csv; rm -r consent");
    must("head -n 4 " LOG " >torn.csv; head -c 2000 " LOG " >half.csv; sed '3s/2026/2025/' " LOG " >bad.csv");
    assert_int_equal(kenporter("retire torn.csv"), 2); /* its bundle is neither released nor voided */
    assert_contains(slurp("stderr", NULL), "K7043");
    assert_int_equal(kenporter("retire half.csv"), 2);
    assert_int_equal(kenporter("retire bad.csv"), 2);
    assert_contains(slurp("stderr", NULL), "K7002");
    assert_int_equal(kenporter("retire " LOG), 0);
    assert_int_equal(kenporter("retire " LOG), 0);
    assert_contains(slurp("stderr", NULL), "K7044");
    assert_int_equal(kenporter(EXPORT "-o out " INPUT), 4);
    assert_contains(slurp("stderr", NULL), "K7041");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
    const struct CMUnitTest tests[] = {
        TEST(handover__released_bundles__are_logged_with_all_details),
        TEST(handover__order_of_events__must_be_possible),
        TEST(handover__one_of_several_is_wrong__logs_none),
        TEST(handover__repeated__adds_nothing),
        TEST(handover__wrong_usage__exit_2),
        TEST(purge__dry_run__names_and_removes_nothing),
        TEST(purge__day_of_the_run__removes_nothing),
        TEST(purge__old_files__go_and_are_logged),
        TEST(purge__end__leaves_no_name_but_in_the_log),
        TEST(purge__returned_or_altered_bundles__stay),
        TEST(retire__old_log__is_remembered_and_names_nobody),
        TEST(retire__another_insurer_or_notation__is_told_from_the_stub),
        TEST(retire__registers_of_it_alone__can_go),
        TEST(retire__stub_altered__is_refused),
        TEST(retire__not_possible__changes_nothing),
    };
    return cmocka_run_group_tests_name("keeping", tests, set_up, tear_down_golden);
}
