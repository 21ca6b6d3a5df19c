/* Set-up of a run: settings, inputs, folders and the lock on them. */
#pragma once

#include "log/log.h"
#include "run/run.h"

/* Fails, and reports, unless log and lock are still the files that their paths name, and nobody else has
 * changed the length of the log: otherwise a bundle would go out whose entries nobody keeps, or while another
 * run works. */
enum kp_status kp_run_check_files(const struct kp_run *run, const struct kp_log *log);

/*
 * Loads the registers, normalises and checks the sender, finds and maps the inputs, makes and locks the
 * folders, then loads the schemas: in this order, so that a wrong setting leaves nothing behind. The context
 * and options must outlive the run. Reports: KP_E_USAGE, also if a command that makes bundles has no sender's
 * name; KP_E_INPUT; KP_E_SYSTEM. Call kp_run_leave and kp_schemas_free in any case.
 */
enum kp_status kp_run_set_up(struct kp_run *run, struct kp_context *ctx,
                             const struct kp_run_options *options);

/* Only makes and locks the output folder, names the run and makes its temporary folder; the run has no folder
 * of its own. Reports KP_E_SYSTEM. Call kp_run_leave in any case. */
enum kp_status kp_run_open_folder(struct kp_run *run, struct kp_context *ctx,
                                  const struct kp_run_options *options);

/* Returns whether a run id, which begins with its day, is older than a day; false if it is none. */
bool kp_run_id_is_before(const char *run_id, struct kp_date day);

/* Returns the insurer's row of the register, or else the default settings under its number, in the arena.
 * NULL if memory is short; does not report. */
const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number);

/* Removes the temporary folders of runs that died, except that of keep_run_id ("": none). What cannot be
 * removed is left to the next run. */
void kp_run_remove_stale(struct kp_run *run, const char *keep_run_id);

/* Removes the temporary folder, except that the evidence becomes an empty file
 * beside which companions stay, and drops the lock. discard:
 * removes the run's folder, too. Safe if the set-up failed or never began. */
void kp_run_leave(struct kp_run *run, bool discard);
