/* The drop folder: the inputs of a run that names none, and where they go when the run is complete. */
#pragma once

#include <sys/stat.h>

#include "base/json.h"
#include "tables/context.h"

enum kp_inbox_fate {
    KP_INBOX_TAKEN,   /* an input of the run */
    KP_INBOX_WAITING, /* still being written */
    KP_INBOX_UNREAD   /* cannot be read */
};

struct kp_inbox_file {
    const char *name; /* in the folder */
    const char *path;
    enum kp_inbox_fate fate;
    struct stat as_read; /* the file as it was before it was read */
    struct kp_unread_input unread;
};

/* Zeroed: no folder is used. Memory is the call's. */
struct kp_inbox {
    const char *folder; /* NULL: the inputs were named */
    const char *done, *quarantine;
    int fds[3];                  /* of the three, in this order; -1: not open */
    struct kp_inbox_file *files; /* ascending by the bytes of their names */
    size_t n_files;
    size_t n_of[KP_INBOX_UNREAD + 1]; /* by fate */
    size_t n_not_moved;
};

/*
 * Uses the drop folder of the options unless they name inputs: reads every file of it to its end, alone, and
 * makes those that can be read the inputs. What cannot be read is reported and stays out of the run. Needs
 * the tables. The caller closes the inbox even after a failure. Reports failures: KP_E_USAGE, KP_E_INPUT,
 * KP_E_SYSTEM.
 */
enum kp_status kp_inbox_open(struct kp_inbox *inbox, struct kp_context *ctx, struct kp_run_options *options);

/* Moves what was read into `done`, what could not be read into `quarantine` with a text beside it. A file
 * that changed since stays; a failure to move is a warning and counted. For a run whose effects are complete;
 * does nothing for a check. */
void kp_inbox_move(struct kp_inbox *inbox, struct kp_context *ctx, enum kp_command command);

/* Copies the files that are no inputs into a result; inbox may be NULL. Failures stick in the arena. */
void kp_inbox_copy(const struct kp_inbox *inbox, struct kp_arena *arena, struct kp_result *r);
/* Writes them into the report. */
void kp_inbox_report(const struct kp_result *r, struct kp_json *json);

void kp_inbox_close(struct kp_inbox *inbox);
