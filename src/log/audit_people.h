/* Questions about people rather than entries need a set of all people. A long log is read once for each part
 * of that set, so that memory stays within bounds. Here: who was told to several insurers. */
#pragma once

#include "base/keyset.h"
#include "log/audit_output.h"

/* A share of all people. */
struct kp_audit_part {
    size_t n, of;
};

/* Returns the number of parts for logs of that size in all. */
size_t kp_audit_parts(uint64_t log_bytes);
/* Returns whether the key of a person belongs to the part. */
bool kp_audit_is_of_part(struct kp_audit_part part, const char *key);

struct kp_conflicts {
    struct kp_context *ctx;
    struct kp_arena scratch; /* of an entry */
    struct kp_map insurers;  /* number -> index */
    struct kp_keyset seen;   /* of the part at hand: examination -> insurer */
    struct kp_keyset found;  /* examinations of several insurers -> number of the group */
    struct kp_buf told;      /* struct told: the disclosures of these groups */
    bool sorted;
    struct kp_buf text;
};

/* Three readings of the logs: note, for each part; collect; then ask for each disclosure. c: the
 * cells of an entry. Report KP_E_SYSTEM. */
enum kp_status kp_conflicts_note(struct kp_conflicts *x, struct kp_audit_part part, const char *const *c);
void kp_conflicts_end_part(struct kp_conflicts *x);
enum kp_status kp_conflicts_collect(struct kp_conflicts *x, const char *const *c);
/* *ret_also: the other insurers and the days, "" if there are none; valid until the next call. */
enum kp_status kp_conflicts_of(struct kp_conflicts *x, const char *const *c, const char **ret_also);
void kp_conflicts_release(struct kp_conflicts *x);
