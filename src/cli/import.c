/* import-cc2x: a configuration for a folder of the CC2X converter. */
#include <limits.h>
#include <string.h>

#include "cli/cli.h"

enum kp_status kp_command_import(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const struct kp_import_options options = {s->options.common, s->options.input, s->arguments[0],
                                              s->import_output ? s->import_output : "."};
    struct kp_page page = {0};
    c->env.least_level = KP_LEVEL_NOTE; /* what is not used of the tables is told line by line */
    c->most_shown = UINT_MAX;
    enum kp_status st = kp_import_cc2x(&options, &c->env, &page);
    if (st == KP_OK && !kp_console_write(c, page.text, strlen(page.text)))
        st = KP_E_SYSTEM;
    kp_page_free(&page);
    return st;
}
