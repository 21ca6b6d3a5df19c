/*
 * One insurer's bundle from the first document to its release. Until then it lives in the run's temporary
 * folder, together with the log entries it owes.
 *
 *   <root>/DATA/h....xml   one document per person
 *   <root>/XSD/...         the schemas
 *   <root>/ix08_V08.xml    the index, last because it counts the documents
 *
 * root = <sender>_<insurer>_<YYYYMMDD><N>_<X> is also the name of the ZIP. Layer 13.
 */
#ifndef KP_BUNDLE_H
#define KP_BUNDLE_H

#include "format/zip.h"
#include "run/ledger.h"
#include "run/run.h"
#include "run/worker.h"

enum { KP_MAX_DOCUMENTS = 999999 }; /* the serial number has six digits */

struct kp_bundle {
    struct kp_bundle *next; /* of the same insurer and run */
    const struct kp_insurer *insurer;
    char send; /* N: '0' for the day's first */
    const char *root;
    const char *file_name; /* root.zip */
    const char *path;      /* where it goes */
    const char *temp_path;
    const char *spool_path;
    struct kp_zip zip;
    struct kp_out spool; /* one line per document: what its log entry will say */
    uint64_t n_documents;
    char sha256[KP_SHA256_HEX + 1];
    bool placed; /* it stands under its name: released, or prepared */
};

/* Begins a bundle; N follows the day's earlier bundles in folder, log and run: the ledger knows this one from
 * now on. Faults are reported. */
enum kp_status kp_bundle_begin(struct kp_bundle *bundle, struct kp_run *run, struct kp_ledger *ledger,
                               const struct kp_insurer *insurer);
/* It holds as many documents as the insurer takes at once, or as can be numbered. */
bool kp_bundle_is_full(const struct kp_bundle *bundle);
/* Adds a released record; *ret_document is the member's file name, in the slot's arena. */
enum kp_status kp_bundle_add(struct kp_bundle *bundle, struct kp_run *run, struct kp_slot *slot,
                             const char **ret_document);
/* Adds schemas and index, brings the finished archive to disk under its temporary name, takes its digest. */
enum kp_status kp_bundle_seal(struct kp_bundle *bundle, struct kp_run *run, struct kp_tools *tools);
/* Entries to disk, then the bundle into place, then the release entry: in this order, so that no bundle is
 * ever without its entries. */
enum kp_status kp_bundle_release(struct kp_bundle *bundle, struct kp_run *run, struct kp_ledger *ledger);
void kp_bundle_abandon(struct kp_bundle *bundle);

#endif
