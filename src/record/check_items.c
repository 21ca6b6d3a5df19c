#include "record/check_items.h"

#include <string.h>

#include "base/status.h"
#include "record/derived.h"

/* Names that go into one finding. */
struct names {
    struct kp_buf text;
    struct kp_findings *findings;
};

static void add_name(struct names *names, const char *name)
{
    kp_buf_printf(&names->text, "%s%s", names->text.len ? ", " : "", name);
}

static void tell_names(struct names *names, enum kp_code code)
{
    if (names->text.len) {
        const char *copy = kp_buf_ok(&names->text)
                               ? kp_arena_strdup(names->findings->arena, kp_buf_text(&names->text))
                               : kp_arena_fail(names->findings->arena);
        kp_findings_add(names->findings, code, NULL, NULL, copy);
    }
    kp_buf_release(&names->text);
}

struct look {
    const struct kp_tables *tables;
    const struct kp_record *record;
    const struct kp_findings *findings;
};

/* Is anything said of the item? What was refused is not missing; its own finding says more. */
static bool stated(const struct look *look, size_t i)
{
    return look->record->values[i].state != KP_VALUE_ABSENT ||
           kp_refused(look->findings, look->tables->items[i].label);
}

/* The same of an item whose code begins so; one that made room for another was measured all the same. */
static bool is_stated(const struct look *look, const char *prefix)
{
    size_t n = strlen(prefix);
    for (size_t i = 0; i < look->tables->n_items; i++)
        if (look->tables->items[i].code[2] == prefix[2] &&
            strncmp(look->tables->items[i].code, prefix, n) == 0 && stated(look, i))
            return true;
    return kp_measured_of(look->tables, look->record, prefix) != NULL;
}

/* --- 特定健診 --- */

#define GLUCOSE_GROUPS "bcd" /* fasting, casual, HbA1c: methods of three tests, of which one is enough */

static bool group_is_stated(const struct look *look, const char *letters)
{
    for (size_t i = 0; i < look->tables->n_items; i++)
        if (strchr(letters, look->tables->items[i].tokutei_need) && stated(look, i))
            return true;
    return false;
}

/* Alternatives by what tells them apart, "内臓脂肪面積・腹囲": how each is measured stands in brackets and
 * does not matter. */
static void add_group(const struct look *look, const char *letters, struct names *names)
{
    const char *last = "";
    add_name(names, "");
    for (size_t i = 0; i < look->tables->n_items; i++) {
        const char *name = look->tables->items[i].name;
        size_t n = strcspn(name, "(");
        bool again = strcspn(last, "(") == n && strncmp(name, last, n) == 0;
        if (again || !strchr(letters, look->tables->items[i].tokutei_need))
            continue;
        kp_buf_printf(&names->text, "%s%.*s", *last ? "・" : "", (int)n, name);
        last = name;
    }
}

/* A finding in words belongs to its flag, which is asked for by itself; the groups of glucose are asked for
 * together. */
static void add_if_missing(const struct look *look, size_t i, struct names *names)
{
    const struct kp_item *items = look->tables->items;
    const char letter[] = {items[i].tokutei_need, '\0'};
    if (*letter == '1' && items[i].depends_on < 0 && !stated(look, i))
        add_name(names, items[i].name);
    if (*letter < 'A' || strchr(GLUCOSE_GROUPS, *letter))
        return;
    for (size_t k = 0; k < i; k++)
        if (items[k].tokutei_need == *letter)
            return; /* it was asked for with the first of them */
    if (!group_is_stated(look, letter))
        add_group(look, letter, names);
}

void kp_check_required(const struct kp_tables *tables, const struct kp_record *record, enum kp_code code,
                       struct kp_findings *findings)
{
    const struct look look = {tables, record, findings};
    struct names names = {.findings = findings};
    for (size_t i = 0; i < tables->n_items; i++)
        add_if_missing(&look, i, &names);
    if (!group_is_stated(&look, GLUCOSE_GROUPS))
        add_group(&look, GLUCOSE_GROUPS, &names);
    bool drawn = kp_result_of(tables, record, "3F015") || kp_result_of(tables, record, "3D010");
    if (drawn && !is_stated(&look, "9N141"))
        add_name(&names, "採血時間(食後)");
    tell_names(&names, code);
}

/* --- the periodic check --- */

/* What may be left out below an age, but for some ages at which it may not. */
struct omission {
    int below;
    const char *but; /* ages, separated by spaces */
};

/* These two turn on more than the age; the other rows stand in schemas/periodic.csv. */
static const struct omission WAIST = {40, "35"}, HEARING = {45, "35 40"};

static bool may_be_left_out(struct omission omission, int age)
{
    const char digits[] = {(char)('0' + age / 10 % 10), (char)('0' + age % 10), '\0'};
    return age < omission.below && !kp_list_has(omission.but, digits);
}

static bool any_stated(const struct look *look, const char *prefixes)
{
    enum { CODE = 17 };
    while (*prefixes) {
        char prefix[CODE + 1] = {0};
        size_t n = strcspn(prefixes, " ");
        memcpy(prefix, prefixes, n < CODE ? n : CODE);
        if (is_stated(look, prefix))
            return true;
        prefixes += n + (prefixes[n] == ' ');
    }
    return false;
}

/* 腹囲 may be left out below 40 (but for 35), with a BMI below 20, and measured by the person with one
 * below 22. */
static bool waist_is_missing(const struct look *look, int age)
{
    static const struct kp_decimal thin = {20, 0}, not_stout = {22, 0};
    struct kp_decimal bmi;
    bool known = kp_number_of(look->tables, look->record, KP_PREFIX_BMI, &bmi) ||
                 kp_bmi(look->tables, look->record, &bmi);
    if (may_be_left_out(WAIST, age) || is_stated(look, "9N0161601") || is_stated(look, "9N0161602") ||
        (known && kp_decimal_compare(bmi, thin) < 0))
        return false;
    return !(is_stated(look, "9N0161603") && known && kp_decimal_compare(bmi, not_stout) < 0);
}

static bool hearing_is_missing(const struct look *look, int age)
{
    static const char *const ears[] = {"9D1001631", "9D1001632", "9D1001635", "9D1001636"};
    if (may_be_left_out(HEARING, age) && is_stated(look, "9D1001609"))
        return false;
    for (size_t i = 0; i < KP_COUNT(ears); i++)
        if (!is_stated(look, ears[i]))
            return true;
    return false;
}

void kp_check_periodic(const struct kp_tables *tables, const struct kp_record *record,
                       struct kp_findings *findings)
{
    enum { ADULT = 20 }; /* whose height does not change */
    const struct look look = {tables, record, findings};
    struct names names = {.findings = findings};
    if (!kp_date_is_set(record->birth) || !kp_date_is_set(record->exam))
        return;
    int age = kp_age_on(record->birth, record->exam);
    if (age < ADULT && !is_stated(&look, KP_PREFIX_HEIGHT))
        add_name(&names, "身長");
    if (waist_is_missing(&look, age))
        add_name(&names, "腹囲");
    if (hearing_is_missing(&look, age))
        add_name(&names, "聴力");
    for (size_t i = 0; i < tables->n_periodic; i++) {
        const struct kp_periodic *p = &tables->periodic[i];
        const struct omission omission = {p->omit_below, p->but_not_at};
        if (!may_be_left_out(omission, age) && !any_stated(&look, p->items))
            add_name(&names, p->name);
    }
    tell_names(&names, KP_K_PERIODIC_ABSENT);
}

/* --- groups with a reason --- */

struct group {
    const char *id;
    const struct kp_item *reason, *target; /* 実施理由, 対象者; NULL: the group has none */
    bool has_reason, detailed, not_detailed;
};

/* Present, or refused: then what it says is not known, but it would have said something. */
static bool is_filled(const struct look *look, const struct kp_item *item)
{
    return look->record->values[item - look->tables->items].state == KP_VALUE_PRESENT ||
           kp_refused(look->findings, item->label);
}

static struct group group_of(const struct look *look, const struct kp_item *reason)
{
    struct group g = {.id = reason->group_id, .reason = reason, .has_reason = is_filled(look, reason)};
    for (size_t i = 0; i < look->tables->n_items; i++) {
        const struct kp_item *item = &look->tables->items[i];
        if (item->relation != KP_REL_RSON || item == reason || strcmp(item->group_id, g.id) != 0)
            continue;
        g.target = item;
        const struct kp_value *value = &look->record->values[i];
        if (is_filled(look, item))
            *(value->text && strcmp(value->text, "0") == 0 ? &g.not_detailed : &g.detailed) = true;
    }
    return g;
}

/* A number or a flag must be there, in one of its methods; of classes, as of the fundus, one is enough. eGFR
 * is looked at by itself. */
static void add_lacking(const struct look *look, const struct group *g, struct names *names)
{
    const struct kp_tables *tables = look->tables;
    const struct kp_item *class = NULL;
    bool any_class = false, others = false;
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *item = &tables->items[i];
        if (item->relation != KP_REL_COMP || item->tokutei_need != '2' || strcmp(item->group_id, g->id) != 0)
            continue;
        if (item->type == KP_TYPE_CO || (item->type == KP_TYPE_ST && item->depends_on < 0)) {
            class = class ? class : item;
            any_class |= stated(look, i);
        } else if (item->type != KP_TYPE_ST && strcmp(item->code, KP_ITEM_EGFR) != 0) {
            bool found = false, first = true;
            for (size_t k = 0; k < tables->n_items; k++) {
                bool same = strcmp(tables->items[k].name, item->name) == 0;
                found |= same && stated(look, k);
                first &= !same || k >= i;
            }
            others = true;
            if (first && !found)
                add_name(names, item->name);
        }
    }
    if (class && !any_class && !others)
        add_name(names, class->name);
}

static void check_group(const struct look *look, const struct group *g, bool received,
                        struct kp_findings *findings)
{
    enum kp_code missing = received ? KP_K_GROUP_NOT_WHOLE : KP_K_REASON_MISSING;
    struct names lacking = {.findings = findings};
    if (g->has_reason && g->not_detailed) {
        kp_findings_add(findings, KP_K_REASON_UNFOUNDED, g->reason->label, NULL, g->target->label);
        return;
    }
    if (!g->has_reason && !g->detailed)
        return;
    if (!g->has_reason)
        kp_findings_add(findings, missing, g->target->label, NULL, g->reason->label);
    else if (g->target && !g->detailed)
        kp_findings_add(findings, missing, g->reason->label, NULL, g->target->label);
    add_lacking(look, g, &lacking);
    tell_names(&lacking, received ? KP_K_GROUP_NOT_WHOLE : KP_K_GROUP_INCOMPLETE);
    const struct kp_item *egfr = kp_item_find(look->tables, KP_ITEM_EGFR);
    if (egfr && strcmp(egfr->group_id, g->id) == 0 && !stated(look, (size_t)(egfr - look->tables->items)))
        kp_findings_add(findings, KP_K_EGFR_ABSENT, egfr->label, NULL);
}

void kp_check_groups(const struct kp_tables *tables, const struct kp_record *record, bool received,
                     struct kp_findings *findings)
{
    const struct look look = {tables, record, findings};
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *item = &tables->items[i];
        if (item->relation != KP_REL_RSON || item->type != KP_TYPE_ST)
            continue;
        struct group g = group_of(&look, item);
        check_group(&look, &g, received, findings);
    }
}
