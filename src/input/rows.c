#include "input/rows.h"

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

static enum kp_status open_next(struct kp_rows *r)
{
    struct kp_input *input = &r->inputs->list[r->file];
    struct kp_csvrow header;
    bool end = false;
    KP_TRY(kp_input_open(r->ctx, input, r->delimiter, &r->in));
    input->n_rows = 0;
    for (unsigned i = 0; i < input->n_title_rows + input->n_header_rows; i++) {
        if (kp_csvin_next(r->in, &header, &end) != KP_OK)
            return kp_input_fault(r->ctx, input, r->in);
        if (end || (i == input->n_title_rows && header.n_cells != input->mapping.n_columns))
            return kp_fail(&r->ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(input->path));
        if (i == input->n_title_rows)
            kp_csvin_was_header(r->in);
    }
    return KP_OK;
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

enum kp_status kp_rows_next(struct kp_rows *r, struct kp_arena *arena, struct kp_row *ret_row, bool *ret_end)
{
    for (; r->file < r->inputs->n; r->file++) {
        struct kp_input *input = &r->inputs->list[r->file];
        struct kp_csvrow row;
        bool end = false;
        if (!r->in)
            KP_TRY(open_next(r));
        if (kp_csvin_next(r->in, &row, &end) != KP_OK)
            return kp_input_fault(r->ctx, input, r->in);
        if (!end) {
            const struct kp_cell *cells = copy_cells(arena, &row);
            if (!cells)
                return kp_no_memory(r->ctx);
            *ret_row = (struct kp_row){(uint32_t)r->file, row.line, r->next_number++, cells, row.n_cells};
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
