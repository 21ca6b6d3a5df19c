/* Counts disclosures by insurer, basis and month, once their bundle was released. Names nobody. */
#pragma once

#include "tables/context.h"

struct kp_audit_counts {
    struct kp_context *ctx;
    struct kp_arena scratch;
    struct kp_buf groups; /* struct group */
    struct kp_map group_by_key;
    size_t last_group;
    struct kp_buf pending; /* size_t: groups with entries of the bundle that is being read */
};

/* Adds a disclosure of the bundle that is being read. Errors: KP_E_SYSTEM, reported. */
enum kp_status kp_audit_counts_add(struct kp_audit_counts *counts, const char *const *cells);

/* Ends the bundle: counts its disclosures if it was released, drops them otherwise. */
void kp_audit_counts_settle(struct kp_audit_counts *counts, bool released);

/* Sorts the counts and appends them to out as a table, with sums over several months. */
void kp_audit_counts_print(struct kp_audit_counts *counts, struct kp_buf *out);

void kp_audit_counts_release(struct kp_audit_counts *counts);
