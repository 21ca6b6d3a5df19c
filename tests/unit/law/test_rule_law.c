/* The law sentence by sentence: which Act, age, items, consent, records, the decision. */
#include "rule_common.h"

enum { BOTH = ELDERLY | HEALTH };

#define UNDER_40 "1995-01-01"
#define SIXTY_SEVEN "1958-03-03"
#define LATE_STAGE "39131001" /* 後期高齢者医療広域連合 */
#define CITY "00280081"       /* a municipal national health insurance */

static const char *const OUTSIDE_THE_DUTY[] = {"9N051000000000049", "9E160162100000001", "9D100163100000011",
                                               ITEM_X_RAY,          "6A205000006171711", ITEM_URIC_ACID,
                                               "9N746000000000011"}; /* work history, sight, hearing, chest
                                                                        X-ray, sputum, a further test,
                                                                        exercise */

static void born(const char *iso)
{
    the.c.birth = day(iso);
}

/* Makes the request cite these provisions. */
static void cites(unsigned routes)
{
    the.q.routes = routes;
}

static bool is_among(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* --- which Act --- */

/* 高確法27条3項・4項 */
static void elderly_act__insurer_not_late_stage__obliges_for_40_to_74(void **state UNUSED)
{
    static const char *const numbers[] = {"06139463", "01130012", "63000000", "02130001", "00280081",
                                          "31130001", "72130001", "32130001", "33120015", "73130001",
                                          "74130001", "34130021", "75130001"};
    cites(ELDERLY);
    the.c.register_scheme = "chiho_kyosai"; /* for the last two */
    for (size_t i = 0; i < COUNT(numbers); i++) {
        the.c.insurer_number = numbers[i];
        the_outcome_is("elderly27");
        assert_string_equal(the_decision().basis->request_provision, "第27条第3項");
        assert_string_equal(the_decision().basis->duty_provision, "第27条第4項");
    }
}

/* 高確法27条2項・3項, from 2008-04-01 to 2021-12-31 */
static void elderly_act__until_2021__cites_paragraphs_2_and_3(void **state UNUSED)
{
    cites(ELDERLY);
    born("1960-05-01");
    the.c.exam = the.q.received = the.c.on = day("2008-03-31");
    the_outcome_is("no_basis");
    the.c.exam = the.q.received = the.c.on = day("2008-04-01");
    the_outcome_is("elderly27_old");
    the.c.exam = the.q.received = the.c.on = day("2021-12-31");
    the_outcome_is("elderly27_old");
    assert_string_equal(the_decision().basis->request_provision, "第27条第2項");
    assert_string_equal(the_decision().basis->duty_provision, "第27条第3項");
    the.q.received = the.c.on = day("2022-01-01");
    the_outcome_is("elderly27");
}

/* 健保法150条2項・3項, 船保法111条2項・3項, 国保法82条2項・3項, 国共済法98条2項・3項, 地共済法112条3項・4項,
 * 私学共済法26条3項・4項 */
static void health_act__each_scheme__cites_its_own_paragraphs(void **state UNUSED)
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
    born(UNDER_40);
    for (size_t i = 0; i < COUNT(acts); i++)
        for (const char *prefix = acts[i].prefixes; *prefix; prefix += 2) {
            the.c.insurer_number = kp_arena_printf(&arena, "%.2s130001", prefix);
            the.c.register_scheme = acts[i].scheme;
            the_outcome_is(acts[i].basis);
            assert_string_equal(the_decision().basis->request_provision, acts[i].request);
            assert_string_equal(the_decision().basis->duty_provision, acts[i].duty);
        }
}

/* 健保法150条2項 as in force since 2022-01-01 (令和3年法律第66号) */
static void under_40__before_2022__needs_consent(void **state UNUSED)
{
    cites(BOTH);
    born(UNDER_40);
    the.c.exam = day("2021-05-10");
    the.q.received = the.c.on = day("2021-12-31");
    the_outcome_is("no_basis");
    give_consent("all")->given = day("2021-05-10");
    the_outcome_is("consent_old");
    the.c.n_consents = 0;
    the.q.received = the.c.on = day("2022-01-01");
    the_outcome_is("kenpo150");
}

/* 高確法7条2項・27条3項: 後期高齢者医療広域連合 is not a 保険者 */
static void late_stage_association__any_request__nothing_is_owed(void **state UNUSED)
{
    the.c.insurer_number = LATE_STAGE;
    born("1945-05-05");
    for (unsigned routes = 0; routes <= BOTH; routes++) {
        cites(routes);
        the_outcome_is("consent_missing");
    }
    the.c.requests = NULL;
    the_outcome_is("consent_missing");
    give_consent("all");
    the_outcome_is("consent");
}

/* 高確法50条: from 75 on, and from 65 on when disabled */
static void late_stage_association__age_of_the_member__is_irrelevant(void **state UNUSED)
{
    static const char *const births[] = {"1940-01-01", SIXTY_SEVEN, "1980-05-01", UNDER_40};
    the.c.insurer_number = LATE_STAGE;
    cites(BOTH);
    for (size_t i = 0; i < COUNT(births); i++) {
        born(births[i]);
        the_outcome_is("consent_missing");
    }
}

/* 高確法50条, 実施基準1条 */
static void seventy_five__under_another_insurer__needs_consent(void **state UNUSED)
{
    cites(BOTH);
    born("1950-06-10");
    the_outcome_is("no_basis");
    the.c.requests = NULL;
    the_outcome_is("no_request");
    give_consent("all");
    the_outcome_is("consent");
}

/* 健保法150条2項 */
static void under_40__request_citing_the_health_act__gives_the_basis(void **state UNUSED)
{
    born(UNDER_40);
    cites(HEALTH);
    the_outcome_is("kenpo150");
}

/* 高確法27条3項, 実施基準1条 */
static void under_40__request_citing_the_elderly_act__is_held_no_basis(void **state UNUSED)
{
    born(UNDER_40);
    cites(ELDERLY);
    the_outcome_is("no_basis");
}

/* 高確法27条3項 */
static void age_40_to_74__request_citing_the_elderly_act__is_the_basis(void **state UNUSED)
{
    cites(ELDERLY);
    the_outcome_is("elderly27");
    born(SIXTY_SEVEN);
    the_outcome_is("elderly27");
}

/* 健保法150条2項, which names no age */
static void age_40_to_74__request_citing_the_health_act__is_the_basis(void **state UNUSED)
{
    cites(HEALTH);
    the_outcome_is("kenpo150");
    born(SIXTY_SEVEN);
    the_outcome_is("kenpo150");
}

/* 高確法27条3項, 健保法150条2項 */
static void request_citing_both_acts__age__decides(void **state UNUSED)
{
    cites(BOTH);
    the_outcome_is("elderly27");
    born(UNDER_40);
    the_outcome_is("kenpo150");
}

/* 高確法27条4項, 健保法150条3項: 求められた */
static void request__received_after_disclosure__does_not_count(void **state UNUSED)
{
    the.q.received = day("2025-11-20");
    the_outcome_is("kenpo150");
    the.q.received = day("2025-11-21");
    the_outcome_is("no_request");
}

/* 高確法27条4項, 健保法150条3項 */
static void request__withdrawn_or_past_its_end__is_not_in_force(void **state UNUSED)
{
    static const struct {
        const char *withdrawn, *until, *outcome;
    } cases[] = {{"2025-11-21", "", "kenpo150"},
                 {"2025-11-20", "", "request_not_in_force"}, /* ends on that day */
                 {"2025-05-01", "", "request_not_in_force"},
                 {"", "2025-11-20", "kenpo150"},
                 {"", "2025-11-19", "request_not_in_force"},
                 {"2025-11-21", "2025-11-20", "kenpo150"},
                 {"2025-11-20", "2025-11-20", "request_not_in_force"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.q.withdrawn = day(cases[i].withdrawn);
        the.q.valid_until = day(cases[i].until);
        the_outcome_is(cases[i].outcome);
    }
}

/* 高確法27条, 健保法150条, by their dates */
static void request__older_than_the_provision__gives_no_basis(void **state UNUSED)
{
    static const char *const births[] = {UNDER_40, "1980-01-01"};
    cites(BOTH);
    the.c.exam = day("2021-11-10");
    the.c.on = day("2022-01-01");
    for (size_t i = 0; i < COUNT(births); i++) {
        born(births[i]);
        the.q.received = day("2021-12-31");
        the_outcome_is("no_basis");
        the.q.received = day("2022-01-01");
        the_outcome_is(i == 0 ? "kenpo150" : "elderly27");
    }
}

/* 法別番号, the first two digits of 保険者番号 */
static void scheme__first_two_digits__decide(void **state UNUSED)
{
    static const struct {
        const char *prefixes, *scheme;
    } cases[] = {{"010663", "kenpo"},          {"02", "senin"}, {"00", "kokuho"}, {"3172", "kokka_kyosai"},
                 {"32337374", "chiho_kyosai"}, {"39", "koki"}};
    the.c.register_scheme = "shigaku_kyosai"; /* ignored for this prefix */
    for (size_t i = 0; i < COUNT(cases); i++)
        for (const char *prefix = cases[i].prefixes; *prefix; prefix += 2) {
            the.c.insurer_number = kp_arena_printf(&arena, "%.2s999999", prefix);
            assert_string_equal(the_decision().scheme, cases[i].scheme);
        }
}

/* 地共済法112条3項, 私学共済法26条3項: 34 and 75 are shared */
static void shared_prefix__register_silent__is_held_scheme_ambiguous(void **state UNUSED)
{
    static const char *const numbers[] = {"34130021", "75130001"};
    static const char *const said[] = {"", "kenpo", "ambiguous", "kyosai"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        the.c.insurer_number = numbers[i];
        for (size_t k = 0; k < COUNT(said); k++) {
            the.c.register_scheme = said[k];
            the_outcome_is("scheme_ambiguous");
        }
        the.c.register_scheme = "chiho_kyosai";
        the_outcome_is("chiho112");
        the.c.register_scheme = "shigaku_kyosai";
        the_outcome_is("shigaku26");
    }
}

/* 法別番号 03, 04, 07, 67 */
static void unsettled_prefix__any_register__is_held_scheme_unsettled(void **state UNUSED)
{
    static const char *const numbers[] = {"03130001", "04130001", "07130001", "67130001"};
    static const char *const said[] = {"", "kenpo", "shigaku_kyosai", "unsettled"};
    cites(BOTH);
    for (size_t i = 0; i < COUNT(numbers) * COUNT(said); i++) {
        the.c.insurer_number = numbers[i / COUNT(said)];
        the.c.register_scheme = said[i % COUNT(said)];
        the_outcome_is("scheme_unsettled");
    }
}

/* 高確法27条3項, 健保法150条2項: 使用していた事業者等 */
static void leaver__no_member_on_the_day_of_disclosure__is_owed(void **state UNUSED)
{
    the.c.member_from = day("2010-04-01");
    the.c.member_to = day("2025-07-01");
    the_outcome_is("kenpo150");
    cites(ELDERLY);
    the_outcome_is("elderly27");
}

/* 健保法150条1項・2項: 被保険者等 are the insured and their dependants */
static void family_member__insurer_of_another_company__is_owed(void **state UNUSED)
{
    static const char *const numbers[] = {"06139463", "06130009", "63130001", "01130012"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        the.c.insurer_number = numbers[i];
        the_outcome_is("kenpo150");
    }
}

/* 健保法35条・36条: acquisition and loss of the qualification; the day of loss is the first day without */
static void membership__exam_outside_its_dates__is_held(void **state UNUSED)
{
    static const struct {
        const char *from, *to, *outcome;
    } cases[] = {{"2025-06-10", "", "kenpo150"},
                 {"2025-06-11", "", "not_a_member"},
                 {"", "2025-06-11", "kenpo150"},
                 {"", "2025-06-10", "not_a_member"},
                 {"2025-06-10", "2025-06-11", "kenpo150"},
                 {"2010-04-01", "2025-06-01", "not_a_member"},
                 {"2025-06-11", "2025-12-01", "not_a_member"},
                 {"", "", "kenpo150"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.c.member_from = day(cases[i].from);
        the.c.member_to = day(cases[i].to);
        the_outcome_is(cases[i].outcome);
    }
}

/* 安衛則51条 */
static void retention__exam_over_five_years_ago__is_held(void **state UNUSED)
{
    static const struct {
        const char *exam, *on, *outcome;
    } cases[] = {{"2020-11-20", "2025-11-20", "kenpo150"}, {"2020-11-19", "2025-11-20", "past_retention"},
                 {"2019-02-28", "2024-02-28", "kenpo150"}, {"2019-02-28", "2024-03-01", "past_retention"},
                 {"2020-02-29", "2025-02-28", "kenpo150"}, {"2020-02-29", "2025-03-01", "past_retention"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.c.exam = day(cases[i].exam);
        the.c.on = day(cases[i].on);
        the_outcome_is(cases[i].outcome);
    }
}

/* 安衛則51条, 個人情報保護法27条1項 */
static void past_retention__covered_by_consent__is_released(void **state UNUSED)
{
    the.c.exam = day("2020-11-19");
    give_consent("other");
    the_outcome_is("consent");
    assert_null(the_decision().request); /* the basis is consent */
    the_grounds_are(KP_GROUND_WITHHELD, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
    give_consent("all");
    the_outcome_is("consent");
    the_grounds_are(KP_GROUND_CONSENT, KP_GROUND_CONSENT, KP_GROUND_CONSENT);
}

/* 安衛則43条, 44条, 45条, 45条の2, 51条 */
static void exam_kind__not_kept_under_the_duty__needs_consent(void **state UNUSED)
{
    for (enum kp_exam_kind kind = KP_KIND_AUTO; kind <= KP_KIND_UNKNOWN; kind++) {
        the.c.kind = kind;
        the_outcome_is(kind <= KP_KIND_OVERSEAS ? "kenpo150" : "exam_kind");
    }
    the.c.exam = day("2020-11-19");
    the_outcome_is("past_retention"); /* which comes first */
    the.c.exam = day("2025-06-10");
    give_consent("other");
    the_outcome_is("consent");
    assert_null(the_decision().request);
    the_grounds_are(KP_GROUND_WITHHELD, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
}

/* A text of an item that may go out must not carry what other items withhold. */
static void text__names_an_item_without_a_ground__stays_back(void **state UNUSED)
{
    static const char *texts[MOST_ITEMS];
    const size_t judgement = the_item("9N511000000000049"), doctor = the_item("9N516000000000049");
    memset(texts, 0, sizeof(texts));
    the.c.texts = texts;
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_HEIGHT)] = the.presence[judgement] = the.presence[doctor] = KP_ITEM_RESULT;
    texts[judgement] = kp_mention_key(&scratch, "血圧高値、要治療");
    the_outcome_is("kenpo150");
    assert_int_equal(ground[judgement], KP_GROUND_FORM);
    texts[judgement] = kp_mention_key(&scratch, "胸部Ｘ線 結節影"); /* though the record has no X-ray */
    the_outcome_is("kenpo150");
    assert_int_equal(ground[judgement], KP_GROUND_WITHHELD);
    assert_int_equal(ground[doctor], KP_GROUND_WITHHELD);
    the.presence[the_item(ITEM_X_RAY)] = KP_ITEM_RESULT;
    give_consent(ITEM_X_RAY);
    the_outcome_is("kenpo150");
    assert_int_equal(ground[judgement], KP_GROUND_FORM);
    texts[judgement] = kp_mention_key(&scratch, "HIV陽性"); /* the form has no such item */
    the_outcome_is("kenpo150");
    assert_int_equal(ground[judgement], KP_GROUND_WITHHELD);
    give_consent("other");
    the_outcome_is("kenpo150");
    assert_int_equal(ground[judgement], KP_GROUND_FORM);
    kp_arena_release(&scratch);
}

static void text__reason_of_a_test_stays_back__its_flag_does_too(void **state UNUSED)
{
    static const char *texts[MOST_ITEMS];
    const size_t flag = the_item("9A110161600000011"), reason = the_item("9A110161000000049");
    memset(texts, 0, sizeof(texts));
    the.c.texts = texts;
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_HEIGHT)] = the.presence[flag] = the.presence[reason] = KP_ITEM_RESULT;
    the_outcome_is("kenpo150");
    assert_int_equal(ground[flag], KP_GROUND_FORM);
    texts[reason] = kp_mention_key(&scratch, "胸部Ｘ線 結節影");
    the_outcome_is("kenpo150");
    assert_int_equal(ground[reason], KP_GROUND_WITHHELD);
    assert_int_equal(ground[flag], KP_GROUND_WITHHELD);
    kp_arena_release(&scratch);
}

/* --- age --- */

struct age_case {
    const char *born, *exam;
    enum kp_band birthday, statute;
    int age_birthday, age_statute;
};

static void assert_ages(const struct age_case *cases, size_t n)
{
    for (size_t i = 0; i < n * 2; i++) {
        const struct age_case *a = &cases[i / 2];
        int age = 0;
        enum kp_band band =
            kp_age_band(day(a->born), day(a->exam), i % 2 ? KP_AGE_STATUTE : KP_AGE_BIRTHDAY, &age);
        if (band != (i % 2 ? a->statute : a->birthday) || age != (i % 2 ? a->age_statute : a->age_birthday))
            fail_msg("born %s, examined %s, by %s: %s at %d", a->born, a->exam,
                     i % 2 ? "statute" : "birthdays", kp_band_names[band], age);
    }
}

/* 実施基準1条 */
static void forty__age_at_the_fiscal_year_end__decides(void **state UNUSED)
{
    static const struct age_case cases[] = {
        {"1985-03-31", "2024-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40},
        {"1985-04-02", "2024-06-10", KP_BAND_UNDER40, KP_BAND_UNDER40, 39, 39},
        {"1985-03-31", "2024-04-01", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40},
        {"1985-03-31", "2024-03-31", KP_BAND_UNDER40, KP_BAND_UNDER40, 39,
         39}, /* last day of the previous fiscal year */
        {"1984-04-02", "2024-03-31", KP_BAND_UNDER40, KP_BAND_UNDER40, 39, 39},
        {"1984-04-02", "2024-04-01", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40}};
    assert_ages(cases, COUNT(cases));
}

/* 実施基準1条 */
static void forty__birthday_after_the_exam__belongs_to_40_to_74(void **state UNUSED)
{
    static const struct age_case cases[] = {
        {"1985-02-14", "2024-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40},
        {"1985-02-28", "2024-04-01", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40}};
    assert_ages(cases, COUNT(cases));
    cites(ELDERLY);
    born("1986-02-14"); /* 39 on the day of this exam */
    the_outcome_is("elderly27");
    assert_int_equal(the_decision().age, 40);
}

/* 実施基準1条, 高確法50条 */
static void seventy_five__real_age_on_the_exam_date__decides(void **state UNUSED)
{
    static const struct age_case cases[] = {
        {"1949-10-01", "2024-09-30", KP_BAND_40TO74, KP_BAND_40TO74, 74, 74},
        {"1949-04-02", "2024-04-01", KP_BAND_40TO74, KP_BAND_40TO74, 74, 74},
        {"1950-03-31", "2025-03-30", KP_BAND_40TO74, KP_BAND_40TO74, 74, 74}};
    assert_ages(cases, COUNT(cases));
    cites(ELDERLY);
    born("1950-06-11");
    the_outcome_is("elderly27");
}

/* 高確法50条・52条 */
static void seventy_five__from_the_birthday__is_late_stage(void **state UNUSED)
{
    static const struct age_case cases[] = {
        {"1949-10-01", "2024-10-01", KP_BAND_75PLUS, KP_BAND_75PLUS, 75, 75},
        {"1949-10-01", "2024-10-02", KP_BAND_75PLUS, KP_BAND_75PLUS, 75, 75},
        {"1930-01-01", "2024-10-01", KP_BAND_75PLUS, KP_BAND_75PLUS, 94, 94}};
    assert_ages(cases, COUNT(cases));
    cites(ELDERLY);
    born("1950-06-10");
    the_outcome_is("no_basis");
}

/* 年齢計算ニ関スル法律 */
static void born_on_1_april__by_statute__is_40_on_31_march(void **state UNUSED)
{
    static const struct age_case cases[] = {
        {"1985-04-01", "2024-06-10", KP_BAND_UNDER40, KP_BAND_40TO74, 39, 40},
        {"1984-04-01", "2024-03-31", KP_BAND_UNDER40, KP_BAND_40TO74, 39, 40}};
    assert_ages(cases, COUNT(cases));
    cites(BOTH);
    born("1986-04-01");
    the.policy.age_rule = KP_AGE_STATUTE;
    the_outcome_is("elderly27");
    assert_int_equal(the_decision().age, 40);
}

/* 実施基準1条, as insurers count */
static void age_rule__not_chosen__counts_birthdays(void **state UNUSED)
{
    static const struct kp_policy unsaid;
    the.policy = unsaid;
    cites(BOTH);
    born("1986-04-01");
    the_outcome_is("kenpo150");
    assert_int_equal(the_decision().age, 39);
    born("1986-03-31");
    the_outcome_is("elderly27");
}

/* 年齢計算ニ関スル法律 */
static void born_on_29_february__common_year__ages_on_1_march(void **state UNUSED)
{
    static const struct age_case cases[] = {
        {"1948-02-29", "2023-02-28", KP_BAND_40TO74, KP_BAND_40TO74, 74, 74},
        {"1948-02-29", "2023-03-01", KP_BAND_75PLUS, KP_BAND_75PLUS, 75, 75},
        {"1984-02-29", "2023-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40, 40},
        {"1984-02-29", "2023-03-01", KP_BAND_UNDER40, KP_BAND_UNDER40, 39, 39}};
    assert_ages(cases, COUNT(cases));
}

/* --- which items --- */

/* 実施基準2条 */
static void items_of_the_duty__no_consent__are_released_alone(void **state UNUSED)
{
    static const char *const names[] = {"既往歴",
                                        "具体的な既往歴",
                                        "既往歴1(脳血管)",
                                        "既往歴2(心血管)",
                                        "既往歴3(腎不全･人工透析)",
                                        "貧血",
                                        "服薬1(血圧)",
                                        "服薬1(血圧)(薬剤名)",
                                        "服薬1(血圧)(服薬理由)",
                                        "服薬2(血糖)",
                                        "服薬2(血糖)(薬剤名)",
                                        "服薬2(血糖)(服薬理由)",
                                        "服薬3(脂質)",
                                        "服薬3(脂質)(薬剤名)",
                                        "服薬3(脂質)(服薬理由)",
                                        "喫煙",
                                        "自覚症状",
                                        "自覚症状(所見)",
                                        "他覚症状",
                                        "他覚症状(所見)",
                                        "身長",
                                        "体重",
                                        "腹囲(実測）",
                                        "腹囲(自己判定）",
                                        "腹囲(自己申告）",
                                        "収縮期血圧(その他)",
                                        "収縮期血圧(2回目)",
                                        "収縮期血圧(1回目)",
                                        "拡張期血圧(その他)",
                                        "拡張期血圧(2回目)",
                                        "拡張期血圧(1回目)",
                                        "血色素量(ヘモグロビン値)",
                                        "赤血球数",
                                        "AST(GOT)",
                                        "ALT(GPT)",
                                        "γ-GT(γ-GTP)",
                                        "空腹時中性脂肪(トリグリセリド)",
                                        "随時中性脂肪(トリグリセリド)",
                                        "HDLコレステロール",
                                        "LDLコレステロール",
                                        "Non-HDLコレステロール",
                                        "空腹時血糖",
                                        "随時血糖",
                                        "HbA1c(NGSP値)",
                                        "尿糖",
                                        "尿蛋白",
                                        "心電図(所見の有無)",
                                        "心電図(所見)",
                                        "血清クレアチニン"};
    the_outcome_is("kenpo150");
    for (size_t i = 0; i < tables.n_items; i++)
        if ((ground[i] == KP_GROUND_DUTY) != is_among(names, COUNT(names), tables.items[i].name))
            fail_msg("%s: ground %d", tables.items[i].label, ground[i]);
}

/* 特定健診の電子的な標準様式 */
static void items_of_the_form__by_default__are_released_with_the_duty(void **state UNUSED)
{
    static const char *const names[] = {"BMI",
                                        "内臓脂肪面積",
                                        "採血時間(食後)",
                                        "血清クレアチニン（対象者）",
                                        "血清クレアチニン（実施理由）",
                                        "eGFR",
                                        "貧血検査(実施理由)",
                                        "心電図(対象者）",
                                        "心電図(実施理由)",
                                        "メタボリックシンドローム判定",
                                        "保健指導レベル",
                                        "医師の診断(判定)",
                                        "測定不可能・検査未実施の理由",
                                        "健康診断を実施した医師の氏名"};
    the_outcome_is("kenpo150");
    for (size_t i = 0; i < tables.n_items; i++)
        if ((ground[i] == KP_GROUND_FORM) != is_among(names, COUNT(names), tables.items[i].name))
            fail_msg("%s: ground %d", tables.items[i].label, ground[i]);
}

/* 特定健診の電子的な標準様式 */
static void items_of_the_form__policy_withhold__need_consent(void **state UNUSED)
{
    the.policy.withhold_form_items = true;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_WITHHELD, KP_GROUND_WITHHELD);
    give_consent("other"); /* BMI is not of that scope */
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
    give_consent(ITEM_BMI);
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_CONSENT, KP_GROUND_CONSENT);
}

/* 個人情報保護法27条1項 */
static void other_items__no_consent__are_withheld(void **state UNUSED)
{
    the_outcome_is("kenpo150");
    for (size_t i = 0; i < COUNT(OUTSIDE_THE_DUTY); i++)
        assert_int_equal(the_ground(OUTSIDE_THE_DUTY[i]), KP_GROUND_WITHHELD);
    give_consent("other");
    the_outcome_is("kenpo150");
    for (size_t i = 0; i < COUNT(OUTSIDE_THE_DUTY); i++)
        assert_int_equal(the_ground(OUTSIDE_THE_DUTY[i]), KP_GROUND_CONSENT);
}

/* 健保則153条の3・153条の4: その他保険者が必要と認める情報 */
static void requested_items__by_default__need_consent(void **state UNUSED)
{
    the.q.items = ITEM_URIC_ACID;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    give_consent(ITEM_URIC_ACID);
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_CONSENT);
}

/* 健保則153条の3・153条の4 */
static void requested_items__policy_release__are_those_listed(void **state UNUSED)
{
    the.q.items = ITEM_URIC_ACID " 9E160162100000001";
    the.policy.release_requested_items = true;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
    assert_int_equal(the_ground("9E160162100000001"), KP_GROUND_REQUESTED);
    assert_int_equal(the_ground(ITEM_X_RAY), KP_GROUND_WITHHELD);
    give_consent("other"); /* consent takes precedence */
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_CONSENT);
}

/* 健保則153条の3: any of the insurer's requests may list them, in any order */
static void requested_items__of_several_requests__add_up(void **state UNUSED)
{
    struct kp_request other = the.q;
    the.policy.release_requested_items = true;
    other.id = "R2";
    other.items = ITEM_URIC_ACID;
    for (int order = 0; order < 2; order++) {
        the.q.next = order == 0 ? &other : NULL;
        other.next = order == 0 ? NULL : &the.q;
        the.c.requests = order == 0 ? &the.q : &other;
        the_outcome_is("kenpo150");
        the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
    }
}

/* 健保則153条の3: a request under the elderly Act takes nothing from one under the insurer's own */
static void requested_items__beside_the_elderly_act__are_released(void **state UNUSED)
{
    struct kp_request other = the.q;
    the.policy.release_requested_items = true;
    cites(ELDERLY);
    other.id = "R2";
    other.routes = HEALTH;
    other.items = ITEM_URIC_ACID;
    the.q.next = &other;
    the_outcome_is("elderly27");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
    other.routes = BOTH;
    the_outcome_is("elderly27");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
}

static void requested_items__of_an_unusable_request__are_withheld(void **state UNUSED)
{
    the.policy.release_requested_items = true;
    for (int i = 0; i < 4; i++) {
        struct kp_request other = the.q;
        other.next = NULL;
        other.items = i == 3 ? ITEM_X_RAY : ITEM_URIC_ACID;
        other.withdrawn = i == 0 ? the.c.on : (struct kp_date){0};
        other.exam_to = i == 1 ? day("2025-06-09") : (struct kp_date){0};
        other.routes = i == 2 ? 0 : HEALTH;
        the.q.next = &other;
        the_outcome_is("kenpo150");
        the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    }
}

/* Items released by the request do not need the recipient's particulars. */
static void requested_items__recipient_unknown__are_still_released(void **state UNUSED)
{
    give_consent("other");
    the.policy.release_requested_items = true;
    the.q.items = ITEM_URIC_ACID;
    the.c.recipient_known = false;
    static uint8_t presence[MOST_ITEMS];
    memset(presence, 0, sizeof(presence));
    presence[the_item(ITEM_HEIGHT)] = presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_RESULT;
    the.c.presence = presence;
    assert_false(the_decision().recipient_unknown);
    assert_int_equal(the_ground(ITEM_URIC_ACID), KP_GROUND_REQUESTED);
}

/* 高確法27条3項 has no such clause */
static void requested_items__elderly_act__are_withheld(void **state UNUSED)
{
    the.q.items = ITEM_URIC_ACID;
    the.policy.release_requested_items = true;
    for (unsigned routes = ELDERLY; routes <= BOTH; routes += HEALTH) {
        cites(routes);
        the_outcome_is("elderly27");
        the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    }
}

/* 健保法150条3項: listed items are part of the duty, so without it they are withheld */
static void requested_items__no_duty__are_withheld(void **state UNUSED)
{
    the.q.items = ITEM_URIC_ACID;
    the.policy.release_requested_items = true;
    the.c.exam = day("2020-11-19");
    the_outcome_is("past_retention");
    give_consent(ITEM_X_RAY);
    the_outcome_is("consent");
    assert_int_equal(the_ground(ITEM_URIC_ACID), KP_GROUND_WITHHELD);
    the.c.requests = NULL;
    the_outcome_is("consent");
    assert_int_equal(the_ground(ITEM_URIC_ACID), KP_GROUND_WITHHELD);
}

/* 個人情報保護法27条1項 */
static void item__without_a_ground__is_withheld_alone(void **state UNUSED)
{
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_HEIGHT)] = the.presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_RESULT;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_WITHHELD, KP_GROUND_WITHHELD); /* absent */
    assert_int_equal(the_decision().n_released, 1);
}

/* 実施基準2条 */
static void record__no_item_of_the_duty__is_held_nothing_to_disclose(void **state UNUSED)
{
    the.c.presence = the.presence;
    the_outcome_is("nothing_to_disclose");
    the.presence[the_item(ITEM_BMI)] = the.presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_RESULT;
    the_outcome_is("nothing_to_disclose");
    the.presence[the_item(ITEM_HEIGHT)] = KP_ITEM_STATED; /* "not done" is not a result */
    the_outcome_is("nothing_to_disclose");
    the.presence[the_item(ITEM_HEIGHT)] = KP_ITEM_RESULT;
    the.presence[the_item("9N006000000000001")] = KP_ITEM_STATED; /* released with the rest, not counted */
    the_outcome_is("kenpo150");
    assert_int_equal(the_decision().n_released, 2);
    assert_int_equal(the_ground("9N006000000000001"), KP_GROUND_DUTY);
}

/* 個人情報保護法27条1項: a request, which reaches nothing here, takes nothing from the consent */
static void record__no_item_of_the_duty_but_consent__is_released_on_it(void **state UNUSED)
{
    give_consent(ITEM_URIC_ACID);
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_BMI)] = the.presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_RESULT;
    for (int requested = 1; requested >= 0; requested--) {
        the.c.requests = requested ? &the.q : NULL;
        the_outcome_is("consent");
        the_grounds_are(KP_GROUND_WITHHELD, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
    }
}

/* --- consent --- */

/* 個人情報保護法27条1項 */
static void consent__for_another_recipient__does_not_count(void **state UNUSED)
{
    struct kp_consent *consent = give_consent("other");
    static const struct {
        const char *recipient;
        enum kp_ground ground;
    } cases[] = {{"*", KP_GROUND_CONSENT}, {"06139463", KP_GROUND_CONSENT}, {"01130012", KP_GROUND_WITHHELD}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        consent->recipient = cases[i].recipient;
        the_outcome_is("kenpo150");
        the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, cases[i].ground);
    }
}

/* 個人情報保護法27条1項 */
static void consent__items__are_codes_other_or_all(void **state UNUSED)
{
    static const char *const codes[] = {ITEM_HEIGHT, ITEM_BMI, ITEM_URIC_ACID, ITEM_X_RAY};
    static const struct {
        const char *items, *covers;
    } cases[] = {{"all", "++++"},          {"other", "--++"},
                 {ITEM_URIC_ACID, "--+-"}, {ITEM_X_RAY " " ITEM_BMI, "-+-+"},
                 {ITEM_HEIGHT, "+---"},    {ITEM_HEIGHT " other", "+-++"}};
    for (size_t i = 0; i < COUNT(cases) * COUNT(codes); i++) {
        struct kp_consent consent = {.items = cases[i / COUNT(codes)].items};
        bool covers = cases[i / COUNT(codes)].covers[i % COUNT(codes)] == '+';
        assert_int_equal(kp_consent_covers(&consent, kp_item_find(&tables, codes[i % COUNT(codes)])), covers);
    }
}

/* 個人情報保護法27条1項: あらかじめ */
static void consent__given_and_not_withdrawn_by_the_day__counts(void **state UNUSED)
{
    static const struct {
        const char *given, *withdrawn, *outcome;
    } cases[] = {{"2025-11-19", "", "consent"},
                 {"2025-11-20", "", "consent"},
                 {"2025-11-21", "", "no_request"},
                 {"2025-01-01", "2025-11-19", "no_request"},
                 {"2025-01-01", "2025-11-20", "no_request"},
                 {"2025-01-01", "2025-11-21", "consent"}};
    struct kp_consent *consent = give_consent("other");
    the.c.requests = NULL;
    for (size_t i = 0; i < COUNT(cases); i++) {
        consent->given = day(cases[i].given);
        consent->withdrawn = day(cases[i].withdrawn);
        the_outcome_is(cases[i].outcome);
    }
}

/* 高確法27条4項, 健保法150条3項: 提供しなければならない */
static void duty__opting_out__is_not_possible(void **state UNUSED)
{
    give_consent("all")->withdrawn = day("2025-07-01");
    give_consent("other")->recipient = "01130012";
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
}

/* 個人情報保護法27条2項ただし書 */
static void other_items__silence_of_the_person__is_no_ground(void **state UNUSED)
{
    the.c.requests = NULL;
    the_outcome_is("no_request");
    the.c.insurer_number = LATE_STAGE;
    the_outcome_is("consent_missing");
}

/* --- records --- */

/* 個人情報保護法29条1項ただし書, 27条1項1号 */
static void duty__recipient_unknown__is_released(void **state UNUSED)
{
    the.c.recipient_known = false;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    assert_false(the_decision().recipient_unknown);
    assert_string_equal(kp_privacy_ground_of(the_decision().basis), "required_by_law");
}

/* 個人情報保護法29条1項, 施行規則20条1項2号 */
static void consent_items__recipient_unknown__are_withheld(void **state UNUSED)
{
    give_consent("other");
    the.c.recipient_known = false;
    the_outcome_is("kenpo150");
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_WITHHELD);
    assert_true(the_decision().recipient_unknown);
    the.c.requests = NULL; /* consent is the only ground */
    the_outcome_is("no_request");
    assert_true(the_decision().recipient_unknown);
    the.c.recipient_known = true;
    the_outcome_is("consent");
    assert_false(the_decision().recipient_unknown);
    assert_string_equal(kp_privacy_ground_of(the_decision().basis), "consent");
}

/* 個人情報保護法29条1項, 16条2項: local governments are not third parties there */
static void local_government__recipient_unknown__is_treated_alike(void **state UNUSED)
{
    static const char *const numbers[][2] = {{LATE_STAGE, "consent_missing"}, {CITY, "no_request"}};
    give_consent("all");
    the.c.requests = NULL;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        the.c.insurer_number = numbers[i][0];
        the.c.recipient_known = false;
        the_outcome_is(numbers[i][1]);
        the.c.recipient_known = true;
        the_outcome_is("consent");
    }
}

static const char *text_of_the_basis(enum kp_route route, const char *scheme, const char *iso)
{
    struct kp_date on = day(iso);
    const struct kp_basis *basis = kp_basis_for(&tables, route, scheme, KP_BAND_40TO74, on);
    assert_non_null(basis);
    return kp_provisions_text(&arena, &tables, basis, on);
}

/* 個人情報保護法23条1項1号 until 2022-03-31, 27条1項1号 since */
static void provisions__duty__are_renumbered_on_2022_04_01(void **state UNUSED)
{
    static const struct {
        enum kp_route route;
        const char *scheme, *text;
    } cases[] = {
        {KP_ROUTE_ELDERLY, "kenpo",
         "高齢者の医療の確保に関する法律 第27条第3項・第27条第4項; "
         "特定健康診査及び特定保健指導の実施に関する基準 第13条の2・第14条第1項"},
        {KP_ROUTE_HEALTH, "kenpo",
         "健康保険法 第150条第2項・第150条第3項; 健康保険法施行規則 第153条の3・第153条の4"},
        {KP_ROUTE_HEALTH, "senin",
         "船員保険法 第111条第2項・第111条第3項; 船員保険法施行規則 第158条の2・第158条の3"},
        {KP_ROUTE_HEALTH, "kokuho",
         "国民健康保険法 第82条第2項・第82条第3項; 国民健康保険法施行規則 第32条の32の2・第32条の32の3"},
        {KP_ROUTE_HEALTH, "kokka_kyosai",
         "国家公務員共済組合法 第98条第2項・第98条第3項; 国家公務員共済組合法施行規則 第119条の13・第119条の14"},
        {KP_ROUTE_HEALTH, "chiho_kyosai",
         "地方公務員等共済組合法 第112条第3項・第112条第4項; "
         "地方公務員等共済組合法施行規程 第162条の3・第162条の4"},
        {KP_ROUTE_HEALTH, "shigaku_kyosai",
         "私立学校教職員共済法 第26条第3項・第26条第4項; 私立学校教職員共済法施行規則 第32条の3・第32条の4"}};
    static const char *const exemption[][2] = {{"2022-01-01", "第23条第1項第1号"},
                                               {"2022-03-31", "第23条第1項第1号"},
                                               {"2022-04-01", "第27条第1項第1号"},
                                               {"2026-11-20", "第27条第1項第1号"}};
    for (size_t i = 0; i < COUNT(cases) * COUNT(exemption); i++) {
        const char *const *side = exemption[i % COUNT(exemption)];
        size_t n = i / COUNT(exemption);
        assert_string_equal(
            text_of_the_basis(cases[n].route, cases[n].scheme, side[0]),
            kp_arena_printf(&arena, "%s; 個人情報の保護に関する法律 %s", cases[n].text, side[1]));
    }
    assert_string_equal(
        text_of_the_basis(KP_ROUTE_ELDERLY, "kenpo", "2021-12-31"),
        "高齢者の医療の確保に関する法律 第27条第2項・第27条第3項; 特定健康診査及び特定保健指導の実施に関する"
        "基準 第14条; 個人情報の保護に関する法律 第23条第1項第1号");
}

/* 個人情報保護法23条1項 until 2022-03-31, 27条1項 since */
static void provisions__consent__are_renumbered_on_2022_04_01(void **state UNUSED)
{
    assert_string_equal(text_of_the_basis(KP_ROUTE_CONSENT, "koki", "2022-03-31"),
                        "個人情報の保護に関する法律 第23条第1項");
    assert_string_equal(text_of_the_basis(KP_ROUTE_CONSENT, "koki", "2022-04-01"),
                        "個人情報の保護に関する法律 第27条第1項");
}

/* 個人情報保護法25条 until 2022-03-31, 29条 since */
static void provisions__record__are_renumbered_on_2022_04_01(void **state UNUSED)
{
    assert_string_equal(kp_privacy_provision(&tables, "provision_record", day("2022-03-31")),
                        "個人情報の保護に関する法律 第25条");
    assert_string_equal(kp_privacy_provision(&tables, "provision_record", day("2022-04-01")),
                        "個人情報の保護に関する法律 第29条・施行規則 第19条〜第21条");
}

/* --- the decision --- */

/* 健保法150条3項, 個人情報保護法27条1項 */
static void release__decision__names_basis_request_age_and_grounds(void **state UNUSED)
{
    the.policy.release_requested_items = true;
    the.q.items = ITEM_URIC_ACID;
    give_consent(ITEM_X_RAY);
    struct kp_decision d = the_decision();
    assert_int_equal(d.reason, KP_HOLD_NONE);
    assert_int_equal(d.duty_fault, KP_HOLD_NONE);
    assert_string_equal(d.basis->id, "kenpo150");
    assert_string_equal(d.request->id, "R1");
    assert_string_equal(d.scheme, "kenpo");
    assert_int_equal(d.age, 45);
    assert_int_equal(d.band, KP_BAND_40TO74);
    the_grounds_are(KP_GROUND_DUTY, KP_GROUND_FORM, KP_GROUND_REQUESTED);
    assert_int_equal(the_ground(ITEM_X_RAY), KP_GROUND_CONSENT);
    assert_int_equal(the_ground("9E160162100000001"), KP_GROUND_WITHHELD);
}

/* 高確法27条, 健保法150条 */
static void hold__one_reason__names_no_basis_and_no_request(void **state UNUSED)
{
    cites(ELDERLY);
    born(UNDER_40);
    the_outcome_is("no_basis");
    assert_null(the_decision().request);
    assert_int_equal(the_decision().age, 31);
    assert_int_equal(the_decision().band, KP_BAND_UNDER40);
}

/* Decisions in between do not matter. */
static void decision__same_case_again__is_the_same(void **state UNUSED)
{
    static enum kp_ground before[MOST_ITEMS];
    give_consent(ITEM_X_RAY);
    struct kp_decision first = the_decision();
    memcpy(before, ground, sizeof(before));
    the.c.insurer_number = LATE_STAGE;
    the_outcome_is("consent");
    the.c.insurer_number = "06139463";
    struct kp_decision second = the_decision();
    assert_ptr_equal(second.basis, first.basis);
    assert_ptr_equal(second.request, first.request);
    assert_int_equal(second.n_released, first.n_released);
    assert_memory_equal(ground, before, sizeof(before));
}

/* 個人情報保護法27条1項 */
static void no_duty__items_with_consent__have_the_basis_consent(void **state UNUSED)
{
    give_consent(ITEM_URIC_ACID);
    for (int i = 0; i < 3; i++) {
        the.c.insurer_number = i == 0 ? LATE_STAGE : "06139463"; /* late-stage, no request, no basis */
        the.c.requests = i == 1 ? NULL : &the.q;
        born(i == 2 ? "1940-01-01" : "1980-05-01");
        the_outcome_is("consent");
        assert_null(the_decision().request);
        assert_int_equal(the_decision().n_released, 1);
        the_grounds_are(KP_GROUND_WITHHELD, KP_GROUND_WITHHELD, KP_GROUND_CONSENT);
    }
}

/* 個人情報保護法27条1項 */
static void no_duty__nothing_consented__is_held_for_its_reason(void **state UNUSED)
{
    give_consent(ITEM_URIC_ACID);
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_HEIGHT)] = KP_ITEM_RESULT;
    the.presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_STATED; /* "not done" is not a result */
    the.c.requests = NULL;
    the_outcome_is("no_request");
    the.c.requests = &the.q;
    born("1940-01-01");
    the_outcome_is("no_basis");
    the.presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_RESULT;
    the_outcome_is("consent");
}

/* Starts with every fault; removing one gives the next reason. */
static void several_reasons__first_in_order__is_given(void **state UNUSED)
{
    the.c.presence = the.presence;
    the.presence[the_item(ITEM_URIC_ACID)] = KP_ITEM_RESULT;
    the.c.exam = day("2020-11-19");
    born("1940-01-01");
    the.c.member_from = day("2021-04-01");
    the.q.withdrawn = day("2025-11-01");
    the.q.exam_from = day("2021-01-01");
    the.c.insurer_number = LATE_STAGE;
    the_outcome_is("consent_missing");
    the.c.insurer_number = "06139463";
    the_outcome_is("no_request");
    the.q.exam_from = day("");
    the_outcome_is("request_not_in_force");
    the.q.withdrawn = day("");
    the_outcome_is("not_a_member");
    the.c.member_from = day("");
    the_outcome_is("no_basis");
    born("1980-05-01");
    the_outcome_is("past_retention");
    the.c.exam = day("2025-06-10");
    the_outcome_is("nothing_to_disclose");
    the.presence[the_item(ITEM_HEIGHT)] = KP_ITEM_RESULT;
    the_outcome_is("kenpo150");
}

/* 法別番号: as long as the Act is open, so are the conditions for consent */
static void open_scheme__any_request_or_consent__is_held(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"03130001", "scheme_unsettled"}, {"04130001", "scheme_unsettled"}, {"07130001", "scheme_unsettled"},
        {"67130001", "scheme_unsettled"}, {"34130021", "scheme_ambiguous"}, {"75130001", "scheme_ambiguous"}};
    cites(BOTH);
    for (size_t i = 0; i < COUNT(cases); i++) {
        the.c.insurer_number = cases[i][0];
        the.c.n_consents = 0;
        give_consent("all");
        give_consent("all")->recipient = cases[i][0];
        the_outcome_is(cases[i][1]);
        assert_string_equal(kp_reason_names[the_decision().duty_fault], cases[i][1]);
    }
}

/* The reasons, in order of precedence. */
static void reasons__names_and_order__are_pinned(void **state UNUSED)
{
    static const char *const names[] = {"",
                                        "scheme_unsettled",
                                        "scheme_ambiguous",
                                        "consent_missing",
                                        "no_request",
                                        "request_not_in_force",
                                        "not_a_member",
                                        "no_basis",
                                        "past_retention",
                                        "exam_kind",
                                        "nothing_to_disclose",
                                        "told_another_insurer",
                                        "changed_since_disclosure",
                                        "already_disclosed",
                                        "not_selected",
                                        "other_shard"};
    assert_int_equal(COUNT(names), KP_HOLD__COUNT);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(kp_reason_names[i], names[i]);
}

#define TEST(name) cmocka_unit_test_setup(name, make_the_case)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(elderly_act__insurer_not_late_stage__obliges_for_40_to_74),
        TEST(elderly_act__until_2021__cites_paragraphs_2_and_3),
        TEST(health_act__each_scheme__cites_its_own_paragraphs),
        TEST(under_40__before_2022__needs_consent),
        TEST(late_stage_association__any_request__nothing_is_owed),
        TEST(late_stage_association__age_of_the_member__is_irrelevant),
        TEST(seventy_five__under_another_insurer__needs_consent),
        TEST(under_40__request_citing_the_health_act__gives_the_basis),
        TEST(under_40__request_citing_the_elderly_act__is_held_no_basis),
        TEST(age_40_to_74__request_citing_the_elderly_act__is_the_basis),
        TEST(age_40_to_74__request_citing_the_health_act__is_the_basis),
        TEST(request_citing_both_acts__age__decides),
        TEST(request__received_after_disclosure__does_not_count),
        TEST(request__withdrawn_or_past_its_end__is_not_in_force),
        TEST(request__older_than_the_provision__gives_no_basis),
        TEST(scheme__first_two_digits__decide),
        TEST(shared_prefix__register_silent__is_held_scheme_ambiguous),
        TEST(unsettled_prefix__any_register__is_held_scheme_unsettled),
        TEST(leaver__no_member_on_the_day_of_disclosure__is_owed),
        TEST(family_member__insurer_of_another_company__is_owed),
        TEST(membership__exam_outside_its_dates__is_held),
        TEST(retention__exam_over_five_years_ago__is_held),
        TEST(past_retention__covered_by_consent__is_released),
        TEST(exam_kind__not_kept_under_the_duty__needs_consent),
        TEST(text__names_an_item_without_a_ground__stays_back),
        TEST(text__reason_of_a_test_stays_back__its_flag_does_too),
        TEST(forty__age_at_the_fiscal_year_end__decides),
        TEST(forty__birthday_after_the_exam__belongs_to_40_to_74),
        TEST(seventy_five__real_age_on_the_exam_date__decides),
        TEST(seventy_five__from_the_birthday__is_late_stage),
        TEST(born_on_1_april__by_statute__is_40_on_31_march),
        TEST(age_rule__not_chosen__counts_birthdays),
        TEST(born_on_29_february__common_year__ages_on_1_march),
        TEST(items_of_the_duty__no_consent__are_released_alone),
        TEST(items_of_the_form__by_default__are_released_with_the_duty),
        TEST(items_of_the_form__policy_withhold__need_consent),
        TEST(other_items__no_consent__are_withheld),
        TEST(requested_items__by_default__need_consent),
        TEST(requested_items__policy_release__are_those_listed),
        TEST(requested_items__of_several_requests__add_up),
        TEST(requested_items__beside_the_elderly_act__are_released),
        TEST(requested_items__of_an_unusable_request__are_withheld),
        TEST(requested_items__recipient_unknown__are_still_released),
        TEST(requested_items__elderly_act__are_withheld),
        TEST(requested_items__no_duty__are_withheld),
        TEST(item__without_a_ground__is_withheld_alone),
        TEST(record__no_item_of_the_duty__is_held_nothing_to_disclose),
        TEST(record__no_item_of_the_duty_but_consent__is_released_on_it),
        TEST(consent__for_another_recipient__does_not_count),
        TEST(consent__items__are_codes_other_or_all),
        TEST(consent__given_and_not_withdrawn_by_the_day__counts),
        TEST(duty__opting_out__is_not_possible),
        TEST(other_items__silence_of_the_person__is_no_ground),
        TEST(duty__recipient_unknown__is_released),
        TEST(consent_items__recipient_unknown__are_withheld),
        TEST(local_government__recipient_unknown__is_treated_alike),
        TEST(provisions__duty__are_renumbered_on_2022_04_01),
        TEST(provisions__consent__are_renumbered_on_2022_04_01),
        TEST(provisions__record__are_renumbered_on_2022_04_01),
        TEST(release__decision__names_basis_request_age_and_grounds),
        TEST(hold__one_reason__names_no_basis_and_no_request),
        TEST(decision__same_case_again__is_the_same),
        TEST(no_duty__items_with_consent__have_the_basis_consent),
        TEST(no_duty__nothing_consented__is_held_for_its_reason),
        TEST(several_reasons__first_in_order__is_given),
        TEST(open_scheme__any_request_or_consent__is_held),
        TEST(reasons__names_and_order__are_pinned),
    };
    return cmocka_run_group_tests_name("rule_law", tests, set_up_rule, free_tables);
}
