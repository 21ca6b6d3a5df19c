#include "input/header_names.h"

#include <string.h>

#include "base/scan.h"

bool kp_target_read(struct kp_arena *arena, const struct kp_tables *tables, const char *target,
                    struct kp_column *column)
{
    uint32_t known = 0;
    struct kp_meal_pair pair;
    if (strcmp(target, "ignore") == 0) {
        column->kind = KP_COL_IGNORED;
        return true;
    }
    if (kp_target_find(tables, target, &known)) {
        kp_target_set(tables, known, column);
        return true;
    }
    if (kp_pair_find(tables, target, &pair)) {
        column->kind = KP_COL_ITEM;
        column->is_pair = true;
        column->index = pair.fasting;
        column->casual = pair.casual;
        return true;
    }
    size_t n = strcspn(target, ".");
    char *code = kp_arena_strndup(arena, target, n);
    const struct kp_item *item = code ? kp_item_find(tables, code) : NULL;
    for (enum kp_column_kind kind = KP_COL_LOW; item && kind <= KP_COL_UNIT; kind++)
        if (strcmp(target + n, kp_target_suffixes[kind]) == 0) {
            column->kind = kind;
            column->index = (unsigned)(item - tables->items);
            return true;
        }
    return false;
}

static bool read_plain(struct kp_arena *arena, const struct kp_tables *tables, const char *name,
                       struct kp_column *column)
{
    uint32_t target = 0;
    if (strcmp(name, "ignore") != 0 && kp_target_read(arena, tables, name, column)) {
        column->why = KP_WHY_NAME;
        return true;
    }
    const char *key = kp_text_header_key(arena, name);
    if (!key || !*key || !kp_map_get(&tables->header_target, key, &target))
        return false;
    kp_target_set(tables, target, column);
    column->why = KP_WHY_SYNONYM;
    return true;
}

static const char *unit_at(struct kp_arena *arena, const struct kp_tables *tables, const char *text, size_t n)
{
    const char *part = kp_arena_strndup(arena, text, n);
    const char *key = part ? kp_text_value_key(arena, part) : NULL;
    return key ? kp_unit_of(tables, key) : NULL;
}

/* Returns the unit in the brackets at the end ("身長(cm)", "血糖 [mmol/L]"); *ret_rest is where they open. */
static const char *unit_in_brackets(struct kp_arena *arena, const struct kp_tables *tables,
                                    const char *header, size_t *ret_rest)
{
    size_t n = strlen(header);
    if (n == 0 || (header[n - 1] != ')' && header[n - 1] != ']'))
        return NULL;
    char opening = header[n - 1] == ')' ? '(' : '[';
    const char *at = header + n - 1;
    int depth = 1;
    while (depth > 0 && at > header) {
        at--;
        depth += *at == header[n - 1] ? 1 : *at == opening ? -1 : 0;
    }
    if (depth > 0)
        return NULL;
    *ret_rest = (size_t)(at - header);
    return unit_at(arena, tables, at + 1, (size_t)(header + n - 2 - at));
}

const char *kp_unit_alone(struct kp_arena *arena, const struct kp_tables *tables, const char *text)
{
    size_t rest = 0;
    const char *name = kp_text_trim(arena, text);
    const char *folded = name ? kp_text_nfkc(arena, name) : NULL;
    if (!folded)
        return NULL;
    const char *unit = unit_in_brackets(arena, tables, folded, &rest);
    return unit && rest == 0 ? unit : unit_at(arena, tables, folded, strlen(folded));
}

/* Reads a header that ends with a unit at byte rest; unit NULL: it does not. */
static bool read_before_unit(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                             size_t rest, const char *unit, struct kp_column *column)
{
    const char *part = unit ? kp_arena_strndup(arena, header, rest) : NULL;
    const char *name = part ? kp_text_trim(arena, part) : NULL;
    if (!name || !read_plain(arena, tables, name, column))
        return false;
    kp_column_take_unit(tables, unit, column);
    return true;
}

static bool read_with_unit(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                           struct kp_column *column)
{
    size_t rest = 0;
    const char *unit = unit_in_brackets(arena, tables, header, &rest);
    if (unit)
        return read_before_unit(arena, tables, header, rest, unit, column);
    /* "体重kg": the longest unit after a known header; it begins with a whole character */
    for (const char *at = header + 1; *header && *at; at++)
        if (((unsigned char)*at & 0xc0) != 0x80 &&
            read_before_unit(arena, tables, header, (size_t)(at - header),
                             unit_at(arena, tables, at, strlen(at)), column))
            return true;
    return false;
}

/* "身長単位", "身長(単位)" */
static bool read_unit_column(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                             struct kp_column *column)
{
    static const char end[] = "単位";
    const char *key = kp_text_header_key(arena, header);
    size_t n = key ? strlen(key) : 0;
    if (n < sizeof(end) || strcmp(key + n - strlen(end), end) != 0)
        return false;
    struct kp_column item = *column;
    const char *name = kp_arena_strndup(arena, key, n - strlen(end));
    if (!name || !read_plain(arena, tables, name, &item) || item.kind != KP_COL_ITEM || item.is_pair ||
        tables->items[item.index].type != KP_TYPE_PQ)
        return false;
    *column = item;
    column->kind = KP_COL_UNIT;
    return true;
}

bool kp_header_read(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                    struct kp_column *column)
{
    /* reading takes time quadratic in the length */
    enum { LONGEST_BYTES = 512 };
    char *name = strnlen(header, LONGEST_BYTES + 1) <= LONGEST_BYTES ? kp_text_trim(arena, header) : NULL;
    char *folded = name ? kp_text_nfkc(arena, name) : NULL;
    if (!folded || !*folded)
        return false;
    return read_plain(arena, tables, folded, column) || read_with_unit(arena, tables, folded, column) ||
           read_unit_column(arena, tables, folded, column);
}

bool kp_header_hint(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                    uint32_t *ret_target)
{
    const char *key = kp_text_header_key(arena, header);
    return key && kp_map_get(&tables->header_hint, key, ret_target);
}

/* --- resemblance --- */

/* A header key, and where a word can begin or end in it: at a separator, or between scripts. */
struct words {
    char *key;
    bool *edge; /* one per byte, and one for the end */
};

static bool is_letter(int32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0x370 && c <= 0x3ff);
}

/* dropped: the last character between the two that keys leave out; 0: none. A dash or space inside a Latin
 * word separates nothing: sd-LDL is no LDL. */
static bool is_edge(int32_t before, int32_t dropped, int32_t after)
{
    bool latin = before < 0x400 && after < 0x400;
    if (dropped)
        return !latin || strchr("()[]_/:,.", (int)(dropped < 0x80 ? dropped : '-')) != NULL;
    return is_letter(before) != is_letter(after) && !latin && (is_letter(before) || is_letter(after));
}

static bool split(struct kp_arena *arena, const char *header, struct words *ret_words)
{
    const char *folded = kp_text_nfkc(arena, header);
    char *key = kp_text_header_key(arena, header);
    bool *edge = key ? kp_arena_alloc(arena, strlen(key) + 1) : NULL;
    int32_t before = 0, dropped = 0;
    if (!folded || !edge)
        return false;
    ret_words->key = key;
    ret_words->edge = edge;
    edge[0] = edge[strlen(key)] = true;
    for (const char *at = key; *folded;) {
        int32_t c = kp_utf8_next(&folded);
        if (kp_text_header_drops(c)) {
            dropped = strchr("()[]_/:,.", c < 0x80 ? (int)c : '-') || !dropped ? c : dropped;
            continue;
        }
        size_t place = (size_t)(at - key);
        c = kp_utf8_next(&at);
        edge[place] = place == 0 || is_edge(before, dropped, c);
        before = c;
        dropped = 0;
    }
    return true;
}

/* Finds the longest known header in the key, by at least two Japanese characters or Latin letters. */
static size_t find_known(const struct kp_map *known, const char *key, size_t *ret_at, uint32_t *ret_target)
{
    size_t longest = 0;
    for (size_t i = 0; i < known->n_slots; i++) {
        const char *other = known->slots[i].key;
        size_t n = other ? strlen(other) : 0;
        const char *at = n > 1 && n >= longest ? strstr(key, other) : NULL;
        if (!at || kp_utf8_length(other) < 2)
            continue;
        if (n > longest || known->slots[i].value < *ret_target) { /* independent of the order of slots */
            *ret_target = known->slots[i].value;
            *ret_at = (size_t)(at - key);
        }
        longest = n;
    }
    return longest;
}

static bool ends_with(const char *text, size_t n, const struct kp_header_word *word)
{
    return n >= word->n && memcmp(text + n - word->n, word->key, word->n) == 0;
}

/* Moves a place without an edge over neutral words, backwards or forwards; returns whether it reaches one. */
static bool reach_edge(const struct kp_tables *tables, const struct words *w, size_t at, bool forwards)
{
    for (size_t i = 0; !w->edge[at] && i < tables->n_header_words; i++) {
        const struct kp_header_word *word = &tables->header_words[i];
        if (word->kind != KP_WORD_NEUTRAL)
            continue;
        bool here = forwards ? strncmp(w->key + at, word->key, word->n) == 0 : ends_with(w->key, at, word);
        if (here && reach_edge(tables, w, forwards ? at + word->n : at - word->n, forwards))
            return true;
    }
    return w->edge[at];
}

/* Returns whether the words beside a known header leave its meaning: no word for another test, and no other
 * known header. */
static bool is_harmless(const struct kp_tables *tables, const char *key, uint32_t target)
{
    uint32_t other = target;
    size_t at = 0;
    return !kp_is_another_test(tables, key, target, false) &&
           (!find_known(&tables->header_target, key, &at, &other) || other == target) &&
           (!find_known(&tables->header_hint, key, &at, &other) || other == target);
}

static bool find_contained(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                           uint32_t *ret_target)
{
    struct words w;
    size_t at = 0;
    uint32_t target = 0;
    if (!split(arena, header, &w))
        return false;
    size_t n = find_known(&tables->header_target, w.key, &at, &target);
    if (n == 0 || !reach_edge(tables, &w, at, false) || !reach_edge(tables, &w, at + n, true))
        return false;
    const char *after = w.key + at + n;
    w.key[at] = '\0';
    if (!is_harmless(tables, w.key, target) || !is_harmless(tables, after, target))
        return false;
    *ret_target = target;
    return true;
}

static bool resembles(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                      struct kp_column *column)
{
    size_t rest = 0;
    uint32_t target = 0;
    const char *folded = kp_text_nfkc(arena, header);
    const char *unit = folded ? unit_in_brackets(arena, tables, folded, &rest) : NULL;
    const char *name = unit ? kp_arena_strndup(arena, folded, rest) : folded;
    if (!name ||
        (!kp_header_hint(arena, tables, name, &target) && !find_contained(arena, tables, name, &target)))
        return false;
    struct kp_column found = *column;
    kp_target_set(tables, target, &found);
    if (unit && !kp_column_set_unit(tables, unit, &found))
        return false;
    *column = found;
    return true;
}

static uint32_t target_of(const struct kp_column *column)
{
    return column->kind == KP_COL_FIELD ? column->index : KP_TARGET_ITEM + column->index;
}

bool kp_header_is_another(struct kp_arena *arena, const struct kp_tables *tables,
                          const struct kp_column *column, const char *beside, bool above)
{
    const char *key = kp_text_header_key(arena, beside);
    return key && kp_is_another_test(tables, key, target_of(column), above);
}

bool kp_header_resembles(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                         const char *below, struct kp_column *column)
{
    enum { LONGEST_BYTES = 512 };
    struct kp_column found = *column;
    if (strlen(header) > LONGEST_BYTES || strlen(below) > LONGEST_BYTES)
        return false;
    bool by_header = resembles(arena, tables, header, &found);
    if (!by_header && !resembles(arena, tables, below, &found))
        return false;
    const char *beside = kp_text_header_key(arena, by_header ? below : header);
    if (!beside || !is_harmless(tables, beside, target_of(&found)))
        return false;
    *column = found;
    return true;
}

bool kp_is_item_code(const char *text)
{
    return kp_is_code(text, KP_ITEM_CODE_LENGTH) && kp_digits(text) == 1;
}
