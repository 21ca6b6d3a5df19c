#include "run/grounds.h"

#include "base/status.h"

void kp_find_concerned(const struct kp_run *run, struct kp_arena *arena, const struct kp_record *record,
                       struct kp_concerned *ret_concerned)
{
    const char *const *f = record->field;
    const struct kp_consent *chains[KP_BY__COUNT] = {0};
    struct kp_concerned c = {
        .subject.person = {.employee_id = f[KP_F_EMPLOYEE_ID],
                           .insurer = f[KP_F_INSURER_NUMBER],
                           .card = kp_card_of(arena, f[KP_F_INSURED_SYMBOL], f[KP_F_INSURED_NUMBER]),
                           .branch = f[KP_F_INSURED_BRANCH],
                           .name_kana = f[KP_F_NAME_KANA],
                           .birth = record->birth}};
    size_t most = 0;
    for (unsigned by = 0; by < KP_BY__COUNT; by++) {
        const char *key = kp_person_key(arena, &c.subject.person, (enum kp_person_key)by);
        c.subject.keys[by] = key;
        chains[by] = key ? kp_consents_of(&run->registers, arena, key) : NULL;
        for (const struct kp_consent *k = chains[by]; k; k = k->next)
            most++;
    }
    c.consents = kp_arena_alloc(arena, (most + 1) * sizeof(const struct kp_consent *));
    for (size_t by = 0; c.consents && by < KP_BY__COUNT; by++)
        for (const struct kp_consent *k = chains[by]; k; k = k->next)
            if (kp_consent_fits(k, &c.subject.person))
                c.consents[c.n_consents++] = k;
    *ret_concerned = c;
}

/* 資格区分: odd codes are the insured, even ones their dependants. */
enum kp_qualification kp_qualification_of_record(const struct kp_record *record)
{
    char code = *record->field[KP_F_QUALIFICATION];
    if (!code)
        return KP_QUALIFICATION_ANY;
    return (code - '0') % 2 ? KP_QUALIFICATION_INSURED : KP_QUALIFICATION_DEPENDANT;
}

/* Appends a word to a list, which is NULL if the arena has failed. */
static const char *add_word(struct kp_arena *arena, const char *list, const char *word)
{
    return list ? kp_arena_printf(arena, "%s%s%s", list, *list ? " " : "", word) : NULL;
}

const char *kp_consents_named(const struct kp_run *run, struct kp_arena *arena, const struct kp_case *kase,
                              const struct kp_decision *d)
{
    const struct kp_tables *tables = &run->ctx->tables;
    bool *named = kp_arena_alloc(arena, kase->n_consents + 1);
    const char *ids = named ? "" : NULL;
    for (size_t i = 0; named && i < tables->n_items; i++) {
        if (d->ground[i] != KP_GROUND_CONSENT)
            continue;
        struct kp_date refused_on = kp_refused_on(kase, &tables->items[i]);
        for (size_t k = 0; k < kase->n_consents; k++)
            named[k] |= kp_consent_opens(kase->consents[k], kase, &tables->items[i], d, refused_on);
    }
    for (size_t k = 0; named && k < kase->n_consents; k++)
        if (named[k])
            ids = add_word(arena, ids, kase->consents[k]->id);
    return ids;
}

static bool grants_an_item(const struct kp_run *run, const struct kp_request *request,
                           const struct kp_case *kase, const struct kp_decision *d)
{
    const struct kp_tables *tables = &run->ctx->tables;
    for (size_t i = 0; i < tables->n_items; i++)
        if (d->ground[i] == KP_GROUND_REQUESTED && kase->presence[i] != KP_ITEM_ABSENT &&
            kp_request_grants(tables, &run->policy, request, kase, &tables->items[i], d))
            return true;
    return false;
}

const char *kp_requests_named(const struct kp_run *run, struct kp_arena *arena, const struct kp_case *kase,
                              const struct kp_decision *d)
{
    const char *ids = d->request ? d->request->id : "";
    for (const struct kp_request *q = d->request ? kase->requests : NULL; q; q = q->next)
        if (q != d->request && grants_an_item(run, q, kase, d))
            ids = add_word(arena, ids, q->id);
    return ids;
}

const char *kp_lacking_named(struct kp_arena *arena, const struct kp_decision *d)
{
    const char *fields = "";
    for (size_t i = 0; i < KP_LIMITED_BY__COUNT; i++)
        if (d->lacking & 1u << i)
            fields = add_word(arena, fields, kp_request_limit_names[i]);
    return fields;
}
