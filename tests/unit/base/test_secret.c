#include "support.h"

#include <string.h>

#include "base/secret.h"

static void secret__drawn__has_letters_of_the_alphabet_alone(void **state)
{
    (void)state;
    char text[21];
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(kp_secret_draw(text, 20), KP_OK);
        assert_int_equal(strlen(text), 20);
        assert_int_equal(strspn(text, KP_SECRET_ALPHABET), 20);
        assert_null(strpbrk(text, "0O1I"));
    }
}

static void secret__drawn_often__uses_every_letter_evenly(void **state)
{
    (void)state;
    unsigned counts[256] = {0};
    char text[2001];
    for (int i = 0; i < 50; i++) {
        assert_int_equal(kp_secret_draw(text, 2000), KP_OK);
        for (const char *at = text; *at; at++)
            counts[(unsigned char)*at]++;
    }
    /* 3125 are expected of each; 6 standard deviations are 330. */
    for (const char *at = KP_SECRET_ALPHABET; *at; at++)
        assert_in_range(counts[(unsigned char)*at], 2795, 3455);
}

static void secret__wiped__is_gone(void **state)
{
    (void)state;
    char text[] = "secret";
    kp_secret_wipe(text, sizeof(text));
    for (size_t i = 0; i < sizeof(text); i++)
        assert_int_equal(text[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret__drawn__has_letters_of_the_alphabet_alone),
        cmocka_unit_test(secret__drawn_often__uses_every_letter_evenly),
        cmocka_unit_test(secret__wiped__is_gone),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
