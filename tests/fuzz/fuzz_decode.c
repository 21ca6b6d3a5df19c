/* Decoding, folding and cutting of text. What is decoded is UTF-8 and as long in CP932 as it was; folding
 * twice gives what folding once gives. */
#include "base/text.h"
#include "base/utf8.h"
#include "fuzz.h"

static void check_twice(struct kp_arena *arena, char *(*fold)(struct kp_arena *arena, const char *s),
                        const char *s)
{
    const char *once = fold(arena, s), *twice = once ? fold(arena, once) : NULL;
    FUZZ_ASSERT(twice && kp_utf8_prefix(once, strlen(once)) == strlen(once));
    FUZZ_ASSERT(strcmp(once, twice) == 0);
}

static void fold(struct kp_arena *arena, const struct kp_text *text, char *s, size_t most)
{
    check_twice(arena, kp_text_nfkc, s);
    check_twice(arena, kp_text_trim, s);
    check_twice(arena, kp_text_narrow, s);
    check_twice(arena, kp_text_kana_name, s);
    check_twice(arena, kp_text_header_key, s);
    check_twice(arena, kp_text_value_key, s);
    FUZZ_ASSERT(kp_text_is_trimmed(kp_text_trim(arena, s)));
    const char *wide = kp_text_wide(arena, s, most & 1);
    FUZZ_ASSERT(wide && strcmp(kp_text_wide(arena, wide, most & 1), wide) == 0);
    FUZZ_ASSERT(kp_text_fit(s, most) <= strlen(s));
    (void)kp_text_cut(text, s, most);
    FUZZ_ASSERT(kp_text_cp932_bytes(text, s, NULL) <= most && kp_utf8_prefix(s, strlen(s)) == strlen(s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct kp_buf out = {0};
    size_t bad = 0;
    int32_t outside = 0;
    if (n == 0)
        return 0;
    const char *bytes = (const char *)data + 1;
    const enum kp_encoding encoding = data[0] & 1 ? KP_ENC_CP932 : KP_ENC_UTF8;
    fuzz_begin(&ctx);
    if (kp_text_decode(ctx.text, encoding, bytes, n - 1, &out, &bad)) {
        const char *s = kp_buf_text(&out);
        FUZZ_ASSERT(strlen(s) == out.len && kp_utf8_valid_prefix(s, out.len) == out.len);
        if (encoding == KP_ENC_UTF8)
            FUZZ_ASSERT(out.len == n - 1 && memcmp(s, bytes, out.len) == 0);
        else if (kp_text_cp932_bytes(ctx.text, s, &outside) != n - 1)
            FUZZ_ASSERT(outside >= 0xe000 && outside < 0xe758); /* 外字 of the user's area */
        if (out.len > 0)
            fold(&ctx.arena, ctx.text, out.data, data[0] >> 1);
    } else {
        FUZZ_ASSERT(bad < n - 1);
    }
    kp_buf_release(&out);
    fuzz_end(&ctx, KP_OK);
    return 0;
}
