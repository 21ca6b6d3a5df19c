/* judgement_limits.csv and periodic.csv: limits of the judgements, parts of the periodic check. */
#pragma once

#include <stdbool.h>

#include "base/decimal.h"
#include "tables/table_set.h"
#include "kenporter.h"

/* The limits of メタボリックシンドローム判定 and 保健指導レベル. */
enum kp_limit {
    KP_LIMIT_VISCERAL_FAT,
    KP_LIMIT_WAIST_MALE,
    KP_LIMIT_WAIST_FEMALE,
    KP_LIMIT_BMI,
    KP_LIMIT_SYSTOLIC,
    KP_LIMIT_DIASTOLIC,
    KP_LIMIT_TG,
    KP_LIMIT_CASUAL_TG,
    KP_LIMIT_HDL,
    KP_LIMIT_METABOLIC_GLUCOSE,
    KP_LIMIT_METABOLIC_HBA1C,
    KP_LIMIT_GUIDANCE_GLUCOSE,
    KP_LIMIT_GUIDANCE_HBA1C,
    KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE,
    KP_LIMIT__COUNT
};

struct kp_judgement_limit {
    const char *items; /* prefix of the item codes */
    bool below;        /* numbers below the limit count, else those at or above it */
    struct kp_decimal limit;
};

/* A part of the periodic check (安衛則44条) and the ages at which the doctor may omit it. */
struct kp_periodic {
    const char *name;
    const char *items;       /* prefixes of item codes, separated by spaces: one is enough */
    int omit_below;          /* may be omitted below this age; 0: never */
    const char *but_not_at;  /* ages below omit_below at which it may not, separated by spaces */
    struct kp_date from, to; /* exam days on which it belongs to the check; unset: open */
};

/* Need the items. */
enum kp_status kp_limits_load(struct kp_tablefile *f, struct kp_tables *tables);
enum kp_status kp_periodic_load(struct kp_tablefile *f, struct kp_tables *tables);
