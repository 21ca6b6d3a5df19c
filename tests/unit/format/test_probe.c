#include "failing_io.h"
#include "folder.h"

#include "format/probe.h"

static enum kp_encoding probe_by(const struct kp_io *io, const char *bytes, size_t n)
{
    struct kp_probe found = {.encoding = KP_ENC_AUTO};
    assert_int_equal(kp_probe_file(io, put_file("in.csv", bytes, n), &found), KP_OK);
    assert_int_equal(found.bytes, n);
    uint8_t digest[KP_SHA256_BYTES];
    assert_int_equal(kp_sha256_of(bytes, n, digest), KP_OK);
    assert_memory_equal(found.sha256, digest, KP_SHA256_BYTES);
    return found.encoding;
}

static enum kp_encoding probe(const char *bytes, size_t n)
{
    return probe_by(&kp_io_posix, bytes, n);
}

static void probe__small_files__have_their_encoding(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum kp_encoding encoding;
    } cases[] = {
        {"", 0, KP_ENC_UTF8},
        {"a,b\r\n", 5, KP_ENC_UTF8},
        {"健診", 6, KP_ENC_UTF8},
        {"\xef\xbb\xbf"
         "a",
         4, KP_ENC_UTF8},
        {"健\x01診", 7, KP_ENC_UTF8}, /* control characters do not count */
        {"\x8e\x52\x93\x63", 4, KP_ENC_CP932},
        {"\xc0\xdb\xb3", 3, KP_ENC_CP932},
        {"健診\xe5\x81", 8, KP_ENC_CP932}, /* truncated */
        {"健診\xe5", 7, KP_ENC_CP932},
        {"\xff\xfe"
         "a\0",
         4, KP_ENC_UTF16LE},
        {"\xfe\xff\0a", 4, KP_ENC_UTF16BE},
        {"\xff\xfe", 2, KP_ENC_UTF16LE},
        {"a\xff\xfe", 3, KP_ENC_CP932},
        {"\xef\xbb\xbf"
         "\x8e\x52\x93\x63",
         7, KP_ENC_UTF8},                                      /* the mark decides */
        {"健康診断の結果\xff健康診断の結果", 43, KP_ENC_UTF8}, /* one bad byte among many */
        {"\x8e\x52\x93\x63\xff\x8e\x52\x93\x63", 9, KP_ENC_CP932},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (probe(cases[i].bytes, cases[i].n) != cases[i].encoding)
            fail_msg("case %zu", i);
}

static void probe__character_across_the_64_kib_border__is_utf8(void **state UNUSED)
{
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
            bytes[before + n - 1] = 'a'; /* cut at the border */
            assert_int_equal(probe(bytes, 70000), KP_ENC_CP932);
        }
}

static void probe__cp932_late_in_the_file__is_found(void **state UNUSED)
{
    static char bytes[200000];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes + 1000, "健診", 6);
    memcpy(bytes + sizeof(bytes) - 2, "\x95\x5c", 2);
    assert_int_equal(probe(bytes, sizeof(bytes)), KP_ENC_CP932);
    assert_int_equal(probe(bytes, sizeof(bytes) - 2), KP_ENC_UTF8);
}

/* The header row of an export in both encodings. */
#define UTF8_ROW "保険者番号,カナ氏名,性別,生年月日,住所,身長,体重\r\n"
#define AS_UTF8 UTF8_ROW UTF8_ROW UTF8_ROW
#define AS_CP932                                                                                             \
    "\x95\xdb\x8c\xaf\x8e\xd2\x94\xd4\x8d\x86,\x83\x4a\x83\x69\x8e\x81\x96\xbc,\x90\xab\x95\xca,"            \
    "\x90\xb6\x94\x4e\x8c\x8e\x93\xfa,\x8f\x5a\x8f\x8a,\x90\x67\x92\xb7,\x91\xcc\x8f\x64\r\n"

static void probe__few_bad_bytes__do_not_change_the_encoding(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        enum kp_encoding encoding;
    } cases[] = {
        {AS_UTF8 "\xff" AS_UTF8, KP_ENC_UTF8},
        {AS_UTF8 "\x95" AS_UTF8, KP_ENC_UTF8},         /* begins a character of CP932 */
        {AS_UTF8 "\xe5\x81\r\n" AS_UTF8, KP_ENC_UTF8}, /* a cell cut in the middle of a character */
        {AS_UTF8 AS_UTF8 "\xe5\x81", KP_ENC_UTF8},
        {AS_UTF8 "\xed\xa0\x80" AS_UTF8, KP_ENC_UTF8}, /* half of a UTF-16 pair */
        {AS_CP932 "\xff" AS_CP932, KP_ENC_CP932},
        {AS_CP932 "\xfd,\xa0,\x80\r\n" AS_CP932, KP_ENC_CP932},
        {AS_CP932 AS_CP932 "\x95", KP_ENC_CP932},
        {AS_CP932 "é" AS_CP932, KP_ENC_CP932},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (probe(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].encoding)
            fail_msg("case %zu", i);
}

static void probe__mark_of_utf8__decides(void **state UNUSED)
{
    static const char *const behind[] = {"", "a\xff", AS_CP932, "\xef\xbb\xbf" AS_CP932};
    for (size_t i = 0; i < COUNT(behind); i++) {
        const char *bytes = textf("\xef\xbb\xbf%s", behind[i]);
        assert_int_equal(probe(bytes, strlen(bytes)), KP_ENC_UTF8);
    }
    assert_int_equal(probe("\xef\xbb" AS_CP932, sizeof(AS_CP932) + 1), KP_ENC_CP932); /* not all of it */
    assert_int_equal(probe("a\xef\xbb\xbf" AS_CP932, sizeof(AS_CP932) + 3), KP_ENC_CP932);
}

/* Without joining characters cut in two, bad bytes would outnumber good characters. */
static void probe__pieces_of_any_size__make_no_difference(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        enum kp_encoding encoding;
    } cases[] = {{"健健\xb1", KP_ENC_CP932},
                 {"\xb1健健", KP_ENC_CP932},
                 {UTF8_ROW "\xb1"
                           "é𠮷é𠮷",
                  KP_ENC_UTF8},
                 {AS_UTF8 "\xff" AS_UTF8, KP_ENC_UTF8},
                 {AS_CP932 "\xff" AS_CP932, KP_ENC_CP932}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(probe(cases[i].bytes, strlen(cases[i].bytes)), cases[i].encoding);
        for (disk.piece = 1; disk.piece < 9; disk.piece++)
            if (probe_by(&DISK, cases[i].bytes, strlen(cases[i].bytes)) != cases[i].encoding)
                fail_msg("case %zu in pieces of %zu", i, disk.piece);
    }
}

static void probe__failure__sets_errno(void **state UNUSED)
{
    struct kp_probe found = {.bytes = 77};
    assert_int_equal(kp_probe_file(&kp_io_posix, "/tmp/kp_csvin_absent/x.csv", &found), KP_E_INPUT);
    assert_int_equal(errno, ENOENT);
    disk.kinds = READS, disk.fail_at = 1, disk.error = EIO;
    assert_int_equal(kp_probe_file(&DISK, put_file("in.csv", "a\n", 2), &found), KP_E_INPUT);
    assert_int_equal(errno, EIO);
    assert_int_equal(found.bytes, 77);
    assert_int_equal(disk.open_now, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(probe__small_files__have_their_encoding, fresh_disk),
        cmocka_unit_test_setup(probe__character_across_the_64_kib_border__is_utf8, fresh_disk),
        cmocka_unit_test_setup(probe__cp932_late_in_the_file__is_found, fresh_disk),
        cmocka_unit_test_setup(probe__few_bad_bytes__do_not_change_the_encoding, fresh_disk),
        cmocka_unit_test_setup(probe__mark_of_utf8__decides, fresh_disk),
        cmocka_unit_test_setup(probe__pieces_of_any_size__make_no_difference, fresh_disk),
        cmocka_unit_test_setup(probe__failure__sets_errno, fresh_disk),
    };
    return cmocka_run_group_tests_name("probe", tests, make_folder, remove_folder);
}
