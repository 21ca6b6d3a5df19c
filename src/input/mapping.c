#include "input/mapping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "input/cc2x.h"

enum { M_COLUMN, M_TARGET, M_UNIT, M_VALUES, M__COUNT };
static const char *const MAPPING_COLUMNS[M__COUNT] = {"column", "target", "unit", "values"};

struct builder {
    const struct kp_mapping_job *job;
    struct kp_arena *arena;
    const struct kp_tables *tables;
    struct kp_diag *diag;
    const struct kp_sheet *sheet;
    struct kp_mapping *mapping;
    size_t at[M__COUNT];
};

/* --- loading --- */

static enum kp_status load_sheet(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                                 const char *path, enum kp_comments comments, struct kp_diag *diag,
                                 struct kp_sheet *ret_sheet)
{
    const char *bytes = NULL;
    size_t n = 0;
    if (kp_read_file(io, path, KP_SHEET_MAX_BYTES, arena, &bytes, &n) != KP_OK)
        return kp_fail(diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_in(path), strerror(errno));
    if (kp_sheet_read_commented(ret_sheet, arena, text, bytes, n, comments) != KP_OK)
        return kp_fail(diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD, kp_at(path, ret_sheet->bad_line),
                       "not a CSV file in UTF-8 or CP932");
    return KP_OK;
}

enum kp_status kp_mapping_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                               const char *path, const char *methods_path, struct kp_diag *diag,
                               struct kp_mapping_file *ret_file)
{
    struct kp_mapping_file file = {.path = path, .methods_path = methods_path};
    size_t at = 0;
    KP_TRY(load_sheet(arena, io, text, path, KP_COMMENTS_ALL, diag, &file.sheet));
    file.is_cc2x = kp_cc2x_is(&file.sheet);
    if (!file.is_cc2x) /* here "#12" names a column */
        KP_TRY(load_sheet(arena, io, text, path, KP_COMMENTS_NOT_DIGITS, diag, &file.sheet));
    for (size_t i = 0; i < KP_COUNT(MAPPING_COLUMNS) && !file.is_cc2x; i++)
        if (!kp_sheet_column(&file.sheet, MAPPING_COLUMNS[i], &at))
            return kp_fail(diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_MISSING, kp_at(path, 1),
                           MAPPING_COLUMNS[i]);
    if (methods_path)
        KP_TRY(load_sheet(arena, io, text, methods_path, KP_COMMENTS_ALL, diag, &file.methods));
    *ret_file = file;
    return KP_OK;
}

/* --- a mapping file of our own --- */

static enum kp_status row_bad(const struct builder *b, size_t row, const char *what, const char *value)
{
    char *text = kp_arena_printf(b->arena, "%s '%s'", what, value);
    return kp_fail(b->diag, KP_E_USAGE, KP_K_MAPPING_ROW_BAD,
                   kp_at(b->job->file->path, b->sheet->rows[row].line), text ? text : what);
}

static bool number_column(const struct kp_mapping *m, unsigned long number, size_t *ret_column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].number == number && number > 0) {
            *ret_column = i;
            return true;
        }
    return false;
}

static bool same_header(struct kp_arena *arena, const char *header, const char *key)
{
    const char *other = header ? kp_text_value_key(arena, header) : NULL;
    return other && strcmp(other, key) == 0;
}

/* "#12", "身長" or "身長@2", by either header row. */
static bool find_column(const struct builder *b, const char *name, size_t *ret_column)
{
    unsigned long occurrence = 1;
    if (name[0] == '#') {
        size_t digits = strspn(name + 1, "0123456789");
        return digits > 0 && name[1 + digits] == '\0' &&
               number_column(b->mapping, strtoul(name + 1, NULL, 10), ret_column);
    }
    const char *mark = strrchr(name, '@');
    if (mark && strspn(mark + 1, "0123456789") == strlen(mark + 1) && mark[1])
        occurrence = strtoul(mark + 1, NULL, 10);
    else
        mark = name + strlen(name);
    const char *plain = kp_arena_strndup(b->arena, name, (size_t)(mark - name));
    const char *key = plain ? kp_text_value_key(b->arena, plain) : NULL;
    for (size_t i = 0; key && *key && i < b->mapping->n_columns; i++) {
        const struct kp_column *column = &b->mapping->columns[i];
        if (column->kind == KP_COL_OURS ||
            (!same_header(b->arena, column->header, key) && !same_header(b->arena, column->second, key)))
            continue;
        if (--occurrence == 0) {
            *ret_column = i;
            return true;
        }
    }
    return false;
}

/* An empty code says that the source value means nothing: "-=" or "999=". */
static enum kp_status read_values(const struct builder *b, size_t row, const char *pairs,
                                  struct kp_column *column)
{
    size_t n = 0, cap = 1;
    for (const char *at = pairs; *at; at++)
        cap += *at == '|';
    column->codes = kp_arena_alloc(b->arena, cap * sizeof(*column->codes));
    if (!column->codes)
        return KP_E_SYSTEM;
    const struct kp_item *item = &b->tables->items[column->index];
    bool coded = column->kind == KP_COL_ITEM && *item->code_system;
    while (*pairs) {
        size_t length = strcspn(pairs, "|");
        char *pair = kp_arena_strndup(b->arena, pairs, length);
        char *equals = pair ? strrchr(pair, '=') : NULL;
        if (!equals)
            return row_bad(b, row, "values are source=code pairs separated by |, not", pairs);
        *equals = '\0';
        if (coded && equals[1] && !kp_code_display(b->tables, item->code_system, equals + 1))
            return row_bad(b, row, "the item does not have code", equals + 1);
        char *key = kp_text_value_key(b->arena, pair);
        column->codes[n] = equals + 1;
        if (!key || kp_map_put(&column->values, b->arena, key, (uint32_t)n++) != KP_MAP_ADDED)
            return row_bad(b, row, "source value stands twice:", pair);
        pairs += length + (pairs[length] == '|');
    }
    return KP_OK;
}

static bool is_date_field(const struct kp_column *column)
{
    static const enum kp_field dates[] = {KP_F_BIRTH_DATE, KP_F_EXAM_DATE, KP_F_MEMBER_FROM, KP_F_MEMBER_TO,
                                          KP_F_TICKET_EXPIRES};
    for (size_t i = 0; i < KP_COUNT(dates); i++)
        if (column->kind == KP_COL_FIELD && column->index == dates[i])
            return true;
    return false;
}

static enum kp_status read_unit(const struct builder *b, size_t row, const char *unit,
                                struct kp_column *column)
{
    if (!*unit)
        return KP_OK;
    if (is_date_field(column) && (strcmp(unit, "excel") == 0 || strcmp(unit, "excel1904") == 0)) {
        column->serial = unit[5] ? KP_SERIAL_1904 : KP_SERIAL_1900;
        return KP_OK;
    }
    bool has_unit = column->kind == KP_COL_ITEM || column->kind == KP_COL_LOW || column->kind == KP_COL_HIGH;
    const struct kp_item *item = has_unit ? &b->tables->items[column->index] : NULL;
    const char *key = kp_text_value_key(b->arena, unit);
    const char *known = key ? kp_unit_of(b->tables, key) : NULL;
    bool own = known && item && strcmp(known, item->unit) == 0;
    if (known && item && (own || kp_conversion_of(b->tables, item, known))) {
        column->unit = own ? NULL : known;
        return KP_OK;
    }
    return kp_fail(b->diag, KP_E_USAGE, KP_K_UNIT_UNKNOWN,
                   kp_at(b->job->file->path, b->sheet->rows[row].line), unit,
                   item && *item->unit ? item->unit : "-");
}

static enum kp_status apply_row(struct builder *b, size_t i)
{
    const char *const *cells = b->sheet->rows[i].cells;
    size_t at = 0;
    if (!find_column(b, cells[b->at[M_COLUMN]], &at))
        return kp_fail(b->diag, KP_E_USAGE, KP_K_MAPPING_COLUMN_ABSENT,
                       kp_at(b->job->file->path, b->sheet->rows[i].line), cells[b->at[M_COLUMN]]);
    struct kp_column *column = &b->mapping->columns[at];
    if (column->kind != KP_COL_UNMAPPED)
        return row_bad(b, i, "the column is named twice:", cells[b->at[M_COLUMN]]);
    if (!kp_target_read(b->arena, b->tables, cells[b->at[M_TARGET]], column))
        return row_bad(b, i, "unknown target", cells[b->at[M_TARGET]]);
    column->why = KP_WHY_MAPPING;
    enum kp_status st = read_unit(b, i, cells[b->at[M_UNIT]], column);
    return st == KP_OK ? read_values(b, i, cells[b->at[M_VALUES]], column) : st;
}

static enum kp_status apply_sheet(struct builder *b)
{
    b->sheet = &b->job->file->sheet;
    for (size_t m = 0; m < M__COUNT; m++)
        if (!kp_sheet_column(b->sheet, MAPPING_COLUMNS[m], &b->at[m]))
            return KP_E_USAGE;
    for (size_t i = 0; i < b->sheet->n_rows; i++)
        KP_TRY(apply_row(b, i));
    return KP_OK;
}

static enum kp_status apply_cc2x(const struct builder *b)
{
    const struct kp_mapping_file *file = b->job->file;
    struct kp_cc2x cc2x = {.arena = b->arena,
                           .tables = b->tables,
                           .diag = b->diag,
                           .sheet = &file->sheet,
                           .methods = file->methods_path ? &file->methods : NULL,
                           .path = file->path,
                           .methods_path = file->methods_path,
                           .file = b->job->input,
                           .n_files = b->job->n_inputs};
    return kp_cc2x_apply(&cc2x, b->mapping);
}

/* --- header synonyms --- */

static bool same_target(const struct kp_column *a, const struct kp_column *b)
{
    return a->kind == b->kind && a->index == b->index && a->is_pair == b->is_pair && a->casual == b->casual;
}

/* A code in one header row may say more than the name in the other: the same analyte and identification,
 * another specimen or method; or one of the two items that the name leaves open. */
static bool refines(const struct kp_tables *tables, const struct kp_column *code,
                    const struct kp_column *name)
{
    enum { ANALYTE = 5, IDENTIFIED = 9 };
    const struct kp_item *a = &tables->items[code->index], *b = &tables->items[name->index];
    if (code->why != KP_WHY_NAME || code->kind != KP_COL_ITEM || name->kind != KP_COL_ITEM || code->is_pair)
        return false;
    return a->type == b->type && memcmp(a->code, b->code, name->is_pair ? ANALYTE : IDENTIFIED) == 0;
}

static void leave_out(struct kp_column *column, enum kp_why why)
{
    column->kind = KP_COL_UNMAPPED;
    column->is_pair = false;
    column->why = why;
}

/* A row of units above or below the names. */
static void apply_unit_beside(const struct builder *b, const char *cell, struct kp_column *column)
{
    bool item = column->kind == KP_COL_ITEM || column->kind == KP_COL_LOW || column->kind == KP_COL_HIGH;
    const char *unit = item && cell ? kp_unit_alone(b->arena, b->tables, cell) : NULL;
    const char *in_name = column->unit;
    if (!unit)
        return;
    kp_column_take_unit(b->tables, unit, column);
    if (in_name && column->kind != KP_COL_UNMAPPED && (!column->unit || strcmp(column->unit, in_name) != 0))
        leave_out(column, KP_WHY_ROWS);
}

static void apply_synonym(const struct builder *b, struct kp_column *column)
{
    struct kp_column first = *column, second = *column;
    bool by_first = kp_header_read(b->arena, b->tables, column->header, &first);
    bool by_second = column->second && kp_header_read(b->arena, b->tables, column->second, &second);
    if (by_first && by_second && !same_target(&first, &second)) {
        bool second_refines = refines(b->tables, &second, &first);
        if (!second_refines && !refines(b->tables, &first, &second)) {
            column->why = KP_WHY_ROWS;
            return;
        }
        *column = second_refines ? second : first;
    } else if (by_first || by_second) {
        *column = by_first ? first : second;
    }
    if (first.unit && second.unit && strcmp(first.unit, second.unit) != 0)
        leave_out(column, KP_WHY_ROWS);
    else if (column->kind != KP_COL_UNMAPPED)
        column->unit = first.unit ? first.unit : second.unit;
    if (by_first != by_second)
        apply_unit_beside(b, by_first ? column->second : column->header, column);
}

static bool has_target(const struct kp_mapping *m, enum kp_column_kind kind, unsigned index)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].kind == kind && m->columns[i].index == index && !m->columns[i].is_pair)
            return true;
    return false;
}

/* Glucose or triglycerides from a column that does not say which, where no other column tells it either. */
static bool tells_meal(const struct builder *b)
{
    const struct kp_item *meal = kp_item_find(b->tables, KP_ITEM_MEAL);
    return has_target(b->mapping, KP_COL_FIELD, KP_F_FASTING) ||
           (meal && has_target(b->mapping, KP_COL_ITEM, (unsigned)(meal - b->tables->items)));
}

/* A judgement without a column for its doctor, or a doctor without a judgement: no row could go out with it.
 */
static bool lacks_partner(const struct builder *b, const struct kp_column *column)
{
    const struct kp_item *item = &b->tables->items[column->index];
    if (item->author_item >= 0)
        return !has_target(b->mapping, KP_COL_ITEM, (unsigned)item->author_item);
    for (size_t i = 0; i < b->tables->n_items && item->is_author; i++)
        if (b->tables->items[i].author_item == (int)column->index &&
            has_target(b->mapping, KP_COL_ITEM, (unsigned)i))
            return false;
    return item->is_author;
}

/* A column that tells fasting serves the pairs alone; where there are none its words need not be understood.
 */
static bool has_pair(const struct kp_mapping *m)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].is_pair)
            return true;
    return false;
}

static void leave_out_what_cannot_stand_alone(const struct builder *b)
{
    bool meal = tells_meal(b), pair = has_pair(b->mapping);
    for (size_t i = 0; i < b->mapping->n_columns; i++) {
        struct kp_column *column = &b->mapping->columns[i];
        if (column->is_pair && !meal)
            leave_out(column, KP_WHY_MEAL);
        else if (column->kind == KP_COL_FIELD && column->index == KP_F_FASTING && !pair)
            leave_out(column, KP_WHY_UNKNOWN);
        else if (column->kind == KP_COL_ITEM && lacks_partner(b, column))
            leave_out(column, KP_WHY_DOCTOR);
    }
}

static enum kp_status apply_synonyms(const struct builder *b)
{
    for (size_t i = 0; i < b->mapping->n_columns; i++)
        if (b->mapping->columns[i].kind != KP_COL_OURS)
            apply_synonym(b, &b->mapping->columns[i]);
    leave_out_what_cannot_stand_alone(b);
    return b->arena->failed ? KP_E_SYSTEM : KP_OK;
}

/* --- all of it --- */

static bool is_joined(const struct builder *b, const struct kp_column *column)
{
    return column->kind == KP_COL_ITEM && b->tables->items[column->index].several == KP_SEVERAL_JOIN;
}

/* Findings that are spread over several columns, in the order of the columns. */
static void link_joined(const struct builder *b)
{
    struct kp_mapping *m = b->mapping;
    for (size_t i = 0; i < m->n_columns; i++) {
        enum kp_column_kind kind = m->columns[i].kind;
        m->has_units |= kind == KP_COL_UNIT || kind == KP_COL_LOW || kind == KP_COL_HIGH;
        for (size_t k = i + 1; is_joined(b, &m->columns[i]) && k < m->n_columns; k++)
            if (same_target(&m->columns[i], &m->columns[k])) {
                m->columns[i].next = &m->columns[k];
                m->columns[k].follows = true;
                break;
            }
    }
}

static enum kp_status check_pairs(const struct builder *b)
{
    for (size_t i = 0; i < b->mapping->n_columns && !tells_meal(b); i++)
        if (b->mapping->columns[i].is_pair)
            return kp_fail(b->diag, KP_E_USAGE, KP_K_MAPPING_NEEDS_MEAL, kp_in(b->job->file->path),
                           b->mapping->columns[i].header);
    return KP_OK;
}

enum kp_status kp_mapping_build(const struct kp_mapping_job *job, const struct kp_heading *heading,
                                struct kp_mapping *ret_mapping)
{
    struct kp_mapping mapping = {.columns =
                                     kp_arena_alloc(job->arena, (heading->n + 1) * sizeof(*mapping.columns)),
                                 .n_columns = heading->n};
    struct builder b = {
        .job = job, .arena = job->arena, .tables = job->tables, .diag = job->diag, .mapping = &mapping};
    unsigned number = 0;
    if (!mapping.columns)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < heading->n; i++) {
        struct kp_column *column = &mapping.columns[i];
        column->header = heading->first[i];
        column->second = heading->second ? heading->second[i] : NULL;
        if (strncmp(column->header, "kp_", 3) == 0)
            column->kind = KP_COL_OURS;
        else
            column->number = ++number;
    }
    if (!job->file) {
        KP_TRY(apply_synonyms(&b));
    } else {
        KP_TRY(job->file->is_cc2x ? apply_cc2x(&b) : apply_sheet(&b));
        KP_TRY(check_pairs(&b));
    }
    link_joined(&b);
    *ret_mapping = mapping;
    return KP_OK;
}

size_t kp_mapping_lacks(const struct kp_mapping *mapping, bool has_facility,
                        struct kp_lacking ret_lacking[KP_REQUIRED_FIELDS])
{
    static const struct {
        enum kp_field field;
        const char *header;
    } required[KP_REQUIRED_FIELDS] = {{KP_F_INSURER_NUMBER, "保険者番号"},
                                      {KP_F_INSURED_NUMBER, "保険番号"},
                                      {KP_F_NAME_KANA, "カナ氏名"},
                                      {KP_F_SEX, "性別"},
                                      {KP_F_BIRTH_DATE, "生年月日"},
                                      {KP_F_POSTAL_CODE, "郵便番号"},
                                      {KP_F_ADDRESS, "住所"},
                                      {KP_F_EXAM_DATE, "健診実施日"},
                                      {KP_F_FACILITY_NUMBER, "健診機関番号"},
                                      {KP_F_FACILITY_NAME, "健診機関名称"}};
    size_t n = 0;
    for (size_t i = 0; i < KP_COUNT(required); i++) {
        bool facility = required[i].field == KP_F_FACILITY_NUMBER || required[i].field == KP_F_FACILITY_NAME;
        if (!has_target(mapping, KP_COL_FIELD, required[i].field) && !(facility && has_facility))
            ret_lacking[n++] = (struct kp_lacking){kp_field_name(required[i].field), required[i].header};
    }
    return n;
}
