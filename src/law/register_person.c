#include "law/register_person.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"

/* Returns the cell, or NULL for an empty one. */
static const char *named(const struct kp_register *r, size_t row, size_t column)
{
    const char *text = kp_register_cell(r, row, column);
    return *text ? text : NULL;
}

/* A spreadsheet makes 0 of 00 and 1 of 01; exports are read likewise. */
static const char *two_digits(struct kp_register *r, const char *branch)
{
    if (!branch || !kp_is_digits(branch, 1))
        return branch;
    const char *padded = kp_arena_printf(r->arena, "0%s", branch);
    if (!padded)
        kp_register_no_memory(r);
    return padded;
}

static void read_card(struct kp_register *r, size_t row, const struct kp_person_columns *at,
                      struct kp_person *person)
{
    const char *symbol = kp_register_cell(r, row, at->symbol), *number = named(r, row, at->number);
    person->branch = two_digits(r, named(r, row, at->branch));
    if (number && !(person->card = kp_card_of(r->arena, symbol, number)))
        kp_register_no_memory(r);
    if (!number && (*symbol || person->branch))
        kp_register_missing(r, row, at->number, "the insured number that goes with the rest");
    if (person->branch && !kp_is_digits(person->branch, 2))
        kp_register_bad(r, row, at->branch, "two digits, or nothing");
}

static void read_name(struct kp_register *r, size_t row, const struct kp_person_columns *at,
                      struct kp_person *person)
{
    const char *name = named(r, row, at->name_kana);
    if (!name)
        return;
    person->name_kana = kp_text_kana_name(r->arena, name);
    if (!person->name_kana)
        kp_register_no_memory(r);
    else if (!kp_text_is_kana_name(person->name_kana))
        kp_register_bad(r, row, at->name_kana, "the name in kana");
}

static bool is_of_household(const struct kp_register *r, const struct kp_person *person)
{
    const struct kp_scheme *scheme = person->insurer ? kp_scheme_of(&r->ctx->tables, person->insurer) : NULL;
    return person->card && !person->branch && !person->employee_id && !person->name_kana &&
           !kp_date_is_set(person->birth) && !(scheme && strcmp(scheme->scheme, KP_SCHEME_KOKI) == 0);
}

void kp_register_person(struct kp_register *r, size_t row, const struct kp_person_columns *at,
                        struct kp_map *ids, struct kp_person *person)
{
    person->employee_id = named(r, row, at->employee_id);
    read_card(r, row, at, person);
    read_name(r, row, at, person);
    kp_register_date(r, row, at->birth, false, &person->birth);
    if (person->employee_id && ids &&
        kp_map_put(ids, r->arena, person->employee_id, (uint32_t)ids->n_keys) == KP_MAP_NO_MEMORY)
        kp_register_no_memory(r);
    if (is_of_household(r, person))
        kp_register_fault(r, row, at->branch, KP_K_CARD_OF_HOUSEHOLD, NULL, NULL);
}

/* --- lists --- */

enum { EMPLOYEE, SYMBOL, NUMBER, BRANCH, NAME, BIRTH };

static const struct kp_person_columns COLUMNS = {EMPLOYEE, SYMBOL, NUMBER, BRANCH, NAME, BIRTH};

static const char *key_of(struct kp_register *r, const struct kp_person *person)
{
    const char *key = NULL;
    for (unsigned by = 0; by < KP_BY__COUNT && !key; by++)
        key = kp_person_key(r->arena, person, (enum kp_person_key)by);
    return key;
}

static void read_row(struct kp_register *r, size_t i, struct kp_map *ids, struct kp_roster *roster)
{
    struct kp_roster_row *rows = r->rows;
    struct kp_person *who = &rows[i].who;
    size_t previous = i;
    kp_register_person(r, i, &COLUMNS, ids, who);
    if (!who->employee_id && !who->card && !(who->name_kana && kp_date_is_set(who->birth)))
        kp_register_missing(r, i, EMPLOYEE,
                            "employee_id, or insured_number, or name_kana together with birth_date");
    else if (kp_register_file_row(r, &roster->by_key, key_of(r, who), i, &previous) && previous != i)
        rows[previous].next = &rows[i];
}

enum kp_status kp_roster_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                              struct kp_roster *ret_roster)
{
    struct kp_register r = {.ctx = ctx};
    struct kp_roster roster = {0};
    if (kp_register_open(&r, path, "",
                         "employee_id insured_symbol insured_number insured_branch name_kana birth_date",
                         sizeof(struct kp_roster_row)) == KP_OK)
        for (size_t i = 0; i < r.sheet.n_rows; i++)
            read_row(&r, i, ids, &roster);
    roster.rows = r.rows;
    roster.bytes = r.original.bytes;
    roster.n_bytes = r.original.n;
    KP_TRY(kp_register_close(&r));
    *ret_roster = roster;
    return KP_OK;
}
