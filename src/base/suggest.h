/* "Did you mean": the name that is nearest to a word. */
#pragma once

#include <stddef.h>

/* Returns the name with the least edit distance from word, the first of a tie; "" if there are no names.
 * names(ctx, i) returns the i-th name, NULL at the end. */
const char *kp_suggest(const char *word, const char *(*names)(const void *ctx, size_t i), const void *ctx);

/* Does the same over an array. */
const char *kp_suggest_from(const char *word, const char *const *names, size_t n_names);
