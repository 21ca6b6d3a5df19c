#include "rule_common.h"

#define HEIGHT "9N001000000000001"    /* duty */
#define BMI "9N011000000000001"       /* form */
#define URIC_ACID "3C020000002327101" /* other */
#define X_RAY "9N206160700000011"     /* other */
#define KENPO "健康保険法 第150条第2項・第150条第3項; 健康保険法施行規則 第153条の3・第153条の4; "

enum { MOST_CONSENTS = 4 };

/* One case under construction, made anew for every test. */
static struct kp_case c;
static struct kp_policy policy;
static struct kp_request q;
static struct kp_consent consents[MOST_CONSENTS];
static const struct kp_consent *consent_list[MOST_CONSENTS];
static uint8_t presence[MOST_ITEMS];

/* A person of 45, a request under the health Act, no consent. */
static int fresh(void **state UNUSED)
{
    policy = (struct kp_policy){0};
    q = (struct kp_request){.id = "R1", .received = day("2022-01-01"), .routes = HEALTH, .bands = EVERYBODY,
                             .items = ""};
    c = (struct kp_case){.insurer_number = "06139463", .register_scheme = "", .birth = day("1980-05-01"),
                         .exam = day("2025-06-10"), .on = day("2025-11-20"), .requests = &q, .consents = consent_list,
                         .recipient_known = true};
    memset(presence, KP_ITEM_ABSENT, sizeof(presence));
    return 0;
}

static void consent_to(const char *items)
{
    consents[c.n_consents] = (struct kp_consent){.id = "C1", .recipient = "*", .items = items,
                                                .given = day("2025-06-01")};
    consent_list[c.n_consents] = &consents[c.n_consents];
    c.n_consents++;
}

static size_t at(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    assert_non_null(item);
    return (size_t)(item - tables.items);
}

static struct kp_decision decide(void)
{
    struct kp_decision d = {.ground = ground};
    kp_decide(&tables, &policy, &c, &d);
    return d;
}

static const char *reason(void)
{
    return kp_reason_names[decide().reason];
}

static void assert_grounds(enum kp_ground height, enum kp_ground bmi, enum kp_ground uric_acid)
{
    assert_int_equal(ground[at(HEIGHT)], height);
    assert_int_equal(ground[at(BMI)], bmi);
    assert_int_equal(ground[at(URIC_ACID)], uric_acid);
}

static void duty_and_form_go_out__other_is_withheld__without_consent(void **state UNUSED)
{
    size_t expected = 0;
    assert_string_equal(reason(), "");
    for (size_t i = 0; i < tables.n_items; i++) {
        static const enum kp_ground by_scope[] = {[KP_SCOPE_DUTY] = KP_GROUND_DUTY, [KP_SCOPE_FORM] = KP_GROUND_FORM,
                                                  [KP_SCOPE_OTHER] = KP_GROUND_WITHHELD};
        assert_int_equal(ground[i], by_scope[tables.items[i].scope]);
        expected += tables.items[i].scope != KP_SCOPE_OTHER;
    }
    assert_true(decide().n_released == expected);
}

static void form_items__policy_withhold__stay_unless_consented(void **state UNUSED)
{
    policy.withhold_form_items = true;
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_WITHHELD, KP_GROUND_WITHHELD);
    consent_to("other"); /* is for items of that scope, and BMI is not one */
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
    consent_to(BMI);
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_CONSENT, KP_GROUND_CONSENT);
}

static void requested_items__policy_release__only_those_listed_and_only_on_the_health_route(void **state UNUSED)
{
    q.items = URIC_ACID;
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD); /* the default is to hold them */
    policy.release_requested_items = true;
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
    assert_int_equal(ground[at(X_RAY)], KP_GROUND_WITHHELD);
    consent_to("other");
    (void)decide();
    assert_int_equal(ground[at(URIC_ACID)], KP_GROUND_CONSENT);
    c.n_consents = 0;
    q.routes = ELDERLY;
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
}

static void none_of_the_duty_items__is_held(void **state UNUSED)
{
    c.presence = presence;
    assert_string_equal(reason(), "nothing_to_disclose");
    presence[at(BMI)] = presence[at(URIC_ACID)] = KP_ITEM_RESULT;
    assert_string_equal(reason(), "nothing_to_disclose");
    presence[at(HEIGHT)] = KP_ITEM_STATED; /* not done: no result */
    assert_string_equal(reason(), "nothing_to_disclose");
    presence[at(HEIGHT)] = KP_ITEM_RESULT;
    presence[at("9N006000000000001")] = KP_ITEM_STATED; /* goes out with the rest, counts for nothing */
    assert_string_equal(reason(), "");
    assert_true(decide().n_released == 2);
    assert_int_equal(ground[at("9N006000000000001")], KP_GROUND_DUTY);
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
}

static void consent__days_of_its_life__given_to_the_day_before_withdrawal__for_its_recipient(void **state UNUSED)
{
    static const struct {
        const char *given, *withdrawn;
        bool counts;
    } cases[] = {{"2025-11-19", "", true},           {"2025-11-20", "", true},           {"2025-11-21", "", false},
                 {"2025-01-01", "2025-11-19", false}, {"2025-01-01", "2025-11-20", false},
                 {"2025-01-01", "2025-11-21", true}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int notice = 0; notice < 2; notice++) {
            struct kp_consent consent = {.recipient = "*", .items = "other", .notice = notice,
                                         .given = day(cases[i].given), .withdrawn = day(cases[i].withdrawn)};
            assert_int_equal(kp_consent_counts(&consent, "06139463", day("2025-11-20")), cases[i].counts);
            consent.recipient = "06139463";
            assert_int_equal(kp_consent_counts(&consent, "06139463", day("2025-11-20")), cases[i].counts);
            assert_false(kp_consent_counts(&consent, "01130012", day("2025-11-20")));
        }
}

static void consent__items__by_code_other_or_all(void **state UNUSED)
{
    static const char *const codes[] = {HEIGHT, BMI, URIC_ACID, X_RAY};
    static const struct {
        const char *items, *covers;
    } cases[] = {{"all", "++++"},          {"other", "--++"}, {URIC_ACID, "--+-"},
                 {X_RAY " " BMI, "-+-+"}, {HEIGHT, "+---"},  {HEIGHT " other", "+-++"}};
    for (size_t i = 0; i < COUNT(cases) * COUNT(codes); i++) {
        struct kp_consent consent = {.items = cases[i / COUNT(codes)].items};
        bool covers = cases[i / COUNT(codes)].covers[i % COUNT(codes)] == '+';
        assert_int_equal(kp_consent_covers(&consent, kp_item_find(&tables, codes[i % COUNT(codes)])), covers);
    }
}

static void several_consents__one_that_counts__is_enough__none_touches_the_duty(void **state UNUSED)
{
    consent_to(URIC_ACID);
    consent_to(URIC_ACID);
    consents[0].withdrawn = day("2025-07-01");
    (void)decide();
    assert_int_equal(ground[at(URIC_ACID)], KP_GROUND_CONSENT);
    consents[1].recipient = "01130012";
    assert_string_equal(reason(), "");
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD); /* opting out of the duty is not possible */
}

static void recipient_unknown__consent_items_are_withheld__the_duty_stays(void **state UNUSED)
{
    consent_to("other");
    c.recipient_known = false;
    struct kp_decision d = decide();
    assert_int_equal(d.reason, KP_HOLD_NONE);
    assert_true(d.recipient_unknown);
    assert_grounds(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    c.requests = NULL; /* consent is then the only ground */
    assert_string_equal(reason(), "no_request");
}

static void provisions__privacy_act__changes_its_numbers_on_2022_04_01(void **state UNUSED)
{
    static const struct {
        enum kp_route route;
        const char *on, *ground, *text;
    } cases[] = {
        {KP_ROUTE_HEALTH, "2022-03-31", "required_by_law", KENPO "個人情報の保護に関する法律 第23条第1項第1号"},
        {KP_ROUTE_HEALTH, "2022-04-01", "required_by_law", KENPO "個人情報の保護に関する法律 第27条第1項第1号"},
        {KP_ROUTE_CONSENT, "2022-03-31", "consent", "個人情報の保護に関する法律 第23条第1項"},
        {KP_ROUTE_CONSENT, "2022-04-01", "consent", "個人情報の保護に関する法律 第27条第1項"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_date on = day(cases[i].on);
        const struct kp_basis *basis = kp_basis_for(&tables, cases[i].route, "kenpo", KP_BAND_UNDER40, on);
        assert_string_equal(kp_provisions_text(&arena, &tables, basis, on), cases[i].text);
        assert_string_equal(kp_privacy_ground_of(basis), cases[i].ground);
    }
}

static void held_for_lack_of_a_basis__what_would_give_one__is_named(void **state UNUSED)
{
    static const struct {
        const char *number, *birth, *text;
    } cases[] = {{"06139463", "1995-01-01", "健康保険法 第150条第2項"},
                 {"06139463", "1980-05-01", "高齢者の医療の確保に関する法律 第27条第3項 / 健康保険法 第150条第2項"},
                 {"06139463", "1940-01-01", "本人の同意"},
                 {"39131001", "1980-05-01", "本人の同意"}};
    c.requests = NULL;
    for (size_t i = 0; i < COUNT(cases); i++) {
        c.insurer_number = cases[i].number;
        c.birth = day(cases[i].birth);
        struct kp_decision d = decide();
        assert_string_equal(kp_provision_needed(&tables, &d, c.on, &arena), cases[i].text);
    }
}

static void consent_alone__where_no_duty_applies__releases_what_it_covers(void **state UNUSED)
{
    consent_to(URIC_ACID);
    for (int i = 0; i < 3; i++) {
        c.insurer_number = i == 0 ? "39131001" : "06139463"; /* 39..., no request, no basis */
        c.requests = i == 1 ? NULL : &q;
        c.birth = day(i == 2 ? "1940-01-01" : "1980-05-01");
        struct kp_decision d = decide();
        assert_int_equal(d.reason, KP_HOLD_NONE);
        assert_string_equal(d.basis->id, "consent");
        assert_null(d.request);
        assert_true(d.n_released == 1);
        assert_grounds(KP_GROUND_WITHHELD, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
    }
    c.presence = presence; /* nothing left to release: held for the reason that there is no duty */
    presence[at(HEIGHT)] = KP_ITEM_RESULT;
    assert_string_equal(reason(), "no_basis");
}

static void doctors_name__without_its_judgement__is_withheld(void **state UNUSED)
{
    static const char OPINION[] = "9N521000000000049", NAME[] = "9N526000000000049";
    c.presence = presence;
    presence[at(HEIGHT)] = presence[at(OPINION)] = presence[at(NAME)] = KP_ITEM_RESULT;
    consent_to(NAME);
    assert_true(decide().n_released == 1); /* the height, under the duty */
    assert_int_equal(ground[at(NAME)], KP_GROUND_WITHHELD);
    consent_to(OPINION);
    assert_true(decide().n_released == 3);
    assert_int_equal(ground[at(NAME)], KP_GROUND_CONSENT);
    c.requests = NULL; /* on consent alone, a name alone leaves nothing to release */
    c.n_consents = 1;
    assert_string_equal(reason(), "no_request");
}

/* Every fault at once; mending them one by one brings out the next reason. */
static void several_reasons__first_of_the_order_is_given__an_open_scheme_whatever_was_consented(void **state UNUSED)
{
    c.presence = presence;
    c.exam = day("2020-11-19");
    c.birth = day("1940-01-01");
    c.member_from = day("2021-04-01");
    q.withdrawn = day("2025-11-01");
    q.exam_from = day("2021-01-01");
    presence[at(URIC_ACID)] = KP_ITEM_RESULT;
    consent_to("all");
    c.insurer_number = "07130001";
    assert_string_equal(reason(), "scheme_unsettled");
    c.insurer_number = "34130021";
    assert_string_equal(reason(), "scheme_ambiguous");
    c.n_consents = 0;
    c.insurer_number = "39131001";
    assert_string_equal(reason(), "consent_missing");
    c.insurer_number = "06139463";
    assert_string_equal(reason(), "no_request");
    q.exam_from = day("");
    assert_string_equal(reason(), "request_not_in_force");
    q.withdrawn = day("");
    assert_string_equal(reason(), "not_a_member");
    c.member_from = day("");
    assert_string_equal(reason(), "no_basis");
    c.birth = day("1980-05-01");
    assert_string_equal(reason(), "past_retention");
    c.exam = day("2025-06-10");
    assert_string_equal(reason(), "nothing_to_disclose");
    presence[at(HEIGHT)] = KP_ITEM_RESULT;
    assert_string_equal(reason(), "");
}

/* --- the rule a second time, as a table, over every combination --- */

static const char *expected(const char *prefix, int band, int articles, int when, int consent)
{
    /* [band][articles: none, elderly, health, both][on 2021-12-31, later, past five years] */
    static const char *const duty[3][4][3] = {
        {{"no_request", "no_request", "no_request"}, {"no_basis", "no_basis", "no_basis"},
         {"no_basis", "health", "past_retention"}, {"no_basis", "health", "past_retention"}},
        {{"no_request", "no_request", "no_request"}, {"elderly27_old", "elderly27", "past_retention"},
         {"no_basis", "health", "past_retention"}, {"elderly27_old", "elderly27", "past_retention"}},
        {{"no_request", "no_request", "no_request"}, {"no_basis", "no_basis", "no_basis"},
         {"no_basis", "no_basis", "no_basis"}, {"no_basis", "no_basis", "no_basis"}}};
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

static void every_combination__two_writings_of_the_rule__agree(void **state UNUSED)
{
    static const char *const prefixes[] = {"06", "00", "31", "34", "39", "07"};
    static const char *const days[] = {"2021-12-31", "2022-01-01", "2022-03-31", "2022-04-01", "2026-11-16"};
    static const char *const consent[] = {"", "other", "all"};
    static const struct {
        const char *born; /* examined on 2021-11-15, so the year ends on 2022-03-31 */
        int band[2];      /* birthday, statute: 0 under 40, 1 40 to 74, 2 from 75 on */
    } people[] = {{"2001-05-05", {0, 0}}, {"1982-04-02", {0, 0}}, {"1982-04-01", {0, 1}}, {"1982-03-31", {1, 1}},
                  {"1981-12-25", {1, 1}}, {"1970-01-01", {1, 1}}, {"1947-03-31", {1, 1}}, {"1946-11-16", {1, 1}},
                  {"1946-11-15", {2, 2}}, {"1930-02-28", {2, 2}}};
    unsigned n = 0;
    c.exam = day("2021-11-15");
    for (unsigned i = 0; i < COUNT(prefixes) * 4 * COUNT(people) * COUNT(days) * COUNT(consent) * 2; i++, n++) {
        unsigned left = i;
        const char *prefix = prefixes[left % COUNT(prefixes)];
        int articles = (int)((left /= COUNT(prefixes)) % 4), rule = (int)((left /= 4) % 2);
        int when = (int)((left /= 2) % COUNT(days)), given = (int)((left /= COUNT(days)) % COUNT(consent));
        size_t person = left / COUNT(consent);
        c.insurer_number = kp_arena_printf(&arena, "%s130001", prefix);
        c.birth = day(people[person].born);
        c.on = day(days[when]);
        q.received = day(when == 0 ? "2021-12-31" : "2022-01-01");
        q.routes = (unsigned)articles; /* bit 0 elderly, bit 1 health */
        c.requests = articles ? &q : NULL;
        policy.age_rule = rule ? KP_AGE_STATUTE : KP_AGE_BIRTHDAY;
        c.n_consents = 0;
        if (given)
            consent_to(consent[given]);
        consents[0].given = day("2021-11-15");
        struct kp_decision d = decide();
        const char *want = expected(prefix, people[person].band[rule], articles, when, given);
        const char *got = d.basis ? d.basis->id : kp_reason_names[d.reason];
        if (strcmp(got, want) != 0 || (d.reason == KP_HOLD_NONE) != (d.basis != NULL))
            fail_msg("%s, born %s, articles %d, on %s, consent %d, rule %d: got %s, expected %s", prefix,
                     people[person].born, articles, days[when], given, rule, got, want);
        bool duty = d.basis && strncmp(want, "consent", 7) != 0;
        enum kp_ground by_consent = d.basis && given == 2 ? KP_GROUND_CONSENT : KP_GROUND_WITHHELD;
        assert_grounds(duty ? KP_GROUND_DUTY : by_consent, duty ? KP_GROUND_FORM : by_consent,
                       d.basis && given ? KP_GROUND_CONSENT : KP_GROUND_WITHHELD);
    }
    assert_int_equal(n, 7200);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(duty_and_form_go_out__other_is_withheld__without_consent),
        TEST(form_items__policy_withhold__stay_unless_consented),
        TEST(requested_items__policy_release__only_those_listed_and_only_on_the_health_route),
        TEST(none_of_the_duty_items__is_held),
        TEST(consent__days_of_its_life__given_to_the_day_before_withdrawal__for_its_recipient),
        TEST(consent__items__by_code_other_or_all),
        TEST(several_consents__one_that_counts__is_enough__none_touches_the_duty),
        TEST(doctors_name__without_its_judgement__is_withheld),
        TEST(recipient_unknown__consent_items_are_withheld__the_duty_stays),
        TEST(provisions__privacy_act__changes_its_numbers_on_2022_04_01),
        TEST(held_for_lack_of_a_basis__what_would_give_one__is_named),
        TEST(consent_alone__where_no_duty_applies__releases_what_it_covers),
        TEST(several_reasons__first_of_the_order_is_given__an_open_scheme_whatever_was_consented),
        TEST(every_combination__two_writings_of_the_rule__agree),
    };
    return cmocka_run_group_tests_name("rule_cases", tests, set_up, free_tables);
}
