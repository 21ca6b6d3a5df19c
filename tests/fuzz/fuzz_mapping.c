/* Mapping files. Parts: an export, a mapping file of it. The mapping that was read is printed and read again,
 * to the same targets. Without a mapping file: what `map` proposes for the export is one that can be read. */
#include "format/sheet.h"
#include "input/mapping.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n");
}

static enum kp_status build(struct kp_context *ctx, const struct kp_heading *heading, const void *bytes,
                            size_t n, struct kp_mapping *mapping)
{
    struct kp_mapping_file file = {0};
    const struct kp_mapping_job job = {.file = &file, .input = 1, .n_inputs = 1};
    enum kp_status st = kp_mapping_load(ctx, fuzz_file("mapping.csv", bytes, n), NULL, &file);
    return st == KP_OK ? kp_mapping_build(ctx, &job, heading, mapping) : st;
}

static void check_printed(struct kp_context *ctx, const struct kp_heading *heading,
                          const struct kp_mapping *m)
{
    struct kp_buf out = {0};
    struct kp_mapping again = {0};
    kp_buf_str(&out, "column,target,unit,values\n");
    for (const struct kp_column *c = m->columns; c < m->columns + m->n_columns; c++)
        if (*c->line && c->kind >= KP_COL_FIELD && !c->is_pair && !c->methods)
            kp_buf_printf(&out, "%s,%s\n", c->line, c->digits == KP_DIGITS_SAID ? KP_VALUES_OFFICIAL : "");
    FUZZ_ASSERT(build(ctx, heading, out.data, out.len, &again) == KP_OK && again.n_columns == m->n_columns);
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct kp_column *a = &m->columns[i], *b = &again.columns[i];
        if (*a->line && a->kind >= KP_COL_FIELD && !a->is_pair && !a->methods)
            FUZZ_ASSERT(a->kind == b->kind && a->index == b->index && strcmp(a->line, b->line) == 0);
    }
    kp_buf_release(&out);
}

static void check_proposal(struct kp_context *ctx, const struct fuzz_part *part)
{
    const struct kp_map_options options = {.path = fuzz_file("export.csv", part->bytes, part->n)};
    struct kp_proposal proposal = {0};
    struct kp_mapping_file file = {0};
    const unsigned failures = fuzz_failures;
    if (kp_propose(&options, ctx->env, &proposal) == KP_OK) {
        const char *path = fuzz_file("mapping.csv", proposal.text, strlen(proposal.text));
        FUZZ_ASSERT(kp_mapping_load(ctx, path, NULL, &file) == KP_OK);
        kp_proposal_free(&proposal);
    }
    fuzz_failures = failures;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct fuzz_parts parts;
    struct kp_sheet sheet;
    struct kp_mapping mapping = {0};
    enum kp_status st = KP_OK;
    fuzz_split(&parts, data, n);
    fuzz_begin(&ctx);
    if (parts.n == 1)
        check_proposal(&ctx, &parts.at[0]);
    else if (kp_sheet_read(&sheet, &ctx.arena, ctx.text, parts.at[0].bytes, parts.at[0].n, KP_COMMENTS_ALL) ==
                 KP_OK &&
             sheet.n_columns > 0) {
        const struct kp_heading heading = {.first = sheet.columns, .n = sheet.n_columns};
        st = build(&ctx, &heading, parts.at[1].bytes, parts.at[1].n, &mapping);
        if (st == KP_OK)
            check_printed(&ctx, &heading, &mapping);
    }
    fuzz_end(&ctx, st);
    fuzz_parts_free(&parts);
    return 0;
}
