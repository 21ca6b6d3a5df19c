#include "record/record.h"

#include <string.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/text.h"
#include "law/age.h"

enum kp_status kp_record_init(struct kp_record *ret_record, const struct kp_tables *tables,
                              struct kp_arena *arena)
{
    struct kp_record record = {.tables = tables,
                               .values = kp_arena_alloc(arena, tables->n_items * sizeof(*record.values)),
                               .derived = kp_arena_alloc(arena, tables->n_items * sizeof(*record.derived))};
    record.dash_columns = kp_arena_alloc(arena, tables->n_items * sizeof(*record.dash_columns));
    if (!record.values || !record.derived || !record.dash_columns)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < KP_F__COUNT; i++)
        record.field[i] = "";
    *ret_record = record;
    return KP_OK;
}

/* The third character rules out most items before the comparison; the first two often agree. */
bool kp_code_begins(const struct kp_item *item, const char *prefix)
{
    return item->code[2] == prefix[2] && strncmp(item->code, prefix, strlen(prefix)) == 0;
}

const struct kp_item *kp_result_item(const struct kp_record *record, const char *prefix)
{
    struct kp_prefix p = kp_prefix_of(record->tables, prefix);
    const struct kp_item *first = NULL;
    for (const struct kp_item *item; (item = kp_prefix_next(&p));)
        if (kp_value_of(record, item)->state == KP_VALUE_PRESENT && (!first || item < first))
            first = item;
    return first;
}

const struct kp_value *kp_result_of(const struct kp_record *record, const char *prefix)
{
    const struct kp_item *item = kp_result_item(record, prefix);
    return item ? kp_value_of(record, item) : NULL;
}

const struct kp_value *kp_measured_of(const struct kp_record *record, const char *prefix)
{
    const struct kp_value *value = kp_result_of(record, prefix);
    const struct kp_displaced *first = NULL;
    for (const struct kp_displaced *d = record->displaced; d; d = d->next)
        if (d->value.state == KP_VALUE_PRESENT && kp_code_begins(d->item, prefix) &&
            (!first || d->item < first->item))
            first = d;
    return value || !first ? value : &first->value;
}

bool kp_value_number(const struct kp_value *value, struct kp_decimal *ret_number)
{
    return value && kp_decimal_parse(value->text, strlen(value->text), ret_number);
}

bool kp_exact_number(const struct kp_value *value, struct kp_decimal *ret_number)
{
    return value && !value->limit && kp_value_number(value, ret_number);
}

bool kp_has_dates(const struct kp_record *record)
{
    return kp_date_is_set(record->birth) && kp_date_is_set(record->exam);
}

bool kp_is_target(const struct kp_record *record, enum kp_age_rule rule)
{
    int age = 0;
    return kp_has_dates(record) && kp_age_band(record->birth, record->exam, rule, &age) == KP_BAND_40TO74;
}

static void add_value(struct kp_buf *out, const struct kp_item *item, const struct kp_value *value)
{
    const char marks[] = {'=', (char)('0' + value->state), value->limit ? value->limit : '.',
                          value->flag ? value->flag : '.'};
    const char *parts[] = {value->text, value->low, value->high};
    size_t n[KP_COUNT(parts)], all = KP_ITEM_CODE_LENGTH + sizeof(marks) + KP_COUNT(parts) + 1;
    for (size_t i = 0; i < KP_COUNT(parts); i++)
        all += n[i] = parts[i] ? strlen(parts[i]) : 0;
    char *at = kp_buf_room(out, all);
    if (!at)
        return;
    at = mempcpy(at, item->code, KP_ITEM_CODE_LENGTH);
    at = mempcpy(at, marks, sizeof(marks));
    for (size_t i = 0; i < KP_COUNT(parts); i++) {
        *at++ = '\x1f';
        if (n[i])
            at = mempcpy(at, parts[i], n[i]);
    }
    *at = '\n';
    kp_buf_grow(out, all);
}

/* whole: with the fields that never leave the employer. ground: see kp_content_digest. */
static enum kp_status digest_of(const struct kp_record *record, bool whole, const enum kp_ground *ground,
                                uint8_t ret_digest[KP_SHA256_BYTES])
{
    struct kp_buf out = {0};
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        if (!kp_fields[i].disclosed && !whole)
            continue;
        kp_buf_str(&out, record->field[i]);
        kp_buf_char(&out, '\n');
    }
    for (size_t i = 0; i < record->tables->n_items; i++)
        if (record->values[i].state != KP_VALUE_ABSENT && (!ground || ground[i] != KP_GROUND_WITHHELD))
            add_value(&out, &record->tables->items[i], &record->values[i]);
    enum kp_status st = kp_buf_ok(&out) ? kp_sha256_of(kp_buf_text(&out), out.len, ret_digest) : KP_E_SYSTEM;
    kp_buf_release(&out);
    return st;
}

enum kp_status kp_content_digest(const struct kp_record *record, const enum kp_ground *ground,
                                 uint8_t ret_digest[KP_SHA256_BYTES])
{
    return digest_of(record, false, ground, ret_digest);
}

enum kp_status kp_row_digest(const struct kp_record *record, uint8_t ret_digest[KP_SHA256_BYTES])
{
    return digest_of(record, true, NULL, ret_digest);
}
