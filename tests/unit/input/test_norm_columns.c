/* Several columns of a row: of one item, of a meal, of a method, of a facility. */
#include "norm_story.h"

/* --- several columns for one target --- */

static void several__same_value__is_accepted(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW(HEIGHT "=170.5", CELL(HEIGHT, "170.5"), CELL(HEIGHT, "170.5")),
        ROW(HEIGHT "=170.0 K3008", CELL(HEIGHT, "170"), CELL(HEIGHT, "170.0 cm")),
        ROW(SMOKING "=1 K3006", CELL(SMOKING, "1"), CELL(SMOKING, "はい")),
        ROW(HEIGHT "=not done K3012 K3012", CELL(HEIGHT, "未実施"), CELL(HEIGHT, "中止")),
        ROW("sex=1 K3006", CELL("sex", "男"), CELL("sex", "1")),
        ROW("exam_date=20250610 K3002 K3002", CELL("exam_date", "2025/6/10"), CELL("exam_date", "R7.6.10")),
        ROW("insurer_number=06139463 K3003", CELL("insurer_number", "06139463"),
            CELL("insurer_number", "6139463")));
}

static void several__other_value__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW(HEIGHT "=170.5 K4035", CELL(HEIGHT, "170.5"), CELL(HEIGHT, "170.6")),
                ROW(TG "=35 K3008 K4035", CELL(TG, "35"), CELL(TG, "35未満")),
                ROW(SMOKING "=1 K4035", CELL(SMOKING, "1"), CELL(SMOKING, "3")),
                ROW(HEIGHT "=170.5 K3012 K4035", CELL(HEIGHT, "170.5"), CELL(HEIGHT, "未実施")),
                ROW(HEIGHT "=not done K3012 K4035", CELL(HEIGHT, "未実施"), CELL(HEIGHT, "170.5")),
                ROW("sex=1 K4035", CELL("sex", "1"), CELL("sex", "2")),
                ROW("address=東京都 K4035", CELL("address", "東京都"), CELL("address", "大阪府")));
}

static void several__one_empty__yields_to_the_other(void **state UNUSED)
{
    ASSERT_ROWS(ROW(HEIGHT "=170.5", CELL(HEIGHT, ""), CELL(HEIGHT, "170.5")),
                ROW(HEIGHT "=170.5", CELL(HEIGHT, "170.5"), CELL(HEIGHT, "")),
                ROW(HEIGHT "=170.5 K3014", CELL(HEIGHT, "170.5"), CELL(HEIGHT, "-")),
                ROW("", CELL(HEIGHT, ""), CELL(HEIGHT, "")), ROW("sex=2", CELL("sex", ""), CELL("sex", "2")),
                ROW("sex=2 K3014", CELL("sex", "2"), CELL("sex", "-")));
}

/* An unreadable value is a failure, whatever the other one is. */
static void several__one_unreadable__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW(HEIGHT "=170.5 K4022", CELL(HEIGHT, "高い"), CELL(HEIGHT, "170.5")),
                ROW("sex=2 K4011", CELL("sex", "2"), CELL("sex", "不明")));
}

static void several__other_value__names_both_columns(void **state UNUSED)
{
    static const struct cell items[] = {CELL("employee_id", "7"), CELL(HEIGHT, "170"), CELL(HEIGHT, "171")};
    static const struct cell fields[] = {CELL("sex", "1"), CELL("employee_id", "7"), CELL("sex", "2")};
    static const struct {
        const struct cell *cells;
        const char *value, *rival;
    } cases[] = {{items, "171", "B"}, {fields, "2", "A"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)story_of(cases[i].cells, 3, NULL);
        assert_int_equal(only_finding(), KP_K_COLUMNS_DISAGREE);
        assert_int_equal(findings.first->column, 3);
        assert_string_equal(findings.first->value, cases[i].value);
        assert_string_equal(findings.first->args[0], cases[i].rival);
    }
}

/* --- findings are joined --- */

static void joined__several_findings__become_one_text(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=1 " ECG_TEXT "=右脚ブロック　／　洞性徐脈 K3019 K3001 K3011",
                    CELL(ECG_TEXT, "右脚ブロック"), CELL(ECG_TEXT, "洞性徐脈")),
                ROW(ECG_FLAG "=1 " ECG_TEXT "=ＳＴ低下　／　Ｔ波　／　徐脈 K3019 K3001 K3011",
                    CELL(ECG_TEXT, "ST低下"), CELL("employee_id", ""), CELL(ECG_TEXT, "Ｔ波"),
                    CELL(ECG_TEXT, "徐脈")),
                ROW(WORK_HISTORY "=溶接　／　溶接 K3019 K3001", CELL(WORK_HISTORY, "溶接"),
                    CELL(WORK_HISTORY, "溶接")),
                ROW(HISTORY_FLAG "=2 K3019 K3001 K3038 K3062", CELL(HISTORY_TEXT, "胃炎"),
                    CELL(HISTORY_FLAG, "2"), CELL(HISTORY_TEXT, "痛風")));
}

static void joined__cells_without_finding__are_left_out(void **state UNUSED)
{
    static const char *const nothing[] = {"異常なし", "特になし", "未実施", "-", "－", "", " 　"};
    for (size_t i = 0; i < COUNT(nothing); i++) {
        const struct cell before[] = {CELL(ECG_TEXT, nothing[i]), CELL(ECG_TEXT, "徐脈")};
        const struct cell after[] = {CELL(ECG_TEXT, "徐脈"), CELL(ECG_TEXT, nothing[i])};
        assert_string_equal(story_of(before, 2, NULL), ECG_FLAG "=1 " ECG_TEXT "=徐脈 K3011");
        assert_string_equal(story_of(after, 2, NULL), ECG_FLAG "=1 " ECG_TEXT "=徐脈 K3011");
    }
    ASSERT_ROWS(ROW(ECG_FLAG "=1 " ECG_TEXT "=徐脈　／　ＳＴ低下 K3019 K3001 K3011", CELL(ECG_TEXT, "徐脈"),
                    CELL(ECG_TEXT, "異常なし"), CELL(ECG_TEXT, ""), CELL(ECG_TEXT, "ST低下")));
}

static void joined__no_finding_at_all__is_read_as_one_cell(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "異常なし"), CELL(ECG_TEXT, "特になし")),
                ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, ""), CELL(ECG_TEXT, "異常なし")),
                ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "異常なし"), CELL(ECG_TEXT, "-")),
                ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "-"), CELL(ECG_TEXT, "異常なし")),
                ROW(ECG_FLAG "=not done K3012", CELL(ECG_TEXT, ""), CELL(ECG_TEXT, "未実施")),
                ROW("K3014", CELL(ECG_TEXT, ""), CELL(ECG_TEXT, "-")),
                ROW("", CELL(ECG_TEXT, ""), CELL(ECG_TEXT, "")),
                ROW("", CELL(HISTORY_TEXT, ""), CELL(HISTORY_TEXT, "")));
}

static void joined__too_long_together__is_refused(void **state UNUSED)
{
    char words[100 * 3 + 1] = "";
    for (int i = 0; i < 100; i++)
        strcat(words, "あ");
    const struct cell cells[] = {CELL(WORK_HISTORY, words), CELL(WORK_HISTORY, words)};
    assert_string_equal(story_of(cells, 1, NULL), kp_arena_printf(&arena, "%s=%s", WORK_HISTORY, words));
    assert_string_equal(story_of(cells, 2, NULL), "K3019 K3001 K4021");
}

/* --- two samples of one test --- */

static void positive__of_two_samples__wins(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW(OCCULT_BLOOD "=1 K3020", CELL(OCCULT_BLOOD, "1"), CELL(OCCULT_BLOOD, "2")),
        ROW(OCCULT_BLOOD "=1 K3006 K3006 K3020", CELL(OCCULT_BLOOD, "陰性"), CELL(OCCULT_BLOOD, "(+)")),
        ROW(OCCULT_BLOOD "=1 K3006 K3006 K3020", CELL(OCCULT_BLOOD, "-"), CELL(OCCULT_BLOOD, "+")),
        ROW(OCCULT_BLOOD "=1", CELL(OCCULT_BLOOD, "1"), CELL(OCCULT_BLOOD, "1")),
        ROW(OCCULT_BLOOD "=2", CELL(OCCULT_BLOOD, "2"), CELL(OCCULT_BLOOD, "2")),
        ROW(OCCULT_BLOOD "=2", CELL(OCCULT_BLOOD, ""), CELL(OCCULT_BLOOD, "2")),
        ROW(OCCULT_BLOOD "=1 K3020 K3020", CELL(OCCULT_BLOOD, "2"), CELL(OCCULT_BLOOD, "1"),
            CELL(OCCULT_BLOOD, "2")));
}

static void positive__sample_without_result__yields_to_the_other(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW(OCCULT_BLOOD "=2 K3012 K3020", CELL(OCCULT_BLOOD, "未実施"), CELL(OCCULT_BLOOD, "2")),
        ROW(OCCULT_BLOOD "=2 K3012 K3020", CELL(OCCULT_BLOOD, "2"), CELL(OCCULT_BLOOD, "未実施")),
        ROW(OCCULT_BLOOD "=1 K3013 K3020", CELL(OCCULT_BLOOD, "測定不能"), CELL(OCCULT_BLOOD, "1")),
        ROW(OCCULT_BLOOD "=not done K3012 K3012", CELL(OCCULT_BLOOD, "未実施"), CELL(OCCULT_BLOOD, "中止")));
}

/* --- one column, two items: fasting and casual --- */

#define PAIR FASTING_GLUCOSE "/" CASUAL_GLUCOSE

static void pair__meal__chooses_the_item(void **state UNUSED)
{
    ASSERT_ROWS(ROW(MEAL "=2 " FASTING_GLUCOSE "=99", CELL(PAIR, "99"), CELL(MEAL, "2")),
                ROW(MEAL "=3 " CASUAL_GLUCOSE "=99", CELL(PAIR, "99"), CELL(MEAL, "3")),
                ROW(MEAL "=4 " CASUAL_GLUCOSE "=99", CELL(MEAL, "4"), CELL(PAIR, "99")),
                ROW(MEAL "=2 " FASTING_GLUCOSE "=99 K3006", CELL(PAIR, "99"), CELL(MEAL, "12時間")),
                ROW(MEAL "=2 " FASTING_GLUCOSE "=not done K3012", CELL(PAIR, "未実施"), CELL(MEAL, "2")),
                ROW(MEAL "=2 " FASTING_GLUCOSE "=>600 K3016", CELL(PAIR, "600"), CELL(MEAL, "2")),
                ROW(MEAL "=3 " CASUAL_GLUCOSE "=600", CELL(PAIR, "600"), CELL(MEAL, "3")));
}

static void pair__fasting_column__chooses_item_and_implies_ten_hours(void **state UNUSED)
{
    ASSERT_ROWS(ROW("fasting=fasting " MEAL "=2 " FASTING_GLUCOSE "=99 K3006 K3018", CELL(PAIR, "99"),
                    CELL("fasting", "空腹")),
                ROW("fasting=casual " CASUAL_GLUCOSE "=99 K3006", CELL(PAIR, "99"), CELL("fasting", "食後")),
                ROW("fasting=fasting " MEAL "=2 " FASTING_GLUCOSE "=99 K3006", CELL(PAIR, "99"),
                    CELL("fasting", "空腹"), CELL(MEAL, "2")),
                ROW("fasting=casual " MEAL "=4 " CASUAL_GLUCOSE "=99 K3006", CELL(PAIR, "99"),
                    CELL("fasting", "随時"), CELL(MEAL, "4")),
                ROW("fasting=fasting " MEAL "=2 " FASTING_GLUCOSE "=99 K3006 K3018", CELL(PAIR, "99"),
                    CELL("fasting", "空腹時"), CELL(MEAL, "")),
                ROW("fasting=fasting " MEAL "=2 K3018", CELL("fasting", "fasting")));
}

static void pair__contradictory_meal_columns__are_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW("fasting=fasting " MEAL "=3 K3006 K4035", CELL("fasting", "空腹"), CELL(MEAL, "3")),
                ROW("fasting=casual " MEAL "=2 K3006 K4035", CELL("fasting", "食後"), CELL(MEAL, "2")));
}

static void pair__unknown_meal__is_refused_unless_cell_is_empty(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4037", CELL(PAIR, "99")), ROW("K4037", CELL(PAIR, "99"), CELL("fasting", "")),
                ROW("K3014 K4037", CELL(PAIR, "99"), CELL(MEAL, "-")),
                ROW("K4036 K4037", CELL(PAIR, "99"), CELL("fasting", "不明")),
                ROW("", CELL(PAIR, ""), CELL(MEAL, "")), ROW("", CELL(PAIR, " 　")));
}

static void pair__beside_column_of_its_item__must_agree(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW(MEAL "=2 " FASTING_GLUCOSE "=99", CELL(MEAL, "2"), CELL(PAIR, "99"), CELL(FASTING_GLUCOSE, "99")),
        ROW(MEAL "=2 " FASTING_GLUCOSE "=99 K4035", CELL(MEAL, "2"), CELL(PAIR, "99"),
            CELL(FASTING_GLUCOSE, "98")),
        ROW(MEAL "=3 " FASTING_GLUCOSE "=98 " CASUAL_GLUCOSE "=99", CELL(MEAL, "3"), CELL(PAIR, "99"),
            CELL(FASTING_GLUCOSE, "98")));
}

/* --- another column names the method --- */

static const char *story_of_method(const char *digit, const char *value)
{
    const char *const cells[] = {value, digit};
    struct kp_methods methods = {.column = 1, .n_choices = 2};
    struct kp_column columns[] = {
        {.kind = KP_COL_ITEM, .index = item_at("3F015000002327101"), .methods = &methods},
        {.kind = KP_COL_METHOD}};
    methods.choices[0].digit = "1";
    methods.choices[0].item = item_at("3F015000002327101");
    methods.choices[1].digit = "2";
    methods.choices[1].item = item_at("3F015000002327201");
    kp_arena_reset(&scratch);
    normalize_columns(columns, cells, COUNT(cells), NULL);
    return record_story();
}

static void method__digit__chooses_the_item(void **state UNUSED)
{
    static const struct {
        const char *digit, *value, *story;
    } cases[] = {{"1", "98", "3F015000002327101=98"},
                 {"2", "98", "3F015000002327201=98"},
                 {"２", "98", "3F015000002327201=98"},
                 {" 1 ", "98", "3F015000002327101=98"},
                 {"3", "98", "K4038"},
                 {"", "98", "K4038"},
                 {"12", "98", "K4038"},
                 {"3", "", ""},
                 {"", " ", ""},
                 {"2", "未実施", "3F015000002327201=not done K3012"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(story_of_method(cases[i].digit, cases[i].value), cases[i].story);
}

/* --- why there is no result --- */

static void reason__period__goes_to_the_item_for_reasons(void **state UNUSED)
{
    static const char *const words[] = {
        "生理中", "生理", "月経中", "生理のため", "生理中のため未実施", "未実施（生理中）"};
    for (size_t i = 0; i < COUNT(words); i++) {
        const struct cell cell = CELL(URINE_PROTEIN, words[i]);
        assert_string_equal(story_of(&cell, 1, NULL), URINE_PROTEIN "=not measurable " REASON "=1 K3022");
        assert_string_equal(findings.first->args[0], kp_item_find(&tables, REASON)->label);
    }
    ASSERT_ROWS(ROW(URINE_SUGAR "=not measurable " URINE_PROTEIN "=not measurable " REASON "=1 K3022 K3022",
                    CELL(URINE_PROTEIN, "生理中"), CELL(URINE_SUGAR, "生理中")),
                ROW(URINE_PROTEIN "=not measurable " REASON "=1 K3022", CELL(URINE_PROTEIN, "生理中"),
                    CELL(REASON, "1")),
                ROW(URINE_PROTEIN "=not measurable " REASON "=3 K3022 K4035", CELL(URINE_PROTEIN, "生理中"),
                    CELL(REASON, "3")),
                ROW(GRAVITY "=not measurable " REASON "=1 K3022", CELL(GRAVITY, "生理中")),
                ROW(URINE_PROTEIN "=not measurable " REASON "=2 K3022", CELL(URINE_PROTEIN, "排尿障害")),
                ROW(REASON "=1 K3006", CELL(REASON, "生理中")));
}

/* A text that contains such words is kept. */
static void reason__in_finding__is_kept_as_text(void **state UNUSED)
{
    ASSERT_ROWS(ROW(WORK_HISTORY "=生理中", CELL(WORK_HISTORY, "生理中")));
}

/* --- judgements --- */

static void grade__of_facility__is_left_out_with_doctor(void **state UNUSED)
{
    static const char *const grades[] = {"A", "B", "C12", "Ａ", "Ｃ１", "d2", "H"};
    for (size_t i = 0; i < COUNT(grades); i++) {
        const struct cell cells[] = {CELL(JUDGEMENT, grades[i]), CELL(DOCTOR, "健保太郎")};
        assert_string_equal(story_of(cells, 2, NULL), "K3021");
        assert_string_equal(findings.first->field, kp_item_find(&tables, JUDGEMENT)->label);
    }
}

static void grade__words_of_judgement__are_kept(void **state UNUSED)
{
    static const char *const words[] = {"要経過観察", "異常なし", "Ｂ：軽度異常", "Ｉ", "Ｃ１２３", "ＡＢ"};
    for (size_t i = 0; i < COUNT(words); i++) {
        const struct cell cells[] = {CELL(DOCTOR, "健保太郎"), CELL(JUDGEMENT, words[i])};
        const char *expected = kp_arena_printf(&arena, "%s=%s %s=健保太郎", JUDGEMENT, words[i], DOCTOR);
        assert_string_equal(story_of(cells, 2, NULL), expected);
    }
}

/* Only a grade removes the doctor; without any judgement, a later check requires one. */
static void grade__without_judgement__keeps_doctor(void **state UNUSED)
{
    ASSERT_ROWS(ROW(DOCTOR "=健保太郎", CELL(JUDGEMENT, ""), CELL(DOCTOR, "健保太郎")),
                ROW("9N521000000000049=就業可 9N526000000000049=健保花子 K3021", CELL(JUDGEMENT, "B"),
                    CELL(DOCTOR, "健保太郎"), CELL("9N521000000000049", "就業可"),
                    CELL("9N526000000000049", "健保花子")));
}

static void grade__in_any_other_text__is_text(void **state UNUSED)
{
    ASSERT_ROWS(ROW(WORK_HISTORY "=Ｂ", CELL(WORK_HISTORY, "Ｂ")));
}

/* --- a flag in words --- */

static void flag__in_words__is_the_finding_if_that_has_no_column(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=1 " ECG_TEXT "=洞性徐脈 K3011", CELL(ECG_FLAG, "洞性徐脈")),
                ROW(ECG_FLAG "=1 " ECG_TEXT "=ＳＴ低下 K3001 K3011", CELL(ECG_FLAG, "ST低下")),
                ROW(HISTORY_FLAG "=1 " HISTORY_TEXT "=糖尿病 K3011", CELL(HISTORY_FLAG, "糖尿病")),
                ROW(ECG_FLAG "=2 K3006", CELL(ECG_FLAG, "異常なし")),
                ROW("K4024", CELL(ECG_FLAG, "洞性徐脈"), CELL(ECG_TEXT, "")),
                ROW(ECG_FLAG "=1 " ECG_TEXT "=洞性徐脈 K4024 K3011", CELL(ECG_FLAG, "徐脈"),
                    CELL(ECG_TEXT, "洞性徐脈")),
                ROW("K4024", CELL("9D100163100000011", "難聴")), /* hearing has no item for findings */
                ROW("K4024", CELL(SMOKING, "洞性徐脈")));
}

static void flag__in_words_too_long__is_refused(void **state UNUSED)
{
    char words[129 * 3 + 1] = "";
    for (int i = 0; i < 129; i++)
        strcat(words, "あ");
    const struct cell cell = CELL(ECG_FLAG, words);
    (void)story_of(&cell, 1, NULL);
    assert_int_equal(findings.first->code, KP_K_TOO_LONG);
    assert_int_equal(value_of(ECG_FLAG)->state, KP_VALUE_ABSENT);
}

/* --- the number of a facility, by its address --- */

#define NUMBER(text) CELL("facility_number", text)
#define ADDRESS(text) CELL("facility_address", text)

static void facility__seven_digits__are_completed_by_prefecture(void **state UNUSED)
{
    ASSERT_ROWS(ROW("facility_number=2813300114 facility_address=兵庫県神戸市 K3023", NUMBER("3300114"),
                    ADDRESS("兵庫県神戸市")),
                ROW("facility_number=2813300114 facility_address=兵庫県神戸市 K3023", ADDRESS("兵庫県神戸市"),
                    NUMBER("３３０－０１１４")),
                ROW("facility_address=大阪府大阪市 K4014", NUMBER("3300114"), ADDRESS("大阪府大阪市")),
                ROW("facility_address=兵庫県神戸市 K4014", NUMBER("3300115"), ADDRESS("兵庫県神戸市")),
                ROW("facility_address=神戸市 K4014", NUMBER("3300114"), ADDRESS("神戸市")),
                ROW("K4014", NUMBER("3300114")),
                ROW("facility_number=2813300114 facility_address=大阪府大阪市", NUMBER("2813300114"),
                    ADDRESS("大阪府大阪市")));
}

static void facility__seven_digits_configured__are_completed_too(void **state UNUSED)
{
    static const struct kp_org facility = {.number = "3300114", .name = "健診所", .address = "兵庫県神戸市"};
    static const struct row_case row =
        ROW("sex=1 facility_number=2813300114 facility_name=健診所 facility_address=兵庫県神戸市 K3023",
            CELL("sex", "1"));
    assert_rows(&row, 1, &facility);
    assert_string_equal(findings.first->args[0], "兵庫県");
}

/* Defaults of the institution; what the row has takes precedence. */
static void facility__number_alone__is_completed_if_known(void **state UNUSED)
{
    static const struct kp_org facility = {
        .number = "281330-0114", .name = "健診所", .address = "兵庫県神戸市", .phone = "078-111-2222"};
    static const struct row_case rows[] = {
        ROW("facility_number=2813300114 facility_name=健診所 facility_address=兵庫県神戸市 "
            "facility_phone=0781112222 K3001",
            NUMBER("2813300114")),
        ROW("facility_number=2813300114 facility_name=健診所 facility_address=大阪府大阪市 "
            "facility_phone=0781112222 K3001",
            NUMBER("2813300114"), ADDRESS("大阪府大阪市")),
        ROW("facility_number=2813300114 facility_name=別", NUMBER("2813300114"), CELL("facility_name", "別")),
        ROW("facility_number=2819901170", NUMBER("2819901170")),
    };
    assert_rows(rows, COUNT(rows), &facility);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several__same_value__is_accepted),
        cmocka_unit_test(several__other_value__is_refused),
        cmocka_unit_test(several__one_empty__yields_to_the_other),
        cmocka_unit_test(several__one_unreadable__is_refused),
        cmocka_unit_test(several__other_value__names_both_columns),
        cmocka_unit_test(joined__several_findings__become_one_text),
        cmocka_unit_test(joined__cells_without_finding__are_left_out),
        cmocka_unit_test(joined__no_finding_at_all__is_read_as_one_cell),
        cmocka_unit_test(joined__too_long_together__is_refused),
        cmocka_unit_test(positive__of_two_samples__wins),
        cmocka_unit_test(positive__sample_without_result__yields_to_the_other),
        cmocka_unit_test(pair__meal__chooses_the_item),
        cmocka_unit_test(pair__fasting_column__chooses_item_and_implies_ten_hours),
        cmocka_unit_test(pair__contradictory_meal_columns__are_refused),
        cmocka_unit_test(pair__unknown_meal__is_refused_unless_cell_is_empty),
        cmocka_unit_test(pair__beside_column_of_its_item__must_agree),
        cmocka_unit_test(method__digit__chooses_the_item),
        cmocka_unit_test(reason__period__goes_to_the_item_for_reasons),
        cmocka_unit_test(reason__in_finding__is_kept_as_text),
        cmocka_unit_test(grade__of_facility__is_left_out_with_doctor),
        cmocka_unit_test(grade__words_of_judgement__are_kept),
        cmocka_unit_test(grade__without_judgement__keeps_doctor),
        cmocka_unit_test(grade__in_any_other_text__is_text),
        cmocka_unit_test(flag__in_words__is_the_finding_if_that_has_no_column),
        cmocka_unit_test(flag__in_words_too_long__is_refused),
        cmocka_unit_test(facility__seven_digits__are_completed_by_prefecture),
        cmocka_unit_test(facility__seven_digits_configured__are_completed_too),
        cmocka_unit_test(facility__number_alone__is_completed_if_known),
    };
    return cmocka_run_group_tests_name("norm_columns", tests, load_tables, free_tables);
}
