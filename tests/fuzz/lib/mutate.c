/* The mutator for text in spans. Its words are the cells of the built-in tables. */
#include "base/embedded.h"
#include "fuzz.h"

struct dice {
    uint64_t state;
};

/* Returns a number below n, which is not 0 (xorshift64*). */
static size_t roll(struct dice *dice, size_t n)
{
    uint64_t x = dice->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    dice->state = x;
    return (size_t)((x * 0x2545f4914f6cdd1d) >> 33) % n;
}

struct span {
    size_t from, to;
};

/* Returns the span around a random place. */
static struct span pick(struct dice *dice, const char *bytes, size_t n, const char *separators)
{
    struct span s = {0};
    if (n == 0)
        return s;
    s.from = s.to = roll(dice, n + 1);
    while (s.from > 0 && (!bytes[s.from - 1] || !strchr(separators, bytes[s.from - 1])))
        s.from--;
    while (s.to < n && (!bytes[s.to] || !strchr(separators, bytes[s.to])))
        s.to++;
    return s;
}

/* Replaces a span by other bytes, which may be those of the input. Returns the new length; the old one if
 * there is no room. */
static size_t put(uint8_t *data, size_t n, size_t room, struct span at, const char *bytes, size_t n_bytes)
{
    const size_t rest = n - at.to;
    if (at.from + n_bytes + rest > room)
        return n;
    char *copy = malloc(n_bytes + 1);
    FUZZ_ASSERT(copy);
    memcpy(copy, bytes, n_bytes);
    memmove(data + at.from + n_bytes, data + at.to, rest);
    memcpy(data + at.from, copy, n_bytes);
    free(copy);
    return at.from + n_bytes + rest;
}

static size_t put_word(struct dice *dice, uint8_t *data, size_t n, size_t room, struct span at)
{
    size_t n_files = 0;
    while (kp_embedded_files[n_files].name)
        n_files++;
    const struct kp_embedded *file = &kp_embedded_files[roll(dice, n_files)];
    const struct span word = pick(dice, file->bytes, (size_t)(file->end - file->bytes), ",\n \"=");
    return put(data, n, room, at, file->bytes + word.from, word.to - word.from);
}

size_t fuzz_mutate_spans(uint8_t *data, size_t n, size_t room, unsigned seed, const char *separators)
{
    struct dice dice = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    const char *bytes = (const char *)data;
    for (size_t times = 1 + roll(&dice, 3); times > 0; times--) {
        struct span at = pick(&dice, bytes, n, separators), other = pick(&dice, bytes, n, separators);
        const struct span run = {at.from < other.from ? at.from : other.from,
                                 at.to > other.to ? at.to : other.to};
        switch (roll(&dice, 8)) {
        case 0:
        case 1: n = put_word(&dice, data, n, room, at); break;
        case 2: n = put(data, n, room, at, bytes + other.from, other.to - other.from); break;
        case 3: /* a run of spans, not of the whole input */
            if (run.to - run.from < n / 2)
                n = put(data, n, room, run, "", 0);
            break;
        case 4:
            if (run.to - run.from < n / 2)
                n = put(data, n, room, (struct span){run.to, run.to}, bytes + run.from, run.to - run.from);
            break;
        case 5: {
            char piece[256];
            size_t length = at.to - at.from < sizeof(piece) ? at.to - at.from : sizeof(piece);
            memcpy(piece, bytes + at.from, length);
            length = LLVMFuzzerMutate((uint8_t *)piece, length, sizeof(piece));
            n = put(data, n, room, at, piece, length);
            break;
        }
        default: return LLVMFuzzerMutate(data, n, room);
        }
    }
    return n;
}
