#include "run/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "run/keyed.h"

struct person {
    uint8_t key[KP_KEY_BYTES];
    uint64_t line;
    uint64_t has_key;
};

struct kp_pairing {
    struct kp_run *run;
    const struct kp_input *persons, *results;
    struct kp_keyed rows; /* of the persons; has_my_number: or in rows without a partner */
    struct kp_spill list; /* of struct person, in the order of the file */
};

static enum kp_status check(const struct kp_pairing *j, enum kp_status st)
{
    return st == KP_OK ? KP_OK : kp_write_failed(j->run->ctx, j->rows.folder);
}

/* Sets *ret_key to the key in the row's own cells; "" if it is empty or does not decode. */
static enum kp_status key_of(struct kp_pairing *j, const struct kp_input *input, const struct kp_row *row,
                             const char **ret_key)
{
    kp_arena_reset(&j->rows.scratch);
    *ret_key = "";
    return input->key < row->n_cells
               ? kp_keyed_text(&j->rows, input->encoding, &row->cells[input->key], ret_key)
               : KP_OK;
}

/* --- persons --- */

static enum kp_status add_person(struct kp_pairing *j, const struct kp_row *row)
{
    struct person person = {.line = row->line};
    const char *key = NULL;
    KP_TRY(key_of(j, j->persons, row, &key));
    if (*key) {
        person.has_key = true;
        KP_TRY(kp_keyed_digest(&j->rows, key, person.key));
        KP_TRY(kp_keyed_add(&j->rows, key, row));
    }
    KP_TRY(kp_keyed_look_for_my_number(&j->rows, j->persons, j->results->mapping.columns, row));
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
    enum kp_status st = KP_OK;
    *ret_join = NULL;
    for (size_t i = 0; i < run->inputs.n; i++)
        if (run->inputs.list[i].persons)
            results = &run->inputs.list[i];
    if (!results)
        return KP_OK;
    struct kp_pairing *j = calloc(1, sizeof(*j));
    if (!j)
        return kp_no_memory(run->ctx);
    *j = (struct kp_pairing){.run = run, .persons = results->persons, .results = results};
    KP_TRY_OUT(kp_keyed_open(&j->rows, run->ctx, folder, j->persons));
    KP_TRY_OUT(check(j, kp_spill_open(&j->list, run->ctx->io, folder, "persons", sizeof(struct person))));
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
    kp_keyed_close(&j->rows);
    kp_spill_close(&j->list);
    free(j);
}

/* --- rows --- */

/* Sets the fault and the lines that explain it, for a key that no person or more than one has. */
static enum kp_status explain(struct kp_pairing *j, const char *key, const struct kp_keyed_entry *found,
                              struct kp_row *row)
{
    row->lines[0] = found->line;
    row->lines[1] = found->other_line;
    if (found->n_rows > 0) {
        row->fault = found->n_rows > 1 ? KP_K_JOIN_KEY_TWICE : KP_K_JOIN_PERSON_WIDTH;
        return KP_OK;
    }
    KP_TRY(kp_keyed_find_near(&j->rows, key, &row->lines[0]));
    row->fault = row->lines[0] ? KP_K_JOIN_KEY_ZEROS : KP_K_JOIN_KEY_ABSENT;
    return KP_OK;
}

/* Sets *ret_entry to the person's; its n_rows is 0, and the row has a fault, if there is not exactly one. A
 * row of the wrong width is rejected for that. */
static enum kp_status find_person(struct kp_pairing *j, const struct kp_input *input, struct kp_row *row,
                                  struct kp_keyed_entry *ret_entry)
{
    struct kp_keyed_entry e;
    uint8_t digest[KP_KEY_BYTES];
    const char *key = NULL;
    ret_entry->n_rows = 0;
    if (row->n_cells != input->width)
        return KP_OK;
    KP_TRY(key_of(j, input, row, &key));
    if (!*key) {
        row->fault = KP_K_JOIN_KEY_EMPTY;
        return KP_OK;
    }
    KP_TRY(kp_keyed_digest(&j->rows, key, digest));
    KP_TRY(kp_keyed_find(&j->rows, digest, &e));
    if (e.n_rows > 0)
        KP_TRY(kp_keyed_use(&j->rows, &e));
    if (e.n_rows != 1 || e.wrong_width)
        return explain(j, key, &e, row);
    *ret_entry = e;
    return KP_OK;
}

enum kp_status kp_join_row(struct kp_pairing *j, struct kp_arena *arena, struct kp_row *row)
{
    const struct kp_input *input = &j->run->inputs.list[row->file];
    const size_t n = kp_input_before(input);
    struct kp_keyed_entry found;
    struct kp_cell *cells = kp_arena_alloc(arena, (n + row->n_cells + 1) * sizeof(*cells));
    if (!cells)
        return kp_no_memory(j->run->ctx);
    for (size_t i = 0; i < n; i++)
        cells[i] = (struct kp_cell){.bytes = "", .n = 0};
    memcpy(cells + n, row->cells, row->n_cells * sizeof(*cells));
    KP_TRY(find_person(j, input, row, &found));
    if (row->fault)
        KP_TRY(kp_keyed_look_for_my_number(&j->rows, input, input->mapping.columns + n, row));
    if (found.n_rows > 0) {
        struct kp_row person;
        KP_TRY(kp_keyed_load(&j->rows, arena, &found.last, &person));
        const char *line = kp_arena_printf(arena, "%" PRIu64, person.line);
        if (!line)
            return kp_no_memory(j->run->ctx);
        memcpy(cells, person.cells, person.n_cells * sizeof(*cells));
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
    return j && j->rows.has_my_number;
}

enum kp_status kp_join_each_left(struct kp_pairing *j, enum kp_status (*fn)(void *ctx, uint64_t line),
                                 void *ctx)
{
    struct person block[KP_SPILL_BUFFERED];
    struct kp_keyed_entry entry;
    for (uint64_t at = 0; at < j->list.n; at += KP_SPILL_BUFFERED) {
        const uint64_t left = j->list.n - at;
        const size_t n = left < KP_SPILL_BUFFERED ? (size_t)left : KP_SPILL_BUFFERED;
        KP_TRY(check(j, kp_spill_read(&j->list, at, block, n)));
        for (size_t i = 0; i < n; i++) {
            if (block[i].has_key)
                KP_TRY(kp_keyed_find(&j->rows, block[i].key, &entry));
            if (!block[i].has_key || !entry.used)
                KP_TRY(fn(ctx, block[i].line));
        }
    }
    return KP_OK;
}
