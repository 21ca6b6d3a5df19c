/* Lock files. The kernel releases a lock when its process ends. */
#pragma once

#include "base/io.h"
#include "kenporter.h"

/* Takes the lock file, created if missing, without waiting; *ret_fd holds it until kp_lock_drop. Returns
 * KP_E_SYSTEM with errno: EWOULDBLOCK if another process holds the lock, with its number in *ret_holder
 * (0: unknown); ELOOP for a symbolic link, EMLINK for a file with another name, EISDIR or EINVAL for what is
 * no regular file. Such a file is left as it is. Does not report. */
enum kp_status kp_lock_take(const struct kp_io *io, const char *path, int *ret_fd, long *ret_holder);
/* fd may be -1. */
void kp_lock_drop(int fd);
/* Returns the number of the process that holds a flock on the open file, or 0 (unlocked, or unknown). */
long kp_lock_holder(int fd);
