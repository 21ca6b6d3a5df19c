#include "kept.h"

#include <stdio.h>

struct kept {
    struct kept *next;
};

static struct kept *first;

void *keep(size_t n)
{
    struct kept *k = calloc(1, sizeof(*k) + n);
    assert_non_null(k);
    k->next = first;
    first = k;
    return k + 1;
}

char *vtextf(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert_true(n >= 0);
    char *out = keep((size_t)n + 1);
    (void)vsnprintf(out, (size_t)n + 1, format, args);
    return out;
}

char *textf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *out = vtextf(format, args);
    va_end(args);
    return out;
}

void free_kept(void)
{
    while (first) {
        struct kept *k = first;
        first = k->next;
        free(k);
    }
}
