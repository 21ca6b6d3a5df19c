/* The personnel master of a run: its rows by employee id (run/keyed.h), to complete the rows of the exports.
 */
#pragma once

#include "run/run.h"
#include "input/norm_master.h"
#include "input/rows.h"

struct kp_personnel;

/* All functions report their failures. */

/* Reads the master into scratch files in the folder and judges its columns of codes; *ret_personnel is NULL
 * if there is none. KP_E_INPUT, KP_E_SYSTEM. Free with kp_personnel_free. */
enum kp_status kp_personnel_new(struct kp_run *run, const char *folder, struct kp_personnel **ret_personnel);
void kp_personnel_free(struct kp_personnel *personnel);

/* Sets *ret_rows to what the master has for the employee id of a row, in the arena; NULL: the row has none.
 * KP_E_SYSTEM. */
enum kp_status kp_personnel_find(struct kp_personnel *personnel, struct kp_arena *arena,
                                 const struct kp_row *row, const struct kp_master_rows **ret_rows);

/* Returns whether a row of the master has an Individual Number; personnel may be NULL. */
bool kp_personnel_has_my_number(const struct kp_personnel *personnel);
