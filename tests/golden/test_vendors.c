/* Exports of other vendors: read as they are, read with a mapping, and their rejected rows mended and fed
 * back. */
#include "golden.h"

#define TABLES "--mapping " VENDORS "C2XDTBL_sample.csv\" --methods " VENDORS "METHODCVT_sample.csv\" "

struct run {
    const char *name;     /* of the layout, and of its export without .csv */
    const char *out;      /* output folder */
    const char *options;  /* the mapping */
    const char *decision; /* its column of expected.csv */
};

static const struct run PLAIN[] = {{"pattern_a", "plain_a", "", "decision"},
                                   {"pattern_b", "plain_b", "", "decision"},
                                   {"pattern_c", "plain_c", "", "decision"},
                                   {"english", "plain_english", "", "decision"}};

/* pattern_a and pattern_b need no mapping; the one that map prints must give the same decisions */
static const struct run MAPPED[] = {
    {"pattern_a", "mapped_a", "--mapping pattern_a.map ", "decision"},
    {"pattern_b", "mapped_b", "--mapping pattern_b.map ", "decision"},
    {"pattern_c", "mapped_c", "--mapping pattern_c.map ", "decision_mapped"},
    {"english", "mapped_english", "--mapping english.map ", "decision_mapped"},
    {"cc2x", "mapped_cc2x", "--mapping cc2x.map ", "decision_mapped"},
    {"cc2x_local", "mapped_local", TABLES, "decision_mapped"}};

static struct sheet expected, values;

static int export_with(const struct run *r)
{
    return kenporter("export " VENDOR_CONFIG "%s-o %s " VENDORS "%s.csv\"", r->options, r->out, r->name);
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    expected = read_sheet(textf("%s/vendors/expected.csv", getenv("FIXTURES")));
    values = read_sheet(textf("%s/vendors/values.csv", getenv("FIXTURES")));
    for (size_t i = 0; i < COUNT(PLAIN); i++)
        if (export_with(&PLAIN[i]) != 1) /* each has rejected rows */
            return -1;
    for (size_t i = 0; i < COUNT(MAPPED); i++) {
        if (strstr(MAPPED[i].options, ".map") &&
            run_shell(textf("\"$KENPORTER\" map " VENDOR_INI VENDORS "%s.csv\" >%s.map 2>map.err",
                            MAPPED[i].name, MAPPED[i].name)) != 0)
            return -1;
        /* its sexes 1, 2 and 9 are settled by nothing but somebody who knows that they are the converter's */
        if (strcmp(MAPPED[i].name, "cc2x") == 0)
            must("sed -i 's/^# \\(受診者性別,sex,,\\).*/\\1official/' cc2x.map");
        if (export_with(&MAPPED[i]) != 1)
            return -1;
    }
    return 0;
}

/* --- decisions --- */

/* Returns how many rows of expected.csv belong to the run and, unless NULL, have this decision. */
static size_t expected_in(const struct run *r, const char *decision)
{
    size_t n = 0;
    for (size_t row = 1; row < expected.n_rows; row++)
        n += is(&expected, row, "file", textf("%s.csv", r->name)) &&
             (!decision || is(&expected, row, r->decision, decision));
    return n;
}

static void assert_row_as_expected(const struct run *r, size_t row, const struct sheet *decisions)
{
    const char *line = cell(&expected, row, "line"), *decision = cell(&expected, row, r->decision);
    const char *reason = strcmp(decision, "released") == 0 ? "" : cell(&expected, row, "reason");
    const char *column = strcmp(decision, "rejected") == 0 ? "codes" : "reason";
    size_t found = find_row(decisions, "line", line);
    if (found == 0)
        fail_msg("%s: line %s has no decision", r->out, line);
    if (!is(decisions, found, "decision", decision) || !is(decisions, found, column, reason))
        fail_msg("%s: line %s is %s %s, expected %s %s", r->out, line, cell(decisions, found, "decision"),
                 cell(decisions, found, column), decision, reason);
    bool released = strcmp(decision, "released") == 0;
    assert_int_equal(*cell(decisions, found, "bundle") != '\0', released);
    assert_int_equal(*cell(decisions, found, "document") != '\0', released);
    assert_int_equal(*cell(decisions, found, "codes") != '\0', !released);
}

static void assert_decided_as_expected(const struct run *r)
{
    struct sheet decisions = decisions_of(r->out);
    assert_int_equal(decisions.n_rows - 1, expected_in(r, NULL));
    for (size_t row = 1; row < expected.n_rows; row++)
        if (is(&expected, row, "file", textf("%s.csv", r->name)))
            assert_row_as_expected(r, row, &decisions);
}

static void plain__every_row__is_decided_as_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PLAIN); i++)
        assert_decided_as_expected(&PLAIN[i]);
}

static void mapped__every_row__is_decided_as_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(MAPPED); i++)
        assert_decided_as_expected(&MAPPED[i]);
}

static void assert_counts_add_up(const struct run *r)
{
    static const char *const decisions[] = {"released", "rejected", "held"};
    size_t read = 0;
    for (size_t i = 0; i < COUNT(decisions); i++) {
        size_t n = expected_in(r, decisions[i]);
        if (counted(r->out, decisions[i]) != n)
            fail_msg("%s: %zu %s, expected %zu", r->out, counted(r->out, decisions[i]), decisions[i], n);
        read += n;
    }
    assert_int_equal(counted(r->out, "read"), read);
    assert_int_equal(counted(r->out, "rows"), expected_in(r, NULL));
    assert_int_equal(counted(r->out, "already_disclosed"), 0);
    struct sheet log = read_sheet(textf("%s/disclosure-log.csv", r->out));
    assert_int_equal(rows_with(&log, "event", "disclose"), counted(r->out, "released"));
    assert_log_verifies(textf("%s/disclosure-log.csv", r->out));
}

static void all__counts__add_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PLAIN); i++)
        assert_counts_add_up(&PLAIN[i]);
    for (size_t i = 0; i < COUNT(MAPPED); i++)
        assert_counts_add_up(&MAPPED[i]);
}

/* --- documents --- */

static void assert_values_found(const struct run *r)
{
    size_t n = 0;
    for (size_t row = 1; row < values.n_rows; row++)
        for (size_t at = 1; at < expected.n_rows; at++)
            n += is(&values, row, "file", textf("%s.csv", r->name)) &&
                 is(&expected, at, "file", cell(&values, row, "file")) &&
                 is(&expected, at, "line", cell(&values, row, "line")) &&
                 is(&expected, at, r->decision, "released");
    must("n=$(python3 \"$GOLDEN/compare_values.py\" " VENDORS "values.csv\" %s.csv %s/decisions.csv %s) && "
         "test \"$n\" = %zu",
         r->name, run_folder(r->out), r->out, n);
}

static void plain__documents__hold_the_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PLAIN); i++)
        assert_values_found(&PLAIN[i]);
}

static void mapped__documents__hold_the_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(MAPPED); i++)
        assert_values_found(&MAPPED[i]);
}

/* The comparison itself finds differences. */
static void comparison__other_values__are_found(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "s/name_kana,ヒロセマサト/name_kana,ヒロセマサコ/",
        "s/,170.3$/,170.4/",
        "s/1A010000000190111,2/1A010000000190111,1/",
        "s/,31$/,31.0/",
        "s/左軸偏位/右軸偏位/",
        "s/facility_name,東都/facility_name,西都/",
        "s/049,三宅　玲子/049,三宅玲子/",
        "s/^\\(pattern_a.csv,2\\),sex/\\1,insured_branch/",
        "s/^\\(pattern_a.csv,2\\),3B035000002327201/\\1,3B035000002327202/"};
    for (size_t i = 0; i < COUNT(changes); i++) {
        must("sed '%s' " VENDORS "values.csv\" >changed.csv; ! cmp -s changed.csv " VENDORS "values.csv\"",
             changes[i]);
        if (run_shell(textf(
                "python3 \"$GOLDEN/compare_values.py\" changed.csv pattern_a.csv %s/decisions.csv plain_a "
                ">compare.out 2>&1",
                run_folder("plain_a"))) == 0)
            fail_msg("the comparison does not see %s", changes[i]);
    }
}

/* --- mappings --- */

static void mapped__layout_that_needs_none__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_same_bundles("plain_b", "mapped_b");
}

/* A column 区分 can mean anything: without a mapping it is ignored, and map proposes a target by its values.
 */
static void mapped__ambiguous_column__is_used_as_its_values_say(void **state)
{
    (void)state;
    must("for z in plain_a/*.zip; do ! unzip -p $z '*/DATA/*' | grep -q 119.6.206 || exit 1; done");
    must("for z in mapped_a/*.zip; do unzip -p $z '*/DATA/*' | grep -q 119.6.206 || exit 1; done");
}

static void assert_nothing_released(const char *out)
{
    assert_string_equal(slurp("stdout", NULL), "");
    assert_int_equal(occurrences(slurp("stderr", NULL), "\n"), 1);
    assert_int_equal(how_many(textf("%s/*.zip", out)) + how_many(textf("%s/runs/*", out)), 0);
}

static void cc2x__without_mapping__exit_3_and_names_the_kana_column(void **state)
{
    (void)state;
    assert_int_equal(kenporter("export " VENDOR_CONFIG "-o no_mapping " VENDORS "cc2x.csv\""), 3);
    assert_contains(slurp("stderr", NULL), "cc2x.csv:3: fail K2007 name_kana: ");
    assert_nothing_released("no_mapping");
}

static void cc2x_local__without_mapping__exit_3(void **state)
{
    (void)state;
    assert_int_equal(kenporter("export " VENDOR_CONFIG "-o no_mapping " VENDORS "cc2x_local.csv\""), 3);
    assert_contains(slurp("stderr", NULL), "cc2x_local.csv:1: fail K2007 insurer_number: ");
    assert_nothing_released("no_mapping");
}

static void cc2x_local__without_methods__exit_2_and_names_the_item(void **state)
{
    (void)state;
    assert_int_equal(kenporter("export " VENDOR_CONFIG "--mapping " VENDORS
                               "C2XDTBL_sample.csv\" -o no_methods " VENDORS "cc2x_local.csv\""),
                     2);
    assert_contains(slurp("stderr", NULL), "C2XDTBL_sample.csv:28: fail K1053: ");
    assert_contains(slurp("stderr", NULL), "3F0150000023ZZZ01");
    assert_contains(slurp("stderr", NULL), "--methods");
    assert_nothing_released("no_methods");
}

/* A row with a digit missing from METHODCVT is rejected; the others are not. */
static void cc2x_local__unknown_digit_of_a_method__rejects_the_row(void **state)
{
    (void)state;
    must("sed '2s/,2,87,1,51,/,2,87,4,51,/' " VENDORS "cc2x_local.csv\" >digit.csv; "
         "! cmp -s digit.csv " VENDORS "cc2x_local.csv\"");
    assert_int_equal(kenporter("export " VENDOR_CONFIG TABLES "-o digit digit.csv"), 1);
    struct sheet d = decisions_of("digit");
    size_t row = find_row(&d, "line", "2");
    assert_string_equal(cell(&d, row, "decision"), "rejected");
    assert_string_equal(cell(&d, row, "codes"), "K4038");
    assert_int_equal(counted("digit", "released"), counted("mapped_local", "released") - 1);
    assert_int_equal(counted("digit", "rejected"), counted("mapped_local", "rejected") + 1);
}

/* --- rejected rows: given back, mended, fed in --- */

/* Returns the first column that came from the export. */
static void assert_cells_as_they_came(const struct sheet *file, size_t row, const struct sheet *source,
                                      size_t from, size_t ours)
{
    assert_int_equal(width(file, row) - ours, width(source, from));
    for (size_t i = 0; i < width(source, from); i++)
        assert_string_equal(file->cells[file->starts[row] + ours + i],
                            source->cells[source->starts[from] + i]);
}

static void pattern_b__row_files__begin_with_both_header_rows(void **state)
{
    (void)state;
    static const char *const names[] = {"rejected", "held"};
    struct sheet source = read_sheet(textf("%s/vendors/pattern_b.csv", getenv("FIXTURES")));
    for (size_t i = 0; i < COUNT(names); i++) {
        struct sheet file = read_sheet(textf("%s/%s.csv", run_folder("plain_b"), names[i]));
        size_t ours = i == 0 ? 5 : 6;
        assert_cells_as_they_came(&file, 0, &source, 0, ours);
        assert_cells_as_they_came(&file, 1, &source, 1, ours);
        for (size_t k = 0; k < ours; k++)
            assert_string_equal(file.cells[file.starts[1] + k], "");
        for (size_t row = 2; row < file.n_rows; row++) {
            size_t line = strtoul(cell(&file, row, "kp_line"), NULL, 10);
            assert_cells_as_they_came(&file, row, &source, line - 1, ours);
        }
        assert_int_equal(file.n_rows - 2, counted("plain_b", names[i]));
    }
}

/* rejected.csv fed back unchanged with the same mapping: the same rows and codes, nobody released. */
static void assert_rejects_again(const struct run *r)
{
    const char *out = textf("again_%s", r->out);
    must("cp %s/rejected.csv again.csv", run_folder(r->out));
    assert_int_equal(kenporter("export " VENDOR_CONFIG "%s-o %s again.csv", r->options, out), 1);
    assert_int_equal(counted(out, "read"), counted(r->out, "rejected"));
    assert_int_equal(counted(out, "rejected"), counted(r->out, "rejected"));
    struct sheet before = read_sheet("again.csv"),
                 after = read_sheet(textf("%s/rejected.csv", run_folder(out)));
    assert_int_equal(after.n_rows, before.n_rows);
    for (size_t row = 0; row < before.n_rows; row++) {
        assert_int_equal(width(&after, row), width(&before, row));
        for (size_t i = 4; i < width(&before, row); i++)
            assert_string_equal(after.cells[after.starts[row] + i], before.cells[before.starts[row] + i]);
        if (row && !is(&after, row, "kp_codes", cell(&before, row, "kp_codes")))
            fail_msg("%s: row %zu has %s, before %s", r->out, row, cell(&after, row, "kp_codes"),
                     cell(&before, row, "kp_codes"));
    }
    assert_int_equal(how_many(textf("%s/*.zip", out)), 0);
}

static void rejected_csv__fed_back_as_it_is__rejects_the_same_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PLAIN); i++)
        if (strcmp(PLAIN[i].name, "english") != 0)
            assert_rejects_again(&PLAIN[i]);
    for (size_t i = 0; i < COUNT(MAPPED); i++)
        if (strcmp(MAPPED[i].name, "cc2x_local") != 0)
            assert_rejects_again(&MAPPED[i]);
}

/* Mapping tables by number count the export's columns, not the kp_ columns before them in rejected.csv. */
static void rejected_csv__by_column_numbers__rejects_the_same_rows(void **state)
{
    (void)state;
    assert_rejects_again(&MAPPED[5]);
}

/* Without the rows that show what a lone dash means in this export, it must not become a result. */
static void rejected_csv__with_lone_dashes__rejects_the_same_rows(void **state)
{
    (void)state;
    assert_rejects_again(&PLAIN[3]);
}

static void rejected_csv__of_two_header_rows_mended__is_released(void **state)
{
    (void)state;
    static const char *const people[] = {"20205", "20206", "20207"};
    /* the day, the sex, the two fields at the end */
    must("cp -a plain_b mended && sed 's|,2025/06/31,|,2025/06/30,|; s|,1983/10/10,不明,|,1983/10/10,2,|; "
         "/,K2010,/s|\\r$|,いいえ,いいえ\\r|' %s/rejected.csv >mended.csv",
         run_folder("plain_b"));
    assert_int_equal(kenporter("export " VENDOR_CONFIG "-o mended mended.csv"), 0);
    assert_int_equal(counted("mended", "read"), COUNT(people));
    assert_int_equal(counted("mended", "released"), COUNT(people));
    struct sheet log = read_sheet("mended/disclosure-log.csv");
    for (size_t i = 0; i < COUNT(people); i++)
        assert_int_equal(rows_with(&log, "employee_id", people[i]), 1);
    assert_int_equal(rows_with(&log, "event", "disclose"), counted("plain_b", "released") + COUNT(people));
    assert_log_verifies("mended/disclosure-log.csv");
}

/* The whole export again, mended: only the mended rows are released. */
static void whole_export__mended__releases_the_mended_rows_alone(void **state)
{
    (void)state;
    must("cp -a plain_a whole && iconv -f CP932 -t UTF-8 " VENDORS
         "pattern_a.csv\" | sed '11s/検出/（－）/' >whole.csv");
    assert_int_equal(kenporter("export " VENDOR_CONFIG "-o whole whole.csv"), 1);
    assert_int_equal(counted("whole", "released"), 1);
    assert_int_equal(counted("whole", "already_disclosed"), counted("plain_a", "released"));
    assert_int_equal(counted("whole", "rejected"), counted("plain_a", "rejected") - 1);
    assert_int_equal(counted("whole", "held"), counted("plain_a", "held"));
}

/* --- several layouts in one run --- */

static void two_layouts__in_one_run__give_what_each_gives_alone(void **state)
{
    (void)state;
    assert_int_equal(
        kenporter("export " VENDOR_CONFIG "-o both " VENDORS "pattern_a.csv\" " VENDORS "pattern_b.csv\""),
        1);
    struct sheet both = decisions_of("both");
    size_t row = 1;
    for (size_t i = 0; i < 2; i++) {
        struct sheet alone = decisions_of(PLAIN[i].out);
        for (size_t k = 1; k < alone.n_rows; k++, row++) {
            assert_string_equal(cell(&both, row, "file"), cell(&alone, k, "file"));
            assert_string_equal(cell(&both, row, "line"), cell(&alone, k, "line"));
            assert_string_equal(cell(&both, row, "decision"), cell(&alone, k, "decision"));
            assert_string_equal(cell(&both, row, "codes"), cell(&alone, k, "codes"));
        }
    }
    assert_int_equal(row, both.n_rows);
    struct sheet second = read_sheet(textf("%s/rejected-2.csv", run_folder("both")));
    assert_int_equal(second.n_rows - 2, counted("plain_b", "rejected")); /* plus its two header rows */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain__every_row__is_decided_as_expected),
        cmocka_unit_test(mapped__every_row__is_decided_as_expected),
        cmocka_unit_test(all__counts__add_up),
        cmocka_unit_test(plain__documents__hold_the_values),
        cmocka_unit_test(mapped__documents__hold_the_values),
        cmocka_unit_test(comparison__other_values__are_found),
        cmocka_unit_test(mapped__layout_that_needs_none__gives_the_same_bundles),
        cmocka_unit_test(mapped__ambiguous_column__is_used_as_its_values_say),
        cmocka_unit_test(cc2x__without_mapping__exit_3_and_names_the_kana_column),
        cmocka_unit_test(cc2x_local__without_mapping__exit_3),
        cmocka_unit_test(cc2x_local__without_methods__exit_2_and_names_the_item),
        cmocka_unit_test(cc2x_local__unknown_digit_of_a_method__rejects_the_row),
        cmocka_unit_test(pattern_b__row_files__begin_with_both_header_rows),
        cmocka_unit_test(rejected_csv__fed_back_as_it_is__rejects_the_same_rows),
        cmocka_unit_test(rejected_csv__by_column_numbers__rejects_the_same_rows),
        cmocka_unit_test(rejected_csv__with_lone_dashes__rejects_the_same_rows),
        cmocka_unit_test(rejected_csv__of_two_header_rows_mended__is_released),
        cmocka_unit_test(whole_export__mended__releases_the_mended_rows_alone),
        cmocka_unit_test(two_layouts__in_one_run__give_what_each_gives_alone),
    };
    return cmocka_run_group_tests_name("vendors", tests, set_up, tear_down_golden);
}
