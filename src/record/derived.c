#include "record/derived.h"

#include <string.h>

__extension__ typedef unsigned __int128 u128;

const struct kp_item *kp_result_item(const struct kp_tables *tables, const struct kp_record *record,
                                     const char *prefix)
{
    size_t n = strlen(prefix);
    for (size_t i = 0; i < tables->n_items; i++)
        if (record->values[i].state == KP_VALUE_PRESENT && tables->items[i].code[2] == prefix[2] &&
            strncmp(tables->items[i].code, prefix, n) == 0)
            return &tables->items[i];
    return NULL;
}

const struct kp_value *kp_result_of(const struct kp_tables *tables, const struct kp_record *record,
                                    const char *prefix)
{
    const struct kp_item *item = kp_result_item(tables, record, prefix);
    return item ? &record->values[item - tables->items] : NULL;
}

const struct kp_value *kp_measured_of(const struct kp_tables *tables, const struct kp_record *record,
                                      const char *prefix)
{
    const struct kp_value *value = kp_result_of(tables, record, prefix);
    const struct kp_displaced *first = NULL;
    for (const struct kp_displaced *d = record->displaced; d; d = d->next)
        if (d->value.state == KP_VALUE_PRESENT && strncmp(d->item->code, prefix, strlen(prefix)) == 0 &&
            (!first || d->item < first->item))
            first = d;
    return value || !first ? value : &first->value;
}

bool kp_number_of(const struct kp_tables *tables, const struct kp_record *record, const char *prefix,
                  struct kp_decimal *ret_number)
{
    const struct kp_value *value = kp_result_of(tables, record, prefix);
    return value && kp_decimal_parse(value->text, strlen(value->text), ret_number);
}

/* A marked number stands for all that is less or more: nothing is to be reckoned with it. */
static bool plain_number(const struct kp_tables *tables, const struct kp_record *record, const char *prefix,
                         struct kp_decimal *ret_number)
{
    const struct kp_value *value = kp_result_of(tables, record, prefix);
    return value && !value->limit && kp_decimal_parse(value->text, strlen(value->text), ret_number);
}

/* The number in units of 10^-scale; 0 when it is missing. */
static uint64_t units_of(const struct kp_tables *tables, const struct kp_record *record, const char *prefix,
                         unsigned scale)
{
    struct kp_decimal number, rounded;
    if (!plain_number(tables, record, prefix, &number) || !kp_decimal_round(number, scale, &rounded) ||
        rounded.units < 0)
        return 0;
    return (uint64_t)rounded.units;
}

bool kp_bmi(const struct kp_tables *tables, const struct kp_record *record, struct kp_decimal *ret_bmi)
{
    enum { MOST_TENTHS = 999 };
    uint64_t height = units_of(tables, record, KP_PREFIX_HEIGHT, 1); /* mm */
    uint64_t weight = units_of(tables, record, KP_PREFIX_WEIGHT, 1); /* 100 g */
    if (height == 0 || weight == 0)
        return false;
    uint64_t square = height * height;
    uint64_t tenths = (2 * weight * 1000000 + square) / (2 * square);
    *ret_bmi = (struct kp_decimal){(int64_t)tenths, 1};
    return tenths <= MOST_TENTHS;
}

bool kp_non_hdl(const struct kp_tables *tables, const struct kp_record *record,
                struct kp_decimal *ret_non_hdl)
{
    struct kp_decimal total, hdl;
    if (!plain_number(tables, record, KP_PREFIX_TOTAL_CHOLESTEROL, &total) ||
        !plain_number(tables, record, KP_PREFIX_HDL, &hdl))
        return false;
    *ret_non_hdl = (struct kp_decimal){total.units - hdl.units, 0};
    return total.scale == 0 && hdl.scale == 0 && total.units >= hdl.units;
}

/* --- eGFR --- */

enum { LOG_BITS = 44 };

/*
 * Binary logarithm of n > 0 in units of 2^-44, one bit at a time: squaring the mantissa doubles the
 * logarithm. Each of the 44 squarings cuts off less than 2^-63, and what it cuts off is halved with every
 * bit, so the result is less than one unit and a half too small.
 */
static int64_t log2_of(uint64_t n)
{
    int whole = 63 - __builtin_clzll(n);
    uint64_t mantissa = n << (63 - whole); /* 1 <= mantissa / 2^63 < 2 */
    int64_t log = (int64_t)whole << LOG_BITS;
    for (int bit = LOG_BITS - 1; bit >= 0; bit--) {
        u128 square = (u128)mantissa * mantissa;
        bool above_two = (square >> 127) != 0;
        mantissa = (uint64_t)(square >> (above_two ? 64 : 63));
        log |= (int64_t)above_two << bit;
    }
    return log;
}

/* The formula, as 1000 times its binary logarithm. */
static int64_t log_of_egfr(uint64_t hundredths, uint64_t age, bool female)
{
    int64_t log = 1000 * log2_of(194) - 1094 * (log2_of(hundredths) - log2_of(100)) - 287 * log2_of(age);
    return female ? log + 1000 * (log2_of(739) - log2_of(1000)) : log;
}

/*
 * The largest k with (2k - 1) / 20 <= eGFR is eGFR in tenths, half up. Logarithms stand for the two sides,
 * and what they are off by shifts eGFR by less than 2^-40 of itself; for no creatinine, sex and age up to 130
 * does it come nearer to a half than 2^-28 of itself, so no last digit is in doubt. The nearest cases are
 * tested.
 */
bool kp_egfr(const struct kp_tables *tables, const struct kp_record *record, struct kp_decimal *ret_egfr)
{
    enum { ADULT = 18, MOST_TENTHS = 9999 };
    uint64_t hundredths = units_of(tables, record, KP_PREFIX_CREATININE, 2);
    const char *sex = record->field[KP_F_SEX];
    if (hundredths == 0 || !*sex || !kp_date_is_set(record->birth) || !kp_date_is_set(record->exam))
        return false;
    int age = kp_age_on(record->birth, record->exam);
    if (age < ADULT)
        return false;
    int64_t log = log_of_egfr(hundredths, (uint64_t)age, *sex == '2') + 1000 * log2_of(20);
    uint64_t least = 0, above = MOST_TENTHS + 2;
    while (above - least > 1) {
        uint64_t k = (least + above) / 2;
        *(1000 * log2_of(2 * k - 1) <= log ? &least : &above) = k;
    }
    *ret_egfr = (struct kp_decimal){(int64_t)least, 1};
    return least <= MOST_TENTHS;
}
