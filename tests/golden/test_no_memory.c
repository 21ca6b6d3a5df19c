/*
 * Every command with an allocation that fails, once or from then on, those of libxml2, libcrypto and the C
 * library included. The command must end as without the fault, with the same output, or with status 4 and a
 * diagnostic; never by a signal, never silently, never with another verdict on a row or a bundle, and without
 * temporary files.
 *
 *     FAIL_AT=N [FAIL_ALL=1] LD_PRELOAD=build/tests/failing_alloc.so build/kenporter ...
 *
 * runs a command with its N-th allocation failing, to look at it in a debugger.
 */
#include "golden.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "failing_alloc.h"

enum { MOST_WORDS = 16, SECONDS = 300, STEP_OF_SWEEP = 7, SEED = 4711 };

#define OPTIONS                                                                                              \
    "-c", "kenporter.ini", "--as-of", "2026-04-01", "--backdate", "test", "--threads", "1", "--lang", "en"
#define BUNDLE "ready/6631111116_06139463_202604010_1.zip"

struct command {
    const char *name;
    int n_points; /* without THOROUGH */
    const char *words[MOST_WORDS];
    /* A folder that the command writes to, and what it holds before; NULL: nothing. */
    const char *out, *before;
};

static const struct command commands[] = {
    {"check", 20, {"check", OPTIONS, "-o", "out", "small.csv"}, "out", NULL},
    {"export", 110, {"export", OPTIONS, "-o", "out", "small.csv"}, "out", NULL},
    {"export_two_threads", 30, {"export", OPTIONS, "--threads", "2", "-o", "out", "small.csv"}, "out", NULL},
    {"prepare", 30, {"prepare", OPTIONS, "-o", "out", "small.csv"}, "out", NULL},
    {"release", 60, {"release", OPTIONS, "-o", "out", "20260401-093000"}, "out", "prepared"},
    {"verify", 70, {"verify", "--lang", "en", "--log", "ready/disclosure-log.csv", BUNDLE}, NULL, NULL},
    {"show_bundle", 15, {"show", BUNDLE}, NULL, NULL},
    {"show_document", 15, {"show", "--show-values", BUNDLE, "1"}, NULL, NULL},
    {"map", 30, {"map", "small.csv"}, NULL, NULL},
    {"audit", 30, {"audit", "ready/disclosure-log.csv"}, NULL, NULL},
    {"audit_records", 15, {"audit", "--provision-records", "ready/disclosure-log.csv"}, NULL, NULL},
    {"audit_within", 15, {"audit", "--within-request", "--html", "ready/disclosure-log.csv"}, NULL, NULL},
    {"audit_withdrawn",
     15,
     {"audit", "--withdrawn", "--consents", "consents.csv", "--format", "jsonl", "ready/disclosure-log.csv"},
     NULL,
     NULL},
    {"audit_conflicts", 15, {"audit", "--conflicts", "ready/disclosure-log.csv"}, NULL, NULL},
    {"audit_statistics", 15, {"audit", "--statistics", "ready/disclosure-log.csv"}, NULL, NULL},
    {"audit_handovers", 15, {"audit", "--handovers", "ready/disclosure-log.csv"}, NULL, NULL},
    {"audit_sheet",
     15,
     {"audit", "--sheet", "--html", "--employee", "10818", "ready/disclosure-log.csv"},
     NULL,
     NULL},
    {"audit_item",
     15,
     {"audit", "--item", "身長", "--format", "csv", "ready/disclosure-log.csv"},
     NULL,
     NULL},
    {"handover",
     20,
     {"handover", "-o", "out", "--to", "x", "--means", "y", "out/6631111116_06139463_202604010_1.zip"},
     "out",
     "ready"},
    {"purge", 20, {"purge", "-o", "out", "--before", "2027-01-01"}, "out", "ready"},
    {"retire", 20, {"retire", "out/disclosure-log.csv"}, "out", "retirable"},
    {"explain_code", 10, {"explain", "K5007"}, NULL, NULL},
    {"explain_case",
     20,
     {"explain", "--birth", "1986-04-01", "--exam", "2026-04-01", "--insurer", "06139463"},
     NULL,
     NULL},
    {"items", 10, {"items", "身長"}, NULL, NULL},
    {"help", 10, {"--help"}, NULL, NULL},
    {"help_of_export", 10, {"export", "--help"}, NULL, NULL},
    {"version", 10, {"--version"}, NULL, NULL},
};

static char *preloaded; /* the library with the failing allocator */

/* In the child: becomes the program, with its streams in files. */
static void become(const struct command *c, long fail_at, bool all)
{
    char *argv[MOST_WORDS + 2] = {textf("kenporter")};
    for (size_t i = 0; i < MOST_WORDS && c->words[i]; i++)
        argv[i + 1] = textf("%s", c->words[i]);
    int out = open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int err = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0 || err < 0 || dup2(out, 1) != 1 || dup2(err, 2) != 2 ||
        setenv("FAIL_AT", textf("%ld", fail_at), 1) != 0 || setenv("FAIL_COUNT", "count", 1) != 0 ||
        setenv("LD_PRELOAD", preloaded, 1) != 0 || (all && setenv("FAIL_ALL", "1", 1) != 0))
        _exit(126);
    (void)alarm(SECONDS);
    (void)execv(getenv("KENPORTER"), argv);
    _exit(127);
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
        become(c, fail_at, all);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *preload_path(void)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    assert_true(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    return textf("%s/failing_alloc.so", self);
}

/* Prepares on the day of OPTIONS, so that the run has a known number. */
static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    preloaded = preload_path();
    must("cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/*s.csv . && head -n 14 " INPUT ">small.csv");
    must("head -n 1 \"$FIXTURES/consents.csv\" >nobody.csv");
    must("\"$KENPORTER\" export -q -c kenporter.ini --as-of 2026-04-01 --backdate test -o ready small.csv; "
         "\"$KENPORTER\" export -q -c kenporter.ini --as-of 2026-04-01 --backdate test --consents nobody.csv "
         "-o retirable small.csv; "
         "\"$KENPORTER\" prepare -q -c kenporter.ini --as-of 2026-04-01 -o prepared small.csv; "
         "cd prepared/prepared && mv * 20260401-093000");
    char **found = NULL;
    assert_int_equal(paths("ready/*.zip", &found), 3);
    return 0;
}

/* What the command left for others: its output without what the clock decides, and the bundles. */
static char *results_of(const struct command *c)
{
    char **found = NULL;
    size_t n = c->out ? paths(textf("%s/*.zip", c->out), &found) : 0;
    must("sed -E 's/[0-9]{8}-[0-9]{6}//g; s/[0-9.]+ (s|ms)\\b//g; s/[0-9a-f]{64}//' stdout >plain");
    char *all = textf("%s", slurp("plain", NULL));
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
    char **found = NULL;
    if (status >= 128)
        return textf("ended by signal %d", status - 128);
    /* One bundle and its letter may stay for the next run: its entries may be in the log. */
    size_t n = c->out ? paths(textf("%s/.tmp*/*", c->out), &found) : 0;
    if (n > 2 || (n == 2 && !strstr(found[0], ".letter")) || (n > 0 && !strstr(found[n - 1], ".zip")))
        return textf("exit status %d, temporary files left", status);
    if (status == sound_status)
        return strcmp(results_of(c), sound_results) == 0 ? NULL
                                                         : "status as without the fault, but other output";
    if (status != 4)
        return textf("exit status %d: %s", status, slurp("stderr", NULL));
    return *slurp("stderr", NULL) ? NULL : textf("exit status %d without a diagnostic", status);
}

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 8;
}

static void command__no_memory__is_reported(void **state)
{
    const struct command *c = *state;
    if (!can_fail_allocations())
        skip();
    int sound_status = run_failing(c, 0, false), n_faults = 0;
    const char *sound_results = results_of(c);
    long n = strtol(slurp("count", NULL), NULL, 10);
    unsigned seed = SEED;
    assert_in_range(sound_status, 0, 1);
    assert_in_range(n, 1, 10000000);
    bool sweep = tries(0, 1);
    long n_points = sweep ? 2 * n / STEP_OF_SWEEP : c->n_points;
    for (long i = 0; i < n_points; i++) {
        long at = sweep ? 1 + i / 2 * STEP_OF_SWEEP : 1 + (long)(next_random(&seed) % (unsigned long)n);
        bool all = i % 2;
        const char *fault = fault_of(c, run_failing(c, at, all), sound_status, sound_results);
        if (fault)
            print_error("allocation %ld of %ld fails%s: %s\n", at, n, all ? " and all after it" : "", fault);
        n_faults += fault != NULL;
    }
    assert_int_equal(n_faults, 0);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(commands)] = {{0}};
    for (size_t i = 0; i < COUNT(commands); i++)
        tests[i] = (struct CMUnitTest){commands[i].name, command__no_memory__is_reported, NULL, NULL,
                                       (void *)(uintptr_t)&commands[i]};
    return cmocka_run_group_tests_name("no_memory", tests, set_up, tear_down_golden);
}
