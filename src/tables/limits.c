#include "tables/limits.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/items.h"
#include "tables/names.h"
#include "tables/tablefile.h"

static const char *const LIMIT_NAMES[] = {
    [KP_LIMIT_VISCERAL_FAT] = "visceral_fat",
    [KP_LIMIT_WAIST_MALE] = "waist_male",
    [KP_LIMIT_WAIST_FEMALE] = "waist_female",
    [KP_LIMIT_BMI] = "bmi",
    [KP_LIMIT_SYSTOLIC] = "systolic",
    [KP_LIMIT_DIASTOLIC] = "diastolic",
    [KP_LIMIT_TG] = "triglycerides",
    [KP_LIMIT_CASUAL_TG] = "casual_triglycerides",
    [KP_LIMIT_HDL] = "hdl",
    [KP_LIMIT_METABOLIC_GLUCOSE] = "metabolic_glucose",
    [KP_LIMIT_METABOLIC_HBA1C] = "metabolic_hba1c",
    [KP_LIMIT_GUIDANCE_GLUCOSE] = "guidance_glucose",
    [KP_LIMIT_GUIDANCE_HBA1C] = "guidance_hba1c",
    [KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE] = "guidance_casual_glucose",
    [KP_LIMIT__COUNT] = NULL,
};

enum kp_status kp_limits_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "judgement_limits.csv", "name items comparison limit unit ground", 0));
    struct kp_judgement_limit *limits = kp_arena_alloc(f->arena, KP_LIMIT__COUNT * sizeof(*limits));
    if (!limits)
        return kp_tablefile_no_memory(f);
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *comparison = kp_cell(f, i, 2), *unit = kp_cell(f, i, 4);
        size_t which = 0;
        if (!kp_name_find(LIMIT_NAMES, kp_cell(f, i, 0), &which) || limits[which].items)
            return kp_table_bad(f, i, "no limit of a judgement, or one that stands twice:", kp_cell(f, i, 0));
        struct kp_judgement_limit *row = &limits[which];
        *row = (struct kp_judgement_limit){.items = kp_cell(f, i, 1), .below = strcmp(comparison, "<") == 0};
        if (!*row->items || !*unit || !kp_items_have(tables, row->items, strlen(row->items), unit))
            return kp_table_bad(f, i, "no such item is measured in", unit);
        if (!row->below && strcmp(comparison, ">=") != 0)
            return kp_table_bad(f, i, "the comparison is >= or <, not", comparison);
        if (!kp_cell_decimal(f, i, 3, &row->limit) || row->limit.units <= 0)
            return kp_table_bad(f, i, "the limit is a number above 0, not", kp_cell(f, i, 3));
    }
    for (size_t i = 0; i < KP_LIMIT__COUNT; i++)
        if (!limits[i].items)
            return kp_table_bad(f, KP_HEADER_ROW, "the table lacks the limit", LIMIT_NAMES[i]);
    tables->limits = limits;
    return KP_OK;
}

static bool share_a_day(const struct kp_periodic *a, const struct kp_periodic *b)
{
    return kp_in_period(a->from, a->to, b->from) || kp_in_period(b->from, b->to, a->from);
}

enum kp_status kp_periodic_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "periodic.csv", "name items omit_below but_not_at valid_from valid_to",
                             sizeof(struct kp_periodic)));
    struct kp_periodic *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *below = kp_cell(f, i, 2), *ages = kp_cell(f, i, 3);
        rows[i] = (struct kp_periodic){.name = kp_cell(f, i, 0),
                                       .items = kp_cell(f, i, 1),
                                       .omit_below = (int)strtol(below, NULL, 10),
                                       .but_not_at = ages};
        KP_TRY(kp_cell_period(f, i, 4, &rows[i].from, &rows[i].to));
        for (size_t k = 0; k < i; k++)
            if (strcmp(rows[k].name, rows[i].name) == 0 && share_a_day(&rows[k], &rows[i]))
                return kp_table_bad(f, i, "applies on the same days as another row:", rows[i].name);
        if (!*rows[i].name || !*rows[i].items)
            return kp_table_bad(f, i, "a row has a name and items, not", rows[i].name);
        if (!kp_all_digits(below) || strlen(below) > 2 || ages[strspn(ages, "0123456789 ")] != '\0')
            return kp_table_bad(f, i, "ages are numbers, not", below);
        const char *items = rows[i].items;
        for (struct kp_word word; kp_next_word(&items, " ", &word);)
            if (!kp_items_have(tables, word.at, word.n, NULL))
                return kp_table_bad(f, i, "no item's code begins so:", word.at);
    }
    tables->periodic = rows;
    tables->n_periodic = f->sheet.n_rows;
    return KP_OK;
}
