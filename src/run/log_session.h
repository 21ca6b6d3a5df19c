/* Adding events to the log outside of a run: folder and log are locked as by a run, and what a run that died
 * left is mended first. */
#pragma once

#include "base/json.h"
#include "run/ledger.h"

struct kp_log_session {
    struct kp_context *ctx;
    const struct kp_log_files *files;
    struct kp_run_options options; /* of run: what a ledger needs */
    struct kp_run run;
    struct kp_ledger ledger;
};

/* All functions that return a status report their failures. */

/* Locks the folder and opens the logs; writes: locks the log, too, for kp_log_session_add. Nothing is created
 * in a folder that is missing. KP_E_USAGE if there is none. Close the session in any case. */
enum kp_status kp_log_session_open(struct kp_log_session *session, struct kp_context *ctx,
                                   const struct kp_log_files *files, bool writes);
/* Passes the entries of all logs to fn, oldest first. fn does not report. */
enum kp_status kp_log_session_read(const struct kp_log_session *session, kp_log_fn *fn, void *fn_ctx);

/* Begins the detail of an entry: who adds it. */
void kp_log_session_detail(const struct kp_log_session *session, struct kp_json *json);
/* Adds an entry, on disk after kp_log_session_commit; run id and, if it is NULL, as_of are filled in. */
enum kp_status kp_log_session_add(struct kp_log_session *session, const struct kp_log_entry *entry);
/* Brings the entries to disk, all of them or none, unless the process dies; then updates index and anchors.
 */
enum kp_status kp_log_session_commit(struct kp_log_session *session);

/* Returns the status of a call that ended with st: KP_E_ATTENTION if all is done but the anchor. */
enum kp_status kp_log_session_status(const struct kp_log_session *session, enum kp_status st);
void kp_log_session_close(struct kp_log_session *session);
