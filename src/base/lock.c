#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum kp_status kp_lock_take(const struct kp_io *io, const char *path, int *ret_fd, long *ret_holder)
{
    char text[32] = {0};
    *ret_holder = 0;
    int fd = -1;
    if (kp_open_regular(io, path, O_RDWR | O_CREAT, &fd) != KP_OK)
        return KP_E_SYSTEM;
    bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
    /* The file may have been removed before it was locked. */
    if (locked && kp_is_named(io, fd, path) && io->ftruncate(fd, 0) == 0 &&
        dprintf(fd, "%ld\n", (long)getpid()) > 0) {
        *ret_fd = fd;
        return KP_OK;
    }
    int error = errno;
    if (!locked && read(fd, text, sizeof(text) - 1) > 0)
        *ret_holder = strtol(text, NULL, 10);
    (void)close(fd);
    errno = error;
    return KP_E_SYSTEM;
}

void kp_lock_drop(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* releases the lock */
}

/* A line of /proc/locks is "7: FLOCK  ADVISORY  WRITE 4711 fe:01:917 0 EOF". Devices are not compared: on
 * some file systems stat names them differently. */
long kp_lock_holder(int fd)
{
    static const char writer[] = " WRITE ";
    struct stat info;
    char line[160];
    long holder = 0;
    FILE *locks = fstat(fd, &info) == 0 ? fopen("/proc/locks", "re") : NULL;
    while (locks && holder == 0 && fgets(line, sizeof(line), locks)) {
        const char *inode = strrchr(line, ':');
        const char *pid = strstr(line, ": FLOCK ") ? strstr(line, writer) : NULL;
        if (inode && pid && strtoull(inode + 1, NULL, 10) == (unsigned long long)info.st_ino)
            holder = strtol(pid + strlen(writer), NULL, 10);
    }
    if (locks)
        (void)fclose(locks); /* only read */
    return holder > 0 ? holder : 0;
}
