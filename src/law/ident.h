/* Check digits of insurer and facility numbers (検証番号, mod 10, weights 2 and 1 from the right). Layer 1.
 */
#ifndef KP_IDENT_H
#define KP_IDENT_H

#include <stdbool.h>
#include <stddef.h>

/* True when the last of n digits is the check digit of those before it. */
bool kp_check_digit_ok(const char *digits, size_t n);

/* 10 digits: over the first nine; in prefectures 11 to 14 over the institution's own seven digits. Receivers
 * do not agree on all prefectures, so a mismatch is a warning, never a refusal. */
bool kp_facility_number_ok(const char *digits);

#endif
