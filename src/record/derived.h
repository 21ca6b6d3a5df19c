/* Values that follow from a record's numbers by a formula. A number marked L or H counts as missing. */
#pragma once

#include "record/record.h"

/* Computes weight / height² in kg/m², half up to one decimal. False if a number is missing or the result is
 * over 99.9. */
bool kp_bmi(const struct kp_record *record, struct kp_decimal *ret_bmi);

/* Computes 194 × creatinine^-1.094 × age^-0.287 (× 0.739 for women) in mL/min/1.73 m², half up to one
 * decimal, with the age at the examination. False if a number, a date or the sex is missing, under 18, or
 * over 999.9. */
bool kp_egfr(const struct kp_record *record, struct kp_decimal *ret_egfr);

/* Computes total minus HDL cholesterol in mg/dL. False if one is missing or the difference is negative. */
bool kp_non_hdl(const struct kp_record *record, struct kp_decimal *ret_non_hdl);
