/* Questions about single entries that need more than the entry: today's consents, the register of requests as
 * it was, the other disclosures, the calendar. Each adds columns to the entries that it is answered by. */
#pragma once

#include "log/answers.h"
#include "log/audit_people.h"
#include "log/audit_runs.h"
#include "log/withdrawn.h"

struct kp_question {
    struct kp_context *ctx;
    const struct kp_audit_options *options;
    const struct kp_audit_runs *runs;
    struct kp_kept_places places;
    struct kp_date today;
    struct kp_withdrawn withdrawn;
    struct kp_conflicts conflicts; /* this and answers are filled by the owner */
    struct kp_answers answers;
    struct kp_kept requests;
    struct kp_audit_extras extras; /* of the entry asked about last */
    char keep_until[11];
    uint64_t n_outside; /* disclosures that their request does not cover */
    struct kp_where first_outside;
};

/* Reads what the question of the options needs. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_question_begin(struct kp_question *q, const struct kp_audit_options *options);
/* *ret_is: the entry belongs to the answer, whose extra cells are then set until the next call or scratch is
 * reset. state: of its bundle, "" for entries that are no disclosures. Reports KP_E_SYSTEM. */
enum kp_status kp_question_ask(struct kp_question *q, struct kp_arena *scratch, const char *const *cells,
                               const char *state, struct kp_where where, bool *ret_is);
/* Reports KP_E_FAULT if disclosures were not within their request. */
enum kp_status kp_question_end(struct kp_question *q);
void kp_question_release(struct kp_question *q);
