#include "run/run_entry.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/status.h"
#include "tables/names.h"

/* --- setting up --- */

static enum kp_status digest_file(struct kp_run *run, const char *path, const char **ret_hex)
{
    struct kp_context *ctx = run->ctx;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (!path)
        return KP_OK;
    enum kp_status st = kp_file_sha256(ctx->io, path, digest);
    if (st != KP_OK)
        return kp_unreadable(&ctx->diag, st, KP_E_INPUT, KP_K_INPUT_UNREADABLE, path, NULL);
    kp_sha256_hex(digest, hex);
    *ret_hex = kp_arena_strdup(&ctx->arena, hex);
    return *ret_hex ? KP_OK : kp_no_memory(ctx);
}

/* Copies the JSON into the arena. */
static enum kp_status keep_json(struct kp_run *run, struct kp_buf *json, const char **ret_text)
{
    char *text = kp_buf_ok(json) ? kp_arena_strdup(&run->ctx->arena, kp_buf_text(json)) : NULL;
    kp_buf_release(json);
    *ret_text = text;
    return text ? KP_OK : kp_no_memory(run->ctx);
}

enum kp_status kp_run_entry_prepare(struct kp_run *run)
{
    const struct kp_run_options *o = run->options;
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    KP_TRY(digest_file(run, o->config, &run->config_sha256));
    KP_TRY(digest_file(run, o->input.mapping, &run->mapping_sha256));
    KP_TRY(digest_file(run, o->input.methods, &run->methods_sha256));
    KP_TRY(digest_file(run, o->input.ranges, &run->ranges_sha256));
    KP_TRY(digest_file(run, o->input.facility_defaults, &run->defaults_sha256));
    run->detail = "";
    if (!run->backdate && o->command != KP_CMD_ROSTER)
        return KP_OK;
    kp_json_object(&json, NULL, KP_JSON_COMPACT);
    if (run->backdate)
        kp_json_string(&json, "backdate", run->backdate);
    if (o->command == KP_CMD_ROSTER)
        kp_json_bool(&json, "roster", true);
    kp_json_end(&json);
    return keep_json(run, &out, &run->detail);
}

/* --- registers --- */

/* Returns whether the file has these contents. One that is damaged is written again. */
static bool is_kept(const struct kp_io *io, const char *path, const char *sha256)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (!kp_path_exists(io, path) || kp_file_sha256(io, path, digest) != KP_OK)
        return false;
    kp_sha256_hex(digest, hex);
    return strcmp(hex, sha256) == 0;
}

static enum kp_status check_unchanged(struct kp_context *ctx, const struct kp_original *original)
{
    uint8_t digest[KP_SHA256_BYTES];
    enum kp_status st = kp_file_sha256(ctx->io, original->path, digest);
    if (st != KP_OK)
        return kp_unreadable(&ctx->diag, st, KP_E_INPUT, KP_K_INPUT_UNREADABLE, original->path, NULL);
    return memcmp(digest, original->sha256, sizeof(digest)) == 0
               ? KP_OK
               : kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(original->path));
}

static enum kp_status add_piece(void *ctx, const char *bytes, size_t n)
{
    kp_out_add(ctx, bytes, n);
    return KP_OK; /* kp_out_finish returns write errors */
}

/* Copies a register that is not in memory, by way of the temporary folder. */
static enum kp_status copy_register(const struct kp_run *run, const struct kp_original *original,
                                    const char *path)
{
    struct kp_context *ctx = run->ctx;
    struct kp_out out = {0};
    char hex[KP_SHA256_HEX + 1];
    char *copy = kp_arena_printf(&ctx->arena, "%s/register", run->temp);
    if (!copy)
        return kp_no_memory(ctx);
    enum kp_status st = kp_out_create(&out, ctx->io, copy);
    if (st == KP_OK)
        st = kp_each_chunk(ctx->io, original->path, add_piece, &out);
    if (kp_out_finish(&out, true) != KP_OK || st != KP_OK)
        return kp_write_failed(ctx, copy);
    kp_sha256_hex(original->sha256, hex);
    if (!is_kept(ctx->io, copy, hex))
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(original->path));
    return kp_io_rename(ctx->io, copy, path) == 0 && kp_sync_parent(ctx->io, path) == KP_OK
               ? KP_OK
               : kp_write_failed(ctx, path);
}

enum kp_status kp_keep_register(const struct kp_run *run, const struct kp_original *original,
                                char ret_sha256[KP_SHA256_HEX + 1])
{
    struct kp_context *ctx = run->ctx;
    uint8_t digest[KP_SHA256_BYTES];
    ret_sha256[0] = '\0';
    if (!original->bytes && !original->path)
        return KP_OK;
    if (original->path)
        memcpy(digest, original->sha256, sizeof(digest));
    else if (kp_sha256_of(original->bytes, original->n, digest) != KP_OK)
        return kp_no_memory(ctx);
    kp_sha256_hex(digest, ret_sha256);
    char *folder = kp_arena_printf(&ctx->arena, "%s/registers", run->output);
    char *path = kp_arena_printf(&ctx->arena, "%s/registers/%s.csv", run->output, ret_sha256);
    if (!folder || !path)
        return kp_no_memory(ctx);
    if (original->path)
        KP_TRY(check_unchanged(ctx, original));
    if (is_kept(ctx->io, path, ret_sha256))
        return KP_OK;
    if (kp_make_folders(ctx->io, folder) != KP_OK || kp_sync_folder(ctx->io, run->output) != KP_OK)
        return kp_write_failed(ctx, path);
    if (original->path)
        return copy_register(run, original, path);
    if (kp_write_file(ctx->io, path, original->bytes, original->n) != KP_OK)
        return kp_write_failed(ctx, path);
    return KP_OK;
}

/* --- the entry --- */

/* The lists of persons that requests are limited to, each once. */
static enum kp_status add_rosters(struct kp_run *run, struct kp_json *json)
{
    const struct kp_request_register *requests = &run->registers.requests;
    struct kp_map listed = {0};
    for (size_t i = 0; i < requests->n; i++) {
        const struct kp_roster *roster = requests->list[i].persons;
        char hex[KP_SHA256_HEX + 1];
        if (!roster)
            continue;
        if (listed.n_keys == 0)
            kp_json_array(json, "persons", KP_JSON_INLINE);
        KP_TRY(
            kp_keep_register(run, &(struct kp_original){.bytes = roster->bytes, .n = roster->n_bytes}, hex));
        char *key = kp_arena_strdup(&run->ctx->arena, hex);
        enum kp_map_put put = key ? kp_map_put(&listed, &run->ctx->arena, key, 0) : KP_MAP_NO_MEMORY;
        if (put == KP_MAP_NO_MEMORY)
            return kp_no_memory(run->ctx);
        if (put == KP_MAP_ADDED)
            kp_json_string(json, NULL, hex);
    }
    if (listed.n_keys > 0)
        kp_json_end(json);
    return KP_OK;
}

static enum kp_status add_registers(struct kp_run *run, struct kp_json *json)
{
    const struct kp_registers *r = &run->registers;
    const struct {
        const char *name;
        const struct kp_original *original;
    } registers[] = {{"requests", &r->requests.original},
                     {"consents", &r->consents.original},
                     {"insurers", &r->insurers.original},
                     {"facilities", &run->facilities.original}};
    kp_json_object(json, "registers", KP_JSON_INLINE);
    for (size_t i = 0; i < KP_COUNT(registers); i++) {
        char hex[KP_SHA256_HEX + 1];
        KP_TRY(kp_keep_register(run, registers[i].original, hex));
        kp_json_string(json, registers[i].name, *hex ? hex : NULL);
    }
    KP_TRY(add_rosters(run, json));
    kp_json_end(json);
    return KP_OK;
}

static void add_policies(const struct kp_run_options *o, struct kp_json *json)
{
    kp_json_object(json, "policies", KP_JSON_INLINE);
    kp_json_string(json, "age_rule", kp_age_rule_names[o->age_rule]);
    kp_json_string(json, "membership", kp_membership_names[o->membership]);
    kp_json_string(json, "form_items", o->withhold_form_items ? "withhold" : "include");
    kp_json_string(json, "requested_items", o->release_requested_items ? "release" : "hold");
    kp_json_string(json, "required_items", o->reject_incomplete ? "reject" : "warn");
    kp_json_string(json, "derive", o->derive ? "yes" : "no");
    kp_json_string(json, "exam_kind", kp_exam_kind_names[o->input.exam_kind]);
    kp_json_string(json, "strict", o->common.strict ? "yes" : "no");
    kp_json_end(json);
}

static void add_inputs(const struct kp_run *run, struct kp_json *json)
{
    char hex[KP_SHA256_HEX + 1];
    kp_json_array(json, "inputs", KP_JSON_INLINE);
    for (size_t i = 0; i < run->inputs.n; i++) {
        kp_sha256_hex(run->inputs.list[i].probe.sha256, hex);
        kp_json_object(json, NULL, KP_JSON_INLINE);
        kp_json_string(json, "sha256", hex);
        kp_json_u64(json, "rows", run->inputs.list[i].n_rows);
        kp_json_end(json);
    }
    kp_json_end(json);
    if (run->inputs.master) {
        kp_sha256_hex(run->inputs.master->probe.sha256, hex);
        kp_json_string(json, "master", hex);
    }
}

/* The digest of names and bytes, in the order in which a bundle encloses them. */
static enum kp_status digest_schemas(const struct kp_run *run, char ret_hex[KP_SHA256_HEX + 1])
{
    struct kp_sha256 *sha = NULL;
    uint8_t digest[KP_SHA256_BYTES];
    bool ok = kp_sha256_new(&sha) == KP_OK;
    for (size_t i = 0; ok && i < run->schemas.n_files; i++) {
        const struct kp_xsd_file *file = &run->schemas.files[i];
        ok = kp_sha256_add(sha, file->name, strlen(file->name) + 1) == KP_OK &&
             kp_sha256_add(sha, file->bytes, file->n) == KP_OK;
    }
    ok = ok && kp_sha256_finish(sha, digest) == KP_OK;
    kp_sha256_free(sha);
    if (!ok)
        return kp_no_memory(run->ctx);
    kp_sha256_hex(digest, ret_hex);
    return KP_OK;
}

static enum kp_status describe(struct kp_run *run, struct kp_json *json)
{
    const struct kp_run_options *o = run->options;
    const struct kp_tables *tables = &run->ctx->tables;
    char schemas[KP_SHA256_HEX + 1];
    KP_TRY(digest_schemas(run, schemas));
    kp_json_object(json, NULL, KP_JSON_COMPACT);
    kp_json_string(json, "version", KP_VERSION);
    kp_json_string(json, "command", kp_command_names[o->command]);
    kp_json_string(json, "user", run->ctx->env->user);
    kp_json_string(json, "host", run->ctx->env->host);
    kp_json_string(json, "officer", o->officer);
    add_policies(o, json);
    kp_json_string(json, "backdate", run->backdate);
    if (o->shard)
        kp_json_string(json, "shard", o->shard);
    kp_json_string(json, "config", run->config_sha256);
    kp_json_string(json, "mapping", run->mapping_sha256);
    kp_json_string(json, "methods", run->methods_sha256);
    if (run->ranges_sha256)
        kp_json_string(json, "ranges", run->ranges_sha256);
    if (run->defaults_sha256)
        kp_json_string(json, "facility_defaults", run->defaults_sha256);
    KP_TRY(add_registers(run, json));
    kp_json_object(json, "tables", KP_JSON_INLINE);
    kp_json_string(json, "sha256", tables->sha256);
    kp_json_bool(json, "builtin", tables->builtin);
    kp_json_end(json);
    kp_json_object(json, "schemas", KP_JSON_INLINE);
    kp_json_string(json, "sha256", schemas);
    kp_json_bool(json, "official", o->xsd != NULL);
    kp_json_end(json);
    add_inputs(run, json);
    kp_json_end(json);
    return KP_OK;
}

enum kp_status kp_run_entry_add(struct kp_run *run, struct kp_log *log)
{
    char day[11];
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    const char *detail = NULL;
    enum kp_status st = describe(run, &json);
    if (st == KP_OK)
        st = keep_json(run, &out, &detail);
    kp_buf_release(&out);
    KP_TRY(st);
    kp_date_iso(run->as_of, day);
    const struct kp_log_entry entry = {.cells = {[KP_LOG_RUN_ID] = run->run_id,
                                                 [KP_LOG_EVENT] = "run",
                                                 [KP_LOG_AS_OF] = day,
                                                 [KP_LOG_REASON] = run->backdate,
                                                 [KP_LOG_TABLES_SHA256] = run->ctx->tables.sha256,
                                                 [KP_LOG_DETAIL] = detail}};
    return kp_log_add(log, &entry) == KP_OK ? KP_OK : kp_write_failed(run->ctx, run->log_path);
}
