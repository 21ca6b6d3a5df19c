/* The operations of struct kp_io, and paths for them. Where a folder belongs to somebody else, its owner can
 * exchange any name in it for a link: a path below the root is therefore walked from the root's descriptor,
 * and no link on it is followed. Links that lead to the root, and paths elsewhere, are followed as usual; a
 * file that is opened for writing is itself never a link. Functions here do not report; they set errno. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* A folder that stays open, so that its name may change hands. */
struct kp_root {
    const char *path; /* as the caller writes it at the beginning of other paths; "": the working folder */
    int fd;
};

struct kp_io {
    int (*openat)(int at, const char *name, int flags, mode_t mode);
    ssize_t (*read)(int fd, void *bytes, size_t n);
    ssize_t (*write)(int fd, const void *bytes, size_t n);
    int (*fsync)(int fd);
    int (*close)(int fd);
    int (*renameat)(int from_at, const char *from, int to_at, const char *to);
    int (*unlinkat)(int at, const char *name, int flags);
    int (*mkdirat)(int at, const char *name, mode_t mode);
    int (*ftruncate)(int fd, off_t length);
    ssize_t (*pread)(int fd, void *bytes, size_t n, off_t at);
    ssize_t (*pwrite)(int fd, const void *bytes, size_t n, off_t at);
    const struct kp_root *root; /* NULL: none */
};

extern const struct kp_io kp_io_posix;

/* Opens the folder as a root, which the caller closes. The folder may be behind a symbolic link, but not
 * behind one of another user than root: ELOOP. Returns false if it fails. */
bool kp_root_open(struct kp_root *root, const char *path);

/* The last part of a path and the descriptor that it counts from. */
struct kp_leaf {
    int at;
    char name[4096];
    bool opened; /* at is closed with the leaf */
    bool below;  /* the root */
};

/* Returns false, with nothing to close, if a folder on the way is missing or a link. */
bool kp_leaf_open(const struct kp_io *io, const char *path, struct kp_leaf *ret_leaf);
/* Keeps errno. */
void kp_leaf_close(struct kp_leaf *leaf);

/* Like open(2), with a mode of 0600. */
int kp_io_open(const struct kp_io *io, const char *path, int flags);
/* Like rename(2), but replaces only regular files and folders (else EEXIST). */
int kp_io_rename(const struct kp_io *io, const char *from, const char *to);
int kp_io_unlink(const struct kp_io *io, const char *path);
int kp_io_rmdir(const struct kp_io *io, const char *path);
/* With a mode of 0700. */
int kp_io_mkdir(const struct kp_io *io, const char *path);
/* Like stat(2), below the root like lstat(2). */
int kp_io_stat(const struct kp_io *io, const char *path, struct stat *ret_info);
int kp_io_lstat(const struct kp_io *io, const char *path, struct stat *ret_info);

/* What is in the way where a file or a folder is expected. */
enum kp_odd {
    KP_ODD_NONE,
    KP_ODD_SYMLINK,
    KP_ODD_FIFO,
    KP_ODD_SOCKET,
    KP_ODD_DEVICE,
    KP_ODD_FOLDER,
    KP_ODD_FILE,
    KP_ODD_HARD_LINKS
};
/* Returns what refused the path, judged by the errno of the refusal. ret_n: the length of the part of the
 * path that names it; *ret_folder: a folder is expected there. */
enum kp_odd kp_io_odd(const struct kp_io *io, const char *path, int error, size_t *ret_n, bool *ret_folder);
