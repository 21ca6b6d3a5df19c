/* item_periods.csv: items that had another list of codes on some exam days. */
#pragma once

#include "base/date.h"
#include "tables/table_set.h"
#include "kenporter.h"

struct kp_item;
struct kp_tablefile;

struct kp_item_period {
    const struct kp_item *item;
    struct kp_date from, to; /* exam days; unset: open */
    const char *code_system; /* OID */
    const char *same_words;  /* "1=1 3=2": words for code 3 of the item's own list mean code 2 of this one */
    bool codes_unknown;      /* code_systems.csv does not have the list */
};

/* Needs items and codes. */
enum kp_status kp_periods_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the OID of the item's list on that exam day (unset: today's); "": the item has no codes. */
const char *kp_item_list(const struct kp_tables *tables, const struct kp_item *item, struct kp_date exam);
/* Returns whether the item's list on that exam day is one whose codes are not known. */
bool kp_item_list_unknown(const struct kp_tables *tables, const struct kp_item *item, struct kp_date exam);
/* Returns the code of a value key in the item's list on that exam day, or NULL. */
const char *kp_item_code(const struct kp_tables *tables, const struct kp_item *item, struct kp_date exam,
                         const char *value_key);
/* Returns whether some list that the item has on any day reads the key as that code (NULL: as any code). */
bool kp_item_code_ever(const struct kp_tables *tables, const struct kp_item *item, const char *value_key,
                       const char *code);
