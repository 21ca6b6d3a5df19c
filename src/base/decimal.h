/* Exact decimals for measured values: an integer and a scale. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* units / 10^scale */
struct kp_decimal {
    int64_t units;
    unsigned scale;
};

enum { KP_DECIMAL_MAX_DIGITS = 15, KP_DECIMAL_TEXT = 24 };

/* Parses n characters: an optional sign, digits with at most one point (".5" is 0.5), thousands commas only
 * in groups of three. Returns false for anything else and for more than 15 digits. */
bool kp_decimal_parse(const char *text, size_t n, struct kp_decimal *ret_value);

/* Rounds half-up (四捨五入, away from zero) to that many decimals, or appends zeros. Returns false if the
 * result does not fit. */
bool kp_decimal_round(struct kp_decimal value, unsigned scale, struct kp_decimal *ret_value);

/* Computes value * factor + offset exactly. Returns false if the result does not fit. */
bool kp_decimal_convert(struct kp_decimal value, struct kp_decimal factor, struct kp_decimal offset,
                        struct kp_decimal *ret_value);

/* Returns -1, 0 or 1. */
int kp_decimal_compare(struct kp_decimal a, struct kp_decimal b);

/* Writes all decimals of the scale: 170.0 at scale 1. */
void kp_decimal_text(struct kp_decimal value, char ret_text[KP_DECIMAL_TEXT]);

/* Returns the number of digits before the point (1 for 0.x). */
unsigned kp_decimal_integer_digits(struct kp_decimal value);
