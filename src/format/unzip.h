/*
 * Reading a ZIP archive that nobody vouches for. Nothing is believed before it was compared: the directory
 * against the local headers, declared sizes against what the data give, offsets against the file. No name is
 * ever used as a path. Memory is a constant; what a member may take is the caller's to say. Layer 4.
 */
#ifndef KP_UNZIP_H
#define KP_UNZIP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/file.h"
#include "format/zip.h"

enum {
    KP_UNZIP_MAX_MEMBERS =
        1000100, /* the documents of the fullest bundle that can be named, and what goes with them */
    KP_UNZIP_MAX_NAME = 512,
    KP_UNZIP_MAX_RATIO = 200 /* for members of more than a megabyte */
};

enum kp_zip_fault {
    KP_ZIP_SOUND,
    KP_ZIP_NOT_AN_ARCHIVE, /* no end record where it must be: something else, or cut off */
    KP_ZIP_IN_PARTS,       /* spread over several files */
    KP_ZIP_DIRECTORY,      /* the directory lies outside the file or breaks off */
    KP_ZIP_TOO_MANY,       /* members, or bytes of a name */
    KP_ZIP_BOMB,           /* unpacks to more than a receiver could want */
    KP_ZIP_OVERLAP,        /* members share bytes */
    KP_ZIP_HIDDEN, /* bytes between them belong to none, or they stand in another order than in the directory
                    */
    KP_ZIP_ENCRYPTED,
    KP_ZIP_METHOD,  /* neither stored nor deflated, or so that not every program can unpack it */
    KP_ZIP_HEADERS, /* the member's own header is another than the directory says */
    KP_ZIP_DATA,    /* does not unpack, or to another size */
    KP_ZIP_CRC
};

struct kp_zip_member {
    const char *name; /* live until the next member is asked for; NUL-terminated, and perhaps holding NULs:
                         n_name counts */
    size_t n_name;
    uint64_t offset, packed_bytes, size_bytes;
    uint64_t data; /* where its bytes begin */
    uint32_t crc;
    unsigned method, flags, version; /* the last: what it needs to be unpacked, in tenths */
    bool folder;                     /* its name ends with a slash */
    bool special; /* a link, device or other thing that is neither plain file nor plain folder */
};

struct kp_unzip {
    const struct kp_io *io; /* NULL: closed */
    int fd;
    uint64_t file_bytes;
    uint64_t n_members;
    uint64_t directory, directory_end; /* offsets */
    uint64_t at;                       /* of the next entry of the directory */
    uint64_t n_taken;
    uint64_t expected;       /* where the next member must begin: they fill the file without a gap */
    uint64_t unpacked_bytes; /* declared by the members so far */
    char name[KP_UNZIP_MAX_NAME + 1];
};

/* Opens the archive and finds its directory. KP_E_INPUT: cannot be opened (errno). KP_E_FAULT: *ret_fault
 * says why. */
enum kp_status kp_unzip_open(struct kp_unzip *zip, const struct kp_io *io, const char *path,
                             enum kp_zip_fault *ret_fault);

/* The next member in the order of the directory, its own header held against it; *ret_end after the last,
 * when they fill the file to the directory. KP_E_FAULT ends the reading; KP_E_INPUT: read error. */
enum kp_status kp_unzip_next(struct kp_unzip *zip, struct kp_zip_member *ret_member, bool *ret_end,
                             enum kp_zip_fault *ret_fault);
/* Begins again with the first member. */
void kp_unzip_rewind(struct kp_unzip *zip);

/* Unpacks a member into out (emptied first; NULL: only looks whether it is sound). More than max_bytes is
 * KP_ZIP_BOMB. */
enum kp_status kp_unzip_read(struct kp_unzip *zip, const struct kp_zip_member *member, size_t max_bytes,
                             struct kp_buf *out, enum kp_zip_fault *ret_fault);

void kp_unzip_close(struct kp_unzip *zip);

#endif
