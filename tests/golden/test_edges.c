/* Rows at the limits of what a document can contain: whatever is released passes verify and agrees with
 * the log. */
#include "golden.h"

static void rows__at_the_limits__are_released_sound_or_stopped(void **state UNUSED)
{
    must("python3 \"$GOLDEN/edges.py\"");
}

/* A facility's postal code is written even without its address. */
static void postal_code__without_address__is_in_the_document(void **state UNUSED)
{
    must("grep -l facility_postal_code case*/export.csv | head -n 1 | "
         "xargs dirname >home");
    char *home = slurp("home", NULL);
    home[strcspn(home, "\n")] = '\0';
    must("unzip -p %s/out/*.zip '*/DATA/*' | grep -q '<addr><postalCode>651-0298</postalCode></addr>'", home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__at_the_limits__are_released_sound_or_stopped),
        cmocka_unit_test(postal_code__without_address__is_in_the_document),
    };
    return cmocka_run_group_tests(tests, set_up_golden, tear_down_golden);
}
