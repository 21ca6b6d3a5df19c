#include "mapped.h"

#include "input/intake.h"

#define REQUIRED                                                                                             \
    "保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所,健診実施日,健診機関番号,健診機関名称"
#define HEADER REQUIRED ",身長\n"
#define ROW "06139463,7,ヤマダ,男,1980/4/1,650-0001,神戸市,2025/6/1,2811234567,健診所,170\n"

static struct kp_inputs inputs;
static struct kp_input_options options;

static const char *put_text(const char *name, const char *bytes)
{
    return put_file(name, bytes, strlen(bytes));
}

static enum kp_status take(const char *const *paths, const char *const *names, size_t n)
{
    const struct kp_input_files files = {paths, names, n};
    memset(&got, 0, sizeof(got));
    return kp_intake(&ctx, &options, &files, &inputs);
}

static enum kp_status take_text(const char *bytes)
{
    const char *path = put_text("in.csv", bytes);
    return take(&path, NULL, 1);
}

static void assert_refused(const char *bytes, enum kp_status st, unsigned code, uint64_t line)
{
    assert_int_equal(take_text(bytes), st);
    assert_int_equal(got.code, code);
    assert_int_equal(got.line, line);
    assert_int_equal(got.count, 1);
    assert_null(inputs.list);
}

static int start(void **state)
{
    inputs = (struct kp_inputs){0};
    options = (struct kp_input_options){0};
    return fresh_mapping(state);
}

static void intake__export__is_probed_and_mapped(void **state UNUSED)
{
    assert_int_equal(take_text(HEADER ROW), KP_OK);
    assert_int_equal(got.count, 0);
    assert_int_equal(inputs.n, 1);
    assert_int_equal(inputs.n_layouts, 1);
    assert_int_equal(inputs.total_bytes, strlen(HEADER ROW));
    const struct kp_input *input = &inputs.list[0];
    assert_string_equal(input->path, in_folder("in.csv"));
    assert_int_equal(input->encoding, KP_ENC_UTF8);
    assert_int_equal(input->delimiter, ',');
    assert_int_equal(input->header_line, 1);
    assert_int_equal(input->n_header_rows, 1);
    assert_int_equal(input->mapping.n_columns, 11);
    assert_int_equal(input->mapping.columns[2].index, KP_F_NAME_KANA);
    assert_int_equal(input->mapping.columns[10].kind, KP_COL_ITEM);
}

static void intake__equal_headers__share_a_layout(void **state UNUSED)
{
    const char *const paths[] = {put_text("a.csv", HEADER ROW), put_text("b.csv", REQUIRED ",体重\n"),
                                 put_text("c.csv", HEADER)};
    static const char *const names[] = {"A", "B", "C"};
    assert_int_equal(take(paths, names, 3), KP_OK);
    assert_int_equal(inputs.n_layouts, 2);
    assert_int_equal(inputs.list[0].layout, 0);
    assert_int_equal(inputs.list[1].layout, 1);
    assert_int_equal(inputs.list[2].layout, 0);
    assert_string_equal(inputs.list[1].path, "B");
    assert_string_equal(inputs.list[1].place, paths[1]);
}

static void intake__same_path_twice__is_refused(void **state UNUSED)
{
    const char *path = put_text("a.csv", HEADER ROW);
    const char *const paths[] = {path, path};
    assert_int_equal(take(paths, NULL, 2), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_INPUT_TWICE);
    assert_int_equal(got.count, 1);
}

static void intake__missing_file__is_refused_by_its_name(void **state UNUSED)
{
    const char *const path = "/nonexistent/a.csv", *const name = "a.csv";
    assert_int_equal(take(&path, &name, 1), KP_E_INPUT);
    assert_int_equal(got.code, KP_K_INPUT_UNREADABLE);
    assert_string_equal(got.file, "a.csv");
    assert_int_equal(got.count, 1);
}

/* The unknown column is not reported: without the header, it could be a person's value. */
static void required__missing__is_the_only_diagnostic(void **state UNUSED)
{
    assert_refused("保険者番号,保険番号,性別,予備,郵便番号,住所,健診実施日,健診機関番号,健診機関名称\n",
                   KP_E_INPUT, KP_K_COLUMN_MISSING, 1);
    assert_non_null(strstr(got.text, "name_kana, birth_date"));
    assert_string_equal(got.field, "name_kana");
}

static void required__configured_facility__needs_no_column(void **state UNUSED)
{
    static const char header[] = "保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所,健診実施日,身長\n";
    options.facility = (struct kp_org){.number = "2811234567", .name = "健診所"};
    assert_int_equal(take_text(header), KP_OK);
    inputs = (struct kp_inputs){0};
    options.facility.name = "";
    assert_refused(header, KP_E_INPUT, KP_K_COLUMN_MISSING, 1);
}

static void warnings__titles_items_and_columns__are_given(void **state UNUSED)
{
    static const struct {
        const char *text;
        unsigned code;
        uint64_t line;
        const char *field;
    } cases[] = {{"健診結果\n" HEADER, KP_K_TITLE_ROWS, 2, ""},
                 {REQUIRED "\n", KP_K_NO_ITEMS, 1, ""},
                 {REQUIRED ",身長,血糖\n", KP_K_MEAL_UNTOLD, 1, "column L"},
                 {REQUIRED ",身長,体重(cm)\n", KP_K_HEADER_UNIT, 1, "column L"},
                 {REQUIRED ",身長,医師の診断（判定）\n", KP_K_PARTNER_MISSING, 1, "column L"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(take_text(cases[i].text), KP_OK);
        if (got.count != 1 || got.code != cases[i].code || got.line != cases[i].line)
            fail_msg("%s: %d messages, K%u, line %u", cases[i].text, got.count, got.code, (unsigned)got.line);
        assert_string_equal(got.field, cases[i].field);
    }
}

/* Beside the note about each. */
static void unused__columns__are_named_once_per_layout(void **state UNUSED)
{
    assert_int_equal(take_text(REQUIRED ",予備,a,b,\"c,d\",e,f,身長\n"), KP_OK);
    assert_int_equal(got.count, 7);
    assert_int_equal(got.code, KP_K_COLUMNS_UNUSED);
    assert_non_null(strstr(got.text, "6 (予備, a, b, c,d, e, …)"));
    assert_int_equal(take_text(REQUIRED ",胴囲,身長\n"), KP_OK);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.code, KP_K_COLUMN_RESEMBLES);
    assert_non_null(strstr(got.text, "胴囲"));
    assert_non_null(strstr(got.remedy, "胴囲,9N016160100000001,,"));
}

static void encoding__configured__is_used(void **state UNUSED)
{
    options.encoding = KP_ENC_CP932;
    assert_int_equal(take_text("sex,a\n"), KP_E_INPUT);
    assert_int_equal(got.code, KP_K_COLUMN_MISSING);
    options.encoding = KP_ENC_UTF16LE;
    assert_refused(HEADER, KP_E_INPUT, KP_K_INPUT_ENCODING, 0);
}

static void encoding__utf16_with_mark__is_read_as_utf8(void **state UNUSED)
{
    static const char bytes[] = "\xff\xfes\0e\0x\0,\0a\0\n";
    const char *path = put_file("in.csv", bytes, sizeof(bytes));
    assert_int_equal(kp_intake_one(&ctx, &options, path, &inputs), KP_OK);
    assert_int_equal(inputs.list[0].probe.encoding, KP_ENC_UTF16LE);
    assert_int_equal(inputs.list[0].encoding, KP_ENC_UTF8);
    assert_string_equal(inputs.list[0].mapping.columns[0].header, "sex");
}

static void mapping_file__named__is_used_for_every_input(void **state UNUSED)
{
    const char *const paths[] = {put_text("a.csv", HEADER), put_text("b.csv", REQUIRED ",体重\n")};
    options.mapping =
        put_text("map.csv", "column,target,unit,values\n保険者番号,insurer_number,,\n*,ignore,,\n");
    assert_int_equal(take(paths, NULL, 1), KP_E_INPUT);
    assert_int_equal(got.code, KP_K_COLUMN_MISSING);
    options.mapping = put_text("map.csv", "column,target,unit,values\n身長,9N001000000000001,,\n");
    assert_int_equal(take(&paths[1], NULL, 1), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_MAPPING_COLUMN_ABSENT);
    assert_int_equal(got.count, 1);
}

static void intake_one__incomplete_export__is_mapped(void **state UNUSED)
{
    const char *path = put_text("in.csv", "身長,予備\n");
    options.mapping = "/nonexistent/map.csv";
    assert_int_equal(kp_intake_one(&ctx, &options, path, &inputs), KP_OK);
    assert_int_equal(got.count, 0);
    assert_int_equal(inputs.n, 1);
    assert_int_equal(inputs.list[0].mapping.columns[0].kind, KP_COL_ITEM);
    assert_int_equal(inputs.list[0].mapping.columns[1].kind, KP_COL_UNMAPPED);
}

static void memory__short__is_reported_once(void **state UNUSED)
{
    const char *path = put_text("in.csv", HEADER ROW);
    const struct kp_arena full = ctx.arena;
    size_t failures = 0;
    for (size_t room = 64; room < 20000; room += 64) {
        ctx.arena = (struct kp_arena){.max_bytes = room};
        enum kp_status st = take(&path, NULL, 1);
        if (st != KP_OK) {
            assert_int_equal(st, KP_E_SYSTEM);
            assert_int_equal(got.code, KP_K_NO_MEMORY);
            assert_int_equal(got.count, 1);
            failures++;
        }
        kp_arena_release(&ctx.arena);
    }
    assert_true(failures > 0);
    ctx.arena = full;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, fresh_mapping)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(intake__export__is_probed_and_mapped),
        TEST(intake__equal_headers__share_a_layout),
        TEST(intake__same_path_twice__is_refused),
        TEST(intake__missing_file__is_refused_by_its_name),
        TEST(required__missing__is_the_only_diagnostic),
        TEST(required__configured_facility__needs_no_column),
        TEST(warnings__titles_items_and_columns__are_given),
        TEST(unused__columns__are_named_once_per_layout),
        TEST(encoding__configured__is_used),
        TEST(encoding__utf16_with_mark__is_read_as_utf8),
        TEST(mapping_file__named__is_used_for_every_input),
        TEST(intake_one__incomplete_export__is_mapped),
        TEST(memory__short__is_reported_once),
    };
    return cmocka_run_group_tests_name("intake", tests, set_up_mapping, tear_down_mapping);
}
