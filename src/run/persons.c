#include "run/persons.h"

#include <stdlib.h>
#include <string.h>

#include "base/spill.h"
#include "base/status.h"

enum { SLOT_BITS = 18, SLOTS = 1 << SLOT_BITS, ENTRIES_PER_PART = SLOTS / 2 };

/* How an entry takes part: others are compared with it, and it is compared with others. */
enum { SHOWS = 1, ASKS = 2, BOTH = SHOWS | ASKS };

struct entry {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint8_t whole[KP_SHA256_BYTES];
    uint64_t row;
    uint64_t line;
    uint32_t file;
    uint32_t part; /* SHOWS, ASKS */
};

/* One key of the part being joined. */
struct slot {
    struct entry first; /* the first row with the key */
    bool taken, conflict;
    struct kp_disclosures disclosures;
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
    struct pile piles[KP_JOIN__COUNT];
    struct slot *slots;
};

typedef enum kp_status entry_fn(struct kp_persons *p, const struct pile *pile, const struct entry *entry);

/* Only of these are keys of the log. */
static bool is_logged(const struct kp_persons *p, const struct pile *pile)
{
    return pile == &p->piles[KP_JOIN_IDENTITY] || pile == &p->piles[KP_JOIN_NAME];
}

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
    for (size_t i = 0; i < KP_JOIN__COUNT; i++)
        if (open_pile(p, &p->piles[i]) != KP_OK) {
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
    for (size_t i = 0; i < KP_JOIN__COUNT; i++)
        close_pile(&p->piles[i]);
    free(p->slots);
    free(p);
}

static enum kp_status push(struct kp_persons *p, enum kp_join join, const struct kp_row *row, const char *key,
                           const uint8_t whole[KP_SHA256_BYTES], uint32_t part)
{
    struct entry entry = {.row = row->number, .file = row->file, .line = row->line, .part = part};
    memcpy(entry.whole, whole, sizeof(entry.whole));
    if (kp_log_key(key, entry.key) != KP_OK)
        return kp_no_memory(p->ctx);
    return check(p, kp_spill_push(&p->piles[join].entries, &entry));
}

enum kp_status kp_persons_add(struct kp_persons *p, enum kp_join join, const struct kp_row *row,
                              const char *key, const uint8_t whole[KP_SHA256_BYTES])
{
    return push(p, join, row, key, whole, BOTH);
}

enum kp_status kp_persons_add_cards(struct kp_persons *p, const struct kp_row *row,
                                    const struct kp_person_keys *keys, const uint8_t whole[KP_SHA256_BYTES])
{
    enum { ANYONE, NO_ID, WITH_ID, N };
    struct kp_arena arena = {0};
    const bool has_id = *keys->employee_id;
    uint8_t insurer[KP_SHA256_BYTES], number[KP_SHA256_BYTES];
    char *name[N] = {kp_arena_printf(&arena, "anyone\x1f%s", keys->name),
                     kp_arena_printf(&arena, "no id\x1f%s", keys->name),
                     kp_arena_printf(&arena, "id\x1f%s\x1f%s", keys->employee_id, keys->name)};
    enum kp_status st = KP_OK;
    if (arena.failed || kp_sha256_of(keys->insurer, strlen(keys->insurer), insurer) != KP_OK ||
        kp_sha256_of(keys->by_number, strlen(keys->by_number), number) != KP_OK)
        KP_TRY_OUT(kp_no_memory(p->ctx));
    KP_TRY_OUT(push(p, KP_JOIN_CARD, row, keys->by_number, whole, BOTH));
    if (has_id)
        KP_TRY_OUT(push(p, KP_JOIN_CARD, row, name[WITH_ID], number, BOTH));
    /* A row with an id may be any row without one, and a row without one any row at all. */
    KP_TRY_OUT(push(p, KP_JOIN_CARD, row, name[NO_ID], insurer, has_id ? ASKS : SHOWS));
    KP_TRY_OUT(push(p, KP_JOIN_CARD, row, name[ANYONE], insurer, has_id ? SHOWS : BOTH));
out:
    kp_arena_release(&arena);
    return st;
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
    if (!(entry->part & SHOWS))
        return KP_OK;
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
            KP_TRY(lookup(lookup_ctx, slot->first.key, &slot->disclosures));
    return KP_OK;
}

static enum kp_status write_mark(struct kp_persons *p, const struct pile *pile, const struct entry *entry)
{
    const struct slot *slot = find(p, entry->key);
    struct kp_mark mark = {
        .file = slot->first.file, .line = slot->first.line, .disclosures = slot->disclosures};
    bool differs = slot->taken && !same_contents(&slot->first, entry);
    memcpy(mark.key, entry->key, sizeof(mark.key));
    if ((entry->part & ASKS) && (slot->conflict || differs)) {
        mark.kind = KP_MARK_CONFLICT;
        if (!differs) { /* the mark must name a row that differs */
            mark.file = slot->other_file;
            mark.line = slot->other_line;
        }
    } else if (pile == &p->piles[KP_JOIN_IDENTITY] && slot->first.row != entry->row) {
        mark.kind = KP_MARK_COPY;
    }
    if (mark.kind == KP_MARK_NEW && mark.disclosures.n == 0)
        return KP_OK;
    return check(p, kp_spill_write(&pile->marks, entry->row, &mark, 1));
}

static enum kp_status join(struct kp_persons *p, struct pile *pile, kp_persons_lookup *lookup,
                           void *lookup_ctx)
{
    uint64_t n_parts = pile->entries.n / ENTRIES_PER_PART + 1;
    KP_TRY(check(p, kp_spill_flush(&pile->entries)));
    for (uint64_t part = 0; part < n_parts; part++) {
        memset(p->slots, 0, SLOTS * sizeof(*p->slots));
        KP_TRY(each(p, pile, part, n_parts, collect));
        if (is_logged(p, pile))
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
    for (size_t i = 0; i < KP_JOIN__COUNT; i++)
        KP_TRY_OUT(join(p, &p->piles[i], lookup, lookup_ctx));
out:
    free(p->slots);
    p->slots = NULL;
    return st;
}

enum kp_status kp_persons_marks(struct kp_persons *p, uint64_t row, struct kp_mark ret_marks[KP_JOIN__COUNT])
{
    for (size_t i = 0; i < KP_JOIN__COUNT; i++)
        KP_TRY(check(p, kp_spill_read(&p->piles[i].marks, row, &ret_marks[i], 1)));
    return KP_OK;
}
