/* Every file that people edit or feed back, saved by a spreadsheet (excel.py): the outcome is right, or the
 * file is refused with what to do. */
#include "golden.h"

#define OWN "-c kenporter.ini --lang en --as-of 2026-04-01 --backdate test "
#define EXCEL "python3 \"$GOLDEN/excel.py\" "

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || run_shell("cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" . && "
                                               "python3 -B \"$GOLDEN/write_personnel.py\"") != 0)
        return -1;
    return kenporter("check " OWN "-o plain export.csv") == 1 &&
                   kenporter("check " OWN "-o completed --roster master.csv hospital.csv") == 1
               ? 0
               : -1;
}

/* Fails unless both runs decided every row alike. */
static void assert_same_decisions(const char *a, const char *b)
{
    must("a=$(cut -d , -f 2- %s/decisions.csv); b=$(cut -d , -f 2- %s/decisions.csv); [ \"$a\" = \"$b\" ]",
         run_folder(a), run_folder(b));
}

/* Saves a register as a spreadsheet does, with these columns formatted as text, and checks by it. */
static int check_by_register(const char *name, const char *texts)
{
    must(EXCEL "%s.csv saved.csv %s", name, texts);
    return kenporter("check " OWN "-o %s --%s saved.csv export.csv", name, name);
}

static void register__requests_and_insurers__give_the_same_decisions(void **state)
{
    (void)state;
    assert_int_equal(check_by_register("requests", ""), 1);
    assert_same_decisions("plain", "requests");
    assert_int_equal(check_by_register("insurers", ""), 1);
    assert_same_decisions("plain", "insurers");
}

static void register__facilities__are_read_by_their_number(void **state)
{
    (void)state;
    must("printf '\\357\\273\\277number,name,postal_code,address,phone\\r\\n"
         "0119901178,架空健診センター,060-0001,北海道札幌市中央区1-4,011-000-2000\\r\\n' >facilities.csv");
    const int plain = kenporter("check " OWN "-o listed --facilities facilities.csv export.csv");
    assert_int_equal(check_by_register("facilities", ""), 2);
    assert_contains(slurp("stderr", NULL), "saved.csv:2: fail");
    assert_int_equal(check_by_register("facilities", "number"), plain);
    assert_same_decisions("listed", "facilities");
}

/* 00 has become 0, as in an export. */
static void register__consents__give_the_same_decisions(void **state)
{
    (void)state;
    assert_int_equal(check_by_register("consents", ""), 1);
    assert_same_decisions("plain", "consents");
    assert_int_equal(check_by_register("consents", "--utf-8 employee_id insured_symbol insured_number"), 1);
    assert_same_decisions("plain", "consents");
    must("sed '/,00,/{s//,123,/;:a;n;ba}' consents.csv >branch.csv && ! cmp -s consents.csv branch.csv");
    assert_int_equal(kenporter("check " OWN "-o branch --consents branch.csv export.csv"), 2);
    assert_contains(slurp("stderr", NULL), "write two digits, or nothing");
}

/* A list of persons that a request names; and what `init` makes, saved before anything is filled in. */
static void register__persons_and_templates__are_read(void **state)
{
    (void)state;
    must("printf '\\357\\273\\277employee_id\\r\\n%%s\\r\\n%%s\\r\\n' 10241 10852 >whom.csv && "
         "sed '1s/$/,persons/;2,$s/$/,/' requests.csv >plain.csv && grep -c . plain.csv");
    must("python3 -c \"import csv\n"
         "rows = list(csv.reader(open('requests.csv', encoding='utf-8-sig')))\n"
         "at = rows[0].index('persons') if 'persons' in rows[0] else len(rows[0])\n"
         "rows = [r[:at] + ['persons' if i == 0 else 'whom.csv'] + r[at + 1:] for i, r in enumerate(rows)]\n"
         "csv.writer(open('few.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\"");
    const int few = kenporter("check " OWN "-o few --requests few.csv export.csv");
    must("cp whom.csv kept.csv && " EXCEL "kept.csv whom.csv");
    assert_int_equal(kenporter("check " OWN "-o few_saved --requests few.csv export.csv"), few);
    assert_same_decisions("few", "few_saved");
    assert_int_equal(kenporter("init --lang ja company"), 0);
    const int fresh = kenporter("config -c company/kenporter.ini");
    must("cp stderr fresh.err; for f in company/*.csv; do cp $f opened.csv && " EXCEL
         "opened.csv $f || exit 1; done");
    assert_int_equal(kenporter("config -c company/kenporter.ini"), fresh);
    assert_same_file("stderr", "fresh.err");
}

static void mapping__proposed__reads_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        must("\"$KENPORTER\" map --lang %s export.csv >proposed.csv", i ? "ja" : "en");
        must(EXCEL "proposed.csv saved.csv");
        assert_int_equal(kenporter("check " OWN "-o proposed%d --mapping proposed.csv export.csv", i), 1);
        assert_int_equal(kenporter("check " OWN "-o mapped%d --mapping saved.csv export.csv", i), 1);
        assert_same_decisions(textf("proposed%d", i), textf("mapped%d", i));
    }
}

static void ranges__saved__give_the_same_decisions(void **state)
{
    (void)state;
    must("cp \"$FIXTURES/cc2x/own/ranges.csv\" ranges.csv && " EXCEL "ranges.csv saved.csv");
    assert_int_equal(kenporter("check " OWN "-o ranged --notes all --ranges ranges.csv export.csv"), 1);
    assert_int_equal(kenporter("check " OWN "-o ranged_saved --notes all --ranges saved.csv export.csv"), 1);
    assert_same_decisions("ranged", "ranged_saved");
    assert_same_file(textf("%s/notes.csv", run_folder("ranged")),
                     textf("%s/notes.csv", run_folder("ranged_saved")));
}

static void rejected__saved__releases_nothing_that_was_not_mended(void **state)
{
    (void)state;
    must(EXCEL "%s/rejected.csv saved.csv", run_folder("plain"));
    assert_int_equal(kenporter("check " OWN "-o rejected saved.csv"), 1);
    assert_int_equal(counted("rejected", "released"), 0);
    assert_int_equal(counted("rejected", "read"), counted("plain", "rejected"));
}

static void held__saved__is_held_for_the_same_reason(void **state)
{
    (void)state;
    must(EXCEL "%s/held.csv saved.csv", run_folder("plain"));
    assert_int_equal(kenporter("check " OWN "-o held saved.csv"), 1);
    assert_int_equal(counted("held", "released"), 0);
    const struct sheet before = read_sheet(textf("%s/held.csv", run_folder("plain")));
    const struct sheet now = decisions_of("held");
    for (size_t i = 1; i < before.n_rows; i++)
        assert_string_equal(cell(&now, i, "reason"), cell(&before, i, "kp_reason"));
}

/* kp_lengths says how long the number of the card was. */
static void held__number_that_lost_its_zeros__is_rejected(void **state)
{
    (void)state;
    must("sed '1!s/,1011,00/,0011,00/; 12!{1!d}' whole.csv >zeros.csv && head -n 1 requests.csv >none.csv");
    assert_int_equal(kenporter("check " OWN "-o waits --requests none.csv zeros.csv"), 0);
    must(EXCEL "%s/held.csv saved.csv", run_folder("waits"));
    assert_int_equal(kenporter("check " OWN "-o back saved.csv"), 1);
    const struct sheet rejected = read_sheet(textf("%s/rejected.csv", run_folder("back")));
    assert_contains(cell(&rejected, 1, "kp_codes"), "K4068");
}

static void master__saved__is_refused_where_zeros_are_lost(void **state)
{
    (void)state;
    must(EXCEL "master.csv saved.csv");
    assert_int_equal(kenporter("check " OWN "-o zeros --roster saved.csv hospital.csv"), 1);
    assert_int_equal(counted("zeros", "released"), 0);
    const struct sheet rejected = read_sheet(textf("%s/rejected.csv", run_folder("zeros")));
    assert_contains(cell(&rejected, 1, "kp_codes"), "K4083");
    assert_contains(cell(&rejected, 1, "kp_messages"), "saved.csv:2 differs from it only by zeros");
}

/* The insurer number gets its zero back; the row with a cell too few has been padded. */
static void master__saved_with_its_ids_as_text__completes(void **state)
{
    (void)state;
    must(EXCEL "master.csv saved.csv 社員番号");
    assert_int_equal(kenporter("check " OWN "-o texts --roster saved.csv hospital.csv"), 1);
    const struct sheet before = decisions_of("completed"), now = decisions_of("texts");
    size_t padded = 0;
    for (size_t i = 1; i < before.n_rows; i++)
        if (!is(&now, i, "decision", cell(&before, i, "decision")))
            padded += strstr(cell(&before, i, "codes"), "K2047") != NULL ? 1 : 100;
    assert_int_equal(padded, 1);
}

static void export__with_a_master__is_refused_where_zeros_are_lost(void **state)
{
    (void)state;
    must(EXCEL "hospital.csv saved.csv");
    assert_int_equal(kenporter("check " OWN "-o both --roster master.csv saved.csv"), 1);
    assert_int_equal(counted("both", "released"), 1); /* whose id the master has without zeros, too */
    const struct sheet rejected = read_sheet(textf("%s/rejected.csv", run_folder("both")));
    assert_contains(cell(&rejected, 1, "kp_messages"), "master.csv:2 differs from it only by zeros");
}

static void reply__saved__is_logged_or_refused(void **state)
{
    (void)state;
    assert_int_equal(kenporter("export " OWN "-o out --roster master.csv hospital.csv"), 1);
    must(
        "b=$(ls out/*.zip) && \"$KENPORTER\" handover -o out --to insurer --means upload \"$b\" && "
        "printf 'insurer_number,bundle,insured_symbol,insured_number,birth_date,state,code,text,date\\r\\n"
        "06139463,%%s,１２３,1001,1961-02-02,error,01,記号,2026-04-10\\r\\n"
        "06139463,%%s,１２３,1002,1962-03-03,received,,,2026-04-10\\r\\n' \"${b#out/}\" \"${b#out/}\" >reply.csv");
    must(EXCEL "reply.csv saved.csv");
    assert_int_equal(kenporter("reply -o out --lang en saved.csv"), 0);
    assert_int_equal(kenporter("audit --format csv --event reply out/disclosure-log.csv"), 0);
    assert_int_equal(read_sheet("stdout").n_rows, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(register__requests_and_insurers__give_the_same_decisions),
        cmocka_unit_test(register__facilities__are_read_by_their_number),
        cmocka_unit_test(register__consents__give_the_same_decisions),
        cmocka_unit_test(register__persons_and_templates__are_read),
        cmocka_unit_test(mapping__proposed__reads_the_same),
        cmocka_unit_test(ranges__saved__give_the_same_decisions),
        cmocka_unit_test(rejected__saved__releases_nothing_that_was_not_mended),
        cmocka_unit_test(held__saved__is_held_for_the_same_reason),
        cmocka_unit_test(held__number_that_lost_its_zeros__is_rejected),
        cmocka_unit_test(master__saved__is_refused_where_zeros_are_lost),
        cmocka_unit_test(master__saved_with_its_ids_as_text__completes),
        cmocka_unit_test(export__with_a_master__is_refused_where_zeros_are_lost),
        cmocka_unit_test(reply__saved__is_logged_or_refused),
    };
    return cmocka_run_group_tests_name("excel", tests, set_up, tear_down_golden);
}
