#include "mapped.h"

#include "input/intake.h"

#define PERSONS                                                                                              \
    "番号,保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所\n1,06139463,7,ヤマダ,男,1980/4/1,650-0001,神戸市\n"
#define RESULTS "番号,健診実施日,健診機関番号,健診機関名称,身長\n1,2025/6/1,2811234567,健診所,170\n"

static struct kp_inputs inputs;
static struct kp_input_options options;

static int start(void **state)
{
    inputs = (struct kp_inputs){0};
    options = (struct kp_input_options){.join = "番号"};
    return fresh_mapping(state);
}

static enum kp_status take(const char *a, const char *b)
{
    const char *paths[] = {put_file("a.csv", a, strlen(a)), put_file("b.csv", b, strlen(b))};
    const struct kp_input_files files = {paths, NULL, 2};
    memset(&got, 0, sizeof(got));
    return kp_intake(&ctx, &options, &files, &inputs);
}

static void assert_refused(const char *a, const char *b, unsigned code)
{
    assert_true(take(a, b) != KP_OK);
    assert_int_equal(got.code, code);
    assert_int_equal(got.count, 1);
}

static void join__two_files__give_one_mapping(void **state UNUSED)
{
    assert_int_equal(take(PERSONS, RESULTS), KP_OK);
    assert_int_equal(got.count, 0); /* the key is used */
    const struct kp_input *results = &inputs.list[1];
    assert_true(inputs.list[0].is_persons);
    assert_ptr_equal(results->persons, &inputs.list[0]);
    assert_int_equal(inputs.n_layouts, 1);
    assert_int_equal(inputs.list[0].mapping.n_columns, 0);
    assert_int_equal(results->width, 5);
    assert_int_equal(kp_input_before(results), 9);
    assert_int_equal(results->mapping.n_columns, 14);
    assert_string_equal(results->mapping.columns[8].header, KP_JOIN_COLUMN);
    assert_int_equal(kp_mapping_joined(&results->mapping), 8);
    assert_int_equal(results->mapping.columns[9].number, 9);
    assert_ptr_equal(kp_input_of(results, &results->mapping.columns[7]), &inputs.list[0]);
    assert_ptr_equal(kp_input_of(results, &results->mapping.columns[9]), results);
}

static void join__other_order__is_the_same_mapping(void **state UNUSED)
{
    assert_int_equal(take(RESULTS, PERSONS), KP_OK);
    assert_true(inputs.list[1].is_persons);
    assert_string_equal(inputs.list[0].mapping.columns[1].header, "保険者番号");
}

static void join__number__counts_in_each_file(void **state UNUSED)
{
    options.join = "#1";
    assert_int_equal(take(PERSONS, RESULTS), KP_OK);
    options.join = "#6";
    assert_refused(PERSONS, RESULTS, KP_K_JOIN_COLUMN_ABSENT);
    options.join = "#0";
    assert_refused(PERSONS, RESULTS, KP_K_JOIN_COLUMN_ABSENT);
}

static void join__key_named_twice__is_refused(void **state UNUSED)
{
    assert_refused(PERSONS, "番号,番号,健診実施日,身長\n1,1,2025/6/1,170\n", KP_K_JOIN_COLUMN_TWICE);
    assert_refused(PERSONS, "番号 ,番 号,健診実施日,身長\n1,1,2025/6/1,170\n", KP_K_JOIN_COLUMN_TWICE);
}

static void join__files_alike__are_refused(void **state UNUSED)
{
    assert_refused(PERSONS, "番号,カナ氏名,性別,生年月日\n1,ヤマダ,男,1980/4/1\n", KP_K_JOIN_UNCLEAR);
    assert_refused(RESULTS, "番号,健診実施日,体重\n1,2025/6/1,60\n", KP_K_JOIN_UNCLEAR);
}

static void join__results_in_both__birth_date_decides(void **state UNUSED)
{
    assert_int_equal(
        take("番号,健診実施日,健診機関番号,健診機関名称,身長\n1,2025/6/1,2811234567,健診所,170\n",
             "番号,保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所,健診実施日,体重\n"
             "1,06139463,7,ヤマダ,男,1980/4/1,650-0001,神戸市,2025/6/1,60\n"),
        KP_OK);
    assert_true(inputs.list[1].is_persons);
}

static void join__joined_rows__are_left_alone(void **state UNUSED)
{
    const char *joined =
        "kp_file,番号,保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所,kp_person_line,番号,"
        "健診実施日,健診機関番号,健診機関名称,身長\n"
        ",1,06139463,7,ヤマダ,男,1980/4/1,650-0001,神戸市,2,1,2025/6/1,2811234567,健診所,170\n";
    assert_int_equal(take(joined, joined), KP_OK);
    assert_null(inputs.list[1].persons);
    assert_refused(joined, RESULTS, KP_K_JOIN_NOT_TWO);
}

static void join__no_option__reads_each_file_alone(void **state UNUSED)
{
    options.join = NULL;
    assert_refused(PERSONS, RESULTS, KP_K_COLUMN_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(join__two_files__give_one_mapping, start),
        cmocka_unit_test_setup(join__other_order__is_the_same_mapping, start),
        cmocka_unit_test_setup(join__number__counts_in_each_file, start),
        cmocka_unit_test_setup(join__key_named_twice__is_refused, start),
        cmocka_unit_test_setup(join__files_alike__are_refused, start),
        cmocka_unit_test_setup(join__results_in_both__birth_date_decides, start),
        cmocka_unit_test_setup(join__joined_rows__are_left_alone, start),
        cmocka_unit_test_setup(join__no_option__reads_each_file_alone, start),
    };
    return cmocka_run_group_tests(tests, set_up_mapping, tear_down_mapping);
}
