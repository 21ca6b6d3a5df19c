/* A record's values, its key and its digests. */
#include "record_case.h"

static int fresh(void **state)
{
    if (new_record(state) != 0)
        return -1;
    for (size_t i = 0; i < KP_F__COUNT; i++)
        record.field[i] = "x";
    set(HEIGHT, "170.0");
    return 0;
}

static const char *digest_by(const enum kp_ground *ground)
{
    uint8_t bytes[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    assert_int_equal(kp_content_digest(&record, ground, bytes), KP_OK);
    kp_sha256_hex(bytes, hex);
    return kp_arena_strdup(&scratch, hex);
}

static const char *digest(void)
{
    return digest_by(NULL);
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

static void digest__same_contents__is_the_same(void **state UNUSED)
{
    const char *before = digest();
    assert_int_equal(strlen(before), 64);
    char *copy = kp_arena_strdup(&scratch, "170.0"); /* the same text at another address */
    value_of(HEIGHT)->text = copy;
    assert_string_equal(digest(), before);
}

static void digest__field_changes__differs_unless_internal(void **state UNUSED)
{
    const char *before = digest();
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        record.field[i] = "y";
        bool internal = i == KP_F_EMPLOYEE_ID || i == KP_F_NAME || i == KP_F_MEMBER_FROM ||
                        i == KP_F_MEMBER_TO || i == KP_F_FASTING || i == KP_F_EXAM_KIND ||
                        i == KP_F_EXAM_COURSE || i == KP_F_WORKPLACE;
        assert_int_equal(strcmp(digest(), before) == 0, internal);
        record.field[i] = "x";
    }
    assert_string_equal(digest(), before);
}

static void digest__any_item_changes__differs(void **state UNUSED)
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

static void digest__any_part_of_a_value_changes__differs(void **state UNUSED)
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
        *value_of(HEIGHT) = variants[i];
        digests[i] = digest();
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(digests[i], digests[k]);
    }
}

static void digest__value_moves_to_another_item__differs(void **state UNUSED)
{
    const char *before = digest();
    *value_of(WEIGHT) = *value_of(HEIGHT);
    value_of(HEIGHT)->state = KP_VALUE_ABSENT;
    assert_string_not_equal(digest(), before);
}

/* What is withheld must not be guessable from the log, and its change is none. */
static void digest__withheld_item__has_no_part_in_it(void **state UNUSED)
{
    enum kp_ground *ground = kp_arena_alloc(&scratch, tables.n_items * sizeof(*ground));
    ground[value_of(HEIGHT) - record.values] = KP_GROUND_DUTY;
    const char *alone = digest_by(ground);
    set(WEIGHT, "60.1");
    assert_string_equal(digest_by(ground), alone);
    set(WEIGHT, "70.1");
    assert_string_equal(digest_by(ground), alone);
    ground[value_of(WEIGHT) - record.values] = KP_GROUND_CONSENT;
    assert_string_not_equal(digest_by(ground), alone);
    assert_string_equal(digest_by(ground), digest());
}

static void row_digest__internal_field_changes__differs(void **state UNUSED)
{
    static const enum kp_field internal[] = {KP_F_EMPLOYEE_ID, KP_F_NAME, KP_F_MEMBER_FROM, KP_F_MEMBER_TO};
    uint8_t before[KP_SHA256_BYTES], after[KP_SHA256_BYTES];
    assert_int_equal(kp_row_digest(&record, before), KP_OK);
    for (size_t i = 0; i < COUNT(internal); i++) {
        record.field[internal[i]] = "y";
        assert_int_equal(kp_row_digest(&record, after), KP_OK);
        assert_memory_not_equal(before, after, sizeof(before));
        record.field[internal[i]] = "x";
    }
}

/* --- results --- */

static void result__several_methods__is_the_first_of_the_table(void **state UNUSED)
{
    set("3D010000001999901", "99");
    assert_string_equal(kp_result_item(&record, KP_PREFIX_FASTING_GLUCOSE)->code, "3D010000001999901");
    set(FASTING_GLUCOSE, "98");
    assert_string_equal(kp_result_of(&record, KP_PREFIX_FASTING_GLUCOSE)->text, "98");
    set_state(FASTING_GLUCOSE, KP_VALUE_NOT_DONE);
    assert_string_equal(kp_result_of(&record, KP_PREFIX_FASTING_GLUCOSE)->text, "99");
    assert_null(kp_result_of(&record, KP_PREFIX_CASUAL_GLUCOSE));
}

static void measured__displaced_value__is_the_last_resort(void **state UNUSED)
{
    const struct kp_displaced displaced = {.item = item_of(WAIST),
                                           .value = {.state = KP_VALUE_PRESENT, .text = "82.0"}};
    record.displaced = &displaced;
    assert_string_equal(kp_measured_of(&record, "9N01616")->text, "82.0");
    assert_null(kp_result_of(&record, "9N01616"));
    set(REPORTED_WAIST, "81.0");
    assert_string_equal(kp_measured_of(&record, "9N01616")->text, "81.0");
}

static void number__marked__is_not_exact(void **state UNUSED)
{
    struct kp_decimal number;
    assert_true(kp_value_number(value_of(HEIGHT), &number) && kp_exact_number(value_of(HEIGHT), &number));
    assert_int_equal(number.units, 1700);
    value_of(HEIGHT)->limit = 'H';
    assert_true(kp_value_number(value_of(HEIGHT), &number));
    assert_false(kp_exact_number(value_of(HEIGHT), &number));
    assert_false(kp_value_number(NULL, &number) || kp_exact_number(NULL, &number));
}

static void target__dates__decide(void **state UNUSED)
{
    static const struct {
        struct kp_date birth;
        bool target;
    } rows[] = {{{0}, false},          {{2026, 1, 1}, false}, {{1986, 4, 1}, false},
                {{1986, 3, 31}, true}, {{1950, 6, 11}, true}, {{1950, 6, 10}, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        record.birth = rows[i].birth;
        assert_int_equal(kp_is_target(&record, KP_AGE_BIRTHDAY), rows[i].target);
        assert_int_equal(kp_has_dates(&record), i != 0);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init__new_record__is_empty),
        TEST(row_digest__internal_field_changes__differs),
        TEST(init__no_memory__is_a_system_error),
        TEST(digest__same_contents__is_the_same),
        TEST(digest__field_changes__differs_unless_internal),
        TEST(digest__any_item_changes__differs),
        TEST(digest__any_part_of_a_value_changes__differs),
        TEST(digest__value_moves_to_another_item__differs),
        TEST(digest__withheld_item__has_no_part_in_it),
        TEST(result__several_methods__is_the_first_of_the_table),
        TEST(measured__displaced_value__is_the_last_resort),
        TEST(number__marked__is_not_exact),
        TEST(target__dates__decide),
    };
    return cmocka_run_group_tests_name("record", tests, load_tables, free_tables);
}
