/* kp_retire: replaces a log by a stub that keeps the chain and the memory of who was told what. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/lock.h"
#include "base/status.h"
#include "law/registers.h"
#include "log/log.h"
#include "log/log_index.h"
#include "log/provision.h"
#include "log/stub.h"

_Static_assert((int)KP_STUB_KEY_BYTES == (int)KP_LOG_KEY_BYTES, "stubs store the keys of the index");

/* A record of the index: its salted key, and the offset of its entry. */
struct place {
    char key[KP_STUB_SALTED + 1];
    uint64_t at;
};

struct retire {
    struct kp_context ctx;
    const char *path, *index_path;
    const char *temp; /* folder of the scratch files; NULL: not made yet */
    int64_t now;
    struct kp_log log; /* locked */
    struct kp_log_state state;
    struct kp_log_index_builder builder;
    uint64_t counts[KP_AUDIT_REPLY + 1];
    char first_time[26], last_time[26], owed[11]; /* owed: day of the last disclosure by consent, or "" */
    struct place *places;                         /* of the index's records, n_records */
    size_t n_records;
    struct kp_out out;
    struct kp_sha256 *sha;
    struct kp_buf line;
    int log_fd; /* for reading */
};

static enum kp_status unusable(struct retire *r, enum kp_status st)
{
    if (kp_report_odd(&r->ctx, r->path))
        return KP_E_SYSTEM;
    return kp_fail(&r->ctx.diag, st, KP_K_LOG_UNUSABLE, kp_in(r->path), strerror(errno ? errno : EIO));
}

/* --- reading --- */

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct retire *r = ctx;
    const char *const *c = line->cells;
    r->counts[kp_log_event(c)]++;
    if (!*r->first_time)
        memcpy(r->first_time, c[KP_LOG_TIME], strnlen(c[KP_LOG_TIME], sizeof(r->first_time) - 1));
    memcpy(r->last_time, c[KP_LOG_TIME], strnlen(c[KP_LOG_TIME], sizeof(r->last_time) - 1));
    if (kp_provision_is_owed(c))
        memcpy(r->owed, c[KP_LOG_TIME], strnlen(c[KP_LOG_TIME], sizeof(r->owed) - 1));
    return kp_log_index_builder_add(&r->builder, line);
}

/* A record of a provision is kept for three years (個情法施行規則21条). */
static enum kp_status check_retention(struct retire *r)
{
    enum { KEEP_YEARS = 3 };
    struct kp_date owed;
    char until[11];
    if (!kp_date_parse_iso(r->owed, &owed))
        return KP_OK;
    struct kp_date end = kp_date_add_years(owed, KEEP_YEARS);
    if (kp_date_compare(kp_date_in_japan(r->now), end) >= 0)
        return KP_OK;
    kp_date_iso(end, until);
    return kp_fail(&r->ctx.diag, KP_E_USAGE, KP_K_RETIRE_TOO_EARLY, kp_in(r->path), until);
}

/* A call that died may have left the folder. */
static enum kp_status make_temp(struct retire *r)
{
    char *temp = kp_arena_printf(&r->ctx.arena, "%s.retiring", r->path);
    if (!temp)
        return kp_no_memory(&r->ctx);
    errno = 0;
    if (kp_remove_folder(r->ctx.io, temp) != KP_OK || kp_make_folders(r->ctx.io, temp) != KP_OK)
        return kp_write_failed(&r->ctx, temp);
    r->temp = temp;
    return KP_OK;
}

static enum kp_status read_log(struct retire *r)
{
    errno = 0;
    if (kp_log_index_builder_open(&r->builder, r->ctx.io, r->temp) != KP_OK)
        return unusable(r, KP_E_SYSTEM);
    enum kp_status st = kp_log_read(r->ctx.io, r->path, NULL, take_entry, r, &r->state);
    enum kp_log_fault fault = st == KP_E_FAULT ? KP_LOG_NOT_AN_ENTRY
                              : r->state.torn  ? KP_LOG_TORN
                                               : r->state.fault;
    if (st != KP_OK && st != KP_E_FAULT)
        return unusable(r, KP_E_SYSTEM);
    if (fault != KP_LOG_SOUND)
        return kp_fail(&r->ctx.diag, KP_E_USAGE, KP_K_LOG_BROKEN,
                       kp_at(r->path, r->state.bad_line ? r->state.bad_line : r->state.end.n_entries + 2),
                       kp_log_fault_text(fault, r->ctx.common->lang));
    if (r->state.retired)
        return KP_OK;
    if (r->builder.pile.n != r->builder.settled || r->state.end.n_entries == 0)
        return kp_fail(&r->ctx.diag, KP_E_USAGE, KP_K_RETIRE_UNFINISHED, kp_in(r->path));
    return check_retention(r);
}

/* --- writing --- */

static enum kp_status take_record(void *ctx, const struct kp_log_index_record *record)
{
    struct retire *r = ctx;
    struct place *to = &r->places[r->n_records++];
    to->at = record->at;
    return kp_stub_salt(r->state.end.head, record->key, sizeof(record->key), to->key);
}

static int by_key_and_entry(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int keys = strcmp(x->key, y->key);
    return keys ? keys : (x->at > y->at) - (x->at < y->at);
}

/* The records are those of a new index, so that whatever an index knows, the stub knows. Does not report. */
static enum kp_status find_places(struct retire *r)
{
    struct kp_log_index index = {.fd = -1, .log_fd = -1}, none = index;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    KP_TRY(kp_log_index_write(r->index_path, &none, &r->builder));
    KP_TRY(kp_log_index_open(&index, r->ctx.io, r->index_path, r->path, &verdict));
    r->places = calloc(index.n_records + 1, sizeof(*r->places));
    enum kp_status st = r->places ? kp_log_index_all(&index, take_record, r) : kp_log_no_memory();
    kp_log_index_close(&index);
    if (r->places)
        qsort(r->places, r->n_records, sizeof(*r->places), by_key_and_entry);
    return st == KP_OK && verdict != KP_LOG_INDEX_SOUND ? KP_E_FAULT : st;
}

/* Writes what is in r->line. */
static enum kp_status put_line(struct retire *r)
{
    if (!kp_buf_ok(&r->line) || kp_sha256_add(r->sha, kp_buf_text(&r->line), r->line.len) != KP_OK)
        return kp_log_no_memory();
    kp_out_add(&r->out, kp_buf_text(&r->line), r->line.len);
    kp_buf_reset(&r->line);
    return KP_OK;
}

static enum kp_status put_values(struct retire *r)
{
    static const enum kp_audit_event counted[] = {KP_AUDIT_DISCLOSE, KP_AUDIT_AGAIN, KP_AUDIT_CORRECT,
                                                  KP_AUDIT_RELEASE, KP_AUDIT_VOID};
    uint64_t other = r->state.end.n_entries;
    char now[26];
    kp_date_time_in_japan(r->now, now);
    kp_buf_printf(&r->line, KP_STUB_COLUMNS "%s,1,%" PRIu64 ",%s,%s,%s,%s", now, r->state.end.n_entries,
                  r->state.end.before, r->state.end.head, r->first_time, r->last_time);
    for (size_t i = 0; i < KP_COUNT(counted); i++) {
        kp_buf_printf(&r->line, ",%" PRIu64, r->counts[counted[i]]);
        other -= r->counts[counted[i]];
    }
    kp_buf_printf(&r->line, ",%" PRIu64 ",%zu\n", other, r->n_records);
    return put_line(r);
}

/* Salts a text, unless it is empty; NULL: memory is short. */
static enum kp_status salt_text(const struct retire *r, const char *text, char ret_hex[KP_STUB_SALTED + 1])
{
    if (!text)
        return kp_log_no_memory();
    return *text ? kp_stub_salt(r->state.end.head, text, strlen(text), ret_hex) : KP_OK;
}

/* A bundle has its key alone. */
static enum kp_status put_entry(void *ctx, const struct kp_log_line *line)
{
    struct retire *r = ctx;
    const char *const *c = line->cells;
    struct kp_stub_record record = {.key = ""};
    struct kp_arena scratch = {0};
    enum kp_status st = KP_OK;
    (void)snprintf(record.key, sizeof(record.key), "%s", r->places[r->n_records].key);
    (void)snprintf(record.seq, sizeof(record.seq), "%s", c[KP_LOG_SEQ]);
    if (kp_log_is_disclosure(c)) {
        (void)snprintf(record.insurer, sizeof(record.insurer), "%s", c[KP_LOG_INSURER_NUMBER]);
        (void)snprintf(record.sex, sizeof(record.sex), "%s", c[KP_LOG_SEX]);
        (void)snprintf(record.content, sizeof(record.content), "%s", c[KP_LOG_CONTENT_SHA256]);
        (void)snprintf(record.day, sizeof(record.day), "%.10s", c[KP_LOG_TIME]);
        (void)snprintf(record.bundle, sizeof(record.bundle), "%s", c[KP_LOG_BUNDLE]);
        KP_TRY_OUT(salt_text(r, kp_number_key(&scratch, c[KP_LOG_INSURED_NUMBER]), record.number));
        KP_TRY_OUT(salt_text(r, kp_employee_key(&scratch, c[KP_LOG_EMPLOYEE_ID]), record.employee_id));
    }
    kp_stub_add(&r->line, &record);
    st = put_line(r);
out:
    kp_arena_release(&scratch);
    return st;
}

static enum kp_status put_lines(struct retire *r)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    size_t n = r->n_records;
    KP_TRY(put_values(r));
    for (r->n_records = 0; r->n_records < n; r->n_records++)
        KP_TRY(kp_log_read_one(r->ctx.io, r->log_fd, r->places[r->n_records].at, put_entry, r));
    if (kp_sha256_finish(r->sha, digest) != KP_OK)
        return kp_log_no_memory();
    kp_sha256_hex(digest, hex);
    kp_buf_printf(&r->line, "%s\n", hex);
    return put_line(r);
}

/* The index goes first: it would contradict the stub, and is rebuilt should the log stay. Does not report. */
static enum kp_status replace(struct retire *r, const char *stub)
{
    const struct kp_io *io = r->ctx.io;
    if (kp_io_unlink(io, r->index_path) != 0 && errno != ENOENT)
        return KP_E_SYSTEM;
    KP_TRY(kp_sync_parent(io, r->path));
    if (kp_io_rename(io, stub, r->path) != 0)
        return KP_E_SYSTEM;
    return kp_sync_parent(io, r->path);
}

/* Does not report. */
static enum kp_status write_to(struct retire *r, const char *stub)
{
    KP_TRY(find_places(r));
    r->log_fd = kp_io_open(r->ctx.io, r->path, O_RDONLY);
    if (r->log_fd < 0 || kp_sha256_new(&r->sha) != KP_OK)
        return KP_E_SYSTEM;
    enum kp_status st = kp_out_create(&r->out, r->ctx.io, stub);
    if (st == KP_OK)
        st = put_lines(r);
    if (kp_out_finish(&r->out, true) != KP_OK)
        st = KP_E_SYSTEM;
    return st == KP_OK ? replace(r, stub) : st;
}

static enum kp_status write_stub(struct retire *r)
{
    char *stub = kp_arena_printf(&r->ctx.arena, "%s/stub", r->temp);
    if (!stub)
        return kp_no_memory(&r->ctx);
    errno = 0;
    return write_to(r, stub) == KP_OK ? KP_OK : unusable(r, KP_E_SYSTEM);
}

static enum kp_status take_lock(struct retire *r)
{
    char holder[24];
    errno = 0;
    if (kp_log_lock(&r->log, r->ctx.io, r->path) == KP_OK)
        return KP_OK;
    if (errno != EWOULDBLOCK)
        return unusable(r, KP_E_SYSTEM);
    (void)snprintf(holder, sizeof(holder), "%ld", kp_lock_holder(r->log.fd));
    return kp_fail(&r->ctx.diag, KP_E_SYSTEM, KP_K_LOG_LOCKED, kp_in(r->path), holder);
}

static enum kp_status run(struct retire *r)
{
    struct kp_arena *arena = &r->ctx.arena;
    const char *slash = strrchr(r->path, '/');
    const char *folder = kp_arena_strndup(arena, r->path, slash ? (size_t)(slash - r->path) + 1 : 0);
    r->index_path = kp_arena_printf(arena, "%s.index", r->path);
    if (arena->failed)
        return kp_no_memory(&r->ctx);
    errno = ENOENT;
    if (!kp_path_exists(r->ctx.io, r->path))
        return unusable(r, KP_E_USAGE);
    KP_TRY(kp_context_enter(&r->ctx, folder));
    r->now = r->ctx.env->now(r->ctx.env->ctx);
    KP_TRY(take_lock(r));
    KP_TRY(make_temp(r));
    KP_TRY(read_log(r));
    if (!r->state.retired)
        return write_stub(r);
    kp_warn(&r->ctx.diag, KP_K_RETIRED_ALREADY, kp_in(r->path));
    return KP_OK;
}

enum kp_status kp_retire(const struct kp_retire_options *options, const struct kp_env *env)
{
    struct retire r = {
        .path = options->log, .log = {.fd = -1}, .log_fd = -1, .builder = {.pile = {.fd = -1}}};
    enum kp_status st = kp_context_init(&r.ctx, &options->common, env);
    if (st == KP_OK)
        st = run(&r);
    free(r.places);
    kp_sha256_free(r.sha);
    kp_buf_release(&r.line);
    if (r.log_fd >= 0)
        (void)r.ctx.io->close(r.log_fd); /* only read from */
    kp_log_index_builder_close(&r.builder);
    if (r.temp)
        (void)kp_remove_folder(r.ctx.io, r.temp);
    kp_log_close(&r.log);
    st = kp_context_finish(&r.ctx, st);
    kp_context_release(&r.ctx);
    return st;
}
