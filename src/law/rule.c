#include "law/rule.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"

const char *const kp_request_limit_names[] = {"qualification", "exam_kind", "workplace", NULL};

const char *const kp_reason_names[KP_HOLD__COUNT] = {
    [KP_HOLD_NONE] = "",
    [KP_HOLD_SCHEME_UNSETTLED] = "scheme_unsettled",
    [KP_HOLD_SCHEME_AMBIGUOUS] = "scheme_ambiguous",
    [KP_HOLD_CONSENT_MISSING] = "consent_missing",
    [KP_HOLD_NO_REQUEST] = "no_request",
    [KP_HOLD_REQUEST_NOT_IN_FORCE] = "request_not_in_force",
    [KP_HOLD_NOT_A_MEMBER] = "not_a_member",
    [KP_HOLD_NO_BASIS] = "no_basis",
    [KP_HOLD_PAST_RETENTION] = "past_retention",
    [KP_HOLD_EXAM_KIND] = "exam_kind",
    [KP_HOLD_NOTHING_TO_DISCLOSE] = "nothing_to_disclose",
    [KP_HOLD_TOLD_ANOTHER_INSURER] = "told_another_insurer",
    [KP_HOLD_CHANGED_SINCE_DISCLOSURE] = "changed_since_disclosure",
    [KP_HOLD_ALREADY_DISCLOSED] = "already_disclosed",
    [KP_HOLD_NOT_SELECTED] = "not_selected",
    [KP_HOLD_OTHER_SHARD] = "other_shard",
};

const enum kp_code kp_reason_codes[KP_HOLD__COUNT] = {
    [KP_HOLD_SCHEME_UNSETTLED] = KP_K_SCHEME_UNSETTLED,
    [KP_HOLD_SCHEME_AMBIGUOUS] = KP_K_SCHEME_AMBIGUOUS,
    [KP_HOLD_CONSENT_MISSING] = KP_K_CONSENT_MISSING,
    [KP_HOLD_NO_REQUEST] = KP_K_NO_REQUEST,
    [KP_HOLD_REQUEST_NOT_IN_FORCE] = KP_K_REQUEST_NOT_IN_FORCE,
    [KP_HOLD_NOT_A_MEMBER] = KP_K_NOT_A_MEMBER,
    [KP_HOLD_NO_BASIS] = KP_K_NO_BASIS,
    [KP_HOLD_PAST_RETENTION] = KP_K_PAST_RETENTION,
    [KP_HOLD_EXAM_KIND] = KP_K_EXAM_KIND,
    [KP_HOLD_NOTHING_TO_DISCLOSE] = KP_K_NOTHING_TO_DISCLOSE,
    [KP_HOLD_TOLD_ANOTHER_INSURER] = KP_K_TOLD_ANOTHER_INSURER,
    [KP_HOLD_CHANGED_SINCE_DISCLOSURE] = KP_K_CHANGED_SINCE_DISCLOSURE,
    [KP_HOLD_ALREADY_DISCLOSED] = KP_K_ALREADY_DISCLOSED,
    [KP_HOLD_NOT_SELECTED] = KP_K_NOT_SELECTED,
    [KP_HOLD_OTHER_SHARD] = KP_K_OTHER_SHARD};

enum { RETENTION_YEARS = 5 /* 安衛則51条 */ };

/* A withdrawal, and the end of a membership, take effect on their day. */
static bool ended_by(struct kp_date end, struct kp_date day)
{
    return kp_date_is_set(end) && kp_date_compare(end, day) <= 0;
}

const struct kp_basis *kp_basis_for(const struct kp_tables *tables, enum kp_route route, const char *scheme,
                                    enum kp_band band, struct kp_date on)
{
    for (size_t i = 0; i < tables->n_bases; i++) {
        const struct kp_basis *b = &tables->bases[i];
        if (b->route == route && (strcmp(b->scheme, "*") == 0 || strcmp(b->scheme, scheme) == 0) &&
            (b->bands & 1u << band) && kp_in_period(b->from, b->to, on))
            return b;
    }
    return NULL;
}

/* A request has no effect before it is received. */
static bool request_covers(const struct kp_request *q, const struct kp_case *c, enum kp_band band)
{
    return kp_date_compare(q->received, c->on) <= 0 && kp_in_period(q->exam_from, q->exam_to, c->exam) &&
           (q->bands & 1u << band);
}

static bool request_in_force(const struct kp_request *q, struct kp_date on)
{
    return !ended_by(q->withdrawn, on) && kp_in_period(q->received, q->valid_until, on);
}

/* The provision must have been in force when the request was received. */
static const struct kp_basis *request_basis(const struct kp_tables *tables, const struct kp_request *q,
                                            enum kp_route route, const struct kp_case *c,
                                            const struct kp_decision *d)
{
    if (!(q->routes & 1u << route))
        return NULL;
    const struct kp_basis *b = kp_basis_for(tables, route, d->scheme, d->band, c->on);
    return b && kp_in_period(b->from, b->to, q->received) ? b : NULL;
}

static bool has_joined(const struct kp_case *c)
{
    return kp_in_period(c->member_from, (struct kp_date){0}, c->exam);
}

bool kp_is_member_on(struct kp_date from, struct kp_date to, struct kp_date day)
{
    return kp_in_period(from, (struct kp_date){0}, day) && !ended_by(to, day);
}

static bool is_member(const struct kp_case *c)
{
    return kp_is_member_on(c->member_from, c->member_to, c->exam);
}

/* 船員保険法111条1項 extends to former members, 高確法27条3項 does not. Whether the others may be asked about
 * somebody who has left since the examination is open, and a policy. */
static bool is_member_for(const struct kp_policy *policy, const struct kp_request *q, enum kp_route route,
                          const struct kp_case *c, const struct kp_decision *d)
{
    if (route == KP_ROUTE_HEALTH && (q->routes & 1u << route) && strcmp(d->scheme, KP_SCHEME_SENIN) == 0)
        return has_joined(c);
    return is_member(c) && (policy->membership == KP_MEMBER_EXAM_DAY || !ended_by(c->member_to, q->received));
}

static bool names_workplace(const char *workplaces, const char *workplace)
{
    for (struct kp_word word; kp_next_word(&workplaces, "|", &word);)
        if (word.n > 0 && strlen(workplace) == word.n && strncmp(word.at, workplace, word.n) == 0)
            return true;
    return false;
}

/* What a request is limited to must be known of the record: *lacking collects what is not. */
static bool is_within_limits(const struct kp_request *q, const struct kp_case *c, unsigned *lacking)
{
    const char *workplace = c->workplace ? c->workplace : "";
    enum kp_exam_kind kind = c->kind == KP_KIND_AUTO ? KP_KIND_PERIODIC : c->kind;
    if (q->persons && !kp_roster_has(q->persons, &c->subject))
        return false;
    const struct {
        bool limits, known, fits;
    } limits[KP_LIMITED_BY__COUNT] = {
        [KP_LIMITED_BY_QUALIFICATION] = {q->qualification != KP_QUALIFICATION_ANY,
                                         c->qualification != KP_QUALIFICATION_ANY,
                                         q->qualification == c->qualification},
        [KP_LIMITED_BY_EXAM_KIND] = {q->exam_kinds != 0, kind != KP_KIND_UNKNOWN, q->exam_kinds & 1u << kind},
        [KP_LIMITED_BY_WORKPLACE] = {q->workplaces, *workplace,
                                     q->workplaces && names_workplace(q->workplaces, workplace)},
    };
    bool within = true;
    for (unsigned i = 0; i < KP_LIMITED_BY__COUNT; i++) {
        within &= !limits[i].limits || limits[i].fits;
        *lacking |= (unsigned)(limits[i].limits && !limits[i].known) << i;
    }
    return within;
}

static bool is_result(const struct kp_case *c, int i)
{
    return i >= 0 && (!c->presence || c->presence[i] == KP_ITEM_RESULT);
}

static bool has_duty_result(const struct kp_tables *tables, const struct kp_case *c)
{
    for (size_t i = 0; i < tables->n_items; i++)
        if (tables->items[i].scope == KP_SCOPE_DUTY && is_result(c, (int)i))
            return true;
    return false;
}

/* The elderly Act comes first, whichever request cites it; it has no basis for persons under 40. */
static void find_duty(const struct kp_tables *tables, const struct kp_policy *policy, const struct kp_case *c,
                      struct kp_decision *d)
{
    bool requested = false, in_force = false, member = false;
    unsigned lacking = 0;
    for (enum kp_route route = KP_ROUTE_ELDERLY; route <= KP_ROUTE_HEALTH; route++)
        for (const struct kp_request *q = c->requests; q && !d->basis; q = q->next) {
            if (!request_covers(q, c, d->band) || !is_within_limits(q, c, &lacking))
                continue;
            requested = true;
            if (!request_in_force(q, c->on))
                continue;
            in_force = true;
            if (!is_member_for(policy, q, route, c, d))
                continue;
            member = true;
            d->basis = request_basis(tables, q, route, c, d);
            d->request = d->basis ? q : NULL;
        }
    if (!requested) {
        d->duty_fault = KP_HOLD_NO_REQUEST;
        d->lacking = lacking;
    } else if (!in_force)
        d->duty_fault = KP_HOLD_REQUEST_NOT_IN_FORCE;
    else if (!member)
        d->duty_fault = KP_HOLD_NOT_A_MEMBER;
    else if (!d->basis)
        d->duty_fault = KP_HOLD_NO_BASIS;
    else if (kp_date_compare(c->exam, kp_date_add_years(c->on, -RETENTION_YEARS)) < 0)
        d->duty_fault = KP_HOLD_PAST_RETENTION;
    else if (!kp_kind_is_covered(c->kind))
        d->duty_fault = KP_HOLD_EXAM_KIND;
    else if (!has_duty_result(tables, c))
        d->duty_fault = KP_HOLD_NOTHING_TO_DISCLOSE;
}

bool kp_consent_covers(const struct kp_consent *consent, const struct kp_item *item)
{
    if (consent->kind == KP_CONSENT_NOTICE && !item->notice)
        return false;
    return kp_list_has(consent->items, "all") || kp_list_has(consent->items, item->code) ||
           (item->scope == KP_SCOPE_OTHER && kp_list_has(consent->items, "other"));
}

/* A notice speaks of the examinations of the year that follows it. */
static bool is_about_exam(const struct kp_consent *consent, struct kp_date exam)
{
    return kp_in_period(consent->exam_from, consent->exam_to, exam) &&
           (consent->kind != KP_CONSENT_NOTICE ||
            kp_in_period(consent->given, kp_date_add_years(consent->given, 1), exam));
}

/* Whether the row, which may say yes or no, is this person's word on the item towards this recipient. */
static bool speaks_of(const struct kp_consent *consent, const struct kp_case *c, const struct kp_item *item)
{
    return (strcmp(consent->recipient, "*") == 0 || strcmp(consent->recipient, c->insurer_number) == 0) &&
           kp_consent_fits(consent, &c->subject.person) && is_about_exam(consent, c->exam) &&
           kp_consent_covers(consent, item);
}

struct kp_date kp_refused_on(const struct kp_case *c, const struct kp_item *item)
{
    struct kp_date last = {0};
    for (size_t i = 0; i < c->n_consents; i++) {
        const struct kp_consent *consent = c->consents[i];
        struct kp_date day = consent->kind == KP_CONSENT_REFUSAL ? consent->given : consent->withdrawn;
        if (kp_date_compare(day, last) > 0 && ended_by(day, c->on) && speaks_of(consent, c, item))
            last = day;
    }
    return last;
}

/* trusted: whether an employee id that two people bear counts. */
static bool opens(const struct kp_consent *consent, const struct kp_case *c, const struct kp_item *item,
                  struct kp_date refused_on, bool trusted)
{
    return consent->kind != KP_CONSENT_REFUSAL && kp_date_compare(consent->given, c->on) <= 0 &&
           kp_date_compare(consent->given, refused_on) > 0 && speaks_of(consent, c, item) &&
           (strcmp(consent->recipient, "*") != 0 || is_member(c)) &&
           (trusted || !kp_person_is_id_alone(&consent->who));
}

static bool has_ground_beside(const struct kp_consent *consent, const struct kp_decision *d)
{
    return consent->kind != KP_CONSENT_NOTICE || d->duty_fault == KP_HOLD_NONE;
}

bool kp_consent_opens(const struct kp_consent *consent, const struct kp_case *c, const struct kp_item *item,
                      const struct kp_decision *d, struct kp_date refused_on)
{
    return has_ground_beside(consent, d) && opens(consent, c, item, refused_on, !c->subject.id_shared);
}

static bool consented(const struct kp_case *c, const struct kp_item *item, const struct kp_decision *d,
                      bool trusted)
{
    struct kp_date refused_on = kp_refused_on(c, item);
    for (size_t i = 0; i < c->n_consents; i++)
        if (has_ground_beside(c->consents[i], d) && opens(c->consents[i], c, item, refused_on, trusted))
            return true;
    return false;
}

/* Returns the basis that the request would have if it were the only one. */
static const struct kp_basis *own_basis(const struct kp_tables *tables, const struct kp_policy *policy,
                                        const struct kp_request *q, const struct kp_case *c,
                                        const struct kp_decision *d)
{
    const struct kp_basis *basis = NULL;
    for (enum kp_route route = KP_ROUTE_ELDERLY; route <= KP_ROUTE_HEALTH && !basis; route++)
        if (is_member_for(policy, q, route, c, d))
            basis = request_basis(tables, q, route, c, d);
    return basis;
}

/* Returns whether the request lets out the items that it lists. */
static bool grants_its_items(const struct kp_tables *tables, const struct kp_policy *policy,
                             const struct kp_request *request, const struct kp_case *c,
                             const struct kp_decision *d)
{
    unsigned lacking = 0;
    if (!request_covers(request, c, d->band) || !is_within_limits(request, c, &lacking) ||
        !request_in_force(request, c->on))
        return false;
    const struct kp_basis *basis = own_basis(tables, policy, request, c, d);
    return basis && basis->allows_requested_items;
}

bool kp_request_grants(const struct kp_tables *tables, const struct kp_policy *policy,
                       const struct kp_request *request, const struct kp_case *c, const struct kp_item *item,
                       const struct kp_decision *d)
{
    return kp_list_has(request->items, item->code) && grants_its_items(tables, policy, request, c, d);
}

/* Considers all requests, each by its own Act: neither their order nor another request must matter. */
static bool is_requested(const struct kp_tables *tables, const struct kp_policy *policy,
                         const struct kp_case *c, const struct kp_item *item, const struct kp_decision *d)
{
    for (const struct kp_request *q = c->requests; q; q = q->next)
        if (kp_request_grants(tables, policy, q, c, item, d))
            return true;
    return false;
}

/* The same for all items at once: sets the ground of those that are requested, whatever else they have. */
static void mark_requested(const struct kp_tables *tables, const struct kp_policy *policy,
                           const struct kp_case *c, struct kp_decision *d)
{
    for (size_t i = 0; i < tables->n_items; i++)
        d->ground[i] = KP_GROUND_WITHHELD;
    for (const struct kp_request *q = c->requests; q; q = q->next) {
        const char *codes = grants_its_items(tables, policy, q, c, d) ? q->items : "";
        for (struct kp_word word; kp_next_word(&codes, " ", &word);) {
            char code[KP_ITEM_CODE_LENGTH + 1] = "";
            if (word.n != KP_ITEM_CODE_LENGTH)
                continue;
            memcpy(code, word.at, word.n);
            const struct kp_item *item = kp_item_find(tables, code);
            if (item)
                d->ground[item - tables->items] = KP_GROUND_REQUESTED;
        }
    }
}

static enum kp_ground item_ground(const struct kp_policy *policy, const struct kp_case *c,
                                  const struct kp_item *item, bool requested, struct kp_decision *d)
{
    bool duty = d->duty_fault == KP_HOLD_NONE;
    if (duty && item->scope == KP_SCOPE_DUTY)
        return KP_GROUND_DUTY;
    if (duty && item->scope == KP_SCOPE_FORM && !policy->withhold_form_items)
        return KP_GROUND_FORM;
    bool with_consent = consented(c, item, d, !c->subject.id_shared);
    if (with_consent && c->recipient_known)
        return KP_GROUND_CONSENT;
    if (duty && item->scope == KP_SCOPE_OTHER && policy->release_requested_items && requested)
        return KP_GROUND_REQUESTED;
    d->recipient_unknown |= with_consent;
    d->consent_ambiguous |= !with_consent && c->subject.id_shared && consented(c, item, d, true);
    return KP_GROUND_WITHHELD;
}

static void withhold(const struct kp_case *c, struct kp_decision *d, size_t i)
{
    d->ground[i] = KP_GROUND_WITHHELD;
    d->n_released -= is_result(c, (int)i);
}

static bool has_ground(const struct kp_tables *tables, const struct kp_policy *policy,
                       const struct kp_case *c, const struct kp_item *item, const struct kp_decision *d)
{
    struct kp_decision unused = *d;
    bool requested = is_requested(tables, policy, c, item, d);
    return item_ground(policy, c, item, requested, &unused) != KP_GROUND_WITHHELD;
}

/* Of the items that a word may mean, those in the record count, or all if it has none of them. */
static bool names_withheld(const struct kp_tables *tables, const struct kp_policy *policy,
                           const struct kp_case *c, const struct kp_mention *m, const struct kp_decision *d)
{
    static const struct kp_item outside_the_form = {.code = "", .scope = KP_SCOPE_OTHER};
    bool present = false, lacks = m->other && !has_ground(tables, policy, c, &outside_the_form, d);
    for (size_t i = 0; i < m->n_items && c->presence; i++)
        present |= c->presence[m->items[i]] != KP_ITEM_ABSENT;
    for (size_t i = 0; i < m->n_items && !lacks; i++)
        lacks = (!present || c->presence[m->items[i]] != KP_ITEM_ABSENT) &&
                !has_ground(tables, policy, c, &tables->items[m->items[i]], d);
    return lacks;
}

/* A text must not carry what the items withhold. */
static void withhold_texts(const struct kp_tables *tables, const struct kp_policy *policy,
                           const struct kp_case *c, struct kp_decision *d)
{
    for (size_t i = 0; c->texts && i < tables->n_items; i++) {
        const char *start = c->texts[i], *at = start;
        if (!start || d->ground[i] == KP_GROUND_WITHHELD)
            continue;
        for (const struct kp_mention *m; (m = kp_mention_next(tables, start, &at));)
            if (names_withheld(tables, policy, c, m, d)) {
                withhold(c, d, i);
                if (d->names_withheld)
                    d->names_withheld[i] = true;
                break;
            }
    }
}

/* Receivers accept a judgement only with the name of its doctor, a finding only with its text, and 対象者
 * only with 実施理由: both halves are released or neither, each on a ground of its own. The name is written
 * inside the judgement, so it also needs one that is a result. If the items are not known, no half is
 * missing. */
static void withhold_halves(const struct kp_tables *tables, const struct kp_case *c, struct kp_decision *d)
{
    for (size_t i = 0; c->presence && i < tables->n_items; i++) {
        if (d->ground[i] == KP_GROUND_WITHHELD || !is_result(c, (int)i))
            continue;
        const struct kp_item *item = &tables->items[i];
        const int others[] = {item->author_item, item->text_item, item->reason_item};
        for (size_t k = 0; k < KP_COUNT(others) && d->ground[i] != KP_GROUND_WITHHELD; k++)
            if (is_result(c, others[k]) && d->ground[others[k]] == KP_GROUND_WITHHELD)
                withhold(c, d, i);
    }
    for (size_t i = 0; i < tables->n_items; i++) {
        bool carried = d->ground[i] == KP_GROUND_WITHHELD || !tables->items[i].is_author;
        for (size_t k = 0; k < tables->n_items && !carried; k++)
            carried = tables->items[k].author_item == (int)i && d->ground[k] != KP_GROUND_WITHHELD &&
                      is_result(c, (int)k);
        if (!carried)
            withhold(c, d, i);
    }
}

static void sort_items(const struct kp_tables *tables, const struct kp_policy *policy,
                       const struct kp_case *c, struct kp_decision *d)
{
    if (d->ground)
        mark_requested(tables, policy, c, d);
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *item = &tables->items[i];
        enum kp_ground ground = KP_GROUND_WITHHELD;
        if (!c->presence || c->presence[i] != KP_ITEM_ABSENT) {
            bool requested =
                d->ground ? d->ground[i] == KP_GROUND_REQUESTED : is_requested(tables, policy, c, item, d);
            ground = item_ground(policy, c, item, requested, d);
        }
        if (d->ground)
            d->ground[i] = ground;
        d->n_released += is_result(c, (int)i) && ground != KP_GROUND_WITHHELD;
    }
    if (d->ground) {
        withhold_texts(tables, policy, c, d);
        withhold_halves(tables, c, d);
    }
    if (d->n_released == 0)
        d->reason = d->duty_fault;
}

/* An open scheme holds the record whatever was requested or consented. */
static enum kp_reason open_scheme(const char *scheme)
{
    if (strcmp(scheme, KP_SCHEME_UNSETTLED) == 0)
        return KP_HOLD_SCHEME_UNSETTLED;
    return strcmp(scheme, KP_SCHEME_AMBIGUOUS) == 0 ? KP_HOLD_SCHEME_AMBIGUOUS : KP_HOLD_NONE;
}

static const char *scheme_of(const struct kp_tables *tables, const struct kp_case *c)
{
    const struct kp_scheme *row = kp_scheme_of(tables, c->insurer_number);
    if (!row)
        return KP_SCHEME_UNSETTLED;
    return kp_list_has(row->choices, c->register_scheme) ? c->register_scheme : row->scheme;
}

void kp_decide(const struct kp_tables *tables, const struct kp_policy *policy, const struct kp_case *c,
               struct kp_decision *decision)
{
    struct kp_decision d = {.ground = decision->ground,
                            .names_withheld = decision->names_withheld,
                            .scheme = scheme_of(tables, c)};
    d.band = kp_age_band(c->birth, c->exam, policy->age_rule, &d.age);
    d.reason = d.duty_fault = open_scheme(d.scheme);
    if (d.reason == KP_HOLD_NONE) {
        if (strcmp(d.scheme, KP_SCHEME_KOKI) == 0)
            d.duty_fault = KP_HOLD_CONSENT_MISSING;
        else
            find_duty(tables, policy, c, &d);
        sort_items(tables, policy, c, &d);
    }
    if (d.duty_fault != KP_HOLD_NONE) {
        d.request = NULL;
        d.basis = kp_basis_for(tables, KP_ROUTE_CONSENT, d.scheme, d.band, c->on);
        /* Before the privacy Act there is no rule that a consent could rest on. */
        if (!d.basis && d.reason == KP_HOLD_NONE)
            d.reason = d.duty_fault;
    }
    if (d.reason != KP_HOLD_NONE) {
        d.basis = NULL;
        d.n_released = 0;
        for (size_t i = 0; i < tables->n_items && d.ground; i++)
            d.ground[i] = KP_GROUND_WITHHELD;
    }
    *decision = d;
}

char *kp_provision_needed(const struct kp_tables *tables, const struct kp_decision *decision,
                          struct kp_date on, struct kp_arena *arena)
{
    char *text = NULL;
    bool may_request = strcmp(decision->scheme, KP_SCHEME_KOKI) != 0;
    for (enum kp_route route = KP_ROUTE_ELDERLY; may_request && route <= KP_ROUTE_HEALTH; route++) {
        const struct kp_basis *b = kp_basis_for(tables, route, decision->scheme, decision->band, on);
        if (b)
            text = kp_arena_printf(arena, "%s%s%s %s", text ? text : "", text ? " / " : "", b->law,
                                   b->request_provision);
    }
    return text ? text : kp_arena_strdup(arena, "本人の同意");
}

const char *kp_privacy_ground_of(const struct kp_basis *basis)
{
    return basis->route == KP_ROUTE_CONSENT ? "consent" : "required_by_law";
}

char *kp_provisions_text(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_basis *basis,
                         struct kp_date on)
{
    if (basis->route == KP_ROUTE_CONSENT)
        return kp_arena_printf(arena, "%s %s", basis->law, basis->duty_provision);
    const char *exemption = kp_privacy_provision(tables, "required_by_law", on);
    return kp_arena_printf(arena, "%s %s・%s; %s; %s", basis->law, basis->request_provision,
                           basis->duty_provision, basis->regulation, exemption ? exemption : "");
}
