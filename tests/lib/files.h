/* Reads, writes and compares files independently of src. Failures fail the test; results are kept memory. */
#pragma once

#include "support.h"

/* Returns the contents, followed by a NUL; ret_n may be NULL. */
char *slurp(const char *path, size_t *ret_n);

void put(const char *path, const char *bytes, size_t n);

bool exists(const char *path);

/* Returns how many paths match the glob pattern (hidden ones only if it names them) and, unless ret_paths is
 * NULL, the paths in order. */
size_t paths(const char *pattern, char ***ret_paths);
size_t how_many(const char *pattern);

size_t occurrences(const char *in, const char *of);
void assert_contains(const char *in, const char *part);
void assert_same_file(const char *a, const char *b);
