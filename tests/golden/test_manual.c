/* The commands that README and manual pages print work, and the pages name every option and key. */
#include "golden.h"

#define PAGES "\"$GOLDEN\"/../../src/cli/man/"

static const char *const LANGUAGES[] = {"en", "ja"};
static const char *const PAGE_NAMES[] = {"kenporter.1.in", "kenporter-registers.5", "kenporter-mapping.5",
                                         "kenporter-log.5", "kenporter.ini.5.in"};

/* A folder in which the examples make sense: the fixtures, exported once. */
static int set_up(void **state)
{
    if (set_up_golden(state) != 0 ||
        run_shell(
            "mkdir scene bin && cp -r \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" \"$FIXTURES/cc2x\" scene && "
            "ln -s \"$KENPORTER\" bin/kenporter && echo 10881 >scene/id.txt") != 0)
        return -1;
    return run_shell(
               "cd scene && \"$KENPORTER\" export -q -c kenporter.ini --as-of 2026-04-01 --backdate test "
               "export.csv >stdout 2>&1") == 1
               ? 0
               : -1;
}

/* Only `config` may find that settings are missing. */
static bool is_status_expected(const char *command, int status)
{
    return status == 0 || status == 1 || (status == 2 && strncmp(command, "kenporter config", 16) == 0);
}

/* Runs each command of a document in a scene of its own. */
static void run_commands_of(const char *document)
{
    char line[1024];
    size_t n = 0;
    must("python3 \"$GOLDEN/commands.py\" %s >commands.txt && rm -rf play && cp -r scene play", document);
    FILE *file = fopen("commands.txt", "r");
    assert_non_null(file);
    for (; fgets(line, sizeof(line), file); n++) {
        put("command.sh", line, strlen(line));
        const int status =
            run_shell("cd play && PATH=$PWD/../bin:$PATH sh ../command.sh >../stdout 2>../stderr </dev/null");
        if (!is_status_expected(line, status))
            fail_msg("%s: exit status %d from %s%s", document, status, line, slurp("stderr", NULL));
    }
    assert_int_equal(fclose(file), 0);
    assert_true(n > 0);
}

static void examples__of_every_page__work(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(LANGUAGES); i++)
        for (size_t k = 0; k < COUNT(PAGE_NAMES); k++)
            if (strncmp(PAGE_NAMES[k], "kenporter-registers", 19) != 0) /* shows rows, no command */
                run_commands_of(textf(PAGES "%s/%s", LANGUAGES[i], PAGE_NAMES[k]));
}

static void examples__of_both_readmes__work(void **state)
{
    (void)state;
    run_commands_of("\"$GOLDEN\"/../../README.md");
    run_commands_of("\"$GOLDEN\"/../../README.ja.md");
}

/* Writes the Python lines of a page to verify.py. */
static void extract_python(const char *language)
{
    must("sed -n '/^import hashlib/,/^\\.Ed/p' " PAGES
         "%s/kenporter-log.5 | sed '$d; s/\\\\e/\\\\/g' >verify.py",
         language);
}

static void python_of_the_page__sound_and_torn_logs__are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(LANGUAGES); i++) {
        extract_python(LANGUAGES[i]);
        must("python3 verify.py scene/out/disclosure-log.csv >stdout");
        assert_contains(slurp("stdout", NULL), "sound, head ");
        must("head -c -1 scene/out/disclosure-log.csv >torn.csv; ! python3 verify.py torn.csv >stdout 2>&1");
        must("head -c -90 scene/out/disclosure-log.csv >torn.csv; ! python3 verify.py torn.csv >stdout 2>&1");
        must("sed '5s/06139463/06139464/' scene/out/disclosure-log.csv >torn.csv; cmp -s torn.csv "
             "scene/out/disclosure-log.csv || ! python3 verify.py torn.csv >stdout 2>&1");
        must("sed 5d scene/out/disclosure-log.csv >torn.csv; ! python3 verify.py torn.csv >stdout 2>&1");
    }
}

static void sha256sum_of_the_page__equals_the_hash_of_a_line(void **state)
{
    (void)state;
    must("LOG=scene/out/disclosure-log.csv; "
         "eval \"$(grep -h '^sed -n 9p' " PAGES
         "en/kenporter-log.5 | sed 's/\\\\e/\\\\/; s/LOG/$LOG/')\" | cut -c1-64 >a && "
         "sed -n 9p $LOG | tail -c 65 | head -c 64 >b && echo >>b && cmp a b && "
         "sed -n 10p $LOG | tail -c 130 | head -c 64 >c && echo >>c && cmp a c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples__of_every_page__work),
        cmocka_unit_test(examples__of_both_readmes__work),
        cmocka_unit_test(python_of_the_page__sound_and_torn_logs__are_told_apart),
        cmocka_unit_test(sha256sum_of_the_page__equals_the_hash_of_a_line),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
