#include "run/prepared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/status.h"
#include "format/sheet.h"
#include "tables/names.h"
#include "run/join.h"
#include "run/personnel.h"
#include "run/setup.h"

enum { MANIFEST_MAX_BYTES = 16 << 20, OLD_DAYS = 90 };

#define MANIFEST "manifest"

/* The path below the folder of preparations, in the arena. */
static char *prepared_path(struct kp_context *ctx, const char *output, const char *run_id)
{
    return kp_arena_printf(&ctx->arena, "%s/prepared/%s", output, run_id);
}

/* --- storing --- */

/* A preparation under construction in the temporary folder. */
struct staging {
    struct kp_run *run;
    const char *folder;
    struct kp_buf manifest;
    size_t n_files;
};

static enum kp_status add_chunk(void *ctx, const char *bytes, size_t n)
{
    kp_out_add(ctx, bytes, n);
    return KP_OK;
}

static void add_row(struct staging *s, const char *kind, const char *value, const char *digest,
                    const char *name)
{
    kp_buf_printf(&s->manifest, "%s,%s,%s,", kind, value, digest);
    kp_buf_csv(&s->manifest, name);
    kp_buf_char(&s->manifest, '\n');
}

/* Copies a file and adds it to the manifest. expected: its digest as this run read it, or NULL. */
static enum kp_status keep_file(struct staging *s, const char *kind, const char *path,
                                const uint8_t *expected)
{
    struct kp_context *ctx = s->run->ctx;
    char *value = kp_arena_printf(&ctx->arena, "source/%zu.csv", ++s->n_files);
    char *copy = value ? kp_arena_printf(&ctx->arena, "%s/%s", s->folder, value) : NULL;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    struct kp_out out = {0};
    if (!copy)
        return kp_no_memory(ctx);
    enum kp_status st = kp_out_create(&out, ctx->io, copy);
    if (st == KP_OK)
        st = kp_each_chunk(ctx->io, path, add_chunk, &out);
    if (kp_out_finish(&out, true) != KP_OK || st != KP_OK || kp_file_sha256(ctx->io, copy, digest) != KP_OK)
        return kp_write_failed(ctx, copy);
    if (expected && memcmp(digest, expected, sizeof(digest)) != 0)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(path));
    kp_sha256_hex(digest, hex);
    const char *name = kp_shown_name(&ctx->arena, path);
    if (!name)
        return kp_no_memory(ctx);
    add_row(s, kind, value, hex, name);
    return KP_OK;
}

/* Adds the last row, which contains the digest of those before it, and writes the manifest. */
static enum kp_status write_manifest(struct staging *s)
{
    struct kp_context *ctx = s->run->ctx;
    struct kp_buf *m = &s->manifest;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    char *path = kp_arena_printf(&ctx->arena, "%s/manifest.csv", s->folder);
    if (!path || !kp_buf_ok(m) || kp_sha256_of(kp_buf_text(m), m->len, digest) != KP_OK)
        return kp_no_memory(ctx);
    kp_sha256_hex(digest, hex);
    add_row(s, MANIFEST, "", hex, "");
    if (!kp_buf_ok(m))
        return kp_no_memory(ctx);
    return kp_write_file(ctx->io, path, kp_buf_text(m), m->len) == KP_OK ? KP_OK : kp_write_failed(ctx, path);
}

static enum kp_status keep_sources(struct staging *s)
{
    const struct kp_input_options *o = &s->run->options->input;
    const struct kp_inputs *inputs = &s->run->inputs;
    /* There is one option for UTF-16, whose byte order the export shows. */
    enum kp_encoding encoding = o->encoding == KP_ENC_UTF16BE ? KP_ENC_UTF16LE : o->encoding;
    kp_buf_str(&s->manifest, "kind,value,sha256,name\n");
    add_row(s, "encoding", kp_encoding_options[encoding], "", "");
    add_row(s, "delimiter", kp_delimiter_name(o->delimiter), "", "");
    add_row(s, "exam_kind", kp_exam_kind_names[o->exam_kind], "", "");
    if (o->join)
        add_row(s, "join", "", "", o->join);
    for (size_t i = 0; i < inputs->n; i++)
        KP_TRY(keep_file(s, "input", inputs->list[i].place, inputs->list[i].probe.sha256));
    if (inputs->master)
        KP_TRY(keep_file(s, "master", inputs->master->place, inputs->master->probe.sha256));
    if (o->mapping)
        KP_TRY(keep_file(s, "mapping", o->mapping, NULL));
    if (o->methods)
        KP_TRY(keep_file(s, "methods", o->methods, NULL));
    if (o->ranges)
        KP_TRY(keep_file(s, "ranges", o->ranges, NULL));
    return write_manifest(s);
}

static enum kp_status stage_bundles(struct kp_run *run, struct kp_tally *tally, const char *staging,
                                    const char *place)
{
    for (size_t i = 0; i < tally->n_accounts; i++)
        for (struct kp_bundle *b = tally->accounts[i]->bundles; b; b = b->next) {
            char *staged = kp_arena_printf(&run->ctx->arena, "%s/%s", staging, b->file_name);
            b->path = kp_arena_printf(&run->ctx->arena, "%s/%s", place, b->file_name);
            if (!staged || !b->path)
                return kp_no_memory(run->ctx);
            if (kp_io_rename(run->ctx->io, b->temp_path, staged) != 0)
                return kp_write_failed(run->ctx, staged);
            b->placed = true; /* if this run succeeds */
        }
    return KP_OK;
}

static bool has_secret_column(const struct kp_input *input)
{
    size_t i = 0;
    while (i < input->mapping.n_columns && input->mapping.columns[i].kind != KP_COL_SECRET)
        i++;
    return i < input->mapping.n_columns;
}

/* A preparation contains copies of the inputs, and Individual Numbers must not be kept (番号法20条). */
static enum kp_status check_my_numbers(struct kp_run *run, const struct kp_tally *tally)
{
    bool found = tally->by_code[KP_K_MY_NUMBER] > 0 || kp_join_has_my_number(run->join) ||
                 kp_personnel_has_my_number(run->personnel);
    for (size_t i = 0; i < run->inputs.n; i++)
        found |= has_secret_column(&run->inputs.list[i]);
    found |= run->inputs.master && has_secret_column(run->inputs.master);
    return found ? kp_fail(&run->ctx->diag, KP_E_INPUT, KP_K_MY_NUMBER_KEPT, KP_NOWHERE) : KP_OK;
}

enum kp_status kp_prepared_store(struct kp_run *run, struct kp_tally *tally)
{
    struct kp_context *ctx = run->ctx;
    struct staging s = {.run = run, .folder = kp_arena_printf(&ctx->arena, "%s/prepared", run->temp)};
    char *source = kp_arena_printf(&ctx->arena, "%s/prepared/source", run->temp);
    char *all = kp_arena_printf(&ctx->arena, "%s/prepared", run->output);
    char *place = prepared_path(ctx, run->output, run->run_id);
    if (!s.folder || !source || !all || !place)
        return kp_no_memory(ctx);
    if (tally->totals.released == 0)
        return KP_OK;
    KP_TRY(check_my_numbers(run, tally));
    if (kp_make_folders(ctx->io, source) != KP_OK || kp_make_folders(ctx->io, all) != KP_OK)
        return kp_write_failed(ctx, place);
    KP_TRY(stage_bundles(run, tally, s.folder, place));
    enum kp_status st = keep_sources(&s);
    kp_buf_release(&s.manifest);
    KP_TRY(st);
    if (kp_sync_folder(ctx->io, source) != KP_OK || kp_sync_folder(ctx->io, s.folder) != KP_OK ||
        kp_io_rename(ctx->io, s.folder, place) != 0 || kp_sync_folder(ctx->io, all) != KP_OK)
        return kp_write_failed(ctx, place);
    return KP_OK;
}

/* Removes the folder of preparations if it is empty. */
static void remove_if_empty(struct kp_run *run)
{
    char *all = prepared_path(run->ctx, run->output, "");
    if (all)
        (void)kp_io_rmdir(run->ctx->io, all);
}

void kp_prepared_abandon(struct kp_run *run)
{
    char *place = prepared_path(run->ctx, run->output, run->run_id);
    if (run->options->command != KP_CMD_PREPARE || !place)
        return;
    if (kp_path_exists(run->ctx->io, place))
        (void)kp_remove_folder(run->ctx->io, place);
    remove_if_empty(run);
}

/* --- loading --- */

struct load {
    struct kp_context *ctx;
    struct kp_run_options *options;
    const char *folder;
    const char **inputs, **names;
};

static enum kp_status altered(const struct load *l, const char *path)
{
    return kp_fail(&l->ctx->diag, KP_E_INPUT, KP_K_PREPARED_ALTERED, kp_in(path));
}

static enum kp_status load_file(struct load *l, const char *const *cells)
{
    const char *kind = cells[0], *value = cells[1], *expected = cells[2], *name = cells[3];
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1] = "";
    char *path = kp_arena_printf(&l->ctx->arena, "%s/%s", l->folder, value);
    if (!path)
        return kp_no_memory(l->ctx);
    if (strncmp(value, "source/", 7) != 0 || strstr(value, ".."))
        return altered(l, path);
    enum kp_status st = kp_file_sha256(l->ctx->io, path, digest);
    if (st != KP_OK)
        return st == KP_E_SYSTEM ? kp_no_memory(l->ctx) : altered(l, path);
    kp_sha256_hex(digest, hex);
    if (strcmp(hex, expected) != 0)
        return altered(l, path);
    if (strcmp(kind, "input") == 0) {
        l->names[l->options->n_inputs] = name;
        l->inputs[l->options->n_inputs++] = path;
    } else if (strcmp(kind, "master") == 0) {
        l->options->input.master = path;
        l->options->input.master_name = name;
    } else if (strcmp(kind, "mapping") == 0) {
        l->options->input.mapping = path;
    } else if (strcmp(kind, "ranges") == 0) {
        l->options->input.ranges = path;
    } else {
        l->options->input.methods = path;
    }
    return KP_OK;
}

static enum kp_status load_row(struct load *l, const char *path, const char *const *cells)
{
    const char *kind = cells[0], *value = cells[1];
    size_t i = 0;
    if (kp_list_has("input master mapping methods ranges", kind))
        return load_file(l, cells);
    if (strcmp(kind, "join") == 0) {
        l->options->input.join = cells[3];
        return KP_OK;
    }
    if (strcmp(kind, "encoding") == 0 && kp_name_find(kp_encoding_options, value, &i))
        l->options->input.encoding = (enum kp_encoding)i;
    else if (strcmp(kind, "delimiter") == 0 && kp_name_find(kp_delimiter_names, value, &i))
        l->options->input.delimiter = kp_delimiters[i];
    else if (strcmp(kind, "exam_kind") == 0 && kp_name_find(kp_exam_kind_names, value, &i))
        l->options->input.exam_kind = (enum kp_exam_kind)i;
    else
        return altered(l, path);
    return KP_OK;
}

/* Fails unless the last row contains the digest of all before it. */
static enum kp_status check_whole(const struct kp_sheet *sheet, const char *bytes, size_t n)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    size_t last = n > 0 && bytes[n - 1] == '\n' ? n - 1 : 0;
    while (last > 0 && bytes[last - 1] != '\n')
        last--;
    if (sheet->n_columns != 4 || sheet->n_rows == 0)
        return KP_E_INPUT;
    KP_TRY(kp_sha256_of(bytes, last, digest));
    kp_sha256_hex(digest, hex);
    const char *const *cells = sheet->rows[sheet->n_rows - 1].cells;
    return strcmp(cells[0], MANIFEST) == 0 && strcmp(cells[2], hex) == 0 ? KP_OK : KP_E_INPUT;
}

static enum kp_status load_manifest(struct load *l)
{
    struct kp_context *ctx = l->ctx;
    struct kp_sheet sheet;
    const char *bytes = NULL;
    size_t n = 0;
    char *path = kp_arena_printf(&ctx->arena, "%s/manifest.csv", l->folder);
    if (!path)
        return kp_no_memory(ctx);
    enum kp_status st = kp_read_file(ctx->io, path, MANIFEST_MAX_BYTES, &ctx->arena, &bytes, &n);
    if (st == KP_E_INPUT)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_PREPARED_ABSENT, kp_in(l->folder), l->options->prepared);
    if (st == KP_OK)
        st = kp_sheet_read(&sheet, &ctx->arena, NULL, bytes, n, KP_COMMENTS_NONE);
    if (st == KP_OK)
        st = check_whole(&sheet, bytes, n);
    if (st != KP_OK)
        return st == KP_E_SYSTEM ? kp_no_memory(ctx) : altered(l, path);
    l->inputs = kp_arena_alloc(&ctx->arena, sheet.n_rows * sizeof(*l->inputs));
    l->names = kp_arena_alloc(&ctx->arena, sheet.n_rows * sizeof(*l->names));
    if (!l->inputs || !l->names)
        return kp_no_memory(ctx);
    l->options->inputs = l->inputs;
    l->options->input_names = l->names;
    l->options->n_inputs = 0;
    for (size_t i = 0; i + 1 < sheet.n_rows; i++)
        KP_TRY(load_row(l, path, sheet.rows[i].cells));
    return l->options->n_inputs == 0 ? altered(l, path) : KP_OK;
}

enum kp_status kp_prepared_load(struct kp_context *ctx, struct kp_run_options *options)
{
    static const char letters[] = "0123456789-";
    const char *id = options->prepared ? options->prepared : "";
    struct load l = {.ctx = ctx, .options = options, .folder = prepared_path(ctx, options->output, id)};
    if (!l.folder)
        return kp_no_memory(ctx);
    if (!*id || id[strspn(id, letters)] != '\0')
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_PREPARED_ABSENT, KP_NOWHERE, id);
    options->input.mapping = options->input.methods = options->input.ranges = NULL;
    options->input.join = options->input.master = options->input.master_name = NULL;
    return load_manifest(&l);
}

/* --- after the release --- */

static void warn_if_old(void *ctx, const char *name)
{
    struct kp_run *run = ctx;
    struct kp_date today = kp_date_in_japan(run->started);
    if (kp_run_id_is_before(name, kp_date_from_days(kp_date_days(today) - OLD_DAYS)))
        kp_warn(&run->ctx->diag, KP_K_PREPARED_OLD, kp_in(prepared_path(run->ctx, run->output, name)),
                kp_arena_strdup(&run->ctx->arena, name));
}

void kp_prepared_warn_of_old(struct kp_run *run)
{
    char *all = prepared_path(run->ctx, run->output, "");
    if (all && kp_path_exists(run->ctx->io, all))
        (void)kp_each_entry(run->ctx->io, all, warn_if_old,
                            run); /* what cannot be listed is only not warned of */
}

void kp_prepared_done(struct kp_run *run, const struct kp_tally *tally)
{
    struct kp_context *ctx = run->ctx;
    const char *id = run->options->prepared;
    char *folder = prepared_path(ctx, run->output, id);
    /* The next run removes a folder of this name, should this one fail to. */
    char *doomed = kp_arena_printf(&ctx->arena, "%s/.tmp-prepared-%s", run->output, id);
    if (tally->by_reason[KP_HOLD_NOT_SELECTED] > 0 || (tally->totals.released == 0 && tally->totals.held > 0))
        kp_warn(&ctx->diag, KP_K_PREPARED_KEPT, kp_in(folder), id);
    else if (!folder || !doomed || kp_io_rename(ctx->io, folder, doomed) != 0 ||
             kp_remove_folder(ctx->io, doomed) != KP_OK)
        kp_warn(&ctx->diag, KP_K_PREPARED_LEFT, kp_in(folder), strerror(errno ? errno : EIO));
    else
        remove_if_empty(run);
}
