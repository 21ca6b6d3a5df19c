/* Records of provision to a third party, for each disclosed record with items by consent (APPI art. 29, its
 * rules art. 20), from the registers as the run used them. */
#pragma once

#include "log/audit_output.h"
#include "log/audit_runs.h"
#include "log/kept.h"

struct kp_provisions {
    struct kp_context *ctx;
    const struct kp_audit_runs *runs;
    struct kp_kept_places places;
    const char *consents_today, *insurers_today; /* paths, or NULL */
    struct kp_kept consents, insurers;
    struct kp_arena scratch;
    struct kp_buf texts[4]; /* of one record: about its consents and items */
};

/* The header, as for kp_audit_columns. */
#define KP_PROVISION_COLUMNS                                                                                 \
    "provision,owed,disclosed_on,consent_ids,consent_kinds,consent_given_on,consent_evidence,"               \
    "recipient_number,recipient_name,recipient_address,recipient_representative,employee_id,insured_symbol," \
    "insured_number,insured_branch,name_kana,birth_date,exam_date,items,item_names,bundle,document,"         \
    "keep_until,log_seq,log_hash"

void kp_provisions_release(struct kp_provisions *provisions);

/* Returns whether a record of this entry must be kept. */
bool kp_provision_is_owed(const char *const cells[KP_LOG__COUNT]);

/* Checks that the kept registers cover the disclosure and contain what the law requires. where: the line of
 * the log. Reports KP_E_FAULT and KP_E_SYSTEM. */
enum kp_status kp_provision_check(struct kp_provisions *provisions, const char *const cells[KP_LOG__COUNT],
                                  struct kp_where where);

/* Writes the record of an entry. Reports the same failures. */
enum kp_status kp_provision_print(struct kp_provisions *provisions, const char *const cells[KP_LOG__COUNT],
                                  struct kp_where where, struct kp_audit_output *out);
