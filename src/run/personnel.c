#include "run/personnel.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/status.h"
#include "input/digits.h"
#include "input/mapping.h"
#include "run/keyed.h"

/* Rows of one employee that are looked at: more are no history of memberships. */
enum { MOST_ROWS = 100 };

struct kp_personnel {
    struct kp_run *run;
    struct kp_inputs inputs; /* the master alone */
    struct kp_keyed rows;
    uint64_t n_without_id, first_without_id;
};

/* --- reading --- */

/* Sets *ret_text to a cell as UTF-8, or to KP_MASTER_UNDECODABLE. */
static enum kp_status decode(struct kp_personnel *p, struct kp_arena *arena, const struct kp_cell *cell,
                             const char **ret_text)
{
    struct kp_buf out = {0};
    size_t bad = 0;
    bool sound = kp_text_decode(p->run->ctx->text, p->rows.input->encoding, cell->bytes, cell->n, &out, &bad);
    *ret_text =
        kp_buf_ok(&out) ? kp_arena_strdup(arena, sound ? kp_buf_text(&out) : KP_MASTER_UNDECODABLE) : NULL;
    kp_buf_release(&out);
    return *ret_text ? KP_OK : kp_no_memory(p->run->ctx);
}

/* Sets *ret_key to the employee id of a row of an input in normal form, "" if it has none. */
static enum kp_status id_of(struct kp_personnel *p, const struct kp_input *input, const struct kp_row *row,
                            const char **ret_key)
{
    const struct kp_mapping *mapping = &input->mapping;
    kp_arena_reset(&p->rows.scratch);
    *ret_key = "";
    for (size_t i = 0; !**ret_key && i < mapping->n_columns && i < row->n_cells; i++)
        if (mapping->columns[i].kind == KP_COL_FIELD && mapping->columns[i].index == KP_F_EMPLOYEE_ID)
            KP_TRY(kp_keyed_text(&p->rows, kp_input_of(input, &mapping->columns[i])->encoding, &row->cells[i],
                                 ret_key));
    if (kp_mapping_is_ours(mapping))
        *ret_key = kp_sheet_cell_text(*ret_key);
    return KP_OK;
}

/* Collects what the columns of codes contain, over all rows. */
static enum kp_status see_digits(struct kp_personnel *p, struct kp_arena *arena, const struct kp_row *row)
{
    const struct kp_mapping *mapping = &p->rows.input->mapping;
    for (size_t i = 0; i < mapping->n_columns && i < row->n_cells; i++) {
        struct kp_column *column = &mapping->columns[i];
        const char *text = NULL;
        if (column->kind != KP_COL_FIELD || column->digits == KP_DIGITS_NONE)
            continue;
        KP_TRY(decode(p, arena, &row->cells[i], &text));
        column->seen |= kp_digits_see(arena, &p->run->ctx->tables, column, text);
    }
    return arena->failed ? kp_no_memory(p->run->ctx) : KP_OK;
}

static enum kp_status add(struct kp_personnel *p, struct kp_arena *arena, const struct kp_row *row)
{
    const struct kp_input *master = p->rows.input;
    const char *id = NULL;
    KP_TRY(see_digits(p, arena, row));
    KP_TRY(id_of(p, master, row, &id));
    if (*id)
        KP_TRY(kp_keyed_add(&p->rows, id, row));
    else if (p->n_without_id++ == 0)
        p->first_without_id = row->line;
    return kp_keyed_look_for_my_number(&p->rows, master, master->mapping.columns, row);
}

static enum kp_status read_rows(struct kp_personnel *p)
{
    enum kp_status st = KP_OK;
    struct kp_context *ctx = p->run->ctx;
    struct kp_arena arena = {0};
    struct kp_rows rows = {.ctx = ctx, .inputs = &p->inputs};
    struct kp_row row;
    for (bool end = false; !end;) {
        kp_arena_reset(&arena);
        KP_TRY_OUT(kp_rows_next(&rows, &arena, &row, &end));
        if (!end)
            KP_TRY_OUT(add(p, &arena, &row));
        KP_TRY_OUT(kp_check_cancelled(ctx));
    }
    if (p->n_without_id > 0)
        kp_warn(&ctx->diag, KP_K_MASTER_ROWS_WITHOUT_ID, kp_at(p->rows.input->path, p->first_without_id),
                kp_arena_printf(&ctx->arena, "%" PRIu64, p->n_without_id));
    KP_TRY_OUT(kp_digits_judge(ctx, &p->inputs));
out:
    kp_rows_close(&rows);
    kp_arena_release(&arena);
    return st;
}

enum kp_status kp_personnel_new(struct kp_run *run, const char *folder, struct kp_personnel **ret_personnel)
{
    enum kp_status st = KP_OK;
    *ret_personnel = NULL;
    if (!run->inputs.master)
        return KP_OK;
    struct kp_personnel *p = calloc(1, sizeof(*p));
    if (!p)
        return kp_no_memory(run->ctx);
    *p = (struct kp_personnel){.run = run, .inputs = {.list = run->inputs.master, .n = 1, .n_layouts = 1}};
    KP_TRY_OUT(kp_keyed_open(&p->rows, run->ctx, folder, run->inputs.master));
    st = read_rows(p);
    st = st == KP_E_INPUT ? KP_E_USAGE : st; /* not the fault of an export */
    KP_TRY_OUT(st);
    *ret_personnel = p;
out:
    if (st != KP_OK)
        kp_personnel_free(p);
    return st;
}

void kp_personnel_free(struct kp_personnel *p)
{
    if (!p)
        return;
    kp_keyed_close(&p->rows);
    free(p);
}

bool kp_personnel_has_my_number(const struct kp_personnel *p)
{
    return p && p->rows.has_my_number;
}

/* --- finding --- */

/* Loads the rows of the employee, which are linked from the last to the first. */
static enum kp_status load(struct kp_personnel *p, struct kp_arena *arena, const struct kp_keyed_entry *entry,
                           struct kp_master_rows *to)
{
    const size_t n = entry->n_rows < MOST_ROWS ? (size_t)entry->n_rows : MOST_ROWS;
    struct kp_master_row *list = kp_arena_alloc(arena, n * sizeof(*list));
    struct kp_kept_place place = entry->last;
    if (!list)
        return kp_no_memory(p->run->ctx);
    for (size_t i = n; i-- > 0;) {
        struct kp_row row;
        KP_TRY(kp_keyed_load(&p->rows, arena, &place, &row));
        const char **cells = kp_arena_alloc(arena, (row.n_cells + 1) * sizeof(*cells));
        if (!cells)
            return kp_no_memory(p->run->ctx);
        for (size_t k = 0; k < row.n_cells; k++)
            KP_TRY(decode(p, arena, &row.cells[k], &cells[k]));
        list[i] = (struct kp_master_row){row.line, row.n_cells == p->rows.input->width ? cells : NULL};
    }
    to->rows = list;
    to->n = n;
    to->more = entry->n_rows > n;
    return KP_OK;
}

enum kp_status kp_personnel_find(struct kp_personnel *p, struct kp_arena *arena, const struct kp_row *row,
                                 const struct kp_master_rows **ret_rows)
{
    const struct kp_input *input = &p->run->inputs.list[row->file];
    struct kp_keyed_entry entry;
    uint8_t digest[KP_KEY_BYTES];
    const char *id = NULL;
    *ret_rows = NULL;
    KP_TRY(id_of(p, input, row, &id));
    if (!*id)
        return KP_OK;
    struct kp_master_rows *rows = kp_arena_alloc(arena, sizeof(*rows));
    if (!rows)
        return kp_no_memory(p->run->ctx);
    *rows = (struct kp_master_rows){.input = p->rows.input, .id = kp_arena_strdup(arena, id)};
    if (!rows->id)
        return kp_no_memory(p->run->ctx);
    KP_TRY(kp_keyed_digest(&p->rows, id, digest));
    KP_TRY(kp_keyed_find(&p->rows, digest, &entry));
    if (entry.n_rows > 0)
        KP_TRY(load(p, arena, &entry, rows));
    else
        KP_TRY(kp_keyed_find_near(&p->rows, id, &rows->near_line));
    *ret_rows = rows;
    return KP_OK;
}
