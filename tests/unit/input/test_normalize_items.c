#include "norm_story.h"

#define PICTURE_DAY "9N211161100000049"

/* One or two cells of items. */
static void read_cells(const char *code1, const char *cell1, const char *code2, const char *cell2)
{
    struct kp_column columns[2] = {{.kind = KP_COL_ITEM, .index = item_at(code1)}, {.kind = KP_COL_IGNORED}};
    if (code2)
        columns[1] = (struct kp_column){.kind = KP_COL_ITEM, .index = item_at(code2)};
    kp_arena_reset(&scratch);
    normalize_columns(columns, (const char *const[]){cell1, cell2}, 2, NULL);
}

/* Expected: text (NULL: no value), state, limit mark, codes of the findings in order. */
struct item_case {
    const char *code, *cell, *text;
    char limit;
    unsigned codes[2];
    enum kp_value_state state;
};

static void assert_items(const struct item_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct item_case *c = &cases[i];
        read_cells(c->code, c->cell, NULL, "");
        const struct kp_value *v = value_of(c->code);
        const struct kp_finding *f = findings.first;
        unsigned first = f ? (unsigned)f->code : 0, second = f && f->next ? (unsigned)f->next->code : 0;
        enum kp_value_state state = c->text ? KP_VALUE_PRESENT : c->state;
        bool same_text = c->text ? v->text && strcmp(v->text, c->text) == 0 : true;
        bool same_limit = !c->text || v->limit == c->limit;
        if (v->state != state || !same_text || !same_limit || first != c->codes[0] || second != c->codes[1])
            fail_msg("%s '%s': state %d, text '%s', limit %d, K%u K%u; expected state %d, '%s', %d, K%u K%u",
                     c->code, c->cell, v->state, v->text ? v->text : "", v->limit, first, second, state,
                     c->text ? c->text : "", c->limit, c->codes[0], c->codes[1]);
        if (f)
            assert_string_equal(f->field, kp_item_find(&tables, c->code)->label);
    }
}

#define ASSERT_ITEMS(...)                                                                                    \
    do {                                                                                                     \
        static const struct item_case cases_[] = {__VA_ARGS__};                                              \
        assert_items(cases_, COUNT(cases_));                                                                 \
    } while (0)

#define READ(code, cell, text, ...)                                                                          \
    {                                                                                                        \
        code, cell, text, 0, {__VA_ARGS__}, KP_VALUE_PRESENT                                                 \
    }
#define LIMIT(code, cell, text, limit, ...)                                                                  \
    {                                                                                                        \
        code, cell, text, limit, {__VA_ARGS__}, KP_VALUE_PRESENT                                             \
    }
#define REFUSED(code, cell, finding)                                                                         \
    {                                                                                                        \
        code, cell, NULL, 0, {finding, 0}, KP_VALUE_ABSENT                                                   \
    }
#define NO_RESULT(code, cell, state, finding)                                                                \
    {                                                                                                        \
        code, cell, NULL, 0, {finding, 0}, state                                                             \
    }

static void number__plain__gets_the_decimals_of_its_format(void **state UNUSED)
{
    ASSERT_ITEMS(READ(HEIGHT, "170.5", "170.5", 0), READ(HEIGHT, "170", "170.0", 0),
                 READ(SYSTOLIC, "120", "120", 0), READ(GRAVITY, "1.02", "1.020", 0),
                 READ(CRP, ".5", "0.5", 0), READ(WHITE_CELLS, "5200", "5200", 0));
}

static void number__units_marks_and_separators__are_removed(void **state UNUSED)
{
    ASSERT_ITEMS(READ(SYSTOLIC, "120 H", "120", 3008), READ(SYSTOLIC, "120L", "120", 3008),
                 READ(SYSTOLIC, "120 mmHg", "120", 3008), READ(SYSTOLIC, "H120", "120", 3008),
                 READ(SYSTOLIC, "120*", "120", 3008), READ(SYSTOLIC, "120Ｈ", "120", 3008),
                 READ(SYSTOLIC, "120mmHg H", "120", 3008), READ(TG, "98 mg/dl", "98", 3008),
                 READ(TG, "98ｍｇ／ｄＬ", "98", 3008), READ("3B035000002327201", "25 IU/L", "25", 3008),
                 READ(RED_CELLS, "450万/μL", "450", 3008), READ(RED_CELLS, "450×10^4/μL", "450", 3008),
                 READ(VITAL_CAPACITY, "3.5 L", "3.5", 3008), READ(WHITE_CELLS, "1,234", "1234", 3008),
                 READ(WHITE_CELLS, "1,234,567", "1234567", 3008), READ(HEIGHT, "１７０．５", "170.5", 3008));
}

static void number__official_unit__is_removed_for_every_item(void **state UNUSED)
{
    int faults = 0;
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        if (item->type != KP_TYPE_PQ || !*item->unit)
            continue;
        char cell[64] = "9 ";
        strncat(cell, item->unit, sizeof(cell) - 3);
        read_cells(item->code, cell, NULL, "");
        if (value_of(item->code)->state != KP_VALUE_PRESENT || value_of(item->code)->text[0] != '9') {
            print_error("%s is refused: %s\n", item->label, cell);
            faults++;
        }
    }
    assert_int_equal(faults, 0);
}

static void number__below_or_above_bound__has_the_mark(void **state UNUSED)
{
    ASSERT_ITEMS(LIMIT(TG, "35未満", "35", 'L', 3008), LIMIT(CRP, "<0.1", "0.1", 'L', 3008),
                 LIMIT(CRP, "0.1未満", "0.1", 'L', 3008), LIMIT(GRAVITY, "1.005以下", "1.005", 'L', 3008),
                 LIMIT(CRP, "≦0.3", "0.3", 'L', 3008), LIMIT(TG, "<=35", "35", 'L', 3008),
                 LIMIT(TG, ">=1000", "1000", 'H', 3008), LIMIT(TG, ">1000", "1000", 'H', 3008),
                 LIMIT(TG, "1000以上", "1000", 'H', 3008), LIMIT(TG, "１０００超", "1000", 'H', 3008),
                 LIMIT(TG, "35 mg/dL 未満", "35", 'L', 3008),
                 LIMIT(GRAVITY, "１．００５以下", "1.005", 'L', 3008));
}

static void number__at_or_beyond_input_limits__is_marked(void **state UNUSED)
{
    ASSERT_ITEMS(LIMIT(HEIGHT, "100", "100.0", 'L', 3016), LIMIT(HEIGHT, "99.9", "99.9", 'L', 3016),
                 READ(HEIGHT, "100.1", "100.1", 0), LIMIT(HEIGHT, "250", "250.0", 'H', 3016),
                 READ(HEIGHT, "249.9", "249.9", 0), LIMIT(TG, "2000", "2000", 'H', 3016),
                 READ(TG, "11", "11", 0), LIMIT(TG, "10", "10", 'L', 3016),
                 LIMIT("3B035000002327201", "0", "0", 'L', 3016), LIMIT(HBA1C, "20.0", "20.0", 'H', 3016),
                 READ(CRP, "0", "0.0", 0));
}

static void number__more_decimals__are_rounded_half_up(void **state UNUSED)
{
    ASSERT_ITEMS(READ(HEIGHT, "170.04", "170.0", 3007), READ(HEIGHT, "170.05", "170.1", 3007),
                 READ(HEIGHT, "170.25", "170.3", 3007), READ(HEIGHT, "169.95", "170.0", 3007),
                 READ(PLATELETS, "30.4", "30", 3007), READ(PLATELETS, "22.5", "23", 3007),
                 READ(GRAVITY, "1.0205", "1.021", 3007), READ(HEIGHT, "170.50", "170.5", 0),
                 READ(TG, "98.5 mg/dL", "99", 3008, 3007));
}

static void number__more_digits_than_format__is_refused(void **state UNUSED)
{
    ASSERT_ITEMS(REFUSED(HEIGHT, "3700.5", 4023), REFUSED(SYSTOLIC, "1200", 4023),
                 REFUSED("9N011000000000001", "99.95", 4023), /* rounds to 100.0 */
                 REFUSED(GRAVITY, "10.2", 4023));
}

static void number__anything_else__is_refused(void **state UNUSED)
{
    ASSERT_ITEMS(REFUSED(HEIGHT, "高い", 4022), REFUSED(HEIGHT, "170.5kg", 4022),
                 REFUSED(TG, "98 umol/L", 4022), REFUSED(SYSTOLIC, "120/80", 4022),
                 REFUSED(SYSTOLIC, "120-130", 4022), REFUSED(HEIGHT, "1.7.0", 4022),
                 REFUSED(WHITE_CELLS, "1,23", 4022), REFUSED(WHITE_CELLS, "12,34,567", 4022),
                 REFUSED(CRP, "-5", 4071), REFUSED(CRP, "陰性", 4022), REFUSED(CRP, "<", 4070),
                 REFUSED(CRP, "未満", 4070), REFUSED(TG, "A", 4022));
}

static void number__two_in_a_cell__are_never_joined(void **state UNUSED)
{
    ASSERT_ITEMS(REFUSED(TG, "120 80", 4022), REFUSED(HBA1C, "5 6", 4022));
}

static void no_result__not_done__in_every_type(void **state UNUSED)
{
    static const char *const words[] = {"未実施", "未受診", "実施せず", "キャンセル", "キヤンセル",
                                        "ｷﾔﾝｾﾙ",  "中止",   "拒否",     "対象外",     " 未実施 "};
    static const char *const items[] = {HEIGHT, URINE_PROTEIN, ECG_FLAG, WORK_HISTORY};
    for (size_t i = 0; i < COUNT(words) * COUNT(items); i++) {
        const struct item_case c = NO_RESULT(items[i % 4], words[i / 4], KP_VALUE_NOT_DONE, 3012);
        assert_items(&c, 1);
    }
}

static void no_result__not_measurable__numbers_and_codes(void **state UNUSED)
{
    static const char *const words[] = {"測定不能", "測定不可", "判定不能", "検体不良", "採血不可"};
    for (size_t i = 0; i < COUNT(words) * 2; i++) {
        const char *code = i % 2 ? HEIGHT : URINE_PROTEIN;
        const struct item_case c = NO_RESULT(code, words[i / 2], KP_VALUE_NOT_MEASURABLE, 3013);
        assert_items(&c, 1);
    }
}

static void no_result__empty_and_dash__are_absent(void **state UNUSED)
{
    ASSERT_ITEMS(
        NO_RESULT(HEIGHT, "", KP_VALUE_ABSENT, 0), NO_RESULT(HEIGHT, " 　", KP_VALUE_ABSENT, 0),
        NO_RESULT(HEIGHT, "-", KP_VALUE_ABSENT, 3014), NO_RESULT(HEIGHT, "－", KP_VALUE_ABSENT, 3014),
        NO_RESULT(HEIGHT, "―", KP_VALUE_ABSENT, 3014), NO_RESULT(HEIGHT, "ー", KP_VALUE_ABSENT, 3014),
        NO_RESULT(SMOKING, "-", KP_VALUE_ABSENT, 3014),
        NO_RESULT(SMOKING, "", KP_VALUE_ABSENT, 0), /* no answer is invented */
        NO_RESULT(WORK_HISTORY, "-", KP_VALUE_ABSENT, 3014));
}

/* --- codes: the variants of format 7.3; of each list, the words before a digit stand for it --- */

/* Whether a dash means "no value" or negative is decided later, for the whole file. */
static void dash__empty_or_code__is_recorded(void **state UNUSED)
{
    static const struct {
        const char *code, *cell;
        bool empty, coded;
    } cases[] = {{HEIGHT, "-", true, false},         {SMOKING, "－", true, false},
                 {WORK_HISTORY, "ー", true, false},  {URINE_PROTEIN, "-", false, true},
                 {OCCULT_BLOOD, "－", false, true},  {URINE_PROTEIN, "(-)", false, false},
                 {URINE_PROTEIN, "1", false, false}, {HEIGHT, "", false, false},
                 {HEIGHT, "170", false, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        read_cells(HEIGHT, "", cases[i].code, cases[i].cell);
        assert_int_equal(record.dash_empty, cases[i].empty);
        assert_int_equal(record.dash_coded, cases[i].coded);
        assert_int_equal(record.dash_columns[item_at(cases[i].code)], cases[i].coded ? 2 : 0);
    }
}

static void dash__explained_by_mapping_file__is_not_recorded(void **state UNUSED)
{
    const char *codes[] = {"1", ""};
    struct kp_column columns[] = {{.kind = KP_COL_ITEM, .index = item_at(URINE_PROTEIN), .codes = codes},
                                  {.kind = KP_COL_ITEM, .index = item_at(HEIGHT), .codes = codes}};
    kp_arena_reset(&scratch);
    assert_int_equal(kp_map_put(&columns[0].values, &scratch, "-", 0), KP_MAP_ADDED);
    assert_int_equal(kp_map_put(&columns[1].values, &scratch, "-", 1), KP_MAP_ADDED);
    normalize_columns(columns, (const char *const[]){"－", "-"}, 2, NULL);
    assert_string_equal(record_story(), URINE_PROTEIN "=1 K3006 K3006");
    assert_false(record.dash_empty);
    assert_false(record.dash_coded);
}

static void codes__variants_seen_in_exports__are_read(void **state UNUSED)
{
    static const char *const cases[][8] = {
        {URINE_PROTEIN, "1 - － (-) （－） ー", "2 (±) （±） ± +-", "3 (+) （＋） 1+ ＋",
         "4 （２＋） ＋＋ 2+", "5 （４＋） ＋＋＋ 3+"},
        {"1B030000001599811", "1 ＋ 陽性", "2 － 陰性 -"},
        {HISTORY_FLAG, "1 特記すべきことあり", "2 特になし 特になし、 異常所見なし 特記事項なし"},
        {"9D100163100000011", "1 所見あり 低下 要精検", "2 異常なし 所見なし 正常 異常(所見)なし/",
         "3 要再撮影"},
        {"9N701000000000011", "1 はい 有 あり 有り Yes Y true 服薬あり 血糖　薬剤治療中",
         "2 いいえ 無 なし 無し No N false"},
        {"9N746000000000011", "1 運動してる"},
        {"9N501000000000011", "1 基準該当", "2 予備群該当", "3 非該当 該当しません", "4 判定不能"},
        {"9N506000000000011", "1 積極的支援", "2 動機付け支援 動機づけ支援", "3 情報提供 なし", "4 判定不能"},
        {SMOKING, "1 はい", "2 以前は吸っていた 以前吸っていた", "3 いいえ なし 吸わない 非喫煙 喫煙なし"},
        {"9N786000000000011", "2 飲酒（週5～6日） 週５～６日", "3 週３～４日", "4 週１～２日",
         "5 月に１～３日 月1〜3日 月1-3日"},
        {"9N791000000000011", "2 １～２合未満", "3 ２～３合未満", "4 ３～５合未満"},
        {"9N801000000000011", "2 改善するつもり（６か月以内）",
         "3 意思あり(近いうち) 改善するつもり（近いうち）", "4 取組済み(６ヶ月未満)",
         "5 取組済み(６ヶ月以上)"},
        {"9N872000000000011", "1 何でもかんで食べる", "2 かみにくいことがある。"},
        {"9D100164000000011", "1 ｵｰｼﾞｵ"},
        {REASON, "1 生理中"},
        {MEAL, "2 食後10時間以上 12.0 10.0", "3 食後3.5時間以上10時間未満 9.9 3.5",
         "4 食後3.5時間未満 3.4 0.5"},
        {"5H010000001910111", "1 A", "2 B", "3 AB", "4 O"},
        {"9E100166000000011", "1 1", "2 Ⅰ I", "3 Ⅱa", "4 Ⅱb", "5 Ⅲ", "6 Ⅳ"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t k = 1; k < COUNT(cases[i]) && cases[i][k]; k++) {
            char list[200], code[2] = {cases[i][k][0], '\0'}, *left = list;
            strcpy(list, cases[i][k] + 2);
            for (char *word = strtok_r(list, " ", &left); word; word = strtok_r(NULL, " ", &left)) {
                read_cells(cases[i][0], word, NULL, "");
                const char *got = value_of(cases[i][0])->text;
                if (!got || strcmp(got, code) != 0)
                    fail_msg("%s '%s': got %s, expected %s", cases[i][0], word, got ? got : "none", code);
                if (strcmp(word, code) != 0)
                    assert_int_equal(findings.first->code, 3006);
            }
        }
}

static void codes__hours_since_meal__from_ten_need_no_point(void **state UNUSED)
{
    ASSERT_ITEMS(READ(MEAL, "12", "2", 3006), READ(MEAL, "10", "2", 3006));
}

static void codes__of_list__are_kept_and_others_refused(void **state UNUSED)
{
    ASSERT_ITEMS(READ(URINE_PROTEIN, "1", "1", 0), READ(URINE_PROTEIN, "5", "5", 0),
                 REFUSED(URINE_PROTEIN, "6", 4024), REFUSED(SMOKING, "4", 4024),
                 REFUSED("9N501000000000011", "要精検", 4024), READ(MEAL, "3", "3", 0));
}

static void text__any_width__becomes_full_width_on_one_line(void **state UNUSED)
{
    ASSERT_ITEMS(READ(WORK_HISTORY, "溶接", "溶接", 0), READ(WORK_HISTORY, "ST波 1", "ＳＴ波　１", 3001),
                 READ(WORK_HISTORY, "ｱｰｸ溶接", "アーク溶接", 3001),
                 READ(WORK_HISTORY, "溶接\r\n事務", "溶接　事務", 3001));
}

static void text__over_its_bytes__is_refused(void **state UNUSED)
{
    char words[129 * 3 + 1] = "";
    for (int i = 0; i < 128; i++)
        strcat(words, "あ");
    read_cells(WORK_HISTORY, words, NULL, "");
    assert_string_equal(value_of(WORK_HISTORY)->text, words);
    assert_null(findings.first);
    strcat(words, "あ");
    read_cells(WORK_HISTORY, words, NULL, "");
    assert_int_equal(value_of(WORK_HISTORY)->state, KP_VALUE_ABSENT);
    assert_int_equal(findings.first->code, 4021);
}

static void text__day_of_picture__is_a_date(void **state UNUSED)
{
    ASSERT_ITEMS(READ(PICTURE_DAY, "20250610", "20250610", 0),
                 READ(PICTURE_DAY, "2025/6/10", "20250610", 3002),
                 READ(PICTURE_DAY, "R7.6.10", "20250610", 3002), REFUSED(PICTURE_DAY, "2025/2/30", 4003),
                 REFUSED(PICTURE_DAY, "先週", 4002));
}

/* --- findings: flag and words --- */

static void assert_finding(const char *flag, enum kp_value_state flag_state, const char *flag_code,
                           const char *words, const char *words_expected)
{
    assert_int_equal(value_of(flag)->state, flag_state);
    if (flag_code)
        assert_string_equal(value_of(flag)->text, flag_code);
    assert_int_equal(value_of(words)->state, words_expected ? KP_VALUE_PRESENT : KP_VALUE_ABSENT);
    if (words_expected)
        assert_string_equal(value_of(words)->text, words_expected);
}

static void finding__words__set_the_flag(void **state UNUSED)
{
    static const char *const nothing[] = {"特になし", "特になし、", "異常所見なし", "特記事項なし"};
    for (size_t i = 0; i < COUNT(nothing); i++) {
        read_cells(HISTORY_TEXT, nothing[i], NULL, "");
        assert_finding(HISTORY_FLAG, KP_VALUE_PRESENT, "2", HISTORY_TEXT, NULL);
        assert_int_equal(findings.first->code, 3011);
        assert_null(findings.first->next);
    }
    read_cells(HISTORY_TEXT, "糖尿病", NULL, "");
    assert_finding(HISTORY_FLAG, KP_VALUE_PRESENT, "1", HISTORY_TEXT, "糖尿病");
    read_cells(ECG_TEXT, "ST低下", NULL, "");
    assert_finding(ECG_FLAG, KP_VALUE_PRESENT, "1", ECG_TEXT, "ＳＴ低下");
    assert_int_equal(findings.first->code, 3001);
    assert_int_equal(findings.first->next->code, 3011);
    read_cells(ECG_TEXT, "異常(所見)なし/", NULL, "");
    assert_finding(ECG_FLAG, KP_VALUE_PRESENT, "2", ECG_TEXT, NULL);
}

static void finding__empty_or_not_done__goes_to_the_flag(void **state UNUSED)
{
    static const char *const pairs[][2] = {{HISTORY_FLAG, HISTORY_TEXT},
                                           {"9N061000000000011", "9N061160800000049"},
                                           {"9N066000000000011", "9N066160800000049"}};
    for (size_t i = 0; i < COUNT(pairs); i++) {
        read_cells(pairs[i][1], "", NULL, "");
        assert_finding(pairs[i][0], KP_VALUE_ABSENT, NULL, pairs[i][1], NULL);
        assert_null(findings.first);
    }
    read_cells(ECG_TEXT, "", NULL, "");
    assert_finding(ECG_FLAG, KP_VALUE_ABSENT, NULL, ECG_TEXT, NULL);
    read_cells(ECG_TEXT, "未実施", NULL, "");
    assert_finding(ECG_FLAG, KP_VALUE_NOT_DONE, NULL, ECG_TEXT, NULL);
    assert_int_equal(findings.first->code, 3012);
}

static void finding__flag_column__precedes_words_in_any_order(void **state UNUSED)
{
    read_cells(ECG_FLAG, "所見なし", ECG_TEXT, "右脚ブロック");
    assert_finding(ECG_FLAG, KP_VALUE_PRESENT, "2", ECG_TEXT, NULL);
    read_cells(ECG_TEXT, "右脚ブロック", ECG_FLAG, "要再撮影");
    assert_finding(ECG_FLAG, KP_VALUE_PRESENT, "3", ECG_TEXT, "右脚ブロック");
    read_cells(HISTORY_TEXT, "", HISTORY_FLAG, "特記すべきことあり");
    assert_finding(HISTORY_FLAG, KP_VALUE_PRESENT, "1", HISTORY_TEXT, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number__plain__gets_the_decimals_of_its_format),
        cmocka_unit_test(number__units_marks_and_separators__are_removed),
        cmocka_unit_test(number__official_unit__is_removed_for_every_item),
        cmocka_unit_test(number__below_or_above_bound__has_the_mark),
        cmocka_unit_test(number__at_or_beyond_input_limits__is_marked),
        cmocka_unit_test(number__more_decimals__are_rounded_half_up),
        cmocka_unit_test(number__more_digits_than_format__is_refused),
        cmocka_unit_test(number__anything_else__is_refused),
        cmocka_unit_test(number__two_in_a_cell__are_never_joined),
        cmocka_unit_test(no_result__not_done__in_every_type),
        cmocka_unit_test(no_result__not_measurable__numbers_and_codes),
        cmocka_unit_test(no_result__empty_and_dash__are_absent),
        cmocka_unit_test(dash__empty_or_code__is_recorded),
        cmocka_unit_test(dash__explained_by_mapping_file__is_not_recorded),
        cmocka_unit_test(codes__variants_seen_in_exports__are_read),
        cmocka_unit_test(codes__hours_since_meal__from_ten_need_no_point),
        cmocka_unit_test(codes__of_list__are_kept_and_others_refused),
        cmocka_unit_test(text__any_width__becomes_full_width_on_one_line),
        cmocka_unit_test(text__over_its_bytes__is_refused),
        cmocka_unit_test(text__day_of_picture__is_a_date),
        cmocka_unit_test(finding__words__set_the_flag),
        cmocka_unit_test(finding__empty_or_not_done__goes_to_the_flag),
        cmocka_unit_test(finding__flag_column__precedes_words_in_any_order),
    };
    return cmocka_run_group_tests_name("normalize_items", tests, load_tables, free_tables);
}
