/*
 * The disclosure log: who was told what, when, on which ground. One CSV line an entry, each line sealed by SHA-256
 * over its own bytes, which end with the seal of the line before. `hash` covers the line's bytes before the comma
 * that precedes it; `prev_hash` is the hash of the line before, 64 zeros in the first. No value is ever in it.
 * Layer 3.
 */
#ifndef KP_DLOG_H
#define KP_DLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "fsio.h"
#include "kenporter.h"
#include "sha256.h"

enum kp_log_column {
    KP_LOG_SEQ,
    KP_LOG_TIME,
    KP_LOG_RUN_ID,
    KP_LOG_EVENT,
    KP_LOG_REQUEST_ID,
    KP_LOG_INSURER_NUMBER,
    KP_LOG_RECIPIENT,
    KP_LOG_BUNDLE,
    KP_LOG_BUNDLE_SHA256,
    KP_LOG_DOCUMENT,
    KP_LOG_RECORD_SHA256,
    KP_LOG_EMPLOYEE_ID,
    KP_LOG_INSURED_SYMBOL,
    KP_LOG_INSURED_NUMBER,
    KP_LOG_INSURED_BRANCH,
    KP_LOG_NAME_KANA,
    KP_LOG_BIRTH_DATE,
    KP_LOG_EXAM_DATE,
    KP_LOG_AGE,
    KP_LOG_AGE_RULE,
    KP_LOG_AGE_BAND,
    KP_LOG_BASIS_ID,
    KP_LOG_PROVISIONS,
    KP_LOG_PRIVACY_GROUND,
    KP_LOG_ITEMS_DUTY,
    KP_LOG_ITEMS_FORM,
    KP_LOG_ITEMS_CONSENT,
    KP_LOG_ITEMS_REQUESTED,
    KP_LOG_ITEMS_WITHHELD,
    KP_LOG_CONSENT_IDS,
    KP_LOG_REASON,
    KP_LOG_TABLES_SHA256,
    KP_LOG_PREV_HASH,
    KP_LOG_HASH,
    KP_LOG__COUNT
};

enum { KP_LOG_MAX_LINE_BYTES = 1 << 20 };

/* The cells of an entry; those the log itself fills in (seq, time, prev_hash, hash) are left out. */
struct kp_log_entry {
    const char *cells[KP_LOG__COUNT]; /* NULL is empty */
};

/* What reading a log found. */
struct kp_log_state {
    uint64_t n_entries;
    uint64_t good_bytes; /* up to here everything is sound */
    bool torn;           /* bytes without a line end follow: a write that was cut off */
    char head[KP_SHA256_HEX + 1];
    uint64_t bad_line;   /* 0: none; else the first faulty line, and why */
    const char *fault;
};

/*
 * Reads and checks a log from its first line; fn (may be NULL) sees every sound entry, its cells living until it
 * returns, and may stop with a status of its own. A missing file is an empty log. A fault in the chain is not an error
 * of this function: it stands in the state. Errors: KP_E_SYSTEM (errno), or what fn returned.
 */
enum kp_status kp_log_read(const struct kp_io *io, const char *path,
                           enum kp_status (*fn)(void *ctx, const char *const cells[KP_LOG__COUNT]), void *ctx,
                           struct kp_log_state *ret_state);

/* A log open for appending; it holds a lock on the file. */
struct kp_log {
    const struct kp_io *io;
    int fd;
    uint64_t seq; /* of the last entry */
    char head[KP_SHA256_HEX + 1];
    char time[26];
    struct kp_buf pending; /* lines not yet written */
};

/* Opens or creates the file and takes its lock, before it is read. KP_E_SYSTEM with errno (EWOULDBLOCK: another run has
 * it). */
enum kp_status kp_log_lock(struct kp_log *log, const struct kp_io *io, const char *path);
/* Continues the log that was read into state: cuts off a torn tail, writes the header of a new log. */
enum kp_status kp_log_begin(struct kp_log *log, const struct kp_log_state *state, int64_t now);
/* The time of the entries to come, seconds since 1970 UTC; kp_log_begin sets it first. */
void kp_log_set_time(struct kp_log *log, int64_t now);
/* Adds one entry to those waiting; line breaks in cells become spaces. */
enum kp_status kp_log_add(struct kp_log *log, const struct kp_log_entry *entry);
/* Writes the waiting entries and brings them to disk. On an error nothing of them may be relied on. */
enum kp_status kp_log_sync(struct kp_log *log);
void kp_log_close(struct kp_log *log);

extern const char *const kp_log_columns[KP_LOG__COUNT];

#endif
