#include "tables/codes.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/items.h"
#include "tables/tablefile.h"

static const struct kp_date ANY_DAY = {0};

/* Most texts that are looked up are no spelling: their length and first byte show it. */
static uint32_t length_bit(const char *value_key)
{
    const size_t n = strlen(value_key);
    return UINT32_C(1) << (n < 31 ? n : 31);
}

/* Returns the row of spelled: code lists have OIDs, other systems, such as not_done, have names. */
static size_t kind_of(const char *system)
{
    return *system >= '0' && *system <= '9';
}

/* Looks up a text of a system. */
static bool find(const struct kp_map *map, const char *system, const char *text, uint32_t *ret_index)
{
    char key[256];
    size_t n = strlen(system), m = strlen(text);
    if (n + m + 2 > sizeof(key))
        return false;
    memcpy(key, system, n);
    key[n] = '\x1f';
    memcpy(key + n + 1, text, m + 1);
    return kp_map_get(map, key, ret_index);
}

/* Returns the code at an index of value_code. */
static const char *code_at(const struct kp_tables *tables, uint32_t index)
{
    return index < tables->n_codes ? tables->codes[index].code : tables->value_codes[index - tables->n_codes];
}

/* Adds a spelling in the system of the row for the code at an index. may_exist: an older meaning stays. */
static enum kp_status add_value(const struct kp_tablefile *f, struct kp_tables *tables, size_t row,
                                const char *spelling, size_t index, bool may_exist)
{
    uint32_t old = 0;
    char *value = kp_text_value_key(f->arena, spelling);
    char *key = value ? kp_arena_printf(f->arena, "%s\x1f%s", kp_cell(f, row, 0), value) : NULL;
    if (key && !may_exist && kp_map_get(&tables->value_code, key, &old) &&
        strcmp(code_at(tables, old), code_at(tables, (uint32_t)index)) != 0)
        return kp_table_bad(f, row, "stands for two codes:", spelling);
    if (!key || kp_map_put(&tables->value_code, f->arena, key, (uint32_t)index) == KP_MAP_NO_MEMORY)
        return kp_tablefile_no_memory(f);
    tables->spelled[kind_of(kp_cell(f, row, 0))][(uint8_t)*value] |= length_bit(value);
    return KP_OK;
}

static enum kp_status load_values(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "values.csv", "code_system variant code", sizeof(const char *)));
    const char **codes = f->rows;
    tables->value_codes = codes;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *system = kp_cell(f, i, 0);
        bool is_oid = strchr(system, '.') != NULL;
        codes[i] = kp_cell(f, i, 2);
        if (is_oid && !kp_code_display(tables, system, codes[i], ANY_DAY))
            return kp_table_bad(f, i, "the code system does not have code", codes[i]);
        if (is_oid && kp_all_digits(kp_cell(f, i, 1)))
            return kp_table_bad(f, i, "digits are codes, not spellings of one:", kp_cell(f, i, 1));
        KP_TRY(add_value(f, tables, i, kp_cell(f, i, 1), tables->n_codes + i, false));
    }
    return KP_OK;
}

enum kp_status kp_codes_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "code_systems.csv", "code_system code display valid_from valid_to",
                             sizeof(struct kp_code_row)));
    struct kp_code_row *codes = f->rows;
    tables->codes = codes;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        codes[i] = (struct kp_code_row){
            .system = kp_cell(f, i, 0), .code = kp_cell(f, i, 1), .display = kp_cell(f, i, 2)};
        KP_TRY(kp_cell_period(f, i, 3, &codes[i].from, &codes[i].to));
        if (!*codes[i].system || !kp_all_digits(codes[i].code) || strlen(codes[i].code) > 5)
            return kp_table_bad(f, i, "a code has one to five digits, not", codes[i].code);
        if (kp_code_display(tables, codes[i].system, codes[i].code, ANY_DAY))
            return kp_table_bad(f, i, "code stands twice:", codes[i].code);
        const char *key = kp_arena_printf(f->arena, "%s\x1f%s", codes[i].system, codes[i].code);
        if (!key || kp_map_put(&tables->code_row, f->arena, key, (uint32_t)i) == KP_MAP_NO_MEMORY)
            return kp_tablefile_no_memory(f);
        tables->n_codes++;
        KP_TRY(add_value(f, tables, i, codes[i].code, i, false));
    }
    /* Digits are codes and nothing else: the display of code 2 may be "1". */
    for (size_t i = 0; i < tables->n_codes; i++)
        if (!kp_all_digits(codes[i].display))
            KP_TRY(add_value(f, tables, i, codes[i].display, i, true));
    return load_values(f, tables);
}

const char *kp_code_of(const struct kp_tables *tables, const char *system, const char *value_key)
{
    uint32_t index = 0;
    return (tables->spelled[kind_of(system)][(uint8_t)*value_key] & length_bit(value_key)) &&
                   find(&tables->value_code, system, value_key, &index)
               ? code_at(tables, index)
               : NULL;
}

const struct kp_code_row *kp_code_find(const struct kp_tables *tables, const char *system, const char *code)
{
    uint32_t index = 0;
    return find(&tables->code_row, system, code, &index) ? &tables->codes[index] : NULL;
}

bool kp_code_on(const struct kp_code_row *row, struct kp_date exam)
{
    return !kp_date_is_set(exam) || kp_in_period(row->from, row->to, exam);
}

const char *kp_code_display(const struct kp_tables *tables, const char *system, const char *code,
                            struct kp_date exam)
{
    const struct kp_code_row *row = kp_code_find(tables, system, code);
    return row && kp_code_on(row, exam) ? row->display : NULL;
}
