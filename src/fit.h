/* Is everything in a record in the form that the standard asks for? Of a normalised record it is; of one read back from
 * somebody's document it may not be. Layer 8. */
#ifndef KP_FIT_H
#define KP_FIT_H

#include "msg.h"
#include "record.h"

/* Adds a finding for every field (H01 to H07, H09, H11) and value (B06, B10, B11) that is not. Returns whether all are. */
bool kp_check_form(const struct kp_tables *tables, const struct kp_record *record, struct kp_findings *findings);

#endif
