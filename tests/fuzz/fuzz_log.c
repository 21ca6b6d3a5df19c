/* The disclosure log and its index. Parts: rows of a log, which are given their hashes; bytes that follow
 * them; an index. What was written is read as it was written, and found by the index. */
#include "log/log_index.h"
#include "log_rows.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n");
}

static enum kp_status add_line(void *ctx, const struct kp_log_line *line)
{
    return kp_log_index_builder_add(ctx, line) == KP_E_SYSTEM ? KP_E_SYSTEM : KP_OK;
}

static enum kp_status find_again(void *ctx, const struct kp_log_index_record *record)
{
    uint32_t n = 0;
    uint64_t last = 0;
    struct kp_log_index *index = ctx, other = *index; /* the block that is read belongs to the caller */
    FUZZ_ASSERT(kp_log_index_count(&other, record->key, &n, &last) == KP_OK && n > 0 && last >= record->at);
    FUZZ_ASSERT(kp_log_index_each(&other, record->key, NULL, NULL) == KP_OK);
    return KP_OK;
}

static void check_index(struct kp_context *ctx, const char *path, const char *index_path)
{
    struct kp_log_index index;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    FUZZ_ASSERT(kp_log_index_open(&index, ctx->io, index_path, path, &verdict) == KP_OK);
    if (verdict == KP_LOG_INDEX_SOUND)
        FUZZ_ASSERT(kp_log_index_all(&index, find_again, &index) != KP_E_SYSTEM);
    kp_log_index_close(&index);
}

static void make_index(struct kp_context *ctx, const char *path)
{
    struct kp_log_index_builder builder;
    struct kp_log_index none = {.io = NULL};
    struct kp_log_state state;
    const char *index_path = fuzz_path("log.csv.index");
    FUZZ_ASSERT(kp_log_index_builder_open(&builder, ctx->io, fuzz_path("")) == KP_OK);
    FUZZ_ASSERT(kp_log_read(ctx->io, path, NULL, add_line, &builder, &state) == KP_OK);
    if (builder.point.bytes > 0) {
        FUZZ_ASSERT(kp_log_index_write(index_path, &none, &builder) == KP_OK);
        check_index(ctx, path, index_path);
    }
    kp_log_index_builder_close(&builder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct fuzz_parts parts;
    struct kp_log_state state;
    fuzz_split(&parts, data, n);
    fuzz_begin(&ctx);
    const char *path = fuzz_log(&ctx, "log.csv", &parts.at[0]);
    FUZZ_ASSERT(kp_log_read(ctx.io, path, NULL, NULL, NULL, &state) == KP_OK);
    FUZZ_ASSERT(state.fault == KP_LOG_SOUND && !state.torn && state.bad_line == 0);
    make_index(&ctx, path);
    if (parts.at[1].n > 0) {
        FILE *file = fopen(path, "ab");
        FUZZ_ASSERT(file && fwrite(parts.at[1].bytes, 1, parts.at[1].n, file) == parts.at[1].n &&
                    fclose(file) == 0);
        FUZZ_ASSERT(kp_log_read(ctx.io, path, NULL, NULL, NULL, &state) == KP_OK);
    }
    if (parts.at[2].n > 0)
        check_index(&ctx, path, fuzz_file("a.index", parts.at[2].bytes, parts.at[2].n));
    fuzz_end(&ctx, KP_OK);
    fuzz_parts_free(&parts);
    return 0;
}
