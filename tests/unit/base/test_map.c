#include "support.h"

#include "base/map.h"

#include <stdio.h>

static void get__empty_map__finds_nothing(void **state UNUSED)
{
    struct kp_map map = {0};
    uint32_t value = 77;
    assert_false(kp_map_get(&map, "a", &value));
    assert_false(kp_map_get(&map, "", &value));
    assert_int_equal(value, 77);
}

static void put__new_keys__are_found_with_their_values(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_map map = {0};
    uint32_t value = 0;
    assert_int_equal(kp_map_put(&map, &arena, "身長", 1), KP_MAP_ADDED);
    assert_int_equal(kp_map_put(&map, &arena, "体重", UINT32_MAX), KP_MAP_ADDED);
    assert_int_equal(kp_map_put(&map, &arena, "", 3), KP_MAP_ADDED);
    assert_int_equal(map.n_keys, 3);
    assert_true(kp_map_get(&map, "身長", &value));
    assert_int_equal(value, 1);
    assert_true(kp_map_get(&map, "体重", &value));
    assert_true(value == UINT32_MAX);
    assert_true(kp_map_get(&map, "", &value));
    assert_int_equal(value, 3);
    kp_arena_release(&arena);
}

static void get__missing_key__leaves_the_result_alone(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_map map = {0};
    uint32_t value = 5;
    assert_int_equal(kp_map_put(&map, &arena, "a", 1), KP_MAP_ADDED);
    assert_false(kp_map_get(&map, "b", &value));
    assert_false(kp_map_get(&map, "aa", &value));
    assert_false(kp_map_get(&map, "", &value));
    assert_int_equal(value, 5);
    kp_arena_release(&arena);
}

static void put__key_that_is_there__keeps_the_first_value(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_map map = {0};
    uint32_t value = 0;
    assert_int_equal(kp_map_put(&map, &arena, "a", 1), KP_MAP_ADDED);
    assert_int_equal(kp_map_put(&map, &arena, "a", 2), KP_MAP_EXISTED);
    assert_int_equal(map.n_keys, 1);
    assert_true(kp_map_get(&map, "a", &value));
    assert_int_equal(value, 1);
    kp_arena_release(&arena);
}

static void put__callers_key_changes_later__map_has_a_copy(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_map map = {0};
    uint32_t value = 0;
    char key[] = "abc";
    assert_int_equal(kp_map_put(&map, &arena, key, 9), KP_MAP_ADDED);
    key[0] = 'X';
    assert_true(kp_map_get(&map, "abc", &value));
    assert_false(kp_map_get(&map, "Xbc", &value));
    kp_arena_release(&arena);
}

static void put__fifty_thousand_keys__all_survive_growing(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_map map = {0};
    char key[32];
    for (uint32_t i = 0; i < 50000; i++) {
        (void)snprintf(key, sizeof(key), "key %u", i * 7919);
        assert_int_equal(kp_map_put(&map, &arena, key, i), KP_MAP_ADDED);
    }
    assert_int_equal(map.n_keys, 50000);
    for (uint32_t i = 0; i < 50000; i++) {
        uint32_t value = 0;
        (void)snprintf(key, sizeof(key), "key %u", i * 7919);
        assert_true(kp_map_get(&map, key, &value));
        assert_int_equal(value, i);
        (void)snprintf(key, sizeof(key), "KEY %u", i);
        assert_false(kp_map_get(&map, key, &value));
    }
    kp_arena_release(&arena);
}

static void put__arena_at_its_limit__says_so_and_keeps_what_is_there(void **state UNUSED)
{
    struct kp_arena arena = {.max_bytes = 64 * 1024};
    struct kp_map map = {0};
    char key[32];
    uint32_t n = 0;
    enum kp_map_put put = KP_MAP_ADDED;
    while (put == KP_MAP_ADDED && n < 100000) {
        (void)snprintf(key, sizeof(key), "key %u", n++);
        put = kp_map_put(&map, &arena, key, n);
    }
    assert_int_equal(put, KP_MAP_NO_MEMORY);
    assert_int_equal(map.n_keys, n - 1);
    for (uint32_t i = 0; i + 1 < n; i++) {
        uint32_t value = 0;
        (void)snprintf(key, sizeof(key), "key %u", i);
        assert_true(kp_map_get(&map, key, &value));
        assert_int_equal(value, i + 1);
    }
    uint32_t value = 0;
    assert_false(kp_map_get(&map, "absent", &value));
    kp_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(get__empty_map__finds_nothing),
        cmocka_unit_test(put__new_keys__are_found_with_their_values),
        cmocka_unit_test(get__missing_key__leaves_the_result_alone),
        cmocka_unit_test(put__key_that_is_there__keeps_the_first_value),
        cmocka_unit_test(put__callers_key_changes_later__map_has_a_copy),
        cmocka_unit_test(put__fifty_thousand_keys__all_survive_growing),
        cmocka_unit_test(put__arena_at_its_limit__says_so_and_keeps_what_is_there),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
