/* kp_audit reads each log twice, or more often for questions about all people. The first pass verifies the
 * chain, counts, and notes runs and bundles that were not released. If all is sound, the others answer. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/lock.h"
#include "base/status.h"
#include "log/audit_bundles.h"
#include "log/audit_counts.h"
#include "log/audit_filter.h"
#include "log/audit_output.h"
#include "log/audit_question.h"
#include "log/audit_shards.h"
#include "log/audit_sheet.h"
#include "log/audit_statistics.h"
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
    struct kp_audit_runs runs;
    struct kp_audit_filter filter;
    struct kp_audit_output out;
    struct kp_audit_counts counts;
    struct kp_provisions provisions;
    struct kp_question question;
    struct kp_statistics statistics;
    struct kp_audit_bundles bundles;
    struct kp_audit_sheet sheet;
    struct kp_audit_part part;
    struct kp_date today;
    struct kp_log_state *states;         /* of each log */
    struct kp_log_beginning *beginnings; /* likewise */
    size_t log;                          /* the one being read */
    take_fn *take;                       /* called for its entries; reports its failures */
    enum kp_status taken;                /* the last status of take */
    bool being_written;                  /* at the start of the first pass */
    bool head_found;
    bool warned;          /* of retired logs */
    struct kp_buf losses; /* struct loss, in the order of the logs */
    size_t next_loss;
    uint64_t bundle_from; /* first entry of the bundle being read; 0: none */
    uint64_t n_pending;   /* its entries */
    uint64_t n_voided, n_unfinished, n_listed;
};

/* Also returns false, with the filter's scratch failed, if memory is short. */
static bool is_selected(struct audit *a, const char *const *c)
{
    return kp_audit_selects(&a->filter, c);
}

static enum kp_status scratch_status(struct audit *a)
{
    return a->filter.scratch.failed ? kp_no_memory(&a->ctx) : KP_OK;
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
    if (!kp_path_exists(a->ctx.io, path))
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

/* Its line: the header is the first. */
static struct kp_where place_of(struct audit *a, const struct kp_log_line *line)
{
    return kp_at(a->options->logs[a->log], strtoull(line->cells[KP_LOG_SEQ], NULL, 10) + 1);
}

static enum kp_status verify_entry(struct audit *a, const struct kp_log_line *line)
{
    const char *const *c = line->cells;
    kp_log_beginning_note(&a->beginnings[a->log], &a->ctx.arena, c);
    a->head_found |= a->filter.wanted.head && strcmp(a->filter.wanted.head, c[KP_LOG_HASH]) == 0;
    KP_TRY(kp_audit_runs_add(&a->runs, c));
    if (kp_log_settles_bundle(c))
        return settle(a, kp_log_event(c) == KP_AUDIT_RELEASE, true, line->at);
    if (!kp_log_is_disclosure(c))
        return KP_OK;
    if (!a->bundle_from)
        a->bundle_from = line->at;
    a->n_pending++;
    if (!is_selected(a, c))
        return scratch_status(a);
    KP_TRY(kp_audit_counts_add(&a->counts, c));
    if (a->options->sheet)
        KP_TRY(kp_sheet_check(&a->sheet, c));
    return a->options->provision_records && kp_provision_is_owed(c)
               ? kp_provision_check(&a->provisions, c, place_of(a, line))
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
    int fd = -1;
    (void)kp_file_open(io, path, &fd);
    bool is = fd >= 0 && kp_lock_holder(fd) > 0;
    if (fd >= 0)
        (void)io->close(fd);
    return is;
}

/* A log continues the one before it, or is the sibling of an earlier one. */
static enum kp_status check_continuation(struct audit *a)
{
    struct kp_log_state *s = &a->states[a->log];
    const char *before = a->states[a->log - 1].end.head;
    if (s->end.n_entries == 0)
        memcpy(s->end.head, before, sizeof(s->end.head));
    if (s->end.n_entries == 0 || strcmp(s->end.before, before) == 0)
        return KP_OK;
    return kp_log_beginning_find_sibling(a->beginnings, a->log + 1)
               ? KP_OK
               : fault(a, KP_K_LOG_NOT_CONTINUED, 2, a->options->logs[a->log - 1]);
}

static enum kp_status check_state(struct audit *a)
{
    struct kp_log_state *s = &a->states[a->log];
    if (s->bad_line)
        return broken(a, s->bad_line, s->fault);
    a->head_found |= s->retired && a->filter.wanted.head && strcmp(a->filter.wanted.head, s->end.head) == 0;
    if (s->torn && !a->being_written && !is_being_written(a->ctx.io, a->options->logs[a->log]))
        return broken(a, s->end.bytes ? s->end.n_entries + 2 : 1, KP_LOG_TORN);
    if (a->log > 0)
        KP_TRY(check_continuation(a));
    return check_index(a);
}

static enum kp_status verify(struct audit *a)
{
    for (a->log = 0; a->log < a->options->n_logs; a->log++) {
        const char *path = a->options->logs[a->log];
        if (kp_file_size(a->ctx.io, path) < 0) {
            KP_TRY(check_index(a)); /* may show that there was a log */
            return unusable(a, KP_E_USAGE, ENOENT);
        }
        a->beginnings[a->log].path = path;
        a->being_written = is_being_written(a->ctx.io, path);
        KP_TRY(read_log(a, verify_entry, &a->states[a->log]));
        KP_TRY(settle(a, false, false, a->states[a->log].end.bytes));
        KP_TRY(check_state(a));
    }
    a->log = a->options->n_logs - 1;
    return a->filter.wanted.head && !a->head_found ? fault(a, KP_K_LOG_HEAD_MISSING, 0, a->filter.wanted.head)
                                                   : KP_OK;
}

/* --- further passes --- */

static bool is_past(const struct audit *a, const struct loss *loss, const struct kp_log_line *line)
{
    return loss->log < a->log || (loss->log == a->log && line->at >= loss->to);
}

/* Returns the state of a disclosure, "" for other entries. To be called in the order of the logs. */
static const char *state_of(struct audit *a, const struct kp_log_line *line)
{
    const struct loss *losses = (const struct loss *)(const void *)a->losses.data;
    size_t n = a->losses.len / sizeof(*losses);
    if (!kp_log_is_disclosure(line->cells))
        return "";
    while (a->next_loss < n && is_past(a, &losses[a->next_loss], line))
        a->next_loss++;
    if (a->next_loss == n)
        return "released";
    const struct loss *loss = &losses[a->next_loss];
    if (loss->log != a->log || line->at < loss->from)
        return "released";
    return loss->voided ? "voided" : "unfinished";
}

/* Returns whether the entry was there in the first pass, and thus is verified. */
static bool is_verified(const struct audit *a, const struct kp_log_line *line)
{
    return line->at < a->states[a->log].end.bytes;
}

/* Reads all logs once more. */
static enum kp_status scan(struct audit *a, take_fn *take)
{
    a->next_loss = 0;
    for (a->log = 0; a->log < a->options->n_logs; a->log++) {
        struct kp_log_state again = {0};
        KP_TRY(read_log(a, take, &again));
        if (again.retired && !a->warned)
            kp_warn(&a->ctx.diag, KP_K_LOG_ENTRIES_GONE, kp_in(a->options->logs[a->log]));
        if (again.end.bytes < a->states[a->log].end.bytes) /* changed since the first pass */
            return broken(a, again.bad_line, again.fault);
    }
    a->warned = true; /* of what a pass cannot see: once is enough */
    return KP_OK;
}

/* Reads all logs for each part of the people. */
static enum kp_status scan_parts(struct audit *a, take_fn *take)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < a->options->n_logs; i++)
        bytes += a->states[i].end.bytes;
    a->part.of = kp_audit_parts(bytes);
    for (a->part.n = 0; a->part.n < a->part.of; a->part.n++) {
        KP_TRY(scan(a, take));
        kp_conflicts_end_part(&a->question.conflicts);
        kp_statistics_end_part(&a->statistics);
    }
    return KP_OK;
}

static bool went_out(struct audit *a, const struct kp_log_line *line)
{
    const char *state = is_verified(a, line) ? state_of(a, line) : "";
    return *state && strcmp(state, "voided") != 0;
}

static enum kp_status note_conflict(struct audit *a, const struct kp_log_line *line)
{
    return went_out(a, line) ? kp_conflicts_note(&a->question.conflicts, a->part, line->cells) : KP_OK;
}

static enum kp_status collect_conflict(struct audit *a, const struct kp_log_line *line)
{
    return went_out(a, line) ? kp_conflicts_collect(&a->question.conflicts, line->cells) : KP_OK;
}

static enum kp_status count_person(struct audit *a, const struct kp_log_line *line)
{
    if (!is_verified(a, line) || strcmp(state_of(a, line), "released") != 0 || kp_log_is_roster(line->cells))
        return KP_OK;
    if (!is_selected(a, line->cells))
        return scratch_status(a);
    return kp_statistics_add(&a->statistics, a->part, line->cells);
}

static enum kp_status note_bundle(struct audit *a, const struct kp_log_line *line)
{
    if (!is_verified(a, line))
        return KP_OK;
    bool selected = is_selected(a, line->cells);
    KP_TRY(scratch_status(a));
    return kp_audit_bundles_add(&a->bundles, line->cells, selected);
}

static enum kp_status note_answer(struct audit *a, const struct kp_log_line *line)
{
    return is_verified(a, line) ? kp_answers_note(&a->question.answers, line->cells,
                                                  strcmp(state_of(a, line), "released") == 0)
                                : KP_OK;
}

static enum kp_status begin_question(struct audit *a)
{
    KP_TRY(kp_question_begin(&a->question, a->options));
    if (a->options->unanswered || a->options->errors)
        return scan(a, note_answer);
    if (!a->options->conflicts)
        return KP_OK;
    KP_TRY(scan_parts(a, note_conflict));
    return scan(a, collect_conflict);
}

/* --- lists --- */

static enum kp_status list_entry(struct audit *a, const struct kp_log_line *line)
{
    const struct kp_audit_options *o = a->options;
    if (!is_verified(a, line))
        return KP_OK;
    if (!is_selected(a, line->cells))
        return scratch_status(a);
    const char *state = state_of(a, line);
    bool released = strcmp(state, "released") == 0, is = true;
    if (o->provision_records) {
        if (!kp_provision_is_owed(line->cells) || !released)
            return KP_OK;
        KP_TRY(kp_provision_print(&a->provisions, line->cells, place_of(a, line), &a->out));
    } else if (o->sheet) {
        if (!released)
            return KP_OK;
        KP_TRY(kp_sheet_print(&a->sheet, line->cells));
    } else {
        KP_TRY(kp_question_ask(&a->question, &a->filter.scratch, line->cells, state, place_of(a, line), &is));
        if (!is)
            return KP_OK;
        kp_audit_entry(&a->out, line, o->logs[a->log], state, &a->question.extras, kp_audit_names_person(o));
    }
    a->n_listed++;
    return kp_audit_flush(&a->out, false);
}

static const char *listed_text(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    if (o->provision_records)
        return kp_say(&a->ctx, "提供の記録:", "provision records:");
    if (o->sheet)
        return kp_say(&a->ctx, "提供の件数:", "disclosures:");
    return o->handovers || o->pending ? kp_say(&a->ctx, "送付ファイル:", "bundles:")
                                      : kp_say(&a->ctx, "該当する記録:", "entries that fit:");
}

static void note_listed(struct audit *a)
{
    char *text = kp_arena_printf(&a->ctx.arena, "%s %" PRIu64, listed_text(a), a->n_listed);
    if (text) /* else kp_audit_flush reports it */
        kp_audit_note(&a->out, text);
}

/* What can be done about entries kept long enough: a chain has no single lines to remove. */
static enum kp_status list(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    KP_TRY(begin_question(a));
    if (o->provision_records)
        kp_audit_columns(&a->out, KP_PROVISION_COLUMNS, true);
    else if (o->sheet)
        kp_sheet_begin(&a->sheet);
    else
        kp_audit_entry_columns(&a->out, &a->question.extras);
    KP_TRY(scan(a, list_entry));
    kp_audit_end_columns(&a->out);
    note_listed(a);
    if (o->expired && a->n_listed)
        kp_audit_note(
            &a->out,
            kp_say(
                &a->ctx,
                "記録は1行だけ消せません。すべての行が期限を過ぎた記録は kenporter retire で控えにできます。",
                "single entries cannot be removed; a log whose entries all fit can be retired: "
                "kenporter retire LOG"));
    return KP_OK;
}

static enum kp_status answer(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    if (o->statistics) {
        KP_TRY(scan_parts(a, count_person));
        kp_statistics_print(&a->statistics, &a->out);
    } else if (o->handovers || o->pending) {
        KP_TRY(scan(a, note_bundle));
        a->n_listed = kp_audit_bundles_print(&a->bundles, o->pending, &a->out);
        note_listed(a);
    } else {
        return list(a);
    }
    return KP_OK;
}

static const char *title(const struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    const struct {
        bool is;
        const char *ja, *en;
    } titles[] = {
        {o->sheet, "健診結果の第三者提供の記録", "Disclosures of your health check results"},
        {o->provision_records, "同意による提供の記録(個人情報の保護に関する法律 第29条)",
         "Records of disclosures by consent (APPI art. 29)"},
        {o->statistics, "提供した人数", "People whose results were disclosed"},
        {o->pending, "引き渡していない送付ファイル", "Bundles not handed over yet"},
        {o->handovers, "送付ファイルの引渡し", "Bundles and their handover"},
        {o->withdrawn, "その後に撤回された同意による提供", "Disclosures by consents withdrawn since"},
        {o->conflicts, "複数の保険者への同じ健診の提供", "Examinations disclosed to several insurers"},
        {o->within_request, "提供依頼の範囲内の提供か", "Disclosures and their requests"},
        {o->expired, "保存期間を過ぎた記録", "Entries past their retention"},
        {o->unanswered, "回答のない提供", "Disclosures without a reply"},
        {o->errors, "訂正していないエラー", "Errors that are not corrected"},
    };
    for (size_t i = 0; i < KP_COUNT(titles); i++)
        if (titles[i].is)
            return kp_say(&a->ctx, titles[i].ja, titles[i].en);
    return kp_say(&a->ctx, "提供記録の監査", "Audit of the disclosure log");
}

/* The day, and the heads that the answer rests on. */
static void note_heads(struct audit *a)
{
    char day[11];
    kp_date_iso(a->today, day);
    if (a->options->format != KP_AUDIT_HTML)
        return;
    for (size_t i = 0; i < a->options->n_logs; i++) {
        const char *slash = strrchr(a->options->logs[i], '/');
        char *text = kp_arena_printf(&a->ctx.arena, "%s  %s: %" PRIu64 " %s, %s %s", day,
                                     slash ? slash + 1 : a->options->logs[i], a->states[i].end.n_entries,
                                     kp_say(&a->ctx, "行", "entries"),
                                     kp_say(&a->ctx, "末尾ハッシュ", "head"), a->states[i].end.head);
        if (text)
            kp_audit_note(&a->out, text);
    }
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
        if (a->beginnings[i].sibling) {
            kp_buf_printf(out, "  %s ", kp_say(&a->ctx, "並ぶ記録(同じ出力の別の分担)", "shard beside"));
            kp_buf_printable(out, a->beginnings[i].sibling);
            kp_buf_char(out, '\n');
        }
        if (*end->before && strcmp(end->before, KP_LOG_NO_HEAD) != 0)
            kp_buf_printf(
                out, "  %s %s%s\n", kp_say(&a->ctx, "引継元の末尾ハッシュ", "continues"), end->before,
                i > 0 ? "" : kp_say(&a->ctx, "(この監査では未確認)", " (an older log, not looked at here)"));
    }
    if (a->filter.wanted.head)
        kp_buf_printf(out, "%s %s\n", kp_say(&a->ctx, "この記録に含まれるハッシュ:", "contains the head"),
                      a->filter.wanted.head);
    if (a->n_voided)
        kp_buf_printf(out, "%s %" PRIu64 "\n",
                      kp_say(&a->ctx, "無効(提供されていない)", "voided, not disclosed:"), a->n_voided);
    if (a->n_unfinished)
        kp_buf_printf(out, "%s %" PRIu64 "\n",
                      kp_say(&a->ctx, "未完了(次の実行が完了または無効にする)",
                             "unfinished, to be settled by the next run:"),
                      a->n_unfinished);
    if (!kp_audit_questions(a->options))
        kp_audit_counts_print(&a->counts, out);
}

static bool has_form(const struct kp_audit_options *o)
{
    return o->provision_records || o->sheet || o->statistics || o->handovers || o->pending;
}

static enum kp_status run(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    bool lists = has_form(o) || kp_audit_filters(o) || o->format != KP_AUDIT_TABLE;
    a->states = kp_arena_alloc(&a->ctx.arena, o->n_logs * sizeof(*a->states));
    a->beginnings = kp_arena_alloc(&a->ctx.arena, o->n_logs * sizeof(*a->beginnings));
    if (!a->states || !a->beginnings)
        return kp_no_memory(&a->ctx);
    a->today = a->question.today = kp_date_in_japan(a->ctx.env->now ? a->ctx.env->now(a->ctx.env->ctx) : 0);
    KP_TRY(kp_audit_filter_begin(&a->filter, o));
    if (o->provision_records || o->sheet || o->format == KP_AUDIT_HTML || kp_audit_names_person(o))
        KP_TRY(kp_context_load_tables(&a->ctx));
    KP_TRY(verify(a));
    kp_audit_page(&a->out, title(a));
    note_heads(a);
    if (lists)
        KP_TRY(answer(a));
    kp_audit_end_page(&a->out);
    if (o->format == KP_AUDIT_TABLE && !has_form(o))
        summarise(a);
    KP_TRY(kp_audit_flush(&a->out, true));
    return kp_question_end(&a->question);
}

static void release(struct audit *a)
{
    kp_audit_output_release(&a->out);
    kp_buf_release(&a->losses);
    kp_arena_release(&a->filter.scratch);
    kp_audit_runs_release(&a->runs);
    kp_audit_counts_release(&a->counts);
    kp_provisions_release(&a->provisions);
    kp_question_release(&a->question);
    kp_statistics_release(&a->statistics);
    kp_audit_bundles_release(&a->bundles);
    kp_sheet_release(&a->sheet);
}

static void set_up(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    struct kp_context *ctx = &a->ctx;
    a->runs.ctx = a->counts.ctx = a->filter.ctx = a->question.ctx = ctx;
    a->statistics.ctx = a->bundles.ctx = a->sheet.ctx = a->out.ctx = ctx;
    a->filter.runs = a->provisions.runs = a->question.runs = &a->runs;
    a->sheet.out = &a->out;
    a->provisions.ctx = a->provisions.consents.ctx = a->provisions.insurers.ctx = ctx;
    a->provisions.consents_today = o->registers.consents;
    a->provisions.insurers_today = o->registers.insurers;
    a->provisions.places =
        (struct kp_kept_places){.output = o->output, .logs = o->logs, .n_logs = o->n_logs, .today = NULL};
    a->question.places = a->provisions.places;
}

enum kp_status kp_audit(const struct kp_audit_options *options, const struct kp_env *env,
                        kp_audit_print *print, void *print_ctx)
{
    struct audit a = {.options = options};
    a.out.format = options->format;
    a.out.print = print;
    a.out.print_ctx = print_ctx;
    set_up(&a);
    enum kp_status st = kp_context_init(&a.ctx, &options->common, env);
    if (st == KP_OK)
        st = run(&a);
    release(&a);
    st = kp_context_finish(&a.ctx, st);
    kp_context_release(&a.ctx);
    return st;
}
