#include "input/rows.h"

#include <string.h>

#include "base/status.h"

void kp_rows_close(struct kp_rows *reader)
{
    kp_csvin_close(reader->in);
    reader->in = NULL;
}

uint64_t kp_rows_taken(const struct kp_rows *reader)
{
    return reader->taken_before + (reader->in ? reader->in->lines.taken_bytes : 0);
}

/* Copies the cells into the arena; NULL if memory is short. */
static const struct kp_cell *copy_cells(struct kp_arena *arena, const struct kp_csvrow *row)
{
    struct kp_cell *cells = kp_arena_alloc(arena, (row->n_cells + 1) * sizeof(*cells));
    for (size_t i = 0; cells && i < row->n_cells; i++) {
        cells[i] = row->cells[i];
        cells[i].bytes = kp_arena_strndup(arena, cells[i].bytes, cells[i].n);
    }
    return arena->failed ? NULL : cells;
}

static enum kp_status open_next(struct kp_rows *r)
{
    struct kp_input *input = &r->inputs->list[r->file];
    struct kp_csvrow row;
    bool end = false;
    KP_TRY(kp_input_open(r->ctx, input, r->delimiter, &r->in));
    input->n_rows = input->n_headers_again = 0;
    r->header_again = false;
    r->header[0] = r->header[1] = (struct kp_row){0};
    for (unsigned i = 0; i < input->n_title_rows + input->n_header_rows; i++) {
        if (kp_csvin_next(r->in, &row, &end) != KP_OK)
            return kp_input_fault(r->ctx, input, r->in);
        if (end || (i == input->n_title_rows && row.n_cells != input->width))
            return kp_fail(&r->ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(input->path));
        if (i == input->n_title_rows)
            kp_csvin_was_header(r->in);
        if (i < input->n_title_rows)
            continue;
        struct kp_row *header = &r->header[i - input->n_title_rows];
        *header = (struct kp_row){.cells = copy_cells(&r->ctx->arena, &row), .n_cells = row.n_cells};
        if (!header->cells)
            return kp_no_memory(r->ctx);
    }
    return KP_OK;
}

static bool same_cell(const struct kp_cell *a, const struct kp_cell *b)
{
    return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static bool same_cells(const struct kp_row *header, const struct kp_csvrow *row)
{
    bool same = header->n_cells == row->n_cells;
    for (size_t i = 0; same && i < row->n_cells; i++)
        same = same_cell(&header->cells[i], &row->cells[i]);
    return same;
}

static bool is_name(const struct kp_row *header, const struct kp_cell *cell)
{
    for (size_t i = 0; cell->n > 0 && i < header->n_cells; i++)
        if (same_cell(&header->cells[i], cell))
            return true;
    return false;
}

/* Returns whether most filled cells of the row, and its first filled one, are names of columns. */
static bool is_other_header(const struct kp_row *header, const struct kp_csvrow *row)
{
    size_t first = 0, filled = 0, names = 0;
    while (first < row->n_cells && row->cells[first].n == 0)
        first++;
    if (first == row->n_cells || !is_name(header, &row->cells[first]))
        return false;
    for (size_t i = first; i < row->n_cells; i++) {
        filled += row->cells[i].n > 0;
        names += is_name(header, &row->cells[i]);
    }
    return names >= 3 && 2 * names > filled;
}

/* Looks for what joining files by hand and stray quotes leave behind; *ret_skip: it is a header again. */
static enum kp_status check_row(struct kp_rows *r, struct kp_csvrow row, bool *ret_skip)
{
    struct kp_input *input = &r->inputs->list[r->file];
    if (row.spans_lines && row.n_cells != input->width)
        return kp_fail(&r->ctx->diag, KP_E_INPUT, KP_K_QUOTE_UNBALANCED, kp_at(input->path, row.line));
    bool second = r->header_again && input->n_header_rows == 2 && same_cells(&r->header[1], &row);
    r->header_again = same_cells(&r->header[0], &row);
    *ret_skip = second || r->header_again;
    if (r->header_again && input->n_headers_again++ == 0)
        input->first_header_again = row.line;
    return !*ret_skip && is_other_header(&r->header[0], &row)
               ? kp_fail(&r->ctx->diag, KP_E_INPUT, KP_K_HEADER_DIFFERS, kp_at(input->path, row.line))
               : KP_OK;
}

/* Returns the next row of data in the open input. */
static enum kp_status next_in_file(struct kp_rows *r, struct kp_csvrow *ret_row, bool *ret_end)
{
    bool skip = true;
    while (skip) {
        if (kp_csvin_next(r->in, ret_row, ret_end) != KP_OK)
            return kp_input_fault(r->ctx, &r->inputs->list[r->file], r->in);
        skip = false;
        if (!*ret_end)
            KP_TRY(check_row(r, *ret_row, &skip));
    }
    return KP_OK;
}

enum kp_status kp_rows_next(struct kp_rows *r, struct kp_arena *arena, struct kp_row *ret_row, bool *ret_end)
{
    for (; r->file < r->inputs->n; r->file++) {
        struct kp_input *input = &r->inputs->list[r->file];
        struct kp_csvrow row;
        bool end = false;
        if (input->is_persons != r->of_persons) {
            r->taken_before += input->probe.bytes;
            continue;
        }
        if (!r->in)
            KP_TRY(open_next(r));
        KP_TRY(next_in_file(r, &row, &end));
        if (!end) {
            const struct kp_cell *cells = copy_cells(arena, &row);
            if (!cells)
                return kp_no_memory(r->ctx);
            *ret_row = (struct kp_row){.file = (uint32_t)r->file,
                                       .line = row.line,
                                       .sheet_row = row.sheet_row,
                                       .number = r->next_number++,
                                       .cells = cells,
                                       .n_cells = row.n_cells};
            input->n_rows++;
            *ret_end = false;
            return KP_OK;
        }
        input->comments = r->in->skipped;
        r->taken_before += r->in->lines.taken_bytes;
        kp_rows_close(r);
    }
    *ret_end = true;
    return KP_OK;
}
