/* The register of consents and refusals. */
#pragma once

#include "law/person.h"
#include "law/register_file.h"

/* NOTICE: implied by a notice in the invitation or at the venue. */
enum kp_consent_kind { KP_CONSENT_EXPLICIT, KP_CONSENT_NOTICE, KP_CONSENT_REFUSAL };

extern const char *const kp_consent_kind_names[]; /* explicit, notice, refusal; NULL at the end */

struct kp_consent {
    const char *id;
    struct kp_person who;
    const char *recipient; /* insurer number, or "*" */
    const char *items;     /* codes, "other" or "all", separated by spaces */
    enum kp_consent_kind kind;
    const char *evidence;
    struct kp_date given, withdrawn;
    struct kp_date exam_from, exam_to; /* the examinations it is about; unset: open */
    const struct kp_consent *next;     /* under the same key, in the order of their ids */
};

struct kp_consent_register {
    const struct kp_consent *list;
    size_t n;
    struct kp_original original;
    struct kp_map by_person; /* kp_person_key by employee id, else by card -> index of the first */
};

/* Reads the register. ids receives the employee ids. Reports as kp_registers_load. */
enum kp_status kp_consents_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                                struct kp_consent_register *ret_consents);
