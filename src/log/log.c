#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/escape.h"
#include "base/lines.h"
#include "base/status.h"
#include "tables/names.h"
#include "log/stub.h"

static const char HEADER[] = KP_LOG_HEADER "\n";

/* --- reading --- */

/* Unquotes (RFC 4180) one cell in place. Returns the start of the next one, or NULL if the syntax is wrong.
 */
static char *take_cell(char *from, char *end, bool last, const char **ret_cell)
{
    *ret_cell = from;
    if (from < end && *from == '"') {
        char *to = from++;
        for (; from < end && (*from != '"' || (from + 1 < end && from[1] == '"')); from++) {
            from += *from == '"';
            *to++ = *from;
        }
        *to = '\0';
        from++; /* the closing quote */
    } else {
        char *comma = memchr(from, ',', (size_t)(end - from));
        from = comma ? comma : end;
    }
    if (last ? from != end : from >= end || *from != ',')
        return NULL;
    *from = '\0';
    return from + 1;
}

static bool split(char *line, size_t n, const char *cells[KP_LOG__COUNT])
{
    char *from = line, *end = line + n;
    for (size_t i = 0; from && i < KP_LOG__COUNT; i++)
        from = from <= end ? take_cell(from, end, i + 1 == KP_LOG__COUNT, &cells[i]) : NULL;
    return from != NULL;
}

struct scan {
    struct kp_log_state state;
    struct kp_sha256 *sha; /* NULL: the lines are this program's own, and their CRC is compared instead */
    uint32_t crc;          /* of all lines */
    struct kp_buf copy;
    const char *cells[KP_LOG__COUNT];
    kp_log_fn *fn;
    void *ctx;
};

enum { SEALS_BYTES = 2 * KP_SHA256_HEX + 2 }; /* ",prev_hash,hash" */

/* Returns KP_E_FAULT if the line, whose hash follows n sealed bytes and a comma, was altered. */
static enum kp_status check_hash(struct scan *s, const char *line, size_t n)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (kp_sha256_add(s->sha, line, n) != KP_OK || kp_sha256_finish(s->sha, digest) != KP_OK)
        return kp_log_no_memory();
    kp_sha256_hex(digest, hex);
    return memcmp(hex, line + n + 1, KP_SHA256_HEX) == 0 ? KP_OK : KP_E_FAULT;
}

/* Checks the hash of a line without its line end and splits it into s->cells. */
static enum kp_status parse_line(struct scan *s, const char *line, size_t n, enum kp_log_fault *ret_fault)
{
    *ret_fault = KP_LOG_NOT_AN_ENTRY;
    if (n <= SEALS_BYTES || line[n - KP_SHA256_HEX - 1] != ',')
        return KP_OK;
    enum kp_status st = s->sha ? check_hash(s, line, n - KP_SHA256_HEX - 1) : KP_OK;
    if (st == KP_E_FAULT)
        *ret_fault = KP_LOG_ALTERED;
    if (st != KP_OK)
        return st == KP_E_FAULT ? KP_OK : st;
    kp_buf_reset(&s->copy);
    kp_buf_add(&s->copy, line, n);
    if (!kp_buf_ok(&s->copy))
        return kp_log_no_memory();
    if (split(s->copy.data, n, s->cells) && strlen(s->cells[KP_LOG_PREV_HASH]) == KP_SHA256_HEX)
        *ret_fault = KP_LOG_SOUND;
    return KP_OK;
}

static enum kp_log_fault check_place(const struct scan *s)
{
    uint64_t seq = strtoull(s->cells[KP_LOG_SEQ], NULL, 10), expected = s->state.end.n_entries + 1;
    bool follows = memcmp(s->cells[KP_LOG_PREV_HASH], s->state.end.head, KP_SHA256_HEX) == 0;
    if (seq == expected)
        return follows ? KP_LOG_SOUND : KP_LOG_WRONG_PREVIOUS;
    return seq > expected ? KP_LOG_GAP : KP_LOG_OUT_OF_ORDER;
}

static enum kp_status take_entry(struct scan *s, const char *line, size_t n)
{
    struct kp_log_point *end = &s->state.end;
    KP_TRY(parse_line(s, line, n - 1, &s->state.fault));
    if (s->state.fault != KP_LOG_SOUND)
        return KP_OK;
    if (end->n_entries == 0 && !*end->before) { /* the first entry names the log that this one continues */
        memcpy(end->before, s->cells[KP_LOG_PREV_HASH], KP_SHA256_HEX + 1);
        memcpy(end->head, end->before, sizeof(end->head));
    }
    s->state.fault = check_place(s);
    if (s->state.fault != KP_LOG_SOUND)
        return KP_OK;
    memcpy(end->head, s->cells[KP_LOG_HASH], KP_SHA256_HEX);
    end->n_entries++;
    end->last_at = end->bytes;
    const struct kp_log_line entry = {.cells = s->cells, .bytes = line, .n = n, .at = end->bytes};
    return s->fn ? s->fn(s->ctx, &entry) : KP_OK;
}

static enum kp_status take_line(struct scan *s, uint64_t number, const char *line, size_t n)
{
    s->state.retired =
        number == 1 && n == sizeof(KP_STUB_COLUMNS) - 1 && memcmp(KP_STUB_COLUMNS, line, n) == 0;
    if (s->state.retired)
        return KP_OK;
    if (number == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        s->state.fault = KP_LOG_BOM;
    else if (n >= 2 && line[n - 2] == '\r' && line[n - 1] == '\n')
        s->state.fault = KP_LOG_CRLF;
    else if (number == 1 && (n >= sizeof(HEADER) || memcmp(HEADER, line, n) != 0))
        s->state.fault = KP_LOG_NOT_OURS;
    else if (line[n - 1] != '\n') /* can only be missing at the end of the file */
        s->state.torn = true;
    else if (number > 1)
        KP_TRY(take_entry(s, line, n));
    if (s->state.torn)
        return KP_OK;
    if (s->state.fault != KP_LOG_SOUND)
        s->state.bad_line = number;
    else
        s->state.end.bytes += n;
    return KP_OK;
}

/* Turns a gap into a wrong order if the missing entry follows further down. Failures only make the name of
 * the fault less exact. */
static void look_for_missing(struct scan *s, struct kp_lines *in)
{
    const char *line = NULL;
    size_t n = 0;
    char number[24];
    int digits = snprintf(number, sizeof(number), "%llu,", (unsigned long long)s->state.end.n_entries + 1);
    while (s->state.fault == KP_LOG_GAP && kp_lines_next(in, KP_LOG_MAX_LINE_BYTES, &line, &n) == KP_OK &&
           n > 0)
        if (n > (size_t)digits && memcmp(line, number, (size_t)digits) == 0)
            s->state.fault = KP_LOG_OUT_OF_ORDER;
}

static enum kp_status read_lines(struct scan *s, struct kp_lines *in)
{
    enum kp_status st = KP_OK;
    uint64_t number = s->state.end.bytes > 0 ? s->state.end.n_entries + 2 : 1;
    in->lf_only = true;
    for (; !s->state.bad_line && !s->state.torn && !s->state.retired; number++) {
        const char *line = NULL;
        size_t n = 0;
        st = kp_lines_next(in, KP_LOG_MAX_LINE_BYTES, &line, &n);
        if (st == KP_E_INPUT && errno == EFBIG) { /* longer than any entry */
            s->state.bad_line = number;
            s->state.fault = number == 1 ? KP_LOG_NOT_OURS : KP_LOG_NOT_AN_ENTRY;
            return KP_OK;
        }
        if (st != KP_OK || n == 0)
            return st;
        s->crc = s->sha ? 0 : libdeflate_crc32(s->crc, line, n);
        KP_TRY(take_line(s, number, line, n));
    }
    look_for_missing(s, in);
    return st;
}

/* Takes from a stub where the log ended. */
static enum kp_status read_stub(const struct kp_io *io, const char *path, struct kp_log_state *state)
{
    struct kp_stub stub;
    enum kp_status st = kp_stub_open(&stub, io, path);
    state->end.n_entries = stub.n_entries;
    memcpy(state->end.head, stub.head, sizeof(stub.head));
    memcpy(state->end.before, stub.before, sizeof(stub.before));
    kp_stub_close(&stub);
    if (st == KP_E_FAULT) {
        state->bad_line = 1;
        state->fault = KP_LOG_ALTERED;
    }
    return st == KP_E_FAULT ? KP_OK : st;
}

static enum kp_status read_log(struct scan *s, const struct kp_io *io, const char *path)
{
    enum kp_status st = KP_OK;
    struct kp_lines in = {0};
    st = kp_lines_open(&in, io, path, s->state.end.bytes);
    if (st == KP_OK)
        KP_TRY_OUT(read_lines(s, &in));
    else if (errno != ENOENT) /* an unreadable log is not a missing one */
        goto out;
    st = s->state.retired ? read_stub(io, path, &s->state) : KP_OK;
out:;
    int error = errno;
    kp_lines_close(&in);
    kp_sha256_free(s->sha);
    kp_buf_release(&s->copy);
    errno = error;
    return st == KP_E_INPUT ? KP_E_SYSTEM : st;
}

enum kp_status kp_log_read(const struct kp_io *io, const char *path, const struct kp_log_point *from,
                           kp_log_fn *fn, void *ctx, struct kp_log_state *ret_state)
{
    struct scan s = {.state = {.end = {.head = KP_LOG_NO_HEAD}}, .fn = fn, .ctx = ctx};
    if (from)
        s.state.end = *from;
    if (kp_sha256_new(&s.sha) != KP_OK)
        return kp_log_no_memory();
    KP_TRY(read_log(&s, io, path));
    *ret_state = s.state;
    return KP_OK;
}

enum kp_status kp_log_read_back(struct kp_log *log, const char *path, kp_log_fn *fn, void *ctx,
                                struct kp_log_state *state)
{
    struct scan s = {.state = {.end = state->end}, .fn = fn, .ctx = ctx};
    KP_TRY(read_log(&s, log->io, path));
    if (s.crc != log->crc || s.state.fault != KP_LOG_SOUND || strcmp(s.state.end.head, log->head) != 0)
        return KP_E_FAULT;
    *state = s.state;
    log->crc = 0;
    return KP_OK;
}

/* Fills line with the byte before an offset, which should be a line end, and the line that begins there. */
static enum kp_status fetch_line(const struct kp_io *io, int fd, uint64_t at, struct kp_buf *line)
{
    enum { PIECE = 4096 };
    char piece[PIECE];
    for (uint64_t from = at - 1;; from += PIECE) {
        KP_TRY(kp_scratch_read(io, fd, piece, PIECE, from));
        size_t skip = from < at;
        const char *end = memchr(piece + skip, '\n', PIECE - skip);
        kp_buf_add(line, piece, end ? (size_t)(end - piece) + 1 : PIECE);
        if (!kp_buf_ok(line))
            return line->full ? KP_E_FAULT : kp_log_no_memory(); /* full: longer than any entry */
        if (end)
            return KP_OK;
    }
}

enum kp_status kp_log_read_one(const struct kp_io *io, int fd, uint64_t at, kp_log_fn *fn, void *ctx)
{
    enum kp_status st = KP_OK;
    enum kp_log_fault fault = KP_LOG_SOUND;
    struct scan s = {.sha = NULL};
    struct kp_buf line = {.max_bytes = KP_LOG_MAX_LINE_BYTES};
    if (at == 0)
        return KP_E_FAULT;
    if (kp_sha256_new(&s.sha) != KP_OK)
        return kp_log_no_memory();
    KP_TRY_OUT(fetch_line(io, fd, at, &line));
    KP_TRY_OUT(parse_line(&s, line.data + 1, line.len - 2, &fault));
    const struct kp_log_line entry = {.cells = s.cells, .bytes = line.data + 1, .n = line.len - 1, .at = at};
    st = fault != KP_LOG_SOUND || line.data[0] != '\n' ? KP_E_FAULT : fn(ctx, &entry);
out:
    kp_sha256_free(s.sha);
    kp_buf_release(&s.copy);
    kp_buf_release(&line);
    return st;
}

const char *kp_log_fault_text(enum kp_log_fault fault, enum kp_lang lang)
{
    static const char *const texts[][2] = {
        [KP_LOG_SOUND] = {"nothing", "なし"},
        [KP_LOG_NOT_OURS] = {"this is not a disclosure log: its header line differs",
                             "提供記録ではありません(見出し行が違います)"},
        [KP_LOG_BOM] = {"a byte order mark before the first line: the file was saved by another program",
                        "先頭にBOMがあります。ほかのプログラムで保存されたファイルです"},
        [KP_LOG_CRLF] =
            {"lines end with CR LF: the file was saved by another program, or copied as text",
             "改行がCRLFです。ほかのプログラムで保存されたか、テキストとして転送されたファイルです"},
        [KP_LOG_NOT_AN_ENTRY] = {"not an entry of this program", "このプログラムの記録ではない行です"},
        [KP_LOG_ALTERED] = {"altered: its hash does not match", "改変: 行自身のハッシュが合いません"},
        [KP_LOG_GAP] = {"gap: lines before it are missing", "欠落: この前の行がありません"},
        [KP_LOG_OUT_OF_ORDER] = {"reordered: in the wrong place, or repeated",
                                 "順序違い: 位置が違うか、重複しています"},
        [KP_LOG_WRONG_PREVIOUS] = {"wrong previous hash: not that of the line before",
                                   "直前の行のハッシュと合いません"},
        [KP_LOG_TORN] = {"truncated: the end of the last line is missing",
                         "末尾切れ: 最終行が途中で終わっています"}};
    return texts[fault][lang];
}

enum kp_audit_event kp_log_event(const char *const cells[KP_LOG__COUNT])
{
    size_t event = KP_AUDIT_ANY;
    (void)kp_name_find(kp_audit_event_names, cells[KP_LOG_EVENT], &event);
    return (enum kp_audit_event)event;
}

bool kp_log_is_disclosure(const char *const cells[KP_LOG__COUNT])
{
    enum kp_audit_event event = kp_log_event(cells);
    return event >= KP_AUDIT_DISCLOSE && event <= KP_AUDIT_CORRECT;
}

bool kp_log_is_roster(const char *const cells[KP_LOG__COUNT])
{
    size_t n = strlen(cells[KP_LOG_BUNDLE]), end = sizeof(KP_LOG_ROSTER) - 1;
    return n > end && strcmp(cells[KP_LOG_BUNDLE] + n - end, KP_LOG_ROSTER) == 0;
}

bool kp_log_settles_bundle(const char *const cells[KP_LOG__COUNT])
{
    enum kp_audit_event event = kp_log_event(cells);
    return event == KP_AUDIT_RELEASE || event == KP_AUDIT_VOID;
}

/* --- writing --- */

enum kp_status kp_log_lock(struct kp_log *log, const struct kp_io *io, const char *path)
{
    bool is_new = kp_file_size(io, path) <= 0; /* an empty file may be one whose name never was synced */
    *log = (struct kp_log){.io = io, .fd = -1};
    if (kp_open_regular(io, path, O_WRONLY | O_CREAT | O_APPEND, &log->fd) != KP_OK ||
        flock(log->fd, LOCK_EX | LOCK_NB) != 0)
        return KP_E_SYSTEM;
    return is_new ? kp_sync_parent(io, path) : KP_OK;
}

enum kp_status kp_log_begin(struct kp_log *log, const struct kp_log_state *state, int64_t now)
{
    log->seq = state->end.n_entries;
    log->bytes = state->end.bytes;
    memcpy(log->head, state->end.head, sizeof(log->head));
    kp_log_set_time(log, now);
    if (state->torn && log->io->ftruncate(log->fd, (off_t)state->end.bytes) != 0)
        return KP_E_SYSTEM;
    if (state->end.bytes > 0)
        return KP_OK;
    kp_buf_str(&log->pending, HEADER);
    if (!kp_buf_ok(&log->pending))
        return kp_log_no_memory();
    return kp_log_sync(log);
}

bool kp_log_has_its_length(const struct kp_log *log)
{
    struct stat info;
    return fstat(log->fd, &info) == 0 && (uint64_t)info.st_size == log->bytes;
}

void kp_log_set_time(struct kp_log *log, int64_t now)
{
    kp_date_time_in_japan(now, log->time);
}

/* Line breaks become spaces. */
static void add_cell(struct kp_buf *line, const char *cell)
{
    struct kp_buf copy = {0};
    if (!strpbrk(cell, "\r\n")) {
        kp_buf_csv(line, cell);
        return;
    }
    kp_buf_str(&copy, cell);
    for (size_t i = 0; i < copy.len; i++)
        if (copy.data[i] == '\n' || copy.data[i] == '\r')
            copy.data[i] = ' ';
    kp_buf_csv(line, kp_buf_text(&copy));
    line->failed |= copy.failed;
    kp_buf_release(&copy);
}

static enum kp_status write_pending(struct kp_log *log)
{
    KP_TRY(kp_file_write(log->io, log->fd, kp_buf_text(&log->pending), log->pending.len));
    log->crc = libdeflate_crc32(log->crc, kp_buf_text(&log->pending), log->pending.len);
    log->bytes += log->pending.len;
    kp_buf_reset(&log->pending);
    return KP_OK;
}

/* Everything of the line up to the comma before its hash. */
static void add_sealed_cells(struct kp_buf *line, const struct kp_log *log, const struct kp_log_entry *entry)
{
    kp_buf_u64(line, log->seq + 1);
    kp_buf_char(line, ',');
    kp_buf_str(line, log->time);
    for (size_t i = KP_LOG_RUN_ID; i < KP_LOG_PREV_HASH; i++) {
        kp_buf_char(line, ',');
        add_cell(line, entry->cells[i] ? entry->cells[i] : "");
    }
    kp_buf_char(line, ',');
    kp_buf_str(line, log->head);
}

enum kp_status kp_log_add(struct kp_log *log, const struct kp_log_entry *entry)
{
    enum { WRITE_AT_BYTES = 1 << 20 }; /* bounds memory: a bundle may have many entries */
    struct kp_buf *pending = &log->pending;
    const size_t before = pending->len;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    add_sealed_cells(pending, log, entry);
    bool ok =
        kp_buf_ok(pending) && kp_sha256_of(pending->data + before, pending->len - before, digest) == KP_OK;
    if (ok) {
        kp_sha256_hex(digest, hex);
        kp_buf_char(pending, ',');
        kp_buf_str(pending, hex);
        kp_buf_char(pending, '\n');
        ok = kp_buf_ok(pending) && pending->len - before < KP_LOG_MAX_LINE_BYTES;
    }
    if (!ok) { /* no part of an entry may be written */
        pending->len = before;
        return kp_log_no_memory();
    }
    log->seq++;
    memcpy(log->head, hex, sizeof(hex));
    return log->pending.len > WRITE_AT_BYTES ? write_pending(log) : KP_OK;
}

enum kp_status kp_log_sync(struct kp_log *log)
{
    KP_TRY(write_pending(log));
    return log->io->fsync(log->fd) == 0 ? KP_OK : KP_E_SYSTEM;
}

void kp_log_close(struct kp_log *log)
{
    if (log->io && log->fd >= 0)
        (void)log->io->close(log->fd); /* what matters was synced before */
    kp_buf_release(&log->pending);
    *log = (struct kp_log){.fd = -1};
}
