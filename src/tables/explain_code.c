/* kp_explain_code: what a diagnostic means and how to mend its cause. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "tables/page.h"

/* Names the documents behind a ground: one for all of it, or one for each of its words. */
static void add_ground(struct kp_context *ctx, const char *ground, struct kp_buf *out)
{
    const char *whole = kp_term(&ctx->diag, "ground", ground), *last = "", *list = ground;
    kp_buf_str(out, kp_say(ctx, "根拠: ", "ground:  "));
    for (struct kp_word word; whole == ground && kp_next_word(&list, " ", &word);) {
        const char *id = kp_arena_strndup(&ctx->arena, word.at, word.n);
        const char *name = id ? kp_term(&ctx->diag, "ground", id) : "";
        if (strcmp(name, last) != 0)
            kp_buf_printf(out, "%s%s", *last ? " " : "", name);
        last = name;
    }
    kp_buf_printf(out, "%s\n", whole == ground ? "" : whole);
}

static enum kp_status explain_code(struct kp_context *ctx, const void *options, struct kp_buf *out)
{
    const char *word = ((const struct kp_code_options *)options)->code;
    bool well_formed =
        toupper((unsigned char)word[0]) == 'K' && strspn(word + 1, "0123456789") == 4 && !word[5];
    const struct kp_msg *m =
        well_formed ? kp_catalogue_find(&ctx->catalogue, (unsigned)strtoul(word + 1, NULL, 10)) : NULL;
    if (!m)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_CODE_NOT_FOUND, KP_NOWHERE, word);
    enum kp_lang lang = ctx->diag.lang;
    kp_buf_printf(out, "K%04u%s%s (%s)\n", m->code, kp_say(ctx, "", " "), kp_say(ctx, "", m->name),
                  kp_term(&ctx->diag, "level", kp_level_name(m->level)));
    kp_buf_printf(out, "%s ", kp_say(ctx, "意味:", "meaning:"));
    kp_diag_explain(&ctx->diag, m, m->text[lang], out);
    kp_buf_printf(out, "\n%s ", kp_say(ctx, "直し方:", "remedy: "));
    kp_diag_explain(&ctx->diag, m, m->remedy[lang], out);
    kp_buf_char(out, '\n');
    if (*m->ground)
        add_ground(ctx, m->ground, out);
    return KP_OK;
}

enum kp_status kp_explain_code(const struct kp_code_options *options, const struct kp_env *env,
                               struct kp_page *ret_page)
{
    return kp_page_make(&options->common, env, explain_code, options, ret_page);
}
