/* The commands of the program, a client of the library that uses kenporter.h, base and tables. */
#pragma once

#include <stdio.h>

#include "base/map.h"
#include "cli/options.h"
#include "cli/read_settings.h"

/* What a command works with: streams, settings, and an environment whose messages go to the streams. */
struct kp_console {
    FILE *out, *err;
    const struct kp_env *outer; /* as handed to kp_cli */
    const struct kp_config_places *places;
    struct kp_env env; /* for the library: messages and progress arrive here */
    struct kp_arena arena;
    struct kp_catalogue catalogue;
    struct kp_diag diag;
    struct kp_settings settings;
    unsigned command;    /* its bit */
    FILE *copy_of_stdin; /* a nameless file, or NULL; closed at the end */
    const char *name;    /* of the command */
    int64_t started;
    struct kp_result result; /* of the run */
    bool bar_shown;
    int64_t bar_from; /* when it was shown first */
    int64_t bar_at;   /* when it was drawn */
    int bar_percent;
    unsigned *shown;           /* messages by code */
    unsigned *hidden;          /* those of them that were only counted */
    unsigned most_shown;       /* of one code, but for failures */
    struct kp_map lists;       /* of missing items that were printed */
    unsigned failures;         /* messages of level fail */
    struct kp_message failure; /* the last of them; its strings are the arena's */
    bool wants_json;           /* the command line has --json, even if it cannot be read */
    bool has_written;          /* something went to stdout */
    bool journal;              /* stderr is the journal's: lines begin with a priority */
    bool colours;              /* stderr is a terminal with colours */
    bool pipe_closed;          /* nobody reads stdout any more */
};

enum { KP_CONSOLE_CODES = 10000, KP_EXIT_PIPE = 141 /* as a shell shows SIGPIPE */ };

/* The commands. Each reports its failures and returns the exit status. */
enum kp_status kp_command_run(struct kp_console *console); /* check, export, prepare, release */
enum kp_status kp_command_roster(struct kp_console *console);
enum kp_status kp_command_map(struct kp_console *console);
enum kp_status kp_command_verify(struct kp_console *console);
enum kp_status kp_command_show(struct kp_console *console);
enum kp_status kp_command_explain(struct kp_console *console);
enum kp_status kp_command_audit(struct kp_console *console);
enum kp_status kp_command_handover(struct kp_console *console);
enum kp_status kp_command_purge(struct kp_console *console);
enum kp_status kp_command_status(struct kp_console *console);
enum kp_status kp_command_reply(struct kp_console *console);
enum kp_status kp_command_retire(struct kp_console *console);
enum kp_status kp_command_items(struct kp_console *console);
enum kp_status kp_command_import(struct kp_console *console);
enum kp_status kp_command_init(struct kp_console *console);
enum kp_status kp_command_config(struct kp_console *console);

/* Finds out what stderr is. */
void kp_console_style(struct kp_console *console);
/* Print a message, the progress bar (an environment's), how many messages were left out (once). */
void kp_console_message(void *console, const struct kp_message *message);
void kp_console_progress(void *console, uint64_t done, uint64_t total);
void kp_console_rest(struct kp_console *console);
/* Prints the last failure as a JSON object. */
enum kp_status kp_console_failure(struct kp_console *console, enum kp_status st);
/* Erases the progress bar before anything else is printed. */
void kp_console_clear_bar(struct kp_console *console);

/* Writes to stdout; reports a failure and returns false. A kp_audit_print on the console. */
bool kp_console_write(void *console, const char *bytes, size_t n);
/* Writes the text of a call that ended with st, releases it, and returns the status of both. */
enum kp_status kp_console_print(struct kp_console *console, enum kp_status st, struct kp_buf *text);
/*
 * Writes the file of the option --metrics after a run that ended with st, whatever that is; without the
 * option, that of the configuration, but only for an export. Contains counts and times, no personal data, and
 * has mode 0644, because the collector is another user. Returns st, or KP_E_ATTENTION for KP_OK if the file
 * cannot be written, which is a warning.
 */
enum kp_status kp_metrics_write(struct kp_console *console, enum kp_status st);
/* Removes what [output] keep says from the folders of old runs. Returns st, or KP_E_ATTENTION if that fails.
 */
enum kp_status kp_console_tidy(struct kp_console *console, enum kp_status st);
/* The text in the language of the output. */
const char *kp_console_say(const struct kp_console *console, const char *ja, const char *en);

/* The program without its main(): argv as in main, the streams, and of env the clock, the cancellation and
 * the language. places: NULL: only --config names a configuration. Returns the exit status. */
int kp_cli(int argc, char **argv, FILE *out, FILE *err, const struct kp_env *env,
           const struct kp_config_places *places);
