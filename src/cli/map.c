/* map: a mapping file for an export that nobody has mapped yet. */
#include <string.h>

#include "cli/cli.h"
#include "base/status.h"

enum kp_status kp_command_map(struct kp_console *c)
{
    struct kp_proposal proposal = {0};
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments == 0)
        return kp_diag_fail(&c->diag, KP_E_USAGE, KP_K_INPUT_MISSING, NULL, 0, NULL, "map", NULL, NULL);
    if (s->n_arguments > 1)
        return kp_diag_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, NULL, 0, NULL, s->arguments[1], "map", NULL);
    enum kp_status st = kp_propose(&s->options, &c->env, &proposal);
    if (st != KP_OK)
        return st;
    kp_buf_str(&out, proposal.text);
    if (!kp_console_print(c, &out)) {
        st = KP_E_SYSTEM;
    } else if (!s->quiet) {
        bool ja = c->diag.lang == KP_LANG_JA;
        (void)fprintf(c->err, "%s %zu, %s %zu, %s %zu, %s %zu\n", ja ? "認識した列" : "columns recognised:",
                      proposal.recognised, ja ? "候補" : "suggestions:", proposal.suggested, ja ? "不使用" : "not used:",
                      proposal.left, ja ? "不足する必須項目" : "required and lacking:", proposal.lacking);
    }
    kp_buf_release(&out);
    kp_proposal_free(&proposal);
    return st;
}
