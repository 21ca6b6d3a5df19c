/*
 * One insurer's bundle from its first document to its release. Until then it lives in the run's temporary
 * folder, beside a spool of the log entries it needs.
 *
 *   <root>/DATA/h....xml   one document per person
 *   <root>/XSD/...         the schemas
 *   <root>/ix08_V08.xml    the index, last because it counts the documents
 *
 * root = <sender>_<insurer>_<YYYYMMDD><N>_<X>; the ZIP is named root.zip, of a preparation root.prepared.zip,
 * and that one encloses a mark that no receiver accepts. A roster goes the same way: root ends in _roster,
 * and the file is root.csv (roster_file.h).
 */
#pragma once

#include "base/lines.h"
#include "format/zip.h"
#include "run/companions.h"
#include "run/ledger.h"
#include "run/letter.h"
#include "run/run.h"
#include "run/worker.h"

enum { KP_MAX_DOCUMENTS = 999999 };  /* serial numbers have six digits */
enum { KP_CELL_SEPARATOR = '\x1f' }; /* of the spool */

/* Strings live in the arena of the run. */
struct kp_bundle {
    struct kp_run *run;
    struct kp_bundle *next; /* of the same insurer and run */
    const struct kp_insurer *insurer;
    char as_of[11];
    char send; /* N, '0' to '9': the insurer's bundles of one day */
    const char *root;
    const char *file_name;
    const char *path; /* where it is released or prepared */
    const char *temp_path;
    const char *spool_path;
    struct kp_zip zip;
    struct kp_out roster;    /* instead of zip */
    struct kp_out spool;     /* one line per document: its log entry; read by kp_bundle_entries */
    const char **provisions; /* by basis, on the day of disclosure; NULL: not asked for yet */
    uint64_t n_documents;
    bool closed; /* this and what follows is set by kp_bundle_close */
    enum kp_status
        close_status; /* KP_E_SYSTEM: no memory; KP_E_FAULT: the index is invalid; KP_E_INPUT: errno */
    int close_error;
    char fault[160]; /* of the index */
    char sha256[KP_SHA256_HEX + 1];
    bool placed;           /* it is at path: released, or prepared */
    struct kp_cover cover; /* what its letter says of it */
};

/* All functions that return a status report their failures, which are KP_E_SYSTEM. */

/* Begins a bundle under the next N that neither output folder, logs nor run use, and takes the name in the
 * ledger. */
enum kp_status kp_bundle_begin(struct kp_bundle *bundle, struct kp_run *run, struct kp_ledger *ledger,
                               const struct kp_insurer *insurer);
/* Returns whether the bundle contains as many documents as the insurer accepts or the serial numbers allow.
 */
bool kp_bundle_is_full(const struct kp_bundle *bundle);
/* Adds a released record. *ret_document, the file name of the member, is in the slot's arena. */
enum kp_status kp_bundle_add(struct kp_bundle *bundle, struct kp_slot *slot, const char **ret_document);
/* Adds schemas and index, syncs the finished archive under its temporary name, takes its digest. Runs on any
 * thread with its own tools; does not report. */
void kp_bundle_close(struct kp_bundle *bundle, struct kp_tools *tools);
/* Opens the spool of a closed bundle, whose lines live as long as the bundle. Returns KP_E_INPUT with errno;
 * does not report. */
enum kp_status kp_bundle_entries(const struct kp_bundle *bundle, struct kp_lines *lines);
/* Closes the bundle unless that was done, and reports how that ended. */
enum kp_status kp_bundle_seal(struct kp_bundle *bundle, struct kp_tools *tools);
/* Syncs the log entries, moves the bundle into place, then adds the entry of its release: in this order, so
 * that a bundle never exists without its entries. The last one reaches the disk with the entries of the next
 * bundle, or by a sync of the log; until then a run that dies leaves what one leaves that dies before it. */
enum kp_status kp_bundle_release(struct kp_bundle *bundle, struct kp_log *log);
void kp_bundle_abandon(struct kp_bundle *bundle);
