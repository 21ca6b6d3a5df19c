/* An interrupted run: the next one settles its leftovers, and nobody is disclosed twice or lost. */
#include "golden.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <time.h>

enum { COPIES = 2 };

#define LAST "6631111116_39289004_202604010_1.zip" /* the bundle written last */
#define LOG "/disclosure-log.csv"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return kenporter(EXPORT "-o done " INPUT) == 1 ? 0 : -1;
}

/* Returns a copy of the finished folder, whose log lacks the last release entry; the index is written
 * after that entry. */
static char *unfinished(const char *name)
{
    must("cp -a done %s; rm %s" LOG ".index; sed -i '$d' %s" LOG "; tail -n 1 %s" LOG
         " | grep -q ',disclose,.*" LAST "'",
         name, name, name, name);
    return textf("%s", name);
}

static char *run_id_of_last_entry(const char *out)
{
    struct sheet log = read_sheet(textf("%s" LOG, out));
    return cell(&log, log.n_rows - 1, "run_id");
}

static size_t in_last_bundle(void)
{
    struct sheet log = read_sheet("done" LOG);
    return rows_with(&log, "bundle", LAST) - 1;
}

/* --- died between the bundle and its release entry --- */

static void unfinished__bundle_in_place__is_completed(void **state)
{
    (void)state;
    const char *out = unfinished("completed");
    assert_int_equal(kenporter(EXPORT "-o completed " INPUT), 1);
    assert_contains(slurp("stderr", NULL), "warn K7005");
    assert_log_verifies("completed" LOG);
    struct sheet log = read_sheet("completed" LOG), before = read_sheet("done" LOG);
    assert_int_equal(log.n_rows, before.n_rows);
    size_t last = log.n_rows - 1;
    assert_string_equal(cell(&log, last, "event"), "release");
    assert_string_equal(cell(&log, last, "bundle"), LAST);
    assert_string_equal(cell(&log, last, "bundle_sha256"), cell(&before, last, "bundle_sha256"));
    assert_int_equal(counted(out, "released"), 0);
    assert_int_equal(counted(out, "already_disclosed"), counted("done", "released"));
    assert_same_file("done/" LAST, "completed/" LAST);
}

static void unfinished__check__changes_nothing(void **state)
{
    (void)state;
    (void)unfinished("checked");
    must("cp checked" LOG " before.csv");
    int status = kenporter(CHECK "-o checked " INPUT);
    assert_true(status == 1);
    assert_same_file("before.csv", "checked" LOG);
    assert_true(exists("checked/" LAST));
}

/* --- died before the bundle was in place --- */

static void unfinished__bundle_still_temporary__is_voided_and_redone(void **state)
{
    (void)state;
    const char *out = unfinished("voided");
    const char *temp = textf("voided/.tmp-%s", run_id_of_last_entry(out));
    must("mkdir -m 700 '%s' && mv voided/" LAST " '%s/'; mkdir voided/.tmp-20000101-000000", temp, temp);
    /* A command that cannot settle the leftovers must keep what the next export needs. */
    assert_int_equal(kenporter(CHECK "-o voided " INPUT), 1);
    assert_int_equal(kenporter("prepare " CONFIG "-o voided " INPUT), 1);
    assert_int_equal(how_many("voided/.tmp*"), 1);
    assert_int_equal(kenporter(EXPORT "-o voided " INPUT), 1);
    assert_contains(slurp("stderr", NULL), "warn K7004");
    assert_log_verifies("voided" LOG);
    struct sheet log = read_sheet("voided" LOG);
    assert_int_equal(rows_with(&log, "event", "void"), 1);
    assert_string_equal(cell(&log, find_row(&log, "event", "void"), "bundle"), LAST);
    assert_int_equal(counted(out, "released"), in_last_bundle());
    assert_int_equal(how_many("voided/*39289004*.zip"), 1);
    assert_string_equal(cell(&log, log.n_rows - 1, "event"), "release");
    assert_true(exists(textf("voided/%s", cell(&log, log.n_rows - 1, "bundle"))));
    assert_int_equal(how_many("voided/.tmp*"), 0);
    assert_int_equal(kenporter(EXPORT "-o voided " INPUT), 1);
    assert_int_equal(counted(out, "released"), 0);
}

static void unfinished__half_the_entries_written__are_voided(void **state)
{
    (void)state;
    const char *out = unfinished("half");
    const char *temp = textf("half/.tmp-%s", run_id_of_last_entry(out));
    must("sed -i '$d' half" LOG " && mkdir -m 700 '%s' && mv half/" LAST " '%s/'", temp, temp);
    assert_int_equal(kenporter(EXPORT "-o half " INPUT), 1);
    assert_log_verifies("half" LOG);
    struct sheet log = read_sheet("half" LOG);
    assert_int_equal(rows_with(&log, "event", "void"), 1);
    assert_int_equal(counted(out, "released"), in_last_bundle());
}

static void unfinished__bundle_altered_in_place__is_not_called_released(void **state)
{
    (void)state;
    (void)unfinished("altered");
    must("printf x >>altered/" LAST "; cp altered" LOG " before.csv");
    assert_int_equal(kenporter(EXPORT "-o altered " INPUT), 4);
    assert_contains(slurp("stderr", NULL), "fail K7007");
    assert_same_file("before.csv", "altered" LOG);
    assert_int_equal(how_many("altered/*.zip"), how_many("done/*.zip"));
}

/* The bundle was collected before its release entry was written, and the temporary folder remains: voiding
 * would be wrong. */
static void unfinished__bundle_collected_already__is_never_voided(void **state)
{
    (void)state;
    const char *out = unfinished("collected");
    must("mkdir -m 700 'collected/.tmp-%s' && rm collected/" LAST " && cp collected" LOG " before.csv",
         run_id_of_last_entry(out));
    assert_int_equal(kenporter(EXPORT "-o collected " INPUT), 4);
    assert_contains(slurp("stderr", NULL), "fail K7007");
    assert_same_file("before.csv", "collected" LOG);
    assert_false(exists("collected/" LAST));
    /* The remedy if someone knows that the bundle never left. */
    char *place = textf("collected/.tmp-%s/" LAST, run_id_of_last_entry(out));
    assert_contains(slurp("stderr", NULL), place);
    put(place, "", 0);
    assert_int_equal(kenporter(EXPORT "-o collected " INPUT), 1);
    assert_contains(slurp("stderr", NULL), "warn K7004");
    assert_int_equal(counted(out, "released"), in_last_bundle());
}

/* --- torn last line --- */

static void torn_last_line__anywhere__is_cut_off_and_reported(void **state)
{
    (void)state;
    static const int cut[] = {1, 2, 40, 66, 200, 300};
    for (size_t i = 0; i < COUNT(cut); i++) {
        const char *out = textf("torn%d", cut[i]);
        must("cp -a done %s; truncate -s -%d %s" LOG, out, cut[i], out);
        assert_int_equal(kenporter(EXPORT "-o %s " INPUT, out), 1);
        assert_contains(slurp("stderr", NULL), "warn K7003");
        assert_log_verifies(textf("%s" LOG, out));
        struct sheet log = read_sheet(textf("%s" LOG, out)), before = read_sheet("done" LOG);
        assert_int_equal(log.n_rows,
                         before.n_rows); /* the bundle exists, so its release entry is written again */
        assert_int_equal(counted(out, "released"), 0);
        assert_int_equal(counted(out, "already_disclosed"), counted("done", "released"));
    }
}

static void torn_header__new_log__is_begun_anew(void **state)
{
    (void)state;
    must("mkdir -m 700 header; printf 'seq,time,run' >header" LOG);
    assert_int_equal(kenporter(EXPORT "-o header " INPUT), 1);
    assert_log_verifies("header" LOG);
    assert_int_equal(counted("header", "released"), counted("done", "released"));
}

static void temporary_folder__of_a_dead_run__is_removed(void **state)
{
    (void)state;
    static const char *const commands[] = {CHECK, "prepare " CONFIG, EXPORT};
    for (size_t i = 0; i < COUNT(commands); i++) {
        must(
            "mkdir -p stale/.tmp-20260331-230000/XSD; chmod 700 stale; echo x >stale/.tmp-20260331-230000/rest.zip");
        assert_int_equal(kenporter("%s -o stale " INPUT, commands[i]), 1);
        assert_int_equal(how_many("stale/.tmp*"), 0);
    }
    assert_int_equal(counted("stale", "released"), counted("done", "released"));
}

/* --- kill -9 --- */

/* Writes the fixture several times, each copy with its own employee and insured numbers. */
static void write_large_input(void)
{
    must("python3 -c \"import csv, sys\n"
         "rows = list(csv.reader(open(sys.argv[1], encoding='cp932', newline='')))\n"
         "out = csv.writer(open('large.csv', 'w', encoding='utf-8', newline=''))\n"
         "out.writerow(rows[0])\n"
         "for n in range(%d):\n"
         "    for row in rows[1:]:\n"
         "        number = row[3] + '%%02d' %% n if row[3] else ''\n"
         "        out.writerow(['%%d-%%s' %% (n, row[0])] + row[1:3] + [number] + row[4:])\n"
         "\" " INPUT,
         COPIES);
}

static int open_null(int fd)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return null < 0 ? -1 : dup2(null, fd);
}

static pid_t start_export(const char *out)
{
    char *command[] = {getenv("KENPORTER"),
                       textf("export"),
                       textf("-c"),
                       textf("%s/kenporter.ini", getenv("FIXTURES")),
                       textf("--as-of"),
                       textf("2026-04-01"),
                       textf("--backdate"),
                       textf("test"),
                       textf("-q"),
                       textf("-o"),
                       textf("%s", out),
                       textf("large.csv"),
                       NULL};
    pid_t pid = fork();
    if (pid == 0) {
        if (open_null(1) >= 0 && open_null(2) >= 0)
            (void)execv(command[0], command);
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

static double now(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_seconds(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    (void)nanosleep(&t, NULL);
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    return info.si_pid == pid;
}

/* Waits until a file of at least so many bytes matches the pattern, or the run has ended. */
static void wait_for_file(pid_t pid, const char *pattern, off_t n_bytes)
{
    while (!has_ended(pid)) {
        struct stat info = {0};
        glob_t found = {0};
        bool is_there = glob(pattern, 0, NULL, &found) == 0 && stat(found.gl_pathv[0], &info) == 0 &&
                        info.st_size >= n_bytes;
        globfree(&found);
        if (is_there)
            return;
        wait_seconds(0.0001);
    }
}

/* Waits until people are in the log, which is when bundles begin to go out. */
static void wait_for_entries(pid_t pid, const char *out)
{
    wait_for_file(pid, textf("%s" LOG, out), 2000);
}

/* By the log alone, everyone was disclosed once and not voided. */
static void assert_sound(const char *out, size_t people)
{
    assert_log_verifies(textf("%s" LOG, out));
    must(
        "python3 -c \"import collections, csv, hashlib, sys\n"
        "out, people = sys.argv[1], int(sys.argv[2])\n"
        "given, open_bundle = collections.Counter(), []\n"
        "for e in csv.DictReader(open(out + '" LOG "', encoding='utf-8', newline='')):\n"
        "    person = e['employee_id'], e['exam_date'], e['insurer_number']\n"
        "    if e['event'] == 'disclose': open_bundle.append(person)\n"
        "    elif e['event'] == 'void': open_bundle = []\n"
        "    elif e['event'] != 'run':\n"
        "        assert e['event'] == 'release', e['event']\n"
        "        bundle = open(out + '/' + e['bundle'], 'rb').read()\n"
        "        assert hashlib.sha256(bundle).hexdigest() == e['bundle_sha256'], e['bundle']\n"
        "        given.update(open_bundle); open_bundle = []\n"
        "assert not open_bundle and len(given) == people and set(given.values()) == {1}, (len(given), people)\n"
        "\" %s %zu",
        out, people);
    must("test $(ls %s/*.zip | wc -l) = $(grep -c ,release, %s" LOG ")", out, out);
    assert_int_equal(how_many(textf("%s/.tmp*", out)), 0);
}

static void kill__at_any_moment__next_run_ends_sound(void **state)
{
    (void)state;
    write_large_input();
    double begun = now();
    assert_int_equal(kenporter(EXPORT "-q -o whole large.csv"), 1);
    double whole = now() - begun;
    size_t people = counted("whole", "released");
    int killed = 0, settled = 0,
        kills = tries(4, 40); /* at random moments; test_crash.c kills at each call */
    assert_true(people > (size_t)COPIES * 100);
    assert_sound("whole", people);
    srand(20260401);
    /* On a busy machine a run may end before the signal comes: it is tried again. */
    for (int i = 0; i < kills || (killed <= kills / 4 && i < 10 * kills); i++) {
        const char *out = textf("killed%d", i);
        int status = 0;
        pid_t pid = start_export(out);
        double part =
            (double)rand() / RAND_MAX; /* of the run, or of the short time in which bundles are released */
        if (i % 2)
            wait_for_entries(pid, out);
        wait_seconds(i % 2 ? 0.0015 * part : whole * part);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        killed += WIFSIGNALED(status) ? 1 : 0;
        int again = kenporter(EXPORT "-o %s large.csv", out);
        if (again != 1)
            fail_msg("kill %d at %.2f: exit %d: %s", i, part, again, slurp("stderr", NULL));
        settled += strstr(slurp("stderr", NULL), "K7004") || strstr(slurp("stderr", NULL), "K7005") ? 1 : 0;
        assert_sound(out, people);
        renew(out, NULL);
    }
    print_message("%d of %d runs were killed in time, %d left a bundle to settle\n", killed, kills, settled);
    assert_true(killed > kills / 4);
}

static void interrupt__in_the_middle__leaves_nothing_half_done(void **state)
{
    (void)state;
    static const char *const signs[] = {"/.lock", "/.tmp*", LOG};
    for (size_t i = 0; i < COUNT(signs); i++) {
        int status = 0;
        const char *out = textf("interrupted%zu", i);
        pid_t pid = start_export(out);
        wait_for_file(pid, textf("%s%s", out, signs[i]), 0);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 4 || WEXITSTATUS(status) == 1));
        assert_int_equal(how_many(textf("%s/.tmp*", out)), 0);
        assert_int_equal(kenporter(EXPORT "-q -o %s large.csv", out), 1);
        assert_sound(out, counted("whole", "released"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unfinished__bundle_in_place__is_completed),
        cmocka_unit_test(unfinished__check__changes_nothing),
        cmocka_unit_test(unfinished__bundle_still_temporary__is_voided_and_redone),
        cmocka_unit_test(unfinished__half_the_entries_written__are_voided),
        cmocka_unit_test(unfinished__bundle_altered_in_place__is_not_called_released),
        cmocka_unit_test(unfinished__bundle_collected_already__is_never_voided),
        cmocka_unit_test(torn_last_line__anywhere__is_cut_off_and_reported),
        cmocka_unit_test(torn_header__new_log__is_begun_anew),
        cmocka_unit_test(temporary_folder__of_a_dead_run__is_removed),
        cmocka_unit_test(kill__at_any_moment__next_run_ends_sound),
        cmocka_unit_test(interrupt__in_the_middle__leaves_nothing_half_done),
    };
    return cmocka_run_group_tests_name("recovery", tests, set_up, tear_down_golden);
}
