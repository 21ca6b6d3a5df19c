#include "small_run.h"

#include <errno.h>

#include "run/row_files.h"

static struct kp_row_files files;

static int tear_down(void **state)
{
    kp_row_files_abandon(&files);
    return tear_down_small_run(state);
}

static void begin(void)
{
    assert_int_equal(kp_row_files_begin(&files, &run), KP_OK);
}

static void add(struct kp_slot *slot, const char *bundle, const char *document)
{
    assert_int_equal(kp_row_files_add(&files, slot, bundle, document), KP_OK);
}

static void conclude(void)
{
    assert_int_equal(kp_row_files_finish(&files), KP_OK);
    assert_int_equal(kp_row_files_conclude(&files), KP_OK);
}

/* The file's contents after the mark of UTF-8. */
static const char *contents_of(const char *name)
{
    const char *bytes = slurp(textf("%s/%s", run.run_folder, name), NULL);
    assert_memory_equal(bytes, "\xef\xbb\xbf", 3);
    return bytes + 3;
}

static const char *line_of(const char *name, int number)
{
    const char *at = contents_of(name);
    while (number-- > 0)
        at = strstr(at, "\r\n") + 2;
    return textf("%.*s", (int)(strstr(at, "\r\n") - at), at);
}

static void decisions__released__has_basis_and_document(void **state)
{
    (void)state;
    begin();
    struct kp_slot *ann = decide_row(0, NULL);
    add(ann, "b.zip", "h.xml");
    conclude();
    assert_string_equal(line_of("decisions.csv", 0),
                        "file,line,decision,reason,codes,insurer_number,request_id,basis_id,age,age_rule,"
                        "age_band,bundle,document,warnings");
    assert_string_equal(line_of("decisions.csv", 1),
                        textf("%s,2,released,,," INSURER ",R1,%s,45,birthday,40to74,b.zip,h.xml,K3032 K3033",
                              run_options.inputs[0], ann->decision.basis->id));
}

static void decisions__not_concluded__have_another_name(void **state)
{
    (void)state;
    begin();
    add(decide_row(0, NULL), "b.zip", "h.xml");
    assert_int_equal(kp_row_files_finish(&files), KP_OK);
    assert_false(exists(textf("%s/decisions.csv", run.run_folder)));
    assert_true(exists(textf("%s/decisions-unfinished.csv", run.run_folder)));
}

static void rejected__row__comes_back_as_it_came(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT, ANN "E2," INSURER ",\"1,2\",7427,ｲｽﾞﾐ ｼｭｳｲﾁ,男,,165.0\n");
    begin();
    add(decide_row(0, NULL), "b.zip", "h.xml");
    add(decide_row(1, NULL), "", "");
    conclude();
    assert_memory_equal(line_of("rejected.csv", 0),
                        "kp_file,kp_line,kp_codes,kp_messages,kp_lengths,社員番号,", 51);
    const char *row = line_of("rejected.csv", 1);
    assert_memory_equal(row, textf("%s,3,K", run_options.inputs[0]), strlen(run_options.inputs[0]) + 4);
    assert_contains(row, ",\"insured_symbol cell C3 '保険記号': ");
    assert_contains(row, ",E2," INSURER ",\"1,2\",7427,ｲｽﾞﾐ ｼｭｳｲﾁ,男,,165.0,");
    assert_string_equal(strstr(contents_of("held.csv"), "\r\n") + 2, ""); /* the header alone */
}

static void held__row__names_the_reason(void **state)
{
    (void)state;
    run_options.registers.requests = NULL;
    begin_run(KP_CMD_EXPORT, ANN);
    begin();
    add(decide_row(0, NULL), "", "");
    conclude();
    const char *row = line_of("held.csv", 1);
    assert_contains(row, textf(",K%u,", KP_K_NO_REQUEST));
    assert_contains(row, ",no_request,E1," INSURER ",");
    assert_contains(line_of("decisions.csv", 1), textf(",held,no_request,K%u," INSURER ",", KP_K_NO_REQUEST));
}

static void duplicate__row__is_a_decision_alone(void **state)
{
    (void)state;
    const struct kp_mark copy = {.kind = KP_MARK_COPY, .line = 2};
    begin();
    add(decide_row(1, &copy), "", "");
    conclude();
    assert_string_equal(line_of("decisions.csv", 1),
                        textf("%s,3,duplicate,,,,,,,,,,,", run_options.inputs[0]));
}

/* A line for each kind of change of a column, whatever the number of rows. */
static void notes__summary__counts_changes_by_column(void **state)
{
    (void)state;
    begin_run(KP_CMD_EXPORT,
              ANN ANN ANN ANN "E2," INSURER ",12,7427,イズミ シュウイチ,男,1975-11-02,165.04\n");
    begin();
    for (size_t i = 0; i < 5; i++)
        add(decide_row(i, NULL), "b.zip", "h.xml");
    conclude();
    const char *notes = contents_of("notes.csv");
    assert_string_equal(line_of("notes.csv", 0), "file,column,code,what,count,first_lines");
    assert_int_equal(occurrences(notes, "name_kana column E,"), 1);
    assert_contains(notes, textf("%s,name_kana column E,K%u,", run_options.inputs[0], KP_K_KANA_CONVERTED));
    assert_contains(notes, ",5,2 3 4\r\n");
    assert_contains(notes, ",1,6\r\n");
    assert_contains(line_of("decisions.csv", 1), ",b.zip,h.xml,");
}

static void notes__about_no_row__have_a_line_each(void **state)
{
    (void)state;
    const struct kp_finding finding = {.code = KP_K_PERSON_WITHOUT_RESULTS};
    begin();
    assert_int_equal(kp_row_files_note(&files, &finding, (struct kp_place){.line = 7}), KP_OK);
    assert_int_equal(kp_row_files_note(&files, &finding, (struct kp_place){.line = 8}), KP_OK);
    conclude();
    assert_contains(line_of("notes.csv", 1), textf("%s,,K2048,", run_options.inputs[0]));
    assert_contains(line_of("notes.csv", 1), ",1,7");
    assert_contains(line_of("notes.csv", 2), ",1,8");
}

static void notes__values__are_shown_on_demand(void **state)
{
    (void)state;
    run_options.all_notes = true;
    begin();
    add(decide_row(0, NULL), "b.zip", "h.xml");
    conclude();
    assert_string_equal(line_of("notes.csv", 0), "file,line,column,code,text");
    assert_null(strstr(contents_of("notes.csv"), "ｽｷﾞｳﾗ"));
    kp_row_files_abandon(&files);
    run_options.common.show_values = true;
    begin_run(KP_CMD_EXPORT, ANN);
    begin();
    add(decide_row(0, NULL), "b.zip", "h.xml");
    conclude();
    assert_string_equal(line_of("notes.csv", 0), "file,line,column,code,text,value");
    run_options.common.show_values = run_options.all_notes = false;
}

static ssize_t full_disk(int fd, const void *bytes, size_t n)
{
    (void)fd;
    (void)bytes;
    (void)n;
    errno = ENOSPC;
    return -1;
}

static void disk__full__is_reported_once(void **state)
{
    (void)state;
    struct kp_io io = kp_io_posix;
    io.write = full_disk;
    run_ctx.io = &io;
    begin();
    add(decide_row(0, NULL), "b.zip", "h.xml");
    assert_int_equal(kp_row_files_finish(&files), KP_E_SYSTEM);
    run_ctx.io = &kp_io_posix;
    assert_reported_once(KP_K_WRITE_FAILED);
}

static void folder__missing__is_reported_once(void **state)
{
    (void)state;
    run.run_folder = "/tmp/kp_no_such_folder";
    assert_int_equal(kp_row_files_begin(&files, &run), KP_E_SYSTEM);
    assert_reported_once(KP_K_WRITE_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_small_run, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decisions__released__has_basis_and_document),
        TEST(decisions__not_concluded__have_another_name),
        TEST(rejected__row__comes_back_as_it_came),
        TEST(held__row__names_the_reason),
        TEST(duplicate__row__is_a_decision_alone),
        TEST(notes__summary__counts_changes_by_column),
        TEST(notes__about_no_row__have_a_line_each),
        TEST(notes__values__are_shown_on_demand),
        TEST(disk__full__is_reported_once),
        TEST(folder__missing__is_reported_once),
    };
    return cmocka_run_group_tests_name("row_files", tests, NULL, NULL);
}
