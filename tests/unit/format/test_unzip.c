#include "failing_io.h"
#include "folder.h"

#include "base/status.h"
#include "format/unzip.h"
#include "format/zip.h"

#include <zlib.h>

static struct kp_arena arena;
static unsigned n_paths;

static int set_up(void **state)
{
    return make_folder(state);
}

static int tear_down(void **state)
{
    kp_arena_release(&arena);
    return remove_folder(state);
}

static char *new_path(void)
{
    return kp_arena_printf(&arena, "%s/%u.zip", folder, ++n_paths);
}

/* Runs a Python script with z open for writing; Z(name, data, method) adds a member. Returns the archive's
 * path. */
static const char *made_by_python(const char *script)
{
    char *path = new_path();
    char *program =
        kp_arena_printf(&arena,
                        "import sys, zipfile\n"
                        "path = sys.argv[1]\n"
                        "z = zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED)\n"
                        "def Z(name, data, method=8): z.writestr(zipfile.ZipInfo(name), data, method)\n"
                        "%s\n"
                        "z.close()\n",
                        script);
    char *file = kp_arena_printf(&arena, "%s.py", path);
    assert_int_equal(kp_write_file(&kp_io_posix, file, program, strlen(program)), KP_OK);
    assert_int_equal(system(kp_arena_printf(&arena, "python3 '%s' '%s'", file, path)), 0);
    return path;
}

static const char *bytes_of(const char *path, size_t *ret_n)
{
    const char *bytes = NULL;
    assert_int_equal(kp_read_file(&kp_io_posix, path, 256 << 20, &arena, &bytes, ret_n), KP_OK);
    return bytes;
}

static const char *put(const void *bytes, size_t n)
{
    char *path = new_path();
    assert_int_equal(kp_write_file(&kp_io_posix, path, bytes, n), KP_OK);
    return path;
}

/* Reads all members up to the first fault. */
static enum kp_status read_all(const struct kp_io *io, const char *path, size_t max_bytes,
                               size_t *ret_n_members, enum kp_zip_fault *ret_fault)
{
    struct kp_unzip zip;
    struct kp_buf out = {0};
    bool end = false;
    *ret_n_members = 0;
    enum kp_status st = kp_unzip_open(&zip, io, path);
    while (st == KP_OK) {
        struct kp_zip_member m;
        st = kp_unzip_next(&zip, &m, &end);
        if (st != KP_OK || end)
            break;
        ++*ret_n_members;
        st = kp_unzip_read(&zip, &m, max_bytes, &out);
    }
    *ret_fault = zip.fault;
    kp_unzip_close(&zip);
    kp_buf_release(&out);
    return st;
}

static void assert_sound(const char *path, size_t n_members)
{
    size_t n = 0;
    enum kp_zip_fault fault;
    assert_int_equal(read_all(&kp_io_posix, path, SIZE_MAX, &n, &fault), KP_OK);
    assert_int_equal(n, n_members);
}

static void assert_fault(const char *path, enum kp_zip_fault expected)
{
    size_t n = 0;
    enum kp_zip_fault fault;
    assert_int_equal(read_all(&kp_io_posix, path, SIZE_MAX, &n, &fault), KP_E_FAULT);
    assert_int_equal(fault, expected);
}

/* --- sound archives --- */

static void read__contents__are_given_back(void **state UNUSED)
{
    const char *path =
        made_by_python("Z('r/', b''); Z('r/a', b'hello ' * 3); Z('r/s', b'stored', 0); Z('r/empty', b'')");
    static const char *const contents[] = {"", "hello hello hello ", "stored", ""};
    struct kp_unzip zip;
    struct kp_buf out = {0};
    assert_int_equal(kp_unzip_open(&zip, &kp_io_posix, path), KP_OK);
    assert_int_equal(zip.n_members, COUNT(contents));
    for (int round = 0; round < 2; round++, kp_unzip_rewind(&zip)) {
        struct kp_zip_member m;
        bool end = false;
        for (size_t i = 0; i < COUNT(contents); i++) {
            assert_int_equal(kp_unzip_next(&zip, &m, &end), KP_OK);
            assert_false(end);
            assert_int_equal(m.folder, i == 0);
            assert_int_equal(m.method, i == 2 ? 0 : 8);
            assert_int_equal(kp_unzip_read(&zip, &m, 18, &out), KP_OK);
            assert_string_equal(kp_buf_text(&out), contents[i]);
            assert_int_equal(out.len, m.size_bytes);
            assert_int_equal(kp_unzip_read(&zip, &m, SIZE_MAX, NULL), KP_OK);
        }
        assert_int_equal(kp_unzip_next(&zip, &m, &end), KP_OK);
        assert_true(end);
    }
    kp_unzip_close(&zip);
    kp_buf_release(&out);
}

static void open__empty_archive__has_no_members(void **state UNUSED)
{
    assert_sound(put("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22), 0);
    assert_fault(put("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 21), KP_ZIP_NOT_AN_ARCHIVE);
    assert_fault(put("", 0), KP_ZIP_NOT_AN_ARCHIVE);
}

static void open__comment__is_passed_over_up_to_its_greatest_length(void **state UNUSED)
{
    assert_sound(made_by_python("Z('r/a', b'x'); z.comment = b'by the night shift'"), 1);
    assert_sound(made_by_python("Z('r/a', b'x'); z.comment = b'c' * 65535"), 1);
    assert_sound(made_by_python("Z('r/a', b'x'); z.comment = b'PK\\5\\6' * 9"), 1);
    size_t n = 0;
    const char *bytes = bytes_of(made_by_python("Z('r/a', b'x')"), &n);
    char *longer = kp_arena_alloc(&arena, n + 1);
    memcpy(longer, bytes, n);
    assert_fault(put(longer, n + 1), KP_ZIP_NOT_AN_ARCHIVE); /* bytes beyond the comment */
}

static void read__data_descriptors__are_sound(void **state UNUSED)
{
    assert_sound(made_by_python("z.close()\n"
                                "class Pipe:\n" /* zipfile writes data descriptors if it cannot seek */
                                "    def __init__(self): self.f = open(path, 'wb')\n"
                                "    def write(self, b): return self.f.write(b)\n"
                                "    def flush(self): self.f.flush()\n"
                                "z = zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED)\n"
                                "Z('r/a', b'hello ' * 99); Z('r/b', b'stored', 0); Z('r/c', b'')"),
                 3);
}

static void read__zip64_of_python__is_sound(void **state UNUSED)
{
    assert_sound(
        made_by_python(
            "for n in 'abc':\n"
            "    with z.open(zipfile.ZipInfo('r/' + n), 'w', force_zip64=True) as m: m.write(b'x' * 99)"),
        3);
    assert_sound(made_by_python("for n in range(65600): Z('r/%d' % n, b'', 0)"), 65600);
}

static void read__own_archives_around_the_zip64_limit__are_sound(void **state UNUSED)
{
    static const unsigned counts[] = {0, 1, 65534, 65535};
    struct kp_deflate *stream = NULL;
    struct kp_packed packed = {.size = 0};
    assert_int_equal(kp_deflate_new(&stream), KP_OK);
    assert_int_equal(kp_deflate_run(stream, "hello", 5, &packed), KP_OK);
    for (size_t c = 0; c < COUNT(counts); c++) {
        struct kp_zip zip;
        char *path = new_path(), name[16];
        assert_int_equal(kp_zip_create(&zip, &kp_io_posix, path, kp_arena_printf(&arena, "%s.dir", path)),
                         KP_OK);
        for (unsigned i = 0; i < counts[c]; i++) {
            (void)snprintf(name, sizeof(name), "r/%06u", i);
            kp_zip_add(&zip, name, &packed);
        }
        assert_int_equal(kp_zip_finish(&zip), KP_OK);
        assert_sound(path, counts[c]);
    }
    kp_buf_release(&packed.bytes);
    kp_deflate_free(stream);
}

/* --- limits --- */

static void next__name__may_have_512_bytes(void **state UNUSED)
{
    assert_sound(made_by_python("Z('n' * 512, b'x')"), 1);
    assert_fault(made_by_python("Z('n' * 513, b'x')"), KP_ZIP_TOO_MANY);
}

static void read__size__may_be_the_callers_limit(void **state UNUSED)
{
    const char *path = made_by_python("Z('r/a', b'x' * 1000)");
    size_t n = 0;
    enum kp_zip_fault fault;
    assert_int_equal(read_all(&kp_io_posix, path, 1000, &n, &fault), KP_OK);
    assert_int_equal(read_all(&kp_io_posix, path, 999, &n, &fault), KP_E_FAULT);
    assert_int_equal(fault, KP_ZIP_BOMB);
}

/* Zeros shrink a thousandfold: a mebibyte is allowed, one byte more is a bomb. */
static void next__ratio__counts_beyond_a_megabyte(void **state UNUSED)
{
    assert_sound(made_by_python("Z('r/a', b'\\0' * (1 << 20))"), 1);
    assert_fault(made_by_python("Z('r/a', b'\\0' * ((1 << 20) + 1))"), KP_ZIP_BOMB);
    assert_sound(made_by_python("Z('r/a', b'\\0' * (2 << 20), 0)"), 1);
}

/* Builds an archive of one member that declares 200 times its packed bytes and more. */
static const char *of_ratio(uint32_t more)
{
    enum { PACKED = 6000 };
    uint32_t size = PACKED * KP_UNZIP_MAX_RATIO + more;
    size_t n = 0;
    const char *path = made_by_python("Z('r/a', b'\\0' * 6000, 0)");
    const char *sound = bytes_of(path, &n);
    char *bytes = kp_arena_alloc(&arena, n);
    memcpy(bytes, sound, n);
    for (int i = 0; i < 4; i++) /* in the local header and in the directory */
        bytes[22 + (size_t)i] = bytes[n - 22 - 46 - 3 + 24 + (size_t)i] = (char)(size >> 8 * i & 0xff);
    return put(bytes, n);
}

static void next__ratio__may_be_200(void **state UNUSED)
{
    struct kp_unzip zip;
    struct kp_zip_member m;
    bool end = false;
    static const struct {
        uint32_t more;
        enum kp_status status;
    } rows[] = {{0, KP_OK}, {199, KP_OK}, {200, KP_E_FAULT}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(kp_unzip_open(&zip, &kp_io_posix, of_ratio(rows[i].more)), KP_OK);
        assert_int_equal(kp_unzip_next(&zip, &m, &end), rows[i].status);
        assert_int_equal(zip.fault, rows[i].status == KP_OK ? KP_ZIP_SOUND : KP_ZIP_BOMB);
        kp_unzip_close(&zip);
    }
}

static void put_number(uint8_t *to, uint64_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(n >> 8 * i);
}

/* Builds an archive of end records only, whose ZIP64 record counts n members. */
static const char *counting(uint64_t n)
{
    uint8_t bytes[56 + 20 + 22] = "PK\6\6";
    put_number(bytes + 4, 44, 8);
    put_number(bytes + 24, n, 8);
    put_number(bytes + 32, n, 8);
    memcpy(bytes + 56, "PK\6\7", 4);
    put_number(bytes + 56 + 16, 1, 4);
    memcpy(bytes + 76, "PK\5\6", 4);
    put_number(bytes + 76 + 8, 0xffff, 2);
    put_number(bytes + 76 + 10, 0xffff, 2);
    return put(bytes, sizeof(bytes));
}

static void open__members__may_be_as_many_as_can_be_named(void **state UNUSED)
{
    assert_sound(counting(0), 0);
    assert_fault(counting(KP_UNZIP_MAX_MEMBERS), KP_ZIP_DIRECTORY); /* allowed, but missing */
    assert_fault(counting(KP_UNZIP_MAX_MEMBERS + 1), KP_ZIP_TOO_MANY);
    assert_fault(counting(UINT64_MAX), KP_ZIP_TOO_MANY);
}

/* --- faulty archives --- */

static void read__each_cut__is_a_fault(void **state UNUSED)
{
    size_t n = 0, n_members = 0;
    const char *bytes = bytes_of(made_by_python("Z('r/a', b'hello ' * 9); Z('r/b', b'stored', 0)"), &n);
    enum kp_zip_fault fault;
    for (size_t k = 0; k < n; k++) {
        const char *path = put(bytes, k);
        assert_int_equal(read_all(&kp_io_posix, path, SIZE_MAX, &n_members, &fault), KP_E_FAULT);
        assert_int_equal(fault, KP_ZIP_NOT_AN_ARCHIVE);
        assert_int_equal(unlink(path), 0);
    }
}

/* Every flipped bit is a fault, except for bits that pad the last byte of the stream. */
static void read__each_bit_of_the_data__is_watched(void **state UNUSED)
{
    size_t n = 0, n_members = 0;
    const char *sound = bytes_of(made_by_python("Z('r/a', b'hello, world ' * 9)"), &n);
    size_t packed = 0, from = 30 + 3, n_unseen = 0;
    for (size_t i = 0; i < 4; i++)
        packed |= (size_t)(unsigned char)sound[18 + i] << 8 * i;
    enum kp_zip_fault fault;
    for (size_t bit = 0; bit < packed * 8; bit++) {
        char *bytes = kp_arena_alloc(&arena, n);
        memcpy(bytes, sound, n);
        bytes[from + bit / 8] = (char)(bytes[from + bit / 8] ^ 1 << bit % 8);
        const char *path = put(bytes, n);
        enum kp_status st = read_all(&kp_io_posix, path, SIZE_MAX, &n_members, &fault);
        assert_true(st == KP_E_FAULT ? fault == KP_ZIP_DATA || fault == KP_ZIP_CRC
                                     : st == KP_OK && bit / 8 == packed - 1);
        n_unseen += st == KP_OK;
        assert_int_equal(unlink(path), 0);
    }
    assert_true(packed > 10 && n_unseen < 8);
}

/* Its check value and size are right for what libdeflate makes of it. */
static void read__stream_that_zlib_refuses__is_a_fault(void **state UNUSED)
{
    const char *path =
        made_by_python("z.close(); open(path, 'wb').write(bytes.fromhex('"
                       "504b030414000000080000002100d30e36fb0e0000008f0100000c000000612f44415441"
                       "2f782e786d6cb349b44b1a078302d8e827da0100504b0102140314000000080000002100"
                       "d30e36fb0e0000008f0100000c0000000000000000000000808100000000612f44415441"
                       "2f782e786d6c504b050600000000010001003a000000380000000000"
                       "'))");
    assert_fault(path, KP_ZIP_DATA);
}

static void read__bytes_behind_the_stream__are_a_fault(void **state UNUSED)
{
    for (int i = 0; i < 4; i++) {
        const char *path = made_by_python(
            kp_arena_printf(&arena,
                            "import os, struct, zlib\n"
                            "plain, more = os.urandom(%d), b'%s'\n"
                            "c = zlib.compressobj(6, 8, -15)\n"
                            "packed = c.compress(plain) + c.flush() + more\n"
                            "Z('r/a', packed, 0); z.close()\n"
                            "b = bytearray(open(path, 'rb').read())\n"
                            "own = struct.pack('<III', zlib.crc32(plain), len(packed), len(plain))\n"
                            "central = b.rindex(b'PK\\1\\2')\n"
                            "b[8], b[central + 10] = 8, 8\n"
                            "b[14:26] = b[central + 16:central + 28] = own\n"
                            "open(path, 'wb').write(b)",
                            i < 2 ? 1000 : 2 << 20, i % 2 ? "x" : ""));
        if (i % 2)
            assert_fault(path, KP_ZIP_DATA);
        else
            assert_sound(path, 1);
    }
}

static void next__links_and_devices__are_special(void **state UNUSED)
{
    const char *path = made_by_python(
        "for mode in (0o120777, 0o20666, 0o10666, 0o60666, 0o140777, 0o100600, 0o40700, 0):\n"
        "    i = zipfile.ZipInfo('r/%o' % mode); i.create_system = 3; i.external_attr = mode << 16\n"
        "    z.writestr(i, b'x')");
    static const bool special[] = {true, true,  true, true,
                                   true, false, true, false}; /* folders end with a slash */
    struct kp_unzip zip;
    struct kp_zip_member m;
    bool end = false;
    assert_int_equal(kp_unzip_open(&zip, &kp_io_posix, path), KP_OK);
    for (size_t i = 0; i < COUNT(special); i++) {
        assert_int_equal(kp_unzip_next(&zip, &m, &end), KP_OK);
        assert_int_equal(m.special, special[i]);
    }
    kp_unzip_close(&zip);
}

static void next__name_with_nul__is_given_whole(void **state UNUSED)
{
    size_t n = 0;
    const char *sound = bytes_of(made_by_python("Z('r/axb', b'x')"), &n);
    char *bytes = kp_arena_alloc(&arena, n);
    memcpy(bytes, sound, n);
    bytes[33] = bytes[n - 22 - 2] = '\0';
    struct kp_unzip zip;
    struct kp_zip_member m;
    bool end = false;
    assert_int_equal(kp_unzip_open(&zip, &kp_io_posix, put(bytes, n)), KP_OK);
    assert_int_equal(kp_unzip_next(&zip, &m, &end), KP_OK);
    assert_int_equal(m.n_name, 5);
    assert_memory_equal(m.name, "r/a\0b", 6);
    assert_int_equal(kp_unzip_read(&zip, &m, 1, NULL), KP_OK);
    kp_unzip_close(&zip);
}

/* --- failing disk --- */

static ssize_t disk_pread(int fd, void *bytes, size_t n, off_t at)
{
    if (interrupted() || fails(READS))
        return -1;
    return pread(fd, bytes, disk.piece && disk.piece < n ? disk.piece : n, at);
}

static void read__any_failing_call__is_an_input_error(void **state)
{
    /* A piece from each window, and one that is longer than a window. */
    const char *path = made_by_python("Z('r/a', b'hello ' * 9); Z('r/b', b'stored' * 9999, 0)");
    struct kp_io io = DISK;
    size_t n = 0;
    enum kp_zip_fault fault;
    io.pread = disk_pread;
    (void)fresh_disk(state);
    disk.kinds = OPENS | READS;
    assert_int_equal(read_all(&io, path, SIZE_MAX, &n, &fault), KP_OK);
    int calls = disk.calls;
    assert_true(calls > 4);
    for (int k = 1; k <= calls; k++) {
        (void)fresh_disk(state);
        disk.fail_at = k, disk.error = EIO, disk.kinds = OPENS | READS;
        assert_int_equal(read_all(&io, path, SIZE_MAX, &n, &fault), KP_E_INPUT);
        assert_int_equal(disk.open_now, 0);
    }
}

static void read__slow_disk__changes_nothing(void **state)
{
    const char *path = made_by_python("Z('r/a', b'hello ' * 999); Z('r/b', b'stored', 0)");
    struct kp_io io = DISK;
    size_t n = 0;
    enum kp_zip_fault fault;
    io.pread = disk_pread;
    (void)fresh_disk(state);
    disk.piece = 7, disk.interrupt = true;
    assert_int_equal(read_all(&io, path, SIZE_MAX, &n, &fault), KP_OK);
    assert_int_equal(n, 2);
}

static void open__what_is_no_file__is_an_input_error(void **state UNUSED)
{
    struct kp_unzip zip;
    const char *const paths[] = {kp_arena_printf(&arena, "%s/absent", folder), folder, "/dev/null"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        assert_int_equal(kp_unzip_open(&zip, &kp_io_posix, paths[i]), KP_E_INPUT);
        assert_true(errno == (i == 0 ? ENOENT : i == 1 ? EISDIR : EINVAL));
        kp_unzip_close(&zip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__contents__are_given_back),
        cmocka_unit_test(open__empty_archive__has_no_members),
        cmocka_unit_test(open__comment__is_passed_over_up_to_its_greatest_length),
        cmocka_unit_test(read__data_descriptors__are_sound),
        cmocka_unit_test(read__zip64_of_python__is_sound),
        cmocka_unit_test(read__own_archives_around_the_zip64_limit__are_sound),
        cmocka_unit_test(next__name__may_have_512_bytes),
        cmocka_unit_test(read__size__may_be_the_callers_limit),
        cmocka_unit_test(next__ratio__counts_beyond_a_megabyte),
        cmocka_unit_test(next__ratio__may_be_200),
        cmocka_unit_test(open__members__may_be_as_many_as_can_be_named),
        cmocka_unit_test(read__each_cut__is_a_fault),
        cmocka_unit_test(read__each_bit_of_the_data__is_watched),
        cmocka_unit_test(read__stream_that_zlib_refuses__is_a_fault),
        cmocka_unit_test(read__bytes_behind_the_stream__are_a_fault),
        cmocka_unit_test(next__links_and_devices__are_special),
        cmocka_unit_test(next__name_with_nul__is_given_whole),
        cmocka_unit_test(read__any_failing_call__is_an_input_error),
        cmocka_unit_test(read__slow_disk__changes_nothing),
        cmocka_unit_test(open__what_is_no_file__is_an_input_error),
    };
    return cmocka_run_group_tests_name("unzip", tests, set_up, tear_down);
}
