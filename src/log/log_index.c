#include "log/log_index.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"

enum { BLOCK_BYTES = 4096, RUN_RECORDS = 1 << 16, MAX_RUNS = 4096 };

/* In the byte order of the machine: another machine finds it damaged and builds its own. */
struct header {
    char magic[16];
    uint64_t byte_order;
    uint64_t n_records;
    struct kp_log_point point;
    char fill[BLOCK_BYTES - 16 - 16 - sizeof(struct kp_log_point) - KP_SHA256_BYTES];
    uint8_t digest[KP_SHA256_BYTES];
};

static_assert(sizeof(struct kp_log_index_record) == 24, "records are packed");
static_assert(sizeof(struct kp_log_index_block) == BLOCK_BYTES, "a block is a page");
static_assert(sizeof(struct header) == BLOCK_BYTES, "the header is a page");

static const char MAGIC[16] = "kenporter-ix-4\n";
#define ORDER_MARK UINT64_C(0x0102030405060708)

static uint64_t n_blocks(const struct kp_log_index *index)
{
    return (index->n_records + KP_LOG_INDEX_PER_BLOCK - 1) / KP_LOG_INDEX_PER_BLOCK;
}

static bool digest_fits(const void *bytes, size_t n, const uint8_t stated[KP_SHA256_BYTES])
{
    uint8_t digest[KP_SHA256_BYTES];
    return kp_sha256_of(bytes, n, digest) == KP_OK && memcmp(digest, stated, sizeof(digest)) == 0;
}

/* --- opening --- */

static enum kp_status is_head(void *ctx, const struct kp_log_line *line)
{
    const struct kp_log_point *point = ctx;
    bool same = strcmp(line->cells[KP_LOG_HASH], point->head) == 0 && line->at + line->n == point->bytes &&
                strtoull(line->cells[KP_LOG_SEQ], NULL, 10) == point->n_entries;
    return same ? KP_OK : KP_E_FAULT;
}

/* Returns whether the log ends within the entry that the header names. Continuing the log repairs that. */
static bool is_torn(const struct kp_log_index *index, const char *log_path)
{
    char end = '\n';
    uint64_t size = (uint64_t)kp_file_size(index->io, log_path);
    return size > index->point.last_at && size < index->point.bytes &&
           kp_scratch_read(index->io, index->log_fd, &end, 1, size - 1) == KP_OK && end != '\n';
}

static enum kp_status read_header(struct kp_log_index *index, const char *path,
                                  enum kp_log_index_verdict *ret_verdict)
{
    struct header header;
    KP_TRY(kp_scratch_read(index->io, index->fd, &header, sizeof(header), 0));
    *ret_verdict = KP_LOG_INDEX_DAMAGED;
    if (memcmp(header.magic, MAGIC, sizeof(MAGIC)) != 0 || header.byte_order != ORDER_MARK ||
        !digest_fits(&header, offsetof(struct header, digest), header.digest))
        return KP_OK;
    index->point = header.point;
    index->n_records = header.n_records;
    if ((uint64_t)kp_file_size(index->io, path) == (n_blocks(index) + 1) * BLOCK_BYTES)
        *ret_verdict = KP_LOG_INDEX_SOUND;
    return KP_OK;
}

static enum kp_status compare_with_log(struct kp_log_index *index, const char *log_path,
                                       enum kp_log_index_verdict *ret_verdict)
{
    *ret_verdict = KP_LOG_INDEX_ABSENT;
    (void)kp_file_open(index->io, log_path, &index->log_fd);
    if (index->log_fd < 0 && errno != ENOENT)
        return KP_E_SYSTEM;
    *ret_verdict = KP_LOG_INDEX_CONTRADICTS;
    if (index->log_fd < 0)
        return KP_OK;
    enum kp_status st =
        kp_log_read_one(index->io, index->log_fd, index->point.last_at, is_head, &index->point);
    if (st == KP_OK)
        *ret_verdict = KP_LOG_INDEX_SOUND;
    else if (st != KP_E_FAULT || is_torn(index, log_path))
        *ret_verdict = KP_LOG_INDEX_ABSENT; /* or unknown */
    return st == KP_E_FAULT ? KP_OK : st;
}

enum kp_status kp_log_index_open(struct kp_log_index *index, const struct kp_io *io, const char *path,
                                 const char *log_path, enum kp_log_index_verdict *ret_verdict)
{
    *index = (struct kp_log_index){.fd = -1, .log_fd = -1};
    (void)kp_file_open(io, path, &index->fd);
    *ret_verdict = KP_LOG_INDEX_ABSENT;
    if (index->fd < 0)
        return errno == ENOENT ? KP_OK : KP_E_SYSTEM;
    index->io = io;
    enum kp_status st = read_header(index, path, ret_verdict);
    if (st == KP_OK && *ret_verdict == KP_LOG_INDEX_SOUND)
        st = compare_with_log(index, log_path, ret_verdict);
    int error = errno;
    if (st != KP_OK || *ret_verdict != KP_LOG_INDEX_SOUND)
        kp_log_index_close(index);
    errno = error;
    return st;
}

void kp_log_index_close(struct kp_log_index *index)
{
    if (index->io && index->fd >= 0)
        (void)index->io->close(index->fd); /* only read from */
    if (index->io && index->log_fd >= 0)
        (void)index->io->close(index->log_fd);
    *index = (struct kp_log_index){.fd = -1, .log_fd = -1};
}

/* --- searching --- */

static size_t records_in(const struct kp_log_index *index, uint64_t number)
{
    uint64_t left = index->n_records - (number - 1) * KP_LOG_INDEX_PER_BLOCK;
    return left < KP_LOG_INDEX_PER_BLOCK ? (size_t)left : KP_LOG_INDEX_PER_BLOCK;
}

static enum kp_status load_block(struct kp_log_index *index, uint64_t number)
{
    struct kp_log_index_block *b = &index->block;
    if (b->number == number)
        return KP_OK;
    enum kp_status st = kp_scratch_read(index->io, index->fd, b, sizeof(*b), number * BLOCK_BYTES);
    if (st == KP_OK && b->number == number && memcmp(b->salt, index->point.head, sizeof(b->salt)) == 0 &&
        digest_fits(b, offsetof(struct kp_log_index_block, digest), b->digest))
        return KP_OK;
    b->number = 0;
    return st == KP_OK ? KP_E_FAULT : st;
}

enum kp_status kp_log_index_all(struct kp_log_index *index,
                                enum kp_status (*fn)(void *ctx, const struct kp_log_index_record *record),
                                void *ctx)
{
    for (uint64_t number = 1; number <= n_blocks(index); number++) {
        KP_TRY(load_block(index, number));
        for (size_t i = 0; i < records_in(index, number); i++)
            KP_TRY(fn(ctx, &index->block.records[i]));
    }
    return KP_OK;
}

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, KP_LOG_KEY_BYTES);
}

static uint64_t place_of(const uint8_t *key)
{
    uint64_t place = 0;
    for (size_t i = 0; i < 4; i++)
        place = place << 8 | key[i];
    return place;
}

/* Interpolation search, since keys are digests and thus evenly distributed; bisection after a few misses. */
static enum kp_status search(struct kp_log_index *index, const uint8_t *key, uint64_t *ret_place,
                             bool *ret_found)
{
    enum { GUESSES = 8 };
    uint64_t low = 1, high = n_blocks(index) + 1, low_place = 0, high_place = UINT32_MAX,
             place = place_of(key);
    for (unsigned tries = 0; low < high; tries++) {
        uint64_t at = low + (high - low) / 2;
        if (tries == 0 && index->block.number) /* searches come in the order of their keys */
            at = index->block.number;
        else if (tries < GUESSES && high_place > low_place)
            at = low + (place - low_place) * (high - 1 - low) / (high_place - low_place);
        KP_TRY(load_block(index, at));
        const struct kp_log_index_record *first = index->block.records,
                                         *last = first + records_in(index, at) - 1;
        if (compare_keys(key, first) < 0) {
            high = at;
            high_place = place_of(first->key);
        } else if (compare_keys(key, last) > 0) {
            low = at + 1;
            low_place = place_of(last->key);
        } else {
            first = bsearch(key, first, records_in(index, at), sizeof(*first), compare_keys);
            *ret_found = first != NULL;
            if (first)
                *ret_place = (at - 1) * KP_LOG_INDEX_PER_BLOCK + (uint64_t)(first - index->block.records);
            return KP_OK;
        }
    }
    return KP_OK;
}

/* Returns whether the record at the place, which may be beyond the last one, has the key. */
static enum kp_status has_key(struct kp_log_index *index, uint64_t place, const uint8_t *key,
                              struct kp_log_index_record *ret_record, bool *ret_has)
{
    *ret_has = false;
    if (place >= index->n_records)
        return KP_OK;
    KP_TRY(load_block(index, place / KP_LOG_INDEX_PER_BLOCK + 1));
    *ret_record = index->block.records[place % KP_LOG_INDEX_PER_BLOCK];
    *ret_has = compare_keys(ret_record, key) == 0;
    return KP_OK;
}

/* Finds the first of the records with the key. An index that is not open has none. */
static enum kp_status find_first(struct kp_log_index *index, const uint8_t *key, uint64_t *place,
                                 bool *ret_found)
{
    struct kp_log_index_record record;
    if (index->io)
        KP_TRY(search(index, key, place, ret_found));
    for (bool has = *ret_found; has && *place > 0;) {
        KP_TRY(has_key(index, *place - 1, key, &record, &has));
        *place -= has;
    }
    return KP_OK;
}

enum kp_status kp_log_index_count(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES],
                                  uint32_t *ret_n, uint64_t *ret_last_at)
{
    struct kp_log_index_record record;
    uint64_t place = 0;
    bool found = false;
    *ret_n = 0;
    KP_TRY(find_first(index, key, &place, &found));
    for (bool has = found; has; place++) {
        KP_TRY(has_key(index, place, key, &record, &has));
        *ret_n += has;
        *ret_last_at = has ? record.at : *ret_last_at;
    }
    return KP_OK;
}

enum kp_status kp_log_index_bundle_key(const char *root, uint8_t ret_key[KP_LOG_KEY_BYTES])
{
    struct kp_arena arena = {0};
    char *name = kp_arena_printf(&arena, "bundle\x1f%s", root); /* identities begin with an insurer number */
    enum kp_status st = name ? kp_log_key(name, ret_key) : kp_log_no_memory();
    kp_arena_release(&arena);
    return st;
}

/* A bundle has one record, a disclosure two. A line of a roster is found by its person, for rows under
 * another insurer, and by its file instead of its identity: the results have not been disclosed. */
enum { BY_IDENTITY, BY_PERSON, MOST_RECORDS };

static enum kp_status bundle_key_of(struct kp_arena *scratch, const char *const *c,
                                    struct kp_log_index_record *record)
{
    const char *dot = strrchr(c[KP_LOG_BUNDLE], '.');
    size_t n = dot ? (size_t)(dot - c[KP_LOG_BUNDLE]) : strlen(c[KP_LOG_BUNDLE]);
    char *root = kp_arena_strndup(scratch, c[KP_LOG_BUNDLE], n);
    return root ? kp_log_index_bundle_key(root, record->key) : kp_log_no_memory();
}

static enum kp_status key_of(char *text, struct kp_log_index_record *record)
{
    return text ? kp_log_key(text, record->key) : kp_log_no_memory();
}

/* Makes the records of an entry. Returns KP_E_FAULT if the program does not write such an entry. */
static enum kp_status records_of(struct kp_arena *scratch, const struct kp_log_line *line,
                                 struct kp_log_index_record ret_records[MOST_RECORDS], size_t *ret_n)
{
    const char *const *c = line->cells;
    memset(ret_records, 0, MOST_RECORDS * sizeof(*ret_records));
    ret_records[BY_IDENTITY].at = line->at;
    kp_arena_reset(scratch);
    *ret_n = 1;
    if (!kp_log_is_disclosure(c))
        return bundle_key_of(scratch, c, &ret_records[BY_IDENTITY]);
    if (!kp_is_hex(c[KP_LOG_CONTENT_SHA256], KP_SHA256_HEX))
        return KP_E_FAULT;
    ret_records[BY_PERSON] = ret_records[BY_IDENTITY];
    *ret_n = MOST_RECORDS;
    if (kp_log_is_roster(c))
        KP_TRY(bundle_key_of(scratch, c, &ret_records[BY_IDENTITY]));
    else
        KP_TRY(key_of(kp_identity_text(scratch, kp_identity_of_entry(c)), &ret_records[BY_IDENTITY]));
    return key_of(kp_person_text(scratch, c[KP_LOG_NAME_KANA], c[KP_LOG_BIRTH_DATE], c[KP_LOG_EXAM_DATE]),
                  &ret_records[BY_PERSON]);
}

/* A key that is to be confirmed by the entry, which then goes to fn. */
struct hit {
    const uint8_t *key;
    kp_log_fn *fn;
    void *ctx;
};

static enum kp_status confirm(void *ctx, const struct kp_log_line *line)
{
    const struct hit *hit = ctx;
    struct kp_log_index_record found[MOST_RECORDS];
    struct kp_arena scratch = {0};
    size_t n = 0;
    bool same = false;
    enum kp_status st = records_of(&scratch, line, found, &n);
    for (size_t i = 0; st == KP_OK && i < n; i++)
        same |= compare_keys(&found[i], hit->key) == 0;
    kp_arena_release(&scratch);
    if (st == KP_OK && !same)
        return KP_E_FAULT;
    return st == KP_OK && hit->fn ? hit->fn(hit->ctx, line) : st;
}

enum kp_status kp_log_index_read(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES], uint64_t at,
                                 kp_log_fn *fn, void *ctx)
{
    struct hit hit = {.key = key, .fn = fn, .ctx = ctx};
    return kp_log_read_one(index->io, index->log_fd, at, confirm, &hit);
}

enum kp_status kp_log_index_each(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES],
                                 kp_log_fn *fn, void *ctx)
{
    struct kp_log_index_record record;
    uint64_t place = 0;
    bool has = false;
    KP_TRY(find_first(index, key, &place, &has));
    while (has) {
        KP_TRY(has_key(index, place++, key, &record, &has));
        if (has)
            KP_TRY(kp_log_index_read(index, key, record.at, fn, ctx));
    }
    return KP_OK;
}

/* --- collecting --- */

enum kp_status kp_log_index_builder_open(struct kp_log_index_builder *builder, const struct kp_io *io,
                                         const char *folder)
{
    *builder = (struct kp_log_index_builder){.pile = {.fd = -1}};
    return kp_spill_open(&builder->pile, io, folder, "index", sizeof(struct kp_log_index_record));
}

void kp_log_index_builder_close(struct kp_log_index_builder *builder)
{
    kp_spill_close(&builder->pile);
    kp_arena_release(&builder->scratch);
}

enum kp_status kp_log_index_builder_add(struct kp_log_index_builder *builder, const struct kp_log_line *line)
{
    struct kp_log_index_record records[MOST_RECORDS];
    size_t n = 0;
    bool settles = kp_log_settles_bundle(line->cells);
    if (settles || kp_log_is_disclosure(line->cells))
        KP_TRY(records_of(&builder->scratch, line, records, &n));
    if (kp_log_event(line->cells) == KP_AUDIT_VOID)
        kp_spill_cut(&builder->pile, builder->settled);
    for (size_t i = 0; i < n; i++)
        KP_TRY(kp_spill_push(&builder->pile, &records[i]));
    if (settles)
        builder->settled = builder->pile.n;
    if (builder->pile.n != builder->settled)
        return KP_OK;
    struct kp_log_point *p = &builder->point;
    p->n_entries = strtoull(line->cells[KP_LOG_SEQ], NULL, 10);
    p->bytes = line->at + line->n;
    p->last_at = line->at;
    memcpy(p->head, line->cells[KP_LOG_HASH], sizeof(p->head));
    return KP_OK;
}

/* --- writing --- */

static int compare_records(const void *a, const void *b)
{
    const struct kp_log_index_record *x = a, *y = b;
    int keys = compare_keys(x, y);
    return keys ? keys : (x->at > y->at) - (x->at < y->at);
}

/* Sorts the pile in runs of RUN_RECORDS, the size of run. */
static enum kp_status sort_runs(struct kp_log_index_builder *builder, struct kp_log_index_record *run)
{
    kp_spill_cut(&builder->pile, builder->settled);
    KP_TRY(kp_spill_flush(&builder->pile));
    for (uint64_t at = 0; at < builder->pile.n; at += RUN_RECORDS) {
        uint64_t left = builder->pile.n - at;
        size_t n = left < RUN_RECORDS ? (size_t)left : RUN_RECORDS;
        KP_TRY(kp_spill_read(&builder->pile, at, run, n));
        qsort(run, n, sizeof(*run), compare_records);
        KP_TRY(kp_spill_write(&builder->pile, at, run, n));
    }
    return KP_OK;
}

/* A sorted sequence of records: a run of the pile, or the older index. */
struct source {
    const struct kp_spill *pile; /* NULL: the older index */
    uint64_t next, end;          /* not yet read: records of the pile, blocks of the index */
    struct kp_log_index_record *records;
    size_t at, n, room;
};

static enum kp_status refill(struct source *s, struct kp_log_index *older)
{
    enum kp_status st = KP_OK;
    if (s->at < s->n || s->next == s->end)
        return KP_OK;
    s->at = 0;
    if (s->pile) {
        s->n = s->end - s->next < s->room ? (size_t)(s->end - s->next) : s->room;
        st = kp_spill_read(s->pile, s->next, s->records, s->n);
        s->next += s->n;
    } else {
        st = load_block(older, s->next);
        s->n = st == KP_OK ? records_in(older, s->next) : 0;
        s->records = older->block.records;
        s->next++;
    }
    return st;
}

struct merge {
    struct source *sources; /* a heap: the smallest record first */
    size_t n_sources;
    struct kp_log_index_record *memory; /* RUN_RECORDS, shared by the runs */
    struct kp_log_index *older;
};

static bool comes_before(const struct source *a, const struct source *b)
{
    return compare_records(&a->records[a->at], &b->records[b->at]) < 0;
}

static void sift(struct merge *m, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < m->n_sources; child++)
            if (comes_before(&m->sources[child], &m->sources[least]))
                least = child;
        if (least == at)
            return;
        struct source kept = m->sources[at];
        m->sources[at] = m->sources[least];
        m->sources[least] = kept;
        at = least;
    }
}

static enum kp_status add_source(struct merge *m, struct source source)
{
    KP_TRY(refill(&source, m->older));
    if (source.n > 0)
        m->sources[m->n_sources++] = source;
    return KP_OK;
}

static enum kp_status merge_open(struct merge *m, const struct kp_spill *pile)
{
    size_t n_runs = (size_t)((pile->n + RUN_RECORDS - 1) / RUN_RECORDS);
    if (n_runs > MAX_RUNS) {
        errno = EFBIG;
        return KP_E_SYSTEM;
    }
    size_t room = RUN_RECORDS / (n_runs + 1);
    m->sources = calloc(n_runs + 1, sizeof(*m->sources));
    if (!m->sources)
        return kp_log_no_memory();
    if (m->older->io)
        KP_TRY(add_source(m, (struct source){.next = 1, .end = n_blocks(m->older) + 1}));
    for (size_t i = 0; i < n_runs; i++) {
        uint64_t from = (uint64_t)i * RUN_RECORDS, end = from + RUN_RECORDS;
        KP_TRY(add_source(m, (struct source){.pile = pile,
                                             .next = from,
                                             .end = end < pile->n ? end : pile->n,
                                             .records = m->memory + i * room,
                                             .room = room}));
    }
    for (size_t i = m->n_sources; i-- > 0;)
        sift(m, i);
    return KP_OK;
}

/* Takes the smallest record off the sources that are left. */
static enum kp_status merge_next(struct merge *m, struct kp_log_index_record *ret_record)
{
    struct source *first = &m->sources[0];
    *ret_record = first->records[first->at++];
    enum kp_status st = refill(first, m->older);
    if (first->at == first->n)
        *first = m->sources[--m->n_sources];
    sift(m, 0);
    return st;
}

struct writer {
    const struct kp_io *io;
    int fd;
    uint64_t n_records;
    struct kp_log_index_block block;
};

static enum kp_status write_block(struct writer *w)
{
    if (kp_sha256_of(&w->block, offsetof(struct kp_log_index_block, digest), w->block.digest) != KP_OK)
        return kp_log_no_memory();
    KP_TRY(kp_scratch_write(w->io, w->fd, &w->block, sizeof(w->block), w->block.number * BLOCK_BYTES));
    w->block.number++;
    memset(w->block.records, 0, sizeof(w->block.records));
    return KP_OK;
}

static enum kp_status put_record(struct writer *w, const struct kp_log_index_record *record)
{
    w->block.records[w->n_records++ % KP_LOG_INDEX_PER_BLOCK] = *record;
    return w->n_records % KP_LOG_INDEX_PER_BLOCK == 0 ? write_block(w) : KP_OK;
}

/* Earlier disclosures stay findable: a record that equals one of them is old data. */
static enum kp_status write_records(struct writer *w, struct merge *m)
{
    struct kp_log_index_record record;
    while (m->n_sources > 0) {
        KP_TRY(merge_next(m, &record));
        KP_TRY(put_record(w, &record));
    }
    return w->n_records % KP_LOG_INDEX_PER_BLOCK != 0 ? write_block(w) : KP_OK;
}

static enum kp_status write_index(struct writer *w, struct merge *m, const struct kp_log_point *point)
{
    struct header header;
    memset(&header, 0, sizeof(header));
    memcpy(header.magic, MAGIC, sizeof(MAGIC));
    header.byte_order = ORDER_MARK;
    header.point = *point;
    w->block.number = 1;
    memcpy(w->block.salt, point->head, sizeof(w->block.salt));
    KP_TRY(write_records(w, m));
    header.n_records = w->n_records;
    if (kp_sha256_of(&header, offsetof(struct header, digest), header.digest) != KP_OK)
        return kp_log_no_memory();
    KP_TRY(kp_scratch_write(w->io, w->fd, &header, sizeof(header), 0));
    return w->io->fsync(w->fd) == 0 ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status write_temporary(const char *temp, struct kp_log_index *older,
                                      struct kp_log_index_builder *builder)
{
    enum kp_status st = KP_OK;
    struct merge m = {.older = older, .memory = malloc(RUN_RECORDS * sizeof(*m.memory))};
    struct writer w = {.io = builder->pile.io};
    if (!m.memory)
        return kp_log_no_memory();
    (void)kp_io_unlink(w.io, temp); /* left by a run that died */
    w.fd = kp_io_open(w.io, temp, O_RDWR | O_CREAT | O_EXCL);
    KP_TRY_OUT(w.fd < 0 ? KP_E_SYSTEM : sort_runs(builder, m.memory));
    KP_TRY_OUT(merge_open(&m, &builder->pile));
    st = write_index(&w, &m, &builder->point);
out:;
    int error = errno;
    free(m.sources);
    free(m.memory);
    if (w.fd >= 0 && w.io->close(w.fd) != 0 && st == KP_OK)
        return KP_E_SYSTEM;
    errno = error;
    return st;
}

enum kp_status kp_log_index_write(const char *path, struct kp_log_index *older,
                                  struct kp_log_index_builder *builder)
{
    struct kp_arena arena = {0};
    const struct kp_io *io = builder->pile.io;
    char *temp = kp_arena_printf(&arena, "%s.tmp", path);
    if (!temp)
        return kp_log_no_memory();
    enum kp_status st = write_temporary(temp, older, builder);
    if (st == KP_OK && kp_io_rename(io, temp, path) != 0)
        st = KP_E_SYSTEM;
    int error = errno;
    if (st != KP_OK)
        (void)kp_io_unlink(io, temp);
    kp_arena_release(&arena);
    errno = error;
    return st == KP_OK ? kp_sync_parent(io, path) : st;
}
