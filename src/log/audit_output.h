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

/* Writes the header of CSV output, nothing in other formats. Names are separated by commas. */
void kp_audit_header(struct kp_audit_output *out, const char *names);

/* Writes one cell per name: a CSV row, a JSON object, or a block of lines. */
void kp_audit_row(struct kp_audit_output *out, const char *names, const char *const *cells);

/* Writes an entry of a log, with what became of it; its header consists of KP_AUDIT_ENTRY_COLUMNS. */
#define KP_AUDIT_ENTRY_COLUMNS KP_LOG_HEADER ",state"
void kp_audit_entry(struct kp_audit_output *out, const struct kp_log_line *line, const char *log,
                    const char *state);

/* Passes on what was written, or, unless all is set, only a large amount. Errors: KP_E_SYSTEM, reported here
 * or by the print function. */
enum kp_status kp_audit_flush(struct kp_audit_output *out, bool all);
