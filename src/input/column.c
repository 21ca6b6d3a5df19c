#include "input/column.h"

#include <string.h>

const char *const kp_target_suffixes[] = {[KP_COL_ITEM] = "",
                                          [KP_COL_LOW] = ".low",
                                          [KP_COL_HIGH] = ".high",
                                          [KP_COL_FLAG] = ".flag",
                                          [KP_COL_UNIT] = ".unit"};

void kp_target_set(const struct kp_tables *tables, uint32_t target, struct kp_column *column)
{
    column->kind = target < KP_TARGET_ITEM ? KP_COL_FIELD : KP_COL_ITEM;
    column->is_pair = target >= KP_TARGET_PAIR;
    if (column->is_pair) {
        column->index = tables->pairs[target - KP_TARGET_PAIR].fasting;
        column->casual = tables->pairs[target - KP_TARGET_PAIR].casual;
    } else {
        column->index = target < KP_TARGET_ITEM ? target : target - KP_TARGET_ITEM;
    }
}

void kp_column_put_target(const struct kp_tables *tables, const struct kp_column *column, struct kp_buf *out)
{
    if (column->kind == KP_COL_FIELD)
        kp_buf_str(out, kp_field_name((enum kp_field)column->index));
    else
        kp_buf_printf(out, "%s%s%s%s", tables->items[column->index].code, column->is_pair ? "/" : "",
                      column->is_pair ? tables->items[column->casual].code : "",
                      kp_target_suffixes[column->kind]);
}

const char *kp_column_meaning(const struct kp_tables *tables, const struct kp_column *column)
{
    return column->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)column->index)
                                        : tables->items[column->index].name;
}

void kp_column_locate(const struct kp_column *column, struct kp_findings *findings)
{
    findings->column = column ? column->number : 0;
    findings->header = !column ? NULL : column->header && *column->header ? column->header : column->second;
    findings->mapping = column && column->line && *column->line ? column->line : NULL;
}

const char *kp_column_target(const struct kp_tables *tables, const struct kp_column *column)
{
    return column->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)column->index)
                                        : tables->items[column->index].label;
}

const struct kp_item *kp_column_measured(const struct kp_tables *tables, const struct kp_column *column)
{
    bool measured = column->kind == KP_COL_ITEM || column->kind == KP_COL_LOW || column->kind == KP_COL_HIGH;
    return measured ? &tables->items[column->index] : NULL;
}

bool kp_column_set_unit(const struct kp_tables *tables, const char *unit, struct kp_column *column)
{
    const struct kp_item *item = kp_column_measured(tables, column);
    bool own = item && strcmp(item->unit, unit) == 0;
    if (!item || (!own && !kp_conversion_of(tables, item, unit)))
        return false;
    column->unit = own ? NULL : unit;
    return true;
}

void kp_column_take_unit(const struct kp_tables *tables, const char *unit, struct kp_column *column)
{
    if (kp_column_set_unit(tables, unit, column))
        return;
    column->unit = unit;
    kp_column_leave_out(column, KP_WHY_UNIT);
}

void kp_column_leave_out(struct kp_column *column, enum kp_why why)
{
    column->kind = KP_COL_UNMAPPED;
    column->is_pair = false;
    column->why = why;
}

const char *kp_why_words(const struct kp_context *ctx, enum kp_why why)
{
    static const char *const reasons[KP_WHY_NUMBERS + 1][2] = {
        [KP_WHY_MEAL] = {"空腹時か随時かを示す列がない", "no column says whether blood was drawn fasting"},
        [KP_WHY_DOCTOR] = {"判定と医師名の一方しかない",
                           "judgement and doctor's name go out together, the other column is missing"},
        [KP_WHY_UNIT] = {"単位が項目の単位に直せない", "its unit cannot be converted into the item's"},
        [KP_WHY_ROWS] = {"2行の見出しの意味が食い違う", "the two header rows say different things"},
        [KP_WHY_NUMBERS] = {"測定値の列で、所見の有無の項目ではない",
                            "measured numbers, which cannot be a finding-or-not item"}};
    return reasons[why][0] ? kp_say(ctx, reasons[why][0], reasons[why][1]) : "";
}

bool kp_mapping_has(const struct kp_mapping *mapping, enum kp_column_kind kind, unsigned index)
{
    for (const struct kp_column *c = mapping->columns; c < mapping->columns + mapping->n_columns; c++)
        if (c->kind == kind && c->index == index && !c->is_pair)
            return true;
    return false;
}

struct kp_column *kp_mapping_column(const struct kp_mapping *mapping, unsigned long number)
{
    for (size_t i = 0; number > 0 && i < mapping->n_columns; i++)
        if (mapping->columns[i].number == number)
            return &mapping->columns[i];
    return NULL;
}

unsigned kp_mapping_joined(const struct kp_mapping *mapping)
{
    unsigned last = 0;
    for (size_t i = 0; i < mapping->n_columns; i++) {
        if (strcmp(mapping->columns[i].header, KP_JOIN_COLUMN) == 0)
            return last;
        last = mapping->columns[i].number ? mapping->columns[i].number : last;
    }
    return 0;
}
