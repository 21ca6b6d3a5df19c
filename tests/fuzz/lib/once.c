#include "once.h"

#include "fuzz.h"
#include "v08/cda_forms.h"
#include "v08/schemas.h"

static struct kp_context loaded;
static struct kp_schemas profile;
static const struct kp_cda_forms *forms;
static const struct kp_common none;

enum kp_status __real_kp_context_init(struct kp_context *ctx, const struct kp_common *common,
                                      const struct kp_env *env);
enum kp_status __wrap_kp_context_init(struct kp_context *ctx, const struct kp_common *common,
                                      const struct kp_env *env);
void __real_kp_context_release(struct kp_context *ctx);
void __wrap_kp_context_release(struct kp_context *ctx);
enum kp_status __real_kp_schemas_load(struct kp_context *ctx, const char *folder,
                                      struct kp_schemas *ret_schemas);
enum kp_status __wrap_kp_schemas_load(struct kp_context *ctx, const char *folder,
                                      struct kp_schemas *ret_schemas);
void __real_kp_xml_schema_free(struct kp_xml_schema *schema);
void __wrap_kp_xml_schema_free(struct kp_xml_schema *schema);
enum kp_status __real_kp_catalogue_load(struct kp_arena *arena, struct kp_catalogue *ret_catalogue);
enum kp_status __wrap_kp_catalogue_load(struct kp_arena *arena, struct kp_catalogue *ret_catalogue);
enum kp_status __real_kp_cda_forms_make(const struct kp_tables *tables, struct kp_arena *arena,
                                        const struct kp_cda_forms **ret_forms);
enum kp_status __wrap_kp_cda_forms_make(const struct kp_tables *tables, struct kp_arena *arena,
                                        const struct kp_cda_forms **ret_forms);

static void unload(void)
{
    __real_kp_xml_schema_free(profile.document);
    __real_kp_xml_schema_free(profile.index);
    __real_kp_context_release(&loaded);
}

void fuzz_load_once(void)
{
    FUZZ_ASSERT(__real_kp_context_init(&loaded, &none, &fuzz_env) == KP_OK);
    FUZZ_ASSERT(kp_context_load_tables(&loaded) == KP_OK && atexit(unload) == 0);
    FUZZ_ASSERT(__real_kp_schemas_load(&loaded, NULL, &profile) == KP_OK);
    FUZZ_ASSERT(__real_kp_cda_forms_make(&loaded.tables, &loaded.arena, &forms) == KP_OK);
}

/* A copy whose arena is empty. */
enum kp_status __wrap_kp_context_init(struct kp_context *ctx, const struct kp_common *common,
                                      const struct kp_env *env)
{
    if (common->schemas)
        return __real_kp_context_init(ctx, common, env);
    *ctx = loaded;
    ctx->common = common;
    ctx->env = env;
    ctx->arena = (struct kp_arena){0};
    ctx->diag = (struct kp_diag){.catalogue = &loaded.catalogue,
                                 .env = env,
                                 .lang = common->lang,
                                 .strict = common->strict,
                                 .show_values = common->show_values};
    return KP_OK;
}

void __wrap_kp_context_release(struct kp_context *ctx)
{
    if (ctx->text == loaded.text)
        ctx->text = NULL;
    __real_kp_context_release(ctx);
}

enum kp_status __wrap_kp_schemas_load(struct kp_context *ctx, const char *folder,
                                      struct kp_schemas *ret_schemas)
{
    if (folder)
        return __real_kp_schemas_load(ctx, folder, ret_schemas);
    *ret_schemas = profile;
    return KP_OK;
}

void __wrap_kp_xml_schema_free(struct kp_xml_schema *schema)
{
    if (schema != profile.document && schema != profile.index)
        __real_kp_xml_schema_free(schema);
}

enum kp_status __wrap_kp_catalogue_load(struct kp_arena *arena, struct kp_catalogue *ret_catalogue)
{
    if (!loaded.catalogue.rows)
        return __real_kp_catalogue_load(arena, ret_catalogue);
    *ret_catalogue = loaded.catalogue;
    return KP_OK;
}

enum kp_status __wrap_kp_cda_forms_make(const struct kp_tables *tables, struct kp_arena *arena,
                                        const struct kp_cda_forms **ret_forms)
{
    if (tables->items != loaded.tables.items)
        return __real_kp_cda_forms_make(tables, arena, ret_forms);
    *ret_forms = forms;
    return KP_OK;
}
