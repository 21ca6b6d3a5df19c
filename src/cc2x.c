#include "cc2x.h"

#include <stdlib.h>
#include <string.h>

#include "status.h"

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

/* One row of either table: two numbers in front when it names a place, then the code or name. */
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

static struct entry read_entry(const struct kp_sheet *sheet, uint64_t line, const char *const *cells)
{
    struct entry e = {.line = line, .name = "", .digit = "", .method = ""};
    size_t i = 0, n = sheet->n_columns;
    for (size_t numbers = 0; i < n && numbers < 2 && is_digits(cells[i]); i++, numbers++)
        *(numbers == 0 ? &e.file : &e.column) = strtoul(cells[i], NULL, 10);
    size_t at = i;
    while (at < n && !is_code(cells[at])) /* remarks may stand before a code */
        at++;
    if (at == n) /* no code: the field's name comes first */
        for (at = i; at < n && !*cells[at];)
            at++;
    e.name = at < n ? cells[at] : "";
    for (i = at + 1; i < n; i++) {
        size_t length = strlen(cells[i]);
        if (length > 0 && length <= 2 && !*e.digit)
            e.digit = cells[i];
        else if ((length == 3 && is_digits(cells[i])) || is_code(cells[i]))
            e.method = cells[i];
    }
    return e;
}

static enum kp_status row_bad(const struct kp_cc2x *c, const struct entry *e, const char *what, const char *value)
{
    char *text = kp_arena_printf(c->arena, "%s '%s'", what, value);
    return kp_diag_fail(c->diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD, c->path, e->line, NULL, text ? text : what, NULL,
                        NULL);
}

/* The item that a code with an open method and a method make. */
static const struct kp_item *with_method(const struct kp_cc2x *c, const char *code, const char *method)
{
    if (strlen(method) == CODE)
        return kp_item_find(c->tables, method);
    char full[CODE + 1];
    memcpy(full, code, sizeof(full));
    memcpy(strstr(full, OPEN_METHOD), method, 3);
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
    return kp_diag_fail(c->diag, KP_E_USAGE, KP_K_METHOD_OPEN, c->path, e->line, NULL, e->name,
                        c->methods ? c->methods_path : "--methods", NULL);
}

/* Collects what METHODCVT says of the code; a column there chooses row by row, a single row settles it. */
static enum kp_status choose_method(const struct kp_cc2x *c, const struct entry *e, const char *code,
                                    const char *digit, struct kp_column *column, const struct kp_mapping *mapping)
{
    struct kp_methods *methods = kp_arena_alloc(c->arena, sizeof(*methods));
    unsigned long place = 0;
    if (!methods)
        return KP_E_SYSTEM;
    for (size_t i = 0; c->methods && i < c->methods->n_rows; i++) {
        struct entry m = read_entry(c->methods, c->methods->rows[i].line, c->methods->rows[i].cells);
        if (strcmp(m.name, code) != 0 || (m.file && m.file != c->file) || (*digit && strcmp(m.digit, digit) != 0))
            continue;
        const struct kp_item *item = *m.method ? with_method(c, code, m.method) : NULL;
        if (!item || methods->n_choices == KP_COUNT(methods->choices))
            continue; /* a method that the standard form does not know */
        methods->choices[methods->n_choices].digit = m.digit;
        methods->choices[methods->n_choices++].item = (unsigned)(item - c->tables->items);
        place = m.column;
    }
    struct kp_column *by = place ? column_at(mapping, place) : NULL;
    if (methods->n_choices == 0 || (!place && methods->n_choices > 1) || (place && !by))
        return open_method(c, e);
    column->kind = KP_COL_ITEM;
    column->index = methods->choices[0].item;
    if (by && !*digit) {
        methods->column = (size_t)(by - mapping->columns);
        column->methods = methods;
        if (by->kind == KP_COL_UNMAPPED)
            by->kind = KP_COL_METHOD;
    }
    return KP_OK;
}

/* In this table the names are the converter's own, so even those that elsewhere are ambiguous have one meaning. */
static void read_name(const struct kp_cc2x *c, const char *name, struct kp_column *column)
{
    uint32_t target = 0;
    if (kp_target_read(c->arena, c->tables, name, column) || kp_header_read(c->arena, c->tables, name, column))
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
        return kp_diag_fail(c->diag, KP_E_USAGE, KP_K_MAPPING_COLUMN_ABSENT, c->path, e->line, NULL,
                            kp_arena_printf(c->arena, "COLNO %lu", e->column), NULL, NULL);
    if (column->kind > KP_COL_METHOD)
        return row_bad(c, e, "the column is named twice:", kp_arena_printf(c->arena, "COLNO %lu", e->column));
    column->why = KP_WHY_MAPPING;
    if (has_open_method(e->name))
        return choose_method(c, e, e->name, "", column, mapping);
    char *code = n == CODE + 1 ? kp_arena_strndup(c->arena, e->name, CODE) : NULL;
    if (code && has_open_method(code))
        return choose_method(c, e, code, e->name + CODE, column, mapping);
    read_name(c, e->name, column);
    return KP_OK;
}

enum kp_status kp_cc2x_apply(const struct kp_cc2x *c, struct kp_mapping *mapping)
{
    enum kp_status st = KP_OK;
    if (!has_heading(c->sheet, "fileno")) { /* no header row: what was taken for one is the first entry */
        struct entry e = read_entry(c->sheet, 1, c->sheet->columns);
        KP_TRY(apply_entry(c, &e, mapping));
    }
    for (size_t i = 0; i < c->sheet->n_rows; i++) {
        struct entry e = read_entry(c->sheet, c->sheet->rows[i].line, c->sheet->rows[i].cells);
        KP_TRY(apply_entry(c, &e, mapping));
    }
    st = c->arena->failed ? KP_E_SYSTEM : KP_OK;
out:
    return st;
}
