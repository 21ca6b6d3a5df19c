/* Helpers that the rules of normalising share: the row and the cell being read, findings about them. The
 * rules do not report: their findings go to the record, and lack of memory marks the arena. */
#pragma once

#include "tables/diag.h"
#include "record/record.h"
#include "input/column.h"
#include "input/read_cells.h"

/* What the row says about the last meal before blood was drawn. */
enum kp_meal { KP_MEAL_UNKNOWN, KP_MEAL_FASTING, KP_MEAL_CASUAL };

/* An item to settle after the whole row is read. */
struct kp_norm_later {
    struct kp_norm_later *next;
    const struct kp_item *item;
    const char *code;
    unsigned column;
};

/* The row being read. */
struct kp_norm {
    const struct kp_tables *tables;
    const struct kp_mapping *mapping;
    const char *const *cells; /* UTF-8, one per column of the mapping */
    struct kp_arena *arena;   /* of the findings, too */
    struct kp_findings *findings;
    struct kp_record *record;
    struct kp_read_cells *read_cells; /* may be NULL */
    enum kp_meal meal;
    enum kp_serial serial;         /* of the column being read */
    unsigned kind_rank;            /* of what the row says about the kind of examination; 0: nothing */
    bool names_facility;           /* a cell named the institution, even if invalid */
    const char **row_units;        /* by item: its unit in this row; NULL if the mapping has no units */
    struct kp_norm_later *grades;  /* judgements left out because they were only a grade */
    struct kp_norm_later *reasons; /* items whose cell says why there is no result */
};

/* The cell being read. */
struct kp_norm_cell {
    struct kp_norm *norm;
    const struct kp_column *column;
    const struct kp_item *item;   /* NULL for fields */
    const char *text;             /* trimmed, after the source=code pairs of the mapping file */
    const char *key;              /* value key of text */
    const char *source;           /* as in the export, if such a pair replaced it; NULL: it did not */
    struct kp_read_cell *reading; /* takes what the cell says, if that is a code alone; may be NULL */
};

/* Adds a finding about the cell's item: kp_norm_note(cell, code, value[, arg1[, arg2[, arg3]]]). */
#define kp_norm_note(cell, code, ...)                                                                        \
    kp_findings_add((cell)->norm->findings, code, (cell)->item->label, __VA_ARGS__)
/* Returns whether the cell contains a My Number, or the mask of one; adds a finding then. */
bool kp_norm_my_number(const struct kp_norm_cell *cell, const char *where, bool prose);
/* What to do about a placeholder, arguments of KP_K_PLACEHOLDER. */
#define KP_WRITE_VALUE "write the value: a record without it is rejected"
#define KP_WRITE_OR_EMPTY                                                                                    \
    "write the value, or leave it empty; the column's line of a mapping file can say that it means no value"
/* Returns whether the value stands for none (NULL, 不明, ???) or has lost characters (〓, □). */
bool kp_norm_is_placeholder(const struct kp_norm *norm, const char *value);
/* Returns whether the value is only a dash and so counts as empty; adds a finding then. */
bool kp_norm_dash(struct kp_norm *norm, const char *where, const char *key);
/* Returns s, or "" for NULL, when the arena has failed. */
const char *kp_norm_text(const char *s);
/* Returns the day of the examination as YYYY-MM-DD, for messages; "" if it is not known. */
const char *kp_norm_day(const struct kp_norm *norm);
/* Returns whether the cell is a bare number whose meaning in its column is not known, so that it must not be
 * read. Adds a finding for such a number, and for one that is read although the whole column speaks against
 * it. */
bool kp_norm_unknown_digits(const struct kp_norm_cell *cell, const char *where);
/* Reads a date in any form exports use, as a day count only if the column says so. Returns YYYYMMDD, with a
 * finding if the value was written otherwise; "", with a finding, if it is not a date. */
const char *kp_norm_date(struct kp_norm *norm, const char *where, const char *value,
                         struct kp_date *ret_date);
/* Adds the finding that another column with the same target, named by its number, has a different value. */
void kp_norm_disagree(const struct kp_norm_cell *cell, const char *where);
