#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/status.h"

enum { CHUNK_BYTES = 64 * 1024, OUT_BYTES = 16 * 1024 };

/* Closes the file and returns whether what was done before (ok) and closing succeeded; errno is that of the
 * first failure. */
static bool close_after(const struct kp_io *io, int fd, bool ok)
{
    int error = errno;
    bool closed = io->close(fd) == 0;
    if (!ok)
        errno = error;
    return ok && closed;
}

enum kp_status kp_open_regular(const struct kp_io *io, const char *path, int flags, int *ret_fd)
{
    struct stat info = {0};
    int fd = kp_io_open(io, path, flags | O_NONBLOCK); /* a FIFO must not block */
    if (fd < 0)
        return KP_E_INPUT;
    int error = fstat(fd, &info) != 0                                  ? errno
                : S_ISDIR(info.st_mode)                                ? EISDIR
                : !S_ISREG(info.st_mode)                               ? EINVAL
                : (flags & O_ACCMODE) != O_RDONLY && info.st_nlink > 1 ? EMLINK
                                                                       : 0;
    if (error == 0) {
        *ret_fd = fd;
        return KP_OK;
    }
    (void)io->close(fd);
    errno = error;
    return KP_E_INPUT;
}

enum kp_status kp_file_open(const struct kp_io *io, const char *path, int *ret_fd)
{
    return kp_open_regular(io, path, O_RDONLY, ret_fd);
}

bool kp_is_named(const struct kp_io *io, int fd, const char *path)
{
    struct stat opened, named;
    if (fstat(fd, &opened) != 0 || kp_io_lstat(io, path, &named) != 0)
        return false;
    errno = EINVAL;
    return S_ISREG(opened.st_mode) && opened.st_nlink == 1 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

ssize_t kp_file_read(const struct kp_io *io, int fd, void *bytes, size_t n)
{
    for (;;) {
        ssize_t got = io->read(fd, bytes, n);
        if (got >= 0 || errno != EINTR)
            return got;
    }
}

enum kp_status kp_file_read_at(const struct kp_io *io, int fd, void *bytes, size_t n, uint64_t at,
                               size_t *ret_n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = io->pread(fd, (char *)bytes + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return KP_E_INPUT;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_n = done;
    return KP_OK;
}

enum kp_status kp_each_chunk(const struct kp_io *io, const char *path,
                             enum kp_status (*fn)(void *ctx, const char *bytes, size_t n), void *ctx)
{
    char chunk[CHUNK_BYTES];
    int fd = -1;
    KP_TRY(kp_file_open(io, path, &fd));
    enum kp_status st = KP_OK;
    for (ssize_t n = 1; st == KP_OK && n > 0;) {
        n = kp_file_read(io, fd, chunk, sizeof(chunk));
        if (n != 0)
            st = n < 0 ? KP_E_INPUT : fn(ctx, chunk, (size_t)n);
    }
    (void)close_after(io, fd, false); /* only read: closing loses nothing */
    return st;
}

static enum kp_status add_to_buf(void *ctx, const char *bytes, size_t n)
{
    struct kp_buf *all = ctx;
    kp_buf_add(all, bytes, n);
    if (all->full)
        errno = EFBIG;
    return kp_buf_ok(all) ? KP_OK : all->full ? KP_E_INPUT : KP_E_SYSTEM;
}

enum kp_status kp_read_file(const struct kp_io *io, const char *path, size_t max_bytes,
                            struct kp_arena *arena, const char **ret_bytes, size_t *ret_n)
{
    struct kp_buf all = {.max_bytes = max_bytes + 1};
    if (kp_file_size(io, path) > (int64_t)max_bytes) {
        errno = EFBIG;
        return KP_E_INPUT;
    }
    enum kp_status st = kp_each_chunk(io, path, add_to_buf, &all);
    char *copy = st == KP_OK ? kp_arena_strndup(arena, kp_buf_text(&all), all.len) : NULL;
    if (copy) {
        *ret_bytes = copy;
        *ret_n = all.len;
    }
    kp_buf_release(&all);
    return st == KP_OK && !copy ? KP_E_SYSTEM : st;
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

int64_t kp_file_size(const struct kp_io *io, const char *path)
{
    struct stat info;
    return kp_io_stat(io, path, &info) == 0 ? (int64_t)info.st_size : -1;
}

unsigned kp_path_mode(const struct kp_io *io, const char *path)
{
    struct stat info;
    return kp_io_stat(io, path, &info) == 0 ? info.st_mode & 07777u : 0;
}

bool kp_is_link(const struct kp_io *io, const char *path)
{
    struct stat info;
    return kp_io_lstat(io, path, &info) == 0 && S_ISLNK(info.st_mode);
}

bool kp_path_absent(const struct kp_io *io, const char *path)
{
    struct stat info;
    return kp_io_lstat(io, path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool kp_path_exists(const struct kp_io *io, const char *path)
{
    struct stat info;
    return kp_io_lstat(io, path, &info) == 0;
}

enum kp_status kp_file_write(const struct kp_io *io, int fd, const void *bytes, size_t n)
{
    const char *from = bytes;
    while (n > 0) {
        ssize_t done = io->write(fd, from, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            errno = ENOSPC;
        if (done <= 0)
            return KP_E_SYSTEM;
        from += done;
        n -= (size_t)done;
    }
    return KP_OK;
}

static enum kp_status out_fail(struct kp_out *out)
{
    if (out->error == 0)
        out->error = errno ? errno : EIO;
    errno = out->error;
    return KP_E_SYSTEM;
}

enum kp_status kp_out_hold(struct kp_out *out, const struct kp_io *io, const char *path)
{
    *out = (struct kp_out){.io = io, .path = path, .data = malloc(OUT_BYTES)};
    if (out->data)
        return KP_OK;
    errno = ENOMEM;
    return out_fail(out);
}

enum kp_status kp_out_create(struct kp_out *out, const struct kp_io *io, const char *path)
{
    KP_TRY(kp_out_hold(out, io, path));
    int fd = kp_io_open(io, path, O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0 || io->close(fd) != 0)
        return out_fail(out);
    out->exists = true;
    return KP_OK;
}

/* Writes what is buffered and n bytes more, and brings all to disk if sync is set. */
static enum kp_status write_out(struct kp_out *out, const void *bytes, size_t n, bool sync)
{
    const struct kp_io *io = out->io;
    int fd = -1;
    if (out->error)
        return out_fail(out);
    if (out->used + n == 0 && out->exists && !sync)
        return KP_OK;
    if (out->exists)
        (void)kp_open_regular(io, out->path, O_WRONLY | O_APPEND, &fd);
    else
        fd = kp_io_open(io, out->path, O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0 || !close_after(io, fd,
                               kp_file_write(io, fd, out->data, out->used) == KP_OK &&
                                   kp_file_write(io, fd, bytes, n) == KP_OK && (!sync || io->fsync(fd) == 0)))
        return out_fail(out);
    out->exists = true;
    out->used = 0;
    return KP_OK;
}

void kp_out_add(struct kp_out *out, const void *bytes, size_t n)
{
    out->written_bytes += n;
    if (out->error == 0 && n > OUT_BYTES - out->used) {
        (void)write_out(out, bytes, n, false);
    } else if (out->error == 0 && n > 0) {
        memcpy(out->data + out->used, bytes, n);
        out->used += n;
    }
}

bool kp_out_held(struct kp_out *out)
{
    if (out->exists)
        (void)write_out(out, NULL, 0, false);
    return !out->exists && !out->error;
}

static enum kp_status sync_path(const struct kp_io *io, const char *path, int flags)
{
    int fd = kp_io_open(io, path, flags);
    return fd >= 0 && close_after(io, fd, io->fsync(fd) == 0) ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_out_finish(struct kp_out *out, bool sync)
{
    enum kp_status st = out->path ? write_out(out, NULL, 0, sync) : KP_OK;
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

static enum kp_status write_through(const struct kp_io *io, const char *temp, const char *path,
                                    const void *bytes, size_t n)
{
    struct kp_out out;
    (void)kp_io_unlink(io, temp);        /* left by a run that was killed */
    (void)kp_out_create(&out, io, temp); /* kp_out_finish returns its failure */
    kp_out_add(&out, bytes, n);
    KP_TRY(kp_out_finish(&out, true));
    return kp_io_rename(io, temp, path) == 0 ? kp_sync_parent(io, path) : KP_E_SYSTEM;
}

enum kp_status kp_write_file(const struct kp_io *io, const char *path, const void *bytes, size_t n)
{
    struct kp_arena arena = {0};
    char *temp = kp_arena_printf(&arena, "%s.tmp", path);
    enum kp_status st = temp ? write_through(io, temp, path, bytes, n) : KP_E_SYSTEM;
    int error = errno;
    if (st != KP_OK && temp)
        (void)kp_io_unlink(io, temp);
    kp_arena_release(&arena);
    errno = error;
    return st;
}

enum kp_status kp_scratch_open(const struct kp_io *io, const char *path, int *ret_fd)
{
    int fd = kp_io_open(io, path, O_RDWR | O_CREAT | O_EXCL);
    if (fd < 0)
        return KP_E_SYSTEM;
    if (kp_io_unlink(io, path) != 0) {
        (void)close_after(io, fd, false);
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
    size_t got = 0;
    if (kp_file_read_at(io, fd, bytes, n, at, &got) != KP_OK)
        return KP_E_SYSTEM;
    memset((char *)bytes + got, 0, n - got);
    return KP_OK;
}

static bool make_folder(const struct kp_io *io, const char *path)
{
    struct stat info;
    if (kp_io_mkdir(io, path) == 0)
        return true;
    if (errno != EEXIST || kp_io_stat(io, path, &info) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(info.st_mode);
}

enum kp_status kp_make_folders(const struct kp_io *io, const char *path)
{
    bool made = true;
    char *copy = strdup(path);
    if (!copy)
        return KP_E_SYSTEM;
    for (char *end = copy; *path && end && made;) {
        end = strchr(end + 1, '/');
        if (end)
            *end = '\0';
        made = make_folder(io, copy);
        if (end)
            *end = '/';
    }
    int error = errno;
    free(copy);
    errno = error;
    return made ? KP_OK : KP_E_SYSTEM;
}

/* Passes the names in an open folder to fn until one fails. Takes no memory: a run that is out of it must
 * still remove what it made. */
static enum kp_status each_name(int fd, enum kp_status (*fn)(void *ctx, const char *name), void *ctx)
{
    _Alignas(struct dirent64) char bytes[4096];
    for (;;) {
        ssize_t n = getdents64(fd, bytes, sizeof(bytes));
        if (n <= 0)
            return n == 0 ? KP_OK : KP_E_SYSTEM;
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(bytes + at);
            at += entry->d_reclen;
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                KP_TRY(fn(ctx, entry->d_name));
        }
    }
}

static int open_folder(int at, const char *path, int flags)
{
    return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
}

struct removal {
    int fd; /* of the folder */
    bool removed;
};

static enum kp_status remove_entry(void *ctx, const char *name);

static enum kp_status empty_folder(int fd)
{
    struct removal r = {.fd = fd, .removed = true};
    do { /* names may be skipped while others go */
        r.removed = false;
        KP_TRY(each_name(fd, remove_entry, &r));
    } while (r.removed && lseek(fd, 0, SEEK_SET) == 0);
    return KP_OK;
}

static enum kp_status remove_at(int at, const char *name)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return KP_OK;
    int fd = errno == EISDIR ? open_folder(at, name, O_NOFOLLOW) : -1;
    if (fd < 0)
        return KP_E_SYSTEM;
    bool emptied = close_after(&kp_io_posix, fd, empty_folder(fd) == KP_OK);
    return emptied && unlinkat(at, name, AT_REMOVEDIR) == 0 ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status remove_entry(void *ctx, const char *name)
{
    struct removal *r = ctx;
    r->removed = true;
    return remove_at(r->fd, name);
}

enum kp_status kp_remove_folder(const struct kp_io *io, const char *path)
{
    struct kp_leaf leaf;
    if (!kp_leaf_open(io, path, &leaf))
        return errno == ENOENT ? KP_OK : KP_E_SYSTEM;
    enum kp_status st = remove_at(leaf.at, leaf.name);
    if (st != KP_OK) /* a fault that passes should leave nothing behind */
        st = remove_at(leaf.at, leaf.name);
    kp_leaf_close(&leaf);
    return st;
}

struct pass_on {
    void (*fn)(void *ctx, const char *name);
    void *ctx;
};

static enum kp_status pass_name(void *ctx, const char *name)
{
    const struct pass_on *to = ctx;
    to->fn(to->ctx, name);
    return KP_OK;
}

enum kp_status kp_each_entry(const struct kp_io *io, const char *path,
                             void (*fn)(void *ctx, const char *name), void *ctx)
{
    struct pass_on to = {fn, ctx};
    int fd = kp_io_open(io, path, O_RDONLY | O_DIRECTORY);
    bool passed = fd >= 0 && each_name(fd, pass_name, &to) == KP_OK;
    return fd >= 0 && close_after(io, fd, passed) ? KP_OK : KP_E_SYSTEM;
}
