/* Lets allocations fail, those of the libraries included: a program that links this module has its own
 * malloc, calloc and realloc. Not in builds with the address sanitizer, which has its own, too. Also built as
 * a library for LD_PRELOAD, which FAIL_AT, FAIL_ALL and FAIL_COUNT (a file for the number) control. */
#pragma once

#include "support.h"

/* Returns false in builds in which no allocation can be made to fail. */
bool can_fail_allocations(void);

/* Counts from here on; the n-th allocation fails, from 1, and with `all` those after it as well. 0: none. */
void fail_allocation(long n, bool all);

/* Ends the failures; returns the number of allocations since fail_allocation. */
long allow_allocations(void);
