/* kp_audit reads each log twice. The first pass verifies the chain, counts, and notes which bundles were not
 * released. If all is sound, the second pass prints entries or provision records. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/lock.h"
#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "log/audit_counts.h"
#include "log/audit_output.h"
#include "log/log.h"
#include "log/log_index.h"
#include "log/provision.h"

/* The entries, from one offset of a log to another, of a bundle that was not released. */
struct loss {
    uint64_t log, from, to;
    bool voided; /* otherwise unfinished: the log ends before its release */
};

struct audit;

typedef enum kp_status take_fn(struct audit *audit, const struct kp_log_line *line);

struct audit {
    const struct kp_audit_options *options;
    struct kp_context ctx;
    struct kp_arena scratch;        /* of an entry */
    struct kp_audit_options filter; /* the options, normalised for comparison */
    struct kp_audit_output out;
    struct kp_audit_counts counts;
    struct kp_provisions provisions;
    struct kp_log_state *states; /* of each log */
    size_t log;                  /* the one being read */
    take_fn *take;               /* called for its entries; reports its failures */
    enum kp_status taken;        /* the last status of take */
    bool being_written;          /* at the start of the first pass */
    bool head_found;
    struct kp_buf losses; /* struct loss, in the order of the logs */
    size_t next_loss;
    uint64_t bundle_from; /* first entry of the bundle being read; 0: none */
    uint64_t n_pending;   /* its entries */
    uint64_t n_voided, n_unfinished, n_listed;
};

/* --- filters --- */

static bool has_filter(const struct kp_audit_options *o)
{
    return o->insurer || o->employee || o->number || o->basis || o->request || o->bundle || o->from ||
           o->to || o->event != KP_AUDIT_ANY;
}

/* Drops folder and .zip. */
static const char *bundle_root(struct kp_arena *arena, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *from = slash ? slash + 1 : name;
    size_t n = strlen(from);
    return kp_arena_strndup(arena, from, n > 4 && strcmp(from + n - 4, ".zip") == 0 ? n - 4 : n);
}

static enum kp_status normalise_head(struct audit *a)
{
    char *head = kp_arena_strdup(&a->ctx.arena, a->options->head);
    if (!head)
        return kp_no_memory(&a->ctx);
    for (char *at = head; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'F' ? *at - 'A' + 'a' : *at);
    a->filter.head = head;
    if (!kp_is_hex(head, KP_SHA256_HEX))
        return kp_fail(&a->ctx.diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, a->options->head,
                       "--head", "64 hexadecimal digits");
    return KP_OK;
}

static enum kp_status normalise_filters(struct audit *a)
{
    struct kp_audit_options *f = &a->filter;
    const char **folded[] = {&f->insurer, &f->employee, &f->number};
    *f = *a->options;
    for (size_t i = 0; i < KP_COUNT(folded); i++)
        if (*folded[i] && !(*folded[i] = kp_text_value_key(&a->ctx.arena, *folded[i])))
            return kp_no_memory(&a->ctx);
    if (f->bundle && !(f->bundle = bundle_root(&a->ctx.arena, f->bundle)))
        return kp_no_memory(&a->ctx);
    return f->head ? normalise_head(a) : KP_OK;
}

/* Compares with widths folded on both sides. */
static bool same_folded(struct kp_arena *scratch, const char *wanted, const char *cell)
{
    if (!wanted || strcmp(wanted, cell) == 0)
        return true;
    const char *key = *cell ? kp_text_value_key(scratch, cell) : "";
    return key && strcmp(wanted, key) == 0;
}

/* Also returns false, with a->scratch failed, if memory is short. */
static bool is_selected(struct audit *a, const char *const *c)
{
    const struct kp_audit_options *f = &a->filter;
    const char *time = c[KP_LOG_TIME], *bundle = c[KP_LOG_BUNDLE];
    size_t root = f->bundle ? strlen(f->bundle) : 0;
    kp_arena_reset(&a->scratch);
    if (f->event != KP_AUDIT_ANY && f->event != kp_log_event(c))
        return false;
    if ((f->basis && strcmp(f->basis, c[KP_LOG_BASIS_ID]) != 0) ||
        (f->request && !kp_list_has(c[KP_LOG_REQUEST_ID], f->request)))
        return false;
    if (f->bundle && (strncmp(f->bundle, bundle, root) != 0 || strcmp(bundle + root, ".zip") != 0))
        return false;
    if ((f->from && strncmp(time, f->from, 10) < 0) || (f->to && strncmp(time, f->to, 10) > 0))
        return false;
    return same_folded(&a->scratch, f->insurer, c[KP_LOG_INSURER_NUMBER]) &&
           same_folded(&a->scratch, f->employee, c[KP_LOG_EMPLOYEE_ID]) &&
           same_folded(&a->scratch, f->number, c[KP_LOG_INSURED_NUMBER]);
}

/* --- reading --- */

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct audit *a = ctx;
    a->taken = kp_check_cancelled(&a->ctx);
    if (a->taken == KP_OK)
        a->taken = a->take(a, line);
    return a->taken;
}

static enum kp_status unusable(struct audit *a, enum kp_status st, int error)
{
    return kp_fail(&a->ctx.diag, st, KP_K_LOG_UNUSABLE, kp_in(a->options->logs[a->log]), strerror(error));
}

static enum kp_status fault(struct audit *a, enum kp_code code, uint64_t line, const char *arg)
{
    return kp_fail(&a->ctx.diag, KP_E_FAULT, code, kp_at(a->options->logs[a->log], line), arg);
}

static enum kp_status broken(struct audit *a, uint64_t line, enum kp_log_fault what)
{
    return fault(a, KP_K_LOG_BROKEN, line, kp_log_fault_text(what, a->ctx.common->lang));
}

static enum kp_status read_log(struct audit *a, take_fn *take, struct kp_log_state *ret_state)
{
    const char *path = a->options->logs[a->log];
    a->take = take;
    a->taken = KP_OK;
    if (!kp_path_exists(path))
        return unusable(a, KP_E_SYSTEM, ENOENT);
    enum kp_status st = kp_log_read(a->ctx.io, path, NULL, take_entry, a, ret_state);
    return st != KP_OK && a->taken == KP_OK ? unusable(a, st, errno) : st;
}

/* --- the first pass --- */

/* Ends the bundle being read at this offset. */
static enum kp_status settle(struct audit *a, bool released, bool voided, uint64_t to)
{
    kp_audit_counts_settle(&a->counts, released);
    if (!released && a->bundle_from) {
        const struct loss loss = {.log = a->log, .from = a->bundle_from, .to = to, .voided = voided};
        kp_buf_add(&a->losses, &loss, sizeof(loss));
        *(voided ? &a->n_voided : &a->n_unfinished) += a->n_pending;
    }
    a->bundle_from = 0;
    a->n_pending = 0;
    return kp_buf_ok(&a->losses) ? KP_OK : kp_no_memory(&a->ctx);
}

static enum kp_status verify_entry(struct audit *a, const struct kp_log_line *line)
{
    const char *const *c = line->cells;
    a->head_found |= a->filter.head && strcmp(a->filter.head, c[KP_LOG_HASH]) == 0;
    if (kp_log_settles_bundle(c))
        return settle(a, kp_log_event(c) == KP_AUDIT_RELEASE, true, line->at);
    if (!kp_log_is_disclosure(c))
        return KP_OK;
    if (!a->bundle_from)
        a->bundle_from = line->at;
    a->n_pending++;
    if (!is_selected(a, c))
        return a->scratch.failed ? kp_no_memory(&a->ctx) : KP_OK;
    KP_TRY(kp_audit_counts_add(&a->counts, c));
    return a->options->provision_records && kp_provision_is_owed(c) ? kp_provision_check(&a->provisions, c)
                                                                    : KP_OK;
}

/* A log that was cut off still has a sound chain; its index shows the loss. */
static enum kp_status check_index(struct audit *a)
{
    struct kp_log_index index;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    const char *log = a->options->logs[a->log];
    char *path = kp_arena_printf(&a->ctx.arena, "%s.index", log);
    if (!path)
        return kp_no_memory(&a->ctx);
    if (kp_log_index_open(&index, a->ctx.io, path, log, &verdict) != KP_OK)
        kp_warn(&a->ctx.diag, KP_K_LOG_INDEX_UNREADABLE, kp_in(path), strerror(errno ? errno : EIO));
    kp_log_index_close(&index);
    if (verdict == KP_LOG_INDEX_CONTRADICTS)
        return fault(a, KP_K_LOG_SHORTENED, a->states[a->log].end.n_entries + 2, path);
    return KP_OK;
}

/* An incomplete last line is no fault while a run writes it. */
static bool is_being_written(const struct kp_io *io, const char *path)
{
    int fd = io->open(path, O_RDONLY, 0);
    bool is = fd >= 0 && kp_lock_holder(fd) > 0;
    if (fd >= 0)
        (void)io->close(fd);
    return is;
}

static enum kp_status check_state(struct audit *a)
{
    struct kp_log_state *s = &a->states[a->log];
    if (s->bad_line)
        return broken(a, s->bad_line, s->fault);
    a->head_found |= s->retired && a->filter.head && strcmp(a->filter.head, s->end.head) == 0;
    if (s->torn && !a->being_written && !is_being_written(a->ctx.io, a->options->logs[a->log]))
        return broken(a, s->end.bytes ? s->end.n_entries + 2 : 1, KP_LOG_TORN);
    if (a->log > 0) {
        const char *before = a->states[a->log - 1].end.head;
        if (s->end.n_entries == 0)
            memcpy(s->end.head, before, sizeof(s->end.head));
        else if (strcmp(s->end.before, before) != 0)
            return fault(a, KP_K_LOG_NOT_CONTINUED, 2, a->options->logs[a->log - 1]);
    }
    return check_index(a);
}

static enum kp_status verify(struct audit *a)
{
    for (a->log = 0; a->log < a->options->n_logs; a->log++) {
        const char *path = a->options->logs[a->log];
        if (kp_file_size(path) < 0) {
            KP_TRY(check_index(a)); /* may show that there was a log */
            return unusable(a, KP_E_USAGE, ENOENT);
        }
        a->being_written = is_being_written(a->ctx.io, path);
        KP_TRY(read_log(a, verify_entry, &a->states[a->log]));
        KP_TRY(settle(a, false, false, a->states[a->log].end.bytes));
        KP_TRY(check_state(a));
    }
    a->log = a->options->n_logs - 1;
    return a->filter.head && !a->head_found ? fault(a, KP_K_LOG_HEAD_MISSING, 0, a->filter.head) : KP_OK;
}

/* --- the second pass --- */

/* Returns the state of a disclosure, "" for other entries. To be called in the order of the logs. */
static const char *state_of(struct audit *a, const struct kp_log_line *line)
{
    const struct loss *first = (const struct loss *)(const void *)a->losses.data, *loss = NULL;
    size_t n = a->losses.len / sizeof(*first);
    if (!kp_log_is_disclosure(line->cells))
        return "";
    for (; a->next_loss < n; a->next_loss++) {
        loss = &first[a->next_loss];
        if (loss->log > a->log || (loss->log == a->log && line->at < loss->to))
            break;
    }
    if (a->next_loss == n || loss->log != a->log || line->at < loss->from)
        return "released";
    return loss->voided ? "voided" : "unfinished";
}

static enum kp_status list_entry(struct audit *a, const struct kp_log_line *line)
{
    if (line->at >= a->states[a->log].end.bytes)
        return KP_OK; /* added since the first pass, thus not verified */
    if (!is_selected(a, line->cells))
        return a->scratch.failed ? kp_no_memory(&a->ctx) : KP_OK;
    const char *state = state_of(a, line);
    if (!a->options->provision_records)
        kp_audit_entry(&a->out, line, a->options->logs[a->log], state);
    else if (kp_provision_is_owed(line->cells) && strcmp(state, "released") == 0)
        KP_TRY(kp_provision_print(&a->provisions, line->cells, &a->out));
    else
        return KP_OK;
    a->n_listed++;
    return kp_audit_flush(&a->out, false);
}

static enum kp_status list(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    if (o->format == KP_AUDIT_CSV)
        kp_buf_printf(&a->out.buf, "%s\n",
                      o->provision_records ? KP_PROVISION_COLUMNS : KP_LOG_HEADER ",state");
    for (a->log = 0; a->log < o->n_logs; a->log++) {
        struct kp_log_state again;
        KP_TRY(read_log(a, list_entry, &again));
        if (again.retired)
            kp_warn(&a->ctx.diag, KP_K_LOG_ENTRIES_GONE, kp_in(o->logs[a->log]));
        if (again.end.bytes < a->states[a->log].end.bytes) /* changed since the first pass */
            return broken(a, again.bad_line, again.fault);
    }
    if (o->format == KP_AUDIT_TABLE)
        kp_buf_printf(&a->out.buf, "%s %" PRIu64 "\n",
                      o->provision_records ? kp_say(&a->ctx, "提供の記録:", "provision records:")
                                           : kp_say(&a->ctx, "該当する記録:", "entries that fit:"),
                      a->n_listed);
    return KP_OK;
}

static void summarise(struct audit *a)
{
    struct kp_buf *out = &a->out.buf;
    for (size_t i = 0; i < a->options->n_logs; i++) {
        const struct kp_log_point *end = &a->states[i].end;
        kp_buf_printable(out, a->options->logs[i]);
        kp_buf_printf(out, "\n  %s %" PRIu64 "\n  %s %s\n", kp_say(&a->ctx, "記録", "entries"),
                      end->n_entries, kp_say(&a->ctx, "末尾ハッシュ", "head"), end->head);
        if (a->states[i].retired)
            kp_buf_printf(out, "  %s\n",
                          kp_say(&a->ctx, "保存期間後の控え(個々の記録はない)",
                                 "retired: a stub, without the entries"));
        if (*end->before && strcmp(end->before, KP_LOG_NO_HEAD) != 0)
            kp_buf_printf(
                out, "  %s %s%s\n", kp_say(&a->ctx, "引継元の末尾ハッシュ", "continues"), end->before,
                i > 0 ? "" : kp_say(&a->ctx, "(この監査では未確認)", " (an older log, not looked at here)"));
    }
    if (a->filter.head)
        kp_buf_printf(out, "%s %s\n", kp_say(&a->ctx, "この記録に含まれるハッシュ:", "contains the head"),
                      a->filter.head);
    if (a->n_voided)
        kp_buf_printf(out, "%s %" PRIu64 "\n",
                      kp_say(&a->ctx, "無効(提供されていない)", "voided, not disclosed:"), a->n_voided);
    if (a->n_unfinished)
        kp_buf_printf(out, "%s %" PRIu64 "\n",
                      kp_say(&a->ctx, "未完了(次の実行が完了または無効にする)",
                             "unfinished, to be settled by the next run:"),
                      a->n_unfinished);
    kp_audit_counts_print(&a->counts, out);
}

static enum kp_status run(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    a->states = kp_arena_alloc(&a->ctx.arena, o->n_logs * sizeof(*a->states));
    if (!a->states)
        return kp_no_memory(&a->ctx);
    KP_TRY(normalise_filters(a));
    if (o->provision_records)
        KP_TRY(kp_provisions_load(&a->provisions, &a->ctx, &o->registers));
    KP_TRY(verify(a));
    if (o->provision_records || has_filter(o) || o->format != KP_AUDIT_TABLE)
        KP_TRY(list(a));
    if (o->format == KP_AUDIT_TABLE && !o->provision_records)
        summarise(a);
    return kp_audit_flush(&a->out, true);
}

enum kp_status kp_audit(const struct kp_audit_options *options, const struct kp_env *env,
                        kp_audit_print *print, void *print_ctx)
{
    struct audit a = {.options = options};
    a.out = (struct kp_audit_output){
        .ctx = &a.ctx, .format = options->format, .print = print, .print_ctx = print_ctx};
    a.counts.ctx = &a.ctx;
    enum kp_status st = kp_context_init(&a.ctx, &options->common, env);
    if (st == KP_OK)
        st = run(&a);
    kp_buf_release(&a.out.buf);
    kp_buf_release(&a.losses);
    kp_arena_release(&a.scratch);
    kp_audit_counts_release(&a.counts);
    kp_provisions_release(&a.provisions);
    st = kp_context_finish(&a.ctx, st);
    kp_context_release(&a.ctx);
    return st;
}
