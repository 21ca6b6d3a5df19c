#include "log/compare_log.h"

#include <string.h>

#include "base/status.h"
#include "log/log_key.h"

enum { WORD_BITS = 64 };

struct document {
    const char *name; /* file name in DATA */
    uint8_t person[KP_SHA256_BYTES];
    uint64_t *items; /* bits by item of the tables */
    bool logged;
};

static struct document *document_at(const struct kp_compare *c, size_t i)
{
    return (struct document *)(void *)c->documents.data + i;
}

/* Does not report. */
static enum kp_status digest_person(struct kp_arena *arena, struct kp_identity identity,
                                    const char *name_kana, const char *sex,
                                    uint8_t ret_digest[KP_SHA256_BYTES])
{
    char *text = kp_identity_text(arena, identity);
    char *person = text ? kp_arena_printf(arena, "%s\x1f%s\x1f%s", text, name_kana, sex) : NULL;
    if (!person || kp_sha256_of(person, strlen(person), ret_digest) != KP_OK)
        return kp_log_no_memory();
    return KP_OK;
}

enum kp_status kp_compare_add(struct kp_compare *c, const char *name, const struct kp_record *record)
{
    const struct kp_tables *tables = &c->ctx->tables;
    struct kp_arena scratch = {0};
    uint32_t before = 0;
    uint64_t *items = kp_arena_alloc(c->arena, (tables->n_items / WORD_BITS + 1) * sizeof(*items));
    struct document d = {.name = kp_arena_strdup(c->arena, name), .items = items};
    if (!items || !d.name)
        return kp_no_memory(c->ctx);
    for (size_t i = 0; i < tables->n_items; i++)
        if (record->values[i].state != KP_VALUE_ABSENT)
            items[i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS;
    enum kp_status st = digest_person(&scratch, kp_identity_of_record(record), record->field[KP_F_NAME_KANA],
                                      record->field[KP_F_SEX], d.person);
    kp_arena_release(&scratch);
    if (st != KP_OK ||
        kp_keyset_put(&c->by_name, name, (uint32_t)c->n_documents, &before) == KP_MAP_NO_MEMORY)
        return kp_no_memory(c->ctx);
    kp_buf_add(&c->documents, &d, sizeof(d));
    c->n_documents++;
    return kp_buf_ok(&c->documents) ? KP_OK : kp_no_memory(c->ctx);
}

void kp_compare_release(struct kp_compare *c)
{
    kp_buf_release(&c->documents);
    kp_keyset_release(&c->by_name);
}

/* One reading of the log. */
struct reading {
    struct kp_compare *compare;
    const char *bundle, *sha256;
    struct kp_arena scratch; /* of one entry */
    bool released, voided, other_digest;
};

/* Ignores logged codes that the tables lack: no document can contain them. */
static void compare_items(const struct kp_compare *c, const struct document *d,
                          const char *const cells[KP_LOG__COUNT])
{
    static const enum kp_log_column lists[] = {KP_LOG_ITEMS_DUTY, KP_LOG_ITEMS_FORM, KP_LOG_ITEMS_CONSENT,
                                               KP_LOG_ITEMS_REQUESTED};
    for (size_t i = 0; i < c->ctx->tables.n_items; i++) {
        const struct kp_item *item = &c->ctx->tables.items[i];
        bool in_document = d->items[i / WORD_BITS] >> i % WORD_BITS & 1, logged = false;
        for (size_t k = 0; k < KP_COUNT(lists); k++)
            logged |= kp_list_has(cells[lists[k]], item->code);
        if (in_document != logged)
            c->report(c->report_ctx, d->name, logged ? KP_K_LOGGED_ITEM_MISSING : KP_K_ITEM_NOT_LOGGED,
                      item->label);
    }
}

static enum kp_status take_disclosure(struct reading *r, const char *const cells[KP_LOG__COUNT])
{
    struct kp_compare *c = r->compare;
    uint32_t at = 0;
    bool found = false;
    uint8_t person[KP_SHA256_BYTES];
    kp_arena_reset(&r->scratch);
    KP_TRY(digest_person(&r->scratch, kp_identity_of_entry(cells), cells[KP_LOG_NAME_KANA], cells[KP_LOG_SEX],
                         person));
    if (kp_keyset_get(&c->by_name, cells[KP_LOG_DOCUMENT], &found, &at) != KP_OK)
        return kp_log_no_memory();
    if (!found) {
        c->report(c->report_ctx, NULL, KP_K_LOGGED_NOT_THERE, cells[KP_LOG_DOCUMENT]);
        return KP_OK;
    }
    struct document *d = document_at(c, at);
    d->logged = true;
    if (memcmp(d->person, person, sizeof(person)) != 0)
        c->report(c->report_ctx, d->name, KP_K_LOG_PERSON_DIFFERS, NULL);
    compare_items(c, d, cells);
    return KP_OK;
}

/* An entry belongs to the bundle if it has the bundle's file name or, in case that was renamed, its digest.
 * Does not report. */
static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct reading *r = ctx;
    const char *const *cells = line->cells;
    enum kp_audit_event event = kp_log_event(cells);
    bool same_digest = strcmp(cells[KP_LOG_BUNDLE_SHA256], r->sha256) == 0;
    if (strcmp(cells[KP_LOG_BUNDLE], r->bundle) != 0 && !same_digest)
        return KP_OK;
    if (event == KP_AUDIT_RELEASE)
        *(same_digest ? &r->released : &r->other_digest) = true;
    else if (event == KP_AUDIT_VOID)
        r->voided |= same_digest;
    else if (kp_log_is_disclosure(cells))
        return take_disclosure(r, cells);
    return KP_OK;
}

static void conclude(const struct reading *r)
{
    const struct kp_compare *c = r->compare;
    if (!r->released && !r->other_digest) { /* covers every document */
        c->report(c->report_ctx, NULL, r->voided ? KP_K_LOG_VOIDED : KP_K_NOT_LOGGED, NULL);
        return;
    }
    if (!r->released)
        c->report(c->report_ctx, NULL, KP_K_LOG_DIGEST_DIFFERS, NULL);
    for (size_t i = 0; i < c->n_documents; i++)
        if (!document_at(c, i)->logged)
            c->report(c->report_ctx, document_at(c, i)->name, KP_K_DOCUMENT_NOT_LOGGED, NULL);
}

enum kp_status kp_compare_log(struct kp_compare *c, const char *log, const char *bundle, const char *sha256)
{
    struct reading r = {.compare = c, .bundle = bundle, .sha256 = sha256};
    struct kp_log_state state = {0};
    enum kp_status st = KP_E_SYSTEM;
    if (kp_path_exists(c->ctx->io, log))
        st = kp_log_read(c->ctx->io, log, NULL, take_entry, &r, &state);
    else /* kp_log_read would take it for an empty log */
        errno = ENOENT;
    if (st != KP_OK)
        st = errno == ENOMEM
                 ? kp_no_memory(c->ctx)
                 : kp_fail(&c->ctx->diag, KP_E_USAGE, KP_K_LOG_UNUSABLE, kp_in(log), strerror(errno));
    kp_arena_release(&r.scratch);
    KP_TRY(st);
    if (state.retired)
        kp_warn(&c->ctx->diag, KP_K_LOG_ENTRIES_GONE, kp_in(log));
    c->log_faulty = state.bad_line > 0;
    if (c->log_faulty)
        kp_warn(&c->ctx->diag, KP_K_LOG_FAULTY, kp_at(log, state.bad_line),
                kp_log_fault_text(state.fault, c->ctx->common->lang));
    else if (state.torn)
        c->report(c->report_ctx, NULL, KP_K_LOG_END_TORN, NULL);
    if (!state.retired) /* a stub names neither documents nor items */
        conclude(&r);
    return KP_OK;
}
