#include "input/cc2x.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "input/header_names.h"

#define OPEN_METHOD "ZZZ"
enum { CODE = KP_ITEM_CODE_LENGTH, METHOD = 3 };

/* One of the two tables. */
struct table {
    const struct kp_sheet *sheet;
    size_t file, column; /* where FILENO and COLNO are; SIZE_MAX without such a heading */
    size_t first;        /* number of the first row: 1, or 0 if the first line has no headings */
};

struct reader {
    struct kp_context *ctx;
    const struct kp_mapping_job *job;
    struct kp_mapping *mapping;
    struct table columns; /* C2XDTBL */
    struct table methods; /* METHODCVT; empty: none */
};

/* A row of either table. */
struct entry {
    uint64_t line;
    unsigned long file, column; /* 0: not given */
    const char *name;           /* code of an item or name of a field */
    const char *digit, *method; /* METHODCVT; "" if not given */
};

static size_t find_heading(struct kp_arena *arena, const struct kp_sheet *sheet, const char *name)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < sheet->n_columns; i++) {
        const char *key = kp_text_header_key(arena, sheet->columns[i]);
        if (key && strcmp(key, name) == 0)
            found = i;
    }
    return found;
}

static struct table table_of(struct kp_arena *arena, const struct kp_sheet *sheet)
{
    size_t file = find_heading(arena, sheet, "fileno"), column = find_heading(arena, sheet, "colno");
    return (struct table){sheet, file, column, file == SIZE_MAX && column == SIZE_MAX ? 0 : 1};
}

bool kp_cc2x_is(struct kp_arena *arena, const struct kp_sheet *sheet)
{
    const struct table t = table_of(arena, sheet);
    return (t.file != SIZE_MAX && t.column != SIZE_MAX) ||
           (sheet->n_columns >= 3 && kp_all_digits(sheet->columns[0]) && kp_all_digits(sheet->columns[1]));
}

/* Returns whether the cell is an item code, perhaps followed by the local digit of its method. */
static bool is_code(const char *s)
{
    char code[CODE + 1] = {0};
    size_t n = strlen(s);
    memcpy(code, s, n < CODE ? n : CODE);
    return n <= CODE + 1 && kp_is_item_code(code);
}

/* Reads a row; number 0 is the first line. */
static struct entry read_entry(const struct table *t, size_t number)
{
    const struct kp_sheet_row first = {1, t->sheet->n_columns, t->sheet->columns};
    const struct kp_sheet_row *row = number ? &t->sheet->rows[number - 1] : &first;
    const char *const *cells = row->cells;
    const size_t n = row->n_cells;
    struct entry e = {.line = row->line, .name = "", .digit = "", .method = ""};
    bool first_two = t->first == 0 && n > 2 && kp_all_digits(cells[0]) && kp_all_digits(cells[1]);
    size_t file = first_two ? 0 : t->file, column = first_two ? 1 : t->column, at = 0;
    if (file < n && kp_all_digits(cells[file]))
        e.file = strtoul(cells[file], NULL, 10);
    if (column < n && kp_all_digits(cells[column]))
        e.column = strtoul(cells[column], NULL, 10);
    while (at < n && !is_code(cells[at])) /* remarks may precede a code */
        at++;
    if (at == n) /* the name of a field is the first text other than a number */
        for (at = 0; at < n && (!*cells[at] || kp_all_digits(cells[at]));)
            at++;
    e.name = at < n ? cells[at] : "";
    for (size_t i = at + 1; i < n; i++) {
        size_t length = strlen(cells[i]);
        if (i == file || i == column)
            continue;
        if (length <= 2 && kp_all_digits(cells[i]) && !*e.digit)
            e.digit = cells[i];
        else if (kp_is_digits(cells[i], METHOD) || is_code(cells[i]))
            e.method = cells[i];
    }
    return e;
}

static enum kp_status row_bad(const struct reader *r, const struct entry *e, const char *what,
                              const char *value)
{
    return kp_mapping_row_bad(r->ctx, r->job->file->path, e->line, what, value ? value : "");
}

/* Returns the item that a code with an open method and a method make; NULL for an unknown one. */
static const struct kp_item *with_method(const struct reader *r, const char *code, const char *method)
{
    char full[CODE + 1];
    memcpy(full, code, sizeof(full));
    char *open = strstr(full, OPEN_METHOD);
    memcpy(open, strlen(method) == CODE ? method + (open - full) : method, METHOD);
    if (strlen(method) == CODE && strcmp(method, full) != 0)
        return NULL; /* a whole code, but of another analyte */
    return kp_item_find(&r->ctx->tables, full);
}

static enum kp_status open_method(const struct reader *r, const struct entry *e)
{
    return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_METHOD_OPEN, kp_at(r->job->file->path, e->line), e->name,
                   r->job->file->methods_path ? r->job->file->methods_path : "--methods");
}

/* Collects the rows of METHODCVT for the code; *ret_column is the COLNO that contains the digit, 0 for none.
 * Returns false if no row is usable or the rows contradict each other. */
static bool collect_methods(const struct reader *r, const char *code, const char *digit,
                            struct kp_methods *methods, unsigned long *ret_column)
{
    for (size_t i = r->methods.first; i <= r->methods.sheet->n_rows; i++) {
        const struct entry m = read_entry(&r->methods, i);
        if (strcmp(m.name, code) != 0 || (m.file && m.file != r->job->input) ||
            (*digit && strcmp(m.digit, digit) != 0))
            continue;
        const struct kp_item *item = *m.method ? with_method(r, code, m.method) : NULL;
        if (!item)
            continue; /* the standard form lacks this method */
        unsigned index = (unsigned)(item - r->ctx->tables.items);
        if (methods->n_choices == KP_COUNT(methods->choices) ||
            (methods->n_choices > 0 && m.column != *ret_column))
            return false;
        for (size_t k = 0; k < methods->n_choices; k++)
            if (strcmp(methods->choices[k].digit, m.digit) == 0 && methods->choices[k].item != index)
                return false;
        methods->choices[methods->n_choices].digit = m.digit;
        methods->choices[methods->n_choices++].item = index;
        *ret_column = m.column;
    }
    return methods->n_choices > 0;
}

/* Maps a column whose code leaves the method open: row by row if METHODCVT names a column for the digit, else
 * all its rows must agree on the item. */
static enum kp_status choose_method(const struct reader *r, const struct entry *e, const char *code,
                                    const char *digit, struct kp_column *column)
{
    struct kp_methods *methods = kp_arena_alloc(&r->ctx->arena, sizeof(*methods));
    unsigned long number = 0;
    if (!methods)
        return kp_no_memory(r->ctx);
    if (!collect_methods(r, code, digit, methods, &number))
        return open_method(r, e);
    bool by_row = number && !*digit, constant = true;
    struct kp_column *by = by_row ? kp_mapping_column(r->mapping, number) : NULL;
    for (size_t i = 1; i < methods->n_choices; i++)
        constant &= methods->choices[i].item == methods->choices[0].item;
    if (by_row ? !by : !constant)
        return open_method(r, e);
    column->kind = KP_COL_ITEM;
    column->index = methods->choices[0].item;
    if (!by)
        return KP_OK;
    methods->column = (size_t)(by - r->mapping->columns);
    column->methods = methods;
    if (by->kind == KP_COL_UNMAPPED)
        by->kind = KP_COL_METHOD;
    return KP_OK;
}

/* The names are the converter's own, so those that are ambiguous in an export have one meaning here. */
static void read_name(struct kp_context *ctx, const char *name, struct kp_column *column)
{
    uint32_t target = 0;
    if (kp_target_read(&ctx->arena, &ctx->tables, name, column) ||
        kp_header_read(&ctx->arena, &ctx->tables, name, column))
        return;
    if (kp_header_hint(&ctx->arena, &ctx->tables, name, &target))
        kp_target_set(&ctx->tables, target, column);
}

static enum kp_status apply_entry(const struct reader *r, const struct entry *e)
{
    struct kp_arena *arena = &r->ctx->arena;
    if (e->file > r->job->n_inputs)
        return row_bad(r, e, "there is no input for FILENO", kp_arena_printf(arena, "%lu", e->file));
    if ((e->file && e->file != r->job->input) || e->column == 0 || !*e->name)
        return KP_OK;
    const char *place = kp_arena_printf(arena, "COLNO %lu", e->column);
    struct kp_column *column = kp_mapping_column(r->mapping, e->column);
    if (!column)
        return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_MAPPING_COLUMN_ABSENT,
                       kp_at(r->job->file->path, e->line), place);
    if (column->kind > KP_COL_METHOD)
        return row_bad(r, e, "the column is named twice:", place);
    column->why = KP_WHY_MAPPING;
    size_t n = strlen(e->name);
    char *code = n == CODE || n == CODE + 1 ? kp_arena_strndup(arena, e->name, CODE) : NULL;
    if (code && strstr(code, OPEN_METHOD))
        return choose_method(r, e, code, e->name + CODE, column);
    read_name(r->ctx, e->name, column);
    if (column->kind > KP_COL_METHOD)
        column->why = KP_WHY_MAPPING;
    return KP_OK;
}

enum kp_status kp_cc2x_apply(struct kp_context *ctx, const struct kp_mapping_job *job,
                             struct kp_mapping *mapping)
{
    const struct kp_mapping_file *file = job->file;
    const struct reader r = {ctx, job, mapping, table_of(&ctx->arena, &file->sheet),
                             table_of(&ctx->arena, &file->methods)};
    for (size_t i = r.columns.first; i <= file->sheet.n_rows; i++) {
        const struct entry e = read_entry(&r.columns, i);
        KP_TRY(apply_entry(&r, &e));
    }
    return ctx->arena.failed ? kp_no_memory(ctx) : KP_OK;
}

bool kp_cc2x_pair(struct kp_arena *arena, const struct kp_mapping_file *file, struct kp_cc2x_pair *ret_pair)
{
    const struct table t = table_of(arena, &file->sheet);
    struct kp_cc2x_pair pair = {0};
    bool births[2] = {false, false};
    for (size_t i = t.first; i <= file->sheet.n_rows; i++) {
        const struct entry e = read_entry(&t, i);
        const char *key = kp_text_header_key(arena, e.name);
        if (!key || e.file < 1 || e.file > 2)
            continue;
        if (strcmp(key, "key1") == 0 || strcmp(key, "受診者キー") == 0)
            pair.key[e.file - 1] = e.column;
        births[e.file - 1] |= strcmp(key, "受診者生年月日") == 0;
    }
    pair.persons = births[1] && !births[0];
    *ret_pair = pair;
    return pair.key[0] && pair.key[1];
}
