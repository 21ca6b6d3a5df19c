/* The judgements against tables worked out by hand (tests/cases/metabolic.csv, guidance.csv), one reason a
 * row. */
#include "record_story.h"

#include <stdio.h>

#include "base/file.h"
#include "record/judgement.h"
#include "format/sheet.h"

static const struct {
    const char *column, *item;
} COLUMNS[] = {{"fat", "9N021000000000001"},
               {"waist", "9N016160100000001"},
               {"bmi", "9N011000000000001"},
               {"systolic", "9A755000000000001"},
               {"diastolic", "9A765000000000001"},
               {"tg", "3F015000002327101"},
               {"casual_tg", "3F015129902327101"},
               {"hdl", "3F070000002327101"},
               {"glucose", "3D010000001926101"},
               {"casual_glucose", "3D010129901926101"},
               {"hba1c", "3D046000001920402"},
               {"pressure_medicine", "9N701000000000011"},
               {"glucose_medicine", "9N706000000000011"},
               {"lipid_medicine", "9N711000000000011"},
               {"smoking", "9N736000000000011"}};

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
    assert_int_equal(kp_sheet_read(&sheet, &arena, NULL, bytes, n), KP_OK);
    assert_true(sheet.n_rows >= 60);
}

/* Through the record, as a run does it, so that the right items are looked at. */
static struct kp_health health_of(size_t row)
{
    struct kp_health health;
    kp_arena_reset(&scratch);
    assert_int_equal(kp_record_init(&record, &tables, &scratch), KP_OK);
    record.field[KP_F_SEX] = cell_of(row, "sex");
    for (size_t i = 0; i < COUNT(COLUMNS); i++)
        if (*cell_of(row, COLUMNS[i].column))
            record.values[item_at(COLUMNS[i].item)] =
                (struct kp_value){.state = KP_VALUE_PRESENT, .text = cell_of(row, COLUMNS[i].column)};
    kp_health_of(&tables, &record, &health);
    return health;
}

static void expect(size_t row, char got)
{
    if (*cell_of(row, "expected") != got)
        fail_msg("line %zu, %s: got %c, expected %s", row + 2, cell_of(row, "reason"), got,
                 cell_of(row, "expected"));
}

static void metabolic__cases_worked_out_by_hand__agree(void **state UNUSED)
{
    read_cases("metabolic");
    for (size_t row = 0; row < sheet.n_rows; row++) {
        struct kp_health health = health_of(row);
        expect(row, kp_judgement_metabolic(&health));
    }
}

static void guidance__cases_worked_out_by_hand__agree(void **state UNUSED)
{
    read_cases("guidance");
    for (size_t row = 0; row < sheet.n_rows; row++) {
        struct kp_health health = health_of(row);
        expect(row, kp_judgement_guidance(&health, atoi(cell_of(row, "age"))));
    }
}

static void set(const char *item, enum kp_value_state state, const char *value)
{
    record.values[item_at(item)] = (struct kp_value){.state = state, .text = value};
}

static void health__values_without_a_result__are_unknown(void **state UNUSED)
{
    struct kp_health health;
    assert_int_equal(kp_record_init(&record, &tables, &scratch), KP_OK);
    set("9N016160100000001", KP_VALUE_NOT_MEASURABLE, NULL);
    set("9N016160200000001", KP_VALUE_PRESENT, "91.0");
    set("3F070000002327101", KP_VALUE_NOT_DONE, NULL);
    kp_health_of(&tables, &record, &health);
    const struct kp_measure *m = health.measures;
    assert_true(m[KP_LIMIT_WAIST_FEMALE].known &&
                m[KP_LIMIT_WAIST_FEMALE].met); /* 自己判定 where 実測 has no result */
    assert_false(m[KP_LIMIT_HDL].known || m[KP_LIMIT_HDL].met || m[KP_LIMIT_BMI].known);
}

static void health__bmi_not_recorded__is_computed(void **state UNUSED)
{
    struct kp_health health;
    assert_int_equal(kp_record_init(&record, &tables, &scratch), KP_OK);
    set("9N001000000000001", KP_VALUE_PRESENT, "170.0");
    set("9N006000000000001", KP_VALUE_PRESENT, "72.2");
    kp_health_of(&tables, &record, &health);
    assert_true(health.measures[KP_LIMIT_BMI].known && health.measures[KP_LIMIT_BMI].met); /* 25.0 */
    set("9N011000000000001", KP_VALUE_PRESENT, "24.9");
    kp_health_of(&tables, &record, &health);
    assert_true(health.measures[KP_LIMIT_BMI].known && !health.measures[KP_LIMIT_BMI].met);
}

/* "150 or less" may be 100. */
static void health__marked_numbers__tell_only_what_is_certain(void **state UNUSED)
{
    static const struct {
        const char *item, *value;
        enum kp_limit limit;
        char mark;
        bool known, met;
    } rows[] = {{TG, "150", KP_LIMIT_TG, 'L', false, false},
                {TG, "149", KP_LIMIT_TG, 'L', true, false},
                {TG, "150", KP_LIMIT_TG, 'H', true, true},
                {TG, "149", KP_LIMIT_TG, 'H', false, false},
                {"3F070000002327101", "40", KP_LIMIT_HDL, 'L', false, false},
                {"3F070000002327101", "39", KP_LIMIT_HDL, 'L', true, true},
                {"3F070000002327101", "40", KP_LIMIT_HDL, 'H', true, false},
                {"3F070000002327101", "39", KP_LIMIT_HDL, 'H', false, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_health health;
        assert_int_equal(kp_record_init(&record, &tables, &scratch), KP_OK);
        set(rows[i].item, KP_VALUE_PRESENT, rows[i].value);
        record.values[item_at(rows[i].item)].limit = rows[i].mark;
        kp_health_of(&tables, &record, &health);
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
        assert_int_equal(kp_record_init(&record, &tables, &scratch), KP_OK);
        set("9N736000000000011", KP_VALUE_PRESENT, rows[i].code);
        kp_health_of(&tables, &record, &health);
        assert_int_equal(health.smoking, rows[i].answer);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(metabolic__cases_worked_out_by_hand__agree),
        TEST(guidance__cases_worked_out_by_hand__agree),
        TEST(health__values_without_a_result__are_unknown),
        TEST(health__bmi_not_recorded__is_computed),
        TEST(health__marked_numbers__tell_only_what_is_certain),
        TEST(health__smoking__formerly_is_no),
    };
    return cmocka_run_group_tests_name("judge", tests, load_tables, free_tables);
}
