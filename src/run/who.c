#include "run/who.h"

#include <string.h>

#include "base/scan.h"
#include "log/log_key.h"
#include "run/grounds.h"

enum kp_exam_kind kp_exam_kind_of(const struct kp_run *run, const struct kp_record *r)
{
    return r->kind != KP_KIND_AUTO ? r->kind : run->options->input.exam_kind;
}

enum kp_exam_kind kp_kind_outside(const struct kp_run *run, const struct kp_record *r)
{
    enum kp_exam_kind kind = kp_exam_kind_of(run, r);
    return kp_kind_is_covered(kind) ? KP_KIND_AUTO : kind;
}

/* Two examinations of one day are no contradiction if one of them cannot go out: the duty does not cover its
 * kind, and no consent names the person. */
static bool stays_out(const struct kp_run *run, const struct kp_record *r, struct kp_arena *arena)
{
    struct kp_concerned concerned;
    if (kp_kind_is_covered(kp_exam_kind_of(run, r)))
        return false;
    kp_find_concerned(run, arena, r, &concerned);
    return concerned.n_consents == 0;
}

/* By which the row may be the same person as another although the card is written otherwise. */
static void name_person(const struct kp_record *r, struct kp_arena *arena, struct kp_who *who)
{
    const char *const *f = r->field;
    struct kp_identity card = kp_identity_of_record(r);
    card.symbol = card.branch = "";
    const char *number = kp_identity_text(arena, card);
    who->name = kp_person_text(arena, f[KP_F_NAME_KANA], f[KP_F_BIRTH_DATE], f[KP_F_EXAM_DATE]);
    if (number && who->name)
        who->cards = (struct kp_person_keys){
            .name = kp_arena_printf(arena, "%s\x1f%s", who->name, f[KP_F_SEX]),
            .by_number = kp_arena_printf(arena, "%s\x1f%s", number, who->name),
            .insurer = f[KP_F_INSURER_NUMBER],
            .employee_id = *f[KP_F_EMPLOYEE_ID] ? kp_employee_key(arena, f[KP_F_EMPLOYEE_ID]) : ""};
}

void kp_identify(const struct kp_run *run, const struct kp_record *r, struct kp_arena *arena,
                 struct kp_who *who)
{
    const char *const *f = r->field;
    struct kp_identity identity = kp_identity_of_record(r);
    bool has_card = *f[KP_F_INSURER_NUMBER] && *f[KP_F_INSURED_NUMBER] && *f[KP_F_BIRTH_DATE];
    bool has_person = has_card && *f[KP_F_NAME_KANA] && *f[KP_F_SEX];
    if (has_card && *f[KP_F_EXAM_DATE] && !stays_out(run, r, arena))
        who->identity = kp_identity_text(arena, identity);
    if (who->identity && has_person)
        name_person(r, arena, who);
    /* Members of a family share a number where branches are not given, hence the name. */
    identity.birth = f[KP_F_NAME_KANA];
    identity.exam = "";
    if (has_person) {
        who->person = kp_identity_text(arena, identity);
        who->facts = kp_arena_printf(arena, "%s %s", f[KP_F_BIRTH_DATE], f[KP_F_SEX]);
    }
}

static bool is_among(const char *lines, const char *text)
{
    for (struct kp_word word; kp_next_word(&lines, "\n", &word);)
        if (strlen(text) == word.n && strncmp(text, word.at, word.n) == 0)
            return true;
    return false;
}

bool kp_is_left_out(const struct kp_run *run, const struct kp_record *record)
{
    const char *insurers = run->options->only_insurers, *employees = run->options->only_employees;
    const char *const *f = record->field;
    return ((insurers && !is_among(insurers, f[KP_F_INSURER_NUMBER])) ||
            (employees && !is_among(employees, f[KP_F_EMPLOYEE_ID])));
}

const char *kp_add_id(struct kp_arena *arena, const char *ids, const char *id)
{
    return ids ? kp_arena_printf(arena, "%s%s%s", ids, *ids ? " " : "", id) : NULL;
}
