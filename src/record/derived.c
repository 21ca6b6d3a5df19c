#include "record/derived.h"

#include <math.h>

#include "record/item_codes.h"

/* The number in units of 10^-scale; 0 if it is missing. */
static uint64_t units_of(const struct kp_record *record, const char *prefix, unsigned scale)
{
    struct kp_decimal number;
    bool known = kp_exact_number(kp_result_of(record, prefix), &number) &&
                 kp_decimal_round(number, scale, &number) && number.units > 0;
    return known ? (uint64_t)number.units : 0;
}

bool kp_bmi(const struct kp_record *record, struct kp_decimal *ret_bmi)
{
    enum { MAX_TENTHS = 999 };
    uint64_t height = units_of(record, KP_PREFIX_HEIGHT, 1); /* mm */
    uint64_t weight = units_of(record, KP_PREFIX_WEIGHT, 1); /* 100 g */
    if (height == 0 || weight == 0)
        return false;
    uint64_t square = height * height;
    uint64_t tenths = (2 * weight * 1000000 + square) / (2 * square);
    if (tenths > MAX_TENTHS)
        return false;
    *ret_bmi = (struct kp_decimal){(int64_t)tenths, 1};
    return true;
}

bool kp_non_hdl(const struct kp_record *record, struct kp_decimal *ret_non_hdl)
{
    struct kp_decimal total, hdl;
    if (!kp_exact_number(kp_result_of(record, KP_PREFIX_TOTAL_CHOLESTEROL), &total) ||
        !kp_exact_number(kp_result_of(record, KP_PREFIX_HDL), &hdl) || total.scale != 0 || hdl.scale != 0 ||
        total.units < hdl.units)
        return false;
    *ret_non_hdl = (struct kp_decimal){total.units - hdl.units, 0};
    return true;
}

/*
 * Doubles decide the last digit with certainty. The result is off by less than 2^-48 of itself: pow() by
 * 2^-51, an exponent rounded to a double by 2^-53 × 1.094 × 5, as |ln base| < 5. For creatinine from 0.01
 * to 99.99, ages from 18 to 120 and both sexes, no value comes closer to a rounding boundary than 2^-28 of
 * itself. test_derived checks that, and every result, with decimals.
 */
bool kp_egfr(const struct kp_record *record, struct kp_decimal *ret_egfr)
{
    enum { ADULT = 18, MAX_TENTHS = 9999 };
    uint64_t hundredths = units_of(record, KP_PREFIX_CREATININE, 2); /* of mg/dL */
    const char *sex = record->field[KP_F_SEX];
    if (hundredths == 0 || !*sex || !kp_has_dates(record))
        return false;
    int age = kp_age_on(record->birth, record->exam);
    if (age < ADULT)
        return false;
    double egfr = 194 * pow((double)hundredths / 100, -1.094) * pow(age, -0.287);
    long long tenths = llround(10 * (*sex == '2' ? 0.739 * egfr : egfr));
    if (tenths > MAX_TENTHS)
        return false;
    *ret_egfr = (struct kp_decimal){tenths, 1};
    return true;
}
