/*
 * What the golden tests share: a folder of their own, the program run through the shell as a user runs it,
 * and readers for what it leaves behind. Every path in a command is relative to that folder; $KENPORTER,
 * $FIXTURES, $SCHEMAS and $GOLDEN (this folder) are there for the shell.
 */
#ifndef KP_GOLDEN_H
#define KP_GOLDEN_H

#include "support.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CONFIG "-c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-01 "
#define INPUT "\"$FIXTURES/export.csv\" "
#define EXPORT "export " CONFIG
#define CHECK "check " CONFIG
#define VENDORS "\"$FIXTURES/vendors/"
#define VENDOR_INI "-c " VENDORS "kenporter.ini\" "
#define VENDOR_CONFIG VENDOR_INI "--as-of 2026-04-01 "

/* --- memory that lives until the program ends --- */

struct kept {
    struct kept *next;
};

static struct kept *first_kept;

static inline void *keep(size_t n)
{
    struct kept *k = calloc(1, sizeof(*k) + n);
    assert_non_null(k);
    k->next = first_kept;
    first_kept = k;
    return k + 1;
}

static inline char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline char *text(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert_true(n >= 0);
    char *out = keep((size_t)n + 1);
    (void)vsnprintf(out, (size_t)n + 1, format, again);
    va_end(again);
    return out;
}

/* How often something is tried: in the suite, and by make test-long. */
static inline int tries(int usual, int thorough)
{
    return getenv("THOROUGH") ? thorough : usual;
}

/* --- the folder --- */

static char folder[] = "/tmp/kp_golden_XXXXXX";

static inline int set_up_folder(void **state)
{
    (void)state;
    if (!getenv("KENPORTER") || !getenv("FIXTURES") || !getenv("SCHEMAS")) {
        print_error(
            "KENPORTER, FIXTURES and SCHEMAS name the program and its folders; 'make test' sets them\n");
        return -1;
    }
    (void)umask(0); /* so that modes come from the program alone */
    char *golden = text("%s/../tests/golden", getenv("FIXTURES"));
    if (setenv("LC_ALL", "C.UTF-8", 1) != 0 || setenv("PYTHONUTF8", "1", 1) != 0 ||
        setenv("GOLDEN", golden, 1) != 0)
        return -1;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int tear_down_folder(void **state)
{
    (void)state;
    int status = chdir("/");
    status |= system(text("rm -rf '%s'", folder));
    while (first_kept) {
        struct kept *k = first_kept;
        first_kept = k->next;
        free(k);
    }
    return status == 0 ? 0 : -1;
}

/* --- commands --- */

static inline int run_shell(const char *command)
{
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs the program; what it prints is in the files stdout and stderr. Returns its exit status. */
static inline int kenporter(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int kenporter(const char *format, ...)
{
    char arguments[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(arguments, sizeof(arguments), format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof(arguments));
    return run_shell(text("\"$KENPORTER\" %s >stdout 2>stderr", arguments));
}

/* Runs a command that must succeed; shows what it printed when it does not. */
static inline void must(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void must(const char *format, ...)
{
    char command[8192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof(command));
    if (run_shell(text("{ %s ; } >must.out 2>&1", command)) == 0)
        return;
    (void)run_shell("tail -n 20 must.out >&2");
    fail_msg("this failed: %s", command);
}

/* --- files --- */

static inline char *slurp(const char *path, size_t *ret_n)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long n = ftell(file);
    assert_true(n >= 0);
    rewind(file);
    char *bytes = keep((size_t)n + 1);
    assert_int_equal(fread(bytes, 1, (size_t)n, file), n);
    assert_int_equal(fclose(file), 0);
    if (ret_n)
        *ret_n = (size_t)n;
    return bytes;
}

static inline void put(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* Paths that fit the pattern, in order; hidden ones only when the pattern says so. */
static inline size_t paths(const char *pattern, char ***ret_paths)
{
    glob_t found = {0};
    int status = glob(pattern, 0, NULL, &found);
    assert_true(status == 0 || status == GLOB_NOMATCH);
    size_t n = found.gl_pathc;
    char **list = keep((n + 1) * sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = text("%s", found.gl_pathv[i]);
    globfree(&found);
    if (ret_paths)
        *ret_paths = list;
    return n;
}

static inline size_t how_many(const char *pattern)
{
    return paths(pattern, NULL);
}

/* The folder of the latest run below an output folder. */
static inline char *run_folder(const char *out)
{
    char **found = NULL;
    size_t n = paths(text("%s/runs/*", out), &found);
    if (n == 0)
        fail_msg("%s holds no run", out);
    return found[n - 1];
}

static inline size_t occurrences(const char *in, const char *of)
{
    size_t n = 0;
    for (const char *at = in; (at = strstr(at, of)) != NULL; at += strlen(of))
        n++;
    return n;
}

static inline void assert_contains(const char *in, const char *part)
{
    if (!strstr(in, part))
        fail_msg("'%s' is not in: %s", part, in);
}

static inline void assert_same_file(const char *a, const char *b)
{
    size_t n_a = 0, n_b = 0;
    const char *bytes_a = slurp(a, &n_a), *bytes_b = slurp(b, &n_b);
    if (n_a != n_b || memcmp(bytes_a, bytes_b, n_a) != 0)
        fail_msg("%s and %s differ", a, b);
}

/* --- CSV --- */

struct sheet {
    char **cells;
    size_t *starts; /* of each row in cells, and one behind the last */
    size_t *lines;  /* physical line of each row, from 1 */
    size_t n_rows;  /* with the header, row 0 */
};

static inline char *take_cell(char **at, char **to, size_t *line)
{
    char *cell = *to;
    bool quoted = **at == '"';
    *at += quoted;
    for (; **at; (*at)++) {
        if (quoted && **at == '"') {
            if ((*at)[1] != '"') {
                quoted = false;
                continue;
            }
            (*at)++;
        } else if (!quoted && (**at == ',' || **at == '\n' || (**at == '\r' && (*at)[1] == '\n'))) {
            break;
        }
        *line += **at == '\n';
        *(*to)++ = **at;
    }
    char *end = *to;
    *to = end + 1;
    return cell;
}

/* UTF-8 or CP932 (whose second bytes are never a comma, quote or line end); a byte order mark is skipped. */
static inline struct sheet read_sheet(const char *path)
{
    size_t n = 0, max = 2, n_cells = 0, line = 1;
    char *bytes = slurp(path, &n), *at = bytes;
    if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (size_t i = 0; i < n; i++)
        max += bytes[i] == ',' || bytes[i] == '\n';
    struct sheet s = {keep(max * sizeof(char *)), keep(max * sizeof(size_t)), keep(max * sizeof(size_t)), 0};
    char *to = keep(n + max + 1);
    while (*at) {
        s.starts[s.n_rows] = n_cells;
        s.lines[s.n_rows++] = line;
        for (bool more = true; more; at++) {
            s.cells[n_cells++] = take_cell(&at, &to, &line);
            more = *at == ',';
            at += *at == '\r';
            if (!*at)
                break;
        }
        line++;
    }
    s.starts[s.n_rows] = n_cells;
    return s;
}

static inline size_t width(const struct sheet *s, size_t row)
{
    return s->starts[row + 1] - s->starts[row];
}

static inline size_t column_of(const struct sheet *s, const char *name)
{
    for (size_t i = 0; i < width(s, 0); i++)
        if (strcmp(s->cells[i], name) == 0)
            return i;
    fail_msg("there is no column %s", name);
    return 0;
}

static inline char *cell(const struct sheet *s, size_t row, const char *column)
{
    size_t i = column_of(s, column);
    assert_true(row < s->n_rows && i < width(s, row));
    return s->cells[s->starts[row] + i];
}

static inline bool is(const struct sheet *s, size_t row, const char *column, const char *value)
{
    return strcmp(cell(s, row, column), value) == 0;
}

/* The row with that value in the column; 0 when there is none. */
static inline size_t find_row(const struct sheet *s, const char *column, const char *value)
{
    for (size_t row = 1; row < s->n_rows; row++)
        if (is(s, row, column, value))
            return row;
    return 0;
}

static inline size_t rows_with(const struct sheet *s, const char *column, const char *value)
{
    size_t n = 0;
    for (size_t row = 1; row < s->n_rows; row++)
        n += is(s, row, column, value);
    return n;
}

/* --- what a run leaves --- */

static inline struct sheet decisions_of(const char *out)
{
    return read_sheet(text("%s/decisions.csv", run_folder(out)));
}

/* A number of the report of the latest run. */
static inline size_t counted(const char *out, const char *name)
{
    const char *report = slurp(text("%s/report.json", run_folder(out)), NULL);
    const char *at = strstr(report, text("\"%s\": ", name));
    if (!at)
        fail_msg("the report does not count %s", name);
    return at ? strtoul(at + strlen(name) + 4, NULL, 10) : 0;
}

/* The same bundles in both output folders, by name and by byte; and there are some. */
static inline void assert_same_bundles(const char *a, const char *b)
{
    char **of_a = NULL, **of_b = NULL;
    size_t n = paths(text("%s/*.zip", a), &of_a);
    assert_true(n > 0);
    if (paths(text("%s/*.zip", b), &of_b) != n)
        fail_msg("%s and %s hold different numbers of bundles", a, b);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(strrchr(of_a[i], '/'), strrchr(of_b[i], '/'));
        assert_same_file(of_a[i], of_b[i]);
    }
}

static inline void assert_log_verifies(const char *log)
{
    must("python3 \"$GOLDEN/verify_log.py\" '%s'", log);
}

/* The fixture in UTF-8, line ends as they are. */
static inline struct sheet fixture_rows(void)
{
    must("iconv -f CP932 -t UTF-8 " INPUT ">fixture.csv");
    return read_sheet("fixture.csv");
}

static inline struct sheet expected_rows(void)
{
    return read_sheet(text("%s/expected.csv", getenv("FIXTURES")));
}

#endif
