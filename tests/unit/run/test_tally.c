#include "small_run.h"

#include "run/tally.h"

static struct kp_tally tally;

static int set_up(void **state)
{
    return set_up_small_run(state) || kp_tally_init(&tally, &run) != KP_OK;
}

static struct kp_account *account_of(const char *number)
{
    struct kp_account *account = NULL;
    assert_int_equal(kp_tally_account(&tally, &run, number, &account), KP_OK);
    return account;
}

static void add(const struct kp_slot *slot)
{
    kp_tally_add(&tally, &run, slot, slot->insurer ? account_of(slot->insurer->number) : NULL);
}

static void tally__release__counts_basis_request_and_items(void **state)
{
    (void)state;
    const struct kp_slot *ann = decide_row(0, NULL);
    add(ann);
    add(decide_row(1, NULL));
    const struct kp_account *a = account_of(INSURER);
    assert_int_equal(tally.totals.read, 2);
    assert_int_equal(tally.totals.released, 2);
    assert_int_equal(a->documents, 2);
    assert_int_equal(a->held, 0);
    assert_int_equal(a->by_basis[ann->decision.basis - run_ctx.tables.bases], 2);
    assert_int_equal(a->n_requests, 1);
    assert_string_equal(a->request_ids[0], "R1");
    for (size_t i = 0; i < run_ctx.tables.n_items; i++)
        assert_int_equal(tally.withheld[i] + tally.derived[i], 0);
}

static void tally__held__counts_reason_and_waiting(void **state)
{
    (void)state;
    run_options.registers.requests = NULL;
    begin_run(KP_CMD_CHECK, ANN);
    assert_int_equal(kp_tally_init(&tally, &run), KP_OK);
    const struct kp_slot *slot = decide_row(0, NULL);
    add(slot);
    const struct kp_account *a = account_of(INSURER);
    assert_int_equal(tally.totals.held, 1);
    assert_int_equal(tally.by_reason[KP_HOLD_NO_REQUEST], 1);
    assert_int_equal(a->held, 1);
    assert_int_equal(a->by_reason[KP_HOLD_NO_REQUEST], 1);
    assert_int_equal(a->waiting[slot->waiting - run_ctx.tables.bases], 1);
    assert_int_equal(tally.by_code[KP_K_NO_REQUEST], 1);
}

static void tally__duplicate__is_no_row_that_was_read(void **state)
{
    (void)state;
    const struct kp_mark mark = {.kind = KP_MARK_COPY, .line = 2};
    add(decide_row(0, NULL));
    add(decide_row(1, &mark));
    assert_int_equal(tally.totals.read, 1);
    assert_int_equal(tally.totals.duplicates, 1);
}

static void tally__rejected_and_already__have_counts_of_their_own(void **state)
{
    (void)state;
    const struct kp_mark conflict = {.kind = KP_MARK_CONFLICT, .line = 3};
    add(decide_row(0, &conflict));
    add(decide_told(1, true));
    assert_int_equal(tally.totals.rejected, 1);
    assert_int_equal(tally.totals.already_disclosed, 1);
    assert_int_equal(tally.totals.released + tally.totals.held, 0);
}

/* --- places --- */

static void places__rows_of_two_files__name_each_file_once(void **state)
{
    (void)state;
    struct kp_input list[] = {{.path = "a.csv"}, {.path = "b.csv"}};
    struct kp_inputs inputs = run.inputs;
    static const uint64_t lines[][2] = {{0, 12}, {0, 15}, {1, 15}, {1, 16}};
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct kp_slot slot = {.row = {.file = (uint32_t)lines[i][0], .line = lines[i][1]},
                               .outcome = KP_REJECTED,
                               .findings = {.arena = &run_ctx.arena}};
        kp_findings_add(&slot.findings, KP_K_ROW_WIDTH, NULL, NULL);
        kp_findings_add(&slot.findings, KP_K_ROW_WIDTH, NULL, NULL);
        add(&slot);
    }
    run.inputs.list = list;
    assert_string_equal(kp_tally_places(&tally, &run, KP_K_ROW_WIDTH, &run_ctx.arena),
                        "a.csv:12 :15 b.csv:15");
    assert_string_equal(kp_tally_places(&tally, &run, KP_K_UNDECODABLE, &run_ctx.arena), "");
    run.inputs = inputs;
    assert_int_equal(tally.by_code[KP_K_ROW_WIDTH], 8);
}

/* --- accounts --- */

static void account__same_number__is_made_once(void **state)
{
    (void)state;
    char number[] = INSURER;
    const struct kp_account *a = account_of(number);
    memset(number, 'x', strlen(number)); /* the number is the caller's */
    assert_ptr_equal(a, account_of(INSURER));
    assert_string_equal(a->insurer->number, INSURER);
    assert_string_equal(a->insurer->name, "架空精機健康保険組合");
    assert_int_equal(tally.n_accounts, 1);
}

static void account__not_in_the_register__has_defaults(void **state)
{
    (void)state;
    const struct kp_account *a = account_of("01130012");
    assert_string_equal(a->insurer->number, "01130012");
    assert_string_equal(a->insurer->name, "");
    assert_string_equal(a->insurer->sender_number, SENDER);
}

static void accounts__sorted__are_in_order_of_their_numbers(void **state)
{
    (void)state;
    kp_tally_sort(&tally); /* none */
    (void)account_of("39289004");
    (void)account_of("01130012");
    (void)account_of(INSURER);
    kp_tally_sort(&tally);
    assert_string_equal(tally.accounts[0]->insurer->number, "01130012");
    assert_string_equal(tally.accounts[1]->insurer->number, INSURER);
    assert_string_equal(tally.accounts[2]->insurer->number, "39289004");
}

static void accounts__one_too_many__is_reported_once(void **state)
{
    (void)state;
    struct kp_account *account = NULL;
    for (unsigned i = 0; i < KP_MAX_INSURERS; i++)
        (void)account_of(textf("%08u", i));
    assert_int_equal(kp_tally_account(&tally, &run, "99999999", &account), KP_E_SYSTEM);
    assert_null(account);
    assert_reported_once(KP_K_TOO_MANY_INSURERS);
}

static void tally__no_memory__is_reported_once(void **state)
{
    (void)state;
    struct kp_account *account = NULL;
    struct kp_arena full = {.max_bytes = 1}, arena = run_ctx.arena;
    run_ctx.arena = full;
    assert_int_equal(kp_tally_account(&tally, &run, INSURER, &account), KP_E_SYSTEM);
    assert_reported_once(KP_K_NO_MEMORY);
    assert_int_equal(kp_tally_init(&tally, &run), KP_E_SYSTEM);
    assert_reported_once(KP_K_NO_MEMORY);
    run_ctx.arena = arena;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down_small_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tally__release__counts_basis_request_and_items),
        TEST(tally__held__counts_reason_and_waiting),
        TEST(tally__duplicate__is_no_row_that_was_read),
        TEST(tally__rejected_and_already__have_counts_of_their_own),
        TEST(places__rows_of_two_files__name_each_file_once),
        TEST(account__same_number__is_made_once),
        TEST(account__not_in_the_register__has_defaults),
        TEST(accounts__sorted__are_in_order_of_their_numbers),
        TEST(accounts__one_too_many__is_reported_once),
        TEST(tally__no_memory__is_reported_once),
    };
    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
