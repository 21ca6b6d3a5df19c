/* The checks of one record that no row of an export can fail: what only a record read back from a document
 * can. */
#include "record_story.h"

#include "record/checks.h"

static struct kp_check_context context;
static const char *before; /* label of an item whose value was refused */

/* A record of 50 years as a document for 40 to 74 has it, with the fields alone. */
static int fresh(void **state UNUSED)
{
    static const struct {
        enum kp_field field;
        const char *value;
    } fields[] = {{KP_F_INSURER_NUMBER, "06139463"},    {KP_F_INSURED_SYMBOL, "12"},
                  {KP_F_INSURED_NUMBER, "345"},         {KP_F_INSURED_BRANCH, "00"},
                  {KP_F_NAME_KANA, "ケンポタロウ"},     {KP_F_SEX, "1"},
                  {KP_F_BIRTH_DATE, "19750505"},        {KP_F_POSTAL_CODE, "100-0001"},
                  {KP_F_ADDRESS, "東京都千代田区"},     {KP_F_EXAM_DATE, "20250610"},
                  {KP_F_FACILITY_NUMBER, "2813300114"}, {KP_F_FACILITY_NAME, "健診所"}};
    kp_arena_reset(&scratch);
    before = NULL;
    if (kp_record_init(&record, &tables, &scratch) != KP_OK)
        return -1;
    for (size_t i = 0; i < COUNT(fields); i++)
        record.field[fields[i].field] = fields[i].value;
    record.birth = (struct kp_date){1975, 5, 5};
    record.exam = (struct kp_date){2025, 6, 10};
    context = (struct kp_check_context){.as_of = {2026, 4, 1}, .report = "40", .programme = "990"};
    return 0;
}

static void set(const char *item, const char *value)
{
    record.values[item_at(item)] = (struct kp_value){.state = KP_VALUE_PRESENT, .text = value};
}

static bool finds(enum kp_code code)
{
    bool found = false;
    findings = (struct kp_findings){.arena = &scratch};
    if (before)
        kp_findings_add(&findings, KP_K_TOO_LONG, before, NULL);
    kp_check_record(&tables, &record, &context, &findings);
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        found |= f->code == code;
    return found;
}

static void group__two_codes_in_one_document__are_warned_of(void **state UNUSED)
{
    set(SYSTOLIC, "120");
    assert_false(finds(KP_K_GROUP_SEVERAL));
    set("9A752000000000001", "118");
    assert_true(finds(KP_K_GROUP_SEVERAL));
}

/* 報告区分 and プログラム種別 against the age at the end of the fiscal year and on the day of the
 * examination. */
static void category__must_fit_the_age(void **state UNUSED)
{
    static const struct {
        const char *report, *programme;
        int16_t born;
        bool fits;
    } rows[] = {{"10", "010", 1975, true},  {"10", "030", 1975, true},  {"40", "990", 1975, true},
                {"41", "030", 1975, true},  {"10", "990", 1975, false}, {"10", "000", 1975, false},
                {"19", "010", 1975, false}, {"49", "990", 1975, false}, {"10", "100", 1975, false},
                {"10", "010", 1990, false}, {"40", "010", 1990, false}, {"40", "990", 1990, true},
                {"41", "030", 1990, true},  {"10", "010", 1949, false}, {"40", "020", 1949, true},
                {"40", "020", 1961, false}, {"40", "990", 1949, true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        context.report = rows[i].report;
        context.programme = rows[i].programme;
        record.birth.year = rows[i].born;
        if (finds(KP_K_PROGRAMME_AGE) == rows[i].fits)
            fail_msg("%s/%s, born %d", rows[i].report, rows[i].programme, (int)rows[i].born);
    }
}

/* What was refused is there, only wrong: its own finding says how to mend it, and that it is missing would
 * mislead. */
static void refused__is_not_missing_besides(void **state UNUSED)
{
    static const struct {
        const char *refused; /* the item that an earlier finding speaks of */
        const char *set[4];  /* item, value, item, value */
        enum kp_code code;   /* what is said where it is only missing */
    } rows[] = {
        {HISTORY_TEXT, {HISTORY_FLAG, "1"}, KP_K_FINDING_MISSING},
        {JUDGEMENT, {DOCTOR, "医師"}, KP_K_JUDGEMENT_PAIR},
        {DOCTOR, {JUDGEMENT, "異常なし"}, KP_K_JUDGEMENT_PAIR},
        {"3C015000002327101", {"3C015161602399911", "1", "3C015161002399949", "血圧"}, KP_K_GROUP_INCOMPLETE},
        {"3C015161002399949", {"3C015161602399911", "1"}, KP_K_REASON_MISSING},
        {"3C015161602399911", {"3C015161002399949", "血圧"}, KP_K_REASON_MISSING},
        {"8A065000002391901", {"3C015161602399911", "1", "3C015161002399949", "血圧"}, KP_K_EGFR_ABSENT},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(fresh(NULL), 0);
        for (size_t k = 0; k + 1 < COUNT(rows[i].set) && rows[i].set[k]; k += 2)
            set(rows[i].set[k], rows[i].set[k + 1]);
        bool missing = finds(rows[i].code);
        before = kp_item_find(&tables, rows[i].refused)->label;
        if (!missing || finds(rows[i].code))
            fail_msg("row %zu: %s", i, missing ? "said although it was refused" : "not said at all");
    }
}

static const char *missing_names(void)
{
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        if (f->code == KP_K_REQUIRED_ABSENT)
            return f->args[0];
    return "";
}

/* Of alternatives all are named: whoever lacks a waist does not look for visceral fat. */
static void required__alternatives__are_all_named(void **state UNUSED)
{
    static const char *const named[] = {"身長",       "内臓脂肪面積・腹囲",
                                        "収縮期血圧", "LDLコレステロール・Non-HDLコレステロール",
                                        "AST",        "空腹時中性脂肪・随時中性脂肪",
                                        "尿糖",       "空腹時血糖・随時血糖・HbA1c",
                                        "γ-GT",       "医師の診断(判定)"};
    context.report = "10";
    context.programme = "010";
    assert_true(finds(KP_K_REQUIRED_ABSENT));
    for (size_t i = 0; i < COUNT(named); i++) {
        const char *list = kp_arena_printf(&scratch, ", %s, ", missing_names());
        if (!strstr(list, kp_arena_printf(&scratch, ", %s, ", named[i])))
            fail_msg("no %s in %s", named[i], list);
    }
}

/* A document holds no waist beside visceral fat, and nothing that its sender had no ground to send. */
static void judgement__of_a_document__is_held_against_what_can_be_told(void **state UNUSED)
{
    set("9N021000000000001", "80.0");
    set("9N501000000000011", "3");
    assert_true(finds(KP_K_METABOLIC_DIFFERS)); /* of an export: 判定不能 */
    context.received = true;
    assert_false(finds(KP_K_METABOLIC_DIFFERS));
    set("9N016160100000001", "84.9");
    set("9N501000000000011", "1");
    assert_true(finds(KP_K_METABOLIC_DIFFERS));
}

/* What a doctor may leave out at which age (安衛則44条). */
static void periodic__omissions__go_by_age(void **state UNUSED)
{
    static const struct {
        int16_t born; /* in May: the age on 10 June 2025 */
        const char *name;
        bool asked_for;
    } rows[] = {{2006, "身長", true},        {2005, "身長", false},        {1986, "腹囲", false},
                {1985, "腹囲", true},        {1990, "腹囲", true},         {1989, "腹囲", false},
                {2005, "胸部X線検査", true}, {2004, "胸部X線検査", false}, {2000, "胸部X線検査", true},
                {1995, "胸部X線検査", true}, {1990, "胸部X線検査", true},  {1986, "胸部X線検査", false},
                {1985, "胸部X線検査", true}, {1990, "心電図", true},       {1995, "心電図", false},
                {1995, "尿蛋白", true},      {1995, "聴力", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        record.birth.year = rows[i].born;
        assert_true(finds(KP_K_PERIODIC_ABSENT));
        const struct kp_finding *f = findings.first;
        while (f->code != KP_K_PERIODIC_ABSENT)
            f = f->next;
        if ((strstr(f->args[0], rows[i].name) != NULL) != rows[i].asked_for)
            fail_msg("born %d, %s: %s", (int)rows[i].born, rows[i].name, f->args[0]);
    }
    record.field[KP_F_QUALIFICATION] = "2"; /* a dependant was not examined by the employer */
    assert_false(finds(KP_K_PERIODIC_ABSENT));
}

static void periodic__waist__may_be_left_out_by_bmi(void **state UNUSED)
{
    static const struct {
        const char *bmi, *reported;
        bool asked_for;
    } rows[] = {{"19.9", NULL, false}, {"20.0", NULL, true}, {"21.9", "80.0", false}, {"22.0", "80.0", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(fresh(NULL), 0);
        set("9N011000000000001", rows[i].bmi);
        if (rows[i].reported)
            set("9N016160300000001", rows[i].reported);
        assert_true(finds(KP_K_PERIODIC_ABSENT));
        const struct kp_finding *f = findings.first;
        while (f->code != KP_K_PERIODIC_ABSENT)
            f = f->next;
        assert_int_equal(strstr(f->args[0], "腹囲") != NULL, rows[i].asked_for);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(group__two_codes_in_one_document__are_warned_of),
        TEST(category__must_fit_the_age),
        TEST(refused__is_not_missing_besides),
        TEST(required__alternatives__are_all_named),
        TEST(judgement__of_a_document__is_held_against_what_can_be_told),
        TEST(periodic__omissions__go_by_age),
        TEST(periodic__waist__may_be_left_out_by_bmi),
    };
    return cmocka_run_group_tests_name("checks", tests, load_tables, free_tables);
}
