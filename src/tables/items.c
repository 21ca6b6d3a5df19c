#include "tables/items.h"

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "tables/tablefile.h"

const char *const kp_type_names[] = {"PQ", "CD", "CO", "ST", NULL};
const char *const kp_scope_names[] = {"duty", "form", "other", NULL};
static const char *const ZERO_NAMES[] = {"", "yes", "signed", NULL};
static const char *const SEVERAL_NAMES[] = {"", "join", "positive", NULL};

#define COLUMNS                                                                                              \
    "item_code name value_type format unit code_system group_id group_relation depends_on method_code "      \
    "author_item input_min input_max scope section order several category_name tokutei_need osh_need "       \
    "valid_from valid_to zero notice"
enum { CODE, NAME, TYPE, FORMAT, UNIT, SYSTEM, GROUP, RELATION, DEPENDS, METHOD };
enum { AUTHOR = METHOD + 1, MIN, MAX, SCOPE, SECTION, ORDER, SEVERAL, CATEGORY, TOKUTEI, OSH, VALID_FROM };
enum { VALID_TO = VALID_FROM + 1, ZERO, NOTICE };

static enum kp_status read_need(const struct kp_tablefile *f, size_t row, size_t column, char *ret_need)
{
    static const char needs[] = "01234567ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *need = kp_cell(f, row, column);
    if (strlen(need) != 1 || !strchr(needs, *need))
        return kp_table_bad(f, row, "a need is a digit or the letter of a group, not", need);
    *ret_need = *need;
    return KP_OK;
}

static enum kp_status read_group(const struct kp_tablefile *f, size_t row, struct kp_item *item)
{
    const char *relation = kp_cell(f, row, RELATION);
    if (!kp_list_has("COMP RSON RSON1", relation) && *relation)
        return kp_table_bad(f, row, "unknown group relation", relation);
    if (*relation)
        item->relation = relation[0] == 'R' ? KP_REL_RSON : KP_REL_COMP;
    if (!kp_list_has("01010 01990", item->section))
        return kp_table_bad(f, row, "unknown section", item->section);
    if ((item->relation == KP_REL_NONE) != (item->group_id[0] == '\0'))
        return kp_table_bad(f, row, "group_id and group_relation go together:", item->code);
    return KP_OK;
}

static enum kp_status read_several(const struct kp_tablefile *f, size_t row, struct kp_item *item)
{
    const char *text = kp_cell(f, row, SEVERAL);
    size_t several = 0;
    if (!kp_name_find(SEVERAL_NAMES, text, &several) ||
        (several == KP_SEVERAL_JOIN && item->type != KP_TYPE_ST) ||
        (several == KP_SEVERAL_POSITIVE && !*item->code_system))
        return kp_table_bad(f, row, "several is join (ST), positive (codes) or empty, not", text);
    item->several = (enum kp_several)several;
    return KP_OK;
}

static enum kp_status read_zero(const struct kp_tablefile *f, size_t row, struct kp_item *item)
{
    const char *text = kp_cell(f, row, ZERO);
    size_t zero = 0;
    if (!kp_name_find(ZERO_NAMES, text, &zero) || (zero && item->type != KP_TYPE_PQ))
        return kp_table_bad(f, row, "zero is yes or signed (PQ) or empty, not", text);
    item->zero = (enum kp_zero)zero;
    return KP_OK;
}

static enum kp_status read_format(const struct kp_tablefile *f, size_t row, struct kp_item *item)
{
    const char *format = item->format;
    if (item->type == KP_TYPE_ST) {
        if (!kp_all_digits(format) || strlen(format) > 4)
            return kp_table_bad(f, row, "an ST format is a number of bytes, not", format);
        item->max_bytes = (unsigned)strtoul(format, NULL, 10);
        return KP_OK;
    }
    size_t whole = strspn(format, "N");
    size_t decimals = format[whole] == '.' ? strspn(format + whole + 1, "N") : 0;
    if (whole == 0 || strlen(format) != whole + (decimals ? decimals + 1 : 0) || whole + decimals > 12)
        return kp_table_bad(f, row, "not a number format:", format);
    item->integer_digits = (unsigned)whole;
    item->decimals = (unsigned)decimals;
    return KP_OK;
}

static enum kp_status read_range(const struct kp_tablefile *f, size_t row, struct kp_item *item)
{
    item->has_range = *kp_cell(f, row, MIN) || *kp_cell(f, row, MAX);
    if (item->has_range && !kp_cell_range(f, row, MIN, &item->min, &item->max))
        return kp_table_bad(f, row, "input_min and input_max are not a range in", item->code);
    return KP_OK;
}

static enum kp_status read_item(const struct kp_tablefile *f, size_t row, struct kp_item *item)
{
    size_t type = 0, scope = 0;
    *item = (struct kp_item){.code = kp_cell(f, row, CODE),
                             .name = kp_cell(f, row, NAME),
                             .category = kp_cell(f, row, CATEGORY),
                             .unit = kp_cell(f, row, UNIT),
                             .code_system = kp_cell(f, row, SYSTEM),
                             .group_id = kp_cell(f, row, GROUP),
                             .method_code = kp_cell(f, row, METHOD),
                             .section = kp_cell(f, row, SECTION),
                             .format = kp_cell(f, row, FORMAT),
                             .depends_on = -1,
                             .text_item = -1,
                             .author_item = -1,
                             .reason_item = -1};
    item->label = kp_arena_printf(f->arena, "%s %s", item->code, item->name);
    if (!item->label)
        return kp_tablefile_no_memory(f);
    KP_TRY(read_need(f, row, TOKUTEI, &item->tokutei_need));
    KP_TRY(read_need(f, row, OSH, &item->osh_need));
    if (strlen(item->code) != KP_ITEM_CODE_LENGTH)
        return kp_table_bad(f, row, "an item code has 17 characters, not", item->code);
    if (!kp_name_find(kp_type_names, kp_cell(f, row, TYPE), &type))
        return kp_table_bad(f, row, "unknown value type", kp_cell(f, row, TYPE));
    if (!kp_name_find(kp_scope_names, kp_cell(f, row, SCOPE), &scope))
        return kp_table_bad(f, row, "unknown scope", kp_cell(f, row, SCOPE));
    item->type = (enum kp_value_type)type;
    item->scope = (enum kp_scope)scope;
    if ((item->type == KP_TYPE_CD || item->type == KP_TYPE_CO) != (item->code_system[0] != '\0'))
        return kp_table_bad(f, row, "CD and CO have a code system, PQ and ST none:", item->code);
    KP_TRY(kp_cell_period(f, row, VALID_FROM, &item->valid_from, &item->valid_to));
    item->notice = *kp_cell(f, row, NOTICE) != '\0';
    if (item->notice && (item->scope != KP_SCOPE_OTHER || strcmp(kp_cell(f, row, NOTICE), "1") != 0))
        return kp_table_bad(f, row, "notice is 1, for an item of scope other, or empty:", item->code);
    KP_TRY(read_group(f, row, item));
    KP_TRY(read_several(f, row, item));
    KP_TRY(read_zero(f, row, item));
    KP_TRY(read_format(f, row, item));
    return read_range(f, row, item);
}

static enum kp_status link_item(const struct kp_tablefile *f, const struct kp_tables *tables, size_t row,
                                size_t column, int *ret_index)
{
    const char *code = kp_cell(f, row, column);
    uint32_t index = 0;
    if (!*code)
        return KP_OK;
    if (!kp_map_get(&tables->item_by_code, code, &index))
        return kp_table_bad(f, row, "refers to an unknown item:", code);
    *ret_index = (int)index;
    return KP_OK;
}

/* Resolves the references of an item and records them at the items they refer to. */
static enum kp_status link_items(const struct kp_tablefile *f, const struct kp_tables *tables, size_t row,
                                 struct kp_item *items)
{
    struct kp_item *item = &items[row];
    KP_TRY(link_item(f, tables, row, DEPENDS, &item->depends_on));
    KP_TRY(link_item(f, tables, row, AUTHOR, &item->author_item));
    if (item->depends_on >= 0 && item->type == KP_TYPE_ST && items[item->depends_on].text_item < 0)
        items[item->depends_on].text_item = (int)row;
    for (size_t i = 0; item->relation == KP_REL_RSON && item->type == KP_TYPE_ST && i < row; i++)
        if (items[i].relation == KP_REL_RSON && strcmp(items[i].group_id, item->group_id) == 0)
            items[i].reason_item = (int)row; /* 対象者 precedes 実施理由 */
    if (item->author_item >= 0)
        items[item->author_item].is_author = true;
    return KP_OK;
}

static bool are_alternatives(const struct kp_item *a, const struct kp_item *b)
{
    return (a->tokutei_need >= 'A' && a->tokutei_need == b->tokutei_need) ||
           (a->osh_need >= 'A' && a->osh_need == b->osh_need);
}

static bool are_one_test(const struct kp_item *a, const struct kp_item *b)
{
    return a->type != KP_TYPE_ST && a->type == b->type && strcmp(a->name, b->name) == 0;
}

static void find_rivals(struct kp_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[i].test = (unsigned)i;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            const bool one_test = are_one_test(&items[i], &items[k]);
            if (one_test)
                items[k].test = items[i].test;
            if (one_test || are_alternatives(&items[i], &items[k]))
                items[i].has_rivals = items[k].has_rivals = true;
        }
}

static int compare_codes(const void *a, const void *b)
{
    return strcmp((*(const struct kp_item *const *)a)->code, (*(const struct kp_item *const *)b)->code);
}

/* Returns the first eight bytes as a number that sorts as they do. */
static uint64_t begin_of(const char *code, size_t n)
{
    return bswap_64(kp_begin(code, n));
}

static bool is_rson(const struct kp_item *item)
{
    return item->relation == KP_REL_RSON;
}

static bool is_needed(const struct kp_item *item)
{
    return item->tokutei_need == '1' || item->tokutei_need >= 'A';
}

static bool is_text(const struct kp_item *item)
{
    return item->type == KP_TYPE_ST && !item->is_author;
}

static bool has_rivals(const struct kp_item *item)
{
    return item->has_rivals;
}

/* Checks of each record look at few items: a list of them saves the look at all. Returns NULL if memory is
 * short. */
static const struct kp_item **list_of(const struct kp_tablefile *f, const struct kp_item *items, size_t n,
                                      bool (*belongs)(const struct kp_item *item))
{
    const struct kp_item **list = kp_arena_alloc(f->arena, (n + 1) * sizeof(*list));
    for (size_t i = 0, k = 0; list && i < n; i++)
        if (belongs(&items[i]))
            list[k++] = &items[i];
    return list;
}

enum kp_status kp_items_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "items.csv", COLUMNS, sizeof(struct kp_item)));
    size_t n = f->sheet.n_rows;
    struct kp_item *items = f->rows;
    unsigned long last = 0;
    for (size_t i = 0; i < n; i++) {
        KP_TRY(read_item(f, i, &items[i]));
        unsigned long order = strtoul(kp_cell(f, i, ORDER), NULL, 10);
        if (order <= last)
            return kp_table_bad(f, i, "order must ascend at", items[i].code);
        last = order;
        enum kp_map_put put = kp_map_put(&tables->item_by_code, f->arena, items[i].code, (uint32_t)i);
        if (put == KP_MAP_EXISTED)
            return kp_table_bad(f, i, "item stands twice:", items[i].code);
        if (put == KP_MAP_NO_MEMORY)
            return kp_tablefile_no_memory(f);
    }
    for (size_t i = 0; i < n; i++)
        KP_TRY(link_items(f, tables, i, items));
    find_rivals(items, n);
    tables->items_sorted = kp_arena_alloc(f->arena, n * sizeof(*tables->items_sorted));
    tables->items_begin = kp_arena_alloc(f->arena, n * sizeof(*tables->items_begin));
    if (!tables->items_sorted || !tables->items_begin)
        return kp_tablefile_no_memory(f);
    for (size_t i = 0; i < n; i++)
        tables->items_sorted[i] = &items[i];
    qsort(tables->items_sorted, n, sizeof(*tables->items_sorted), compare_codes);
    for (size_t i = 0; i < n; i++)
        tables->items_begin[i] = begin_of(tables->items_sorted[i]->code, KP_ITEM_CODE_LENGTH);
    tables->items = items;
    tables->n_items = n;
    tables->items_rson = list_of(f, items, n, is_rson);
    tables->items_needed = list_of(f, items, n, is_needed);
    tables->items_text = list_of(f, items, n, is_text);
    tables->items_rivals = list_of(f, items, n, has_rivals);
    while (tables->items_rivals && tables->items_rivals[tables->n_rivals])
        tables->n_rivals++;
    bool all = tables->items_rson && tables->items_needed && tables->items_text && tables->items_rivals;
    return all ? KP_OK : kp_tablefile_no_memory(f);
}

const struct kp_item *kp_item_find(const struct kp_tables *tables, const char *code)
{
    uint32_t index = 0;
    return kp_map_get(&tables->item_by_code, code, &index) ? &tables->items[index] : NULL;
}

struct kp_prefix kp_prefix_of(const struct kp_tables *tables, const char *prefix)
{
    struct kp_prefix p = {.tables = tables, .text = prefix, .n = strlen(prefix)};
    const uint64_t begin = begin_of(prefix, p.n);
    for (size_t step = tables->n_items; step > 0;) { /* the first code that does not begin with less */
        const size_t half = step / 2;
        const bool less = tables->items_begin[p.at + half] < begin;
        p.at += less ? half + 1 : 0;
        step = less ? step - half - 1 : half;
    }
    while (p.n > sizeof(begin) && p.at < tables->n_items &&
           strncmp(tables->items_sorted[p.at]->code, prefix, p.n) < 0)
        p.at++;
    return p;
}

const struct kp_item *kp_prefix_next(struct kp_prefix *p)
{
    const struct kp_item *item = p->at < p->tables->n_items ? p->tables->items_sorted[p->at++] : NULL;
    return item && strncmp(item->code, p->text, p->n) == 0 ? item : NULL;
}

bool kp_item_on(const struct kp_item *item, struct kp_date exam)
{
    return !kp_date_is_set(exam) || kp_in_period(item->valid_from, item->valid_to, exam);
}

bool kp_items_have(const struct kp_tables *tables, const char *prefix, size_t n, const char *unit)
{
    for (size_t i = 0; i < tables->n_items; i++)
        if (strncmp(tables->items[i].code, prefix, n) == 0 &&
            (!unit || strcmp(tables->items[i].unit, unit) == 0))
            return true;
    return false;
}

char kp_limit_mark(const struct kp_item *item, struct kp_decimal number)
{
    if (!item->has_range)
        return 0;
    if (kp_decimal_compare(number, item->min) <= 0)
        return 'L';
    return kp_decimal_compare(number, item->max) >= 0 ? 'H' : 0;
}

bool kp_item_may_be_detailed(const struct kp_item *item)
{
    return item->tokutei_need == '2';
}
