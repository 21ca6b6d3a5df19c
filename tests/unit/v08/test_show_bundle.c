#include "sample_bundle.h"

#define QUANTITY "<value xsi:type=\"PQ\" value=\"170.1\" unit=\"cm\"/>"

static struct kp_show_options options;
static struct kp_page page;

static int fresh(void **state)
{
    options = (struct kp_show_options){.bundle = NULL};
    return fresh_sample(state);
}

static int release(void **state UNUSED)
{
    kp_page_free(&page);
    return 0;
}

/* Shows the bundle; the page is in `page`. */
static enum kp_status show(const char *member, bool html)
{
    codes[0] = '\0';
    kp_page_free(&page);
    options.bundle = write_sample(SAMPLE ".zip", SAMPLE);
    options.member = member;
    options.html = html;
    return kp_show(&options, &SAMPLE_ENV, &page);
}

static void assert_shown(const char *part)
{
    if (!strstr(page.text, part))
        fail_msg("not shown: %s in\n%s", part, page.text);
}

static void contents__of_a_bundle__name_nobody(void **state UNUSED)
{
    assert_int_equal(show(NULL, false), KP_OK);
    assert_shown(SAMPLE "\n");
    assert_shown("  sender                 5521111111\n  receiver               06139463\n"
                 "  made on                2026-04-01\n");
    assert_shown("interaction type       6: 健診機関→保険者\n");
    assert_shown("service event          1: 特定健診情報\n");
    assert_shown("  1      h55211111112026040111000001.xml    10        010        2025-07-03  1\n");
    assert_null(strstr(page.text, "ケンポハナコ"));
    assert_string_equal(codes, "");
}

static void contents__with_values__have_name_and_birth_date(void **state UNUSED)
{
    options.common.show_values = true;
    assert_int_equal(show(NULL, false), KP_OK);
    assert_shown("ケンポハナコ");
    assert_shown("1985-03-31");
}

static void contents__unknown_code__is_not_repeated(void **state UNUSED)
{
    replace_in(SAMPLE_DOCUMENT, "code code=\"10\"", "code code=\"カナ\"");
    assert_int_equal(show(NULL, false), KP_OK);
    assert_shown("xml    ?         010");
    assert_null(strstr(page.text, "カナ"));
}

static void contents__faulty_documents__are_left_out_and_counted(void **state UNUSED)
{
    replace_in("ix08_V08.xml", "totalRecordCount value=\"1\"", "totalRecordCount value=\"2\"");
    set_member("DATA/second.xml", "<x");
    assert_int_equal(show(NULL, false), KP_OK);
    assert_shown(" h55211111112026040111000001.xml ");
    assert_null(strstr(page.text, "second.xml"));
    assert_string_equal(codes, textf("K%04d ", KP_K_BUNDLE_NOT_SOUND));
}

static void document__by_number_and_by_name__is_the_same(void **state UNUSED)
{
    static const char *const names[] = {"h55211111112026040111000001.xml", "h55211111112026040111000001",
                                        SAMPLE_DOCUMENT, SAMPLE "/" SAMPLE_DOCUMENT};
    assert_int_equal(show("1", false), KP_OK);
    const char *first = textf("%s", page.text);
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(show(names[i], false), KP_OK);
        assert_string_equal(page.text, first);
    }
}

static void document__of_a_person__has_header_and_items(void **state UNUSED)
{
    assert_int_equal(show("1", false), KP_OK);
    assert_shown("  name (kana)            ケンポハナコ\n  sex                    female\n"
                 "  born (age at exam)     1985-03-31 (40)\n");
    assert_shown("  report category        10: 特定健診情報\n");
    assert_shown("[01010: 検査・問診結果セクション]\n");
    assert_shown("170.1 cm");
    assert_null(strstr(page.text, "what could not be read"));
}

static void document__states_limits_and_ranges__are_in_words(void **state)
{
    static const struct {
        const char *from, *to, *expected;
    } rows[] = {
        {QUANTITY, "<value xsi:type=\"PQ\" nullFlavor=\"NI\"/>", "not measurable"},
        {QUANTITY,
         "<value xsi:type=\"CD\" code=\"L\" codeSystem=\"2.16.840.1.113883.5.83\"/>"
         "<value xsi:type=\"PQ\" value=\"100.0\" unit=\"cm\"/>",
         "100.0 cm (at or below the"},
        {QUANTITY, "<value xsi:type=\"CD\" code=\"H\" codeSystem=\"2.16.840.1.113883.5.83\"/>" QUANTITY,
         "170.1 cm or more"},
        {"value=\"170.1\"", "value=\"17O.1\"", "K8051"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)fresh_sample(state);
        replace_in(SAMPLE_DOCUMENT, rows[i].from, rows[i].to);
        assert_int_equal(show("1", false), KP_OK);
        assert_shown(rows[i].expected);
    }
}

static void document__in_html__is_escaped(void **state UNUSED)
{
    replace_in(SAMPLE_DOCUMENT, "架空精機", "&lt;b&gt;");
    assert_int_equal(show("1", true), KP_OK);
    assert_shown("<!DOCTYPE html>\n<html lang=\"en\">");
    assert_shown("&lt;b&gt;");
    assert_null(strstr(page.text, "<b>"));
    assert_shown("<td class=\"w\">2025-07-03</td>");
    assert_string_equal(page.text + strlen(page.text) - 8, "</html>\n");
}

static void failures__are_reported_once(void **state UNUSED)
{
    assert_int_equal(show("7", false), KP_E_USAGE);
    assert_string_equal(codes, textf("K%04d ", KP_K_NO_SUCH_DOCUMENT));
    set_member(SAMPLE_DOCUMENT, "<x");
    assert_int_equal(show("1", false), KP_E_FAULT);
    assert_string_equal(codes, textf("K%04d ", KP_K_XML_MALFORMED));
    codes[0] = '\0';
    options.bundle = put_file("text.zip", "no archive", 10);
    assert_int_equal(kp_show(&options, &SAMPLE_ENV, &page), KP_E_FAULT);
    assert_string_equal(codes, textf("K%04d ", KP_K_NOT_ZIP));
    assert_null(page.text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, release)
    const struct CMUnitTest tests[] = {
        TEST(contents__of_a_bundle__name_nobody),
        TEST(contents__with_values__have_name_and_birth_date),
        TEST(contents__unknown_code__is_not_repeated),
        TEST(contents__faulty_documents__are_left_out_and_counted),
        TEST(document__by_number_and_by_name__is_the_same),
        TEST(document__of_a_person__has_header_and_items),
        TEST(document__states_limits_and_ranges__are_in_words),
        TEST(document__in_html__is_escaped),
        TEST(failures__are_reported_once),
    };
    return cmocka_run_group_tests_name("show_bundle", tests, set_up_samples, tear_down_samples);
}
