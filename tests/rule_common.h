/* What the programs that test the rule share: the tables, room for the grounds of a decision, short words,
 * and one case under construction. */
#ifndef KP_TEST_RULE_COMMON_H
#define KP_TEST_RULE_COMMON_H

#include "tables.h"

#include "law/rule.h"

enum { ELDERLY = 1 << KP_ROUTE_ELDERLY, HEALTH = 1 << KP_ROUTE_HEALTH };
enum { EVERYBODY = (1 << KP_BAND__COUNT) - 1, MOST_ITEMS = 400 };

#define ITEM_HEIGHT "9N001000000000001"    /* duty */
#define ITEM_BMI "9N011000000000001"       /* form */
#define ITEM_URIC_ACID "3C020000002327101" /* other */
#define ITEM_X_RAY "9N206160700000011"     /* other */

static enum kp_ground ground[MOST_ITEMS];

/* The case, and what it points to. */
static struct {
    struct kp_case c;
    struct kp_policy policy;
    struct kp_request q;
    struct kp_consent consents[4];
    const struct kp_consent *list[4];
    uint8_t presence[MOST_ITEMS]; /* all absent; counts once the.c.presence points to it */
} the;

static inline int set_up(void **state)
{
    return load_tables(state) == 0 && tables.n_items <= MOST_ITEMS ? 0 : -1;
}

/* A catalogue of n items of the real one, in this order, so that every item takes part in every case. False
 * when one of them is not there, or one of their halves is not among them. */
static inline bool cut_tables(const char *const *codes, size_t n, struct kp_item *items,
                              struct kp_tables *ret)
{
    *ret = tables;
    ret->items = items;
    ret->n_items = n;
    for (size_t i = 0; i < n; i++) {
        const struct kp_item *item = kp_item_find(&tables, codes[i]);
        if (!item)
            return false;
        items[i] = *item;
        int *const links[] = {&items[i].author_item, &items[i].text_item};
        for (size_t k = 0; k < COUNT(links); k++) {
            size_t at = 0;
            while (*links[k] >= 0 && at < n && strcmp(codes[at], tables.items[*links[k]].code) != 0)
                at++;
            if (at == n)
                return false;
            *links[k] = *links[k] < 0 ? -1 : (int)at;
        }
    }
    return true;
}

static inline struct kp_date day(const char *iso)
{
    struct kp_date date = {0};
    if (*iso)
        assert_true(kp_date_parse_iso(iso, &date));
    return date;
}

/* Before every test: a health insurance society, a person of 45, a request under the health Act, no consent.
 */
static inline int make_the_case(void **state)
{
    (void)state;
    memset(&the, 0, sizeof(the));
    the.q = (struct kp_request){
        .id = "R1", .received = day("2022-01-01"), .routes = HEALTH, .bands = EVERYBODY, .items = ""};
    the.c = (struct kp_case){.insurer_number = "06139463",
                             .register_scheme = "",
                             .birth = day("1980-05-01"),
                             .exam = day("2025-06-10"),
                             .on = day("2025-11-20"),
                             .requests = &the.q,
                             .consents = the.list,
                             .recipient_known = true};
    return 0;
}

/* One more consent of the person, to any recipient. */
static inline struct kp_consent *give_consent(const char *items)
{
    assert_true(the.c.n_consents < COUNT(the.consents));
    struct kp_consent *consent = &the.consents[the.c.n_consents];
    *consent = (struct kp_consent){.id = "C1", .recipient = "*", .items = items, .given = day("2025-06-01")};
    the.list[the.c.n_consents++] = consent;
    return consent;
}

static inline size_t the_item(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    assert_non_null(item);
    return (size_t)(item - tables.items);
}

static inline enum kp_ground the_ground(const char *code)
{
    return ground[the_item(code)];
}

static inline struct kp_decision the_decision(void)
{
    struct kp_decision d = {.ground = ground};
    kp_decide(&tables, &the.policy, &the.c, &d);
    return d;
}

/* The id of the basis, or the reason why the record is held. */
static inline const char *the_outcome(void)
{
    struct kp_decision d = the_decision();
    assert_int_equal(d.basis != NULL, d.reason == KP_HOLD_NONE);
    assert_int_equal(d.n_released > 0, d.reason == KP_HOLD_NONE);
    for (size_t i = 0; i < tables.n_items; i++)
        assert_true(d.basis || ground[i] == KP_GROUND_WITHHELD);
    return d.basis ? d.basis->id : kp_reason_names[d.reason];
}

#define the_outcome_is(expected) assert_string_equal(the_outcome(), expected)

/* Height stands for the items of the duty, BMI for those of the form, uric acid for the others. */
#define the_grounds_are(height, bmi, uric_acid)                                                              \
    do {                                                                                                     \
        assert_int_equal(the_ground(ITEM_HEIGHT), height);                                                   \
        assert_int_equal(the_ground(ITEM_BMI), bmi);                                                         \
        assert_int_equal(the_ground(ITEM_URIC_ACID), uric_acid);                                             \
    } while (0)

#endif
