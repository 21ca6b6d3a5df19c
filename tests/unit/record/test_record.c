#include "tables.h"

#include "record/record.h"

static struct kp_record record;

static struct kp_value *value_of(const char *code)
{
    return &record.values[kp_item_find(&tables, code) - tables.items];
}

static int fresh(void **state UNUSED)
{
    kp_arena_reset(&scratch);
    if (kp_record_init(&record, &tables, &scratch) != KP_OK)
        return -1;
    for (size_t i = 0; i < KP_F__COUNT; i++)
        record.field[i] = "x";
    *value_of("9N001000000000001") = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "170.0"};
    return 0;
}

static const char *digest(void)
{
    uint8_t bytes[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    assert_int_equal(kp_record_digest(&record, &tables, bytes), KP_OK);
    kp_sha256_hex(bytes, hex);
    return kp_arena_strdup(&scratch, hex);
}

static void init__new_record__is_empty(void **state UNUSED)
{
    struct kp_record r;
    assert_int_equal(kp_record_init(&r, &tables, &scratch), KP_OK);
    for (size_t i = 0; i < KP_F__COUNT; i++)
        assert_string_equal(r.field[i], "");
    for (size_t i = 0; i < tables.n_items; i++)
        assert_true(r.values[i].state == KP_VALUE_ABSENT && !r.values[i].text && !r.values[i].limit);
    assert_false(kp_date_is_set(r.birth) || kp_date_is_set(r.exam));
}

static void init__no_memory__is_a_system_error(void **state UNUSED)
{
    struct kp_arena tiny = {.max_bytes = 64};
    struct kp_record r;
    assert_int_equal(kp_record_init(&r, &tables, &tiny), KP_E_SYSTEM);
    kp_arena_release(&tiny);
}

static const char *identity(const char *insurer, const char *symbol, const char *number, const char *branch)
{
    return kp_identity(&scratch, insurer, symbol, number, branch, "19800501", "20250610");
}

static void identity__widths__are_folded(void **state UNUSED)
{
    const char *person = identity("06139463", "A12", "345", "01");
    assert_string_equal(identity("06139463", "Ａ１２", "345", "01"), person);
    assert_string_equal(identity("06139463", "A12", "３４５", "01"), person);
    assert_string_equal(identity("06139463", "健保１", "1", ""), identity("06139463", "健保1", "１", ""));
}

static void identity__padding_zeros__make_no_other_person(void **state UNUSED)
{
    const char *person = identity("06139463", "12", "45", "01");
    assert_string_equal(identity("06139463", "12", "0045", "01"), person);
    assert_string_equal(identity("06139463", "0012", "００45", "01"), person);
    assert_string_equal(identity("06139463", "", "000", "01"), identity("06139463", "", "0", "01"));
    assert_string_not_equal(identity("06139463", "12", "450", "01"), person);
    assert_string_not_equal(identity("06139463", "A012", "45", "01"),
                            identity("06139463", "A12", "45", "01"));
    assert_string_not_equal(identity("06139463", "", "0", "01"), identity("06139463", "", "", "01"));
}

static void identity__any_part__makes_another_person(void **state UNUSED)
{
    const char *person = identity("06139463", "12", "345", "01");
    const char *const others[] = {
        identity("01130012", "12", "345", "01"),
        identity("06139463", "13", "345", "01"),
        identity("06139463", "12", "346", "01"),
        identity("06139463", "12", "345", "02"),
        identity("06139463", "12", "345", ""),
        identity("06139463", "123", "45", "01"), /* parts do not run into each other */
        identity("06139463", "", "12345", "01"),
        kp_identity(&scratch, "06139463", "12", "345", "01", "19800502", "20250610"),
        kp_identity(&scratch, "06139463", "12", "345", "01", "19800501", "20250611")};
    for (size_t i = 0; i < COUNT(others); i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(others[i], others[k]);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_string_not_equal(others[i], person);
}

static void digest__same_contents__same_digest(void **state UNUSED)
{
    const char *before = digest();
    assert_int_equal(strlen(before), 64);
    char *copy = kp_arena_strdup(&scratch, "170.0"); /* another string with the same letters */
    value_of("9N001000000000001")->text = copy;
    assert_string_equal(digest(), before);
}

static void digest__fields__all_count_but_those_that_never_leave_the_house(void **state UNUSED)
{
    const char *before = digest();
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        record.field[i] = "y";
        bool stays = i == KP_F_EMPLOYEE_ID || i == KP_F_NAME || i == KP_F_MEMBER_FROM ||
                     i == KP_F_MEMBER_TO || i == KP_F_FASTING;
        assert_int_equal(strcmp(digest(), before) == 0, stays);
        record.field[i] = "x";
    }
    assert_string_equal(digest(), before);
}

static void digest__every_item__counts(void **state UNUSED)
{
    const char *before = digest();
    for (size_t i = 0; i < tables.n_items; i++) {
        struct kp_value was = record.values[i];
        record.values[i] = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "1"};
        assert_string_not_equal(digest(), before);
        record.values[i] = was;
    }
    assert_string_equal(digest(), before);
}

static void digest__every_part_of_a_value__counts(void **state UNUSED)
{
    static const struct kp_value variants[] = {
        {.state = KP_VALUE_ABSENT},
        {.state = KP_VALUE_NOT_DONE},
        {.state = KP_VALUE_NOT_MEASURABLE},
        {.state = KP_VALUE_PRESENT, .text = "170.1"},
        {.state = KP_VALUE_PRESENT, .text = "170.0"},
        {.state = KP_VALUE_PRESENT, .text = "170.0", .limit = 'L'},
        {.state = KP_VALUE_PRESENT, .text = "170.0", .limit = 'H'},
        {.state = KP_VALUE_PRESENT, .text = "170.0", .flag = 'H'},
        {.state = KP_VALUE_PRESENT, .text = "170.0", .flag = 'N'},
        {.state = KP_VALUE_PRESENT, .text = "170.0", .low = "150.0"},
        {.state = KP_VALUE_PRESENT, .text = "170.0", .high = "150.0"},
    };
    const char *digests[COUNT(variants)];
    for (size_t i = 0; i < COUNT(variants); i++) {
        *value_of("9N001000000000001") = variants[i];
        digests[i] = digest();
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(digests[i], digests[k]);
    }
}

static void digest__value_moved_to_another_item__is_another(void **state UNUSED)
{
    const char *before = digest();
    *value_of("9N006000000000001") = *value_of("9N001000000000001");
    value_of("9N001000000000001")->state = KP_VALUE_ABSENT;
    assert_string_not_equal(digest(), before);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

static void row_digest__what_stays_in_the_house__counts_too(void **state UNUSED)
{
    static const enum kp_field here[] = {KP_F_EMPLOYEE_ID, KP_F_NAME, KP_F_MEMBER_FROM, KP_F_MEMBER_TO};
    uint8_t before[KP_SHA256_BYTES], after[KP_SHA256_BYTES];
    assert_int_equal(kp_row_digest(&record, &tables, before), KP_OK);
    for (size_t i = 0; i < COUNT(here); i++) {
        record.field[here[i]] = "y";
        assert_int_equal(kp_row_digest(&record, &tables, after), KP_OK);
        assert_memory_not_equal(before, after, sizeof(before));
        record.field[here[i]] = "x";
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init__new_record__is_empty),
        TEST(row_digest__what_stays_in_the_house__counts_too),
        TEST(init__no_memory__is_a_system_error),
        TEST(identity__widths__are_folded),
        TEST(identity__padding_zeros__make_no_other_person),
        TEST(identity__any_part__makes_another_person),
        TEST(digest__same_contents__same_digest),
        TEST(digest__fields__all_count_but_those_that_never_leave_the_house),
        TEST(digest__every_item__counts),
        TEST(digest__every_part_of_a_value__counts),
        TEST(digest__value_moved_to_another_item__is_another),
    };
    return cmocka_run_group_tests_name("record", tests, load_tables, free_tables);
}
