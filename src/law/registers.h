/* The employer's registers of requests, consents and insurers. They are read strictly: a fault stops the run
 * before anything is decided. */
#pragma once

#include "law/consents.h"
#include "law/facilities.h"
#include "law/insurers.h"
#include "law/requests.h"

struct kp_registers {
    struct kp_request_register requests;
    struct kp_consent_register consents;
    struct kp_insurer_register insurers;
    struct kp_map employee_ids; /* that a short register or a list of persons names */
};

/* Reads the registers into the arena of the context. Insurers without a sender number get sender_number.
 * Reports KP_E_USAGE, with file, line and column, and KP_E_SYSTEM. */
enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers);

/* Frees what a long register holds. Safe on zeroed registers, and twice. */
void kp_registers_close(struct kp_registers *registers);

/* Returns whether a register or a list of persons may name the employee id. */
bool kp_registers_name(const struct kp_registers *registers, const char *employee_id);
/* Return the first request of an insurer, the first consent under a key (kp_person_key), the row of an
 * insurer, or NULL. Consents of a long register are read again into the arena, which fails if they cannot be.
 */
const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number);
const struct kp_consent *kp_consents_of(const struct kp_registers *registers, struct kp_arena *arena,
                                        const char *person_key);
const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number);
