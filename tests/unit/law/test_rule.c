/* Cases that no single sentence of the law describes: several requests, doubtful membership, edge cases. */
#include "rule_common.h"

#include "base/buf.h"

enum { BOTH = ELDERLY | HEALTH };

/* --- requests --- */

static void request__limited_to_exam_days__covers_both_ends_only(void **state UNUSED)
{
    static const struct {
        const char *from, *to, *outcome;
    } cases[] = {{"2025-06-10", "2025-06-10", "kenpo150"}, {"2025-06-10", "", "kenpo150"},
                 {"", "2025-06-10", "kenpo150"},           {"2025-06-11", "", "no_request"},
                 {"", "2025-06-09", "no_request"},         {"2025-06-11", "2025-12-31", "no_request"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.q.exam_from = day(cases[i].from);
        the.q.exam_to = day(cases[i].to);
        the_outcome_is(cases[i].outcome);
    }
}

static void request__limited_to_an_age_band__covers_no_other(void **state UNUSED)
{
    static const struct {
        enum kp_band band;
        const char *birth, *outcome;
    } cases[] = {{KP_BAND_UNDER40, "1995-01-01", "kenpo150"},
                 {KP_BAND_UNDER40, "1980-05-01", "no_request"},
                 {KP_BAND_40TO74, "1980-05-01", "elderly27"},
                 {KP_BAND_40TO74, "1995-01-01", "no_request"},
                 {KP_BAND_40TO74, "1940-01-01", "no_request"}};
    the.q.routes = BOTH;
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.q.bands = 1u << cases[i].band;
        the.c.birth = day(cases[i].birth);
        the_outcome_is(cases[i].outcome);
    }
}

static void several_requests__from_40_on__elderly_act_comes_first(void **state UNUSED)
{
    struct kp_request second = the.q;
    second.id = "R2";
    second.routes = ELDERLY;
    the.q.next = &second;
    the_outcome_is("elderly27");
    assert_string_equal(the_decision().request->id, "R2");
    the.c.birth = day("1995-01-01");
    the_outcome_is("kenpo150");
    assert_string_equal(the_decision().request->id, "R1");
}

static void several_requests__overlapping__first_usable_one_is_named(void **state UNUSED)
{
    struct kp_request second = the.q, third = the.q;
    second.id = "R2";
    third.id = "R3";
    the.q.next = &second;
    second.next = &third;
    assert_string_equal(the_decision().request->id, "R1");
    the.q.withdrawn = day("2025-05-05");
    assert_string_equal(the_decision().request->id, "R2");
    second.exam_to = day("2025-05-31");
    assert_string_equal(the_decision().request->id, "R3");
    third.received = day("2025-12-01");
    the_outcome_is("request_not_in_force");
    the.q.exam_from = day("2025-07-01");
    the_outcome_is("no_request");
}

/* --- insurer and membership --- */

static void insurer_number__of_no_scheme__is_unsettled(void **state UNUSED)
{
    the.c.insurer_number = "99130001";
    give_consent("all");
    the_outcome_is("scheme_unsettled");
    assert_string_equal(the_decision().scheme, KP_SCHEME_UNSETTLED);
}

static void membership__in_doubt__consent_must_name_the_recipient(void **state UNUSED)
{
    struct kp_consent *consent = give_consent("all");
    the.c.member_from = day("2025-06-11"); /* the day after the exam */
    the_outcome_is("not_a_member");
    consent->recipient = the.c.insurer_number;
    the_outcome_is("consent");
    consent->withdrawn = day("2025-11-20");
    the_outcome_is("not_a_member");
    the.c.member_from = day("2025-06-10");
    the_outcome_is("kenpo150");
}

/* --- edge cases --- */

static void consent__before_the_privacy_act__is_no_basis(void **state UNUSED)
{
    the.c.exam = the.c.on = day("2005-03-31");
    the.c.insurer_number = "39131001";
    give_consent("all")->given = day("2005-03-01");
    the_outcome_is("consent_missing");
    the.c.n_consents = 0; /* the reason of the hold */
    the_outcome_is("consent_missing");
    give_consent("all")->given = day("2005-03-01");
    the.c.on = day("2005-04-01");
    the_outcome_is("consent_old");
}

static void grounds__not_wanted__decision_is_the_same(void **state UNUSED)
{
    static const char *const numbers[] = {"06139463", "39131001", "07130001"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        the.c.insurer_number = numbers[i];
        struct kp_decision with = the_decision(), without = {0};
        kp_decide(&tables, &the.policy, &the.c, &without);
        assert_null(without.ground);
        assert_int_equal(without.reason, with.reason);
        assert_ptr_equal(without.basis, with.basis);
        assert_int_equal(without.n_released, with.n_released);
    }
}

static void provisions__no_exemption_in_the_table__are_named_without_it(void **state UNUSED)
{
    struct kp_tables bare = tables;
    const struct kp_basis *basis = the_decision().basis;
    assert_non_null(basis);
    bare.n_grounds = 0;
    assert_string_equal(kp_provisions_text(&arena, &bare, basis, the.c.on),
                        "健康保険法 第150条第2項・第150条第3項; 健康保険法施行規則 第153条の3・第153条の4; ");
}

static void texts__memory_is_short__are_null(void **state UNUSED)
{
    struct kp_arena tiny = {.max_bytes = 1};
    struct kp_decision d = the_decision();
    assert_null(kp_provisions_text(&tiny, &tables, d.basis, the.c.on));
    assert_null(kp_provision_needed(&tables, &d, the.c.on, &tiny));
    assert_true(tiny.failed);
}

#define TEST(name) cmocka_unit_test_setup(name, make_the_case)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(request__limited_to_exam_days__covers_both_ends_only),
        TEST(request__limited_to_an_age_band__covers_no_other),
        TEST(several_requests__from_40_on__elderly_act_comes_first),
        TEST(several_requests__overlapping__first_usable_one_is_named),
        TEST(insurer_number__of_no_scheme__is_unsettled),
        TEST(membership__in_doubt__consent_must_name_the_recipient),
        TEST(consent__before_the_privacy_act__is_no_basis),
        TEST(grounds__not_wanted__decision_is_the_same),
        TEST(provisions__no_exemption_in_the_table__are_named_without_it),
        TEST(texts__memory_is_short__are_null),
    };
    return cmocka_run_group_tests_name("rule", tests, set_up_rule, free_tables);
}
