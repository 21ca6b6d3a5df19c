/* kp_show_status: how far every bundle is, and what is to be done. */
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "tables/names.h"
#include "run/standing.h"

struct status {
    struct kp_context ctx;
    const struct kp_status_options *options;
    struct kp_log_session session;
    struct kp_standing standing;
    struct kp_buf out;
    struct kp_json json;
};

/* What a bundle waits for. */
static const struct {
    const char *name, *text[2]; /* by enum kp_lang */
} STEPS[] = {{"none", {"nothing to do", "対応不要"}},
             {"hand_over", {"to be handed over", "引渡し待ち"}},
             {"receipt", {"the receiver has not confirmed it", "受領の確認待ち"}},
             {"correct",
              {"errors to correct: mend the records, then export --corrections",
               "エラーの訂正待ち(直して export --corrections)"}},
             {"again", {"came back: to be handed over again", "戻った: 再度の引渡し待ち"}}};
enum { NOTHING, HAND_OVER, RECEIPT, CORRECT, AGAIN };

static size_t step_of(const struct kp_standing_bundle *b)
{
    if (b->errors > 0)
        return CORRECT;
    if (b->state == KP_AUDIT_RELEASE)
        return HAND_OVER;
    if (b->state == KP_AUDIT_HANDOVER)
        return b->answered == b->documents ? NOTHING : RECEIPT;
    return b->state == KP_AUDIT_RECEIVED ? NOTHING : AGAIN;
}

static void add_json(struct status *s, const struct kp_standing_bundle *b)
{
    struct kp_json *json = &s->json;
    kp_json_object(json, NULL, KP_JSON_INLINE);
    kp_json_string(json, "insurer_number", b->insurer);
    kp_json_string(json, "name", b->recipient);
    kp_json_string(json, "bundle", b->name);
    kp_json_string(json, "sha256", b->sha256);
    kp_json_u64(json, "documents", b->documents);
    kp_json_string(json, "state", kp_audit_event_names[b->state]);
    kp_json_string(json, "released", b->released);
    kp_json_bool(json, "sealed", b->sealed);
    kp_json_string(json, "handed_over", b->handed_over);
    kp_json_string(json, "received", b->received);
    kp_json_u64(json, "answered", b->answered);
    kp_json_u64(json, "errors_open", b->errors);
    kp_json_u64(json, "errors_corrected", b->corrected);
    kp_json_string(json, "next", STEPS[step_of(b)].name);
    kp_json_end(json);
}

static void add_line(struct status *s, const struct kp_standing_bundle *b)
{
    struct kp_context *ctx = &s->ctx;
    const char *none = "-";
    kp_buf_printf(&s->out, "%s ", b->insurer);
    kp_buf_printable(&s->out, b->name);
    kp_buf_printf(
        &s->out,
        "  %s %" PRIu64 "  %s %s  %s %s  %s %s  %s %s  %s %" PRIu64 "/%" PRIu64 "  %s %" PRIu64 "  %s\n",
        kp_say(ctx, "文書", "documents"), b->documents, kp_say(ctx, "提供", "released"), b->released,
        kp_say(ctx, "封", "sealed"), b->sealed ? kp_say(ctx, "あり", "yes") : kp_say(ctx, "なし", "no"),
        kp_say(ctx, "引渡し", "handed over"), *b->handed_over ? b->handed_over : none,
        kp_say(ctx, "受領", "received"), *b->received ? b->received : none, kp_say(ctx, "回答", "answered"),
        b->answered, b->documents, kp_say(ctx, "未対応エラー", "errors open"), b->errors,
        STEPS[step_of(b)].text[ctx->common->lang]);
}

static void add_preparation(void *ctx, const char *name)
{
    struct status *s = ctx;
    if (s->options->json) {
        kp_json_string(&s->json, NULL, name);
        return;
    }
    kp_buf_str(&s->out, kp_say(&s->ctx, "準備済み ", "prepared "));
    kp_buf_printable(&s->out, name);
    kp_buf_str(&s->out, kp_say(&s->ctx, "  提供依頼待ち(kenporter release)\n",
                               "  waits for a request (kenporter release)\n"));
}

static enum kp_status write_page(struct status *s)
{
    const char *prepared = kp_arena_printf(&s->ctx.arena, "%s/prepared", s->session.run.output);
    uint64_t waiting[KP_COUNT(STEPS)] = {0};
    if (!prepared)
        return kp_no_memory(&s->ctx);
    if (s->options->json) {
        kp_json_object(&s->json, NULL, KP_JSON_LINES);
        kp_json_u64(&s->json, "schema_version", 1);
        kp_json_u64(&s->json, "schema_version", 1);
        kp_json_array(&s->json, "bundles", KP_JSON_LINES);
    }
    for (uint32_t i = 0; i < s->standing.n_bundles; i++) {
        const struct kp_standing_bundle *b = kp_standing_bundle_at(&s->standing, i);
        if (!*b->released)
            continue;
        waiting[step_of(b)]++;
        if (s->options->json)
            add_json(s, b);
        else
            add_line(s, b);
    }
    if (s->options->json) {
        kp_json_end(&s->json);
        kp_json_array(&s->json, "prepared", KP_JSON_INLINE);
    }
    if (kp_path_exists(s->ctx.io, prepared) &&
        kp_each_entry(s->ctx.io, prepared, add_preparation, s) != KP_OK)
        return kp_write_failed(&s->ctx, prepared);
    if (s->options->json)
        kp_json_end(&s->json);
    for (size_t i = HAND_OVER; i < KP_COUNT(STEPS); i++)
        if (s->options->json)
            kp_json_u64(&s->json, STEPS[i].name, waiting[i]);
        else if (waiting[i])
            kp_buf_printf(&s->out, "%" PRIu64 " %s\n", waiting[i], STEPS[i].text[s->ctx.common->lang]);
    if (s->options->json)
        kp_json_end(&s->json);
    return KP_OK;
}

enum kp_status kp_show_status(const struct kp_status_options *options, const struct kp_env *env,
                              struct kp_page *ret_page)
{
    struct status s = {.options = options,
                       .session = {.run = {.lock_fd = -1}, .ledger = {.log = {.fd = -1}}}};
    enum kp_status st = kp_context_init(&s.ctx, &options->common, env);
    s.json.out = &s.out;
    if (st == KP_OK)
        st = kp_log_session_open(&s.session, &s.ctx, &options->files, false);
    if (st == KP_OK)
        st = kp_standing_read(&s.standing, &s.session);
    if (st == KP_OK)
        st = write_page(&s);
    if (st == KP_OK && !(kp_buf_ok(&s.out) && kp_buf_take(&s.out, &ret_page->text)))
        st = kp_no_memory(&s.ctx);
    kp_buf_release(&s.out);
    kp_log_session_close(&s.session);
    kp_standing_release(&s.standing);
    st = kp_context_finish(&s.ctx, st);
    kp_context_release(&s.ctx);
    return st;
}
