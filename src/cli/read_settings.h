/* Reads the command line and the configuration file. */
#pragma once

#include "cli/settings.h"
#include "tables/diag.h"

/* The words of a command line, argv[0] and the command's name included. */
struct kp_command_line {
    int argc;
    char **argv;
    unsigned command; /* its bit */
    const char *name; /* of the command */
};

/*
 * Reads the options of a command, then the configuration file that they name; options win over the file.
 * Strings are argv's or the arena's. Reports failures: KP_E_USAGE, KP_E_SYSTEM.
 */
enum kp_status kp_settings_read(struct kp_settings *settings, const struct kp_command_line *line,
                                struct kp_arena *arena, struct kp_diag *diag);
