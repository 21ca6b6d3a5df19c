#include "tables.h"

#include "record/check_fields.h"

static struct kp_record record;
static struct kp_findings findings;

static const struct kp_date AS_OF = {2025, 11, 20};

/* A record without a fault. */
static int fresh(void **state UNUSED)
{
    static const struct {
        enum kp_field field;
        const char *value;
    } fields[] = {{KP_F_INSURER_NUMBER, "06139463"},
                  {KP_F_INSURED_SYMBOL, "12"},
                  {KP_F_INSURED_NUMBER, "345"},
                  {KP_F_NAME_KANA, "ケンポタロウ"},
                  {KP_F_SEX, "1"},
                  {KP_F_BIRTH_DATE, "19800501"},
                  {KP_F_POSTAL_CODE, "100-0001"},
                  {KP_F_ADDRESS, "東京都千代田区"},
                  {KP_F_EXAM_DATE, "20250610"},
                  {KP_F_FACILITY_NUMBER, "2813300114"},
                  {KP_F_FACILITY_NAME, "健診所"}};
    kp_arena_reset(&scratch);
    if (kp_record_init(&record, &tables, &scratch) != KP_OK)
        return -1;
    findings = (struct kp_findings){.arena = &scratch};
    for (size_t i = 0; i < COUNT(fields); i++)
        record.field[fields[i].field] = fields[i].value;
    record.birth = (struct kp_date){1980, 5, 1};
    record.exam = (struct kp_date){2025, 6, 10};
    return 0;
}

static void check(void)
{
    findings = (struct kp_findings){.arena = &scratch};
    kp_check_fields(&tables, &record, AS_OF, &findings);
    assert_false(scratch.failed);
}

static void assert_sound(void)
{
    check();
    assert_null(findings.first);
}

/* Exactly one finding, of that code and field. */
static void assert_fault(enum kp_code code, enum kp_field field)
{
    check();
    assert_non_null(findings.first);
    assert_int_equal(findings.first->code, code);
    assert_string_equal(findings.first->field, kp_field_name(field));
    assert_null(findings.first->next);
}

static void set_item(const char *code, const char *value)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    assert_non_null(item);
    record.values[item - tables.items] =
        (struct kp_value){.state = value ? KP_VALUE_PRESENT : KP_VALUE_ABSENT, .text = value};
}

static void good_record__nothing_is_found(void **state UNUSED)
{
    assert_sound();
}

static void required_value__missing__is_k4001_with_its_field(void **state UNUSED)
{
    static const enum kp_field required[] = {
        KP_F_INSURER_NUMBER,  KP_F_INSURED_NUMBER, KP_F_NAME_KANA, KP_F_SEX,
        KP_F_BIRTH_DATE,      KP_F_POSTAL_CODE,    KP_F_ADDRESS,   KP_F_EXAM_DATE,
        KP_F_FACILITY_NUMBER, KP_F_FACILITY_NAME};
    for (size_t i = 0; i < COUNT(required); i++) {
        assert_int_equal(fresh(NULL), 0);
        record.field[required[i]] = "";
        assert_fault(KP_K_VALUE_MISSING, required[i]);
        assert_int_equal(findings.first->code, 4001);
    }
}

static void other_fields__empty__are_fine(void **state UNUSED)
{
    record.field[KP_F_INSURED_SYMBOL] = "";
    assert_sound();
}

static void field__already_refused__is_not_reported_twice(void **state UNUSED)
{
    record.field[KP_F_SEX] = "";
    kp_findings_add(&findings, KP_K_SEX, "sex", "x");
    kp_check_fields(&tables, &record, AS_OF, &findings);
    assert_int_equal(findings.first->code, KP_K_SEX);
    assert_null(findings.first->next);
}

static void insurer_number__check_digit_and_prefix__are_looked_at(void **state UNUSED)
{
    record.field[KP_F_INSURER_NUMBER] = "06139464";
    assert_fault(KP_K_INSURER_CHECK_DIGIT, KP_F_INSURER_NUMBER);
    record.field[KP_F_INSURER_NUMBER] = "99999997"; /* right check digit, no such scheme */
    assert_fault(KP_K_INSURER_PREFIX, KP_F_INSURER_NUMBER);
    assert_string_equal(findings.first->args[0], "99");
    record.field[KP_F_INSURER_NUMBER] = "00280081";
    assert_sound();
}

static void facility_number__false_check_digit__is_only_a_warning(void **state UNUSED)
{
    struct kp_diag diag = {.catalogue = &catalogue};
    record.field[KP_F_FACILITY_NUMBER] = "2813300115";
    assert_fault(KP_K_FACILITY_CHECK_DIGIT, KP_F_FACILITY_NUMBER);
    assert_int_equal(kp_diag_worst(&diag, &findings), KP_LEVEL_WARN);
    record.field[KP_F_FACILITY_NUMBER] = "1310438796"; /* Tokyo: by its own seven digits */
    assert_sound();
}

static void exam_date__after_the_day_of_disclosure__is_refused(void **state UNUSED)
{
    record.exam = AS_OF;
    assert_sound();
    record.exam = (struct kp_date){2025, 11, 21};
    assert_fault(KP_K_EXAM_IN_FUTURE, KP_F_EXAM_DATE);
}

static void birth_date__after_the_exam_or_120_years_before__is_refused(void **state UNUSED)
{
    record.birth = record.exam;
    assert_sound();
    record.birth = (struct kp_date){2025, 6, 11};
    assert_fault(KP_K_BIRTH_AFTER_EXAM, KP_F_BIRTH_DATE);
    record.birth = (struct kp_date){1904, 6, 11}; /* 120 on the day */
    assert_sound();
    record.birth = (struct kp_date){1904, 6, 10}; /* 121 */
    assert_fault(KP_K_BIRTH_IMPLAUSIBLE, KP_F_BIRTH_DATE);
}

static void membership__end_before_its_beginning__is_refused(void **state UNUSED)
{
    record.member_from = (struct kp_date){2020, 4, 1};
    assert_sound();
    record.member_to = (struct kp_date){2020, 3, 31};
    assert_fault(KP_K_MEMBER_DATES, KP_F_MEMBER_TO);
    record.member_to = (struct kp_date){2026, 4, 1};
    assert_sound();
}

static void ticket__without_expiry__is_refused(void **state UNUSED)
{
    record.field[KP_F_TICKET_NUMBER] = "12345678901";
    assert_fault(KP_K_TICKET, KP_F_TICKET_EXPIRES);
    record.field[KP_F_TICKET_EXPIRES] = "20260331";
    assert_sound();
}

static void characters__outside_cp932__are_refused_by_field_and_item(void **state UNUSED)
{
    record.field[KP_F_ADDRESS] = "東京都𠮟町";
    assert_fault(KP_K_OUTSIDE_CP932, KP_F_ADDRESS);
    assert_string_equal(findings.first->value, "U+20B9F"); /* told only where values may be shown */
    assert_null(findings.first->args[0]);
    record.field[KP_F_ADDRESS] = "東京都髙﨑町①"; /* of CP932, though not of JIS X 0208 */
    assert_sound();
    set_item("9N056160400000049", "胃炎😀");
    check();
    assert_int_equal(findings.first->code, KP_K_OUTSIDE_CP932);
    assert_string_equal(findings.first->field, kp_item_find(&tables, "9N056160400000049")->label);
    assert_string_equal(findings.first->value, "U+1F600");
    assert_null(findings.first->next);
}

static void characters__of_what_is_never_sent__do_not_matter(void **state UNUSED)
{
    record.field[KP_F_NAME] = "𠮷田";
    record.field[KP_F_EMPLOYEE_ID] = "😀";
    assert_sound();
}

static void judgement_and_doctor__neither_stands_alone(void **state UNUSED)
{
    static const char *const pairs[][2] = {{"9N511000000000049", "9N516000000000049"},
                                           {"9N521000000000049", "9N526000000000049"},
                                           {"9N531000000000049", "9N536000000000049"},
                                           {"9N541000000000049", "9N546000000000049"}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        for (size_t alone = 0; alone < 2; alone++) {
            assert_int_equal(fresh(NULL), 0);
            set_item(pairs[i][alone], "あ");
            check();
            assert_int_equal(findings.first->code, KP_K_JUDGEMENT_PAIR);
            assert_string_equal(findings.first->field, kp_item_find(&tables, pairs[i][alone])->label);
            assert_string_equal(findings.first->args[0], kp_item_find(&tables, pairs[i][1 - alone])->label);
            assert_null(findings.first->next);
            set_item(pairs[i][1 - alone], "い");
            assert_sound();
        }
}

/* What is too long is there, and nobody is to fill it in. */
static void judgement_and_doctor__one_too_long__is_not_called_missing(void **state UNUSED)
{
    static const char *const pair[] = {"9N511000000000049", "9N516000000000049"};
    for (size_t i = 0; i < COUNT(pair); i++) {
        assert_int_equal(fresh(NULL), 0);
        set_item(pair[i], "異常なし");
        findings = (struct kp_findings){.arena = &scratch};
        kp_findings_add(&findings, KP_K_TOO_LONG, kp_item_find(&tables, pair[1 - i])->label, NULL, "64");
        kp_check_fields(&tables, &record, AS_OF, &findings);
        assert_int_equal(findings.first->code, KP_K_TOO_LONG);
        assert_null(findings.first->next);
    }
}

static void judgement__code_or_words__either_is_enough_for_the_doctor(void **state UNUSED)
{
    set_item("9N586000000000049", "医師"); /* of the lung examination: a code and a free text lean on it */
    check();
    assert_int_equal(findings.first->code, KP_K_JUDGEMENT_PAIR);
    set_item("9N581161400000049", "異常なし");
    assert_sound();
    set_item("9N581161400000049", NULL);
    set_item("9N581161300000011", "2");
    assert_sound();
}

static void several_faults__all_are_found(void **state UNUSED)
{
    record.field[KP_F_NAME_KANA] = "";
    record.field[KP_F_INSURER_NUMBER] = "06139464";
    record.exam = (struct kp_date){2026, 1, 1};
    check();
    size_t n = 0;
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        n++;
    assert_int_equal(n, 3);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_record__nothing_is_found),
        TEST(required_value__missing__is_k4001_with_its_field),
        TEST(other_fields__empty__are_fine),
        TEST(field__already_refused__is_not_reported_twice),
        TEST(insurer_number__check_digit_and_prefix__are_looked_at),
        TEST(facility_number__false_check_digit__is_only_a_warning),
        TEST(exam_date__after_the_day_of_disclosure__is_refused),
        TEST(birth_date__after_the_exam_or_120_years_before__is_refused),
        TEST(membership__end_before_its_beginning__is_refused),
        TEST(ticket__without_expiry__is_refused),
        TEST(characters__outside_cp932__are_refused_by_field_and_item),
        TEST(characters__of_what_is_never_sent__do_not_matter),
        TEST(judgement_and_doctor__neither_stands_alone),
        TEST(judgement_and_doctor__one_too_long__is_not_called_missing),
        TEST(judgement__code_or_words__either_is_enough_for_the_doctor),
        TEST(several_faults__all_are_found),
    };
    return cmocka_run_group_tests_name("validate", tests, load_tables, free_tables);
}
