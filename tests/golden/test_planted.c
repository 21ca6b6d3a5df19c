/* A folder whose owner is hostile: links, FIFOs and folders planted wherever the program writes. Nothing
 * outside is touched, and the message names what is in the way. */
#include "golden.h"

#define DAY "--as-of 2026-04-01 --backdate test --insurer 00280081 --lang en "
#define OPTIONS                                                                                              \
    DAY "-q --again test --anchors out/anchors.csv -o out "                                                  \
        "small.csv"
#define BUNDLE "6631111116_00280081_202604010_1"
#define LOG "out/disclosure-log.csv"

#define EXPORTS "export -c set/kenporter.ini " OPTIONS

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("mkdir set && cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv set/ &&"
         " sed -e '1s/$/,seal/' -e '2,$s/$/,/' -e '/^00280081/s/$/zip-aes/' \"$FIXTURES\"/insurers.csv"
         " >set/insurers.csv");
    must("head -n 30 \"$FIXTURES/export.csv\" >small.csv");
    must(
        "mkdir -m 700 empty outside outside/folder; echo precious >outside/file; echo kept >outside/folder/file");
    must("cp -a outside original");
    if (kenporter("export -c set/kenporter.ini " DAY "--anchors full/anchors.csv -o full "
                  "small.csv") != 1)
        return -1;
    must(
        "printf 'insurer_number,bundle,document,insured_symbol,insured_number,birth_date,state,code,text,date\n"
        "00280081," BUNDLE ".zip,h66311111162026040101000001.xml,,,,error,01,,2026-04-10\n' >reply.csv");
    return 0;
}

/* Runs the program for at most 300 s, so that a FIFO cannot block the test. */
static int run(const char *arguments)
{
    return run_shell(textf("timeout 300 \"$KENPORTER\" %s >stdout 2>stderr", arguments));
}

static bool is_as_before(const char *name)
{
    const char *now = textf("outside/%s", name), *before = textf("original/%s", name);
    struct stat a, b;
    return stat(now, &a) == 0 && stat(before, &b) == 0 && a.st_size == b.st_size &&
           memcmp(&a.st_mtim, &b.st_mtim, sizeof(a.st_mtim)) == 0 &&
           strcmp(slurp(now, NULL), slurp(before, NULL)) == 0;
}

static void assert_outside_untouched(const char *where)
{
    if (how_many("outside/*") != 2 || how_many("outside/folder/*") != 1 || !is_as_before("file") ||
        !is_as_before("folder/file"))
        fail_msg("%s: something outside was touched", where);
}

enum plant { TO_FILE, TO_FOLDER, DANGLING, HARD, FIFO, FOLDER, FILE_THERE, PLANTS };

static const char *const PLANT[PLANTS] = {
    "a symbolic link", "a symbolic link", "a symbolic link", "a hard link", "a FIFO", "a folder", "a file"};

/* The way from the folder of a file to the folder of the test. */
static const char *up_from(const char *path)
{
    const char *up = "";
    for (const char *at = path; (at = strchr(at, '/')); at++)
        up = textf("%s../", up);
    return up;
}

static void plant(enum plant plant, const char *path)
{
    static const char *const targets[PLANTS] = {
        [TO_FILE] = "file", [TO_FOLDER] = "folder", [DANGLING] = "new"};
    char *folder_of = textf("%s", path), *slash = strrchr(folder_of, '/');
    renew(path, NULL);
    if (slash) {
        *slash = '\0';
        if (!exists(folder_of))
            must("mkdir -p -m 700 %s", folder_of);
    }
    if (plant <= DANGLING)
        assert_int_equal(symlink(textf("%soutside/%s", up_from(path), targets[plant]), path), 0);
    else if (plant == HARD)
        assert_int_equal(link("outside/file", path), 0);
    else if (plant == FIFO)
        assert_int_equal(mkfifo(path, 0600), 0);
    else if (plant == FOLDER)
        assert_int_equal(mkdir(path, 0700), 0);
    else
        must("cp -p outside/file %s", path);
}

static void assert_refused(enum plant planted, const char *path, const char *arguments)
{
    plant(planted, path);
    int status = run(arguments);
    const char *messages = slurp("stderr", NULL);
    if (status != 4 || !strstr(messages, path) || !strstr(messages, PLANT[planted]))
        fail_msg("%s (%s): exit %d: %s", path, PLANT[planted], status, messages);
    assert_outside_untouched(path);
    if (how_many("out/.tmp*") && !how_many("out/" BUNDLE ".zip"))
        fail_msg("%s: something temporary is left", path);
}

/* --- what is created or written --- */

static void files__planted__are_refused_by_name(void **state)
{
    (void)state;
    static const char *const places[] = {"out/.lock", LOG, "out/anchors.csv"};
    for (size_t i = 0; i < COUNT(places); i++)
        for (enum plant p = TO_FILE; p <= FOLDER; p++) {
            renew("out", "empty");
            assert_refused(p, places[i], EXPORTS);
            assert_int_equal(how_many("out/*.zip"), 0);
        }
}

static void index__planted__is_refused_or_replaced(void **state)
{
    (void)state;
    for (enum plant p = TO_FILE; p <= FOLDER; p++) {
        renew("out", "full");
        plant(p, LOG ".index");
        int status = run(EXPORTS);
        if (status != 4 && p != HARD)
            fail_msg("%s: exit %d", PLANT[p], status);
        if (status == 4)
            assert_contains(slurp("stderr", NULL), PLANT[p]);
        assert_outside_untouched(LOG ".index");
        renew("out", "full");
        plant(p, LOG ".index.tmp");
        (void)run(EXPORTS);
        assert_outside_untouched(LOG ".index.tmp");
    }
}

static void folders__planted__are_refused_by_name(void **state)
{
    (void)state;
    static const char *const places[] = {"out/runs",    "out/registers", "out/prepared", "out/sealed",
                                         "out/letters", "out/secrets",   "out/replies"};
    static const enum plant plants[] = {TO_FILE, TO_FOLDER, DANGLING, FIFO, FILE_THERE};
    for (size_t i = 0; i < COUNT(places); i++)
        for (size_t k = 0; k < COUNT(plants); k++) {
            renew("out", "empty");
            assert_refused(plants[k], places[i],
                           i == 2 ? "prepare -c set/kenporter.ini --lang en -o out "
                                    "small.csv"
                                  : EXPORTS);
            assert_int_equal(how_many("out/*.zip"), 0);
        }
}

static void bundle_and_companions__planted__are_refused(void **state)
{
    (void)state;
    static const char *const places[] = {"out/sealed/" BUNDLE ".zip", "out/letters/" BUNDLE ".html"};
    static const enum plant plants[] = {TO_FILE, TO_FOLDER, DANGLING, FIFO, FOLDER};
    for (size_t i = 0; i < COUNT(places); i++)
        for (size_t k = 0; k < COUNT(plants); k++) {
            renew("out", "empty");
            assert_refused(plants[k], places[i], EXPORTS);
            must("rm -r %s", places[i]);
            assert_int_equal(run(EXPORTS), 1); /* the next run completes what this one could not */
            assert_true(exists(places[i]));
            assert_log_verifies(LOG);
        }
    for (enum plant p = TO_FILE; p <= FIFO; p++) {
        renew("out", "empty");
        plant(p, "out/" BUNDLE ".zip");
        assert_int_equal(run(EXPORTS), p == HARD ? 1 : 4); /* no archive: the bundle gets the next name */
        assert_outside_untouched(BUNDLE);
    }
}

static void registers__planted_copy__is_refused(void **state)
{
    (void)state;
    static const enum plant plants[] = {TO_FILE, TO_FOLDER, DANGLING, FIFO, FOLDER};
    char **kept = NULL;
    assert_true(paths("full/registers/*.csv", &kept) > 0);
    for (size_t k = 0; k < COUNT(plants); k++) {
        renew("out", "empty");
        assert_refused(plants[k], textf("out/%s", kept[0] + strlen("full/")), EXPORTS);
        assert_int_equal(how_many("out/*.zip"), 0);
    }
}

/* --- later calls --- */

static void handover_reply_purge__planted_log__are_refused(void **state)
{
    (void)state;
    static const char *const calls[] = {
        ("handover --lang en -o out --to X --means mail --on 2026-04-02 full/" BUNDLE ".zip"),
        "reply --lang en -o out reply.csv", "purge --lang en -o out --before 2030-01-01",
        ("retire --lang en " LOG), "status --lang en -o out"};
    for (size_t i = 0; i < COUNT(calls); i++)
        for (enum plant p = TO_FILE; p <= FOLDER; p++) {
            if (p == HARD && i == 4) /* only reads */
                continue;
            renew("out", "full");
            assert_refused(p, LOG, calls[i]);
        }
}

static void purge__links__touch_nothing_outside(void **state)
{
    (void)state;
    static const char *const planted[] = {"out/runs/20200101-000000", "out/registers/x.csv",
                                          "out/prepared/20200101-000000",
                                          "out/runs/20200101-000000/rejected.csv"};
    for (size_t i = 0; i < COUNT(planted); i++) {
        renew("out", "full");
        plant(TO_FOLDER, planted[i]);
        (void)run("purge -o out --before 2030-01-01");
        assert_outside_untouched(planted[i]);
    }
}

/* The entries are in the log; what is missing must be seen. */
static void handover_reply_purge__anchor_unwritten__want_attention(void **state)
{
    (void)state;
    static const char *const calls[] = {
        "handover --lang en -o out --anchors no/folder/a.csv --to X --means mail --on 2026-04-02 full/" BUNDLE
        ".zip",
        "reply --lang en -o out --anchors no/folder/a.csv reply.csv",
        "purge --lang en -o out --anchors no/folder/a.csv --before 2030-01-01"};
    for (size_t i = 0; i < COUNT(calls); i++) {
        renew("out", "full");
        int status = run(calls[i]);
        if (status != 1 || !strstr(slurp("stderr", NULL), "fail K7016"))
            fail_msg("%s: exit %d: %s", calls[i], status, slurp("stderr", NULL));
        assert_log_verifies(LOG);
        must("! cmp -s " LOG " full/disclosure-log.csv");
    }
    assert_int_equal(how_many("out/runs/*/rejected.csv"), 0); /* the purge was carried out */
}

/* --- while the run goes on --- */

/* Runs a command when nothing is in place yet: that which the export asks for the password. */
static int run_with_command(const char *command)
{
    must(
        "cp set/kenporter.ini set/command.ini; printf '[seal]\\npassword_command = sh ./command\\n' >>set/command.ini;"
        "printf '%%s\\necho SECRET2345678901234\\n' '%s' >command",
        command);
    return run("export -c set/command.ini " OPTIONS);
}

static void folder__swapped_during_the_run__is_refused(void **state)
{
    (void)state;
    static const char *const folders[] = {"runs", "registers", "sealed", "letters"};
    for (size_t i = 0; i < COUNT(folders); i++) {
        must("rm -rf out aside; cp -a full out");
        int status = run_with_command(
            textf("mv out/%s aside && ln -s ../outside/folder out/%s", folders[i], folders[i]));
        const char *messages = slurp("stderr", NULL);
        if (status != 4 || !strstr(messages, textf("out/%s", folders[i])) ||
            !strstr(messages, "symbolic link"))
            fail_msg("%s: exit %d: %s", folders[i], status, messages);
        assert_outside_untouched(folders[i]);
    }
}

static void output_folder__swapped_during_the_run__stays_the_one_locked(void **state)
{
    (void)state;
    must("rm -rf out moved; mkdir -m 700 out");
    assert_int_equal(run_with_command("mv out moved && ln -s outside/folder out"), 1);
    assert_outside_untouched("out");
    assert_true(exists("moved/" BUNDLE ".zip"));
    assert_log_verifies("moved/disclosure-log.csv");
    renew("out", NULL);
    renew("moved", NULL);
}

static void output_folder__behind_a_link__only_if_one_is_trusted(void **state)
{
    (void)state;
    must("rm -rf out real; mkdir -m 700 real; ln -s real out");
    assert_int_equal(run(EXPORTS), 1);
    if (geteuid() != 0)
        return;
    must("rm -rf out real; mkdir -m 700 real; ln -s real out; chown -h 12345 out");
    assert_int_equal(run(EXPORTS), 4);
    assert_contains(slurp("stderr", NULL), "a symbolic link");
    assert_int_equal(how_many("real/*"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files__planted__are_refused_by_name),
        cmocka_unit_test(index__planted__is_refused_or_replaced),
        cmocka_unit_test(folders__planted__are_refused_by_name),
        cmocka_unit_test(bundle_and_companions__planted__are_refused),
        cmocka_unit_test(registers__planted_copy__is_refused),
        cmocka_unit_test(handover_reply_purge__planted_log__are_refused),
        cmocka_unit_test(purge__links__touch_nothing_outside),
        cmocka_unit_test(handover_reply_purge__anchor_unwritten__want_attention),
        cmocka_unit_test(folder__swapped_during_the_run__is_refused),
        cmocka_unit_test(output_folder__swapped_during_the_run__stays_the_one_locked),
        cmocka_unit_test(output_folder__behind_a_link__only_if_one_is_trusted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
