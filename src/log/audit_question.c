#include "log/audit_question.h"

#include <inttypes.h>
#include <string.h>

#include "base/status.h"
#include "log/audit_filter.h"
#include "log/covered.h"
#include "log/provision.h"

static void begin_extras(struct kp_question *q, const char *const *names)
{
    for (q->extras.n = 0; names[q->extras.n]; q->extras.n++)
        q->extras.names[q->extras.n] = names[q->extras.n];
}

enum kp_status kp_question_begin(struct kp_question *q, const struct kp_audit_options *o)
{
    static const char *const withdrawn[] = {"withdrawn_consents", "withdrawn_on", NULL};
    static const char *const conflicts[] = {"also_told", NULL};
    static const char *const within[] = {"within_request", "why", "not_in_log", NULL};
    static const char *const unanswered[] = {"bundle_state", NULL};
    static const char *const errors[] = {"reply_code", "reply_meaning", "replied_on", NULL};
    static const char *const expired[] = {"keep_until", NULL};
    q->options = o;
    q->conflicts.ctx = q->answers.ctx = q->requests.ctx = q->ctx;
    if (o->withdrawn) {
        begin_extras(q, withdrawn);
        KP_TRY(kp_context_load_tables(q->ctx));
        return kp_withdrawn_begin(&q->withdrawn, q->ctx, o->registers.consents);
    }
    if (o->conflicts) {
        begin_extras(q, conflicts);
        return KP_OK;
    }
    if (o->within_request) {
        begin_extras(q, within);
        return kp_context_load_tables(q->ctx);
    }
    if (o->expired)
        begin_extras(q, expired);
    if (o->unanswered)
        begin_extras(q, unanswered);
    if (o->errors) {
        begin_extras(q, errors);
        return kp_context_load_tables(q->ctx);
    }
    return KP_OK;
}

static enum kp_status ask_withdrawn(struct kp_question *q, struct kp_arena *scratch, const char *const *c,
                                    bool *ret_is)
{
    KP_TRY(kp_withdrawn_of(&q->withdrawn, scratch, c));
    q->extras.cells[0] = kp_buf_text(&q->withdrawn.ids);
    q->extras.cells[1] = kp_buf_text(&q->withdrawn.days);
    *ret_is = *q->extras.cells[0] != '\0';
    return KP_OK;
}

static enum kp_status ask_conflict(struct kp_question *q, const char *const *c, bool *ret_is)
{
    KP_TRY(kp_conflicts_of(&q->conflicts, c, &q->extras.cells[0]));
    *ret_is = *q->extras.cells[0] != '\0';
    return KP_OK;
}

/* Answers from the register that the run used; without it nothing can be shown. */
static enum kp_status ask_within(struct kp_question *q, struct kp_arena *scratch, const char *const *c,
                                 struct kp_where where, bool *ret_is)
{
    const struct kp_audit_run *run = kp_audit_run_of(q->runs, c);
    struct kp_kept_places places = q->places;
    const char *fault = "register missing", *id = "", *unchecked = "";
    bool found = false;
    *ret_is = *c[KP_LOG_REQUEST_ID] != '\0';
    if (!*ret_is)
        return KP_OK;
    places.today = q->options->registers.requests;
    KP_TRY(kp_kept_load(&q->requests, &places, run ? run->register_sha256[KP_AUDIT_REQUESTS] : "", &found));
    if (found) {
        fault = kp_requests_fault(&q->requests, scratch, c, &id);
        unchecked = kp_requests_unchecked(&q->requests, scratch, c);
    }
    q->extras.cells[0] = !fault ? "yes" : found ? "no" : "unknown";
    q->extras.cells[1] =
        fault && *fault ? kp_arena_printf(scratch, "%s%s%s", id ? id : "", id && *id ? " " : "", fault) : "";
    q->extras.cells[2] = unchecked;
    if (fault && q->n_outside++ == 0)
        q->first_outside = where;
    return scratch->failed ? kp_no_memory(q->ctx) : KP_OK;
}

/* Records of consent are kept for three years (個情法施行規則21条), all others like the examinations that
 * they are about, for five (安衛則51条). The last day of keeping is the same day of that year. */
static enum kp_status ask_expired(struct kp_question *q, const char *const *c, bool *ret_is)
{
    enum { CONSENT_YEARS = 3, YEARS = 5 };
    struct kp_date day = {0};
    char iso[11] = "";
    bool by_consent = kp_provision_is_owed(c) && !*c[KP_LOG_ITEMS_DUTY];
    memcpy(iso, c[KP_LOG_TIME], strnlen(c[KP_LOG_TIME], sizeof(iso) - 1));
    if (kp_date_parse_iso(iso, &day)) {
        day = kp_date_add_years(day, by_consent ? CONSENT_YEARS : YEARS);
        kp_date_iso(day, q->keep_until);
        q->extras.cells[0] = q->keep_until;
        *ret_is = kp_date_compare(q->today, day) > 0;
    }
    return KP_OK;
}

static enum kp_status ask_answer(struct kp_question *q, struct kp_arena *scratch, const char *const *c,
                                 bool *ret_is)
{
    const struct kp_answer *answer = kp_answer_of(&q->answers, scratch, c);
    if (scratch->failed)
        return kp_no_memory(q->ctx);
    if (!answer)
        return KP_OK;
    *ret_is = q->options->unanswered ? !answer->day : answer->code && !answer->superseded;
    if (q->options->unanswered) {
        q->extras.cells[0] = kp_answers_state(&q->answers, c[KP_LOG_BUNDLE]);
    } else if (*ret_is) {
        const struct kp_return *why = kp_return_of(&q->ctx->tables, answer->code);
        q->extras.cells[0] = answer->code;
        q->extras.cells[1] = why ? why->meaning[q->ctx->common->lang] : "";
        q->extras.cells[2] = answer->day;
    }
    return KP_OK;
}

enum kp_status kp_question_ask(struct kp_question *q, struct kp_arena *scratch, const char *const *c,
                               const char *state, struct kp_where where, bool *ret_is)
{
    const struct kp_audit_options *o = q->options;
    *ret_is = !kp_audit_questions(o);
    if (*ret_is)
        return KP_OK;
    if (o->expired)
        return ask_expired(q, c, ret_is);
    if (!*state || strcmp(state, "voided") == 0)
        return KP_OK;
    if (o->unanswered || o->errors)
        return ask_answer(q, scratch, c, ret_is);
    if (o->withdrawn)
        return ask_withdrawn(q, scratch, c, ret_is);
    return o->conflicts ? ask_conflict(q, c, ret_is) : ask_within(q, scratch, c, where, ret_is);
}

enum kp_status kp_question_end(struct kp_question *q)
{
    return q->n_outside == 0 ? KP_OK
                             : kp_fail(&q->ctx->diag, KP_E_FAULT, KP_K_OUTSIDE_REQUEST, q->first_outside,
                                       kp_arena_printf(&q->ctx->arena, "%" PRIu64, q->n_outside));
}

void kp_question_release(struct kp_question *q)
{
    kp_kept_release(&q->requests);
    kp_withdrawn_release(&q->withdrawn);
    kp_conflicts_release(&q->conflicts);
    kp_answers_release(&q->answers);
}
