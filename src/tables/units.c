#include "tables/units.h"

#include <string.h>

#include "base/status.h"
#include "tables/items.h"
#include "tables/tablefile.h"

static bool is_of(const struct kp_item *item, const char *analyte)
{
    return strncmp(item->code, analyte, strlen(analyte)) == 0;
}

/* Two conversions between the same units must be for different analytes. */
static bool is_repeated(const struct kp_conversion *rows, size_t n, const struct kp_conversion *c)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].from, c->from) == 0 && strcmp(rows[i].to, c->to) == 0 &&
            (!*rows[i].analyte || !*c->analyte || strcmp(rows[i].analyte, c->analyte) == 0))
            return true;
    return false;
}

static enum kp_status load_conversions(struct kp_tablefile *f, struct kp_tables *tables)
{
    enum { ANALYTE_LENGTH = 5 };
    KP_TRY(kp_tablefile_open(f, "conversions.csv", "from to analyte factor offset",
                             sizeof(struct kp_conversion)));
    struct kp_conversion *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        struct kp_conversion *c = &rows[i];
        *c = (struct kp_conversion){
            .from = kp_cell(f, i, 0), .to = kp_cell(f, i, 1), .analyte = kp_cell(f, i, 2)};
        if (!kp_items_have(tables, c->analyte, strlen(c->analyte), c->to) || !*c->from || !*c->to ||
            strcmp(c->from, c->to) == 0 || (*c->analyte && strlen(c->analyte) != ANALYTE_LENGTH))
            return kp_table_bad(f, i, "no item of that analyte has the unit", c->to);
        if (!kp_cell_decimal(f, i, 3, &c->factor) || c->factor.units <= 0 ||
            !kp_cell_decimal(f, i, 4, &c->offset))
            return kp_table_bad(f, i, "factor and offset are decimals, the factor above 0, not",
                                kp_cell(f, i, 3));
        if (is_repeated(rows, i, c))
            return kp_table_bad(f, i, "conversion stands twice:", c->from);
    }
    tables->conversions = rows;
    tables->n_conversions = f->sheet.n_rows;
    return KP_OK;
}

static bool converts(const struct kp_tables *tables, const char *analyte, const char *unit)
{
    for (size_t i = 0; i < tables->n_items; i++)
        if (is_of(&tables->items[i], analyte) && kp_conversion_of(tables, &tables->items[i], unit))
            return true;
    return false;
}

/* A likely unit is only useful if values can be converted from it once it is confirmed. */
static enum kp_status load_mistakes(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "unit_mistakes.csv", "analyte unit from to", sizeof(struct kp_unit_mistake)));
    struct kp_unit_mistake *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        rows[i] = (struct kp_unit_mistake){.analyte = kp_cell(f, i, 0), .unit = kp_cell(f, i, 1)};
        if (!*rows[i].analyte || !converts(tables, rows[i].analyte, rows[i].unit))
            return kp_table_bad(f, i, "no item of that analyte can be converted from", rows[i].unit);
        if (!kp_cell_range(f, i, 2, &rows[i].from, &rows[i].to))
            return kp_table_bad(f, i, "from and to are not a range in", rows[i].analyte);
    }
    struct kp_mistakes *of = kp_arena_alloc(f->arena, tables->n_items * sizeof(*of));
    if (!of)
        return kp_tablefile_no_memory(f);
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        struct kp_prefix prefix = kp_prefix_of(tables, rows[i].analyte);
        for (const struct kp_item *item; (item = kp_prefix_next(&prefix));) {
            struct kp_mistakes *m = &of[item - tables->items];
            m->first = m->end ? m->first : (uint32_t)i;
            m->end = (uint32_t)i + 1;
        }
    }
    tables->mistakes_of = of;
    tables->mistakes = rows;
    tables->n_mistakes = f->sheet.n_rows;
    return KP_OK;
}

static bool unit_is_known(const struct kp_tables *t, const char *unit)
{
    for (size_t i = 0; i < t->n_conversions; i++)
        if (strcmp(t->conversions[i].from, unit) == 0)
            return true;
    return kp_items_have(t, "", 0, unit);
}

static enum kp_status load_units(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "units.csv", "variant unit", sizeof(const char *)));
    const char **units = f->rows;
    tables->unit_texts = units;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        units[i] = kp_cell(f, i, 1);
        if (!*units[i] || !unit_is_known(tables, units[i]))
            return kp_table_bad(f, i, "no item has the unit, and nothing converts it:", units[i]);
        char *key = kp_text_value_key(f->arena, kp_cell(f, i, 0));
        const char *known = key ? kp_unit_of(tables, key) : NULL;
        if (known && strcmp(known, units[i]) != 0)
            return kp_table_bad(f, i, "spelling has two units:", kp_cell(f, i, 0));
        if (!key || kp_map_put(&tables->unit_by_key, f->arena, key, (uint32_t)i) == KP_MAP_NO_MEMORY)
            return kp_tablefile_no_memory(f);
    }
    return KP_OK;
}

enum kp_status kp_units_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(load_conversions(f, tables));
    KP_TRY(load_mistakes(f, tables));
    return load_units(f, tables);
}

const char *kp_unit_of(const struct kp_tables *tables, const char *value_key)
{
    uint32_t index = 0;
    return kp_map_get(&tables->unit_by_key, value_key, &index) ? tables->unit_texts[index] : NULL;
}

const struct kp_conversion *kp_conversion_of(const struct kp_tables *tables, const struct kp_item *item,
                                             const char *unit)
{
    for (size_t i = 0; i < tables->n_conversions; i++) {
        const struct kp_conversion *c = &tables->conversions[i];
        if (strcmp(c->from, unit) == 0 && strcmp(c->to, item->unit) == 0 && is_of(item, c->analyte))
            return c;
    }
    return NULL;
}

const char *kp_likely_unit(const struct kp_tables *tables, const struct kp_item *item,
                           struct kp_decimal number)
{
    const struct kp_mistakes *of = &tables->mistakes_of[item - tables->items];
    for (size_t i = of->first; i < of->end; i++) {
        const struct kp_unit_mistake *m = &tables->mistakes[i];
        if (is_of(item, m->analyte) && kp_decimal_compare(number, m->from) >= 0 &&
            kp_decimal_compare(number, m->to) <= 0)
            return m->unit;
    }
    return NULL;
}
