#include "support.h"

#include "tables/names.h"

/* The words are written into logs, reports and preparations: they must never change. */
static void names__every_value__has_its_pinned_word(void **state UNUSED)
{
    assert_string_equal(kp_command_names[KP_CMD_CHECK], "check");
    assert_string_equal(kp_command_names[KP_CMD_EXPORT], "export");
    assert_string_equal(kp_command_names[KP_CMD_PREPARE], "prepare");
    assert_string_equal(kp_command_names[KP_CMD_RELEASE], "release");
    assert_string_equal(kp_age_rule_names[KP_AGE_BIRTHDAY], "birthday");
    assert_string_equal(kp_age_rule_names[KP_AGE_STATUTE], "statute");
    assert_string_equal(kp_audit_event_names[KP_AUDIT_DISCLOSE], "disclose");
    assert_string_equal(kp_audit_event_names[KP_AUDIT_AGAIN], "again");
    assert_string_equal(kp_audit_event_names[KP_AUDIT_CORRECT], "correct");
    assert_string_equal(kp_audit_event_names[KP_AUDIT_RELEASE], "release");
    assert_string_equal(kp_audit_event_names[KP_AUDIT_VOID], "void");
    assert_string_equal(kp_encoding_names[KP_ENC_AUTO], "auto");
    assert_string_equal(kp_encoding_names[KP_ENC_CP932], "cp932");
    assert_string_equal(kp_encoding_names[KP_ENC_UTF8], "utf-8");
    assert_string_equal(kp_encoding_names[KP_ENC_UTF16LE], "utf-16le");
    assert_string_equal(kp_encoding_names[KP_ENC_UTF16BE], "utf-16be");
    assert_string_equal(kp_level_name(KP_LEVEL_NOTE), "note");
    assert_string_equal(kp_level_name(KP_LEVEL_WARN), "warn");
    assert_string_equal(kp_level_name(KP_LEVEL_HOLD), "hold");
    assert_string_equal(kp_level_name(KP_LEVEL_REJECT), "reject");
    assert_string_equal(kp_level_name(KP_LEVEL_FAIL), "fail");
}

static void names__every_list__is_found_by_name_and_ends(void **state UNUSED)
{
    static const struct {
        const char *const *names;
        size_t n;
    } lists[] = {{kp_command_names, KP_CMD_ROSTER + 1},     {kp_age_rule_names, KP_AGE_STATUTE + 1},
                 {kp_level_names, KP_LEVEL__COUNT},         {kp_encoding_names, KP_ENC_UTF16BE + 1},
                 {kp_encoding_options, KP_ENC_UTF16LE + 1}, {kp_delimiter_names, COUNT(kp_delimiters)},
                 {kp_audit_event_names, KP_AUDIT_REPLY + 1}};
    for (size_t i = 0; i < COUNT(lists); i++) {
        size_t index = 0;
        for (size_t k = 0; k < lists[i].n; k++) {
            assert_true(kp_name_find(lists[i].names, lists[i].names[k], &index));
            assert_int_equal(index, k);
        }
        assert_null(lists[i].names[lists[i].n]);
        assert_false(kp_name_find(lists[i].names, "", &index));
        assert_false(kp_name_find(lists[i].names, "Auto", &index));
        assert_int_equal(index, lists[i].n - 1);
    }
}

static void encoding_options__utf_16__stands_for_both_orders(void **state UNUSED)
{
    size_t index = 0;
    assert_true(kp_name_find(kp_encoding_options, "utf-16", &index));
    assert_int_equal(index, KP_ENC_UTF16LE);
    assert_false(kp_name_find(kp_encoding_options, "utf-16be", &index));
}

static void delimiter_name__every_delimiter__is_named(void **state UNUSED)
{
    assert_string_equal(kp_delimiter_name(0), "auto");
    assert_string_equal(kp_delimiter_name(','), "comma");
    assert_string_equal(kp_delimiter_name('\t'), "tab");
    assert_string_equal(kp_delimiter_name(';'), "semicolon");
    assert_string_equal(kp_delimiter_name('|'), "auto");
}

static void list_has__whole_words__only(void **state UNUSED)
{
    assert_true(kp_list_has("kenpo senin", "kenpo"));
    assert_true(kp_list_has("kenpo senin", "senin"));
    assert_false(kp_list_has("kenpo senin", "kenp"));
    assert_false(kp_list_has("chiho_kyosai", "kyosai"));
    assert_false(kp_list_has("kenpo", ""));
    assert_false(kp_list_has("", "kenpo"));
    assert_true(kp_list_has("aaa aa", "aa"));
    assert_false(kp_list_has("kenpo senin", "kenpo senin"));
    assert_false(kp_list_has("kenpo senin", " "));
}

static void list_bits__known_words__set_their_bits(void **state UNUSED)
{
    static const struct {
        const char *list;
        unsigned bits; /* 0: refused */
    } cases[] = {{"birthday", 1},
                 {"statute", 2},
                 {"birthday statute", 3},
                 {"statute birthday", 3},
                 {"", 0},
                 {" ", 0},
                 {"birthday other", 0},
                 {"other", 0},
                 {"birthday birthday", 0},
                 {"birthday  statute", 0},
                 {" birthday", 0},
                 {"birthday ", 0},
                 {"birthdaystatute", 0},
                 {"birthday,statute", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned bits = 0;
        bool known = kp_list_bits(kp_age_rule_names, cases[i].list, &bits);
        if (bits != cases[i].bits || known != (bits != 0))
            fail_msg("'%s' gives %u", cases[i].list, bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names__every_value__has_its_pinned_word),
        cmocka_unit_test(names__every_list__is_found_by_name_and_ends),
        cmocka_unit_test(encoding_options__utf_16__stands_for_both_orders),
        cmocka_unit_test(delimiter_name__every_delimiter__is_named),
        cmocka_unit_test(list_has__whole_words__only),
        cmocka_unit_test(list_bits__known_words__set_their_bits),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
