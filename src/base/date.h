/* Civil dates, Japanese eras, ages. Neither libc's calendar nor a time zone is involved. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct kp_date {
    int16_t year; /* 1 to 9999; 0: not set */
    int8_t month;
    int8_t day;
};

enum kp_date_fault { KP_DATE_OK, KP_DATE_SHAPE, KP_DATE_NO_SUCH_DAY, KP_DATE_OUTSIDE_ERA };

static inline bool kp_date_is_set(struct kp_date d)
{
    return d.year != 0;
}

/* Returns the days since 1970-01-01. */
int32_t kp_date_days(struct kp_date d);

/* Returns the date of that many days since 1970-01-01, for years 1 to 9999. */
struct kp_date kp_date_from_days(int32_t days);

/* Returns -1, 0 or 1 if a is before, on or after b. */
int kp_date_compare(struct kp_date a, struct kp_date b);

/* Returns whether a day lies from one day to another, each included; unset: open. */
bool kp_in_period(struct kp_date from, struct kp_date to, struct kp_date day);

/* Returns the same day that many years later; 29 February becomes 1 March in a common year. */
struct kp_date kp_date_add_years(struct kp_date d, int years);

/* Parses a date as exports write it, after NFKC: 2025-05-07, 2025/5/7, 2025.5.7, 2025年5月7日, 20250507, and
 * with an era: 昭和60年3月31日, 昭60.3.31, S60.3.31, R7/6/1, S600331, 令和元年5月1日. A trailing time of 0:00
 * is dropped. The date must be in its era; a day of change belongs to both eras. *ret_era (may be NULL): the
 * text names an era. */
enum kp_date_fault kp_date_parse(const char *text, struct kp_date *ret_date, bool *ret_era);

/* Parses a spreadsheet's count of whole days ("45000", "45000.0"): 1 is 1900-01-01 and 60 the day 1900-02-29,
 * which does not exist; with since_1904, 0 is 1904-01-01. Returns false for anything else. */
bool kp_date_from_serial(const char *text, bool since_1904, struct kp_date *ret_date);

/* Parses YYYY-MM-DD and nothing else. */
bool kp_date_parse_iso(const char *text, struct kp_date *ret_date);

/* Writes "20250507" or "2025-05-07" and a NUL. */
void kp_date_compact(struct kp_date d, char ret_text[9]);
void kp_date_iso(struct kp_date d, char ret_text[11]);

/* Returns the date in Japan (UTC+9, no daylight saving) at that many seconds since 1970 UTC. */
struct kp_date kp_date_in_japan(int64_t now_seconds);

/* Writes the same instant by RFC 3339 with +09:00: 25 characters and a NUL. */
void kp_date_time_in_japan(int64_t now_seconds, char ret_text[26]);

/* Returns the full years on that day. A birthday on 29 February falls on 1 March in common years. On the day
 * itself both age rules agree: by 年齢計算ニ関スル法律 a year is complete at the end of the day before. */
int kp_age_on(struct kp_date birth, struct kp_date day);

/* Returns the 31 March that ends the fiscal year (April to March) of the day. */
struct kp_date kp_fiscal_year_end(struct kp_date day);
