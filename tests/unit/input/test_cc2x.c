#include "mapped.h"

#include "input/cc2x.h"
#include "input/mapping.h"

#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"
#define HEADING "FILENO,COLNO,CODE\n"
#define METHODS_HEADING "FILENO,COLNO,CODE,LOCAL,METHOD\n"
#define TG_OPEN "3F0150000023ZZZ01"
#define TG_271 "3F015000002327101"
#define TG_272 "3F015000002327201"
#define TG_OTHER "3F015000002399901"
#define LDL_OPEN "3F0770000023ZZZ01"

struct inputs {
    size_t input, n;
};

static enum kp_status build_of(struct inputs inputs, const char *table, const char *methods,
                               const char *const *headers, size_t n)
{
    struct kp_mapping_file file;
    const char *path = put_file("table.csv", table, strlen(table));
    const char *methods_path = methods ? put_file("methods.csv", methods, strlen(methods)) : NULL;
    memset(&got, 0, sizeof(got));
    assert_int_equal(kp_mapping_load(&ctx, path, methods_path, &file), KP_OK);
    assert_true(file.is_cc2x);
    const struct kp_mapping_job job = {&file, inputs.input, inputs.n};
    return kp_mapping_build(&ctx, &job, &(struct kp_heading){headers, NULL, n}, &mapping);
}

/* Four columns with unknown headers. */
static enum kp_status build(const char *table, const char *methods)
{
    static const char *const headers[] = {"c1", "c2", "c3", "c4"};
    return build_of((struct inputs){1, 1}, table, methods, headers, COUNT(headers));
}

static void assert_refused(const char *table, const char *methods, unsigned code, unsigned line)
{
    if (build(table, methods) != KP_E_USAGE || got.code != code || got.line != line)
        fail_msg("%s: K%u, line %u: %s", table, got.code, (unsigned)got.line, got.text);
    assert_int_equal(got.count, 1);
    assert_string_equal(got.file, in_folder("table.csv"));
}

/* Returns the targets of the columns: "sex - 9N001000000000001 =" (- unmapped, = a column of method digits).
 */
static const char *story(void)
{
    struct kp_buf out = {0};
    for (size_t i = 0; i < mapping.n_columns; i++) {
        const struct kp_column *c = &mapping.columns[i];
        kp_buf_str(&out, i ? " " : "");
        kp_buf_str(&out, c->kind == KP_COL_UNMAPPED  ? "-"
                         : c->kind == KP_COL_IGNORED ? "ignore"
                         : c->kind == KP_COL_OURS    ? "ours"
                         : c->kind == KP_COL_METHOD  ? "="
                         : c->kind == KP_COL_FIELD   ? kp_field_name((enum kp_field)c->index)
                                                     : tables.items[c->index].code);
        if (c->is_pair)
            kp_buf_printf(&out, "/%s", tables.items[c->casual].code);
        if (c->unit && c->kind != KP_COL_UNMAPPED)
            kp_buf_printf(&out, "[%s]", c->unit);
    }
    const char *told = kp_arena_strdup(&scratch, kp_buf_text(&out));
    kp_buf_release(&out);
    return told;
}

static void assert_story(const char *table, const char *methods, const char *expected)
{
    if (build(table, methods) != KP_OK)
        fail_msg("%s: K%u %s", table, got.code, got.text);
    if (strcmp(story(), expected) != 0)
        fail_msg("%s: '%s', not '%s'", table, story(), expected);
}

/* --- shapes of the table --- */

static void table__with_header_row__maps_by_number(void **state UNUSED)
{
    assert_story(HEADING "1,3," HEIGHT "\n1,1,sex\n1,2,生年月日\n", NULL, "sex birth_date " HEIGHT " -");
    assert_int_equal(mapping.columns[2].why, KP_WHY_MAPPING);
    assert_int_equal(mapping.columns[3].why, KP_WHY_UNKNOWN);
    assert_story("# 表\nfileno, ＣＯＬＮＯ ,項目\r\n1,1,sex\r\n# 終\r\n", NULL, "sex - - -");
}

static void table__without_header_row__starts_at_first_line(void **state UNUSED)
{
    assert_story("1,1,sex\n1,2," HEIGHT "\n", NULL, "sex " HEIGHT " - -");
    assert_story("1,2," HEIGHT "\n", NULL, "- " HEIGHT " - -");
    assert_refused("1,5,sex\n1,1,sex\n", NULL, 1051, 1);
    assert_refused("1,1,sex\n1,5,sex\n", NULL, 1051, 2);
}

static void table__remarks__are_allowed_around_a_code(void **state UNUSED)
{
    assert_story("FILENO,COLNO,備考,CODE,備考2\n1,1,背の高さ," HEIGHT ",cm\n1,2,," WEIGHT
                 ",kg\n1,3,生年月日,,西暦\n"
                 "1,4,,性別,男女\n",
                 NULL, HEIGHT " " WEIGHT " birth_date sex");
    assert_story("1,1," HEIGHT ",備考\n1,2,体の重さ," WEIGHT "\n", NULL, HEIGHT " " WEIGHT " - -");
}

static void table__unknown_or_empty_name__leaves_column_unmapped(void **state UNUSED)
{
    assert_story(HEADING "1,1,院内コード\n1,2,9N001000000000009\n1,3,\n1,4,sex\n", NULL, "- - - sex");
    assert_int_equal(got.count, 2); /* warnings that name them */
    assert_int_equal(got.code, KP_K_CC2X_NAME_UNKNOWN);
    assert_int_equal(got.line, 3);
    assert_non_null(strstr(got.text, "9N001000000000009"));
}

/* --- the tables as the converter ships them --- */

#define SHIPPED "C2XDTBL,FILENO,COLNO,FIRST,LAST,6,7,8,9,10,PKEY,12,13,14\n#出力フラグ,ファイル番号\n"
#define LINE(column, key, name) "1,1," column ",,,,,,,," key "," name ",,\n"
#define METHODS                                                                                              \
    "0,1,3,4,\nJLAC_MATCHED,LOCAL_METHOD,JLAC_METHOD,MEMO,\n対応JLACコード,ローカルコード,JLAC手法コード,メモ,\n"
#define BP_OPEN "9A7510000000ZZZ01"
#define ANY "ZZZZZZZZZZZZZZZZZ"

static void shipped__pkey__is_read_from_its_column(void **state UNUSED)
{
    assert_story(SHIPPED LINE("1", "KEY1", "受診者キー") LINE("2", "受診者性別", "生年月日")
                     LINE("4", HEIGHT, WEIGHT),
                 NULL, "employee_id sex - " HEIGHT);
    assert_int_equal(got.count, 0);
    /* with the other kind of first line */
    assert_story("HcCC2XDTBL,FILENO,COLNO,FIRST,LAST,5,6,7,8,9,PKEY,11,12,13\n1,1,3,,,,,,,," HEIGHT
                 ",身長,,\n",
                 NULL, "- - " HEIGHT " -");
}

static void shipped__key1__is_no_second_employee_id(void **state UNUSED)
{
    assert_story(SHIPPED LINE("1", "KEY1", "") LINE("2", "社員番号", ""), NULL, "ignore employee_id - -");
    assert_story(SHIPPED LINE("2", "受診者キー", "") LINE("1", "sex", ""), NULL, "sex employee_id - -");
}

static void shipped__output_flag__leaves_columns_out(void **state UNUSED)
{
    assert_story(SHIPPED "0,1,2,,,,,,,," HEIGHT ",身長,,\n" LINE("1", "sex", ""), NULL, "sex ignore - -");
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_CC2X_COLUMN_OFF);
    assert_int_equal(got.line, 3);
    assert_non_null(strstr(got.text, HEIGHT));
}

static void assert_not_loaded(const char *table, const char *methods, unsigned code, unsigned line)
{
    struct kp_mapping_file file;
    const char *path = put_file("table.csv", table, strlen(table));
    const char *methods_path = methods ? put_file("methods.csv", methods, strlen(methods)) : NULL;
    memset(&got, 0, sizeof(got));
    assert_int_equal(kp_mapping_load(&ctx, path, methods_path, &file), KP_E_USAGE);
    assert_int_equal(got.code, code);
    assert_int_equal(got.line, line);
    assert_int_equal(got.count, 1);
}

static void shipped__wrong_lines__are_refused(void **state UNUSED)
{
    assert_not_loaded(SHIPPED "2,1,2,,,,,,,," HEIGHT ",,,\n", NULL, KP_K_MAPPING_ROW_BAD, 3);
    assert_not_loaded(SHIPPED ",1,2,,,,,,,," HEIGHT ",,,\n", NULL, KP_K_MAPPING_ROW_BAD, 3);
    assert_not_loaded(SHIPPED LINE("1", "sex", "") LINE("2", "窓口負担金額（基本的な健診）", ""), NULL,
                      KP_K_CC2X_CLAIMS, 4);
    static const char *const lines[] = {HEIGHT ",1,271,\n",  TG_OPEN ",,271,\n", TG_OPEN ",a,271,\n",
                                        TG_OPEN ",1,27,\n",  TG_OPEN ",1,,\n",   ANY ",1," TG_271 ",\n",
                                        TG_OPEN "1,1,271,\n"};
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_not_loaded(SHIPPED LINE("1", "sex", ""), kp_arena_printf(&scratch, METHODS "%s", lines[i]),
                          KP_K_MAPPING_ROW_BAD, 4);
    assert_not_loaded(METHODS TG_OPEN ",1,271,\n", NULL, KP_K_REGISTER_COLUMN_MISSING,
                      1); /* not a table of columns */
}

static void shipped__methods__resolve_a_digit_behind_the_code(void **state UNUSED)
{
    static const char methods[] =
        METHODS TG_OPEN ",1,3F0150000023271,可視吸光光度法\n" TG_OPEN ",2,272,\n" BP_OPEN
                        ",3,9A7550000000000,その他\n" ANY ",2,999,\n" ANY ",9,999,\n";
    assert_story(SHIPPED LINE("1", TG_OPEN " 1", "") LINE("2", TG_OPEN "2", "") LINE("3", BP_OPEN " 3", "")
                     LINE("4", TG_OPEN " 9", ""),
                 methods, TG_271 " " TG_272 " 9A755000000000001 " TG_OTHER); /* a line for the item wins */
    assert_story(SHIPPED LINE("1", TG_OPEN " 1", ""),
                 "0,1,3,4\nJLAC_MATCHED,LOCAL_METHOD,JLAC_METHOD,MEMO\nx,x,x,x\n" ANY ",1,271,\n",
                 TG_271 " - - -");
    assert_refused(SHIPPED LINE("1", TG_OPEN " 4", ""), methods, 1053, 3);
    assert_refused(SHIPPED LINE("1", LDL_OPEN " 1", ""), methods, 1053, 3);
}

/* The shipped METHODCVT does not name the column of the digit: it is the one right behind the value. */
static void shipped__methods__are_chosen_by_the_column_behind(void **state UNUSED)
{
    static const char methods[] = METHODS TG_OPEN ",1,3F0150000023271,\n" ANY ",99,999,\n" ANY ",1,272,\n";
    assert_story(SHIPPED LINE("2", TG_OPEN, ""), methods, "- " TG_271 " = -");
    assert_int_equal(mapping.columns[1].methods->column, 2);
    assert_int_equal(mapping.columns[1].methods->n_choices, 2);
    assert_string_equal(mapping.columns[1].methods->choices[1].digit, "99");
    assert_string_equal(tables.items[mapping.columns[1].methods->choices[1].item].code, TG_OTHER);
    /* before or behind it in the table, with a name that means nothing */
    assert_story(SHIPPED LINE("3", "検査方法", "") LINE("2", TG_OPEN, ""), methods, "- " TG_271 " = -");
    assert_story(SHIPPED LINE("2", TG_OPEN, "") LINE("3", "検査方法", ""), methods, "- " TG_271 " = -");
    assert_int_equal(got.count, 0);
    /* but not a column with a meaning of its own, or none at all */
    assert_refused(SHIPPED LINE("2", TG_OPEN, "") LINE("3", HEIGHT, ""), methods, 1053, 3);
    assert_refused(SHIPPED LINE("4", TG_OPEN, ""), methods, 1053, 3);
    assert_refused(SHIPPED LINE("2", TG_OPEN, ""), METHODS LDL_OPEN ",1,3F0770000023271,\n", 1053, 3);
}

static void table__ignore__is_a_name(void **state UNUSED)
{
    assert_story(HEADING "1,1,ignore\n", NULL, "ignore - - -");
}

static void table__names_with_units_and_suffixes__are_read_as_headers(void **state UNUSED)
{
    assert_story(HEADING "1,1,身長(m)\n1,2," HEIGHT ".low\n1,3,体重g\n1,4,身長(kg)\n", NULL,
                 HEIGHT "[m] " HEIGHT " " WEIGHT "[g] -");
    assert_int_equal(mapping.columns[1].kind, KP_COL_LOW);
    assert_int_equal(mapping.columns[3].why, KP_WHY_UNIT);
    assert_true(mapping.has_units);
}

/* Names that are ambiguous in an export have one meaning here. */
static void table__name_ambiguous_in_headers__is_mapped(void **state UNUSED)
{
    assert_story(HEADING "1,1,受診者氏名\n1,2,番号\n1,3,実施日\n1,4,住所1\n", NULL,
                 "name_kana insured_number exam_date address");
}

/* Headers of the export are ignored; findings are joined as elsewhere. */
static void table__headers_of_export__are_ignored(void **state UNUSED)
{
    static const char *const headers[] = {"身長", "体重", "性別"};
    assert_int_equal(
        build_of((struct inputs){1, 1}, HEADING "1,1,自覚症状1\n1,2,自覚症状2\n", NULL, headers, 3), KP_OK);
    assert_string_equal(story(), "9N061160800000049 9N061160800000049 -");
    assert_ptr_equal(mapping.columns[0].next, &mapping.columns[1]);
    assert_true(mapping.columns[1].follows);
}

static void table__pair__needs_meal_column(void **state UNUSED)
{
    assert_int_equal(build(HEADING "1,2,血糖\n", NULL), KP_E_USAGE);
    assert_int_equal(got.code, 1052);
    assert_non_null(strstr(got.text, "c2"));
    assert_story(HEADING "1,2,血糖\n1,1,採血時間\n", NULL,
                 "9N141000000000011 3D010000001927201/3D010129901927201 - -");
    assert_story(HEADING "1,2,血糖\n1,1,採血区分\n", NULL, "fasting 3D010000001927201/3D010129901927201 - -");
}

/* --- places --- */

static void place__beyond_last_column__is_refused(void **state UNUSED)
{
    assert_refused(HEADING "1,1,sex\n1,5," HEIGHT "\n", NULL, 1051, 3);
    assert_non_null(strstr(got.text, "COLNO 5"));
    assert_refused(HEADING "1,99999999999999999999," HEIGHT "\n", NULL, 1051, 2);
    assert_refused(HEADING "1,4294967297," HEIGHT "\n", NULL, 1051, 2); /* not the first column */
}

static void place__named_twice__is_refused(void **state UNUSED)
{
    assert_refused(HEADING "1,2,sex\n1,2," HEIGHT "\n", NULL, 1050, 3);
    assert_non_null(strstr(got.text, "COLNO 2"));
    assert_refused(HEADING "1,2," HEIGHT "\n1,2," HEIGHT "\n", NULL, 1050, 3);
    assert_refused("1,2," HEIGHT "\n1,02,sex\n", NULL, 1050, 2);
}

static void place__without_column__is_ignored(void **state UNUSED)
{
    assert_story(HEADING "1,," HEIGHT "\n1,0," HEIGHT "\n,"
                         "," HEIGHT "\n1,1,sex\n",
                 NULL, "sex - - -");
}

static void place__kp_columns__are_not_counted(void **state UNUSED)
{
    static const char *const headers[] = {"kp_file", "kp_line", "kp_codes", "kp_messages", "a", "b"};
    static const char methods[] = METHODS_HEADING "1,1," TG_OPEN ",1,271\n";
    const struct inputs one = {1, 1};
    assert_int_equal(build_of(one, HEADING "1,2,sex\n", NULL, headers, COUNT(headers)), KP_OK);
    assert_string_equal(story(), "ours ours ours ours - sex");
    assert_int_equal(build_of(one, HEADING "1,3,sex\n", NULL, headers, COUNT(headers)), KP_E_USAGE);
    assert_int_equal(got.code, 1051);
    assert_int_equal(build_of(one, HEADING "1,2," TG_OPEN "\n", methods, headers, COUNT(headers)), KP_OK);
    assert_string_equal(story(), "ours ours ours ours = " TG_271);
    assert_int_equal(mapping.columns[5].methods->column, 4);
}

/* --- several inputs --- */

static void file_number__of_another_input__is_ignored(void **state UNUSED)
{
    static const char *const headers[] = {"a", "b"};
    static const char table[] = HEADING "1,1,sex\n2,1," HEIGHT "\n2,2," WEIGHT "\n1,2,birth_date\n2,9,sex\n";
    assert_int_equal(build_of((struct inputs){1, 2}, table, NULL, headers, 2), KP_OK);
    assert_string_equal(story(), "sex birth_date");
    assert_int_equal(build_of((struct inputs){2, 2}, table, NULL, headers, 2), KP_E_USAGE);
    assert_int_equal(got.code, 1051);
    assert_int_equal(got.line, 6);
    assert_int_equal(build_of((struct inputs){2, 2}, "2,1," HEIGHT "\n1,1,sex\n", NULL, headers, 2), KP_OK);
    assert_string_equal(story(), HEIGHT " -");
}

static void file_number__beyond_the_inputs__is_refused(void **state UNUSED)
{
    static const char *const headers[] = {"a"};
    assert_refused(HEADING "1,1,sex\n2,1,sex\n", NULL, 1050, 3);
    assert_non_null(strstr(got.text, "FILENO"));
    assert_non_null(strstr(got.text, "'2'"));
    assert_int_equal(build_of((struct inputs){2, 2}, HEADING "3,1,sex\n", NULL, headers, 1), KP_E_USAGE);
    assert_int_equal(got.code, 1050);
    assert_int_equal(build_of((struct inputs){2, 3}, HEADING "3,1,sex\n", NULL, headers, 1), KP_OK);
    assert_string_equal(story(), "-");
}

static void file_number__zero__applies_to_every_input(void **state UNUSED)
{
    static const char *const headers[] = {"a"};
    for (size_t i = 1; i <= 2; i++) {
        assert_int_equal(build_of((struct inputs){i, 2}, HEADING "0,1,sex\n", NULL, headers, 1), KP_OK);
        assert_string_equal(story(), "sex");
    }
}

/* --- methods --- */

static void method__open_without_table__is_refused(void **state UNUSED)
{
    assert_refused(HEADING "1,1,sex\n1,2," TG_OPEN "\n", NULL, 1053, 3);
    assert_non_null(strstr(got.text, TG_OPEN));
    assert_non_null(strstr(got.text, "--methods"));
}

static void method__unresolved__is_refused(void **state UNUSED)
{
    static const char *const methods[] = {
        METHODS_HEADING,                          /* nothing at all */
        METHODS_HEADING "1,," LDL_OPEN ",,271\n", /* another code */
        METHODS_HEADING "1,," TG_OPEN ",,\n",     /* no method */
        METHODS_HEADING "1,," TG_OPEN ",,555\n",  /* no such item */
        METHODS_HEADING "1,," TG_OPEN ",1,271\n1,," TG_OPEN
                        ",2,272\n",                /* two, and no column that says which */
        METHODS_HEADING "1,9," TG_OPEN ",1,271\n", /* a column that is not there */
        METHODS_HEADING "2,," TG_OPEN ",,271\n",   /* another file */
    };
    for (size_t i = 0; i < COUNT(methods); i++) {
        assert_refused(HEADING "1,2," TG_OPEN "\n", methods[i], 1053, 2);
        assert_non_null(strstr(got.text, in_folder("methods.csv")));
    }
}

static void method__constant_row__resolves_it(void **state UNUSED)
{
    static const struct {
        const char *methods, *code;
    } cases[] = {{METHODS_HEADING "1,," TG_OPEN ",,272\n", TG_272},
                 {METHODS_HEADING ",," TG_OPEN ",,999\n", TG_OTHER},
                 {"CODE,METHOD\n" TG_OPEN ",271\n", TG_271},
                 {"CODE,METHOD\n" LDL_OPEN ",271\n" TG_OPEN "," TG_272 "\n", TG_272},
                 {METHODS_HEADING "2,," TG_OPEN ",,271\n1,," TG_OPEN ",,272\n", TG_272}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_story(HEADING "1,2," TG_OPEN "\n", cases[i].methods,
                     kp_arena_printf(&scratch, "- %s - -", cases[i].code));
        assert_null(mapping.columns[1].methods);
        assert_int_equal(mapping.columns[1].why, KP_WHY_MAPPING);
    }
}

static void method__18th_digit__resolves_it(void **state UNUSED)
{
    static const char methods[] =
        "CODE,LOCAL,METHOD\n" TG_OPEN ",1,271\n" TG_OPEN ",2,272\n" TG_OPEN ",3,999\n";
    assert_story(HEADING "1,1," TG_OPEN "2\n1,2," TG_OPEN "1\n1,3," TG_OPEN "3\n", methods,
                 TG_272 " " TG_271 " " TG_OTHER " -");
    for (size_t i = 0; i < mapping.n_columns; i++)
        assert_null(mapping.columns[i].methods);
    assert_refused(HEADING "1,1," TG_OPEN "4\n", methods, 1053, 2);
    assert_non_null(strstr(got.text, TG_OPEN "4"));
    assert_refused(HEADING "1,1," TG_OPEN "\n", methods, 1053, 2);
}

static const char BY_COLUMN[] = METHODS_HEADING "1,4," TG_OPEN ",1,271\n1,4," TG_OPEN ",2,272\n1,4," TG_OPEN
                                                ",3,999\n1,4," TG_OPEN ",9,555\n";

static void method__by_column__is_chosen_per_row(void **state UNUSED)
{
    static const char *const codes[] = {TG_271, TG_272, TG_OTHER}, *const digits[] = {"1", "2", "3"};
    assert_story(HEADING "1,2," TG_OPEN "\n", BY_COLUMN, "- " TG_271 " - =");
    const struct kp_methods *methods = mapping.columns[1].methods;
    assert_non_null(methods);
    assert_int_equal(methods->column, 3);
    assert_int_equal(methods->n_choices, COUNT(codes)); /* 9 is no item */
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_string_equal(methods->choices[i].digit, digits[i]);
        assert_string_equal(tables.items[methods->choices[i].item].code, codes[i]);
    }
}

static void method__by_column__yields_to_18th_digit(void **state UNUSED)
{
    assert_story(HEADING "1,2," TG_OPEN "2\n", BY_COLUMN, "- " TG_272 " - -");
    assert_null(mapping.columns[1].methods);
}

static void method__column_of_digits__keeps_its_own_target(void **state UNUSED)
{
    assert_story(HEADING "1,2," TG_OPEN "\n1,4,employee_id\n", BY_COLUMN, "- " TG_271 " - employee_id");
    assert_story(HEADING "1,4,employee_id\n1,2," TG_OPEN "\n", BY_COLUMN, "- " TG_271 " - employee_id");
    assert_int_equal(mapping.columns[1].methods->column, 3);
}

static void method__more_than_ten__is_refused(void **state UNUSED)
{
    struct kp_buf methods = {0};
    kp_buf_str(&methods, METHODS_HEADING);
    for (int i = 0; i < 12; i++)
        kp_buf_printf(&methods, "1,4,%s,%d,271\n", TG_OPEN, i);
    assert_refused(HEADING "1,2," TG_OPEN "\n", kp_buf_text(&methods), 1053, 2);
    kp_buf_release(&methods);
}

/* Each of these would silently choose a wrong item, or none. */
static void method__contradictory_table__is_refused(void **state UNUSED)
{
    static const char *const methods[] = {
        METHODS_HEADING "1,3," TG_OPEN ",1,271\n1,4," TG_OPEN ",2,272\n", /* two columns */
        METHODS_HEADING "1,," TG_OPEN ",,9N001000000000001\n",            /* another analyte */
        TG_OPEN ",1,271\n" TG_OPEN ",2,272\n", /* without a header row, the first row counts */
    };
    for (size_t i = 0; i < COUNT(methods); i++)
        assert_refused(HEADING "1,2," TG_OPEN "\n", methods[i], 1053, 2);
    assert_story(HEADING "1,2," TG_OPEN "\n", "1,4," TG_OPEN ",1,271\n", "- " TG_271 " - =");
    assert_story(HEADING "1,2," TG_OPEN "\n", METHODS_HEADING "1,," TG_OPEN ",,271\n1,," TG_OPEN ",,271\n",
                 "- " TG_271 " - -");
}

#define TEST(name) cmocka_unit_test_setup(name, fresh_mapping)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(table__with_header_row__maps_by_number),
        TEST(table__without_header_row__starts_at_first_line),
        TEST(table__remarks__are_allowed_around_a_code),
        TEST(table__unknown_or_empty_name__leaves_column_unmapped),
        TEST(table__ignore__is_a_name),
        TEST(shipped__pkey__is_read_from_its_column),
        TEST(shipped__key1__is_no_second_employee_id),
        TEST(shipped__output_flag__leaves_columns_out),
        TEST(shipped__wrong_lines__are_refused),
        TEST(shipped__methods__resolve_a_digit_behind_the_code),
        TEST(shipped__methods__are_chosen_by_the_column_behind),
        TEST(table__names_with_units_and_suffixes__are_read_as_headers),
        TEST(table__name_ambiguous_in_headers__is_mapped),
        TEST(table__headers_of_export__are_ignored),
        TEST(table__pair__needs_meal_column),
        TEST(place__beyond_last_column__is_refused),
        TEST(place__named_twice__is_refused),
        TEST(place__without_column__is_ignored),
        TEST(place__kp_columns__are_not_counted),
        TEST(file_number__of_another_input__is_ignored),
        TEST(file_number__beyond_the_inputs__is_refused),
        TEST(file_number__zero__applies_to_every_input),
        TEST(method__open_without_table__is_refused),
        TEST(method__unresolved__is_refused),
        TEST(method__constant_row__resolves_it),
        TEST(method__18th_digit__resolves_it),
        TEST(method__by_column__is_chosen_per_row),
        TEST(method__by_column__yields_to_18th_digit),
        TEST(method__column_of_digits__keeps_its_own_target),
        TEST(method__more_than_ten__is_refused),
        TEST(method__contradictory_table__is_refused),
    };
    return cmocka_run_group_tests_name("cc2x", tests, set_up_mapping, tear_down_mapping);
}
