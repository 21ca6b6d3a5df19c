/* show: a bundle, or one person's record in it, for a human to read. */
#include <string.h>

#include "base/status.h"
#include "cli/cli.h"

enum kp_status kp_command_show(struct kp_console *c)
{
    struct kp_page page = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments == 0)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_BUNDLE_NOT_NAMED, KP_NOWHERE, "show");
    if (s->n_arguments > 2)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE, s->arguments[2], "show");
    const struct kp_show_options options = {.common = s->options.common,
                                            .bundle = s->arguments[0],
                                            .member = s->n_arguments == 2 ? s->arguments[1] : NULL,
                                            .html = s->html};
    enum kp_status st = kp_show(&options, &c->env, &page);
    return kp_console_page(c, st, &page);
}
