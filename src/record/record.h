/* One person's examination in normal form. Everything lives in the record's arena. Layer 7. */
#ifndef KP_RECORD_H
#define KP_RECORD_H

#include "base/arena.h"
#include "base/date.h"
#include "base/sha256.h"
#include "tables/tables.h"

enum kp_value_state {
    KP_VALUE_ABSENT,        /* nothing known: no entry */
    KP_VALUE_PRESENT,       /* text holds it */
    KP_VALUE_NOT_DONE,      /* 未実施 */
    KP_VALUE_NOT_MEASURABLE /* 測定不可能 */
};

struct kp_value {
    enum kp_value_state state;
    const char *text; /* decimal in the item's format, code, or full-width text */
    char limit;       /* 'L' or 'H': at or beyond the input limit, two-value form; 0 none */
    char flag;        /* 'H', 'L', 'N': the source's mark against its reference range; 0 none */
    const char *low;  /* reference range of the source, decimals; NULL none */
    const char *high;
};

/* A result that made room for another of its group: it goes nowhere, but it was measured. */
struct kp_displaced {
    const struct kp_displaced *next;
    const struct kp_item *item;
    struct kp_value value;
};

struct kp_record {
    const char *field[KP_F__COUNT]; /* normal form, "" when absent; dates as YYYYMMDD */
    struct kp_date birth, exam, member_from, member_to;
    struct kp_value *values; /* one per item of the tables */
    bool *derived;           /* the same: the value was computed here, because the source had none */
    const struct kp_displaced *displaced; /* NULL: nothing was */
    bool dash_empty;                      /* somewhere a lone dash stood for "nothing" */
    const char *dash_coded;               /* label of an item where it was read as a code; NULL: nowhere */
    unsigned dash_column;
};

/* Empty fields, no values. Errors: KP_E_SYSTEM. */
enum kp_status kp_record_init(struct kp_record *ret_record, const struct kp_tables *tables,
                              struct kp_arena *arena);

/* Digest over the whole row: what makes two rows equal. Employee id and dates of membership count here,
 * because consent and membership are decided by them. */
enum kp_status kp_row_digest(const struct kp_record *record, const struct kp_tables *tables,
                             uint8_t ret_digest[KP_SHA256_BYTES]);

/* Digest over everything of the record that could go out, whatever the ground; the same for the same
 * contents. */
enum kp_status kp_record_digest(const struct kp_record *record, const struct kp_tables *tables,
                                uint8_t ret_digest[KP_SHA256_BYTES]);

#endif
