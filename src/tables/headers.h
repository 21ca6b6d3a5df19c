/* headers.csv and header_words.csv: what the headers of exports mean. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tables/table_set.h"
#include "kenporter.h"

/* What a header means: a field (below KP_F__COUNT), KP_TARGET_ITEM + index of an item, or KP_TARGET_PAIR +
 * index of a pair. */
enum { KP_TARGET_ITEM = 1000, KP_TARGET_PAIR = 100000 };

/* One column for two items: the first if blood was drawn fasting, the second if after a meal. */
struct kp_meal_pair {
    unsigned fasting, casual; /* item indexes */
};

/* Needs the items. */
enum kp_status kp_headers_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Finds a target by the name of a field, an item code, or "CODE/CODE" for a pair of headers.csv. */
bool kp_target_find(const struct kp_tables *tables, const char *name, uint32_t *ret_target);
/* Reads "CODE/CODE": two different items that are numbers of one unit. */
bool kp_pair_find(const struct kp_tables *tables, const char *name, struct kp_meal_pair *ret_pair);
enum kp_word_kind {
    KP_WORD_OTHER,   /* makes another test */
    KP_WORD_ABOVE,   /* does so even in the row above the item's name */
    KP_WORD_ALONE,   /* does so if nothing stands beside it */
    KP_WORD_NEUTRAL, /* makes no other test: "今回", "値" */
    KP_WORD_SECRET,  /* names what must not be copied: the Individual Number */
    KP_WORD_CLAIMS   /* names a column of claims (決済), which results do not have */
};

/* A word beside an item's name in a header. */
struct kp_header_word {
    const char *key; /* header key */
    size_t n;        /* its bytes */
    enum kp_word_kind kind;
    const char *fits; /* beginnings of item codes and field names with which it makes no other test */
};

/* Returns whether the header key names a column of Individual Numbers (番号法), whose cells nobody may copy.
 */
bool kp_is_secret(const struct kp_tables *tables, const char *header_key);

/* Returns whether the header key names a column of claims: prices, shares paid, amounts claimed. */
bool kp_is_claims_word(const struct kp_tables *tables, const char *header_key);

/* Returns whether a word of the header key makes another test than the target (a judgement, last year's
 * value, another specimen). above: the key is of the row above the target's name, which may be the title of a
 * group.
 */
bool kp_is_another_test(const struct kp_tables *tables, const char *header_key, uint32_t target, bool above);
