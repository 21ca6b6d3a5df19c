#include "run/bundle.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/lines.h"
#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "v08/index.h"
#include "v08/standard.h"
#include "run/roster_file.h"
#include "run/setup.h"
#include "run/who.h"

enum { N_MAX = '9' };

static bool is_roster(const struct kp_run *run)
{
    return run->options->command == KP_CMD_ROSTER;
}

static char *root_name(const struct kp_bundle *b, char send)
{
    const struct kp_insurer *n = b->insurer;
    char day[9];
    kp_date_compact(b->run->as_of, day);
    return kp_arena_printf(&b->run->ctx->arena, "%s_%s_%s%c_%s%s", n->sender_number, n->number, day, send,
                           n->service_event, is_roster(b->run) ? "_roster" : "");
}

/* N is the next after the highest in use: a gap may be a bundle that was removed. Each shard of a day has its
 * own values of N: 0, 4, 8 or 1, 5, 9 and so on of four. */
static enum kp_status name_bundle(struct kp_bundle *b, struct kp_ledger *ledger)
{
    struct kp_context *ctx = b->run->ctx;
    const int first = '0' + (int)b->run->shard - 1, step = (int)b->run->n_shards;
    b->send = (char)first;
    for (int n = first; n <= N_MAX; n += step) {
        bool used = false;
        b->root = root_name(b, (char)n);
        if (!b->root)
            return kp_no_memory(ctx);
        KP_TRY(kp_ledger_has_bundle(ledger, b->root, &used));
        if (used)
            b->send = (char)(n + step);
    }
    if (b->send > N_MAX)
        return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_DAY_IS_FULL, kp_in(b->run->output), b->insurer->number);
    b->root = root_name(b, b->send);
    return b->root ? kp_ledger_take_name(ledger, b->root) : kp_no_memory(ctx);
}

bool kp_bundle_is_full(const struct kp_bundle *b)
{
    if (is_roster(b->run))
        return false;
    uint64_t most = b->insurer->max_documents ? b->insurer->max_documents : KP_MAX_DOCUMENTS;
    return b->n_documents >= most || b->n_documents >= KP_MAX_DOCUMENTS;
}

static bool is_preparation(const struct kp_bundle *b)
{
    return b->run->options->command == KP_CMD_PREPARE;
}

enum kp_status kp_bundle_begin(struct kp_bundle *b, struct kp_run *run, struct kp_ledger *ledger,
                               const struct kp_insurer *insurer)
{
    struct kp_arena *arena = &run->ctx->arena;
    *b = (struct kp_bundle){.run = run,
                            .insurer = insurer,
                            .provisions =
                                kp_arena_alloc(arena, run->ctx->tables.n_bases * sizeof(*b->provisions))};
    kp_date_iso(run->as_of, b->as_of);
    KP_TRY(name_bundle(b, ledger));
    const char *type = is_roster(b->run) ? "csv" : "zip";
    b->file_name = kp_arena_printf(arena, "%s%s.%s", b->root, is_preparation(b) ? KP_PREPARED : "", type);
    b->path = kp_arena_printf(arena, "%s/%s", run->output, b->file_name ? b->file_name : "");
    b->temp_path = kp_arena_printf(arena, "%s/%s.%s", run->temp, b->root, type);
    b->spool_path = kp_arena_printf(arena, "%s/%s.entries", run->temp, b->root);
    char *central = kp_arena_printf(arena, "%s/%s.directory", run->temp, b->root);
    if (arena->failed)
        return kp_no_memory(run->ctx);
    if (kp_out_hold(&b->spool, run->ctx->io, b->spool_path) != KP_OK ||
        (is_roster(b->run) ? kp_out_create(&b->roster, run->ctx->io, b->temp_path)
                           : kp_zip_create(&b->zip, run->ctx->io, b->temp_path, central)) != KP_OK)
        return kp_write_failed(run->ctx, b->temp_path);
    if (is_roster(b->run))
        kp_out_add(&b->roster, KP_ROSTER_HEADER, sizeof(KP_ROSTER_HEADER) - 1);
    return KP_OK;
}

/* --- one document --- */

/* Sets which items are named in the log: those that are stated. A flag brings its text only with a finding,
 * so that only both halves together keep what was withheld. */
static void choose_listed(const struct kp_run *run, const struct kp_slot *slot, bool *listed)
{
    const struct kp_item *items = run->ctx->tables.items;
    const enum kp_ground *ground = slot->decision.ground;
    const size_t n = run->ctx->tables.n_items;
    for (size_t i = 0; i < n; i++)
        listed[i] = slot->record.values[i].state != KP_VALUE_ABSENT;
    for (size_t i = 0; i < n; i++) {
        int text = ground[i] == KP_GROUND_WITHHELD ? items[i].text_item : -1;
        if (text >= 0 && ground[text] == KP_GROUND_WITHHELD)
            listed[i] = listed[text] |= listed[i];
    }
}

/* By ground: codes of the items that are released on it, or withheld, separated by spaces. */
struct lists {
    const char *of[KP_GROUND__COUNT];
};

/* The lists are NULL if memory is short, and empty in a roster, which tells no results. */
static struct lists list_items(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_item *items = run->ctx->tables.items;
    const size_t n = run->ctx->tables.n_items;
    const enum kp_ground *ground = slot->decision.ground;
    size_t n_on[KP_GROUND__COUNT] = {0}, at[KP_GROUND__COUNT] = {0};
    char *texts[KP_GROUND__COUNT];
    bool *listed = kp_arena_alloc(&slot->arena, n);
    struct lists lists = {{NULL}};
    for (size_t k = 0; is_roster(run) && k < KP_GROUND__COUNT; k++)
        lists.of[k] = "";
    if (is_roster(run) || !listed)
        return lists;
    choose_listed(run, slot, listed);
    for (size_t i = 0; i < n; i++)
        n_on[ground[i]] += listed[i];
    for (size_t k = 0; k < KP_GROUND__COUNT; k++)
        lists.of[k] = texts[k] = kp_arena_alloc(&slot->arena, n_on[k] * (KP_ITEM_CODE_LENGTH + 1) + 1);
    if (slot->arena.failed)
        return lists;
    for (const bool *next = listed; (next = memchr(next, 1, (size_t)(listed + n - next))); next++) {
        const size_t i = (size_t)(next - listed);
        char *to = texts[ground[i]] + at[ground[i]];
        if (at[ground[i]] > 0)
            to[-1] = ' ';
        memcpy(to, items[i].code, KP_ITEM_CODE_LENGTH + 1);
        at[ground[i]] += KP_ITEM_CODE_LENGTH + 1;
    }
    return lists;
}

static const char *provisions_on(const struct kp_bundle *b, const struct kp_basis *basis)
{
    struct kp_context *ctx = b->run->ctx;
    const char **text = &b->provisions[basis - ctx->tables.bases];
    if (!*text)
        *text = kp_provisions_text(&ctx->arena, &ctx->tables, basis, b->run->as_of);
    return *text;
}

/* Provisions of the basis, with whoever asked in the insurer's place. */
static const char *duty_of(const struct kp_bundle *b, struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    const char *provisions = provisions_on(b, d->basis);
    const char *origin = d->request ? kp_request_origin(&slot->arena, d->request, slot->insurer->number) : "";
    if (!provisions || !origin)
        return NULL;
    return *origin ? kp_arena_printf(&slot->arena, "%s; %s", provisions, origin) : provisions;
}

/* The same, and those of what goes out beside the basis: on another request, or on consent. */
static const char *provisions_of(const struct kp_bundle *b, struct kp_slot *slot, const char *requested)
{
    const struct kp_decision *d = &slot->decision;
    const char *text = duty_of(b, slot);
    const struct {
        enum kp_route route;
        bool used;
    } others[] = {{KP_ROUTE_HEALTH, requested && *requested}, {KP_ROUTE_CONSENT, *slot->consent_ids}};
    for (size_t i = 0; i < KP_COUNT(others) && text; i++) {
        const struct kp_basis *basis =
            kp_basis_for(&b->run->ctx->tables, others[i].route, d->scheme, d->band, b->run->as_of);
        if (!others[i].used || !basis || basis == d->basis)
            continue;
        const char *more = provisions_on(b, basis);
        text = more ? kp_arena_printf(&slot->arena, "%s; %s", text, more) : NULL;
    }
    return text;
}

/* Why the record is disclosed once more, and why items were withheld that had a ground of their own. */
static const char *reason_of(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    bool again = strcmp(slot->event, "again") == 0;
    bool mentions = memchr(d->names_withheld, 1, run->ctx->tables.n_items) != NULL;
    if (is_roster(run))
        return slot->verdict.kind == KP_TOLD_ANOTHER ? run->options->again : "";
    const char *const withheld[] = {d->recipient_unknown ? "recipient_unknown" : "",
                                    d->consent_ambiguous ? "consent_ambiguous" : "",
                                    mentions ? "mentions_withheld" : ""};
    const char *reason = again ? run->options->again : "", *separator = again ? "; " : "";
    for (size_t i = 0; reason && i < KP_COUNT(withheld); i++)
        if (*withheld[i]) {
            reason = kp_arena_printf(&slot->arena, "%s%s%s", reason, separator, withheld[i]);
            separator = " ";
        }
    return reason;
}

/* The run's, and the kind of an examination that the duty does not cover: beside the periodic one of the same
 * day it is another examination. */
static const char *detail_of(const struct kp_run *run, struct kp_slot *slot)
{
    enum kp_exam_kind kind = kp_kind_outside(run, &slot->record);
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    if (kind == KP_KIND_AUTO)
        return run->detail;
    kp_json_object(&json, NULL, KP_JSON_COMPACT);
    if (run->backdate)
        kp_json_string(&json, "backdate", run->backdate);
    if (is_roster(run))
        kp_json_bool(&json, "roster", true);
    kp_json_string(&json, "exam_kind", kp_exam_kind_names[kind]);
    kp_json_end(&json);
    const char *text =
        kp_buf_ok(&out) ? kp_arena_strdup(&slot->arena, kp_buf_text(&out)) : kp_arena_fail(&slot->arena);
    kp_buf_release(&out);
    return text;
}

/* The cells that are known before the bundle is sealed. They may be NULL if the slot's arena has failed. */
static struct kp_log_entry entry_of_slot(const struct kp_bundle *b, struct kp_slot *slot,
                                         const char *document)
{
    const struct kp_run *run = b->run;
    const struct kp_decision *d = &slot->decision;
    const char *const *f = slot->record.field;
    char hex[KP_SHA256_HEX + 1];
    const struct lists items = list_items(run, slot);
    kp_sha256_hex(slot->content, hex);
    return (struct kp_log_entry){
        .cells = {[KP_LOG_EVENT] = slot->event,
                  [KP_LOG_REQUEST_ID] = slot->request_ids,
                  [KP_LOG_DOCUMENT] = document,
                  [KP_LOG_CONTENT_SHA256] = kp_arena_strdup(&slot->arena, hex),
                  [KP_LOG_EMPLOYEE_ID] = f[KP_F_EMPLOYEE_ID],
                  [KP_LOG_INSURED_SYMBOL] = f[KP_F_INSURED_SYMBOL],
                  [KP_LOG_INSURED_NUMBER] = f[KP_F_INSURED_NUMBER],
                  [KP_LOG_INSURED_BRANCH] = f[KP_F_INSURED_BRANCH],
                  [KP_LOG_NAME_KANA] = f[KP_F_NAME_KANA],
                  [KP_LOG_SEX] = f[KP_F_SEX],
                  [KP_LOG_BIRTH_DATE] = f[KP_F_BIRTH_DATE],
                  [KP_LOG_EXAM_DATE] = f[KP_F_EXAM_DATE],
                  [KP_LOG_AGE] = kp_arena_printf(&slot->arena, "%d", d->age),
                  [KP_LOG_AGE_RULE] = kp_age_rule_names[run->policy.age_rule],
                  [KP_LOG_AGE_BAND] = kp_band_names[d->band],
                  [KP_LOG_BASIS_ID] = d->basis->id,
                  [KP_LOG_PROVISIONS] = provisions_of(b, slot, items.of[KP_GROUND_REQUESTED]),
                  [KP_LOG_PRIVACY_GROUND] = kp_privacy_ground_of(d->basis),
                  [KP_LOG_ITEMS_DUTY] = items.of[KP_GROUND_DUTY],
                  [KP_LOG_ITEMS_FORM] = items.of[KP_GROUND_FORM],
                  [KP_LOG_ITEMS_CONSENT] = items.of[KP_GROUND_CONSENT],
                  [KP_LOG_ITEMS_REQUESTED] = items.of[KP_GROUND_REQUESTED],
                  [KP_LOG_ITEMS_WITHHELD] = items.of[KP_GROUND_WITHHELD],
                  [KP_LOG_CONSENT_IDS] = slot->consent_ids,
                  [KP_LOG_REASON] = reason_of(run, slot),
                  [KP_LOG_DETAIL] = detail_of(run, slot)}};
}

/* Control characters would break the line. */
static void spool_cell(struct kp_buf *line, const char *cell)
{
    const size_t n = strlen(cell), from = line->len;
    kp_buf_add(line, cell, n);
    if (!kp_has_control(cell, n))
        return;
    for (size_t i = from; i < line->len; i++)
        if ((unsigned char)line->data[i] < ' ')
            line->data[i] = ' ';
}

static enum kp_status spool_entry(struct kp_bundle *b, struct kp_slot *slot, const char *document)
{
    const struct kp_log_entry entry = entry_of_slot(b, slot, document);
    struct kp_buf line = {0};
    for (size_t i = 0; i < KP_LOG__COUNT; i++) {
        if (entry.cells[i])
            spool_cell(&line, entry.cells[i]);
        kp_buf_char(&line, i + 1 < KP_LOG__COUNT ? KP_CELL_SEPARATOR : '\n');
    }
    bool ok = kp_buf_ok(&line) && !slot->arena.failed;
    if (ok)
        kp_out_add(&b->spool, line.data, line.len);
    kp_buf_release(&line);
    return ok ? KP_OK : kp_no_memory(b->run->ctx);
}

/* Adds the slot's line. Without results the person alone is disclosed, on the basis of the decision. */
static enum kp_status add_to_roster(struct kp_bundle *b, struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    struct kp_buf line = {0};
    kp_roster_file_line(slot, &line);
    kp_out_add(&b->roster, kp_buf_text(&line), line.len);
    kp_buf_release(&line);
    slot->request_ids = d->request ? d->request->id : "";
    if (d->basis->route != KP_ROUTE_CONSENT)
        slot->consent_ids = "";
    KP_TRY(spool_entry(b, slot, ""));
    b->n_documents++;
    errno = b->roster.error ? b->roster.error : b->spool.error;
    return errno ? kp_write_failed(b->run->ctx, b->temp_path) : KP_OK;
}

enum kp_status kp_bundle_add(struct kp_bundle *b, struct kp_slot *slot, const char **ret_document)
{
    char day[9];
    if (is_roster(b->run))
        return add_to_roster(b, slot);
    kp_date_compact(b->run->as_of, day);
    /* h, facility that made the file, day, N, 実施区分, serial */
    char *document = kp_arena_printf(&slot->arena, "h%s%s%c%s%06" PRIu64 ".xml", b->insurer->sender_number,
                                     day, b->send, b->insurer->service_event, b->n_documents + 1);
    char *member = document ? kp_arena_printf(&slot->arena, "%s/DATA/%s", b->root, document) : NULL;
    if (!member)
        return kp_no_memory(b->run->ctx);
    kp_zip_add(&b->zip, member, &slot->packed);
    b->n_documents++;
    if (!is_preparation(b)) /* it has no letter, and the request that it assumes lives in the slot */
        kp_cover_add(&b->cover, &slot->decision, slot->record.field[KP_F_EXAM_DATE]);
    KP_TRY(spool_entry(b, slot, document));
    errno = b->zip.out.error       ? b->zip.out.error
            : b->zip.central.error ? b->zip.central.error
                                   : b->spool.error;
    if (errno)
        return kp_write_failed(b->run->ctx, b->temp_path);
    *ret_document = document;
    return KP_OK;
}

/* --- sealing --- */

/* Does not report, like all that kp_bundle_close calls. */
static enum kp_status add_member(struct kp_bundle *b, const char *folder, const char *name,
                                 const struct kp_packed *packed)
{
    struct kp_buf member = {0};
    kp_buf_printf(&member, "%s/%s%s", b->root, folder, name);
    bool ok = kp_buf_ok(&member);
    if (ok)
        kp_zip_add(&b->zip, kp_buf_text(&member), packed);
    kp_buf_release(&member);
    return ok ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status pack_member(struct kp_bundle *b, struct kp_tools *tools, const char *name,
                                  const char *bytes, size_t n)
{
    struct kp_packed packed = {.bytes = {0}};
    enum kp_status st = kp_deflate_run(tools->deflate, bytes, n, &packed);
    if (st == KP_OK)
        st = add_member(b, "", name, &packed);
    kp_buf_release(&packed.bytes);
    return st;
}

/* Every bundle encloses the same files, so a thread compresses them once. */
static enum kp_status add_schemas(struct kp_bundle *b, struct kp_tools *tools)
{
    const struct kp_schemas *schemas = &b->run->schemas;
    for (; tools->n_schemas < schemas->n_files; tools->n_schemas++) {
        const struct kp_xsd_file *file = &schemas->files[tools->n_schemas];
        if (kp_deflate_run(tools->deflate, file->bytes, file->n, &tools->schemas[tools->n_schemas]) !=
            KP_OK) {
            kp_buf_release(&tools->schemas[tools->n_schemas].bytes);
            return KP_E_SYSTEM;
        }
    }
    for (size_t i = 0; i < schemas->n_files; i++)
        KP_TRY(add_member(b, "XSD/", schemas->files[i].name, &tools->schemas[i]));
    return KP_OK;
}

/* Returns KP_E_FAULT if the index is invalid; b->fault then names the rule. */
static enum kp_status add_index(struct kp_bundle *b, struct kp_tools *tools)
{
    struct kp_buf index = {0};
    struct kp_xml_check *check = NULL;
    const char *where = "";
    KP_TRY(kp_xml_check_new(b->run->schemas.index, &check));
    bool well_formed = kp_index_write(&index, check, b->insurer, b->run->as_of, b->n_documents);
    enum kp_status st = kp_xml_check_finish(check, &where);
    if (!kp_buf_ok(&index) || st == KP_E_SYSTEM) {
        st = KP_E_SYSTEM;
    } else if (!well_formed || st != KP_OK) {
        (void)snprintf(b->fault, sizeof(b->fault), "%s", where);
        st = KP_E_FAULT;
    } else {
        st = pack_member(b, tools, "ix08_V08.xml", kp_buf_text(&index), index.len);
    }
    kp_xml_check_free(check);
    kp_buf_release(&index);
    return st;
}

/* Adds the members that follow the documents. A preparation must not be taken for a bundle, whatever its
 * file is called. */
static enum kp_status add_rest(struct kp_bundle *b, struct kp_tools *tools)
{
    static const char mark[] = "送付用ではありません: kenporter release\n";
    if (is_roster(b->run))
        return KP_OK;
    KP_TRY(add_schemas(b, tools));
    KP_TRY(add_index(b, tools));
    return is_preparation(b) ? pack_member(b, tools, KP_PREPARATION_MARK, mark, sizeof(mark) - 1) : KP_OK;
}

/* A short spool stays in memory. */
static enum kp_status finish_spool(struct kp_bundle *b)
{
    return kp_out_held(&b->spool) ? KP_OK : kp_out_finish(&b->spool, false);
}

enum kp_status kp_bundle_entries(const struct kp_bundle *b, struct kp_lines *lines)
{
    if (!b->spool.data)
        return kp_lines_open(lines, b->run->ctx->io, b->spool_path, 0);
    kp_lines_memory(lines, b->spool.data, b->spool.used);
    return KP_OK;
}

void kp_bundle_close(struct kp_bundle *b, struct kp_tools *tools)
{
    uint8_t digest[KP_SHA256_BYTES] = {0};
    b->closed = true;
    b->close_status = add_rest(b, tools);
    if (b->close_status != KP_OK)
        return;
    errno = 0;
    if ((is_roster(b->run) ? kp_out_finish(&b->roster, true) : kp_zip_finish(&b->zip)) != KP_OK ||
        finish_spool(b) != KP_OK || kp_file_sha256(b->run->ctx->io, b->temp_path, digest) != KP_OK)
        b->close_status = KP_E_INPUT;
    b->close_error = errno;
    kp_sha256_hex(digest, b->sha256);
}

enum kp_status kp_bundle_seal(struct kp_bundle *b, struct kp_tools *tools)
{
    struct kp_context *ctx = b->run->ctx;
    if (!b->closed)
        kp_bundle_close(b, tools);
    switch ((int)b->close_status) {
    case KP_OK: return KP_OK;
    case KP_E_SYSTEM: return kp_no_memory(ctx);
    case KP_E_FAULT: return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_INTERNAL, kp_in(b->file_name), b->fault);
    default: errno = b->close_error; return kp_write_failed(ctx, b->temp_path);
    }
}

/* --- release --- */

static void add_bundle_cells(const struct kp_bundle *b, struct kp_log_entry *entry)
{
    entry->cells[KP_LOG_RUN_ID] = b->run->run_id;
    entry->cells[KP_LOG_AS_OF] = b->as_of;
    entry->cells[KP_LOG_INSURER_NUMBER] = b->insurer->number;
    entry->cells[KP_LOG_RECIPIENT] = b->insurer->name;
    entry->cells[KP_LOG_BUNDLE] = b->file_name;
    entry->cells[KP_LOG_BUNDLE_SHA256] = b->sha256;
    entry->cells[KP_LOG_TABLES_SHA256] = b->run->ctx->tables.sha256;
}

/* Adds the entry of one spool line of n bytes, which is taken apart. Does not report. */
static enum kp_status log_line(const struct kp_bundle *b, struct kp_log *log, char *line, size_t n)
{
    static const char separator[] = {KP_CELL_SEPARATOR, '\0'};
    struct kp_log_entry entry = {0};
    line[n - 1] = '\0';
    for (size_t i = 0; i < KP_LOG__COUNT; i++) {
        entry.cells[i] = strsep(&line, separator);
        if (!entry.cells[i])
            return KP_E_SYSTEM;
    }
    add_bundle_cells(b, &entry);
    return kp_log_add(log, &entry);
}

static enum kp_status log_entries(const struct kp_bundle *b, struct kp_log *log)
{
    enum kp_status st = KP_OK;
    struct kp_context *ctx = b->run->ctx;
    struct kp_lines in = {0};
    struct kp_buf copy = {0};
    errno = 0;
    KP_TRY_OUT(kp_bundle_entries(b, &in));
    for (;;) {
        const char *line = NULL;
        size_t n = 0;
        KP_TRY_OUT(kp_lines_next(&in, KP_LOG_MAX_LINE_BYTES, &line, &n));
        if (n == 0)
            break;
        kp_buf_reset(&copy);
        kp_buf_add(&copy, line, n);
        KP_TRY_OUT(kp_buf_ok(&copy) ? log_line(b, log, copy.data, n) : KP_E_SYSTEM);
    }
    st = kp_log_sync(log);
out:
    kp_lines_close(&in);
    kp_buf_release(&copy);
    return st == KP_OK ? KP_OK : kp_write_failed(ctx, b->run->log_path);
}

/* Adds the entry that settles the bundle, for the next sync of the log. sealed_sha256: "" if there is no
 * sealed copy. */
static enum kp_status log_event(const struct kp_bundle *b, struct kp_log *log, const char *event,
                                const char *sealed_sha256)
{
    struct kp_arena *arena = &b->run->ctx->arena;
    struct kp_log_entry entry = {.cells = {[KP_LOG_EVENT] = event, [KP_LOG_DETAIL] = b->run->detail}};
    add_bundle_cells(b, &entry);
    if (*sealed_sha256) {
        const char *of_run = b->run->detail, *seal = kp_companions_detail(arena, sealed_sha256);
        size_t n = *of_run ? strlen(of_run) - 1 : 0; /* without its closing brace */
        entry.cells[KP_LOG_DETAIL] =
            seal ? kp_arena_printf(arena, "%.*s%s}", (int)(n ? n : 1), n ? of_run : "{", seal + (n ? 0 : 1))
                 : NULL;
        if (!entry.cells[KP_LOG_DETAIL])
            return kp_no_memory(b->run->ctx);
    }
    return kp_log_add(log, &entry) == KP_OK ? KP_OK : kp_write_failed(b->run->ctx, b->run->log_path);
}

enum place { IN_PLACE, STILL_TEMPORARY, UNKNOWN };

/* Never replaces a file that has the name already. A network file system may lose the answer to a rename or
 * do half of it; then the existence of the two names decides, if it can. Reports unless IN_PLACE. */
static enum place put_in_place(struct kp_bundle *b, const struct kp_log *log)
{
    if (kp_run_check_files(b->run, log) != KP_OK)
        return STILL_TEMPORARY;
    bool in_the_way = !kp_path_absent(b->run->ctx->io, b->path);
    b->placed = !in_the_way && kp_io_rename(b->run->ctx->io, b->temp_path, b->path) == 0;
    if (b->placed)
        return IN_PLACE;
    int error = in_the_way ? EEXIST : errno;
    bool temporary = kp_path_exists(b->run->ctx->io, b->temp_path);
    b->placed = !in_the_way && kp_path_exists(b->run->ctx->io, b->path);
    if (b->placed && !temporary)
        return IN_PLACE;
    errno = error;
    (void)kp_write_failed(b->run->ctx, b->path);
    return temporary && !b->placed ? STILL_TEMPORARY : UNKNOWN;
}

enum kp_status kp_bundle_release(struct kp_bundle *b, struct kp_log *log)
{
    struct kp_context *ctx = b->run->ctx;
    kp_log_set_time(log, ctx->env->now(ctx->env->ctx)); /* a long run must not date its entries too early */
    KP_TRY(kp_run_check_files(b->run, log));
    b->run->evidence = b->temp_path;
    KP_TRY(log_entries(b, log));
    enum place place = put_in_place(b, log);
    if (place == STILL_TEMPORARY) {
        KP_TRY(log_event(b, log, "void", ""));
        if (kp_log_sync(log) != KP_OK)
            return kp_write_failed(ctx, b->run->log_path);
        b->run->evidence = NULL;
    }
    if (place != IN_PLACE)
        return KP_E_SYSTEM;
    if (kp_sync_folder(ctx->io, b->run->output) != KP_OK)
        return kp_write_failed(ctx, b->run->output);
    const struct kp_companions companions = {b->run->output, b->run->run_id, b->root, b->insurer->number};
    char sealed[KP_SHA256_HEX + 1];
    KP_TRY(kp_companions_place(ctx, &companions, sealed));
    b->run->evidence = NULL;
    KP_TRY(log_event(b, log, "release", sealed));
    return kp_run_check_files(b->run, log);
}

void kp_bundle_abandon(struct kp_bundle *b)
{
    kp_zip_abandon(&b->zip);
    kp_out_abandon(&b->roster);
    kp_out_abandon(&b->spool);
}
