#include "law/ident.h"

bool kp_check_digit_ok(const char *digits, size_t n)
{
    int sum = 0;
    for (size_t i = n - 1; i-- > 0;) {
        int product = (digits[i] - '0') * ((n - 1 - i) % 2 == 1 ? 2 : 1);
        sum += product / 10 + product % 10;
    }
    return digits[n - 1] - '0' == (10 - sum % 10) % 10;
}

bool kp_facility_number_ok(const char *digits)
{
    enum { DIGITS = 10, OWN_DIGITS = 7 };
    if (kp_check_digit_ok(digits, DIGITS))
        return true;
    bool by_own_digits = digits[0] == '1' && digits[1] >= '1' && digits[1] <= '4';
    return by_own_digits && kp_check_digit_ok(digits + DIGITS - OWN_DIGITS, OWN_DIGITS);
}

enum { MY_NUMBER_DIGITS = 12 };

static bool is_my_number(const char digits[MY_NUMBER_DIGITS])
{
    int sum = 0;
    for (int n = 1; n < MY_NUMBER_DIGITS; n++)
        sum += (digits[MY_NUMBER_DIGITS - 1 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
    int rest = sum % 11;
    return digits[MY_NUMBER_DIGITS - 1] - '0' == (rest <= 1 ? 0 : 11 - rest);
}

bool kp_has_my_number(const char *ascii, bool prose)
{
    char digits[MY_NUMBER_DIGITS];
    size_t n = 0, run = 0;
    bool fours = true;
    for (const char *at = ascii;; at++) {
        bool digit = *at >= '0' && *at <= '9';
        if (digit && n < MY_NUMBER_DIGITS)
            digits[n] = *at;
        n += digit;
        if (!digit && run == MY_NUMBER_DIGITS && is_my_number(at - run))
            return true;
        fours &= digit || run % 4 == 0;
        run = digit ? run + 1 : 0;
        if (digit || (*at == '-' || *at == ' '))
            continue;
        if (n == MY_NUMBER_DIGITS && (fours || !prose) && is_my_number(digits))
            return true;
        if (!*at)
            return false;
        n = 0;
        fours = true;
    }
}
