/* A string-to-integer map for tables: filled once, then read by any thread. Keys live in the arena. Layer 2.
 */
#ifndef KP_MAP_H
#define KP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct kp_map_slot {
    const char *key;
    uint32_t value;
};

struct kp_map {
    struct kp_map_slot *slots;
    size_t n_slots; /* a power of two */
    size_t n_keys;
};

enum kp_map_put { KP_MAP_ADDED, KP_MAP_EXISTED, KP_MAP_NO_MEMORY };

/* Adds the key (copied) unless it is there already; an existing value stays. */
enum kp_map_put kp_map_put(struct kp_map *map, struct kp_arena *arena, const char *key, uint32_t value);

bool kp_map_get(const struct kp_map *map, const char *key, uint32_t *ret_value);

#endif
