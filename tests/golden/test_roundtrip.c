/*
 * Round trips of 2,000 random people, the same in every run: a document, read as a receiver reads it,
 * contains the normalised record value for value. Once in process with records of every kind, once from a
 * messy export through the program to bundles, log and row files.
 */
#include "support.h"

#include "base/escape.h"
#include "v08/cda_write.h"
#include "v08/cda_read.h"
#include "record/checks.h"
#include "law/ident.h"
#include "input/mapping.h"
#include "input/normalize.h"
#include "record/alternatives.h"
#include "format/unzip.h"
#include "record/check_fields.h"
#include "format/xmlread.h"

#include "golden.h"
#include "diag.h"
#include "profile.h"
#include "random.h"

enum { PEOPLE = 2000, MOST_ITEMS = 400, MOST_CODES = 400, STATES = 4, LONGEST = 128 };

#define OID "1.2.392.200119.6."
#define FIRST_EXAM 13970       /* 2008-04-01, in days since 1970 */
#define BOTH_VALUES_FROM 15796 /* 2013-04-01 */
#define LAST_EXAM 20453        /* 2025-12-31 */
#define DAY_OF_WRITING ((struct kp_date){2026, 4, 1})

static struct kp_arena memory, of_person;
static const struct kp_cda_forms *forms;
static struct kp_xml_schema *schema;
static struct kp_xml_check *check;

/* All two-byte characters of CP932 allowed in full-width text, and those of a kana name. */
static int32_t wide_letters[10000], kana_letters[200];
static unsigned n_wide, n_kana;

/* --- shared: a document read back, and its expected content --- */

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
        bool wide = kp_text_cp932_bytes(text, one, &outside) == 2 && !outside && c != 0x3000;
        if (wide && c != 0x3013 && c != 0x25a1 && c != 0xff1f /* 〓, □ and ？ stand for lost characters */ &&
            strcmp(in_memory(kp_text_wide(&of_person, one, true)), one) == 0)
            wide_letters[n_wide++] = c;
        if (wide && kp_text_is_kana_name(one) &&
            strcmp(in_memory(kp_text_kana_name(&of_person, one)), one) == 0)
            kana_letters[n_kana++] = c;
        kp_arena_reset(&of_person);
    }
    assert_in_range(n_wide, 6000, COUNT(wide_letters));
    assert_in_range(n_kana, 80, COUNT(kana_letters));
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || load_tables(state) != 0 ||
        load_profile("hc08_V08.xsd", &schema) != KP_OK || kp_xml_check_new(schema, &check) != KP_OK ||
        kp_cda_forms_make(&tables, &memory, &forms) != KP_OK || tables.n_items > MOST_ITEMS ||
        tables.n_codes > MOST_CODES)
        return -1;
    collect_letters();
    return 0;
}

static int tear_down(void **state)
{
    kp_xml_check_free(check);
    kp_xml_schema_free(schema);
    kp_arena_release(&of_person);
    kp_arena_release(&memory);
    (void)free_tables(state);
    return tear_down_golden(state);
}

static void assert_nothing_found(const struct kp_findings *findings, const char *who)
{
    struct kp_buf said = {0};
    for (const struct kp_finding *f = findings->first; f; f = f->next)
        kp_buf_printf(&said, " K%u %s (%s)", (unsigned)f->code, f->field ? f->field : "",
                      f->args[0] ? f->args[0] : "");
    if (said.len)
        fail_msg("%s:%s", who, kp_buf_text(&said));
    kp_buf_release(&said);
}

/* Parses, reads and validates a document as verify does. */
static void read_back(const char *bytes, size_t n, const char *who, struct kp_document *document)
{
    struct kp_tree tree;
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    struct kp_findings findings = {.arena = &of_person};
    if (kp_xml_read(&of_person, bytes, n, &tree, &fault, &line) != KP_OK)
        fail_msg("%s: not read, fault %d in line %lu", who, (int)fault, line);
    assert_int_equal(kp_cda_read(&tables, &tree, &of_person, &findings, document), KP_OK);
    kp_check_fields(&document->record, document->created, &findings);
    assert_nothing_found(&findings, who);
}

/* Drops what the form cannot express: anything beside "not done", the mark and range beside a limit, its
 * number in earlier years, ranges of other types than numbers. */
static struct kp_value written_value(const struct kp_item *item, const struct kp_value *value,
                                     struct kp_date exam)
{
    struct kp_value w = *value;
    if (w.state == KP_VALUE_ABSENT || w.state == KP_VALUE_NOT_DONE)
        return (struct kp_value){.state = w.state};
    if (w.state != KP_VALUE_PRESENT)
        w.text = NULL;
    if (w.limit)
        w.flag = 0;
    if (w.limit && kp_date_days(exam) < BOTH_VALUES_FROM)
        w.text = "";
    if (w.limit || item->type != KP_TYPE_PQ)
        w.low = w.high = NULL;
    return w;
}

static const char *written_number(const struct kp_insurer *insurer, const char *of_card)
{
    if (insurer->symbol_width == KP_WIDTH_HALF)
        return in_memory(kp_text_nfkc(&of_person, of_card));
    return insurer->symbol_width == KP_WIDTH_FULL ? in_memory(kp_text_wide(&of_person, of_card, false))
                                                  : of_card;
}

/* The record expected in its document. ground: one per item. */
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
            w.values[i] = written_value(&tables.items[i], &record->values[i], record->exam);
    return w;
}

static const char *or_none(const char *s)
{
    return s ? s : "(none)";
}

static void assert_same_value(const struct kp_value *actual, const struct kp_value *expected,
                              const char *what, const char *who)
{
    const char *const pairs[][2] = {
        {actual->text, expected->text}, {actual->low, expected->low}, {actual->high, expected->high}};
    bool same = actual->state == expected->state && actual->limit == expected->limit &&
                actual->flag == expected->flag;
    for (size_t i = 0; i < COUNT(pairs); i++)
        same &= strcmp(or_none(pairs[i][0]), or_none(pairs[i][1])) == 0;
    if (!same)
        fail_msg(
            "%s, %s: state %d limit %d flag %d '%s' %s..%s, should be state %d limit %d flag %d '%s' %s..%s",
            who, what, (int)actual->state, actual->limit, actual->flag, or_none(actual->text),
            or_none(actual->low), or_none(actual->high), (int)expected->state, expected->limit,
            expected->flag, or_none(expected->text), or_none(expected->low), or_none(expected->high));
}

static void assert_same_record(const struct kp_record *actual, const struct kp_record *expected,
                               const char *who)
{
    for (size_t i = 0; i < KP_F__COUNT; i++)
        if (strcmp(actual->field[i], expected->field[i]) != 0)
            fail_msg("%s, %s: '%s', should be '%s'", who, kp_field_name((enum kp_field)i), actual->field[i],
                     expected->field[i]);
    assert_int_equal(kp_date_compare(actual->birth, expected->birth), 0);
    assert_int_equal(kp_date_compare(actual->exam, expected->exam), 0);
    for (size_t i = 0; i < tables.n_items; i++)
        assert_same_value(&actual->values[i], &expected->values[i], tables.items[i].label, who);
}

/* Every item is in the section of its kind, identified by the section's code. */
static struct kp_insurer insurer;

static bool has_reason(const struct kp_document *d, const char *group_id)
{
    for (size_t i = 0; i < tables.n_items; i++)
        if (tables.items[i].relation == KP_REL_RSON && strcmp(tables.items[i].group_id, group_id) == 0 &&
            d->section_of[i] >= 0)
            return true;
    return false;
}

static void assert_sections(const struct kp_document *d, const char *first_section, const char *who)
{
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        bool additional =
            strcmp(item->section, "01990") == 0 ||
            (item->tokutei_need == '2' && !insurer.keeps_detailed && !has_reason(d, item->group_id));
        const char *of_item = additional ? "01990" : first_section;
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

static const char *random_digits(struct kp_arena *owner, unsigned n)
{
    char digits[32];
    assert_true(n < sizeof(digits));
    for (unsigned i = 0; i < n; i++)
        digits[i] = (char)('0' + random_below(10));
    return in_memory(kp_arena_strndup(owner, digits, n));
}

static const char *random_letters(struct kp_arena *owner, const int32_t *from, unsigned n_from, unsigned n)
{
    struct kp_buf out = {0};
    for (unsigned i = 0; i < n; i++)
        kp_utf8_put(&out, from[random_below(n_from)]);
    const char *copy = in_memory(kp_arena_strdup(owner, kp_buf_text(&out)));
    kp_buf_release(&out);
    return copy;
}

/* Returns up to n characters of all kinds, one in eight awkward: markup, quotes, spaces, voiced marks,
 * which may join with the kana before them. */
static const char *random_words(struct kp_arena *owner, unsigned n, bool spaces)
{
    static const int32_t awkward[] = {0xff1c, 0xff1e, 0xff06, 0xff02, 0xff07, 0x309b, 0x309c, 0x30ab,
                                      0x30cf, 0x30fc, 0xff5d, 0xff5e, 0x2225, 0x2460, 0x3000};
    struct kp_buf out = {0};
    for (unsigned i = 0; i < n; i++) {
        unsigned kinds = spaces && i > 0 && i + 1 < n ? COUNT(awkward) : COUNT(awkward) - 1;
        kp_utf8_put(&out, one_in(8) ? awkward[random_below(kinds)] : wide_letters[random_below(n_wide)]);
    }
    const char *wide = in_memory(kp_text_wide(owner, kp_buf_text(&out), true));
    kp_buf_release(&out);
    return wide;
}

static const char *random_kana(struct kp_arena *owner, unsigned most)
{
    const char *kana = random_letters(owner, kana_letters, n_kana, 1 + random_below(most));
    return in_memory(kp_text_kana_name(owner, kana));
}

static const char *with_check_digit(struct kp_arena *owner, const char *digits,
                                    bool (*is_right)(const char *number))
{
    for (unsigned d = 0; d < 10; d++) {
        const char *number = in_memory(kp_arena_printf(owner, "%s%u", digits, d));
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

static const char *random_facility(struct kp_arena *owner)
{
    const char *place = tables.prefectures[random_below((unsigned)tables.n_prefectures)].code;
    return with_check_digit(owner, in_memory(kp_arena_printf(owner, "%s1%s", place, random_digits(owner, 6))),
                            kp_facility_number_ok);
}

static struct kp_date random_day(int32_t first, unsigned days)
{
    return kp_date_from_days(first + (int32_t)random_below(days));
}

static const char *compact(struct kp_arena *owner, struct kp_date day)
{
    char eight[9];
    kp_date_compact(day, eight);
    return in_memory(kp_arena_strdup(owner, eight));
}

/* Returns a number with the item's digits, often at a limit of its input range. */
static struct kp_decimal random_number(const struct kp_item *item)
{
    unsigned below = 1, digits = 1 + random_below(item->integer_digits + item->decimals);
    struct kp_decimal number = {.scale = item->decimals};
    for (unsigned i = 0; i < digits; i++)
        below *= 10;
    number.units = random_below(below);
    struct kp_decimal end = one_in(2) ? item->min : item->max;
    if (item->has_range && one_in(4) &&
        kp_decimal_integer_digits(end) <= item->integer_digits) /* a BMI has no 100.0 */
        assert_true(kp_decimal_round(end, item->decimals, &number));
    return number;
}

static const char *decimal_text(struct kp_arena *owner, struct kp_decimal number)
{
    char digits[KP_DECIMAL_TEXT];
    kp_decimal_text(number, digits);
    return in_memory(kp_arena_strdup(owner, digits));
}

/* Returns a code of a list as its row in the table, and counts how often it was taken. */
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

/* 21 to 25 are reports of guidance, which have another form. */
static const char *random_report(void)
{
    const char *report = "2";
    while (*report == '2')
        report = tables.codes[random_code(OID "1001")].code;
    return report;
}

/* --- in process: records written and read --- */

/* Counts of the random people by kind, to see that none is missing. */
static struct {
    unsigned states[MOST_ITEMS][STATES];
    unsigned old_limits, limits[2], flags[3], ranges[4], lengths[LONGEST + 1], widths[3],
        bands[KP_BAND__COUNT];
    unsigned fields[KP_F__COUNT][2]; /* empty, present */
    unsigned whole, partly;
} kinds;

static struct kp_record record;
static enum kp_ground ground[MOST_ITEMS];
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
    kinds.old_limits += value->limit && kp_date_days(record.exam) < BOTH_VALUES_FROM;
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
                                             1 + random_below(most)) /* like film numbers */
                            : random_words(&of_person, 1 + random_below(most), true);
    assert_in_range(kp_utf8_length(value->text), 1, LONGEST);
    kinds.lengths[kp_utf8_length(value->text)]++;
}

/* Adds marks to a value. plain: only those that the form can express. */
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

/* Returns how many states an item can have, in their order; a doctor's name is only present or absent. */
static unsigned possible_states(const struct kp_item *item)
{
    return item->is_author ? KP_VALUE_NOT_DONE : STATES;
}

static enum kp_value_state random_state_of(const struct kp_item *item, unsigned density)
{
    if (random_below(8) >= density)
        return KP_VALUE_ABSENT;
    return one_in(2) ? KP_VALUE_PRESENT : (enum kp_value_state)(1 + random_below(possible_states(item) - 1));
}

static void random_value(const struct kp_item *item, unsigned density, bool plain, struct kp_value *value)
{
    const char *list = kp_item_list(&tables, item, record.exam);
    *value = (struct kp_value){0};
    if (!kp_item_on(item, record.exam) || kp_item_list_unknown(&tables, item, record.exam))
        return;
    value->state = random_state_of(item, density);
    if (value->state == KP_VALUE_PRESENT && item->type == KP_TYPE_PQ)
        random_quantity(item, value);
    else if (value->state == KP_VALUE_PRESENT && item->type == KP_TYPE_ST)
        random_text(item, value);
    else if (value->state == KP_VALUE_PRESENT)
        value->text = tables.codes[random_code(list)].code;
    random_marks(item, plain, value);
}

/* A judgement and its doctor's name are both present and released together; a name has no other state. */
static void give_doctors(void)
{
    for (size_t i = 0; i < tables.n_items; i++) {
        bool judged = false, goes_out = false;
        for (size_t k = 0; k < tables.n_items && tables.items[i].is_author; k++) {
            bool signs = tables.items[k].author_item == (int)i && record.values[k].state == KP_VALUE_PRESENT;
            judged |= signs;
            goes_out |= signs && ground[k] != KP_GROUND_WITHHELD;
        }
        if (!tables.items[i].is_author)
            continue;
        record.values[i] = (struct kp_value){.state = judged ? KP_VALUE_PRESENT : KP_VALUE_ABSENT};
        if (judged)
            random_text(&tables.items[i], &record.values[i]);
        ground[i] = goes_out ? KP_GROUND_FORM : KP_GROUND_WITHHELD;
    }
}

/* whole: everything is released, and the document can express the whole record. */
static void random_values(bool whole)
{
    static const unsigned densities[] = {1, 1, 1, 2, 7};
    unsigned density = densities[random_below(COUNT(densities))];
    unsigned first = random_below((unsigned)tables.n_items);
    for (size_t i = 0; i < tables.n_items; i++) {
        random_value(&tables.items[i], density, whole, &record.values[i]);
        ground[i] =
            !whole && one_in(4) ? KP_GROUND_WITHHELD : (enum kp_ground)(KP_GROUND_DUTY + random_below(4));
    }
    first = tables.items[first].is_author ? 0 : first; /* so that something is released */
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

/* In one width, as on an insurance card; in half width if the insurer requires it. */
static const char *random_card_text(unsigned most)
{
    static const int32_t half[] = {'1', '2', '9', '0', 'A', 'z', 'B'};
    static const int32_t wide[] = {0x5065, 0x4fdd, 0x30b1, 0x30f3,
                                   0xff21, 0xff11, 0xff22}; /* 健保ケンＡ１Ｂ */
    unsigned n = random_below(most);                        /* behind a 1: a lone 0 or hyphen is no number */
    const char *ascii = in_memory(
        kp_arena_printf(&of_person, "1%s", n ? random_letters(&of_person, half, COUNT(half), n) : ""));
    if (one_in(2))
        return ascii;
    return insurer.symbol_width == KP_WIDTH_HALF || one_in(2)
               ? in_memory(kp_text_wide(&of_person, ascii, false))
               : random_letters(&of_person, wide, COUNT(wide), n + 1);
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
        set(KP_F_FACILITY_ADDRESS, random_words(&of_person, 4 + random_below(37), false));
        set(KP_F_FACILITY_POSTAL_CODE, one_in(2) ? "651-0298" : "");
    }
    if (one_in(2))
        set(KP_F_FACILITY_PHONE,
            in_memory(kp_arena_printf(&of_person, "03%s", random_digits(&of_person, 8 + random_below(2)))));
    if (one_in(4)) {
        set(KP_F_TICKET_NUMBER, random_digits(&of_person, 11));
        set(KP_F_TICKET_EXPIRES, compact(&of_person, random_day(LAST_EXAM, 400)));
    }
    if (whole || one_in(2)) {
        set(KP_F_REPORT_CATEGORY, random_report());
        set(KP_F_PROGRAMME, tables.codes[random_code(OID "1002")].code);
    }
}

static void random_fields(bool whole)
{
    bool old = !whole && one_in(4);
    record.exam =
        old ? random_day(FIRST_EXAM, BOTH_VALUES_FROM - FIRST_EXAM + 2) : random_day(LAST_EXAM - 365, 366);
    record.birth = random_day(-20000, 32000);
    set(KP_F_INSURER_NUMBER, insurer.number);
    set(KP_F_INSURED_NUMBER, random_card_text(20));
    set(KP_F_NAME_KANA, random_kana(&of_person, 50));
    set(KP_F_SEX, one_in(2) ? "1" : "2");
    set(KP_F_BIRTH_DATE, compact(&of_person, record.birth));
    set(KP_F_POSTAL_CODE, in_memory(kp_arena_printf(&of_person, "%s-%s", random_digits(&of_person, 3),
                                                    random_digits(&of_person, 4))));
    set(KP_F_ADDRESS, random_words(&of_person, 4 + random_below(37), false));
    set(KP_F_EXAM_DATE, compact(&of_person, record.exam));
    set(KP_F_FACILITY_NUMBER, random_facility(&of_person));
    set(KP_F_FACILITY_NAME, random_words(&of_person, 4 + random_below(17), false)); /* no placeholder */
    random_optional_fields(whole);
    if (strncmp(record.field[KP_F_INSURER_NUMBER], "39", 2) == 0) { /* the late-stage system's card */
        set(KP_F_INSURED_NUMBER, random_digits(&of_person, 8));
        set(KP_F_INSURED_SYMBOL, ""), set(KP_F_INSURED_BRANCH, ""), set(KP_F_QUALIFICATION, "");
    }
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
                                  .report_40to74 = random_report(),
                                  .programme_40to74 = tables.codes[random_code(OID "1002")].code,
                                  .report_under40 = random_report(),
                                  .programme_under40 = tables.codes[random_code(OID "1002")].code,
                                  .section_under40 = sections[random_below(COUNT(sections))],
                                  .keeps_detailed = one_in(3),
                                  .symbol_width =
                                      whole ? KP_WIDTH_AS_GIVEN : (enum kp_symbol_width)random_below(3)};
    sender = (struct kp_org){.name = random_words(&of_person, 1 + random_below(20), false)};
    if (one_in(2))
        sender.address = random_words(&of_person, 1 + random_below(40), false),
        sender.postal_code = "650-0188";
    if (one_in(2))
        sender.phone = random_digits(&of_person, 10);
    kinds.widths[insurer.symbol_width]++;
}

static void assert_author(const struct kp_document *d)
{
    assert_string_equal(d->author.number, insurer.sender_number);
    assert_string_equal(d->author.name, sender.name);
    assert_string_equal(d->author.phone, sender.phone ? sender.phone : "");
    assert_int_equal(kp_date_compare(d->created, DAY_OF_WRITING), 0);
}

static void assert_same_digest(const struct kp_record *actual, const struct kp_record *expected)
{
    uint8_t a[KP_SHA256_BYTES], b[KP_SHA256_BYTES];
    assert_int_equal(kp_content_digest(actual, NULL, a), KP_OK);
    assert_int_equal(kp_content_digest(expected, NULL, b), KP_OK);
    assert_memory_equal(a, b, sizeof(a));
}

static void there_and_back(unsigned number, bool whole, struct kp_buf *out)
{
    const char *who = in_memory(kp_arena_printf(&of_person, "person %u", number));
    struct kp_decision decision = {.ground = ground, .band = (enum kp_band)random_below(KP_BAND__COUNT)};
    const struct kp_cda_source source = {&record, &decision, &sender, &insurer, DAY_OF_WRITING, forms};
    struct kp_findings findings = {.arena = &of_person};
    struct kp_document d;
    const char *where = NULL;
    const char *report =
        *record.field[KP_F_REPORT_CATEGORY] ? record.field[KP_F_REPORT_CATEGORY] : insurer.report_under40;
    if (strcmp(report, "10") == 0)
        insurer.section_under40 = "01010"; /* any other is reported */
    kp_check_fields(&record, DAY_OF_WRITING, &findings);
    assert_nothing_found(&findings, who);
    kp_buf_reset(out);
    assert_true(kp_cda_write(out, check, &source, &of_person));
    if (kp_xml_check_finish(check, &where) != KP_OK)
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

/* Fails if the sample lacks one of the kinds. */
static void assert_all_kinds(void)
{
    static const enum kp_field optional[] = {
        KP_F_INSURED_SYMBOL,   KP_F_INSURED_BRANCH, KP_F_QUALIFICATION, KP_F_FACILITY_POSTAL_CODE,
        KP_F_FACILITY_ADDRESS, KP_F_FACILITY_PHONE, KP_F_TICKET_NUMBER, KP_F_TICKET_EXPIRES,
        KP_F_REPORT_CATEGORY,  KP_F_PROGRAMME};
    for (size_t i = 0; i < tables.n_items; i++)
        assert_taken(kinds.states[i], 0, possible_states(&tables.items[i]), tables.items[i].label);
    assert_true(kinds.old_limits > 100);
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

/* --- through the program: a messy export --- */

enum { MOST_COLUMNS = 700, FIRST_ITEM = KP_F_FASTING }; /* after the fields */

/* A column of the export, and its row of the mapping file. */
struct source {
    const char *header, *target, *unit, *values;
    const struct kp_item *item; /* NULL for a field */
    enum kp_column_kind kind;
    enum kp_field field;
    const struct kp_conversion *conversion; /* from the column's unit; NULL for the item's own */
};

static struct source sources[MOST_COLUMNS];
static size_t n_sources;
static const char *grid[PEOPLE][MOST_COLUMNS];
static const char *meant[MOST_COLUMNS]; /* of the current row: the code meant by each cell, or NULL */
static bool spoiled[PEOPLE];            /* invalid rows; the others are only messy */

/* Insurers with a request, without one, and with consents only. */
static const char *const INSURERS[] = {"06139463", "01130012", "00280081",
                                       "31289002", "34289009", "39289004"};

static void add_source(struct source source)
{
    assert_true(n_sources < MOST_COLUMNS);
    source.unit = source.conversion ? source.conversion->from : "";
    source.values = source.values ? source.values : "";
    sources[n_sources++] = source;
}

static const struct kp_conversion *conversion_to(const struct kp_item *item)
{
    for (size_t i = 0; i < tables.n_conversions; i++)
        if (*item->unit &&
            kp_conversion_of(&tables, item, tables.conversions[i].from) == &tables.conversions[i])
            return &tables.conversions[i];
    return NULL;
}

/* Limits and mark of an item are in columns whose headers cannot be recognised. */
static void add_references(const struct kp_item *item, const struct kp_conversion *conversion)
{
    static const struct {
        const char *suffix;
        enum kp_column_kind kind;
    } parts[] = {{"low", KP_COL_LOW}, {"high", KP_COL_HIGH}, {"flag", KP_COL_FLAG}};
    for (size_t i = 0; i < COUNT(parts); i++)
        add_source((struct source){.header = textf("基準 %s %zu", item->name, n_sources),
                                   .target = textf("%s.%s", item->code, parts[i].suffix),
                                   .item = item,
                                   .kind = parts[i].kind,
                                   .conversion = parts[i].kind == KP_COL_FLAG ? NULL : conversion});
}

/* Every seventh code list has custom words. */
static const char *own_words(size_t i, const struct kp_item *item)
{
    if (!*item->code_system || i % 7 != 0)
        return NULL;
    const char *code = tables.codes[random_code(item->code_system)].code;
    return textf("社内甲=%s|社内乙=%s", code, code);
}

static void make_sources(void)
{
    for (enum kp_field f = 0; f < (enum kp_field)FIRST_ITEM; f++)
        add_source((struct source){
            .header = kp_field_name(f), .target = kp_field_name(f), .kind = KP_COL_FIELD, .field = f});
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        const struct kp_conversion *c = i % 3 == 0 ? conversion_to(item) : NULL;
        if (!kp_item_on(item, kp_date_from_days(LAST_EXAM)))
            continue;
        add_source((struct source){.header = item->code,
                                   .target = item->code,
                                   .values = own_words(i, item),
                                   .item = item,
                                   .kind = KP_COL_ITEM,
                                   .conversion = c});
        if (item->several == KP_SEVERAL_JOIN && i % 5 == 0)
            add_source((struct source){.header = textf("所見その2 %zu", i),
                                       .target = item->code,
                                       .item = item,
                                       .kind = KP_COL_ITEM});
        if (item->type == KP_TYPE_PQ && i % 3 == 0)
            add_references(item, c);
    }
}

static void put_csv_cell(FILE *file, const char *cell_text, char after)
{
    (void)fputc('"', file);
    for (const char *at = cell_text; *at; at++) {
        if (*at == '"')
            (void)fputc('"', file);
        (void)fputc(*at, file);
    }
    (void)fputc('"', file);
    (void)fputc(after, file);
}

static void write_mapping(void)
{
    FILE *file = fopen("mapping.csv", "wb");
    assert_non_null(file);
    (void)fputs("column,target,unit,values\n", file);
    for (size_t i = 0; i < n_sources; i++) {
        put_csv_cell(file, sources[i].header, ',');
        put_csv_cell(file, sources[i].target, ',');
        put_csv_cell(file, sources[i].unit, ',');
        put_csv_cell(file, sources[i].values, '\n');
    }
    assert_int_equal(fclose(file), 0);
}

static void write_export(void)
{
    FILE *file = fopen("export.csv", "wb");
    assert_non_null(file);
    for (size_t i = 0; i < n_sources; i++)
        put_csv_cell(file, sources[i].header, i + 1 < n_sources ? ',' : '\n');
    for (size_t row = 0; row < PEOPLE; row++)
        for (size_t i = 0; i < n_sources; i++)
            if (*grid[row][i])
                put_csv_cell(file, grid[row][i], i + 1 < n_sources ? ',' : '\n');
            else
                (void)fputc(i + 1 < n_sources ? ',' : '\n', file);
    assert_int_equal(fclose(file), 0);
}

/* --- spellings --- */

/* Returns ASCII in full width, every other time. */
static const char *in_any_width(const char *s)
{
    return one_in(2) ? s : in_memory(kp_text_wide(&memory, s, true));
}

static const char *messy_date(struct kp_date d)
{
    static const struct {
        const char *name;
        int first_year, from_days;
    } eras[] = {{"令和", 2019, 18017}, {"H", 1989, 6947}, {"昭和", 1926, -15000}};
    size_t era = 0;
    while (era + 1 < COUNT(eras) && kp_date_days(d) < eras[era].from_days)
        era++;
    int year = d.year - eras[era].first_year + 1;
    switch (random_below(5)) {
    case 0: return in_any_width(compact(&memory, d));
    case 1: return in_any_width(textf("%d/%d/%d", d.year, d.month, d.day));
    case 2: return in_any_width(textf("%s%d.%d.%d", eras[era].name, year, d.month, d.day));
    case 3: return textf("%d年%d月%d日", d.year, d.month, d.day);
    default: return textf("%04d-%02d-%02d 0:00", d.year, d.month, d.day);
    }
}

/* Returns whether the number is neither refused as hardly possible nor as a zero. */
static bool is_taken(const struct source *s, struct kp_decimal number)
{
    struct kp_decimal own = number, rounded;
    if (s->conversion)
        assert_true(kp_decimal_convert(number, s->conversion->factor, s->conversion->offset, &own));
    assert_true(kp_decimal_round(own, s->item->decimals, &rounded));
    return !kp_likely_unit(&tables, s->item, own) && (rounded.units > 0 || s->item->zero);
}

static const char *messy_number(const struct source *s)
{
    static const struct kp_decimal one = {1, 0};
    struct kp_decimal number;
    int tries = 100;
    do {
        if (tries-- == 0) /* the item's digits are too few in that unit */
            return "未実施";
        number = random_number(s->item);
        /* so that it has no more than the item's digits in any unit */
        if (s->conversion && kp_decimal_compare(s->conversion->factor, one) > 0)
            number.units = number.units / 1000 + 1;
    } while (!is_taken(s, number));
    bool inner =
        !s->conversion && !s->item->has_range; /* a mark that contradicts the input range is not used */
    const char *plain = decimal_text(&memory, number);
    switch (random_below(14)) {
    case 0: return in_memory(kp_text_wide(&memory, plain, true));
    case 1:
        return s->conversion || strchr(s->item->unit, '{') ? plain : textf(" %s %s", plain, s->item->unit);
    case 2: return textf("%s%s", one_in(2) ? "H " : "L", plain);
    case 3: return textf("%s%s", plain, inner ? "↑" : "＊");
    case 4: return inner ? textf("%s%s", one_in(2) ? "<" : "≧", plain) : plain;
    case 5: return inner ? textf("%s%s", plain, one_in(2) ? "未満" : "以上") : plain;
    case 6:
        if (s->conversion) /* converted, the digits may count */
            return plain;
        return textf("%s%s%u%u", plain, s->item->decimals ? "" : ".", random_below(5),
                     random_below(10)); /* rounded down */
    case 7: return textf("0%s", plain);
    case 8: return "未実施";
    case 9: return "測定不能";
    case 10: return "－";
    default: return s->item->zero == KP_ZERO_SIGNED && one_in(2) ? textf("△%s", plain) : plain;
    }
}

/* The code that both custom words mean. */
static const char *own_code(const struct source *s)
{
    const char *at = strchr(s->values, '=') + 1;
    return textf("%.*s", (int)strcspn(at, "|"), at);
}

/* A code, its display text, or a custom word. */
static const char *messy_code(const struct source *s)
{
    const struct kp_code_row *code = &tables.codes[random_code(s->item->code_system)];
    const char *key = in_memory(kp_text_value_key(&memory, code->display));
    const char *known = kp_code_of(&tables, code->system, key);
    const char **means = &meant[s - sources];
    if (*s->values && one_in(3)) {
        *means = own_code(s);
        return one_in(2) ? "社内甲" : "社内 乙";
    }
    *means = NULL;
    if (one_in(12))
        return one_in(2) ? "未実施" : "測定不能";
    bool speaks = known && strcmp(known, code->code) == 0 &&
                  !kp_text_is_dash(key); /* a dash means "not known" in this export */
    *means = code->code;
    return speaks && one_in(2) ? code->display : in_any_width(code->code);
}

/* Text as typed into a field for findings: half-width kana, ASCII with markup, line ends. */
static const char *messy_words(const struct source *s)
{
    static const char *const typed[] = {"ｶﾞｽﾄﾛﾌｧｲﾊﾞｰ", "HDL<40 & LDL>140", "炎 経過\n観察",
                                        "\"憩室\"",    "'07年 ﾎﾟﾘｰﾌﾟ",     "ｳﾞｨｰﾙｽ; 5% 以下"};
    enum { DATE_BYTES = 8 };
    if (s->item->max_bytes == DATE_BYTES)
        return messy_date(random_day(10000, 10000));
    unsigned room = s->item->max_bytes / 2 / (s->item->several == KP_SEVERAL_JOIN ? 2 : 1);
    const char *pick = typed[random_below(COUNT(typed))];
    if (s->item->depends_on >= 0) /* random kanji would deny a finding now and then */
        return textf("胃%s", pick);
    return textf("%s%s", random_words(&memory, 1 + random_below(room > 26 ? room - 24 : 2), true), pick);
}

static const char *messy_value(const struct source *s)
{
    if (s->item->type == KP_TYPE_PQ)
        return messy_number(s);
    return s->item->type == KP_TYPE_ST ? messy_words(s) : messy_code(s);
}

static const char *messy_reference(const struct source *s)
{
    static const char *const marks[] = {"H", "Ｌ", "N", "HH", "↓", "*"};
    if (s->kind == KP_COL_FLAG)
        return marks[random_below(COUNT(marks))];
    struct kp_decimal limit = {.units = random_below(400) + (s->kind == KP_COL_HIGH ? 400 : 0),
                               .scale = s->item->decimals};
    return in_any_width(decimal_text(&memory, limit));
}

/* --- people --- */

static const char **cell_of(size_t row, enum kp_field field)
{
    assert_int_equal(sources[field].field, field);
    return &grid[row][field];
}

static void give_card(size_t row, const char *to)
{
    bool ascii = strcmp(to, "06139463") == 0; /* which requires half width */
    const char *symbol = in_any_width(textf("%u-%u", 10 + random_below(90), 100 + random_below(900)));
    *cell_of(row, KP_F_INSURER_NUMBER) = in_any_width(one_in(3) ? to + strspn(to, "0") : to);
    *cell_of(row, KP_F_INSURED_SYMBOL) = ascii || one_in(2) ? symbol
                                         : one_in(2)        ? textf("ｹﾝﾎﾟ-%zu", row)
                                                            : "";
    *cell_of(row, KP_F_INSURED_NUMBER) = in_any_width(textf("%zu", 10000 + row));
    *cell_of(row, KP_F_INSURED_BRANCH) = one_in(2) ? "" : in_any_width(one_in(2) ? "1" : "02");
    *cell_of(row, KP_F_QUALIFICATION) = one_in(3) ? "本人" : one_in(2) ? "２" : "";
    if (strncmp(to, "39", 2) != 0)
        return;
    /* cards of the late-stage system have a number of 8 digits and nothing else */
    *cell_of(row, KP_F_INSURED_NUMBER) = in_any_width(textf("%zu", 10000000 + row));
    *cell_of(row, KP_F_INSURED_SYMBOL) = *cell_of(row, KP_F_INSURED_BRANCH) =
        *cell_of(row, KP_F_QUALIFICATION) = "";
}

static void give_person(size_t row, struct kp_date birth, struct kp_date exam)
{
    static const char *const names[] = {"ｹﾝﾎﾟ ﾊﾅｺ", "しおみ　たろう", "ヤマダーケイコ", "ﾊﾞﾊﾞ ﾌﾟﾗｲﾄ"};
    static const char *const sexes[] = {"男", "女", "1", "２", "女性", "M"};
    *cell_of(row, KP_F_EMPLOYEE_ID) = textf("E%05zu", row);
    *cell_of(row, KP_F_NAME) = "架空　名前";
    *cell_of(row, KP_F_NAME_KANA) =
        one_in(2) ? names[random_below(COUNT(names))]
                  : textf("ア%s", random_kana(&memory, 20)); /* a single ー would be a dash */
    *cell_of(row, KP_F_SEX) = sexes[random_below(COUNT(sexes))];
    *cell_of(row, KP_F_BIRTH_DATE) = messy_date(birth);
    *cell_of(row, KP_F_EXAM_DATE) = messy_date(exam);
    *cell_of(row, KP_F_POSTAL_CODE) = in_any_width(
        textf("%s%s%s", random_digits(&memory, 3), one_in(2) ? "-" : "", random_digits(&memory, 4)));
    *cell_of(row, KP_F_ADDRESS) =
        textf("%s %s", random_words(&memory, 1 + random_below(40), true), "ﾏﾝｼｮﾝ 8-1");
    *cell_of(row, KP_F_MEMBER_FROM) = one_in(4) ? messy_date((struct kp_date){2010, 4, 1}) : "";
    *cell_of(row, KP_F_MEMBER_TO) = one_in(40) ? messy_date((struct kp_date){2024, 4, 1}) : "";
}

static void give_facility(size_t row)
{
    bool ticket = one_in(5);
    *cell_of(row, KP_F_FACILITY_NUMBER) = in_any_width(random_facility(&memory));
    *cell_of(row, KP_F_FACILITY_NAME) =
        textf("%s%s", random_words(&memory, 1 + random_below(10), true), " ｸﾘﾆｯｸ");
    if (one_in(2)) {
        *cell_of(row, KP_F_FACILITY_ADDRESS) =
            textf("兵庫県 %s", random_words(&memory, 1 + random_below(50), true));
        *cell_of(row, KP_F_FACILITY_POSTAL_CODE) = "〒651-0298";
    }
    *cell_of(row, KP_F_FACILITY_PHONE) = one_in(2) ? "" : in_any_width("(078)000-2250");
    *cell_of(row, KP_F_TICKET_NUMBER) = ticket ? in_any_width(random_digits(&memory, 11)) : "";
    *cell_of(row, KP_F_TICKET_EXPIRES) = ticket ? messy_date((struct kp_date){2026, 3, 31}) : "";
}

/* Codes 10 and 010 are for those aged 40 to 74 at the end of the fiscal year; near the limits the column
 * stays empty. */
static void give_category(size_t row, struct kp_date birth, struct kp_date exam)
{
    int age = exam.year + (exam.month > 3) - birth.year - (birth.month > 3);
    bool target = age > 40 && age < 74, other = age < 39 || age > 75;
    *cell_of(row, KP_F_REPORT_CATEGORY) = !one_in(8) ? "" : target ? "10" : other ? "40" : "";
    *cell_of(row, KP_F_PROGRAMME) = !one_in(8) ? "" : target ? "010" : other ? "990" : "";
}

/* A judgement has its doctor's name, and a name has its judgement. */
static bool is_judged(size_t row, const struct kp_item *author)
{
    for (size_t i = 0; i < n_sources; i++)
        if (sources[i].kind == KP_COL_ITEM && sources[i].item->author_item == author - tables.items &&
            *grid[row][i])
            return true;
    return false;
}

/* --- values that depend on each other, made consistent --- */

static bool begins(size_t column, const char *code)
{
    return sources[column].kind == KP_COL_ITEM &&
           strncmp(sources[column].item->code, code, strlen(code)) == 0;
}

/* Returns the first column of an item. */
static size_t column_for(const struct kp_item *item)
{
    size_t i = FIRST_ITEM;
    while (sources[i].kind != KP_COL_ITEM || sources[i].item != item)
        assert_true(++i < n_sources);
    return i;
}

static void clear(size_t row, const char *code)
{
    for (size_t i = FIRST_ITEM; i < n_sources; i++)
        if (begins(i, code)) {
            grid[row][i] = "";
            meant[i] = NULL;
        }
}

static bool is_given(size_t row, const struct kp_item *item)
{
    for (size_t i = FIRST_ITEM; i < n_sources; i++)
        if (sources[i].kind == KP_COL_ITEM && sources[i].item == item && *grid[row][i])
            return true;
    return false;
}

static bool means(const struct kp_item *item, const char *code)
{
    const char *m = meant[column_for(item)];
    return m && strcmp(m, code) == 0;
}

/* Keeps either the fasting or the casual items. */
static void settle_meal(size_t row)
{
    const struct kp_item *hours = kp_item_find(&tables, "9N141000000000011");
    bool asked = meant[column_for(hours)] != NULL;
    if (asked ? means(hours, "2") : one_in(2)) {
        clear(row, "3F0151299");
        clear(row, "3D0101299");
    } else {
        clear(row, "3F0150000");
        clear(row, "3D0100000");
    }
}

/* Returns something other than a dash, which means "not known" in this export. */
static void fill(size_t row, const struct kp_item *item)
{
    size_t i = column_for(item);
    while (!*grid[row][i] || strcmp(grid[row][i], "－") == 0)
        grid[row][i] = messy_value(&sources[i]);
}

/* Returns 対象者 of the group of a reason, NULL if there is none. */
static const struct kp_item *target_of(const struct kp_item *reason)
{
    for (size_t i = 0; i < tables.n_items; i++)
        if (tables.items[i].relation == KP_REL_RSON && &tables.items[i] != reason &&
            strcmp(tables.items[i].group_id, reason->group_id) == 0)
            return &tables.items[i];
    return NULL;
}

static void settle_detailed_test(size_t row, const struct kp_item *reason)
{
    const struct kp_item *target = target_of(reason);
    size_t whether = column_for(target ? target : reason);
    if (!is_given(row, reason) && !(target && is_given(row, target)))
        return;
    if (target && one_in(3)) {
        clear(row, reason->code);
        grid[row][whether] = in_any_width("0");
        return;
    }
    fill(row, reason);
    while (target && (!meant[whether] || means(target, "0")))
        grid[row][whether] = messy_code(&sources[whether]);
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        if (item->relation == KP_REL_COMP && item->type != KP_TYPE_ST &&
            strcmp(item->group_id, reason->group_id) == 0)
            fill(row, item);
    }
}

static bool is_finding_flag(const struct kp_item *item)
{
    return item->text_item >= 0 &&
           (strcmp(item->code_system, OID "2001") == 0 || strcmp(item->code_system, OID "2002") == 0);
}

/* A finding has its text. */
static void settle_findings(size_t row)
{
    for (size_t i = 0; i < tables.n_items; i++)
        if (is_finding_flag(&tables.items[i]) && means(&tables.items[i], "1"))
            fill(row, &tables.items[tables.items[i].text_item]);
}

static void settle_items(size_t row)
{
    for (size_t i = 0; i < tables.n_items; i++)
        if (tables.items[i].relation == KP_REL_RSON && tables.items[i].type == KP_TYPE_ST)
            settle_detailed_test(row, &tables.items[i]);
    settle_findings(row);
    settle_meal(row);
}

static void give_items(size_t row)
{
    unsigned sparse = one_in(20) ? 1 : 10;
    memset(meant, 0, sizeof(meant));
    for (size_t i = FIRST_ITEM; i < n_sources; i++) {
        const struct source *s = &sources[i];
        if (s->item->is_author || !one_in(s->kind == KP_COL_ITEM ? sparse : 6))
            continue;
        grid[row][i] = s->kind == KP_COL_ITEM ? messy_value(s) : messy_reference(s);
        if (s->item->author_item >= 0) /* 未実施 is not a judgement with a doctor */
            grid[row][i] = s->item->type == KP_TYPE_ST ? messy_words(s) : in_any_width("1");
    }
    settle_items(row);
    for (size_t i = FIRST_ITEM; i < n_sources; i++)
        if (sources[i].item->is_author && is_judged(row, sources[i].item))
            grid[row][i] = textf("医師 %s ｻﾌﾞﾛｳ", random_words(&memory, 1 + random_below(8), true));
}

static const char **cell_for(size_t row, const char *code)
{
    return &grid[row][column_for(kp_item_find(&tables, code))];
}

/* Makes one cell contradict another. */
static void contradict(size_t row)
{
    switch (random_below(5)) {
    case 0: /* a finding without its text */
        *cell_for(row, "9N066000000000011") = "１";
        clear(row, "9N066160800000049");
        break;
    case 1: /* fasting and casual */
        *cell_for(row, "3F015000002327101") = *cell_for(row, "3F015129902327101") = "120";
        break;
    case 2: /* a reason for a detailed test that was not made */
        *cell_for(row, "9A110161600000011") = "0";
        *cell_for(row, "9A110161000000049") = "血圧が基準以上";
        break;
    case 3: /* a detailed test without a reason */
        *cell_for(row, "9A110161600000011") = "1";
        clear(row, "9A110161000000049");
        break;
    default: /* a deleted cell */ *cell_of(row, KP_F_REPORT_CATEGORY) = "19"; break;
    }
}

/* Spoils a row: one unreadable cell, or two that contradict each other. */
static void spoil(size_t row)
{
    switch (random_below(8)) {
    case 0: *cell_of(row, KP_F_SEX) = "?"; break;
    case 1: *cell_of(row, KP_F_EXAM_DATE) = "2025-02-30"; break;
    case 2: *cell_of(row, KP_F_INSURER_NUMBER) = "06139464"; break;
    case 3:
        grid[row][FIRST_ITEM] = "高い"; /* a height */
        break;
    default: contradict(row); break;
    }
}

static void make_people(void)
{
    for (size_t row = 0; row < PEOPLE; row++) {
        for (size_t i = 0; i < n_sources; i++)
            grid[row][i] = "";
        struct kp_date exam = random_day(LAST_EXAM - 200, 200);
        int32_t age_days = (int32_t)(one_in(2) ? 7000 + random_below(7000) : 14600 + random_below(13500));
        give_card(row, INSURERS[one_in(4) ? random_below(COUNT(INSURERS)) : random_below(3)]);
        struct kp_date birth = kp_date_from_days(kp_date_days(exam) - age_days);
        give_person(row, birth, exam);
        give_category(row, birth, exam);
        give_facility(row);
        give_items(row);
        spoiled[row] = one_in(20);
        if (spoiled[row])
            spoil(row);
    }
}

/* --- registers --- */

static void write_settings(void)
{
    static const char settings[] =
        "[sender]\nnumber = 6631111116\nname = 架空精機株式会社\npostal_code = 650-0188\naddress = 兵庫県潮見市港町8\n"
        "phone = 078-000-1000\n[input]\nmapping = mapping.csv\n[registers]\nrequests = requests.csv\n"
        "consents = consents.csv\ninsurers = insurers.csv\n[policy]\nrequested_items = release\n";
    static const char insurers[] =
        "insurer_number,name,address,representative,scheme,sender_number,interaction_type,service_event,report_40to74,"
        "programme_40to74,report_under40,programme_under40,section_under40,symbol_width\n"
        "06139463,架空精機健康保険組合,兵庫県潮見市1,理事長 芦田,,5521111111,,,,,41,030,01030,half\n"
        "01130012,架空けんぽ協会,東京都架空町3,支部長 三好,,,,,,,,,,full\n"
        "00280081,架空潮見市国民健康保険,兵庫県潮見市役所前1,市長 港,,,,,,,,,01090,\n"
        "39289004,架空県後期高齢者医療広域連合,兵庫県みどり野市1,広域連合長 津村,,,,,,,,,,\n";
    static const char requests[] =
        "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,note\n"
        "R1,06139463,2026-01-15,elderly_act health_act,,,all,3C020000002327101 2A010000001930101,,,\n"
        "R2,01130012,2026-01-20,elderly_act,,,all,,,,\n"
        "R3,01130012,2026-01-21,health_act,,,under40,3C020000002327101 9N206160700000011,,,\n"
        "R4,00280081,2026-02-03,health_act elderly_act,,,all,,,,\n"
        "R5,31289002,2026-01-09,elderly_act health_act,,,all,,,2026-02-20,\n";
    put("kenporter.ini", settings, sizeof(settings) - 1);
    put("insurers.csv", insurers, sizeof(insurers) - 1);
    put("requests.csv", requests, sizeof(requests) - 1);
}

/* Items that do not depend on another item. */
static const char *random_codes(void)
{
    const char *codes = "";
    for (unsigned n = 1 + random_below(12); n > 0;) {
        const struct kp_item *item = &tables.items[random_below((unsigned)tables.n_items)];
        if (item->is_author || item->author_item >= 0)
            continue;
        codes = textf("%s%s%s", codes, *codes ? " " : "", item->code);
        n--;
    }
    return codes;
}

static void write_consents(void)
{
    FILE *file = fopen("consents.csv", "wb");
    assert_non_null(file);
    (void)fputs(
        "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind,"
        "given_on,withdrawn_on,evidence\n",
        file);
    for (size_t row = 0; row < PEOPLE; row++)
        for (unsigned n = random_below(3); n > 1; n--)
            (void)fprintf(file, "C%zu,E%05zu,,,,,%s,%s,%s,2025-03-01,%s,書面\n", row, row,
                          one_in(2) ? "*" : INSURERS[random_below(COUNT(INSURERS))],
                          one_in(3)   ? "all"
                          : one_in(2) ? "other"
                                      : random_codes(),
                          one_in(2) ? "explicit" : "notice", one_in(10) ? "2026-01-01" : "");
    assert_int_equal(fclose(file), 0);
}

/* --- results --- */

#define RUN "export -c kenporter.ini --as-of 2026-04-01 --backdate test --lang en "

static struct kp_mapping mapping;
static struct sheet entries; /* entries of the disclosure log */
static unsigned found[PEOPLE];
static size_t settled, detailed; /* superseded values; reasons of detailed tests */

static void export_people(void)
{
    make_sources();
    make_people();
    write_mapping();
    write_export();
    write_settings();
    write_consents();
    assert_int_equal(kenporter(RUN "--threads 1 -o one export.csv"), 1);
    entries = read_sheet("one/disclosure-log.csv");
}

/* Reads the header as a run does. */
static void map_columns(void)
{
    static struct kp_mapping_file file;
    const char **headers = kp_arena_alloc(&memory, n_sources * sizeof(*headers));
    const struct kp_mapping_job job = {&file, 1, 1};
    assert_non_null(headers);
    for (size_t i = 0; i < n_sources; i++)
        headers[i] = sources[i].header;
    struct kp_context ctx = {
        .io = &kp_io_posix, .arena = memory, .text = text, .diag = DIAG, .tables = tables};
    assert_int_equal(kp_mapping_load(&ctx, "mapping.csv", NULL, &file), KP_OK);
    assert_int_equal(kp_mapping_build(&ctx, &job, &(struct kp_heading){headers, NULL, n_sources}, &mapping),
                     KP_OK);
    for (size_t i = 0; i < n_sources; i++)
        assert_int_equal(mapping.columns[i].kind, sources[i].kind);
    memory = ctx.arena;
}

/* As in insurers.csv. */
static void find_insurer(const char *number)
{
    insurer = (struct kp_insurer){.number = number,
                                  .report_40to74 = "10",
                                  .programme_40to74 = "010",
                                  .report_under40 = "40",
                                  .programme_under40 = "990",
                                  .section_under40 = "01010"};
    if (strcmp(number, "06139463") == 0) {
        insurer.symbol_width = KP_WIDTH_HALF;
        insurer.report_under40 = "41", insurer.programme_under40 = "030", insurer.section_under40 = "01030";
    } else if (strcmp(number, "01130012") == 0) {
        insurer.symbol_width = KP_WIDTH_FULL;
    } else if (strcmp(number, "00280081") == 0) {
        insurer.section_under40 = "01090";
    }
}

/* Returns the first finding that rejects, or NULL. */
static const struct kp_finding *worst_of(const struct kp_findings *findings)
{
    const struct kp_finding *f = findings->first;
    while (f && kp_diag_level(&DIAG, f->code) < KP_LEVEL_REJECT)
        f = f->next;
    return f;
}

static void normalize_row(size_t row, enum kp_band band)
{
    static const struct kp_facilities nobody = {0};
    struct kp_findings findings = {.arena = &of_person};
    assert_int_equal(kp_normalize(&tables, &mapping, &(struct kp_completion){.facilities = &nobody},
                                  grid[row], &findings, &record),
                     KP_OK);
    find_insurer(record.field[KP_F_INSURER_NUMBER]);
    const struct kp_category category = kp_category_of(&insurer, &record, band);
    const struct kp_settling how = {.programme = category.programme};
    const struct kp_check_context context = {
        .as_of = DAY_OF_WRITING, .report = category.report, .programme = category.programme};
    kp_settle_record(&record, &how, &findings);
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        settled += f->code == KP_K_GROUP_SETTLED;
    for (size_t i = 0; i < tables.n_items; i++)
        detailed += tables.items[i].relation == KP_REL_RSON && tables.items[i].type == KP_TYPE_ST &&
                    record.values[i].state == KP_VALUE_PRESENT;
    kp_check_record(&record, &context, &findings);
    const struct kp_finding *worst = worst_of(&findings);
    if (worst)
        fail_msg("row %zu went out and is not sound: K%04u", row, (unsigned)worst->code);
}

static const char *logged(size_t entry, const char *column)
{
    return cell(&entries, entry, column);
}

/* Returns the grounds of a log entry: each item of the record is in exactly one list, and no other item,
 * except that a flag and its text are withheld together. */
static void read_grounds(size_t entry, const char *who)
{
    static const struct {
        const char *column;
        enum kp_ground ground;
    } lists[] = {{"items_duty", KP_GROUND_DUTY},
                 {"items_form", KP_GROUND_FORM},
                 {"items_consent", KP_GROUND_CONSENT},
                 {"items_requested", KP_GROUND_REQUESTED},
                 {"items_withheld", KP_GROUND_WITHHELD}};
    bool listed[MOST_ITEMS] = {false};
    for (size_t i = 0; i < COUNT(lists); i++)
        for (const char *at = logged(entry, lists[i].column); *at; at += strspn(at, " ")) {
            size_t n = strcspn(at, " ");
            const struct kp_item *item =
                kp_item_find(&tables, in_memory(kp_arena_strndup(&of_person, at, n)));
            assert_non_null(item);
            assert_false(listed[item - tables.items]);
            listed[item - tables.items] = true;
            ground[item - tables.items] = lists[i].ground;
            at += n;
        }
    for (size_t i = 0; i < tables.n_items; i++)
        if (listed[i] != (record.values[i].state != KP_VALUE_ABSENT) &&
            !(listed[i] && ground[i] == KP_GROUND_WITHHELD))
            fail_msg("%s, %s: %s", who, tables.items[i].label,
                     listed[i] ? "logged, not there" : "there, not logged");
}

static void assert_entry(size_t entry)
{
    static const struct {
        const char *column;
        enum kp_field field;
    } pairs[] = {{"insurer_number", KP_F_INSURER_NUMBER},
                 {"employee_id", KP_F_EMPLOYEE_ID},
                 {"insured_symbol", KP_F_INSURED_SYMBOL},
                 {"insured_number", KP_F_INSURED_NUMBER},
                 {"insured_branch", KP_F_INSURED_BRANCH},
                 {"name_kana", KP_F_NAME_KANA},
                 {"birth_date", KP_F_BIRTH_DATE},
                 {"exam_date", KP_F_EXAM_DATE},
                 {"sex", KP_F_SEX}};
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    enum kp_ground *told = kp_arena_alloc(&of_person, tables.n_items * sizeof(*told));
    for (size_t i = 0; i < tables.n_items; i++)
        if (!kp_list_has(logged(entry, "items_withheld"), tables.items[i].code))
            told[i] = KP_GROUND_DUTY;
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_string_equal(logged(entry, pairs[i].column), record.field[pairs[i].field]);
    assert_int_equal(kp_content_digest(&record, told, digest), KP_OK);
    kp_sha256_hex(digest, hex);
    assert_string_equal(logged(entry, "content_sha256"), hex);
}

static void check_document(const char *bytes, size_t n, size_t entry)
{
    const char *who = logged(entry, "employee_id");
    size_t row = strtoul(who + 1, NULL, 10);
    struct kp_document d;
    assert_in_range(row, 0, PEOPLE - 1);
    found[row]++;
    assert_false(spoiled[row]);
    enum kp_band band = strcmp(logged(entry, "age_band"), "40to74") == 0 ? KP_BAND_40TO74 : KP_BAND_UNDER40;
    normalize_row(row, band);
    assert_entry(entry);
    read_grounds(entry, who);
    read_back(bytes, n, who, &d);
    struct kp_record expected = written_record(&record, ground, &insurer, band);
    assert_same_record(&d.record, &expected, who);
    assert_sections(&d, band == KP_BAND_40TO74 ? "01010" : insurer.section_under40, who);
}

/* Returns the entry of a document of a bundle; documents are in the order of the log. */
static size_t entry_of(const char *bundle, const char *document)
{
    static size_t at;
    for (size_t i = 0; i < entries.n_rows; i++) {
        at = at % (entries.n_rows - 1) + 1;
        if (strcmp(logged(at, "document"), document) == 0 && strcmp(logged(at, "bundle"), bundle) == 0)
            return at;
    }
    fail_msg("%s: %s is not in the log", bundle, document);
    return 0;
}

static size_t check_bundle(const char *path)
{
    enum { MOST_BYTES = 1 << 20 };
    struct kp_unzip zip;
    struct kp_zip_member member;
    struct kp_buf out = {0};
    size_t n = 0;
    assert_int_equal(kp_unzip_open(&zip, &kp_io_posix, path), KP_OK);
    for (bool end = false; !end;) {
        assert_int_equal(kp_unzip_next(&zip, &member, &end), KP_OK);
        if (end || !strstr(member.name, "/DATA/") || member.folder)
            continue;
        kp_arena_reset(&of_person);
        assert_int_equal(kp_unzip_read(&zip, &member, MOST_BYTES, &out), KP_OK);
        check_document(kp_buf_text(&out), out.len,
                       entry_of(strrchr(path, '/') + 1, strrchr(member.name, '/') + 1));
        n++;
    }
    kp_unzip_close(&zip);
    kp_buf_release(&out);
    return n;
}

/* Rows in rejected.csv and held.csv: the right ones, unchanged. */
static size_t check_returned(const char *name, bool bad)
{
    struct sheet rows = read_sheet(textf("%s/%s", run_folder("one"), name));
    size_t first = column_of(&rows, "employee_id");
    for (size_t i = 1; i < rows.n_rows; i++) {
        char **cells = rows.cells + rows.starts[i] + first;
        size_t row = strtoul(cells[KP_F_EMPLOYEE_ID] + 1, NULL, 10);
        assert_int_equal(width(&rows, i), first + n_sources);
        assert_in_range(row, 0, PEOPLE - 1);
        found[row]++;
        if (spoiled[row] != bad)
            fail_msg("row %zu does not belong into %s: %s", row, name, cell(&rows, i, "kp_messages"));
        for (size_t k = 0; k < n_sources; k++)
            assert_string_equal(kp_sheet_cell_text(cells[k]), grid[row][k]);
    }
    return rows.n_rows - 1;
}

static void export__of_messy_rows__says_in_its_bundles_what_they_mean(void **state)
{
    (void)state;
    char **bundles = NULL;
    size_t documents = 0;
    export_people();
    map_columns();
    size_t n = paths("one/*.zip", &bundles);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        documents += check_bundle(bundles[i]);
    assert_int_equal(documents, counted("one", "released"));
    assert_int_equal(check_returned("rejected.csv", true), counted("one", "rejected"));
    assert_int_equal(check_returned("held.csv", false), counted("one", "held"));
    assert_int_equal(counted("one", "read"), PEOPLE);
    for (size_t row = 0; row < PEOPLE; row++)
        if (found[row] != 1)
            fail_msg("row %zu was found %u times", row, found[row]);
    assert_true(documents > PEOPLE / 2 && counted("one", "held") > 0 && counted("one", "rejected") > 0);
    assert_true(settled > PEOPLE && detailed > PEOPLE / 10);
}

/* verify accepts the bundles: schema, names, people, and the items in the log. */
static void bundles__of_the_export__verify_against_the_log(void **state)
{
    (void)state;
    if (kenporter("verify --log one/disclosure-log.csv one/*.zip") != 0) {
        (void)run_shell("head -n 20 stderr >&2");
        fail_msg("verify found a fault");
    }
    assert_contains(slurp("stdout", NULL), "log");
}

static void export__with_two_and_eight_threads__gives_the_same_bundles(void **state)
{
    (void)state;
    assert_int_equal(kenporter(RUN "--threads 2 -o two export.csv"), 1);
    assert_int_equal(kenporter(RUN "--threads 8 -o eight export.csv"), 1);
    assert_same_bundles("one", "two");
    assert_same_bundles("one", "eight");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__written_and_read_back__is_the_same),
        cmocka_unit_test(export__of_messy_rows__says_in_its_bundles_what_they_mean),
        cmocka_unit_test(bundles__of_the_export__verify_against_the_log),
        cmocka_unit_test(export__with_two_and_eight_threads__gives_the_same_bundles),
    };
    return cmocka_run_group_tests_name("roundtrip", tests, set_up, tear_down);
}
