/*
 * Texts met before, by the first 16 bytes of their SHA-256: a small and fixed price for each, however long
 * the text, and nothing of it is kept. That two texts share them by chance nobody need reckon with. Layer 3.
 */
#ifndef KP_KEYSET_H
#define KP_KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

struct kp_keyslot;

struct kp_keyset {
    struct kp_keyslot *slots;
    size_t n_slots, n_keys;
};

/* Adds the text with a value unless it is there already; then *ret_value is the value it came with. */
enum kp_map_put kp_keyset_put(struct kp_keyset *set, const char *text, uint32_t value, uint32_t *ret_value);
bool kp_keyset_get(const struct kp_keyset *set, const char *text, uint32_t *ret_value);
void kp_keyset_release(struct kp_keyset *set);

#endif
