/* Which bundles were released, and what became of each. */
#pragma once

#include "log/audit_output.h"

struct kp_audit_bundles {
    struct kp_context *ctx;
    struct kp_buf list; /* struct kp_audit_bundle */
    struct kp_map by_sha256;
    uint64_t n_documents; /* of the bundle being read */
    bool selected;        /* one of them is */
};

/* Takes an entry in its order; selected: it passes the filters. Reports KP_E_SYSTEM. */
enum kp_status kp_audit_bundles_add(struct kp_audit_bundles *bundles, const char *const *cells,
                                    bool selected);
/* Writes the bundles with an entry that was selected; pending: only those that are in the house. Returns how
 * many. */
size_t kp_audit_bundles_print(const struct kp_audit_bundles *bundles, bool pending,
                              struct kp_audit_output *out);
void kp_audit_bundles_release(struct kp_audit_bundles *bundles);
