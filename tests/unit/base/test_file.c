#include "failing_io.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void in_line__all_line_ends_in_pieces_of_any_size__are_found(void **state)
{
    (void)state;
    static const char content[] = "a\r\nb\rc\n\n\r\r\nlonger line\r\nd";
    static const char *const lines[] = {"a\r\n", "b\r", "c\n", "\n", "\r", "\r\n", "longer line\r\n", "d"};
    const char *path = put_file("lines", content, sizeof(content) - 1);
    for (disk.piece = 1; disk.piece < 30; disk.piece++) {
        struct kp_in in;
        const char *bytes = NULL;
        size_t n = 0;
        disk.interrupt = disk.piece % 2 != 0;
        assert_int_equal(kp_in_open(&in, &DISK, path), KP_OK);
        for (size_t i = 0; i < COUNT(lines); i++) {
            assert_int_equal(kp_in_line(&in, 100, &bytes, &n), KP_OK);
            assert_int_equal(n, strlen(lines[i]));
            assert_memory_equal(bytes, lines[i], n);
        }
        assert_int_equal(in.taken_bytes, sizeof(content) - 1);
        assert_int_equal(kp_in_line(&in, 100, &bytes, &n), KP_OK);
        assert_int_equal(n, 0);
        kp_in_close(&in);
    }
    assert_int_equal(disk.open_now, 0);
}

static void in_line__line_end_across_the_64_kib_border__stays_one(void **state)
{
    (void)state;
    static const struct {
        const char *end;
        size_t before, first;
    } cases[] = {{"\r\n", 65535, 65537}, {"\r", 65535, 65536},     {"\n", 65535, 65536},
                 {"\r\n", 65534, 65536}, {"\r\n", 131071, 131073}, {"\r\n", 200000, 200002}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *content = malloc(300000);
        memset(content, 'x', cases[i].before);
        size_t end = strlen(cases[i].end);
        memcpy(content + cases[i].before, cases[i].end, end);
        memcpy(content + cases[i].before + end, "tail", 4);
        const char *path = put_file("border", content, cases[i].before + end + 4);
        struct kp_in in;
        const char *bytes = NULL;
        size_t n = 0;
        assert_int_equal(kp_in_open(&in, &kp_io_posix, path), KP_OK);
        assert_int_equal(kp_in_line(&in, 300000, &bytes, &n), KP_OK);
        assert_int_equal(n, cases[i].first);
        assert_memory_equal(bytes, content, n);
        assert_int_equal(kp_in_line(&in, 300000, &bytes, &n), KP_OK);
        assert_int_equal(n, 4);
        assert_memory_equal(bytes, "tail", 4);
        kp_in_close(&in);
        free(content);
    }
}

static void in_line__longer_than_allowed__is_efbig(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        size_t max;
        bool ok;
    } cases[] = {{"12345678\n", 9, true}, {"12345678\n", 8, false}, {"12345678", 8, true},
                 {"12345678", 7, false},  {"1234567\r\n", 9, true}, {"1234567\r\n", 8, false},
                 {"1234567\r", 8, true}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int from_memory = 0; from_memory < 2; from_memory++) {
            struct kp_in in;
            const char *bytes = NULL;
            size_t n = 0, size = strlen(cases[i].content);
            if (from_memory)
                kp_in_memory(&in, cases[i].content, size);
            else
                assert_int_equal(kp_in_open(&in, &kp_io_posix, put_file("long", cases[i].content, size)),
                                 KP_OK);
            errno = 0;
            assert_int_equal(kp_in_line(&in, cases[i].max, &bytes, &n), cases[i].ok ? KP_OK : KP_E_INPUT);
            assert_int_equal(errno, cases[i].ok ? 0 : EFBIG);
            assert_int_equal(n, cases[i].ok ? size : 0);
            kp_in_close(&in);
        }
}

static void in_chunk__large_file__comes_in_pieces_of_at_most_64_kib(void **state)
{
    (void)state;
    char *content = pattern(200001);
    struct kp_in in;
    size_t at = 0, n = 0;
    const char *bytes = NULL;
    assert_int_equal(kp_in_open(&in, &kp_io_posix, put_file("chunks", content, 200001)), KP_OK);
    while (kp_in_chunk(&in, &bytes, &n) == KP_OK && n > 0) {
        assert_true(n <= 65536);
        assert_memory_equal(bytes, content + at, n);
        at += n;
    }
    assert_int_equal(at, 200001);
    assert_int_equal(in.taken_bytes, 200001);
    kp_in_close(&in);
    free(content);
}

static void in_open__missing_file_folder_and_pipe__are_input_errors(void **state)
{
    (void)state;
    struct kp_in in;
    assert_int_equal(kp_in_open(&in, &DISK, in_folder("absent")), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(kp_in_open(&in, &DISK, folder), KP_E_INPUT);
    assert_int_equal(errno, EISDIR);
    const char *pipe_path = in_folder("pipe");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    int other_end = open(pipe_path, O_RDWR);
    assert_int_equal(kp_in_open(&in, &DISK, pipe_path), KP_E_INPUT);
    assert_int_not_equal(errno, 0);
    (void)close(other_end);
    assert_int_equal(disk.open_now, 0);
}

static void in__failing_read__is_an_input_error_with_its_errno(void **state)
{
    (void)state;
    const char *path = put_file("bad", "abc\n", 4), *bytes = NULL;
    struct kp_in in;
    struct kp_arena arena = {0};
    size_t n = 0;
    uint8_t digest[KP_SHA256_BYTES];
    disk.fail_at = 2, disk.error = EIO;
    assert_int_equal(kp_in_open(&in, &DISK, path), KP_OK);
    assert_int_equal(kp_in_line(&in, 100, &bytes, &n), KP_E_INPUT);
    assert_int_equal(errno, EIO);
    kp_in_close(&in);
    disk.calls = 0;
    assert_int_equal(kp_read_file(&DISK, path, 100, &arena, &bytes, &n), KP_E_INPUT);
    assert_int_equal(errno, EIO);
    disk.calls = 0;
    assert_int_equal(kp_file_sha256(&DISK, path, digest), KP_E_INPUT);
    assert_int_equal(disk.open_now, 0);
    kp_arena_release(&arena);
}

static void read_file__limits__are_exact(void **state)
{
    (void)state;
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

static void file_facts__size_existence_digest__are_told(void **state)
{
    (void)state;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    const char *path = put_file("abc", "abc", 3), *link = in_folder("dangling");
    assert_int_equal(kp_file_sha256(&kp_io_posix, path, digest), KP_OK);
    kp_sha256_hex(digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(kp_file_size(path), 3);
    assert_int_equal(kp_file_size(in_folder("absent")), -1);
    assert_int_equal(symlink("nowhere", link), 0);
    assert_true(kp_path_exists(link));
    assert_false(kp_path_exists(in_folder("absent")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(in_line__all_line_ends_in_pieces_of_any_size__are_found, fresh_disk),
        cmocka_unit_test_setup(in_line__line_end_across_the_64_kib_border__stays_one, fresh_disk),
        cmocka_unit_test_setup(in_line__longer_than_allowed__is_efbig, fresh_disk),
        cmocka_unit_test_setup(in_chunk__large_file__comes_in_pieces_of_at_most_64_kib, fresh_disk),
        cmocka_unit_test_setup(in_open__missing_file_folder_and_pipe__are_input_errors, fresh_disk),
        cmocka_unit_test_setup(in__failing_read__is_an_input_error_with_its_errno, fresh_disk),
        cmocka_unit_test_setup(read_file__limits__are_exact, fresh_disk),
        cmocka_unit_test_setup(file_facts__size_existence_digest__are_told, fresh_disk),
    };
    return cmocka_run_group_tests_name("fsio", tests, make_folder, remove_folder);
}
