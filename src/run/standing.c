#include "run/standing.h"

#include <string.h>

#include "base/status.h"
#include "run/companions.h"

struct kp_standing_bundle *kp_standing_bundle_at(const struct kp_standing *s, uint32_t i)
{
    return (struct kp_standing_bundle *)(void *)s->bundles.data + i;
}

struct kp_standing_document *kp_standing_document_at(const struct kp_standing *s, uint32_t i)
{
    return (struct kp_standing_document *)(void *)s->documents.data + i;
}

static uint32_t *last_at(const struct kp_standing *s, uint32_t i)
{
    return (uint32_t *)(void *)s->last.data + i;
}

/* The person and the examination: by the employee id, which a correction of the card leaves as it is. */
static const char *person_key(struct kp_arena *arena, const char *const *c)
{
    const char *id = c[KP_LOG_EMPLOYEE_ID];
    if (*id)
        return kp_arena_printf(arena, "%s|%s|%s|%s", c[KP_LOG_INSURER_NUMBER], id, c[KP_LOG_BIRTH_DATE],
                               c[KP_LOG_EXAM_DATE]);
    return kp_arena_printf(arena, "%s||%s|%s|%s|%s|%s", c[KP_LOG_INSURER_NUMBER], c[KP_LOG_INSURED_SYMBOL],
                           c[KP_LOG_INSURED_NUMBER], c[KP_LOG_INSURED_BRANCH], c[KP_LOG_BIRTH_DATE],
                           c[KP_LOG_EXAM_DATE]);
}

bool kp_standing_is_last(const struct kp_standing *s, uint32_t document)
{
    uint32_t first = document;
    const char *key = person_key(&s->ctx->arena, kp_standing_document_at(s, document)->entry.cells);
    return !key || !kp_map_get(&s->person, key, &first) || *last_at(s, first) == document;
}

/* --- the log --- */

static enum kp_status find_bundle(struct kp_standing *s, const char *const *c, uint32_t *ret_at)
{
    struct kp_arena *arena = &s->ctx->arena;
    *ret_at = s->n_bundles;
    enum kp_map_put put = kp_map_put(&s->bundle_by_name, arena, c[KP_LOG_BUNDLE], s->n_bundles);
    if (put == KP_MAP_EXISTED) {
        (void)kp_map_get(&s->bundle_by_name, c[KP_LOG_BUNDLE], ret_at);
        return KP_OK;
    }
    const struct kp_standing_bundle b = {.name = kp_arena_strdup(arena, c[KP_LOG_BUNDLE]),
                                         .insurer = kp_arena_strdup(arena, c[KP_LOG_INSURER_NUMBER]),
                                         .recipient = kp_arena_strdup(arena, c[KP_LOG_RECIPIENT]),
                                         .sha256 = kp_arena_strdup(arena, c[KP_LOG_BUNDLE_SHA256]),
                                         .released = "",
                                         .handed_over = "",
                                         .received = ""};
    kp_buf_add(&s->bundles, &b, sizeof(b));
    s->n_bundles++;
    return put == KP_MAP_ADDED && kp_buf_ok(&s->bundles) && !arena->failed ? KP_OK : kp_log_no_memory();
}

/* A person who goes out again has been answered: the error is no longer open. */
static void close_error(struct kp_standing *s, uint32_t before)
{
    struct kp_standing_document *d = kp_standing_document_at(s, before);
    if (d->answer != KP_ANSWER_ERROR)
        return;
    struct kp_standing_bundle *b = kp_standing_bundle_at(s, d->bundle);
    d->answer = KP_ANSWER_CORRECTED;
    b->errors--;
    b->corrected++;
}

static enum kp_status add_document(struct kp_standing *s, const char *const *c)
{
    struct kp_arena *arena = &s->ctx->arena;
    struct kp_standing_document d = {.reply = ""};
    const uint32_t at = s->n_documents;
    KP_TRY(find_bundle(s, c, &d.bundle));
    for (enum kp_log_column i = KP_LOG_INSURER_NUMBER; i <= KP_LOG_EXAM_DATE; i++)
        d.entry.cells[i] = kp_arena_strdup(arena, c[i]);
    kp_buf_add(&s->documents, &d, sizeof(d));
    kp_buf_add(&s->last, &at, sizeof(at));
    if (!kp_buf_ok(&s->documents) || !kp_buf_ok(&s->last) || arena->failed)
        return kp_log_no_memory();
    s->n_documents++;
    return KP_OK;
}

/* Nobody is answered by a roster, and so its lines are no documents. */
static enum kp_status count_listed(struct kp_standing *s, const char *const *c)
{
    uint32_t at = 0;
    KP_TRY(find_bundle(s, c, &at));
    kp_standing_bundle_at(s, at)->documents++;
    return KP_OK;
}

/* The documents of a bundle that went out: they are the latest of their persons. */
static enum kp_status release(struct kp_standing *s, uint32_t bundle)
{
    struct kp_arena *arena = &s->ctx->arena;
    for (uint32_t i = s->n_documents; i > 0 && kp_standing_document_at(s, i - 1)->bundle == bundle; i--) {
        uint32_t first = i - 1;
        const char *key = person_key(arena, kp_standing_document_at(s, i - 1)->entry.cells);
        enum kp_map_put put = key ? kp_map_put(&s->person, arena, key, i - 1) : KP_MAP_NO_MEMORY;
        if (put == KP_MAP_NO_MEMORY)
            return kp_log_no_memory();
        if (put == KP_MAP_EXISTED && kp_map_get(&s->person, key, &first))
            close_error(s, *last_at(s, first));
        *last_at(s, first) = i - 1;
        kp_standing_bundle_at(s, bundle)->documents++;
    }
    return KP_OK;
}

static void forget(struct kp_standing *s, uint32_t bundle)
{
    while (s->n_documents > 0 && kp_standing_document_at(s, s->n_documents - 1)->bundle == bundle) {
        s->n_documents--;
        s->documents.len -= sizeof(struct kp_standing_document);
        s->last.len -= sizeof(uint32_t);
    }
}

static void answer(struct kp_standing *s, const char *const *c, uint32_t bundle)
{
    for (uint32_t i = 0; i < s->n_documents; i++) {
        struct kp_standing_document *d = kp_standing_document_at(s, i);
        struct kp_standing_bundle *b = kp_standing_bundle_at(s, bundle);
        if (d->bundle != bundle || strcmp(d->entry.cells[KP_LOG_DOCUMENT], c[KP_LOG_DOCUMENT]) != 0)
            continue;
        bool error = strstr(c[KP_LOG_DETAIL], "\"state\":\"error\"") != NULL;
        b->answered += d->answer == KP_ANSWER_NONE;
        b->errors -= d->answer == KP_ANSWER_ERROR;
        b->corrected -= d->answer == KP_ANSWER_CORRECTED;
        d->reply = kp_arena_strdup(&s->ctx->arena, c[KP_LOG_DETAIL]);
        d->answer = !error                      ? KP_ANSWER_RECEIVED
                    : kp_standing_is_last(s, i) ? KP_ANSWER_ERROR
                                                : KP_ANSWER_CORRECTED;
        b->errors += d->answer == KP_ANSWER_ERROR;
        b->corrected += d->answer == KP_ANSWER_CORRECTED;
    }
}

static enum kp_status move(struct kp_standing *s, const char *const *c, enum kp_audit_event event)
{
    uint32_t at = 0;
    KP_TRY(find_bundle(s, c, &at));
    struct kp_standing_bundle *b = kp_standing_bundle_at(s, at);
    const char *day = kp_arena_strdup(&s->ctx->arena, c[KP_LOG_AS_OF]);
    if (event == KP_AUDIT_REPLY)
        answer(s, c, at);
    else
        b->state = event;
    if (event == KP_AUDIT_VOID)
        forget(s, at);
    if (event == KP_AUDIT_RELEASE) {
        KP_TRY(release(s, at));
        b->released = day;
        b->sealed = strstr(c[KP_LOG_DETAIL], "\"seal\":") != NULL;
    } else if (event == KP_AUDIT_HANDOVER) {
        b->handed_over = day;
        b->received = "";
    } else if (event == KP_AUDIT_RECEIVED) {
        b->received = day;
    }
    return s->ctx->arena.failed ? kp_log_no_memory() : KP_OK;
}

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct kp_standing *s = ctx;
    enum kp_audit_event event = kp_log_event(line->cells);
    if (kp_log_is_disclosure(line->cells))
        return kp_log_is_roster(line->cells) ? count_listed(s, line->cells) : add_document(s, line->cells);
    bool moves = event == KP_AUDIT_RELEASE || event == KP_AUDIT_VOID || event == KP_AUDIT_REPLY ||
                 (event >= KP_AUDIT_HANDOVER && event <= KP_AUDIT_RECALLED);
    return moves ? move(s, line->cells, event) : KP_OK;
}

enum kp_status kp_standing_read(struct kp_standing *s, const struct kp_log_session *session)
{
    *s = (struct kp_standing){.ctx = session->ctx};
    return kp_log_session_read(session, take_entry, s);
}

void kp_standing_release(struct kp_standing *s)
{
    kp_buf_release(&s->bundles);
    kp_buf_release(&s->documents);
    kp_buf_release(&s->last);
}
