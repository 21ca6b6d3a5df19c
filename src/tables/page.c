#include "tables/page.h"

#include "base/status.h"

enum kp_status kp_page_make(const struct kp_common *common, const struct kp_env *env, kp_page_fn *fn,
                            const void *options, struct kp_page *ret_page)
{
    struct kp_context ctx;
    struct kp_buf text = {0};
    enum kp_status st = KP_OK;
    KP_TRY_OUT(kp_context_init(&ctx, common, env));
    KP_TRY_OUT(kp_context_load_tables(&ctx));
    KP_TRY_OUT(fn(&ctx, options, &text));
    if (ctx.arena.failed || !kp_buf_take(&text, &ret_page->text))
        st = kp_no_memory(&ctx);
out:
    kp_buf_release(&text);
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
