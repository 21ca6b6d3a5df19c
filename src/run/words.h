/* What people call the things that files and logs have ids for, in the language of the run. Results are in
 * the arena of the run or in the tables; NULL when memory is short. */
#pragma once

#include "run/slot.h"

/* Returns "高齢者の医療の確保に関する法律 第27条第3項", or that it is the person's consent. */
const char *kp_basis_words(struct kp_context *ctx, const struct kp_basis *basis);
/* Returns the scheme's name, which tells what kind of insurer it is. */
const char *kp_scheme_words(const struct kp_context *ctx, const char *insurer_number);
/* Returns the catalogue's text of a reason for holding. */
const char *kp_reason_words(struct kp_context *ctx, enum kp_reason reason);
/* Appends the cell as spreadsheets name it: "W列 5行", "cell W5"; without a column "5行", "row 5". */
void kp_cell_put(const struct kp_context *ctx, struct kp_place place, struct kp_buf *out);
/* Returns "W5"; without a column "5". */
const char *kp_cell_text(struct kp_context *ctx, struct kp_place place);
