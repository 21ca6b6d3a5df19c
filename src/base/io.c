#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int posix_openat(int at, const char *name, int flags, mode_t mode)
{
    return openat(at, name, flags | O_CLOEXEC, mode);
}

const struct kp_io kp_io_posix = {.openat = posix_openat,
                                  .read = read,
                                  .write = write,
                                  .fsync = fsync,
                                  .close = close,
                                  .renameat = renameat,
                                  .unlinkat = unlinkat,
                                  .mkdirat = mkdirat,
                                  .ftruncate = ftruncate,
                                  .pread = pread,
                                  .pwrite = pwrite};

static void close_quietly(int fd)
{
    int error = errno;
    (void)close(fd); /* nothing was written through it */
    errno = error;
}

/* --- the root --- */

bool kp_root_open(struct kp_root *root, const char *path)
{
    struct stat info;
    *root = (struct kp_root){.path = path, .fd = -1};
    if (!*path)
        path = ".";
    if (lstat(path, &info) != 0)
        return false;
    if (S_ISLNK(info.st_mode) && info.st_uid != 0 && info.st_uid != geteuid()) {
        errno = ELOOP;
        return false;
    }
    root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return root->fd >= 0;
}

/* Returns what follows the root in the path, or NULL if the path does not lead below it. */
static const char *below_root(const struct kp_root *root, const char *path)
{
    size_t n = root ? strlen(root->path) : 0;
    while (n > 0 && root->path[n - 1] == '/')
        n--;
    if (!root || strncmp(path, root->path, n) != 0)
        return NULL;
    if (*root->path ? path[n] != '/' && path[n] != '\0' : path[0] == '/' || strncmp(path, "..", 2) == 0)
        return NULL;
    for (const char *up = strstr(path + n, "/.."); up; up = strstr(up + 1, "/.."))
        if (up[3] == '/' || up[3] == '\0')
            return NULL;
    return path + n;
}

/* --- places --- */

/* Copies the next part of a path to name and returns what follows it. */
static const char *next_part(const char *path, char *name, size_t room)
{
    path += strspn(path, "/");
    size_t n = strcspn(path, "/");
    if (n >= room) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    memcpy(name, path, n);
    name[n] = '\0';
    return path + n + strspn(path + n, "/");
}

void kp_leaf_close(struct kp_leaf *leaf)
{
    if (leaf->opened)
        close_quietly(leaf->at);
    leaf->opened = false;
}

static bool enter(struct kp_leaf *leaf)
{
    int fd = openat(leaf->at, leaf->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    kp_leaf_close(leaf);
    leaf->at = fd;
    leaf->opened = fd >= 0;
    return leaf->opened;
}

bool kp_leaf_open(const struct kp_io *io, const char *path, struct kp_leaf *ret_leaf)
{
    const char *rest = below_root(io->root, path);
    ret_leaf->at = rest ? io->root->fd : AT_FDCWD;
    ret_leaf->opened = false;
    ret_leaf->below = rest != NULL;
    if (!rest) {
        size_t n = strlen(path);
        if (n >= sizeof(ret_leaf->name)) {
            errno = ENAMETOOLONG;
            return false;
        }
        memcpy(ret_leaf->name, path, n + 1);
        return true;
    }
    rest = next_part(rest, ret_leaf->name, sizeof(ret_leaf->name));
    while (rest && *rest) {
        if (!enter(ret_leaf))
            return false;
        rest = next_part(rest, ret_leaf->name, sizeof(ret_leaf->name));
    }
    if (!rest)
        kp_leaf_close(ret_leaf);
    else if (!*ret_leaf->name)
        memcpy(ret_leaf->name, ".", 2);
    return rest != NULL;
}

/* --- operations --- */

int kp_io_open(const struct kp_io *io, const char *path, int flags)
{
    struct kp_leaf leaf;
    if (!kp_leaf_open(io, path, &leaf))
        return -1;
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    int fd = io->openat(leaf.at, leaf.name, flags | (leaf.below || writes ? O_NOFOLLOW : 0), 0600);
    kp_leaf_close(&leaf);
    return fd;
}

static int unlink_at(const struct kp_io *io, const char *path, int flags)
{
    struct kp_leaf leaf;
    if (!kp_leaf_open(io, path, &leaf))
        return -1;
    int done = io->unlinkat(leaf.at, leaf.name, flags);
    kp_leaf_close(&leaf);
    return done;
}

int kp_io_unlink(const struct kp_io *io, const char *path)
{
    return unlink_at(io, path, 0);
}

int kp_io_rmdir(const struct kp_io *io, const char *path)
{
    return unlink_at(io, path, AT_REMOVEDIR);
}

int kp_io_mkdir(const struct kp_io *io, const char *path)
{
    struct kp_leaf leaf;
    if (!kp_leaf_open(io, path, &leaf))
        return -1;
    int done = io->mkdirat(leaf.at, leaf.name, 0700);
    kp_leaf_close(&leaf);
    return done;
}

static int stat_at(const struct kp_io *io, const char *path, struct stat *ret_info, bool follow)
{
    struct kp_leaf leaf;
    if (!kp_leaf_open(io, path, &leaf))
        return -1;
    int done = fstatat(leaf.at, leaf.name, ret_info, follow && !leaf.below ? 0 : AT_SYMLINK_NOFOLLOW);
    kp_leaf_close(&leaf);
    return done;
}

int kp_io_stat(const struct kp_io *io, const char *path, struct stat *ret_info)
{
    return stat_at(io, path, ret_info, true);
}

int kp_io_lstat(const struct kp_io *io, const char *path, struct stat *ret_info)
{
    return stat_at(io, path, ret_info, false);
}

/* Whoever planted what is there expects it to be used. */
static bool may_be_replaced(const struct kp_leaf *leaf)
{
    struct stat info;
    if (fstatat(leaf->at, leaf->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    errno = EEXIST;
    return S_ISDIR(info.st_mode) || S_ISREG(info.st_mode);
}

int kp_io_rename(const struct kp_io *io, const char *from, const char *to)
{
    struct kp_leaf old, new;
    if (!kp_leaf_open(io, from, &old))
        return -1;
    int done = -1;
    if (kp_leaf_open(io, to, &new)) {
        done = may_be_replaced(&new) ? io->renameat(old.at, old.name, new.at, new.name) : -1;
        kp_leaf_close(&new);
    }
    kp_leaf_close(&old);
    return done;
}

/* --- what is in the way --- */

static enum kp_odd kind_of(const struct stat *info)
{
    switch (info->st_mode & S_IFMT) {
    case S_IFLNK: return KP_ODD_SYMLINK;
    case S_IFIFO: return KP_ODD_FIFO;
    case S_IFSOCK: return KP_ODD_SOCKET;
    case S_IFCHR:
    case S_IFBLK: return KP_ODD_DEVICE;
    case S_IFDIR: return KP_ODD_FOLDER;
    default: return info->st_nlink > 1 ? KP_ODD_HARD_LINKS : KP_ODD_FILE;
    }
}

/* Returns whether that is what made an operation on the last part of a path fail. */
static bool is_odd(enum kp_odd kind, int error)
{
    if (kind == KP_ODD_FOLDER)
        return error == EISDIR || error == EEXIST;
    if (kind == KP_ODD_FILE)
        return error == ENOTDIR;
    return kind != KP_ODD_HARD_LINKS || error == EMLINK || error == ENOTDIR;
}

enum kp_odd kp_io_odd(const struct kp_io *io, const char *path, int error, size_t *ret_n, bool *ret_folder)
{
    const char *rest = below_root(io->root, path);
    char part[4096];
    struct stat info;
    *ret_folder = false;
    for (size_t n = rest ? (size_t)(rest - path) : strlen(path); n < sizeof(part);) {
        n += strspn(path + n, "/");
        n += strcspn(path + n, "/");
        bool last = path[n + strspn(path + n, "/")] == '\0';
        memcpy(part, path, n);
        part[n] = '\0';
        if (kp_io_lstat(io, part, &info) != 0)
            return KP_ODD_NONE;
        enum kp_odd kind = kind_of(&info);
        if (last ? is_odd(kind, error) : kind != KP_ODD_FOLDER) {
            *ret_n = n;
            *ret_folder = !last || error == ENOTDIR;
            return kind;
        }
        if (last)
            break;
    }
    return KP_ODD_NONE;
}
