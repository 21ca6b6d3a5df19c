#include "input/mapping.h"

#include <string.h>

#include "base/escape.h"
#include "base/scan.h"
#include "base/status.h"
#include "input/cc2x.h"
#include "input/digits.h"
#include "input/header_names.h"

enum kp_status kp_mapping_load(struct kp_context *ctx, const char *path, const char *methods_path,
                               struct kp_mapping_file *ret_file)
{
    static const char *const names[KP_MAPPING__COUNT] = {"column", "target", "unit", "values"};
    struct kp_mapping_file file = {.path = path, .methods_path = methods_path};
    KP_TRY(kp_mapping_sheet(ctx, path, KP_COMMENTS_ALL, &file.sheet));
    file.is_cc2x = kp_cc2x_is(&ctx->arena, &file.sheet);
    if (!file.is_cc2x) /* "#12" names a column */
        KP_TRY(kp_mapping_sheet(ctx, path, KP_COMMENTS_NOT_DIGITS, &file.sheet));
    for (size_t i = 0; !file.is_cc2x && i < KP_COUNT(names); i++)
        if (!kp_sheet_column(&file.sheet, names[i], &file.at[i]))
            return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_MISSING, kp_at(path, 1), names[i]);
    if (methods_path)
        KP_TRY(kp_mapping_sheet(ctx, methods_path, KP_COMMENTS_ALL, &file.methods));
    file.alone = file.is_cc2x || kp_mapping_stands_alone(&file);
    if (file.is_cc2x)
        KP_TRY(kp_cc2x_check(ctx, &file));
    *ret_file = file;
    return KP_OK;
}

static bool same_target(const struct kp_column *a, const struct kp_column *b)
{
    return a->kind == b->kind && a->index == b->index && a->is_pair == b->is_pair && a->casual == b->casual;
}

/* Returns whether the code in one header row only refines the name in the other: the same analyte and
 * identification with another specimen or method, or one of the two items of a pair. */
static bool refines(const struct kp_tables *tables, const struct kp_column *code,
                    const struct kp_column *name)
{
    enum { ANALYTE = 5, IDENTIFIED = 9 };
    const struct kp_item *a = &tables->items[code->index], *b = &tables->items[name->index];
    if (code->why != KP_WHY_NAME || code->kind != KP_COL_ITEM || name->kind != KP_COL_ITEM || code->is_pair)
        return false;
    return a->type == b->type && memcmp(a->code, b->code, name->is_pair ? ANALYTE : IDENTIFIED) == 0;
}

/* Applies a unit that is alone in the other header row. */
static void apply_unit_beside(struct kp_context *ctx, const char *cell, struct kp_column *column)
{
    const char *unit = kp_unit_alone(&ctx->arena, &ctx->tables, cell), *in_name = column->unit;
    if (!unit || !kp_column_measured(&ctx->tables, column))
        return;
    kp_column_take_unit(&ctx->tables, unit, column);
    if (in_name && column->kind != KP_COL_UNMAPPED && (!column->unit || strcmp(column->unit, in_name) != 0))
        kp_column_leave_out(column, KP_WHY_ROWS);
}

static void apply_synonym(struct kp_context *ctx, struct kp_column *column)
{
    const struct kp_tables *tables = &ctx->tables;
    struct kp_column first = *column, second = *column;
    bool by_first = kp_header_read(&ctx->arena, tables, column->header, &first);
    bool by_second = kp_header_read(&ctx->arena, tables, column->second, &second);
    if (by_first && by_second && !same_target(&first, &second)) {
        bool second_refines = refines(tables, &second, &first);
        if (!second_refines && !refines(tables, &first, &second)) {
            column->why = KP_WHY_ROWS;
            return;
        }
        *column = second_refines ? second : first;
    } else if (by_first || by_second) {
        *column = by_first ? first : second;
    }
    if (first.unit && second.unit && strcmp(first.unit, second.unit) != 0)
        kp_column_leave_out(column, KP_WHY_ROWS);
    else if (column->kind != KP_COL_UNMAPPED)
        column->unit = first.unit ? first.unit : second.unit;
    /* 心電図判定 contains grades of the institution's own */
    if (column->kind == KP_COL_ITEM && column->why == KP_WHY_SYNONYM &&
        kp_is_judged(&tables->items[column->index]) && kp_is_graded(&ctx->arena, column))
        kp_column_leave_out(column, KP_WHY_UNKNOWN);
    if (by_first == by_second)
        return;
    const char *beside = by_first ? column->second : column->header;
    if (column->kind >= KP_COL_FIELD && column->why != KP_WHY_NAME &&
        kp_header_is_another(&ctx->arena, tables, column, beside, !by_first))
        kp_column_leave_out(column, KP_WHY_UNKNOWN);
    else
        apply_unit_beside(ctx, beside, column);
}

/* Returns whether a header row names the target itself, or an item with the same list of codes. */
static bool names_code(struct kp_context *ctx, const char *header, const struct kp_column *column)
{
    struct kp_column named = {.header = header, .second = ""};
    if (!kp_header_read(&ctx->arena, &ctx->tables, header, &named) || named.why != KP_WHY_NAME)
        return false;
    const char *system = kp_digits_system(&ctx->tables, &named);
    return system && strcmp(system, kp_digits_system(&ctx->tables, column)) == 0;
}

static void settle_digits(struct kp_context *ctx, const struct kp_mapping_job *job, struct kp_column *column)
{
    if (!kp_digits_system(&ctx->tables, column))
        return;
    bool official = (job->file && job->file->is_cc2x) || names_code(ctx, column->header, column) ||
                    names_code(ctx, column->second, column);
    kp_digits_settle(&ctx->arena, &ctx->tables, official, column);
}

/* Returns whether some column says whether blood was drawn fasting, which pairs depend on. */
static bool has_meal(const struct kp_tables *tables, const struct kp_mapping *m)
{
    const struct kp_item *meal = kp_item_find(tables, KP_ITEM_MEAL);
    return kp_mapping_has(m, KP_COL_FIELD, KP_F_FASTING) ||
           (meal && kp_mapping_has(m, KP_COL_ITEM, (unsigned)(meal - tables->items)));
}

/* Returns the first column that is a pair, or NULL. */
static const struct kp_column *first_pair(const struct kp_mapping *m)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].is_pair)
            return &m->columns[i];
    return NULL;
}

/* Returns whether the column is a judgement without its doctor or a doctor without a judgement: every row
 * would be rejected. */
static bool lacks_partner(const struct kp_tables *tables, const struct kp_mapping *m, unsigned index)
{
    const struct kp_item *item = &tables->items[index];
    if (item->author_item >= 0)
        return !kp_mapping_has(m, KP_COL_ITEM, (unsigned)item->author_item);
    for (size_t i = 0; i < tables->n_items && item->is_author; i++)
        if (tables->items[i].author_item == (int)index && kp_mapping_has(m, KP_COL_ITEM, (unsigned)i))
            return false;
    return item->is_author;
}

/* Of several columns for the workplace those of a department (所属) are not it; if several are left, none is,
 * because they would contradict each other. Nothing but a request limited to workplaces needs it. */
static void settle_workplace(const struct kp_mapping *m)
{
    static const char *const left_out[] = {"所属", ""};
    for (size_t round = 0; round < KP_COUNT(left_out); round++) {
        size_t n = 0;
        for (size_t i = 0; i < m->n_columns; i++)
            n += m->columns[i].kind == KP_COL_FIELD && m->columns[i].index == KP_F_WORKPLACE;
        for (size_t i = 0; n > 1 && i < m->n_columns; i++) {
            struct kp_column *column = &m->columns[i];
            if (column->kind == KP_COL_FIELD && column->index == KP_F_WORKPLACE &&
                strstr(column->header, left_out[round]))
                kp_column_leave_out(column, KP_WHY_UNKNOWN);
        }
    }
}

static void leave_out_dependent(const struct kp_tables *tables, const struct kp_mapping *m)
{
    bool meal = has_meal(tables, m), pair = first_pair(m) != NULL;
    settle_workplace(m);
    for (size_t i = 0; i < m->n_columns; i++) {
        struct kp_column *column = &m->columns[i];
        if (column->why == KP_WHY_MAPPING)
            continue;
        if (column->is_pair && !meal)
            kp_column_leave_out(column, KP_WHY_MEAL);
        else if (column->kind == KP_COL_FIELD && column->index == KP_F_FASTING && !pair)
            kp_column_leave_out(column, KP_WHY_UNKNOWN); /* without pairs its words need not be known */
        else if (column->kind == KP_COL_ITEM && lacks_partner(tables, m, column->index))
            kp_column_leave_out(column, KP_WHY_DOCTOR);
    }
}

/* Returns whether both go to one target, or a pair of which one is the other's. */
static bool shares_target(const struct kp_column *a, const struct kp_column *b)
{
    return a->kind == b->kind && (a->index == b->index || (a->is_pair && a->casual == b->index) ||
                                  (b->is_pair && a->index == b->casual));
}

static bool file_uses(const struct kp_mapping *m, const struct kp_column *target)
{
    for (const struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++)
        if (c->why == KP_WHY_MAPPING && shares_target(c, target))
            return true;
    return false;
}

static bool is_kind(const struct kp_column *c)
{
    return c->kind == KP_COL_FIELD && (c->index == KP_F_EXAM_KIND || c->index == KP_F_EXAM_COURSE);
}

/* A mapping file supplements the recognition of headers: columns that it does not name are read as without
 * it, unless it gives their target to another column. One that stands alone leaves them out, except for the
 * kind of examination: without its column every examination would count as a periodic one. */
static void supplement(struct kp_context *ctx, const struct kp_mapping_job *job, const struct kp_mapping *m)
{
    for (struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++) {
        struct kp_column known = *c;
        if (c->kind != KP_COL_UNMAPPED || c->why == KP_WHY_MAPPING)
            continue;
        apply_synonym(ctx, &known);
        if (is_kind(&known) || (!job->file->alone && !file_uses(m, &known)))
            *c = known;
    }
}

/* Returns the item that a header means or resembles, or NULL. */
static const struct kp_item *item_of_header(struct kp_context *ctx, const char *header)
{
    struct kp_column known = {.header = header, .second = ""};
    bool found = *header && (kp_header_read(&ctx->arena, &ctx->tables, header, &known) ||
                             kp_header_resembles(&ctx->arena, &ctx->tables, header, "", &known));
    return found && known.kind == KP_COL_ITEM ? &ctx->tables.items[known.index] : NULL;
}

/* Returns whether values go out more freely under the column's target than as the item. */
static bool widens(const struct kp_tables *tables, const struct kp_column *c, const struct kp_item *item)
{
    if (c->kind == KP_COL_FIELD)
        return kp_fields[c->index].disclosed;
    return c->kind >= KP_COL_ITEM && tables->items[c->index].scope < item->scope;
}

/* A chest X-ray that the mapping file makes a symptom would go out under the duty. */
static enum kp_status check_scopes(struct kp_context *ctx, const struct kp_mapping_job *job,
                                   struct kp_mapping *m)
{
    for (struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++) {
        const char *const headers[] = {c->header, c->second};
        for (size_t i = 0; i < KP_COUNT(headers) && c->kind >= KP_COL_FIELD && c->why == KP_WHY_MAPPING;
             i++) {
            const struct kp_item *item = item_of_header(ctx, headers[i]);
            if (!item || !widens(&ctx->tables, c, item))
                continue;
            const struct kp_where where = kp_column_at(job->file->path, 0, c->number);
            const char *target = kp_column_target(&ctx->tables, c);
            if (ctx->diag.strict)
                return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_SCOPE_WIDENED, where, headers[i], item->label,
                               target);
            c->narrower = item;
            kp_warn(&ctx->diag, KP_K_WIDER_SCOPE, where, headers[i], item->label, target);
        }
    }
    return KP_OK;
}

/* Applies a C2XDTBL to n columns of joined rows, which it numbers as in their own file. */
static enum kp_status apply_part(struct kp_context *ctx, const struct kp_mapping_job *job,
                                 struct kp_mapping *m, size_t first, size_t n)
{
    struct kp_mapping part = {.columns = m->columns + first, .n_columns = n};
    const unsigned before = first > 0 ? kp_mapping_joined(m) : 0;
    for (struct kp_column *c = part.columns; c < part.columns + n; c++)
        c->number -= c->number ? before : 0;
    KP_TRY(kp_cc2x_apply(ctx, job, &part));
    for (struct kp_column *c = part.columns; c < part.columns + n; c++) {
        c->number += c->number ? before : 0;
        if (!c->methods)
            continue;
        struct kp_methods *methods = kp_arena_alloc(&ctx->arena, sizeof(*methods));
        if (!methods)
            return kp_no_memory(ctx);
        *methods = *c->methods;
        methods->column += first;
        c->methods = methods;
    }
    return KP_OK;
}

static enum kp_status apply_cc2x(struct kp_context *ctx, const struct kp_mapping_job *job,
                                 struct kp_mapping *m)
{
    struct kp_mapping_job own = {.file = job->file, .n_inputs = 2};
    struct kp_cc2x_pair pair;
    size_t between = 0;
    if (!kp_mapping_joined(m))
        return kp_cc2x_apply(ctx, job, m);
    (void)kp_cc2x_pair(&ctx->arena, job->file, &pair);
    while (strcmp(m->columns[between].header, KP_JOIN_COLUMN) != 0)
        between++;
    own.input = 1 + pair.persons;
    KP_TRY(apply_part(ctx, &own, m, 0, between));
    own.input = 2 - pair.persons;
    return apply_part(ctx, &own, m, between + 1, m->n_columns - between - 1);
}

static enum kp_status apply_file(struct kp_context *ctx, const struct kp_mapping_job *job,
                                 struct kp_mapping *m)
{
    KP_TRY(job->file->is_cc2x ? apply_cc2x(ctx, job, m) : kp_mapping_file_apply(ctx, job, m));
    supplement(ctx, job, m);
    KP_TRY(check_scopes(ctx, job, m));
    const struct kp_column *pair = first_pair(m);
    if (pair && pair->why == KP_WHY_MAPPING && !has_meal(&ctx->tables, m))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_MAPPING_NEEDS_MEAL, kp_in(job->file->path), pair->header);
    return KP_OK;
}

/* Chains the columns whose texts are joined into one item. */
static void link_joined(const struct kp_tables *tables, struct kp_mapping *m)
{
    for (struct kp_column *a = m->columns; a < m->columns + m->n_columns; a++) {
        bool joined = a->kind == KP_COL_ITEM && tables->items[a->index].several == KP_SEVERAL_JOIN;
        m->has_items |= a->kind == KP_COL_ITEM;
        m->has_units |= a->kind == KP_COL_UNIT || a->kind == KP_COL_LOW || a->kind == KP_COL_HIGH;
        for (struct kp_column *b = a + 1; joined && !a->next && b < m->columns + m->n_columns; b++)
            if (same_target(a, b)) {
                a->next = b;
                b->follows = true;
            }
    }
}

/* --- names --- */

/* Returns whether the header names the column unambiguously in a mapping file. */
static bool is_clear(const struct kp_mapping *m, const char *const *keys, size_t i)
{
    const char *header = m->columns[i].header, *mark = strrchr(header, '@');
    if (!*keys[i] || header[0] == '#' || strpbrk(header, "\r\n\"") || (mark && kp_digits(mark + 1) > 0))
        return false;
    for (size_t k = 0; k < m->n_columns; k++)
        if (k != i && strcmp(keys[k], keys[i]) == 0)
            return false;
    return true;
}

/* Failures mark out. */
static void put_line(const struct kp_tables *tables, const struct kp_column *column, const char *name,
                     struct kp_buf *out)
{
    kp_buf_printf(out, "%s,", name);
    kp_column_put_target(tables, column, out);
    kp_buf_printf(out, ",%s", column->unit ? column->unit : "");
}

/* Names each column as a mapping file would. Lack of memory marks the arena. */
static void name_columns(struct kp_context *ctx, const struct kp_heading *heading, struct kp_mapping *m)
{
    struct kp_arena *arena = &ctx->arena;
    struct kp_buf text = {0};
    const char **keys = kp_arena_alloc(arena, (m->n_columns + 1) * sizeof(*keys));
    if (!keys)
        return;
    for (size_t i = 0; i < m->n_columns; i++)
        keys[i] = kp_text_value_key(arena, m->columns[i].header);
    for (size_t i = 0; !arena->failed && i < m->n_columns; i++) {
        struct kp_column *c = &m->columns[i];
        const struct kp_column *as = c->like ? c->like : c;
        kp_buf_reset(&text);
        if (heading->second || !is_clear(m, keys, i))
            kp_buf_printf(&text, "#%u", c->number);
        else
            kp_buf_sheet_cell(&text, c->header);
        c->name = kp_buf_ok(&text) ? kp_arena_strdup(arena, kp_buf_text(&text)) : kp_arena_fail(arena);
        kp_buf_reset(&text);
        if (c->name && as->kind >= KP_COL_FIELD)
            put_line(&ctx->tables, as, c->name, &text);
        c->line = kp_buf_ok(&text) ? kp_arena_strdup(arena, kp_buf_text(&text)) : kp_arena_fail(arena);
    }
    kp_buf_release(&text);
}

/* --- unused columns --- */

bool kp_mapping_uses(const struct kp_mapping *mapping, const struct kp_column *target)
{
    for (const struct kp_column *c = mapping->columns; c < mapping->columns + mapping->n_columns; c++)
        if (shares_target(c, target))
            return true;
    return false;
}

static void add_lost(const struct kp_context *ctx, const struct kp_column *c, const struct kp_column *like,
                     struct kp_lost_column *lost, struct kp_mapping *m)
{
    if (like->kind != KP_COL_ITEM || kp_mapping_uses(m, like))
        return;
    lost[m->n_lost++] = (struct kp_lost_column){c->header, like->index, kp_why_words(ctx, c->why)};
    if (like->is_pair)
        lost[m->n_lost++] = (struct kp_lost_column){c->header, like->casual, kp_why_words(ctx, c->why)};
}

/* Finds what the unused columns resemble, and whose items those left out would have been. A mapping file may
 * leave out a column with a known header. */
static void find_resemblances(struct kp_context *ctx, const struct kp_mapping_job *job, struct kp_mapping *m)
{
    const struct kp_tables *tables = &ctx->tables;
    struct kp_lost_column *lost = kp_arena_alloc(&ctx->arena, (m->n_columns * 2 + 1) * sizeof(*lost));
    for (size_t i = 0; lost && i < m->n_columns; i++) {
        struct kp_column *c = &m->columns[i], like = {.header = c->header, .second = c->second};
        const bool left_out = c->why >= KP_WHY_MEAL;
        if (c->kind != KP_COL_UNMAPPED || (c->why != KP_WHY_UNKNOWN && !left_out))
            continue;
        bool known = kp_header_read(&ctx->arena, tables, c->header, &like);
        if (left_out) {
            if (known)
                add_lost(ctx, c, &like, lost, m);
            continue;
        }
        if (known ? !job->file || like.kind < KP_COL_FIELD || like.kind > KP_COL_ITEM
                  : !kp_header_resembles(&ctx->arena, tables, c->header, c->second, &like))
            continue;
        struct kp_column *copy = kp_arena_alloc(&ctx->arena, sizeof(*copy));
        if (!copy)
            return;
        *copy = like;
        c->like = copy;
        add_lost(ctx, c, &like, lost, m);
    }
    m->lost = lost;
}

/* Overrides every other meaning of columns of Individual Numbers. */
static void find_secrets(struct kp_context *ctx, const struct kp_mapping *m)
{
    for (struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++) {
        const char *first = kp_text_header_key(&ctx->arena, c->header);
        const char *second = kp_text_header_key(&ctx->arena, c->second);
        if (!first || !second)
            return;
        if (kp_is_secret(&ctx->tables, first) || kp_is_secret(&ctx->tables, second))
            *c = (struct kp_column){
                .header = c->header, .second = c->second, .number = c->number, .kind = KP_COL_SECRET};
    }
}

enum kp_status kp_mapping_build(struct kp_context *ctx, const struct kp_mapping_job *job,
                                const struct kp_heading *heading, struct kp_mapping *ret_mapping)
{
    struct kp_mapping m = {.columns = kp_arena_alloc(&ctx->arena, (heading->n + 1) * sizeof(*m.columns)),
                           .n_columns = heading->n};
    unsigned number = 0;
    if (!m.columns)
        return kp_no_memory(ctx);
    for (size_t i = 0; i < heading->n; i++) {
        struct kp_column *column = &m.columns[i];
        column->header = heading->first[i];
        column->second = heading->second ? heading->second[i] : "";
        if (strncmp(column->header, "kp_", 3) == 0)
            column->kind = KP_COL_OURS;
        else
            column->number = ++number;
        if (!job->file && column->kind != KP_COL_OURS)
            apply_synonym(ctx, column);
    }
    if (job->file)
        KP_TRY(apply_file(ctx, job, &m));
    leave_out_dependent(&ctx->tables, &m);
    find_secrets(ctx, &m);
    find_resemblances(ctx, job, &m);
    name_columns(ctx, heading, &m);
    for (size_t i = 0; i < m.n_columns; i++)
        settle_digits(ctx, job, &m.columns[i]);
    if (ctx->arena.failed)
        return kp_no_memory(ctx);
    link_joined(&ctx->tables, &m);
    *ret_mapping = m;
    return KP_OK;
}

size_t kp_mapping_lacks(const struct kp_mapping *mapping, const struct kp_input_options *options,
                        const struct kp_field_info *ret_lacking[KP_F__COUNT])
{
    const struct kp_org *own = &options->facility;
    bool configured = own->number && *own->number && own->name && *own->name;
    size_t n = 0;
    for (unsigned i = 0; i < KP_F__COUNT; i++) {
        const struct kp_field_info *field = &kp_fields[i];
        bool registered = options->facilities && i != KP_F_FACILITY_NUMBER;
        if (field->required && !(field->of_facility && (configured || registered)) &&
            !kp_mapping_has(mapping, KP_COL_FIELD, i))
            ret_lacking[n++] = field;
    }
    return n;
}

bool kp_mapping_is_ours(const struct kp_mapping *mapping)
{
    for (size_t i = 0; i < mapping->n_columns; i++)
        if (mapping->columns[i].kind == KP_COL_OURS && strcmp(mapping->columns[i].header, "kp_file") == 0)
            return true;
    return false;
}
