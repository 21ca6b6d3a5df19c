/* Which of the employee ids that the registers name are borne by two different people of the run: other birth
 * date, sex or kana name. Such an id alone proves nothing for either. Its memory grows with the ids
 * that both name. */
#pragma once

#include "tables/context.h"
#include "law/registers.h"
#include "record/record.h"

struct kp_bearers {
    const struct kp_registers *registers;
    struct kp_map ids;  /* employee id -> number */
    struct kp_buf list; /* of struct bearer, by number */
};

void kp_bearers_init(struct kp_bearers *bearers, const struct kp_registers *registers);
void kp_bearers_release(struct kp_bearers *bearers);
/* Adds the person of a record; unknown facts contradict nothing. Reports KP_E_SYSTEM. */
enum kp_status kp_bearers_add(struct kp_bearers *bearers, struct kp_context *ctx,
                              const struct kp_record *record);
/* Returns whether two people bear the id. */
bool kp_bearers_share(const struct kp_bearers *bearers, const char *employee_id);
