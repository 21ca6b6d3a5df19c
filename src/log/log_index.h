/*
 * An index beside a log (LOG.index), so that a run need not read all of the log: by identity and by person
 * (kp_identity_text, kp_person_text), what was disclosed and by which entries; by name, which bundles exist.
 * It contains digests and offsets, no names or values.
 *
 * The log has precedence: it must contain the entry whose hash and offset the header gives, each block has a
 * digest, and each hit is compared with the entry it points to. Only reading the whole log detects an
 * alteration in its middle. The index is built and merged in bounded memory.
 *
 *   4096 bytes   header: how far into the log it goes, number of records, digest
 *   4096 each    blocks: 168 records in the order of keys and entries; number, salt and digest
 *
 * Functions fail with KP_E_SYSTEM and errno unless stated otherwise. They do not report.
 */
#pragma once

#include "base/spill.h"
#include "log/log.h"
#include "log/log_key.h"

struct kp_log_index_record {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint64_t at; /* offset of the entry in the log */
};

enum { KP_LOG_INDEX_PER_BLOCK = 168, KP_LOG_INDEX_SALT_BYTES = 24 };

struct kp_log_index_block {
    struct kp_log_index_record records[KP_LOG_INDEX_PER_BLOCK];
    uint64_t number;                    /* from 1 */
    char salt[KP_LOG_INDEX_SALT_BYTES]; /* start of the head, so that no block of an older index passes */
    uint8_t digest[KP_SHA256_BYTES];
};

struct kp_log_index {
    const struct kp_io *io; /* NULL: not open, which reads as an empty index */
    int fd, log_fd;
    struct kp_log_point point; /* it covers the log up to here */
    uint64_t n_records;
    struct kp_log_index_block block; /* the last one read */
};

enum kp_log_index_verdict {
    KP_LOG_INDEX_SOUND,
    KP_LOG_INDEX_ABSENT,     /* or useless, because the last line of the log is torn */
    KP_LOG_INDEX_DAMAGED,    /* must be rebuilt */
    KP_LOG_INDEX_CONTRADICTS /* the log lacks the entry of the header: it was cut off or replaced */
};

/* Opens an index and compares its header with the log. It stays open only if the verdict is SOUND. */
enum kp_status kp_log_index_open(struct kp_log_index *index, const struct kp_io *io, const char *path,
                                 const char *log_path, enum kp_log_index_verdict *ret_verdict);
/* Accepts an index that is not open. */
void kp_log_index_close(struct kp_log_index *index);

/* Counts the entries under a key; *ret_last_at is the offset of the last of them, if there are any. Returns
 * KP_E_FAULT if the index is damaged. */
enum kp_status kp_log_index_count(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES],
                                  uint32_t *ret_n, uint64_t *ret_last_at);
/* Passes the entry at an offset that kp_log_index_count found under the key to fn. Returns KP_E_FAULT if the
 * log was altered there, or the status of fn. */
enum kp_status kp_log_index_read(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES], uint64_t at,
                                 kp_log_fn *fn, void *ctx);
/* Passes the entries under a key to fn (may be NULL), oldest first. Returns KP_E_FAULT if the index is
 * damaged or the log was altered there, or the status of fn. */
enum kp_status kp_log_index_each(struct kp_log_index *index, const uint8_t key[KP_LOG_KEY_BYTES],
                                 kp_log_fn *fn, void *ctx);
/* Passes every record to fn, in the order of their keys. Returns KP_E_FAULT if the index is damaged, or the
 * status of fn. */
enum kp_status kp_log_index_all(struct kp_log_index *index,
                                enum kp_status (*fn)(void *ctx, const struct kp_log_index_record *record),
                                void *ctx);
/* Computes the key of a bundle, released or voided, from its name without .zip. */
enum kp_status kp_log_index_bundle_key(const char *root, uint8_t ret_key[KP_LOG_KEY_BYTES]);

/* Collects what a new index contains in addition to an older one. */
struct kp_log_index_builder {
    struct kp_spill pile;
    uint64_t settled;          /* records of the pile whose bundle was released or voided */
    struct kp_log_point point; /* after the last entry that leaves no bundle open; bytes 0: none does */
    struct kp_arena scratch;
};

/* Makes a scratch file in the folder. Close with kp_log_index_builder_close. */
enum kp_status kp_log_index_builder_open(struct kp_log_index_builder *builder, const struct kp_io *io,
                                         const char *folder);
/* Adds the next entry of the log. Disclosures count once their bundle was released. Returns KP_E_FAULT if the
 * program does not write such an entry. */
enum kp_status kp_log_index_builder_add(struct kp_log_index_builder *builder, const struct kp_log_line *line);
void kp_log_index_builder_close(struct kp_log_index_builder *builder);

/* Merges an older index, which may be closed, with the builder, and replaces the file at path, synced.
 * Returns KP_E_FAULT if the older index is damaged. */
enum kp_status kp_log_index_write(const char *path, struct kp_log_index *older,
                                  struct kp_log_index_builder *builder);
