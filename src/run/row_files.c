#include "run/row_files.h"

#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "base/text.h"
#include "tables/names.h"
#include "law/ident.h"
#include "run/card.h"

#define OUR_COLUMNS "kp_file,kp_line,kp_codes,kp_messages," KP_LENGTHS_COLUMN

#define UTF8_MARK "\xef\xbb\xbf" /* without it spreadsheets do not recognise UTF-8 */

/* The name if the run fails: the file states what would have been released, the log what was. */
#define UNFINISHED "decisions-unfinished"

static const char *const OUTCOMES[] = {[KP_RELEASED] = "released",
                                       [KP_REJECTED] = "rejected",
                                       [KP_HELD] = "held",
                                       [KP_ALREADY] = "already_disclosed",
                                       [KP_DUPLICATE] = "duplicate"};

/* Places in the array of files. */
enum { DECISIONS, NOTES, LAYOUTS };

static size_t rejected_or_held(size_t layout, bool held)
{
    return LAYOUTS + 2 * layout + held;
}

static void add_cell(struct kp_buf *line, const char *text)
{
    if (line->len)
        kp_buf_char(line, ',');
    kp_buf_sheet_cell(line, text);
}

static void end_line(struct kp_row_files *f, size_t file)
{
    kp_buf_str(&f->line, "\r\n");
    kp_out_add(&f->files[file], kp_buf_text(&f->line), f->line.len);
    f->failed |= f->line.failed;
}

/* Creates a file with the line as its header. layout: number of the file among those of its kind. */
static enum kp_status create(struct kp_row_files *f, size_t file, const char *stem, size_t layout)
{
    struct kp_context *ctx = f->run->ctx;
    const char *folder = f->run->run_folder;
    char *path = layout == 0 ? kp_arena_printf(&ctx->arena, "%s/%s.csv", folder, stem)
                             : kp_arena_printf(&ctx->arena, "%s/%s-%zu.csv", folder, stem, layout + 1);
    if (!path || !kp_buf_ok(&f->line))
        return kp_no_memory(ctx);
    if (kp_out_create(&f->files[file], ctx->io, path) != KP_OK)
        return kp_write_failed(ctx, path);
    kp_out_add(&f->files[file], UTF8_MARK, strlen(UTF8_MARK));
    end_line(f, file);
    return KP_OK;
}

/* Returns whether rejected.csv and held.csv have the column: those that an earlier run added are left out. */
static bool is_kept(const struct kp_column *column)
{
    return column->kind != KP_COL_OURS || strcmp(column->header, KP_JOIN_COLUMN) == 0;
}

/* Sets the line to our own columns followed by the header of the inputs with the layout: one row, or two. */
static void set_header(struct kp_row_files *f, size_t layout, const char *ours)
{
    const struct kp_input *input = f->run->inputs.list;
    while (input->layout != layout)
        input++;
    const struct kp_mapping *m = &input->mapping;
    kp_buf_reset(&f->line);
    kp_buf_str(&f->line, ours);
    for (size_t i = 0; i < m->n_columns; i++)
        if (is_kept(&m->columns[i]))
            add_cell(&f->line, m->columns[i].header);
    if (input->n_header_rows < 2 && !(input->persons && input->persons->n_header_rows == 2))
        return;
    kp_buf_str(&f->line, "\r\n");
    for (; *ours; ours++)
        if (*ours == ',')
            kp_buf_char(&f->line, ',');
    for (size_t i = 0; i < m->n_columns; i++)
        if (is_kept(&m->columns[i]))
            add_cell(&f->line, m->columns[i].second);
}

enum kp_status kp_row_files_begin(struct kp_row_files *f, struct kp_run *run)
{
    size_t n_files = LAYOUTS + 2 * run->inputs.n_layouts;
    *f = (struct kp_row_files){.run = run,
                               .notes = {.run = run, .most_variants = 1},
                               .files = kp_arena_alloc(&run->ctx->arena, n_files * sizeof(*f->files))};
    if (!f->files)
        return kp_no_memory(run->ctx);
    f->n_files = n_files;
    kp_buf_str(&f->line, "file,line,decision,reason,codes,insurer_number,request_id,basis_id,age,age_rule,"
                         "age_band,bundle,document,warnings");
    KP_TRY(create(f, DECISIONS, UNFINISHED, 0));
    kp_buf_reset(&f->line);
    kp_buf_str(&f->line, run->options->all_notes ? "file,line,column,code,text" : KP_NOTES_HEADER);
    kp_buf_str(&f->line, run->options->all_notes && run->options->common.show_values ? ",value" : "");
    KP_TRY(create(f, NOTES, "notes", 0));
    for (size_t i = 0; i < run->inputs.n_layouts; i++) {
        set_header(f, i, OUR_COLUMNS);
        KP_TRY(create(f, rejected_or_held(i, false), "rejected", i));
        set_header(f, i, OUR_COLUMNS ",kp_reason");
        KP_TRY(create(f, rejected_or_held(i, true), "held", i));
    }
    return KP_OK;
}

/* Returns whether a finding belongs into rejected.csv and held.csv; others are notes. */
static bool is_shown(const struct kp_row_files *f, const struct kp_finding *finding)
{
    enum kp_level level = kp_diag_level(&f->run->ctx->diag, finding->code);
    return level == KP_LEVEL_REJECT || level == KP_LEVEL_HOLD;
}

/* Lists the codes of what rejects or holds the row, or those of its warnings. */
static void add_codes(struct kp_row_files *f, const struct kp_slot *slot, bool warnings)
{
    kp_buf_char(&f->line, ',');
    size_t before = f->line.len;
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next)
        if (warnings ? kp_diag_level(&f->run->ctx->diag, i->code) == KP_LEVEL_WARN : is_shown(f, i))
            kp_buf_printf(&f->line, "%sK%04u", f->line.len > before ? " " : "", (unsigned)i->code);
}

/* Adds what a later run must know of the row as it was: the lengths of the card, and in which columns the
 * digits were none of the official codes, which mended rows do not show any more. */
static void add_memory(struct kp_row_files *f, const struct kp_slot *slot)
{
    kp_buf_char(&f->line, ',');
    size_t before = f->line.len;
    kp_add_lengths(slot->sound ? &slot->record : NULL, kp_earlier_cell(f->run, slot, KP_LENGTHS_COLUMN),
                   &slot->findings, &f->line);
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next)
        if (i->code == KP_K_DIGITS_FOREIGN)
            kp_reported_put(i, f->line.len > before, &f->line);
}

static void add_messages(struct kp_row_files *f, const struct kp_slot *slot)
{
    struct kp_buf messages = {0};
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next) {
        if (!is_shown(f, i))
            continue;
        if (messages.len)
            kp_buf_str(&messages, " / ");
        const struct kp_place cell = kp_slot_cell(f->run, slot, i);
        struct kp_finding placed = *i;
        placed.column = cell.column;
        placed.row = kp_place_row(cell);
        size_t before = messages.len;
        kp_diag_where(&f->run->ctx->diag, &placed, true, &messages);
        kp_buf_str(&messages, messages.len > before ? ": " : "");
        placed.header = placed.column ? NULL : i->header;
        kp_diag_text(&f->run->ctx->diag, &placed, &messages);
    }
    add_cell(&f->line, kp_buf_text(&messages));
    f->line.failed |= messages.failed;
    kp_buf_release(&messages);
}

static void begin_line(struct kp_row_files *f, struct kp_place place)
{
    kp_buf_reset(&f->line);
    add_cell(&f->line, f->run->inputs.list[place.file].path);
    kp_buf_char(&f->line, ',');
    kp_buf_u64(&f->line, place.line);
}

/* Individual Numbers must not be copied (番号法20条), so the cells that contain one are masked: of a row that
 * was rejected for one, or has columns too many or too few, all cells, of others those that no column uses.
 */
static void add_source_cell(struct kp_row_files *f, const struct kp_column *column, const char *text,
                            bool has_my_number, struct kp_arena *arena)
{
    bool unused = !column || column->kind < KP_COL_METHOD;
    const char *ascii = has_my_number || unused ? kp_text_nfkc(arena, text) : "";
    f->failed |= !ascii;
    add_cell(&f->line, ascii && kp_has_my_number(ascii, false) ? KP_MY_NUMBER_MASK : text);
}

static bool is_rejected_for_my_number(const struct kp_slot *slot)
{
    const struct kp_finding *i = slot->findings.first;
    while (i && i->code != KP_K_MY_NUMBER)
        i = i->next;
    return i != NULL;
}

static void write_row(struct kp_row_files *f, struct kp_slot *slot)
{
    const struct kp_input *input = &f->run->inputs.list[slot->row.file];
    const struct kp_mapping *m = &input->mapping;
    bool has_my_number =
        is_rejected_for_my_number(slot) || slot->row.fault || slot->row.n_cells != m->n_columns;
    bool held = slot->outcome == KP_HELD;
    begin_line(f, kp_slot_place(f->run, slot, 0));
    add_codes(f, slot, false);
    add_messages(f, slot);
    add_memory(f, slot);
    if (held)
        add_cell(&f->line, kp_reason_names[slot->reason]);
    for (size_t i = 0; i < slot->row.n_cells; i++)
        if (i >= m->n_columns || is_kept(&m->columns[i]))
            add_source_cell(f, i < m->n_columns ? &m->columns[i] : NULL, slot->cells[i], has_my_number,
                            &slot->arena);
    end_line(f, rejected_or_held(input->layout, held));
}

static void write_decision(struct kp_row_files *f, const struct kp_slot *slot, const char *bundle,
                           const char *document)
{
    const struct kp_decision *d = &slot->decision;
    bool decided = slot->insurer != NULL;
    bool has_record = slot->sound && slot->outcome != KP_DUPLICATE;
    begin_line(f, kp_slot_place(f->run, slot, 0));
    add_cell(&f->line, OUTCOMES[slot->outcome]);
    add_cell(&f->line, kp_reason_names[slot->reason]);
    add_codes(f, slot, false);
    add_cell(&f->line, has_record ? slot->record.field[KP_F_INSURER_NUMBER] : "");
    add_cell(&f->line, decided ? slot->request_ids : "");
    add_cell(&f->line, d->basis ? d->basis->id : "");
    if (decided)
        kp_buf_printf(&f->line, ",%d", d->age);
    else
        kp_buf_char(&f->line, ',');
    add_cell(&f->line, decided ? kp_age_rule_names[f->run->policy.age_rule] : "");
    add_cell(&f->line, decided ? kp_band_names[d->band] : "");
    add_cell(&f->line, bundle);
    add_cell(&f->line, document);
    add_codes(f, slot, true);
    end_line(f, DECISIONS);
}

static void write_kind(struct kp_row_files *f, const struct kp_note *note)
{
    kp_note_line(f->run, note, &f->line);
    end_line(f, NOTES);
}

static void write_note(struct kp_row_files *f, const struct kp_finding *finding, struct kp_place place)
{
    struct kp_buf text = {0}, where = {0};
    kp_diag_text(&f->run->ctx->diag, finding, &text);
    kp_diag_where(&f->run->ctx->diag, finding, false, &where);
    begin_line(f, place);
    add_cell(&f->line, kp_buf_text(&where));
    kp_buf_printf(&f->line, ",K%u", (unsigned)finding->code);
    add_cell(&f->line, kp_buf_text(&text));
    if (f->run->options->common.show_values)
        add_cell(&f->line, finding->value ? finding->value : "");
    f->failed |= text.failed || where.failed;
    end_line(f, NOTES);
    kp_buf_release(&text);
    kp_buf_release(&where);
}

static void write_notes(struct kp_row_files *f, const struct kp_slot *slot)
{
    for (const struct kp_finding *i = slot->findings.first; i; i = i->next) {
        if (is_shown(f, i))
            continue;
        if (f->run->options->all_notes)
            write_note(f, i, kp_slot_place(f->run, slot, i->column));
        else
            kp_notes_count(&f->notes, i, kp_slot_place(f->run, slot, i->column));
    }
}

enum kp_status kp_row_files_note(struct kp_row_files *f, const struct kp_finding *finding,
                                 struct kp_place place)
{
    const struct kp_note alone = {
        .finding = *finding, .first = {place}, .path = f->run->inputs.list[place.file].path, .n = 1};
    if (f->run->options->all_notes)
        write_note(f, finding, place);
    else
        write_kind(f, &alone);
    return f->failed ? kp_no_memory(f->run->ctx) : KP_OK;
}

enum kp_status kp_row_files_add(struct kp_row_files *f, struct kp_slot *slot, const char *bundle,
                                const char *document)
{
    write_decision(f, slot, bundle, document);
    write_notes(f, slot);
    const bool is_ours = slot->outcome != KP_HELD || slot->reason != KP_HOLD_OTHER_SHARD;
    if (is_ours && (slot->outcome == KP_REJECTED || slot->outcome == KP_HELD))
        write_row(f, slot);
    return f->failed || f->run->ctx->arena.failed ? kp_no_memory(f->run->ctx) : KP_OK;
}

enum kp_status kp_row_files_finish(struct kp_row_files *f)
{
    struct kp_note **notes = kp_notes_sorted(&f->notes);
    for (size_t i = 0; notes && i < f->notes.n; i++)
        write_kind(f, notes[i]);
    if (f->failed || f->run->ctx->arena.failed)
        return kp_no_memory(f->run->ctx);
    for (size_t i = 0; i < f->n_files; i++) {
        const char *path = f->files[i].path;
        if (kp_out_finish(&f->files[i], true) != KP_OK)
            return kp_write_failed(f->run->ctx, path);
    }
    return KP_OK;
}

enum kp_status kp_row_files_conclude(struct kp_row_files *f)
{
    struct kp_context *ctx = f->run->ctx;
    const char *folder = f->run->run_folder;
    char *from = kp_arena_printf(&ctx->arena, "%s/" UNFINISHED ".csv", folder);
    char *to = kp_arena_printf(&ctx->arena, "%s/decisions.csv", folder);
    if (!from || !to)
        return kp_no_memory(ctx);
    if (kp_io_rename(ctx->io, from, to) != 0 || kp_sync_folder(ctx->io, folder) != KP_OK)
        return kp_write_failed(ctx, to);
    return KP_OK;
}

void kp_row_files_abandon(struct kp_row_files *f)
{
    for (size_t i = 0; i < f->n_files; i++)
        kp_out_abandon(&f->files[i]);
    kp_buf_release(&f->line);
}
