#include "run/persons.h"

#include <stdlib.h>
#include <string.h>

#include "base/spill.h"
#include "base/status.h"

enum { SLOT_BITS = 18, SLOTS = 1 << SLOT_BITS, ENTRIES_PER_PART = SLOTS / 2 };

struct entry {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint8_t whole[KP_SHA256_BYTES];
    uint64_t row;
    uint64_t line;
    uint32_t file;
    uint32_t unused;
};

/* One key of the part being joined. */
struct slot {
    struct entry first; /* the first row with the key */
    bool taken, conflict, logged;
    uint8_t content[KP_SHA256_BYTES]; /* of logged */
    uint32_t other_file;
    uint64_t other_line; /* in a conflict: the first row that differs from first */
};

struct pile {
    struct kp_spill entries;
    struct kp_spill marks; /* by row; rows never written read as zero, KP_MARK_NEW */
};

struct kp_persons {
    struct kp_context *ctx;
    const char *folder;
    struct pile rows, people;
    struct slot *slots;
};

typedef enum kp_status entry_fn(struct kp_persons *p, const struct pile *pile, const struct entry *entry);

/* Reports the failure of a scratch file. */
static enum kp_status check(const struct kp_persons *p, enum kp_status st)
{
    return st == KP_OK ? KP_OK : kp_write_failed(p->ctx, p->folder);
}

/* Calls fn for every entry of the part, in order. */
static enum kp_status each(struct kp_persons *p, const struct pile *pile, uint64_t part, uint64_t n_parts,
                           entry_fn *fn)
{
    struct entry block[KP_SPILL_BUFFERED];
    for (uint64_t at = 0; at < pile->entries.n; at += KP_SPILL_BUFFERED) {
        uint64_t left = pile->entries.n - at;
        size_t n = left < KP_SPILL_BUFFERED ? (size_t)left : KP_SPILL_BUFFERED;
        KP_TRY(check(p, kp_spill_read(&pile->entries, at, block, n)));
        for (size_t i = 0; i < n; i++) {
            uint64_t lot = 0;
            memcpy(&lot, block[i].key + 8, sizeof(lot)); /* the first bytes choose the slot */
            if (lot % n_parts == part)
                KP_TRY(fn(p, pile, &block[i]));
        }
    }
    return KP_OK;
}

static enum kp_status open_pile(const struct kp_persons *p, struct pile *pile)
{
    const struct kp_io *io = p->ctx->io;
    KP_TRY(check(p, kp_spill_open(&pile->entries, io, p->folder, "entries", sizeof(struct entry))));
    return check(p, kp_spill_open(&pile->marks, io, p->folder, "marks", sizeof(struct kp_mark)));
}

enum kp_status kp_persons_new(struct kp_context *ctx, const char *folder, struct kp_persons **ret_persons)
{
    struct kp_persons *p = calloc(1, sizeof(*p));
    if (!p)
        return kp_no_memory(ctx);
    p->ctx = ctx;
    p->folder = folder;
    if (open_pile(p, &p->rows) != KP_OK || open_pile(p, &p->people) != KP_OK) {
        kp_persons_free(p);
        return KP_E_SYSTEM;
    }
    *ret_persons = p;
    return KP_OK;
}

static void close_pile(struct pile *pile)
{
    kp_spill_close(&pile->entries);
    kp_spill_close(&pile->marks);
}

void kp_persons_free(struct kp_persons *p)
{
    if (!p)
        return;
    close_pile(&p->rows);
    close_pile(&p->people);
    free(p->slots);
    free(p);
}

static enum kp_status push(struct kp_persons *p, struct pile *pile, const struct kp_row *row,
                           struct entry *entry)
{
    entry->row = row->number;
    entry->file = row->file;
    entry->line = row->line;
    return check(p, kp_spill_push(&pile->entries, entry));
}

enum kp_status kp_persons_add_row(struct kp_persons *p, const struct kp_row *row, const char *identity,
                                  const uint8_t whole[KP_SHA256_BYTES])
{
    struct entry entry = {0};
    memcpy(entry.whole, whole, sizeof(entry.whole));
    if (kp_log_key(identity, entry.key) != KP_OK)
        return kp_no_memory(p->ctx);
    return push(p, &p->rows, row, &entry);
}

enum kp_status kp_persons_add_person(struct kp_persons *p, const struct kp_row *row, const char *key,
                                     const char *facts)
{
    struct entry entry = {0};
    if (kp_sha256_of(facts, strlen(facts), entry.whole) != KP_OK || kp_log_key(key, entry.key) != KP_OK)
        return kp_no_memory(p->ctx);
    return push(p, &p->people, row, &entry);
}

/* Slots are chosen by the first bits of the key, so walking them visits keys nearly in order, which is the
 * order of the log's index. */
static struct slot *find(struct kp_persons *p, const uint8_t key[KP_LOG_KEY_BYTES])
{
    size_t at = ((size_t)key[0] << 16 | (size_t)key[1] << 8 | key[2]) >> (24 - SLOT_BITS);
    while (p->slots[at].taken && memcmp(p->slots[at].first.key, key, KP_LOG_KEY_BYTES) != 0)
        at = (at + 1) & (SLOTS - 1);
    return &p->slots[at];
}

static bool same_contents(const struct entry *a, const struct entry *b)
{
    return memcmp(a->whole, b->whole, KP_SHA256_BYTES) == 0;
}

static enum kp_status collect(struct kp_persons *p, const struct pile *pile, const struct entry *entry)
{
    (void)pile;
    struct slot *slot = find(p, entry->key);
    if (!slot->taken) {
        slot->taken = true;
        slot->first = *entry;
    } else if (!slot->conflict && !same_contents(&slot->first, entry)) {
        slot->conflict = true;
        slot->other_file = entry->file;
        slot->other_line = entry->line;
    }
    return KP_OK;
}

static enum kp_status look_up(struct kp_persons *p, kp_persons_lookup *lookup, void *lookup_ctx)
{
    for (struct slot *slot = p->slots; slot < p->slots + SLOTS; slot++)
        if (slot->taken)
            KP_TRY(lookup(lookup_ctx, slot->first.key, slot->content, &slot->logged));
    return KP_OK;
}

static enum kp_status write_mark(struct kp_persons *p, const struct pile *pile, const struct entry *entry)
{
    const struct slot *slot = find(p, entry->key);
    struct kp_mark mark = {.kind = slot->logged ? KP_MARK_LOGGED : KP_MARK_NEW,
                           .file = slot->first.file,
                           .line = slot->first.line};
    memcpy(mark.logged, slot->content, sizeof(mark.logged));
    if (slot->conflict) {
        mark.kind = KP_MARK_CONFLICT;
        if (same_contents(&slot->first, entry)) { /* the mark must name a row that differs */
            mark.file = slot->other_file;
            mark.line = slot->other_line;
        }
    } else if (pile == &p->people) {
        return KP_OK; /* a person may have several rows */
    } else if (slot->first.row != entry->row) {
        mark.kind = KP_MARK_COPY;
    }
    if (mark.kind == KP_MARK_NEW)
        return KP_OK;
    return check(p, kp_spill_write(&pile->marks, entry->row, &mark, 1));
}

/* lookup: NULL if the entries are not compared with the log. */
static enum kp_status join(struct kp_persons *p, struct pile *pile, kp_persons_lookup *lookup,
                           void *lookup_ctx)
{
    uint64_t n_parts = pile->entries.n / ENTRIES_PER_PART + 1;
    KP_TRY(check(p, kp_spill_flush(&pile->entries)));
    for (uint64_t part = 0; part < n_parts; part++) {
        memset(p->slots, 0, SLOTS * sizeof(*p->slots));
        KP_TRY(each(p, pile, part, n_parts, collect));
        if (lookup)
            KP_TRY(look_up(p, lookup, lookup_ctx));
        KP_TRY(each(p, pile, part, n_parts, write_mark));
    }
    return KP_OK;
}

enum kp_status kp_persons_join(struct kp_persons *p, kp_persons_lookup *lookup, void *lookup_ctx)
{
    enum kp_status st = KP_OK;
    p->slots = malloc(SLOTS * sizeof(*p->slots));
    if (!p->slots)
        return kp_no_memory(p->ctx);
    KP_TRY_OUT(join(p, &p->rows, lookup, lookup_ctx));
    KP_TRY_OUT(join(p, &p->people, NULL, NULL));
out:
    free(p->slots);
    p->slots = NULL;
    return st;
}

enum kp_status kp_persons_marks(struct kp_persons *p, uint64_t row, struct kp_mark *ret_row_mark,
                                struct kp_mark *ret_person_mark)
{
    KP_TRY(check(p, kp_spill_read(&p->rows.marks, row, ret_row_mark, 1)));
    return check(p, kp_spill_read(&p->people.marks, row, ret_person_mark, 1));
}
