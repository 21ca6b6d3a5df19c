#include "record/record.h"

#include <string.h>

#include "base/buf.h"
#include "base/status.h"

enum kp_status kp_record_init(struct kp_record *ret_record, const struct kp_tables *tables,
                              struct kp_arena *arena)
{
    struct kp_record record = {.values = kp_arena_alloc(arena, tables->n_items * sizeof(*record.values)),
                               .derived = kp_arena_alloc(arena, tables->n_items * sizeof(*record.derived))};
    if (!record.values || !record.derived)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < KP_F__COUNT; i++)
        record.field[i] = "";
    *ret_record = record;
    return KP_OK;
}

static void add_value(struct kp_buf *out, const struct kp_item *item, const struct kp_value *value)
{
    kp_buf_str(out, item->code);
    kp_buf_char(out, '=');
    kp_buf_char(out, (char)('0' + value->state));
    kp_buf_char(out, value->limit ? value->limit : '.');
    kp_buf_char(out, value->flag ? value->flag : '.');
    const char *parts[] = {value->text, value->low, value->high};
    for (size_t i = 0; i < KP_COUNT(parts); i++) {
        kp_buf_char(out, '\x1f');
        kp_buf_str(out, parts[i] ? parts[i] : "");
    }
    kp_buf_char(out, '\n');
}

/* What never leaves the house may change without making the disclosed record another one. */
static bool stays_here(size_t field)
{
    return field == KP_F_EMPLOYEE_ID || field == KP_F_NAME || field == KP_F_MEMBER_FROM ||
           field == KP_F_MEMBER_TO || field == KP_F_FASTING;
}

static enum kp_status digest_of(const struct kp_record *record, const struct kp_tables *tables, bool whole,
                                uint8_t ret_digest[KP_SHA256_BYTES])
{
    struct kp_buf out = {0};
    for (size_t i = 0; i < KP_F__COUNT; i++) {
        if (stays_here(i) && !whole)
            continue;
        kp_buf_str(&out, record->field[i]);
        kp_buf_char(&out, '\n');
    }
    for (size_t i = 0; i < tables->n_items; i++)
        if (record->values[i].state != KP_VALUE_ABSENT)
            add_value(&out, &tables->items[i], &record->values[i]);
    enum kp_status st = kp_buf_ok(&out) ? kp_sha256_of(kp_buf_text(&out), out.len, ret_digest) : KP_E_SYSTEM;
    kp_buf_release(&out);
    return st;
}

enum kp_status kp_record_digest(const struct kp_record *record, const struct kp_tables *tables,
                                uint8_t ret_digest[KP_SHA256_BYTES])
{
    return digest_of(record, tables, false, ret_digest);
}

enum kp_status kp_row_digest(const struct kp_record *record, const struct kp_tables *tables,
                             uint8_t ret_digest[KP_SHA256_BYTES])
{
    return digest_of(record, tables, true, ret_digest);
}
