#include "failing_io.h"
#include "folder.h"

#include "format/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static struct kp_arena arena;
static struct kp_deflate *deflate_stream;
static unsigned n_paths;
static struct kp_packed big_packed; /* compressed once, used by every archive */

static int set_up(void **state)
{
    return make_folder(state) == 0 && kp_deflate_new(&deflate_stream) == KP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    kp_buf_release(&big_packed.bytes);
    kp_deflate_free(deflate_stream);
    kp_arena_release(&arena);
    return remove_folder(state);
}

static char *new_path(const char *suffix)
{
    return kp_arena_printf(&arena, "%s/%u.%s", folder, ++n_paths, suffix);
}

static void add(struct kp_zip *zip, const char *name, const char *bytes, size_t n)
{
    struct kp_packed packed = {.size = 0};
    assert_int_equal(kp_deflate_run(deflate_stream, bytes, n, &packed), KP_OK);
    kp_zip_add(zip, name, &packed);
    kp_buf_release(&packed.bytes);
}

/* Three members: a text, an empty file, and a megabyte that hardly compresses. */
static char *big_member(size_t *ret_n)
{
    enum { N = 1 << 20 };
    char *bytes = malloc(N);
    assert_non_null(bytes);
    uint32_t x = 2463534242u;
    for (size_t i = 0; i < N; i++) {
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        bytes[i] = (char)(x & 0xff);
    }
    *ret_n = N;
    return bytes;
}

static unsigned
    n_more; /* members beside the usual ones: 400 are more than the buffer of the directory holds */

static enum kp_status make_archive(const char *path, const char *central)
{
    struct kp_zip zip;
    if (big_packed.size == 0) {
        size_t n = 0;
        char *big = big_member(&n);
        assert_int_equal(kp_deflate_run(deflate_stream, big, n, &big_packed), KP_OK);
        free(big);
    }
    enum kp_status st = kp_zip_create(&zip, &DISK, path, central);
    if (st == KP_OK) {
        add(&zip, "root/DATA/h1.xml", "<?xml?>\nhello hello hello hello hello hello hello hello\n", 56);
        add(&zip, "root/empty", "", 0);
        kp_zip_add(&zip, "root/big.bin", &big_packed);
        for (unsigned i = 0; i < n_more; i++)
            add(&zip, "root/more", "", 0);
        st = kp_zip_finish(&zip);
    } else {
        kp_zip_abandon(&zip);
    }
    return st;
}

static const char *bytes_of(const char *path, size_t *ret_n)
{
    const char *bytes = NULL;
    assert_int_equal(kp_read_file(&kp_io_posix, path, 64 << 20, &arena, &bytes, ret_n), KP_OK);
    return bytes;
}

static int shell(const char *command)
{
    return system(command);
}

static void archive__unzip_and_7z__find_it_sound(void **state UNUSED)
{
    char *path = new_path("zip");
    assert_int_equal(make_archive(path, new_path("dir")), KP_OK);
    assert_int_equal(shell(kp_arena_printf(&arena, "unzip -tqq '%s' >/dev/null", path)), 0);
    assert_int_equal(shell(kp_arena_printf(&arena, "7z t '%s' >/dev/null", path)), 0);
    assert_int_equal(
        shell(kp_arena_printf(&arena, "unzip -p '%s' root/DATA/h1.xml | grep -q '^hello hello'", path)), 0);
}

static const char SCRIPT[] =
    "import sys, zipfile\n"
    "z = zipfile.ZipFile(sys.argv[1])\n"
    "i = z.infolist()\n"
    "x = 2463534242; big = bytearray()\n"
    "for _ in range(1 << 20):\n"
    "    x ^= x << 13 & 0xffffffff; x ^= x >> 17; x ^= x << 5 & 0xffffffff; big.append(x & 255)\n"
    "assert [m.filename for m in i] == ['root/DATA/h1.xml', 'root/empty', 'root/big.bin']\n"
    "assert [m.file_size for m in i] == [56, 0, 1 << 20]\n"
    "assert z.read(i[0]) == b'<?xml?>\\n' + b' '.join([b'hello'] * 8) + b'\\n' and i[0].compress_size < 56\n"
    "assert z.read(i[1]) == b'' and z.read(i[2]) == bytes(big)\n"
    "assert z.testzip() is None and z.comment == b''\n"
    "for m in i:\n"
    "    assert m.date_time == (1980, 1, 1, 0, 0, 0) and m.flag_bits == 0 and m.compress_type == 8, m\n"
    "    assert m.extra == b'' and m.comment == b'' and m.create_system == 3 and m.extract_version == 20, m\n"
    "    assert m.external_attr >> 16 == 0o100600, oct(m.external_attr)\n"
    "d = open(sys.argv[1], 'rb').read()\n"
    "for m in i:\n" /* the local header says the same as the directory: crc, sizes, no data descriptor */
    "    import struct\n"
    "    h = struct.unpack('<4s5H3L2H', d[m.header_offset:m.header_offset + 30])\n"
    "    assert h == (b'PK\\3\\4', 20, 0, 8, 0, 33, m.CRC, m.compress_size, m.file_size, len(m.filename), 0), h\n"
    "end = i[2].header_offset + 30 + len(i[2].filename) + i[2].compress_size\n"
    "assert d[end:end + 4] == b'PK\\1\\2' and len(d) - 22 == d.rfind(b'PK\\5\\6')\n";

static int python(const char *script, const char *path)
{
    char *file = new_path("py");
    assert_int_equal(kp_write_file(&kp_io_posix, file, script, strlen(script)), KP_OK);
    return shell(kp_arena_printf(&arena, "python3 '%s' '%s'", file, path));
}

static void archive__python__reads_names_sizes_contents_times_and_modes(void **state UNUSED)
{
    char *path = new_path("zip");
    assert_int_equal(make_archive(path, new_path("dir")), KP_OK);
    assert_int_equal(python(SCRIPT, path), 0);
}

static void archive__made_twice__has_the_same_bytes(void **state UNUSED)
{
    size_t n[2] = {0, 0};
    const char *bytes[2];
    for (size_t i = 0; i < 2; i++) {
        char *path = new_path("zip");
        assert_int_equal(make_archive(path, new_path("dir")), KP_OK);
        bytes[i] = bytes_of(path, &n[i]);
    }
    assert_true(n[0] == n[1] && n[0] > 1 << 20);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
}

static void archive__without_members__is_an_end_record_alone(void **state UNUSED)
{
    struct kp_zip zip;
    char *path = new_path("zip");
    size_t n = 0;
    assert_int_equal(kp_zip_create(&zip, &kp_io_posix, path, new_path("dir")), KP_OK);
    assert_int_equal(kp_zip_finish(&zip), KP_OK);
    assert_memory_equal(bytes_of(path, &n), "PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    assert_int_equal(n, 22);
}

static void archive__in_the_making__is_private(void **state UNUSED)
{
    struct stat info;
    char *path = new_path("zip");
    assert_int_equal(make_archive(path, new_path("dir")), KP_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void create__file_that_exists__is_not_overwritten(void **state UNUSED)
{
    struct kp_zip zip;
    char *path = new_path("zip");
    size_t n = 0;
    assert_int_equal(kp_write_file(&kp_io_posix, path, "precious", 8), KP_OK);
    assert_int_equal(kp_zip_create(&zip, &kp_io_posix, path, new_path("dir")), KP_E_SYSTEM);
    kp_zip_abandon(&zip);
    assert_memory_equal(bytes_of(path, &n), "precious", 8);
}

/* The numbers around the limit of 16 bits: 65,534 members need no ZIP64, 65,535 and more do. */
static void archive__many_members__turns_to_zip64(void **state UNUSED)
{
    static const unsigned counts[] = {65534, 65535, 70000};
    static const char script[] =
        "import sys, zipfile, struct\n"
        "p, n = sys.argv[1].split(':'); n = int(n)\n"
        "z = zipfile.ZipFile(p); i = z.infolist()\n"
        "assert len(i) == n, len(i)\n"
        "assert i[0].filename == 'r/000000' and i[-1].filename == 'r/%06d' % (n - 1)\n"
        "for k in (0, 1, 32767, 65533, n - 1): assert z.read(i[k]) == (b'even', b'odd')[k % 2]\n"
        "d = open(p, 'rb').read(); assert d[-22:-18] == b'PK\\5\\6'\n"
        "said = struct.unpack('<2H', d[-14:-10]); has64 = d[-42:-38] == b'PK\\6\\7'\n"
        "assert (said, has64) == (((n, n), False) if n < 65535 else ((65535, 65535), True)), (said, has64)\n"
        "if has64:\n"
        "    at = struct.unpack('<Q', d[-34:-26])[0]; r = struct.unpack('<4sQ2H2L4Q', d[at:at + 56])\n"
        "    assert r[0] == b'PK\\6\\6' and r[1] == 44 and r[6:8] == (n, n) and at + 56 + 20 + 22 == len(d), r\n"
        "    assert r[8] + r[9] == at and d[r[9]:r[9] + 4] == b'PK\\1\\2', r\n";
    for (size_t c = 0; c < 3; c++) {
        struct kp_zip zip;
        struct kp_packed packed[2] = {{.size = 0}, {.size = 0}};
        char *path = new_path("zip"), name[16];
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(kp_deflate_run(deflate_stream, k ? "odd" : "even", k ? 3 : 4, &packed[k]),
                             KP_OK);
        assert_int_equal(kp_zip_create(&zip, &kp_io_posix, path, new_path("dir")), KP_OK);
        for (unsigned k = 0; k < counts[c]; k++) {
            (void)snprintf(name, sizeof(name), "r/%06u", k);
            kp_zip_add(&zip, name, &packed[k % 2]);
        }
        kp_buf_release(&packed[0].bytes);
        kp_buf_release(&packed[1].bytes);
        assert_int_equal(kp_zip_finish(&zip), KP_OK);
        assert_int_equal(python(script, kp_arena_printf(&arena, "%s:%u", path, counts[c])), 0);
        if (c == 2)
            assert_int_equal(shell(kp_arena_printf(
                                 &arena, "unzip -tqq '%s' >/dev/null && 7z t '%s' >/dev/null", path, path)),
                             0);
    }
}

static void finish__any_failing_call__is_reported(void **state)
{
    static const struct {
        unsigned kind, n_more;
        int at_least, error;
    } rows[] = {{WRITES, 0, 3, ENOSPC},
                {OPENS, 0, 3, EMFILE},
                {SYNCS, 0, 1, EIO},
                {WRITES, 400, 8, ENOSPC},
                {OPENS, 400, 7, EMFILE}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)fresh_disk(state);
        disk.kinds = rows[i].kind;
        n_more = rows[i].n_more;
        assert_int_equal(make_archive(new_path("zip"), new_path("dir")), KP_OK);
        int calls = disk.calls;
        if (calls < rows[i].at_least)
            fail_msg("row %zu: only %d calls", i, calls);
        for (int k = 1; k <= calls; k++) {
            disk.calls = 0, disk.fail_at = k, disk.error = rows[i].error;
            assert_int_equal(make_archive(new_path("zip"), new_path("dir")), KP_E_SYSTEM);
            assert_int_equal(errno, rows[i].error);
        }
    }
    n_more = 0;
}

/* The directory is the same, whether it was in memory or in a file. */
static void finish__many_members__are_all_in_the_directory(void **state UNUSED)
{
    n_more = 400;
    char *path = new_path("zip"), *dir = new_path("dir");
    assert_int_equal(make_archive(path, dir), KP_OK);
    n_more = 0;
    assert_true(kp_path_exists(&kp_io_posix, dir));
    assert_int_equal(shell(kp_arena_printf(&arena, "unzip -tqq '%s' >/dev/null", path)), 0);
    assert_int_equal(shell(kp_arena_printf(&arena, "test $(unzip -Z1 '%s' | grep -c root/more) = 400", path)),
                     0);
    dir = new_path("dir");
    assert_int_equal(make_archive(new_path("zip"), dir), KP_OK);
    assert_true(kp_path_absent(&kp_io_posix, dir));
}

static void deflate__any_contents__inflate_back_with_the_right_crc(void **state UNUSED)
{
    size_t n = 0;
    char *big = big_member(&n);
    const size_t sizes[] = {0, 1, 2, 100, 65535, 65536, n};
    struct kp_packed packed = {.size = 0};
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        char *back = malloc(n + 1);
        z_stream z = {.zalloc = NULL};
        assert_non_null(back);
        assert_int_equal(kp_deflate_run(deflate_stream, big, sizes[s], &packed), KP_OK);
        z.next_in = (Bytef *)packed.bytes.data;
        z.avail_in = (uInt)packed.bytes.len;
        z.next_out = (Bytef *)back;
        z.avail_out = (uInt)n + 1;
        assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, sizes[s]);
        assert_int_equal(z.avail_in, 0);
        assert_memory_equal(back, big, sizes[s]);
        assert_int_equal(packed.size, sizes[s]);
        assert_int_equal(packed.crc, crc32(0, (const Bytef *)big, (uInt)sizes[s]));
        assert_int_equal(inflateEnd(&z), Z_OK);
        free(back);
    }
    /* the check value every CRC-32 catalogue gives */
    assert_int_equal(kp_deflate_run(deflate_stream, "123456789", 9, &packed), KP_OK);
    assert_int_equal(packed.crc, 0xcbf43926);
    kp_buf_release(&packed.bytes);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(archive__unzip_and_7z__find_it_sound, fresh_disk),
        cmocka_unit_test_setup(archive__python__reads_names_sizes_contents_times_and_modes, fresh_disk),
        cmocka_unit_test_setup(archive__made_twice__has_the_same_bytes, fresh_disk),
        cmocka_unit_test_setup(archive__without_members__is_an_end_record_alone, fresh_disk),
        cmocka_unit_test_setup(archive__in_the_making__is_private, fresh_disk),
        cmocka_unit_test_setup(create__file_that_exists__is_not_overwritten, fresh_disk),
        cmocka_unit_test_setup(archive__many_members__turns_to_zip64, fresh_disk),
        cmocka_unit_test_setup(finish__any_failing_call__is_reported, fresh_disk),
        cmocka_unit_test_setup(finish__many_members__are_all_in_the_directory, fresh_disk),
        cmocka_unit_test_setup(deflate__any_contents__inflate_back_with_the_right_crc, fresh_disk),
    };
    return cmocka_run_group_tests_name("zip", tests, set_up, tear_down);
}
