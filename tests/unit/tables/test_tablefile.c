#include "messages.h"
#include "tables.h"

#include "tables/tablefile.h"

static struct kp_diag diag = {.catalogue = &catalogue, .env = &ENV};

static struct kp_tablefile own_file(void)
{
    return (struct kp_tablefile){.arena = &scratch, .io = &kp_io_posix, .diag = &diag, .path = "own.csv"};
}

static enum kp_tablefile_fault parse(struct kp_tablefile *f, const char *columns, const char *bytes,
                                     size_t *ret_index)
{
    return kp_tablefile_parse(f, columns, bytes, strlen(bytes), ret_index);
}

static void parse__columns_in_any_order__are_found(void **state UNUSED)
{
    struct kp_tablefile f = own_file();
    size_t at = 0;
    assert_int_equal(parse(&f, "id name", "note,name,id\nx,height,1\n,weight,2\n", &at), KP_TABLEFILE_SOUND);
    assert_int_equal(f.n_columns, 2);
    assert_int_equal(f.sheet.n_rows, 2);
    assert_string_equal(f.columns[1], "name");
    assert_string_equal(kp_cell(&f, 0, 0), "1");
    assert_string_equal(kp_cell(&f, 1, 1), "weight");
}

static void parse__faults__say_where(void **state UNUSED)
{
    struct kp_tablefile f = own_file();
    size_t at = 0;
    assert_int_equal(parse(&f, "id name", "id,name\n1,a\n2\n", &at), KP_TABLEFILE_ROW_WIDTH);
    assert_int_equal(at, 1);
    assert_int_equal(parse(&f, "id name", "id,name\n1,\"a\n", &at), KP_TABLEFILE_NOT_CSV);
    assert_int_equal(f.sheet.bad_line, 2);
    assert_int_equal(parse(&f, "id name", "", &at), KP_TABLEFILE_COLUMN_MISSING);
    assert_int_equal(at, 0);
}

static void parse__arena_at_its_limit__does_not_report(void **state UNUSED)
{
    struct kp_arena none = {.max_bytes = 1};
    struct kp_tablefile f = own_file();
    size_t at = 0;
    f.arena = &none;
    memset(&got, 0, sizeof(got));
    assert_int_equal(parse(&f, "id", "id\n1\n", &at), KP_TABLEFILE_NO_MEMORY);
    assert_int_equal(got.count, 0);
    assert_int_equal(kp_tablefile_rows(&f, 8), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_NO_MEMORY);
    kp_arena_release(&none);
}

static void open__table_that_is_not_built_in__is_reported(void **state UNUSED)
{
    struct kp_tablefile f = own_file();
    assert_int_equal(kp_sha256_new(&f.sha), KP_OK);
    memset(&got, 0, sizeof(got));
    assert_int_equal(kp_tablefile_open(&f, "no_such_table.csv", "id", 0), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_INTERNAL);
    assert_int_equal(kp_tablefile_open(&f, "prefectures.csv", "code name", 0), KP_OK);
    assert_string_equal(kp_cell(&f, 0, 1), "北海道");
    kp_sha256_free(f.sha);
}

static void cells__numbers_and_ranges__are_read(void **state UNUSED)
{
    struct kp_tablefile f = own_file();
    struct kp_decimal a, b;
    size_t at = 0;
    assert_int_equal(parse(&f, "from to", "from,to\n0.5,2\n2,2\n3,1\nx,1\n1,\n", &at), KP_TABLEFILE_SOUND);
    assert_true(kp_cell_range(&f, 0, 0, &a, &b));
    assert_true(a.units == 5 && a.scale == 1 && b.units == 2 && b.scale == 0);
    for (size_t row = 1; row < f.sheet.n_rows; row++)
        assert_false(kp_cell_range(&f, row, 0, &a, &b));
    assert_true(kp_cell_decimal(&f, 2, 0, &a));
    assert_false(kp_cell_decimal(&f, 3, 0, &a));
}

static void table_bad__row_or_header__gives_its_line(void **state UNUSED)
{
    struct kp_tablefile f = own_file();
    size_t at = 0;
    assert_int_equal(parse(&f, "id", "id\n\"a\nb\"\n2\n", &at), KP_TABLEFILE_SOUND);
    assert_int_equal(kp_table_bad(&f, 1, "not an id:", "2"), KP_E_USAGE);
    assert_int_equal(got.line, 4);
    assert_string_equal(got.file, "own.csv");
    assert_string_equal(got.text, "not an id: '2'");
    assert_int_equal(kp_table_bad(&f, KP_HEADER_ROW, "no", "x"), KP_E_USAGE);
    assert_int_equal(got.line, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(parse__columns_in_any_order__are_found, tidy),
        cmocka_unit_test_teardown(parse__faults__say_where, tidy),
        cmocka_unit_test_teardown(parse__arena_at_its_limit__does_not_report, tidy),
        cmocka_unit_test_teardown(open__table_that_is_not_built_in__is_reported, tidy),
        cmocka_unit_test_teardown(cells__numbers_and_ranges__are_read, tidy),
        cmocka_unit_test_teardown(table_bad__row_or_header__gives_its_line, tidy),
    };
    return cmocka_run_group_tests_name("tablefile", tests, load_tables, free_tables);
}
