#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t power_of_ten(unsigned n)
{
    static const int64_t powers[] = {1,      10,      100,      1000,      10000,
                                     100000, 1000000, 10000000, 100000000, 1000000000};
    enum { LAST = sizeof(powers) / sizeof(powers[0]) - 1 };
    int64_t p = powers[n < LAST ? n : LAST];
    for (; n > LAST; n--)
        p *= 10;
    return p;
}

/* Commas must precede groups of three digits before the point. */
static bool commas_are_sound(const char *text, size_t n)
{
    const char *comma = memchr(text, ',', n), *point = memchr(text, '.', n);
    if (!comma)
        return true;
    size_t first = (size_t)(comma - text), whole = point ? (size_t)(point - text) : n;
    for (size_t i = first; i < n; i++)
        if ((text[i] == ',') != (i < whole && (i - first) % 4 == 0))
            return false;
    return first >= 1 && first <= 3 && (whole - first) % 4 == 0;
}

bool kp_decimal_parse(const char *text, size_t n, struct kp_decimal *ret_value)
{
    bool negative = n > 0 && text[0] == '-';
    if (n > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        n--;
    }
    if (!commas_are_sound(text, n))
        return false;
    struct kp_decimal value = {0, 0};
    unsigned digits = 0;
    bool point = false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == ',')
            continue;
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || ++digits > KP_DECIMAL_MAX_DIGITS)
            return false;
        value.units = value.units * 10 + (text[i] - '0');
        value.scale += point;
    }
    if (digits == 0 || (point && text[n - 1] == '.'))
        return false;
    if (negative)
        value.units = -value.units;
    *ret_value = value;
    return true;
}

bool kp_decimal_round(struct kp_decimal value, unsigned scale, struct kp_decimal *ret_value)
{
    if (scale > KP_DECIMAL_MAX_DIGITS)
        return false;
    int64_t units = value.units;
    if (value.scale > scale) {
        int64_t step = power_of_ten(value.scale - scale);
        int64_t rest = units % step; /* has the sign of units */
        units = units / step + (rest >= step - rest) - (-rest >= step + rest);
    } else {
        int64_t step = power_of_ten(scale - value.scale);
        if (units > power_of_ten(18) / step || units < -power_of_ten(18) / step)
            return false;
        units *= step;
    }
    *ret_value = (struct kp_decimal){units, scale};
    return true;
}

bool kp_decimal_convert(struct kp_decimal value, struct kp_decimal factor, struct kp_decimal offset,
                        struct kp_decimal *ret_value)
{
    struct kp_decimal product = {.scale = value.scale + factor.scale}, sum, plus;
    unsigned scale = product.scale > offset.scale ? product.scale : offset.scale;
    if (__builtin_mul_overflow(value.units, factor.units, &product.units) ||
        !kp_decimal_round(product, scale, &sum) || !kp_decimal_round(offset, scale, &plus) ||
        __builtin_add_overflow(sum.units, plus.units, &sum.units))
        return false;
    *ret_value = sum;
    return true;
}

int kp_decimal_compare(struct kp_decimal a, struct kp_decimal b)
{
    /* Comparing integer parts first keeps the scaling from overflowing. */
    int64_t pa = power_of_ten(a.scale), pb = power_of_ten(b.scale);
    int64_t ia = a.units / pa, ib = b.units / pb;
    if (ia != ib)
        return ia < ib ? -1 : 1;
    int64_t ra = a.units % pa, rb = b.units % pb;
    ra *= power_of_ten(KP_DECIMAL_MAX_DIGITS - a.scale);
    rb *= power_of_ten(KP_DECIMAL_MAX_DIGITS - b.scale);
    return (ra > rb) - (ra < rb);
}

void kp_decimal_text(struct kp_decimal value, char ret_text[KP_DECIMAL_TEXT])
{
    char reversed[KP_DECIMAL_TEXT];
    uint64_t units = value.units < 0 ? -(uint64_t)value.units : (uint64_t)value.units;
    size_t n = 0, at = 0;
    for (unsigned digits = 0; (units > 0 || digits <= value.scale) && n < KP_DECIMAL_TEXT - 2; digits++) {
        if (digits == value.scale && digits > 0)
            reversed[n++] = '.';
        reversed[n++] = (char)('0' + units % 10);
        units /= 10;
    }
    if (value.units < 0)
        ret_text[at++] = '-';
    while (n > 0)
        ret_text[at++] = reversed[--n];
    ret_text[at] = '\0';
}

unsigned kp_decimal_integer_digits(struct kp_decimal value)
{
    int64_t n = value.units / power_of_ten(value.scale);
    unsigned digits = 1;
    for (n = n < 0 ? -n : n; n >= 10; n /= 10)
        digits++;
    return digits;
}
