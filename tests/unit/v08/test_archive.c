#include "sample_bundle.h"

#include "v08/archive.h"

static struct kp_archive archive;
static struct kp_archive_schemas schemas;

static int set_up(void **state)
{
    if (set_up_samples(state) != 0 ||
        kp_schemas_load(&sample_context, NULL, &schemas.profile.schemas) != KP_OK)
        return -1;
    return kp_validator_start(&sample_context, &schemas.profile) == KP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    kp_validator_free(&schemas.profile);
    return tear_down_samples(state);
}

static int close_archive(void **state UNUSED)
{
    kp_archive_close(&archive);
    return 0;
}

/* Writes and opens the bundle; `codes` has what is reported then. */
static enum kp_status open_as(const char *file_name, const char *top)
{
    return kp_archive_open(&archive, &sample_context, &schemas, NULL, write_sample(file_name, top), false);
}

static void open_sound(void)
{
    assert_int_equal(open_as(SAMPLE ".zip", SAMPLE), KP_OK);
}

static void open__sound_bundle__reads_name_and_index(void **state UNUSED)
{
    open_sound();
    assert_string_equal(codes, "K8026 "); /* the profile's schemas are enclosed */
    assert_string_equal(archive.base, SAMPLE);
    assert_string_equal(archive.shape.top, SAMPLE);
    assert_string_equal(archive.name.sender, "5521111111");
    assert_string_equal(archive.name.receiver, "06139463");
    assert_string_equal(archive.name.event, "1");
    assert_int_equal(kp_date_compare(archive.name.day, (struct kp_date){2026, 4, 1}), 0);
    assert_true(archive.has_index);
    assert_string_equal(archive.index.sender, "5521111111");
    assert_string_equal(archive.index.interaction_type, "6");
    assert_int_equal(archive.index.documents, 1);
    assert_int_equal(archive.n_documents, 1);
    assert_int_equal(archive.faults, 0);
    assert_int_equal(archive.warnings, 1);
    assert_int_equal(archive.n_by_code[KP_K_SCHEMA_PROFILE], 1);
}

static void open__name_against_the_grammar__is_a_fault(void **state UNUSED)
{
    static const char *const names[] = {"5521111111_06139463_20260401_1",   "5521111111_06139463_202602301_1",
                                        "5521111111_06139463_202604011_1x", "5521111_06139463_202604011_1",
                                        "55211111111_06139463_202604011_1", "bundle"};
    for (size_t i = 0; i < COUNT(names); i++) {
        codes[0] = '\0';
        assert_int_equal(open_as(textf("%s.zip", names[i]), names[i]), KP_OK);
        assert_string_equal(codes, "K8016 K8026 ");
        assert_string_equal(archive.name.receiver, "");
        kp_archive_close(&archive);
    }
    open_sound();
}

static void open__other_or_no_top_folder__is_a_fault(void **state UNUSED)
{
    assert_int_equal(open_as(SAMPLE ".zip", "other"), KP_OK);
    assert_int_equal(archive.n_by_code[KP_K_ARCHIVE_FOLDER], 1);
    assert_int_equal(archive.n_documents, 1);
    kp_archive_close(&archive);
    assert_int_equal(open_as(SAMPLE ".zip", NULL), KP_OK);
    assert_int_equal(archive.n_by_code[KP_K_ARCHIVE_FOLDER_MISSING], 1);
    assert_int_equal(archive.n_documents, 1);
}

static void open__each_faulty_member__is_reported_once(void **state)
{
    static const struct {
        const char *member, *text, *expected;
    } rows[] = {{"readme.txt", "x", "K8018 K8026 "},
                {"XSD/own.xsd", "x", "K8018 K8026 "},
                {"DATA/../h.xml", "x", "K8012 K8018 K8026 "},
                {"data/H55211111112026040111000001.xml", "x", "K8013 K8018 K8026 "},
                {"XSD/hc08_V08.xsd", "<schema/>", "K8025 K8026 "},
                {"XSD/hc08_V08.xsd", NULL, "K8024 K8026 "},
                {"ix08_V08.xml", NULL, "K8026 K8023 "},
                {"ix08_V08.xml", "<index", "K8029 K8026 "},
                {"ix08_V08.xml", "<index/>", "K8034 K8026 "},
                {"CLAIMS/claim.xml", "x", "K8026 K8019 K8028 "},
                {SAMPLE_DOCUMENT, NULL, "K8026 K8027 K8028 "}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)fresh_sample(state);
        set_member(rows[i].member, rows[i].text);
        open_sound();
        if (strcmp(codes, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].member, codes);
        kp_archive_close(&archive);
    }
}

/* Bundles outlive the version that wrote them. */
static void open__profile_of_an_earlier_version__is_known(void **state UNUSED)
{
    struct kp_xsd_digest rows[KP_MAX_XSD_FILES];
    struct kp_tables *t = &sample_context.tables;
    const struct kp_xsd_digest *all = t->xsd_digests;
    char digest[KP_SHA256_HEX + 1];
    memcpy(rows, all, t->n_xsd_digests * sizeof(*rows));
    assert_int_equal(kp_schema_digest("<schema/>", 9, digest), KP_OK);
    for (size_t i = 0; i < t->n_xsd_digests; i++)
        if (strcmp(rows[i].name, "hc08_V08.xsd") == 0)
            rows[i].former = textf("%s %s", all[i].former, digest);
    set_member("XSD/hc08_V08.xsd", "<schema/>");
    t->xsd_digests = rows;
    open_sound();
    t->xsd_digests = all;
    assert_string_equal(codes, "K8026 ");
}

static void open__index_against_the_name__is_a_fault(void **state UNUSED)
{
    replace_in("ix08_V08.xml", "5521111111", "5521111112");
    replace_in("ix08_V08.xml", "06139463", "06139464");
    replace_in("ix08_V08.xml", "20260401", "20260402");
    replace_in("ix08_V08.xml", "serviceEventType code=\"1\"", "serviceEventType code=\"4\"");
    open_sound();
    assert_int_equal(archive.n_by_code[KP_K_SENDER_DIFFERS], 1);
    assert_int_equal(archive.n_by_code[KP_K_RECEIVER_DIFFERS], 1);
    assert_int_equal(archive.n_by_code[KP_K_DAY_DIFFERS], 1);
    assert_int_equal(archive.n_by_code[KP_K_EVENT_DIFFERS], 1);
}

static void open__no_archive__is_a_fault_reported_unless_silent(void **state UNUSED)
{
    const char *path = put_file("text.zip", "no archive", 10);
    assert_int_equal(kp_archive_open(&archive, &sample_context, NULL, NULL, path, true), KP_E_FAULT);
    assert_string_equal(codes, "");
    assert_int_equal(archive.faults, 1);
    kp_archive_close(&archive);
    assert_int_equal(kp_archive_open(&archive, &sample_context, NULL, NULL, path, false), KP_E_FAULT);
    assert_string_equal(codes, "K8102 ");
    kp_archive_close(&archive);
    codes[0] = '\0';
    assert_int_equal(kp_archive_open(&archive, &sample_context, NULL, NULL, in_folder("none.zip"), false),
                     KP_E_FAULT);
    assert_string_equal(codes, "K8070 ");
}

static void next__documents__come_in_order_and_end_with_null(void **state UNUSED)
{
    set_member("DATA/second.xml", "<x/>");
    open_sound();
    assert_int_equal(kp_archive_next(&archive), KP_OK);
    assert_string_equal(archive.document, SAMPLE_DOCUMENT);
    assert_int_equal(kp_archive_next(&archive), KP_OK);
    assert_string_equal(archive.document, "DATA/second.xml");
    assert_int_equal(kp_archive_next(&archive), KP_OK);
    assert_null(archive.document);
}

static void tree__each_faulty_document__is_reported_once(void **state)
{
    static const struct {
        const char *from, *to, *expected;
        enum kp_status status;
    } rows[] = {{"170.1", "170.1", "K8026 ", KP_OK},
                {"<patient>", "<patient id=\"1\">", "K8026 K8035 ", KP_OK},
                {"</ClinicalDocument>", "", "K8026 K8029 ", KP_E_FAULT},
                {"urn:hl7-org:v3", "urn:hl7-org:v2", "K8026 K8034 ", KP_E_FAULT},
                {"UTF-8", "EUC-JP", "K8026 K8030 ", KP_E_FAULT}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_tree tree;
        struct kp_arena memory = {0};
        (void)fresh_sample(state);
        replace_in(SAMPLE_DOCUMENT, rows[i].from, rows[i].to);
        open_sound();
        assert_int_equal(kp_archive_next(&archive), KP_OK);
        assert_int_equal(kp_archive_tree(&archive, &memory, &tree), rows[i].status);
        if (strcmp(codes, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].to, codes);
        kp_arena_release(&memory);
        kp_archive_close(&archive);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_sample, close_archive)
    const struct CMUnitTest tests[] = {
        TEST(open__sound_bundle__reads_name_and_index),
        TEST(open__name_against_the_grammar__is_a_fault),
        TEST(open__other_or_no_top_folder__is_a_fault),
        TEST(open__each_faulty_member__is_reported_once),
        TEST(open__profile_of_an_earlier_version__is_known),
        TEST(open__index_against_the_name__is_a_fault),
        TEST(open__no_archive__is_a_fault_reported_unless_silent),
        TEST(next__documents__come_in_order_and_end_with_null),
        TEST(tree__each_faulty_document__is_reported_once),
    };
    return cmocka_run_group_tests_name("archive", tests, set_up, tear_down);
}
