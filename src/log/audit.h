/*
 * What an auditor asks of a log: is the chain whole, who was told what on which ground, what records are owed. Reads any
 * log once to verify and count, and once more to list; nothing grows with its length. Layer 12.
 */
#ifndef KP_AUDIT_H
#define KP_AUDIT_H

#include "base/buf.h"
#include "kenporter.h"

enum kp_audit_format { KP_AUDIT_TABLE, KP_AUDIT_CSV, KP_AUDIT_JSONL };
enum kp_audit_event { KP_AUDIT_ANY, KP_AUDIT_DISCLOSE, KP_AUDIT_AGAIN, KP_AUDIT_CORRECT, KP_AUDIT_RELEASE, KP_AUDIT_VOID };

/* NULL filters let everything through. */
struct kp_audit_options {
    const char *const *logs; /* each continues the one before it */
    size_t n_logs;
    const char *insurer, *employee, *number, *basis, *request, *bundle;
    const char *from, *to; /* YYYY-MM-DD, of the entry's time in Japan */
    enum kp_audit_event event;
    enum kp_audit_format format;
    bool provision_records; /* of disclosures by consent, instead of the entries */
    const char *head;       /* must be the hash of an entry */
    const char *insurers, *consents, *schemas; /* for the provision records */
    enum kp_lang lang;
};

/* Where the answer goes, piece by piece. False: it cannot be written, and that was reported. */
typedef bool kp_audit_print(void *ctx, const struct kp_buf *text);

/*
 * Verifies the logs. When they are sound, prints what was asked for: the entries that fit the filters (with filters, or
 * in a format other than the table), the provision records (APPI art. 29, its rules art. 20), or else entries, heads and
 * counts by insurer, basis and month, which name nobody. A disclosure whose bundle was voided is not counted.
 * KP_E_FAULT: the first fault was reported with its line. KP_E_USAGE: a log, register or option; KP_E_SYSTEM.
 */
enum kp_status kp_audit(const struct kp_audit_options *options, const struct kp_env *env, kp_audit_print *print, void *ctx);

#endif
