#include "mapping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"

enum { M_COLUMN, M_TARGET, M_UNIT, M_VALUES, M__COUNT };
static const char *const MAPPING_COLUMNS[M__COUNT] = {"column", "target", "unit", "values"};

struct builder {
    struct kp_arena *arena;
    const struct kp_tables *tables;
    const struct kp_diag *diag;
    const struct kp_sheet *sheet;
    const char *mapping_path;
    const char *input_path;
    struct kp_mapping *mapping;
    size_t at[M__COUNT];
};

enum kp_status kp_mapping_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                               const char *path, const struct kp_diag *diag, struct kp_sheet *ret_sheet)
{
    const char *bytes = NULL;
    size_t n = 0, at = 0;
    if (kp_read_file(io, path, KP_SHEET_MAX_BYTES, arena, &bytes, &n) != KP_OK)
        return kp_diag_fail(diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, path, 0, NULL, strerror(errno), NULL, NULL);
    if (kp_sheet_read(ret_sheet, arena, text, bytes, n) != KP_OK)
        return kp_diag_fail(diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD, path, ret_sheet->bad_line, NULL,
                            "not a CSV file in UTF-8 or CP932", NULL, NULL);
    for (size_t i = 0; i < KP_COUNT(MAPPING_COLUMNS); i++)
        if (!kp_sheet_column(ret_sheet, MAPPING_COLUMNS[i], &at))
            return kp_diag_fail(diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_MISSING, path, 1, NULL, MAPPING_COLUMNS[i],
                                NULL, NULL);
    return KP_OK;
}

static enum kp_status row_bad(const struct builder *b, size_t row, const char *what, const char *value)
{
    char *text = kp_arena_printf(b->arena, "%s '%s'", what, value);
    return kp_diag_fail(b->diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD, b->mapping_path, b->sheet->rows[row].line, NULL,
                        text ? text : what, NULL, NULL);
}

/* The n-th column of the export, counted from 1 without our own kp_ columns. */
static bool nth_column(const struct kp_mapping *m, unsigned long n, size_t *ret_column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].kind != KP_COL_OURS && n-- == 1) {
            *ret_column = i;
            return true;
        }
    return false;
}

/* "#12", "身長" or "身長@2". */
static bool find_column(const struct builder *b, const char *name, size_t *ret_column)
{
    unsigned long occurrence = 1;
    if (name[0] == '#') {
        size_t digits = strspn(name + 1, "0123456789");
        return digits > 0 && name[1 + digits] == '\0' && nth_column(b->mapping, strtoul(name + 1, NULL, 10), ret_column);
    }
    const char *mark = strrchr(name, '@');
    if (mark && strspn(mark + 1, "0123456789") == strlen(mark + 1) && mark[1])
        occurrence = strtoul(mark + 1, NULL, 10);
    else
        mark = name + strlen(name);
    const char *plain = kp_arena_strndup(b->arena, name, (size_t)(mark - name));
    const char *key = plain ? kp_text_value_key(b->arena, plain) : NULL;
    for (size_t i = 0; key && i < b->mapping->n_columns; i++) {
        const char *other = kp_text_value_key(b->arena, b->mapping->columns[i].header);
        if (other && strcmp(other, key) == 0 && --occurrence == 0) {
            *ret_column = i;
            return true;
        }
    }
    return false;
}

static bool read_target(const struct builder *b, const char *target, struct kp_column *column)
{
    static const struct {
        const char *suffix;
        enum kp_column_kind kind;
    } suffixes[] = {{"", KP_COL_ITEM}, {".low", KP_COL_LOW}, {".high", KP_COL_HIGH}, {".flag", KP_COL_FLAG}};
    enum kp_field field;
    if (strcmp(target, "ignore") == 0) {
        column->kind = KP_COL_IGNORED;
        return true;
    }
    if (kp_field_find(target, &field)) {
        column->kind = KP_COL_FIELD;
        column->index = field;
        return true;
    }
    size_t n = strcspn(target, ".");
    char *code = kp_arena_strndup(b->arena, target, n);
    const struct kp_item *item = code ? kp_item_find(b->tables, code) : NULL;
    for (size_t i = 0; item && i < KP_COUNT(suffixes); i++)
        if (strcmp(target + n, suffixes[i].suffix) == 0) {
            column->kind = suffixes[i].kind;
            column->index = (unsigned)(item - b->tables->items);
            return true;
        }
    return false;
}

static enum kp_status read_values(const struct builder *b, size_t row, const char *pairs, struct kp_column *column)
{
    size_t n = 0, cap = 1;
    for (const char *at = pairs; *at; at++)
        cap += *at == '|';
    column->codes = kp_arena_alloc(b->arena, cap * sizeof(*column->codes));
    if (!column->codes)
        return KP_E_SYSTEM;
    const struct kp_item *item = &b->tables->items[column->index];
    bool coded = column->kind == KP_COL_ITEM && *item->code_system;
    while (*pairs) {
        size_t length = strcspn(pairs, "|");
        char *pair = kp_arena_strndup(b->arena, pairs, length);
        char *equals = pair ? strrchr(pair, '=') : NULL;
        if (!equals)
            return row_bad(b, row, "values are source=code pairs separated by |, not", pairs);
        *equals = '\0';
        if (coded && !kp_code_display(b->tables, item->code_system, equals + 1))
            return row_bad(b, row, "the item does not have code", equals + 1);
        char *key = kp_text_value_key(b->arena, pair);
        column->codes[n] = equals + 1;
        if (!key || kp_map_put(&column->values, b->arena, key, (uint32_t)n++) != KP_MAP_ADDED)
            return row_bad(b, row, "source value stands twice:", pair);
        pairs += length + (pairs[length] == '|');
    }
    return KP_OK;
}

static enum kp_status check_unit(const struct builder *b, size_t row, const char *unit, const struct kp_column *column)
{
    if (!*unit)
        return KP_OK;
    const char *official = column->kind == KP_COL_ITEM ? b->tables->items[column->index].unit : "";
    const char *key = kp_text_value_key(b->arena, unit);
    const char *known = key ? kp_unit_of(b->tables, key) : NULL;
    if (known && strcmp(known, official) == 0)
        return KP_OK;
    return kp_diag_fail(b->diag, KP_E_USAGE, KP_K_UNIT_UNKNOWN, b->mapping_path, b->sheet->rows[row].line, NULL, unit,
                        *official ? official : "-", NULL);
}

static enum kp_status apply_sheet(struct builder *b)
{
    enum kp_status st = KP_OK;
    for (size_t m = 0; m < M__COUNT; m++)
        if (!kp_sheet_column(b->sheet, MAPPING_COLUMNS[m], &b->at[m]))
            return KP_E_USAGE;
    for (size_t i = 0; i < b->sheet->n_rows; i++) {
        const char *const *cells = b->sheet->rows[i].cells;
        size_t at = 0;
        if (!find_column(b, cells[b->at[M_COLUMN]], &at))
            return kp_diag_fail(b->diag, KP_E_USAGE, KP_K_MAPPING_COLUMN_ABSENT, b->mapping_path,
                                b->sheet->rows[i].line, NULL, cells[b->at[M_COLUMN]], NULL, NULL);
        struct kp_column *column = &b->mapping->columns[at];
        if (column->kind != KP_COL_UNMAPPED)
            return row_bad(b, i, "the column is named twice:", cells[b->at[M_COLUMN]]);
        if (!read_target(b, cells[b->at[M_TARGET]], column))
            return row_bad(b, i, "unknown target", cells[b->at[M_TARGET]]);
        KP_TRY(check_unit(b, i, cells[b->at[M_UNIT]], column));
        KP_TRY(read_values(b, i, cells[b->at[M_VALUES]], column));
    }
out:
    return st;
}

static enum kp_status apply_synonyms(struct builder *b)
{
    for (size_t i = 0; i < b->mapping->n_columns; i++) {
        struct kp_column *column = &b->mapping->columns[i];
        uint32_t target = 0;
        char *name = kp_text_trim(b->arena, column->header);
        char *key = kp_text_header_key(b->arena, column->header);
        if (!key || !name)
            return KP_E_SYSTEM;
        if (column->kind == KP_COL_OURS || read_target(b, name, column))
            continue; /* field names and 17-character codes need no table */
        if (kp_map_get(&b->tables->header_target, key, &target)) {
            column->kind = target < KP_TARGET_ITEM ? KP_COL_FIELD : KP_COL_ITEM;
            column->index = target < KP_TARGET_ITEM ? target : target - KP_TARGET_ITEM;
        }
    }
    return KP_OK;
}

static const char *target_name(const struct builder *b, const struct kp_column *column)
{
    return column->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)column->index)
                                        : b->tables->items[column->index].label;
}

static enum kp_status check_twice(const struct builder *b)
{
    const struct kp_mapping *m = b->mapping;
    for (size_t i = 0; i < m->n_columns; i++)
        for (size_t k = 0; k < i && m->columns[i].kind >= KP_COL_FIELD; k++)
            if (m->columns[k].kind == m->columns[i].kind && m->columns[k].index == m->columns[i].index) {
                char *first = kp_arena_printf(b->arena, "%zu", k + 1);
                char *second = kp_arena_printf(b->arena, "%zu", i + 1);
                return kp_diag_fail(b->diag, KP_E_INPUT, KP_K_COLUMN_TWICE, b->input_path, 1, NULL, first, second,
                                    target_name(b, &m->columns[i]));
            }
    return KP_OK;
}

static bool has_field(const struct kp_mapping *m, enum kp_field field)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].kind == KP_COL_FIELD && m->columns[i].index == field)
            return true;
    return false;
}

static enum kp_status check_required(const struct builder *b, bool has_facility)
{
    static const struct {
        enum kp_field field;
        const char *header;
    } required[] = {{KP_F_INSURER_NUMBER, "保険者番号"}, {KP_F_INSURED_NUMBER, "保険番号"},
                    {KP_F_NAME_KANA, "カナ氏名"},         {KP_F_SEX, "性別"},
                    {KP_F_BIRTH_DATE, "生年月日"},        {KP_F_POSTAL_CODE, "郵便番号"},
                    {KP_F_ADDRESS, "住所"},               {KP_F_EXAM_DATE, "健診実施日"},
                    {KP_F_FACILITY_NUMBER, "健診機関番号"}, {KP_F_FACILITY_NAME, "健診機関名称"}};
    struct kp_buf fields = {0}, headers = {0};
    const char *first = NULL;
    for (size_t i = 0; i < KP_COUNT(required); i++) {
        bool facility = required[i].field == KP_F_FACILITY_NUMBER || required[i].field == KP_F_FACILITY_NAME;
        if (has_field(b->mapping, required[i].field) || (facility && has_facility))
            continue;
        first = first ? first : kp_field_name(required[i].field);
        kp_buf_printf(&fields, "%s%s", fields.len ? ", " : "", kp_field_name(required[i].field));
        kp_buf_printf(&headers, "%s%s", headers.len ? ", " : "", required[i].header);
    }
    enum kp_status st = KP_OK;
    if (fields.len || !kp_buf_ok(&fields))
        st = kp_diag_fail(b->diag, KP_E_INPUT, KP_K_COLUMN_MISSING, b->input_path, 1, first, kp_buf_text(&fields),
                          kp_buf_text(&headers), NULL);
    kp_buf_release(&fields);
    kp_buf_release(&headers);
    return st;
}

enum kp_status kp_mapping_build(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_sheet *sheet,
                                const char *mapping_path, const char *const *headers, size_t n, const char *input_path,
                                bool has_facility, const struct kp_diag *diag, struct kp_mapping *ret_mapping)
{
    enum kp_status st = KP_OK;
    struct kp_mapping mapping = {.columns = kp_arena_alloc(arena, (n + 1) * sizeof(*mapping.columns)), .n_columns = n};
    struct builder b = {.arena = arena, .tables = tables, .diag = diag, .sheet = sheet, .mapping_path = mapping_path,
                        .input_path = input_path, .mapping = &mapping};
    if (!mapping.columns)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        mapping.columns[i].header = headers[i];
        if (strncmp(headers[i], "kp_", 3) == 0)
            mapping.columns[i].kind = KP_COL_OURS;
    }
    KP_TRY(sheet ? apply_sheet(&b) : apply_synonyms(&b));
    KP_TRY(check_twice(&b));
    KP_TRY(check_required(&b, has_facility));
    *ret_mapping = mapping;
out:
    return st;
}
