#include "run/bearers.h"

#include <string.h>

#include "base/status.h"

struct kp_bearer {
    struct kp_date birth;
    char sex;
    bool named, shared;
    uint8_t name[KP_SHA256_BYTES];
};

enum kp_status kp_bearers_init(struct kp_bearers *bearers, struct kp_context *ctx, const struct kp_map *ids)
{
    *bearers = (struct kp_bearers){
        .ids = ids, .list = kp_arena_alloc(&ctx->arena, (ids->n_keys + 1) * sizeof(struct kp_bearer))};
    return bearers->list ? KP_OK : kp_no_memory(ctx);
}

static struct kp_bearer *find(const struct kp_bearers *bearers, const char *employee_id)
{
    uint32_t at = 0;
    return *employee_id && kp_map_get(bearers->ids, employee_id, &at) ? &bearers->list[at] : NULL;
}

enum kp_status kp_bearers_add(struct kp_bearers *bearers, struct kp_context *ctx,
                              const struct kp_record *record)
{
    const char *name = record->field[KP_F_NAME_KANA];
    char sex = *record->field[KP_F_SEX];
    struct kp_bearer *b = find(bearers, record->field[KP_F_EMPLOYEE_ID]);
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
    const struct kp_bearer *b = find(bearers, employee_id);
    return b && b->shared;
}
