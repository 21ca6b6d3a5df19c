#include "input/intake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "input/find_header.h"
#include "input/ranges.h"
#include "input/join.h"
#include "input/norm_master.h"
#include "input/rows.h"

static enum kp_status probe(struct kp_context *ctx, enum kp_encoding configured, struct kp_input *input)
{
    errno = 0;
    enum kp_status st = kp_probe_file(ctx->io, input->place, &input->probe);
    if (st != KP_OK)
        return kp_unreadable(&ctx->diag, st, KP_E_INPUT, KP_K_INPUT_UNREADABLE, input->path, NULL);
    enum kp_encoding found = input->probe.encoding;
    bool utf16 = found == KP_ENC_UTF16LE || found == KP_ENC_UTF16BE;
    if (configured == KP_ENC_UTF16LE && !utf16)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_ENCODING, kp_in(input->path),
                       "UTF-16 without a byte order mark");
    input->encoding = utf16 ? KP_ENC_UTF8 : configured == KP_ENC_AUTO ? found : configured;
    return KP_OK;
}

static bool same_column(const struct kp_column *a, const struct kp_column *b)
{
    return strcmp(a->header, b->header) == 0 && strcmp(a->second, b->second) == 0 && a->kind == b->kind &&
           a->index == b->index;
}

static void find_layout(struct kp_inputs *inputs, struct kp_input *input)
{
    for (const struct kp_input *other = inputs->list; other < input; other++) {
        bool same = other->mapping.n_columns == input->mapping.n_columns;
        for (size_t i = 0; same && i < input->mapping.n_columns; i++)
            same = same_column(&other->mapping.columns[i], &input->mapping.columns[i]);
        if (same) {
            input->layout = other->layout;
            return;
        }
    }
    input->layout = inputs->n_layouts++;
}

static bool has_field(const struct kp_input *input, enum kp_field field)
{
    return kp_mapping_has(&input->mapping, KP_COL_FIELD, field);
}

/* Drops the fields with which the personnel master completes the rows of the input. */
static size_t drop_completed(const struct kp_input *input, const struct kp_input *master,
                             const struct kp_field_info **lacking, size_t n)
{
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++)
        if (!master || !has_field(input, KP_F_EMPLOYEE_ID) ||
            !has_field(master, (enum kp_field)(lacking[i] - kp_fields)))
            lacking[n_left++] = lacking[i];
    return n_left;
}

/* An export that relies on the master is not at fault if the master lacks the column, too: then no export may
 * go out, and none is set aside as unreadable. */
static enum kp_status check_master(struct kp_context *ctx, const struct kp_input *master,
                                   const struct kp_input *input, const struct kp_field_info *const *lacking,
                                   size_t n)
{
    const char *fields = "";
    for (size_t i = 0; fields && i < n; i++)
        if (kp_master_supplies((enum kp_field)(lacking[i] - kp_fields)))
            fields = kp_arena_printf(&ctx->arena, "%s%s%s", fields, *fields ? ", " : "", lacking[i]->name);
    if (!fields)
        return kp_no_memory(ctx);
    return !master || !*fields || !has_field(input, KP_F_EMPLOYEE_ID)
               ? KP_OK
               : kp_fail(&ctx->diag, KP_E_USAGE, KP_K_MASTER_LACKS_COLUMN,
                         kp_at(master->path, master->header_line), fields, input->path);
}

static enum kp_status check_required(struct kp_context *ctx, const struct kp_input_options *options,
                                     const struct kp_input *master, const struct kp_input *input)
{
    const struct kp_field_info *lacking[KP_F__COUNT];
    const char *fields = "", *headers = "";
    size_t n = kp_mapping_lacks(&input->mapping, options, lacking);
    n = drop_completed(input, master, lacking, n);
    if (n == 0)
        return KP_OK;
    KP_TRY(check_master(ctx, master, input, lacking, n));
    for (size_t i = 0; fields && headers && i < n; i++) {
        fields = kp_arena_printf(&ctx->arena, "%s%s%s", fields, i ? ", " : "", lacking[i]->name);
        headers = kp_arena_printf(&ctx->arena, "%s%s%s", headers, i ? ", " : "", lacking[i]->header);
    }
    if (!fields || !headers)
        return kp_no_memory(ctx);
    const bool of_person = !lacking[0]->of_facility && lacking[0] != &kp_fields[KP_F_EXAM_DATE];
    input = of_person && input->persons ? input->persons : input;
    return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_COLUMN_MISSING,
                   kp_field_at(input->path, input->header_line, lacking[0]->name), fields, headers);
}

static void warn_titles(struct kp_context *ctx, const struct kp_input *input)
{
    char number[16];
    (void)snprintf(number, sizeof(number), "%u", input->n_title_rows);
    if (input->n_title_rows > 0)
        kp_warn(&ctx->diag, KP_K_TITLE_ROWS, kp_at(input->path, input->header_line), number);
}

static void warn(struct kp_context *ctx, const struct kp_input *input)
{
    static const enum kp_code left_out[] = {[KP_WHY_MEAL] = KP_K_MEAL_UNTOLD,
                                            [KP_WHY_DOCTOR] = KP_K_PARTNER_MISSING,
                                            [KP_WHY_UNIT] = KP_K_HEADER_UNIT,
                                            [KP_WHY_ROWS] = KP_K_HEADERS_DISAGREE};
    const struct kp_where header = kp_at(input->path, input->header_line);
    const struct kp_mapping *m = &input->mapping;
    warn_titles(ctx, input);
    if (!m->has_items)
        kp_warn(&ctx->diag, KP_K_NO_ITEMS, header);
    for (const struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++) {
        const struct kp_input *in = kp_input_of(input, c);
        if (c->kind == KP_COL_SECRET)
            kp_warn(&ctx->diag, KP_K_MY_NUMBER_COLUMN, kp_column_at(in->path, in->header_line, c->number),
                    *c->header ? c->header : c->second);
        else if (c->kind == KP_COL_UNMAPPED)
            kp_warn(&ctx->diag, c->why < KP_WHY_MEAL ? KP_K_COLUMN_UNMAPPED : left_out[c->why],
                    kp_column_at(in->path, in->header_line, c->number), *c->header ? c->header : c->second,
                    c->unit);
    }
}

static bool is_unknown(const struct kp_column *c)
{
    return c->kind == KP_COL_UNMAPPED && c->why == KP_WHY_UNKNOWN;
}

/* Names each unused column that resembles an item or field, with the mapping line that would use it, and the
 * others on one line. */
static enum kp_status warn_unused(struct kp_context *ctx, const struct kp_input *input)
{
    enum { NAMED = 5 };
    const struct kp_where header = kp_at(input->path, input->header_line);
    const struct kp_mapping *m = &input->mapping;
    const char *names = "", *number = NULL;
    size_t n = 0;
    for (const struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++) {
        if (!is_unknown(c))
            continue;
        if (c->like && !kp_mapping_uses(m, c->like)) {
            kp_warn(&ctx->diag, KP_K_COLUMN_RESEMBLES,
                    kp_at(kp_input_of(input, c)->path, kp_input_of(input, c)->header_line),
                    *c->header ? c->header : c->second, kp_column_meaning(&ctx->tables, c->like),
                    kp_arena_printf(&ctx->arena, "%s,", c->line));
        } else if (n++ < NAMED) {
            names = kp_arena_printf(&ctx->arena, "%s%s%s", names, *names ? ", " : "",
                                    *c->header ? c->header : c->name);
        }
        if (!names)
            break;
    }
    number = kp_arena_printf(&ctx->arena, "%zu", n);
    if (ctx->arena.failed)
        return kp_no_memory(ctx);
    if (n > 0)
        kp_warn(&ctx->diag, KP_K_COLUMNS_UNUSED, header, number, names, n > NAMED ? ", …" : "");
    return KP_OK;
}

/* Probes the next input, whose path and place are set, and finds its header. */
static enum kp_status find_heading(struct kp_context *ctx, const struct kp_input_options *options,
                                   const struct kp_mapping_file *file, struct kp_inputs *inputs,
                                   struct kp_heading *ret_heading)
{
    enum kp_status st = KP_OK;
    struct kp_input *input = &inputs->list[inputs->n++];
    struct kp_csvin *in = NULL;
    KP_TRY(probe(ctx, options->encoding, input));
    inputs->total_bytes += input->probe.bytes;
    KP_TRY(kp_input_open(ctx, input, options->delimiter, &in));
    KP_TRY_OUT(kp_find_header(ctx, input, in, file, ret_heading));
    input->delimiter = kp_csvin_delimiter(in);
    input->width = ret_heading->n;
out:
    kp_csvin_close(in);
    return st;
}

static enum kp_status map_columns(struct kp_context *ctx, const struct kp_input_options *options,
                                  const struct kp_mapping_job *job, const struct kp_heading *heading,
                                  struct kp_inputs *inputs)
{
    struct kp_input *input = &inputs->list[job->input - 1];
    size_t n_before = inputs->n_layouts;
    if (input->is_persons) {
        warn_titles(ctx, input);
        input->layout = SIZE_MAX;
        return KP_OK;
    }
    KP_TRY(kp_mapping_build(ctx, job, heading, &input->mapping));
    kp_join_use_keys(input);
    /* before the warnings: if the header is missing, they would quote a person's row */
    KP_TRY(check_required(ctx, options, inputs->master, input));
    warn(ctx, input);
    find_layout(inputs, input);
    return inputs->n_layouts > n_before ? warn_unused(ctx, input) : KP_OK; /* once per layout */
}

/* Leaves only the columns that complete a person. */
static enum kp_status choose_columns(struct kp_context *ctx, struct kp_input *master)
{
    bool has_other = false;
    for (struct kp_column *c = master->mapping.columns; c < master->mapping.columns + master->width; c++) {
        const enum kp_field field = (enum kp_field)c->index;
        if (c->kind == KP_COL_SECRET) {
            kp_warn(&ctx->diag, KP_K_MY_NUMBER_COLUMN,
                    kp_field_at(master->path, master->header_line,
                                kp_arena_printf(&ctx->arena, "#%u", c->number)),
                    *c->header ? c->header : c->second);
        } else if (c->kind != KP_COL_FIELD || (field != KP_F_EMPLOYEE_ID && !kp_master_supplies(field))) {
            c->kind = KP_COL_IGNORED;
            c->digits = KP_DIGITS_NONE; /* it has no list of codes any more */
        }
        has_other |= c->kind == KP_COL_FIELD && field != KP_F_EMPLOYEE_ID;
    }
    return has_field(master, KP_F_EMPLOYEE_ID) && has_other
               ? KP_OK
               : kp_fail(&ctx->diag, KP_E_USAGE, KP_K_MASTER_COLUMN_MISSING,
                         kp_at(master->path, master->header_line),
                         has_other ? "employee_id" : "insurer_number, insured_number");
}

enum kp_status kp_intake_master(struct kp_context *ctx, const struct kp_input_options *options,
                                struct kp_input **ret_master)
{
    const struct kp_input_options plain = {.encoding = KP_ENC_AUTO};
    struct kp_inputs inputs = {0};
    enum kp_status st = kp_intake_one(ctx, &plain, options->master, &inputs);
    if (st != KP_OK)
        return st == KP_E_INPUT ? KP_E_USAGE : st;
    if (options->master_name && !(inputs.list->path = kp_shown_name(&ctx->arena, options->master_name)))
        return kp_no_memory(ctx);
    KP_TRY(choose_columns(ctx, inputs.list));
    *ret_master = inputs.list;
    return KP_OK;
}

enum kp_status kp_intake(struct kp_context *ctx, const struct kp_input_options *options,
                         const struct kp_input_files *files, struct kp_inputs *ret_inputs)
{
    struct kp_mapping_file file = {0};
    const struct kp_range *ranges = NULL;
    struct kp_mapping_job job = {.file = options->mapping ? &file : NULL, .n_inputs = files->n};
    struct kp_inputs inputs = {.list = kp_arena_alloc(&ctx->arena, (files->n + 1) * sizeof(*inputs.list))};
    struct kp_heading *headings = kp_arena_alloc(&ctx->arena, (files->n + 1) * sizeof(*headings));
    if (!inputs.list || !headings)
        return kp_no_memory(ctx);
    if (options->mapping)
        KP_TRY(kp_mapping_load(ctx, options->mapping, options->methods, &file));
    if (options->ranges)
        KP_TRY(kp_ranges_load(ctx, options->ranges, &ranges));
    if (options->master)
        KP_TRY(kp_intake_master(ctx, options, &inputs.master));
    for (size_t i = 0; i < files->n; i++) {
        struct kp_input *input = &inputs.list[i];
        for (size_t k = 0; k < i; k++)
            if (strcmp(files->paths[k], files->paths[i]) == 0)
                return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_INPUT_TWICE, kp_in(files->paths[i]));
        input->place = files->paths[i];
        input->path = kp_shown_name(&ctx->arena, files->names ? files->names[i] : files->paths[i]);
        if (!input->path)
            return kp_no_memory(ctx);
        KP_TRY(find_heading(ctx, options, job.file, &inputs, &headings[i]));
    }
    KP_TRY(kp_join_inputs(ctx, options, job.file, &inputs, headings));
    for (job.input = 1; job.input <= files->n; job.input++)
        KP_TRY(map_columns(ctx, options, &job, &headings[job.input - 1], &inputs));
    for (size_t i = 0; i < files->n; i++) {
        inputs.list[i].mapping.ranges = ranges;
        inputs.list[i].joined = kp_mapping_joined(&inputs.list[i].mapping);
    }
    *ret_inputs = inputs;
    return KP_OK;
}

/* Makes room for one input, locates its header, and leaves the columns to the caller. */
static enum kp_status open_one(struct kp_context *ctx, const struct kp_input_options *options,
                               const char *path, const struct kp_mapping_file *file,
                               struct kp_inputs *ret_inputs, struct kp_heading *ret_heading)
{
    struct kp_input *input = kp_arena_alloc(&ctx->arena, sizeof(*input));
    const char *shown = kp_shown_name(&ctx->arena, path);
    if (!input || !shown) {
        (void)kp_no_memory(ctx);
        return KP_E_SYSTEM;
    }
    input->place = path;
    input->path = shown;
    *ret_inputs = (struct kp_inputs){.list = input};
    return find_heading(ctx, options, file, ret_inputs, ret_heading);
}

static enum kp_status read_all(struct kp_context *ctx, struct kp_inputs *inputs, char delimiter)
{
    enum { ROWS_BETWEEN_LOOKS = 1024 };
    struct kp_arena scratch = {0};
    struct kp_rows rows = {.ctx = ctx, .inputs = inputs, .delimiter = delimiter};
    enum kp_status st = KP_OK;
    bool end = false;
    for (uint64_t n = 1; !end; n++) {
        struct kp_row row;
        kp_arena_reset(&scratch);
        KP_TRY_OUT(kp_rows_next(&rows, &scratch, &row, &end));
        if (n % ROWS_BETWEEN_LOOKS == 0)
            KP_TRY_OUT(kp_check_cancelled(ctx));
    }
out:
    kp_rows_close(&rows);
    kp_arena_release(&scratch);
    return st;
}

enum kp_status kp_intake_try(struct kp_context *ctx, const struct kp_input_options *options,
                             const struct kp_input *master, const char *path, size_t number, size_t n)
{
    struct kp_mapping_file file = {0};
    const struct kp_mapping_job job = {options->mapping ? &file : NULL, number, n};
    struct kp_inputs inputs;
    struct kp_heading heading = {0};
    if (options->mapping)
        KP_TRY(kp_mapping_load(ctx, options->mapping, options->methods, &file));
    KP_TRY(open_one(ctx, options, path, job.file, &inputs, &heading));
    if (!options->join) {
        KP_TRY(kp_mapping_build(ctx, &job, &heading, &inputs.list->mapping));
        KP_TRY(check_required(ctx, options, master, inputs.list));
    }
    return read_all(ctx, &inputs, options->delimiter);
}

enum kp_status kp_intake_one(struct kp_context *ctx, const struct kp_input_options *options, const char *path,
                             struct kp_inputs *ret_inputs)
{
    const struct kp_mapping_job job = {.input = 1, .n_inputs = 1};
    struct kp_inputs inputs;
    struct kp_heading heading = {0};
    KP_TRY(open_one(ctx, options, path, NULL, &inputs, &heading));
    KP_TRY(kp_mapping_build(ctx, &job, &heading, &inputs.list->mapping));
    *ret_inputs = inputs;
    return KP_OK;
}
