/* A set of texts with a number each, keyed by the first 128 bits of their SHA-256: collisions are negligible,
 * every entry has the same small size and the texts are not kept. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/status.h"

struct kp_keyslot;

struct kp_keyset {
    struct kp_keyslot *slots;
    size_t n_slots, n_keys;
};

/* Adds the text with a value below UINT32_MAX. If it exists already, *ret_value is its value. */
enum kp_map_put kp_keyset_put(struct kp_keyset *set, const char *text, uint32_t value, uint32_t *ret_value);
/* Sets *ret_found, and *ret_value if the text exists. Returns KP_E_SYSTEM if it cannot be hashed. */
enum kp_status kp_keyset_get(const struct kp_keyset *set, const char *text, bool *ret_found,
                             uint32_t *ret_value);
void kp_keyset_release(struct kp_keyset *set);
