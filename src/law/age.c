#include "law/age.h"

enum { TARGET_AGE = 40, LATE_STAGE_AGE = 75 };

int kp_age_at_fiscal_year_end(struct kp_date birth, struct kp_date exam, enum kp_age_rule rule)
{
    struct kp_date end = kp_fiscal_year_end(exam);
    if (rule == KP_AGE_STATUTE)
        end = kp_date_from_days(kp_date_days(end) + 1);
    return kp_age_on(birth, end);
}

enum kp_band kp_age_band(struct kp_date birth, struct kp_date exam, enum kp_age_rule rule, int *ret_age)
{
    int real = kp_age_on(birth, exam);
    int year_end = kp_age_at_fiscal_year_end(birth, exam, rule);
    *ret_age = year_end >= LATE_STAGE_AGE ? real : year_end;
    if (real >= LATE_STAGE_AGE)
        return KP_BAND_75PLUS;
    return year_end >= TARGET_AGE ? KP_BAND_40TO74 : KP_BAND_UNDER40;
}
