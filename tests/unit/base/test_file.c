#include "failing_io.h"
#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void open__missing_file_and_folder__are_input_errors(void **state UNUSED)
{
    int fd = -1;
    assert_int_equal(kp_file_open(&DISK, in_folder("absent"), &fd), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(kp_file_open(&DISK, folder, &fd), KP_E_INPUT);
    assert_int_equal(errno, EISDIR);
    assert_int_equal(fd, -1);
    assert_int_equal(disk.open_now, 0);
}

struct collected {
    const char *content;
    size_t at;
    enum kp_status answer;
};

static enum kp_status compare_chunk(void *ctx, const char *bytes, size_t n)
{
    struct collected *c = ctx;
    assert_true(n > 0 && n <= 65536);
    assert_memory_equal(bytes, c->content + c->at, n);
    c->at += n;
    return c->answer;
}

static void each_chunk__large_file__arrives_in_order(void **state UNUSED)
{
    char *content = pattern(200001);
    const char *path = put_file("chunks", content, 200001);
    struct collected c = {.content = content, .answer = KP_OK};
    disk.interrupt = true;
    assert_int_equal(kp_each_chunk(&DISK, path, compare_chunk, &c), KP_OK);
    assert_int_equal(c.at, 200001);
    c = (struct collected){.content = content, .answer = KP_E_FAULT};
    assert_int_equal(kp_each_chunk(&DISK, path, compare_chunk, &c), KP_E_FAULT);
    assert_int_equal(c.at, 65536);
    assert_int_equal(disk.open_now, 0);
    free(content);
}

static void read_at__end_of_the_file__is_short_or_zeros(void **state UNUSED)
{
    char bytes[6] = "xxxxx";
    size_t n = 0;
    int fd = -1;
    assert_int_equal(kp_file_open(&DISK, put_file("at", "abcd", 4), &fd), KP_OK);
    assert_int_equal(kp_file_read_at(&DISK, fd, bytes, 2, 1, &n), KP_OK);
    assert_int_equal(n, 2);
    assert_string_equal(bytes, "bcxxx");
    assert_int_equal(kp_file_read_at(&DISK, fd, bytes, 5, 2, &n), KP_OK);
    assert_int_equal(n, 2);
    assert_int_equal(kp_scratch_read(&DISK, fd, bytes, 5, 3), KP_OK);
    assert_memory_equal(bytes, "d\0\0\0", 5);
    assert_int_equal(DISK.close(fd), 0);
    assert_int_equal(kp_file_read_at(&DISK, fd, bytes, 2, 0, &n), KP_E_INPUT);
    assert_int_equal(kp_scratch_read(&DISK, fd, bytes, 2, 0), KP_E_SYSTEM);
}

static void scratch__writes_at_positions__are_read_back(void **state UNUSED)
{
    char bytes[8];
    int fd = -1;
    const char *path = in_folder("scratch");
    assert_int_equal(kp_scratch_open(&DISK, path, &fd), KP_OK);
    assert_false(kp_path_exists(&kp_io_posix, path));
    assert_int_equal(kp_scratch_write(&DISK, fd, "cd", 2, 4), KP_OK);
    assert_int_equal(kp_scratch_write(&DISK, fd, "ab", 2, 0), KP_OK);
    assert_int_equal(kp_scratch_read(&DISK, fd, bytes, 8, 0), KP_OK);
    assert_memory_equal(bytes, "ab\0\0cd\0", 8);
    assert_int_equal(DISK.close(fd), 0);
    assert_int_equal(kp_scratch_open(&DISK, put_file("taken", "", 0), &fd), KP_E_SYSTEM);
    assert_int_equal(errno, EEXIST);
}

static void read__failing_read__is_an_input_error_with_its_errno(void **state UNUSED)
{
    const char *path = put_file("bad", "abc\n", 4), *bytes = NULL;
    struct kp_arena arena = {0};
    size_t n = 0;
    uint8_t digest[KP_SHA256_BYTES];
    disk.fail_at = 2, disk.error = EIO;
    assert_int_equal(kp_read_file(&DISK, path, 100, &arena, &bytes, &n), KP_E_INPUT);
    assert_int_equal(errno, EIO);
    disk.calls = 0;
    assert_int_equal(kp_file_sha256(&DISK, path, digest), KP_E_INPUT);
    assert_int_equal(errno, EIO);
    assert_int_equal(disk.open_now, 0);
    kp_arena_release(&arena);
}

static void read_file__limits__are_exact(void **state UNUSED)
{
    struct kp_arena arena = {0};
    const char *bytes = NULL;
    size_t n = 0;
    char *content = pattern(150000);
    const char *path = put_file("whole", content, 150000);
    assert_int_equal(kp_read_file(&kp_io_posix, path, 150000, &arena, &bytes, &n), KP_OK);
    assert_int_equal(n, 150000);
    assert_string_equal(bytes, content);
    n = 77;
    assert_int_equal(kp_read_file(&kp_io_posix, path, 149999, &arena, &bytes, &n), KP_E_INPUT);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(n, 77);
    assert_int_equal(kp_read_file(&kp_io_posix, put_file("empty", "", 0), 10, &arena, &bytes, &n), KP_OK);
    assert_int_equal(n, 0);
    assert_string_equal(bytes, "");
    assert_int_equal(kp_read_file(&kp_io_posix, in_folder("absent"), 10, &arena, &bytes, &n), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    free(content);
    kp_arena_release(&arena);
}

static void file_facts__size_existence_digest__are_right(void **state UNUSED)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    const char *path = put_file("abc", "abc", 3), *link = in_folder("dangling");
    assert_int_equal(kp_file_sha256(&kp_io_posix, path, digest), KP_OK);
    kp_sha256_hex(digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(kp_file_size(&kp_io_posix, path), 3);
    assert_int_equal(kp_file_size(&kp_io_posix, in_folder("absent")), -1);
    assert_int_equal(symlink("nowhere", link), 0);
    assert_true(kp_path_exists(&kp_io_posix, link));
    assert_false(kp_path_exists(&kp_io_posix, in_folder("absent")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(open__missing_file_and_folder__are_input_errors, fresh_disk),
        cmocka_unit_test_setup(each_chunk__large_file__arrives_in_order, fresh_disk),
        cmocka_unit_test_setup(read_at__end_of_the_file__is_short_or_zeros, fresh_disk),
        cmocka_unit_test_setup(scratch__writes_at_positions__are_read_back, fresh_disk),
        cmocka_unit_test_setup(read__failing_read__is_an_input_error_with_its_errno, fresh_disk),
        cmocka_unit_test_setup(read_file__limits__are_exact, fresh_disk),
        cmocka_unit_test_setup(file_facts__size_existence_digest__are_right, fresh_disk),
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, remove_folder);
}
