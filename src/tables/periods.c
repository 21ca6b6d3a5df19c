#include "tables/periods.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/answers.h"
#include "tables/codes.h"
#include "tables/items.h"
#include "tables/tablefile.h"

#define CODES_UNKNOWN "unknown"
static const struct kp_date FIRST_DAY = {2008, 4, 1}, LAST_DAY = {9999, 12, 31};

static const struct kp_item_period *period_of(const struct kp_tables *t, const struct kp_item *item,
                                              struct kp_date exam)
{
    for (size_t i = 0; kp_date_is_set(exam) && i < t->n_periods; i++)
        if (t->periods[i].item == item && kp_in_period(t->periods[i].from, t->periods[i].to, exam))
            return &t->periods[i];
    return NULL;
}

/* Returns the code that a pair of same_words gives for a code of the item's own list, or NULL. */
static const char *same_code(const struct kp_tables *t, const struct kp_item_period *p, const char *own)
{
    const char *pairs = p->same_words;
    size_t n = strlen(own);
    for (struct kp_word word; kp_next_word(&pairs, " ", &word);)
        for (size_t i = 0; word.n > n + 1 && word.at[n] == '=' && i < t->n_codes; i++)
            if (strncmp(word.at, own, n) == 0 && strcmp(t->codes[i].system, p->code_system) == 0 &&
                strlen(t->codes[i].code) == word.n - n - 1 &&
                strncmp(t->codes[i].code, word.at + n + 1, word.n - n - 1) == 0)
                return t->codes[i].code;
    return NULL;
}

/* --- loading --- */

static enum kp_status check_pairs(const struct kp_tablefile *f, const struct kp_tables *t, size_t row,
                                  const struct kp_item_period *p)
{
    const char *pairs = p->same_words;
    for (struct kp_word word; kp_next_word(&pairs, " ", &word);) {
        const char *equals = memchr(word.at, '=', word.n);
        const char *own = equals ? kp_arena_strndup(f->arena, word.at, (size_t)(equals - word.at)) : "";
        if (!own)
            return kp_tablefile_no_memory(f);
        if (!kp_code_display(t, p->item->code_system, own, (struct kp_date){0}) || !same_code(t, p, own))
            return kp_table_bad(
                f, row, "not pairs of a code of the item's list and one of this list:", p->same_words);
    }
    return KP_OK;
}

static enum kp_status read_period(const struct kp_tablefile *f, const struct kp_tables *t, size_t row,
                                  struct kp_item_period *p)
{
    const char *words = kp_cell(f, row, 4);
    *p = (struct kp_item_period){.item = kp_item_find(t, kp_cell(f, row, 0)),
                                 .code_system = kp_cell(f, row, 3),
                                 .codes_unknown = strcmp(words, CODES_UNKNOWN) == 0};
    p->same_words = p->codes_unknown ? "" : words;
    KP_TRY(kp_cell_period(f, row, 1, &p->from, &p->to));
    if (!p->item || !*p->item->code_system)
        return kp_table_bad(f, row, "not an item with codes:", kp_cell(f, row, 0));
    if (!*p->code_system)
        return kp_table_bad(f, row, "no code system for", kp_cell(f, row, 0));
    for (size_t i = 0; i < row; i++)
        if (t->periods[i].item == p->item && (kp_in_period(p->from, p->to, t->periods[i].from) ||
                                              kp_in_period(t->periods[i].from, t->periods[i].to, p->from)))
            return kp_table_bad(f, row, "applies on the same days as another row:", p->item->code);
    return check_pairs(f, t, row, p);
}

static bool list_has_codes(const struct kp_tables *t, const char *list, struct kp_date exam)
{
    for (size_t i = 0; i < t->n_codes; i++)
        if (strcmp(t->codes[i].system, list) == 0 && kp_in_period(t->codes[i].from, t->codes[i].to, exam))
            return true;
    return false;
}

/* Returns whether the item's list has codes on a day on which the item exists. */
static bool has_codes_on(const struct kp_tables *t, const struct kp_item *item, struct kp_date day)
{
    return !kp_in_period(item->valid_from, item->valid_to, day) ||
           kp_item_list_unknown(t, item, day) != list_has_codes(t, kp_item_list(t, item, day), day);
}

/* Returns whether the item has codes on the day before or after (days: -1, 1) an end of the code's period. */
static bool has_codes_beside(const struct kp_tables *t, const struct kp_item *item,
                             const struct kp_code_row *code, struct kp_date end, int days)
{
    return !kp_date_is_set(end) || strcmp(kp_item_list(t, item, end), code->system) != 0 ||
           has_codes_on(t, item, kp_date_from_days(kp_date_days(end) + days));
}

/* Whether the list has codes can only change where a period begins or ends. */
static enum kp_status check_item(const struct kp_tablefile *f, const struct kp_tables *t,
                                 const struct kp_item *item)
{
    bool sound = has_codes_on(t, item, FIRST_DAY) && has_codes_on(t, item, LAST_DAY) &&
                 (!kp_date_is_set(item->valid_from) || has_codes_on(t, item, item->valid_from)) &&
                 (!kp_date_is_set(item->valid_to) || has_codes_on(t, item, item->valid_to));
    for (size_t i = 0; i < t->n_codes && sound; i++)
        sound = has_codes_beside(t, item, &t->codes[i], t->codes[i].from, -1) &&
                has_codes_beside(t, item, &t->codes[i], t->codes[i].to, 1);
    for (size_t i = 0; i < t->n_periods && sound; i++)
        sound = t->periods[i].item != item || !kp_date_is_set(t->periods[i].from) ||
                has_codes_on(t, item, t->periods[i].from);
    return sound ? KP_OK
                 : kp_table_bad(f, KP_HEADER_ROW, "some day lacks codes for the code system of item",
                                item->code);
}

enum kp_status kp_periods_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "item_periods.csv", "item_code valid_from valid_to code_system same_words",
                             sizeof(struct kp_item_period)));
    struct kp_item_period *periods = f->rows;
    tables->periods = periods;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        KP_TRY(read_period(f, tables, i, &periods[i]));
        tables->n_periods++;
    }
    for (size_t i = 0; i < tables->n_items; i++)
        if (*tables->items[i].code_system)
            KP_TRY(check_item(f, tables, &tables->items[i]));
    return KP_OK;
}

/* --- use --- */

/* Returns the code of a spelling or a sentence in a list, which is the item's own or that of other days. */
static const char *code_in(const struct kp_tables *t, const struct kp_item *item, const char *list,
                           const char *value_key)
{
    const char *code = kp_code_of(t, list, value_key);
    bool own = strcmp(list, item->code_system) == 0;
    return code ? code : kp_answer_code(t, own ? item->code : "", list, value_key);
}

const char *kp_item_list(const struct kp_tables *tables, const struct kp_item *item, struct kp_date exam)
{
    const struct kp_item_period *p = period_of(tables, item, exam);
    return p ? p->code_system : item->code_system;
}

bool kp_item_list_unknown(const struct kp_tables *tables, const struct kp_item *item, struct kp_date exam)
{
    const struct kp_item_period *p = period_of(tables, item, exam);
    return p && p->codes_unknown;
}

/* In a list of earlier days, digits are its codes and nothing else. */
const char *kp_item_code(const struct kp_tables *tables, const struct kp_item *item, struct kp_date exam,
                         const char *value_key)
{
    const struct kp_item_period *p = period_of(tables, item, exam);
    const char *list = p ? p->code_system : item->code_system;
    const char *code = code_in(tables, item, list, value_key);
    bool digits = kp_all_digits(value_key);
    if (p && !code && !digits) {
        const char *own = code_in(tables, item, item->code_system, value_key);
        code = own ? same_code(tables, p, own) : NULL;
    }
    if (!code || !kp_code_display(tables, list, code, exam) || (p && digits && strcmp(code, value_key) != 0))
        return NULL;
    return code;
}

/* Digits are codes and no spellings. */
static bool list_reads(const struct kp_tables *tables, const struct kp_item *item, const char *list,
                       const char *value_key, const char *code)
{
    const char *read =
        kp_all_digits(value_key) && !kp_code_display(tables, list, value_key, (struct kp_date){0})
            ? NULL
            : code_in(tables, item, list, value_key);
    return read && (!code || strcmp(read, code) == 0);
}

bool kp_item_code_ever(const struct kp_tables *tables, const struct kp_item *item, const char *value_key,
                       const char *code)
{
    bool found = list_reads(tables, item, item->code_system, value_key, code);
    for (size_t i = 0; i < tables->n_periods && !found; i++)
        found = tables->periods[i].item == item &&
                list_reads(tables, item, tables->periods[i].code_system, value_key, code);
    return found;
}
