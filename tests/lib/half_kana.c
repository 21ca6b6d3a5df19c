#include "half_kana.h"

static struct {
    int32_t whole;
    const char *half;
} kana[200];
static size_t n_kana;

void learn_kana(void)
{
    /* A kana alone, and with each of the voiced marks, which are letters of their own in half width. */
    static const char *const marks[] = {"", "ﾞ", "ﾟ"};
    for (int32_t c = 0xff66; c <= 0xff9d; c++)
        for (size_t i = 0; i < COUNT(marks); i++) {
            struct kp_buf half = {0};
            kp_utf8_put(&half, c);
            kp_buf_str(&half, marks[i]);
            const char *at = kp_text_nfkc(&arena, kp_buf_text(&half));
            int32_t whole = kp_utf8_next(&at);
            if (*at == '\0') {
                kana[n_kana].whole = whole;
                kana[n_kana++].half = kp_arena_strdup(&arena, kp_buf_text(&half));
            }
            kp_buf_release(&half);
        }
}

const char *half_kana(const char *s)
{
    struct kp_buf out = {0};
    int32_t c = 0;
    while ((c = kp_utf8_next(&s)) >= 0) {
        size_t i = 0;
        while (i < n_kana && kana[i].whole != c)
            i++;
        if (i < n_kana)
            kp_buf_str(&out, kana[i].half);
        else
            kp_utf8_put(&out, c);
    }
    const char *copy = kp_arena_strdup(&arena, kp_buf_text(&out));
    kp_buf_release(&out);
    return copy;
}
