/* What the columns of an export mean. */
#pragma once

#include "tables/context.h"
#include "record/record.h"

/* 採血時間(食後), which says whether blood was drawn fasting */
#define KP_ITEM_MEAL "9N141000000000011"

enum kp_column_kind {
    KP_COL_UNMAPPED, /* unused, listed in the report */
    KP_COL_IGNORED,  /* unused because the mapping file says so */
    KP_COL_OURS,     /* a kp_ column of a corrected rejected.csv */
    KP_COL_SECRET,   /* Individual Numbers: neither read nor copied, whatever a mapping file says */
    KP_COL_METHOD,   /* read only to choose the item of another column */
    KP_COL_FIELD,
    KP_COL_ITEM,
    KP_COL_LOW, /* reference limits and flag of an item */
    KP_COL_HIGH,
    KP_COL_FLAG,
    KP_COL_UNIT /* the unit of an item, row by row */
};

/* How a column got its target, or why it has none. */
enum kp_why {
    KP_WHY_UNKNOWN,
    KP_WHY_MAPPING, /* mapping file */
    KP_WHY_NAME,    /* the header is a field name or an item code */
    KP_WHY_SYNONYM,
    KP_WHY_MEAL,   /* this and below, left out: no column says whether blood was drawn fasting */
    KP_WHY_DOCTOR, /* judgement without doctor, or doctor without judgement */
    KP_WHY_UNIT,   /* the unit cannot be converted */
    KP_WHY_ROWS,   /* the two header rows disagree */
    KP_WHY_NUMBERS /* its numbers cannot be the item; only for columns proposed */
};

/* Day counts of a spreadsheet, if the mapping file says that a column contains them. */
enum kp_serial { KP_SERIAL_NONE, KP_SERIAL_1900, KP_SERIAL_1904 };

/* What bare digits in a column of codes are, by its header and the mapping file. */
enum kp_digits {
    KP_DIGITS_NONE,     /* not judged: no column of codes */
    KP_DIGITS_OFFICIAL, /* codes of the list: the header is the code or the field name, or CC2X says so */
    KP_DIGITS_SAID,     /* likewise, because the mapping file says so */
    KP_DIGITS_NAMED,    /* those that the mapping file gives a meaning, no others */
    KP_DIGITS_SEX,      /* 1 and 2 of JIS X 0303 if the column has no others */
    KP_DIGITS_HOURS,    /* hours since the meal if the column shows it */
    KP_DIGITS_UNKNOWN
};

/* What the whole input shows of them. */
enum kp_reading {
    KP_READING_PLAIN,   /* as kp_digits says */
    KP_READING_HOURS,   /* hours since the meal */
    KP_READING_NUMBERS, /* measured numbers below the name of a finding-or-not item: not used */
    KP_READING_UNKNOWN, /* this and below: rows with digits are rejected */
    KP_READING_FOREIGN  /* some are outside the list, so they are another list's */
};

/* Items of a column by the local method digit found in another column of the row. */
struct kp_methods {
    size_t column; /* that contains the digit */
    struct {
        const char *digit;
        unsigned item;
    } choices[10];
    size_t n_choices;
};

struct kp_column {
    const char *header; /* of the first header row, verbatim in UTF-8 */
    const char *second; /* of the second header row; "" with one row */
    unsigned number;    /* from 1; 0 for KP_COL_OURS */
    enum kp_column_kind kind;
    enum kp_why why;
    unsigned index;  /* enum kp_field, or index of the item; of the fasting item of a pair */
    unsigned casual; /* the other item of a pair */
    bool is_pair;
    const struct kp_methods *methods; /* NULL: index is the item */
    const char *unit;                 /* of the values; NULL: the item's own */
    bool unit_stated;                 /* by the mapping file, even if it is the item's own */
    enum kp_serial serial;
    struct kp_column *next; /* next column joined into the same item */
    bool follows;           /* is another column's next */
    const char *name;       /* as a mapping file names it: the header as CSV, or "#12" */
    const char *line;       /* how its line in a mapping file begins: "name,target,unit"; "": no target */
    const struct kp_column *like; /* what the header of an unused column resembles; NULL: nothing */
    struct kp_map values;         /* source=code pairs of the mapping file: value key -> index into codes */
    const char **codes;
    enum kp_digits digits;
    enum kp_reading reading;        /* set after the first pass, as is remedy */
    const char *remedy;             /* line of a mapping file that settles the digits; "" or NULL: none */
    const struct kp_item *narrower; /* the mapping file made it go out more freely than this; NULL */
    uint64_t seen;                  /* bits of kp_digits_see, collected by the first pass */
    uint64_t n_refused; /* rows whose digits in the column were refused; counted by the second pass */
};

/* Reference range of an item; NULL: open. */
struct kp_range {
    const char *low[2], *high[2]; /* of men and of women */
};

struct kp_mapping {
    struct kp_column *columns;
    size_t n_columns;
    const struct kp_range *ranges;     /* one per item, for values without one; NULL: no table */
    const struct kp_lost_column *lost; /* unused columns that resemble an item no column has */
    size_t n_lost;
    bool has_items; /* some column contains the values of an item */
    bool has_units; /* some column contains units or reference limits */
};

/* Word of the column values of a mapping file: digits are the official codes of the item's list. */
#define KP_VALUES_OFFICIAL "official"

/* What follows the item code in a target, by kind of the column from KP_COL_ITEM: "", ".low", ... */
extern const char *const kp_target_suffixes[];

/* Sets the target to one found in the tables' maps of headers. */
void kp_target_set(const struct kp_tables *tables, uint32_t target, struct kp_column *column);

/* Appends the target as mapping files write it: "sex", "9N001000000000001.unit". */
void kp_column_put_target(const struct kp_tables *tables, const struct kp_column *column, struct kp_buf *out);

/* Returns the name of the field or item. */
const char *kp_column_meaning(const struct kp_tables *tables, const struct kp_column *column);

/* Sets the column of the findings that follow; NULL: none. */
void kp_column_locate(const struct kp_column *column, struct kp_findings *findings);

/* Returns what diagnostics call the column's target. */
const char *kp_column_target(const struct kp_tables *tables, const struct kp_column *column);

/* Returns the item in whose unit the column's values are; NULL unless they are values or limits of one. */
const struct kp_item *kp_column_measured(const struct kp_tables *tables, const struct kp_column *column);

/* Sets the unit of the values. Returns false, changing nothing, if it cannot be converted. */
bool kp_column_set_unit(const struct kp_tables *tables, const char *unit, struct kp_column *column);

/* Sets the unit, or leaves the column out with KP_WHY_UNIT: its values would be misread. */
void kp_column_take_unit(const struct kp_tables *tables, const char *unit, struct kp_column *column);

void kp_column_leave_out(struct kp_column *column, enum kp_why why);

/* Returns why a column that has a known header is left out, "" for other columns. */
const char *kp_why_words(const struct kp_context *ctx, enum kp_why why);

/* Returns whether some column has exactly this target; a pair does not count. */
bool kp_mapping_has(const struct kp_mapping *mapping, enum kp_column_kind kind, unsigned index);

/* The column between those of persons and results in a joined row: the line of the person's row. It stays in
 * rejected.csv and held.csv, so that these are read again without a join. */
#define KP_JOIN_COLUMN "kp_person_line"

/* Returns the number of the last column of the persons, or 0 if the mapping is not of joined rows. */
unsigned kp_mapping_joined(const struct kp_mapping *mapping);

/* Returns the column with that number (from 1), or NULL. */
struct kp_column *kp_mapping_column(const struct kp_mapping *mapping, unsigned long number);
