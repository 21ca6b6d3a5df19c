#include "mapped.h"

#include "input/mapping.h"

#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"
#define PROTEIN "1A010000000190111"            /* read by eye */
#define PROTEIN_BY_MACHINE "1A010000000191111" /* the same analyte by another method */
#define MEAL "9N141000000000011"
#define GLUCOSE "3D010000001927201"
#define CASUAL_GLUCOSE "3D010129901927201"
#define GLUCOSE_PAIR GLUCOSE "/" CASUAL_GLUCOSE
#define TRIGLYCERIDES "3F015000002327101"
#define WHITE_CELLS "2A010000001930101"
#define JUDGEMENT "9N511000000000049"
#define DOCTOR "9N516000000000049"
#define OPINION "9N521000000000049"
#define OPINION_DOCTOR "9N526000000000049"
#define ECG_TEXT "9A110160800000049"
#define REQUIRED                                                                                             \
    "保険者番号", "被保険者証等番号", "カナ氏名", "性別", "生年月日", "郵便番号", "住所", "健診実施日"
enum { N_REQUIRED = 8, FIRST_LINE = 2 };

static enum kp_status build(const struct kp_mapping_file *file, const char *const *first,
                            const char *const *second, size_t n)
{
    const struct kp_mapping_job job = {file, 1, 1};
    memset(&got, 0, sizeof(got));
    return kp_mapping_build(&ctx, &job, &(struct kp_heading){first, second, n}, &mapping);
}

#define BY_SYNONYMS(...)                                                                                     \
    do {                                                                                                     \
        static const char *const headers_[] = {__VA_ARGS__};                                                 \
        assert_int_equal(build(NULL, headers_, NULL, COUNT(headers_)), KP_OK);                               \
    } while (0)

static void by_two_rows(const char *first, const char *second)
{
    const char *const rows[] = {first, second};
    assert_int_equal(build(NULL, &rows[0], &rows[1], 1), KP_OK);
}

static enum kp_status load_text(const char *rows, struct kp_mapping_file *file)
{
    const char *path = put_file("map.csv", rows, strlen(rows));
    memset(&got, 0, sizeof(got));
    return kp_mapping_load(&ctx, path, NULL, file);
}

#define HEADING "column,target,unit,values\n"

static enum kp_status by_file(const char *rows, const char *const *headers, size_t n)
{
    struct kp_mapping_file file;
    assert_int_equal(load_text(kp_arena_printf(&scratch, HEADING "%s", rows), &file), KP_OK);
    return build(&file, headers, NULL, n);
}

/* A mapping file with one row, for an export of one column. */
static enum kp_status by_row(const char *target, const char *unit, const char *values)
{
    static const char *const headers[] = {"列"};
    return by_file(kp_arena_printf(&scratch, "列,%s,%s,%s\n", target, unit, values), headers, 1);
}

static unsigned item_at(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    if (!item)
        fail_msg("no item %s", code);
    return (unsigned)(item - tables.items);
}

static void assert_column(const struct kp_column *column, enum kp_column_kind kind, const char *target)
{
    enum kp_field field;
    if (column->kind != kind)
        fail_msg("%s: kind %d, not %d", column->header, (int)column->kind, (int)kind);
    if (kp_field_find(target, &field))
        assert_int_equal(column->index, field);
    else if (*target)
        assert_string_equal(tables.items[column->index].code, target);
}

static void assert_item(size_t i, const char *code)
{
    assert_column(&mapping.columns[i], KP_COL_ITEM, code);
}

static void assert_left_out(size_t i, enum kp_why why)
{
    assert_column(&mapping.columns[i], KP_COL_UNMAPPED, "");
    assert_int_equal(mapping.columns[i].why, why);
    assert_false(mapping.columns[i].is_pair);
}

static void assert_pair(size_t i, const char *fasting, const char *casual)
{
    assert_item(i, fasting);
    assert_true(mapping.columns[i].is_pair);
    assert_int_equal(mapping.columns[i].casual, item_at(casual));
}

static void assert_unit(size_t i, const char *unit)
{
    if (unit) {
        assert_non_null(mapping.columns[i].unit);
        assert_string_equal(mapping.columns[i].unit, unit);
    } else {
        assert_null(mapping.columns[i].unit);
    }
}

/* --- by synonyms --- */

static void synonyms__spellings_names_and_codes__are_recognised(void **state UNUSED)
{
    static const struct {
        const char *header;
        enum kp_column_kind kind;
        const char *target;
    } cases[] = {{"身長", KP_COL_ITEM, HEIGHT},
                 {"体重 (kg)", KP_COL_ITEM, WEIGHT},
                 {"ＢＭＩ", KP_COL_ITEM, "9N011000000000001"},
                 {"γーＧＴＰ", KP_COL_ITEM, "3B090000002327101"},
                 {"ﾍﾓｸﾞﾛﾋﾞﾝ", KP_COL_ITEM, "2A030000001930101"},
                 {"ＨｂＡ１ｃ", KP_COL_ITEM, "3D046000001920402"},
                 {"視力裸眼　右", KP_COL_ITEM, "9E160162100000001"},
                 {"左）4000Hz 判定", KP_COL_UNMAPPED, ""},
                 {PROTEIN, KP_COL_ITEM, PROTEIN},
                 {"2A030000001930101.low", KP_COL_LOW, "2A030000001930101"},
                 {"2A030000001930101.high", KP_COL_HIGH, "2A030000001930101"},
                 {"2A030000001930101.flag", KP_COL_FLAG, "2A030000001930101"},
                 {"2A030000001930101.unit", KP_COL_UNIT, "2A030000001930101"},
                 {"社員番号", KP_COL_FIELD, "employee_id"},
                 {"facility_number", KP_COL_FIELD, "facility_number"},
                 {" member_to ", KP_COL_FIELD, "member_to"},
                 {"INSURANCE_CARD_BRANCH_NUMBER", KP_COL_FIELD, "insured_branch"},
                 {"kp_codes", KP_COL_OURS, ""},
                 {"kp_anything", KP_COL_OURS, ""},
                 {"22予備", KP_COL_UNMAPPED, ""},
                 {"身長 判定", KP_COL_UNMAPPED, ""},
                 {"受診者氏名", KP_COL_UNMAPPED, ""},
                 {"ignore", KP_COL_UNMAPPED, ""},
                 {"9N001000000000009", KP_COL_UNMAPPED, ""},
                 {"", KP_COL_UNMAPPED, ""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(build(NULL, &cases[i].header, NULL, 1), KP_OK);
        assert_column(&mapping.columns[0], cases[i].kind, cases[i].target);
        assert_string_equal(mapping.columns[0].header, cases[i].header);
        assert_int_equal(got.count, 0);
    }
}

static void synonyms__required_headers__fill_their_fields(void **state UNUSED)
{
    static const char *const fields[] = {"insurer_number", "insured_number", "name_kana", "sex",
                                         "birth_date",     "postal_code",    "address",   "exam_date"};
    BY_SYNONYMS(REQUIRED);
    assert_int_equal(mapping.n_columns, N_REQUIRED);
    for (size_t i = 0; i < N_REQUIRED; i++)
        assert_column(&mapping.columns[i], KP_COL_FIELD, fields[i]);
}

static void synonyms__why__distinguishes_names_from_synonyms(void **state UNUSED)
{
    BY_SYNONYMS("sex", HEIGHT, "体重", "予備", "kp_line");
    assert_int_equal(mapping.columns[0].why, KP_WHY_NAME);
    assert_int_equal(mapping.columns[1].why, KP_WHY_NAME);
    assert_int_equal(mapping.columns[2].why, KP_WHY_SYNONYM);
    assert_left_out(3, KP_WHY_UNKNOWN);
}

static void synonyms__kp_columns__are_not_counted(void **state UNUSED)
{
    static const unsigned numbers[] = {0, 0, 1, 0, 2};
    BY_SYNONYMS("kp_file", "kp_line", "身長", "kp_codes", "体重");
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_int_equal(mapping.columns[i].number, numbers[i]);
}

static void synonyms__unit_in_header__is_kept_if_it_differs(void **state UNUSED)
{
    BY_SYNONYMS("身長(cm)", "体重g", "白血球数(×10^3/μL)", "腹囲(kg)");
    assert_item(0, HEIGHT);
    assert_unit(0, NULL);
    assert_item(1, WEIGHT);
    assert_unit(1, "g");
    assert_item(2, WHITE_CELLS);
    assert_unit(2, "10*3/mm3");
    assert_left_out(3, KP_WHY_UNIT);
}

static void has_units__limit_or_unit_column__sets_it(void **state UNUSED)
{
    static const struct {
        const char *header;
        bool has;
    } cases[] = {{HEIGHT, false},        {HEIGHT ".flag", false}, {"体重g", false},
                 {HEIGHT ".unit", true}, {HEIGHT ".low", true},   {HEIGHT ".high", true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *headers[] = {"性別", cases[i].header};
        assert_int_equal(build(NULL, headers, NULL, COUNT(headers)), KP_OK);
        assert_int_equal(mapping.has_units, cases[i].has);
    }
}

/* --- two header rows --- */

static void two_rows__code_below_name__refines_it(void **state UNUSED)
{
    by_two_rows("尿蛋白", PROTEIN_BY_MACHINE);
    assert_item(0, PROTEIN_BY_MACHINE);
    assert_int_equal(mapping.columns[0].why, KP_WHY_NAME);
    assert_string_equal(mapping.columns[0].header, "尿蛋白");
    assert_string_equal(mapping.columns[0].second, PROTEIN_BY_MACHINE);
    by_two_rows(PROTEIN_BY_MACHINE, "尿蛋白");
    assert_item(0, PROTEIN_BY_MACHINE);
}

static void two_rows__code_below_pair__selects_the_item(void **state UNUSED)
{
    by_two_rows("血糖", CASUAL_GLUCOSE);
    assert_item(0, CASUAL_GLUCOSE);
    assert_false(mapping.columns[0].is_pair);
    by_two_rows("血糖(mmol/L)", CASUAL_GLUCOSE);
    assert_item(0, CASUAL_GLUCOSE);
    assert_unit(0, "mmol/L");
}

static void two_rows__agreeing_or_half_empty__are_one_header(void **state UNUSED)
{
    static const struct {
        const char *first, *second, *code;
    } cases[] = {{"身長", HEIGHT, HEIGHT}, {HEIGHT, "身長", HEIGHT},   {"身長", "", HEIGHT},
                 {"", HEIGHT, HEIGHT},     {"身長", "院内01", HEIGHT}, {"予備", HEIGHT, HEIGHT}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        by_two_rows(cases[i].first, cases[i].second);
        assert_item(0, cases[i].code);
    }
    by_two_rows("性別", "sex");
    assert_column(&mapping.columns[0], KP_COL_FIELD, "sex");
    static const char *const grams[][2] = {{"体重(g)", WEIGHT}, {WEIGHT, "体重(g)"}, {"体重", "体重(g)"}};
    for (size_t i = 0; i < COUNT(grams); i++) {
        by_two_rows(grams[i][0], grams[i][1]);
        assert_item(0, WEIGHT);
        assert_unit(0, "g");
    }
    by_two_rows("", "");
    assert_left_out(0, KP_WHY_UNKNOWN);
}

static void two_rows__contradictory__map_nothing(void **state UNUSED)
{
    static const char *const cases[][2] = {{"身長", WEIGHT},
                                           {WEIGHT, "身長"},
                                           {"身長", "体重"},
                                           {"性別", HEIGHT},
                                           {"性別", "birth_date"},
                                           {"尿蛋白", "尿蛋白（機械）"},
                                           {"尿蛋白", "1A020000000190111"},
                                           {"体重(g)", "体重(kPa)"},
                                           {"裸眼視力(右)", "9E160162200000001"},
                                           {"心電図所見", "9A110160700000011"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        by_two_rows(cases[i][0], cases[i][1]);
        assert_left_out(0, KP_WHY_ROWS);
    }
}

static void two_rows__word_for_another_test__maps_nothing(void **state UNUSED)
{
    static const char *const cases[][2] = {{"尿沈渣", "赤血球"}, {"前回", "体重"},       {"体重", "判定"},
                                           {"体重", "前回"},     {"尿", "クレアチニン"}, {"標準", "体重"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        by_two_rows(cases[i][0], cases[i][1]);
        assert_left_out(0, KP_WHY_UNKNOWN);
        assert_null(mapping.columns[0].like);
    }
    by_two_rows("健診判定", "腹囲"); /* the title of a group */
    assert_item(0, "9N016160100000001");
    by_two_rows("前回", "9N006000000000001"); /* a code leaves no doubt */
    assert_item(0, "9N006000000000001");
}

static void unused__column__has_name_line_and_resemblance(void **state UNUSED)
{
    static const char *const first[] = {"胴囲", "予備", "予備", "a,b", "身長", "体重(g)", "今回_身長"};
    assert_int_equal(build(NULL, first, NULL, COUNT(first)), KP_OK);
    static const char *const lines[] = {
        "胴囲,9N016160100000001,",     "", "", "", "身長,9N001000000000001,", "体重(g),9N006000000000001,g",
        "今回_身長,9N001000000000001,"};
    for (size_t i = 0; i < COUNT(first); i++)
        assert_string_equal(mapping.columns[i].line, lines[i]);
    assert_string_equal(mapping.columns[1].name, "#2");
    assert_string_equal(mapping.columns[3].name, "\"a,b\"");
    assert_int_equal(mapping.n_lost, 1); /* another column has 身長 */
    assert_string_equal(mapping.lost[0].header, "胴囲");
    assert_string_equal(mapping.lost[0].why, "");
}

/* Of both items of the pair: nobody knows which it is. */
static void left_out__column__is_named_with_the_reason(void **state UNUSED)
{
    static const char *const first[] = {"中性脂肪"};
    assert_int_equal(build(NULL, first, NULL, COUNT(first)), KP_OK);
    assert_left_out(0, KP_WHY_MEAL);
    assert_int_equal(mapping.n_lost, 2);
    assert_string_equal(mapping.lost[1].header, "中性脂肪");
    assert_string_equal(mapping.lost[1].why, "no column says whether blood was drawn fasting");
}

static void two_rows__kp_columns__are_ours(void **state UNUSED)
{
    by_two_rows("kp_line", HEIGHT);
    assert_column(&mapping.columns[0], KP_COL_OURS, "");
}

static void two_rows__mapping_file__uses_either(void **state UNUSED)
{
    static const char *const first[] = {"甲", "乙", "乙"}, *const second[] = {"A1", "A2", "乙"};
    struct kp_mapping_file file;
    assert_int_equal(load_text(HEADING "a1,sex,,\n乙," HEIGHT ",,\n乙@2," WEIGHT ",,\n", &file), KP_OK);
    assert_int_equal(build(&file, first, second, COUNT(first)), KP_OK);
    assert_column(&mapping.columns[0], KP_COL_FIELD, "sex");
    assert_item(1, HEIGHT);
    assert_item(2, WEIGHT);
    assert_int_equal(load_text(HEADING "甲,sex,,\nA2," HEIGHT ",,\n", &file), KP_OK);
    assert_int_equal(build(&file, first, second, COUNT(first)), KP_OK);
    assert_column(&mapping.columns[0], KP_COL_FIELD, "sex");
    assert_item(1, HEIGHT);
}

/* --- fasting or casual --- */

static void pair__without_meal_column__is_left_out(void **state UNUSED)
{
    BY_SYNONYMS("血糖", "中性脂肪", "身長");
    assert_left_out(0, KP_WHY_MEAL);
    assert_left_out(1, KP_WHY_MEAL);
    assert_item(2, HEIGHT);
}

static void pair__with_meal_column__is_mapped(void **state UNUSED)
{
    BY_SYNONYMS("血糖", "採血時間（食後）", "中性脂肪");
    assert_pair(0, GLUCOSE, CASUAL_GLUCOSE);
    assert_item(1, MEAL);
    assert_pair(2, TRIGLYCERIDES, "3F015129902327101");
    BY_SYNONYMS(MEAL, "血糖");
    assert_pair(1, GLUCOSE, CASUAL_GLUCOSE);
    BY_SYNONYMS("血糖", "空腹時区分");
    assert_pair(0, GLUCOSE, CASUAL_GLUCOSE);
    assert_column(&mapping.columns[1], KP_COL_FIELD, "fasting");
}

static void pair__limits_of_meal_item__do_not_suffice(void **state UNUSED)
{
    BY_SYNONYMS("血糖", MEAL ".flag");
    assert_left_out(0, KP_WHY_MEAL);
}

static void pair__absent__leaves_fasting_column_out(void **state UNUSED)
{
    BY_SYNONYMS("空腹時区分", "空腹時血糖", "採血時間（食後）");
    assert_left_out(0, KP_WHY_UNKNOWN);
    assert_item(1, GLUCOSE);
    assert_item(2, MEAL);
}

static void pair__in_mapping_file__needs_meal_column(void **state UNUSED)
{
    static const char *const headers[] = {"GLU", "食"};
    assert_int_equal(by_file("GLU," GLUCOSE_PAIR ",,\n", headers, COUNT(headers)), KP_E_USAGE);
    assert_int_equal(got.code, 1052);
    assert_int_equal(got.count, 1);
    assert_non_null(strstr(got.text, "GLU"));
    assert_string_equal(got.file, in_folder("map.csv"));
    assert_int_equal(
        by_file("GLU," GLUCOSE_PAIR ",mmol/L,\n食,fasting,,1=fasting|2=casual\n", headers, COUNT(headers)),
        KP_OK);
    assert_pair(0, GLUCOSE, CASUAL_GLUCOSE);
    assert_unit(0, "mmol/L");
    assert_column(&mapping.columns[1], KP_COL_FIELD, "fasting");
    assert_int_equal(by_file("食," MEAL ",,\nGLU," GLUCOSE_PAIR ",,\n", headers, COUNT(headers)), KP_OK);
    assert_pair(0, GLUCOSE, CASUAL_GLUCOSE);
}

static void pair__of_unrelated_items__is_unknown_target(void **state UNUSED)
{
    static const char *const targets[] = {HEIGHT "/" PROTEIN, GLUCOSE "/", "/3D010000001927201",
                                          GLUCOSE "/9N001", GLUCOSE_PAIR "/" GLUCOSE};
    for (size_t i = 0; i < COUNT(targets); i++) {
        if (by_row(targets[i], "", "") != KP_E_USAGE)
            fail_msg("%s is taken", targets[i]);
        assert_int_equal(got.code, 1050);
    }
}

/* --- a mapping file beside the headers --- */

static void mapping_file__other_columns__are_read_by_their_headers(void **state UNUSED)
{
    static const char *const headers[] = {"身長", "体重", "謎の列", "H", "社内メモ"};
    assert_int_equal(by_file("謎の列,9N016160100000001,,\nH," HEIGHT ",,\n", headers, COUNT(headers)), KP_OK);
    assert_left_out(0, KP_WHY_UNKNOWN); /* the file gives its item to another column */
    assert_item(1, "9N006000000000001");
    assert_item(2, "9N016160100000001");
    assert_item(3, HEIGHT);
    assert_left_out(4, KP_WHY_UNKNOWN);
    assert_int_equal(by_file("体重,ignore,,\n", headers, COUNT(headers)), KP_OK);
    assert_item(0, HEIGHT);
    assert_int_equal(mapping.columns[1].kind, KP_COL_IGNORED);
}

static void mapping_file__star_ignored__stands_alone(void **state UNUSED)
{
    static const char *const headers[] = {"身長", "体重", "健診種別"};
    assert_int_equal(by_file("体重,9N006000000000001,,\n*,ignore,,\n", headers, COUNT(headers)), KP_OK);
    assert_left_out(0, KP_WHY_UNKNOWN);
    assert_item(1, "9N006000000000001");
    assert_column(&mapping.columns[2], KP_COL_FIELD, "exam_kind");
    assert_int_equal(by_file("*,9N006000000000001,,\n", headers, COUNT(headers)), KP_E_USAGE);
    assert_int_equal(got.code, 1050);
}

static void mapping_file__pair_by_header__still_needs_a_meal_column(void **state UNUSED)
{
    static const char *const headers[] = {"血糖", "身長", "総合判定"};
    assert_int_equal(by_file("身長," HEIGHT ",,\n", headers, COUNT(headers)), KP_OK);
    assert_left_out(0, KP_WHY_MEAL);
    assert_item(1, HEIGHT);
    assert_left_out(2, KP_WHY_DOCTOR);
}

/* --- judgements and their doctors --- */

static void judgement__without_doctor__is_left_out(void **state UNUSED)
{
    BY_SYNONYMS("総合判定", "身長");
    assert_left_out(0, KP_WHY_DOCTOR);
    assert_item(1, HEIGHT);
    BY_SYNONYMS(JUDGEMENT, OPINION_DOCTOR); /* the doctor of another judgement */
    assert_left_out(0, KP_WHY_DOCTOR);
    assert_left_out(1, KP_WHY_DOCTOR);
}

static void doctor__without_judgement__is_left_out(void **state UNUSED)
{
    BY_SYNONYMS("健診判定医");
    assert_left_out(0, KP_WHY_DOCTOR);
    BY_SYNONYMS(DOCTOR, OPINION, OPINION_DOCTOR);
    assert_left_out(0, KP_WHY_DOCTOR);
    assert_item(1, OPINION);
    assert_item(2, OPINION_DOCTOR);
}

static void judgement__with_doctor__is_mapped_in_any_order(void **state UNUSED)
{
    BY_SYNONYMS("総合判定", "健診判定医");
    assert_item(0, JUDGEMENT);
    assert_item(1, DOCTOR);
    BY_SYNONYMS("健診判定医", "身長", "総合判定");
    assert_item(0, DOCTOR);
    assert_item(2, JUDGEMENT);
}

static void judgement__in_mapping_file__is_mapped_alone(void **state UNUSED)
{
    assert_int_equal(by_row(JUDGEMENT, "", ""), KP_OK);
    assert_item(0, JUDGEMENT);
    assert_int_equal(by_row(DOCTOR, "", ""), KP_OK);
    assert_item(0, DOCTOR);
}

/* --- several columns for one target --- */

static void several_columns__of_findings__are_chained_in_order(void **state UNUSED)
{
    BY_SYNONYMS("心電図所見1", "身長", "心電図所見2", "心電図所見の有無", "心電図所見3");
    const struct kp_column *c = mapping.columns;
    assert_item(0, ECG_TEXT);
    assert_ptr_equal(c[0].next, &c[2]);
    assert_ptr_equal(c[2].next, &c[4]);
    assert_null(c[4].next);
    assert_false(c[0].follows);
    assert_true(c[2].follows);
    assert_true(c[4].follows);
    assert_item(3, "9A110160700000011");
    assert_null(c[3].next);
    assert_false(c[3].follows);
}

static void several_columns__of_values__are_not_chained(void **state UNUSED)
{
    BY_SYNONYMS("身長", "身体計測-身長", "性別", "sex", "便潜血1回目", "便潜血2回目", HEIGHT ".low",
                HEIGHT ".low");
    assert_item(0, HEIGHT);
    assert_item(1, HEIGHT);
    for (size_t i = 0; i < mapping.n_columns; i++) {
        assert_int_not_equal(mapping.columns[i].kind, KP_COL_UNMAPPED);
        assert_null(mapping.columns[i].next);
        assert_false(mapping.columns[i].follows);
    }
    assert_int_equal(got.count, 0);
}

static void several_columns__in_mapping_file__are_accepted(void **state UNUSED)
{
    static const char *const headers[] = {"a", "b", "c", "d"};
    assert_int_equal(by_file("a," HEIGHT ",,\nb," HEIGHT ",m,\nc," ECG_TEXT ",,\nd," ECG_TEXT ",,\n", headers,
                             COUNT(headers)),
                     KP_OK);
    assert_item(0, HEIGHT);
    assert_item(1, HEIGHT);
    assert_null(mapping.columns[0].next);
    assert_ptr_equal(mapping.columns[2].next, &mapping.columns[3]);
    assert_true(mapping.columns[3].follows);
}

/* --- what is lacking --- */

static const struct kp_input_options NOBODY = {0}, REGISTER = {.facilities = "facilities.csv"},
                                     FACILITY = {.facility = {.number = "1312345678", .name = "健診所"}};

static void assert_lacks(size_t i, const struct kp_input_options *options, const char *field,
                         const char *header)
{
    const struct kp_field_info *lacking[KP_F__COUNT];
    size_t n = kp_mapping_lacks(&mapping, options, lacking);
    if (n != (field ? 1 : 0))
        fail_msg("column %zu: %zu fields are lacking", i, n);
    if (field) {
        assert_string_equal(lacking[0]->name, field);
        assert_string_equal(lacking[0]->header, header);
    }
}

static void lacks__each_required_field__is_returned(void **state UNUSED)
{
    static const char *const all[] = {REQUIRED, "健診機関番号", "健診機関名称"};
    static const char *const fields[] = {"insurer_number",  "insured_number", "name_kana", "sex",
                                         "birth_date",      "postal_code",    "address",   "exam_date",
                                         "facility_number", "facility_name"};
    assert_int_equal(build(NULL, all, NULL, COUNT(all)), KP_OK);
    assert_lacks(0, &NOBODY, NULL, NULL);
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *headers[COUNT(all)];
        memcpy(headers, all, sizeof(headers));
        headers[i] = "予備";
        assert_int_equal(build(NULL, headers, NULL, COUNT(all)), KP_OK);
        assert_lacks(i, &NOBODY, fields[i], all[i]);
        assert_lacks(i, &FACILITY, i < N_REQUIRED ? fields[i] : NULL, all[i]);
        assert_lacks(i, &REGISTER, i <= N_REQUIRED ? fields[i] : NULL, all[i]);
    }
}

static void lacks__no_columns__returns_all_in_order(void **state UNUSED)
{
    static const char *const none[] = {""};
    const struct kp_field_info *lacking[KP_F__COUNT];
    assert_int_equal(build(NULL, none, NULL, 0), KP_OK);
    assert_int_equal(kp_mapping_lacks(&mapping, &NOBODY, lacking), N_REQUIRED + 2);
    assert_string_equal(lacking[0]->name, "insurer_number");
    assert_string_equal(lacking[9]->name, "facility_name");
    assert_int_equal(kp_mapping_lacks(&mapping, &FACILITY, lacking), N_REQUIRED);
    assert_string_equal(lacking[7]->name, "exam_date");
}

/* Items whose index equals that of a field, and a column that the mapping file ignores. */
static void lacks__items_and_ignored_columns__do_not_count(void **state UNUSED)
{
    const struct kp_field_info *lacking[KP_F__COUNT];
    const char *headers[KP_F__COUNT];
    for (size_t i = 0; i < COUNT(headers); i++)
        headers[i] = tables.items[i].code;
    assert_int_equal(build(NULL, headers, NULL, COUNT(headers)), KP_OK);
    assert_int_equal(kp_mapping_lacks(&mapping, &NOBODY, lacking), N_REQUIRED + 2);
    assert_int_equal(by_row("ignore", "", ""), KP_OK);
    assert_int_equal(kp_mapping_lacks(&mapping, &NOBODY, lacking), N_REQUIRED + 2);
}

/* --- by a mapping file --- */

static void file__targets_of_every_kind__are_mapped(void **state UNUSED)
{
    static const char *const headers[] = {"たけ", "下", "上", "印", "位", "捨", "身長", "番号"};
    assert_int_equal(by_file("たけ," HEIGHT ",,\n下," HEIGHT ".low,,\n上," HEIGHT ".high,,\n印," HEIGHT
                             ".flag,,\n"
                             "位," HEIGHT ".unit,,\n捨,ignore,,\n番号,insurer_number,,\n",
                             headers, COUNT(headers)),
                     KP_OK);
    assert_item(0, HEIGHT);
    assert_column(&mapping.columns[1], KP_COL_LOW, HEIGHT);
    assert_column(&mapping.columns[2], KP_COL_HIGH, HEIGHT);
    assert_column(&mapping.columns[3], KP_COL_FLAG, HEIGHT);
    assert_column(&mapping.columns[4], KP_COL_UNIT, HEIGHT);
    assert_column(&mapping.columns[5], KP_COL_IGNORED, "");
    assert_left_out(6, KP_WHY_UNKNOWN); /* no synonyms beside a mapping file */
    assert_column(&mapping.columns[7], KP_COL_FIELD, "insurer_number");
    for (size_t i = 0; i < COUNT(headers); i++)
        assert_int_equal(mapping.columns[i].why == KP_WHY_MAPPING, i != 6);
    assert_true(mapping.has_units);
}

static void file__column__by_number_occurrence_and_width(void **state UNUSED)
{
    static const char *const headers[] = {"身 長", "身長", "ＢＭＩ"};
    assert_int_equal(
        by_file("身長@2," HEIGHT ",,\n#1," WEIGHT ",,\nbmi,9N011000000000001,,\n", headers, COUNT(headers)),
        KP_OK);
    assert_item(0, WEIGHT);
    assert_item(1, HEIGHT);
    assert_item(2, "9N011000000000001");
}

static const char *code_for(const char *source)
{
    uint32_t at = 0;
    const struct kp_column *column = &mapping.columns[0];
    const char *key = kp_text_value_key(&scratch, source);
    return kp_map_get(&column->values, key, &at) ? column->codes[at] : NULL;
}

static void file__values__become_pairs(void **state UNUSED)
{
    assert_int_equal(by_row(PROTEIN, "", "陰=1|Ａ＝Ｂ=5|少=2"), KP_OK);
    assert_string_equal(code_for("陰"), "1");
    assert_string_equal(code_for("Ａ＝Ｂ"), "5"); /* the last = separates */
    assert_string_equal(code_for(" 少"), "2");
    assert_null(code_for("多"));
}

static void file__values_with_empty_code__count_as_empty(void **state UNUSED)
{
    assert_int_equal(by_row(PROTEIN, "", "-=|陰=1|999="), KP_OK);
    assert_string_equal(code_for("-"), "");
    assert_string_equal(code_for("ー"), ""); /* all dashes are equal */
    assert_string_equal(code_for("９９９"), "");
    assert_string_equal(code_for("陰"), "1");
    assert_int_equal(by_row(HEIGHT, "", "-="), KP_OK);
    assert_string_equal(code_for("－"), "");
    assert_int_equal(by_row("member_to", "", "99999999="), KP_OK);
    assert_string_equal(code_for("99999999"), "");
}

static void file__convertible_unit_in_any_spelling__is_kept(void **state UNUSED)
{
    static const struct {
        const char *target, *written, *unit;
    } cases[] = {{HEIGHT, "ｃｍ", NULL},
                 {"9A751000000000001", "mmHg", NULL},
                 {HEIGHT, "m", "m"},
                 {HEIGHT ".low", "ｍｍ", "mm"},
                 {HEIGHT ".high", "cm", NULL},
                 {WHITE_CELLS, "×10^3/μL", "10*3/mm3"},
                 {WHITE_CELLS, "10*9/L", "10*9/L"},
                 {GLUCOSE, "mmol/L", "mmol/L"},
                 {"3D046000001920402", "IFCC", "mmol/mol"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (by_row(cases[i].target, cases[i].written, "") != KP_OK)
            fail_msg("%s in %s: %s", cases[i].target, cases[i].written, got.text);
        assert_unit(0, cases[i].unit);
    }
}

static void file__unit_of_another_kind__is_refused(void **state UNUSED)
{
    static const struct {
        const char *target, *written, *wanted;
    } cases[] = {{HEIGHT, "kg", "cm"},
                 {HEIGHT ".low", "kg", "cm"},
                 {HEIGHT, "parsec", "cm"},
                 {HEIGHT, "mmol/L", "cm"},
                 {"3B035000002327201", "mmol/L", "U/L"},
                 {HEIGHT, "excel", "cm"},
                 {PROTEIN, "cm", "-"},
                 {HEIGHT ".flag", "cm", "-"},
                 {HEIGHT ".unit", "cm", "-"},
                 {"sex", "cm", "-"},
                 {"ignore", "cm", "-"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (by_row(cases[i].target, cases[i].written, "") != KP_E_USAGE || got.code != 4033)
            fail_msg("%s in %s: K%u", cases[i].target, cases[i].written, got.code);
        assert_int_equal(got.line, FIRST_LINE);
        assert_string_equal(got.file, in_folder("map.csv"));
        assert_non_null(strstr(got.text, cases[i].written));
        assert_non_null(strstr(got.text, cases[i].wanted));
    }
}

static void file__unit_excel__is_for_dates_only(void **state UNUSED)
{
    static const char *const dates[] = {"birth_date", "exam_date", "member_from", "member_to",
                                        "ticket_expires"};
    static const char *const others[] = {"sex", "employee_id", HEIGHT, "postal_code", "ignore"};
    for (size_t i = 0; i < COUNT(dates); i++) {
        assert_int_equal(by_row(dates[i], "excel", ""), KP_OK);
        assert_int_equal(mapping.columns[0].serial, KP_SERIAL_1900);
        assert_int_equal(by_row(dates[i], "excel1904", ""), KP_OK);
        assert_int_equal(mapping.columns[0].serial, KP_SERIAL_1904);
        assert_unit(0, NULL);
        assert_int_equal(by_row(dates[i], "", ""), KP_OK);
        assert_int_equal(mapping.columns[0].serial, KP_SERIAL_NONE);
        assert_int_equal(by_row(dates[i], "excel1900", ""), KP_E_USAGE);
        assert_int_equal(got.code, 4033);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_int_equal(by_row(others[i], "excel", ""), KP_E_USAGE);
        assert_int_equal(by_row(others[i], "excel1904", ""), KP_E_USAGE);
        assert_int_equal(got.code, 4033);
    }
}

static void file__wrong_rows__are_refused_with_line_and_code(void **state UNUSED)
{
    static const char *const headers[] = {"身長", "蛋白", "身長"};
    static const struct {
        const char *rows;
        unsigned code, line;
    } cases[] = {
        {"背," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"身長@3," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"身長@0," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"#0," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"#4," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"#1x," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"#99999999999999999999," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"," HEIGHT ",,\n", 1051, FIRST_LINE},
        {"身長,9N001,,\n", 1050, FIRST_LINE},
        {"身長," HEIGHT ".lo,,\n", 1050, FIRST_LINE},
        {"身長,,,\n", 1050, FIRST_LINE},
        {"身長," HEIGHT ",,\n#1," WEIGHT ",,\n", 1050, FIRST_LINE + 1},
        {"身長,ignore,,\n身長@1," WEIGHT ",,\n", 1050, FIRST_LINE + 1},
        {"蛋白," PROTEIN ",,陰=9\n", 1050, FIRST_LINE},
        {"蛋白," PROTEIN ",,陰\n", 1050, FIRST_LINE},
        {"蛋白," PROTEIN ",,陰=1|陰=2\n", 1050, FIRST_LINE},
        {"蛋白," PROTEIN ",,-=|－=1\n", 1050, FIRST_LINE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum kp_status st = by_file(cases[i].rows, headers, COUNT(headers));
        if (st != KP_E_USAGE || got.code != cases[i].code || got.line != cases[i].line)
            fail_msg("%s: status %d, K%u, line %u: %s", cases[i].rows, st, got.code, (unsigned)got.line,
                     got.text);
        assert_string_equal(got.file, in_folder("map.csv"));
    }
}

static void build__failing__leaves_result_untouched(void **state UNUSED)
{
    mapping.n_columns = 77;
    assert_int_equal(by_row("nothing", "", ""), KP_E_USAGE);
    assert_int_equal(mapping.n_columns, 77);
}

/* A corrected rejected.csv is read with the mapping file of its export. */
static void file__column_by_number__does_not_count_kp_columns(void **state UNUSED)
{
    static const char *const headers[] = {"kp_file", "kp_line", "a", "kp_codes", "身長", "身長"};
    assert_int_equal(by_file("#3," HEIGHT ",,\n#1,sex,,\n", headers, COUNT(headers)), KP_OK);
    assert_item(5, HEIGHT);
    assert_column(&mapping.columns[2], KP_COL_FIELD, "sex");
    assert_column(&mapping.columns[0], KP_COL_OURS, "");
    assert_int_equal(by_file("#4," HEIGHT ",,\n", headers, COUNT(headers)), KP_E_USAGE);
    assert_int_equal(got.code, 1051);
    assert_int_equal(by_file("#0," HEIGHT ",,\n", headers, COUNT(headers)), KP_E_USAGE);
    assert_int_equal(got.code, 1051);
    assert_int_equal(by_file("kp_file," HEIGHT ",,\n", headers, COUNT(headers)), KP_E_USAGE);
    assert_int_equal(got.code, 1051);
}

static void file__comments__are_skipped_but_not_numbers(void **state UNUSED)
{
    static const char *const headers[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    assert_int_equal(by_file("# text\n#12," HEIGHT ",,\n#\n#x,sex,,\n# 11,sex,,\na,sex,,\n#2,birth_date,,\n",
                             headers, COUNT(headers)),
                     KP_OK);
    assert_item(11, HEIGHT);
    assert_column(&mapping.columns[0], KP_COL_FIELD, "sex");
    assert_column(&mapping.columns[1], KP_COL_FIELD, "birth_date");
    assert_left_out(10, KP_WHY_UNKNOWN);
}

static void file__comment_before_header__is_skipped(void **state UNUSED)
{
    static const char *const headers[] = {"a"};
    struct kp_mapping_file file;
    assert_int_equal(load_text("# by hand\n" HEADING "\n# and\na,nothing,,\n", &file), KP_OK);
    assert_false(file.is_cc2x);
    assert_int_equal(build(&file, headers, NULL, 1), KP_E_USAGE);
    assert_int_equal(got.line, 5); /* comments count as lines */
}

static void file__memory_short__is_reported_once(void **state UNUSED)
{
    static const char *const headers[] = {"性別", "身長"};
    struct kp_mapping_file file;
    size_t failures = 0;
    assert_int_equal(load_text(HEADING "性別,sex,,男=1|女=2\n身長," HEIGHT ",m,0=\n", &file), KP_OK);
    const struct kp_arena full = ctx.arena;
    for (size_t room = 64; room < 4096; room += 64) {
        ctx.arena = (struct kp_arena){.max_bytes = room};
        if (build(&file, headers, NULL, COUNT(headers)) != KP_OK) {
            assert_int_equal(got.code, KP_K_NO_MEMORY);
            assert_int_equal(got.count, 1);
            failures++;
        }
        kp_arena_release(&ctx.arena);
    }
    assert_true(failures > 0);
    ctx.arena = full;
}

/* --- loading --- */

static void load__missing_file_header_or_quote__is_refused(void **state UNUSED)
{
    struct kp_mapping_file file;
    assert_int_equal(kp_mapping_load(&ctx, "/nonexistent/map.csv", NULL, &file), KP_E_USAGE);
    assert_int_equal(got.code, 1030);
    assert_int_equal(load_text("column,target,unit\na,sex,\n", &file), KP_E_USAGE);
    assert_int_equal(got.code, 1031);
    assert_non_null(strstr(got.text, "values"));
    assert_int_equal(load_text(HEADING "\"a,sex,,\n", &file), KP_E_USAGE);
    assert_int_equal(got.code, 1050);
    assert_int_equal(got.line, 2);
}

static void load__unreadable_methods__are_refused(void **state UNUSED)
{
    static const char table[] = "FILENO,COLNO,CODE\n1,1,sex\n";
    struct kp_mapping_file file;
    const char *path = put_file("table.csv", table, strlen(table));
    assert_int_equal(kp_mapping_load(&ctx, path, "/nonexistent/m.csv", &file), KP_E_USAGE);
    assert_int_equal(got.code, 1030);
    assert_string_equal(got.file, "/nonexistent/m.csv");
    const char *methods = put_file("methods.csv", "\"1,2", 4);
    assert_int_equal(kp_mapping_load(&ctx, path, methods, &file), KP_E_USAGE);
    assert_int_equal(got.code, 1050);
    assert_string_equal(got.file, methods);
}

static void load__cc2x_table__is_detected(void **state UNUSED)
{
    static const struct {
        const char *rows;
        bool is;
    } cases[] = {{"FILENO,COLNO,CODE\n1,1,sex\n", true},
                 {"# table\nfileno , ＣＯＬＮＯ,CODE\n1,1,sex\n", true},
                 {"1,1,sex\n1,2,birth_date\n", true},
                 {HEADING "1,sex,,\n", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_mapping_file file;
        assert_int_equal(load_text(cases[i].rows, &file), KP_OK);
        assert_int_equal(file.is_cc2x, cases[i].is);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, fresh_mapping)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(synonyms__spellings_names_and_codes__are_recognised),
        TEST(synonyms__required_headers__fill_their_fields),
        TEST(synonyms__why__distinguishes_names_from_synonyms),
        TEST(synonyms__kp_columns__are_not_counted),
        TEST(synonyms__unit_in_header__is_kept_if_it_differs),
        TEST(has_units__limit_or_unit_column__sets_it),
        TEST(two_rows__code_below_name__refines_it),
        TEST(two_rows__code_below_pair__selects_the_item),
        TEST(two_rows__agreeing_or_half_empty__are_one_header),
        TEST(two_rows__contradictory__map_nothing),
        TEST(two_rows__word_for_another_test__maps_nothing),
        TEST(unused__column__has_name_line_and_resemblance),
        TEST(left_out__column__is_named_with_the_reason),
        TEST(two_rows__kp_columns__are_ours),
        TEST(two_rows__mapping_file__uses_either),
        TEST(pair__without_meal_column__is_left_out),
        TEST(pair__with_meal_column__is_mapped),
        TEST(pair__limits_of_meal_item__do_not_suffice),
        TEST(pair__absent__leaves_fasting_column_out),
        TEST(pair__in_mapping_file__needs_meal_column),
        TEST(pair__of_unrelated_items__is_unknown_target),
        TEST(mapping_file__other_columns__are_read_by_their_headers),
        TEST(mapping_file__star_ignored__stands_alone),
        TEST(mapping_file__pair_by_header__still_needs_a_meal_column),
        TEST(judgement__without_doctor__is_left_out),
        TEST(doctor__without_judgement__is_left_out),
        TEST(judgement__with_doctor__is_mapped_in_any_order),
        TEST(judgement__in_mapping_file__is_mapped_alone),
        TEST(several_columns__of_findings__are_chained_in_order),
        TEST(several_columns__of_values__are_not_chained),
        TEST(several_columns__in_mapping_file__are_accepted),
        TEST(lacks__each_required_field__is_returned),
        TEST(lacks__no_columns__returns_all_in_order),
        TEST(lacks__items_and_ignored_columns__do_not_count),
        TEST(file__targets_of_every_kind__are_mapped),
        TEST(file__column__by_number_occurrence_and_width),
        TEST(file__values__become_pairs),
        TEST(file__values_with_empty_code__count_as_empty),
        TEST(file__convertible_unit_in_any_spelling__is_kept),
        TEST(file__unit_of_another_kind__is_refused),
        TEST(file__unit_excel__is_for_dates_only),
        TEST(file__wrong_rows__are_refused_with_line_and_code),
        TEST(build__failing__leaves_result_untouched),
        TEST(file__column_by_number__does_not_count_kp_columns),
        TEST(file__comments__are_skipped_but_not_numbers),
        TEST(file__comment_before_header__is_skipped),
        TEST(file__memory_short__is_reported_once),
        TEST(load__missing_file_header_or_quote__is_refused),
        TEST(load__unreadable_methods__are_refused),
        TEST(load__cc2x_table__is_detected),
    };
    return cmocka_run_group_tests_name("mapping", tests, set_up_mapping, tear_down_mapping);
}
