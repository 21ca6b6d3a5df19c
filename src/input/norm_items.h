/* The rules for measured values, codes and findings. Layer 9. */
#ifndef KP_NORM_ITEMS_H
#define KP_NORM_ITEMS_H

#include "input/norm.h"

/* Reads one cell into its item; what several columns say of one item is brought together by the item's rule.
 */
void kp_norm_item(const struct kp_norm_cell *cell);

/* Reads the unit of an item, for this row. */
void kp_norm_unit(const struct kp_norm_cell *cell);

/* Reads a reference limit, or the mark against it, of an item. */
void kp_norm_reference(const struct kp_norm_cell *cell);

/* When fields and 採血時間 (item) are read: was blood drawn fasting? A column that says so without the hours
 * stands for ten hours or more, which is what fasting means in the standard form. */
void kp_norm_meal(struct kp_norm *norm, const struct kp_item *item);

/* How much a text says: KP_NORM_WORDS for a finding, less for 異常なし, 未実施 or a grade, a dash, nothing at
 * all. */
enum { KP_NORM_WORDS = 9 };
unsigned kp_norm_says(const struct kp_norm *norm, const struct kp_item *item, const char *key);

/* A facility's grade such as "b" or "c12" is its own shorthand and no doctor's judgement. */
bool kp_norm_is_grade(const struct kp_item *item, const char *key);

/* When all items are read: reasons for missing results, doctors without a judgement. */
void kp_norm_items_done(struct kp_norm *norm);

#endif
