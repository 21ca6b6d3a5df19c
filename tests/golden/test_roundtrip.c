/*
 * There and back for 2,000 random people, the same in every run: what was written into a document, read as a receiver
 * reads it, is the normalised record, value for value. Once in process, with records of every kind that can be; once
 * from a messy export through the program to its bundles, its log and its lists of rows.
 */
#include "support.h"

#include "cda.h"
#include "cdaread.h"
#include "ident.h"
#include "mapping.h"
#include "normalize.h"
#include "unzip.h"
#include "validate.h"
#include "xmlread.h"

#include "golden.h"
#include "random.h"

enum { PEOPLE = 2000, MOST_ITEMS = 400, MOST_CODES = 400, STATES = 4, LONGEST = 128 };

#define OID "1.2.392.200119.6."
#define LAST_EXAM 20453    /* 2025-12-31, in days since 1970 */
#define DAY_OF_WRITING ((struct kp_date){2026, 4, 1})

static struct kp_arena memory, of_person;
static struct kp_catalogue catalogue;
static struct kp_text *letters;
static struct kp_tables tables;
static struct kp_xml_schema *schema;
static struct kp_xml_check *check;
static const struct kp_env SILENT = {0};
static const struct kp_diag DIAG = {.catalogue = &catalogue, .env = &SILENT};

/* Characters by themselves: all two-byte ones of CP932 that full-width text may hold, and those of a kana name. */
static int32_t wide_letters[10000], kana_letters[200];
static unsigned n_wide, n_kana;

/* --- what both ways share: a document read back, and what it should say --- */

static const char *in_memory(const char *s)
{
    assert_non_null(s);
    return s;
}

static const char *letter_text(int32_t c)
{
    struct kp_buf one = {0};
    kp_utf8_put(&one, c);
    const char *copy = in_memory(kp_arena_strdup(&of_person, kp_buf_text(&one)));
    kp_buf_release(&one);
    return copy;
}

static void collect_letters(void)
{
    for (int32_t c = 0x80; c < 0xfff0; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        const char *one = letter_text(c);
        int32_t outside = 0;
        bool wide = kp_text_cp932_bytes(letters, one, &outside) == 2 && !outside && c != 0x3000;
        if (wide && strcmp(in_memory(kp_text_wide(&of_person, one, true)), one) == 0)
            wide_letters[n_wide++] = c;
        if (wide && kp_text_is_kana_name(one) && strcmp(in_memory(kp_text_kana_name(&of_person, one)), one) == 0)
            kana_letters[n_kana++] = c;
        kp_arena_reset(&of_person);
    }
    assert_in_range(n_wide, 6000, COUNT(wide_letters));
    assert_in_range(n_kana, 80, COUNT(kana_letters));
}

static int set_up(void **state)
{
    struct kp_buf detail = {0};
    if (set_up_folder(state) != 0 || kp_catalogue_load(&memory, &catalogue) != KP_OK ||
        kp_text_new(&letters) != KP_OK ||
        kp_tables_load(&memory, &kp_io_posix, letters, NULL, &DIAG, &tables) != KP_OK ||
        kp_xml_schema_load(KP_XML_BUILT_IN "xsd/hc08_V08.xsd", &schema, &detail) != KP_OK ||
        kp_xml_check_new(schema, &check) != KP_OK || tables.n_items > MOST_ITEMS || tables.n_codes > MOST_CODES)
        return -1;
    kp_buf_release(&detail);
    collect_letters();
    return 0;
}

static int tear_down(void **state)
{
    kp_xml_check_free(check);
    kp_xml_schema_free(schema);
    kp_text_free(letters);
    kp_arena_release(&of_person);
    kp_arena_release(&memory);
    return tear_down_folder(state);
}

static void assert_nothing_found(const struct kp_findings *findings, const char *who)
{
    struct kp_buf said = {0};
    for (const struct kp_finding *f = findings->first; f; f = f->next)
        kp_buf_printf(&said, " K%u %s (%s)", (unsigned)f->code, f->field ? f->field : "", f->args[0] ? f->args[0] : "");
    if (said.len)
        fail_msg("%s:%s", who, kp_buf_text(&said));
    kp_buf_release(&said);
}

/* As verify does: strictly parsed, held against the schema, read, validated. */
static void read_back(const char *bytes, size_t n, const char *who, struct kp_document *document)
{
    struct kp_tree tree;
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    const char *where = NULL;
    struct kp_findings findings = {.arena = &of_person};
    if (kp_xml_read(&of_person, bytes, n, &tree, &fault, &line) != KP_OK)
        fail_msg("%s: not read, fault %d in line %lu", who, (int)fault, line);
    kp_tree_check(&tree, check);
    if (!kp_xml_check_finish(check, &where))
        fail_msg("%s: not valid: %s", who, where);
    assert_int_equal(kp_cda_read(&tables, &tree, &of_person, &findings, document), KP_OK);
    kp_validate(&tables, &document->record, document->created, &findings);
    assert_nothing_found(&findings, who);
}

/* What the form has a place for: nothing beside "not done", no mark and no range beside a limit, ranges of numbers
 * only. */
static struct kp_value written_value(const struct kp_item *item, const struct kp_value *value)
{
    struct kp_value w = *value;
    if (w.state == KP_VALUE_ABSENT || w.state == KP_VALUE_NOT_DONE)
        return (struct kp_value){.state = w.state};
    if (w.state != KP_VALUE_PRESENT)
        w.text = NULL;
    if (w.limit)
        w.flag = 0;
    if (w.limit || item->type != KP_TYPE_PQ)
        w.low = w.high = NULL;
    return w;
}

static const char *written_number(const struct kp_insurer *insurer, const char *of_card)
{
    if (insurer->symbol_width == KP_WIDTH_HALF)
        return in_memory(kp_text_nfkc(&of_person, of_card));
    return insurer->symbol_width == KP_WIDTH_FULL ? in_memory(kp_text_wide(&of_person, of_card, false)) : of_card;
}

/* The record as its document has to say it. ground: one per item. */
static struct kp_record written_record(const struct kp_record *record, const enum kp_ground *ground,
                                       const struct kp_insurer *insurer, enum kp_band band)
{
    static const enum kp_field stays_here[] = {KP_F_EMPLOYEE_ID, KP_F_NAME, KP_F_MEMBER_FROM, KP_F_MEMBER_TO,
                                               KP_F_FASTING};
    struct kp_record w = *record;
    bool target = band == KP_BAND_40TO74;
    for (size_t i = 0; i < COUNT(stays_here); i++)
        w.field[stays_here[i]] = "";
    w.field[KP_F_INSURED_SYMBOL] = written_number(insurer, record->field[KP_F_INSURED_SYMBOL]);
    w.field[KP_F_INSURED_NUMBER] = written_number(insurer, record->field[KP_F_INSURED_NUMBER]);
    if (!*w.field[KP_F_REPORT_CATEGORY])
        w.field[KP_F_REPORT_CATEGORY] = target ? insurer->report_40to74 : insurer->report_under40;
    if (!*w.field[KP_F_PROGRAMME])
        w.field[KP_F_PROGRAMME] = target ? insurer->programme_40to74 : insurer->programme_under40;
    w.values = kp_arena_alloc(&of_person, tables.n_items * sizeof(*w.values));
    assert_non_null(w.values);
    for (size_t i = 0; i < tables.n_items; i++)
        if (ground[i] != KP_GROUND_WITHHELD)
            w.values[i] = written_value(&tables.items[i], &record->values[i]);
    return w;
}

static const char *or_none(const char *s)
{
    return s ? s : "(none)";
}

static void assert_same_value(const struct kp_value *got, const struct kp_value *expected, const char *what,
                              const char *who)
{
    const char *const pairs[][2] = {{got->text, expected->text}, {got->low, expected->low}, {got->high, expected->high}};
    bool same = got->state == expected->state && got->limit == expected->limit && got->flag == expected->flag;
    for (size_t i = 0; i < COUNT(pairs); i++)
        same &= strcmp(or_none(pairs[i][0]), or_none(pairs[i][1])) == 0;
    if (!same)
        fail_msg("%s, %s: state %d limit %d flag %d '%s' %s..%s, should be state %d limit %d flag %d '%s' %s..%s", who,
                 what, (int)got->state, got->limit, got->flag, or_none(got->text), or_none(got->low),
                 or_none(got->high), (int)expected->state, expected->limit, expected->flag, or_none(expected->text),
                 or_none(expected->low), or_none(expected->high));
}

static void assert_same_record(const struct kp_record *got, const struct kp_record *expected, const char *who)
{
    for (size_t i = 0; i < KP_F__COUNT; i++)
        if (strcmp(got->field[i], expected->field[i]) != 0)
            fail_msg("%s, %s: '%s', should be '%s'", who, kp_field_name((enum kp_field)i), got->field[i],
                     expected->field[i]);
    assert_int_equal(kp_date_compare(got->birth, expected->birth), 0);
    assert_int_equal(kp_date_compare(got->exam, expected->exam), 0);
    for (size_t i = 0; i < tables.n_items; i++)
        assert_same_value(&got->values[i], &expected->values[i], tables.items[i].label, who);
}

/* Every item stands in the section of its kind, which says so by its code. */
static void assert_sections(const struct kp_document *d, const char *first_section, const char *who)
{
    for (size_t i = 0; i < tables.n_items; i++) {
        const char *of_item = strcmp(tables.items[i].section, "01990") == 0 ? "01990" : first_section;
        bool there = d->record.values[i].state != KP_VALUE_ABSENT;
        assert_int_equal(there, d->section_of[i] >= 0);
        if (there && strcmp(d->sections[d->section_of[i]].code, of_item) != 0)
            fail_msg("%s, %s: in section %s", who, tables.items[i].label, d->sections[d->section_of[i]].code);
    }
}

/* --- random things in normal form --- */

static bool one_in(unsigned n)
{
    return random_below(n) == 0;
}

static const char *random_digits(struct kp_arena *arena, unsigned n)
{
    char digits[32];
    assert_true(n < sizeof(digits));
    for (unsigned i = 0; i < n; i++)
        digits[i] = (char)('0' + random_below(10));
    return in_memory(kp_arena_strndup(arena, digits, n));
}

static const char *random_letters(struct kp_arena *arena, const int32_t *from, unsigned n_from, unsigned n)
{
    struct kp_buf out = {0};
    for (unsigned i = 0; i < n; i++)
        kp_utf8_put(&out, from[random_below(n_from)]);
    const char *copy = in_memory(kp_arena_strdup(arena, kp_buf_text(&out)));
    kp_buf_release(&out);
    return copy;
}

/* n characters of all kinds, one in eight of them awkward: markup, quotes, marks that join with a kana, a space within.
 * The marks may have joined, so it can be shorter. */
static const char *random_words(struct kp_arena *arena, unsigned n, bool spaces)
{
    static const int32_t awkward[] = {0xff1c, 0xff1e, 0xff06, 0xff02, 0xff07, 0x309b, 0x309c, 0x30ab, 0x30cf, 0x30fc,
                                      0xff5d, 0xff5e, 0x2225, 0x2460, 0x3000};
    struct kp_buf out = {0};
    for (unsigned i = 0; i < n; i++) {
        unsigned kinds = spaces && i > 0 && i + 1 < n ? COUNT(awkward) : COUNT(awkward) - 1;
        kp_utf8_put(&out, one_in(8) ? awkward[random_below(kinds)] : wide_letters[random_below(n_wide)]);
    }
    const char *wide = in_memory(kp_text_wide(arena, kp_buf_text(&out), true));
    kp_buf_release(&out);
    return wide;
}

static const char *random_kana(struct kp_arena *arena, unsigned most)
{
    const char *kana = random_letters(arena, kana_letters, n_kana, 1 + random_below(most));
    return in_memory(kp_text_kana_name(arena, kana));
}

static const char *with_check_digit(struct kp_arena *arena, const char *digits, bool (*is_right)(const char *number))
{
    for (unsigned d = 0; d < 10; d++) {
        const char *number = in_memory(kp_arena_printf(arena, "%s%u", digits, d));
        if (is_right(number))
            return number;
    }
    fail_msg("no check digit for %s", digits);
    return "";
}

static bool is_insurer_number(const char *number)
{
    return kp_check_digit_ok(number, strlen(number));
}

static const char *random_facility(struct kp_arena *arena)
{
    const char *place = tables.prefectures[random_below((unsigned)tables.n_prefectures)].code;
    return with_check_digit(arena, in_memory(kp_arena_printf(arena, "%s1%s", place, random_digits(arena, 6))),
                            kp_facility_number_ok);
}

static struct kp_date random_day(int32_t first, unsigned days)
{
    return kp_date_from_days(first + (int32_t)random_below(days));
}

static const char *compact(struct kp_arena *arena, struct kp_date day)
{
    char eight[9];
    kp_date_compact(day, eight);
    return in_memory(kp_arena_strdup(arena, eight));
}

/* Any number of the item's digits, often one at the ends of its input range. */
static struct kp_decimal random_number(const struct kp_item *item)
{
    unsigned below = 1, digits = 1 + random_below(item->integer_digits + item->decimals);
    struct kp_decimal number = {.scale = item->decimals};
    for (unsigned i = 0; i < digits; i++)
        below *= 10;
    number.units = random_below(below);
    struct kp_decimal end = one_in(2) ? item->min : item->max;
    if (item->has_range && one_in(4) && kp_decimal_integer_digits(end) <= item->integer_digits) /* no BMI is 100.0 */
        assert_true(kp_decimal_round(end, item->decimals, &number));
    return number;
}

static const char *decimal_text(struct kp_arena *arena, struct kp_decimal number)
{
    char digits[KP_DECIMAL_TEXT];
    kp_decimal_text(number, digits);
    return in_memory(kp_arena_strdup(arena, digits));
}

/* One of the codes of a list, by its row of the table; how often each was taken is counted. */
static unsigned taken_codes[MOST_CODES];

static size_t random_code(const char *system)
{
    size_t first = 0, n = 0;
    for (size_t i = 0; i < tables.n_codes; i++)
        if (strcmp(tables.codes[i].system, system) == 0)
            first = n++ ? first : i;
    assert_true(n > 0);
    size_t row = first + random_below((unsigned)n);
    assert_string_equal(tables.codes[row].system, system);
    taken_codes[row]++;
    return row;
}

/* --- first way: records, written and read in process --- */

/* What the random people were, so that none of the kinds is missing. */
static struct {
    unsigned states[MOST_ITEMS][STATES];
    unsigned limits[2], flags[3], ranges[4], lengths[LONGEST + 1], widths[3], bands[KP_BAND__COUNT];
    unsigned fields[KP_F__COUNT][2]; /* empty, there */
    unsigned whole, partly;
} kinds;

static struct kp_record record;
static enum kp_ground ground[MOST_ITEMS];
static struct kp_insurer insurer;
static struct kp_org sender;

static void random_quantity(const struct kp_item *item, struct kp_value *value)
{
    struct kp_decimal number = random_number(item);
    value->text = decimal_text(&of_person, number);
    if (item->has_range && kp_decimal_compare(number, item->min) <= 0)
        value->limit = 'L';
    else if (item->has_range && kp_decimal_compare(number, item->max) >= 0)
        value->limit = 'H';
    else if (one_in(10))
        value->limit = one_in(2) ? 'L' : 'H';
    if (value->limit)
        kinds.limits[value->limit == 'H']++;
}

static void random_text(const struct kp_item *item, struct kp_value *value)
{
    enum { DATE_BYTES = 8 };
    if (item->max_bytes == DATE_BYTES) {
        value->text = compact(&of_person, random_day(0, LAST_EXAM));
        return;
    }
    unsigned most = item->max_bytes / 2;
    value->text = one_in(4) ? random_letters(&of_person, (const int32_t[]){0xff11, 0xff0d, 0xff2f, 0x53f7}, 4,
                                             1 + random_below(most)) /* as film numbers are */
                            : random_words(&of_person, 1 + random_below(most), true);
    assert_in_range(kp_utf8_length(value->text), 1, LONGEST);
    kinds.lengths[kp_utf8_length(value->text)]++;
}

/* The marks beside a value. plain: none that the form has no place for. */
static void random_marks(const struct kp_item *item, bool plain, struct kp_value *value)
{
    struct kp_decimal low = {.scale = item->decimals}, high = low;
    if (value->state == KP_VALUE_ABSENT || (plain && (value->limit || value->state == KP_VALUE_NOT_DONE)))
        return;
    unsigned mark = random_below(6), ends = random_below(4);
    if (mark < 3) {
        value->flag = "HLN"[mark];
        kinds.flags[mark]++;
    }
    if (plain && item->type != KP_TYPE_PQ)
        return;
    low.units = random_below(1000);
    high.units = low.units + random_below(1000);
    value->low = ends & 1 ? decimal_text(&of_person, low) : NULL;
    value->high = ends & 2 ? decimal_text(&of_person, high) : NULL;
    kinds.ranges[ends] += !value->limit && item->type == KP_TYPE_PQ;
}

/* How many of the states, in their order, an item can have: a finding in words has no "not measurable", and a doctor's
 * name is there or not. */
static unsigned possible_states(const struct kp_item *item)
{
    return item->is_author ? KP_VALUE_NOT_DONE : item->type == KP_TYPE_ST ? KP_VALUE_NOT_MEASURABLE : STATES;
}

static enum kp_value_state random_state_of(const struct kp_item *item, unsigned density)
{
    if (random_below(8) >= density)
        return KP_VALUE_ABSENT;
    return one_in(2) ? KP_VALUE_PRESENT : (enum kp_value_state)(1 + random_below(possible_states(item) - 1));
}

static void random_value(const struct kp_item *item, unsigned density, bool plain, struct kp_value *value)
{
    *value = (struct kp_value){.state = random_state_of(item, density)};
    if (value->state == KP_VALUE_PRESENT && item->type == KP_TYPE_PQ)
        random_quantity(item, value);
    else if (value->state == KP_VALUE_PRESENT && item->type == KP_TYPE_ST)
        random_text(item, value);
    else if (value->state == KP_VALUE_PRESENT)
        value->text = tables.codes[random_code(item->code_system)].code;
    random_marks(item, plain, value);
}

/* A judgement and the name of its doctor come together and go out together; a name is there or not, nothing else. */
static void give_doctors(void)
{
    for (size_t i = 0; i < tables.n_items; i++) {
        bool judged = false, goes_out = false;
        for (size_t k = 0; k < tables.n_items && tables.items[i].is_author; k++) {
            bool is = tables.items[k].author_item == (int)i && record.values[k].state == KP_VALUE_PRESENT;
            judged |= is;
            goes_out |= is && ground[k] != KP_GROUND_WITHHELD;
        }
        if (!tables.items[i].is_author)
            continue;
        record.values[i] = (struct kp_value){.state = judged ? KP_VALUE_PRESENT : KP_VALUE_ABSENT};
        if (judged)
            random_text(&tables.items[i], &record.values[i]);
        ground[i] = goes_out ? KP_GROUND_FORM : KP_GROUND_WITHHELD;
    }
}

/* whole: everything goes out, and nothing stands in the record that has no place in a document. */
static void random_values(bool whole)
{
    static const unsigned densities[] = {1, 4, 7};
    unsigned density = densities[random_below(COUNT(densities))];
    unsigned first = random_below((unsigned)tables.n_items);
    for (size_t i = 0; i < tables.n_items; i++) {
        random_value(&tables.items[i], density, whole, &record.values[i]);
        ground[i] = !whole && one_in(4) ? KP_GROUND_WITHHELD
                                        : (enum kp_ground)(KP_GROUND_DUTY + random_below(4));
    }
    first = tables.items[first].is_author ? 0 : first; /* so that something goes out */
    random_value(&tables.items[first], 8, whole, &record.values[first]);
    ground[first] = KP_GROUND_CONSENT;
    give_doctors();
    for (size_t i = 0; i < tables.n_items; i++)
        kinds.states[i][record.values[i].state]++;
}

static void set(enum kp_field field, const char *value)
{
    record.field[field] = value;
}

/* In one width as a card has it; in half width as a whole where the insurer asks for that. */
static const char *random_card_text(unsigned most)
{
    static const int32_t half[] = {'1', '2', '9', '0', 'A', 'z', '-', '/'};
    unsigned n = 1 + random_below(most);
    const char *ascii = random_letters(&of_person, half, COUNT(half) - 1, n);
    if (one_in(2))
        return ascii;
    return insurer.symbol_width == KP_WIDTH_HALF || one_in(2) ? in_memory(kp_text_wide(&of_person, ascii, false))
                                                              : random_words(&of_person, n, false);
}

static const char *random_insurer(void)
{
    const char *prefix = tables.schemes[random_below((unsigned)tables.n_schemes)].prefix;
    const char *seven = in_memory(kp_arena_printf(&of_person, "%s%s", prefix, random_digits(&of_person, 5)));
    return with_check_digit(&of_person, seven, is_insurer_number);
}

static void random_optional_fields(bool whole)
{
    if (one_in(2))
        set(KP_F_INSURED_SYMBOL, random_card_text(20));
    if (one_in(2))
        set(KP_F_INSURED_BRANCH, random_digits(&of_person, 2));
    if (one_in(2))
        set(KP_F_QUALIFICATION, (const char *const[]){"1", "2", "7"}[random_below(3)]);
    if (one_in(2)) {
        set(KP_F_FACILITY_ADDRESS, random_words(&of_person, 1 + random_below(40), false));
        set(KP_F_FACILITY_POSTAL_CODE, one_in(2) ? "651-0298" : "");
    }
    if (one_in(2))
        set(KP_F_FACILITY_PHONE, random_digits(&of_person, 1 + random_below(11)));
    if (one_in(4)) {
        set(KP_F_TICKET_NUMBER, random_digits(&of_person, 11));
        set(KP_F_TICKET_EXPIRES, compact(&of_person, random_day(LAST_EXAM, 400)));
    }
    if (whole || one_in(2)) {
        set(KP_F_REPORT_CATEGORY, tables.codes[random_code(OID "1001")].code);
        set(KP_F_PROGRAMME, tables.codes[random_code(OID "1002")].code);
    }
}

static void random_fields(bool whole)
{
    record.exam = random_day(LAST_EXAM - 365, 366);
    record.birth = random_day(-20000, 32000);
    set(KP_F_INSURER_NUMBER, insurer.number);
    set(KP_F_INSURED_NUMBER, random_card_text(20));
    set(KP_F_NAME_KANA, random_kana(&of_person, 50));
    set(KP_F_SEX, one_in(2) ? "1" : "2");
    set(KP_F_BIRTH_DATE, compact(&of_person, record.birth));
    set(KP_F_POSTAL_CODE, in_memory(kp_arena_printf(&of_person, "%s-%s", random_digits(&of_person, 3),
                                                    random_digits(&of_person, 4))));
    set(KP_F_ADDRESS, random_words(&of_person, 1 + random_below(40), false));
    set(KP_F_EXAM_DATE, compact(&of_person, record.exam));
    set(KP_F_FACILITY_NUMBER, random_facility(&of_person));
    set(KP_F_FACILITY_NAME, random_words(&of_person, 1 + random_below(20), false));
    random_optional_fields(whole);
    if (!whole)
        set(KP_F_EMPLOYEE_ID, "E1"), set(KP_F_NAME, "潮見　花子"), set(KP_F_MEMBER_FROM, "20200401");
    for (size_t i = 0; i < KP_F__COUNT; i++)
        kinds.fields[i][*record.field[i] != '\0']++;
}

static void random_insurer_row(bool whole)
{
    static const char *const sections[] = {"01010", "01020", "01030", "01040", "01060", "01090"};
    insurer = (struct kp_insurer){.number = random_insurer(),
                                  .sender_number = random_digits(&of_person, 10),
                                  .report_40to74 = tables.codes[random_code(OID "1001")].code,
                                  .programme_40to74 = tables.codes[random_code(OID "1002")].code,
                                  .report_under40 = tables.codes[random_code(OID "1001")].code,
                                  .programme_under40 = tables.codes[random_code(OID "1002")].code,
                                  .section_under40 = sections[random_below(COUNT(sections))],
                                  .symbol_width = whole ? KP_WIDTH_AS_GIVEN : (enum kp_symbol_width)random_below(3)};
    sender = (struct kp_org){.name = random_words(&of_person, 1 + random_below(20), false)};
    if (one_in(2))
        sender.address = random_words(&of_person, 1 + random_below(40), false), sender.postal_code = "650-0188";
    if (one_in(2))
        sender.phone = random_digits(&of_person, 10);
    kinds.widths[insurer.symbol_width]++;
}

static void assert_author(const struct kp_document *d)
{
    assert_string_equal(d->author.number, insurer.sender_number);
    assert_string_equal(d->author.name, sender.name);
    assert_string_equal(d->author.address, sender.address ? sender.address : "");
    assert_string_equal(d->author.postal_code, sender.postal_code ? sender.postal_code : "");
    assert_string_equal(d->author.phone, sender.phone ? sender.phone : "");
    assert_int_equal(kp_date_compare(d->created, DAY_OF_WRITING), 0);
}

static void assert_same_digest(const struct kp_record *got, const struct kp_record *expected)
{
    uint8_t a[KP_SHA256_BYTES], b[KP_SHA256_BYTES];
    assert_int_equal(kp_record_digest(got, &tables, a), KP_OK);
    assert_int_equal(kp_record_digest(expected, &tables, b), KP_OK);
    assert_memory_equal(a, b, sizeof(a));
}

static void there_and_back(unsigned number, bool whole, struct kp_buf *out)
{
    const char *who = in_memory(kp_arena_printf(&of_person, "person %u", number));
    struct kp_decision decision = {.ground = ground, .band = (enum kp_band)random_below(KP_BAND__COUNT)};
    const struct kp_cda_frame frame = {.sender = &sender, .insurer = &insurer, .created = DAY_OF_WRITING};
    struct kp_findings findings = {.arena = &of_person};
    struct kp_document d;
    struct kp_xml xml;
    const char *where = NULL;
    kp_validate(&tables, &record, DAY_OF_WRITING, &findings);
    assert_nothing_found(&findings, who);
    kp_buf_reset(out);
    assert_true(kp_cda_write(&xml, out, check, &tables, &record, &decision, &frame, &of_person));
    if (!kp_xml_check_finish(check, &where))
        fail_msg("%s: written, and not valid: %s", who, where);
    read_back(kp_buf_text(out), out->len, who, &d);
    struct kp_record expected = written_record(&record, ground, &insurer, decision.band);
    assert_same_record(&d.record, &expected, who);
    assert_sections(&d, decision.band == KP_BAND_40TO74 ? "01010" : insurer.section_under40, who);
    assert_author(&d);
    if (whole)
        assert_same_digest(&d.record, &record);
    kinds.bands[decision.band]++;
    *(whole ? &kinds.whole : &kinds.partly) += 1;
}

static void assert_taken(const unsigned *counts, size_t first, size_t n, const char *what)
{
    for (size_t i = first; i < n; i++)
        if (counts[i] == 0)
            fail_msg("among the random people there was no %s, number %zu", what, i);
}

/* Else the sample would not show what it is meant to show. */
static void assert_all_kinds(void)
{
    static const enum kp_field optional[] = {KP_F_INSURED_SYMBOL, KP_F_INSURED_BRANCH, KP_F_QUALIFICATION,
                                             KP_F_FACILITY_POSTAL_CODE, KP_F_FACILITY_ADDRESS, KP_F_FACILITY_PHONE,
                                             KP_F_TICKET_NUMBER, KP_F_TICKET_EXPIRES, KP_F_REPORT_CATEGORY,
                                             KP_F_PROGRAMME};
    for (size_t i = 0; i < tables.n_items; i++)
        assert_taken(kinds.states[i], 0, possible_states(&tables.items[i]), tables.items[i].label);
    assert_taken(kinds.limits, 0, COUNT(kinds.limits), "limit");
    assert_taken(kinds.flags, 0, COUNT(kinds.flags), "flag");
    assert_taken(kinds.ranges, 0, COUNT(kinds.ranges), "reference range");
    assert_taken(kinds.lengths, 1, COUNT(kinds.lengths), "length of a text");
    assert_taken(kinds.widths, 0, COUNT(kinds.widths), "width of symbols");
    assert_taken(kinds.bands, 0, COUNT(kinds.bands), "age band");
    for (size_t i = 0; i < COUNT(optional); i++)
        assert_taken(kinds.fields[optional[i]], 0, 2, kp_field_name(optional[i]));
    for (size_t i = 0; i < tables.n_codes; i++) {
        bool of_item = false;
        for (size_t k = 0; k < tables.n_items && !of_item; k++)
            of_item = strcmp(tables.items[k].code_system, tables.codes[i].system) == 0;
        if (of_item)
            assert_taken(&taken_codes[i], 0, 1, tables.codes[i].display);
    }
    assert_int_equal(kinds.whole + kinds.partly, PEOPLE);
    assert_int_equal(kinds.whole, kinds.partly);
}

static void record__written_and_read_back__is_the_same(void **state)
{
    (void)state;
    struct kp_buf out = {0};
    for (unsigned number = 0; number < PEOPLE; number++) {
        bool whole = number % 2 == 0;
        kp_arena_reset(&of_person);
        assert_int_equal(kp_record_init(&record, &tables, &of_person), KP_OK);
        random_insurer_row(whole);
        random_fields(whole);
        random_values(whole);
        there_and_back(number, whole, &out);
    }
    kp_buf_release(&out);
    assert_all_kinds();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__written_and_read_back__is_the_same),
    };
    return cmocka_run_group_tests_name("roundtrip", tests, set_up, tear_down);
}
