/* Dates in all their forms. A date that was read is printed and read again, to the same day. */
#include "base/date.h"
#include "fuzz.h"

static void check_date(struct kp_date d)
{
    struct kp_date again = {0};
    char compact[9], iso[11];
    FUZZ_ASSERT(d.year >= 1 && d.year <= 9999);
    kp_date_compact(d, compact);
    kp_date_iso(d, iso);
    FUZZ_ASSERT(kp_date_parse_iso(iso, &again) && kp_date_compare(d, again) == 0);
    FUZZ_ASSERT(kp_date_parse(compact, &again, NULL) == KP_DATE_OK && kp_date_compare(d, again) == 0);
    FUZZ_ASSERT(kp_date_compare(d, kp_date_from_days(kp_date_days(d))) == 0);
    FUZZ_ASSERT(kp_age_on(d, kp_date_add_years(d, 40)) == 40 || d.year > 9959);
    FUZZ_ASSERT(kp_date_compare(d, kp_fiscal_year_end(d)) <= 0 || d.year == 9999);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char text[64];
    struct kp_date d = {0};
    bool era = false;
    if (n >= sizeof(text))
        return 0;
    if (n)
        memcpy(text, data, n);
    text[n] = '\0';
    if (kp_date_parse(text, &d, &era) == KP_DATE_OK) {
        check_date(d);
        FUZZ_ASSERT(!era || d.year >= 1868);
    }
    if (kp_date_parse_iso(text, &d))
        check_date(d);
    for (int since_1904 = 0; since_1904 < 2; since_1904++)
        if (kp_date_from_serial(text, since_1904, &d))
            check_date(d);
    return 0;
}
