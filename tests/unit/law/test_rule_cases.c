/* Combinations of items and consents, and a second implementation of the rule as a table. */
#include "rule_common.h"

#define OPINION "9N521000000000049" /* of a doctor, and the doctor's name */
#define NAME "9N526000000000049"
#define LUNG "9N581161300000011" /* of a screening: judgement as a code, as text, and the doctor */
#define LUNG_WORDS "9N581161400000049"
#define LUNG_NAME "9N586000000000049"
#define ECG "9A110160700000011" /* flag and text of a finding; items of the duty */
#define ECG_WORDS "9A110160800000049"
#define X_RAY_WORDS "9N206160800000049"

static void several_consents__one_that_counts__is_enough(void **state UNUSED)
{
    give_consent(ITEM_URIC_ACID)->withdrawn = day("2025-07-01");
    give_consent(ITEM_URIC_ACID)->given = day("2025-07-02");
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_CONSENT);
    the.consents[1].recipient = "01130012";
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
}

static void consent__recipient_unknown__listing_request_still_releases(void **state UNUSED)
{
    give_consent("other");
    the.c.recipient_known = false;
    the.policy.release_requested_items = true;
    the.q.items = ITEM_URIC_ACID;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
    assert_int_equal(the_ground(ITEM_X_RAY), KP_GROUND_WITHHELD);
}

/* Makes these the only items of the record. */
static void the_record_has(const char *code, enum kp_presence presence)
{
    the.c.presence = the.presence;
    the.presence[the_item(code)] = (uint8_t)presence;
}

static void these_go_out(const char *const *codes, size_t n)
{
    struct kp_decision d = the_decision();
    size_t out = 0, results = 0;
    for (size_t i = 0; i < n; i++)
        if (the_ground(codes[i]) == KP_GROUND_WITHHELD)
            fail_msg("%s is withheld", codes[i]);
    for (size_t i = 0; i < tables.n_items; i++) {
        out += ground[i] != KP_GROUND_WITHHELD;
        results += ground[i] != KP_GROUND_WITHHELD && the.presence[i] == KP_ITEM_RESULT;
    }
    assert_int_equal(out, n);
    assert_int_equal(d.n_released, results);
}

#define THESE_GO_OUT(...)                                                                                    \
    these_go_out((const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})))

static void doctors_name__without_its_judgement__is_withheld(void **state UNUSED)
{
    the_record_has(ITEM_HEIGHT, KP_ITEM_RESULT);
    the_record_has(OPINION, KP_ITEM_RESULT);
    the_record_has(NAME, KP_ITEM_RESULT);
    give_consent(NAME);
    assert_int_equal(the_decision().n_released, 1); /* the height, under the duty */
    assert_int_equal(the_ground(NAME), KP_GROUND_WITHHELD);
    the.presence[the_item(NAME)] = KP_ITEM_STATED; /* not a result, so the count stays */
    assert_int_equal(the_decision().n_released, 1);
    assert_int_equal(the_ground(NAME), KP_GROUND_WITHHELD);
    the.presence[the_item(NAME)] = KP_ITEM_RESULT;
    give_consent(OPINION);
    assert_int_equal(the_decision().n_released, 3);
    assert_int_equal(the_ground(NAME), KP_GROUND_CONSENT);
    the.c.requests = NULL; /* consent to the name alone releases nothing */
    the.c.n_consents = 1;
    the_outcome_is("no_request");
}

static void doctors_name__items_not_known__needs_its_judgement_too(void **state UNUSED)
{
    the.c.requests = NULL;
    give_consent(NAME);
    the_outcome_is("no_request");
    give_consent(OPINION);
    the_outcome_is("consent");
    assert_int_equal(the_decision().n_released, 2);
}

static void judgement__its_doctor_has_no_ground__is_withheld(void **state UNUSED)
{
    struct kp_consent *consent = give_consent(OPINION);
    the_record_has(ITEM_HEIGHT, KP_ITEM_RESULT);
    the_record_has(OPINION, KP_ITEM_RESULT);
    the_record_has(NAME, KP_ITEM_RESULT);
    THESE_GO_OUT(ITEM_HEIGHT);
    consent->items = OPINION " " NAME;
    THESE_GO_OUT(ITEM_HEIGHT, OPINION, NAME);
    consent->items = OPINION;
    the.policy.release_requested_items = true; /* one half by consent, the other by the request */
    the.q.items = NAME;
    THESE_GO_OUT(ITEM_HEIGHT, OPINION, NAME);
    the.q.items = OPINION;
    THESE_GO_OUT(ITEM_HEIGHT);
}

/* Without a doctor's name, or without a judgement, there is no second half. */
static void judgement__half_is_no_result__other_needs_only_its_ground(void **state UNUSED)
{
    give_consent(OPINION);
    the_record_has(ITEM_HEIGHT, KP_ITEM_RESULT);
    for (enum kp_presence judged = KP_ITEM_STATED; judged <= KP_ITEM_RESULT; judged++)
        for (enum kp_presence named = KP_ITEM_ABSENT; named <= KP_ITEM_RESULT; named++) {
            the_record_has(OPINION, judged);
            the_record_has(NAME, named);
            if (judged == KP_ITEM_RESULT && named == KP_ITEM_RESULT)
                THESE_GO_OUT(ITEM_HEIGHT);
            else
                THESE_GO_OUT(ITEM_HEIGHT, OPINION);
        }
}

/* A judgement "not done" carries no doctor's name. */
static void doctors_name__several_judgements__needs_one_released_result(void **state UNUSED)
{
    struct kp_consent *consent = give_consent(LUNG " " LUNG_NAME);
    the_record_has(ITEM_HEIGHT, KP_ITEM_RESULT);
    the_record_has(LUNG, KP_ITEM_STATED);
    the_record_has(LUNG_WORDS, KP_ITEM_RESULT);
    the_record_has(LUNG_NAME, KP_ITEM_RESULT);
    THESE_GO_OUT(ITEM_HEIGHT, LUNG);
    the_record_has(LUNG, KP_ITEM_RESULT);
    THESE_GO_OUT(ITEM_HEIGHT, LUNG, LUNG_NAME);
    consent->items = LUNG_WORDS " " LUNG_NAME;
    THESE_GO_OUT(ITEM_HEIGHT, LUNG_WORDS, LUNG_NAME);
    consent->items = LUNG " " LUNG_WORDS;
    THESE_GO_OUT(ITEM_HEIGHT);
    the_record_has(LUNG, KP_ITEM_STATED);
    THESE_GO_OUT(ITEM_HEIGHT, LUNG);
}

static void finding__its_text_has_no_ground__is_withheld(void **state UNUSED)
{
    struct kp_consent *consent = give_consent(ITEM_X_RAY);
    the_record_has(ITEM_HEIGHT, KP_ITEM_RESULT);
    the_record_has(ITEM_X_RAY, KP_ITEM_RESULT);
    THESE_GO_OUT(ITEM_HEIGHT, ITEM_X_RAY);
    the_record_has(X_RAY_WORDS, KP_ITEM_STATED);
    THESE_GO_OUT(ITEM_HEIGHT, ITEM_X_RAY);
    the_record_has(X_RAY_WORDS, KP_ITEM_RESULT);
    THESE_GO_OUT(ITEM_HEIGHT);
    the_record_has(ITEM_X_RAY, KP_ITEM_STATED);
    THESE_GO_OUT(ITEM_HEIGHT, ITEM_X_RAY);
    the_record_has(ITEM_X_RAY, KP_ITEM_RESULT);
    consent->items = ITEM_X_RAY " " X_RAY_WORDS;
    THESE_GO_OUT(ITEM_HEIGHT, ITEM_X_RAY, X_RAY_WORDS);
    consent->items = X_RAY_WORDS; /* the text alone is a finding */
    THESE_GO_OUT(ITEM_HEIGHT, X_RAY_WORDS);
}

static void finding_of_the_duty__consent_alone__needs_its_text_too(void **state UNUSED)
{
    give_consent(ECG);
    the_record_has(ECG, KP_ITEM_RESULT);
    the_record_has(ECG_WORDS, KP_ITEM_RESULT);
    THESE_GO_OUT(ECG, ECG_WORDS);
    the.c.requests = NULL;
    the_outcome_is("no_request");
    give_consent(ECG_WORDS);
    the_outcome_is("consent");
    THESE_GO_OUT(ECG, ECG_WORDS);
}

/* In an explanation the half would be released from a record without the other. */
static void halves__items_not_known__none_is_missing(void **state UNUSED)
{
    the.c.requests = NULL;
    give_consent(OPINION " " ITEM_X_RAY);
    the_outcome_is("consent");
    assert_int_equal(the_decision().n_released, 2);
    assert_int_equal(the_ground(OPINION), KP_GROUND_CONSENT);
    assert_int_equal(the_ground(ITEM_X_RAY), KP_GROUND_CONSENT);
}

/* Halves have the same scope, so an item of the duty is never withheld for lack of its other half. */
static void halves__of_the_catalogue__are_of_one_scope(void **state UNUSED)
{
    size_t n = 0;
    for (size_t i = 0; i < tables.n_items; i++) {
        const int others[] = {tables.items[i].author_item, tables.items[i].text_item,
                              tables.items[i].reason_item};
        for (size_t k = 0; k < COUNT(others); k++) {
            if (others[k] < 0)
                continue;
            if (tables.items[others[k]].scope != tables.items[i].scope)
                fail_msg("%s and %s", tables.items[i].label, tables.items[others[k]].label);
            n++;
        }
    }
    assert_true(n > 18); /* the number of judgements */
}

static void held_no_basis__missing_provision__is_named(void **state UNUSED)
{
    static const struct {
        const char *number, *birth, *text;
    } cases[] = {
        {"06139463", "1995-01-01", "健康保険法 第150条第2項"},
        {"06139463", "1980-05-01", "高齢者の医療の確保に関する法律 第27条第3項 / 健康保険法 第150条第2項"},
        {"06139463", "1940-01-01", "本人の同意"},
        {"39131001", "1980-05-01", "本人の同意"}};
    the.c.requests = NULL;
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.c.insurer_number = cases[i].number;
        the.c.birth = day(cases[i].birth);
        struct kp_decision d = the_decision();
        assert_string_equal(kp_provision_needed(&tables, &d, the.c.on, &arena), cases[i].text);
    }
}

/* --- the second implementation: a table, compared over every combination --- */

static const char *expected(const char *prefix, int band, int articles, int when, int consent)
{
    /* [band][articles: none, elderly, health, both][on 2021-12-31, later, past five years] */
    static const char *const duty[3][4][3] = {{{"no_request", "no_request", "no_request"},
                                               {"no_basis", "no_basis", "no_basis"},
                                               {"no_basis", "health", "past_retention"},
                                               {"no_basis", "health", "past_retention"}},
                                              {{"no_request", "no_request", "no_request"},
                                               {"elderly27_old", "elderly27", "past_retention"},
                                               {"no_basis", "health", "past_retention"},
                                               {"elderly27_old", "elderly27", "past_retention"}},
                                              {{"no_request", "no_request", "no_request"},
                                               {"no_basis", "no_basis", "no_basis"},
                                               {"no_basis", "no_basis", "no_basis"},
                                               {"no_basis", "no_basis", "no_basis"}}};
    const char *out = duty[band][articles][when == 0 ? 0 : when == 4 ? 2 : 1];
    if (strcmp(prefix, "07") == 0)
        return "scheme_unsettled";
    if (strcmp(prefix, "34") == 0)
        return "scheme_ambiguous";
    if (strcmp(prefix, "39") == 0)
        out = "consent_missing";
    if (strcmp(out, "health") == 0)
        return strcmp(prefix, "06") == 0 ? "kenpo150" : strcmp(prefix, "00") == 0 ? "kokuho82" : "kokka98";
    if (consent > 0 && strncmp(out, "elderly", 7) != 0)
        return when < 3 ? "consent_old" : "consent";
    return out;
}

static void every_combination__both_implementations__agree(void **state UNUSED)
{
    static const char *const prefixes[] = {"06", "00", "31", "34", "39", "07"};
    static const char *const days[] = {"2021-12-31", "2022-01-01", "2022-03-31", "2022-04-01", "2026-11-16"};
    static const char *const consent[] = {"", "other", "all"};
    static const struct {
        const char *born; /* examined on 2021-11-15, so the year ends on 2022-03-31 */
        int band[2];      /* birthday, statute: 0 under 40, 1 40 to 74, 2 from 75 on */
    } people[] = {{"2001-05-05", {0, 0}}, {"1982-04-02", {0, 0}}, {"1982-04-01", {0, 1}},
                  {"1982-03-31", {1, 1}}, {"1981-12-25", {1, 1}}, {"1970-01-01", {1, 1}},
                  {"1947-03-31", {1, 1}}, {"1946-11-16", {1, 1}}, {"1946-11-15", {2, 2}},
                  {"1930-02-28", {2, 2}}};
    unsigned n = 0;
    the.c.exam = day("2021-11-15");
    for (unsigned i = 0; i < COUNT(prefixes) * 4 * COUNT(people) * COUNT(days) * COUNT(consent) * 2;
         i++, n++) {
        unsigned left = i;
        const char *prefix = prefixes[left % COUNT(prefixes)];
        int articles = (int)((left /= COUNT(prefixes)) % 4), rule = (int)((left /= 4) % 2);
        int when = (int)((left /= 2) % COUNT(days)), given = (int)((left /= COUNT(days)) % COUNT(consent));
        size_t person = left / COUNT(consent);
        the.c.insurer_number = kp_arena_printf(&arena, "%s130001", prefix);
        the.c.birth = day(people[person].born);
        the.c.on = day(days[when]);
        the.q.received = day(when == 0 ? "2021-12-31" : "2022-01-01");
        the.q.routes = (unsigned)articles; /* bit 0 elderly, bit 1 health */
        the.c.requests = articles ? &the.q : NULL;
        the.policy.age_rule = rule ? KP_AGE_STATUTE : KP_AGE_BIRTHDAY;
        the.c.n_consents = 0;
        if (given)
            give_consent(consent[given])->given = day("2021-11-15");
        struct kp_decision d = the_decision();
        const char *want = expected(prefix, people[person].band[rule], articles, when, given);
        const char *got = d.basis ? d.basis->id : kp_reason_names[d.reason];
        if (strcmp(got, want) != 0 || (d.reason == KP_HOLD_NONE) != (d.basis != NULL))
            fail_msg("%s, born %s, articles %d, on %s, consent %d, rule %d: got %s, expected %s", prefix,
                     people[person].born, articles, days[when], given, rule, got, want);
        bool duty = d.basis && strncmp(want, "consent", 7) != 0;
        enum kp_ground by_consent = d.basis && given == 2 ? KP_GROUND_CONSENT : KP_GROUND_WITHHELD;
        the_grounds_are(duty ? KP_GROUND_DUTY : by_consent, duty ? KP_GROUND_FORM : by_consent,
                        d.basis && given ? KP_GROUND_CONSENT : KP_GROUND_WITHHELD);
    }
    assert_int_equal(n, 7200);
}

#define TEST(name) cmocka_unit_test_setup(name, make_the_case)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(several_consents__one_that_counts__is_enough),
        TEST(consent__recipient_unknown__listing_request_still_releases),
        TEST(doctors_name__without_its_judgement__is_withheld),
        TEST(doctors_name__items_not_known__needs_its_judgement_too),
        TEST(judgement__its_doctor_has_no_ground__is_withheld),
        TEST(judgement__half_is_no_result__other_needs_only_its_ground),
        TEST(doctors_name__several_judgements__needs_one_released_result),
        TEST(finding__its_text_has_no_ground__is_withheld),
        TEST(finding_of_the_duty__consent_alone__needs_its_text_too),
        TEST(halves__items_not_known__none_is_missing),
        TEST(halves__of_the_catalogue__are_of_one_scope),
        TEST(held_no_basis__missing_provision__is_named),
        TEST(every_combination__both_implementations__agree),
    };
    return cmocka_run_group_tests_name("rule_cases", tests, set_up_rule, free_tables);
}
