/* Worker threads for batches of independent jobs. Layer 2. */
#ifndef KP_POOL_H
#define KP_POOL_H

#include <stddef.h>

#include "kenporter.h"

struct kp_pool;

/* n threads in all, the caller's included. Errors: KP_E_SYSTEM. */
enum kp_status kp_pool_new(unsigned n_threads, struct kp_pool **ret_pool);
void kp_pool_free(struct kp_pool *pool);

/* Calls job(ctx, thread, i) for every i below n_jobs, from any thread, and returns when all are done. thread
 * is below n_threads and belongs to one thread at a time. The order of calls is not defined; that of results
 * is the caller's. */
void kp_pool_run(struct kp_pool *pool, size_t n_jobs, void (*job)(void *ctx, unsigned thread, size_t i),
                 void *ctx);

/* Processors this process may use, at least 1. */
unsigned kp_pool_processors(void);

#endif
