#include "law/consents.h"

#include <string.h>

#include "base/status.h"
#include "tables/names.h"
#include "law/register_person.h"

const char *const kp_consent_kind_names[] = {"explicit", "notice", "refusal", NULL};

enum { ID, EMPLOYEE, INSURER, SYMBOL, NUMBER, BRANCH, RECIPIENT, ITEMS, KIND, GIVEN, WITHDRAWN, EVIDENCE };
enum { NAME = EVIDENCE + 1, BIRTH, FROM, TO };

static const struct kp_person_columns COLUMNS = {EMPLOYEE, SYMBOL, NUMBER, BRANCH, NAME, BIRTH};

static void read_person(struct kp_register *r, size_t i, struct kp_map *ids, struct kp_consent *c)
{
    if (*kp_register_cell(r, i, NUMBER))
        c->who.insurer = kp_register_number(r, i, INSURER, kp_register_cell(r, i, INSURER));
    kp_register_person(r, i, &COLUMNS, ids, &c->who);
    if (!c->who.card && !c->who.employee_id)
        kp_register_missing(r, i, EMPLOYEE, "employee_id, or insurer_number and insured_number");
}

static void read_kind(struct kp_register *r, size_t i, struct kp_consent *c)
{
    size_t kind = 0;
    if (!kp_name_find(kp_consent_kind_names, kp_register_cell(r, i, KIND), &kind))
        kp_register_bad(r, i, KIND, "explicit, notice or refusal");
    c->kind = (enum kp_consent_kind)kind;
}

static void read_days(struct kp_register *r, size_t i, struct kp_consent *c)
{
    kp_register_date(r, i, GIVEN, true, &c->given);
    kp_register_date(r, i, WITHDRAWN, false, &c->withdrawn);
    kp_register_order(r, i, (const size_t[]){GIVEN, WITHDRAWN}, c->given, c->withdrawn);
    kp_register_date(r, i, FROM, false, &c->exam_from);
    kp_register_date(r, i, TO, false, &c->exam_to);
    kp_register_order(r, i, (const size_t[]){FROM, TO}, c->exam_from, c->exam_to);
    if (c->kind == KP_CONSENT_REFUSAL && kp_date_is_set(c->withdrawn))
        kp_register_bad(r, i, WITHDRAWN, "nothing: whoever consents later gets a row of their own");
}

void kp_consent_read(struct kp_register *r, size_t i, struct kp_map *ids, struct kp_consent *c)
{
    c->id = kp_register_cell(r, i, ID);
    c->recipient = kp_register_cell(r, i, RECIPIENT);
    c->items = kp_register_cell(r, i, ITEMS);
    c->evidence = kp_register_cell(r, i, EVIDENCE);
    kp_register_id(r, i, c->id);
    read_person(r, i, ids, c);
    if (strcmp(c->recipient, "*") != 0)
        c->recipient = kp_register_number(r, i, RECIPIENT, c->recipient);
    if (!*c->items)
        kp_register_missing(r, i, ITEMS, "item codes, other, or all");
    kp_register_items(r, i, ITEMS, "other all");
    read_kind(r, i, c);
    read_days(r, i, c);
}

bool kp_consent_fits(const struct kp_consent *consent, const struct kp_person *record)
{
    return consent->kind == KP_CONSENT_REFUSAL ? kp_person_may_fit(&consent->who, record)
                                               : kp_person_fits(&consent->who, record);
}

char *kp_consent_key(struct kp_arena *arena, const struct kp_person *who)
{
    return kp_person_key(arena, who, who->employee_id ? KP_BY_ID : KP_BY_CARD);
}

static void file_consent(struct kp_register *r, size_t i, struct kp_consent_register *consents)
{
    struct kp_consent *rows = r->rows;
    const struct kp_person *who = &rows[i].who;
    size_t previous = i;
    if ((who->employee_id || who->card) &&
        kp_register_file_row(r, &consents->by_person, kp_consent_key(r->arena, who), i, &previous) &&
        previous != i)
        rows[previous].next = &rows[i];
}

enum kp_status kp_consents_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                                struct kp_consent_register *ret_consents)
{
    struct kp_register r = {.ctx = ctx};
    struct kp_consent_register consents = {0};
    if (kp_register_open(&r, path, KP_CONSENT_COLUMNS, KP_CONSENT_OPTIONAL, sizeof(struct kp_consent)) ==
        KP_OK) {
        struct kp_consent *rows = r.rows;
        const struct kp_register_row *order = kp_register_by_id(&r);
        for (size_t i = 0; i < r.sheet.n_rows; i++) {
            kp_consent_read(&r, i, ids, &rows[i]);
            rows[i].row = i;
        }
        for (size_t i = 0; order && i < r.sheet.n_rows; i++)
            file_consent(&r, order[i].at, &consents);
    }
    consents.list = r.rows;
    consents.n = r.sheet.n_rows;
    consents.original = r.original;
    KP_TRY(kp_register_close(&r));
    *ret_consents = consents;
    return KP_OK;
}
