/* The legal rule under test: the tables, one case to change and decide, and its grounds. */
#pragma once

#include "tables.h"

#include "law/rule.h"

enum { ELDERLY = 1 << KP_ROUTE_ELDERLY, HEALTH = 1 << KP_ROUTE_HEALTH };
enum { EVERYBODY = (1 << KP_BAND__COUNT) - 1, MOST_ITEMS = 400 };

#define ITEM_HEIGHT "9N001000000000001"    /* duty */
#define ITEM_BMI "9N011000000000001"       /* form */
#define ITEM_URIC_ACID "3C020000002327101" /* other */
#define ITEM_X_RAY "9N206160700000011"     /* other */

/* Grounds of the last decision, by item. */
extern enum kp_ground ground[MOST_ITEMS];

/* The case, and what it points to. */
struct the_case {
    struct kp_case c;
    struct kp_policy policy;
    struct kp_request q;
    struct kp_consent consents[4];
    const struct kp_consent *list[4];
    /* All absent; takes effect once c.presence points to it. */
    uint8_t presence[MOST_ITEMS];
};

extern struct the_case the;

/* Group setup; free_tables is its teardown. */
int set_up_rule(void **state);

/* Makes tables with only these n items, in this order, so that every item takes part in every case. Returns
 * false if an item is missing, or the other half of one of them. */
bool cut_tables(const char *const *codes, size_t n, struct kp_item *items, struct kp_tables *ret);

/* Returns the date; of an empty string the zero date. */
struct kp_date day(const char *iso);

/* Test setup: a health insurance society, a person of 45, a request under the Health Insurance Act, no
 * consent. */
int make_the_case(void **state);

/* Adds a consent of the person, to any recipient, and returns it to be changed. */
struct kp_consent *give_consent(const char *items);

/* Returns the index of an item; fails the test if there is none. */
size_t the_item(const char *code);

/* Returns its ground by the last decision. */
enum kp_ground the_ground(const char *code);

/* Decides the case; the grounds go to `ground`. */
struct kp_decision the_decision(void);

/* Decides the case and returns the id of the basis, or the reason why the record is held. */
const char *the_outcome(void);

#define the_outcome_is(expected) assert_string_equal(the_outcome(), expected)

/* Height represents the items of the duty, BMI those of the form, uric acid the others. */
#define the_grounds_are(height, bmi, uric_acid)                                                              \
    do {                                                                                                     \
        assert_int_equal(the_ground(ITEM_HEIGHT), height);                                                   \
        assert_int_equal(the_ground(ITEM_BMI), bmi);                                                         \
        assert_int_equal(the_ground(ITEM_URIC_ACID), uric_acid);                                             \
    } while (0)
