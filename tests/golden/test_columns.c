/* Columns whose digits or numbers do not speak for themselves: what goes out, what is reported, and how it is
 * settled. */
#include "golden.h"

#define HEAD                                                                                                                                                      \
    "保険者番号,被保険者証記号,被保険者証番号,枝番,カナ氏名,性別,生年月日,郵便番号,住所,健診実施日,健診機関番号," \
    "健診機関名称"
#define PERSON                                                                                               \
    "06139463,１２,340%u,00,ケンポタロウ,%s,19700501,100-0001,東京都千代田区１,20250610,2819901170,試験健診"
#define OPTIONS "-c kenporter.ini --as-of 2026-04-01 "
#define EXPORT_IT "export " OPTIONS "--backdate test "

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return run_shell("cp \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv \"$FIXTURES\"/insurers.csv "
                     "\"$FIXTURES\"/kenporter.ini .");
}

/* Writes an export whose persons have these sexes and these cells behind the common ones. */
static void write_export(const char *file, const char *headers, const char *const rows[][2], size_t n)
{
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    (void)fprintf(out, "%s,%s\n", HEAD, headers);
    for (size_t i = 0; i < n; i++)
        (void)fprintf(out, PERSON ",%s\n", (unsigned)i + 1, rows[i][0], rows[i][1]);
    assert_int_equal(fclose(out), 0);
}

static const char *const SEXES[][2] = {{"1", "170"}, {"2", "160"}, {"男", "165"}, {"9", "150"}};

static void sex__with_other_digits__waits_for_a_mapping(void **state)
{
    (void)state;
    write_export("sex.csv", "身長", SEXES, COUNT(SEXES));
    assert_int_equal(kenporter(EXPORT_IT "-o sex sex.csv"), 1);
    assert_int_equal(counted("sex", "released"), 1);
    assert_contains(slurp("stdout", NULL), "column F 性別: ");
    assert_contains(slurp("stdout", NULL), "性別,sex,,0=?|1=?|2=?");
    must("sed 's/,9,19700501/,2,19700501/' %s/rejected.csv >mended.csv", run_folder("sex"));
    assert_int_equal(kenporter("check " OPTIONS "-o mended mended.csv"), 1);
    assert_int_equal(counted("mended", "rejected"), 3);
    /* What people make of the messages does not matter; without its columns the code alone counts. */
    must("python3 -c \"import csv\n"
         "rows = list(csv.reader(open('mended.csv', encoding='utf-8-sig')))\n"
         "assert all('K4062:F' in r[4].split() for r in rows[1:]), rows\n"
         "for r in rows[1:]: r[3] = ''\n"
         "csv.writer(open('silent.csv', 'w', encoding='utf-8')).writerows(rows)\n"
         "csv.writer(open('older.csv', 'w', encoding='utf-8')).writerows(r[:4] + r[5:] for r in rows)\"");
    assert_int_equal(kenporter("check " OPTIONS "-o silent silent.csv"), 1);
    assert_int_equal(counted("silent", "rejected"), 3);
    assert_int_equal(kenporter("check " OPTIONS "-o older older.csv"), 1);
    assert_int_equal(counted("older", "rejected"), 3);
    assert_int_equal(kenporter("map -c kenporter.ini sex.csv"), 0);
    must("sed 's/^# \\(性別,sex,,\\).*/\\1official/' stdout >sex.map");
    assert_int_equal(kenporter(EXPORT_IT "--mapping sex.map -o sex sex.csv"), 1);
    assert_int_equal(counted("sex", "released"), 2);
    assert_int_equal(counted("sex", "already_disclosed"), 1);
    assert_int_equal(counted("sex", "rejected"), 1);
}

static void hours__in_any_thread__are_read_by_the_whole_column(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"男", "2,140"}, {"男", "3,95"}, {"男", "12,95"}, {"男", "4,95"}};
    write_export("hours.csv", "食後時間,血糖", rows, COUNT(rows));
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        assert_int_equal(kenporter(EXPORT_IT "--threads %u -o hours%u hours.csv", threads, threads), 0);
        must("for n in 1 2 3 4; do \"$KENPORTER\" show --show-values hours%u/*.zip $n; done >shown%u",
             threads, threads);
    }
    must("cmp shown1 shown3 && grep -q 随時血糖 shown1 && grep -q 食後10時間以上 shown1");
    must("test $(grep -c '採血時間.*3.5時間未満' shown1) = 2");
    must("grep -q '\"column\": *13.*\"decision\": *\"hours\"' %s/report.json", run_folder("hours1"));
    assert_int_equal(kenporter(EXPORT_IT "-o hours1 hours.csv"), 0); /* both passes read the same */
    assert_int_equal(counted("hours1", "already_disclosed"), COUNT(rows));
    must("sed -i '/,12,95$/d' hours.csv");
    assert_int_equal(kenporter("check " OPTIONS "-o few hours.csv"), 1);
    assert_int_equal(counted("few", "rejected"), 3);
}

static void answers__of_a_vendor__are_one_line_per_column(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"男", "1,2,25"}, {"女", "2,1,40"}};
    write_export("own.csv", "１．服薬歴（血圧）,２．服薬歴（血糖）,右）1000Hz", rows, COUNT(rows));
    assert_int_equal(kenporter("check " OPTIONS "-o own own.csv"), 1);
    must("test $(grep -c ' K4061 ' stderr) = 2 && test $(grep -c ' K3081 ' stderr) = 1");
    must("test $(grep -c '^  own.csv column [MNO] ' stdout) = 3");
    must("grep -q '\"unmapped_columns\":.*右）1000Hz' %s/report.json", run_folder("own"));
    assert_int_equal(kenporter("map --lang en -c kenporter.ini own.csv"), 0);
    must("grep -q '^# 1=はい 2=いいえ: right?$' stdout && cp stdout own.map");
    must(
        "sed -i 's/^# \\(１．服薬歴（血圧）,.*official\\)$/\\1/; s/^# \\(２．服薬歴（血糖）,.*,,\\)official$/\\11=2|2=1/' own.map");
    assert_int_equal(kenporter(EXPORT_IT "--mapping own.map -o own own.csv"), 0);
    must("\"$KENPORTER\" show --show-values own/*.zip 1 >shown && grep -q '服薬1.*はい' shown && "
         "grep -q '服薬2.*はい' shown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sex__with_other_digits__waits_for_a_mapping),
        cmocka_unit_test(hours__in_any_thread__are_read_by_the_whole_column),
        cmocka_unit_test(answers__of_a_vendor__are_one_line_per_column),
    };
    return cmocka_run_group_tests_name("columns", tests, set_up, tear_down_golden);
}
