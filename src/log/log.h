/*
 * The disclosure log: who was told what, when, on which ground. One CSV line an entry, each line sealed by
 * SHA-256 over its own bytes, which end with the seal of the line before. `hash` covers the line's bytes
 * before the comma that precedes it; `prev_hash` is the hash of the line before, 64 zeros in the first. No
 * value is ever in it. Layer 3.
 */
#ifndef KP_LOG_H
#define KP_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sha256.h"
#include "kenporter.h"

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

/* What may be wrong with a line, and with it with the log. */
enum kp_log_fault {
    KP_LOG_SOUND,
    KP_LOG_NOT_OURS,       /* the header line is another one */
    KP_LOG_NOT_AN_ENTRY,   /* a line that this program does not write */
    KP_LOG_ALTERED,        /* its own hash does not fit */
    KP_LOG_GAP,            /* lines before it are missing */
    KP_LOG_OUT_OF_ORDER,   /* it stands too early or too late, or twice */
    KP_LOG_WRONG_PREVIOUS, /* the right number, but it follows another line than the one before it */
    KP_LOG_TORN            /* the end of the last line is missing */
};

/* A point between two lines of a log: how far it was read. */
struct kp_log_point {
    uint64_t n_entries;
    uint64_t bytes;
    uint64_t last_at;               /* where its last entry begins; 0: there is none */
    char head[KP_SHA256_HEX + 1];   /* hash of that entry; without one, as before */
    char before[KP_SHA256_HEX + 1]; /* head of the older log that this one continues; zeros: none */
};

/* What reading a log found. */
struct kp_log_state {
    struct kp_log_point end; /* up to here everything is sound */
    bool torn;               /* bytes without a line end follow: a write that was cut off */
    uint64_t bad_line;       /* 0: none; else the first faulty line, and why */
    enum kp_log_fault fault;
};

/* One sound entry. Lives until the function that it is handed to returns. */
struct kp_log_line {
    const char *const *cells; /* KP_LOG__COUNT of them */
    const char *bytes;        /* as it stands in the file, with its line end */
    size_t n;
    uint64_t at; /* in the file */
};

typedef enum kp_status kp_log_fn(void *ctx, const struct kp_log_line *line);

/*
 * Reads and checks a log from a point (NULL: its first line); fn (may be NULL) sees every sound entry and may
 * stop with a status of its own. The first entry may follow an older log: end.before tells which, and the
 * caller has to judge. A missing file is an empty log. A fault in the chain is not an error of this function:
 * it stands in the state. Errors: KP_E_SYSTEM (errno), or what fn returned.
 */
enum kp_status kp_log_read(const struct kp_io *io, const char *path, const struct kp_log_point *from,
                           kp_log_fn *fn, void *ctx, struct kp_log_state *ret_state);

/*
 * Hands the one entry that begins at that byte to fn, when the line before it ends there and its own hash
 * fits; without its place in the chain. KP_E_FAULT when no such entry stands there; KP_E_SYSTEM, or what fn
 * returned.
 */
enum kp_status kp_log_read_one(const struct kp_io *io, int fd, uint64_t at, kp_log_fn *fn, void *ctx);

/* What is wrong, for people. Never NULL. */
const char *kp_log_fault_text(enum kp_log_fault fault, enum kp_lang lang);

/* disclose, again, correct: an entry about a person. */
bool kp_log_is_disclosure(const char *event);

/* What a person and examination (kp_identity) are found by: the first bytes of the SHA-256. */
enum { KP_LOG_KEY_BYTES = 16 };
enum kp_status kp_log_key(const char *identity, uint8_t ret_key[KP_LOG_KEY_BYTES]);

/* A log open for appending; it holds a lock on the file. */
struct kp_log {
    const struct kp_io *io;
    int fd;
    uint64_t seq; /* of the last entry */
    char head[KP_SHA256_HEX + 1];
    char time[26];
    struct kp_buf pending; /* lines not yet written */
};

/* Opens or creates the file and takes its lock, before it is read. KP_E_SYSTEM with errno (EWOULDBLOCK:
 * another run has it). */
enum kp_status kp_log_lock(struct kp_log *log, const struct kp_io *io, const char *path);
/* Continues the log that was read into state: cuts off a torn tail, writes the header of a new log. The first
 * entry of an empty log will follow end.head. */
enum kp_status kp_log_begin(struct kp_log *log, const struct kp_log_state *state, int64_t now);
/* The time of the entries to come, seconds since 1970 UTC; kp_log_begin sets it first. */
void kp_log_set_time(struct kp_log *log, int64_t now);
/* Adds one entry to those waiting; line breaks in cells become spaces. */
enum kp_status kp_log_add(struct kp_log *log, const struct kp_log_entry *entry);
/* Writes the waiting entries and brings them to disk. On an error nothing of them may be relied on. */
enum kp_status kp_log_sync(struct kp_log *log);
void kp_log_close(struct kp_log *log);

extern const char *const kp_log_columns[KP_LOG__COUNT];

#define KP_LOG_NO_HEAD "0000000000000000000000000000000000000000000000000000000000000000"

#endif
