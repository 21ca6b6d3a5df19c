#include "input/mapping_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/scan.h"
#include "base/status.h"
#include "input/digits.h"
#include "input/header_names.h"

struct row {
    struct kp_context *ctx;
    const char *path;
    uint64_t line;
    const char *cells[KP_MAPPING__COUNT];
};

enum kp_status kp_mapping_row_bad(struct kp_context *ctx, const char *path, uint64_t line, const char *what,
                                  const char *value)
{
    return ctx->arena.failed
               ? kp_no_memory(ctx)
               : kp_fail(&ctx->diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD, kp_at(path, line), what, value);
}

enum kp_status kp_mapping_sheet(struct kp_context *ctx, const char *path, enum kp_comments comments,
                                struct kp_sheet *ret_sheet)
{
    const char *bytes = NULL;
    size_t n = 0;
    enum kp_status st = kp_read_file(ctx->io, path, KP_SHEET_MAX_BYTES, &ctx->arena, &bytes, &n);
    if (st != KP_OK)
        return kp_unreadable(&ctx->diag, st, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, path, NULL);
    st = kp_sheet_read(ret_sheet, &ctx->arena, ctx->text, bytes, n, comments);
    if (st == KP_E_SYSTEM)
        return kp_no_memory(ctx);
    return st == KP_OK ? KP_OK
                       : kp_mapping_row_bad(ctx, path, ret_sheet->bad_line,
                                            "not a CSV file in UTF-8 or CP932:", path);
}

static enum kp_status row_bad(const struct row *r, const char *what, const char *value)
{
    return kp_mapping_row_bad(r->ctx, r->path, r->line, what, value);
}

static bool same_header(struct kp_arena *arena, const char *header, const char *key)
{
    const char *other = kp_text_value_key(arena, header);
    return other && strcmp(other, key) == 0;
}

/* Finds "#12", "身長" or "身長@2", by either header row. */
static struct kp_column *find_column(struct kp_arena *arena, const struct kp_mapping *mapping,
                                     const char *name)
{
    unsigned long occurrence = 1;
    if (name[0] == '#')
        return kp_all_digits(name + 1) ? kp_mapping_column(mapping, strtoul(name + 1, NULL, 10)) : NULL;
    const char *mark = strrchr(name, '@');
    if (mark && kp_all_digits(mark + 1))
        occurrence = strtoul(mark + 1, NULL, 10);
    else
        mark = name + strlen(name);
    const char *plain = kp_arena_strndup(arena, name, (size_t)(mark - name));
    const char *key = plain ? kp_text_value_key(arena, plain) : NULL;
    for (size_t i = 0; key && *key && i < mapping->n_columns; i++) {
        struct kp_column *column = &mapping->columns[i];
        if (column->kind != KP_COL_OURS &&
            (same_header(arena, column->header, key) || same_header(arena, column->second, key)) &&
            --occurrence == 0)
            return column;
    }
    return NULL;
}

/* Returns whether a list of the item, or the field, has the code; of a field it may be a word. */
static bool has_code(const struct row *r, const struct kp_column *column, const char *system,
                     const char *code)
{
    const struct kp_tables *tables = &r->ctx->tables;
    if (column->kind == KP_COL_ITEM)
        return kp_all_digits(code) && kp_item_code_ever(tables, &tables->items[column->index], code, NULL);
    char *key = kp_text_value_key(&r->ctx->arena, code);
    return key && kp_code_of(tables, system, key);
}

/* Reads a pair source=code; an empty code ("-=", "999=") makes the source value count as an empty cell. */
static enum kp_status read_pair(const struct row *r, struct kp_column *column, char *pair, uint32_t index)
{
    struct kp_arena *arena = &r->ctx->arena;
    const char *system = kp_digits_system(&r->ctx->tables, column);
    const bool of_kinds = column->kind == KP_COL_FIELD &&
                          (column->index == KP_F_EXAM_KIND || column->index == KP_F_EXAM_COURSE);
    char *equals = strrchr(pair, '=');
    if (!equals)
        return row_bad(r, "values are source=code pairs separated by |, not", pair);
    *equals = '\0';
    const char *code = equals + 1, *key = kp_text_value_key(arena, pair);
    if (of_kinds && *code && kp_kind_of(&r->ctx->tables, code) == KP_KIND_UNKNOWN)
        return row_bad(r, "no kind of examination (periodic, hiring, special, ...):", code);
    if (system && *code && !has_code(r, column, system, code))
        return row_bad(r, "the item does not have code", code);
    column->codes[index] = code;
    if (!key || kp_map_put(&column->values, arena, key, index) != KP_MAP_ADDED)
        return row_bad(r, "source value stands twice:", pair);
    if (!system || !*code || !kp_is_bare_number(key) || strcmp(key, code) == 0)
        return KP_OK;
    if (column->digits == KP_DIGITS_SAID) /* then the code itself is another digit that gives the code */
        return row_bad(r, "the official codes do not give another meaning to", pair);
    column->digits = KP_DIGITS_NAMED;
    return KP_OK;
}

/* Reads the pairs; the word official, which comes first, makes digits beside them the codes of the list. */
static enum kp_status read_values(const struct row *r, struct kp_column *column)
{
    const char *pairs = r->cells[KP_MAPPING_VALUES];
    uint32_t n = 0;
    column->codes = kp_arena_alloc(&r->ctx->arena, (strlen(pairs) + 1) * sizeof(*column->codes));
    if (!column->codes)
        return kp_no_memory(r->ctx);
    for (struct kp_word word; kp_next_word(&pairs, "|", &word);) {
        char *pair = kp_arena_strndup(&r->ctx->arena, word.at, word.n);
        if (!pair)
            return kp_no_memory(r->ctx);
        if (strcmp(pair, KP_VALUES_OFFICIAL) != 0)
            KP_TRY(read_pair(r, column, pair, n++));
        else if (!kp_digits_system(&r->ctx->tables, column) || n > 0)
            return row_bad(r, "only a column of codes has, as its first word,", pair);
        else
            column->digits = KP_DIGITS_SAID;
    }
    return KP_OK;
}

static enum kp_status read_unit(const struct row *r, struct kp_column *column)
{
    const struct kp_tables *tables = &r->ctx->tables;
    const char *text = r->cells[KP_MAPPING_UNIT];
    if (!*text)
        return KP_OK;
    bool date = column->kind == KP_COL_FIELD && kp_fields[column->index].is_date;
    if (date && (strcmp(text, "excel") == 0 || strcmp(text, "excel1904") == 0)) {
        column->serial = text[5] ? KP_SERIAL_1904 : KP_SERIAL_1900;
        return KP_OK;
    }
    const char *key = kp_text_value_key(&r->ctx->arena, text);
    const char *unit = key ? kp_unit_of(tables, key) : NULL;
    column->unit_stated = unit && kp_column_set_unit(tables, unit, column);
    if (column->unit_stated)
        return KP_OK;
    const struct kp_item *item = kp_column_measured(tables, column);
    return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_UNIT_UNKNOWN, kp_at(r->path, r->line), text,
                   item && *item->unit ? item->unit : "-");
}

#define ALL_OTHERS "*"

bool kp_mapping_stands_alone(const struct kp_mapping_file *file)
{
    for (size_t i = 0; i < file->sheet.n_rows; i++)
        if (strcmp(file->sheet.rows[i].cells[file->at[KP_MAPPING_COLUMN]], ALL_OTHERS) == 0)
            return true;
    return false;
}

static enum kp_status apply_row(const struct row *r, const struct kp_mapping *mapping)
{
    const char *name = r->cells[KP_MAPPING_COLUMN], *target = r->cells[KP_MAPPING_TARGET];
    const bool is_blank = !*name || strcmp(name, "#") == 0;
    if (is_blank && !*target && !*r->cells[KP_MAPPING_UNIT] && !*r->cells[KP_MAPPING_VALUES])
        return KP_OK; /* an empty row or comment that a spreadsheet has padded */
    if (strcmp(name, ALL_OTHERS) == 0)
        return strcmp(target, "ignore") == 0 ? KP_OK : row_bad(r, "* takes no target but ignore:", target);
    struct kp_column *column = find_column(&r->ctx->arena, mapping, kp_sheet_cell_text(name));
    if (r->ctx->arena.failed)
        return kp_no_memory(r->ctx);
    if (!column)
        return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_MAPPING_COLUMN_ABSENT, kp_at(r->path, r->line), name);
    if (column->kind != KP_COL_UNMAPPED)
        return row_bad(r, "the column is named twice:", name);
    if (!kp_target_read(&r->ctx->arena, &r->ctx->tables, target, column))
        return row_bad(r, "unknown target", target);
    column->why = KP_WHY_MAPPING;
    KP_TRY(read_unit(r, column));
    return read_values(r, column);
}

enum kp_status kp_mapping_file_apply(struct kp_context *ctx, const struct kp_mapping_job *job,
                                     struct kp_mapping *mapping)
{
    const struct kp_mapping_file *file = job->file;
    for (size_t i = 0; i < file->sheet.n_rows; i++) {
        struct row row = {ctx, file->path, file->sheet.rows[i].line, {NULL}};
        for (size_t k = 0; k < KP_MAPPING__COUNT; k++)
            row.cells[k] = file->sheet.rows[i].cells[file->at[k]];
        KP_TRY(apply_row(&row, mapping));
    }
    return KP_OK;
}
