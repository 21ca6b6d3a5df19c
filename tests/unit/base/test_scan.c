#include "support.h"

#include "base/scan.h"

static void digits__prefix__is_counted(void **state UNUSED)
{
    assert_int_equal(kp_digits(""), 0);
    assert_int_equal(kp_digits("a1"), 0);
    assert_int_equal(kp_digits("0019a"), 4);
    assert_int_equal(kp_digits("12"), 2);
}

static void all_digits__other_characters_or_none__fail(void **state UNUSED)
{
    assert_true(kp_all_digits("0"));
    assert_true(kp_all_digits("0123456789"));
    assert_false(kp_all_digits(""));
    assert_false(kp_all_digits("-1"));
    assert_false(kp_all_digits("1 "));
}

static void is_digits__length__must_be_exact(void **state UNUSED)
{
    assert_true(kp_is_digits("12345678", 8));
    assert_false(kp_is_digits("1234567", 8));
    assert_false(kp_is_digits("123456789", 8));
    assert_false(kp_is_digits("1234567a", 8));
    assert_true(kp_is_digits("", 0));
}

static void is_code__digits_and_capitals__pass(void **state UNUSED)
{
    assert_true(kp_is_code("9N001000000000001", 17));
    assert_false(kp_is_code("9n001000000000001", 17));
    assert_false(kp_is_code("9N00100000000000", 17));
    assert_false(kp_is_code("9N0010000000000011", 17));
}

static void is_hex__lower_case__passes(void **state UNUSED)
{
    assert_true(kp_is_hex("09af", 4));
    assert_false(kp_is_hex("09AF", 4));
    assert_false(kp_is_hex("09ag", 4));
    assert_false(kp_is_hex("09af0", 4));
}

static void has_shape__digits_and_marks__must_all_match(void **state UNUSED)
{
    assert_true(kp_has_shape("2025-05-07", "0000-00-00"));
    assert_false(kp_has_shape("2025-05-0", "0000-00-00"));
    assert_false(kp_has_shape("2025-05-071", "0000-00-00"));
    assert_false(kp_has_shape("2025/05/07", "0000-00-00"));
    assert_false(kp_has_shape("2025-0a-07", "0000-00-00"));
    assert_false(kp_has_shape("", "0"));
    assert_false(kp_has_shape("0", ""));
    assert_true(kp_has_shape("", ""));
}

/* Joins the words of the list with "|" in front of each. */
static const char *words_of(const char *list, const char *separators)
{
    static char joined[64];
    size_t at = 0;
    for (struct kp_word word; kp_next_word(&list, separators, &word); at += word.n) {
        joined[at++] = '|';
        memcpy(joined + at, word.at, word.n);
    }
    joined[at] = '\0';
    return joined;
}

static void next_word__lists__are_split(void **state UNUSED)
{
    assert_string_equal(words_of("", ":"), "");
    assert_string_equal(words_of("a", ":"), "|a");
    assert_string_equal(words_of("/x/y.csv:b:c d", ":"), "|/x/y.csv|b|c d");
    assert_string_equal(words_of("a,b c", " ,"), "|a|b|c");
}

static void next_word__adjacent_separators__give_empty_words(void **state UNUSED)
{
    assert_string_equal(words_of(":a::b", ":"), "||a||b");
    assert_string_equal(words_of("a:", ":"), "|a");
    assert_string_equal(words_of(":", ":"), "|");
}

static void has_control__any_byte_at_any_place__is_found(void **state UNUSED)
{
    char bytes[17];
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < sizeof(bytes); at++) {
            memset(bytes, at % 2 ? ' ' : 0x80, sizeof(bytes));
            bytes[at] = (char)byte;
            assert_int_equal(kp_has_control(bytes, sizeof(bytes)), byte < ' ');
            assert_false(kp_has_control(bytes, at));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits__prefix__is_counted),
        cmocka_unit_test(all_digits__other_characters_or_none__fail),
        cmocka_unit_test(is_digits__length__must_be_exact),
        cmocka_unit_test(is_code__digits_and_capitals__pass),
        cmocka_unit_test(is_hex__lower_case__passes),
        cmocka_unit_test(has_shape__digits_and_marks__must_all_match),
        cmocka_unit_test(next_word__lists__are_split),
        cmocka_unit_test(next_word__adjacent_separators__give_empty_words),
        cmocka_unit_test(has_control__any_byte_at_any_place__is_found),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
