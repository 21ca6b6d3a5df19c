/* Identifiers of the V08 standard that reader, writer and archive share. */
#pragma once

#include "base/date.h"
#include "base/scan.h"

#define KP_OID "1.2.392.200119.6."
#define KP_OID_INSURER KP_OID "101"
#define KP_OID_FACILITY KP_OID "102"
#define KP_OID_SYMBOL KP_OID "204"
#define KP_OID_NUMBER KP_OID "205"
#define KP_OID_QUALIFICATION KP_OID "206"
#define KP_OID_TICKET_KIND KP_OID "208"
/* The insurer's number follows these two. */
#define KP_OID_TICKET KP_OID "209.1"
#define KP_OID_GUIDANCE_TICKET KP_OID "210.1"
#define KP_OID_BRANCH KP_OID "211"
#define KP_OID_REPORT KP_OID "1001"
#define KP_OID_PROGRAMME KP_OID "1002"
#define KP_OID_ITEM KP_OID "1005"
#define KP_OID_SECTION KP_OID "1010"
#define KP_OID_SEX KP_OID "1104"
/* HL7's ObservationInterpretation: L and H beside a value at the limit of the input range. */
#define KP_OID_LIMIT "2.16.840.1.113883.5.83"

#define KP_CDA_NAMESPACE "urn:hl7-org:v3"
#define KP_INDEX_NAMESPACE "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html"
#define KP_CDA_SCHEMA "hc08_V08.xsd"
#define KP_INDEX_SCHEMA "ix08_V08.xsd"
#define KP_INDEX_FILE "ix08_V08.xml"

/* No part of the standard: what shows that an archive was made by prepare, and how its name ends. */
#define KP_PREPARATION_MARK "PREPARATION"
#define KP_PREPARED ".prepared"

#define KP_SECTION_CHECK_UP "01010"
#define KP_SECTION_ADDITIONAL "01990" /* 任意追加項目 */

enum { KP_FACILITY_DIGITS = 10, KP_INSURER_DIGITS = 8 };

/* Examinations before April 2013 carry the limit mark without the value. */
static inline bool kp_limit_without_value(struct kp_date exam)
{
    return kp_date_is_set(exam) && kp_date_compare(exam, (struct kp_date){2013, 4, 1}) < 0;
}

/* Returns the date "YYYYMMDD", unset if the text is anything else. */
static inline struct kp_date kp_date_of(const char *text)
{
    struct kp_date day = {0};
    if (kp_is_digits(text, 8))
        (void)kp_date_parse(text, &day, NULL);
    return day;
}
