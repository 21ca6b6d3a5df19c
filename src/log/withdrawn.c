#include "log/withdrawn.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "log/covered.h"

struct no {
    size_t row;
    const char *employee; /* kp_text_value_key; "": named by card */
    struct kp_date on;
};

enum kp_status kp_withdrawn_begin(struct kp_withdrawn *w, struct kp_context *ctx, const char *path)
{
    struct kp_arena *arena = &w->consents.arena;
    w->ctx = ctx;
    w->consents.ctx = ctx;
    w->today = kp_date_in_japan(ctx->env->now(ctx->env->ctx));
    KP_TRY(kp_kept_read(&w->consents, path));
    for (size_t i = 0; i < w->consents.sheet.n_rows; i++) {
        bool refuses = strcmp(kp_kept_cell(&w->consents, i, "kind"), "refusal") == 0;
        struct no no = {.row = i,
                        .employee = kp_text_value_key(arena, kp_kept_cell(&w->consents, i, "employee_id")),
                        .on = kp_kept_day(&w->consents, arena, i, refuses ? "given_on" : "withdrawn_on")};
        if (kp_date_is_set(no.on) && kp_date_compare(no.on, w->today) <= 0)
            kp_buf_add(&w->noes, &no, sizeof(no));
    }
    return arena->failed || !kp_buf_ok(&w->noes) ? kp_no_memory(ctx) : KP_OK;
}

static void add(struct kp_withdrawn *w, const char *id, const char *day)
{
    kp_buf_printf(&w->ids, "%s%s", w->ids.len ? " " : "", id);
    kp_buf_printf(&w->days, "%s%s", w->days.len ? " " : "", day);
}

/* Returns whether the row is about this person, insurer and any item by consent, and later. */
static bool concerns(const struct kp_withdrawn *w, const struct no *no, struct kp_arena *scratch,
                     const char *employee, const char *const *c)
{
    struct kp_date as_of;
    if (*no->employee && strcmp(no->employee, employee) != 0)
        return false;
    return kp_date_parse_iso(c[KP_LOG_AS_OF], &as_of) && kp_date_compare(no->on, as_of) > 0 &&
           kp_consent_concerns(&w->consents, scratch, no->row, c);
}

enum kp_status kp_withdrawn_of(struct kp_withdrawn *w, struct kp_arena *scratch, const char *const *c)
{
    const struct no *noes = (const struct no *)(const void *)w->noes.data;
    const char *employee = kp_text_value_key(scratch, c[KP_LOG_EMPLOYEE_ID]), *ids = c[KP_LOG_CONSENT_IDS];
    size_t row = 0;
    kp_buf_reset(&w->ids);
    kp_buf_reset(&w->days);
    if (!employee)
        return kp_no_memory(w->ctx);
    for (size_t i = 0; i < w->noes.len / sizeof(*noes); i++) {
        char day[11];
        kp_date_iso(noes[i].on, day);
        if (concerns(w, &noes[i], scratch, employee, c))
            add(w, kp_kept_cell(&w->consents, noes[i].row, "consent_id"), day);
    }
    for (struct kp_word word; kp_next_word(&ids, " ", &word);) {
        const char *id = kp_arena_strndup(scratch, word.at, word.n);
        if (!id || kp_kept_find(&w->consents, id, &row))
            continue;
        add(w, id, "unknown");
        if (kp_map_put(&w->unknown, &w->consents.arena, id, 0) == KP_MAP_ADDED)
            kp_warn(&w->ctx->diag, KP_K_CONSENT_NOT_IN_REGISTER, KP_NOWHERE, id);
    }
    bool ok = kp_buf_ok(&w->ids) && kp_buf_ok(&w->days) && !scratch->failed && !w->consents.arena.failed;
    return ok ? KP_OK : kp_no_memory(w->ctx);
}

void kp_withdrawn_release(struct kp_withdrawn *w)
{
    kp_kept_release(&w->consents);
    kp_buf_release(&w->noes);
    kp_buf_release(&w->ids);
    kp_buf_release(&w->days);
}
