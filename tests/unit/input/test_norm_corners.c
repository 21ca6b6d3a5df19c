/* Combinations of columns, units, marks and states. */
#include "norm_story.h"

#define PAIR FASTING_GLUCOSE "/" CASUAL_GLUCOSE

static void unit__of_pair__applies_to_either_item(void **state UNUSED)
{
    ASSERT_ROWS(ROW(MEAL "=3 " CASUAL_GLUCOSE "=99 K3017 K3007", CELL(MEAL, "3"), CELL(PAIR, "5.5"),
                    CELL(FASTING_GLUCOSE ".unit", "mmol/L")));
}

/* 99 must never get a range of 4 to 6. */
static void reference__beside_unit_in_cell__is_converted_too(void **state UNUSED)
{
    ASSERT_ROWS(ROW(FASTING_GLUCOSE "=99[70..110] K3017 K3008 K3007 K3017 K3017",
                    CELL(FASTING_GLUCOSE, "5.5 mmol/L"), CELL(FASTING_GLUCOSE ".low", "3.9"),
                    CELL(FASTING_GLUCOSE ".high", "6.1")));
}

static void joined__wide_dash_before_nothing_special__is_left_out(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "－"), CELL(ECG_TEXT, "異常なし")));
}

static void joined__without_finding__ignores_the_order(void **state UNUSED)
{
    ASSERT_ROWS(ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "異常なし"), CELL(ECG_TEXT, "未実施")),
                ROW(ECG_FLAG "=2 K3011", CELL(ECG_TEXT, "未実施"), CELL(ECG_TEXT, "異常なし")),
                ROW("K3014", CELL(HISTORY_TEXT, ""), CELL(HISTORY_TEXT, "-")),
                ROW("K3014", CELL(HISTORY_TEXT, "-"), CELL(HISTORY_TEXT, "")));
}

static void grade__in_several_columns__is_left_out(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3021", CELL(JUDGEMENT, "A"), CELL(JUDGEMENT, "C12"), CELL(DOCTOR, "健保太郎")));
}

static void pair__cell_without_value__needs_no_meal(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3014", CELL(PAIR, "-")));
}

static void several__flag_in_one__is_kept(void **state UNUSED)
{
    ASSERT_ROWS(ROW(SYSTOLIC "=120!H K3008", CELL(SYSTOLIC, "120"), CELL(SYSTOLIC, "120H")));
}

static void bound__on_both_sides__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4022", CELL(SYSTOLIC, "<120以上")), ROW("K4022", CELL(SYSTOLIC, "120HL")));
}

static void positive__reason_of_other_sample__is_dropped(void **state UNUSED)
{
    ASSERT_ROWS(ROW(OCCULT_BLOOD "=1 K3020", CELL(OCCULT_BLOOD, "1"), CELL(OCCULT_BLOOD, "生理中")));
}

static void disagree__rival__is_a_filled_column(void **state UNUSED)
{
    static const struct cell cells[] = {CELL(HEIGHT, ""), CELL(HEIGHT, "170"), CELL(HEIGHT, "171")};
    (void)story_of(cells, COUNT(cells), NULL);
    assert_string_equal(findings.first->args[0], "B");
}

static void code__unlike_any_other__is_given_as_personal_value(void **state UNUSED)
{
    static const struct cell cell = CELL(SMOKING, "ＸＹＺ不明ＸＹＺ");
    (void)story_of(&cell, 1, NULL);
    assert_int_equal(only_finding(), KP_K_CODE_UNKNOWN);
    assert_non_null(findings.first->value);
}

static void memory__short_for_units__is_safe(void **state UNUSED)
{
    static const struct kp_facilities nobody = {0};
    static const char *const cells[] = {"mmol/L"};
    struct kp_column column = {.kind = KP_COL_UNIT, .index = item_at(FASTING_GLUCOSE)};
    struct kp_mapping mapping = {.columns = &column, .n_columns = 1, .has_units = true};
    struct kp_record r;
    for (size_t spare = 60000; spare > 0; spare -= 16) {
        struct kp_arena little = {.max_bytes = 64 * 1024};
        assert_non_null(kp_arena_alloc(&little, 64 * 1024 - 64 - spare));
        struct kp_findings found = {.arena = &little};
        (void)kp_normalize(&tables, &mapping, &(struct kp_completion){.facilities = &nobody}, cells, &found,
                           &r);
        kp_arena_release(&little);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unit__of_pair__applies_to_either_item),
        cmocka_unit_test(reference__beside_unit_in_cell__is_converted_too),
        cmocka_unit_test(joined__wide_dash_before_nothing_special__is_left_out),
        cmocka_unit_test(joined__without_finding__ignores_the_order),
        cmocka_unit_test(grade__in_several_columns__is_left_out),
        cmocka_unit_test(pair__cell_without_value__needs_no_meal),
        cmocka_unit_test(several__flag_in_one__is_kept),
        cmocka_unit_test(bound__on_both_sides__is_refused),
        cmocka_unit_test(positive__reason_of_other_sample__is_dropped),
        cmocka_unit_test(disagree__rival__is_a_filled_column),
        cmocka_unit_test(code__unlike_any_other__is_given_as_personal_value),
        cmocka_unit_test(memory__short_for_units__is_safe),
    };
    return cmocka_run_group_tests_name("norm_corners", tests, load_tables, free_tables);
}
