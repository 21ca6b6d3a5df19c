#include "support.h"

#include "base/embedded.h"

static void find__tables_and_schemas__have_contents(void **state UNUSED)
{
    static const char *const names[] = {"items.csv", "messages.csv", "xsd/hc08_V08.xsd"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct kp_embedded *file = kp_embedded_find(names[i]);
        assert_non_null(file);
        assert_string_equal(file->name, names[i]);
        assert_true(file->end > file->bytes);
        assert_int_equal(*file->end, '\0');
    }
}

static void find__unknown_name__is_null(void **state UNUSED)
{
    assert_null(kp_embedded_find("absent.csv"));
    assert_null(kp_embedded_find(""));
}

static void files__every_file__is_in_order_of_name(void **state UNUSED)
{
    size_t n = 0;
    const char *before = "";
    for (const struct kp_embedded *file = kp_embedded_files; file->name; file++, n++) {
        assert_true(strcmp(before, file->name) < 0);
        assert_ptr_equal(kp_embedded_find(file->name), file);
        before = file->name;
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find__tables_and_schemas__have_contents),
        cmocka_unit_test(find__unknown_name__is_null),
        cmocka_unit_test(files__every_file__is_in_order_of_name),
    };
    return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
