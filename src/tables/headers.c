#include "tables/headers.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/fields.h"
#include "tables/items.h"
#include "tables/names.h"
#include "tables/tablefile.h"

bool kp_pair_find(const struct kp_tables *tables, const char *name, struct kp_meal_pair *ret_pair)
{
    enum { CODE = KP_ITEM_CODE_LENGTH };
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

static bool shares_name(const struct kp_tables *tables, size_t item)
{
    for (size_t i = 0; i < tables->n_items; i++)
        if (i != item && strcmp(tables->items[i].name, tables->items[item].name) == 0)
            return true;
    return false;
}

/* An item's name is a header too, unless it has another target, several items share it or the table calls it
 * ambiguous: the 備考 of an export is seldom the 備考 of the standard form. */
static enum kp_status add_item_names(const struct kp_tablefile *f, struct kp_tables *tables)
{
    for (size_t i = 0; i < tables->n_items; i++) {
        char *key = kp_text_header_key(f->arena, tables->items[i].name);
        uint32_t hint = 0, target = KP_TARGET_ITEM + (uint32_t)i;
        if (key && (kp_map_get(&tables->header_hint, key, &hint) || shares_name(tables, i)))
            continue;
        if (!key || kp_map_put(&tables->header_target, f->arena, key, target) == KP_MAP_NO_MEMORY)
            return kp_tablefile_no_memory(f);
    }
    return KP_OK;
}

/* Collects the pairs among the targets of the table, each once. */
static void collect_pairs(const struct kp_tablefile *f, struct kp_tables *tables)
{
    struct kp_meal_pair *pairs = f->rows;
    tables->pairs = pairs;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        uint32_t target = 0;
        if (!kp_target_find(tables, kp_cell(f, i, 1), &target) &&
            kp_pair_find(tables, kp_cell(f, i, 1), &pairs[tables->n_pairs]))
            tables->n_pairs++;
    }
}

static enum kp_status load_words(struct kp_tablefile *f, struct kp_tables *tables)
{
    static const char *const kinds[] = {
        [KP_WORD_OTHER] = "other",     [KP_WORD_ABOVE] = "above",   [KP_WORD_ALONE] = "alone",
        [KP_WORD_NEUTRAL] = "neutral", [KP_WORD_SECRET] = "secret", [KP_WORD_CLAIMS] = "claims",
        [KP_WORD_CLAIMS + 1] = NULL};
    KP_TRY(kp_tablefile_open(f, "header_words.csv", "word kind fits", sizeof(struct kp_header_word)));
    struct kp_header_word *words = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *key = kp_text_header_key(f->arena, kp_cell(f, i, 0)), *fits = kp_cell(f, i, 2);
        size_t kind = 0;
        if (!key)
            return kp_tablefile_no_memory(f);
        if (!*key)
            return kp_table_bad(f, i, "a word, not", kp_cell(f, i, 0));
        if (!kp_name_find(kinds, kp_cell(f, i, 1), &kind))
            return kp_table_bad(f, i, "other, above, alone, neutral, secret or claims, not",
                                kp_cell(f, i, 1));
        if (kind >= KP_WORD_NEUTRAL && *fits)
            return kp_table_bad(f, i, "this word fits all items, not only", fits);
        words[i] = (struct kp_header_word){key, strlen(key), (enum kp_word_kind)kind, fits};
    }
    tables->header_words = words;
    tables->n_header_words = f->sheet.n_rows;
    return KP_OK;
}

enum kp_status kp_headers_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "headers.csv", "header target rank", sizeof(struct kp_meal_pair)));
    collect_pairs(f, tables);
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *header = kp_cell(f, i, 0), *rank = kp_cell(f, i, 2);
        uint32_t target = 0, old = 0;
        if (!kp_target_find(tables, kp_cell(f, i, 1), &target))
            return kp_table_bad(f, i, "unknown target", kp_cell(f, i, 1));
        if (!kp_list_has("1 2", rank))
            return kp_table_bad(f, i, "rank is 1 or 2, not", rank);
        char *key = kp_text_header_key(f->arena, header);
        bool certain = *rank == '1';
        if (key && certain && kp_map_get(&tables->header_target, key, &old) && old != target)
            return kp_table_bad(f, i, "header has two targets:", header);
        /* The first suggestion for a header counts. */
        struct kp_map *map = certain ? &tables->header_target : &tables->header_hint;
        if (!key || kp_map_put(map, f->arena, key, target) == KP_MAP_NO_MEMORY)
            return kp_tablefile_no_memory(f);
    }
    KP_TRY(add_item_names(f, tables));
    return load_words(f, tables);
}

static bool has_beginning(const char *beginnings, const char *name)
{
    for (struct kp_word word; kp_next_word(&beginnings, " ", &word);)
        if (strncmp(name, word.at, word.n) == 0)
            return true;
    return false;
}

static bool fits(const struct kp_tables *tables, const struct kp_header_word *word, uint32_t target)
{
    if (target < KP_TARGET_ITEM)
        return has_beginning(word->fits, kp_field_name((enum kp_field)target));
    if (target < KP_TARGET_PAIR)
        return has_beginning(word->fits, tables->items[target - KP_TARGET_ITEM].code);
    const struct kp_meal_pair *pair = &tables->pairs[target - KP_TARGET_PAIR];
    return has_beginning(word->fits, tables->items[pair->fasting].code) ||
           has_beginning(word->fits, tables->items[pair->casual].code);
}

static bool has_word(const struct kp_tables *tables, enum kp_word_kind kind, const char *header_key)
{
    for (size_t i = 0; i < tables->n_header_words; i++)
        if (tables->header_words[i].kind == kind && strstr(header_key, tables->header_words[i].key))
            return true;
    return false;
}

bool kp_is_secret(const struct kp_tables *tables, const char *header_key)
{
    return has_word(tables, KP_WORD_SECRET, header_key);
}

bool kp_is_claims_word(const struct kp_tables *tables, const char *header_key)
{
    return has_word(tables, KP_WORD_CLAIMS, header_key);
}

bool kp_is_another_test(const struct kp_tables *tables, const char *header_key, uint32_t target, bool above)
{
    for (size_t i = 0; i < tables->n_header_words; i++) {
        const struct kp_header_word *word = &tables->header_words[i];
        bool counts = word->kind == KP_WORD_ABOVE || (word->kind == KP_WORD_OTHER && !above)
                          ? strstr(header_key, word->key) != NULL
                          : word->kind == KP_WORD_ALONE && strcmp(header_key, word->key) == 0;
        if (counts && !fits(tables, word, target))
            return true;
    }
    return false;
}
