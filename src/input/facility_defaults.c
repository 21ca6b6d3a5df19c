#include "input/facility_defaults.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "input/header_names.h"
#include "input/mapping_file.h"

#define MAKER "ファイル作成機関"
#define INSTITUTION "健診機関"

static bool begins(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool kp_facility_defaults_is(struct kp_arena *arena, const struct kp_sheet *sheet)
{
    const char *key = sheet->n_columns >= 2 ? kp_text_nfkc(arena, sheet->columns[0]) : NULL;
    return key && sheet->n_columns <= 3 && (begins(key, MAKER) || begins(key, INSTITUTION)) &&
           !begins(sheet->columns[1], INSTITUTION); /* the heading of a register */
}

/* Returns the member that a name means, in the maker of the file or in the institution; NULL for another
 * name. */
static const char **member_of(struct kp_context *ctx, const char *name, struct kp_org *institution,
                              struct kp_org *maker)
{
    struct kp_column column = {.header = "", .second = ""};
    bool of_maker = begins(name, MAKER);
    const char *as = of_maker ? kp_arena_printf(&ctx->arena, INSTITUTION "%s", name + strlen(MAKER)) : name;
    struct kp_org *org = of_maker ? maker : institution;
    if (!as || !begins(as, INSTITUTION) || !kp_header_read(&ctx->arena, &ctx->tables, as, &column) ||
        column.kind != KP_COL_FIELD)
        return NULL;
    switch (column.index) {
    case KP_F_FACILITY_NUMBER: return &org->number;
    case KP_F_FACILITY_NAME: return &org->name;
    case KP_F_FACILITY_POSTAL_CODE: return &org->postal_code;
    case KP_F_FACILITY_ADDRESS: return &org->address;
    case KP_F_FACILITY_PHONE: return &org->phone;
    default: return NULL;
    }
}

static bool is_set(const char *text)
{
    return text && *text;
}

static void complete(struct kp_org *org, const struct kp_org *from)
{
    if (is_set(org->number) && is_set(from->number) && strcmp(org->number, from->number) != 0)
        return;
    const char **to[] = {&org->number, &org->name, &org->postal_code, &org->address, &org->phone};
    const char *const given[] = {from->number, from->name, from->postal_code, from->address, from->phone};
    for (size_t i = 0; i < KP_COUNT(to); i++)
        if (!is_set(*to[i]))
            *to[i] = given[i];
}

static enum kp_status read_row(struct kp_context *ctx, const char *path, struct kp_sheet_row row,
                               struct kp_org *institution, struct kp_org *maker)
{
    const char *name = row.n_cells ? kp_text_nfkc(&ctx->arena, row.cells[0]) : "";
    const char *value = row.n_cells > 1 ? row.cells[1] : "";
    const char **member = name && *name && *value ? member_of(ctx, name, institution, maker) : NULL;
    if (!name || ctx->arena.failed)
        return kp_no_memory(ctx);
    if (!*name || !*value)
        return KP_OK;
    if (!member) {
        kp_warn(&ctx->diag, KP_K_CC2X_LINE_UNUSED, kp_at(path, row.line), row.cells[0]);
        return KP_OK;
    }
    bool number = member == &institution->number || member == &maker->number;
    if (*member || (number && !kp_is_digits(value, 10)))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_CC2X_LINE_BAD, kp_at(path, row.line), row.cells[0],
                       value);
    *member = value;
    return KP_OK;
}

enum kp_status kp_facility_defaults_apply(struct kp_context *ctx, struct kp_run_options *options)
{
    const char *path = options->input.facility_defaults;
    struct kp_org institution = {0}, maker = {0};
    struct kp_sheet sheet;
    if (!path)
        return KP_OK;
    KP_TRY(kp_mapping_sheet(ctx, path, KP_COMMENTS_ALL, &sheet));
    const struct kp_sheet_row first = {1, sheet.n_columns, sheet.columns};
    KP_TRY(read_row(ctx, path, first, &institution, &maker));
    for (size_t i = 0; i < sheet.n_rows; i++)
        KP_TRY(read_row(ctx, path, sheet.rows[i], &institution, &maker));
    complete(&maker, &institution);
    complete(&options->input.facility, &institution);
    const char *number =
        options->sender.number; /* without a name the default, which stands for any employer */
    if (!is_set(options->sender.name) && is_set(maker.number))
        options->sender.number = NULL;
    complete(&options->sender, &maker);
    if (!options->sender.number)
        options->sender.number = number;
    return KP_OK;
}
