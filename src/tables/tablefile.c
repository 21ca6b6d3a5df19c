#include "tables/tablefile.h"

#include <errno.h>
#include <string.h>

#include "base/embedded.h"
#include "base/scan.h"
#include "base/status.h"

enum { TABLE_MAX_BYTES = 16 << 20 };

const char *kp_cell(const struct kp_tablefile *f, size_t row, size_t column)
{
    return f->sheet.rows[row].cells[f->at[column]];
}

bool kp_cell_decimal(const struct kp_tablefile *f, size_t row, size_t column, struct kp_decimal *ret_number)
{
    const char *text = kp_cell(f, row, column);
    return kp_decimal_parse(text, strlen(text), ret_number);
}

bool kp_cell_range(const struct kp_tablefile *f, size_t row, size_t column, struct kp_decimal *ret_min,
                   struct kp_decimal *ret_max)
{
    return kp_cell_decimal(f, row, column, ret_min) && kp_cell_decimal(f, row, column + 1, ret_max) &&
           kp_decimal_compare(*ret_min, *ret_max) < 0;
}

enum kp_status kp_tablefile_rows(struct kp_tablefile *f, size_t row_bytes)
{
    f->rows = kp_arena_alloc(f->arena, (f->sheet.n_rows + 1) * row_bytes);
    return f->rows ? KP_OK : kp_tablefile_no_memory(f);
}

static enum kp_status table_bad(const struct kp_tablefile *f, uint64_t line, const char *what,
                                const char *value)
{
    return kp_fail(f->diag, KP_E_USAGE, KP_K_TABLE_BAD, kp_at(f->path, line), what, value);
}

enum kp_status kp_table_bad(const struct kp_tablefile *f, size_t row, const char *what, const char *value)
{
    return table_bad(f, row < f->sheet.n_rows ? f->sheet.rows[row].line : 1, what, value);
}

enum kp_status kp_cell_period(const struct kp_tablefile *f, size_t row, size_t column,
                              struct kp_date *ret_from, struct kp_date *ret_to)
{
    const char *from = kp_cell(f, row, column), *to = kp_cell(f, row, column + 1);
    if (*from && !kp_date_parse_iso(from, ret_from))
        return kp_table_bad(f, row, "not a date:", from);
    if (*to && !kp_date_parse_iso(to, ret_to))
        return kp_table_bad(f, row, "not a date:", to);
    if (kp_date_is_set(*ret_to) && kp_date_compare(*ret_to, *ret_from) < 0)
        return kp_table_bad(f, row, "ends before it begins:", kp_cell(f, row, 0));
    return KP_OK;
}

enum kp_status kp_tablefile_no_memory(const struct kp_tablefile *f)
{
    return kp_fail(f->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
}

static bool split_columns(struct kp_tablefile *f, const char *columns)
{
    f->n_columns = 0;
    for (struct kp_word word; kp_next_word(&columns, " ", &word);)
        if (!(f->columns[f->n_columns++] = kp_arena_strndup(f->arena, word.at, word.n)))
            return false;
    return true;
}

enum kp_tablefile_fault kp_tablefile_parse(struct kp_tablefile *f, const char *columns, const char *bytes,
                                           size_t n, size_t *ret_index)
{
    enum kp_status st = kp_sheet_read(&f->sheet, f->arena, NULL, bytes, n, KP_COMMENTS_NONE);
    if (st == KP_E_INPUT)
        return KP_TABLEFILE_NOT_CSV;
    if (st != KP_OK || !split_columns(f, columns))
        return KP_TABLEFILE_NO_MEMORY;
    size_t *i = ret_index;
    for (*i = 0; *i < f->n_columns; ++*i)
        if (!kp_sheet_column(&f->sheet, f->columns[*i], &f->at[*i]))
            return KP_TABLEFILE_COLUMN_MISSING;
    for (*i = 0; *i < f->sheet.n_rows; ++*i)
        if (f->sheet.rows[*i].n_cells != f->sheet.n_columns)
            return KP_TABLEFILE_ROW_WIDTH;
    return KP_TABLEFILE_SOUND;
}

static enum kp_status read_bytes(struct kp_tablefile *f, const char **ret_bytes, size_t *ret_n)
{
    if (!f->folder) {
        const struct kp_embedded *file = kp_embedded_find(f->path);
        if (!file)
            return kp_fail(f->diag, KP_E_SYSTEM, KP_K_INTERNAL, KP_NOWHERE, f->path);
        *ret_bytes = file->bytes;
        *ret_n = (size_t)(file->end - file->bytes);
        return KP_OK;
    }
    char *path = kp_arena_printf(f->arena, "%s/%s", f->folder, f->path);
    if (!path)
        return kp_tablefile_no_memory(f);
    enum kp_status st = kp_read_file(f->io, path, TABLE_MAX_BYTES, f->arena, ret_bytes, ret_n);
    if (st != KP_OK)
        return kp_unreadable(f->diag, st, KP_E_USAGE, KP_K_TABLE_UNREADABLE, path, f->path);
    const struct kp_embedded *own = kp_embedded_find(f->path);
    if (own && (size_t)(own->end - own->bytes) == *ret_n && memcmp(own->bytes, *ret_bytes, *ret_n) == 0)
        return KP_OK;
    f->changed =
        kp_arena_printf(f->arena, "%s%s%s", f->changed ? f->changed : "", f->changed ? ", " : "", f->path);
    return f->changed ? KP_OK : kp_tablefile_no_memory(f);
}

enum kp_status kp_tablefile_open(struct kp_tablefile *f, const char *name, const char *columns,
                                 size_t row_bytes)
{
    const char *bytes = NULL;
    size_t n = 0, at = 0;
    f->path = name;
    KP_TRY(read_bytes(f, &bytes, &n));
    if (kp_sha256_add(f->sha, name, strlen(name) + 1) != KP_OK || kp_sha256_add(f->sha, bytes, n) != KP_OK)
        return kp_tablefile_no_memory(f);
    enum kp_tablefile_fault fault = kp_tablefile_parse(f, columns, bytes, n, &at);
    if (fault == KP_TABLEFILE_NO_MEMORY)
        return kp_tablefile_no_memory(f);
    if (fault == KP_TABLEFILE_NOT_CSV)
        return table_bad(f, f->sheet.bad_line, "not a CSV table:", name);
    if (fault == KP_TABLEFILE_COLUMN_MISSING)
        return table_bad(f, 1, "missing column", f->columns[at]);
    if (fault == KP_TABLEFILE_ROW_WIDTH)
        return kp_table_bad(f, at, "wrong number of fields in the row of", f->sheet.rows[at].cells[0]);
    return kp_tablefile_rows(f, row_bytes);
}
