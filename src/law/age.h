/* The ages that decide which Act applies. */
#pragma once

#include "base/date.h"
#include "tables/legal.h"
#include "kenporter.h"

/* Returns the age reached by the end of the exam's fiscal year (実施基準1条). KP_AGE_STATUTE counts from the
 * day before the birthday (年齢計算ニ関スル法律): born on 1 April, one reaches it on 31 March. */
int kp_age_at_fiscal_year_end(struct kp_date birth, struct kp_date exam, enum kp_age_rule rule);

/* Returns the age band, and the age that decided it: 40 counts at the end of the fiscal year (実施基準1条),
 * 75 on the day of the exam (高確法50条). */
enum kp_band kp_age_band(struct kp_date birth, struct kp_date exam, enum kp_age_rule rule, int *ret_age);
