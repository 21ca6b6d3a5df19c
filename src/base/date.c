#include "base/date.h"

#include <stddef.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"

struct era {
    const char *names[4]; /* after NFKC */
    struct kp_date first;
    struct kp_date last;
};

static const struct era ERAS[] = {
    {{"明治", "M", "m", "明"}, {1868, 1, 25}, {1912, 7, 30}},
    {{"大正", "T", "t", "大"}, {1912, 7, 30}, {1926, 12, 25}},
    {{"昭和", "S", "s", "昭"}, {1926, 12, 25}, {1989, 1, 7}},
    {{"平成", "H", "h", "平"}, {1989, 1, 8}, {2019, 4, 30}},
    {{"令和", "R", "r", "令"}, {2019, 5, 1}, {9999, 12, 31}},
};

int32_t kp_date_days(struct kp_date d)
{
    /* Counting years from March puts the leap day last, so months need no table. */
    int32_t y = d.year - (d.month <= 2);
    int32_t m = d.month + (d.month <= 2 ? 9 : -3);
    int32_t day_of_year = (153 * m + 2) / 5 + d.day - 1;
    return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

struct kp_date kp_date_from_days(int32_t days)
{
    int32_t z = days + 719468;
    int32_t cycle = z / 146097;
    int32_t in_cycle = z % 146097;
    int32_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int32_t day_of_year = in_cycle - (365 * year + year / 4 - year / 100);
    int32_t m = (5 * day_of_year + 2) / 153;
    int32_t month = m < 10 ? m + 3 : m - 9;
    return (struct kp_date){.year = (int16_t)(year + cycle * 400 + (month <= 2)),
                            .month = (int8_t)month,
                            .day = (int8_t)(day_of_year - (153 * m + 2) / 5 + 1)};
}

int kp_date_compare(struct kp_date a, struct kp_date b)
{
    int m = a.year * 10000 + a.month * 100 + a.day, n = b.year * 10000 + b.month * 100 + b.day;
    return (m > n) - (m < n);
}

/* Counting days turns a day that does not exist into one that does: 2025-02-29 into 2025-03-01. */
static struct kp_date existing(struct kp_date d)
{
    return kp_date_from_days(kp_date_days(d));
}

bool kp_in_period(struct kp_date from, struct kp_date to, struct kp_date day)
{
    return (!kp_date_is_set(from) || kp_date_compare(from, day) <= 0) &&
           (!kp_date_is_set(to) || kp_date_compare(day, to) <= 0);
}

struct kp_date kp_date_add_years(struct kp_date d, int years)
{
    d.year = (int16_t)(d.year + years);
    return existing(d);
}

/* Reads up to max_digits digits; returns how many there were. */
static size_t read_number(const char **at, size_t max_digits, int *ret_n)
{
    size_t n = 0;
    int value = 0;
    while (n < max_digits && (*at)[n] >= '0' && (*at)[n] <= '9') {
        value = value * 10 + ((*at)[n] - '0');
        n++;
    }
    *at += n;
    *ret_n = value;
    return n;
}

static bool skip(const char **at, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*at, word, n) != 0)
        return false;
    *at += n;
    return true;
}

static void skip_spaces(const char **at)
{
    while (**at == ' ')
        (*at)++;
}

/* Skips the separator after the year or month (kanji_unit 年 or 月); both must be of one kind. */
static bool read_separator(const char **at, const char *kanji_unit, char *ret_kind)
{
    skip_spaces(at);
    char kind = 0;
    if (skip(at, kanji_unit))
        kind = 'k';
    else if (**at == '-' || **at == '/' || **at == '.')
        kind = *(*at)++;
    skip_spaces(at);
    if (kind == 0 || (*ret_kind != 0 && *ret_kind != kind))
        return false;
    *ret_kind = kind;
    return true;
}

/* Spreadsheets add midnight to dates; any other time of day is refused. */
static bool at_end(const char *at)
{
    static const char *const midnight[] = {"", " 0:00", " 00:00", " 0:00:00", " 00:00:00", "T00:00:00"};
    while (*at == ' ' && at[1] == '\0')
        at++;
    for (size_t i = 0; i < KP_COUNT(midnight); i++)
        if (strcmp(at, midnight[i]) == 0)
            return true;
    return false;
}

static const struct era *read_era(const char **at)
{
    for (size_t i = 0; i < KP_COUNT(ERAS); i++)
        for (size_t k = 0; k < KP_COUNT(ERAS[i].names); k++)
            if (skip(at, ERAS[i].names[k]))
                return &ERAS[i];
    return NULL;
}

static bool read_year(const char **at, bool era, int *ret_year)
{
    if (era && skip(at, "元")) {
        *ret_year = 1;
        return true;
    }
    size_t digits = read_number(at, 4, ret_year);
    return era ? digits == 1 || digits == 2 : digits == 4;
}

/* Reads 20250507 or S600331. */
static bool read_compact(const char *at, bool era, int *y, int *m, int *d)
{
    return read_number(&at, era ? 2 : 4, y) == (era ? 2 : 4) && read_number(&at, 2, m) == 2 &&
           read_number(&at, 2, d) == 2 && at_end(at);
}

static bool read_separated(const char *at, bool era, int *y, int *m, int *d)
{
    char kind = 0;
    if (!read_year(&at, era, y) || !read_separator(&at, "年", &kind) || !read_number(&at, 2, m) ||
        !read_separator(&at, "月", &kind) || !read_number(&at, 2, d))
        return false;
    if (kind == 'k' && !skip(&at, "日"))
        return false;
    return at_end(at);
}

enum kp_date_fault kp_date_parse(const char *text, struct kp_date *ret_date, bool *ret_era)
{
    const char *at = text;
    skip_spaces(&at);
    const struct era *era = read_era(&at);
    skip_spaces(&at);
    int y = 0, m = 0, d = 0;
    if (!read_compact(at, era != NULL, &y, &m, &d) && !read_separated(at, era != NULL, &y, &m, &d))
        return KP_DATE_SHAPE;
    if (era && y < 1)
        return KP_DATE_OUTSIDE_ERA;
    int year = era ? era->first.year + y - 1 : y;
    struct kp_date date = {.year = (int16_t)year, .month = (int8_t)m, .day = (int8_t)d};
    if (year < 1 || kp_date_compare(existing(date), date) != 0)
        return KP_DATE_NO_SUCH_DAY;
    if (era && (kp_date_compare(date, era->first) < 0 || kp_date_compare(date, era->last) > 0))
        return KP_DATE_OUTSIDE_ERA;
    *ret_date = date;
    if (ret_era)
        *ret_era = era != NULL;
    return KP_DATE_OK;
}

bool kp_date_from_serial(const char *text, bool since_1904, struct kp_date *ret_date)
{
    enum { LAST_DAY = 2958465, PHANTOM = 60 }; /* 9999-12-31; 1900-02-29 */
    const struct kp_date first_1904 = {1904, 1, 1}, before_1900 = {1899, 12, 31};
    int n = 0;
    const char *at = text;
    if (read_number(&at, 7, &n) == 0)
        return false;
    if (*at == '.')
        for (at++; *at == '0';)
            at++;
    if (*at != '\0' || n > LAST_DAY || (!since_1904 && (n == 0 || n == PHANTOM)))
        return false;
    struct kp_date date = kp_date_from_days(since_1904 ? kp_date_days(first_1904) + n
                                                       : kp_date_days(before_1900) + n - (n > PHANTOM));
    if (date.year > 9999)
        return false;
    *ret_date = date;
    return true;
}

bool kp_date_parse_iso(const char *text, struct kp_date *ret_date)
{
    return kp_has_shape(text, "0000-00-00") && kp_date_parse(text, ret_date, NULL) == KP_DATE_OK;
}

static void put_digits(char *at, int n, size_t width)
{
    for (size_t i = width; i-- > 0; n /= 10)
        at[i] = (char)('0' + n % 10);
}

void kp_date_compact(struct kp_date d, char ret_text[9])
{
    put_digits(ret_text, d.year, 4);
    put_digits(ret_text + 4, d.month, 2);
    put_digits(ret_text + 6, d.day, 2);
    ret_text[8] = '\0';
}

void kp_date_iso(struct kp_date d, char ret_text[11])
{
    memcpy(ret_text, "0000-00-00", 11);
    put_digits(ret_text, d.year, 4);
    put_digits(ret_text + 5, d.month, 2);
    put_digits(ret_text + 8, d.day, 2);
}

enum { JAPAN_OFFSET_SECONDS = 9 * 3600, DAY_SECONDS = 86400 };

static int second_of_day(int64_t seconds)
{
    return (int)((seconds % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS);
}

struct kp_date kp_date_in_japan(int64_t now_seconds)
{
    int64_t seconds = now_seconds + JAPAN_OFFSET_SECONDS;
    return kp_date_from_days((int32_t)((seconds - second_of_day(seconds)) / DAY_SECONDS));
}

void kp_date_time_in_japan(int64_t now_seconds, char ret_text[26])
{
    int second = second_of_day(now_seconds + JAPAN_OFFSET_SECONDS);
    kp_date_iso(kp_date_in_japan(now_seconds), ret_text);
    memcpy(ret_text + 10, "T00:00:00+09:00", 16);
    put_digits(ret_text + 11, second / 3600, 2);
    put_digits(ret_text + 14, second / 60 % 60, 2);
    put_digits(ret_text + 17, second % 60, 2);
}

int kp_age_on(struct kp_date birth, struct kp_date day)
{
    struct kp_date birthday = kp_date_add_years(birth, day.year - birth.year);
    return day.year - birth.year - (kp_date_compare(birthday, day) > 0);
}

struct kp_date kp_fiscal_year_end(struct kp_date day)
{
    return (struct kp_date){.year = (int16_t)(day.year + (day.month >= 4)), .month = 3, .day = 31};
}
