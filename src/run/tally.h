/* What a run did: counts by outcome, code, reason, item and insurer, and the bundles of each insurer. */
#pragma once

#include "run/bundle.h"
#include "run/notes.h"
#include "run/run.h"
#include "run/worker.h"

enum { KP_CODE_MAX = 10000, KP_MAX_INSURERS = 5000, KP_MAX_REQUESTS_NAMED = 64, KP_REVIEW_BYTES = 1 << 16 };

/* One insurer's counts and bundles. */
struct kp_account {
    const struct kp_insurer *insurer;
    const char *scheme;
    uint64_t documents, held;
    uint64_t *by_basis; /* released, one per basis of the tables */
    uint64_t *waiting;  /* held, but a request would release them; likewise */
    uint64_t by_reason[KP_HOLD__COUNT];
    const char *request_ids[KP_MAX_REQUESTS_NAMED]; /* of what was released */
    size_t n_requests;
    struct kp_bundle *bundles, *last; /* in the order they were filled; NULL: none */
};

struct kp_tally {
    struct kp_result totals;                   /* read to notes; the rest is kp_report_write's */
    uint64_t by_code[KP_CODE_MAX];             /* findings */
    struct kp_place (*first)[KP_FIRST_PLACES]; /* per code: the first rows with such a finding */
    struct kp_notes notes;                     /* findings above notes, by column and kind */
    struct kp_place last_review;
    struct kp_buf review; /* rows with texts that a person should read, up to KP_REVIEW_BYTES */
    uint64_t by_reason[KP_HOLD__COUNT];
    bool *consent_met;  /* one per row of the consent register: it names somebody of this run */
    uint64_t *withheld; /* one per item: records it was withheld from */
    uint64_t withheld_people;
    uint64_t *derived; /* one per item: released records it was computed for */
    struct kp_account **accounts;
    size_t n_accounts;
    struct kp_map account_by_number;
};

/* All functions that return a status report their failures, which are KP_E_SYSTEM. */

/* Empties the tally; it lives in the arena of the run. */
enum kp_status kp_tally_init(struct kp_tally *tally, struct kp_run *run);
/* Finds or makes the insurer's account. More than KP_MAX_INSURERS are a failure. */
enum kp_status kp_tally_account(struct kp_tally *tally, struct kp_run *run, const char *insurer_number,
                                struct kp_account **ret_account);
/* Returns whether the finding is about the digits of one more column of the row: the columns are listed once
 * for all rows, so one diagnostic of a row is enough. */
bool kp_tally_is_repeated(const struct kp_slot *slot, const struct kp_finding *finding);
/* Counts a decided slot. account: NULL for rows that were not decided. */
void kp_tally_add(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot,
                  struct kp_account *account);
/* Returns how many rows of the consent register named nobody of this run. */
uint64_t kp_tally_consents_unmet(const struct kp_tally *tally, const struct kp_run *run);
/* Counts a finding that is about no decided row. */
void kp_tally_note(struct kp_tally *tally, const struct kp_run *run, enum kp_code code,
                   struct kp_place place);
/* Sorts the accounts by insurer number. */
void kp_tally_sort(struct kp_tally *tally);
/* Returns the first rows with the code, "export.csv:12 :15 :40", in the arena, or NULL if that has failed. */
char *kp_tally_places(const struct kp_tally *tally, const struct kp_run *run, unsigned code,
                      struct kp_arena *arena);

/* Adds a released record to the insurer's bundle, a new one if there is none or the last is full. */
enum kp_status kp_account_add(struct kp_account *account, struct kp_ledger *ledger, struct kp_tools *tools,
                              struct kp_slot *slot, const char **ret_document);
/* Closes the bundle of the i-th account, if it has one, on any thread; ctx is the tally. */
void kp_tally_close(void *ctx, struct kp_tools *tools, size_t i);
/* Seals every bundle. All are complete on disk before the first is released, so a fault in one stops all. */
enum kp_status kp_tally_seal(struct kp_tally *tally, struct kp_tools *tools);
/* Releases every bundle. Those released before a failure stay released. */
enum kp_status kp_tally_release(struct kp_tally *tally, struct kp_ledger *ledger);
/* Returns the number of bundles in place. */
unsigned kp_tally_placed(const struct kp_tally *tally);
/* Closes the bundles that are not sealed, and releases memory. */
void kp_tally_abandon(struct kp_tally *tally);
