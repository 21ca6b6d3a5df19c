/* A map from strings to integers, filled once and then read by any thread. Everything is in the arena. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct kp_map_slot {
    const char *key;
    uint32_t value;
    uint32_t tag; /* of the key's hash: most keys that are not sought differ in it */
};

struct kp_map {
    struct kp_map_slot *slots;
    size_t n_slots; /* a power of two */
    size_t n_keys;
};

enum kp_map_put { KP_MAP_ADDED, KP_MAP_EXISTED, KP_MAP_NO_MEMORY };

/* Adds the key (copied) with its value; an existing value stays. */
enum kp_map_put kp_map_put(struct kp_map *map, struct kp_arena *arena, const char *key, uint32_t value);
/* Returns whether the map has the key. */
bool kp_map_get(const struct kp_map *map, const char *key, uint32_t *ret_value);
