#include "small_run.h"

#include "run/roster_file.h"

/* A slot whose record has these fields; the lines are kept in `line`. */
static struct kp_slot slot;
static struct kp_buf line;

static int set_up(void **state)
{
    (void)state;
    slot = (struct kp_slot){.record = {.birth = {1955, 4, 20}, .exam = {2025, 11, 8}}};
    for (size_t i = 0; i < KP_F__COUNT; i++)
        slot.record.field[i] = "";
    slot.record.field[KP_F_INSURED_NUMBER] = "00345";
    slot.record.field[KP_F_NAME_KANA] = "ケンポハナコ";
    slot.record.field[KP_F_FACILITY_NUMBER] = "2819902251";
    kp_buf_reset(&line);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kp_buf_release(&line);
    kp_arena_release(&slot.arena);
    return 0;
}

static void line__facility_without_a_name__has_its_number(void **state)
{
    (void)state;
    kp_roster_file_line(&slot, &line);
    assert_string_equal(kp_buf_text(&line), ",00345,,ケンポハナコ,1955-04-20,2025-11-08,2819902251\r\n");
}

static void line__formulas__get_an_apostrophe(void **state)
{
    (void)state;
    slot.record.field[KP_F_INSURED_SYMBOL] = "=1+1";
    slot.record.field[KP_F_FACILITY_NAME] = "@SUM(A1,B1)";
    kp_roster_file_line(&slot, &line);
    assert_string_equal(kp_buf_text(&line),
                        "'=1+1,00345,,ケンポハナコ,1955-04-20,2025-11-08,\"'@SUM(A1,B1)\"\r\n");
}

/* The log keeps the digest of what was told, of this line alone. */
static void line__content__is_its_digest(void **state)
{
    (void)state;
    uint8_t digest[KP_SHA256_BYTES];
    kp_roster_file_line(&slot, &line);
    size_t n = line.len;
    kp_roster_file_line(&slot, &line);
    assert_int_equal(kp_sha256_of(line.data, n, digest), KP_OK);
    assert_memory_equal(slot.content, digest, sizeof(digest));
    assert_int_equal(line.len, 2 * n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(line__facility_without_a_name__has_its_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(line__formulas__get_an_apostrophe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(line__content__is_its_digest, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("roster_file", tests, NULL, NULL);
}
