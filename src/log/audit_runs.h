/* What the first entries of the runs pin, by run id. */
#pragma once

#include "tables/context.h"

enum kp_audit_register { KP_AUDIT_REQUESTS, KP_AUDIT_CONSENTS, KP_AUDIT_INSURERS, KP_AUDIT_REGISTER__COUNT };

/* Texts are "" where the entry has nothing. */
struct kp_audit_run {
    const char *user, *host;
    const char *backdate;                                  /* the reason; "": it judged by its own day */
    bool other_tables;                                     /* not those built into the program */
    const char *register_sha256[KP_AUDIT_REGISTER__COUNT]; /* "": it had none */
};

struct kp_audit_runs {
    struct kp_context *ctx;
    struct kp_buf list; /* struct kp_audit_run */
    struct kp_map by_id;
};

/* Remembers an entry `run`; ignores others. Reports KP_E_SYSTEM. */
enum kp_status kp_audit_runs_add(struct kp_audit_runs *runs, const char *const *cells);
/* Returns the run of an entry, or NULL: an entry of another command, or its run is in another log. */
const struct kp_audit_run *kp_audit_run_of(const struct kp_audit_runs *runs, const char *const *cells);
void kp_audit_runs_release(struct kp_audit_runs *runs);
