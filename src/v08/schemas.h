/* The schema files that documents are validated with and that a bundle encloses. */
#ifndef KP_SCHEMAS_H
#define KP_SCHEMAS_H

#include "base/sha256.h"
#include "format/xmlcheck.h"
#include "tables/context.h"

/* A set of schemas: the files as they go into a bundle, and what validates with them. */
struct kp_schemas {
    struct kp_xsd_file files[KP_MAX_XSD_FILES];
    size_t n_files;
    struct kp_xml_schema *document, *index;
};

/*
 * Loads the ministry's schemas from a folder, each compared with its known digest, or this project's profile
 * when folder is NULL. Reports failures: KP_E_USAGE, KP_E_SYSTEM. Release with kp_schemas_free in any case.
 */
enum kp_status kp_schemas_load(struct kp_context *ctx, const char *folder, struct kp_schemas *ret_schemas);

/* Compiles schemas->files. Returns KP_E_USAGE, with the reason in detail, when they are invalid; does not
 * report. */
enum kp_status kp_schemas_compile(struct kp_schemas *schemas, struct kp_buf *detail);
void kp_schemas_free(struct kp_schemas *schemas);

/* Digest of the bytes that are not white space. Does not report. */
enum kp_status kp_schema_digest(const char *bytes, size_t n, char ret_hex[KP_SHA256_HEX + 1]);

#endif
