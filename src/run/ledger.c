#include "run/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "base/status.h"

static struct kp_book *current(struct kp_ledger *ledger)
{
    return &ledger->books[ledger->n_books - 1];
}

static enum kp_status log_failed(const struct kp_run *run, const char *path)
{
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_UNUSABLE, kp_in(path),
                   strerror(errno ? errno : EIO));
}

/* --- reading a log --- */

struct reading {
    struct kp_ledger *ledger;
    bool to_the_end; /* however impatient the user is: of what went out */
    struct kp_log_index_builder builder;
};

static enum kp_status note_unfinished(struct kp_ledger *ledger, const char *const *cells)
{
    struct kp_unfinished *u = &ledger->unfinished;
    struct kp_arena *arena = &ledger->unfinished_arena;
    if (strcmp(u->bundle, cells[KP_LOG_BUNDLE]) == 0)
        return KP_OK;
    kp_arena_reset(arena);
    u->bundle = kp_arena_strdup(arena, cells[KP_LOG_BUNDLE]);
    u->bundle_sha256 = kp_arena_strdup(arena, cells[KP_LOG_BUNDLE_SHA256]);
    u->run_id = kp_arena_strdup(arena, cells[KP_LOG_RUN_ID]);
    u->insurer_number = kp_arena_strdup(arena, cells[KP_LOG_INSURER_NUMBER]);
    u->recipient = kp_arena_strdup(arena, cells[KP_LOG_RECIPIENT]);
    u->tables_sha256 = kp_arena_strdup(arena, cells[KP_LOG_TABLES_SHA256]);
    return arena->failed ? KP_E_SYSTEM : KP_OK;
}

static bool is_cancelled(const struct kp_run *run)
{
    return run->ctx->env->cancel && *run->ctx->env->cancel;
}

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct reading *r = ctx;
    if (!r->to_the_end && is_cancelled(r->ledger->run)) /* a long log takes its time */
        return KP_E_SYSTEM;
    enum kp_status st = kp_log_index_builder_add(&r->builder, line);
    if (st == KP_OK && kp_log_is_disclosure(line->cells[KP_LOG_EVENT]))
        return note_unfinished(r->ledger, line->cells);
    r->ledger->unfinished.bundle = "";
    return st;
}

/* The chain must hold. */
static enum kp_status judge(const struct kp_run *run, const char *path, enum kp_status st,
                            const struct kp_log_state *state)
{
    enum kp_log_fault fault = st == KP_E_FAULT ? KP_LOG_NOT_AN_ENTRY : state->fault;
    if (st == KP_E_SYSTEM && is_cancelled(run))
        return kp_fail(&run->ctx->diag, st, KP_K_CANCELLED, KP_NOWHERE);
    if (st != KP_OK && st != KP_E_FAULT)
        return log_failed(run, path);
    if (fault == KP_LOG_SOUND)
        return KP_OK;
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_BROKEN, kp_at(path, state->bad_line),
                   kp_log_fault_text(fault, run->options->common.lang));
}

/* Reads a log on from where it was read to. */
static enum kp_status read_on(struct reading *r, struct kp_book *book)
{
    const struct kp_run *run = r->ledger->run;
    const struct kp_log_point from = book->state.end;
    errno = 0;
    enum kp_status st =
        kp_log_read(run->ctx->io, book->path, from.bytes ? &from : NULL, take_entry, r, &book->state);
    memcpy(r->builder.point.before, book->state.end.before, sizeof(r->builder.point.before));
    return judge(run, book->path, st, &book->state);
}

/* What the index covers is not read, but where that takes no time all of the chain is verified: an alteration
 * nobody asks about is found, too. */
static enum kp_status verify_small(const struct kp_run *run, const struct kp_book *book)
{
    struct kp_log_state state = {.fault = KP_LOG_SOUND};
    if (!book->index.io || book->index.point.bytes > KP_LOG_ALWAYS_READ_BYTES)
        return KP_OK;
    errno = 0;
    enum kp_status st = kp_log_read(run->ctx->io, book->path, NULL, NULL, NULL, &state);
    return judge(run, book->path, st, &state);
}

/* --- the index --- */

static enum kp_status open_index(struct kp_ledger *ledger, struct kp_book *book, const char *path)
{
    const struct kp_run *run = ledger->run;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    errno = 0;
    if (kp_log_index_open(&book->index, run->ctx->io, path, book->path, &verdict) != KP_OK)
        verdict = KP_LOG_INDEX_DAMAGED; /* not to be read: the log will do */
    if (verdict == KP_LOG_INDEX_CONTRADICTS)
        return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_SHORTENED, kp_in(book->path), path);
    if (verdict == KP_LOG_INDEX_DAMAGED)
        kp_warn(&run->ctx->diag, KP_K_LOG_INDEX_DAMAGED, kp_in(path));
    return KP_OK;
}

/* Left by a run that died while it wrote. */
static void remove_half_index(const struct kp_ledger *ledger, const struct kp_book *book)
{
    char *temp = kp_arena_printf(&ledger->run->ctx->arena, "%s.tmp", book->index_path);
    if (temp && kp_discloses(ledger->run->options->command))
        (void)ledger->run->ctx->io->unlink(temp);
}

static enum kp_status index_failed(const struct kp_run *run, const char *path)
{
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_INDEX_UNWRITTEN, kp_in(path),
                   strerror(errno ? errno : EIO));
}

/* Writes the index where it belongs or, when this run may not or cannot write there, among its own temporary
 * files. */
static enum kp_status write_index(struct kp_ledger *ledger, struct kp_book *book,
                                  struct kp_log_index_builder *builder)
{
    struct kp_run *run = ledger->run;
    const char *path = book->index_path;
    char *own =
        kp_arena_printf(&run->ctx->arena, "%s/log%zu.index", run->temp, (size_t)(book - ledger->books));
    enum kp_status st = KP_E_SYSTEM;
    if (!own)
        return kp_no_memory(run->ctx);
    errno = 0;
    if (kp_discloses(run->options->command)) {
        st = kp_log_index_write(path, &book->index, builder);
        if (st == KP_E_SYSTEM)
            (void)index_failed(run, path);
    }
    if (st == KP_E_SYSTEM) {
        path = own;
        st = kp_log_index_write(path, &book->index, builder);
    }
    if (st != KP_OK)
        return st == KP_E_FAULT ? st : log_failed(run, path);
    kp_log_index_close(&book->index);
    return open_index(ledger, book, path);
}

/* An index that turned out to be damaged: all of the log is read. */
static enum kp_status rebuild(struct kp_ledger *ledger, struct kp_book *book)
{
    enum kp_status st = KP_OK;
    const struct kp_run *run = ledger->run;
    struct reading reading = {.ledger = ledger};
    kp_log_index_close(&book->index);
    book->state = (struct kp_log_state){0};
    if (kp_log_index_builder_open(&reading.builder, run->ctx->io, run->temp) != KP_OK)
        return log_failed(run, book->path);
    KP_TRY_OUT(read_on(&reading, book)); /* if it is the log that was altered, this says where */
    kp_warn(&run->ctx->diag, KP_K_LOG_INDEX_DAMAGED, kp_in(book->index_path));
    if (reading.builder.point.bytes > 0)
        st = write_index(ledger, book, &reading.builder);
out:
    kp_log_index_builder_close(&reading.builder);
    return st;
}

static enum kp_status bring_up_to_date(struct kp_ledger *ledger, struct kp_book *book,
                                       struct reading *reading)
{
    enum kp_status st = KP_OK;
    if (reading->builder.point.bytes > 0)
        st = write_index(ledger, book, &reading->builder);
    return st == KP_E_FAULT ? rebuild(ledger, book) : st;
}

/* --- a bundle that was left --- */

static enum kp_status settle(struct kp_ledger *ledger, struct reading *reading, const char *event)
{
    struct kp_run *run = ledger->run;
    const struct kp_unfinished *u = &ledger->unfinished;
    struct kp_log_entry entry = {0};
    bool released = event[0] == 'r';
    char *bundle = kp_arena_strdup(&run->ctx->arena, u->bundle);
    entry.cells[KP_LOG_RUN_ID] = run->run_id;
    entry.cells[KP_LOG_EVENT] = event;
    entry.cells[KP_LOG_INSURER_NUMBER] = u->insurer_number;
    entry.cells[KP_LOG_RECIPIENT] = u->recipient;
    entry.cells[KP_LOG_BUNDLE] = u->bundle;
    entry.cells[KP_LOG_BUNDLE_SHA256] = u->bundle_sha256;
    entry.cells[KP_LOG_REASON] = "unfinished run";
    entry.cells[KP_LOG_TABLES_SHA256] = u->tables_sha256;
    if (!bundle)
        return kp_no_memory(run->ctx);
    if (kp_log_add(&ledger->log, &entry) != KP_OK || kp_log_sync(&ledger->log) != KP_OK)
        return log_failed(run, run->log_path);
    ledger->recovery.bundle = bundle;
    ledger->recovery.completed = released;
    kp_warn(&run->ctx->diag, released ? KP_K_BUNDLE_COMPLETED : KP_K_BUNDLE_VOIDED, kp_in(run->log_path),
            bundle);
    return read_on(reading, current(ledger)); /* the entry that was added counts like any other */
}

static enum kp_status unsettled(const struct kp_ledger *ledger, const char *log)
{
    struct kp_run *run = ledger->run;
    const struct kp_unfinished *u = &ledger->unfinished;
    char *temp = kp_arena_printf(&run->ctx->arena, "%s/.tmp-%s/%s", run->output, u->run_id, u->bundle);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_BUNDLE_UNFINISHED, kp_in(log), u->bundle,
                   temp ? temp : "");
}

/* In place with the digest the log names: it went out. Still in the temporary folder of its run: it did not.
 * Neither: it may have been collected already, or belong to another folder. Then nothing is guessed: to void
 * it would write an entry that lies, and disclose its people a second time. */
static enum kp_status settle_unfinished(struct kp_ledger *ledger, struct reading *reading)
{
    struct kp_run *run = ledger->run;
    const struct kp_unfinished *u = &ledger->unfinished;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1] = "";
    char *place = kp_arena_printf(&run->ctx->arena, "%s/%s", run->output, u->bundle);
    char *temp = kp_arena_printf(&run->ctx->arena, "%s/.tmp-%s/%s", run->output, u->run_id, u->bundle);
    if (!place || !temp)
        return kp_no_memory(run->ctx);
    if (kp_path_exists(place) && kp_file_sha256(run->ctx->io, place, digest) == KP_OK)
        kp_sha256_hex(digest, hex);
    if (strcmp(hex, u->bundle_sha256) == 0) {
        /* It may stand there only in the memory of the system: a release is not logged before it is on disk.
         */
        if (kp_sync_folder(run->ctx->io, run->output) != KP_OK)
            return kp_write_failed(run->ctx, run->output);
        return settle(ledger, reading, "release");
    }
    if (kp_path_exists(temp))
        return settle(ledger, reading, "void");
    return unsettled(ledger, run->log_path);
}

static enum kp_status begin_writing(struct kp_ledger *ledger, struct reading *reading)
{
    struct kp_run *run = ledger->run;
    struct kp_book *book = current(ledger);
    errno = 0;
    if (kp_log_begin(&ledger->log, &book->state, run->started) != KP_OK)
        return log_failed(run, run->log_path);
    ledger->recovery.torn_line = book->state.torn;
    if (book->state.torn)
        kp_warn(&run->ctx->diag, KP_K_LOG_TORN, kp_at(run->log_path, book->state.end.n_entries + 2));
    return *ledger->unfinished.bundle ? settle_unfinished(ledger, reading) : KP_OK;
}

/* --- opening --- */

/* The log must continue the one before it, and none that was not named: else the memory would have a hole. */
static enum kp_status check_link(struct kp_ledger *ledger, struct kp_book *book)
{
    const struct kp_run *run = ledger->run;
    bool is_first = book == ledger->books;
    const char *expected = is_first ? KP_LOG_NO_HEAD : book[-1].state.end.head;
    struct kp_log_point *end = &book->state.end;
    if (end->n_entries == 0) {
        memcpy(end->before, expected, sizeof(end->before));
        memcpy(end->head, expected, sizeof(end->head));
        return KP_OK;
    }
    if (strcmp(end->before, expected) == 0)
        return KP_OK;
    if (is_first)
        return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_OLDER_LOG_MISSING, kp_at(book->path, 2),
                       end->before);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_NOT_CONTINUED, kp_at(book->path, 2), book[-1].path);
}

/* An older log is closed: there must be one, whole, with nothing left to settle. */
static enum kp_status check_older(const struct kp_ledger *ledger, const struct kp_book *book)
{
    const struct kp_run *run = ledger->run;
    if (!kp_path_exists(book->path)) {
        errno = ENOENT;
        return log_failed(run, book->path);
    }
    if (book->state.torn)
        return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_BROKEN,
                       kp_at(book->path, book->state.end.n_entries + 2),
                       kp_log_fault_text(KP_LOG_TORN, run->options->common.lang));
    if (*ledger->unfinished.bundle)
        return unsettled(ledger, book->path);
    return KP_OK;
}

static enum kp_status hold_against_clock(void *ctx, const struct kp_log_line *line)
{
    const struct kp_run *run = ctx;
    char now[26];
    kp_date_time_in_japan(run->started, now);
    if (strcmp(line->cells[KP_LOG_TIME], now) > 0)
        kp_warn(&run->ctx->diag, KP_K_CLOCK_BEHIND, kp_in(run->log_path), now, line->cells[KP_LOG_TIME]);
    return KP_OK;
}

/* A clock that went back judges by a day that has passed: a consent withdrawn since would count. */
static void check_clock(struct kp_run *run, const struct kp_book *book)
{
    uint64_t last_at = book->state.end.last_at;
    int fd = last_at ? run->ctx->io->open(book->path, O_RDONLY, 0) : -1;
    if (fd < 0)
        return;
    (void)kp_log_read_one(run->ctx->io, fd, last_at, hold_against_clock,
                          run); /* no more than a warning is at stake */
    (void)run->ctx->io->close(fd);
}

static enum kp_status open_book(struct kp_ledger *ledger, const char *path)
{
    enum kp_status st = KP_OK;
    struct kp_run *run = ledger->run;
    struct kp_book *book = &ledger->books[ledger->n_books++];
    struct reading reading = {.ledger = ledger};
    bool is_current = strcmp(path, run->log_path) == 0;
    *book = (struct kp_book){.path = path, .index_path = kp_arena_printf(&run->ctx->arena, "%s.index", path)};
    ledger->unfinished.bundle = "";
    if (!book->index_path)
        return kp_no_memory(run->ctx);
    remove_half_index(ledger, book);
    KP_TRY_OUT(open_index(ledger, book, book->index_path));
    if (book->index.io)
        book->state.end = book->index.point;
    errno = 0;
    if (kp_log_index_builder_open(&reading.builder, run->ctx->io, run->temp) != KP_OK) {
        st = kp_write_failed(run->ctx, run->temp);
        goto out;
    }
    KP_TRY_OUT(verify_small(run, book));
    KP_TRY_OUT(read_on(&reading, book));
    KP_TRY_OUT(check_link(ledger, book));
    if (is_current)
        check_clock(run, book);
    if (!is_current)
        KP_TRY_OUT(check_older(ledger, book));
    else if (ledger->writable)
        KP_TRY_OUT(begin_writing(ledger, &reading));
    st = bring_up_to_date(ledger, book, &reading);
out:
    kp_log_index_builder_close(&reading.builder);
    return st;
}

static enum kp_status open_older(struct kp_ledger *ledger)
{
    struct kp_run *run = ledger->run;
    for (const char *at = run->options->previous_logs; at && *at; at += strcspn(at, ":"), at += *at == ':') {
        char *path = kp_arena_strndup(&run->ctx->arena, at, strcspn(at, ":"));
        if (!path)
            return kp_no_memory(run->ctx);
        if (ledger->n_books == KP_MAX_LOGS - 1 || strcmp(path, run->log_path) == 0)
            return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_OLDER_LOGS_WRONG, kp_in(path));
        KP_TRY(open_book(ledger, path));
    }
    return KP_OK;
}

static enum kp_status take_lock(struct kp_ledger *ledger)
{
    const struct kp_run *run = ledger->run;
    char holder[24];
    errno = 0;
    if (kp_log_lock(&ledger->log, run->ctx->io, run->log_path) == KP_OK) {
        ledger->writable = true;
        return KP_OK;
    }
    int error = errno;
    (void)snprintf(holder, sizeof(holder), "%ld", ledger->log.fd >= 0 ? kp_lock_holder(ledger->log.fd) : 0);
    kp_log_close(&ledger->log);
    errno = error;
    if (error != EWOULDBLOCK)
        return log_failed(run, run->log_path);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_LOCKED, kp_in(run->log_path), holder);
}

struct folder_scan {
    struct kp_ledger *ledger;
    enum kp_status st;
};

/* <sender>_<insurer>_<YYYYMMDD><N>_<X>.zip from a sender of this run. */
static bool is_own_bundle(const struct kp_run *run, const char *name)
{
    static const char shape[] = "0000000000_00000000_000000000_0.zip";
    enum { SENDER_DIGITS = 10 };
    if (strlen(name) != strlen(shape))
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '0' ? name[i] < '0' || name[i] > '9' : name[i] != shape[i])
            return false;
    bool own = strncmp(name, run->sender.number, SENDER_DIGITS) == 0;
    for (size_t i = 0; !own && i < run->registers.n_insurers; i++)
        own = strncmp(name, run->registers.insurers[i].sender_number, SENDER_DIGITS) == 0;
    return own;
}

/* What is no archive told nobody. */
static bool may_be_archive(struct kp_run *run, const char *name)
{
    static const char mark[4] = {'P', 'K', 3, 4};
    char first[sizeof(mark)] = "";
    char *path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->output, name);
    int fd = path ? run->ctx->io->open(path, O_RDONLY | O_NONBLOCK, 0) : -1;
    if (fd < 0)
        return true;
    bool may_be = kp_scratch_read(run->ctx->io, fd, first, sizeof(first), 0) != KP_OK ||
                  memcmp(first, mark, sizeof(mark)) == 0;
    (void)run->ctx->io->close(fd);
    return may_be;
}

/* A bundle that the logs do not name went out by another log, or this one was replaced by hand: its people
 * would be told of a second time. */
static enum kp_status check_known(struct kp_ledger *ledger, const char *name, const char *root)
{
    struct kp_run *run = ledger->run;
    uint8_t key[KP_LOG_KEY_BYTES], digest[KP_SHA256_BYTES];
    bool known = strcmp(name, ledger->unfinished.bundle) == 0;
    if (known)
        return KP_OK;
    if (kp_log_index_bundle_key(root, key) != KP_OK)
        return kp_no_memory(run->ctx);
    enum kp_status st = kp_ledger_find(ledger, key, digest, &known);
    if (st != KP_OK || known || !may_be_archive(run, name))
        return st;
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_BUNDLE_UNKNOWN, kp_in(run->log_path), name);
}

static void take_name(void *ctx, const char *name)
{
    struct folder_scan *scan = ctx;
    const struct kp_run *run = scan->ledger->run;
    struct kp_arena *arena = &scan->ledger->run->ctx->arena;
    size_t n = strlen(name);
    char day[10] = "_";
    kp_date_compact(run->as_of, day + 1);
    if (scan->st != KP_OK || n <= 4 || strcmp(name + n - 4, ".zip") != 0)
        return;
    char *root = kp_arena_strndup(arena, name, n - 4);
    if (!root ||
        (strstr(name, day) && kp_map_put(&scan->ledger->bundles, arena, root, 1) == KP_MAP_NO_MEMORY))
        scan->st = kp_no_memory(run->ctx);
    else if (is_own_bundle(run, name))
        scan->st = check_known(scan->ledger, name, root);
}

enum kp_status kp_ledger_open(struct kp_ledger *ledger, struct kp_run *run)
{
    *ledger = (struct kp_ledger){
        .run = run, .log = {.fd = -1}, .unfinished = {.bundle = ""}, .recovery = {.bundle = ""}};
    struct folder_scan scan = {.ledger = ledger};
    if (kp_discloses(run->options->command))
        KP_TRY(take_lock(ledger));
    KP_TRY(open_older(ledger));
    KP_TRY(open_book(ledger, run->log_path));
    return kp_each_entry(run->output, take_name, &scan) == KP_OK ? scan.st
                                                                 : kp_write_failed(run->ctx, run->output);
}

void kp_ledger_close(struct kp_ledger *ledger)
{
    for (size_t i = 0; i < ledger->n_books; i++)
        kp_log_index_close(&ledger->books[i].index);
    if (ledger->writable)
        kp_log_close(&ledger->log);
    kp_arena_release(&ledger->unfinished_arena);
    ledger->writable = false;
    ledger->n_books = 0;
}

/* --- asking --- */

static enum kp_status find_in(struct kp_ledger *ledger, struct kp_book *book, const uint8_t *key,
                              uint8_t *ret_record, bool *ret_found)
{
    errno = 0;
    enum kp_status st = kp_log_index_find(&book->index, key, ret_record, ret_found);
    if (st == KP_E_FAULT) {
        st = rebuild(ledger, book);
        if (st != KP_OK)
            return st == KP_E_FAULT ? index_failed(ledger->run, book->index_path) : st;
        st = kp_log_index_find(&book->index, key, ret_record, ret_found);
    }
    return st == KP_OK ? KP_OK : log_failed(ledger->run, book->path);
}

enum kp_status kp_ledger_find(void *ctx, const uint8_t key[KP_LOG_KEY_BYTES],
                              uint8_t ret_record[KP_SHA256_BYTES], bool *ret_found)
{
    struct kp_ledger *ledger = ctx;
    enum kp_status st = KP_OK;
    *ret_found = false;
    for (size_t i = ledger->n_books; st == KP_OK && !*ret_found && i-- > 0;)
        st = find_in(ledger, &ledger->books[i], key, ret_record, ret_found);
    return st;
}

enum kp_status kp_ledger_has_bundle(struct kp_ledger *ledger, const char *root, bool *ret_has)
{
    uint8_t key[KP_LOG_KEY_BYTES], digest[KP_SHA256_BYTES];
    uint32_t one = 0;
    *ret_has = kp_map_get(&ledger->bundles, root, &one);
    if (*ret_has)
        return KP_OK;
    if (kp_log_index_bundle_key(root, key) != KP_OK)
        return kp_no_memory(ledger->run->ctx);
    return kp_ledger_find(ledger, key, digest, ret_has);
}

uint64_t kp_ledger_entries(const struct kp_ledger *ledger)
{
    return ledger->writable ? ledger->log.seq : ledger->books[ledger->n_books - 1].state.end.n_entries;
}

const char *kp_ledger_head(const struct kp_ledger *ledger)
{
    return ledger->writable ? ledger->log.head : ledger->books[ledger->n_books - 1].state.end.head;
}

/* --- after the release --- */

static void remember_release(struct kp_ledger *ledger)
{
    struct kp_run *run = ledger->run;
    struct kp_book *book = current(ledger);
    struct reading reading = {.ledger = ledger, .to_the_end = true};
    if (ledger->log.seq == book->state.end.n_entries)
        return;
    errno = 0;
    enum kp_status st = kp_log_index_builder_open(&reading.builder, run->ctx->io, run->temp);
    if (st == KP_OK)
        st = kp_log_read(run->ctx->io, book->path, book->state.end.bytes ? &book->state.end : NULL,
                         take_entry, &reading, &book->state);
    memcpy(reading.builder.point.before, book->state.end.before, sizeof(book->state.end.before));
    if (st == KP_OK && strcmp(book->state.end.head, ledger->log.head) == 0)
        st = kp_log_index_write(book->index_path, &book->index, &reading.builder);
    else
        st = KP_E_SYSTEM;
    if (st != KP_OK)
        (void)index_failed(run, book->index_path);
    kp_log_index_builder_close(&reading.builder);
}

/* What other file was named by mistake, perhaps the log itself, stays as it is. */
static bool holds_anchors(const struct kp_io *io, int fd, int64_t size)
{
    static const char shape[] = "0000-00-00T00:00:00+09:00,";
    char first[sizeof(shape)] = "";
    if (size > 0 && kp_scratch_read(io, fd, first, sizeof(first) - 1, 0) != KP_OK)
        return false;
    for (size_t i = 0; i < sizeof(first) - 1 && (int64_t)i < size; i++)
        if (first[i] != shape[i] && (shape[i] != '0' || first[i] < '0' || first[i] > '9'))
            return false;
    return true;
}

/* One line, written at once, so that two programs that append do not mix. A line that was cut off before it
 * is closed. */
static enum kp_status append_line(const struct kp_io *io, const char *path, struct kp_buf *line)
{
    char last = '\n';
    bool is_new = !kp_path_exists(path);
    int64_t size = kp_file_size(path);
    int fd = io->open(path, O_RDWR | O_CREAT | O_APPEND, 0600);
    if (fd < 0)
        return KP_E_SYSTEM;
    errno = EEXIST;
    enum kp_status st = holds_anchors(io, fd, size) ? KP_OK : KP_E_SYSTEM;
    if (st == KP_OK && size > 0)
        st = kp_scratch_read(io, fd, &last, 1, (uint64_t)size - 1);
    const char *bytes = kp_buf_text(line) + (last == '\n'); /* it begins with a line end, for that case */
    size_t n = line->len - (last == '\n');
    if (st == KP_OK && (io->write(fd, bytes, n) != (ssize_t)n || io->fsync(fd) != 0))
        st = KP_E_SYSTEM;
    int error = errno;
    if (io->close(fd) != 0)
        st = KP_E_SYSTEM;
    else
        errno = error;
    return st == KP_OK && is_new ? kp_sync_parent(io, path) : st;
}

static void add_anchor(struct kp_ledger *ledger)
{
    const struct kp_run *run = ledger->run;
    const char *path = run->options->anchors;
    struct kp_buf line = {0};
    char time[26];
    if (!path)
        return;
    kp_date_time_in_japan(run->ctx->env->now(run->ctx->env->ctx), time);
    kp_buf_printf(&line, "\n%s,%s,%llu,%s\n", time, run->run_id, (unsigned long long)ledger->log.seq,
                  ledger->log.head);
    errno = 0;
    if (!kp_buf_ok(&line) || append_line(run->ctx->io, path, &line) != KP_OK)
        kp_warn(&run->ctx->diag, KP_K_ANCHOR_UNWRITTEN, kp_in(path), strerror(errno ? errno : EIO));
    kp_buf_release(&line);
}

void kp_ledger_conclude(struct kp_ledger *ledger)
{
    remember_release(ledger);
    add_anchor(ledger);
}
