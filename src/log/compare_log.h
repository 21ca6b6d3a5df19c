/* Compares a bundle with the disclosure log, in both directions: the digest, and each document's person,
 * examination and items. */
#pragma once

#include "base/keyset.h"
#include "tables/context.h"
#include "record/record.h"
#include "log/log.h"

/* Receives a difference: of a document, or of the bundle if document is NULL. what may be NULL. */
typedef void kp_compare_report(void *ctx, const char *document, enum kp_code code, const char *what);

/* The documents of one bundle as digests and bits, without names or values of people. Set the first four. */
struct kp_compare {
    struct kp_context *ctx;
    struct kp_arena *arena; /* outlives the comparison */
    kp_compare_report *report;
    void *report_ctx;
    struct kp_buf documents; /* struct document */
    size_t n_documents;
    struct kp_keyset by_name;
    bool log_faulty; /* the log has a faulty line */
};

/* Adds a document by its file name. Errors: KP_E_SYSTEM, reported. */
enum kp_status kp_compare_add(struct kp_compare *compare, const char *name, const struct kp_record *record);

/* Reads the log, warns of a faulty line in it or that it is a stub with nothing to compare, and passes on how
 * it differs from the bundle with this file name and digest (hex). Errors: KP_E_USAGE if the log is missing
 * or cannot be read, reported. */
enum kp_status kp_compare_log(struct kp_compare *compare, const char *log, const char *bundle,
                              const char *sha256);
void kp_compare_release(struct kp_compare *compare);
