#include "run/bearers.h"

#include <string.h>

#include "base/status.h"

struct bearer {
    struct kp_date birth;
    char sex;
    bool named, shared;
    uint8_t name[KP_SHA256_BYTES];
};

void kp_bearers_init(struct kp_bearers *bearers, const struct kp_registers *registers)
{
    *bearers = (struct kp_bearers){.registers = registers};
}

void kp_bearers_release(struct kp_bearers *bearers)
{
    kp_buf_release(&bearers->list);
}

static struct bearer *find(const struct kp_bearers *bearers, const char *employee_id)
{
    uint32_t at = 0;
    if (!*employee_id || !kp_map_get(&bearers->ids, employee_id, &at))
        return NULL;
    return (struct bearer *)(void *)bearers->list.data + at;
}

static enum kp_status add_id(struct kp_bearers *bearers, struct kp_context *ctx, const char *employee_id)
{
    static const struct bearer none = {.sex = 0};
    if (!*employee_id || find(bearers, employee_id) || !kp_registers_name(bearers->registers, employee_id))
        return KP_OK;
    kp_buf_add(&bearers->list, &none, sizeof(none));
    bool added = kp_buf_ok(&bearers->list) && kp_map_put(&bearers->ids, &ctx->arena, employee_id,
                                                         (uint32_t)bearers->ids.n_keys) == KP_MAP_ADDED;
    return added ? KP_OK : kp_no_memory(ctx);
}

enum kp_status kp_bearers_add(struct kp_bearers *bearers, struct kp_context *ctx,
                              const struct kp_record *record)
{
    const char *name = record->field[KP_F_NAME_KANA];
    char sex = *record->field[KP_F_SEX];
    KP_TRY(add_id(bearers, ctx, record->field[KP_F_EMPLOYEE_ID]));
    struct bearer *b = find(bearers, record->field[KP_F_EMPLOYEE_ID]);
    uint8_t digest[KP_SHA256_BYTES];
    if (!b)
        return KP_OK;
    if (kp_sha256_of(name, strlen(name), digest) != KP_OK)
        return kp_no_memory(ctx);
    b->shared |= *name && b->named && memcmp(b->name, digest, sizeof(digest)) != 0;
    b->shared |= sex && b->sex && sex != b->sex;
    b->shared |= kp_date_is_set(record->birth) && kp_date_is_set(b->birth) &&
                 kp_date_compare(record->birth, b->birth) != 0;
    if (*name) {
        b->named = true;
        memcpy(b->name, digest, sizeof(digest));
    }
    if (sex)
        b->sex = sex;
    if (kp_date_is_set(record->birth))
        b->birth = record->birth;
    return KP_OK;
}

bool kp_bearers_share(const struct kp_bearers *bearers, const char *employee_id)
{
    const struct bearer *b = find(bearers, employee_id);
    return b && b->shared;
}
