/*
 * An index beside a log (LOG.index), so that a run need not read all of it: by person and examination, what
 * was disclosed last and in which line; by name, which bundles there were. It holds digests and places, no
 * name and no value.
 *
 * It is never trusted over the log. Its header names a head and where that entry ends: the log must have it.
 * Every block carries a digest. Every hit is confirmed by the line it points to. What it cannot show is an
 * alteration in the middle of the log; for that all lines have to be read. Built and merged in bounded
 * memory.
 *
 *   4096 bytes   header: up to which point of the log it goes, number of records, digest
 *   4096 each    blocks: 72 records in the order of their keys; number, head and digest
 *
 * Layer 8.
 */
#ifndef KP_LOG_INDEX_H
#define KP_LOG_INDEX_H

#include "base/spill.h"
#include "log/log.h"

struct kp_log_index_record {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint8_t digest[KP_SHA256_BYTES]; /* of the record; zero for a bundle */
    uint64_t at;                     /* where the line stands in the log */
};

enum { KP_LOG_INDEX_PER_BLOCK = 72, KP_LOG_INDEX_SALT_BYTES = 24 };

struct kp_log_index_block {
    struct kp_log_index_record records[KP_LOG_INDEX_PER_BLOCK];
    uint64_t number;                    /* from 1 */
    char salt[KP_LOG_INDEX_SALT_BYTES]; /* from the head: a block of an older index is none of this one */
    uint8_t digest[KP_SHA256_BYTES];
};

/* An index open for questions. */
struct kp_log_index {
    const struct kp_io *io; /* NULL: not open; then it knows nothing */
    int fd, log_fd;
    struct kp_log_point point; /* it covers the log up to here */
    uint64_t n_records;
    struct kp_log_index_block block; /* the one read last */
};

enum kp_log_index_verdict {
    KP_LOG_INDEX_SOUND,
    KP_LOG_INDEX_ABSENT,     /* or of no use, because the last line of the log is torn */
    KP_LOG_INDEX_DAMAGED,    /* to be built anew */
    KP_LOG_INDEX_CONTRADICTS /* the log lacks the entry that the header names: it was cut off, or written anew
                              */
};

/* Opens it and compares its header with the log. It is open when the verdict is SOUND. Errors: KP_E_SYSTEM.
 */
enum kp_status kp_log_index_open(struct kp_log_index *index, const struct kp_io *io, const char *path,
                                 const char *log_path, enum kp_log_index_verdict *ret_verdict);
/* Safe on one that is not open. */
void kp_log_index_close(struct kp_log_index *index);

/* What was disclosed last under that key. KP_E_FAULT: the index is damaged, or the log was altered there. */
enum kp_status kp_log_index_find(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES],
                                 uint8_t ret_record[KP_SHA256_BYTES], bool *ret_found);
/* The key of a bundle: its name without .zip. Released or voided, the name is taken. */
enum kp_status kp_log_index_bundle_key(const char *root, uint8_t ret_key[KP_LOG_KEY_BYTES]);

/* Collects what an index is to know beyond an older one. */
struct kp_log_index_builder {
    struct kp_spill pile;
    uint64_t settled;          /* records of the pile whose bundle was released or voided */
    struct kp_log_point point; /* behind the last such entry; bytes 0: there was none */
    struct kp_arena scratch;
};

/* folder: for scratch files. Close with kp_log_index_builder_close. */
enum kp_status kp_log_index_builder_open(struct kp_log_index_builder *builder, const struct kp_io *io,
                                         const char *folder);
/* Takes one entry of the log, in order. Disclosures count once their bundle was released. */
enum kp_status kp_log_index_builder_add(struct kp_log_index_builder *builder, const struct kp_log_line *line);
void kp_log_index_builder_close(struct kp_log_index_builder *builder);

/* Writes what older (it may be one that is not open) and builder know, under a temporary name, to disk, then
 * into place. Errors: KP_E_SYSTEM; KP_E_FAULT: older is damaged. */
enum kp_status kp_log_index_write(const char *path, struct kp_log_index *older,
                                  struct kp_log_index_builder *builder);

#endif
