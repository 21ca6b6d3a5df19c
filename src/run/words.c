#include "run/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

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

static uint64_t row_of(struct kp_place place)
{
    return place.sheet_row ? place.sheet_row : place.line;
}

const char *kp_cell_text(struct kp_context *ctx, struct kp_place place)
{
    char letters[KP_CELL_NAME];
    (void)kp_cell_name(place.column, letters);
    return kp_arena_printf(&ctx->arena, "%s%" PRIu64, letters, row_of(place));
}

void kp_cell_put(const struct kp_context *ctx, struct kp_place place, struct kp_buf *out)
{
    char letters[KP_CELL_NAME];
    (void)kp_cell_name(place.column, letters);
    if (ctx->common->lang == KP_LANG_EN)
        kp_buf_printf(out, "%s %s%" PRIu64, *letters ? "cell" : "row", letters, row_of(place));
    else
        kp_buf_printf(out, "%s%s%" PRIu64 "行", letters, *letters ? "列 " : "", row_of(place));
}
