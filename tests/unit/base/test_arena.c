#include "support.h"

#include "base/arena.h"

#include <stdbool.h>
#include <stdio.h>

static void alloc__every_size__is_zeroed_aligned_and_apart(void **state UNUSED)
{
    struct kp_arena arena = {0};
    unsigned char *before = NULL;
    size_t before_size = 0;
    for (size_t size = 1; size < 300; size++) {
        unsigned char *p = kp_arena_alloc(&arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, (int)(size & 0xff), size);
        for (size_t i = 0; i < before_size; i++)
            assert_int_equal(before[i], before_size & 0xff);
        before = p;
        before_size = size;
    }
    kp_arena_release(&arena);
}

static void alloc__no_bytes__gives_a_pointer_of_its_own(void **state UNUSED)
{
    struct kp_arena arena = {0};
    void *a = kp_arena_alloc(&arena, 0);
    void *b = kp_arena_alloc(&arena, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    kp_arena_release(&arena);
}

static void alloc__larger_than_a_block__is_usable_to_its_last_byte(void **state UNUSED)
{
    struct kp_arena arena = {0};
    size_t size = ((size_t)1 << 20) + 7;
    char *small = kp_arena_strdup(&arena, "before");
    char *big = kp_arena_alloc(&arena, size);
    assert_non_null(big);
    memset(big, 'x', size);
    assert_string_equal(small, "before");
    assert_true(arena.total_bytes >= size);
    kp_arena_release(&arena);
}

static void alloc__beyond_the_limit__fails_and_the_arena_stays_usable(void **state UNUSED)
{
    struct kp_arena arena = {.max_bytes = (size_t)1 << 20};
    char *kept = kp_arena_strdup(&arena, "kept");
    assert_null(kp_arena_alloc(&arena, ((size_t)1 << 20) + 1));
    assert_string_equal(kept, "kept");
    assert_non_null(kp_arena_alloc(&arena, 8));
    size_t n = 0;
    while (n < 4096 && kp_arena_alloc(&arena, 1024))
        n++;
    assert_in_range(n, 256, 1024); /* never more than a mebibyte, and at least a quarter of it */
    assert_true(arena.total_bytes <= arena.max_bytes);
    kp_arena_release(&arena);
}

static void alloc__absurd_sizes__fail_without_overflow(void **state UNUSED)
{
    struct kp_arena arena = {0};
    assert_null(kp_arena_alloc(&arena, SIZE_MAX));
    assert_null(kp_arena_alloc(&arena, SIZE_MAX - 1));
    assert_null(kp_arena_alloc(&arena, SIZE_MAX / 2 + 1));
    assert_null(kp_arena_alloc(&arena, KP_ARENA_MAX_BYTES + 1));
    assert_int_equal(arena.total_bytes, 0);
    kp_arena_release(&arena);
}

static void strndup__part_of_a_string__is_copied_and_terminated(void **state UNUSED)
{
    struct kp_arena arena = {0};
    char source[] = "abcdef";
    char *copy = kp_arena_strndup(&arena, source, 3);
    source[0] = 'X';
    assert_string_equal(copy, "abc");
    assert_string_equal(kp_arena_strndup(&arena, source, 0), "");
    kp_arena_release(&arena);
}

static void strndup__bytes_with_nul__keeps_them_all(void **state UNUSED)
{
    struct kp_arena arena = {0};
    const char *copy = kp_arena_strndup(&arena, "a\0b", 3);
    assert_memory_equal(copy, "a\0b\0", 4);
    kp_arena_release(&arena);
}

static void copies__arena_at_its_limit__are_null(void **state UNUSED)
{
    struct kp_arena arena = {.max_bytes = 1};
    assert_null(kp_arena_strdup(&arena, "text"));
    assert_null(kp_arena_strndup(&arena, "text", 2));
    assert_null(kp_arena_printf(&arena, "%d", 1));
    kp_arena_release(&arena);
}

/* Texts of odd lengths leave every amount of room at the end of a block. */
static void printf__any_room_left__is_formatted_whole(void **state UNUSED)
{
    static const char digits[] = "0123456789012345678901234567890123456789";
    struct kp_arena arena = {0};
    for (int i = 0; i < 20000; i++) {
        int n = i % 37;
        const char *copy = kp_arena_strndup(&arena, digits, (size_t)(i % 7));
        const char *text = kp_arena_printf(&arena, "%.*s", n, digits);
        assert_int_equal(strlen(copy), i % 7);
        assert_int_equal(strlen(text), n);
        assert_memory_equal(text, digits, (size_t)n);
    }
    kp_arena_release(&arena);
}

static void printf__long_text__is_formatted_whole(void **state UNUSED)
{
    struct kp_arena arena = {0};
    assert_string_equal(kp_arena_printf(&arena, "%s-%03d", "K", 7), "K-007");
    assert_string_equal(kp_arena_printf(&arena, "%s", ""), "");
    char *wide = kp_arena_printf(&arena, "%*d", 50000, 42);
    assert_int_equal(strlen(wide), 50000);
    assert_string_equal(wide + 49997, " 42");
    kp_arena_release(&arena);
}

static void reset__filled_arena__keeps_one_block_and_zeroes_memory(void **state UNUSED)
{
    struct kp_arena arena = {0};
    for (size_t i = 0; i < 200; i++)
        memset(kp_arena_alloc(&arena, 1000), 0xff, 1000);
    size_t before = arena.total_bytes;
    kp_arena_reset(&arena);
    size_t kept = arena.total_bytes;
    assert_true(kept > 0 && kept < before);
    for (size_t used = 0; used + 1024 <= kept; used += 1024) {
        unsigned char *p = kp_arena_alloc(&arena, 1024);
        for (size_t i = 0; i < 1024; i++)
            assert_int_equal(p[i], 0);
    }
    assert_int_equal(arena.total_bytes, kept); /* the largest block was reused */
    kp_arena_release(&arena);
}

static void reset__record_after_record__does_not_grow(void **state UNUSED)
{
    struct kp_arena arena = {0};
    size_t settled = 0;
    for (int record = 0; record < 1000; record++) {
        for (int i = 0; i < 100; i++)
            assert_non_null(kp_arena_printf(&arena, "record %d field %d %0200d", record, i, 1));
        kp_arena_reset(&arena);
        if (record == 2)
            settled = arena.total_bytes;
        else if (record > 2)
            assert_int_equal(arena.total_bytes, settled);
    }
    kp_arena_release(&arena);
}

static void reset_and_release__empty_arena__do_nothing(void **state UNUSED)
{
    struct kp_arena arena = {0};
    kp_arena_reset(&arena);
    kp_arena_release(&arena);
    kp_arena_release(&arena);
    assert_int_equal(arena.total_bytes, 0);
}

static void release__arena__can_be_used_again(void **state UNUSED)
{
    struct kp_arena arena = {0};
    assert_non_null(kp_arena_strdup(&arena, "first"));
    kp_arena_release(&arena);
    assert_int_equal(arena.total_bytes, 0);
    assert_string_equal(kp_arena_strdup(&arena, "second"), "second");
    kp_arena_release(&arena);
}

static void failure__sticks_until_reset(void **state UNUSED)
{
    struct kp_arena arena = {.max_bytes = 64 * 1024};
    assert_null(kp_arena_alloc(&arena, 100 * 1024));
    assert_true(arena.failed);
    assert_non_null(
        kp_arena_alloc(&arena, 16)); /* a smaller allocation that fits must not hide the failure */
    assert_true(arena.failed);
    kp_arena_reset(&arena);
    assert_false(arena.failed);
    assert_null(kp_arena_fail(&arena));
    assert_true(arena.failed);
    kp_arena_release(&arena);
    assert_false(arena.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc__every_size__is_zeroed_aligned_and_apart),
        cmocka_unit_test(alloc__no_bytes__gives_a_pointer_of_its_own),
        cmocka_unit_test(alloc__larger_than_a_block__is_usable_to_its_last_byte),
        cmocka_unit_test(alloc__beyond_the_limit__fails_and_the_arena_stays_usable),
        cmocka_unit_test(alloc__absurd_sizes__fail_without_overflow),
        cmocka_unit_test(strndup__part_of_a_string__is_copied_and_terminated),
        cmocka_unit_test(strndup__bytes_with_nul__keeps_them_all),
        cmocka_unit_test(copies__arena_at_its_limit__are_null),
        cmocka_unit_test(printf__any_room_left__is_formatted_whole),
        cmocka_unit_test(printf__long_text__is_formatted_whole),
        cmocka_unit_test(reset__filled_arena__keeps_one_block_and_zeroes_memory),
        cmocka_unit_test(reset__record_after_record__does_not_grow),
        cmocka_unit_test(reset_and_release__empty_arena__do_nothing),
        cmocka_unit_test(release__arena__can_be_used_again),
        cmocka_unit_test(failure__sticks_until_reset),
    };
    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
