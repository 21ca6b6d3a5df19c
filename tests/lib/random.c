#include "random.h"

static uint64_t random_state = 0x9e3779b97f4a7c15u;

void seed_random(uint64_t seed)
{
    random_state = seed;
}

unsigned random_below(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 11) % n;
}
