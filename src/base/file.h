/* Files and folders. Calls that a disk can fail go through struct kp_io, so that tests can fail each of them.
 * Files are created with mode 0600, folders with 0700. Functions here do not report; unless stated otherwise,
 * a function that fails returns KP_E_INPUT for reading and KP_E_SYSTEM for anything else, with errno set. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/sha256.h"
#include "kenporter.h"

/* --- reading --- */

/* Opens a regular file for reading; anything else is EISDIR or EINVAL. The caller closes it. */
enum kp_status kp_file_open(const struct kp_io *io, const char *path, int *ret_fd);
/* Reads like read(2), again if interrupted. */
ssize_t kp_file_read(const struct kp_io *io, int fd, void *bytes, size_t n);
/* Reads n bytes at a position; *ret_n is less only if the file ends before them. */
enum kp_status kp_file_read_at(const struct kp_io *io, int fd, void *bytes, size_t n, uint64_t at,
                               size_t *ret_n);

/* Reads a whole file of at most max_bytes (else EFBIG) into the arena, NUL-terminated. Returns KP_E_SYSTEM if
 * the arena fails; errno is then undefined. */
enum kp_status kp_read_file(const struct kp_io *io, const char *path, size_t max_bytes,
                            struct kp_arena *arena, const char **ret_bytes, size_t *ret_n);

/* Passes the file to fn in pieces of at most 64 KiB. Returns the status of fn if that fails. */
enum kp_status kp_each_chunk(const struct kp_io *io, const char *path,
                             enum kp_status (*fn)(void *ctx, const char *bytes, size_t n), void *ctx);

/* Returns KP_E_SYSTEM, errno undefined, if hashing fails. */
enum kp_status kp_file_sha256(const struct kp_io *io, const char *path, uint8_t ret_digest[KP_SHA256_BYTES]);
/* Opens with these flags of open(2), and a mode of 0600. A folder, FIFO or device is refused at once, for
 * writing also a file that has a second name (EMLINK). */
enum kp_status kp_open_regular(const struct kp_io *io, const char *path, int flags, int *ret_fd);
/* Returns whether the path still names the open file, which no other name leads to. */
bool kp_is_named(const struct kp_io *io, int fd, const char *path);
/* Returns the size in bytes, or -1 with errno. */
int64_t kp_file_size(const struct kp_io *io, const char *path);
/* Returns the permission bits of what the path names, links followed; 0 if there is nothing. */
unsigned kp_path_mode(const struct kp_io *io, const char *path);
/* Returns whether the path is a symbolic link. */
bool kp_is_link(const struct kp_io *io, const char *path);
/* Return whether the path is known to name something (a dangling link counts), or nothing; neither if that
 * cannot be found out. */
bool kp_path_absent(const struct kp_io *io, const char *path);
bool kp_path_exists(const struct kp_io *io, const char *path);

/* --- writing --- */

/* Writes all n bytes, where write(2) may be interrupted or write less. */
enum kp_status kp_file_write(const struct kp_io *io, int fd, const void *bytes, size_t n);

/* A file that is appended to in buffered pieces. It is closed between pieces, so that any number of files may
 * be under construction without running out of descriptors. Failures are sticky and keep the first errno:
 * checking kp_out_finish is enough. */
struct kp_out {
    const struct kp_io *io;
    const char *path; /* the caller's */
    char *data;
    size_t used;
    uint64_t written_bytes; /* including what is still buffered */
    bool exists;            /* the file was created */
    int error;              /* errno of the first failure */
};

/* Creates the file; fails if it exists. */
enum kp_status kp_out_create(struct kp_out *out, const struct kp_io *io, const char *path);
/* The same for a scratch file, which is not created while its contents fit into memory: see kp_out_held. */
enum kp_status kp_out_hold(struct kp_out *out, const struct kp_io *io, const char *path);
void kp_out_add(struct kp_out *out, const void *bytes, size_t n);
/* Returns whether a scratch file was not created: then data and used are its contents. Else writes what is
 * buffered; a failure is sticky. */
bool kp_out_held(struct kp_out *out);
/* Flushes and, if sync is set, brings the contents to disk. Frees the memory in any case. */
enum kp_status kp_out_finish(struct kp_out *out, bool sync);
/* Frees the memory and leaves the file in place. */
void kp_out_abandon(struct kp_out *out);

/* Writes PATH.tmp, syncs it, renames it to path and syncs the folder. On failure path has its old contents or
 * the new ones, and PATH.tmp is gone. */
enum kp_status kp_write_file(const struct kp_io *io, const char *path, const void *bytes, size_t n);

/* --- reading and writing at positions: scratch files and indexes --- */

/* Creates a file and removes its name at once: it disappears with its descriptor. */
enum kp_status kp_scratch_open(const struct kp_io *io, const char *path, int *ret_fd);
enum kp_status kp_scratch_write(const struct kp_io *io, int fd, const void *bytes, size_t n, uint64_t at);
/* Reads n bytes, zeros beyond the end of the file. Returns KP_E_SYSTEM if it fails. */
enum kp_status kp_scratch_read(const struct kp_io *io, int fd, void *bytes, size_t n, uint64_t at);

/* --- folders --- */

/* Creates the folder and any missing parents. */
enum kp_status kp_make_folders(const struct kp_io *io, const char *path);
enum kp_status kp_sync_folder(const struct kp_io *io, const char *path);
enum kp_status kp_sync_parent(const struct kp_io *io, const char *path);
/* Removes the path and everything below it, if it exists. Links are not followed. */
enum kp_status kp_remove_folder(const struct kp_io *io, const char *path);
/* Calls fn with the name of each entry, in the order of the file system. */
enum kp_status kp_each_entry(const struct kp_io *io, const char *path,
                             void (*fn)(void *ctx, const char *name), void *ctx);
