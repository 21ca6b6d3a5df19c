/* Settles a record before it is checked: keeps one value of each group of alternatives and, by policy,
 * computes values that follow from others. Every change is a finding of level note. */
#pragma once

#include "record/record.h"
#include "tables/diag.h"

struct kp_settling {
    bool derive;              /* compute what the source lacks and what follows from the rest */
    bool withhold_form_items; /* they are not exported, so they displace no other item */
    enum kp_age_rule age_rule;
    const char *programme; /* プログラム種別 of the document; 030 has groups of its own */
};

/*
 * Keeps one value of each group (B03): a result before "not measurable" before "not done", then the first in
 * the order of the table: その他, 2回目, 1回目 for blood pressure, where an occasion with both numbers wins
 * (X11), visceral fat before waists (X12). Fasting and casual results of one test both stay: either may be
 * right. With derive, adds items that the source lacks: その他 as the mean of two blood pressures, BMI, eGFR,
 * non-HDL and, from 40 to 74, メタボリックシンドローム判定 and 保健指導レベル. Never overwrites a value of
 * the source. Running out of memory shows as findings->arena->failed.
 */
void kp_settle_record(struct kp_record *record, const struct kp_settling *how, struct kp_findings *findings);

/* Items with a value that have alternatives, in the order of the table. */
struct kp_rivals {
    struct kp_rival {
        const struct kp_item *item;
        char letter; /* of its group in documents of the programme; 0: none */
    } * list;
    size_t n;
};

/* Running out of memory shows as arena->failed. */
struct kp_rivals kp_rivals_stated(const struct kp_record *record, const char *programme,
                                  struct kp_arena *arena);

static inline bool kp_are_rivals(const struct kp_rival *a, const struct kp_rival *b)
{
    return a->letter || b->letter ? a->letter == b->letter
                                  : a->item->type != KP_TYPE_ST && a->item->test == b->item->test;
}

/* True if a document may contain only one of the two items. */
bool kp_same_group(const struct kp_item *a, const struct kp_item *b, const char *programme);

/* True for the variant of a test that is done without fasting (随時). */
bool kp_is_casual(const struct kp_item *item);
