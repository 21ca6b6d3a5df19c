/* units.csv, conversions.csv and unit_mistakes.csv: spellings of units, and how values are converted. */
#pragma once

#include "base/decimal.h"
#include "tables/table_set.h"
#include "kenporter.h"

struct kp_item;
/* target value = source value * factor + offset, exactly. */
struct kp_conversion {
    const char *from, *to; /* UCUM */
    const char *analyte;   /* the first five characters of the item codes that it is for; "": all */
    struct kp_decimal factor, offset; /* the factor is above 0 */
};

/* Numbers from..to of an item without a unit were most likely measured in this one. */
struct kp_unit_mistake {
    const char *analyte; /* prefix of the item codes */
    const char *unit;
    struct kp_decimal from, to;
};

/* Between which of the mistakes those of an item are. */
struct kp_mistakes {
    uint32_t first, end;
};

/* Needs the items. */
enum kp_status kp_units_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the unit (UCUM) of a spelling, if an item has it or it can be converted, or NULL. */
const char *kp_unit_of(const struct kp_tables *tables, const char *value_key);
/* Returns the standard conversion from a unit into that of the item, or NULL. */
const struct kp_conversion *kp_conversion_of(const struct kp_tables *tables, const struct kp_item *item,
                                             const char *unit);
/* Returns the unit, other than the item's, that a number was most likely measured in, or NULL. */
const char *kp_likely_unit(const struct kp_tables *tables, const struct kp_item *item,
                           struct kp_decimal number);
