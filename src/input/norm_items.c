#include "input/norm_items.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "input/digits.h"
#include "input/norm_numbers.h"

#define SYSTEM_MEAL "1.2.392.200119.6.2202"    /* 採血時間(食後) */
#define SYSTEM_REASON "1.2.392.200119.6.24080" /* 測定不可能・検査未実施の理由 */
#define ITEM_REASON "9N512000000000011"

/* --- codes --- */

/* Returns whether a number without a unit is hours: in a column of hours, or because "12.0" is no way to
 * write a code and 12 is none. Whole numbers as codes are written are left alone where digits are codes. */
static bool is_hours(const struct kp_norm_cell *c, struct kp_decimal hours)
{
    static const struct kp_decimal four = {4, 0};
    struct kp_decimal whole;
    const enum kp_digits digits = c->column->digits;
    bool is_code = kp_decimal_compare(hours, four) <= 0 && kp_decimal_round(hours, 0, &whole) &&
                   kp_decimal_compare(hours, whole) == 0;
    return digits == KP_DIGITS_HOURS || (!is_code && (digits == KP_DIGITS_NONE || strchr(c->key, '.')));
}

/* Returns the code for hours since the last meal, or NULL. */
static const char *meal_code(const struct kp_norm_cell *c)
{
    static const struct kp_decimal ten = {10, 0}, three_and_a_half = {35, 1}, most = {72, 0};
    struct kp_decimal hours;
    bool has_unit = false;
    if (!kp_hours_parse(c->norm->tables, c->key, &hours, &has_unit) || kp_decimal_compare(hours, most) > 0 ||
        (!has_unit && !is_hours(c, hours)))
        return NULL;
    if (kp_decimal_compare(hours, ten) >= 0)
        return "2";
    return kp_decimal_compare(hours, three_and_a_half) >= 0 ? "3" : "4";
}

/* Returns the code that the cell has in the item's list on the day of the examination, or NULL. A mapping
 * file that gives a word its code in the list of other days was not written for this day. */
static const char *code_on_day(const struct kp_norm_cell *c)
{
    const struct kp_tables *t = c->norm->tables;
    const struct kp_date exam = c->norm->record->exam;
    const char *word = c->source ? kp_norm_text(kp_text_value_key(c->norm->arena, c->source)) : "";
    if (*word && !kp_all_digits(word) && !kp_item_code(t, c->item, exam, word) &&
        kp_item_code_ever(t, c->item, word, c->text))
        return NULL;
    return kp_item_code(t, c->item, exam, c->key);
}

/* Reads a code of the item's list, or a spelling of one. Returns false for any other text. */
static bool read_known_code(const struct kp_norm_cell *c, struct kp_value *value)
{
    bool hours = c->column->digits == KP_DIGITS_HOURS && !c->source && kp_is_bare_number(c->key);
    const char *code = *c->text && !hours ? code_on_day(c) : NULL;
    if (!code && strcmp(c->item->code_system, SYSTEM_MEAL) == 0)
        code = meal_code(c);
    if (!code)
        return false;
    if (kp_text_is_dash(c->key)) {
        c->norm->record->dash_coded = true;
        c->norm->record->dash_columns[c->item - c->norm->tables->items] = c->column->number;
    }
    value->state = KP_VALUE_PRESENT;
    value->text = code;
    if (strcmp(code, c->text) != 0)
        kp_norm_note(c, KP_K_VALUE_CODED, c->text);
    return true;
}

/* Adds the finding that the item does not have this code, with a list of its codes. */
static void note_unknown_code(const struct kp_norm_cell *c)
{
    const struct kp_tables *tables = c->norm->tables;
    struct kp_arena *arena = c->norm->arena;
    const char *accepted = "", *list = kp_item_list(tables, c->item, c->norm->record->exam);
    for (size_t i = 0; accepted && i < tables->n_codes; i++) {
        const struct kp_code_row *code = &tables->codes[i];
        if (strcmp(code->system, list) == 0)
            accepted = kp_arena_printf(arena, "%s%s%s=%s", accepted, *accepted ? ", " : "", code->code,
                                       code->display);
    }
    if (kp_item_code_ever(tables, c->item, c->key, NULL)) {
        kp_norm_note(c, KP_K_CODE_OF_OTHER_DAYS, c->text, kp_norm_day(c->norm), kp_norm_text(accepted));
        return;
    }
    kp_norm_note(c, KP_K_CODE_UNKNOWN, c->text, kp_norm_text(accepted));
}

/* --- values --- */

/* Stores a value of the item; combines it with an earlier one by the item's rule. */
static void store(const struct kp_norm_cell *c, struct kp_value value)
{
    struct kp_value *now = kp_value_of(c->norm->record, c->item);
    if (value.state == KP_VALUE_ABSENT)
        return;
    bool same = now->state == value.state && now->limit == value.limit &&
                strcmp(kp_norm_text(now->text), kp_norm_text(value.text)) == 0 &&
                (!now->flag || !value.flag || now->flag == value.flag);
    if (now->state == KP_VALUE_ABSENT) {
        *now = value;
    } else if (same) {
        now->flag = now->flag ? now->flag : value.flag;
    } else if (c->item->several == KP_SEVERAL_POSITIVE) {
        bool better = value.state == KP_VALUE_PRESENT &&
                      (now->state != KP_VALUE_PRESENT || strcmp(value.text, now->text) < 0); /* 1 is 陽性 */
        *now = better ? value : *now;
        kp_norm_note(c, KP_K_POSITIVE_TAKEN, NULL);
    } else {
        kp_norm_disagree(c, c->item->label);
    }
}

/* Prepends an item to grades or reasons. */
static void settle_later(struct kp_norm *norm, struct kp_norm_later **list, const struct kp_item *item,
                         const char *code)
{
    struct kp_norm_later *later = kp_arena_alloc(norm->arena, sizeof(*later));
    if (!later)
        return;
    *later = (struct kp_norm_later){*list, item, code, norm->findings->column};
    *list = later;
}

/* Reads a reason for a missing result (測定不可能・検査未実施の理由), such as "生理中" for urine. */
static bool read_reason(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_norm *norm = c->norm;
    const char *code = kp_code_of(norm->tables, SYSTEM_REASON, c->key);
    bool certain = code && (*code == '1' || *code == '2') && strcmp(code, c->key) != 0;
    if (!certain || c->item->type == KP_TYPE_ST || strcmp(c->item->code, ITEM_REASON) == 0)
        return false;
    /* 実施の手引き: a urine test that menstruation or an illness prevented counts as done */
    value->state = strncmp(c->item->code, "1A", 2) == 0 ? KP_VALUE_NOT_MEASURABLE : KP_VALUE_NOT_DONE;
    settle_later(norm, &norm->reasons, c->item, code);
    return true;
}

/* Returns what the words of the cell say. */
static enum kp_words words_of(const struct kp_norm_cell *c)
{
    if (!c->reading)
        return kp_words_of(c->norm->tables, c->norm->arena, c->key);
    if (!c->reading->has_words)
        c->reading->words = kp_words_of(c->norm->tables, c->norm->arena, c->key);
    c->reading->has_words = !c->norm->arena->failed;
    return c->reading->words;
}

/* Returns what words say in an item that has none of its own. */
static enum kp_words said_in_place(const struct kp_norm_cell *c)
{
    bool of_excel = c->key[0] == '#'; /* there was a result */
    return c->item->type == KP_TYPE_ST || of_excel || !kp_text_has_letter(c->key) ? KP_WORDS_OPEN
                                                                                  : words_of(c);
}

/* Returns whether the cell says that there is no result: empty, a dash, 未実施, 測定不能 or a reason. */
static bool read_state(const struct kp_norm_cell *c, struct kp_value *value)
{
    if (!*c->text || kp_norm_dash(c->norm, c->item->label, c->key))
        return true;
    const enum kp_words said = said_in_place(c);
    if (said == KP_WORDS_NOT_DONE || kp_code_of(c->norm->tables, "not_done", c->key)) {
        value->state = c->item->is_author ? KP_VALUE_ABSENT : KP_VALUE_NOT_DONE;
        kp_norm_note(c, KP_K_READ_AS_NOT_DONE, c->text);
        return true;
    }
    /* a text keeps the words: it has no such form */
    if (c->item->type != KP_TYPE_ST && kp_code_of(c->norm->tables, "not_measurable", c->key)) {
        value->state = KP_VALUE_NOT_MEASURABLE;
        kp_norm_note(c, KP_K_READ_AS_NOT_MEASURABLE, c->text);
        return true;
    }
    if (read_reason(c, value))
        return true;
    if (said == KP_WORDS_BLANK)
        kp_norm_note(c, KP_K_PLACEHOLDER_EMPTY, c->text, NULL);
    return said == KP_WORDS_BLANK;
}

/* Reads words that are no finding. */
static void read_no_finding(const struct kp_norm_cell *c, enum kp_words said, struct kp_value *value)
{
    switch (said) {
    case KP_WORDS_NOTHING:
        *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "2"};
        kp_norm_note(c, KP_K_VALUE_CODED, c->text, NULL);
        break;
    case KP_WORDS_BLANK: kp_norm_note(c, KP_K_PLACEHOLDER_EMPTY, c->text, NULL); break;
    case KP_WORDS_NOT_DONE:
        value->state = KP_VALUE_NOT_DONE;
        kp_norm_note(c, KP_K_READ_AS_NOT_DONE, c->text, NULL);
        break;
    case KP_WORDS_OPEN:
    case KP_WORDS_FINDING:
    default: kp_norm_note(c, KP_K_WORDS_OPEN, c->text, NULL); break;
    }
}

static void read_text(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_norm *norm = c->norm;
    enum { DATE_BYTES = 8 }; /* 撮影年月日, a date in a text item */
    struct kp_date date;
    if (c->item->max_bytes == DATE_BYTES) {
        value->text = kp_norm_date(norm, c->item->label, c->text, &date);
        value->state = *value->text ? KP_VALUE_PRESENT : KP_VALUE_ABSENT;
        return;
    }
    const char *wide = kp_norm_text(kp_text_wide(norm->arena, c->text, true));
    if (strcmp(wide, c->text) != 0)
        kp_norm_note(c, KP_K_WIDTH_CHANGED, c->text);
    if (kp_text_cp932_bytes(norm->tables->text, wide, NULL) > c->item->max_bytes)
        kp_norm_note(c, KP_K_TOO_LONG, c->text, c->item->format);
    else
        *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = wide};
}

/* Stores the words of a flag column as the finding. */
static bool store_words(const struct kp_norm_cell *c, const struct kp_item *text_item)
{
    struct kp_value words = {0};
    struct kp_norm_cell to = *c;
    to.item = text_item;
    read_text(&to, &words);
    store(&to, words);
    return words.state == KP_VALUE_PRESENT;
}

/* Reads words in a flag column that are no code of it. A finding ("洞性徐脈" in 心電図) goes to the item for
 * findings unless another column has that; then only known judgements ("要精検") are a flag. */
static bool read_flag_in_words(const struct kp_norm_cell *c, struct kp_value *value)
{
    static const char must[] = "要";
    const struct kp_tables *tables = c->norm->tables;
    const int text_item = c->item->text_item;
    if (!kp_is_finding_flag(c->item) || !c->key[strspn(c->key, "0123456789.")])
        return false;
    enum kp_words said = words_of(c);
    if (said != KP_WORDS_FINDING) {
        read_no_finding(c, said, value);
        return true;
    }
    bool judged = kp_words_judge(tables, c->norm->arena, c->key);
    bool alone = text_item >= 0 && !kp_mapping_has(c->norm->mapping, KP_COL_ITEM, (unsigned)text_item);
    if (!judged && (!alone || strncmp(c->key, must, strlen(must)) == 0))
        return false;
    value->text = "1";
    if (!alone || store_words(c, &tables->items[text_item]))
        value->state = KP_VALUE_PRESENT;
    kp_norm_note(c, alone ? KP_K_FINDING_DERIVED : KP_K_VALUE_CODED, c->text, alone ? c->item->label : NULL);
    return true;
}

/* Returns the word of "(word)", or of "word(the same)" in two spellings of one code; NULL for other texts. */
static const char *bracketed_word(const struct kp_norm_cell *c)
{
    struct kp_norm *norm = c->norm;
    const size_t n = strlen(c->key);
    const char *bracket = strchr(c->key, '(');
    if (!bracket || c->key[n - 1] != ')' || strchr(bracket + 1, '('))
        return NULL;
    const char *before = kp_norm_text(kp_arena_strndup(norm->arena, c->key, (size_t)(bracket - c->key)));
    const char *inside = kp_norm_text(kp_arena_strndup(norm->arena, bracket + 1, n - 2 - strlen(before)));
    const char *code = kp_item_code(norm->tables, c->item, norm->record->exam, inside);
    const char *same = kp_item_code(norm->tables, c->item, norm->record->exam, before);
    if (kp_is_bare_number(inside) || kp_is_bare_number(before))
        return NULL;
    return !*before || (code && same && strcmp(code, same) == 0) ? inside : NULL;
}

/* Sets *ret_word to the cell with the word of "1:word" alone, unless that is the beginning of a finding
 * ("1.徐脈 2.左軸偏位"). */
static bool find_word(const struct kp_norm_cell *c, struct kp_norm_cell *ret_word)
{
    const struct kp_tables *tables = c->norm->tables;
    const char *word = kp_numbered_word(c->norm->arena, c->text);
    word = word ? word : bracketed_word(c);
    *ret_word = *c;
    ret_word->reading = NULL; /* which is of the whole cell */
    ret_word->text = word;
    ret_word->key = word ? kp_norm_text(kp_text_value_key(c->norm->arena, word)) : "";
    return word && (!kp_is_finding_flag(c->item) ||
                    kp_item_code(tables, c->item, c->norm->record->exam, ret_word->key) ||
                    kp_words_of(tables, c->norm->arena, ret_word->key) != KP_WORDS_FINDING ||
                    kp_words_judge(tables, c->norm->arena, ret_word->key));
}

static void read_code(const struct kp_norm_cell *c, struct kp_value *value)
{
    /* without the item's label: the hours decide on other items, too */
    const char *where = strcmp(c->item->code_system, SYSTEM_MEAL) == 0 ? c->item->code : c->item->label;
    const struct kp_tables *tables = c->norm->tables;
    const struct kp_date exam = c->norm->record->exam;
    struct kp_norm_cell word;
    if (kp_norm_unknown_digits(c, where))
        return;
    if (*c->key && kp_item_list_unknown(tables, c->item, exam)) {
        kp_norm_note(c, KP_K_LIST_UNKNOWN, c->text, kp_item_list(tables, c->item, exam),
                     kp_norm_day(c->norm));
        return;
    }
    if (read_known_code(c, value))
        return;
    if (find_word(c, &word)) {
        if (read_known_code(&word, value))
            return;
        c = &word;
    }
    if (!read_state(c, value) && !read_flag_in_words(c, value))
        note_unknown_code(c);
}

/* Applies a finding, flag 1 and words, or its absence, flag 2, beside the column of the flag if there is one.
 */
static void settle_flag(const struct kp_norm_cell *c, const struct kp_item *flag_item, const char *code,
                        struct kp_value *words)
{
    struct kp_value *flag = kp_value_of(c->norm->record, flag_item);
    if (flag->state == KP_VALUE_ABSENT) {
        *flag = (struct kp_value){.state = KP_VALUE_PRESENT, .text = code};
        kp_norm_note(c, KP_K_FINDING_DERIVED, NULL, flag_item->label);
        return;
    }
    bool no_finding = flag->state == KP_VALUE_PRESENT && strcmp(flag->text, "2") == 0;
    if (!no_finding) {
        if (strcmp(code, "2") == 0)
            kp_norm_disagree(c, flag_item->label);
        return;
    }
    if (words->state == KP_VALUE_PRESENT)
        kp_norm_note(c, KP_K_FINDING_CONTRADICTS, words->text, flag_item->label);
    kp_norm_note(c, KP_K_WORDS_DROPPED, c->text, flag_item->label);
    *words = (struct kp_value){0};
}

/* Returns what a text of findings says; *ret_code is the code of the flag that it is, if it is one. Words
 * that the mapping file has put there are a finding unless they say that there is none. */
static enum kp_words said_by(const struct kp_norm_cell *c, const struct kp_item *flag_item,
                             const char **ret_code)
{
    const struct kp_tables *tables = c->norm->tables;
    bool digits = !c->key[strspn(c->key, "0123456789")];
    const char *word = kp_numbered_word(c->norm->arena, c->text);
    const char *key = word ? kp_norm_text(kp_text_value_key(c->norm->arena, word)) : c->key;
    const char *code = c->source || !digits ? kp_code_of(tables, flag_item->code_system, key) : NULL;
    enum kp_words said = words_of(c);
    if (code && (*code == '1' || *code == '2')) {
        *ret_code = code;
        return *code == '1' ? KP_WORDS_FINDING : KP_WORDS_NOTHING;
    }
    return c->source && said != KP_WORDS_NOTHING ? KP_WORDS_FINDING : said;
}

/*
 * Reads a text column that carries both a flag and a finding: "特になし" is the flag alone, any finding is
 * flag 1 and its words, an empty cell is no answer.
 */
static void read_finding(const struct kp_norm_cell *c, struct kp_value *value)
{
    const struct kp_item *flag_item = &c->norm->tables->items[c->item->depends_on];
    struct kp_value *flag = kp_value_of(c->norm->record, flag_item), state = {0};
    struct kp_norm_cell of_flag = *c, words = *c;
    const char *code = NULL;
    enum kp_words said = said_by(c, flag_item, &code);
    of_flag.item = flag_item;
    bool absent = !code && read_state(&of_flag, &state);
    if (!absent && said != KP_WORDS_FINDING && said != KP_WORDS_NOTHING) {
        read_no_finding(c, said, &state);
        absent = true;
    }
    if (absent) {
        *flag = flag->state == KP_VALUE_ABSENT ? state : *flag;
        return;
    }
    if (said == KP_WORDS_FINDING && (!code || c->source)) {
        words.text = code ? c->source : c->text;
        read_text(&words, value);
        if (value->state != KP_VALUE_PRESENT)
            return;
    }
    settle_flag(c, flag_item, said == KP_WORDS_FINDING ? "1" : "2", value);
}

/* Returns whether the judgement of a doctor is only a grade. */
static bool is_only_grade(const struct kp_item *item, const char *key)
{
    return item->author_item >= 0 && (kp_is_grade(key) || kp_is_bare_number(key));
}

/* Returns whether the words stand for no text. A reason for a detailed test (実施理由) would make the test
 * one: "なし" is none. */
static bool is_no_text(const struct kp_norm_cell *c)
{
    enum kp_words said = words_of(c);
    return said == KP_WORDS_BLANK || (said == KP_WORDS_NOTHING && c->item->relation == KP_REL_RSON);
}

static bool is_no_doctor(const struct kp_norm_cell *c)
{
    return kp_norm_is_placeholder(c->norm, c->text) || !c->key[strspn(c->key, "0123456789-./")] ||
           strchr(c->key, '?');
}

static void read_words(const struct kp_norm_cell *c, struct kp_value *value)
{
    if (is_only_grade(c->item, c->key)) {
        kp_norm_note(c, KP_K_GRADE_IGNORED, c->text);
        settle_later(c->norm, &c->norm->grades, c->item, NULL);
    } else if (read_state(c, value)) {
        return;
    } else if (c->item->is_author && is_no_doctor(c)) {
        kp_norm_note(c, KP_K_PLACEHOLDER, c->text, KP_WRITE_OR_EMPTY);
    } else if (!c->item->is_author && is_no_text(c)) {
        kp_norm_note(c, KP_K_PLACEHOLDER_EMPTY, c->text, NULL);
    } else {
        read_text(c, value);
    }
}

/* Keeps what the cell said if it was a code, with no finding but that the code is spelled otherwise. */
static void keep_reading(const struct kp_norm_cell *c, const struct kp_value *value,
                         const struct kp_finding *before)
{
    const struct kp_norm *norm = c->norm;
    const struct kp_finding *last = norm->findings->last;
    const bool respelled = last != before;
    const bool alone = !respelled || ((before ? before->next : norm->findings->first) == last &&
                                      last->code == KP_K_VALUE_CODED && last->value &&
                                      strcmp(last->value, c->text) == 0 && !last->args[0]);
    const char *list = kp_item_list(norm->tables, c->item, norm->record->exam);
    const bool whole = c->text == norm->cells[c->column - norm->mapping->columns];
    if (norm->arena->failed || !alone || !whole || value->state != KP_VALUE_PRESENT || value->flag ||
        kp_text_is_dash(c->key))
        return;
    c->reading->code = kp_code_find(norm->tables, list, value->text);
    c->reading->list = list;
    c->reading->respelled = respelled;
}

bool kp_norm_read_before(struct kp_norm_cell *c)
{
    const struct kp_norm *norm = c->norm;
    const struct kp_read_cell *r = c->reading;
    c->item = &norm->tables->items[c->column->index];
    struct kp_value *value = kp_value_of(norm->record, c->item);
    if (!r->code || value->state != KP_VALUE_ABSENT || !kp_item_on(c->item, norm->record->exam) ||
        kp_item_list(norm->tables, c->item, norm->record->exam) != r->list ||
        !kp_code_on(r->code, norm->record->exam))
        return false;
    *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = r->code->code};
    if (r->respelled)
        kp_norm_note(c, KP_K_VALUE_CODED, norm->cells[c->column - norm->mapping->columns]);
    return true;
}

void kp_norm_item(const struct kp_norm_cell *c)
{
    struct kp_value value = {0};
    const struct kp_finding *before = c->norm->findings->last;
    bool dependent = c->item->depends_on >= 0;
    if (c->item->type == KP_TYPE_CD || c->item->type == KP_TYPE_CO)
        read_code(c, &value);
    else if (c->item->type == KP_TYPE_PQ && !read_state(c, &value))
        kp_norm_quantity(c, &value);
    else if (c->item->type == KP_TYPE_ST && dependent &&
             kp_is_finding_flag(&c->norm->tables->items[c->item->depends_on]))
        read_finding(c, &value);
    else if (c->item->type == KP_TYPE_ST)
        read_words(c, &value);
    if (c->reading && (c->item->type == KP_TYPE_CD || c->item->type == KP_TYPE_CO))
        keep_reading(c, &value, before);
    store(c, value);
}

enum kp_saying kp_norm_saying(const struct kp_norm *norm, const struct kp_item *item, const char *key)
{
    if (!*key)
        return KP_SAYS_EMPTY;
    if (kp_text_is_dash(key))
        return KP_SAYS_DASH;
    if (kp_code_of(norm->tables, "not_done", key) || is_only_grade(item, key))
        return KP_SAYS_NOT_DONE;
    switch (kp_words_of(norm->tables, norm->arena, key)) {
    case KP_WORDS_NOTHING: return KP_SAYS_NOTHING_FOUND;
    case KP_WORDS_BLANK: return KP_SAYS_DASH;
    case KP_WORDS_NOT_DONE: return KP_SAYS_NOT_DONE;
    case KP_WORDS_OPEN:
    case KP_WORDS_FINDING:
    default: return KP_SAYS_WORDS;
    }
}

void kp_norm_meal(struct kp_norm *norm, const struct kp_item *item)
{
    struct kp_value *value = kp_value_of(norm->record, item);
    const char *fasting = norm->record->field[KP_F_FASTING];
    enum kp_meal by_item = KP_MEAL_UNKNOWN, by_field = KP_MEAL_UNKNOWN;
    if (*fasting)
        by_field = *fasting == 'f' ? KP_MEAL_FASTING : KP_MEAL_CASUAL;
    if (value->state == KP_VALUE_PRESENT)
        by_item = strcmp(value->text, "2") == 0 ? KP_MEAL_FASTING : KP_MEAL_CASUAL;
    norm->meal = by_item != KP_MEAL_UNKNOWN ? by_item : by_field;
    if (by_item != KP_MEAL_UNKNOWN && by_field != KP_MEAL_UNKNOWN && by_item != by_field) {
        kp_findings_add(norm->findings, KP_K_COLUMNS_DISAGREE, item->label, NULL,
                        kp_field_name(KP_F_FASTING));
    } else if (by_field == KP_MEAL_FASTING && value->state == KP_VALUE_ABSENT) {
        *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "2"};
        kp_findings_add(norm->findings, KP_K_MEAL_DERIVED, item->label, NULL);
    }
}

/* --- after all items --- */

/* Stores the reasons for missing results, unless another column had the result. */
static void settle_reasons(struct kp_norm *norm)
{
    const struct kp_item *reason = kp_item_find(norm->tables, ITEM_REASON);
    for (const struct kp_norm_later *r = norm->reasons; r && reason; r = r->next) {
        if (kp_value_of(norm->record, r->item)->state == KP_VALUE_PRESENT)
            continue;
        if (!kp_item_on(reason, norm->record->exam)) {
            kp_column_locate(kp_mapping_column(norm->mapping, r->column), norm->findings);
            kp_findings_add(norm->findings, KP_K_ITEM_NOT_IN_FORM, reason->label, NULL, kp_norm_day(norm));
            continue;
        }
        const struct kp_column none = {.number = r->column};
        const struct kp_norm_cell to = {.norm = norm, .column = &none, .item = reason, .text = "", .key = ""};
        kp_column_locate(kp_mapping_column(norm->mapping, r->column), norm->findings);
        kp_findings_add(norm->findings, KP_K_REASON_DERIVED, r->item->label, NULL, reason->label);
        store(&to, (struct kp_value){.state = KP_VALUE_PRESENT, .text = r->code});
    }
    kp_column_locate(NULL, norm->findings);
}

/* Removes a doctor who has no judgement left. */
static void settle_grades(struct kp_norm *norm)
{
    const struct kp_tables *t = norm->tables;
    for (const struct kp_norm_later *g = norm->grades; g; g = g->next) {
        bool needed = false;
        for (size_t k = 0; k < t->n_items && !needed; k++)
            needed = t->items[k].author_item == g->item->author_item &&
                     norm->record->values[k].state == KP_VALUE_PRESENT;
        if (!needed)
            norm->record->values[g->item->author_item] = (struct kp_value){0};
    }
}

void kp_norm_items_done(struct kp_norm *norm)
{
    settle_reasons(norm);
    settle_grades(norm);
}
