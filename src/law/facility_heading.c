#include "law/facility_heading.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"

static const char *const NAMES[][2] = {{"健診機関番号", "number"},          {"健診機関名称", "name"},
                                       {"健診機関郵便番号", "postal_code"}, {"健診機関所在地", "address"},
                                       {"健診機関電話番号", "phone"},       {"健診機関FAX番号", "fax"}};

/* Appends the names of our register for those of the line; false if it is another line. */
static bool translate(const char *line, struct kp_buf *out)
{
    size_t from = out->len;
    for (struct kp_word word; kp_next_word(&line, ",\r\n", &word) && word.n > 0;) {
        const char *name = NULL;
        for (size_t i = 0; i < KP_COUNT(NAMES) && !name; i++)
            if (strlen(NAMES[i][0]) == word.n && memcmp(NAMES[i][0], word.at, word.n) == 0)
                name = NAMES[i][1];
        if (!name) {
            out->len = from;
            return false;
        }
        kp_buf_printf(out, "%s%s", out->len > from ? "," : "", name);
    }
    return out->len > from;
}

/* Appends the header, or nothing for another comment, and the end of the line. */
static bool add_comment(struct kp_context *ctx, const char *line, size_t n, enum kp_encoding encoding,
                        struct kp_buf *out)
{
    struct kp_buf text = {0};
    size_t bad = 0;
    bool found = kp_text_decode(ctx->text, encoding, line + 1, n - 1, &text, &bad) && kp_buf_ok(&text) &&
                 translate(kp_buf_text(&text), out);
    kp_buf_char(out, '\n');
    kp_buf_release(&text);
    return found;
}

enum kp_status kp_facility_heading(struct kp_context *ctx, const char **bytes, size_t *n)
{
    static const char mark[] = "\xef\xbb\xbf";
    const char *at = *n >= 3 && memcmp(*bytes, mark, 3) == 0 ? *bytes + 3 : *bytes, *end = *bytes + *n;
    enum kp_encoding encoding = kp_utf8_valid_prefix(*bytes, *n) == *n ? KP_ENC_UTF8 : KP_ENC_CP932;
    struct kp_buf out = {0};
    bool found = false;
    while (at < end && *at == '#') {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t length = line_end ? (size_t)(line_end + 1 - at) : (size_t)(end - at);
        found |= add_comment(ctx, at, length, encoding, &out);
        at += length;
    }
    kp_buf_add(&out, at, (size_t)(end - at));
    size_t length = out.len;
    char *copy = found && kp_buf_ok(&out) ? kp_arena_strndup(&ctx->arena, kp_buf_text(&out), length) : NULL;
    bool failed = !kp_buf_ok(&out) || ctx->arena.failed;
    kp_buf_release(&out);
    if (failed)
        return kp_no_memory(ctx);
    if (found) {
        *bytes = copy;
        *n = length;
    }
    return KP_OK;
}
