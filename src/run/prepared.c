#include "run/prepared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/status.h"
#include "format/sheet.h"

enum { MANIFEST_MAX_BYTES = 16 << 20 };

#define MANIFEST "manifest"

static const char *const ENCODING_NAMES[] = {
    [KP_ENC_AUTO] = "auto", [KP_ENC_CP932] = "cp932", [KP_ENC_UTF8] = "utf-8", [KP_ENC_UTF16LE] = "utf-16"};
static const struct {
    const char *name;
    char delimiter;
} DELIMITERS[] = {{"auto", 0}, {"comma", ','}, {"tab", '\t'}, {"semicolon", ';'}};

/* --- storing --- */

static enum kp_status add_chunk(void *ctx, const char *bytes, size_t n)
{
    kp_out_add(ctx, bytes, n);
    return KP_OK;
}

static void add_row(struct kp_buf *manifest, const char *kind, const char *value, const char *digest,
                    const char *name)
{
    kp_buf_printf(manifest, "%s,%s,%s,", kind, value, digest);
    kp_buf_csv(manifest, name, strlen(name));
    kp_buf_char(manifest, '\n');
}

/* Copies a file into the staging folder and names it in the manifest. expected: the digest of what this run
 * has read; NULL where it was not taken. */
static enum kp_status keep_file(struct kp_run *run, const char *staging, const char *kind, const char *path,
                                size_t number, const uint8_t *expected, struct kp_buf *manifest)
{
    char *value = kp_arena_printf(&run->ctx->arena, "source/%zu.csv", number);
    char *copy = value ? kp_arena_printf(&run->ctx->arena, "%s/%s", staging, value) : NULL;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    struct kp_out out = {0};
    if (!copy)
        return kp_no_memory(run->ctx);
    enum kp_status st = kp_out_create(&out, run->ctx->io, copy);
    if (st == KP_OK)
        st = kp_each_chunk(run->ctx->io, path, add_chunk, &out);
    if (kp_out_finish(&out, true) != KP_OK || st != KP_OK ||
        kp_file_sha256(run->ctx->io, copy, digest) != KP_OK)
        return kp_write_failed(run->ctx, copy);
    if (expected && memcmp(digest, expected, sizeof(digest)) != 0)
        return kp_fail(&run->ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(path));
    kp_sha256_hex(digest, hex);
    add_row(manifest, kind, value, hex, path);
    return KP_OK;
}

/* The last row vouches for those before it. */
static bool close_manifest(struct kp_buf *manifest)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (!kp_buf_ok(manifest) || kp_sha256_of(kp_buf_text(manifest), manifest->len, digest) != KP_OK)
        return false;
    kp_sha256_hex(digest, hex);
    add_row(manifest, MANIFEST, "", hex, "");
    return kp_buf_ok(manifest);
}

static enum kp_status keep_sources(struct kp_run *run, const char *staging)
{
    enum kp_status st = KP_OK;
    struct kp_buf manifest = {0};
    size_t number = 0, delimiter = 0;
    const struct kp_run_options *o = run->options;
    char *path = kp_arena_printf(&run->ctx->arena, "%s/manifest.csv", staging);
    while (DELIMITERS[delimiter].delimiter != o->input.delimiter)
        delimiter++;
    kp_buf_str(&manifest, "kind,value,sha256,name\n");
    add_row(&manifest, "encoding", ENCODING_NAMES[o->input.encoding], "", "");
    add_row(&manifest, "delimiter", DELIMITERS[delimiter].name, "", "");
    for (size_t i = 0; i < run->inputs.n; i++)
        KP_TRY_OUT(keep_file(run, staging, "input", run->inputs.list[i].path, ++number,
                             run->inputs.list[i].probe.sha256, &manifest));
    if (o->input.mapping)
        KP_TRY_OUT(keep_file(run, staging, "mapping", o->input.mapping, ++number, NULL, &manifest));
    if (o->input.methods)
        KP_TRY_OUT(keep_file(run, staging, "methods", o->input.methods, ++number, NULL, &manifest));
    if (!path || !close_manifest(&manifest))
        st = kp_no_memory(run->ctx);
    else if (kp_write_file(run->ctx->io, path, kp_buf_text(&manifest), manifest.len) != KP_OK)
        st = kp_write_failed(run->ctx, path);
out:
    kp_buf_release(&manifest);
    return st;
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
            if (run->ctx->io->rename(b->temp_path, staged) != 0)
                return kp_write_failed(run->ctx, staged);
        }
    return KP_OK;
}

enum kp_status kp_prepared_store(struct kp_run *run, struct kp_tally *tally)
{
    char *staging = kp_arena_printf(&run->ctx->arena, "%s/prepared", run->temp);
    char *source = kp_arena_printf(&run->ctx->arena, "%s/prepared/source", run->temp);
    char *all = kp_arena_printf(&run->ctx->arena, "%s/prepared", run->output);
    char *place = kp_arena_printf(&run->ctx->arena, "%s/prepared/%s", run->output, run->run_id);
    if (!staging || !source || !all || !place)
        return kp_no_memory(run->ctx);
    if (tally->released == 0)
        return KP_OK; /* nothing to make ready */
    if (kp_make_folders(run->ctx->io, source) != KP_OK || kp_make_folders(run->ctx->io, all) != KP_OK)
        return kp_write_failed(run->ctx, place);
    KP_TRY(stage_bundles(run, tally, staging, place));
    KP_TRY(keep_sources(run, staging));
    if (kp_sync_folder(run->ctx->io, source) != KP_OK || kp_sync_folder(run->ctx->io, staging) != KP_OK ||
        run->ctx->io->rename(staging, place) != 0 || kp_sync_folder(run->ctx->io, all) != KP_OK)
        return kp_write_failed(run->ctx, place);
    for (size_t i = 0; i < tally->n_accounts; i++)
        for (struct kp_bundle *b = tally->accounts[i]->bundles; b; b = b->next)
            b->placed = true;
    return KP_OK;
}

void kp_prepared_abandon(struct kp_run *run)
{
    char *place = kp_arena_printf(&run->ctx->arena, "%s/prepared/%s", run->output, run->run_id);
    char *all = kp_arena_printf(&run->ctx->arena, "%s/prepared", run->output);
    if (run->options->command != KP_CMD_PREPARE || !place || !all)
        return;
    if (kp_path_exists(place))
        (void)kp_remove_folder(place);
    (void)rmdir(all); /* fails where more is prepared, which is right */
}

/* --- loading --- */

struct load {
    struct kp_context *ctx;
    const char *folder;
    struct kp_run_options *options;
    const char **inputs, **names;
};

static enum kp_status altered(const struct load *l, const char *path)
{
    return kp_fail(&l->ctx->diag, KP_E_INPUT, KP_K_PREPARED_ALTERED, kp_in(path));
}

static enum kp_status load_file(struct load *l, const char *kind, const char *value, const char *expected,
                                const char *name)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1] = "";
    char *path = kp_arena_printf(&l->ctx->arena, "%s/%s", l->folder, value);
    if (!path)
        return KP_E_SYSTEM;
    if (strncmp(value, "source/", 7) != 0 || strstr(value, "..") ||
        kp_file_sha256(l->ctx->io, path, digest) != KP_OK)
        return altered(l, path);
    kp_sha256_hex(digest, hex);
    if (strcmp(hex, expected) != 0)
        return altered(l, path);
    if (strcmp(kind, "input") == 0) {
        l->names[l->options->n_inputs] = name;
        l->inputs[l->options->n_inputs++] = path;
    } else if (strcmp(kind, "mapping") == 0) {
        l->options->input.mapping = path;
    } else {
        l->options->input.methods = path;
    }
    return KP_OK;
}

static enum kp_status load_row(struct load *l, const char *path, const char *const *cells)
{
    const char *kind = cells[0], *value = cells[1];
    if (kp_list_has("input mapping methods", kind))
        return load_file(l, kind, value, cells[2], cells[3]);
    bool known = false;
    for (size_t i = 0; strcmp(kind, "encoding") == 0 && i < KP_COUNT(ENCODING_NAMES); i++)
        if (strcmp(value, ENCODING_NAMES[i]) == 0) {
            l->options->input.encoding = (enum kp_encoding)i;
            known = true;
        }
    for (size_t i = 0; strcmp(kind, "delimiter") == 0 && i < KP_COUNT(DELIMITERS); i++)
        if (strcmp(value, DELIMITERS[i].name) == 0) {
            l->options->input.delimiter = DELIMITERS[i].delimiter;
            known = true;
        }
    return known ? KP_OK : altered(l, path);
}

/* Does the last row vouch for all before it? */
static bool is_whole(const struct kp_sheet *sheet, const char *bytes, size_t n)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    size_t last = n > 0 && bytes[n - 1] == '\n' ? n - 1 : 0;
    while (last > 0 && bytes[last - 1] != '\n')
        last--;
    if (sheet->n_columns != 4 || sheet->n_rows == 0 || kp_sha256_of(bytes, last, digest) != KP_OK)
        return false;
    kp_sha256_hex(digest, hex);
    const char *const *cells = sheet->rows[sheet->n_rows - 1].cells;
    return strcmp(cells[0], MANIFEST) == 0 && strcmp(cells[2], hex) == 0;
}

static enum kp_status load_manifest(struct load *l)
{
    enum kp_status st = KP_OK;
    struct kp_sheet sheet;
    const char *bytes = NULL;
    size_t n = 0;
    char *path = kp_arena_printf(&l->ctx->arena, "%s/manifest.csv", l->folder);
    if (!path)
        return KP_E_SYSTEM;
    if (kp_read_file(l->ctx->io, path, MANIFEST_MAX_BYTES, &l->ctx->arena, &bytes, &n) != KP_OK)
        return kp_fail(&l->ctx->diag, KP_E_USAGE, KP_K_PREPARED_ABSENT, kp_in(l->folder),
                       l->options->prepared);
    if (kp_sheet_read(&sheet, &l->ctx->arena, NULL, bytes, n) != KP_OK || !is_whole(&sheet, bytes, n))
        return altered(l, path);
    l->inputs = kp_arena_alloc(&l->ctx->arena, sheet.n_rows * sizeof(*l->inputs));
    l->names = kp_arena_alloc(&l->ctx->arena, sheet.n_rows * sizeof(*l->names));
    if (!l->inputs || !l->names)
        return KP_E_SYSTEM;
    l->options->inputs = l->inputs;
    l->options->input_names = l->names;
    l->options->n_inputs = 0;
    for (size_t i = 0; i + 1 < sheet.n_rows; i++)
        KP_TRY(load_row(l, path, sheet.rows[i].cells));
    if (l->options->n_inputs == 0)
        st = altered(l, path);
    return st;
}

enum kp_status kp_prepared_load(struct kp_context *ctx, struct kp_run_options *options)
{
    static const char letters[] = "0123456789-";
    struct load l = {.ctx = ctx, .options = options};
    const char *id = options->prepared ? options->prepared : "";
    if (!*id || id[strspn(id, letters)] != '\0')
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_PREPARED_ABSENT, KP_NOWHERE, id);
    l.folder = kp_arena_printf(&ctx->arena, "%s/prepared/%s", options->output, id);
    options->input.mapping = options->input.methods = NULL;
    enum kp_status st = l.folder ? load_manifest(&l) : KP_E_SYSTEM;
    return st == KP_E_SYSTEM ? kp_no_memory(ctx) : st;
}

/* --- done --- */

void kp_prepared_done(struct kp_run *run, const struct kp_tally *tally)
{
    const char *id = run->options->prepared;
    char *folder = kp_arena_printf(&run->ctx->arena, "%s/prepared/%s", run->output, id);
    char *all = kp_arena_printf(&run->ctx->arena, "%s/prepared", run->output);
    char *gone = kp_arena_printf(&run->ctx->arena, "%s/.tmp-prepared-%s", run->output, id);
    if (tally->released == 0 && tally->held > 0) {
        kp_warn(&run->ctx->diag, KP_K_PREPARED_KEPT, kp_in(folder), id);
        return;
    }
    /* Under a temporary name it is removed by the next run, should this one not come to it. */
    if (!folder || !all || !gone || run->ctx->io->rename(folder, gone) != 0 ||
        kp_remove_folder(gone) != KP_OK)
        kp_warn(&run->ctx->diag, KP_K_PREPARED_LEFT, kp_in(folder), strerror(errno ? errno : EIO));
    else
        (void)rmdir(all); /* fails where more is prepared, which is right */
}
