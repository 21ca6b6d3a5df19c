#include "rule_common.h"

enum { BOTH = ELDERLY | HEALTH };

/* A health insurance society, a person of 45, nothing requested, nothing consented. */
static struct kp_case someone(void)
{
    return (struct kp_case){.insurer_number = "06139463",
                            .register_scheme = "",
                            .birth = day("1980-05-01"),
                            .exam = day("2025-06-10"),
                            .on = day("2025-11-20"),
                            .recipient_known = true};
}

static struct kp_case aged(const char *birth)
{
    struct kp_case c = someone();
    c.birth = day(birth);
    return c;
}

static struct kp_request request(const char *received, unsigned routes)
{
    return (struct kp_request){.id = "R1", .insurer_number = "06139463", .received = day(received), .routes = routes,
                               .bands = EVERYBODY, .items = ""};
}

static struct kp_decision decide_by(enum kp_age_rule rule, struct kp_case c, const struct kp_request *q)
{
    struct kp_decision d = {.ground = ground};
    struct kp_policy policy = {.age_rule = rule};
    c.requests = q;
    kp_decide(&tables, &policy, &c, &d);
    return d;
}

static struct kp_decision decide_on(struct kp_case c, const struct kp_request *q)
{
    return decide_by(KP_AGE_BIRTHDAY, c, q);
}

#define assert_released(d, basis_id)                                                                                   \
    do {                                                                                                               \
        struct kp_decision d_ = (d);                                                                                   \
        assert_string_equal(kp_reason_names[d_.reason], "");                                                           \
        assert_non_null(d_.basis);                                                                                     \
        assert_string_equal(d_.basis->id, basis_id);                                                                   \
    } while (0)

#define assert_held(d, name)                                                                                           \
    do {                                                                                                               \
        struct kp_decision d_ = (d);                                                                                   \
        assert_string_equal(kp_reason_names[d_.reason], name);                                                         \
        assert_null(d_.basis);                                                                                         \
        assert_true(d_.n_released == 0);                                                                               \
        for (size_t i_ = 0; i_ < tables.n_items; i_++)                                                                 \
            assert_int_equal(ground[i_], KP_GROUND_WITHHELD);                                                          \
    } while (0)

/* --- section 2: which Act --- */

static void elderly_act__any_insurer_but_koki__serves_40_to_74(void **state UNUSED)
{
    static const char *const numbers[] = {"06139463", "01130012", "63000000", "02130001", "00280081", "31130001",
                                          "72130001", "32130001", "33120015", "73130001", "74130001"};
    struct kp_request q = request("2022-01-01", ELDERLY);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct kp_case c = someone();
        c.insurer_number = numbers[i];
        assert_released(decide_on(c, &q), "elderly27");
    }
}

static void elderly_act__to_the_end_of_2021__was_paragraph_2_and_3(void **state UNUSED)
{
    struct kp_request q = request("2021-12-01", ELDERLY);
    struct kp_case c = someone();
    c.exam = day("2021-11-10");
    c.on = day("2021-12-31");
    struct kp_decision d = decide_on(c, &q);
    assert_released(d, "elderly27_old");
    assert_string_equal(d.basis->request_provision, "第27条第2項");
    assert_string_equal(d.basis->duty_provision, "第27条第3項");
    q.received = c.on = day("2022-01-01");
    d = decide_on(c, &q);
    assert_released(d, "elderly27");
    assert_string_equal(d.basis->request_provision, "第27条第3項");
    assert_string_equal(d.basis->duty_provision, "第27条第4項");
}

static void health_act__insurers_own_act__is_named_with_its_paragraphs(void **state UNUSED)
{
    static const struct {
        const char *prefixes, *scheme, *basis, *request, *duty;
    } acts[] = {{"010663", "", "kenpo150", "第150条第2項", "第150条第3項"},
                {"02", "", "senin111", "第111条第2項", "第111条第3項"},
                {"00", "", "kokuho82", "第82条第2項", "第82条第3項"},
                {"3172", "", "kokka98", "第98条第2項", "第98条第3項"},
                {"32337374", "", "chiho112", "第112条第3項", "第112条第4項"},
                {"3475", "chiho_kyosai", "chiho112", "第112条第3項", "第112条第4項"},
                {"3475", "shigaku_kyosai", "shigaku26", "第26条第3項", "第26条第4項"}};
    struct kp_request q = request("2022-01-01", HEALTH);
    for (size_t i = 0; i < COUNT(acts); i++)
        for (const char *prefix = acts[i].prefixes; *prefix; prefix += 2) {
            struct kp_case c = aged("1995-01-01");
            c.insurer_number = kp_arena_printf(&arena, "%.2s130001", prefix);
            c.register_scheme = acts[i].scheme;
            struct kp_decision d = decide_on(c, &q);
            assert_released(d, acts[i].basis);
            assert_string_equal(d.basis->request_provision, acts[i].request);
            assert_string_equal(d.basis->duty_provision, acts[i].duty);
        }
}

static void under_40__before_2022__consent_only(void **state UNUSED)
{
    struct kp_request q = request("2021-06-01", BOTH);
    struct kp_case c = aged("1995-01-01");
    c.exam = day("2021-05-10");
    c.on = day("2021-12-31");
    assert_held(decide_on(c, &q), "no_basis");
    q.received = c.on = day("2022-01-01");
    assert_released(decide_on(c, &q), "kenpo150");
}

static void request__received_before_the_provision_existed__gives_no_basis_later(void **state UNUSED)
{
    struct kp_request q = request("2021-12-31", BOTH);
    struct kp_case young = aged("1995-01-01"), old = someone();
    young.exam = old.exam = day("2021-11-10");
    young.on = old.on = day("2022-01-01");
    assert_held(decide_on(young, &q), "no_basis");
    assert_held(decide_on(old, &q), "no_basis");
}

static void koki__insurer_number_before_age__no_request_serves(void **state UNUSED)
{
    static const char *const births[] = {"1940-01-01", "1958-03-03", "1980-05-01", "1999-09-09"};
    struct kp_request q = request("2022-01-01", BOTH);
    for (size_t i = 0; i < COUNT(births); i++) {
        struct kp_case c = aged(births[i]);
        c.insurer_number = "39131001";
        assert_held(decide_on(c, &q), "consent_missing");
        assert_held(decide_on(c, NULL), "consent_missing");
    }
}

static void request_under_40_and_from_40_on__age_chooses_among_the_acts_it_cites(void **state UNUSED)
{
    struct kp_request elderly = request("2022-01-01", ELDERLY), health = request("2022-01-01", HEALTH);
    struct kp_request both = request("2022-01-01", BOTH);
    assert_held(decide_on(aged("1995-01-01"), &elderly), "no_basis");
    assert_released(decide_on(aged("1995-01-01"), &health), "kenpo150");
    assert_released(decide_on(aged("1995-01-01"), &both), "kenpo150");
    assert_released(decide_on(someone(), &elderly), "elderly27");
    assert_released(decide_on(someone(), &health), "kenpo150");
    assert_released(decide_on(someone(), &both), "elderly27");
}

static void seventy_five__other_insurer_than_koki__no_basis(void **state UNUSED)
{
    struct kp_request q = request("2022-01-01", BOTH);
    assert_held(decide_on(aged("1950-06-10"), &q), "no_basis");
    assert_released(decide_on(aged("1950-06-11"), &q), "elderly27");
    assert_held(decide_on(aged("1950-06-10"), NULL), "no_request");
}

static void request__days_of_its_life__include_the_ends_but_not_the_day_of_withdrawal(void **state UNUSED)
{
    static const struct {
        const char *received, *withdrawn, *until, *exam_from, *exam_to, *reason;
    } cases[] = {{"2025-11-20", "", "", "", "", ""},
                 {"2025-11-21", "", "", "", "", "no_request"},
                 {"2025-04-01", "2025-11-21", "", "", "", ""},
                 {"2025-04-01", "2025-11-20", "", "", "", "request_not_in_force"},
                 {"2025-04-01", "2025-05-01", "", "", "", "request_not_in_force"},
                 {"2025-04-01", "", "2025-11-20", "", "", ""},
                 {"2025-04-01", "", "2025-11-19", "", "", "request_not_in_force"},
                 {"2025-04-01", "", "", "2025-06-10", "2025-06-10", ""},
                 {"2025-04-01", "", "", "2025-06-11", "", "no_request"},
                 {"2025-04-01", "", "", "", "2025-06-09", "no_request"},
                 {"2025-04-01", "", "", "2025-06-10", "", ""},
                 {"2025-04-01", "", "", "", "2025-06-10", ""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_request q = request(cases[i].received, ELDERLY);
        q.withdrawn = day(cases[i].withdrawn);
        q.valid_until = day(cases[i].until);
        q.exam_from = day(cases[i].exam_from);
        q.exam_to = day(cases[i].exam_to);
        assert_string_equal(kp_reason_names[decide_on(someone(), &q).reason], cases[i].reason);
    }
}

static void request__limited_to_an_age_band__covers_nobody_else(void **state UNUSED)
{
    struct kp_request young = request("2025-04-01", BOTH), middle = request("2025-04-01", BOTH);
    young.bands = 1u << KP_BAND_UNDER40;
    middle.bands = 1u << KP_BAND_40TO74;
    assert_released(decide_on(aged("1995-01-01"), &young), "kenpo150");
    assert_held(decide_on(someone(), &young), "no_request");
    assert_released(decide_on(someone(), &middle), "elderly27");
    assert_held(decide_on(aged("1995-01-01"), &middle), "no_request");
    assert_held(decide_on(aged("1940-01-01"), &middle), "no_request");
}

static void several_requests__elderly_act_comes_first_from_40_on(void **state UNUSED)
{
    struct kp_request second = request("2025-04-02", ELDERLY), first = request("2025-04-01", HEALTH);
    second.id = "R2";
    first.next = &second;
    struct kp_decision d = decide_on(someone(), &first);
    assert_released(d, "elderly27");
    assert_string_equal(d.request->id, "R2");
    d = decide_on(aged("1995-01-01"), &first);
    assert_released(d, "kenpo150");
    assert_string_equal(d.request->id, "R1");
}

static void several_requests__overlapping__first_that_serves_is_named(void **state UNUSED)
{
    struct kp_request third = request("2025-04-03", ELDERLY), second = request("2025-04-02", ELDERLY);
    struct kp_request first = request("2025-04-01", ELDERLY);
    first.next = &second;
    second.next = &third;
    second.id = "R2";
    third.id = "R3";
    assert_string_equal(decide_on(someone(), &first).request->id, "R1");
    first.withdrawn = day("2025-05-05");
    assert_string_equal(decide_on(someone(), &first).request->id, "R2");
    second.exam_to = day("2025-05-31");
    assert_string_equal(decide_on(someone(), &first).request->id, "R3");
    third.received = day("2025-12-01");
    assert_held(decide_on(someone(), &first), "request_not_in_force");
    first.exam_from = day("2025-07-01");
    assert_held(decide_on(someone(), &first), "no_request");
}

static void ambiguous_scheme__register_silent_or_wrong__is_held(void **state UNUSED)
{
    static const char *const numbers[] = {"34130021", "75130001"};
    static const char *const said[] = {"", "kenpo", "ambiguous", "kyosai"};
    struct kp_request q = request("2025-04-01", BOTH);
    for (size_t i = 0; i < COUNT(numbers); i++)
        for (size_t k = 0; k < COUNT(said); k++) {
            struct kp_case c = someone();
            c.insurer_number = numbers[i];
            c.register_scheme = said[k];
            assert_held(decide_on(c, &q), "scheme_ambiguous");
        }
}

static void unsettled_scheme__four_prefixes__are_held_whatever_the_register_says(void **state UNUSED)
{
    static const char *const numbers[] = {"03130001", "04130001", "07130001", "67130001"};
    struct kp_request q = request("2025-04-01", BOTH);
    struct kp_case c = aged("1995-01-01");
    for (size_t i = 0; i < COUNT(numbers); i++) {
        c.insurer_number = numbers[i];
        c.register_scheme = "";
        assert_held(decide_on(c, &q), "scheme_unsettled");
        c.register_scheme = "shigaku_kyosai";
        assert_held(decide_on(c, &q), "scheme_unsettled");
    }
    c.insurer_number = "06139463"; /* nor does the register change a plain prefix */
    assert_released(decide_on(c, &q), "kenpo150");
}

static void membership__exam_date_must_lie_within(void **state UNUSED)
{
    static const struct {
        const char *from, *to, *reason;
    } cases[] = {{"2025-06-10", "", ""},           {"2025-06-11", "", "not_a_member"},
                 {"", "2025-06-11", ""},           {"", "2025-06-10", "not_a_member"}, /* first day without */
                 {"2025-06-10", "2025-06-11", ""}, {"2010-04-01", "2025-06-01", "not_a_member"},
                 {"2010-04-01", "2025-07-01", ""}, /* left since: former employers are covered too */
                 {"", "", ""}};
    struct kp_request q = request("2025-04-01", BOTH);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_case c = someone();
        c.member_from = day(cases[i].from);
        c.member_to = day(cases[i].to);
        assert_string_equal(kp_reason_names[decide_on(c, &q).reason], cases[i].reason);
    }
}

static void membership__doubted__only_a_consent_that_names_the_recipient_counts(void **state UNUSED)
{
    struct kp_consent consent = {.id = "C", .items = "all", .given = day("2025-01-01")};
    const struct kp_consent *const mine[] = {&consent};
    struct kp_request q = request("2025-04-01", BOTH);
    struct kp_case c = someone();
    c.member_from = day("2025-06-11"); /* the day after the exam */
    c.consents = mine;
    c.n_consents = 1;
    c.recipient_known = true;
    consent.recipient = "*";
    assert_held(decide_on(c, &q), "not_a_member");
    consent.recipient = c.insurer_number;
    assert_released(decide_on(c, &q), "consent");
    c.member_from = day("2025-06-10");
    consent.recipient = "*";
    assert_released(decide_on(c, &q), "elderly27");
}

static void retention__five_years_to_the_day__then_past(void **state UNUSED)
{
    struct kp_request q = request("2025-04-01", BOTH);
    struct kp_case c = someone();
    c.exam = day("2020-11-20");
    assert_released(decide_on(c, &q), "elderly27");
    c.exam = day("2020-11-19");
    assert_held(decide_on(c, &q), "past_retention");
}

/* --- section 3: age --- */

static void age_table__both_rules__gives_the_bands_of_the_law(void **state UNUSED)
{
    static const struct {
        const char *born, *exam;
        enum kp_band birthday, statute;
        int age_birthday, age_statute;
    } cases[] = {
        {"1985-03-31", "2024-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40},
        {"1985-04-01", "2024-06-10", KP_BAND_UNDER40, KP_BAND_40TO74, 39, 40},
        {"1985-04-02", "2024-06-10", KP_BAND_UNDER40, KP_BAND_UNDER40, 39, 39},
        {"1984-12-01", "2024-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40},
        {"1985-02-28", "2024-04-01", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40}, /* 39 that day, 40 in February */
        {"1984-04-01", "2024-03-31", KP_BAND_UNDER40, KP_BAND_40TO74, 39, 40}, /* last day of the year before */
        {"1949-10-01", "2024-09-30", KP_BAND_40TO74, KP_BAND_40TO74, 74, 74},
        {"1949-10-01", "2024-10-01", KP_BAND_75PLUS, KP_BAND_75PLUS, 75, 75},
        {"1948-02-29", "2023-02-28", KP_BAND_40TO74, KP_BAND_40TO74, 74, 74}, /* birthday on 1 March */
        {"1948-02-29", "2023-03-01", KP_BAND_75PLUS, KP_BAND_75PLUS, 75, 75},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int age = 0;
        assert_int_equal(kp_age_band(day(cases[i].born), day(cases[i].exam), KP_AGE_BIRTHDAY, &age), cases[i].birthday);
        assert_int_equal(age, cases[i].age_birthday);
        assert_int_equal(kp_age_band(day(cases[i].born), day(cases[i].exam), KP_AGE_STATUTE, &age), cases[i].statute);
        assert_int_equal(age, cases[i].age_statute);
    }
}

static void age_rule__born_on_1_april__decides_the_basis(void **state UNUSED)
{
    struct kp_request q = request("2022-01-01", BOTH);
    struct kp_case c = aged("1985-04-01");
    c.exam = day("2024-06-10");
    struct kp_decision d = decide_on(c, &q);
    assert_released(d, "kenpo150");
    assert_int_equal(d.age, 39);
    d = decide_by(KP_AGE_STATUTE, c, &q);
    assert_released(d, "elderly27");
    assert_int_equal(d.age, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elderly_act__any_insurer_but_koki__serves_40_to_74),
        cmocka_unit_test(elderly_act__to_the_end_of_2021__was_paragraph_2_and_3),
        cmocka_unit_test(health_act__insurers_own_act__is_named_with_its_paragraphs),
        cmocka_unit_test(under_40__before_2022__consent_only),
        cmocka_unit_test(request__received_before_the_provision_existed__gives_no_basis_later),
        cmocka_unit_test(koki__insurer_number_before_age__no_request_serves),
        cmocka_unit_test(request_under_40_and_from_40_on__age_chooses_among_the_acts_it_cites),
        cmocka_unit_test(seventy_five__other_insurer_than_koki__no_basis),
        cmocka_unit_test(request__days_of_its_life__include_the_ends_but_not_the_day_of_withdrawal),
        cmocka_unit_test(request__limited_to_an_age_band__covers_nobody_else),
        cmocka_unit_test(several_requests__elderly_act_comes_first_from_40_on),
        cmocka_unit_test(several_requests__overlapping__first_that_serves_is_named),
        cmocka_unit_test(ambiguous_scheme__register_silent_or_wrong__is_held),
        cmocka_unit_test(unsettled_scheme__four_prefixes__are_held_whatever_the_register_says),
        cmocka_unit_test(membership__exam_date_must_lie_within),
        cmocka_unit_test(membership__doubted__only_a_consent_that_names_the_recipient_counts),
        cmocka_unit_test(retention__five_years_to_the_day__then_past),
        cmocka_unit_test(age_table__both_rules__gives_the_bands_of_the_law),
        cmocka_unit_test(age_rule__born_on_1_april__decides_the_basis),
    };
    return cmocka_run_group_tests_name("rule", tests, set_up, free_tables);
}
