/* The inputs of a run: encoding, the meaning of the columns, what is left out of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "input/intake.h"

enum kp_status kp_input_fault(struct kp_context *ctx, const char *path, const struct kp_csvin *in)
{
    static const struct {
        enum kp_code code;
        const char *limit;
    } faults[] = {[KP_CSV_SOUND] = {KP_K_INTERNAL, NULL},
                  [KP_CSV_READ] = {KP_K_INPUT_UNREADABLE, NULL},
                  [KP_CSV_QUOTE] = {KP_K_QUOTE_UNBALANCED, NULL},
                  [KP_CSV_TOO_LONG] = {KP_K_LINE_TOO_LONG, "1048576"},
                  [KP_CSV_TOO_MANY_CELLS] = {KP_K_TOO_MANY_COLUMNS, "4096"},
                  [KP_CSV_MEMORY] = {KP_K_NO_MEMORY, NULL}};
    enum kp_csv_fault fault = kp_csvin_fault(in);
    const char *arg = faults[fault].limit ? faults[fault].limit : strerror(errno);
    return kp_fail(&ctx->diag, fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT, faults[fault].code,
                   kp_at(path, kp_csvin_line(in)), arg);
}

static enum kp_status probe(struct kp_context *ctx, const struct kp_input_options *options,
                            struct kp_input *input)
{
    errno = 0;
    if (kp_probe_file(ctx->io, input->place, &input->probe) != KP_OK)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, kp_in(input->path),
                       errno ? strerror(errno) : "read failed");
    bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
    bool wanted = options->encoding == KP_ENC_UTF16LE;
    if (wanted && !utf16)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_ENCODING, kp_in(input->path),
                       "UTF-16 without a byte order mark");
    input->encoding = options->encoding == KP_ENC_AUTO || wanted ? input->probe.encoding : options->encoding;
    if (utf16)
        input->encoding = KP_ENC_UTF8;
    return KP_OK;
}

static void tell_no_items(struct kp_context *ctx, const struct kp_input *input)
{
    for (size_t i = 0; i < input->mapping.n_columns; i++)
        if (input->mapping.columns[i].kind == KP_COL_ITEM)
            return;
    kp_warn(&ctx->diag, KP_K_NO_ITEMS, kp_at(input->path, input->header_line));
}

/* What is passed over is told. */
static void tell_titles(struct kp_context *ctx, const struct kp_input *input)
{
    char number[16];
    (void)snprintf(number, sizeof(number), "%u", input->n_title_rows);
    if (input->n_title_rows > 0)
        kp_warn(&ctx->diag, KP_K_TITLE_ROWS, kp_at(input->path, input->header_line), number);
}

static bool same_header(const struct kp_column *a, const struct kp_column *b)
{
    return strcmp(a->header, b->header) == 0 && (a->second != NULL) == (b->second != NULL) &&
           (!a->second || strcmp(a->second, b->second) == 0);
}

static void find_layout(struct kp_inputs *inputs, struct kp_input *input)
{
    for (const struct kp_input *other = inputs->list; other < input; other++) {
        bool same = other->mapping.n_columns == input->mapping.n_columns;
        for (size_t i = 0; same && i < input->mapping.n_columns; i++)
            same = same_header(&other->mapping.columns[i], &input->mapping.columns[i]);
        if (same) {
            input->layout = other->layout;
            return;
        }
    }
    input->layout = inputs->n_layouts++;
}

bool kp_has_facility(const struct kp_input_options *options)
{
    const struct kp_org *f = &options->facility;
    return f->number && *f->number && f->name && *f->name;
}

/* What was recognised and yet cannot be used is told, each with what would help. */
static void tell_left_out(struct kp_context *ctx, const struct kp_input *input)
{
    static const enum kp_code codes[] = {
        [KP_WHY_UNKNOWN] = KP_K_COLUMN_UNMAPPED, [KP_WHY_MAPPING] = KP_K_COLUMN_UNMAPPED,
        [KP_WHY_NAME] = KP_K_COLUMN_UNMAPPED,    [KP_WHY_SYNONYM] = KP_K_COLUMN_UNMAPPED,
        [KP_WHY_MEAL] = KP_K_MEAL_UNTOLD,        [KP_WHY_DOCTOR] = KP_K_PARTNER_MISSING,
        [KP_WHY_UNIT] = KP_K_HEADER_UNIT,        [KP_WHY_ROWS] = KP_K_HEADERS_DISAGREE};
    char number[16];
    for (size_t i = 0; i < input->mapping.n_columns; i++) {
        const struct kp_column *column = &input->mapping.columns[i];
        (void)snprintf(number, sizeof(number), "#%u", column->number);
        if (column->kind == KP_COL_UNMAPPED)
            kp_warn(&ctx->diag, codes[column->why], kp_field_at(input->path, input->header_line, number),
                    *column->header || !column->second ? column->header : column->second, column->unit);
    }
}

static enum kp_status check_required(struct kp_context *ctx, const struct kp_input_options *options,
                                     const struct kp_input *input)
{
    struct kp_lacking lacking[KP_REQUIRED_FIELDS];
    struct kp_buf fields = {0}, headers = {0};
    size_t n = kp_mapping_lacks(&input->mapping, kp_has_facility(options), lacking);
    for (size_t i = 0; i < n; i++) {
        kp_buf_printf(&fields, "%s%s", i ? ", " : "", lacking[i].field);
        kp_buf_printf(&headers, "%s%s", i ? ", " : "", lacking[i].header);
    }
    enum kp_status st = KP_OK;
    if (n > 0 || !kp_buf_ok(&fields) || !kp_buf_ok(&headers))
        st = kp_fail(&ctx->diag, KP_E_INPUT, KP_K_COLUMN_MISSING,
                     kp_field_at(input->path, input->header_line, lacking[0].field), kp_buf_text(&fields),
                     kp_buf_text(&headers));
    kp_buf_release(&fields);
    kp_buf_release(&headers);
    return st;
}

struct job {
    struct kp_context *ctx;
    const struct kp_input_options *options;
    const struct kp_mapping_file *file; /* NULL: columns are recognised by their headers */
    struct kp_inputs *inputs;
    size_t n_inputs; /* in all */
};

static enum kp_status map(const struct job *j, struct kp_input *input)
{
    struct kp_context *ctx = j->ctx;
    enum kp_status st = KP_OK;
    struct kp_csvin *in = NULL;
    struct kp_heading heading = {0};
    struct kp_mapping_job job = {.arena = &ctx->arena,
                                 .tables = &ctx->tables,
                                 .diag = &ctx->diag,
                                 .file = j->file,
                                 .input_path = input->path,
                                 .input = (size_t)(input - j->inputs->list) + 1,
                                 .n_inputs = j->n_inputs};
    if (kp_csvin_open(&in, ctx->io, input->place, j->options->delimiter) != KP_OK)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, kp_in(input->path), strerror(errno));
    kp_csvin_is_export(in);
    KP_TRY_OUT(kp_find_header(ctx, input, in, j->file, &heading));
    input->delimiter = kp_csvin_delimiter(in);
    st = kp_mapping_build(&job, &heading, &input->mapping);
    if (st == KP_E_SYSTEM)
        st = kp_no_memory(ctx);
out:
    kp_csvin_close(in);
    return st;
}

static enum kp_status take(const struct job *j, const char *path, const char *name)
{
    struct kp_input *input = &j->inputs->list[j->inputs->n++];
    input->place = path;
    input->path = name;
    KP_TRY(probe(j->ctx, j->options, input));
    j->inputs->total_bytes += input->probe.bytes;
    return map(j, input);
}

static enum kp_status make_room(struct kp_context *ctx, size_t n, struct kp_inputs *inputs)
{
    inputs->list = kp_arena_alloc(&ctx->arena, (n + 1) * sizeof(*inputs->list));
    return inputs->list ? KP_OK : kp_no_memory(ctx);
}

enum kp_status kp_intake(struct kp_context *ctx, const struct kp_input_options *options,
                         const struct kp_input_files *files, struct kp_inputs *ret_inputs)
{
    struct kp_mapping_file file = {0};
    struct job job = {ctx, options, options->mapping ? &file : NULL, ret_inputs, files->n};
    KP_TRY(make_room(ctx, files->n, ret_inputs));
    if (options->mapping)
        KP_TRY(kp_mapping_load(&ctx->arena, ctx->io, ctx->text, options->mapping, options->methods,
                               &ctx->diag, &file));
    for (size_t i = 0; i < files->n; i++) {
        struct kp_input *input = &ret_inputs->list[i];
        for (size_t k = 0; k < i; k++)
            if (strcmp(files->paths[k], files->paths[i]) == 0)
                return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_INPUT_TWICE, kp_in(files->paths[i]));
        KP_TRY(take(&job, files->paths[i], files->names ? files->names[i] : files->paths[i]));
        KP_TRY(check_required(
            ctx, options, input)); /* first: where the header row is missing, the next would name people */
        tell_titles(ctx, input);
        tell_no_items(ctx, input);
        tell_left_out(ctx, input);
        find_layout(ret_inputs, input);
    }
    return KP_OK;
}

enum kp_status kp_intake_one(struct kp_context *ctx, const struct kp_input_options *options, const char *path,
                             struct kp_inputs *ret_inputs)
{
    struct job job = {ctx, options, NULL, ret_inputs, 1};
    enum kp_status st = make_room(ctx, 1, ret_inputs);
    return st == KP_OK ? take(&job, path, path) : st;
}
