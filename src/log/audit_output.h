/* The output of an audit, in the format of its options; passed to the caller's print function in pieces. */
#pragma once

#include "tables/context.h"
#include "log/log.h"

struct kp_audit_output {
    struct kp_context *ctx;
    enum kp_audit_format format;
    kp_audit_print *print;
    void *print_ctx;
    struct kp_buf buf; /* not yet printed; released by the owner */
};

/* Writes one cell per name of a list separated by commas: a CSV row, a JSON object, or a block of lines. */
void kp_audit_row(struct kp_audit_output *out, const char *names, const char *const *cells);

/* Writes an entry of a log and the state of its bundle. The columns of CSV are KP_LOG_HEADER and "state". */
void kp_audit_entry(struct kp_audit_output *out, const struct kp_log_line *line, const char *log,
                    const char *state);

/* Prints what was written; unless all is set, only a large amount. Errors: KP_E_SYSTEM, reported here or by
 * the print function. */
enum kp_status kp_audit_flush(struct kp_audit_output *out, bool all);
