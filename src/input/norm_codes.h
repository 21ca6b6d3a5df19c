/* Rules for coded values. */
#pragma once

#include "input/norm.h"

/* Reads a code of the item's code system, or a spelling of one. Returns false for any other text. */
bool kp_norm_code(const struct kp_norm_cell *cell, struct kp_value *value);

/* Adds the finding that the text is no code of the item's, with the accepted ones. */
void kp_norm_code_unknown(const struct kp_norm_cell *cell);

/* Returns whether the key is a facility's own grade: "b", "c12". */
bool kp_norm_is_grade(const char *key);

/* Decides whether blood was drawn fasting, from 採血時間 (the item) and the fasting field. A field that says
 * so implies ten hours or more, the standard form's definition of fasting. */
void kp_norm_meal(struct kp_norm *norm, const struct kp_item *item);
