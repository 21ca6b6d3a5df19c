/* Eight months of runs, handovers, withdrawals, corrections and a purge (scene/steps.csv); then every
 * question of audit, with answers worked out by hand (scene/answers.csv). */
#include "golden.h"

#include "base/date.h"
#include "cli/cli.h"

enum { MOST_WORDS = 32 };

static int64_t now_seconds;

static int64_t now(void *ctx)
{
    (void)ctx;
    return now_seconds;
}

/* Runs the program in process on a day, half past nine in Japan, as that user. */
static int run_words_on(const char *day, const char *user, const char *arguments)
{
    struct kp_date date;
    char *words = textf("kenporter %s", arguments), *argv[MOST_WORDS + 1];
    int argc = 0;
    for (char *word = strtok(words, " "); word && argc < MOST_WORDS; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    assert_true(kp_date_parse_iso(day, &date));
    now_seconds = kp_date_days(date) * INT64_C(86400) + 1800;
    const struct kp_env env = {.now = now, .user = user, .host = "pc"};
    FILE *answer = fopen("stdout", "w"), *messages = fopen("stderr", "w");
    assert_true(answer && messages);
    int status = kp_cli(argc, argv, answer, messages, &env, NULL);
    assert_int_equal(fclose(answer) | fclose(messages), 0);
    return status;
}

static int run_on(const char *day, const char *user, const char *arguments)
{
    return run_words_on(day, user, textf("%s -c kenporter.ini", arguments));
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("cp \"$GOLDEN\"/scene/*.csv \"$GOLDEN\"/scene/kenporter.ini .; chmod -R u+w .");
    struct sheet steps = read_sheet("steps.csv");
    for (size_t i = 1; i < steps.n_rows; i++) {
        must(
            "pick() { head -n 1 people.csv >in.csv; for id; do grep \"^$id,\" people.csv >>in.csv; done; }\n%s",
            *cell(&steps, i, "shell") ? cell(&steps, i, "shell") : "true");
        int status = run_on(cell(&steps, i, "day"), cell(&steps, i, "user"), cell(&steps, i, "arguments"));
        if (status != atoi(cell(&steps, i, "status"))) {
            print_error("%s: exit %d\n%s%s", cell(&steps, i, "arguments"), status, slurp("stdout", NULL),
                        slurp("stderr", NULL));
            return -1;
        }
    }
    return 0;
}

/* Returns the cells of the columns of every row: "1 2026-01-20 | 3 2026-02-16". */
static const char *picked(const char *columns)
{
    struct sheet answer = read_sheet("stdout");
    const char *all = "";
    for (size_t row = 1; row < answer.n_rows; row++) {
        char *names = textf("%s", columns);
        all = textf("%s%s", all, row > 1 ? " | " : "");
        const char *before = "";
        for (char *name = strtok(names, " "); name; name = strtok(NULL, " "), before = " ")
            all = textf("%s%s%s", all, before, cell(&answer, row, name));
    }
    return all;
}

static void every_question__in_the_scene__is_answered_as_by_hand(void **state)
{
    (void)state;
    struct sheet answers = read_sheet("answers.csv");
    size_t wrong = 0;
    for (size_t i = 1; i < answers.n_rows; i++) {
        const char *arguments = cell(&answers, i, "arguments"), *expected = cell(&answers, i, "answer");
        int status = run_on(cell(&answers, i, "day"), "auditor",
                            textf("audit --format csv %s out/disclosure-log.csv", arguments));
        const char *got = picked(cell(&answers, i, "columns"));
        if (status == atoi(cell(&answers, i, "status")) && strcmp(got, expected) == 0)
            continue;
        print_error("%s: exit %d\n  got      %s\n  expected %s\n%s", arguments, status, got, expected,
                    slurp("stderr", NULL));
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* In each other form, an answer has as many lines or rows as in CSV, and HTML has no script and no raw text.
 */
static void every_question__in_each_form__has_the_same_rows(void **state)
{
    (void)state;
    struct sheet answers = read_sheet("answers.csv");
    for (size_t i = 1; i < answers.n_rows; i++) {
        const char *day = cell(&answers, i, "day"), *arguments = cell(&answers, i, "arguments");
        int status = run_on(day, "auditor", textf("audit --format csv %s out/disclosure-log.csv", arguments));
        size_t rows = read_sheet("stdout").n_rows - 1;
        assert_int_equal(
            run_on(day, "auditor", textf("audit --format jsonl %s out/disclosure-log.csv", arguments)),
            status);
        must("test $(grep -c '^{' stdout) = %zu", rows);
        for (size_t lang = 0; lang < 2; lang++) {
            assert_int_equal(run_on(day, "auditor",
                                    textf("audit --html --lang %s %s out/disclosure-log.csv",
                                          lang ? "ja" : "en", arguments)),
                             status);
            must("test $(grep -c '^<tr><td>' stdout) = %zu", rows);
            must("! grep -qiE '<script|https?:|src=' stdout && tail -n 1 stdout | grep -qx '</html>'");
        }
    }
}

static void sheet__of_one_person__says_nothing_about_others(void **state)
{
    (void)state;
    static const char *const others[] = {"E002",   "E003",       "E004", "ツバキ",
                                         "ハヤシ", "2026-02-16", "aoki", "baba"};
    must("printf 'ｹﾝﾎﾟ ﾀﾛｳ\r\n' >name; printf 'S50.5.1' >birth");
    assert_int_equal(
        run_on("2026-09-01", "auditor",
               "audit --sheet --html --lang ja --name @name --birth @birth out/disclosure-log.csv"),
        0);
    const char *page = slurp("stdout", NULL);
    assert_contains(page, "ケンポタロウ  生年月日 1975-05-01");
    assert_contains(page, "個人情報の保護に関する法律 第27条第1項</td><td>業務歴、");
    assert_contains(page, "架空けんぽ協会");
    for (size_t i = 0; i < COUNT(others); i++)
        assert_null(strstr(page, others[i]));
    assert_int_equal(
        run_on("2026-09-01", "auditor", "audit --sheet --name @gone --birth @birth out/disclosure-log.csv"),
        2);
    assert_contains(slurp("stderr", NULL), "K7058");
    assert_int_equal(run_on("2026-09-01", "auditor",
                            "audit --sheet --number 1001 --insurer 1130012 out/disclosure-log.csv"),
                     0);
}

/* Six years later nothing need be kept. The stub keeps the chain and names nobody. */
static void retire__past_retention__keeps_the_chain_and_no_name(void **state)
{
    (void)state;
    static const char *const names[] = {"ケンポタロウ", "ツバキ", "E001", "E005", "健保経理"};
    must("tail -n 1 out/disclosure-log.csv | sed 's/.*,//' >head; "
         "expr $(wc -l <out/disclosure-log.csv) - 1 >entries; cp out/disclosure-log.csv before.csv");
    assert_int_equal(run_words_on("2026-09-01", "aoki", "retire out/disclosure-log.csv"), 2); /* too early */
    assert_contains(slurp("stderr", NULL), "K7042");
    assert_same_file("before.csv", "out/disclosure-log.csv");
    assert_int_equal(run_words_on("2032-09-01", "aoki", "retire out/disclosure-log.csv"), 0);
    for (size_t i = 0; i < COUNT(names); i++)
        must("grep -q '%s' before.csv && ! grep -q '%s' out/disclosure-log.csv", names[i], names[i]);
    const char *head = textf("%.64s", slurp("head", NULL));
    assert_int_equal(run_on("2032-09-01", "auditor", textf("audit --head %s out/disclosure-log.csv", head)),
                     0);
    must("grep -q \"entries $(cat entries)$\" stdout && grep -q 'head %s' stdout", head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question__in_the_scene__is_answered_as_by_hand),
        cmocka_unit_test(every_question__in_each_form__has_the_same_rows),
        cmocka_unit_test(sheet__of_one_person__says_nothing_about_others),
        cmocka_unit_test(retire__past_retention__keeps_the_chain_and_no_name), /* last: it changes the log */
    };
    return cmocka_run_group_tests_name("audit_scene", tests, set_up, tear_down_golden);
}
