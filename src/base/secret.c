#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

_Static_assert(sizeof(KP_SECRET_ALPHABET) == 32 + 1, "five bits choose a letter, all with the same chance");

enum kp_status kp_secret_draw(char *ret_text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1)
            return KP_E_SYSTEM;
        ret_text[i] = KP_SECRET_ALPHABET[byte & 31];
    }
    ret_text[n] = '\0';
    return KP_OK;
}

void kp_secret_wipe(void *bytes, size_t n)
{
    OPENSSL_cleanse(bytes, n);
}
