/* "Did you mean": the nearest of a list of names. Layer 1. */
#ifndef KP_SUGGEST_H
#define KP_SUGGEST_H

#include <stddef.h>

/* The name at the least edit distance from word; the first of equals. names(ctx, i) gives the i-th, NULL at
 * the end. */
const char *kp_suggest(const char *word, const char *(*names)(const void *ctx, size_t i), const void *ctx);

/* The same over an array. */
const char *kp_suggest_from(const char *word, const char *const *names, size_t n_names);

#endif
