#include "input/norm_items.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"

/* 1.2.392.200119.6.x of the code systems that have a rule of their own. */
#define SYSTEM_REMARKABLE "1.2.392.200119.6.2001" /* 特記すべきことあり/なし */
#define SYSTEM_FINDING "1.2.392.200119.6.2002"    /* 所見あり/なし */
#define SYSTEM_MEAL "1.2.392.200119.6.2202"       /* 採血時間(食後) */
#define SYSTEM_REASON "1.2.392.200119.6.24080"    /* 測定不可能・検査未実施の理由 */
#define ITEM_REASON "9N512000000000011"

enum {
    RANGE_MAX_DIGITS = 7,
    RANGE_MAX_DECIMALS = 3
}; /* with the point a document has room for eleven characters */

static void note(const struct kp_norm_cell *c, enum kp_code code, const char *value, const char *arg)
{
    kp_norm_note(c->norm, code, c->item->label, value, arg);
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Puts a value where another column may have put one before. */
static void store(const struct kp_norm_cell *c, struct kp_value value)
{
    struct kp_value *now = &c->norm->record->values[c->item - c->norm->tables->items];
    if (value.state == KP_VALUE_ABSENT)
        return;
    bool same = now->state == value.state && now->limit == value.limit && same_text(now->text, value.text) &&
                (!now->flag || !value.flag || now->flag == value.flag);
    if (now->state == KP_VALUE_ABSENT) {
        *now = value;
    } else if (same) {
        now->flag = now->flag ? now->flag : value.flag;
    } else if (c->item->several == KP_SEVERAL_POSITIVE) {
        bool better = value.state == KP_VALUE_PRESENT &&
                      (now->state != KP_VALUE_PRESENT || strcmp(value.text, now->text) < 0); /* 1 is 陽性 */
        *now = better ? value : *now;
        note(c, KP_K_POSITIVE_TAKEN, NULL, NULL);
    } else {
        kp_norm_disagree(c, c->item->label);
    }
}

/* "生理中" in a column of urine or waist says why there is no result (測定不可能・検査未実施の理由). */
static bool read_reason(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_norm *norm = c->norm;
    const char *code = kp_code_of(norm->tables, SYSTEM_REASON, c->key);
    bool certain = code && (*code == '1' || *code == '2') && strcmp(code, c->key) != 0;
    if (!certain || c->item->type == KP_TYPE_ST || strcmp(c->item->code, ITEM_REASON) == 0)
        return false;
    value->state = KP_VALUE_NOT_DONE;
    kp_norm_later(norm, &norm->reasons, c->item, code);
    return true;
}

/* 未実施, 測定不能 and a lone dash say that there is no result; true when the cell was one of them. */
static bool read_state(const struct kp_norm_cell *c, struct kp_value *value)
{
    if (c->text[0] == '\0')
        return true;
    if (kp_text_is_dash(c->key)) {
        note(c, KP_K_DASH_EMPTY, NULL, NULL);
        c->norm->record->dash_empty = true;
        return true;
    }
    if (kp_code_of(c->norm->tables, "not_done", c->key)) {
        value->state = c->item->is_author ? KP_VALUE_ABSENT : KP_VALUE_NOT_DONE; /* nobody judged: no name */
        note(c, KP_K_READ_AS_NOT_DONE, c->text, NULL);
        return true;
    }
    /* A finding in words has no "not measurable" form: the words themselves are kept. */
    if (c->item->type != KP_TYPE_ST && kp_code_of(c->norm->tables, "not_measurable", c->key)) {
        value->state = KP_VALUE_NOT_MEASURABLE;
        note(c, KP_K_READ_AS_NOT_MEASURABLE, c->text, NULL);
        return true;
    }
    return read_reason(c, value);
}

/* --- numbers --- */

static bool ends_with(const char *s, size_t n, const char *suffix)
{
    size_t m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

struct mark {
    const char *text;
    char limit; /* what it says about the value */
    char flag;  /* the laboratory's mark against its reference range */
};

static const struct mark PREFIXES[] = {{"<=", 'L', 0}, {">=", 'H', 0}, {"<", 'L', 0}, {">", 'H', 0},
                                       {"≦", 'L', 0},  {"≧", 'H', 0},  {"≤", 'L', 0}, {"≥", 'H', 0},
                                       {"H", 0, 'H'},  {"L", 0, 'L'},  {"h", 0, 'H'}, {"l", 0, 'L'},
                                       {"↑", 0, 'H'},  {"↓", 0, 'L'},  {"*", 0, 0}};
static const struct mark SUFFIXES[] = {{"未満", 'L', 0}, {"以下", 'L', 0}, {"以上", 'H', 0}, {"超", 'H', 0},
                                       {"h", 0, 'H'},    {"l", 0, 'L'},    {"*", 0, 0},      {"↑", 0, 'H'},
                                       {"↓", 0, 'L'},    {"(h)", 0, 'H'},  {"(l)", 0, 'L'}};

/* What stands in a cell around the number: "<0.1", "35未満", "120 mmHg H". */
struct number {
    const char *at;
    size_t n;
    char limit, flag;
    const char *unit; /* as it stands in the cell; NULL: none does */
};

static bool unit_fits(const struct kp_norm_cell *c, const char *unit)
{
    return strcmp(unit, c->item->unit) == 0 || kp_conversion_of(c->norm->tables, c->item, unit) != NULL;
}

/* A second mark may repeat the first, not contradict it. */
static bool take_mark(char mark, char *now)
{
    bool fits = !mark || !*now || *now == mark;
    *now = mark ? mark : *now;
    return fits;
}

/* Takes marks and the unit off what follows the number; true when nothing else was there. */
static bool strip_tail(const struct kp_norm_cell *c, char *tail, struct number *number)
{
    for (size_t n = strlen(tail); n > 0;) {
        const char *unit = kp_unit_of(c->norm->tables, tail);
        if (unit && unit_fits(c, unit)) {
            number->unit = unit;
            return true;
        }
        size_t i = 0;
        while (i < KP_COUNT(SUFFIXES) && !ends_with(tail, n, SUFFIXES[i].text))
            i++;
        if (i == KP_COUNT(SUFFIXES) || (unit && n > 1)) /* something else, or the unit of another quantity */
            return false;
        n -= strlen(SUFFIXES[i].text);
        tail[n] = '\0';
        if (!take_mark(SUFFIXES[i].limit, &number->limit) || !take_mark(SUFFIXES[i].flag, &number->flag))
            return false;
    }
    return true;
}

/* Spaces count: "120 80" is no number. */
static bool find_number(const struct kp_norm_cell *c, struct number *number)
{
    const char *at = kp_norm_folded(c->norm, c->text);
    for (size_t i = 0; i < KP_COUNT(PREFIXES); i++) {
        size_t m = strlen(PREFIXES[i].text);
        if (strncmp(at, PREFIXES[i].text, m) == 0) {
            number->limit = PREFIXES[i].limit;
            number->flag = PREFIXES[i].flag;
            at += m + strspn(at + m, " ");
            break;
        }
    }
    number->at = at;
    number->n = strspn(at, "0123456789.,+-");
    char *tail = kp_text_value_key(c->norm->arena, at + number->n);
    return tail && strip_tail(c, tail, number);
}

/* The unit that the row states for the item, or for another one that the column could mean. */
static const char *row_unit(const struct kp_norm_cell *c)
{
    const char *const *units = c->norm->row_units;
    const struct kp_methods *methods = c->column->methods;
    if (!units)
        return NULL;
    const char *unit = units[c->item - c->norm->tables->items];
    unit = unit ? unit : units[c->column->index];
    if (!unit && c->column->is_pair)
        unit = units[c->column->casual];
    for (size_t i = 0; methods && i < methods->n_choices && !unit; i++)
        unit = units[methods->choices[i].item];
    return unit;
}

/* 10*3/mm3 and 10*9/L are the same thing by two names. */
static bool same_unit(const struct kp_norm_cell *c, const char *a, const char *b)
{
    const struct kp_conversion *x = kp_conversion_of(c->norm->tables, c->item, a);
    const struct kp_conversion *y = kp_conversion_of(c->norm->tables, c->item, b);
    return strcmp(a, b) == 0 || (x && y && kp_decimal_compare(x->factor, y->factor) == 0 &&
                                 kp_decimal_compare(x->offset, y->offset) == 0);
}

/* The unit that a number without one was most likely measured in; NULL where a unit is said or nothing is
 * odd. */
static const char *likely_unit(const struct kp_norm_cell *c, const struct number *number,
                               struct kp_decimal decimal)
{
    bool said = number->unit || row_unit(c) || c->column->unit;
    return said ? NULL : kp_likely_unit(c->norm->tables, c->item, decimal);
}

/* Behind a text that tells of something else; "" when nothing is suspected. */
static const char *in_brackets(const struct kp_norm_cell *c, const char *unit)
{
    const char *text = unit ? kp_arena_printf(c->norm->arena, " (%s?)", unit) : "";
    return text ? text : "";
}

/* Into the item's unit. False when the row does not say clearly what the number means; that is reported. */
static bool convert(const struct kp_norm_cell *c, const char *cell_unit, struct kp_decimal *number)
{
    const char *stated[] = {cell_unit, row_unit(c), c->column->unit};
    const char *unit = NULL;
    bool clear = true;
    for (size_t i = 0; i < KP_COUNT(stated); i++) {
        clear &= !unit || !stated[i] || same_unit(c, unit, stated[i]);
        unit = unit ? unit : stated[i];
    }
    if (clear && (!unit || strcmp(unit, c->item->unit) == 0))
        return true;
    const struct kp_conversion *how = clear ? kp_conversion_of(c->norm->tables, c->item, unit) : NULL;
    if (!how || !kp_decimal_convert(*number, how->factor, how->offset, number)) {
        note(c, KP_K_UNIT_OF_VALUE, c->text, c->item->unit);
        return false;
    }
    if (cell_unit && c->norm->row_units) /* the limits beside it are in the same unit */
        c->norm->row_units[c->item - c->norm->tables->items] = cell_unit;
    kp_findings_add(c->norm->findings, KP_K_UNIT_CONVERTED, c->item->label, c->text, unit, c->item->unit);
    return true;
}

static const char *range_limit(struct kp_norm *norm, struct kp_decimal limit)
{
    char text[KP_DECIMAL_TEXT];
    kp_decimal_text(limit, text);
    char *copy = kp_arena_strdup(norm->arena, text);
    return copy ? copy : "";
}

/* At or beyond the input limits the value goes out with the mark L or H. Within them it may still be of
 * another unit. */
static void check_range(const struct kp_norm_cell *c, struct kp_decimal number, const char *likely,
                        struct kp_value *value)
{
    char stated = value->limit, due = kp_limit_mark(c->item, number);
    value->limit = due ? due : stated;
    if (stated &&
        value->limit != stated) { /* "95 or more" where 100 is the least: which of the two is meant? */
        kp_findings_add(c->norm->findings, KP_K_MARK_CONTRADICTS, c->item->label, c->text,
                        range_limit(c->norm, c->item->min), range_limit(c->norm, c->item->max));
        *value = (struct kp_value){.state = KP_VALUE_ABSENT};
    } else if (value->limit && !stated)
        kp_findings_add(c->norm->findings, KP_K_OUT_OF_RANGE, c->item->label, c->text,
                        range_limit(c->norm, c->item->min), range_limit(c->norm, c->item->max),
                        in_brackets(c, likely));
    else if (likely)
        kp_findings_add(c->norm->findings, KP_K_UNIT_DOUBTFUL, c->item->label, c->text, c->item->unit,
                        likely);
}

static void read_quantity(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_decimal decimal, rounded;
    struct number number = {0};
    char text[KP_DECIMAL_TEXT];
    char decimals[] = {(char)('0' + c->item->decimals), '\0'};
    if (!find_number(c, &number) || !kp_decimal_parse(number.at, number.n, &decimal) || decimal.units < 0) {
        note(c, KP_K_NUMBER_UNREADABLE, c->text, NULL);
        return;
    }
    const char *likely = likely_unit(c, &number, decimal);
    if (!convert(c, number.unit, &decimal))
        return;
    if (!kp_decimal_round(decimal, c->item->decimals, &rounded) ||
        kp_decimal_integer_digits(rounded) > c->item->integer_digits) {
        /* A number cut to the format would be one that nobody measured. */
        kp_findings_add(c->norm->findings, KP_K_NUMBER_TOO_LARGE, c->item->label, c->text, c->item->format,
                        in_brackets(c, likely));
        return;
    }
    kp_decimal_text(rounded, text);
    value->text = kp_arena_strdup(c->norm->arena, text);
    if (!value->text)
        return;
    value->state = KP_VALUE_PRESENT;
    value->limit = number.limit;
    value->flag = number.flag;
    if (strncmp(number.at, c->text, number.n) != 0 || c->text[number.n] != '\0' ||
        memchr(number.at, ',', number.n))
        note(c, KP_K_NUMBER_CLEANED, c->text, NULL);
    if (kp_decimal_compare(decimal, rounded) != 0)
        note(c, KP_K_VALUE_ROUNDED, c->text, kp_arena_strdup(c->norm->arena, decimals));
    check_range(c, rounded, likely, value);
}

/* --- codes --- */

/* Exports that give the hours since the last meal as a number. */
static const char *meal_code(const char *key)
{
    static const struct kp_decimal ten = {10, 0}, three_and_a_half = {35, 1};
    struct kp_decimal hours;
    size_t n = strspn(key, "0123456789.");
    if (n == 0 || !kp_decimal_parse(key, n, &hours) || (key[n] != '\0' && strcmp(key + n, "時間") != 0))
        return NULL;
    if (kp_decimal_compare(hours, ten) >= 0)
        return "2";
    static const struct kp_decimal five = {5, 0};
    struct kp_decimal whole;
    if (key[n] == '\0' && kp_decimal_compare(hours, five) < 0 && kp_decimal_round(hours, 0, &whole) &&
        kp_decimal_compare(hours, whole) == 0)
        return NULL; /* "3" and "3.0" may be meant for a code */
    return kp_decimal_compare(hours, three_and_a_half) >= 0 ? "3" : "4";
}

static const char *accepted_values(const struct kp_norm_cell *c)
{
    struct kp_buf list = {0};
    for (size_t i = 0; i < c->norm->tables->n_codes; i++) {
        const struct kp_code_row *code = &c->norm->tables->codes[i];
        if (strcmp(code->system, c->item->code_system) == 0)
            kp_buf_printf(&list, "%s%s=%s", list.len ? ", " : "", code->code, code->display);
    }
    char *copy = kp_buf_ok(&list) ? kp_arena_strdup(c->norm->arena, kp_buf_text(&list)) : NULL;
    kp_buf_release(&list);
    return copy ? copy : "";
}

static const char *code_for(const struct kp_norm_cell *c)
{
    const char *code = kp_code_of(c->norm->tables, c->item->code_system, c->key);
    if (!code && strcmp(c->item->code_system, SYSTEM_MEAL) == 0)
        code = meal_code(c->key);
    return code;
}

/* The nearest spelling would tell of the value, so it goes where the value goes: nowhere, unless values are
 * shown. */
static const char *with_nearest(const struct kp_norm_cell *c)
{
    const char *nearest = kp_nearest_value(c->norm->tables, c->norm->arena, c->item->code_system, c->key);
    return nearest ? kp_arena_printf(c->norm->arena, "%s; %s?", c->text, nearest) : NULL;
}

/* "b", "c12": a facility's own shorthand. */
static bool looks_like_grade(const char *key)
{
    bool letter = key[0] >= 'a' && key[0] <= 'h';
    size_t digits = letter ? strspn(key + 1, "0123456789") : 0;
    return letter && digits <= 2 && key[1 + digits] == '\0';
}

static bool is_finding_flag(const struct kp_item *item)
{
    return strcmp(item->code_system, SYSTEM_REMARKABLE) == 0 ||
           strcmp(item->code_system, SYSTEM_FINDING) == 0;
}

static bool has_own_column(const struct kp_norm *norm, int item)
{
    for (size_t i = 0; i < norm->mapping->n_columns; i++)
        if (norm->mapping->columns[i].kind == KP_COL_ITEM &&
            norm->mapping->columns[i].index == (unsigned)item)
            return true;
    return false;
}

static void read_text(const struct kp_norm_cell *c, struct kp_value *value);

/* A flag column whose words are the finding itself: "洞性徐脈" under 心電図判定, where no column holds
 * findings. */
static bool read_flag_in_words(const struct kp_norm_cell *c, struct kp_value *value)
{
    if (!is_finding_flag(c->item) || c->item->text_item < 0 || looks_like_grade(c->key) ||
        has_own_column(c->norm, c->item->text_item))
        return false;
    struct kp_value words = {0};
    struct kp_norm_cell to = *c;
    to.item = &c->norm->tables->items[c->item->text_item];
    read_text(&to, &words);
    store(&to, words);
    value->state = words.state;
    value->text = "1";
    note(c, KP_K_FINDING_DERIVED, NULL, to.item->label);
    return true;
}

static void read_code(const struct kp_norm_cell *c, struct kp_value *value)
{
    const char *code = c->text[0] ? code_for(c) : NULL;
    if (!code && read_state(c, value))
        return;
    if (!code) {
        if (!read_flag_in_words(c, value))
            note(c, KP_K_CODE_UNKNOWN, with_nearest(c), accepted_values(c));
        return;
    }
    if (kp_text_is_dash(c->key)) {
        c->norm->record->dash_coded = c->item->label;
        c->norm->record->dash_column = c->column->number;
    }
    value->state = KP_VALUE_PRESENT;
    value->text = code;
    if (strcmp(code, c->text) != 0)
        note(c, KP_K_VALUE_CODED, c->text, NULL);
}

/* --- texts and findings --- */

static void read_text(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_norm *norm = c->norm;
    enum { DATE_BYTES = 8 }; /* 撮影年月日 is a date in a text item */
    struct kp_date date;
    if (c->item->max_bytes == DATE_BYTES) {
        if (!kp_norm_date(norm, c->item->label, c->text, &date))
            return;
        value->text = kp_norm_date_text(norm, c->item->label, c->text, date);
    } else {
        char *wide = kp_text_wide(norm->arena, c->text, true);
        if (!wide)
            return;
        if (strcmp(wide, c->text) != 0)
            note(c, KP_K_WIDTH_CHANGED, c->text, NULL);
        if (kp_text_cp932_bytes(norm->tables->text, wide, NULL) > c->item->max_bytes) {
            note(c, KP_K_TOO_LONG, c->text, c->item->format);
            return;
        }
        value->text = wide;
    }
    value->state = KP_VALUE_PRESENT;
}

/*
 * One text column often carries both the flag and the finding: "特になし" is the flag alone, any other text
 * is flag 1 and the finding, and an empty cell of 既往歴, 自覚症状 or 他覚症状 means nothing remarkable.
 */
static void read_finding(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_norm *norm = c->norm;
    const struct kp_item *flag_item = &norm->tables->items[c->item->depends_on];
    struct kp_value *flag = &norm->record->values[c->item->depends_on];
    const char *code = NULL;
    if (*c->key)
        code = kp_code_of(norm->tables, flag_item->code_system,
                          c->key); /* 所見あり and 2 say no more than the flag does */
    if (!code && (kp_code_of(norm->tables, "nothing_special", c->key) ||
                  (c->text[0] == '\0' && strcmp(flag_item->code_system, SYSTEM_REMARKABLE) == 0)))
        code = "2";
    if (!code) {
        if (read_state(c, value)) {
            if (value->state == KP_VALUE_NOT_DONE) { /* said of the examination, so it belongs to the flag */
                value->state = KP_VALUE_ABSENT;
                if (flag->state == KP_VALUE_ABSENT)
                    flag->state = KP_VALUE_NOT_DONE;
            }
            return;
        }
        if (looks_like_grade(c->key)) {
            note(c, KP_K_CODE_UNKNOWN, c->text, "所見, 所見なし");
            return;
        }
        read_text(c, value);
        if (value->state != KP_VALUE_PRESENT)
            return;
        code = "1";
    }
    if (flag->state != KP_VALUE_ABSENT)
        return;
    flag->state = KP_VALUE_PRESENT;
    flag->text = code;
    note(c, KP_K_FINDING_DERIVED, NULL, flag_item->label);
}

bool kp_norm_is_grade(const struct kp_item *item, const char *key)
{
    return item->author_item >= 0 && looks_like_grade(key);
}

static void read_words(const struct kp_norm_cell *c, struct kp_value *value)
{
    if (kp_norm_is_grade(c->item, c->key)) {
        note(c, KP_K_GRADE_IGNORED, c->text, NULL);
        kp_norm_later(c->norm, &c->norm->grades, c->item, NULL);
    } else if (!read_state(c, value)) {
        read_text(c, value);
    }
}

void kp_norm_item(const struct kp_norm_cell *c)
{
    struct kp_value value = {0};
    bool dependent = c->item->depends_on >= 0;
    if (c->item->type == KP_TYPE_CD || c->item->type == KP_TYPE_CO)
        read_code(c, &value);
    else if (c->item->type == KP_TYPE_PQ && !read_state(c, &value))
        read_quantity(c, &value);
    else if (c->item->type == KP_TYPE_ST && dependent &&
             is_finding_flag(&c->norm->tables->items[c->item->depends_on]))
        read_finding(c, &value);
    else if (c->item->type == KP_TYPE_ST)
        read_words(c, &value);
    store(c, value);
}

unsigned kp_norm_says(const struct kp_norm *norm, const struct kp_item *item, const char *key)
{
    enum { EMPTY, DASH, NOT_DONE, NOTHING };
    if (!*key)
        return EMPTY;
    if (kp_text_is_dash(key))
        return DASH;
    if (kp_code_of(norm->tables, "nothing_special", key))
        return NOTHING;
    bool without = kp_code_of(norm->tables, "not_done", key) || kp_norm_is_grade(item, key);
    return without ? NOT_DONE : KP_NORM_WORDS;
}

/* A reason stands as long as no other column had a result. */
static void settle_reasons(struct kp_norm *norm)
{
    const struct kp_item *reason = kp_item_find(norm->tables, ITEM_REASON);
    for (const struct kp_norm_later *r = norm->reasons; r && reason; r = r->next) {
        if (norm->record->values[r->item - norm->tables->items].state != KP_VALUE_NOT_DONE)
            continue;
        const struct kp_column none = {.number = r->column};
        const struct kp_norm_cell to = {.norm = norm, .column = &none, .item = reason, .text = "", .key = ""};
        norm->findings->column = r->column;
        kp_norm_note(norm, KP_K_REASON_DERIVED, r->item->label, NULL, reason->label);
        store(&to, (struct kp_value){.state = KP_VALUE_PRESENT, .text = r->code});
    }
    norm->findings->column = 0;
}

/* Where the judgement was only a grade, the doctor's name has nothing to stand with. */
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

/* Is a more than b? No, where one of them is not stated. */
static bool is_more(const char *a, const char *b)
{
    struct kp_decimal x, y;
    return a && b && kp_decimal_parse(a, strlen(a), &x) && kp_decimal_parse(b, strlen(b), &y) &&
           kp_decimal_compare(x, y) > 0;
}

/* Ranges with and without their ends are in use, so a value that is one fits either mark. */
static bool mark_contradicts(const struct kp_value *v)
{
    bool above = is_more(v->text, v->high), below = is_more(v->low, v->text);
    if (v->flag == 'N')
        return above || below;
    return v->flag == 'H' ? below || is_more(v->high, v->text) : above || is_more(v->text, v->low);
}

/* What a document has no place for is no part of the record either: else it would count as a change of it. */
static void drop_unusable(struct kp_norm *norm, const struct kp_item *item, struct kp_value *v)
{
    bool plain = (v->state == KP_VALUE_PRESENT || v->state == KP_VALUE_NOT_MEASURABLE) && !v->limit;
    if (plain && item->type == KP_TYPE_PQ && is_more(v->low, v->high)) {
        kp_norm_note(norm, KP_K_REFERENCE_UNUSABLE, item->label, NULL, NULL);
        v->low = v->high = NULL;
    }
    if (plain && v->state == KP_VALUE_PRESENT && v->flag && mark_contradicts(v)) {
        kp_norm_note(norm, KP_K_MARK_AGAINST_RANGE, item->label, NULL, NULL);
        v->flag = 0;
    }
    bool no_range = (v->low || v->high) && (!plain || item->type != KP_TYPE_PQ);
    bool no_flag =
        v->flag &&
        (!plain || v->state != KP_VALUE_PRESENT); /* what was not measured is neither high nor low */
    if (no_range)
        v->low = v->high = NULL;
    if (no_flag)
        v->flag = 0;
    if ((no_range || no_flag) &&
        v->state != KP_VALUE_ABSENT) /* exports give ranges where there is no result, too */
        kp_norm_note(norm, KP_K_MARK_DROPPED, item->label, NULL, NULL);
}

void kp_norm_items_done(struct kp_norm *norm)
{
    settle_reasons(norm);
    settle_grades(norm);
    for (size_t i = 0; i < norm->tables->n_items; i++)
        drop_unusable(norm, &norm->tables->items[i], &norm->record->values[i]);
}

void kp_norm_meal(struct kp_norm *norm, const struct kp_item *item)
{
    struct kp_value *told = &norm->record->values[item - norm->tables->items];
    const char *fasting = norm->record->field[KP_F_FASTING];
    enum kp_meal by_column = !*fasting           ? KP_MEAL_UNTOLD
                             : fasting[0] == 'f' ? KP_MEAL_FASTING
                                                 : KP_MEAL_CASUAL;
    enum kp_meal by_item = KP_MEAL_UNTOLD;
    if (told->state == KP_VALUE_PRESENT)
        by_item = strcmp(told->text, "2") == 0 ? KP_MEAL_FASTING : KP_MEAL_CASUAL;
    norm->meal = by_item != KP_MEAL_UNTOLD ? by_item : by_column;
    if (by_item != KP_MEAL_UNTOLD && by_column != KP_MEAL_UNTOLD && by_item != by_column) {
        kp_norm_note(norm, KP_K_COLUMNS_DISAGREE, item->label, NULL, kp_field_name(KP_F_FASTING));
    } else if (by_column == KP_MEAL_FASTING && told->state == KP_VALUE_ABSENT) {
        *told = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "2"};
        kp_norm_note(norm, KP_K_MEAL_DERIVED, item->label, NULL, NULL);
    }
}

void kp_norm_unit(const struct kp_norm_cell *c)
{
    const char *unit = kp_unit_of(c->norm->tables, c->key);
    if (!*c->text || kp_text_is_dash(c->key))
        return;
    if (!unit || !unit_fits(c, unit))
        note(c, KP_K_UNIT_OF_VALUE, c->text, *c->item->unit ? c->item->unit : "-");
    else
        c->norm->row_units[c->item - c->norm->tables->items] = unit;
}

static void read_flag(const struct kp_norm_cell *c, struct kp_value *value)
{
    static const struct {
        const char *key;
        char flag; /* 0: a mark without a direction */
    } flags[] = {{"h", 'H'},  {"hh", 'H'}, {"↑", 'H'}, {"l", 'L'},
                 {"ll", 'L'}, {"↓", 'L'},  {"n", 'N'}, {"*", 0}};
    for (size_t i = 0; i < KP_COUNT(flags); i++)
        if (strcmp(c->key, flags[i].key) == 0) {
            value->flag = flags[i].flag ? flags[i].flag : value->flag;
            if (c->key[1] || !flags[i].flag)
                note(c, KP_K_NUMBER_CLEANED, c->text, NULL);
            return;
        }
    note(c, KP_K_CODE_UNKNOWN, c->text, "H, L, N");
}

/* The source's limit keeps its digits: in those of the item it would be one that nobody stated. A converted
 * one has none. */
static bool limit_digits(const struct kp_norm_cell *c, struct kp_decimal decimal, bool converted,
                         struct kp_decimal *ret_limit)
{
    unsigned n = c->item->decimals;
    bool fits = kp_decimal_round(decimal, n, ret_limit);
    while (fits && !converted && n < RANGE_MAX_DECIMALS && kp_decimal_compare(decimal, *ret_limit) != 0)
        fits = kp_decimal_round(decimal, ++n, ret_limit);
    return fits;
}

void kp_norm_reference(const struct kp_norm_cell *c)
{
    struct kp_value *value = &c->norm->record->values[c->item - c->norm->tables->items];
    struct kp_decimal stated, decimal, limit;
    struct number number = {0};
    if (c->text[0] == '\0' || kp_text_is_dash(c->key))
        return;
    if (c->column->kind == KP_COL_FLAG) {
        read_flag(c, value);
        return;
    }
    if (!find_number(c, &number) || number.limit || number.flag ||
        !kp_decimal_parse(number.at, number.n, &stated)) {
        note(c, KP_K_NUMBER_UNREADABLE, c->text, NULL);
        return;
    }
    decimal = stated;
    if (!convert(c, number.unit, &decimal))
        return;
    bool converted = kp_decimal_compare(decimal, stated) != 0;
    if (decimal.units < 0 || !limit_digits(c, decimal, converted, &limit) ||
        kp_decimal_integer_digits(limit) > RANGE_MAX_DIGITS) {
        note(c, KP_K_REFERENCE_UNUSABLE, c->text, NULL);
        return;
    }
    if (!converted && kp_decimal_compare(decimal, limit) != 0)
        note(c, KP_K_VALUE_ROUNDED, c->text, "3");
    *(c->column->kind == KP_COL_LOW ? &value->low : &value->high) = range_limit(c->norm, limit);
}
