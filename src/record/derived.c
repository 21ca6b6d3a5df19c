#include "record/derived.h"

#include <math.h>
#include <string.h>

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

/*
 * Double precision decides every last digit. The expression below is off by less than 2^-48 of its value:
 * pow() by a few units of 2^-53, and the exponents, which decimals only approximate, by 2^-53 times a
 * logarithm below 5. No creatinine from 0.01 to 99.99, age from 18 to 120 and sex comes closer to a half
 * tenth than 2^-28 of its value. test_derived compares them all with decimal arithmetic of 30 digits.
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
    double egfr = 194 * pow((double)hundredths / 100, -1.094) * pow(age, -0.287);
    long long tenths = llround(10 * (*sex == '2' ? 0.739 * egfr : egfr));
    if (tenths > MOST_TENTHS)
        return false;
    *ret_egfr = (struct kp_decimal){tenths, 1};
    return true;
}
