/* Counts disclosures by insurer, basis and month once their bundle is released. */
#pragma once

#include "tables/context.h"

struct kp_audit_counts {
    struct kp_context *ctx;
    struct kp_arena scratch;
    struct kp_buf groups; /* struct group */
    struct kp_map group_by_key;
    struct kp_buf pending; /* size_t: groups with entries of the bundle being read */
};

/* Adds a disclosure of the bundle being read. Errors: KP_E_SYSTEM, reported. */
enum kp_status kp_audit_counts_add(struct kp_audit_counts *counts, const char *const *cells);

/* Ends the bundle: counts its disclosures if it was released, drops them otherwise. */
void kp_audit_counts_settle(struct kp_audit_counts *counts, bool released);

/* Appends the counts to out as a sorted table, with sums over several months. */
void kp_audit_counts_print(struct kp_audit_counts *counts, struct kp_buf *out);

void kp_audit_counts_release(struct kp_audit_counts *counts);
