/* The personal attributes of a record and what is known of each. */
#pragma once

#include <stdbool.h>

enum kp_field {
    KP_F_EMPLOYEE_ID,
    KP_F_INSURER_NUMBER,
    KP_F_INSURED_SYMBOL,
    KP_F_INSURED_NUMBER,
    KP_F_INSURED_BRANCH,
    KP_F_QUALIFICATION,
    KP_F_MEMBER_FROM,
    KP_F_MEMBER_TO,
    KP_F_NAME_KANA,
    KP_F_NAME,
    KP_F_SEX,
    KP_F_BIRTH_DATE,
    KP_F_POSTAL_CODE,
    KP_F_ADDRESS,
    KP_F_EXAM_DATE,
    KP_F_FACILITY_NUMBER,
    KP_F_FACILITY_NAME,
    KP_F_FACILITY_POSTAL_CODE,
    KP_F_FACILITY_ADDRESS,
    KP_F_FACILITY_PHONE,
    KP_F_TICKET_NUMBER,
    KP_F_TICKET_EXPIRES,
    KP_F_REPORT_CATEGORY,
    KP_F_PROGRAMME,
    KP_F_WORKPLACE,
    KP_F_FASTING, /* "fasting" or "casual": decides between the items of a meal pair */
    KP_F_EXAM_KIND,
    KP_F_EXAM_COURSE, /* what it was called; searched for kinds that the duty does not cover */
    KP_F__COUNT
};

struct kp_field_info {
    const char *name;   /* in mapping files, registers and diagnostics */
    const char *header; /* of a required field: a header that is recognised, to suggest; else NULL */
    bool required;      /* a record without it is rejected */
    bool disclosed;     /* written into documents; the others never leave the employer */
    bool is_date;
    bool of_facility; /* the configuration may supply it */
};

extern const struct kp_field_info kp_fields[KP_F__COUNT];

const char *kp_field_name(enum kp_field field);
bool kp_field_find(const char *name, enum kp_field *ret_field);
