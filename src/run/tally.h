/* The counts of a run: by outcome, code, reason, item, and insurer. Layer 14. */
#ifndef KP_TALLY_H
#define KP_TALLY_H

#include "run/bundle.h"
#include "run/run.h"
#include "run/worker.h"

enum { KP_CODE_MAX = 10000, KP_MAX_REQUESTS_NAMED = 64, KP_FIRST_PLACES = 3 };

/* A line of an input. */
struct kp_place {
    uint32_t file;
    uint64_t line; /* 0: none */
};

/* What a run has to say about one insurer. */
struct kp_account {
    const struct kp_insurer *insurer;
    const char *scheme;
    uint64_t documents, held;
    uint64_t *by_basis; /* one per basis of the tables */
    uint64_t *waiting;  /* the same, of those that a request would let go */
    uint64_t by_reason[KP_HOLD__COUNT];
    const char *request_ids[KP_MAX_REQUESTS_NAMED];
    size_t n_requests;
    struct kp_bundle *bundles, *last; /* in the order they were filled; NULL: none */
};

struct kp_tally {
    uint64_t read, released, rejected, held, already, duplicates, warnings, notes;
    uint64_t by_code[KP_CODE_MAX];             /* findings that reject or hold, and warnings and notes */
    struct kp_place (*first)[KP_FIRST_PLACES]; /* one per code: the first rows it was said of */
    uint64_t by_reason[KP_HOLD__COUNT];
    uint64_t *withheld; /* one per item: people it was withheld from */
    uint64_t *derived;  /* one per item: records it was computed for */
    struct kp_account **accounts;
    size_t n_accounts;
    struct kp_map account_by_number;
};

enum kp_status kp_tally_init(struct kp_tally *tally, struct kp_run *run);
/* The account of an insurer, made when it is new. NULL when there are too many or memory is short (reported).
 */
struct kp_account *kp_tally_account(struct kp_tally *tally, struct kp_run *run, const char *insurer_number);
/* Counts a finished slot; account is NULL for rows without a sound insurer number. */
void kp_tally_add(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot,
                  struct kp_account *account);
/* Puts the accounts into the order of their numbers. */
void kp_tally_sort(struct kp_tally *tally);
/* "export.csv:12 :15 :40": the first rows a code was said of. NULL when memory is short. */
char *kp_tally_places(const struct kp_tally *tally, const struct kp_run *run, unsigned code,
                      struct kp_arena *arena);

#endif
