/* Compares decimals with schoolbook arithmetic on strings of digits, one digit at a time. */
#include "random.h"
#include "support.h"

#include "base/decimal.h"

enum { CASES = 1000000, MAX_DIGITS = 15, MAX_SCALE = 6, SURE_TO_FIT = 18, SURE_NOT_TO_FIT = 20 };

/* Sign, digits before and after the point, with room for a carry and for appended zeros. */
struct number {
    bool negative;
    char whole[24];
    char part[24];
};

/* --- random numbers --- */

/* Runs of nines and zeros are as likely as a mixture, so that carries propagate. */
static void random_digits(char *digits, size_t n)
{
    static const char *const sources[] = {"0123456789", "9", "0", "09", "45", "1234567899999999"};
    const char *source = sources[random_below(COUNT(sources))];
    for (size_t i = 0; i < n; i++)
        digits[i] = source[random_below((unsigned)strlen(source))];
    digits[n] = '\0';
}

/* Replaces the digits from there on by a half or a number next to it. */
static void place_half(char *digits, size_t from)
{
    static const struct {
        char first, rest;
    } halves[] = {{'5', '0'}, {'4', '9'}, {'5', '9'}, {'4', '0'}};
    size_t kind = random_below(COUNT(halves));
    for (size_t i = from; digits[i]; i++)
        digits[i] = i == from ? halves[kind].first : halves[kind].rest;
}

/* Returns up to 15 digits without leading zeros. */
static struct number random_number(void)
{
    struct number n = {.negative = random_below(3) == 0};
    size_t digits = 1 + random_below(MAX_DIGITS);
    size_t whole = 1 + random_below((unsigned)digits);
    random_digits(n.whole, whole);
    random_digits(n.part, digits - whole);
    if (digits > whole && random_below(2))
        place_half(n.part, random_below((unsigned)(digits - whole)));
    if (whole > 1 && n.whole[0] == '0')
        n.whole[0] = (char)('1' + random_below(9));
    return n;
}

/* --- the schoolbook --- */

static bool is_zero(const struct number *n)
{
    return strspn(n->whole, "0") == strlen(n->whole) && strspn(n->part, "0") == strlen(n->part);
}

static void write_number(const struct number *n, char *to)
{
    *to = '\0';
    if (n->negative)
        strcat(to, "-");
    strcat(to, n->whole);
    if (n->part[0])
        strcat(strcat(to, "."), n->part);
}

/* Adds one to the last digit; returns whether there is a carry. */
static bool add_one(char *digits)
{
    for (size_t i = strlen(digits); i-- > 0;) {
        if (digits[i] != '9') {
            digits[i]++;
            return false;
        }
        digits[i] = '0';
    }
    return true;
}

static void fill_with_zeros(char *part, size_t scale)
{
    size_t n = strlen(part);
    if (n < scale)
        memset(part + n, '0', scale - n);
    part[n < scale ? scale : n] = '\0';
}

/* Half-up: the first dropped digit decides, whatever the sign. */
static struct number rounded(struct number n, size_t scale)
{
    fill_with_zeros(n.part, scale);
    bool up = n.part[scale] >= '5';
    n.part[scale] = '\0';
    if (up && add_one(n.part) && add_one(n.whole)) {
        memmove(n.whole + 1, n.whole, strlen(n.whole) + 1);
        n.whole[0] = '1';
    }
    if (is_zero(&n))
        n.negative = false;
    return n;
}

/* Compares digit by digit. */
static int compare(struct number a, struct number b)
{
    enum { PLACES = 20 };
    if (is_zero(&a) || is_zero(&b) || a.negative != b.negative)
        return (is_zero(&a) ? 0 : a.negative ? -1 : 1) - (is_zero(&b) ? 0 : b.negative ? -1 : 1);
    size_t na = strlen(a.whole), nb = strlen(b.whole);
    fill_with_zeros(a.part, PLACES);
    fill_with_zeros(b.part, PLACES);
    int order = na != nb ? (na > nb ? 1 : -1) : strcmp(a.whole, b.whole);
    if (order == 0)
        order = strcmp(a.part, b.part);
    return a.negative ? -order : order;
}

static int sign_of(int n)
{
    return (n > 0) - (n < 0);
}

/* --- the properties --- */

static struct kp_decimal parse(const char *written)
{
    struct kp_decimal value = {0, 0};
    if (!kp_decimal_parse(written, strlen(written), &value))
        fail_msg("'%s' was not read", written);
    return value;
}

static struct kp_decimal parse_number(const struct number *n)
{
    char written[64];
    write_number(n, written);
    return parse(written);
}

static void expect_text(struct kp_decimal value, const struct number *want, const char *from)
{
    char got[KP_DECIMAL_TEXT], written[64];
    kp_decimal_text(value, got);
    write_number(want, written);
    if (strcmp(got, written) != 0)
        fail_msg("%s becomes %s instead of %s", from, got, written);
}

static size_t digits_of(const struct number *n)
{
    size_t zeros = strspn(n->whole, "0");
    return n->whole[zeros] ? strlen(n->whole) - zeros + strlen(n->part)
                           : strlen(n->part) - strspn(n->part, "0");
}

static void round__random_numbers__agrees_with_the_schoolbook(void **state UNUSED)
{
    size_t refused = 0;
    for (int i = 0; i < CASES; i++) {
        struct number n = random_number();
        unsigned scale = random_below(MAX_SCALE + 1);
        struct number want = rounded(n, scale);
        struct kp_decimal got = {42, 7};
        char written[64];
        write_number(&n, written);
        if (kp_decimal_round(parse(written), scale, &got)) {
            assert_true(digits_of(&want) < SURE_NOT_TO_FIT);
            assert_int_equal(got.scale, scale);
            expect_text(got, &want, written);
            continue;
        }
        refused++;
        if (digits_of(&want) <= SURE_TO_FIT)
            fail_msg("%s was not rounded to %u decimals", written, scale);
        assert_true(got.units == 42 && got.scale == 7);
    }
    assert_in_range(refused, 1, CASES / 10);
}

static void round__what_is_rounded__stays_as_it_is(void **state UNUSED)
{
    for (int i = 0; i < CASES / 4; i++) {
        struct number n = random_number();
        unsigned scale = random_below(MAX_SCALE + 1);
        struct kp_decimal once = {0, 0}, twice = {0, 0};
        if (!kp_decimal_round(parse_number(&n), scale, &once))
            continue;
        assert_true(kp_decimal_round(once, scale, &twice));
        assert_true(once.units == twice.units && once.scale == twice.scale);
    }
}

static void text__of_what_was_read__is_what_was_written(void **state UNUSED)
{
    for (int i = 0; i < CASES / 2; i++) {
        struct number n = random_number();
        char written[64];
        write_number(&n, written);
        struct kp_decimal value = parse(written);
        assert_int_equal(value.scale, strlen(n.part));
        assert_int_equal(kp_decimal_integer_digits(value), strlen(n.whole));
        if (is_zero(&n))
            n.negative = false;
        expect_text(value, &n, written);
    }
}

/* Adds a plus, thousands commas or leading zeros, or drops the zero before the point. */
static void parse__other_ways_to_write_a_number__give_the_same(void **state UNUSED)
{
    for (int i = 0; i < CASES / 4; i++) {
        struct number n = random_number(), other = n;
        char written[64], *to = other.whole;
        size_t digits = strlen(n.whole);
        unsigned way = random_below(3);
        if (way == 0 && digits + strlen(n.part) < MAX_DIGITS)
            *to++ = '0';
        for (size_t k = 0; k < digits; k++) {
            if (way == 1 && k > 0 && (digits - k) % 3 == 0)
                *to++ = ',';
            *to++ = n.whole[k];
        }
        *to = '\0';
        if (way == 2 && n.part[0] && strcmp(n.whole, "0") == 0)
            other.whole[0] = '\0';
        write_number(&other, written + 1);
        written[0] = '+';
        struct kp_decimal value = parse(written + (n.negative || random_below(2))), plain = parse_number(&n);
        if (value.units != plain.units || value.scale != plain.scale)
            fail_msg("%s is read differently", written);
    }
}

/* Returns the same number with other decimals or with one digit changed, often. */
static struct number neighbour(const struct number *a)
{
    struct number b = *a;
    size_t room = MAX_DIGITS - strlen(b.whole) - strlen(b.part);
    switch (random_below(4)) {
    case 0: return random_number();
    case 1: fill_with_zeros(b.part, strlen(b.part) + random_below((unsigned)room + 1)); return b;
    case 2: b.negative = !b.negative; return b;
    default:
        if (b.part[0])
            b.part[random_below((unsigned)strlen(b.part))] = (char)('0' + random_below(10));
        else
            b.whole[0] = (char)('1' + random_below(9));
        return b;
    }
}

static void compare__random_numbers__agrees_with_their_digits(void **state UNUSED)
{
    for (int i = 0; i < CASES / 2; i++) {
        struct number a = random_number(), b = neighbour(&a);
        struct kp_decimal va = parse_number(&a), vb = parse_number(&b);
        int want = sign_of(compare(a, b));
        if (sign_of(kp_decimal_compare(va, vb)) != want || sign_of(kp_decimal_compare(vb, va)) != -want)
            fail_msg("%s%s.%s against %s%s.%s gives %d", a.negative ? "-" : "", a.whole, a.part,
                     b.negative ? "-" : "", b.whole, b.part, kp_decimal_compare(va, vb));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round__random_numbers__agrees_with_the_schoolbook),
        cmocka_unit_test(round__what_is_rounded__stays_as_it_is),
        cmocka_unit_test(text__of_what_was_read__is_what_was_written),
        cmocka_unit_test(parse__other_ways_to_write_a_number__give_the_same),
        cmocka_unit_test(compare__random_numbers__agrees_with_their_digits),
    };
    return cmocka_run_group_tests_name("decimal_property", tests, NULL, NULL);
}
