#include "failing_alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <stdatomic.h>

static atomic_bool armed;
static atomic_long calls;
static long fail_at;
static bool fail_all;

bool can_fail_allocations(void)
{
    return !SANITIZED;
}

void fail_allocation(long n, bool all)
{
    fail_at = n;
    fail_all = all;
    atomic_store(&calls, 0);
    atomic_store(&armed, true);
}

long allow_allocations(void)
{
    atomic_store(&armed, false);
    return atomic_load(&calls);
}

#if !SANITIZED

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *old, size_t n);

static bool fails_now(void)
{
    if (!atomic_load(&armed))
        return false;
    long call = atomic_fetch_add(&calls, 1) + 1;
    if (fail_at == 0 || call < fail_at || (call > fail_at && !fail_all))
        return false;
    errno = ENOMEM;
    return true;
}

/* As a preloaded library: the allocation to fail and where to write their number come from the environment.
 */
__attribute__((constructor)) static void arm_from_environment(void)
{
    const char *n = getenv("FAIL_AT");
    if (n)
        fail_allocation(strtol(n, NULL, 10), getenv("FAIL_ALL") != NULL);
}

__attribute__((destructor)) static void write_count(void)
{
    const char *path = getenv("FAIL_AT") ? getenv("FAIL_COUNT") : NULL;
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (fd >= 0 && dprintf(fd, "%ld\n", allow_allocations()) > 0)
        (void)close(fd);
}

#define PUBLIC __attribute__((visibility("default")))

PUBLIC void *malloc(size_t n)
{
    return fails_now() ? NULL : __libc_malloc(n);
}

PUBLIC void *calloc(size_t count, size_t n)
{
    return fails_now() ? NULL : __libc_calloc(count, n);
}

PUBLIC void *realloc(void *old, size_t n)
{
    return fails_now() ? NULL : __libc_realloc(old, n);
}

#endif
