#include "input/join.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "input/cc2x.h"
#include "input/header_names.h"

struct joiner {
    struct kp_context *ctx;
    const struct kp_mapping_file *file; /* NULL: columns are known by their headers */
    struct kp_inputs *inputs;
    struct kp_heading *headings; /* by input */
};

/* What tells persons from results. */
struct signs {
    bool birth, exam, items;
};

static bool is_ours(const char *header)
{
    return strncmp(header, "kp_", 3) == 0;
}

static bool is_joined(const struct kp_heading *heading)
{
    size_t i = 0;
    while (i < heading->n && strcmp(heading->first[i], KP_JOIN_COLUMN) != 0)
        i++;
    return i < heading->n;
}

static bool has_name(struct kp_arena *arena, const struct kp_heading *heading, size_t i, const char *key)
{
    const char *first = kp_text_value_key(arena, heading->first[i]);
    const char *second = heading->second ? kp_text_value_key(arena, heading->second[i]) : "";
    return first && second && (strcmp(first, key) == 0 || strcmp(second, key) == 0);
}

/* Finds the key column by "#3" or a header, which must be the only one of its name. */
static enum kp_status find_key(const struct joiner *j, const char *name, size_t which)
{
    struct kp_arena *arena = &j->ctx->arena;
    struct kp_input *input = &j->inputs->list[which];
    const struct kp_heading *heading = &j->headings[which];
    const struct kp_where where = kp_at(input->path, input->header_line);
    const bool by_number = *name == '#' && kp_all_digits(name + 1);
    const unsigned long wanted = by_number ? strtoul(name + 1, NULL, 10) : 0;
    const char *key = kp_text_value_key(arena, name);
    size_t found = SIZE_MAX, number = 0;
    for (size_t i = 0; key && *key && i < heading->n; i++) {
        if (is_ours(heading->first[i]))
            continue;
        number++;
        if (by_number ? number != wanted : !has_name(arena, heading, i, key))
            continue;
        if (found != SIZE_MAX)
            return kp_fail(&j->ctx->diag, KP_E_USAGE, KP_K_JOIN_COLUMN_TWICE, where, name);
        found = i;
    }
    if (arena->failed)
        return kp_no_memory(j->ctx);
    if (found == SIZE_MAX)
        return kp_fail(&j->ctx->diag, KP_E_USAGE, KP_K_JOIN_COLUMN_ABSENT, where, name);
    input->key = found;
    return KP_OK;
}

/* Reads the target that a mapping file gives to the header; without one the header itself. */
static bool means(const struct joiner *j, const char *header, struct kp_column *column)
{
    struct kp_arena *arena = &j->ctx->arena;
    const char *key = *header ? kp_text_value_key(arena, header) : NULL;
    for (size_t i = 0; key && j->file && !j->file->is_cc2x && i < j->file->sheet.n_rows; i++) {
        const char *const *cells = j->file->sheet.rows[i].cells;
        const char *name = kp_text_value_key(arena, cells[j->file->at[KP_MAPPING_COLUMN]]);
        if (name && strcmp(name, key) == 0)
            return kp_target_read(arena, &j->ctx->tables, cells[j->file->at[KP_MAPPING_TARGET]], column);
    }
    return key && kp_header_read(arena, &j->ctx->tables, header, column);
}

static struct signs signs_of(const struct joiner *j, const struct kp_heading *heading)
{
    struct signs s = {0};
    for (size_t i = 0; i < 2 * heading->n; i++) {
        struct kp_column column = {0};
        const char *const *row = i < heading->n ? heading->first : heading->second;
        if (!row || !means(j, row[i % heading->n], &column))
            continue;
        s.birth |= column.kind == KP_COL_FIELD && column.index == KP_F_BIRTH_DATE;
        s.exam |= column.kind == KP_COL_FIELD && column.index == KP_F_EXAM_DATE;
        s.items |= column.kind == KP_COL_ITEM;
    }
    return s;
}

/* Sets *ret_persons to the input that alone lacks items or an examination date, or that alone has the birth
 * date. */
static enum kp_status find_persons(const struct joiner *j, size_t *ret_persons)
{
    const struct signs a = signs_of(j, &j->headings[0]), b = signs_of(j, &j->headings[1]);
    if (j->ctx->arena.failed)
        return kp_no_memory(j->ctx);
    if (a.items != b.items)
        *ret_persons = a.items;
    else if (a.exam != b.exam)
        *ret_persons = a.exam;
    else if (a.birth != b.birth)
        *ret_persons = b.birth;
    else
        return kp_fail(&j->ctx->diag, KP_E_INPUT, KP_K_JOIN_UNCLEAR, kp_in(j->inputs->list[0].path),
                       j->inputs->list[1].path);
    return KP_OK;
}

/* Writes one header row: the persons', a name or "" between, the results'. NULL stands for an empty row. */
static const char *const *join_row(struct kp_arena *arena, const struct kp_heading *persons,
                                   const struct kp_heading *results, bool second)
{
    const char *const *before = second ? persons->second : persons->first;
    const char *const *after = second ? results->second : results->first;
    const char **cells = kp_arena_alloc(arena, (persons->n + 1 + results->n) * sizeof(*cells));
    if (!cells)
        return NULL;
    for (size_t i = 0; i < persons->n; i++)
        cells[i] = before ? before[i] : "";
    cells[persons->n] = second ? "" : KP_JOIN_COLUMN;
    for (size_t i = 0; i < results->n; i++)
        cells[persons->n + 1 + i] = after ? after[i] : "";
    return cells;
}

static enum kp_status pair(const struct joiner *j, size_t persons)
{
    struct kp_arena *arena = &j->ctx->arena;
    struct kp_heading *before = &j->headings[persons], *after = &j->headings[!persons], joined = {0};
    j->inputs->list[persons].is_persons = true;
    j->inputs->list[!persons].persons = &j->inputs->list[persons];
    joined.n = before->n + 1 + after->n;
    joined.first = join_row(arena, before, after, false);
    if (before->second || after->second)
        joined.second = join_row(arena, before, after, true);
    *after = joined;
    return arena->failed ? kp_no_memory(j->ctx) : KP_OK;
}

enum kp_status kp_join_inputs(struct kp_context *ctx, const struct kp_input_options *options,
                              const struct kp_mapping_file *file, struct kp_inputs *inputs,
                              struct kp_heading *headings)
{
    const struct joiner j = {ctx, file, inputs, headings};
    struct kp_cc2x_pair table;
    const bool by_table = file && file->is_cc2x && kp_cc2x_pair(&ctx->arena, file, &table);
    size_t n_joined = 0, persons = by_table ? table.persons : 0;
    for (size_t i = 0; i < inputs->n; i++)
        n_joined += is_joined(&headings[i]);
    if (n_joined == inputs->n || (!options->join && (!by_table || inputs->n < 2)))
        return KP_OK;
    if (inputs->n != 2 || n_joined > 0)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_JOIN_NOT_TWO, KP_NOWHERE,
                       kp_arena_printf(&ctx->arena, "%zu", inputs->n));
    for (size_t i = 0; i < 2; i++) {
        const char *by = options->join ? options->join : kp_arena_printf(&ctx->arena, "#%lu", table.key[i]);
        KP_TRY(by ? find_key(&j, by, i) : kp_no_memory(ctx));
    }
    if (!by_table)
        KP_TRY(find_persons(&j, &persons));
    return pair(&j, persons);
}

void kp_join_use_keys(struct kp_input *input)
{
    const size_t keys[] = {input->persons ? input->persons->key : 0, kp_input_before(input) + input->key};
    for (size_t i = 0; input->persons && i < KP_COUNT(keys); i++) {
        struct kp_column *column = &input->mapping.columns[keys[i]];
        if (column->kind == KP_COL_UNMAPPED)
            column->kind = KP_COL_IGNORED;
    }
}
