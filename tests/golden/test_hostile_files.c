/* Hostile files (hostile.py): status, message, time and memory of each. */
#include "golden.h"

static void files__hostile__end_as_expected_within_bounds(void **state)
{
    (void)state;
    must("%s python3 \"$GOLDEN/hostile.py\"", SANITIZED ? "HOSTILE_UNLIMITED=1" : "");
    assert_false(exists("/tmp/hostile-file")); /* a name in an archive */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files__hostile__end_as_expected_within_bounds)};
    return cmocka_run_group_tests(tests, set_up_golden, tear_down_golden);
}
