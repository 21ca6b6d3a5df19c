/*
 * Files. The only caller of POSIX file functions, through struct kp_io so that tests can fail each call.
 * Everything made here is 0600, folders 0700. Layer 2.
 */
#ifndef KP_FILE_H
#define KP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "kenporter.h"

struct kp_io {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*read)(int fd, void *bytes, size_t n);
    ssize_t (*write)(int fd, const void *bytes, size_t n);
    int (*fsync)(int fd);
    int (*close)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*ftruncate)(int fd, off_t length);
    ssize_t (*pread)(int fd, void *bytes, size_t n, off_t at);
    ssize_t (*pwrite)(int fd, const void *bytes, size_t n, off_t at);
};

extern const struct kp_io kp_io_posix;

/* --- reading --- */

/* A whole file up to max_bytes into the arena, NUL-terminated. KP_E_INPUT when it cannot be read; errno tells
 * why (EFBIG when it is too large). */
enum kp_status kp_read_file(const struct kp_io *io, const char *path, size_t max_bytes,
                            struct kp_arena *arena, const char **ret_bytes, size_t *ret_n);

/* A file read in pieces; physical lines are found in it without limit on their number, only on their length.
 */
struct kp_in {
    const struct kp_io *io;
    int fd;
    char *data; /* window of the file */
    size_t start, end, cap;
    bool at_eof;
    bool lf_only;           /* a CR ends no line: for files of our own making */
    bool borrowed;          /* data belongs to somebody else */
    enum kp_encoding utf16; /* KP_ENC_UTF16LE or BE: lines are handed out as UTF-8; else as they are */
    uint8_t carry[4];       /* the first bytes of a character whose rest was not read yet */
    size_t n_carry;
    uint64_t taken_bytes; /* handed out so far */
};

/* KP_E_INPUT with errno set when it cannot be opened or is not a regular file. */
enum kp_status kp_in_open(struct kp_in *in, const struct kp_io *io, const char *path);
/* The same, beginning at that byte. */
enum kp_status kp_in_open_at(struct kp_in *in, const struct kp_io *io, const char *path, uint64_t at);
/* Reads from memory instead; the bytes stay the caller's and must outlive the reader. */
void kp_in_memory(struct kp_in *in, const char *bytes, size_t n);
/* The next piece of the file, at most 64 KiB; n = 0 at the end. Not to be mixed with kp_in_line. */
enum kp_status kp_in_chunk(struct kp_in *in, const char **ret_bytes, size_t *ret_n);
/* Looks at the first two bytes: when they are the mark of UTF-16, lines are handed out as UTF-8 from then on,
 * without the mark. To be called before anything was read. */
enum kp_status kp_in_detect_utf16(struct kp_in *in);
/* The next line with its line end (LF, CR LF, or CR alone), n = 0 at the end of the file. The bytes live
 * until the next call. KP_E_INPUT with errno EFBIG when a line exceeds max_bytes, EILSEQ where UTF-16 breaks
 * off. */
enum kp_status kp_in_line(struct kp_in *in, size_t max_bytes, const char **ret_bytes, size_t *ret_n);
void kp_in_close(struct kp_in *in);

/* Opens the file and hands it to fn piece by piece, from the first byte to the last. */
enum kp_status kp_each_chunk(const struct kp_io *io, const char *path,
                             enum kp_status (*fn)(void *ctx, const char *bytes, size_t n), void *ctx);

enum kp_status kp_file_sha256(const struct kp_io *io, const char *path, uint8_t ret_digest[KP_SHA256_BYTES]);
/* Size in bytes, or -1. */
int64_t kp_file_size(const char *path);
bool kp_path_exists(const char *path);

/* --- writing --- */

/*
 * A file that is appended to in buffered pieces. Between pieces it is closed, so that any number of them may
 * be under construction without running out of descriptors. Errors are sticky; the last call to check is
 * kp_out_finish.
 */
struct kp_out {
    const struct kp_io *io;
    const char *path; /* the caller's */
    char *data;
    size_t used;
    uint64_t written_bytes; /* including what is still buffered */
    int error;              /* errno of the first failure */
};

/* Creates the file (it must not exist). */
enum kp_status kp_out_create(struct kp_out *out, const struct kp_io *io, const char *path);
void kp_out_add(struct kp_out *out, const void *bytes, size_t n);
/* Writes what is buffered. */
enum kp_status kp_out_flush(struct kp_out *out);
/* Flushes and, when sync is set, brings the file to disk. The file is closed and the memory freed in any
 * case. */
enum kp_status kp_out_finish(struct kp_out *out, bool sync);
/* Gives up: frees memory, leaves the file for its folder's owner to remove. */
void kp_out_abandon(struct kp_out *out);

/* Whole contents under a temporary name, synced, then renamed into place. */
enum kp_status kp_write_file(const struct kp_io *io, const char *path, const void *bytes, size_t n);

/* --- scratch files: read and written at positions, without a name, gone with their descriptor --- */

/* Creates the file and removes its name at once. */
enum kp_status kp_scratch_open(const struct kp_io *io, const char *path, int *ret_fd);
enum kp_status kp_scratch_write(const struct kp_io *io, int fd, const void *bytes, size_t n, uint64_t at);
/* Reads n bytes; beyond the end they are zero. */
enum kp_status kp_scratch_read(const struct kp_io *io, int fd, void *bytes, size_t n, uint64_t at);

/* --- folders --- */

/* Makes the folder and its parents. */
enum kp_status kp_make_folders(const struct kp_io *io, const char *path);
enum kp_status kp_sync_folder(const struct kp_io *io, const char *path);
enum kp_status kp_sync_parent(const struct kp_io *io, const char *path);
/* Removes the folder with everything in it; links are not followed. */
enum kp_status kp_remove_folder(const char *path);
/* Calls fn with the name of each entry; the order is the file system's. */
enum kp_status kp_each_entry(const char *path, void (*fn)(void *ctx, const char *name), void *ctx);

/* --- locks --- */

/* Takes the lock file without waiting. *ret_fd holds it until it is closed; *ret_holder is the process that
 * has it (0 unknown) when KP_E_SYSTEM comes with errno EWOULDBLOCK. A dead process holds nothing. */
enum kp_status kp_lock_take(const char *path, int *ret_fd, long *ret_holder);
void kp_lock_drop(int fd);
/* The process that holds a lock on the open file, as the kernel tells; 0 unknown. */
long kp_lock_holder(int fd);

#endif
