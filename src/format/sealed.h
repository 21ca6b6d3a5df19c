/* Archives under a password: written as AES-256 (WinZip AE-2), read in that form and in older ones. Functions
 * here do not report. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"

/* What becomes a member of a sealed archive. */
struct kp_seal_member {
    const char *name;
    const char *path;  /* a file; NULL: the bytes */
    const char *bytes; /* n of them */
    size_t n;
};

enum { KP_SEAL_MAX_MEMBERS = 2 };

/* Writes and syncs an archive of the members at path, which must not exist; mode 0600. On failure,
 * KP_E_SYSTEM with errno (0: unknown), nothing is left there. */
enum kp_status kp_seal_write(const struct kp_io *io, const char *path, const struct kp_seal_member *members,
                             size_t n_members, const char *password);

enum kp_seal_fault {
    KP_SEAL_SOUND,
    KP_SEAL_NONE,           /* not an archive, or one whose members are open */
    KP_SEAL_WRONG_PASSWORD, /* ZipCrypto recognises 255 of 256 wrong ones; the rest look damaged */
    KP_SEAL_DAMAGED,
    KP_SEAL_TOO_BIG,     /* unpacks to more than the limit */
    KP_SEAL_UNSUPPORTED, /* an encryption or compression that is not known here */
    KP_SEAL_EMPTY
};

/* An archive that was opened with its password. Its contents exist in memory alone. */
struct kp_unsealed {
    int fd;         /* -1: none */
    char path[32];  /* names the contents as long as fd is open */
    char name[256]; /* of the archive inside; "": the members themselves were encrypted */
};

/* Returns whether the file is a ZIP archive with an encrypted member. */
bool kp_seal_is(const char *path);

/*
 * Opens an archive: if just one of its members is an archive, that one, else all members, packed again
 * without encryption. KP_E_FAULT with *ret_fault; KP_E_SYSTEM if memory is short. Close it in any case;
 * zero-initialise with fd = -1.
 */
enum kp_status kp_seal_open(const char *path, const char *password, struct kp_unsealed *ret_unsealed,
                            enum kp_seal_fault *ret_fault);
void kp_seal_close(struct kp_unsealed *unsealed);
