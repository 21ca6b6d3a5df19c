/*
 * A bundle as it comes from outside: which member is what, and whether the archive holds just what a bundle
 * may hold, under the names the standard gives. Layer 11.
 */
#ifndef KP_ARCHIVE_H
#define KP_ARCHIVE_H

#include "format/unzip.h"
#include "format/xmlread.h"
#include "v08/cda_read.h"
#include "v08/schemas.h"

enum { KP_DOCUMENT_MAX_BYTES = 8 << 20, KP_TREE_MAX_BYTES = 128 << 20, KP_MAX_COUNTED_CODES = 128 };

enum kp_member_kind {
    KP_MEMBER_OTHER, /* nothing that belongs into a bundle */
    KP_MEMBER_FOLDER,
    KP_MEMBER_INDEX,
    KP_MEMBER_SCHEMA,
    KP_MEMBER_DOCUMENT,
    KP_MEMBER_CLAIM
};

/* The parts of SENDER_RECEIVER_YYYYMMDDN_X; "" and 0 where the name does not follow the grammar. */
struct kp_archive_name {
    const char *sender, *receiver;
    struct kp_date day;
    char send, event;
};

/* Schema checks, each for one thread; NULL where there is none. */
struct kp_archive_checks {
    struct kp_xml_check *document, *index;                   /* of this project's profile */
    struct kp_xml_check *official_document, *official_index; /* of the ministry's set */
    bool
        official_asked_for; /* from --xsd: it decides for every bundle; else only for those that enclose it */
    struct kp_schemas schemas; /* of the ministry's set: of --xsd, or of the last bundle that enclosed it */
    uint8_t enclosed[KP_MAX_XSD_FILES]
                    [KP_SHA256_BYTES]; /* what that bundle's files were, by row of the table */
};

struct kp_archive {
    struct kp_context *ctx;
    struct kp_archive_checks *checks;
    bool by_official; /* the ministry's schema decides */
    const char *path;
    bool silent;      /* findings are counted, not told */
    const char *base; /* the name without folder and .zip */
    const char *top;  /* the top folder in it; "" none */
    struct kp_archive_name name;
    struct kp_arena arena;
    struct kp_unzip zip;
    uint64_t n_members, n_documents, n_claims;
    struct kp_index index;
    bool has_index;
    struct kp_buf bytes; /* of the member being read */
    uint64_t faults, warnings;
    struct {
        enum kp_code code;
        uint64_t n;
    } codes[KP_MAX_COUNTED_CODES];
    size_t n_codes;
};

/*
 * Opens the archive and looks at every member but the documents: names, index, schemas. Faults are told.
 * KP_OK: the documents can be read; KP_E_FAULT: the archive is too broken for that; KP_E_SYSTEM. To be closed
 * in any case.
 */
enum kp_status kp_archive_open(struct kp_archive *archive, struct kp_context *ctx,
                               struct kp_archive_checks *checks, const char *path, bool silent);
void kp_archive_close(struct kp_archive *archive);

/* The next document in the order of the archive. *ret_name is its name below the top folder, live until the
 * next call. A broken archive ends the reading as in kp_archive_open. */
enum kp_status kp_archive_next(struct kp_archive *archive, struct kp_zip_member *ret_member,
                               const char **ret_name, bool *ret_end);

/* Unpacks, parses and validates the index or a document; the tree lives in scratch. Faults are told.
 * KP_E_FAULT: there is no tree that could be read as one. */
enum kp_status kp_archive_tree(struct kp_archive *archive, const struct kp_zip_member *member,
                               const char *name, bool is_index, struct kp_arena *scratch,
                               struct kp_tree *ret_tree);

/* Frees the checks of the ministry's set, and the set. */
void kp_archive_forget_official(struct kp_archive_checks *checks);

/* Tells and counts a finding. member: name below the top folder, or NULL for the archive as a whole. */
void kp_archive_tell(struct kp_archive *archive, const char *member, uint64_t line,
                     const struct kp_finding *finding);
void kp_archive_fault(struct kp_archive *archive, const char *member, enum kp_code code, const char *where,
                      const char *arg1, const char *arg2);

#endif
