#include "failing_alloc.h"
#include "sweep.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_bool armed;
static atomic_long calls;
static long fail_at;
static bool fail_all;

bool can_fail_allocations(void)
{
    return !SANITIZED;
}

const struct faults MEMORY = {.error = ENOMEM, .possible = can_fail_allocations};

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

/* The preloaded library lacks it. */
extern bool sweep_fails(const struct faults *what) __attribute__((weak));

static bool fails_now(void)
{
    if (sweep_fails && sweep_fails(&MEMORY))
        return true;
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

/* --- libcrypto: what its callers treat like memory --- */

struct SHA256state_st;

static int (*real_init)(struct SHA256state_st *);
static int (*real_update)(struct SHA256state_st *, const void *, size_t);
static int (*real_final)(unsigned char *, struct SHA256state_st *);
static int (*real_random)(unsigned char *, int);

static void find(void *library, const char *name, void *ret_function)
{
    void *found = dlsym(library, name);
    if (!found)
        abort();
    memcpy(ret_function, &found, sizeof(found));
}

/* Before anything is made to fail, and by its name: a program that gets these functions from here may be
 * linked without it. */
__attribute__((constructor(101))) static void find_libcrypto(void)
{
    void *library = dlopen("libcrypto.so.3", RTLD_NOW);
    if (!library)
        abort();
    find(library, "SHA256_Init", (void *)&real_init);
    find(library, "SHA256_Update", (void *)&real_update);
    find(library, "SHA256_Final", (void *)&real_final);
    find(library, "RAND_bytes", (void *)&real_random);
}

PUBLIC int SHA256_Init(struct SHA256state_st *sha);
PUBLIC int SHA256_Update(struct SHA256state_st *sha, const void *bytes, size_t n);
PUBLIC int SHA256_Final(unsigned char *digest, struct SHA256state_st *sha);
PUBLIC int RAND_bytes(unsigned char *bytes, int n);

PUBLIC int SHA256_Init(struct SHA256state_st *sha)
{
    return fails_now() ? 0 : real_init(sha);
}

PUBLIC int SHA256_Update(struct SHA256state_st *sha, const void *bytes, size_t n)
{
    return fails_now() ? 0 : real_update(sha, bytes, n);
}

PUBLIC int SHA256_Final(unsigned char *digest, struct SHA256state_st *sha)
{
    return fails_now() ? 0 : real_final(digest, sha);
}

PUBLIC int RAND_bytes(unsigned char *bytes, int n)
{
    return fails_now() ? 0 : real_random(bytes, n);
}

#endif
