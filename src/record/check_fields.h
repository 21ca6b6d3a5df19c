/* Checks of a normalised record: required fields, identifiers, order of dates, what receivers can show.
 * Layer 8. */
#ifndef KP_CHECK_FIELDS_H
#define KP_CHECK_FIELDS_H

#include "tables/diag.h"
#include "record/record.h"

/* Adds a finding for every fault; as_of is the day of disclosure. Fields that normalising already refused are
 * not reported twice. The grounds stand in the catalogue of diagnostics. */
void kp_check_fields(const struct kp_tables *tables, const struct kp_record *record, struct kp_date as_of,
                     struct kp_findings *findings);

#endif
