/*
 * The legal rule: may this record go to this insurer on this day, on which ground, and which of its items?
 * A pure function of struct kp_case: it reads no file, no clock and no global.
 *
 * The first two digits of the insurer number give the scheme; the age at the end of the exam's fiscal year
 * and the real age of 75 give the age band. A request in force that covers the person cites Acts, one of
 * which must give a basis. Then the items of the duty are released, those of the form by policy, all others
 * only with consent or, under the health Acts and by policy, if the request lists them. Without a duty, items
 * are released on consent alone. What no source settles is held.
 */
#pragma once

#include "base/date.h"
#include "tables/tables.h"
#include "law/age.h"
#include "law/registers.h"
#include "kenporter.h"

/* Why a record is held, in order of precedence. */
enum kp_reason {
    KP_HOLD_NONE,
    KP_HOLD_SCHEME_UNSETTLED,
    KP_HOLD_SCHEME_AMBIGUOUS,
    KP_HOLD_CONSENT_MISSING,
    KP_HOLD_NO_REQUEST,
    KP_HOLD_REQUEST_NOT_IN_FORCE,
    KP_HOLD_NOT_A_MEMBER,
    KP_HOLD_NO_BASIS,
    KP_HOLD_PAST_RETENTION,
    KP_HOLD_EXAM_KIND,
    KP_HOLD_NOTHING_TO_DISCLOSE,
    KP_HOLD_TOLD_ANOTHER_INSURER,
    KP_HOLD_CHANGED_SINCE_DISCLOSURE,
    KP_HOLD_ALREADY_DISCLOSED,
    KP_HOLD_NOT_SELECTED, /* the run was limited to others */
    KP_HOLD_OTHER_SHARD,  /* another run of the same export takes it */
    KP_HOLD__COUNT
};

extern const char *const kp_reason_names[KP_HOLD__COUNT];  /* scheme_unsettled, ...; "" for KP_HOLD_NONE */
extern const enum kp_code kp_reason_codes[KP_HOLD__COUNT]; /* their diagnostics; 0 for KP_HOLD_NONE */

enum kp_ground { KP_GROUND_WITHHELD, KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_CONSENT, KP_GROUND_REQUESTED };
enum { KP_GROUND__COUNT = KP_GROUND_REQUESTED + 1 };

/* STATED: "not done" or "not measurable", which is released with the rest but is no result. */
enum kp_presence { KP_ITEM_ABSENT, KP_ITEM_STATED, KP_ITEM_RESULT };

struct kp_policy {
    enum kp_age_rule age_rule;
    enum kp_membership membership;
    bool withhold_form_items;
    bool release_requested_items;
};

/* The limits of a request that need a datum of the record. */
enum kp_request_limit {
    KP_LIMITED_BY_QUALIFICATION,
    KP_LIMITED_BY_EXAM_KIND,
    KP_LIMITED_BY_WORKPLACE,
    KP_LIMITED_BY__COUNT
};
extern const char *const kp_request_limit_names[]; /* the fields that they need; NULL at the end */

struct kp_case {
    const char *insurer_number;  /* 8 digits */
    const char *register_scheme; /* the register's choice for an ambiguous prefix; "": none */
    struct kp_date birth, exam;
    enum kp_exam_kind kind;
    struct kp_date member_from, member_to; /* unset: unknown; member_to is the first day without membership */
    struct kp_date on;                     /* day of disclosure */
    struct kp_subject subject;
    enum kp_qualification qualification;      /* KP_QUALIFICATION_ANY: unknown */
    const char *workplace;                    /* kp_text_value_key; NULL or "": unknown */
    const struct kp_request *requests;        /* chain of the insurer's requests, or NULL */
    const struct kp_consent *const *consents; /* that may be of this person; the rule compares them */
    size_t n_consents;
    bool recipient_known;    /* the register has the insurer's name, address and representative */
    const uint8_t *presence; /* enum kp_presence, one per item; NULL: not known, every item is a result */
    /* kp_mention_key of texts outside the duty, one per item; NULL, also as a whole: not to be compared. */
    const char *const *texts;
};

struct kp_decision {
    enum kp_reason reason; /* KP_HOLD_NONE: release */
    int age;               /* that put the person into the band */
    enum kp_band band;
    const char *scheme;               /* after the register's choice */
    const struct kp_basis *basis;     /* NULL if held */
    const struct kp_request *request; /* NULL if it does not rest on one */
    enum kp_ground *ground;           /* n_items long, the caller's; may be NULL */
    bool *names_withheld; /* n_items long, the caller's; may be NULL: texts withheld for what they name */
    size_t n_released;    /* results */
    bool recipient_unknown; /* items were withheld only because the register lacks the recipient (個情法29条)
                             */
    bool consent_ambiguous; /* items were withheld because another person bears the same employee id */
    unsigned lacking; /* bit 1 << enum kp_request_limit: no request served because the record lacks this */
    enum kp_reason duty_fault; /* why no duty applies; KP_HOLD_NONE if one does */
};

/* Fills *decision; its members ground and names_withheld are read first. */
void kp_decide(const struct kp_tables *tables, const struct kp_policy *policy, const struct kp_case *c,
               struct kp_decision *decision);

/* Returns whether the row lists the item: its code, "other" if that is its scope, or "all". A notice covers
 * only items of the column notice of items.csv. */
bool kp_consent_covers(const struct kp_consent *consent, const struct kp_item *item);

/* Returns the latest day by which the person refused the item, or withdrew a consent to it, towards this
 * recipient; unset: never. */
struct kp_date kp_refused_on(const struct kp_case *c, const struct kp_item *item);

/* Returns whether the consent opens the item: it is this person's, towards this recipient, in force, and
 * later than refused_on (kp_refused_on). A notice needs a duty besides. If the export's dates say that the
 * person was not a member, the insurer number itself is in doubt, and "*" does not count. */
bool kp_consent_opens(const struct kp_consent *consent, const struct kp_case *c, const struct kp_item *item,
                      const struct kp_decision *d, struct kp_date refused_on);

/* Returns whether the request lists the item, is in force for this case, and rests on an Act whose ordinance
 * lets it ask for more (その他…保険者が必要と認める情報 in those of the health Acts). */
bool kp_request_grants(const struct kp_tables *tables, const struct kp_policy *policy,
                       const struct kp_request *request, const struct kp_case *c, const struct kp_item *item,
                       const struct kp_decision *d);

/* Returns the basis of a route for a scheme and band on a day, or NULL. */
const struct kp_basis *kp_basis_for(const struct kp_tables *tables, enum kp_route route, const char *scheme,
                                    enum kp_band band, struct kp_date on);

/* Returns whether a membership, whose ends may be open, covers the day. */
bool kp_is_member_on(struct kp_date from, struct kp_date to, struct kp_date day);

/* Returns the provisions of a decision in Japanese: the Act's articles, its ordinance, and the exemption of
 * the privacy Act. NULL when memory is short. */
char *kp_provisions_text(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_basis *basis,
                         struct kp_date on);

/* Returns what a held record needs, in Japanese: the provisions that a request would have to cite, or
 * consent. NULL when memory is short. */
char *kp_provision_needed(const struct kp_tables *tables, const struct kp_decision *decision,
                          struct kp_date on, struct kp_arena *arena);

/* Returns "required_by_law" or "consent". */
const char *kp_privacy_ground_of(const struct kp_basis *basis);
