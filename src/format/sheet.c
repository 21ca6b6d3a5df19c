#include "format/sheet.h"

#include <string.h>

#include "base/status.h"

/* How the bytes of a file are read. */
struct decoding {
    const struct kp_text *text; /* for CP932; NULL: they must be UTF-8 */
    bool sound;                 /* all of them are UTF-8 */
};

/* Return the length of the white space of one character at either end of UTF-8 text of n bytes. */
static size_t space_before(const char *s, size_t n)
{
    if (n == 0 || (uint8_t)*s <= ' ')
        return n > 0;
    return n >= 3 && memcmp(s, "\xe3\x80\x80", 3) == 0 ? 3 : n >= 2 && memcmp(s, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static size_t space_after(const char *s, size_t n)
{
    if (n == 0 || (uint8_t)s[n - 1] <= ' ')
        return n > 0;
    return n >= 3 && memcmp(s + n - 3, "\xe3\x80\x80", 3) == 0 ? 3
           : n >= 2 && memcmp(s + n - 2, "\xc2\xa0", 2) == 0   ? 2
                                                               : 0;
}

/* Copies text that is UTF-8 without white space at its ends. */
static const char *trimmed(struct kp_arena *arena, const char *bytes, size_t n)
{
    size_t space;
    for (; (space = space_before(bytes, n)) > 0; n -= space)
        bytes += space;
    while ((space = space_after(bytes, n)) > 0)
        n -= space;
    return kp_arena_strndup(arena, bytes, n);
}

/* The whole file decides: a single cell of half-width kana in CP932 could pass for UTF-8. */
static enum kp_status copy_cell(struct kp_arena *arena, const struct decoding *how,
                                const struct kp_cell *cell, const char **ret_cell)
{
    const struct kp_text *text = how->text;
    if (how->sound) {
        *ret_cell = cell->n ? trimmed(arena, cell->bytes, cell->n) : "";
        return *ret_cell ? KP_OK : KP_E_SYSTEM;
    }
    size_t bad = 0;
    struct kp_buf out = {0};
    enum kp_status st = KP_E_INPUT;
    if (!kp_text_decode(text, text ? KP_ENC_CP932 : KP_ENC_UTF8, cell->bytes, cell->n, &out, &bad))
        goto out;
    *ret_cell = kp_buf_ok(&out) ? kp_text_trim(arena, kp_buf_text(&out)) : NULL;
    st = *ret_cell ? KP_OK : KP_E_SYSTEM;
out:
    kp_buf_release(&out);
    return st;
}

static enum kp_status copy_row(struct kp_arena *arena, const struct decoding *how,
                               const struct kp_csvrow *row, size_t at_least, struct kp_sheet_row *ret_row)
{
    size_t n = row->n_cells > at_least ? row->n_cells : at_least;
    const char **cells = kp_arena_alloc(arena, (n + 1) * sizeof(*cells));
    if (!cells)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        cells[i] = "";
        if (i < row->n_cells)
            KP_TRY(copy_cell(arena, how, &row->cells[i], &cells[i]));
    }
    *ret_row = (struct kp_sheet_row){.line = row->line, .n_cells = row->n_cells, .cells = cells};
    return KP_OK;
}

enum kp_status kp_sheet_copy_row(struct kp_arena *arena, const struct kp_text *text,
                                 const struct kp_csvrow *row, size_t at_least, struct kp_sheet_row *ret_row)
{
    const struct decoding how = {text, false};
    return copy_row(arena, &how, row, at_least, ret_row);
}

static enum kp_status add_row(struct kp_sheet *sheet, struct kp_arena *arena, size_t *cap,
                              struct kp_sheet_row row)
{
    if (sheet->n_rows == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        struct kp_sheet_row *rows = kp_arena_alloc(arena, *cap * sizeof(*rows));
        if (!rows)
            return KP_E_SYSTEM;
        if (sheet->n_rows)
            memcpy(rows, sheet->rows, sheet->n_rows * sizeof(*rows));
        sheet->rows = rows;
    }
    sheet->rows[sheet->n_rows++] = row;
    return KP_OK;
}

enum kp_status kp_sheet_read(struct kp_sheet *ret_sheet, struct kp_arena *arena, const struct kp_text *text,
                             const char *bytes, size_t n, enum kp_comments comments)
{
    enum kp_status st = KP_OK;
    struct kp_csvin *in = NULL;
    struct kp_sheet sheet = {0};
    struct kp_csvrow row;
    size_t cap = 0;
    bool end = false;
    const struct decoding how = {text, kp_utf8_valid_prefix(bytes, n) == n};
    KP_TRY_OUT(kp_csvin_memory(&in, bytes, n, ','));
    in->comments = comments;
    for (;;) {
        struct kp_sheet_row copy;
        KP_TRY_OUT(kp_csvin_next(in, &row, &end));
        if (end)
            break;
        sheet.bad_line = row.line;
        KP_TRY_OUT(copy_row(arena, &how, &row, sheet.n_columns, &copy));
        if (!sheet.columns) {
            sheet.columns = copy.cells;
            sheet.n_columns = copy.n_cells;
            sheet.header_line = copy.line;
        } else {
            KP_TRY_OUT(add_row(&sheet, arena, &cap, copy));
        }
    }
    sheet.n_comments = in->skipped.n;
    *ret_sheet = sheet;
out:
    if (st != KP_OK)
        *ret_sheet = (struct kp_sheet){.bad_line = in && in->fault != KP_CSV_SOUND ? kp_csvin_line(in)
                                                                                   : sheet.bad_line};
    kp_csvin_close(in);
    return st;
}

bool kp_sheet_column(const struct kp_sheet *sheet, const char *name, size_t *ret_column)
{
    for (size_t i = 0; i < sheet->n_columns; i++)
        if (strcmp(sheet->columns[i], name) == 0) {
            *ret_column = i;
            return true;
        }
    return false;
}
