/* The inputs of a run: encoding, the meaning of the columns, what is left out of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/run.h"
#include "base/status.h"

enum kp_status kp_input_fault(const struct kp_run *run, const char *path, const struct kp_csvin *in)
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
    return kp_diag_fail(&run->diag, fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT, faults[fault].code, path,
                        kp_csvin_line(in), NULL, arg, NULL, NULL);
}

enum kp_status kp_intake_probe(struct kp_run *run, struct kp_input *input)
{
    errno = 0;
    if (kp_probe_file(run->io, input->place, &input->probe) != KP_OK)
        return kp_diag_fail(&run->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, input->path, 0, NULL,
                            errno ? strerror(errno) : "read failed", NULL, NULL);
    bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
    bool wanted = run->options->encoding == KP_ENC_UTF16LE;
    if (wanted && !utf16)
        return kp_diag_fail(&run->diag, KP_E_INPUT, KP_K_INPUT_ENCODING, input->path, 0, NULL,
                            "UTF-16 without a byte order mark", NULL, NULL);
    input->encoding = run->options->encoding == KP_ENC_AUTO || wanted ? input->probe.encoding : run->options->encoding;
    if (utf16)
        input->encoding = KP_ENC_UTF8;
    run->total_bytes += input->probe.bytes;
    return KP_OK;
}

static void tell_no_items(const struct kp_run *run, const struct kp_input *input)
{
    for (size_t i = 0; i < input->mapping.n_columns; i++)
        if (input->mapping.columns[i].kind == KP_COL_ITEM)
            return;
    (void)kp_diag_fail(&run->diag, KP_OK, KP_K_NO_ITEMS, input->path, input->header_line, NULL, NULL, NULL, NULL);
}

/* What is passed over is told. */
static void tell_titles(const struct kp_run *run, const struct kp_input *input)
{
    char number[16];
    (void)snprintf(number, sizeof(number), "%u", input->n_title_rows);
    if (input->n_title_rows > 0)
        (void)kp_diag_fail(&run->diag, KP_OK, KP_K_TITLE_ROWS, input->path, input->header_line, NULL, number, NULL,
                           NULL);
}

static bool same_header(const struct kp_column *a, const struct kp_column *b)
{
    return strcmp(a->header, b->header) == 0 && (a->second != NULL) == (b->second != NULL) &&
           (!a->second || strcmp(a->second, b->second) == 0);
}

static void find_layout(struct kp_run *run, struct kp_input *input)
{
    for (const struct kp_input *other = run->inputs; other < input; other++) {
        bool same = other->mapping.n_columns == input->mapping.n_columns;
        for (size_t i = 0; same && i < input->mapping.n_columns; i++)
            same = same_header(&other->mapping.columns[i], &input->mapping.columns[i]);
        if (same) {
            input->layout = other->layout;
            return;
        }
    }
    input->layout = run->n_layouts++;
}

static bool has_facility(const struct kp_run *run)
{
    const struct kp_org *f = &run->options->facility;
    return f->number && *f->number && f->name && *f->name;
}

/* What was recognised and yet cannot be used is told, each with what would help. */
static void tell_left_out(const struct kp_run *run, const struct kp_input *input)
{
    static const enum kp_code codes[] = {[KP_WHY_UNKNOWN] = KP_K_COLUMN_UNMAPPED, [KP_WHY_MAPPING] = KP_K_COLUMN_UNMAPPED,
                                         [KP_WHY_NAME] = KP_K_COLUMN_UNMAPPED,    [KP_WHY_SYNONYM] = KP_K_COLUMN_UNMAPPED,
                                         [KP_WHY_MEAL] = KP_K_MEAL_UNTOLD,        [KP_WHY_DOCTOR] = KP_K_PARTNER_MISSING,
                                         [KP_WHY_UNIT] = KP_K_HEADER_UNIT,        [KP_WHY_ROWS] = KP_K_HEADERS_DISAGREE};
    char number[16];
    for (size_t i = 0; i < input->mapping.n_columns; i++) {
        const struct kp_column *column = &input->mapping.columns[i];
        (void)snprintf(number, sizeof(number), "#%u", column->number);
        if (column->kind == KP_COL_UNMAPPED)
            (void)kp_diag_fail(&run->diag, KP_OK, codes[column->why], input->path, input->header_line, number,
                               *column->header || !column->second ? column->header : column->second, column->unit,
                               NULL);
    }
}

static enum kp_status check_required(const struct kp_run *run, const struct kp_input *input)
{
    struct kp_lacking lacking[KP_REQUIRED_FIELDS];
    struct kp_buf fields = {0}, headers = {0};
    size_t n = kp_mapping_lacks(&input->mapping, has_facility(run), lacking);
    for (size_t i = 0; i < n; i++) {
        kp_buf_printf(&fields, "%s%s", i ? ", " : "", lacking[i].field);
        kp_buf_printf(&headers, "%s%s", i ? ", " : "", lacking[i].header);
    }
    enum kp_status st = KP_OK;
    if (n > 0 || !kp_buf_ok(&fields) || !kp_buf_ok(&headers))
        st = kp_diag_fail(&run->diag, KP_E_INPUT, KP_K_COLUMN_MISSING, input->path, input->header_line,
                          lacking[0].field, kp_buf_text(&fields), kp_buf_text(&headers), NULL);
    kp_buf_release(&fields);
    kp_buf_release(&headers);
    return st;
}

enum kp_status kp_intake_map(struct kp_run *run, struct kp_input *input, const struct kp_mapping_file *file)
{
    enum kp_status st = KP_OK;
    struct kp_csvin *in = NULL;
    struct kp_heading heading = {0};
    struct kp_mapping_job job = {.arena = &run->arena,
                                 .tables = &run->tables,
                                 .diag = &run->diag,
                                 .file = file,
                                 .input_path = input->path,
                                 .input = (size_t)(input - run->inputs) + 1,
                                 .n_inputs = run->options->n_inputs};
    if (kp_csvin_open(&in, run->io, input->place, run->options->delimiter) != KP_OK)
        return kp_diag_fail(&run->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, input->path, 0, NULL, strerror(errno), NULL,
                            NULL);
    kp_csvin_is_export(in);
    KP_TRY(kp_find_header(run, input, in, file, &heading));
    input->delimiter = kp_csvin_delimiter(in);
    st = kp_mapping_build(&job, &heading, &input->mapping);
    if (st == KP_E_SYSTEM)
        st = kp_no_memory(run);
out:
    kp_csvin_close(in);
    return st;
}

enum kp_status kp_intake(struct kp_run *run)
{
    enum kp_status st = KP_OK;
    struct kp_mapping_file file = {0};
    const struct kp_options *o = run->options;
    run->inputs = kp_arena_alloc(&run->arena, (o->n_inputs + 1) * sizeof(*run->inputs));
    if (!run->inputs)
        return kp_no_memory(run);
    if (o->mapping)
        KP_TRY(kp_mapping_load(&run->arena, run->io, run->text, o->mapping, o->methods, &run->diag, &file));
    for (size_t i = 0; i < o->n_inputs; i++) {
        struct kp_input *input = &run->inputs[i];
        input->place = o->inputs[i];
        input->path = o->input_names ? o->input_names[i] : o->inputs[i];
        run->n_inputs = i + 1;
        for (size_t k = 0; k < i; k++)
            if (strcmp(o->inputs[k], o->inputs[i]) == 0)
                return kp_diag_fail(&run->diag, KP_E_USAGE, KP_K_INPUT_TWICE, o->inputs[i], 0, NULL, NULL, NULL, NULL);
        KP_TRY(kp_intake_probe(run, input));
        KP_TRY(kp_intake_map(run, input, o->mapping ? &file : NULL));
        KP_TRY(check_required(run, input)); /* first: where the header row is missing, the next would name people */
        tell_titles(run, input);
        tell_no_items(run, input);
        tell_left_out(run, input);
        find_layout(run, input);
    }
out:
    return st;
}
