/* The register of consents and refusals. */
#pragma once

#include "law/person.h"
#include "law/register_file.h"

/* NOTICE: implied by a notice in the invitation or at the venue. */
enum kp_consent_kind { KP_CONSENT_EXPLICIT, KP_CONSENT_NOTICE, KP_CONSENT_REFUSAL };

extern const char *const kp_consent_kind_names[]; /* explicit, notice, refusal; NULL at the end */

struct kp_consent {
    const char *id;
    struct kp_person who;
    const char *recipient; /* insurer number, or "*" */
    const char *items;     /* codes, "other" or "all", separated by spaces */
    enum kp_consent_kind kind;
    const char *evidence;
    struct kp_date given, withdrawn;
    struct kp_date exam_from, exam_to; /* the examinations it is about; unset: open */
    size_t row;                        /* a number of its own, below that of all rows */
    const struct kp_consent *next;     /* under the same key, in the order of their ids */
};

/* Of a long register (law/consent_index.h). */
struct kp_consent_index {
    struct kp_register shape; /* how its rows are read */
    int fd;
    struct kp_buf places;
};

struct kp_consent_register {
    size_t n;
    struct kp_original original;
    struct kp_consent_index *index; /* NULL: all rows are in memory */
    const struct kp_consent *list;
    struct kp_map by_person; /* kp_person_key by employee id, else by card -> index of the first */
};

#define KP_CONSENT_COLUMNS                                                                                   \
    "consent_id employee_id insurer_number insured_symbol insured_number insured_branch recipient items "    \
    "kind given_on withdrawn_on evidence"
#define KP_CONSENT_OPTIONAL "name_kana birth_date exam_from exam_to"

/* Reads a row, checking everything but whether its id is unique. ids, if given, receives the employee id. */
void kp_consent_read(struct kp_register *r, size_t row, struct kp_map *ids, struct kp_consent *consent);
/* Returns whether the row is about the person. A refusal also counts if it lacks leading zeros of the id. */
bool kp_consent_fits(const struct kp_consent *consent, const struct kp_person *record);
/* Returns the key under which a row is filed: with an employee id that alone, the rest is compared on use.
 * NULL for a row that names nobody, or if memory is short. */
char *kp_consent_key(struct kp_arena *arena, const struct kp_person *who);

/* Reads the register. ids receives the employee ids. Reports as kp_registers_load. */
enum kp_status kp_consents_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                                struct kp_consent_register *ret_consents);
