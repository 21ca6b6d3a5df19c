#include "support.h"

#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MOST_JOBS = 2000, MOST_THREADS = 8, WINDOW = 12 };

static struct {
    unsigned n_threads;
    atomic_uint done[WINDOW]; /* by place */
    atomic_uint jobs_of[MOST_THREADS];
    atomic_bool out_of_range, shared;
    atomic_bool busy[MOST_THREADS];
    size_t plain[WINDOW]; /* the same, without a lock: no two jobs of a place run at a time */
} board;

static void clear(unsigned n_threads)
{
    memset(&board, 0, sizeof(board));
    board.n_threads = n_threads;
}

/* Runs n jobs as a stream; one is handed over as soon as the window has room for it. */
static void stream(struct kp_pool *pool, size_t n, void (*job)(void *ctx, unsigned thread, size_t place),
                   void *ctx)
{
    size_t submitted = 0;
    kp_pool_begin(pool, job, ctx);
    for (size_t awaited = 0; awaited < n; awaited++) {
        for (; submitted < n && submitted - awaited < WINDOW; submitted++)
            kp_pool_submit(pool);
        kp_pool_await(pool);
    }
    kp_pool_end(pool);
}

static void note(void *ctx, unsigned thread, size_t i)
{
    size_t place = i % WINDOW;
    if (ctx != &board || thread >= board.n_threads || i >= MOST_JOBS) {
        board.out_of_range = true;
        return;
    }
    if (atomic_exchange(&board.busy[thread], true))
        board.shared = true; /* two threads had one number at a time */
    atomic_fetch_add(&board.done[place], 1);
    atomic_fetch_add(&board.jobs_of[thread], 1);
    board.plain[place]++;
    board.busy[thread] = false;
}

static void assert_each_once(size_t n)
{
    assert_false(board.out_of_range);
    assert_false(board.shared);
    for (size_t i = 0; i < WINDOW; i++) {
        assert_int_equal(board.done[i], n / WINDOW + (i < n % WINDOW));
        assert_int_equal(board.plain[i], board.done[i]);
    }
}

static void check_batches(unsigned n_threads)
{
    static const size_t sizes[] = {0, 1, 2, 3, 7, 8, 9, 64, 999, MOST_JOBS};
    struct kp_pool *pool = NULL;
    assert_int_equal(kp_pool_new(n_threads, WINDOW, &pool), KP_OK);
    for (size_t s = 0; s < COUNT(sizes); s++) {
        clear(n_threads);
        stream(pool, sizes[s], note, &board);
        assert_each_once(sizes[s]);
    }
    kp_pool_free(pool);
}

static void run__one_thread__does_every_job_once(void **state UNUSED)
{
    check_batches(1);
}

static void run__two_threads__do_every_job_once(void **state UNUSED)
{
    check_batches(2);
}

static void run__eight_threads__do_every_job_once(void **state UNUSED)
{
    check_batches(MOST_THREADS);
}

static void run__many_rounds__lose_and_repeat_nothing(void **state UNUSED)
{
    static const unsigned threads[] = {1, 2, 8};
    enum { ROUNDS = 2000 };
    for (size_t t = 0; t < COUNT(threads); t++) {
        struct kp_pool *pool = NULL;
        assert_int_equal(kp_pool_new(threads[t], WINDOW, &pool), KP_OK);
        clear(threads[t]);
        for (unsigned round = 1; round <= ROUNDS; round++) {
            size_t n = round % 5;
            stream(pool, n, note, &board);
            /* when run returns all of the round has happened and nothing follows */
            unsigned sum = 0;
            for (unsigned k = 0; k < MOST_THREADS; k++)
                sum += board.jobs_of[k];
            assert_int_equal(sum, round / 5 * 10 + n * (n + 1) / 2);
        }
        assert_false(board.out_of_range);
        assert_false(board.shared);
        kp_pool_free(pool);
    }
}

static pthread_t caller;
static atomic_uint from_caller, wrong_number;

static void note_caller(void *ctx, unsigned thread, size_t i)
{
    (void)ctx;
    (void)i;
    bool is_caller = pthread_equal(pthread_self(), caller) != 0;
    from_caller += is_caller;
    wrong_number += is_caller != (thread == 0);
}

static void run__one_thread__is_the_callers_own(void **state UNUSED)
{
    struct kp_pool *pool = NULL;
    caller = pthread_self();
    from_caller = wrong_number = 0;
    assert_int_equal(kp_pool_new(1, WINDOW, &pool), KP_OK);
    stream(pool, 50, note_caller, NULL);
    assert_int_equal(from_caller, 50);
    assert_int_equal(wrong_number, 0);
    kp_pool_free(pool);
}

/* Eight jobs that wait until all eight have begun, which takes eight threads. */
static atomic_uint begun;

static void meet(void *ctx, unsigned thread, size_t i)
{
    (void)ctx;
    (void)thread;
    (void)i;
    begun++;
    for (unsigned long patience = 0; begun < MOST_THREADS && patience < 5000000; patience++)
        (void)sched_yield();
}

static void run__eight_threads__work_at_the_same_time(void **state UNUSED)
{
    struct kp_pool *pool = NULL;
    begun = 0;
    assert_int_equal(kp_pool_new(MOST_THREADS, WINDOW, &pool), KP_OK);
    stream(pool, MOST_THREADS, meet, NULL);
    assert_int_equal(begun, MOST_THREADS);
    kp_pool_free(pool);
}

static void count_rounds(void *ctx, unsigned thread, size_t i)
{
    (void)thread;
    size_t *sum = ctx;
    sum[i]++;
}

static void run__another_job_each_time__uses_the_one_given(void **state UNUSED)
{
    struct kp_pool *pool = NULL;
    size_t sums[2][WINDOW] = {{0}};
    assert_int_equal(kp_pool_new(4, WINDOW, &pool), KP_OK);
    for (int round = 0; round < 30; round++) {
        stream(pool, WINDOW, count_rounds, sums[round % 2]);
        clear(4);
        stream(pool, 10, note, &board);
        assert_each_once(10);
    }
    for (size_t i = 0; i < WINDOW; i++) {
        assert_int_equal(sums[0][i], 15);
        assert_int_equal(sums[1][i], 15);
    }
    kp_pool_free(pool);
}

static void await__jobs_of_any_length__keeps_their_order(void **state UNUSED)
{
    struct kp_pool *pool = NULL;
    assert_int_equal(kp_pool_new(MOST_THREADS, WINDOW, &pool), KP_OK);
    clear(MOST_THREADS);
    kp_pool_begin(pool, note, &board);
    assert_false(kp_pool_is_done(pool));
    for (size_t i = 0; i < MOST_JOBS; i++) {
        kp_pool_submit(pool);
        if (i + 1 < WINDOW)
            continue;
        kp_pool_await(pool); /* the job WINDOW - 1 before */
        size_t oldest = i + 1 - WINDOW;
        assert_int_equal(board.done[oldest % WINDOW], oldest / WINDOW + 1);
    }
    kp_pool_free(pool); /* without an end: no job runs any more, or it is waited for */
}

static atomic_uint jobs_begun, jobs_ended;

static void take_long(void *ctx, unsigned thread, size_t i)
{
    (void)ctx;
    (void)thread;
    (void)i;
    jobs_begun++;
    for (int turn = 0; turn < 1000; turn++)
        (void)sched_yield();
    jobs_ended++;
}

static void end__jobs_under_way__waits_for_them_alone(void **state UNUSED)
{
    static const unsigned threads[] = {1, 2, MOST_THREADS};
    for (size_t t = 0; t < COUNT(threads); t++) {
        struct kp_pool *pool = NULL;
        jobs_begun = jobs_ended = 0;
        assert_int_equal(kp_pool_new(threads[t], WINDOW, &pool), KP_OK);
        kp_pool_begin(pool, take_long, NULL);
        for (size_t i = 0; i < WINDOW; i++)
            kp_pool_submit(pool);
        kp_pool_await(pool);
        kp_pool_end(pool);
        assert_true(jobs_begun >= 1 && (threads[t] > 1 || jobs_begun == 1));
        assert_int_equal(jobs_ended, jobs_begun);
        clear(threads[t]);
        stream(pool, 30, note, &board); /* of the stream before nothing is left */
        assert_each_once(30);
        kp_pool_free(pool);
    }
}

static void free__unused_pool_or_none__ends_its_threads(void **state UNUSED)
{
    for (int i = 0; i < 50; i++) {
        struct kp_pool *pool = NULL;
        assert_int_equal(kp_pool_new(MOST_THREADS, WINDOW, &pool), KP_OK);
        kp_pool_free(pool);
    }
    kp_pool_free(NULL);
}

static void processors__of_this_process__follow_its_affinity(void **state UNUSED)
{
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(kp_pool_processors(), CPU_COUNT(&before));
    size_t cpu = 0;
    while (!CPU_ISSET(cpu, &before))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    unsigned n = kp_pool_processors();
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run__one_thread__does_every_job_once),
        cmocka_unit_test(run__two_threads__do_every_job_once),
        cmocka_unit_test(run__eight_threads__do_every_job_once),
        cmocka_unit_test(run__many_rounds__lose_and_repeat_nothing),
        cmocka_unit_test(run__one_thread__is_the_callers_own),
        cmocka_unit_test(run__eight_threads__work_at_the_same_time),
        cmocka_unit_test(run__another_job_each_time__uses_the_one_given),
        cmocka_unit_test(await__jobs_of_any_length__keeps_their_order),
        cmocka_unit_test(end__jobs_under_way__waits_for_them_alone),
        cmocka_unit_test(free__unused_pool_or_none__ends_its_threads),
        cmocka_unit_test(processors__of_this_process__follow_its_affinity),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
