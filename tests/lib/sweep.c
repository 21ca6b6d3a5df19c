#include "sweep.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>

enum { N_SITES = 1 << 16, MOST_FRAMES = 64 };

static struct sweep *running;
static pthread_t owner; /* other threads never fail */
static bool inside;     /* what the functions below request does not count */

/* The program's own code, by the linker. */
extern char __executable_start, etext;

static void *sites[N_SITES];
static size_t n_sites;

/* Returns whether the call site is new. */
static bool note_site(void *site)
{
    if ((char *)site < &__executable_start || (char *)site >= &etext)
        return false; /* a library's */
    size_t at = (uintptr_t)site * 2654435761u % N_SITES;
    for (; sites[at] && sites[at] != site; at = (at + 1) % N_SITES)
        ;
    if (sites[at] || n_sites >= N_SITES / 2)
        return false;
    sites[at] = site;
    n_sites++;
    return true;
}

/* libxml2 2.9 dies of a lack of memory at several places of its schema parser and its validation, libzip 1.7
 * while it encrypts. */
static bool is_spared(void *const *frames, int n)
{
    Dl_info info;
    bool found = false;
    for (int i = 0; i < n && !found; i++)
        found = dladdr(frames[i], &info) != 0 && info.dli_fname &&
                (strstr(info.dli_fname, "libxml2") || strstr(info.dli_fname, "libzip"));
    return found;
}

static void note_request(struct sweep *sweep)
{
    void *frames[MOST_FRAMES];
    int n = backtrace(frames, MOST_FRAMES);
    bool is_new = false;
    for (int i = 0; i < n; i++)
        is_new |= note_site(frames[i]);
    if (!is_new || is_spared(frames, n))
        return;
    long *points = realloc(sweep->points, (sweep->n_points + 1) * sizeof(*points));
    if (!points)
        abort();
    points[sweep->n_points++] = sweep->calls;
    sweep->points = points;
}

bool next_fault(struct sweep *sweep)
{
    sweep->notes = !sweep->begun;
    if (!sweep->begun) {
        sweep->begun = true;
        if (!sweep->goes_on) {
            memset(sites, 0, sizeof(sites));
            n_sites = 0;
        }
        return true;
    }
    if (sweep->next < sweep->n_points) {
        sweep->at = sweep->points[sweep->next++];
        return true;
    }
    free(sweep->points);
    sweep->points = NULL;
    return false;
}

void begin_fault(struct sweep *sweep)
{
    void *frame[1];
    (void)backtrace(frame, 1); /* its first call takes memory */
    sweep->calls = 0;
    sweep->happened = false;
    owner = pthread_self();
    running = sweep->what->possible() ? sweep : NULL;
}

bool end_fault(struct sweep *sweep)
{
    running = NULL;
    return sweep->happened;
}

static bool may_fail(void)
{
    void *frames[MOST_FRAMES];
    return !is_spared(frames, backtrace(frames, MOST_FRAMES));
}

bool sweep_fails(const struct faults *what)
{
    struct sweep *sweep = running;
    if (!sweep || sweep->what != what || inside || !pthread_equal(owner, pthread_self()))
        return false;
    sweep->calls++;
    if (sweep->notes) {
        int before = errno;
        inside = true;
        note_request(sweep);
        inside = false;
        errno = before;
        return false;
    }
    if (sweep->happened || sweep->calls != sweep->at || !may_fail())
        return false;
    sweep->happened = true;
    errno = what->error;
    return true;
}
