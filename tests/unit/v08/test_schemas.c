#include "sample_bundle.h"

#include "v08/schemas.h"

static struct kp_schemas schemas;
static struct kp_validator validator;

static int fresh(void **state UNUSED)
{
    codes[0] = '\0';
    schemas = (struct kp_schemas){.n_files = 0};
    return 0;
}

static int release(void **state UNUSED)
{
    kp_schemas_free(&schemas);
    kp_validator_free(&validator);
    return 0;
}

static void load__without_a_folder__is_the_profile(void **state UNUSED)
{
    bool has_index = false;
    assert_int_equal(kp_schemas_load(&sample_context, NULL, &schemas), KP_OK);
    assert_non_null(schemas.document);
    assert_non_null(schemas.index);
    for (size_t i = 0; i < schemas.n_files; i++)
        has_index |= strcmp(schemas.files[i].name, "ix08_V08.xsd") == 0;
    assert_true(has_index);
    assert_string_equal(codes, "");
}

static void load__missing_or_altered_file__is_reported_once(void **state UNUSED)
{
    const char *first = sample_context.tables.xsd_digests[0].name;
    assert_int_equal(kp_schemas_load(&sample_context, in_folder("none"), &schemas), KP_E_USAGE);
    assert_string_equal(codes, textf("K%04d ", KP_K_SCHEMA_UNUSABLE));
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("coreschemas")), KP_OK);
    (void)put_file(first, "<schema/>", 9);
    codes[0] = '\0';
    schemas.n_files = 0;
    assert_int_equal(kp_schemas_load(&sample_context, folder, &schemas), KP_E_USAGE);
    assert_string_equal(codes, textf("K%04d ", KP_K_SCHEMA_ALTERED));
}

static void compile__no_schema__returns_the_reason(void **state UNUSED)
{
    struct kp_buf detail = {0};
    schemas.files[0] = (struct kp_xsd_file){"hc08_V08.xsd", "<schema/>", 9};
    schemas.n_files = 1;
    assert_int_equal(kp_schemas_compile(&schemas, &detail), KP_E_USAGE);
    assert_true(detail.len > 0);
    assert_string_equal(codes, "");
    kp_buf_release(&detail);
}

static void digest__white_space__does_not_count(void **state UNUSED)
{
    char a[KP_SHA256_HEX + 1], b[KP_SHA256_HEX + 1];
    const char *spaced = "\t<a\r\n b='1' />\n";
    assert_int_equal(kp_schema_digest("<ab='1'/>", 9, a), KP_OK);
    assert_int_equal(kp_schema_digest(spaced, strlen(spaced), b), KP_OK);
    assert_string_equal(a, b);
    assert_int_equal(kp_schema_digest("<ab='2'/>", 9, b), KP_OK);
    assert_string_not_equal(a, b);
    assert_int_equal(kp_schema_digest("", 0, a), KP_OK);
    assert_memory_equal(a, "e3b0c44298fc1c14", 16);
}

static void validator__started__has_both_checks(void **state UNUSED)
{
    assert_int_equal(kp_schemas_load(&sample_context, NULL, &validator.schemas), KP_OK);
    assert_int_equal(kp_validator_start(&sample_context, &validator), KP_OK);
    assert_non_null(validator.document);
    assert_non_null(validator.index);
    kp_validator_free(&validator);
    assert_null(validator.document);
    assert_null(validator.schemas.document);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, release)
    const struct CMUnitTest tests[] = {
        TEST(load__without_a_folder__is_the_profile), TEST(load__missing_or_altered_file__is_reported_once),
        TEST(compile__no_schema__returns_the_reason), TEST(digest__white_space__does_not_count),
        TEST(validator__started__has_both_checks),
    };
    return cmocka_run_group_tests_name("schemas", tests, set_up_samples, tear_down_samples);
}
