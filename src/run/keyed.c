#include "run/keyed.h"

#include <string.h>

#include "base/sha256.h"
#include "base/status.h"
#include "base/text.h"
#include "law/ident.h"
#include "input/norm_fields.h"

enum { FIRST_SLOTS = 1 << 12 };

/* What precedes the cells of a stored row; each cell is its length, its bytes and a NUL. */
struct stored {
    struct kp_kept_place before; /* the row of the same key before it */
    uint64_t line, n_cells;
};

static enum kp_status check(const struct kp_keyed *k, enum kp_status st)
{
    return st == KP_OK ? KP_OK : kp_write_failed(k->ctx, k->folder);
}

static enum kp_status open_index(struct kp_keyed *k, uint64_t n_slots)
{
    k->n_slots = n_slots;
    return check(k, kp_spill_open(&k->index, k->ctx->io, k->folder, "index", sizeof(struct kp_keyed_entry)));
}

enum kp_status kp_keyed_open(struct kp_keyed *k, struct kp_context *ctx, const char *folder,
                             const struct kp_input *input)
{
    *k = (struct kp_keyed){.ctx = ctx, .folder = folder, .input = input, .cells_fd = -1};
    char *cells = kp_arena_printf(&ctx->arena, "%s/cells", folder);
    if (!cells)
        return kp_no_memory(ctx);
    KP_TRY(open_index(k, FIRST_SLOTS));
    return check(k, kp_scratch_open(ctx->io, cells, &k->cells_fd));
}

void kp_keyed_close(struct kp_keyed *k)
{
    kp_spill_close(&k->index);
    if (k->ctx && k->cells_fd >= 0)
        (void)k->ctx->io->close(k->cells_fd); /* a scratch file: nothing is lost */
    kp_arena_release(&k->scratch);
}

/* --- keys --- */

enum kp_status kp_keyed_text(struct kp_keyed *k, enum kp_encoding encoding, const struct kp_cell *cell,
                             const char **ret_text)
{
    struct kp_buf out = {0};
    size_t bad = 0;
    bool sound = kp_text_decode(k->ctx->text, encoding, cell->bytes, cell->n, &out, &bad);
    const char *text = kp_buf_ok(&out) ? kp_text_nfkc(&k->scratch, sound ? kp_buf_text(&out) : "") : NULL;
    kp_buf_release(&out);
    *ret_text = text ? kp_text_trim(&k->scratch, text) : NULL;
    return *ret_text ? KP_OK : kp_no_memory(k->ctx);
}

enum kp_status kp_keyed_digest(struct kp_keyed *k, const char *key, uint8_t ret_key[KP_KEY_BYTES])
{
    uint8_t whole[KP_SHA256_BYTES];
    if (kp_sha256_of(key, strlen(key), whole) != KP_OK)
        return kp_no_memory(k->ctx);
    memcpy(ret_key, whole, KP_KEY_BYTES);
    return KP_OK;
}

/* Sets *ret_loose to the key without zeros at its start, spaces, and differences of case and dashes. */
static enum kp_status loosen(struct kp_keyed *k, const char *key, const char **ret_loose)
{
    *ret_loose = kp_text_value_key(&k->scratch, key + strspn(key, "0"));
    return *ret_loose ? KP_OK : kp_no_memory(k->ctx);
}

/* Digests a loose form of another key, so that it is not taken for a key itself. */
static enum kp_status digest_loose(struct kp_keyed *k, const char *loose, uint8_t ret_key[KP_KEY_BYTES])
{
    const char *text = kp_arena_printf(&k->scratch, "loose\x1f%s", loose);
    return text ? kp_keyed_digest(k, text, ret_key) : kp_no_memory(k->ctx);
}

/* --- index --- */

/* Finds the slot that has the key or is free for it. */
static enum kp_status find(struct kp_keyed *k, const uint8_t key[KP_KEY_BYTES], uint64_t *ret_slot,
                           struct kp_keyed_entry *ret_entry)
{
    uint64_t at = 0;
    memcpy(&at, key, sizeof(at));
    for (at &= k->n_slots - 1;; at = (at + 1) & (k->n_slots - 1)) {
        KP_TRY(check(k, kp_spill_read(&k->index, at, ret_entry, 1)));
        if (ret_entry->n_rows == 0 || memcmp(ret_entry->key, key, KP_KEY_BYTES) == 0)
            break;
    }
    *ret_slot = at;
    return KP_OK;
}

/* Doubles the index when it is half full. */
static enum kp_status grow(struct kp_keyed *k)
{
    struct kp_keyed_entry block[KP_SPILL_BUFFERED], other;
    struct kp_spill old = k->index;
    enum kp_status st = KP_OK;
    const uint64_t n_old = k->n_slots;
    uint64_t slot = 0;
    if (2 * k->n_taken < n_old)
        return KP_OK;
    k->index = (struct kp_spill){.fd = -1};
    KP_TRY_OUT(open_index(k, 2 * n_old));
    for (uint64_t at = 0; at < n_old; at += KP_SPILL_BUFFERED) {
        KP_TRY_OUT(check(k, kp_spill_read(&old, at, block, KP_SPILL_BUFFERED)));
        for (size_t i = 0; i < KP_SPILL_BUFFERED; i++) {
            if (block[i].n_rows == 0)
                continue;
            KP_TRY_OUT(find(k, block[i].key, &slot, &other));
            KP_TRY_OUT(check(k, kp_spill_write(&k->index, slot, &block[i], 1)));
        }
    }
out:
    kp_spill_close(&old);
    return st;
}

/* Adds a row to its key; place: where its cells are, NULL: a loose form, which has none. */
static enum kp_status put(struct kp_keyed *k, const uint8_t key[KP_KEY_BYTES], const struct kp_row *row,
                          const struct kp_kept_place *place)
{
    struct kp_keyed_entry entry;
    uint64_t slot = 0;
    KP_TRY(grow(k));
    KP_TRY(find(k, key, &slot, &entry));
    if (entry.n_rows++ == 0) {
        memcpy(entry.key, key, KP_KEY_BYTES);
        entry.line = row->line;
        k->n_taken++;
    } else if (entry.other_line == 0) {
        entry.other_line = row->line;
    }
    entry.wrong_width |= row->n_cells != k->input->width;
    entry.last = place ? *place : entry.last;
    return check(k, kp_spill_write(&k->index, slot, &entry, 1));
}

/* --- rows --- */

/* Appends the row to the scratch file. */
static enum kp_status store(struct kp_keyed *k, const struct kp_row *row, struct kp_kept_place before,
                            struct kp_kept_place *ret_place)
{
    const struct stored head = {before, row->line, row->n_cells};
    size_t n = sizeof(head);
    for (size_t i = 0; i < row->n_cells; i++)
        n += sizeof(size_t) + row->cells[i].n + 1;
    char *bytes = kp_arena_alloc(&k->scratch, n), *at = bytes;
    if (!bytes)
        return kp_no_memory(k->ctx);
    memcpy(at, &head, sizeof(head));
    at += sizeof(head);
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct kp_cell *cell = &row->cells[i];
        memcpy(at, &cell->n, sizeof(cell->n));
        memcpy(at + sizeof(cell->n), cell->bytes, cell->n);
        at += sizeof(cell->n) + cell->n + 1;
    }
    *ret_place = (struct kp_kept_place){k->cells_end, n};
    k->cells_end += n;
    return check(k, kp_scratch_write(k->ctx->io, k->cells_fd, bytes, n, ret_place->at));
}

enum kp_status kp_keyed_add(struct kp_keyed *k, const char *key, const struct kp_row *row)
{
    uint8_t digest[KP_KEY_BYTES];
    struct kp_keyed_entry entry;
    struct kp_kept_place place;
    const char *loose = NULL;
    KP_TRY(kp_keyed_digest(k, key, digest));
    KP_TRY(kp_keyed_find(k, digest, &entry));
    KP_TRY(store(k, row, entry.last, &place));
    KP_TRY(put(k, digest, row, &place));
    KP_TRY(loosen(k, key, &loose));
    if (strcmp(loose, key) == 0)
        return KP_OK;
    KP_TRY(digest_loose(k, loose, digest)); /* so that another spelling finds the row, too */
    return put(k, digest, row, NULL);
}

enum kp_status kp_keyed_find(struct kp_keyed *k, const uint8_t key[KP_KEY_BYTES],
                             struct kp_keyed_entry *ret_entry)
{
    uint64_t slot = 0;
    return find(k, key, &slot, ret_entry);
}

enum kp_status kp_keyed_use(struct kp_keyed *k, struct kp_keyed_entry *entry)
{
    struct kp_keyed_entry old;
    uint64_t slot = 0;
    if (entry->used)
        return KP_OK;
    entry->used = true;
    KP_TRY(find(k, entry->key, &slot, &old));
    return check(k, kp_spill_write(&k->index, slot, entry, 1));
}

enum kp_status kp_keyed_find_near(struct kp_keyed *k, const char *key, uint64_t *ret_line)
{
    struct kp_keyed_entry near;
    uint8_t digest[KP_KEY_BYTES];
    const char *loose = NULL;
    KP_TRY(loosen(k, key, &loose));
    KP_TRY(kp_keyed_digest(k, loose, digest));
    KP_TRY(kp_keyed_find(k, digest, &near));
    if (near.n_rows == 0) {
        KP_TRY(digest_loose(k, loose, digest));
        KP_TRY(kp_keyed_find(k, digest, &near));
    }
    *ret_line = near.line;
    return KP_OK;
}

enum kp_status kp_keyed_load(struct kp_keyed *k, struct kp_arena *arena, struct kp_kept_place *place,
                             struct kp_row *ret_row)
{
    struct stored head;
    char *at = kp_arena_alloc(arena, place->n_bytes);
    if (!at)
        return kp_no_memory(k->ctx);
    KP_TRY(check(k, kp_scratch_read(k->ctx->io, k->cells_fd, at, place->n_bytes, place->at)));
    memcpy(&head, at, sizeof(head));
    at += sizeof(head);
    struct kp_cell *cells = kp_arena_alloc(arena, (head.n_cells + 1) * sizeof(*cells));
    if (!cells)
        return kp_no_memory(k->ctx);
    for (size_t i = 0; i < head.n_cells; i++) {
        memcpy(&cells[i].n, at, sizeof(cells[i].n));
        cells[i].bytes = at + sizeof(cells[i].n);
        at += sizeof(cells[i].n) + cells[i].n + 1;
    }
    *place = head.before;
    *ret_row = (struct kp_row){.line = head.line, .cells = cells, .n_cells = head.n_cells};
    return KP_OK;
}

enum kp_status kp_keyed_look_for_my_number(struct kp_keyed *k, const struct kp_input *input,
                                           const struct kp_column *columns, const struct kp_row *row)
{
    for (size_t i = 0; i < input->width && i < row->n_cells; i++) {
        const char *text = NULL;
        if (columns[i].kind != KP_COL_FIELD || !kp_field_is_number((enum kp_field)columns[i].index))
            continue;
        KP_TRY(kp_keyed_text(k, input->encoding, &row->cells[i], &text));
        k->has_my_number |= kp_has_my_number(text, false);
    }
    return KP_OK;
}
