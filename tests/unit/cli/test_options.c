#include "folder.h"
#include "messages.h"

#include "cli/options.h"
#include "cli/read_settings.h"

#include <stdio.h>
#include <unistd.h>

static char *config;
static struct kp_arena arena, of_test;
static struct kp_catalogue catalogue;
static struct kp_diag diag;
static struct kp_settings s;

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    config = in_folder("k.ini");
    return kp_catalogue_load(&arena, &catalogue) == KP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    kp_arena_release(&arena);
    return remove_folder(state);
}

static int tidy(void **state)
{
    (void)state;
    kp_arena_release(&of_test);
    return 0;
}

static enum kp_status read_for(unsigned command, char **words, size_t n)
{
    memset(&got, 0, sizeof(got));
    memset(&s, 0, sizeof(s));
    diag = (struct kp_diag){.catalogue = &catalogue, .env = &ENV};
    char *argv[32] = {(char *)(uintptr_t) "kenporter", (char *)(uintptr_t) "check"};
    assert_true(n + 2 <= sizeof(argv) / sizeof(argv[0]));
    memcpy(argv + 2, words, n * sizeof(*words));
    const struct kp_command_line line = {(int)n + 2, argv, command, "check", NULL};
    return kp_settings_read(&s, &line, &of_test, &diag);
}

#define READ(...)                                                                                            \
    read_for(KP_FOR_CHECK, (char *[]){__VA_ARGS__}, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *))

static enum kp_status with_config(const char *text)
{
    char option[] = "-c";
    assert_int_equal(kp_write_file(&kp_io_posix, config, text, strlen(text)), KP_OK);
    return read_for(KP_FOR_CHECK, (char *[]){option, config}, 2);
}

static void assert_refused(enum kp_status st, unsigned code, const char *part)
{
    assert_int_equal(st, KP_E_USAGE);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, code);
    if (!strstr(got.text, part) && !strstr(got.remedy, part))
        fail_msg("'%s' is neither in '%s' nor in '%s'", part, got.text, got.remedy);
}

static void options__none__are_the_defaults(void **state)
{
    (void)state;
    char input[] = "a.csv";
    assert_int_equal(READ(input), KP_OK);
    assert_string_equal(s.options.output, "out");
    assert_int_equal(s.options.n_inputs, 1);
    assert_string_equal(s.options.inputs[0], "a.csv");
    assert_null(s.options.log);
    assert_null(s.options.input.mapping);
    assert_null(s.options.input.methods);
    assert_null(s.options.as_of);
    assert_int_equal(s.options.age_rule, KP_AGE_BIRTHDAY);
    assert_false(s.options.common.strict || s.options.common.show_values || s.options.corrections ||
                 s.options.derive || s.options.reject_incomplete || s.json || s.quiet || s.verbose);
    assert_int_equal(s.options.input.encoding, KP_ENC_AUTO);
    assert_int_equal(s.progress, KP_PROGRESS_AUTO);
}

static void options__every_spelling_of_a_value__is_read(void **state)
{
    (void)state;
    char words[][32] = {"--output",
                        "o1",
                        "x.csv",
                        "--log=l=1",
                        "-oo2",
                        "--strict",
                        "--threads=256",
                        "--as-of",
                        "2026-02-28",
                        "--age-rule=statute",
                        "--lang=ja",
                        "--json",
                        "-q",
                        "-v",
                        "--show-values",
                        "--notes",
                        "all",
                        "--progress",
                        "never",
                        "--again",
                        "--strict",
                        "-",
                        "--",
                        "--json",
                        "-x"};
    char *list[COUNT(words)];
    for (size_t i = 0; i < COUNT(words); i++)
        list[i] = words[i];
    assert_int_equal(read_for(KP_FOR_CHECK, list, COUNT(words)), KP_OK);
    assert_string_equal(s.options.output, "o2"); /* the last one counts */
    assert_string_equal(s.options.log, "l=1");
    assert_int_equal(s.options.threads, 256);
    assert_string_equal(s.options.as_of, "2026-02-28");
    assert_int_equal(s.options.age_rule, KP_AGE_STATUTE);
    assert_int_equal(s.options.common.lang, KP_LANG_JA);
    assert_true(s.options.common.strict && s.json && s.quiet && s.verbose && s.options.common.show_values);
    assert_true(s.options.all_notes);
    assert_int_equal(s.progress, KP_PROGRESS_NEVER);
    assert_string_equal(s.options.again, "--strict"); /* a value even when it looks like an option */
    assert_int_equal(s.n_arguments, 4);
    assert_string_equal(s.arguments[0], "x.csv");
    assert_string_equal(s.arguments[1], "-");
    assert_string_equal(s.arguments[2], "--json");
    assert_string_equal(s.arguments[3], "-x");
}

static void option__unknown__is_refused_with_the_nearest_name(void **state)
{
    (void)state;
    static const struct {
        const char *word, *near;
    } rows[] = {{"--ouput", "--output"},
                {"--stric", "--strict"},
                {"--age-rul=statute", "--age-rule"},
                {"--requets", "--requests"},
                {"--show-value", "--show-values"},
                {"--method=m.csv", "--methods"},
                {"--json=yes", "--json"},
                {"--birt", ""},
                {"-Z", ""},
                {"-qv", ""},
                {"--", NULL}};
    for (size_t i = 0; rows[i].near; i++) {
        char word[32];
        (void)snprintf(word, sizeof(word), "%s", rows[i].word);
        assert_refused(READ(word), KP_K_UNKNOWN_OPTION, word);
        assert_non_null(strstr(got.remedy, rows[i].near));
    }
    char birth[] = "--birth=1985-03-31"; /* another command's */
    assert_refused(READ(birth), KP_K_UNKNOWN_OPTION, "--birth");
    assert_int_equal(read_for(KP_FOR_EXPLAIN, (char *[]){birth}, 1), KP_OK);
    assert_string_equal(s.explain.birth, "1985-03-31");
}

static void option__without_its_value__is_refused(void **state)
{
    (void)state;
    char input[] = "a.csv", output[] = "--output", letter[] = "-o",
         empty[] = "--output=", methods[] = "--methods";
    assert_refused(READ(input, output), KP_K_OPTION_VALUE_MISSING, "--output");
    assert_refused(READ(input, letter), KP_K_OPTION_VALUE_MISSING, "-o");
    assert_refused(READ(input, methods), KP_K_OPTION_VALUE_MISSING, "--methods");
    assert_refused(READ(input, empty), KP_K_OPTION_VALUE_BAD, "--output");
}

static void option__with_a_wrong_value__is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"--threads=0",          "--threads=257",
                                        "--threads=-1",         "--threads=2x",
                                        "--threads=",           "--threads=18446744073709551617",
                                        "--as-of=2026-02-29",   "--as-of=2026/02/01",
                                        "--as-of=26-02-01",     "--age-rule=birth",
                                        "--age-rule=",          "--lang=fr",
                                        "--progress=sometimes", "--age-rule=birthday|statute",
                                        "--exam-kind=\xff",     "--backdate=\xff"};
    for (size_t i = 0; i < COUNT(words); i++) {
        char word[64];
        (void)snprintf(word, sizeof(word), "%s", words[i]);
        assert_refused(READ(word), KP_K_OPTION_VALUE_BAD, "--");
    }
}

static void option__lang__counts_for_all_that_is_wrong(void **state)
{
    (void)state;
    char lang[] = "--lang=ja", bad[] = "--threads=0", unknown[] = "--stric";
    assert_refused(READ(bad, lang), KP_K_OPTION_VALUE_BAD, "使えません");
    assert_refused(READ(lang, unknown), KP_K_UNKNOWN_OPTION, "オプション");
}

static void help__asked_for__wins_over_a_missing_configuration(void **state)
{
    (void)state;
    char gone[] = "-c/tmp/kp_no_such.ini", help[] = "--help", letter[] = "-h";
    assert_int_equal(READ(gone, help), KP_OK);
    assert_true(s.help);
    assert_int_equal(READ(letter), KP_OK);
    assert_true(s.help);
    assert_refused(READ(gone), KP_K_CONFIG_UNREADABLE, "No such file");
}

static const char FULL[] =
    "; a comment\n"
    "[sender]\nnumber = 6631111116\nname=架空精機 株式会社\n\n"
    "[facility]\nphone = 078-000\n"
    "[input]\nencoding = cp932\ndelimiter = tab\nmapping = maps/m.csv\nmethods = maps/cvt.csv\n"
    "[registers]\nrequests = requests.csv\nconsents = ../c.csv\ninsurers = /abs/i.csv\n"
    "# another\n[policy]\nage_rule = statute\nform_items = withhold\nrequested_items = release\n"
    "derive = yes\nrequired_items = reject\nstrict = yes\n[output]\ndirectory = o\nlog = l.csv\n[schema]\ntables = t\nxsd = x";

static void assert_full(void)
{
    char path[100];
    assert_string_equal(s.options.sender.number, "6631111116");
    assert_string_equal(s.options.sender.name, "架空精機 株式会社");
    assert_string_equal(s.options.input.facility.phone, "078-000");
    assert_int_equal(s.options.input.encoding, KP_ENC_CP932);
    assert_int_equal(s.options.input.delimiter, '\t');
    assert_string_equal(s.options.registers.insurers, "/abs/i.csv");
    assert_int_equal(s.options.age_rule, KP_AGE_STATUTE);
    assert_true(s.options.withhold_form_items && s.options.release_requested_items &&
                s.options.common.strict);
    assert_true(s.options.derive && s.options.reject_incomplete);
    const struct {
        const char *name, *value;
    } paths[] = {{"maps/m.csv", s.options.input.mapping},
                 {"maps/cvt.csv", s.options.input.methods},
                 {"requests.csv", s.options.registers.requests},
                 {"../c.csv", s.options.registers.consents},
                 {"o", s.options.output},
                 {"l.csv", s.options.log},
                 {"t", s.options.common.schemas},
                 {"x", s.options.xsd}};
    for (size_t i = 0; i < COUNT(paths); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, paths[i].name);
        assert_string_equal(paths[i].value, path);
    }
}

static void config__every_section__is_read_relative_to_its_folder(void **state)
{
    (void)state;
    assert_int_equal(with_config(FULL), KP_OK);
    assert_full();
}

static void config__byte_order_mark_and_crlf__change_nothing(void **state)
{
    (void)state;
    char text[2 * sizeof(FULL)] = "\xef\xbb\xbf[sender]\r\n";
    size_t n = strlen(text);
    for (const char *at = FULL; *at; at++) {
        if (*at == '\n')
            text[n++] = '\r';
        text[n++] = *at;
    }
    assert_int_equal(with_config(text), KP_OK);
    assert_full();
}

static void config__option_on_the_command_line__wins_wherever_it_stands(void **state)
{
    (void)state;
    char rule[] = "--age-rule=birthday", requests[] = "--requests=r.csv", letter[] = "-c", output[] = "-o";
    char methods[] = "--methods=cvt.csv";
    assert_int_equal(with_config(FULL), KP_OK);
    assert_int_equal(READ(rule, requests, letter, config, output, output, methods), KP_OK);
    assert_int_equal(s.options.age_rule, KP_AGE_BIRTHDAY);
    assert_string_equal(s.options.registers.requests, "r.csv"); /* from the working folder */
    assert_string_equal(s.options.output, "-o");
    assert_string_equal(s.options.input.methods, "cvt.csv");
    assert_true(s.options.common.strict);
}

static void config__in_the_working_folder__has_plain_paths(void **state)
{
    (void)state;
    char *before = getcwd(NULL, 0), option[] = "--config=k.ini";
    assert_non_null(before);
    assert_int_equal(with_config("[output]\nlog = l.csv\n"), KP_OK);
    assert_int_equal(chdir(folder), 0);
    enum kp_status st = READ(option);
    assert_int_equal(chdir(before), 0);
    free(before);
    assert_int_equal(st, KP_OK);
    assert_string_equal(s.options.log, "l.csv");
}

static void config__what_is_wrong__is_named_with_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned code;
        uint64_t line;
        const char *part;
    } rows[] = {{"[sendr]\nnumber = 1\n", KP_K_CONFIG_UNKNOWN_SECTION, 1, "sender"},
                {"[sender]\nname = x\n\n[outputs]\n", KP_K_CONFIG_UNKNOWN_SECTION, 4, "output"},
                {"[sender]\nname = x\nnumbr = 1\n", KP_K_CONFIG_UNKNOWN_KEY, 3, "number"},
                {"[registers]\nmapping = x\n", KP_K_CONFIG_UNKNOWN_KEY, 2, "mapping"},
                {"\n\n[policy]\nage_rule = day\n", KP_K_CONFIG_VALUE_BAD, 4, "birthday"},
                {"[policy]\nstrict = maybe\n", KP_K_CONFIG_VALUE_BAD, 2, "yes or no"},
                {"[policy]\nstrict =\n", KP_K_CONFIG_VALUE_BAD, 2, "strict"},
                {"[input]\ndelimiter = |\n", KP_K_CONFIG_VALUE_BAD, 2, "semicolon"},
                {"[output]\nlog =\n", KP_K_CONFIG_VALUE_BAD, 2, "log"},
                {"[sender]\nnumber = 1\nname = \x89\xcb\x8b\xf3\n", KP_K_CONFIG_VALUE_BAD, 3, "UTF-8"},
                {"[sender]\njust words\n", KP_K_CONFIG_SYNTAX, 2, "key = value"},
                {"[sender]\nname = x\n  address = y\n", KP_K_CONFIG_SYNTAX, 3, "key = value"},
                {"[sender]\nname = x\n\tmore of it\n", KP_K_CONFIG_SYNTAX, 3, "key = value"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_refused(with_config(rows[i].text), rows[i].code, rows[i].part);
        assert_string_equal(got.file, config);
        assert_int_equal(got.line, rows[i].line);
    }
}

static void config__section_without_its_bracket__is_wrong_on_that_line(void **state)
{
    (void)state;
    assert_refused(with_config("[sender\nname = x\n"), KP_K_CONFIG_SYNTAX, "[section]");
    assert_int_equal(got.line, 1);
}

static void config__nul_byte__is_refused(void **state)
{
    (void)state;
    char option[] = "-c";
    assert_int_equal(kp_write_file(&kp_io_posix, config, "[sender]\nname = x\0y\n", 20), KP_OK);
    assert_refused(READ(option, config), KP_K_CONFIG_SYNTAX, "");
}

/* A path may be long, and a name in Japanese takes three bytes a character. */
static void config__line_too_long__is_refused(void **state)
{
    (void)state;
    char text[600] = "[registers]\nrequests = /";
    size_t n = strlen(text);
    memset(text + n, 'p', 400);
    assert_refused(with_config(text), KP_K_CONFIG_LINE_LONG, "198");
    assert_int_equal(got.line, 2); /* never cut, never read as something else */
}

static void config__key_before_any_section__is_refused(void **state)
{
    (void)state;
    assert_refused(with_config("number = 1\n[sender]\n"), KP_K_CONFIG_UNKNOWN_SECTION, "");
    assert_int_equal(got.line, 1);
}

static void assert_help(unsigned command, const char *const *names, size_t n)
{
    for (enum kp_lang lang = KP_LANG_EN; lang <= KP_LANG_JA; lang++) {
        diag.lang = lang;
        struct kp_buf help = {0};
        size_t lines = 0;
        kp_options_help(command, &diag, &help);
        for (size_t i = 0; i < n; i++) { /* what an option takes has a word in each language */
            char option[80];
            (void)snprintf(option, sizeof(option), "%s", names[i]);
            char *takes = strrchr(option, ' ');
            if (lang == KP_LANG_JA && takes && takes[1] != '-')
                takes[1] = '\0';
            assert_non_null(strstr(kp_buf_text(&help), option));
        }
        if (lang == KP_LANG_JA)
            assert_null(strstr(kp_buf_text(&help), " FILE"));
        for (const char *at = kp_buf_text(&help); *at; at++)
            lines += *at == '\n';
        assert_int_equal(lines, n);
        kp_buf_release(&help);
    }
}

static void help__of_a_command__names_each_of_its_options(void **state)
{
    (void)state;
    static const char *const run[] = {"-c, --config FILE",
                                      "-o, --output DIR",
                                      "--log FILE",
                                      "--folder DIR",
                                      "--roster ",
                                      "--shard ",
                                      "--metrics FILE",
                                      "--done DIR",
                                      "--quarantine DIR",
                                      "--mapping FILE",
                                      "--methods FILE",
                                      "--requests FILE",
                                      "--consents FILE",
                                      "--insurers FILE",
                                      "--facilities FILE",
                                      "--schemas DIR",
                                      "--xsd DIR",
                                      "--as-of YYYY-MM-DD",
                                      "--threads N",
                                      "--strict ",
                                      "--previous-logs FILES",
                                      "--backdate REASON",
                                      "--anchors FILE",
                                      "--again REASON",
                                      "--insurer NUMBER",
                                      "--employee ID",
                                      "--corrections ",
                                      "--age-rule ",
                                      "--membership ",
                                      "--lang ",
                                      "--json ",
                                      "--show-values ",
                                      "--notes WHICH",
                                      "--progress ",
                                      "-q, --quiet ",
                                      "-v, --verbose ",
                                      "--help ",
                                      "--ranges FILE",
                                      "--facility-defaults FILE",
                                      "--exam-kind ",
                                      "--join COLUMN",
                                      "--if-needed ",
                                      "--list ",
                                      "--password-file FILE",
                                      "-n, --dry-run "};
    static const char *const explain[] = {
        "--exam-kind KIND", "--config ",        "--schemas ", "--age-rule ", "--birth DATE",
        "--exam DATE",      "--insurer NUMBER", "--on DATE",  "--articles ", "--items CODES",
        "--scheme ",        "--lang ",          "--json ",    "--help "};
    static const char *const items[] = {"--json ", "--schemas ", "--lang ", "--help "};
    static const char *const map[] = {"--json ", "-c, --config FILE", "--schemas DIR",
                                      "--lang ", "-q, --quiet ",      "--help "};
    static const char *const verify[] = {
        "--password-file FILE", "-c, --config FILE", "--age-rule ",    "--log FILE", "--xsd DIR",
        "--schemas DIR",        "--strict ",         "--lang ",        "--json ",    "--show-values ",
        "--progress ",          "-q, --quiet ",      "-v, --verbose ", "--help "};
    static const char *const show[] = {"--json ", "--password-file FILE", "--schemas DIR", "--lang ",
                                       "--html ", "--show-values ",       "--help "};
    static const char *const roster[] = {
        "--roster ",        "--metrics ",        "--config ",           "--output ",
        "--log FILE",       "--mapping ",        "--methods ",          "--requests ",
        "--consents ",      "--insurers ",       "--facilities ",       "--schemas ",
        "--xsd ",           "--as-of ",          "--threads ",          "--strict ",
        "--previous-logs ", "--backdate REASON", "--anchors ",          "--again ",
        "--employee ID",    "--corrections ",    "--age-rule ",         "--membership ",
        "--lang ",          "--json ",           "--show-values ",      "--notes WHICH",
        "--progress ",      "--quiet ",          "--verbose ",          "--help ",
        "--ranges ",        "--join ",           "--exam-kind ",        "--if-needed ",
        "--dry-run ",       "--password-file ",  "--facility-defaults "};
    static const char *const audit[] = {"--json ",          "--config ",        "--output ",
                                        "--requests ",      "--consents ",      "--insurers ",
                                        "--schemas ",       "--insurer NUMBER", "--employee ID",
                                        "--number NUMBER",  "--name KANA",      "--birth DAY",
                                        "--basis ID",       "--from DATE",      "--to DATE",
                                        "--request ID",     "--event EVENT",    "--bundle NAME",
                                        "--item ITEM",      "--consent ID",     "--band BAND",
                                        "--exam-from DATE", "--exam-to DATE",   "--operator USER",
                                        "--tables WHICH",   "--backdated",      "--withdrawn",
                                        "--conflicts",      "--within-request", "--expired",
                                        "--unanswered",     "--errors ",        "--handovers",
                                        "--pending",        "--sheet",          "--statistics",
                                        "--format FORMAT",  "--html",           "--provision-records ",
                                        "--head HASH",      "--lang ",          "--help "};
    assert_help(KP_FOR_CHECK, run, COUNT(run) - 3); /* without those of bundles */
    assert_help(KP_FOR_VERIFY, verify, COUNT(verify));
    assert_help(KP_FOR_SHOW, show, COUNT(show));
    assert_help(KP_FOR_AUDIT, audit, COUNT(audit));
    assert_help(KP_FOR_EXPORT, run, COUNT(run));
    assert_help(KP_FOR_ROSTER, roster, COUNT(roster));
    assert_help(KP_FOR_EXPLAIN, explain, COUNT(explain));
    assert_help(KP_FOR_ITEMS, items, COUNT(items));
    assert_help(KP_FOR_MAP, map, COUNT(map));
}

/* Each path of a list counts from the configuration's folder, but for those that begin at the root. */
static void config__list_of_logs__is_resolved_one_by_one(void **state)
{
    (void)state;
    assert_int_equal(with_config("[output]\nprevious_logs = 2024.csv:/srv/2025.csv:old/2026.csv\n"), KP_OK);
    char *expected = textf("%s/2024.csv:/srv/2025.csv:%s/old/2026.csv", folder, folder);
    assert_string_equal(s.options.previous_logs, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(config__list_of_logs__is_resolved_one_by_one, tidy),
        cmocka_unit_test_teardown(options__none__are_the_defaults, tidy),
        cmocka_unit_test_teardown(options__every_spelling_of_a_value__is_read, tidy),
        cmocka_unit_test_teardown(option__unknown__is_refused_with_the_nearest_name, tidy),
        cmocka_unit_test_teardown(option__without_its_value__is_refused, tidy),
        cmocka_unit_test_teardown(option__with_a_wrong_value__is_refused, tidy),
        cmocka_unit_test_teardown(option__lang__counts_for_all_that_is_wrong, tidy),
        cmocka_unit_test_teardown(help__asked_for__wins_over_a_missing_configuration, tidy),
        cmocka_unit_test_teardown(config__every_section__is_read_relative_to_its_folder, tidy),
        cmocka_unit_test_teardown(config__byte_order_mark_and_crlf__change_nothing, tidy),
        cmocka_unit_test_teardown(config__option_on_the_command_line__wins_wherever_it_stands, tidy),
        cmocka_unit_test_teardown(config__in_the_working_folder__has_plain_paths, tidy),
        cmocka_unit_test_teardown(config__what_is_wrong__is_named_with_file_and_line, tidy),
        cmocka_unit_test_teardown(config__section_without_its_bracket__is_wrong_on_that_line, tidy),
        cmocka_unit_test_teardown(config__nul_byte__is_refused, tidy),
        cmocka_unit_test_teardown(config__line_too_long__is_refused, tidy),
        cmocka_unit_test_teardown(config__key_before_any_section__is_refused, tidy),
        cmocka_unit_test_teardown(help__of_a_command__names_each_of_its_options, tidy),
    };
    return cmocka_run_group_tests_name("options", tests, set_up, tear_down);
}
