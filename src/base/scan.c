#include "base/scan.h"

#include <string.h>

#define DIGITS "0123456789"

static bool is_made_of(const char *s, size_t n, const char *characters)
{
    return strspn(s, characters) == n && s[n] == '\0';
}

size_t kp_digits(const char *s)
{
    size_t n = 0;
    while (s[n] >= '0' && s[n] <= '9')
        n++;
    return n;
}

bool kp_all_digits(const char *s)
{
    return *s && s[kp_digits(s)] == '\0';
}

bool kp_is_digits(const char *s, size_t n)
{
    return is_made_of(s, n, DIGITS);
}

bool kp_is_code(const char *s, size_t n)
{
    return is_made_of(s, n, DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

bool kp_is_hex(const char *s, size_t n)
{
    return is_made_of(s, n, DIGITS "abcdef");
}

bool kp_has_shape(const char *s, const char *shape)
{
    for (; *s && *shape; s++, shape++)
        if (*shape == '0' ? *s < '0' || *s > '9' : *s != *shape)
            return false;
    return *s == *shape;
}

bool kp_next_word(const char **list, const char *separators, struct kp_word *ret_word)
{
    const char *at = *list;
    if (!*at)
        return false;
    size_t n = strcspn(at, separators);
    *ret_word = (struct kp_word){at, n};
    *list = at + n + (at[n] != '\0');
    return true;
}
