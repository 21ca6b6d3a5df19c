#include "format/csvin.h"

#include <csv.h>
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

static void on_cell(void *bytes, size_t n, void *ctx)
{
    struct kp_csvin *in = ctx;
    if (in->n_cells == KP_CSV_MAX_CELLS) {
        in->fault = KP_CSV_TOO_MANY_CELLS;
        return;
    }
    if (in->n_cells == in->cap_cells) {
        size_t cap = in->cap_cells ? in->cap_cells * 2 : 128;
        struct kp_cell *cells = realloc(in->cells, cap * sizeof(*cells));
        if (!cells) {
            in->fault = KP_CSV_MEMORY;
            return;
        }
        in->cells = cells;
        in->cap_cells = cap;
    }
    in->cells[in->n_cells++] = (struct kp_cell){.bytes = NULL, .n = n};
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
    free(in->cells);
    free(in);
}

static enum kp_status fail(struct kp_csvin *in, enum kp_csv_fault fault)
{
    in->fault = fault;
    return fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT;
}

static enum kp_status check_parser(struct kp_csvin *in, bool parsed)
{
    if (in->fault != KP_CSV_SOUND)
        return fail(in, in->fault);
    if (!kp_buf_ok(&in->bytes))
        return fail(in, KP_CSV_TOO_LONG);
    if (!parsed)
        return fail(in, csv_error(in->parser) == CSV_EPARSE ? KP_CSV_QUOTE : KP_CSV_MEMORY);
    return KP_OK;
}

static bool is_blank(const char *line, size_t n)
{
    return n == 0 || (n <= 2 && (line[0] == '\n' || line[0] == '\r'));
}

static bool is_comment(const struct kp_csvin *in, const char *line, size_t n)
{
    if (in->comments == KP_COMMENTS_NONE || line[0] != '#' || n < 2 || strchr(",\t;", line[1]))
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

static enum kp_status feed(struct kp_csvin *in, const char *line, size_t n)
{
    in->line++;
    if (in->line == 1 && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        n -= 3;
    }
    if (!in->row_open) {
        if (is_blank(line, n))
            return KP_OK;
        if (is_comment(in, line, n)) {
            note_comment(in, line, n);
            return KP_OK;
        }
        in->row_open = true;
        in->row_line = in->line;
        in->row_bytes = 0;
    }
    in->row_bytes += n;
    if (in->row_bytes > KP_CSV_MAX_ROW_BYTES) /* over several lines it is a quote that never closes */
        return fail(in, in->line > in->row_line ? KP_CSV_QUOTE : KP_CSV_TOO_LONG);
    if (!in->delimiter && in->line == in->row_line)
        in->delimiter = find_delimiter(line, n);
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
    size_t ends = 0; /* one NUL per cell; more are damage, reported with the row */
    for (size_t i = 0; i < in->bytes.len; i++) {
        char c = in->bytes.data[i];
        if (c != '\0' && c != ' ' && c != '\t')
            return false;
        ends += c == '\0';
    }
    return ends == in->n_cells;
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
    *ret_row = (struct kp_csvrow){.line = in->row_line, .n_cells = in->n_cells, .cells = in->cells};
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
            bool too_long = in->lines.window.len > in->lines.start;
            in->line++; /* the line that could not be read */
            return fail(in, st == KP_E_SYSTEM ? KP_CSV_MEMORY : too_long ? KP_CSV_TOO_LONG : KP_CSV_READ);
        }
        KP_TRY(n > 0 ? feed(in, line, n) : finish(in));
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
    bool of_the_row = in->fault == KP_CSV_QUOTE || in->fault == KP_CSV_TOO_LONG;
    return of_the_row && in->row_open ? in->row_line : in->line;
}

void kp_csvin_was_header(struct kp_csvin *in)
{
    in->width = in->n_cells;
}

char kp_csvin_delimiter(const struct kp_csvin *in)
{
    return in->delimiter ? in->delimiter : ',';
}
