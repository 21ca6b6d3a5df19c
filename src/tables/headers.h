/* headers.csv and header_traps.csv: what the headers of exports mean. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tables/table_set.h"
#include "kenporter.h"

/* What a header means: a field (below KP_F__COUNT), KP_TARGET_ITEM + index of an item, or KP_TARGET_PAIR +
 * index of a pair. */
enum { KP_TARGET_ITEM = 1000, KP_TARGET_PAIR = 100000 };

/* One column for two items: the first if blood was drawn fasting, the second if after a meal. */
struct kp_meal_pair {
    unsigned fasting, casual; /* item indexes */
};

/* Needs the items. */
enum kp_status kp_headers_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Finds a target by the name of a field, an item code, or "CODE/CODE" for a pair of headers.csv. */
bool kp_target_find(const struct kp_tables *tables, const char *name, uint32_t *ret_target);
/* Reads "CODE/CODE": two different items that are numbers of one unit. */
bool kp_pair_find(const struct kp_tables *tables, const char *name, struct kp_meal_pair *ret_pair);
/* Returns true if a word of the header key says that the column is no result (a judgement, last year's
 * value).
 */
bool kp_is_header_trap(const struct kp_tables *tables, const char *header_key);
