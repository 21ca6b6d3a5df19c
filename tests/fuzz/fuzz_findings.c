/* Texts of findings. Two parts together never deny what one of them finds, unless that may be a heading of
 * the other (所見。所見なし). */
#include <ctype.h>

#include "base/utf8.h"
#include "tables/phrases.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, "\n");
}

static enum kp_words words_of(struct kp_context *ctx, const char *text)
{
    const char *key = kp_text_value_key(&ctx->arena, text);
    FUZZ_ASSERT(key);
    (void)kp_words_judge(&ctx->tables, &ctx->arena, key);
    (void)kp_words_are_total(&ctx->tables, &ctx->arena, key);
    return kp_words_of(&ctx->tables, &ctx->arena, key);
}

/* Returns whether a text consists of places, subjects and what stands between them. */
static bool is_heading(struct kp_context *ctx, const char *text)
{
    const struct kp_phrase *phrases = ctx->tables.phrases; /* a spare one ends them */
    for (const char *at = kp_text_value_key(&ctx->arena, text); *at;) {
        size_t n = ispunct((unsigned char)*at) ? 1 : 0;
        for (size_t i = 0; phrases[i].key; i++)
            if (phrases[i].kind <= KP_PHRASE_SUBJECT || phrases[i].kind == KP_PHRASE_LINK)
                if (phrases[i].length > n && strncmp(at, phrases[i].key, phrases[i].length) == 0)
                    n = phrases[i].length;
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct fuzz_parts parts;
    fuzz_split(&parts, data, n);
    char *a = parts.at[0].bytes, *b = parts.at[1].bytes;
    if (kp_utf8_valid_prefix(a, strlen(a)) == strlen(a) && kp_utf8_valid_prefix(b, strlen(b)) == strlen(b)) {
        fuzz_begin(&ctx);
        const enum kp_words first = words_of(&ctx, a), second = words_of(&ctx, b);
        const enum kp_words both = words_of(&ctx, kp_arena_printf(&ctx.arena, "%s。%s", a, b));
        if ((first == KP_WORDS_FINDING && !is_heading(&ctx, a)) ||
            (second == KP_WORDS_FINDING && !is_heading(&ctx, b)))
            FUZZ_ASSERT(both == KP_WORDS_FINDING || both == KP_WORDS_OPEN);
        fuzz_end(&ctx, KP_OK);
    }
    fuzz_parts_free(&parts);
    return 0;
}
