/* Kinds of examination: what the cells of vendors say. */
#include "tables.h"

static const char *key_of(const char *cell)
{
    const char *key = kp_text_header_key(&scratch, cell);
    assert_non_null(key);
    return key;
}

static const char *kind_of(const char *cell)
{
    return kp_exam_kind_names[kp_kind_of(&tables, key_of(cell))];
}

struct case_of {
    const char *text, *kind;
};

static void assert_kinds(const struct case_of *cases, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(kind_of(cases[i].text), cases[i].kind) != 0) {
            print_error("%s is %s, not %s\n", cases[i].text, kind_of(cases[i].text), cases[i].kind);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void kind__covered_by_the_duty__is_known(void **state UNUSED)
{
    static const struct case_of cases[] = {{"定期健康診断", "periodic"},
                                           {"定期健診", "periodic"},
                                           {"定期検診", "periodic"},
                                           {"定期", "periodic"},
                                           {"1:定期", "periodic"},
                                           {"一般定期健康診断", "periodic"},
                                           {"法定 定期健康診断（Ａコース）", "periodic"},
                                           {"定期健康診断（安衛則第44条）", "periodic"},
                                           {"安衛則４４条", "periodic"},
                                           {"労働安全衛生規則第44条第1項", "periodic"},
                                           {"令和7年度 春季定期健康診断", "periodic"},
                                           {"定期健診(35歳以上)", "periodic"},
                                           {"一般健康診断", "periodic"},
                                           {"雇入時健康診断", "hiring"},
                                           {"雇い入れ時の健康診断", "hiring"},
                                           {"雇入れ時健診", "hiring"},
                                           {"採用時健診", "hiring"},
                                           {"入社時健康診断", "hiring"},
                                           {"43条", "hiring"},
                                           {"特定業務従事者健康診断", "specified_work"},
                                           {"特定業務従事者の健康診断(45条)", "specified_work"},
                                           {"深夜業従事者健診", "specified_work"},
                                           {"深夜業務健診", "specified_work"},
                                           {"海外派遣労働者の健康診断", "overseas"},
                                           {"海外派遣前健診", "overseas"},
                                           {"帰国時健康診断", "overseas"},
                                           {"安衛則第45条の2", "overseas"},
                                           {"定期健診＋特定業務従事者健診", "periodic"},
                                           {"periodic", "periodic"}};
    assert_kinds(cases, COUNT(cases));
}

static void kind__outside_the_duty__wins_over_all_other_words(void **state UNUSED)
{
    static const struct case_of cases[] = {{"特殊健康診断（有機溶剤）", "special"},
                                           {"定期健診＋有機溶剤", "special"},
                                           {"定期健康診断・特殊", "special"},
                                           {"ﾄｸｼｭ特殊健診", "special"},
                                           {"有機則29条", "special"},
                                           {"特化則健診", "special"},
                                           {"鉛", "special"},
                                           {"電離放射線健康診断", "special"},
                                           {"じん肺健診", "special"},
                                           {"石綿健康診断", "special"},
                                           {"ｱｽﾍﾞｽﾄ", "special"},
                                           {"高気圧業務健診", "special"},
                                           {"ＶＤＴ健診", "special"},
                                           {"情報機器作業健康診断", "special"},
                                           {"安衛法第66条第2項", "special"},
                                           {"歯科健康診断", "dental"},
                                           {"安衛則48条", "dental"},
                                           {"検便", "stool"},
                                           {"給食従業員の検便(47条)", "stool"},
                                           {"ストレスチェック", "stress"},
                                           {"ｽﾄﾚｽﾁｪｯｸ", "stress"},
                                           {"安衛法66条の10", "stress"},
                                           {"採用前健診", "before_hiring"},
                                           {"雇入れ前健康診断", "before_hiring"},
                                           {"入社前健診", "before_hiring"},
                                           {"人間ドック", "private"},
                                           {"人間ﾄﾞｯｸ", "private"},
                                           {"1日人間ドッグ", "private"},
                                           {"定期健診（人間ドック）", "private"},
                                           {"生活習慣病予防健診", "insurer"},
                                           {"協会けんぽ生活習慣病予防健診", "insurer"},
                                           {"特定健診", "insurer"},
                                           {"定期健診・特定健診", "insurer"},
                                           {"被扶養者健診", "insurer"},
                                           {"special", "special"}};
    assert_kinds(cases, COUNT(cases));
}

static void kind__word_that_no_row_knows__is_unknown(void **state UNUSED)
{
    static const char *const texts[] = {
        "",        "01",     "1",          "A",        "健康診断",         "法定健診",
        "その他",  "再検査", "定期外健診", "不定期",   "採用健診",         "144条",
        "66条",    "44",     "定期?X線",   "二次健診", "定期健診と再検査", "auto",
        "unknown", "neutral"};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (strcmp(kind_of(texts[i]), "unknown") != 0)
            fail_msg("%s is %s", texts[i], kind_of(texts[i]));
}

static void course__without_words_outside_the_duty__says_nothing(void **state UNUSED)
{
    static const char *const texts[] = {"",       "定期健診Ｂ",     "生活習慣病健診",      "視力検査のみ",
                                        "T01",    "女性特化コース", "定期健診+胃がん検診", "periodic",
                                        "Aコース"};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (kp_kind_outside_duty(&tables, key_of(texts[i])) != KP_KIND_AUTO)
            fail_msg("%s is outside the duty", texts[i]);
}

static void course__with_a_word_outside_the_duty__says_so(void **state UNUSED)
{
    assert_int_equal(kp_kind_outside_duty(&tables, key_of("Ａコース（人間ドック）")), KP_KIND_PRIVATE);
    assert_int_equal(kp_kind_outside_duty(&tables, key_of("春の有 機 溶 剤")), KP_KIND_SPECIAL);
}

static void ground__of_each_kind__is_a_provision(void **state UNUSED)
{
    for (enum kp_exam_kind kind = KP_KIND_PERIODIC; kind < KP_KIND_UNKNOWN; kind++)
        assert_string_not_equal(kp_kind_ground(&tables, kind), "");
    assert_string_equal(kp_kind_ground(&tables, KP_KIND_PERIODIC), "安衛則44条");
    assert_string_equal(kp_kind_ground(&tables, KP_KIND_UNKNOWN), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(kind__covered_by_the_duty__is_known, tidy),
        cmocka_unit_test_teardown(kind__outside_the_duty__wins_over_all_other_words, tidy),
        cmocka_unit_test_teardown(kind__word_that_no_row_knows__is_unknown, tidy),
        cmocka_unit_test_teardown(course__without_words_outside_the_duty__says_nothing, tidy),
        cmocka_unit_test_teardown(course__with_a_word_outside_the_duty__says_so, tidy),
        cmocka_unit_test_teardown(ground__of_each_kind__is_a_provision, tidy)};
    return cmocka_run_group_tests(tests, load_tables, free_tables);
}
