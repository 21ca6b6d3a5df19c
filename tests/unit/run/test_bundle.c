#include "small_run.h"

#include <errno.h>

#include "run/tally.h"

#define ROOT SENDER "_" INSURER "_202604010_1"

static struct kp_ledger ledger;
static struct kp_bundle bundle;
static const struct kp_insurer *insurer;

static int set_up(void **state)
{
    if (set_up_small_run(state) != 0 || kp_ledger_open(&ledger, &run) != KP_OK)
        return -1;
    insurer = kp_insurer_of(&run.registers, INSURER);
    return kp_bundle_begin(&bundle, &run, &ledger, insurer) == KP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    kp_bundle_abandon(&bundle);
    kp_ledger_close(&ledger);
    return tear_down_small_run(state);
}

static void fill(void)
{
    const char *document = NULL;
    assert_int_equal(kp_bundle_add(&bundle, decide_row(0, NULL), &document), KP_OK);
    assert_string_equal(document, "h" SENDER "2026040101000001.xml");
    assert_int_equal(kp_bundle_add(&bundle, decide_row(1, NULL), &document), KP_OK);
    assert_string_equal(document, "h" SENDER "2026040101000002.xml");
    assert_int_equal(kp_bundle_seal(&bundle, run_tools()), KP_OK);
}

/* The events of the log, "disclose disclose release ", asserted to be about this bundle. */
static const char *events(void)
{
    const char *out = "", *log = slurp(run.log_path, NULL);
    for (const char *line = strchr(log, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        const char *event = line;
        for (int i = 0; i < KP_LOG_EVENT; i++)
            event = strchr(event, ',') + 1;
        out = textf("%s%.*s ", out, (int)strcspn(event, ","), event);
        assert_non_null(strstr(line, ROOT ".zip"));
        assert_non_null(strstr(line, bundle.sha256));
    }
    return out;
}

/* --- names --- */

static void name__first_of_the_day__ends_in_0(void **state)
{
    (void)state;
    assert_string_equal(bundle.root, ROOT);
    assert_string_equal(bundle.file_name, ROOT ".zip");
    assert_string_equal(bundle.path, in_output(ROOT ".zip"));
    assert_int_equal(bundle.send, '0');
}

static void name__all_ten_in_use__is_reported_once(void **state)
{
    (void)state;
    struct kp_bundle more[9] = {{0}}, last = {0};
    for (int i = 0; i < 9; i++) {
        assert_int_equal(kp_bundle_begin(&more[i], &run, &ledger, insurer), KP_OK);
        assert_int_equal(more[i].send, '1' + i);
        kp_bundle_abandon(&more[i]);
    }
    assert_int_equal(kp_bundle_begin(&last, &run, &ledger, insurer), KP_E_SYSTEM);
    assert_reported_once(KP_K_DAY_IS_FULL);
    kp_bundle_abandon(&last);
}

static void size__of_the_insurer__makes_it_full(void **state)
{
    (void)state;
    struct kp_insurer small = *insurer;
    const char *document = NULL;
    assert_false(kp_bundle_is_full(&bundle));
    small.max_documents = 1;
    bundle.insurer = &small;
    assert_false(kp_bundle_is_full(&bundle));
    assert_int_equal(kp_bundle_add(&bundle, decide_row(0, NULL), &document), KP_OK);
    assert_true(kp_bundle_is_full(&bundle));
    bundle.insurer = insurer;
    assert_false(kp_bundle_is_full(&bundle));
}

/* --- release --- */

static void release__sealed__logs_moves_and_logs(void **state)
{
    (void)state;
    fill();
    assert_false(exists(bundle.path));
    assert_string_equal(events(), "");
    assert_int_equal(kp_bundle_release(&bundle, &ledger.log), KP_OK);
    assert_true(bundle.placed);
    assert_false(exists(bundle.temp_path));
    assert_null(run.evidence);
    assert_string_equal(events(), "disclose disclose "); /* the release follows with the next sync */
    assert_int_equal(kp_log_sync(&ledger.log), KP_OK);
    assert_string_equal(events(), "disclose disclose release ");
    const char *zip = slurp(bundle.path, NULL);
    assert_memory_equal(zip, "PK\3\4", 4);
    assert_int_equal(got.count, 0);
}

static void release__cells__are_those_of_the_record(void **state)
{
    (void)state;
    struct kp_slot *slot = decide_row(0, NULL);
    const char *document = NULL;
    slot->record.field[KP_F_EMPLOYEE_ID] = "E\x1f\n1"; /* would break the spool */
    slot->request_ids = "R1 R,2";
    assert_int_equal(kp_bundle_add(&bundle, slot, &document), KP_OK);
    assert_int_equal(kp_bundle_seal(&bundle, run_tools()), KP_OK);
    assert_int_equal(kp_bundle_release(&bundle, &ledger.log), KP_OK);
    const char *log = slurp(run.log_path, NULL);
    assert_contains(log, ",disclose,2026-04-01,\"R1 R,2\"," INSURER ",架空精機健康保険組合," ROOT ".zip,");
    assert_contains(log, textf(",%s,", document));
    assert_contains(log, ",E  1,12,6414,,");
    assert_contains(log, ",2,19800728,20250703,45,birthday,40to74,");
}

static void release__file_in_the_way__voids_the_entries(void **state)
{
    (void)state;
    fill();
    put(bundle.path, "mine", 4);
    assert_int_equal(kp_bundle_release(&bundle, &ledger.log), KP_E_SYSTEM);
    assert_reported_once(KP_K_WRITE_FAILED);
    assert_file(bundle.path, "mine", 4);
    assert_false(bundle.placed);
    assert_string_equal(events(), "disclose disclose void ");
    assert_null(run.evidence);
}

static int lost_rename(int from_at, const char *from, int to_at, const char *to)
{
    (void)renameat(from_at, from, to_at, to);
    errno = EIO;
    return -1;
}

static int vanishing_rename(int from_at, const char *from, int to_at, const char *to)
{
    (void)to_at;
    (void)to;
    (void)unlinkat(from_at, from, 0);
    errno = EIO;
    return -1;
}

static void release__answer_of_rename_lost__is_released(void **state)
{
    (void)state;
    struct kp_io io = kp_io_posix;
    io.renameat = lost_rename;
    fill();
    run_ctx.io = &io;
    assert_int_equal(kp_bundle_release(&bundle, &ledger.log), KP_OK);
    run_ctx.io = &kp_io_posix;
    assert_int_equal(kp_log_sync(&ledger.log), KP_OK);
    assert_string_equal(events(), "disclose disclose release ");
    assert_int_equal(got.count, 0);
}

/* What became of the bundle is unknown, so nothing may be logged about it. */
static void release__bundle_lost__leaves_the_evidence(void **state)
{
    (void)state;
    struct kp_io io = kp_io_posix;
    io.renameat = vanishing_rename;
    fill();
    run_ctx.io = &io;
    assert_int_equal(kp_bundle_release(&bundle, &ledger.log), KP_E_SYSTEM);
    run_ctx.io = &kp_io_posix;
    assert_reported_once(KP_K_WRITE_FAILED);
    assert_string_equal(events(), "disclose disclose ");
    assert_ptr_equal(run.evidence, bundle.temp_path);
}

static ssize_t full_disk(int fd, const void *bytes, size_t n)
{
    (void)fd;
    (void)bytes;
    (void)n;
    errno = ENOSPC;
    return -1;
}

static void seal__disk_full__is_reported_once(void **state)
{
    (void)state;
    struct kp_io io = kp_io_posix;
    const char *document = NULL;
    io.write = full_disk;
    assert_int_equal(kp_bundle_add(&bundle, decide_row(0, NULL), &document), KP_OK);
    bundle.zip.out.io = bundle.zip.central.io = &io;
    assert_int_equal(kp_bundle_seal(&bundle, run_tools()), KP_E_SYSTEM);
    assert_reported_once(KP_K_WRITE_FAILED);
    assert_false(exists(bundle.path));
}

/* --- all bundles of a run --- */

static void tally__limited_insurer__fills_several_bundles(void **state)
{
    (void)state;
    struct kp_tally tally;
    struct kp_account *account = NULL;
    const char *document = NULL;
    assert_int_equal(kp_tally_init(&tally, &run), KP_OK);
    assert_int_equal(kp_tally_account(&tally, &run, INSURER, &account), KP_OK);
    struct kp_insurer small = *insurer;
    small.max_documents = 1;
    account->insurer = &small;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(kp_account_add(account, &ledger, run_tools(), decide_row(i, NULL), &document),
                         KP_OK);
    assert_int_equal(kp_tally_seal(&tally, run_tools()), KP_OK);
    assert_int_equal(kp_tally_placed(&tally), 0);
    assert_int_equal(kp_tally_release(&tally, &ledger), KP_OK);
    assert_int_equal(kp_tally_placed(&tally), 2);
    assert_true(exists(in_output(SENDER "_" INSURER "_202604011_1.zip")));
    assert_true(exists(in_output(SENDER "_" INSURER "_202604012_1.zip")));
    kp_tally_abandon(&tally);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(name__first_of_the_day__ends_in_0),
        TEST(name__all_ten_in_use__is_reported_once),
        TEST(size__of_the_insurer__makes_it_full),
        TEST(release__sealed__logs_moves_and_logs),
        TEST(release__cells__are_those_of_the_record),
        TEST(release__file_in_the_way__voids_the_entries),
        TEST(release__answer_of_rename_lost__is_released),
        TEST(release__bundle_lost__leaves_the_evidence),
        TEST(seal__disk_full__is_reported_once),
        TEST(tally__limited_insurer__fills_several_bundles),
    };
    return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
