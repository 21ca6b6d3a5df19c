#include "tables/fields.h"

#include <string.h>

#define REQUIRED(text) .header = (text), .required = true
#define DISCLOSED .disclosed = true
#define DATE .is_date = true
#define FACILITY .of_facility = true, .disclosed = true

const struct kp_field_info kp_fields[KP_F__COUNT] = {
    [KP_F_EMPLOYEE_ID] = {.name = "employee_id"},
    [KP_F_INSURER_NUMBER] = {"insurer_number", REQUIRED("保険者番号"), DISCLOSED},
    [KP_F_INSURED_SYMBOL] = {"insured_symbol", DISCLOSED},
    [KP_F_INSURED_NUMBER] = {"insured_number", REQUIRED("被保険者証等番号"), DISCLOSED},
    [KP_F_INSURED_BRANCH] = {"insured_branch", DISCLOSED},
    [KP_F_QUALIFICATION] = {"qualification", DISCLOSED},
    [KP_F_MEMBER_FROM] = {"member_from", DATE},
    [KP_F_MEMBER_TO] = {"member_to", DATE},
    [KP_F_NAME_KANA] = {"name_kana", REQUIRED("カナ氏名"), DISCLOSED},
    [KP_F_NAME] = {.name = "name"},
    [KP_F_SEX] = {"sex", REQUIRED("性別"), DISCLOSED},
    [KP_F_BIRTH_DATE] = {"birth_date", REQUIRED("生年月日"), DISCLOSED, DATE},
    [KP_F_POSTAL_CODE] = {"postal_code", REQUIRED("郵便番号"), DISCLOSED},
    [KP_F_ADDRESS] = {"address", REQUIRED("住所"), DISCLOSED},
    [KP_F_EXAM_DATE] = {"exam_date", REQUIRED("健診実施日"), DISCLOSED, DATE},
    [KP_F_FACILITY_NUMBER] = {"facility_number", REQUIRED("健診機関番号"), FACILITY},
    [KP_F_FACILITY_NAME] = {"facility_name", REQUIRED("健診機関名称"), FACILITY},
    [KP_F_FACILITY_POSTAL_CODE] = {"facility_postal_code", FACILITY},
    [KP_F_FACILITY_ADDRESS] = {"facility_address", FACILITY},
    [KP_F_FACILITY_PHONE] = {"facility_phone", FACILITY},
    [KP_F_TICKET_NUMBER] = {"ticket_number", DISCLOSED},
    [KP_F_TICKET_EXPIRES] = {"ticket_expires", DISCLOSED, DATE},
    [KP_F_REPORT_CATEGORY] = {"report_category", DISCLOSED},
    [KP_F_PROGRAMME] = {"programme", DISCLOSED},
    [KP_F_EXAM_KIND] = {.name = "exam_kind"},
    [KP_F_EXAM_COURSE] = {.name = "exam_course"},
    [KP_F_WORKPLACE] = {.name = "workplace"},
    [KP_F_FASTING] = {.name = "fasting"},
};

const char *kp_field_name(enum kp_field field)
{
    return kp_fields[field].name;
}

bool kp_field_find(const char *name, enum kp_field *ret_field)
{
    for (unsigned i = 0; i < KP_F__COUNT; i++)
        if (strcmp(kp_fields[i].name, name) == 0) {
            *ret_field = (enum kp_field)i;
            return true;
        }
    return false;
}
