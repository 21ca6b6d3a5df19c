#include "dlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "date.h"
#include "status.h"

#define ZERO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

const char *const kp_log_columns[KP_LOG__COUNT] = {
    "seq",           "time",           "run_id",         "event",         "request_id",   "insurer_number",
    "recipient",     "bundle",         "bundle_sha256",  "document",      "record_sha256", "employee_id",
    "insured_symbol", "insured_number", "insured_branch", "name_kana",    "birth_date",   "exam_date",
    "age",           "age_rule",       "age_band",       "basis_id",      "provisions",   "privacy_ground",
    "items_duty",    "items_form",     "items_consent",  "items_requested", "items_withheld", "consent_ids",
    "reason",        "tables_sha256",  "prev_hash",      "hash"};

static void add_header(struct kp_buf *out)
{
    for (size_t i = 0; i < KP_LOG__COUNT; i++) {
        if (i)
            kp_buf_char(out, ',');
        kp_buf_str(out, kp_log_columns[i]);
    }
    kp_buf_char(out, '\n');
}

/* --- reading --- */

/* Splits a line of our own making in place; the writer quotes as RFC 4180 says and never breaks lines. */
static bool split(char *line, size_t n, const char *cells[KP_LOG__COUNT])
{
    char *from = line, *end = line + n;
    for (size_t i = 0; i < KP_LOG__COUNT; i++) {
        char *to = from;
        bool quoted = from < end && *from == '"';
        cells[i] = from;
        from += quoted;
        for (;; from++) {
            if (quoted && from < end && *from == '"') {
                if (from + 1 < end && from[1] == '"')
                    from++;
                else
                    break;
            } else if (from == end || (!quoted && *from == ',')) {
                break;
            }
            *to++ = *from;
        }
        if (quoted && (from == end || *from++ != '"'))
            return false;
        bool last = i + 1 == KP_LOG__COUNT;
        if (last ? from != end : from >= end || *from != ',')
            return false;
        *to = '\0';
        from++;
    }
    return true;
}

static const char *check_seal(const char *line, size_t n, char head[KP_SHA256_HEX + 1])
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (n < 2 * KP_SHA256_HEX + 2 || line[n - KP_SHA256_HEX - 1] != ',')
        return "not an entry";
    size_t sealed = n - KP_SHA256_HEX - 1;
    if (kp_sha256_of(line, sealed, digest) != KP_OK)
        return "digest failed";
    kp_sha256_hex(digest, hex);
    if (memcmp(hex, line + sealed + 1, KP_SHA256_HEX) != 0)
        return "altered: its hash does not fit";
    if (memcmp(line + sealed - KP_SHA256_HEX, head, KP_SHA256_HEX) != 0)
        return "does not follow the line before it: a line is missing, inserted or out of order";
    memcpy(head, hex, sizeof(hex));
    return NULL;
}

struct scan {
    struct kp_log_state state;
    struct kp_buf copy;
    enum kp_status (*fn)(void *ctx, const char *const cells[KP_LOG__COUNT]);
    void *ctx;
};

static enum kp_status take_entry(struct scan *s, const char *line, size_t n)
{
    const char *cells[KP_LOG__COUNT];
    s->state.fault = check_seal(line, n, s->state.head);
    if (s->state.fault)
        return KP_OK;
    kp_buf_reset(&s->copy);
    kp_buf_add(&s->copy, line, n);
    if (!kp_buf_ok(&s->copy))
        return KP_E_SYSTEM;
    if (!split(s->copy.data, n, cells))
        s->state.fault = "not an entry";
    else if (strtoull(cells[KP_LOG_SEQ], NULL, 10) != s->state.n_entries + 1)
        s->state.fault = "its number does not follow";
    if (s->state.fault)
        return KP_OK;
    s->state.n_entries++;
    return s->fn ? s->fn(s->ctx, cells) : KP_OK;
}

static enum kp_status take_line(struct scan *s, uint64_t number, const char *line, size_t n)
{
    enum kp_status st = KP_OK;
    if (number == 1) {
        kp_buf_reset(&s->copy);
        add_header(&s->copy);
        if (s->copy.len < n || memcmp(s->copy.data, line, n) != 0)
            s->state.fault = "not a disclosure log: its header line differs";
        else
            s->state.torn = s->copy.len > n;
    } else if (line[n - 1] != '\n') {
        s->state.torn = true; /* the last line of the file, for only there can the line end be missing */
    } else {
        st = take_entry(s, line, n - 1);
    }
    if (s->state.torn)
        return KP_OK;
    if (s->state.fault)
        s->state.bad_line = number;
    else
        s->state.good_bytes += n;
    return st;
}

enum kp_status kp_log_read(const struct kp_io *io, const char *path,
                           enum kp_status (*fn)(void *ctx, const char *const cells[KP_LOG__COUNT]), void *ctx,
                           struct kp_log_state *ret_state)
{
    enum kp_status st = KP_OK;
    struct kp_in in = {.fd = -1};
    struct scan s = {.state = {.head = ZERO_HASH}, .fn = fn, .ctx = ctx};
    if (!kp_path_exists(path)) {
        *ret_state = s.state;
        return KP_OK;
    }
    KP_TRY(kp_in_open(&in, io, path));
    in.lf_only = true;
    for (uint64_t number = 1; !s.state.bad_line && !s.state.torn; number++) {
        const char *line = NULL;
        size_t n = 0;
        KP_TRY(kp_in_line(&in, KP_LOG_MAX_LINE_BYTES, &line, &n));
        if (n == 0)
            break;
        KP_TRY(take_line(&s, number, line, n));
    }
    *ret_state = s.state;
out:
    kp_in_close(&in);
    kp_buf_release(&s.copy);
    return st == KP_E_INPUT ? KP_E_SYSTEM : st;
}

/* --- writing --- */

enum kp_status kp_log_lock(struct kp_log *log, const struct kp_io *io, const char *path)
{
    bool is_new = !kp_path_exists(path);
    *log = (struct kp_log){.io = io, .fd = io->open(path, O_WRONLY | O_CREAT | O_APPEND, 0600)};
    if (log->fd < 0 || flock(log->fd, LOCK_EX | LOCK_NB) != 0)
        return KP_E_SYSTEM;
    return is_new ? kp_sync_parent(io, path) : KP_OK;
}

enum kp_status kp_log_begin(struct kp_log *log, const struct kp_log_state *state, int64_t now)
{
    log->seq = state->n_entries;
    memcpy(log->head, state->head, sizeof(log->head));
    kp_log_set_time(log, now);
    if (state->torn && log->io->ftruncate(log->fd, (off_t)state->good_bytes) != 0)
        return KP_E_SYSTEM;
    if (state->good_bytes > 0)
        return KP_OK;
    add_header(&log->pending);
    return kp_log_sync(log);
}

void kp_log_set_time(struct kp_log *log, int64_t now)
{
    kp_date_time_in_japan(now, log->time);
}

static void add_cell(struct kp_buf *line, struct kp_buf *scratch, const char *cell)
{
    kp_buf_reset(scratch);
    for (; *cell; cell++)
        kp_buf_char(scratch, *cell == '\n' || *cell == '\r' ? ' ' : *cell);
    kp_buf_csv(line, kp_buf_text(scratch), scratch->len);
    line->failed |= scratch->failed;
}

static enum kp_status write_pending(struct kp_log *log)
{
    const char *from = kp_buf_text(&log->pending);
    size_t left = log->pending.len;
    while (left > 0) {
        ssize_t done = log->io->write(log->fd, from, left);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return KP_E_SYSTEM;
        from += done;
        left -= (size_t)done;
    }
    kp_buf_reset(&log->pending);
    return KP_OK;
}

enum kp_status kp_log_add(struct kp_log *log, const struct kp_log_entry *entry)
{
    enum kp_status st = KP_E_SYSTEM;
    struct kp_buf line = {.max_bytes = KP_LOG_MAX_LINE_BYTES}, scratch = {0};
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    kp_buf_u64(&line, log->seq + 1);
    kp_buf_char(&line, ',');
    kp_buf_str(&line, log->time);
    for (size_t i = KP_LOG_RUN_ID; i < KP_LOG_PREV_HASH; i++) {
        kp_buf_char(&line, ',');
        add_cell(&line, &scratch, entry->cells[i] ? entry->cells[i] : "");
    }
    kp_buf_char(&line, ',');
    kp_buf_str(&line, log->head);
    if (!kp_buf_ok(&line))
        goto out;
    KP_TRY(kp_sha256_of(line.data, line.len, digest));
    kp_sha256_hex(digest, hex);
    kp_buf_char(&line, ',');
    kp_buf_str(&line, hex);
    kp_buf_char(&line, '\n');
    kp_buf_add(&log->pending, kp_buf_text(&line), line.len);
    st = kp_buf_ok(&line) && kp_buf_ok(&log->pending) ? KP_OK : KP_E_SYSTEM;
    if (st != KP_OK)
        goto out;
    log->seq++;
    memcpy(log->head, hex, sizeof(hex));
    enum { WRITE_AT_BYTES = 1 << 20 }; /* entries of one bundle may be many; memory stays bounded */
    if (log->pending.len > WRITE_AT_BYTES)
        st = write_pending(log);
out:
    kp_buf_release(&line);
    kp_buf_release(&scratch);
    return st;
}

enum kp_status kp_log_sync(struct kp_log *log)
{
    enum kp_status st = write_pending(log);
    return st == KP_OK && log->io->fsync(log->fd) != 0 ? KP_E_SYSTEM : st;
}

void kp_log_close(struct kp_log *log)
{
    if (log->io && log->fd >= 0)
        (void)log->io->close(log->fd); /* what mattered was synced before */
    kp_buf_release(&log->pending);
    *log = (struct kp_log){.fd = -1};
}
