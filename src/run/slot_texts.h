/* The free texts of a record: what they name, and whether a person should read them. */
#pragma once

#include "run/slot.h"

/* Sets and returns the keys for kp_case.texts, in the slot's arena; NULL if that has failed. */
const char *const *kp_slot_text_keys(const struct kp_run *run, struct kp_slot *slot);

/* Adds findings about texts that stay back because of what they name, and about texts that go out and name
 * relatives or sensitive illnesses. */
void kp_slot_look_at_texts(const struct kp_run *run, struct kp_slot *slot);
