#include "support.h"

#include "tables/fields.h"

static void field_names__every_field__lead_back(void **state UNUSED)
{
    enum kp_field field = KP_F__COUNT;
    for (unsigned i = 0; i < KP_F__COUNT; i++) {
        assert_true(kp_field_find(kp_field_name((enum kp_field)i), &field));
        assert_int_equal(field, i);
    }
    assert_true(kp_field_find("birth_date", &field));
    assert_int_equal(field, KP_F_BIRTH_DATE);
    assert_false(kp_field_find("Birth_date", &field));
    assert_false(kp_field_find("", &field));
    assert_int_equal(field, KP_F_BIRTH_DATE);
}

static void fields__required__have_a_header_and_are_disclosed(void **state UNUSED)
{
    size_t n_required = 0;
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        const struct kp_field_info *f = &kp_fields[i];
        assert_true(f->required == (f->header != NULL));
        assert_true(f->disclosed || !f->required);
        n_required += f->required;
    }
    assert_int_equal(n_required, 10);
}

static void fields__kept_by_the_employer__are_these(void **state UNUSED)
{
    static const enum kp_field kept[] = {KP_F_EMPLOYEE_ID, KP_F_NAME,      KP_F_MEMBER_FROM, KP_F_MEMBER_TO,
                                         KP_F_FASTING,     KP_F_EXAM_KIND, KP_F_EXAM_COURSE, KP_F_WORKPLACE};
    size_t n_kept = 0;
    for (size_t i = 0; i < COUNT(kept); i++)
        assert_false(kp_fields[kept[i]].disclosed);
    for (size_t i = 0; i < KP_F__COUNT; i++)
        n_kept += !kp_fields[i].disclosed;
    assert_int_equal(n_kept, COUNT(kept));
}

static void fields__dates_and_facility__are_marked(void **state UNUSED)
{
    size_t n_dates = 0, n_facility = 0;
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        n_dates += kp_fields[i].is_date;
        n_facility += kp_fields[i].of_facility;
        assert_int_equal(kp_fields[i].of_facility, strncmp(kp_fields[i].name, "facility_", 9) == 0);
    }
    assert_int_equal(n_dates, 5);
    assert_int_equal(n_facility, 5);
    assert_true(kp_fields[KP_F_TICKET_EXPIRES].is_date && kp_fields[KP_F_MEMBER_TO].is_date);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_names__every_field__lead_back),
        cmocka_unit_test(fields__required__have_a_header_and_are_disclosed),
        cmocka_unit_test(fields__kept_by_the_employer__are_these),
        cmocka_unit_test(fields__dates_and_facility__are_marked),
    };
    return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
