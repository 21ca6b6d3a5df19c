/* The law sentence by sentence: whose a consent is, which word counts, and what a notice opens. */
#include "rule_common.h"

#define GIVEN "2025-06-01"
#define DUTY_AND(ground) the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, ground)

static void uric_acid_is(enum kp_ground expected)
{
    (void)the_decision();
    assert_int_equal(the_ground(ITEM_URIC_ACID), expected);
}

static void x_ray_is(enum kp_ground expected)
{
    (void)the_decision();
    assert_int_equal(the_ground(ITEM_X_RAY), expected);
}

static int make_taro(void **state)
{
    (void)make_the_case(state);
    the.c.subject.person =
        (struct kp_person){"E1", "06139463", "12/1001", "01", "ケンポタロウ", day("1980-05-01")};
    return 0;
}

/* --- whose it is --- */

static void row__all_that_it_names__must_equal_the_record(void **state UNUSED)
{
    static const struct kp_person fits[] = {
        {.employee_id = "E1"},
        {.insurer = "06139463", .card = "12/1001", .branch = "01"},
        {.card = "12/1001", .name_kana = "ケンポタロウ"},
        {.card = "12/1001", .birth = {1980, 5, 1}},
        {"E1", "06139463", "12/1001", "01", "ケンポタロウ", {1980, 5, 1}}};
    static const struct kp_person differs[] = {
        {.employee_id = "E2"},
        {.employee_id = "Ｅ１"},
        {.employee_id = "E1", .insurer = "01130012", .card = "12/1001"},
        {.employee_id = "E1", .card = "12/1002"},
        {.employee_id = "E1", .branch = "02"},
        {.employee_id = "E1", .name_kana = "ケンポハナコ"},
        {.employee_id = "E1", .birth = {1980, 5, 2}},
        {.card = "12/1001", .birth = {1977, 1, 1}}};
    struct kp_consent *consent = give_consent("other");
    for (size_t i = 0; i < COUNT(fits); i++) {
        consent->who = fits[i];
        uric_acid_is(KP_GROUND_CONSENT);
    }
    for (size_t i = 0; i < COUNT(differs); i++) {
        consent->who = differs[i];
        uric_acid_is(KP_GROUND_WITHHELD);
    }
}

static void employee_id__borne_by_two__alone_proves_nothing(void **state UNUSED)
{
    struct kp_consent *consent = give_consent("other");
    consent->who = (struct kp_person){.employee_id = "E1"};
    the.c.subject.id_shared = true;
    the_outcome_is("kenpo150");
    DUTY_AND(KP_GROUND_WITHHELD);
    assert_true(the_decision().consent_ambiguous);
    the.c.insurer_number = consent->recipient = "39131001";
    the_outcome_is("consent_missing");
    assert_true(the_decision().consent_ambiguous);
    consent->who.birth = day("1980-05-01");
    the_outcome_is("consent");
    assert_false(the_decision().consent_ambiguous);
}

/* Whoever of the two refused, neither is told of. */
static void refusal__id_borne_by_two__counts_for_both(void **state UNUSED)
{
    give_consent("other")->who = (struct kp_person){.employee_id = "E1", .birth = day("1980-05-01")};
    struct kp_consent *refusal = give_consent("other");
    *refusal = (struct kp_consent){.id = "C2",
                                   .who = {.employee_id = "E1"},
                                   .recipient = "*",
                                   .items = "other",
                                   .kind = KP_CONSENT_REFUSAL,
                                   .given = day("2025-06-02")};
    the.c.subject.id_shared = true;
    uric_acid_is(KP_GROUND_WITHHELD);
    assert_false(the_decision().consent_ambiguous);
}

static void employee_id__borne_by_two__named_consent_is_not_ambiguous(void **state UNUSED)
{
    the.c.subject.id_shared = true;
    uric_acid_is(KP_GROUND_WITHHELD);
    assert_false(the_decision().consent_ambiguous); /* there is no consent at all */
}

/* --- the latest word --- */

static struct kp_consent *refuse(const char *items, const char *iso)
{
    struct kp_consent *row = give_consent(items);
    row->kind = KP_CONSENT_REFUSAL;
    row->given = day(iso);
    return row;
}

static void words__several__the_latest_decides(void **state UNUSED)
{
    static const struct {
        const char *given, *refused;
        enum kp_ground ground;
    } cases[] = {{GIVEN, "2025-06-02", KP_GROUND_WITHHELD},
                 {GIVEN, "2025-05-31", KP_GROUND_CONSENT},
                 {GIVEN, GIVEN, KP_GROUND_WITHHELD}, /* on the same day the refusing word wins */
                 {GIVEN, "2025-11-20", KP_GROUND_WITHHELD},
                 {GIVEN, "2025-11-21", KP_GROUND_CONSENT}, /* said after the disclosure */
                 {"2025-11-21", "2025-05-01", KP_GROUND_WITHHELD}};
    struct kp_consent *consent = give_consent("other"), *refusal = refuse("other", GIVEN);
    for (size_t i = 0; i < COUNT(cases); i++) {
        consent->given = day(cases[i].given);
        refusal->given = day(cases[i].refused);
        the_outcome_is("kenpo150");
        DUTY_AND(cases[i].ground);
    }
}

static void withdrawal__for_one_insurer__outlives_an_older_consent_for_all(void **state UNUSED)
{
    give_consent("other")->given = day("2025-05-01");
    struct kp_consent *named = give_consent("other");
    named->recipient = "06139463";
    named->withdrawn = day("2025-07-01");
    uric_acid_is(KP_GROUND_WITHHELD);
    named->recipient = "01130012";
    uric_acid_is(KP_GROUND_CONSENT);
    named->recipient = "06139463";
    the.consents[0].given = day("2025-07-02");
    uric_acid_is(KP_GROUND_CONSENT);
}

static void refusal__to_everybody__outlives_an_older_consent_for_one(void **state UNUSED)
{
    give_consent("other")->recipient = "06139463";
    refuse("other", "2025-06-02");
    uric_acid_is(KP_GROUND_WITHHELD);
    the.c.member_to = day("2025-06-10"); /* it counts even if the number is in doubt */
    uric_acid_is(KP_GROUND_WITHHELD);
}

static void words__about_other_items__do_not_count(void **state UNUSED)
{
    give_consent("other");
    refuse(ITEM_X_RAY, "2025-06-02");
    uric_acid_is(KP_GROUND_CONSENT);
    x_ray_is(KP_GROUND_WITHHELD);
}

static void words__about_other_examinations__do_not_count(void **state UNUSED)
{
    struct kp_consent *consent = give_consent("other"), *refusal = refuse("other", "2025-06-02");
    refusal->exam_from = day("2025-06-11");
    uric_acid_is(KP_GROUND_CONSENT);
    refusal->exam_from = day("2025-06-10");
    uric_acid_is(KP_GROUND_WITHHELD);
    refusal->exam_to = day("2025-06-10");
    uric_acid_is(KP_GROUND_WITHHELD);
    refusal->exam_from = (struct kp_date){0};
    refusal->exam_to = day("2025-06-09");
    uric_acid_is(KP_GROUND_CONSENT);
    consent->exam_to = day("2025-06-09");
    uric_acid_is(KP_GROUND_WITHHELD);
}

static void refusal__of_everything__leaves_the_duty(void **state UNUSED)
{
    give_consent("all");
    refuse("all", "2025-06-02");
    the_outcome_is("kenpo150");
    DUTY_AND(KP_GROUND_WITHHELD);
    the.c.requests = NULL;
    the_outcome_is("no_request");
}

/* --- a notice --- */

static struct kp_consent *notify(const char *items)
{
    struct kp_consent *row = give_consent(items);
    row->kind = KP_CONSENT_NOTICE;
    return row;
}

static void notice__any_item_outside_the_five__opens_nothing(void **state UNUSED)
{
    static const char *const names[] = {
        "業務歴",  "視力", "聴力", "胸部Ｘ線検査(一般", "胸部Ｘ線検査(直接撮影)(", "胸部Ｘ線検査(間接撮影)(",
        "喀痰検査"};
    notify("all");
    the_outcome_is("kenpo150");
    for (size_t i = 0; i < tables.n_items; i++) {
        bool named = false;
        for (size_t k = 0; k < COUNT(names); k++)
            named |= strncmp(tables.items[i].name, names[k], strlen(names[k])) == 0;
        if ((ground[i] == KP_GROUND_CONSENT) != named || tables.items[i].notice != named)
            fail_msg("%s: ground %d", tables.items[i].label, ground[i]);
    }
}

static void notice__without_a_duty__opens_nothing(void **state UNUSED)
{
    notify("all");
    x_ray_is(KP_GROUND_CONSENT);
    the.c.requests = NULL;
    the_outcome_is("no_request");
    make_taro(NULL);
    notify("all");
    the.c.exam = day("2020-11-19");
    the.consents[0].given = day("2020-11-01");
    the_outcome_is("past_retention");
}

static void notice__late_stage_association__opens_nothing(void **state UNUSED)
{
    notify("all")->recipient = "39131001";
    the.c.insurer_number = "39131001";
    the_outcome_is("consent_missing");
    give_consent(ITEM_URIC_ACID);
    the_outcome_is("consent");
    assert_int_equal(the_ground(ITEM_X_RAY), KP_GROUND_WITHHELD);
}

static void notice__record_without_duty_items__is_no_ground(void **state UNUSED)
{
    notify("all");
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_X_RAY)] = KP_ITEM_RESULT;
    the_outcome_is("nothing_to_disclose");
}

static void notice__exams_of_the_year_after_it__are_opened(void **state UNUSED)
{
    static const struct {
        const char *given, *from, *to;
        enum kp_ground ground;
    } cases[] = {{"2025-06-10", "", "", KP_GROUND_CONSENT},
                 {"2025-06-11", "", "", KP_GROUND_WITHHELD},
                 {"2024-06-10", "", "", KP_GROUND_CONSENT},
                 {"2024-06-09", "", "", KP_GROUND_WITHHELD},
                 {"2025-06-01", "2025-06-10", "2025-06-10", KP_GROUND_CONSENT},
                 {"2025-06-01", "2025-06-11", "", KP_GROUND_WITHHELD},
                 {"2025-06-01", "", "2025-06-09", KP_GROUND_WITHHELD},
                 {"2024-06-09", "2024-01-01", "2025-12-31", KP_GROUND_WITHHELD}};
    struct kp_consent *notice = notify("other");
    for (size_t i = 0; i < COUNT(cases); i++) {
        notice->given = day(cases[i].given);
        notice->exam_from = day(cases[i].from);
        notice->exam_to = day(cases[i].to);
        x_ray_is(cases[i].ground);
    }
}

/* The log names the consents that an item rests on. */
static void consents__of_an_item__are_those_that_open_it(void **state UNUSED)
{
    struct kp_consent *old = give_consent("all"), *again = give_consent("other"), *notice = notify("all");
    const struct kp_item *item = &tables.items[the_item(ITEM_X_RAY)];
    old->withdrawn = day("2025-06-02");
    again->given = day("2025-06-03");
    again->who = (struct kp_person){.employee_id = "E1"};
    notice->given = day("2025-06-04");
    struct kp_decision d = the_decision();
    struct kp_date refused_on = kp_refused_on(&the.c, item);
    assert_int_equal(kp_date_compare(refused_on, old->withdrawn), 0);
    assert_false(kp_consent_opens(old, &the.c, item, &d, refused_on));
    assert_true(kp_consent_opens(again, &the.c, item, &d, refused_on));
    assert_true(kp_consent_opens(notice, &the.c, item, &d, refused_on));
    the.c.subject.id_shared = true;
    assert_false(kp_consent_opens(again, &the.c, item, &d, refused_on));
    the.c.requests = NULL;
    d = the_decision();
    assert_false(kp_consent_opens(notice, &the.c, item, &d, refused_on));
}

#define TEST(name) cmocka_unit_test_setup(name, make_taro)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(row__all_that_it_names__must_equal_the_record),
        TEST(employee_id__borne_by_two__alone_proves_nothing),
        TEST(refusal__id_borne_by_two__counts_for_both),
        TEST(employee_id__borne_by_two__named_consent_is_not_ambiguous),
        TEST(words__several__the_latest_decides),
        TEST(withdrawal__for_one_insurer__outlives_an_older_consent_for_all),
        TEST(refusal__to_everybody__outlives_an_older_consent_for_one),
        TEST(words__about_other_items__do_not_count),
        TEST(words__about_other_examinations__do_not_count),
        TEST(refusal__of_everything__leaves_the_duty),
        TEST(notice__any_item_outside_the_five__opens_nothing),
        TEST(notice__without_a_duty__opens_nothing),
        TEST(notice__late_stage_association__opens_nothing),
        TEST(notice__record_without_duty_items__is_no_ground),
        TEST(notice__exams_of_the_year_after_it__are_opened),
        TEST(consents__of_an_item__are_those_that_open_it),
    };
    return cmocka_run_group_tests_name("rule_consents", tests, set_up_rule, free_tables);
}
