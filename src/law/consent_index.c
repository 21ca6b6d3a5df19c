#include "law/consent_index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum { HASH_BYTES = 7, PLACE_BYTES = 12, ID_BYTES = 8, BUCKETS = 1 << 16 };

/* FNV-1a, big-endian, so that memcmp orders it. */
static void hash_of(const char *text, uint8_t *ret_bytes, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    hash ^= hash >> 32; /* the upper bits of short texts differ too little */
    hash *= 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < n; i++)
        ret_bytes[i] = (uint8_t)(hash >> (56 - 8 * i));
}

/* --- sorting without another copy --- */

static size_t bucket_of(const uint8_t *record)
{
    return (size_t)record[0] << 8 | record[1];
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, ID_BYTES);
}

static int compare_places(const void *a, const void *b)
{
    return memcmp(a, b, PLACE_BYTES);
}

/* Exchanges records until each is in the part of the array that its first two bytes give it. */
static void distribute(uint8_t *records, size_t size, size_t *next, const size_t *end)
{
    uint8_t swap[PLACE_BYTES];
    for (size_t b = 0; b < BUCKETS; b++)
        while (next[b] < end[b]) {
            uint8_t *here = records + next[b] * size;
            size_t to = bucket_of(here);
            if (to == b) {
                next[b]++;
                continue;
            }
            uint8_t *there = records + next[to]++ * size;
            memcpy(swap, there, size);
            memcpy(there, here, size);
            memcpy(here, swap, size);
        }
}

/* Returns false if memory is short. */
static bool sort(struct kp_buf *buf, size_t size, int (*compare)(const void *a, const void *b))
{
    size_t n = buf->len / size, *next = calloc(2 * (size_t)BUCKETS, sizeof(*next));
    uint8_t *records = (uint8_t *)buf->data;
    if (!next)
        return false;
    size_t *end = next + BUCKETS;
    for (size_t i = 0; i < n; i++)
        end[bucket_of(records + i * size)]++;
    for (size_t b = 0, at = 0; b < BUCKETS; b++) {
        next[b] = at;
        at += end[b];
        end[b] = at;
    }
    distribute(records, size, next, end);
    for (size_t b = 0, from = 0; b < BUCKETS; from = end[b++])
        if (end[b] - from > 1)
            qsort(records + from * size, end[b] - from, size, compare);
    free(next);
    return true;
}

/* --- reading --- */

struct loading {
    struct kp_consent_index *index;
    struct kp_buf ids;      /* hashes of the consent ids */
    struct kp_buf suspects; /* those that occur twice, sorted */
};

static void take_row(struct kp_register *r, uint64_t at, void *ctx)
{
    struct loading *l = ctx;
    struct kp_consent consent = {0};
    uint8_t place[PLACE_BYTES], id[ID_BYTES];
    kp_consent_read(r, 0, NULL, &consent);
    const char *key = kp_consent_key(r->arena, &consent.who);
    if (r->arena->failed)
        kp_register_no_memory(r);
    hash_of(consent.id, id, sizeof(id));
    hash_of(key ? key : "", place, HASH_BYTES);
    for (size_t i = 0; i < PLACE_BYTES - HASH_BYTES; i++)
        place[HASH_BYTES + i] = (uint8_t)(at >> (32 - 8 * i));
    kp_buf_add(&l->ids, id, sizeof(id));
    kp_buf_add(&l->index->places, place, sizeof(place));
    if (!kp_buf_ok(&l->ids) || !kp_buf_ok(&l->index->places))
        kp_register_no_memory(r);
}

/* Keeps of the ids the hashes that occur twice. */
static bool find_suspects(struct loading *l)
{
    size_t n = l->ids.len / ID_BYTES;
    if (n == 0)
        return true;
    if (!sort(&l->ids, ID_BYTES, compare_ids))
        return false;
    for (size_t i = 1; i < n; i++) {
        const char *id = l->ids.data + i * ID_BYTES;
        if (memcmp(id, id - ID_BYTES, ID_BYTES) == 0)
            kp_buf_add(&l->suspects, id, ID_BYTES);
    }
    return kp_buf_ok(&l->suspects);
}

static void check_suspect(struct kp_register *r, uint64_t at, void *ctx)
{
    const struct loading *l = ctx;
    const char *id = kp_register_cell(r, 0, 0);
    uint8_t hash[ID_BYTES];
    (void)at;
    hash_of(id, hash, sizeof(hash));
    if (*id && bsearch(hash, l->suspects.data, l->suspects.len / ID_BYTES, ID_BYTES, compare_ids))
        kp_register_unique(r, 0, id);
}

/* Reports duplicate ids, for which a second look at the file is needed. */
static enum kp_status check_ids(struct kp_context *ctx, const char *path, struct loading *l)
{
    struct kp_register again = {.ctx = ctx};
    if (!find_suspects(l))
        return kp_no_memory(ctx);
    kp_buf_release(&l->ids);
    if (l->suspects.len == 0)
        return KP_OK;
    (void)kp_register_each(&again, path, KP_CONSENT_COLUMNS, KP_CONSENT_OPTIONAL, check_suspect, l);
    again.is_second_look = true;
    return kp_register_close(&again);
}

enum kp_status kp_consent_index_load(struct kp_context *ctx, const char *path,
                                     struct kp_consent_register *ret_consents)
{
    struct kp_consent_index *index = kp_arena_alloc(&ctx->arena, sizeof(*index));
    struct loading l = {.index = index};
    if (!index)
        return kp_no_memory(ctx);
    *index = (struct kp_consent_index){.fd = -1, .shape = {.ctx = ctx}};
    (void)kp_register_each(&index->shape, path, KP_CONSENT_COLUMNS, KP_CONSENT_OPTIONAL, take_row, &l);
    enum kp_status st = kp_register_close(&index->shape);
    if (st == KP_OK) /* other faults are mended first */
        st = check_ids(ctx, path, &l);
    if (st == KP_OK && index->places.len && !sort(&index->places, PLACE_BYTES, compare_places))
        st = kp_no_memory(ctx);
    if (st == KP_OK && kp_file_open(ctx->io, path, &index->fd) != KP_OK)
        st = kp_unreadable(&ctx->diag, KP_E_INPUT, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, path, NULL);
    kp_buf_release(&l.ids);
    kp_buf_release(&l.suspects);
    if (st != KP_OK) {
        kp_consent_index_close(index);
        return st;
    }
    *ret_consents = (struct kp_consent_register){
        .index = index, .n = index->places.len / PLACE_BYTES, .original = index->shape.original};
    return KP_OK;
}

void kp_consent_index_close(struct kp_consent_index *index)
{
    if (!index)
        return;
    if (index->fd >= 0)
        (void)index->shape.ctx->io->close(index->fd); /* only read */
    kp_buf_release(&index->places);
    index->fd = -1;
}

/* --- looking up --- */

static const uint8_t *place_at(const struct kp_consent_index *index, size_t i)
{
    return (const uint8_t *)index->places.data + i * PLACE_BYTES;
}

/* Returns the first place that is not before the hash. */
static size_t lower_bound(const struct kp_consent_index *index, const uint8_t hash[HASH_BYTES])
{
    size_t from = 0, to = index->places.len / PLACE_BYTES;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (memcmp(place_at(index, middle), hash, HASH_BYTES) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool is_at(const struct kp_consent_index *index, size_t i, const uint8_t hash[HASH_BYTES])
{
    return i < index->places.len / PLACE_BYTES && memcmp(place_at(index, i), hash, HASH_BYTES) == 0;
}

bool kp_consent_index_has(const struct kp_consent_index *index, const char *key)
{
    uint8_t hash[HASH_BYTES];
    hash_of(key, hash, sizeof(hash));
    return is_at(index, lower_bound(index, hash), hash);
}

/* Reads the row at a place. Fails for a row that is no longer what it was. */
static enum kp_status read_again(const struct kp_consent_index *index, struct kp_arena *arena, size_t i,
                                 struct kp_consent *ret_consent)
{
    struct kp_register r = index->shape;
    uint64_t at = 0;
    r.arena = arena;
    r.is_second_look = true;
    r.st = KP_OK;
    for (size_t k = HASH_BYTES; k < PLACE_BYTES; k++)
        at = at << 8 | place_at(index, i)[k];
    KP_TRY(kp_register_read_at(&r, index->fd, at));
    kp_consent_read(&r, 0, NULL, ret_consent);
    ret_consent->row = i;
    return r.st;
}

static int by_id(const void *a, const void *b)
{
    const struct kp_consent *x = a, *y = b;
    return strcmp(x->id, y->id);
}

const struct kp_consent *kp_consent_index_find(const struct kp_consent_index *index, struct kp_arena *arena,
                                               const char *key)
{
    uint8_t hash[HASH_BYTES];
    size_t n = 0, kept = 0;
    hash_of(key, hash, sizeof(hash));
    size_t first = lower_bound(index, hash);
    while (is_at(index, first + n, hash))
        n++;
    if (n == 0)
        return NULL;
    struct kp_consent *rows = kp_arena_alloc(arena, n * sizeof(*rows));
    for (size_t i = 0; rows && i < n; i++) {
        struct kp_consent row = {0};
        if (read_again(index, arena, first + i, &row) != KP_OK)
            return kp_arena_fail(arena);
        const char *own = kp_consent_key(arena, &row.who);
        if (own && strcmp(own, key) == 0)
            rows[kept++] = row;
    }
    if (!rows || arena->failed || kept == 0)
        return NULL;
    qsort(rows, kept, sizeof(*rows), by_id);
    for (size_t i = 0; i + 1 < kept; i++)
        rows[i].next = &rows[i + 1];
    return rows;
}
