/* A disk whose n-th call fails, and that can be told to hesitate and to give or take little at a time. */
#ifndef KP_TEST_FAILING_IO_H
#define KP_TEST_FAILING_IO_H

#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { OPENS = 1, READS = 2, WRITES = 4, SYNCS = 8, CLOSES = 16, RENAMES = 32 };

static struct {
    unsigned kinds; /* of calls that count; 0: all */
    int calls, fail_at,
        error;      /* the call that fails, from 1; 0: none. Error 0: the failing write takes nothing */
    size_t piece;   /* most bytes per read or write; 0: any */
    bool interrupt; /* every other read or write is interrupted */
    int open_now;
} disk;

static inline int fresh_disk(void **state)
{
    (void)state;
    memset(&disk, 0, sizeof(disk));
    return 0;
}

static inline bool fails(unsigned kind)
{
    if ((disk.kinds && !(disk.kinds & kind)) || ++disk.calls != disk.fail_at)
        return false;
    errno = disk.error;
    return true;
}

static inline bool interrupted(void)
{
    static bool odd;
    odd = !odd;
    errno = EINTR;
    return disk.interrupt && odd;
}

static inline int disk_open(const char *path, int flags, mode_t mode)
{
    if (fails(OPENS))
        return -1;
    int fd = kp_io_posix.open(path, flags, mode);
    disk.open_now += fd >= 0;
    return fd;
}

static inline ssize_t disk_read(int fd, void *bytes, size_t n)
{
    if (interrupted() || fails(READS))
        return -1;
    return read(fd, bytes, disk.piece && disk.piece < n ? disk.piece : n);
}

static inline ssize_t disk_write(int fd, const void *bytes, size_t n)
{
    if (interrupted())
        return -1;
    if (fails(WRITES))
        return disk.error ? -1 : 0;
    return write(fd, bytes, disk.piece && disk.piece < n ? disk.piece : n);
}

static inline int disk_fsync(int fd)
{
    return fails(SYNCS) ? -1 : fsync(fd);
}

static inline int disk_close(int fd)
{
    disk.open_now--;
    int result = close(fd);
    return fails(CLOSES) ? -1 : result;
}

static inline int disk_rename(const char *from, const char *to)
{
    return fails(RENAMES) ? -1 : rename(from, to);
}

static const struct kp_io DISK = {.open = disk_open,
                                  .read = disk_read,
                                  .write = disk_write,
                                  .fsync = disk_fsync,
                                  .close = disk_close,
                                  .rename = disk_rename,
                                  .unlink = unlink,
                                  .mkdir = mkdir,
                                  .ftruncate = ftruncate,
                                  .pread = pread,
                                  .pwrite = pwrite};

#endif
