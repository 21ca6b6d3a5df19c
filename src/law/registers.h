/* The employer's registers of requests, consents, insurers and examining institutions. They are read
 * strictly: one wrong row stops the run before anything is decided. */
#pragma once

#include "tables/context.h"

struct kp_request {
    const char *id;
    const char *insurer_number;
    struct kp_date received;
    unsigned routes;                   /* bit 1 << enum kp_route: the provisions it cites */
    struct kp_date exam_from, exam_to; /* unset: open */
    unsigned bands;                    /* bit 1 << enum kp_band */
    const char *items;                 /* further item codes it lists, separated by spaces */
    struct kp_date valid_until, withdrawn;
    const struct kp_request *next; /* of the same insurer, in the order of the register */
};

struct kp_consent {
    const char *id;
    const char *employee_id; /* "": the person is identified by the insurance card alone */
    const char *insured;     /* kp_insured_key; "": identified by employee id alone */
    const char *recipient;   /* insurer number, or "*" */
    const char *items;       /* codes, "other" or "all", separated by spaces */
    bool notice;             /* implied consent after a notice, not explicit */
    const char *evidence;
    struct kp_date given, withdrawn;
    const struct kp_consent *next; /* of the same person, in the order of the register */
};

enum kp_symbol_width { KP_WIDTH_AS_GIVEN, KP_WIDTH_HALF, KP_WIDTH_FULL };

/* Characters that an insurer's symbols or numbers may have; most 0: any. */
struct kp_lengths {
    unsigned least, most;
};

struct kp_insurer {
    const char *number;
    const char *name, *address, *representative;
    const char *scheme; /* settles an ambiguous prefix; else "" or the scheme of the prefix */
    const char *sender_number;
    const char *interaction_type, *service_event;
    const char *report_40to74, *programme_40to74, *report_under40, *programme_under40, *section_under40;
    enum kp_symbol_width symbol_width;
    uint64_t max_documents; /* in one bundle; 0: no limit of its own */
    struct kp_lengths symbol_length, number_length;
    bool keeps_detailed; /* detailed tests without their reason stay in section 01010 */
};

/* A register as it was read. */
struct kp_original {
    const char *bytes; /* in the arena of the context; NULL: there is none */
    size_t n;
};

enum { KP_REGISTER_REQUESTS, KP_REGISTER_CONSENTS, KP_REGISTER_INSURERS, KP_REGISTER__COUNT };

struct kp_registers {
    struct kp_original originals[KP_REGISTER__COUNT];
    const struct kp_request *requests;
    size_t n_requests;
    struct kp_map request_by_insurer; /* -> index of the insurer's first request */
    const struct kp_consent *consents;
    size_t n_consents;
    struct kp_map consent_by_person; /* kp_employee_key, else kp_insured_key -> index of the first consent */
    const struct kp_insurer *insurers;
    size_t n_insurers;
    struct kp_map insurer_by_number;
};

/* The examining institutions that complete a row. */
struct kp_facilities {
    struct kp_org own; /* of the configuration: its members may be NULL */
    const struct kp_org *list;
    struct kp_map by_number;
    struct kp_original original;
};

/* Reads the register of institutions; path may be NULL. Reports as kp_registers_load. */
enum kp_status kp_facilities_load(struct kp_context *ctx, const char *path, struct kp_facilities *facilities);
/* Returns the institution with that number of 10 digits, or NULL. */
const struct kp_org *kp_facility_of(const struct kp_facilities *facilities, const char *number);

/* Reads the registers into the arena of the context. Insurers without a sender number get sender_number.
 * Reports KP_E_USAGE, with file, line and column, and KP_E_SYSTEM. */
enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers);

/* Return the first request of an insurer, the first consent under a key, the row of an insurer, or NULL. */
const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number);
const struct kp_consent *kp_consents_of(const struct kp_registers *registers, const char *person_key);
const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number);

/* Returns whether results may be sent under this 報告区分 and プログラム種別, whatever the age: 10 (特定健診)
 * takes only 010, 020 and 030; 19, 49 (deletions) and 100 (guidance) are not results. */
bool kp_categories_fit(const char *report, const char *programme);

/* Return the key of a person among the consents. NULL when memory is short; do not report. */
char *kp_employee_key(struct kp_arena *arena, const char *employee_id);
char *kp_insured_key(struct kp_arena *arena, const char *insurer, const char *symbol, const char *number,
                     const char *branch);
