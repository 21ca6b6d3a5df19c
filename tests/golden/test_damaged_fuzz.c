/* Random damage, the same in every run: verify does not crash, and finds every flipped bit of data. */
#include "golden.h"

#define BASE "6631111116_39289004_202604010_1.zip"

enum { BUNDLES = 700, AT_ONCE = 100 };

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || kenporter(EXPORT "-o out " INPUT) != 1)
        return -1;
    return run_shell(textf("iconv -f CP932 -t UTF-8 " INPUT ">export.utf8 && "
                           "python3 \"$GOLDEN/fuzz.py\" out/" BASE " f %d 20260401",
                           BUNDLES));
}

static void fuzz__each_bundle__gets_a_verdict(void **state)
{
    (void)state;
    char **found = NULL;
    size_t n = paths("f/*/*.zip", &found), n_missed = 0, n_data = 0;
    assert_int_equal(n, BUNDLES);
    for (size_t i = 0; i < n; i += AT_ONCE) {
        int status = kenporter("verify --lang en --json f/%02zu*/*.zip", i / AT_ONCE);
        if (status != 0 && status != 5) {
            (void)run_shell("tail -n 3 stderr >&2");
            fail_msg("f/%02zu*: ended with %d", i / AT_ONCE, status);
        }
        must("cat stdout stderr >>told");
        const char *json = slurp("stdout", NULL);
        for (size_t k = i; k < i + AT_ONCE; k++) {
            long faults = json_number(json, textf("\"bundle\": \"%s\"", found[k]), "faults");
            assert_true(faults >= 0);
            bool data = strstr(found[k], "_data/") != NULL;
            if (data && faults == 0)
                print_error("%s: the turned bit was not seen\n", found[k]);
            n_missed += data && faults == 0;
            n_data += data;
        }
    }
    assert_int_equal(n_missed, 0);
    assert_true(n_data > 80);
}

static void fuzz__all_output__is_clean(void **state)
{
    (void)state;
    must("! LC_ALL=C grep -m 3 -aP '[\\x00-\\x09\\x0b-\\x1f\\x7f]' told");
    must("iconv -f UTF-8 -t UTF-8 told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fuzz__each_bundle__gets_a_verdict),
        cmocka_unit_test(fuzz__all_output__is_clean),
    };
    return cmocka_run_group_tests_name("damaged_fuzz", tests, set_up, tear_down_golden);
}
