#include "table_copies.h"

/* --- wrong tables --- */

/* Replaces the first occurrence of find; the fault is expected offset lines below. */
struct wrong {
    const char *file, *find, *replace;
    unsigned offset;
};

static void check_wrong(const struct wrong *cases, size_t n_cases)
{
    size_t taken = 0;
    for (size_t i = 0; i < n_cases; i++) {
        struct kp_tables loaded = {0};
        size_t n = 0;
        const char *bytes = NULL;
        read_source(cases[i].file, &bytes, &n);
        const char *at = strstr(bytes, cases[i].find);
        if (!at)
            fail_msg("case %zu: no '%s' in %s", i, cases[i].find, cases[i].file);
        uint64_t line = 1 + cases[i].offset;
        for (const char *s = bytes; s < at; s++)
            line += *s == '\n';
        const char *changed = kp_arena_printf(&scratch, "%.*s%s%s", (int)(at - bytes), bytes,
                                              cases[i].replace, at + strlen(cases[i].find));
        (void)put_file(cases[i].file, changed, strlen(changed));
        enum kp_status st = load(folder, &loaded);
        copy_of(cases[i].file);
        const char *slash = strrchr(got.file, '/');
        if (st != KP_E_USAGE || got.count != 1 || got.code != KP_K_TABLE_BAD || got.line != line ||
            !*got.text || strcmp(slash ? slash + 1 : got.file, cases[i].file) != 0) {
            print_error("%s with '%s': status %d, K%u, '%s' line %u instead of %u: %s\n", cases[i].file,
                        cases[i].replace, (int)st, got.code, got.file, (unsigned)got.line, (unsigned)line,
                        got.text);
            taken++;
        }
        kp_arena_reset(&scratch);
    }
    assert_int_equal(taken, 0);
}

static void load__wrong_item_rows__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", "9N001000000000001,身長", "9N00100000000000,身長", 0},
        {"items.csv", "9N001000000000001,身長", "9N006000000000001,身長", 1}, /* reported at the second row */
        {"items.csv", "身体計測,PQ,NNN.N,cm,", "身体計測,XX,NNN.N,cm,", 0},
        {"items.csv", "身体計測,PQ,NNN.N,cm,", "身体計測,PQ,NNN.,cm,", 0},
        {"items.csv", "身体計測,PQ,NNN.N,cm,", "身体計測,PQ,9.9,cm,", 0},
        {"items.csv", "身体計測,PQ,NNN.N,cm,", "身体計測,PQ,,cm,", 0},
        {"items.csv", "身体計測,PQ,NNN.N,cm,", "身体計測,PQ,NNNNNNN.NNNNNN,cm,", 0},
        {"items.csv", "身体計測,PQ,NNN.N,cm,,", "身体計測,PQ,NNN.N,cm,1.2.392.200119.6.2001,", 0},
        {"items.csv", "診察,CD,N,,1.2.392.200119.6.2001,", "診察,CD,N,,,", 0},
        {"items.csv", "診察,ST,256", "診察,ST,NNN", 0},
        {"items.csv", "診察,ST,256", "診察,ST,12345", 0},
        {"items.csv", ",100,250,duty", ",250,100,duty", 0},
        {"items.csv", ",100,250,duty", ",100,100,duty", 0},
        {"items.csv", ",100,250,duty", ",100,,duty", 0},
        {"items.csv", ",100,250,duty", ",low,250,duty", 0},
        {"items.csv", ",100,250,duty", ",100,250,must", 0},
        {"items.csv", "3C015161002399949,COMP", "3C015161002399949,", 0},
        {"items.csv", "3C015161002399949,COMP", ",COMP", 0},
        {"items.csv", ",9N056000000000011,,,,,duty", ",9N056000000000012,,,,,duty", 0},
        {"items.csv", ",9N516000000000049,", ",9N516000000000048,", 0},
        {"items.csv", "\n20,9N006", "\n10,9N006", 1},
        {"items.csv", "\n20,9N006", "\n,9N006", 1},
        {"items.csv", "250,duty,1,1,01010", "250,duty,1,1", 0},
        {"items.csv", "250,duty,1,1,01010", "250,duty,1,1,01010,extra", 0},
        {"items.csv", "身長,10", "\"身長,10", 0},
        {"items.csv", "身長,10", "身\xff,10", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__unknown_item_values__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", "3C015161002399949,COMP", "3C015161002399949,KOMP", 0},
        {"items.csv", "250,duty,1,1,01010", "250,duty,1,1,0101", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__wrong_codes_values_and_headers__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"code_systems.csv", "6.1008,2,", "6.1008,X,", 0},
        {"code_systems.csv", "6.1008,2,", "6.1008,,", 0},
        {"code_systems.csv", "6.1008,2,", "6.1008,1,", 0},
        {"code_systems.csv", "6.1008,2,", "6.1008,2", 0},
        {"values.csv", "6.2102,(-),1", "6.2102,(-),9", 0},
        {"values.csv", "6.2102,(-),1", "6.9999,(-),1", 0},
        {"values.csv", "6.2102,(-),1", "6.2102,(-),1\n1.2.392.200119.6.2102,（－）,2", 1},
        {"headers.csv", "\nemployee_id,employee_id,1", "\nemployee_id,employee_ID,1", 1},
        {"headers.csv", "\nemployee_id,employee_id,1", "\nemployee_id,9N001000000000009,1", 1},
        {"headers.csv", "\nemployee_id,employee_id,1", "\nemployee_id,employee_id,1\nEmployee ID,name,1", 2},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__unknown_header_rank__is_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"headers.csv", "\nemployee_id,employee_id,1", "\nemployee_id,employee_id,3", 1},
        {"headers.csv", "\nemployee_id,employee_id,1", "\nemployee_id,employee_id,", 1},
    };
    check_wrong(cases, COUNT(cases));
}

/* "join" is for texts, "positive" for codes; there is nothing else. */
static void load__several_that_does_not_fit_the_type__is_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", "250,duty,1,1,01010,", "250,duty,1,1,01010,join", 0},
        {"items.csv", "250,duty,1,1,01010,", "250,duty,1,1,01010,positive", 0},
        {"items.csv", "250,duty,1,1,01010,", "250,duty,1,1,01010,agree", 0},
        {"items.csv", "other,0,1,01990,join", "other,0,1,01990,joined", 0},
        {"items.csv", "other,0,1,01990,join", "other,0,1,01990,positive", 0},
        {"items.csv", ",positive,,,,\n", ",join,,,,\n", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__zero_that_does_not_fit_the_type__is_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", ",positive,,,,\n", ",positive,,,yes,\n", 0},
        {"items.csv", "01990,join,,,,\n", "01990,join,,,signed,\n", 0},
        {"items.csv", "01990,,,,signed,\n", "01990,,,,no,\n", 0},
    };
    check_wrong(cases, COUNT(cases));
}

/* A notice opens items outside the duty only. */
static void load__notice_for_another_scope_or_word__is_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", "250,duty,1,1,01010,,,,,", "250,duty,1,1,01010,,,,,1", 0},
        {"items.csv", "other,0,1,01990,join,,,,1", "other,0,1,01990,join,,,,2", 0},
    };
    check_wrong(cases, COUNT(cases));
}

#define GLUCOSE "3D010000001927201/3D010129901927201"

static void load__header_with_an_invalid_pair__is_refused(void **state)
{
    (void)state;
    static const char *const targets[] = {"3D010000001927201/3D010000001927201",
                                          "3D010000001927201/",
                                          "/3D010000001927201",
                                          "3D010000001927201/3D010129901927209",
                                          GLUCOSE "/3D010129901927201",
                                          "3D010000001927201 3D010129901927201",
                                          "9N001000000000001/9N006000000000001",
                                          "employee_id/name",
                                          "1A010000000190111/1A020000000190111"};
    for (size_t i = 0; i < COUNT(targets); i++) {
        char *changed = kp_arena_printf(&arena, "\nemployee_id,%s,1", targets[i]);
        const struct wrong row = {"headers.csv", "\nemployee_id,employee_id,1", changed, 1};
        check_wrong(&row, 1);
    }
}

static void load__wrong_answers__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"answer_folds.csv", "\n才,歳\n", "\n 　,歳\n", 1},
        {"answer_folds.csv", "\n才,歳\n", "\n{,歳\n", 1},
        {"answer_folds.csv", "\n才,歳\n", "\n才,歳\n才,歳\n", 2},
        {"answers.csv", "{いいえ|いいえなし|なし|非該当},2", "{いいえ|いいえなし|なし|非該当},3", 0},
        {"answers.csv", "{いいえ|いいえなし|なし|非該当},2", "{いいえ|いいえ,2", 0},
        {"answers.csv", "{いいえ|いいえなし|なし|非該当},2", "いいえ|なし,2", 0},
        {"answers.csv", "{いいえ|いいえなし|なし|非該当},2", "{い{い}え},2", 0},
        {"answers.csv", "{いいえ|いいえなし|なし|非該当},2", "。,2", 0},
        {"answers.csv", "9N706000000000011,インスリン", "9N706000000000019,インスリン", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__wrong_traps_and_prefectures__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"header_words.csv", "評価,other", " 　,other", 0},
        {"header_words.csv", "評価,other", "（）,other", 0},
        {"header_words.csv", "評価,other", "評価,bad", 0},
        {"header_words.csv", "今回,neutral,", "今回,neutral,9N", 0},
        {"header_words.csv", "評価,other,", "評価,other", 0},
        {"prefectures.csv", "01,北海道", "1,北海道", 0},
        {"prefectures.csv", "01,北海道", "001,北海道", 0},
        {"prefectures.csv", "01,北海道", "O1,北海道", 0},
        {"prefectures.csv", "01,北海道", "01,", 0},
        {"prefectures.csv", "01,北海道", "01", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__wrong_conversions__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"conversions.csv", "\nm,cm,,100,0", "\nm,ells,,100,0", 1},
        {"phrases.csv", "\nsubject,異常\n", "\nsubjekt,異常\n", 1},
        {"phrases.csv", "\nsubject,異常\n", "\nsubject,　\n", 1},
        {"phrases.csv", "\nsubject,異常\n", "\nsubject,所見\n", 2},
        {"periodic.csv", "業務歴,9N051,", "業務歴,9N999,", 0},
        {"periodic.csv", "業務歴,9N051,", "業務歴,,", 0},
        {"periodic.csv", "業務歴,9N051,0", "業務歴,9N051,x", 0},
        {"periodic.csv", "業務歴,9N051,0,", "業務歴,9N051,0,y", 0},
        {"periodic.csv", "業務歴,9N051,0,,,", "業務歴,9N051,0,,2024-02-30,", 0},
        {"periodic.csv", "業務歴,9N051,0,,,", "業務歴,9N051,0,,,2024/04/01", 0},
        {"periodic.csv", "業務歴,9N051,0,,,", "業務歴,9N051,0,,2024-04-02,2024-04-01", 0},
        {"periodic.csv", "\n業務歴,9N051,0,,,\n既往歴,9N056,",
         "\n業務歴,9N051,0,,,2024-04-01\n業務歴,9N056,0,,2024-04-01,\n既往歴,9N056,", 2},
        {"return_codes.csv", "\n02,", "\n2,", 1},
        {"return_codes.csv", "\n02,", "\n01,", 1},
        {"return_codes.csv", "\n03,name,氏名,", "\n03,,氏名,", 1},
        {"return_codes.csv", "\n03,name,氏名,", "\n03,name,,", 1},
        {"return_codes.csv", "保険者の記載を読み、足りなければ問い合わせる", "", 0},
        {"judgement_limits.csv", "ground\nvisceral_fat,9N0210000,>=,100,cm2,both judgements: belly\n",
         "ground\n", 0},
        {"judgement_limits.csv", "\nbmi,9N0110000,", "\nbim,9N0110000,", 1},
        {"judgement_limits.csv", "\nsystolic,9A75,", "\nbmi,9A75,", 1},
        {"judgement_limits.csv", "\nbmi,9N0110000,", "\nbmi,9N001,", 1}, /* height is not in kg/m2 */
        {"judgement_limits.csv", "\nbmi,9N0110000,", "\nbmi,,", 1},
        {"judgement_limits.csv", "9N0110000,>=,", "9N0110000,>,", 0},
        {"judgement_limits.csv", ">=,25,", ">=,x,", 0},
        {"judgement_limits.csv", ">=,25,", ">=,0,", 0},
        {"unit_mistakes.csv", "\n9N001,m,0.5,2.5", "\n9N001,kg,0.5,2.5", 1}, /* height is not in kg */
        {"unit_mistakes.csv", "\n9N001,m,0.5,2.5", "\n,m,0.5,2.5", 1},
        {"unit_mistakes.csv", "\n9N001,m,0.5,2.5", "\n9N001,m,2.5,0.5", 1},
        {"unit_mistakes.csv", "\n9N001,m,0.5,2.5", "\n9N001,m,x,2.5", 1},
        {"items.csv", ",duty,1,1,01010,,,,,\n20,", ",duty,11,1,01010,,,,,\n20,", 0},
        {"items.csv", ",duty,1,1,01010,,,,,\n20,", ",duty,1,-,01010,,,,,\n20,", 0},
        {"conversions.csv", "\nm,cm,,100,0", "\n,cm,,100,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\ncm,cm,,100,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,9N006,100,0", 1}, /* weight is not in cm */
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,9N00,100,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,9N001000000000001,100,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,0,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,-100,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,1e2,0", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,100,", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,100,none", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,100", 1},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,100,0\nm,cm,,100,0", 2},
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,,100,0\nm,cm,9N001,100,0", 2}, /* two for one item */
        {"conversions.csv", "\nm,cm,,100,0", "\nm,cm,9N001,100,0\nm,cm,,100,0", 2},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__wrong_units_and_schemes__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"units.csv", "センチ,cm", "センチ,parsec", 0},
        {"units.csv", "センチ,cm", "センチ,", 0},
        {"units.csv", "センチ,cm", "センチ", 0},
        {"schemes.csv", "\n06,kenpo", "\n6,kenpo", 1},
        {"schemes.csv", "\n06,kenpo", "\nAB,kenpo", 1},
        {"schemes.csv", "\n06,kenpo", "\n01,kenpo", 1},
        {"schemes.csv", "\n06,kenpo,,", "\n06,kenpo,senin,", 1},
        {"schemes.csv", "34,ambiguous,chiho_kyosai shigaku_kyosai,", "34,ambiguous,,", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__unit_spelling_with_two_meanings__is_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {{"units.csv", "センチ,cm", "センチ,cm\nｾﾝﾁ,kg", 1}};
    check_wrong(cases, COUNT(cases));
}

static void load__wrong_legal_rows__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"legal_basis.csv", "\nelderly27,elderly_act", "\nelderly27,elder_act", 1},
        {"legal_basis.csv", "\nkenpo150,health_act,kenpo,", "\nkenpo150,health_act,kempo,", 1},
        {"legal_basis.csv", "\nkenpo150,health_act,kenpo,under40 40to74", "\nkenpo150,health_act,kenpo,all",
         1},
        {"legal_basis.csv", "\nkenpo150,health_act,kenpo,under40 40to74", "\nkenpo150,health_act,kenpo,", 1},
        {"legal_basis.csv", "\nelderly27,", "\nelderly27_old,", 1},
        {"legal_basis.csv", "2008-04-01,2021-12-31", "2008-04-31,2021-12-31", 0},
        {"legal_basis.csv", "2008-04-01,2021-12-31", "2008-04-01,2021/12/31", 0},
        {"legal_basis.csv", "2008-04-01,2021-12-31", ",2021-12-31", 0},
        {"legal_basis.csv", "2008-04-01,2021-12-31", "2022-04-01,2021-12-31", 0},
        {"legal_basis.csv", "2008-04-01,2021-12-31", "2008-04-01,2022-01-01", 0}, /* overlaps its successor */
        {"legal_basis.csv", "2008-04-01,2021-12-31", "2008-04-01,", 0},
        {"legal_basis.csv", "2008-04-01,2021-12-31", "2008-04-01,2021-12-30", 0}, /* leaves a gap of a day */
        {"privacy_grounds.csv", "2005-04-01,2022-03-31", "2005-04-01,2022-04-01", 1},
        {"privacy_grounds.csv", "2005-04-01,2022-03-31", "2005-04-01,2022-03-32", 0},
        {"privacy_grounds.csv", "2005-04-01,2022-03-31", "2005-04-01,2005-03-31", 0},
    };
    check_wrong(cases, COUNT(cases));
}

/* A typing error must not silently remove people or items from a legal basis. */
static void load__unknown_legal_word_in_a_list__is_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"legal_basis.csv", "\nkenpo150,health_act,kenpo,under40 40to74",
         "\nkenpo150,health_act,kenpo,under40 40to47", 1},
        {"legal_basis.csv", "no,duty+requested", "no,duty+request", 0},
        {"schemes.csv", "chiho_kyosai shigaku_kyosai", "chiho_kyosai shigku_kyosai", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__missing_column__is_named_with_the_header_line(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", "item_code,", "itemcode,", 0},     {"code_systems.csv", ",display", ",shown", 0},
        {"values.csv", "variant,", "spelling,", 0},      {"headers.csv", ",rank", ",order", 0},
        {"units.csv", "variant,", "Variant,", 0},        {"schemes.csv", ",choices", ",choice", 0},
        {"items.csv", ",several", ",many", 0},           {"conversions.csv", ",analyte", ",analytes", 0},
        {"header_words.csv", "word,", "words,", 0},      {"prefectures.csv", "code,", "number,", 0},
        {"legal_basis.csv", ",item_scope", ",scope", 0}, {"privacy_grounds.csv", "ground,", "Ground,", 0},
    };
    check_wrong(cases, COUNT(cases));
}

#define SMOKING_ROW "9N736000000000011,,2024-03-31,1.2.392.200119.6.2003,1=1 3=2"

static void load__wrong_periods__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"items.csv", ",,2024-03-31,,\n", ",,2024-02-30,,\n", 0},
        {"items.csv", ",2024-04-01,,,\n", ",2024-04-01,2024-03-31,,\n", 0},
        {"items.csv", ",2024-04-01,,,\n", ",soon,,,\n", 0},
        {"code_systems.csv", "毎日,,2024-03-31", "毎日,,20240331", 0},
        {"item_periods.csv", SMOKING_ROW, "9N736000000000012,,2024-03-31,1.2.392.200119.6.2003,", 0},
        {"item_periods.csv", SMOKING_ROW, "9N001000000000001,,2024-03-31,1.2.392.200119.6.2003,", 0},
        {"item_periods.csv", SMOKING_ROW, "9N736000000000011,,2024-03-31,,1=1 3=2", 0},
        {"item_periods.csv", SMOKING_ROW, "9N736000000000011,,tomorrow,1.2.392.200119.6.2003,", 0},
        {"item_periods.csv", "1=1 3=2", "1=1 3=9", 0},
        {"item_periods.csv", "1=1 3=2", "1=1 9=2", 0},
        {"item_periods.csv", "1=1 3=2", "1 3=2", 0},
        {"item_periods.csv", SMOKING_ROW,
         SMOKING_ROW "\n9N736000000000011,2024-03-31,,1.2.392.200119.6.2003,", 1},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__wrong_exam_kinds__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"exam_kinds.csv", "\n定期,periodic,", "\n,periodic,", 1},
        {"exam_kinds.csv", "\n定期,periodic,", "\n定期,yearly,", 1},
        {"exam_kinds.csv", "\n定期,periodic,", "\n定期,unknown,", 1},
        {"exam_kinds.csv", "\n定期,periodic,", "\n定期,auto,", 1},
        {"exam_kinds.csv", "\n定期,periodic,安衛則44条", "\n定期,periodic,", 1},
        {"exam_kinds.csv", "\n健診,neutral,", "\n健診,neutral,安衛則44条", 1},
        {"exam_kinds.csv", "\n44条,periodic,", "\n定期,periodic,", 1},
    };
    check_wrong(cases, COUNT(cases));
}

/* A list must have codes on every day of its item, unless its row says that they are unknown. */
static void load__day_without_codes__is_refused(void **state)
{
    (void)state;
    static const char *const edits[][3] = {
        {"item_periods.csv", ",1.2.392.200119.6.2003,1=1 3=2", ",1.2.392.200119.6.1301,"},
        {"item_periods.csv", ",1.2.392.200119.6.2003,1=1 3=2", ",1.2.392.200119.6.2003,unknown"},
        {"item_periods.csv", "9N736000000000011,,2024-03-31", "9N736000000000011,,2024-03-30"},
        {"item_periods.csv", "9N736000000000011,,2024-03-31", "9N736000000000011,2010-04-01,2024-03-31"},
        {"items.csv", "6.24080,,,,,,,,form,7,7,01010,,2024-04-01",
         "6.24080,,,,,,,,form,7,7,01010,,2024-03-31"},
    };
    for (size_t i = 0; i < COUNT(edits); i++) {
        struct kp_tables loaded = {0};
        size_t n = 0;
        const char *bytes = NULL;
        read_source(edits[i][0], &bytes, &n);
        const char *at = strstr(bytes, edits[i][1]);
        assert_non_null(at);
        const char *changed = kp_arena_printf(&scratch, "%.*s%s%s", (int)(at - bytes), bytes, edits[i][2],
                                              at + strlen(edits[i][1]));
        (void)put_file(edits[i][0], changed, strlen(changed));
        enum kp_status st = load(folder, &loaded);
        copy_of(edits[i][0]);
        if (st != KP_E_USAGE || got.code != KP_K_TABLE_BAD || !strstr(got.text, "some day lacks codes"))
            fail_msg("case %zu: status %d, K%u: %s", i, (int)st, got.code, got.text);
        kp_arena_reset(&scratch);
    }
}

static void load__wrong_mentions__are_refused(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"mentions.csv", "\n視力,9E160,", "\n,9E160,", 1},
        {"mentions.csv", "\n視力,9E160,", "\n視力,9X160,", 1},
        {"mentions.csv", "\n視力,9E160,", "\n視力,9E160,maybe", 1},
        {"mentions.csv", "\n裸眼,9E160,", "\n視力,9E160,", 1},
        {"law.csv", "\n2026-02-08", "\n2026-02-30", 1},
        {"law.csv", "law_checked_on\n2026-02-08", "law_checked_on\n2026-02-08\n2026-02-09", 0},
    };
    check_wrong(cases, COUNT(cases));
}

static void load__code_system_without_codes__is_refused(void **state)
{
    (void)state;
    struct kp_tables loaded;
    size_t n = 0;
    const char *bytes = NULL, *system = "1.2.392.200119.6.18120";
    read_source("items.csv", &bytes, &n);
    char *changed = kp_arena_strndup(&scratch, bytes, n);
    memcpy(strstr(changed, system), "1.2.392.200119.6.18129", strlen(system));
    (void)put_file("items.csv", changed, n);
    enum kp_status st = load(folder, &loaded);
    copy_of("items.csv");
    assert_int_equal(st, KP_E_USAGE);
    assert_int_equal(got.code, KP_K_TABLE_BAD);
    assert_non_null(strstr(got.text, "9A110161600000011"));
}

static void load__missing_or_empty_file__is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(FILES); i++) {
        struct kp_tables loaded;
        assert_int_equal(unlink(kp_arena_printf(&scratch, "%s/%s", folder, FILES[i])), 0);
        assert_int_equal(load(folder, &loaded), KP_E_USAGE);
        assert_int_equal(got.count, 1);
        assert_int_equal(got.code, KP_K_TABLE_UNREADABLE);
        assert_non_null(strstr(got.text, FILES[i]));
        (void)put_file(FILES[i], "", 0);
        assert_int_equal(load(folder, &loaded), KP_E_USAGE);
        assert_int_equal(got.code, KP_K_TABLE_BAD);
        assert_string_equal(got.file, FILES[i]);
        copy_of(FILES[i]);
    }
    struct kp_tables loaded;
    assert_int_equal(load("/tmp/kp_table_absent", &loaded), KP_E_USAGE);
}

/* The fuller the arena at the start, the earlier memory runs out. */
static void load__arena_at_its_limit__is_reported_once(void **state)
{
    (void)state;
    enum { LIMIT = 1 << 22, STEP = 48 << 10 };
    size_t n_failed = 0;
    for (size_t taken = 0; taken < LIMIT / 2; taken += STEP) {
        struct kp_tables loaded = {.n_items = 77};
        struct kp_arena small = {.max_bytes = LIMIT};
        memset(&got, 0, sizeof(got));
        (void)kp_arena_alloc(&small, taken);
        enum kp_status st = kp_tables_load(&small, &kp_io_posix, text, NULL, &DIAG, &loaded);
        kp_arena_release(&small);
        assert_int_equal(got.count, st != KP_OK);
        if (st == KP_OK)
            continue;
        n_failed++;
        assert_int_equal(st, KP_E_SYSTEM);
        assert_int_equal(got.code, KP_K_NO_MEMORY);
        assert_int_equal(loaded.n_items, 77);
    }
    assert_in_range(n_failed, 5, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(load__wrong_item_rows__are_refused, tidy),
        cmocka_unit_test_teardown(load__unknown_item_values__are_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_codes_values_and_headers__are_refused, tidy),
        cmocka_unit_test_teardown(load__unknown_header_rank__is_refused, tidy),
        cmocka_unit_test_teardown(load__several_that_does_not_fit_the_type__is_refused, tidy),
        cmocka_unit_test_teardown(load__zero_that_does_not_fit_the_type__is_refused, tidy),
        cmocka_unit_test_teardown(load__notice_for_another_scope_or_word__is_refused, tidy),
        cmocka_unit_test_teardown(load__header_with_an_invalid_pair__is_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_answers__are_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_traps_and_prefectures__are_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_conversions__are_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_units_and_schemes__are_refused, tidy),
        cmocka_unit_test_teardown(load__unit_spelling_with_two_meanings__is_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_legal_rows__are_refused, tidy),
        cmocka_unit_test_teardown(load__unknown_legal_word_in_a_list__is_refused, tidy),
        cmocka_unit_test_teardown(load__missing_column__is_named_with_the_header_line, tidy),
        cmocka_unit_test_teardown(load__wrong_periods__are_refused, tidy),
        cmocka_unit_test_teardown(load__day_without_codes__is_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_exam_kinds__are_refused, tidy),
        cmocka_unit_test_teardown(load__wrong_mentions__are_refused, tidy),
        cmocka_unit_test_teardown(load__code_system_without_codes__is_refused, tidy),
        cmocka_unit_test_teardown(load__missing_or_empty_file__is_refused_by_name, tidy),
        cmocka_unit_test_teardown(load__arena_at_its_limit__is_reported_once, tidy),
    };
    return cmocka_run_group_tests_name("table_bad", tests, set_up_copies, tear_down_copies);
}
