/*
 * The disclosure log: who received what, when and on which ground, and what became of it. A CSV file with one
 * line per entry and no result values. `hash` is the SHA-256 of the line up to the comma before it and thus
 * covers `prev_hash`, the hash of the previous line. In the first line that is the last hash of the older log
 * that this one continues, or 64 zeros.
 *
 * Functions fail with KP_E_SYSTEM and errno unless stated otherwise. They do not report.
 */
#pragma once

#include <errno.h>
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
    KP_LOG_AS_OF,
    KP_LOG_REQUEST_ID,
    KP_LOG_INSURER_NUMBER,
    KP_LOG_RECIPIENT,
    KP_LOG_BUNDLE,
    KP_LOG_BUNDLE_SHA256,
    KP_LOG_DOCUMENT,
    KP_LOG_CONTENT_SHA256,
    KP_LOG_EMPLOYEE_ID,
    KP_LOG_INSURED_SYMBOL,
    KP_LOG_INSURED_NUMBER,
    KP_LOG_INSURED_BRANCH,
    KP_LOG_NAME_KANA,
    KP_LOG_SEX,
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
    KP_LOG_DETAIL,
    KP_LOG_PREV_HASH,
    KP_LOG_HASH,
    KP_LOG__COUNT
};

/* The header of the file, in the order of enum kp_log_column. */
#define KP_LOG_HEADER                                                                                        \
    "seq,time,run_id,event,as_of,request_id,insurer_number,recipient,bundle,bundle_sha256,document,"         \
    "content_sha256,employee_id,insured_symbol,insured_number,insured_branch,name_kana,sex,birth_date,"      \
    "exam_date,age,age_rule,age_band,basis_id,provisions,privacy_ground,items_duty,items_form,"              \
    "items_consent,items_requested,items_withheld,consent_ids,reason,tables_sha256,detail,prev_hash,hash"

#define KP_LOG_ROSTER "_roster.csv" /* ends the name of a roster in the column bundle */

enum { KP_LOG_MAX_LINE_BYTES = 1 << 20 };

#define KP_LOG_NO_HEAD "0000000000000000000000000000000000000000000000000000000000000000"

/* The cells of an entry to be written; the log fills in seq, time, prev_hash and hash. */
struct kp_log_entry {
    const char *cells[KP_LOG__COUNT]; /* NULL: empty */
};

/* Why a line, and with it the log, is invalid. */
enum kp_log_fault {
    KP_LOG_SOUND,
    KP_LOG_NOT_OURS,       /* another header */
    KP_LOG_BOM,            /* begins with a byte order mark, as spreadsheets and editors write */
    KP_LOG_CRLF,           /* lines end with CR LF */
    KP_LOG_NOT_AN_ENTRY,   /* not a line that this program writes */
    KP_LOG_ALTERED,        /* its hash does not match */
    KP_LOG_GAP,            /* lines before it are missing */
    KP_LOG_OUT_OF_ORDER,   /* too early, too late, or repeated */
    KP_LOG_WRONG_PREVIOUS, /* the right number, but prev_hash is not that of the line before */
    KP_LOG_TORN            /* the last line is incomplete */
};

/* How far a log was read: a position between two lines. */
struct kp_log_point {
    uint64_t n_entries;
    uint64_t bytes;
    uint64_t last_at;               /* offset of the last entry; 0: no entry */
    char head[KP_SHA256_HEX + 1];   /* hash of the last entry; without entries the same as before */
    char before[KP_SHA256_HEX + 1]; /* head of the older log that this one continues; zeros: none */
};

struct kp_log_state {
    struct kp_log_point end; /* everything up to here is sound */
    bool retired;            /* a stub: end is what it states, and there are no entries to read */
    bool torn;               /* an incomplete line follows: an interrupted write */
    uint64_t bad_line;       /* the first faulty line; 0: none */
    enum kp_log_fault fault; /* of that line */
};

/* One sound entry. Valid until the function that receives it returns. */
struct kp_log_line {
    const char *const *cells; /* KP_LOG__COUNT of them */
    const char *bytes;        /* the line of the file, with its line end */
    size_t n;
    uint64_t at; /* offset in the file */
};

typedef enum kp_status kp_log_fn(void *ctx, const struct kp_log_line *line);

/*
 * Reads and checks a log from a point, or from its start if from is NULL. Calls fn (may be NULL) for each
 * sound entry; any status of fn but KP_OK ends the reading and is returned. A missing file is an empty log. A
 * fault of the chain is no failure but part of *ret_state. The caller checks that end.before is the expected
 * older log.
 */
enum kp_status kp_log_read(const struct kp_io *io, const char *path, const struct kp_log_point *from,
                           kp_log_fn *fn, void *ctx, struct kp_log_state *ret_state);

/* Reads the entry at an offset and passes it to fn, after checking its hash and that a line ends before it,
 * but not its place in the chain. Returns KP_E_FAULT if there is no such entry, or the status of fn. */
enum kp_status kp_log_read_one(const struct kp_io *io, int fd, uint64_t at, kp_log_fn *fn, void *ctx);

/* Returns a description of the fault for the user. */
const char *kp_log_fault_text(enum kp_log_fault fault, enum kp_lang lang);

/* Returns the event of an entry; KP_AUDIT_ANY if it is unknown. */
enum kp_audit_event kp_log_event(const char *const cells[KP_LOG__COUNT]);
/* Returns whether the entry is about a person: disclose, again or correct. */
bool kp_log_is_disclosure(const char *const cells[KP_LOG__COUNT]);
/* Returns whether the entry is about a roster, whose disclosures tell who is a member and no results. By the
 * name of the file, which all its entries and those of a stub have. */
bool kp_log_is_roster(const char *const cells[KP_LOG__COUNT]);
/* Returns whether the entry settles the fate of the bundle whose disclosures precede it: release or void. */
bool kp_log_settles_bundle(const char *const cells[KP_LOG__COUNT]);

/* A log open for appending, with a lock on the file. */
struct kp_log {
    const struct kp_io *io;
    int fd;
    uint64_t seq; /* of the last entry */
    char head[KP_SHA256_HEX + 1];
    char time[26];
    struct kp_buf pending; /* lines not yet written */
    uint32_t crc;          /* of what was written since kp_log_begin or kp_log_read_back */
    uint64_t bytes;        /* of the file, with all that was written */
};

/* Opens or creates the file and locks it; errno is EWOULDBLOCK if another run has the lock. Close it in any
 * case. */
enum kp_status kp_log_lock(struct kp_log *log, const struct kp_io *io, const char *path);
/* Continues the log from the state that was read: removes a torn last line, writes the header of a new log.
 * The first entry of an empty log continues end.head. */
enum kp_status kp_log_begin(struct kp_log *log, const struct kp_log_state *state, int64_t now);
/* Sets the time of the following entries, in seconds since 1970 UTC. */
void kp_log_set_time(struct kp_log *log, int64_t now);
/* Appends an entry, which kp_log_sync brings to disk; line breaks in cells become spaces. */
enum kp_status kp_log_add(struct kp_log *log, const struct kp_log_entry *entry);
/* Returns whether the open file has the length that it must have: nobody cut it or wrote to it. */
bool kp_log_has_its_length(const struct kp_log *log);
/* Writes and syncs the pending entries. If that fails, any part of them may be on disk. */
enum kp_status kp_log_sync(struct kp_log *log);
/*
 * Reads what was written to the log since state->end, which must be where kp_log_begin or the last
 * kp_log_read_back ended, and moves state to its end. Calls fn as kp_log_read does. The entries need not be
 * hashed again: returns KP_E_FAULT if the CRC of the bytes or the head is not that of what was written.
 */
enum kp_status kp_log_read_back(struct kp_log *log, const char *path, kp_log_fn *fn, void *ctx,
                                struct kp_log_state *state);
void kp_log_close(struct kp_log *log);

/* Sets errno for memory that ran out, which an arena or a buffer at its limit does not. */
static inline enum kp_status kp_log_no_memory(void)
{
    errno = ENOMEM;
    return KP_E_SYSTEM;
}
