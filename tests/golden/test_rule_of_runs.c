/* What holds of whole runs, whatever the data: withheld values leave no trace, refusals and missing rows of
 * the registers release nothing, and the order of rows decides nothing. */
#include "golden.h"

#define RUN(out) "export -q -c kenporter.ini --as-of 2026-04-01 --backdate test -o " out
#define COMPARE "python3 \"$GOLDEN/compare_told.py\" "

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" .");
    assert_int_equal(kenporter("map export.csv"), 0);
    must("cp stdout columns.csv");
    return kenporter(RUN("first") " export.csv") == 1 ? 0 : -1;
}

static void assert_same_as_first(const char *out)
{
    assert_same_bundles("first", out);
    must(COMPARE "same first/disclosure-log.csv %s/disclosure-log.csv", out);
}

/* Not with what is no value of the column (a placeholder, a digit as a judgement), which counts as empty. */
static void withheld_values__all_changed__leave_no_trace(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "zzz", "12.5mg", "異常あり"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        must(
            "python3 \"$GOLDEN/change_withheld.py\" export.csv columns.csv first changed.csv %s >n && test $(cat n) -gt "
            "1000",
            texts[i]);
        renew("changed", NULL);
        assert_int_equal(kenporter(RUN("changed") " changed.csv"), 1);
        assert_same_as_first("changed");
    }
}

static void register_rows__turned_round__decide_the_same(void **state)
{
    (void)state;
    must(
        "for f in requests consents insurers; do { head -n 1 $f.csv; tail -n +2 $f.csv | tac; } >turned.$f; done");
    assert_int_equal(kenporter(RUN("turned") " --requests turned.requests --consents turned.consents "
                                             "--insurers turned.insurers export.csv"),
                     1);
    assert_same_as_first("turned");
}

/* Refusals and withdrawn consents are the only rows whose absence may open something. */
static void register_row__removed__releases_nothing_new(void **state)
{
    (void)state;
    static const char *const names[] = {"requests", "consents", "insurers"};
    for (size_t k = 0; k < COUNT(names); k++) {
        struct sheet rows = read_sheet(textf("%s.csv", names[k]));
        for (size_t row = 1; row < rows.n_rows; row += (size_t)tries(3, 1)) {
            if (k == 1 && (is(&rows, row, "kind", "refusal") || *cell(&rows, row, "withdrawn_on")))
                continue;
            must("rm -rf fewer; sed %zud %s.csv >fewer.csv", row + 1, names[k]);
            (void)kenporter(RUN("fewer") " --%s fewer.csv export.csv", names[k]);
            must(COMPARE "no-more first/disclosure-log.csv fewer/disclosure-log.csv");
        }
    }
}

static void refusals__of_everybody__release_nothing_new(void **state)
{
    (void)state;
    must("{ cat consents.csv; tail -n +2 \"first/disclosure-log.csv\" | cut -d, -f13 | sort -u | grep . | "
         "awk '{ print \"NO\" NR \",\" $1 \",,,,,*,all,refusal,2026-03-31,,\" }'; } >refused.csv");
    assert_int_equal(kenporter(RUN("refused") " --consents refused.csv export.csv"), 1);
    must(COMPARE "no-more first/disclosure-log.csv refused/disclosure-log.csv");
    struct sheet log = read_sheet("refused/disclosure-log.csv");
    for (size_t row = 1; row < log.n_rows; row++)
        assert_string_equal(cell(&log, row, "items_consent"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(withheld_values__all_changed__leave_no_trace),
        cmocka_unit_test(register_rows__turned_round__decide_the_same),
        cmocka_unit_test(register_row__removed__releases_nothing_new),
        cmocka_unit_test(refusals__of_everybody__release_nothing_new),
    };
    return cmocka_run_group_tests_name("rule_of_runs", tests, set_up, tear_down_golden);
}
