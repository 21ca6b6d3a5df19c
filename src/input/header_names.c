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

bool kp_is_item_code(const char *text)
{
    return kp_is_code(text, KP_ITEM_CODE_LENGTH) && kp_digits(text) == 1;
}
