/* Rules for items by their type: states, codes, numbers, findings in words. */
#pragma once

#include "input/norm.h"

/* Reads one cell into its item; the item's rule combines several columns. */
void kp_norm_item(const struct kp_norm_cell *cell);

/* Reads the cell into its item if it is a code that the reading has; returns false, and reads nothing, if
 * not. */
bool kp_norm_read_before(struct kp_norm_cell *cell);

/* What a text of a joined item says, the least informative first. */
enum kp_saying { KP_SAYS_EMPTY, KP_SAYS_DASH, KP_SAYS_NOT_DONE, KP_SAYS_NOTHING_FOUND, KP_SAYS_WORDS };
enum kp_saying kp_norm_saying(const struct kp_norm *norm, const struct kp_item *item, const char *key);

/* Decides whether blood was drawn fasting, from 採血時間 (the item) and the fasting field. A field that says
 * so implies ten hours or more, the standard form's definition of fasting. */
void kp_norm_meal(struct kp_norm *norm, const struct kp_item *item);

/* After all items are read: stores the reasons for missing results, and removes doctors whose judgement was
 * only a grade. */
void kp_norm_items_done(struct kp_norm *norm);
