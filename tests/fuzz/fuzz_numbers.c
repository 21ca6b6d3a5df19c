/* Measured numbers. What was read is rendered and read again, to the same number; rounding and converting
 * keep what can be kept. */
#include "base/decimal.h"
#include "input/digits.h"
#include "fuzz.h"

static void check_number(struct kp_decimal value)
{
    char text[KP_DECIMAL_TEXT];
    struct kp_decimal again = {0}, rounded = {0};
    const struct kp_decimal one = {1, 0}, zero = {0, 0};
    kp_decimal_text(value, text);
    if (kp_decimal_parse(text, strlen(text), &again)) /* a leading zero may be the 16th digit */
        FUZZ_ASSERT(kp_decimal_compare(value, again) == 0);
    if (kp_decimal_convert(value, one, zero, &again))
        FUZZ_ASSERT(kp_decimal_compare(value, again) == 0);
    if (kp_decimal_round(value, value.scale, &rounded))
        FUZZ_ASSERT(kp_decimal_compare(value, rounded) == 0);
    for (unsigned scale = 0; scale < 6; scale++)
        if (kp_decimal_round(value, scale, &rounded)) {
            kp_decimal_text(rounded, text);
            const char *point = strchr(text, '.');
            FUZZ_ASSERT(scale == 0 ? !point : point && strlen(point + 1) == scale);
            FUZZ_ASSERT(kp_decimal_round(rounded, scale, &again) && again.units == rounded.units);
        }
    FUZZ_ASSERT(kp_decimal_integer_digits(value) >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct kp_decimal value[2] = {{0}, {0}}, hours = {0};
    bool has_unit = false, sound[2];
    struct fuzz_parts parts;
    fuzz_split(&parts, data, n);
    fuzz_begin(&ctx);
    for (size_t i = 0; i < 2; i++) {
        sound[i] = kp_decimal_parse(parts.at[i].bytes, strcspn(parts.at[i].bytes, "\n"), &value[i]);
        if (sound[i])
            check_number(value[i]);
    }
    if (sound[0] && sound[1]) {
        FUZZ_ASSERT(kp_decimal_compare(value[0], value[1]) == -kp_decimal_compare(value[1], value[0]));
        if (kp_decimal_convert(value[0], value[1], value[0], &hours))
            check_number(hours);
    }
    if (kp_hours_parse(&ctx.tables, parts.at[0].bytes, &hours, &has_unit))
        check_number(hours);
    (void)kp_is_bare_number(parts.at[0].bytes);
    (void)kp_numbered_word(&ctx.arena, parts.at[0].bytes);
    fuzz_end(&ctx, KP_OK);
    fuzz_parts_free(&parts);
    return 0;
}
