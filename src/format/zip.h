/* Writes a deterministic ZIP: members in the order they are added, fixed times and attributes, sizes before
 * the data (no data descriptors), ZIP64 only where the numbers require it: from 65,535 members or 4 GiB.
 * Members are compressed beforehand, by any thread. The central directory, once it is long, is in a file
 * of its own until the end, so that memory does not grow with members. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/file.h"

/* Signatures of the parts of an archive, and the extra field for numbers beyond 32 bits. */
enum {
    KP_ZIP_LOCAL_SIGNATURE = 0x04034b50,
    KP_ZIP_CENTRAL_SIGNATURE = 0x02014b50,
    KP_ZIP_END_SIGNATURE = 0x06054b50,
    KP_ZIP_END64_SIGNATURE = 0x06064b50,
    KP_ZIP_LOCATOR64_SIGNATURE = 0x07064b50,
    KP_ZIP_EXTRA64 = 0x0001
};

/* A compressor (of libdeflate), reused for every member; one per thread. The bytes depend on the input and
 * the version of the library alone. */
struct kp_deflate;

/* A compressed member. */
struct kp_packed {
    struct kp_buf bytes;
    uint32_t crc;
    uint32_t size; /* before compression */
};

/* Return KP_E_SYSTEM if memory is short; do not report. */
enum kp_status kp_deflate_new(struct kp_deflate **ret_deflate);
/* Compresses n bytes (less than 4 GiB) into packed, which is emptied first. */
enum kp_status kp_deflate_run(struct kp_deflate *d, const char *bytes, size_t n, struct kp_packed *packed);
void kp_deflate_free(struct kp_deflate *deflate);

/* The way back, quicker than zlib's. */
struct kp_inflate;

enum kp_status kp_inflate_new(struct kp_inflate **ret_inflate);
/* Adds what was compressed to the buffer. Returns KP_E_FAULT unless size and checksum are as stated and no
 * byte is left over. */
enum kp_status kp_inflate_run(struct kp_inflate *inflate, const struct kp_packed *packed, struct kp_buf *to);
void kp_inflate_free(struct kp_inflate *inflate);

struct kp_zip {
    struct kp_out out;
    struct kp_out central;
    uint64_t n_members;
};

/* Creates the archive and the file for its central directory; both paths outlive the zip. Here and in
 * kp_zip_finish: returns KP_E_SYSTEM with errno, does not report. */
enum kp_status kp_zip_create(struct kp_zip *zip, const struct kp_io *io, const char *path,
                             const char *central_path);
/* Adds a member. Its name is ASCII with forward slashes, at most 65,535 bytes. Failures are sticky. */
void kp_zip_add(struct kp_zip *zip, const char *name, const struct kp_packed *packed);
/* Writes the directory, brings the archive to disk and closes both files. */
enum kp_status kp_zip_finish(struct kp_zip *zip);
/* Frees the memory and leaves the files in place. */
void kp_zip_abandon(struct kp_zip *zip);
