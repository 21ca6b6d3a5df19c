/* Bare digits in columns of codes: what they mean below which header, by all cells of the column. */
#include "mapped.h"
#include "norm_story.h"

#include "base/scan.h"
#include "input/digits.h"

#define HEARING "9D100163100000011" /* list 2002: 1 to 4 */
#define ECG_HEADER "心電図（所見の有無）"

static const char *exam; /* the day of the examination in a second column; NULL: no such column */

/* Maps a column by its headers, or by a line of a mapping file with the target and these values. */
static void map_column(const char *header, const char *second, const char *target, const char *values)
{
    struct kp_mapping_file file = {.path = "m.csv"};
    const struct kp_mapping_job job = {target ? &file : NULL, 1, 1};
    const char *const headers[] = {header, "exam_date"};
    const struct kp_heading heading = {headers, *second ? &second : NULL, exam ? 2 : 1};
    if (target) {
        const char *lines =
            kp_arena_printf(&ctx.arena, "column,target,unit,values\n#1,%s,,%s\n", target, values);
        assert_int_equal(kp_mapping_load(&ctx, put_file("m.csv", lines, strlen(lines)), NULL, &file), KP_OK);
    }
    assert_int_equal(kp_mapping_build(&ctx, &job, &heading, &mapping), KP_OK);
}

/* Shows the cells of a column, separated by |, to the judgement of the column. */
static void show_cells(const char *cells)
{
    struct kp_input input = {.mapping = mapping};
    struct kp_inputs inputs = {.list = &input, .n = 1};
    for (struct kp_word word; kp_next_word(&cells, "|", &word);)
        mapping.columns[0].seen |= kp_digits_see(&ctx.arena, &tables, &mapping.columns[0],
                                                 kp_arena_strndup(&ctx.arena, word.at, word.n));
    assert_int_equal(kp_digits_judge(&ctx, &inputs), KP_OK);
}

static void read_cell(const char *cell)
{
    static const struct kp_facilities nobody = {0};
    const char *const cells[] = {cell, exam};
    kp_arena_reset(&scratch);
    findings = (struct kp_findings){.arena = &scratch};
    assert_int_equal(kp_normalize(&tables, &mapping, &(struct kp_completion){.facilities = &nobody}, cells,
                                  &findings, &record),
                     KP_OK);
}

/* Returns the story of each cell, in ctx.arena. */
static const char *stories(const char *cells)
{
    const char *all = NULL;
    show_cells(cells);
    for (struct kp_word word; kp_next_word(&cells, "|", &word);) {
        read_cell(kp_arena_strndup(&ctx.arena, word.at, word.n));
        all = kp_arena_printf(&ctx.arena, "%s%s%s", all ? all : "", all ? "; " : "", record_story());
    }
    return all;
}

static void assert_column(const char *header, const char *second, const char *cells, const char *expected)
{
    map_column(header, second, NULL, NULL);
    const char *now = stories(cells);
    if (strcmp(now, expected) != 0)
        fail_msg("%s %s, %s: got %s, expected %s", header, second, cells, now, expected);
}

static void assert_mapped(const char *header, const char *target, const char *values, const char *cells,
                          const char *expected)
{
    map_column(header, "", target, values);
    const char *now = stories(cells);
    if (strcmp(now, expected) != 0)
        fail_msg("%s -> %s %s, %s: got %s, expected %s", header, target, values, cells, now, expected);
}

/* --- every item --- */

static bool is_coded(const struct kp_item *item)
{
    return item->type == KP_TYPE_CD || item->type == KP_TYPE_CO;
}

/* Returns a vendor's header of the item, or NULL. */
static const char *vendor_header(size_t item)
{
    const struct kp_map *known = &tables.header_target;
    for (size_t i = 0; i < known->n_slots; i++)
        if (known->slots[i].key && known->slots[i].value == KP_TARGET_ITEM + item &&
            !kp_is_item_code(known->slots[i].key))
            return known->slots[i].key;
    return NULL;
}

/* Returns the n-th of all strings of one or two digits, in several spellings. */
static const char *digits_of(unsigned n, unsigned how)
{
    static const char *const around[][2] = {{"", ""},      {" ", " "}, {"", ".0"},
                                            {"=\"", "\""}, {"0", ""},  {"'", ""}};
    const char *plain = kp_arena_printf(&ctx.arena, n < 10 ? "%u" : "%02u", n < 10 ? n : n - 10);
    return how < COUNT(around) ? kp_arena_printf(&ctx.arena, "%s%s%s", around[how][0], plain, around[how][1])
                               : kp_text_wide(&ctx.arena, plain, false);
}

enum { STRINGS = 110, FORMS = 7 };

static bool is_released(size_t item)
{
    enum { FIRST_REJECT = 4000 };
    bool refused = false;
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        refused |= (int)f->code >= FIRST_REJECT;
    return record.values[item].state != KP_VALUE_ABSENT && !refused;
}

static void vendor_header__digits_of_every_item__are_no_value(void **state)
{
    size_t n = 0;
    for (size_t i = 0; i < tables.n_items; i++) {
        const char *header = is_coded(&tables.items[i]) ? vendor_header(i) : NULL;
        bool meal = strcmp(tables.items[i].code, MEAL) == 0;
        for (unsigned k = 0; header && k < STRINGS * FORMS; k++) {
            (void)fresh_mapping(state);
            map_column(header, "", NULL, NULL);
            const char *cell = digits_of(k / FORMS, k % FORMS);
            if (mapping.columns[0].kind != KP_COL_ITEM)
                continue;
            show_cells(cell);
            read_cell(cell);
            n++;
            if (is_released(i) && !(meal && mapping.columns[0].reading == KP_READING_HOURS))
                fail_msg("%s, %s: '%s' is read as %s", tables.items[i].code, header, cell,
                         record.values[i].text);
        }
    }
    assert_true(n > (size_t)STRINGS * FORMS * 40);
}

/* Items without a known header are reached by a mapping line without values, and wait for them. */
static void own_header__digits_of_every_item__are_no_value(void **state)
{
    size_t n = 0;
    for (size_t i = 0; i < tables.n_items; i++)
        for (unsigned k = 0; is_coded(&tables.items[i]) && k < STRINGS; k++) {
            (void)fresh_mapping(state);
            map_column("自社の見出し", "", tables.items[i].code, "");
            if (mapping.columns[0].kind != KP_COL_ITEM)
                break; /* a judgement without its doctor */
            const char *cell = digits_of(k, k % FORMS);
            show_cells(cell);
            read_cell(cell);
            n++;
            if (is_released(i) && mapping.columns[0].reading != KP_READING_HOURS)
                fail_msg("%s: '%s' is read as %s", tables.items[i].code, cell, record.values[i].text);
        }
    assert_true(n > (size_t)STRINGS * 130);
}

/* Every header that is known for a coded item, with the digits that vendors use most. */
static void vendor_header__every_known_one__leaves_digits_unread(void **state)
{
    static const char *const cells[] = {"0", "1", "２", "01"};
    const struct kp_map *known = &tables.header_target;
    size_t n = 0;
    for (size_t i = 0; i < known->n_slots; i++) {
        const char *header = known->slots[i].key;
        size_t item = header && known->slots[i].value >= KP_TARGET_ITEM
                          ? known->slots[i].value - KP_TARGET_ITEM
                          : tables.n_items;
        bool coded = item < tables.n_items && is_coded(&tables.items[item]) && !kp_is_item_code(header);
        for (size_t k = 0; coded && k < COUNT(cells); k++) {
            (void)fresh_mapping(state);
            map_column(header, "", NULL, NULL);
            if (mapping.columns[0].kind != KP_COL_ITEM)
                continue;
            show_cells(cells[k]);
            read_cell(cells[k]);
            n++;
            if (is_released(item))
                fail_msg("%s: '%s' is read as %s", header, cells[k], record.values[item].text);
        }
    }
    assert_true(n > COUNT(cells) * 300);
}

static void assert_codes_read(void **state, size_t at, struct kp_date day)
{
    const struct kp_item *item = &tables.items[at];
    for (unsigned k = 0; k < STRINGS; k++) {
        (void)fresh_mapping(state);
        const char *cell = digits_of(k, 0);
        map_column(item->code, "", NULL, NULL);
        if (mapping.columns[0].kind != KP_COL_ITEM)
            return; /* a judgement without its doctor */
        show_cells(cell);
        read_cell(cell);
        const char *code = kp_item_on(item, day) ? kp_item_code(&tables, item, day, cell) : NULL;
        if (is_released(at) != (code != NULL) || (code && strcmp(record.values[at].text, cell) != 0))
            fail_msg("%s on %s: '%s' is %s", item->code, exam, cell,
                     is_released(at) ? record.values[at].text : "not read");
        assert_true(!code || kp_code_display(&tables, kp_item_list(&tables, item, day), cell, day));
    }
}

static void code_header__of_every_item__reads_the_listed_codes(void **state)
{
    static const char *const days[] = {"20240331", "20240401"};
    for (size_t i = 0; i < tables.n_items; i++)
        for (size_t k = 0; is_coded(&tables.items[i]) && k < COUNT(days); k++) {
            struct kp_date day;
            assert_int_equal(kp_date_parse(days[k], &day, NULL), KP_DATE_OK);
            exam = days[k];
            assert_codes_read(state, i, day);
        }
    exam = NULL;
}

/* --- which columns are known --- */

static void header__code_or_name_in_either_row__makes_digits_official(void **state UNUSED)
{
    assert_column(HEARING, "", "1|2|7", HEARING "=1; " HEARING "=2; K4024");
    assert_column("オージオ（右）1000Ｈｚ", HEARING, "1|2", HEARING "=1; " HEARING "=2");
    assert_column("オージオ（右）1000Ｈｚ", "", "1|異常なし|2", "K4061; " HEARING "=2 K3006; K4061");
    assert_column("オージオ（右）1000Ｈｚ", "", "１| 2|1.0|01|=\"1\"", "K4061; K4061; K4061; K4061; K4061");
    assert_column("qualification", "", "1|2", "qualification=1; qualification=2");
    assert_column("続柄", "", "本人", "");
    assert_column("心電図判定", ECG_FLAG, "1|異常なし|Ａ", "K4061; " ECG_FLAG "=2 K3006; K4054");
}

static void mapping__without_values__leaves_digits_unknown(void **state UNUSED)
{
    assert_mapped("右耳", HEARING, "", "1|2", "K4061; K4061");
    assert_mapped("右耳", HEARING, "-=", "1", "K4061");
    assert_mapped("右耳", HEARING, "official", "1|2|7", HEARING "=1; " HEARING "=2; K4024");
    assert_mapped("右耳", HEARING, "official|9=", "1|9", HEARING "=1; K3006");
    assert_mapped("右耳", HEARING, "1=2|2=1", "1|2|3", HEARING "=2 K3006; " HEARING "=1 K3006; K4061");
    assert_mapped(HEARING, HEARING, "", "1", HEARING "=1");
    assert_mapped("区分", "qualification", "", "1", "K4061");
    assert_mapped("区分", "qualification", "0=1|1=2", "0|1|2",
                  "qualification=1 K3006; qualification=2 K3006; K4061");
}

static void mapping__that_contradicts_itself__is_refused(void **state UNUSED)
{
    static const char *const bad[] = {"official|0=2", "1=?", "1=2|official"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct kp_mapping_file file = {.path = "m.csv"};
        const struct kp_mapping_job job = {&file, 1, 1};
        const char *header = "右耳",
                   *lines =
                       kp_arena_printf(&ctx.arena, "column,target,unit,values\n#1,%s,,%s\n", HEARING, bad[i]);
        assert_int_equal(kp_mapping_load(&ctx, put_file("m.csv", lines, strlen(lines)), NULL, &file), KP_OK);
        assert_int_equal(kp_mapping_build(&ctx, &job, &(struct kp_heading){&header, NULL, 1}, &mapping),
                         KP_E_USAGE);
        assert_int_equal(got.code, 1050);
    }
}

/* --- what the whole column shows --- */

static void sex__1_and_2__are_read_unless_others_occur(void **state UNUSED)
{
    assert_column("性別", "", "1|2|男", "sex=1; sex=2; sex=1 K3006");
    assert_column("性別", "", "0|1|男", "K4062; sex=1 K4062; sex=1 K3006");
    assert_column("性別", "", "1|9", "sex=1 K4062; K4062");
    assert_column("sex", "", "1|9", "sex=1; K4011");
    assert_column("sex", "", "0|1", "K4062; sex=1 K4062");
    assert_mapped("性別", "sex", "0=1|1=2", "0|1", "sex=1 K3006; sex=2 K3006");
}

static void meal__hours__show_themselves(void **state UNUSED)
{
    assert_column("食後時間", "", "12|9.5|5|2|3|4",
                  MEAL "=2 K3006; " MEAL "=3 K3006; " MEAL "=3 K3006; " MEAL "=4 K3006; " MEAL
                       "=4 K3006; " MEAL "=3 K3006");
    assert_column("食後時間", "", "3.5|10|3.4|2.0",
                  MEAL "=3 K3006; " MEAL "=2 K3006; " MEAL "=4 K3006; " MEAL "=4 K3006");
    assert_column("食後時間", "", "2|3h|１２時間", MEAL "=4 K3006; " MEAL "=4 K3006; " MEAL "=2 K3006");
    assert_column("食後時間", "", "2|3|4",
                  MEAL "=4 K4061 K3006; " MEAL "=4 K4061 K3006; " MEAL "=3 K4061 K3006");
    assert_column("食後時間", "", "12時間30分|3時間30分|3時間29分|3時間半|150分|食後3時間|約12時間",
                  MEAL "=2 K3006; " MEAL "=3 K3006; " MEAL "=4 K3006; " MEAL "=3 K3006; " MEAL
                       "=4 K3006; " MEAL "=4 K3006; " MEAL "=2 K3006");
    assert_column("食後時間", "", "12時間以上|12h以上|2時間以内|9時間以上|5時間以内|12:30|前日21時",
                  MEAL "=2 K3006; " MEAL "=2 K3006; " MEAL "=4 K3006; K4024; K4024; K4024; K4024");
    assert_column("食後時間", "", "3|12時間30分", MEAL "=4 K3006; " MEAL "=2 K3006");
    assert_column("食後時間", "", "2|930", MEAL "=4 K3006; K4024");
    assert_column(MEAL, "", "2|3|12|10時間|12.0|2.0",
                  MEAL "=2; " MEAL "=3; K4024; " MEAL "=2 K3006; " MEAL "=2 K3006; K4024");
    assert_mapped("食後時間", MEAL, "official", "2|3", MEAL "=2; " MEAL "=3");
    assert_mapped("食後時間", MEAL, "1=4|2=4|3=4|4=3", "1|4", MEAL "=4 K3006; " MEAL "=3 K3006");
}

static void codes__counted_from_zero__are_refused_as_a_whole(void **state UNUSED)
{
    assert_column(URINE_PROTEIN, "", "0|1|-", "K4062; " URINE_PROTEIN "=1 K4062; " URINE_PROTEIN "=1 K3006");
    assert_column(URINE_PROTEIN, "", "1|9|5", URINE_PROTEIN "=1; K4024; " URINE_PROTEIN "=5");
    assert_column(URINE_PROTEIN, "", "0|1|5", "K4024; " URINE_PROTEIN "=1; " URINE_PROTEIN "=5");
    assert_column("尿蛋白", "", "0|1", "K4062; K4062");
    assert_column("9N701000000000011", "", "0|1", "K4062; 9N701000000000011=1 K4062");
}

static void numbers__below_the_name_of_a_finding__are_not_used(void **state UNUSED)
{
    assert_column("右）1000Hz", "", "10|45|-5|未実施", "; ; ; " HEARING "=not done K3012");
    assert_int_equal(mapping.columns[0].reading, KP_READING_NUMBERS);
    assert_column("右）1000Hz", "", "10|所見あり", "K4062; " HEARING "=1 K3006");
    assert_column("尿蛋白", "", "30|100", "K4062; K4062");
}

static void numbered_words__are_read_by_the_word(void **state UNUSED)
{
    assert_column("オージオ（右）1000Ｈｚ", "", "1:異常なし|１．所見あり|所見なし（1）|2：未実施",
                  HEARING "=2 K3006; " HEARING "=1 K3006; " HEARING "=2 K3006; " HEARING "=not done K3012");
    assert_column("尿蛋白", "", "0:＋|±(1)", URINE_PROTEIN "=3 K3006; " URINE_PROTEIN "=2 K3006");
    assert_column("性別", "", "0:男|女(1)", "sex=1 K3006; sex=2 K3006");
    assert_column("食後時間", "", "1.5時間", MEAL "=4 K3006");
    assert_column("食後時間", "", "3：3.5時間以上10時間未満|4：3.5時間未満|3:30",
                  MEAL "=3 K3006; " MEAL "=4 K3006; K4024");
    assert_column(ECG_HEADER, "", "1.徐脈 2.左軸偏位",
                  ECG_FLAG "=1 " ECG_TEXT "=１．徐脈　２．左軸偏位 K3001 K3011");
}

static void remedy__is_the_line_to_paste(void **state UNUSED)
{
    map_column("オージオ,右", "", HEARING, "");
    show_cells("1|2");
    assert_string_equal(mapping.columns[0].remedy, "\"オージオ,右\"," HEARING ",,official");
    map_column("オージオ右", "", HEARING, "");
    show_cells("0|2");
    assert_string_equal(mapping.columns[0].remedy, "オージオ右," HEARING ",,0=?|1=?|2=?|3=?|4=?");
    map_column("右）1000Hz", "", NULL, NULL);
    show_cells("25");
    assert_string_equal(mapping.columns[0].remedy, "右）1000Hz,ignore,,");
    assert_string_equal(kp_digits_words(&ctx.arena, &tables, &mapping.columns[0]),
                        "1=所見あり 2=所見なし 3=要再撮影 4=検査不適");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(vendor_header__digits_of_every_item__are_no_value, fresh_mapping),
        cmocka_unit_test_setup(vendor_header__every_known_one__leaves_digits_unread, fresh_mapping),
        cmocka_unit_test_setup(own_header__digits_of_every_item__are_no_value, fresh_mapping),
        cmocka_unit_test_setup(code_header__of_every_item__reads_the_listed_codes, fresh_mapping),
        cmocka_unit_test_setup(header__code_or_name_in_either_row__makes_digits_official, fresh_mapping),
        cmocka_unit_test_setup(mapping__without_values__leaves_digits_unknown, fresh_mapping),
        cmocka_unit_test_setup(mapping__that_contradicts_itself__is_refused, fresh_mapping),
        cmocka_unit_test_setup(sex__1_and_2__are_read_unless_others_occur, fresh_mapping),
        cmocka_unit_test_setup(meal__hours__show_themselves, fresh_mapping),
        cmocka_unit_test_setup(codes__counted_from_zero__are_refused_as_a_whole, fresh_mapping),
        cmocka_unit_test_setup(numbers__below_the_name_of_a_finding__are_not_used, fresh_mapping),
        cmocka_unit_test_setup(numbered_words__are_read_by_the_word, fresh_mapping),
        cmocka_unit_test_setup(remedy__is_the_line_to_paste, fresh_mapping),
    };
    return cmocka_run_group_tests(tests, set_up_mapping, tear_down_mapping);
}
