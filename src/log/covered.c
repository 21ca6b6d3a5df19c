#include "log/covered.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "log/log_key.h"

/* The row and the entry being compared. */
struct match {
    const struct kp_kept *kept;
    struct kp_arena *scratch;
    const char *const *c;
    struct kp_date as_of, exam, birth;
    size_t row;
};

static bool begin(struct match *m, const struct kp_kept *kept, struct kp_arena *scratch, const char *const *c)
{
    *m = (struct match){.kept = kept, .scratch = scratch, .c = c};
    return kp_date_parse_iso(c[KP_LOG_AS_OF], &m->as_of) &&
           kp_date_parse(c[KP_LOG_EXAM_DATE], &m->exam, NULL) == KP_DATE_OK &&
           kp_date_parse(c[KP_LOG_BIRTH_DATE], &m->birth, NULL) == KP_DATE_OK;
}

static const char *cell(const struct match *m, const char *column)
{
    return kp_kept_cell(m->kept, m->row, column);
}

static struct kp_date day(const struct match *m, const char *column)
{
    return kp_kept_day(m->kept, m->scratch, m->row, column);
}

/* Returns the next word of a list, or NULL at its end and if memory is short. */
static const char *next_word(struct kp_arena *arena, const char **list)
{
    struct kp_word word;
    return kp_next_word(list, " ", &word) ? kp_arena_strndup(arena, word.at, word.n) : NULL;
}

/* An empty cell names nobody and nothing. */
static bool names_other(const struct match *m, const char *column, enum kp_log_column of)
{
    const char *named = cell(m, column);
    return *named && !kp_same_number(m->scratch, named, m->c[of]);
}

static bool is_listed_number(const char *list, const char *number)
{
    char word[16];
    for (struct kp_word w; kp_next_word(&list, " ", &w);) {
        size_t n = w.n < sizeof(word) - 1 ? w.n : sizeof(word) - 1;
        memcpy(word, w.at, n);
        word[n] = '\0';
        if (w.n > 0 && kp_kept_same_number(word, number))
            return true;
    }
    return false;
}

/* Whether the row was in force on the day of the entry. */
static const char *period_fault(const struct match *m, const char *from, const char *until)
{
    struct kp_date begins = day(m, from), withdrawn = day(m, "withdrawn_on");
    if (!kp_date_is_set(begins) || kp_date_compare(begins, m->as_of) > 0)
        return from;
    if (kp_date_is_set(withdrawn) && kp_date_compare(withdrawn, m->as_of) <= 0)
        return "withdrawn_on";
    if (until && !kp_in_period((struct kp_date){0}, day(m, until), m->as_of))
        return until;
    if (!kp_in_period(day(m, "exam_from"), (struct kp_date){0}, m->exam))
        return "exam_from";
    return kp_in_period((struct kp_date){0}, day(m, "exam_to"), m->exam) ? NULL : "exam_to";
}

/* --- consents --- */

static bool names_other_person(const struct match *m, const char **ret_column)
{
    static const struct {
        const char *column;
        enum kp_log_column of;
    } pairs[] = {{"employee_id", KP_LOG_EMPLOYEE_ID},
                 {"insured_symbol", KP_LOG_INSURED_SYMBOL},
                 {"insured_number", KP_LOG_INSURED_NUMBER}};
    for (size_t i = 0; i < KP_COUNT(pairs); i++) {
        *ret_column = pairs[i].column;
        if (names_other(m, pairs[i].column, pairs[i].of))
            return true;
    }
    struct kp_date birth = day(m, "birth_date");
    *ret_column = "birth_date";
    return kp_date_is_set(birth) && kp_date_compare(birth, m->birth) != 0;
}

static bool names_recipient(const struct match *m)
{
    const char *recipient = cell(m, "recipient");
    return strcmp(recipient, "*") == 0 || kp_kept_same_number(recipient, m->c[KP_LOG_INSURER_NUMBER]);
}

static const char *consent_fault(const struct match *m)
{
    const char *column = NULL;
    if (names_other_person(m, &column))
        return column;
    if (!names_recipient(m))
        return "recipient";
    if (strcmp(cell(m, "kind"), "refusal") == 0)
        return "kind";
    return period_fault(m, "given_on", NULL);
}

static bool covers_item(const struct match *m, const char *code)
{
    const char *items = cell(m, "items");
    const struct kp_item *item = kp_item_find(&m->kept->ctx->tables, code);
    return kp_list_has(items, "all") || kp_list_has(items, code) ||
           (kp_list_has(items, "other") && (!item || item->scope == KP_SCOPE_OTHER));
}

bool kp_consent_concerns(const struct kp_kept *consents, struct kp_arena *scratch, size_t row,
                         const char *const *c)
{
    struct match m;
    const char *column = NULL;
    if (!begin(&m, consents, scratch, c))
        return false;
    m.row = row;
    if (names_other_person(&m, &column) || !names_recipient(&m))
        return false;
    for (const char *items = c[KP_LOG_ITEMS_CONSENT], *code; (code = next_word(scratch, &items));)
        if (covers_item(&m, code))
            return true;
    return false;
}

/* Finds the row of the next id. */
static bool next_row(struct match *m, const char **list, const char **ret_id, bool *ret_found)
{
    *ret_id = next_word(m->scratch, list);
    *ret_found = *ret_id && kp_kept_find(m->kept, *ret_id, &m->row);
    return *ret_id != NULL;
}

/* Returns whether any of the rows lists the item. */
static bool is_covered(struct match *m, const char *ids, const char *code,
                       bool (*covers)(const struct match *m, const char *code))
{
    bool found = false;
    for (const char *id; next_row(m, &ids, &id, &found);)
        if (found && covers(m, code))
            return true;
    return false;
}

const char *kp_consents_fault(const struct kp_kept *consents, struct kp_arena *scratch, const char *const *c,
                              const char **ret_id)
{
    struct match m;
    bool found = false;
    *ret_id = "";
    if (!begin(&m, consents, scratch, c))
        return "given_on";
    for (const char *ids = c[KP_LOG_CONSENT_IDS]; next_row(&m, &ids, ret_id, &found);) {
        const char *fault = found ? consent_fault(&m) : "consent_id";
        if (fault)
            return fault;
    }
    for (const char *items = c[KP_LOG_ITEMS_CONSENT]; (*ret_id = next_word(scratch, &items));)
        if (!is_covered(&m, c[KP_LOG_CONSENT_IDS], *ret_id, covers_item))
            return "items";
    return scratch->failed ? "" : NULL;
}

/* --- requests --- */

static bool covers_requested(const struct match *m, const char *code)
{
    return kp_list_has(cell(m, "items"), code);
}

/* Returns whether the request cites the Act that the basis of the entry is of. */
static bool cites(const struct match *m)
{
    const struct kp_tables *tables = &m->kept->ctx->tables;
    for (size_t i = 0; i < tables->n_bases; i++)
        if (strcmp(tables->bases[i].id, m->c[KP_LOG_BASIS_ID]) == 0)
            return kp_list_has(cell(m, "articles"), kp_route_names[tables->bases[i].route]);
    return true; /* of other tables */
}

static const char *request_fault(const struct match *m)
{
    const char *ages = cell(m, "ages");
    if (!kp_kept_same_number(cell(m, "insurer_number"), m->c[KP_LOG_INSURER_NUMBER]) &&
        !is_listed_number(cell(m, "also_numbers"), m->c[KP_LOG_INSURER_NUMBER]))
        return "insurer_number";
    if (*ages && strcmp(ages, "all") != 0 && strcmp(ages, m->c[KP_LOG_AGE_BAND]) != 0)
        return "ages";
    return period_fault(m, "received_on", "valid_until");
}

const char *kp_requests_fault(const struct kp_kept *requests, struct kp_arena *scratch, const char *const *c,
                              const char **ret_id)
{
    struct match m;
    bool found = false, cited = false;
    *ret_id = "";
    if (!begin(&m, requests, scratch, c))
        return "received_on";
    for (const char *ids = c[KP_LOG_REQUEST_ID]; next_row(&m, &ids, ret_id, &found);) {
        const char *fault = found ? request_fault(&m) : "request_id";
        if (fault)
            return fault;
        cited |= cites(&m);
    }
    if (!cited)
        return "articles";
    for (const char *items = c[KP_LOG_ITEMS_REQUESTED]; (*ret_id = next_word(scratch, &items));)
        if (!is_covered(&m, c[KP_LOG_REQUEST_ID], *ret_id, covers_requested))
            return "items";
    return scratch->failed ? "" : NULL;
}

const char *kp_requests_unchecked(const struct kp_kept *requests, struct kp_arena *scratch,
                                  const char *const *c)
{
    static const char *const limits[] = {"qualification", "persons", "exam_kinds", "workplaces"};
    struct match m = {.kept = requests, .scratch = scratch, .c = c};
    const char *all = "", *id = NULL;
    bool found = false;
    for (const char *ids = c[KP_LOG_REQUEST_ID]; next_row(&m, &ids, &id, &found);)
        for (size_t i = 0; found && all && i < KP_COUNT(limits); i++)
            if (*cell(&m, limits[i]) && !kp_list_has(all, limits[i]))
                all = kp_arena_printf(scratch, "%s%s%s", all, *all ? " " : "", limits[i]);
    return scratch->failed ? NULL : all;
}
