/*
 * handover, reply, purge and retire, killed or failed at every system call. The same call made again
 * completes what was begun, the chain is sound, and the log never lags behind what is gone.
 */
#include "failing_calls.c"

#include "log/log.h"

/* Makes argv for the child: the program, these words, the bundles of out if `bundles` is set. */
static char **words(bool bundles, const char *text)
{
    char **argv = keep(64 * sizeof(*argv)), **found = NULL;
    size_t n = 0, n_found = bundles ? paths("out/*.zip", &found) : 0;
    argv[n++] = textf("kenporter");
    char *rest = textf("%s", text);
    for (char *word = strtok_r(rest, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[n++] = word;
    for (size_t i = 0; i < n_found; i++)
        argv[n++] = found[i];
    argv[n] = NULL;
    return argv;
}

static void start_again(void)
{
    renew("out", "base");
}

/* What the log holds. */
static struct {
    size_t handovers, purges, replies;
} seen;

static enum kp_status take(void *ctx, const struct kp_log_line *line)
{
    (void)ctx;
    seen.handovers += strcmp(line->cells[KP_LOG_EVENT], "handover") == 0;
    seen.replies += strcmp(line->cells[KP_LOG_EVENT], "reply") == 0;
    seen.purges += strcmp(line->cells[KP_LOG_EVENT], "purge") == 0;
    return KP_OK;
}

static struct kp_log_state read_log(void)
{
    struct kp_log_state state;
    memset(&seen, 0, sizeof(seen));
    assert_int_equal(kp_log_read(&kp_io_posix, LOG, NULL, take, NULL, &state), KP_OK);
    assert_int_equal(state.bad_line, 0);
    return state;
}

static size_t n_bundles, n_row_files;

static size_t row_files(const char *out)
{
    return how_many(textf("%s/runs/*/rejected*", out)) + how_many(textf("%s/runs/*/held*", out)) +
           how_many(textf("%s/runs/*/notes*", out));
}

static void check_handover(bool done)
{
    struct kp_log_state state = read_log();
    assert_true(seen.handovers <= n_bundles);
    if (done)
        assert_true(seen.handovers == n_bundles && !state.torn);
}

/* However often the call is made, every line of the answer is logged once, and what to correct is listed. */
static void check_reply(bool done)
{
    struct kp_log_state state = read_log();
    assert_true(seen.replies <= 2);
    if (!done)
        return;
    assert_true(seen.replies == 2 && !state.torn);
    char **lists = NULL;
    size_t n = paths("out/replies/*.csv", &lists);
    assert_true(n >= 1);
    struct sheet last = read_sheet(lists[n - 1]);
    assert_int_equal(last.n_rows, 2);
    assert_true(is(&last, 1, "code", "06") && *cell(&last, 1, "remedy") && *cell(&last, 1, "name_kana"));
}

static void check_purge(bool done)
{
    struct kp_log_state state = read_log();
    size_t left = row_files("out");
    if (left < n_row_files)
        assert_true(seen.purges > 0);
    if (done)
        assert_true(left == 0 && seen.purges > 0 && !state.torn);
}

/* Whatever happened, a run that continues the log knows who was told. */
static void check_retire(bool done)
{
    struct kp_log_state state = read_log();
    assert_true(!state.torn && state.end.n_entries > 0);
    if (!done)
        return;
    assert_true(state.retired);
    must("\"$KENPORTER\" export " CONFIG "-q --consents consents.csv --log out/new.csv --previous-logs " LOG
         " -o out people.csv 2>last.err || test $? = 1");
    assert_int_equal(counted("out", "released"), 0);
}

static void assert_nothing_temporary(void)
{
    assert_int_equal(how_many("out/.tmp*") + how_many("out/*.tmp") + how_many("out/*.retiring"), 0);
}

struct kept_command {
    const char *words;
    bool bundles;
    void (*check)(bool done);
};

static void try_all(const struct kept_command *c, enum fault fault, int error)
{
    int calls[2] = {0}, step = getenv("CRASH_ALL") ? 1 : 11;
    unsigned failed = 0;
    start_again();
    assert_int_equal(run_child(words(c->bundles, c->words), NONE, 0, 0, calls), 0);
    c->check(true);
    assert_true(calls[0] > 8);
    for (int at = 1 + (int)fault % step; at <= calls[0]; at += step) {
        start_again();
        int status = run_child(words(c->bundles, c->words), fault, error, at, NULL);
        failed += status != 0;
        if (status != 0 && status != 4 && status != 128 + SIGKILL)
            fail_msg("call %d of %d: exit %d: %s", at, calls[0], status, slurp("child.err", NULL));
        c->check(status == 0);
        if (status == 0 && fault == ERROR_ONCE)
            assert_nothing_temporary();
        status = run_child(words(c->bundles, c->words), NONE, 0, 0, NULL);
        if (status != 0)
            fail_msg("after call %d of %d: exit %d: %s", at, calls[0], status, slurp("child.err", NULL));
        c->check(true);
        assert_nothing_temporary();
    }
    assert_true(failed > 0 || !getenv("CRASH_ALL"));
}

static const struct kept_command HANDOVER = {"handover -o out --to WHO --means mail", true, check_handover};
static const struct kept_command REPLY = {"reply -o out reply.csv", false, check_reply};
static const struct kept_command PURGE = {"purge -o out --before 2999-01-01", false, check_purge};
static const struct kept_command RETIRE = {"retire " LOG, false, check_retire};

static void try_faults(const struct kept_command *c)
{
    try_all(c, KILL, 0);
    try_all(c, KILL_IN_WRITE, 0);
    try_all(c, ERROR_ONCE, EIO);
    try_all(c, ERROR_FROM_NOW_ON, ENOSPC);
    try_all(c, READ_ONLY, EROFS);
}

static void handover__any_fault__is_completed_by_the_next_call(void **state)
{
    (void)state;
    try_faults(&HANDOVER);
}

static void reply__any_fault__is_completed_by_the_next_call(void **state)
{
    (void)state;
    try_faults(&REPLY);
}

/* The clock stands still, so both calls begin in the same second. */
static void reply__twice_in_a_second__keeps_both_lists(void **state)
{
    (void)state;
    char **lists = NULL;
    start_again();
    assert_int_equal(run_child(words(false, "reply -o out reply.csv"), NONE, 0, 0, NULL), 0);
    assert_int_equal(run_child(words(false, "reply -o out other.csv"), NONE, 0, 0, NULL), 0);
    assert_int_equal(paths("out/replies/*.csv", &lists), 2);
    struct sheet first = read_sheet(lists[0]), second = read_sheet(lists[1]);
    if (is(&first, 1, "code", "03")) { /* by name, -2 comes before .csv */
        struct sheet swap = first;
        first = second;
        second = swap;
    }
    assert_true(is(&first, 1, "code", "06") && is(&second, 1, "code", "03"));
    assert_string_not_equal(cell(&first, 1, "document"), cell(&second, 1, "document"));
}

static void purge__any_fault__is_completed_and_never_unlogged(void **state)
{
    (void)state;
    try_faults(&PURGE);
}

static void retire__any_fault__leaves_a_log_or_a_stub(void **state)
{
    (void)state;
    try_faults(&RETIRE);
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("head -n 1 \"$FIXTURES/consents.csv\" >consents.csv");
    must("iconv -f CP932 -t UTF-8 " INPUT "| sed -n '1p;4,40p' >people.csv");
    if (kenporter(EXPORT "-q --consents consents.csv -o base people.csv") != 1)
        return -1;
    must("sed -n '1p;/,disclose,/p' base/disclosure-log.csv | python3 -c \"import csv, sys\n"
         "told = list(csv.DictReader(sys.stdin))\n"
         "def reply(name, *lines):\n"
         "    f = open(name, 'w')\n"
         "    print('insurer_number,bundle,document,state,code,date', file=f)\n"
         "    for i, state in lines:\n"
         "        print(','.join([told[i][k] for k in ('insurer_number', 'bundle', 'document')]"
         " + [state, '2026-04-01']), file=f)\n"
         "reply('reply.csv', (0, 'received,'), (1, 'error,06'))\n"
         "reply('other.csv', (0, 'error,3'))\"");
    n_bundles = how_many("base/*.zip");
    n_row_files = row_files("base");
    return n_bundles > 0 && n_row_files > 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handover__any_fault__is_completed_by_the_next_call),
        cmocka_unit_test(reply__any_fault__is_completed_by_the_next_call),
        cmocka_unit_test(reply__twice_in_a_second__keeps_both_lists),
        cmocka_unit_test(purge__any_fault__is_completed_and_never_unlogged),
        cmocka_unit_test(retire__any_fault__leaves_a_log_or_a_stub),
    };
    return cmocka_run_group_tests_name("crash_keeping", tests, set_up, tear_down_golden);
}
