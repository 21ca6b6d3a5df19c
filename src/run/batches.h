/*
 * A pass over all rows of all inputs. The caller's thread reads rows, and takes results in row order, so that
 * no output depends on the number of threads; in between, all threads work on the rows of a small window, the
 * caller's when it has nothing else to do. Memory does not grow with the inputs. All functions that return a
 * status report their failures.
 */
#pragma once

#include "base/pool.h"
#include "run/run.h"
#include "run/worker.h"

struct kp_pass {
    enum kp_status (*prepare)(void *ctx, struct kp_slot *slot); /* in row order; NULL: nothing to do */
    void (*work)(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot); /* on any thread */
    enum kp_status (*take)(void *ctx, struct kp_slot *slot);                              /* in row order */
    void *ctx;
    uint64_t done_before; /* bytes of earlier passes, for progress; the run has two */
    bool extra;           /* another pass, which progress does not show */
};

struct kp_batches {
    struct kp_run *run;
    struct kp_pool *pool;
    unsigned n_threads;
    struct kp_tools *tools; /* one per thread */
    struct kp_slot *slots;  /* one per row of the window */
    size_t n_slots;
    const struct kp_pass *pass; /* in progress */
};

/* Starts the threads. Call kp_batches_release in any case. */
enum kp_status kp_batches_init(struct kp_batches *batches, struct kp_run *run);
/* Errors: KP_E_INPUT, KP_E_SYSTEM (also if the user cancelled), or what prepare or take returned. */
enum kp_status kp_batches_pass(struct kp_batches *batches, const struct kp_pass *pass);
/* Calls job(ctx, tools, i) for every i below n, in any order and on any thread. */
void kp_batches_each(struct kp_batches *batches, size_t n,
                     void (*job)(void *ctx, struct kp_tools *tools, size_t i), void *ctx);
void kp_batches_release(struct kp_batches *batches);
