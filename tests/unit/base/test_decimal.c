#include "support.h"

#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>

__extension__ typedef __int128 wide;

static struct kp_decimal parse(const char *text)
{
    struct kp_decimal value = {0, 0};
    if (!kp_decimal_parse(text, strlen(text), &value))
        fail_msg("'%s' was not read", text);
    return value;
}

static void parse__numbers__keep_units_and_scale(void **state UNUSED)
{
    static const struct {
        const char *text;
        int64_t units;
        unsigned scale;
    } cases[] = {
        {"0", 0, 0},
        {"170.0", 1700, 1},
        {"5.55", 555, 2},
        {".5", 5, 1},
        {"-.5", -5, 1},
        {"+3", 3, 0},
        {"-12.30", -1230, 2},
        {"007", 7, 0},
        {"1,234", 1234, 0},
        {"12,345.6", 123456, 1},
        {"123,456,789", 123456789, 0},
        {"-1,000", -1000, 0},
        {"999999999999999", 999999999999999, 0},
        {"0.00000000000001", 1, 14},
        {"-99999999.9999999", -999999999999999, 7},
        {"-0", 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_decimal value = parse(cases[i].text);
        assert_true(value.units == cases[i].units);
        assert_int_equal(value.scale, cases[i].scale);
    }
}

static void parse__anything_else__is_refused_and_leaves_the_result(void **state UNUSED)
{
    static const char *const texts[] = {
        "",
        " ",
        "-",
        "+",
        ".",
        "-.",
        "5.",
        "1..2",
        "1.2.3",
        "--1",
        "+-1",
        "1-",
        "1e5",
        "0x10",
        " 1",
        "1 ",
        "1 2",
        "12a",
        "NaN",
        "inf",
        "1,23",
        "1234,567",
        "1,2345",
        ",123",
        "123,",
        "1,,234",
        "1,234,56",
        "1.234,567",
        "12,34,567",
        "-,123",
        "１２",
        "1000000000000000",
        "0000000000000001",
        "0.000000000000001",
        "1,",
        "1,234,",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct kp_decimal value = {42, 7};
        if (kp_decimal_parse(texts[i], strlen(texts[i]), &value))
            fail_msg("'%s' was read as %" PRId64 "/10^%u", texts[i], value.units, value.scale);
        assert_true(value.units == 42 && value.scale == 7);
    }
}

static void parse__part_of_a_string__reads_no_further(void **state UNUSED)
{
    struct kp_decimal value = {0, 0};
    assert_true(kp_decimal_parse("12.345kg", 4, &value));
    assert_true(value.units == 123 && value.scale == 1);
    assert_false(kp_decimal_parse("1", 0, &value));
    const char nul[] = {'1', '\0', '2'};
    assert_false(kp_decimal_parse(nul, 3, &value));
}

static void assert_rounds(const char *from, unsigned scale, const char *to)
{
    struct kp_decimal rounded = {0, 0};
    char text[KP_DECIMAL_TEXT];
    assert_true(kp_decimal_round(parse(from), scale, &rounded));
    assert_int_equal(rounded.scale, scale);
    kp_decimal_text(rounded, text);
    if (strcmp(text, to) != 0)
        fail_msg("%s at %u decimals gives %s instead of %s", from, scale, text, to);
}

/* Computed by hand: halves go away from zero, without binary fractions. */
static void round__halves__go_up(void **state UNUSED)
{
    assert_rounds("5.55", 1, "5.6");
    assert_rounds("5.54", 1, "5.5");
    assert_rounds("2.5", 0, "3");
    assert_rounds("3.5", 0, "4");
    assert_rounds("0.5", 0, "1");
    assert_rounds("0.49999", 0, "0");
    assert_rounds("1.005", 2, "1.01");
    assert_rounds("22.45", 1, "22.5");
    assert_rounds("5.649", 1, "5.6");
    assert_rounds("170.25", 1, "170.3");
    assert_rounds("0.05", 1, "0.1");
}

static void round__negative_values__go_away_from_zero(void **state UNUSED)
{
    assert_rounds("-2.5", 0, "-3");
    assert_rounds("-0.5", 0, "-1");
    assert_rounds("-5.55", 1, "-5.6");
    assert_rounds("-5.54", 1, "-5.5");
    assert_rounds("-0.4", 0, "0");
}

static void round__carries__run_through_all_digits(void **state UNUSED)
{
    assert_rounds("9.95", 1, "10.0");
    assert_rounds("99.95", 1, "100.0");
    assert_rounds("999.5", 0, "1000");
    assert_rounds("99999999999999.5", 0, "100000000000000");
    assert_rounds("-9.99", 1, "-10.0");
}

static void round__more_decimals__are_filled_with_zeros(void **state UNUSED)
{
    assert_rounds("170", 1, "170.0");
    assert_rounds("0", 3, "0.000");
    assert_rounds("-1.5", 4, "-1.5000");
    assert_rounds("5.50", 2, "5.50");
}

static void round__result_that_cannot_fit__is_refused(void **state UNUSED)
{
    struct kp_decimal out = {1, 2};
    assert_false(kp_decimal_round(parse("999999999999999"), 5, &out)); /* 10^20 does not fit 64 bits */
    assert_false(kp_decimal_round(parse("-999999999999999"), 15, &out));
    assert_false(kp_decimal_round(parse("1"), 16, &out));
    assert_true(out.units == 1 && out.scale == 2);
}

static void convert__factor_and_offset__are_applied_exactly(void **state UNUSED)
{
    static const struct {
        const char *value, *factor, *offset, *text;
    } cases[] = {
        {"5.5", "18.0156", "0", "99.08580"},
        {"38", "0.09148", "2.152", "5.62824"},
        {"5.2", "1.02", "0.25", "5.554"},
        {"250", "0.1", "0", "25.0"},
        {"5.2", "1000", "0", "5200.0"},
        {"0", "18.0156", "0", "0.0000"},
        {"1", "1", "0.125", "1.125"},
        {"-40", "1.8", "32", "-40.0"},
        {"2", "3", "-0.50", "5.50"},
        {"999999999999999", "1000", "0", "999999999999999000"},
        {"0.00000001", "0.0000001", "0", "0.000000000000001"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_decimal out = {0, 0};
        char text[KP_DECIMAL_TEXT];
        assert_true(
            kp_decimal_convert(parse(cases[i].value), parse(cases[i].factor), parse(cases[i].offset), &out));
        kp_decimal_text(out, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void convert__result_that_cannot_fit__is_refused(void **state UNUSED)
{
    static const struct {
        const char *value, *factor, *offset;
    } cases[] = {
        {"999999999999999", "10000", "0"}, /* fits 64 bits, but not 18 digits */
        {"999999999999999", "999999999999999", "0"}, {"-999999999999999", "999999999999999", "0"},
        {"0.00000001", "0.00000001", "0"},       /* 16 decimals */
        {"1", "1.00000000000000", "99999"},      /* the offset at 14 decimals */
        {"99999999999999.9", "1", "0.00000001"}, /* the product at 8 decimals */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_decimal out = {1, 2};
        if (kp_decimal_convert(parse(cases[i].value), parse(cases[i].factor), parse(cases[i].offset), &out))
            fail_msg("%s * %s + %s fits", cases[i].value, cases[i].factor, cases[i].offset);
        assert_true(out.units == 1 && out.scale == 2);
    }
}

/* The result may overwrite the value. */
static void convert__in_place__is_as_good(void **state UNUSED)
{
    struct kp_decimal value = parse("5.2");
    assert_true(kp_decimal_convert(value, parse("1.02"), parse("0.25"), &value));
    assert_true(value.units == 5554 && value.scale == 3);
}

static void compare__different_scales__compares_values(void **state UNUSED)
{
    assert_int_equal(kp_decimal_compare(parse("1.0"), parse("1")), 0);
    assert_int_equal(kp_decimal_compare(parse("-0"), parse("0.00")), 0);
    assert_true(kp_decimal_compare(parse("1.01"), parse("1.1")) < 0);
    assert_true(kp_decimal_compare(parse("10"), parse("9.99999")) > 0);
    assert_true(kp_decimal_compare(parse("-1.5"), parse("-1.25")) < 0);
    assert_true(kp_decimal_compare(parse("-0.5"), parse("0.5")) < 0);
    assert_true(kp_decimal_compare(parse("999999999999999"), parse("0.00000000000001")) > 0);
}

static void text__zeros_and_signs__are_written(void **state UNUSED)
{
    static const struct {
        struct kp_decimal value;
        const char *text;
    } cases[] = {
        {{1700, 1}, "170.0"},
        {{5, 3}, "0.005"},
        {{-5, 1}, "-0.5"},
        {{0, 2}, "0.00"},
        {{-1700, 0}, "-1700"},
        {{999999999999999, 15}, "0.999999999999999"},
        {{INT64_C(1000000000000000000), 15}, "1000.000000000000000"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[KP_DECIMAL_TEXT];
        kp_decimal_text(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void integer_digits__values__are_counted_before_the_point(void **state UNUSED)
{
    assert_int_equal(kp_decimal_integer_digits(parse("0")), 1);
    assert_int_equal(kp_decimal_integer_digits(parse("0.99")), 1);
    assert_int_equal(kp_decimal_integer_digits(parse("9.9")), 1);
    assert_int_equal(kp_decimal_integer_digits(parse("10")), 2);
    assert_int_equal(kp_decimal_integer_digits(parse("-123.4")), 3);
    assert_int_equal(kp_decimal_integer_digits(parse("007")), 1);
    assert_int_equal(kp_decimal_integer_digits(parse("999999999999999")), 15);
}

/* --- against exact 128-bit integers --- */

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static wide ten_to(unsigned n)
{
    wide p = 1;
    while (n--)
        p *= 10;
    return p;
}

/* Returns up to 15 digits, often close to a half or a run of nines. */
static struct kp_decimal random_decimal(void)
{
    uint64_t digits = next_random() % 15 + 1;
    int64_t units = (int64_t)(next_random() % (uint64_t)ten_to((unsigned)digits));
    unsigned scale = (unsigned)(next_random() % 15);
    uint64_t kind = next_random() % 4;
    if (kind == 0 && scale > 0) {
        int64_t step = (int64_t)ten_to((unsigned)(next_random() % scale + 1));
        units = units / step * step + step / 2 + (int64_t)(next_random() % 3) - 1;
    }
    if (units < 0 || units > (int64_t)ten_to(15) - 1)
        units = (int64_t)ten_to(15) - 1;
    return (struct kp_decimal){next_random() % 3 == 0 ? -units : units, scale};
}

/* Inserts the point without dividing. */
static void expected_text(struct kp_decimal value, char *text, size_t size)
{
    char digits[40];
    int64_t units = value.units < 0 ? -value.units : value.units;
    (void)snprintf(digits, sizeof(digits), "%0*" PRId64, (int)(value.scale % 20) + 1, units);
    size_t whole = strlen(digits) - value.scale;
    (void)snprintf(text, size, "%s%.*s%s%s", value.units < 0 ? "-" : "", (int)whole, digits,
                   value.scale ? "." : "", digits + whole);
}

static void random__rounding__agrees_with_exact_integers(void **state UNUSED)
{
    for (int i = 0; i < 100000; i++) {
        struct kp_decimal v = random_decimal(), r = {0, 0};
        unsigned scale = (unsigned)(next_random() % 8);
        wide magnitude = v.units < 0 ? -(wide)v.units : v.units;
        wide scaled = magnitude * ten_to(scale);
        wide step = ten_to(v.scale);
        wide want = (2 * scaled + step) / (2 * step); /* floor(x + 1/2) */
        bool ok = kp_decimal_round(v, scale, &r);
        if (!ok && want < ten_to(15))
            fail_msg("%" PRId64 "/10^%u was not rounded to %u decimals", v.units, v.scale, scale);
        wide got = r.units < 0 ? -(wide)r.units : r.units;
        if (ok &&
            (got != want || r.scale != scale || (r.units < 0 && v.units > 0) || (r.units > 0 && v.units < 0)))
            fail_msg("%" PRId64 "/10^%u at %u decimals gives %" PRId64, v.units, v.scale, scale, r.units);
        if (want > INT64_MAX)
            assert_false(ok);
    }
}

static void random__text__reads_back_as_the_same_value(void **state UNUSED)
{
    for (int i = 0; i < 100000; i++) {
        struct kp_decimal v = random_decimal(), back = {0, 0};
        char text[KP_DECIMAL_TEXT], want[64];
        kp_decimal_text(v, text);
        expected_text(v, want, sizeof(want));
        assert_string_equal(text, want);
        if (!kp_decimal_parse(text, strlen(text), &back) || back.units != v.units || back.scale != v.scale)
            fail_msg("%s reads back as %" PRId64 "/10^%u", text, back.units, back.scale);
    }
}

static void random__comparison__agrees_with_exact_integers(void **state UNUSED)
{
    for (int i = 0; i < 100000; i++) {
        struct kp_decimal a = random_decimal(), b = random_decimal();
        if (i % 4 == 0 && a.units < (int64_t)ten_to(14) && a.units > -(int64_t)ten_to(14) && a.scale < 14)
            b = (struct kp_decimal){a.units * 10 + (int64_t)(next_random() % 3) - 1, a.scale + 1};
        wide left = a.units * ten_to(b.scale), right = b.units * ten_to(a.scale);
        int want = (left > right) - (left < right), got = kp_decimal_compare(a, b);
        if ((got > 0) - (got < 0) != want)
            fail_msg("%" PRId64 "/10^%u against %" PRId64 "/10^%u gives %d", a.units, a.scale, b.units,
                     b.scale, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__numbers__keep_units_and_scale),
        cmocka_unit_test(parse__anything_else__is_refused_and_leaves_the_result),
        cmocka_unit_test(parse__part_of_a_string__reads_no_further),
        cmocka_unit_test(round__halves__go_up),
        cmocka_unit_test(round__negative_values__go_away_from_zero),
        cmocka_unit_test(round__carries__run_through_all_digits),
        cmocka_unit_test(round__more_decimals__are_filled_with_zeros),
        cmocka_unit_test(round__result_that_cannot_fit__is_refused),
        cmocka_unit_test(convert__factor_and_offset__are_applied_exactly),
        cmocka_unit_test(convert__result_that_cannot_fit__is_refused),
        cmocka_unit_test(convert__in_place__is_as_good),
        cmocka_unit_test(compare__different_scales__compares_values),
        cmocka_unit_test(text__zeros_and_signs__are_written),
        cmocka_unit_test(integer_digits__values__are_counted_before_the_point),
        cmocka_unit_test(random__rounding__agrees_with_exact_integers),
        cmocka_unit_test(random__text__reads_back_as_the_same_value),
        cmocka_unit_test(random__comparison__agrees_with_exact_integers),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
