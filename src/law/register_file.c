#include "law/register_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/suggest.h"
#include "tables/names.h"
#include "tables/register_words.h"
#include "law/ident.h"

const char *kp_register_cell(const struct kp_register *r, size_t row, size_t column)
{
    return r->at[column] == SIZE_MAX ? "" : r->sheet.rows[row].cells[r->at[column]];
}

uint64_t kp_register_line(const struct kp_register *r, size_t row)
{
    return r->sheet.rows[row].line;
}

/* --- faults --- */

void kp_register_no_memory(struct kp_register *r)
{
    if (r->is_second_look) /* the arena has failed, too */
        r->st = KP_E_SYSTEM;
    else if (r->st != KP_E_SYSTEM)
        r->st = kp_no_memory(r->ctx);
}

static void fault(struct kp_register *r, enum kp_code code, struct kp_where where, const char *arg1,
                  const char *arg2)
{
    if (r->st == KP_E_SYSTEM)
        return;
    r->st = KP_E_USAGE;
    if (r->is_second_look)
        return;
    if (r->n_faults++ < KP_REGISTER_FAULTS_SHOWN)
        (void)kp_fail(&r->ctx->diag, KP_E_USAGE, code, where, arg1, arg2);
}

/* Names a column by its heading and, in Japanese, by what it is. */
static const char *column_shown(struct kp_register *r, size_t column)
{
    const char *heading = r->columns[column], *word = kp_term(&r->ctx->diag, "column", heading);
    const char *both = word == heading ? heading : kp_arena_printf(&r->ctx->arena, "%s(%s)", word, heading);
    return both ? both : heading;
}

void kp_register_fault(struct kp_register *r, size_t row, size_t column, enum kp_code code, const char *arg1,
                       const char *arg2)
{
    fault(r, code, kp_field_at(r->path, kp_register_line(r, row), column_shown(r, column)), arg1, arg2);
}

/* Returns whether the cell may be about a person: all but a few of a register that names persons, and what
 * somebody writes in their own words. */
static bool is_personal(const struct kp_register *r, size_t column)
{
    bool names_persons = false;
    for (size_t i = 0; i < r->n_columns; i++)
        names_persons |= kp_list_has("employee_id insured_number", r->columns[i]);
    return names_persons ? !kp_list_has("recipient items kind state code", r->columns[column])
                         : strcmp(r->columns[column], "note") == 0;
}

/* A wrong value that may be about a person is masked unless values may be shown. */
void kp_register_bad(struct kp_register *r, size_t row, size_t column, const char *expected)
{
    bool shown = r->ctx->diag.show_values || !is_personal(r, column);
    kp_register_fault(r, row, column, KP_K_REGISTER_VALUE_BAD, shown ? kp_register_cell(r, row, column) : "…",
                      expected);
}

void kp_register_missing(struct kp_register *r, size_t row, size_t column, const char *expected)
{
    kp_register_fault(r, row, column, KP_K_REGISTER_VALUE_MISSING, expected, NULL);
}

static const char *number_text(struct kp_register *r, uint64_t n)
{
    return kp_arena_printf(r->arena, "%" PRIu64, n);
}

static void mend(struct kp_register *r, enum kp_mend what, uint64_t n, uint64_t line)
{
    if (n > 0 && r->mended[what].n == 0)
        r->mended[what].line = line;
    r->mended[what].n += n;
}

enum kp_status kp_register_close(struct kp_register *r)
{
    static const enum kp_code codes[KP_MEND__COUNT] = {
        [KP_MEND_COMMENTS] = KP_K_REGISTER_COMMENTS,     [KP_MEND_ZEROS] = KP_K_REGISTER_ZEROS_RESTORED,
        [KP_MEND_DATES] = KP_K_REGISTER_DATES_RESPELLED, [KP_MEND_ROWS] = KP_K_REGISTER_ROWS_EMPTY,
        [KP_MEND_COLUMNS] = KP_K_REGISTER_COLUMNS_EMPTY, [KP_MEND_WORDS] = KP_K_REGISTER_WORDS_READ,
    };
    if (r->st == KP_E_SYSTEM)
        return r->st;
    for (size_t i = 0; i < KP_MEND__COUNT && !r->is_second_look; i++)
        if (r->mended[i].n > 0)
            kp_warn(&r->ctx->diag, codes[i], kp_at(r->path, r->mended[i].line),
                    number_text(r, r->mended[i].n));
    if (r->n_faults > KP_REGISTER_FAULTS_SHOWN)
        return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_REGISTER_FAULTS_MORE, kp_in(r->path),
                       number_text(r, r->n_faults - KP_REGISTER_FAULTS_SHOWN));
    return r->st;
}

/* --- the sheet --- */

static bool is_empty(const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (*cells[i])
            return false;
    return true;
}

/* Returns whether the row does not count: a comment that a spreadsheet has padded, or nothing at all. */
static bool is_idle(struct kp_register *r, const char *const *cells, size_t n, uint64_t line)
{
    bool comment = n > 0 && cells[0][0] == '#', empty = is_empty(cells, n);
    mend(r, comment ? KP_MEND_COMMENTS : KP_MEND_ROWS, comment || empty, line);
    return comment || empty;
}

/* Makes the first row that counts the header, and drops the others that do not. */
static void drop_idle_rows(struct kp_register *r)
{
    struct kp_sheet *s = &r->sheet;
    size_t kept = 0;
    bool header = !is_idle(r, s->columns, s->n_columns, s->header_line);
    mend(r, KP_MEND_COMMENTS, s->n_comments, 0);
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct kp_sheet_row row = s->rows[i];
        if (is_idle(r, row.cells, row.n_cells, row.line))
            continue;
        if (header) {
            s->rows[kept++] = row;
            continue;
        }
        header = true;
        s->columns = row.cells;
        s->n_columns = row.n_cells;
        s->header_line = row.line;
    }
    s->n_rows = kept;
}

static void drop_rows_of_other_width(struct kp_register *r)
{
    struct kp_sheet *s = &r->sheet;
    size_t kept = 0;
    for (size_t i = 0; i < s->n_rows; i++) {
        size_t n = s->rows[i].n_cells; /* without the empty cells by which spreadsheets pad a row */
        while (n > s->n_columns && !*s->rows[i].cells[n - 1])
            n--;
        if (n == s->n_columns)
            s->rows[kept++] = s->rows[i];
        else
            fault(r, KP_K_REGISTER_ROW_WIDTH, kp_at(r->path, s->rows[i].line),
                  number_text(r, s->rows[i].n_cells), number_text(r, s->n_columns));
    }
    s->n_rows = kept;
}

/* Finds the columns of a list. Returns false if memory is short. */
static bool find_columns(struct kp_register *r, const char *list, bool required)
{
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        size_t i = r->n_columns++;
        r->at[i] = SIZE_MAX;
        if (!(r->columns[i] = kp_arena_strndup(&r->ctx->arena, word.at, word.n)))
            return false;
        if (!kp_sheet_column(&r->sheet, r->columns[i], &r->at[i]) && required)
            fault(r, KP_K_REGISTER_COLUMN_MISSING, kp_at(r->path, r->sheet.header_line), r->columns[i], NULL);
    }
    return true;
}

static bool is_expected(const struct kp_register *r, size_t sheet_column)
{
    for (size_t i = 0; i < r->n_columns; i++)
        if (r->at[i] == sheet_column)
            return true;
    return false;
}

static void check_other_columns(struct kp_register *r)
{
    const struct kp_sheet *s = &r->sheet;
    for (size_t i = 0; i < s->n_columns; i++) {
        const char *name = s->columns[i];
        bool empty = !*name;
        if (is_expected(r, i))
            continue;
        for (size_t row = 0; empty && row < s->n_rows; row++)
            empty = !*s->rows[row].cells[i];
        empty = empty && !(r->filled && r->filled[i]);
        mend(r, KP_MEND_COLUMNS, empty, s->header_line);
        if (*name)
            fault(r, KP_K_REGISTER_COLUMN_UNKNOWN, kp_at(r->path, s->header_line), name,
                  kp_suggest_from(name, r->columns, r->n_columns));
        else if (!empty)
            fault(r, KP_K_REGISTER_COLUMN_UNNAMED, kp_at(r->path, s->header_line), number_text(r, i + 1),
                  NULL);
    }
}

static enum kp_status read_sheet(struct kp_register *r)
{
    struct kp_context *ctx = r->ctx;
    const char *bytes = NULL;
    size_t n = 0;
    enum kp_status st = kp_read_file(ctx->io, r->path, KP_SHEET_MAX_BYTES, &ctx->arena, &bytes, &n);
    if (st != KP_OK)
        return kp_unreadable(&ctx->diag, st, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, r->path, NULL);
    r->original = (struct kp_original){.bytes = bytes, .n = n};
    if (r->prepare)
        KP_TRY(r->prepare(ctx, &bytes, &n));
    st = kp_sheet_read(&r->sheet, &ctx->arena, ctx->tables.text, bytes, n, KP_COMMENTS_ALL);
    if (st == KP_E_INPUT)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_at(r->path, r->sheet.bad_line),
                       "not CSV in UTF-8 or CP932");
    return st == KP_OK ? KP_OK : kp_no_memory(ctx);
}

enum kp_status kp_register_open(struct kp_register *r, const char *path, const char *required,
                                const char *optional, size_t row_bytes)
{
    struct kp_context *ctx = r->ctx;
    *r = (struct kp_register){.ctx = ctx, .arena = &ctx->arena, .path = path, .prepare = r->prepare};
    r->st = read_sheet(r);
    if (r->st != KP_OK)
        return r->st;
    drop_idle_rows(r);
    if (!find_columns(r, required, true) || !find_columns(r, optional, false)) {
        kp_register_no_memory(r);
        return r->st;
    }
    if (r->st != KP_OK)
        return r->st; /* without its columns no row means anything */
    drop_rows_of_other_width(r);
    check_other_columns(r);
    size_t respelled = 0;
    if (kp_register_respell(&ctx->tables, &ctx->arena, &r->sheet, &respelled) != KP_OK) {
        kp_register_no_memory(r);
        return r->st;
    }
    mend(r, KP_MEND_WORDS, respelled, 0);
    r->rows = kp_arena_alloc(&ctx->arena, (r->sheet.n_rows + 1) * row_bytes);
    r->last = kp_arena_alloc(&ctx->arena, (r->sheet.n_rows + 1) * sizeof(*r->last));
    if (r->rows && r->last)
        return KP_OK;
    kp_register_no_memory(r);
    return r->st;
}

/* --- row by row --- */

static enum kp_status unreadable(struct kp_register *r, uint64_t line)
{
    return kp_fail(&r->ctx->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_at(r->path, line),
                   "not CSV in UTF-8 or CP932");
}

struct reading {
    struct kp_sha256 *sha;
    char carry[4]; /* begins a character whose end is in the next piece */
    size_t n_carry;
    bool utf8;
};

static enum kp_status read_piece(void *ctx, const char *bytes, size_t n)
{
    struct reading *in = ctx;
    if (!in->utf8)
        return kp_sha256_add(in->sha, bytes, n);
    struct kp_buf all = {0};
    kp_buf_add(&all, in->carry, in->n_carry);
    kp_buf_add(&all, bytes, n);
    bool ok = kp_buf_ok(&all) && kp_sha256_add(in->sha, bytes, n) == KP_OK;
    size_t valid = ok ? kp_utf8_valid_prefix(all.data, all.len) : 0;
    in->n_carry = ok ? all.len - valid : 0;
    in->utf8 = in->n_carry < sizeof(in->carry);
    if (ok && in->utf8)
        memcpy(in->carry, all.data + valid, in->n_carry);
    kp_buf_release(&all);
    return ok ? KP_OK : KP_E_SYSTEM;
}

/* Finds digest and encoding: one half-width kana of CP932 could pass for UTF-8, so all of it counts. */
static enum kp_status survey(struct kp_register *r)
{
    struct kp_context *ctx = r->ctx;
    struct reading in = {.utf8 = true};
    if (kp_sha256_new(&in.sha) != KP_OK)
        return kp_no_memory(ctx);
    enum kp_status st = kp_each_chunk(ctx->io, r->path, read_piece, &in);
    r->original = (struct kp_original){.path = r->path};
    if (st == KP_OK)
        st = kp_sha256_finish(in.sha, r->original.sha256);
    kp_sha256_free(in.sha);
    r->text = in.utf8 && in.n_carry == 0 ? NULL : ctx->tables.text;
    if (st != KP_OK)
        return kp_unreadable(&ctx->diag, st, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, r->path, NULL);
    return KP_OK;
}

static void note_filled(struct kp_register *r)
{
    for (size_t i = 0; i < r->sheet.n_columns; i++)
        r->filled[i] = r->filled[i] || *r->one.cells[i];
}

/* Copies the first row that counts, which is the header. */
static void take_header(struct kp_register *r, const struct kp_csvrow *row, const char *required,
                        const char *optional)
{
    struct kp_arena *arena = &r->ctx->arena;
    struct kp_sheet_row header;
    if (kp_sheet_copy_row(arena, r->text, row, 0, &header) != KP_OK) {
        kp_register_no_memory(r);
        return;
    }
    r->sheet = (struct kp_sheet){
        .columns = header.cells, .n_columns = header.n_cells, .header_line = header.line, .rows = &r->one};
    r->filled = kp_arena_alloc(arena, header.n_cells + 1);
    if (!r->filled || !find_columns(r, required, true) || !find_columns(r, optional, false))
        kp_register_no_memory(r);
}

static enum kp_status each_row(struct kp_register *r, struct kp_csvin *in, const char *const lists[2],
                               void (*fn)(struct kp_register *r, uint64_t at, void *ctx), void *ctx)
{
    while (r->st != KP_E_SYSTEM) {
        struct kp_csvrow row;
        bool end = false;
        uint64_t at = in->lines.taken_bytes;
        enum kp_status st = kp_csvin_next(in, &row, &end);
        if (st == KP_OK && !end) {
            kp_arena_reset(r->arena);
            st = kp_sheet_copy_row(r->arena, r->text, &row, r->sheet.n_columns, &r->one);
        }
        if (st == KP_E_INPUT)
            return unreadable(r, in->fault != KP_CSV_SOUND ? kp_csvin_line(in) : row.line);
        if (st != KP_OK)
            return kp_no_memory(r->ctx);
        if (end)
            return r->st;
        if (is_idle(r, r->one.cells, r->one.n_cells, r->one.line))
            continue;
        if (!r->sheet.columns) {
            take_header(r, &row, lists[0], lists[1]);
            if (r->st != KP_OK)
                return r->st; /* without its columns no row means anything */
        } else if (r->one.n_cells != r->sheet.n_columns) {
            fault(r, KP_K_REGISTER_ROW_WIDTH, kp_at(r->path, r->one.line), number_text(r, r->one.n_cells),
                  number_text(r, r->sheet.n_columns));
        } else {
            note_filled(r);
            fn(r, at, ctx);
        }
    }
    return r->st;
}

enum kp_status kp_register_each(struct kp_register *r, const char *path, const char *required,
                                const char *optional,
                                void (*fn)(struct kp_register *r, uint64_t at, void *ctx), void *ctx)
{
    struct kp_arena of_row = {0};
    struct kp_csvin *in = NULL;
    const char *const lists[] = {required, optional};
    *r = (struct kp_register){.ctx = r->ctx, .arena = &of_row, .path = path};
    r->st = survey(r);
    if (r->st == KP_OK && kp_csvin_open(&in, r->ctx->io, path, ',') != KP_OK)
        r->st = kp_unreadable(&r->ctx->diag, KP_E_INPUT, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, path, NULL);
    if (r->st == KP_OK) {
        in->skips_empty_rows = false; /* they are counted */
        enum kp_status st = in->lines.utf16 == KP_ENC_UTF16LE || in->lines.utf16 == KP_ENC_UTF16BE
                                ? unreadable(r, 1)
                                : each_row(r, in, lists, fn, ctx);
        r->st = st > r->st ? st : r->st;
        mend(r, KP_MEND_COMMENTS, in->skipped.n, 0);
    }
    if (r->st == KP_OK && !r->sheet.columns) /* no header: all columns are missing */
        (void)find_columns(r, required, true);
    kp_csvin_close(in);
    kp_arena_release(&of_row);
    r->arena = &r->ctx->arena;
    if (r->sheet.columns && (r->st == KP_OK || r->n_faults > 0))
        check_other_columns(r);
    return r->st;
}

enum kp_status kp_register_read_at(struct kp_register *r, int fd, uint64_t at)
{
    enum kp_status st = KP_E_FAULT;
    struct kp_buf bytes = {0};
    struct kp_csvrow row;
    bool end = false, whole = false;
    for (size_t most = 4096; st == KP_E_FAULT && !whole; most *= 4) {
        struct kp_csvin *in = NULL;
        size_t n = 0;
        kp_buf_reset(&bytes);
        char *to = kp_buf_reserve(&bytes, most);
        if (!to || kp_file_read_at(r->ctx->io, fd, to, most, at, &n) != KP_OK ||
            kp_csvin_memory(&in, to, n, ',') != KP_OK)
            break;
        in->comments = KP_COMMENTS_ALL;
        whole = n < most;
        if (kp_csvin_next(in, &row, &end) == KP_OK && !end && (whole || in->lines.taken_bytes < n))
            st = kp_sheet_copy_row(r->arena, r->text, &row, r->sheet.n_columns, &r->one);
        kp_csvin_close(in);
    }
    kp_buf_release(&bytes);
    r->sheet.rows = &r->one;
    return st == KP_OK && r->one.n_cells != r->sheet.n_columns ? KP_E_FAULT : st;
}

static int compare_ids(const void *a, const void *b)
{
    const struct kp_register_row *x = a, *y = b;
    return strcmp(x->id, y->id);
}

const struct kp_register_row *kp_register_by_id(struct kp_register *r)
{
    struct kp_register_row *order = kp_arena_alloc(r->arena, (r->sheet.n_rows + 1) * sizeof(*order));
    for (size_t i = 0; order && i < r->sheet.n_rows; i++)
        order[i] = (struct kp_register_row){kp_register_cell(r, i, 0), i};
    if (order)
        qsort(order, r->sheet.n_rows, sizeof(*order), compare_ids);
    else
        kp_register_no_memory(r);
    return order;
}

bool kp_register_file_row(struct kp_register *r, struct kp_map *map, const char *key, size_t row,
                          size_t *ret_previous)
{
    uint32_t first = (uint32_t)row;
    if (!key || kp_map_put(map, r->arena, key, first) == KP_MAP_NO_MEMORY) {
        kp_register_no_memory(r);
        return false;
    }
    (void)kp_map_get(map, key, &first);
    *ret_previous = first == row ? row : r->last[first];
    r->last[first] = row;
    return true;
}

/* --- values --- */

void kp_register_id(struct kp_register *r, size_t row, const char *id)
{
    enum { ID = 0 };
    if (!*id)
        kp_register_missing(r, row, ID, "an id of your own choice");
    else if (strncmp(id, "＃", strlen("＃")) == 0)
        kp_register_bad(r, row, ID, "an id that does not begin with ＃; a half-width # makes a comment");
    else if (!r->filled) /* read one by one, ids are compared at the end */
        kp_register_unique(r, row, id);
}

void kp_register_unique(struct kp_register *r, size_t row, const char *id)
{
    enum { ID = 0 };
    uint32_t line = 0;
    if (kp_map_get(&r->ids, id, &line))
        kp_register_fault(r, row, ID, KP_K_REGISTER_DUPLICATE, id, number_text(r, line));
    else if (kp_map_put(&r->ids, &r->ctx->arena, id, (uint32_t)kp_register_line(r, row)) != KP_MAP_ADDED)
        kp_register_no_memory(r);
}

void kp_register_date(struct kp_register *r, size_t row, size_t column, bool required,
                      struct kp_date *ret_date)
{
    const char *text = kp_register_cell(r, row, column);
    if (!*text && required)
        kp_register_missing(r, row, column, "a date as YYYY-MM-DD");
    else if (!*text || kp_date_parse_iso(text, ret_date))
        return;
    else if (kp_date_parse(text, ret_date, NULL) == KP_DATE_OK)
        mend(r, KP_MEND_DATES, 1, kp_register_line(r, row));
    else
        kp_register_bad(r, row, column, "a date as YYYY-MM-DD");
}

void kp_register_order(struct kp_register *r, size_t row, const size_t columns[2], struct kp_date a,
                       struct kp_date b)
{
    if (kp_date_is_set(a) && kp_date_is_set(b) && kp_date_compare(b, a) < 0)
        kp_register_fault(r, row, columns[1], KP_K_REGISTER_DATES_DISORDERED, column_shown(r, columns[1]),
                          column_shown(r, columns[0]));
}

const char *kp_register_number(struct kp_register *r, size_t row, size_t column, const char *text)
{
    enum { DIGITS = 8, LEAST = 6 /* municipal numbers begin with 00 */ };
    size_t n = kp_digits(text);
    const char *number = text;
    if (n < DIGITS && n >= LEAST && !text[n])
        number = kp_arena_printf(r->arena, "%0*d%s", (int)(DIGITS - n), 0, text);
    if (!number)
        kp_register_no_memory(r);
    else if (!kp_is_digits(number, DIGITS))
        kp_register_bad(r, row, column, "an insurer number of 8 digits");
    else if (!kp_scheme_of(&r->ctx->tables, number))
        kp_register_bad(r, row, column, "a number that begins with a known scheme prefix");
    else if (!kp_check_digit_ok(number, DIGITS))
        kp_register_bad(r, row, column, "the number with its right check digit");
    else {
        mend(r, KP_MEND_ZEROS, n < DIGITS, kp_register_line(r, row));
        return number;
    }
    return NULL;
}

void kp_register_items(struct kp_register *r, size_t row, size_t column, const char *also_ok)
{
    const char *list = kp_register_cell(r, row, column);
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        char *code = kp_arena_strndup(r->arena, word.at, word.n);
        if (!code) {
            kp_register_no_memory(r);
            return;
        }
        if (word.n && !kp_item_find(&r->ctx->tables, code) && !kp_list_has(also_ok, code)) {
            kp_register_bad(r, row, column,
                            *also_ok ? "item codes of 17 characters, other, or all"
                                     : "item codes of 17 characters, separated by spaces");
            return;
        }
    }
}
