/* The generated parts of kenporter(1) and kenporter.ini(5), in mdoc. */
#pragma once

#include "cli/options.h"

/* A command as the manual names it. */
struct kp_manual_command {
    const char *name;
    unsigned bit;
    const char *usage; /* lines, the later ones indented */
    const char *help[2];
};

struct kp_manual {
    const struct kp_manual_command *commands;
    size_t n_commands;
    enum kp_lang lang;
};

/* Appends the part of this name: "mdoc-commands", the commands; "mdoc-options", all options with the commands
 * that take each and its key; "mdoc-keys", the keys of the configuration. Returns false for another name. */
bool kp_manual_part(const struct kp_manual *manual, const char *name, struct kp_buf *out);
