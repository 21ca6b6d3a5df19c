/* show: a bundle, or one person's record in it, for a human to read. */
#include <string.h>

#include "cli/cli.h"
#include "base/status.h"

enum kp_status kp_command_show(struct kp_console *c)
{
    struct kp_page page = {0};
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments == 0)
        return kp_diag_fail(&c->diag, KP_E_USAGE, KP_K_BUNDLE_NOT_NAMED, NULL, 0, NULL, "show", NULL, NULL);
    if (s->n_arguments > 2)
        return kp_diag_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, NULL, 0, NULL, s->arguments[2], "show", NULL);
    const char *member = s->n_arguments == 2 ? s->arguments[1] : NULL;
    enum kp_status st = kp_show(&s->options, &c->env, s->arguments[0], member, s->html, &page);
    if (st != KP_OK)
        return st;
    kp_buf_str(&out, page.text);
    if (!kp_console_print(c, &out))
        st = KP_E_SYSTEM;
    kp_buf_release(&out);
    kp_page_free(&page);
    return st;
}
