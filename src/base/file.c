#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"

enum { CHUNK_BYTES = 64 * 1024, OUT_BYTES = 16 * 1024 };

static int posix_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags | O_CLOEXEC, mode);
}

const struct kp_io kp_io_posix = {.open = posix_open,
                                  .read = read,
                                  .write = write,
                                  .fsync = fsync,
                                  .close = close,
                                  .rename = rename,
                                  .unlink = unlink,
                                  .mkdir = mkdir,
                                  .ftruncate = ftruncate,
                                  .pread = pread,
                                  .pwrite = pwrite};

enum kp_status kp_in_open(struct kp_in *in, const struct kp_io *io, const char *path)
{
    *in = (struct kp_in){.io = io, .fd = io->open(path, O_RDONLY | O_NONBLOCK, 0)};
    if (in->fd < 0)
        return KP_E_INPUT;
    struct stat info;
    if (fstat(in->fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        int error = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        kp_in_close(in);
        errno = error;
        return KP_E_INPUT;
    }
    return KP_OK;
}

enum kp_status kp_in_open_at(struct kp_in *in, const struct kp_io *io, const char *path, uint64_t at)
{
    enum kp_status st = kp_in_open(in, io, path);
    if (st != KP_OK || lseek(in->fd, (off_t)at, SEEK_SET) == (off_t)at)
        return st;
    int error = errno;
    kp_in_close(in);
    errno = error;
    return KP_E_INPUT;
}

void kp_in_memory(struct kp_in *in, const char *bytes, size_t n)
{
    /* The window is never written to once it is at its end, so dropping const is safe. */
    union {
        const char *from;
        char *to;
    } data = {.from = bytes};
    *in = (struct kp_in){.fd = -1, .data = data.to, .end = n, .cap = n, .at_eof = true, .borrowed = true};
}

static ssize_t read_fully_once(struct kp_in *in, char *to, size_t room)
{
    ssize_t n = 0;
    do
        n = in->io->read(in->fd, to, room);
    while (n < 0 && errno == EINTR);
    return n;
}

static bool window_grow(struct kp_in *in)
{
    if (in->start > 0) {
        memmove(in->data, in->data + in->start, in->end - in->start);
        in->end -= in->start;
        in->start = 0;
    }
    if (in->cap - in->end >= CHUNK_BYTES)
        return true;
    size_t cap = in->cap ? in->cap * 2 : (size_t)CHUNK_BYTES * 2;
    char *data = realloc(in->data, cap);
    if (!data)
        return false;
    in->data = data;
    in->cap = cap;
    return true;
}

/* One character of UTF-16 from at least two bytes; 0 when its second half is missing, -1 when it is broken.
 */
static int utf16_step(const struct kp_in *in, const uint8_t *s, size_t n, int32_t *ret_char)
{
    unsigned big = in->utf16 == KP_ENC_UTF16BE;
    int32_t c = s[!big] << 8 | s[big];
    *ret_char = c;
    if (c < 0xd800 || c > 0xdfff)
        return 2;
    if (c > 0xdbff)
        return -1;
    if (n < 4)
        return 0;
    int32_t low = s[2 + !big] << 8 | s[2 + big];
    *ret_char = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    return low >= 0xdc00 && low <= 0xdfff ? 4 : -1;
}

static size_t utf8_put(char *to, int32_t c)
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(lead[n == 1 ? 0 : n] | c);
    return n;
}

#define NO_CHARACTER '\xff'

/* Reads a piece of UTF-16 into the window; two bytes become three at the most. */
static enum kp_status window_fill_utf16(struct kp_in *in)
{
    uint8_t raw[CHUNK_BYTES / 2 + sizeof(in->carry)];
    memcpy(raw, in->carry, in->n_carry);
    ssize_t got = read_fully_once(in, (char *)raw + in->n_carry, CHUNK_BYTES / 2);
    if (got < 0)
        return KP_E_INPUT;
    size_t n = in->n_carry + (size_t)got, at = 0;
    in->at_eof = got == 0;
    in->n_carry = 0;
    while (n - at >= 2) {
        int32_t c = 0;
        int step = utf16_step(in, raw + at, n - at, &c);
        if (step == 0 && !in->at_eof)
            break;
        if (step <= 0) { /* half a surrogate pair: a byte that no UTF-8 has stands for it, so that its row is
                            refused */
            in->data[in->end++] = NO_CHARACTER;
            at += 2;
            continue;
        }
        at += (size_t)step;
        in->end += utf8_put(in->data + in->end, c);
    }
    if (at < n && in->at_eof) {
        in->data[in->end++] = NO_CHARACTER;
        at = n;
    }
    in->n_carry = n - at;
    memcpy(in->carry, raw + at, in->n_carry);
    return KP_OK;
}

static enum kp_status window_fill(struct kp_in *in)
{
    if (!window_grow(in))
        return KP_E_SYSTEM;
    if (in->utf16 != KP_ENC_AUTO)
        return window_fill_utf16(in);
    ssize_t n = read_fully_once(in, in->data + in->end, CHUNK_BYTES);
    if (n < 0)
        return KP_E_INPUT;
    in->at_eof = n == 0;
    in->end += (size_t)n;
    return KP_OK;
}

enum kp_status kp_in_detect_utf16(struct kp_in *in)
{
    while (in->n_carry < 2) {
        ssize_t n = read_fully_once(in, (char *)in->carry + in->n_carry, 2 - in->n_carry);
        if (n < 0)
            return KP_E_INPUT;
        if (n == 0)
            break;
        in->n_carry += (size_t)n;
    }
    if (in->n_carry == 2 && in->carry[0] == 0xff && in->carry[1] == 0xfe)
        in->utf16 = KP_ENC_UTF16LE;
    else if (in->n_carry == 2 && in->carry[0] == 0xfe && in->carry[1] == 0xff)
        in->utf16 = KP_ENC_UTF16BE;
    else if (!window_grow(in))
        return KP_E_SYSTEM;
    else {
        memcpy(in->data, in->carry, in->n_carry);
        in->end = in->n_carry;
    }
    in->n_carry = 0;
    return KP_OK;
}

enum kp_status kp_in_chunk(struct kp_in *in, const char **ret_bytes, size_t *ret_n)
{
    in->start = in->end = 0;
    enum kp_status st = window_fill(in);
    if (st != KP_OK)
        return st;
    *ret_bytes = in->data;
    *ret_n = in->end;
    in->taken_bytes += in->end;
    return KP_OK;
}

/* Length of the first line in the window with its end, or 0 when the end is not in the window yet. */
static size_t line_length(const struct kp_in *in, size_t from)
{
    const char *at = in->data + in->start + from;
    size_t n = in->end - in->start - from;
    const char *lf = n ? memchr(at, '\n', n) : NULL;
    const char *cr = n && !in->lf_only ? memchr(at, '\r', lf ? (size_t)(lf - at) : n) : NULL;
    if (!cr)
        return lf ? from + (size_t)(lf - at) + 1 : 0;
    if (cr + 1 < at + n)
        return from + (size_t)(cr - at) + (cr[1] == '\n' ? 2 : 1);
    return in->at_eof ? from + n : 0;
}

enum kp_status kp_in_line(struct kp_in *in, size_t max_bytes, const char **ret_bytes, size_t *ret_n)
{
    size_t seen = 0;
    for (;;) {
        size_t have = in->end - in->start;
        size_t n = line_length(in, seen);
        if (n == 0 && in->at_eof)
            n = have;
        if (n > max_bytes || (n == 0 && have > max_bytes)) {
            errno = EFBIG;
            return KP_E_INPUT;
        }
        if (n > 0 || in->at_eof) {
            *ret_bytes = in->data + in->start;
            *ret_n = n;
            in->start += n;
            in->taken_bytes += n;
            return KP_OK;
        }
        seen = have > 0 ? have - 1 : 0; /* a CR may be the last byte */
        enum kp_status st = window_fill(in);
        if (st != KP_OK)
            return st;
    }
}

void kp_in_close(struct kp_in *in)
{
    if (in->fd >= 0 && in->io)
        (void)in->io->close(in->fd); /* nothing was written: a failing close loses nothing */
    if (!in->borrowed)
        free(in->data);
    *in = (struct kp_in){.fd = -1};
}

enum kp_status kp_each_chunk(const struct kp_io *io, const char *path,
                             enum kp_status (*fn)(void *ctx, const char *bytes, size_t n), void *ctx)
{
    struct kp_in in = {.fd = -1};
    enum kp_status st = kp_in_open(&in, io, path);
    while (st == KP_OK) {
        const char *bytes = NULL;
        size_t n = 0;
        st = kp_in_chunk(&in, &bytes, &n);
        if (st != KP_OK || n == 0)
            break;
        st = fn(ctx, bytes, n);
    }
    int error = errno;
    kp_in_close(&in);
    errno = error;
    return st;
}

static enum kp_status add_to_buf(void *ctx, const char *bytes, size_t n)
{
    struct kp_buf *all = ctx;
    kp_buf_add(all, bytes, n);
    errno = EFBIG;
    return kp_buf_ok(all) ? KP_OK : KP_E_INPUT;
}

enum kp_status kp_read_file(const struct kp_io *io, const char *path, size_t max_bytes,
                            struct kp_arena *arena, const char **ret_bytes, size_t *ret_n)
{
    enum kp_status st = KP_OK;
    struct kp_buf all = {.max_bytes = max_bytes + 1};
    KP_TRY_OUT(kp_each_chunk(io, path, add_to_buf, &all));
    char *copy = kp_arena_strndup(arena, kp_buf_text(&all), all.len);
    if (!copy) {
        st = KP_E_SYSTEM;
        goto out;
    }
    *ret_bytes = copy;
    *ret_n = all.len;
out:
    kp_buf_release(&all);
    return st;
}

static enum kp_status add_to_sha(void *ctx, const char *bytes, size_t n)
{
    return kp_sha256_add(ctx, bytes, n);
}

enum kp_status kp_file_sha256(const struct kp_io *io, const char *path, uint8_t ret_digest[KP_SHA256_BYTES])
{
    enum kp_status st = KP_OK;
    struct kp_sha256 *sha = NULL;
    KP_TRY_OUT(kp_sha256_new(&sha));
    KP_TRY_OUT(kp_each_chunk(io, path, add_to_sha, sha));
    st = kp_sha256_finish(sha, ret_digest);
out:
    kp_sha256_free(sha);
    return st;
}

int64_t kp_file_size(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_size : -1;
}

bool kp_path_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static bool write_all(const struct kp_io *io, int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = io->write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            if (done == 0)
                errno = ENOSPC;
            return false;
        }
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static enum kp_status out_fail(struct kp_out *out)
{
    if (out->error == 0)
        out->error = errno ? errno : EIO;
    errno = out->error;
    return KP_E_SYSTEM;
}

enum kp_status kp_out_create(struct kp_out *out, const struct kp_io *io, const char *path)
{
    *out = (struct kp_out){.io = io, .path = path, .data = malloc(OUT_BYTES)};
    if (!out->data) {
        errno = ENOMEM;
        return out_fail(out);
    }
    int fd = io->open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || io->close(fd) != 0)
        return out_fail(out);
    return KP_OK;
}

enum kp_status kp_out_flush(struct kp_out *out)
{
    if (out->error)
        return out_fail(out);
    if (out->used == 0)
        return KP_OK;
    int fd = out->io->open(out->path, O_WRONLY | O_APPEND, 0);
    if (fd < 0)
        return out_fail(out);
    bool ok = write_all(out->io, fd, out->data, out->used);
    int error = errno;
    if (out->io->close(fd) != 0 && ok)
        return out_fail(out);
    errno = error; /* of the write, which came first */
    if (!ok)
        return out_fail(out);
    out->used = 0;
    return KP_OK;
}

void kp_out_add(struct kp_out *out, const void *bytes, size_t n)
{
    const char *from = bytes;
    out->written_bytes += n;
    while (n > 0 && out->error == 0) {
        if (out->used == OUT_BYTES && kp_out_flush(out) != KP_OK)
            return;
        size_t part = OUT_BYTES - out->used < n ? OUT_BYTES - out->used : n;
        memcpy(out->data + out->used, from, part);
        out->used += part;
        from += part;
        n -= part;
    }
}

static enum kp_status sync_path(const struct kp_io *io, const char *path, int flags)
{
    int fd = io->open(path, flags, 0);
    if (fd < 0)
        return KP_E_SYSTEM;
    bool ok = io->fsync(fd) == 0;
    int error = errno;
    if (io->close(fd) != 0)
        return KP_E_SYSTEM;
    errno = error;
    return ok ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_out_finish(struct kp_out *out, bool sync)
{
    enum kp_status st = out->path ? kp_out_flush(out) : KP_OK;
    if (st == KP_OK && sync)
        st = sync_path(out->io, out->path, O_WRONLY);
    int error = errno;
    kp_out_abandon(out);
    errno = error;
    return st;
}

void kp_out_abandon(struct kp_out *out)
{
    free(out->data);
    *out = (struct kp_out){0};
}

enum kp_status kp_sync_folder(const struct kp_io *io, const char *path)
{
    return sync_path(io, path, O_RDONLY | O_DIRECTORY);
}

enum kp_status kp_sync_parent(const struct kp_io *io, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return kp_sync_folder(io, ".");
    char *folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!folder)
        return KP_E_SYSTEM;
    enum kp_status st = kp_sync_folder(io, folder);
    free(folder);
    return st;
}

enum kp_status kp_write_file(const struct kp_io *io, const char *path, const void *bytes, size_t n)
{
    enum kp_status st = KP_E_SYSTEM;
    struct kp_out out = {0};
    struct kp_arena arena = {0};
    char *temp = kp_arena_printf(&arena, "%s.tmp", path);
    if (!temp)
        goto out;
    (void)io->unlink(temp); /* left by a run that died, if any */
    KP_TRY_OUT(kp_out_create(&out, io, temp));
    kp_out_add(&out, bytes, n);
    KP_TRY_OUT(kp_out_finish(&out, true));
    if (io->rename(temp, path) != 0) {
        st = KP_E_SYSTEM;
        goto out;
    }
    st = kp_sync_parent(io, path);
out:;
    int error = errno; /* the caller wants to know of the failure, not of the cleaning up */
    kp_out_abandon(&out);
    if (st != KP_OK && temp)
        (void)io->unlink(temp);
    kp_arena_release(&arena);
    errno = error;
    return st;
}

enum kp_status kp_scratch_open(const struct kp_io *io, const char *path, int *ret_fd)
{
    int fd = io->open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return KP_E_SYSTEM;
    if (io->unlink(path) != 0) {
        (void)io->close(fd);
        return KP_E_SYSTEM;
    }
    *ret_fd = fd;
    return KP_OK;
}

enum kp_status kp_scratch_write(const struct kp_io *io, int fd, const void *bytes, size_t n, uint64_t at)
{
    const char *from = bytes;
    while (n > 0) {
        ssize_t done = io->pwrite(fd, from, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return KP_E_SYSTEM;
        from += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return KP_OK;
}

enum kp_status kp_scratch_read(const struct kp_io *io, int fd, void *bytes, size_t n, uint64_t at)
{
    char *to = bytes;
    while (n > 0) {
        ssize_t done = io->pread(fd, to, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return KP_E_SYSTEM;
        if (done == 0) {
            memset(to, 0, n);
            return KP_OK;
        }
        to += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return KP_OK;
}

enum kp_status kp_make_folders(const struct kp_io *io, const char *path)
{
    enum kp_status st = KP_OK;
    char *copy = strdup(path);
    if (!copy)
        return KP_E_SYSTEM;
    for (char *at = copy + (copy[0] == '/'); st == KP_OK; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        struct stat info;
        if (copy[0] && io->mkdir(copy, 0700) != 0 &&
            (errno != EEXIST || stat(copy, &info) != 0 || !S_ISDIR(info.st_mode)))
            st = KP_E_SYSTEM;
        *at = kept;
        if (kept == '\0')
            break;
    }
    int error = errno;
    free(copy);
    errno = error;
    return st;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

enum kp_status kp_remove_folder(const char *path)
{
    if (!kp_path_exists(path))
        return KP_OK;
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_each_entry(const char *path, void (*fn)(void *ctx, const char *name), void *ctx)
{
    DIR *folder = opendir(path);
    if (!folder)
        return KP_E_SYSTEM;
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            fn(ctx, entry->d_name);
    return closedir(folder) == 0 ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_lock_take(const char *path, int *ret_fd, long *ret_holder)
{
    *ret_holder = 0;
    char text[32] = {0};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return KP_E_SYSTEM;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno;
        if (read(fd, text, sizeof(text) - 1) > 0)
            *ret_holder = strtol(text, NULL, 10);
        (void)close(fd);
        errno = error;
        return KP_E_SYSTEM;
    }
    int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || !write_all(&kp_io_posix, fd, text, (size_t)n)) {
        (void)close(fd);
        return KP_E_SYSTEM;
    }
    *ret_fd = fd;
    return KP_OK;
}

void kp_lock_drop(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* closing is what releases it */
}

/* A line of the kernel's list: "7: FLOCK  ADVISORY  WRITE 4711 fe:01:917 0 EOF". Devices are not compared:
 * what they are called there differs from stat's answer on some file systems. */
long kp_lock_holder(int fd)
{
    struct stat info;
    char line[160];
    long holder = 0;
    FILE *locks = fstat(fd, &info) == 0 ? fopen("/proc/locks", "re") : NULL;
    while (locks && holder == 0 && fgets(line, sizeof(line), locks)) {
        const char *inode = strrchr(line, ':');
        long pid = 0;
        if (inode && sscanf(line, "%*d: FLOCK ADVISORY WRITE %ld", &pid) == 1 &&
            strtoull(inode + 1, NULL, 10) == (unsigned long long)info.st_ino)
            holder = pid;
    }
    if (locks)
        (void)fclose(locks); /* it was only read */
    return holder > 0 ? holder : 0;
}
