/*
 * A sealing run that is killed, or whose disk fails, at its n-th system call. After the next run the chain is
 * sound, and every bundle that was released has its letter, its sealed copy, which the log names, and the
 * password that opens it; nothing temporary is left. CRASH_ALL=1 tries every call (make test-long).
 */
#include "failing_calls.c"

#include "log/log.h"

static int n_calls, first_entry;

static int export(enum fault fault, int error, int at, int ret_calls[2])
{
    char *argv[] = {textf("kenporter"),
                    textf("export"),
                    textf("-c"),
                    textf("set/kenporter.ini"),
                    textf("--as-of"),
                    textf("2026-04-01"),
                    textf("-q"),
                    textf("--threads"),
                    textf("1"),
                    textf("-o"),
                    textf("out"),
                    textf("--insurer"),
                    textf("00280081"),
                    textf("--insurer"),
                    textf("39289004"),
                    textf("%s/export.csv", getenv("FIXTURES")),
                    NULL};
    return run_child(argv, fault, error, at, ret_calls);
}

/* Opens the sealed copy of every release that should have one, by the password beside it. */
static enum kp_status check_release(void *ctx, const struct kp_log_line *line)
{
    size_t *n = ctx;
    const char *const *c = line->cells;
    if (strcmp(c[KP_LOG_EVENT], "release") != 0)
        return KP_OK;
    const char *bundle = c[KP_LOG_BUNDLE];
    const char *letter = textf("out/letters/%.*s.html", (int)strlen(bundle) - 4, bundle);
    if (!exists(letter))
        fail_msg("%s is missing", letter);
    if (strcmp(c[KP_LOG_INSURER_NUMBER], "00280081") != 0) {
        assert_null(strstr(c[KP_LOG_DETAIL], "seal"));
        return KP_OK;
    }
    ++*n;
    must("sum=$(sha256sum <out/sealed/%s | cut -c1-64); echo '%s' | grep -q '\"sealed_sha256\":\"'$sum",
         bundle, c[KP_LOG_DETAIL]);
    must("7z x -so -p$(cat out/secrets/%s/00280081.txt) out/sealed/%s >inner && cmp inner out/%s",
         c[KP_LOG_RUN_ID], bundle, bundle);
    return KP_OK;
}

static size_t sealed_releases(struct kp_log_state *ret_state)
{
    size_t n = 0;
    assert_int_equal(kp_log_read(&kp_io_posix, LOG, NULL, check_release, &n, ret_state), KP_OK);
    return n;
}

static void assert_sound(void)
{
    struct kp_log_state state;
    assert_int_equal(sealed_releases(&state), 1);
    assert_true(state.bad_line == 0 && !state.torn);
    assert_int_equal(how_many("out/.tmp*") + how_many("out/*.tmp"), 0);
    assert_int_equal(how_many("out/sealed/*"), 1);
    assert_int_equal(how_many("out/letters/*"), 2);
    assert_int_equal(how_many("out/*.zip"), 2);
}

static bool is_tried(enum fault fault, int at)
{
    int step = at < first_entry - 40 ? 500 : 53;
    return getenv("CRASH_ALL") || at % step == (int)fault % step;
}

static void try_all(enum fault fault, int error)
{
    unsigned failed = 0;
    struct kp_log_state state;
    for (int at = 1; at <= n_calls; at++) {
        if (!is_tried(fault, at))
            continue;
        renew("out", NULL);
        failed += export(fault, error, at, NULL) > 1;
        if (exists(LOG)) /* what is released is complete even before the next run */
            (void)sealed_releases(&state);
        int status = export(NONE, 0, 0, NULL);
        if (status > 1)
            fail_msg("after call %d of %d: exit %d: %s", at, n_calls, status, slurp("child.err", NULL));
        assert_sound();
    }
    assert_true(failed > 0);
}

static void killed__at_any_call__next_run_completes_the_seal(void **state)
{
    (void)state;
    try_all(KILL, 0);
}

static void disk__failing_at_any_call__next_run_completes_the_seal(void **state)
{
    (void)state;
    try_all(ERROR_ONCE, EIO);
}

static void disk__full_from_any_call_on__next_run_completes_the_seal(void **state)
{
    (void)state;
    try_all(ERROR_FROM_NOW_ON, ENOSPC);
}

static void rename__leaving_the_old_name__next_run_completes_the_seal(void **state)
{
    (void)state;
    try_all(HALF_DONE, 0);
}

static int set_up(void **state)
{
    int calls[2] = {0};
    if (set_up_golden(state) != 0)
        return -1;
    must("mkdir set && cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv set/ &&"
         " sed -e '1s/$/,seal/' -e '2,$s/$/,/' -e '/^00280081/s/$/zip-aes/' \"$FIXTURES\"/insurers.csv"
         " >set/insurers.csv");
    assert_true(export(NONE, 0, 0, calls) <= 1);
    n_calls = calls[0];
    first_entry = calls[1];
    assert_sound();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed__at_any_call__next_run_completes_the_seal),
        cmocka_unit_test(disk__failing_at_any_call__next_run_completes_the_seal),
        cmocka_unit_test(disk__full_from_any_call_on__next_run_completes_the_seal),
        cmocka_unit_test(rename__leaving_the_old_name__next_run_completes_the_seal),
    };
    return cmocka_run_group_tests_name("crash_seal", tests, set_up, tear_down_golden);
}
