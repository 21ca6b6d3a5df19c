#include "run/persons.h"

#include <stdlib.h>
#include <string.h>

#include "base/spill.h"
#include "base/status.h"

enum { LEAST_SLOT_BITS = 10, MOST_SLOT_BITS = 18, ENTRIES_PER_PART = 1 << (MOST_SLOT_BITS - 1) };

/* How an entry takes part: others are compared with it, and it is compared with others. WHOLE: its digest is
 * of the whole row. */
enum { SHOWS = 1, ASKS = 2, BOTH = SHOWS | ASKS, WHOLE = 4 };

struct entry {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint8_t whole[KP_SHA256_BYTES];
    uint64_t row;
    uint64_t line;
    uint32_t file;
    uint32_t part; /* SHOWS, ASKS, WHOLE */
};

/* One key of the part being joined. */
struct slot {
    struct entry first; /* the first row with the key */
    bool taken, conflict;
    struct kp_disclosures disclosures;
    uint32_t other_file;
    uint64_t other_line; /* in a conflict: the first row that differs from first */
};

enum { NEAR = 64 };

struct pile {
    struct kp_spill entries;
    struct kp_spill marks;     /* by row; rows never written read as zero, KP_MARK_NEW */
    struct kp_mark near[NEAR]; /* marks of the rows from near_from: they are asked for in order */
    uint64_t near_from;
    bool has_near;
};

/* A row that resembles another. */
struct resembling {
    uint64_t found;
    uint8_t whole[KP_SHA256_BYTES]; /* of what it says */
};

struct kp_persons {
    struct kp_context *ctx;
    const char *folder;
    struct pile piles[KP_JOIN__COUNT];
    struct kp_spill resembling; /* of struct resembling, by row; rows never written read as zero */
    bool any_resembling;
    unsigned slot_bits;
    struct slot *slots;
    struct kp_sha256 *sha;
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

/* Sets the digest of a row that resembles another to that of what it says. */
static enum kp_status complete(const struct kp_persons *p, struct entry *entry)
{
    struct resembling r;
    if (!p->any_resembling || !(entry->part & WHOLE))
        return KP_OK;
    KP_TRY(check(p, kp_spill_read(&p->resembling, entry->row, &r, 1)));
    if (r.found)
        memcpy(entry->whole, r.whole, sizeof(entry->whole));
    return KP_OK;
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
            if (lot % n_parts != part)
                continue;
            KP_TRY(complete(p, &block[i]));
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
    enum kp_status st = kp_sha256_new(&p->sha) == KP_OK ? KP_OK : kp_no_memory(ctx);
    if (st == KP_OK)
        st =
            check(p, kp_spill_open(&p->resembling, ctx->io, folder, "resembling", sizeof(struct resembling)));
    for (size_t i = 0; i < KP_JOIN__COUNT && st == KP_OK; i++)
        st = open_pile(p, &p->piles[i]);
    if (st == KP_OK)
        *ret_persons = p;
    else
        kp_persons_free(p);
    return st;
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
    kp_spill_close(&p->resembling);
    free(p->slots);
    kp_sha256_free(p->sha);
    free(p);
}

/* Several texts that are digested as one. */
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static enum kp_status digest(struct kp_persons *p, const char *const *texts,
                             uint8_t ret_digest[KP_SHA256_BYTES])
{
    bool done = true;
    for (; done && *texts; texts++)
        done = kp_sha256_add(p->sha, *texts, strlen(*texts)) == KP_OK;
    return done && kp_sha256_finish(p->sha, ret_digest) == KP_OK ? KP_OK : kp_no_memory(p->ctx);
}

/* Files the entry under the key that kp_log_key computes: the first bytes of a digest. */
static enum kp_status push(struct kp_persons *p, enum kp_join join, const struct kp_row *row,
                           const uint8_t key[KP_SHA256_BYTES], const uint8_t whole[KP_SHA256_BYTES],
                           uint32_t part)
{
    struct entry entry = {.row = row->number, .file = row->file, .line = row->line, .part = part};
    memcpy(entry.whole, whole, sizeof(entry.whole));
    memcpy(entry.key, key, sizeof(entry.key));
    return check(p, kp_spill_push(&p->piles[join].entries, &entry));
}

enum kp_status kp_persons_add(struct kp_persons *p, enum kp_join join, const struct kp_row *row,
                              const char *key, const uint8_t whole[KP_SHA256_BYTES])
{
    uint8_t digested[KP_SHA256_BYTES];
    KP_TRY(digest(p, TEXTS(key), digested));
    return push(p, join, row, digested, whole, join == KP_JOIN_IDENTITY ? BOTH | WHOLE : BOTH);
}

enum kp_status kp_persons_add_cards(struct kp_persons *p, const struct kp_row *row,
                                    const struct kp_person_keys *keys, const uint8_t whole[KP_SHA256_BYTES])
{
    const bool has_id = *keys->employee_id;
    uint8_t insurer[KP_SHA256_BYTES], number[KP_SHA256_BYTES], name[KP_SHA256_BYTES];
    KP_TRY(digest(p, TEXTS(keys->insurer), insurer));
    KP_TRY(digest(p, TEXTS(keys->by_number), number));
    KP_TRY(push(p, KP_JOIN_CARD, row, number, whole, BOTH | WHOLE));
    if (has_id) {
        KP_TRY(digest(p, TEXTS("id\x1f", keys->employee_id, "\x1f", keys->name), name));
        KP_TRY(push(p, KP_JOIN_CARD, row, name, number, BOTH));
    }
    /* A row with an id may be any row without one, and a row without one any row at all. */
    KP_TRY(digest(p, TEXTS("no id\x1f", keys->name), name));
    KP_TRY(push(p, KP_JOIN_CARD, row, name, insurer, has_id ? ASKS : SHOWS));
    KP_TRY(digest(p, TEXTS("anyone\x1f", keys->name), name));
    return push(p, KP_JOIN_CARD, row, name, insurer, has_id ? SHOWS : BOTH);
}

static size_t n_slots(const struct kp_persons *p)
{
    return (size_t)1 << p->slot_bits;
}

/* Slots are chosen by the first bits of the key, so walking them visits keys nearly in order, which is the
 * order of the log's index. */
static struct slot *find(struct kp_persons *p, const uint8_t key[KP_LOG_KEY_BYTES])
{
    size_t at = ((size_t)key[0] << 16 | (size_t)key[1] << 8 | key[2]) >> (24 - p->slot_bits);
    while (p->slots[at].taken && memcmp(p->slots[at].first.key, key, KP_LOG_KEY_BYTES) != 0)
        at = (at + 1) & (n_slots(p) - 1);
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
    for (struct slot *slot = p->slots; slot < p->slots + n_slots(p); slot++)
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

/* Makes slots for the entries of one of the parts; *ret_parts is their number. */
static enum kp_status make_slots(struct kp_persons *p, struct pile *pile, uint64_t *ret_parts)
{
    uint64_t n = pile->entries.n < ENTRIES_PER_PART ? pile->entries.n : ENTRIES_PER_PART;
    *ret_parts = pile->entries.n / ENTRIES_PER_PART + 1;
    for (p->slot_bits = LEAST_SLOT_BITS; n_slots(p) < 2 * n && p->slot_bits < MOST_SLOT_BITS;)
        p->slot_bits++;
    free(p->slots);
    p->slots = malloc(n_slots(p) * sizeof(*p->slots));
    return p->slots ? check(p, kp_spill_flush(&pile->entries)) : kp_no_memory(p->ctx);
}

static enum kp_status collect_rows(struct kp_persons *p, const struct pile *pile, const struct entry *entry)
{
    return entry->part & WHOLE ? collect(p, pile, entry) : KP_OK;
}

static enum kp_status find_resembling(struct kp_persons *p, const struct pile *pile,
                                      const struct entry *entry)
{
    static const struct resembling found = {.found = 1};
    (void)pile;
    const struct slot *slot = entry->part & WHOLE ? find(p, entry->key) : NULL;
    return slot && slot->conflict ? check(p, kp_spill_write(&p->resembling, entry->row, &found, 1)) : KP_OK;
}

static bool has_conflict(const struct kp_persons *p)
{
    size_t i = 0;
    while (i < n_slots(p) && !p->slots[i].conflict)
        i++;
    return i < n_slots(p);
}

enum kp_status kp_persons_find_resembling(struct kp_persons *p, bool *ret_any)
{
    static const enum kp_join joins[] = {KP_JOIN_IDENTITY, KP_JOIN_CARD};
    bool any = false;
    for (size_t i = 0; i < KP_COUNT(joins); i++) {
        struct pile *pile = &p->piles[joins[i]];
        uint64_t n_parts = 0;
        KP_TRY(make_slots(p, pile, &n_parts));
        for (uint64_t part = 0; part < n_parts; part++) {
            memset(p->slots, 0, n_slots(p) * sizeof(*p->slots));
            KP_TRY(each(p, pile, part, n_parts, collect_rows));
            if (!has_conflict(p))
                continue;
            any = true;
            KP_TRY(each(p, pile, part, n_parts, find_resembling));
        }
    }
    p->any_resembling = *ret_any = any;
    return KP_OK;
}

enum kp_status kp_persons_resembles(struct kp_persons *p, uint64_t row, bool *ret_resembles)
{
    struct resembling r;
    KP_TRY(check(p, kp_spill_read(&p->resembling, row, &r, 1)));
    *ret_resembles = r.found;
    return KP_OK;
}

enum kp_status kp_persons_set_contents(struct kp_persons *p, uint64_t row,
                                       const uint8_t whole[KP_SHA256_BYTES])
{
    struct resembling r = {.found = 1};
    memcpy(r.whole, whole, sizeof(r.whole));
    return check(p, kp_spill_write(&p->resembling, row, &r, 1));
}

static enum kp_status join(struct kp_persons *p, struct pile *pile, kp_persons_lookup *lookup,
                           void *lookup_ctx)
{
    uint64_t n_parts = 0;
    pile->has_near = false;
    KP_TRY(make_slots(p, pile, &n_parts));
    for (uint64_t part = 0; part < n_parts; part++) {
        memset(p->slots, 0, n_slots(p) * sizeof(*p->slots));
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
    for (size_t i = 0; i < KP_JOIN__COUNT; i++)
        KP_TRY_OUT(join(p, &p->piles[i], lookup, lookup_ctx));
out:
    free(p->slots);
    p->slots = NULL;
    return st;
}

enum kp_status kp_persons_marks(struct kp_persons *p, uint64_t row, struct kp_mark ret_marks[KP_JOIN__COUNT])
{
    for (size_t i = 0; i < KP_JOIN__COUNT; i++) {
        struct pile *pile = &p->piles[i];
        if (!pile->has_near || row < pile->near_from || row - pile->near_from >= NEAR) {
            KP_TRY(check(p, kp_spill_read(&pile->marks, row, pile->near, NEAR)));
            pile->near_from = row;
            pile->has_near = true;
        }
        ret_marks[i] = pile->near[row - pile->near_from];
    }
    return KP_OK;
}
