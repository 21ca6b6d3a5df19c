/*
 * Everything about one record that a receiver would refuse it for: the record's side of the checks H
 * (header), B (body) and X (one item against another). For rows of an export and for records read back from a
 * bundle alike. Layer 11.
 */
#ifndef KP_CHECKS_H
#define KP_CHECKS_H

#include "tables/diag.h"
#include "record/record.h"
#include "kenporter.h"

/* What stands around the record. */
struct kp_check_context {
    struct kp_date as_of; /* day of disclosure, or of the bundle */
    enum kp_age_rule age_rule;
    const char *report, *programme; /* 報告区分, プログラム種別 of the document; "" not known */
    const char *sender;             /* number of 10 digits that the bundle will bear; NULL not known */
    bool received; /* read back from a document: what its sender had no ground to send is not missing */
    bool reject_incomplete; /* policy required_items = reject: what 特定健診 requires must be there */
};

/*
 * Adds a finding for every fault; the grounds in the catalogue of diagnostics name the checks. A field that
 * earlier findings speak of is not reported as missing once more. The form of fields and values is not looked
 * at: normalising has done that, or the reading of a document.
 */
void kp_check_record(const struct kp_tables *tables, const struct kp_record *record,
                     const struct kp_check_context *context, struct kp_findings *findings);

#endif
