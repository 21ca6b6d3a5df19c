#include "record/check_fields.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "law/ident.h"

enum { MAX_AGE_YEARS = 120 };

static void check_required(const struct kp_record *record, struct kp_findings *findings)
{
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        const char *name = kp_fields[i].name;
        if (kp_fields[i].required && !*record->field[i] && !kp_refused(findings, name))
            kp_findings_add(findings, KP_K_VALUE_MISSING, name, NULL, name);
    }
}

/* Cards of the late-stage system have a number of 8 digits; insurers may want it in full width. */
static void check_late_stage(const struct kp_record *record, struct kp_findings *findings)
{
    const char *number = record->field[KP_F_INSURED_NUMBER];
    if (strncmp(record->field[KP_F_INSURER_NUMBER], "39", 2) != 0 || !*number)
        return;
    const char *narrow = kp_text_narrow(findings->arena, number);
    if (narrow && !kp_is_digits(narrow, 8))
        kp_findings_add(findings, KP_K_LATE_STAGE_CARD, kp_field_name(KP_F_INSURED_NUMBER), number);
}

static void check_numbers(const struct kp_record *record, struct kp_findings *findings)
{
    const char *insurer = record->field[KP_F_INSURER_NUMBER];
    const char *facility = record->field[KP_F_FACILITY_NUMBER];
    if (*insurer && !kp_scheme_of(record->tables, insurer)) {
        char *prefix = kp_arena_strndup(findings->arena, insurer, 2);
        kp_findings_add(findings, KP_K_INSURER_PREFIX, kp_field_name(KP_F_INSURER_NUMBER), insurer, prefix);
    } else if (*insurer && !kp_check_digit_ok(insurer, strlen(insurer))) {
        kp_findings_add(findings, KP_K_INSURER_CHECK_DIGIT, kp_field_name(KP_F_INSURER_NUMBER), insurer);
    }
    check_late_stage(record, findings);
    if (*facility && !kp_facility_number_ok(facility))
        kp_findings_add(findings, KP_K_FACILITY_CHECK_DIGIT, kp_field_name(KP_F_FACILITY_NUMBER), facility);
    /* No ticket is older than 2000. */
    if (*record->field[KP_F_TICKET_NUMBER] && strncmp(record->field[KP_F_TICKET_EXPIRES], "20", 2) != 0)
        kp_findings_add(findings, KP_K_TICKET, kp_field_name(KP_F_TICKET_EXPIRES), NULL);
}

static void check_dates(const struct kp_record *record, struct kp_date as_of, struct kp_findings *findings)
{
    static const struct kp_date first_form = {2008, 4, 1};
    bool both = kp_has_dates(record);
    if (kp_date_is_set(record->exam) && kp_date_compare(record->exam, first_form) < 0)
        kp_findings_add(findings, KP_K_EXAM_BEFORE_FORM, kp_field_name(KP_F_EXAM_DATE), NULL);
    if (kp_date_is_set(record->exam) && kp_date_compare(record->exam, as_of) > 0)
        kp_findings_add(findings, KP_K_EXAM_IN_FUTURE, kp_field_name(KP_F_EXAM_DATE), NULL);
    if (both && kp_date_compare(record->birth, record->exam) > 0)
        kp_findings_add(findings, KP_K_BIRTH_AFTER_EXAM, kp_field_name(KP_F_BIRTH_DATE), NULL);
    else if (both && kp_age_on(record->birth, record->exam) > MAX_AGE_YEARS)
        kp_findings_add(findings, KP_K_BIRTH_IMPLAUSIBLE, kp_field_name(KP_F_BIRTH_DATE), NULL);
    if (kp_date_is_set(record->member_from) && kp_date_is_set(record->member_to) &&
        kp_date_compare(record->member_to, record->member_from) < 0)
        kp_findings_add(findings, KP_K_MEMBER_DATES, kp_field_name(KP_F_MEMBER_TO), NULL);
}

/* Receivers can show the characters of CP932 only. */
static void check_characters(const struct kp_text *converter, const char *label, const char *text,
                             struct kp_findings *findings)
{
    int32_t outside = 0;
    if (!text || kp_text_is_ascii(text))
        return;
    (void)kp_text_cp932_bytes(converter, text, &outside);
    if (outside)
        kp_findings_add(findings, KP_K_OUTSIDE_CP932, label,
                        kp_arena_printf(findings->arena, "U+%04X", (unsigned)outside));
}

/* A judgement and the name of its doctor are one entry: neither may be missing (B12). */
static void check_judgements(const struct kp_record *record, struct kp_findings *findings)
{
    const struct kp_item *items = record->tables->items;
    for (size_t i = 0; i < record->tables->n_items; i++) {
        const struct kp_item *partner = NULL; /* the first, if several judgements name the doctor */
        bool has_partner = false;
        if (record->values[i].state != KP_VALUE_PRESENT || (!items[i].is_author && items[i].author_item < 0))
            continue;
        const size_t only = items[i].is_author ? 0 : (size_t)items[i].author_item;
        for (size_t k = only; k < (items[i].is_author ? record->tables->n_items : only + 1); k++)
            if (items[k].author_item == (int)i || items[i].author_item == (int)k) {
                partner = partner ? partner : &items[k];
                has_partner |= record->values[k].state == KP_VALUE_PRESENT;
            }
        if (!has_partner && partner && !kp_refused(findings, partner->label))
            kp_findings_add(findings, KP_K_JUDGEMENT_PAIR, items[i].label, NULL, partner->label);
    }
}

void kp_check_fields(const struct kp_record *record, struct kp_date as_of, struct kp_findings *findings)
{
    const struct kp_tables *tables = record->tables;
    check_required(record, findings);
    check_numbers(record, findings);
    check_dates(record, as_of, findings);
    for (size_t i = 0; i < KP_F__COUNT; i++)
        if (kp_fields[i].disclosed)
            check_characters(tables->text, kp_fields[i].name, record->field[i], findings);
    for (size_t i = 0; i < tables->n_items; i++)
        if (record->values[i].state == KP_VALUE_PRESENT && tables->items[i].type == KP_TYPE_ST)
            check_characters(tables->text, tables->items[i].label, record->values[i].text, findings);
    check_judgements(record, findings);
}
