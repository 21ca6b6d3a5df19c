/*
 * One document for each construct of the standard form, compared byte for byte. documents/cases.csv says
 * what each document shows and whether it is valid by the profile; documents/settings.csv gives the
 * record, the insurer and the sender (a row without a document applies to all). read_documents.py builds
 * the expected content from the same settings, independently of this program.
 *
 * REWRITE_DOCUMENTS=1 writes the documents anew and fails, so that the changes are read before they are
 * committed.
 */
#include "golden.h"

#include "v08/cda_write.h"
#include "v08/index.h"
#include "profile.h"
#include "tables.h"

static struct kp_arena of_case, of_forms;
static const struct kp_cda_forms *forms;
static struct kp_xml_schema *schemas[2];
static struct kp_xml_check *checks[2]; /* documents, indexes */
static struct sheet cases, settings;

static int set_up(void **state)
{
    static const char *const files[] = {"hc08_V08.xsd", "ix08_V08.xsd"};
    if (set_up_golden(state) != 0 || load_tables(state) != 0)
        return -1;
    for (size_t i = 0; i < COUNT(files); i++)
        if (load_profile(files[i], &schemas[i]) != KP_OK || kp_xml_check_new(schemas[i], &checks[i]) != KP_OK)
            return -1;
    if (kp_cda_forms_make(&tables, &of_forms, &forms) != KP_OK)
        return -1;
    cases = read_sheet(textf("%s/documents/cases.csv", getenv("GOLDEN")));
    settings = read_sheet(textf("%s/documents/settings.csv", getenv("GOLDEN")));
    return 0;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < COUNT(checks); i++) {
        kp_xml_check_free(checks[i]);
        kp_xml_schema_free(schemas[i]);
    }
    kp_arena_release(&of_case);
    kp_arena_release(&of_forms);
    (void)free_tables(state);
    return tear_down_golden(state);
}

/* --- from settings to a document --- */

struct subject {
    struct kp_record record;
    struct kp_decision decision;
    struct kp_insurer insurer;
    struct kp_org sender;
    const char *documents; /* of an index; NULL for a document */
};

static void set_insurer(struct subject *s, const char *name, const char *value)
{
    const struct {
        const char *name, **at;
    } columns[] = {{"number", &s->insurer.number},
                   {"sender_number", &s->insurer.sender_number},
                   {"interaction_type", &s->insurer.interaction_type},
                   {"service_event", &s->insurer.service_event},
                   {"report_40to74", &s->insurer.report_40to74},
                   {"programme_40to74", &s->insurer.programme_40to74},
                   {"report_under40", &s->insurer.report_under40},
                   {"programme_under40", &s->insurer.programme_under40},
                   {"section_under40", &s->insurer.section_under40}};
    static const char *const widths[] = {"as_given", "half", "full"};
    size_t i = 0;
    if (strcmp(name, "symbol_width") == 0) {
        while (strcmp(value, widths[i]) != 0)
            assert_true(++i < COUNT(widths));
        s->insurer.symbol_width = (enum kp_symbol_width)i;
        return;
    }
    if (strcmp(name, "detailed_without_reason") == 0) {
        s->insurer.keeps_detailed = strcmp(value, "01010") == 0;
        return;
    }
    while (strcmp(name, columns[i].name) != 0)
        assert_true(++i < COUNT(columns));
    *columns[i].at = value;
}

static void set_sender(struct subject *s, const char *name, const char *value)
{
    const struct {
        const char *name, **at;
    } parts[] = {{"number", &s->sender.number},
                 {"name", &s->sender.name},
                 {"postal_code", &s->sender.postal_code},
                 {"address", &s->sender.address},
                 {"phone", &s->sender.phone}};
    size_t i = 0;
    while (strcmp(name, parts[i].name) != 0)
        assert_true(++i < COUNT(parts));
    *parts[i].at = value;
}

static void set_band(struct subject *s, const char *value)
{
    unsigned band = 0;
    while (strcmp(value, kp_band_names[band]) != 0)
        assert_true(++band < KP_BAND__COUNT);
    s->decision.band = (enum kp_band)band;
}

static const char *or_null(const char *cell_text)
{
    return *cell_text ? cell_text : NULL;
}

/* States of an item: "" (it has the value), not_done, not_measurable, withheld (a value without a ground). */
static void set_item(struct subject *s, size_t row)
{
    const struct kp_item *item = kp_item_find(&tables, cell(&settings, row, "name"));
    assert_non_null(item);
    size_t i = (size_t)(item - tables.items);
    struct kp_value *value = &s->record.values[i];
    *value = (struct kp_value){.state = KP_VALUE_PRESENT,
                               .text = cell(&settings, row, "value"),
                               .limit = *cell(&settings, row, "limit"),
                               .flag = *cell(&settings, row, "flag"),
                               .low = or_null(cell(&settings, row, "low")),
                               .high = or_null(cell(&settings, row, "high"))};
    if (is(&settings, row, "state", "not_done"))
        value->state = KP_VALUE_NOT_DONE;
    else if (is(&settings, row, "state", "not_measurable"))
        value->state = KP_VALUE_NOT_MEASURABLE;
    s->decision.ground[i] = is(&settings, row, "state", "withheld") ? KP_GROUND_WITHHELD : KP_GROUND_DUTY;
}

static void set(struct subject *s, size_t row)
{
    const char *kind = cell(&settings, row, "kind"), *name = cell(&settings, row, "name");
    const char *value = cell(&settings, row, "value");
    enum kp_field field = KP_F__COUNT;
    if (strcmp(kind, "field") == 0) {
        assert_true(kp_field_find(name, &field));
        s->record.field[field] = value;
    } else if (strcmp(kind, "insurer") == 0) {
        set_insurer(s, name, value);
    } else if (strcmp(kind, "sender") == 0) {
        set_sender(s, name, value);
    } else if (strcmp(kind, "band") == 0) {
        set_band(s, value);
    } else if (strcmp(kind, "item") == 0) {
        set_item(s, row);
    } else {
        assert_string_equal(kind, "index");
        s->documents = value;
    }
}

/* The subject of a case; valid until the next one. */
static void prepare(size_t row_of_case, struct subject *s)
{
    const char *file = cell(&cases, row_of_case, "file");
    const char *document = textf("%.*s", (int)strcspn(file, "."), file);
    kp_arena_reset(&of_case);
    *s = (struct subject){.decision.band = KP_BAND_40TO74};
    assert_int_equal(kp_record_init(&s->record, &tables, &of_case), KP_OK);
    s->decision.ground = kp_arena_alloc(&of_case, tables.n_items * sizeof(enum kp_ground));
    assert_non_null(s->decision.ground);
    for (size_t row = 1; row < settings.n_rows; row++)
        if (is(&settings, row, "document", "") || is(&settings, row, "document", document))
            set(s, row);
    assert_int_equal(kp_date_parse(s->record.field[KP_F_EXAM_DATE], &s->record.exam, NULL), KP_DATE_OK);
}

/* Writes the document of a case; returns true if it is valid by the profile. */
static bool write_case(size_t row, struct kp_buf *out)
{
    static const struct kp_date created = {2026, 4, 1};
    struct subject s;
    const char *where = NULL;
    prepare(row, &s);
    const struct kp_cda_source source = {&s.record, &s.decision, &s.sender, &s.insurer, created, forms};
    kp_buf_reset(out);
    bool written = s.documents
                       ? kp_index_write(out, checks[1], &s.insurer, created, strtoull(s.documents, NULL, 10))
                       : kp_cda_write(out, checks[0], &source, &of_case);
    assert_true(written);
    return kp_xml_check_finish(checks[s.documents != NULL], &where) == KP_OK;
}

/* --- tests --- */

static char *golden_file(size_t row)
{
    return textf("%s/documents/%s", getenv("GOLDEN"), cell(&cases, row, "file"));
}

static void say_where_they_part(const char *file, const char *expected, const char *got)
{
    size_t i = 0;
    while (expected[i] && expected[i] == got[i])
        i++;
    size_t from = i > 60 ? i - 60 : 0;
    print_error("%s, byte %zu\n  expected ...%.160s\n  got      ...%.160s\n", file, i, expected + from,
                got + from);
}

static void documents__written_again__are_the_same_bytes(void **state)
{
    (void)state;
    struct kp_buf out = {0};
    size_t wrong = 0;
    bool rewrite = getenv("REWRITE_DOCUMENTS") != NULL;
    for (size_t row = 1; row < cases.n_rows; row++) {
        (void)write_case(row, &out);
        if (rewrite) {
            put(golden_file(row), kp_buf_text(&out), out.len);
            continue;
        }
        size_t n = 0;
        const char *expected = slurp(golden_file(row), &n);
        if (n == out.len && memcmp(expected, kp_buf_text(&out), n) == 0)
            continue;
        wrong++;
        say_where_they_part(cell(&cases, row, "file"), expected, kp_buf_text(&out));
    }
    kp_buf_release(&out);
    if (rewrite)
        fail_msg(
            "the documents were written anew; run again without REWRITE_DOCUMENTS, and read what changed");
    assert_int_equal(wrong, 0);
}

static void documents__all__stand_in_the_table_and_show_one_thing_each(void **state)
{
    (void)state;
    char **found = NULL;
    size_t n = paths(textf("%s/documents/*.xml", getenv("GOLDEN")), &found);
    assert_int_equal(n, cases.n_rows - 1);
    for (size_t i = 0; i < n; i++) {
        size_t row = find_row(&cases, "file", strrchr(found[i], '/') + 1);
        assert_true(row > 0);
        assert_int_equal(rows_with(&cases, "construct", cell(&cases, row, "construct")), 1);
    }
    for (size_t row = 1; row < settings.n_rows; row++) {
        const char *document = cell(&settings, row, "document");
        assert_true(!*document || find_row(&cases, "file", textf("%s.xml", document)) > 0);
    }
}

static void documents__by_the_program_s_own_check__fit_the_profile(void **state)
{
    (void)state;
    struct kp_buf out = {0};
    for (size_t row = 1; row < cases.n_rows; row++)
        if (write_case(row, &out) != is(&cases, row, "valid", "yes"))
            fail_msg("%s: valid or not?", cell(&cases, row, "file"));
    kp_buf_release(&out);
}

static void documents__by_xmllint__fit_the_profile(void **state)
{
    (void)state;
    (void)run_shell(
        "cd \"$GOLDEN/documents\" && exec 2>\"$OLDPWD/verdicts\" && "
        "xmllint --nonet --noout --schema \"$SCHEMAS/xsd/hc08_V08.xsd\" $(ls *.xml | grep -v ^index_); "
        "xmllint --nonet --noout --schema \"$SCHEMAS/xsd/ix08_V08.xsd\" index_*.xml");
    const char *verdicts = textf("\n%s", slurp("verdicts", NULL));
    for (size_t row = 1; row < cases.n_rows; row++)
        assert_contains(verdicts, textf("\n%s %s\n", cell(&cases, row, "file"),
                                        is(&cases, row, "valid", "yes") ? "validates" : "fails to validate"));
}

static void documents__read_independently__match_their_settings(void **state)
{
    (void)state;
    must("python3 \"$GOLDEN/read_documents.py\" \"$GOLDEN/documents\" \"$SCHEMAS\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents__written_again__are_the_same_bytes),
        cmocka_unit_test(documents__all__stand_in_the_table_and_show_one_thing_each),
        cmocka_unit_test(documents__by_the_program_s_own_check__fit_the_profile),
        cmocka_unit_test(documents__by_xmllint__fit_the_profile),
        cmocka_unit_test(documents__read_independently__match_their_settings),
    };
    return cmocka_run_group_tests_name("documents", tests, set_up, tear_down);
}
