#include "csv_story.h"
#include "failing_io.h"
#include "folder.h"

static int tear_down(void **state)
{
    kp_buf_release(&story);
    return remove_folder(state);
}

static void open__file__reads_as_from_memory(void **state UNUSED)
{
    static const char content[] = "\xef\xbb\xbfh1;h2\r\n\"a\r\nb\";c\r\n";
    const char *path = put_file("in.csv", content, sizeof(content) - 1);
    assert_int_equal(kp_csvin_open(&reader, &kp_io_posix, path, 0), KP_OK);
    assert_int_equal(read_all(), KP_OK);
    assert_string_equal(kp_buf_text(&story), "1:h1|h2;2:a\r\nb|c;");
    assert_int_equal(reader->lines.taken_bytes, sizeof(content) - 1);
}

static void open__missing_file__sets_errno(void **state UNUSED)
{
    assert_int_equal(kp_csvin_open(&reader, &kp_io_posix, "/tmp/kp_csvin_absent/x.csv", 0), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_null(reader);
}

static void next__failing_read__is_a_read_fault(void **state UNUSED)
{
    disk.kinds = READS, disk.fail_at = 1, disk.error = EIO;
    assert_int_equal(kp_csvin_open(&reader, &DISK, put_file("in.csv", "a\n", 2), 0), KP_OK);
    assert_int_equal(read_all(), KP_E_INPUT);
    assert_int_equal(reader->fault, KP_CSV_READ);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_disk, close_reader)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(open__file__reads_as_from_memory),
        TEST(open__missing_file__sets_errno),
        TEST(next__failing_read__is_a_read_fault),
    };
    return cmocka_run_group_tests_name("csvin_file", tests, make_folder, tear_down);
}
