/*
 * One row being normalised: what its fields and items share. Layer 8.
 */
#ifndef KP_NORM_H
#define KP_NORM_H

#include "tables/diag.h"
#include "record/record.h"
#include "input/header_names.h"

/* What the row says about the last meal before blood was drawn. */
enum kp_meal { KP_MEAL_UNTOLD, KP_MEAL_FASTING, KP_MEAL_CASUAL };

/* Something about an item that is settled when the whole row was read. */
struct kp_norm_later {
    struct kp_norm_later *next;
    const struct kp_item *item;
    const char *code;
    unsigned column;
};

struct kp_norm {
    const struct kp_tables *tables;
    const struct kp_mapping *mapping;
    const char *const *cells; /* UTF-8, one per column of the mapping */
    struct kp_arena *arena;
    struct kp_findings *findings;
    struct kp_record *record;
    enum kp_meal meal;
    enum kp_serial serial;  /* of the column being read */
    bool names_facility;    /* the row says which institution it was, rightly or wrongly */
    const char **row_units; /* by item: the unit that this row states; NULL where the mapping needs none */
    struct kp_norm_later *grades;  /* judgements that were only a grade, and were left out */
    struct kp_norm_later *reasons; /* items that say why there is no result */
};

/* A cell as the rules see it. */
struct kp_norm_cell {
    struct kp_norm *norm;
    const struct kp_column *column;
    const struct kp_item *item; /* NULL for fields */
    const char *text;           /* trimmed, own source=code pairs applied */
    const char *key;            /* for comparing */
};

/* Adds a finding; value is personal, arg is not. */
void kp_norm_note(struct kp_norm *norm, enum kp_code code, const char *where, const char *value,
                  const char *arg);
/* Puts an item on one of the lists. */
void kp_norm_later(struct kp_norm *norm, struct kp_norm_later **list, const struct kp_item *item,
                   const char *code);
/* NFKC, never NULL. */
const char *kp_norm_folded(struct kp_norm *norm, const char *value);
/* A date as an export writes it; a fault is reported under where. Day counts only where the mapping says so.
 */
bool kp_norm_date(struct kp_norm *norm, const char *where, const char *value, struct kp_date *ret_date);
/* YYYYMMDD, with a note when the source had it otherwise. */
const char *kp_norm_date_text(struct kp_norm *norm, const char *where, const char *value,
                              struct kp_date date);
/* Reports that another column for the same target, which is named, says something else than this cell. */
void kp_norm_disagree(const struct kp_norm_cell *cell, const char *where);
bool kp_norm_has_control(const char *text);

#endif
