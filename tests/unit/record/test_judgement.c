/* The judgements against cases worked out by hand: tests/cases/metabolic.csv and guidance.csv, one reason a
 * row. */
#include "record_case.h"

#include <stdio.h>

#include "base/file.h"
#include "format/sheet.h"
#include "record/judgement.h"

static const struct {
    const char *column, *item;
} COLUMNS[] = {{"fat", FAT},
               {"waist", WAIST},
               {"bmi", KP_ITEM_BMI},
               {"systolic", KP_ITEM_OTHER_SYSTOLIC},
               {"diastolic", KP_ITEM_OTHER_DIASTOLIC},
               {"tg", TG},
               {"casual_tg", CASUAL_TG},
               {"hdl", HDL},
               {"glucose", FASTING_GLUCOSE},
               {"casual_glucose", "3D010129901926101"},
               {"hba1c", "3D046000001920402"},
               {"pressure_medicine", KP_ITEM_MEDICINE_PRESSURE},
               {"glucose_medicine", KP_ITEM_MEDICINE_GLUCOSE},
               {"lipid_medicine", KP_ITEM_MEDICINE_LIPID},
               {"smoking", KP_ITEM_SMOKING}};

static struct kp_sheet sheet;

static const char *cell_of(size_t row, const char *column)
{
    size_t at = 0;
    if (!kp_sheet_column(&sheet, column, &at))
        return "";
    return sheet.rows[row].cells[at];
}

static void read_cases(const char *name)
{
    const char *bytes = NULL;
    size_t n = 0;
    const char *path = kp_arena_printf(&arena, "%s/../tests/cases/%s.csv", getenv("FIXTURES"), name);
    assert_int_equal(kp_read_file(&kp_io_posix, path, 1 << 20, &arena, &bytes, &n), KP_OK);
    assert_int_equal(kp_sheet_read(&sheet, &arena, NULL, bytes, n, KP_COMMENTS_NONE), KP_OK);
    assert_true(sheet.n_rows >= 60);
}

/* Goes through a record, so that the choice of items is tested too. */
static struct kp_health health_of(size_t row)
{
    struct kp_health health;
    assert_int_equal(new_record(NULL), 0);
    record.field[KP_F_SEX] = cell_of(row, "sex");
    for (size_t i = 0; i < COUNT(COLUMNS); i++)
        if (*cell_of(row, COLUMNS[i].column))
            set(COLUMNS[i].item, cell_of(row, COLUMNS[i].column));
    kp_health_of(&record, &health);
    return health;
}

static void assert_code(size_t row, const char *got)
{
    if (strcmp(cell_of(row, "expected"), got) != 0)
        fail_msg("line %zu, %s: got %s, expected %s", row + 2, cell_of(row, "reason"), got,
                 cell_of(row, "expected"));
}

static void metabolic__cases_worked_out_by_hand__agree(void **state UNUSED)
{
    read_cases("metabolic");
    for (size_t row = 0; row < sheet.n_rows; row++) {
        struct kp_health health = health_of(row);
        assert_code(row, kp_judgement_metabolic(&health));
    }
}

static void guidance__cases_worked_out_by_hand__agree(void **state UNUSED)
{
    read_cases("guidance");
    for (size_t row = 0; row < sheet.n_rows; row++) {
        struct kp_health health = health_of(row);
        assert_code(row, kp_judgement_guidance(&health, atoi(cell_of(row, "age"))));
    }
}

static void health__values_without_a_result__are_unknown(void **state UNUSED)
{
    struct kp_health health;
    set_state(WAIST, KP_VALUE_NOT_MEASURABLE);
    set("9N016160200000001", "91.0");
    set_state(HDL, KP_VALUE_NOT_DONE);
    kp_health_of(&record, &health);
    const struct kp_measure *m = health.measures;
    assert_true(m[KP_LIMIT_WAIST_FEMALE].known &&
                m[KP_LIMIT_WAIST_FEMALE].met); /* 自己判定, as 実測 has no result */
    assert_false(m[KP_LIMIT_HDL].known || m[KP_LIMIT_HDL].met || m[KP_LIMIT_BMI].known);
}

static void health__bmi_not_recorded__is_computed(void **state UNUSED)
{
    struct kp_health health;
    set(HEIGHT, "170.0");
    set(WEIGHT, "72.2");
    kp_health_of(&record, &health);
    assert_true(health.measures[KP_LIMIT_BMI].known && health.measures[KP_LIMIT_BMI].met); /* 25.0 */
    set(KP_ITEM_BMI, "24.9");
    kp_health_of(&record, &health);
    assert_true(health.measures[KP_LIMIT_BMI].known && !health.measures[KP_LIMIT_BMI].met);
}

static void health__marked_number__is_known_if_certain(void **state UNUSED)
{
    static const struct {
        const char *item, *value;
        enum kp_limit limit;
        char mark;
        bool known, met;
    } rows[] = {{TG, "150", KP_LIMIT_TG, 'L', false, false},  {TG, "149", KP_LIMIT_TG, 'L', true, false},
                {TG, "150", KP_LIMIT_TG, 'H', true, true},    {TG, "149", KP_LIMIT_TG, 'H', false, false},
                {HDL, "40", KP_LIMIT_HDL, 'L', false, false}, {HDL, "39", KP_LIMIT_HDL, 'L', true, true},
                {HDL, "40", KP_LIMIT_HDL, 'H', true, false},  {HDL, "39", KP_LIMIT_HDL, 'H', false, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_health health;
        set(rows[i].item, rows[i].value);
        value_of(rows[i].item)->limit = rows[i].mark;
        kp_health_of(&record, &health);
        if (health.measures[rows[i].limit].known != rows[i].known ||
            health.measures[rows[i].limit].met != rows[i].met)
            fail_msg("row %zu", i);
    }
}

static void health__smoking__formerly_is_no(void **state UNUSED)
{
    static const struct {
        const char *code;
        enum kp_answer answer;
    } rows[] = {{"1", KP_ANSWER_YES}, {"2", KP_ANSWER_NO}, {"3", KP_ANSWER_NO}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_health health;
        set(KP_ITEM_SMOKING, rows[i].code);
        kp_health_of(&record, &health);
        assert_int_equal(health.smoking, rows[i].answer);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, new_record)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(metabolic__cases_worked_out_by_hand__agree),   TEST(guidance__cases_worked_out_by_hand__agree),
        TEST(health__values_without_a_result__are_unknown), TEST(health__bmi_not_recorded__is_computed),
        TEST(health__marked_number__is_known_if_certain),   TEST(health__smoking__formerly_is_no),
    };
    return cmocka_run_group_tests_name("judgement", tests, load_tables, free_tables);
}
