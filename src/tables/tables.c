#include "tables/tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/status.h"
#include "base/suggest.h"
#include "format/sheet.h"

const char *const kp_route_names[] = {"elderly_act", "health_act", "consent", NULL};
const char *const kp_band_names[] = {"under40", "40to74", "75plus", NULL};
const char *const kp_scope_names[] = {"duty", "form", "other", NULL};
const char *const kp_type_names[] = {"PQ", "CD", "CO", "ST", NULL};

static const char *const FIELD_NAMES[] = {
    [KP_F_EMPLOYEE_ID] = "employee_id",
    [KP_F_INSURER_NUMBER] = "insurer_number",
    [KP_F_INSURED_SYMBOL] = "insured_symbol",
    [KP_F_INSURED_NUMBER] = "insured_number",
    [KP_F_INSURED_BRANCH] = "insured_branch",
    [KP_F_QUALIFICATION] = "qualification",
    [KP_F_MEMBER_FROM] = "member_from",
    [KP_F_MEMBER_TO] = "member_to",
    [KP_F_NAME_KANA] = "name_kana",
    [KP_F_NAME] = "name",
    [KP_F_SEX] = "sex",
    [KP_F_BIRTH_DATE] = "birth_date",
    [KP_F_POSTAL_CODE] = "postal_code",
    [KP_F_ADDRESS] = "address",
    [KP_F_EXAM_DATE] = "exam_date",
    [KP_F_FACILITY_NUMBER] = "facility_number",
    [KP_F_FACILITY_NAME] = "facility_name",
    [KP_F_FACILITY_POSTAL_CODE] = "facility_postal_code",
    [KP_F_FACILITY_ADDRESS] = "facility_address",
    [KP_F_FACILITY_PHONE] = "facility_phone",
    [KP_F_TICKET_NUMBER] = "ticket_number",
    [KP_F_TICKET_EXPIRES] = "ticket_expires",
    [KP_F_REPORT_CATEGORY] = "report_category",
    [KP_F_PROGRAMME] = "programme",
    [KP_F_FASTING] = "fasting",
    NULL,
};
_Static_assert(KP_COUNT(FIELD_NAMES) - 1 == KP_F__COUNT, "a name for every field");

const char *kp_field_name(enum kp_field field)
{
    return FIELD_NAMES[field];
}

bool kp_field_find(const char *name, enum kp_field *ret_field)
{
    size_t i = 0;
    if (!kp_name_find(FIELD_NAMES, name, &i))
        return false;
    *ret_field = (enum kp_field)i;
    return true;
}

/* --- reading one table --- */

enum { MAX_COLUMNS = 24, TABLE_MAX_BYTES = 16 << 20 };

struct loader {
    struct kp_arena *arena;
    const struct kp_io *io;
    struct kp_diag *diag;
    const char *folder;
    struct kp_sha256 *sha;
    struct kp_tables *tables;
    const char *file; /* being read */
    struct kp_sheet sheet;
    struct kp_sheet schemes; /* kept, because its choices are checked when the bases are known */
    size_t column[MAX_COLUMNS];
};

#define HEADER_ROW (SIZE_MAX / 2)

static enum kp_status bad(struct loader *l, size_t row, const char *what, const char *value)
{
    char *text = kp_arena_printf(l->arena, "%s '%s'", what, value);
    uint64_t line = row == HEADER_ROW ? 1 : l->sheet.bad_line;
    if (row < l->sheet.n_rows)
        line = l->sheet.rows[row].line;
    return kp_fail(l->diag, KP_E_USAGE, KP_K_TABLE_BAD, kp_at(l->file, line), text ? text : what);
}

static enum kp_status read_bytes(struct loader *l, const char *name, const char **ret_bytes, size_t *ret_n)
{
    if (!l->folder) {
        const struct kp_embedded *file = kp_embedded_find(name);
        if (!file)
            return KP_E_SYSTEM;
        *ret_bytes = file->bytes;
        *ret_n = (size_t)(file->end - file->bytes);
        return KP_OK;
    }
    char *path = kp_arena_printf(l->arena, "%s/%s", l->folder, name);
    if (!path)
        return KP_E_SYSTEM;
    if (kp_read_file(l->io, path, TABLE_MAX_BYTES, l->arena, ret_bytes, ret_n) != KP_OK)
        return kp_fail(l->diag, KP_E_USAGE, KP_K_TABLE_UNREADABLE, kp_in(path), name, strerror(errno));
    return KP_OK;
}

/* Reads the table and finds the named columns, which are then reached with cell(). */
static enum kp_status open_table(struct loader *l, const char *name, const char *const *columns, size_t n)
{
    const char *bytes = NULL;
    size_t size = 0;
    l->file = name;
    enum kp_status st = read_bytes(l, name, &bytes, &size);
    if (st == KP_OK)
        st = kp_sha256_add(l->sha, name, strlen(name) + 1);
    if (st == KP_OK)
        st = kp_sha256_add(l->sha, bytes, size);
    if (st != KP_OK)
        return st;
    st = kp_sheet_read(&l->sheet, l->arena, NULL, bytes, size);
    if (st != KP_OK)
        return st == KP_E_INPUT ? bad(l, SIZE_MAX, "not a CSV table:", name) : st;
    for (size_t i = 0; i < n; i++)
        if (!kp_sheet_column(&l->sheet, columns[i], &l->column[i]))
            return bad(l, HEADER_ROW, "missing column", columns[i]);
    for (size_t i = 0; i < l->sheet.n_rows; i++)
        if (l->sheet.rows[i].n_cells != l->sheet.n_columns)
            return bad(l, i, "wrong number of fields in the row of", l->sheet.rows[i].cells[0]);
    return KP_OK;
}

static const char *cell(const struct loader *l, size_t row, size_t column)
{
    return l->sheet.rows[row].cells[l->column[column]];
}

static bool is_number(const char *s, size_t min_digits, size_t max_digits)
{
    size_t n = strspn(s, "0123456789");
    return s[n] == '\0' && n >= min_digits && n <= max_digits;
}

/* --- items.csv --- */

enum {
    I_CODE,
    I_NAME,
    I_TYPE,
    I_FORMAT,
    I_UNIT,
    I_SYSTEM,
    I_GROUP,
    I_RELATION,
    I_DEPENDS,
    I_METHOD,
    I_AUTHOR,
    I_MIN,
    I_MAX,
    I_SCOPE,
    I_SECTION,
    I_ORDER,
    I_SEVERAL,
    I_CATEGORY,
    I_TOKUTEI,
    I_OSH
};

#define NEEDS "01234567ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const char *const SEVERAL_NAMES[] = {"", "join", "positive", NULL};

static enum kp_status read_format(struct loader *l, size_t row, struct kp_item *item)
{
    const char *format = item->format;
    if (item->type == KP_TYPE_ST) {
        if (!is_number(format, 1, 4))
            return bad(l, row, "an ST format is a number of bytes, not", format);
        item->max_bytes = (unsigned)strtoul(format, NULL, 10);
        return KP_OK;
    }
    size_t whole = strspn(format, "N");
    size_t decimals = format[whole] == '.' ? strspn(format + whole + 1, "N") : 0;
    if (whole == 0 || strlen(format) != whole + (decimals ? decimals + 1 : 0) || whole + decimals > 12)
        return bad(l, row, "not a number format:", format);
    item->integer_digits = (unsigned)whole;
    item->decimals = (unsigned)decimals;
    return KP_OK;
}

static enum kp_status read_range(struct loader *l, size_t row, struct kp_item *item)
{
    const char *min = cell(l, row, I_MIN), *max = cell(l, row, I_MAX);
    item->has_range = *min || *max;
    if (!item->has_range)
        return KP_OK;
    if (!kp_decimal_parse(min, strlen(min), &item->min) || !kp_decimal_parse(max, strlen(max), &item->max) ||
        kp_decimal_compare(item->min, item->max) >= 0)
        return bad(l, row, "input_min and input_max are not a range in", item->code);
    return KP_OK;
}

static enum kp_status read_item(struct loader *l, size_t row, struct kp_item *item)
{
    *item = (struct kp_item){.code = cell(l, row, I_CODE),
                             .name = cell(l, row, I_NAME),
                             .category = cell(l, row, I_CATEGORY),
                             .unit = cell(l, row, I_UNIT),
                             .code_system = cell(l, row, I_SYSTEM),
                             .group_id = cell(l, row, I_GROUP),
                             .method_code = cell(l, row, I_METHOD),
                             .section = cell(l, row, I_SECTION),
                             .format = cell(l, row, I_FORMAT),
                             .depends_on = -1,
                             .text_item = -1,
                             .author_item = -1};
    size_t type = 0, scope = 0;
    item->label = kp_arena_printf(l->arena, "%s %s", item->code, item->name);
    if (!item->label)
        return KP_E_SYSTEM;
    const char *needs[] = {cell(l, row, I_TOKUTEI), cell(l, row, I_OSH)};
    for (size_t i = 0; i < KP_COUNT(needs); i++)
        if (strlen(needs[i]) != 1 || !strchr(NEEDS, *needs[i]))
            return bad(l, row, "a need is a digit or the letter of a group, not", needs[i]);
    item->tokutei_need = *needs[0];
    item->osh_need = *needs[1];
    if (strlen(item->code) != 17)
        return bad(l, row, "an item code has 17 characters, not", item->code);
    if (!kp_name_find(kp_type_names, cell(l, row, I_TYPE), &type))
        return bad(l, row, "unknown value type", cell(l, row, I_TYPE));
    if (!kp_name_find(kp_scope_names, cell(l, row, I_SCOPE), &scope))
        return bad(l, row, "unknown scope", cell(l, row, I_SCOPE));
    item->type = (enum kp_value_type)type;
    item->scope = (enum kp_scope)scope;
    bool coded = item->type == KP_TYPE_CD || item->type == KP_TYPE_CO;
    if (coded != (item->code_system[0] != '\0'))
        return bad(l, row, "CD and CO have a code system, PQ and ST none:", item->code);
    const char *relation = cell(l, row, I_RELATION);
    if (!kp_list_has("COMP RSON RSON1", relation) && *relation)
        return bad(l, row, "unknown group relation", relation);
    if (*relation)
        item->relation = relation[0] == 'R' ? KP_REL_RSON : KP_REL_COMP;
    if (!kp_list_has("01010 01990", item->section))
        return bad(l, row, "unknown section", item->section);
    if ((item->relation == KP_REL_NONE) != (item->group_id[0] == '\0'))
        return bad(l, row, "group_id and group_relation go together:", item->code);
    size_t several = 0;
    if (!kp_name_find(SEVERAL_NAMES, cell(l, row, I_SEVERAL), &several) ||
        (several == KP_SEVERAL_JOIN && item->type != KP_TYPE_ST) ||
        (several == KP_SEVERAL_POSITIVE && !coded))
        return bad(l, row, "several is join (ST), positive (codes) or empty, not", cell(l, row, I_SEVERAL));
    item->several = (enum kp_several)several;
    enum kp_status st = read_format(l, row, item);
    return st == KP_OK ? read_range(l, row, item) : st;
}

static enum kp_status link_item(struct loader *l, size_t row, struct kp_item *items, const char *code,
                                int *ret_index)
{
    uint32_t index = 0;
    if (!*code)
        return KP_OK;
    if (!kp_map_get(&l->tables->item_by_code, code, &index))
        return bad(l, row, "refers to an unknown item:", code);
    *ret_index = (int)index;
    if (ret_index == &items[row].author_item)
        items[index].is_author = true;
    else if (items[row].type == KP_TYPE_ST && items[index].text_item < 0)
        items[index].text_item = (int)row;
    return KP_OK;
}

static bool are_rivals(const struct kp_item *a, const struct kp_item *b)
{
    bool letter = (a->tokutei_need >= 'A' && a->tokutei_need == b->tokutei_need) ||
                  (a->osh_need >= 'A' && a->osh_need == b->osh_need);
    return letter || (a->type != KP_TYPE_ST && a->type == b->type && strcmp(a->name, b->name) == 0);
}

static void find_rivals(struct kp_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (are_rivals(&items[i], &items[k]))
                items[i].has_rivals = items[k].has_rivals = true;
}

static enum kp_status load_items(struct loader *l)
{
    static const char *const columns[] = {"item_code",  "name",          "value_type",   "format",
                                          "unit",       "code_system",   "group_id",     "group_relation",
                                          "depends_on", "method_code",   "author_item",  "input_min",
                                          "input_max",  "scope",         "section",      "order",
                                          "several",    "category_name", "tokutei_need", "osh_need"};
    KP_TRY(open_table(l, "items.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_item *items = kp_arena_alloc(l->arena, n * sizeof(*items));
    if (!items)
        return KP_E_SYSTEM;
    unsigned long last = 0;
    for (size_t i = 0; i < n; i++) {
        KP_TRY(read_item(l, i, &items[i]));
        unsigned long order = strtoul(cell(l, i, I_ORDER), NULL, 10);
        if (order <= last)
            return bad(l, i, "order must ascend at", items[i].code);
        last = order;
        enum kp_map_put put = kp_map_put(&l->tables->item_by_code, l->arena, items[i].code, (uint32_t)i);
        if (put != KP_MAP_ADDED)
            return put == KP_MAP_EXISTED ? bad(l, i, "item stands twice:", items[i].code) : KP_E_SYSTEM;
    }
    for (size_t i = 0; i < n; i++) {
        KP_TRY(link_item(l, i, items, cell(l, i, I_DEPENDS), &items[i].depends_on));
        KP_TRY(link_item(l, i, items, cell(l, i, I_AUTHOR), &items[i].author_item));
    }
    find_rivals(items, n);
    l->tables->items = items;
    l->tables->n_items = n;
    return KP_OK;
}

/* --- code_systems.csv and values.csv: one lookup for codes, displays and variants --- */

struct texts {
    const char **at;
    size_t n, cap;
};

static enum kp_status add_value(struct loader *l, size_t row, struct texts *texts, const char *system,
                                const char *variant, const char *code)
{
    char *key = kp_text_value_key(l->arena, variant);
    char *full = key ? kp_arena_printf(l->arena, "%s\x1f%s", system, key) : NULL;
    uint32_t old = 0;
    if (!full)
        return KP_E_SYSTEM;
    if (kp_map_get(&l->tables->value_code, full, &old))
        return strcmp(texts->at[old], code) == 0 ? KP_OK : bad(l, row, "stands for two codes:", variant);
    if (texts->n == texts->cap)
        return KP_E_SYSTEM;
    texts->at[texts->n] = code;
    return kp_map_put(&l->tables->value_code, l->arena, full, (uint32_t)texts->n++) == KP_MAP_ADDED
               ? KP_OK
               : KP_E_SYSTEM;
}

/* A display such as "1" for code 2 may collide with a code; the code wins, so displays come last and softly.
 */
static bool display_is_free(struct loader *l, const char *system, const char *display)
{
    uint32_t old = 0;
    char *key = kp_text_value_key(l->arena, display);
    char *full = key ? kp_arena_printf(l->arena, "%s\x1f%s", system, key) : NULL;
    return full && !kp_map_get(&l->tables->value_code, full, &old);
}

static enum kp_status check_systems(struct loader *l)
{
    const struct kp_tables *t = l->tables;
    for (size_t i = 0; i < t->n_items; i++) {
        bool found = !*t->items[i].code_system;
        for (size_t k = 0; k < t->n_codes && !found; k++)
            found = strcmp(t->codes[k].system, t->items[i].code_system) == 0;
        if (!found)
            return bad(l, HEADER_ROW, "no codes for the code system of item", t->items[i].code);
    }
    return KP_OK;
}

static enum kp_status load_codes(struct loader *l, struct texts *texts)
{
    static const char *const columns[] = {"code_system", "code", "display"};
    KP_TRY(open_table(l, "code_systems.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_code_row *codes = kp_arena_alloc(l->arena, n * sizeof(*codes));
    texts->cap = 2 * n + 20000;
    texts->at = kp_arena_alloc(l->arena, texts->cap * sizeof(*texts->at));
    if (!codes || !texts->at)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        codes[i] = (struct kp_code_row){cell(l, i, 0), cell(l, i, 1), cell(l, i, 2)};
        if (!*codes[i].system || !is_number(codes[i].code, 1, 5))
            return bad(l, i, "a code has one to five digits, not", codes[i].code);
        for (size_t k = 0; k < i; k++)
            if (strcmp(codes[k].system, codes[i].system) == 0 && strcmp(codes[k].code, codes[i].code) == 0)
                return bad(l, i, "code stands twice:", codes[i].code);
        KP_TRY(add_value(l, i, texts, codes[i].system, codes[i].code, codes[i].code));
    }
    for (size_t i = 0; i < n; i++)
        if (display_is_free(l, codes[i].system, codes[i].display))
            KP_TRY(add_value(l, i, texts, codes[i].system, codes[i].display, codes[i].code));
    l->tables->codes = codes;
    l->tables->n_codes = n;
    return check_systems(l);
}

static enum kp_status load_values(struct loader *l, struct texts *texts)
{
    static const char *const columns[] = {"code_system", "variant", "code"};
    KP_TRY(open_table(l, "values.csv", columns, KP_COUNT(columns)));
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        const char *system = cell(l, i, 0), *code = cell(l, i, 2);
        bool real = strchr(system, '.') != NULL;
        if (real && !kp_code_display(l->tables, system, code))
            return bad(l, i, "the code system does not have code", code);
        KP_TRY(add_value(l, i, texts, system, cell(l, i, 1), code));
    }
    l->tables->code_texts = texts->at;
    return KP_OK;
}

/* --- headers.csv, header_traps.csv, units.csv, conversions.csv, unit_mistakes.csv, prefectures.csv --- */

bool kp_pair_find(const struct kp_tables *tables, const char *name, struct kp_meal_pair *ret_pair)
{
    enum { CODE = 17 };
    char code[CODE + 1] = {0};
    uint32_t fasting = 0, casual = 0;
    if (strlen(name) != 2 * CODE + 1 || name[CODE] != '/')
        return false;
    memcpy(code, name, CODE);
    if (!kp_map_get(&tables->item_by_code, code, &fasting) ||
        !kp_map_get(&tables->item_by_code, name + CODE + 1, &casual))
        return false;
    const struct kp_item *a = &tables->items[fasting], *b = &tables->items[casual];
    if (a == b || a->type != KP_TYPE_PQ || b->type != KP_TYPE_PQ || strcmp(a->unit, b->unit) != 0)
        return false;
    *ret_pair = (struct kp_meal_pair){fasting, casual};
    return true;
}

bool kp_target_find(const struct kp_tables *tables, const char *name, uint32_t *ret_target)
{
    enum kp_field field;
    uint32_t index = 0;
    struct kp_meal_pair pair;
    if (kp_field_find(name, &field)) {
        *ret_target = field;
        return true;
    }
    if (kp_map_get(&tables->item_by_code, name, &index)) {
        *ret_target = KP_TARGET_ITEM + index;
        return true;
    }
    if (!kp_pair_find(tables, name, &pair))
        return false;
    for (uint32_t i = 0; i < tables->n_pairs; i++)
        if (tables->pairs[i].fasting == pair.fasting && tables->pairs[i].casual == pair.casual) {
            *ret_target = KP_TARGET_PAIR + i;
            return true;
        }
    return false;
}

static enum kp_status add_header(struct loader *l, size_t row, const char *header, uint32_t target,
                                 bool may_exist)
{
    char *key = kp_text_header_key(l->arena, header);
    uint32_t old = 0;
    if (!key)
        return KP_E_SYSTEM;
    if (kp_map_get(&l->tables->header_target, key, &old))
        return may_exist || old == target ? KP_OK : bad(l, row, "header has two targets:", header);
    return kp_map_put(&l->tables->header_target, l->arena, key, target) == KP_MAP_ADDED ? KP_OK : KP_E_SYSTEM;
}

/* An item's own name is a header too, unless several items share it or the table calls it ambiguous: 備考 of
 * an export is seldom the 備考 of the standard form. */
static enum kp_status add_item_names(struct loader *l)
{
    const struct kp_tables *t = l->tables;
    for (size_t i = 0; i < t->n_items; i++) {
        char *key = kp_text_header_key(l->arena, t->items[i].name);
        uint32_t hint = 0;
        bool shared = !key || kp_map_get(&t->header_hint, key, &hint);
        for (size_t k = 0; k < t->n_items && !shared; k++)
            shared = k != i && strcmp(t->items[k].name, t->items[i].name) == 0;
        enum kp_status st =
            shared ? KP_OK : add_header(l, 0, t->items[i].name, KP_TARGET_ITEM + (uint32_t)i, true);
        if (st != KP_OK)
            return st;
    }
    return KP_OK;
}

/* The pairs that the table speaks of, each once. */
static enum kp_status collect_pairs(struct loader *l)
{
    struct kp_meal_pair *pairs = kp_arena_alloc(l->arena, l->sheet.n_rows * sizeof(*pairs));
    if (!pairs)
        return KP_E_SYSTEM;
    l->tables->pairs = pairs;
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        uint32_t target = 0;
        if (!kp_target_find(l->tables, cell(l, i, 1), &target) &&
            kp_pair_find(l->tables, cell(l, i, 1), &pairs[l->tables->n_pairs]))
            l->tables->n_pairs++;
    }
    return KP_OK;
}

static enum kp_status load_headers(struct loader *l)
{
    static const char *const columns[] = {"header", "target", "rank"};
    KP_TRY(open_table(l, "headers.csv", columns, KP_COUNT(columns)));
    KP_TRY(collect_pairs(l));
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        uint32_t target = 0;
        if (!kp_target_find(l->tables, cell(l, i, 1), &target))
            return bad(l, i, "unknown target", cell(l, i, 1));
        if (!kp_list_has("1 2", cell(l, i, 2)))
            return bad(l, i, "rank is 1 or 2, not", cell(l, i, 2));
        if (strcmp(cell(l, i, 2), "1") == 0) {
            KP_TRY(add_header(l, i, cell(l, i, 0), target, false));
            continue;
        }
        char *key =
            kp_text_header_key(l->arena, cell(l, i, 0)); /* the first suggestion for a header stands */
        if (!key || kp_map_put(&l->tables->header_hint, l->arena, key, target) == KP_MAP_NO_MEMORY)
            return KP_E_SYSTEM;
    }
    return add_item_names(l);
}

static enum kp_status load_traps(struct loader *l)
{
    static const char *const columns[] = {"word"};
    KP_TRY(open_table(l, "header_traps.csv", columns, KP_COUNT(columns)));
    const char **traps = kp_arena_alloc(l->arena, (l->sheet.n_rows + 1) * sizeof(*traps));
    if (!traps)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        traps[i] = kp_text_header_key(l->arena, cell(l, i, 0));
        if (!traps[i] || !*traps[i])
            return bad(l, i, "a word, not", cell(l, i, 0));
    }
    l->tables->traps = traps;
    l->tables->n_traps = l->sheet.n_rows;
    return KP_OK;
}

static enum kp_status load_conversions(struct loader *l)
{
    static const char *const columns[] = {"from", "to", "analyte", "factor", "offset"};
    KP_TRY(open_table(l, "conversions.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_conversion *rows = kp_arena_alloc(l->arena, (n + 1) * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        struct kp_conversion *c = &rows[i];
        const char *factor = cell(l, i, 3), *offset = cell(l, i, 4);
        *c = (struct kp_conversion){.from = cell(l, i, 0), .to = cell(l, i, 1), .analyte = cell(l, i, 2)};
        bool known = false;
        for (size_t k = 0; k < l->tables->n_items && !known; k++)
            known = strcmp(l->tables->items[k].unit, c->to) == 0 &&
                    strncmp(l->tables->items[k].code, c->analyte, strlen(c->analyte)) == 0;
        if (!known || !*c->from || !*c->to || strcmp(c->from, c->to) == 0 ||
            (*c->analyte && strlen(c->analyte) != 5))
            return bad(l, i, "no item of that analyte has the unit", c->to);
        if (!kp_decimal_parse(factor, strlen(factor), &c->factor) || c->factor.units <= 0 ||
            !kp_decimal_parse(offset, strlen(offset), &c->offset))
            return bad(l, i, "factor and offset are decimals, the factor above 0, not", factor);
        for (size_t k = 0; k < i; k++)
            if (strcmp(rows[k].from, c->from) == 0 && strcmp(rows[k].to, c->to) == 0 &&
                (!*rows[k].analyte || !*c->analyte || strcmp(rows[k].analyte, c->analyte) == 0))
                return bad(l, i, "conversion stands twice:", c->from);
    }
    l->tables->conversions = rows;
    l->tables->n_conversions = n;
    return KP_OK;
}

/* A guess is of use only where the unit, once it is named, can be converted. */
static enum kp_status load_mistakes(struct loader *l)
{
    static const char *const columns[] = {"analyte", "unit", "from", "to"};
    KP_TRY(open_table(l, "unit_mistakes.csv", columns, KP_COUNT(columns)));
    struct kp_unit_mistake *rows = kp_arena_alloc(l->arena, (l->sheet.n_rows + 1) * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        const char *from = cell(l, i, 2), *to = cell(l, i, 3);
        bool known = false;
        rows[i] = (struct kp_unit_mistake){.analyte = cell(l, i, 0), .unit = cell(l, i, 1)};
        for (size_t k = 0; k < l->tables->n_items && !known; k++)
            known = strncmp(l->tables->items[k].code, rows[i].analyte, strlen(rows[i].analyte)) == 0 &&
                    kp_conversion_of(l->tables, &l->tables->items[k], rows[i].unit);
        if (!known || !*rows[i].analyte)
            return bad(l, i, "no item of that analyte can be converted from", rows[i].unit);
        if (!kp_decimal_parse(from, strlen(from), &rows[i].from) ||
            !kp_decimal_parse(to, strlen(to), &rows[i].to) ||
            kp_decimal_compare(rows[i].from, rows[i].to) >= 0)
            return bad(l, i, "from and to are not a range in", rows[i].analyte);
    }
    l->tables->mistakes = rows;
    l->tables->n_mistakes = l->sheet.n_rows;
    return KP_OK;
}

static bool unit_is_known(const struct kp_tables *t, const char *unit)
{
    for (size_t i = 0; i < t->n_items; i++)
        if (strcmp(t->items[i].unit, unit) == 0)
            return true;
    for (size_t i = 0; i < t->n_conversions; i++)
        if (strcmp(t->conversions[i].from, unit) == 0)
            return true;
    return false;
}

static enum kp_status load_units(struct loader *l)
{
    static const char *const columns[] = {"variant", "unit"};
    KP_TRY(open_table(l, "units.csv", columns, KP_COUNT(columns)));
    const char **units = kp_arena_alloc(l->arena, (l->sheet.n_rows + 1) * sizeof(*units));
    if (!units)
        return KP_E_SYSTEM;
    l->tables->unit_texts = units;
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        units[i] = cell(l, i, 1);
        if (!*units[i] || !unit_is_known(l->tables, units[i]))
            return bad(l, i, "no item has the unit, and nothing converts it:", units[i]);
        char *key = kp_text_value_key(l->arena, cell(l, i, 0));
        const char *known = key ? kp_unit_of(l->tables, key) : NULL;
        if (known && strcmp(known, units[i]) != 0)
            return bad(l, i, "spelling has two units:", cell(l, i, 0));
        if (!key || kp_map_put(&l->tables->unit_by_key, l->arena, key, (uint32_t)i) == KP_MAP_NO_MEMORY)
            return KP_E_SYSTEM;
    }
    return KP_OK;
}

static bool begins_an_item(const struct kp_tables *tables, const char *prefix, size_t n)
{
    for (size_t i = 0; i < tables->n_items; i++)
        if (strncmp(tables->items[i].code, prefix, n) == 0)
            return true;
    return false;
}

static enum kp_status load_periodic(struct loader *l)
{
    static const char *const columns[] = {"name", "items", "omit_below", "but_not_at"};
    KP_TRY(open_table(l, "periodic.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_periodic *rows = kp_arena_alloc(l->arena, (n + 1) * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        const char *below = cell(l, i, 2);
        rows[i] =
            (struct kp_periodic){cell(l, i, 0), cell(l, i, 1), (int)strtol(below, NULL, 10), cell(l, i, 3)};
        if (!*rows[i].name || !*rows[i].items)
            return bad(l, i, "a row has a name and items, not", rows[i].name);
        if (!is_number(below, 1, 2) ||
            strspn(rows[i].but_not_at, "0123456789 ") != strlen(rows[i].but_not_at))
            return bad(l, i, "ages are numbers, not", below);
        for (const char *at = rows[i].items; *at; at += strcspn(at, " "), at += *at == ' ')
            if (!begins_an_item(l->tables, at, strcspn(at, " ")))
                return bad(l, i, "no item's code begins so:", at);
    }
    l->tables->periodic = rows;
    l->tables->n_periodic = n;
    return KP_OK;
}

static const char *const LIMIT_NAMES[] = {
    [KP_LIMIT_VISCERAL_FAT] = "visceral_fat",
    [KP_LIMIT_WAIST_MALE] = "waist_male",
    [KP_LIMIT_WAIST_FEMALE] = "waist_female",
    [KP_LIMIT_BMI] = "bmi",
    [KP_LIMIT_SYSTOLIC] = "systolic",
    [KP_LIMIT_DIASTOLIC] = "diastolic",
    [KP_LIMIT_TG] = "triglycerides",
    [KP_LIMIT_CASUAL_TG] = "casual_triglycerides",
    [KP_LIMIT_HDL] = "hdl",
    [KP_LIMIT_METABOLIC_GLUCOSE] = "metabolic_glucose",
    [KP_LIMIT_METABOLIC_HBA1C] = "metabolic_hba1c",
    [KP_LIMIT_GUIDANCE_GLUCOSE] = "guidance_glucose",
    [KP_LIMIT_GUIDANCE_HBA1C] = "guidance_hba1c",
    [KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE] = "guidance_casual_glucose",
    NULL,
};
_Static_assert(KP_COUNT(LIMIT_NAMES) - 1 == KP_LIMIT__COUNT, "a name for every limit");

static bool measures_in(const struct kp_tables *tables, const char *prefix, const char *unit)
{
    for (size_t i = 0; i < tables->n_items; i++)
        if (strncmp(tables->items[i].code, prefix, strlen(prefix)) == 0 &&
            strcmp(tables->items[i].unit, unit) == 0)
            return true;
    return false;
}

static enum kp_status load_limits(struct loader *l)
{
    static const char *const columns[] = {"name", "items", "comparison", "limit", "unit", "ground"};
    KP_TRY(open_table(l, "judgement_limits.csv", columns, KP_COUNT(columns)));
    for (size_t i = 0; i < l->sheet.n_rows; i++) {
        const char *comparison = cell(l, i, 2), *limit = cell(l, i, 3);
        size_t which = 0;
        if (!kp_name_find(LIMIT_NAMES, cell(l, i, 0), &which) || l->tables->limits[which].items)
            return bad(l, i, "no limit of a judgement, or one that stands twice:", cell(l, i, 0));
        struct kp_judgement_limit *row = &l->tables->limits[which];
        *row = (struct kp_judgement_limit){.items = cell(l, i, 1), .below = strcmp(comparison, "<") == 0};
        if (!*row->items || !*cell(l, i, 4) || !measures_in(l->tables, row->items, cell(l, i, 4)))
            return bad(l, i, "no such item is measured in", cell(l, i, 4));
        if (!row->below && strcmp(comparison, ">=") != 0)
            return bad(l, i, "the comparison is >= or <, not", comparison);
        if (!kp_decimal_parse(limit, strlen(limit), &row->limit) || row->limit.units <= 0)
            return bad(l, i, "the limit is a number above 0, not", limit);
    }
    for (size_t i = 0; i < KP_LIMIT__COUNT; i++)
        if (!l->tables->limits[i].items)
            return bad(l, HEADER_ROW, "the table lacks the limit", LIMIT_NAMES[i]);
    return KP_OK;
}

static enum kp_status load_xsd_digests(struct loader *l)
{
    static const char *const columns[] = {"file", "sha256_without_whitespace"};
    KP_TRY(open_table(l, "xsd_digests.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_xsd_digest *digests = kp_arena_alloc(l->arena, (n + 1) * sizeof(*digests));
    if (!digests)
        return KP_E_SYSTEM;
    if (n > KP_MAX_XSD_FILES)
        return bad(l, n - 1, "too many schema files, up to", cell(l, n - 1, 0));
    for (size_t i = 0; i < n; i++) {
        digests[i] = (struct kp_xsd_digest){cell(l, i, 0), cell(l, i, 1)};
        if (!*digests[i].name || strstr(digests[i].name, ".."))
            return bad(l, i, "not the name of a schema file:", digests[i].name);
        if (strlen(digests[i].sha256) != KP_SHA256_HEX ||
            strspn(digests[i].sha256, "0123456789abcdef") != KP_SHA256_HEX)
            return bad(l, i, "not a SHA-256 in lower-case hex:", digests[i].sha256);
    }
    l->tables->xsd_digests = digests;
    l->tables->n_xsd_digests = n;
    return KP_OK;
}

static enum kp_status load_prefectures(struct loader *l)
{
    static const char *const columns[] = {"code", "name"};
    KP_TRY(open_table(l, "prefectures.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_prefecture *rows = kp_arena_alloc(l->arena, (n + 1) * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct kp_prefecture){cell(l, i, 0), cell(l, i, 1)};
        if (!is_number(rows[i].code, 2, 2) || !*rows[i].name)
            return bad(l, i, "a prefecture has two digits and a name, not", rows[i].code);
    }
    l->tables->prefectures = rows;
    l->tables->n_prefectures = n;
    return KP_OK;
}

/* --- the law --- */

static enum kp_status read_period(struct loader *l, size_t row, size_t from, size_t to,
                                  struct kp_date *ret_from, struct kp_date *ret_to)
{
    if (!kp_date_parse_iso(cell(l, row, from), ret_from))
        return bad(l, row, "not a date:", cell(l, row, from));
    if (*cell(l, row, to) && !kp_date_parse_iso(cell(l, row, to), ret_to))
        return bad(l, row, "not a date:", cell(l, row, to));
    if (kp_date_is_set(*ret_to) && kp_date_compare(*ret_to, *ret_from) < 0)
        return bad(l, row, "ends before it begins:", cell(l, row, 0));
    return KP_OK;
}

static bool periods_overlap(struct kp_date from_a, struct kp_date to_a, struct kp_date from_b,
                            struct kp_date to_b)
{
    return (!kp_date_is_set(to_a) || kp_date_compare(from_b, to_a) <= 0) &&
           (!kp_date_is_set(to_b) || kp_date_compare(from_a, to_b) <= 0);
}

static enum kp_status load_schemes(struct loader *l)
{
    static const char *const columns[] = {"prefix", "scheme", "choices", "name_en", "name_ja"};
    KP_TRY(open_table(l, "schemes.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_scheme *schemes = kp_arena_alloc(l->arena, n * sizeof(*schemes));
    if (!schemes)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        schemes[i] =
            (struct kp_scheme){.prefix = cell(l, i, 0), .scheme = cell(l, i, 1), .choices = cell(l, i, 2)};
        schemes[i].name[KP_LANG_EN] = cell(l, i, 3);
        schemes[i].name[KP_LANG_JA] = cell(l, i, 4);
        if (!is_number(schemes[i].prefix, 2, 2))
            return bad(l, i, "a prefix has two digits, not", schemes[i].prefix);
        for (size_t k = 0; k < i; k++)
            if (strcmp(schemes[k].prefix, schemes[i].prefix) == 0)
                return bad(l, i, "prefix stands twice:", schemes[i].prefix);
        if ((strcmp(schemes[i].scheme, KP_SCHEME_AMBIGUOUS) == 0) != (*schemes[i].choices != '\0'))
            return bad(l, i, "choices belong to ambiguous prefixes only:", schemes[i].prefix);
    }
    l->tables->schemes = schemes;
    l->tables->n_schemes = n;
    l->schemes = l->sheet;
    return KP_OK;
}

static bool scheme_is_known(const struct kp_tables *t, const char *scheme)
{
    for (size_t i = 0; i < t->n_schemes; i++)
        if (strcmp(t->schemes[i].scheme, scheme) == 0 || kp_list_has(t->schemes[i].choices, scheme))
            return true;
    return strcmp(scheme, "*") == 0;
}

/* Two rows for one route and scheme must not both apply on a day, and a successor follows without a gap. */
static enum kp_status check_bases(struct loader *l, const struct kp_basis *bases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool later = false, adjoins = false;
        for (size_t k = 0; k < n; k++) {
            if (k == i || bases[k].route != bases[i].route || strcmp(bases[k].scheme, bases[i].scheme) != 0 ||
                !(bases[k].bands & bases[i].bands))
                continue;
            if (periods_overlap(bases[i].from, bases[i].to, bases[k].from, bases[k].to))
                return bad(l, i, "applies on the same days as another row:", bases[i].id);
            if (!kp_date_is_set(bases[i].to) || kp_date_compare(bases[k].from, bases[i].to) < 0)
                continue;
            later = true;
            adjoins |= kp_date_days(bases[k].from) == kp_date_days(bases[i].to) + 1;
        }
        if (later && !adjoins)
            return bad(l, i, "its successor does not begin on the day after it ends:", bases[i].id);
    }
    return KP_OK;
}

/* What an insurer register may choose must lead to a basis, or the choice would hold the record for ever. */
static enum kp_status check_choices(struct loader *l)
{
    const struct kp_tables *t = l->tables;
    l->sheet = l->schemes;
    l->file = "schemes.csv";
    for (size_t i = 0; i < t->n_schemes; i++)
        for (const char *at = t->schemes[i].choices; *at;) {
            size_t n = strcspn(at, " ");
            char *word = kp_arena_strndup(l->arena, at, n);
            bool found = false;
            for (size_t k = 0; word && k < t->n_bases; k++)
                found |= strcmp(t->bases[k].scheme, word) == 0;
            if (!found)
                return bad(l, i, "no basis for the scheme", word ? word : at);
            at += n + (at[n] == ' ');
        }
    return KP_OK;
}

static enum kp_status load_bases(struct loader *l)
{
    static const char *const columns[] = {
        "basis_id",       "route",      "scheme",         "age_band",     "law_ja",    "request_provision",
        "duty_provision", "regulation", "effective_from", "effective_to", "item_scope"};
    KP_TRY(open_table(l, "legal_basis.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_basis *bases = kp_arena_alloc(l->arena, n * sizeof(*bases));
    if (!bases)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        struct kp_basis *b = &bases[i];
        size_t route = 0;
        *b = (struct kp_basis){.id = cell(l, i, 0), .scheme = cell(l, i, 2), .law = cell(l, i, 4)};
        b->request_provision = cell(l, i, 5);
        b->duty_provision = cell(l, i, 6);
        b->regulation = cell(l, i, 7);
        b->allows_requested_items = strcmp(cell(l, i, 10), "duty+requested") == 0;
        if (!kp_list_has("duty duty+requested consented", cell(l, i, 10)))
            return bad(l, i, "unknown item scope", cell(l, i, 10));
        if (!kp_name_find(kp_route_names, cell(l, i, 1), &route))
            return bad(l, i, "unknown route", cell(l, i, 1));
        b->route = (enum kp_route)route;
        if (!kp_list_bits(kp_band_names, cell(l, i, 3), &b->bands))
            return bad(l, i, "unknown age band", cell(l, i, 3));
        if (!scheme_is_known(l->tables, b->scheme))
            return bad(l, i, "unknown scheme", b->scheme);
        KP_TRY(read_period(l, i, 8, 9, &b->from, &b->to));
        for (size_t k = 0; k < i; k++)
            if (strcmp(bases[k].id, b->id) == 0)
                return bad(l, i, "basis stands twice:", b->id);
    }
    l->tables->bases = bases;
    l->tables->n_bases = n;
    KP_TRY(check_bases(l, bases, n));
    return check_choices(l);
}

static enum kp_status load_grounds(struct loader *l)
{
    static const char *const columns[] = {"ground", "provision", "effective_from", "effective_to"};
    KP_TRY(open_table(l, "privacy_grounds.csv", columns, KP_COUNT(columns)));
    size_t n = l->sheet.n_rows;
    struct kp_privacy_ground *grounds = kp_arena_alloc(l->arena, n * sizeof(*grounds));
    if (!grounds)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        grounds[i] = (struct kp_privacy_ground){.ground = cell(l, i, 0), .provision = cell(l, i, 1)};
        KP_TRY(read_period(l, i, 2, 3, &grounds[i].from, &grounds[i].to));
        for (size_t k = 0; k < i; k++)
            if (strcmp(grounds[k].ground, grounds[i].ground) == 0 &&
                periods_overlap(grounds[i].from, grounds[i].to, grounds[k].from, grounds[k].to))
                return bad(l, i, "applies on the same days as another row:", grounds[i].ground);
    }
    l->tables->grounds = grounds;
    l->tables->n_grounds = n;
    return KP_OK;
}

enum kp_status kp_tables_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                              const char *folder, struct kp_diag *diag, struct kp_tables *ret_tables)
{
    enum kp_status st = KP_OK;
    struct kp_tables tables = {.text = text};
    struct texts texts = {0};
    struct loader l = {.arena = arena, .io = io, .diag = diag, .folder = folder, .tables = &tables};
    uint8_t digest[KP_SHA256_BYTES];
    KP_TRY_OUT(kp_sha256_new(&l.sha));
    KP_TRY_OUT(load_items(&l));
    KP_TRY_OUT(load_codes(&l, &texts));
    KP_TRY_OUT(load_values(&l, &texts));
    KP_TRY_OUT(load_headers(&l));
    KP_TRY_OUT(load_traps(&l));
    KP_TRY_OUT(load_conversions(&l));
    KP_TRY_OUT(load_mistakes(&l));
    KP_TRY_OUT(load_units(&l));
    KP_TRY_OUT(load_prefectures(&l));
    KP_TRY_OUT(load_schemes(&l));
    KP_TRY_OUT(load_bases(&l));
    KP_TRY_OUT(load_grounds(&l));
    KP_TRY_OUT(load_xsd_digests(&l));
    KP_TRY_OUT(load_periodic(&l));
    KP_TRY_OUT(load_limits(&l));
    KP_TRY_OUT(kp_sha256_finish(l.sha, digest));
    kp_sha256_hex(digest, tables.sha256);
    *ret_tables = tables;
out:
    kp_sha256_free(l.sha);
    return st;
}

/* --- lookup --- */

const struct kp_item *kp_item_find(const struct kp_tables *tables, const char *code)
{
    uint32_t index = 0;
    return kp_map_get(&tables->item_by_code, code, &index) ? &tables->items[index] : NULL;
}

const struct kp_scheme *kp_scheme_of(const struct kp_tables *tables, const char *insurer_number)
{
    for (size_t i = 0; i < tables->n_schemes; i++)
        if (strncmp(tables->schemes[i].prefix, insurer_number, 2) == 0)
            return &tables->schemes[i];
    return NULL;
}

const char *kp_code_of(const struct kp_tables *tables, const char *system, const char *value_key)
{
    char key[256];
    size_t n = strlen(system), m = strlen(value_key);
    uint32_t index = 0;
    if (n + m + 2 > sizeof(key))
        return NULL;
    memcpy(key, system, n);
    key[n] = '\x1f';
    memcpy(key + n + 1, value_key, m + 1);
    return kp_map_get(&tables->value_code, key, &index) ? tables->code_texts[index] : NULL;
}

const char *kp_nearest_value(const struct kp_tables *tables, struct kp_arena *arena, const char *system,
                             const char *value_key)
{
    const struct kp_map *map = &tables->value_code;
    size_t length = strlen(system), n = 0;
    const char **names = kp_arena_alloc(arena, (map->n_keys + 1) * sizeof(*names));
    for (size_t i = 0; names && i < map->n_slots; i++) {
        const char *key = map->slots[i].key;
        if (key && strncmp(key, system, length) == 0 && key[length] == '\x1f')
            names[n++] = key + length + 1;
    }
    return names ? kp_suggest_from(value_key, names, n) : NULL;
}

const char *kp_code_display(const struct kp_tables *tables, const char *system, const char *code)
{
    for (size_t i = 0; i < tables->n_codes; i++)
        if (strcmp(tables->codes[i].system, system) == 0 && strcmp(tables->codes[i].code, code) == 0)
            return tables->codes[i].display;
    return NULL;
}

const char *kp_unit_of(const struct kp_tables *tables, const char *value_key)
{
    uint32_t index = 0;
    return kp_map_get(&tables->unit_by_key, value_key, &index) ? tables->unit_texts[index] : NULL;
}

const char *kp_likely_unit(const struct kp_tables *tables, const struct kp_item *item,
                           struct kp_decimal number)
{
    for (size_t i = 0; i < tables->n_mistakes; i++) {
        const struct kp_unit_mistake *m = &tables->mistakes[i];
        if (strncmp(item->code, m->analyte, strlen(m->analyte)) == 0 &&
            kp_decimal_compare(number, m->from) >= 0 && kp_decimal_compare(number, m->to) <= 0)
            return m->unit;
    }
    return NULL;
}

const struct kp_conversion *kp_conversion_of(const struct kp_tables *tables, const struct kp_item *item,
                                             const char *unit)
{
    for (size_t i = 0; i < tables->n_conversions; i++) {
        const struct kp_conversion *c = &tables->conversions[i];
        if (strcmp(c->from, unit) == 0 && strcmp(c->to, item->unit) == 0 &&
            strncmp(item->code, c->analyte, strlen(c->analyte)) == 0)
            return c;
    }
    return NULL;
}

char kp_limit_mark(const struct kp_item *item, struct kp_decimal number)
{
    if (!item->has_range)
        return 0;
    return kp_decimal_compare(number, item->min) <= 0   ? 'L'
           : kp_decimal_compare(number, item->max) >= 0 ? 'H'
                                                        : 0;
}

bool kp_is_header_trap(const struct kp_tables *tables, const char *header_key)
{
    for (size_t i = 0; i < tables->n_traps; i++)
        if (strstr(header_key, tables->traps[i]))
            return true;
    return false;
}

const struct kp_prefecture *kp_prefecture_of(const struct kp_tables *tables, const char *address)
{
    for (size_t i = 0; i < tables->n_prefectures; i++)
        if (strncmp(tables->prefectures[i].name, address, strlen(tables->prefectures[i].name)) == 0)
            return &tables->prefectures[i];
    return NULL;
}

static bool holds_on(struct kp_date from, struct kp_date to, struct kp_date day)
{
    return kp_date_compare(from, day) <= 0 && (!kp_date_is_set(to) || kp_date_compare(day, to) <= 0);
}

const char *kp_privacy_provision(const struct kp_tables *tables, const char *ground, struct kp_date day)
{
    for (size_t i = 0; i < tables->n_grounds; i++)
        if (strcmp(tables->grounds[i].ground, ground) == 0 &&
            holds_on(tables->grounds[i].from, tables->grounds[i].to, day))
            return tables->grounds[i].provision;
    return NULL;
}
