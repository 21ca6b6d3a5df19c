#include "record/check_items.h"

#include <string.h>

#include "base/buf.h"
#include "base/scan.h"
#include "base/status.h"
#include "record/derived.h"
#include "record/item_codes.h"

struct checker {
    const struct kp_record *record;
    struct kp_findings *findings;
    bool any_refused, any_impossible; /* of the findings so far: they need to be searched */
    bool group_done['z' + 1];         /* set by find_groups */
    struct kp_buf missing;            /* names, for one finding */
    size_t named;                     /* its length after the name of the last */
};

static struct checker checker_of(const struct kp_record *record, struct kp_findings *findings)
{
    struct checker c = {.record = record, .findings = findings};
    for (const struct kp_finding *f = findings->first; f; f = f->next) {
        c.any_refused |= kp_is_refusal(f);
        c.any_impossible |= f->code == KP_K_BEYOND_POSSIBLE;
    }
    return c;
}

static bool is_refused(const struct checker *c, const struct kp_item *item)
{
    return c->any_refused && kp_refused(c->findings, item->label);
}

static void add_missing(struct checker *c, const char *name)
{
    kp_buf_printf(&c->missing, "%s%s", c->missing.len ? ", " : "", name);
    c->named = c->missing.len;
}

/* Names the unused columns that may have a missing item, each header once: "腹囲 ← 胴囲?". */
static void add_lost(struct checker *c, const char *prefix)
{
    const struct kp_record *r = c->record;
    for (size_t i = 0; i < r->n_lost; i++) {
        const struct kp_lost_column *l = &r->lost[i];
        if (!kp_code_begins(&r->tables->items[l->item], prefix))
            continue;
        const char *column = kp_arena_printf(c->findings->arena, " ← %s%s%s%s", l->header,
                                             *l->why ? "(" : "?", l->why, *l->why ? ")" : "");
        if (column && kp_buf_ok(&c->missing) && !strstr(kp_buf_text(&c->missing) + c->named, column))
            kp_buf_str(&c->missing, column);
    }
}

static void add_missing_test(struct checker *c, const char *name, const char *prefix)
{
    add_missing(c, name);
    add_lost(c, prefix);
}

static void report_missing(struct checker *c, enum kp_code code)
{
    struct kp_arena *arena = c->findings->arena;
    if (c->missing.len)
        kp_findings_add(c->findings, code, NULL, NULL,
                        kp_buf_ok(&c->missing) ? kp_arena_strdup(arena, kp_buf_text(&c->missing))
                                               : kp_arena_fail(arena));
    kp_buf_release(&c->missing);
}

/* A refused value is not missing: its own finding says what is wrong. But one that nobody can have, such as a
 * height of 0, is no measurement. */
static bool has_value(const struct checker *c, const struct kp_item *item)
{
    for (const struct kp_finding *f = c->any_impossible ? c->findings->first : NULL; f; f = f->next)
        if (f->code == KP_K_BEYOND_POSSIBLE && f->field && strcmp(f->field, item->label) == 0)
            return false;
    return kp_value_of(c->record, item)->state != KP_VALUE_ABSENT || is_refused(c, item);
}

/* Returns true if an item whose code begins with prefix has a value, even a displaced one. */
static bool has_any(const struct checker *c, const char *prefix)
{
    struct kp_prefix p = kp_prefix_of(c->record->tables, prefix);
    for (const struct kp_item *item; (item = kp_prefix_next(&p));)
        if (has_value(c, item))
            return true;
    return kp_measured_of(c->record, prefix) != NULL;
}

/* --- 特定健診 --- */

/* Groups of tokutei_need for fasting glucose, casual glucose and HbA1c: a value of one is enough. */
#define GLUCOSE_GROUPS "bcd"

/* For 特定健診 a test that was not done is missing. */
static bool is_done(const struct checker *c, const struct kp_item *item)
{
    return has_value(c, item) && kp_value_of(c->record, item)->state != KP_VALUE_NOT_DONE;
}

/* Marks the groups of tokutei_need of which an item is done, by letter. */
static void find_groups(struct checker *c)
{
    for (const struct kp_item **item = c->record->tables->items_needed; *item; item++)
        if ((*item)->tokutei_need >= 'A' && is_done(c, *item))
            c->group_done[(unsigned char)(*item)->tokutei_need] = true;
}

static bool group_has_value(const struct checker *c, const char *letters)
{
    while (*letters && !c->group_done[(unsigned char)*letters])
        letters++;
    return *letters;
}

/* Adds the alternatives as one name, "内臓脂肪面積・腹囲", without the methods in brackets. */
static void add_group(struct checker *c, const char *letters)
{
    const struct kp_tables *tables = c->record->tables;
    const char *last = "";
    add_missing(c, "");
    for (size_t i = 0; i < tables->n_items; i++) {
        const char *name = tables->items[i].name;
        size_t n = strcspn(name, "(");
        bool repeated = strcspn(last, "(") == n && strncmp(name, last, n) == 0;
        if (repeated || !strchr(letters, tables->items[i].tokutei_need) ||
            !kp_item_on(&tables->items[i], c->record->exam))
            continue;
        kp_buf_printf(&c->missing, "%s%.*s", *last ? "・" : "", (int)n, name);
        last = name;
    }
    for (size_t i = 0; i < tables->n_items; i++)
        if (strchr(letters, tables->items[i].tokutei_need))
            add_lost(c, tables->items[i].code);
}

/* Skips texts that explain a flag, and the groups of glucose, which are checked together. */
static void add_if_missing(struct checker *c, const struct kp_item *item)
{
    const char letter[] = {item->tokutei_need, '\0'};
    if (!kp_item_on(item, c->record->exam))
        return;
    if (*letter == '1' && item->depends_on < 0 && !is_done(c, item))
        add_missing_test(c, item->name, item->code);
    if (*letter < 'A' || strchr(GLUCOSE_GROUPS, *letter) || group_has_value(c, letter))
        return;
    for (const struct kp_item **other = c->record->tables->items_needed; *other && *other < item; other++)
        if ((*other)->tokutei_need == *letter)
            return; /* checked with the first item of the group */
    add_group(c, letter);
}

void kp_check_required(const struct kp_record *record, enum kp_code code, struct kp_findings *findings)
{
    struct checker c = checker_of(record, findings);
    find_groups(&c);
    for (const struct kp_item **item = record->tables->items_needed; *item; item++)
        add_if_missing(&c, *item);
    if (!group_has_value(&c, GLUCOSE_GROUPS))
        add_group(&c, GLUCOSE_GROUPS);
    bool drawn = kp_result_of(record, KP_PREFIX_TG) || kp_result_of(record, KP_PREFIX_GLUCOSE);
    if (drawn && !has_any(&c, KP_ITEM_MEAL))
        add_missing(&c, "採血時間(食後)");
    report_missing(&c, code);
}

/* --- the periodic check --- */

static bool may_be_omitted(const struct kp_periodic *part, int age)
{
    const char digits[] = {(char)('0' + age / 10 % 10), (char)('0' + age % 10), '\0'};
    return age < part->omit_below && !kp_list_has(part->but_not_at, digits);
}

static const char *begin_of(struct kp_word word, char ret_prefix[KP_ITEM_CODE_LENGTH + 1])
{
    size_t n = word.n < KP_ITEM_CODE_LENGTH ? word.n : KP_ITEM_CODE_LENGTH;
    memcpy(ret_prefix, word.at, n);
    ret_prefix[n] = '\0';
    return ret_prefix;
}

/* Adds the part if no item of it has a value. */
static void add_part(struct checker *c, const struct kp_periodic *part)
{
    const char *prefixes = part->items;
    char prefix[KP_ITEM_CODE_LENGTH + 1];
    for (struct kp_word word; kp_next_word(&prefixes, " ", &word);)
        if (has_any(c, begin_of(word, prefix)))
            return;
    add_missing(c, part->name);
    prefixes = part->items;
    for (struct kp_word word; kp_next_word(&prefixes, " ", &word);)
        add_lost(c, begin_of(word, prefix));
}

/* 腹囲 may be omitted below 40 except at 35, with a BMI below 20, or below 22 if the person measured it. */
static bool waist_is_missing(const struct checker *c, int age)
{
    static const struct kp_periodic waist = {.omit_below = 40, .but_not_at = "35"};
    static const struct kp_decimal thin = {20, 0}, not_stout = {22, 0};
    struct kp_decimal bmi;
    bool known = kp_value_number(kp_result_of(c->record, KP_PREFIX_BMI), &bmi) || kp_bmi(c->record, &bmi);
    if (may_be_omitted(&waist, age) || has_any(c, KP_PREFIX_WAIST_MEASURED) ||
        has_any(c, KP_PREFIX_WAIST_JUDGED) || (known && kp_decimal_compare(bmi, thin) < 0))
        return false;
    return !(has_any(c, KP_PREFIX_WAIST_REPORTED) && known && kp_decimal_compare(bmi, not_stout) < 0);
}

/* Below 45, except at 35 and 40, another test may replace the audiometer. */
static bool hearing_is_missing(const struct checker *c, int age)
{
    static const struct kp_periodic audiometer = {.omit_below = 45, .but_not_at = "35 40"};
    static const char *const ears[] = {KP_PREFIX_HEARING_RIGHT_1000, KP_PREFIX_HEARING_RIGHT_4000,
                                       KP_PREFIX_HEARING_LEFT_1000, KP_PREFIX_HEARING_LEFT_4000};
    if (may_be_omitted(&audiometer, age) && has_any(c, KP_PREFIX_HEARING_OTHER))
        return false;
    for (size_t i = 0; i < KP_COUNT(ears); i++)
        if (!has_any(c, ears[i]))
            return true;
    return false;
}

/* Height, waist and hearing depend on more than the age; periodic.csv has the other parts. */
void kp_check_periodic(const struct kp_record *record, struct kp_findings *findings)
{
    enum { ADULT = 20 }; /* the height no longer changes */
    const struct kp_tables *tables = record->tables;
    struct checker c = checker_of(record, findings);
    if (!kp_has_dates(record))
        return;
    int age = kp_age_on(record->birth, record->exam);
    if (age < ADULT && !has_any(&c, KP_PREFIX_HEIGHT))
        add_missing_test(&c, "身長", KP_PREFIX_HEIGHT);
    if (waist_is_missing(&c, age))
        add_missing_test(&c, "腹囲", KP_PREFIX_WAIST_MEASURED);
    if (hearing_is_missing(&c, age))
        add_missing_test(&c, "聴力", KP_PREFIX_HEARING);
    for (size_t i = 0; i < tables->n_periodic; i++) {
        const struct kp_periodic *part = &tables->periodic[i];
        if (kp_in_period(part->from, part->to, record->exam) && !may_be_omitted(part, age))
            add_part(&c, part);
    }
    report_missing(&c, KP_K_PERIODIC_ABSENT);
}

/* --- groups with a reason --- */

struct group {
    const struct kp_item *reason, *target; /* 実施理由; 対象者 or NULL */
    bool has_reason, detailed, not_detailed;
};

/* True for refused values too: they would have stated something. */
static bool is_filled(const struct checker *c, const struct kp_item *item)
{
    return kp_value_of(c->record, item)->state == KP_VALUE_PRESENT || is_refused(c, item);
}

static struct group group_of(const struct checker *c, const struct kp_item *reason)
{
    struct group g = {.reason = reason, .has_reason = is_filled(c, reason)};
    for (const struct kp_item **rson = c->record->tables->items_rson; *rson; rson++) {
        const struct kp_item *item = *rson;
        if (item == reason || strcmp(item->group_id, reason->group_id) != 0)
            continue;
        g.target = item;
        const char *text = kp_value_of(c->record, item)->text;
        if (is_filled(c, item))
            *(text && strcmp(text, "0") == 0 ? &g.not_detailed : &g.detailed) = true;
    }
    return g;
}

/* Adds the item's name if it has no value by any method; once, with the first method. */
static void add_test_if_missing(struct checker *c, const struct kp_item *item)
{
    const struct kp_tables *tables = c->record->tables;
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *other = &tables->items[i];
        if (strcmp(other->name, item->name) == 0 && (other < item || has_value(c, other)))
            return;
    }
    add_missing(c, item->name);
}

/* Requires each number and flag of the group, or, in a group of classes only (fundus), one class. eGFR has a
 * check of its own. */
static void add_missing_of_group(struct checker *c, const struct group *g)
{
    const struct kp_tables *tables = c->record->tables;
    const struct kp_item *class = NULL;
    bool any_class = false, others = false;
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *item = &tables->items[i];
        if (item->relation != KP_REL_COMP || item->tokutei_need != '2' ||
            strcmp(item->group_id, g->reason->group_id) != 0)
            continue;
        if (item->type == KP_TYPE_CO || (item->type == KP_TYPE_ST && item->depends_on < 0)) {
            class = class ? class : item;
            any_class |= has_value(c, item);
        } else if (item->type != KP_TYPE_ST && strcmp(item->code, KP_ITEM_EGFR) != 0) {
            others = true;
            add_test_if_missing(c, item);
        }
    }
    if (class && !any_class && !others)
        add_missing(c, class->name);
}

static void check_group(struct checker *c, const struct group *g, bool received)
{
    enum kp_code missing = received ? KP_K_GROUP_NOT_WHOLE : KP_K_REASON_MISSING;
    c->any_refused |= g->has_reason || g->detailed; /* there may be a finding below */
    if (g->has_reason && g->not_detailed) {
        kp_findings_add(c->findings, KP_K_REASON_UNFOUNDED, g->reason->label, NULL, g->target->label);
        return;
    }
    if (!g->has_reason && !g->detailed)
        return;
    if (!g->has_reason)
        kp_findings_add(c->findings, missing, g->target->label, NULL, g->reason->label);
    else if (g->target && !g->detailed)
        kp_findings_add(c->findings, missing, g->reason->label, NULL, g->target->label);
    add_missing_of_group(c, g);
    report_missing(c, received ? KP_K_GROUP_NOT_WHOLE : KP_K_GROUP_INCOMPLETE);
    const struct kp_item *egfr = kp_item_find(c->record->tables, KP_ITEM_EGFR);
    if (egfr && strcmp(egfr->group_id, g->reason->group_id) == 0 && !has_value(c, egfr))
        kp_findings_add(c->findings, KP_K_EGFR_ABSENT, egfr->label, NULL);
}

void kp_check_groups(const struct kp_record *record, bool received, struct kp_findings *findings)
{
    struct checker c = checker_of(record, findings);
    for (const struct kp_item **item = record->tables->items_rson; *item; item++)
        if ((*item)->type == KP_TYPE_ST) {
            struct group g = group_of(&c, *item);
            check_group(&c, &g, received);
        }
}
