/*
 * Bare digits in columns of codes. Vendors number answers as they like, so below a vendor's header digits say
 * nothing until a mapping file does; the whole input decides what is left: sex, hours since the meal, columns
 * of numbers, codes counted from zero.
 */
#pragma once

#include "input/input.h"

/* Returns whether the item says that something was found or not (所見の有無). */
bool kp_is_finding_flag(const struct kp_item *item);
/* Returns whether the item is judged by words in a column headed 判定: finding or not, 陽性 or not. */
bool kp_is_judged(const struct kp_item *item);
/* Returns whether a header ends in 判定: the column has the institution's own grades. Memory that runs short
 * is recorded in the arena. */
bool kp_is_graded(struct kp_arena *arena, const struct kp_column *column);

/* Returns whether a value key is a bare number, as codes are written and as spreadsheets deform them: 1, 1.0,
 * 01, "1", (1), -5. */
bool kp_is_bare_number(const char *key);
/* Returns the word of "1:word", "1.word" or "word(1)", folded by NFKC; NULL for any other text. */
const char *kp_numbered_word(struct kp_arena *arena, const char *text);
/* Reads "3.5時間", "約12h", "3時間30分", "150分", "12時間以上" and the like: returns whether the key is a
 * number, of hours if it has a unit. Minutes are rounded down to halves or tenths of an hour. */
bool kp_hours_parse(const struct kp_tables *tables, const char *key, struct kp_decimal *ret_hours,
                    bool *ret_has_unit);

/* Returns the code system or pseudo system of a column of codes; NULL: no digits to judge. */
const char *kp_digits_system(const struct kp_tables *tables, const struct kp_column *column);

/* Sets what digits in the column are; names_code: its header is the code or the field name, or its target
 * comes from a CC2X table. Keeps what a mapping file has set. */
void kp_digits_settle(struct kp_arena *arena, const struct kp_tables *tables, bool names_code,
                      struct kp_column *column);

/* Returns what a cell shows, as bits to be collected in the column's seen. */
uint64_t kp_digits_see(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_column *column,
                       const char *cell);
/* Returns whether what was seen has a bare number. */
bool kp_digits_are_numbers(uint64_t seen);
/* Bit of seen: an earlier run found digits outside the list in the column of this row. */
#define KP_SEEN_FOREIGN (UINT64_C(1) << 46)

/* Decides what the columns of all inputs are, by what was seen; inputs of one layout share it. Sets reading
 * and remedy of the columns. Reports: KP_E_SYSTEM. */
enum kp_status kp_digits_judge(struct kp_context *ctx, struct kp_inputs *inputs);

/* Returns the codes of the column's list with their words, "1=所見あり 2=所見なし", in the arena. */
const char *kp_digits_words(struct kp_arena *arena, const struct kp_tables *tables,
                            const struct kp_column *column);
