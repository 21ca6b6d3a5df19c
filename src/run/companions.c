#include "run/companions.h"

#include <errno.h>
#include <string.h>

#include "base/status.h"

static const struct {
    const char *suffix; /* in the temporary folder */
    const char *folder;
    const char *extension;
} KINDS[] = {[KP_COMPANION_SECRET] = {".secret", "secrets", ".txt"},
             [KP_COMPANION_SEALED] = {".sealed", "sealed", ".zip"},
             [KP_COMPANION_LETTER] = {".letter", "letters", ".html"}};

const char *kp_companion_path(struct kp_arena *arena, const struct kp_companions *of, enum kp_companion which,
                              bool in_place)
{
    bool secret = which == KP_COMPANION_SECRET; /* one for all bundles of the insurer */
    const char *name = secret ? of->insurer : of->root;
    if (!in_place)
        return kp_arena_printf(arena, "%s/.tmp-%s/%s%s", of->output, of->run_id, name, KINDS[which].suffix);
    return kp_arena_printf(arena, "%s/%s/%s%s%s%s", of->output, KINDS[which].folder, secret ? of->run_id : "",
                           secret ? "/" : "", name, KINDS[which].extension);
}

bool kp_companion_is(const char *name)
{
    const char *dot = strrchr(name, '.');
    bool is = false;
    for (size_t i = 0; dot && i < KP_COMPANION__COUNT; i++)
        is |= strcmp(dot, KINDS[i].suffix) == 0;
    return is;
}

/* The answer to a rename may be lost on a network file system: then the names decide. */
static enum kp_status move(struct kp_context *ctx, const char *from, const char *to)
{
    char *folder = kp_arena_strndup(&ctx->arena, to, (size_t)(strrchr(to, '/') - to));
    if (!folder)
        return kp_no_memory(ctx);
    if (kp_make_folders(ctx->io, folder) != KP_OK)
        return kp_write_failed(ctx, folder);
    struct stat info;
    if (kp_io_rename(ctx->io, from, to) != 0) {
        int error = errno;
        if (kp_io_lstat(ctx->io, to, &info) != 0 || !S_ISREG(info.st_mode)) {
            errno = error;
            return kp_write_failed(ctx, to);
        }
    }
    return kp_sync_folder(ctx->io, folder) == KP_OK ? KP_OK : kp_write_failed(ctx, folder);
}

enum kp_status kp_companions_place(struct kp_context *ctx, const struct kp_companions *of,
                                   char ret_sha256[KP_SHA256_HEX + 1])
{
    uint8_t digest[KP_SHA256_BYTES];
    ret_sha256[0] = '\0';
    for (size_t i = 0; i < KP_COMPANION__COUNT; i++) {
        const char *from = kp_companion_path(&ctx->arena, of, (enum kp_companion)i, false);
        const char *to = kp_companion_path(&ctx->arena, of, (enum kp_companion)i, true);
        if (!from || !to)
            return kp_no_memory(ctx);
        if (!kp_path_absent(ctx->io, from))
            KP_TRY(move(ctx, from, to));
        if (i != KP_COMPANION_SEALED || kp_path_absent(ctx->io, to))
            continue;
        errno = 0;
        if (kp_file_sha256(ctx->io, to, digest) != KP_OK)
            return kp_write_failed(ctx, to);
        kp_sha256_hex(digest, ret_sha256);
    }
    return KP_OK;
}

const char *kp_companions_detail(struct kp_arena *arena, const char *sha256)
{
    return *sha256 ? kp_arena_printf(arena, ",\"seal\":\"zip-aes\",\"sealed_sha256\":\"%s\"", sha256) : "";
}

bool kp_companions_is_sealed(const char *detail, const char *sha256)
{
    static const char key[] = "\"sealed_sha256\":\"";
    const char *at = strstr(detail, key);
    return at && strncmp(at + sizeof(key) - 1, sha256, KP_SHA256_HEX) == 0;
}
