/* A register of consents that is too long for memory decides as a short one does. BIG_CONSENTS rows (make
 * test-long: ten million). */
#include "golden.h"

static size_t n_rows(void)
{
    const char *n = getenv("BIG_CONSENTS");
    return n ? strtoul(n, NULL, 10) : 60000; /* more than 2 MiB */
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("mkdir set && cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/requests.csv \"$FIXTURES\"/insurers.csv set/");
    must(
        "{ head -n 1 \"$FIXTURES/consents.csv\"; awk 'BEGIN { for (i = 0; i < %zu; i++) printf"
        " \"X%%09d,Z%%09d,,,,,06139463,other,explicit,2025-04-01,,number %%d of the forms\\n\", (i * 7919) %% %zu, i,"
        " i }'; tail -n +2 \"$FIXTURES/consents.csv\"; } >set/consents.csv",
        n_rows(), n_rows());
    return 0;
}

static void export__long_register__discloses_the_same(void **state)
{
    (void)state;
    unsigned long code = 0, kib = 0;
    double seconds = 0;
    assert_int_equal(kenporter(EXPORT "-q -o short " INPUT), 1);
    must(
        "python3 \"$GOLDEN/limits.py\" stdout stderr \"$KENPORTER\" export -c set/kenporter.ini --as-of 2026-04-01"
        " --backdate test -q -o long " INPUT ">used");
    assert_int_equal(sscanf(slurp("used", NULL), "%lu %lf %lu", &code, &seconds, &kib), 3);
    assert_int_equal(code, 1);
    print_message("%zu consents: %.1f s, %lu KiB\n", n_rows(), seconds, kib);
    assert_true(SANITIZED || kib < 256 * 1024);
    assert_same_bundles("short", "long");
    struct sheet a = read_sheet("short/disclosure-log.csv"), b = read_sheet("long/disclosure-log.csv");
    assert_int_equal(a.n_rows, b.n_rows);
    for (size_t i = 1; i < a.n_rows; i++)
        assert_string_equal(cell(&a, i, "consent_ids"), cell(&b, i, "consent_ids"));
    must("cmp set/consents.csv long/registers/$(sha256sum set/consents.csv | cut -c1-64).csv");
    must("grep -q $(sha256sum set/consents.csv | cut -c1-64) long/disclosure-log.csv");
}

static void check__id_twice__is_found_wherever_it_is(void **state)
{
    (void)state;
    must(
        "cp set/consents.csv kept.csv; echo 'X000000005,Y,,,,,*,all,explicit,2025-04-01,,' >>set/consents.csv");
    assert_int_equal(kenporter("check -c set/kenporter.ini --lang en --as-of 2026-04-01 -o twice " INPUT), 2);
    assert_contains(slurp("stderr", NULL), textf("set/consents.csv:%zu: fail K1034", n_rows() + 26));
    must("mv kept.csv set/consents.csv");
}

static void export__register_changed_meanwhile__discloses_nothing(void **state)
{
    (void)state;
    must(
        "sed '1s/$/,seal/; 2,$s/$/,zip-aes/' \"$FIXTURES/insurers.csv\" >set/insurers.csv;"
        "printf '[seal]\\npassword_command = echo >>set/consents.csv; echo SECRET2345678901234\\n' >>set/kenporter.ini");
    assert_int_equal(
        kenporter("export -c set/kenporter.ini --as-of 2026-04-01 --backdate test -q -o changed " INPUT), 3);
    assert_contains(slurp("stderr", NULL), "fail K2009");
    assert_int_equal(how_many("changed/*.zip"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__long_register__discloses_the_same),
        cmocka_unit_test(check__id_twice__is_found_wherever_it_is),
        cmocka_unit_test(export__register_changed_meanwhile__discloses_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
