#include "run/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/spill.h"
#include "base/status.h"
#include "base/text.h"
#include "law/ident.h"
#include "input/norm_fields.h"

enum { KEY_BYTES = 16, FIRST_SLOTS = 1 << 12 };

/* What is known of a slot of the index. */
enum { TAKEN = 1, USED = 2, TWICE = 4, WRONG_WIDTH = 8 };

/* A slot of the index, found by the first bytes of the key. */
struct entry {
    uint8_t key[KEY_BYTES];
    uint64_t line, other_line; /* of the person's row; of another one with the key, 0: none */
    uint64_t at, n_bytes;      /* where its cells are */
    uint64_t state;
};

struct person {
    uint8_t key[KEY_BYTES];
    uint64_t line;
    uint64_t has_key;
};

struct kp_pairing {
    struct kp_run *run;
    const char *folder;
    const struct kp_input *persons, *results;
    struct kp_arena scratch;
    struct kp_spill index; /* of struct entry; slots never written read as zero */
    struct kp_spill list;  /* of struct person, in the order of the file */
    uint64_t n_slots, n_taken;
    int cells_fd; /* the cells of all persons: each as its length, its bytes and a NUL */
    uint64_t cells_end;
    bool has_my_number; /* in rows without a partner, or any person's */
};

static enum kp_status check(const struct kp_pairing *j, enum kp_status st)
{
    return st == KP_OK ? KP_OK : kp_write_failed(j->run->ctx, j->folder);
}

/* --- keys --- */

/* Returns the normal form of a cell; "" if it does not decode, NULL if memory is short. */
static const char *text_of(struct kp_pairing *j, const struct kp_input *input, const struct kp_cell *cell)
{
    struct kp_buf out = {0};
    size_t bad = 0;
    bool sound = kp_text_decode(j->run->ctx->text, input->encoding, cell->bytes, cell->n, &out, &bad);
    const char *text = kp_buf_ok(&out) ? kp_text_nfkc(&j->scratch, sound ? kp_buf_text(&out) : "") : NULL;
    kp_buf_release(&out);
    return text ? kp_text_trim(&j->scratch, text) : NULL;
}

/* Returns the key in the row's own cells; "" if it is empty or does not decode, NULL if memory is short. */
static const char *key_of(struct kp_pairing *j, const struct kp_input *input, const struct kp_row *row)
{
    kp_arena_reset(&j->scratch);
    return input->key < row->n_cells ? text_of(j, input, &row->cells[input->key]) : "";
}

/* Notes Individual Numbers in a row that may not be read further; columns are those of its file. */
static enum kp_status look_for_my_number(struct kp_pairing *j, const struct kp_input *input,
                                         const struct kp_column *columns, const struct kp_row *row)
{
    for (size_t i = 0; i < input->width && i < row->n_cells; i++) {
        if (columns[i].kind != KP_COL_FIELD || !kp_field_is_number((enum kp_field)columns[i].index))
            continue;
        const char *text = text_of(j, input, &row->cells[i]);
        if (!text)
            return kp_no_memory(j->run->ctx);
        j->has_my_number |= kp_has_my_number(text, false);
    }
    return KP_OK;
}

/* Returns the key without zeros at its start, spaces, and differences of case and dashes. */
static const char *loosen(struct kp_pairing *j, const char *key)
{
    return kp_text_value_key(&j->scratch, key + strspn(key, "0"));
}

/* Digests a key as it is, or the loose form of another. NULL: memory was short. */
static enum kp_status digest(struct kp_pairing *j, const char *key, bool loose, uint8_t ret_key[KEY_BYTES])
{
    uint8_t whole[KP_SHA256_BYTES];
    const char *text = key && loose ? kp_arena_printf(&j->scratch, "loose\x1f%s", key) : key;
    if (!text || kp_sha256_of(text, strlen(text), whole) != KP_OK)
        return kp_no_memory(j->run->ctx);
    memcpy(ret_key, whole, KEY_BYTES);
    return KP_OK;
}

/* --- index --- */

/* Finds the slot that has the key or is free for it. */
static enum kp_status find(struct kp_pairing *j, const uint8_t key[KEY_BYTES], uint64_t *ret_slot,
                           struct entry *ret_entry)
{
    uint64_t at = 0;
    memcpy(&at, key, sizeof(at));
    for (at &= j->n_slots - 1;; at = (at + 1) & (j->n_slots - 1)) {
        KP_TRY(check(j, kp_spill_read(&j->index, at, ret_entry, 1)));
        if (!(ret_entry->state & TAKEN) || memcmp(ret_entry->key, key, KEY_BYTES) == 0)
            break;
    }
    *ret_slot = at;
    return KP_OK;
}

static enum kp_status open_index(struct kp_pairing *j, uint64_t n_slots)
{
    j->n_slots = n_slots;
    return check(j, kp_spill_open(&j->index, j->run->ctx->io, j->folder, "index", sizeof(struct entry)));
}

/* Doubles the index when it is half full. */
static enum kp_status grow(struct kp_pairing *j)
{
    struct entry block[KP_SPILL_BUFFERED], other;
    struct kp_spill old = j->index;
    enum kp_status st = KP_OK;
    const uint64_t n_old = j->n_slots;
    uint64_t slot = 0;
    if (2 * j->n_taken < n_old)
        return KP_OK;
    j->index = (struct kp_spill){.fd = -1};
    KP_TRY_OUT(open_index(j, 2 * n_old));
    for (uint64_t at = 0; at < n_old; at += KP_SPILL_BUFFERED) {
        KP_TRY_OUT(check(j, kp_spill_read(&old, at, block, KP_SPILL_BUFFERED)));
        for (size_t i = 0; i < KP_SPILL_BUFFERED; i++) {
            if (!(block[i].state & TAKEN))
                continue;
            KP_TRY_OUT(find(j, block[i].key, &slot, &other));
            KP_TRY_OUT(check(j, kp_spill_write(&j->index, slot, &block[i], 1)));
        }
    }
out:
    kp_spill_close(&old);
    return st;
}

/* Adds an entry; of a key that exists already, only the line is noted. */
static enum kp_status put(struct kp_pairing *j, const struct entry *entry)
{
    struct entry old;
    uint64_t slot = 0;
    KP_TRY(grow(j));
    KP_TRY(find(j, entry->key, &slot, &old));
    if (!(old.state & TAKEN)) {
        j->n_taken++;
        return check(j, kp_spill_write(&j->index, slot, entry, 1));
    }
    if (old.other_line)
        return KP_OK;
    old.other_line = entry->line;
    old.state |= TWICE;
    return check(j, kp_spill_write(&j->index, slot, &old, 1));
}

/* --- persons --- */

/* Appends the cells of the row to the scratch file. */
static enum kp_status store_cells(struct kp_pairing *j, const struct kp_row *row, struct entry *entry)
{
    size_t n = 0;
    for (size_t i = 0; i < row->n_cells; i++)
        n += sizeof(size_t) + row->cells[i].n + 1;
    char *bytes = kp_arena_alloc(&j->scratch, n + 1), *at = bytes;
    if (!bytes)
        return kp_no_memory(j->run->ctx);
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct kp_cell *cell = &row->cells[i];
        memcpy(at, &cell->n, sizeof(cell->n));
        memcpy(at + sizeof(cell->n), cell->bytes, cell->n);
        at += sizeof(cell->n) + cell->n + 1;
    }
    entry->at = j->cells_end;
    entry->n_bytes = n;
    j->cells_end += n;
    return check(j, kp_scratch_write(j->run->ctx->io, j->cells_fd, bytes, n, entry->at));
}

/* Adds the loose form of a key, so that the other spelling finds it, too. */
static enum kp_status put_loose(struct kp_pairing *j, const char *key, uint64_t line)
{
    struct entry entry = {.line = line, .state = TAKEN};
    const char *loose = loosen(j, key);
    if (loose && strcmp(loose, key) == 0)
        return KP_OK;
    KP_TRY(digest(j, loose, true, entry.key));
    return put(j, &entry);
}

static enum kp_status add_person(struct kp_pairing *j, const struct kp_row *row)
{
    struct entry entry = {.line = row->line, .state = TAKEN};
    struct person person = {.line = row->line};
    const char *key = key_of(j, j->persons, row);
    if (!key)
        return kp_no_memory(j->run->ctx);
    if (*key) {
        KP_TRY(digest(j, key, false, entry.key));
        memcpy(person.key, entry.key, sizeof(person.key));
        person.has_key = true;
        if (row->n_cells == j->persons->width)
            KP_TRY(store_cells(j, row, &entry));
        else
            entry.state |= WRONG_WIDTH;
        KP_TRY(put(j, &entry));
        KP_TRY(put_loose(j, key, row->line));
    }
    KP_TRY(look_for_my_number(j, j->persons, j->results->mapping.columns, row));
    return check(j, kp_spill_push(&j->list, &person));
}

static enum kp_status read_persons(struct kp_pairing *j)
{
    enum kp_status st = KP_OK;
    struct kp_context *ctx = j->run->ctx;
    struct kp_arena arena = {0};
    struct kp_rows rows = {.ctx = ctx,
                           .inputs = &j->run->inputs,
                           .delimiter = j->run->options->input.delimiter,
                           .of_persons = true};
    struct kp_row row;
    for (bool end = false; !end;) {
        kp_arena_reset(&arena);
        KP_TRY_OUT(kp_rows_next(&rows, &arena, &row, &end));
        if (end)
            break;
        KP_TRY_OUT(add_person(j, &row));
        KP_TRY_OUT(kp_check_cancelled(ctx));
    }
    KP_TRY_OUT(check(j, kp_spill_flush(&j->list)));
out:
    kp_rows_close(&rows);
    kp_arena_release(&arena);
    return st;
}

enum kp_status kp_join_new(struct kp_run *run, const char *folder, struct kp_pairing **ret_join)
{
    const struct kp_input *results = NULL;
    const struct kp_io *io = run->ctx->io;
    enum kp_status st = KP_OK;
    char *cells = kp_arena_printf(&run->ctx->arena, "%s/cells", folder);
    *ret_join = NULL;
    for (size_t i = 0; i < run->inputs.n; i++)
        if (run->inputs.list[i].persons)
            results = &run->inputs.list[i];
    if (!results)
        return KP_OK;
    struct kp_pairing *j = calloc(1, sizeof(*j));
    if (!cells || !j) {
        free(j);
        return kp_no_memory(run->ctx);
    }
    *j = (struct kp_pairing){
        .run = run, .folder = folder, .persons = results->persons, .results = results, .cells_fd = -1};
    KP_TRY_OUT(open_index(j, FIRST_SLOTS));
    KP_TRY_OUT(check(j, kp_spill_open(&j->list, io, folder, "persons", sizeof(struct person))));
    KP_TRY_OUT(check(j, kp_scratch_open(io, cells, &j->cells_fd)));
    KP_TRY_OUT(read_persons(j));
    *ret_join = j;
out:
    if (st != KP_OK)
        kp_join_free(j);
    return st;
}

void kp_join_free(struct kp_pairing *j)
{
    if (!j)
        return;
    kp_spill_close(&j->index);
    kp_spill_close(&j->list);
    if (j->cells_fd >= 0)
        (void)j->run->ctx->io->close(j->cells_fd); /* a scratch file: nothing is lost */
    kp_arena_release(&j->scratch);
    free(j);
}

/* --- rows --- */

/* Sets the fault and the lines that explain it, for a key that no person or more than one has. */
static enum kp_status explain(struct kp_pairing *j, const char *key, const struct entry *found,
                              struct kp_row *row)
{
    struct entry near = {0};
    uint8_t digested[KEY_BYTES];
    uint64_t slot = 0;
    row->lines[0] = found->line;
    row->lines[1] = found->other_line;
    if (found->state & TAKEN) {
        row->fault = found->state & TWICE ? KP_K_JOIN_KEY_TWICE : KP_K_JOIN_PERSON_WIDTH;
        return KP_OK;
    }
    key = loosen(j, key);
    for (unsigned loose = 0; loose < 2 && !(near.state & TAKEN); loose++) {
        KP_TRY(digest(j, key, loose, digested));
        KP_TRY(find(j, digested, &slot, &near));
    }
    row->fault = near.state & TAKEN ? KP_K_JOIN_KEY_ZEROS : KP_K_JOIN_KEY_ABSENT;
    row->lines[0] = near.line;
    return KP_OK;
}

/* Sets *ret_entry to the person's; its state is 0, and the row has a fault, if there is not exactly one. A
 * row of the wrong width is rejected for that. */
static enum kp_status find_person(struct kp_pairing *j, const struct kp_input *input, struct kp_row *row,
                                  struct entry *ret_entry)
{
    struct entry e;
    uint8_t digested[KEY_BYTES];
    uint64_t slot = 0;
    ret_entry->state = 0;
    if (row->n_cells != input->width)
        return KP_OK;
    const char *key = key_of(j, input, row);
    if (!key)
        return kp_no_memory(j->run->ctx);
    if (!*key) {
        row->fault = KP_K_JOIN_KEY_EMPTY;
        return KP_OK;
    }
    KP_TRY(digest(j, key, false, digested));
    KP_TRY(find(j, digested, &slot, &e));
    if ((e.state & TAKEN) && !(e.state & USED)) {
        e.state |= USED;
        KP_TRY(check(j, kp_spill_write(&j->index, slot, &e, 1)));
    }
    if (!(e.state & TAKEN) || (e.state & (TWICE | WRONG_WIDTH)))
        return explain(j, key, &e, row);
    *ret_entry = e;
    return KP_OK;
}

/* Reads a person's cells into the first of cells. */
static enum kp_status load_cells(struct kp_pairing *j, struct kp_arena *arena, const struct entry *entry,
                                 struct kp_cell *cells)
{
    char *at = kp_arena_alloc(arena, entry->n_bytes + 1);
    if (!at)
        return kp_no_memory(j->run->ctx);
    KP_TRY(check(j, kp_scratch_read(j->run->ctx->io, j->cells_fd, at, entry->n_bytes, entry->at)));
    for (size_t i = 0; i < j->persons->width; i++) {
        memcpy(&cells[i].n, at, sizeof(cells[i].n));
        cells[i].bytes = at + sizeof(cells[i].n);
        at += sizeof(cells[i].n) + cells[i].n + 1;
    }
    return KP_OK;
}

enum kp_status kp_join_row(struct kp_pairing *j, struct kp_arena *arena, struct kp_row *row)
{
    const struct kp_input *input = &j->run->inputs.list[row->file];
    const size_t n = kp_input_before(input);
    struct entry person;
    struct kp_cell *cells = kp_arena_alloc(arena, (n + row->n_cells + 1) * sizeof(*cells));
    if (!cells)
        return kp_no_memory(j->run->ctx);
    for (size_t i = 0; i < n; i++)
        cells[i] = (struct kp_cell){.bytes = "", .n = 0};
    memcpy(cells + n, row->cells, row->n_cells * sizeof(*cells));
    KP_TRY(find_person(j, input, row, &person));
    if (row->fault)
        KP_TRY(look_for_my_number(j, input, input->mapping.columns + n, row));
    if (person.state) {
        const char *line = kp_arena_printf(arena, "%" PRIu64, person.line);
        if (!line)
            return kp_no_memory(j->run->ctx);
        KP_TRY(load_cells(j, arena, &person, cells));
        cells[n - 1] = (struct kp_cell){.bytes = line, .n = strlen(line)};
        row->person_line = person.line;
    }
    row->cells = cells;
    row->n_cells += n;
    row->n_before = n;
    return KP_OK;
}

bool kp_join_has_my_number(const struct kp_pairing *j)
{
    return j && j->has_my_number;
}

enum kp_status kp_join_each_left(struct kp_pairing *j, enum kp_status (*fn)(void *ctx, uint64_t line),
                                 void *ctx)
{
    struct person block[KP_SPILL_BUFFERED];
    struct entry entry;
    uint64_t slot = 0;
    for (uint64_t at = 0; at < j->list.n; at += KP_SPILL_BUFFERED) {
        const uint64_t left = j->list.n - at;
        const size_t n = left < KP_SPILL_BUFFERED ? (size_t)left : KP_SPILL_BUFFERED;
        KP_TRY(check(j, kp_spill_read(&j->list, at, block, n)));
        for (size_t i = 0; i < n; i++) {
            if (block[i].has_key)
                KP_TRY(find(j, block[i].key, &slot, &entry));
            if (!block[i].has_key || !(entry.state & USED))
                KP_TRY(fn(ctx, block[i].line));
        }
    }
    return KP_OK;
}
