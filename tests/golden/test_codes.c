/*
 * tests/codes.csv: for every diagnostic a case that raises it and a similar one that does not. By column how:
 *
 * - row: changes to the row of tests/cases/base.csv, "column=value ; column=value"; "*=" empties all
 *   items, " & " begins another row of the same person; text after the word row goes into [policy]
 * - shell: commands in a folder with base.csv and the fixtures' registers; $K is the program, $C its usual
 *   options
 * - damage: a case of damage_cases.csv and a sound one; test_damaged.c runs both
 * - test: the test program that raises it, since it needs a system failure or a record that no export
 *   produces
 * - guard: nothing known raises it; column "test" gives the reason
 */
#include "golden.h"

enum { MOST_CASES = 400 };

static struct sheet codes, base;

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    codes = read_sheet(textf("%s/../tests/codes.csv", getenv("FIXTURES")));
    base = read_sheet(textf("%s/../tests/cases/base.csv", getenv("FIXTURES")));
    (void)setenv("K", getenv("KENPORTER"), 1);
    (void)setenv("C", "-c kenporter.ini --as-of 2026-04-01 --backdate test -o o", 1);
    return run_shell(
        "mkdir start && cp \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv \"$FIXTURES\"/insurers.csv "
        "\"$FIXTURES\"/kenporter.ini \"$FIXTURES\"/../tests/cases/base.csv start/");
}

/* --- rows --- */

/* The bad or the good side of a case, and its lines of the input. */
struct side {
    const char *code;
    bool bad;
    size_t first, last; /* from 1 */
};

static struct side sides[2 * MOST_CASES];
static size_t n_sides, n_lines;

static bool is_item(const char *header)
{
    return strlen(header) == 17 && strspn(header, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 17;
}

static void change(char **cells, const char *column, const char *value)
{
    bool all = strcmp(column, "*") == 0, found = false;
    char *unescaped = textf("%s", value), *newline = strstr(unescaped, "\\n");
    if (newline) {
        *newline = '\n';
        memmove(newline + 1, newline + 2, strlen(newline + 2) + 1);
    }
    for (size_t i = 0; i < width(&base, 0); i++)
        if (all ? is_item(base.cells[i]) : strcmp(base.cells[i], column) == 0) {
            cells[i] = unescaped;
            found = true;
        }
    if (!found)
        fail_msg("base.csv has no column '%s'", column);
}

static void write_changed_row(FILE *to, char *changes, size_t person)
{
    char **cells = keep(width(&base, 0) * sizeof(char *));
    for (size_t i = 0; i < width(&base, 0); i++)
        cells[i] = base.cells[base.starts[1] + i];
    cells[column_of(&base, "insured_number")] = textf("%zu", person);
    cells[column_of(&base, "employee_id")] = textf("%zu", person);
    for (char *at = changes, *next; at; at = next) {
        next = strstr(at, " ; ");
        if (next) {
            *next = '\0';
            next += 3;
        }
        at += strspn(at, " ");
        char *value = strchr(at, '=');
        if (!value)
            continue;
        *value = '\0';
        change(cells, at, value + 1);
    }
    for (size_t i = 0; i < width(&base, 0); i++)
        (void)fprintf(to, "%s\"%s\"", i ? "," : "", cells[i]);
    (void)fputc('\n', to);
}

static void write_side(FILE *to, const char *code, bool bad, const char *changes)
{
    struct side *side = &sides[n_sides++];
    *side = (struct side){.code = code, .bad = bad, .first = n_lines + 1};
    char *at = textf("%s", changes), *next;
    for (; at; at = next) {
        next = strstr(at, " & ");
        if (next) {
            *next = '\0';
            next += 3;
        }
        n_lines += strstr(at, "\\n") ? 2u : 1u;
        write_changed_row(to, at, 5000 + n_sides);
    }
    side->last = n_lines;
}

static size_t good_rejected;

static const char *side_names(bool bad)
{
    return bad ? "bad" : "good";
}

static bool raised(const struct side *side, const struct sheet *decisions, const struct sheet *notes)
{
    for (size_t row = 1; row < notes->n_rows; row++) {
        size_t line = strtoul(cell(notes, row, "line"), NULL, 10);
        if (line >= side->first && line <= side->last && is(notes, row, "code", side->code))
            return true;
    }
    for (size_t row = 1; row < decisions->n_rows; row++) {
        size_t line = strtoul(cell(decisions, row, "line"), NULL, 10);
        if (line < side->first || line > side->last)
            continue;
        if (strstr(cell(decisions, row, "codes"), side->code))
            return true;
        if (!side->bad && is(decisions, row, "decision", "rejected") && ++good_rejected)
            print_error("%s: the good row is rejected: %s\n", side->code, cell(decisions, row, "codes"));
    }
    return false;
}

/* Runs all cases with these settings at once. */
static void assert_rows_raise(const char *how)
{
    n_sides = n_lines = 0;
    FILE *to = fopen("rows.csv", "w");
    assert_non_null(to);
    for (size_t i = 0; i < width(&base, 0); i++)
        (void)fprintf(to, "%s%s", i ? "," : "", base.cells[i]);
    (void)fputc('\n', to);
    n_lines = 1;
    for (size_t row = 1; row < codes.n_rows; row++)
        if (is(&codes, row, "how", how)) {
            write_side(to, cell(&codes, row, "code"), true, cell(&codes, row, "bad"));
            write_side(to, cell(&codes, row, "code"), false, cell(&codes, row, "good"));
        }
    assert_int_equal(fclose(to), 0);
    assert_true(n_sides > 0);
    must("rm -rf out; cp start/* .; printf '[policy]\\n%s\\n' >>kenporter.ini", how[3] ? how + 4 : "");
    (void)kenporter("check $C --notes all -o out rows.csv");
    struct sheet decisions = decisions_of("out"),
                 notes = read_sheet(textf("%s/notes.csv", run_folder("out")));
    size_t wrong = 0;
    for (size_t i = 0; i < n_sides; i++)
        if (raised(&sides[i], &decisions, &notes) != sides[i].bad && ++wrong)
            print_error("%s: the %s row (line %zu) %s it\n", sides[i].code, side_names(sides[i].bad),
                        sides[i].first, sides[i].bad ? "does not raise" : "raises");
    assert_int_equal(wrong + good_rejected, 0);
}

static void rows__bad_ones__raise_their_code_and_good_ones_do_not(void **state)
{
    (void)state;
    assert_rows_raise("row");
    assert_rows_raise("row derive = yes");
    assert_contains(slurp(textf("%s/report.html", run_folder("out")), NULL), "9N011000000000001");
    assert_rows_raise("row required_items = reject");
}

/* The base row raises nothing. */
static void base_row__unchanged__is_released_silently(void **state)
{
    (void)state;
    must("rm -rf out; cp start/* .");
    assert_int_equal(kenporter("check $C --strict -o out base.csv"), 0);
    assert_int_equal(counted("out", "released"), 1);
    assert_int_equal(counted("out", "notes") + counted("out", "warnings"), 0);
}

/* --- commands --- */

/* Runs both sides at once, each in its own folder. */
static void run_both(const char *bad, const char *good)
{
    renew("bad", "start");
    renew("good", "start");
    must("( cd bad && { %s\n} >all 2>&1; true ) & ( cd good && { %s\n} >all 2>&1; echo $? >status ); wait",
         bad, good);
}

static bool told(const char *side, const char *code)
{
    return run_shell(
               textf("cd %s && cat all o/runs/*/notes.csv o/runs/*/decisions.csv 2>/dev/null | grep -qw %s",
                     side, code)) == 0;
}

static void commands__bad_ones__raise_their_code_and_good_ones_do_not(void **state)
{
    (void)state;
    size_t n = 0, wrong = 0;
    for (size_t row = 1; row < codes.n_rows; row++) {
        const char *code = cell(&codes, row, "code");
        if (!is(&codes, row, "how", "shell"))
            continue;
        n++;
        run_both(cell(&codes, row, "bad"), cell(&codes, row, "good"));
        int status = atoi(slurp("good/status", NULL));
        if (!told("bad", code) && ++wrong)
            print_error("%s: the bad commands do not raise it: %.600s\n", code, slurp("bad/all", NULL));
        if ((told("good", code) || status > 1) && ++wrong)
            print_error("%s: the good commands end with %d: %.600s\n", code, status, slurp("good/all", NULL));
    }
    assert_true(n > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_row__unchanged__is_released_silently),
        cmocka_unit_test(rows__bad_ones__raise_their_code_and_good_ones_do_not),
        cmocka_unit_test(commands__bad_ones__raise_their_code_and_good_ones_do_not),
    };
    return cmocka_run_group_tests_name("codes", tests, set_up, tear_down_golden);
}
