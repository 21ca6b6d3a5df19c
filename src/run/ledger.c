#include "run/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/lock.h"
#include "base/scan.h"
#include "base/status.h"
#include "log/detail.h"
#include "run/setup.h"

static const struct kp_book *current(const struct kp_ledger *ledger)
{
    return &ledger->books[ledger->n_books - 1];
}

/* --- the logs --- */

/* A log must continue the one before it, and the first must not continue one that was not named: disclosures
 * would be missing. */
static enum kp_status check_link(struct kp_book *book)
{
    struct kp_context *ctx = book->run->ctx;
    const char *expected = book->number == 0 ? KP_LOG_NO_HEAD : book[-1].state.end.head;
    struct kp_log_point *end = &book->state.end;
    if (end->n_entries == 0) {
        memcpy(end->before, expected, sizeof(end->before));
        memcpy(end->head, expected, sizeof(end->head));
        return KP_OK;
    }
    if (strcmp(end->before, expected) == 0)
        return KP_OK;
    if (book->number == 0)
        return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_OLDER_LOG_MISSING, kp_at(book->path, 2), end->before);
    return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_LOG_NOT_CONTINUED, kp_at(book->path, 2), book[-1].path);
}

/* An older log must exist, be whole and have no unfinished bundle. */
static enum kp_status check_older(const struct kp_book *book)
{
    const struct kp_run *run = book->run;
    if (!kp_path_exists(run->ctx->io, book->path)) {
        errno = ENOENT;
        return kp_book_unusable(run, book->path);
    }
    if (book->state.torn)
        return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_BROKEN,
                       kp_at(book->path, book->state.end.n_entries + 2),
                       kp_log_fault_text(KP_LOG_TORN, run->options->common.lang));
    return *book->unfinished.bundle ? kp_book_unsettled(book) : KP_OK;
}

static enum kp_status compare_time(void *ctx, const struct kp_log_line *line)
{
    const struct kp_run *run = ctx;
    char now[26];
    kp_date_time_in_japan(run->started, now);
    if (strcmp(line->cells[KP_LOG_TIME], now) > 0)
        kp_warn(&run->ctx->diag, KP_K_CLOCK_BEHIND, kp_in(run->log_path), now, line->cells[KP_LOG_TIME]);
    return KP_OK;
}

/* With a clock that is behind, a consent withdrawn since would still count. Only a warning depends on this,
 * so failures are ignored. */
static void check_clock(const struct kp_book *book)
{
    struct kp_run *run = book->run;
    uint64_t last_at = book->state.end.last_at;
    int fd = -1;
    if (last_at == 0 || kp_file_open(run->ctx->io, book->path, &fd) != KP_OK)
        return;
    (void)kp_log_read_one(run->ctx->io, fd, last_at, compare_time, run);
    (void)run->ctx->io->close(fd);
}

static enum kp_status open_book(struct kp_ledger *ledger, const char *path, bool is_current)
{
    size_t number = ledger->n_books++;
    struct kp_book *book = &ledger->books[number];
    KP_TRY(kp_book_open(book, ledger->run, path, number));
    KP_TRY(check_link(book));
    if (is_current && book->state.retired)
        return kp_fail(&ledger->run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_RETIRED, kp_in(path));
    if (is_current)
        check_clock(book);
    if (!is_current)
        KP_TRY(check_older(book));
    else if (ledger->writable)
        KP_TRY(kp_book_recover(&ledger->log, book, &ledger->recovery));
    return kp_book_update_index(book);
}

static enum kp_status open_older(struct kp_ledger *ledger)
{
    struct kp_run *run = ledger->run;
    const char *list = run->options->previous_logs ? run->options->previous_logs : "";
    for (struct kp_word word; kp_next_word(&list, ":", &word);) {
        char *path = kp_arena_strndup(&run->ctx->arena, word.at, word.n);
        if (!path)
            return kp_no_memory(run->ctx);
        if (ledger->n_books == KP_MAX_LOGS - 1 || strcmp(path, run->log_path) == 0)
            return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_OLDER_LOGS_WRONG, kp_in(path));
        KP_TRY(open_book(ledger, path, false));
    }
    return KP_OK;
}

static enum kp_status take_lock(struct kp_ledger *ledger)
{
    const struct kp_run *run = ledger->run;
    char holder[24];
    errno = 0;
    ledger->writable = kp_log_lock(&ledger->log, run->ctx->io, run->log_path) == KP_OK;
    if (ledger->writable)
        return KP_OK;
    if (errno != EWOULDBLOCK) {
        (void)kp_book_unusable(run, run->log_path);
    } else {
        (void)snprintf(holder, sizeof(holder), "%ld", kp_lock_holder(ledger->log.fd));
        (void)kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_LOCKED, kp_in(run->log_path), holder);
    }
    kp_log_close(&ledger->log);
    return KP_E_SYSTEM;
}

/* --- the output folder --- */

struct folder_scan {
    struct kp_ledger *ledger;
    enum kp_status st;
};

/* <sender>_<insurer>_<YYYYMMDD><N>_<X>.zip, or a roster, with a sender of this run. */
static bool is_own_bundle(const struct kp_run *run, const char *name)
{
    enum { SENDER_DIGITS = 10 };
    if (!kp_has_shape(name, "0000000000_00000000_000000000_0.zip") &&
        !kp_has_shape(name, "0000000000_00000000_000000000_0" KP_LOG_ROSTER))
        return false;
    bool own = strncmp(name, run->sender.number, SENDER_DIGITS) == 0;
    for (size_t i = 0; !own && i < run->registers.insurers.n; i++)
        own = strncmp(name, run->registers.insurers.list[i].sender_number, SENDER_DIGITS) == 0;
    return own;
}

/* A file that is neither archive nor roster disclosed nothing. One that cannot be read may be an archive. */
static bool may_be_archive(struct kp_run *run, const char *name)
{
    static const char marks[][4] = {{'P', 'K', 3, 4}, {'\xef', '\xbb', '\xbf', '\xe8'}};
    char first[sizeof(*marks)] = "";
    char *path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->output, name);
    int fd = path ? kp_io_open(run->ctx->io, path, O_RDONLY | O_NONBLOCK) : -1;
    if (fd < 0)
        return true;
    bool may_be = kp_scratch_read(run->ctx->io, fd, first, sizeof(first), 0) != KP_OK ||
                  memcmp(first, marks[0], sizeof(first)) == 0 || memcmp(first, marks[1], sizeof(first)) == 0;
    (void)run->ctx->io->close(fd);
    return may_be;
}

static enum kp_status find_bundle(struct kp_ledger *ledger, const char *root, bool *ret_found)
{
    uint8_t key[KP_LOG_KEY_BYTES];
    struct kp_disclosures found;
    if (kp_log_index_bundle_key(root, key) != KP_OK)
        return kp_no_memory(ledger->run->ctx);
    KP_TRY(kp_ledger_count(ledger, key, &found));
    if (found.n > 0) /* the index alone proves nothing */
        KP_TRY(kp_book_each(&ledger->books[found.book], key, NULL, NULL));
    *ret_found = found.n > 0;
    return KP_OK;
}

/* A bundle that the logs do not name was released under another log, or this log was replaced: its people
 * would be disclosed twice. */
static enum kp_status check_logged(struct kp_ledger *ledger, const char *name, const char *root)
{
    struct kp_run *run = ledger->run;
    bool found = false;
    if (strcmp(name, current(ledger)->unfinished.bundle) == 0)
        return KP_OK;
    KP_TRY(find_bundle(ledger, root, &found));
    if (found || !may_be_archive(run, name))
        return KP_OK;
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_BUNDLE_UNKNOWN, kp_in(run->log_path), name);
}

static void scan_name(void *ctx, const char *name)
{
    struct folder_scan *scan = ctx;
    struct kp_run *run = scan->ledger->run;
    size_t n = strlen(name);
    char day[10] = "_";
    kp_date_compact(run->as_of, day + 1);
    if (scan->st != KP_OK || n <= 4 || (strcmp(name + n - 4, ".zip") != 0 && !is_own_bundle(run, name)))
        return;
    char *root = kp_arena_strndup(&run->ctx->arena, name, n - 4);
    if (!root)
        scan->st = kp_no_memory(run->ctx);
    else if (strstr(name, day))
        scan->st = kp_ledger_take_name(scan->ledger, root);
    if (scan->st == KP_OK && is_own_bundle(run, name))
        scan->st = check_logged(scan->ledger, name, root);
}

/* --- shards --- */

/* Compares the shard of the run with that of the first run in the log. */
static enum kp_status compare_shard(void *ctx, const struct kp_log_line *line)
{
    struct kp_run *run = ctx;
    const char *own = run->options->shard ? run->options->shard : "1/1", *logged = "1/1";
    if (kp_log_event(line->cells) == KP_AUDIT_RUN)
        (void)kp_detail_get(&run->ctx->arena, line->cells[KP_LOG_DETAIL], "shard", &logged);
    return strcmp(own, logged) == 0 ? KP_E_ATTENTION /* no further entry is needed */
                                    : kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_LOG_OF_OTHER_SHARD,
                                              kp_at(run->log_path, 2), logged, own);
}

/* What one shard has disclosed, the log of another one does not show. */
static enum kp_status check_shard(const struct kp_ledger *ledger)
{
    struct kp_run *run = ledger->run;
    struct kp_log_state state;
    if (current(ledger)->state.end.n_entries == 0)
        return KP_OK;
    enum kp_status st = kp_log_read(run->ctx->io, run->log_path, NULL, compare_shard, run, &state);
    return st == KP_E_SYSTEM ? kp_book_unusable(run, run->log_path) : st == KP_E_USAGE ? st : KP_OK;
}

/* --- opening and closing --- */

/* What is no file will not become one by the end of the run. */
static enum kp_status check_anchors(struct kp_run *run)
{
    int fd = -1;
    const char *path = run->options->anchors;
    if (!path)
        return KP_OK;
    if (kp_open_regular(run->ctx->io, path, O_WRONLY | O_APPEND, &fd) == KP_OK)
        (void)run->ctx->io->close(fd); /* nothing was written */
    else if (kp_report_odd(run->ctx, path))
        return KP_E_SYSTEM;
    return KP_OK;
}

enum kp_status kp_ledger_open(struct kp_ledger *ledger, struct kp_run *run)
{
    struct folder_scan scan = {.ledger = ledger};
    *ledger = (struct kp_ledger){.run = run, .log = {.fd = -1}, .recovery = {.bundle = ""}};
    if (kp_discloses(run->options->command)) {
        KP_TRY(check_anchors(run));
        KP_TRY(take_lock(ledger));
    }
    KP_TRY(open_older(ledger));
    KP_TRY(open_book(ledger, run->log_path, true));
    if (kp_discloses(run->options->command))
        KP_TRY(check_shard(ledger));
    if (kp_each_entry(run->ctx->io, run->output, scan_name, &scan) != KP_OK && scan.st == KP_OK)
        return kp_write_failed(run->ctx, run->output);
    return scan.st;
}

void kp_ledger_close(struct kp_ledger *ledger)
{
    for (size_t i = 0; i < ledger->n_books; i++)
        kp_book_close(&ledger->books[i]);
    if (ledger->writable)
        kp_log_close(&ledger->log);
    ledger->writable = false;
    ledger->n_books = 0;
}

/* --- looking up --- */

enum kp_status kp_ledger_count(void *ctx, const uint8_t key[KP_LOG_KEY_BYTES],
                               struct kp_disclosures *ret_disclosures)
{
    struct kp_ledger *ledger = ctx;
    *ret_disclosures = (struct kp_disclosures){0};
    for (size_t i = 0; i < ledger->n_books; i++) {
        uint32_t n = 0;
        KP_TRY(kp_book_count(&ledger->books[i], key, &n, &ret_disclosures->at));
        ret_disclosures->n += n;
        ret_disclosures->book = n > 0 ? (uint32_t)i : ret_disclosures->book;
    }
    return KP_OK;
}

enum kp_status kp_ledger_tell(struct kp_ledger *ledger, const uint8_t key[KP_LOG_KEY_BYTES],
                              const struct kp_disclosures *disclosures, struct kp_told *told)
{
    struct kp_log_index *last = &ledger->books[disclosures->book].index;
    const struct kp_told before = *told;
    told->book = disclosures->book;
    told->salt = NULL;
    /* The usual case needs no search: one disclosure, at a known place. */
    if (disclosures->n == 1 && last->io &&
        kp_log_index_read(last, key, disclosures->at, kp_told_add, told) == KP_OK)
        return KP_OK;
    *told = before;
    for (size_t i = 0; i < ledger->n_books; i++) {
        told->book = (uint32_t)i;
        told->salt = ledger->books[i].state.retired ? ledger->books[i].stub.head : NULL;
        KP_TRY(kp_book_each(&ledger->books[i], key, kp_told_add, told));
    }
    return KP_OK;
}

enum kp_status kp_ledger_has_bundle(struct kp_ledger *ledger, const char *root, bool *ret_has)
{
    uint32_t one = 0;
    *ret_has = kp_map_get(&ledger->names, root, &one);
    return *ret_has ? KP_OK : find_bundle(ledger, root, ret_has);
}

enum kp_status kp_ledger_take_name(struct kp_ledger *ledger, const char *root)
{
    struct kp_context *ctx = ledger->run->ctx;
    return kp_map_put(&ledger->names, &ctx->arena, root, 1) == KP_MAP_NO_MEMORY ? kp_no_memory(ctx) : KP_OK;
}

uint64_t kp_ledger_entries(const struct kp_ledger *ledger)
{
    return ledger->writable ? ledger->log.seq : current(ledger)->state.end.n_entries;
}

const char *kp_ledger_head(const struct kp_ledger *ledger)
{
    return ledger->writable ? ledger->log.head : current(ledger)->state.end.head;
}

const char *kp_ledger_unfinished_run(const struct kp_ledger *ledger)
{
    const struct kp_unfinished *u = &current(ledger)->unfinished;
    return *u->bundle ? u->entry.cells[KP_LOG_RUN_ID] : "";
}

/* --- after the release --- */

/* Protects a file, perhaps the log itself, that was named by mistake. */
static bool holds_anchors(const struct kp_io *io, int fd, int64_t size)
{
    static const char shape[] = "0000-00-00T00:00:00+09:00,";
    char first[sizeof(shape)] = "", begin[sizeof(shape)] = "";
    size_t n = size < (int64_t)sizeof(shape) - 1 ? (size_t)(size > 0 ? size : 0) : sizeof(shape) - 1;
    memcpy(begin, shape, n);
    return n == 0 || (kp_scratch_read(io, fd, first, n, 0) == KP_OK && kp_has_shape(first, begin));
}

/* Writes the line with a single call, so that concurrent programs do not mix theirs. It begins with a line
 * end, which is left out unless the file ends with a torn line. */
static enum kp_status append(const struct kp_io *io, const char *path, const struct kp_buf *line)
{
    char last = '\n';
    bool is_new = !kp_path_exists(io, path);
    int64_t size = kp_file_size(io, path);
    int fd = -1;
    if (kp_open_regular(io, path, O_RDWR | O_CREAT | O_APPEND, &fd) != KP_OK)
        return KP_E_SYSTEM;
    errno = EEXIST;
    enum kp_status st = holds_anchors(io, fd, size) ? KP_OK : KP_E_SYSTEM;
    if (st == KP_OK && size > 0)
        st = kp_scratch_read(io, fd, &last, 1, (uint64_t)size - 1);
    size_t skip = last == '\n', n = line->len - skip;
    if (st == KP_OK && (io->write(fd, kp_buf_text(line) + skip, n) != (ssize_t)n || io->fsync(fd) != 0))
        st = KP_E_SYSTEM;
    int error = errno;
    if (io->close(fd) != 0)
        st = KP_E_SYSTEM;
    else
        errno = error;
    return st == KP_OK && is_new ? kp_sync_parent(io, path) : st;
}

/* The file of anchors is best kept elsewhere; each line is "time,run,entries,head". */
static const char *add_anchor(const struct kp_run *run, const struct kp_log *log)
{
    const char *path = run->options->anchors, *state = "written";
    struct kp_buf line = {0};
    char time[26];
    if (!path)
        return "none";
    kp_date_time_in_japan(run->ctx->env->now(run->ctx->env->ctx), time);
    kp_buf_printf(&line, "\n%s,%s,%llu,%s\n", time, run->run_id, (unsigned long long)log->seq, log->head);
    errno = 0;
    if (!kp_buf_ok(&line) || append(run->ctx->io, path, &line) != KP_OK) {
        kp_warn(&run->ctx->diag, KP_K_ANCHOR_UNWRITTEN, kp_in(path), strerror(errno ? errno : EIO));
        state = "failed";
    }
    kp_buf_release(&line);
    return state;
}

enum kp_status kp_ledger_conclude(struct kp_ledger *ledger)
{
    KP_TRY(kp_run_check_files(ledger->run, &ledger->log)); /* the index of a lost log would hide the loss */
    struct kp_book *book = &ledger->books[ledger->n_books - 1];
    if (ledger->log.seq != book->state.end.n_entries)
        KP_TRY(kp_book_conclude(book, &ledger->log));
    ledger->anchor = add_anchor(ledger->run, &ledger->log);
    return KP_OK;
}
