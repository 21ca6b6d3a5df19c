/*
 * The legal rule: may this record go to this insurer on this day, on which ground, and which of its items?
 * A pure function of what stands in struct kp_case; it reads no file, no clock and no global. Layer 8.
 *
 * In one breath: the first two digits of the insurer number name the scheme; the age at the end of the exam's
 * fiscal year and the real age of 75 make the age band; a request in force that covers the person names Acts,
 * and one of them must give a basis; then the items of the duty go out, those of the form by policy, all
 * others only with consent (or, where the health Acts allow it and the policy says so, when the request
 * itself lists them). Where no duty applies, what a consent covers goes out on the consent alone. What no
 * source settles is held.
 */
#ifndef KP_RULE_H
#define KP_RULE_H

#include "base/date.h"
#include "tables/tables.h"
#include "law/registers.h"
#include "kenporter.h"

/* Why a record is held, in the order in which one reason outranks another. */
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
    KP_HOLD_NOTHING_TO_DISCLOSE,
    KP_HOLD_CHANGED_SINCE_DISCLOSURE,
    KP_HOLD_ALREADY_DISCLOSED,
    KP_HOLD__COUNT
};

extern const char *const kp_reason_names[KP_HOLD__COUNT]; /* no_request ... as interface and law spell them */

/* On which ground an item goes out. */
enum kp_ground { KP_GROUND_WITHHELD, KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_CONSENT, KP_GROUND_REQUESTED };

/* Is there anything to disclose about an item? "Not done" goes out with the rest but is no result by itself.
 */
enum kp_presence { KP_ITEM_ABSENT, KP_ITEM_STATED, KP_ITEM_RESULT };

struct kp_policy {
    enum kp_age_rule age_rule;
    bool withhold_form_items;
    bool release_requested_items;
};

struct kp_case {
    const char *insurer_number;  /* 8 digits */
    const char *register_scheme; /* what the insurer register says of an ambiguous prefix; "" nothing */
    struct kp_date birth, exam;
    struct kp_date member_from, member_to; /* unset: not in the export; member_to is the first day without */
    struct kp_date on;                     /* day of disclosure */
    const struct kp_request *requests;     /* chain of the insurer's requests, or NULL */
    const struct kp_consent *const *consents; /* those of this person */
    size_t n_consents;
    bool recipient_known;    /* name, address and representative of the insurer stand in the register */
    const uint8_t *presence; /* enum kp_presence, one per item. NULL: the items are not known, as in an
                                explanation; then every item counts as a result */
};

struct kp_decision {
    enum kp_reason reason; /* KP_HOLD_NONE: release */
    int age;               /* the age that put the person into the band */
    enum kp_band band;
    const char *scheme;               /* after the register */
    const struct kp_basis *basis;     /* NULL when held */
    const struct kp_request *request; /* NULL without a request */
    enum kp_ground *ground;           /* one per item; the caller's, n_items long */
    size_t n_released;                /* results that go out */
    bool recipient_unknown; /* consent items were withheld for lack of the recipient's particulars (APPI art.
                               29) */
    enum kp_reason duty_fault; /* why no duty applies; KP_HOLD_NONE when one does */
};

/* Fills *decision; decision->ground must point to n_items entries (or be NULL when the caller wants no
 * items). */
void kp_decide(const struct kp_tables *tables, const struct kp_policy *policy, const struct kp_case *c,
               struct kp_decision *decision);

/* Age band and the age that decided it: fiscal-year-end age at 40, real age on the exam date at 75. */
enum kp_band kp_age_band(struct kp_date birth, struct kp_date exam, enum kp_age_rule rule, int *ret_age);

/* True when the consent counts on that day for that recipient. */
bool kp_consent_counts(const struct kp_consent *consent, const char *recipient, struct kp_date on);

/* True when the consent counts in this case. Where the export's dates say that the person was no member of
 * the insurer, the insurer number itself is in doubt: then only a consent that names this very recipient
 * counts, not one for "*". */
bool kp_consent_applies(const struct kp_consent *consent, const struct kp_case *c);

/* True when the consent is for this item: by its code, by "other" for items of that scope, or by "all". */
bool kp_consent_covers(const struct kp_consent *consent, const struct kp_item *item);

/* True when the request lists the item and is in force for this case on the basis of the decision (by the
 * ordinances of the health Acts: その他…保険者が必要と認める情報). */
bool kp_request_grants(const struct kp_tables *tables, const struct kp_request *request,
                       const struct kp_case *c, const struct kp_item *item, const struct kp_decision *d);

/* The basis of a route for a scheme and band on a day, or NULL. */
const struct kp_basis *kp_basis_for(const struct kp_tables *tables, enum kp_route route, const char *scheme,
                                    enum kp_band band, struct kp_date on);

/* The provisions a decision rests on, in Japanese: the Act's articles, its ordinance, the privacy Act's
 * exemption. NULL when memory is short. */
char *kp_provisions_text(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_basis *basis,
                         struct kp_date on);

/* What would give a held record a basis, in Japanese: the provisions a request would have to cite, or
 * consent. NULL when memory is short. */
char *kp_provision_needed(const struct kp_tables *tables, const struct kp_decision *decision,
                          struct kp_date on, struct kp_arena *arena);

/* "required_by_law" or "consent". */
const char *kp_privacy_ground_of(const struct kp_basis *basis);

#endif
