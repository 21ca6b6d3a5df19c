#include "run/slot_texts.h"

const char *const *kp_slot_text_keys(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_tables *tables = &run->ctx->tables;
    const char **keys = kp_arena_alloc(&slot->arena, tables->n_items * sizeof(*keys));
    for (const struct kp_item **item = tables->items_text; keys && *item; item++) {
        const struct kp_value *value = kp_value_of(&slot->record, *item);
        if (value->state == KP_VALUE_PRESENT && (*item)->scope != KP_SCOPE_DUTY)
            keys[*item - tables->items] = kp_mention_key(&slot->arena, value->text);
    }
    return slot->text_keys = keys;
}

void kp_slot_look_at_texts(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_tables *tables = &run->ctx->tables;
    const struct kp_decision *d = &slot->decision;
    for (const struct kp_item **next = tables->items_text; *next; next++) {
        const struct kp_item *item = *next;
        const struct kp_value *value = kp_value_of(&slot->record, item);
        const size_t at = (size_t)(item - tables->items);
        if (d->names_withheld[at])
            kp_findings_add(&slot->findings, KP_K_MENTIONS_WITHHELD, item->label, value->text);
        if (d->ground[at] == KP_GROUND_WITHHELD || value->state != KP_VALUE_PRESENT)
            continue;
        const char *key = slot->text_keys[at];
        if (!key) /* of the duty */
            key = kp_mention_key(&slot->arena, value->text);
        if (key && kp_mentions_review(tables, key))
            kp_findings_add(&slot->findings, KP_K_REVIEW_TEXT, item->label, value->text);
    }
}
