/*
 * Which rows of the run concern the same person and examination, and which of them the log shows as disclosed
 * already. Entries live in nameless scratch files and are joined part by part, so memory does not grow with
 * the number of rows. Keeps digests only, no name or value.
 */
#pragma once

#include "base/sha256.h"
#include "tables/context.h"
#include "input/rows.h"
#include "log/log_key.h"

enum kp_mark_kind {
    KP_MARK_NEW,
    KP_MARK_COPY,     /* an earlier row is equal */
    KP_MARK_CONFLICT, /* another row of the same person differs */
    KP_MARK_LOGGED    /* already disclosed; whether unchanged, deciding the row shows */
};

struct kp_mark {
    uint32_t kind; /* enum kp_mark_kind */
    uint32_t file; /* of COPY and CONFLICT: input and line of the other row */
    uint64_t line;
    uint8_t logged[KP_SHA256_BYTES]; /* of LOGGED: digest of the contents disclosed last */
};

struct kp_persons;

/* All functions report their failures, which are KP_E_SYSTEM. */

/* Makes the scratch files in the folder. Free with kp_persons_free. */
enum kp_status kp_persons_new(struct kp_context *ctx, const char *folder, struct kp_persons **ret_persons);
void kp_persons_free(struct kp_persons *persons);

/* Adds a row. identity: see kp_identity_text; whole: digest of the row, compared with other rows. */
enum kp_status kp_persons_add_row(struct kp_persons *persons, const struct kp_row *row, const char *identity,
                                  const uint8_t whole[KP_SHA256_BYTES]);

/* Adds the person of a row. key: what receivers match people by; facts: must be equal wherever the key
 * occurs. */
enum kp_status kp_persons_add_person(struct kp_persons *persons, const struct kp_row *row, const char *key,
                                     const char *facts);

/* Looks a person and examination up in the log; *ret_content is the digest of the contents
 * disclosed last. Reports. */
typedef enum kp_status kp_persons_lookup(void *ctx, const uint8_t key[KP_LOG_KEY_BYTES],
                                         uint8_t ret_content[KP_SHA256_BYTES], bool *ret_found);

/* Compares rows with one another, looks them up in the log, and compares people with one another. Calls
 * lookup once per person, in roughly ascending order of keys. */
enum kp_status kp_persons_join(struct kp_persons *persons, kp_persons_lookup *lookup, void *lookup_ctx);

/* After the join: the mark of a row, and of its person (KP_MARK_CONFLICT if another row states other facts,
 * else KP_MARK_NEW). */
enum kp_status kp_persons_marks(struct kp_persons *persons, uint64_t row, struct kp_mark *ret_row_mark,
                                struct kp_mark *ret_person_mark);
