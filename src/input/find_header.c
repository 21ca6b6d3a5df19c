#include "input/find_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/scan.h"
#include "base/status.h"
#include "input/header_names.h"

enum { MAX_TITLES = 10, MAX_ABOVE = 16, ENOUGH_NAMES = 3, ENOUGH_FIELDS = 2, WIDE = 10 };

/* What a cell contains; PERSONAL: a date, a postal code or a word for a sex, which headers never are. */
enum { FILLED = 1, NUMBER = 2, DATE = 4, PERSONAL = 8 };

struct line {
    const char *const *cells;
    const unsigned *traits; /* of the cells: FILLED, ... */
    size_t n, n_filled;
    uint64_t number;
    bool spans_lines;
};

struct finder {
    struct kp_context *ctx;
    const struct kp_input *input;
    const struct kp_mapping_file *file; /* NULL: columns are known by their headers */
    struct kp_map by_name, by_number;   /* of columns: rows of the mapping file */
    struct kp_csvin *in;
    struct kp_arena *scratch; /* reset by clean_scratch */
    struct line lines[MAX_TITLES + 2];
    size_t n_lines;
    struct line above[MAX_ABOVE]; /* comments above the first row, without their # */
    size_t n_above;
    bool ours; /* the input is a rejected.csv or held.csv */
};

/* --- reading --- */

/* Empties the scratch arena, keeping its failure. */
static struct kp_arena *clean_scratch(const struct finder *f)
{
    f->ctx->arena.failed |= f->scratch->failed;
    kp_arena_reset(f->scratch);
    return f->scratch;
}

static unsigned traits_of(const struct finder *f, const char *cell)
{
    const char *text = kp_text_trim(clean_scratch(f), cell);
    const char *folded = text ? kp_text_nfkc(f->scratch, text) : NULL;
    struct kp_decimal number;
    struct kp_date date;
    if (!folded || !*folded)
        return 0;
    const char *word = kp_text_is_ascii(folded) ? NULL : kp_text_value_key(f->scratch, folded);
    unsigned traits = FILLED;
    if (kp_decimal_parse(folded, strlen(folded), &number))
        traits |= NUMBER;
    if (kp_date_parse(folded, &date, NULL) == KP_DATE_OK)
        traits |= DATE | PERSONAL;
    if (kp_has_shape(folded, "000-0000") || (word && kp_code_of(&f->ctx->tables, "sex", word)))
        traits |= PERSONAL;
    return traits;
}

/* Returns false if the row does not decode or memory is short, which marks the arena. */
static bool read_line(struct finder *f, const struct kp_csvrow *row, struct line *ret_line)
{
    struct kp_arena *arena = &f->ctx->arena;
    struct kp_buf out = {0};
    const char **cells = kp_arena_alloc(arena, (row->n_cells + 1) * sizeof(*cells));
    unsigned *traits = kp_arena_alloc(arena, (row->n_cells + 1) * sizeof(*traits));
    struct line line = {cells, traits, row->n_cells, 0, row->line, row->spans_lines};
    bool ok = cells && traits, comment = ret_line != &f->lines[f->n_lines];
    for (size_t i = 0, bad = 0; ok && i < row->n_cells; i++) {
        const struct kp_cell *cell = &row->cells[i];
        kp_buf_reset(&out);
        ok = kp_text_decode(f->ctx->text, f->input->encoding, cell->bytes, cell->n, &out, &bad);
        if (!kp_buf_ok(&out)) /* a name that lost its text would lose its column */
            ok = kp_arena_fail(arena) != NULL;
        const char *text = kp_buf_text(&out);
        bool mark = comment && i == 0 && text[0] == '#';
        ok = ok && (cells[i] = kp_arena_strdup(arena, text + mark));
        traits[i] = ok ? traits_of(f, cells[i]) : 0;
        line.n_filled += traits[i] != 0;
    }
    kp_buf_release(&out);
    for (size_t i = 0; ok && !comment && i < row->n_cells; i++)
        f->ours |= strcmp(cells[i], "kp_file") == 0;
    for (size_t i = 0; ok && f->ours && i < row->n_cells; i++)
        cells[i] = kp_sheet_cell_text(cells[i]);
    if (ok)
        *ret_line = line;
    return ok;
}

static bool add_line(struct finder *f, const struct kp_csvrow *row)
{
    bool ok = read_line(f, row, &f->lines[f->n_lines]);
    f->n_lines += ok;
    return ok;
}

/* Reads the comments above the first row. Those that are not CSV are only comments. */
static enum kp_status read_above(struct finder *f)
{
    const struct kp_buf *bytes = &f->in->above;
    struct kp_csvin *in = NULL;
    struct kp_csvrow row = {0};
    bool end = false;
    if (bytes->len == 0)
        return KP_OK;
    if (kp_csvin_memory(&in, bytes->data, bytes->len, kp_csvin_delimiter(f->in)) != KP_OK)
        return kp_no_memory(f->ctx);
    while (f->n_above < MAX_ABOVE && kp_csvin_next(in, &row, &end) == KP_OK && !end)
        f->n_above += read_line(f, &row, &f->above[f->n_above]);
    kp_csvin_close(in);
    return f->ctx->arena.failed ? kp_no_memory(f->ctx) : KP_OK;
}

static enum kp_status read_first(struct finder *f)
{
    struct kp_csvrow row = {0};
    bool end = false;
    struct kp_diag *diag = &f->ctx->diag;
    if (kp_csvin_next(f->in, &row, &end) != KP_OK)
        return kp_input_fault(f->ctx, f->input, f->in);
    if (end)
        return kp_fail(diag, KP_E_INPUT, KP_K_INPUT_EMPTY, kp_in(f->input->path));
    if (add_line(f, &row))
        return KP_OK;
    return f->ctx->arena.failed ? kp_no_memory(f->ctx)
                                : kp_fail(diag, KP_E_INPUT, KP_K_INPUT_ENCODING,
                                          kp_at(f->input->path, row.line), "neither UTF-8 nor CP932");
}

/* Reads one more line; returns false at the end of the file or of the search. Failures below the first line
 * are found and reported when the data is read. */
static bool read_next(struct finder *f)
{
    struct kp_csvrow row = {0};
    bool end = false;
    return f->n_lines < KP_COUNT(f->lines) && kp_csvin_next(f->in, &row, &end) == KP_OK && !end &&
           add_line(f, &row);
}

/* --- cells --- */

static bool has_trait(const struct line *line, size_t i, unsigned traits)
{
    return i < line->n && (line->traits[i] & traits) != 0;
}

/* Indexes the rows of a mapping file. */
static enum kp_status index_rows(struct finder *f)
{
    struct kp_arena *arena = &f->ctx->arena;
    if (!f->file || f->file->is_cc2x)
        return KP_OK;
    const struct kp_sheet *sheet = &f->file->sheet;
    for (size_t i = 0; i < sheet->n_rows; i++) {
        const char *name = kp_sheet_cell_text(sheet->rows[i].cells[f->file->at[KP_MAPPING_COLUMN]]);
        const char *key = *name == '#' ? name : kp_text_value_key(arena, name);
        struct kp_map *map = *name == '#' ? &f->by_number : &f->by_name;
        if (!key || (*key && kp_map_put(map, arena, key, (uint32_t)i) == KP_MAP_NO_MEMORY))
            return kp_no_memory(f->ctx);
    }
    return KP_OK;
}

/* Looks the column up in the mapping file, by its name and its number (0: by name only). Wrong targets are
 * reported when the mapping is built. */
static bool is_mapped(const struct finder *f, const char *cell, size_t number, struct kp_column *ret_column)
{
    char place[24];
    uint32_t row = 0;
    if (!f->file)
        return false;
    (void)snprintf(place, sizeof(place), "#%zu", number);
    const char *key = kp_text_value_key(clean_scratch(f), cell);
    if (!kp_map_get(&f->by_number, place, &row) && (!key || !kp_map_get(&f->by_name, key, &row)))
        return false;
    const char *target = f->file->sheet.rows[row].cells[f->file->at[KP_MAPPING_TARGET]];
    return kp_target_read(f->scratch, &f->ctx->tables, target, ret_column);
}

static bool means(const struct finder *f, const char *cell, size_t number, struct kp_column *ret_column)
{
    *ret_column = (struct kp_column){0};
    return is_mapped(f, cell, number, ret_column) ||
           (*cell && kp_header_read(clean_scratch(f), &f->ctx->tables, cell, ret_column));
}

/* Returns the number of the column as in a mapping file: kp_ columns do not count. */
static size_t number_of(const struct line *names, size_t i)
{
    size_t ours = 0;
    for (size_t k = 0; k <= i; k++)
        ours += strncmp(names->cells[k], "kp_", 3) == 0;
    return strncmp(names->cells[i], "kp_", 3) == 0 ? 0 : i + 1 - ours;
}

/* Returns the field of a person that the i-th column is, or KP_F__COUNT. */
static unsigned field_at(const struct finder *f, const struct line *names, size_t i)
{
    struct kp_column column;
    bool known = means(f, names->cells[i], number_of(names, i), &column);
    return known && column.kind == KP_COL_FIELD ? column.index : KP_F__COUNT;
}

/* --- rows --- */

static bool is_known(const struct finder *f, const char *cell)
{
    struct kp_column column = {0};
    return kp_header_read(clean_scratch(f), &f->ctx->tables, cell, &column);
}

/* Returns whether the line looks like data: hardly a known name, but personal cells, or numbers unless
 * columns may have numbers for names. */
static bool is_data(const struct finder *f, const struct line *line, bool numbers_may_be_names)
{
    size_t known = 0, personal = 0, numbers = 0;
    for (size_t i = 0; i < line->n; i++) {
        if (has_trait(line, i, PERSONAL))
            personal++;
        else if (has_trait(line, i, NUMBER))
            numbers++;
        else
            known += is_known(f, line->cells[i]);
    }
    return personal + numbers > known &&
           (personal > 0 || (!numbers_may_be_names && 3 * numbers > line->n_filled));
}

/* Returns whether a line below the names is a header row of its own: it has item codes, or mostly known
 * names. */
static bool is_second(const struct finder *f, const struct line *line)
{
    size_t known = 0, codes = 0;
    for (size_t i = 0; i < line->n; i++) {
        const char *text = kp_text_trim(clean_scratch(f), line->cells[i]);
        codes += text && kp_is_item_code(text);
        known += is_known(f, line->cells[i]);
    }
    return codes > 0 || (known >= ENOUGH_NAMES && 2 * known >= line->n_filled);
}

/* Returns whether the line has names of columns, fields of a person among them. */
static bool names_columns(const struct finder *f, const struct line *line)
{
    size_t known = 0, fields = 0;
    for (size_t i = 0; i < line->n; i++) {
        struct kp_column column;
        bool knows = means(f, line->cells[i], 0, &column);
        known += knows;
        fields += knows && column.kind == KP_COL_FIELD;
    }
    return known >= ENOUGH_NAMES && fields >= ENOUGH_FIELDS && !is_data(f, line, true);
}

/* Returns whether the line, which is above the names, contains a person: it fills most fields or has a birth
 * date. A title fills few columns. */
static bool has_person(const struct finder *f, const struct line *line, const struct line *names)
{
    size_t fields = 0, filled_fields = 0;
    for (size_t i = 0; i < names->n; i++) {
        unsigned field = field_at(f, names, i);
        if (field == KP_F__COUNT)
            continue;
        fields++;
        filled_fields += has_trait(line, i, FILLED);
        if (field == KP_F_BIRTH_DATE && has_trait(line, i, DATE | NUMBER))
            return true;
    }
    return 2 * filled_fields > fields || (2 * line->n_filled > names->n && is_data(f, line, true));
}

static bool is_person_value(const struct line *line, size_t i, unsigned field, bool numbers)
{
    enum { DAYS = 5, INSTITUTION = 7 };
    bool day = field == KP_F_BIRTH_DATE || field == KP_F_EXAM_DATE;
    bool institution = field == KP_F_INSURER_NUMBER || field == KP_F_FACILITY_NUMBER;
    size_t least = day ? DAYS : institution ? INSTITUTION : SIZE_MAX;
    return (day && has_trait(line, i, DATE)) ||
           (numbers && has_trait(line, i, NUMBER) && strlen(line->cells[i]) >= least);
}

/* Returns whether the line has a date, or with numbers a day count or an institution's number, in a column
 * whose name says so. */
static bool has_person_values(const struct finder *f, const struct line *line, const struct line *names,
                              bool numbers)
{
    struct kp_column column;
    for (size_t i = 0; i < line->n && i < names->n; i++)
        if (is_person_value(line, i, field_at(f, names, i), numbers) &&
            !is_mapped(f, line->cells[i], 0, &column)) /* a mapping file may use such numbers as names */
            return true;
    return false;
}

/* Returns whether the line directly above the names has the names of column groups: several cells, none of
 * them a remark ("出力日：..."), a date or a number. */
static bool names_groups(const struct line *line, const struct line *names)
{
    for (size_t i = 0; i < line->n; i++) {
        const char *cell = line->cells[i];
        bool remark =
            (strstr(cell, "：") || strchr(cell, ':')) && !strpbrk(cell, "()[]") && !strstr(cell, "（");
        if (remark || has_trait(line, i, DATE | NUMBER))
            return false;
    }
    return line->n_filled >= ENOUGH_NAMES && names->n <= line->n;
}

/* Returns whether the column shares its name with a neighbour or has none, as below a merged cell. */
static bool spans(const struct line *names, size_t i)
{
    const char *name = names->cells[i];
    return !has_trait(names, i, FILLED) || (i > 0 && strcmp(name, names->cells[i - 1]) == 0) ||
           (i + 1 < names->n && strcmp(name, names->cells[i + 1]) == 0);
}

/* Returns whether the line below the names divides columns ("right", "value", "unit") or has units alone.
 * Columns of a person must be empty: words below undivided names are a person's values. */
static bool names_parts(const struct finder *f, const struct line *line, const struct line *names)
{
    size_t fields = 0, filled = 0, units = 0;
    bool divided = false;
    for (size_t i = 0; i < names->n; i++) {
        bool field = field_at(f, names, i) != KP_F__COUNT;
        fields += field;
        if (!has_trait(line, i, FILLED))
            continue;
        filled++;
        units += kp_unit_alone(clean_scratch(f), &f->ctx->tables, line->cells[i]) != NULL;
        divided |= spans(names, i);
        if (field || has_trait(line, i, DATE | NUMBER))
            return false;
    }
    bool by_place = f->file && f->file->is_cc2x;
    return fields >= ENOUGH_FIELDS && filled > 0 && (divided || units == filled) && !by_place;
}

/* --- no header row --- */

/* Returns whether the mapping names all columns by their numbers. */
static bool is_by_place(const struct finder *f)
{
    return f->file && (f->file->is_cc2x || (f->by_number.n_keys > 0 && f->by_name.n_keys == 0));
}

/* Returns whether the cells are the numbers of their columns: 1, 2, 3. */
static bool numbers_columns(const struct line *line)
{
    for (size_t i = 0; i < line->n; i++)
        if (!kp_all_digits(line->cells[i]) || strtoul(line->cells[i], NULL, 10) != i + 1)
            return false;
    return true;
}

static size_t count_names(const struct finder *f, const struct line *line)
{
    size_t known = 0;
    for (size_t i = 0; i < line->n; i++) {
        struct kp_column column;
        known += !has_trait(line, i, NUMBER | DATE) && means(f, line->cells[i], 0, &column);
    }
    return known;
}

/* Returns the comment above the first row with the names of its columns; NULL if there is none. */
static const struct line *names_above(const struct finder *f)
{
    const struct line *best = NULL;
    size_t most = ENOUGH_NAMES - 1;
    for (const struct line *line = f->above; line < f->above + f->n_above; line++) {
        size_t known = line->n == f->lines[0].n ? count_names(f, line) : 0;
        best = known > most ? line : best;
        most = known > most ? known : most;
    }
    return best;
}

/* Returns whether the first row is data although no header is above it: the mapping needs none, or a comment
 * has the names, as in exports of the CC2X converter. */
static bool starts_with_data(const struct finder *f, const struct line *names)
{
    const struct line *first = &f->lines[0];
    if ((first->n && strncmp(first->cells[0], "kp_", 3) == 0) || names_columns(f, first) ||
        numbers_columns(first))
        return false;
    return is_by_place(f) ? names || is_data(f, first, false) : names && is_data(f, first, false);
}

/* Warns of a header that may be somebody's row: the mapping names columns by number, so its names are not
 * needed, and it has numbers. */
static void warn_of_header(const struct finder *f, const struct line *header)
{
    bool numbers = false;
    for (size_t i = 0; i < header->n; i++)
        numbers |= has_trait(header, i, NUMBER | DATE);
    if (is_by_place(f) && numbers && !numbers_columns(header) && count_names(f, header) == 0)
        kp_warn(&f->ctx->diag, KP_K_HEADER_ASSUMED, kp_at(f->input->path, header->number));
}

/* Warns of comments above the first row that look like rows. */
static void warn_of_rows_above(const struct finder *f)
{
    for (const struct line *line = f->above; line < f->above + f->n_above; line++)
        if (line->n == f->lines[0].n && !numbers_columns(line) && is_data(f, line, false))
            kp_warn(&f->ctx->diag, KP_K_ROWS_COMMENTED_OUT, kp_at(f->input->path, line->number), "1");
}

/* Names the columns by the comment, or as a mapping file does: #1, #2. */
static enum kp_status name_by_place(const struct finder *f, const struct line *names,
                                    struct kp_heading *ret_heading)
{
    struct kp_arena *arena = &f->ctx->arena;
    const size_t n = f->lines[0].n;
    const char **cells = kp_arena_alloc(arena, (n + 1) * sizeof(*cells));
    for (size_t i = 0; cells && i < n; i++)
        cells[i] = names ? kp_text_trim(arena, names->cells[i]) : kp_arena_printf(arena, "#%zu", i + 1);
    *ret_heading = (struct kp_heading){cells, NULL, n};
    return arena->failed ? kp_no_memory(f->ctx) : KP_OK;
}

/* --- the header --- */

static enum kp_status no_header(const struct finder *f, const struct line *line)
{
    if (f->in->fault == KP_CSV_MEMORY) /* it may be in a line that could not be read */
        return kp_no_memory(f->ctx);
    return kp_fail(&f->ctx->diag, KP_E_INPUT, KP_K_HEADER_MISSING, kp_at(f->input->path, line->number));
}

/* Without known names: returns the first line with more than one cell if it is wide enough for a header. */
static size_t below_lone_cells(const struct finder *f)
{
    for (size_t i = 0; i < f->n_lines; i++)
        if (f->lines[i].n_filled > 1)
            return f->lines[i].n_filled >= WIDE ? i : 0;
    return 0;
}

/* Finds the line with the names of the columns; *ret_groups: the line above it names groups of them. */
static enum kp_status find_names(struct finder *f, size_t *ret_at, bool *ret_groups)
{
    size_t at = 0;
    if (!names_columns(f, &f->lines[0]))
        for (size_t i = 1; i <= MAX_TITLES && at == 0 && read_next(f); i++)
            at = names_columns(f, &f->lines[i]) ? i : 0;
    bool groups = at > 0 && names_groups(&f->lines[at - 1], &f->lines[at]);
    for (size_t i = 0; i + groups < at; i++)
        if (has_person(f, &f->lines[i], &f->lines[at]))
            return no_header(f, &f->lines[i]);
    if (at == 0) {
        at = below_lone_cells(f);
        if (is_data(f, &f->lines[at], f->file != NULL) ||
            has_person_values(f, &f->lines[at], &f->lines[at], true))
            return no_header(f, &f->lines[at]);
    }
    *ret_at = at;
    *ret_groups = groups;
    return KP_OK;
}

static bool has_second(struct finder *f, size_t at)
{
    if (at + 1 == f->n_lines && !read_next(f))
        return false;
    const struct line *line = &f->lines[at + 1];
    return line->n <= f->lines[at].n && !has_person_values(f, line, &f->lines[at], false) &&
           (is_second(f, line) || names_parts(f, line, &f->lines[at]));
}

/* Returns whether a quote in the line with the names has swallowed the end of it: the row below is narrower,
 * and the last names would be somebody's values. */
static bool swallows_data(struct finder *f, size_t at)
{
    return f->lines[at].spans_lines && (at + 1 < f->n_lines || read_next(f)) &&
           f->lines[at + 1].n != f->lines[at].n;
}

static const char *const *padded(struct kp_arena *arena, const struct line *line, size_t n)
{
    const char **cells = kp_arena_alloc(arena, (n + 1) * sizeof(*cells));
    for (size_t i = 0; cells && i < n; i++)
        cells[i] = i < line->n ? line->cells[i] : "";
    return cells;
}

enum kp_status kp_find_header(struct kp_context *ctx, struct kp_input *input, struct kp_csvin *in,
                              const struct kp_mapping_file *file, struct kp_heading *ret_heading)
{
    enum kp_status st = KP_OK;
    struct kp_arena scratch = {0};
    struct finder f = {.ctx = ctx, .input = input, .file = file, .in = in, .scratch = &scratch};
    size_t at = 0;
    bool groups = false;
    KP_TRY_OUT(index_rows(&f));
    KP_TRY_OUT(read_first(&f));
    KP_TRY_OUT(read_above(&f));
    const struct line *above = names_above(&f);
    if (starts_with_data(&f, above)) {
        warn_of_rows_above(&f);
        KP_TRY_OUT(name_by_place(&f, above, ret_heading));
        input->header_line = f.lines[0].number;
        input->n_title_rows = input->n_header_rows = 0;
        goto out;
    }
    KP_TRY_OUT(find_names(&f, &at, &groups));
    bool second = groups || has_second(&f, at);
    if (!second && swallows_data(&f, at)) {
        st = kp_fail(&ctx->diag, KP_E_INPUT, KP_K_QUOTE_UNBALANCED, kp_at(input->path, f.lines[at].number));
        goto out;
    }
    warn_of_header(&f, &f.lines[at]);
    at -= groups;
    const struct line *first = &f.lines[at];
    struct kp_heading heading = {first->cells, NULL, first->n};
    if (second)
        heading.second = padded(&ctx->arena, first + 1, first->n);
    (void)clean_scratch(&f);
    KP_TRY_OUT(ctx->arena.failed || in->fault == KP_CSV_MEMORY ? kp_no_memory(ctx) : KP_OK);
    input->header_line = first->number;
    input->n_title_rows = (unsigned)at;
    input->n_header_rows = second ? 2 : 1;
    *ret_heading = heading;
out:
    kp_arena_release(&scratch);
    return st;
}
