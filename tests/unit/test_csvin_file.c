#include "csv_story.h"
#include "failing_io.h"
#include "folder.h"

static int tear_down(void **state)
{
    kp_buf_release(&story);
    return remove_folder(state);
}

static void open__file__reads_as_from_memory(void **state)
{
    (void)state;
    static const char content[] = "\xef\xbb\xbfh1;h2\r\n\"a\r\nb\";c\r\n";
    const char *path = put_file("in.csv", content, sizeof(content) - 1);
    assert_int_equal(kp_csvin_open(&reader, &kp_io_posix, path, 0), KP_OK);
    assert_int_equal(read_all(), KP_OK);
    assert_string_equal(kp_buf_text(&story), "1:h1|h2;2:a\r\nb|c;");
    assert_int_equal(kp_csvin_taken(reader), sizeof(content) - 1);
}

static void open__missing_file__tells_errno(void **state)
{
    (void)state;
    assert_int_equal(kp_csvin_open(&reader, &kp_io_posix, "/tmp/kp_csvin_absent/x.csv", 0), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_null(reader);
}

static void next__failing_read__is_a_read_fault(void **state)
{
    (void)state;
    disk.kinds = READS, disk.fail_at = 1, disk.error = EIO;
    assert_int_equal(kp_csvin_open(&reader, &DISK, put_file("in.csv", "a\n", 2), 0), KP_OK);
    assert_int_equal(read_all(), KP_E_INPUT);
    assert_int_equal(kp_csvin_fault(reader), KP_CSV_READ);
}

static enum kp_encoding probe(const char *bytes, size_t n)
{
    struct kp_probe found = {.encoding = KP_ENC_AUTO};
    assert_int_equal(kp_probe_file(&kp_io_posix, put_file("in.csv", bytes, n), &found), KP_OK);
    assert_int_equal(found.bytes, n);
    uint8_t digest[KP_SHA256_BYTES];
    assert_int_equal(kp_sha256_of(bytes, n, digest), KP_OK);
    assert_memory_equal(found.sha256, digest, KP_SHA256_BYTES);
    return found.encoding;
}

static void comments__of_either_kind__are_passed_over_and_counted(void **state)
{
    (void)state;
    static const char content[] = "# a \"quote\nh1,h2\n#12,x\n# y,z\n#,1\n\"#q\",2\n\"a\n# b\",3\n#end";
    static const struct {
        enum kp_comments comments;
        const char *story;
        unsigned n, n_like_rows, first;
    } cases[] = {{KP_COMMENTS_ALL, "2:h1|h2;5:#|1;6:#q|2;7:a\n# b|3;", 4, 2, 3},
                 {KP_COMMENTS_NOT_DIGITS, "2:h1|h2;3:#12|x;5:#|1;6:#q|2;7:a\n# b|3;", 3, 1, 4}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(kp_csvin_memory(&reader, content, sizeof(content) - 1, 0), KP_OK);
        kp_csvin_skip_comments(reader, cases[i].comments);
        assert_int_equal(read_all(), KP_OK);
        struct kp_csv_comments passed = kp_csvin_comments(reader);
        assert_string_equal(kp_buf_text(&story), cases[i].story);
        assert_int_equal(passed.n, cases[i].n);
        assert_int_equal(passed.n_like_rows, cases[i].n_like_rows);
        assert_int_equal(passed.first_like_row, cases[i].first);
        assert_int_equal(kp_csvin_delimiter(reader), ',');
        kp_csvin_close(reader);
        reader = NULL;
    }
}

static void probe__small_files__are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        enum kp_encoding encoding;
    } cases[] = {
        {"", 0, KP_ENC_UTF8},
        {"a,b\r\n", 5, KP_ENC_UTF8},
        {"健診", 6, KP_ENC_UTF8},
        {"\xef\xbb\xbf" "a", 4, KP_ENC_UTF8},
        {"健\x01診", 7, KP_ENC_UTF8}, /* a control character does not change the encoding */
        {"\x8e\x52\x93\x63", 4, KP_ENC_CP932},
        {"\xc0\xdb\xb3", 3, KP_ENC_CP932},
        {"健診\xe5\x81", 8, KP_ENC_CP932}, /* cut off */
        {"健診\xe5", 7, KP_ENC_CP932},
        {"\xff\xfe" "a\0", 4, KP_ENC_UTF16LE},
        {"\xfe\xff\0a", 4, KP_ENC_UTF16BE},
        {"\xff\xfe", 2, KP_ENC_UTF16LE},
        {"a\xff\xfe", 3, KP_ENC_CP932},
        {"\xef\xbb\xbf" "\x8e\x52\x93\x63", 7, KP_ENC_UTF8}, /* the mark decides */
        {"健康診断の結果\xff健康診断の結果", 43, KP_ENC_UTF8}, /* one bad byte does not make another encoding of it */
        {"\x8e\x52\x93\x63\xff\x8e\x52\x93\x63", 9, KP_ENC_CP932},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (probe(cases[i].bytes, cases[i].n) != cases[i].encoding)
            fail_msg("case %zu", i);
}

static void probe__character_across_the_64_kib_border__is_utf8(void **state)
{
    (void)state;
    static char bytes[140000];
    static const char *const chars[] = {"é", "健", "𠮷"};
    for (size_t k = 0; k < COUNT(chars); k++)
        for (size_t before = 65530; before <= 65537; before++) {
            size_t n = strlen(chars[k]);
            memset(bytes, 'a', sizeof(bytes));
            memcpy(bytes + before, chars[k], n);
            assert_int_equal(probe(bytes, 70000), KP_ENC_UTF8);
            memcpy(bytes + before + 65536, chars[k], n);
            assert_int_equal(probe(bytes, sizeof(bytes)), KP_ENC_UTF8);
            bytes[before + n - 1] = 'a'; /* the character is cut off at the border */
            assert_int_equal(probe(bytes, 70000), KP_ENC_CP932);
        }
}

static void probe__cp932_late_in_the_file__is_found(void **state)
{
    (void)state;
    static char bytes[200000];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes + 1000, "健診", 6);
    memcpy(bytes + sizeof(bytes) - 2, "\x95\x5c", 2);
    assert_int_equal(probe(bytes, sizeof(bytes)), KP_ENC_CP932);
    assert_int_equal(probe(bytes, sizeof(bytes) - 2), KP_ENC_UTF8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(open__file__reads_as_from_memory, close_reader),
        cmocka_unit_test_teardown(open__missing_file__tells_errno, close_reader),
        cmocka_unit_test_teardown(next__failing_read__is_a_read_fault, close_reader),
        cmocka_unit_test_teardown(comments__of_either_kind__are_passed_over_and_counted, close_reader),
        cmocka_unit_test_teardown(probe__small_files__are_told_apart, close_reader),
        cmocka_unit_test_teardown(probe__character_across_the_64_kib_border__is_utf8, close_reader),
        cmocka_unit_test_teardown(probe__cp932_late_in_the_file__is_found, close_reader),
    };
    return cmocka_run_group_tests_name("csvin_file", tests, make_folder, tear_down);
}
