/* map: a mapping file for an export that nobody has mapped yet. */
#include <string.h>

#include "base/status.h"
#include "cli/cli.h"

enum kp_status kp_command_map(struct kp_console *c)
{
    struct kp_proposal proposal = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments == 0)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_INPUT_MISSING, KP_NOWHERE, "map");
    if (s->n_arguments > 1)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE, s->arguments[1], "map");
    const struct kp_map_options options = {s->options.common, s->options.input, s->arguments[0]};
    enum kp_status st = kp_propose(&options, &c->env, &proposal);
    if (st != KP_OK)
        return st;
    if (!kp_console_write(c, proposal.text, strlen(proposal.text))) {
        st = KP_E_SYSTEM;
    } else if (!s->quiet) {
        bool ja = c->diag.lang == KP_LANG_JA;
        (void)fprintf(c->err, "%s %zu, %s %zu, %s %zu, %s %zu\n",
                      ja ? "認識した列" : "columns recognised:", proposal.recognised,
                      ja ? "候補" : "suggestions:", proposal.suggested,
                      ja ? "不使用" : "not used:", proposal.left,
                      ja ? "不足する必須項目" : "required and lacking:", proposal.lacking);
    }
    kp_proposal_free(&proposal);
    return st;
}
