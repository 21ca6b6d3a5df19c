/* The requests and consents of a record: which may apply, and which of them its items rest on. Nothing is
 * reported: memory that runs short is recorded in the arena. */
#pragma once

#include "law/rule.h"
#include "record/record.h"
#include "run/run.h"

/* Sets the consents of the case to those that name the person. */
void kp_grounds_find_consents(const struct kp_run *run, const struct kp_record *record,
                              struct kp_arena *arena, struct kp_case *kase);

/* Returns the ids of the decision's request and of the others that list an item of it, separated by spaces.
 */
const char *kp_grounds_requests(const struct kp_run *run, const struct kp_decision *decision,
                                const struct kp_case *kase, struct kp_arena *arena);

/* Returns the ids of the consents that an item of the decision rests on. */
const char *kp_grounds_consents(const struct kp_run *run, const struct kp_decision *decision,
                                const struct kp_case *kase, struct kp_arena *arena);
