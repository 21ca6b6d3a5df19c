/* SHA-256 by libcrypto. All functions return KP_E_SYSTEM if libcrypto fails or memory is short; they neither
 * report nor set errno. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kenporter.h"

enum { KP_SHA256_BYTES = 32, KP_SHA256_HEX = 64 };

struct kp_sha256; /* a running digest */

enum kp_status kp_sha256_new(struct kp_sha256 **ret_sha);
enum kp_status kp_sha256_add(struct kp_sha256 *sha, const void *bytes, size_t n);
/* Returns the digest and starts the next one. */
enum kp_status kp_sha256_finish(struct kp_sha256 *sha, uint8_t ret_digest[KP_SHA256_BYTES]);
void kp_sha256_free(struct kp_sha256 *sha);

/* Hashes n bytes in one call. */
enum kp_status kp_sha256_of(const void *bytes, size_t n, uint8_t ret_digest[KP_SHA256_BYTES]);

/* Writes 64 lower-case hex digits and a NUL. */
void kp_sha256_hex(const uint8_t digest[KP_SHA256_BYTES], char ret_hex[KP_SHA256_HEX + 1]);
