/* code_systems.csv and values.csv: the codes of coded values and their spellings. */
#pragma once

#include "base/arena.h"
#include "base/date.h"
#include "tables/table_set.h"
#include "kenporter.h"

struct kp_code_row {
    const char *system; /* OID */
    const char *code;   /* one to five digits */
    const char *display;
    struct kp_date from, to; /* exam days; unset: open */
};

/* Needs the items. */
enum kp_status kp_codes_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the code of a value key in a code system or pseudo system ("sex"), or NULL. */
const char *kp_code_of(const struct kp_tables *tables, const char *system, const char *value_key);
/* Returns the row of a code, or NULL if the system never has it. */
const struct kp_code_row *kp_code_find(const struct kp_tables *tables, const char *system, const char *code);
/* Returns whether a form for an exam on that day (unset: any) has the code. */
bool kp_code_on(const struct kp_code_row *row, struct kp_date exam);
/* Returns the display text of a code, or NULL if the system does not have it on that exam day (unset: ever).
 */
const char *kp_code_display(const struct kp_tables *tables, const char *system, const char *code,
                            struct kp_date exam);
