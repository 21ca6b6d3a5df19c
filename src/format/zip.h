/*
 * A deterministic ZIP: members in the order they come, fixed times and attributes, sizes known before the
 * data (no data descriptors), ZIP64 only when the numbers demand it. Members are compressed beforehand, by
 * any thread.
 *
 *   local header, name, data      once per member
 *   central directory             kept in a file of its own until the end, so memory does not grow with
 * members [ZIP64 end, ZIP64 locator]    more than 65,534 members, or beyond 4 GiB end of central directory
 *
 * Layer 3.
 */
#ifndef KP_ZIP_H
#define KP_ZIP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/file.h"

/* Where the parts of an archive begin, and the extra field for numbers beyond 32 bits. */
enum {
    KP_ZIP_LOCAL_SIGNATURE = 0x04034b50,
    KP_ZIP_CENTRAL_SIGNATURE = 0x02014b50,
    KP_ZIP_END_SIGNATURE = 0x06054b50,
    KP_ZIP_END64_SIGNATURE = 0x06064b50,
    KP_ZIP_LOCATOR64_SIGNATURE = 0x07064b50,
    KP_ZIP_EXTRA64 = 0x0001
};

/* One deflate stream, used again for every member; one per thread. */
struct kp_deflate;

/* A compressed member waiting to be put into an archive. */
struct kp_packed {
    struct kp_buf bytes;
    uint32_t crc;
    uint32_t size; /* before compression */
};

enum kp_status kp_deflate_new(struct kp_deflate **ret_deflate);
void kp_deflate_free(struct kp_deflate *deflate);
/* Compresses n bytes (less than 4 GiB) into packed, which is emptied first. */
enum kp_status kp_deflate_run(struct kp_deflate *d, const char *bytes, size_t n, struct kp_packed *packed);

struct kp_zip {
    struct kp_out out;
    struct kp_out central;
    uint64_t n_members;
};

/* Creates the archive and the file for its central directory; the paths are the caller's and must outlive the
 * zip. Write errors stick; kp_zip_finish tells. */
enum kp_status kp_zip_create(struct kp_zip *zip, const struct kp_io *io, const char *path,
                             const char *central_path);
/* name: ASCII, forward slashes, at most 65,535 bytes. */
void kp_zip_add(struct kp_zip *zip, const char *name, const struct kp_packed *packed);
/* Writes the directory, brings the archive to disk, closes both files. */
enum kp_status kp_zip_finish(struct kp_zip *zip);
void kp_zip_abandon(struct kp_zip *zip);

#endif
