/*
 * Everything about one record that a receiver would refuse it for: the record's part of the checks H
 * (header), B (body) and X (one item against another). Used for rows of an export and for records read from a
 * bundle.
 */
#pragma once

#include "record/record.h"
#include "tables/diag.h"

struct kp_check_context {
    struct kp_date as_of; /* day of disclosure, or of the bundle */
    enum kp_age_rule age_rule;
    const char *report, *programme; /* 報告区分, プログラム種別 of the document; "": unknown */
    const char *sender;             /* 10-digit sender number of the bundle; NULL: unknown */
    bool received;          /* read from a document, whose sender may have had no ground to send the rest */
    bool reject_incomplete; /* policy required_items = reject: items of 特定健診 must have a value */
};

/* Adds a finding for each fault; messages.csv names the check of each. What an earlier finding refused is not
 * reported as missing. The form of fields and values is not checked: normalising, or reading the document,
 * has done that. Running out of memory shows as findings->arena->failed. */
void kp_check_record(const struct kp_record *record, const struct kp_check_context *context,
                     struct kp_findings *findings);
