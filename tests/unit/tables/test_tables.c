#include "table_copies.h"

#include "base/buf.h"

/* --- the built-in tables --- */

static void load__built_in__equals_the_folder(void **state)
{
    (void)state;
    struct kp_tables copy;
    assert_int_equal(load(folder, &copy), KP_OK);
    assert_int_equal(got.count, 0);
    assert_int_equal(tables.n_items, 323);
    assert_int_equal(copy.n_items, 323);
    assert_int_equal(copy.n_codes, tables.n_codes);
    assert_int_equal(strlen(tables.sha256), 64);
    assert_string_equal(copy.sha256, tables.sha256);
}

static void digest__one_byte_more__changes(void **state)
{
    (void)state;
    struct kp_tables copy;
    size_t n = 0;
    const char *bytes = NULL;
    read_source("privacy_grounds.csv", &bytes, &n);
    (void)put_file("privacy_grounds.csv", kp_arena_printf(&scratch, "%s\n", bytes), n + 1);
    assert_int_equal(load(folder, &copy), KP_OK);
    copy_of("privacy_grounds.csv");
    assert_string_not_equal(copy.sha256, tables.sha256);
}

static void item__height__is_read_from_its_row(void **state)
{
    (void)state;
    const struct kp_item *item = kp_item_find(&tables, "9N001000000000001");
    assert_non_null(item);
    assert_string_equal(item->name, "身長");
    assert_string_equal(item->unit, "cm");
    assert_int_equal(item->type, KP_TYPE_PQ);
    assert_int_equal(item->scope, KP_SCOPE_DUTY);
    assert_int_equal(item->integer_digits, 3);
    assert_int_equal(item->decimals, 1);
    assert_true(item->has_range);
    assert_true(item->min.units == 100 && item->max.units == 250);
    assert_string_equal(item->section, "01010");
    assert_int_equal(item->relation, KP_REL_NONE);
    assert_int_equal(item->depends_on, -1);
    assert_null(kp_item_find(&tables, "9N00100000000000"));
    assert_null(kp_item_find(&tables, ""));
}

static const struct kp_item *linked(int index)
{
    assert_in_range(index, 0, tables.n_items - 1);
    return &tables.items[index];
}

static void item__links__work_in_both_directions(void **state)
{
    (void)state;
    const struct kp_item *flag = kp_item_find(&tables, "9N056000000000011");
    const struct kp_item *words = kp_item_find(&tables, "9N056160400000049");
    assert_ptr_equal(linked(words->depends_on), flag);
    assert_ptr_equal(linked(flag->text_item), words);
    assert_int_equal(words->max_bytes, 256);
    const struct kp_item *judgement = kp_item_find(&tables, "9N511000000000049");
    const struct kp_item *doctor = kp_item_find(&tables, "9N516000000000049");
    assert_ptr_equal(linked(judgement->author_item), doctor);
    assert_true(doctor->is_author && !judgement->is_author);
    const struct kp_item *reason = kp_item_find(&tables, "2A020161001930149");
    assert_int_equal(reason->relation, KP_REL_RSON);
    assert_int_equal(kp_item_find(&tables, "2A030000001930101")->relation, KP_REL_COMP);
    assert_int_equal(kp_item_find(&tables, "9N071000000000049")->scope, KP_SCOPE_OTHER);
    assert_int_equal(kp_item_find(&tables, "9N011000000000001")->scope, KP_SCOPE_FORM);
}

static void item__several_columns__has_a_rule(void **state)
{
    (void)state;
    assert_int_equal(kp_item_find(&tables, "9N056160400000049")->several, KP_SEVERAL_JOIN);
    assert_int_equal(kp_item_find(&tables, "1B030000001599811")->several, KP_SEVERAL_POSITIVE);
    assert_int_equal(kp_item_find(&tables, "9N001000000000001")->several, KP_SEVERAL_AGREE);
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        assert_true(item->several != KP_SEVERAL_JOIN || item->type == KP_TYPE_ST);
        assert_true(item->several != KP_SEVERAL_POSITIVE || *item->code_system);
    }
}

static uint32_t target_of(const char *header)
{
    uint32_t target = UINT32_MAX;
    (void)kp_map_get(&tables.header_target, kp_text_header_key(&scratch, header), &target);
    return target;
}

static void headers__spellings__lead_to_fields_and_items(void **state)
{
    (void)state;
    assert_int_equal(target_of("保険者コード"), KP_F_INSURER_NUMBER);
    assert_int_equal(target_of("社員氏名"), KP_F_NAME);
    static const char *const spellings[] = {"γ－ＧＴＰ", "γ-GTP", "γーGTP", "ガンマGTP"};
    for (size_t i = 0; i < COUNT(spellings); i++)
        assert_string_equal(linked((int)target_of(spellings[i]) - KP_TARGET_ITEM)->code, "3B090000002327101");
    assert_string_equal(linked((int)target_of("身長") - KP_TARGET_ITEM)->code, "9N001000000000001");
    assert_true(target_of("脈拍") == UINT32_MAX); /* rank 2 is a suggestion, not a mapping */
    assert_in_range(target_of("ブドウ糖"), KP_TARGET_PAIR, KP_TARGET_PAIR + tables.n_pairs - 1);
    assert_true(target_of("予備") == UINT32_MAX);
}

#define FASTING_GLUCOSE "3D010000001927201"
#define CASUAL_GLUCOSE "3D010129901927201"
#define GLUCOSE FASTING_GLUCOSE "/" CASUAL_GLUCOSE

static void headers__of_two_items__lead_to_a_pair(void **state)
{
    (void)state;
    uint32_t target = target_of("血糖");
    assert_in_range(target, KP_TARGET_PAIR, KP_TARGET_PAIR + tables.n_pairs - 1);
    const struct kp_meal_pair *pair = &tables.pairs[target - KP_TARGET_PAIR];
    assert_string_equal(tables.items[pair->fasting].code, FASTING_GLUCOSE);
    assert_string_equal(tables.items[pair->casual].code, CASUAL_GLUCOSE);
    for (size_t i = 0; i < tables.n_pairs; i++) /* each once */
        for (size_t k = 0; k < i; k++)
            assert_false(tables.pairs[i].fasting == tables.pairs[k].fasting &&
                         tables.pairs[i].casual == tables.pairs[k].casual);
}

static void headers__ambiguous__are_hints(void **state)
{
    (void)state;
    struct kp_tables loaded;
    size_t n = 0;
    const char *bytes = NULL;
    read_source("headers.csv", &bytes, &n);
    char *more = kp_arena_printf(&scratch, "%s尺,9N001000000000001,2\n尺,9N006000000000001,2\n", bytes);
    (void)put_file("headers.csv", more, strlen(more));
    enum kp_status st = load(folder, &loaded);
    copy_of("headers.csv");
    assert_int_equal(st, KP_OK);
    const char *key = kp_text_header_key(&scratch, "尺");
    uint32_t target = 0;
    assert_false(kp_map_get(&loaded.header_target, key, &target)); /* a suggestion, never a mapping */
    assert_true(kp_map_get(&loaded.header_hint, key, &target));
    assert_string_equal(linked((int)target - KP_TARGET_ITEM)->code,
                        "9N001000000000001"); /* the first one counts */
}

static void targets__field_item_and_pair__are_found(void **state)
{
    (void)state;
    uint32_t target = 0;
    assert_true(kp_target_find(&tables, "fasting", &target));
    assert_int_equal(target, KP_F_FASTING);
    assert_true(kp_target_find(&tables, FASTING_GLUCOSE, &target));
    assert_string_equal(linked((int)target - KP_TARGET_ITEM)->code, FASTING_GLUCOSE);
    assert_true(kp_target_find(&tables, GLUCOSE, &target));
    assert_int_equal(target, target_of("血糖"));
    static const char *const unknown[] = {"", "sexes", "9N001000000000009", GLUCOSE "/" CASUAL_GLUCOSE,
                                          "ignore"};
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_false(kp_target_find(&tables, unknown[i], &target));
}

static void pairs__two_numbers_of_one_unit__only(void **state)
{
    (void)state;
    struct kp_meal_pair pair = {0};
    static const char *const wrong[] = {"",
                                        "/",
                                        FASTING_GLUCOSE,
                                        FASTING_GLUCOSE "/",
                                        "/" CASUAL_GLUCOSE,
                                        FASTING_GLUCOSE "/" FASTING_GLUCOSE,
                                        FASTING_GLUCOSE " " CASUAL_GLUCOSE,
                                        FASTING_GLUCOSE "/" CASUAL_GLUCOSE " ",
                                        FASTING_GLUCOSE "/3D010129901927209",
                                        "9N001000000000001/9N006000000000001",  /* cm and kg */
                                        "1A010000000190111/1A020000000190111"}; /* codes */
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (kp_pair_find(&tables, wrong[i], &pair))
            fail_msg("'%s' is a pair", wrong[i]);
    assert_true(kp_pair_find(&tables, CASUAL_GLUCOSE "/" FASTING_GLUCOSE, &pair)); /* either order is valid */
    assert_string_equal(tables.items[pair.fasting].code, CASUAL_GLUCOSE);
}

static bool is_another(const char *header, const char *target, bool above)
{
    uint32_t found = 0;
    assert_true(kp_target_find(&tables, target, &found));
    return kp_is_another_test(&tables, kp_text_header_key(&scratch, header), found, above);
}

static void header_words__for_another_test__are_found(void **state)
{
    (void)state;
    static const char *const others[] = {"判定", "前回 ", "（基準値）", "Grade", "ＬＩＭＩＴ", "尿"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_true(is_another(others[i], "2A020000001930101", false));
    assert_true(is_another("前回", "2A020000001930101", true));
    assert_false(is_another("判定", "2A020000001930101", true)); /* the title of a group */
    assert_false(is_another("", "2A020000001930101", false));
    assert_false(is_another("今回", "2A020000001930101", false));
    assert_false(is_another("尿酸", "2A020000001930101", false)); /* only 尿 alone is a specimen */
    assert_false(is_another("尿", "1A010000000190111", false));
    assert_false(is_another("判定", "9N501000000000011", false));
    assert_false(is_another("フラグ", "fasting", false));
    assert_true(is_another("フラグ", "name", false));
    assert_false(is_another("随時", CASUAL_GLUCOSE, false));
    assert_true(is_another("随時", FASTING_GLUCOSE, false));
    assert_false(is_another("随時", FASTING_GLUCOSE "/" CASUAL_GLUCOSE, false));
}

static void prefectures__start_of_an_address__is_found(void **state)
{
    (void)state;
    assert_int_equal(tables.n_prefectures, 47);
    assert_string_equal(kp_prefecture_of(&tables, "京都府京都市上京区")->code, "26");
    assert_string_equal(kp_prefecture_of(&tables, "東京都")->code, "13");
    assert_string_equal(kp_prefecture_of(&tables, "沖縄県那覇市")->code, "47");
    static const char *const without[] = {"", "京都市上京区", "東京", " 東京都", "東"};
    for (size_t i = 0; i < COUNT(without); i++)
        assert_null(kp_prefecture_of(&tables, without[i]));
}

static const char *code_of(const char *system, const char *value)
{
    return kp_code_of(&tables, system, kp_text_value_key(&scratch, value));
}

static void values__spellings__stand_for_codes(void **state)
{
    (void)state;
    assert_string_equal(code_of("1.2.392.200119.6.2102", "（－）"), "1");
    assert_string_equal(code_of("1.2.392.200119.6.2102", "－"), "1");
    assert_string_equal(code_of("1.2.392.200119.6.2102", "ー"), "1");
    assert_string_equal(code_of("1.2.392.200119.6.2102", "（±）"), "2");
    assert_string_equal(code_of("1.2.392.200119.6.2102", "＋＋"), "4");
    assert_string_equal(code_of("1.2.392.200119.6.2001", "特記すべきことなし"), "2");
    assert_string_equal(code_of("1.2.392.200119.6.2112", "2"),
                        "2"); /* the code wins over display "2" of code 3 */
    assert_string_equal(code_of("sex", "男子"), "1");
    assert_null(code_of("1.2.392.200119.6.2102", "なんとか"));
    assert_null(code_of("sex", ""));
    assert_string_equal(kp_code_display(&tables, "1.2.392.200119.6.2115", "3", (struct kp_date){0}), "AB");
    assert_null(kp_code_display(&tables, "1.2.392.200119.6.2115", "9", (struct kp_date){0}));
}

static void values__20000_more__are_all_known(void **state)
{
    (void)state;
    enum { MORE = 20000 };
    struct kp_tables loaded;
    struct kp_buf table = {0};
    size_t n = 0;
    const char *bytes = NULL;
    read_source("values.csv", &bytes, &n);
    kp_buf_add(&table, bytes, n);
    for (unsigned i = 0; i < MORE; i++)
        kp_buf_printf(&table, "sex,word%u,%u\n", i, 1 + i % 2);
    assert_true(kp_buf_ok(&table));
    (void)put_file("values.csv", table.data, table.len);
    kp_buf_release(&table);
    enum kp_status st = load(folder, &loaded);
    copy_of("values.csv");
    assert_int_equal(st, KP_OK);
    assert_int_equal(got.count, 0);
    for (unsigned i = 0; i < MORE; i++)
        assert_string_equal(kp_code_of(&loaded, "sex", kp_arena_printf(&scratch, "word%u", i)),
                            i % 2 ? "2" : "1");
    assert_string_equal(kp_code_of(&loaded, "sex", kp_text_value_key(&scratch, "男子")), "1");
}

static void units__spellings__lead_to_the_official_one(void **state)
{
    (void)state;
    assert_string_equal(kp_unit_of(&tables, kp_text_value_key(&scratch, "ｍｇ／ｄＬ")), "mg/dL");
    assert_string_equal(kp_unit_of(&tables, kp_text_value_key(&scratch, "mmHg")), "mm[Hg]");
    assert_string_equal(kp_unit_of(&tables, kp_text_value_key(&scratch, "IU/L")), "U/L");
    assert_null(kp_unit_of(&tables, "parsec"));
}

static void units__that_only_convert__are_known_too(void **state)
{
    (void)state;
    assert_string_equal(kp_unit_of(&tables, kp_text_value_key(&scratch, "ｍｍｏｌ／Ｌ")), "mmol/L");
    assert_string_equal(kp_unit_of(&tables, kp_text_value_key(&scratch, "×10^3/μL")), "10*3/mm3");
}

static void conversions__by_unit_and_analyte__are_found(void **state)
{
    (void)state;
    static const struct {
        const char *item, *unit;
        int64_t factor, offset; /* 0: no conversion */
        unsigned scale;
    } cases[] = {
        {"2A010000001930101", "10*3/mm3", 1000, 0, 0},
        {FASTING_GLUCOSE, "mmol/L", 180156, 0, 4},
        {CASUAL_GLUCOSE, "mmol/L", 180156, 0, 4},
        {"3F077000002327101", "mmol/L", 38665, 0, 3}, /* same units, other analyte */
        {"3D046000001920402", "mmol/mol", 9148, 2152, 5},
        {"9N001000000000001", "m", 100, 0, 0},
        {"3B035000002327201", "mmol/L", 0, 0, 0}, /* an enzyme */
        {"9N001000000000001", "cm", 0, 0, 0},     /* its own */
        {"9N001000000000001", "kg", 0, 0, 0},
        {"9N001000000000001", "", 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct kp_item *item = kp_item_find(&tables, cases[i].item);
        assert_non_null(item);
        const struct kp_conversion *c = kp_conversion_of(&tables, item, cases[i].unit);
        if ((c != NULL) != (cases[i].factor != 0))
            fail_msg("%s from '%s'", cases[i].item, cases[i].unit);
        if (!c)
            continue;
        assert_int_equal(c->factor.units, cases[i].factor);
        assert_int_equal(c->factor.scale, cases[i].scale);
        assert_int_equal(c->offset.units, cases[i].offset);
        assert_string_equal(c->to, item->unit);
    }
}

static void scheme__first_two_digits__decide(void **state)
{
    (void)state;
    assert_string_equal(kp_scheme_of(&tables, "06130012")->scheme, "kenpo");
    assert_string_equal(kp_scheme_of(&tables, "00138123")->scheme, "kokuho");
    assert_string_equal(kp_scheme_of(&tables, "39131001")->scheme, KP_SCHEME_KOKI);
    assert_string_equal(kp_scheme_of(&tables, "34130021")->scheme, KP_SCHEME_AMBIGUOUS);
    assert_true(kp_list_has(kp_scheme_of(&tables, "34130021")->choices, "shigaku_kyosai"));
    assert_string_equal(kp_scheme_of(&tables, "07000000")->scheme, KP_SCHEME_UNSETTLED);
    assert_null(kp_scheme_of(&tables, "99000000"));
    assert_null(kp_scheme_of(&tables, ""));
}

static void privacy_provision__by_day__changed_on_2022_04_01(void **state)
{
    (void)state;
    const struct kp_date before = {2022, 3, 31}, after = {2022, 4, 1}, early = {2005, 3, 31},
                         first = {2005, 4, 1};
    assert_non_null(strstr(kp_privacy_provision(&tables, "required_by_law", before), "第23条第1項第1号"));
    assert_non_null(strstr(kp_privacy_provision(&tables, "required_by_law", after), "第27条第1項第1号"));
    assert_non_null(kp_privacy_provision(&tables, "required_by_law", first));
    assert_null(kp_privacy_provision(&tables, "required_by_law", early));
    assert_null(kp_privacy_provision(&tables, "provision_record", (struct kp_date){2017, 5, 29}));
    assert_null(kp_privacy_provision(&tables, "nothing", after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(load__built_in__equals_the_folder, tidy),
        cmocka_unit_test_teardown(digest__one_byte_more__changes, tidy),
        cmocka_unit_test_teardown(item__height__is_read_from_its_row, tidy),
        cmocka_unit_test_teardown(item__links__work_in_both_directions, tidy),
        cmocka_unit_test_teardown(item__several_columns__has_a_rule, tidy),
        cmocka_unit_test_teardown(headers__spellings__lead_to_fields_and_items, tidy),
        cmocka_unit_test_teardown(headers__of_two_items__lead_to_a_pair, tidy),
        cmocka_unit_test_teardown(headers__ambiguous__are_hints, tidy),
        cmocka_unit_test_teardown(targets__field_item_and_pair__are_found, tidy),
        cmocka_unit_test_teardown(pairs__two_numbers_of_one_unit__only, tidy),
        cmocka_unit_test_teardown(header_words__for_another_test__are_found, tidy),
        cmocka_unit_test_teardown(prefectures__start_of_an_address__is_found, tidy),
        cmocka_unit_test_teardown(values__spellings__stand_for_codes, tidy),
        cmocka_unit_test_teardown(values__20000_more__are_all_known, tidy),
        cmocka_unit_test_teardown(units__spellings__lead_to_the_official_one, tidy),
        cmocka_unit_test_teardown(units__that_only_convert__are_known_too, tidy),
        cmocka_unit_test_teardown(conversions__by_unit_and_analyte__are_found, tidy),
        cmocka_unit_test_teardown(scheme__first_two_digits__decide, tidy),
        cmocka_unit_test_teardown(privacy_provision__by_day__changed_on_2022_04_01, tidy),
    };
    return cmocka_run_group_tests_name("table", tests, set_up_copies, tear_down_copies);
}
