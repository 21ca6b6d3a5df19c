#include "failing_io.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lines.h"

static void next__all_line_ends_in_pieces_of_any_size__are_found(void **state UNUSED)
{
    static const char content[] = "a\r\nb\rc\n\n\r\r\nlonger line\r\nd";
    static const char *const expected[] = {"a\r\n", "b\r", "c\n", "\n", "\r", "\r\n", "longer line\r\n", "d"};
    const char *path = put_file("lines", content, sizeof(content) - 1);
    for (disk.piece = 1; disk.piece < 30; disk.piece++) {
        struct kp_lines lines;
        const char *bytes = NULL;
        size_t n = 0;
        disk.interrupt = disk.piece % 2 != 0;
        assert_int_equal(kp_lines_open(&lines, &DISK, path, 0), KP_OK);
        for (size_t i = 0; i < COUNT(expected); i++) {
            assert_int_equal(kp_lines_next(&lines, 100, &bytes, &n), KP_OK);
            assert_int_equal(n, strlen(expected[i]));
            assert_memory_equal(bytes, expected[i], n);
        }
        assert_int_equal(lines.taken_bytes, sizeof(content) - 1);
        assert_int_equal(kp_lines_next(&lines, 100, &bytes, &n), KP_OK);
        assert_int_equal(n, 0);
        kp_lines_close(&lines);
    }
    assert_int_equal(disk.open_now, 0);
}

static void next__line_end_across_the_64_kib_border__stays_one(void **state UNUSED)
{
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
        struct kp_lines lines;
        const char *bytes = NULL;
        size_t n = 0;
        assert_int_equal(kp_lines_open(&lines, &kp_io_posix, path, 0), KP_OK);
        assert_int_equal(kp_lines_next(&lines, 300000, &bytes, &n), KP_OK);
        assert_int_equal(n, cases[i].first);
        assert_memory_equal(bytes, content, n);
        assert_int_equal(kp_lines_next(&lines, 300000, &bytes, &n), KP_OK);
        assert_int_equal(n, 4);
        assert_memory_equal(bytes, "tail", 4);
        kp_lines_close(&lines);
        free(content);
    }
}

static void next__line_longer_than_allowed__is_efbig(void **state UNUSED)
{
    static const struct {
        const char *content;
        size_t max;
        bool ok;
    } cases[] = {{"12345678\n", 9, true}, {"12345678\n", 8, false}, {"12345678", 8, true},
                 {"12345678", 7, false},  {"1234567\r\n", 9, true}, {"1234567\r\n", 8, false},
                 {"1234567\r", 8, true}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int from_memory = 0; from_memory < 2; from_memory++) {
            struct kp_lines lines;
            const char *bytes = NULL;
            size_t n = 0, size = strlen(cases[i].content);
            if (from_memory)
                kp_lines_memory(&lines, cases[i].content, size);
            else
                assert_int_equal(
                    kp_lines_open(&lines, &kp_io_posix, put_file("long", cases[i].content, size), 0), KP_OK);
            errno = 0;
            assert_int_equal(kp_lines_next(&lines, cases[i].max, &bytes, &n),
                             cases[i].ok ? KP_OK : KP_E_INPUT);
            assert_int_equal(errno, cases[i].ok ? 0 : EFBIG);
            assert_int_equal(n, cases[i].ok ? size : 0);
            kp_lines_close(&lines);
        }
}

static void open__missing_file_folder_and_pipe__are_input_errors(void **state UNUSED)
{
    struct kp_lines lines;
    assert_int_equal(kp_lines_open(&lines, &DISK, in_folder("absent"), 0), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(kp_lines_open(&lines, &DISK, folder, 0), KP_E_INPUT);
    assert_int_equal(errno, EISDIR);
    const char *pipe_path = in_folder("pipe");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    int other_end = open(pipe_path, O_RDWR);
    assert_int_equal(kp_lines_open(&lines, &DISK, pipe_path, 0), KP_E_INPUT);
    assert_int_not_equal(errno, 0);
    (void)close(other_end);
    assert_int_equal(disk.open_now, 0);
}

static void open__at_a_position__begins_there(void **state UNUSED)
{
    struct kp_lines lines;
    const char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(kp_lines_open(&lines, &DISK, put_file("at", "one\ntwo\n", 8), 4), KP_OK);
    assert_int_equal(kp_lines_next(&lines, 100, &bytes, &n), KP_OK);
    assert_int_equal(n, 4);
    assert_memory_equal(bytes, "two\n", 4);
    kp_lines_close(&lines);
    kp_lines_close(&lines);
    assert_int_equal(disk.open_now, 0);
}

static void next__failing_read__is_an_input_error_with_its_errno(void **state UNUSED)
{
    struct kp_lines lines;
    const char *bytes = NULL;
    size_t n = 0;
    disk.fail_at = 2, disk.error = EIO;
    assert_int_equal(kp_lines_open(&lines, &DISK, put_file("bad", "abc\n", 4), 0), KP_OK);
    assert_int_equal(kp_lines_next(&lines, 100, &bytes, &n), KP_E_INPUT);
    assert_int_equal(errno, EIO);
    kp_lines_close(&lines);
    assert_int_equal(disk.open_now, 0);
}

static void next__lf_only__keeps_cr_inside_lines(void **state UNUSED)
{
    struct kp_lines lines;
    const char *bytes = NULL;
    size_t n = 0;
    kp_lines_memory(&lines, "a\rb\r\nc", 6);
    lines.lf_only = true;
    assert_int_equal(kp_lines_next(&lines, 100, &bytes, &n), KP_OK);
    assert_int_equal(n, 5);
    assert_int_equal(kp_lines_next(&lines, 100, &bytes, &n), KP_OK);
    assert_int_equal(n, 1);
    kp_lines_close(&lines);
}

/* Reads the file in pieces of one size and compares all of it with expected. */
static void check_utf16(const char *path, const char *expected)
{
    struct kp_lines lines;
    char all[64];
    size_t at = 0, n = 1;
    assert_int_equal(kp_lines_open(&lines, &DISK, path, 0), KP_OK);
    assert_int_equal(kp_lines_detect_utf16(&lines), KP_OK);
    for (const char *bytes = NULL; n > 0; at += n) {
        assert_int_equal(kp_lines_next(&lines, 60, &bytes, &n), KP_OK);
        memcpy(all + at, bytes, n);
    }
    all[at] = '\0';
    assert_string_equal(all, expected);
    kp_lines_close(&lines);
}

static void detect_utf16__pieces_of_any_size__are_converted(void **state UNUSED)
{
    static const char little[] = "\xff\xfe\x65\x50\x0d\0\x0a\0\x42\xd8\xb7\xdf\x61\0";
    static const char big[] = "\xfe\xff\x50\x65\0\x0d\0\x0a\xd8\x42\xdf\xb7\0\x61";
    for (disk.piece = 1; disk.piece < 8; disk.piece++) {
        check_utf16(put_file("little", little, sizeof(little) - 1), "健\r\n𠮷a");
        check_utf16(put_file("big", big, sizeof(big) - 1), "健\r\n𠮷a");
        check_utf16(put_file("none", "\xffx\n", 3), "\xffx\n");
        check_utf16(put_file("short", "x", 1), "x");
        check_utf16(put_file("empty", "", 0), "");
    }
}

static void detect_utf16__broken_characters__become_0xff(void **state UNUSED)
{
    static const char first_half[] = "\xff\xfe\x42\xd8\x61\0", second_half[] = "\xff\xfe\xb7\xdf\x61\0";
    static const char cut_pair[] = "\xff\xfe\x61\0\x42\xd8", odd[] = "\xff\xfe\x61\0\x62";
    for (disk.piece = 1; disk.piece < 8; disk.piece++) {
        check_utf16(put_file("first", first_half, sizeof(first_half) - 1), "\xff"
                                                                           "a");
        check_utf16(put_file("second", second_half, sizeof(second_half) - 1), "\xff"
                                                                              "a");
        check_utf16(put_file("cut", cut_pair, sizeof(cut_pair) - 1), "a\xff");
        check_utf16(put_file("odd", odd, sizeof(odd) - 1), "a\xff");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(next__all_line_ends_in_pieces_of_any_size__are_found, fresh_disk),
        cmocka_unit_test_setup(next__line_end_across_the_64_kib_border__stays_one, fresh_disk),
        cmocka_unit_test_setup(next__line_longer_than_allowed__is_efbig, fresh_disk),
        cmocka_unit_test_setup(open__missing_file_folder_and_pipe__are_input_errors, fresh_disk),
        cmocka_unit_test_setup(open__at_a_position__begins_there, fresh_disk),
        cmocka_unit_test_setup(next__failing_read__is_an_input_error_with_its_errno, fresh_disk),
        cmocka_unit_test_setup(next__lf_only__keeps_cr_inside_lines, fresh_disk),
        cmocka_unit_test_setup(detect_utf16__pieces_of_any_size__are_converted, fresh_disk),
        cmocka_unit_test_setup(detect_utf16__broken_characters__become_0xff, fresh_disk),
    };
    return cmocka_run_group_tests_name("lines", tests, make_folder, remove_folder);
}
