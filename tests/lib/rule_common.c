#include "rule_common.h"

enum kp_ground ground[MOST_ITEMS];
struct the_case the;

int set_up_rule(void **state)
{
    return load_tables(state) == 0 && tables.n_items <= MOST_ITEMS ? 0 : -1;
}

bool cut_tables(const char *const *codes, size_t n, struct kp_item *items, struct kp_tables *ret)
{
    *ret = tables;
    ret->items = items;
    ret->n_items = n;
    ret->item_by_code = (struct kp_map){0};
    for (size_t i = 0; i < n; i++) {
        const struct kp_item *item = kp_item_find(&tables, codes[i]);
        if (!item || kp_map_put(&ret->item_by_code, &arena, codes[i], (uint32_t)i) != KP_MAP_ADDED)
            return false;
        items[i] = *item;
        int *const links[] = {&items[i].author_item, &items[i].text_item, &items[i].reason_item};
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

struct kp_date day(const char *iso)
{
    struct kp_date date = {0};
    if (*iso)
        assert_true(kp_date_parse_iso(iso, &date));
    return date;
}

int make_the_case(void **state)
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

struct kp_consent *give_consent(const char *items)
{
    assert_true(the.c.n_consents < COUNT(the.consents));
    struct kp_consent *consent = &the.consents[the.c.n_consents];
    *consent = (struct kp_consent){.id = "C1", .recipient = "*", .items = items, .given = day("2025-06-01")};
    the.list[the.c.n_consents++] = consent;
    return consent;
}

size_t the_item(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    assert_non_null(item);
    return (size_t)(item - tables.items);
}

enum kp_ground the_ground(const char *code)
{
    return ground[the_item(code)];
}

struct kp_decision the_decision(void)
{
    struct kp_decision d = {.ground = ground};
    kp_decide(&tables, &the.policy, &the.c, &d);
    return d;
}

const char *the_outcome(void)
{
    struct kp_decision d = the_decision();
    assert_int_equal(d.basis != NULL, d.reason == KP_HOLD_NONE);
    assert_int_equal(d.n_released > 0, d.reason == KP_HOLD_NONE);
    for (size_t i = 0; i < tables.n_items; i++)
        assert_true(d.basis || ground[i] == KP_GROUND_WITHHELD);
    return d.basis ? d.basis->id : kp_reason_names[d.reason];
}
