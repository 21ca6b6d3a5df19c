/* Checks the fields of a normalised record: required fields, numbers, dates, characters. */
#pragma once

#include "record/record.h"
#include "tables/diag.h"

/* Adds a finding for each fault; messages.csv names its rule. as_of is the day of disclosure. A field that an
 * earlier finding refused is not missing. Running out of memory shows as findings->arena->failed. */
void kp_check_fields(const struct kp_record *record, struct kp_date as_of, struct kp_findings *findings);
