/* The schema files that documents are validated against and that every bundle encloses. */
#pragma once

#include "base/sha256.h"
#include "format/xmlread.h"
#include "tables/context.h"

/* A set of schemas. Read-only after loading, so all threads share it. */
struct kp_schemas {
    struct kp_xsd_file files[KP_MAX_XSD_FILES]; /* as a bundle encloses them */
    size_t n_files;
    struct kp_xml_schema *document, *index;
};

/* Loads the ministry's schemas from a folder, comparing each with its known digest, or this project's profile
 * if folder is NULL. Reports failures: KP_E_USAGE, KP_E_SYSTEM. Release with kp_schemas_free in any case. */
enum kp_status kp_schemas_load(struct kp_context *ctx, const char *folder, struct kp_schemas *ret_schemas);

/* Compiles schemas->files. Returns KP_E_USAGE, with the reason in detail, if they are invalid, or
 * KP_E_SYSTEM; does not report. */
enum kp_status kp_schemas_compile(struct kp_schemas *schemas, struct kp_buf *detail);
void kp_schemas_free(struct kp_schemas *schemas);

/* Computes the digest of the bytes that are not white space. Returns KP_E_SYSTEM; does not report. */
enum kp_status kp_schema_digest(const char *bytes, size_t n, char ret_hex[KP_SHA256_HEX + 1]);

/* Schemas with the checks of one thread, NULL before kp_validator_start. */
struct kp_validator {
    struct kp_schemas schemas;
    struct kp_xml_check *document, *index;
};

/* Makes the checks of compiled schemas. Reports failures. */
enum kp_status kp_validator_start(struct kp_context *ctx, struct kp_validator *validator);
/* Frees checks and schemas, and zeroes the validator. */
void kp_validator_free(struct kp_validator *validator);

/* One document in so many, and the first of a bundle, is validated both by tables and by libxml2. */
enum { KP_TWICE_EVERY = 500 };

/* Validates a tree, by libxml2 too if twice. Returns KP_E_FAULT, not reported, with the line and the fault if
 * it is invalid; reports KP_E_SYSTEM, also for two validations that differ. */
enum kp_status kp_validate(struct kp_context *ctx, const struct kp_tree *tree, struct kp_xml_check *check,
                           bool twice, unsigned long *ret_line, const char **ret_where);
