#include "law/person.h"

#include <string.h>

#include "base/text.h"

char *kp_card_of(struct kp_arena *arena, const char *symbol, const char *number)
{
    const char *symbol_key = kp_text_value_key(arena, symbol);
    const char *number_key = kp_text_value_key(arena, number);
    return symbol_key && number_key ? kp_arena_printf(arena, "%s\x1f%s", symbol_key, number_key) : NULL;
}

static const char *without_zeros(const char *id)
{
    return id + strspn(id, "0");
}

char *kp_person_key(struct kp_arena *arena, const struct kp_person *person, enum kp_person_key by)
{
    const char *const parts[KP_BY__COUNT] = {
        [KP_BY_ID] = person->employee_id, [KP_BY_CARD] = person->card, [KP_BY_NAME] = person->name_kana};
    if (by == KP_BY_ID && parts[by] && *parts[by])
        return kp_arena_printf(arena, "%d\x1f%s", (int)by, without_zeros(parts[by]));
    return parts[by] && *parts[by] ? kp_arena_printf(arena, "%d\x1f%s", (int)by, parts[by]) : NULL;
}

char *kp_employee_key(struct kp_arena *arena, const char *employee_id)
{
    return kp_arena_printf(arena, "e\x1f%s", employee_id);
}

static bool agrees(const char *named, const char *record)
{
    return !named || (record && strcmp(named, record) == 0);
}

/* Everything but the employee id. */
static bool rest_fits(const struct kp_person *named, const struct kp_person *record)
{
    return agrees(named->insurer, record->insurer) && agrees(named->card, record->card) &&
           agrees(named->branch, record->branch) && agrees(named->name_kana, record->name_kana) &&
           (!kp_date_is_set(named->birth) || kp_date_compare(named->birth, record->birth) == 0);
}

bool kp_person_fits(const struct kp_person *named, const struct kp_person *record)
{
    return agrees(named->employee_id, record->employee_id) && rest_fits(named, record);
}

bool kp_person_may_fit(const struct kp_person *named, const struct kp_person *record)
{
    return (!named->employee_id ||
            (record->employee_id &&
             strcmp(without_zeros(named->employee_id), without_zeros(record->employee_id)) == 0)) &&
           rest_fits(named, record);
}

bool kp_person_is_id_alone(const struct kp_person *named)
{
    return named->employee_id && !named->card && !named->name_kana && !kp_date_is_set(named->birth);
}

bool kp_roster_has(const struct kp_roster *roster, const struct kp_subject *subject)
{
    for (unsigned by = 0; by < KP_BY__COUNT; by++) {
        uint32_t first = 0;
        if (!subject->keys[by] || !kp_map_get(&roster->by_key, subject->keys[by], &first))
            continue;
        for (const struct kp_roster_row *row = &roster->rows[first]; row; row = row->next)
            if (kp_person_fits(&row->who, &subject->person) &&
                !(subject->id_shared && kp_person_is_id_alone(&row->who)))
                return true;
    }
    return false;
}
