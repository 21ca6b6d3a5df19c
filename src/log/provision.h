/* Records of provision to a third party, for each disclosed record with items by consent (APPI art. 29, its
 * rules art. 20). */
#pragma once

#include "law/registers.h"
#include "log/audit_output.h"

struct kp_provisions {
    struct kp_context *ctx;
    const struct kp_register_files *files;
    struct kp_registers registers;
    struct kp_map consent_by_id;
    struct kp_arena scratch;
    struct kp_buf texts[4]; /* of one record: about its consents and items */
};

/* The header, as for kp_audit_row. */
#define KP_PROVISION_COLUMNS                                                                                 \
    "provision,owed,disclosed_on,consent_ids,consent_kinds,consent_given_on,consent_evidence,"               \
    "recipient_number,recipient_name,recipient_address,recipient_representative,employee_id,insured_symbol," \
    "insured_number,insured_branch,name_kana,birth_date,exam_date,items,item_names,bundle,document,"         \
    "keep_until,log_seq,log_hash"

/* Loads tables and registers. Reports KP_E_USAGE and KP_E_SYSTEM; release it even then. */
enum kp_status kp_provisions_load(struct kp_provisions *provisions, struct kp_context *ctx,
                                  const struct kp_register_files *files);
void kp_provisions_release(struct kp_provisions *provisions);

/* Returns whether a record of this entry must be kept. */
bool kp_provision_is_owed(const char *const cells[KP_LOG__COUNT]);

/* Checks that the registers contain what the law requires. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_provision_check(struct kp_provisions *provisions, const char *const cells[KP_LOG__COUNT]);

/* Writes the record of an entry. Reports the same failures. */
enum kp_status kp_provision_print(struct kp_provisions *provisions, const char *const cells[KP_LOG__COUNT],
                                  struct kp_audit_output *out);
