#include "base/map.h"

#include <string.h>

#include "base/scan.h"

static uint64_t hash_of(const char *key)
{
    uint64_t h = 14695981039346656037u;
    for (size_t n = strlen(key);; key += sizeof(h), n -= sizeof(h)) {
        h = (h ^ kp_begin(key, n)) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
        if (n < sizeof(h))
            return h;
    }
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static struct kp_map_slot *find(const struct kp_map *map, const char *key, uint64_t hash)
{
    const uint32_t tag = tag_of(hash);
    size_t mask = map->n_slots - 1;
    size_t at = (size_t)hash & mask;
    while (map->slots[at].key && (map->slots[at].tag != tag || strcmp(map->slots[at].key, key) != 0))
        at = (at + 1) & mask;
    return &map->slots[at];
}

static bool grow(struct kp_map *map, struct kp_arena *arena)
{
    struct kp_map bigger = {.n_slots = map->n_slots ? map->n_slots * 2 : 64, .n_keys = map->n_keys};
    bigger.slots = kp_arena_alloc(arena, bigger.n_slots * sizeof(*bigger.slots));
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < map->n_slots; i++)
        if (map->slots[i].key)
            *find(&bigger, map->slots[i].key, hash_of(map->slots[i].key)) = map->slots[i];
    *map = bigger;
    return true;
}

enum kp_map_put kp_map_put(struct kp_map *map, struct kp_arena *arena, const char *key, uint32_t value)
{
    if (map->n_keys * 2 >= map->n_slots && !grow(map, arena))
        return KP_MAP_NO_MEMORY;
    const uint64_t hash = hash_of(key);
    struct kp_map_slot *slot = find(map, key, hash);
    if (slot->key)
        return KP_MAP_EXISTED;
    slot->key = kp_arena_strdup(arena, key);
    if (!slot->key)
        return KP_MAP_NO_MEMORY;
    slot->value = value;
    slot->tag = tag_of(hash);
    map->n_keys++;
    return KP_MAP_ADDED;
}

bool kp_map_get(const struct kp_map *map, const char *key, uint32_t *ret_value)
{
    const struct kp_map_slot *slot = map->n_keys ? find(map, key, hash_of(key)) : NULL;
    if (!slot || !slot->key)
        return false;
    *ret_value = slot->value;
    return true;
}
