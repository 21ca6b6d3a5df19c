#include "support.h"

#include "law/ident.h"

/* Numbers and sums from the worked examples in sections 5.2 and 5.3 of the format. */

static void insurer_numbers__published_examples__pass(void **state UNUSED)
{
    static const char *const numbers[] = {"06139463", "00280081", "00363044",
                                          "01130012", "33120015", "34130021"};
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_true(kp_check_digit_ok(numbers[i], 8));
}

static void insurer_numbers__dummy_99999999__fails(void **state UNUSED)
{
    assert_false(kp_check_digit_ok("99999999", 8)); /* sum 63, so the check digit would be 7 */
    assert_true(kp_check_digit_ok("99999997", 8));
}

static void kokuho_numbers__leading_zeros__change_nothing(void **state UNUSED)
{
    static const char *const numbers[] = {"280081", "0280081", "00280081", "0000280081"};
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_true(kp_check_digit_ok(numbers[i], strlen(numbers[i])));
    assert_true(kp_check_digit_ok("6139463", 7));
}

static void check_digit__every_other_last_digit__fails(void **state UNUSED)
{
    static const char *const numbers[] = {"06139463", "00280081", "00363044", "01130012", "33120015"};
    for (size_t i = 0; i < COUNT(numbers); i++)
        for (char last = '0'; last <= '9'; last++) {
            char number[9];
            memcpy(number, numbers[i], sizeof(number));
            number[7] = last;
            assert_int_equal(kp_check_digit_ok(number, 8), last == numbers[i][7]);
        }
}

static void check_digit__one_wrong_digit_anywhere__is_detected(void **state UNUSED)
{
    for (size_t at = 0; at < 7; at++)
        for (char digit = '0'; digit <= '9'; digit++) {
            char number[] = "06139463";
            if (number[at] == digit)
                continue;
            number[at] = digit;
            assert_false(kp_check_digit_ok(number, 8));
        }
}

static void check_digit__sum_divisible_by_ten__is_zero(void **state UNUSED)
{
    assert_true(kp_check_digit_ok("00000000", 8));
    assert_true(kp_check_digit_ok("00000190", 8)); /* 9 x 2 = 18 gives 9, and 1: sum 10 */
    assert_false(kp_check_digit_ok("00000191", 8));
}

static void check_digit__longer_text__only_the_first_n_count(void **state UNUSED)
{
    assert_true(kp_check_digit_ok("06139463xyz", 8));
}

static void facility_numbers__published_examples__pass(void **state UNUSED)
{
    static const char *const numbers[] = {"2813300114", "2828880308", "5521111111", "6631111116",
                                          "1310438796", "9999999999", "1311333301", "1412910586",
                                          "4210225498", "4011028133", "4710114044"};
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_true(kp_facility_number_ok(numbers[i]));
}

static void facility_numbers__own_seven_digits__count_in_11_to_14_only(void **state UNUSED)
{
    /* 0438796 contains its own check digit; over nine digits, as in Tokyo, it would be 9 */
    static const struct {
        const char *number;
        bool ok;
    } cases[] = {{"1310438796", true},  {"1110438796", true},  {"1210438796", true}, {"1410438796", true},
                 {"1510438796", false}, {"2810438796", false}, {"1310438799", true}, {"1310438797", false}};
    assert_true(kp_check_digit_ok("0438796", 7));
    assert_false(kp_check_digit_ok("1310438796", 10));
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(kp_facility_number_ok(cases[i].number), cases[i].ok);
}

static void facility_numbers__other_last_digits__fail_outside_11_to_14(void **state UNUSED)
{
    for (char last = '0'; last <= '9'; last++) {
        char number[] = "2813300114";
        number[9] = last;
        assert_int_equal(kp_facility_number_ok(number), last == '4');
    }
}

/* Numbers follow each other in prose; only runs and groups of four are taken for one. */
static void my_number__in_prose__is_found_in_fours(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool number, prose;
    } cases[] = {{"123456789018", true, true},     {"a 1234-5678-9018.", true, true},
                 {"12-3456 789018", true, false},  {"1234 567 89018", true, false},
                 {"12,3456789018", false, false},  {"1234567890180", false, false},
                 {"123456789019", false, false},   {"x 12-34 1234-5678-9018", false, false},
                 {"12/1234 5678 9018", true, true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(kp_has_my_number(cases[i].text, false), cases[i].number);
        assert_int_equal(kp_has_my_number(cases[i].text, true), cases[i].prose);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insurer_numbers__published_examples__pass),
        cmocka_unit_test(insurer_numbers__dummy_99999999__fails),
        cmocka_unit_test(kokuho_numbers__leading_zeros__change_nothing),
        cmocka_unit_test(check_digit__every_other_last_digit__fails),
        cmocka_unit_test(check_digit__one_wrong_digit_anywhere__is_detected),
        cmocka_unit_test(check_digit__sum_divisible_by_ten__is_zero),
        cmocka_unit_test(check_digit__longer_text__only_the_first_n_count),
        cmocka_unit_test(facility_numbers__published_examples__pass),
        cmocka_unit_test(facility_numbers__own_seven_digits__count_in_11_to_14_only),
        cmocka_unit_test(facility_numbers__other_last_digits__fail_outside_11_to_14),
        cmocka_unit_test(my_number__in_prose__is_found_in_fours),
    };
    return cmocka_run_group_tests_name("ident", tests, NULL, NULL);
}
