#include "input/cc2x.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "input/header_names.h"

#define OPEN_METHOD "ZZZ"
enum { CODE = KP_ITEM_CODE_LENGTH, METHOD = 3, WITHOUT_RESULT = 15, HEADING_LINES = 3 };

/* One of the two tables. */
struct table {
    const struct kp_sheet *sheet;
    size_t file, column; /* where FILENO and COLNO are; SIZE_MAX without such a heading */
    size_t flag, name;   /* likewise of the output flag and PKEY */
    size_t matched, digit,
        method;   /* of METHODCVT as the converter ships it: JLAC_MATCHED, LOCAL_METHOD, JLAC_METHOD */
    size_t first; /* number of the first row; 0 if the first line has no headings */
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
    const char *flag;           /* of the output: "1" or "0"; NULL: the table has none */
    const char *name;           /* code of an item or name of a field */
    const char *digit, *method; /* METHODCVT; "" if not given */
};

/* Returns the cells of a row; number 0 is the first line. */
static struct kp_sheet_row row_of(const struct kp_sheet *sheet, size_t number)
{
    return number ? sheet->rows[number - 1] : (struct kp_sheet_row){1, sheet->n_columns, sheet->columns};
}

static size_t find_heading(struct kp_arena *arena, struct kp_sheet_row row, const char *name)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < row.n_cells; i++) {
        const char *key = kp_text_header_key(arena, row.cells[i]);
        if (key && strcmp(key, name) == 0)
            found = i;
    }
    return found;
}

static struct table table_of(struct kp_arena *arena, const struct kp_sheet *sheet)
{
    struct kp_sheet_row row = row_of(sheet, 0);
    struct table t = {.sheet = sheet,
                      .file = find_heading(arena, row, "fileno"),
                      .column = find_heading(arena, row, "colno"),
                      .flag = SIZE_MAX,
                      .name = find_heading(arena, row, "pkey"),
                      .matched = SIZE_MAX};
    t.first = t.file == SIZE_MAX && t.column == SIZE_MAX ? 0 : 1;
    if (t.name != SIZE_MAX && t.name > 0 && t.file > 0 && t.column > 0)
        t.flag = 0;
    for (size_t i = 0; t.first == 0 && i < HEADING_LINES && i <= sheet->n_rows; i++) {
        row = row_of(sheet, i);
        t.matched = find_heading(arena, row, "jlacmatched");
        t.digit = find_heading(arena, row, "localmethod");
        t.method = find_heading(arena, row, "jlacmethod");
        if (t.matched != SIZE_MAX && t.digit != SIZE_MAX && t.method != SIZE_MAX) {
            t.first = i + 1;
            return t;
        }
    }
    t.matched = SIZE_MAX;
    return t;
}

static bool is_shipped(const struct table *t)
{
    return t->matched != SIZE_MAX;
}

bool kp_cc2x_is(struct kp_arena *arena, const struct kp_sheet *sheet)
{
    const struct table t = table_of(arena, sheet);
    return (t.file != SIZE_MAX && t.column != SIZE_MAX) ||
           (!is_shipped(&t) && sheet->n_columns >= 3 && kp_all_digits(sheet->columns[0]) &&
            kp_all_digits(sheet->columns[1]));
}

/* Returns whether the code is ZZZ... all through: any item. */
static bool is_any(const char *code)
{
    return strlen(code) == CODE && strspn(code, "Z") == CODE;
}

/* Returns whether the cell is an item code, perhaps followed by the local digit of its method ("…01 3"). */
static bool is_code(const char *s)
{
    char code[CODE + 1] = {0};
    size_t n = strlen(s);
    memcpy(code, s, n < CODE ? n : CODE);
    if (n < CODE || !kp_is_item_code(code))
        return false;
    const char *digit = s + CODE + strspn(s + CODE, " ");
    return !*digit ? n == CODE : kp_all_digits(digit) && strlen(digit) <= 2;
}

static const char *cell_at(struct kp_sheet_row row, size_t i)
{
    return i < row.n_cells ? row.cells[i] : "";
}

static unsigned long number_at(struct kp_sheet_row row, size_t i)
{
    return i < row.n_cells && kp_all_digits(row.cells[i]) ? strtoul(row.cells[i], NULL, 10) : 0;
}

/* Reads a row of a table whose columns of names and methods have no headings that are known. */
static void find_name(struct kp_sheet_row row, size_t file, size_t column, struct entry *e)
{
    const char *const *cells = row.cells;
    const size_t n = row.n_cells;
    size_t at = 0;
    while (at < n && !is_code(cells[at])) /* remarks may precede a code */
        at++;
    if (at == n) /* the name of a field is the first text other than a number */
        for (at = 0; at < n && (!*cells[at] || kp_all_digits(cells[at]));)
            at++;
    e->name = at < n ? cells[at] : "";
    for (size_t i = at + 1; i < n; i++) {
        size_t length = strlen(cells[i]);
        if (i == file || i == column)
            continue;
        if (length <= 2 && kp_all_digits(cells[i]) && !*e->digit)
            e->digit = cells[i];
        else if (kp_is_digits(cells[i], METHOD) || is_code(cells[i]))
            e->method = cells[i];
    }
}

/* Reads a row; number 0 is the first line. */
static struct entry read_entry(const struct table *t, size_t number)
{
    const struct kp_sheet_row row = row_of(t->sheet, number);
    struct entry e = {.line = row.line, .name = "", .digit = "", .method = ""};
    if (is_shipped(t)) {
        e.name = cell_at(row, t->matched);
        e.digit = cell_at(row, t->digit);
        e.method = cell_at(row, t->method);
        return e;
    }
    bool first_two =
        t->first == 0 && row.n_cells > 2 && kp_all_digits(row.cells[0]) && kp_all_digits(row.cells[1]);
    size_t file = first_two ? 0 : t->file, column = first_two ? 1 : t->column;
    e.file = number_at(row, file);
    e.column = number_at(row, column);
    e.flag = t->flag == SIZE_MAX ? NULL : cell_at(row, t->flag);
    if (t->name == SIZE_MAX)
        find_name(row, file, column, &e);
    else
        e.name = cell_at(row, t->name);
    return e;
}

static enum kp_status row_bad(const struct reader *r, const struct entry *e, const char *what,
                              const char *value)
{
    return kp_mapping_row_bad(r->ctx, r->job->file->path, e->line, what, value ? value : "");
}

/* Returns the item that a code with an open method and a method make; NULL for an unknown one. A method of 15
 * characters brings all but the last two, which tell the kind of result. */
static const struct kp_item *with_method(struct kp_context *ctx, const char *code, const char *method)
{
    char full[CODE + 1];
    size_t n = strlen(method);
    memcpy(full, code, sizeof(full));
    char *open = strstr(full, OPEN_METHOD);
    if (n == WITHOUT_RESULT)
        memcpy(full, method, n);
    else
        memcpy(open, n == CODE ? method + (open - full) : method, METHOD);
    if (n == CODE && strcmp(method, full) != 0)
        return NULL; /* a whole code, but of another analyte */
    return kp_item_find(&ctx->tables, full);
}

static enum kp_status open_method(const struct reader *r, const struct entry *e)
{
    return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_METHOD_OPEN, kp_at(r->job->file->path, e->line), e->name,
                   r->job->file->methods_path ? r->job->file->methods_path : "--methods");
}

static bool has_choice(const struct kp_methods *methods, const char *digit)
{
    for (size_t i = 0; i < methods->n_choices; i++)
        if (strcmp(methods->choices[i].digit, digit) == 0)
            return true;
    return false;
}

/* Adds a choice. Returns false if there are too many or it contradicts an earlier one. */
static bool add_choice(struct kp_methods *methods, const char *digit, unsigned item)
{
    for (size_t k = 0; k < methods->n_choices; k++)
        if (strcmp(methods->choices[k].digit, digit) == 0 && methods->choices[k].item != item)
            return false;
    if (methods->n_choices == KP_COUNT(methods->choices))
        return false;
    methods->choices[methods->n_choices].digit = digit;
    methods->choices[methods->n_choices++].item = item;
    return true;
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
        const struct kp_item *item = *m.method ? with_method(r->ctx, code, m.method) : NULL;
        if (!item)
            continue; /* the standard form lacks this method */
        if ((methods->n_choices > 0 && m.column != *ret_column) ||
            !add_choice(methods, m.digit, (unsigned)(item - r->ctx->tables.items)))
            return false;
        *ret_column = m.column;
    }
    const size_t n_own = methods->n_choices;
    for (size_t i = r->methods.first; i <= r->methods.sheet->n_rows; i++) { /* lines for every item */
        const struct entry m = read_entry(&r->methods, i);
        struct kp_methods own = *methods;
        own.n_choices = n_own;
        if (!is_any(m.name) || (*digit && strcmp(m.digit, digit) != 0) || has_choice(&own, m.digit))
            continue;
        const struct kp_item *item = strlen(m.method) == METHOD ? with_method(r->ctx, code, m.method) : NULL;
        if (item && !add_choice(methods, m.digit, (unsigned)(item - r->ctx->tables.items)))
            return false;
    }
    return methods->n_choices > 0;
}

static bool is_key(struct kp_arena *arena, const char *name)
{
    const char *key = kp_text_header_key(arena, name);
    return key && (strcmp(key, "key1") == 0 || strcmp(key, "受診者キー") == 0);
}

/* The names are the converter's own, so those that are ambiguous in an export have one meaning here; PKEY
 * calls no item by its name. Returns whether the name is known. */
static bool read_name(struct kp_context *ctx, const struct table *t, const char *name,
                      struct kp_column *column)
{
    uint32_t target = 0;
    if (kp_target_read(&ctx->arena, &ctx->tables, name, column) ||
        kp_header_read(&ctx->arena, &ctx->tables, name, column))
        return true;
    if (!kp_header_hint(&ctx->arena, &ctx->tables, name, &target) ||
        (t->name != SIZE_MAX && target >= KP_TARGET_ITEM))
        return false;
    kp_target_set(&ctx->tables, target, column);
    return true;
}

/* Returns the code in a name, without a local digit behind it; NULL for any other name. */
static const char *code_of(struct kp_arena *arena, const char *name)
{
    return is_code(name) ? kp_arena_strndup(arena, name, CODE) : NULL;
}

static bool is_unused(const struct entry *e)
{
    return e->flag && strcmp(e->flag, "0") == 0;
}

/* Returns whether the table gives the column a meaning. */
static bool has_meaning(const struct reader *r, unsigned long number)
{
    for (size_t i = r->columns.first; i <= r->columns.sheet->n_rows; i++) {
        const struct entry e = read_entry(&r->columns, i);
        struct kp_column column = {.header = "", .second = ""};
        if (e.column == number && (!e.file || e.file == r->job->input) && !is_unused(&e) &&
            (is_code(e.name) || is_key(&r->ctx->arena, e.name) ||
             read_name(r->ctx, &r->columns, e.name, &column)))
            return true;
    }
    return false;
}

/* Maps a column whose code leaves the method open: row by row if METHODCVT names a column for the digit or,
 * as the converter ships it, the column behind the value has no meaning; else all its rows must agree on the
 * item. */
static enum kp_status choose_method(const struct reader *r, const struct entry *e, const char *code,
                                    const char *digit, struct kp_column *column)
{
    struct kp_methods *methods = kp_arena_alloc(&r->ctx->arena, sizeof(*methods));
    unsigned long number = 0;
    bool constant = true;
    if (!methods)
        return kp_no_memory(r->ctx);
    if (!r->methods.sheet->n_columns || !collect_methods(r, code, digit, methods, &number))
        return open_method(r, e);
    if (is_shipped(&r->methods) && !*digit) {
        constant = false; /* each of its lines has a digit */
        number = has_meaning(r, e->column + 1) ? 0 : e->column + 1;
    }
    bool by_row = number && !*digit;
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

/* KEY1 joins the files of an export; it is the employee's id if no other column is. */
static void take_key(const struct reader *r, struct kp_column *column)
{
    column->kind = KP_COL_IGNORED;
    column->why = KP_WHY_MAPPING;
    for (size_t i = r->columns.first; i <= r->columns.sheet->n_rows; i++) {
        const struct entry e = read_entry(&r->columns, i);
        struct kp_column other = {.header = "", .second = ""};
        if (!is_unused(&e) && !is_key(&r->ctx->arena, e.name) &&
            read_name(r->ctx, &r->columns, e.name, &other) && other.kind == KP_COL_FIELD &&
            other.index == KP_F_EMPLOYEE_ID)
            return;
    }
    kp_target_set(&r->ctx->tables, KP_F_EMPLOYEE_ID, column);
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
    if (is_unused(e)) {
        column->kind = KP_COL_IGNORED;
        kp_warn(&r->ctx->diag, KP_K_CC2X_COLUMN_OFF, kp_at(r->job->file->path, e->line), place, e->name);
        return KP_OK;
    }
    const char *code = code_of(arena, e->name);
    if (code && strstr(code, OPEN_METHOD))
        return choose_method(r, e, code, e->name + CODE + strspn(e->name + CODE, " "), column);
    if (is_key(arena, e->name)) {
        take_key(r, column);
        return KP_OK;
    }
    (void)read_name(r->ctx, &r->columns, e->name, column);
    if (column->kind > KP_COL_METHOD)
        column->why = KP_WHY_MAPPING;
    return KP_OK;
}

/* Warns of names that mean nothing here, unless the column turned out to have the digit of a method. */
static void warn_of_names(const struct reader *r)
{
    for (size_t i = r->columns.first; i <= r->columns.sheet->n_rows; i++) {
        const struct entry e = read_entry(&r->columns, i);
        const struct kp_column *column = kp_mapping_column(r->mapping, e.column);
        if ((!e.file || e.file == r->job->input) && *e.name && column && column->kind == KP_COL_UNMAPPED &&
            column->why == KP_WHY_MAPPING)
            kp_warn(&r->ctx->diag, KP_K_CC2X_NAME_UNKNOWN, kp_at(r->job->file->path, e.line),
                    kp_arena_printf(&r->ctx->arena, "COLNO %lu", e.column), e.name);
    }
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
    warn_of_names(&r);
    return ctx->arena.failed ? kp_no_memory(ctx) : KP_OK;
}

/* Checks the lines of METHODCVT as the converter ships it. */
static enum kp_status check_methods(struct kp_context *ctx, const struct kp_mapping_file *file)
{
    const struct table t = table_of(&ctx->arena, &file->methods);
    for (size_t i = t.first + 1; is_shipped(&t) && i <= file->methods.n_rows; i++) {
        const struct entry m = read_entry(&t, i);
        size_t n = strlen(m.method);
        bool code = is_any(m.name) || (is_code(m.name) && strlen(m.name) == CODE);
        if (!code || !strstr(m.name, OPEN_METHOD))
            return kp_mapping_row_bad(ctx, file->methods_path, m.line, "a code with ZZZ, not", m.name);
        if (!kp_all_digits(m.digit))
            return kp_mapping_row_bad(ctx, file->methods_path, m.line, "a local digit, not", m.digit);
        if (!kp_is_code(m.method, n) ||
            (n != METHOD && (is_any(m.name) || (n != CODE && n != WITHOUT_RESULT))))
            return kp_mapping_row_bad(ctx, file->methods_path, m.line, "a method, not", m.method);
        if (!is_any(m.name) && !with_method(ctx, m.name, m.method))
            kp_warn(&ctx->diag, KP_K_CC2X_LINE_UNUSED, kp_at(file->methods_path, m.line),
                    kp_arena_printf(&ctx->arena, "%s %s", m.name, m.digit));
    }
    return KP_OK;
}

/* Returns whether the entry names a column of claims. */
static bool is_claims(struct kp_context *ctx, const struct table *t, const struct entry *e)
{
    struct kp_column column = {.header = "", .second = ""};
    const char *key = kp_text_header_key(&ctx->arena, e->name);
    return key && kp_is_claims_word(&ctx->tables, key) && !read_name(ctx, t, e->name, &column);
}

enum kp_cc2x_kind kp_cc2x_kind(struct kp_context *ctx, const struct kp_sheet *sheet)
{
    const struct table t = table_of(&ctx->arena, sheet);
    if (is_shipped(&t))
        return KP_CC2X_METHODS;
    if (t.file == SIZE_MAX || t.column == SIZE_MAX)
        return KP_CC2X_NONE;
    for (size_t i = t.first; i <= sheet->n_rows; i++) {
        const struct entry e = read_entry(&t, i);
        if (is_claims(ctx, &t, &e))
            return KP_CC2X_CLAIMS;
    }
    return KP_CC2X_TABLE;
}

unsigned long kp_cc2x_width(struct kp_arena *arena, const struct kp_sheet *sheet, unsigned long file)
{
    const struct table t = table_of(arena, sheet);
    unsigned long width = 0;
    for (size_t i = t.first; i <= sheet->n_rows; i++) {
        const struct entry e = read_entry(&t, i);
        width = e.file == file && e.column > width ? e.column : width;
    }
    return width;
}

enum kp_status kp_cc2x_check(struct kp_context *ctx, const struct kp_mapping_file *file)
{
    const struct table t = table_of(&ctx->arena, &file->sheet);
    for (size_t i = t.first; i <= file->sheet.n_rows; i++) {
        const struct entry e = read_entry(&t, i);
        if (is_claims(ctx, &t, &e))
            return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_CC2X_CLAIMS, kp_at(file->path, e.line), e.name);
        if (e.flag && strcmp(e.flag, "0") != 0 && strcmp(e.flag, "1") != 0)
            return kp_mapping_row_bad(ctx, file->path, e.line, "the output flag is 1 or 0, not", e.flag);
    }
    return check_methods(ctx, file);
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
        if (is_key(arena, e.name))
            pair.key[e.file - 1] = e.column;
        births[e.file - 1] |= strcmp(key, "受診者生年月日") == 0;
    }
    pair.persons = births[1] && !births[0];
    *ret_pair = pair;
    return pair.key[0] && pair.key[1];
}
