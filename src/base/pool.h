/* Worker threads for batches of independent jobs. */
#pragma once

#include <stddef.h>

#include "kenporter.h"

struct kp_pool;

/* Makes a pool of n_threads (at least 1), the caller's included. Returns KP_E_SYSTEM if memory or threads are
 * short; does not report. */
enum kp_status kp_pool_new(unsigned n_threads, struct kp_pool **ret_pool);
void kp_pool_free(struct kp_pool *pool);

/* Calls job(ctx, thread, i) for every i below n_jobs, in any order and from any thread, and returns when all
 * are done. thread is below n_threads; no two calls with the same one run at a time. */
void kp_pool_run(struct kp_pool *pool, size_t n_jobs, void (*job)(void *ctx, unsigned thread, size_t i),
                 void *ctx);

/* Returns the number of processors this process may use, at least 1. */
unsigned kp_pool_processors(void);
