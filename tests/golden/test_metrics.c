/* The metrics of a run, the folders of old runs that an export tidies, and the progress bar. */
#include "golden.h"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return run_shell("cp \"$FIXTURES\"/*.csv .; "
                     "{ cat \"$FIXTURES/kenporter.ini\"; printf '[output]\\nmetrics = m.prom\\n'; } >k.ini");
}

#define NIGHTLY "-c k.ini --as-of 2026-04-01 --backdate test "

/* Returns what a strict reader finds in the file. */
static char *metrics(const char *path)
{
    must("python3 \"$GOLDEN/read_metrics.py\" %s >read", path);
    return slurp("read", NULL);
}

static size_t metric(const char *all, const char *name)
{
    const char *at = strstr(all, textf("%s=", name));
    if (!at)
        fail_msg("no %s in %s", name, all);
    return strtoul(at + strlen(name) + 1, NULL, 10);
}

static void metrics__of_an_export__agree_with_the_report(void **state)
{
    (void)state;
    renew("out", NULL);
    renew("m.prom", NULL);
    int status = kenporter("export " NIGHTLY "-o out export.csv");
    char *all = metrics("m.prom");
    static const char *const outcomes[] = {"read", "released", "rejected", "held", "already_disclosed"};
    for (size_t i = 0; i < COUNT(outcomes); i++)
        assert_int_equal(metric(all, textf("kenporter_records{outcome=\"%s\"}", outcomes[i])),
                         counted("out", outcomes[i]));
    assert_int_equal(metric(all, "kenporter_exit_status"), status);
    assert_int_equal(metric(all, "kenporter_warnings"), counted("out", "warnings"));
    assert_int_equal(metric(all, "kenporter_log_entries"), read_sheet("out/disclosure-log.csv").n_rows - 1);
    assert_contains(all, "kenporter_held_records{reason=\"no_request\"}=");
    assert_in_range(metric(all, "kenporter_last_success_timestamp_seconds"), 1700000000, 4000000000u);
    must("test $(stat -c %%a m.prom) = 644 && test $(ls | grep -c m.prom) = 1");
}

static void metrics__after_a_failure__keep_the_last_success(void **state)
{
    (void)state;
    renew("out", NULL);
    renew("m.prom", NULL);
    assert_int_equal(kenporter("export " NIGHTLY "-o out nowhere.csv"), 3);
    assert_int_equal(metric(metrics("m.prom"), "kenporter_last_success_timestamp_seconds"), 0);
    must("sed -i '/^kenporter_last_success/s/ .*/ 1234567890/' m.prom");
    assert_int_equal(kenporter("export " NIGHTLY "-o out nowhere.csv"), 3);
    char *all = metrics("m.prom");
    assert_int_equal(metric(all, "kenporter_last_success_timestamp_seconds"), 1234567890);
    assert_int_equal(metric(all, "kenporter_exit_status"), 3);
    assert_null(strstr(all, "kenporter_records"));
    assert_in_range(kenporter("export " NIGHTLY "-o out export.csv"), 0, 1);
    assert_true(metric(metrics("m.prom"), "kenporter_last_success_timestamp_seconds") > 1234567890);
}

static void metrics__broken_configuration__written_by_the_option(void **state)
{
    (void)state;
    must("rm -f b.prom; printf '[outptu]\\n' >broken.ini");
    assert_int_equal(kenporter("export -c broken.ini --metrics b.prom export.csv"), 2);
    assert_int_equal(metric(metrics("b.prom"), "kenporter_exit_status"), 2);
}

/* What people try by day must not hide that the job of the night failed. */
static void metrics__of_a_check__only_by_the_option(void **state)
{
    (void)state;
    must("rm -f m.prom c.prom");
    assert_in_range(kenporter("check " NIGHTLY "-o out export.csv"), 0, 1);
    assert_in_range(kenporter("export --dry-run " NIGHTLY "-o out export.csv"), 0, 1);
    assert_false(exists("m.prom"));
    assert_in_range(kenporter("check " NIGHTLY "-o out --metrics c.prom export.csv"), 0, 1);
    assert_contains(metrics("c.prom"), "kenporter_info{command=\"check\",");
}

static void metrics__cannot_be_written__exit_1_and_run_complete(void **state)
{
    (void)state;
    must("rm -rf out; head -n 1 export.csv >h.csv");
    assert_int_equal(kenporter("export " NIGHTLY "-o out --metrics nowhere/m.prom h.csv"), 1);
    assert_contains(slurp("stderr", NULL), "nowhere/m.prom: warn K9029");
    assert_true(exists(textf("%s/report.json", run_folder("out"))));
}

/* --- keep --- */

static void keep__export__removes_old_row_files_and_logs_it(void **state)
{
    (void)state;
    must("rm -rf out; { cat \"$FIXTURES/kenporter.ini\"; printf '[output]\\nkeep = 90 days\\n'; } >keep.ini");
    assert_in_range(kenporter(EXPORT "-o out export.csv"), 0, 1);
    must("mv out/runs/* out/runs/20250101-010101 && mkdir -p out/prepared/20250101-010102 && "
         "touch out/prepared/20250101-010102/x");
    assert_in_range(kenporter("check -c keep.ini --as-of 2026-04-01 -o out export.csv"), 0, 1);
    assert_true(exists("out/runs/20250101-010101/held.csv"));
    assert_in_range(kenporter("export -c keep.ini --as-of 2026-04-01 --backdate test -o out export.csv"), 0,
                    1);
    assert_contains(slurp("stdout", NULL), "row_files 3");
    assert_false(exists("out/runs/20250101-010101/held.csv"));
    assert_true(exists("out/runs/20250101-010101/report.json"));
    assert_true(exists("out/prepared/20250101-010102/x"));
    must(
        "test $(ls out/runs/*/held.csv | wc -l) -ge 1 && tail -n 1 out/disclosure-log.csv | grep -q ,purge,");
    assert_log_verifies("out/disclosure-log.csv");
}

static void keep__not_a_number_of_days__exit_2(void **state)
{
    (void)state;
    static const char *const bad[] = {"0 days", "90 weeks", "-1", "ninety", "1000000", ""};
    for (size_t i = 0; i < COUNT(bad); i++) {
        must("printf '[output]\\nkeep = %s\\n' >keep.ini", bad[i]);
        assert_int_equal(kenporter("config -c keep.ini"), 2);
        assert_contains(slurp("stderr", NULL), "keep.ini:2: fail K1014");
    }
}

/* --- progress --- */

static void progress__always__ends_at_100_and_is_erased(void **state)
{
    (void)state;
    renew("out", NULL);
    assert_in_range(kenporter(CHECK "-o out --progress always export.csv"), 0, 1);
    assert_contains(slurp("stderr", NULL), "] 100%");
    assert_contains(slurp("stderr", NULL), "\r\033[K");
    assert_in_range(kenporter(CHECK "-o out export.csv"), 0, 1);
    assert_null(strstr(slurp("stderr", NULL), "100%"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics__of_an_export__agree_with_the_report),
        cmocka_unit_test(metrics__after_a_failure__keep_the_last_success),
        cmocka_unit_test(metrics__broken_configuration__written_by_the_option),
        cmocka_unit_test(metrics__of_a_check__only_by_the_option),
        cmocka_unit_test(metrics__cannot_be_written__exit_1_and_run_complete),
        cmocka_unit_test(keep__export__removes_old_row_files_and_logs_it),
        cmocka_unit_test(keep__not_a_number_of_days__exit_2),
        cmocka_unit_test(progress__always__ends_at_100_and_is_erased),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
