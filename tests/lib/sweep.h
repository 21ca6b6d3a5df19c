/* Lets a piece of work fail wherever it takes memory or calls the system, once for each way there:
 *
 *     for (struct sweep sweep = {.what = &MEMORY}; next_fault(&sweep);) {
 *         prepare the work
 *         begin_fault(&sweep);
 *         st = the work;
 *         bool failed = end_fault(&sweep);
 *         check st, and clean up
 *     }
 *
 * In the first round nothing fails: it notes the requests that have a call on their way (a return address on
 * the stack, in the program) that no request before them had. Each of the other rounds lets one of these
 * fail, so that every call in src/ on whose behalf something can fail fails at least once. The work must do
 * the same each time. */
#pragma once

#include "support.h"

struct faults {
    int error; /* errno of the failures */
    /* Returns false in builds in which nothing can be made to fail. */
    bool (*possible)(void);
};

/* malloc, calloc, realloc, hashing and random bytes. Not in builds with the address sanitizer. */
extern const struct faults MEMORY; /* failing_alloc.c */
/* Calls that open, read, write, list, lock and rename. */
extern const struct faults SYSTEM_CALLS; /* failing_system.c */

struct sweep {
    const struct faults *what;
    bool goes_on; /* calls that a sweep before this one has let fail need not fail again */
    /* Private. */
    long *points;
    size_t n_points, next;
    long calls, at;
    bool begun, notes, happened;
};

/* Returns false if every fault had its round. */
bool next_fault(struct sweep *sweep);
void begin_fault(struct sweep *sweep);
/* Returns whether something failed since begin_fault. */
bool end_fault(struct sweep *sweep);

/* For the functions that fail: returns true, with errno set, if this request must fail. */
bool sweep_fails(const struct faults *what);
