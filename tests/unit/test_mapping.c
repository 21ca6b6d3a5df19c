#include "folder.h"
#include "messages.h"
#include "tables.h"

#include "mapping.h"

#define HEIGHT "9N001000000000001"
#define PROTEIN "1A010000000190111"
#define REQUIRED "保険者番号", "保険番号", "カナ氏名", "性別", "生年月日", "郵便番号", "住所", "健診実施日"
enum { N_REQUIRED = 8 };

static struct kp_mapping mapping;

static const struct kp_diag DIAG = {.catalogue = &catalogue, .env = &ENV};

static int set_up(void **state)
{
    return make_folder(state) == 0 ? load_tables(state) : -1;
}

static int tear_down(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}

static int fresh(void **state)
{
    (void)tidy(state);
    memset(&got, 0, sizeof(got));
    mapping = (struct kp_mapping){0};
    return 0;
}

static enum kp_status by_synonyms(const char *const *headers, size_t n, bool has_facility)
{
    memset(&got, 0, sizeof(got));
    return kp_mapping_build(&scratch, &tables, NULL, NULL, headers, n, "in.csv", has_facility, &DIAG, &mapping);
}

static enum kp_status load(const char *rows, struct kp_sheet *sheet)
{
    const char *path = put_file("map.csv", rows, strlen(rows));
    memset(&got, 0, sizeof(got));
    return kp_mapping_load(&scratch, &kp_io_posix, text, path, &DIAG, sheet);
}

/* The columns a record needs, named a to h in the export, and what the test adds to them. */
#define NEEDED                                                                                                         \
    "column,target,unit,values\na,insurer_number,,\nb,insured_number,,\nc,name_kana,,\nd,sex,,\ne,birth_date,,\n"      \
    "f,postal_code,,\ng,address,,\nh,exam_date,,\n"
enum { FIRST_ADDED_LINE = 10 };

static enum kp_status by_file(const char *added_rows, const char *const *added, size_t n)
{
    const char *headers[16] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct kp_sheet sheet;
    assert_true(n <= COUNT(headers) - N_REQUIRED);
    for (size_t i = 0; i < n; i++)
        headers[N_REQUIRED + i] = added[i];
    assert_int_equal(load(kp_arena_printf(&scratch, NEEDED "%s", added_rows), &sheet), KP_OK);
    return kp_mapping_build(&scratch, &tables, &sheet, "map.csv", headers, N_REQUIRED + n, "in.csv", true, &DIAG,
                            &mapping);
}

static const struct kp_column *added_column(size_t i)
{
    return &mapping.columns[N_REQUIRED + i];
}

static void assert_column(const struct kp_column *column, enum kp_column_kind kind, const char *target)
{
    enum kp_field field;
    assert_int_equal(column->kind, kind);
    if (kp_field_find(target, &field))
        assert_int_equal(column->index, field);
    else if (*target)
        assert_string_equal(tables.items[column->index].code, target);
}

/* --- by synonyms --- */

static void synonyms__spellings_field_names_and_codes__are_recognised(void **state UNUSED)
{
    static const struct {
        const char *header;
        enum kp_column_kind kind;
        const char *target;
    } cases[] = {{"身長", KP_COL_ITEM, HEIGHT},
                 {"体重 (kg)", KP_COL_ITEM, "9N006000000000001"},
                 {"ＢＭＩ", KP_COL_ITEM, "9N011000000000001"},
                 {"γーＧＴＰ", KP_COL_ITEM, "3B090000002327101"},
                 {"ﾍﾓｸﾞﾛﾋﾞﾝ", KP_COL_ITEM, "2A030000001930101"},
                 {"ＨｂＡ１ｃ", KP_COL_ITEM, "3D046000001920402"},
                 {"視力裸眼　右", KP_COL_ITEM, "9E160162100000001"},
                 {"左）4000Hz 判定", KP_COL_ITEM, "9D100163600000011"},
                 {PROTEIN, KP_COL_ITEM, PROTEIN},
                 {"2A030000001930101.low", KP_COL_LOW, "2A030000001930101"},
                 {"2A030000001930101.high", KP_COL_HIGH, "2A030000001930101"},
                 {"2A030000001930101.flag", KP_COL_FLAG, "2A030000001930101"},
                 {"社員番号", KP_COL_FIELD, "employee_id"},
                 {"facility_number", KP_COL_FIELD, "facility_number"},
                 {" member_to ", KP_COL_FIELD, "member_to"},
                 {"INSURANCE_CARD_BRANCH_NUMBER", KP_COL_FIELD, "insured_branch"},
                 {"kp_codes", KP_COL_OURS, ""},
                 {"kp_anything", KP_COL_OURS, ""},
                 {"22予備", KP_COL_UNMAPPED, ""},
                 {"身長 判定", KP_COL_UNMAPPED, ""},
                 {"9N001000000000009", KP_COL_UNMAPPED, ""},
                 {"", KP_COL_UNMAPPED, ""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *headers[] = {REQUIRED, cases[i].header};
        if (by_synonyms(headers, COUNT(headers), true) != KP_OK || added_column(0)->kind != cases[i].kind)
            fail_msg("%s: K%u %s", cases[i].header, got.code, got.text);
        assert_column(added_column(0), cases[i].kind, cases[i].target);
        assert_string_equal(added_column(0)->header, cases[i].header);
    }
}

static void synonyms__required_headers__fill_their_fields(void **state UNUSED)
{
    static const char *const fields[] = {"insurer_number", "insured_number", "name_kana",  "sex",
                                         "birth_date",     "postal_code",    "address",    "exam_date"};
    const char *headers[] = {REQUIRED};
    assert_int_equal(by_synonyms(headers, COUNT(headers), true), KP_OK);
    assert_int_equal(mapping.n_columns, N_REQUIRED);
    for (size_t i = 0; i < N_REQUIRED; i++)
        assert_column(&mapping.columns[i], KP_COL_FIELD, fields[i]);
}

static void required_columns__missing__are_named_in_one_k2007(void **state UNUSED)
{
    static const char *const all[] = {REQUIRED, "健診機関番号", "健診機関名称"};
    static const char *const fields[] = {"insurer_number", "insured_number", "name_kana",       "sex",
                                         "birth_date",     "postal_code",    "address",         "exam_date",
                                         "facility_number", "facility_name"};
    assert_int_equal(by_synonyms(all, COUNT(all), false), KP_OK);
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *headers[COUNT(all)];
        memcpy(headers, all, sizeof(headers));
        headers[i] = "予備";
        bool facility = i >= N_REQUIRED;
        assert_int_equal(by_synonyms(headers, COUNT(all), false), KP_E_INPUT);
        assert_int_equal(got.code, 2007);
        assert_int_equal(got.count, 1);
        assert_non_null(strstr(got.text, fields[i]));
        assert_string_equal(got.file, "in.csv");
        assert_non_null(strstr(got.remedy, all[i]));
        assert_int_equal(by_synonyms(headers, COUNT(all), true), facility ? KP_OK : KP_E_INPUT);
    }
    assert_int_equal(by_synonyms(all, 0, true), KP_E_INPUT);
    assert_int_equal(got.count, 1);
    for (size_t i = 0; i < N_REQUIRED; i++)
        assert_true(strstr(got.text, fields[i]) && strstr(got.remedy, all[i]));
}

static void two_columns_for_one_target__are_refused(void **state UNUSED)
{
    const char *headers[] = {REQUIRED, "身長", "予備", "身体計測-身長"};
    mapping.n_columns = 77;
    assert_int_equal(by_synonyms(headers, COUNT(headers), true), KP_E_INPUT);
    assert_int_equal(got.code, 2008);
    assert_non_null(strstr(got.text, "9 and 11"));
    assert_non_null(strstr(got.text, "身長"));
    assert_int_equal(mapping.n_columns, 77);
    const char *low_and_item[] = {REQUIRED, "身長", HEIGHT ".low", HEIGHT ".high", HEIGHT ".flag"};
    assert_int_equal(by_synonyms(low_and_item, COUNT(low_and_item), true), KP_OK);
    const char *twice_unknown[] = {REQUIRED, "予備", "予備", "kp_line", "kp_line"};
    assert_int_equal(by_synonyms(twice_unknown, COUNT(twice_unknown), true), KP_OK);
}

/* --- by a mapping file --- */

static void file__targets__of_every_kind(void **state UNUSED)
{
    static const char *const added[] = {"たけ", "下", "上", "印", "捨", "余"};
    assert_int_equal(by_file("たけ," HEIGHT ",,\n下," HEIGHT ".low,,\n上," HEIGHT ".high,,\n印," HEIGHT ".flag,,\n"
                             "捨,ignore,,\n",
                             added, COUNT(added)),
                     KP_OK);
    assert_column(&mapping.columns[0], KP_COL_FIELD, "insurer_number");
    assert_column(added_column(0), KP_COL_ITEM, HEIGHT);
    assert_column(added_column(1), KP_COL_LOW, HEIGHT);
    assert_column(added_column(2), KP_COL_HIGH, HEIGHT);
    assert_column(added_column(3), KP_COL_FLAG, HEIGHT);
    assert_column(added_column(4), KP_COL_IGNORED, "");
    assert_column(added_column(5), KP_COL_UNMAPPED, ""); /* listed in the report */
}

static void file__column__by_number_occurrence_and_width(void **state UNUSED)
{
    static const char *const added[] = {"身 長", "身長", "ＢＭＩ"};
    assert_int_equal(by_file("身長@2," HEIGHT ",,\n#9,9N006000000000001,,\nbmi,9N011000000000001,,\n", added,
                             COUNT(added)),
                     KP_OK);
    assert_column(added_column(0), KP_COL_ITEM, "9N006000000000001");
    assert_column(added_column(1), KP_COL_ITEM, HEIGHT);
    assert_column(added_column(2), KP_COL_ITEM, "9N011000000000001");
}

static void file__values__become_pairs(void **state UNUSED)
{
    static const char *const added[] = {"蛋白"};
    uint32_t at = 99;
    assert_int_equal(by_file("蛋白," PROTEIN ",,陰=1|Ａ＝Ｂ=5|少=2\n", added, 1), KP_OK);
    const struct kp_column *column = added_column(0);
    assert_true(kp_map_get(&column->values, kp_text_value_key(&scratch, "陰"), &at));
    assert_string_equal(column->codes[at], "1");
    assert_true(kp_map_get(&column->values, kp_text_value_key(&scratch, "Ａ＝Ｂ"), &at)); /* the last = divides */
    assert_string_equal(column->codes[at], "5");
    assert_true(kp_map_get(&column->values, kp_text_value_key(&scratch, "少"), &at));
    assert_string_equal(column->codes[at], "2");
    assert_false(kp_map_get(&column->values, kp_text_value_key(&scratch, "多"), &at));
}

static void file__wrong_rows__are_refused_with_line_and_code(void **state UNUSED)
{
    static const char *const added[] = {"身長", "蛋白", "身長"};
    static const struct {
        const char *rows;
        enum kp_status st;
        unsigned code, line;
    } cases[] = {
        {"背," HEIGHT ",,\n", KP_E_USAGE, 1051, FIRST_ADDED_LINE},
        {"身長@3," HEIGHT ",,\n", KP_E_USAGE, 1051, FIRST_ADDED_LINE},
        {"身長@0," HEIGHT ",,\n", KP_E_USAGE, 1051, FIRST_ADDED_LINE},
        {"#0," HEIGHT ",,\n", KP_E_USAGE, 1051, FIRST_ADDED_LINE},
        {"#12," HEIGHT ",,\n", KP_E_USAGE, 1051, FIRST_ADDED_LINE},
        {"#x," HEIGHT ",,\n", KP_E_USAGE, 1051, FIRST_ADDED_LINE},
        {"身長,9N001,,\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE},
        {"身長," HEIGHT ".lo,,\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE},
        {"身長,,,\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE},
        {"身長," HEIGHT ",,\n#9,9N006000000000001,,\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE + 1},
        {"身長," HEIGHT ",kg,\n", KP_E_USAGE, 4033, FIRST_ADDED_LINE},
        {"身長," HEIGHT ",parsec,\n", KP_E_USAGE, 4033, FIRST_ADDED_LINE},
        {"蛋白," PROTEIN ",cm,\n", KP_E_USAGE, 4033, FIRST_ADDED_LINE},
        {"蛋白," PROTEIN ",,陰=9\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE},
        {"蛋白," PROTEIN ",,陰\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE},
        {"蛋白," PROTEIN ",,陰=1|陰=2\n", KP_E_USAGE, 1050, FIRST_ADDED_LINE},
        {"身長@1," HEIGHT ",,\n身長@2," HEIGHT ",,\n", KP_E_INPUT, 2008, 1},
        {"身長,sex,,\n", KP_E_INPUT, 2008, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum kp_status st = by_file(cases[i].rows, added, COUNT(added));
        if (st != cases[i].st || got.code != cases[i].code || got.line != cases[i].line)
            fail_msg("%s: status %d, K%u, line %u: %s", cases[i].rows, st, got.code, (unsigned)got.line, got.text);
        assert_string_equal(got.file, cases[i].st == KP_E_USAGE ? "map.csv" : "in.csv");
    }
}

static void file__column__number_with_a_tail__is_refused(void **state UNUSED)
{
    static const char *const added[] = {"身長", "体重"};
    assert_int_equal(by_file("#9x," HEIGHT ",,\n", added, COUNT(added)), KP_E_USAGE);
    assert_int_equal(got.code, 1051);
}

static void file__unit__in_another_spelling_is_fine(void **state UNUSED)
{
    static const char *const added[] = {"身長", "収縮期"};
    assert_int_equal(by_file("身長," HEIGHT ",ｃｍ,\n収縮期,9A751000000000001,mmHg,\n", added, COUNT(added)), KP_OK);
}

static void file__column_kp__may_stand_in_the_export_unnamed(void **state UNUSED)
{
    static const char *const added[] = {"kp_file", "身長"};
    assert_int_equal(by_file("身長," HEIGHT ",,\n", added, COUNT(added)), KP_OK);
    assert_column(added_column(0), KP_COL_OURS, "");
}

/* A mended rejected.csv goes back in with the mapping file of the export it came from. */
static void file__column_by_number__does_not_count_kp_columns(void **state UNUSED)
{
    static const char *const headers[] = {"kp_file", "kp_line", "kp_codes", "kp_messages", "a", "b", "c", "d",
                                          "e",       "f",       "g",        "h",           "身長", "身長"};
    struct kp_sheet sheet;
    assert_int_equal(load(NEEDED "#9," HEIGHT ",,\n", &sheet), KP_OK);
    assert_int_equal(kp_mapping_build(&scratch, &tables, &sheet, "map.csv", headers, COUNT(headers), "rejected.csv",
                                      true, &DIAG, &mapping),
                     KP_OK);
    assert_column(&mapping.columns[12], KP_COL_ITEM, HEIGHT);
}

static void load__missing_file_header_or_quote__is_refused(void **state UNUSED)
{
    struct kp_sheet sheet;
    assert_int_equal(kp_mapping_load(&scratch, &kp_io_posix, text, "/nonexistent/map.csv", &DIAG, &sheet), KP_E_USAGE);
    assert_int_equal(got.code, 1030);
    assert_int_equal(load("column,target,unit\na,sex,\n", &sheet), KP_E_USAGE);
    assert_int_equal(got.code, 1031);
    assert_non_null(strstr(got.text, "values"));
    assert_int_equal(load("column,target,unit,values\n\"a,sex,,\n", &sheet), KP_E_USAGE);
    assert_int_equal(got.code, 1050);
    assert_int_equal(got.line, 2);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(synonyms__spellings_field_names_and_codes__are_recognised),
        TEST(synonyms__required_headers__fill_their_fields),
        TEST(required_columns__missing__are_named_in_one_k2007),
        TEST(two_columns_for_one_target__are_refused),
        TEST(file__targets__of_every_kind),
        TEST(file__column__by_number_occurrence_and_width),
        TEST(file__values__become_pairs),
        TEST(file__wrong_rows__are_refused_with_line_and_code),
        TEST(file__column__number_with_a_tail__is_refused),
        TEST(file__unit__in_another_spelling_is_fine),
        TEST(file__column_kp__may_stand_in_the_export_unnamed),
        TEST(file__column_by_number__does_not_count_kp_columns),
        TEST(load__missing_file_header_or_quote__is_refused),
    };
    return cmocka_run_group_tests_name("mapping", tests, set_up, tear_down);
}
