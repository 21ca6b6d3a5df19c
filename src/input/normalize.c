#include "input/normalize.h"

#include <string.h>

#include "base/status.h"
#include "input/norm_fields.h"
#include "input/norm_items.h"

/* The order of reading: what a later stage needs to know comes first. A flag column of its own, for instance,
 * outranks what a finding's text implies. */
enum stage { FIELDS, UNITS, MEAL, ITEMS, FINDINGS, REFERENCES, STAGES, NEVER };

static enum stage stage_of(const struct kp_tables *tables, const struct kp_column *column,
                           const struct kp_item *meal)
{
    if (column->kind < KP_COL_FIELD || column->follows)
        return NEVER;
    if (column->kind == KP_COL_FIELD)
        return FIELDS;
    if (column->kind != KP_COL_ITEM)
        return column->kind == KP_COL_UNIT ? UNITS : REFERENCES;
    const struct kp_item *item = &tables->items[column->index];
    return item == meal ? MEAL : item->depends_on >= 0 ? FINDINGS : ITEMS;
}

/* The mapping file's own source=code pairs come before everything the tables know. */
static const char *own_value(struct kp_norm *norm, const struct kp_column *column, const char *text,
                             const char *key)
{
    uint32_t own = 0;
    if (!kp_map_get(&column->values, key, &own))
        return text;
    kp_norm_note(norm, KP_K_VALUE_CODED, kp_column_target(norm->tables, column), text, NULL);
    return column->codes[own];
}

/* Trimmed, with the pairs of the mapping file applied; NULL when memory is short. */
static const char *cell_text(struct kp_norm *norm, const struct kp_column *column)
{
    const char *text = kp_text_trim(norm->arena, norm->cells[column - norm->mapping->columns]);
    if (!text || column->values.n_keys == 0)
        return text;
    const char *key = kp_text_value_key(norm->arena, text);
    return key ? own_value(norm, column, text, key) : NULL;
}

/* Findings in several columns become one text; what says less than that counts only when there is none, and
 * the column that says most is taken. */
static const char *joined_text(struct kp_norm *norm, const struct kp_column *first)
{
    struct kp_buf joined = {0};
    const struct kp_item *item = &norm->tables->items[first->index];
    const char *best = "", *result = NULL;
    unsigned most = 0;
    size_t parts = 0;
    for (const struct kp_column *column = first; column; column = column->next) {
        const char *text = cell_text(norm, column);
        const char *key = text ? kp_text_value_key(norm->arena, text) : NULL;
        if (!key)
            goto out;
        unsigned says = kp_norm_says(norm, item, key);
        norm->record->dash_empty |= kp_text_is_dash(key);
        if (says == KP_NORM_WORDS)
            kp_buf_printf(&joined, "%s%s", parts++ ? " / " : "", text);
        best = says > most ? text : best;
        most = says > most ? says : most;
    }
    if (parts > 1)
        kp_norm_note(norm, KP_K_VALUES_JOINED, kp_column_target(norm->tables, first), NULL, NULL);
    result = parts == 0           ? best
             : kp_buf_ok(&joined) ? kp_arena_strdup(norm->arena, kp_buf_text(&joined))
                                  : NULL;
out:
    kp_buf_release(&joined);
    return result ? result : kp_arena_fail(norm->arena);
}

/* A column that could mean several items, with no result in it: then it need not be known which. */
static bool passes_over(struct kp_norm *norm, const struct kp_column *column, const char *key)
{
    const char *label = norm->tables->items[column->index].label;
    if (kp_text_is_dash(key)) {
        kp_norm_note(norm, KP_K_DASH_EMPTY, label, NULL, NULL);
        norm->record->dash_empty = true;
        return true;
    }
    return *key == '\0';
}

/* Which item the column's value belongs to in this row; NULL, and a finding, when the row does not tell. */
static const struct kp_item *item_of(struct kp_norm *norm, const struct kp_column *column, const char *key)
{
    const struct kp_item *items = norm->tables->items;
    if (column->is_pair && norm->meal == KP_MEAL_UNTOLD && kp_code_of(norm->tables, "not_done", key)) {
        kp_norm_note(norm, KP_K_READ_AS_NOT_DONE, items[column->index].label, NULL, NULL);
        return NULL; /* neither of the two was done */
    }
    if (column->is_pair && norm->meal == KP_MEAL_UNTOLD) {
        kp_norm_note(norm, KP_K_MEAL_UNKNOWN, items[column->index].label, NULL, NULL);
        return NULL;
    }
    if (column->is_pair)
        return &items[norm->meal == KP_MEAL_FASTING ? column->index : column->casual];
    if (!column->methods)
        return &items[column->index];
    const char *digit = kp_text_value_key(norm->arena, norm->cells[column->methods->column]);
    for (size_t i = 0; digit && i < column->methods->n_choices; i++)
        if (strcmp(column->methods->choices[i].digit, digit) == 0)
            return &items[column->methods->choices[i].item];
    kp_norm_note(norm, KP_K_METHOD_UNKNOWN, items[column->index].label, NULL, NULL);
    return NULL;
}

static enum kp_status read_column(struct kp_norm *norm, const struct kp_column *column)
{
    norm->findings->column = column->number;
    const char *text = column->next ? joined_text(norm, column) : cell_text(norm, column);
    const char *key = text ? kp_text_value_key(norm->arena, text) : NULL;
    if (!key)
        return KP_E_SYSTEM;
    struct kp_norm_cell c = {.norm = norm, .column = column, .text = text, .key = key};
    if (column->kind == KP_COL_FIELD) {
        kp_norm_field(&c);
        return KP_OK;
    }
    bool chosen = column->is_pair || column->methods;
    if (chosen && passes_over(norm, column, key))
        return KP_OK;
    c.item = chosen ? item_of(norm, column, key) : &norm->tables->items[column->index];
    if (!c.item)
        return KP_OK;
    if (column->kind == KP_COL_ITEM)
        kp_norm_item(&c);
    else if (column->kind == KP_COL_UNIT)
        kp_norm_unit(&c);
    else
        kp_norm_reference(&c);
    return KP_OK;
}

enum kp_status kp_normalize(const struct kp_tables *tables, const struct kp_mapping *mapping,
                            const struct kp_org *facility, const char *const *cells, struct kp_arena *arena,
                            struct kp_findings *findings, struct kp_record *ret_record)
{
    enum kp_status st = KP_OK;
    struct kp_norm norm = {.tables = tables,
                           .mapping = mapping,
                           .cells = cells,
                           .arena = arena,
                           .findings = findings,
                           .record = ret_record};
    const struct kp_item *meal = kp_item_find(tables, KP_ITEM_MEAL);
    KP_TRY(kp_record_init(ret_record, tables, arena));
    if (mapping->has_units) {
        norm.row_units = kp_arena_alloc(arena, tables->n_items * sizeof(*norm.row_units));
        if (!norm.row_units)
            return KP_E_SYSTEM;
    }
    for (int stage = FIELDS; stage < STAGES; stage++) {
        for (size_t i = 0; i < mapping->n_columns; i++)
            if (stage_of(tables, &mapping->columns[i], meal) == (enum stage)stage)
                KP_TRY(read_column(&norm, &mapping->columns[i]));
        findings->column = 0;
        if (stage == MEAL && meal)
            kp_norm_meal(&norm, meal);
    }
    kp_norm_fields_done(&norm, facility);
    kp_norm_items_done(&norm);
    st = arena->failed ? KP_E_SYSTEM
                       : KP_OK; /* else a value that found no room would pass for one that is absent */
    return st;
}
