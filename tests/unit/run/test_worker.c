#include "small_run.h"

static const char *outcome_of(const struct kp_slot *slot)
{
    static const char *const names[] = {[KP_RELEASED] = "released",
                                        [KP_REJECTED] = "rejected",
                                        [KP_HELD] = "held",
                                        [KP_ALREADY] = "already",
                                        [KP_DUPLICATE] = "duplicate"};
    assert_false(slot->arena.failed);
    return names[slot->outcome];
}

/* --- reading --- */

static void read__sound_row__has_identity_and_person(void **state)
{
    (void)state;
    const struct kp_slot *ann = read_row(0), *bob = read_row(1);
    assert_true(ann->sound);
    assert_string_equal(ann->record.field[KP_F_INSURED_NUMBER], "6414");
    assert_non_null(ann->who.identity);
    assert_string_not_equal(ann->who.identity, bob->who.identity);
    assert_string_not_equal(ann->who.person, bob->who.person);
    assert_memory_not_equal(ann->whole, bob->whole, KP_SHA256_BYTES);
}

static void read__same_row_twice__has_the_same_digest(void **state)
{
    (void)state;
    const struct kp_slot *a = read_row(0), *b = read_row(0);
    assert_string_equal(a->who.identity, b->who.identity);
    assert_memory_equal(a->whole, b->whole, KP_SHA256_BYTES);
}

static void compare__widths_differ__is_the_same_row(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, ANN "E1," INSURER ",12,6414,ｽｷﾞｳﾗ ｶｵﾘ,女,1980-07-28,１７０．２\n"
                                 "E1," INSURER ",12,6414,ｽｷﾞｳﾗ ｶｵﾘ,女,1980-07-28,170.3\n");
    struct kp_slot *slots[] = {read_row(0), read_row(1), read_row(2)};
    assert_memory_not_equal(slots[0]->whole, slots[1]->whole, KP_SHA256_BYTES);
    for (size_t i = 0; i < COUNT(slots); i++) {
        slots[i]->resembles = true;
        kp_worker_compare(&run, run_tools(), slots[i]);
        assert_false(slots[i]->arena.failed);
    }
    assert_memory_equal(slots[0]->whole, slots[1]->whole, KP_SHA256_BYTES);
    assert_memory_not_equal(slots[0]->whole, slots[2]->whole, KP_SHA256_BYTES);
}

static void compare__resembles_no_row__is_left_alone(void **state)
{
    (void)state;
    struct kp_slot *ann = read_row(0);
    uint8_t before[KP_SHA256_BYTES];
    memcpy(before, ann->whole, sizeof(before));
    kp_worker_compare(&run, run_tools(), ann);
    assert_memory_equal(ann->whole, before, sizeof(before));
}

static void read__no_kana__has_identity_but_no_person(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, "E1," INSURER ",12,6414,,女,1980-07-28,170.2\n");
    const struct kp_slot *slot = read_row(0);
    assert_non_null(slot->who.identity);
    assert_null(slot->who.person);
}

static void read__undecodable_byte__is_shown_and_found(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, ANN "E2," INSURER ",12,64\xff"
                                 "14,ｽｷﾞｳﾗ ｶｵﾘ,女,1980-07-28,170.2\n");
    const struct kp_slot *slot = read_row(1);
    assert_false(slot->sound);
    assert_string_equal(slot->cells[3], "64\\xFF14");
    assert_string_equal(codes_of(slot), textf("K%u", KP_K_UNDECODABLE));
    assert_int_equal(slot->findings.first->column, 4);
}

static void read__row_too_wide__is_not_sound(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, ANN "E2,more," INSURER ",12,6414,ｽｷﾞｳﾗ ｶｵﾘ,女,1980-07-28,170.2\n");
    const struct kp_slot *slot = read_row(1);
    assert_false(slot->sound);
    assert_string_equal(codes_of(slot), textf("K%u", KP_K_ROW_WIDTH));
    assert_null(slot->who.identity);
}

/* --- deciding --- */

static void decide__request_in_force__is_released_and_packed(void **state)
{
    (void)state;
    const struct kp_slot *slot = decide_row(0, NULL);
    assert_string_equal(outcome_of(slot), "released");
    assert_string_equal(slot->event, "disclose");
    assert_string_equal(slot->request_ids, "R1");
    assert_string_equal(slot->consent_ids, "");
    assert_in_range(slot->packed.bytes.len, 1, slot->packed.size);
    assert_contains(kp_buf_text(&run_tools()->document), "<ClinicalDocument");
}

static void decide__check__packs_nothing(void **state)
{
    (void)state;
    begin_run(KP_CMD_CHECK, ANN);
    const struct kp_slot *slot = decide_row(0, NULL);
    assert_string_equal(outcome_of(slot), "released");
    assert_int_equal(slot->packed.bytes.len, 0);
}

static void decide__no_request__is_held_unless_prepared(void **state)
{
    (void)state;
    run_options.registers.requests = NULL;
    begin_run(KP_CMD_CHECK, ANN);
    const struct kp_slot *slot = decide_row(0, NULL);
    assert_string_equal(outcome_of(slot), "held");
    assert_int_equal(slot->reason, KP_HOLD_NO_REQUEST);
    assert_non_null(slot->waiting);
    begin_run(KP_CMD_EXPORT, ANN);
    slot = decide_row(0, NULL);
    assert_string_equal(outcome_of(slot), "held");
    assert_null(slot->waiting);
    begin_run(KP_CMD_PREPARE, ANN);
    slot = decide_row(0, NULL);
    assert_string_equal(outcome_of(slot), "released");
    assert_string_equal(slot->request_ids, "(assumed)");
}

static void decide__copy__is_a_duplicate_with_one_finding(void **state)
{
    (void)state;
    const struct kp_mark mark = {.kind = KP_MARK_COPY, .line = 2};
    const struct kp_slot *slot = decide_row(1, &mark);
    assert_string_equal(outcome_of(slot), "duplicate");
    assert_string_equal(codes_of(slot), textf("K%u", KP_K_ROW_REPEATED));
    assert_string_equal(slot->findings.first->args[0], textf("%s:2", run_options.inputs[0]));
    assert_null(slot->insurer);
}

static void decide__conflict__is_rejected(void **state)
{
    (void)state;
    const struct kp_mark mark = {.kind = KP_MARK_CONFLICT, .line = 3};
    const struct kp_slot *slot = decide_row(0, &mark);
    assert_string_equal(outcome_of(slot), "rejected");
    assert_contains(codes_of(slot), textf("K%u", KP_K_RECORDS_CONFLICT));
}

static void decide__disclosed__is_kept_back_unless_again(void **state)
{
    (void)state;
    const struct kp_slot *slot = decide_told(0, true);
    assert_string_equal(outcome_of(slot), "already");
    assert_int_equal(slot->reason, KP_HOLD_ALREADY_DISCLOSED);
    run_options.again = "lost";
    slot = decide_told(0, true);
    assert_string_equal(outcome_of(slot), "released");
    assert_string_equal(slot->event, "again");
}

static void decide__changed__is_held_unless_corrections(void **state)
{
    (void)state;
    const struct kp_slot *slot = decide_told(0, false);
    assert_string_equal(outcome_of(slot), "held");
    assert_int_equal(slot->reason, KP_HOLD_CHANGED_SINCE_DISCLOSURE);
    run_options.corrections = true;
    slot = decide_told(0, false);
    assert_string_equal(outcome_of(slot), "released");
    assert_string_equal(slot->event, "correct");
}

/* --- memory --- */

/* Workers run on any thread, so they must not report. */
static void worker__no_memory__fails_the_arena_silently(void **state)
{
    (void)state;
    struct kp_slot *slot = slot_at(0);
    size_t before = slot->arena.total_bytes;
    kp_worker_decide(&run, run_tools(), slot);
    size_t needed = slot->arena.total_bytes - before;
    const size_t rooms[] = {0, needed / 2, needed - 1};
    for (size_t i = 0; i < COUNT(rooms); i++) {
        slot = slot_at(0);
        slot->arena.max_bytes = before + rooms[i];
        kp_worker_decide(&run, run_tools(), slot);
        assert_true(slot->arena.failed);
    }
    assert_int_equal(got.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_small_run, tear_down_small_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(read__sound_row__has_identity_and_person),
        TEST(read__same_row_twice__has_the_same_digest),
        TEST(read__no_kana__has_identity_but_no_person),
        TEST(compare__widths_differ__is_the_same_row),
        TEST(compare__resembles_no_row__is_left_alone),
        TEST(read__undecodable_byte__is_shown_and_found),
        TEST(read__row_too_wide__is_not_sound),
        TEST(decide__request_in_force__is_released_and_packed),
        TEST(decide__check__packs_nothing),
        TEST(decide__no_request__is_held_unless_prepared),
        TEST(decide__copy__is_a_duplicate_with_one_finding),
        TEST(decide__conflict__is_rejected),
        TEST(decide__disclosed__is_kept_back_unless_again),
        TEST(decide__changed__is_held_unless_corrections),
        TEST(worker__no_memory__fails_the_arena_silently),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
