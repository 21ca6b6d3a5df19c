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
    KP_MARK_COPY,    /* an earlier row is equal */
    KP_MARK_CONFLICT /* another row of the same person differs */
};

/* What was disclosed under a key. */
struct kp_disclosures {
    uint64_t at;   /* offset of the last entry in its log */
    uint32_t book; /* number of that log */
    uint32_t n;    /* entries in all logs; 0: nothing */
};

struct kp_mark {
    uint32_t kind; /* enum kp_mark_kind */
    uint32_t file; /* of COPY and CONFLICT: input and line of the other row */
    uint64_t line;
    uint8_t key[KP_LOG_KEY_BYTES]; /* of disclosures */
    struct kp_disclosures disclosures;
};

/* What rows are joined by. A row has one mark of each. Names are written in several ways, so the identity has
 * none: twins on a card without branches conflict, and the remedy of K4025 is their branch numbers. */
enum kp_join {
    KP_JOIN_IDENTITY, /* kp_identity_text: equal rows are copies, others conflict; looked up in the log */
    KP_JOIN_PERSON,   /* what receivers match people by: states of one person must agree */
    KP_JOIN_CARD,     /* see kp_persons_add_cards */
    KP_JOIN_NAME,     /* kp_person_text; only looked up in the log */
    KP_JOIN__COUNT
};

struct kp_persons;

/* All functions report their failures, which are KP_E_SYSTEM. */

/* Makes the scratch files in the folder. Free with kp_persons_free. */
enum kp_status kp_persons_new(struct kp_context *ctx, const char *folder, struct kp_persons **ret_persons);
void kp_persons_free(struct kp_persons *persons);

/* Adds a row under a key. whole: digest of what must be equal wherever the key occurs. */
enum kp_status kp_persons_add(struct kp_persons *persons, enum kp_join join, const struct kp_row *row,
                              const char *key, const uint8_t whole[KP_SHA256_BYTES]);

/* The keys by which a row is the same person and examination as another, although the card differs. */
struct kp_person_keys {
    const char *name;      /* name, sex, birth date and day of examination */
    const char *by_number; /* insurer, number, name, birth date and day, without symbol and branch */
    const char *insurer;
    const char *employee_id; /* "": not given */
};

/* Adds a row's keys to KP_JOIN_CARD. Two rows conflict if they differ and share by_number, or share the name
 * under two insurers, unless two employee ids show that there are two people, or share name and employee id
 * with two numbers. */
enum kp_status kp_persons_add_cards(struct kp_persons *persons, const struct kp_row *row,
                                    const struct kp_person_keys *keys, const uint8_t whole[KP_SHA256_BYTES]);

/* Finds rows whose digests of the whole row differ under one key of identity or number; *ret_any: there are
 * some. If digests are of bytes, such rows may be equal all the same. */
enum kp_status kp_persons_find_resembling(struct kp_persons *persons, bool *ret_any);
/* Returns whether the row is one of them. */
enum kp_status kp_persons_resembles(struct kp_persons *persons, uint64_t row, bool *ret_resembles);
/* Replaces the digest of such a row. Those of all have to be replaced before the join. */
enum kp_status kp_persons_set_contents(struct kp_persons *persons, uint64_t row,
                                       const uint8_t whole[KP_SHA256_BYTES]);

/* Looks a key up in the log. Reports. */
typedef enum kp_status kp_persons_lookup(void *ctx, const uint8_t key[KP_LOG_KEY_BYTES],
                                         struct kp_disclosures *ret_disclosures);

/* Compares rows with one another and with the log. Calls lookup once per key, in roughly ascending order. */
enum kp_status kp_persons_join(struct kp_persons *persons, kp_persons_lookup *lookup, void *lookup_ctx);

/* After the join: the marks of a row. */
enum kp_status kp_persons_marks(struct kp_persons *persons, uint64_t row,
                                struct kp_mark ret_marks[KP_JOIN__COUNT]);
