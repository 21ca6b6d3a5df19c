/* One disclosure log as a run uses it: its chain is verified, its index brought up to date, and what an
 * earlier run that died left in it is mended. */
#pragma once

#include "log/log.h"
#include "log/log_index.h"
#include "log/stub.h"
#include "run/run.h"

/* A log up to this size is verified from its first line by every run, index or not. */
enum { KP_LOG_ALWAYS_READ_BYTES = 64 << 20 };

/* The bundle whose entries end the log without a release or void entry. */
struct kp_unfinished {
    const char *bundle;        /* "": there is none */
    struct kp_log_entry entry; /* the cells that its entries share */
    struct kp_arena arena;
};

struct kp_book {
    struct kp_run *run;
    const char *path, *index_path;
    size_t number; /* among the logs of the run, from 0 */
    struct kp_log_state state;
    struct kp_unfinished unfinished;
    struct kp_log_index index;
    struct kp_stub stub;                 /* in place of the index if the log is retired */
    struct kp_log_index_builder builder; /* what was read since the index was written */
    bool final;                          /* the log must be read to its end, even if the user cancels */
};

struct kp_recovery {
    bool torn_line;     /* a half-written last line was removed */
    const char *bundle; /* the unfinished bundle; "": there was none */
    bool completed;     /* its release was logged; else it was voided */
};

/* All functions that return a status report their failures, which are KP_E_SYSTEM. */

/* Opens the index and reads what was appended to the log since it was written; a small log is verified from
 * its first line. A missing log is empty. A broken chain, or one that lacks the entry which the index names,
 * is a failure. path must outlive the book; close with kp_book_close in any case. */
enum kp_status kp_book_open(struct kp_book *book, struct kp_run *run, const char *path, size_t number);
/* Brings the index up to date with what was read. A run that discloses nothing, or cannot write beside the
 * log, keeps it among its temporary files. */
enum kp_status kp_book_update_index(struct kp_book *book);
/* After the release: reads back the new entries and brings the index up to date. The disclosures stand
 * without it, so a failure to write it is reported and forgotten. Fails, and reports, if the log has other
 * entries than this run wrote. */
enum kp_status kp_book_conclude(struct kp_book *book, struct kp_log *log);

/* Call kp_log_index_count and kp_log_index_each; a damaged index is rebuilt from the log. fn must allow for
 * being called again from the first entry, and its failure is reported as one of the log. */
enum kp_status kp_book_count(struct kp_book *book, const uint8_t key[KP_LOG_KEY_BYTES], uint32_t *ret_n,
                             uint64_t *ret_last_at);
enum kp_status kp_book_each(struct kp_book *book, const uint8_t key[KP_LOG_KEY_BYTES], kp_log_fn *fn,
                            void *ctx);

/*
 * Makes the log that was read into book ready for writing; what is mended is a warning. Cuts off a torn last
 * line. Completes an unfinished bundle that is in place, voids one that is still in the temporary folder of
 * its run. If it is in neither, it may have been collected already: an entry that voids it could be false,
 * and its people would be disclosed twice, so the run fails.
 */
enum kp_status kp_book_recover(struct kp_log *log, struct kp_book *book, struct kp_recovery *ret_recovery);

void kp_book_close(struct kp_book *book);

/* Reports that the log cannot be read or written, with errno. */
enum kp_status kp_book_unusable(const struct kp_run *run, const char *path);
/* Reports that the log's unfinished bundle can neither be completed nor voided. */
enum kp_status kp_book_unsettled(const struct kp_book *book);
