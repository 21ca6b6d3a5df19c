/* kp_list_items: the item catalogue, or the items that a word finds. */
#include <string.h>

#include "base/json.h"
#include "tables/page.h"

static bool matches(const struct kp_item *item, const char *wanted, struct kp_arena *arena)
{
    char *key = kp_text_header_key(arena, item->name);
    return strstr(item->code, wanted) || strstr(item->name, wanted) || (key && strstr(key, wanted));
}

/* The days between which the item is valid, "" if unset. */
struct period {
    char from[11], to[11];
};

static struct period period_of(const struct kp_item *item)
{
    struct period p = {.from = ""};
    if (kp_date_is_set(item->valid_from))
        kp_date_iso(item->valid_from, p.from);
    if (kp_date_is_set(item->valid_to))
        kp_date_iso(item->valid_to, p.to);
    return p;
}

static const char *form_of(const struct kp_item *item)
{
    return *item->code_system ? strrchr(item->code_system, '.') + 1 : item->format;
}

static void add_line(const struct kp_context *ctx, const struct kp_item *item, struct kp_buf *out)
{
    const struct period p = period_of(item);
    const char *between = *p.from || *p.to ? ".." : "";
    const char *scope = kp_term(&ctx->diag, "scope", kp_scope_names[item->scope]);
    kp_buf_printf(out, "%s  %s  %-9s %-13s %s%*s  %s%s%s%s%s\n", item->code, kp_type_names[item->type],
                  form_of(item), *item->unit ? item->unit : "-", scope,
                  (int)(5 - (kp_text_columns(scope) < 5 ? kp_text_columns(scope) : 5)), "", item->name,
                  *between ? "  " : "", p.from, between, p.to);
}

static void add_object(const struct kp_item *item, struct kp_json *json)
{
    const struct period p = period_of(item);
    kp_json_object(json, NULL, KP_JSON_INLINE);
    kp_json_string(json, "code", item->code);
    kp_json_string(json, "name", item->name);
    kp_json_string(json, "type", kp_type_names[item->type]);
    kp_json_string(json, *item->code_system ? "code_system" : "format",
                   *item->code_system ? item->code_system : item->format);
    kp_json_string(json, "unit", item->unit);
    kp_json_string(json, "scope", kp_scope_names[item->scope]);
    kp_json_string(json, "valid_from", p.from);
    kp_json_string(json, "valid_to", p.to);
    kp_json_end(json);
}

static enum kp_status list_items(struct kp_context *ctx, const void *options, struct kp_buf *out)
{
    const struct kp_items_options *o = options;
    struct kp_json json = {.out = out};
    char *wanted = kp_text_header_key(&ctx->arena, o->word ? o->word : "");
    size_t n = 0;
    if (o->json) {
        kp_json_object(&json, NULL, KP_JSON_LINES);
        kp_json_u64(&json, "schema_version", 1);
        kp_json_array(&json, "items", KP_JSON_LINES);
    }
    for (size_t i = 0; i < ctx->tables.n_items; i++) {
        const struct kp_item *item = &ctx->tables.items[i];
        if (o->word && *o->word && !strstr(item->code, o->word) &&
            (!wanted || !*wanted || !matches(item, wanted, &ctx->arena)))
            continue;
        n++;
        if (o->json)
            add_object(item, &json);
        else
            add_line(ctx, item, out);
    }
    if (o->json) {
        kp_json_end(&json);
        kp_json_end(&json);
    }
    if (n == 0)
        kp_warn(&ctx->diag, KP_K_NO_SUCH_ITEM, KP_NOWHERE, o->word);
    return KP_OK;
}

enum kp_status kp_list_items(const struct kp_items_options *options, const struct kp_env *env,
                             struct kp_page *ret_page)
{
    return kp_page_make(&options->common, env, list_items, options, ret_page);
}
