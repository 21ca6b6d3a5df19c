#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "status.h"

enum { KEY_BYTES = 16, BUFFERED = 512, SLOTS = 1 << 18, ENTRIES_PER_PART = SLOTS / 2, MARKS_READ = 256 };

struct entry {
    uint8_t key[KEY_BYTES];
    uint8_t digest[KP_SHA256_BYTES];
    uint8_t whole[KP_SHA256_BYTES]; /* rows only */
    uint64_t row;
    uint64_t line;
    uint32_t file;
    uint32_t unused;
};

/* A scratch file of entries with a small write buffer. */
struct stack {
    const struct kp_io *io;
    int fd;
    uint64_t n; /* entries, including those buffered */
    size_t n_buffered;
    struct entry buffered[BUFFERED];
};

struct slot {
    uint8_t key[KEY_BYTES];
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

struct kp_seen {
    const struct kp_io *io;
    struct stack rows, log, people;
    uint64_t log_settled; /* entries of the log whose bundle was released */
    struct marks row_marks, person_marks;
    struct slot *slots;
};

static enum kp_status flush(struct stack *s)
{
    uint64_t at = (s->n - s->n_buffered) * sizeof(struct entry);
    enum kp_status st = kp_scratch_write(s->io, s->fd, s->buffered, s->n_buffered * sizeof(struct entry), at);
    s->n_buffered = 0;
    return st;
}

static enum kp_status push(struct stack *s, const struct entry *entry)
{
    enum kp_status st = s->n_buffered == BUFFERED ? flush(s) : KP_OK;
    if (st != KP_OK)
        return st;
    s->buffered[s->n_buffered++] = *entry;
    s->n++;
    return KP_OK;
}

/* Calls fn for every entry of the part, in order. */
static enum kp_status each(struct stack *s, uint64_t part, uint64_t n_parts,
                           enum kp_status (*fn)(struct kp_seen *seen, const struct entry *entry), struct kp_seen *seen)
{
    struct entry block[BUFFERED];
    for (uint64_t at = 0; at < s->n; at += BUFFERED) {
        size_t n = s->n - at < BUFFERED ? (size_t)(s->n - at) : BUFFERED;
        enum kp_status st = kp_scratch_read(s->io, s->fd, block, n * sizeof(block[0]), at * sizeof(block[0]));
        if (st != KP_OK)
            return st;
        for (size_t i = 0; i < n; i++) {
            uint64_t lot = 0;
            memcpy(&lot, block[i].key, sizeof(lot));
            if (lot % n_parts == part && (st = fn(seen, &block[i])) != KP_OK)
                return st;
        }
    }
    return KP_OK;
}

static enum kp_status make_scratch(const struct kp_io *io, const char *folder, const char *name, int *ret_fd)
{
    struct kp_arena arena = {0};
    char *path = kp_arena_printf(&arena, "%s/%s", folder, name);
    enum kp_status st = path ? kp_scratch_open(io, path, ret_fd) : KP_E_SYSTEM;
    kp_arena_release(&arena);
    return st;
}

enum kp_status kp_seen_new(const struct kp_io *io, const char *folder, struct kp_seen **ret_seen)
{
    enum kp_status st = KP_E_SYSTEM;
    struct kp_seen *seen = calloc(1, sizeof(*seen));
    if (!seen)
        return KP_E_SYSTEM;
    seen->io = seen->rows.io = seen->log.io = seen->people.io = io;
    seen->rows.fd = seen->log.fd = seen->people.fd = seen->row_marks.fd = seen->person_marks.fd = -1;
    seen->row_marks.from = seen->person_marks.from = UINT64_MAX;
    KP_TRY(make_scratch(io, folder, "rows", &seen->rows.fd));
    KP_TRY(make_scratch(io, folder, "log", &seen->log.fd));
    KP_TRY(make_scratch(io, folder, "marks", &seen->row_marks.fd));
    KP_TRY(make_scratch(io, folder, "people", &seen->people.fd));
    KP_TRY(make_scratch(io, folder, "person_marks", &seen->person_marks.fd));
    *ret_seen = seen;
    seen = NULL;
out:
    kp_seen_free(seen);
    return st;
}

static void close_scratch(const struct kp_io *io, int fd)
{
    if (fd >= 0)
        (void)io->close(fd); /* scratch: nothing is lost */
}

void kp_seen_free(struct kp_seen *seen)
{
    if (!seen)
        return;
    close_scratch(seen->io, seen->rows.fd);
    close_scratch(seen->io, seen->log.fd);
    close_scratch(seen->io, seen->people.fd);
    close_scratch(seen->io, seen->row_marks.fd);
    close_scratch(seen->io, seen->person_marks.fd);
    free(seen->slots);
    free(seen);
}

static enum kp_status make_entry(const char *identity, const uint8_t digest[KP_SHA256_BYTES], struct entry *entry)
{
    uint8_t key[KP_SHA256_BYTES];
    enum kp_status st = kp_sha256_of(identity, strlen(identity), key);
    memcpy(entry->key, key, KEY_BYTES);
    memcpy(entry->digest, digest, KP_SHA256_BYTES);
    return st;
}

enum kp_status kp_seen_row(struct kp_seen *seen, uint64_t row, uint32_t file, uint64_t line, const char *identity,
                           const uint8_t record[KP_SHA256_BYTES], const uint8_t whole[KP_SHA256_BYTES])
{
    struct entry entry = {.row = row, .file = file, .line = line};
    memcpy(entry.whole, whole, sizeof(entry.whole));
    enum kp_status st = make_entry(identity, record, &entry);
    return st == KP_OK ? push(&seen->rows, &entry) : st;
}

enum kp_status kp_seen_person(struct kp_seen *seen, uint64_t row, uint32_t file, uint64_t line, const char *key,
                              const char *facts)
{
    struct entry entry = {.row = row, .file = file, .line = line};
    enum kp_status st = kp_sha256_of(facts, strlen(facts), entry.whole);
    if (st == KP_OK)
        st = make_entry(key, entry.whole, &entry);
    return st == KP_OK ? push(&seen->people, &entry) : st;
}

enum kp_status kp_seen_disclosed(struct kp_seen *seen, const char *identity, const uint8_t digest[KP_SHA256_BYTES])
{
    struct entry entry = {.row = 0};
    enum kp_status st = make_entry(identity, digest, &entry);
    return st == KP_OK ? push(&seen->log, &entry) : st;
}

void kp_seen_released(struct kp_seen *seen)
{
    seen->log_settled = seen->log.n;
}

void kp_seen_voided(struct kp_seen *seen)
{
    /* Forget the bundle's entries; some may be on file already and are overwritten by what follows. */
    uint64_t drop = seen->log.n - seen->log_settled;
    seen->log.n_buffered -= drop < seen->log.n_buffered ? (size_t)drop : seen->log.n_buffered;
    seen->log.n = seen->log_settled;
}

static struct slot *find(struct kp_seen *seen, const uint8_t key[KEY_BYTES])
{
    uint32_t h = 0;
    memcpy(&h, key + 8, sizeof(h)); /* the first bytes chose the part */
    size_t at = h & (SLOTS - 1);
    while (seen->slots[at].first_row && memcmp(seen->slots[at].key, key, KEY_BYTES) != 0)
        at = (at + 1) & (SLOTS - 1);
    return &seen->slots[at];
}

static enum kp_status collect_row(struct kp_seen *seen, const struct entry *entry)
{
    struct slot *slot = find(seen, entry->key);
    if (!slot->first_row) {
        memcpy(slot->key, entry->key, KEY_BYTES);
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

static enum kp_status collect_logged(struct kp_seen *seen, const struct entry *entry)
{
    struct slot *slot = find(seen, entry->key);
    if (slot->first_row) /* the latest disclosure is the one that counts, so later entries overwrite */
        slot->logged = memcmp(slot->digest, entry->digest, KP_SHA256_BYTES) == 0 ? KP_SEEN_LOGGED : KP_SEEN_CHANGED;
    return KP_OK;
}

static enum kp_status write_mark_to(struct kp_seen *seen, struct marks *marks, const struct entry *entry)
{
    const struct slot *slot = find(seen, entry->key);
    bool is_first = slot->first_row == entry->row + 1;
    struct kp_mark mark = {.kind = slot->logged, .file = slot->first_file, .line = slot->first_line};
    if (slot->conflict) {
        mark.kind = KP_SEEN_CONFLICT;
        if (memcmp(entry->whole, slot->whole, KP_SHA256_BYTES) == 0) { /* name a row that differs from this one */
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

static enum kp_status write_row_mark(struct kp_seen *seen, const struct entry *entry)
{
    return write_mark_to(seen, &seen->row_marks, entry);
}

static enum kp_status write_person_mark(struct kp_seen *seen, const struct entry *entry)
{
    const struct slot *slot = find(seen, entry->key);
    return slot->conflict ? write_mark_to(seen, &seen->person_marks, entry) : KP_OK;
}

/* Rows against one another and the log, or, without a log, people against one another. */
static enum kp_status join(struct kp_seen *seen, struct stack *rows, struct stack *log,
                           enum kp_status (*write)(struct kp_seen *seen, const struct entry *entry))
{
    enum kp_status st = KP_OK;
    uint64_t n_parts = rows->n / ENTRIES_PER_PART + 1;
    KP_TRY(flush(rows));
    for (uint64_t part = 0; part < n_parts; part++) {
        memset(seen->slots, 0, SLOTS * sizeof(*seen->slots));
        KP_TRY(each(rows, part, n_parts, collect_row, seen));
        if (log)
            KP_TRY(each(log, part, n_parts, collect_logged, seen));
        KP_TRY(each(rows, part, n_parts, write, seen));
    }
out:
    return st;
}

enum kp_status kp_seen_join(struct kp_seen *seen)
{
    enum kp_status st = KP_OK;
    seen->slots = malloc(SLOTS * sizeof(*seen->slots));
    if (!seen->slots)
        return KP_E_SYSTEM;
    kp_seen_voided(seen); /* a bundle that is neither released nor voided was not disclosed */
    KP_TRY(flush(&seen->log));
    KP_TRY(join(seen, &seen->rows, &seen->log, write_row_mark));
    KP_TRY(join(seen, &seen->people, NULL, write_person_mark));
out:
    free(seen->slots);
    seen->slots = NULL;
    return st;
}

static enum kp_status read_mark(const struct kp_io *io, struct marks *marks, uint64_t row, struct kp_mark *ret_mark)
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

enum kp_status kp_seen_mark(struct kp_seen *seen, uint64_t row, struct kp_mark *ret_mark)
{
    return read_mark(seen->io, &seen->row_marks, row, ret_mark);
}

enum kp_status kp_seen_person_mark(struct kp_seen *seen, uint64_t row, struct kp_person_mark *ret_mark)
{
    struct kp_mark mark;
    enum kp_status st = read_mark(seen->io, &seen->person_marks, row, &mark);
    if (st == KP_OK)
        *ret_mark = (struct kp_person_mark){mark.kind == KP_SEEN_CONFLICT, mark.file, mark.line};
    return st;
}
