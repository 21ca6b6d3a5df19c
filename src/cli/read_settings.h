/* Reads the command line and the configuration file. */
#pragma once

#include "cli/settings.h"
#include "tables/diag.h"

/* The words of a command line, argv[0] and the command's name included. */
struct kp_command_line {
    int argc;
    char **argv;
    unsigned command;                      /* its bit */
    const char *name;                      /* of the command */
    const struct kp_config_places *places; /* NULL: only --config names a configuration */
};

/*
 * Reads the options of a command and the configuration file: the one that --config names, else the first
 * found of places->named, ./kenporter.ini, places->user and /etc/kenporter/kenporter.ini. Options win over
 * the file. Strings are argv's or the arena's. Reports failures: KP_E_USAGE, KP_E_SYSTEM.
 */
enum kp_status kp_settings_read(struct kp_settings *settings, const struct kp_command_line *line,
                                struct kp_arena *arena, struct kp_diag *diag);

/* Returns whether a word is UTF-8 without control characters, as the library needs it. */
bool kp_cli_is_text(const char *word);

/* Returns the position of the first word of argv that is neither an option nor the value of one: the command.
 * Returns argc if there is none. */
int kp_command_at(int argc, char **argv);
