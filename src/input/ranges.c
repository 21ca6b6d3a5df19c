#include "input/ranges.h"

#include <string.h>

#include "base/status.h"
#include "input/header_names.h"
#include "input/mapping_file.h"

enum { HEADING_LINES = 3, MAX_DECIMALS = 3 };

/* The columns that are read; the limits are in the order of struct kp_range. */
enum column { CODE, MALE_LOW, MALE_HIGH, FEMALE_LOW, FEMALE_HIGH, UNIT, COLUMNS };
enum { REQUIRED = UNIT };

static const char *const NAMES[COLUMNS] = {"jlac10", "mlow", "mhigh", "flow", "fhigh", "unit"};

struct table {
    struct kp_context *ctx;
    const char *path;
    struct kp_sheet sheet;
    size_t at[COLUMNS]; /* in the sheet; SIZE_MAX: missing */
    size_t first;       /* index of the first row below the header */
};

/* Finds the header among the first lines. */
static bool find_header(struct kp_arena *arena, struct table *t)
{
    for (size_t line = 0; line < HEADING_LINES && line <= t->sheet.n_rows; line++) {
        const char *const *cells = line ? t->sheet.rows[line - 1].cells : t->sheet.columns;
        size_t n = line ? t->sheet.rows[line - 1].n_cells : t->sheet.n_columns, found = 0;
        for (size_t k = 0; k < COLUMNS; k++) {
            t->at[k] = SIZE_MAX;
            for (size_t i = 0; i < n && t->at[k] == SIZE_MAX; i++) {
                const char *key = kp_text_header_key(arena, cells[i]);
                t->at[k] = key && strcmp(key, NAMES[k]) == 0 ? i : SIZE_MAX;
            }
            found += k < REQUIRED && t->at[k] != SIZE_MAX;
        }
        t->first = line;
        if (found == REQUIRED)
            return true;
    }
    return false;
}

bool kp_ranges_is(struct kp_arena *arena, const struct kp_sheet *sheet)
{
    struct table t = {.sheet = *sheet};
    return find_header(arena, &t);
}

static const char *cell(const struct table *t, size_t row, size_t column)
{
    const struct kp_sheet_row *r = &t->sheet.rows[row];
    return t->at[column] < r->n_cells ? r->cells[t->at[column]] : "";
}

static enum kp_status bad(const struct table *t, size_t row, const char *what, const char *value)
{
    return kp_fail(&t->ctx->diag, KP_E_USAGE, KP_K_CC2X_LINE_BAD, kp_at(t->path, t->sheet.rows[row].line),
                   what, value);
}

static void note(const struct table *t, size_t row, enum kp_code code, const char *arg)
{
    kp_warn(&t->ctx->diag, code, kp_at(t->path, t->sheet.rows[row].line), cell(t, row, CODE), arg);
}

/* Returns whether the row's numbers are usable for the item; *ret_how is NULL if they are in its unit. */
static bool find_unit(const struct table *t, size_t row, const struct kp_item *item,
                      const struct kp_conversion **ret_how)
{
    const char *text = cell(t, row, UNIT), *key = kp_text_value_key(&t->ctx->arena, text);
    const char *unit = key ? kp_unit_of(&t->ctx->tables, key) : NULL;
    *ret_how = NULL;
    if (!*text || (unit && strcmp(unit, item->unit) == 0))
        return true;
    *ret_how = unit ? kp_conversion_of(&t->ctx->tables, item, unit) : NULL;
    if (!*ret_how)
        note(t, row, KP_K_RANGE_UNIT, text);
    return *ret_how != NULL;
}

/* Reads a limit; an empty cell leaves it open. */
static enum kp_status read_limit(const struct table *t, size_t row, enum column column,
                                 const struct kp_conversion *how, const char **ret_text)
{
    char text[KP_DECIMAL_TEXT];
    struct kp_decimal number;
    const char *given = cell(t, row, column);
    if (!*given)
        return KP_OK;
    if (!kp_decimal_parse(given, strlen(given), &number))
        return bad(t, row, NAMES[column], given);
    if (how && (!kp_decimal_convert(number, how->factor, how->offset, &number) ||
                (number.scale > MAX_DECIMALS && !kp_decimal_round(number, MAX_DECIMALS, &number))))
        return bad(t, row, NAMES[column], given);
    kp_decimal_text(number, text);
    *ret_text = kp_arena_strdup(&t->ctx->arena, text);
    return *ret_text ? KP_OK : kp_no_memory(t->ctx);
}

static bool is_less(const char *a, const char *b)
{
    struct kp_decimal x, y;
    return a && b && kp_decimal_parse(a, strlen(a), &x) && kp_decimal_parse(b, strlen(b), &y) &&
           kp_decimal_compare(x, y) < 0;
}

static enum kp_status read_row(const struct table *t, size_t row, struct kp_range *ranges)
{
    const char *code = cell(t, row, CODE);
    const struct kp_conversion *how = NULL;
    const struct kp_item *item = kp_item_find(&t->ctx->tables, code);
    bool filled = false;
    for (size_t k = MALE_LOW; k <= FEMALE_HIGH; k++)
        filled |= *cell(t, row, k) != '\0';
    if (!*code && !filled)
        return KP_OK; /* an empty row that a spreadsheet has padded */
    if (!kp_is_item_code(code))
        return row == t->first ? KP_OK : bad(t, row, NAMES[CODE], code); /* the Japanese names */
    if (!filled)
        return KP_OK;
    if (!item || item->type != KP_TYPE_PQ) {
        note(t, row, KP_K_CC2X_LINE_UNUSED, NULL);
        return KP_OK;
    }
    struct kp_range *range = &ranges[item - t->ctx->tables.items];
    if (range->low[0] || range->high[0] || range->low[1] || range->high[1])
        return bad(t, row, NAMES[CODE], code);
    if (!find_unit(t, row, item, &how))
        return KP_OK;
    for (size_t sex = 0; sex < 2; sex++) {
        const enum column low = sex ? FEMALE_LOW : MALE_LOW;
        KP_TRY(read_limit(t, row, low, how, &range->low[sex]));
        KP_TRY(read_limit(t, row, low + 1, how, &range->high[sex]));
        if (is_less(range->high[sex], range->low[sex]))
            return bad(t, row, NAMES[low + 1], range->high[sex]);
    }
    return KP_OK;
}

enum kp_status kp_ranges_load(struct kp_context *ctx, const char *path, const struct kp_range **ret_ranges)
{
    struct table t = {.ctx = ctx, .path = path};
    struct kp_range *ranges = kp_arena_alloc(&ctx->arena, ctx->tables.n_items * sizeof(*ranges));
    if (!ranges)
        return kp_no_memory(ctx);
    KP_TRY(kp_mapping_sheet(ctx, path, KP_COMMENTS_ALL, &t.sheet));
    if (!find_header(&ctx->arena, &t))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_MISSING, kp_at(path, 1),
                       "JLAC10,MLOW,MHIGH,FLOW,FHIGH");
    for (size_t row = t.first; row < t.sheet.n_rows; row++)
        KP_TRY(read_row(&t, row, ranges));
    *ret_ranges = ranges;
    return KP_OK;
}

void kp_ranges_apply(struct kp_norm *norm, const struct kp_item *item, struct kp_value *value)
{
    const struct kp_range *range =
        norm->mapping->ranges ? &norm->mapping->ranges[item - norm->tables->items] : NULL;
    const char *sex = norm->record->field[KP_F_SEX];
    if (!range || value->state != KP_VALUE_PRESENT || item->type != KP_TYPE_PQ || value->limit ||
        (strcmp(sex, "1") != 0 && strcmp(sex, "2") != 0))
        return;
    const char *low = range->low[*sex - '1'], *high = range->high[*sex - '1'];
    if (!low && !high)
        return;
    value->low = low;
    value->high = high;
    value->flag = is_less(value->text, low) ? 'L' : is_less(high, value->text) ? 'H' : 'N';
    kp_findings_add(norm->findings, KP_K_RANGE_FROM_TABLE, item->label, NULL);
}
