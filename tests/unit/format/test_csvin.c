#include "csv_story.h"
#include "failing_alloc.h"

static enum kp_comments comments;

static int fresh(void **state UNUSED)
{
    comments = KP_COMMENTS_NONE;
    kp_buf_reset(&story);
    return 0;
}

static int release(void **state UNUSED)
{
    kp_buf_release(&story);
    return 0;
}

static enum kp_status read_text(const char *bytes, size_t n, char delimiter)
{
    (void)close_reader(NULL);
    assert_int_equal(kp_csvin_memory(&reader, bytes, n, delimiter), KP_OK);
    reader->comments = comments;
    return read_all();
}

static void assert_reads(const char *bytes, char delimiter, const char *want)
{
    if (read_text(bytes, strlen(bytes), delimiter) != KP_OK)
        fail_msg("'%s' is refused with fault %d in line %u", bytes, (int)reader->fault,
                 (unsigned)kp_csvin_line(reader));
    if (strcmp(kp_buf_text(&story), want) != 0)
        fail_msg("'%s' reads as '%s' instead of '%s'", bytes, kp_buf_text(&story), want);
    assert_int_equal(reader->fault, KP_CSV_SOUND);
    assert_int_equal(reader->lines.taken_bytes, strlen(bytes));
}

static void assert_faulty(const char *bytes, enum kp_csv_fault fault, uint64_t line, const char *before)
{
    assert_int_equal(read_text(bytes, strlen(bytes), ','), KP_E_INPUT);
    if (reader->fault != fault || kp_csvin_line(reader) != line)
        fail_msg("'%s' gives fault %d in line %u", bytes, (int)reader->fault,
                 (unsigned)kp_csvin_line(reader));
    assert_string_equal(kp_buf_text(&story), before);
}

static void next__every_line_end__separates_rows(void **state UNUSED)
{
    assert_reads("a,b\r\n1,2\r\n", ',', "1:a|b;2:1|2;");
    assert_reads("a,b\n1,2\n", ',', "1:a|b;2:1|2;");
    assert_reads("a,b\r1,2\r", ',', "1:a|b;2:1|2;");
    assert_reads("a,b\r\n1,2\n3,4\r5,6\r\n", ',', "1:a|b;2:1|2;3:3|4;4:5|6;");
}

static void next__no_final_line_end__gives_the_last_row(void **state UNUSED)
{
    assert_reads("a,b\n1,2", ',', "1:a|b;2:1|2;");
    assert_reads("a", ',', "1:a;");
    assert_reads("a,\"b\"", ',', "1:a|b;");
    assert_reads("a,", ',', "1:a|;");
    assert_reads("a,b\r\n1,\"x\ny\"", ',', "1:a|b;2:1|x\ny;");
}

static void next__empty_input__ends_at_once_and_stays_at_the_end(void **state UNUSED)
{
    struct kp_csvrow row;
    bool end = false;
    assert_reads("", ',', "");
    assert_reads("\n\r\n\r", ',', "");
    assert_reads("\xef\xbb\xbf", ',', "");
    assert_int_equal(kp_csvin_next(reader, &row, &end), KP_OK);
    assert_true(end);
}

static void next__blank_lines__are_skipped_but_counted(void **state UNUSED)
{
    assert_reads("\n\na,b\n\n\r\n1,2\n\n", ',', "3:a|b;6:1|2;");
    assert_reads("a\n \n\"\"\n,\n", ',', "1:a;2: ;3:;4:|;");
}

#define WIDE_SPACES "a,b\n　,　　\n\x81\x40, \x81\x40\n" /* in UTF-8 and CP932 */

/* Spreadsheets write such rows below the last one. A NUL in a cell is damage, not an empty cell. */
static void next__rows_without_contents__are_skipped_in_an_export(void **state UNUSED)
{
    static const char text[] = "t\na,b\n,\n , \n\"\",\"\"\n1,2\n\"\0\",\n,\"\t\"\n,";
    (void)close_reader(NULL);
    assert_int_equal(kp_csvin_memory(&reader, text, sizeof(text) - 1, 0), KP_OK);
    reader->skips_empty_rows = true;
    assert_int_equal(read_all(), KP_OK);
    kp_buf_char(&story, '\0');
    assert_string_equal(kp_buf_text(&story), "1:t;2:a|b;6:1|2;7:");
    (void)close_reader(NULL);
    assert_int_equal(kp_csvin_memory(&reader, WIDE_SPACES, sizeof(WIDE_SPACES) - 1, 0), KP_OK);
    reader->comments = KP_COMMENTS_ALL;
    reader->skips_empty_rows = true;
    assert_int_equal(read_all(), KP_OK);
    kp_buf_char(&story, '\0');
    assert_string_equal(kp_buf_text(&story), "1:a|b;");
}

/* A title has no delimiter; the column names below it do. */
static void delimiter__zero__is_found_in_the_first_row_that_has_one(void **state UNUSED)
{
    assert_reads("title\n\"one, two\"\na;b,c;d\n1;2;3\n", 0, "1:title;2:one, two;3:a|b,c|d;4:1|2|3;");
    assert_int_equal(kp_csvin_delimiter(reader), ';');
    assert_reads("title\n", 0, "1:title;");
    assert_int_equal(kp_csvin_delimiter(reader), ',');
}

static void next__quoted_cells__keep_delimiters_and_line_breaks(void **state UNUSED)
{
    assert_reads("\"a,b\",\"say \"\"x\"\"\",\" c \", d \n", ',', "1:a,b|say \"x\"| c | d ;");
    assert_reads("h1,h2\n\"one\ntwo\r\nthree\rfour\",x\nlast,y\n", ',',
                 "1:h1|h2;2:one\ntwo\r\nthree\rfour|x;6:last|y;");
    assert_reads("\"h\n1\",h2\r\n\"a\n\nb\",c\r\nd,e\r\n", ',', "1:h\n1|h2;3:a\n\nb|c;6:d|e;");
    assert_reads("\"\",\"\"\"\"\n", ',', "1:|\";");
}

static void next__byte_order_mark__is_skipped_before_a_row(void **state UNUSED)
{
    assert_reads("\xef\xbb\xbf"
                 "a,b\n\xef\xbb\xbf"
                 "1,2\n",
                 ',', "1:a|b;2:1|2;"); /* of a file that was joined to another */
    assert_reads("\xef\xbb\xbf\"a,b\",c\n", 0, "1:a,b|c;");
    assert_reads("\xef\xbb\xbf\r\na,b\n", ',', "2:a|b;");
}

static void next__bytes_of_any_kind__come_through(void **state UNUSED)
{
    static const char bytes[] = "\x95\x5c,\x83\x7c\n\xff\x01,b\0c\n"; /* second bytes 5c and 7c in CP932 */
    assert_int_equal(read_text(bytes, sizeof(bytes) - 1, ','), KP_OK);
    assert_int_equal(story.len, 17);
    assert_memory_equal(story.data, "1:\x95\x5c|\x83\x7c;2:\xff\x01|b\0c;", 17);
}

static void delimiter__zero__is_found_outside_quotes_of_the_first_line(void **state UNUSED)
{
    assert_reads("a,b\tc,d\n", 0, "1:a|b\tc|d;");
    assert_reads("a\tb\tc,d\n1\t2\t3,4\n", 0, "1:a|b|c,d;2:1|2|3,4;");
    assert_reads("a;b;c\n1,5;2;3\n", 0, "1:a|b|c;2:1,5|2|3;");
    assert_reads("\"a,b,c,d\"\tx\n", 0, "1:a,b,c,d|x;");
    assert_reads("a,b;c\n", 0, "1:a|b;c;"); /* a tie goes to the comma */
    assert_reads("alone\n1,2\n", 0, "1:alone;2:1|2;");
    assert_reads("\na;b\n", 0, "2:a|b;");
    assert_reads("\"say \"\"x,y\"\"\";b\n", 0, "1:say \"x,y\"|b;");
}

static void delimiter__given__is_not_guessed(void **state UNUSED)
{
    assert_reads("a,b,c;d\n", ';', "1:a,b,c|d;");
    assert_reads("a,b\tc\n", '\t', "1:a,b|c;");
}

static void delimiter__found_or_given__is_known_after_the_first_row(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        char given, expected;
    } cases[] = {{"a,b;c,d\n", 0, ','},
                 {"a\tb\n", 0, '\t'},
                 {"a;b\n", 0, ';'},
                 {"alone\n", 0, ','},
                 {"a,b\n", ';', ';'}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(read_text(cases[i].bytes, strlen(cases[i].bytes), cases[i].given), KP_OK);
        assert_int_equal(kp_csvin_delimiter(reader), cases[i].expected);
    }
}

static void comments__by_rule__are_passed_over_and_counted(void **state UNUSED)
{
    static const char csv[] =
        "# export of 1 April\r\nid,note\n#12,x\n#x,y\r\n # z,\n#\n#9\n#\xef\xbc\x91,full\n1,#2\n";
    static const struct {
        enum kp_comments comments;
        const char *story;
        unsigned n;
    } cases[] = {
        {KP_COMMENTS_NONE,
         "1:# export of 1 April;2:id|note;3:#12|x;4:#x|y;5: # z|;6:#;7:#9;8:#\xef\xbc\x91|full;9:1|#2;", 0},
        {KP_COMMENTS_ALL, "2:id|note;5: # z|;9:1|#2;", 6},
        {KP_COMMENTS_NOT_DIGITS, "2:id|note;3:#12|x;5: # z|;7:#9;9:1|#2;", 4},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        comments = cases[i].comments;
        assert_reads(csv, ',', cases[i].story);
        assert_int_equal(reader->skipped.n, cases[i].n);
    }
}

/* Some exports number their rows in a column named #. */
static void comments__lone_mark_in_the_first_cell__is_a_value(void **state UNUSED)
{
    static const enum kp_comments rules[] = {KP_COMMENTS_ALL, KP_COMMENTS_NOT_DIGITS};
    for (size_t i = 0; i < COUNT(rules); i++) {
        comments = rules[i];
        assert_reads("#,name\n1,x\n", 0, "1:#|name;2:1|x;");
        assert_reads("#\tname\n1\tx\n", 0, "1:#|name;2:1|x;");
        assert_reads("#;name\n1;x\n", 0, "1:#|name;2:1|x;");
        assert_reads("\"#\"\n\"# 1\"\n\"#12\"\n", ',', "1:#;2:# 1;3:#12;");
        assert_int_equal(reader->skipped.n, 0);
    }
}

/* A header that begins with # is quoted, too, but has neither quotes nor commas then. */
static void comments__in_quotes_of_a_spreadsheet__are_skipped(void **state UNUSED)
{
    comments = KP_COMMENTS_NOT_DIGITS;
    assert_reads("\"# a \"\"b\"\" c\",d\na,b\n\"# e,f\",\n\"# g\",h\n", ',', "2:a|b;4:# g|h;");
    assert_int_equal(reader->skipped.n, 2);
    assert_reads("a,b\n\"# \"\"e\"\"\nf\",g\n", ',', "1:a|b;2:# \"e\"\nf|g;");
    comments = KP_COMMENTS_ALL;
    assert_reads("a,b\n\"# e,f\",g\n", ',', "1:a|b;2:# e,f|g;");
}

static void comments__quotes_and_delimiters_in_them__do_not_matter(void **state UNUSED)
{
    comments = KP_COMMENTS_ALL;
    assert_reads("# it's 5\" wide, \"\na,b\n#\"open\n1,2\n# 3,4,5\n", ',', "2:a|b;4:1|2;");
    assert_reads("# a,b,c,d\na;b\n", 0, "2:a|b;");
    assert_reads("\xef\xbb\xbf# first\r\n# second\r\na,b\r\n", 0, "3:a|b;");
    assert_int_equal(reader->skipped.n, 2);
    assert_reads("# nothing else", 0, "");
    assert_int_equal(reader->skipped.n, 1);
}

static void comments__within_a_quoted_cell__are_part_of_it(void **state UNUSED)
{
    comments = KP_COMMENTS_ALL;
    assert_reads("a,b\n1,\"x\n# y\nz\"\n# end\n", ',', "1:a|b;2:1|x\n# y\nz;");
    assert_int_equal(reader->skipped.n, 1);
}

/* Rows that somebody commented out have as many fields as the header. */
static void comments__as_wide_as_the_first_row__are_counted_apart(void **state UNUSED)
{
    static const struct {
        const char *csv;
        unsigned n, n_like_rows, first_like_row;
    } cases[] = {{"a,b,c\n1,2,3\n", 0, 0, 0},
                 {"# 1,2,3\na,b,c\n# 1,2\n#1,2,3\n1,2,3\n#x,\"y,z\",w\n", 4, 2, 4},
                 {"a;b\r\n# it is so; we think\r\n# a,b\r\n1;2\r\n", 2, 1, 2},
                 {"a,\"b\nc\",d\n# 1,2,3\n", 1, 1, 3},
                 {"a,b\n1,2,3\n# 1,2\n#1,2,3", 2, 1, 3},
                 {"a\n# b\n# c\n", 2, 0, 0}}; /* with one column every comment would match */
    comments = KP_COMMENTS_ALL;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(read_text(cases[i].csv, strlen(cases[i].csv), 0), KP_OK);
        const struct kp_csv_comments passed = reader->skipped;
        if (passed.n != cases[i].n || passed.n_like_rows != cases[i].n_like_rows ||
            passed.first_like_row != cases[i].first_like_row)
            fail_msg("'%s': %u, %u from line %u", cases[i].csv, (unsigned)passed.n,
                     (unsigned)passed.n_like_rows, (unsigned)passed.first_like_row);
    }
}

static void fault__unbalanced_quote__names_the_line_its_row_begins_on(void **state UNUSED)
{
    assert_faulty("a,b\n1,\"open\n2,3\n4,5\n", KP_CSV_QUOTE, 2, "1:a|b;");
    assert_faulty("a,b\n1,\"open", KP_CSV_QUOTE, 2, "1:a|b;");
    assert_faulty("\"open\n\n\n", KP_CSV_QUOTE, 1, "");
    assert_faulty("a,b\nx,y\n1,\"open\n2,\"closed\"\n", KP_CSV_QUOTE, 3, "1:a|b;2:x|y;");
}

static void fault__quote_out_of_place__names_its_line(void **state UNUSED)
{
    assert_faulty("a,b\n1,5\"6\n", KP_CSV_QUOTE, 2, "1:a|b;");
    assert_faulty("a,b\n\n1,x\"\n", KP_CSV_QUOTE, 3, "1:a|b;");
    assert_faulty("a,b\n\"1\"x,2\n", KP_CSV_QUOTE, 2, "1:a|b;");
    assert_faulty("a,b\n\"1\" ,2\n", KP_CSV_QUOTE, 2, "1:a|b;");
    assert_faulty("a,b\n\"x\ny\"z,2\n", KP_CSV_QUOTE, 2, "1:a|b;");
}

/* A legitimate cell with line breaks has few delimiters. */
static void fault__quote_that_swallowed_lines__names_its_line(void **state UNUSED)
{
    static const char head[] = "a,b,c,d,e\n";
    static const struct {
        const char *rest;
        uint64_t line; /* 0: no fault */
    } cases[] = {{"1,\"2,3,4,5\n1,2\",3,4,5\n", 2},
                 {"1,2,3,4,5\n1,2,\"3,4,5\r\n1,2,3,4,5\r\n1,2,3\",4,5\r\n", 3},
                 {"\"x\ny\",\"2,3,4\n5,6\",3,4,5\n", 3}, /* not where the row begins */
                 {"1,2,3,\"4,5\n1,2\",5\n", 2},          /* the second line is short */
                 {"\"x,\ny\",2,\"3,\nz\",4,5\n", 2},     /* two cells together */
                 {"1,\"x,\ny\",3,4,5\n", 0},
                 {"1,2,3,4,\"x\ny, z\"\n", 0},
                 {"\"x\n\ny\",2,3,4,\"\n\"\n", 0},
                 {"1,2,3,\"x, y\nz\",5\n", 0}, /* completes the line, but no other begins in it */
                 {"1,\"x\ny, z\",3,4,5\n", 0},
                 {"1,\"2,3,4\",5\n", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text), "%s%s", head, cases[i].rest);
        enum kp_status st = read_text(text, strlen(text), ',');
        if (st != (cases[i].line ? KP_E_INPUT : KP_OK) ||
            (cases[i].line && (reader->fault != KP_CSV_QUOTE || kp_csvin_line(reader) != cases[i].line)))
            fail_msg("'%s': line %u", cases[i].rest, (unsigned)kp_csvin_line(reader));
    }
    assert_faulty("a,\"b,c\n1,2\",3\n", KP_CSV_QUOTE, 1, ""); /* in the header itself */
    assert_reads("\"a title, of\ntwo lines\"\na,b,c\n", ',', "1:a title, of\ntwo lines;3:a|b|c;");
}

/* Ctrl-Z ends files of old hosts; NULs fill up their last block. */
static void next__end_marks__are_no_row(void **state UNUSED)
{
    static const char nuls[] = "a,b\n1,2\0\0", between[] = "a,b\n\0\n1,2\n\0\0\0";
    assert_reads("a,b\n1,2\n\x1a", ',', "1:a|b;2:1|2;");
    assert_reads("a,b\r\n1,2\r\n\x1a\r\n", ',', "1:a|b;2:1|2;");
    assert_reads("a,b\n1,2\x1a", ',', "1:a|b;2:1|2;");
    assert_reads("a,b\n\"x\ny\",2\x1a", ',', "1:a|b;2:x\ny|2;");
    assert_reads("a,b\n1,\x1a\n3,4\n", ',', "1:a|b;2:1|\x1a;3:3|4;");
    assert_int_equal(read_text(nuls, sizeof(nuls) - 1, ','), KP_OK);
    kp_buf_char(&story, '\0');
    assert_string_equal(kp_buf_text(&story), "1:a|b;2:1|2;");
    assert_int_equal(read_text(between, sizeof(between) - 1, ','), KP_OK); /* lost rows, perhaps */
    assert_int_equal(story.len, strlen("1:a|b;2:_;3:1|2;"));
}

/* A formula without a result is a value, not the beginning of a comment. */
static void next__error_of_a_spreadsheet__is_no_comment(void **state UNUSED)
{
    assert_reads("a,b\n#N/A,2\n#REF!,3\n", ',', "1:a|b;2:#N/A|2;3:#REF!|3;");
    assert_reads("\xef\xbb\xbf\xef\xbb\xbf"
                 "a,b\n1,2\n",
                 ',', "1:a|b;2:1|2;"); /* marked twice */
}

/* Builds a header line and a line of n bytes, its end included. */
static char *line_of(size_t n, const char *end, size_t *ret_n)
{
    char *bytes = malloc(n + 8);
    memcpy(bytes, "a,b\n", 4);
    memset(bytes + 4, 'x', n);
    memcpy(bytes + 4 + n - strlen(end), end, strlen(end));
    *ret_n = n + 4;
    return bytes;
}

static void fault__line_longer_than_a_mebibyte__is_refused(void **state UNUSED)
{
    size_t n = 0;
    char *bytes = line_of(KP_CSV_MAX_LINE_BYTES, "\r\n", &n);
    assert_int_equal(read_text(bytes, n, ','), KP_OK);
    assert_int_equal(story.len, KP_CSV_MAX_LINE_BYTES - 2 + 9);
    free(bytes);
    bytes = line_of(KP_CSV_MAX_LINE_BYTES + 1, "\r\n", &n);
    enum kp_status st = read_text(bytes, n, ',');
    enum kp_csv_fault fault = reader->fault;
    free(bytes);
    assert_int_equal(st, KP_E_INPUT);
    assert_int_equal(fault, KP_CSV_TOO_LONG);
    assert_string_equal(kp_buf_text(&story), "1:a|b;");
}

static void fault__line_of_more_than_a_mebibyte__has_its_own_number(void **state UNUSED)
{
    size_t n = 0;
    char *bytes = line_of(KP_CSV_MAX_LINE_BYTES + 1, "\n", &n);
    (void)read_text(bytes, n, ',');
    uint64_t line = kp_csvin_line(reader);
    free(bytes);
    assert_int_equal(line, 2);
}

/* Builds a row from line 2 of more than four mebibytes: cells of 62000 bytes, each with a line break. */
static char *huge_row(bool closed, size_t *ret_n)
{
    enum { CELLS = 70, CELL_BYTES = 62000 };
    char *bytes = malloc((size_t)CELLS * CELL_BYTES + 16), *at = bytes + 4;
    memcpy(bytes, "a,b\n", 4);
    for (int i = 0; i < CELLS; i++, at += CELL_BYTES) {
        memset(at, 'x', CELL_BYTES);
        memcpy(at, i ? ",\"" : "\"", i ? 2 : 1);
        memcpy(at + CELL_BYTES - 2, i < CELLS - 1 || closed ? "\n\"" : "\nx", 2);
    }
    *at++ = '\n';
    *ret_n = (size_t)(at - bytes);
    return bytes;
}

static void fault__row_longer_than_four_mebibytes__is_refused(void **state UNUSED)
{
    size_t n = 0;
    for (int closed = 0; closed < 2; closed++) {
        char *bytes = huge_row(closed != 0, &n);
        enum kp_status st = read_text(bytes, n, ',');
        enum kp_csv_fault fault = reader->fault;
        free(bytes);
        assert_int_equal(st, KP_E_INPUT);
        assert_true(fault == KP_CSV_TOO_LONG || fault == KP_CSV_QUOTE); /* both are possible at this point */
        assert_string_equal(kp_buf_text(&story), "1:a|b;");
    }
}

static void fault__row_of_more_than_four_mebibytes__has_its_first_line(void **state UNUSED)
{
    size_t n = 0;
    char *bytes = huge_row(true, &n);
    (void)read_text(bytes, n, ',');
    uint64_t line = kp_csvin_line(reader);
    free(bytes);
    assert_int_equal(line, 2);
}

static void fault__more_than_4096_cells__is_refused_with_its_line(void **state UNUSED)
{
    char bytes[8300] = "h\n";
    memset(bytes + 2, ',', KP_CSV_MAX_CELLS - 1);
    bytes[2 + KP_CSV_MAX_CELLS - 1] = '\n';
    assert_int_equal(read_text(bytes, 2 + KP_CSV_MAX_CELLS, ','), KP_OK);
    assert_int_equal(story.len, 4 + 2 + KP_CSV_MAX_CELLS - 1 + 1);
    memset(bytes + 2, ',', KP_CSV_MAX_CELLS);
    bytes[2 + KP_CSV_MAX_CELLS] = '\n';
    assert_int_equal(read_text(bytes, 3 + KP_CSV_MAX_CELLS, ','), KP_E_INPUT);
    assert_int_equal(reader->fault, KP_CSV_TOO_MANY_CELLS);
    assert_int_equal(kp_csvin_line(reader), 2);
    assert_string_equal(kp_buf_text(&story), "1:h;");
}

static void memory__any_allocation_fails__row_is_not_too_long(void **state UNUSED)
{
    enum { ROW_BYTES = 300000 };
    if (!can_fail_allocations())
        skip();
    char *row = test_calloc(ROW_BYTES, 1);
    for (size_t i = 0; i + 1 < ROW_BYTES; i++)
        row[i] = i % 1000 ? 'x' : ',';
    long n = 0, allocations = 0, n_failed = 0;
    do {
        struct kp_csvrow got;
        bool end = false;
        assert_int_equal(kp_csvin_memory(&reader, row, ROW_BYTES - 1, ','), KP_OK);
        fail_allocation(++n, false);
        enum kp_status st = kp_csvin_next(reader, &got, &end);
        allocations = allow_allocations();
        n_failed += st != KP_OK;
        if (st != KP_OK)
            assert_int_equal(reader->fault, KP_CSV_MEMORY);
        assert_int_equal(st, n <= allocations && st != KP_OK ? KP_E_SYSTEM : KP_OK);
        (void)close_reader(NULL);
    } while (n <= allocations);
    assert_true(n_failed > 5);
    test_free(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(next__every_line_end__separates_rows, fresh, close_reader),
        cmocka_unit_test_setup_teardown(next__no_final_line_end__gives_the_last_row, fresh, close_reader),
        cmocka_unit_test_setup_teardown(next__empty_input__ends_at_once_and_stays_at_the_end, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(next__blank_lines__are_skipped_but_counted, fresh, close_reader),
        cmocka_unit_test_setup_teardown(next__rows_without_contents__are_skipped_in_an_export, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(delimiter__zero__is_found_in_the_first_row_that_has_one, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(next__quoted_cells__keep_delimiters_and_line_breaks, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(next__byte_order_mark__is_skipped_before_a_row, fresh, close_reader),
        cmocka_unit_test_setup_teardown(next__bytes_of_any_kind__come_through, fresh, close_reader),
        cmocka_unit_test_setup_teardown(delimiter__zero__is_found_outside_quotes_of_the_first_line, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(delimiter__given__is_not_guessed, fresh, close_reader),
        cmocka_unit_test_setup_teardown(delimiter__found_or_given__is_known_after_the_first_row, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(comments__by_rule__are_passed_over_and_counted, fresh, close_reader),
        cmocka_unit_test_setup_teardown(comments__lone_mark_in_the_first_cell__is_a_value, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(comments__in_quotes_of_a_spreadsheet__are_skipped, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(comments__quotes_and_delimiters_in_them__do_not_matter, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(comments__as_wide_as_the_first_row__are_counted_apart, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(comments__within_a_quoted_cell__are_part_of_it, fresh, close_reader),
        cmocka_unit_test_setup_teardown(fault__unbalanced_quote__names_the_line_its_row_begins_on, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(fault__quote_out_of_place__names_its_line, fresh, close_reader),
        cmocka_unit_test_setup_teardown(fault__quote_that_swallowed_lines__names_its_line, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(next__end_marks__are_no_row, fresh, close_reader),
        cmocka_unit_test_setup_teardown(next__error_of_a_spreadsheet__is_no_comment, fresh, close_reader),
        cmocka_unit_test_setup_teardown(fault__line_longer_than_a_mebibyte__is_refused, fresh, close_reader),
        cmocka_unit_test_setup_teardown(fault__line_of_more_than_a_mebibyte__has_its_own_number, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(fault__row_longer_than_four_mebibytes__is_refused, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(fault__row_of_more_than_four_mebibytes__has_its_first_line, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(fault__more_than_4096_cells__is_refused_with_its_line, fresh,
                                        close_reader),
        cmocka_unit_test_setup_teardown(memory__any_allocation_fails__row_is_not_too_long, fresh,
                                        close_reader),
    };
    return cmocka_run_group_tests_name("csvin", tests, NULL, release);
}
