#include "small_run.h"

#include "run/prepared.h"

static struct kp_ledger ledger;
static struct kp_tally tally;
static struct kp_run_options loaded;

/* A preparation with ANN in it. */
static int set_up(void **state)
{
    struct kp_account *account = NULL;
    const char *document = NULL;
    if (set_up_small_run(state) != 0)
        return -1;
    run_options.input.delimiter = ',';
    begin_run(KP_CMD_PREPARE, ANN);
    struct kp_slot *ann = decide_row(0, NULL);
    return kp_tally_init(&tally, &run) != KP_OK || kp_ledger_open(&ledger, &run) != KP_OK ||
           kp_tally_account(&tally, &run, INSURER, &account) != KP_OK ||
           kp_account_add(account, &ledger, run_tools(), ann, &document) != KP_OK ||
           kp_tally_seal(&tally, run_tools()) != KP_OK ||
           (kp_tally_add(&tally, &run, ann, account), kp_prepared_store(&run, &tally)) != KP_OK;
}

static int tear_down(void **state)
{
    kp_tally_abandon(&tally);
    kp_ledger_close(&ledger);
    return tear_down_small_run(state);
}

static char *in_preparation(const char *name)
{
    return textf("%s/prepared/%s/%s", run.output, run.run_id, name);
}

static enum kp_status load(void)
{
    loaded = (struct kp_run_options){.output = run.output, .prepared = run.run_id};
    return kp_prepared_load(&run_ctx, &loaded);
}

static void prepared__stored__can_be_loaded(void **state)
{
    (void)state;
    assert_true(exists(in_preparation(SENDER "_" INSURER "_202604010_1.prepared.zip")));
    assert_true(tally.accounts[0]->bundles->placed);
    assert_int_equal(load(), KP_OK);
    assert_int_equal(loaded.n_inputs, 1);
    assert_string_equal(loaded.input_names[0], run_options.inputs[0]);
    assert_string_equal(loaded.inputs[0], in_preparation("source/1.csv"));
    assert_same_file(loaded.inputs[0], run_options.inputs[0]);
    assert_int_equal(loaded.input.encoding, KP_ENC_AUTO);
    assert_int_equal(loaded.input.delimiter, ',');
    assert_null(loaded.input.mapping);
    assert_int_equal(got.count, 0);
}

static void load__copy_altered__is_reported_once(void **state)
{
    (void)state;
    put(in_preparation("source/1.csv"), "x", 1);
    assert_int_equal(load(), KP_E_INPUT);
    assert_reported_once(KP_K_PREPARED_ALTERED);
}

static void load__manifest_altered__is_reported_once(void **state)
{
    (void)state;
    size_t n = 0;
    char *manifest = slurp(in_preparation("manifest.csv"), &n);
    memcpy(strstr(manifest, "comma"), "tab  ", 5);
    put(in_preparation("manifest.csv"), manifest, n);
    assert_int_equal(load(), KP_E_INPUT);
    assert_reported_once(KP_K_PREPARED_ALTERED);
}

static void load__no_such_preparation__is_reported_once(void **state)
{
    (void)state;
    static const char *const ids[] = {"", "20200101-000000", "../runs", NULL};
    for (size_t i = 0; i < COUNT(ids); i++) {
        loaded = (struct kp_run_options){.output = run.output, .prepared = ids[i]};
        assert_int_equal(kp_prepared_load(&run_ctx, &loaded), KP_E_USAGE);
        assert_reported_once(KP_K_PREPARED_ABSENT);
    }
}

static void store__input_changed__is_reported_once(void **state)
{
    (void)state;
    kp_prepared_abandon(&run);
    assert_false(exists(textf("%s/prepared", run.output)));
    put(tally.accounts[0]->bundles->temp_path, "PK", 2);
    put(run_options.inputs[0], "x", 1);
    assert_int_equal(kp_prepared_store(&run, &tally), KP_E_INPUT);
    assert_reported_once(KP_K_INPUT_CHANGED);
    assert_false(exists(in_preparation("")));
}

static void store__nothing_released__makes_no_folder(void **state)
{
    (void)state;
    kp_prepared_abandon(&run);
    tally.totals.released = 0;
    assert_int_equal(kp_prepared_store(&run, &tally), KP_OK);
    assert_false(exists(textf("%s/prepared", run.output)));
}

static void done__something_released__removes_the_preparation(void **state)
{
    (void)state;
    run_options.prepared = run.run_id;
    tally.totals.released = 0;
    tally.totals.held = 1;
    kp_prepared_done(&run, &tally);
    assert_reported_once(KP_K_PREPARED_KEPT);
    assert_true(exists(in_preparation("manifest.csv")));
    tally.totals.released = 1;
    kp_prepared_done(&run, &tally);
    assert_false(exists(textf("%s/prepared", run.output)));
    assert_int_equal(got.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prepared__stored__can_be_loaded),
        TEST(load__copy_altered__is_reported_once),
        TEST(load__manifest_altered__is_reported_once),
        TEST(load__no_such_preparation__is_reported_once),
        TEST(store__input_changed__is_reported_once),
        TEST(store__nothing_released__makes_no_folder),
        TEST(done__something_released__removes_the_preparation),
    };
    return cmocka_run_group_tests_name("prepared", tests, NULL, NULL);
}
