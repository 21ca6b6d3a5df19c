/* Memory that lives until the group of tests ends: helpers return it, no test frees it. */
#pragma once

#include "support.h"

/* Returns n zeroed bytes; fails the test if there is no memory. */
void *keep(size_t n);

/* printf into kept memory. */
char *textf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *vtextf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* Group teardown (remove_folder calls it). */
void free_kept(void);
