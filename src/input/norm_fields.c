#include "input/norm_fields.h"

#include <string.h>

#include "base/status.h"
#include "law/ident.h"

enum {
    SYMBOL_MAX_CHARACTERS = 20,
    ADDRESS_MAX_BYTES = 80,
    ORGANISATION_MAX_BYTES = 40,
    NAME_KANA_MAX_BYTES = 100,
    INSTITUTION_CODE_DIGITS = 7
};

/* Returns the field in normal form, or "" and adds a finding. */
typedef const char *normalize_field(struct kp_norm *norm, enum kp_field field, const char *value);

static void note(struct kp_norm *norm, enum kp_code code, enum kp_field field, const char *value)
{
    kp_findings_add(norm->findings, code, kp_field_name(field), value);
}

static const char *without(struct kp_norm *norm, const char *value, const char *dropped)
{
    char *copy = kp_arena_strdup(norm->arena, kp_norm_text(value));
    char *to = copy;
    for (const char *at = copy; at && *at; at++)
        if (!strchr(dropped, *at))
            *to++ = *at;
    if (copy)
        *to = '\0';
    return kp_norm_text(copy);
}

static const char *refuse(struct kp_norm *norm, enum kp_code code, enum kp_field field, const char *value)
{
    note(norm, code, field, value);
    return "";
}

static bool is_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

static const char *keep(struct kp_norm *norm, enum kp_field field, const char *value)
{
    (void)norm;
    (void)field;
    return value;
}

/* Returns the new spelling and adds a finding if it differs. */
static const char *respelled(struct kp_norm *norm, enum kp_field field, const char *now, const char *before)
{
    if (strcmp(now, before) != 0)
        note(norm, KP_K_WIDTH_CHANGED, field, before);
    return now;
}

/* Fields that consist of digits: separators are removed, leading zeros restored. */
static const char *norm_digits(struct kp_norm *norm, enum kp_field field, const char *value)
{
    static const struct {
        enum kp_field field;
        enum kp_code code;
        const char *separators;
        bool any_dash; /* hyphens of every kind count as "-" */
        size_t least, most, width;
    } rules[] = {{KP_F_INSURER_NUMBER, KP_K_INSURER_NUMBER, " -", false, 6, 8, 8},
                 {KP_F_INSURED_BRANCH, KP_K_BRANCH, "", false, 1, 2, 2},
                 {KP_F_FACILITY_NUMBER, KP_K_FACILITY_NUMBER, " -", false, 9, 10, 10},
                 {KP_F_FACILITY_PHONE, KP_K_PHONE, "-()", true, 1, 11, 0},
                 {KP_F_TICKET_NUMBER, KP_K_TICKET, "", false, 11, 11, 11}};
    size_t i = 0;
    while (i + 1 < KP_COUNT(rules) && rules[i].field != field)
        i++;
    const char *digits = without(
        norm, rules[i].any_dash ? kp_text_value_key(norm->arena, value) : kp_text_nfkc(norm->arena, value),
        rules[i].separators);
    size_t n = strlen(digits);
    bool valid = is_digits(digits);
    if (valid && field == KP_F_FACILITY_NUMBER && n == INSTITUTION_CODE_DIGITS)
        return digits; /* completed by complete_facility */
    if (!valid || n < rules[i].least || n > rules[i].most)
        return refuse(norm, rules[i].code, field, value);
    if (n >= rules[i].width)
        return respelled(norm, field, digits, value);
    note(norm, KP_K_ZEROS_RESTORED, field, digits);
    return kp_norm_text(kp_arena_printf(norm->arena, "%0*d%s", (int)(rules[i].width - n), 0, digits));
}

/* Returns whether a spreadsheet has made a date of "1-2", or an exponent of a long number. */
static bool is_spreadsheet_damage(const char *folded)
{
    size_t n = strspn(folded, "0123456789");
    size_t second = n > 0 && folded[n] == '/' ? strspn(folded + n + 1, "0123456789") : 0;
    if (n > 0 &&
        (strncmp(folded + n, "月", strlen("月")) == 0 || (second > 0 && folded[n + 1 + second] == '/')))
        return true;
    size_t m = n > 0 && folded[n] == '.' ? 1 + strspn(folded + n + 1, "0123456789") : 0;
    return n > 0 && (folded[n + m] == 'E' || folded[n + m] == 'e') && folded[n + m + 1] == '+';
}

/* Symbols and numbers of cards stay verbatim but in one width: half if every character has one. */
static const char *norm_card(struct kp_norm *norm, enum kp_field field, const char *value)
{
    const char *compact = without(norm, value, " \t\r\n");
    char *wide = kp_text_wide(norm->arena, compact, false);
    char *half = kp_text_narrow(norm->arena, compact);
    if (!wide || !half)
        return "";
    bool mixed = !kp_text_is_ascii(compact) && !kp_text_is_wide(compact);
    const char *out =
        kp_text_is_ascii(compact) || (mixed && kp_text_is_ascii(half) && !strchr(half, ' ')) ? half : wide;
    if (kp_utf8_length(out) > SYMBOL_MAX_CHARACTERS || is_spreadsheet_damage(half))
        return refuse(norm, KP_K_INSURED_NUMBER, field, value);
    return respelled(norm, field, out, value);
}

static const char *norm_code(struct kp_norm *norm, enum kp_field field, const char *value)
{
    static const struct {
        enum kp_field field;
        const char *system;
        enum kp_code code;
    } systems[] = {{KP_F_SEX, "sex", KP_K_SEX},
                   {KP_F_QUALIFICATION, "qualification", KP_K_QUALIFICATION},
                   {KP_F_REPORT_CATEGORY, "1.2.392.200119.6.1001", KP_K_CATEGORY},
                   {KP_F_PROGRAMME, "1.2.392.200119.6.1002", KP_K_CATEGORY},
                   {KP_F_FASTING, "fasting", KP_K_FASTING}};
    const char *key = kp_text_value_key(norm->arena, value);
    for (size_t i = 0; key && i < KP_COUNT(systems); i++) {
        if (systems[i].field != field)
            continue;
        const char *code = kp_code_of(norm->tables, systems[i].system, key);
        if (!code)
            return refuse(norm, systems[i].code, field, value);
        if (strcmp(code, value) != 0)
            note(norm, KP_K_VALUE_CODED, field, value);
        return code;
    }
    return "";
}

static const char *norm_date(struct kp_norm *norm, enum kp_field field, const char *value)
{
    struct kp_date date;
    if (!kp_norm_date(norm, kp_field_name(field), value, &date))
        return "";
    if (field == KP_F_BIRTH_DATE)
        norm->record->birth = date;
    else if (field == KP_F_EXAM_DATE)
        norm->record->exam = date;
    else if (field == KP_F_MEMBER_FROM)
        norm->record->member_from = date;
    else if (field == KP_F_MEMBER_TO)
        norm->record->member_to = date;
    return kp_norm_date_text(norm, kp_field_name(field), value, date);
}

static const char *norm_kana(struct kp_norm *norm, enum kp_field field, const char *value)
{
    char *kana = kp_text_kana_name(norm->arena, value);
    if (!kana || !kp_text_is_kana_name(kana))
        return refuse(norm, KP_K_KANA_NAME, field, value);
    if (strcmp(kana, value) != 0)
        note(norm, KP_K_KANA_CONVERTED, field, value);
    if (kp_text_cp932_bytes(norm->tables->text, kana, NULL) > NAME_KANA_MAX_BYTES) {
        kp_findings_add(norm->findings, KP_K_TOO_LONG, kp_field_name(field), value, "100");
        return "";
    }
    return kana;
}

static const char *norm_postal(struct kp_norm *norm, enum kp_field field, const char *value)
{
    const char *key = kp_norm_text(kp_text_value_key(norm->arena, value));
    size_t mark = strncmp(key, "〒", strlen("〒")) == 0 ? strlen("〒") : 0;
    const char *digits = without(norm, key + mark, "-");
    if (!is_digits(digits) || strlen(digits) != 7)
        return refuse(norm, KP_K_POSTAL_CODE, field, value);
    char *out = kp_arena_printf(norm->arena, "%.3s-%s", digits, digits + 3);
    return out ? respelled(norm, field, out, value) : "";
}

static const char *widened(struct kp_norm *norm, enum kp_field field, const char *value, size_t max_bytes,
                           const char *limit)
{
    char *wide = kp_text_wide(norm->arena, value, false);
    if (!wide)
        return "";
    const char *out = respelled(norm, field, wide, value);
    if (kp_text_cut(norm->tables->text, wide, max_bytes))
        kp_findings_add(norm->findings, KP_K_TEXT_CUT, kp_field_name(field), value, limit);
    return out;
}

static const char *norm_address(struct kp_norm *norm, enum kp_field field, const char *value)
{
    char *wide = kp_text_wide(norm->arena, value, false);
    const char *rest = wide ? kp_text_after_postal_code(wide) : NULL;
    if (rest && *rest) /* a postal code alone is no address */
        note(norm, KP_K_POSTAL_IN_ADDRESS, field, value);
    return widened(norm, field, rest ? rest : value, ADDRESS_MAX_BYTES, "80");
}

static const char *norm_organisation(struct kp_norm *norm, enum kp_field field, const char *value)
{
    return widened(norm, field, value, ORGANISATION_MAX_BYTES, "40");
}

static normalize_field *const FIELD_RULES[] = {
    [KP_F_EMPLOYEE_ID] = keep,
    [KP_F_INSURER_NUMBER] = norm_digits,
    [KP_F_INSURED_SYMBOL] = norm_card,
    [KP_F_INSURED_NUMBER] = norm_card,
    [KP_F_INSURED_BRANCH] = norm_digits,
    [KP_F_QUALIFICATION] = norm_code,
    [KP_F_MEMBER_FROM] = norm_date,
    [KP_F_MEMBER_TO] = norm_date,
    [KP_F_NAME_KANA] = norm_kana,
    [KP_F_NAME] = keep,
    [KP_F_SEX] = norm_code,
    [KP_F_BIRTH_DATE] = norm_date,
    [KP_F_POSTAL_CODE] = norm_postal,
    [KP_F_ADDRESS] = norm_address,
    [KP_F_EXAM_DATE] = norm_date,
    [KP_F_FACILITY_NUMBER] = norm_digits,
    [KP_F_FACILITY_NAME] = norm_organisation,
    [KP_F_FACILITY_POSTAL_CODE] = norm_postal,
    [KP_F_FACILITY_ADDRESS] = norm_address,
    [KP_F_FACILITY_PHONE] = norm_digits,
    [KP_F_TICKET_NUMBER] = norm_digits,
    [KP_F_TICKET_EXPIRES] = norm_date,
    [KP_F_REPORT_CATEGORY] = norm_code,
    [KP_F_PROGRAMME] = norm_code,
    [KP_F_FASTING] = norm_code,
};
_Static_assert(KP_COUNT(FIELD_RULES) == KP_F__COUNT, "a rule for every field");

/* Completes a 医療機関コード of 7 digits: 都道府県 (2 digits, by the address), 区分 1 (保険医療機関). */
static void complete_facility(struct kp_norm *norm)
{
    const char **number = &norm->record->field[KP_F_FACILITY_NUMBER];
    if (strlen(*number) != INSTITUTION_CODE_DIGITS)
        return;
    const struct kp_prefecture *where =
        kp_prefecture_of(norm->tables, norm->record->field[KP_F_FACILITY_ADDRESS]);
    char *whole = where ? kp_arena_printf(norm->arena, "%s1%s", where->code, *number) : NULL;
    if (whole && kp_facility_number_ok(whole)) {
        kp_findings_add(norm->findings, KP_K_FACILITY_NUMBER_BUILT, kp_field_name(KP_F_FACILITY_NUMBER),
                        *number, where->name);
        *number = whole;
    } else {
        *number = refuse(norm, KP_K_FACILITY_NUMBER, KP_F_FACILITY_NUMBER, *number);
    }
}

/* National health insurance has no dependants: everyone's qualification is 7. */
static void fix_qualification(struct kp_norm *norm)
{
    const char **field = &norm->record->field[KP_F_QUALIFICATION];
    const struct kp_scheme *scheme = kp_scheme_of(norm->tables, norm->record->field[KP_F_INSURER_NUMBER]);
    if (!**field || strcmp(*field, "7") == 0 || !scheme || strcmp(scheme->scheme, KP_SCHEME_KOKUHO) != 0)
        return;
    note(norm, KP_K_VALUE_CODED, KP_F_QUALIFICATION, *field);
    *field = "7";
}

static void fill_facility(struct kp_norm *norm, const struct kp_org *facility)
{
    const struct {
        enum kp_field field;
        const char *value;
    } parts[] = {{KP_F_FACILITY_NUMBER, facility->number},
                 {KP_F_FACILITY_NAME, facility->name},
                 {KP_F_FACILITY_POSTAL_CODE, facility->postal_code},
                 {KP_F_FACILITY_ADDRESS, facility->address},
                 {KP_F_FACILITY_PHONE, facility->phone}};
    if (norm->names_facility)
        return;
    for (size_t i = 0; i < KP_COUNT(parts); i++)
        if (parts[i].value && *parts[i].value)
            norm->record->field[parts[i].field] =
                FIELD_RULES[parts[i].field](norm, parts[i].field, parts[i].value);
}

static const char *apply_rule(struct kp_norm *norm, enum kp_field field, const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return refuse(norm, KP_K_CONTROL_CHARACTER, field, text);
    return FIELD_RULES[field](norm, field, text);
}

void kp_norm_field(const struct kp_norm_cell *cell)
{
    struct kp_norm *norm = cell->norm;
    enum kp_field field = (enum kp_field)cell->column->index;
    const char **now = &norm->record->field[field];
    if (!*cell->text || kp_norm_dash(norm, kp_field_name(field), cell->key))
        return;
    norm->names_facility |= field == KP_F_FACILITY_NUMBER || field == KP_F_FACILITY_NAME;
    norm->serial = cell->column->serial;
    const char *value = apply_rule(norm, field, cell->text);
    norm->serial = KP_SERIAL_NONE;
    if (**now && *value && strcmp(*now, value) != 0)
        kp_norm_disagree(cell, kp_field_name(field));
    else if (*value)
        *now = value;
}

bool kp_norm_field_is_normal(struct kp_norm *norm, enum kp_field field, const char *text)
{
    const char *value = *text ? apply_rule(norm, field, text) : "";
    norm->record->field[field] = value;
    return strcmp(value, text) == 0;
}

void kp_norm_fields_done(struct kp_norm *norm, const struct kp_org *facility)
{
    fill_facility(norm, facility);
    complete_facility(norm);
    fix_qualification(norm);
}
