/* The item table and the lists of codes on the day of the examination: what a row gets on both sides of
 * 2024-04-01. */
#include "norm_story.h"

#define SMOKING "9N736000000000011"
#define DRINKING "9N786000000000011"
#define AMOUNT "9N791000000000011"
#define WISH "9N806000000000011"
#define HISTORY "9N808000000000011"
#define RECONFIRMED "9N702167200000049"
#define REASON "9N512000000000011"
#define CASUAL_TG "3F015129902327101"
#define FASTING_TG "3F015000002327101"
#define LD "3B050000002327901"
/* A row of an exam on the last day of the old table, and on the first of the new one. */
#define LAST(what, ...) ROW("exam_date=20240331" what, CELL("exam_date", "20240331"), __VA_ARGS__)
#define FIRST(what, ...) ROW("exam_date=20240401" what, CELL("exam_date", "20240401"), __VA_ARGS__)

static void codes__of_the_day__are_read(void **state UNUSED)
{
    ASSERT_ROWS(LAST(" " SMOKING "=2", CELL(SMOKING, "2")), FIRST(" " SMOKING "=2", CELL(SMOKING, "2")),
                LAST(" K4072", CELL(SMOKING, "3")), FIRST(" " SMOKING "=3", CELL(SMOKING, "3")),
                LAST(" " DRINKING "=3", CELL(DRINKING, "3")), LAST(" K4072", CELL(DRINKING, "4")),
                FIRST(" " DRINKING "=8", CELL(DRINKING, "8")), LAST(" " AMOUNT "=4", CELL(AMOUNT, "4")),
                LAST(" K4072", CELL(AMOUNT, "5")), FIRST(" " AMOUNT "=5", CELL(AMOUNT, "5")),
                LAST(" K4024", CELL(SMOKING, "0")), LAST(" K4024", CELL(SMOKING, "9")));
}

static void words__of_the_day__are_read(void **state UNUSED)
{
    ASSERT_ROWS(LAST(" " SMOKING "=1 K3006", CELL(SMOKING, "はい")),
                LAST(" " SMOKING "=2 K3006", CELL(SMOKING, "いいえ")),
                LAST(" " SMOKING "=2 K3006", CELL(SMOKING, "吸わない")),
                FIRST(" " SMOKING "=3 K3006", CELL(SMOKING, "いいえ")),
                LAST(" K4072", CELL(SMOKING, "以前は吸っていた")),
                FIRST(" " SMOKING "=2 K3006", CELL(SMOKING, "以前は吸っていた")),
                LAST(" " DRINKING "=1 K3006", CELL(DRINKING, "毎日")),
                LAST(" " DRINKING "=2 K3006", CELL(DRINKING, "時々")),
                LAST(" " DRINKING "=3 K3006", CELL(DRINKING, "ほとんど飲まない（飲めない）")),
                LAST(" " DRINKING "=3 K3006", CELL(DRINKING, "飲まない")),
                FIRST(" K4072", CELL(DRINKING, "時々")), LAST(" K4072", CELL(DRINKING, "週5~6日")),
                LAST(" K4072", CELL(DRINKING, "禁酒した")));
    ASSERT_ROWS(LAST(" " AMOUNT "=2 K3006", CELL(AMOUNT, "１～２合未満")),
                LAST(" " AMOUNT "=4 K3006", CELL(AMOUNT, "３合以上")),
                LAST(" " AMOUNT "=4 K3006", CELL(AMOUNT, "５合以上")),
                FIRST(" K4072", CELL(AMOUNT, "３合以上")), LAST(" K4024", CELL(AMOUNT, "たくさん")));
}

static void item__of_other_days__is_left_out(void **state UNUSED)
{
    ASSERT_ROWS(
        LAST(" " WISH "=1", CELL(WISH, "1")), FIRST(" K3094", CELL(WISH, "1")),
        LAST(" K3094", CELL(HISTORY, "1")), FIRST(" " HISTORY "=1", CELL(HISTORY, "1")),
        LAST("", CELL(HISTORY, "")), LAST("", CELL(HISTORY, "－")), LAST(" K3094", CELL(LD, "180")),
        FIRST(" " LD "=180", CELL(LD, "180")), LAST("", CELL(LD ".low", "120"), CELL(LD ".high", "220")),
        LAST(" K3094", CELL("9N932000000000011", "1")), LAST(" K3094", CELL("9N946000000000011", "1")),
        LAST(" K3094", CELL("3B070000002327501", "70")), LAST(" K3094", CELL(REASON, "1")));
}

static void item__chosen_by_the_meal__must_exist_on_the_day(void **state UNUSED)
{
    ASSERT_ROWS(
        LAST(" fasting=casual K3094", CELL("fasting", "casual"), CELL(FASTING_TG "/" CASUAL_TG, "150")),
        FIRST(" fasting=casual " CASUAL_TG "=150", CELL("fasting", "casual"),
              CELL(FASTING_TG "/" CASUAL_TG, "150")));
}

static void reason__for_a_missing_result__needs_its_item(void **state UNUSED)
{
    ASSERT_ROWS(LAST(" 9N001000000000001=not done K3094", CELL("9N001000000000001", "生理中")));
}

static void list__whose_codes_are_unknown__is_not_sent(void **state UNUSED)
{
    ASSERT_ROWS(LAST(" K3095", CELL(RECONFIRMED, "1")), LAST("", CELL(RECONFIRMED, "")),
                FIRST(" " RECONFIRMED "=1", CELL(RECONFIRMED, "1")));
}

static void day__that_is_not_known__leaves_the_current_table(void **state UNUSED)
{
    ASSERT_ROWS(ROW(SMOKING "=3", CELL(SMOKING, "3")), ROW(WISH "=1", CELL(WISH, "1")));
}

/* --- what the mapping file says --- */

static const char *mapped_on(const char *day, const char *target, const char *cell, const char *code)
{
    struct kp_column columns[2] = {{0}, {0}};
    const char *codes[] = {code}, *cells[] = {day, cell};
    kp_arena_reset(&scratch);
    assert_true(kp_target_read(&scratch, &tables, "exam_date", &columns[0]));
    assert_true(kp_target_read(&scratch, &tables, target, &columns[1]));
    columns[1].codes = codes;
    assert_int_equal(kp_map_put(&columns[1].values, &scratch, kp_text_value_key(&scratch, cell), 0),
                     KP_MAP_ADDED);
    normalize_columns(columns, cells, 2, NULL);
    return record_story();
}

static void values__are_codes_of_the_day(void **state UNUSED)
{
    assert_string_equal(mapped_on("20240331", DRINKING, "A", "2"), "exam_date=20240331 " DRINKING "=2 K3006");
    assert_string_equal(mapped_on("20240401", DRINKING, "A", "2"), "exam_date=20240401 " DRINKING "=2 K3006");
    assert_string_equal(mapped_on("20240331", DRINKING, "A", "8"), "exam_date=20240331 K3006 K4072");
    assert_string_equal(mapped_on("20240331", DRINKING, "時々", "2"),
                        "exam_date=20240331 " DRINKING "=2 K3006");
    assert_string_equal(mapped_on("20240331", DRINKING, "月に1日未満", "3"),
                        "exam_date=20240331 " DRINKING "=3 K3006");
    /* the mapping file was written for the other list */
    assert_string_equal(mapped_on("20240401", DRINKING, "時々", "2"), "exam_date=20240401 K3006 K4072");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes__of_the_day__are_read),
        cmocka_unit_test(words__of_the_day__are_read),
        cmocka_unit_test(item__of_other_days__is_left_out),
        cmocka_unit_test(item__chosen_by_the_meal__must_exist_on_the_day),
        cmocka_unit_test(reason__for_a_missing_result__needs_its_item),
        cmocka_unit_test(list__whose_codes_are_unknown__is_not_sent),
        cmocka_unit_test(day__that_is_not_known__leaves_the_current_table),
        cmocka_unit_test(values__are_codes_of_the_day),
    };
    return cmocka_run_group_tests_name("norm_periods", tests, load_tables, free_tables);
}
