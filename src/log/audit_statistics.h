/* People by insurer, fiscal year, sex and ten years of age, without small numbers. */
#pragma once

#include "log/audit_people.h"

struct kp_statistics {
    struct kp_context *ctx;
    struct kp_arena scratch;
    struct kp_keyset seen; /* of the part at hand */
    struct kp_map by_cell; /* -> index */
    struct kp_buf cells;   /* struct cell */
};

/* Counts a disclosure's person, once per insurer and fiscal year, if of the part. Reports KP_E_SYSTEM. */
enum kp_status kp_statistics_add(struct kp_statistics *s, struct kp_audit_part part,
                                 const char *const *cells);
void kp_statistics_end_part(struct kp_statistics *s);
/* Writes the counts. Numbers below 10, and others from which they could be computed, are not shown. */
void kp_statistics_print(struct kp_statistics *s, struct kp_audit_output *out);
void kp_statistics_release(struct kp_statistics *s);
