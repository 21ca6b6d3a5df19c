/*
 * What remains of a retired log. It keeps the chain and the memory of who was told what, and names nobody:
 *
 *   the names of the columns
 *   one line of values: numbers and hashes of the first and last entry, times, counts
 *   per record of the log's index a line of fixed width, in the order of keys and entries. Keys, numbers of
 *   cards and employee ids are digests, salted with the head of the log, so that no table made for another
 *   log fits
 *   the SHA-256 of all lines before
 *
 * Functions fail with KP_E_SYSTEM and errno unless stated otherwise. They do not report.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sha256.h"

#define KP_STUB_COLUMNS                                                                                      \
    "retired_at,first_seq,last_seq,prev_hash,hash,first_time,last_time,disclosed,again,corrected,released,"  \
    "voided,other,records\n"

enum { KP_STUB_KEY_BYTES = 16, KP_STUB_SALTED = 2 * KP_STUB_KEY_BYTES };

/* A disclosure under one of its keys, or a bundle. "" where the entry has nothing. */
struct kp_stub_record {
    char key[KP_STUB_SALTED + 1];
    char seq[21]; /* of the entry */
    char insurer[9];
    char number[KP_STUB_SALTED + 1], employee_id[KP_STUB_SALTED + 1]; /* salted */
    char sex[2];
    char content[KP_SHA256_HEX + 1];
    char day[11];
    char bundle[64];
};

struct kp_stub {
    const struct kp_io *io; /* NULL: not open */
    int fd;
    uint64_t n_entries; /* of the log that was retired */
    char before[KP_SHA256_HEX + 1], head[KP_SHA256_HEX + 1];
    uint64_t n_records, first_at; /* offset of the first record */
};

/* Digests n bytes with the head of the log as salt. */
enum kp_status kp_stub_salt(const char *head, const void *bytes, size_t n, char ret_hex[KP_STUB_SALTED + 1]);
/* Appends the line of a record. */
void kp_stub_add(struct kp_buf *out, const struct kp_stub_record *record);

/* Opens and verifies a stub; KP_E_FAULT if it was altered. Close it in any case. */
enum kp_status kp_stub_open(struct kp_stub *stub, const struct kp_io *io, const char *path);
typedef enum kp_status kp_stub_fn(void *ctx, const struct kp_stub_record *record);
/* Passes the records under a key, which is not salted yet, to fn, oldest first. Or returns the status of fn.
 */
enum kp_status kp_stub_each(const struct kp_stub *stub, const uint8_t key[KP_STUB_KEY_BYTES], kp_stub_fn *fn,
                            void *ctx);
void kp_stub_close(struct kp_stub *stub);
