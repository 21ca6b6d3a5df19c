#include "failing_io.h"
#include "folder.h"
#include "messages.h"

#include "base/status.h"
#include "run/join.h"

#include <stdio.h>

#define PERSONS "番号,保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所\n"
#define RESULTS "番号,健診実施日,健診機関番号,健診機関名称,身長\n"
#define OF_PERSON ",06139463,7,ヤマダ,男,1980/4/1,650-0001,神戸市\n"
#define MEASURED ",2025/6/1,2811234567,健診所,170\n"

static const struct kp_common COMMON;
static struct kp_context ctx;
static struct kp_run_options options;
static struct kp_run run;
static struct kp_pairing *join;
static struct kp_rows rows;
static struct kp_arena arena;

static int set_up(void **state)
{
    return make_folder(state) || kp_context_init(&ctx, &COMMON, &ENV) != KP_OK ||
           kp_context_load_tables(&ctx) != KP_OK;
}

static int tear_down(void **state)
{
    kp_context_release(&ctx);
    return remove_folder(state);
}

static int end(void **state)
{
    (void)state;
    kp_rows_close(&rows);
    kp_join_free(join);
    join = NULL;
    ctx.io = &kp_io_posix;
    kp_arena_release(&arena);
    return 0;
}

/* Takes in the two files; the join is still to be made. */
static void take(const char *persons, const char *results)
{
    const char *paths[] = {put_file("p.csv", persons, strlen(persons)),
                           put_file("r.csv", results, strlen(results))};
    const struct kp_input_files files = {paths, NULL, 2};
    options = (struct kp_run_options){.input = {.join = "番号"}};
    run = (struct kp_run){.ctx = &ctx, .options = &options, .lock_fd = -1};
    assert_int_equal(kp_intake(&ctx, &options.input, &files, &run.inputs), KP_OK);
    rows = (struct kp_rows){.ctx = &ctx, .inputs = &run.inputs};
    memset(&got, 0, sizeof(got));
}

static void begin(const char *persons, const char *results)
{
    take(persons, results);
    assert_int_equal(kp_join_new(&run, folder, &join), KP_OK);
}

static struct kp_row next(void)
{
    struct kp_row row;
    bool end_of_rows = true;
    assert_int_equal(kp_rows_next(&rows, &arena, &row, &end_of_rows), KP_OK);
    assert_false(end_of_rows);
    assert_int_equal(kp_join_row(join, &arena, &row), KP_OK);
    return row;
}

static void assert_fault(unsigned fault, uint64_t line, uint64_t other)
{
    const struct kp_row row = next();
    assert_int_equal(row.fault, fault);
    assert_int_equal(row.lines[0], line);
    assert_int_equal(row.lines[1], other);
    assert_int_equal(row.person_line, 0);
    assert_int_equal(row.n_cells, 14);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(row.cells[i].n, 0); /* nothing of a person who may be another */
}

static void assert_found(uint64_t line, const char *key)
{
    const struct kp_row row = next();
    assert_int_equal(row.fault, 0);
    assert_int_equal(row.person_line, line);
    assert_int_equal(row.n_before, 9);
    assert_string_equal(row.cells[0].bytes, key);
    assert_string_equal(row.cells[7].bytes, "神戸市");
    assert_int_equal(row.cells[7].n, strlen("神戸市"));
    assert_int_equal(strtoull(row.cells[8].bytes, NULL, 10), line);
    assert_string_equal(row.cells[13].bytes, "170");
}

static char left[64];

static enum kp_status note(void *unused UNUSED, uint64_t line)
{
    (void)snprintf(left + strlen(left), sizeof(left) - strlen(left), " %llu", (unsigned long long)line);
    return KP_OK;
}

static const char *lines_left(void)
{
    left[0] = '\0';
    assert_int_equal(kp_join_each_left(join, note, NULL), KP_OK);
    return left;
}

static void row__key_of_one_person__gets_the_cells(void **state UNUSED)
{
    begin(PERSONS "1" OF_PERSON "0002" OF_PERSON, RESULTS "0002" MEASURED "1" MEASURED "1" MEASURED);
    assert_found(3, "0002");
    assert_found(2, "1");
    assert_found(2, "1");
    assert_string_equal(lines_left(), "");
}

static void row__other_width_or_spaces__is_the_same_key(void **state UNUSED)
{
    begin(PERSONS "Ａ１" OF_PERSON "　7 " OF_PERSON, RESULTS " A1" MEASURED "７" MEASURED);
    assert_found(2, "Ａ１");
    assert_found(3, "　7 ");
}

static void row__zeros_or_case__is_another_key_and_told(void **state UNUSED)
{
    begin(PERSONS "00123" OF_PERSON "45" OF_PERSON "A-6" OF_PERSON,
          RESULTS "123" MEASURED "0123" MEASURED "045" MEASURED "a-6" MEASURED "46" MEASURED);
    assert_fault(KP_K_JOIN_KEY_ZEROS, 2, 0);
    assert_fault(KP_K_JOIN_KEY_ZEROS, 2, 0);
    assert_fault(KP_K_JOIN_KEY_ZEROS, 3, 0);
    assert_fault(KP_K_JOIN_KEY_ZEROS, 4, 0);
    assert_fault(KP_K_JOIN_KEY_ABSENT, 0, 0);
    assert_string_equal(lines_left(), " 2 3 4");
}

static void row__key_of_two_persons__gets_neither(void **state UNUSED)
{
    begin(PERSONS "1" OF_PERSON "2" OF_PERSON "１" OF_PERSON "1" OF_PERSON,
          RESULTS "1" MEASURED "2" MEASURED);
    assert_fault(KP_K_JOIN_KEY_TWICE, 2, 4);
    assert_found(3, "2");
    assert_string_equal(lines_left(), "");
}

static void row__empty_key__is_nobody(void **state UNUSED)
{
    begin(PERSONS "" OF_PERSON "1" OF_PERSON, RESULTS "" MEASURED "　" MEASURED "1" MEASURED);
    assert_fault(KP_K_JOIN_KEY_EMPTY, 0, 0);
    assert_fault(KP_K_JOIN_KEY_EMPTY, 0, 0);
    assert_found(3, "1");
    assert_string_equal(lines_left(), " 2");
}

static void row__persons_row_of_another_width__is_told(void **state UNUSED)
{
    begin(PERSONS "1,x" OF_PERSON, RESULTS "1" MEASURED);
    assert_fault(KP_K_JOIN_PERSON_WIDTH, 2, 0);
}

static void index__many_persons__finds_each(void **state UNUSED)
{
    enum { MANY = 20000 };
    struct kp_buf persons = {0}, results = {0};
    kp_buf_str(&persons, PERSONS);
    kp_buf_str(&results, RESULTS);
    for (int i = 0; i < MANY; i++) {
        kp_buf_printf(&persons, "K%d" OF_PERSON, i);
        kp_buf_printf(&results, "K%d" MEASURED, i * 7 % MANY);
    }
    begin(kp_buf_text(&persons), kp_buf_text(&results));
    for (int i = 0; i < MANY; i++)
        assert_int_equal(next().person_line, i * 7 % MANY + 2);
    assert_string_equal(lines_left(), "");
    kp_buf_release(&persons);
    kp_buf_release(&results);
}

static void disk__each_call_that_fails__is_reported_once(void **state UNUSED)
{
    enum kp_status st = KP_E_SYSTEM;
    for (int i = 1; st != KP_OK; i++) {
        struct kp_row row;
        bool end_of_rows = true;
        take(PERSONS "01" OF_PERSON "2" OF_PERSON, RESULTS "2" MEASURED);
        (void)fresh_disk(NULL);
        disk.fail_at = i;
        disk.kinds = OPENS | READS | WRITES;
        disk.error = EIO;
        ctx.io = &DISK;
        st = kp_join_new(&run, folder, &join);
        if (st == KP_OK)
            st = kp_rows_next(&rows, &arena, &row, &end_of_rows);
        if (st == KP_OK)
            st = kp_join_row(join, &arena, &row);
        assert_int_equal(got.count, st != KP_OK);
        (void)end(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(row__key_of_one_person__gets_the_cells, end),
        cmocka_unit_test_teardown(row__other_width_or_spaces__is_the_same_key, end),
        cmocka_unit_test_teardown(row__zeros_or_case__is_another_key_and_told, end),
        cmocka_unit_test_teardown(row__key_of_two_persons__gets_neither, end),
        cmocka_unit_test_teardown(row__empty_key__is_nobody, end),
        cmocka_unit_test_teardown(row__persons_row_of_another_width__is_told, end),
        cmocka_unit_test_teardown(index__many_persons__finds_each, end),
        cmocka_unit_test_teardown(disk__each_call_that_fails__is_reported_once, end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
