#include "small_run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "log/log_key.h"
#include "run/ledger.h"

#define BUNDLE SENDER "_" INSURER "_202604010_1"

static struct kp_ledger ledger;
static const uint8_t RECORD[KP_SHA256_BYTES] = {7};

static enum kp_status open_ledger(void)
{
    return kp_ledger_open(&ledger, &run);
}

static void close_ledger(void)
{
    kp_ledger_close(&ledger);
    memset(&got, 0, sizeof(got));
}

static int tear_down(void **state)
{
    close_ledger();
    return tear_down_small_run(state);
}

/* Another run of the command on the same folder; the last one died, unless it left its folders. */
static void next_run(enum kp_command command)
{
    close_ledger();
    end_run(false);
    begin_run(command, ANN);
}

/* Logs the disclosure of a person in a bundle with that content. */
static void log_disclosure(const char *number, const char *bundle_bytes)
{
    uint8_t digest[KP_SHA256_BYTES];
    char record[KP_SHA256_HEX + 1], bundle[KP_SHA256_HEX + 1];
    assert_int_equal(kp_sha256_of(bundle_bytes, strlen(bundle_bytes), digest), KP_OK);
    kp_sha256_hex(digest, bundle);
    kp_sha256_hex(RECORD, record);
    const struct kp_log_entry entry = {.cells = {[KP_LOG_EVENT] = "disclose",
                                                 [KP_LOG_RUN_ID] = run.run_id,
                                                 [KP_LOG_INSURER_NUMBER] = INSURER,
                                                 [KP_LOG_INSURED_NUMBER] = number,
                                                 [KP_LOG_CONTENT_SHA256] = record,
                                                 [KP_LOG_BUNDLE] = BUNDLE ".zip",
                                                 [KP_LOG_BUNDLE_SHA256] = bundle}};
    assert_int_equal(kp_log_add(&ledger.log, &entry), KP_OK);
    assert_int_equal(kp_log_sync(&ledger.log), KP_OK);
}

static void log_release(void)
{
    const struct kp_log_entry entry = {
        .cells = {[KP_LOG_EVENT] = "release", [KP_LOG_BUNDLE] = BUNDLE ".zip"}};
    assert_int_equal(kp_log_add(&ledger.log, &entry), KP_OK);
    assert_int_equal(kp_log_sync(&ledger.log), KP_OK);
}

static bool is_disclosed(const char *number)
{
    uint8_t key[KP_LOG_KEY_BYTES];
    struct kp_disclosures found;
    struct kp_told told = {.arena = &run_ctx.arena};
    char hex[KP_SHA256_HEX + 1];
    char *identity = kp_identity_text(&run_ctx.arena, (struct kp_identity){INSURER, "", number, "", "", ""});
    assert_int_equal(kp_log_key(identity, key), KP_OK);
    assert_int_equal(kp_ledger_count(&ledger, key, &found), KP_OK);
    assert_int_equal(kp_ledger_tell(&ledger, key, &found, &told), KP_OK);
    kp_sha256_hex(RECORD, hex);
    if (found.n > 0)
        assert_string_equal(told.first->digest, hex);
    return found.n > 0;
}

/* Leaves a log with one disclosure that was released. */
static void leave_released(void)
{
    assert_int_equal(open_ledger(), KP_OK);
    log_disclosure("6414", "PK");
    log_release();
    kp_ledger_conclude(&ledger);
    assert_int_equal(got.count, 0);
}

/* Leaves a log whose last bundle was neither released nor voided; its run died. */
static void leave_unfinished(void)
{
    assert_int_equal(open_ledger(), KP_OK);
    put(textf("%s/" BUNDLE ".zip", run.temp), "PK", 2);
    log_disclosure("6414", "PK");
}

/* --- opening --- */

static void ledger__no_log__is_empty(void **state)
{
    (void)state;
    assert_int_equal(open_ledger(), KP_OK);
    assert_int_equal(kp_ledger_entries(&ledger), 0);
    assert_string_equal(kp_ledger_head(&ledger), KP_LOG_NO_HEAD);
    assert_string_equal(kp_ledger_unfinished_run(&ledger), "");
    assert_false(is_disclosed("6414"));
    assert_int_equal(got.count, 0);
}

static void ledger__check__writes_nothing_beside_the_log(void **state)
{
    (void)state;
    leave_released();
    assert_int_equal(unlink(textf("%s.index", run.log_path)), 0);
    next_run(KP_CMD_CHECK);
    assert_int_equal(open_ledger(), KP_OK);
    assert_true(is_disclosed("6414"));
    assert_false(exists(textf("%s.index", run.log_path)));
    assert_int_equal(kp_ledger_entries(&ledger), 2);
}

static void ledger__log_in_use__is_reported_once(void **state)
{
    (void)state;
    struct kp_log other;
    assert_int_equal(kp_log_lock(&other, &kp_io_posix, run.log_path), KP_OK);
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_LOG_LOCKED);
    kp_log_close(&other);
}

static void ledger__altered_log__is_reported_once(void **state)
{
    (void)state;
    leave_released();
    size_t n = 0;
    char *bytes = slurp(run.log_path, &n);
    *strstr(bytes, "6414") = '7';
    put(run.log_path, bytes, n);
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_LOG_BROKEN);
}

static void ledger__log_cut_off__contradicts_its_index(void **state)
{
    (void)state;
    leave_released();
    const char *log = slurp(run.log_path, NULL);
    put(run.log_path, log, (size_t)(strchr(log, '\n') + 1 - log));
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_LOG_SHORTENED);
}

static void ledger__cancelled__is_reported_once(void **state)
{
    (void)state;
    static const int yes = 1;
    leave_released();
    assert_int_equal(unlink(textf("%s.index", run.log_path)), 0);
    next_run(KP_CMD_EXPORT);
    struct kp_env env = *run_ctx.env;
    env.cancel = &yes;
    run_ctx.env = &env;
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_CANCELLED);
}

/* --- older logs --- */

static void older_log__continued__is_searched_too(void **state)
{
    (void)state;
    leave_released();
    const char *older = textf("%s/older.csv", folder);
    assert_int_equal(rename(run.log_path, older), 0);
    assert_int_equal(unlink(textf("%s.index", run.log_path)), 0);
    run_options.previous_logs = older;
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_OK);
    assert_true(is_disclosed("6414"));
    assert_string_not_equal(kp_ledger_head(&ledger), KP_LOG_NO_HEAD);
}

static void older_log__missing__is_reported_once(void **state)
{
    (void)state;
    run_options.previous_logs = "/tmp/kp_no_such_log.csv";
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_LOG_UNUSABLE);
    close_ledger();
    run_options.previous_logs = run.log_path;
    assert_int_equal(open_ledger(), KP_E_USAGE);
    assert_reported_once(KP_K_OLDER_LOGS_WRONG);
}

/* --- looking up --- */

static void index__damaged__is_rebuilt_with_a_warning(void **state)
{
    (void)state;
    leave_released();
    size_t n = 0;
    const char *path = textf("%s.index", run.log_path);
    char *bytes = slurp(path, &n);
    bytes[n - 1] ^= 1; /* in a block: its header is sound */
    put(path, bytes, n);
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_OK);
    assert_int_equal(got.count, 0);
    assert_true(is_disclosed("6414"));
    assert_reported_once(KP_K_LOG_INDEX_DAMAGED);
    assert_true(is_disclosed("6414"));
    assert_false(is_disclosed("7427"));
}

/* An index can be written, but not read. */
static int open_but_no_index(int at, const char *path, int flags, mode_t mode)
{
    size_t n = strlen(path);
    if ((flags & O_ACCMODE) == O_RDONLY && n > 6 && strcmp(path + n - 6, ".index") == 0) {
        errno = EACCES;
        return -1;
    }
    return kp_io_posix.openat(at, path, flags, mode);
}

/* Without the index, people who were disclosed would count as new. */
static void index__unreadable_once_written__stops_the_run(void **state)
{
    (void)state;
    leave_released();
    assert_int_equal(unlink(textf("%s.index", run.log_path)), 0);
    next_run(KP_CMD_EXPORT);
    static struct kp_io io; /* outlives the test: tear_down closes through it */
    io = kp_io_posix;
    io.openat = open_but_no_index;
    run_ctx.io = &io;
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_int_equal(got.code, KP_K_LOG_UNUSABLE);
    run_ctx.io = &kp_io_posix;
}

static void bundle__in_log_folder_or_taken__is_known(void **state)
{
    (void)state;
    bool has = false;
    assert_int_equal(open_ledger(), KP_OK);
    assert_int_equal(kp_ledger_has_bundle(&ledger, BUNDLE, &has), KP_OK);
    assert_false(has);
    assert_int_equal(kp_ledger_take_name(&ledger, BUNDLE), KP_OK);
    assert_int_equal(kp_ledger_has_bundle(&ledger, BUNDLE, &has), KP_OK);
    assert_true(has);
    close_ledger();
    leave_released();
    next_run(KP_CMD_EXPORT);
    put(in_output("somebody_else_202604011_1.zip"), "PK", 2);
    assert_int_equal(open_ledger(), KP_OK);
    assert_int_equal(kp_ledger_has_bundle(&ledger, BUNDLE, &has), KP_OK);
    assert_true(has);
    assert_int_equal(kp_ledger_has_bundle(&ledger, "somebody_else_202604011_1", &has), KP_OK);
    assert_true(has);
}

static void bundle__own_but_not_logged__is_reported_once(void **state)
{
    (void)state;
    put(in_output(BUNDLE ".zip"), "PK\3\4", 4);
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_BUNDLE_UNKNOWN);
    close_ledger();
    put(in_output(BUNDLE ".zip"), "text", 4); /* no archive: it disclosed nothing */
    assert_int_equal(open_ledger(), KP_OK);
}

/* --- recovery --- */

static void unfinished__still_temporary__is_voided(void **state)
{
    (void)state;
    leave_unfinished();
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_OK);
    assert_reported_once(KP_K_BUNDLE_VOIDED);
    assert_string_equal(ledger.recovery.bundle, BUNDLE ".zip");
    assert_false(ledger.recovery.completed);
    assert_false(is_disclosed("6414"));
    assert_int_equal(kp_ledger_entries(&ledger), 2);
    assert_string_equal(kp_ledger_unfinished_run(&ledger), "");
}

static void unfinished__in_place__is_completed(void **state)
{
    (void)state;
    leave_unfinished();
    assert_int_equal(rename(textf("%s/" BUNDLE ".zip", run.temp), in_output(BUNDLE ".zip")), 0);
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_OK);
    assert_reported_once(KP_K_BUNDLE_COMPLETED);
    assert_true(ledger.recovery.completed);
    assert_true(is_disclosed("6414"));
}

static void unfinished__in_neither_place__is_reported_once(void **state)
{
    (void)state;
    leave_unfinished();
    assert_int_equal(unlink(textf("%s/" BUNDLE ".zip", run.temp)), 0);
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_E_SYSTEM);
    assert_reported_once(KP_K_BUNDLE_UNFINISHED);
}

static void unfinished__check__is_left_alone(void **state)
{
    (void)state;
    leave_unfinished();
    const char *id = textf("%s", run.run_id);
    next_run(KP_CMD_CHECK);
    assert_int_equal(open_ledger(), KP_OK);
    assert_string_equal(kp_ledger_unfinished_run(&ledger), id);
    assert_false(is_disclosed("6414"));
    assert_int_equal(got.count, 0);
}

static void torn_line__export__is_cut_off(void **state)
{
    (void)state;
    leave_released();
    const char *log = slurp(run.log_path, NULL);
    put(run.log_path, textf("%s3,2026-04", log), strlen(log) + 9);
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_OK);
    assert_reported_once(KP_K_LOG_TORN);
    assert_true(ledger.recovery.torn_line);
    assert_file(run.log_path, log, strlen(log));
}

/* --- the index after a release --- */

static void conclude__altered_meanwhile__is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(open_ledger(), KP_OK);
    log_disclosure("6414", "PK");
    log_release();
    size_t n = 0;
    char *bytes = slurp(run.log_path, &n);
    *strstr(bytes, "6414") = '7';
    put(run.log_path, bytes, n);
    assert_int_equal(kp_ledger_conclude(&ledger), KP_E_SYSTEM);
    assert_reported_once(KP_K_FILE_REPLACED);
    assert_false(exists(textf("%s.index", run.log_path)));
}

static void conclude__other_entry_appended__is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(open_ledger(), KP_OK);
    log_disclosure("6414", "PK");
    struct kp_log forger = ledger.log;
    log_release();
    forger.pending = (struct kp_buf){0};
    assert_int_equal(kp_log_add(&forger, &(struct kp_log_entry){.cells = {[KP_LOG_EVENT] = "void"}}), KP_OK);
    assert_int_equal(kp_log_sync(&forger), KP_OK);
    kp_buf_release(&forger.pending);
    assert_int_equal(kp_ledger_conclude(&ledger), KP_E_SYSTEM);
    assert_reported_once(KP_K_FILE_REPLACED);
    assert_false(exists(textf("%s.index", run.log_path)));
}

/* --- anchors --- */

static void anchor__two_runs__adds_a_line_each(void **state)
{
    (void)state;
    run_options.anchors = in_folder("anchors.txt");
    leave_released();
    const char *first = textf("2026-04-01T09:30:00+09:00,%s,2,%s\n", run.run_id, kp_ledger_head(&ledger));
    assert_file(run_options.anchors, first, strlen(first));
    put(run_options.anchors, first, strlen(first) - 5); /* torn */
    next_run(KP_CMD_EXPORT);
    assert_int_equal(open_ledger(), KP_OK);
    kp_ledger_conclude(&ledger);
    const char *both = textf("%.*s\n2026-04-01T09:30:00+09:00,%s,2,%s\n", (int)strlen(first) - 5, first,
                             run.run_id, kp_ledger_head(&ledger));
    assert_file(run_options.anchors, both, strlen(both));
}

static void anchor__another_file__is_left_alone(void **state)
{
    (void)state;
    run_options.anchors = put_file("notes.txt", "my notes\n", 9);
    assert_int_equal(open_ledger(), KP_OK);
    kp_ledger_conclude(&ledger);
    assert_reported_once(KP_K_ANCHOR_UNWRITTEN);
    assert_file(run_options.anchors, "my notes\n", 9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_small_run, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ledger__no_log__is_empty),
        TEST(ledger__check__writes_nothing_beside_the_log),
        TEST(ledger__log_in_use__is_reported_once),
        TEST(ledger__altered_log__is_reported_once),
        TEST(ledger__log_cut_off__contradicts_its_index),
        TEST(ledger__cancelled__is_reported_once),
        TEST(older_log__continued__is_searched_too),
        TEST(older_log__missing__is_reported_once),
        TEST(index__damaged__is_rebuilt_with_a_warning),
        TEST(index__unreadable_once_written__stops_the_run),
        TEST(bundle__in_log_folder_or_taken__is_known),
        TEST(bundle__own_but_not_logged__is_reported_once),
        TEST(unfinished__still_temporary__is_voided),
        TEST(unfinished__in_place__is_completed),
        TEST(unfinished__in_neither_place__is_reported_once),
        TEST(unfinished__check__is_left_alone),
        TEST(torn_line__export__is_cut_off),
        TEST(conclude__altered_meanwhile__is_a_failure),
        TEST(conclude__other_entry_appended__is_a_failure),
        TEST(anchor__two_runs__adds_a_line_each),
        TEST(anchor__another_file__is_left_alone),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
