#include "support.h"

#include "base/buf.h"

static void add__pieces__are_joined_and_terminated(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_str(&buf, "ab");
    kp_buf_char(&buf, 'c');
    kp_buf_add(&buf, "defg", 2);
    kp_buf_add(&buf, "", 0);
    assert_true(kp_buf_ok(&buf));
    assert_int_equal(buf.len, 5);
    assert_string_equal(buf.data, "abcde");
    kp_buf_release(&buf);
}

static void add__a_megabyte_byte_by_byte__is_kept(void **state UNUSED)
{
    struct kp_buf buf = {0};
    for (size_t i = 0; i < 1000000; i++)
        kp_buf_char(&buf, (char)('a' + i % 23));
    assert_true(kp_buf_ok(&buf));
    assert_int_equal(buf.len, 1000000);
    for (size_t i = 0; i < 1000000; i++)
        if (buf.data[i] != (char)('a' + i % 23))
            fail_msg("byte %zu is %d", i, buf.data[i]);
    kp_buf_release(&buf);
}

static void text__nothing_added__is_empty(void **state UNUSED)
{
    struct kp_buf buf = {0};
    assert_string_equal(kp_buf_text(&buf), "");
    kp_buf_str(&buf, "x");
    assert_string_equal(kp_buf_text(&buf), "x");
    kp_buf_reset(&buf);
    assert_string_equal(kp_buf_text(&buf), "");
    kp_buf_release(&buf);
    assert_string_equal(kp_buf_text(&buf), "");
}

static void u64__limits__are_written_in_full(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_u64(&buf, 0);
    kp_buf_char(&buf, ' ');
    kp_buf_u64(&buf, 10);
    kp_buf_char(&buf, ' ');
    kp_buf_u64(&buf, UINT64_MAX);
    assert_string_equal(buf.data, "0 10 18446744073709551615");
    kp_buf_release(&buf);
}

static void printf__longer_than_the_room__grows(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_str(&buf, "<");
    kp_buf_printf(&buf, "%0*d", 5000, 7);
    kp_buf_printf(&buf, "%s", "");
    kp_buf_str(&buf, ">");
    assert_int_equal(buf.len, 5002);
    assert_string_equal(buf.data + 4999, "07>");
    kp_buf_release(&buf);
}

static void failure__maximum_reached__sticks_and_keeps_what_was_there(void **state UNUSED)
{
    struct kp_buf buf = {.max_bytes = 10};
    kp_buf_str(&buf, "123456");
    assert_true(kp_buf_ok(&buf));
    kp_buf_str(&buf, "1234567");
    assert_false(kp_buf_ok(&buf));
    kp_buf_char(&buf, 'x');
    kp_buf_printf(&buf, "%d", 1);
    kp_buf_u64(&buf, 1);
    assert_null(kp_buf_reserve(&buf, 1));
    assert_false(kp_buf_ok(&buf));
    assert_string_equal(kp_buf_text(&buf), "123456");
    kp_buf_release(&buf);
}

static void failure__by_printf__sticks_too(void **state UNUSED)
{
    struct kp_buf buf = {.max_bytes = 10};
    kp_buf_printf(&buf, "%020d", 1);
    assert_false(kp_buf_ok(&buf));
    kp_buf_str(&buf, "x");
    assert_string_equal(kp_buf_text(&buf), "");
    kp_buf_release(&buf);
}

static void failure__absurd_size__does_not_overflow(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_str(&buf, "abc");
    assert_null(kp_buf_reserve(&buf, SIZE_MAX));
    assert_false(kp_buf_ok(&buf));
    kp_buf_reset(&buf);
    assert_null(kp_buf_reserve(&buf, SIZE_MAX - 3));
    kp_buf_reset(&buf);
    assert_null(kp_buf_reserve(&buf, KP_BUF_MAX_BYTES + 1));
    kp_buf_release(&buf);
}

static void reset__failed_buffer__works_again_with_the_same_maximum(void **state UNUSED)
{
    struct kp_buf buf = {.max_bytes = 10};
    kp_buf_str(&buf, "12345678901");
    kp_buf_reset(&buf);
    assert_true(kp_buf_ok(&buf));
    kp_buf_str(&buf, "abc");
    assert_string_equal(kp_buf_text(&buf), "abc");
    kp_buf_str(&buf, "12345678");
    assert_false(kp_buf_ok(&buf));
    kp_buf_release(&buf);
}

static void release__used_buffer__can_be_used_again(void **state UNUSED)
{
    struct kp_buf buf = {.max_bytes = 100};
    kp_buf_str(&buf, "abc");
    kp_buf_release(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.max_bytes, 100);
    kp_buf_str(&buf, "d");
    assert_string_equal(kp_buf_text(&buf), "d");
    kp_buf_release(&buf);
}

static void reserve__room__is_filled_by_the_caller(void **state UNUSED)
{
    struct kp_buf buf = {0};
    kp_buf_str(&buf, "a");
    char *at = kp_buf_reserve(&buf, 1000);
    assert_non_null(at);
    memcpy(at, "bcd", 3);
    kp_buf_grow(&buf, 3);
    assert_int_equal(buf.len, 4);
    assert_string_equal(buf.data, "abcd");
    kp_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add__pieces__are_joined_and_terminated),
        cmocka_unit_test(add__a_megabyte_byte_by_byte__is_kept),
        cmocka_unit_test(text__nothing_added__is_empty),
        cmocka_unit_test(u64__limits__are_written_in_full),
        cmocka_unit_test(printf__longer_than_the_room__grows),
        cmocka_unit_test(failure__maximum_reached__sticks_and_keeps_what_was_there),
        cmocka_unit_test(failure__by_printf__sticks_too),
        cmocka_unit_test(failure__absurd_size__does_not_overflow),
        cmocka_unit_test(reset__failed_buffer__works_again_with_the_same_maximum),
        cmocka_unit_test(release__used_buffer__can_be_used_again),
        cmocka_unit_test(reserve__room__is_filled_by_the_caller),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
