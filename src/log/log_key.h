/* The keys that a log is searched by. The identity of a record (insurer, card, dates of birth and
 * examination) decides whether it is already disclosed. */
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

/* Joins the parts into one string in the arena. Folds widths and drops padding zeros, so that another
 * notation of a card is still the same person. Returns NULL if memory is short; does not report. Indexes
 * store digests of this string: if it changes, so must MAGIC in log_index.c. */
char *kp_identity_text(struct kp_arena *arena, struct kp_identity identity);

/* Does the same for the person and day of examination, whatever the insurer and the card: two people who
 * share it may differ in sex or employee id. Small kana count as large ones, which old systems write instead.
 */
char *kp_person_text(struct kp_arena *arena, const char *name_kana, const char *birth, const char *exam);

/* Returns a number of a card in the notation that all its notations share. NULL if memory is short. */
const char *kp_number_key(struct kp_arena *arena, const char *number);
/* Returns whether two numbers of a card are the same in another notation. Memory that runs short counts as
 * another number. */
bool kp_same_number(struct kp_arena *arena, const char *a, const char *b);

/* Truncated SHA-256. */
enum { KP_LOG_KEY_BYTES = 16 };

/* Computes the key of an identity's text. Fails with KP_E_SYSTEM and errno; does not report. */
enum kp_status kp_log_key(const char *identity, uint8_t ret_key[KP_LOG_KEY_BYTES]);
