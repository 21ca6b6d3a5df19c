/* items.csv: the exam items of the standard form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/date.h"
#include "base/decimal.h"
#include "tables/table_set.h"
#include "kenporter.h"

enum kp_value_type { KP_TYPE_PQ, KP_TYPE_CD, KP_TYPE_CO, KP_TYPE_ST };

/* Items of 実施基準2条, items that only the standard form demands, all others. */
enum kp_scope { KP_SCOPE_DUTY, KP_SCOPE_FORM, KP_SCOPE_OTHER, KP_SCOPE__COUNT };

enum kp_relation { KP_REL_NONE, KP_REL_COMP, KP_REL_RSON };

/* How the values are combined if several columns give one item. */
enum kp_several {
    KP_SEVERAL_AGREE,    /* they must be equal */
    KP_SEVERAL_JOIN,     /* texts: joined with " / " */
    KP_SEVERAL_POSITIVE, /* two samples of one test: the positive one counts */
};

/* What a measurement of the item can give besides positive numbers. */
enum kp_zero { KP_ZERO_IMPOSSIBLE, KP_ZERO_MEASURABLE, KP_ZERO_SIGNED };

enum { KP_ITEM_CODE_LENGTH = 17 };

struct kp_item {
    const char *code; /* KP_ITEM_CODE_LENGTH characters */
    const char *name;
    const char *label;       /* code and name, for diagnostics */
    const char *category;    /* for people to read */
    const char *unit;        /* UCUM; "": none */
    const char *code_system; /* OID; "": none; see kp_item_list */
    const char *group_id;    /* 一連検査グループ; "": none */
    const char *method_code;
    const char *section; /* 01010 or 01990 */
    const char *format;
    enum kp_value_type type;
    enum kp_scope scope;
    enum kp_relation relation;
    enum kp_several several;
    enum kp_zero zero;                 /* PQ */
    unsigned integer_digits, decimals; /* PQ, CD, CO; at most 12 together */
    unsigned max_bytes;                /* ST, in CP932 */
    int depends_on;                    /* index of the item that this one explains, or -1 */
    int text_item;                     /* index of the ST item that explains this flag, or -1 */
    int author_item;                   /* index of the item that names the doctor, or -1 */
    int reason_item;                   /* of a flag 対象者: index of the ST item 実施理由, or -1 */
    bool is_author;                    /* named by another item's author_item */
    /* In 特定健診: '1' required, '2' 詳細, '5' to '7' if present, a letter: one of its group, '0' none. */
    char tokutei_need;
    char osh_need;   /* the same in 事業者健診 */
    bool notice;     /* may be released on a consent implied by a notice */
    bool has_rivals; /* another item is the same test or an alternative */
    unsigned test;   /* of codes and numbers: index of the first item of that type and name */
    bool has_range;
    struct kp_decimal min, max;          /* 入力最小値, 入力最大値 */
    struct kp_date valid_from, valid_to; /* exam days whose form has the item; unset: open */
};

extern const char *const kp_type_names[];  /* PQ, CD, CO, ST; NULL at the end */
extern const char *const kp_scope_names[]; /* duty, form, other; NULL at the end */

enum kp_status kp_items_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the item of a code, or NULL. */
const struct kp_item *kp_item_find(const struct kp_tables *tables, const char *code);
/* Calls of kp_prefix_next return the items whose code begins with the prefix, in the order of their codes;
 * NULL after the last. Begin with kp_prefix_of. */
struct kp_prefix {
    const struct kp_tables *tables;
    const char *text;
    size_t n, at;
};
struct kp_prefix kp_prefix_of(const struct kp_tables *tables, const char *prefix);
const struct kp_item *kp_prefix_next(struct kp_prefix *prefix);

/* Returns whether the form for an exam on that day has the item; true if the day is not set. */
bool kp_item_on(const struct kp_item *item, struct kp_date exam);
/* Returns true if an item whose code begins with n bytes of prefix has the unit (NULL: any). */
bool kp_items_have(const struct kp_tables *tables, const char *prefix, size_t n, const char *unit);
/* Returns whether the item is of a 詳細健診 test, which is one only for a reason. */
bool kp_item_may_be_detailed(const struct kp_item *item);
/* Returns the mark of a number at or beyond an end of the item's input range: 'L' or 'H'; 0 within it. */
char kp_limit_mark(const struct kp_item *item, struct kp_decimal number);
