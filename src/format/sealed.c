#include "format/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zip.h>
#include <zlib.h>

#include "base/status.h"

enum { MAX_RATIO = 200, PIECE = 1 << 16 };
static const zip_uint64_t MAX_BYTES = (zip_uint64_t)4 << 30;

/* --- the directory --- */

enum { END_BYTES = 22, ENTRY_BYTES = 46, LOCAL_CRC = 14, ENTRY_CRC = 16, MAX_COMMENT = 65535 };
enum { LOCATOR_BYTES = 20, END64_BYTES = 56, EXTRA_BYTES = 256 };
static const uint64_t IN_ZIP64 = 0xffffffff; /* a size or offset that is in a field of ZIP64 */

static uint64_t number_at(const uint8_t *at, size_t n)
{
    uint64_t number = 0;
    while (n-- > 0)
        number = number << 8 | at[n];
    return number;
}

/* Reads the end record, behind which a comment may follow. */
static bool find_end(const struct kp_io *io, int fd, uint64_t size, uint8_t end[END_BYTES])
{
    size_t n = 0;
    for (uint64_t back = END_BYTES; back <= size && back <= END_BYTES + MAX_COMMENT; back++)
        if (kp_file_read_at(io, fd, end, END_BYTES, size - back, &n) == KP_OK && n == END_BYTES &&
            memcmp(end, "PK\5\6", 4) == 0)
            return true;
    return false;
}

/* Reads the entry at that offset of the directory; returns the length of it, or 0. */
static uint64_t read_entry(const struct kp_io *io, int fd, uint64_t at, uint8_t entry[ENTRY_BYTES])
{
    size_t n = 0;
    if (kp_file_read_at(io, fd, entry, ENTRY_BYTES, at, &n) != KP_OK || n < ENTRY_BYTES)
        return 0;
    return ENTRY_BYTES + number_at(entry + 28, 2) + number_at(entry + 30, 2) + number_at(entry + 32, 2);
}

/* --- writing --- */

/* fd: the open file, -1 for bytes. */
static bool add_member(zip_t *zip, const struct kp_seal_member *m, int fd, const char *password)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    zip_source_t *source =
        fd < 0 ? zip_source_buffer(zip, m->bytes, m->n, 0) : zip_source_file(zip, path, 0, -1);
    if (!source)
        return false;
    zip_int64_t at = zip_file_add(zip, m->name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return false;
    }
    /* What is inside is compressed already. */
    return zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0 &&
           zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_AES_256, password) == 0;
}

static int error_of(zip_t *zip)
{
    zip_error_t *error = zip_get_error(zip);
    if (zip_error_system_type(error) == ZIP_ET_SYS)
        return zip_error_code_system(error);
    return zip_error_code_zip(error) == ZIP_ER_MEMORY ? ENOMEM : 0;
}

static bool read_at(const struct kp_io *io, int fd, uint8_t *to, size_t n, uint64_t at)
{
    size_t got = 0;
    return kp_file_read_at(io, fd, to, n, at, &got) == KP_OK && got == n;
}

/* Finds the directory of an archive that was written here, which has no comment. */
static bool find_directory(const struct kp_io *io, int fd, uint64_t size, uint64_t *ret_at)
{
    uint8_t end[END_BYTES], locator[LOCATOR_BYTES], end64[END64_BYTES];
    if (!find_end(io, fd, size, end))
        return false;
    *ret_at = number_at(end + 16, 4);
    if (*ret_at != IN_ZIP64)
        return true;
    if (!read_at(io, fd, locator, LOCATOR_BYTES, size - END_BYTES - LOCATOR_BYTES) ||
        memcmp(locator, "PK\6\7", 4) != 0 ||
        !read_at(io, fd, end64, END64_BYTES, number_at(locator + 8, 8)) || memcmp(end64, "PK\6\6", 4) != 0)
        return false;
    *ret_at = number_at(end64 + 48, 8);
    return true;
}

/* Returns the offset that the ZIP64 field of an entry has: behind the sizes that are there, too. */
static bool read_offset64(const struct kp_io *io, int fd, uint64_t at, const uint8_t entry[ENTRY_BYTES],
                          uint64_t *ret_offset)
{
    uint8_t extra[EXTRA_BYTES];
    const size_t n = (size_t)number_at(entry + 30, 2);
    const size_t before =
        (number_at(entry + 24, 4) == IN_ZIP64 ? 8u : 0u) + (number_at(entry + 20, 4) == IN_ZIP64 ? 8u : 0u);
    if (n > EXTRA_BYTES || !read_at(io, fd, extra, n, at + ENTRY_BYTES + number_at(entry + 28, 2)))
        return false;
    for (size_t k = 0; k + 4 <= n; k += 4 + (size_t)number_at(extra + k + 2, 2))
        if (number_at(extra + k, 2) == 1 && k + 4 + before + 8 <= n) {
            *ret_offset = number_at(extra + k + 4 + before, 8);
            return true;
        }
    return false;
}

/* The library leaves the checksums of the contents in the headers, where AE-2 wants zeros: they would say
 * something of what is inside. Nothing is written but into headers. */
static enum kp_status remove_checksums(const struct kp_io *io, int fd, uint64_t size, size_t n_members)
{
    static const uint8_t zeros[4] = {0};
    uint8_t entry[ENTRY_BYTES], local[4];
    uint64_t at = 0;
    if (!find_directory(io, fd, size, &at))
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n_members; i++) {
        const uint64_t n = read_entry(io, fd, at, entry);
        if (n == 0 || memcmp(entry, "PK\1\2", 4) != 0)
            return KP_E_SYSTEM;
        uint64_t offset = number_at(entry + 42, 4);
        if (offset == IN_ZIP64 && !read_offset64(io, fd, at, entry, &offset))
            return KP_E_SYSTEM;
        if (!read_at(io, fd, local, sizeof(local), offset) || memcmp(local, "PK\3\4", 4) != 0 ||
            kp_scratch_write(io, fd, zeros, sizeof(zeros), at + ENTRY_CRC) != KP_OK ||
            kp_scratch_write(io, fd, zeros, sizeof(zeros), offset + LOCAL_CRC) != KP_OK)
            return KP_E_SYSTEM;
        at += n;
    }
    return KP_OK;
}

/* The library has written the file, but neither synced it nor kept it from other users. */
static enum kp_status complete_file(const struct kp_io *io, const char *path, size_t n_members)
{
    int64_t size = kp_file_size(io, path);
    int fd = size < 0 ? -1 : kp_io_open(io, path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return KP_E_SYSTEM;
    bool ok = fchmod(fd, S_IRUSR | S_IWUSR) == 0 &&
              remove_checksums(io, fd, (uint64_t)size, n_members) == KP_OK && io->fsync(fd) == 0;
    int error = errno;
    if (io->close(fd) != 0 && ok)
        return KP_E_SYSTEM;
    errno = error;
    return ok ? KP_OK : KP_E_SYSTEM;
}

/* Writes the archive with the library, which knows paths alone: this one begins with a descriptor. */
static bool write_members(const char *path, const struct kp_seal_member *members, const int *fds, size_t n,
                          const char *password)
{
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_EXCL, NULL);
    bool ok = zip != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = add_member(zip, &members[i], fds[i], password);
    if (ok && zip_close(zip) == 0)
        return true;
    if (zip) {
        int error = error_of(zip);
        zip_discard(zip);
        errno = error;
    }
    return false;
}

static enum kp_status write_at(const struct kp_io *io, const char *path, const struct kp_seal_member *members,
                               const int *fds, size_t n, const char *password)
{
    char anchored[sizeof(((struct kp_leaf *)0)->name) + 32];
    struct kp_leaf leaf;
    if (!kp_leaf_open(io, path, &leaf))
        return KP_E_SYSTEM;
    (void)snprintf(anchored, sizeof(anchored), "/proc/self/fd/%d/%s", leaf.at, leaf.name);
    bool written = write_members(leaf.below ? anchored : path, members, fds, n, password);
    kp_leaf_close(&leaf);
    return written ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_seal_write(const struct kp_io *io, const char *path, const struct kp_seal_member *members,
                             size_t n_members, const char *password)
{
    int fds[KP_SEAL_MAX_MEMBERS] = {-1, -1};
    enum kp_status st = KP_OK;
    errno = 0;
    if (n_members > KP_SEAL_MAX_MEMBERS || kp_path_exists(io, path)) {
        errno = n_members > KP_SEAL_MAX_MEMBERS ? EINVAL : EEXIST;
        return KP_E_SYSTEM;
    }
    for (size_t i = 0; st == KP_OK && i < n_members; i++)
        if (members[i].path && kp_file_open(io, members[i].path, &fds[i]) != KP_OK)
            st = KP_E_SYSTEM;
    if (st == KP_OK)
        st = write_at(io, path, members, fds, n_members, password);
    if (st == KP_OK)
        st = complete_file(io, path, n_members);
    int error = errno;
    for (size_t i = 0; i < n_members; i++)
        if (fds[i] >= 0)
            (void)io->close(fds[i]); /* only read */
    if (st != KP_OK)
        (void)kp_io_unlink(io, path);
    errno = error;
    return st;
}

/* --- reading --- */

/* An archive that is being opened. */
struct opening {
    const char *path;
    zip_t *zip;
    const char *password;
    enum kp_seal_fault fault;
};

static enum kp_seal_fault fault_of(int code)
{
    switch (code) {
    case ZIP_ER_WRONGPASSWD:
    case ZIP_ER_NOPASSWD: return KP_SEAL_WRONG_PASSWORD;
    case ZIP_ER_ENCRNOTSUPP:
    case ZIP_ER_COMPNOTSUPP: return KP_SEAL_UNSUPPORTED;
    case ZIP_ER_NOZIP: return KP_SEAL_NONE;
    default: return KP_SEAL_DAMAGED;
    }
}

static enum kp_status fail(struct opening *o, enum kp_seal_fault fault)
{
    o->fault = fault;
    return KP_E_FAULT;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static bool is_archive(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && strcasecmp(name + n - 4, ".zip") == 0;
}

/* Finds the archive inside, of which there is one if *ret_n is 1, and whether the sizes that it declares are
 * tolerable. */
static enum kp_status survey(struct opening *o, zip_uint64_t *ret_at, size_t *ret_n)
{
    zip_uint64_t total = 0, packed = 0;
    bool encrypted = false;
    zip_int64_t n = zip_get_num_entries(o->zip, 0);
    *ret_n = 0;
    for (zip_int64_t i = 0; i < n; i++) {
        zip_stat_t s;
        if (zip_stat_index(o->zip, (zip_uint64_t)i, 0, &s) != 0)
            return fail(o, KP_SEAL_DAMAGED);
        encrypted |= s.encryption_method != ZIP_EM_NONE;
        if (s.size > MAX_BYTES - total)
            return fail(o, KP_SEAL_TOO_BIG);
        total += s.size;
        packed += s.comp_size;
        if (is_archive(s.name)) {
            *ret_at = (zip_uint64_t)i;
            ++*ret_n;
        }
    }
    if (total > 1 << 20 && total / MAX_RATIO > packed)
        return fail(o, KP_SEAL_TOO_BIG);
    if (total == 0)
        return fail(o, KP_SEAL_EMPTY);
    return encrypted ? KP_OK : fail(o, KP_SEAL_NONE);
}

/* Reads the member, and appends it to fd unless that is -1. *ret_end: 0, or why reading stopped (ZIP_ER_...).
 */
static enum kp_status read_member(struct opening *o, zip_uint64_t at, int fd, int *ret_end, uLong *ret_crc)
{
    char piece[PIECE];
    zip_stat_t s;
    zip_uint64_t total = 0;
    zip_int64_t n = 0;
    if (zip_stat_index(o->zip, at, 0, &s) != 0)
        return fail(o, KP_SEAL_DAMAGED);
    zip_file_t *file = zip_fopen_index_encrypted(o->zip, at, 0, o->password);
    if (!file)
        return fail(o, fault_of(zip_error_code_zip(zip_get_error(o->zip))));
    enum kp_status st = KP_OK;
    *ret_crc = crc32(0, NULL, 0);
    while (st == KP_OK && (n = zip_fread(file, piece, sizeof(piece))) > 0) {
        total += (zip_uint64_t)n;
        *ret_crc = crc32(*ret_crc, (const Bytef *)piece, (uInt)n);
        if (total > s.size)
            st = fail(o, KP_SEAL_DAMAGED);
        else if (fd >= 0 && !write_all(fd, piece, (size_t)n))
            st = KP_E_SYSTEM;
    }
    *ret_end = n < 0 ? zip_error_code_zip(zip_file_get_error(file)) : ZIP_ER_OK;
    (void)zip_fclose(file);
    return st == KP_OK && total != s.size ? fail(o, KP_SEAL_DAMAGED) : st;
}

/* Copies the archive into memory and writes the checksum into the directory of the copy. */
static enum kp_status copy_with_checksum(const char *path, zip_uint64_t at, uLong crc, int copy)
{
    const struct kp_io *io = &kp_io_posix;
    const uint8_t bytes[] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16), (uint8_t)(crc >> 24)};
    uint8_t end[END_BYTES], entry[ENTRY_BYTES];
    char piece[PIECE];
    ssize_t n = 0;
    off_t size = 0;
    int fd = -1;
    KP_TRY(kp_file_open(io, path, &fd));
    while ((n = kp_file_read(io, fd, piece, sizeof(piece))) > 0 && write_all(copy, piece, (size_t)n))
        size += n;
    (void)io->close(fd);
    if (n != 0)
        return KP_E_SYSTEM;
    if (!find_end(io, copy, (uint64_t)size, end))
        return KP_E_FAULT;
    uint64_t offset = number_at(end + 16, 4), length = read_entry(io, copy, offset, entry);
    for (zip_uint64_t i = 0; length > 0 && i < at; i++) {
        offset += length;
        length = read_entry(io, copy, offset, entry);
    }
    return length > 0 ? kp_scratch_write(io, copy, bytes, sizeof(bytes), offset + ENTRY_CRC) : KP_E_FAULT;
}

/* AE-2 has no checksum, only a code of authentication; the library (until 1.7) reports both with one code,
 * and takes a checksum of zero for a false one. So it gets the checksum of what it read: then only the code
 * of authentication can be wrong. */
static enum kp_status read_again(struct opening *o, zip_uint64_t at, uLong crc)
{
    char path[32];
    int copy = memfd_create("copy", MFD_CLOEXEC), end = ZIP_ER_OK;
    struct opening again = {.path = path, .password = o->password};
    if (copy < 0)
        return KP_E_SYSTEM;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", copy);
    enum kp_status st = copy_with_checksum(o->path, at, crc, copy);
    if (st == KP_OK) {
        again.zip = zip_open(path, ZIP_RDONLY, NULL);
        st = again.zip ? read_member(&again, at, -1, &end, &crc) : KP_E_FAULT;
    }
    if (again.zip)
        zip_discard(again.zip);
    (void)close(copy);
    return st == KP_OK && end == ZIP_ER_OK ? KP_OK : st == KP_E_SYSTEM ? st : fail(o, KP_SEAL_DAMAGED);
}

/* Appends the member to fd. */
static enum kp_status unpack(struct opening *o, zip_uint64_t at, int fd)
{
    zip_stat_t s;
    int end = ZIP_ER_OK;
    uLong crc = 0;
    KP_TRY(read_member(o, at, fd, &end, &crc));
    if (end == ZIP_ER_OK)
        return KP_OK;
    bool unchecked = end == ZIP_ER_CRC && zip_stat_index(o->zip, at, 0, &s) == 0 && s.crc == 0 &&
                     s.encryption_method >= ZIP_EM_AES_128 && s.encryption_method <= ZIP_EM_AES_256;
    return unchecked ? read_again(o, at, crc) : fail(o, KP_SEAL_DAMAGED);
}

/* Adds the member, whose bytes are the last of the file parts, to an archive. */
static enum kp_status pack(struct opening *o, zip_t *to, zip_uint64_t at, int parts)
{
    char path[32];
    off_t from = lseek(parts, 0, SEEK_CUR);
    const char *name = zip_get_name(o->zip, at, ZIP_FL_ENC_RAW);
    KP_TRY(unpack(o, at, parts));
    off_t n = lseek(parts, 0, SEEK_CUR) - from;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", parts);
    zip_source_t *source =
        n > 0 ? zip_source_file(to, path, (zip_uint64_t)from, n) : zip_source_buffer(to, "", 0, 0);
    if (name && source && zip_file_add(to, name, source, ZIP_FL_ENC_GUESS) >= 0)
        return KP_OK;
    zip_source_free(source);
    return KP_E_SYSTEM;
}

/* Brings an archive that was made in memory into fd. */
static enum kp_status write_archive(zip_source_t *store, int fd)
{
    char piece[PIECE];
    zip_int64_t n = 0;
    if (zip_source_open(store) != 0)
        return KP_E_SYSTEM;
    while ((n = zip_source_read(store, piece, sizeof(piece))) > 0 && write_all(fd, piece, (size_t)n)) {
    }
    (void)zip_source_close(store);
    return n == 0 ? KP_OK : KP_E_SYSTEM;
}

/* Copies every member into an open archive in memory, and that into fd. */
static enum kp_status repack(struct opening *o, int fd)
{
    enum kp_status st = KP_E_SYSTEM;
    int parts = memfd_create("members", MFD_CLOEXEC);
    zip_source_t *store = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *to = store && parts >= 0 ? zip_open_from_source(store, ZIP_CREATE | ZIP_TRUNCATE, NULL) : NULL;
    if (!to)
        goto out;
    zip_source_keep(store);
    st = KP_OK;
    for (zip_int64_t i = 0; st == KP_OK && i < zip_get_num_entries(o->zip, 0); i++)
        st = pack(o, to, (zip_uint64_t)i, parts);
    if (st != KP_OK || zip_close(to) != 0) {
        zip_discard(to);
        st = st == KP_OK ? KP_E_SYSTEM : st;
    } else {
        st = write_archive(store, fd);
    }
out:
    zip_source_free(store);
    if (parts >= 0)
        (void)close(parts);
    return st;
}

static enum kp_status open_contents(struct opening *o, struct kp_unsealed *to)
{
    zip_uint64_t at = 0;
    size_t n_archives = 0;
    KP_TRY(survey(o, &at, &n_archives));
    to->fd = memfd_create("unsealed", MFD_CLOEXEC);
    if (to->fd < 0)
        return KP_E_SYSTEM;
    (void)snprintf(to->path, sizeof(to->path), "/proc/self/fd/%d", to->fd);
    const char *name = zip_get_name(o->zip, at, 0), *slash = name ? strrchr(name, '/') : NULL;
    const char *file = slash ? slash + 1 : name ? name : "";
    if (n_archives != 1 || strlen(file) >= sizeof(to->name))
        return repack(o, to->fd);
    (void)snprintf(to->name, sizeof(to->name), "%s", file);
    return unpack(o, at, to->fd);
}

bool kp_seal_is(const char *path)
{
    bool encrypted = false;
    zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
    for (zip_int64_t i = 0; zip && !encrypted && i < zip_get_num_entries(zip, 0); i++) {
        zip_stat_t s;
        encrypted = zip_stat_index(zip, (zip_uint64_t)i, 0, &s) == 0 && s.encryption_method != ZIP_EM_NONE;
    }
    if (zip)
        zip_discard(zip);
    return encrypted;
}

enum kp_status kp_seal_open(const char *path, const char *password, struct kp_unsealed *ret_unsealed,
                            enum kp_seal_fault *ret_fault)
{
    int code = 0;
    struct opening o = {.path = path, .zip = zip_open(path, ZIP_RDONLY, &code), .password = password};
    *ret_unsealed = (struct kp_unsealed){.fd = -1};
    enum kp_status st = o.zip ? open_contents(&o, ret_unsealed) : fail(&o, fault_of(code));
    if (o.zip)
        zip_discard(o.zip);
    *ret_fault = o.fault;
    return st;
}

void kp_seal_close(struct kp_unsealed *u)
{
    if (u->fd >= 0)
        (void)close(u->fd);
    u->fd = -1;
}
