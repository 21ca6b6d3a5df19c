#include "small_run.h"

#include "run/card.h"
#include "run/row_files.h"

#define KANA_BAD "E3," INSURER ",0012,00345,TARO,男,1980-07-28,170.2\n"

static struct kp_row_files files;

/* Decides the first row and returns the rejected.csv that it makes. */
static char *rejected_by(const char *export)
{
    begin_run_on(KP_CMD_EXPORT, export);
    assert_int_equal(kp_row_files_begin(&files, &run), KP_OK);
    struct kp_slot *slot = decide_row(0, NULL);
    assert_int_equal(slot->outcome, KP_REJECTED);
    assert_int_equal(kp_row_files_add(&files, slot, "", ""), KP_OK);
    assert_int_equal(kp_row_files_finish(&files), KP_OK);
    char *text = textf("%s", slurp(textf("%s/rejected.csv", run.run_folder), NULL));
    kp_row_files_abandon(&files);
    files = (struct kp_row_files){0};
    return text;
}

static char *replaced(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    return textf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static const char *codes_on(const char *export)
{
    begin_run_on(KP_CMD_EXPORT, export);
    return codes_of(decide_row(0, NULL));
}

/* What rejected.csv holds of a row with a bad name. */
static char *first_rejected(void)
{
    begin_run(KP_CMD_EXPORT, KANA_BAD);
    char *text = rejected_by(slurp(run_options.inputs[0], NULL));
    assert_non_null(strstr(text, ",kp_messages,kp_lengths,"));
    assert_contains(text, ",insured_symbol 4 insured_number 5,E3,");
    return text;
}

static bool has(const char *codes, enum kp_code code)
{
    return strstr(codes, textf("K%u", (unsigned)code)) != NULL;
}

static void roundtrip__only_the_fault_mended__goes_out(void **state)
{
    (void)state;
    const char *codes = codes_on(replaced(first_rejected(), "TARO", "ﾀﾛｳ"));
    assert_false(has(codes, KP_K_CARD_CHANGED) || has(codes, KP_K_CARD_LENGTH));
}

static void roundtrip__zeros_lost__is_rejected_until_restored(void **state)
{
    (void)state;
    char *text = replaced(first_rejected(), "TARO", "ﾀﾛｳ");
    char *lost = replaced(text, ",0012,00345,", ",12,345,");
    const char *codes = codes_on(lost);
    assert_string_equal(strstr(codes, "K4068"), "K4068 K4068");
    char *again = rejected_by(lost); /* the first lengths stay */
    assert_non_null(strstr(again, ",insured_symbol 4 insured_number 5,E3,"));
    assert_true(has(codes_on(again), KP_K_CARD_CHANGED));
    assert_false(has(codes_on(replaced(again, ",12,345,", ",0012,00345,")), KP_K_CARD_CHANGED));
}

static void roundtrip__date_of_a_spreadsheet__is_rejected(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, "E3," INSURER ",3-4,00345,TARO,男,1980-07-28,170.2\n");
    char *text = rejected_by(slurp(run_options.inputs[0], NULL));
    const char *codes = codes_on(replaced(text, ",3-4,", ",Mar-04,"));
    assert_true(has(codes, KP_K_CARD_CHANGED) || has(codes, KP_K_INSURED_NUMBER));
}

static void roundtrip__lengths_cleared__lets_a_new_card_pass(void **state)
{
    (void)state;
    char *text = replaced(replaced(first_rejected(), "TARO", "ﾀﾛｳ"), ",0012,00345,", ",7,7654321,");
    assert_true(has(codes_on(text), KP_K_CARD_CHANGED));
    assert_false(has(codes_on(replaced(text, "insured_symbol 4 insured_number 5", "")), KP_K_CARD_CHANGED));
}

static void roundtrip__card_was_the_fault__may_be_mended(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, "E3," INSURER ",0012,#N/A,ﾀﾛｳ,男,1980-07-28,170.2\n");
    char *text = rejected_by(slurp(run_options.inputs[0], NULL));
    assert_non_null(strstr(text, ",insured_symbol 4,E3,"));
    assert_false(has(codes_on(replaced(text, ",0012,\"#N/A\"", ",0012,00345")), KP_K_CARD_CHANGED));
    assert_true(has(codes_on(replaced(text, ",0012,\"#N/A\"", ",12,00345")), KP_K_CARD_CHANGED));
}

static void lengths__register_has_them__others_are_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *symbol, *number;
        int n; /* findings */
    } rows[] = {{"12", "0006414", 0}, {"1234", "0006414", 0}, {"１２", "０００６４１４", 0},
                {"12", "6414", 1},    {"12345", "6414", 2},   {"", "0006414", 1},
                {"12", "00064140", 1}};
    struct kp_insurer insurer = {.symbol_length = {1, 4}, .number_length = {7, 7}};
    begin_run(KP_CMD_EXPORT, ANN);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_slot *slot = read_row(0);
        slot->findings.first = slot->findings.last = NULL;
        slot->record.field[KP_F_INSURED_SYMBOL] = rows[i].symbol;
        slot->record.field[KP_F_INSURED_NUMBER] = rows[i].number;
        kp_check_card(&slot->record, &insurer, "", &slot->findings);
        static const char *const codes[] = {"", "K4067", "K4067 K4067"};
        assert_string_equal(codes_of(slot), codes[rows[i].n]);
    }
}

static int tear_down(void **state)
{
    kp_row_files_abandon(&files);
    return tear_down_small_run(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_small_run, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(roundtrip__only_the_fault_mended__goes_out),
        TEST(roundtrip__zeros_lost__is_rejected_until_restored),
        TEST(roundtrip__date_of_a_spreadsheet__is_rejected),
        TEST(roundtrip__lengths_cleared__lets_a_new_card_pass),
        TEST(roundtrip__card_was_the_fault__may_be_mended),
        TEST(lengths__register_has_them__others_are_rejected),
    };
    return cmocka_run_group_tests_name("card", tests, NULL, NULL);
}
