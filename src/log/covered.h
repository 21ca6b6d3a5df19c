/* Whether the rows of kept registers cover a disclosure: what can be told from the log and the rows alone. */
#pragma once

#include "log/kept.h"
#include "log/log.h"

/* The functions return NULL if everything agrees, else the name of the column that does not, "" if memory is
 * short. scratch is of the entry. They do not report. */

/* Whether the consents of an entry are there, the person's, towards its insurer, in force on the day by which
 * it was judged, and cover its items by consent together. *ret_id: the consent at fault, or the item. */
const char *kp_consents_fault(const struct kp_kept *consents, struct kp_arena *scratch,
                              const char *const *cells, const char **ret_id);

/* Returns whether a row of the consents is about the person, the insurer and any item by consent of an entry,
 * whatever its days. */
bool kp_consent_concerns(const struct kp_kept *consents, struct kp_arena *scratch, size_t row,
                         const char *const *cells);

/* Whether the requests of an entry are there, its insurer's, in force, and cover examination, age band, Act
 * and requested items. *ret_id: the request at fault, or the item. */
const char *kp_requests_fault(const struct kp_kept *requests, struct kp_arena *scratch,
                              const char *const *cells, const char **ret_id);
/* Returns the limits of its requests that the log has no datum for ("qualification persons"); NULL if memory
 * is short. */
const char *kp_requests_unchecked(const struct kp_kept *requests, struct kp_arena *scratch,
                                  const char *const *cells);
