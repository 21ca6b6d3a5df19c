/* Answers in sentences: answers.csv and answer_folds.csv. */
#include "tables.h"

#define WEIGHT_GAIN "9N741000000000011"
#define EXERCISE "9N746000000000011"
#define ACTIVITY "9N751000000000011"
#define WALKING "9N756000000000011"
#define EATING "9N766000000000011"
#define SUPPER "9N771000000000011"
#define BREAKFAST "9N781000000000011"
#define SNACKS "9N782000000000011"
#define SMOKING "9N736000000000011"
#define DRINKING "9N786000000000011"
#define AMOUNT "9N791000000000011"
#define SLEEP "9N796000000000011"
#define IMPROVEMENT "9N801000000000011"
#define GUIDANCE "9N808000000000011"
#define WISH "9N806000000000011"
#define CHEWING "9N872000000000011"
#define PRESSURE_DRUG "9N701000000000011"
#define SUGAR_DRUG "9N706000000000011"
#define LIPID_DRUG "9N711000000000011"
#define STROKE "9N716000000000011"
#define HEART "9N721000000000011"
#define KIDNEY "9N726000000000011"
#define ANAEMIA "9N731000000000011"

static const struct kp_date TODAY = {2025, 6, 10}, EARLIER = {2023, 6, 10};

static unsigned faults;

static void expect(const char *item, struct kp_date exam, const char *answer, const char *code)
{
    const char *key = kp_text_value_key(&scratch, answer);
    const char *is = kp_item_code(&tables, kp_item_find(&tables, item), exam, key);
    if (is ? strcmp(is, code) != 0 : *code) {
        print_error("%s '%s' is '%s', not '%s'\n", item, answer, is ? is : "", code);
        faults++;
    }
}

static void sentence__of_each_question__is_read(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {PRESSURE_DRUG, "血圧を下げる薬を服用している", "1"},
        {PRESSURE_DRUG, "降圧剤内服中", "1"},
        {PRESSURE_DRUG, "高血圧の薬を飲んでいません", "2"},
        {PRESSURE_DRUG, "血圧を下げる薬の使用なし", "2"},
        {SUGAR_DRUG, "血糖を下げる薬又はインスリン注射を使用している", "1"},
        {SUGAR_DRUG, "インスリン注射あり", "1"},
        {SUGAR_DRUG, "糖尿病薬服用なし", "2"},
        {LIPID_DRUG, "コレステロールや中性脂肪を下げる薬を使用していない", "2"},
        {LIPID_DRUG, "脂質異常症の薬を服用中", "1"},
        {STROKE, "医師から、脳卒中（脳出血、脳梗塞等）にかかっているといわれたり、治療を受けたことがある",
         "1"},
        {STROKE, "脳血管疾患の既往なし", "2"},
        {HEART, "心臓病（狭心症、心筋梗塞等）の既往歴あり", "1"},
        {HEART, "心疾患なし", "2"},
        {KIDNEY, "医師から慢性腎臓病や腎不全にかかっているといわれたり、治療（人工透析など）を受けている",
         "1"},
        {KIDNEY, "慢性腎不全の既往はない", "2"},
        {ANAEMIA, "貧血", "1"},
        {ANAEMIA, "医師から貧血といわれたことがある", "1"},
        {ANAEMIA, "貧血なし", "2"},
        {SMOKING, "現在、たばこを習慣的に吸っている", "1"},
        {SMOKING, "喫煙習慣あり", "1"},
        {SMOKING, "以前は喫煙していたが、最近１ヶ月は喫煙していない", "2"},
        {SMOKING, "タバコを吸ったことがない", "3"},
        {WEIGHT_GAIN, "20才から10kg以上の体重増加あり", "1"},
        {WEIGHT_GAIN, "２０歳の時の体重から１０ｋｇ以上増加している", "1"},
        {WEIGHT_GAIN, "20歳時に比べて10kg以上の体重増加はない", "2"},
        {WEIGHT_GAIN, "20才から10kg以上の体重増加なし", "2"},
        {EXERCISE, "1回30分以上の軽い運動なし（週2日以上、1年以上）", "2"},
        {EXERCISE, "1回30分以上の軽く汗をかく運動を週2日以上、1年以上実施", "1"},
        {EXERCISE, "30分以上の運動習慣あり", "1"},
        {EXERCISE, "運動習慣がありません", "2"},
        {ACTIVITY, "日常生活での歩行等の身体活動なし（1日1時間以上）", "2"},
        {ACTIVITY, "日常生活において歩行又は同等の身体活動を１日１時間以上実施している", "1"},
        {ACTIVITY, "日常生活での歩行等の身体活動あり（１日１時間以上）", "1"},
        {WALKING, "歩行速度が遅い", "2"},
        {WALKING, "ほぼ同じ年齢の同性と比較して歩く速度が速い", "1"},
        {WALKING, "歩く速度は早い方です", "1"},
        {EATING, "食べる速度が速い", "1"},
        {EATING, "人と比べて食べる速度が普通", "2"},
        {EATING, "食べるのがおそい", "3"},
        {SUPPER, "就寝前2時間以内の夕食（週3回以上）", "1"},
        {SUPPER, "就寝前の２時間以内に夕食をとることが週に３回以上ある", "1"},
        {SUPPER, "就寝前2時間以内の夕食なし（週3回以上）", "2"},
        {SNACKS, "朝昼夕の３食以外（時々）", "2"},
        {SNACKS, "朝昼夕の3食以外に間食や甘い飲み物を毎日摂取している", "1"},
        {SNACKS, "間食（ほとんど摂取しない）", "3"},
        {BREAKFAST, "朝食抜き（週3回以上）", "1"},
        {BREAKFAST, "朝食を抜くことが週に3回以上ある", "1"},
        {BREAKFAST, "朝食抜きなし（週3回以上）", "2"},
        {BREAKFAST, "朝食を抜くことが週３回未満", "2"},
        {DRINKING, "飲酒（毎日）", "1"},
        {DRINKING, "お酒を週５～６日飲む", "2"},
        {DRINKING, "飲酒頻度：週3-4日", ""},
        {DRINKING, "飲酒は週３〜４日", "3"},
        {DRINKING, "お酒は飲めません", "8"},
        {DRINKING, "お酒は飲まない（飲めない）", "8"},
        {AMOUNT, "飲酒量（2～3合未満／日）", "3"},
        {AMOUNT, "飲酒量（１合未満／日）", "1"},
        {AMOUNT, "1日当たりの飲酒量 3〜5合未満", "4"},
        {AMOUNT, "日本酒換算で5合以上", ""},
        {AMOUNT, "飲酒量（5合以上／日）", "5"},
        {SLEEP, "睡眠不十分", "2"},
        {SLEEP, "睡眠で休養が十分とれている", "1"},
        {SLEEP, "睡眠で休養が充分に取れていない", "2"},
        {IMPROVEMENT, "概ね6ヶ月以内に改善するつもりである", "2"},
        {IMPROVEMENT, "改善するつもりはない", "1"},
        {IMPROVEMENT, "近いうちに（概ね１か月以内）改善するつもりであり、少しずつ始めている", "3"},
        {IMPROVEMENT, "既に改善に取り組んでいる（６か月未満）", "4"},
        {IMPROVEMENT, "6カ月以上前から改善に取り組んでいる", "5"},
        {GUIDANCE, "これまでに特定保健指導を受けたことがある", "1"},
        {GUIDANCE, "特定保健指導の受診歴なし", "2"},
        {CHEWING, "何でも噛んで食べることができる。", "1"},
        {CHEWING, "歯や歯茎、噛み合わせなど気になる部分があり、噛みにくいことがある", "2"},
        {CHEWING, "ほとんど噛めない", "3"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect(cases[i][0], TODAY, cases[i][1], cases[i][2]);
    assert_int_equal(faults, 0);
}

static void sentence__uncertain_or_of_another_question__is_not_read(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{WEIGHT_GAIN, "体重増加あり"},
                                           {WEIGHT_GAIN, "20歳から5kg以上の体重増加あり"},
                                           {WEIGHT_GAIN, "睡眠不十分"},
                                           {EXERCISE, "時々運動する"},
                                           {EXERCISE, "運動なし、身体活動あり"},
                                           {SMOKING, "吸っていない"},
                                           {SMOKING, "禁煙中"},
                                           {SUPPER, "週3回以上ではないが時々"},
                                           {SNACKS, "間食あり"},
                                           {BREAKFAST, "朝食を抜くことがある"},
                                           {DRINKING, "時々"},
                                           {DRINKING, "ほとんど飲まない"},
                                           {AMOUNT, "3合以上"},
                                           {AMOUNT, "1、2合未満"},
                                           {SLEEP, "{睡眠|}不十分"},
                                           {SLEEP, "睡眠十分不十分"},
                                           {SLEEP, "。"},
                                           {IMPROVEMENT, "改善するつもり"},
                                           {ANAEMIA, "貧血疑い"},
                                           {ANAEMIA, "脳卒中"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        expect(cases[i][0], TODAY, cases[i][1], "");
    assert_int_equal(faults, 0);
}

/* values.md 6: other lists up to 2024-03-31. */
static void sentence__before_april_2024__has_the_code_of_that_day(void **state)
{
    (void)state;
    expect(DRINKING, EARLIER, "飲酒（時々）", "2");
    expect(DRINKING, EARLIER, "ほとんど飲まない（飲めない）", "3");
    expect(DRINKING, EARLIER, "お酒は飲まない（飲めない）", "3");
    expect(DRINKING, EARLIER, "お酒を週５～６日飲む", "");
    expect(AMOUNT, EARLIER, "飲酒量（3合以上／日）", "4");
    expect(AMOUNT, EARLIER, "飲酒量（2～3合未満／日）", "3");
    expect(SMOKING, EARLIER, "現在、たばこを習慣的に吸っている", "1");
    expect(SMOKING, EARLIER, "はい。", "1");
    expect(WISH, EARLIER, "保健指導を受ける機会があれば利用する", "1");
    expect(WISH, EARLIER, "希望しない", "2");
    expect(SLEEP, EARLIER, "睡眠不十分", "2");
    assert_int_equal(faults, 0);
}

/* Reads every sentence that the rest of a row of the table stands for; it follows n bytes of sentence. */
static void expect_each(const char *item, const char *list, const char *rest, char *sentence, size_t n,
                        const char *code)
{
    size_t plain = strcspn(rest, "{");
    memcpy(sentence + n, rest, plain);
    n += plain;
    sentence[n] = '\0';
    if (!rest[plain]) {
        const char *is = kp_answer_code(&tables, item, list, kp_text_value_key(&scratch, sentence));
        const char *spelled = kp_code_of(&tables, list, kp_text_value_key(&scratch, sentence));
        if (kp_text_has_letter(sentence) &&
            (!is || strcmp(is, code) != 0 || (spelled && strcmp(spelled, code) != 0))) {
            print_error("%s%s '%s' is '%s' or '%s', not '%s'\n", item, list, sentence, is ? is : "",
                        spelled ? spelled : "", code);
            faults++;
        }
        return;
    }
    const char *word = rest + plain + 1, *end = strchr(word, '}');
    for (size_t length; word <= end; word += length + 1) {
        length = strcspn(word, "|}");
        memcpy(sentence + n, word, length);
        expect_each(item, list, end + 1, sentence, n + length, code);
    }
}

static void table__every_sentence__has_one_code(void **state)
{
    (void)state;
    char sentence[1024];
    for (size_t i = 0; i < tables.n_answers; i++) {
        const struct kp_sentence *a = &tables.answers[i];
        const struct kp_item *item = kp_item_find(&tables, a->to);
        expect_each(item ? a->to : "", item ? item->code_system : a->to, a->sentence, sentence, 0, a->code);
    }
    assert_int_equal(faults, 0);
}

static void long_text__is_no_answer(void **state)
{
    (void)state;
    char sentence[2000] = "";
    for (int i = 0; i < 300; i++)
        memcpy(sentence + strlen(sentence), "あ", sizeof("あ"));
    expect(SLEEP, TODAY, sentence, "");
    assert_int_equal(faults, 0);
}

static int fresh(void **state)
{
    (void)state;
    faults = 0;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sentence__of_each_question__is_read, fresh),
        cmocka_unit_test_setup(sentence__uncertain_or_of_another_question__is_not_read, fresh),
        cmocka_unit_test_setup(sentence__before_april_2024__has_the_code_of_that_day, fresh),
        cmocka_unit_test_setup(table__every_sentence__has_one_code, fresh),
        cmocka_unit_test_setup(long_text__is_no_answer, fresh),
    };
    return cmocka_run_group_tests_name("answers", tests, load_tables, free_tables);
}
