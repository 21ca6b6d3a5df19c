/* The folders of a run and the lock on them. */
#pragma once

#include "run/run.h"

/* Makes and locks the output folder, chooses the run id, makes the run's folders. Reports: KP_E_SYSTEM. */
enum kp_status kp_places_make(struct kp_run *run);

/* Removes the temporary folders of runs that died, except that of keep_run_id ("": none). What cannot be
 * removed is left to the next run. */
void kp_places_remove_stale(struct kp_run *run, const char *keep_run_id);

/* Removes the temporary folder and drops the lock. Of the evidence an empty file of its name is left, which
 * contains nobody's results. discard: removes the run's folder, too. Safe if kp_places_make failed or was not
 * called. */
void kp_places_leave(struct kp_run *run, bool discard);
