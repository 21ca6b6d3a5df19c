#include "support.h"

#include "base/suggest.h"

static const char *const COMMANDS[] = {"check",  "export", "prepare", "release",
                                       "verify", "show",   "audit",   "explain"};

static const char *nearest(const char *word)
{
    return kp_suggest_from(word, COMMANDS, COUNT(COMMANDS));
}

static void suggest__slips_of_the_finger__find_the_name(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"chekc", "check"},    {"exprot", "export"},   {"xport", "export"},
        {"exports", "export"}, {"verifi", "verify"},   {"prepear", "prepare"},
        {"audti", "audit"},    {"explian", "explain"}, {"releese", "release"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(nearest(cases[i][0]), cases[i][1]);
}

static void suggest__exact_name__is_itself(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(COMMANDS); i++)
        assert_string_equal(nearest(COMMANDS[i]), COMMANDS[i]);
}

static void suggest__equally_near__the_first_one(void **state UNUSED)
{
    static const char *const names[] = {"bat", "cat", "hat"};
    assert_string_equal(kp_suggest_from("rat", names, COUNT(names)), "bat");
    assert_string_equal(kp_suggest_from("cat", names, COUNT(names)), "cat");
}

static void suggest__empty_word__the_shortest_name(void **state UNUSED)
{
    assert_string_equal(nearest(""), "show");
}

static void suggest__no_names__is_an_empty_string(void **state UNUSED)
{
    assert_string_equal(kp_suggest_from("check", COMMANDS, 0), "");
}

static void suggest__very_long_words__do_not_run_over(void **state UNUSED)
{
    char word[500];
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    const char *names[] = {"short", word};
    assert_string_equal(kp_suggest_from(word, names, COUNT(names)), word);
    memcpy(word, "check", 5);
    assert_non_null(nearest(word));
}

static const char *digit_name(const void *ctx, size_t i)
{
    static const char *const names[] = {"one", "two", "three"};
    return i < *(const size_t *)ctx ? names[i] : NULL;
}

static void suggest__names_from_a_function__are_read_to_the_null(void **state UNUSED)
{
    size_t n = 2;
    assert_string_equal(kp_suggest("threee", digit_name, &n), "one"); /* five steps from either */
    n = 3;
    assert_string_equal(kp_suggest("threee", digit_name, &n), "three");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suggest__slips_of_the_finger__find_the_name),
        cmocka_unit_test(suggest__exact_name__is_itself),
        cmocka_unit_test(suggest__equally_near__the_first_one),
        cmocka_unit_test(suggest__empty_word__the_shortest_name),
        cmocka_unit_test(suggest__no_names__is_an_empty_string),
        cmocka_unit_test(suggest__very_long_words__do_not_run_over),
        cmocka_unit_test(suggest__names_from_a_function__are_read_to_the_null),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
