/* [sender] of the configuration: its values in every document, and values refused before any input is
 * read. */
#include "golden.h"

static int export_with(const char *key, const char *value)
{
    must(
        "rm -rf out && sed 's|^%s = .*|%s = %s|; s|= \\([a-z]*\\.csv\\)|= '\"$FIXTURES\"'/\\1|' \"$FIXTURES/kenporter.ini\" >k.ini",
        key, key, value);
    return kenporter("export -c k.ini --as-of 2026-04-01 --backdate test -o out " INPUT);
}

static void sender__spellings__come_in_the_form_of_the_standard(void **state UNUSED)
{
    static const struct {
        const char *key, *value, *written;
    } cases[] = {
        {"phone", "（０７８）000-1000", "<telecom value=\"tel:0780001000\"/>"},
        {"postal_code", "６５０－０１８８",
         "<postalCode>650-0188</postalCode>兵庫県潮見市港町８－１－１</addr></representedOrganization></assignedAuthor>"},
        {"address", "〒650-0188 兵庫県 潮見市8",
         "<postalCode>650-0188</postalCode>兵庫県潮見市８</addr></representedOrganization></assignedAuthor>"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(export_with(cases[i].key, cases[i].value), 1);
        must("unzip -p out/6631111116_06139463_202604010_1.zip '*000001.xml' >document");
        assert_contains(slurp("document", NULL), cases[i].written);
    }
}

static void sender__that_no_document_can_hold__is_refused(void **state UNUSED)
{
    static const char *const cases[][2] = {{"phone", "+81-78-000-1000"},   {"phone", "none"},
                                           {"phone", "078-000-1000 (2)x"}, {"phone", "078-0000-10000"},
                                           {"postal_code", "abc-defg"},    {"postal_code", "650-01880"},
                                           {"postal_code", "6500188"},     {"number", "663111111x"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (export_with(cases[i][0], cases[i][1]) != 2)
            fail_msg("%s = %s is taken", cases[i][0], cases[i][1]);
        assert_contains(slurp("stderr", NULL), "K1014");
        assert_false(exists("out/disclosure-log.csv"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sender__spellings__come_in_the_form_of_the_standard),
        cmocka_unit_test(sender__that_no_document_can_hold__is_refused),
    };
    return cmocka_run_group_tests(tests, set_up_golden, tear_down_golden);
}
