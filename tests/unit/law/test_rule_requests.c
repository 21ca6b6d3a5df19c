/* The law sentence by sentence: what a request is limited to, who makes it, and membership. */
#include "rule_common.h"

enum { BOTH = ELDERLY | HEALTH };

static void lacks(unsigned limits)
{
    the_outcome_is("no_request");
    assert_int_equal(the_decision().lacking, limits);
}

static void request__limited_to_insured_or_dependants__serves_no_others(void **state UNUSED)
{
    the.q.qualification = KP_QUALIFICATION_INSURED;
    the.c.qualification = KP_QUALIFICATION_INSURED;
    the_outcome_is("kenpo150");
    the.c.qualification = KP_QUALIFICATION_DEPENDANT;
    lacks(0);
    the.q.qualification = KP_QUALIFICATION_DEPENDANT;
    the_outcome_is("kenpo150");
}

static void request__limited_to_kinds__serves_those_alone(void **state UNUSED)
{
    the.q.exam_kinds = 1u << KP_KIND_HIRING | 1u << KP_KIND_PERIODIC;
    the.c.kind = KP_KIND_PERIODIC;
    the_outcome_is("kenpo150");
    the.c.kind = KP_KIND_AUTO; /* assumed to be periodic */
    the_outcome_is("kenpo150");
    the.c.kind = KP_KIND_OVERSEAS;
    lacks(0);
    the.q.exam_kinds = 1u << KP_KIND_HIRING;
    the.c.kind = KP_KIND_AUTO;
    lacks(0);
}

static void request__limited_to_workplaces__serves_those_alone(void **state UNUSED)
{
    the.q.workplaces = "本社|神戸工場";
    the.c.workplace = "神戸工場";
    the_outcome_is("kenpo150");
    the.c.workplace = "神戸";
    lacks(0);
    the.c.workplace = "本社|神戸工場";
    lacks(0);
    the.q.workplaces = "|本社";
    the.c.workplace = "本社";
    the_outcome_is("kenpo150");
}

/* What cannot be checked must not be widened. */
static void request__record_lacks_what_limits_it__does_not_serve(void **state UNUSED)
{
    the.q.qualification = KP_QUALIFICATION_INSURED;
    lacks(1u << KP_LIMITED_BY_QUALIFICATION);
    the.q.exam_kinds = 1u << KP_KIND_PERIODIC;
    the.c.kind = KP_KIND_UNKNOWN;
    lacks(1u << KP_LIMITED_BY_QUALIFICATION | 1u << KP_LIMITED_BY_EXAM_KIND);
    the.q.workplaces = "本社";
    the.c.workplace = "";
    lacks((1u << KP_LIMITED_BY__COUNT) - 1);
    struct kp_request other = {
        .id = "R2", .received = day("2022-01-01"), .routes = HEALTH, .bands = EVERYBODY, .items = ""};
    the.q.next = &other;
    the.c.kind = KP_KIND_AUTO;
    the_outcome_is("kenpo150");
    assert_string_equal(the_decision().request->id, "R2");
    assert_int_equal(the_decision().lacking, 0);
}

static struct kp_roster_row row;
static struct kp_roster roster;

/* Makes a list of one person. */
static void the_list_is(struct kp_person who, enum kp_person_key by)
{
    row = (struct kp_roster_row){.who = who};
    roster = (struct kp_roster){.rows = &row};
    assert_int_equal(kp_map_put(&roster.by_key, &scratch, kp_person_key(&scratch, &who, by), 0),
                     KP_MAP_ADDED);
    the.q.persons = &roster;
}

static void the_person_is(struct kp_person who)
{
    the.c.subject.person = who;
    for (unsigned by = 0; by < KP_BY__COUNT; by++)
        the.c.subject.keys[by] = kp_person_key(&scratch, &who, (enum kp_person_key)by);
}

static void request__limited_to_persons__serves_those_alone(void **state UNUSED)
{
    const struct kp_person taro = {"E1", "06139463", "12/1001", "00", "ケンポタロウ", day("1980-05-01")};
    struct kp_person other = taro;
    the_person_is(taro);
    the_list_is((struct kp_person){.employee_id = "E1"}, KP_BY_ID);
    the_outcome_is("kenpo150");
    the_list_is((struct kp_person){.card = "12/1001", .branch = "00"}, KP_BY_CARD);
    the_outcome_is("kenpo150");
    the_list_is((struct kp_person){.name_kana = "ケンポタロウ", .birth = day("1980-05-01")}, KP_BY_NAME);
    the_outcome_is("kenpo150");
    other.birth = day("1981-05-01");
    the_person_is(other);
    lacks(0);
    the_list_is((struct kp_person){.card = "12/1001", .branch = "01"}, KP_BY_CARD);
    the_person_is(taro);
    lacks(0);
    the_list_is((struct kp_person){.employee_id = "E2", .card = "12/1001", .branch = "00"}, KP_BY_ID);
    lacks(0);
}

/* An employee id that two people bear proves nothing for either. */
static void request__limited_to_an_id_that_two_bear__does_not_serve(void **state UNUSED)
{
    the_person_is((struct kp_person){"E1", "06139463", "12/1001", "00", "ケンポタロウ", day("1980-05-01")});
    the_list_is((struct kp_person){.employee_id = "E1"}, KP_BY_ID);
    the.c.subject.id_shared = true;
    lacks(0);
    the_list_is((struct kp_person){.employee_id = "E1", .birth = day("1980-05-01")}, KP_BY_ID);
    the_outcome_is("kenpo150");
}

static void requested_items__limited_request__are_for_its_people(void **state UNUSED)
{
    struct kp_request other = the.q;
    the.policy.release_requested_items = true;
    other.items = ITEM_URIC_ACID;
    other.qualification = KP_QUALIFICATION_DEPENDANT;
    the.q.next = &other;
    the.c.qualification = KP_QUALIFICATION_INSURED;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    the.c.qualification = KP_QUALIFICATION_DEPENDANT;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
}

/* 健保法188条, 国保法86条 */
static void requester__besides_the_insurer__is_named(void **state UNUSED)
{
    assert_string_equal(
        kp_request_origin(&scratch, &(struct kp_request){.insurer_number = "06139463"}, "06139463"), "");
    assert_string_equal(kp_request_origin(&scratch,
                                          &(struct kp_request){.insurer_number = "06139463",
                                                               .requester = "健康保険組合連合会"},
                                          "06139463"),
                        "健康保険組合連合会による提供依頼");
    assert_string_equal(
        kp_request_origin(&scratch, &(struct kp_request){.insurer_number = "01130012"}, "01280015"),
        "保険者番号01130012による提供依頼");
    assert_string_equal(
        kp_request_origin(&scratch,
                          &(struct kp_request){.insurer_number = "01130012", .requester = "支払基金"},
                          "01280015"),
        "支払基金、保険者番号01130012による提供依頼");
}

/* 船員保険法111条1項: 被保険者であつた者 */
static void seamens_insurance__former_member__is_owed_under_its_own_act(void **state UNUSED)
{
    the.c.insurer_number = "02130001";
    the.c.member_to = day("2025-06-10");
    the_outcome_is("senin111");
    the.q.routes = ELDERLY;
    the_outcome_is("not_a_member");
    the.q.routes = BOTH;
    the_outcome_is("senin111");
    the.c.member_to = day("2025-06-11");
    the_outcome_is("elderly27");
    the.c.member_from = day("2025-06-11");
    the_outcome_is("not_a_member");
}

/* Open: the Acts say 加入者, insurers' practice goes by the day of the exam. */
static void left_before_the_request__policy__decides(void **state UNUSED)
{
    the.q.received = day("2025-08-01");
    the.c.member_to = day("2025-08-01");
    the_outcome_is("kenpo150");
    the.policy.membership = KP_MEMBER_EXAM_DAY_AND_REQUEST;
    the_outcome_is("not_a_member");
    the.c.member_to = day("2025-08-02");
    the_outcome_is("kenpo150");
    the.c.member_to = day("2025-06-10");
    the_outcome_is("not_a_member");
}

static void left_before_one_request__another_is_earlier__serves(void **state UNUSED)
{
    struct kp_request other = the.q;
    the.policy.membership = KP_MEMBER_EXAM_DAY_AND_REQUEST;
    the.policy.release_requested_items = true;
    other.received = day("2025-09-01");
    other.items = ITEM_URIC_ACID;
    other.id = "R2";
    other.next = &the.q;
    the.c.requests = &other;
    the.c.member_to = day("2025-08-01");
    the_outcome_is("kenpo150");
    assert_string_equal(the_decision().request->id, "R1");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_the_case, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(request__limited_to_insured_or_dependants__serves_no_others),
        TEST(request__limited_to_kinds__serves_those_alone),
        TEST(request__limited_to_workplaces__serves_those_alone),
        TEST(request__record_lacks_what_limits_it__does_not_serve),
        TEST(request__limited_to_persons__serves_those_alone),
        TEST(request__limited_to_an_id_that_two_bear__does_not_serve),
        TEST(requested_items__limited_request__are_for_its_people),
        TEST(requester__besides_the_insurer__is_named),
        TEST(seamens_insurance__former_member__is_owed_under_its_own_act),
        TEST(left_before_the_request__policy__decides),
        TEST(left_before_one_request__another_is_earlier__serves),
    };
    return cmocka_run_group_tests_name("rule_requests", tests, set_up_rule, free_tables);
}
