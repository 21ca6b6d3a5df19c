/*
 * Ten thousand random mutations of a sound row, the same in every run: fields dropped, swapped, corrupted,
 * widened, cut, doubled, moved. Every row is released, rejected or held, and counted; a rejected row is in
 * rejected.csv unchanged.
 */
#include "golden.h"

#include "random.h"

enum { MUTANTS = 10000, MOST_COLUMNS = 128, CELL_BYTES = 512, INSURERS = 4 };

static struct sheet base;
static char cells[MOST_COLUMNS][CELL_BYTES];

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    base = read_sheet(textf("%s/../tests/cases/base.csv", getenv("FIXTURES")));
    return width(&base, 0) <= MOST_COLUMNS ? 0 : -1;
}

static size_t below(size_t n)
{
    return random_below((unsigned)n);
}

static void put_cell(size_t column, const char *value)
{
    size_t n = strnlen(value, CELL_BYTES - 1);
    memmove(cells[column], value, n);
    cells[column][n] = '\0';
}

/* Replaces ASCII digits and letters by full-width ones. */
static void widen(size_t column)
{
    char wide[CELL_BYTES] = "";
    size_t n = 0;
    for (const char *at = cells[column]; *at && n + 4 < CELL_BYTES; at++)
        if (*at > 0x20 && *at < 0x7f)
            n += (size_t)snprintf(wide + n, CELL_BYTES - n, "\xef%c%c", *at < 0x60 ? '\xbc' : '\xbd',
                                  (char)(*at < 0x60 ? *at + 0x60 : *at + 0x20));
        else
            n += (size_t)snprintf(wide + n, CELL_BYTES - n, "%c", *at);
    put_cell(column, wide);
}

static void mutate(size_t n_columns)
{
    static const char *const junk[] = {"\xff",   "緑",        "-",    "９９９９９", "<0.1",
                                       "1e9",    "\"",        "a,b",  "\t",         "𠮟",
                                       "未実施", "2025/2/30", "H",    "0",          "-5",
                                       "１．５", "😀",         "\r\n", "##NAME?",    "99999999999999999999"};
    size_t a = below(n_columns), b = below(n_columns);
    char other[CELL_BYTES];
    switch (below(7)) {
    case 0: put_cell(a, ""); break;
    case 1:
        (void)snprintf(other, sizeof(other), "%s", cells[a]);
        put_cell(a, cells[b]);
        put_cell(b, other);
        break;
    case 2: put_cell(a, junk[below(COUNT(junk))]); break;
    case 3: widen(a); break;
    case 4: cells[a][strlen(cells[a]) / 2] = '\0'; break;
    case 5:
        if (2 * strlen(cells[a]) < CELL_BYTES)
            memcpy(cells[a] + strlen(cells[a]), textf("%s", cells[a]), strlen(cells[a]) + 1);
        break;
    default: put_cell(a, cells[b]);
    }
}

static void write_cell(FILE *to, const char *value, bool first)
{
    (void)fputs(first ? "\"" : ",\"", to);
    for (; *value; value++)
        (void)fprintf(to, "%s%c", *value == '"' ? "\"" : "", *value);
    (void)fputc('"', to);
}

static const char *kana_of(size_t n)
{
    static const char *const letters[] = {"ア", "イ", "ウ", "エ", "オ", "カ", "キ", "ク", "ケ", "コ"};
    const char *name = "ケンポ";
    for (; n > 0; n /= 10)
        name = textf("%s%s", name, letters[n % 10]);
    return name;
}

static void write_mutants(const char *path)
{
    static const char *const insurers[INSURERS] = {"06139463", "01130012", "00280081", "39289004"};
    size_t n_columns = width(&base, 0);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    for (size_t i = 0; i < n_columns; i++)
        write_cell(to, base.cells[i], i == 0);
    (void)fputc('\n', to);
    for (size_t n = 0; n < MUTANTS; n++) {
        for (size_t i = 0; i < n_columns; i++)
            put_cell(i, base.cells[base.starts[1] + i]);
        const char *insurer = insurers[below(INSURERS)];
        put_cell(column_of(&base, "insured_number"),
                 strncmp(insurer, "39", 2) == 0 ? textf("%08zu", n) : textf("%zu", n));
        put_cell(column_of(&base, "insurer_number"), insurer);
        put_cell(column_of(&base, "employee_id"), textf("%zu", n));
        put_cell(column_of(&base, "name_kana"),
                 kana_of(n)); /* or one row without its id could be all others */
        for (size_t k = 1 + below(4); k > 0; k--)
            mutate(n_columns);
        bool short_row = below(100) == 0;
        for (size_t i = 0; i + short_row < n_columns; i++)
            write_cell(to, cells[i], i == 0);
        (void)fputc('\n', to);
    }
    assert_int_equal(fclose(to), 0);
}

static void mutants__each_row__is_accounted_for(void **state)
{
    (void)state;
    write_mutants("mutants.csv");
    assert_int_equal(kenporter(EXPORT "-q -o out mutants.csv"), 1);
    size_t released = counted("out", "released"), rejected = counted("out", "rejected"),
           held = counted("out", "held");
    size_t duplicates = counted("out", "duplicate_rows");
    assert_int_equal(counted("out", "read") + duplicates, MUTANTS);
    assert_int_equal(released + rejected + held + counted("out", "already_disclosed") + duplicates, MUTANTS);
    assert_true(released > MUTANTS / 10 && rejected > MUTANTS / 10 && held > MUTANTS / 100);
    struct sheet d = decisions_of("out");
    assert_int_equal(d.n_rows - 1, MUTANTS);
    for (size_t row = 1; row < d.n_rows; row++) {
        const char *decision = cell(&d, row, "decision");
        bool out = strcmp(decision, "released") == 0;
        if (!out && strcmp(decision, "rejected") != 0 && strcmp(decision, "held") != 0 &&
            strcmp(decision, "duplicate") != 0)
            fail_msg("line %s is %s", cell(&d, row, "line"), decision);
        assert_int_equal(*cell(&d, row, "document") != '\0', out);
        assert_true(out || *cell(&d, row, "codes") || strcmp(decision, "duplicate") == 0);
    }
    struct sheet left = read_sheet(textf("%s/rejected.csv", run_folder("out")));
    struct sheet waiting = read_sheet(textf("%s/held.csv", run_folder("out")));
    assert_int_equal(left.n_rows - 1, rejected);
    assert_int_equal(waiting.n_rows - 1, held);
    assert_log_verifies("out/disclosure-log.csv");
}

static void mutants__documents__pass_the_schema(void **state)
{
    (void)state;
    size_t documents = 0;
    must("for z in out/*.zip; do unzip -q -o $z -d x || exit 1; done; find x -name 'h*.xml' | wc -l >count");
    documents = strtoul(slurp("count", NULL), NULL, 10);
    assert_int_equal(documents, counted("out", "released"));
    must(
        "for r in x/*; do find $r/DATA -name 'h*.xml' | xargs xmllint --noout --schema $r/XSD/hc08_V08.xsd 2>errors || "
        "{ tail -n 3 errors; exit 1; }; done");
}

/* Rejected rows fed back unchanged are rejected for the same reasons, and nobody is released. */
/* Released bundles pass verify and agree with the log. */
static void mutants__bundles__pass_verify(void **state)
{
    (void)state;
    if (kenporter("verify --log out/disclosure-log.csv out/*.zip") == 0)
        return;
    (void)run_shell("grep -v K8026 stderr | head -n 20 >&2");
    fail_msg("verify finds faults in what was released");
}

static void mutants__rejected_rows_fed_back__stay_rejected(void **state)
{
    (void)state;
    must("cp %s/rejected.csv again.csv", run_folder("out"));
    size_t rejected = counted("out", "rejected");
    assert_int_equal(kenporter(EXPORT "-q -o again again.csv"), 1);
    assert_int_equal(counted("again", "read") + counted("again", "duplicate_rows"), rejected);
    if (counted("again", "rejected") != rejected) {
        struct sheet d = decisions_of("again");
        for (size_t row = 1; row < d.n_rows; row++)
            if (!is(&d, row, "decision", "rejected"))
                print_error("line %s: %s\n", cell(&d, row, "line"), cell(&d, row, "decision"));
    }
    assert_int_equal(counted("again", "rejected"), rejected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutants__each_row__is_accounted_for),
        cmocka_unit_test(mutants__documents__pass_the_schema),
        cmocka_unit_test(mutants__bundles__pass_verify),
        cmocka_unit_test(mutants__rejected_rows_fed_back__stay_rejected),
    };
    return cmocka_run_group_tests_name("mutations", tests, set_up, tear_down_golden);
}
