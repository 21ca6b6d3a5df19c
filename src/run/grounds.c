#include "run/grounds.h"

#include <string.h>

#include "base/status.h"

/* A consent that names the person both by employee id and by card must match both. */
static bool consent_fits(const struct kp_consent *c, const char *employee_id, const char *insured_key)
{
    return (!*c->employee_id || strcmp(c->employee_id, employee_id) == 0) &&
           (!*c->insured || strcmp(c->insured, insured_key) == 0);
}

void kp_grounds_find_consents(const struct kp_run *run, const struct kp_record *record,
                              struct kp_arena *arena, struct kp_case *kase)
{
    const char *const *f = record->field;
    const char *by_card = kp_insured_key(arena, f[KP_F_INSURER_NUMBER], f[KP_F_INSURED_SYMBOL],
                                         f[KP_F_INSURED_NUMBER], f[KP_F_INSURED_BRANCH]);
    const char *by_id = kp_employee_key(arena, f[KP_F_EMPLOYEE_ID]);
    if (!by_card || !by_id)
        return;
    const struct kp_consent *chains[] = {*f[KP_F_EMPLOYEE_ID] ? kp_consents_of(&run->registers, by_id) : NULL,
                                         kp_consents_of(&run->registers, by_card)};
    size_t most = 0;
    for (size_t i = 0; i < KP_COUNT(chains); i++)
        for (const struct kp_consent *c = chains[i]; c; c = c->next)
            most++;
    const struct kp_consent **found = kp_arena_alloc(arena, (most + 1) * sizeof(*found));
    kase->consents = found;
    for (size_t i = 0; found && i < KP_COUNT(chains); i++)
        for (const struct kp_consent *c = chains[i]; c; c = c->next)
            if (consent_fits(c, f[KP_F_EMPLOYEE_ID], by_card))
                found[kase->n_consents++] = c;
}

static bool covers_an_item(const struct kp_run *run, const struct kp_decision *decision,
                           const struct kp_case *kase, const struct kp_consent *consent)
{
    const struct kp_tables *tables = &run->ctx->tables;
    for (size_t i = 0; i < tables->n_items; i++)
        if (decision->ground[i] == KP_GROUND_CONSENT && kp_consent_covers(consent, &tables->items[i]) &&
            kp_consent_applies(consent, kase))
            return true;
    return false;
}

/* Appends an id to a list, which is NULL if the arena has failed. */
static const char *add_id(struct kp_arena *arena, const char *ids, const char *id)
{
    return ids ? kp_arena_printf(arena, "%s%s%s", ids, *ids ? " " : "", id) : NULL;
}

const char *kp_grounds_consents(const struct kp_run *run, const struct kp_decision *decision,
                                const struct kp_case *kase, struct kp_arena *arena)
{
    const char *ids = "";
    for (size_t i = 0; i < kase->n_consents; i++)
        if (covers_an_item(run, decision, kase, kase->consents[i]))
            ids = add_id(arena, ids, kase->consents[i]->id);
    return ids;
}

static bool grants_an_item(const struct kp_run *run, const struct kp_decision *decision,
                           const struct kp_case *kase, const struct kp_request *request)
{
    const struct kp_tables *tables = &run->ctx->tables;
    for (size_t i = 0; i < tables->n_items; i++)
        if (decision->ground[i] == KP_GROUND_REQUESTED && kase->presence[i] != KP_ITEM_ABSENT &&
            kp_request_grants(tables, request, kase, &tables->items[i], decision))
            return true;
    return false;
}

const char *kp_grounds_requests(const struct kp_run *run, const struct kp_decision *decision,
                                const struct kp_case *kase, struct kp_arena *arena)
{
    const struct kp_request *first = decision->request;
    const char *ids = first ? first->id : "";
    for (const struct kp_request *q = first ? kase->requests : NULL; q; q = q->next)
        if (q != first && grants_an_item(run, decision, kase, q))
            ids = add_id(arena, ids, q->id);
    return ids;
}
