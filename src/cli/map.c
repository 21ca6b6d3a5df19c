/* map: proposes a mapping file for an unknown export. */
#include <string.h>

#include "base/json.h"
#include "base/status.h"
#include "cli/cli.h"
#include "cli/inputs.h"

static enum kp_status print_json(struct kp_console *c, const struct kp_proposal *p)
{
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
    kp_json_u64(&json, "recognised", p->recognised);
    kp_json_u64(&json, "suggested", p->suggested);
    kp_json_u64(&json, "not_used", p->left);
    kp_json_u64(&json, "required_and_lacking", p->lacking);
    kp_json_string(&json, "mapping", p->text);
    kp_json_end(&json);
    return kp_console_print(c, KP_OK, &out);
}

enum kp_status kp_command_map(struct kp_console *c)
{
    struct kp_proposal proposal = {0};
    const struct kp_settings *s = &c->settings;
    struct kp_map_options options = {s->options.common, s->options.input, s->arguments[0]};
    KP_TRY(kp_console_expand_stdin(c, &options.path));
    enum kp_status st = kp_propose(&options, &c->env, &proposal);
    if (st != KP_OK)
        return st;
    if (s->json) {
        st = print_json(c, &proposal);
    } else if (!kp_console_write(c, proposal.text, strlen(proposal.text))) {
        st = KP_E_SYSTEM;
    } else if (!s->quiet) {
        (void)fprintf(
            c->err,
            c->diag.lang == KP_LANG_JA
                ? "認識した列 %zu, 候補 %zu, 不使用 %zu, 不足する必須項目 %zu\n"
                : "columns recognised: %zu, suggestions: %zu, not used: %zu, required and lacking: %zu\n",
            proposal.recognised, proposal.suggested, proposal.left, proposal.lacking);
    }
    kp_proposal_free(&proposal);
    return st;
}
