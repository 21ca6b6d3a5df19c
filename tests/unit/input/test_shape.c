#include "support.h"

#include "input/shape.h"

static void assert_shape(const char *text, const char *expected)
{
    struct kp_buf out = {0};
    kp_shape_of(text, &out);
    if (strcmp(kp_buf_text(&out), expected) != 0)
        fail_msg("'%s': '%s', not '%s'", text, kp_buf_text(&out), expected);
    kp_buf_release(&out);
}

static void shape__characters_of_every_kind__are_replaced(void **state UNUSED)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"7", "9"},
                                           {"Ab", "Xx"},
                                           {"７Ａａ", "９Ｘｘ"},
                                           {"ヤｱあ漢々", "アｱあ漢漢"},
                                           {"a b　c", "x_x_x"},
                                           {"+%", "??"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_shape(cases[i][0], cases[i][1]);
}

static void shape__four_or_more_of_a_kind__are_counted(void **state UNUSED)
{
    assert_shape("123", "999");
    assert_shape("1234", "9{4}");
    assert_shape("山田太郎左衛門", "漢{7}");
}

static void shape__sign_between_letters_or_digits__is_kept(void **state UNUSED)
{
    assert_shape("2025/6/1", "9{4}/9/9");
    assert_shape("170.5", "999.9");
    assert_shape("1,234", "9,999");
    assert_shape("-5", "?9");
    assert_shape("5-", "9?");
    assert_shape("5 - 6", "9_?_9");
}

static void shape__long_value__is_cut(void **state UNUSED)
{
    struct kp_buf text = {0}, out = {0};
    for (int i = 0; i < 40; i++)
        kp_buf_str(&text, i % 2 ? "a" : "1");
    kp_shape_of(kp_buf_text(&text), &out);
    assert_true(out.len < text.len);
    assert_string_equal(kp_buf_text(&out) + out.len - strlen("…"), "…");
    kp_buf_release(&text);
    kp_buf_release(&out);
}

static void assert_shapes(const char *const *values, size_t n, const char *expected)
{
    struct kp_arena arena = {0};
    struct kp_shapes shapes = {0};
    struct kp_buf out = {0};
    for (size_t i = 0; i < n; i++)
        assert_true(kp_shapes_add(&shapes, &arena, values[i]));
    kp_shapes_write(&shapes, &out);
    assert_string_equal(kp_buf_text(&out), expected);
    kp_buf_release(&out);
    kp_arena_release(&arena);
}

static void shapes__several__are_written_by_frequency(void **state UNUSED)
{
    static const char *const values[] = {"1", "a", "2", "あ", "b", "3"};
    assert_shapes(values, COUNT(values), "9 ×3, x ×2, あ ×1");
    assert_shapes(values, 0, "");
    assert_shapes(values, 2, "9 ×1, x ×1");
}

static void shapes__beyond_three__are_summed_up(void **state UNUSED)
{
    static const char *const values[] = {"1", "a", "A", "あ", "ア", "漢", "11", "aa", "AA", "ああ", "1"};
    assert_shapes(values, COUNT(values), "9 ×2, x ×1, X ×1, … ×7");
}

static void shapes__memory_short__returns_false(void **state UNUSED)
{
    struct kp_arena none = {.max_bytes = 1};
    struct kp_shapes shapes = {0};
    assert_false(kp_shapes_add(&shapes, &none, "1"));
    assert_int_equal(shapes.n_kept, 0);
    kp_arena_release(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shape__characters_of_every_kind__are_replaced),
        cmocka_unit_test(shape__four_or_more_of_a_kind__are_counted),
        cmocka_unit_test(shape__sign_between_letters_or_digits__is_kept),
        cmocka_unit_test(shape__long_value__is_cut),
        cmocka_unit_test(shapes__several__are_written_by_frequency),
        cmocka_unit_test(shapes__beyond_three__are_summed_up),
        cmocka_unit_test(shapes__memory_short__returns_false),
    };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
