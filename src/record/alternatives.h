/*
 * What is put right in a record before it is checked: one code of each group of alternatives, and, where the
 * policy says so, the items that follow from others. Every change is a note. Layer 10.
 */
#ifndef KP_ALTERNATIVES_H
#define KP_ALTERNATIVES_H

#include "tables/diag.h"
#include "record/record.h"
#include "kenporter.h"

struct kp_settling {
    bool derive;              /* compute what the source lacks and what follows from the rest */
    bool withhold_form_items; /* they do not go out, so they displace no other item */
    enum kp_age_rule age_rule;
    const char *programme; /* プログラム種別 of the document; 030 brings groups of its own */
};

/*
 * Of several codes of one group the one with a result stays, before one that was not measurable, before one
 * not done, and of equals the first in the table (B03): その他 before 2回目 before 1回目 of the blood
 * pressure, both numbers of one occasion where there is one (X11), visceral fat before waists (X12), one
 * method for each test. Fasting and casual results of one test stay as they are: which is right cannot be
 * told. With derive: the mean of two blood pressures becomes その他, and BMI, eGFR, non-HDL,
 * メタボリックシンドローム判定 and 保健指導レベル are set where the source says nothing of them; the two
 * judgements only from 40 to 74. A value of the source is never overwritten.
 */
void kp_alternatives(const struct kp_tables *tables, struct kp_record *record, const struct kp_settling *how,
                     struct kp_findings *findings);

/* Do the two items stand for one another, so that a document holds one of them only? */
bool kp_same_group(const struct kp_item *a, const struct kp_item *b, const char *programme);

/* The item of a test done casually, not fasting. */
bool kp_is_casual(const struct kp_item *item);

#endif
