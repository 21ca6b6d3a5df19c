#include "mapped.h"

#include "input/intake.h"
#include "input/rows.h"

#define HEADER "社員番号,性別,身長\n"

static struct kp_inputs inputs;
static struct kp_rows reader;
static struct kp_arena row_arena;

static const char *put_text(const char *name, const char *bytes)
{
    return put_file(name, bytes, strlen(bytes));
}

/* Opens up to two files; fields need not be complete. */
static void open_rows(const char *first, const char *second)
{
    static const struct kp_input_options options = {0};
    static struct kp_input both[2];
    struct kp_inputs other;
    assert_int_equal(kp_intake_one(&ctx, &options, first, &inputs), KP_OK);
    if (second) {
        assert_int_equal(kp_intake_one(&ctx, &options, second, &other), KP_OK);
        both[0] = inputs.list[0];
        both[1] = other.list[0];
        inputs.list = both;
        inputs.n = 2;
        inputs.total_bytes += other.total_bytes;
    }
    reader = (struct kp_rows){.ctx = &ctx, .inputs = &inputs};
}

static int close_rows(void **state)
{
    kp_rows_close(&reader);
    kp_arena_release(&row_arena);
    return fresh_mapping(state);
}

static void assert_row(uint32_t file, uint64_t line, uint64_t number, const char *first)
{
    struct kp_row row;
    bool end = true;
    assert_int_equal(kp_rows_next(&reader, &row_arena, &row, &end), KP_OK);
    assert_false(end);
    assert_int_equal(row.file, file);
    assert_int_equal(row.line, line);
    assert_int_equal(row.number, number);
    assert_string_equal(row.cells[0].bytes, first);
    assert_int_equal(row.cells[0].n, strlen(first));
}

static void assert_end(void)
{
    struct kp_row row;
    bool end = false;
    assert_int_equal(kp_rows_next(&reader, &row_arena, &row, &end), KP_OK);
    assert_true(end);
}

static void assert_fails(enum kp_status st, unsigned code, uint64_t line)
{
    struct kp_row row;
    bool end = false;
    got.count = 0;
    assert_int_equal(kp_rows_next(&reader, &row_arena, &row, &end), st);
    assert_int_equal(got.code, code);
    assert_int_equal(got.line, line);
    assert_int_equal(got.count, 1);
}

static void rows__of_two_inputs__are_numbered_throughout(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "1,男,170\n\n2,\"女\n\",160\n"),
              put_text("b.csv", HEADER "3,男,171\n"));
    assert_row(0, 2, 0, "1");
    assert_row(0, 4, 1, "2");
    assert_row(1, 2, 2, "3");
    assert_end();
    assert_end();
    assert_int_equal(inputs.list[0].n_rows, 2);
    assert_int_equal(inputs.list[1].n_rows, 1);
    assert_int_equal(kp_rows_taken(&reader), inputs.total_bytes);
}

static void rows__copies__outlive_the_next_row(void **state UNUSED)
{
    struct kp_row first, second;
    bool end = false;
    open_rows(put_text("a.csv", HEADER "1,男,170\n2,女\n"), NULL);
    assert_int_equal(kp_rows_next(&reader, &row_arena, &first, &end), KP_OK);
    assert_int_equal(kp_rows_next(&reader, &row_arena, &second, &end), KP_OK);
    assert_int_equal(first.n_cells, 3);
    assert_string_equal(first.cells[1].bytes, "男");
    assert_string_equal(first.cells[2].bytes, "170");
    assert_int_equal(second.n_cells, 2); /* as found, whatever the header has */
}

static void rows__below_titles_and_two_headers__begin_with_data(void **state UNUSED)
{
    open_rows(
        put_text("a.csv", "健診結果\n社員番号,性別,生年月日,身長,体重\n,,,cm,kg\n7,男,1980/4/1,170,60\n"),
        NULL);
    assert_int_equal(inputs.list[0].n_title_rows, 1);
    assert_int_equal(inputs.list[0].n_header_rows, 2);
    assert_row(0, 4, 0, "7");
    assert_end();
}

static void rows__comments__are_counted_per_input(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "# 1,男,170\n2,女,160\n"), NULL);
    assert_row(0, 3, 0, "2");
    assert_end();
    assert_int_equal(inputs.list[0].comments.n, 1);
    assert_int_equal(inputs.list[0].comments.n_like_rows, 1);
    assert_int_equal(inputs.list[0].comments.first_like_row, 2);
}

static void rows__header_only__end_at_once(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER), NULL);
    assert_end();
    assert_int_equal(inputs.list[0].n_rows, 0);
}

static void rows__unbalanced_quote__is_reported_with_its_line(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "1,男,170\n2,\"女,160\n"), NULL);
    assert_row(0, 2, 0, "1");
    assert_fails(KP_E_INPUT, KP_K_QUOTE_UNBALANCED, 3);
}

static void rows__quote_that_swallowed_a_line_end__is_reported(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "1,男,170\n2,女,\"160\n3\",男,171\n"), NULL);
    assert_row(0, 2, 0, "1");
    assert_fails(KP_E_INPUT, KP_K_QUOTE_UNBALANCED, 3);
}

/* Files are joined by hand. */
static void rows__header_again__is_passed_over(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "1,男,170\n\xef\xbb\xbf" HEADER "2,女,160\n" HEADER), NULL);
    assert_row(0, 2, 0, "1");
    assert_row(0, 4, 1, "2");
    assert_end();
    assert_int_equal(inputs.list[0].n_rows, 2);
    assert_int_equal(inputs.list[0].n_headers_again, 2);
    assert_int_equal(inputs.list[0].first_header_again, 3);
}

static void rows__two_header_rows_again__are_passed_over(void **state UNUSED)
{
    static const char names[] = "社員番号,性別,生年月日,身長,体重\n,,,cm,kg\n";
    char bytes[300];
    (void)snprintf(bytes, sizeof(bytes), "%s7,男,1980/4/1,170,60\n%s8,女,1980/4/2,160,50\n", names, names);
    open_rows(put_text("a.csv", bytes), NULL);
    assert_row(0, 3, 0, "7");
    assert_row(0, 6, 1, "8");
    assert_end();
    assert_int_equal(inputs.list[0].n_headers_again, 1);
}

/* Below it the values are in other columns. */
static void rows__another_header__is_reported(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "1,男,170\n性別,社員番号,身長\n女,2,160\n"), NULL);
    assert_row(0, 2, 0, "1");
    assert_fails(KP_E_INPUT, KP_K_HEADER_DIFFERS, 3);
}

static void rows__file_changed_since_intake__is_reported(void **state UNUSED)
{
    open_rows(put_text("a.csv", HEADER "1,男,170\n"), NULL);
    (void)put_text("a.csv", "社員番号,性別\n1,男\n");
    assert_fails(KP_E_INPUT, KP_K_INPUT_CHANGED, 0);
    kp_rows_close(&reader);
    (void)put_text("a.csv", "");
    assert_fails(KP_E_INPUT, KP_K_INPUT_CHANGED, 0);
}

static void rows__file_removed_since_intake__is_reported(void **state UNUSED)
{
    const char *path = put_text("a.csv", HEADER "1,男,170\n");
    open_rows(path, NULL);
    assert_int_equal(unlink(path), 0);
    assert_fails(KP_E_INPUT, KP_K_INPUT_UNREADABLE, 0);
}

static void rows__memory_short__is_reported(void **state UNUSED)
{
    struct kp_arena none = {.max_bytes = 1};
    struct kp_row row;
    bool end = false;
    open_rows(put_text("a.csv", HEADER "1,男,170\n"), NULL);
    assert_int_equal(kp_rows_next(&reader, &none, &row, &end), KP_E_SYSTEM);
    assert_int_equal(got.code, KP_K_NO_MEMORY);
    assert_int_equal(got.count, 1);
    kp_arena_release(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_mapping, close_rows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows__of_two_inputs__are_numbered_throughout),
        TEST(rows__copies__outlive_the_next_row),
        TEST(rows__below_titles_and_two_headers__begin_with_data),
        TEST(rows__comments__are_counted_per_input),
        TEST(rows__header_only__end_at_once),
        TEST(rows__unbalanced_quote__is_reported_with_its_line),
        TEST(rows__quote_that_swallowed_a_line_end__is_reported),
        TEST(rows__header_again__is_passed_over),
        TEST(rows__two_header_rows_again__are_passed_over),
        TEST(rows__another_header__is_reported),
        TEST(rows__file_changed_since_intake__is_reported),
        TEST(rows__file_removed_since_intake__is_reported),
        TEST(rows__memory_short__is_reported),
    };
    return cmocka_run_group_tests_name("rows", tests, set_up_mapping, tear_down_mapping);
}
