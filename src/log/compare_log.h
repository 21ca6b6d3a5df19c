/*
 * What the disclosure log says of one bundle, held against what the bundle holds: the digest, each document's
 * person, examination and items, in both directions. Layer 11.
 */
#ifndef KP_COMPARE_LOG_H
#define KP_COMPARE_LOG_H

#include "base/keyset.h"
#include "tables/diag.h"
#include "record/record.h"
#include "log/log.h"

struct kp_compare_document {
    const char *name; /* file name in DATA */
    uint8_t person[KP_SHA256_BYTES];
    uint64_t *items; /* bits by item of the tables */
    bool logged;
};

/* The documents of one bundle, as far as the log is asked about them: digests and bits, no name and no value.
 */
struct kp_compare {
    const struct kp_tables *tables;
    struct kp_arena *arena; /* lives as long as the witness */
    struct kp_compare_document *documents;
    size_t n_documents, max_documents;
    struct kp_keyset by_name;
};

/* Makes room for so many documents; tables and arena are set before. kp_compare_end frees what is not the
 * arena's. */
enum kp_status kp_compare_begin(struct kp_compare *witness, uint64_t max_documents);
void kp_compare_end(struct kp_compare *witness);

/* Remembers a document that was read. Errors: KP_E_SYSTEM (memory). */
enum kp_status kp_compare_add(struct kp_compare *witness, const char *name, const struct kp_record *record);

/* Where findings go: about the log (line), the bundle, or a document of it (its name). */
struct kp_compare_report {
    void (*about_log)(void *ctx, uint64_t line, enum kp_log_fault fault);
    void (*about_bundle)(void *ctx, enum kp_code code, const char *arg);
    void (*about_document)(void *ctx, const char *name, enum kp_code code, const char *where);
    void *ctx;
};

/* Reads the log once and reports whatever does not agree with the bundle of that file name and digest (hex).
 * Errors: KP_E_SYSTEM (errno). */
enum kp_status kp_compare_ask(struct kp_compare *witness, const struct kp_io *io, const char *log,
                              const char *bundle, const char *sha256, const struct kp_compare_report *report);

#endif
