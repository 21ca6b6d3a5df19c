/*
 * A run that is killed, or whose disk fails, at its n-th system call (failing_calls.c). After the next run
 * every person must have been disclosed exactly once, and the log must be correct. CRASH_ALL=1 tries every
 * call (make test-long); the default is a sample, dense from the first log entry on.
 */
#include "failing_calls.c"

#include "log/log.h"

enum { MAX_PEOPLE = 64 };

/* --- runs --- */

static const char *released_id; /* the preparation to release instead of exporting; NULL: export */

static int export(const char *input, enum fault fault, int error, int at, int ret_calls[2])
{
    char *argv[] = {textf("kenporter"),
                    textf(released_id ? "release" : "export"),
                    textf("-c"),
                    textf("%s/kenporter.ini", getenv("FIXTURES")),
                    textf("--as-of"),
                    textf("2026-04-01"),
                    textf("-q"),
                    textf("--threads"),
                    textf("1"),
                    textf("-o"),
                    textf("out"),
                    textf("--anchors"),
                    textf("anchors.csv"),
                    textf("%s", released_id ? released_id : input),
                    NULL};
    return run_child(argv, fault, error, at, ret_calls);
}

/* --- what must hold --- */

struct people {
    size_t n, pending_from;
    char who[MAX_PEOPLE][32];
    char bundles[MAX_PEOPLE][64]; /* every bundle named in the log */
    size_t n_bundles;
};

static enum kp_status take(void *ctx, const struct kp_log_line *line)
{
    struct people *p = ctx;
    const char *const *c = line->cells;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (kp_log_is_disclosure(c)) {
        assert_true(p->n < MAX_PEOPLE);
        (void)snprintf(p->who[p->n++], sizeof(p->who[0]), "%s", c[KP_LOG_EMPLOYEE_ID]);
        if (p->n_bundles == 0 || strcmp(p->bundles[p->n_bundles - 1], c[KP_LOG_BUNDLE]) != 0)
            (void)snprintf(p->bundles[p->n_bundles++], sizeof(p->bundles[0]), "%s", c[KP_LOG_BUNDLE]);
        return KP_OK;
    }
    const char *place = textf("out/%s", c[KP_LOG_BUNDLE]);
    if (strcmp(c[KP_LOG_EVENT], "void") == 0) {
        p->n = p->pending_from;
        assert_false(exists(place));
        return KP_OK;
    }
    if (strcmp(c[KP_LOG_EVENT], "run") == 0)
        return KP_OK;
    assert_string_equal(c[KP_LOG_EVENT], "release");
    assert_int_equal(kp_file_sha256(&kp_io_posix, place, digest), KP_OK);
    kp_sha256_hex(digest, hex);
    assert_string_equal(hex, c[KP_LOG_BUNDLE_SHA256]);
    p->pending_from = p->n;
    return KP_OK;
}

static struct people read_people(struct kp_log_state *ret_state)
{
    struct people p = {.n = 0};
    assert_int_equal(kp_log_read(&kp_io_posix, LOG, NULL, take, &p, ret_state), KP_OK);
    return p;
}

/* Right after the fault: the chain holds but for a torn end, and no bundle is in place without its entries.
 */
static void assert_no_bundle_unlogged(void)
{
    char **found = NULL;
    struct kp_log_state state;
    struct people p = read_people(&state);
    assert_int_equal(state.bad_line, 0);
    size_t n = paths("out/*.zip", &found);
    for (size_t i = 0; i < n; i++) {
        bool named = false;
        for (size_t k = 0; k < p.n_bundles; k++)
            named |= strcmp(p.bundles[k], found[i] + strlen("out/")) == 0;
        if (!named)
            fail_msg("%s has no entries", found[i]);
    }
}

/* decisions.csv of every run agrees with the log. */
static void assert_decisions_true(void)
{
    char **found = NULL;
    size_t n = paths("out/runs/*/decisions.csv", &found);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        struct sheet d = read_sheet(found[i]);
        for (size_t row = 1; row < d.n_rows; row++)
            if (is(&d, row, "decision", "released") && !exists(textf("out/%s", cell(&d, row, "bundle"))))
                fail_msg("%s says that %s went out", found[i], cell(&d, row, "bundle"));
    }
}

static size_t n_expected; /* people disclosed after both inputs */

static void assert_sound(void)
{
    struct kp_log_state state;
    struct people p = read_people(&state);
    assert_true(state.bad_line == 0 && !state.torn);
    assert_int_equal(p.pending_from, p.n);
    assert_int_equal(p.n, n_expected);
    for (size_t i = 0; i < p.n; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(p.who[i], p.who[k]);
    assert_int_equal(how_many("out/.tmp*") + how_many("out/*.tmp"), 0);
    assert_true(exists(LOG ".index"));
}

/* The last anchor is the head of the log, and every line is complete. */
static void assert_anchored(void)
{
    struct kp_log_state state;
    size_t n = 0;
    assert_int_equal(kp_log_read(&kp_io_posix, LOG, NULL, NULL, NULL, &state), KP_OK);
    const char *anchors = slurp("anchors.csv", &n);
    assert_true(n > 65 && anchors[n - 1] == '\n');
    assert_memory_equal(anchors + n - 65, state.end.head, 64);
}

static void start_again(void)
{
    renew("out", "base");
    renew("anchors.csv", "base.anchors");
}

static int n_calls, first_entry;

static bool is_tried(enum fault fault, int at)
{
    int step = at < first_entry - 2 ? 150 : fault == KILL ? 9 : 37;
    return getenv("CRASH_ALL") || at % step == (int)fault % step; /* other calls for each fault */
}

/* Fails each call in turn; the next run must repair everything. */
static void try_all(enum fault fault, int error)
{
    unsigned tried = 0, failed = 0;
    for (int at = 1; at <= n_calls; at++) {
        if (!is_tried(fault, at))
            continue;
        start_again();
        int status = export("second.csv", fault, error, at, NULL);
        tried++;
        if (fault == KILL && status != 128 + SIGKILL)
            fail_msg("call %d of %d was not the end of the run: %d", at, n_calls, status);
        const bool anchor_failed = status == 1 && strstr(slurp("child.err", NULL), "K7016"); /* complete */
        failed += status != 0 && !(fault == SHORT && anchor_failed); /* an anchor is written at once or not */
        if (status != 0 && !anchor_failed && status != 4 && status != 128 + SIGKILL)
            fail_msg("call %d of %d: exit %d: %s", at, n_calls, status, slurp("child.err", NULL));
        assert_no_bundle_unlogged();
        assert_decisions_true();
        if (status == 4 &&
            how_many("out/*.zip") >
                how_many("base/*.zip")) /* bundles went out, so the status must not suggest otherwise */
            assert_contains(slurp("child.err", NULL), "K7032");
        status = export("second.csv", NONE, 0, 0, NULL);
        if (status != 0)
            fail_msg("after call %d of %d: exit %d: %s", at, n_calls, status, slurp("child.err", NULL));
        assert_sound();
        assert_anchored();
    }
    print_message("%u of %d calls tried, %u runs failed\n", tried, n_calls, failed);
    assert_true(tried > 0 && (fault == SHORT ? failed == 0 : failed > 0 || !getenv("CRASH_ALL")));
}

static void killed__at_any_call__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(KILL, 0);
}

static void killed__in_the_middle_of_a_write__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(KILL_IN_WRITE, 0);
}

static void disk__full_from_any_call_on__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(ERROR_FROM_NOW_ON, ENOSPC);
}

static void disk__failing_at_any_call__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(ERROR_ONCE, EIO);
}

static void disk__read_only_from_any_call_on__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(READ_ONLY, EROFS);
}

static void disk__taking_half_of_any_write__goes_unnoticed(void **state)
{
    (void)state;
    try_all(SHORT, 0);
}

static void rename__done_but_reported_as_failed__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(ANSWER_LOST, 0);
}

static void rename__leaving_the_old_name_too__next_run_ends_sound(void **state)
{
    (void)state;
    try_all(HALF_DONE, 0);
}

static void interrupt__at_any_call__nothing_goes_out_or_everything(void **state)
{
    (void)state;
    enum { KEEPING = 16 }; /* calls after the last look for an interrupt: the registers are kept */
    for (int at = 1; at <= n_calls; at++) {
        if (!is_tried(CANCEL, at) && at != first_entry - 1 && at != first_entry)
            continue;
        start_again();
        int status = export("second.csv", CANCEL, 0, at, NULL);
        bool all = status == 0;
        if ((!all && status != 4) || (all ? at < first_entry - KEEPING : at >= first_entry))
            fail_msg("call %d, first entry by call %d: exit %d: %s", at, first_entry, status,
                     slurp("child.err", NULL));
        assert_int_equal(how_many("out/*.zip"), how_many("base/*.zip") * (all ? 2 : 1));
        if (run_shell("cmp -s " LOG ".index base/disclosure-log.csv.index") == (all ? 0 : 1))
            fail_msg("call %d: the index does not go with the log", at);
        assert_decisions_true();
        assert_int_equal(how_many("out/.tmp*"), 0);
    }
}

/* --- calls that change no contents --- */

static const char *const KIND_NAME[OTHERS] = {
    [OPEN] = "open",       [READ] = "read",          [PREAD] = "pread", [STAT] = "stat",
    [SEEK] = "lseek",      [MKDIR] = "mkdir",        [LOCK] = "flock",  [TRUNCATE] = "ftruncate",
    [LIST] = "getdents64", [CLOCK] = "clock_gettime"};

/* Right after the fault: a message, or the result of a run without it. */
static void check_other(enum other kind, int at, int status)
{
    const char *messages = slurp("child.err", NULL);
    bool complete = status == 0 || status == 1;
    if (status > 4 || (status != 0 && !strstr(messages, " K")))
        fail_msg("%s %d: exit %d: %s", KIND_NAME[kind], at, status, messages);
    assert_no_bundle_unlogged();
    assert_decisions_true();
    if (!complete)
        return;
    if (how_many("out/*.zip") != 2 * how_many("base/*.zip") || counted("out", "rejected") > 0 ||
        counted("out", "held") > 0 || (how_many("out/.tmp*") > 0 && !strstr(messages, "K9017")))
        fail_msg("%s %d: exit %d, but not a whole result: %s", KIND_NAME[kind], at, status, messages);
}

static void try_other(enum other kind, enum fault fault)
{
    int calls[2] = {0}, tried = 0, failed = 0;
    failing = kind;
    start_again();
    assert_int_equal(export("second.csv", NONE, 0, 0, calls), 0);
    int step = getenv("CRASH_ALL") ? 1 : calls[0] / 5 + 1;
    for (int at = 1 + ((int)kind + (int)fault) % step; at <= calls[0]; at += step) {
        start_again();
        failing = kind;
        int status = export("second.csv", fault, EIO, at, NULL);
        check_other(kind, at, status);
        tried++;
        failed += status != 0;
        failing = NO_OTHER;
        status = export("second.csv", NONE, 0, 0, NULL);
        if (status != 0)
            fail_msg("after %s %d: exit %d: %s", KIND_NAME[kind], at, status, slurp("child.err", NULL));
        assert_sound();
    }
    print_message("%s: %d of %d calls tried, %d runs failed\n", KIND_NAME[kind], tried, calls[0], failed);
}

static void other_calls__failing_once__are_reported_or_harmless(void **state)
{
    (void)state;
    for (enum other kind = OPEN; kind < OTHERS; kind++)
        try_other(kind, OTHER_ONCE);
}

static void other_calls__failing_from_now_on__are_reported_or_harmless(void **state)
{
    (void)state;
    for (enum other kind = OPEN; kind < OTHERS; kind++)
        try_other(kind, OTHER_FROM_NOW_ON);
}

/* Those that no loop can fail: of the process and its memory, and what only asks. */
static const char NOT_TRIED[] =
    " execve brk arch_prctl access faccessat2 mmap munmap mremap mprotect madvise exit exit_group set_tid_address"
    " set_robust_list rseq prlimit64 getrandom futex clone clone3 rt_sigaction rt_sigprocmask rt_sigreturn getpid"
    " gettid getuid geteuid getgid getegid uname sysinfo sched_getaffinity sched_yield ioctl fcntl umask readlink"
    " statfs restart_syscall vfork wait4 dup2 pipe2 socket connect recvfrom sendto poll getcwd tgkill sched_setaffinity"
    " get_mempolicy ";
static const char TRIED[] =
    " open openat read pread64 write pwrite64 fsync close rename renameat renameat2 unlink"
    " unlinkat rmdir stat lstat fstat newfstatat statx lseek mkdir mkdirat ftruncate flock"
    " getdents64 clock_gettime ";

static void calls__of_a_run__are_all_tried(void **state)
{
    (void)state;
    renew("out", "base");
    if (run_shell("strace -f -c -U name -o calls \"$KENPORTER\" export " CONFIG
                  "-q -o out --anchors a.csv second.csv >stdout 2>stderr") != 0 ||
        !exists("calls")) {
        print_message("strace is missing or may not trace\n");
        skip();
    }
    must("sed -i '1,2d; /^-/,$d' calls");
    char *rest = textf("%s", slurp("calls", NULL));
    for (char *name = strtok_r(rest, " \n", &rest); name; name = strtok_r(NULL, " \n", &rest))
        if (!strstr(NOT_TRIED, textf(" %s ", name)) && !strstr(TRIED, textf(" %s ", name)))
            fail_msg("no loop makes %s fail", name);
}

/* A release that ended in a fault can be run again. */
static void release__any_fault__leaves_what_was_prepared(void **state)
{
    (void)state;
    int calls[2] = {0}, failed = 0;
    char **prepared = NULL;
    start_again();
    failing = NO_OTHER; /* an earlier test counted other calls */
    must("\"$KENPORTER\" prepare " CONFIG "-q -o out second.csv; rm -rf ready; mv out ready");
    assert_int_equal(paths("ready/prepared/*", &prepared), 1);
    released_id = strrchr(prepared[0], '/') + 1;
    const char *place = textf("out/prepared/%s", released_id);
    for (int at = 0; at <= calls[0]; at = at == 0 ? 1 : at + (at >= calls[1] + 20 ? 1 : 20)) {
        renew("out", "ready");
        renew("anchors.csv", "base.anchors");
        int status = export("", at ? ERROR_ONCE : NONE, EIO, at, at ? NULL : calls);
        if (status == 0 || status == 1) /* 1: complete, but the anchor could not be written */
            continue;
        if (!exists(place))
            fail_msg("call %d of %d: exit %d: %s", at, calls[0], status, slurp("child.err", NULL));
        assert_int_equal(export("", NONE, 0, 0, NULL), 0);
        assert_false(exists(place));
        assert_sound();
        failed++;
    }
    released_id = NULL;
    assert_true(failed > 10);
}

/* --- what is exported --- */

/* Two released people for each of three insurers: one for the first run, one for the run that fails. */
static void write_inputs(void)
{
    assert_int_equal(kenporter(EXPORT "-q -o whole " INPUT), 1);
    must(
        "python3 -c \"import csv, glob, sys\n"
        "rows = list(csv.reader(open(sys.argv[1], encoding='cp932', newline='')))\n"
        "found = {}\n"
        "decisions = csv.DictReader(open(glob.glob('whole/runs/*/decisions.csv')[0], encoding='utf-8-sig'))\n"
        "for row, d in zip(rows[1:], decisions):\n"
        "    if d['decision'] == 'released': found.setdefault(d['insurer_number'], []).append(row)\n"
        "outs = [csv.writer(open(n, 'w', encoding='utf-8', newline='')) for n in ('first.csv', 'second.csv')]\n"
        "for out in outs: out.writerow(rows[0])\n"
        "for insurer in ('00280081', '01130012', '06139463'):\n"
        "    for n, row in enumerate(found[insurer][:6]): outs[n %% 2].writerow(row)\n"
        "\" " INPUT);
}

static int set_up(void **state)
{
    int calls[2] = {0};
    if (set_up_golden(state) != 0)
        return -1;
    write_inputs();
    assert_int_equal(export("first.csv", NONE, 0, 0, NULL), 0);
    must("mv out base; mv anchors.csv base.anchors; cp -a base out; cp base.anchors anchors.csv");
    assert_int_equal(export("second.csv", NONE, 0, 0, calls), 0);
    n_calls = calls[0];
    first_entry = calls[1];
    struct kp_log_state log;
    n_expected = read_people(&log).n;
    assert_int_equal(n_expected, 18);
    assert_true(first_entry > 10 && first_entry < n_calls - 20);
    assert_sound();
    assert_anchored();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed__at_any_call__next_run_ends_sound),
        cmocka_unit_test(killed__in_the_middle_of_a_write__next_run_ends_sound),
        cmocka_unit_test(disk__full_from_any_call_on__next_run_ends_sound),
        cmocka_unit_test(disk__failing_at_any_call__next_run_ends_sound),
        cmocka_unit_test(disk__read_only_from_any_call_on__next_run_ends_sound),
        cmocka_unit_test(disk__taking_half_of_any_write__goes_unnoticed),
        cmocka_unit_test(rename__done_but_reported_as_failed__next_run_ends_sound),
        cmocka_unit_test(rename__leaving_the_old_name_too__next_run_ends_sound),
        cmocka_unit_test(other_calls__failing_once__are_reported_or_harmless),
        cmocka_unit_test(other_calls__failing_from_now_on__are_reported_or_harmless),
        cmocka_unit_test(calls__of_a_run__are_all_tried),
        cmocka_unit_test(release__any_fault__leaves_what_was_prepared),
        cmocka_unit_test(interrupt__at_any_call__nothing_goes_out_or_everything),
    };
    return cmocka_run_group_tests_name("crash", tests, set_up, tear_down_golden);
}
