/* Headers and targets, one by one; test_headers.c has those of real exports. */
#include "tables.h"

#include <stdlib.h>

#include "base/file.h"
#include "format/sheet.h"
#include "input/header_names.h"

#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"
#define PROTEIN "1A010000000190111"
#define GLUCOSE "3D010000001927201"
#define CASUAL_GLUCOSE "3D010129901927201"
#define GLUCOSE_PAIR GLUCOSE "/" CASUAL_GLUCOSE
#define HBA1C "3D046000001920402"
#define WHITE_CELLS "2A010000001930101"

/* "sex", "9N001000000000001.low in m", "CODE/CODE", "ignore", "unmapped". */
static const char *story_of(const struct kp_column *c)
{
    static const char *const suffixes[] = {
        [KP_COL_FIELD] = "",     [KP_COL_ITEM] = "",      [KP_COL_LOW] = ".low",
        [KP_COL_HIGH] = ".high", [KP_COL_FLAG] = ".flag", [KP_COL_UNIT] = ".unit"};
    if (c->kind == KP_COL_IGNORED)
        return "ignore";
    if (c->kind == KP_COL_UNMAPPED)
        return "unmapped";
    const char *target =
        c->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)c->index) : tables.items[c->index].code;
    return kp_arena_printf(&scratch, "%s%s%s%s%s%s", target, c->is_pair ? "/" : "",
                           c->is_pair ? tables.items[c->casual].code : "", suffixes[c->kind],
                           c->unit ? " in " : "", c->unit ? c->unit : "");
}

static void assert_story(const char *of, const struct kp_column *column, const char *story)
{
    const char *is = story_of(column);
    if (strcmp(is, story) != 0)
        fail_msg("'%s' means '%s', not '%s'", of, is, story);
}

/* story NULL: the header is unknown and the column unchanged. */
static void assert_header(const char *header, const char *story, enum kp_why why)
{
    static const struct kp_column blank;
    struct kp_column column = {0};
    if (kp_header_read(&scratch, &tables, header, &column) != (story != NULL))
        fail_msg("'%s' is %sknown", header, story ? "not " : "");
    if (!story) {
        assert_memory_equal(&column, &blank, sizeof(blank));
        return;
    }
    assert_story(header, &column, story);
    assert_int_equal(column.why, why);
}

/* --- targets --- */

static void target__every_kind__is_read(void **state UNUSED)
{
    static const char *const targets[] = {"sex",          "ticket_expires", "fasting",      "ignore",
                                          HEIGHT,         HEIGHT ".low",    HEIGHT ".high", HEIGHT ".flag",
                                          HEIGHT ".unit", GLUCOSE_PAIR,     "employee_id"};
    for (size_t i = 0; i < COUNT(targets); i++) {
        struct kp_column column = {0};
        if (!kp_target_read(&scratch, &tables, targets[i], &column))
            fail_msg("%s is not read", targets[i]);
        assert_story(targets[i], &column, targets[i]);
    }
}

static void target__anything_else__is_refused(void **state UNUSED)
{
    static const char *const targets[] = {"",
                                          "身長",
                                          "Sex",
                                          " sex",
                                          "sex.low",
                                          "9N001",
                                          "9N001000000000009",
                                          HEIGHT ".",
                                          HEIGHT ".lo",
                                          HEIGHT ".low.high",
                                          HEIGHT ".LOW",
                                          HEIGHT "/" PROTEIN,
                                          GLUCOSE_PAIR ".low",
                                          GLUCOSE "/",
                                          "/3D010000001927201",
                                          ".low"};
    for (size_t i = 0; i < COUNT(targets); i++) {
        struct kp_column column = {0};
        if (kp_target_read(&scratch, &tables, targets[i], &column))
            fail_msg("'%s' is read", targets[i]);
        assert_int_equal(column.kind, KP_COL_UNMAPPED);
        assert_false(column.is_pair);
    }
}

static void target_set__target_of_tables__sets_column(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"性別", "sex"}, {"身長", HEIGHT}, {"血糖", GLUCOSE_PAIR}, {"空腹", "fasting"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_column column = {.is_pair = true};
        uint32_t target = 0;
        assert_true(kp_map_get(&tables.header_target, kp_text_header_key(&scratch, cases[i][0]), &target));
        kp_target_set(&tables, target, &column);
        assert_story(cases[i][0], &column, cases[i][1]);
    }
}

static void target_set__every_pair__has_both_items(void **state UNUSED)
{
    assert_true(tables.n_pairs >= 2);
    for (size_t i = 0; i < tables.n_pairs; i++) {
        struct kp_column column = {0};
        kp_target_set(&tables, KP_TARGET_PAIR + (uint32_t)i, &column);
        assert_int_equal(column.kind, KP_COL_ITEM);
        assert_true(column.is_pair);
        assert_int_equal(column.index, tables.pairs[i].fasting);
        assert_int_equal(column.casual, tables.pairs[i].casual);
    }
}

static void column_target__field_or_item__is_its_name(void **state UNUSED)
{
    struct kp_column column = {0};
    assert_true(kp_target_read(&scratch, &tables, "exam_date", &column));
    assert_string_equal(kp_column_target(&tables, &column), "exam_date");
    assert_true(kp_target_read(&scratch, &tables, HEIGHT ".low", &column));
    assert_string_equal(kp_column_target(&tables, &column), HEIGHT " 身長");
}

/* --- headers --- */

static void header__name_or_code__is_recognised(void **state UNUSED)
{
    static const char *const cases[][2] = {{"sex", "sex"},
                                           {" birth_date　", "birth_date"},
                                           {HEIGHT, HEIGHT},
                                           {"９Ｎ００１０００００００００００１", HEIGHT},
                                           {"９Ｎ００１０００００００００００１．ｌｏｗ", HEIGHT ".low"},
                                           {HEIGHT ".unit", HEIGHT ".unit"},
                                           {GLUCOSE_PAIR, GLUCOSE_PAIR}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_header(cases[i][0], cases[i][1], KP_WHY_NAME);
}

static void header__synonym__is_recognised_in_any_width(void **state UNUSED)
{
    static const char *const cases[][2] = {{"身長", HEIGHT},
                                           {"　身 長 ", HEIGHT},
                                           {"ＢＭＩ", "9N011000000000001"},
                                           {"BIRTH_DATE", "birth_date"},
                                           {"性別", "sex"},
                                           {"血糖", GLUCOSE_PAIR},
                                           {"ﾍﾓｸﾞﾛﾋﾞﾝ", "2A030000001930101"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_header(cases[i][0], cases[i][1], KP_WHY_SYNONYM);
}

static void header__unknown_or_ambiguous__changes_nothing(void **state UNUSED)
{
    static const char *const headers[] = {
        "",           " 　",      "予備",     "ignore",    "IGNORE",    "9N001",
        "受診者氏名", "医師氏名", "採血時間", "身長 判定", "前回 身長", "9N001000000000009",
        "cm",         "(cm)",     "[mg/dL]",  "予備(cm)",  "予備cm",    "()",
        ")",          "]",        "予備）",   "備考]",     "（"};
    for (size_t i = 0; i < COUNT(headers); i++)
        assert_header(headers[i], NULL, KP_WHY_UNKNOWN);
    assert_false(scratch.failed);
}

static void header__with_own_unit__is_recognised(void **state UNUSED)
{
    static const char *const cases[][2] = {{"身長(cm)", HEIGHT},
                                           {"身長（ｃｍ）", HEIGHT},
                                           {"身長 [cm]", HEIGHT},
                                           {"身長cm", HEIGHT},
                                           {"体重kg", WEIGHT},
                                           {"体重 ＫＧ", WEIGHT},
                                           {"血糖(mg/dl)", GLUCOSE_PAIR},
                                           {"血糖mg/dL", GLUCOSE_PAIR},
                                           {"HbA1c(%)", HBA1C},
                                           {"HbA1c％", HBA1C},
                                           {"白血球数(/mm3)", WHITE_CELLS},
                                           {"白血球数（個/μL）", WHITE_CELLS}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_header(cases[i][0], cases[i][1], KP_WHY_SYNONYM);
    assert_header(HEIGHT "(cm)", HEIGHT, KP_WHY_NAME);
    assert_header(HEIGHT " (cm)", HEIGHT, KP_WHY_NAME);
    assert_header(HEIGHT ".low[cm]", HEIGHT ".low", KP_WHY_NAME);
}

static void header__with_convertible_unit__keeps_it(void **state UNUSED)
{
    static const char *const cases[][2] = {{"白血球数(×10^3/μL)", WHITE_CELLS " in 10*3/mm3"},
                                           {"白血球数×10^3/μL", WHITE_CELLS " in 10*3/mm3"},
                                           {"白血球数[万/mm3]", WHITE_CELLS " in 10*4/mm3"},
                                           {"身長(m)", HEIGHT " in m"},
                                           {"身長ｍ", HEIGHT " in m"},
                                           {"体重 g", WEIGHT " in g"},
                                           {"体重（ｇ）", WEIGHT " in g"},
                                           {"血糖(mmol/L)", GLUCOSE_PAIR " in mmol/L"},
                                           {"空腹時血糖 mmol/L", GLUCOSE " in mmol/L"},
                                           {"HbA1c(IFCC)", HBA1C " in mmol/mol"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_header(cases[i][0], cases[i][1], KP_WHY_SYNONYM);
    assert_header(HEIGHT "(mm)", HEIGHT " in mm", KP_WHY_NAME);
    assert_header(HEIGHT ".high(m)", HEIGHT ".high in m", KP_WHY_NAME);
}

static void header__with_unit_of_another_kind__is_unmapped(void **state UNUSED)
{
    static const char *const headers[] = {"身長(kg)",         "身長kg",        "体重(cm)",
                                          "白血球数(mg/dL)",  "AST(mmol/L)",   "性別(cm)",
                                          "生年月日(%)",      "尿蛋白(mg/dL)", HEIGHT ".low(kg)",
                                          HEIGHT ".flag(cm)", "血糖(cm)",      HEIGHT ".unit(cm)"};
    for (size_t i = 0; i < COUNT(headers); i++)
        assert_header(headers[i], "unmapped", KP_WHY_UNIT);
}

/* --- item codes --- */

static void item_code__of_right_shape__may_be_unknown(void **state UNUSED)
{
    static const char *const codes[] = {HEIGHT, "9N001000000000009", "3F0150000023ZZZ01",
                                        "1ZZZZZZZZZZZZZZZZ"};
    static const char *const others[] = {"",
                                         "身長",
                                         "9N00100000000000",
                                         "9N0010000000000011",
                                         "9n001000000000001",
                                         "NN001000000000001",
                                         "99001000000000001",
                                         "9N001000000000 01",
                                         "9N00100000000000-",
                                         "20260401000000000",
                                         HEIGHT ".low",
                                         "９Ｎ００１０００００００００００１"};
    for (size_t i = 0; i < COUNT(codes); i++)
        if (!kp_is_item_code(codes[i]))
            fail_msg("%s is no code", codes[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        if (kp_is_item_code(others[i]))
            fail_msg("%s is a code", others[i]);
}

static void item_code__of_every_item__has_the_shape(void **state UNUSED)
{
    for (size_t i = 0; i < tables.n_items; i++)
        if (!kp_is_item_code(tables.items[i].code))
            fail_msg("%s is no code", tables.items[i].code);
}

#define TEST(name) cmocka_unit_test_teardown(name, tidy)

/* --- resemblance --- */

static void assert_judged(const char *header, const char *outcome, const char *target)
{
    struct kp_column column = {0};
    const char *is = kp_header_read(&scratch, &tables, header, &column)            ? "recognised"
                     : kp_header_resembles(&scratch, &tables, header, "", &column) ? "suggested"
                                                                                   : "nothing";
    if (column.kind == KP_COL_UNMAPPED) /* left out: its unit does not fit */
        is = "nothing";
    else
        column.unit = NULL;
    if (strcmp(is, outcome) != 0)
        fail_msg("'%s' is %s, not %s", header, is, outcome);
    if (*target)
        assert_story(header, &column, target);
}

/* Headers of exports, and what is done with them: at least a hundred for each outcome. */
static void header__of_fixture__is_recognised_suggested_or_neither(void **state UNUSED)
{
    static const char *const outcomes[] = {"recognised", "suggested", "nothing"};
    const char *folder = getenv("FIXTURES"), *bytes = NULL;
    size_t n = 0, counts[COUNT(outcomes)] = {0};
    struct kp_sheet sheet;
    const char *path = kp_arena_printf(&scratch, "%s/headers.csv", folder ? folder : "fixtures");
    assert_int_equal(kp_read_file(&kp_io_posix, path, 1 << 20, &scratch, &bytes, &n), KP_OK);
    assert_int_equal(kp_sheet_read(&sheet, &scratch, NULL, bytes, n, KP_COMMENTS_NONE), KP_OK);
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *const *cells = sheet.rows[i].cells;
        assert_judged(cells[0], cells[1], cells[2]);
        for (size_t k = 0; k < COUNT(outcomes); k++)
            counts[k] += strcmp(cells[1], outcomes[k]) == 0;
    }
    for (size_t k = 0; k < COUNT(outcomes); k++)
        assert_true(counts[k] >= 100);
}

static void resemblance__of_two_rows__needs_both(void **state UNUSED)
{
    static const struct {
        const char *above, *below;
        bool resembles;
    } cases[] = {
        {"胴囲", "", true},          {"", "胴囲", true},           {"胴囲", "前回", false},
        {"前回", "胴囲", false},     {"判定", "胴囲", false},      {"身体計測", "胴囲", true},
        {"尿沈渣", "赤血球", false}, {"今回", "体重計測値", true}, {"体重計測値", "身長計測値", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_column column = {0};
        if (kp_header_resembles(&scratch, &tables, cases[i].above, cases[i].below, &column) !=
            cases[i].resembles)
            fail_msg("'%s' / '%s'", cases[i].above, cases[i].below);
    }
}

static void resemblance__with_a_unit__needs_one_of_the_item(void **state UNUSED)
{
    struct kp_column column = {0};
    assert_true(kp_header_resembles(&scratch, &tables, "今回_体重(g)", "", &column));
    assert_story("今回_体重(g)", &column, WEIGHT " in g");
    assert_false(kp_header_resembles(&scratch, &tables, "今回_体重(cm)", "", &column));
    assert_false(kp_header_resembles(&scratch, &tables, "尿蛋白結果(mg/dL)", "", &column));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(target__every_kind__is_read),
        TEST(target__anything_else__is_refused),
        TEST(target_set__target_of_tables__sets_column),
        TEST(target_set__every_pair__has_both_items),
        TEST(column_target__field_or_item__is_its_name),
        TEST(header__name_or_code__is_recognised),
        TEST(header__synonym__is_recognised_in_any_width),
        TEST(header__unknown_or_ambiguous__changes_nothing),
        TEST(header__with_own_unit__is_recognised),
        TEST(header__with_convertible_unit__keeps_it),
        TEST(header__with_unit_of_another_kind__is_unmapped),
        TEST(item_code__of_right_shape__may_be_unknown),
        TEST(item_code__of_every_item__has_the_shape),
        TEST(header__of_fixture__is_recognised_suggested_or_neither),
        TEST(resemblance__of_two_rows__needs_both),
        TEST(resemblance__with_a_unit__needs_one_of_the_item),
    };
    return cmocka_run_group_tests_name("columns", tests, load_tables, free_tables);
}
