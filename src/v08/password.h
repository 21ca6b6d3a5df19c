/* The password of sealed archives: read from a file, wiped after use, never part of a message. */
#pragma once

#include "format/sealed.h"
#include "tables/context.h"

enum { KP_PASSWORD_MAX = 128, KP_PASSWORD_LEAST = 16 };

struct kp_password {
    char text[KP_PASSWORD_MAX + 1]; /* "": none */
};

/* Takes the password off the first line of n bytes, which may be the only one. Returns false if there is
 * none, or if it has control characters or too many bytes. */
bool kp_password_take(const char *bytes, size_t n, struct kp_password *ret_password);

/* Reads the password from the first line of a file; NULL gives none. Reports KP_E_USAGE; a file that others
 * may read is a warning. */
enum kp_status kp_password_read(struct kp_context *ctx, const char *path, struct kp_password *ret_password);

/* Opens the archive at path if it is under a password and one is given. Sets the code of KP_E_FAULT; does not
 * report. */
enum kp_status kp_password_open(const struct kp_password *password, const char *path,
                                struct kp_unsealed *unsealed, enum kp_code *ret_code);

void kp_password_wipe(struct kp_password *password);
