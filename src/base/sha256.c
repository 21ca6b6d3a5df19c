#include "base/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct kp_sha256 {
    EVP_MD_CTX *ctx;
};

/* An algorithm of NULL keeps the one in use: looking it up again costs as much as hashing a line. */
static enum kp_status start(struct kp_sha256 *sha, const EVP_MD *algorithm)
{
    return EVP_DigestInit_ex(sha->ctx, algorithm, NULL) == 1 ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_sha256_new(struct kp_sha256 **ret_sha)
{
    struct kp_sha256 *sha = calloc(1, sizeof(*sha));
    if (sha && (sha->ctx = EVP_MD_CTX_new()) && start(sha, EVP_sha256()) == KP_OK) {
        *ret_sha = sha;
        return KP_OK;
    }
    kp_sha256_free(sha);
    return KP_E_SYSTEM;
}

enum kp_status kp_sha256_add(struct kp_sha256 *sha, const void *bytes, size_t n)
{
    return EVP_DigestUpdate(sha->ctx, bytes, n) == 1 ? KP_OK : KP_E_SYSTEM;
}

enum kp_status kp_sha256_finish(struct kp_sha256 *sha, uint8_t ret_digest[KP_SHA256_BYTES])
{
    return EVP_DigestFinal_ex(sha->ctx, ret_digest, NULL) == 1 ? start(sha, NULL) : KP_E_SYSTEM;
}

void kp_sha256_free(struct kp_sha256 *sha)
{
    if (!sha)
        return;
    EVP_MD_CTX_free(sha->ctx);
    free(sha);
}

enum kp_status kp_sha256_of(const void *bytes, size_t n, uint8_t ret_digest[KP_SHA256_BYTES])
{
    return EVP_Digest(bytes, n, ret_digest, NULL, EVP_sha256(), NULL) == 1 ? KP_OK : KP_E_SYSTEM;
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
