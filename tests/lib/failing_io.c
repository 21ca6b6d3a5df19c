#include "failing_io.h"

struct failing_disk disk;

int fresh_disk(void **state)
{
    (void)state;
    memset(&disk, 0, sizeof(disk));
    return 0;
}

bool fails(unsigned kind)
{
    if ((disk.kinds && !(disk.kinds & kind)) || ++disk.calls != disk.fail_at)
        return false;
    errno = disk.error;
    return true;
}

bool interrupted(void)
{
    static bool odd;
    odd = !odd;
    errno = EINTR;
    return disk.interrupt && odd;
}

static int disk_openat(int at, const char *name, int flags, mode_t mode)
{
    if (fails(OPENS))
        return -1;
    int fd = kp_io_posix.openat(at, name, flags, mode);
    disk.open_now += fd >= 0;
    return fd;
}

static ssize_t disk_read(int fd, void *bytes, size_t n)
{
    if (interrupted() || fails(READS))
        return -1;
    return read(fd, bytes, disk.piece && disk.piece < n ? disk.piece : n);
}

static ssize_t disk_write(int fd, const void *bytes, size_t n)
{
    if (interrupted())
        return -1;
    if (fails(WRITES))
        return disk.error ? -1 : 0;
    return write(fd, bytes, disk.piece && disk.piece < n ? disk.piece : n);
}

static int disk_fsync(int fd)
{
    return fails(SYNCS) ? -1 : fsync(fd);
}

static int disk_close(int fd)
{
    disk.open_now--;
    int result = close(fd);
    return fails(CLOSES) ? -1 : result;
}

static int disk_renameat(int from_at, const char *from, int to_at, const char *to)
{
    return fails(RENAMES) ? -1 : renameat(from_at, from, to_at, to);
}

const struct kp_io DISK = {.openat = disk_openat,
                           .read = disk_read,
                           .write = disk_write,
                           .fsync = disk_fsync,
                           .close = disk_close,
                           .renameat = disk_renameat,
                           .unlinkat = unlinkat,
                           .mkdirat = mkdirat,
                           .ftruncate = ftruncate,
                           .pread = pread,
                           .pwrite = pwrite};
