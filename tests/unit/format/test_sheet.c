#include "decoder.h"

#include "format/sheet.h"

static struct kp_sheet sheet;

static enum kp_status read_sheet(const char *bytes, const struct kp_text *with)
{
    return kp_sheet_read(&sheet, &arena, with, bytes, strlen(bytes), KP_COMMENTS_NONE);
}

static void read__small_table__has_columns_rows_and_lines(void **state UNUSED)
{
    assert_int_equal(
        read_sheet("\xef\xbb\xbfid, name ,note\r\n1,\"山田\n太郎\",x\r\n\r\n2,　鈴木　, y \r\n", text),
        KP_OK);
    assert_int_equal(sheet.n_columns, 3);
    assert_string_equal(sheet.columns[0], "id");
    assert_string_equal(sheet.columns[1], "name");
    assert_string_equal(sheet.columns[2], "note");
    assert_int_equal(sheet.n_rows, 2);
    assert_int_equal(sheet.rows[0].line, 2);
    assert_string_equal(sheet.rows[0].cells[1], "山田\n太郎");
    assert_int_equal(sheet.rows[1].line, 5);
    assert_string_equal(sheet.rows[1].cells[1], "鈴木");
    assert_string_equal(sheet.rows[1].cells[2], "y");
}

static void read__spaces_of_any_width__go_at_the_ends_of_cells(void **state UNUSED)
{
    assert_int_equal(read_sheet("a,b,c,d\n\xc2\xa0\t　a　b \xc2\xa0,　,\"\n\",。\n", NULL), KP_OK);
    assert_string_equal(sheet.rows[0].cells[0], "a　b");
    assert_string_equal(sheet.rows[0].cells[1], "");
    assert_string_equal(sheet.rows[0].cells[2], "");
    assert_string_equal(sheet.rows[0].cells[3], "。");
}

static void read__short_and_long_rows__keep_their_width_and_fill_up(void **state UNUSED)
{
    assert_int_equal(read_sheet("a,b,c\n1\n1,2,3,4\n", text), KP_OK);
    assert_int_equal(sheet.rows[0].n_cells, 1);
    assert_string_equal(sheet.rows[0].cells[0], "1");
    assert_string_equal(sheet.rows[0].cells[1], "");
    assert_string_equal(sheet.rows[0].cells[2], "");
    assert_int_equal(sheet.rows[1].n_cells, 4);
    assert_string_equal(sheet.rows[1].cells[3], "4");
}

static void read__header_only_or_nothing__has_no_rows(void **state UNUSED)
{
    assert_int_equal(read_sheet("a,b\n", text), KP_OK);
    assert_int_equal(sheet.n_columns, 2);
    assert_int_equal(sheet.n_rows, 0);
    assert_int_equal(read_sheet("", text), KP_OK);
    assert_int_equal(sheet.n_columns, 0);
    assert_int_equal(sheet.n_rows, 0);
}

static void read__other_delimiters__are_not_guessed(void **state UNUSED)
{
    assert_int_equal(read_sheet("a;b\tc\n1;2\t3\n", text), KP_OK);
    assert_int_equal(sheet.n_columns, 1);
    assert_string_equal(sheet.rows[0].cells[0], "1;2\t3");
}

static void read__thousands_of_rows__are_all_there(void **state UNUSED)
{
    struct kp_buf csv = {0};
    kp_buf_str(&csv, "n,twice\n");
    for (unsigned i = 0; i < 5000; i++)
        kp_buf_printf(&csv, "%u,%u\n", i, 2 * i);
    assert_int_equal(kp_sheet_read(&sheet, &arena, NULL, csv.data, csv.len, KP_COMMENTS_NONE), KP_OK);
    kp_buf_release(&csv);
    assert_int_equal(sheet.n_rows, 5000);
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(sheet.rows[i].line, i + 2);
        assert_int_equal(strtoul(sheet.rows[i].cells[0], NULL, 10), i);
        assert_int_equal(strtoul(sheet.rows[i].cells[1], NULL, 10), 2 * i);
    }
}

static void read__cp932__is_decoded_when_text_is_given(void **state UNUSED)
{
    static const char csv[] = "id,\x96\xbc\x91\x4f\r\n1,\x8e\x52\x93\x63\xc0\xdb\xb3\r\n";
    assert_int_equal(read_sheet(csv, text), KP_OK);
    assert_string_equal(sheet.columns[1], "名前");
    assert_string_equal(sheet.rows[0].cells[1], "山田ﾀﾛｳ");
    assert_int_equal(read_sheet(csv, NULL), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 1);
}

/* The bytes c5 b6 c6 bc are ﾅｶﾆｼ in CP932 and two accented letters in UTF-8. */
static void read__cp932_cell_like_utf8__has_the_encoding_of_the_file(void **state UNUSED)
{
    assert_int_equal(read_sheet("id,\x96\xbc\x91\x4f\r\n1,\xc5\xb6\xc6\xbc\r\n", text), KP_OK);
    assert_string_equal(sheet.columns[1], "名前");
    assert_string_equal(sheet.rows[0].cells[1], "ﾅｶﾆｼ");
}

static void read__undecodable_cell__names_the_line(void **state UNUSED)
{
    assert_int_equal(read_sheet("a,b\n1,2\n3,x\xff\n4,5\n", text), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 3);
    assert_int_equal(read_sheet("a,b\n1,\x81\n", text), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 2);
    assert_int_equal(read_sheet("a,b\n1,\"x\n\x01\"\n", NULL), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 2);
}

static void read__unbalanced_quote__names_the_line_of_its_row(void **state UNUSED)
{
    assert_int_equal(read_sheet("a,b\n1,2\n3,\"x\n4,5\n", text), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 3);
    assert_int_equal(sheet.n_rows, 0);
    assert_int_equal(read_sheet("a,b\n1,x\"y\n", text), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 2);
}

static void read__comments__are_no_rows_but_count_as_lines(void **state UNUSED)
{
    static const char csv[] = "\xef\xbb\xbf# a \"note\r\n\r\ncolumn,target\r\n#12,sex\r\n# more\r\n#x,y\r\n"
                              "name,name\r\n";
    static const struct {
        enum kp_comments comments;
        size_t n_rows;
        const char *first;
        uint64_t line;
    } cases[] = {{KP_COMMENTS_ALL, 1, "name", 7}, {KP_COMMENTS_NOT_DIGITS, 2, "#12", 4}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum kp_status st = kp_sheet_read(&sheet, &arena, text, csv, sizeof(csv) - 1, cases[i].comments);
        assert_int_equal(st, KP_OK);
        assert_string_equal(sheet.columns[0], "column");
        assert_int_equal(sheet.n_rows, cases[i].n_rows);
        assert_string_equal(sheet.rows[0].cells[0], cases[i].first);
        assert_int_equal(sheet.rows[0].line, cases[i].line);
        assert_string_equal(sheet.rows[sheet.n_rows - 1].cells[0], "name");
    }
}

static void read__fault_below_comments__is_named_with_its_line(void **state UNUSED)
{
    static const char csv[] = "# one\na,b\n# two\n1,\xff\n";
    assert_int_equal(kp_sheet_read(&sheet, &arena, text, csv, sizeof(csv) - 1, KP_COMMENTS_ALL), KP_E_INPUT);
    assert_int_equal(sheet.bad_line, 4);
}

static void read__without_comments__keeps_every_row(void **state UNUSED)
{
    assert_int_equal(read_sheet("a,b\n# 1,2\n#x,3\n", text), KP_OK);
    assert_int_equal(sheet.n_rows, 2);
    assert_string_equal(sheet.rows[0].cells[0], "# 1");
    assert_string_equal(sheet.rows[1].cells[0], "#x");
}

static void read__bytes_are_gone__strings_live_in_the_arena(void **state UNUSED)
{
    char bytes[] = "col\nvalue\n";
    assert_int_equal(read_sheet(bytes, text), KP_OK);
    memset(bytes, '?', sizeof(bytes) - 1);
    assert_string_equal(sheet.columns[0], "col");
    assert_string_equal(sheet.rows[0].cells[0], "value");
}

static void read__arena_at_its_limit__is_a_system_error(void **state UNUSED)
{
    struct kp_arena none = {.max_bytes = 1};
    assert_int_equal(kp_sheet_read(&sheet, &none, text, "a\n1\n", 4, KP_COMMENTS_NONE), KP_E_SYSTEM);
    kp_arena_release(&none);
}

static void column__by_name__is_exact(void **state UNUSED)
{
    size_t at = 77;
    assert_int_equal(read_sheet("id,insurer_number,kind\n", text), KP_OK);
    assert_true(kp_sheet_column(&sheet, "id", &at));
    assert_int_equal(at, 0);
    assert_true(kp_sheet_column(&sheet, "kind", &at));
    assert_int_equal(at, 2);
    static const char *const wrong[] = {"ID", "insurer", "insurer_number2", ""};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(kp_sheet_column(&sheet, wrong[i], &at));
    assert_int_equal(at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__small_table__has_columns_rows_and_lines),
        cmocka_unit_test(read__spaces_of_any_width__go_at_the_ends_of_cells),
        cmocka_unit_test(read__short_and_long_rows__keep_their_width_and_fill_up),
        cmocka_unit_test(read__header_only_or_nothing__has_no_rows),
        cmocka_unit_test(read__other_delimiters__are_not_guessed),
        cmocka_unit_test(read__thousands_of_rows__are_all_there),
        cmocka_unit_test(read__cp932__is_decoded_when_text_is_given),
        cmocka_unit_test(read__cp932_cell_like_utf8__has_the_encoding_of_the_file),
        cmocka_unit_test(read__undecodable_cell__names_the_line),
        cmocka_unit_test(read__unbalanced_quote__names_the_line_of_its_row),
        cmocka_unit_test(read__comments__are_no_rows_but_count_as_lines),
        cmocka_unit_test(read__fault_below_comments__is_named_with_its_line),
        cmocka_unit_test(read__without_comments__keeps_every_row),
        cmocka_unit_test(read__bytes_are_gone__strings_live_in_the_arena),
        cmocka_unit_test(read__arena_at_its_limit__is_a_system_error),
        cmocka_unit_test(column__by_name__is_exact),
    };
    return cmocka_run_group_tests_name("sheet", tests, make_text, free_text);
}
