#include "support.h"

#include "log/log_key.h"

static struct kp_arena scratch;

static int release(void **state UNUSED)
{
    kp_arena_release(&scratch);
    return 0;
}

static const char *identity(const char *symbol, const char *number, const char *branch)
{
    return kp_identity_text(&scratch,
                            (struct kp_identity){"06139463", symbol, number, branch, "19800501", "20250610"});
}

static void identity__widths__are_folded(void **state UNUSED)
{
    const char *person = identity("A12", "345", "01");
    assert_string_equal(identity("Ａ１２", "345", "01"), person);
    assert_string_equal(identity("A12", "３４５", "01"), person);
    assert_string_equal(identity("健保１", "1", ""), identity("健保1", "１", ""));
}

static void identity__padding_zeros__make_no_other_person(void **state UNUSED)
{
    const char *person = identity("12", "45", "01");
    assert_string_equal(identity("12", "0045", "01"), person);
    assert_string_equal(identity("0012", "００45", "01"), person);
    assert_string_equal(identity("", "000", "01"), identity("", "0", "01"));
    assert_string_not_equal(identity("12", "450", "01"), person);
    assert_string_not_equal(identity("A012", "45", "01"), identity("A12", "45", "01"));
    assert_string_not_equal(identity("", "0", "01"), identity("", "", "01"));
}

static void identity__any_part__makes_another_person(void **state UNUSED)
{
    const struct kp_identity people[] = {
        {"06139463", "12", "345", "01", "19800501", "20250610"},
        {"01130012", "12", "345", "01", "19800501", "20250610"},
        {"06139463", "13", "345", "01", "19800501", "20250610"},
        {"06139463", "12", "346", "01", "19800501", "20250610"},
        {"06139463", "12", "345", "02", "19800501", "20250610"},
        {"06139463", "12", "345", "", "19800501", "20250610"},
        {"06139463", "123", "45", "01", "19800501", "20250610"}, /* the same digits, other parts */
        {"06139463", "", "12345", "01", "19800501", "20250610"},
        {"06139463", "12", "345", "01", "19800502", "20250610"},
        {"06139463", "12", "345", "01", "19800501", "20250611"}};
    for (size_t i = 0; i < COUNT(people); i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(kp_identity_text(&scratch, people[i]),
                                    kp_identity_text(&scratch, people[k]));
}

static void identity__record_and_its_entry__are_the_same(void **state UNUSED)
{
    const struct kp_record record = {.field = {[KP_F_INSURER_NUMBER] = "06139463",
                                               [KP_F_INSURED_SYMBOL] = "12",
                                               [KP_F_INSURED_NUMBER] = "345",
                                               [KP_F_INSURED_BRANCH] = "01",
                                               [KP_F_BIRTH_DATE] = "19800501",
                                               [KP_F_EXAM_DATE] = "20250610"}};
    const char *cells[KP_LOG__COUNT] = {
        [KP_LOG_INSURER_NUMBER] = "06139463", [KP_LOG_INSURED_SYMBOL] = "0012",
        [KP_LOG_INSURED_NUMBER] = "345",      [KP_LOG_INSURED_BRANCH] = "01",
        [KP_LOG_BIRTH_DATE] = "19800501",     [KP_LOG_EXAM_DATE] = "20250610"};
    const char *text = kp_identity_text(&scratch, kp_identity_of_record(&record));
    assert_string_equal(text, identity("12", "345", "01"));
    assert_string_equal(text, kp_identity_text(&scratch, kp_identity_of_entry(cells)));
}

static void identity__no_memory__is_null(void **state UNUSED)
{
    struct kp_arena tiny = {.max_bytes = 64};
    assert_null(kp_identity_text(&tiny, (struct kp_identity){"06139463", "12", "345", "01", "", ""}));
    kp_arena_release(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity__widths__are_folded),
        cmocka_unit_test(identity__padding_zeros__make_no_other_person),
        cmocka_unit_test(identity__any_part__makes_another_person),
        cmocka_unit_test(identity__record_and_its_entry__are_the_same),
        cmocka_unit_test(identity__no_memory__is_null),
    };
    return cmocka_run_group_tests_name("log_key", tests, NULL, release);
}
