/*
 * The three registers an employer keeps: who requested what, who consented to what, who the insurers are.
 * Read strictly: one wrong row stops the run before anything is decided. Layer 7.
 */
#ifndef KP_REGISTERS_H
#define KP_REGISTERS_H

#include "tables/context.h"

struct kp_request {
    const char *id;
    const char *insurer_number;
    struct kp_date received;
    unsigned routes;                   /* bit 1 << enum kp_route: the provisions it cites */
    struct kp_date exam_from, exam_to; /* unset: open */
    unsigned bands;                    /* bit 1 << enum kp_band */
    const char *items;                 /* extra items asked for, codes separated by spaces */
    struct kp_date valid_until, withdrawn;
    const struct kp_request *next; /* of the same insurer, in the order of the register */
};

struct kp_consent {
    const char *id;
    const char *employee_id; /* "" when the person is named by number alone */
    const char *insured;   /* key of insurer, symbol, number and branch; "" when named by employee id alone */
    const char *recipient; /* insurer number, or "*" */
    const char *items;     /* codes, "other" or "all" */
    bool notice;           /* implied consent by notice instead of explicit */
    const char *evidence;
    struct kp_date given, withdrawn;
    const struct kp_consent *next; /* of the same person, in the order of the register */
};

enum kp_symbol_width { KP_WIDTH_AS_GIVEN, KP_WIDTH_HALF, KP_WIDTH_FULL };

struct kp_insurer {
    const char *number;
    const char *name, *address, *representative;
    const char *scheme; /* resolves an ambiguous prefix; "" otherwise */
    const char *sender_number;
    const char *interaction_type, *service_event;
    const char *report_40to74, *programme_40to74, *report_under40, *programme_under40, *section_under40;
    enum kp_symbol_width symbol_width;
    uint64_t max_documents; /* in one bundle; 0: no limit of its own */
};

struct kp_registers {
    const struct kp_request *requests;
    size_t n_requests;
    struct kp_map request_by_insurer; /* -> index of the first */
    const struct kp_consent *consents;
    size_t n_consents;
    struct kp_map consent_by_person; /* -> index of the first; keys of kp_person_key */
    const struct kp_insurer *insurers;
    size_t n_insurers;
    struct kp_map insurer_by_number;
};

/* Reads the registers. An insurer's row without a sender number gets sender_number. Reports failures with
 * file and line: KP_E_USAGE, KP_E_SYSTEM. */
enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers);

/* First request of the insurer, or NULL. */
const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number);
/* First consent filed under that key, or NULL. */
const struct kp_consent *kp_consents_of(const struct kp_registers *registers, const char *person_key);
/* Can results go out under this pair of codes? 10 (特定健診) takes only 010 and what may count as such (020,
 * 030); 19, 49 (deletions) and 100 (guidance) are no results. Of ages nothing is said. */
bool kp_categories_fit(const char *report, const char *programme);
/* The insurer's row, or NULL. */
const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number);

/* How a person is found among the consents: by employee id, or by the numbers of the insurance card. NULL
 * when memory is short. */
char *kp_employee_key(struct kp_arena *arena, const char *employee_id);
char *kp_insured_key(struct kp_arena *arena, const char *insurer, const char *symbol, const char *number,
                     const char *branch);

#endif
