/* kp_list_items: the item catalogue, or the items that a word finds. */
#include <string.h>

#include "tables/page.h"

static bool matches(const struct kp_item *item, const char *wanted, struct kp_arena *arena)
{
    char *key = kp_text_header_key(arena, item->name);
    return strstr(item->code, wanted) || strstr(item->name, wanted) || (key && strstr(key, wanted));
}

static enum kp_status list_items(struct kp_context *ctx, const void *options, struct kp_buf *out)
{
    const char *word = ((const struct kp_items_options *)options)->word;
    char *wanted = kp_text_header_key(&ctx->arena, word ? word : "");
    for (size_t i = 0; i < ctx->tables.n_items; i++) {
        const struct kp_item *item = &ctx->tables.items[i];
        if (word && *word && !strstr(item->code, word) &&
            (!wanted || !*wanted || !matches(item, wanted, &ctx->arena)))
            continue;
        char from[11] = "", to[11] = "";
        if (kp_date_is_set(item->valid_from))
            kp_date_iso(item->valid_from, from);
        if (kp_date_is_set(item->valid_to))
            kp_date_iso(item->valid_to, to);
        const char *scope = kp_term(&ctx->diag, "scope", kp_scope_names[item->scope]);
        kp_buf_printf(out, "%s  %s  %-9s %-13s %s%*s  %s%s%s%s%s\n", item->code, kp_type_names[item->type],
                      *item->code_system ? strrchr(item->code_system, '.') + 1 : item->format,
                      *item->unit ? item->unit : "-", scope,
                      (int)(5 - (kp_text_columns(scope) < 5 ? kp_text_columns(scope) : 5)), "", item->name,
                      *from || *to ? "  " : "", from, *from || *to ? ".." : "", to);
    }
    if (out->len == 0)
        kp_warn(&ctx->diag, KP_K_NO_SUCH_ITEM, KP_NOWHERE, word);
    return KP_OK;
}

enum kp_status kp_list_items(const struct kp_items_options *options, const struct kp_env *env,
                             struct kp_page *ret_page)
{
    return kp_page_make(&options->common, env, list_items, options, ret_page);
}
