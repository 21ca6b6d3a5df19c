/* Hostile surroundings: nothing that happens to a run or between runs makes it disclose anyone twice or
 * report falsely. */
#include "golden.h"

#include <fcntl.h>
#include <sys/file.h>

#include "cli/cli.h"

#define LOG "/disclosure-log.csv"
#define N_BUNDLES 5

static void verify__fault_of_every_document__is_told_a_thousand_times(void **state)
{
    (void)state;
    must("python3 -c \"import zipfile as z; a = z.ZipFile('6631111116_00280081_202604010_1.zip', 'w'); "
         "[a.writestr('r/DATA/h%%08d.xml' %% i, 'x') for i in range(1100)]; a.close()\"");
    assert_int_equal(kenporter("verify --lang en 6631111116_00280081_202604010_1.zip"), 5);
    assert_int_equal(occurrences(slurp("stderr", NULL), "fail K8029"), 1000);
    assert_contains(slurp("stderr", NULL), "K8029 100 more times");
    assert_contains(slurp("stdout", NULL), "K8029 ×1100");
    assert_int_equal(kenporter("verify -v --lang en 6631111116_00280081_202604010_1.zip"), 5);
    assert_int_equal(occurrences(slurp("stderr", NULL), "fail K8029"), 1100);
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return kenporter(EXPORT "-o done " INPUT) == 1 ? 0 : -1;
}

static void copy_of_done(const char *name)
{
    renew(name, "done");
}

/* --- surroundings --- */

static void file_size__at_its_limit__is_a_write_error(void **state)
{
    (void)state;
    for (int kib = 1; kib <= 400; kib += 133) {
        renew("small", NULL);
        int status = run_shell(
            textf("ulimit -f %d; \"$KENPORTER\" " EXPORT "-q -o small " INPUT ">stdout 2>stderr", kib));
        assert_int_equal(status, 4);
        assert_int_equal(how_many("small/.tmp*"), 0);
        assert_int_equal(kenporter(EXPORT "-q -o small " INPUT), 1);
        assert_same_bundles("small", "done");
    }
}

static void quit_signal__during_a_run__leaves_nothing_temporary(void **state)
{
    (void)state;
    must("python3 -c \"import sys; rows = open(sys.argv[1], 'rb').read().split(b'\\r\\n'); "
         "open('long.csv', 'wb').write(b'\\r\\n'.join(rows[:1] + rows[1:-1] * 60) + b'\\r\\n')\" " INPUT);
    /* Status 4: the run was going on when the signal came. */
    must(
        "ulimit -c 0; env --default-signal=QUIT \"$KENPORTER\" check " CONFIG "-q -o quit long.csv & "
        "until ls -d quit/.tmp* quit/runs >ls 2>/dev/null; [ -s ls ]; do sleep 0.01; done; kill -QUIT $!; wait $!; test $? = 4");
    assert_int_equal(how_many("quit/.tmp*"), 0);
}

static void streams__closed__send_messages_into_no_file(void **state)
{
    (void)state;
    static const char *const closed[] = {"2>&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"};
    for (size_t i = 0; i < COUNT(closed); i++) {
        renew("closed", NULL);
        (void)run_shell(textf("\"$KENPORTER\" " EXPORT "-o closed " INPUT "%s", closed[i]));
        size_t n = 0;
        (void)slurp("closed/.lock", &n);
        assert_in_range(n, 2, 12); /* a process id */
        assert_same_bundles("closed", "done");
        assert_log_verifies("closed" LOG);
    }
}

/* --- a lost log --- */

static void assert_refused(const char *out, const char *options)
{
    assert_int_equal(kenporter(EXPORT "-q -o %s %s " INPUT, out, options), 4);
    assert_contains(slurp("stderr", NULL), "fail K7030");
    assert_int_equal(how_many(textf("%s/*.zip", out)), N_BUNDLES);
    assert_int_equal(how_many(textf("%s/.tmp*", out)), 0);
}

static void log_and_index_gone__bundles_there__discloses_nobody_twice(void **state)
{
    (void)state;
    copy_of_done("gone");
    must("rm gone" LOG "*");
    assert_refused("gone", "");
    assert_refused("gone", ""); /* nor in the next run */
}

static void log_from_an_old_copy__without_its_index__is_refused(void **state)
{
    (void)state;
    copy_of_done("old");
    must("rm old" LOG ".index; head -n 100 done" LOG " >old" LOG);
    assert_refused("old", "");
}

static void another_log__same_folder__requires_the_previous_one(void **state)
{
    (void)state;
    copy_of_done("two");
    assert_refused("two", "--log other.csv");
    assert_int_equal(kenporter(EXPORT "-q -o two --previous-logs two" LOG " --log other.csv " INPUT), 1);
    assert_int_equal(counted("two", "already_disclosed"), counted("done", "released"));
}

static void zips__of_others_in_the_folder__are_ignored(void **state)
{
    (void)state;
    copy_of_done("others");
    must(
        "touch others/9999999999_06139463_202604010_1.zip others/copy.zip others/6631111116_06139463_202604010_1.bak.zip");
    assert_int_equal(kenporter(EXPORT "-q -o others " INPUT), 1);
    assert_int_equal(counted("others", "released"), 0);
}

static void log__unreadable__is_not_taken_for_empty(void **state)
{
    (void)state;
    must("echo >file");
    assert_int_equal(kenporter("check " CONFIG "-q -o look --log file/log.csv " INPUT), 4);
    assert_contains(slurp("stderr", NULL), "fail K7001");
}

/* --- anchors --- */

static void anchors__named_after_another_file__leave_it_alone(void **state)
{
    (void)state;
    copy_of_done("anchored");
    must("cp " INPUT "input.csv");
    static const char *const files[] = {"anchored" LOG, "anchored" LOG ".index", "input.csv"};
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_int_equal(kenporter(EXPORT "-o anchored --again copy --anchors %s input.csv", files[i]), 1);
        assert_contains(slurp("stderr", NULL), "fail K7016");
    }
    assert_log_verifies("anchored" LOG);
    must("cmp input.csv " INPUT);
    assert_int_equal(kenporter("audit anchored" LOG), 0);
}

/* --- the clock --- */

static int64_t early(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 00:30:00 UTC */
}

static int64_t late(void *ctx)
{
    return early(ctx) + 60;
}

static volatile int stop = 1;

/* Runs the program in process, with its output in the files stdout and stderr. */
static int with(const struct kp_env *env, int n, char **argv)
{
    FILE *answer = fopen("stdout", "w"), *messages = fopen("stderr", "w");
    assert_true(answer && messages);
    int status = kp_cli(n, argv, answer, messages, env, NULL);
    assert_int_equal(fclose(answer) | fclose(messages), 0);
    return status;
}

static int export_at(int64_t (*clock)(void *ctx))
{
    const struct kp_env env = {.now = clock};
    char *argv[] = {textf("kenporter"),
                    textf("export"),
                    textf("-c"),
                    textf("%s/kenporter.ini", getenv("FIXTURES")),
                    textf("-o"),
                    textf("clock"),
                    textf("%s/export.csv", getenv("FIXTURES")),
                    NULL};
    return with(&env, 7, argv);
}

static void clock__set_back__is_reported(void **state)
{
    (void)state;
    assert_int_equal(export_at(late), 1);
    assert_int_equal(export_at(late), 1);
    assert_null(strstr(slurp("stderr", NULL), "K7031"));
    assert_int_equal(export_at(early), 1);
    assert_contains(slurp("stderr", NULL), "warn K7031: the clock says 2026-04-01T09:30:00+09:00");
}

/* --- audit --- */

static void audit__interrupted__ends(void **state)
{
    (void)state;
    const struct kp_env env = {.now = early, .cancel = &stop};
    char *argv[] = {textf("kenporter"), textf("audit"), textf("done" LOG), NULL};
    assert_int_equal(with(&env, 3, argv), 4);
    assert_contains(slurp("stderr", NULL), "fail K9004");
}

static void audit__nobody_takes_its_answer__does_not_blame_the_log(void **state)
{
    (void)state;
    assert_int_equal(run_shell("\"$KENPORTER\" audit --format csv done" LOG " >/dev/full 2>stderr"), 4);
    assert_contains(slurp("stderr", NULL), "K9006");
    assert_null(strstr(slurp("stderr", NULL), "K7001"));
}

static void audit__while_a_run_writes__sees_no_torn_line(void **state)
{
    (void)state;
    copy_of_done("live");
    must("printf '176,2026-04-01T09' >>live" LOG);
    assert_int_equal(kenporter("audit live" LOG), 5);
    int fd = open("live" LOG, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
    assert_int_equal(kenporter("audit live" LOG), 0);
    assert_contains(slurp("stdout", NULL), textf("entries %zu", read_sheet("live/disclosure-log.csv").n_rows -
                                                                    2)); /* the header, the torn line */
    assert_int_equal(kenporter("audit --format csv live" LOG), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(kenporter("audit live" LOG), 5);
}

/* --- the log is removed, moved, linked to or changed while a run uses it --- */

static const char *disturbance;
static size_t after_bundles;

/* Called at the start of the run, and before each bundle goes out. */
static int64_t disturbing_clock(void *ctx)
{
    struct stat info;
    if (stat("gone" LOG, &info) == 0 && info.st_size > 0 && how_many("gone/*.zip") == after_bundles &&
        !how_many("gone/moved*"))
        must("cd gone && %s", disturbance);
    return early(ctx);
}

static void log__disturbed_during_a_run__stops_before_the_next_bundle(void **state)
{
    (void)state;
    static const char *const disturbances[] = {
        "mv disclosure-log.csv moved",
        "rm disclosure-log.csv; touch moved",
        "cp disclosure-log.csv moved; mv moved disclosure-log.csv; touch moved",
        "ln disclosure-log.csv moved",
        ": >disclosure-log.csv; touch moved",
        "truncate -s -1 disclosure-log.csv; touch moved",
        "echo >>disclosure-log.csv; touch moved",
        "mv .lock moved",
        "ln .lock moved"};
    const struct kp_env env = {.now = disturbing_clock, .lang = KP_LANG_EN};
    char *argv[] = {textf("kenporter"),
                    textf("export"),
                    textf("-c"),
                    textf("%s/kenporter.ini", getenv("FIXTURES")),
                    textf("-o"),
                    textf("gone"),
                    textf("%s/export.csv", getenv("FIXTURES")),
                    NULL};
    for (after_bundles = 0; after_bundles < 2; after_bundles++)
        for (size_t i = 0; i < COUNT(disturbances); i++) {
            renew("gone", NULL);
            disturbance = disturbances[i];
            assert_int_equal(with(&env, 7, argv), 4);
            assert_contains(slurp("stderr", NULL), "fail K9008");
            assert_int_equal(how_many("gone/*.zip"), after_bundles);
            assert_int_equal(how_many("gone/*.index"), 0);
        }
}

static void files__that_are_none__are_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        int status;
    } cases[] = {{EXPORT "-o fifo --log fifo.csv", 4},
                 {EXPORT "-o fifo --log /dev/null", 4},
                 {EXPORT "-o fifo --log .", 4},
                 {EXPORT "-o fifo --requests fifo.csv", 2},
                 {EXPORT "-o fifo --mapping fifo.csv", 2},
                 {"export -c fifo.csv -o fifo", 2},
                 {EXPORT "-o fifo1 --anchors fifo.csv", 4},
                 {EXPORT "-o fifo2 --anchors /dev/null", 4},
                 {EXPORT "-o fifo1", 1}};
    must("rm -f fifo.csv && mkfifo fifo.csv");
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            run_shell(textf("timeout 300 \"$KENPORTER\" %s " INPUT ">stdout 2>stderr", cases[i].options)),
            cases[i].status);
    assert_int_equal(how_many("fifo2/*.zip"), 0);
    assert_int_equal(run_shell("timeout 300 \"$KENPORTER\" audit fifo.csv 2>stderr"), 4);
    must("rm fifo1" LOG ".index && mkfifo fifo1" LOG ".index");
    assert_int_equal(run_shell("timeout 300 \"$KENPORTER\" audit fifo1" LOG " >stdout 2>stderr"), 0);
    assert_contains(slurp("stderr", NULL), "warn K9007");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_size__at_its_limit__is_a_write_error),
        cmocka_unit_test(quit_signal__during_a_run__leaves_nothing_temporary),
        cmocka_unit_test(streams__closed__send_messages_into_no_file),
        cmocka_unit_test(log_and_index_gone__bundles_there__discloses_nobody_twice),
        cmocka_unit_test(log_from_an_old_copy__without_its_index__is_refused),
        cmocka_unit_test(another_log__same_folder__requires_the_previous_one),
        cmocka_unit_test(zips__of_others_in_the_folder__are_ignored),
        cmocka_unit_test(log__unreadable__is_not_taken_for_empty),
        cmocka_unit_test(anchors__named_after_another_file__leave_it_alone),
        cmocka_unit_test(log__disturbed_during_a_run__stops_before_the_next_bundle),
        cmocka_unit_test(files__that_are_none__are_refused_at_once),
        cmocka_unit_test(clock__set_back__is_reported),
        cmocka_unit_test(audit__interrupted__ends),
        cmocka_unit_test(audit__nobody_takes_its_answer__does_not_blame_the_log),
        cmocka_unit_test(verify__fault_of_every_document__is_told_a_thousand_times),
        cmocka_unit_test(audit__while_a_run_writes__sees_no_torn_line),
    };
    return cmocka_run_group_tests_name("hostile", tests, set_up, tear_down_golden);
}
