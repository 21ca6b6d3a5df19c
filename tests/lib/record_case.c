#include "record_case.h"

int new_record(void **state UNUSED)
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

const struct kp_item *item_of(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    if (!item)
        fail_msg("no item %s", code);
    return item;
}

void set(const char *code, const char *result)
{
    *value_of(code) = (struct kp_value){.state = result ? KP_VALUE_PRESENT : KP_VALUE_ABSENT, .text = result};
}

void set_state(const char *code, enum kp_value_state state)
{
    *value_of(code) = (struct kp_value){.state = state};
}

const struct kp_finding *finding(enum kp_code code)
{
    const struct kp_finding *f = findings.first;
    while (f && f->code != code)
        f = f->next;
    return f;
}

void assert_one_finding(enum kp_code code, const char *field, const char *arg)
{
    const struct kp_finding *f = findings.first;
    assert_non_null(f);
    assert_null(f->next);
    assert_int_equal(f->code, code);
    assert_string_equal(f->field, field);
    if (arg)
        assert_string_equal(f->args[0], arg);
}
