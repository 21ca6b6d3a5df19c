/*
 * The run's memory of people: which rows are the same person and examination, and which the log already
 * shows. The knowledge lives in nameless scratch files and is joined part by part, so memory is a constant
 * whatever the number of rows. Only digests are kept, never a name or value. Layer 4.
 */
#ifndef KP_PERSONS_H
#define KP_PERSONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/file.h"
#include "base/sha256.h"
#include "log/log_key.h"
#include "kenporter.h"

enum kp_persons_kind {
    KP_SEEN_NEW,
    KP_SEEN_COPY,     /* an equal row stands before this one */
    KP_SEEN_CONFLICT, /* another row of the same person and examination differs */
    KP_SEEN_LOGGED,   /* disclosed before, unchanged */
    KP_SEEN_CHANGED   /* disclosed before with other contents */
};

struct kp_mark {
    uint32_t kind; /* enum kp_persons_kind */
    uint32_t file; /* for COPY and CONFLICT: where the other row stands */
    uint64_t line;
};

struct kp_persons;

/* What kp_persons_person_mark tells of somebody who stands in this run with another birth date or sex. */
struct kp_person_mark {
    bool contradicted;
    uint32_t file; /* a row that says otherwise */
    uint64_t line;
};

/* folder: where the scratch files are made. Free with kp_persons_free. Errors: KP_E_SYSTEM. */
enum kp_status kp_persons_new(const struct kp_io *io, const char *folder, struct kp_persons **ret_seen);
void kp_persons_free(struct kp_persons *seen);

/* A row of this run: identity is kp_identity_text's string; record is the digest of what could go out, to
 * compare with the log; whole that of the row, to compare with other rows. */
enum kp_status kp_persons_row(struct kp_persons *seen, uint64_t row, uint32_t file, uint64_t line,
                              const char *identity, const uint8_t record[KP_SHA256_BYTES],
                              const uint8_t whole[KP_SHA256_BYTES]);

/* A person of this run: key is what a receiver matches people by, facts what must be the same wherever the
 * key stands. */
enum kp_status kp_persons_person(struct kp_persons *seen, uint64_t row, uint32_t file, uint64_t line,
                                 const char *key, const char *facts);

/* What the log knows of a person and examination: *ret_found, and then the digest of what was disclosed last.
 */
typedef enum kp_status kp_persons_lookup(void *ctx, const uint8_t key[KP_LOG_KEY_BYTES],
                                         uint8_t ret_record[KP_SHA256_BYTES], bool *ret_found);

/* Joins the rows, asking the log about each person once, part by part in the order of their keys, and people
 * among themselves; after it the marks answer. Errors: KP_E_SYSTEM, or what lookup returned. */
enum kp_status kp_persons_join(struct kp_persons *seen, kp_persons_lookup *lookup, void *ctx);
enum kp_status kp_persons_mark(struct kp_persons *seen, uint64_t row, struct kp_mark *ret_mark);
enum kp_status kp_persons_person_mark(struct kp_persons *seen, uint64_t row, struct kp_person_mark *ret_mark);

#endif
