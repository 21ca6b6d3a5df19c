#include "run/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "base/status.h"
#include "v08/index.h"

/* The cells of a log entry that are known before the bundle is; one line of the spool holds them in this
 * order. */
static const enum kp_log_column SPOOLED[] = {
    KP_LOG_EVENT,           KP_LOG_REQUEST_ID,     KP_LOG_DOCUMENT,       KP_LOG_RECORD_SHA256,
    KP_LOG_EMPLOYEE_ID,     KP_LOG_INSURED_SYMBOL, KP_LOG_INSURED_NUMBER, KP_LOG_INSURED_BRANCH,
    KP_LOG_NAME_KANA,       KP_LOG_BIRTH_DATE,     KP_LOG_EXAM_DATE,      KP_LOG_AGE,
    KP_LOG_AGE_RULE,        KP_LOG_AGE_BAND,       KP_LOG_BASIS_ID,       KP_LOG_PROVISIONS,
    KP_LOG_PRIVACY_GROUND,  KP_LOG_ITEMS_DUTY,     KP_LOG_ITEMS_FORM,     KP_LOG_ITEMS_CONSENT,
    KP_LOG_ITEMS_REQUESTED, KP_LOG_ITEMS_WITHHELD, KP_LOG_CONSENT_IDS,    KP_LOG_REASON};

enum { CELL_SEPARATOR = '\x1f', N_MAX = '9' };

static char *root_name(struct kp_run *run, const struct kp_insurer *n, const char *day, char send)
{
    return kp_arena_printf(&run->ctx->arena, "%s_%s_%s%c_%s", n->sender_number, n->number, day, send,
                           n->service_event);
}

static enum kp_status name_bundle(struct kp_bundle *b, struct kp_run *run, struct kp_ledger *ledger)
{
    char day[9];
    kp_date_compact(run->as_of, day);
    b->send = '0';
    for (char n = '0'; n <= N_MAX; n++) {
        bool used = false;
        b->root = root_name(run, b->insurer, day, n);
        if (!b->root)
            return kp_no_memory(run->ctx);
        enum kp_status st = kp_ledger_has_bundle(ledger, b->root, &used);
        if (st != KP_OK)
            return st;
        if (used)
            b->send = (char)(n + 1);
    }
    if (b->send > N_MAX)
        return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_DAY_IS_FULL, kp_in(run->output),
                       b->insurer->number);
    b->root = root_name(run, b->insurer, day, b->send);
    b->file_name = b->root ? kp_arena_printf(&run->ctx->arena, "%s.zip", b->root) : NULL;
    if (!b->file_name || kp_map_put(&ledger->bundles, &run->ctx->arena, b->root, 1) == KP_MAP_NO_MEMORY)
        return kp_no_memory(run->ctx);
    return KP_OK;
}

bool kp_bundle_is_full(const struct kp_bundle *b)
{
    return b->n_documents == KP_MAX_DOCUMENTS || b->n_documents == b->insurer->max_documents;
}

enum kp_status kp_bundle_begin(struct kp_bundle *b, struct kp_run *run, struct kp_ledger *ledger,
                               const struct kp_insurer *insurer)
{
    *b = (struct kp_bundle){.insurer = insurer};
    enum kp_status st = name_bundle(b, run, ledger);
    if (st != KP_OK)
        return st;
    b->path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->output, b->file_name);
    b->temp_path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->temp, b->file_name);
    b->spool_path = kp_arena_printf(&run->ctx->arena, "%s/%s.entries", run->temp, b->root);
    char *central = kp_arena_printf(&run->ctx->arena, "%s/%s.directory", run->temp, b->root);
    if (!b->path || !b->temp_path || !b->spool_path || !central)
        return kp_no_memory(run->ctx);
    if (kp_zip_create(&b->zip, run->ctx->io, b->temp_path, central) != KP_OK ||
        kp_out_create(&b->spool, run->ctx->io, b->spool_path) != KP_OK)
        return kp_write_failed(run->ctx, b->temp_path);
    return KP_OK;
}

/* --- one document --- */

static const char *items_on(const struct kp_run *run, struct kp_slot *slot, enum kp_ground ground)
{
    struct kp_buf list = {0};
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (slot->record.values[i].state != KP_VALUE_ABSENT && slot->decision.ground[i] == ground)
            kp_buf_printf(&list, "%s%s", list.len ? " " : "", run->ctx->tables.items[i].code);
    char *text = kp_buf_ok(&list) ? kp_arena_strdup(&slot->arena, kp_buf_text(&list)) : NULL;
    kp_buf_release(&list);
    return text;
}

/* Of the basis, and where items go out by consent beside it, of the consent, too. */
static const char *provisions_of(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    const char *duty = kp_provisions_text(&slot->arena, &run->ctx->tables, d->basis, run->as_of);
    const struct kp_basis *consent =
        kp_basis_for(&run->ctx->tables, KP_ROUTE_CONSENT, d->scheme, d->band, run->as_of);
    if (!duty || !consent || d->basis == consent || !*slot->consent_ids)
        return duty;
    const char *by_consent = kp_provisions_text(&slot->arena, &run->ctx->tables, consent, run->as_of);
    return by_consent ? kp_arena_printf(&slot->arena, "%s; %s", duty, by_consent) : NULL;
}

/* Why it is disclosed once more; else, why items that a consent covers are not among it. */
static const char *reason_of(const struct kp_run *run, const struct kp_slot *slot)
{
    if (strcmp(slot->event, "again") == 0)
        return run->options->again;
    return slot->decision.recipient_unknown ? "recipient_unknown" : "";
}

static bool fill_entry(const struct kp_run *run, struct kp_slot *slot, const char *document,
                       const char **cells)
{
    const struct kp_decision *d = &slot->decision;
    const char *const *f = slot->record.field;
    char hex[KP_SHA256_HEX + 1];
    kp_sha256_hex(slot->digest, hex);
    cells[KP_LOG_EVENT] = slot->event;
    cells[KP_LOG_REQUEST_ID] = slot->request_ids;
    cells[KP_LOG_DOCUMENT] = document;
    cells[KP_LOG_RECORD_SHA256] = kp_arena_strdup(&slot->arena, hex);
    cells[KP_LOG_EMPLOYEE_ID] = f[KP_F_EMPLOYEE_ID];
    cells[KP_LOG_INSURED_SYMBOL] = f[KP_F_INSURED_SYMBOL];
    cells[KP_LOG_INSURED_NUMBER] = f[KP_F_INSURED_NUMBER];
    cells[KP_LOG_INSURED_BRANCH] = f[KP_F_INSURED_BRANCH];
    cells[KP_LOG_NAME_KANA] = f[KP_F_NAME_KANA];
    cells[KP_LOG_BIRTH_DATE] = f[KP_F_BIRTH_DATE];
    cells[KP_LOG_EXAM_DATE] = f[KP_F_EXAM_DATE];
    cells[KP_LOG_AGE] = kp_arena_printf(&slot->arena, "%d", d->age);
    cells[KP_LOG_AGE_RULE] = run->policy.age_rule == KP_AGE_STATUTE ? "statute" : "birthday";
    cells[KP_LOG_AGE_BAND] = kp_band_names[d->band];
    cells[KP_LOG_BASIS_ID] = d->basis->id;
    cells[KP_LOG_PROVISIONS] = provisions_of(run, slot);
    cells[KP_LOG_PRIVACY_GROUND] = kp_privacy_ground_of(d->basis);
    cells[KP_LOG_ITEMS_DUTY] = items_on(run, slot, KP_GROUND_DUTY);
    cells[KP_LOG_ITEMS_FORM] = items_on(run, slot, KP_GROUND_FORM);
    cells[KP_LOG_ITEMS_CONSENT] = items_on(run, slot, KP_GROUND_CONSENT);
    cells[KP_LOG_ITEMS_REQUESTED] = items_on(run, slot, KP_GROUND_REQUESTED);
    cells[KP_LOG_ITEMS_WITHHELD] = items_on(run, slot, KP_GROUND_WITHHELD);
    cells[KP_LOG_CONSENT_IDS] = slot->consent_ids;
    cells[KP_LOG_REASON] = reason_of(run, slot);
    for (size_t i = 0; i < KP_COUNT(SPOOLED); i++)
        if (!cells[SPOOLED[i]])
            return false;
    return true;
}

static enum kp_status spool_entry(struct kp_bundle *b, const struct kp_run *run, struct kp_slot *slot,
                                  const char *document)
{
    const char *cells[KP_LOG__COUNT] = {0};
    struct kp_buf line = {0};
    if (!fill_entry(run, slot, document, cells))
        return kp_no_memory(run->ctx);
    for (size_t i = 0; i < KP_COUNT(SPOOLED); i++) {
        for (const char *at = cells[SPOOLED[i]]; *at;
             at++) /* neither the separator nor a line end may break the line */
            kp_buf_char(&line, (unsigned char)*at < 0x20 ? ' ' : *at);
        kp_buf_char(&line, i + 1 < KP_COUNT(SPOOLED) ? CELL_SEPARATOR : '\n');
    }
    bool ok = kp_buf_ok(&line);
    if (ok)
        kp_out_add(&b->spool, line.data, line.len);
    kp_buf_release(&line);
    return ok ? KP_OK : kp_no_memory(run->ctx);
}

enum kp_status kp_bundle_add(struct kp_bundle *b, struct kp_run *run, struct kp_slot *slot,
                             const char **ret_document)
{
    char day[9];
    kp_date_compact(run->as_of, day);
    /* h, facility that made the file, day, N, 実施区分, serial */
    char *document =
        kp_arena_printf(&slot->arena, "h%s%s%c%s%06llu.xml", b->insurer->sender_number, day, b->send,
                        b->insurer->service_event, (unsigned long long)(b->n_documents + 1));
    char *member = document ? kp_arena_printf(&slot->arena, "%s/DATA/%s", b->root, document) : NULL;
    if (!member)
        return kp_no_memory(run->ctx);
    kp_zip_add(&b->zip, member, &slot->packed);
    b->n_documents++;
    *ret_document = document;
    enum kp_status st = spool_entry(b, run, slot, document);
    if (st == KP_OK && (b->zip.out.error || b->zip.central.error || b->spool.error)) {
        errno = b->zip.out.error | b->zip.central.error | b->spool.error;
        st = kp_write_failed(run->ctx, b->temp_path);
    }
    return st;
}

/* --- the whole --- */

static enum kp_status add_member(struct kp_bundle *b, struct kp_run *run, struct kp_tools *tools,
                                 const char *name, const char *bytes, size_t n)
{
    struct kp_packed packed = {.bytes = {0}};
    char *member = kp_arena_printf(&run->ctx->arena, "%s/%s", b->root, name);
    enum kp_status st = member ? kp_deflate_run(tools->deflate, bytes, n, &packed) : KP_E_SYSTEM;
    if (st == KP_OK)
        kp_zip_add(&b->zip, member, &packed);
    kp_buf_release(&packed.bytes);
    return st == KP_OK ? KP_OK : kp_no_memory(run->ctx);
}

static enum kp_status add_schemas(struct kp_bundle *b, struct kp_run *run, struct kp_tools *tools)
{
    for (size_t i = 0; i < run->schemas.n_files; i++) {
        const struct kp_xsd_file *file = &run->schemas.files[i];
        char *name = kp_arena_printf(&run->ctx->arena, "XSD/%s", file->name);
        enum kp_status st = name ? add_member(b, run, tools, name, file->bytes, file->n) : KP_E_SYSTEM;
        if (st != KP_OK)
            return st;
    }
    return KP_OK;
}

static enum kp_status add_index(struct kp_bundle *b, struct kp_run *run, struct kp_tools *tools)
{
    enum kp_status st = KP_OK;
    struct kp_buf index = {0};
    struct kp_xml_check *check = NULL;
    const char *where = "";
    KP_TRY_OUT(kp_xml_check_new(run->schemas.index, &check));
    bool well_formed = kp_index_write(&index, check, b->insurer, run->as_of, b->n_documents);
    bool valid = kp_xml_check_finish(check, &where);
    if (!well_formed || !valid) {
        st = kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_INTERNAL, kp_in(b->file_name), where);
        goto out;
    }
    st = add_member(b, run, tools, "ix08_V08.xml", kp_buf_text(&index), index.len);
out:
    kp_xml_check_free(check);
    kp_buf_release(&index);
    return st;
}

enum kp_status kp_bundle_seal(struct kp_bundle *b, struct kp_run *run, struct kp_tools *tools)
{
    uint8_t digest[KP_SHA256_BYTES];
    enum kp_status st = add_schemas(b, run, tools);
    if (st == KP_OK)
        st = add_index(b, run, tools);
    if (st != KP_OK)
        return st;
    errno = 0;
    if (kp_zip_finish(&b->zip) != KP_OK || kp_out_finish(&b->spool, false) != KP_OK ||
        kp_file_sha256(run->ctx->io, b->temp_path, digest) != KP_OK)
        return kp_write_failed(run->ctx, b->temp_path);
    kp_sha256_hex(digest, b->sha256);
    return KP_OK;
}

static void bundle_cells(const struct kp_bundle *b, const struct kp_run *run, struct kp_log_entry *entry)
{
    entry->cells[KP_LOG_RUN_ID] = run->run_id;
    entry->cells[KP_LOG_INSURER_NUMBER] = b->insurer->number;
    entry->cells[KP_LOG_RECIPIENT] = b->insurer->name;
    entry->cells[KP_LOG_BUNDLE] = b->file_name;
    entry->cells[KP_LOG_BUNDLE_SHA256] = b->sha256;
    entry->cells[KP_LOG_TABLES_SHA256] = run->ctx->tables.sha256;
}

static enum kp_status log_line(const struct kp_bundle *b, const struct kp_run *run, struct kp_log *log,
                               char *line, size_t n)
{
    struct kp_log_entry entry = {0};
    bundle_cells(b, run, &entry);
    char *at = line;
    line[n - 1] = '\0';
    for (size_t i = 0; i < KP_COUNT(SPOOLED); i++) {
        entry.cells[SPOOLED[i]] = at;
        char *separator = strchr(at, CELL_SEPARATOR);
        if ((separator == NULL) != (i + 1 == KP_COUNT(SPOOLED)))
            return KP_E_SYSTEM;
        if (separator) {
            *separator = '\0';
            at = separator + 1;
        }
    }
    return kp_log_add(log, &entry);
}

static enum kp_status log_entries(const struct kp_bundle *b, const struct kp_run *run, struct kp_log *log)
{
    enum kp_status st = KP_OK;
    struct kp_lines in = {0};
    struct kp_buf copy = {0};
    KP_TRY_OUT(kp_lines_open(&in, run->ctx->io, b->spool_path, 0));
    for (;;) {
        const char *line = NULL;
        size_t n = 0;
        KP_TRY_OUT(kp_lines_next(&in, KP_LOG_MAX_LINE_BYTES, &line, &n));
        if (n == 0)
            break;
        kp_buf_reset(&copy);
        kp_buf_add(&copy, line, n);
        KP_TRY_OUT(kp_buf_ok(&copy) ? log_line(b, run, log, copy.data, n) : KP_E_SYSTEM);
    }
    st = kp_log_sync(log);
out:
    kp_lines_close(&in);
    kp_buf_release(&copy);
    return st == KP_OK ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status log_event(const struct kp_bundle *b, const struct kp_run *run, struct kp_log *log,
                                const char *event)
{
    struct kp_log_entry entry = {0};
    bundle_cells(b, run, &entry);
    entry.cells[KP_LOG_EVENT] = event;
    enum kp_status st = kp_log_add(log, &entry);
    return st == KP_OK ? kp_log_sync(log) : st;
}

enum place { IN_PLACE, STILL_TEMPORARY, UNKNOWN };

/* A file of somebody else's under that name is never replaced. Over a network the answer to a rename can be
 * lost, or half of it be done: then where the file is says what became of it, if anything does. */
static enum place put_in_place(struct kp_bundle *b, const struct kp_run *run)
{
    bool in_the_way = kp_path_exists(b->path);
    b->placed = !in_the_way && run->ctx->io->rename(b->temp_path, b->path) == 0;
    if (b->placed)
        return IN_PLACE;
    int error = in_the_way ? EEXIST : errno;
    bool temporary = kp_path_exists(b->temp_path);
    b->placed = !in_the_way && kp_path_exists(b->path);
    if (b->placed && !temporary)
        return IN_PLACE;
    errno = error;
    (void)kp_write_failed(run->ctx, b->path);
    return temporary && !b->placed ? STILL_TEMPORARY : UNKNOWN;
}

enum kp_status kp_bundle_release(struct kp_bundle *b, struct kp_run *run, struct kp_ledger *ledger)
{
    errno = 0;
    kp_log_set_time(
        &ledger->log,
        run->ctx->env->now(run->ctx->env->ctx)); /* a long run must not date its disclosures too early */
    run->evidence =
        b->temp_path; /* where it is tells the next run what to do with entries that say nothing of it */
    if (log_entries(b, run, &ledger->log) != KP_OK)
        return kp_write_failed(run->ctx, run->log_path);
    enum place place = put_in_place(b, run);
    if (place == UNKNOWN || (place == STILL_TEMPORARY && log_event(b, run, &ledger->log, "void") != KP_OK))
        return KP_E_SYSTEM;
    run->evidence = NULL;
    if (place != IN_PLACE)
        return KP_E_SYSTEM;
    if (kp_sync_folder(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    return log_event(b, run, &ledger->log, "release") == KP_OK ? KP_OK
                                                               : kp_write_failed(run->ctx, run->log_path);
}

void kp_bundle_abandon(struct kp_bundle *b)
{
    kp_zip_abandon(&b->zip);
    kp_out_abandon(&b->spool);
}
