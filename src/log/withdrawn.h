/* Which disclosures rest on consents that were withdrawn or refused since, by today's register. */
#pragma once

#include "log/kept.h"
#include "log/log.h"

struct kp_withdrawn {
    struct kp_context *ctx;
    struct kp_kept consents;
    struct kp_date today;
    struct kp_buf noes;    /* struct no: rows that were withdrawn or refuse */
    struct kp_map unknown; /* ids that were reported */
    struct kp_buf ids, days;
};

/* Reads the register. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_withdrawn_begin(struct kp_withdrawn *w, struct kp_context *ctx, const char *path);
/* Finds what was said against the items that a disclosure gave by consent, after the day by which it was
 * judged: ids and days, separated by spaces, "" if nothing was; "unknown" for a consent that is missing now,
 * which is reported once. Valid until the next call. Reports KP_E_SYSTEM. */
enum kp_status kp_withdrawn_of(struct kp_withdrawn *w, struct kp_arena *scratch, const char *const *cells);
void kp_withdrawn_release(struct kp_withdrawn *w);
