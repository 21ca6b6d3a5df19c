/* The export command on the fixtures: decisions, row files, reports, and the output folder. */
#include "golden.h"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return kenporter(EXPORT "-o out " INPUT) == 1 ? 0 : -1;
}

/* --- counts --- */

static void export__fixture__counts_add_up_as_expected(void **state)
{
    (void)state;
    struct sheet expected = expected_rows();
    size_t released = rows_with(&expected, "decision", "released"),
           held = rows_with(&expected, "decision", "held");
    size_t rejected = rows_with(&expected, "decision", "rejected");
    size_t duplicate = rows_with(&expected, "decision", "duplicate");
    assert_int_equal(released + rejected + held + duplicate, expected.n_rows - 1);
    assert_int_equal(counted("out", "released"), released);
    assert_int_equal(counted("out", "rejected"), rejected);
    assert_int_equal(counted("out", "held"), held);
    assert_int_equal(counted("out", "already_disclosed"), 0);
    assert_int_equal(counted("out", "read"), released + rejected + held);
    assert_int_equal(counted("out", "rows"), expected.n_rows - 1);
}

static void export__held_reasons__are_counted_in_the_report(void **state)
{
    (void)state;
    static const char *const reasons[] = {"scheme_unsettled", "scheme_ambiguous",     "consent_missing",
                                          "no_request",       "request_not_in_force", "not_a_member",
                                          "no_basis",         "past_retention",       "nothing_to_disclose"};
    struct sheet expected = expected_rows();
    size_t total = 0;
    for (size_t i = 0; i < COUNT(reasons); i++) {
        assert_int_equal(counted("out", reasons[i]), rows_with(&expected, "reason", reasons[i]));
        total += counted("out", reasons[i]);
    }
    assert_int_equal(total, counted("out", "held"));
}

static void export__summary__says_the_counts_and_where_things_are(void **state)
{
    (void)state;
    const char *out = slurp("stdout", NULL);
    assert_contains(out,
                    textf("read %zu = released %zu + rejected %zu + held %zu", counted("out", "read"),
                          counted("out", "released"), counted("out", "rejected"), counted("out", "held")));
    assert_contains(out, textf("%s/rejected.csv", run_folder("out")));
    assert_contains(out, textf("%s/held.csv", run_folder("out")));
    assert_contains(out, "out/disclosure-log.csv");
}

/* --- decisions --- */

static void assert_decisions_as_expected(const char *out)
{
    static const char *const compared[] = {"decision", "basis_id", "age", "age_band"};
    struct sheet expected = expected_rows(), decisions = decisions_of(out);
    assert_int_equal(decisions.n_rows, expected.n_rows);
    for (size_t row = 1; row < expected.n_rows; row++) {
        const char *line = cell(&expected, row, "line");
        size_t found = find_row(&decisions, "line", line);
        if (found == 0)
            fail_msg("line %s has no decision", line);
        for (size_t i = 0; i < COUNT(compared); i++)
            if (!is(&decisions, found, compared[i], cell(&expected, row, compared[i])))
                fail_msg("line %s: %s is '%s', expected '%s'", line, compared[i],
                         cell(&decisions, found, compared[i]), cell(&expected, row, compared[i]));
        if (is(&expected, row, "decision", "held"))
            assert_string_equal(cell(&decisions, found, "reason"), cell(&expected, row, "reason"));
    }
}

static void export__every_row__is_decided_as_expected(void **state)
{
    (void)state;
    assert_decisions_as_expected("out");
}

static void export__rejected_rows__carry_the_code_of_their_fault(void **state)
{
    (void)state;
    static const char *const codes[][2] = {
        {"field_count", "K2010"}, {"insured_number", "K4001"}, {"birth_date", "K4003"},
        {"birth_era", "K4004"},   {"check_digit", "K4006"},    {"name_kana", "K4010"},
        {"sex", "K4011"},         {"postal_code", "K4012"},    {"birth_after_exam", "K4018"},
        {"exam_date", "K4019"},   {"height", "K4022"},         {"urine_protein", "K4024"},
        {"duplicate", "K4025"}};
    struct sheet expected = expected_rows(), decisions = decisions_of("out");
    const char *err = slurp("stderr", NULL);
    size_t n = 0;
    for (size_t i = 0; i < COUNT(codes); i++)
        for (size_t row = 1; row < expected.n_rows; row++) {
            if (!is(&expected, row, "decision", "rejected") || !is(&expected, row, "reason", codes[i][0]))
                continue;
            const char *line = cell(&expected, row, "line");
            size_t found = find_row(&decisions, "line", line);
            assert_string_equal(cell(&decisions, found, "codes"), codes[i][1]);
            assert_contains(err, textf("export.csv:%s: reject %s", line, codes[i][1]));
            n++;
        }
    assert_int_equal(n, rows_with(&expected, "decision", "rejected"));
}

static void export__released_rows__name_bundle_and_document(void **state)
{
    (void)state;
    struct sheet decisions = decisions_of("out");
    for (size_t row = 1; row < decisions.n_rows; row++) {
        bool released = is(&decisions, row, "decision", "released");
        assert_int_equal(*cell(&decisions, row, "document") != '\0', released);
        assert_int_equal(*cell(&decisions, row, "bundle") != '\0', released);
        if (released)
            assert_true(exists(textf("out/%s", cell(&decisions, row, "bundle"))));
    }
}

static void export__later_day__decides_the_same(void **state)
{
    (void)state;
    assert_int_equal(
        kenporter("export -c \"$FIXTURES/kenporter.ini\" --as-of 2026-11-22 --backdate test -o later " INPUT),
        1);
    assert_decisions_as_expected("later");
}

/* --- encodings: the same rows however the export was saved --- */

static void assert_encoding_gives_the_same(const char *name, const char *conversion)
{
    must("{ %s; } >%s.csv", conversion, name);
    int status = kenporter(EXPORT "-o %s %s.csv", name, name);
    if (status != 1)
        fail_msg("%s: exit %d: %s", name, status, slurp("stderr", NULL));
    assert_decisions_as_expected(name);
    must("for z in out/*.zip; do cmp \"$z\" %s/$(basename \"$z\") || exit 1; done", name);
}

static void export__utf8__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_encoding_gives_the_same("utf8", "iconv -f CP932 -t UTF-8 " INPUT);
}

static void export__utf8_with_mark_and_lf__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_encoding_gives_the_same("utf8_lf", "printf '\\357\\273\\277'; iconv -f CP932 -t UTF-8 " INPUT
                                              "| tr -d '\\r'");
}

static void export__utf16_with_mark__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_encoding_gives_the_same("utf16", "printf '\\377\\376'; iconv -f CP932 -t UTF-16LE " INPUT);
}

/* --- row files --- */

/* The file contains exactly the rows with that decision, each cell as in the export. */
static void assert_row_file(const char *name, const char *decision)
{
    const char *path = textf("%s/%s.csv", run_folder("out"), name);
    struct sheet expected = expected_rows(), file = read_sheet(path), source = fixture_rows();
    size_t ours = strcmp(name, "held") == 0 ? 6 : 5;
    assert_memory_equal(slurp(path, NULL), "\xef\xbb\xbf", 3);
    assert_int_equal(file.n_rows - 1, rows_with(&expected, "decision", decision));
    for (size_t i = 0; i < width(&source, 0); i++)
        assert_string_equal(file.cells[ours + i], source.cells[i]);
    for (size_t row = 1; row < file.n_rows; row++) {
        size_t line = strtoul(cell(&file, row, "kp_line"), NULL, 10), from = 1;
        size_t as_expected = find_row(&expected, "line", cell(&file, row, "kp_line"));
        assert_true(as_expected > 0);
        assert_string_equal(cell(&expected, as_expected, "decision"), decision);
        if (ours == 6)
            assert_string_equal(cell(&file, row, "kp_reason"), cell(&expected, as_expected, "reason"));
        assert_contains(cell(&file, row, "kp_file"), "export.csv");
        assert_true(*cell(&file, row, "kp_codes") == 'K' && *cell(&file, row, "kp_messages") != '\0');
        while (from < source.n_rows && source.lines[from] != line)
            from++;
        assert_true(from < source.n_rows);
        assert_int_equal(width(&file, row), ours + width(&source, from));
        for (size_t i = 0; i < width(&source, from); i++)
            assert_string_equal(file.cells[file.starts[row] + ours + i],
                                source.cells[source.starts[from] + i]);
    }
}

static void export__rejected_csv__holds_exactly_the_rejected_rows(void **state)
{
    (void)state;
    assert_row_file("rejected", "rejected");
}

static void export__held_csv__holds_exactly_the_held_rows(void **state)
{
    (void)state;
    assert_row_file("held", "held");
}

static void export__notes_csv__lists_changes_without_values(void **state)
{
    (void)state;
    struct sheet notes = read_sheet(textf("%s/notes.csv", run_folder("out")));
    assert_true(notes.n_rows > 1);
    assert_true(rows_with(&notes, "code", "K3002") > 0 && rows_with(&notes, "code", "K3004") > 0);
    for (size_t i = 0; i < width(&notes, 0); i++)
        assert_string_not_equal(notes.cells[i], "value");
}

/* --- the report --- */

static void export__report_json__has_all_members(void **state)
{
    (void)state;
    const char *report = textf("%s/report.json", run_folder("out"));
    must("python3 -m json.tool '%s'", report);
    must(
        "python3 -c \"import json, sys\n"
        "r = json.load(open(sys.argv[1], encoding='utf-8'))\n"
        "kinds = dict(run_id=str, version=str, command=str, as_of=str, tables_sha256=str, inputs=list, counts=dict,\n"
        "             rejected_by_code=dict, held_by_reason=dict, withheld_items=dict, unmapped_columns=list,\n"
        "             insurers=list, seconds=(int, float))\n"
        "for name, kind in kinds.items(): assert isinstance(r[name], kind), name\n"
        "for name in 'read released rejected held already_disclosed warnings notes'.split():\n"
        "    assert isinstance(r['counts'][name], int), name\n"
        "for i in r['inputs']: assert set('path sha256 encoding rows'.split()) <= set(i), i\n"
        "keys = 'insurer_number scheme request_ids bundle sha256 documents by_basis'.split()\n"
        "for i in r['insurers']: assert set(keys) <= set(i) and sum(i['by_basis'].values()) == i['documents'], i\n"
        "c = r['counts']\n"
        "assert sum(i['documents'] for i in r['insurers']) == c['released']\n"
        "assert sum(r['held_by_reason'].values()) == c['held']\n"
        "assert sum(r['rejected_by_code'].values()) >= c['rejected']\n"
        "assert r['run_id'] in sys.argv[1] and r['command'] == 'export' and r['as_of'] == '2026-04-01'\n\" '%s'",
        report);
}

static void export__report_json__names_the_digests_of_input_and_bundles(void **state)
{
    (void)state;
    must("report='%s/report.json'; for f in " INPUT "out/*.zip; do s=$(sha256sum <\"$f\" | cut -c1-64); "
         "grep -q \"$s\" \"$report\" || { echo \"$f\"; exit 1; }; done",
         run_folder("out"));
}

static void export__report_json__lists_the_columns_that_map_to_nothing(void **state)
{
    (void)state;
    static const char *const unused[] = {"肝機能判定", "腎機能判定", "血糖判定",
                                         "脂質判定",   "22予備",     "23予備"};
    const char *report = slurp(textf("%s/report.json", run_folder("out")), NULL);
    for (size_t i = 0; i < COUNT(unused); i++)
        assert_contains(report, textf("\"%s\"", unused[i]));
}

static void export__columns_that_lost_their_name__are_on_the_screen(void **state)
{
    (void)state;
    must("sed '1s/9N016160100000001/胴囲/; 1s/9A751000000000001/血圧H/; 1s/9N051000000000049/メモ/' "
         "\"$FIXTURES\"/../tests/cases/base.csv >lost.csv");
    assert_int_equal(kenporter(CHECK "lost.csv"), 0);
    const char *screen = slurp("stderr", NULL);
    assert_contains(screen, "'胴囲' is not used; it looks like 腹囲");
    assert_contains(screen, ": 胴囲,9N016160100000001,,\n");
    assert_contains(screen, ": 血圧H,9A751000000000001,,\n");
    assert_contains(screen, "not used: 1 (メモ)");
    assert_contains(screen, "内臓脂肪面積・腹囲 ← 胴囲?");
    assert_contains(screen, "収縮期血圧 ← 血圧H?");
}

static void export__same_list_of_missing_items__is_printed_once(void **state)
{
    (void)state;
    must(
        "python3 -c \"import csv; rows = list(csv.reader(open('lost.csv', encoding='utf-8-sig'))); "
        "at = [rows[0].index(c) for c in ('employee_id', 'insured_number')]; "
        "out = csv.writer(open('lost3.csv', 'w', encoding='utf-8')); out.writerow(rows[0]); "
        "[out.writerow([str(6000 + i) if k in at else c for k, c in enumerate(rows[1])]) for i in range(3)]\"");
    assert_int_equal(kenporter(EXPORT "--lang en -o lost3 lost3.csv"), 0);
    assert_int_equal(occurrences(slurp("stderr", NULL), "warn K3032"), 1);
    assert_contains(slurp("stderr", NULL), "lost3.csv:2: warn K3032");
    assert_contains(slurp("stderr", NULL), "K3032 2 more times");
    assert_int_equal(kenporter(EXPORT "--lang en -v -o lost3v lost3.csv"), 0);
    assert_int_equal(occurrences(slurp("stderr", NULL), "warn K3032"), 3);
}

static void export__json_option__prints_the_report(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT "--json -o json " INPUT), 1);
    assert_same_file("stdout", textf("%s/report.json", run_folder("json")));
}

static void export__report_html__is_self_contained(void **state)
{
    (void)state;
    const char *html = slurp(textf("%s/report.html", run_folder("out")), NULL);
    assert_contains(html, "<!DOCTYPE html>");
    assert_contains(html, textf("%zu", counted("out", "released")));
    assert_null(strstr(html, "{1}")); /* a placeholder of the catalogue */
    assert_null(strstr(html, "http"));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "<link"));
    assert_null(strstr(html, "src="));
    must("python3 \"$GOLDEN/check_page.py\" en %s/report.html", run_folder("out"));
    assert_int_equal(kenporter(EXPORT "--lang ja -o japanese " INPUT), 1);
    must("python3 \"$GOLDEN/check_page.py\" ja %s/report.html", run_folder("japanese"));
}

/* --- the folder --- */

static void export__files__are_for_the_owner_alone(void **state)
{
    (void)state;
    must("find out -type f ! -perm 0600 | { ! grep .; }");
    must("find out -type d ! -perm 0700 | { ! grep .; }");
}

static void export__end__leaves_no_temporary_folder(void **state)
{
    (void)state;
    assert_int_equal(how_many("out/.tmp*"), 0);
    assert_int_equal(how_many("out/*"), 5 + 5); /* bundles, runs, registers, letters, log and its index */
    assert_int_equal(how_many(textf("%s/*", run_folder("out"))), 6);
    assert_int_equal(how_many("out/runs/*"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__summary__says_the_counts_and_where_things_are),
        cmocka_unit_test(export__rejected_rows__carry_the_code_of_their_fault),
        cmocka_unit_test(export__fixture__counts_add_up_as_expected),
        cmocka_unit_test(export__held_reasons__are_counted_in_the_report),
        cmocka_unit_test(export__every_row__is_decided_as_expected),
        cmocka_unit_test(export__released_rows__name_bundle_and_document),
        cmocka_unit_test(export__rejected_csv__holds_exactly_the_rejected_rows),
        cmocka_unit_test(export__held_csv__holds_exactly_the_held_rows),
        cmocka_unit_test(export__notes_csv__lists_changes_without_values),
        cmocka_unit_test(export__report_json__has_all_members),
        cmocka_unit_test(export__report_json__names_the_digests_of_input_and_bundles),
        cmocka_unit_test(export__report_json__lists_the_columns_that_map_to_nothing),
        cmocka_unit_test(export__report_html__is_self_contained),
        cmocka_unit_test(export__files__are_for_the_owner_alone),
        cmocka_unit_test(export__end__leaves_no_temporary_folder),
        cmocka_unit_test(export__columns_that_lost_their_name__are_on_the_screen),
        cmocka_unit_test(export__same_list_of_missing_items__is_printed_once),
        cmocka_unit_test(export__json_option__prints_the_report),
        cmocka_unit_test(export__later_day__decides_the_same),
        cmocka_unit_test(export__utf8__gives_the_same_bundles),
        cmocka_unit_test(export__utf8_with_mark_and_lf__gives_the_same_bundles),
        cmocka_unit_test(export__utf16_with_mark__gives_the_same_bundles),
    };
    return cmocka_run_group_tests_name("export", tests, set_up, tear_down_golden);
}
