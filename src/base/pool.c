#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/status.h"

struct worker {
    struct kp_pool *pool;
    unsigned number;
    pthread_t thread;
};

struct kp_pool {
    pthread_mutex_t mutex;
    pthread_cond_t work, done;
    struct worker *workers; /* without the caller's thread */
    unsigned n_workers;
    unsigned n_busy;
    unsigned long round; /* number of the batch: wakes each worker once */
    bool stop;
    size_t n_jobs;
    atomic_size_t next;
    void (*job)(void *ctx, unsigned thread, size_t i);
    void *ctx;
};

static void take_jobs(struct kp_pool *pool, unsigned thread)
{
    for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < pool->n_jobs;)
        pool->job(pool->ctx, thread, i);
}

static void *run_worker(void *arg)
{
    struct worker *worker = arg;
    struct kp_pool *pool = worker->pool;
    unsigned long seen = 0;
    (void)pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (pool->round == seen && !pool->stop)
            (void)pthread_cond_wait(&pool->work, &pool->mutex);
        if (pool->stop)
            break;
        seen = pool->round;
        (void)pthread_mutex_unlock(&pool->mutex);
        take_jobs(pool, worker->number);
        (void)pthread_mutex_lock(&pool->mutex);
        if (--pool->n_busy == 0)
            (void)pthread_cond_signal(&pool->done);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

enum kp_status kp_pool_new(unsigned n_threads, struct kp_pool **ret_pool)
{
    struct kp_pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return KP_E_SYSTEM;
    (void)pthread_mutex_init(&pool->mutex, NULL); /* cannot fail with default attributes on Linux */
    (void)pthread_cond_init(&pool->work, NULL);
    (void)pthread_cond_init(&pool->done, NULL);
    pool->workers = calloc(n_threads, sizeof(*pool->workers));
    for (unsigned i = 0; pool->workers && i + 1 < n_threads; i++) {
        struct worker *w = &pool->workers[i];
        *w = (struct worker){.pool = pool, .number = i + 1};
        if (pthread_create(&w->thread, NULL, run_worker, w) != 0)
            break;
        pool->n_workers++;
    }
    if (pool->n_workers + 1 != n_threads) {
        kp_pool_free(pool);
        return KP_E_SYSTEM;
    }
    *ret_pool = pool;
    return KP_OK;
}

void kp_pool_free(struct kp_pool *pool)
{
    if (!pool)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    pool->stop = true;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->n_workers; i++)
        (void)pthread_join(pool->workers[i].thread, NULL);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_cond_destroy(&pool->done);
    (void)pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

void kp_pool_run(struct kp_pool *pool, size_t n_jobs, void (*job)(void *ctx, unsigned thread, size_t i),
                 void *ctx)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->job = job;
    pool->ctx = ctx;
    pool->n_jobs = n_jobs;
    atomic_store(&pool->next, 0);
    pool->n_busy = pool->n_workers;
    pool->round++;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
    take_jobs(pool, 0);
    (void)pthread_mutex_lock(&pool->mutex);
    while (pool->n_busy > 0)
        (void)pthread_cond_wait(&pool->done, &pool->mutex);
    (void)pthread_mutex_unlock(&pool->mutex);
}

unsigned kp_pool_processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}
