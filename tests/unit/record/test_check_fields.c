/* Required fields, numbers, dates, characters. */
#include "record_case.h"

#include "record/check_fields.h"

static const struct kp_date AS_OF = {2025, 11, 20};

static void check(void)
{
    findings = (struct kp_findings){.arena = &scratch};
    kp_check_fields(&record, AS_OF, &findings);
    assert_false(scratch.failed);
}

static void assert_sound(void)
{
    check();
    assert_null(findings.first);
}

static void assert_fault(enum kp_code code, enum kp_field field)
{
    check();
    assert_one_finding(code, kp_field_name(field), NULL);
}

static void sound_record__has_no_findings(void **state UNUSED)
{
    assert_sound();
}

static void required_field__empty__is_value_missing(void **state UNUSED)
{
    static const enum kp_field required[] = {
        KP_F_INSURER_NUMBER,  KP_F_INSURED_NUMBER, KP_F_NAME_KANA, KP_F_SEX,
        KP_F_BIRTH_DATE,      KP_F_POSTAL_CODE,    KP_F_ADDRESS,   KP_F_EXAM_DATE,
        KP_F_FACILITY_NUMBER, KP_F_FACILITY_NAME};
    for (size_t i = 0; i < COUNT(required); i++) {
        assert_int_equal(new_record(NULL), 0);
        record.field[required[i]] = "";
        assert_fault(KP_K_VALUE_MISSING, required[i]);
    }
}

static void symbol__empty__has_no_finding(void **state UNUSED)
{
    record.field[KP_F_INSURED_SYMBOL] = "";
    assert_sound();
}

static void field__already_refused__is_not_missing(void **state UNUSED)
{
    record.field[KP_F_SEX] = "";
    kp_findings_add(&findings, KP_K_SEX, "sex", "x");
    kp_check_fields(&record, AS_OF, &findings);
    assert_int_equal(findings.first->code, KP_K_SEX);
    assert_null(findings.first->next);
}

static void insurer_number__wrong__is_a_finding(void **state UNUSED)
{
    record.field[KP_F_INSURER_NUMBER] = "06139464";
    assert_fault(KP_K_INSURER_CHECK_DIGIT, KP_F_INSURER_NUMBER);
    record.field[KP_F_INSURER_NUMBER] = "99999997"; /* correct check digit, unknown scheme */
    assert_fault(KP_K_INSURER_PREFIX, KP_F_INSURER_NUMBER);
    assert_string_equal(findings.first->args[0], "99");
    record.field[KP_F_INSURER_NUMBER] = "00280081";
    assert_sound();
}

static void facility_number__wrong_check_digit__is_a_warning(void **state UNUSED)
{
    struct kp_diag diag = {.catalogue = &catalogue};
    record.field[KP_F_FACILITY_NUMBER] = "2813300115";
    assert_fault(KP_K_FACILITY_CHECK_DIGIT, KP_F_FACILITY_NUMBER);
    assert_int_equal(kp_diag_worst(&diag, &findings), KP_LEVEL_WARN);
    record.field[KP_F_FACILITY_NUMBER] = "1310438796"; /* Tokyo: check digit over seven digits */
    assert_sound();
}

static void exam_date__after_disclosure__is_refused(void **state UNUSED)
{
    record.exam = AS_OF;
    assert_sound();
    record.exam = (struct kp_date){2025, 11, 21};
    assert_fault(KP_K_EXAM_IN_FUTURE, KP_F_EXAM_DATE);
}

static void birth_date__after_exam_or_over_120_years__is_refused(void **state UNUSED)
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

static void membership__ends_before_it_begins__is_refused(void **state UNUSED)
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

static void characters__outside_cp932__are_refused(void **state UNUSED)
{
    record.field[KP_F_ADDRESS] = "東京都𠮟町";
    assert_fault(KP_K_OUTSIDE_CP932, KP_F_ADDRESS);
    assert_string_equal(findings.first->value, "U+20B9F"); /* personal, so not an argument */
    assert_null(findings.first->args[0]);
    record.field[KP_F_ADDRESS] = "東京都髙﨑町①"; /* in CP932, not in JIS X 0208 */
    assert_sound();
    set(HISTORY_TEXT, "胃炎😀");
    check();
    assert_one_finding(KP_K_OUTSIDE_CP932, item_of(HISTORY_TEXT)->label, NULL);
    assert_string_equal(findings.first->value, "U+1F600");
}

static void characters__of_internal_fields__are_not_checked(void **state UNUSED)
{
    record.field[KP_F_NAME] = "𠮷田";
    record.field[KP_F_EMPLOYEE_ID] = "😀";
    assert_sound();
}

static void judgement_and_doctor__one_alone__is_a_finding(void **state UNUSED)
{
    static const char *const pairs[][2] = {{JUDGEMENT, DOCTOR},
                                           {"9N521000000000049", "9N526000000000049"},
                                           {"9N531000000000049", "9N536000000000049"},
                                           {"9N541000000000049", "9N546000000000049"}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        for (size_t alone = 0; alone < 2; alone++) {
            assert_int_equal(new_record(NULL), 0);
            set(pairs[i][alone], "あ");
            check();
            assert_one_finding(KP_K_JUDGEMENT_PAIR, item_of(pairs[i][alone])->label,
                               item_of(pairs[i][1 - alone])->label);
            set(pairs[i][1 - alone], "い");
            assert_sound();
        }
}

static void judgement_and_doctor__one_refused__is_not_missing(void **state UNUSED)
{
    static const char *const pair[] = {JUDGEMENT, DOCTOR};
    for (size_t i = 0; i < COUNT(pair); i++) {
        assert_int_equal(new_record(NULL), 0);
        set(pair[i], "異常なし");
        findings = (struct kp_findings){.arena = &scratch};
        kp_findings_add(&findings, KP_K_TOO_LONG, item_of(pair[1 - i])->label, NULL, "64");
        kp_check_fields(&record, AS_OF, &findings);
        assert_int_equal(findings.first->code, KP_K_TOO_LONG);
        assert_null(findings.first->next);
    }
}

static void doctor__judgement_by_code_or_words__is_complete(void **state UNUSED)
{
    set("9N586000000000049", "医師"); /* lung examination: has a code and a text judgement */
    check();
    assert_int_equal(findings.first->code, KP_K_JUDGEMENT_PAIR);
    set("9N581161400000049", "異常なし");
    assert_sound();
    set("9N581161400000049", NULL);
    set("9N581161300000011", "2");
    assert_sound();
}

static void several_faults__each_has_a_finding(void **state UNUSED)
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

static void late_stage__number__has_8_digits_of_either_width(void **state UNUSED)
{
    static const struct {
        const char *number;
        bool sound;
    } cases[] = {{"41000001", true},
                 {"４１０００００１", true},
                 {"4100001", false},
                 {"410000012", false},
                 {"4100000A", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        findings = (struct kp_findings){.arena = &scratch};
        record.field[KP_F_INSURER_NUMBER] = "39289004";
        record.field[KP_F_INSURED_NUMBER] = cases[i].number;
        kp_check_fields(&record, AS_OF, &findings);
        assert_int_equal(finding(KP_K_LATE_STAGE_CARD) == NULL, cases[i].sound);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, new_record)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(late_stage__number__has_8_digits_of_either_width),
        TEST(sound_record__has_no_findings),
        TEST(required_field__empty__is_value_missing),
        TEST(symbol__empty__has_no_finding),
        TEST(field__already_refused__is_not_missing),
        TEST(insurer_number__wrong__is_a_finding),
        TEST(facility_number__wrong_check_digit__is_a_warning),
        TEST(exam_date__after_disclosure__is_refused),
        TEST(birth_date__after_exam_or_over_120_years__is_refused),
        TEST(membership__ends_before_it_begins__is_refused),
        TEST(ticket__without_expiry__is_refused),
        TEST(characters__outside_cp932__are_refused),
        TEST(characters__of_internal_fields__are_not_checked),
        TEST(judgement_and_doctor__one_alone__is_a_finding),
        TEST(judgement_and_doctor__one_refused__is_not_missing),
        TEST(doctor__judgement_by_code_or_words__is_complete),
        TEST(several_faults__each_has_a_finding),
    };
    return cmocka_run_group_tests_name("check_fields", tests, load_tables, free_tables);
}
