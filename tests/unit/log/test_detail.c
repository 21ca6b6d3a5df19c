#include "support.h"

#include "base/arena.h"
#include "log/detail.h"

static struct kp_arena arena;

static const char *get(const char *detail, const char *path)
{
    const char *text = "-";
    bool found = kp_detail_get(&arena, detail, path, &text);
    assert_true(found == (strcmp(text, "-") != 0));
    return text;
}

static void detail__members_at_any_depth__are_found(void **state UNUSED)
{
    static const char detail[] =
        "{\"a\":\"1\",\"b\":{\"a\":\"2\",\"c\":[{\"a\":\"x\"},\"}\"],\"d\":true},\"n\":12,\"e\":null,\"z\":\"\"}";
    assert_string_equal(get(detail, "a"), "1");
    assert_string_equal(get(detail, "b.a"), "2");
    assert_string_equal(get(detail, "b.d"), "true");
    assert_string_equal(get(detail, "n"), "12");
    assert_string_equal(get(detail, "z"), "");
    assert_string_equal(get(detail, "e"), "-");
    assert_string_equal(get(detail, "b"), "-");
    assert_string_equal(get(detail, "b.c"), "-");
    assert_string_equal(get(detail, "c"), "-");
    assert_string_equal(get(detail, "a.b"), "-");
}

static void detail__escapes__are_resolved(void **state UNUSED)
{
    assert_string_equal(get("{\"a\":\"\\\"x\\\\y\\n\\u0009\\u3042\"}", "a"), "\"x\\y\n\tあ");
    assert_string_equal(get("{\"k\\\"\":\"no\",\"a\":\"yes\"}", "a"), "yes");
}

static void detail__broken_text__has_nothing(void **state UNUSED)
{
    static const char *const broken[] = {"",
                                         "{",
                                         "x",
                                         "{\"a\"",
                                         "{\"a\":",
                                         "{\"a\":\"",
                                         "{\"a\":\"\\",
                                         "{\"b\":{\"c\"",
                                         "{\"b\":[1,",
                                         "[1]",
                                         "{\"b\":\"x\"\"a\":1}",
                                         "{\"b\" : 1}"};
    for (size_t i = 0; i < COUNT(broken); i++)
        assert_string_equal(get(broken[i], "a"), "-");
}

static int tear_down(void **state UNUSED)
{
    kp_arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detail__members_at_any_depth__are_found),
        cmocka_unit_test(detail__escapes__are_resolved),
        cmocka_unit_test(detail__broken_text__has_nothing),
    };
    return cmocka_run_group_tests_name("detail", tests, NULL, tear_down);
}
