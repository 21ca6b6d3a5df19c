#include "folder.h"

#include <errno.h>

#include "base/spill.h"

static void fill(struct kp_spill *pile, uint64_t n)
{
    assert_int_equal(kp_spill_open(pile, &kp_io_posix, folder, "pile", sizeof(uint64_t)), KP_OK);
    for (uint64_t i = 0; i < n; i++)
        assert_int_equal(kp_spill_push(pile, &i), KP_OK);
    assert_int_equal(pile->n, n);
}

static void assert_record(const struct kp_spill *pile, uint64_t at, uint64_t expected)
{
    uint64_t record = 0;
    assert_int_equal(kp_spill_read(pile, at, &record, 1), KP_OK);
    assert_int_equal(record, expected);
}

static void push__around_the_size_of_the_buffer__keeps_all(void **state UNUSED)
{
    for (uint64_t n = KP_SPILL_BUFFERED - 1; n <= 2 * KP_SPILL_BUFFERED + 1; n++) {
        uint64_t records[2 * KP_SPILL_BUFFERED + 1];
        struct kp_spill pile;
        fill(&pile, n);
        assert_int_equal(kp_spill_flush(&pile), KP_OK);
        assert_int_equal(kp_spill_read(&pile, 0, records, (size_t)n), KP_OK);
        for (uint64_t i = 0; i < n; i++)
            assert_int_equal(records[i], i);
        kp_spill_close(&pile);
    }
}

static void cut__buffered_and_written_records__are_dropped(void **state UNUSED)
{
    static const uint64_t kept[] = {0, 10, KP_SPILL_BUFFERED, KP_SPILL_BUFFERED + 5};
    for (size_t i = 0; i < COUNT(kept); i++) {
        struct kp_spill pile;
        const uint64_t next = 4711;
        fill(&pile, KP_SPILL_BUFFERED + 10);
        kp_spill_cut(&pile, kept[i]);
        assert_int_equal(pile.n, kept[i]);
        assert_int_equal(kp_spill_push(&pile, &next), KP_OK);
        assert_int_equal(kp_spill_flush(&pile), KP_OK);
        assert_record(&pile, kept[i], next);
        if (kept[i] > 0)
            assert_record(&pile, kept[i] - 1, kept[i] - 1);
        kp_spill_close(&pile);
    }
}

static void write__records__are_overwritten(void **state UNUSED)
{
    struct kp_spill pile;
    const uint64_t two[] = {100, 200};
    fill(&pile, 10);
    assert_int_equal(kp_spill_flush(&pile), KP_OK);
    assert_int_equal(kp_spill_write(&pile, 3, two, 2), KP_OK);
    assert_record(&pile, 2, 2);
    assert_record(&pile, 3, 100);
    assert_record(&pile, 4, 200);
    assert_record(&pile, 5, 5);
    kp_spill_close(&pile);
}

static void open__file__has_no_name(void **state UNUSED)
{
    struct kp_spill pile;
    fill(&pile, 1);
    assert_false(kp_path_exists(&kp_io_posix, in_folder("pile")));
    kp_spill_close(&pile);
    kp_spill_close(&pile);
}

static void open__missing_folder__fails_and_may_be_closed(void **state UNUSED)
{
    struct kp_spill pile;
    assert_int_equal(kp_spill_open(&pile, &kp_io_posix, in_folder("absent"), "pile", 8), KP_E_SYSTEM);
    assert_int_equal(errno, ENOENT);
    kp_spill_close(&pile);
}

static ssize_t pwrite_nothing(int fd UNUSED, const void *bytes UNUSED, size_t n UNUSED, off_t at UNUSED)
{
    errno = ENOSPC;
    return -1;
}

static void push__full_disk__fails_once_the_buffer_is_full(void **state UNUSED)
{
    struct kp_io io = kp_io_posix;
    struct kp_spill pile;
    const uint64_t record = 1;
    io.pwrite = pwrite_nothing;
    assert_int_equal(kp_spill_open(&pile, &io, folder, "full", sizeof(record)), KP_OK);
    for (unsigned i = 0; i < KP_SPILL_BUFFERED; i++)
        assert_int_equal(kp_spill_push(&pile, &record), KP_OK);
    assert_int_equal(kp_spill_push(&pile, &record), KP_E_SYSTEM);
    assert_int_equal(errno, ENOSPC);
    kp_spill_close(&pile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push__around_the_size_of_the_buffer__keeps_all),
        cmocka_unit_test(cut__buffered_and_written_records__are_dropped),
        cmocka_unit_test(write__records__are_overwritten),
        cmocka_unit_test(open__file__has_no_name),
        cmocka_unit_test(open__missing_folder__fails_and_may_be_closed),
        cmocka_unit_test(push__full_disk__fails_once_the_buffer_is_full),
    };
    return cmocka_run_group_tests_name("spill", tests, make_folder, remove_folder);
}
