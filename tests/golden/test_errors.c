/* Failures before anything is released: the exit status, one line with the remedy, and no files left. */
#include "golden.h"

#include <fcntl.h>
#include <sys/file.h>

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return run_shell("cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" . && "
                     "iconv -f CP932 -t UTF-8 export.csv >export.utf8");
}

/* Expects one failure on stderr, a line with the place, "fail", the code, the fault and its remedy; and no
 * bundle, run or entry. */
static void assert_refused(int status, int expected, const char *place, const char *code)
{
    const char *err = slurp("stderr", NULL);
    size_t left = how_many("out/*.zip") + how_many("out/runs/*") + how_many("out/.tmp*");
    size_t log_rows = exists("out/disclosure-log.csv") ? read_sheet("out/disclosure-log.csv").n_rows : 0;
    renew("out", NULL);
    if (status != expected)
        fail_msg("exit %d, expected %d: %s", status, expected, err);
    assert_string_equal(slurp("stdout", NULL), "");
    assert_contains(err, textf("%s: fail %s", place, code));
    if (occurrences(err, ": fail ") != 1 || !strstr(strstr(err, ": fail "), "; "))
        fail_msg("not one failure with a remedy: %s", err);
    assert_int_equal(left, 0);
    assert_in_range(log_rows, 0, 1); /* a new log may contain its header */
}

/* --- inputs --- */

static void input__missing_file__exit_3(void **state)
{
    (void)state;
    assert_refused(kenporter(EXPORT "-o out nowhere.csv"), 3, "nowhere.csv", "K2001");
}

static void input__second_of_two_missing__exit_3_and_nothing_released(void **state)
{
    (void)state;
    assert_refused(kenporter(EXPORT "-o out export.csv nowhere.csv"), 3, "nowhere.csv", "K2001");
}

static void input__folder__exit_3(void **state)
{
    (void)state;
    must("mkdir -p a_folder");
    assert_refused(kenporter(EXPORT "-o out a_folder"), 3, "a_folder", "K2001");
}

static void input__empty_file__exit_3(void **state)
{
    (void)state;
    must(": >empty.csv");
    assert_refused(kenporter(EXPORT "-o out empty.csv"), 3, "empty.csv", "K2002");
}

static void input__header_alone__exit_0_and_says_so(void **state)
{
    (void)state;
    must("head -n 1 export.csv >header.csv");
    assert_int_equal(kenporter(EXPORT "-o header header.csv"), 0);
    assert_int_equal(counted("header", "read"), 0);
    assert_int_equal(how_many("header/*.zip"), 0);
    assert_contains(slurp("stderr", NULL), "header.csv:1: warn K2021");
}

static void input__required_column_missing__exit_3(void **state)
{
    (void)state;
    static const char *const columns[][2] = {{"保険者番号", "insurer_number"},
                                             {"保険番号", "insured_number"},
                                             {"カナ氏名", "name_kana"},
                                             {"性別", "sex"},
                                             {"生年月日", "birth_date"},
                                             {"郵便番号", "postal_code"},
                                             {"住所", "address"},
                                             {"健診実施日", "exam_date"}};
    for (size_t i = 0; i < COUNT(columns); i++) {
        must("sed '1s/\\(^\\|,\\)%s,/\\1何か,/' export.utf8 >column.csv", columns[i][0]);
        assert_refused(kenporter(EXPORT "-o out column.csv"), 3, "column.csv:1", "K2007");
        assert_contains(slurp("stderr", NULL), columns[i][1]);
    }
}

static void input__unbalanced_quote__exit_3_with_its_line(void **state)
{
    (void)state;
    must("sed '20s/,女,/,\"女,/;20s/,男,/,\"男,/' export.utf8 >quote.csv");
    assert_refused(kenporter(EXPORT "-o out quote.csv"), 3, "quote.csv:20", "K2004");
}

static void input__given_twice__exit_2(void **state)
{
    (void)state;
    assert_refused(kenporter(EXPORT "-o out export.csv export.csv"), 2, "export.csv", "K1060");
}

static void input__none_given__exit_2(void **state)
{
    (void)state;
    assert_refused(kenporter(EXPORT "-o out"), 2, "kenporter", "K1005");
}

/* --- registers --- */

struct broken {
    const char *kind, *change, *place, *code;
};

static void registers__broken_row__exit_2_with_file_and_line(void **state)
{
    (void)state;
    static const struct broken rows[] = {
        {"requests", "s/2026-01-20/2026-02-30/", "requests.broken:3", "K1033"},
        {"requests", "3s/elderly_act/elder_act/", "requests.broken:3", "K1033"},
        {"requests", "s/REQ-2026-002/REQ-2026-001/", "requests.broken:3", "K1034"},
        {"requests", "3s/01130012/01130013/", "requests.broken:3", "K1033"},
        {"requests", "3s/,all,/,40to75,/", "requests.broken:3", "K1033"},
        {"requests", "3s/2025-04-01,2026-03-31/2026-03-31,2025-04-01/", "requests.broken:3", "K1036"},
        {"requests", "2s/3C020000002327101/3C02000000232710X/", "requests.broken:2", "K1033"},
        {"requests", "1s/received_on/received/", "requests.broken:1", "K103"},
        {"requests", "3s/$/,one more/", "requests.broken:3", "K1038"},
        {"consents", "3s/2025-05-12/2025-13-12/", "consents.broken:3", "K1033"},
        {"consents", "3s/CON-002/CON-001/", "consents.broken:3", "K1034"},
        {"consents", "3s/notice/silence/", "consents.broken:3", "K1033"},
        {"consents", "3s/06139463/06139464/", "consents.broken:3", "K1033"},
        {"consents", "3s/10971//", "consents.broken:3", "K1035"},
        {"consents", "3s/2025-05-12,/2025-05-12,2025-05-11/", "consents.broken:3", "K1036"},
        {"consents", "1s/given_on,//", "consents.broken:1", "K1031"},
        {"insurers", "3s/01130012/01130013/", "insurers.broken:3", "K1033"},
        {"insurers", "3s/01130012/00280081/", "insurers.broken:3", "K1034"},
        {"insurers", "3s/三好　恒一,/三好　恒一,kokuho/", "insurers.broken:3", "K1037"},
        {"insurers", "1s/representative/president/", "insurers.broken:1", "K103"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct broken *b = &rows[i];
        must("sed '%s' %s.csv >%s.broken; ! cmp -s %s.csv %s.broken", b->change, b->kind, b->kind, b->kind,
             b->kind);
        assert_refused(kenporter(EXPORT "-o out --%s %s.broken export.csv", b->kind, b->kind), 2, b->place,
                       b->code);
    }
}

static void registers__missing_file__exit_2(void **state)
{
    (void)state;
    static const char *const kinds[] = {"requests", "consents", "insurers"};
    for (size_t i = 0; i < COUNT(kinds); i++)
        assert_refused(kenporter(EXPORT "-o out --%s nowhere.csv export.csv", kinds[i]), 2, "nowhere.csv",
                       "K1030");
}

/* --- usage --- */

static void usage__unknown_command__exit_2_and_names_the_nearest(void **state)
{
    (void)state;
    assert_refused(kenporter("exprot -o out export.csv"), 2, "kenporter", "K1001");
    assert_contains(slurp("stderr", NULL), "'export'");
}

static void usage__unknown_option__exit_2_and_names_the_nearest(void **state)
{
    (void)state;
    assert_refused(kenporter(EXPORT "--outptu out export.csv"), 2, "kenporter", "K1002");
    assert_contains(slurp("stderr", NULL), "'--output'");
    assert_refused(kenporter(EXPORT "-o out -Z export.csv"), 2, "kenporter", "K1002");
}

static void usage__bad_value__exit_2(void **state)
{
    (void)state;
    static const char *const options[] = {"--as-of 2026-02-30", "--as-of tomorrow", "--threads 0x",
                                          "--threads -1",       "--age-rule lunar", "--lang fr",
                                          "--progress maybe"};
    for (size_t i = 0; i < COUNT(options); i++)
        assert_refused(kenporter("export -c kenporter.ini -o out %s export.csv", options[i]), 2, "kenporter",
                       "K1004");
    assert_refused(kenporter("export -c kenporter.ini export.csv -o"), 2, "kenporter", "K1003");
}

static void usage__help__goes_to_stdout_with_exit_0(void **state)
{
    (void)state;
    static const char *const options[] = {
        "--config",   "--output", "--log",   "--mapping",     "--requests", "--consents", "--insurers",
        "--schemas",  "--xsd",    "--as-of", "--threads",     "--strict",   "--again",    "--corrections",
        "--age-rule", "--lang",   "--json",  "--show-values", "--progress", "--quiet",    "--verbose"};
    assert_int_equal(kenporter("export --help"), 0);
    for (size_t i = 0; i < COUNT(options); i++)
        assert_contains(slurp("stdout", NULL), options[i]);
    assert_string_equal(slurp("stderr", NULL), "");
    assert_int_equal(kenporter("--help"), 0);
    assert_int_equal(kenporter("--version"), 0);
}

/* --- configuration --- */

static void config__unknown_key_or_section__exit_2_with_file_and_line(void **state)
{
    (void)state;
    must(
        "sed '2s/number/numbr/' kenporter.ini >key.ini; sed '8s/input/imput/' kenporter.ini >section.ini; "
        "sed '17s/birthday/lunar/' kenporter.ini >value.ini; sed '5s/.*/nonsense/' kenporter.ini >syntax.ini");
    assert_refused(kenporter("export -c key.ini -o out export.csv"), 2, "key.ini:2", "K1013");
    assert_contains(slurp("stderr", NULL), "'number'");
    assert_refused(kenporter("export -c section.ini -o out export.csv"), 2, "section.ini:8", "K1012");
    assert_contains(slurp("stderr", NULL), "[input]");
    assert_refused(kenporter("export -c value.ini -o out export.csv"), 2, "value.ini:17", "K1014");
    assert_refused(kenporter("export -c syntax.ini -o out export.csv"), 2, "syntax.ini:5", "K1011");
    assert_refused(kenporter("export -c nowhere.ini -o out export.csv"), 2, "nowhere.ini", "K1010");
}

static void config__no_name_of_the_sender__exit_2(void **state)
{
    (void)state;
    must("sed '3d' kenporter.ini >no_sender.ini");
    assert_refused(kenporter("export -c no_sender.ini -o out export.csv"), 2, "kenporter", "K1040");
    must("mv kenporter.ini aside.ini"); /* a configuration in the folder is found without -c */
    int status = kenporter("export --as-of 2026-04-01 --backdate test -o out export.csv");
    must("mv aside.ini kenporter.ini");
    assert_refused(status, 2, "kenporter", "K1040");
}

/* --- places --- */

static void folder__locked_by_another_process__exit_4(void **state)
{
    (void)state;
    static const char *const commands[] = {EXPORT, CHECK};
    for (size_t i = 0; i < COUNT(commands); i++) {
        must("mkdir -p out");
        int fd = open("out/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
        int status = kenporter("%s -o out export.csv", commands[i]);
        assert_int_equal(close(fd), 0);
        assert_refused(status, 4, "out", "K9003");
    }
    assert_int_equal(kenporter(CHECK "-o out export.csv"), 1); /* a lock file without a holder is ignored */
    renew("out", NULL);
}

static void folder__is_a_file__exit_4(void **state)
{
    (void)state;
    must("echo precious >a_file");
    assert_refused(kenporter(EXPORT "-o a_file export.csv"), 4, "a_file", "K9016");
    assert_refused(kenporter(EXPORT "-o a_file/below export.csv"), 4, "a_file/below", "K9002");
    assert_string_equal(slurp("a_file", NULL), "precious\n");
}

static void log__broken_chain__exit_4_and_nothing_released(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "-o broken export.csv"), 1);
    must("rm broken/*.zip; sed -i '10s/REQ-2026-003/REQ-2026-004/' broken/disclosure-log.csv; "
         "cp broken/disclosure-log.csv kept.csv");
    assert_int_equal(kenporter(EXPORT "--again test -o broken export.csv"), 4);
    assert_contains(slurp("stderr", NULL), "broken/disclosure-log.csv:10: fail K7002");
    assert_int_equal(occurrences(slurp("stderr", NULL), ": fail "), 1);
    assert_same_file("kept.csv", "broken/disclosure-log.csv");
    assert_int_equal(how_many("broken/*.zip") + how_many("broken/.tmp*"), 0);
    assert_int_equal(how_many("broken/runs/*"), 1); /* of the sound run */
}

static void log__not_a_log__exit_4_and_untouched(void **state)
{
    (void)state;
    must("cp requests.csv not_a_log.csv");
    assert_refused(kenporter(EXPORT "--log not_a_log.csv -o out export.csv"), 4, "not_a_log.csv:1", "K7002");
    assert_same_file("requests.csv", "not_a_log.csv");
    assert_refused(kenporter(EXPORT "--log none/none/log.csv -o out export.csv"), 4, "none/none/log.csv",
                   "K7001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input__missing_file__exit_3),
        cmocka_unit_test(input__second_of_two_missing__exit_3_and_nothing_released),
        cmocka_unit_test(input__folder__exit_3),
        cmocka_unit_test(input__empty_file__exit_3),
        cmocka_unit_test(input__header_alone__exit_0_and_says_so),
        cmocka_unit_test(input__required_column_missing__exit_3),
        cmocka_unit_test(input__unbalanced_quote__exit_3_with_its_line),
        cmocka_unit_test(input__given_twice__exit_2),
        cmocka_unit_test(input__none_given__exit_2),
        cmocka_unit_test(registers__broken_row__exit_2_with_file_and_line),
        cmocka_unit_test(registers__missing_file__exit_2),
        cmocka_unit_test(usage__unknown_command__exit_2_and_names_the_nearest),
        cmocka_unit_test(usage__unknown_option__exit_2_and_names_the_nearest),
        cmocka_unit_test(usage__bad_value__exit_2),
        cmocka_unit_test(usage__help__goes_to_stdout_with_exit_0),
        cmocka_unit_test(config__unknown_key_or_section__exit_2_with_file_and_line),
        cmocka_unit_test(config__no_name_of_the_sender__exit_2),
        cmocka_unit_test(folder__locked_by_another_process__exit_4),
        cmocka_unit_test(folder__is_a_file__exit_4),
        cmocka_unit_test(log__broken_chain__exit_4_and_nothing_released),
        cmocka_unit_test(log__not_a_log__exit_4_and_untouched),
    };
    return cmocka_run_group_tests_name("errors", tests, set_up, tear_down_golden);
}
