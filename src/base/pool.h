/* Worker threads for a stream of independent jobs, of which at most a window is under way at a time. All
 * functions are called by one thread, the caller, which works, too, while it waits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kenporter.h"

struct kp_pool;

/* Makes a pool of n_threads (at least 1), the caller's included. Returns KP_E_SYSTEM if memory or threads are
 * short; does not report. */
enum kp_status kp_pool_new(unsigned n_threads, size_t window, struct kp_pool **ret_pool);
void kp_pool_free(struct kp_pool *pool);

/* Begins a stream: job(ctx, thread, i) will be called once for every job of it; i counts them from 0. thread
 * is below n_threads, the caller's is 0, and no two calls with the same one run at a time. */
void kp_pool_begin(struct kp_pool *pool, void (*job)(void *ctx, unsigned thread, size_t i), void *ctx);
/* Hands over the next job. Fewer jobs than the window are handed over and not awaited. */
void kp_pool_submit(struct kp_pool *pool);
/* Returns whether the oldest job that was not awaited yet is done; false if there is none. */
bool kp_pool_is_done(struct kp_pool *pool);
/* Returns when the oldest job that was not awaited yet is done, of which there is one. */
void kp_pool_await(struct kp_pool *pool);
/* Ends the stream: drops the jobs that no thread has begun, and returns when none runs any more. */
void kp_pool_end(struct kp_pool *pool);

/* Returns the number of processors this process may use, at least 1. */
unsigned kp_pool_processors(void);
