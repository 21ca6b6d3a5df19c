/* The answer to a person who asks what was disclosed about them (APPI art. 33 (5)): day, recipient, ground
 * with its article, items by name. Nothing about anybody else. */
#pragma once

#include "log/audit_output.h"

struct kp_audit_sheet {
    struct kp_context *ctx;
    struct kp_audit_output *out;
    struct kp_arena scratch;
    struct kp_buf text;
    char *person;         /* birth date and sex of the first entry; NULL: none yet */
    const char *employee; /* "": unknown */
    const char *name;
};

#define KP_SHEET_COLUMNS "disclosed_on,recipient_number,recipient,exam_date,ground,provisions,items"

/* Refuses entries of a second person. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_sheet_check(struct kp_audit_sheet *sheet, const char *const *cells);
/* Begins the answer: whom it is for. */
void kp_sheet_begin(struct kp_audit_sheet *sheet);
/* Writes a row for each ground of a disclosure. Reports KP_E_SYSTEM. */
enum kp_status kp_sheet_print(struct kp_audit_sheet *sheet, const char *const *cells);
void kp_sheet_release(struct kp_audit_sheet *sheet);
