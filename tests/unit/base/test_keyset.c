#include "support.h"

#include <stdio.h>

#include "base/keyset.h"

static bool has(const struct kp_keyset *set, const char *text, uint32_t *ret_value)
{
    bool found = false;
    assert_int_equal(kp_keyset_get(set, text, &found, ret_value), KP_OK);
    return found;
}

static void put__new_and_known_texts__are_distinguished(void **state UNUSED)
{
    struct kp_keyset set = {0};
    uint32_t value = 77;
    assert_int_equal(kp_keyset_put(&set, "a", 1, &value), KP_MAP_ADDED);
    assert_int_equal(value, 77);
    assert_int_equal(kp_keyset_put(&set, "a", 2, &value), KP_MAP_EXISTED);
    assert_int_equal(value, 1);
    assert_int_equal(kp_keyset_put(&set, "", 0, &value), KP_MAP_ADDED);
    assert_int_equal(kp_keyset_put(&set, "", 5, &value), KP_MAP_EXISTED);
    assert_int_equal(value, 0);
    assert_int_equal(set.n_keys, 2);
    kp_keyset_release(&set);
}

static void get__missing_text__leaves_the_value(void **state UNUSED)
{
    struct kp_keyset set = {0};
    uint32_t value = 77;
    assert_false(has(&set, "a", &value));
    assert_int_equal(kp_keyset_put(&set, "a", 3, &value), KP_MAP_ADDED);
    assert_false(has(&set, "b", &value));
    assert_int_equal(value, 77);
    assert_true(has(&set, "a", &value));
    assert_int_equal(value, 3);
    kp_keyset_release(&set);
    assert_false(has(&set, "a", &value));
}

static void put__ten_thousand_texts__are_all_found(void **state UNUSED)
{
    struct kp_keyset set = {0};
    char text[16];
    uint32_t value = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        (void)snprintf(text, sizeof(text), "text %u", i);
        assert_int_equal(kp_keyset_put(&set, text, i, &value), KP_MAP_ADDED);
    }
    for (uint32_t i = 0; i < 10000; i++) {
        (void)snprintf(text, sizeof(text), "text %u", i);
        assert_true(has(&set, text, &value));
        assert_int_equal(value, i);
    }
    assert_int_equal(set.n_keys, 10000);
    kp_keyset_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put__new_and_known_texts__are_distinguished),
        cmocka_unit_test(get__missing_text__leaves_the_value),
        cmocka_unit_test(put__ten_thousand_texts__are_all_found),
    };
    return cmocka_run_group_tests_name("keyset", tests, NULL, NULL);
}
