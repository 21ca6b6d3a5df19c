#include "v08/schemas.h"

#include <errno.h>
#include <string.h>

#include "base/embedded.h"
#include "base/status.h"
#include "v08/standard.h"

enum kp_status kp_schema_digest(const char *bytes, size_t n, char ret_hex[KP_SHA256_HEX + 1])
{
    struct kp_buf packed = {0};
    uint8_t digest[KP_SHA256_BYTES];
    for (size_t i = 0; i < n; i++) {
        const size_t from = i;
        while (i < n && bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n')
            i++;
        kp_buf_add(&packed, bytes + from, i - from);
    }
    enum kp_status st =
        kp_buf_ok(&packed) ? kp_sha256_of(kp_buf_text(&packed), packed.len, digest) : KP_E_SYSTEM;
    kp_buf_release(&packed);
    if (st == KP_OK)
        kp_sha256_hex(digest, ret_hex);
    return st;
}

/* Reads the ministry's set, which must be complete and unaltered. */
static enum kp_status read_official(struct kp_context *ctx, const char *folder, struct kp_schemas *schemas)
{
    char hex[KP_SHA256_HEX + 1];
    for (size_t i = 0; i < ctx->tables.n_xsd_digests; i++) {
        const struct kp_xsd_digest *known = &ctx->tables.xsd_digests[i];
        struct kp_xsd_file *file = &schemas->files[schemas->n_files];
        file->name = known->name;
        char *path = kp_arena_printf(&ctx->arena, "%s/%s", folder, file->name);
        if (!path)
            return kp_no_memory(ctx);
        enum kp_status st = kp_read_file(ctx->io, path, 16 << 20, &ctx->arena, &file->bytes, &file->n);
        if (st != KP_OK)
            return kp_unreadable(&ctx->diag, st, KP_E_USAGE, KP_K_SCHEMA_UNUSABLE, path, file->name);
        if (kp_schema_digest(file->bytes, file->n, hex) != KP_OK)
            return kp_no_memory(ctx);
        if (strcmp(hex, known->sha256) != 0)
            return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_SCHEMA_ALTERED, kp_in(path), file->name);
        schemas->n_files++;
    }
    return KP_OK;
}

static void take_profile(struct kp_schemas *schemas)
{
    for (const struct kp_embedded *e = kp_embedded_files; e->name && schemas->n_files < KP_MAX_XSD_FILES; e++)
        if (strncmp(e->name, "xsd/", 4) == 0)
            schemas->files[schemas->n_files++] =
                (struct kp_xsd_file){e->name + 4, e->bytes, (size_t)(e->end - e->bytes)};
}

enum kp_status kp_schemas_compile(struct kp_schemas *s, struct kp_buf *detail)
{
    KP_TRY(kp_xml_schema_load(s->files, s->n_files, KP_CDA_SCHEMA, &s->document, detail));
    return kp_xml_schema_load(s->files, s->n_files, KP_INDEX_SCHEMA, &s->index, detail);
}

enum kp_status kp_schemas_load(struct kp_context *ctx, const char *folder, struct kp_schemas *ret_schemas)
{
    struct kp_buf detail = {0};
    if (folder)
        KP_TRY(read_official(ctx, folder, ret_schemas));
    else
        take_profile(ret_schemas);
    enum kp_status st = kp_schemas_compile(ret_schemas, &detail);
    if (st == KP_E_USAGE)
        (void)kp_fail(&ctx->diag, st, KP_K_SCHEMA_UNUSABLE, kp_in(folder),
                      ret_schemas->document ? KP_INDEX_SCHEMA : KP_CDA_SCHEMA, kp_buf_text(&detail));
    else if (st != KP_OK)
        (void)kp_no_memory(ctx);
    kp_buf_release(&detail);
    return st;
}

void kp_schemas_free(struct kp_schemas *schemas)
{
    kp_xml_schema_free(schemas->document);
    kp_xml_schema_free(schemas->index);
}

enum kp_status kp_validator_start(struct kp_context *ctx, struct kp_validator *v)
{
    if (kp_xml_check_new(v->schemas.document, &v->document) != KP_OK ||
        kp_xml_check_new(v->schemas.index, &v->index) != KP_OK)
        return kp_no_memory(ctx);
    return KP_OK;
}

void kp_validator_free(struct kp_validator *v)
{
    kp_xml_check_free(v->document);
    kp_xml_check_free(v->index);
    kp_schemas_free(&v->schemas);
    *v = (struct kp_validator){0};
}

enum kp_status kp_validate(struct kp_context *ctx, const struct kp_tree *tree, struct kp_xml_check *check,
                           bool twice, unsigned long *ret_line, const char **ret_where)
{
    *ret_line = kp_tree_check(tree, check, true);
    enum kp_status st = kp_xml_check_finish(check, ret_where);
    if (st == KP_OK && twice) {
        (void)kp_tree_check(tree, check, false);
        st = kp_xml_check_finish(check, ret_where);
        if (st == KP_E_FAULT)
            return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_VALIDATIONS_DIFFER, KP_NOWHERE, *ret_where);
    }
    return st == KP_E_SYSTEM ? kp_no_memory(ctx) : st;
}
