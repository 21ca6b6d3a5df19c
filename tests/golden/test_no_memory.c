/*
 * Every command with an allocation that fails, once or from then on, at points spread over all allocations of
 * the program and its libraries. Not those of libxml2 2.9 and of the initialisation of libcrypto 3.0, which
 * follow null pointers when memory runs out. The command must end as without the fault, with the same output,
 * or with status 2 to 5 and a diagnostic; never by a signal, and never silently.
 *
 *     test_no_memory COMMAND N [all]
 *
 * runs one command with its N-th allocation failing, to look at it in a debugger.
 */
#include "golden.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include <libxml/xmlmemory.h>

#include "base/sha256.h"
#include "cli/cli.h"
#include "failing_alloc.h"

enum { MOST_WORDS = 16, SECONDS = 5 };

#define OPTIONS "-c", "kenporter.ini", "--as-of", "2026-04-01", "--backdate", "test", "--threads", "1"
#define BUNDLE "ready/6631111116_06139463_202604010_1.zip"

struct command {
    const char *name;
    const char *words[MOST_WORDS];
    /* A folder that the command writes to, and what it holds before; NULL: nothing. */
    const char *out, *before;
};

static const struct command commands[] = {
    {"check", {"check", OPTIONS, "-o", "out", "small.csv"}, "out", NULL},
    {"export", {"export", OPTIONS, "-o", "out", "small.csv"}, "out", NULL},
    {"export_two_threads", {"export", OPTIONS, "--threads", "2", "-o", "out", "small.csv"}, "out", NULL},
    {"prepare", {"prepare", OPTIONS, "-o", "out", "small.csv"}, "out", NULL},
    {"release", {"release", OPTIONS, "-o", "out", "20260401-093000"}, "out", "prepared"},
    {"verify", {"verify", "--log", "ready/disclosure-log.csv", BUNDLE}, NULL, NULL},
    {"show_bundle", {"show", BUNDLE}, NULL, NULL},
    {"show_document", {"show", "--show-values", BUNDLE, "1"}, NULL, NULL},
    {"map", {"map", "small.csv"}, NULL, NULL},
    {"audit", {"audit", "ready/disclosure-log.csv"}, NULL, NULL},
    {"handover",
     {"handover", "-o", "out", "--to", "x", "--means", "y", "out/6631111116_06139463_202604010_1.zip"},
     "out",
     "ready"},
    {"purge", {"purge", "-o", "out", "--before", "2027-01-01"}, "out", "ready"},
    {"retire", {"retire", "out/disclosure-log.csv"}, "out", "retirable"},
    {"explain_code", {"explain", "K5007"}, NULL, NULL},
    {"explain_case",
     {"explain", "--birth", "1986-04-01", "--exam", "2026-04-01", "--insurer", "06139463"},
     NULL,
     NULL},
    {"items", {"items", "身長"}, NULL, NULL},
    {"help", {"--help"}, NULL, NULL},
    {"help_of_export", {"export", "--help"}, NULL, NULL},
    {"version", {"--version"}, NULL, NULL},
};

/* Written by the child that runs a command. */
static long *n_allocations;

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 09:30 in Japan */
}

/* In the child: runs the command as main() does, with the streams in files. Does not return. */
static void run_command(const struct command *c, long fail_at, bool all)
{
    char *argv[MOST_WORDS + 2] = {textf("kenporter")};
    int argc = 1;
    for (size_t i = 0; i < MOST_WORDS && c->words[i]; i++)
        argv[argc++] = textf("%s", c->words[i]);
    const struct kp_env env = {.now = fixed_now, .lang = KP_LANG_EN};
    FILE *out = fopen("stdout", "w"), *err = fopen("stderr", "w");
    if (!out || !err || setvbuf(err, NULL, _IONBF, 0) != 0)
        _exit(126);
    /* cmocka's handlers would go on with the tests in the child. */
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL);
    (void)alarm(SECONDS);
    fail_allocation(fail_at, all);
    int status = kp_cli(argc, argv, out, err, &env, NULL);
    *n_allocations = allow_allocations();
    (void)fclose(out);
    _exit(status);
}

/* Returns the exit status, or 128 + the signal that ended the command. */
static int run_failing(const struct command *c, long fail_at, bool all)
{
    int status = 0;
    if (c->out && remove_tree(c->out) != 0)
        assert_int_equal(errno, ENOENT);
    if (c->before)
        must("cp -r %s %s", c->before, c->out);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        run_command(c, fail_at, all);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int set_up(void **state)
{
    static const struct command before[] = {
        {"ready", {"export", OPTIONS, "-o", "ready", "small.csv"}, NULL, NULL},
        {"retirable",
         {"export", OPTIONS, "--consents", "nobody.csv", "-o", "retirable", "small.csv"},
         NULL,
         NULL},
        {"prepared", {"prepare", OPTIONS, "-o", "prepared", "small.csv"}, NULL, NULL}};
    uint8_t digest[KP_SHA256_BYTES]; /* the first one initialises libcrypto */
    n_allocations =
        mmap(NULL, sizeof(*n_allocations), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (n_allocations == MAP_FAILED || xmlMemSetup(free, safe_malloc, safe_realloc, safe_strdup) != 0 ||
        kp_sha256_of("", 0, digest) != KP_OK || set_up_golden(state) != 0)
        return -1;
    must("head -n 1 \"$FIXTURES/consents.csv\" >nobody.csv");
    must("cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/*s.csv . && head -n 6 " INPUT ">small.csv");
    for (size_t i = 0; i < COUNT(before); i++)
        assert_int_equal(run_failing(&before[i], 0, false), 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)munmap(n_allocations, sizeof(*n_allocations));
    return tear_down_golden(state);
}

/* What the command left for others: its output, and the bundles. */
static char *results_of(const struct command *c)
{
    char **found = NULL;
    size_t n = c->out ? paths(textf("%s/*.zip", c->out), &found) : 0;
    char *all = textf("%s", slurp("stdout", NULL));
    for (size_t i = 0; i < n; i++) {
        size_t n_bytes = 0;
        const char *bytes = slurp(found[i], &n_bytes);
        unsigned long sum = 5381;
        for (size_t k = 0; k < n_bytes; k++)
            sum = sum * 33 + (unsigned char)bytes[k];
        all = textf("%s%s %lx\n", all, found[i], sum);
    }
    return all;
}

/* Returns what is wrong with such an end of the command, NULL if nothing is. */
static const char *fault_of(const struct command *c, int status, int sound_status, const char *sound_results)
{
    if (status >= 128)
        return textf("ended by signal %d", status - 128);
    if (status == sound_status)
        return strcmp(results_of(c), sound_results) == 0 ? NULL
                                                         : "status as without the fault, but other output";
    if (status < 2 || status > 5)
        return textf("exit status %d", status);
    return *slurp("stderr", NULL) ? NULL : textf("exit status %d without a diagnostic", status);
}

/* Returns the i-th of so many points: a third spread over all n allocations, the others over the last eighth,
 * since most allocations belong to the loading of the tables. */
static long point(int i, int n_points, long n)
{
    int n_whole = n_points / 3;
    if (i < n_whole)
        return 1 + (n - 1) * i / n_whole;
    return n - n / 8 * (n_points - 1 - i) / (n_points - n_whole);
}

static void command__no_memory__is_reported(void **state)
{
    const struct command *c = *state;
    if (!can_fail_allocations())
        skip();
    int sound_status = run_failing(c, 0, false), n_faults = 0;
    const char *sound_results = results_of(c);
    long n = *n_allocations;
    int n_points = tries(n < 10000 ? 100 : 32, 1000); /* commands without tables are fast */
    assert_in_range(sound_status, 0, 1);
    assert_in_range(n, 1, 10000000);
    for (int i = 0; i < n_points; i++)
        for (int all = 0; all <= 1; all++) {
            long at = point(i, n_points, n);
            const char *fault = fault_of(c, run_failing(c, at, all), sound_status, sound_results);
            if (fault)
                print_error("allocation %ld of %ld fails%s: %s\n", at, n, all ? " and all after it" : "",
                            fault);
            n_faults += fault != NULL;
        }
    assert_int_equal(n_faults, 0);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int run_once(char **argv, bool all)
{
    const struct command *c = find_command(argv[1]);
    if (!c || set_up(NULL) != 0)
        return 2;
    int status = run_failing(c, strtol(argv[2], NULL, 10), all);
    printf("%s exit status %d, of %ld allocations\n", slurp("stderr", NULL), status, *n_allocations);
    return tear_down(NULL);
}

int main(int argc, char **argv)
{
    if (argc >= 3)
        return run_once(argv, argc > 3);
    struct CMUnitTest tests[COUNT(commands)] = {{0}};
    for (size_t i = 0; i < COUNT(commands); i++)
        tests[i] = (struct CMUnitTest){commands[i].name, command__no_memory__is_reported, NULL, NULL,
                                       (void *)(uintptr_t)&commands[i]};
    return cmocka_run_group_tests_name("no_memory", tests, set_up, tear_down);
}
