/*
 * Compares a bundle with the disclosure log, in both directions: the digest, and each document's person,
 * examination and items.
 */
#pragma once

#include "base/keyset.h"
#include "tables/context.h"
#include "record/record.h"
#include "log/log.h"

struct kp_compare_document {
    const char *name; /* file name in DATA */
    uint8_t person[KP_SHA256_BYTES];
    uint64_t *items; /* bits by item of the tables */
    bool logged;
};

/* The documents of one bundle as digests and bits, without names or values of people. */
struct kp_compare {
    struct kp_context *ctx;
    struct kp_arena *arena; /* outlives the comparison */
    struct kp_compare_document *documents;
    size_t n_documents, max_documents;
    struct kp_keyset by_name;
};

/* Makes room for the documents; ctx and arena are set before. Release with kp_compare_end. Errors:
 * KP_E_SYSTEM, reported. */
enum kp_status kp_compare_begin(struct kp_compare *compare, uint64_t max_documents);
void kp_compare_end(struct kp_compare *compare);

/* Adds a document. Errors: KP_E_SYSTEM, reported. */
enum kp_status kp_compare_add(struct kp_compare *compare, const char *name, const struct kp_record *record);

/* Receives the differences: of the log (a line), of the bundle, or of one of its documents (by name). */
struct kp_compare_report {
    void (*about_log)(void *ctx, uint64_t line, enum kp_log_fault fault);
    void (*about_bundle)(void *ctx, enum kp_code code, const char *arg);
    void (*about_document)(void *ctx, const char *name, enum kp_code code, const char *where);
    void *ctx;
};

/* Reads the log and passes on how it differs from the bundle with this file name and digest (hex). Errors:
 * KP_E_USAGE if the log is missing or cannot be read, reported. */
enum kp_status kp_compare_log(struct kp_compare *compare, const char *log, const char *bundle,
                              const char *sha256, const struct kp_compare_report *report);
