#include "input/norm_numbers.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "input/ranges.h"

/* A document has room for eleven characters with the point. */
enum { RANGE_MAX_DIGITS = 7, RANGE_MAX_DECIMALS = 3 };

/* --- cells --- */

static bool ends_with(const char *s, size_t n, const char *suffix)
{
    size_t m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

struct mark {
    const char *text;
    char limit; /* 'L', 'H': the value is below or above the number */
    char flag;  /* 'L', 'H': the laboratory's flag */
};

static const struct mark PREFIXES[] = {{"<=", 'L', 0}, {">=", 'H', 0}, {"<", 'L', 0}, {">", 'H', 0},
                                       {"≦", 'L', 0},  {"≧", 'H', 0},  {"≤", 'L', 0}, {"≥", 'H', 0},
                                       {"H", 0, 'H'},  {"L", 0, 'L'},  {"h", 0, 'H'}, {"l ", 0, 'L'},
                                       {"↑", 'H', 0},  {"↓", 'L', 0},  {"*", 0, 0}};
static const struct mark SUFFIXES[] = {{"未満", 'L', 0}, {"以下", 'L', 0}, {"以上", 'H', 0}, {"超", 'H', 0},
                                       {"h", 0, 'H'},    {"l", 0, 'L'},    {"*", 0, 0},      {"↑", 'H', 0},
                                       {"↓", 'L', 0},    {"(h)", 0, 'H'},  {"(l)", 0, 'L'}};

/* Signs of negative numbers, after NFKC. Tables of differences have the triangles. */
static const char *const MINUS[] = {"-", "−", "‐", "‒", "–", "—", "―", "─", "ー", "△", "▲"};

/* A cell with a number: "<0.1", "35未満", "120 mmHg H". */
struct number {
    const char *at;
    size_t n;
    struct kp_decimal decimal;
    char limit, flag;
    const char *unit; /* NULL: none in the cell */
    bool is_missing;  /* nothing but marks and a unit */
};

static bool unit_fits(const struct kp_norm_cell *c, const char *unit)
{
    return strcmp(unit, c->item->unit) == 0 || kp_conversion_of(c->norm->tables, c->item, unit) != NULL;
}

/* Sets a mark; returns false if it contradicts an earlier one. */
static bool take_mark(char mark, char *now)
{
    bool fits = !mark || !*now || *now == mark;
    *now = mark ? mark : *now;
    return fits;
}

/* Reads marks and the unit after the number; returns false if there is anything else. */
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
        if (i == KP_COUNT(SUFFIXES) || (unit && n > 1)) /* unknown, or a unit of another quantity */
            return false;
        n -= strlen(SUFFIXES[i].text);
        tail[n] = '\0';
        if (!take_mark(SUFFIXES[i].limit, &number->limit) || !take_mark(SUFFIXES[i].flag, &number->flag))
            return false;
    }
    return true;
}

/* Returns the text with "-" for the sign that it begins with. */
static const char *with_sign(const struct kp_norm_cell *c, const char *text)
{
    for (size_t i = 0; i < KP_COUNT(MINUS); i++) {
        size_t n = strlen(MINUS[i]);
        if (strncmp(text, MINUS[i], n) != 0)
            continue;
        const char *digits = text + n + strspn(text + n, " ");
        return kp_norm_text(kp_arena_printf(c->norm->arena, "-%s", *digits == '+' ? "" : digits));
    }
    return text;
}

/* NFKC makes digits of superscripts and circled numbers, too: "95¹" is not 951. */
static bool has_plain_digits(const struct kp_norm_cell *c, const struct number *number)
{
    const char *given = kp_norm_text(kp_text_narrow(c->norm->arena, c->text));
    size_t sign = strspn(number->at, "+-");
    given = strpbrk(given, "0123456789.");
    return given && strncmp(given, number->at + sign, number->n - sign) == 0;
}

/* Splits the cell. Spaces inside are not removed: "120 80" is not a number. */
static bool find_number(const struct kp_norm_cell *c, struct number *number)
{
    number->n = strspn(c->text, "0123456789.");
    if (number->n > 0 && !c->text[number->n]) { /* nearly all cells */
        number->at = c->text;
        return kp_decimal_parse(c->text, number->n, &number->decimal);
    }
    const char *at = kp_norm_text(kp_text_nfkc(c->norm->arena, c->text));
    for (size_t i = 0; i < KP_COUNT(PREFIXES); i++) {
        size_t m = strlen(PREFIXES[i].text);
        if (strncmp(at, PREFIXES[i].text, m) == 0) {
            number->limit = PREFIXES[i].limit;
            number->flag = PREFIXES[i].flag;
            at += m + strspn(at + m, " ");
            break;
        }
    }
    at = with_sign(c, at);
    number->at = at;
    number->n = strspn(at, "0123456789.,+-");
    if (number->n > 0 && at[number->n] == 'l') /* "17l" may be 171 */
        return false;
    char *tail = kp_text_value_key(c->norm->arena, at + number->n);
    if (!tail || !strip_tail(c, tail, number))
        return false;
    number->is_missing = number->n == 0;
    return kp_decimal_parse(at, number->n, &number->decimal) && has_plain_digits(c, number);
}

/* Returns the unit that the row gives for the item, or for another candidate of the column; or NULL. */
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

/* 10*3/mm3 and 10*9/L are the same unit. */
static bool same_unit(const struct kp_norm_cell *c, const char *a, const char *b)
{
    const struct kp_conversion *x = kp_conversion_of(c->norm->tables, c->item, a);
    const struct kp_conversion *y = kp_conversion_of(c->norm->tables, c->item, b);
    return strcmp(a, b) == 0 || (x && y && kp_decimal_compare(x->factor, y->factor) == 0 &&
                                 kp_decimal_compare(x->offset, y->offset) == 0);
}

/* Converts into the item's unit. Returns false, with a finding, if the units given contradict each other or
 * cannot be converted. */
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
        kp_norm_note(c, KP_K_UNIT_OF_VALUE, c->text, c->item->unit);
        return false;
    }
    if (cell_unit && c->norm->row_units) /* for the reference limits */
        c->norm->row_units[c->item - c->norm->tables->items] = cell_unit;
    kp_norm_note(c, KP_K_UNIT_CONVERTED, c->text, unit, c->item->unit);
    return true;
}

static const char *decimal_text(struct kp_norm *norm, struct kp_decimal number)
{
    char text[KP_DECIMAL_TEXT];
    kp_decimal_text(number, text);
    return kp_norm_text(kp_arena_strdup(norm->arena, text));
}

/* Marks values at or beyond the input limits with L or H, as the standard form has them. */
static void check_range(const struct kp_norm_cell *c, struct kp_decimal number, struct kp_value *value)
{
    char given = value->limit, due = kp_limit_mark(c->item, number);
    if (!due || due == given)
        return;
    const char *min = decimal_text(c->norm, c->item->min), *max = decimal_text(c->norm, c->item->max);
    value->limit = due;
    if (!given) {
        kp_norm_note(c, KP_K_OUT_OF_RANGE, c->text, min, max);
    } else { /* "95以上" where 100 is the minimum */
        kp_norm_note(c, KP_K_MARK_CONTRADICTS, c->text, min, max);
        *value = (struct kp_value){.state = KP_VALUE_ABSENT};
    }
}

/* Returns whether a measurement of the item can give the number. Adds a finding if not. */
static bool is_possible(const struct kp_norm_cell *c, struct kp_decimal number)
{
    bool negative = number.units < 0 && c->item->zero != KP_ZERO_SIGNED;
    bool zero = number.units == 0 && c->item->zero == KP_ZERO_IMPOSSIBLE;
    if (negative || zero)
        kp_norm_note(c, KP_K_BEYOND_POSSIBLE, c->text, negative ? "< 0" : "0");
    return !negative && !zero;
}

/* Returns whether the number is plausible in the item's unit, or confirmed: the cell or the mapping file
 * states that unit. Adds a finding if not. */
static bool is_plausible(const struct kp_norm_cell *c, const char *cell_unit, struct kp_decimal exact)
{
    bool confirmed =
        (cell_unit && strcmp(cell_unit, c->item->unit) == 0) || (c->column->unit_stated && !c->column->unit);
    const char *likely = confirmed ? NULL : kp_likely_unit(c->norm->tables, c->item, exact);
    if (likely)
        kp_norm_note(c, KP_K_HARDLY_POSSIBLE, c->text, kp_norm_text(c->item->unit), likely);
    return !likely;
}

void kp_norm_quantity(const struct kp_norm_cell *c, struct kp_value *value)
{
    struct kp_decimal rounded;
    struct number number = {0};
    if (!find_number(c, &number)) {
        kp_norm_note(c, number.is_missing ? KP_K_NUMBER_ABSENT : KP_K_NUMBER_UNREADABLE, c->text);
        return;
    }
    struct kp_decimal decimal = number.decimal;
    if (!convert(c, number.unit, &decimal))
        return;
    if (!is_possible(c, decimal) || !is_plausible(c, number.unit, decimal))
        return;
    if (!kp_decimal_round(decimal, c->item->decimals, &rounded) ||
        kp_decimal_integer_digits(rounded) > c->item->integer_digits) {
        kp_norm_note(c, KP_K_NUMBER_TOO_LARGE, c->text, c->item->format);
        return;
    }
    if (!is_possible(c, rounded)) /* it would go out as 0 */
        return;
    value->state = KP_VALUE_PRESENT;
    value->text = decimal_text(c->norm, rounded);
    value->limit = number.limit;
    value->flag = number.flag;
    if (strncmp(number.at, c->text, number.n) != 0 || c->text[number.n] != '\0' ||
        memchr(number.at, ',', number.n))
        kp_norm_note(c, KP_K_NUMBER_CLEANED, c->text);
    if (kp_decimal_compare(decimal, rounded) != 0)
        kp_norm_note(c, KP_K_VALUE_ROUNDED, c->text,
                     kp_arena_printf(c->norm->arena, "%u", c->item->decimals));
    check_range(c, rounded, value);
}

/* --- units and reference limits --- */

static void read_unit(const struct kp_norm_cell *c)
{
    const char *unit = kp_unit_of(c->norm->tables, c->key);
    if (!unit || !unit_fits(c, unit))
        kp_norm_note(c, KP_K_UNIT_OF_VALUE, c->text, *c->item->unit ? c->item->unit : "-");
    else
        c->norm->row_units[c->item - c->norm->tables->items] = unit;
}

static void read_flag(const struct kp_norm_cell *c, struct kp_value *value)
{
    char flag = kp_list_has("h hh ↑", c->key)   ? 'H'
                : kp_list_has("l ll ↓", c->key) ? 'L'
                : strcmp(c->key, "n") == 0      ? 'N'
                                                : 0;
    if (!flag && strcmp(c->key, "*") != 0) { /* a mark without a direction */
        kp_norm_note(c, KP_K_CODE_UNKNOWN, c->text, "H, L, N");
        return;
    }
    value->flag = flag ? flag : value->flag;
    if (c->key[1] || !flag)
        kp_norm_note(c, KP_K_NUMBER_CLEANED, c->text);
}

/* Rounds a reference limit to the item's decimals, but keeps more of a limit as the source states it. */
static bool limit_digits(const struct kp_norm_cell *c, struct kp_decimal decimal, bool converted,
                         struct kp_decimal *ret_limit)
{
    unsigned n = c->item->decimals;
    bool fits = kp_decimal_round(decimal, n, ret_limit);
    while (fits && !converted && n < RANGE_MAX_DECIMALS && kp_decimal_compare(decimal, *ret_limit) != 0)
        fits = kp_decimal_round(decimal, ++n, ret_limit);
    return fits;
}

static void read_limit(const struct kp_norm_cell *c, const char **limit_text)
{
    struct kp_decimal limit;
    struct number number = {0};
    if (!find_number(c, &number) || number.limit || number.flag) {
        kp_norm_note(c, KP_K_NUMBER_UNREADABLE, c->text);
        return;
    }
    struct kp_decimal decimal = number.decimal;
    if (!convert(c, number.unit, &decimal))
        return;
    bool converted = kp_decimal_compare(decimal, number.decimal) != 0;
    if ((decimal.units < 0 && c->item->zero != KP_ZERO_SIGNED) ||
        !limit_digits(c, decimal, converted, &limit) || kp_decimal_integer_digits(limit) > RANGE_MAX_DIGITS) {
        kp_norm_note(c, KP_K_REFERENCE_UNUSABLE, c->text);
        return;
    }
    if (!converted && kp_decimal_compare(decimal, limit) != 0)
        kp_norm_note(c, KP_K_VALUE_ROUNDED, c->text, "3");
    *limit_text = decimal_text(c->norm, limit);
}

void kp_norm_beside(const struct kp_norm_cell *c)
{
    struct kp_value *value = kp_value_of(c->norm->record, c->item);
    if (!*c->text || kp_text_is_dash(c->key))
        return;
    if (c->column->kind == KP_COL_UNIT)
        read_unit(c);
    else if (c->column->kind == KP_COL_FLAG)
        read_flag(c, value);
    else
        read_limit(c, c->column->kind == KP_COL_LOW ? &value->low : &value->high);
}

/* Returns whether a > b; false if either is missing. */
static bool is_more(const char *a, const char *b)
{
    struct kp_decimal x, y;
    return a && b && kp_decimal_parse(a, strlen(a), &x) && kp_decimal_parse(b, strlen(b), &y) &&
           kp_decimal_compare(x, y) > 0;
}

/* Some laboratories include the limits in the range and some do not: a value at a limit fits either flag. */
static bool flag_contradicts(const struct kp_value *v)
{
    bool above = is_more(v->text, v->high), below = is_more(v->low, v->text);
    if (v->flag == 'N')
        return above || below;
    return v->flag == 'H' ? below || is_more(v->high, v->text) : above || is_more(v->text, v->low);
}

static void drop_unusable(struct kp_norm *norm, const struct kp_item *item, struct kp_value *v)
{
    bool plain = (v->state == KP_VALUE_PRESENT || v->state == KP_VALUE_NOT_MEASURABLE) && !v->limit;
    bool measured = plain && v->state == KP_VALUE_PRESENT, quantity = plain && item->type == KP_TYPE_PQ;
    if (quantity && is_more(v->low, v->high)) {
        kp_findings_add(norm->findings, KP_K_REFERENCE_UNUSABLE, item->label, NULL);
        v->low = v->high = NULL;
    }
    if (measured && v->flag && flag_contradicts(v)) {
        kp_findings_add(norm->findings, KP_K_MARK_AGAINST_RANGE, item->label, NULL);
        v->flag = 0;
    }
    bool excess = ((v->low || v->high) && !quantity) || (v->flag && !measured);
    if (!quantity)
        v->low = v->high = NULL;
    if (!measured)
        v->flag = 0;
    if (excess && v->state != KP_VALUE_ABSENT) /* exports give ranges without results, too */
        kp_findings_add(norm->findings, KP_K_MARK_DROPPED, item->label, NULL);
}

void kp_norm_references_done(struct kp_norm *norm)
{
    for (size_t i = 0; i < norm->tables->n_items; i++) {
        const struct kp_item *item = &norm->tables->items[i];
        struct kp_value *value = &norm->record->values[i];
        bool own = value->low || value->high || value->flag;
        if (!own && value->state == KP_VALUE_ABSENT)
            continue;
        drop_unusable(norm, item, value);
        if (!own)
            kp_ranges_apply(norm, item, value);
    }
}
