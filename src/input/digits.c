#include "input/digits.h"

#include <stdio.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"

#define SYSTEM_REMARKABLE "1.2.392.200119.6.2001" /* 特記すべきことあり/なし */
#define SYSTEM_FINDING "1.2.392.200119.6.2002"    /* 所見あり/なし */
#define SYSTEM_POSITIVE "1.2.392.200119.6.2100"   /* 陽性/陰性 */

/* Bits of what a column was seen to contain: bit n: the whole number n. */
enum { MOST = 40, HOURS_ABOVE = 4 };
#define LARGER (UINT64_C(1) << 41)   /* a whole number above MOST */
#define FRACTION (UINT64_C(1) << 42) /* 9.5 */
#define NEGATIVE (UINT64_C(1) << 43)
#define HOURS (UINT64_C(1) << 44) /* a number with a unit of time */
#define WORDS (UINT64_C(1) << 45) /* any other text that is an answer */
#define NUMBERS ((UINT64_C(1) << 44) - 1)

bool kp_is_finding_flag(const struct kp_item *item)
{
    return strcmp(item->code_system, SYSTEM_REMARKABLE) == 0 ||
           strcmp(item->code_system, SYSTEM_FINDING) == 0;
}

bool kp_is_judged(const struct kp_item *item)
{
    return kp_is_finding_flag(item) || strcmp(item->code_system, SYSTEM_POSITIVE) == 0;
}

static bool ends_in_judgement(struct kp_arena *arena, const char *header)
{
    static const char end[] = "判定";
    const char *key = header ? kp_text_header_key(arena, header) : NULL;
    size_t n = key ? strlen(key) : 0, m = strlen(end);
    return n >= m && strcmp(key + n - m, end) == 0;
}

bool kp_is_graded(struct kp_arena *arena, const struct kp_column *column)
{
    return ends_in_judgement(arena, column->header) || ends_in_judgement(arena, column->second);
}

/* --- one cell --- */

struct number {
    const char *whole; /* first of n digits */
    size_t n;
    bool negative, has_fraction;
};

/* Reads a bare number without the wrapping of spreadsheets. Returns false for any other key. */
static bool read_number(const char *key, struct number *ret)
{
    const char *at = key + strspn(key, "=\"'([");
    struct number number = {.negative = *at == '-'};
    number.whole = at + number.negative;
    number.n = kp_digits(number.whole);
    at = number.whole + number.n;
    if (*at == '.') {
        const char *digit = at + 1 + strspn(at + 1, "0");
        number.has_fraction = kp_digits(digit) > 0;
        at += 1 + kp_digits(at + 1);
    }
    *ret = number;
    return number.n > 0 && !at[strspn(at, "\"')]:")];
}

bool kp_is_bare_number(const char *key)
{
    struct number number;
    return read_number(key, &number);
}

const char *kp_numbered_word(struct kp_arena *arena, const char *text)
{
    char *folded = kp_text_nfkc(arena, text);
    if (!folded)
        return NULL;
    size_t number = kp_digits(folded), n = strlen(folded);
    if (number > 0 && folded[number] && strchr(":.)", folded[number])) {
        const char *word = kp_text_trim(arena, folded + number + 1);
        /* "3:3.5時間以上" is numbered, "3:30" and "4.3.5h" are not */
        bool numeric = word && kp_digits(word) && (folded[number] != ':' || kp_text_is_ascii(word));
        return word && *word && !numeric ? word : NULL;
    }
    char *bracket = number == 0 && n > 0 && folded[n - 1] == ')' ? strrchr(folded, '(') : NULL;
    if (!bracket || bracket == folded || kp_digits(bracket + 1) == 0 ||
        kp_digits(bracket + 1) != (size_t)(folded + n - bracket) - 2)
        return NULL;
    *bracket = '\0';
    return kp_text_trim(arena, folded);
}

/* Returns the code of the first n bytes of a text in a pseudo system of values.csv, or NULL. */
static const char *code_of_part(const struct kp_tables *tables, const char *system, const char *text,
                                size_t n)
{
    char part[64];
    if (n >= sizeof(part))
        return NULL;
    memcpy(part, text, n);
    part[n] = '\0';
    return kp_code_of(tables, system, part);
}

static struct kp_decimal and_a_half(struct kp_decimal hours)
{
    static const struct kp_decimal one = {1, 0}, half = {5, 1};
    (void)kp_decimal_convert(hours, one, half, &hours);
    return hours;
}

/* Applies the unit, 時間半 or 時間以上, and minutes after it. Parts of an hour matter by halves, since the
 * codes begin at 3.5 and 10 hours; a bound must settle the code. */
static bool apply_unit(const struct kp_tables *tables, const char *unit, struct kp_decimal *hours)
{
    static const struct kp_decimal ten = {10, 0}, three_and_a_half = {35, 1};
    size_t n = strcspn(unit, "0123456789"), digits = kp_digits(unit + n);
    const char *code = code_of_part(tables, "hours", unit, n);
    if (!code)
        return false;
    if (unit[n]) {
        bool fits = strcmp(code, "1") == 0 && hours->scale == 0 &&
                    (digits == 1 || (digits == 2 && unit[n] < '6')) &&
                    kp_code_of(tables, "minutes", unit + n + digits);
        *hours = fits && digits == 2 && unit[n] >= '3' ? and_a_half(*hours) : *hours;
        return fits;
    }
    if (strcmp(code, "least") == 0)
        return kp_decimal_compare(*hours, ten) >= 0;
    bool most = strcmp(code, "most") == 0;
    if (most && kp_decimal_compare(*hours, three_and_a_half) > 0)
        return false;
    *hours = most ? (struct kp_decimal){0, 0} : strcmp(code, "half") == 0 ? and_a_half(*hours) : *hours;
    return true;
}

bool kp_hours_parse(const struct kp_tables *tables, const char *key, struct kp_decimal *ret_hours,
                    bool *ret_has_unit)
{
    enum { MINUTES_OF_AN_HOUR = 60 };
    size_t lead = strcspn(key, "0123456789.");
    const char *number = key + lead;
    size_t n = strspn(number, "0123456789.");
    const char *unit = number + n;
    struct kp_decimal hours = {0};
    *ret_has_unit = *unit != '\0';
    if (!kp_decimal_parse(number, n, &hours) ||
        (lead && (!*unit || !code_of_part(tables, "hours_lead", key, lead))))
        return false;
    if (hours.scale == 0 && kp_code_of(tables, "minutes", unit))
        hours = (struct kp_decimal){hours.units * 10 / MINUTES_OF_AN_HOUR, 1};
    else if (*unit && !apply_unit(tables, unit, &hours))
        return false;
    *ret_hours = hours;
    return true;
}

static uint64_t bit_of(const struct number *number)
{
    unsigned value = 0;
    for (size_t i = 0; i < number->n && value <= MOST; i++)
        value = value * 10 + (unsigned)(number->whole[i] - '0');
    return number->negative       ? NEGATIVE
           : number->has_fraction ? FRACTION
           : value > MOST         ? LARGER
                                  : UINT64_C(1) << value;
}

uint64_t kp_digits_see(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_column *column,
                       const char *cell)
{
    uint32_t named = 0;
    struct number number;
    struct kp_decimal hours;
    bool has_unit = false;
    const char *key = kp_text_value_key(arena, cell);
    if (!key || !*key || (column->values.n_keys && kp_map_get(&column->values, key, &named)))
        return 0;
    if (read_number(key, &number))
        return bit_of(&number);
    if (kp_hours_parse(tables, key, &hours, &has_unit))
        return HOURS;
    bool answers = !kp_text_is_dash(key) && !kp_code_of(tables, "not_done", key) &&
                   !kp_code_of(tables, "not_measurable", key) && !kp_code_of(tables, "placeholder", key);
    return answers ? WORDS : 0;
}

bool kp_digits_are_numbers(uint64_t seen)
{
    return (seen & NUMBERS) != 0;
}

/* --- a column by its header and mapping --- */

const char *kp_digits_system(const struct kp_tables *tables, const struct kp_column *column)
{
    if (column->kind == KP_COL_FIELD)
        return column->index == KP_F_SEX             ? "sex"
               : column->index == KP_F_QUALIFICATION ? "qualification"
               : column->index == KP_F_FASTING       ? "fasting"
                                                     : NULL;
    const struct kp_item *item = column->kind == KP_COL_ITEM ? &tables->items[column->index] : NULL;
    return item && *item->code_system ? item->code_system : NULL;
}

static bool is_meal(const struct kp_tables *tables, const struct kp_column *column)
{
    return column->kind == KP_COL_ITEM && strcmp(tables->items[column->index].code, KP_ITEM_MEAL) == 0;
}

static bool has_own_grades(struct kp_arena *arena, const struct kp_tables *tables,
                           const struct kp_column *column)
{
    return column->kind == KP_COL_ITEM && kp_is_judged(&tables->items[column->index]) &&
           kp_is_graded(arena, column);
}

void kp_digits_settle(struct kp_arena *arena, const struct kp_tables *tables, bool names_code,
                      struct kp_column *column)
{
    if (!kp_digits_system(tables, column))
        column->digits = KP_DIGITS_NONE;
    else if (column->digits != KP_DIGITS_NONE)
        return;
    else if (has_own_grades(arena, tables, column))
        column->digits = KP_DIGITS_UNKNOWN;
    else if (names_code)
        column->digits = KP_DIGITS_OFFICIAL;
    else if (column->kind == KP_COL_FIELD && column->index == KP_F_SEX)
        column->digits = KP_DIGITS_SEX;
    else
        column->digits = is_meal(tables, column) ? KP_DIGITS_HOURS : KP_DIGITS_UNKNOWN;
}

/* --- a column by its cells --- */

/* Returns whether a list of the column, of whatever day of examination, has the code. */
static bool is_listed(const struct kp_tables *tables, const struct kp_column *column, const char *code)
{
    static const struct kp_date any_day = {0};
    return column->kind == KP_COL_ITEM
               ? kp_item_code_ever(tables, &tables->items[column->index], code, code)
               : kp_code_display(tables, kp_digits_system(tables, column), code, any_day) != NULL;
}

/* Returns the numbers of the lists as bits. */
static uint64_t listed(const struct kp_tables *tables, const struct kp_column *column)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i <= MOST; i++) {
        char code[4];
        (void)snprintf(code, sizeof(code), "%u", i);
        bits |= (uint64_t)is_listed(tables, column, code) << i;
    }
    return bits;
}

/* Returns whether the column begins with 0 where its list begins with 1, and nothing speaks against that. */
static bool counts_from_zero(uint64_t seen, uint64_t list)
{
    uint64_t last = UINT64_C(1) << MOST;
    while (last > 1 && !(list & last))
        last >>= 1;
    return (seen & 1) && !(list & 1) && (seen & NUMBERS) < last;
}

static enum kp_reading judge(const struct kp_tables *tables, const struct kp_column *column)
{
    const uint64_t seen = column->seen, numbers = seen & NUMBERS;
    const uint64_t list = listed(tables, column);
    const bool beyond = numbers & ~((UINT64_C(1) << 10) - 1);
    const bool foreign = (seen & KP_SEEN_FOREIGN) || (list && (numbers & ~list));
    const bool flag = column->kind == KP_COL_ITEM && kp_is_finding_flag(&tables->items[column->index]);
    switch (column->digits) {
    case KP_DIGITS_OFFICIAL:
        return (seen & KP_SEEN_FOREIGN) || counts_from_zero(seen, list) ? KP_READING_FOREIGN
                                                                        : KP_READING_PLAIN;
    case KP_DIGITS_SEX: return foreign ? KP_READING_FOREIGN : KP_READING_PLAIN;
    case KP_DIGITS_HOURS:
        if ((seen & HOURS) || (numbers & ~NEGATIVE) >> (HOURS_ABOVE + 1))
            return KP_READING_HOURS;
        break;
    case KP_DIGITS_UNKNOWN:
        if (flag && beyond && !(seen & (WORDS | HOURS)))
            return KP_READING_NUMBERS;
        break;
    case KP_DIGITS_NAMED: break;
    case KP_DIGITS_NONE:
    case KP_DIGITS_SAID:
    default: return KP_READING_PLAIN;
    }
    return !numbers ? KP_READING_PLAIN : foreign ? KP_READING_FOREIGN : KP_READING_UNKNOWN;
}

/* "official", or every code from 0 to fill in. */
static void put_values(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_column *column,
                       struct kp_buf *out)
{
    const uint64_t list = listed(tables, column);
    bool official = column->reading == KP_READING_UNKNOWN && column->digits != KP_DIGITS_NAMED && list &&
                    !has_own_grades(arena, tables, column);
    if (official)
        kp_buf_str(out, KP_VALUES_OFFICIAL);
    for (unsigned i = 0; !official && i <= MOST && (i < 3 || list >> i); i++)
        kp_buf_printf(out, "%s%u=?", i ? "|" : "", i);
}

/* Returns the line of a mapping file that settles the column; "" if none is needed. */
static const char *remedy_of(struct kp_context *ctx, const struct kp_column *column)
{
    struct kp_buf out = {0};
    if (column->reading == KP_READING_PLAIN || column->reading == KP_READING_HOURS)
        return "";
    if (column->reading == KP_READING_NUMBERS) {
        kp_buf_printf(&out, "%s,ignore,,", column->name);
    } else {
        kp_buf_printf(&out, "%s,", column->line);
        put_values(&ctx->arena, &ctx->tables, column, &out);
    }
    const char *line =
        kp_buf_ok(&out) ? kp_arena_strdup(&ctx->arena, kp_buf_text(&out)) : kp_arena_fail(&ctx->arena);
    kp_buf_release(&out);
    return line;
}

/* Inputs of one layout come from one vendor. */
static void share_seen(struct kp_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++)
        for (size_t k = 0; k < inputs->n; k++)
            for (size_t c = 0; k != i && inputs->list[k].layout == inputs->list[i].layout &&
                               c < inputs->list[i].mapping.n_columns;
                 c++)
                inputs->list[i].mapping.columns[c].seen |= inputs->list[k].mapping.columns[c].seen;
}

enum kp_status kp_digits_judge(struct kp_context *ctx, struct kp_inputs *inputs)
{
    share_seen(inputs);
    for (size_t i = 0; i < inputs->n; i++) {
        struct kp_input *input = &inputs->list[i];
        for (struct kp_column *c = input->mapping.columns;
             c < input->mapping.columns + input->mapping.n_columns; c++) {
            if (c->digits == KP_DIGITS_NONE)
                continue;
            c->reading = judge(&ctx->tables, c);
            c->remedy = remedy_of(ctx, c);
        }
    }
    return ctx->arena.failed ? kp_no_memory(ctx) : KP_OK;
}

const char *kp_digits_words(struct kp_arena *arena, const struct kp_tables *tables,
                            const struct kp_column *column)
{
    const char *system = kp_digits_system(tables, column), *words = "";
    for (size_t i = 0; words && system && i < tables->n_codes; i++)
        if (strcmp(tables->codes[i].system, system) == 0)
            words = kp_arena_printf(arena, "%s%s%s=%s", words, *words ? " " : "", tables->codes[i].code,
                                    tables->codes[i].display);
    return words ? words : "";
}
