#include "input/rows.h"

#include <errno.h>
#include <string.h>

#include "base/status.h"

void kp_rows_init(struct kp_rows *reader, struct kp_context *ctx, struct kp_inputs *inputs, char delimiter)
{
    *reader = (struct kp_rows){.ctx = ctx, .inputs = inputs, .delimiter = delimiter};
}

void kp_rows_close(struct kp_rows *reader)
{
    kp_csvin_close(reader->in);
    reader->in = NULL;
}

uint64_t kp_rows_taken(const struct kp_rows *reader)
{
    return reader->taken_before + (reader->in ? kp_csvin_taken(reader->in) : 0);
}

static enum kp_status open_next(struct kp_rows *r)
{
    struct kp_input *input = &r->inputs->list[r->file];
    struct kp_csvrow header;
    bool end = false;
    if (kp_csvin_open(&r->in, r->ctx->io, input->place, r->delimiter) != KP_OK)
        return kp_fail(&r->ctx->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, kp_in(input->path), strerror(errno));
    kp_csvin_is_export(r->in);
    input->n_rows = 0;
    for (unsigned i = 0; i < input->n_title_rows + input->n_header_rows; i++) {
        if (kp_csvin_next(r->in, &header, &end) != KP_OK)
            return kp_input_fault(r->ctx, input->path, r->in);
        if (end || (i == input->n_title_rows && header.n_cells != input->mapping.n_columns))
            return kp_fail(&r->ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(input->path));
        if (i == input->n_title_rows)
            kp_csvin_was_header(r->in);
    }
    return KP_OK;
}

static enum kp_status copy_row(const struct kp_csvrow *from, struct kp_arena *arena, struct kp_row *row)
{
    size_t bytes = 0;
    for (size_t i = 0; i < from->n_cells; i++)
        bytes += from->cells[i].n + 1;
    struct kp_cell *cells = kp_arena_alloc(arena, (from->n_cells + 1) * sizeof(*cells));
    char *text = kp_arena_alloc(arena, bytes + 1);
    if (!cells || !text)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < from->n_cells; i++) {
        cells[i] = (struct kp_cell){text, from->cells[i].n};
        memcpy(text, from->cells[i].bytes, from->cells[i].n);
        text += from->cells[i].n + 1;
    }
    row->cells = cells;
    row->n_cells = from->n_cells;
    row->line = from->line;
    return KP_OK;
}

enum kp_status kp_rows_next(struct kp_rows *r, struct kp_arena *arena, struct kp_row *ret_row, bool *ret_end)
{
    *ret_end = false;
    while (r->file < r->inputs->n) {
        struct kp_csvrow row;
        bool end = false;
        enum kp_status st = r->in ? KP_OK : open_next(r);
        if (st != KP_OK)
            return st;
        if (kp_csvin_next(r->in, &row, &end) != KP_OK)
            return kp_input_fault(r->ctx, r->inputs->list[r->file].path, r->in);
        if (!end) {
            *ret_row = (struct kp_row){.file = (uint32_t)r->file, .number = r->next_number++};
            r->inputs->list[r->file].n_rows++;
            return copy_row(&row, arena, ret_row) == KP_OK ? KP_OK : kp_no_memory(r->ctx);
        }
        r->inputs->list[r->file].comments = kp_csvin_comments(r->in);
        r->taken_before += kp_csvin_taken(r->in);
        kp_rows_close(r);
        r->file++;
    }
    *ret_end = true;
    return KP_OK;
}
