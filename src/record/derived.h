/*
 * What follows from a record's numbers by a formula: BMI, eGFR, non-HDL cholesterol. Exact: integers
 * throughout, and the rounding of the last digit is certain. A number with a mark (L, H) counts as missing:
 * it need not be what was measured. Layer 8.
 */
#ifndef KP_DERIVED_H
#define KP_DERIVED_H

#include "record/record.h"

/* The first item in the order of the tables whose code begins with prefix and that has a result; NULL when
 * none has. The order is that of priority (その他 before 2回目 before 1回目, 実測 before 自己判定). */
const struct kp_item *kp_result_item(const struct kp_tables *tables, const struct kp_record *record,
                                     const char *prefix);
/* Its value; NULL when there is none. */
const struct kp_value *kp_result_of(const struct kp_tables *tables, const struct kp_record *record,
                                    const char *prefix);
/* The same, and where there is none of those that made room for others of their group. */
const struct kp_value *kp_measured_of(const struct kp_tables *tables, const struct kp_record *record,
                                      const char *prefix);
/* Its result as a number; false when there is none. */
bool kp_number_of(const struct kp_tables *tables, const struct kp_record *record, const char *prefix,
                  struct kp_decimal *ret_number);

/* Codes of the items that formulas speak of, as far as they are the same for every method. */
#define KP_PREFIX_HEIGHT "9N0010000"
#define KP_PREFIX_WEIGHT "9N0060000"
#define KP_PREFIX_BMI "9N0110000"
#define KP_PREFIX_TOTAL_CHOLESTEROL "3F0500000"
#define KP_PREFIX_HDL "3F0700000"
#define KP_PREFIX_LDL "3F0770000"
#define KP_PREFIX_NON_HDL "3F0690000"
#define KP_PREFIX_CREATININE "3C0150000"
#define KP_ITEM_EGFR "8A065000002391901"
#define KP_ITEM_BMI "9N011000000000001"
#define KP_ITEM_NON_HDL "3F069000002391901"

/* kg / m², half up to one decimal. False when a number is missing or the result has more than two digits. */
bool kp_bmi(const struct kp_tables *tables, const struct kp_record *record, struct kp_decimal *ret_bmi);

/* 194 × creatinine^-1.094 × age^-0.287 (× 0.739 for women), half up to one decimal; the age is that on the
 * day of the examination. False under 18, or when a number is missing or beyond the format. */
bool kp_egfr(const struct kp_tables *tables, const struct kp_record *record, struct kp_decimal *ret_egfr);

/* Total less HDL cholesterol. False when one is missing or the difference is negative. */
bool kp_non_hdl(const struct kp_tables *tables, const struct kp_record *record,
                struct kp_decimal *ret_non_hdl);

#endif
