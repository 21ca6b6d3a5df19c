/*
 * Physical lines of a file or of memory, through a window that grows to the longest line. UTF-16 is converted
 * to UTF-8. Functions here do not report.
 */
#pragma once

#include "base/buf.h"
#include "base/file.h"

struct kp_lines {
    const struct kp_io *io; /* NULL: memory, or closed */
    int fd;
    struct kp_buf window; /* bytes read; those before start were returned */
    size_t start;
    bool at_eof;
    bool lf_only;           /* a CR ends no line: for files this program wrote */
    enum kp_encoding utf16; /* KP_ENC_UTF16LE or BE: convert */
    uint8_t carry[4];       /* first bytes of a UTF-16 character that is not complete yet */
    size_t n_carry;
    uint64_t taken_bytes; /* returned so far */
};

/* Opens a regular file and begins at that byte. Returns KP_E_INPUT with errno. */
enum kp_status kp_lines_open(struct kp_lines *lines, const struct kp_io *io, const char *path, uint64_t at);
/* Reads from memory, which is the caller's and outlives the reader. */
void kp_lines_memory(struct kp_lines *lines, const char *bytes, size_t n);
/* Converts to UTF-8, without the mark, if the file begins with a byte order mark of UTF-16. Call it before
 * anything is read. Returns KP_E_INPUT with errno. */
enum kp_status kp_lines_detect_utf16(struct kp_lines *lines);
/*
 * Returns the next line with its line end (LF, CR LF, or CR alone); *ret_n is 0 at the end of the file. The
 * bytes live until the next call. A surrogate without its half, or half a character at the end, becomes the
 * byte 0xff, which no decoder accepts. Returns KP_E_INPUT with errno (EFBIG for a line of more than
 * max_bytes), or KP_E_SYSTEM if memory is short.
 */
enum kp_status kp_lines_next(struct kp_lines *lines, size_t max_bytes, const char **ret_bytes, size_t *ret_n);
/* Safe on a zeroed or closed reader. */
void kp_lines_close(struct kp_lines *lines);
