#include "run/row_files.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"

#define UTF8_MARK "\xef\xbb\xbf" /* spreadsheets need it to see UTF-8 */

/* What a run that ends in a fault leaves says what would have been; of what went out the log tells. */
#define UNFINISHED "decisions-unfinished"

static const char *const OUTCOMES[] = {[KP_RELEASED] = "released",
                                       [KP_REJECTED] = "rejected",
                                       [KP_HELD] = "held",
                                       [KP_ALREADY] = "already_disclosed",
                                       [KP_DUPLICATE] = "duplicate"};

static enum kp_status create(struct kp_row_files *f, struct kp_out *out, const char *stem, size_t layout,
                             const char *header)
{
    struct kp_run *run = f->run;
    char *path = layout == 0
                     ? kp_arena_printf(&run->ctx->arena, "%s/%s.csv", run->run_folder, stem)
                     : kp_arena_printf(&run->ctx->arena, "%s/%s-%zu.csv", run->run_folder, stem, layout + 1);
    if (!path)
        return kp_no_memory(run->ctx);
    if (kp_out_create(out, run->ctx->io, path) != KP_OK)
        return kp_write_failed(run->ctx, path);
    kp_out_add(out, UTF8_MARK, 3);
    kp_out_add(out, header, strlen(header));
    return KP_OK;
}

static void add_cell(struct kp_buf *line, const char *text)
{
    if (line->len)
        kp_buf_char(line, ',');
    kp_buf_csv(line, text, strlen(text));
}

/* The header as it came behind our own columns, one row or two; kp_ columns of an earlier round are left out.
 */
static const char *header_of(struct kp_row_files *f, size_t layout, const char *ours)
{
    const struct kp_input *input = f->run->inputs.list;
    while (input->layout != layout)
        input++;
    kp_buf_reset(&f->line);
    kp_buf_str(&f->line, ours);
    for (size_t i = 0; i < input->mapping.n_columns; i++)
        if (input->mapping.columns[i].kind != KP_COL_OURS)
            add_cell(&f->line, input->mapping.columns[i].header);
    kp_buf_str(&f->line, "\r\n");
    if (input->n_header_rows < 2)
        return kp_buf_text(&f->line);
    for (; *ours; ours++)
        if (*ours == ',')
            kp_buf_char(&f->line, ',');
    for (size_t i = 0; i < input->mapping.n_columns; i++)
        if (input->mapping.columns[i].kind != KP_COL_OURS)
            add_cell(&f->line, input->mapping.columns[i].second);
    kp_buf_str(&f->line, "\r\n");
    return kp_buf_text(&f->line);
}

enum kp_status kp_row_files_begin(struct kp_row_files *f, struct kp_run *run)
{
    *f = (struct kp_row_files){.run = run};
    f->rejected = kp_arena_alloc(&run->ctx->arena, run->inputs.n_layouts * sizeof(*f->rejected));
    f->held = kp_arena_alloc(&run->ctx->arena, run->inputs.n_layouts * sizeof(*f->held));
    if (!f->rejected || !f->held)
        return kp_no_memory(run->ctx);
    KP_TRY(create(
        f, &f->decisions, UNFINISHED, 0,
        "file,line,decision,reason,codes,insurer_number,request_id,basis_id,age,age_rule,age_band,bundle,"
        "document\r\n"));
    KP_TRY(create(f, &f->notes, "notes", 0,
                  run->options->common.show_values ? "file,line,column,code,text,value\r\n"
                                                   : "file,line,column,code,text\r\n"));
    for (size_t i = 0; i < run->inputs.n_layouts; i++) {
        KP_TRY(create(f, &f->rejected[i], "rejected", i,
                      header_of(f, i, "kp_file,kp_line,kp_codes,kp_messages")));
        KP_TRY(create(f, &f->held[i], "held", i,
                      header_of(f, i, "kp_file,kp_line,kp_codes,kp_messages,kp_reason")));
    }
    return KP_OK;
}

static bool is_shown(struct kp_diag *diag, const struct kp_finding *finding)
{
    enum kp_level level = kp_diag_level(diag, finding->code);
    return level == KP_LEVEL_REJECT || level == KP_LEVEL_HOLD;
}

static void add_codes(struct kp_row_files *f, const struct kp_slot *slot)
{
    struct kp_buf codes = {0};
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next)
        if (is_shown(&f->run->ctx->diag, i))
            kp_buf_printf(&codes, "%sK%04u", codes.len ? " " : "", (unsigned)i->code);
    add_cell(&f->line, kp_buf_text(&codes));
    f->line.failed |= codes.failed;
    kp_buf_release(&codes);
}

static void add_messages(struct kp_row_files *f, const struct kp_slot *slot)
{
    struct kp_buf messages = {0};
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next) {
        if (!is_shown(&f->run->ctx->diag, i))
            continue;
        if (messages.len)
            kp_buf_str(&messages, " / ");
        size_t before = messages.len;
        kp_diag_where(i, &messages);
        kp_buf_str(&messages, messages.len > before ? ": " : "");
        kp_diag_text(&f->run->ctx->diag, i, &messages);
    }
    add_cell(&f->line, kp_buf_text(&messages));
    f->line.failed |= messages.failed;
    kp_buf_release(&messages);
}

static void begin_line(struct kp_row_files *f, const struct kp_slot *slot)
{
    kp_buf_reset(&f->line);
    add_cell(&f->line, f->run->inputs.list[slot->row.file].path);
    kp_buf_char(&f->line, ',');
    kp_buf_u64(&f->line, slot->row.line);
}

static void end_line(struct kp_row_files *f, struct kp_out *out)
{
    kp_buf_str(&f->line, "\r\n");
    kp_out_add(out, kp_buf_text(&f->line), f->line.len);
}

static void write_row(struct kp_row_files *f, const struct kp_slot *slot)
{
    const struct kp_input *input = &f->run->inputs.list[slot->row.file];
    bool held = slot->outcome == KP_HELD;
    begin_line(f, slot);
    add_codes(f, slot);
    add_messages(f, slot);
    if (held)
        add_cell(&f->line, kp_reason_names[slot->reason]);
    for (size_t i = 0; i < slot->row.n_cells; i++)
        if (i >= input->mapping.n_columns || input->mapping.columns[i].kind != KP_COL_OURS)
            add_cell(&f->line, slot->cells[i]);
    end_line(f, held ? &f->held[input->layout] : &f->rejected[input->layout]);
}

static void write_decision(struct kp_row_files *f, const struct kp_slot *slot, const char *bundle,
                           const char *document)
{
    const struct kp_decision *d = &slot->decision;
    bool decided = slot->insurer != NULL;
    begin_line(f, slot);
    add_cell(&f->line, OUTCOMES[slot->outcome]);
    add_cell(&f->line, kp_reason_names[slot->reason]);
    add_codes(f, slot);
    add_cell(&f->line,
             slot->sound && slot->outcome != KP_DUPLICATE ? slot->record.field[KP_F_INSURER_NUMBER] : "");
    add_cell(&f->line, decided ? slot->request_ids : "");
    add_cell(&f->line, d->basis ? d->basis->id : "");
    if (decided)
        kp_buf_printf(&f->line, ",%d", d->age);
    else
        kp_buf_char(&f->line, ',');
    add_cell(&f->line, !decided ? "" : f->run->policy.age_rule == KP_AGE_STATUTE ? "statute" : "birthday");
    add_cell(&f->line, decided ? kp_band_names[d->band] : "");
    add_cell(&f->line, bundle);
    add_cell(&f->line, document);
    end_line(f, &f->decisions);
}

static void write_notes(struct kp_row_files *f, const struct kp_slot *slot)
{
    struct kp_buf text = {0}, where = {0};
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next) {
        if (is_shown(&f->run->ctx->diag, i))
            continue;
        kp_buf_reset(&text);
        kp_diag_text(&f->run->ctx->diag, i, &text);
        kp_buf_reset(&where);
        kp_diag_where(i, &where);
        begin_line(f, slot);
        add_cell(&f->line, kp_buf_text(&where));
        kp_buf_str(&f->line, ",K");
        kp_buf_u64(&f->line, i->code);
        add_cell(&f->line, kp_buf_text(&text));
        if (f->run->options->common.show_values)
            add_cell(&f->line, i->value ? i->value : "");
        end_line(f, &f->notes);
        f->line.failed |= text.failed || where.failed;
    }
    kp_buf_release(&text);
    kp_buf_release(&where);
}

enum kp_status kp_row_files_add(struct kp_row_files *f, const struct kp_slot *slot, const char *bundle,
                                const char *document)
{
    write_decision(f, slot, bundle, document);
    bool ok = kp_buf_ok(&f->line);
    write_notes(f, slot);
    ok &= kp_buf_ok(&f->line);
    if (slot->outcome == KP_REJECTED || slot->outcome == KP_HELD)
        write_row(f, slot);
    if (!ok || !kp_buf_ok(&f->line))
        return kp_no_memory(f->run->ctx);
    return KP_OK;
}

static enum kp_status finish_one(struct kp_row_files *f, struct kp_out *out)
{
    const char *path = out->path;
    return kp_out_finish(out, true) == KP_OK ? KP_OK : kp_write_failed(f->run->ctx, path);
}

enum kp_status kp_row_files_finish(struct kp_row_files *f)
{
    enum kp_status st = KP_OK;
    KP_TRY_OUT(finish_one(f, &f->decisions));
    KP_TRY_OUT(finish_one(f, &f->notes));
    for (size_t i = 0; i < f->run->inputs.n_layouts; i++) {
        KP_TRY_OUT(finish_one(f, &f->rejected[i]));
        KP_TRY_OUT(finish_one(f, &f->held[i]));
    }
out:
    kp_row_files_abandon(f);
    return st;
}

enum kp_status kp_row_files_conclude(struct kp_row_files *f)
{
    struct kp_run *run = f->run;
    char *from = kp_arena_printf(&run->ctx->arena, "%s/" UNFINISHED ".csv", run->run_folder);
    char *to = kp_arena_printf(&run->ctx->arena, "%s/decisions.csv", run->run_folder);
    if (!from || !to)
        return kp_no_memory(run->ctx);
    if (run->ctx->io->rename(from, to) != 0 || kp_sync_folder(run->ctx->io, run->run_folder) != KP_OK)
        return kp_write_failed(run->ctx, to);
    return KP_OK;
}

void kp_row_files_abandon(struct kp_row_files *f)
{
    kp_out_abandon(&f->decisions);
    kp_out_abandon(&f->notes);
    for (size_t i = 0; f->run && f->rejected && f->held && i < f->run->inputs.n_layouts; i++) {
        kp_out_abandon(&f->rejected[i]);
        kp_out_abandon(&f->held[i]);
    }
    kp_buf_release(&f->line);
}
