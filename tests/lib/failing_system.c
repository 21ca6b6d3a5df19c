/* The system calls that src/ makes, replaced by functions that a sweep lets fail. */
#undef _FORTIFY_SOURCE /* it would define read and pread in the headers */
#include "sweep.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool always(void)
{
    return true;
}

const struct faults SYSTEM_CALLS = {.error = EIO, .possible = always};

static bool fails_now(void)
{
    return sweep_fails(&SYSTEM_CALLS);
}

static int open_at(int at, const char *path, int flags, unsigned mode)
{
    return fails_now() ? -1 : (int)syscall(SYS_openat, (long)at, path, (long)flags, (long)mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open_at(at, path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    return fails_now() ? -1 : syscall(SYS_write, (long)fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return fails_now() ? -1 : syscall(SYS_pwrite64, (long)fd, bytes, n, (long)at);
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return fails_now() ? -1 : syscall(SYS_read, (long)fd, bytes, n);
}

ssize_t pread(int fd, void *bytes, size_t n, off_t at)
{
    return fails_now() ? -1 : syscall(SYS_pread64, (long)fd, bytes, n, (long)at);
}

int fsync(int fd)
{
    (void)fd; /* syncing would only be slow */
    return fails_now() ? -1 : 0;
}

/* The descriptor is closed all the same, as by Linux. */
int close(int fd)
{
    bool failed = fails_now();
    int error = errno, result = (int)syscall(SYS_close, (long)fd);
    if (!failed)
        return result;
    errno = error;
    return -1;
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    return fails_now() ? -1 : (int)syscall(SYS_renameat2, (long)from_at, from, (long)to_at, to, 0L);
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int at, const char *path, int flags)
{
    return fails_now() ? -1 : (int)syscall(SYS_unlinkat, (long)at, path, (long)flags);
}

int mkdirat(int at, const char *path, mode_t mode)
{
    return fails_now() ? -1 : (int)syscall(SYS_mkdirat, (long)at, path, (long)mode);
}

int fstat(int fd, struct stat *info)
{
    return fails_now() ? -1 : (int)syscall(SYS_newfstatat, (long)fd, "", info, (long)AT_EMPTY_PATH);
}

int fstatat(int at, const char *path, struct stat *info, int flags)
{
    return fails_now() ? -1 : (int)syscall(SYS_newfstatat, (long)at, path, info, (long)flags);
}

int lstat(const char *path, struct stat *info)
{
    return fstatat(AT_FDCWD, path, info, AT_SYMLINK_NOFOLLOW);
}

int access(const char *path, int mode)
{
    return fails_now() ? -1 : (int)syscall(SYS_faccessat, (long)AT_FDCWD, path, (long)mode);
}

off_t lseek(int fd, off_t at, int whence)
{
    return fails_now() ? -1 : (off_t)syscall(SYS_lseek, (long)fd, (long)at, (long)whence);
}

int ftruncate(int fd, off_t length)
{
    return fails_now() ? -1 : (int)syscall(SYS_ftruncate, (long)fd, (long)length);
}

int flock(int fd, int operation)
{
    return fails_now() ? -1 : (int)syscall(SYS_flock, (long)fd, (long)operation);
}

int memfd_create(const char *name, unsigned flags)
{
    return fails_now() ? -1 : (int)syscall(SYS_memfd_create, name, (long)flags);
}

int pipe2(int fds[2], int flags)
{
    return fails_now() ? -1 : (int)syscall(SYS_pipe2, fds, (long)flags);
}

int sched_getaffinity(pid_t pid, size_t n, cpu_set_t *ret_set)
{
    if (fails_now())
        return -1;
    memset(ret_set, 0, n); /* the kernel fills only as much as it has */
    return syscall(SYS_sched_getaffinity, (long)pid, n, ret_set) < 0 ? -1 : 0;
}

/* --- functions that are more than a system call --- */

static void find_next(const char *name, void *ret_function)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &found, sizeof(found));
}

struct dirent *readdir(DIR *dir)
{
    struct dirent *(*real)(DIR *) = NULL;
    find_next("readdir64", (void *)&real);
    return fails_now() ? NULL : real(dir);
}

int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = NULL;
    find_next("pthread_create", (void *)&real);
    return fails_now() ? EAGAIN : real(ret_thread, attributes, start, arg);
}
