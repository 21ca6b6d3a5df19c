/*
 * The keys that a log is searched by. "Already disclosed" is decided by the identity of a record: insurer,
 * card and dates of birth and examination.
 */
#pragma once

#include "record/record.h"
#include "log/log.h"

/* One person's examination. Dates as YYYYMMDD; "" where unknown. */
struct kp_identity {
    const char *insurer, *symbol, *number, *branch;
    const char *birth, *exam;
};

/* The strings remain those of the record or the entry. */
struct kp_identity kp_identity_of_record(const struct kp_record *record);
struct kp_identity kp_identity_of_entry(const char *const cells[KP_LOG__COUNT]);

/*
 * Joins the parts into one string in the arena. Widths are folded and padding zeros are dropped, so that the
 * notation of a card does not make a new person. Returns NULL if memory is short. Does not report. Indexes
 * store digests of this string: a change of it requires a new MAGIC in log_index.c.
 */
char *kp_identity_text(struct kp_arena *arena, struct kp_identity identity);

/* Truncated SHA-256. */
enum { KP_LOG_KEY_BYTES = 16 };

/* Computes the key of an identity's text. Errors: KP_E_SYSTEM with errno; does not report. */
enum kp_status kp_log_key(const char *identity, uint8_t ret_key[KP_LOG_KEY_BYTES]);
