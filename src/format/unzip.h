/* Reads a ZIP archive from an untrusted source. Everything is compared before it is used: the directory with
 * the local headers, declared sizes with the data, offsets with the file. No name is ever used as a path.
 * Memory is constant except for a member's contents, which the caller limits. Functions here do not report:
 * they return KP_E_FAULT with the reason in fault, KP_E_INPUT with errno for a file that cannot be read, or
 * KP_E_SYSTEM if memory is short. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/file.h"
#include "format/zip.h"

enum {
    KP_UNZIP_MAX_MEMBERS = 1000100, /* the most documents a bundle can name, and the files beside them */
    KP_UNZIP_MAX_NAME = 512,
    KP_UNZIP_MAX_RATIO = 200 /* for members of more than a megabyte */
};

enum kp_zip_fault {
    KP_ZIP_SOUND,
    KP_ZIP_NOT_AN_ARCHIVE, /* no end record in its place: another file, or truncated */
    KP_ZIP_IN_PARTS,       /* split over several files */
    KP_ZIP_DIRECTORY,      /* the directory is outside the file, or malformed */
    KP_ZIP_TOO_MANY,       /* members, or bytes of a name */
    KP_ZIP_BOMB,           /* unpacks to more than the limits */
    KP_ZIP_OVERLAP,        /* members share bytes */
    KP_ZIP_HIDDEN, /* bytes that belong to no member, or members in another order than the directory */
    KP_ZIP_ENCRYPTED,
    KP_ZIP_METHOD,  /* neither stored nor deflated, or with features that not every program supports */
    KP_ZIP_HEADERS, /* the local header contradicts the directory */
    KP_ZIP_DATA,    /* does not unpack, or to another size */
    KP_ZIP_CRC
};

struct kp_zip_member {
    const char *name; /* live until the next member is read; n_name bytes, perhaps with NULs, and a NUL */
    size_t n_name;
    uint64_t offset, packed_bytes, size_bytes;
    uint64_t data; /* offset of its contents */
    uint32_t crc;
    unsigned method, flags;
    unsigned version; /* of ZIP needed to unpack it, in tenths */
    bool folder;      /* the name ends with a slash */
    bool special;     /* a link, a device or anything else but a plain file or folder */
};

/* A piece of the archive that is at hand. */
struct kp_unzip_window {
    uint64_t at; /* offset of its first byte */
    size_t n;
    uint8_t bytes[16 * 1024];
};

struct kp_unzip {
    const struct kp_io *io; /* NULL: closed */
    int fd;
    uint64_t file_bytes;
    uint64_t n_members;
    uint64_t directory, directory_end; /* offsets */
    uint64_t at;                       /* offset of the next directory entry */
    uint64_t n_taken;
    uint64_t expected;       /* offset of the next member: they fill the file without gaps */
    uint64_t unpacked_bytes; /* declared by the members so far */
    enum kp_zip_fault fault; /* of the last KP_E_FAULT */
    char name[KP_UNZIP_MAX_NAME + 1];
    struct kp_unzip_window windows[2]; /* in the members, in the directory */
};

/* Opens the archive and finds its directory. Close it even if this fails. */
enum kp_status kp_unzip_open(struct kp_unzip *zip, const struct kp_io *io, const char *path);

/* Returns the next member in the order of the directory, after comparing it with its local header. *ret_end
 * is true after the last. A fault ends the reading. */
enum kp_status kp_unzip_next(struct kp_unzip *zip, struct kp_zip_member *ret_member, bool *ret_end);
/* Returns to the first member. */
void kp_unzip_rewind(struct kp_unzip *zip);

/* Unpacks a member into out, which is emptied first; NULL only checks the member. More than max_bytes is
 * KP_ZIP_BOMB. */
enum kp_status kp_unzip_read(struct kp_unzip *zip, const struct kp_zip_member *member, size_t max_bytes,
                             struct kp_buf *out);

void kp_unzip_close(struct kp_unzip *zip);
