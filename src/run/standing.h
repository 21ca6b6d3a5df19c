/* What the logs show of every bundle and of the persons in it: how far it is, and what was answered. */
#pragma once

#include "run/log_session.h"

enum kp_answer { KP_ANSWER_NONE, KP_ANSWER_RECEIVED, KP_ANSWER_ERROR, KP_ANSWER_CORRECTED, KP_ANSWER_AGAIN };

/* A document in a bundle. Strings live in the arena of the call. */
struct kp_standing_document {
    uint32_t bundle;
    enum kp_answer answer;
    const char *reply;         /* detail of the last reply, "": none */
    struct kp_log_entry entry; /* the cells of the person and the bundle */
};

struct kp_standing_bundle {
    const char *name, *insurer, *recipient, *sha256;
    enum kp_audit_event state; /* KP_AUDIT_RELEASE, HANDOVER, ...; ANY: not released yet */
    bool sealed;
    const char *released, *handed_over, *received;   /* days; "": not yet */
    uint64_t documents, answered, errors, corrected; /* errors: those that are open */
};

struct kp_standing {
    struct kp_context *ctx;
    struct kp_buf bundles, documents; /* arrays of the structs above */
    uint32_t n_bundles, n_documents;
    struct kp_map bundle_by_name, person; /* person -> index of the document first disclosed */
    struct kp_buf last; /* uint32_t per document: the person's last one, at the first's index */
};

/* Reads the logs of the session. Reports failures. Release it in any case. */
enum kp_status kp_standing_read(struct kp_standing *standing, const struct kp_log_session *session);
void kp_standing_release(struct kp_standing *standing);

struct kp_standing_bundle *kp_standing_bundle_at(const struct kp_standing *standing, uint32_t i);
struct kp_standing_document *kp_standing_document_at(const struct kp_standing *standing, uint32_t i);
/* Whether the document is the last that went out about its person and examination. */
bool kp_standing_is_last(const struct kp_standing *standing, uint32_t document);
