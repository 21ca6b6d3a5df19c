/* The tables of the CC2X converter. Parts: C2XDTBL, METHODCVT, an export, institutions, reference ranges. */
#include "format/sheet.h"
#include "input/cc2x.h"
#include "input/facility_defaults.h"
#include "input/mapping.h"
#include "input/ranges.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n");
}

static enum kp_status map_columns(struct kp_context *ctx, const struct fuzz_parts *parts)
{
    const struct fuzz_part *export = &parts->at[2];
    const char *methods =
        parts->at[1].n ? fuzz_file("methods.csv", parts->at[1].bytes, parts->at[1].n) : NULL;
    struct kp_mapping_file file = {0};
    struct kp_sheet sheet;
    struct kp_cc2x_pair pair = {0};
    enum kp_status st =
        kp_mapping_load(ctx, fuzz_file("table.csv", parts->at[0].bytes, parts->at[0].n), methods, &file);
    if (st != KP_OK)
        return st;
    (void)kp_cc2x_kind(ctx, &file.sheet);
    if (!file.is_cc2x || (st = kp_cc2x_check(ctx, &file)) != KP_OK)
        return st;
    if (kp_cc2x_pair(&ctx->arena, &file, &pair))
        FUZZ_ASSERT(pair.persons < 2 && pair.key[0] > 0 && pair.key[1] > 0);
    if (kp_sheet_read(&sheet, &ctx->arena, ctx->text, export->bytes, export->n, KP_COMMENTS_ALL) != KP_OK)
        return KP_OK;
    for (size_t input = 1; input <= 2 && st == KP_OK && sheet.n_columns > 0; input++) {
        const struct kp_mapping_job job = {.file = &file, .input = input, .n_inputs = 2};
        const struct kp_heading heading = {.first = sheet.columns, .n = sheet.n_columns};
        struct kp_mapping mapping = {0};
        st = kp_mapping_build(ctx, &job, &heading, &mapping);
    }
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct fuzz_parts parts;
    struct kp_run_options options = {0};
    const struct kp_range *ranges = NULL;
    fuzz_split(&parts, data, n);
    fuzz_begin(&ctx);
    enum kp_status st = map_columns(&ctx, &parts);
    if (st == KP_OK && parts.at[3].n > 0) {
        options.input.facility_defaults = fuzz_file("facilities.csv", parts.at[3].bytes, parts.at[3].n);
        st = kp_facility_defaults_apply(&ctx, &options);
    }
    if (st == KP_OK && parts.at[4].n > 0)
        st = kp_ranges_load(&ctx, fuzz_file("ranges.csv", parts.at[4].bytes, parts.at[4].n), &ranges);
    fuzz_end(&ctx, st);
    fuzz_parts_free(&parts);
    return 0;
}
