#include "tables/page.h"

enum kp_status kp_page_make(const struct kp_common *common, const struct kp_env *env, kp_page_fn *fn,
                            const void *options, struct kp_page *ret_page)
{
    struct kp_context ctx;
    struct kp_buf out = {0};
    enum kp_status st = kp_context_init(&ctx, common, env);
    if (st == KP_OK)
        st = kp_context_load_tables(&ctx);
    if (st == KP_OK)
        st = fn(&ctx, options, &out);
    if (st == KP_OK && (!kp_buf_ok(&out) || ctx.arena.failed))
        st = kp_no_memory(&ctx);
    if (st == KP_OK)
        st = kp_buf_take(&out, &ret_page->text) ? KP_OK : kp_no_memory(&ctx);
    kp_buf_release(&out);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    return st;
}

void kp_page_free(struct kp_page *page)
{
    struct kp_buf text = {.data = page->text};
    kp_buf_release(&text);
    page->text = NULL;
}
