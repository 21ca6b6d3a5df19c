/*
 * Completes rows of results with the row of the person who has the same key (input/join.h says which inputs).
 * The persons' rows and an index of their keys are in nameless scratch files, so memory does not grow with
 * them. Keys are equal if they are so after NFKC and trimming: 00123 is not 123.
 */
#pragma once

#include "run/run.h"
#include "input/rows.h"

struct kp_pairing;

/* All functions report their failures. */

/* Reads the persons of a joined pair into scratch files in the folder; *ret_join is NULL if there is none.
 * KP_E_INPUT, KP_E_SYSTEM. Free with kp_join_free. */
enum kp_status kp_join_new(struct kp_run *run, const char *folder, struct kp_pairing **ret_join);
void kp_join_free(struct kp_pairing *join);

/* Puts the person's cells, or empty ones with a fault, before those of the row. KP_E_SYSTEM. */
enum kp_status kp_join_row(struct kp_pairing *join, struct kp_arena *arena, struct kp_row *row);

/* Returns whether a row without a partner, or a person's, has an Individual Number; join may be NULL. */
bool kp_join_has_my_number(const struct kp_pairing *join);

/* After a pass: calls fn with the line of every person whose key no row of results has. */
enum kp_status kp_join_each_left(struct kp_pairing *join, enum kp_status (*fn)(void *ctx, uint64_t line),
                                 void *ctx);
