#include "format/csvin.h"

#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

/* Growth of libcsv's buffer; its default of 128 bytes makes long cells quadratic. */
enum { PARSER_BLOCK_BYTES = 64 * 1024 };

static int never_space(unsigned char c)
{
    (void)c;
    return 0; /* libcsv must not trim: rejected rows are written back unchanged */
}

/* Adds a cell of n bytes, which the caller adds. Returns false, setting the fault, if it cannot. */
static bool add_cell(struct kp_csvin *in, size_t n)
{
    if (in->n_cells == KP_CSV_MAX_CELLS) {
        in->fault = KP_CSV_TOO_MANY_CELLS;
        return false;
    }
    if (in->n_cells == in->cap_cells) {
        size_t cap = in->cap_cells ? in->cap_cells * 2 : 128;
        struct kp_cell *cells = realloc(in->cells, cap * sizeof(*cells));
        if (!cells) {
            in->fault = KP_CSV_MEMORY;
            return false;
        }
        in->cells = cells;
        in->cap_cells = cap;
    }
    in->cells[in->n_cells++] = (struct kp_cell){.bytes = NULL, .n = n};
    return true;
}

static void on_cell(void *bytes, size_t n, void *ctx)
{
    struct kp_csvin *in = ctx;
    if (!add_cell(in, n))
        return;
    kp_buf_add(&in->bytes, bytes, n);
    kp_buf_add(&in->bytes, "", 1);
}

static void on_row(int end, void *ctx)
{
    (void)end;
    struct kp_csvin *in = ctx;
    in->row_complete = true;
}

static size_t count_unquoted(const char *line, size_t n, char c)
{
    size_t count = 0;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        quoted ^= line[i] == '"';
        count += !quoted && line[i] == c;
    }
    return count;
}

/* Returns 0 if the line contains no delimiter (a title line, for instance). */
static char find_delimiter(const char *line, size_t n)
{
    char best = '\0';
    size_t most = 0;
    for (const char *c = ",\t;"; *c; c++) {
        size_t count = count_unquoted(line, n, *c);
        if (count > most)
            best = *c;
        most = count > most ? count : most;
    }
    return best;
}

static enum kp_status new_reader(struct kp_csvin **ret_in, char delimiter)
{
    struct kp_csvin *in = calloc(1, sizeof(*in));
    struct csv_parser *parser = calloc(1, sizeof(*parser));
    if (!in || !parser) {
        free(in);
        free(parser);
        return KP_E_SYSTEM;
    }
    (void)csv_init(parser, CSV_STRICT | CSV_STRICT_FINI); /* can only fail without a parser */
    csv_set_space_func(parser, never_space);
    csv_set_blk_size(parser, PARSER_BLOCK_BYTES);
    *in = (struct kp_csvin){
        .parser = parser, .delimiter = delimiter, .bytes = {.max_bytes = KP_CSV_MAX_ROW_BYTES}};
    *ret_in = in;
    return KP_OK;
}

enum kp_status kp_csvin_open(struct kp_csvin **ret_in, const struct kp_io *io, const char *path,
                             char delimiter)
{
    struct kp_csvin *in = NULL;
    enum kp_status st = KP_OK;
    KP_TRY_OUT(new_reader(&in, delimiter));
    KP_TRY_OUT(kp_lines_open(&in->lines, io, path, 0));
    KP_TRY_OUT(kp_lines_detect_utf16(&in->lines));
    in->comments = KP_COMMENTS_ALL;
    in->skips_empty_rows = true;
    *ret_in = in;
    in = NULL;
out:
    kp_csvin_close(in);
    return st;
}

enum kp_status kp_csvin_memory(struct kp_csvin **ret_in, const char *bytes, size_t n, char delimiter)
{
    KP_TRY(new_reader(ret_in, delimiter));
    kp_lines_memory(&(*ret_in)->lines, bytes, n);
    return KP_OK;
}

void kp_csvin_close(struct kp_csvin *in)
{
    if (!in)
        return;
    csv_free(in->parser);
    free(in->parser);
    kp_lines_close(&in->lines);
    kp_buf_release(&in->bytes);
    kp_buf_release(&in->above);
    free(in->cells);
    free(in);
}

static enum kp_status fail(struct kp_csvin *in, enum kp_csv_fault fault)
{
    in->fault = fault;
    return fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT;
}

static size_t count_line_breaks(const char *bytes, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == n || bytes[i + 1] != '\n'));
    return count;
}

/* Fails for a quote that opens after the first n bytes of the row's cells. */
static enum kp_status fail_quote(struct kp_csvin *in, size_t n)
{
    in->quote_line = in->row_line + count_line_breaks(in->bytes.data, n);
    return fail(in, KP_CSV_QUOTE);
}

static enum kp_status check_parser(struct kp_csvin *in, bool parsed)
{
    if (in->fault != KP_CSV_SOUND)
        return fail(in, in->fault);
    if (!kp_buf_ok(&in->bytes))
        return fail(in, in->bytes.full ? KP_CSV_TOO_LONG : KP_CSV_MEMORY);
    if (!parsed && csv_error(in->parser) == CSV_EPARSE)
        return fail_quote(in, in->bytes.len);
    return parsed ? KP_OK : fail(in, KP_CSV_MEMORY);
}

static bool is_blank(const char *line, size_t n)
{
    return n == 0 || (n <= 2 && (line[0] == '\n' || line[0] == '\r'));
}

/* Returns the length of the line without what old hosts put behind the last one: Ctrl-Z, NULs. A line without
 * an end is the last; NULs above it are damage. */
static size_t without_end_marks(const char *line, size_t n, bool row_open)
{
    size_t end = n;
    while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r'))
        end--;
    bool last = end == n;
    size_t text = end;
    while (text > 0 && (line[text - 1] == 0x1a || (last && line[text - 1] == '\0')))
        text--;
    return last || (text == 0 && !row_open) ? text : n;
}

/* Returns whether the first cell is what spreadsheets write for a formula without a result. */
static bool begins_in_error(const char *line, size_t n)
{
    static const char *const errors[] = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"};
    for (size_t i = 0; i < KP_COUNT(errors); i++) {
        size_t length = strlen(errors[i]);
        if (n > length && memcmp(line, errors[i], length) == 0 && strchr(",\t;", line[length]))
            return true;
    }
    return false;
}

/* Returns whether a spreadsheet has put a comment into quotes, which it does for quotes and commas in it: the
 * first cell begins with "# ", contains such a character, and ends in this line. */
static bool is_quoted_comment(const char *line, size_t n)
{
    bool needs_quotes = false;
    size_t i = 3;
    if (n < 4 || memcmp(line, "\"# ", 3) != 0)
        return false;
    for (; i < n && (line[i] != '"' || (i + 1 < n && line[i + 1] == '"')); i++) {
        needs_quotes |= line[i] == '"' || line[i] == ',';
        i += line[i] == '"';
    }
    return needs_quotes && i < n;
}

static bool is_comment(const struct kp_csvin *in, const char *line, size_t n)
{
    if (in->comments == KP_COMMENTS_NOT_DIGITS && is_quoted_comment(line, n))
        return true;
    if (in->comments == KP_COMMENTS_NONE || line[0] != '#' || n < 2 || strchr(",\t;", line[1]) ||
        begins_in_error(line, n))
        return false;
    return in->comments == KP_COMMENTS_ALL || line[1] < '0' || line[1] > '9';
}

static void note_comment(struct kp_csvin *in, const char *line, size_t n)
{
    size_t cells = 1 + count_unquoted(line, n, in->delimiter);
    in->skipped.n++;
    if (cells >= 2 && cells == in->width && in->skipped.n_like_rows++ == 0)
        in->skipped.first_like_row = in->line;
}

static enum kp_status keep_above(struct kp_csvin *in, const char *line, size_t n)
{
    if (in->width == 0 && in->above.len + n <= KP_CSV_MAX_LINE_BYTES)
        kp_buf_add(&in->above, line, n);
    return kp_buf_ok(&in->above) ? KP_OK : fail(in, KP_CSV_MEMORY);
}

/* Splits a whole line without quotes, which is a row: libcsv looks at every byte. */
static void split(struct kp_csvin *in, const char *line, size_t n)
{
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
        n--;
    kp_buf_add(&in->bytes, line, n);
    kp_buf_add(&in->bytes, "", 1);
    in->row_complete = true;
    if (!kp_buf_ok(&in->bytes))
        return;
    char *at = in->bytes.data + in->bytes.len - 1 - n, *const end = at + n;
    for (bool more = true; more;) {
        char *next = memchr(at, kp_csvin_delimiter(in), (size_t)(end - at));
        size_t length = (size_t)((next ? next : end) - at);
        at[length] = '\0';
        at += length + 1;
        more = add_cell(in, length) && next;
    }
}

static bool is_whole_row(const struct kp_csvin *in, const char *line, size_t n)
{
    return in->line == in->row_line && n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r') &&
           !memchr(line, '"', n);
}

static enum kp_status feed(struct kp_csvin *in, const char *line, size_t n)
{
    in->line++;
    while (!in->row_open && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        n -= 3;
    }
    n = without_end_marks(line, n, in->row_open);
    if (!in->row_open) {
        if (is_blank(line, n))
            return keep_above(in, line, n);
        if (is_comment(in, line, n)) {
            note_comment(in, line, n);
            return keep_above(in, line, n);
        }
        in->row_open = true;
        in->row_line = in->line;
        in->row_bytes = 0;
    }
    in->row_bytes += n;
    if (in->row_bytes > KP_CSV_MAX_ROW_BYTES) /* over several lines it is a quote that never closes */
        return in->line > in->row_line ? fail_quote(in, 0) : fail(in, KP_CSV_TOO_LONG);
    if (!in->delimiter && in->line == in->row_line)
        in->delimiter = find_delimiter(line, n);
    if (is_whole_row(in, line, n)) {
        split(in, line, n);
        return check_parser(in, true);
    }
    csv_set_delim(in->parser, (unsigned char)kp_csvin_delimiter(in));
    return check_parser(in, csv_parse(in->parser, line, n, on_cell, on_row, in) == n);
}

static enum kp_status finish(struct kp_csvin *in)
{
    in->finished = true;
    return check_parser(in, csv_fini(in->parser, on_cell, on_row, in) == 0);
}

/* Returns whether the row has cells, all of them blank. */
static bool is_empty_row(const struct kp_csvin *in)
{
    static const char *const blanks[] = {" ", "\t", "\xe3\x80\x80", "\x81\x40"}; /* wide: UTF-8, CP932 */
    size_t ends = 0; /* one NUL per cell; more are damage, reported with the row */
    for (const char *at = in->bytes.data, *end = at + in->bytes.len; at < end;) {
        size_t n = *at == '\0';
        ends += n;
        for (size_t k = 0; n == 0 && k < KP_COUNT(blanks); k++)
            n = strncmp(at, blanks[k], strlen(blanks[k])) == 0 ? strlen(blanks[k]) : 0;
        if (n == 0)
            return false;
        at += n;
    }
    return ends == in->n_cells;
}

/* Delimiters in a cell with line breaks. */
struct swallowed {
    size_t all, in_first_line, in_last_line;
};

static struct swallowed count_swallowed(const struct kp_csvin *in, const char *cell, size_t n)
{
    struct swallowed s = {0};
    bool in_first = true;
    for (size_t i = 0; i < n; i++)
        if (cell[i] == '\n' || cell[i] == '\r') {
            in_first = false;
            s.in_last_line = 0;
        } else if (cell[i] == kp_csvin_delimiter(in)) {
            s.all++;
            s.in_first_line += in_first;
            s.in_last_line++;
        }
    return s;
}

/*
 * A stray quote turns the lines up to the next quote into one cell. Its traces: cells with line breaks
 * contain at least half as many delimiters as a row, or such a cell begins or ends with what completes a row
 * on its own line. Fails with the line on which the first such cell opens.
 */
static enum kp_status check_swallowed(struct kp_csvin *in)
{
    const size_t width = in->width > in->n_cells ? in->width : in->n_cells; /* a title has one cell */
    size_t all = 0, at = 0, opens = 0;
    bool whole_line = false;
    for (size_t i = 0; i < in->n_cells && width > 1; at += in->cells[i++].n + 1) {
        if (count_line_breaks(in->bytes.data + at, in->cells[i].n) == 0)
            continue;
        struct swallowed s = count_swallowed(in, in->bytes.data + at, in->cells[i].n);
        opens = all == 0 ? at : opens;
        all += s.all;
        /* A stray quote swallows the end of one line and the beginning of another: delimiters in both. */
        if (s.in_first_line > 0 && s.in_last_line > 0)
            whole_line |= i + s.in_first_line + 1 == width || s.in_last_line + in->n_cells - i == width;
    }
    return all > 0 && (whole_line || 2 * all >= width - 1) ? fail_quote(in, opens) : KP_OK;
}

static void drop_row(struct kp_csvin *in)
{
    in->n_cells = 0;
    kp_buf_reset(&in->bytes);
    in->row_open = in->row_complete = false;
}

static void give_row(struct kp_csvin *in, struct kp_csvrow *ret_row)
{
    const char *at = in->bytes.data;
    for (size_t i = 0; i < in->n_cells; i++) {
        in->cells[i].bytes = at;
        at += in->cells[i].n + 1;
    }
    in->width = in->width ? in->width : in->n_cells;
    *ret_row = (struct kp_csvrow){.line = in->row_line,
                                  .spans_lines = in->line > in->row_line,
                                  .sheet_row = in->row_line - in->folded,
                                  .n_cells = in->n_cells,
                                  .cells = in->cells};
    in->folded += in->line - in->row_line;
    in->row_open = in->row_complete = false;
}

enum kp_status kp_csvin_next(struct kp_csvin *in, struct kp_csvrow *ret_row, bool *ret_end)
{
    in->n_cells = 0;
    kp_buf_reset(&in->bytes);

    while (!in->row_complete && !in->finished) {
        const char *line = NULL;
        size_t n = 0;
        enum kp_status st = kp_lines_next(&in->lines, KP_CSV_MAX_LINE_BYTES, &line, &n);
        if (st != KP_OK) {
            bool too_long = errno == EFBIG;
            in->line++; /* the line that could not be read */
            return fail(in, st == KP_E_SYSTEM ? KP_CSV_MEMORY : too_long ? KP_CSV_TOO_LONG : KP_CSV_READ);
        }
        KP_TRY(n > 0 ? feed(in, line, n) : finish(in));
        if (in->row_complete && in->line > in->row_line)
            KP_TRY(check_swallowed(in));
        if (in->row_complete && in->skips_empty_rows && is_empty_row(in))
            drop_row(in);
    }
    *ret_end = !in->row_complete;
    if (in->row_complete)
        give_row(in, ret_row);
    return KP_OK;
}

uint64_t kp_csvin_line(const struct kp_csvin *in)
{
    if (in->fault == KP_CSV_QUOTE)
        return in->quote_line;
    return in->fault == KP_CSV_TOO_LONG && in->row_open ? in->row_line : in->line;
}

void kp_csvin_was_header(struct kp_csvin *in)
{
    in->width = in->n_cells;
}

char kp_csvin_delimiter(const struct kp_csvin *in)
{
    return in->delimiter ? in->delimiter : ',';
}
