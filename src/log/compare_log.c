#include "log/compare_log.h"

#include <stdio.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "log/log_key.h"

enum { WORD_BITS = 64, CODE_BYTES = 17 };

static size_t words_of(const struct kp_tables *tables)
{
    return tables->n_items / WORD_BITS + 1;
}

/* Does not report. */
static enum kp_status digest_person(struct kp_arena *arena, struct kp_identity identity,
                                    const char *name_kana, uint8_t ret_digest[KP_SHA256_BYTES])
{
    char *text = kp_identity_text(arena, identity);
    char *person = text ? kp_arena_printf(arena, "%s\x1f%s", text, name_kana) : NULL;
    if (!person || kp_sha256_of(person, strlen(person), ret_digest) != KP_OK)
        return kp_log_no_memory();
    return KP_OK;
}

enum kp_status kp_compare_begin(struct kp_compare *c, uint64_t max_documents)
{
    c->max_documents = (size_t)max_documents;
    c->documents = kp_arena_alloc(c->arena, (c->max_documents + 1) * sizeof(*c->documents));
    return c->documents ? KP_OK : kp_no_memory(c->ctx);
}

void kp_compare_end(struct kp_compare *c)
{
    kp_keyset_release(&c->by_name);
}

enum kp_status kp_compare_add(struct kp_compare *c, const char *name, const struct kp_record *record)
{
    const struct kp_tables *tables = &c->ctx->tables;
    struct kp_arena scratch = {0};
    uint32_t before = 0;
    if (c->n_documents == c->max_documents)
        return kp_no_memory(c->ctx);
    struct kp_compare_document *d = &c->documents[c->n_documents];
    uint64_t *items = kp_arena_alloc(c->arena, words_of(tables) * sizeof(*items));
    *d = (struct kp_compare_document){.name = kp_arena_strdup(c->arena, name), .items = items};
    if (!items || !d->name)
        return kp_no_memory(c->ctx);
    for (size_t i = 0; i < tables->n_items; i++)
        if (record->values[i].state != KP_VALUE_ABSENT)
            items[i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS;
    enum kp_status st =
        digest_person(&scratch, kp_identity_of_record(record), record->field[KP_F_NAME_KANA], d->person);
    kp_arena_release(&scratch);
    if (st != KP_OK ||
        kp_keyset_put(&c->by_name, name, (uint32_t)c->n_documents, &before) == KP_MAP_NO_MEMORY)
        return kp_no_memory(c->ctx);
    c->n_documents++;
    return KP_OK;
}

/* One reading of the log. */
struct reading {
    struct kp_compare *compare;
    const char *bundle, *sha256;
    const struct kp_compare_report *report;
    struct kp_arena scratch; /* of one entry */
    bool released, voided, other_digest;
};

/* Sets the bits of a list of codes. Ignores codes unknown to the tables: no document can contain them. */
static void add_items(const struct kp_tables *tables, const char *list, uint64_t *bits)
{
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        char code[CODE_BYTES + 1];
        uint32_t item = 0;
        (void)snprintf(code, sizeof(code), "%.*s", (int)word.n, word.at);
        if (word.n == CODE_BYTES && kp_map_get(&tables->item_by_code, code, &item))
            bits[item / WORD_BITS] |= (uint64_t)1 << item % WORD_BITS;
    }
}

static enum kp_status compare_items(struct reading *r, const struct kp_compare_document *d,
                                    const char *const cells[KP_LOG__COUNT])
{
    static const enum kp_log_column lists[] = {KP_LOG_ITEMS_DUTY, KP_LOG_ITEMS_FORM, KP_LOG_ITEMS_CONSENT,
                                               KP_LOG_ITEMS_REQUESTED};
    const struct kp_tables *tables = &r->compare->ctx->tables;
    uint64_t *logged = kp_arena_alloc(&r->scratch, words_of(tables) * sizeof(*logged));
    if (!logged)
        return kp_log_no_memory();
    for (size_t k = 0; k < KP_COUNT(lists); k++)
        add_items(tables, cells[lists[k]], logged);
    for (size_t i = 0; i < tables->n_items; i++) {
        uint64_t bit = (uint64_t)1 << i % WORD_BITS, in_document = d->items[i / WORD_BITS] & bit;
        if (in_document != (logged[i / WORD_BITS] & bit))
            r->report->about_document(r->report->ctx, d->name,
                                      in_document ? KP_K_ITEM_NOT_LOGGED : KP_K_LOGGED_ITEM_MISSING,
                                      tables->items[i].label);
    }
    return KP_OK;
}

static enum kp_status take_disclosure(struct reading *r, const char *const cells[KP_LOG__COUNT])
{
    uint32_t at = 0;
    uint8_t person[KP_SHA256_BYTES];
    kp_arena_reset(&r->scratch);
    KP_TRY(digest_person(&r->scratch, kp_identity_of_entry(cells), cells[KP_LOG_NAME_KANA], person));
    if (!kp_keyset_get(&r->compare->by_name, cells[KP_LOG_DOCUMENT], &at)) {
        r->report->about_bundle(r->report->ctx, KP_K_LOGGED_NOT_THERE, cells[KP_LOG_DOCUMENT]);
        return KP_OK;
    }
    struct kp_compare_document *d = &r->compare->documents[at];
    d->logged = true;
    if (memcmp(d->person, person, sizeof(person)) != 0)
        r->report->about_document(r->report->ctx, d->name, KP_K_LOG_PERSON_DIFFERS, NULL);
    return compare_items(r, d, cells);
}

/* An entry belongs to the bundle if it has its file name, or its digest, as after a renaming. Does not
 * report. */
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
    else
        return take_disclosure(r, cells);
    return KP_OK;
}

static void conclude(const struct reading *r)
{
    const struct kp_compare *c = r->compare;
    const struct kp_compare_report *report = r->report;
    if (!r->released && r->other_digest)
        report->about_bundle(report->ctx, KP_K_LOG_DIGEST_DIFFERS, NULL);
    else if (!r->released)
        report->about_bundle(report->ctx, r->voided ? KP_K_LOG_VOIDED : KP_K_NOT_LOGGED, NULL);
    if (!r->released && !r->other_digest)
        return; /* that covers every document */
    for (size_t i = 0; i < c->n_documents; i++)
        if (!c->documents[i].logged)
            report->about_document(report->ctx, c->documents[i].name, KP_K_DOCUMENT_NOT_LOGGED, NULL);
}

enum kp_status kp_compare_log(struct kp_compare *compare, const char *log, const char *bundle,
                              const char *sha256, const struct kp_compare_report *report)
{
    struct reading r = {.compare = compare, .bundle = bundle, .sha256 = sha256, .report = report};
    struct kp_log_state state;
    enum kp_status st = KP_E_SYSTEM;
    if (kp_path_exists(log))
        st = kp_log_read(compare->ctx->io, log, NULL, take_entry, &r, &state);
    else /* kp_log_read would take it for an empty log */
        errno = ENOENT;
    kp_arena_release(&r.scratch);
    if (st != KP_OK)
        return kp_fail(&compare->ctx->diag, KP_E_USAGE, KP_K_LOG_UNUSABLE, kp_in(log), strerror(errno));
    if (state.bad_line)
        report->about_log(report->ctx, state.bad_line, state.fault);
    else if (state.torn)
        report->about_bundle(report->ctx, KP_K_LOG_END_TORN, NULL);
    conclude(&r);
    return KP_OK;
}
