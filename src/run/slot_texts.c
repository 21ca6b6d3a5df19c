#include "run/slot_texts.h"

/* Names of doctors are no texts. */
static bool is_free_text(const struct kp_item *item, const struct kp_value *value)
{
    return value->state == KP_VALUE_PRESENT && item->type == KP_TYPE_ST && !item->is_author;
}

const char *const *kp_slot_text_keys(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_tables *tables = &run->ctx->tables;
    const char **keys = kp_arena_alloc(&slot->arena, tables->n_items * sizeof(*keys));
    for (size_t i = 0; keys && i < tables->n_items; i++)
        if (is_free_text(&tables->items[i], &slot->record.values[i]) &&
            tables->items[i].scope != KP_SCOPE_DUTY)
            keys[i] = kp_mention_key(&slot->arena, slot->record.values[i].text);
    return keys;
}

void kp_slot_look_at_texts(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_tables *tables = &run->ctx->tables;
    const struct kp_decision *d = &slot->decision;
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *item = &tables->items[i];
        const struct kp_value *value = &slot->record.values[i];
        if (d->names_withheld[i])
            kp_findings_add(&slot->findings, KP_K_MENTIONS_WITHHELD, item->label, value->text);
        if (d->ground[i] == KP_GROUND_WITHHELD || !is_free_text(item, value))
            continue;
        const char *key = kp_mention_key(&slot->arena, value->text);
        if (key && kp_mentions_review(tables, key))
            kp_findings_add(&slot->findings, KP_K_REVIEW_TEXT, item->label, value->text);
    }
}
