#include "failing_io.h"
#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_up(void **state)
{
    (void)umask(0); /* modes come from the program alone */
    return make_folder(state);
}

static void out__short_and_interrupted_writes__arrive_whole(void **state UNUSED)
{
    char *content = pattern(50000);
    struct kp_out out;
    const char *path = in_folder("out");
    disk.piece = 777;
    disk.interrupt = true;
    assert_int_equal(kp_out_create(&out, &DISK, path), KP_OK);
    assert_int_equal(mode_of(path), 0600);
    for (size_t at = 0; at < 50000; at += 125) {
        kp_out_add(&out, content + at, 125);
        assert_int_equal(disk.open_now, 0); /* no descriptor is held between pieces */
    }
    kp_out_add(&out, "", 0);
    assert_int_equal(out.written_bytes, 50000);
    assert_int_equal(kp_out_finish(&out, true), KP_OK);
    assert_int_equal(disk.open_now, 0);
    assert_file(path, content, 50000);
    free(content);
}

static void out_create__file_that_exists__is_refused(void **state UNUSED)
{
    struct kp_out out;
    const char *path = put_file("taken", "old", 3);
    assert_int_equal(kp_out_create(&out, &kp_io_posix, path), KP_E_SYSTEM);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(kp_out_finish(&out, false), KP_E_SYSTEM);
    assert_file(path, "old", 3);
}

static void out__each_call_failing__sticks_until_finish(void **state UNUSED)
{
    static const char content[40000];
    for (int fail_at = 1;; fail_at++) {
        struct kp_out out;
        const char *path = in_folder("failing");
        (void)unlink(path);
        memset(&disk, 0, sizeof(disk));
        disk.fail_at = fail_at, disk.error = ENOSPC;
        enum kp_status made = kp_out_create(&out, &DISK, path);
        kp_out_add(&out, content, 40000);
        kp_out_add(&out, "x", 1);
        bool held = kp_out_held(&out);
        errno = 0;
        enum kp_status st = kp_out_finish(&out, true);
        int error = errno;
        assert_int_equal(disk.open_now, 0);
        if (disk.calls < fail_at) {
            assert_int_equal(st, KP_OK);
            assert_true(fail_at > 8); /* create, three pieces, sync */
            break;
        }
        assert_int_equal(st, KP_E_SYSTEM);
        if (error != ENOSPC)
            fail_msg("failure of call %d sets errno %d", fail_at, error);
        assert_true(made == KP_OK || !held);
    }
}

/* A scratch file exists once its contents are longer than the buffer. */
static void out_hold__short_contents__make_no_file(void **state UNUSED)
{
    static const size_t lengths[] = {0, 1, 16 * 1024, 16 * 1024 + 1, 100000};
    char *content = pattern(100000);
    const char *path = in_folder("held");
    for (size_t i = 0; i < 2 * COUNT(lengths); i++) {
        struct kp_out out;
        size_t n = lengths[i / 2], piece = i % 2 ? 777 : n;
        assert_int_equal(kp_out_hold(&out, &kp_io_posix, path), KP_OK);
        for (size_t at = 0; at < n; at += piece)
            kp_out_add(&out, content + at, n - at < piece ? n - at : piece);
        assert_int_equal(out.written_bytes, n);
        const bool held = kp_out_held(&out);
        assert_int_equal(held, n <= 16 * 1024);
        assert_int_equal(held, kp_path_absent(&kp_io_posix, path));
        if (held) {
            assert_int_equal(out.used, n);
            assert_memory_equal(out.data, content, n);
            assert_int_equal(kp_out_finish(&out, false), KP_OK); /* it can still be written */
        }
        kp_out_abandon(&out);
        assert_file(path, content, n);
        assert_int_equal(unlink(path), 0);
    }
    free(content);
}

static void out_hold__file_that_exists__is_refused(void **state UNUSED)
{
    struct kp_out out;
    const char *path = put_file("taken", "old", 3);
    char *content = pattern(40000);
    assert_int_equal(kp_out_hold(&out, &kp_io_posix, path), KP_OK);
    kp_out_add(&out, content, 40000);
    assert_int_equal(out.error, EEXIST);
    assert_false(kp_out_held(&out));
    assert_int_equal(kp_out_finish(&out, false), KP_E_SYSTEM);
    assert_int_equal(errno, EEXIST);
    assert_file(path, "old", 3);
    free(content);
}

static ssize_t write_nothing(int fd, const void *bytes, size_t n)
{
    (void)fd, (void)bytes, (void)n;
    return 0;
}

static void out__write_that_takes_nothing__is_enospc_not_a_loop(void **state UNUSED)
{
    struct kp_io io = kp_io_posix;
    struct kp_out out;
    io.write = write_nothing;
    assert_int_equal(kp_out_create(&out, &io, in_folder("nothing")), KP_OK);
    kp_out_add(&out, "x", 1);
    assert_int_equal(kp_out_finish(&out, false), KP_E_SYSTEM);
    assert_int_equal(errno, ENOSPC);
}

static void write_file__each_call_failing__leaves_old_or_new_contents(void **state UNUSED)
{
    for (int fail_at = 1;; fail_at++) {
        const char *path = put_file("target", "old contents", 12);
        memset(&disk, 0, sizeof(disk));
        disk.fail_at = fail_at, disk.error = EIO;
        enum kp_status st = kp_write_file(&DISK, path, "new", 3);
        assert_int_equal(disk.open_now, 0);
        assert_false(kp_path_exists(&kp_io_posix, in_folder("target.tmp")));
        if (disk.calls < fail_at) {
            assert_int_equal(st, KP_OK);
            assert_int_equal(mode_of(path), 0600);
            assert_file(path, "new", 3);
            assert_true(fail_at > 9); /* create, write, sync, rename, sync of the folder */
            break;
        }
        assert_int_equal(st, KP_E_SYSTEM);
        if (kp_file_size(&kp_io_posix, path) == 3)
            assert_file(path, "new", 3);
        else
            assert_file(path, "old contents", 12);
    }
}

static void write_file__each_call_failing__sets_errno(void **state UNUSED)
{
    bool lost = false;
    for (int fail_at = 1; fail_at < 30; fail_at++) {
        memset(&disk, 0, sizeof(disk));
        disk.fail_at = fail_at, disk.error = ENOSPC;
        errno = 0;
        enum kp_status st = kp_write_file(&DISK, in_folder("why"), "new", 3);
        int error = errno;
        if (st != KP_OK && error != ENOSPC) {
            print_error("failure of call %d sets errno %d (%s)\n", fail_at, error, strerror(error));
            lost = true;
        }
    }
    assert_false(lost);
}

static void write_file__remains_of_a_killed_run__are_replaced(void **state UNUSED)
{
    (void)put_file("again.tmp", "half", 4);
    const char *path = in_folder("again");
    assert_int_equal(kp_write_file(&kp_io_posix, path, "whole", 5), KP_OK);
    assert_file(path, "whole", 5);
    assert_false(kp_path_exists(&kp_io_posix, in_folder("again.tmp")));
    assert_int_equal(kp_write_file(&kp_io_posix, path, "", 0), KP_OK);
    assert_int_equal(kp_file_size(&kp_io_posix, path), 0);
    assert_int_equal(kp_write_file(&kp_io_posix, in_folder("absent/x"), "a", 1), KP_E_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(out__short_and_interrupted_writes__arrive_whole, fresh_disk),
        cmocka_unit_test_setup(out_create__file_that_exists__is_refused, fresh_disk),
        cmocka_unit_test_setup(out__each_call_failing__sticks_until_finish, fresh_disk),
        cmocka_unit_test_setup(out_hold__short_contents__make_no_file, fresh_disk),
        cmocka_unit_test_setup(out_hold__file_that_exists__is_refused, fresh_disk),
        cmocka_unit_test_setup(out__write_that_takes_nothing__is_enospc_not_a_loop, fresh_disk),
        cmocka_unit_test_setup(write_file__each_call_failing__leaves_old_or_new_contents, fresh_disk),
        cmocka_unit_test_setup(write_file__each_call_failing__sets_errno, fresh_disk),
        cmocka_unit_test_setup(write_file__remains_of_a_killed_run__are_replaced, fresh_disk),
    };
    return cmocka_run_group_tests_name("file_out", tests, set_up, remove_folder);
}
