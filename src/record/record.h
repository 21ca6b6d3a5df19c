/* One person's normalised examination. Everything it points to lives in the record's arena. */
#pragma once

#include "base/arena.h"
#include "base/date.h"
#include "base/sha256.h"
#include "tables/tables.h"
#include "law/rule.h"
#include "kenporter.h"

enum kp_value_state {
    KP_VALUE_ABSENT,        /* no entry */
    KP_VALUE_PRESENT,       /* see text */
    KP_VALUE_NOT_DONE,      /* 未実施 */
    KP_VALUE_NOT_MEASURABLE /* 測定不可能 */
};

struct kp_value {
    enum kp_value_state state;
    const char *text;       /* decimal in the item's format, code, or full-width text */
    char limit;             /* 'L' or 'H': at or beyond the input limit, exported as two values; 0: within */
    char flag;              /* 'H', 'L', 'N': the source's mark against its reference range; 0: none */
    const char *low, *high; /* the source's reference range, decimals; NULL: none */
};

/* A value superseded by another of its group: not exported, but derived checks may need it. */
struct kp_displaced {
    const struct kp_displaced *next;
    const struct kp_item *item;
    struct kp_value value;
};

/* A column that is not used although its header is, or resembles, that of an item which no column has. */
struct kp_lost_column {
    const char *header;
    unsigned item; /* index */
    const char
        *why; /* it is left out, in the language of the call; "": its header only resembles the item's */
};

struct kp_record {
    const struct kp_tables *tables;
    const char *field[KP_F__COUNT]; /* normalised, "" if absent; dates as YYYYMMDD */
    struct kp_date birth, exam, member_from, member_to;
    enum kp_exam_kind kind;               /* KP_KIND_AUTO: no column says; its text is the field */
    unsigned kind_column;                 /* that says it, from 1; 0: none */
    struct kp_value *values;              /* one per item of the tables */
    bool *derived;                        /* one per item: computed here, the source had no value */
    const struct kp_displaced *displaced; /* list; NULL: empty */
    bool dash_empty;                      /* a lone dash was read as "no value" */
    unsigned *dash_columns; /* one per item: column, from 1, where a lone dash was read as a code; 0: none */
    bool dash_coded;        /* some of them are not 0 */
    const struct kp_lost_column *lost; /* of the export; the caller's */
    size_t n_lost;
};

/* Makes a record with empty fields and no values. KP_E_SYSTEM if memory is short; does not report. */
enum kp_status kp_record_init(struct kp_record *ret_record, const struct kp_tables *tables,
                              struct kp_arena *arena);

static inline struct kp_value *kp_value_of(const struct kp_record *record, const struct kp_item *item)
{
    return &record->values[item - record->tables->items];
}

/* Returns the first item whose code begins with prefix and whose value is present, or NULL. The table is in
 * order of priority: その他 before 2回目 before 1回目, 実測 before 自己判定. */
const struct kp_item *kp_result_item(const struct kp_record *record, const char *prefix);

/* Returns the value of kp_result_item, or NULL. */
const struct kp_value *kp_result_of(const struct kp_record *record, const char *prefix);
/* Like kp_result_of, but falls back to displaced values. */
const struct kp_value *kp_measured_of(const struct kp_record *record, const char *prefix);

/* Reads the value as a number. False if value is NULL or not a number. */
bool kp_value_number(const struct kp_value *value, struct kp_decimal *ret_number);
/* Does the same, but refuses a number marked L or H: it need not be the measured one. */
bool kp_exact_number(const struct kp_value *value, struct kp_decimal *ret_number);

bool kp_code_begins(const struct kp_item *item, const char *prefix);

/* True if the dates of birth and of the examination are known. */
bool kp_has_dates(const struct kp_record *record);

/* True if the person is of the age of 特定健診, 40 to 74 (kp_age_band). False if a date is missing. */
bool kp_is_target(const struct kp_record *record, enum kp_age_rule rule);

/* Compute the digest of the whole row, with employee id and membership dates, and of what is told: the fields
 * that are disclosed and the items that have a ground (NULL: all items). What is withheld has no part in it.
 * KP_E_SYSTEM if memory is short; do not report. */
enum kp_status kp_row_digest(const struct kp_record *record, uint8_t ret_digest[KP_SHA256_BYTES]);
enum kp_status kp_content_digest(const struct kp_record *record, const enum kp_ground *ground,
                                 uint8_t ret_digest[KP_SHA256_BYTES]);
