/*
 * A long log: the speed of verification, the start of an export against it, and the memory both take.
 * BIG_LOG sets the number of entries (make test-long: a million). Time is checked only at that size,
 * memory at every size.
 */
#include "golden.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>

#include "log/log.h"

enum { SMALL = 20000, BIG = 1000000, PER_BUNDLE = 5000, MEMORY_KIB = (SANITIZED ? 8 : 1) * 96 * 1024 };

static const int64_t NOW = 1775003400; /* 2026-04-01 00:30:00 UTC */
static unsigned n_entries;

/* As long as the entry of an export: about 1,900 bytes, mostly item codes and provisions. */
static const char PROVISIONS[] =
    "高齢者の医療の確保に関する法律 第27条第3項・第27条第4項; 特定健康診査及び特定保健指導の実施に関する基準 "
    "第13条の2・第14条第1項; 個人情報の保護に関する法律 第27条第1項第1号";
static const char ITEMS[] =
    "9N001000000000001 9N006000000000001 9N016160100000001 9N056000000000011 9N061000000000011 9N066000000000011 "
    "9A751000000000001 9A761000000000001 3F015129902327101 3F070000002327101 3F077000002327101 3B035000002327201 "
    "3B045000002327201 3B090000002327101 3C015000002327101 3D046000001920402 1A020000000190111 1A010000000190111 "
    "2A030000001930101 2A020000001930101 9A110160700000011 9N701000000000011 9N706000000000011 9N711000000000011";

static void add(struct kp_log *log, const char *event, unsigned bundle, unsigned person)
{
    static const char zeros[] = KP_LOG_NO_HEAD;
    char name[64], number[16], employee[16], kana[48];
    (void)snprintf(name, sizeof(name), "6631111116_06139463_20250401%u_1.zip", bundle);
    (void)snprintf(number, sizeof(number), "%u", person);
    (void)snprintf(employee, sizeof(employee), "E%u", person);
    (void)snprintf(kana, sizeof(kana), "ケンシン%u", person);
    struct kp_log_entry e = {.cells = {[KP_LOG_RUN_ID] = "20250401-000000",
                                       [KP_LOG_EVENT] = event,
                                       [KP_LOG_INSURER_NUMBER] = "06139463",
                                       [KP_LOG_RECIPIENT] = "架空精機健康保険組合",
                                       [KP_LOG_BUNDLE] = name,
                                       [KP_LOG_BUNDLE_SHA256] = zeros,
                                       [KP_LOG_TABLES_SHA256] = zeros}};
    if (event[0] == 'd') {
        e.cells[KP_LOG_REQUEST_ID] = "REQ-2025-001";
        e.cells[KP_LOG_CONTENT_SHA256] = zeros;
        e.cells[KP_LOG_EMPLOYEE_ID] = employee;
        e.cells[KP_LOG_INSURED_SYMBOL] = "205";
        e.cells[KP_LOG_INSURED_NUMBER] = number;
        e.cells[KP_LOG_NAME_KANA] = kana;
        e.cells[KP_LOG_BIRTH_DATE] = "19800101";
        e.cells[KP_LOG_EXAM_DATE] = "20240610";
        e.cells[KP_LOG_AGE] = "45";
        e.cells[KP_LOG_BASIS_ID] = "elderly27";
        e.cells[KP_LOG_PROVISIONS] = PROVISIONS;
        e.cells[KP_LOG_ITEMS_DUTY] = ITEMS;
        e.cells[KP_LOG_ITEMS_FORM] = "9N011000000000001 9N501000000000011";
    }
    assert_int_equal(kp_log_add(log, &e), KP_OK);
}

static int set_up(void **state)
{
    struct kp_log log;
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    n_entries = getenv("BIG_LOG") ? (unsigned)strtoul(getenv("BIG_LOG"), NULL, 10) : SMALL;
    if (set_up_golden(state) != 0 || kp_log_lock(&log, &kp_io_posix, "big.csv") != KP_OK ||
        kp_log_begin(&log, &empty, NOW) != KP_OK)
        return -1;
    for (unsigned i = 1; i <= n_entries; i++)
        add(&log, i % PER_BUNDLE == 0 || i == n_entries ? "release" : "disclose", i / PER_BUNDLE, i);
    int st = kp_log_sync(&log) == KP_OK ? 0 : -1;
    kp_log_close(&log);
    return st;
}

struct measured {
    double seconds;
    long kib;
    int status;
};

/* Runs the program without a shell, with its output in a file, so that its own memory use can be read. */
static struct measured measure(char *const *command)
{
    struct measured m = {0};
    struct timespec from, to;
    struct rusage usage;
    int status = 0;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &from), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int out = open("measured.out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (out >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0)
            (void)execvp(command[0], command);
        _exit(127);
    }
    assert_int_equal(wait4(pid, &status, 0, &usage), pid);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &to), 0);
    m.seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    m.kib = usage.ru_maxrss;
    m.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return m;
}

static struct measured best_of_three(char *const *command)
{
    struct measured best = measure(command);
    for (int i = 0; i < 2; i++) {
        struct measured m = measure(command);
        assert_int_equal(m.status, best.status);
        best.seconds = m.seconds < best.seconds ? m.seconds : best.seconds;
        best.kib = m.kib > best.kib ? m.kib : best.kib;
    }
    return best;
}

static void audit__long_log__is_read_fast_in_constant_memory(void **state)
{
    (void)state;
    char *sum[] = {textf("sha256sum"), textf("big.csv"), NULL};
    char *audit[] = {getenv("KENPORTER"), textf("audit"), textf("big.csv"), NULL};
    struct measured s = best_of_three(sum), a = best_of_three(audit);
    assert_int_equal(a.status, 0);
    struct stat info;
    assert_int_equal(stat("big.csv", &info), 0);
    double mib = (double)info.st_size / (1 << 20);
    print_message("%u entries, %.0f MiB: sha256sum %.3f s, %.0f MiB/s; audit %.3f s, %.0f MiB/s, %ld KiB\n",
                  n_entries, mib, s.seconds, mib / s.seconds, a.seconds, mib / a.seconds, a.kib);
    assert_in_range(a.kib, 1, MEMORY_KIB);
    if (n_entries >= BIG)
        assert_true(a.seconds <= 2 * s.seconds);
}

/* Questions about all people and bundles take little more. */
static void audit__questions_about_all__keep_within_memory(void **state)
{
    (void)state;
    static const char *const questions[] = {"--conflicts", "--statistics", "--handovers", "--expired"};
    for (size_t i = 0; i < COUNT(questions); i++) {
        char *audit[] = {getenv("KENPORTER"), textf("audit"), textf("%s", questions[i]), textf("big.csv"),
                         NULL};
        struct measured m = measure(audit);
        print_message("%s: %.3f s, %ld KiB\n", questions[i], m.seconds, m.kib);
        assert_int_equal(m.status, 0);
        assert_in_range(m.kib, 1, MEMORY_KIB);
    }
}

/* A thousand people who are in the log, and one who is not. */
static void write_input(void)
{
    must("python3 -c \"import csv, sys\n"
         "rows = list(csv.reader(open(sys.argv[1], encoding='cp932', newline='')))\n"
         "out = csv.writer(open('thousand.csv', 'w', encoding='utf-8', newline=''))\n"
         "out.writerow(rows[0])\n"
         "for n in range(1000):\n"
         "    row = list(rows[1 + n %% 200])\n"
         "    row[0], row[3] = 'T%%d' %% n, row[3] and '9%%d' %% n\n"
         "    out.writerow(row)\n"
         "\" " INPUT);
}

static void export__a_thousand_people__begins_at_once_with_an_index(void **state)
{
    (void)state;
    write_input();
    char *export[] = {getenv("KENPORTER"),
                      textf("export"),
                      textf("-c"),
                      textf("%s/kenporter.ini", getenv("FIXTURES")),
                      textf("--as-of"),
                      textf("2026-04-01"),
                      textf("--backdate"),
                      textf("test"),
                      textf("-q"),
                      textf("--log"),
                      textf("big.csv"),
                      textf("-o"),
                      textf("out"),
                      textf("thousand.csv"),
                      NULL};
    char *check[] = {getenv("KENPORTER"),
                     textf("check"),
                     textf("-c"),
                     textf("%s/kenporter.ini", getenv("FIXTURES")),
                     textf("--as-of"),
                     textf("2026-04-01"),
                     textf("--backdate"),
                     textf("test"),
                     textf("-q"),
                     textf("--log"),
                     textf("big.csv"),
                     textf("-o"),
                     textf("out"),
                     textf("thousand.csv"),
                     NULL};
    char *empty[] = {getenv("KENPORTER"),
                     textf("check"),
                     textf("-c"),
                     textf("%s/kenporter.ini", getenv("FIXTURES")),
                     textf("--as-of"),
                     textf("2026-04-01"),
                     textf("--backdate"),
                     textf("test"),
                     textf("-q"),
                     textf("-o"),
                     textf("empty"),
                     textf("thousand.csv"),
                     NULL};
    struct measured without = measure(export);
    assert_int_equal(without.status, 1);
    assert_true(counted("out", "released") > 500);
    struct measured with = measure(export);
    assert_int_equal(counted("out", "released"), 0);
    struct measured looked = best_of_three(check), bare = best_of_three(empty);
    print_message("export of 1,000: without an index %.3f s, %ld KiB; with it %.3f s, %ld KiB; "
                  "check with the log %.3f s, without a log %.3f s\n",
                  without.seconds, without.kib, with.seconds, with.kib, looked.seconds, bare.seconds);
    assert_in_range(without.kib, 1, MEMORY_KIB);
    assert_in_range(with.kib, 1, MEMORY_KIB);
    if (n_entries >= BIG)
        assert_true(looked.seconds < bare.seconds + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__long_log__is_read_fast_in_constant_memory),
        cmocka_unit_test(audit__questions_about_all__keep_within_memory),
        cmocka_unit_test(export__a_thousand_people__begins_at_once_with_an_index),
    };
    return cmocka_run_group_tests_name("biglog", tests, set_up, tear_down_golden);
}
