/* A bundle's contents, or one of its documents, as JSON: in the codes of the standard form. */
#pragma once

#include "base/json.h"
#include "v08/archive.h"
#include "v08/cda_read.h"

/* Begins an object with what the index says; the caller ends it. */
void kp_show_json_begin(const struct kp_archive *archive, struct kp_json *json);
/* Writes the members for a document that was read, and the faults found in it. Names the person. */
void kp_show_json_document(struct kp_context *ctx, const struct kp_archive *archive,
                           const struct kp_document *document, const struct kp_findings *findings,
                           struct kp_json *json);

/* A row of the contents. Names the person only if the context shows values. */
struct kp_show_json_row {
    uint64_t number, n_items;
    const char *document, *report_category, *programme;
};
void kp_show_json_row(const struct kp_context *ctx, const struct kp_show_json_row *row,
                      const struct kp_record *record, struct kp_json *json);
