/* Which rows of the registers concern a record, and which of them a decision rests on. Texts and lists are in
 * the arena; if it fails they are NULL, which its owner notices. */
#pragma once

#include "record/record.h"
#include "run/run.h"

/* Whom a record is about. */
struct kp_concerned {
    struct kp_subject subject;          /* but for id_shared */
    const struct kp_consent **consents; /* rows of the register that name this person */
    size_t n_consents;
};

void kp_find_concerned(const struct kp_run *run, struct kp_arena *arena, const struct kp_record *record,
                       struct kp_concerned *ret_concerned);

/* Returns whether the record says insured or dependant; KP_QUALIFICATION_ANY: neither. */
enum kp_qualification kp_qualification_of_record(const struct kp_record *record);

/* Return ids separated by spaces: the consents that opened an item, in the order of the register; the
 * decision's request, and others that list an item of it. */
const char *kp_consents_named(const struct kp_run *run, struct kp_arena *arena, const struct kp_case *kase,
                              const struct kp_decision *d);
const char *kp_requests_named(const struct kp_run *run, struct kp_arena *arena, const struct kp_case *kase,
                              const struct kp_decision *d);
/* Returns the fields whose lack kept every request from serving. */
const char *kp_lacking_named(struct kp_arena *arena, const struct kp_decision *d);
