#include "log/audit_runs.h"

#include <string.h>

#include "base/status.h"
#include "log/detail.h"
#include "log/log.h"

enum kp_status kp_audit_runs_add(struct kp_audit_runs *runs, const char *const *c)
{
    static const char *const registers[] = {"registers.requests", "registers.consents", "registers.insurers"};
    struct kp_arena *arena = &runs->ctx->arena;
    struct kp_audit_run run = {.user = "", .host = "", .backdate = "", .register_sha256 = {"", "", ""}};
    const char *detail = c[KP_LOG_DETAIL], *builtin = "true";
    if (kp_log_event(c) != KP_AUDIT_RUN)
        return KP_OK;
    (void)kp_detail_get(arena, detail, "user", &run.user);
    (void)kp_detail_get(arena, detail, "host", &run.host);
    (void)kp_detail_get(arena, detail, "backdate", &run.backdate);
    (void)kp_detail_get(arena, detail, "tables.builtin", &builtin);
    run.other_tables = strcmp(builtin, "false") == 0;
    for (size_t i = 0; i < KP_COUNT(registers); i++)
        (void)kp_detail_get(arena, detail, registers[i], &run.register_sha256[i]);
    uint32_t index = (uint32_t)(runs->list.len / sizeof(run));
    kp_buf_add(&runs->list, &run, sizeof(run));
    if (arena->failed || !kp_buf_ok(&runs->list) ||
        kp_map_put(&runs->by_id, arena, c[KP_LOG_RUN_ID], index) == KP_MAP_NO_MEMORY)
        return kp_no_memory(runs->ctx);
    return KP_OK;
}

const struct kp_audit_run *kp_audit_run_of(const struct kp_audit_runs *runs, const char *const *c)
{
    uint32_t index = 0;
    return kp_map_get(&runs->by_id, c[KP_LOG_RUN_ID], &index)
               ? (const struct kp_audit_run *)(const void *)runs->list.data + index
               : NULL;
}

void kp_audit_runs_release(struct kp_audit_runs *runs)
{
    kp_buf_release(&runs->list);
}
