#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

/* EVP fetches the algorithm and allocates a context for every digest, which costs more than hashing a short
 * key. The functions below do neither; OpenSSL 3 marks them as deprecated only in favour of EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

struct kp_sha256 {
    SHA256_CTX ctx;
};

static enum kp_status status_of(int ok)
{
    return ok == 1 ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_sha256_new(struct kp_sha256 **ret_sha)
{
    struct kp_sha256 *sha = calloc(1, sizeof(*sha));
    if (sha && SHA256_Init(&sha->ctx) == 1) {
        *ret_sha = sha;
        return KP_OK;
    }
    kp_sha256_free(sha);
    return KP_E_SYSTEM;
}

enum kp_status kp_sha256_add(struct kp_sha256 *sha, const void *bytes, size_t n)
{
    return status_of(SHA256_Update(&sha->ctx, bytes, n));
}

enum kp_status kp_sha256_finish(struct kp_sha256 *sha, uint8_t ret_digest[KP_SHA256_BYTES])
{
    return status_of(SHA256_Final(ret_digest, &sha->ctx) == 1 && SHA256_Init(&sha->ctx) == 1);
}

void kp_sha256_free(struct kp_sha256 *sha)
{
    free(sha);
}

enum kp_status kp_sha256_of(const void *bytes, size_t n, uint8_t ret_digest[KP_SHA256_BYTES])
{
    struct kp_sha256 sha = {0};
    return status_of(SHA256_Init(&sha.ctx) == 1 && SHA256_Update(&sha.ctx, bytes, n) == 1 &&
                     SHA256_Final(ret_digest, &sha.ctx) == 1);
}

void kp_sha256_hex(const uint8_t digest[KP_SHA256_BYTES], char ret_hex[KP_SHA256_HEX + 1])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < KP_SHA256_BYTES; i++) {
        ret_hex[2 * i] = digit[digest[i] >> 4];
        ret_hex[2 * i + 1] = digit[digest[i] & 15];
    }
    ret_hex[KP_SHA256_HEX] = '\0';
}
