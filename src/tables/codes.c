#include "tables/codes.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/suggest.h"
#include "tables/items.h"
#include "tables/tablefile.h"

struct loader {
    struct kp_tablefile *f;
    struct kp_tables *tables;
    const char **texts; /* becomes code_texts */
    size_t n_texts, cap;
};

static bool add_text(struct loader *l, const char *code)
{
    enum { FIRST = 4096 };
    if (l->n_texts == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : FIRST;
        const char **texts = kp_arena_alloc(l->f->arena, cap * sizeof(*texts));
        if (!texts)
            return false;
        if (l->n_texts)
            memcpy(texts, l->texts, l->n_texts * sizeof(*texts));
        l->texts = texts;
        l->cap = cap;
    }
    l->texts[l->n_texts++] = code;
    return true;
}

/* Adds a spelling of the code in the system of the row. may_exist: it keeps the meaning that it has. */
static enum kp_status add_value(struct loader *l, size_t row, const char *spelling, const char *code,
                                bool may_exist)
{
    uint32_t old = 0;
    char *value = kp_text_value_key(l->f->arena, spelling);
    char *key = value ? kp_arena_printf(l->f->arena, "%s\x1f%s", kp_cell(l->f, row, 0), value) : NULL;
    if (!key)
        return kp_tablefile_no_memory(l->f);
    if (kp_map_get(&l->tables->value_code, key, &old))
        return may_exist || strcmp(l->texts[old], code) == 0
                   ? KP_OK
                   : kp_table_bad(l->f, row, "stands for two codes:", spelling);
    if (kp_map_put(&l->tables->value_code, l->f->arena, key, (uint32_t)l->n_texts) != KP_MAP_ADDED ||
        !add_text(l, code))
        return kp_tablefile_no_memory(l->f);
    return KP_OK;
}

static enum kp_status check_systems(const struct kp_tablefile *f, const struct kp_tables *t)
{
    for (size_t i = 0; i < t->n_items; i++) {
        bool found = !*t->items[i].code_system;
        for (size_t k = 0; k < t->n_codes && !found; k++)
            found = strcmp(t->codes[k].system, t->items[i].code_system) == 0;
        if (!found)
            return kp_table_bad(f, KP_HEADER_ROW, "no codes for the code system of item", t->items[i].code);
    }
    return KP_OK;
}

static enum kp_status load_codes(struct loader *l)
{
    struct kp_tablefile *f = l->f;
    KP_TRY(kp_tablefile_open(f, "code_systems.csv", "code_system code display"));
    size_t n = f->sheet.n_rows;
    struct kp_code_row *codes = kp_tablefile_rows(f, sizeof(*codes));
    if (!codes)
        return KP_E_SYSTEM;
    l->tables->codes = codes;
    for (size_t i = 0; i < n; i++, l->tables->n_codes++) {
        codes[i] = (struct kp_code_row){kp_cell(f, i, 0), kp_cell(f, i, 1), kp_cell(f, i, 2)};
        if (!*codes[i].system || !kp_all_digits(codes[i].code) || strlen(codes[i].code) > 5)
            return kp_table_bad(f, i, "a code has one to five digits, not", codes[i].code);
        if (kp_code_display(l->tables, codes[i].system, codes[i].code))
            return kp_table_bad(f, i, "code stands twice:", codes[i].code);
        KP_TRY(add_value(l, i, codes[i].code, codes[i].code, false));
    }
    /* The display of one code may be another code, such as "1" for code 2: the code wins. */
    for (size_t i = 0; i < n; i++)
        KP_TRY(add_value(l, i, codes[i].display, codes[i].code, true));
    return check_systems(f, l->tables);
}

static enum kp_status load_values(struct loader *l)
{
    KP_TRY(kp_tablefile_open(l->f, "values.csv", "code_system variant code"));
    for (size_t i = 0; i < l->f->sheet.n_rows; i++) {
        const char *system = kp_cell(l->f, i, 0), *code = kp_cell(l->f, i, 2);
        bool is_oid = strchr(system, '.') != NULL;
        if (is_oid && !kp_code_display(l->tables, system, code))
            return kp_table_bad(l->f, i, "the code system does not have code", code);
        KP_TRY(add_value(l, i, kp_cell(l->f, i, 1), code, false));
    }
    return KP_OK;
}

enum kp_status kp_codes_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    struct loader l = {.f = f, .tables = tables};
    KP_TRY(load_codes(&l));
    KP_TRY(load_values(&l));
    tables->code_texts = l.texts;
    return KP_OK;
}

const char *kp_code_of(const struct kp_tables *tables, const char *system, const char *value_key)
{
    char key[256];
    size_t n = strlen(system), m = strlen(value_key);
    uint32_t index = 0;
    if (n + m + 2 > sizeof(key))
        return NULL;
    memcpy(key, system, n);
    key[n] = '\x1f';
    memcpy(key + n + 1, value_key, m + 1);
    return kp_map_get(&tables->value_code, key, &index) ? tables->code_texts[index] : NULL;
}

const char *kp_nearest_value(const struct kp_tables *tables, struct kp_arena *arena, const char *system,
                             const char *value_key)
{
    const struct kp_map *map = &tables->value_code;
    size_t length = strlen(system), n = 0;
    const char **names = kp_arena_alloc(arena, (map->n_keys + 1) * sizeof(*names));
    for (size_t i = 0; names && i < map->n_slots; i++) {
        const char *key = map->slots[i].key;
        if (key && strncmp(key, system, length) == 0 && key[length] == '\x1f')
            names[n++] = key + length + 1;
    }
    return names ? kp_suggest_from(value_key, names, n) : NULL;
}

const char *kp_code_display(const struct kp_tables *tables, const char *system, const char *code)
{
    for (size_t i = 0; i < tables->n_codes; i++)
        if (strcmp(tables->codes[i].system, system) == 0 && strcmp(tables->codes[i].code, code) == 0)
            return tables->codes[i].display;
    return NULL;
}
