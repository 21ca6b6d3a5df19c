#include "sample_bundle.h"

static struct kp_verify_options options;
static struct kp_verdicts verdicts;
static const char *bundle;

static int fresh(void **state)
{
    options = (struct kp_verify_options){.bundles = &bundle, .n_bundles = 1};
    return fresh_sample(state);
}

static int release(void **state UNUSED)
{
    kp_verdicts_free(&verdicts);
    return 0;
}

static enum kp_status verify(void)
{
    codes[0] = '\0';
    kp_verdicts_free(&verdicts);
    bundle = write_sample(SAMPLE ".zip", SAMPLE);
    return kp_verify(&options, &SAMPLE_ENV, &verdicts);
}

/* "K3032 ×1 K8026 ×1 " of the first bundle. */
static const char *counts(void)
{
    const char *all = "";
    for (size_t i = 0; i < verdicts.bundles[0].n_codes; i++)
        all = textf("%s%s ×%d ", all, verdicts.bundles[0].by_code[i].name,
                    (int)verdicts.bundles[0].by_code[i].n);
    return all;
}

static void verify__sound_bundle__is_ok_with_its_particulars(void **state UNUSED)
{
    assert_int_equal(verify(), KP_OK);
    const struct kp_verdict *v = &verdicts.bundles[0];
    assert_int_equal(verdicts.n_bundles, 1);
    assert_string_equal(v->path, bundle);
    assert_int_equal(strlen(v->sha256), 64);
    assert_string_equal(v->sender_number, "5521111111");
    assert_string_equal(v->receiver_number, "06139463");
    assert_string_equal(v->created, "2026-04-01");
    assert_int_equal(v->documents, 1);
    assert_int_equal(v->faults, 0);
    assert_int_equal(v->warnings, 2);
    assert_string_equal(counts(), "K3032 ×1 K8026 ×1 ");
    assert_string_equal(codes, "K8026 K3032 ");
}

static void verify__strict__counts_warnings(void **state UNUSED)
{
    options.common.strict = true;
    assert_int_equal(verify(), KP_E_FAULT);
    assert_int_equal(verdicts.bundles[0].documents, 1);
}

static void verify__each_faulty_document__is_reported_once(void **state)
{
    static const struct {
        const char *from, *to, *expected;
    } rows[] = {
        {"time value=\"20260401\"", "time value=\"20260402\"", "K3032 ×1 K8026 ×1 K8042 ×1 "},
        {"<effectiveTime value=\"20260401\"", "<effectiveTime value=\"20260402\"",
         "K3032 ×1 K8026 ×1 K8041 ×1 K8042 ×1 "},
        {"extension=\"5521111111\"", "extension=\"5521111112\"", "K3032 ×1 K8021 ×1 K8026 ×1 "},
        {"extension=\"06139463\"", "extension=\"06139464\"", "K3032 ×1 K4006 ×1 K8026 ×1 K8037 ×1 "},
        {"value=\"170.1\"", "value=\"17O.1\"", "K3032 ×1 K8026 ×1 K8035 ×1 K8051 ×1 "},
        {"unit=\"cm\"", "unit=\"m\"", "K3032 ×1 K8026 ×1 K8035 ×1 K8047 ×1 "},
        {SAMPLE_HEIGHT, "9N001000000000002", "K3032 ×1 K8026 ×1 K8044 ×1 "},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)fresh_sample(state);
        replace_in(SAMPLE_DOCUMENT, rows[i].from, rows[i].to);
        assert_int_equal(verify(), KP_E_FAULT);
        if (strcmp(counts(), rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].to, counts());
    }
}

static void verify__document_names__follow_the_grammar_and_differ(void **state)
{
    static const struct {
        const char *name, *expected;
    } rows[] = {{"h55211111112026040112000001.xml", "K3032 ×2 K8022 ×1 K8026 ×1 K8064 ×1 "},
                {"h55211111112026040211000002.xml", "K3032 ×2 K8026 ×1 K8041 ×1 K8064 ×1 "},
                {"h5521111111202604011100002.xml", "K3032 ×2 K8020 ×1 K8026 ×1 K8064 ×1 "},
                {"x55211111112026040111000002.xml", "K3032 ×2 K8020 ×1 K8026 ×1 K8064 ×1 "},
                {"h55211111112026040111000002.x.xml", "K3032 ×2 K8020 ×1 K8026 ×1 K8064 ×1 "}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)fresh_sample(state);
        replace_in("ix08_V08.xml", "totalRecordCount value=\"1\"", "totalRecordCount value=\"2\"");
        set_member(textf("DATA/%s", rows[i].name), member_text(SAMPLE_DOCUMENT));
        assert_int_equal(verify(), KP_E_FAULT);
        if (strcmp(counts(), rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].name, counts());
    }
}

static void verify__one_unreadable_document__does_not_hide_others(void **state UNUSED)
{
    replace_in("ix08_V08.xml", "totalRecordCount value=\"1\"", "totalRecordCount value=\"2\"");
    set_member("DATA/h55211111112026040111000002.xml", "<ClinicalDocument");
    assert_int_equal(verify(), KP_E_FAULT);
    assert_int_equal(verdicts.bundles[0].documents, 1);
    assert_string_equal(counts(), "K3032 ×1 K8026 ×1 K8029 ×1 ");
}

static void verify__broken_archive__has_a_verdict_of_its_own(void **state UNUSED)
{
    const char *const both[] = {put_file("text.zip", "no archive", 10), write_sample(SAMPLE ".zip", SAMPLE)};
    options.bundles = both;
    options.n_bundles = 2;
    assert_int_equal(kp_verify(&options, &SAMPLE_ENV, &verdicts), KP_E_FAULT);
    assert_string_equal(counts(), "K8102 ×1 ");
    assert_string_equal(verdicts.bundles[0].created, "");
    assert_int_equal(verdicts.bundles[1].faults, 0);
}

static void verify__log_without_the_bundle__is_a_fault(void **state UNUSED)
{
    options.log = put_file("log.csv", "", 0);
    assert_int_equal(verify(), KP_E_FAULT);
    assert_string_equal(counts(), "K3032 ×1 K8026 ×1 K8072 ×1 ");
}

static void verify__failures__are_reported_once(void **state UNUSED)
{
    static const volatile int cancelled = 1;
    struct kp_env env = SAMPLE_ENV;
    options.log = "/nonexistent/log.csv";
    assert_int_equal(verify(), KP_E_USAGE);
    assert_string_equal(codes, textf("K8026 K3032 K%04d ", KP_K_LOG_UNUSABLE));
    options = (struct kp_verify_options){.bundles = &bundle, .n_bundles = 1, .xsd = "/nonexistent"};
    assert_int_equal(verify(), KP_E_USAGE);
    assert_string_equal(codes, textf("K%04d ", KP_K_SCHEMA_UNUSABLE));
    options.xsd = NULL;
    codes[0] = '\0';
    env.cancel = &cancelled;
    assert_int_equal(kp_verify(&options, &env, &verdicts), KP_E_SYSTEM);
    assert_string_equal(codes, textf("K8026 K3032 K%04d ", KP_K_CANCELLED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, release)
    const struct CMUnitTest tests[] = {
        TEST(verify__sound_bundle__is_ok_with_its_particulars),
        TEST(verify__strict__counts_warnings),
        TEST(verify__each_faulty_document__is_reported_once),
        TEST(verify__document_names__follow_the_grammar_and_differ),
        TEST(verify__one_unreadable_document__does_not_hide_others),
        TEST(verify__broken_archive__has_a_verdict_of_its_own),
        TEST(verify__log_without_the_bundle__is_a_fault),
        TEST(verify__failures__are_reported_once),
    };
    return cmocka_run_group_tests_name("verify", tests, set_up_samples, tear_down_samples);
}
