#include "log/audit_bundles.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "log/detail.h"

struct kp_audit_bundle {
    const char *name, *insurer, *recipient, *released_on;
    uint64_t documents;
    enum kp_audit_event event; /* the last one */
    const char *state, *on, *to, *means, *note;
    bool selected;
};

static struct kp_audit_bundle *bundle_at(const struct kp_audit_bundles *b, size_t i)
{
    return (struct kp_audit_bundle *)(void *)b->list.data + i;
}

static void add_released(struct kp_audit_bundles *b, const char *const *c)
{
    struct kp_arena *arena = &b->ctx->arena;
    uint32_t index = (uint32_t)(b->list.len / sizeof(struct kp_audit_bundle));
    const struct kp_audit_bundle bundle = {.name = kp_arena_strdup(arena, c[KP_LOG_BUNDLE]),
                                           .insurer = kp_arena_strdup(arena, c[KP_LOG_INSURER_NUMBER]),
                                           .recipient = kp_arena_strdup(arena, c[KP_LOG_RECIPIENT]),
                                           .released_on = kp_arena_strndup(arena, c[KP_LOG_TIME], 10),
                                           .documents = b->n_documents,
                                           .event = KP_AUDIT_RELEASE,
                                           .state = "released",
                                           .on = "",
                                           .to = "",
                                           .means = "",
                                           .note = "",
                                           .selected = b->selected};
    kp_buf_add(&b->list, &bundle, sizeof(bundle));
    if (kp_map_put(&b->by_sha256, arena, c[KP_LOG_BUNDLE_SHA256], index) == KP_MAP_NO_MEMORY)
        (void)kp_arena_fail(arena);
}

/* To whom and how it went remains when its receipt is logged. */
static void add_event(struct kp_audit_bundles *b, const char *const *c, bool selected)
{
    struct kp_arena *arena = &b->ctx->arena;
    uint32_t index = 0;
    if (!kp_map_get(&b->by_sha256, c[KP_LOG_BUNDLE_SHA256], &index))
        return; /* its release is in another log */
    struct kp_audit_bundle *bundle = bundle_at(b, index);
    bundle->event = kp_log_event(c);
    bundle->state = kp_arena_strdup(arena, c[KP_LOG_EVENT]);
    bundle->on = kp_arena_strdup(arena, c[KP_LOG_AS_OF]);
    bundle->selected |= selected;
    bundle->note = "";
    (void)kp_detail_get(arena, c[KP_LOG_DETAIL], "to", &bundle->to);
    (void)kp_detail_get(arena, c[KP_LOG_DETAIL], "means", &bundle->means);
    (void)kp_detail_get(arena, c[KP_LOG_DETAIL], "note", &bundle->note);
}

enum kp_status kp_audit_bundles_add(struct kp_audit_bundles *b, const char *const *c, bool selected)
{
    enum kp_audit_event event = kp_log_event(c);
    if (kp_log_is_disclosure(c)) {
        b->n_documents++;
        b->selected |= selected;
    } else if (kp_log_settles_bundle(c)) {
        b->selected |= selected;
        if (event == KP_AUDIT_RELEASE)
            add_released(b, c);
        b->n_documents = 0;
        b->selected = false;
    } else if (event >= KP_AUDIT_HANDOVER && event <= KP_AUDIT_RECALLED) {
        add_event(b, c, selected);
    }
    return b->ctx->arena.failed || !kp_buf_ok(&b->list) ? kp_no_memory(b->ctx) : KP_OK;
}

size_t kp_audit_bundles_print(const struct kp_audit_bundles *b, bool pending, struct kp_audit_output *out)
{
    size_t n = 0;
    kp_audit_columns(out, "bundle,insurer_number,recipient,released_on,documents,state,on,to,means,note",
                     false);
    for (size_t i = 0; i < b->list.len / sizeof(struct kp_audit_bundle); i++) {
        const struct kp_audit_bundle *bundle = bundle_at(b, i);
        char documents[24];
        if (!bundle->selected ||
            (pending && bundle->event != KP_AUDIT_RELEASE && bundle->event != KP_AUDIT_RETURNED))
            continue;
        (void)snprintf(documents, sizeof(documents), "%" PRIu64, bundle->documents);
        const char *const cells[] = {bundle->name,        bundle->insurer, bundle->recipient,
                                     bundle->released_on, documents,       kp_audit_label(out, bundle->state),
                                     bundle->on,          bundle->to,      bundle->means,
                                     bundle->note};
        kp_audit_row(out, cells);
        n++;
    }
    kp_audit_end_columns(out);
    return n;
}

void kp_audit_bundles_release(struct kp_audit_bundles *b)
{
    kp_buf_release(&b->list);
}
