/* kp_handover: that a bundle left the house, and what became of it. */
#include <errno.h>
#include <string.h>

#include "base/status.h"
#include "tables/names.h"
#include "run/companions.h"
#include "run/log_session.h"

struct handed {
    const char *path;
    char sha256[KP_SHA256_HEX + 1];
    enum kp_audit_event state; /* KP_AUDIT_ANY: not released */
    bool differs;              /* released under this name with other contents */
    bool sealed;               /* the file is its copy under a password */
    const char *detail;        /* of the entry that brought it into this state */
    struct kp_log_entry entry; /* the cells of the bundle */
};

struct handover {
    struct kp_context ctx;
    const struct kp_handover_options *options;
    struct kp_log_session session;
    struct handed *bundles;
    const char *on; /* YYYY-MM-DD */
};

/* --- options and files --- */

static enum kp_status check_options(struct handover *h)
{
    const struct kp_handover_options *o = h->options;
    const struct {
        const char *option, *value, *argument;
    } needed[] = {{"--to", o->to, "WHO"}, {"--means", o->means, "TEXT"}};
    for (size_t i = 0; i < KP_COUNT(needed); i++) {
        bool given = needed[i].value && *needed[i].value;
        if (o->event == KP_AUDIT_HANDOVER && !given)
            return kp_fail(&h->ctx.diag, KP_E_USAGE, KP_K_OPTION_MISSING, KP_NOWHERE, needed[i].option,
                           needed[i].option, needed[i].argument);
        if (o->event != KP_AUDIT_HANDOVER && given)
            return kp_fail(&h->ctx.diag, KP_E_USAGE, KP_K_OPTION_NOT_HERE, KP_NOWHERE, needed[i].option,
                           kp_audit_event_names[o->event]);
    }
    return KP_OK;
}

static enum kp_status digest_bundles(struct handover *h)
{
    const struct kp_handover_options *o = h->options;
    h->bundles = kp_arena_alloc(&h->ctx.arena, o->n_bundles * sizeof(*h->bundles));
    if (!h->bundles)
        return kp_no_memory(&h->ctx);
    for (size_t i = 0; i < o->n_bundles; i++) {
        struct handed *b = &h->bundles[i];
        uint8_t digest[KP_SHA256_BYTES];
        b->path = o->bundles[i];
        errno = 0;
        enum kp_status st = kp_file_sha256(h->ctx.io, b->path, digest);
        if (st != KP_OK)
            return kp_unreadable(&h->ctx.diag, st, KP_E_INPUT, KP_K_INPUT_UNREADABLE, b->path, NULL);
        kp_sha256_hex(digest, b->sha256);
        for (size_t k = 0; k < i; k++)
            if (strcmp(h->bundles[k].sha256, b->sha256) == 0)
                return kp_fail(&h->ctx.diag, KP_E_USAGE, KP_K_INPUT_TWICE, kp_in(b->path));
    }
    return KP_OK;
}

/* --- what the log shows --- */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static enum kp_status note(struct handover *h, struct handed *b, const char *const *cells)
{
    static const enum kp_log_column kept[] = {KP_LOG_AS_OF,  KP_LOG_INSURER_NUMBER, KP_LOG_RECIPIENT,
                                              KP_LOG_BUNDLE, KP_LOG_BUNDLE_SHA256,  KP_LOG_TABLES_SHA256};
    struct kp_arena *arena = &h->ctx.arena;
    b->state = kp_log_event(cells);
    b->detail = kp_arena_strdup(arena, cells[KP_LOG_DETAIL]);
    for (size_t i = 0; b->state == KP_AUDIT_RELEASE && i < KP_COUNT(kept); i++)
        b->entry.cells[kept[i]] = kp_arena_strdup(arena, cells[kept[i]]);
    return arena->failed ? kp_log_no_memory() : KP_OK;
}

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct handover *h = ctx;
    const char *const *c = line->cells;
    enum kp_audit_event event = kp_log_event(c);
    bool moves = event == KP_AUDIT_RELEASE || (event >= KP_AUDIT_HANDOVER && event <= KP_AUDIT_RECALLED);
    for (size_t i = 0; moves && i < h->options->n_bundles; i++) {
        struct handed *b = &h->bundles[i];
        if (event == KP_AUDIT_RELEASE && kp_companions_is_sealed(c[KP_LOG_DETAIL], b->sha256)) {
            b->sealed = true;
            memcpy(b->sha256, c[KP_LOG_BUNDLE_SHA256], sizeof(b->sha256)); /* later entries have this one */
        }
        if (strcmp(c[KP_LOG_BUNDLE_SHA256], b->sha256) == 0)
            KP_TRY(note(h, b, c));
        else if (event == KP_AUDIT_RELEASE)
            b->differs |= strcmp(c[KP_LOG_BUNDLE], file_name(b->path)) == 0;
    }
    return KP_OK;
}

/* Returns whether the event may follow the state. */
static bool may_follow(enum kp_audit_event state, enum kp_audit_event event)
{
    bool out = state == KP_AUDIT_HANDOVER || state == KP_AUDIT_RECEIVED;
    if (event == KP_AUDIT_HANDOVER)
        return state == KP_AUDIT_RELEASE || state == KP_AUDIT_RETURNED || state == KP_AUDIT_RECALLED;
    if (event == KP_AUDIT_RECEIVED)
        return state == KP_AUDIT_HANDOVER;
    return event == KP_AUDIT_RECALLED ? out : out || state == KP_AUDIT_RECALLED;
}

static enum kp_status check_bundle(struct handover *h, const struct handed *b)
{
    struct kp_diag *diag = &h->ctx.diag;
    for (const struct handed *other = h->bundles; other < b; other++)
        if (strcmp(other->sha256, b->sha256) == 0) /* the bundle and its sealed copy */
            return kp_fail(diag, KP_E_USAGE, KP_K_INPUT_TWICE, kp_in(b->path));
    if (b->state == KP_AUDIT_ANY)
        return kp_fail(diag, KP_E_USAGE, b->differs ? KP_K_BUNDLE_DIFFERS : KP_K_BUNDLE_NOT_RELEASED,
                       kp_in(b->path));
    if (!may_follow(b->state, h->options->event))
        return kp_fail(diag, KP_E_USAGE, KP_K_HANDOVER_DISORDERED, kp_in(b->path),
                       kp_audit_event_names[h->options->event], kp_audit_event_names[b->state]);
    char today[11];
    kp_date_iso(h->session.run.as_of, today);
    const char *from = b->entry.cells[KP_LOG_AS_OF];
    if (strcmp(h->on, from) < 0 || strcmp(h->on, today) > 0)
        return kp_fail(diag, KP_E_USAGE, KP_K_HANDOVER_DAY_WRONG, kp_in(b->path), h->on, from, today);
    return KP_OK;
}

/* --- adding --- */

static const char *detail_of(struct handover *h, bool sealed)
{
    const struct kp_handover_options *o = h->options;
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    kp_log_session_detail(&h->session, &json);
    kp_json_string(&json, "on", h->on);
    if (o->event == KP_AUDIT_HANDOVER) {
        kp_json_string(&json, "to", o->to);
        kp_json_string(&json, "means", o->means);
    }
    kp_json_string(&json, "note", o->note);
    if (sealed)
        kp_json_bool(&json, "sealed", true);
    kp_json_end(&json);
    char *text = kp_buf_ok(&out) ? kp_arena_strdup(&h->ctx.arena, kp_buf_text(&out)) : NULL;
    kp_buf_release(&out);
    return text;
}

/* All are checked before the first is added. One that is logged already, by a call that died or was repeated,
 * is left as it is. */
static enum kp_status add_all(struct handover *h)
{
    size_t n_added = 0;
    const char *const details[] = {detail_of(h, false), detail_of(h, true)};
    if (!details[0] || !details[1])
        return kp_no_memory(&h->ctx);
    for (size_t i = 0; i < h->options->n_bundles; i++) {
        struct handed *b = &h->bundles[i];
        if (b->state != h->options->event || strcmp(b->detail, details[b->sealed]) != 0)
            KP_TRY(check_bundle(h, b));
    }
    for (size_t i = 0; i < h->options->n_bundles; i++) {
        struct handed *b = &h->bundles[i];
        if (b->state == h->options->event) {
            kp_warn(&h->ctx.diag, KP_K_HANDOVER_LOGGED, kp_in(b->path), kp_audit_event_names[b->state]);
            continue;
        }
        b->entry.cells[KP_LOG_EVENT] = kp_audit_event_names[h->options->event];
        b->entry.cells[KP_LOG_AS_OF] = h->on;
        b->entry.cells[KP_LOG_DETAIL] = details[b->sealed];
        KP_TRY(kp_log_session_add(&h->session, &b->entry));
        n_added++;
    }
    return n_added ? kp_log_session_commit(&h->session) : KP_OK;
}

static enum kp_status run(struct handover *h)
{
    char *today = kp_arena_alloc(&h->ctx.arena, 11);
    struct kp_date on;
    if (!today)
        return kp_no_memory(&h->ctx);
    KP_TRY(check_options(h));
    KP_TRY(digest_bundles(h));
    KP_TRY(kp_log_session_open(&h->session, &h->ctx, &h->options->files, true));
    kp_date_iso(h->session.run.as_of, today);
    h->on = h->options->on ? h->options->on : today;
    if (!kp_date_parse_iso(h->on, &on))
        return kp_fail(&h->ctx.diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, h->on, "--on",
                       "a date as YYYY-MM-DD");
    KP_TRY(kp_log_session_read(&h->session, take_entry, h));
    return add_all(h);
}

enum kp_status kp_handover(const struct kp_handover_options *options, const struct kp_env *env)
{
    struct handover h = {.options = options,
                         .session = {.run = {.lock_fd = -1}, .ledger = {.log = {.fd = -1}}}};
    enum kp_status st = kp_context_init(&h.ctx, &options->common, env);
    if (st == KP_OK)
        st = run(&h);
    st = kp_log_session_status(&h.session, st);
    kp_log_session_close(&h.session);
    st = kp_context_finish(&h.ctx, st);
    kp_context_release(&h.ctx);
    return st;
}
