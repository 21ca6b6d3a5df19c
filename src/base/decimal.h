/* Exact decimals for measured values: an integer and a scale, never a binary float. Layer 1. */
#ifndef KP_DECIMAL_H
#define KP_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* units / 10^scale; never negative in health-check items, but the arithmetic allows it. */
struct kp_decimal {
    int64_t units;
    unsigned scale;
};

enum { KP_DECIMAL_MAX_DIGITS = 15, KP_DECIMAL_TEXT = 24 };

/* Reads n characters: digits, at most one point, an optional leading sign; thousands commas only in groups of
 * three.
 * ".5" is read as 0.5. False when it is anything else or longer than 15 digits. */
bool kp_decimal_parse(const char *text, size_t n, struct kp_decimal *ret_value);

/* Half-up (四捨五入, away from zero at the half) to that many decimals; fewer decimals are filled with zeros.
 * False when the result would not fit. */
bool kp_decimal_round(struct kp_decimal value, unsigned scale, struct kp_decimal *ret_value);

/* value * factor + offset, exactly. False when the result would not fit. */
bool kp_decimal_convert(struct kp_decimal value, struct kp_decimal factor, struct kp_decimal offset,
                        struct kp_decimal *ret_value);

/* <0, 0, >0. */
int kp_decimal_compare(struct kp_decimal a, struct kp_decimal b);

/* All decimals of the scale are written: 170.0 at scale 1. */
void kp_decimal_text(struct kp_decimal value, char ret_text[KP_DECIMAL_TEXT]);

/* How many digits stand before the point (1 for 0.x). */
unsigned kp_decimal_integer_digits(struct kp_decimal value);

#endif
