/*
 * Civil dates, Japanese eras, ages. No libc calendar, no time zone: a date is what stands on the paper.
 * Layer 1.
 */
#ifndef KP_DATE_H
#define KP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "kenporter.h"

struct kp_date {
    int16_t year; /* 0: no date */
    int8_t month;
    int8_t day;
};

enum kp_date_fault { KP_DATE_OK, KP_DATE_SHAPE, KP_DATE_NO_SUCH_DAY, KP_DATE_OUTSIDE_ERA };

static inline bool kp_date_is_set(struct kp_date d)
{
    return d.year != 0;
}

bool kp_date_is_real(struct kp_date d);

/* Days since 1970-01-01, for comparing and counting. */
int32_t kp_date_days(struct kp_date d);

/* The date of that many days since 1970-01-01, for years 1 to 9999. */
struct kp_date kp_date_from_days(int32_t days);

/* <0, 0, >0 as a is before, on, after b. */
int kp_date_compare(struct kp_date a, struct kp_date b);

/* The same day n years later; 29 February becomes 1 March in a common year. */
struct kp_date kp_date_add_years(struct kp_date d, int years);

/*
 * Reads a date as exports write it, after NFKC: 2025-05-07, 2025/5/7, 2025.5.7, 2025年5月7日, 20250507, and
 * with an era: 昭和60年3月31日, 昭60.3.31, S60.3.31, R7/6/1, S600331, 令和元年5月1日. A trailing time of 0:00
 * is dropped. Eras are checked against their first and last days; the day of change belongs to both eras.
 * ret_era tells whether an era was used (may be NULL).
 */
enum kp_date_fault kp_date_parse(const char *text, struct kp_date *ret_date, bool *ret_era);

/*
 * A day as spreadsheets count it: 1 is 1900-01-01, and 60 would be the 29 February 1900 that never was; or,
 * since_1904, 0 is 1904-01-01. Whole days only, "45000.0" included. False when the text is no such count or
 * the day is not real.
 */
bool kp_date_from_serial(const char *text, bool since_1904, struct kp_date *ret_date);

/* Strictly YYYY-MM-DD, as registers and options have it. */
bool kp_date_parse_iso(const char *text, struct kp_date *ret_date);

/* "20250507" and "2025-05-07"; the buffers hold a NUL too. */
void kp_date_compact(struct kp_date d, char ret_text[9]);
void kp_date_iso(struct kp_date d, char ret_text[11]);

/* Today in Japan (UTC+9, no daylight saving) at that many seconds since 1970 UTC. */
struct kp_date kp_date_in_japan(int64_t now_seconds);

/* RFC 3339 with +09:00; 25 characters and a NUL. */
void kp_date_time_in_japan(int64_t now_seconds, char ret_text[26]);

/* Full years on that day, counting birthdays; someone born on 29 February has the birthday on 1 March in
 * common years. On the day itself both rules give the same: by the Act on the calculation of age the year is
 * complete at the end of the day before. */
int kp_age_on(struct kp_date birth, struct kp_date day);

/* 31 March that ends the fiscal year (April to March) of the day. */
struct kp_date kp_fiscal_year_end(struct kp_date day);

#endif
