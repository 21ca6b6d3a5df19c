/* The map command: what it proposes, what it ignores, and that it prints no value. */
#include "golden.h"

#define MAP "map -c kenporter.ini "

struct export
{
    const char *name, *header_rows;
};

static const struct export EXPORTS[] = {{"export", "1"},    {"pattern_a", "1"}, {"pattern_b", "2"},
                                        {"pattern_c", "1"}, {"english", "1"},   {"cc2x", "1"},
                                        {"cc2x_local", "1"}};

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 ||
        run_shell(
            "cp \"$FIXTURES\"/*.csv \"$FIXTURES\"/vendors/[a-z]*_*.csv \"$FIXTURES\"/vendors/cc2x.csv "
            "\"$FIXTURES\"/vendors/english.csv \"$FIXTURES/kenporter.ini\" . && "
            "sed -n '/\\[facility\\]/,/^$/p' \"$FIXTURES/vendors/kenporter.ini\" >facility && "
            "cat kenporter.ini facility >vendors.ini && iconv -f CP932 -t UTF-8 export.csv >export.utf8") !=
            0)
        return -1;
    for (size_t i = 0; i < COUNT(EXPORTS); i++)
        if (kenporter("map -c %s.ini %s.csv", i == 0 ? "kenporter" : "vendors", EXPORTS[i].name) != 0 ||
            run_shell(textf("mv stdout %s.map && mv stderr %s.err", EXPORTS[i].name, EXPORTS[i].name)) != 0)
            return -1;
    return kenporter(EXPORT "-o plain export.csv") == 1 ? 0 : -1;
}

static char *map_of(const char *name)
{
    return textf("\n%s", slurp(textf("%s.map", name), NULL)); /* so that every line follows a line end */
}

/* --- no value of the export --- */

static void search__files_with_values__are_found(void **state)
{
    (void)state;
    static const char *const leaks[] = {
        "ｽｷﾞｳﾗ ｶｵﾘ", "スギウラカオリ", "杉浦　香織", "京都府花園台市北町１－１０７",
        "30653627",  "平成3年7月28日", "2025/07/03", "右上肺野石灰化影",
        "157.1",     "特になし",       "10818"};
    for (size_t i = 0; i < COUNT(leaks); i++) {
        must("echo '# #1 column: 1/1: %s ×1' >leak", leaks[i]);
        if (run_shell("python3 \"$GOLDEN/find_values.py\" export.csv 1 leak 2>/dev/null") == 0)
            fail_msg("the search does not see %s", leaks[i]);
    }
}

static void map__every_layout__prints_no_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(EXPORTS); i++) {
        const char *name = EXPORTS[i].name;
        assert_int_equal(kenporter("map --lang ja -c vendors.ini %s.csv", name), 0);
        must("python3 \"$GOLDEN/find_values.py\" %s.csv %s %s.map %s.err stdout stderr", name,
             EXPORTS[i].header_rows, name, name);
    }
}

/* The first person must not be taken for a header and printed. */
static void map__header_row_missing__prints_no_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(EXPORTS); i++) {
        const char *name = EXPORTS[i].name;
        must("sed -e '/^#/d' %s.csv | sed '1,%sd' >headless.csv", name, EXPORTS[i].header_rows);
        (void)kenporter("map -c vendors.ini headless.csv");
        must("python3 \"$GOLDEN/find_values.py\" %s.csv %s stdout stderr", name, EXPORTS[i].header_rows);
    }
}

static void map__first_person_below_the_headers__is_no_second_header_row(void **state)
{
    (void)state;
    must("sed '2s/特になし/身長/' pattern_c.csv >words.csv");
    assert_int_equal(kenporter("map -c vendors.ini words.csv"), 0);
    assert_contains(slurp("stdout", NULL), "header rows 1,");
    must("python3 \"$GOLDEN/find_values.py\" pattern_c.csv 1 stdout stderr");
}

/* --- what counts and what does not --- */

static void map__suggestions_and_leftovers__are_commented_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(EXPORTS); i++) {
        const char *all = map_of(EXPORTS[i].name), *from = strstr(all, "\n# -- suggestions");
        assert_non_null(from);
        for (const char *line = from; line && line[1]; line = strchr(line + 1, '\n'))
            if (strncmp(line, "\n# ", 3) != 0 && strncmp(line, "\n#\n", 3) != 0)
                fail_msg("%s: not a comment: %.60s", EXPORTS[i].name, line + 1);
    }
}

static void map__export__lists_what_it_leaves(void **state)
{
    (void)state;
    static const char *const unused[] = {"肝機能判定", "腎機能判定", "血糖判定",
                                         "脂質判定",   "22予備",     "23予備"};
    for (size_t i = 0; i < COUNT(unused); i++)
        assert_contains(map_of("export"), textf("\n# %s,ignore,,\n", unused[i]));
    assert_contains(map_of("export"), "\n# kenporter ");
    assert_contains(slurp("export.err", NULL),
                    "columns recognised: 90, suggestions: 0, not used: 6, required and lacking: 0\n");
}

static bool is_judgement(const char *header)
{
    static const char *const wanted[] = {"右）1000Hz 判定",
                                         "右）4000Hz 判定",
                                         "左）1000Hz 判定",
                                         "左）4000Hz 判定",
                                         "胸部Ｘ線判定",
                                         "心電図判定",
                                         "メタボリックシンドローム判定",
                                         "総合判定",
                                         "健診判定医"};
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (strcmp(header, wanted[i]) == 0)
            return false;
    return strstr(header, "判定") != NULL;
}

/* A judgement, a remark or last year's value beside a value is not the value. */
static void map__judgements_remarks_and_other_years__are_left_alone(void **state)
{
    (void)state;
    static const char *const repeated[] = {"コメント", "前回値", "前々回値"};
    must("iconv -f CP932 -t UTF-8 pattern_a.csv >pattern_a.utf8");
    struct sheet source = read_sheet("pattern_a.utf8");
    const char *all = map_of("pattern_a");
    size_t n = 0;
    for (size_t i = 0; i < width(&source, 0); i++) {
        const char *header = source.cells[i];
        bool again = false;
        for (size_t k = 0; k < COUNT(repeated); k++)
            again |= strcmp(header, repeated[k]) == 0;
        if (again || is_judgement(header)) {
            assert_contains(all,
                            again ? textf("\n# #%zu,ignore,,\n", i + 1) : textf("\n# %s,ignore,,\n", header));
            assert_null(strstr(all, again ? textf("\n#%zu,", i + 1) : textf("\n%s,", header)));
            n++;
        }
    }
    assert_in_range(n, 100, 300);
}

static void map__missing_required_columns__are_listed(void **state)
{
    (void)state;
    /* header in the export, field, header that is proposed if it is another one */
    static const char *const columns[][3] = {{"保険者番号", "insurer_number"},
                                             {"保険番号", "insured_number", "被保険者証等番号"},
                                             {"カナ氏名", "name_kana"},
                                             {"性別", "sex"},
                                             {"生年月日", "birth_date"},
                                             {"郵便番号", "postal_code"},
                                             {"住所", "address"},
                                             {"健診実施日", "exam_date"},
                                             {"健診機関番号", "facility_number"},
                                             {"健診機関名称", "facility_name"}};
    for (size_t i = 0; i < COUNT(columns); i++) {
        must("sed '1s/\\(^\\|,\\)%s,/\\1何か,/' export.utf8 >column.csv", columns[i][0]);
        assert_int_equal(kenporter(MAP "column.csv"), 0);
        assert_contains(slurp("stdout", NULL),
                        textf("\n# %s (%s)\n", columns[i][1], columns[i][2] ? columns[i][2] : columns[i][0]));
        assert_contains(slurp("stderr", NULL), "required and lacking: 1\n");
    }
    assert_null(strstr(map_of("export"), "-- required"));
    assert_int_equal(kenporter("map -c vendors.ini column.csv"), 0); /* its [facility] replaces the columns */
    assert_null(strstr(slurp("stdout", NULL), "-- required"));
    must("test $(grep -c '^# [a-z_]* (' cc2x_local.map) = 8");
    assert_contains(slurp("cc2x_local.err", NULL), "columns recognised: 0, ");
}

static void map__accepted_suggestion__is_used(void **state)
{
    (void)state;
    must("sed '1s/,身長,/,今回_身長,/' export.utf8 >suggested.csv");
    assert_int_equal(kenporter(MAP "suggested.csv"), 0);
    assert_contains(slurp("stdout", NULL), "\n# 今回_身長,9N001000000000001,,\n");
    must("sed 's/^# \\(今回_身長,\\)/\\1/' stdout >suggested.map");
    assert_int_equal(kenporter(EXPORT "--mapping suggested.map -o suggested suggested.csv"), 1);
    assert_same_bundles("plain", "suggested");
}

/* --- the mapping works --- */

static void map__of_the_export__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "--mapping export.map -o mapped export.csv"), 1);
    assert_same_bundles("plain", "mapped");
    assert_int_equal(kenporter("map --lang ja -c kenporter.ini export.csv"), 0);
    must("mv stdout japanese.map");
    assert_int_equal(kenporter(EXPORT "--mapping japanese.map -o japanese export.csv"), 1);
    assert_same_bundles("plain", "japanese");
}

/* Headers that a mapping file must quote, and headers it cannot name. */
static void map__awkward_headers__give_the_same_bundles(void **state)
{
    (void)state;
    must(
        "sed '1s/コース名称/\"コース, 名称\"/; 1s/肝機能判定/予備@2/; 1s/腎機能判定/#30/; 1s/血糖判定/\"\"\"血糖\"\"判定\"/; "
        "1s/脂質判定/ 脂質 判定 /; 1s/22予備/23予備/; 1s/,性別,/,\"性別,\",/' export.utf8 | "
        "sed '1s/,住所,/,\"住\\n所\",/' >awkward.csv");
    must("test $(wc -l <awkward.csv) -gt $(wc -l <export.utf8)");
    assert_int_equal(kenporter(MAP "awkward.csv"), 0);
    must("cp stdout awkward.map");
    assert_int_equal(kenporter(EXPORT "--mapping awkward.map -o awkward awkward.csv"), 1);
    assert_same_bundles("plain", "awkward");
}

static void map__twice__gives_the_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(EXPORTS); i++) {
        assert_int_equal(kenporter("map -c %s.ini %s.csv", i == 0 ? "kenporter" : "vendors", EXPORTS[i].name),
                         0);
        assert_same_file("stdout", textf("%s.map", EXPORTS[i].name));
        assert_same_file("stderr", textf("%s.err", EXPORTS[i].name));
    }
}

static void map__in_japanese__proposes_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(EXPORTS); i++) {
        const char *name = EXPORTS[i].name;
        assert_int_equal(kenporter("map --lang ja -c %s.ini %s.csv", i == 0 ? "kenporter" : "vendors", name),
                         0);
        assert_contains(slurp("stdout", NULL), "\n# -- 認識した列\n");
        assert_contains(slurp("stderr", NULL), "認識した列 ");
        must("! grep -q -e '-- recognised' -e '-- suggestions' -e '-- not used' -e 'known synonym' stdout");
        must("grep -v '^# ' %s.map >en.rows; grep -v '^# ' stdout >ja.rows; cmp en.rows ja.rows", name);
        must("grep '^# .*,,$' %s.map >en.rows; grep '^# .*,,$' stdout >ja.rows; cmp en.rows ja.rows", name);
    }
}

static void map__quiet__prints_the_mapping_alone(void **state)
{
    (void)state;
    assert_int_equal(kenporter(MAP "-q export.csv"), 0);
    assert_same_file("stdout", "export.map");
    assert_string_equal(slurp("stderr", NULL), "");
}

static void map__header_row_alone__is_enough(void **state)
{
    (void)state;
    must("head -n 1 export.utf8 >head.csv");
    assert_int_equal(kenporter(MAP "head.csv"), 0);
    must("grep -v '^# ' export.map >full.rows; grep -v '^# ' stdout >head.rows; cmp full.rows head.rows");
}

static void map__any_export__leaves_no_file(void **state)
{
    (void)state;
    must("mkdir -p alone && cp kenporter.ini export.csv *s.csv alone && cd alone && ls -a >../before && "
         "\"$KENPORTER\" map -c kenporter.ini export.csv >/dev/null 2>&1 && ls -a >../after");
    assert_same_file("before", "after");
}

/* --- usage --- */

static void assert_refused(int status, int expected, const char *place, const char *code)
{
    const char *err = slurp("stderr", NULL);
    if (status != expected)
        fail_msg("exit %d, expected %d: %s", status, expected, err);
    assert_string_equal(slurp("stdout", NULL), "");
    assert_contains(err, textf("%s: fail %s", place, code));
    assert_int_equal(occurrences(err, "\n"), 1);
}

static void usage__not_one_input__exit_2(void **state)
{
    (void)state;
    assert_refused(kenporter("map"), 2, "kenporter", "K1005");
    assert_refused(kenporter(MAP), 2, "kenporter", "K1005");
    assert_refused(kenporter(MAP "export.csv english.csv"), 2, "kenporter", "K1006");
    assert_contains(slurp("stderr", NULL), "english.csv");
    assert_refused(kenporter(MAP "--outptu out export.csv"), 2, "kenporter", "K1002");
}

static void usage__input_that_cannot_be_read__exit_3(void **state)
{
    (void)state;
    must(
        "mkdir -p a_folder; : >empty.csv; sed '2s/,女,/,\"女,/' export.utf8 >quote.csv; ! cmp -s quote.csv export.utf8");
    assert_refused(kenporter(MAP "nowhere.csv"), 3, "nowhere.csv", "K2001");
    assert_refused(kenporter(MAP "a_folder"), 3, "a_folder", "K2001");
    assert_refused(kenporter(MAP "empty.csv"), 3, "empty.csv", "K2002");
    assert_refused(kenporter(MAP "quote.csv"), 3, "quote.csv:2", "K2004");
    assert_refused(kenporter("map -c nowhere.ini export.csv"), 2, "nowhere.ini", "K1010");
}

static void usage__help__goes_to_stdout_with_exit_0(void **state)
{
    (void)state;
    assert_int_equal(kenporter("map --help"), 0);
    assert_contains(slurp("stdout", NULL), "kenporter map [options] INPUT.csv");
    assert_string_equal(slurp("stderr", NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search__files_with_values__are_found),
        cmocka_unit_test(map__every_layout__prints_no_value),
        cmocka_unit_test(map__header_row_missing__prints_no_value),
        cmocka_unit_test(map__first_person_below_the_headers__is_no_second_header_row),
        cmocka_unit_test(map__suggestions_and_leftovers__are_commented_out),
        cmocka_unit_test(map__export__lists_what_it_leaves),
        cmocka_unit_test(map__judgements_remarks_and_other_years__are_left_alone),
        cmocka_unit_test(map__missing_required_columns__are_listed),
        cmocka_unit_test(map__accepted_suggestion__is_used),
        cmocka_unit_test(map__of_the_export__gives_the_same_bundles),
        cmocka_unit_test(map__awkward_headers__give_the_same_bundles),
        cmocka_unit_test(map__twice__gives_the_same_bytes),
        cmocka_unit_test(map__in_japanese__proposes_the_same),
        cmocka_unit_test(map__quiet__prints_the_mapping_alone),
        cmocka_unit_test(map__header_row_alone__is_enough),
        cmocka_unit_test(map__any_export__leaves_no_file),
        cmocka_unit_test(usage__not_one_input__exit_2),
        cmocka_unit_test(usage__input_that_cannot_be_read__exit_3),
        cmocka_unit_test(usage__help__goes_to_stdout_with_exit_0),
    };
    return cmocka_run_group_tests_name("map_command", tests, set_up, tear_down_golden);
}
