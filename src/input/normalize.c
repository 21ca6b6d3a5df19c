#include "input/normalize.h"

#include <string.h>

#include "base/status.h"
#include "input/norm_fields.h"
#include "input/norm_items.h"
#include "input/norm_numbers.h"

/* The order of reading: later stages depend on earlier ones. A column for a flag, for instance, takes
 * precedence over the flag that a finding implies. */
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

static const char *key_of(const struct kp_norm *norm, const char *text)
{
    return kp_norm_text(kp_text_value_key(norm->arena, text));
}

/* Returns the cell trimmed, replaced by a source=code pair of the mapping file.
 * *ret_source is the cell if it was replaced. */
static const char *cell_text(struct kp_norm *norm, const struct kp_column *column, const char **ret_source)
{
    const char *cell = norm->cells[column - norm->mapping->columns];
    const char *text = kp_text_is_trimmed(cell) ? cell : kp_norm_text(kp_text_trim(norm->arena, cell));
    uint32_t own = 0;
    if (column->values.n_keys == 0 || !kp_map_get(&column->values, key_of(norm, text), &own))
        return text;
    kp_findings_add(norm->findings, KP_K_VALUE_CODED, kp_column_target(norm->tables, column), text);
    *ret_source = text;
    return column->codes[own];
}

/* Joins findings in several columns; without any, returns the text that says most. *ret_source is set
 * if source=code pairs settle all that the texts leave open. */
static const char *joined_text(struct kp_norm *norm, const struct kp_column *first, const char **ret_source)
{
    const struct kp_item *item = &norm->tables->items[first->index];
    const char *result = "";
    enum kp_saying most = KP_SAYS_EMPTY;
    size_t parts = 0, settled = 0, unsettled = 0;
    for (const struct kp_column *column = first; column; column = column->next) {
        const char *source = NULL, *text = cell_text(norm, column, &source);
        const char *key = key_of(norm, text);
        enum kp_saying saying = kp_norm_saying(norm, item, key);
        if (source && strcmp(text, "1") == 0)
            text = source;
        else if (source && strcmp(text, "2") == 0)
            saying = KP_SAYS_NOTHING_FOUND;
        unsettled += !source && saying == KP_SAYS_WORDS;
        settled += source != NULL;
        norm->record->dash_empty |= kp_text_is_dash(key);
        if (saying == KP_SAYS_WORDS && parts++ > 0)
            result = kp_norm_text(kp_arena_printf(norm->arena, "%s / %s", result, text));
        else if (saying > most)
            result = text;
        most = saying > most ? saying : most;
    }
    *ret_source = settled > 0 && unsettled == 0 ? result : NULL;
    if (parts > 1)
        kp_findings_add(norm->findings, KP_K_VALUES_JOINED, kp_column_target(norm->tables, first), NULL);
    return result;
}

/* Returns the item of the value in this row; NULL, with a finding, if the row does not say. */
static const struct kp_item *item_of(struct kp_norm *norm, const struct kp_column *column, const char *key)
{
    const struct kp_item *items = norm->tables->items;
    const char *label = items[column->index].label;
    if (column->is_pair && norm->meal == KP_MEAL_UNKNOWN) {
        bool not_done = kp_code_of(norm->tables, "not_done", key);
        kp_findings_add(norm->findings, not_done ? KP_K_READ_AS_NOT_DONE : KP_K_MEAL_UNKNOWN, label, NULL);
        return NULL;
    }
    if (column->is_pair)
        return &items[norm->meal == KP_MEAL_FASTING ? column->index : column->casual];
    const char *digit = key_of(norm, norm->cells[column->methods->column]);
    for (size_t i = 0; i < column->methods->n_choices; i++)
        if (strcmp(column->methods->choices[i].digit, digit) == 0)
            return &items[column->methods->choices[i].item];
    kp_findings_add(norm->findings, KP_K_METHOD_UNKNOWN, label, NULL);
    return NULL;
}

/* Adds a finding unless the cell is empty: the form of the day does not have the item. */
static void leave_out(const struct kp_norm_cell *c)
{
    if (c->column->kind == KP_COL_ITEM && *c->key && !kp_text_is_dash(c->key))
        kp_norm_note(c, KP_K_ITEM_NOT_IN_FORM, c->text, kp_norm_day(c->norm));
}

/* Returns where to keep what the cell says, for a column that alone gives an item its words or codes. */
static struct kp_read_cell *reading_of(const struct kp_norm *norm, const struct kp_column *column)
{
    const char *cell = norm->cells[column - norm->mapping->columns];
    if (column->kind != KP_COL_ITEM || column->next || column->is_pair || column->methods ||
        column->values.n_keys > 0 || norm->tables->items[column->index].type == KP_TYPE_PQ)
        return NULL;
    return kp_read_cell_of(norm->read_cells, column, cell);
}

static void read_column(struct kp_norm *norm, const struct kp_column *column)
{
    struct kp_norm_cell c = {.norm = norm, .column = column, .reading = reading_of(norm, column)};
    kp_column_locate(column, norm->findings);
    if (c.reading && kp_norm_read_before(&c))
        return;
    c.text = column->next ? joined_text(norm, column, &c.source) : cell_text(norm, column, &c.source);
    c.key = key_of(norm, c.text);
    if (column->kind == KP_COL_FIELD) {
        kp_norm_field(&c);
        return;
    }
    if (kp_norm_my_number(&c, kp_column_target(norm->tables, column), true))
        return;
    c.item = &norm->tables->items[column->index];
    if (column->is_pair || column->methods) {
        /* without a value, it does not matter which item it is */
        if (!*c.key || kp_norm_dash(norm, c.item->label, c.key))
            return;
        c.item = item_of(norm, column, c.key);
    }
    if (!c.item)
        return;
    if (!kp_item_on(c.item, norm->record->exam))
        leave_out(&c);
    else if (column->kind == KP_COL_ITEM)
        kp_norm_item(&c);
    else
        kp_norm_beside(&c);
}

/* Returns whether the value key of a cell may be a dash. */
static bool may_be_dash(const char *cell)
{
    int32_t c = kp_utf8_next(&cell);
    while (c == ' ' || c == 0x3000)
        c = kp_utf8_next(&cell);
    bool wide_ascii = c >= 0xff01 && c <= 0xff5e, half_kana = c >= 0xff61 && c <= 0xff9f;
    bool kana = c >= 0x3041 && c <= 0x30fb, kanji = c >= 0x4e00 && c <= 0x9fff;
    return c > ' ' && c < 0x80 ? c == '-'
           : wide_ascii        ? c == 0xff0d
           : half_kana         ? c == 0xff70
                               : c >= 0 && !kana && !kanji;
}

/* Returns whether reading the column may find that a dash says "no value". */
static bool may_be_empty_dash(const struct kp_norm *norm, const struct kp_column *first)
{
    for (const struct kp_column *c = first; c; c = c->next)
        if (c->values.n_keys > 0 || may_be_dash(norm->cells[c - norm->mapping->columns]))
            return true;
    return false;
}

enum kp_status kp_normalize_person(const struct kp_tables *tables, const struct kp_mapping *mapping,
                                   const struct kp_completion *completion, const char *const *cells,
                                   struct kp_findings *findings, struct kp_record *ret_record)
{
    struct kp_norm norm = {.tables = tables,
                           .mapping = mapping,
                           .cells = cells,
                           .arena = findings->arena,
                           .findings = findings,
                           .record = ret_record};
    KP_TRY(kp_record_init(ret_record, tables, findings->arena));
    for (enum kp_column_kind kind = KP_COL_FIELD; kind <= KP_COL_ITEM; kind++)
        for (const struct kp_column *c = mapping->columns; c < mapping->columns + mapping->n_columns; c++) {
            if (c->kind != kind || c->follows)
                continue;
            bool names = kind == KP_COL_FIELD && kp_field_is_of_person((enum kp_field)c->index);
            if (names || may_be_empty_dash(&norm, c))
                read_column(&norm, c);
        }
    kp_column_locate(NULL, findings);
    if (completion->master)
        kp_norm_master(&norm, completion->master);
    kp_norm_person_done(&norm);
    return findings->arena->failed ? KP_E_SYSTEM : KP_OK;
}

enum kp_status kp_normalize(const struct kp_tables *tables, const struct kp_mapping *mapping,
                            const struct kp_completion *completion, const char *const *cells,
                            struct kp_findings *findings, struct kp_record *ret_record)
{
    struct kp_arena *arena = findings->arena;
    struct kp_norm norm = {.tables = tables,
                           .mapping = mapping,
                           .cells = cells,
                           .arena = arena,
                           .findings = findings,
                           .record = ret_record,
                           .read_cells = completion->read_cells};
    const struct kp_item *meal = kp_item_find(tables, KP_ITEM_MEAL);
    KP_TRY(kp_record_init(ret_record, tables, arena));
    ret_record->lost = mapping->lost;
    ret_record->n_lost = mapping->n_lost;
    if (mapping->has_units) {
        norm.row_units = kp_arena_alloc(arena, tables->n_items * sizeof(*norm.row_units));
        if (!norm.row_units)
            return KP_E_SYSTEM;
    }
    unsigned char *stages = kp_arena_alloc(arena, mapping->n_columns);
    if (!stages)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < mapping->n_columns; i++)
        stages[i] = (unsigned char)stage_of(tables, &mapping->columns[i], meal);
    for (enum stage stage = FIELDS; stage < STAGES; stage++) {
        for (size_t i = 0; i < mapping->n_columns; i++)
            if (stages[i] == stage)
                read_column(&norm, &mapping->columns[i]);
        kp_column_locate(NULL, findings);
        if (stage == FIELDS && completion->master)
            kp_norm_master(&norm, completion->master);
        if (stage == MEAL && meal)
            kp_norm_meal(&norm, meal);
    }
    kp_norm_fields_done(&norm, completion->facilities);
    kp_norm_items_done(&norm);
    kp_norm_references_done(&norm);
    return arena->failed ? KP_E_SYSTEM : KP_OK;
}
