/* schemes.csv, legal_basis.csv and privacy_grounds.csv: the law, by the days on which it applies. */
#pragma once

#include <stdbool.h>

#include "base/date.h"
#include "tables/table_set.h"
#include "kenporter.h"

enum kp_route { KP_ROUTE_ELDERLY, KP_ROUTE_HEALTH, KP_ROUTE_CONSENT };

enum kp_band { KP_BAND_UNDER40, KP_BAND_40TO74, KP_BAND_75PLUS, KP_BAND__COUNT };

extern const char *const kp_route_names[]; /* elderly_act, health_act, consent; NULL at the end */
extern const char *const kp_band_names[];  /* under40, 40to74, 75plus; NULL at the end */

struct kp_basis {
    const char *id;
    enum kp_route route;
    const char *scheme; /* "*": all */
    unsigned bands;     /* bit 1 << enum kp_band */
    const char *law;
    const char *request_provision, *duty_provision, *regulation;
    struct kp_date from, to; /* to unset: open */
    bool allows_requested_items;
};

/* A provision of the Act on the Protection of Personal Information. */
struct kp_privacy_ground {
    const char *ground; /* required_by_law, provision_record */
    const char *provision;
    struct kp_date from, to; /* to unset: open */
};

struct kp_scheme {
    const char *prefix; /* two digits */
    const char *scheme;
    const char *choices; /* of an ambiguous prefix: schemes for the insurer register, space-separated */
    const char *name[2]; /* by enum kp_lang */
};

/* Schemes with rules of their own. */
#define KP_SCHEME_AMBIGUOUS "ambiguous"
#define KP_SCHEME_UNSETTLED "unsettled"
#define KP_SCHEME_KOKI "koki"
#define KP_SCHEME_KOKUHO "kokuho"
#define KP_SCHEME_SENIN "senin"

enum kp_status kp_legal_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns whether the law was read for the tables more than a year before the day. */
bool kp_law_is_old(const struct kp_tables *tables, struct kp_date on);
/* Returns the scheme of an insurer number by its first two digits, or NULL. */
const struct kp_scheme *kp_scheme_of(const struct kp_tables *tables, const char *insurer_number);
/* Returns the provision for a ground on a day, or NULL. */
const char *kp_privacy_provision(const struct kp_tables *tables, const char *ground, struct kp_date day);
