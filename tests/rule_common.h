/* What both programs that test the rule need: the tables, room for the grounds of a decision, and short words. */
#ifndef KP_TEST_RULE_COMMON_H
#define KP_TEST_RULE_COMMON_H

#include "tables.h"

#include "rule.h"

enum { ELDERLY = 1 << KP_ROUTE_ELDERLY, HEALTH = 1 << KP_ROUTE_HEALTH };
enum { EVERYBODY = (1 << KP_BAND__COUNT) - 1, MOST_ITEMS = 400 };

static enum kp_ground ground[MOST_ITEMS];

static inline int set_up(void **state)
{
    return load_tables(state) == 0 && tables.n_items <= MOST_ITEMS ? 0 : -1;
}

static inline struct kp_date day(const char *iso)
{
    struct kp_date date = {0};
    if (*iso)
        assert_true(kp_date_parse_iso(iso, &date));
    return date;
}

#endif
