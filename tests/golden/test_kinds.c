/* Kinds of examination, texts that name what is withheld, and rows without results, through the program. */
#include "golden.h"

#define BASE "\"$FIXTURES/../tests/cases/base.csv\""

/* Writes in.csv: the row of base.csv with a column more for each header and value. */
static void write_input(const char *headers, const char *values)
{
    must("sed '1s/$/,%s/;2s/$/,%s/' " BASE " >in.csv", headers, values);
}

/* Checks in.csv and returns "released", or the reason for which its last row is held or why it is not. */
static const char *outcome(const char *options)
{
    (void)kenporter(CHECK "%s -o o in.csv", options);
    struct sheet d = decisions_of("o");
    const char *reason = cell(&d, d.n_rows - 1, "reason");
    return *reason ? reason : cell(&d, d.n_rows - 1, "decision");
}

static void column__of_kinds__decides(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"健診種別", "定期健康診断", "released"},
        {"健診区分", "安衛則４４条", "released"},
        {"健診種別名称", "雇入時健診", "released"},
        {"健診種別", "定期健康診断・特殊", "exam_kind"},
        {"健康診断の種類", "ｽﾄﾚｽﾁｪｯｸ", "exam_kind"},
        {"健診種別", "職員Ａ", "exam_kind"},
        {"健診種別", "", "exam_kind"},
        {"健診種別,健診区分", "定期,特殊", "exam_kind"},
        {"健診種別,健診種別コード", "定期,01", "released"},
        {"健診種別コード,健診種別", "01,特殊", "exam_kind"},
        {"健診種別コード", "01", "exam_kind"},
        {"健診種別,コース名称", "定期健診,人間ドックＡ", "exam_kind"},
        {"コース名称", "有機溶剤", "exam_kind"},
        {"コース名称", "生活習慣病健診", "released"},
        {"コース", "", "released"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_input(cases[i][0], cases[i][1]);
        if (strcmp(outcome(""), cases[i][2]) != 0)
            fail_msg("%s = %s: %s", cases[i][0], cases[i][1], outcome(""));
    }
}

static void kind__no_column__is_assumed_and_said(void **state)
{
    (void)state;
    must("cp " BASE " in.csv");
    assert_string_equal(outcome("--lang en"), "released");
    assert_contains(slurp("stdout", NULL), "no column, periodic assumed");
    const char *report = slurp(textf("%s/report.json", run_folder("o")), NULL);
    assert_contains(report, "\"exam_kind\": \"periodic\"");
    assert_contains(report, "\"exam_kind_assumed\": true");
    assert_contains(slurp(textf("%s/report.html", run_folder("o")), NULL), "[input] exam_kind");
    assert_string_equal(outcome("--exam-kind hiring --lang en"), "released");
    assert_null(strstr(slurp("stdout", NULL), "assumed"));
    assert_contains(slurp(textf("%s/report.json", run_folder("o")), NULL), "\"exam_kind\": \"hiring\"");
    assert_string_equal(outcome("--exam-kind special"), "exam_kind");
    assert_int_equal(kenporter(CHECK "--exam-kind yearly -o o in.csv"), 2);
    write_input("健診種別", "定期");
    assert_string_equal(outcome("--exam-kind special"), "released");
    assert_contains(slurp(textf("%s/report.json", run_folder("o")), NULL), "\"exam_kind\": \"by_column\"");
}

/* The mapping file explains words; leaving the column out of it makes nothing periodic. */
static void mapping__of_kinds__explains_words(void **state)
{
    (void)state;
    static const char *const cases[][3] = {{"健診種別,exam_kind,,Q1=periodic", "Q1", "released"},
                                           {"健診種別,exam_kind,,Q1=special", "Q1", "exam_kind"},
                                           {"健診種別,exam_kind,,=periodic", "", "released"},
                                           {"健診種別,exam_kind,,特殊=hiring", "特殊", "released"},
                                           {"健診種別,exam_kind,,", "特殊", "exam_kind"},
                                           {"健診種別,ignore,,", "特殊", "released"},
                                           {"性別,sex,,", "特殊", "exam_kind"},
                                           {"健診種別,exam_course,,", "定期", "released"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_input("健診種別", cases[i][1]);
        must("\"$KENPORTER\" map in.csv 2>map.err | grep -v '^健診種別,' >m.csv; %s echo '%s' >>m.csv",
             strncmp(cases[i][0], "性別", strlen("性別")) == 0 ? ":;" : "",
             strncmp(cases[i][0], "性別", strlen("性別")) == 0 ? "# nothing" : cases[i][0]);
        if (strcmp(outcome("--mapping m.csv"), cases[i][2]) != 0)
            fail_msg("%s, '%s': %s", cases[i][0], cases[i][1], outcome("--mapping m.csv"));
    }
    must("sed -i '$d' m.csv && echo '健診種別,exam_kind,,Q1=yearly' >>m.csv");
    assert_int_equal(kenporter(CHECK "--mapping m.csv -o o in.csv"), 2);
    assert_contains(slurp("stderr", NULL), "K1050");
}

/* The periodic check goes out although a special examination of the same day is held. */
static void two_kinds__of_one_day__are_no_conflict(void **state)
{
    (void)state;
    must("sed '1s/$/,健診種別/;2s/$/,定期/' " BASE
         " >in.csv; sed -n '2{s/,170.0,/,,/;s/$/,有機溶剤/;p}' " BASE " >>in.csv");
    assert_string_equal(outcome(""), "exam_kind");
    assert_int_equal(counted("o", "released"), 1);
    assert_int_equal(counted("o", "rejected"), 0);
}

/* The second of a day is neither a change of the first nor its correction. */
static void two_kinds__of_one_day_in_two_runs__are_two_examinations(void **state)
{
    (void)state;
    must("id=$(sed -n 2p " BASE " | cut -d, -f1); { head -n 1 \"$FIXTURES/consents.csv\"; "
         "echo \"C1,$id,,,,,*,all,explicit,2025-05-01,,form\"; } >consent.csv");
    static const char *const orders[][2] = {{"定期", "特殊"}, {"特殊", "定期"}};
    for (size_t i = 0; i < COUNT(orders); i++) {
        renew("days", NULL);
        for (size_t k = 0; k < 2; k++) {
            write_input("健診種別", orders[i][k]);
            assert_int_equal(kenporter(EXPORT "--consents consent.csv -o days in.csv"), 0);
            assert_int_equal(counted("days", "released"), 1);
            assert_null(strstr(slurp("stderr", NULL), strcmp(orders[i][k], "特殊") == 0 ? "K3033" : "K5010"));
        }
        for (size_t k = 0; k < 2; k++) {
            write_input("健診種別", orders[i][k]);
            assert_int_equal(kenporter(EXPORT "--corrections --consents consent.csv -o days in.csv"), 0);
            assert_int_equal(counted("days", "already_disclosed"), 1);
        }
        write_input("健診種別", "特殊");
        must("sed -i '2s/,神田　修/,神田　治/' in.csv");
        assert_int_equal(kenporter(EXPORT "--consents consent.csv -o days in.csv"), 1);
        assert_contains(slurp("stderr", NULL), "K5010");
    }
}

/* Of more rows than are under way at a time, each is compared by its own kind. */
static void kinds__of_many_rows__are_their_rows_own(void **state)
{
    (void)state;
    must(
        "{ head -n 1 \"$FIXTURES/consents.csv\"; echo 'C1,77001,,,,,*,all,explicit,2025-05-01,,form'; } >consent.csv");
    must(
        "{ sed -n '1s/$/,健診種別/p;2s/$/,特殊/p' " BASE
        "; for i in $(seq 1 90); do sed -n \"2{s/^77001/$((77001 + i))/;"
        "s/,5000,00/,$((5000 + i)),00/;s/19750505/$((19520501 + i %% 30 * 10000 + i / 30))/;s/$/,定期/;p}\" " BASE
        "; done; } >in.csv");
    for (unsigned threads = 1; threads <= 2; threads++) {
        renew("many", NULL);
        assert_int_equal(kenporter(EXPORT "--threads %u --consents consent.csv -o many in.csv", threads), 0);
        assert_int_equal(counted("many", "released"), 91);
        assert_int_equal(kenporter(EXPORT "--threads %u --consents consent.csv -o many in.csv", threads), 0);
        assert_int_equal(counted("many", "already_disclosed"), 91);
    }
}

static void explain__kind_the_duty_does_not_cover__is_held(void **state)
{
    (void)state;
    static const char CASE[] =
        "explain --birth 1980-05-01 --exam 2025-06-10 --insurer 06139463 --on 2026-04-01 --json";
    assert_int_equal(kenporter("%s --exam-kind special", CASE), 0);
    assert_contains(slurp("stdout", NULL), "\"reason\": \"exam_kind\"");
    assert_null(strstr(slurp("stdout", NULL), "150"));
    assert_int_equal(kenporter("%s --exam-kind hiring", CASE), 0);
    assert_contains(slurp("stdout", NULL), "\"decision\": \"release\"");
    assert_int_equal(kenporter("%s --exam-kind dentist", CASE), 2);
}

static void mapping__to_wider_scope__is_in_the_reports(void **state)
{
    (void)state;
    write_input("胸部Ｘ線所見", "結節影");
    must(
        "\"$KENPORTER\" map in.csv 2>map.err | sed 's/^胸部Ｘ線所見,.*/胸部Ｘ線所見,9N066160800000049,,/' >m.csv");
    assert_string_equal(outcome("--mapping m.csv --lang ja"), "released");
    assert_contains(slurp("stdout", NULL), "本来の項目より広く提供されます");
    const char *report = slurp(textf("%s/report.json", run_folder("o")), NULL);
    assert_contains(report, "\"decision\": \"wider\"");
    assert_contains(report, "\"K3097\": 1");
    struct sheet notes = read_sheet(textf("%s/notes.csv", run_folder("o")));
    assert_contains(cell(&notes, find_row(&notes, "code", "K3097"), "column"), "列");
}

static void prepare__kind_by_option__is_kept_for_the_release(void **state)
{
    (void)state;
    must("cp " BASE " in.csv");
    assert_int_equal(kenporter("prepare " CONFIG "--exam-kind special -o ready in.csv"), 1);
    assert_int_equal(counted("ready", "released"), 0);
    must(
        "id=$(ls ready/prepared 2>/dev/null); test -z \"$id\" || grep -q 'exam_kind,special' ready/prepared/$id/manifest.csv");
}

/* An empty cell is no finding, and "not done" is no result. */
static void row__without_results__is_held(void **state)
{
    (void)state;
    static const char *const cells[] = {"", "未実施", "測定不能", "-", "　"};
    for (size_t i = 0; i < COUNT(cells); i++) {
        must("awk -F, -v OFS=, 'NR == 2 { for (i = 26; i <= NF; i++) $i = \"%s\" } 1' " BASE " >in.csv",
             cells[i]);
        const char *what = outcome("");
        if (strcmp(what, "released") == 0)
            fail_msg("only '%s': %s", cells[i], what);
    }
    must("awk -F, -v OFS=, 'NR == 2 { for (i = 26; i <= NF; i++) $i = \"\" } 1' " BASE " >in.csv");
    assert_string_equal(outcome(""), "nothing_to_disclose");
}

static void text__that_names_what_is_withheld__stays_back(void **state)
{
    (void)state;
    must("sed '2s/異常なし,神田　修/胸部ＸＰ結節影・ＨＩＶ陽性,神田　修/' " BASE " >in.csv");
    assert_int_equal(kenporter(EXPORT "-o told in.csv"), 0);
    must(
        "for z in told/*.zip; do unzip -p $z '*/DATA/*.xml' >told.xml; done; ! grep -e 結節 -e ＨＩＶ -e 神田 -e 9N511 told.xml");
    struct sheet log = read_sheet("told/disclosure-log.csv");
    size_t row = find_row(&log, "event", "disclose");
    assert_string_equal(cell(&log, row, "reason"), "mentions_withheld");
    assert_contains(cell(&log, row, "items_withheld"), "9N511000000000049 9N516000000000049");
}

static void text__of_relatives__is_listed_by_line(void **state)
{
    (void)state;
    write_input("既往歴2", "");
    must("sed -i '1s/既往歴2/他の列/;2s/,設計,,2,/,設計,,1,父に糖尿病/' in.csv");
    assert_string_equal(outcome("--lang en"), "released");
    assert_contains(slurp("stdout", NULL), "texts to review (relatives, sensitive illnesses): in.csv:2");
    assert_null(strstr(slurp("stdout", NULL), "父"));
    const char *html = slurp(textf("%s/report.html", run_folder("o")), NULL);
    assert_contains(html, "in.csv:2");
    assert_null(strstr(html, "父"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(column__of_kinds__decides),
        cmocka_unit_test(kind__no_column__is_assumed_and_said),
        cmocka_unit_test(mapping__of_kinds__explains_words),
        cmocka_unit_test(two_kinds__of_one_day__are_no_conflict),
        cmocka_unit_test(two_kinds__of_one_day_in_two_runs__are_two_examinations),
        cmocka_unit_test(kinds__of_many_rows__are_their_rows_own),
        cmocka_unit_test(explain__kind_the_duty_does_not_cover__is_held),
        cmocka_unit_test(mapping__to_wider_scope__is_in_the_reports),
        cmocka_unit_test(prepare__kind_by_option__is_kept_for_the_release),
        cmocka_unit_test(row__without_results__is_held),
        cmocka_unit_test(text__that_names_what_is_withheld__stays_back),
        cmocka_unit_test(text__of_relatives__is_listed_by_line),
    };
    return cmocka_run_group_tests_name("kinds", tests, set_up_golden, tear_down_golden);
}
