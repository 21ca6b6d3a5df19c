/* Runs the program in a child process in which the n-th system call fails: the functions below replace those
 * of the C library. Included by the one source of a test program. */
#include "golden.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "cli/cli.h"

#define LOG "out/disclosure-log.csv"

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
    CANCEL
};

/* The fault of the child, set before its run begins. */
static struct {
    bool armed;
    enum fault fault;
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
    case SHORT:
    case KILL_IN_WRITE:
    case ANSWER_LOST:
    case HALF_DONE: return false;
    }
    return false;
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

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    if (((flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT) && call(MAKING))
        return -1;
    int fd = (int)syscall(SYS_openat, (long)AT_FDCWD, path, (long)flags, (long)mode);
    size_t n = strlen(path);
    if (fd >= 0 && n >= strlen(LOG) && strcmp(path + n - strlen(LOG), LOG) == 0 &&
        (flags & O_ACCMODE) == O_WRONLY)
        disk.log_fd = fd;
    return fd;
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

int rename(const char *from, const char *to)
{
    if (call(MAKING))
        return -1;
    bool from_now_on = disk.armed && disk.calls >= disk.at, half = from_now_on && disk.fault == HALF_DONE;
    int result =
        half ? link(from, to) : (int)syscall(SYS_renameat2, (long)AT_FDCWD, from, (long)AT_FDCWD, to, 0L);
    if (!from_now_on || (!half && disk.fault != ANSWER_LOST))
        return result;
    errno = EIO;
    return -1;
}

int unlink(const char *path)
{
    return call(MAKING) ? -1 : (int)syscall(SYS_unlinkat, (long)AT_FDCWD, path, 0L);
}

static int64_t fixed_time(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 00:30:00 UTC */
}

static int report_pipe[2];

/* Runs the program in a child; argv ends with NULL. Returns its exit status, or 128 + the signal that ended
 * it, the number of calls, and the call that wrote the first log entry. */
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
        disk.armed = true;
        int result = out && err ? kp_cli(argc, argv, out, err, &env, NULL) : 127;
        disk.armed = false;
        const int counted_calls[2] = {disk.calls, disk.first_entry};
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
