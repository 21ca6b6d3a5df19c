#include "input/cc2x.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"

#define OPEN_METHOD "ZZZ"
enum { CODE = 17 };

static bool is_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

static bool has_open_method(const char *s)
{
    return strlen(s) == CODE && strstr(s, OPEN_METHOD) != NULL;
}

static bool is_heading(const char *cell, const char *name)
{
    struct kp_arena scratch = {0};
    char *key = kp_text_header_key(&scratch, cell);
    bool same = key && strcmp(key, name) == 0;
    kp_arena_release(&scratch);
    return same;
}

static bool has_heading(const struct kp_sheet *sheet, const char *name)
{
    for (size_t i = 0; i < sheet->n_columns; i++)
        if (is_heading(sheet->columns[i], name))
            return true;
    return false;
}

bool kp_cc2x_is(const struct kp_sheet *sheet)
{
    if (has_heading(sheet, "fileno") && has_heading(sheet, "colno"))
        return true;
    return sheet->n_columns >= 3 && is_digits(sheet->columns[0]) && is_digits(sheet->columns[1]);
}

/* One row of either table: where the column stands, and the code or name that it holds. */
struct entry {
    uint64_t line;
    unsigned long file, column; /* 0: not said */
    const char *name;
    const char *digit, *method; /* METHODCVT; "" when not said */
};

/* A code, perhaps with the local digit of its method behind it. */
static bool is_code(const char *s)
{
    char code[CODE + 1] = {0};
    size_t n = strlen(s);
    memcpy(code, s, n < CODE ? n : CODE);
    return n <= CODE + 1 && kp_is_item_code(code);
}

/* FILENO and COLNO by their headings; without these the two first cells, when both are numbers. */
static void find_places(const struct kp_sheet *sheet, const char *const *cells, size_t n, size_t *ret_file,
                        size_t *ret_column)
{
    *ret_file = *ret_column = SIZE_MAX;
    for (size_t i = 0; i < sheet->n_columns; i++) {
        if (is_heading(sheet->columns[i], "fileno"))
            *ret_file = i;
        if (is_heading(sheet->columns[i], "colno"))
            *ret_column = i;
    }
    if (*ret_file == SIZE_MAX && *ret_column == SIZE_MAX && n > 2 && is_digits(cells[0]) &&
        is_digits(cells[1])) {
        *ret_file = 0;
        *ret_column = 1;
    }
}

static struct entry read_entry(const struct kp_sheet *sheet, uint64_t line, const char *const *cells,
                               size_t n)
{
    struct entry e = {.line = line, .name = "", .digit = "", .method = ""};
    size_t file = 0, column = 0, at = 0;
    find_places(sheet, cells, n, &file, &column);
    if (file < n && is_digits(cells[file]))
        e.file = strtoul(cells[file], NULL, 10);
    if (column < n && is_digits(cells[column]))
        e.column = strtoul(cells[column], NULL, 10);
    while (at < n && !is_code(cells[at])) /* remarks may stand before a code */
        at++;
    if (at == n) /* no code: a field's name, the first words */
        for (at = 0; at < n && (!*cells[at] || is_digits(cells[at]));)
            at++;
    e.name = at < n ? cells[at] : "";
    for (size_t i = at + 1; i < n; i++) {
        size_t length = strlen(cells[i]);
        if (i == file || i == column)
            continue;
        if (length <= 2 && is_digits(cells[i]) && !*e.digit)
            e.digit = cells[i];
        else if ((length == 3 && is_digits(cells[i])) || is_code(cells[i]))
            e.method = cells[i];
    }
    return e;
}

/* The i-th entry; what was taken for a header row is the first one when it holds no headings. */
static bool nth_entry(const struct kp_sheet *sheet, size_t i, struct entry *ret_entry)
{
    bool headless = !has_heading(sheet, "fileno") && !has_heading(sheet, "colno");
    if (headless && i == 0) {
        *ret_entry = read_entry(sheet, 1, sheet->columns, sheet->n_columns);
        return true;
    }
    i -= headless;
    if (i >= sheet->n_rows)
        return false;
    *ret_entry = read_entry(sheet, sheet->rows[i].line, sheet->rows[i].cells, sheet->rows[i].n_cells);
    return true;
}

static enum kp_status row_bad(const struct kp_cc2x *c, const struct entry *e, const char *what,
                              const char *value)
{
    char *text = kp_arena_printf(c->arena, "%s '%s'", what, value);
    return kp_fail(c->diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD, kp_at(c->path, e->line), text ? text : what);
}

/* The item that a code with an open method and a method make. */
static const struct kp_item *with_method(const struct kp_cc2x *c, const char *code, const char *method)
{
    char full[CODE + 1];
    memcpy(full, code, sizeof(full));
    char *open = strstr(full, OPEN_METHOD);
    memcpy(open, strlen(method) == CODE ? method + (open - full) : method, 3);
    if (strlen(method) == CODE && strcmp(method, full) != 0)
        return NULL; /* another analyte */
    return kp_item_find(c->tables, full);
}

/* COLNO counts the columns of the export; our own columns of a mended rejected.csv stand before them. */
static struct kp_column *column_at(const struct kp_mapping *mapping, unsigned long number)
{
    for (size_t i = 0; i < mapping->n_columns; i++)
        if (mapping->columns[i].number == number)
            return &mapping->columns[i];
    return NULL;
}

static enum kp_status open_method(const struct kp_cc2x *c, const struct entry *e)
{
    return kp_fail(c->diag, KP_E_USAGE, KP_K_METHOD_OPEN, kp_at(c->path, e->line), e->name,
                   c->methods ? c->methods_path : "--methods");
}

/* Collects what METHODCVT says of the code. False when it contradicts itself. */
static bool collect_methods(const struct kp_cc2x *c, const char *code, const char *digit,
                            struct kp_methods *methods, unsigned long *ret_place)
{
    struct entry m;
    for (size_t i = 0; c->methods && nth_entry(c->methods, i, &m); i++) {
        if (strcmp(m.name, code) != 0 || (m.file && m.file != c->file) ||
            (*digit && strcmp(m.digit, digit) != 0))
            continue;
        const struct kp_item *item = *m.method ? with_method(c, code, m.method) : NULL;
        if (!item)
            continue; /* a method that the standard form does not know */
        if (methods->n_choices == KP_COUNT(methods->choices) ||
            (methods->n_choices > 0 && m.column != *ret_place))
            return false;
        for (size_t k = 0; k < methods->n_choices; k++)
            if (strcmp(methods->choices[k].digit, m.digit) == 0 &&
                methods->choices[k].item != (unsigned)(item - c->tables->items))
                return false;
        methods->choices[methods->n_choices].digit = m.digit;
        methods->choices[methods->n_choices++].item = (unsigned)(item - c->tables->items);
        *ret_place = m.column;
    }
    return methods->n_choices > 0;
}

/* A column named there chooses row by row; without one all rows must mean the same item. */
static enum kp_status choose_method(const struct kp_cc2x *c, const struct entry *e, const char *code,
                                    const char *digit, struct kp_column *column,
                                    const struct kp_mapping *mapping)
{
    struct kp_methods *methods = kp_arena_alloc(c->arena, sizeof(*methods));
    unsigned long place = 0;
    if (!methods)
        return KP_E_SYSTEM;
    if (!collect_methods(c, code, digit, methods, &place))
        return open_method(c, e);
    struct kp_column *by = place && !*digit ? column_at(mapping, place) : NULL;
    bool constant = true;
    for (size_t i = 1; i < methods->n_choices; i++)
        constant &= methods->choices[i].item == methods->choices[0].item;
    if ((place && !*digit && !by) || (!by && !constant))
        return open_method(c, e);
    column->kind = KP_COL_ITEM;
    column->index = methods->choices[0].item;
    if (!by)
        return KP_OK;
    methods->column = (size_t)(by - mapping->columns);
    column->methods = methods;
    if (by->kind == KP_COL_UNMAPPED)
        by->kind = KP_COL_METHOD;
    return KP_OK;
}

/* In this table the names are the converter's own, so even those that elsewhere are ambiguous have one
 * meaning. */
static void read_name(const struct kp_cc2x *c, const char *name, struct kp_column *column)
{
    uint32_t target = 0;
    if (kp_target_read(c->arena, c->tables, name, column) ||
        kp_header_read(c->arena, c->tables, name, column))
        return;
    const char *key = kp_text_header_key(c->arena, name);
    if (key && kp_map_get(&c->tables->header_hint, key, &target))
        kp_target_set(c->tables, target, column);
}

static enum kp_status apply_entry(const struct kp_cc2x *c, const struct entry *e, struct kp_mapping *mapping)
{
    size_t n = strlen(e->name);
    if (e->file > c->n_files)
        return row_bad(c, e, "there is no input for FILENO", kp_arena_printf(c->arena, "%lu", e->file));
    if ((e->file && e->file != c->file) || e->column == 0 || n == 0)
        return KP_OK;
    struct kp_column *column = column_at(mapping, e->column);
    if (!column)
        return kp_fail(c->diag, KP_E_USAGE, KP_K_MAPPING_COLUMN_ABSENT, kp_at(c->path, e->line),
                       kp_arena_printf(c->arena, "COLNO %lu", e->column));
    if (column->kind > KP_COL_METHOD)
        return row_bad(c, e, "the column is named twice:", kp_arena_printf(c->arena, "COLNO %lu", e->column));
    column->why = KP_WHY_MAPPING;
    if (has_open_method(e->name))
        return choose_method(c, e, e->name, "", column, mapping);
    char *code = n == CODE + 1 ? kp_arena_strndup(c->arena, e->name, CODE) : NULL;
    if (code && has_open_method(code))
        return choose_method(c, e, code, e->name + CODE, column, mapping);
    read_name(c, e->name, column);
    if (column->kind > KP_COL_METHOD)
        column->why = KP_WHY_MAPPING;
    return KP_OK;
}

enum kp_status kp_cc2x_apply(const struct kp_cc2x *c, struct kp_mapping *mapping)
{
    struct entry e;
    for (size_t i = 0; nth_entry(c->sheet, i, &e); i++)
        KP_TRY(apply_entry(c, &e, mapping));
    return c->arena->failed ? KP_E_SYSTEM : KP_OK;
}
