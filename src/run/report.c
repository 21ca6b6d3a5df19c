#include "run/report.h"

#include "base/status.h"
#include "run/report_html.h"
#include "run/report_json.h"

static enum kp_status write_file(const struct kp_run *run, const char *name, const struct kp_buf *bytes)
{
    struct kp_context *ctx = run->ctx;
    char *path = kp_arena_printf(&ctx->arena, "%s/%s", run->run_folder, name);
    if (!path || !kp_buf_ok(bytes))
        return kp_no_memory(ctx);
    if (kp_write_file(ctx->io, path, kp_buf_text(bytes), bytes->len) != KP_OK)
        return kp_write_failed(ctx, path);
    return KP_OK;
}

enum kp_status kp_report_write(const struct kp_run *run, const struct kp_tally *tally,
                               const struct kp_ledger *ledger, struct kp_result *ret_result)
{
    enum kp_status st = KP_OK;
    struct kp_buf json = {0}, html = {0};
    struct kp_result result;
    KP_TRY(kp_result_make(run, tally, ledger, &result));
    const struct kp_report report = {run, tally, ledger, &result};
    kp_report_json(&report, &json);
    kp_report_html(&report, &html);
    KP_TRY_OUT(write_file(run, "report.json", &json));
    KP_TRY_OUT(write_file(run, "report.html", &html));
    result.report_json = kp_arena_strdup(result.memory, kp_buf_text(&json));
    if (!result.report_json)
        st = kp_no_memory(run->ctx);
out:
    if (st == KP_OK)
        *ret_result = result;
    else
        kp_result_free(&result);
    kp_buf_release(&json);
    kp_buf_release(&html);
    return st;
}
