/* Checks one record, from an export or a bundle, for what a receiver would refuse: the record's part of the
 * checks H (header), B (body) and X (one item against another). */
#pragma once

#include "record/record.h"
#include "tables/diag.h"

struct kp_check_context {
    struct kp_date as_of; /* day of disclosure, or of the bundle */
    enum kp_age_rule age_rule;
    const char *report, *programme; /* 報告区分, プログラム種別 of the document; "": unknown */
    const char *sender;             /* 10-digit sender number of the bundle; NULL: unknown */
    bool received; /* read from a document, whose sender may have had no ground to send the rest */
    bool special;  /* an examination that the duty does not cover, and which need not have its items */
    bool reject_incomplete; /* policy required_items = reject: items of 特定健診 must have a value */
};

/* Adds a finding for each fault; messages.csv names its check. What an earlier finding refused is not
 * missing. The form of fields and values was checked when they were read. Running out of memory shows as
 * findings->arena->failed. */
void kp_check_record(const struct kp_record *record, const struct kp_check_context *context,
                     struct kp_findings *findings);
