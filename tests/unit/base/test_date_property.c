/* Parses every day from the beginning of Meiji to 2100 in every form and compares with a calendar that counts
 * days. */
#include "random.h"
#include "decoder.h"

#include "base/date.h"

#include <stdio.h>

struct day {
    int year, month, day;
};

static const struct day FIRST = {1868, 1, 25};
enum { LAST = 21001231 };

/* year0 is the year before the first; the last name is one character, which NFKC decomposes */
static const struct era {
    const char *names[4];
    int first, last, year0;
} ERAS[] = {
    {{"明治", "M", "m", "㍾"}, 18680125, 19120730, 1867},
    {{"大正", "T", "t", "㍽"}, 19120730, 19261225, 1911},
    {{"昭和", "S", "s", "㍼"}, 19261225, 19890107, 1925},
    {{"平成", "H", "h", "㍻"}, 19890108, 20190430, 1988},
    {{"令和", "R", "r", "㋿"}, 20190501, 99991231, 2018},
};

/* The separators after year, month and day, and the least number of digits. */
static const struct style {
    const char *after_year, *after_month, *after_day;
    int width;
} STYLES[] = {
    {"", "", "", 2},       {"-", "-", "", 1},       {"-", "-", "", 2},   {"/", "/", "", 1},
    {"/", "/", "", 2},     {".", ".", "", 1},       {".", ".", "", 2},   {"年", "月", "日", 1},
    {"年", "月", "日", 2}, {"年 ", "月 ", "日", 1}, {". ", ". ", "", 1}, {" / ", " / ", "", 2},
};

/* --- the calendar --- */

static int month_length(int year, int month)
{
    switch (month) {
    case 4:
    case 6:
    case 9:
    case 11: return 30;
    case 2: return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
    default: return 31;
    }
}

static struct day day_after(struct day d)
{
    if (d.day < month_length(d.year, d.month))
        return (struct day){d.year, d.month, d.day + 1};
    return d.month < 12 ? (struct day){d.year, d.month + 1, 1} : (struct day){d.year + 1, 1, 1};
}

static struct day day_before(struct day d)
{
    if (d.day > 1)
        return (struct day){d.year, d.month, d.day - 1};
    return d.month > 1 ? (struct day){d.year, d.month - 1, month_length(d.year, d.month - 1)}
                       : (struct day){d.year - 1, 12, 31};
}

static int number_of(struct day d)
{
    return d.year * 10000 + d.month * 100 + d.day;
}

static struct day day_of(int number)
{
    return (struct day){number / 10000, number / 100 % 100, number % 100};
}

static struct kp_date date_of(struct day d)
{
    return (struct kp_date){(int16_t)d.year, (int8_t)d.month, (int8_t)d.day};
}

/* --- writing --- */

static char *put_word(char *at, const char *word)
{
    size_t n = strlen(word);
    memcpy(at, word, n + 1);
    return at + n;
}

static char *put_number(char *at, int n, int width)
{
    if (n > 9 || width > 1)
        at = put_number(at, n / 10, width - 1);
    *at++ = (char)('0' + n % 10);
    *at = '\0';
    return at;
}

/* --- reading back --- */

static void expect(const char *written, enum kp_date_fault want, struct day d, bool era)
{
    static const struct kp_date before = {1, 2, 3};
    struct kp_date got = before;
    bool got_era = !era;
    enum kp_date_fault fault = kp_date_parse(written, &got, &got_era);
    if (fault != want)
        fail_msg("'%s' gives fault %d instead of %d", written, (int)fault, (int)want);
    if (kp_date_compare(got, want == KP_DATE_OK ? date_of(d) : before) != 0)
        fail_msg("'%s' is read as %04d-%02d-%02d", written, got.year, got.month, got.day);
    if (got_era != (want == KP_DATE_OK ? era : !era))
        fail_msg("'%s' is taken for the wrong calendar", written);
}

/* Widens some of the ASCII characters, or all. */
static void widen(struct kp_buf *out, const char *s, unsigned one_in)
{
    for (; *s; s++)
        if ((uint8_t)*s >= 0x80 || random_below(one_in) != 0)
            kp_buf_char(out, *s);
        else
            kp_utf8_put(out, *s == ' ' ? 0x3000 : 0xff00 + (*s - 0x20));
}

/* Like the normaliser: NFKC first. */
static void expect_folded(const char *written, enum kp_date_fault want, struct day d, bool era)
{
    struct kp_buf wide = {0};
    widen(&wide, written, 1 + random_below(2));
    char *folded = kp_text_nfkc(&arena, kp_buf_text(&wide));
    assert_non_null(folded);
    expect(folded, want, d, era);
    kp_buf_release(&wide);
    kp_arena_reset(&arena);
}

/* One form in so many is also parsed full-width, and with text around it. */
static unsigned folded_one_in = 16, dressed_one_in = 4;

static void expect_variants(const char *written, enum kp_date_fault want, struct day d, bool era)
{
    static const char *const tails[] = {"", " ", " 0:00", " 00:00", " 0:00:00", " 00:00:00", "T00:00:00"};
    expect(written, want, d, era);
    if (random_below(dressed_one_in) == 0) {
        char dressed[96];
        char *at = put_word(dressed, random_below(2) ? " " : "");
        at = put_word(at, written);
        (void)put_word(at, tails[random_below(COUNT(tails))]);
        expect(dressed, want, d, era);
    }
    if (random_below(folded_one_in) == 0)
        expect_folded(written, want, d, era);
}

/* Appends month and day to the year. */
static void expect_rest(const char *written, char *at, const struct style *s, enum kp_date_fault want,
                        struct day d, bool era)
{
    at = put_word(at, s->after_year);
    at = put_number(at, d.month, s->width);
    at = put_word(at, s->after_month);
    at = put_number(at, d.day, s->width);
    (void)put_word(at, s->after_day);
    expect_variants(written, want, d, era);
}

static void expect_western(struct day d, enum kp_date_fault want)
{
    char written[64];
    for (size_t i = 0; i < COUNT(STYLES); i++)
        expect_rest(written, put_number(written, d.year, 4), &STYLES[i], want, d, false);
}

static void expect_named(const char *name, int year, struct day d, enum kp_date_fault want)
{
    char written[64];
    for (size_t i = 0; i < COUNT(STYLES); i++) {
        char *at = put_word(written, name);
        expect_rest(written, put_number(at, year, STYLES[i].width), &STYLES[i], want, d, true);
        if (year == 1 && *STYLES[i].after_year)
            expect_rest(written, put_word(at, "元"), &STYLES[i], want, d, true);
    }
    char *at = put_word(put_word(written, name), " ");
    expect_rest(written, put_number(at, year, 1), &STYLES[1 + random_below(COUNT(STYLES) - 1)], want, d,
                true);
}

/* The one-character era sign is known after NFKC only. */
static void expect_sign(const struct era *e, int year, struct day d, enum kp_date_fault want)
{
    char written[64];
    char *at = put_number(put_word(written, e->names[3]), year, 2);
    at = put_number(put_word(at, "年"), d.month, 1);
    (void)put_word(put_number(put_word(at, "月"), d.day, 1), "日");
    expect_folded(written, want, d, true);
}

static void expect_era(const struct era *e, struct day d, enum kp_date_fault want)
{
    int year = d.year - e->year0;
    for (size_t k = 0; k < 3; k++)
        expect_named(e->names[k], year, d, want);
    if (random_below(folded_one_in) == 0)
        expect_sign(e, year, d, want);
}

static bool is_inside(const struct era *e, struct day d)
{
    return number_of(d) >= e->first && number_of(d) <= e->last;
}

/* --- the properties --- */

static void calendar__every_day_of_9999_years__has_its_own_number(void **state UNUSED)
{
    struct day d = {1, 1, 1};
    for (int32_t days = kp_date_days(date_of(d)); d.year <= 9999; d = day_after(d), days++) {
        struct kp_date date = date_of(d), back = kp_date_from_days(days);
        if (kp_date_days(date) != days)
            fail_msg("%d is day %d instead of %d", number_of(d), (int)kp_date_days(date), (int)days);
        if (kp_date_compare(back, date) != 0)
            fail_msg("%d comes back as %04d-%02d-%02d", number_of(d), back.year, back.month, back.day);
        if (kp_date_compare(date, kp_date_from_days(days - (d.year > 1))) != (d.year > 1))
            fail_msg("%d does not come after the day before", number_of(d));
    }
    assert_int_equal(kp_date_days((struct kp_date){1970, 1, 1}), 0);
}

static void parse__every_day_from_1868_to_2100__is_read_in_every_form(void **state UNUSED)
{
    for (struct day d = FIRST; number_of(d) <= LAST; d = day_after(d)) {
        size_t eras = 0;
        expect_western(d, KP_DATE_OK);
        for (size_t i = 0; i < COUNT(ERAS); i++)
            if (is_inside(&ERAS[i], d)) {
                expect_era(&ERAS[i], d, KP_DATE_OK);
                eras++;
            }
        assert_int_equal(eras, number_of(d) == 19120730 || number_of(d) == 19261225 ? 2 : 1);
    }
}

static void parse__last_year_of_two_digits__is_read(void **state UNUSED)
{
    for (struct day d = {2117, 1, 1}; d.year == 2117; d = day_after(d))
        expect_era(&ERAS[COUNT(ERAS) - 1], d, KP_DATE_OK);
}

/* Tries every form, full-width too, on both sides of both ends. */
static void parse__days_around_a_change_of_era__follow_the_law(void **state UNUSED)
{
    folded_one_in = dressed_one_in = 1;
    for (size_t i = 0; i < COUNT(ERAS); i++) {
        struct day first = day_of(ERAS[i].first), last = day_of(ERAS[i].last);
        expect_era(&ERAS[i], first, KP_DATE_OK);
        expect_era(&ERAS[i], day_after(first), KP_DATE_OK);
        expect_era(&ERAS[i], day_before(first), KP_DATE_OUTSIDE_ERA);
        expect_western(day_before(first), KP_DATE_OK);
        if (last.year - ERAS[i].year0 > 99)
            continue;
        expect_era(&ERAS[i], last, KP_DATE_OK);
        expect_era(&ERAS[i], day_before(last), KP_DATE_OK);
        expect_era(&ERAS[i], day_after(last), KP_DATE_OUTSIDE_ERA);
        expect_western(day_after(last), KP_DATE_OK);
    }
    folded_one_in = 16;
    dressed_one_in = 4;
}

/* Days before and after an era, written with its years, year 0 included. */
static void parse__days_outside_an_era__are_refused(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(ERAS); i++)
        for (struct day d = {ERAS[i].year0, 1, 1}; d.year <= ERAS[i].year0 + 99; d = day_after(d))
            if (!is_inside(&ERAS[i], d) && random_below(8) == 0)
                expect_named(ERAS[i].names[random_below(3)], d.year - ERAS[i].year0, d, KP_DATE_OUTSIDE_ERA);
}

static void expect_impossible(struct day d)
{
    expect_western(d, KP_DATE_NO_SUCH_DAY);
    for (size_t i = 0; i < COUNT(ERAS); i++)
        if (d.year >= ERAS[i].first / 10000 && d.year <= ERAS[i].last / 10000)
            expect_era(&ERAS[i], d, KP_DATE_NO_SUCH_DAY);
}

static void parse__days_missing_in_the_calendar__are_refused(void **state UNUSED)
{
    for (int year = FIRST.year; year <= LAST / 10000; year++) {
        for (int month = 1; month <= 12; month++) {
            expect_impossible((struct day){year, month, 0});
            for (int day = month_length(year, month) + 1; day <= 32; day++)
                expect_impossible((struct day){year, month, day});
            expect_impossible((struct day){year, month, 33 + (int)random_below(67)});
        }
        for (int day = 0; day <= 32; day++) {
            expect_impossible((struct day){year, 0, day});
            expect_impossible((struct day){year, 13, day});
            expect_impossible((struct day){year, 14 + (int)random_below(86), day});
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar__every_day_of_9999_years__has_its_own_number),
        cmocka_unit_test(parse__every_day_from_1868_to_2100__is_read_in_every_form),
        cmocka_unit_test(parse__last_year_of_two_digits__is_read),
        cmocka_unit_test(parse__days_around_a_change_of_era__follow_the_law),
        cmocka_unit_test(parse__days_outside_an_era__are_refused),
        cmocka_unit_test(parse__days_missing_in_the_calendar__are_refused),
    };
    return cmocka_run_group_tests_name("date_property", tests, make_text, free_text);
}
