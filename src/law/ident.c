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
