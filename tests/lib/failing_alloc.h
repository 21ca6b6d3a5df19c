/* Lets allocations fail, those of the libraries included: a program that links this module has its own
 * malloc, calloc and realloc. Not in builds with the address sanitizer, which has its own, too. */
#pragma once

#include "support.h"

/* Returns false in builds in which no allocation can be made to fail. */
bool can_fail_allocations(void);

/* Counts from here on; the n-th allocation fails, from 1, and with `all` those after it as well. 0: none. */
void fail_allocation(long n, bool all);

/* Ends the failures; returns the number of allocations since fail_allocation. */
long allow_allocations(void);

/* glibc's own, which never fail on purpose: for a library to be left out. */
void *safe_malloc(size_t n);
void *safe_realloc(void *old, size_t n);
char *safe_strdup(const char *s);
