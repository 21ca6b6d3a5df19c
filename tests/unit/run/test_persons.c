#include "folder.h"
#include "messages.h"

#include "run/persons.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct kp_common COMMON;
static struct kp_context ctx;
static struct kp_persons *persons;
static size_t n_known;

static int set_up(void **state)
{
    return make_folder(state) || kp_context_init(&ctx, &COMMON, &ENV) != KP_OK;
}

static int tear_down(void **state)
{
    (void)state;
    kp_context_release(&ctx);
    return rmdir(folder); /* scratch files have no names: the folder must be empty */
}

static int begin(void **state)
{
    (void)state;
    n_known = 0;
    ctx.io = &kp_io_posix;
    memset(&got, 0, sizeof(got));
    return kp_persons_new(&ctx, folder, &persons) == KP_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    kp_persons_free(persons);
    return 0;
}

/* A digest that differs for every number. */
static const uint8_t *contents(uint32_t number)
{
    static uint8_t digest[KP_SHA256_BYTES];
    memset(digest, 0, sizeof(digest));
    memcpy(digest + 28, &number,
           sizeof(number)); /* in the last bytes, so that all of them have to be compared */
    return digest;
}

/* Row n is line 100 + n of file n / 10. */
static struct kp_row row_at(uint64_t n)
{
    return (struct kp_row){.number = n, .file = (uint32_t)(n / 10), .line = 100 + n};
}

static void row(uint64_t n, const char *who, uint32_t what)
{
    const struct kp_row at = row_at(n);
    assert_int_equal(kp_persons_add(persons, KP_JOIN_IDENTITY, &at, who, contents(what)), KP_OK);
}

/* The contents of the log. */
static struct {
    uint8_t key[KP_LOG_KEY_BYTES];
    uint64_t at;
} known[8];

static void logged(const char *who, uint64_t at)
{
    assert_int_equal(kp_log_key(who, known[n_known].key), KP_OK);
    known[n_known++].at = at;
}

static enum kp_status look_up(void *unused, const uint8_t key[KP_LOG_KEY_BYTES],
                              struct kp_disclosures *ret_disclosures)
{
    (void)unused;
    for (size_t i = 0; i < n_known; i++)
        if (memcmp(known[i].key, key, KP_LOG_KEY_BYTES) == 0)
            *ret_disclosures = (struct kp_disclosures){.n = 1, .at = known[i].at};
    return KP_OK;
}

static struct kp_mark join_mark(enum kp_join join, uint64_t n)
{
    struct kp_mark marks[KP_JOIN__COUNT] = {{.kind = 99}};
    assert_int_equal(kp_persons_marks(persons, n, marks), KP_OK);
    return marks[join];
}

static struct kp_mark mark_of(uint64_t n)
{
    return join_mark(KP_JOIN_IDENTITY, n);
}

static void assert_kind(uint64_t n, enum kp_mark_kind kind)
{
    assert_int_equal(mark_of(n).kind, kind);
}

/* Asserts that the mark names row other, too. */
static void assert_mark(uint64_t n, enum kp_mark_kind kind, uint64_t other)
{
    assert_kind(n, kind);
    assert_int_equal(mark_of(n).file, other / 10);
    assert_int_equal(mark_of(n).line, 100 + other);
}

static void rows__all_different__are_new(void **state)
{
    (void)state;
    row(0, "ann", 1);
    row(1, "bob", 1); /* same contents, other person */
    row(2, "ann ", 1);
    row(3, "", 1);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    for (uint64_t n = 0; n < 4; n++)
        assert_kind(n, KP_MARK_NEW);
}

static void rows__equal__the_later_ones_are_copies_of_the_first(void **state)
{
    (void)state;
    row(3, "ann", 1);
    row(14, "bob", 2);
    row(25, "ann", 1);
    row(36, "ann", 1);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_kind(3, KP_MARK_NEW);
    assert_kind(14, KP_MARK_NEW);
    assert_mark(25, KP_MARK_COPY, 3);
    assert_mark(36, KP_MARK_COPY, 3);
}

static void rows__different__each_names_the_other(void **state)
{
    (void)state;
    row(3, "ann", 1);
    row(14, "bob", 2);
    row(25, "ann", 9);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_mark(3, KP_MARK_CONFLICT, 25);
    assert_kind(14, KP_MARK_NEW);
    assert_mark(25, KP_MARK_CONFLICT, 3);
}

static void rows__equal_and_different__are_all_in_conflict(void **state)
{
    (void)state;
    row(1, "ann", 1);
    row(12, "ann", 1);
    row(23, "ann", 2);
    row(34, "ann", 3);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_mark(1, KP_MARK_CONFLICT, 23);
    assert_kind(12, KP_MARK_CONFLICT);
    assert_mark(23, KP_MARK_CONFLICT, 1);
    assert_mark(34, KP_MARK_CONFLICT, 1);
}

/* Row 12 equals row 1, so naming row 1 would not help whoever mends the file. */
static void conflict__copy_of_the_first__names_a_row_that_differs(void **state)
{
    (void)state;
    row(1, "ann", 1);
    row(12, "ann", 1);
    row(23, "ann", 2);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_mark(12, KP_MARK_CONFLICT, 23);
}

static void log__identity_or_name_disclosed__marks_the_row(void **state)
{
    (void)state;
    uint8_t key[KP_LOG_KEY_BYTES];
    logged("ann", 11);
    logged("Bob", 22);
    row(0, "ann", 1);
    row(1, "bob", 2);
    const struct kp_row at = row_at(1);
    assert_int_equal(kp_persons_add(persons, KP_JOIN_NAME, &at, "Bob", contents(0)), KP_OK);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_kind(0, KP_MARK_NEW);
    assert_int_equal(mark_of(0).disclosures.at, 11);
    assert_int_equal(kp_log_key("ann", key), KP_OK);
    assert_memory_equal(mark_of(0).key, key, sizeof(key));
    assert_int_equal(mark_of(1).disclosures.n, 0);
    assert_int_equal(join_mark(KP_JOIN_NAME, 1).disclosures.at, 22);
}

static void log__and_repeated_rows__repetition_outweighs_the_log(void **state)
{
    (void)state;
    logged("ann", 1);
    logged("bob", 1);
    row(0, "ann", 1);
    row(11, "ann", 1);
    row(22, "bob", 1);
    row(33, "bob", 2);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_kind(0, KP_MARK_NEW);
    assert_mark(11, KP_MARK_COPY, 0);
    assert_mark(22, KP_MARK_CONFLICT, 33);
    assert_mark(33, KP_MARK_CONFLICT, 22);
}

static void join__no_rows__all_are_new(void **state)
{
    (void)state;
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_kind(0, KP_MARK_NEW);
    assert_kind(1000000, KP_MARK_NEW);
}

/* The first byte of the key decides whether the person is in the log. */
static enum kp_status look_up_fifth(void *unused, const uint8_t key[KP_LOG_KEY_BYTES],
                                    struct kp_disclosures *ret_disclosures)
{
    (void)unused;
    *ret_disclosures = (struct kp_disclosures){.n = key[0] % 5 == 0, .at = key[1]};
    return KP_OK;
}

static bool is_in_log(uint32_t person)
{
    char who[16];
    uint8_t key[KP_LOG_KEY_BYTES];
    (void)snprintf(who, sizeof(who), "p%u", person);
    return kp_log_key(who, key) == KP_OK && key[0] % 5 == 0;
}

/* Of n rows, row i is a copy of row i - n/2 when i % 10 is 3, differs from it when i % 10 is 7 (for i >=
 * n/2). The person is i, or the one of the row that is repeated. */
static bool fill(struct kp_persons *s, uint32_t n)
{
    char who[16];
    bool ok = true;
    for (uint32_t i = 0; i < n; i++) {
        bool again = i >= n / 2 && (i % 10 == 3 || i % 10 == 7);
        (void)snprintf(who, sizeof(who), "p%u", again ? i - n / 2 : i);
        const uint8_t *what = contents(again && i % 10 == 7 ? 8 : 1);
        const struct kp_row at = {.number = i, .file = i / 1000, .line = i};
        ok &= kp_persons_add(s, KP_JOIN_IDENTITY, &at, who, what) == KP_OK;
    }
    return ok && kp_persons_join(s, look_up_fifth, NULL) == KP_OK;
}

static unsigned wrong_marks(struct kp_persons *s, uint32_t n)
{
    unsigned wrong = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct kp_mark marks[KP_JOIN__COUNT] = {{.kind = 99}};
        const struct kp_mark *mark = &marks[KP_JOIN_IDENTITY];
        bool again = i >= n / 2 && (i % 10 == 3 || i % 10 == 7);
        uint32_t other = i >= n / 2 ? i - n / 2 : i + n / 2;
        uint32_t kind = KP_MARK_NEW;
        if (i % 10 == 7)
            kind = KP_MARK_CONFLICT;
        else if (i % 10 == 3 && i >= n / 2)
            kind = KP_MARK_COPY;
        wrong += kp_persons_marks(s, i, marks) != KP_OK || mark->kind != kind;
        wrong += mark->disclosures.n != is_in_log(again ? other : i);
        if (kind == KP_MARK_CONFLICT || kind == KP_MARK_COPY)
            wrong += mark->line != other || mark->file != other / 1000;
    }
    return wrong;
}

enum { MANY = 300000 };

static void rows__three_hundred_thousand__have_the_right_marks(void **state)
{
    (void)state;
    assert_true(fill(persons, MANY));
    assert_int_equal(wrong_marks(persons, MANY), 0);
    (void)mark_of(MANY - 1); /* then back: any order will do */
    for (uint32_t i = 0; i < 40; i += 5)
        assert_int_equal(mark_of(i).disclosures.n, is_in_log(i));
}

/* The address sanitizer keeps freed memory for a while, which would be measured, too. */
const char *__asan_default_options(void) __attribute__((visibility("default")));
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1";
}

/* Peak memory of a process that did all the work for n rows, in KiB. */
static long memory_for(uint32_t n)
{
    int status = 0;
    struct rusage usage;
    pid_t child = fork();
    if (child == 0) {
        struct kp_persons *own = NULL;
        bool ok = kp_persons_new(&ctx, folder, &own) == KP_OK && fill(own, n);
        kp_persons_free(own);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    assert_int_equal(status, 0);
    return usage.ru_maxrss;
}

/* Up to one part the slots grow with the rows. Anything kept per row would be 30 MiB more for 450,000 more.
 */
static void rows__four_times_as_many__need_no_more_memory(void **state)
{
    (void)state;
    long few = memory_for(MANY / 2), many = memory_for(2 * MANY);
    assert_true(few > 0);
    assert_in_range(many, 0, few + 8 * 1024);
}

static ssize_t full_disk(int fd, const void *bytes, size_t n, off_t at)
{
    (void)fd;
    (void)bytes;
    (void)n;
    (void)at;
    errno = ENOSPC;
    return -1;
}

static void disk__full__is_reported_once_by_the_join(void **state)
{
    (void)state;
    static struct kp_io io; /* used until the test has ended */
    io = kp_io_posix;
    io.pwrite = full_disk;
    kp_persons_free(persons);
    ctx.io = &io;
    assert_int_equal(kp_persons_new(&ctx, folder, &persons), KP_OK);
    row(0, "ann", 1); /* buffered */
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_WRITE_FAILED);
}

static void folder__missing__is_reported_once(void **state)
{
    (void)state;
    struct kp_persons *own = NULL;
    assert_int_equal(kp_persons_new(&ctx, "/tmp/kp_no_such_folder", &own), KP_E_SYSTEM);
    assert_null(own);
    assert_int_equal(got.count, 1);
    assert_string_equal(got.file, "/tmp/kp_no_such_folder");
    kp_persons_free(NULL);
}

static enum kp_status failing_look_up(void *unused, const uint8_t key[KP_LOG_KEY_BYTES],
                                      struct kp_disclosures *ret_disclosures)
{
    (void)unused;
    (void)key;
    (void)ret_disclosures;
    return KP_E_USAGE;
}

static void join__failing_lookup__passes_its_status_on(void **state)
{
    (void)state;
    row(0, "ann", 1);
    assert_int_equal(kp_persons_join(persons, failing_look_up, NULL), KP_E_USAGE);
    assert_int_equal(got.count, 0); /* the lookup reports */
}

/* --- people --- */

static void person(uint64_t n, const char *key, const char *facts)
{
    const struct kp_row at = row_at(n);
    assert_int_equal(kp_persons_add(persons, KP_JOIN_PERSON, &at, key, contents((uint8_t)*facts)), KP_OK);
}

static void assert_person(uint64_t n, bool contradicted, uint64_t other)
{
    struct kp_mark mark = join_mark(KP_JOIN_PERSON, n);
    assert_int_equal(mark.kind, contradicted ? KP_MARK_CONFLICT : KP_MARK_NEW);
    if (contradicted) {
        assert_int_equal(mark.line, 100 + other);
        assert_int_equal(mark.file, other / 10);
    }
}

static void person__other_facts_in_another_row__each_names_the_other(void **state)
{
    (void)state;
    person(1, "A", "a");
    person(12, "B", "a");
    person(13, "A", "a");
    person(25, "A", "b");
    person(31, "C", "c");
    person(32, "C", "d");
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_person(1, true, 25);
    assert_person(13, true, 25);
    assert_person(25, true, 1);
    assert_person(12, false, 0);
    assert_person(31, true, 32);
    assert_person(32, true, 31);
    assert_person(2, false, 0);
}

/* A contradiction between people is no conflict of examinations, nor the other way round. */
static void person__and_row__do_not_mix(void **state)
{
    (void)state;
    row(1, "A", 1);
    row(2, "A", 2);
    row(3, "B", 1);
    person(1, "A", "x");
    person(2, "A", "x");
    person(3, "A", "y");
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_kind(1, KP_MARK_CONFLICT);
    assert_kind(3, KP_MARK_NEW);
    assert_person(1, true, 3);
    assert_person(3, true, 1);
}

/* --- cards --- */

/* Adds a row of a person called name; contents are those of the row's number. */
static void card(uint64_t n, const char *name, const char *insurer, const char *number, const char *id)
{
    const struct kp_row at = row_at(n);
    const char *by_number = textf("%s %s %s", insurer, number, name);
    const struct kp_person_keys keys = {name, by_number, insurer, id};
    assert_int_equal(kp_persons_add_cards(persons, &at, &keys, contents((uint32_t)n)), KP_OK);
}

/* other 0: no conflict */
static void assert_card(uint64_t n, uint64_t other)
{
    struct kp_mark mark = join_mark(KP_JOIN_CARD, n);
    assert_int_equal(mark.kind, other ? KP_MARK_CONFLICT : KP_MARK_NEW);
    if (other)
        assert_int_equal(mark.line, 100 + other);
}

static void card__same_number_and_name__is_one_person(void **state)
{
    (void)state;
    card(1, "ann", "A", "12", "E1"); /* the same number; other ids do not help */
    card(2, "ann", "A", "12", "E2");
    card(3, "bob", "A", "12", "E1"); /* another name: a member of the family */
    card(4, "cat", "A", "33", "E4"); /* the id shows that both numbers are hers */
    card(5, "cat", "A", "34", "E4");
    card(6, "dan", "A", "55", ""); /* namesakes */
    card(7, "dan", "A", "56", "");
    card(8, "dan", "A", "57", "E8");
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    static const uint64_t others[] = {0, 2, 1, 0, 5, 4, 0, 0, 0};
    for (uint64_t n = 1; n < 9; n++)
        assert_card(n, others[n]);
}

static void card__two_insurers__is_one_person_unless_ids_differ(void **state)
{
    (void)state;
    card(1, "ann", "A", "1", "E1");
    card(2, "ann", "B", "2", "E1");
    card(3, "ann", "B", "3", "E3"); /* a namesake */
    card(11, "bob", "A", "1", "");
    card(12, "bob", "B", "2", "E2");
    card(13, "bob", "C", "3", "E3");
    card(21, "cat", "A", "1", "E1");
    card(22, "cat", "B", "2", "E2");
    card(31, "dan", "A", "1", "");
    card(32, "dan", "A", "2", "");
    card(33, "dan", "B", "3", "");
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_card(1, 2);
    assert_card(2, 1);
    assert_card(3, 0);
    assert_card(11, 12);
    assert_card(12, 11);
    assert_card(13, 11);
    assert_card(21, 0);
    assert_card(22, 0);
    assert_card(31, 33);
    assert_card(32, 33);
    assert_card(33, 31);
}

/* --- rows that resemble each other --- */

static void assert_resembles(uint64_t n, bool expected)
{
    bool resembles = !expected;
    assert_int_equal(kp_persons_resembles(persons, n, &resembles), KP_OK);
    assert_int_equal(resembles, expected);
}

static void resembling__other_bytes_same_contents__are_copies(void **state)
{
    (void)state;
    bool any = false;
    row(1, "ann", 1);
    row(2, "ann", 2);
    row(3, "bob", 3);
    row(4, "bob", 3);
    card(5, "cat", "A", "12", "E1");
    card(6, "cat", "A", "12", "E1");
    card(7, "dan", "A", "1", ""); /* two insurers: not a matter of contents */
    card(8, "dan", "B", "1", "");
    assert_int_equal(kp_persons_find_resembling(persons, &any), KP_OK);
    assert_true(any);
    for (uint64_t n = 1; n < 9; n++)
        assert_resembles(n, n == 1 || n == 2 || n == 5 || n == 6);
    for (uint64_t n = 1; n < 3; n++)
        assert_int_equal(kp_persons_set_contents(persons, n, contents(9)), KP_OK);
    for (uint64_t n = 5; n < 7; n++)
        assert_int_equal(kp_persons_set_contents(persons, n, contents((uint32_t)n)), KP_OK);
    assert_int_equal(kp_persons_join(persons, look_up, NULL), KP_OK);
    assert_kind(1, KP_MARK_NEW);
    assert_mark(2, KP_MARK_COPY, 1);
    assert_mark(4, KP_MARK_COPY, 3);
    assert_card(5, 6);
    assert_card(7, 8);
}

static void resembling__three_hundred_thousand__are_all_found(void **state)
{
    (void)state;
    bool any = false;
    assert_true(fill(persons, MANY));
    assert_int_equal(kp_persons_find_resembling(persons, &any), KP_OK);
    assert_true(any);
    for (uint32_t i = 0; i < MANY; i += 7)
        assert_resembles(i, i % 10 == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__four_times_as_many__need_no_more_memory),
        cmocka_unit_test_setup_teardown(resembling__other_bytes_same_contents__are_copies, begin, end),
        cmocka_unit_test_setup_teardown(resembling__three_hundred_thousand__are_all_found, begin, end),
        cmocka_unit_test_setup_teardown(rows__all_different__are_new, begin, end),
        cmocka_unit_test_setup_teardown(rows__equal__the_later_ones_are_copies_of_the_first, begin, end),
        cmocka_unit_test_setup_teardown(rows__different__each_names_the_other, begin, end),
        cmocka_unit_test_setup_teardown(rows__equal_and_different__are_all_in_conflict, begin, end),
        cmocka_unit_test_setup_teardown(conflict__copy_of_the_first__names_a_row_that_differs, begin, end),
        cmocka_unit_test_setup_teardown(log__identity_or_name_disclosed__marks_the_row, begin, end),
        cmocka_unit_test_setup_teardown(log__and_repeated_rows__repetition_outweighs_the_log, begin, end),
        cmocka_unit_test_setup_teardown(join__no_rows__all_are_new, begin, end),
        cmocka_unit_test_setup_teardown(rows__three_hundred_thousand__have_the_right_marks, begin, end),
        cmocka_unit_test_setup_teardown(person__other_facts_in_another_row__each_names_the_other, begin, end),
        cmocka_unit_test_setup_teardown(person__and_row__do_not_mix, begin, end),
        cmocka_unit_test_setup_teardown(card__same_number_and_name__is_one_person, begin, end),
        cmocka_unit_test_setup_teardown(card__two_insurers__is_one_person_unless_ids_differ, begin, end),
        cmocka_unit_test_setup_teardown(disk__full__is_reported_once_by_the_join, begin, end),
        cmocka_unit_test_setup_teardown(folder__missing__is_reported_once, begin, end),
        cmocka_unit_test_setup_teardown(join__failing_lookup__passes_its_status_on, begin, end),
    };
    return cmocka_run_group_tests_name("persons", tests, set_up, tear_down);
}
