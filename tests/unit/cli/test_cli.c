#include "folder.h"

#include "cli/cli.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *said, *complained; /* what the last command wrote to stdout and stderr */
static struct kp_arena arena;

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 09:30 in Japan */
}

static int cli(enum kp_lang lang, const char *const *words, size_t n)
{
    size_t n_said = 0, n_complained = 0;
    char *argv[40] = {NULL};
    const struct kp_env env = {.now = fixed_now, .lang = lang};
    free(said);
    free(complained);
    FILE *out = open_memstream(&said, &n_said), *err = open_memstream(&complained, &n_complained);
    assert_true(out && err && n + 1 < COUNT(argv));
    argv[0] = kp_arena_strdup(&arena, "kenporter");
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = kp_arena_strdup(&arena, words[i]);
    int status = kp_cli((int)n + 1, argv, out, err, &env, NULL);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(fclose(err), 0);
    return status;
}

#define CLI_IN(lang, ...)                                                                                    \
    cli(lang, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define CLI(...) CLI_IN(KP_LANG_EN, __VA_ARGS__)

static char *put(const char *name, const char *contents)
{
    return put_file(name, contents, strlen(contents));
}

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    (void)put("k.ini", "[sender]\nnumber = 6631111116\nname = 架空精機\n[output]\ndirectory = out\n");
    return 0;
}

static int tear_down(void **state)
{
    free(said);
    free(complained);
    kp_arena_release(&arena);
    return remove_folder(state);
}

/* One line on stderr with this in it, and nothing on stdout. */
static void assert_one_line(const char *part)
{
    size_t n = strlen(complained);
    assert_string_equal(said, "");
    assert_true(n > 1 && complained[n - 1] == '\n');
    assert_ptr_equal(strchr(complained, '\n'), complained + n - 1);
    assert_has(complained, part);
}

static void help__of_program_and_commands__goes_to_stdout(void **state)
{
    (void)state;
    static const char *const commands[] = {"check", "export", "map", "explain", "items"};
    for (enum kp_lang lang = KP_LANG_EN; lang <= KP_LANG_JA; lang++) {
        assert_int_equal(CLI_IN(lang, "--help"), 0);
        assert_string_equal(complained, "");
        for (size_t i = 0; i < COUNT(commands); i++)
            assert_has(said, commands[i]);
        for (size_t i = 0; i < COUNT(commands); i++) {
            assert_int_equal(CLI_IN(lang, commands[i], "--help"), 0);
            assert_string_equal(complained, "");
            assert_has(said, kp_arena_printf(&arena, "kenporter %s", commands[i]));
            assert_has(said, "--lang");
            assert_int_equal(CLI_IN(lang, commands[i], "-h"), 0);
        }
    }
    assert_int_equal(CLI("-h"), 0);
    assert_int_equal(CLI_IN(KP_LANG_EN, "check", "--lang", "ja", "--help"), 0);
    assert_has(said, "使い方");
}

static void version__names_libraries_on_stdout(void **state)
{
    (void)state;
    assert_int_equal(CLI("--version"), 0);
    assert_has(said, "kenporter " KP_VERSION " (");
    assert_has(said, ")\nlibxml2 2.");
    assert_has(said, ", OpenSSL 3.");
    assert_string_equal(complained, "");
}

static void command__unknown_or_none__ends_with_2_and_the_nearest_name(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"chek", "'check'"},
                                          {"exprot", "'export'"},
                                          {"explian", "'explain'"},
                                          {"item", "'items'"},
                                          {"mapp", "'map'"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(CLI(rows[i][0]), 2);
        assert_one_line(rows[i][0]);
        assert_has(complained, rows[i][1]);
    }
    assert_int_equal(CLI("--hepl"), 2);
    assert_one_line("'--help'");
    assert_int_equal(CLI("check", "--ouput", "x", "a.csv"), 2);
    assert_one_line("K1002");
    assert_has(complained, "'--output'");
    assert_int_equal(cli(KP_LANG_EN, NULL, 0), 2);
    assert_int_equal(CLI("check", "-c", in_folder("k.ini")), 2);
    assert_one_line("K1005");
}

static void explain__code__tells_meaning_and_remedy(void **state)
{
    (void)state;
    assert_int_equal(CLI("explain", "K2007"), 0);
    assert_has(said, "K2007 column_missing");
    assert_has(said, "meaning:");
    assert_has(said, "remedy:");
    assert_int_equal(CLI_IN(KP_LANG_JA, "explain", "k4006"), 0);
    assert_has(said, "K4006 (要修正)");
    assert_has(said, "直し方:");
    assert_int_equal(CLI("explain", "K4006", "--lang=ja"), 0);
    assert_has(said, "意味:");
    static const char *const unknown[] = {"K0000", "K9999", "K200",  "K20077", "2007",
                                          "hello", "",      "K-001", "K 200"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_int_equal(CLI("explain", unknown[i]), 2);
        assert_one_line("K1008");
    }
    assert_int_equal(CLI("explain", "K2007", "K2008"), 2);
    assert_one_line("K1006");
}

/* The worked examples of the rule, exam by exam; the middle of the day of disclosure does not matter. */
static void explain__ages__fall_into_their_bands(void **state)
{
    (void)state;
    static const struct {
        const char *born, *exam, *birthday, *statute;
    } rows[] = {
        {"1985-03-31", "2024-06-10", "40to74", "40to74"},   {"1985-04-01", "2024-06-10", "under40", "40to74"},
        {"1985-04-02", "2024-06-10", "under40", "under40"}, {"1984-12-01", "2024-06-10", "40to74", "40to74"},
        {"1949-10-01", "2024-09-30", "40to74", "40to74"},   {"1949-10-01", "2024-10-01", "75plus", "75plus"}};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int statute = 0; statute < 2; statute++) {
            assert_int_equal(CLI("explain", "--birth", rows[i].born, "--exam", rows[i].exam, "--insurer",
                                 "06139463", "--on", "2024-11-01", "--json", "--age-rule",
                                 statute ? "statute" : "birthday"),
                             0);
            assert_string_equal(complained, "");
            assert_has(said, kp_arena_printf(&arena, "\"age_band\": \"%s\"",
                                             statute ? rows[i].statute : rows[i].birthday));
            assert_has(said, statute ? "\"age_rule\": \"statute\"" : "\"age_rule\": \"birthday\"");
        }
}

static void explain__case__answers_in_json_that_others_read(void **state)
{
    (void)state;
    assert_int_equal(CLI("explain", "--birth", "1985-03-31", "--exam", "2024-06-10", "--insurer", "06139463",
                         "--on", "2024-07-01", "--json"),
                     0);
    char *path = put("answer.json", said);
    char *script =
        put("check.py",
            "import json, sys\n"
            "a = json.load(open(sys.argv[1], encoding='utf-8'))\n"
            "assert a['decision'] == 'release' and not a['reason'], a\n"
            "assert (a['age'], a['age_rule'], a['age_band']) == (40, 'birthday', '40to74'), a\n"
            "assert a['basis_id'] == 'elderly27' and '第27条第3項' in a['provisions'], a\n"
            "assert a['privacy_ground'] == 'required_by_law' and a['needed'] == [], a\n"
            "assert a['item_scopes'] == {'duty': 'release', 'form': 'release', 'other': 'withhold'}, a\n");
    assert_int_equal(system(kp_arena_printf(&arena, "python3 %s %s", script, path)), 0);
}

static void explain__holds__give_reason_and_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *birth, *insurer, *articles, *on, *expected;
    } rows[] = {{"1985-03-31", "06139463", "", "2024-07-01", "\"no_request\""},
                {"1990-01-01", "06139463", "elderly_act", "2024-07-01", "\"no_basis\""},
                {"1990-01-01", "06139463", "health_act", "2024-07-01", "\"kenpo150\""},
                {"1985-03-31", "06139463", "health_act", "2024-07-01", "\"kenpo150\""},
                {"1985-03-31", "39289004", "elderly_act", "2024-07-01", "\"consent_missing\""},
                {"1985-03-31", "34289009", "health_act", "2024-07-01", "\"scheme_ambiguous\""},
                {"1985-03-31", "06139463", "elderly_act", "2029-06-11", "\"past_retention\""},
                {"1985-03-31", "06139463", "elderly_act", "2029-06-10", "\"elderly27\""}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(CLI("explain", "--birth", rows[i].birth, "--exam", "2024-06-10", "--insurer",
                             rows[i].insurer, "--articles", rows[i].articles, "--on", rows[i].on, "--json"),
                         0);
        assert_has(said, rows[i].expected);
        bool held = strstr(said, "\"decision\": \"hold\"") != NULL;
        assert_int_equal(held, strstr(said, "\"needed\": []") == NULL);
        assert_int_equal(held, strstr(said, "\"reason\": null") == NULL);
    }
}

static void explain__incomplete_or_wrong_case__is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][4] = {{"1985-03-31", "2024-06-10", "6139463", "8 digits"},
                                           {"1985-03-31", "2024-06-10", "0613946a", "--insurer"},
                                           {"1985-02-29", "2024-06-10", "06139463", "--birth"},
                                           {"2024-06-11", "2024-06-10", "06139463", "--birth"}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(
            CLI("explain", "--birth", wrong[i][0], "--exam", wrong[i][1], "--insurer", wrong[i][2]), 2);
        assert_one_line(wrong[i][3]);
    }
    assert_int_equal(CLI("explain", "--birth", "1985-03-31", "--exam", "2024-06-10", "--insurer", "06139464"),
                     0);
    assert_has(complained, "check digit"); /* the prefix answers all the same, but nothing is silent */
    assert_int_equal(CLI("explain", "--birth", "1985-03-31", "--exam", "2024-06-10"), 2);
    assert_one_line("--insurer");
    assert_int_equal(CLI("explain"), 2);
    assert_one_line("--birth");
    assert_int_equal(
        CLI("explain", "--birth=1985-03-31", "--exam=2024-06-10", "--insurer=06139463", "--articles=gdpr"),
        2);
    assert_one_line("--articles");
}

static size_t lines_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void items__word__narrows_the_catalogue(void **state)
{
    (void)state;
    const char *from = getenv("SCHEMAS");
    assert_int_equal(CLI("items"), 0);
    size_t all = lines_of(said);
    FILE *count =
        popen(kp_arena_printf(&arena, "tail -n +2 %s/items.csv | wc -l", from ? from : "./schemas"), "r");
    unsigned long rows = 0;
    assert_int_equal(fscanf(count, "%lu", &rows), 1);
    (void)pclose(count);
    assert_int_equal(all, rows);
    assert_int_equal(CLI("items", "腹囲"), 0);
    assert_int_equal(lines_of(said), 3); /* measured, by own judgement, by own word */
    assert_has(said, "9N016160100000001");
    assert_int_equal(CLI("items", "ｂｍｉ"), 0);
    assert_has(said, "9N011000000000001");
    assert_int_equal(CLI("items", "9N001000000000001"), 0);
    assert_int_equal(lines_of(said), 1);
    assert_has(said, "身長");
    assert_int_equal(CLI("items", "a", "b"), 2);
    assert_one_line("K1006");
    assert_int_equal(CLI("items", "\x95\xa0"), 2); /* CP932 */
    assert_one_line("K1004");
}

#define HEADER                                                                                               \
    "保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所,受診日,健診機関番号,健診機関名称,身長\n"
#define PERSON "06139463,1,ヤマダ,男,1980-05-01,100-0001,東京都千代田区,2025-06-10,1310000001,架空病院,"

static void check__unreadable_input__ends_with_3_and_leaves_no_folder(void **state)
{
    (void)state;
    const char *config = in_folder("k.ini");
    const struct {
        const char *path, *code;
    } rows[] = {{in_folder("none.csv"), "K2001"},
                {folder, "K2001"},
                {put("empty.csv", ""), "K2002"},
                {put("lacking.csv",
                     "保険者番号,カナ氏名,性別,生年月日,郵便番号,住所,受診日,健診機関番号,健診機関名称\n"),
                 "K2007"},
                {put("headless.csv", PERSON "170\n"), "K2012"},
                {put("quote.csv", HEADER "\"06139463,1\n"), "K2004"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(CLI("check", "-c", config, rows[i].path), 3);
        assert_one_line(rows[i].code);
        assert_int_equal(strncmp(complained, rows[i].path, strlen(rows[i].path)), 0);
        if (i < COUNT(rows) - 1)
            assert_false(kp_path_exists(&kp_io_posix, in_folder("out")));
    }
}

static void check__broken_register_or_configuration__ends_with_2(void **state)
{
    (void)state;
    char *input = put("in.csv", HEADER), *config = in_folder("k.ini");
    char *requests =
        put("requests.csv",
            "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,"
            "withdrawn_on,note\nR1,06139463,2026-01-15,elderly_act,,,all,,,,\n"
            "R2,06139463,2026-02-30,elderly_act,,,all,,,,\n");
    assert_int_equal(CLI("check", "-c", config, "--requests", requests, input), 2);
    assert_one_line(kp_arena_printf(&arena, "%s:3: fail K1033", requests));
    assert_int_equal(CLI("check", "-c", config, "--insurers", in_folder("none.csv"), input), 2);
    assert_one_line("K1030");
    assert_int_equal(CLI("check", "-c", config, input, input), 2);
    assert_one_line("K1060");
    assert_int_equal(CLI("export", "-o", in_folder("x"), input), 2); /* nobody is named as the sender */
    assert_one_line("K1040");
}

/* A check of one file, far from the folder of the other tests. */
static int check_of(const char *contents)
{
    return CLI("check", "-c", in_folder("k.ini"), "-o", in_folder("seen"), "--as-of", "2026-04-01",
               put("in.csv", contents));
}

static void check__cell_at_fault__is_named_by_line_and_column(void **state)
{
    (void)state;
    assert_int_equal(check_of("# who sent it\n" HEADER "# a remark, \"\n" PERSON "tall\n"), 1);
    assert_has(complained, "in.csv:4: reject K4022 9N001000000000001 身長 cell K4: ");
    assert_int_equal(check_of("予備," HEADER "x," PERSON "tall\n"), 1);
    assert_has(complained, "in.csv:2: reject K4022 9N001000000000001 身長 cell L2: ");
    assert_int_equal(check_of("#," HEADER "1," PERSON "t\xff\n"), 1); /* exports number their rows */
    assert_has(complained, "in.csv:2: reject K2011 身長 cell L2: ");
}

static void check__rows_that_became_comments__are_told(void **state)
{
    (void)state;
    assert_int_equal(check_of(HEADER "# as it came\n" PERSON "170\n#" PERSON "171\n#" PERSON "172\n"), 0);
    assert_has(complained, "in.csv:4: warn K2026: 2 lines");
    assert_has(said, "read 1 ");
}

static void check__columns_that_cannot_be_used__are_told_with_the_reason(void **state)
{
    (void)state;
    static const char names[] = "血糖,9N511000000000049,腹囲(kg),体重," HEADER,
                      codes[] = ",,,9N001000000000001,,,,,,,,,,,\n";
    assert_int_equal(check_of(kp_arena_printf(&arena, "%s%s1,2,3,4," PERSON "170\n", names, codes)), 0);
    static const char *const told[] = {
        "in.csv:1: warn K2022 column A: column '血糖'", "in.csv:1: warn K2023 column B: column '9N511",
        "in.csv:1: warn K2024 column C: column '腹囲(kg)' is not used: its unit (kg)",
        "in.csv:1: warn K2025 column D: column '体重'"};
    for (size_t i = 0; i < COUNT(told); i++)
        assert_has(complained, told[i]);
}

static void check__wrong_mapping__ends_with_2(void **state)
{
    (void)state;
    static const struct {
        const char *mapping, *said;
    } cases[] = {
        {"column,target,unit,values\n身長,9N001,,\n", "map.csv:2: fail K1050"},
        {"# x\ncolumn,target,unit,values\n#12,sex,,\n", "map.csv:3: fail K1051"},
        {"column,target,unit,values\n身長,3D010000001927201/3D010129901927201,,\n", "map.csv: fail K1052"},
        {"FILENO,COLNO,CODE\n1,1,3F0150000023ZZZ01\n", "map.csv:2: fail K1053"}};
    char *input = put("in.csv", HEADER), *config = in_folder("k.ini");
    char *methods = put("cvt.csv", "FILENO,COLNO,CODE,LOCAL,METHOD\n1,12,3F0150000023ZZZ01,1,271\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *mapping = put("map.csv", cases[i].mapping);
        assert_int_equal(CLI("check", "-c", config, "--mapping", mapping, "--methods", methods, input), 2);
        assert_one_line(cases[i].said);
    }
    assert_has(complained, "cvt.csv"); /* which was to settle it */
}

static void map__one_input__gives_a_mapping_on_stdout(void **state)
{
    (void)state;
    char *input = put("in.csv", HEADER PERSON "170\n");
    assert_int_equal(CLI("map", input), 0);
    assert_has(said, "\ncolumn,target,unit,values\n");
    assert_has(said, "\n身長,9N001000000000001,,\n");
    assert_null(strstr(said, "ヤマダ"));
    assert_has(complained, "11"); /* columns recognised */
    assert_int_equal(CLI("map", "-q", input), 0);
    assert_string_equal(complained, "");
    char *mapping = put("map.csv", said);
    char *config = in_folder("k.ini"), *out = in_folder("seen");
    assert_int_equal(CLI("check", "-q", "-c", config, "-o", out, "--mapping", mapping, input), 0);
}

static void map__no_input_or_two__is_refused(void **state)
{
    (void)state;
    assert_int_equal(CLI("map"), 2);
    assert_one_line("K1005");
    assert_int_equal(CLI("map", "a.csv", "b.csv"), 2);
    assert_one_line("K1006");
    assert_int_equal(CLI("map", in_folder("none.csv")), 3);
    assert_one_line("K2001");
    assert_int_equal(CLI("map", "--strict", "a.csv"), 2); /* an option of other commands */
    assert_one_line("K1002");
}

static void assert_full_disk(char **argv, int argc)
{
    const struct kp_env env = {.now = fixed_now};
    size_t n = 0;
    free(complained);
    FILE *out = fopen("/dev/full", "w"), *err = open_memstream(&complained, &n);
    assert_true(out && err);
    int status = kp_cli(argc, argv, out, err, &env, NULL);
    (void)fclose(out);
    assert_int_equal(fclose(err), 0);
    assert_int_equal(status, 4);
    assert_has(complained, "K9006");
}

static void print__full_disk__ends_with_4_and_says_so(void **state)
{
    (void)state;
    char program[] = "kenporter", help[] = "--help", map[] = "map";
    assert_full_disk((char *[]){program, help, NULL}, 2);
    assert_full_disk((char *[]){program, map, put("in.csv", HEADER), NULL}, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help__of_program_and_commands__goes_to_stdout),
        cmocka_unit_test(version__names_libraries_on_stdout),
        cmocka_unit_test(command__unknown_or_none__ends_with_2_and_the_nearest_name),
        cmocka_unit_test(explain__code__tells_meaning_and_remedy),
        cmocka_unit_test(explain__ages__fall_into_their_bands),
        cmocka_unit_test(explain__case__answers_in_json_that_others_read),
        cmocka_unit_test(explain__holds__give_reason_and_way_out),
        cmocka_unit_test(explain__incomplete_or_wrong_case__is_refused),
        cmocka_unit_test(items__word__narrows_the_catalogue),
        cmocka_unit_test(check__unreadable_input__ends_with_3_and_leaves_no_folder),
        cmocka_unit_test(check__broken_register_or_configuration__ends_with_2),
        cmocka_unit_test(check__cell_at_fault__is_named_by_line_and_column),
        cmocka_unit_test(check__rows_that_became_comments__are_told),
        cmocka_unit_test(check__columns_that_cannot_be_used__are_told_with_the_reason),
        cmocka_unit_test(check__wrong_mapping__ends_with_2),
        cmocka_unit_test(map__one_input__gives_a_mapping_on_stdout),
        cmocka_unit_test(map__no_input_or_two__is_refused),
        cmocka_unit_test(print__full_disk__ends_with_4_and_says_so),
    };
    return cmocka_run_group_tests_name("cli", tests, set_up, tear_down);
}
