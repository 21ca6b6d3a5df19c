#include "log/compare_log.h"

#include <string.h>

#include "base/status.h"

enum { WORD_BITS = 64 };

static size_t words_of(const struct kp_tables *tables)
{
    return tables->n_items / WORD_BITS + 1;
}

static enum kp_status digest_person(struct kp_arena *arena, const char *identity, const char *name_kana,
                                    uint8_t ret_digest[KP_SHA256_BYTES])
{
    char *person = identity ? kp_arena_printf(arena, "%s\x1f%s", identity, name_kana) : NULL;
    return person ? kp_sha256_of(person, strlen(person), ret_digest) : KP_E_SYSTEM;
}

enum kp_status kp_compare_begin(struct kp_compare *w, uint64_t max_documents)
{
    w->max_documents = (size_t)max_documents;
    w->documents = kp_arena_alloc(w->arena, (w->max_documents + 1) * sizeof(*w->documents));
    return w->documents ? KP_OK : KP_E_SYSTEM;
}

void kp_compare_end(struct kp_compare *w)
{
    kp_keyset_release(&w->by_name);
}

enum kp_status kp_compare_add(struct kp_compare *w, const char *name, const struct kp_record *record)
{
    enum kp_status st = KP_OK;
    struct kp_arena scratch = {0};
    const char *const *f = record->field;
    uint32_t before = 0;
    if (w->n_documents == w->max_documents)
        return KP_E_SYSTEM;
    struct kp_compare_document *d = &w->documents[w->n_documents];
    uint64_t *items = kp_arena_alloc(w->arena, words_of(w->tables) * sizeof(*items));
    *d = (struct kp_compare_document){.name = kp_arena_strdup(w->arena, name), .items = items};
    if (!items || !d->name)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < w->tables->n_items; i++)
        if (record->values[i].state != KP_VALUE_ABSENT)
            items[i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS;
    char *identity =
        kp_identity(&scratch, f[KP_F_INSURER_NUMBER], f[KP_F_INSURED_SYMBOL], f[KP_F_INSURED_NUMBER],
                    f[KP_F_INSURED_BRANCH], f[KP_F_BIRTH_DATE], f[KP_F_EXAM_DATE]);
    KP_TRY_OUT(digest_person(&scratch, identity, f[KP_F_NAME_KANA], d->person));
    if (kp_keyset_put(&w->by_name, name, (uint32_t)w->n_documents, &before) == KP_MAP_NO_MEMORY)
        st = KP_E_SYSTEM;
    w->n_documents++;
out:
    kp_arena_release(&scratch);
    return st;
}

struct asking {
    struct kp_compare *witness;
    const char *bundle, *sha256;
    const struct kp_compare_report *report;
    struct kp_arena scratch; /* of one entry */
    bool released, voided, other_digest;
};

/* Codes separated by spaces; one that today's tables no longer have cannot be in the document either. */
static void add_items(const struct asking *a, const char *list, uint64_t *bits)
{
    char code[18] = "";
    while (*(list += strspn(list, " "))) {
        size_t n = strcspn(list, " ");
        uint32_t item = 0;
        if (n < sizeof(code)) {
            memcpy(code, list, n);
            code[n] = '\0';
            if (kp_map_get(&a->witness->tables->item_by_code, code, &item))
                bits[item / WORD_BITS] |= (uint64_t)1 << item % WORD_BITS;
        }
        list += n;
    }
}

static enum kp_status compare_items(struct asking *a, const struct kp_compare_document *d,
                                    const char *const cells[KP_LOG__COUNT])
{
    static const enum kp_log_column lists[] = {KP_LOG_ITEMS_DUTY, KP_LOG_ITEMS_FORM, KP_LOG_ITEMS_CONSENT,
                                               KP_LOG_ITEMS_REQUESTED};
    const struct kp_tables *tables = a->witness->tables;
    uint64_t *logged = kp_arena_alloc(&a->scratch, words_of(tables) * sizeof(*logged));
    if (!logged)
        return KP_E_SYSTEM;
    for (size_t k = 0; k < KP_COUNT(lists); k++)
        add_items(a, cells[lists[k]], logged);
    for (size_t i = 0; i < tables->n_items; i++) {
        uint64_t bit = (uint64_t)1 << i % WORD_BITS;
        bool there = (d->items[i / WORD_BITS] & bit) != 0;
        if (there != ((logged[i / WORD_BITS] & bit) != 0))
            a->report->about_document(a->report->ctx, d->name,
                                      there ? KP_K_ITEM_NOT_LOGGED : KP_K_LOGGED_ITEM_MISSING,
                                      tables->items[i].label);
    }
    return KP_OK;
}

static enum kp_status take_disclosure(struct asking *a, const char *const cells[KP_LOG__COUNT])
{
    uint32_t at = 0;
    uint8_t person[KP_SHA256_BYTES];
    kp_arena_reset(&a->scratch);
    char *identity = kp_identity(&a->scratch, cells[KP_LOG_INSURER_NUMBER], cells[KP_LOG_INSURED_SYMBOL],
                                 cells[KP_LOG_INSURED_NUMBER], cells[KP_LOG_INSURED_BRANCH],
                                 cells[KP_LOG_BIRTH_DATE], cells[KP_LOG_EXAM_DATE]);
    if (digest_person(&a->scratch, identity, cells[KP_LOG_NAME_KANA], person) != KP_OK)
        return KP_E_SYSTEM;
    if (!kp_keyset_get(&a->witness->by_name, cells[KP_LOG_DOCUMENT], &at)) {
        a->report->about_bundle(a->report->ctx, KP_K_LOGGED_NOT_THERE, cells[KP_LOG_DOCUMENT]);
        return KP_OK;
    }
    struct kp_compare_document *d = &a->witness->documents[at];
    d->logged = true;
    if (memcmp(d->person, person, sizeof(person)) != 0)
        a->report->about_document(a->report->ctx, d->name, KP_K_LOG_PERSON_DIFFERS, NULL);
    return compare_items(a, d, cells);
}

/* An entry is the bundle's when it names the file; a digest alone would do for one that was renamed. */
static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct asking *a = ctx;
    const char *const *cells = line->cells;
    bool same_digest = strcmp(cells[KP_LOG_BUNDLE_SHA256], a->sha256) == 0;
    const char *event = cells[KP_LOG_EVENT];
    if (strcmp(cells[KP_LOG_BUNDLE], a->bundle) != 0 && !same_digest)
        return KP_OK;
    if (strcmp(event, "release") == 0) {
        a->released |= same_digest;
        a->other_digest |= !same_digest;
        return KP_OK;
    }
    if (strcmp(event, "void") == 0) {
        a->voided |= same_digest;
        return KP_OK;
    }
    return take_disclosure(a, cells);
}

static void conclude(const struct asking *a)
{
    const struct kp_compare_report *r = a->report;
    if (!a->released && a->other_digest)
        r->about_bundle(r->ctx, KP_K_LOG_DIGEST_DIFFERS, NULL);
    else if (!a->released)
        r->about_bundle(r->ctx, a->voided ? KP_K_LOG_VOIDED : KP_K_NOT_LOGGED, NULL);
    if (!a->released && !a->other_digest)
        return; /* that says it all */
    for (size_t i = 0; i < a->witness->n_documents; i++)
        if (!a->witness->documents[i].logged)
            r->about_document(r->ctx, a->witness->documents[i].name, KP_K_DOCUMENT_NOT_LOGGED, NULL);
}

enum kp_status kp_compare_ask(struct kp_compare *witness, const struct kp_io *io, const char *log,
                              const char *bundle, const char *sha256, const struct kp_compare_report *report)
{
    struct asking a = {.witness = witness, .bundle = bundle, .sha256 = sha256, .report = report};
    struct kp_log_state state;
    enum kp_status st = kp_log_read(io, log, NULL, take_entry, &a, &state);
    kp_arena_release(&a.scratch);
    if (st != KP_OK)
        return st;
    if (state.bad_line)
        report->about_log(report->ctx, state.bad_line, state.fault);
    else if (state.torn)
        report->about_bundle(report->ctx, KP_K_LOG_END_TORN, NULL);
    conclude(&a);
    return KP_OK;
}
