#include "golden.h"

#include <sys/stat.h>
#include <sys/wait.h>

int tries(int usual, int thorough)
{
    return getenv("THOROUGH") ? thorough : usual;
}

int set_up_golden(void **state)
{
    if (!getenv("KENPORTER") || !getenv("FIXTURES") || !getenv("SCHEMAS")) {
        print_error(
            "KENPORTER, FIXTURES and SCHEMAS name the program and its folders; 'make test' sets them\n");
        return -1;
    }
    /* Modes of files must come from the program, not from the caller's umask. */
    (void)umask(0);
    char *golden = textf("%s/../tests/golden", getenv("FIXTURES"));
    if (setenv("LC_ALL", "C.UTF-8", 1) != 0 || setenv("PYTHONUTF8", "1", 1) != 0 ||
        setenv("GOLDEN", golden, 1) != 0)
        return -1;
    return make_folder(state) == 0 ? chdir(folder) : -1;
}

int tear_down_golden(void **state)
{
    return chdir("/") == 0 ? remove_folder(state) : -1;
}

int run_shell(const char *command)
{
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int kenporter(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *arguments = vtextf(format, args);
    va_end(args);
    return run_shell(textf("\"$KENPORTER\" %s >stdout 2>stderr", arguments));
}

void must(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *command = vtextf(format, args);
    va_end(args);
    if (run_shell(textf("{ %s ; } >must.out 2>&1", command)) == 0)
        return;
    (void)run_shell("tail -n 20 must.out >&2");
    fail_msg("failed: %s", command);
}

char *run_folder(const char *out)
{
    char **found = NULL;
    size_t n = paths(textf("%s/runs/*", out), &found);
    if (n == 0)
        fail_msg("%s holds no run", out);
    char *latest = found[0]; /* runs of one second are numbered: -10 follows -9 */
    for (size_t i = 1; i < n; i++)
        latest = strverscmp(found[i], latest) > 0 ? found[i] : latest;
    return latest;
}

struct sheet decisions_of(const char *out)
{
    return read_sheet(textf("%s/decisions.csv", run_folder(out)));
}

size_t counted(const char *out, const char *name)
{
    long n = json_number(slurp(textf("%s/report.json", run_folder(out)), NULL), NULL, name);
    if (n < 0)
        fail_msg("the report does not count %s", name);
    return (size_t)n;
}

void assert_same_bundles(const char *a, const char *b)
{
    char **of_a = NULL, **of_b = NULL;
    size_t n = paths(textf("%s/*.zip", a), &of_a);
    assert_true(n > 0);
    if (paths(textf("%s/*.zip", b), &of_b) != n)
        fail_msg("%s and %s hold different numbers of bundles", a, b);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(strrchr(of_a[i], '/'), strrchr(of_b[i], '/'));
        assert_same_file(of_a[i], of_b[i]);
    }
}

void assert_log_verifies(const char *log)
{
    must("python3 \"$GOLDEN/verify_log.py\" '%s'", log);
}

struct sheet fixture_rows(void)
{
    must("iconv -f CP932 -t UTF-8 " INPUT ">fixture.csv");
    return read_sheet("fixture.csv");
}

struct sheet expected_rows(void)
{
    return read_sheet(textf("%s/expected.csv", getenv("FIXTURES")));
}
