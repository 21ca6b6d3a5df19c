/*
 * Options of the command line and keys of the configuration file. One table serves the parser, the help and
 * the suggestions for misspelled names.
 */
#pragma once

#include "tables/diag.h"
#include "kenporter.h"

enum kp_progress { KP_PROGRESS_AUTO, KP_PROGRESS_ALWAYS, KP_PROGRESS_NEVER };

/* Commands as bits, because an option can belong to several. */
enum {
    KP_FOR_CHECK = 1,
    KP_FOR_EXPORT = 2,
    KP_FOR_EXPLAIN = 4,
    KP_FOR_ITEMS = 8,
    KP_FOR_MAP = 16,
    KP_FOR_PREPARE = 32,
    KP_FOR_RELEASE = 64,
    KP_FOR_VERIFY = 128,
    KP_FOR_SHOW = 256,
    KP_FOR_AUDIT = 512
};

struct kp_settings {
    struct kp_run_options options;
    const char *config;
    bool json, html, quiet, verbose, help;
    enum kp_progress progress;
    /* Set as far as options of their own set them. */
    struct kp_explain_options explain;
    struct kp_audit_options audit;
    const char **arguments; /* the words that are no options */
    size_t n_arguments;
};

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

/* Appends one line for each option of the command. */
void kp_options_help(unsigned command, enum kp_lang lang, struct kp_buf *out);
