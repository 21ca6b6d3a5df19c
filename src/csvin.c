#include "csvin.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"
#include "text.h"

/* How libcsv's own buffer grows; its default of 128 bytes makes long cells quadratic. */
enum { PARSER_BLOCK_BYTES = 64 * 1024 };

struct kp_csvin {
    struct kp_in in;
    struct csv_parser parser;
    bool parser_ready;
    bool started, finished;
    char delimiter;
    struct kp_buf bytes;   /* all cells of the row, each with a NUL */
    struct kp_cell *cells; /* bytes is NULL while the row grows: n counts, pointers come at its end */
    size_t n_cells, cap_cells;
    bool row_complete;
    bool row_open;
    uint64_t line;     /* lines consumed */
    uint64_t row_line; /* where the open row began */
    size_t row_bytes;  /* fed to it so far */
    enum kp_csv_fault fault;
};

static int never_space(unsigned char c)
{
    (void)c;
    return 0; /* cells come back to the user as they were: libcsv must not trim them */
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

/* Counted outside quotes only: a header may hold any of them inside. */
static char find_delimiter(const char *line, size_t n)
{
    static const char candidates[] = {',', '\t', ';'};
    size_t count[KP_COUNT(candidates)] = {0};
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        quoted ^= line[i] == '"';
        for (size_t k = 0; k < KP_COUNT(candidates); k++)
            count[k] += !quoted && line[i] == candidates[k];
    }
    size_t best = 0;
    for (size_t k = 1; k < KP_COUNT(candidates); k++)
        if (count[k] > count[best])
            best = k;
    return candidates[best];
}

static enum kp_status start_parser(struct kp_csvin *in, const char *line, size_t n)
{
    if (csv_init(&in->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return KP_E_SYSTEM;
    in->parser_ready = true;
    csv_set_space_func(&in->parser, never_space);
    csv_set_blk_size(&in->parser, PARSER_BLOCK_BYTES);
    csv_set_delim(&in->parser, (unsigned char)(in->delimiter ? in->delimiter : find_delimiter(line, n)));
    return KP_OK;
}

static enum kp_status new_reader(struct kp_csvin **ret_in, char delimiter)
{
    struct kp_csvin *in = calloc(1, sizeof(*in));
    if (!in)
        return KP_E_SYSTEM;
    in->in.fd = -1;
    in->delimiter = delimiter;
    in->bytes.max_bytes = KP_CSV_MAX_ROW_BYTES;
    *ret_in = in;
    return KP_OK;
}

enum kp_status kp_csvin_open(struct kp_csvin **ret_in, const struct kp_io *io, const char *path, char delimiter)
{
    struct kp_csvin *in = NULL;
    enum kp_status st = KP_OK;
    KP_TRY(new_reader(&in, delimiter));
    KP_TRY(kp_in_open(&in->in, io, path));
    *ret_in = in;
    in = NULL;
out:
    kp_csvin_close(in);
    return st;
}

enum kp_status kp_csvin_memory(struct kp_csvin **ret_in, const char *bytes, size_t n, char delimiter)
{
    enum kp_status st = new_reader(ret_in, delimiter);
    if (st == KP_OK)
        kp_in_memory(&(*ret_in)->in, bytes, n);
    return st;
}

void kp_csvin_close(struct kp_csvin *in)
{
    if (!in)
        return;
    if (in->parser_ready)
        csv_free(&in->parser);
    kp_in_close(&in->in);
    kp_buf_release(&in->bytes);
    free(in->cells);
    free(in);
}

static enum kp_status fail(struct kp_csvin *in, enum kp_csv_fault fault)
{
    in->fault = fault;
    return fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT;
}

/* After libcsv had a line or the end of the file: what did it say? */
static enum kp_status check_parser(struct kp_csvin *in, bool parsed)
{
    if (in->fault != KP_CSV_SOUND)
        return fail(in, in->fault);
    if (!kp_buf_ok(&in->bytes))
        return fail(in, KP_CSV_TOO_LONG);
    if (!parsed)
        return fail(in, csv_error(&in->parser) == CSV_EPARSE ? KP_CSV_QUOTE : KP_CSV_MEMORY);
    return KP_OK;
}

static bool is_blank(const char *line, size_t n)
{
    return n == 0 || (n <= 2 && (line[0] == '\n' || line[0] == '\r'));
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
        in->row_open = true;
        in->row_line = in->line;
        in->row_bytes = 0;
    }
    in->row_bytes += n;
    if (in->row_bytes > KP_CSV_MAX_ROW_BYTES) /* a row of several lines has a quote open, and it seems for good */
        return fail(in, in->line > in->row_line ? KP_CSV_QUOTE : KP_CSV_TOO_LONG);
    if (!in->parser_ready) {
        enum kp_status st = start_parser(in, line, n);
        if (st != KP_OK)
            return st;
    }
    size_t parsed = csv_parse(&in->parser, line, n, on_cell, on_row, in);
    return check_parser(in, parsed == n);
}

static enum kp_status finish(struct kp_csvin *in)
{
    in->finished = true;
    if (!in->parser_ready)
        return KP_OK;
    return check_parser(in, csv_fini(&in->parser, on_cell, on_row, in) == 0);
}

static void give_row(struct kp_csvin *in, struct kp_csvrow *ret_row)
{
    const char *at = in->bytes.data;
    for (size_t i = 0; i < in->n_cells; i++) {
        in->cells[i].bytes = at;
        at += in->cells[i].n + 1;
    }
    *ret_row = (struct kp_csvrow){.line = in->row_line, .n_cells = in->n_cells, .cells = in->cells};
    in->row_open = in->row_complete = false;
}

enum kp_status kp_csvin_next(struct kp_csvin *in, struct kp_csvrow *ret_row, bool *ret_end)
{
    in->n_cells = 0;
    kp_buf_reset(&in->bytes);
    if (!in->started && in->in.fd >= 0 && kp_in_detect_utf16(&in->in) != KP_OK)
        return fail(in, KP_CSV_READ);
    in->started = true;
    while (!in->row_complete && !in->finished) {
        const char *line = NULL;
        size_t n = 0;
        enum kp_status st = kp_in_line(&in->in, KP_CSV_MAX_LINE_BYTES, &line, &n);
        if (st != KP_OK)
            in->line++; /* the line that could not be had */
        if (st != KP_OK)
            return st == KP_E_SYSTEM ? fail(in, KP_CSV_MEMORY)
                                     : fail(in, in->in.end > in->in.start ? KP_CSV_TOO_LONG : KP_CSV_READ);
        st = n > 0 ? feed(in, line, n) : finish(in);
        if (st != KP_OK)
            return st;
    }
    *ret_end = !in->row_complete;
    if (in->row_complete)
        give_row(in, ret_row);
    return KP_OK;
}

enum kp_csv_fault kp_csvin_fault(const struct kp_csvin *in)
{
    return in->fault;
}

uint64_t kp_csvin_line(const struct kp_csvin *in)
{
    bool of_the_row = in->fault == KP_CSV_QUOTE || in->fault == KP_CSV_TOO_LONG;
    return of_the_row && in->row_open ? in->row_line : in->line;
}

uint64_t kp_csvin_taken(const struct kp_csvin *in)
{
    return in->in.taken_bytes;
}

/* UTF-8 may be cut between two pieces: up to three bytes wait for the next one. */
struct utf8_watch {
    bool broken;
    char rest[4];
    size_t n_rest;
};

static void watch(struct utf8_watch *w, const char *bytes, size_t n)
{
    while (!w->broken && w->n_rest > 0 && n > 0) {
        w->rest[w->n_rest++] = *bytes++;
        n--;
        if (kp_utf8_valid_prefix(w->rest, w->n_rest) == w->n_rest)
            w->n_rest = 0;
        else if (w->n_rest == sizeof(w->rest))
            w->broken = true;
    }
    if (w->broken || n == 0)
        return;
    size_t valid = kp_utf8_valid_prefix(bytes, n);
    while (valid < n && (uint8_t)bytes[valid] < 0x80) { /* a stray control character does not change the encoding */
        valid++;
        valid += kp_utf8_valid_prefix(bytes + valid, n - valid);
    }
    if (n - valid >= sizeof(w->rest) || (valid < n && (uint8_t)bytes[valid] < 0xc2)) {
        w->broken = true;
        return;
    }
    memcpy(w->rest, bytes + valid, n - valid);
    w->n_rest = n - valid;
}

struct probing {
    struct kp_probe probe;
    struct kp_sha256 *sha;
    struct utf8_watch utf8;
};

static enum kp_status probe_chunk(void *ctx, const char *bytes, size_t n)
{
    struct probing *p = ctx;
    if (p->probe.bytes == 0 && n >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0)
        p->probe.encoding = KP_ENC_UTF16LE;
    if (p->probe.bytes == 0 && n >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0)
        p->probe.encoding = KP_ENC_UTF16BE;
    p->probe.bytes += n;
    watch(&p->utf8, bytes, n);
    return kp_sha256_add(p->sha, bytes, n);
}

enum kp_status kp_probe_file(const struct kp_io *io, const char *path, struct kp_probe *ret_probe)
{
    enum kp_status st = KP_OK;
    struct probing p = {.probe = {.encoding = KP_ENC_CP932}};
    KP_TRY(kp_sha256_new(&p.sha));
    KP_TRY(kp_each_chunk(io, path, probe_chunk, &p));
    if (p.probe.encoding == KP_ENC_CP932 && !p.utf8.broken && p.utf8.n_rest == 0)
        p.probe.encoding = KP_ENC_UTF8;
    KP_TRY(kp_sha256_finish(p.sha, p.probe.sha256));
    *ret_probe = p.probe;
out:
    kp_sha256_free(p.sha);
    return st;
}
