/* return_codes.csv: why an insurer returns a record (過誤返戻), and what to do about it. */
#pragma once

#include "tables/table_set.h"
#include "kenporter.h"

struct kp_tablefile;

struct kp_return {
    const char *code;                   /* two digits */
    const char *meaning[2], *remedy[2]; /* by enum kp_lang */
};

enum kp_status kp_returns_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the row of a code, which may lack its zero ("1", as a spreadsheet leaves it), or NULL. */
const struct kp_return *kp_return_of(const struct kp_tables *tables, const char *code);
