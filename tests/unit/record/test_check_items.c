/* Items of 特定健診, of the periodic check, and groups with a reason. */
#include "record_case.h"

#include "record/check_items.h"

#define HEARING_OTHER "9D100160900000049"
#define FUNDUS_TARGET "9E100161600000011"
#define FUNDUS_REASON "9E100161000000049"
#define FUNDUS_SCHEIE_H "9E100166100000011"
#define ANAEMIA_REASON "2A020161001930149"

/* An earlier finding refuses the item's value. */
static void refuse(const char *item)
{
    kp_findings_add(&findings, KP_K_TOO_LONG, item_of(item)->label, NULL);
}

/* True if the finding of the code lists that name, between commas. */
static bool names(enum kp_code code, const char *name)
{
    const struct kp_finding *f = finding(code);
    const char *list = f ? kp_arena_printf(&scratch, ", %s, ", f->args[0]) : "";
    return strstr(list, kp_arena_printf(&scratch, ", %s, ", name)) != NULL;
}

/* --- 特定健診 --- */

static bool requires(const char *name)
{
    findings.first = findings.last = NULL;
    kp_check_required(&record, KP_K_REQUIRED_ABSENT, &findings);
    return names(KP_K_REQUIRED_ABSENT, name);
}

/* Whoever lacks a waist must read that visceral fat would do. */
static void required__nothing_known__names_all_alternatives(void **state UNUSED)
{
    static const char *const expected[] = {"身長",       "内臓脂肪面積・腹囲",
                                           "収縮期血圧", "LDLコレステロール・Non-HDLコレステロール",
                                           "AST",        "空腹時中性脂肪・随時中性脂肪",
                                           "尿糖",       "空腹時血糖・随時血糖・HbA1c",
                                           "γ-GT",       "医師の診断(判定)"};
    for (size_t i = 0; i < COUNT(expected); i++)
        if (!requires(expected[i]))
            fail_msg("%s is not named", expected[i]);
    assert_null(findings.first->next);
}

static void required__everything_stated__has_no_finding(void **state UNUSED)
{
    for (size_t i = 0; i < tables.n_items; i++)
        if (tables.items[i].tokutei_need == '1' || tables.items[i].tokutei_need >= 'A')
            set_state(tables.items[i].code, KP_VALUE_NOT_MEASURABLE);
    kp_check_required(&record, KP_K_REQUIRED_MISSING, &findings);
    assert_null(findings.first);
    set_state(HEIGHT, KP_VALUE_NOT_DONE);
    assert_true(requires("身長"));
    findings.first = findings.last = NULL;
    set(HEIGHT, NULL);
    kp_check_required(&record, KP_K_REQUIRED_MISSING, &findings);
    assert_int_equal(findings.first->code, KP_K_REQUIRED_MISSING);
    assert_string_equal(findings.first->args[0], "身長");
}

static void required__one_alternative__is_enough(void **state UNUSED)
{
    set(REPORTED_WAIST, "80.0");
    assert_false(requires("内臓脂肪面積・腹囲"));
    set(HBA1C, "5.5");
    assert_false(requires("空腹時血糖・随時血糖・HbA1c"));
}

/* An unused column may have what is missing. */
static void required__resembling_column__is_named_beside_it(void **state UNUSED)
{
    const struct kp_lost_column lost[] = {
        {"胴囲", (unsigned)(item_of(WAIST) - tables.items), ""},
        {"タイジュウ", (unsigned)(item_of(WEIGHT) - tables.items), ""},
        {"血圧H", (unsigned)(item_of(FIRST_SYSTOLIC) - tables.items), ""},
        {"ヘモグロビンA1c", (unsigned)(item_of(HBA1C) - tables.items), "単位"}};
    record.lost = lost;
    record.n_lost = COUNT(lost);
    assert_true(requires("内臓脂肪面積・腹囲 ← 胴囲?"));
    assert_true(requires("収縮期血圧 ← 血圧H?"));
    assert_true(requires("空腹時血糖・随時血糖・HbA1c ← ヘモグロビンA1c(単位)"));
    set(WEIGHT, "60.0");
    assert_false(requires("体重 ← タイジュウ?"));
    findings.first = findings.last = NULL;
    kp_check_periodic(&record, &findings);
    assert_true(names(KP_K_PERIODIC_ABSENT, "腹囲 ← 胴囲?"));
    assert_true(names(KP_K_PERIODIC_ABSENT, "収縮期血圧 ← 血圧H?"));
}

/* A height of 0, in whichever group of alternatives. */
static void required__never_measured__is_missing(void **state UNUSED)
{
    kp_findings_add(&findings, KP_K_BEYOND_POSSIBLE, item_of(HEIGHT)->label, NULL, "0");
    kp_findings_add(&findings, KP_K_BEYOND_POSSIBLE, item_of("9N021000000000001")->label, NULL, "0");
    kp_check_required(&record, KP_K_REQUIRED_ABSENT, &findings);
    assert_true(names(KP_K_REQUIRED_ABSENT, "身長"));
    assert_true(names(KP_K_REQUIRED_ABSENT, "内臓脂肪面積・腹囲"));
}

static void required__refused__is_not_missing(void **state UNUSED)
{
    refuse(HEIGHT);
    kp_check_required(&record, KP_K_REQUIRED_ABSENT, &findings);
    assert_true(names(KP_K_REQUIRED_ABSENT, "体重"));
    assert_false(names(KP_K_REQUIRED_ABSENT, "身長"));
}

static void required__blood_was_drawn__names_the_meal(void **state UNUSED)
{
    static const char *const tests[] = {TG, CASUAL_TG, FASTING_GLUCOSE, CASUAL_GLUCOSE};
    assert_false(requires("採血時間(食後)"));
    for (size_t i = 0; i < COUNT(tests); i++) {
        set(tests[i], "99");
        assert_true(requires("採血時間(食後)"));
        set(tests[i], NULL);
    }
    set(TG, "99");
    set(KP_ITEM_MEAL, "2");
    assert_false(requires("採血時間(食後)"));
}

/* --- the periodic check --- */

static bool periodic(const char *name)
{
    findings.first = findings.last = NULL;
    kp_check_periodic(&record, &findings);
    return names(KP_K_PERIODIC_ABSENT, name);
}

/* What a doctor may omit at which age (安衛則44条). */
static void periodic__age__decides_what_may_be_omitted(void **state UNUSED)
{
    static const struct {
        int16_t born; /* in May, examined in June 2025 */
        const char *name;
        bool required;
    } rows[] = {{2006, "身長", true},        {2005, "身長", false},        {1986, "腹囲", false},
                {1985, "腹囲", true},        {1990, "腹囲", true},         {1989, "腹囲", false},
                {2005, "胸部X線検査", true}, {2004, "胸部X線検査", false}, {2000, "胸部X線検査", true},
                {1995, "胸部X線検査", true}, {1990, "胸部X線検査", true},  {1986, "胸部X線検査", false},
                {1985, "胸部X線検査", true}, {1990, "心電図", true},       {1995, "心電図", false},
                {1995, "尿蛋白", true},      {1995, "聴力", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        record.birth.year = rows[i].born;
        if (periodic(rows[i].name) != rows[i].required)
            fail_msg("born %d, %s", (int)rows[i].born, rows[i].name);
    }
}

/* A part belongs to the check only on the exam days of its row. */
static void periodic__exam_day__decides_which_rows_apply(void **state UNUSED)
{
    static const struct kp_periodic parts[] = {
        {.name = "旧", .items = "9N051", .to = {2025, 6, 9}},
        {.name = "新", .items = "9N056", .from = {2025, 6, 10}},
    };
    static const struct {
        int8_t day; /* of June 2025 */
        bool former, later;
    } rows[] = {{9, true, false}, {10, false, true}};
    struct kp_tables own = tables;
    own.periodic = parts;
    own.n_periodic = COUNT(parts);
    record.tables = &own;
    for (size_t i = 0; i < COUNT(rows); i++) {
        record.exam = (struct kp_date){2025, 6, rows[i].day};
        assert_int_equal(periodic("旧"), rows[i].former);
        assert_int_equal(periodic("新"), rows[i].later);
    }
    record.tables = &tables;
}

static void periodic__waist__may_be_omitted_by_bmi(void **state UNUSED)
{
    static const struct {
        const char *bmi, *reported;
        bool required;
    } rows[] = {{"19.9", NULL, false}, {"20.0", NULL, true}, {"21.9", "80.0", false}, {"22.0", "80.0", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        set(KP_ITEM_BMI, rows[i].bmi);
        set(REPORTED_WAIST, rows[i].reported);
        assert_int_equal(periodic("腹囲"), rows[i].required);
    }
    set(WAIST, "80.0");
    assert_false(periodic("腹囲"));
}

static void periodic__bmi_not_recorded__is_computed(void **state UNUSED)
{
    set(HEIGHT, "170.0");
    set(WEIGHT, "57.0"); /* 19.7 */
    assert_false(periodic("腹囲"));
}

static void periodic__displaced_value__was_measured(void **state UNUSED)
{
    const struct kp_displaced displaced = {.item = item_of(WAIST),
                                           .value = {.state = KP_VALUE_PRESENT, .text = "82.0"}};
    record.displaced = &displaced;
    assert_false(periodic("腹囲"));
}

static void periodic__hearing__needs_all_ears_or_another_test(void **state UNUSED)
{
    static const char *const ears[] = {"9D100163100000011", "9D100163200000011", "9D100163500000011",
                                       "9D100163600000011"};
    static const struct {
        int16_t born;
        bool required;
    } rows[] = {{1981, false}, {1980, true}, {1985, true}, {1990, true}, {1991, false}};
    set(HEARING_OTHER, "異常なし");
    for (size_t i = 0; i < COUNT(rows); i++) {
        record.birth.year = rows[i].born;
        assert_int_equal(periodic("聴力"), rows[i].required);
    }
    record.birth.year = 1975;
    for (size_t i = 0; i < COUNT(ears); i++) {
        assert_true(periodic("聴力"));
        set(ears[i], "2");
    }
    assert_false(periodic("聴力"));
}

static void periodic__birth_unknown__has_no_finding(void **state UNUSED)
{
    record.birth = (struct kp_date){0};
    kp_check_periodic(&record, &findings);
    assert_null(findings.first);
}

/* --- groups with a reason --- */

static void group__neither_reason_nor_target__is_not_checked(void **state UNUSED)
{
    set(CREATININE, "0.85");
    kp_check_groups(&record, false, &findings);
    set(CREATININE_TARGET, "0");
    kp_check_groups(&record, false, &findings);
    assert_null(findings.first);
}

static void group__complete__has_no_finding(void **state UNUSED)
{
    set(CREATININE_TARGET, "1");
    set(CREATININE_REASON, "血圧");
    set(CREATININE, "0.85");
    set(KP_ITEM_EGFR, "75.4");
    kp_check_groups(&record, false, &findings);
    assert_null(findings.first);
}

static void group__target_says_not_detailed__reason_is_unfounded(void **state UNUSED)
{
    set(CREATININE_TARGET, "0");
    set(CREATININE_REASON, "血圧");
    kp_check_groups(&record, false, &findings);
    assert_one_finding(KP_K_REASON_UNFOUNDED, item_of(CREATININE_REASON)->label,
                       item_of(CREATININE_TARGET)->label);
}

static void group__part_missing__received_or_not__is_reported(void **state UNUSED)
{
    static const struct {
        const char *set[2]; /* beside creatinine and eGFR */
        enum kp_code code;
    } rows[] = {{{CREATININE_TARGET, "1"}, KP_K_REASON_MISSING},
                {{CREATININE_REASON, "血圧"}, KP_K_REASON_MISSING}};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int received = 0; received < 2; received++) {
            const char *other = i == 0 ? CREATININE_REASON : CREATININE_TARGET;
            assert_int_equal(new_record(NULL), 0);
            set(CREATININE, "0.85");
            set(KP_ITEM_EGFR, "75.4");
            set(rows[i].set[0], rows[i].set[1]);
            kp_check_groups(&record, received, &findings);
            assert_one_finding(received ? KP_K_GROUP_NOT_WHOLE : rows[i].code, item_of(rows[i].set[0])->label,
                               item_of(other)->label);
        }
}

static void group__tests_missing__are_named_once_per_test(void **state UNUSED)
{
    set(ANAEMIA_REASON, "既往");
    kp_check_groups(&record, false, &findings);
    assert_string_equal(finding(KP_K_GROUP_INCOMPLETE)->args[0],
                        "ヘマトクリット値, 血色素量(ヘモグロビン値), 赤血球数");
    assert_int_equal(new_record(NULL), 0);
    set(CREATININE_TARGET, "1");
    set(CREATININE_REASON, "血圧");
    set("3C015000002399901", "0.85"); /* by another method */
    kp_check_groups(&record, false, &findings);
    assert_one_finding(KP_K_EGFR_ABSENT, item_of(KP_ITEM_EGFR)->label, NULL);
}

static void group__classes_only__one_is_enough(void **state UNUSED)
{
    set(FUNDUS_TARGET, "1");
    set(FUNDUS_REASON, "血圧");
    kp_check_groups(&record, false, &findings);
    assert_string_equal(finding(KP_K_GROUP_INCOMPLETE)->args[0], "眼底検査(キースワグナー分類)");
    findings.first = findings.last = NULL;
    set(FUNDUS_SCHEIE_H, "1");
    kp_check_groups(&record, false, &findings);
    assert_null(findings.first);
}

static void group__refused_part__is_not_missing(void **state UNUSED)
{
    static const struct {
        const char *refused;
        const char *set[4]; /* item, value, ... */
        enum kp_code code;  /* found if nothing was refused */
    } rows[] = {
        {CREATININE, {CREATININE_TARGET, "1", CREATININE_REASON, "血圧"}, KP_K_GROUP_INCOMPLETE},
        {CREATININE_REASON, {CREATININE_TARGET, "1"}, KP_K_REASON_MISSING},
        {CREATININE_TARGET, {CREATININE_REASON, "血圧"}, KP_K_REASON_MISSING},
        {KP_ITEM_EGFR, {CREATININE_TARGET, "1", CREATININE_REASON, "血圧"}, KP_K_EGFR_ABSENT},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int refused = 0; refused < 2; refused++) {
            assert_int_equal(new_record(NULL), 0);
            for (size_t k = 0; k < COUNT(rows[i].set) && rows[i].set[k]; k += 2)
                set(rows[i].set[k], rows[i].set[k + 1]);
            if (refused)
                refuse(rows[i].refused);
            kp_check_groups(&record, false, &findings);
            if ((finding(rows[i].code) == NULL) != refused)
                fail_msg("row %zu, refused %d", i, refused);
        }
}

#define TEST(name) cmocka_unit_test_setup(name, new_record)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(required__nothing_known__names_all_alternatives),
        TEST(required__everything_stated__has_no_finding),
        TEST(required__one_alternative__is_enough),
        TEST(required__resembling_column__is_named_beside_it),
        TEST(required__refused__is_not_missing),
        TEST(required__never_measured__is_missing),
        TEST(required__blood_was_drawn__names_the_meal),
        TEST(periodic__age__decides_what_may_be_omitted),
        TEST(periodic__exam_day__decides_which_rows_apply),
        TEST(periodic__waist__may_be_omitted_by_bmi),
        TEST(periodic__bmi_not_recorded__is_computed),
        TEST(periodic__displaced_value__was_measured),
        TEST(periodic__hearing__needs_all_ears_or_another_test),
        TEST(periodic__birth_unknown__has_no_finding),
        TEST(group__neither_reason_nor_target__is_not_checked),
        TEST(group__complete__has_no_finding),
        TEST(group__target_says_not_detailed__reason_is_unfounded),
        TEST(group__part_missing__received_or_not__is_reported),
        TEST(group__tests_missing__are_named_once_per_test),
        TEST(group__classes_only__one_is_enough),
        TEST(group__refused_part__is_not_missing),
    };
    return cmocka_run_group_tests_name("check_items", tests, load_tables, free_tables);
}
