#include "run/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *kp_basis_words(struct kp_context *ctx, const struct kp_basis *basis)
{
    if (basis->route == KP_ROUTE_CONSENT)
        return kp_say(ctx, "本人の同意", "the person's consent");
    return kp_arena_printf(&ctx->arena, "%s %s", basis->law, basis->request_provision);
}

const char *kp_scheme_words(const struct kp_context *ctx, const char *insurer_number)
{
    const struct kp_scheme *scheme = kp_scheme_of(&ctx->tables, insurer_number);
    return scheme ? scheme->name[ctx->common->lang] : "";
}

const char *kp_reason_words(struct kp_context *ctx, enum kp_reason reason)
{
    const struct kp_msg *msg = kp_catalogue_find(&ctx->catalogue, kp_reason_codes[reason]);
    return msg ? kp_diag_general(msg->text[ctx->common->lang], &ctx->arena) : "";
}

void kp_column_letters(unsigned number, char ret_letters[8])
{
    char reversed[8];
    size_t n = 0;
    for (; number > 0 && n < 7; number = (number - 1) / 26)
        reversed[n++] = (char)('A' + (number - 1) % 26);
    for (size_t i = 0; i < n; i++)
        ret_letters[i] = reversed[n - 1 - i];
    ret_letters[n] = '\0';
}

static uint64_t row_of(struct kp_place place)
{
    return place.sheet_row ? place.sheet_row : place.line;
}

const char *kp_cell_text(struct kp_context *ctx, struct kp_place place)
{
    char letters[8];
    kp_column_letters(place.column, letters);
    return kp_arena_printf(&ctx->arena, "%s%" PRIu64, letters, row_of(place));
}

void kp_cell_put(const struct kp_context *ctx, struct kp_place place, struct kp_buf *out)
{
    char letters[8];
    kp_column_letters(place.column, letters);
    if (ctx->common->lang == KP_LANG_EN)
        kp_buf_printf(out, "%s %s%" PRIu64, *letters ? "cell" : "row", letters, row_of(place));
    else
        kp_buf_printf(out, "%s%s%" PRIu64 "行", letters, *letters ? "列 " : "", row_of(place));
}
