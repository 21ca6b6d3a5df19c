/* Invariants of the rule: random cases, and the effect of a single change on them. */
#include "random.h"
#include "rule_common.h"

enum { CASES = 200000, MOST_REQUESTS = 4, MOST_CONSENTS = 4 };

/* A small catalogue cut from the real one, so that every item takes part in every case. */
#define WEIGHT "9N006000000000001"      /* duty */
#define DIAGNOSIS "9N511000000000049"   /* form, with its doctor */
#define DOCTOR "9N516000000000049"      /* form */
#define OPINION "9N521000000000049"     /* other, with its doctor */
#define ADVISER "9N526000000000049"     /* other */
#define SHADOW "9N206160800000049"      /* other; text of the X-ray's flag */
#define LUNG "9N581161300000011"        /* other, a code, with its doctor */
#define LUNG_WORDS "9N581161400000049"  /* other, with the same doctor */
#define LUNG_DOCTOR "9N586000000000049" /* other */

enum { FEW = 13 };
static const char *const CODES[FEW] = {ADVISER,    ITEM_HEIGHT, ITEM_BMI,   ITEM_URIC_ACID, SHADOW,
                                       ITEM_X_RAY, DIAGNOSIS,   DOCTOR,     OPINION,        WEIGHT,
                                       LUNG,       LUNG_WORDS,  LUNG_DOCTOR};
static struct kp_item few_items[FEW];
static struct kp_tables few;

/* A case with everything that it points to. */
struct world {
    struct kp_policy policy;
    struct kp_case c;
    struct kp_request requests[MOST_REQUESTS];
    size_t n_requests;
    struct kp_consent consents[MOST_CONSENTS];
    const struct kp_consent *list[MOST_CONSENTS];
    uint8_t presence[FEW];
};

struct outcome {
    struct kp_decision d;
    enum kp_ground ground[FEW];
};

/* --- chance --- */

static bool one_in(unsigned n)
{
    return random_below(n) == 0;
}

#define ANY(array) ((array)[random_below(COUNT(array))])

static struct kp_date shifted(struct kp_date d, int days)
{
    return kp_date_from_days(kp_date_days(d) + days);
}

/* Mostly that day or its neighbours. */
static struct kp_date near(struct kp_date d)
{
    static const int shifts[] = {-400, -30, -2, -1, 0, 1, 2, 30};
    return shifted(d, ANY(shifts));
}

static struct kp_date perhaps(unsigned n, struct kp_date d)
{
    return one_in(n) ? near(d) : (struct kp_date){0};
}

/* --- cases --- */

static const char *any_items(void)
{
    static const char *const lists[] = {"",
                                        ITEM_URIC_ACID,
                                        ITEM_X_RAY " " ITEM_URIC_ACID,
                                        OPINION,
                                        ADVISER,
                                        OPINION " " ADVISER,
                                        ITEM_BMI " " ITEM_HEIGHT,
                                        DOCTOR,
                                        DIAGNOSIS " " ITEM_X_RAY,
                                        WEIGHT,
                                        SHADOW,
                                        ITEM_X_RAY " " SHADOW,
                                        LUNG,
                                        LUNG " " LUNG_DOCTOR,
                                        LUNG_WORDS " " LUNG_DOCTOR};
    return ANY(lists);
}

/* The person of every case, and whom rows of the registers name; the last two are somebody else. */
#define BORN                                                                                                 \
    {                                                                                                        \
        1980, 5, 1                                                                                           \
    }
static const struct kp_person PERSON = {"E1", "06139463", "12/1001", "01", "アオキ", BORN};
static const struct kp_person NAMED[] = {{.employee_id = "E1"},
                                         {.employee_id = "E1", .name_kana = "アオキ"},
                                         {.card = "12/1001", .branch = "01"},
                                         {.card = "12/1001", .birth = BORN},
                                         {.employee_id = "E2"},
                                         {.card = "12/1001", .branch = "02"}};
static struct kp_roster_row rows[COUNT(NAMED)];
static struct kp_roster rosters[COUNT(NAMED)];
static const char *keys[KP_BY__COUNT];

static bool fill_rosters(void)
{
    bool filled = true;
    for (unsigned by = 0; by < KP_BY__COUNT; by++) {
        keys[by] = kp_person_key(&scratch, &PERSON, (enum kp_person_key)by);
        for (size_t i = 0; i < COUNT(NAMED); i++) {
            const char *key = kp_person_key(&scratch, &NAMED[i], (enum kp_person_key)by);
            rows[i].who = NAMED[i];
            rosters[i].rows = &rows[i];
            if (key && rosters[i].by_key.n_keys == 0)
                filled &= kp_map_put(&rosters[i].by_key, &scratch, key, 0) == KP_MAP_ADDED;
        }
    }
    return filled;
}

static struct kp_request any_request(const struct kp_case *c)
{
    static const char *const ids[] = {"R1", "R2", "R3", "R4"};
    struct kp_request q = {.id = ANY(ids),
                           .insurer_number = c->insurer_number,
                           .received = {2022, 1, 1},
                           .routes = 1 + random_below(3),
                           .bands = EVERYBODY,
                           .items = any_items()};
    if (one_in(3))
        q.received = near(c->on);
    if (one_in(4))
        q.bands = 1 + random_below(EVERYBODY);
    if (one_in(8))
        q.qualification = 1 + random_below(2);
    if (one_in(8))
        q.exam_kinds = 1u << KP_KIND_PERIODIC | (one_in(2) ? 1u << KP_KIND_HIRING : 0);
    if (one_in(8))
        q.workplaces = one_in(2) ? "神戸" : "本社|神戸";
    if (one_in(6))
        q.persons = &rosters[random_below(COUNT(NAMED))];
    q.exam_from = perhaps(9, c->exam);
    q.exam_to = perhaps(9, c->exam);
    q.valid_until = perhaps(7, c->on);
    q.withdrawn = perhaps(7, c->on);
    return q;
}

static struct kp_consent any_consent(const struct kp_case *c)
{
    const char *const recipients[] = {"*", "*", c->insurer_number, "39131001", "01999999"};
    const char *const items[] = {"all", "other", any_items()};
    static const enum kp_consent_kind kinds[] = {KP_CONSENT_EXPLICIT, KP_CONSENT_EXPLICIT, KP_CONSENT_NOTICE,
                                                 KP_CONSENT_NOTICE, KP_CONSENT_REFUSAL};
    struct kp_consent row = {.id = "C",
                             .recipient = ANY(recipients),
                             .items = ANY(items),
                             .kind = ANY(kinds),
                             .given = near(one_in(2) ? c->on : c->exam),
                             .exam_from = perhaps(9, c->exam),
                             .exam_to = perhaps(9, c->exam)};
    if (one_in(2))
        row.who = ANY(NAMED);
    if (row.kind != KP_CONSENT_REFUSAL)
        row.withdrawn = perhaps(4, c->on);
    return row;
}

/* Births near 40 at the fiscal year's end or near 75 on the day of the exam, or random ones. */
static struct kp_date any_birth(struct kp_date exam)
{
    struct kp_date end = kp_fiscal_year_end(exam);
    static const int shifts[] = {-1, 0, 1, 2};
    switch (random_below(4)) {
    case 0: return shifted(kp_date_add_years(end, -40), ANY(shifts));
    case 1: return shifted(kp_date_add_years(exam, -75), ANY(shifts));
    default: return shifted(exam, -(int)random_below(90 * 365));
    }
}

static struct kp_case any_case(void)
{
    static const char *const numbers[] = {"06139463", "06139463", "01130012", "00280081",
                                          "00280081", "02130001", "31130001", "34130021",
                                          "75130001", "39131001", "07130001"};
    static const char *const words[] = {"", "chiho_kyosai", "chiho_kyosai", "shigaku_kyosai", "kenpo"};
    static const struct kp_date days[] = {{2021, 12, 31}, {2022, 1, 1},   {2022, 3, 31}, {2022, 4, 1},
                                          {2025, 11, 20}, {2026, 11, 22}, {2009, 6, 1}};
    static const int ages[] = {0, 1, 30, 100, 160, 160, 900, 1500, 1825, 1826, 1827, 1828};
    struct kp_case c = {
        .insurer_number = ANY(numbers),
        .register_scheme = ANY(words),
        .on = ANY(days),
        .subject = {.person = PERSON, .keys = {keys[0], keys[1], keys[2]}, .id_shared = one_in(4)},
        .qualification = random_below(3),
        .kind = one_in(6) ? 1 + random_below(KP_KIND_UNKNOWN) : KP_KIND_AUTO,
        .workplace = one_in(4) ? NULL : "神戸",
        .recipient_known = !one_in(4)};
    c.exam = shifted(c.on, -ANY(ages));
    c.birth = any_birth(c.exam);
    c.member_from = perhaps(9, c.exam);
    c.member_to = perhaps(9, c.exam);
    return c;
}

/* Makes the case point into this world, after a copy. */
static void link_up(struct world *w)
{
    for (size_t i = 0; i < w->n_requests; i++)
        w->requests[i].next = i + 1 < w->n_requests ? &w->requests[i + 1] : NULL;
    for (size_t i = 0; i < MOST_CONSENTS; i++)
        w->list[i] = &w->consents[i];
    w->c.requests = w->n_requests ? w->requests : NULL;
    w->c.consents = w->list;
    w->c.presence = w->presence;
}

/* The n-th case is always the same. */
static void make(struct world *w, unsigned n)
{
    memset(w, 0, sizeof(*w));
    seed_random((n + 1) * 0x9e3779b97f4a7c15u);
    w->policy.age_rule = one_in(2) ? KP_AGE_STATUTE : KP_AGE_BIRTHDAY;
    w->policy.membership = one_in(2) ? KP_MEMBER_EXAM_DAY : KP_MEMBER_EXAM_DAY_AND_REQUEST;
    w->policy.withhold_form_items = one_in(2);
    w->policy.release_requested_items = one_in(2);
    w->c = any_case();
    w->n_requests = random_below(MOST_REQUESTS); /* leaves room for one more */
    for (size_t i = 0; i < w->n_requests; i++)
        w->requests[i] = any_request(&w->c);
    w->c.n_consents = random_below(MOST_CONSENTS);
    for (size_t i = 0; i < w->c.n_consents; i++)
        w->consents[i] = any_consent(&w->c);
    bool sparse = one_in(3);
    for (size_t i = 0; i < FEW; i++)
        w->presence[i] = (uint8_t)(sparse && one_in(2) ? KP_ITEM_ABSENT
                                   : one_in(4)         ? random_below(3)
                                                       : KP_ITEM_RESULT);
    link_up(w);
}

static void decide(struct world *w, struct outcome *o)
{
    link_up(w);
    o->d = (struct kp_decision){.ground = o->ground};
    kp_decide(&few, &w->policy, &w->c, &o->d);
}

/* --- words --- */

static const char *written(struct kp_date d)
{
    static char texts[8][11];
    static size_t next;
    if (!kp_date_is_set(d))
        return "open";
    next = (next + 1) % COUNT(texts);
    kp_date_iso(d, texts[next]);
    return texts[next];
}

static void say_world(const struct world *w)
{
    const struct kp_case *c = &w->c;
    print_error("insurer %s '%s', born %s, examined %s, disclosed %s, member %s to %s, recipient %s\n",
                c->insurer_number, c->register_scheme, written(c->birth), written(c->exam), written(c->on),
                written(c->member_from), written(c->member_to), c->recipient_known ? "known" : "unknown");
    print_error("policy: statute %d, withhold form items %d, release requested items %d; presence",
                w->policy.age_rule == KP_AGE_STATUTE, w->policy.withhold_form_items,
                w->policy.release_requested_items);
    for (size_t i = 0; i < FEW; i++)
        print_error(" %s %d", few_items[i].code, w->presence[i]);
    for (const struct kp_request *q = c->requests; q; q = q->next)
        print_error(
            "\nrequest %s: routes %u, received %s, exams %s to %s, bands %u, until %s, withdrawn %s, items %s",
            q->id, q->routes, written(q->received), written(q->exam_from), written(q->exam_to), q->bands,
            written(q->valid_until), written(q->withdrawn), q->items);
    for (size_t i = 0; i < c->n_consents; i++)
        print_error("\n%s for %s: items %s, given %s, withdrawn %s, exams %s to %s, id %s, card %s",
                    kp_consent_kind_names[c->consents[i]->kind], c->consents[i]->recipient,
                    c->consents[i]->items, written(c->consents[i]->given), written(c->consents[i]->withdrawn),
                    written(c->consents[i]->exam_from), written(c->consents[i]->exam_to),
                    c->consents[i]->who.employee_id ? c->consents[i]->who.employee_id : "-",
                    c->consents[i]->who.card ? c->consents[i]->who.card : "-");
    print_error("\nid %s", c->subject.id_shared ? "shared" : "own");
}

static void say_outcome(const char *head, const struct outcome *o)
{
    print_error("\n%s: reason '%s', basis %s, request %s, results %zu, grounds ", head,
                kp_reason_names[o->d.reason], o->d.basis ? o->d.basis->id : "none",
                o->d.request ? o->d.request->id : "none", o->d.n_released);
    for (size_t i = 0; i < FEW; i++)
        print_error("%c", "wdfcr"[o->ground[i]]);
}

static void hold_true(bool holds, unsigned n, const struct world *w, const struct outcome *before,
                      const struct outcome *after)
{
    if (holds)
        return;
    print_error("case %u\n", n);
    say_world(w);
    say_outcome("before", before);
    if (after)
        say_outcome("after", after);
    fail_msg("%s", "\nthe property does not hold");
}

/* --- comparing --- */

static bool goes_out(const struct outcome *o, size_t item)
{
    return o->ground[item] != KP_GROUND_WITHHELD;
}

/* Returns whether a releases something that b does not. */
static bool releases_more(const struct outcome *one, const struct outcome *other)
{
    for (size_t i = 0; i < FEW; i++)
        if (goes_out(one, i) && !goes_out(other, i))
            return true;
    return one->d.reason == KP_HOLD_NONE && other->d.reason != KP_HOLD_NONE;
}

static bool same_decision(const struct outcome *one, const struct outcome *other)
{
    return one->d.reason == other->d.reason && one->d.band == other->d.band && one->d.age == other->d.age &&
           strcmp(one->d.scheme, other->d.scheme) == 0 && one->d.basis == other->d.basis &&
           one->d.n_released == other->d.n_released &&
           one->d.recipient_unknown == other->d.recipient_unknown &&
           one->d.consent_ambiguous == other->d.consent_ambiguous && one->d.lacking == other->d.lacking &&
           one->d.duty_fault == other->d.duty_fault &&
           memcmp(one->ground, other->ground, sizeof(one->ground)) == 0;
}

static bool under_duty(const struct outcome *o)
{
    return o->d.basis && o->d.basis->route != KP_ROUTE_CONSENT;
}

static bool names(const struct kp_consent *k)
{
    const struct kp_person *who = &k->who;
    return (!who->employee_id || strcmp(who->employee_id, "E1") == 0) &&
           (!who->branch || strcmp(who->branch, "01") == 0);
}

static bool speaks(const struct world *w, const struct kp_consent *k, size_t item)
{
    const int32_t exam = kp_date_days(w->c.exam), given = kp_date_days(k->given);
    bool notice = k->kind == KP_CONSENT_NOTICE;
    bool asked = strcmp(k->recipient, w->c.insurer_number) == 0 || strcmp(k->recipient, "*") == 0;
    bool during = (k->exam_from.year == 0 || kp_date_days(k->exam_from) <= exam) &&
                  (k->exam_to.year == 0 || kp_date_days(k->exam_to) >= exam) &&
                  (!notice || (given <= exam && kp_date_days(kp_date_add_years(k->given, 1)) >= exam));
    bool covers = strcmp(k->items, "all") == 0 || strstr(k->items, few_items[item].code) != NULL ||
                  (strcmp(k->items, "other") == 0 && few_items[item].scope == KP_SCOPE_OTHER);
    return names(k) && asked && during && covers && (!notice || few_items[item].notice);
}

/* A second implementation, on purpose: the latest word of this person on the item is yes. */
static bool has_consent(const struct world *w, const struct outcome *o, size_t item)
{
    const int32_t on = kp_date_days(w->c.on), exam = kp_date_days(w->c.exam);
    bool member = (w->c.member_from.year == 0 || kp_date_days(w->c.member_from) <= exam) &&
                  (w->c.member_to.year == 0 || kp_date_days(w->c.member_to) > exam);
    int32_t yes = INT32_MIN, no = INT32_MIN;
    for (size_t i = 0; i < w->c.n_consents; i++) {
        const struct kp_consent *k = &w->consents[i];
        int32_t given = kp_date_days(k->given), withdrawn = kp_date_days(k->withdrawn);
        bool refusal = k->kind == KP_CONSENT_REFUSAL;
        bool counts = (strcmp(k->recipient, "*") != 0 || member) &&
                      (k->kind != KP_CONSENT_NOTICE || o->d.duty_fault == KP_HOLD_NONE) &&
                      !(w->c.subject.id_shared && k->who.employee_id && !k->who.name_kana);
        if (!speaks(w, k, item))
            continue;
        if (!refusal && counts && given <= on && given > yes)
            yes = given;
        if (refusal && given <= on && given > no)
            no = given;
        if (k->withdrawn.year != 0 && withdrawn <= on && withdrawn > no)
            no = withdrawn;
    }
    return yes > no;
}

static bool is_listed(const struct world *w, const struct outcome *o, size_t item)
{
    bool listed = false;
    for (size_t i = 0; i < w->n_requests; i++)
        listed |= w->requests[i].routes & 1u << KP_ROUTE_HEALTH &&
                  strstr(w->requests[i].items, few_items[item].code) != NULL;
    return listed && under_duty(o);
}

/* --- one decision --- */

static bool is_result(const struct world *w, int item)
{
    return item >= 0 && w->presence[item] == KP_ITEM_RESULT;
}

/* A released doctor's name has a released judgement that is a result. */
static bool has_judgement(const struct world *w, const struct outcome *o, size_t doctor)
{
    bool has = false;
    for (size_t i = 0; i < FEW; i++)
        has |= few_items[i].author_item == (int)doctor && goes_out(o, i) && is_result(w, (int)i);
    return has;
}

/* A released result whose doctor or text is a result but withheld. */
static bool leaves_half(const struct world *w, const struct outcome *o, size_t i)
{
    int author = few_items[i].author_item, words = few_items[i].text_item;
    return is_result(w, (int)i) && ((is_result(w, author) && !goes_out(o, (size_t)author)) ||
                                    (is_result(w, words) && !goes_out(o, (size_t)words)));
}

static bool item_is_sound(const struct world *w, const struct outcome *o, size_t i)
{
    bool other = few_items[i].scope == KP_SCOPE_OTHER, form = few_items[i].scope == KP_SCOPE_FORM;
    bool may = w->c.recipient_known && has_consent(w, o, i);
    switch (o->ground[i]) {
    case KP_GROUND_WITHHELD:
        return o->d.reason != KP_HOLD_NONE || w->presence[i] == KP_ITEM_ABSENT || leaves_half(w, o, i) ||
               (few_items[i].is_author && !has_judgement(w, o, i)) ||
               !(may || (under_duty(o) && few_items[i].scope == KP_SCOPE_DUTY));
    case KP_GROUND_DUTY: return !other && !form && under_duty(o);
    case KP_GROUND_FORM: return form && under_duty(o) && !w->policy.withhold_form_items;
    case KP_GROUND_CONSENT: return may && o->d.basis;
    case KP_GROUND_REQUESTED: return other && w->policy.release_requested_items && is_listed(w, o, i);
    }
    return false;
}

/* No form item under "withhold", no other item without consent or a listing request, no consent item to an
 * unknown recipient; in a released record, every item with a ground is released. */
static void released_items__any_case__have_their_ground(void **state UNUSED)
{
    struct world w;
    struct outcome o;
    for (unsigned n = 0; n < CASES; n++) {
        size_t results = 0;
        make(&w, n);
        decide(&w, &o);
        for (size_t i = 0; i < FEW; i++) {
            hold_true(item_is_sound(&w, &o, i), n, &w, &o, NULL);
            hold_true(w.presence[i] != KP_ITEM_ABSENT || !goes_out(&o, i), n, &w, &o, NULL);
            results += w.presence[i] == KP_ITEM_RESULT && goes_out(&o, i);
        }
        hold_true(results == o.d.n_released, n, &w, &o, NULL);
        hold_true((o.d.reason == KP_HOLD_NONE) == (o.d.basis != NULL), n, &w, &o, NULL);
        hold_true((o.d.reason == KP_HOLD_NONE) == (o.d.n_released > 0), n, &w, &o, NULL);
        hold_true(!under_duty(&o) || o.d.request, n, &w, &o, NULL);
    }
}

static void decision__same_case_twice__is_the_same(void **state UNUSED)
{
    struct world w, kept;
    struct outcome first, second;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        memcpy(&kept, &w, sizeof(w));
        memset(&first, 0x55, sizeof(first));
        memset(&second, 0xaa, sizeof(second));
        first.d.ground = first.ground;
        second.d.ground = second.ground;
        kp_decide(&few, &w.policy, &w.c, &first.d);
        kp_decide(&few, &w.policy, &w.c, &second.d);
        hold_true(same_decision(&first, &second) && first.d.request == second.d.request, n, &w, &first,
                  &second);
        hold_true(memcmp(&kept, &w, sizeof(w)) == 0, n, &w, &first, NULL);
    }
}

static void halves__any_case__are_released_together(void **state UNUSED)
{
    size_t names = 0, wholes = 0;
    struct world w;
    struct outcome o;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &o);
        for (size_t i = 0; i < FEW; i++) {
            if (!goes_out(&o, i))
                continue;
            hold_true(!leaves_half(&w, &o, i), n, &w, &o, NULL);
            hold_true(!few_items[i].is_author || has_judgement(&w, &o, i), n, &w, &o, NULL);
            names += few_items[i].is_author;
            wholes += is_result(&w, few_items[i].text_item);
        }
    }
    assert_true(names > CASES / 50 && wholes > CASES / 50);
}

static void items_not_known__any_record__releases_as_much(void **state UNUSED)
{
    struct world w;
    struct outcome record, explained;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &record);
        struct kp_case c = w.c;
        c.presence = NULL;
        explained.d = (struct kp_decision){.ground = explained.ground};
        kp_decide(&few, &w.policy, &c, &explained.d);
        hold_true(!releases_more(&record, &explained), n, &w, &record, &explained);
    }
}

/* --- consents --- */

static void consent_added__any_case__withholds_nothing(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        struct kp_consent *added = &w.consents[w.c.n_consents++];
        *added = any_consent(&w.c);
        added->withdrawn = (struct kp_date){0};
        if (added->kind == KP_CONSENT_REFUSAL)
            added->kind = KP_CONSENT_EXPLICIT;
        decide(&w, &after);
        hold_true(!releases_more(&before, &after), n, &w, &before, &after);
    }
}

static void consent_withdrawn__any_case__leaves_the_duty(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        if (w.c.n_consents == 0)
            continue;
        struct kp_consent *k = &w.consents[random_below((unsigned)w.c.n_consents)];
        if (k->kind == KP_CONSENT_REFUSAL)
            continue;
        k->withdrawn = (struct kp_date){0};
        decide(&w, &before);
        k->withdrawn = shifted(w.c.on, -(int)random_below(2));
        if (kp_date_compare(k->withdrawn, k->given) < 0)
            k->withdrawn = k->given;
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
        for (size_t i = 0; i < FEW; i++)
            hold_true(before.ground[i] != KP_GROUND_DUTY || after.ground[i] == KP_GROUND_DUTY, n, &w, &before,
                      &after);
    }
}

static void refusal_added__any_case__releases_nothing_new(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        struct kp_consent *added = &w.consents[w.c.n_consents++];
        *added = any_consent(&w.c);
        added->kind = KP_CONSENT_REFUSAL;
        added->withdrawn = (struct kp_date){0};
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
        for (size_t i = 0; i < FEW; i++)
            hold_true(before.ground[i] != KP_GROUND_DUTY || after.ground[i] == KP_GROUND_DUTY, n, &w, &before,
                      &after);
    }
}

/* A refusal or withdrawal is the only row whose absence may open something. */
static void consent_removed__any_case__releases_nothing_new(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        if (w.c.n_consents == 0)
            continue;
        size_t i = random_below((unsigned)w.c.n_consents);
        w.consents[i].withdrawn = (struct kp_date){0};
        if (w.consents[i].kind == KP_CONSENT_REFUSAL)
            continue;
        decide(&w, &before);
        w.consents[i] = w.consents[--w.c.n_consents];
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
    }
}

/* With nothing but notices, no item outside their column is opened, nor any record without a duty. */
static void notice__any_case__opens_its_column_beside_a_duty(void **state UNUSED)
{
    struct world w;
    struct outcome o;
    unsigned opened = 0;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        for (size_t i = 0; i < w.c.n_consents; i++)
            if (w.consents[i].kind == KP_CONSENT_EXPLICIT)
                w.consents[i].kind = KP_CONSENT_NOTICE;
        decide(&w, &o);
        hold_true(o.d.reason != KP_HOLD_NONE || under_duty(&o), n, &w, &o, NULL);
        for (size_t i = 0; i < FEW; i++) {
            if (o.ground[i] != KP_GROUND_CONSENT)
                continue;
            hold_true(few_items[i].notice && strncmp(w.c.insurer_number, "39", 2) != 0, n, &w, &o, NULL);
            opened++;
        }
    }
    assert_true(opened > CASES / 500);
}

static void employee_id__borne_by_two__opens_nothing_new(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    unsigned closed = 0;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        w.c.subject.id_shared = false;
        decide(&w, &before);
        w.c.subject.id_shared = true;
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
        hold_true(!before.d.consent_ambiguous, n, &w, &before, &after);
        closed += after.d.consent_ambiguous;
    }
    assert_true(closed > CASES / 500);
}

static void consents__another_order__same_decision(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        if (w.c.n_consents < 2)
            continue;
        decide(&w, &before);
        size_t other = 1 + random_below((unsigned)w.c.n_consents - 1);
        struct kp_consent kept = w.consents[0];
        w.consents[0] = w.consents[other];
        w.consents[other] = kept;
        decide(&w, &after);
        hold_true(same_decision(&before, &after) && before.d.request == after.d.request, n, &w, &before,
                  &after);
    }
}

static void recipient_unknown__any_case__releases_no_consent_item(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        w.c.recipient_known = false;
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
        hold_true(after.d.reason != KP_HOLD_NONE || under_duty(&after), n, &w, &before, &after);
        for (size_t i = 0; i < FEW; i++)
            hold_true(after.ground[i] != KP_GROUND_CONSENT, n, &w, &before, &after);
    }
}

/* --- requests --- */

static void request_removed__any_case__releases_nothing_new(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        if (w.n_requests == 0)
            continue;
        w.requests[random_below((unsigned)w.n_requests)] = w.requests[w.n_requests - 1];
        w.n_requests--;
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
    }
}

/* Received too late, withdrawn, ended, or for other days or ages. */
static struct kp_request idle_request(const struct world *w, enum kp_band band)
{
    struct kp_request q = any_request(&w->c);
    switch (random_below(6)) {
    case 0: q.received = shifted(w->c.on, 1); break;
    case 1: q.withdrawn = shifted(w->c.on, -(int)random_below(2)); break;
    case 2: q.valid_until = shifted(w->c.on, -1); break;
    case 3: q.exam_from = shifted(w->c.exam, 1); break;
    case 4: q.exam_to = shifted(w->c.exam, -1); break;
    default: q.bands = EVERYBODY & ~(1u << band);
    }
    return q;
}

static void unusable_request__put_first__changes_no_item(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        memmove(w.requests + 1, w.requests, w.n_requests * sizeof(w.requests[0]));
        w.requests[0] = idle_request(&w, before.d.band);
        w.n_requests++;
        decide(&w, &after);
        hold_true(!releases_more(&before, &after) && !releases_more(&after, &before), n, &w, &before, &after);
        hold_true(before.d.basis == after.d.basis, n, &w, &before, &after);
    }
}

static void turn_round(struct world *w)
{
    size_t one = random_below((unsigned)w->n_requests), other = random_below((unsigned)w->n_requests);
    struct kp_request kept = w->requests[one];
    w->requests[one] = w->requests[other];
    w->requests[other] = kept;
}

static void requests__another_order__same_decision_and_items(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        if (w.n_requests < 2)
            continue;
        decide(&w, &before);
        turn_round(&w);
        decide(&w, &after);
        hold_true(same_decision(&before, &after), n, &w, &before, &after);
        hold_true((before.d.request != NULL) == (after.d.request != NULL), n, &w, &before, &after);
    }
}

/* --- insurers --- */

static void late_stage_association__any_case__needs_consent(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        w.c.insurer_number = "39131001";
        decide(&w, &after);
        hold_true(!under_duty(&after) && !after.d.request, n, &w, &before, &after);
        for (size_t i = 0; i < FEW; i++)
            hold_true(!goes_out(&after, i) ||
                          (after.ground[i] == KP_GROUND_CONSENT && has_consent(&w, &after, i)),
                      n, &w, &before, &after);
    }
}

static void insurer_row_removed__any_case__releases_nothing_new(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        w.c.register_scheme = "";
        w.c.recipient_known = false;
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
    }
}

static void open_scheme__any_case__is_held(void **state UNUSED)
{
    static const char *const open[] = {"03130001", "04130001", "07130001", "67130001",
                                       "99130001", "34130001", "75130001"};
    static const char *const words[] = {"", "kenpo", "koki"};
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        w.c.insurer_number = ANY(open);
        w.c.register_scheme = ANY(words);
        decide(&w, &after);
        bool shared = w.c.insurer_number[0] == '3' || strncmp(w.c.insurer_number, "75", 2) == 0;
        hold_true(after.d.reason == (shared ? KP_HOLD_SCHEME_AMBIGUOUS : KP_HOLD_SCHEME_UNSETTLED), n, &w,
                  &before, &after);
    }
}

/* --- days and policies --- */

/* Consents not given by the first day are left out, so that only the day changes. */
static void later_day__past_retention__is_never_released(void **state UNUSED)
{
    unsigned past = 0;
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        w.c.exam = shifted(w.c.on, -1827 - (int)random_below(2));
        for (size_t i = w.c.n_consents; i-- > 0;)
            if (kp_date_compare(w.consents[i].given, w.c.on) > 0)
                w.consents[i] = w.consents[--w.c.n_consents];
        decide(&w, &before);
        if (before.d.duty_fault != KP_HOLD_PAST_RETENTION)
            continue;
        w.c.on = shifted(w.c.on, 1 + (int)random_below(800));
        decide(&w, &after);
        hold_true(!under_duty(&after) && !releases_more(&after, &before), n, &w, &before, &after);
        past++;
    }
    assert_true(past > CASES / 100);
}

static void stricter_policy__any_case__releases_nothing_new(void **state UNUSED)
{
    struct world w;
    struct outcome before, after;
    for (unsigned n = 0; n < CASES; n++) {
        make(&w, n);
        decide(&w, &before);
        w.policy.withhold_form_items |= one_in(2);
        w.policy.release_requested_items &= one_in(2);
        decide(&w, &after);
        hold_true(!releases_more(&after, &before), n, &w, &before, &after);
        hold_true(after.d.reason == before.d.reason && after.d.basis == before.d.basis, n, &w, &before,
                  &after);
    }
}

/* --- */

static int cut_few(void **state)
{
    return set_up_rule(state) == 0 && cut_tables(CODES, FEW, few_items, &few) && fill_rosters() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(released_items__any_case__have_their_ground),
        cmocka_unit_test(decision__same_case_twice__is_the_same),
        cmocka_unit_test(halves__any_case__are_released_together),
        cmocka_unit_test(items_not_known__any_record__releases_as_much),
        cmocka_unit_test(consent_added__any_case__withholds_nothing),
        cmocka_unit_test(consent_withdrawn__any_case__leaves_the_duty),
        cmocka_unit_test(refusal_added__any_case__releases_nothing_new),
        cmocka_unit_test(consent_removed__any_case__releases_nothing_new),
        cmocka_unit_test(notice__any_case__opens_its_column_beside_a_duty),
        cmocka_unit_test(employee_id__borne_by_two__opens_nothing_new),
        cmocka_unit_test(consents__another_order__same_decision),
        cmocka_unit_test(recipient_unknown__any_case__releases_no_consent_item),
        cmocka_unit_test(request_removed__any_case__releases_nothing_new),
        cmocka_unit_test(unusable_request__put_first__changes_no_item),
        cmocka_unit_test(requests__another_order__same_decision_and_items),
        cmocka_unit_test(late_stage_association__any_case__needs_consent),
        cmocka_unit_test(insurer_row_removed__any_case__releases_nothing_new),
        cmocka_unit_test(open_scheme__any_case__is_held),
        cmocka_unit_test(later_day__past_retention__is_never_released),
        cmocka_unit_test(stricter_policy__any_case__releases_nothing_new),
    };
    return cmocka_run_group_tests_name("rule_properties", tests, cut_few, free_tables);
}
