#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/status.h"

struct worker {
    struct kp_pool *pool;
    unsigned number;
    pthread_t thread;
};

/* Jobs are numbered from 0; awaited <= claimed <= submitted. */
struct kp_pool {
    pthread_mutex_t mutex;
    pthread_cond_t ready;   /* a job can be claimed, or the pool stops */
    pthread_cond_t done;    /* a job that the caller may wait for is done */
    struct worker *workers; /* without the caller's thread */
    unsigned n_workers;
    bool stop;
    size_t window;
    bool *is_done; /* by number modulo the window */
    size_t submitted, claimed, awaited;
    size_t n_running;
    void (*job)(void *ctx, unsigned thread, size_t i);
    void *ctx;
};

/* Runs the next job. The mutex is locked, except while the job runs. */
static void run_next(struct kp_pool *pool, unsigned thread)
{
    size_t i = pool->claimed++;
    pool->n_running++;
    (void)pthread_mutex_unlock(&pool->mutex);
    pool->job(pool->ctx, thread, i);
    (void)pthread_mutex_lock(&pool->mutex);
    pool->n_running--;
    pool->is_done[i % pool->window] = true;
}

static void *run_worker(void *arg)
{
    struct worker *worker = arg;
    struct kp_pool *pool = worker->pool;
    (void)pthread_mutex_lock(&pool->mutex);
    while (!pool->stop) {
        if (pool->claimed == pool->submitted) {
            (void)pthread_cond_wait(&pool->ready, &pool->mutex);
            continue;
        }
        run_next(pool, worker->number);
        (void)pthread_cond_signal(&pool->done);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

enum kp_status kp_pool_new(unsigned n_threads, size_t window, struct kp_pool **ret_pool)
{
    struct kp_pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return KP_E_SYSTEM;
    (void)pthread_mutex_init(&pool->mutex, NULL); /* cannot fail with default attributes on Linux */
    (void)pthread_cond_init(&pool->ready, NULL);
    (void)pthread_cond_init(&pool->done, NULL);
    pool->window = window;
    pool->is_done = calloc(window, sizeof(*pool->is_done));
    pool->workers = calloc(n_threads, sizeof(*pool->workers));
    for (unsigned i = 0; pool->workers && pool->is_done && i + 1 < n_threads; i++) {
        struct worker *w = &pool->workers[i];
        *w = (struct worker){.pool = pool, .number = i + 1};
        if (pthread_create(&w->thread, NULL, run_worker, w) != 0)
            break;
        pool->n_workers++;
    }
    if (!pool->is_done || !pool->workers || pool->n_workers + 1 != n_threads) {
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
    (void)pthread_cond_broadcast(&pool->ready);
    (void)pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->n_workers; i++)
        (void)pthread_join(pool->workers[i].thread, NULL);
    (void)pthread_cond_destroy(&pool->ready);
    (void)pthread_cond_destroy(&pool->done);
    (void)pthread_mutex_destroy(&pool->mutex);
    free(pool->is_done);
    free(pool->workers);
    free(pool);
}

void kp_pool_begin(struct kp_pool *pool, void (*job)(void *ctx, unsigned thread, size_t i), void *ctx)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->job = job;
    pool->ctx = ctx;
    pool->submitted = pool->claimed = pool->awaited = 0;
    (void)pthread_mutex_unlock(&pool->mutex);
}

void kp_pool_submit(struct kp_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->is_done[pool->submitted++ % pool->window] = false;
    (void)pthread_cond_signal(&pool->ready);
    (void)pthread_mutex_unlock(&pool->mutex);
}

static bool oldest_is_done(const struct kp_pool *pool)
{
    return pool->awaited < pool->claimed && pool->is_done[pool->awaited % pool->window];
}

bool kp_pool_is_done(struct kp_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    bool done = oldest_is_done(pool);
    (void)pthread_mutex_unlock(&pool->mutex);
    return done;
}

void kp_pool_await(struct kp_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    while (!oldest_is_done(pool)) {
        if (pool->claimed < pool->submitted)
            run_next(pool, 0);
        else
            (void)pthread_cond_wait(&pool->done, &pool->mutex);
    }
    pool->awaited++;
    (void)pthread_mutex_unlock(&pool->mutex);
}

void kp_pool_end(struct kp_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->submitted = pool->claimed;
    while (pool->n_running > 0)
        (void)pthread_cond_wait(&pool->done, &pool->mutex);
    (void)pthread_mutex_unlock(&pool->mutex);
}

unsigned kp_pool_processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}
