#include "base/suggest.h"

#include <string.h>

enum { LONGEST = 40 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t n = strnlen(a, LONGEST), m = strnlen(b, LONGEST);
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

const char *kp_suggest(const char *word, const char *(*names)(const void *ctx, size_t i), const void *ctx)
{
    const char *best = "";
    size_t best_distance = (size_t)-1;
    const char *name = NULL;
    for (size_t i = 0; (name = names(ctx, i)) != NULL; i++) {
        size_t d = distance(word, name);
        if (d < best_distance) {
            best_distance = d;
            best = name;
        }
    }
    return best;
}

struct list {
    const char *const *names;
    size_t n;
};

static const char *list_name(const void *ctx, size_t i)
{
    const struct list *list = ctx;
    return i < list->n ? list->names[i] : NULL;
}

const char *kp_suggest_from(const char *word, const char *const *names, size_t n_names)
{
    struct list list = {names, n_names};
    return kp_suggest(word, list_name, &list);
}
