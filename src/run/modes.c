#include "run/modes.h"

#include "base/status.h"

enum { OTHERS_READ = 0044, OTHERS_WRITE = 0022, EVERYBODY_WRITES = 0002 };

static void warn_of_others(const struct kp_run *run, const char *path)
{
    unsigned mode = kp_path_mode(run->ctx->io, path);
    if (mode & (OTHERS_READ | OTHERS_WRITE))
        kp_warn(&run->ctx->diag, KP_K_OPEN_TO_OTHERS, kp_in(path),
                kp_arena_printf(&run->ctx->arena, "%03o", mode & 0777u));
}

enum kp_status kp_check_modes(const struct kp_run *run)
{
    struct kp_diag *diag = &run->ctx->diag;
    if (kp_path_mode(run->ctx->io, run->output) & EVERYBODY_WRITES && kp_makes_bundles(run->options->command))
        return kp_fail(diag, KP_E_SYSTEM, KP_K_EVERYBODY_WRITES, kp_in(run->output));
    warn_of_others(run, run->output);
    warn_of_others(run, run->log_path);
    if (kp_is_link(run->ctx->io, run->log_path))
        kp_warn(diag, KP_K_LOG_IS_LINK, kp_in(run->log_path));
    return KP_OK;
}
