#include "fit.h"

#include <string.h>

#include "status.h"
#include "text.h"

enum { CARD_CHARACTERS = 20, ADDRESS_BYTES = 80, ORGANISATION_BYTES = 40, DATE_BYTES = 8 };

static bool is_digits(const char *s, size_t n)
{
    return strlen(s) == n && strspn(s, "0123456789") == n;
}

static bool is_date(const char *s)
{
    struct kp_date date;
    return is_digits(s, DATE_BYTES) && kp_date_parse(s, &date, NULL) == KP_DATE_OK;
}

static bool is_card(const char *s)
{
    return kp_utf8_length(s) <= CARD_CHARACTERS && !strchr(s, ' ') && (kp_text_is_ascii(s) || kp_text_is_wide(s));
}

static bool is_postal(const char *s)
{
    return strlen(s) == 8 && s[3] == '-' && strspn(s, "0123456789") == 3 && is_digits(s + 4, 4);
}

static bool fits(const struct kp_tables *tables, const char *s, size_t max_bytes)
{
    return kp_text_is_wide(s) && kp_text_cp932_bytes(tables->text, s, NULL) <= max_bytes;
}

static bool is_code(const struct kp_tables *tables, const char *system, const char *code)
{
    return kp_code_display(tables, system, code) != NULL;
}

/* Which code says that the field is wrong; 0 when it is not. */
static unsigned fault_of_field(const struct kp_tables *tables, enum kp_field field, const char *s)
{
    switch ((int)field) {
    case KP_F_INSURER_NUMBER:
        return is_digits(s, 8) ? 0 : KP_K_INSURER_NUMBER;
    case KP_F_INSURED_SYMBOL:
    case KP_F_INSURED_NUMBER:
        return is_card(s) ? 0 : KP_K_INSURED_NUMBER;
    case KP_F_INSURED_BRANCH:
        return is_digits(s, 2) ? 0 : KP_K_BRANCH;
    case KP_F_NAME_KANA:
        return kp_text_is_kana_name(s) ? 0 : KP_K_KANA_NAME;
    case KP_F_SEX:
        return strcmp(s, "1") == 0 || strcmp(s, "2") == 0 ? 0 : KP_K_SEX;
    case KP_F_BIRTH_DATE:
    case KP_F_EXAM_DATE:
    case KP_F_TICKET_EXPIRES:
        return is_date(s) ? 0 : KP_K_DATE_NOT_REAL;
    case KP_F_POSTAL_CODE:
    case KP_F_FACILITY_POSTAL_CODE:
        return is_postal(s) ? 0 : KP_K_POSTAL_CODE;
    case KP_F_ADDRESS:
    case KP_F_FACILITY_ADDRESS:
        return fits(tables, s, ADDRESS_BYTES) ? 0 : KP_K_TEXT_NOT_WIDE;
    case KP_F_FACILITY_NAME:
        return fits(tables, s, ORGANISATION_BYTES) ? 0 : KP_K_TEXT_NOT_WIDE;
    case KP_F_FACILITY_NUMBER:
        return is_digits(s, 10) ? 0 : KP_K_FACILITY_NUMBER;
    case KP_F_TICKET_NUMBER:
        return is_digits(s, 11) ? 0 : KP_K_TICKET;
    case KP_F_QUALIFICATION:
        return is_digits(s, 1) && *s >= '1' && *s <= '7' ? 0 : KP_K_QUALIFICATION;
    case KP_F_REPORT_CATEGORY:
        return is_code(tables, "1.2.392.200119.6.1001", s) ? 0 : KP_K_CATEGORY;
    case KP_F_PROGRAMME:
        return is_code(tables, "1.2.392.200119.6.1002", s) ? 0 : KP_K_CATEGORY;
    default:
        return 0;
    }
}

static unsigned fault_of_number(const struct kp_item *item, const char *text)
{
    struct kp_decimal number;
    if (!kp_decimal_parse(text, strlen(text), &number) || number.units < 0 || strspn(text, "0123456789.") != strlen(text))
        return KP_K_NUMBER_UNREADABLE;
    bool fits_format = kp_decimal_integer_digits(number) <= item->integer_digits && number.scale <= item->decimals;
    return fits_format ? 0 : KP_K_NUMBER_TOO_LARGE;
}

static unsigned fault_of_text(const struct kp_tables *tables, const struct kp_item *item, const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return KP_K_CONTROL_CHARACTER;
    if (item->max_bytes == DATE_BYTES) /* 撮影年月日 */
        return is_date(text) ? 0 : KP_K_DATE_NOT_REAL;
    if (!kp_text_is_wide(text))
        return KP_K_TEXT_NOT_WIDE;
    return kp_text_cp932_bytes(tables->text, text, NULL) <= item->max_bytes ? 0 : KP_K_TOO_LONG;
}

static unsigned fault_of_value(const struct kp_tables *tables, const struct kp_item *item, const char *text)
{
    switch (item->type) {
    case KP_TYPE_PQ:
        return fault_of_number(item, text);
    case KP_TYPE_CD:
    case KP_TYPE_CO:
        return is_code(tables, item->code_system, text) ? 0 : KP_K_CODE_UNKNOWN;
    case KP_TYPE_ST:
        return fault_of_text(tables, item, text);
    case KP_TYPE__COUNT:
        break;
    }
    return 0;
}

bool kp_check_form(const struct kp_tables *tables, const struct kp_record *record, struct kp_findings *findings)
{
    bool sound = true;
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        const char *text = record->field[i];
        unsigned fault = *text ? fault_of_field(tables, (enum kp_field)i, text) : 0;
        if (fault)
            kp_find(findings, (enum kp_code)fault, kp_field_name((enum kp_field)i), text, NULL, NULL);
        sound &= !fault;
    }
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_value *value = &record->values[i];
        const struct kp_item *item = &tables->items[i];
        unsigned fault = value->state == KP_VALUE_PRESENT ? fault_of_value(tables, item, value->text) : 0;
        if (fault)
            kp_find(findings, (enum kp_code)fault, item->label, value->text, item->format, NULL);
        sound &= !fault;
    }
    return sound;
}
