/* Random numbers (xorshift) that are the same in every run. */
#pragma once

#include <stdint.h>

/* Starts a sequence; seed must not be 0. */
void seed_random(uint64_t seed);

/* Returns the next number, from 0 to n - 1. */
unsigned random_below(unsigned n);
