/*
 * What the columns of an export mean, and how that is read off a header or out of a mapping file. Layer 7.
 */
#ifndef KP_HEADER_NAMES_H
#define KP_HEADER_NAMES_H

#include "tables/tables.h"

#define KP_ITEM_MEAL "9N141000000000011" /* 採血時間(食後): tells fasting from casual */

enum kp_column_kind {
    KP_COL_UNMAPPED, /* not used: listed in the report */
    KP_COL_IGNORED,  /* the mapping file says so */
    KP_COL_OURS,     /* kp_ columns of a mended rejected.csv */
    KP_COL_METHOD,   /* read by the column whose item it chooses */
    KP_COL_FIELD,
    KP_COL_ITEM,
    KP_COL_LOW, /* reference range and mark of an item */
    KP_COL_HIGH,
    KP_COL_FLAG,
    KP_COL_UNIT /* the unit an item is given in, row by row */
};

/* How a column came by its meaning, or why it has none. */
enum kp_why {
    KP_WHY_UNKNOWN,
    KP_WHY_MAPPING, /* the mapping file says so */
    KP_WHY_NAME,    /* the header is a field's name or an item's code */
    KP_WHY_SYNONYM,
    KP_WHY_MEAL,   /* recognised, but nothing tells fasting from casual */
    KP_WHY_DOCTOR, /* recognised, but judgement or doctor has no partner */
    KP_WHY_UNIT,   /* recognised, but its unit cannot be converted */
    KP_WHY_ROWS    /* the two header rows say different things */
};

/* How a spreadsheet counts days, where a mapping file says that a column holds such counts. */
enum kp_serial { KP_SERIAL_NONE, KP_SERIAL_1900, KP_SERIAL_1904 };

/* The item of a column depends on the method that another column names by a digit. */
struct kp_methods {
    size_t column; /* that names it */
    struct {
        const char *digit;
        unsigned item;
    } choices[10];
    size_t n_choices;
};

struct kp_column {
    const char *header; /* as it stands, UTF-8; of two header rows the first */
    const char *second; /* of the second header row; NULL when there is none */
    unsigned number;    /* from 1, as people count; 0 for our own columns */
    enum kp_column_kind kind;
    enum kp_why why;
    unsigned index;  /* enum kp_field, or item index; of a pair the fasting item */
    unsigned casual; /* the other item of a pair */
    bool is_pair;
    const struct kp_methods *methods; /* NULL: index is the item */
    const char *unit;                 /* the values' unit when it is not the item's own, else NULL */
    enum kp_serial serial;
    struct kp_column *next; /* the next column with the same target that is joined with this one */
    bool follows;           /* some other column's next */
    struct kp_map values;   /* the mapping file's own source=code pairs, by value key */
    const char **codes;     /* what values points into */
};

struct kp_mapping {
    struct kp_column *columns;
    size_t n_columns;
    bool has_units; /* some column tells units row by row, or limits that go by them */
};

/* A field, CODE, CODE.low, .high, .flag, .unit, CODE/CODE or ignore; sets kind, index, casual and is_pair. */
bool kp_target_read(struct kp_arena *arena, const struct kp_tables *tables, const char *target,
                    struct kp_column *column);

/* What kp_map_get found for a header: the same as above from a target of the tables. */
void kp_target_set(const struct kp_tables *tables, uint32_t target, struct kp_column *column);

/*
 * Recognises a header by itself: a target as above, a synonym, or either of them with a unit at its end, or
 * with the word 単位 there: then it is the column of that item's units. False when it
 * is not known; then column is left alone. A unit that no conversion turns into the item's leaves the column
 * unmapped with KP_WHY_UNIT, which is true, too. Ambiguous headers are not recognised.
 */
bool kp_header_read(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                    struct kp_column *column);

/* The unit that a cell is, with or without brackets; NULL: it is none, or more than a unit. */
const char *kp_unit_alone(struct kp_arena *arena, const struct kp_tables *tables, const char *text);

/* The column's values are in this unit. One of another kind than the item's is no unit of this column, which
 * would be misread: it is left unmapped with KP_WHY_UNIT. */
void kp_column_take_unit(const struct kp_tables *tables, const char *unit, struct kp_column *column);

/* True when the text has the shape of an item code: 17 characters that begin as those of JLAC10 do. */
bool kp_is_item_code(const char *text);

/* Do these cells look like a header row below the first one: codes, or mostly names that are known? */
bool kp_is_header_row(struct kp_arena *arena, const struct kp_tables *tables, const char *const *cells,
                      size_t n);

/* Do these cells look like data, where headers are expected: what only people's rows hold (dates, postal
 * codes, words for a sex), and numbers unless these may be names, and hardly a known name? */
bool kp_is_data_row(struct kp_arena *arena, const struct kp_tables *tables, const char *const *cells,
                    size_t n, bool numbers_may_be_names);

/* What diagnostics call the column's target. */
const char *kp_column_target(const struct kp_tables *tables, const struct kp_column *column);

#endif
