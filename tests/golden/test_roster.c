/*
 * kenporter roster: who of an export belongs to an insurer. It is a disclosure, by the grounds of an export,
 * without results, so that the results can still be disclosed afterwards. A roster that is killed, or whose
 * disk fails, at any system call is completed or voided by the next run. CRASH_ALL=1 tries every call.
 */
#include "failing_calls.c"

#include "log/log.h"

#define OPTIONS "-c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-01 --backdate test --lang en "
#define ROSTER "roster " OPTIONS
#define INSURER "00280081 "
#define FILE_0 "out/6631111116_00280081_202604010_1_roster.csv"
#define FILE_1 "out/6631111116_00280081_202604011_1_roster.csv"

static void start_again(void)
{
    renew("out", NULL);
    renew("other", NULL);
}

static size_t listed(const char *path)
{
    return read_sheet(path).n_rows - 1;
}

/* --- the file --- */

static void roster__of_an_insurer__has_those_whom_an_export_releases(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter("export " OPTIONS "-q -o other --insurer " INSURER INPUT), 1);
    assert_int_equal(kenporter(ROSTER "-o out " INSURER INPUT), 1);
    struct sheet told = read_sheet("other/disclosure-log.csv"), roster = read_sheet(FILE_0);
    size_t row = 0;
    for (size_t i = 1; i < told.n_rows; i++) {
        if (!is(&told, i, "event", "disclose"))
            continue;
        const char *birth = cell(&told, i, "birth_date"), *exam = cell(&told, i, "exam_date");
        row++;
        assert_string_equal(cell(&roster, row, "番号"), cell(&told, i, "insured_number"));
        assert_string_equal(cell(&roster, row, "枝番"), cell(&told, i, "insured_branch"));
        assert_string_equal(cell(&roster, row, "氏名カナ"), cell(&told, i, "name_kana"));
        assert_string_equal(cell(&roster, row, "生年月日"),
                            textf("%.4s-%.2s-%.2s", birth, birth + 4, birth + 6));
        assert_string_equal(cell(&roster, row, "受診日"), textf("%.4s-%.2s-%.2s", exam, exam + 4, exam + 6));
        assert_true(*cell(&roster, row, "健診機関") != '\0');
    }
    assert_int_equal(row, 27);
    assert_int_equal(roster.n_rows, 28);
    assert_int_equal(width(&roster, 0), 7);
    must("head -c 3 " FILE_0 " | od -An -tx1 | grep -q 'ef bb bf'; test $(stat -c %%a " FILE_0 ") = 600");
    assert_contains(slurp("stdout", NULL), "listed 27 + rejected 2 + held 194");
    assert_int_equal(counted("out", "released") + counted("out", "rejected") + counted("out", "held"),
                     counted("out", "read"));
}

static void roster__any_number_of_threads__is_the_same(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter(ROSTER "-q --threads 1 -o out " INSURER INPUT), 1);
    assert_int_equal(kenporter(ROSTER "-q --threads 7 -o other " INSURER INPUT), 1);
    must("cmp out/*_roster.csv other/*_roster.csv");
}

static void roster__called_wrongly__writes_nothing(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"roster -c \"$FIXTURES/kenporter.ini\" -o out " INSURER INPUT "--as-of 2026-04-01", "K1080"},
        {ROSTER "-o out 280081 " INPUT, "K1101"},
        {ROSTER "-o out 00280082 " INPUT, "K1101"},
        {ROSTER "-o out " INPUT, "K1100"},
        {ROSTER "-o out", "K1100"}};
    start_again();
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(kenporter("%s", bad[i][0]), 2);
        assert_contains(slurp("stderr", NULL), bad[i][1]);
        assert_false(exists(LOG) || how_many("out/*.csv"));
    }
    assert_int_equal(kenporter(ROSTER "-n -q -o out " INSURER INPUT), 1);
    assert_false(exists(LOG) || how_many("out/*.csv"));
}

/* --- the log --- */

static void roster__log__names_the_persons_and_no_items(void **state)
{
    (void)state;
    static const char *const empty[] = {"document",        "items_duty",     "items_form", "items_consent",
                                        "items_requested", "items_withheld", "consent_ids"};
    start_again();
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    assert_log_verifies(LOG);
    struct sheet log = read_sheet(LOG);
    for (size_t i = 2; i < log.n_rows; i++) {
        assert_contains(cell(&log, i, "detail"), "\"roster\":true");
        assert_contains(cell(&log, i, "detail"), "\"backdate\":\"test\"");
        assert_string_equal(cell(&log, i, "bundle"), strchr(FILE_0, '/') + 1);
        for (size_t k = 0; k < COUNT(empty); k++)
            assert_string_equal(cell(&log, i, empty[k]), "");
    }
    assert_int_equal(rows_with(&log, "event", "disclose"), 27);
    assert_true(is(&log, log.n_rows - 1, "event", "release"));
    must("grep -q \"$(sha256sum <" FILE_0 " | cut -c1-64)\" " LOG);
    assert_int_equal(kenporter("audit --lang en " LOG), 0);
    must("grep -Eq '^00280081 +roster +2[0-9-]+ +27 +0 +0 +1$' stdout");
    assert_int_equal(kenporter("audit --lang en --sheet --employee 10987 " LOG), 0);
    assert_contains(slurp("stdout", NULL), "listed in a roster");
    assert_int_equal(kenporter("audit --lang en --statistics --format csv " LOG), 0);
    assert_null(strstr(slurp("stdout", NULL), "00280081"));
}

/* On consent a record of the provision is owed, whatever was told. */
static void roster__on_consent__is_among_the_provision_records(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter(ROSTER "-q -o out 39289004 " INPUT), 1);
    assert_int_equal(kenporter("audit --lang en -o out --provision-records --format csv " LOG), 0);
    struct sheet records = read_sheet("stdout");
    assert_int_equal(records.n_rows, 6);
    for (size_t i = 1; i < records.n_rows; i++) {
        assert_true(*cell(&records, i, "consent_ids") != '\0');
        assert_string_equal(cell(&records, i, "items"), "");
        assert_contains(cell(&records, i, "item_names"), "roster");
    }
}

/* --- other runs --- */

static void export__after_a_roster__releases_all(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    assert_int_equal(kenporter("export " OPTIONS "-q -o out --insurer " INSURER INPUT), 1);
    assert_int_equal(counted("out", "released"), 27);
    assert_int_equal(kenporter("export " OPTIONS "-q -o other --insurer " INSURER INPUT), 1);
    must("cmp out/6631111116_00280081_202604010_1.zip other/6631111116_00280081_202604010_1.zip");
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    assert_same_file(FILE_0, FILE_1);
    assert_int_equal(kenporter("export " OPTIONS "-q -o out --insurer " INSURER INPUT), 1);
    assert_int_equal(counted("out", "already_disclosed"), 27);
    assert_log_verifies(LOG);
}

/* Results of a person whom a roster gave to one insurer do not go to another unasked. */
static void export__to_another_insurer_than_the_roster__is_held(void **state)
{
    (void)state;
    start_again();
    must("python3 -c \"import csv, sys\n"
         "rows = list(csv.reader(open(sys.argv[1], encoding='cp932', newline='')))\n"
         "rows = rows[:1] + [r for r in rows if r[0] == '10987']\n"
         "for r in rows:\n"
         "    r[:] = ['39289004' if c.lstrip('0') == '280081' else c for c in r]\n"
         "csv.writer(open('moved.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\" " INPUT);
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    must(
        "{ head -n 1 \"$FIXTURES/consents.csv\"; echo 'C1,10987,,,,,*,all,explicit,2025-01-01,,x'; } >all.csv");
    assert_int_equal(kenporter("export " OPTIONS "--consents all.csv -q -o out --employee 10987 moved.csv"),
                     1);
    struct sheet decisions = decisions_of("out");
    assert_int_equal(rows_with(&decisions, "reason", "told_another_insurer"), 1);
    assert_int_equal(
        kenporter("export " OPTIONS "--consents all.csv -q -o out --employee 10987 --again moved moved.csv"),
        0);
    assert_int_equal(counted("out", "released"), 1);
}

static void handover__of_a_roster__is_logged_and_shown(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    assert_int_equal(kenporter("audit --pending --format csv " LOG), 0);
    assert_contains(slurp("stdout", NULL), "_roster.csv");
    assert_int_equal(kenporter("handover -o out --to A --means B " FILE_0), 0);
    assert_int_equal(kenporter("audit --pending --format csv " LOG), 0);
    assert_null(strstr(slurp("stdout", NULL), "_roster.csv"));
    assert_int_equal(kenporter("status --lang en -o out"), 0);
    assert_contains(slurp("stdout", NULL), "_roster.csv  documents 27");
    assert_int_equal(kenporter("audit --format csv --bundle " FILE_0 " " LOG), 0);
    must("test $(grep -c _roster.csv stdout) = 29");
    assert_int_equal(kenporter("purge -o out --before 2999-01-01"), 0);
    assert_false(exists(FILE_0));
}

static void roster__of_a_sealing_insurer__has_a_sealed_copy(void **state)
{
    (void)state;
    start_again();
    must("sed -e '1s/$/,seal/' -e '2,$s/$/,/' -e '/^00280081/s/$/zip-aes/' \"$FIXTURES\"/insurers.csv"
         " >insurers.csv");
    assert_int_equal(kenporter(ROSTER "-q --insurers insurers.csv -o out " INSURER INPUT), 1);
    must("7z x -so -p$(cat out/secrets/*/00280081.txt) out/sealed/*_roster.zip | cmp - " FILE_0);
    assert_false(exists("out/letters"));
    assert_int_equal(kenporter("handover -o out --to A --means B out/sealed/*_roster.zip"), 0);
    assert_int_equal(kenporter("purge -o out --before 2999-01-01"), 0);
    assert_int_equal(how_many("out/sealed/*") + how_many("out/secrets") + how_many(FILE_0), 0);
}

/* The roster of another log: its people would be told twice, unlogged here. */
static void roster__unknown_to_the_log__stops_a_run(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    must("rm " LOG " " LOG ".index");
    assert_int_equal(kenporter("export " OPTIONS "-q -o out " INPUT), 4);
    assert_contains(slurp("stderr", NULL), "_roster.csv");
}

static void retire__a_log_with_a_roster__lets_the_results_go_out(void **state)
{
    (void)state;
    start_again();
    assert_int_equal(kenporter(ROSTER "-q -o out " INSURER INPUT), 1);
    must("\"$KENPORTER\" retire " LOG);
    assert_int_equal(kenporter("export " OPTIONS "-q -o out --log out/new.csv --previous-logs " LOG
                               " --insurer " INSURER INPUT),
                     1);
    assert_int_equal(counted("out", "released"), 27);
}

/* --- killed --- */

static int n_calls, first_entry;
static size_t n_people;

static int roster(enum fault fault, int error, int at, int ret_calls[2])
{
    char *argv[] = {textf("kenporter"),  textf("roster"),
                    textf("-c"),         textf("%s/kenporter.ini", getenv("FIXTURES")),
                    textf("--as-of"),    textf("2026-04-01"),
                    textf("-q"),         textf("--threads"),
                    textf("1"),          textf("-o"),
                    textf("out"),        textf("00280081"),
                    textf("people.csv"), NULL};
    return run_child(argv, fault, error, at, ret_calls);
}

struct seen {
    size_t disclosed, released, voided;
};

static enum kp_status take(void *ctx, const struct kp_log_line *line)
{
    struct seen *seen = ctx;
    seen->disclosed += kp_log_is_disclosure(line->cells);
    seen->voided += strcmp(line->cells[KP_LOG_EVENT], "void") == 0;
    if (strcmp(line->cells[KP_LOG_EVENT], "release") != 0)
        return KP_OK;
    seen->released++;
    must("sha256sum <out/%s | grep -q %s", line->cells[KP_LOG_BUNDLE], line->cells[KP_LOG_BUNDLE_SHA256]);
    return KP_OK;
}

/* No file is there whose lines are not logged before, and after the next run every one is settled. */
static void check(bool settled)
{
    struct seen seen = {0};
    struct kp_log_state state;
    size_t files = how_many("out/*_roster.csv");
    assert_int_equal(kp_log_read(&kp_io_posix, LOG, NULL, take, &seen, &state), KP_OK);
    assert_int_equal(state.bad_line, 0);
    assert_true(seen.disclosed >= n_people * files);
    if (!settled)
        return;
    assert_true(!state.torn && seen.released == files);
    /* Of a list that was voided, a killed write may have left only some entries. */
    assert_in_range(seen.disclosed, n_people * files, n_people * (files + seen.voided));
    assert_int_equal(how_many("out/.tmp*") + how_many("out/*.tmp"), 0);
}

static void try_all(enum fault fault, int error)
{
    unsigned failed = 0;
    for (int at = 1; at <= n_calls; at++) {
        int step = at < first_entry - 20 ? 191 : 23;
        if (!getenv("CRASH_ALL") && at % step != (int)fault % step)
            continue;
        renew("out", NULL);
        failed += roster(fault, error, at, NULL) > 1;
        if (exists(LOG))
            check(false);
        int status = roster(NONE, 0, 0, NULL);
        if (status > 1)
            fail_msg("after call %d of %d: exit %d: %s", at, n_calls, status, slurp("child.err", NULL));
        check(true);
        assert_true(how_many("out/*_roster.csv") >= 1);
    }
    assert_true(failed > 0);
}

static void killed__at_any_call__next_run_settles_the_roster(void **state)
{
    (void)state;
    try_all(KILL, 0);
    try_all(KILL_IN_WRITE, 0);
}

static void disk__failing__next_run_settles_the_roster(void **state)
{
    (void)state;
    try_all(ERROR_ONCE, EIO);
    try_all(ERROR_FROM_NOW_ON, ENOSPC);
    try_all(HALF_DONE, 0);
}

static int set_up(void **state)
{
    int calls[2] = {0};
    if (set_up_golden(state) != 0)
        return -1;
    must("iconv -f CP932 -t UTF-8 " INPUT "| sed -n '1p;4,50p' >people.csv");
    assert_true(roster(NONE, 0, 0, calls) <= 1);
    n_people = listed(FILE_0);
    assert_true(n_people > 2);
    n_calls = calls[0];
    first_entry = calls[1];
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roster__of_an_insurer__has_those_whom_an_export_releases),
        cmocka_unit_test(roster__any_number_of_threads__is_the_same),
        cmocka_unit_test(roster__called_wrongly__writes_nothing),
        cmocka_unit_test(roster__log__names_the_persons_and_no_items),
        cmocka_unit_test(roster__on_consent__is_among_the_provision_records),
        cmocka_unit_test(export__after_a_roster__releases_all),
        cmocka_unit_test(export__to_another_insurer_than_the_roster__is_held),
        cmocka_unit_test(handover__of_a_roster__is_logged_and_shown),
        cmocka_unit_test(roster__of_a_sealing_insurer__has_a_sealed_copy),
        cmocka_unit_test(roster__unknown_to_the_log__stops_a_run),
        cmocka_unit_test(retire__a_log_with_a_roster__lets_the_results_go_out),
        cmocka_unit_test(killed__at_any_call__next_run_settles_the_roster),
        cmocka_unit_test(disk__failing__next_run_settles_the_roster),
    };
    return cmocka_run_group_tests_name("roster", tests, set_up, tear_down_golden);
}
