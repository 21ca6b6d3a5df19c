/* map: proposes a mapping file for an unknown export. */
#include <string.h>

#include "cli/cli.h"

enum kp_status kp_command_map(struct kp_console *c)
{
    struct kp_proposal proposal = {0};
    const struct kp_settings *s = &c->settings;
    const struct kp_map_options options = {s->options.common, s->options.input, s->arguments[0]};
    enum kp_status st = kp_propose(&options, &c->env, &proposal);
    if (st != KP_OK)
        return st;
    if (!kp_console_write(c, proposal.text, strlen(proposal.text))) {
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
