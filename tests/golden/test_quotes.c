/* Stray quotes in whole runs: what goes out never mixes lines. tests/unit/input/test_stray_quotes.c looks at
 * many more files, but at rows alone, and tests/unit/run/test_stray_documents.c at documents without a
 * process of their own. */
#include "golden.h"

static void quotes__at_random__no_document_mixes_lines(void **state UNUSED)
{
    must("python3 \"$GOLDEN/quotes.py\" \"$KENPORTER\" 100");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes__at_random__no_document_mixes_lines),
    };
    return cmocka_run_group_tests_name("quotes", tests, set_up_golden, tear_down_golden);
}
