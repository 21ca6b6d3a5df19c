#include "base/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

enum { KEY_BYTES = 16, FIRST_SLOTS = 256 };

struct kp_keyslot {
    uint8_t key[KEY_BYTES];
    uint32_t value; /* plus 1; 0: free */
};

static bool key_of(const char *text, uint8_t ret_key[KEY_BYTES])
{
    uint8_t digest[KP_SHA256_BYTES];
    if (kp_sha256_of(text, strlen(text), digest) != KP_OK)
        return false;
    memcpy(ret_key, digest, KEY_BYTES);
    return true;
}

static struct kp_keyslot *find(const struct kp_keyset *set, const uint8_t *key)
{
    uint64_t start = 0;
    memcpy(&start, key, sizeof(start));
    size_t at = (size_t)start & (set->n_slots - 1);
    while (set->slots[at].value && memcmp(set->slots[at].key, key, KEY_BYTES) != 0)
        at = (at + 1) & (set->n_slots - 1);
    return &set->slots[at];
}

static bool grow(struct kp_keyset *set)
{
    struct kp_keyset more = {.n_slots = set->n_slots ? set->n_slots * 2 : FIRST_SLOTS, .n_keys = set->n_keys};
    more.slots = calloc(more.n_slots, sizeof(*more.slots));
    if (!more.slots)
        return false;
    for (size_t i = 0; i < set->n_slots; i++)
        if (set->slots[i].value)
            *find(&more, set->slots[i].key) = set->slots[i];
    free(set->slots);
    *set = more;
    return true;
}

enum kp_map_put kp_keyset_put(struct kp_keyset *set, const char *text, uint32_t value, uint32_t *ret_value)
{
    uint8_t key[KEY_BYTES];
    if (!key_of(text, key) || (set->n_keys * 4 >= set->n_slots * 3 && !grow(set)))
        return KP_MAP_NO_MEMORY;
    struct kp_keyslot *slot = find(set, key);
    if (slot->value) {
        *ret_value = slot->value - 1;
        return KP_MAP_EXISTED;
    }
    memcpy(slot->key, key, KEY_BYTES);
    slot->value = value + 1;
    set->n_keys++;
    return KP_MAP_ADDED;
}

enum kp_status kp_keyset_get(const struct kp_keyset *set, const char *text, bool *ret_found,
                             uint32_t *ret_value)
{
    uint8_t key[KEY_BYTES];
    if (!key_of(text, key))
        return KP_E_SYSTEM;
    const struct kp_keyslot *slot = set->n_keys ? find(set, key) : NULL;
    *ret_found = slot && slot->value;
    if (*ret_found)
        *ret_value = slot->value - 1;
    return KP_OK;
}

void kp_keyset_release(struct kp_keyset *set)
{
    free(set->slots);
    *set = (struct kp_keyset){0};
}
