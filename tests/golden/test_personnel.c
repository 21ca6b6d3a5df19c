/* The personnel master: a hospital's export without insured data is completed by employee id, and the outcome
 * is that of an export that has the data itself. What the master cannot complete is rejected: no such
 * employee (K4082), an id that is almost the same (K4083), several rows (K4085), a contradiction (K4086). */
#include "golden.h"

#define OWN "-c kenporter.ini --as-of 2026-04-01 --backdate test "
#define MASTER "--roster master.csv "
#define COMPLETED 43 /* rows that the master completes; the others are in cases.csv */

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || run_shell("cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" . && "
                                               "python3 -B \"$GOLDEN/write_personnel.py\"") != 0)
        return -1;
    return kenporter("export " OWN "-o whole whole.csv") == 0 &&
                   kenporter("export " OWN MASTER "-o completed hospital.csv") == 1
               ? 0
               : -1;
}

static struct sheet rejected_of(const char *out)
{
    return read_sheet(textf("%s/rejected.csv", run_folder(out)));
}

/* Writes a master with this row and checks the first person of the hospital by it. */
static int check_with_row(const char *row)
{
    must("{ head -n 1 master.csv; printf '%%s\\r\\n' '%s' | iconv -f UTF-8 -t CP932; } >own.csv", row);
    must("head -n 2 hospital.csv >first.csv");
    return kenporter("check " OWN "--roster own.csv -o own --show-values first.csv");
}

static void completed__130_columns__give_the_bundles_of_a_whole_export(void **state)
{
    (void)state;
    must("test \"$(head -n 1 hospital.csv | tr , '\\n' | wc -l)\" = 130");
    assert_int_equal(counted("completed", "released"), COMPLETED);
    assert_same_bundles("whole", "completed");
}

static void completed__document__has_the_values_of_the_master(void **state)
{
    (void)state;
    must(
        "for id in 00001 00007 00040 00042; do python3 \"$GOLDEN/compare_personnel.py\" $id || exit 1; done");
}

static void completed__what_the_master_supplies__is_noted_and_counted(void **state)
{
    (void)state;
    const char *notes = slurp(textf("%s/notes.csv", run_folder("completed")), NULL);
    assert_contains(notes,
                    "hospital.csv,insured_number,K2054,\"taken from the personnel master, …\",47,2 3 4");
    assert_contains(
        notes, "hospital.csv,member_to,K2054,\"taken from the personnel master, master.csv:48 (K3002)\",1,");
    assert_null(strstr(notes, "hospital.csv,name_kana,K2054"));
    must("python3 -c \"import json; r = json.load(open('%s/report.json')); m = r['master']; "
         "assert m['path'] == 'master.csv' and m['encoding'] == 'cp932' and m['rows'] > 50, m\"",
         run_folder("completed"));
    assert_int_equal(kenporter("check " OWN MASTER "-o warned hospital.csv"), 1);
    assert_contains(slurp("stderr", NULL), "K2055");
}

static void completed__master_with_a_result_in_codes__ignores_it(void **state)
{
    (void)state;
    must("python3 -c \"rows = open('master.csv', encoding='cp932').read().splitlines(); "
         "open('results.csv', 'w', encoding='cp932').write('\\n'.join([rows[0] + ',尿糖'] + "
         "[r + ',1' for r in rows[1:]]))\"");
    assert_int_equal(kenporter("export " OWN "--roster results.csv -o results hospital.csv"), 1);
    assert_same_bundles("completed", "results");
}

static void completed__entry_of_the_run__pins_the_master(void **state)
{
    (void)state;
    must("grep -q \"master.*:.*$(sha256sum master.csv | cut -c 1-64)\" completed/disclosure-log.csv");
    assert_log_verifies("completed/disclosure-log.csv");
    assert_int_equal(kenporter("audit completed/disclosure-log.csv"), 0);
}

static void refused__contradictions_and_absentees__name_the_lines(void **state)
{
    (void)state;
    const struct sheet cases = read_sheet("cases.csv"), rejected = rejected_of("completed");
    assert_int_equal(rejected.n_rows, cases.n_rows);
    for (size_t i = 1; i < cases.n_rows; i++) {
        const size_t row = find_row(&rejected, "kp_line", cell(&cases, i, "line"));
        assert_true(row > 0);
        const char *codes = cell(&cases, i, "code"), *messages = cell(&rejected, row, "kp_messages");
        assert_contains(cell(&rejected, row, "kp_codes"), strrchr(codes, 'K'));
        assert_contains(messages, cell(&cases, i, "place"));
        if (strcmp(codes, "K4001") == 0)
            assert_null(strstr(cell(&rejected, row, "kp_codes"), "K408"));
    }
}

static void refused__cards_that_contradict__name_both_lines(void **state)
{
    (void)state;
    static const char *const fields[] = {"insurer_number", "insured_symbol", "insured_number",
                                         "insured_branch"};
    assert_int_equal(kenporter("check " OWN MASTER "-o part part.csv"), 1);
    const struct sheet rejected = rejected_of("part");
    assert_int_equal(rejected.n_rows - 1, COUNT(fields));
    for (size_t i = 0; i < COUNT(fields); i++) {
        assert_string_equal(cell(&rejected, i + 1, "kp_codes"), "K4086");
        assert_contains(cell(&rejected, i + 1, "kp_messages"), fields[i]);
        assert_contains(cell(&rejected, i + 1, "kp_messages"), "master.csv:");
    }
}

static void rejected__rows__come_as_they_came_and_go_back_in(void **state)
{
    (void)state;
    const struct sheet rejected = rejected_of("completed");
    assert_int_equal(width(&rejected, 0), 130 + 5);
    must("cp %s/rejected.csv back.csv", run_folder("completed"));
    assert_int_equal(kenporter("check " OWN MASTER "-o back back.csv"), 1);
    assert_int_equal(counted("back", "rejected"), rejected.n_rows - 1);
}

static void master__digits_of_a_list_of_its_own__are_refused(void **state)
{
    (void)state;
    assert_int_equal(check_with_row("00001,総務,ケンポアッイ,2,1961/2/2,06139463,１２３,1001,00,9,"
                                    "2015/4/1,,650-0188,兵庫県潮見市,本社,2015/4/1"),
                     1);
    const struct sheet rejected = rejected_of("own");
    assert_contains(cell(&rejected, 1, "kp_codes"), "K4084");
    assert_contains(cell(&rejected, 1, "kp_messages"), "qualification");
}

/* Its results, among them coded ones, are not looked at. */
static void master__is_the_export_itself__is_read(void **state)
{
    (void)state;
    must("head -n 14 export.csv >small.csv");
    assert_int_equal(kenporter("check " OWN "--roster small.csv -o itself small.csv"), 1);
    assert_int_equal(kenporter("check " OWN "-o alone small.csv"), 1);
    assert_int_equal(counted("itself", "released"), counted("alone", "released"));
}

static void master__threads__change_nothing(void **state)
{
    (void)state;
    static const char *const files[] = {"decisions.csv", "rejected.csv", "held.csv", "notes.csv"};
    for (int n = 1; n <= 8; n *= n + 1) { /* 1, 2, 6 */
        const char *out = textf("threads%d", n);
        assert_int_equal(
            kenporter("export " OWN MASTER "--threads %d -o %s hospital.csv", n + (n > 2) * 2, out), 1);
        assert_same_bundles("completed", out);
        for (size_t i = 0; i < COUNT(files); i++)
            assert_same_file(textf("%s/%s", run_folder("completed"), files[i]),
                             textf("%s/%s", run_folder(out), files[i]));
    }
}

static void master__without_its_columns__is_refused(void **state)
{
    (void)state;
    must("printf '社員番号,部署\\n1,総務\\n' >narrow.csv");
    assert_int_equal(kenporter("check " OWN "--roster narrow.csv -o narrow hospital.csv"), 2);
    assert_contains(slurp("stderr", NULL), "K1117");
    must("cut -d , -f 2- hospital.csv >nameless.csv");
    assert_int_equal(kenporter("check " OWN MASTER "-o narrow nameless.csv"), 3);
    assert_contains(slurp("stderr", NULL), "insurer_number");
    assert_int_equal(kenporter("check " OWN "-o narrow hospital.csv"), 3);
}

static void prepared__keeps_a_copy_of_the_master__and_releases_by_it(void **state)
{
    (void)state;
    must("cp master.csv moved.csv");
    assert_int_equal(kenporter("prepare " OWN "--roster moved.csv -o prepared hospital.csv"), 1);
    must("rm moved.csv && grep -q '^master,' prepared/prepared/*/manifest.csv");
    assert_int_equal(kenporter("release " OWN "-o prepared \"$(basename prepared/prepared/*)\""), 1);
    assert_same_bundles("whole", "prepared");
}

static void prepared__master_with_individual_numbers__is_refused(void **state)
{
    (void)state;
    must("sed '2s/^[0-9]*/123456789018/' master.csv >numbers.csv");
    assert_int_equal(kenporter("prepare " OWN "--roster numbers.csv -o numbers hospital.csv"), 3);
    assert_contains(slurp("stderr", NULL), "K2033");
}

/* A drop folder with an export that the master completes, a whole one and one that cannot be read. */
static void fill_drop_folder(void)
{
    must("rm -rf in dropped && mkdir in && cp hospital.csv in/h.csv && cp whole.csv in/w.csv && "
         ": >in/broken.csv && touch -d '1 minute ago' in/*");
}

/* Without the master nobody knows whose rows may go out: nothing is released, and no export is blamed for it.
 */
static void drop_folder__broken_master__releases_and_moves_nothing(void **state)
{
    (void)state;
    static const char *const masters[][3] = {
        {"absent.csv", "true", "K2001"},
        {"void.csv", ": >void.csv", "K2002"},
        {"noise.csv", "printf '\\201\\001,\\201\\001\\n' >noise.csv", "K2003"},
        {"quote.csv", "sed '3s/,/,\"/' master.csv >quote.csv", "K2004"},
        {"noid.csv", "cut -d, -f2- master.csv >noid.csv", "K1117"},
        {"narrow.csv", "cut -d, -f1,2,15 master.csv >narrow.csv", "K1117"},
        {"cardless.csv", "cut -d, -f1,3-5,13- master.csv >cardless.csv", "K1122"}};
    for (size_t i = 0; i < COUNT(masters); i++) {
        fill_drop_folder();
        must("%s", masters[i][1]);
        const int status = kenporter("export " OWN "--folder in -o dropped --roster %s", masters[i][0]);
        if (status != 2)
            fail_msg("%s: exit status %d", masters[i][0], status);
        const char *said = slurp("stderr", NULL);
        assert_contains(said, textf("%s:", masters[i][0]));
        assert_contains(said, textf(": fail %s", masters[i][2]));
        must(
            "test -e in/h.csv && test -e in/w.csv && test -e in/broken.csv && test $(find in -type f | wc -l) = 3 && "
            "! grep -qs ,disclose, dropped/disclosure-log.csv");
        assert_int_equal(how_many("dropped/*.zip"), 0);
    }
    assert_contains(slurp("stderr", NULL),
                    "cardless.csv:1: fail K1122: the personnel master lacks the column "
                    "insurer_number, insured_number, which the export in/h.csv lacks");
    assert_contains(slurp("stderr", NULL), "add the column insurer_number, insured_number to the master");
}

/* A broken export stops nobody else, with a master as without one. */
static void drop_folder__broken_exports__are_set_aside_alone(void **state)
{
    (void)state;
    fill_drop_folder();
    must("rm in/w.csv && cut -d, -f2- hospital.csv >in/noid.csv && touch -d '1 minute ago' in/*");
    assert_int_equal(kenporter("export " OWN "--folder in -o dropped " MASTER), 1);
    must("test -e in/done/h.csv && grep -q ^K2002 in/quarantine/broken.csv.txt && "
         "grep -q ^K2007 in/quarantine/noid.csv.txt");
    assert_same_bundles("completed", "dropped");
}

static int64_t now_here(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 */
}

static void keep_code(void *ctx, const struct kp_message *m)
{
    unsigned *code = ctx;
    *code = m->code;
}

/* Half of the bytes of both passes are read at the end of the first one. */
static void replace_master(void *ctx, uint64_t done, uint64_t total)
{
    (void)ctx;
    if (done == total / 2)
        must("cp other.csv changing.csv");
}

static void master__replaced_between_the_passes__releases_nothing(void **state)
{
    (void)state;
    static const char *const others[] = {"sed 's/06139463/01130012/' master.csv >other.csv",
                                         "cp master.csv other.csv"};
    for (size_t same = 0; same < COUNT(others); same++) {
        const char *const inputs[] = {"hospital.csv"};
        unsigned code = 0;
        const struct kp_env env = {.now = now_here,
                                   .message = keep_code,
                                   .progress = replace_master,
                                   .ctx = &code,
                                   .least_level = KP_LEVEL_FAIL};
        struct kp_run_options o = {.command = KP_CMD_EXPORT,
                                   .inputs = inputs,
                                   .n_inputs = 1,
                                   .output = textf("changed%zu", same),
                                   .input.master = "changing.csv",
                                   .registers = {"requests.csv", "consents.csv", "insurers.csv"},
                                   .sender = {"6631111116", "架空精機株式会社", "650-0188",
                                              "兵庫県潮見市港町8-1-1", "078-000-1000"}};
        struct kp_result result = {0};
        kp_run_options_defaults(&o);
        must("cp master.csv changing.csv && %s", others[same]);
        const enum kp_status st = kp_run(&o, &env, &result);
        kp_result_free(&result);
        assert_int_equal(st, same ? KP_E_ATTENTION : KP_E_INPUT); /* some rows are rejected anyway */
        assert_int_equal(code, same ? 0 : 2009);
        assert_true((how_many(textf("%s/*.zip", o.output)) > 0) == same);
        assert_true((run_shell(textf("grep -q ,disclose, %s/disclosure-log.csv", o.output)) == 0) == same);
    }
}

static void config__names_the_master_and_checks_it(void **state)
{
    (void)state;
    must("sed 's/^encoding = auto/&\\nroster = master.csv/' kenporter.ini >own.ini");
    assert_int_equal(kenporter("config -c own.ini"), 0);
    assert_contains(slurp("stdout", NULL), "roster");
    must("sed -i 's/^roster.*/roster = absent.csv/' own.ini");
    assert_int_equal(kenporter("config -c own.ini"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completed__130_columns__give_the_bundles_of_a_whole_export),
        cmocka_unit_test(completed__document__has_the_values_of_the_master),
        cmocka_unit_test(completed__what_the_master_supplies__is_noted_and_counted),
        cmocka_unit_test(completed__master_with_a_result_in_codes__ignores_it),
        cmocka_unit_test(completed__entry_of_the_run__pins_the_master),
        cmocka_unit_test(refused__contradictions_and_absentees__name_the_lines),
        cmocka_unit_test(refused__cards_that_contradict__name_both_lines),
        cmocka_unit_test(rejected__rows__come_as_they_came_and_go_back_in),
        cmocka_unit_test(master__digits_of_a_list_of_its_own__are_refused),
        cmocka_unit_test(master__is_the_export_itself__is_read),
        cmocka_unit_test(master__threads__change_nothing),
        cmocka_unit_test(master__without_its_columns__is_refused),
        cmocka_unit_test(prepared__keeps_a_copy_of_the_master__and_releases_by_it),
        cmocka_unit_test(prepared__master_with_individual_numbers__is_refused),
        cmocka_unit_test(drop_folder__broken_master__releases_and_moves_nothing),
        cmocka_unit_test(drop_folder__broken_exports__are_set_aside_alone),
        cmocka_unit_test(master__replaced_between_the_passes__releases_nothing),
        cmocka_unit_test(config__names_the_master_and_checks_it),
    };
    return cmocka_run_group_tests_name("personnel", tests, set_up, tear_down_golden);
}
