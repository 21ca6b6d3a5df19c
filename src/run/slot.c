#include "run/slot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/scan.h"
#include "input/mapping.h"
#include "run/card.h"

void kp_slot_release(struct kp_slot *slot)
{
    kp_buf_release(&slot->packed.bytes);
    kp_arena_release(&slot->arena);
}

/* Decodes the cell. Bytes that do not decode are written as \xNN, so that the row can be shown and mended
 * without losing one. Returns false if there were any; *ret_bad is the place of the first. */
static bool decode_cell(const struct kp_run *run, enum kp_encoding encoding, const struct kp_cell *cell,
                        struct kp_buf *out, size_t *ret_bad)
{
    size_t at = 0;
    bool sound = true;
    while (at < cell->n) {
        size_t bad = 0;
        if (kp_text_decode(run->ctx->text, encoding, cell->bytes + at, cell->n - at, out, &bad))
            return sound;
        if (sound)
            *ret_bad = at + bad;
        sound = false;
        kp_buf_printf(out, "\\x%02X", (unsigned)(uint8_t)cell->bytes[at + bad]);
        at += bad + 1;
    }
    return sound;
}

void kp_slot_digest(struct kp_slot *slot)
{
    enum { SHORT = UINT8_MAX };
    const struct kp_row *row = &slot->row;
    size_t n = sizeof(row->file);
    for (size_t i = 0; i < row->n_cells; i++)
        n += row->cells[i].n + 1 + sizeof(row->cells[i].n);
    char *bytes = kp_arena_alloc(&slot->arena, n), *at = bytes;
    if (!bytes)
        return;
    memcpy(at, &row->file, sizeof(row->file));
    at += sizeof(row->file);
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct kp_cell *cell = &row->cells[i];
        *at++ = (char)(cell->n < SHORT ? cell->n : SHORT);
        if (cell->n >= SHORT) {
            memcpy(at, &cell->n, sizeof(cell->n));
            at += sizeof(cell->n);
        }
        memcpy(at, cell->bytes, cell->n);
        at += cell->n;
    }
    if (kp_sha256_of(bytes, (size_t)(at - bytes), slot->whole) != KP_OK)
        kp_arena_fail(&slot->arena);
}

static void add_undecodable(struct kp_slot *slot, unsigned column, const char *header, const char *place,
                            const char *encoding)
{
    slot->findings.column = column;
    kp_findings_add(&slot->findings, KP_K_UNDECODABLE, header, NULL, place, encoding);
    slot->findings.column = 0;
    slot->sound = false;
}

struct kp_place kp_slot_place(const struct kp_run *run, const struct kp_slot *slot, unsigned column)
{
    const struct kp_input *input = &run->inputs.list[slot->row.file];
    const struct kp_row *row = &slot->row;
    const struct kp_column *c = row->person_line ? kp_mapping_column(&input->mapping, column) : NULL;
    const struct kp_input *of = c ? kp_input_of(input, c) : input;
    unsigned before = of == input && column > 0 ? input->joined : 0;
    return (struct kp_place){.file = (uint32_t)(of - run->inputs.list),
                             .column = column > before ? column - before : 0,
                             .line = of == input ? row->line : row->person_line,
                             .sheet_row = of == input ? row->sheet_row : 0};
}

const struct kp_column *kp_column_of_field(const struct kp_run *run, uint32_t file, const char *field)
{
    const struct kp_input *input = &run->inputs.list[file];
    const struct kp_mapping *m = &input->mapping;
    for (const struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++)
        if ((c->kind == KP_COL_FIELD || c->kind == KP_COL_ITEM) && kp_input_of(input, c) == input &&
            strcmp(kp_column_target(&run->ctx->tables, c), field) == 0)
            return c;
    return NULL;
}

struct kp_place kp_slot_cell(const struct kp_run *run, const struct kp_slot *slot, const struct kp_finding *f)
{
    const struct kp_place place = kp_slot_place(run, slot, f->column);
    const struct kp_column *c =
        place.column || !f->field ? NULL : kp_column_of_field(run, place.file, f->field);
    return c ? kp_slot_place(run, slot, c->number) : place;
}

void kp_slot_decode(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_input *own = &run->inputs.list[slot->row.file];
    const struct kp_mapping *mapping = &own->mapping;
    bool ours = kp_mapping_is_ours(mapping);
    struct kp_buf out = {0};
    slot->cells = kp_arena_alloc(&slot->arena, (slot->row.n_cells + 1) * sizeof(*slot->cells));
    for (size_t i = 0; slot->cells && i < slot->row.n_cells; i++) {
        const struct kp_cell *cell = &slot->row.cells[i];
        const struct kp_input *input = i < slot->row.n_before ? own->persons : own;
        const struct kp_column *column = i < mapping->n_columns ? &mapping->columns[i] : NULL;
        size_t bad = 0;
        if (column && column->kind == KP_COL_SECRET) {
            slot->cells[i] = "";
            continue;
        }
        if (kp_is_plain(cell->bytes, cell->n)) {
            slot->cells[i] = ours ? kp_sheet_cell_text(cell->bytes) : cell->bytes;
            continue;
        }
        kp_buf_reset(&out);
        bool decodes = decode_cell(run, input->encoding, cell, &out, &bad);
        if (!decodes && !(column && column->kind == KP_COL_OURS)) /* a kp_ column is ignored */
            add_undecodable(
                slot, column ? column->number : (unsigned)i + 1, column ? column->header : NULL,
                kp_arena_printf(&slot->arena, "%zu (0x%02X)", bad + 1, (unsigned)(uint8_t)cell->bytes[bad]),
                input->encoding == KP_ENC_CP932 ? "CP932" : "UTF-8");
        const char *text = ours ? kp_sheet_cell_text(kp_buf_text(&out)) : kp_buf_text(&out);
        slot->cells[i] = kp_buf_ok(&out) ? kp_arena_strdup(&slot->arena, text) : kp_arena_fail(&slot->arena);
    }
    kp_buf_release(&out);
}

const char *kp_earlier_cell(const struct kp_run *run, const struct kp_slot *slot, const char *name)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    for (size_t i = 0; i < mapping->n_columns && i < slot->row.n_cells; i++)
        if (mapping->columns[i].kind == KP_COL_OURS && strcmp(mapping->columns[i].header, name) == 0)
            return slot->cells[i];
    return "";
}

bool kp_reported_earlier(const struct kp_run *run, const struct kp_slot *slot, enum kp_code code)
{
    char name[8];
    (void)snprintf(name, sizeof(name), "K%04u", (unsigned)code);
    return strstr(kp_earlier_cell(run, slot, "kp_codes"), name) != NULL;
}

void kp_reported_put(const struct kp_finding *finding, bool follows, struct kp_buf *out)
{
    char name[KP_CELL_NAME];
    kp_buf_printf(out, "%sK%04u:%s", follows ? " " : "", (unsigned)finding->code,
                  kp_cell_name(finding->column, name));
}

bool kp_reported_at(const struct kp_run *run, const struct kp_slot *slot, enum kp_code code, unsigned column)
{
    const char *list = kp_earlier_cell(run, slot, KP_LENGTHS_COLUMN);
    char name[KP_CELL_NAME], place[KP_CELL_NAME + 8];
    size_t n = (size_t)snprintf(place, sizeof(place), "K%04u:%s", (unsigned)code, kp_cell_name(column, name));
    bool says_where = false;
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        if (word.n == n && memcmp(word.at, place, n) == 0)
            return true;
        says_where |= word.n > 6 && strncmp(word.at, place, 6) == 0;
    }
    return !says_where && kp_reported_earlier(run, slot, code);
}

void kp_slot_find_unmended(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    if (!kp_reported_earlier(run, slot, KP_K_UNDECODABLE))
        return;
    for (size_t i = 0; i < mapping->n_columns; i++) {
        const struct kp_column *column = &mapping->columns[i];
        const char *at = column->kind == KP_COL_OURS ? NULL : strstr(slot->cells[i], "\\x");
        if (at && strspn(at + 2, "0123456789ABCDEF") >= 2)
            add_undecodable(
                slot, column->number, column->header,
                kp_arena_printf(&slot->arena, "%zu (%.4s)", (size_t)(at - slot->cells[i]) + 1, at), "UTF-8");
    }
}

/* Writes "persons.csv:12". */
enum kp_level kp_slot_level(const struct kp_run *run, const struct kp_slot *slot,
                            const struct kp_finding *finding)
{
    enum kp_level level = kp_diag_level(&run->ctx->diag, finding->code);
    return slot->outcome == KP_ALREADY && level == KP_LEVEL_WARN ? KP_LEVEL_NOTE : level;
}

static const char *line_text(const struct kp_run *run, struct kp_slot *slot, struct kp_place place)
{
    return kp_arena_printf(&slot->arena, "%s:%" PRIu64, run->inputs.list[place.file].path, place.line);
}

void kp_slot_explain_fault(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_input *input = &run->inputs.list[slot->row.file];
    const uint32_t persons = (uint32_t)(input->persons - run->inputs.list);
    const char *lines[2];
    slot->sound = false;
    for (size_t i = 0; i < 2; i++)
        lines[i] = line_text(run, slot, (struct kp_place){.file = persons, .line = slot->row.lines[i]});
    const bool by_path = slot->row.fault == KP_K_JOIN_KEY_ABSENT || slot->row.fault == KP_K_JOIN_KEY_ZEROS;
    kp_column_locate(&input->mapping.columns[slot->row.n_before + input->key], &slot->findings);
    kp_findings_add(&slot->findings, (enum kp_code)slot->row.fault, NULL, NULL,
                    by_path ? input->persons->path : lines[0], by_path ? lines[0] : lines[1]);
    kp_column_locate(NULL, &slot->findings);
}

void kp_slot_place_disagreements(const struct kp_run *run, struct kp_slot *slot)
{
    for (struct kp_finding *f = slot->row.person_line ? slot->findings.first : NULL; f; f = f->next) {
        const unsigned rival =
            f->code == KP_K_COLUMNS_DISAGREE && f->args[0] ? kp_cell_column(f->args[0]) : 0;
        if (!rival)
            continue;
        const struct kp_place other = kp_slot_place(run, slot, rival);
        if (other.file == kp_slot_place(run, slot, f->column).file)
            continue;
        f->code = KP_K_FILES_DISAGREE;
        f->args[1] = f->args[0];
        f->args[0] = line_text(run, slot, other);
    }
}
