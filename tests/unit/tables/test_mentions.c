/* Words by which texts name items, and words that ask for review. */
#include "tables.h"

#include <stdio.h>

/* Returns the first item code that each word of the text names, "other" or "-", and ! if it asks for review.
 */
static const char *story_of(const char *cell)
{
    const char *key = kp_mention_key(&scratch, cell), *at = key, *story = "";
    assert_non_null(key);
    for (const struct kp_mention *m; (m = kp_mention_next(&tables, key, &at));)
        story = kp_arena_printf(&scratch, "%s%s%.5s%s", story, *story ? " " : "",
                                m->n_items ? tables.items[m->items[0]].code
                                : m->other ? "other"
                                           : "-",
                                m->review ? "!" : "");
    assert_int_equal(kp_mentions_review(&tables, key), strchr(story, '!') != NULL);
    return story;
}

static void assert_stories(const char *const (*cases)[2], size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(story_of(cases[i][0]), cases[i][1]) != 0) {
            print_error("%s: %s, not %s\n", cases[i][0], story_of(cases[i][0]), cases[i][1]);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void text__everyday_words__name_their_items(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"胸部X線 結節影 要精検・聴力低下・梅毒反応陽性", "9N201 9N201 9D100 5E071!"},
        {"胸部Ｘ線　結節影ＭＡＲＫＸ", "9N201 9N201"},
        {"胸 部 レントゲン異常", "9N201"},
        {"視力低下", "9E160"},
        {"ﾊﾞﾘｳﾑ検査 要再検", "9N256"},
        {"HBs抗原(+)", "5F016!"},
        {"HBsAg陽性", "5F016!"},
        {"ＨＣＶ抗体陽性", "5F360!"},
        {"HIV陽性", "other!"},
        {"便潜血（＋）", "1B030"},
        {"PSA高値", "5D305"},
        {"胃カメラをお勧めします", "9N266"},
        {"マンモグラフィー要精検", "9N276"},
        {"子宮頸がん検診 要精検", "9N271!"},
        {"眼底出血", "9E100"},
        {"尿酸高値、脂肪肝", "3C020 9F130"},
        {"chest CT", "9N251"},
        {"節酒してください", "9N786"}};
    assert_stories(cases, COUNT(cases));
}

static void text__words_that_only_contain_one__name_nothing(void **state UNUSED)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"異常なし", ""},
                                           {"血圧高値・糖尿病の疑い。要精検", ""},
                                           {"LDLコレステロール高値", "-"},
                                           {"乳び血清のため", "-"},
                                           {"便秘", "-"},
                                           {"心電図 ST-T変化", ""},
                                           {"ACTH", ""},
                                           {"母指の痛み", "-"},
                                           {"大丈夫です", "-"},
                                           {"睡眠時無呼吸症候群", "-"},
                                           {"エコノミークラス症候群", "-"}};
    assert_stories(cases, COUNT(cases));
}

static void text__relatives_and_sensitive_illnesses__ask_for_review(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"父 糖尿病", "-!"},  {"祖母 高血圧", "-!"},   {"うつ病", "-!"},
        {"統合失調症", "-!"}, {"妊娠中", "-!"},        {"大腸癌術後", "1B030!"},
        {"母指外傷", "-"},    {"うつ伏せで眠る", "-"}, {"兄が高血圧", "-!"}};
    assert_stories(cases, COUNT(cases));
}

/* The names of the catalogue are words as well, except those that say nothing about a test. */
static void item__outside_duty_and_form__is_named_by_its_name(void **state UNUSED)
{
    static const char *const general[] = {"9N411", "9N416", "9N551", "9N571", "9N641", "9N702",
                                          "9N707", "9N712", "9N806", "9N807", "9N808", "9N950"};
    size_t wrong = 0;
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        bool found = item->scope != KP_SCOPE_OTHER || item->is_author || strstr(item->name, "（後期）");
        for (size_t k = 0; k < COUNT(general); k++)
            found |= strncmp(item->code, general[k], 5) == 0;
        const char *key = kp_mention_key(&scratch, item->name), *at = key;
        for (const struct kp_mention *m; (m = kp_mention_next(&tables, key, &at));)
            for (size_t k = 0; k < m->n_items; k++)
                found |= m->items[k] == i;
        if (!found) {
            print_error("%s\n", item->label);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(text__everyday_words__name_their_items, tidy),
        cmocka_unit_test_teardown(text__words_that_only_contain_one__name_nothing, tidy),
        cmocka_unit_test_teardown(text__relatives_and_sensitive_illnesses__ask_for_review, tidy),
        cmocka_unit_test_teardown(item__outside_duty_and_form__is_named_by_its_name, tidy)};
    return cmocka_run_group_tests(tests, load_tables, free_tables);
}
