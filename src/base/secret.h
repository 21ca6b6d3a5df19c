/* Secrets: drawn from the cryptographic generator, and wiped from memory. */
#pragma once

#include <stddef.h>

#include "base/status.h"

/* The letters that cannot be mistaken for each other in any typeface: digits and capitals without 0 O 1 I. */
#define KP_SECRET_ALPHABET "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

/* Fills n random letters of the alphabet, 5 bits each, and a NUL. Does not report: KP_E_SYSTEM if the
 * generator fails. */
enum kp_status kp_secret_draw(char *ret_text, size_t n);

/* Overwrites memory, even where the compiler sees that it is not read again. */
void kp_secret_wipe(void *bytes, size_t n);
