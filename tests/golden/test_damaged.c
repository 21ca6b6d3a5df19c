/* Damaged bundles: verify names each fault, changes nothing, prints nothing personal and stays fast.
 * damage.py makes the damage, damage_cases.csv lists the cases with the expected diagnostics. */
#include "golden.h"

#define BASE "6631111116_39289004_202604010_1.zip"
#define LOG "out/disclosure-log.csv"
#define CASES "\"$GOLDEN/damage_cases.csv\""

#if SANITIZED
#define LIMITS ""
#else
#define LIMITS "ulimit -v 307200; "
#endif
#define SECONDS "5" /* of processor time */

static struct sheet cases;

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || kenporter(EXPORT "-o out " INPUT) != 1)
        return -1;
    cases = read_sheet(textf("%s/damage_cases.csv", getenv("GOLDEN")));
    return run_shell(
        "iconv -f CP932 -t UTF-8 " INPUT ">export.utf8 && mkdir tmp empty && chmod 500 empty && : >told && "
        "python3 \"$GOLDEN/damage.py\" out/" BASE " " LOG " d $(sed 1d " CASES " | cut -d, -f1)");
}

/* Runs verify in a folder where it must write nothing; its output is appended to "told" for later tests. */
static int verify(const char *arguments)
{
    return run_shell(textf("(cd empty; " LIMITS "ulimit -t " SECONDS
                           "; TMPDIR=../tmp exec timeout 300 \"$KENPORTER\" verify %s) "
                           ">stdout 2>stderr; s=$?; cat stdout stderr >>told; exit $s",
                           arguments));
}

/* --- one case --- */

/* Returns the path of a case's bundle from the folder "empty"; some cases have none. */
static char *bundle_of(const char *name)
{
    char **found = NULL;
    size_t n = paths(textf("d/%s/*", name), &found);
    for (size_t i = 0; i < n; i++)
        if (!strstr(found[i], "log.csv"))
            return textf("../%s", found[i]);
    return textf("../d/%s/" BASE, name);
}

static bool lists(const char *codes, const char *code)
{
    return strstr(codes, textf("%.5s", code)) != NULL;
}

/* Returns what is wrong with the output for a case, NULL if nothing is. */
static const char *objection(size_t row, const char *lines)
{
    static const char *const severe[] = {": fail K", ": reject K", ": hold K"};
    const char *codes = cell(&cases, row, "codes");
    for (const char *at = codes; *at; at += at[5] == ' ' ? 6 : 5)
        if (!strstr(lines, textf(" %.5s", at)))
            return textf("%.5s is not said", at);
    for (size_t i = 0; i < COUNT(severe) && is(&cases, row, "only", "yes"); i++)
        for (const char *at = lines; (at = strstr(at, severe[i])) != NULL; at++)
            if (!lists(codes, strchr(at, 'K')))
                return textf("%.5s is said as well", strchr(at, 'K'));
    return NULL;
}

static size_t judge(size_t row, int exit_status, const char *lines)
{
    const char *name = cell(&cases, row, "case");
    const char *why = objection(row, lines);
    int expected = atoi(cell(&cases, row, "exit"));
    if (exit_status != expected)
        why = textf("ended with %d instead of %d", exit_status, expected);
    if (why)
        print_error("%s: %s\n", name, why);
    return why != NULL;
}

/* --- a group of cases --- */

static void each_alone(const char *group)
{
    size_t n = 0, n_bad = 0;
    for (size_t row = 1; row < cases.n_rows; row++) {
        const char *name = cell(&cases, row, "case");
        if (!is(&cases, row, "group", group))
            continue;
        const char *log = is(&cases, row, "needs_log", "yes") ? textf("--log ../d/%s/log.csv", name) : "";
        int status = verify(textf("--lang en %s %s", log, bundle_of(name)));
        n_bad += judge(row, status, slurp("stderr", NULL));
        n++;
    }
    assert_true(n > 10);
    assert_int_equal(n_bad, 0);
}

/* Returns the lines that begin with the path of a bundle. */
static char *lines_about(const char *all, const char *path)
{
    char *out = keep(strlen(all) + 1), *to = out;
    for (const char *at = all; *at;) {
        size_t n = strcspn(at, "\n");
        n += at[n] == '\n';
        if (strncmp(at, path, strlen(path)) == 0) {
            memcpy(to, at, n);
            to += n;
        }
        at += n;
    }
    return out;
}

/* Verifies the whole group in one call; the status of each bundle follows from its number of faults. */
static void all_at_once(const char *group)
{
    static char list[64 * 1024];
    size_t n = 0, n_bad = 0;
    list[0] = '\0';
    for (size_t row = 1; row < cases.n_rows; row++)
        if (is(&cases, row, "group", group)) {
            size_t used = strlen(list);
            (void)snprintf(list + used, sizeof(list) - used, " '%s'", bundle_of(cell(&cases, row, "case")));
            n++;
        }
    assert_true(n > 10 && strlen(list) < sizeof(list) - 1);
    assert_int_equal(verify(textf("--lang en -v --json %s", list)), 5);
    const char *all = slurp("stderr", NULL), *json = slurp("stdout", NULL);
    for (size_t row = 1; row < cases.n_rows; row++) {
        if (!is(&cases, row, "group", group))
            continue;
        const char *path = bundle_of(cell(&cases, row, "case"));
        long faults = json_number(json, textf("\"bundle\": \"%s\"", path), "faults");
        assert_true(faults >= 0);
        n_bad += judge(row, faults > 0 ? 5 : 0, lines_about(all, path));
    }
    assert_int_equal(n_bad, 0);
}

static void archive__each_damage__is_named(void **state)
{
    (void)state;
    each_alone("archive");
}

static void names__each_damage__is_named(void **state)
{
    (void)state;
    all_at_once("names");
}

static void contents__each_damage__is_named(void **state)
{
    (void)state;
    all_at_once("contents");
}

static void xml__each_damage__is_named(void **state)
{
    (void)state;
    each_alone("xml");
}

static void header__each_damage__is_named(void **state)
{
    (void)state;
    all_at_once("header");
}

static void body__each_damage__is_named(void **state)
{
    (void)state;
    all_at_once("body");
}

static void log__each_damage__is_named(void **state)
{
    (void)state;
    each_alone("log");
}

/* A document of many lines with one damaged: the finding names that line, or that of the element around
 * it. */
static void finding__of_a_document__names_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *said;
    } edits[] = {
        {"unit=\"cm\"", "unit=\"CM\"", "fail K8035"},
        {"unit=\"cm\"", "unit=\"kg\"", "fail K8047"},
        {"<postalCode>", "<postalCode>1", "reject K4012"},
        {"200119.6.205\" extension=\"", "200119.6.205\" extension=\"999999999999999999999", "reject K4008"}};
    for (size_t i = 0; i < COUNT(edits); i++) {
        must("python3 \"$GOLDEN/edit_bundle.py\" out/" BASE " lines/" BASE " '><' '>\\n<' '%s' '%s'",
             edits[i].old, edits[i].new);
        must("unzip -p lines/" BASE " '*/DATA/*000001.xml' | grep -m 1 -nF '%s' | cut -d: -f1 >line",
             edits[i].new);
        assert_int_equal(kenporter("verify --lang en lines/" BASE), 5);
        long line = strtol(slurp("line", NULL), NULL, 10);
        const char *said = strstr(slurp("stderr", NULL), textf(": %s", edits[i].said));
        assert_true(said && line > 10);
        while (said[-1] != ':')
            said--;
        assert_in_range(strtol(said, NULL, 10), line - 2, line);
    }
}

/* --- about the list of cases --- */

/* K8036 is raised in test_official.c, codes from K8080 on by show. */
static void cases__every_code_of_verify__has_one(void **state)
{
    (void)state;
    struct sheet messages = read_sheet(textf("%s/messages.csv", getenv("SCHEMAS")));
    size_t n = 0;
    for (size_t m = 1; m < messages.n_rows; m++) {
        const char *code = cell(&messages, m, "code");
        bool found = strcmp(code, "K8036") == 0;
        if (strncmp(code, "K80", 3) != 0 || strcmp(code, "K8080") >= 0)
            continue;
        for (size_t row = 1; row < cases.n_rows && !found; row++)
            found = lists(cell(&cases, row, "codes"), code);
        if (!found)
            fail_msg("no case shows %s", code);
        n++;
    }
    assert_true(n > 60);
}

static void cases__names__are_unique(void **state)
{
    (void)state;
    must("test -z \"$(cut -d, -f1 " CASES " | sort | uniq -d)\"");
    assert_true(cases.n_rows > 400);
    assert_true(rows_with(&cases, "exit", "0") > 50); /* sound bundles must not be reported as damaged */
}

/* --- output and files of all calls above --- */

static void output__of_all_cases__names_nobody(void **state)
{
    (void)state;
    assert_true(strlen(slurp("told", NULL)) > 50000);
    must("python3 \"$GOLDEN/find_secrets.py\" export.utf8 told");
}

static void output__of_all_cases__has_no_control_character(void **state)
{
    (void)state;
    must("! LC_ALL=C grep -m 3 -aP '[\\x00-\\x09\\x0b-\\x1f\\x7f]' told");
}

static void files__left_by_all_cases__are_none(void **state)
{
    (void)state;
    must("test -z \"$(ls -A empty tmp | grep -v -e : -e '^$')\"");
}

/* --- the command --- */

static void verify__sound_bundles__says_so_of_each(void **state)
{
    (void)state;
    assert_int_equal(verify("--lang en --log ../" LOG " ../out/*.zip"), 0);
    const char *out = slurp("stdout", NULL);
    assert_int_equal(occurrences(out, "look at the warnings above, and consistent with the disclosure log"),
                     how_many("out/*.zip"));
    assert_contains(
        out,
        "  from 6631111116 to 39289004, made on 2026-04-01\n  documents 5, faults 0, warnings 1\n  K8026 ×1\n");
    must("python3 \"$GOLDEN/find_secrets.py\" export.utf8 stdout stderr");
}

static void verify__one_of_several_damaged__judges_each_and_ends_with_5(void **state)
{
    (void)state;
    assert_int_equal(
        verify(textf("--lang en %s ../out/" BASE " %s", bundle_of("truncated_half"), bundle_of("sex_three"))),
        5);
    const char *out = slurp("stdout", NULL);
    assert_int_equal(occurrences(out, "../"), 3);
    assert_int_equal(occurrences(out, "  would be taken; look at the warnings above\n"), 1);
    assert_contains(out, "  documents 0, faults 1, warnings 0\n  K8001 ×1\n");
    assert_contains(out, "  documents 5, faults 2, warnings 1\n  K4011 ×1, K8026 ×1, K8035 ×1\n");
}

static void verify__path_with_commands_for_the_terminal__repeats_none(void **state UNUSED)
{
    must("mkdir -p odd && cp out/" BASE " \"odd/$(printf '\\033[31m').zip\"");
    assert_int_equal(verify("\"../odd/$(printf '\\033[31m').zip\""), 5);
    must("grep -q odd/ stdout && ! grep -qP '\\x1b' stdout stderr");
}

static void verify__in_japanese__speaks_it(void **state)
{
    (void)state;
    assert_int_equal(verify(textf("--lang ja ../out/" BASE " %s", bundle_of("sex_three"))), 5);
    const char *out = slurp("stdout", NULL);
    assert_contains(out,
                    "  送付元 6631111116 送付先 39289004, 作成日 2026-04-01\n  文書 5, 不備 0, 警告 1\n");
    assert_int_equal(occurrences(out, "受け付けられる見込み、要確認(上の警告)\n"), 1);
    assert_int_equal(occurrences(out, "受付側で差し戻される見込み\n"), 1);
    assert_int_equal(occurrences(out, "厚生労働省のスキーマは使っていません"), 2);
    assert_null(strstr(out, "問題なし"));
    must("grep -q 'K8035: スキーマ' stderr || grep -qP 'K8035: .*[ぁ-ん]' stderr");
    must("python3 \"$GOLDEN/find_secrets.py\" export.utf8 stdout stderr");
}

static void verify__quiet__prints_faults_alone(void **state)
{
    (void)state;
    assert_int_equal(verify(textf("-q --lang en ../out/" BASE " %s", bundle_of("sex_three"))), 5);
    assert_string_equal(slurp("stdout", NULL), "");
    const char *errors = slurp("stderr", NULL);
    assert_contains(errors, "K8035");
    assert_null(strstr(errors, "K8026"));
}

static void verify__strict__takes_a_warning_for_a_fault(void **state)
{
    (void)state;
    assert_int_equal(verify("../out/" BASE), 0);
    assert_int_equal(verify("--strict --lang en ../out/" BASE), 5);
    assert_contains(slurp("stderr", NULL), "K8026");
    assert_null(strstr(slurp("stdout", NULL), "sound"));
    assert_int_equal(verify(textf("--strict %s", bundle_of("title_missing"))), 5);
}

static void verify__json__is_valid_and_adds_up(void **state)
{
    (void)state;
    static const char script[] =
        "import json, sys\n"
        "bundles = json.load(open('stdout'))['bundles']\n"
        "assert len(bundles) == 6\n"
        "for b in bundles:\n"
        "    assert sum(b['by_code'].values()) == b['faults'] + b['warnings'], b\n"
        "    assert list(b['by_code']) == sorted(b['by_code']), b\n"
        "assert [b['documents'] for b in bundles] == [5, 5, 5, 5, 0, 0], bundles\n"
        "assert [b['faults'] for b in bundles] == [0, 2, 1, 0, 1, 1], bundles\n"
        "assert bundles[3]['warnings'] == 2 and bundles[4]['sha256'] and not bundles[5]['sha256']\n"
        "assert bundles[0]['sender_number'] == '6631111116' and bundles[0]['created'] == '2026-04-01'\n";
    put("adds_up.py", script, strlen(script));
    assert_int_equal(
        verify(textf("--json ../out/" BASE " %s %s %s %s %s", bundle_of("sex_three"), bundle_of("extra_file"),
                     bundle_of("method_missing"), bundle_of("not_a_zip"), bundle_of("bundle_absent"))),
        5);
    must("python3 adds_up.py");
    must("sha256sum out/" BASE " | cut -c1-64 | grep -qFf - stdout");
}

static void verify__nothing_named__is_an_error_of_use(void **state)
{
    (void)state;
    assert_int_equal(verify(""), 2);
    assert_int_equal(verify("--xsd ../tmp ../out/" BASE), 2); /* no schema files in that folder */
}

static void verify__twice__says_the_same(void **state)
{
    (void)state;
    const char *bundle = bundle_of("document_twice");
    assert_int_equal(verify(textf("--lang en %s", bundle)), 5);
    must("cat stdout stderr >first");
    assert_int_equal(verify(textf("--lang en %s", bundle)), 5);
    must("cat stdout stderr | cmp - first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archive__each_damage__is_named),
        cmocka_unit_test(names__each_damage__is_named),
        cmocka_unit_test(contents__each_damage__is_named),
        cmocka_unit_test(xml__each_damage__is_named),
        cmocka_unit_test(header__each_damage__is_named),
        cmocka_unit_test(body__each_damage__is_named),
        cmocka_unit_test(log__each_damage__is_named),
        cmocka_unit_test(finding__of_a_document__names_its_line),
        cmocka_unit_test(cases__every_code_of_verify__has_one),
        cmocka_unit_test(cases__names__are_unique),
        cmocka_unit_test(output__of_all_cases__names_nobody),
        cmocka_unit_test(output__of_all_cases__has_no_control_character),
        cmocka_unit_test(files__left_by_all_cases__are_none),
        cmocka_unit_test(verify__sound_bundles__says_so_of_each),
        cmocka_unit_test(verify__one_of_several_damaged__judges_each_and_ends_with_5),
        cmocka_unit_test(verify__path_with_commands_for_the_terminal__repeats_none),
        cmocka_unit_test(verify__in_japanese__speaks_it),
        cmocka_unit_test(verify__quiet__prints_faults_alone),
        cmocka_unit_test(verify__strict__takes_a_warning_for_a_fault),
        cmocka_unit_test(verify__json__is_valid_and_adds_up),
        cmocka_unit_test(verify__nothing_named__is_an_error_of_use),
        cmocka_unit_test(verify__twice__says_the_same),
    };
    return cmocka_run_group_tests_name("damaged", tests, set_up, tear_down_golden);
}
