#include "mapped.h"

#include "input/facility_defaults.h"
#include "input/ranges.h"
#include "law/facilities.h"
#include "tables.h"

#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"
#define SUGAR "3D010000001926101"
#define HEADER "JLAC10,MLOW,MHIGH,FLOW,FHIGH,UNIT\n"

static const struct kp_range *ranges;

static enum kp_status load(const char *csv)
{
    memset(&got, 0, sizeof(got));
    ranges = NULL;
    return kp_ranges_load(&ctx, put_file("ranges.csv", csv, strlen(csv)), &ranges);
}

static const struct kp_range *range_of(const char *code)
{
    return &ranges[kp_item_find(&ctx.tables, code) - ctx.tables.items];
}

static void ranges__of_the_converter__are_read(void **state UNUSED)
{
    assert_int_equal(
        load("0,1,2,3,4,5,6,7,8,9\nJLAC10,NAME,MLOW,MHIGH,FLOW,FHIGH,INPUTLOW,INPUTHIGH,METHOD,UNIT\n"
             "項目コード,名称,,,,,,,,\n" SUGAR ",血糖,70,109,65,,20,600,,mg/dl\n" HEIGHT ",身長,,,,,,,,cm\n"),
        KP_OK);
    assert_int_equal(got.count, 0);
    assert_string_equal(range_of(SUGAR)->low[0], "70");
    assert_string_equal(range_of(SUGAR)->high[0], "109");
    assert_string_equal(range_of(SUGAR)->low[1], "65");
    assert_null(range_of(SUGAR)->high[1]);
    assert_null(range_of(HEIGHT)->low[0]);
}

static void ranges__own_table__needs_few_columns(void **state UNUSED)
{
    assert_int_equal(load("FHIGH,JLAC10,MLOW,MHIGH,FLOW\n150.5," HEIGHT ",1,2,3\n"), KP_OK);
    assert_string_equal(range_of(HEIGHT)->high[1], "150.5");
    assert_int_equal(load(HEADER HEIGHT ",1.5,1.9,1.4,1.8,m\n"), KP_OK); /* converted */
    assert_string_equal(range_of(HEIGHT)->low[0], "150.0");
    assert_int_equal(load("JLAC10,MLOW,MHIGH,FLOW\n"), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_REGISTER_COLUMN_MISSING);
}

static void ranges__wrong_lines__are_refused(void **state UNUSED)
{
    static const char *const lines[] = {HEIGHT ",150cm,,,,\n", HEIGHT ",170,160,,,\n", HEIGHT ",1,2,9,8,\n",
                                        HEIGHT ",1,2,,,\n" HEIGHT ",1,2,,,\n", "項目,,,,,\n身長,1,2,,,\n"};
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_int_equal(load(kp_arena_printf(&scratch, HEADER "%s", lines[i])), KP_E_USAGE);
        assert_int_equal(got.code, KP_K_CC2X_LINE_BAD);
        assert_int_equal(got.line, i < 3 ? 2 : 3);
        assert_int_equal(got.count, 1);
    }
}

static void ranges__lines_without_use__are_named(void **state UNUSED)
{
    assert_int_equal(load(HEADER "3Z990000002327101,1,2,1,2,\n"), KP_OK);
    assert_int_equal(got.code, KP_K_CC2X_LINE_UNUSED);
    assert_int_equal(load(HEADER "1A020000000190111,1,2,1,2,\n"), KP_OK); /* an item of codes */
    assert_int_equal(got.code, KP_K_CC2X_LINE_UNUSED);
    static const char *const units[] = {"kg", "尺"};
    for (size_t i = 0; i < COUNT(units); i++) {
        assert_int_equal(load(kp_arena_printf(&scratch, HEADER HEIGHT ",1,2,1,2,%s\n", units[i])), KP_OK);
        assert_int_equal(got.code, KP_K_RANGE_UNIT);
        assert_null(range_of(HEIGHT)->low[0]);
    }
}

/* --- defaults of the institution --- */

static struct kp_run_options options;

static enum kp_status apply(const char *csv)
{
    memset(&got, 0, sizeof(got));
    options.input.facility_defaults = put_file("kikan.csv", csv, strlen(csv));
    if (!options.sender.number)
        options.sender.number = "6631111116";
    return kp_facility_defaults_apply(&ctx, &options);
}

#define INSTITUTION                                                                                          \
    "健診機関番号,2819901170\n健診機関名称,センター\n健診機関郵便番号,650-0001\n健診機関所在地,港町1\n健診機関電話番号,078-1\n"

static void defaults__maker__is_the_institution_unless_named(void **state UNUSED)
{
    options = (struct kp_run_options){0};
    assert_int_equal(apply("# 既定\n" INSTITUTION), KP_OK);
    assert_int_equal(got.count, 0);
    assert_string_equal(options.input.facility.number, "2819901170");
    assert_string_equal(options.input.facility.address, "港町1");
    assert_string_equal(options.sender.number, "2819901170");
    assert_string_equal(options.sender.phone, "078-1");
    options = (struct kp_run_options){0};
    assert_int_equal(
        apply(
            "ファイル作成機関番号,6631111116\nファイル作成機関名称,会社\nファイル作成機関住所,海町2\n" INSTITUTION),
        KP_OK);
    assert_string_equal(options.sender.number, "6631111116");
    assert_string_equal(options.sender.address, "海町2");
    assert_string_equal(options.input.facility.name, "センター");
    assert_null(options.sender.phone); /* of another body */
}

static void defaults__what_is_set__stays(void **state UNUSED)
{
    options = (struct kp_run_options){.sender = {.number = "6631111116", .name = "会社"},
                                      .input.facility = {.number = "2819901170", .name = "別名"}};
    assert_int_equal(apply(INSTITUTION), KP_OK);
    assert_string_equal(options.sender.name, "会社");
    assert_null(options.sender.address); /* the institution's would be another body's */
    assert_string_equal(options.input.facility.name, "別名");
    assert_string_equal(options.input.facility.phone, "078-1");
    options = (struct kp_run_options){.input.facility = {.number = "1310000001"}};
    assert_int_equal(apply(INSTITUTION), KP_OK);
    assert_null(options.input.facility.name);
}

static void defaults__wrong_lines__are_refused_or_named(void **state UNUSED)
{
    options = (struct kp_run_options){0};
    assert_int_equal(apply("健診機関番号,28199\n"), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_CC2X_LINE_BAD);
    assert_int_equal(apply(INSTITUTION "健診機関名称,もう一つ\n"), KP_E_USAGE);
    assert_int_equal(got.line, 6);
    assert_int_equal(apply(INSTITUTION "健診機関FAX番号,078-2\n実施年度,2025\n健診機関番号,\n"), KP_OK);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.code, KP_K_CC2X_LINE_UNUSED);
}

/* --- the register of institutions --- */

static void register__headings_in_comments__is_read(void **state UNUSED)
{
    static const char *const heads[] = {
        "#1,2,3,4,5,6\r\n#健診機関番号,健診機関名称,健診機関郵便番号,健診機関所在地,健診機関電話番号,健診機関FAX番号\r\n",
        "\xef\xbb\xbf#健診機関名称,健診機関番号,健診機関郵便番号,健診機関所在地,健診機関電話番号\n",
        "number,name,postal_code,address,phone\n"};
    static const char *const rows[] = {"2819901170,クリニック,650-0001,港町1,078-1,078-2\r\n",
                                       "クリニック,2819901170,650-0001,港町1,078-1\n",
                                       "2819901170,クリニック,650-0001,港町1,078-1\n"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct kp_facilities facilities = {0};
        const char *csv = kp_arena_printf(&scratch, "%s%s", heads[i], rows[i]);
        assert_int_equal(kp_facilities_load(&ctx, put_file("reg.csv", csv, strlen(csv)), &facilities), KP_OK);
        assert_string_equal(kp_facility_of(&facilities, "2819901170")->name, "クリニック");
        assert_string_equal(kp_facility_of(&facilities, "2819901170")->phone, "078-1");
        assert_int_equal(facilities.original.n, strlen(csv)); /* as it was, for the copy that is kept */
    }
}

static void register__wrong_line_below_comments__keeps_its_number(void **state UNUSED)
{
    struct kp_facilities facilities = {0};
    const char *csv =
        "#1,2,3,4,5\n#健診機関番号,健診機関名称,健診機関郵便番号,健診機関所在地,健診機関電話番号\n28,a,,,\n";
    memset(&got, 0, sizeof(got));
    assert_int_equal(kp_facilities_load(&ctx, put_file("reg.csv", csv, strlen(csv)), &facilities),
                     KP_E_USAGE);
    assert_int_equal(got.line, 3);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh_mapping)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ranges__of_the_converter__are_read),
        TEST(ranges__own_table__needs_few_columns),
        TEST(ranges__wrong_lines__are_refused),
        TEST(ranges__lines_without_use__are_named),
        TEST(defaults__maker__is_the_institution_unless_named),
        TEST(defaults__what_is_set__stays),
        TEST(defaults__wrong_lines__are_refused_or_named),
        TEST(register__headings_in_comments__is_read),
        TEST(register__wrong_line_below_comments__keeps_its_number),
    };
    return cmocka_run_group_tests_name("ranges", tests, set_up_mapping, tear_down_mapping);
}
