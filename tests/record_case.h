/* One record under construction, its findings, and the items that the tests of records use. */
#ifndef KP_TEST_RECORD_CASE_H
#define KP_TEST_RECORD_CASE_H

#include "tables.h"

#include "record/item_codes.h"
#include "record/record.h"

#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"
#define WAIST "9N016160100000001"
#define REPORTED_WAIST "9N016160300000001"
#define FAT "9N021000000000001"
#define FIRST_SYSTOLIC "9A751000000000001"
#define FIRST_DIASTOLIC "9A761000000000001"
#define SECOND_SYSTOLIC "9A752000000000001"
#define SECOND_DIASTOLIC "9A762000000000001"
#define TG "3F015000002327101"
#define CASUAL_TG "3F015129902327101"
#define TOTAL_CHOLESTEROL "3F050000002327101"
#define HDL "3F070000002327101"
#define LDL "3F077000002327101"
#define CREATININE "3C015000002327101"
#define CREATININE_TARGET "3C015161602399911"
#define CREATININE_REASON "3C015161002399949"
#define FASTING_GLUCOSE "3D010000001926101"
#define CASUAL_GLUCOSE "3D010129901926101"
#define HBA1C "3D046000001920402"
#define HISTORY_FLAG "9N056000000000011"
#define HISTORY_TEXT "9N056160400000049"
#define JUDGEMENT "9N511000000000049"
#define DOCTOR "9N516000000000049"

static struct kp_record record;
static struct kp_findings findings;

/* Setup of a test: a man of 50 at his examination, with all fields and no values. */
static inline int new_record(void **state UNUSED)
{
    static const struct {
        enum kp_field field;
        const char *value;
    } fields[] = {{KP_F_INSURER_NUMBER, "06139463"},
                  {KP_F_INSURED_SYMBOL, "12"},
                  {KP_F_INSURED_NUMBER, "345"},
                  {KP_F_NAME_KANA, "ケンポタロウ"},
                  {KP_F_SEX, "1"},
                  {KP_F_BIRTH_DATE, "19750505"},
                  {KP_F_POSTAL_CODE, "100-0001"},
                  {KP_F_ADDRESS, "東京都千代田区"},
                  {KP_F_EXAM_DATE, "20250610"},
                  {KP_F_FACILITY_NUMBER, "2813300114"},
                  {KP_F_FACILITY_NAME, "健診所"}};
    kp_arena_reset(&scratch);
    findings = (struct kp_findings){.arena = &scratch};
    if (kp_record_init(&record, &tables, &scratch) != KP_OK)
        return -1;
    for (size_t i = 0; i < COUNT(fields); i++)
        record.field[fields[i].field] = fields[i].value;
    record.birth = (struct kp_date){1975, 5, 5};
    record.exam = (struct kp_date){2025, 6, 10};
    return 0;
}

static inline const struct kp_item *item_of(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    if (!item)
        fail_msg("no item %s", code);
    return item;
}

static inline struct kp_value *value_of(const char *code)
{
    return kp_value_of(&record, item_of(code));
}

/* NULL removes the value. */
static inline void set(const char *code, const char *result)
{
    *value_of(code) = (struct kp_value){.state = result ? KP_VALUE_PRESENT : KP_VALUE_ABSENT, .text = result};
}

static inline void set_state(const char *code, enum kp_value_state state)
{
    *value_of(code) = (struct kp_value){.state = state};
}

/* The first finding of the code, or NULL. */
static inline const struct kp_finding *finding(enum kp_code code)
{
    const struct kp_finding *f = findings.first;
    while (f && f->code != code)
        f = f->next;
    return f;
}

/* Exactly one finding: of the code, about the field, with the first argument (NULL: not compared). */
static inline void assert_one_finding(enum kp_code code, const char *field, const char *arg)
{
    const struct kp_finding *f = findings.first;
    assert_non_null(f);
    assert_null(f->next);
    assert_int_equal(f->code, code);
    assert_string_equal(f->field, field);
    if (arg)
        assert_string_equal(f->args[0], arg);
}

#endif
