/* Spellings of values in every width, read through a mapping of one column; and all code systems. */
#include "half_kana.h"
#include "tables.h"

#include "base/scan.h"
#include "input/normalize.h"

#define HEIGHT "9N001000000000001"   /* NNN.N cm */
#define WAIST "9N016160100000001"    /* NNN.N cm */
#define SYSTOLIC "9A751000000000001" /* NNN mm[Hg] */
#define PULSE "9N121000000000001"    /* NNN {h`b}/min */
#define AST "3B035000002327201"      /* NNNN U/L */
#define TG "3F015000002327101"       /* NNNNN mg/dL */
#define CRP "5C070000002306201"      /* NNN.N mg/dL */
#define GRAVITY "1A030000000190301"  /* N.NNN, no unit */
#define WHITE_CELLS "2A010000001930101"
#define RED_CELLS "2A020000001930101"
#define PROTEIN "1A010000000190111"
#define OCCULT_BLOOD "1B030000001599811"
#define PSA "5D305000002399811"
#define ECG "9A110160700000011"
#define ECG_TEXT "9A110160800000049"
#define HEARING "9D100163100000011"
#define HISTORY "9N056000000000011"
#define HISTORY_TEXT "9N056160400000049"
#define WORK "9N051000000000049"
#define MEDICINE "9N701000000000011"
#define SMOKING "9N736000000000011"
#define ALCOHOL "9N786000000000011"
#define ALCOHOL_AMOUNT "9N791000000000011"
#define HABITS "9N801000000000011"
#define CHEWING "9N872000000000011"
#define METABOLIC "9N501000000000011"
#define GUIDANCE "9N506000000000011"
#define JUDGEMENT "9N511000000000049"
#define REASON "9N512000000000011"

/* --- widths --- */

enum spelling { AS_IT_STANDS, NARROW, HALF_KANA, WIDE, IN_SPACES, IN_WIDE_SPACES, SPELLINGS };

/* The result lives as long as the tables. */
static const char *respell(const char *s, enum spelling how)
{
    switch (how) {
    case NARROW: return kp_text_nfkc(&arena, s);
    case HALF_KANA: return half_kana(kp_text_nfkc(&arena, s));
    case WIDE: return kp_text_wide(&arena, s, true);
    case IN_SPACES: return kp_arena_printf(&arena, "  %s ", s);
    case IN_WIDE_SPACES: return kp_arena_printf(&arena, "　%s　 ", s);
    case AS_IT_STANDS:
    case SPELLINGS:
    default: return s;
    }
}

/* --- a row of one cell --- */

static struct kp_record record;
static struct kp_findings findings;
static int faults;

static void read_row(const struct kp_mapping *mapping, const char *const *cells, struct kp_read_cells *before)
{
    static const struct kp_facilities nobody = {0};
    const struct kp_completion completion = {.facilities = &nobody, .read_cells = before};
    kp_arena_reset(&scratch);
    findings = (struct kp_findings){.arena = &scratch};
    assert_int_equal(kp_normalize(&tables, mapping, &completion, cells, &findings, &record), KP_OK);
}

/* Writes all that the row became. */
static char *outcome(void)
{
    struct kp_buf out = {0};
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_value *v = &record.values[i];
        if (v->state != KP_VALUE_ABSENT)
            kp_buf_printf(&out, "%zu=%d %s %c%c %s %s\n", i, v->state, v->text, v->limit ? v->limit : '.',
                          v->flag ? v->flag : '.', v->low, v->high);
        if (record.dash_columns[i])
            kp_buf_printf(&out, "dash %zu\n", i);
    }
    for (size_t i = 0; i < KP_F__COUNT; i++)
        kp_buf_printf(&out, "%s\n", record.field[i]);
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_buf_printf(&out, "K%u %s %u %s %s %s %s\n", (unsigned)f->code, f->field, f->column, f->args[0],
                      f->args[1], f->args[2], f->value);
    kp_buf_printf(&out, "%d%d", record.dash_coded, record.dash_empty);
    char *written = NULL;
    assert_true(kp_buf_take(&out, &written));
    return written;
}

/* Reads the row thrice: what it becomes must not depend on cells that were read before. */
static void read_again(const struct kp_mapping *mapping, const char *const *cells)
{
    static struct kp_read_cells *before;
    before = before ? before : kp_read_cells_new();
    assert_non_null(before);
    read_row(mapping, cells, NULL);
    char *expected = outcome();
    for (int i = 0; i < 2; i++) {
        read_row(mapping, cells, before);
        char *now = outcome();
        assert_string_equal(now, expected);
        free(now);
    }
    free(expected);
}

static void read_cell(enum kp_column_kind kind, unsigned index, const char *cell)
{
    static struct kp_column columns[2][512];
    assert_true(index < COUNT(columns[0]));
    struct kp_column *column = &columns[kind == KP_COL_ITEM][index];
    *column = (struct kp_column){.kind = kind, .index = index};
    read_again(&(struct kp_mapping){.columns = column, .n_columns = 1}, &cell);
}

static unsigned item_at(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    if (!item)
        fail_msg("no item %s", code);
    return (unsigned)(item - tables.items);
}

/* Returns what the item becomes. */
static const struct kp_value *value_of(const char *code, const char *cell)
{
    read_cell(KP_COL_ITEM, item_at(code), cell);
    return &record.values[item_at(code)];
}

static const struct kp_value *other_value(const char *code)
{
    return &record.values[item_at(code)];
}

static bool found(unsigned code)
{
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        if ((unsigned)f->code == code)
            return true;
    return false;
}

static bool is_refused(void)
{
    enum { FIRST_REJECT = 4000 };
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        if ((int)f->code >= FIRST_REJECT)
            return true;
    return false;
}

static bool is_text(const struct kp_value *value, const char *expected)
{
    return value->state == KP_VALUE_PRESENT && value->text && strcmp(value->text, expected) == 0;
}

static void fault(const char *code, const char *cell, const char *got, const char *expected)
{
    print_error("%s '%s': got %s, expected %s; first finding K%u\n", code, cell, got ? got : "nothing",
                expected, findings.first ? (unsigned)findings.first->code : 0);
    faults++;
}

/* Returns the next word of a list separated by |; NULL after the last. */
static const char *next_word(const char **list)
{
    if (!*list)
        return NULL;
    size_t n = strcspn(*list, "|");
    const char *word = kp_arena_strndup(&arena, *list, n);
    *list = (*list)[n] ? *list + n + 1 : NULL;
    return word;
}

static int fresh(void **state UNUSED)
{
    faults = 0;
    return 0;
}

/* --- codes --- */

/* Every word is read as the code, in every spelling. */
struct variants {
    const char *item, *code, *words;
};

static void assert_codes(const struct variants *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *list = cases[i].words, *word = NULL;
        while ((word = next_word(&list)))
            for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
                const char *cell = respell(word, (enum spelling)how);
                const struct kp_value *v = value_of(cases[i].item, cell);
                if (!is_text(v, cases[i].code) || is_refused())
                    fault(cases[i].item, cell, v->text, cases[i].code);
                else if (strcmp(kp_text_trim(&arena, cell), cases[i].code) != 0 && !found(3006))
                    fault(cases[i].item, cell, "no note", "K3006");
            }
    }
    assert_int_equal(faults, 0);
}

#define ASSERT_CODES(...)                                                                                    \
    do {                                                                                                     \
        static const struct variants cases_[] = {__VA_ARGS__};                                               \
        assert_codes(cases_, COUNT(cases_));                                                                 \
    } while (0)

static void codes__of_urine_and_stool__are_read(void **state UNUSED)
{
    ASSERT_CODES({PROTEIN, "1", "1|(-)|（－）|－|-|(−)|−|―|ー|陰性"},
                 {PROTEIN, "2", "2|(±)|（±）|±|+-|(+-)|＋－"},
                 {PROTEIN, "3", "3|(+)|（＋）|1+|＋|+|(1+)|（１＋）"},
                 {PROTEIN, "4", "4|（２＋）|(2+)|＋＋|++|2+|(++)"},
                 {PROTEIN, "5", "5|（４＋）|（３＋）|(4+)|(3+)|＋＋＋|+++|3+|4+|(+++)"},
                 {"1A020000000191111", "1", "-|(-)"}, {"1A020000000190111", "5", "3+|（４＋）"},
                 {"1A100000000190111", "2", "±|+-"}, {"1A100000000191111", "4", "2+|＋＋"},
                 {OCCULT_BLOOD, "1", "1|＋|+|(+)|（＋）|陽性"}, {OCCULT_BLOOD, "2", "2|－|-|(-)|（－）|陰性"},
                 {PSA, "1", "＋|陽性"}, {PSA, "2", "－|-|陰性"});
}

static void codes__of_findings__are_read(void **state UNUSED)
{
    ASSERT_CODES(
        {HISTORY, "1", "1|特記すべきことあり|特記事項あり|あり|有|有り"},
        {HISTORY, "2", "2|特になし|特になし、|異常所見なし|特記事項なし|特記すべきことなし|なし|無"},
        {"9N061000000000011", "2", "特になし|特記事項なし"},
        {"9N066000000000011", "2", "異常所見なし|特になし、"}, {ECG, "1", "1|所見あり|低下|あり|有"},
        {ECG, "2", "2|異常所見なし|異常なし|異常(所見)なし/|異常（所見）なし／|所見なし|正常|特になし"},
        {HEARING, "1", "1|所見あり|低下"},
        {HEARING, "2", "2|異常所見なし|異常なし|異常(所見)なし/|所見なし|正常"},
        {HEARING, "3", "3|要再撮影"});
}

static void codes__of_answers__are_read(void **state UNUSED)
{
    ASSERT_CODES(
        {MEDICINE, "1", "1|はい|有|あり|有り|Yes|yes|YES|Y|y|true|TRUE"},
        {MEDICINE, "1", "服薬あり|血糖　薬剤治療中|血糖 薬剤治療中|コレステロール　薬剤治療中|運動してる"},
        {MEDICINE, "2", "2|いいえ|無|なし|無し|No|no|NO|N|n|false|FALSE"},
        {"9N706000000000011", "1", "服薬あり|血糖　薬剤治療中"},
        {"9N711000000000011", "1", "コレステロール　薬剤治療中"}, {"9N746000000000011", "1", "運動してる"},
        {SMOKING, "1", "1|はい"},
        {SMOKING, "2", "2|以前は吸っていた|以前吸っていた|以前は吸っていたが最近1ヶ月間は吸っていない"},
        {SMOKING, "2", "以前は吸っていたが、最近１か月間は吸っていない"},
        {SMOKING, "2", "以前吸っていたが、最近１か月間は吸っていない"},
        {SMOKING, "3", "3|いいえ|なし|吸わない|非喫煙|喫煙なし"}, {ALCOHOL, "1", "1|毎日"},
        {ALCOHOL, "2", "2|飲酒（週5～6日）|飲酒（週5〜6日）|週５～６日|週5-6日"},
        {ALCOHOL, "3", "3|飲酒（週3～4日）|週３～４日|週3〜4日"},
        {ALCOHOL, "4", "4|飲酒（週1～2日）|週１～２日|週1〜2日"},
        {ALCOHOL, "5", "5|月に１～３日|月1〜3日|月1-3日|月1～3日"}, {ALCOHOL, "6", "6|月に１日未満"},
        {ALCOHOL, "7", "7|やめた"}, {ALCOHOL, "8", "8|飲まない（飲めない）"},
        {ALCOHOL_AMOUNT, "1", "1|１合未満"}, {ALCOHOL_AMOUNT, "2", "2|１～２合未満|1〜2合未満|1-2合未満"},
        {ALCOHOL_AMOUNT, "3", "3|２～３合未満|2〜3合未満|2-3合未満"},
        {ALCOHOL_AMOUNT, "4", "4|３～５合未満|3〜5合未満|3-5合未満"}, {ALCOHOL_AMOUNT, "5", "5|５合以上"},
        {HABITS, "1", "1|意志なし|意思なし|改善するつもりはない"},
        {HABITS, "2", "2|改善するつもり（６か月以内）|意思あり(６か月以内)"},
        {HABITS, "3", "3|意思あり(近いうち)|改善するつもり（近いうち）"},
        {HABITS, "4",
         "4|取組済み(６ヶ月未満)|既に取り組んでいる（６ヶ月未満）|既に改善に取り組んでいる（６ヶ月未満）"},
        {HABITS, "5",
         "5|取組済み(６ヶ月以上)|既に取り組んでいる（６ヶ月以上）|既に改善に取り組んでいる（６ヶ月以上）"},
        {CHEWING, "1", "1|何でもかんで食べる"},
        {CHEWING, "2", "2|かみにくいことがある。|かみにくいことがある"});
}

static void codes__of_judgements_and_methods__are_read(void **state UNUSED)
{
    ASSERT_CODES({METABOLIC, "1", "1|基準該当"}, {METABOLIC, "2", "2|予備群該当"},
                 {METABOLIC, "3", "3|非該当|該当しません"}, {METABOLIC, "4", "4|判定不能"},
                 {GUIDANCE, "1", "1|積極的支援"}, {GUIDANCE, "2", "2|動機付け支援|動機づけ支援"},
                 {GUIDANCE, "3", "3|情報提供|なし"}, {GUIDANCE, "4", "4|判定不能"},
                 {"9D100164000000011", "1", "1|ｵｰｼﾞｵ|オージオ"});
}

static void codes__of_the_last_meal__words_and_hours(void **state UNUSED)
{
    ASSERT_CODES(
        {KP_ITEM_MEAL, "2", "2|食後10時間以上|食後１０時間以上|10|12|24|10.0|12.0|15.5|10時間|12.5時間"},
        {KP_ITEM_MEAL, "3", "3|食後3.5時間以上10時間未満|3.5時間以上10時間未満|9.9|3.5|5|9|3.5時間|4時間"},
        {KP_ITEM_MEAL, "4", "4|3.5未満|3.5 未満|3.5時間未満|食後3.5時間未満|食後3.5 時間未満|3.4|0.5|2時間"});
}

/* --- findings --- */

static void finding__in_own_column__sets_the_flag(void **state UNUSED)
{
    static const struct {
        const char *flag, *words, *nothing;
    } cases[] = {{HISTORY, HISTORY_TEXT, "特になし|特になし、|異常所見なし|特記事項なし"},
                 {"9N061000000000011", "9N061160800000049", "特になし|特になし、|異常所見なし|特記事項なし"},
                 {"9N066000000000011", "9N066160800000049", "特になし|特になし、|異常所見なし|特記事項なし"},
                 {ECG, ECG_TEXT, "異常所見なし|異常なし|異常(所見)なし/|所見なし|正常"}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
            const char *list = cases[i].nothing, *word = NULL;
            while ((word = next_word(&list))) {
                const char *cell = respell(word, (enum spelling)how);
                const struct kp_value *v = value_of(cases[i].words, cell);
                if (v->state != KP_VALUE_ABSENT || !is_text(other_value(cases[i].flag), "2") || is_refused())
                    fault(cases[i].words, cell, other_value(cases[i].flag)->text, "2 and no words");
            }
            const char *cell = respell("アレルギー A-1", (enum spelling)how);
            const struct kp_value *v = value_of(cases[i].words, cell);
            if (!is_text(v, "アレルギー　Ａ－１") || !is_text(other_value(cases[i].flag), "1") ||
                is_refused())
                fault(cases[i].words, cell, v->text, "1 and the words");
        }
    assert_int_equal(faults, 0);
}

/* "洞性徐脈" in 心電図判定: flag 1, and the words are the finding. */
static void finding__in_column_of_flag__is_flag_and_words(void **state UNUSED)
{
    static const char *const pairs[][2] = {{HISTORY, HISTORY_TEXT},
                                           {"9N061000000000011", "9N061160800000049"},
                                           {"9N066000000000011", "9N066160800000049"},
                                           {ECG, ECG_TEXT},
                                           {"9N206160700000011", "9N206160800000049"}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
            const char *cell = respell("アレルギー A-1", (enum spelling)how);
            const struct kp_value *v = value_of(pairs[i][0], cell);
            if (!is_text(v, "1") || !is_text(other_value(pairs[i][1]), "アレルギー　Ａ－１") || is_refused())
                fault(pairs[i][0], cell, v->text, "1 and the words");
        }
    assert_int_equal(faults, 0);
}

/* --- no result --- */

static void assert_states(const char *const *items, size_t n, const char *words, enum kp_value_state expected,
                          unsigned code)
{
    for (size_t i = 0; i < n; i++) {
        const char *list = words, *word = NULL;
        while ((word = next_word(&list)))
            for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
                const char *cell = respell(word, (enum spelling)how);
                const struct kp_value *v = value_of(items[i], cell);
                if (v->state != expected || !found(code) || is_refused())
                    fault(items[i], cell, v->text, "no result");
            }
    }
    assert_int_equal(faults, 0);
}

static void no_result__not_done__in_every_type(void **state UNUSED)
{
    static const char *const items[] = {HEIGHT,  TG,   PROTEIN, OCCULT_BLOOD, ECG,
                                        HEARING, WORK, SMOKING, KP_ITEM_MEAL};
    assert_states(items, COUNT(items),
                  "未実施|未受診|実施せず|キャンセル|キヤンセル|ｷﾔﾝｾﾙ|ｷｬﾝｾﾙ|中止|拒否|対象外",
                  KP_VALUE_NOT_DONE, 3012);
}

/* A dash is absent, unless the code system has one. */
static void no_result__dash__is_absent(void **state UNUSED)
{
    static const char *const items[] = {HEIGHT, TG, ECG, HEARING, SMOKING, KP_ITEM_MEAL, WORK};
    assert_states(items, COUNT(items), "-|－|−|―|ー|--", KP_VALUE_ABSENT, 3014);
}

static void no_result__not_measurable__numbers_and_codes(void **state UNUSED)
{
    static const char *const items[] = {HEIGHT, TG, PROTEIN, OCCULT_BLOOD, ECG, HEARING};
    assert_states(items, COUNT(items), "測定不能|測定不可|判定不能|検体不良|採血不可",
                  KP_VALUE_NOT_MEASURABLE, 3013);
}

static void no_result__reason__goes_to_the_item_for_reasons(void **state UNUSED)
{
    static const char *const urine[] = {PROTEIN, "1A020000000190111", "1A100000000190111"}, *const waist[] = {
                                                                                                WAIST};
    assert_states(urine, COUNT(urine), "生理中", KP_VALUE_NOT_MEASURABLE, 3022);
    assert_states(waist, COUNT(waist), "生理中", KP_VALUE_NOT_DONE, 3022);
    assert_true(is_text(other_value(REASON), "1"));
    ASSERT_CODES({REASON, "1", "生理中"});
}

/* --- numbers --- */

static void number__with_marks_and_unit__is_read(void **state UNUSED)
{
    static const struct {
        const char *item, *cell, *text;
        char limit, flag;
    } cases[] = {{HEIGHT, "170.5", "170.5", 0, 0},
                 {HEIGHT, "170", "170.0", 0, 0},
                 {CRP, "0.1未満", "0.1", 'L', 0},
                 {CRP, "<0.1", "0.1", 'L', 0},
                 {CRP, "< 0.1", "0.1", 'L', 0},
                 {CRP, "<=0.1", "0.1", 'L', 0},
                 {CRP, "≦0.1", "0.1", 'L', 0},
                 {TG, "35未満", "35", 'L', 0},
                 {TG, "35 未満", "35", 'L', 0},
                 {TG, "35mg/dl未満", "35", 'L', 0},
                 {GRAVITY, "1.005以下", "1.005", 'L', 0},
                 {GRAVITY, ">=1.030", "1.030", 'H', 0},
                 {TG, ">=1000", "1000", 'H', 0},
                 {TG, ">= 1000", "1000", 'H', 0},
                 {TG, "≧1000", "1000", 'H', 0},
                 {TG, ">1000", "1000", 'H', 0},
                 {TG, "1000以上", "1000", 'H', 0},
                 {TG, "1,000以上", "1000", 'H', 0},
                 {SYSTOLIC, "150H", "150", 0, 'H'},
                 {SYSTOLIC, "150 H", "150", 0, 'H'},
                 {SYSTOLIC, "90L", "90", 0, 'L'},
                 {SYSTOLIC, "90 L", "90", 0, 'L'},
                 {SYSTOLIC, "150mmHg H", "150", 0, 'H'},
                 {CRP, "1.2 h", "1.2", 0, 'H'},
                 {WHITE_CELLS, "5,200", "5200", 0, 0},
                 {WHITE_CELLS, "12,345", "12345", 0, 0},
                 {SYSTOLIC, "120mmHg", "120", 0, 0},
                 {SYSTOLIC, "120 mmHg", "120", 0, 0},
                 {AST, "25IU/L", "25", 0, 0},
                 {AST, "25 U/L", "25", 0, 0},
                 {TG, "98mg/dl", "98", 0, 0},
                 {TG, "98 mg/dL", "98", 0, 0},
                 {RED_CELLS, "450万/mm3", "450", 0, 0},
                 {RED_CELLS, "450 万/μL", "450", 0, 0},
                 {PULSE, "72拍/分", "72", 0, 0},
                 {PULSE, "72 拍/分", "72", 0, 0}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
            const char *cell = respell(cases[i].cell, (enum spelling)how);
            const struct kp_value *v = value_of(cases[i].item, cell);
            if (!is_text(v, cases[i].text) || v->limit != cases[i].limit || v->flag != cases[i].flag ||
                is_refused())
                fault(cases[i].item, cell, v->text, cases[i].text);
        }
    assert_int_equal(faults, 0);
}

/* --- fields --- */

static void assert_field(enum kp_field field, const char *expected, const char *words)
{
    const char *list = words, *word = NULL;
    while ((word = next_word(&list)))
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
            const char *cell = respell(word, (enum spelling)how);
            read_cell(KP_COL_FIELD, field, cell);
            if (strcmp(record.field[field], expected) != 0 || is_refused())
                fault(kp_field_name(field), cell, record.field[field], expected);
        }
}

static void field__sex__is_coded(void **state UNUSED)
{
    assert_field(KP_F_SEX, "1", "1|男|男性|M|m|Male");
    assert_field(KP_F_SEX, "2", "2|女|女性|F|f|Female");
    assert_int_equal(faults, 0);
}

static void field__qualification__is_coded(void **state UNUSED)
{
    assert_field(KP_F_QUALIFICATION, "1", "1|本人|被保険者");
    assert_field(KP_F_QUALIFICATION, "2", "2|家族|被扶養者");
    assert_int_equal(faults, 0);
}

static void field__dates_of_all_kinds__become_yyyymmdd(void **state UNUSED)
{
    assert_field(KP_F_EXAM_DATE, "20260509",
                 "2026/05/09|2026/5/9|20260509|2026-05-09|2026-5-9|2026.5.9|2026/5/9 0:00");
    assert_field(KP_F_EXAM_DATE, "20260509",
                 "2026年5月9日|2026年05月09日|令和8年5月9日|令和８年５月９日|R8.5.9|R8/5/9");
    assert_field(KP_F_EXAM_DATE, "20260509", "R08.05.09|r8.5.9|R080509");
    assert_field(KP_F_BIRTH_DATE, "19850331",
                 "1985/03/31|1985/3/31|19850331|昭和60年3月31日|昭和６０年３月３１日");
    assert_field(KP_F_BIRTH_DATE, "19850331", "S60.3.31|S60.03.31|S60/3/31|S600331|s60.3.31");
    assert_field(KP_F_BIRTH_DATE, "19890108",
                 "1989/1/8|平成元年1月8日|平成1年1月8日|H1.1.8|H01.01.08|H010108");
    assert_field(KP_F_BIRTH_DATE, "20190501", "令和元年5月1日|R1.5.1");
    assert_field(KP_F_BIRTH_DATE, "19261224", "大正15年12月24日|T15.12.24");
    assert_int_equal(faults, 0);
}

/* --- code systems, whole --- */

/* Digits mean the code, never the display of another: "1" of Scheie's classes is code 1, not degree 1. */
static void assert_row(const struct kp_item *item, const struct kp_code_row *row)
{
    for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
        const char *code = respell(row->code, (enum spelling)how);
        const char *display = respell(row->display, (enum spelling)how);
        const struct kp_value *v = value_of(item->code, code);
        if (!is_text(v, row->code) || is_refused())
            fault(item->code, code, v->text, row->code);
        v = value_of(item->code, display);
        if (!kp_all_digits(row->display) && (!is_text(v, row->code) || is_refused()))
            fault(item->code, display, v->text, row->code);
    }
}

static void code_systems__every_code_and_display__is_itself(void **state UNUSED)
{
    for (size_t i = 0; i < tables.n_codes; i++) {
        const struct kp_code_row *row = &tables.codes[i];
        if (kp_date_is_set(row->to))
            continue; /* of earlier days: test_norm_periods */
        bool category = strcmp(row->system, "1.2.392.200119.6.1001") == 0;
        size_t n_items = 0;
        for (size_t k = 0; k < tables.n_items; k++)
            if (strcmp(tables.items[k].code_system, row->system) == 0) {
                assert_row(&tables.items[k], row);
                n_items++;
            }
        if (category || strcmp(row->system, "1.2.392.200119.6.1002") == 0) {
            enum kp_field field = category ? KP_F_REPORT_CATEGORY : KP_F_PROGRAMME;
            assert_field(field, row->code, row->code);
            assert_field(field, row->code, row->display);
        } else if (n_items == 0 && strchr(row->system, '.') &&
                   strcmp(row->system, "1.2.392.200119.6.1010") != 0) { /* sections of documents only */
            fault(row->system, row->code, "no item", "one that uses the system");
        }
    }
    assert_int_equal(faults, 0);
}

static void unknown_word__in_every_coded_item__is_refused(void **state UNUSED)
{
    static const char *const words[] = {"なんとか", "Q9", "１２３４", "はいいいえ", "C12"};
    size_t n = 0;
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        bool coded = item->type == KP_TYPE_CD || item->type == KP_TYPE_CO;
        bool takes_words = item->text_item >= 0;
        for (size_t k = 0; coded && !takes_words && k < COUNT(words) * SPELLINGS; k++) {
            const char *cell = respell(words[k / SPELLINGS], (enum spelling)(k % SPELLINGS));
            if (strcmp(item->code, KP_ITEM_MEAL) == 0 && k / SPELLINGS == 2)
                continue; /* numbers are hours here */
            const struct kp_value *v = value_of(item->code, cell);
            n++;
            if (v->state != KP_VALUE_ABSENT || (!found(4024) && !found(4054)))
                fault(item->label, cell, v->text, "K4024");
        }
    }
    assert_true(n > 0);
    assert_int_equal(faults, 0);
}

static void unknown_word__in_a_coded_field__is_refused(void **state UNUSED)
{
    static const struct {
        enum kp_field field;
        unsigned code;
    } cases[] = {{KP_F_SEX, 4011},
                 {KP_F_QUALIFICATION, 4017},
                 {KP_F_REPORT_CATEGORY, 4026},
                 {KP_F_PROGRAMME, 4026},
                 {KP_F_FASTING, 4036}};
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
            read_cell(KP_COL_FIELD, cases[i].field, respell("なんとか", (enum spelling)how));
            if (*record.field[cases[i].field] || !found(cases[i].code))
                fault(kp_field_name(cases[i].field), "なんとか", record.field[cases[i].field], "a refusal");
        }
    assert_int_equal(faults, 0);
}

/* --- grades --- */

static void grade__in_judgement__is_no_text(void **state UNUSED)
{
    size_t n = 0;
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        const char *list = "Ａ|Ｂ|Ｃ１２|Ｃ６|Ｄ|Ｆ|D2|E|A|B|C|C3|C6|C12|D|D1|F|a|b", *word = NULL;
        bool words = item->type == KP_TYPE_ST && item->author_item >= 0;
        while (words && (word = next_word(&list)))
            for (int how = AS_IT_STANDS; how < SPELLINGS; how++) {
                const char *cell = respell(word, (enum spelling)how);
                const struct kp_value *v = value_of(item->code, cell);
                n++;
                if (v->state != KP_VALUE_ABSENT || !found(3021) || is_refused())
                    fault(item->label, cell, v->text, "no text");
            }
    }
    assert_true(n > 0);
    assert_int_equal(faults, 0);
}

/* Possible judgements of a doctor. */
static void words__in_judgement__are_kept(void **state UNUSED)
{
    static const char *const words[] = {"要精検", "軽度異常", "要経過観察", "異常なし", "Ａ：異常なし"};
    for (size_t i = 0; i < COUNT(words) * SPELLINGS; i++) {
        const char *cell = respell(words[i / SPELLINGS], (enum spelling)(i % SPELLINGS));
        const struct kp_value *v = value_of(JUDGEMENT, cell);
        if (!is_text(v, words[i / SPELLINGS]) || is_refused())
            fault(JUDGEMENT, cell, v->text, words[i / SPELLINGS]);
    }
    assert_int_equal(faults, 0);
}

static int load_all(void **state)
{
    int st = load_tables(state);
    if (st == 0)
        learn_kana();
    return st;
}

/* The same word has another code, or none, in the form of other days. */
static void cells__read_before_on_another_day__are_read_anew(void **state UNUSED)
{
    static const char *const days[] = {"20080501", "20130401", "20180401",
                                       "20240401", "20250701", "20180331"};
    static struct kp_column columns[64][2];
    size_t n = 0;
    assert_true(tables.n_periods > 0 && tables.n_periods <= COUNT(columns));
    for (size_t p = 0; p < tables.n_periods; p++) {
        const struct kp_item *item = tables.periods[p].item;
        columns[p][0] = (struct kp_column){.kind = KP_COL_FIELD, .index = KP_F_EXAM_DATE};
        columns[p][1] = (struct kp_column){.kind = KP_COL_ITEM, .index = (unsigned)(item - tables.items)};
        const struct kp_mapping mapping = {.columns = columns[p], .n_columns = 2};
        for (size_t c = 0; c < tables.n_codes; c++)
            for (size_t k = 0; k < 2 * COUNT(days); k++) {
                const struct kp_code_row *row = &tables.codes[c];
                const char *cells[] = {days[k % COUNT(days)], k < COUNT(days) ? row->display : row->code};
                if (strcmp(row->system, item->code_system) != 0 &&
                    strcmp(row->system, tables.periods[p].code_system) != 0)
                    continue;
                read_again(&mapping, cells);
                n++;
            }
    }
    assert_true(n > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(codes__of_urine_and_stool__are_read, fresh),
        cmocka_unit_test_setup(codes__of_findings__are_read, fresh),
        cmocka_unit_test_setup(codes__of_answers__are_read, fresh),
        cmocka_unit_test_setup(codes__of_judgements_and_methods__are_read, fresh),
        cmocka_unit_test_setup(codes__of_the_last_meal__words_and_hours, fresh),
        cmocka_unit_test_setup(finding__in_own_column__sets_the_flag, fresh),
        cmocka_unit_test_setup(finding__in_column_of_flag__is_flag_and_words, fresh),
        cmocka_unit_test_setup(no_result__not_done__in_every_type, fresh),
        cmocka_unit_test_setup(no_result__dash__is_absent, fresh),
        cmocka_unit_test_setup(no_result__not_measurable__numbers_and_codes, fresh),
        cmocka_unit_test_setup(no_result__reason__goes_to_the_item_for_reasons, fresh),
        cmocka_unit_test_setup(number__with_marks_and_unit__is_read, fresh),
        cmocka_unit_test_setup(field__sex__is_coded, fresh),
        cmocka_unit_test_setup(field__qualification__is_coded, fresh),
        cmocka_unit_test_setup(field__dates_of_all_kinds__become_yyyymmdd, fresh),
        cmocka_unit_test_setup(code_systems__every_code_and_display__is_itself, fresh),
        cmocka_unit_test_setup(unknown_word__in_every_coded_item__is_refused, fresh),
        cmocka_unit_test_setup(unknown_word__in_a_coded_field__is_refused, fresh),
        cmocka_unit_test_setup(grade__in_judgement__is_no_text, fresh),
        cmocka_unit_test_setup(words__in_judgement__are_kept, fresh),
        cmocka_unit_test(cells__read_before_on_another_day__are_read_anew),
    };
    return cmocka_run_group_tests_name("variants", tests, load_all, free_tables);
}
