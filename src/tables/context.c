#include "tables/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"

enum kp_status kp_context_init(struct kp_context *ctx, const struct kp_common *common,
                               const struct kp_env *env)
{
    *ctx = (struct kp_context){.common = common, .env = env, .io = &kp_io_posix};
    ctx->diag = (struct kp_diag){.catalogue = &ctx->catalogue,
                                 .env = env,
                                 .lang = common->lang,
                                 .strict = common->strict,
                                 .show_values = common->show_values};
    return kp_catalogue_load(&ctx->arena, &ctx->catalogue) == KP_OK ? KP_OK : kp_no_memory(ctx);
}

enum kp_status kp_context_load_tables(struct kp_context *ctx)
{
    if (ctx->text) /* loaded before */
        return KP_OK;
    if (kp_text_new(&ctx->text) != KP_OK)
        return kp_no_memory(ctx);
    return kp_tables_load(&ctx->arena, ctx->io, ctx->text, ctx->common->schemas, &ctx->diag, &ctx->tables);
}

void kp_context_warn_of_tables(struct kp_context *ctx, struct kp_date on)
{
    const struct kp_tables *t = &ctx->tables;
    char day[11];
    kp_date_iso(t->law_checked_on, day);
    if (!t->builtin)
        kp_warn(&ctx->diag, KP_K_TABLES_CHANGED, kp_in(ctx->common->schemas), t->changed);
    if (kp_law_is_old(t, on))
        kp_warn(&ctx->diag, KP_K_LAW_OLD, KP_NOWHERE, day);
}

enum kp_status kp_context_enter(struct kp_context *ctx, const char *folder)
{
    if (!kp_root_open(&ctx->root, folder))
        return kp_write_failed(ctx, folder);
    ctx->own_io = *ctx->io;
    ctx->own_io.root = &ctx->root;
    ctx->io = &ctx->own_io;
    return KP_OK;
}

void kp_context_release(struct kp_context *ctx)
{
    if (ctx->own_io.root)
        (void)close(ctx->root.fd);
    kp_text_free(ctx->text);
    kp_arena_release(&ctx->arena);
}

enum kp_status kp_context_finish(struct kp_context *ctx, enum kp_status st)
{
    const uint64_t *sent = ctx->diag.n_sent;
    bool reported =
        sent[KP_LEVEL_FAIL] > 0 || (st == KP_E_FAULT && sent[KP_LEVEL_WARN] + sent[KP_LEVEL_REJECT] > 0);
    if (st <= KP_E_ATTENTION || reported)
        return st;
    return kp_fail(&ctx->diag, st, KP_K_INTERNAL, KP_NOWHERE, "no diagnostic was given");
}

enum kp_status kp_no_memory(struct kp_context *ctx)
{
    return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
}

bool kp_report_odd(struct kp_context *ctx, const char *path)
{
    static const char *const words[][2] = {
        [KP_ODD_SYMLINK] = {"シンボリックリンク", "a symbolic link"},
        [KP_ODD_FIFO] = {"FIFO", "a FIFO"},
        [KP_ODD_SOCKET] = {"ソケット", "a socket"},
        [KP_ODD_DEVICE] = {"デバイス", "a device"},
        [KP_ODD_FOLDER] = {"フォルダ", "a folder"},
        [KP_ODD_FILE] = {"ファイル", "a file"},
        [KP_ODD_HARD_LINKS] = {"ハードリンクのあるファイル", "a file with a second name (a hard link)"}};
    size_t n = 0;
    bool folder = false;
    int error = errno;
    enum kp_odd odd = kp_io_odd(ctx->io, path, error, &n, &folder);
    char *part = odd == KP_ODD_NONE ? NULL : strndup(path, n);
    if (part)
        (void)kp_fail(&ctx->diag, KP_E_SYSTEM, folder ? KP_K_NOT_A_FOLDER : KP_K_NOT_A_REGULAR_FILE,
                      kp_in(part), kp_say(ctx, words[odd][0], words[odd][1]));
    free(part);
    errno = error;
    return part != NULL;
}

enum kp_status kp_write_failed(struct kp_context *ctx, const char *path)
{
    if (kp_report_odd(ctx, path))
        return KP_E_SYSTEM;
    return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_WRITE_FAILED, kp_in(path), strerror(errno ? errno : EIO));
}

enum kp_status kp_check_cancelled(struct kp_context *ctx)
{
    if (!ctx->env->cancel || !*ctx->env->cancel)
        return KP_OK;
    return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_CANCELLED, KP_NOWHERE);
}

const char *kp_say(const struct kp_context *ctx, const char *ja, const char *en)
{
    return ctx->diag.lang == KP_LANG_JA ? ja : en;
}

const char *kp_version(void)
{
    return KP_VERSION;
}
