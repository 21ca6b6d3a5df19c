/*
 * A second implementation of the rule, as tables of letters over plain numbers, compared with kp_decide over
 * every combination. The expectation uses nothing of src/: days are numbers such as 20220401, and the
 * contents of the legal tables are literals.
 */
#include "rule_common.h"

#include <stdio.h>

enum { SOME = 16, MOST_ASKS = 2, MOST_LEAVES = 3 };

/* A few items. A judgement needs its doctor, the flag of a finding its text: half is the index of that other
 * half, 0 for none. */
static const struct {
    const char *code;
    enum { DUTY, FORM, OTHER } scope;
    size_t half;
    bool doctor;
} ITEMS[SOME] = {
    {"9N001000000000001", DUTY, 0, false},   {"9N006000000000001", DUTY, 0, false},
    {"9N011000000000001", FORM, 0, false},   {"3C020000002327101", OTHER, 0, false},
    {"9N206160700000011", OTHER, 9, false},  {"9N511000000000049", FORM, 6, false},
    {"9N516000000000049", FORM, 0, true},    {"9N521000000000049", OTHER, 8, false},
    {"9N526000000000049", OTHER, 0, true},   {"9N206160800000049", OTHER, 0, false},
    {"9A110160700000011", DUTY, 11, false},  {"9A110160800000049", DUTY, 0, false},
    {"9N581161300000011", OTHER, 15, false}, {"9N736000000000011", DUTY, 0, false},
    {"9N581161400000049", OTHER, 15, false}, {"9N586000000000049", OTHER, 0, true},
};
#define CODES                                                                                                \
    "9N011000000000001 3C020000002327101 9N526000000000049" /* BMI, uric acid, name of the doctor            \
                                                             */
#define LISTED                                                                                               \
    "3C020000002327101 9N011000000000001 9N521000000000049" /* uric acid, BMI, the doctor's opinion */
#define USUAL "rsrrrrrrrrrrrrrr"                            /* r result, s stated, - absent */

/* Words of texts and the items that they name; OUTSIDE is an item that the form does not have. */
enum { WORDS = 5, OUTSIDE = SOME };
static const struct {
    const char *word;
    size_t n, items[2];
} NAMES[WORDS] = {
    {"身長", 1, {0}}, {"体格", 1, {2}}, {"尿酸", 1, {3}}, {"胸部", 2, {4, 9}}, {"感染", 1, {OUTSIDE}}};
static const size_t TEXTS[] = {5, 7, 9}; /* of ITEMS, outside the duty */

struct insurer {
    const char *number, *word; /* the register's scheme */
};

/* In the order of enum kp_exam_kind; the duty covers periodic, hiring, specified work and overseas. */
#define KIND_LETTERS "?phwosdtxbriu"

/* A request; day 0: open. */
struct ask {
    int received, articles; /* 1 elderly, 2 health, 3 both */
    int withdrawn, until, exam_from, exam_to;
    const char *ages; /* letters of the bands; NULL: all */
    const char *items;
    char qualification; /* i insured, d dependants; 0: all */
    const char *kinds;  /* letters; NULL: all */
    const char *places; /* NULL: all */
    char persons;       /* see WHO; 0: all */
};

/* A row of the consent register. */
struct leave {
    const char *items; /* NULL: no row */
    bool elsewhere;    /* for another insurer */
    bool by_name;      /* for this insurer, not for "*" */
    int given, withdrawn;
    char kind; /* n notice, r refusal; 0: explicit */
    int exam_from, exam_to;
    char who; /* see WHO */
};

/* Whom a row names: the person of the story is E1, card 12/1001-01, アオキ, born on the day of the story. */
static const struct {
    char letter;
    struct kp_person names;
    bool born; /* and the birth date of the story */
    bool fits, id_alone;
} WHO[] = {
    {.letter = 0, .fits = true},
    {.letter = 'e', .names = {.employee_id = "E1"}, .fits = true, .id_alone = true},
    {.letter = 'b', .names = {.employee_id = "E1"}, .born = true, .fits = true},
    {.letter = 'k', .names = {.employee_id = "E1", .name_kana = "アオキ"}, .fits = true},
    {.letter = 'c', .names = {.card = "12/1001", .branch = "01"}, .fits = true},
    {.letter = 'h', .names = {.card = "12/1001", .name_kana = "アオキ"}, .fits = true},
    {.letter = 'E', .names = {.employee_id = "E2"}},
    {.letter = 'K', .names = {.card = "12/1001", .name_kana = "イトウ"}},
    {.letter = 'C', .names = {.card = "12/1001", .branch = "02"}},
    {.letter = 'X', .names = {.employee_id = "E1", .card = "12/1002", .branch = "01"}},
};

struct story {
    struct insurer insurer;
    int born, exam, on, member_from, member_to;
    struct ask asks[MOST_ASKS];
    size_t n_asks;
    struct leave leave[MOST_LEAVES];
    bool statute, withhold_form, release_requested, recipient_unknown, member_at_request;
    size_t text;        /* one of TEXTS that names the words; 0: none */
    unsigned words;     /* bit 1 << index of NAMES */
    char kind;          /* letter of KIND_LETTERS; 0: not given */
    char qualification; /* as in ask; 0: unknown */
    const char *place;
    bool shared;         /* somebody else bears the employee id */
    const char *present; /* a letter for each item; NULL: not known */
};

/* The results that are compared. Grounds: d duty, f form, c consent, r requested, w withheld. */
struct answer {
    const char *reason, *fault, *basis;
    char band;        /* y under 40, m 40 to 74, o from 75 on */
    int age, request; /* number of the request; -1: none */
    bool recipient_unknown, ambiguous, text_withheld;
    unsigned lacking; /* 1 qualification, 2 kind, 4 place */
    size_t released;
    char grounds[SOME + 1];
};

static struct kp_item some_items[SOME];
static struct kp_mention some_mentions[WORDS];
static uint16_t some_named[WORDS][2];
static struct kp_tables some; /* only these items */

/* --- the expectation --- */

static int year_of(int n)
{
    return n / 10000;
}

static int day_of(int n)
{
    return n % 10000;
}

static int age_that_day(const struct story *s)
{
    return year_of(s->exam) - year_of(s->born) - (day_of(s->exam) < day_of(s->born));
}

static int age_on_31_march(const struct story *s)
{
    int end = year_of(s->exam) + (day_of(s->exam) > 331);
    bool late = day_of(s->born) > 331 && !(s->statute && day_of(s->born) == 401);
    return end - year_of(s->born) - late;
}

static char band_of(const struct story *s)
{
    if (age_that_day(s) >= 75)
        return 'o';
    return age_on_31_march(s) >= 40 ? 'm' : 'y';
}

/* The basis under the insurer's own Act, "" if it has none; '?' unsettled, '!' ambiguous. */
static const char *own_act(const struct insurer *n)
{
    static const char *const schemes[] = {
        "00kokuho82", "01kenpo150", "02senin111", "06kenpo150", "31kokka98",  "32chiho112", "33chiho112",
        "34!",        "39",         "63kenpo150", "72kokka98",  "73chiho112", "74chiho112", "75!",
    };
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (strncmp(schemes[i], n->number, 2) == 0) {
            if (schemes[i][2] != '!')
                return schemes[i] + 2;
            return strcmp(n->word, "chiho_kyosai") == 0     ? "chiho112"
                   : strcmp(n->word, "shigaku_kyosai") == 0 ? "shigaku26"
                                                            : "!";
        }
    return "?";
}

static int era_of(int n)
{
    return (n > 20080331) + (n > 20211231);
}

static size_t who(char letter)
{
    size_t i = 0;
    while (WHO[i].letter != letter)
        i++;
    return i;
}

/* What the request is limited by and the record does not state: 1 qualification, 2 kind, 4 place. */
static unsigned unknown_limits(const struct story *s, const struct ask *q)
{
    return (q->qualification && !s->qualification ? 1u : 0) | (q->kinds && s->kind == 'u' ? 2u : 0) |
           (q->places && !s->place ? 4u : 0);
}

static bool is_asked_about(const struct story *s, const struct ask *q)
{
    return q->received <= s->on && s->exam >= q->exam_from && (!q->exam_to || s->exam <= q->exam_to) &&
           (!q->ages || strchr(q->ages, band_of(s))) && WHO[who(q->persons)].fits &&
           !(s->shared && WHO[who(q->persons)].id_alone);
}

static bool is_inside(const struct story *s, const struct ask *q)
{
    return !unknown_limits(s, q) && (!q->qualification || q->qualification == s->qualification) &&
           (!q->kinds || strchr(q->kinds, s->kind ? s->kind : 'p')) &&
           (!q->places || strstr(q->places, s->place));
}

/* Rates a request for this person: '-' for somebody else, 'x' not in force, 'l' not a member, else letters of
 * the basis. */
static char worth(const struct story *s, const struct ask *q)
{
    /* [before 2008-04-01, until 2021-12-31, since][articles]: O old elderly, E elderly, H own Act */
    static const char young[][4] = {"nnn", "nnn", "nHH"}, middle[][4] = {"nnn", "OnO", "EHE"};
    char band = band_of(s);
    int era = era_of(q->received);
    bool joined = s->exam >= s->member_from;
    bool member = joined && (!s->member_to || s->exam < s->member_to) &&
                  !(s->member_at_request && s->member_to && s->member_to <= q->received);
    bool seaman = joined && strncmp(s->insurer.number, "02", 2) == 0 && q->articles >= 2; /* also former */
    if (!is_asked_about(s, q) || !is_inside(s, q))
        return '-';
    if ((q->withdrawn && q->withdrawn <= s->on) || (q->until && q->until < s->on))
        return 'x';
    if (!member && !seaman)
        return 'l';
    if (era != era_of(s->on) || band == 'o')
        return 'n';
    if (!member)
        return era == 2 ? 'H' : 'n';
    return (band == 'y' ? young : middle)[era][q->articles - 1];
}

/* Returns the best rating, and the first request that has it. */
static char best(const struct story *s, int *ret_request)
{
    static const char order[] = "EOHnlx-";
    size_t at = strlen(order) - 1;
    *ret_request = -1;
    for (size_t i = 0; i < s->n_asks; i++) {
        size_t rank = (size_t)(strchr(order, worth(s, &s->asks[i])) - order);
        if (rank < at) {
            at = rank;
            *ret_request = (int)i;
        }
    }
    return order[at];
}

static bool is_member(const struct story *s)
{
    return s->exam >= s->member_from && (!s->member_to || s->exam < s->member_to);
}

static char found(const struct story *s, size_t item)
{
    return s->present ? s->present[item] : 'r';
}

static bool duty_result(const struct story *s)
{
    bool any = false;
    for (size_t i = 0; i < SOME; i++)
        any |= ITEMS[i].scope == DUTY && found(s, i) == 'r';
    return any;
}

/* Returns the first reason that applies; if none does, sets *ret_basis. */
static const char *fault_of(const struct story *s, const char **ret_basis, int *ret_request)
{
    const char *own = own_act(&s->insurer);
    char rating = best(s, ret_request);
    const struct {
        bool holds;
        const char *name;
    } order[] = {{*own == '?', "scheme_unsettled"},
                 {*own == '!', "scheme_ambiguous"},
                 {*own == '\0', "consent_missing"},
                 {rating == '-', "no_request"},
                 {rating == 'x', "request_not_in_force"},
                 {rating == 'l', "not_a_member"},
                 {rating == 'n', "no_basis"},
                 {s->exam + 50000 < s->on, "past_retention"},
                 {s->kind && !strchr("phwo", s->kind), "exam_kind"},
                 {!duty_result(s), "nothing_to_disclose"}};
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i].holds)
            return order[i].name;
    *ret_basis = rating == 'H' ? own : rating == 'E' ? "elderly27" : "elderly27_old";
    return "";
}

/* The row is this person's word on the item of this examination, yes or no. */
static bool speaks(const struct story *s, const struct leave *l, size_t item)
{
    bool notice = l->kind == 'n';
    if (!l->items || l->elsewhere || !WHO[who(l->who)].fits)
        return false;
    if (s->exam < l->exam_from || (l->exam_to && s->exam > l->exam_to) ||
        (notice && (s->exam < l->given || s->exam > l->given + 10000)))
        return false;
    if (notice && strncmp(ITEMS[item].code, "9N206", 5) != 0) /* of these only the chest X-ray */
        return false;
    if (strcmp(l->items, "other") == 0)
        return item == OUTSIDE || ITEMS[item].scope == OTHER;
    return strcmp(l->items, "all") == 0 || (item != OUTSIDE && strstr(l->items, ITEMS[item].code));
}

static bool consented(const struct story *s, const struct answer *a, size_t item, bool trusted)
{
    int no = 0, yes = 0;
    for (const struct leave *l = s->leave; l < s->leave + MOST_LEAVES; l++) {
        int refused = l->kind == 'r' ? l->given : l->withdrawn;
        bool usable = l->kind != 'r' && (l->kind != 'n' || !*a->fault) && (l->by_name || is_member(s)) &&
                      (trusted || !WHO[who(l->who)].id_alone);
        if (!speaks(s, l, item))
            continue;
        if (refused && refused <= s->on && refused > no)
            no = refused;
        if (usable && l->given <= s->on && l->given > yes)
            yes = l->given;
    }
    return yes > no;
}

/* By any request that rests on the insurer's own Act. */
static bool listed(const struct story *s, size_t item)
{
    bool found = false;
    for (size_t i = 0; i < s->n_asks && item != OUTSIDE; i++)
        found |=
            worth(s, &s->asks[i]) == 'H' && s->asks[i].items && strstr(s->asks[i].items, ITEMS[item].code);
    return found && s->release_requested;
}

/* By scope: no duty; no duty, consent; duty; duty and consent. */
static char ground_of(const struct story *s, struct answer *a, size_t item)
{
    static const char plain[][5] = {"wcdd", "wcff", "wcwc"}, form_kept_back[] = "wcwc",
                      other_listed[] = "wcrc";
    bool duty = *a->fault == '\0';
    int scope = item == OUTSIDE ? OTHER : (int)ITEMS[item].scope;
    const char *row = plain[scope];
    if (scope == FORM && s->withhold_form)
        row = form_kept_back;
    if (scope == OTHER && duty && listed(s, item))
        row = other_listed;
    char letter = row[2 * duty + consented(s, a, item, !s->shared)];
    a->ambiguous |= letter == 'w' && s->shared && consented(s, a, item, true);
    if (letter != 'c' || !s->recipient_unknown)
        return letter;
    a->recipient_unknown |= row[2 * duty] == 'w';
    return row[2 * duty];
}

/* The other half is a result without a ground. Never true if the items are not known. */
static bool is_broken(const struct story *s, const char *own, size_t item)
{
    size_t half = ITEMS[item].half;
    return s->present && half && found(s, item) == 'r' && found(s, half) == 'r' && own[half] == 'w';
}

/* A doctor's name is written inside a judgement that is a result. */
static bool is_stray(const struct story *s, const char *own, size_t item)
{
    bool stray = ITEMS[item].doctor;
    for (size_t i = 0; i < SOME; i++)
        stray &= ITEMS[i].half != item || found(s, i) != 'r' || own[i] == 'w';
    return stray;
}

static bool in_record(const struct story *s, size_t item)
{
    return s->present && item != OUTSIDE && found(s, item) != '-';
}

/* If the record has some of the items that a word names, only those count. */
static bool names_too_much(const struct story *s, const struct answer *a, size_t word)
{
    struct answer unused = *a;
    size_t n_present = 0, n_lacking = 0, n_lacking_present = 0;
    for (size_t i = 0; i < NAMES[word].n; i++) {
        size_t item = NAMES[word].items[i];
        bool lacks = ground_of(s, &unused, item) == 'w';
        n_present += in_record(s, item);
        n_lacking += lacks;
        n_lacking_present += lacks && in_record(s, item);
    }
    return n_present ? n_lacking_present > 0 : n_lacking > 0;
}

static void sort_out(const struct story *s, struct answer *a)
{
    char own[SOME];
    for (size_t i = 0; i < SOME; i++)
        own[i] = found(s, i) == '-' ? 'w' : ground_of(s, a, i);
    for (size_t k = 0; k < WORDS && s->text; k++)
        if ((s->words & 1u << k) && own[s->text] != 'w' && names_too_much(s, a, k)) {
            own[s->text] = 'w';
            a->text_withheld = true;
        }
    for (size_t i = 0; i < SOME; i++) {
        a->grounds[i] = is_broken(s, own, i) || is_stray(s, own, i) ? 'w' : own[i];
        a->released += found(s, i) == 'r' && a->grounds[i] != 'w';
    }
}

static struct answer judge(const struct story *s)
{
    struct answer a = {.basis = s->on < 20050401   ? ""
                                : s->on < 20220401 ? "consent_old"
                                                   : "consent",
                       .reason = ""};
    a.band = band_of(s);
    a.age = age_on_31_march(s) < 75 ? age_on_31_march(s) : age_that_day(s);
    a.fault = fault_of(s, &a.basis, &a.request);
    for (size_t i = 0; i < s->n_asks && strcmp(a.fault, "no_request") == 0; i++)
        a.lacking |= is_asked_about(s, &s->asks[i]) ? unknown_limits(s, &s->asks[i]) : 0;
    if (strncmp(a.fault, "scheme", 6) != 0)
        sort_out(s, &a);
    if (*a.fault && (a.released == 0 || !*a.basis))
        a.reason = a.fault;
    if (*a.reason) {
        a.basis = "";
        a.released = 0;
        memset(a.grounds, 'w', SOME);
        a.text_withheld = false;
    }
    if (*a.fault || *a.reason)
        a.request = -1;
    return a;
}

/* --- the program's answer --- */

static struct kp_date date(int n)
{
    return (struct kp_date){
        .year = (int16_t)year_of(n), .month = (int8_t)(n / 100 % 100), .day = (int8_t)(n % 100)};
}

static unsigned bands(const char *letters)
{
    if (!letters)
        return EVERYBODY;
    return (strchr(letters, 'y') ? 1u << KP_BAND_UNDER40 : 0) |
           (strchr(letters, 'm') ? 1u << KP_BAND_40TO74 : 0) |
           (strchr(letters, 'o') ? 1u << KP_BAND_75PLUS : 0);
}

static struct kp_person person_of(const struct story *s, char letter)
{
    struct kp_person names = WHO[who(letter)].names;
    if (WHO[who(letter)].born)
        names.birth = date(s->born);
    return names;
}

/* One list for each letter, and the keys of the person of the stories. */
static struct kp_roster rosters[COUNT(WHO)];
static struct kp_roster_row roster_rows[COUNT(WHO)];
static const char *keys[KP_BY__COUNT];

static const struct kp_roster *roster_of(const struct story *s, char letter)
{
    if (!letter)
        return NULL;
    roster_rows[who(letter)].who = person_of(s, letter);
    return &rosters[who(letter)];
}

static bool fill_rosters(void)
{
    const struct kp_person person = {.employee_id = "E1", .card = "12/1001", .name_kana = "アオキ"};
    bool filled = true;
    for (unsigned by = 0; by < KP_BY__COUNT; by++) {
        keys[by] = kp_person_key(&scratch, &person, (enum kp_person_key)by);
        for (size_t i = 1; i < COUNT(WHO); i++) {
            const char *key = kp_person_key(&scratch, &WHO[i].names, (enum kp_person_key)by);
            rosters[i].rows = &roster_rows[i];
            if (key && rosters[i].by_key.n_keys == 0)
                filled &= kp_map_put(&rosters[i].by_key, &scratch, key, 0) == KP_MAP_ADDED;
        }
    }
    return filled;
}

static enum kp_exam_kind kind_of(char letter)
{
    return (enum kp_exam_kind)(strchr(KIND_LETTERS, letter) - KIND_LETTERS);
}

static unsigned kinds_of(const char *letters)
{
    unsigned bits = 0;
    for (; letters && *letters; letters++)
        bits |= 1u << kind_of(*letters);
    return bits;
}

static enum kp_qualification qualification(char letter)
{
    return letter == 'i'   ? KP_QUALIFICATION_INSURED
           : letter == 'd' ? KP_QUALIFICATION_DEPENDANT
                           : KP_QUALIFICATION_ANY;
}

static void fill_requests(const struct story *s, struct kp_request *to)
{
    for (size_t i = 0; i < s->n_asks; i++) {
        const struct ask *q = &s->asks[i];
        to[i] =
            (struct kp_request){.id = "R",
                                .insurer_number = s->insurer.number,
                                .received = date(q->received),
                                .routes = (q->articles & 1 ? ELDERLY : 0) | (q->articles & 2 ? HEALTH : 0),
                                .exam_from = date(q->exam_from),
                                .exam_to = date(q->exam_to),
                                .bands = bands(q->ages),
                                .items = q->items ? q->items : "",
                                .valid_until = date(q->until),
                                .withdrawn = date(q->withdrawn),
                                .qualification = qualification(q->qualification),
                                .persons = roster_of(s, q->persons),
                                .exam_kinds = kinds_of(q->kinds),
                                .workplaces = q->places,
                                .next = i + 1 < s->n_asks ? &to[i + 1] : NULL};
    }
}

static size_t fill_consents(const struct story *s, struct kp_consent *to, const struct kp_consent **list)
{
    size_t n = 0;
    for (const struct leave *l = s->leave; l < s->leave + MOST_LEAVES; l++) {
        if (!l->items)
            continue;
        to[n] = (struct kp_consent){.id = "C",
                                    .who = person_of(s, l->who),
                                    .recipient = l->elsewhere ? "01999999"
                                                 : l->by_name ? s->insurer.number
                                                              : "*",
                                    .items = l->items,
                                    .kind = l->kind == 'n'   ? KP_CONSENT_NOTICE
                                            : l->kind == 'r' ? KP_CONSENT_REFUSAL
                                                             : KP_CONSENT_EXPLICIT,
                                    .given = date(l->given),
                                    .withdrawn = date(l->withdrawn),
                                    .exam_from = date(l->exam_from),
                                    .exam_to = date(l->exam_to)};
        list[n] = &to[n];
        n++;
    }
    return n;
}

static const uint8_t *presence_of(const struct story *s)
{
    static uint8_t presence[SOME];
    for (size_t i = 0; i < SOME; i++)
        presence[i] = found(s, i) == 'r'   ? KP_ITEM_RESULT
                      : found(s, i) == 's' ? KP_ITEM_STATED
                                           : KP_ITEM_ABSENT;
    return s->present ? presence : NULL;
}

static struct answer in_letters(const struct kp_decision *d, const struct kp_request *first)
{
    struct answer a = {.reason = kp_reason_names[d->reason],
                       .fault = kp_reason_names[d->duty_fault],
                       .basis = d->basis ? d->basis->id : "",
                       .band = "ymo"[d->band],
                       .age = d->age,
                       .request = d->request && d->reason == KP_HOLD_NONE ? (int)(d->request - first) : -1,
                       .recipient_unknown = d->recipient_unknown,
                       .ambiguous = d->consent_ambiguous,
                       .lacking = d->lacking,
                       .released = d->n_released};
    for (size_t i = 0; i < SOME; i++)
        a.grounds[i] = "wdfcr"[ground[i]];
    return a;
}

static const char *const *texts_of(const struct story *s)
{
    static const char *texts[SOME];
    static char line[64];
    *line = '\0';
    memset(texts, 0, sizeof(texts));
    for (size_t k = 0; k < WORDS; k++)
        if (s->words & 1u << k)
            (void)snprintf(line + strlen(line), sizeof(line) - strlen(line), "要%s", NAMES[k].word);
    texts[s->text] = line;
    return s->text ? texts : NULL;
}

static struct answer ask_program(const struct story *s)
{
    bool withheld[SOME] = {false};
    struct kp_request requests[MOST_ASKS];
    struct kp_consent consents[MOST_LEAVES];
    const struct kp_consent *list[MOST_LEAVES];
    struct kp_policy policy = {.age_rule = s->statute ? KP_AGE_STATUTE : KP_AGE_BIRTHDAY,
                               .membership =
                                   s->member_at_request ? KP_MEMBER_EXAM_DAY_AND_REQUEST : KP_MEMBER_EXAM_DAY,
                               .withhold_form_items = s->withhold_form,
                               .release_requested_items = s->release_requested};
    struct kp_case c = {
        .insurer_number = s->insurer.number,
        .register_scheme = s->insurer.word,
        .birth = date(s->born),
        .exam = date(s->exam),
        .kind = s->kind ? kind_of(s->kind) : KP_KIND_AUTO,
        .on = date(s->on),
        .member_from = date(s->member_from),
        .member_to = date(s->member_to),
        .requests = s->n_asks ? requests : NULL,
        .subject = {.person = {"E1", s->insurer.number, "12/1001", "01", "アオキ", date(s->born)},
                    .keys = {keys[0], keys[1], keys[2]},
                    .id_shared = s->shared},
        .qualification = qualification(s->qualification),
        .workplace = s->place,
        .consents = list,
        .n_consents = fill_consents(s, consents, list),
        .recipient_known = !s->recipient_unknown,
        .presence = presence_of(s),
        .texts = texts_of(s)};
    struct kp_decision d = {.ground = ground, .names_withheld = s->statute ? NULL : withheld};
    fill_requests(s, requests);
    kp_decide(&some, &policy, &c, &d);
    struct answer a = in_letters(&d, requests);
    a.text_withheld = withheld[s->text];
    return a;
}

/* --- comparing --- */

static void say(char *at, size_t size, const struct answer *a)
{
    snprintf(at, size,
             "reason '%s', fault '%s', basis '%s', request %d, band %c, age %d, grounds %s, %zu results%s%s, "
             "lacking %u",
             a->reason, a->fault, a->basis, a->request, a->band, a->age, a->grounds, a->released,
             a->recipient_unknown ? ", recipient unknown" : "", a->ambiguous ? ", ambiguous" : "",
             a->lacking);
}

static void say_story(const struct story *s)
{
    print_error(
        "insurer %s '%s', born %d, examined %d, disclosed %d, member from %d to before %d, items %s\n",
        s->insurer.number, s->insurer.word, s->born, s->exam, s->on, s->member_from, s->member_to,
        s->present ? s->present : "not known");
    for (size_t i = 0; i < s->n_asks; i++) {
        const struct ask *q = &s->asks[i];
        print_error(
            "request %zu: articles %d, received %d, withdrawn %d, until %d, exams %d-%d, ages %s, items %s, "
            "persons %c, qualification %c, kinds %s, places %s\n",
            i, q->articles, q->received, q->withdrawn, q->until, q->exam_from, q->exam_to,
            q->ages ? q->ages : "all", q->items ? q->items : "none", q->persons ? q->persons : '-',
            q->qualification ? q->qualification : '-', q->kinds ? q->kinds : "-",
            q->places ? q->places : "-");
    }
    for (const struct leave *l = s->leave; l < s->leave + MOST_LEAVES; l++)
        if (l->items)
            print_error("row %c of %c: items %s, for %s, given %d, withdrawn %d, exams %d-%d\n",
                        l->kind ? l->kind : 'e', l->who ? l->who : '-', l->items,
                        l->elsewhere ? "another insurer"
                        : l->by_name ? "this insurer"
                                     : "*",
                        l->given, l->withdrawn, l->exam_from, l->exam_to);
    print_error("qualification %c, kind %c, place %s, id %s, member at request %d\n",
                s->qualification ? s->qualification : '-', s->kind ? s->kind : '-', s->place ? s->place : "-",
                s->shared ? "shared" : "own", s->member_at_request);
    print_error("policy: %s, form items %s, requested items %s; recipient %s\n",
                s->statute ? "statute" : "birthday", s->withhold_form ? "withhold" : "include",
                s->release_requested ? "release" : "hold", s->recipient_unknown ? "unknown" : "known");
}

static void compare(const struct story *s)
{
    struct answer want = judge(s), got = ask_program(s);
    if (strcmp(want.reason, got.reason) == 0 && strcmp(want.fault, got.fault) == 0 &&
        strcmp(want.basis, got.basis) == 0 && want.request == got.request && want.band == got.band &&
        want.age == got.age && strcmp(want.grounds, got.grounds) == 0 && want.released == got.released &&
        want.recipient_unknown == got.recipient_unknown && want.ambiguous == got.ambiguous &&
        want.lacking == got.lacking && (s->statute || want.text_withheld == got.text_withheld))
        return;
    char line[2][512];
    say(line[0], sizeof(line[0]), &want);
    say(line[1], sizeof(line[1]), &got);
    say_story(s);
    fail_msg("\nexpected: %s\n     got: %s", line[0], line[1]);
}

/* --- the combinations --- */

/* Takes the next of n choices out of *left. */
static size_t pick(size_t *left, size_t n)
{
    size_t choice = *left % n;
    *left /= n;
    return choice;
}

static void pick_policy(size_t *left, struct story *s)
{
    s->statute = pick(left, 2);
    s->withhold_form = pick(left, 2);
    s->release_requested = pick(left, 2);
}

static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int length_of(int year, int month)
{
    return LENGTHS[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* The day before, the day itself, the day after; 29 February of a common year is 1 March. */
static int near(int year, int month_and_day, int by)
{
    int month = month_and_day / 100, at = month_and_day % 100 + by;
    if (at < 1)
        return --month ? year * 10000 + month * 100 + length_of(year, month) : (year - 1) * 10000 + 1231;
    if (at > length_of(year, month))
        return month < 12 ? year * 10000 + (month + 1) * 100 + 1 : (year + 1) * 10000 + 101;
    return year * 10000 + month * 100 + at;
}

/* Births around the boundaries of an exam; the first are counted from the end of its fiscal year. */
enum { BIRTHS = 16 };

static int birth_near(int exam, size_t which)
{
    static const struct {
        int years, day;
    } from_end[] = {{40, 331}, {40, 401}, {40, 402}, {40, 229}, {40, 101}, {41, 401}, {75, 331}, {75, 401}};
    static const struct {
        int years, by;
    } from_exam[] = {{75, -1}, {75, 0}, {75, 1}, {40, 0}};
    static const int fixed[] = {20010505, 19300228, 19480229, 19840229};
    int end = year_of(exam) + (day_of(exam) > 331);
    if (which < COUNT(from_end))
        return near(end - from_end[which].years, from_end[which].day, 0);
    which -= COUNT(from_end);
    if (which < COUNT(from_exam))
        return near(year_of(exam) - from_exam[which].years, day_of(exam), from_exam[which].by);
    return fixed[which - COUNT(from_exam)];
}

static void cases__every_combination__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {{"06139463", ""},
                                              {"02130001", ""},
                                              {"00280081", ""},
                                              {"31130001", ""},
                                              {"32130001", ""},
                                              {"34130021", "chiho_kyosai"},
                                              {"34130021", "shigaku_kyosai"},
                                              {"34130021", ""},
                                              {"39131001", ""},
                                              {"07130001", ""},
                                              {"01130012", "shigaku_kyosai"}};
    static const struct {
        int received, exam, on;
    } days[] = {
        {20050301, 20050110, 20050331}, {20050301, 20050110, 20050401}, {20080331, 20080110, 20080331},
        {20080331, 20080110, 20080401}, {20080401, 20080110, 20080401}, {20211231, 20211115, 20211231},
        {20211231, 20211115, 20220101}, {20220101, 20211115, 20220101}, {20220101, 20220331, 20220331},
        {20220101, 20220401, 20220401}, {20250401, 20250610, 20251120}, {20220401, 20200229, 20250228},
        {20220401, 20200229, 20250301}, {20220401, 20230228, 20261122}, {20220401, 20230301, 20261122},
        {20220401, 20240229, 20261122}, {20220401, 20190228, 20240229}, {20220401, 20190301, 20240229},
        {20250401, 20211122, 20261122}, {20250401, 20211121, 20261122}};
    static const struct leave leaves[] = {
        {0}, {.items = "other"}, {.items = "all"}, {.items = "all", .withdrawn = 1}, {.items = CODES}};
    size_t n = COUNT(insurers) * COUNT(days) * 4 * BIRTHS * COUNT(leaves) * 8;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))], .present = USUAL, .n_asks = 1};
        size_t when = pick(&left, COUNT(days));
        s.exam = days[when].exam;
        s.on = days[when].on;
        s.asks[0] =
            (struct ask){.received = days[when].received, .articles = (int)pick(&left, 4), .items = LISTED};
        s.n_asks = s.asks[0].articles > 0;
        s.born = birth_near(s.exam, pick(&left, BIRTHS));
        s.leave[0] = leaves[pick(&left, COUNT(leaves))];
        s.leave[0].given = s.exam;
        s.leave[0].withdrawn = s.leave[0].withdrawn ? s.on : 0;
        pick_policy(&left, &s);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

/* Examined on 2025-06-10, disclosed on 2025-11-20; one day or word of the registers varies. */
static const struct ask ASKS[] = {
    {.received = 20250401},
    {.received = 20251120},
    {.received = 20251121},
    {.received = 20211231},
    {.received = 20250401, .withdrawn = 20251120},
    {.received = 20250401, .withdrawn = 20251121},
    {.received = 20250401, .until = 20251119},
    {.received = 20250401, .until = 20251120},
    {.received = 20250401, .exam_from = 20250610, .exam_to = 20250610},
    {.received = 20250401, .exam_from = 20250611},
    {.received = 20250401, .exam_to = 20250609},
    {.received = 20250401, .ages = "y"},
    {.received = 20250401, .ages = "mo"},
};

static const int MEMBER[][2] = {{0, 0},        {20250610, 0},        {20250611, 0},       {0, 20250611},
                                {0, 20250610}, {20200101, 20250611}, {20240401, 20250401}};

static const struct leave LEAVES[] = {
    {0},
    {.items = "other", .given = 20251120},
    {.items = "all", .given = 20251120, .by_name = true},
    {.items = "all", .given = 20251121},
    {.items = "all", .given = 20250601, .withdrawn = 20251120},
    {.items = "all", .given = 20250601, .withdrawn = 20251121},
    {.items = CODES, .given = 20250601, .by_name = true},
    {.items = "all", .given = 20250601, .elsewhere = true},
};

static const int PEOPLE[] = {19950101, 19800501, 19400101, 19860401}; /* the last is 40 by statute alone */

static void registers__every_combination__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {
        {"06139463", ""}, {"75130001", "shigaku_kyosai"}, {"39131001", ""}};
    static const char *const present[] = {USUAL, "ssrrrrrrrrsrrs--", "--r-------------", "r----r-rsrr--s-r",
                                          "-rr---ss-s-r-rrr"};
    size_t n = COUNT(insurers) * COUNT(ASKS) * COUNT(MEMBER) * 3 * COUNT(LEAVES) * COUNT(present) * 3 * 8;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))], .on = 20251120, .n_asks = 1};
        s.asks[0] = ASKS[pick(&left, COUNT(ASKS))];
        size_t member = pick(&left, COUNT(MEMBER));
        s.member_from = MEMBER[member][0];
        s.member_to = MEMBER[member][1];
        s.asks[0].articles = 1 + (int)pick(&left, 3);
        s.asks[0].items = LISTED;
        s.leave[0] = LEAVES[pick(&left, COUNT(LEAVES))];
        s.present = present[pick(&left, COUNT(present))];
        s.born = PEOPLE[pick(&left, 3)];
        s.recipient_unknown = pick(&left, 2);
        s.exam = pick(&left, 2) ? 20201119 : 20250610;
        s.statute = s.withhold_form = s.release_requested = pick(&left, 2);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static void two_requests__every_pair__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {{"00280081", ""}, {"39131001", ""}};
    static const char *const items[] = {LISTED, CODES};
    size_t n = COUNT(insurers) * COUNT(ASKS) * COUNT(ASKS) * 6 * 6 * COUNT(PEOPLE) * 4;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))],
                          .n_asks = MOST_ASKS,
                          .present = USUAL,
                          .exam = 20250610,
                          .on = 20251120};
        for (size_t k = 0; k < MOST_ASKS; k++) {
            s.asks[k] = ASKS[pick(&left, COUNT(ASKS))];
            s.asks[k].articles = 1 + (int)pick(&left, 3);
            s.asks[k].items = items[pick(&left, 2)];
        }
        s.born = PEOPLE[pick(&left, COUNT(PEOPLE))];
        s.release_requested = pick(&left, 2);
        s.leave[0] = LEAVES[2 * pick(&left, 2)];
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static void texts__every_word_and_ground__agree(void **state UNUSED)
{
    static const char *const present[] = {USUAL, "r----r-rsrr--s-r", "rsrrsrrrsrrrrrrr", NULL};
    size_t n = COUNT(TEXTS) * (1u << WORDS) * COUNT(present) * COUNT(LEAVES) * 3 * 3 * 16;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = {"00280081", ""},
                          .exam = 20250610,
                          .on = 20251120,
                          .n_asks = 1,
                          .asks = {{.received = 20250401, .items = LISTED}}};
        s.text = TEXTS[pick(&left, COUNT(TEXTS))];
        s.words = (unsigned)pick(&left, 1u << WORDS);
        s.present = present[pick(&left, COUNT(present))];
        s.leave[0] = LEAVES[pick(&left, COUNT(LEAVES))];
        s.born = PEOPLE[pick(&left, 3)];
        s.asks[0].articles = 1 + (int)pick(&left, 3);
        s.recipient_unknown = pick(&left, 2);
        pick_policy(&left, &s);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static void kinds__every_combination__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {{"06139463", ""}, {"39131001", ""}, {"34130021", ""}};
    size_t n_kinds = strlen(KIND_LETTERS) - 1;
    size_t n = COUNT(insurers) * COUNT(ASKS) * COUNT(MEMBER) * n_kinds * COUNT(LEAVES) * COUNT(PEOPLE) * 4;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))], .on = 20251120, .n_asks = 1};
        s.asks[0] = ASKS[pick(&left, COUNT(ASKS))];
        size_t member = pick(&left, COUNT(MEMBER));
        s.member_from = MEMBER[member][0];
        s.member_to = MEMBER[member][1];
        s.asks[0].articles = 3;
        s.kind = KIND_LETTERS[1 + pick(&left, n_kinds)];
        s.leave[0] = LEAVES[pick(&left, COUNT(LEAVES))];
        s.born = PEOPLE[pick(&left, COUNT(PEOPLE))];
        s.present = pick(&left, 2) ? USUAL : "s-s-------s-----";
        s.exam = pick(&left, 2) ? 20201119 : 20250610;
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static void prefixes__every_register__agree(void **state UNUSED)
{
    static const char *const words[] = {"",
                                        "kenpo",
                                        "chiho_kyosai",
                                        "shigaku_kyosai",
                                        "kokka_kyosai",
                                        "ambiguous",
                                        "unsettled",
                                        "koki",
                                        "chiho_kyosai shigaku_kyosai"};
    size_t n = 100 * COUNT(words) * 4 * COUNT(PEOPLE) * 2;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        char number[16];
        snprintf(number, sizeof(number), "%02zu130001", pick(&left, 100));
        struct story s = {.insurer = {number, words[pick(&left, COUNT(words))]},
                          .asks = {ASKS[0]},
                          .present = USUAL,
                          .exam = 20250610,
                          .on = 20251120};
        s.asks[0].articles = (int)pick(&left, 4);
        s.n_asks = s.asks[0].articles > 0;
        s.born = PEOPLE[pick(&left, COUNT(PEOPLE))];
        s.leave[0] = LEAVES[pick(&left, 2)];
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

/* --- halves --- */

/* Groups of items that belong together; pairs get one more. */
static const size_t GROUPS[][3] = {{4, 9, 3}, {10, 11, 3}, {5, 6, 2}, {7, 8, 3}, {12, 14, 15}};

/* Returns the codes of the group's items whose bit is set. */
static const char *chosen(char *codes, size_t size, const size_t *group, size_t bits)
{
    *codes = '\0';
    for (size_t i = 0; i < COUNT(GROUPS[0]); i++)
        if (bits & 1u << i)
            snprintf(codes + strlen(codes), size - strlen(codes), "%s ", ITEMS[group[i]].code);
    return codes;
}

/* Every presence of a group's items, named by any consent or request: with the duty, without it, and with
 * items not known. */
static void halves__every_presence_and_ground__agree(void **state UNUSED)
{
    enum { PRESENCES = 27, SUBSETS = 8 };
    size_t n = COUNT(GROUPS) * (PRESENCES + 1) * SUBSETS * SUBSETS * 3 * 4;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        const size_t *group = GROUPS[pick(&left, COUNT(GROUPS))];
        char present[] = USUAL, consent[64], list[64];
        size_t presence = pick(&left, PRESENCES + 1), places = presence;
        for (size_t k = 0; k < COUNT(GROUPS[0]); k++)
            present[group[k]] = "rs-"[pick(&places, 3)];
        struct story s = {.insurer = {"00280081", ""},
                          .born = 19950101,
                          .exam = 20250610,
                          .on = 20251120,
                          .present = presence < PRESENCES ? present : NULL,
                          .asks = {ASKS[0]}};
        s.leave[0] = (struct leave){.items = chosen(consent, sizeof(consent), group, pick(&left, SUBSETS)),
                                    .given = 20250601};
        s.asks[0].items = chosen(list, sizeof(list), group, pick(&left, SUBSETS));
        s.asks[0].articles = (int)pick(&left, 3); /* none, one without a basis under 40, its own Act */
        s.n_asks = s.asks[0].articles > 0;
        s.withhold_form = s.release_requested = pick(&left, 2);
        s.recipient_unknown = pick(&left, 2);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

/* --- limits of requests --- */

static void limits__every_combination__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {{"06139463", ""}, {"02130001", ""}, {"39131001", ""}};
    static const char qualifications[] = {0, 'i', 'd'};
    static const char *const kinds[] = {NULL, "p", "hps"};
    static const char kind[] = {0, 'h', 'u'};
    static const char *const places[] = {NULL, "神戸", "神戸|本社"}, *const place[] = {NULL, "本社", "神戸"};
    size_t n = COUNT(insurers) * 9 * 9 * 9 * COUNT(WHO) * 2 * 3 * 2 * 2;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))],
                          .n_asks = MOST_ASKS,
                          .present = USUAL,
                          .exam = 20250610,
                          .on = 20251120,
                          .born = 19950101};
        struct ask *q = s.asks;
        *q = (struct ask){.received = 20250401, .items = LISTED};
        q->qualification = qualifications[pick(&left, 3)];
        s.qualification = qualifications[pick(&left, 3)];
        q->kinds = kinds[pick(&left, 3)];
        s.kind = kind[pick(&left, 3)];
        q->places = places[pick(&left, 3)];
        s.place = place[pick(&left, 3)];
        q->persons = WHO[pick(&left, COUNT(WHO))].letter;
        s.shared = pick(&left, 2);
        q->articles = 1 + (int)pick(&left, 3);
        /* The other request is not in force, or lists nothing and is for dependants. */
        q[1] = pick(&left, 2) ? (struct ask){.received = 20250401, .articles = 3, .withdrawn = 20251120}
                              : (struct ask){.received = 20250401, .articles = 2, .qualification = 'd'};
        s.release_requested = pick(&left, 2);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static void membership__every_day_and_policy__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {{"06139463", ""}, {"02130001", ""}, {"00280081", ""}};
    static const int ends[] = {0, 20250401, 20250609, 20250610, 20250611, 20250701, 20250702, 20251001};
    static const int received[] = {20220101, 20250401, 20250701, 20250702};
    size_t n =
        COUNT(insurers) * COUNT(ends) * 3 * COUNT(received) * COUNT(received) * 3 * 3 * COUNT(PEOPLE) * 2 * 2;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))],
                          .n_asks = MOST_ASKS,
                          .present = USUAL,
                          .exam = 20250610,
                          .on = 20251120};
        s.member_to = ends[pick(&left, COUNT(ends))];
        s.member_from = ((const int[]){0, 20250610, 20250611})[pick(&left, 3)];
        for (size_t k = 0; k < MOST_ASKS; k++)
            s.asks[k].received = received[pick(&left, COUNT(received))];
        for (size_t k = 0; k < MOST_ASKS; k++)
            s.asks[k].articles = 1 + (int)pick(&left, 3);
        s.asks[1].items = LISTED;
        s.born = PEOPLE[pick(&left, COUNT(PEOPLE))];
        s.member_at_request = pick(&left, 2);
        s.release_requested = true;
        s.leave[0] = LEAVES[pick(&left, 2)];
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

/* --- words of the person --- */

/* Examined on 2025-06-10, disclosed on 2025-11-20. */
static const struct leave SAID[] = {
    {.items = "other", .given = 20250601},
    {.items = "all", .given = 20250601, .by_name = true},
    {.items = CODES, .given = 20250701, .by_name = true},
    {.items = "all", .given = 20250601, .withdrawn = 20250701},
    {.items = "other", .given = 20250701, .kind = 'r', .by_name = true},
    {.items = "all", .given = 20250601, .kind = 'r'},
    {.items = CODES, .given = 20251120, .kind = 'r'},
    {.items = "all", .given = 20251121, .kind = 'r'},
    {.items = "other", .given = 20250601, .kind = 'n'},
    {.items = "all", .given = 20240610, .kind = 'n', .by_name = true},
    {.items = "all", .given = 20240609, .kind = 'n'},
    {.items = "other", .given = 20250611, .kind = 'n'},
    {.items = "all", .given = 20250601, .kind = 'n', .withdrawn = 20250701},
    {.items = "all", .given = 20250601, .kind = 'n', .exam_from = 20250611},
    {.items = "all", .given = 20250701, .exam_from = 20250610, .exam_to = 20250610},
    {.items = "all", .given = 20250701, .exam_to = 20250609},
    {.items = "all", .given = 20250701, .kind = 'r', .exam_from = 20250611},
    {.items = "all", .given = 20250601, .elsewhere = true},
    {.items = "all", .given = 20250601, .kind = 'r', .elsewhere = true},
};

static void words__every_two__agree(void **state UNUSED)
{
    static const struct insurer insurers[] = {{"00280081", ""}, {"39131001", ""}};
    static const int ends[] = {0, 20250610};
    size_t n = COUNT(insurers) * COUNT(SAID) * COUNT(SAID) * COUNT(WHO) * COUNT(WHO) * 2 * 2 * 2 * 2;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = insurers[pick(&left, COUNT(insurers))],
                          .asks = {{.received = 20250401, .articles = 2, .items = LISTED}},
                          .present = USUAL,
                          .exam = 20250610,
                          .on = 20251120,
                          .born = 19950101};
        s.leave[0] = SAID[pick(&left, COUNT(SAID))];
        s.leave[2] = SAID[pick(&left, COUNT(SAID))];
        s.leave[0].who = WHO[pick(&left, COUNT(WHO))].letter;
        s.leave[2].who = WHO[pick(&left, COUNT(WHO))].letter;
        s.shared = pick(&left, 2);
        s.n_asks = pick(&left, 2);
        s.member_to = ends[pick(&left, 2)];
        s.recipient_unknown = pick(&left, 2);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static void words__every_three__agree(void **state UNUSED)
{
    size_t n = COUNT(SAID) * COUNT(SAID) * COUNT(SAID) * 2 * 2;
    for (size_t i = 0; i < n; i++) {
        size_t left = i;
        struct story s = {.insurer = {"06139463", ""},
                          .asks = {{.received = 20250401, .articles = 2, .items = LISTED}},
                          .exam = 20250610,
                          .on = 20251120,
                          .born = 19950101};
        for (size_t k = 0; k < MOST_LEAVES; k++)
            s.leave[k] = SAID[pick(&left, COUNT(SAID))];
        s.n_asks = pick(&left, 2);
        s.release_requested = pick(&left, 2);
        compare(&s);
    }
    print_message("%zu combinations compared\n", n);
}

static int cut_some(void **state)
{
    const char *codes[SOME];
    for (size_t i = 0; i < SOME; i++)
        codes[i] = ITEMS[i].code;
    if (set_up_rule(state) != 0 || !cut_tables(codes, SOME, some_items, &some) || !fill_rosters())
        return -1;
    memset(some.mention_heads, 0, sizeof(some.mention_heads));
    for (size_t k = 0; k < WORDS; k++) {
        const char *first = NAMES[k].word;
        uint32_t *head = &some.mention_heads[kp_utf8_next(&first) % KP_PHRASE_BUCKETS];
        bool outside = NAMES[k].items[0] == OUTSIDE;
        for (size_t i = 0; i < NAMES[k].n; i++)
            some_named[k][i] = (uint16_t)NAMES[k].items[i];
        some_mentions[k] = (struct kp_mention){.key = NAMES[k].word,
                                               .length = strlen(NAMES[k].word),
                                               .items = some_named[k],
                                               .n_items = outside ? 0 : NAMES[k].n,
                                               .other = outside,
                                               .next = *head};
        *head = (uint32_t)k + 1;
    }
    some.mentions = some_mentions;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases__every_combination__agree),
        cmocka_unit_test(registers__every_combination__agree),
        cmocka_unit_test(two_requests__every_pair__agree),
        cmocka_unit_test(texts__every_word_and_ground__agree),
        cmocka_unit_test(kinds__every_combination__agree),
        cmocka_unit_test(prefixes__every_register__agree),
        cmocka_unit_test(halves__every_presence_and_ground__agree),
        cmocka_unit_test(limits__every_combination__agree),
        cmocka_unit_test(membership__every_day_and_policy__agree),
        cmocka_unit_test(words__every_two__agree),
        cmocka_unit_test(words__every_three__agree),
    };
    return cmocka_run_group_tests_name("rule_oracle", tests, cut_some, free_tables);
}
