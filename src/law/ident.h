/* Check digits of insurer and facility numbers (検証番号: modulus 10, weights 2 and 1 from the right), and of
 * the My Number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Returns whether the last of n digits is the check digit of those before it. */
bool kp_check_digit_ok(const char *digits, size_t n);

/* Takes 10 digits. The check digit is over the first nine or, in prefectures 11 to 14, over the institution's
 * own seven digits. Receivers disagree on some prefectures, so a mismatch is a warning only. */
bool kp_facility_number_ok(const char *digits);

/* Written in place of a cell that contains a My Number; refused when it comes back. */
#define KP_MY_NUMBER_MASK "************"

/* Returns whether the text contains 12 digits with the check digit of a My Number (番号法施行令8条,
 * 総務省令5条), which may not be passed on here. The digits may be separated by hyphens or spaces; in prose,
 * where numbers follow each other, only into groups of four. */
bool kp_has_my_number(const char *ascii, bool prose);
