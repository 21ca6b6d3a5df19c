#include "run/persons.h"

#include <stdlib.h>
#include <string.h>

#include "base/spill.h"
#include "base/status.h"

enum { SLOT_BITS = 18, SLOTS = 1 << SLOT_BITS, ENTRIES_PER_PART = SLOTS / 2, MARKS_READ = 256 };

struct entry {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint8_t digest[KP_SHA256_BYTES];
    uint8_t whole[KP_SHA256_BYTES];
    uint64_t row;
    uint64_t line;
    uint32_t file;
    uint32_t unused;
};

struct slot {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint8_t digest[KP_SHA256_BYTES];
    uint8_t whole[KP_SHA256_BYTES];
    uint64_t first_row; /* + 1; 0: the slot is free */
    uint64_t other_line, first_line;
    uint32_t other_file, first_file;
    bool conflict;
    uint32_t logged; /* KP_SEEN_NEW, _LOGGED or _CHANGED */
};

/* A scratch file with a mark for each row; what was never written reads as zero. */
struct marks {
    int fd;
    struct kp_mark read[MARKS_READ];
    uint64_t from; /* row of read[0]; UINT64_MAX: nothing read */
};

struct kp_persons {
    const struct kp_io *io;
    struct kp_spill rows, people;
    struct marks row_marks, person_marks;
    struct slot *slots;
};

/* Calls fn for every entry of the part, in order. */
static enum kp_status each(struct kp_persons *seen, const struct kp_spill *rows, uint64_t part,
                           uint64_t n_parts,
                           enum kp_status (*fn)(struct kp_persons *seen, const struct entry *entry))
{
    struct entry block[KP_SPILL_BUFFERED];
    for (uint64_t at = 0; at < rows->n; at += KP_SPILL_BUFFERED) {
        uint64_t left = rows->n - at;
        size_t n = left < KP_SPILL_BUFFERED ? (size_t)left : KP_SPILL_BUFFERED;
        enum kp_status st = kp_spill_read(rows, at, block, n);
        if (st != KP_OK)
            return st;
        for (size_t i = 0; i < n; i++) {
            uint64_t lot = 0;
            memcpy(&lot, block[i].key + 8, sizeof(lot)); /* the first bytes choose the slot */
            if (lot % n_parts == part && (st = fn(seen, &block[i])) != KP_OK)
                return st;
        }
    }
    return KP_OK;
}

static enum kp_status open_marks(const struct kp_io *io, const char *folder, const char *name,
                                 struct marks *marks)
{
    struct kp_arena arena = {0};
    char *path = kp_arena_printf(&arena, "%s/%s", folder, name);
    enum kp_status st = path ? kp_scratch_open(io, path, &marks->fd) : KP_E_SYSTEM;
    kp_arena_release(&arena);
    return st;
}

enum kp_status kp_persons_new(const struct kp_io *io, const char *folder, struct kp_persons **ret_seen)
{
    enum kp_status st = KP_E_SYSTEM;
    struct kp_persons *seen = calloc(1, sizeof(*seen));
    if (!seen)
        return KP_E_SYSTEM;
    seen->io = io;
    seen->row_marks.fd = seen->person_marks.fd = -1;
    seen->row_marks.from = seen->person_marks.from = UINT64_MAX;
    KP_TRY_OUT(kp_spill_open(&seen->rows, io, folder, "rows", sizeof(struct entry)));
    KP_TRY_OUT(kp_spill_open(&seen->people, io, folder, "people", sizeof(struct entry)));
    KP_TRY_OUT(open_marks(io, folder, "marks", &seen->row_marks));
    KP_TRY_OUT(open_marks(io, folder, "person_marks", &seen->person_marks));
    *ret_seen = seen;
    seen = NULL;
out:
    kp_persons_free(seen);
    return st;
}

static void close_marks(const struct kp_persons *seen, const struct marks *marks)
{
    if (marks->fd >= 0)
        (void)seen->io->close(marks->fd); /* scratch: nothing is lost */
}

void kp_persons_free(struct kp_persons *seen)
{
    if (!seen)
        return;
    kp_spill_close(&seen->rows);
    kp_spill_close(&seen->people);
    close_marks(seen, &seen->row_marks);
    close_marks(seen, &seen->person_marks);
    free(seen->slots);
    free(seen);
}

enum kp_status kp_persons_row(struct kp_persons *seen, uint64_t row, uint32_t file, uint64_t line,
                              const char *identity, const uint8_t record[KP_SHA256_BYTES],
                              const uint8_t whole[KP_SHA256_BYTES])
{
    struct entry entry = {.row = row, .file = file, .line = line};
    memcpy(entry.whole, whole, sizeof(entry.whole));
    memcpy(entry.digest, record, sizeof(entry.digest));
    enum kp_status st = kp_log_key(identity, entry.key);
    return st == KP_OK ? kp_spill_push(&seen->rows, &entry) : st;
}

enum kp_status kp_persons_person(struct kp_persons *seen, uint64_t row, uint32_t file, uint64_t line,
                                 const char *key, const char *facts)
{
    struct entry entry = {.row = row, .file = file, .line = line};
    enum kp_status st = kp_sha256_of(facts, strlen(facts), entry.whole);
    if (st == KP_OK)
        st = kp_log_key(key, entry.key);
    return st == KP_OK ? kp_spill_push(&seen->people, &entry) : st;
}

static struct slot *find(struct kp_persons *seen, const uint8_t key[KP_LOG_KEY_BYTES])
{
    /* By the first bits, so that going through the slots is going through the keys, very nearly in order: the
     * log is then asked along its index, not across it. */
    size_t at = ((size_t)key[0] << 16 | (size_t)key[1] << 8 | key[2]) >> (24 - SLOT_BITS);
    while (seen->slots[at].first_row && memcmp(seen->slots[at].key, key, KP_LOG_KEY_BYTES) != 0)
        at = (at + 1) & (SLOTS - 1);
    return &seen->slots[at];
}

static enum kp_status collect_row(struct kp_persons *seen, const struct entry *entry)
{
    struct slot *slot = find(seen, entry->key);
    if (!slot->first_row) {
        memcpy(slot->key, entry->key, KP_LOG_KEY_BYTES);
        memcpy(slot->digest, entry->digest, KP_SHA256_BYTES);
        memcpy(slot->whole, entry->whole, KP_SHA256_BYTES);
        slot->first_row = entry->row + 1;
        slot->first_file = entry->file;
        slot->first_line = entry->line;
    } else if (!slot->conflict && memcmp(slot->whole, entry->whole, KP_SHA256_BYTES) != 0) {
        slot->conflict = true;
        slot->other_file = entry->file;
        slot->other_line = entry->line;
    }
    return KP_OK;
}

static enum kp_status ask_log(struct kp_persons *seen, kp_persons_lookup *lookup, void *ctx)
{
    uint8_t record[KP_SHA256_BYTES];
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &seen->slots[i];
        bool found = false;
        if (!slot->first_row)
            continue;
        enum kp_status st = lookup(ctx, slot->key, record, &found);
        if (st != KP_OK)
            return st;
        if (found)
            slot->logged =
                memcmp(slot->digest, record, sizeof(record)) == 0 ? KP_SEEN_LOGGED : KP_SEEN_CHANGED;
    }
    return KP_OK;
}

static enum kp_status write_mark_to(struct kp_persons *seen, const struct marks *marks,
                                    const struct entry *entry)
{
    const struct slot *slot = find(seen, entry->key);
    bool is_first = slot->first_row == entry->row + 1;
    struct kp_mark mark = {.kind = slot->logged, .file = slot->first_file, .line = slot->first_line};
    if (slot->conflict) {
        mark.kind = KP_SEEN_CONFLICT;
        if (memcmp(entry->whole, slot->whole, KP_SHA256_BYTES) ==
            0) { /* name a row that differs from this one */
            mark.file = slot->other_file;
            mark.line = slot->other_line;
        }
    } else if (!is_first) {
        mark.kind = KP_SEEN_COPY;
    }
    if (mark.kind == KP_SEEN_NEW)
        return KP_OK; /* what was never written reads as zero */
    return kp_scratch_write(seen->io, marks->fd, &mark, sizeof(mark), entry->row * sizeof(mark));
}

static enum kp_status write_row_mark(struct kp_persons *seen, const struct entry *entry)
{
    return write_mark_to(seen, &seen->row_marks, entry);
}

static enum kp_status write_person_mark(struct kp_persons *seen, const struct entry *entry)
{
    return find(seen, entry->key)->conflict ? write_mark_to(seen, &seen->person_marks, entry) : KP_OK;
}

/* Rows against one another and the log, or, without a lookup, people against one another. */
static enum kp_status join(struct kp_persons *seen, struct kp_spill *rows, kp_persons_lookup *lookup,
                           void *ctx,
                           enum kp_status (*write)(struct kp_persons *seen, const struct entry *entry))
{
    uint64_t n_parts = rows->n / ENTRIES_PER_PART + 1;
    KP_TRY(kp_spill_flush(rows));
    for (uint64_t part = 0; part < n_parts; part++) {
        memset(seen->slots, 0, SLOTS * sizeof(*seen->slots));
        KP_TRY(each(seen, rows, part, n_parts, collect_row));
        if (lookup)
            KP_TRY(ask_log(seen, lookup, ctx));
        KP_TRY(each(seen, rows, part, n_parts, write));
    }
    return KP_OK;
}

enum kp_status kp_persons_join(struct kp_persons *seen, kp_persons_lookup *lookup, void *ctx)
{
    enum kp_status st = KP_OK;
    seen->slots = malloc(SLOTS * sizeof(*seen->slots));
    if (!seen->slots)
        return KP_E_SYSTEM;
    KP_TRY_OUT(join(seen, &seen->rows, lookup, ctx, write_row_mark));
    KP_TRY_OUT(join(seen, &seen->people, NULL, NULL, write_person_mark));
out:
    free(seen->slots);
    seen->slots = NULL;
    return st;
}

static enum kp_status read_mark(const struct kp_io *io, struct marks *marks, uint64_t row,
                                struct kp_mark *ret_mark)
{
    if (marks->from == UINT64_MAX || row < marks->from || row - marks->from >= MARKS_READ) {
        enum kp_status st =
            kp_scratch_read(io, marks->fd, marks->read, sizeof(marks->read), row * sizeof(struct kp_mark));
        if (st != KP_OK)
            return st;
        marks->from = row;
    }
    *ret_mark = marks->read[row - marks->from];
    return KP_OK;
}

enum kp_status kp_persons_mark(struct kp_persons *seen, uint64_t row, struct kp_mark *ret_mark)
{
    return read_mark(seen->io, &seen->row_marks, row, ret_mark);
}

enum kp_status kp_persons_person_mark(struct kp_persons *seen, uint64_t row, struct kp_person_mark *ret_mark)
{
    struct kp_mark mark;
    enum kp_status st = read_mark(seen->io, &seen->person_marks, row, &mark);
    if (st == KP_OK)
        *ret_mark = (struct kp_person_mark){mark.kind == KP_SEEN_CONFLICT, mark.file, mark.line};
    return st;
}
