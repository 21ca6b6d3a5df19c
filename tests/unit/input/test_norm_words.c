/* Findings in words: the flag and the words that a row gets. */
#include "norm_story.h"

#include "input/digits.h"

#define HEARING "9D100163100000011"
#define MEDICATION "9N701000000000011"
#define WAIST "9N016160100000001"
#define URINE "1A010000000191111"
#define ECG_REASON "9A110161000000049"
#define FUNDUS_TEXT "9E100160900000049"
#define X_RAY_DAY "9N211161100000049"

static void words__of_each_class__set_flag_and_words(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "両肺野に異常を認めません。")),
        ROW(HISTORY_FLAG "=2 K3011", CELL(HISTORY_TEXT, "なし／なし")),
        ROW(HISTORY_FLAG "=1 " HISTORY_TEXT "=高血圧　治療中 K3011", CELL(HISTORY_TEXT, "高血圧　治療中")),
        ROW("K3061", CELL(HISTORY_TEXT, "未記入")), ROW("K3061", CELL(HISTORY_TEXT, "#N/A")),
        ROW("K3061", CELL(HISTORY_TEXT, "0")), ROW("K3014", CELL(HISTORY_TEXT, "－")),
        ROW("", CELL(HISTORY_TEXT, "")), ROW("K4054", CELL(HISTORY_TEXT, "異常なし（経過観察）")),
        ROW("K4054", CELL(HISTORY_TEXT, "胸痛なし、頭痛あり")), ROW("K4054", CELL(ECG_TEXT, "2")),
        ROW("K4054", CELL(ECG_TEXT, "Ｂ")), ROW(ECG_FLAG "=not done K3012", CELL(ECG_TEXT, "心電図未実施。")),
        ROW(ECG_FLAG "=not measurable K3013", CELL(ECG_TEXT, "測定不能")));
}

static void words__beside_a_flag__must_agree(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=2 K3062", CELL(ECG_FLAG, "2"), CELL(ECG_TEXT, "正常")),
                ROW(ECG_FLAG "=2 K3038 K3062", CELL(ECG_FLAG, "2"), CELL(ECG_TEXT, "左軸偏位")),
                ROW(ECG_FLAG "=1 K4035", CELL(ECG_FLAG, "1"), CELL(ECG_TEXT, "異常なし")),
                ROW(ECG_FLAG "=2 K4054", CELL(ECG_FLAG, "2"), CELL(ECG_TEXT, "異常なし（要観察）")),
                ROW(ECG_FLAG "=2 K3061", CELL(ECG_FLAG, "2"), CELL(ECG_TEXT, "不明")));
}

static void flag__in_words__is_read_by_the_same_classes(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=2 K3006", CELL(ECG_FLAG, "心電図は正常範囲です")),
                ROW(HEARING "=2 K3006", CELL(HEARING, "右耳異常なし")),
                ROW(HEARING "=1 K3006", CELL(HEARING, "要精検")), ROW("K4054", CELL(HEARING, "D2")),
                ROW("K4024", CELL(HEARING, "要相談")), ROW("K4024", CELL(ECG_FLAG, "0")),
                ROW("K3061", CELL(ECG_FLAG, "未記入")), ROW("K4054", CELL(ECG_FLAG, "異常なし（経過観察）")),
                ROW(ECG_FLAG "=1 " ECG_TEXT "=陰性Ｔ波 K3006", CELL(ECG_FLAG, "軽度異常"),
                    CELL(ECG_TEXT, "陰性Ｔ波")));
}

static void joined__open_part__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3019 K4054", CELL(ECG_TEXT, "右脚ブロック"), CELL(ECG_TEXT, "左軸偏位なし")),
                ROW(ECG_FLAG "=1 " ECG_TEXT "=徐脈 K3011", CELL(ECG_TEXT, "未記入"), CELL(ECG_TEXT, "徐脈")));
}

/* --- answers and numbers --- */

static void answer__placeholder__is_no_answer(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3061", CELL(MEDICATION, "未回答")), ROW("K3061", CELL(MEDICATION, "記入なし")),
                ROW("K3061", CELL(MEDICATION, "NULL")), ROW("K4024", CELL(MEDICATION, "?")),
                ROW("K4024", CELL(MEDICATION, "#REF!")), ROW("K3061", CELL(HEIGHT, "NULL")),
                ROW("K3061", CELL(HEIGHT, "未記入")), ROW("K3061", CELL(HEIGHT, "nan")),
                ROW("K4022", CELL(HEIGHT, "#N/A")), ROW("K4022", CELL(HEIGHT, "標準")));
}

static void answer__as_vendors_write_it__is_read(void **state UNUSED)
{
    ASSERT_ROWS(ROW(MEDICATION "=1 K3006", CELL(MEDICATION, "高血圧　薬剤治療中")),
                ROW(MEDICATION "=1 K3006", CELL(MEDICATION, "飲んでいる")),
                ROW(MEDICATION "=2 K3006", CELL(MEDICATION, "使用していない")),
                ROW("K4024", CELL(MEDICATION, "治療中")), ROW("K4024", CELL(MEDICATION, "過去に服用")),
                ROW(SMOKING "=1 K3006", CELL(SMOKING, "はい（現在喫煙）")),
                ROW("K4024", CELL(SMOKING, "禁煙した")), ROW("K4024", CELL(SMOKING, "吸っていない")));
}

static void number__undone_in_words__is_not_done(void **state UNUSED)
{
    ASSERT_ROWS(ROW(WAIST "=not done K3012", CELL(WAIST, "妊娠中のため測定せず")),
                ROW(WAIST "=not done K3012", CELL(WAIST, "測定省略")),
                ROW(HEIGHT "=not done K3012", CELL(HEIGHT, "測定なし")),
                ROW(WAIST "=not done K3012", CELL(WAIST, "医師の判断により省略")),
                ROW("K4022", CELL(WAIST, "妊娠中")), ROW("K4022", CELL(WAIST, "測定済")));
}

static void number__letter_for_a_digit__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4022", CELL(HEIGHT, "l70")), ROW("K4022", CELL(HEIGHT, "17l")),
                ROW("K4022", CELL(HEIGHT, "17O")), ROW("K4022", CELL(HEIGHT, "I70")),
                ROW(HEIGHT "=170.0!L K3008", CELL(HEIGHT, "L170")),
                ROW(HEIGHT "=170.0!L K3008", CELL(HEIGHT, "170L")),
                ROW(HEIGHT "=170.0!L K3008", CELL(HEIGHT, "170 l")));
}

static void number__fraction_for_percent__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW("K4069", CELL(HBA1C, "0.055")), ROW("K4069", CELL(HBA1C, "0.1")),
        ROW(HBA1C "=5.5 K3008", CELL(HBA1C, "5.5%")), ROW(HBA1C "=5.5 K3017", IN("mol/mol", HBA1C, "0.055")),
        ROW("K4069", CELL("9C330000000000002", "0.82")), ROW("K4069", CELL("9C380000000000002", "1.05")));
}

static void urine__words__are_read(void **state UNUSED)
{
    ASSERT_ROWS(ROW(URINE "=not measurable " REASON "=1 K3022", CELL(URINE, "（生理中）")),
                ROW(URINE "=not measurable " REASON "=2 K3022", CELL(URINE, "透析のため採尿不可")),
                ROW(URINE "=not done K3012", CELL(URINE, "未提出")),
                ROW(URINE "=not done K3012", CELL(URINE, "提出なし")),
                ROW(URINE "=not measurable K3013", CELL(URINE, "尿量不足")),
                ROW(URINE "=1 K3006", CELL(URINE, "－（陰性）")),
                ROW(URINE "=1 K3006", CELL(URINE, "マイナス")), ROW(URINE "=1 K3006", CELL(URINE, "−（－）")),
                ROW(URINE "=3 K3006", CELL(URINE, "＋（１＋）")), ROW("K4024", CELL(URINE, "＋（陰性）")),
                ROW("K4024", CELL(URINE, "陽性")), ROW("K4024", CELL(URINE, "(2)")),
                ROW("K4024", CELL(URINE, "1(1)")));
}

static void reason__placeholder__is_no_reason(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3061", CELL(ECG_REASON, "なし")), ROW("K3061", CELL(ECG_REASON, "特になし")),
                ROW("K3061", CELL(ECG_REASON, "0")),
                ROW(ECG_REASON "=不整脈のため", CELL(ECG_REASON, "不整脈のため")));
}

static void text__placeholder__is_no_text(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3061", CELL(WORK_HISTORY, "NULL")), ROW("K3061", CELL(WORK_HISTORY, "#N/A")),
                ROW("K3061", CELL(WORK_HISTORY, "0")), ROW("K3061", CELL(WORK_HISTORY, "？")),
                ROW("K3061", CELL(WORK_HISTORY, "不明")), ROW("K3061", CELL(FUNDUS_TEXT, "nan")),
                ROW(WORK_HISTORY "=なし", CELL(WORK_HISTORY, "なし")),
                ROW(FUNDUS_TEXT "=異常なし", CELL(FUNDUS_TEXT, "異常なし")),
                ROW("K3061", CELL(X_RAY_DAY, "不明")), ROW("K3061", CELL(X_RAY_DAY, "0")),
                ROW("K4002", CELL(X_RAY_DAY, "6月")));
}

static void judgement__bare_digit__is_a_grade(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3021", CELL(JUDGEMENT, "1"), CELL(DOCTOR, "山田　太郎")),
                ROW("K3021", CELL(JUDGEMENT, "２"), CELL(DOCTOR, "山田　太郎")),
                ROW("K3021", CELL(JUDGEMENT, "B判定"), CELL(DOCTOR, "山田　太郎")));
}

static void finding__numbered_code__has_no_words(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=1 K3011", CELL(ECG_TEXT, "1:所見あり")),
                ROW(ECG_FLAG "=1 K3011", CELL(ECG_TEXT, "所見あり")),
                ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "2：所見なし")));
}

/* --- what the mapping file says --- */

static const char *story_with(const char *target, const char *header, const char *cell, const char *code)
{
    struct kp_column column = {.header = header};
    kp_arena_reset(&scratch);
    const char *codes[] = {code};
    assert_true(kp_target_read(&scratch, &tables, target, &column));
    column.codes = codes;
    kp_digits_settle(&scratch, &tables, true, &column);
    if (code)
        assert_int_equal(kp_map_put(&column.values, &scratch, kp_text_value_key(&scratch, cell), 0),
                         KP_MAP_ADDED);
    normalize_columns(&column, &cell, 1, NULL);
    return record_story();
}

static void values__of_an_open_text__settle_it(void **state UNUSED)
{
    static const char open[] = "胸痛なし、頭痛あり";
    static const char whole[] = HISTORY_FLAG "=1 " HISTORY_TEXT "=胸痛なし、頭痛あり K3006 K3011";
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, NULL), "K4054");
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, "1"), whole);
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, open), whole);
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, "2"), HISTORY_FLAG "=2 K3006 K3011");
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, "頭痛"),
                        HISTORY_FLAG "=1 " HISTORY_TEXT "=頭痛 K3006 K3011");
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, ""), "K3006");
    assert_string_equal(story_with(HISTORY_TEXT, NULL, open, "特になし"), HISTORY_FLAG "=2 K3006 K3011");
}

static void values__of_grades__are_needed_below_a_judgement(void **state UNUSED)
{
    assert_string_equal(story_with(ECG_FLAG, "心電図判定", "1", NULL), "K4061");
    assert_string_equal(story_with(ECG_FLAG, "心電図 判定", "Ａ", NULL), "K4054");
    assert_string_equal(story_with(ECG_FLAG, "心電図判定", "異常なし", NULL), ECG_FLAG "=2 K3006");
    assert_string_equal(story_with(ECG_FLAG, "心電図判定", "1", "2"), ECG_FLAG "=2 K3006");
    assert_string_equal(story_with(HEARING, "右）1000Hz 判定", "Ｂ", "1"), HEARING "=1 K3006");
    assert_string_equal(story_with(ECG_FLAG, "心電図（所見の有無）", "1", NULL), ECG_FLAG "=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(answer__placeholder__is_no_answer, tidy),
        cmocka_unit_test_teardown(answer__as_vendors_write_it__is_read, tidy),
        cmocka_unit_test_teardown(number__undone_in_words__is_not_done, tidy),
        cmocka_unit_test_teardown(number__letter_for_a_digit__is_refused, tidy),
        cmocka_unit_test_teardown(number__fraction_for_percent__is_refused, tidy),
        cmocka_unit_test_teardown(urine__words__are_read, tidy),
        cmocka_unit_test_teardown(reason__placeholder__is_no_reason, tidy),
        cmocka_unit_test_teardown(finding__numbered_code__has_no_words, tidy),
        cmocka_unit_test_teardown(text__placeholder__is_no_text, tidy),
        cmocka_unit_test_teardown(judgement__bare_digit__is_a_grade, tidy),
        cmocka_unit_test(words__of_each_class__set_flag_and_words),
        cmocka_unit_test(words__beside_a_flag__must_agree),
        cmocka_unit_test(flag__in_words__is_read_by_the_same_classes),
        cmocka_unit_test(joined__open_part__is_refused),
        cmocka_unit_test(values__of_an_open_text__settle_it),
        cmocka_unit_test(values__of_grades__are_needed_below_a_judgement),
    };
    return cmocka_run_group_tests_name("norm_words", tests, load_tables, free_tables);
}
