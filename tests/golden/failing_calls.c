/* Runs the program in a child process in which the n-th system call fails: the functions below replace those
 * of the C library. Included by the one source of a test program. */
#undef _FORTIFY_SOURCE /* it would define read and pread in the headers */
#include "golden.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>

#include "cli/cli.h"

#define LOG_NAME "disclosure-log.csv"
#define LOG "out/" LOG_NAME

/* ANSWER_LOST: a rename that succeeded is reported as failed. HALF_DONE: it leaves the old name as well.
 * Both happen on network file systems. */
enum fault {
    NONE,
    KILL,
    KILL_IN_WRITE,
    ERROR_ONCE,
    ERROR_FROM_NOW_ON,
    SHORT,
    READ_ONLY,
    ANSWER_LOST,
    HALF_DONE,
    CANCEL,
    OTHER_ONCE,
    OTHER_FROM_NOW_ON
};

/* Calls that change no contents, counted each on their own: a fault of theirs is one of the kind. */
enum other { NO_OTHER, OPEN, READ, PREAD, STAT, SEEK, MKDIR, TRUNCATE, LOCK, LIST, CLOCK, OTHERS };

/* The fault of the child, set before its run begins. */
static struct {
    bool armed;
    enum fault fault;
    enum other other; /* the kind of call that fails with OTHER_ONCE and OTHER_FROM_NOW_ON */
    int others;       /* calls of that kind */
    int error;
    int calls, at;
    int first_entry; /* the call that wrote the first entry */
    int log_fd;
} disk = {.log_fd = -1};

static volatile sig_atomic_t cancelled;

enum kind { WRITING, MAKING, OTHER }; /* MAKING: calls that a read-only folder refuses */

/* Counts the call; returns true, with errno set, if it must fail. */
static bool call(enum kind kind)
{
    if (!disk.armed || ++disk.calls < disk.at)
        return false;
    bool now = disk.calls == disk.at;
    switch (disk.fault) {
    case KILL:
        if (now)
            (void)syscall(SYS_kill, (long)getpid(), (long)SIGKILL);
        return false;
    case ERROR_ONCE: errno = disk.error; return now;
    case ERROR_FROM_NOW_ON: errno = disk.error; return kind == WRITING;
    case READ_ONLY: errno = EROFS; return kind == MAKING;
    case CANCEL: cancelled = 1; return false;
    case NONE:
    case OTHER_ONCE:
    case OTHER_FROM_NOW_ON:
    case SHORT:
    case KILL_IN_WRITE:
    case ANSWER_LOST:
    case HALF_DONE: return false;
    }
    return false;
}

static bool reading_fails(enum other kind)
{
    if (!disk.armed || kind != disk.other || ++disk.others < disk.at)
        return false;
    errno = disk.error;
    return disk.fault == OTHER_FROM_NOW_ON || (disk.fault == OTHER_ONCE && disk.others == disk.at);
}

static size_t piece_of(size_t n)
{
    bool now = disk.armed && disk.calls == disk.at;
    return now && n > 1 && (disk.fault == SHORT || disk.fault == KILL_IN_WRITE) ? n / 2 : n;
}

static void die_after_write(void)
{
    if (disk.armed && disk.fault == KILL_IN_WRITE && disk.calls == disk.at)
        (void)syscall(SYS_kill, (long)getpid(), (long)SIGKILL);
}

static int open_at(int at, const char *path, int flags, unsigned mode)
{
    bool changes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;
    if (changes ? call(MAKING) : reading_fails(OPEN))
        return -1;
    int fd = (int)syscall(SYS_openat, (long)at, path, (long)flags, (long)mode);
    const char *slash = strrchr(path, '/');
    if (fd >= 0 && (flags & O_ACCMODE) == O_WRONLY && strcmp(slash ? slash + 1 : path, LOG_NAME) == 0)
        disk.log_fd = fd;
    return fd;
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
    if (fd > 2 && call(WRITING))
        return -1;
    if (fd == disk.log_fd && !disk.first_entry)
        disk.first_entry = disk.calls;
    ssize_t done = syscall(SYS_write, (long)fd, bytes, fd > 2 ? piece_of(n) : n);
    die_after_write();
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    if (call(WRITING))
        return -1;
    ssize_t done = syscall(SYS_pwrite64, (long)fd, bytes, piece_of(n), (long)at);
    die_after_write();
    return done;
}

int fsync(int fd)
{
    (void)fd;
    return call(WRITING)
               ? -1
               : 0; /* the kernel keeps the data of a killed process, so syncing would only be slow */
}

int close(int fd)
{
    bool failed = fd > 2 && call(OTHER);
    int result = (int)syscall(SYS_close, (long)fd);
    return failed ? -1 : result;
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    if (call(MAKING))
        return -1;
    bool from_now_on = disk.armed && disk.calls >= disk.at, half = from_now_on && disk.fault == HALF_DONE;
    int result = half ? linkat(from_at, from, to_at, to, 0)
                      : (int)syscall(SYS_renameat2, (long)from_at, from, (long)to_at, to, 0L);
    if (!from_now_on || (!half && disk.fault != ANSWER_LOST))
        return result;
    errno = EIO;
    return -1;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int at, const char *path, int flags)
{
    return call(MAKING) ? -1 : (int)syscall(SYS_unlinkat, (long)at, path, (long)flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

/* --- calls that change no contents --- */

ssize_t read(int fd, void *bytes, size_t n)
{
    return reading_fails(READ) ? -1 : syscall(SYS_read, (long)fd, bytes, n);
}

ssize_t pread(int fd, void *bytes, size_t n, off_t at)
{
    return reading_fails(PREAD) ? -1 : syscall(SYS_pread64, (long)fd, bytes, n, (long)at);
}

int fstat(int fd, struct stat *info)
{
    return reading_fails(STAT) ? -1 : (int)syscall(SYS_newfstatat, (long)fd, "", info, (long)AT_EMPTY_PATH);
}

int fstatat(int at, const char *path, struct stat *info, int flags)
{
    return reading_fails(STAT) ? -1 : (int)syscall(SYS_newfstatat, (long)at, path, info, (long)flags);
}

int stat(const char *path, struct stat *info)
{
    return fstatat(AT_FDCWD, path, info, 0);
}

int lstat(const char *path, struct stat *info)
{
    return fstatat(AT_FDCWD, path, info, AT_SYMLINK_NOFOLLOW);
}

off_t lseek(int fd, off_t at, int whence)
{
    return reading_fails(SEEK) ? -1 : (off_t)syscall(SYS_lseek, (long)fd, (long)at, (long)whence);
}

int mkdirat(int at, const char *path, mode_t mode)
{
    return reading_fails(MKDIR) ? -1 : (int)syscall(SYS_mkdirat, (long)at, path, (long)mode);
}

int ftruncate(int fd, off_t length)
{
    return reading_fails(TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, (long)fd, (long)length);
}

int flock(int fd, int operation)
{
    return reading_fails(LOCK) ? -1 : (int)syscall(SYS_flock, (long)fd, (long)operation);
}

ssize_t getdents64(int fd, void *bytes, size_t n);

ssize_t getdents64(int fd, void *bytes, size_t n)
{
    return reading_fails(LIST) ? -1 : syscall(SYS_getdents64, (long)fd, bytes, n);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    return reading_fails(CLOCK) ? -1 : (int)syscall(SYS_clock_gettime, (long)clock, time);
}

static int64_t fixed_time(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 00:30:00 UTC */
}

static int report_pipe[2];

/* Runs the program in a child; argv ends with NULL. Returns its exit status, or 128 + the signal that ended
 * it, the number of calls, and the call that wrote the first log entry. */
static enum other failing; /* what OTHER_ONCE and OTHER_FROM_NOW_ON fail, and *ret_calls counts */

static int run_child(char **argv, enum fault fault, int error, int at, int ret_calls[2])
{
    int status = 0, argc = 0;
    while (argv[argc])
        argc++;
    if (ret_calls)
        assert_int_equal(pipe(report_pipe), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct kp_env env = {.now = fixed_time, .cancel = &cancelled};
        FILE *out = fopen("/dev/null", "w"), *err = fopen("child.err", "w");
        disk.fault = fault;
        disk.error = error;
        disk.at = at;
        disk.other = failing;
        disk.armed = true;
        int result = out && err ? kp_cli(argc, argv, out, err, &env, NULL) : 127;
        disk.armed = false;
        const int counted_calls[2] = {failing ? disk.others : disk.calls, disk.first_entry};
        if (ret_calls &&
            write(report_pipe[1], counted_calls, sizeof(counted_calls)) != (ssize_t)sizeof(counted_calls))
            result = 127;
        if (err)
            (void)fclose(err);
        _exit(result);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (ret_calls) {
        assert_int_equal(read(report_pipe[0], ret_calls, 2 * sizeof(int)), 2 * sizeof(int));
        (void)close(report_pipe[0]);
        (void)close(report_pipe[1]);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
