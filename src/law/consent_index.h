/* A register of consents that is too long to be kept: every row is checked once, and only its place in the
 * file is remembered, under a hash of the person's key. A lookup reads the rows again. Memory: 12 bytes a
 * row, 20 while the register is read. */
#pragma once

#include "base/buf.h"
#include "law/consents.h"

/* Reads the register in that way. Reports as kp_registers_load. */
enum kp_status kp_consent_index_load(struct kp_context *ctx, const char *path,
                                     struct kp_consent_register *ret_consents);
void kp_consent_index_close(struct kp_consent_index *index);

/* Returns the first of the rows under a key (kp_person_key), in the order of their ids, in the arena; NULL:
 * there is none, or the arena has failed, also if the file cannot be read or was changed. */
const struct kp_consent *kp_consent_index_find(const struct kp_consent_index *index, struct kp_arena *arena,
                                               const char *key);
/* Returns whether a row is under the key; one false yes in 10^9 is possible. */
bool kp_consent_index_has(const struct kp_consent_index *index, const char *key);
