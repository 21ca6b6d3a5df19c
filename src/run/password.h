/* The password under which a run seals bundles: from a file, from a command, or generated. */
#pragma once

#include "run/run.h"
#include "v08/password.h"

enum { KP_PASSWORD_GENERATED = 20 }; /* letters of 5 bits */

/* Chooses the password of an insurer as the options say; *ret_generated if it was drawn. One that was given
 * must have KP_PASSWORD_LEAST characters, all of ASCII. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_password_choose(struct kp_run *run, const char *insurer, struct kp_password *ret_password,
                                  bool *ret_generated);
