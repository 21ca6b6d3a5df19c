/* The disclosure log: its chain, checked independently, and its entries. */
#include "golden.h"

static const char HEADER[] =
    "seq,time,run_id,event,as_of,request_id,insurer_number,recipient,bundle,bundle_sha256,document,content_sha256,employee_id,"
    "insured_symbol,insured_number,insured_branch,name_kana,sex,birth_date,exam_date,age,age_rule,age_band,basis_id,"
    "provisions,privacy_ground,items_duty,items_form,items_consent,items_requested,items_withheld,consent_ids,reason,"
    "tables_sha256,detail,prev_hash,hash\n";

static struct sheet entries;

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || kenporter(EXPORT "-o out " INPUT) != 1)
        return -1;
    entries = read_sheet("out/disclosure-log.csv");
    return 0;
}

/* --- the chain --- */

static void log__chain__verifies_from_the_outside(void **state)
{
    (void)state;
    assert_log_verifies("out/disclosure-log.csv");
    assert_true(is(&entries, 1, "prev_hash", textf("%064d", 0)));
    assert_contains(slurp("stdout", NULL), cell(&entries, entries.n_rows - 1, "hash"));
}

static void log__one_byte_changed__fails_at_its_line(void **state)
{
    (void)state;
    size_t n = 0;
    char *bytes = slurp("out/disclosure-log.csv", &n);
    for (size_t i = sizeof(HEADER); i < n; i += n / 12) {
        char was = bytes[i];
        bytes[i] ^= 1;
        put("altered.csv", bytes, n);
        bytes[i] = was;
        if (run_shell("python3 \"$GOLDEN/verify_log.py\" altered.csv 2>/dev/null") == 0)
            fail_msg("a change of byte %zu was not seen", i);
    }
}

static void log__line_removed_or_swapped__fails(void **state)
{
    (void)state;
    must("sed 7d out/disclosure-log.csv >altered.csv; ! python3 \"$GOLDEN/verify_log.py\" altered.csv");
    must(
        "sed '7{h;d};8{G}' out/disclosure-log.csv >altered.csv; ! python3 \"$GOLDEN/verify_log.py\" altered.csv");
    must("sed '7{p}' out/disclosure-log.csv >altered.csv; ! python3 \"$GOLDEN/verify_log.py\" altered.csv");
}

static void log__file__is_utf8_with_lf_one_line_an_entry(void **state)
{
    (void)state;
    size_t n = 0;
    const char *bytes = slurp("out/disclosure-log.csv", &n);
    assert_memory_equal(bytes, HEADER, sizeof(HEADER) - 1);
    assert_null(strchr(bytes, '\r'));
    assert_int_equal(bytes[n - 1], '\n');
    assert_int_equal(occurrences(bytes, "\n"), entries.n_rows);
    must("iconv -f UTF-8 -t UTF-8 out/disclosure-log.csv");
    must("test $(stat -c %%a out/disclosure-log.csv) = 600");
    for (size_t row = 1; row < entries.n_rows; row++) {
        assert_int_equal(width(&entries, row), 37);
        assert_int_equal(strtoul(cell(&entries, row, "seq"), NULL, 10), row);
        assert_int_equal(entries.lines[row], row + 1);
    }
}

/* --- entries --- */

static void log__first_entry__pins_the_run(void **state)
{
    (void)state;
    static const char *const pinned[] = {"\"version\":",
                                         "\"user\":\"",
                                         "\"host\":\"",
                                         "\"officer\":",
                                         "\"age_rule\":\"birthday\"",
                                         "\"backdate\":\"test\"",
                                         "\"config\":\"",
                                         "\"builtin\":true",
                                         "\"rows\":224"};
    assert_string_equal(cell(&entries, 1, "event"), "run");
    assert_int_equal(rows_with(&entries, "event", "run"), 1);
    for (size_t i = 0; i < COUNT(pinned); i++)
        assert_contains(cell(&entries, 1, "detail"), pinned[i]);
    assert_string_equal(cell(&entries, 1, "reason"), "test");
    for (size_t row = 1; row < entries.n_rows; row++)
        assert_string_equal(cell(&entries, row, "as_of"), "2026-04-01");
    must("cd out/registers && for f in *.csv; do echo \"${f%%.csv}  $f\"; done | sha256sum -c --quiet");
    assert_int_equal(how_many("out/registers/*.csv"), 3);
}

static void log__people__each_released_one_is_there_once(void **state)
{
    (void)state;
    struct sheet d = decisions_of("out"), source = fixture_rows();
    size_t n = 0;
    for (size_t row = 1; row < d.n_rows; row++) {
        if (!is(&d, row, "decision", "released"))
            continue;
        size_t hits = 0;
        for (size_t e = 1; e < entries.n_rows; e++) {
            if (!is(&entries, e, "bundle", cell(&d, row, "bundle")) ||
                !is(&entries, e, "document", cell(&d, row, "document")))
                continue;
            hits++;
            assert_string_equal(cell(&entries, e, "event"), "disclose");
            assert_string_equal(cell(&entries, e, "employee_id"), cell(&source, row, "社員番号"));
            assert_string_equal(cell(&entries, e, "age"), cell(&d, row, "age"));
            assert_string_equal(cell(&entries, e, "age_band"), cell(&d, row, "age_band"));
            assert_string_equal(cell(&entries, e, "basis_id"), cell(&d, row, "basis_id"));
            assert_string_equal(cell(&entries, e, "request_id"), cell(&d, row, "request_id"));
            assert_string_equal(cell(&entries, e, "insurer_number"), cell(&d, row, "insurer_number"));
        }
        assert_int_equal(hits, 1);
        n++;
    }
    assert_int_equal(rows_with(&entries, "event", "disclose"), n);
}

static void log__bundles__are_released_after_their_entries(void **state)
{
    (void)state;
    char **found = NULL;
    size_t n = paths("out/*.zip", &found);
    assert_int_equal(rows_with(&entries, "event", "release"), n);
    assert_int_equal(entries.n_rows - 1, 1 + n + rows_with(&entries, "event", "disclose"));
    for (size_t i = 0; i < n; i++) {
        must("sha256sum %s | cut -c1-64 | tr -d '\\n' >digest", found[i]);
        const char *name = found[i] + strlen("out/"), *digest = slurp("digest", NULL);
        size_t last_person = 0, release = 0;
        for (size_t e = 1; e < entries.n_rows; e++) {
            if (!is(&entries, e, "bundle", name))
                continue;
            assert_string_equal(cell(&entries, e, "bundle_sha256"), digest);
            if (is(&entries, e, "event", "release")) {
                assert_int_equal(release, 0);
                release = e;
            } else {
                last_person = e;
            }
        }
        assert_true(last_person > 0 && release > last_person);
    }
}

static void log__grounds__fit_the_basis(void **state)
{
    (void)state;
    for (size_t e = 1; e < entries.n_rows; e++) {
        if (!is(&entries, e, "event", "disclose"))
            continue;
        const char *basis = cell(&entries, e, "basis_id"), *provisions = cell(&entries, e, "provisions");
        if (strcmp(basis, "elderly27") == 0)
            assert_contains(provisions, "第27条第3項");
        if (strcmp(basis, "kenpo150") == 0)
            assert_contains(provisions, "第150条第2項");
        if (strcmp(basis, "kokuho82") == 0)
            assert_contains(provisions, "第82条第2項");
        bool by_consent = strcmp(basis, "consent") == 0;
        assert_string_equal(cell(&entries, e, "privacy_ground"), by_consent ? "consent" : "required_by_law");
        assert_int_equal(*cell(&entries, e, "items_consent") != '\0',
                         *cell(&entries, e, "consent_ids") != '\0');
        assert_string_not_equal(cell(&entries, e, by_consent ? "items_consent" : "items_duty"), "");
        assert_int_equal(*cell(&entries, e, "request_id") == '\0', by_consent);
        assert_string_equal(cell(&entries, e, "age_rule"), "birthday");
    }
}

/* The item lists of an entry name exactly the items in the document and those withheld. */
static void log__items__are_those_of_the_document(void **state)
{
    (void)state;
    static const char *const given[] = {"items_duty", "items_form", "items_consent", "items_requested"};
    must("mkdir x && cd x && for z in ../out/*.zip; do unzip -q $z; done");
    for (size_t e = 1; e < entries.n_rows; e++) {
        if (!is(&entries, e, "event", "disclose"))
            continue;
        const char *bundle = cell(&entries, e, "bundle");
        const char *document = slurp(
            textf("x/%.*s/DATA/%s", (int)(strlen(bundle) - 4), bundle, cell(&entries, e, "document")), NULL);
        size_t n = 0, authors = 0;
        for (size_t i = 0; i < COUNT(given); i++) {
            char *rest = textf("%s", cell(&entries, e, given[i]));
            for (char *c = strtok_r(rest, " ", &rest); c; c = strtok_r(NULL, " ", &rest)) {
                bool author =
                    strcmp(c, "9N516000000000049") == 0; /* the document has it as author of the judgement */
                assert_int_equal(strstr(document, textf("<code code=\"%s\"", c)) != NULL, !author);
                authors += author;
                n++;
            }
        }
        assert_int_equal(occurrences(document, "<observation ") -
                             occurrences(document, "<code nullFlavor=\"NA\"/>"),
                         n - authors);
        assert_int_equal(occurrences(document, "<assignedPerson>"), authors);
        char *rest = textf("%s", cell(&entries, e, "items_withheld"));
        for (char *c = strtok_r(rest, " ", &rest); c; c = strtok_r(NULL, " ", &rest))
            assert_null(strstr(document, c));
    }
}

static void log__consents__are_named_where_they_counted(void **state)
{
    (void)state;
    static const char *const used[][2] = {{"10881", "CON-001"}, {"10971", "CON-002"}, {"10648", "CON-003"},
                                          {"10591", "CON-004"}, {"10757", "CON-005"}, {"10855", "CON-007"},
                                          {"10693", "CON-014"}, {"10433", "CON-020"}};
    static const char *const unused[] = {"10654", "10846", "10747", "10692"};
    for (size_t i = 0; i < COUNT(used); i++)
        assert_string_equal(cell(&entries, find_row(&entries, "employee_id", used[i][0]), "consent_ids"),
                            used[i][1]);
    for (size_t i = 0; i < COUNT(unused); i++)
        assert_string_equal(cell(&entries, find_row(&entries, "employee_id", unused[i]), "consent_ids"), "");
    for (size_t e = 1; e < entries.n_rows; e++)
        assert_null(strstr(cell(&entries, e, "consent_ids"), "CON-009 CON-009"));
}

/* The representative of 00280081 is missing from the register. */
static void log__consent_to_an_unnamed_recipient__says_why_unused(void **state)
{
    (void)state;
    static const char *const unknown[] = {"10692", "10747"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        size_t row = find_row(&entries, "employee_id", unknown[i]);
        assert_string_equal(cell(&entries, row, "insurer_number"), "00280081");
        assert_string_equal(cell(&entries, row, "reason"), "recipient_unknown");
    }
    assert_int_equal(rows_with(&entries, "reason", "recipient_unknown"), COUNT(unknown));
    assert_int_equal(rows_with(&entries, "reason", ""),
                     entries.n_rows - 2 - COUNT(unknown)); /* 2: header, run */
}

/* --- no values --- */

static void log__cells__hold_no_examination_value(void **state)
{
    (void)state;
    struct sheet source = fixture_rows();
    size_t first = column_of(&source, "身長"), card = column_of(&entries, "insured_symbol"), compared = 0;
    for (size_t e = 1; e < entries.n_rows; e++) {
        const char *id = cell(&entries, e, "employee_id");
        size_t row = *id ? find_row(&source, "社員番号", id) : 0;
        for (size_t c = first; row && c < width(&source, row); c++) {
            const char *value = source.cells[source.starts[row] + c];
            if (!*value || strcmp(value, "0") == 0 || strcmp(value, cell(&entries, e, "age")) == 0)
                continue; /* an age can equal a blood value */
            for (size_t i = 1; i < width(&entries, e); i++) {
                const char *cell_text = entries.cells[entries.starts[e] + i];
                bool own =
                    i >= card && i < card + 3; /* symbol, number and branch can equal a value by chance */
                if (!own && strcmp(cell_text, value) == 0)
                    fail_msg("entry %zu holds the value of column %s", e, source.cells[c]);
                if (strlen(value) > 6 && !own && strstr(cell_text, value))
                    fail_msg("entry %zu holds the text of column %s", e, source.cells[c]);
            }
            compared++;
        }
    }
    assert_true(compared > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log__chain__verifies_from_the_outside),
        cmocka_unit_test(log__one_byte_changed__fails_at_its_line),
        cmocka_unit_test(log__line_removed_or_swapped__fails),
        cmocka_unit_test(log__file__is_utf8_with_lf_one_line_an_entry),
        cmocka_unit_test(log__first_entry__pins_the_run),
        cmocka_unit_test(log__people__each_released_one_is_there_once),
        cmocka_unit_test(log__bundles__are_released_after_their_entries),
        cmocka_unit_test(log__grounds__fit_the_basis),
        cmocka_unit_test(log__items__are_those_of_the_document),
        cmocka_unit_test(log__consents__are_named_where_they_counted),
        cmocka_unit_test(log__consent_to_an_unnamed_recipient__says_why_unused),
        cmocka_unit_test(log__cells__hold_no_examination_value),
    };
    return cmocka_run_group_tests_name("log", tests, set_up, tear_down_golden);
}
