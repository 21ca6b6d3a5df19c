#include "failing_alloc.h"
#include "mapped.h"

#include "input/find_header.h"

#define NAMES "社員番号,性別,生年月日,身長,体重\n"
#define PERSON "7,男,1980/4/1,170.2,65\n"
#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"

static struct kp_input input;
static struct kp_heading heading;

static enum kp_status find(const char *bytes, const struct kp_mapping_file *file)
{
    struct kp_csvin *in = NULL;
    input = (struct kp_input){.path = "in.csv", .place = "in.csv", .encoding = KP_ENC_UTF8};
    heading = (struct kp_heading){0};
    memset(&got, 0, sizeof(got));
    assert_int_equal(kp_csvin_memory(&in, bytes, strlen(bytes), 0), KP_OK);
    in->comments = KP_COMMENTS_ALL;
    in->skips_empty_rows = true;
    enum kp_status st = kp_find_header(&ctx, &input, in, file, &heading);
    kp_csvin_close(in);
    return st;
}

static void assert_found(const char *bytes, const struct kp_mapping_file *file, unsigned titles,
                         unsigned rows, const char *first)
{
    if (find(bytes, file) != KP_OK)
        fail_msg("%s: K%u, line %u", bytes, got.code, (unsigned)got.line);
    if (input.n_title_rows != titles || input.n_header_rows != rows)
        fail_msg("%s: %u titles, %u rows", bytes, input.n_title_rows, input.n_header_rows);
    assert_string_equal(heading.first[0], first);
    assert_int_equal(heading.second != NULL, rows == 2);
    assert_int_equal(got.count, 0);
}

static void assert_refused(const char *bytes, const struct kp_mapping_file *file, unsigned code,
                           uint64_t line)
{
    if (find(bytes, file) != KP_E_INPUT || got.code != code || got.line != line)
        fail_msg("%s: K%u, line %u", bytes, got.code, (unsigned)got.line);
    assert_int_equal(got.count, 1);
    assert_null(heading.first);
}

static struct kp_mapping_file mapping_file(const char *rows)
{
    struct kp_mapping_file file;
    assert_int_equal(kp_mapping_load(&ctx, put_file("map.csv", rows, strlen(rows)), NULL, &file), KP_OK);
    return file;
}

/* --- headers --- */

static void header__in_first_row__is_one_row(void **state UNUSED)
{
    assert_found(NAMES PERSON, NULL, 0, 1, "社員番号");
    assert_int_equal(input.header_line, 1);
    assert_int_equal(heading.n, 5);
    assert_string_equal(heading.first[4], "体重");
    assert_found(NAMES, NULL, 0, 1, "社員番号");
}

static void header__codes_or_units_below__is_two_rows(void **state UNUSED)
{
    assert_found(NAMES ",,," HEIGHT "," WEIGHT "\n" PERSON, NULL, 0, 2, "社員番号");
    assert_string_equal(heading.second[3], HEIGHT);
    assert_found(NAMES ",,,cm,kg\n" PERSON, NULL, 0, 2, "社員番号");
    assert_found(NAMES ",,,cm\n" PERSON, NULL, 0, 2, "社員番号");
    assert_string_equal(heading.second[4], ""); /* padded */
}

static void header__parts_below_merged_cells__is_two_rows(void **state UNUSED)
{
    assert_found("社員番号,性別,生年月日,身長,,体重\n,,,値,判定,\n" PERSON, NULL, 0, 2, "社員番号");
}

static void header__words_below_undivided_names__is_one_row(void **state UNUSED)
{
    assert_found("社員番号,性別,生年月日,身長,備考\n,,,,なし\n", NULL, 0, 1, "社員番号");
}

static void header__groups_above__is_two_rows(void **state UNUSED)
{
    assert_found("個人,個人,個人,計測,計測\n" NAMES PERSON, NULL, 0, 2, "個人");
    assert_string_equal(heading.second[0], "社員番号");
    assert_found("健診結果\n個人,個人,個人,計測,計測\n" NAMES PERSON, NULL, 1, 2, "個人");
}

static void header__titles_above__are_counted(void **state UNUSED)
{
    assert_found("健診結果一覧\n出力日：2026/4/1,,\n\n" NAMES PERSON, NULL, 2, 1, "社員番号");
    assert_int_equal(input.header_line, 4);
}

static void header__more_than_ten_titles__is_not_searched_for(void **state UNUSED)
{
    assert_found("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n" NAMES, NULL, 10, 1, "社員番号");
    assert_found("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n" NAMES, NULL, 0, 1, "a");
}

static void header__person_above__is_refused(void **state UNUSED)
{
    assert_refused(PERSON NAMES PERSON, NULL, KP_K_HEADER_MISSING, 1);
    assert_refused("健診結果\n8,女,R1.5.1,,\n" NAMES, NULL, KP_K_HEADER_MISSING, 2);
}

static void header__missing__is_refused(void **state UNUSED)
{
    assert_refused(PERSON PERSON, NULL, KP_K_HEADER_MISSING, 1);
    assert_refused("1,2,3\n4,5,6\n", NULL, KP_K_HEADER_MISSING, 1);
}

static void header__unknown_names__is_the_first_wide_row(void **state UNUSED)
{
    assert_found("甲,乙,丙\nイ,ロ,ハ\n", NULL, 0, 1, "甲");
    assert_found("表\n甲,乙,丙,丁,戊,己,庚,辛,壬,癸\nイ\n", NULL, 1, 1, "甲");
    assert_found("表\n甲,乙,丙\n", NULL, 0, 1, "表");
}

static void header__mapping_file__names_its_columns(void **state UNUSED)
{
    const struct kp_mapping_file file =
        mapping_file("column,target,unit,values\n甲,sex,,\n乙,birth_date,,\n丙," HEIGHT ",,\n");
    assert_found("健診\n甲,乙,丙\n男,1980/4/1,170\n", &file, 1, 1, "甲");
    assert_refused("男,1980/4/1,170\n甲,乙,丙\n", &file, KP_K_HEADER_MISSING, 1);
}

static void header__mapping_by_number__allows_numbers_as_names(void **state UNUSED)
{
    const struct kp_mapping_file file =
        mapping_file("column,target,unit,values\n#1,sex,,\n#2,birth_date,,\n#3," HEIGHT ",,\n");
    assert_found("1,2,3\n男,1980/4/1,170\n", &file, 0, 1, "1");
}

static void header__mapping_by_number__is_not_needed(void **state UNUSED)
{
    const struct kp_mapping_file own =
        mapping_file("column,target,unit,values\n#1,sex,,\n#2,birth_date,,\n#3," HEIGHT ",,\n");
    const struct kp_mapping_file table = mapping_file("FILENO,COLNO,CODE\n1,1,sex\n1,2,birth_date\n");
    const struct kp_mapping_file *const files[] = {&own, &table};
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_found("男,1980/4/1,170\n", files[i], 0, 0, "#1");
        assert_int_equal(input.header_line, 1);
        assert_found("1,29312,170\n", files[i], 0, 0, "#1");
        assert_found("#1,2,3\n#KEY1,性別,9N001000000000001\n\n1,29312,170\n", files[i], 0, 0, "#1");
        assert_int_equal(input.header_line, 4);
        assert_found("#1,2,3\n#受診者性別,受診者生年月日,身長\n1,29312,170\n", files[i], 0, 0, "受診者性別");
        assert_string_equal(heading.first[2], "身長");
        /* the header of rejected.csv */
        assert_found("kp_file,kp_line,#1,#2,#3\n,,1,29312,170\n", files[i], 0, 1, "kp_file");
        assert_found("性別,生年月日,身長\n男,1980/4/1,170\n", files[i], 0, 1, "性別");
    }
    const struct kp_mapping_file named =
        mapping_file("column,target,unit,values\n#1,sex,,\n生年,birth_date,,\n");
    assert_refused("男,1980/4/1,170\n", &named, KP_K_HEADER_MISSING, 1);
}

static void header__in_a_comment__is_found_above_data(void **state UNUSED)
{
    static const char heads[] = "#1,2,3,4\n#KEY1,受診者性別,受診者生年月日,9N001000000000001\n";
    static const char person[] = "1001,1,19700501,170\n";
    assert_found(kp_arena_printf(&scratch, "%s%s", heads, person), NULL, 0, 0, "KEY1");
    assert_int_equal(heading.n, 4);
    assert_string_equal(heading.first[3], "9N001000000000001");
    assert_refused(kp_arena_printf(&scratch, "%s5,%s", heads, person), NULL, KP_K_HEADER_MISSING, 3);
    assert_refused("#おねがい\n1001,1,19700501,170\n", NULL, KP_K_HEADER_MISSING, 2);
    /* a header of its own wins */
    assert_found(kp_arena_printf(&scratch, "%s社員番号,性別,生年月日,身長\n%s", heads, person), NULL, 0, 1,
                 "社員番号");
    /* a quote that would spoil a row does not spoil a comment */
    assert_found(kp_arena_printf(&scratch, "%s#5\" \"\n%s", heads, person), NULL, 0, 0, "KEY1");
}

static void header__person_commented_out_above__is_reported(void **state UNUSED)
{
    const struct kp_mapping_file table = mapping_file("FILENO,COLNO,CODE\n1,1,sex\n1,2,birth_date\n");
    assert_int_equal(find("#1,2,3\n#1,19700501,170\n1,29312,170\n", &table), KP_OK);
    assert_int_equal(got.code, KP_K_ROWS_COMMENTED_OUT);
    assert_int_equal(got.line, 2);
    assert_int_equal(got.count, 1);
}

static void header__cc2x_table__never_divides_columns(void **state UNUSED)
{
    const struct kp_mapping_file file = mapping_file("FILENO,COLNO,CODE\n1,2,sex\n");
    assert_found("社員番号,性別,生年月日,身長,\n,,,値,判定\n", &file, 0, 1, "社員番号");
}

/* --- one row --- */

static const char *const DATA[] = {
    "06139999,1234,1,ヤマダ　タロウ,1980/04/01,170.2,65.0\n",
    "2025-06-01,男,東京都,,異常なし\n",
    "令和7年6月1日,男,山田　太郎\n",
    "２０２５／０６／０１,１７０．２\n",
    "1,2,3\n",
    "甲,45818,女,乙\n", /* a word for a sex */
    "甲,乙,650-0188,丙,丁\n",
    "A,12,B,34\n", /* more than a third are numbers */
};

static const char *const NO_DATA[] = {
    "甲,乙,丙\n",
    "性別,身長\n",
    "性別,身長(cm),体重(kg),予備1,予備2,予備3\n",
    "甲,乙,12\n",        /* exactly a third */
    "性別,身長,12,34\n", /* as many names */
    "2025-06-01,性別\n",
    "性別,身長,2025-06-01,12\n",
};

static void row__of_data__is_no_header(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(DATA); i++)
        assert_refused(DATA[i], NULL, KP_K_HEADER_MISSING, 1);
}

static void row__of_words_or_few_numbers__is_a_header(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(NO_DATA); i++)
        if (find(NO_DATA[i], NULL) != KP_OK || input.n_header_rows != 1 || input.n_title_rows != 0)
            fail_msg("%s: K%u", NO_DATA[i], got.code);
}

static void second_row__codes_or_mostly_names__is_part_of_the_header(void **state UNUSED)
{
    static const char *const rows[] = {
        ",," HEIGHT ",,\n", "院内1,院内2,院内3,9N001000000000009\n", /* of the right shape */
        " " HEIGHT "　,12\n", "employee_id,sex,birth_date," HEIGHT "," WEIGHT "\n",
        "性別,身長(cm),体重(kg),予備1,予備2\n"};
    static const char *const others[] = {"性別,身長,甲,乙,丙\n", "性別,身長\n", "甲,乙,丙,丁,戊\n", PERSON};
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_found(textf("%s%s", NAMES, rows[i]), NULL, 0, 2, "社員番号");
    for (size_t i = 0; i < COUNT(others); i++)
        assert_found(textf("%s%s", NAMES, others[i]), NULL, 0, 1, "社員番号");
}

/* --- files --- */

static void file__empty__is_refused(void **state UNUSED)
{
    assert_refused("", NULL, KP_K_INPUT_EMPTY, 0);
    assert_refused("\n\n", NULL, KP_K_INPUT_EMPTY, 0);
}

static void file__undecodable__is_refused(void **state UNUSED)
{
    assert_refused("\xff\xfe,b\n", NULL, KP_K_INPUT_ENCODING, 1);
}

static void file__unbalanced_quote__is_refused_in_first_row_only(void **state UNUSED)
{
    assert_refused("\"社員番号,性別\n", NULL, KP_K_QUOTE_UNBALANCED, 1);
    assert_found(NAMES "\"7,男\n", NULL, 0, 1, "社員番号"); /* reported when the data is read */
}

static void memory__short__is_reported_once(void **state UNUSED)
{
    const struct kp_arena full = ctx.arena;
    size_t failures = 0;
    for (size_t room = 64; room < 4096; room += 64) {
        ctx.arena = (struct kp_arena){.max_bytes = room};
        enum kp_status st = find("健診結果\n" NAMES ",,,cm,kg\n" PERSON, NULL);
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

/* A name that lost its text to a failed allocation would lose its column without a word. */
static void memory__any_allocation_fails__no_name_is_lost(void **state UNUSED)
{
    static const char *const names[] = {"社員番号", "性別", "生年月日", "身長", "体重"};
    if (!can_fail_allocations())
        skip();
    long n = 0, allocations = 0;
    do {
        struct kp_csvin *in = NULL;
        struct kp_heading found = {0};
        memset(&got, 0, sizeof(got));
        assert_int_equal(kp_csvin_memory(&in, NAMES PERSON, strlen(NAMES PERSON), 0), KP_OK);
        fail_allocation(++n, false);
        enum kp_status st = kp_find_header(&ctx, &input, in, NULL, &found);
        allocations = allow_allocations();
        kp_csvin_close(in);
        ctx.arena.failed = false;
        assert_int_equal(got.count, st == KP_OK ? 0 : 1);
        for (size_t i = 0; st == KP_OK && i < COUNT(names); i++)
            assert_string_equal(found.first[i], names[i]);
    } while (n <= allocations);
    assert_true(n > 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_mapping, fresh_mapping)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory__any_allocation_fails__no_name_is_lost),
        TEST(header__in_first_row__is_one_row),
        TEST(header__codes_or_units_below__is_two_rows),
        TEST(header__parts_below_merged_cells__is_two_rows),
        TEST(header__words_below_undivided_names__is_one_row),
        TEST(header__groups_above__is_two_rows),
        TEST(header__titles_above__are_counted),
        TEST(header__more_than_ten_titles__is_not_searched_for),
        TEST(header__person_above__is_refused),
        TEST(header__missing__is_refused),
        TEST(header__unknown_names__is_the_first_wide_row),
        TEST(header__mapping_file__names_its_columns),
        TEST(header__mapping_by_number__allows_numbers_as_names),
        TEST(header__mapping_by_number__is_not_needed),
        TEST(header__in_a_comment__is_found_above_data),
        TEST(header__person_commented_out_above__is_reported),
        TEST(header__cc2x_table__never_divides_columns),
        TEST(row__of_data__is_no_header),
        TEST(row__of_words_or_few_numbers__is_a_header),
        TEST(second_row__codes_or_mostly_names__is_part_of_the_header),
        TEST(file__empty__is_refused),
        TEST(file__undecodable__is_refused),
        TEST(file__unbalanced_quote__is_refused_in_first_row_only),
        TEST(memory__short__is_reported_once),
    };
    return cmocka_run_group_tests_name("find_header", tests, set_up_mapping, tear_down_mapping);
}
