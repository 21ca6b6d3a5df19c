#include "mapped.h"

#include "input/intake.h"
#include "input/survey.h"

static struct kp_inputs inputs;
static struct kp_survey survey;

static void survey_text(const char *bytes)
{
    static const struct kp_input_options options = {0};
    const char *path = put_file("in.csv", bytes, strlen(bytes));
    assert_int_equal(kp_intake_one(&ctx, &options, path, &inputs), KP_OK);
    assert_int_equal(kp_survey(&ctx, &inputs, 0, &survey), KP_OK);
    assert_int_equal(got.count, 0);
}

static void survey__cells__are_counted_by_column(void **state UNUSED)
{
    survey_text("氏名,続柄,身長,備考\nヤマダ,本人,170,\n 山田 ,家族,171.5,-\n,その他,,\n");
    assert_int_equal(survey.rows, 3);
    assert_int_equal(survey.columns[0].filled, 2);
    assert_int_equal(survey.columns[0].kana, 1);
    assert_int_equal(survey.columns[1].filled, 3);
    assert_int_equal(survey.columns[1].qualifications, 2);
    assert_int_equal(survey.columns[2].shapes.n_kept, 2);
    assert_int_equal(survey.columns[3].filled, 1);
}

static void survey__dash_with_a_code__is_counted(void **state UNUSED)
{
    survey_text("尿蛋白,身長\n-,170\n+,171\n");
    assert_int_equal(survey.columns[0].dashes, 1);
    assert_false(survey.columns[0].has_negative);
    assert_false(survey.dash_is_empty);
}

static void survey__dash_without_a_code__means_no_value(void **state UNUSED)
{
    survey_text("尿蛋白,身長\n-,-\n陰性,171\n");
    assert_true(survey.dash_is_empty);
    assert_int_equal(survey.columns[0].dashes, 1);
    assert_true(survey.columns[0].has_negative);
    assert_int_equal(survey.columns[1].dashes, 0);
}

static void survey__dash_in_unmapped_column__is_ignored(void **state UNUSED)
{
    survey_text("身長,予備\n170,-\n");
    assert_false(survey.dash_is_empty);
}

static void survey__row_of_another_width__is_skipped(void **state UNUSED)
{
    survey_text("身長,体重\n170\n170,60\n170,60,1\n");
    assert_int_equal(survey.rows, 1);
    assert_int_equal(survey.columns[0].filled, 1);
}

static void survey__undecodable_cell__is_skipped(void **state UNUSED)
{
    struct kp_buf rows = {0};
    kp_buf_str(&rows, "身長,備考\n");
    for (int i = 0; i < 100; i++)
        kp_buf_str(&rows, "170,異常なし\n");
    kp_buf_str(&rows, "171,\xff\n");
    survey_text(kp_buf_text(&rows));
    kp_buf_release(&rows);
    assert_int_equal(inputs.list[0].encoding, KP_ENC_UTF8);
    assert_int_equal(survey.columns[0].filled, 101);
    assert_int_equal(survey.columns[1].filled, 100);
}

static void survey__long_export__ends_after_2000_rows(void **state UNUSED)
{
    struct kp_buf rows = {0};
    kp_buf_str(&rows, "身長,体重\n");
    for (int i = 0; i < 2010; i++)
        kp_buf_str(&rows, "170,60\n");
    survey_text(kp_buf_text(&rows));
    kp_buf_release(&rows);
    assert_int_equal(survey.rows, 2000);
}

static void survey__unbalanced_quote__is_reported(void **state UNUSED)
{
    static const struct kp_input_options options = {0};
    static const char bytes[] = "身長,体重\n170,\"60\n";
    const char *path = put_file("in.csv", bytes, strlen(bytes));
    assert_int_equal(kp_intake_one(&ctx, &options, path, &inputs), KP_OK);
    assert_int_equal(kp_survey(&ctx, &inputs, 0, &survey), KP_E_INPUT);
    assert_int_equal(got.code, KP_K_QUOTE_UNBALANCED);
    assert_int_equal(got.line, 2);
    assert_int_equal(got.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_mapping, fresh_mapping)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(survey__cells__are_counted_by_column),        TEST(survey__dash_with_a_code__is_counted),
        TEST(survey__dash_without_a_code__means_no_value), TEST(survey__dash_in_unmapped_column__is_ignored),
        TEST(survey__row_of_another_width__is_skipped),    TEST(survey__undecodable_cell__is_skipped),
        TEST(survey__long_export__ends_after_2000_rows),   TEST(survey__unbalanced_quote__is_reported),
    };
    return cmocka_run_group_tests_name("survey", tests, set_up_mapping, tear_down_mapping);
}
