/* A received bundle: opens the ZIP, checks its members and their names against the standard, and returns its
 * documents. Every fault is a diagnostic for BUNDLE or BUNDLE:MEMBER. */
#pragma once

#include "format/sealed.h"
#include "format/unzip.h"
#include "format/xmlread.h"
#include "v08/archive_shape.h"
#include "v08/index.h"
#include "v08/password.h"
#include "v08/schemas.h"

enum { KP_CODES_END = 10000 };

/* The schemas that an archive is validated against, for one thread. */
struct kp_archive_schemas {
    struct kp_validator profile;  /* of this project */
    struct kp_validator official; /* of the ministry: from --xsd, or of the last bundle that enclosed it */
    bool official_given;          /* --xsd: decides for every bundle, else only for those that enclose it */
    uint8_t enclosed[KP_MAX_XSD_FILES][KP_SHA256_BYTES]; /* files of that bundle, by row of the table */
};

/* The parts of SENDER_RECEIVER_YYYYMMDDN_X; "" and unset if the name does not follow that grammar. */
struct kp_archive_name {
    char sender[11], receiver[11], event[2];
    struct kp_date day;
};

struct kp_archive {
    struct kp_context *ctx;
    struct kp_archive_schemas *schemas; /* NULL: XML is not validated */
    bool by_official;                   /* the ministry's schema decides */
    bool silent;                        /* faults are counted, not reported */
    const char *path;
    struct kp_unsealed unsealed; /* what was under a password; the contents are read from there */
    const char *contents;        /* the path of the archive itself: path, or of unsealed */
    const char *base;            /* the file name without .zip */
    struct kp_shape shape;
    bool loose;               /* no archive: documents are read from files */
    const char *const *files; /* n_documents paths; NULL unless loose */
    uint64_t next_file;
    struct kp_archive_name name;
    struct kp_arena arena;
    struct kp_unzip zip;
    struct kp_zip_member member; /* the current document, */
    const char *document;        /* and its name below the top folder; NULL: none */
    uint64_t n_documents, n_claims;
    uint64_t n_read; /* documents until now */
    bool has_index;
    struct kp_index index;
    struct kp_buf bytes; /* of the member being read */
    uint64_t faults, warnings;
    uint64_t n_by_code[KP_CODES_END]; /* faults and warnings */
    size_t n_codes;                   /* different ones among them */
};

/* Opens the archive, with the password if there is one (NULL or "": none) and the archive is under one, and
 * checks its names, index and schemas, but no documents. Returns KP_E_FAULT if it is
 * too broken to read documents. Reports failures, KP_E_FAULT unless silent. Close it in any case. */
enum kp_status kp_archive_open(struct kp_archive *archive, struct kp_context *ctx,
                               struct kp_archive_schemas *schemas, const struct kp_password *password,
                               const char *path, bool silent);
void kp_archive_close(struct kp_archive *archive);

/* Moves to the next document; archive->document is NULL after the last. Fails as kp_archive_open does. */
enum kp_status kp_archive_next(struct kp_archive *archive);

/* Unpacks, parses and validates the current document; the tree lives in scratch. Reports faults. Returns
 * KP_E_FAULT if there is no readable tree. */
enum kp_status kp_archive_tree(struct kp_archive *archive, struct kp_arena *scratch,
                               struct kp_tree *ret_tree);

/* Reports and counts a finding. member: its name below the top folder, or NULL for the archive as a whole. */
void kp_archive_report(struct kp_archive *archive, const char *member, uint64_t line,
                       const struct kp_finding *finding);
/* The same: kp_archive_fault(archive, member, code[, field[, arg1[, arg2]]]). */
#define kp_archive_fault(...) KP_ARCHIVE_FAULT(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_ARCHIVE_FAULT(archive, member, fault, where, arg1, arg2, ...)                                     \
    kp_archive_report(archive, member, 0,                                                                    \
                      &(struct kp_finding){.code = fault, .field = where, .args = {arg1, arg2}})
