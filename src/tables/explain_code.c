/* kp_explain_code: what a diagnostic means and how to mend its cause. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tables/page.h"

static enum kp_status explain_code(struct kp_context *ctx, const void *options, struct kp_buf *out)
{
    static const char *const levels[] = {"注記", "警告", "保留", "却下", "失敗"};
    const char *word = ((const struct kp_code_options *)options)->code;
    bool well_formed =
        toupper((unsigned char)word[0]) == 'K' && strspn(word + 1, "0123456789") == 4 && !word[5];
    const struct kp_msg *m =
        well_formed ? kp_catalogue_find(&ctx->catalogue, (unsigned)strtoul(word + 1, NULL, 10)) : NULL;
    if (!m)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_CODE_NOT_FOUND, KP_NOWHERE, word);
    enum kp_lang lang = ctx->diag.lang;
    kp_buf_printf(out, "K%04u %s (%s)\n", m->code, m->name,
                  kp_say(ctx, levels[m->level], kp_level_name(m->level)));
    kp_buf_printf(out, "%s %s\n", kp_say(ctx, "意味:", "meaning:"), m->text[lang]);
    kp_buf_printf(out, "%s %s\n", kp_say(ctx, "直し方:", "remedy: "), m->remedy[lang]);
    if (*m->ground)
        kp_buf_printf(out, "%s %s\n", kp_say(ctx, "根拠:", "ground: "), m->ground);
    return KP_OK;
}

enum kp_status kp_explain_code(const struct kp_code_options *options, const struct kp_env *env,
                               struct kp_page *ret_page)
{
    return kp_page_make(&options->common, env, explain_code, options, ret_page);
}
