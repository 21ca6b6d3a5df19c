/* What texts of findings say: fixtures/phrases.csv has what exports contain, and the class of each. */
#include "tables.h"

#include "format/sheet.h"

static const char *const SAYS[] = {[KP_WORDS_NOTHING] = "nothing",
                                   [KP_WORDS_BLANK] = "blank",
                                   [KP_WORDS_NOT_DONE] = "undone",
                                   [KP_WORDS_OPEN] = "open",
                                   [KP_WORDS_FINDING] = "finding"};

static struct kp_sheet read_fixture(void)
{
    struct kp_sheet sheet;
    const char *folder = getenv("FIXTURES"), *bytes = NULL;
    size_t n = 0;
    const char *path = kp_arena_printf(&scratch, "%s/phrases.csv", folder ? folder : "fixtures");
    assert_int_equal(kp_read_file(&kp_io_posix, path, 1 << 20, &scratch, &bytes, &n), KP_OK);
    assert_int_equal(kp_sheet_read(&sheet, &scratch, NULL, bytes, n, KP_COMMENTS_NONE), KP_OK);
    return sheet;
}

static const char *says(const char *words)
{
    const char *key = kp_text_value_key(&scratch, words);
    assert_non_null(key);
    return SAYS[kp_words_of(&tables, &scratch, key)];
}

static void words__of_exports__have_their_class(void **state)
{
    (void)state;
    struct kp_sheet sheet = read_fixture();
    size_t wrong = 0;
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *expected = sheet.rows[i].cells[0], *words = sheet.rows[i].cells[1];
        if (strcmp(says(words), expected) == 0)
            continue;
        print_error("%s is %s, not %s\n", words, says(words), expected);
        wrong++;
    }
    assert_true(sheet.n_rows > 300);
    assert_int_equal(wrong, 0);
}

/* The classes follow from how texts are built: most of the fixture is in no row of the table. */
static void words__of_exports__are_mostly_not_listed(void **state)
{
    (void)state;
    struct kp_sheet sheet = read_fixture();
    size_t listed = 0;
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *key = kp_text_value_key(&scratch, sheet.rows[i].cells[1]);
        bool found = false;
        for (size_t k = 0; key && tables.phrases[k].key && !found; k++)
            found = strcmp(tables.phrases[k].key, key) == 0;
        listed += found;
    }
    assert_true(2 * listed < sheet.n_rows);
}

/* Width, spaces and closing punctuation change nothing. */
static void words__in_other_spellings__keep_their_class(void **state)
{
    (void)state;
    static const char *const forms[] = {"%s", " %s ", "　%s　", "%s。", "%s．", "%s/", "（%s）", "【%s】"};
    struct kp_sheet sheet = read_fixture();
    for (size_t i = 0; i < sheet.n_rows; i++)
        for (size_t k = 0; k < COUNT(forms) && kp_text_has_letter(sheet.rows[i].cells[1]); k++) {
            const char *words = sheet.rows[i].cells[1];
            const char *wide = kp_text_wide(&scratch, words, true);
            char form[512];
            (void)snprintf(form, sizeof(form), "%.*s%s%s", (int)(strstr(forms[k], "%s") - forms[k]), forms[k],
                           k % 2 ? wide : words, strstr(forms[k], "%s") + 2);
            if (strcmp(says(form), sheet.rows[i].cells[0]) != 0)
                fail_msg("%s is %s", form, says(form));
        }
}

/* Nothing that is denied may become a finding by being repeated or put beside another denial. */
static void words__two_denials__are_never_a_finding(void **state)
{
    (void)state;
    struct kp_sheet sheet = read_fixture();
    for (size_t i = 0; i + 1 < sheet.n_rows; i++) {
        const struct kp_sheet_row *a = &sheet.rows[i], *b = &sheet.rows[(i * 37) % sheet.n_rows];
        const char *both = kp_arena_printf(&scratch, "%s、%s", a->cells[1], b->cells[1]);
        bool nothing = strcmp(a->cells[0], "nothing") == 0 && strcmp(b->cells[0], "nothing") == 0;
        bool denied = strcmp(a->cells[0], "nothing") == 0 || strcmp(b->cells[0], "nothing") == 0;
        if (nothing && strcmp(says(both), "nothing") != 0)
            fail_msg("%s is %s", both, says(both));
        if (denied && strcmp(says(both), "finding") == 0)
            fail_msg("%s is a finding", both);
    }
}

static void judge__only_known_judgements__is_true(void **state)
{
    (void)state;
    assert_true(kp_words_judge(&tables, &scratch, "要精検"));
    assert_true(kp_words_judge(&tables, &scratch, "要精検/要治療"));
    assert_true(kp_words_judge(&tables, &scratch, "軽度異常"));
    assert_false(kp_words_judge(&tables, &scratch, "要相談"));
    assert_false(kp_words_judge(&tables, &scratch, "d"));
    assert_false(kp_words_judge(&tables, &scratch, "左軸偏位"));
}

static void total__words_with_their_counts__are_known(void **state)
{
    (void)state;
    static const char *const totals[] = {"合計",     "【総計】", "合計:", "小計(12名)",
                                         "計 223件", "Total",    "平均"};
    static const char *const others[] = {"", "計子", "佐藤", "合計太郎", "12", "平均的", "総"};
    for (size_t i = 0; i < COUNT(totals); i++)
        if (!kp_words_are_total(&tables, &scratch, kp_text_value_key(&scratch, totals[i])))
            fail_msg("%s is none", totals[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        if (kp_words_are_total(&tables, &scratch, kp_text_value_key(&scratch, others[i])))
            fail_msg("%s is one", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(words__of_exports__have_their_class, tidy),
        cmocka_unit_test_teardown(words__of_exports__are_mostly_not_listed, tidy),
        cmocka_unit_test_teardown(words__in_other_spellings__keep_their_class, tidy),
        cmocka_unit_test_teardown(words__two_denials__are_never_a_finding, tidy),
        cmocka_unit_test_teardown(total__words_with_their_counts__are_known, tidy),
        cmocka_unit_test_teardown(judge__only_known_judgements__is_true, tidy),
    };
    return cmocka_run_group_tests(tests, load_tables, free_tables);
}
