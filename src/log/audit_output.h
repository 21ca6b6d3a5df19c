/* The output of an audit, in the format of its options; passed to the caller's print function in pieces. */
#pragma once

#include "tables/context.h"
#include "log/log.h"

/* Columns that a question adds to the entries. */
enum { KP_AUDIT_MAX_EXTRAS = 3 };
struct kp_audit_extras {
    size_t n;
    const char *names[KP_AUDIT_MAX_EXTRAS];
    const char *cells[KP_AUDIT_MAX_EXTRAS]; /* of the entry at hand */
};

struct kp_audit_output {
    struct kp_context *ctx;
    enum kp_audit_format format;
    kp_audit_print *print;
    void *print_ctx;
    struct kp_buf buf;  /* not yet printed; released by the owner, like the next one */
    struct kp_buf text; /* of one cell */
    struct kp_buf names;
    struct kp_arena scratch; /* of one cell */
    bool blocks;             /* TABLE: each row is a block of lines */
};

/* Begin and end the page; there is one only in HTML. */
void kp_audit_page(struct kp_audit_output *out, const char *title);
void kp_audit_end_page(struct kp_audit_output *out);
/* Writes a line of text for people: in the formats TABLE and HTML. */
void kp_audit_note(struct kp_audit_output *out, const char *text);

/* Begin and end a table with a comma-separated list of columns. */
void kp_audit_columns(struct kp_audit_output *out, const char *names, bool blocks);
void kp_audit_end_columns(struct kp_audit_output *out);
/* Writes one cell per column: a CSV row, a JSON object, a row of a table, or a block of lines. */
void kp_audit_row(struct kp_audit_output *out, const char *const *cells);

/* The same for entries of a log with the state of their bundle. The columns of CSV are KP_LOG_HEADER, "state"
 * and the extras. with_items: TABLE names the items, too. */
void kp_audit_entry_columns(struct kp_audit_output *out, const struct kp_audit_extras *extras);
void kp_audit_entry(struct kp_audit_output *out, const struct kp_log_line *line, const char *log,
                    const char *state, const struct kp_audit_extras *extras, bool with_items);

/* Returns a word of the answer in the language of the call, in the formats for people. */
const char *kp_audit_label(const struct kp_audit_output *out, const char *word);
/* Returns what a roster told of a person, as people read it. */
const char *kp_audit_rostered(const struct kp_context *ctx);
/* Returns what a table has in its narrow column for a basis: a word, in English the id that --basis takes. */
const char *kp_audit_basis(const struct kp_diag *diag, const char *id);
/* Appends a cell and spaces up to a width on the terminal, and one more; width 0: the cell alone. */
void kp_audit_padded(struct kp_buf *buf, const char *cell, size_t width);
/* Appends the names of items, by a space-separated list of codes. Needs tables. */
void kp_audit_item_names(const struct kp_context *ctx, const char *codes, struct kp_buf *out);

/* Prints what was written; unless all is set, only a large amount. Errors: KP_E_SYSTEM, reported here or by
 * the print function. */
enum kp_status kp_audit_flush(struct kp_audit_output *out, bool all);
void kp_audit_output_release(struct kp_audit_output *out);
