/* Any number of records of one size in constant memory: a scratch file behind a small buffer. Functions
 * return KP_E_SYSTEM, with errno unless memory was short; they do not report. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "kenporter.h"

struct kp_spill {
    const struct kp_io *io; /* NULL: not open */
    int fd;
    size_t record_bytes;
    uint64_t n; /* records, including those buffered */
    size_t n_buffered;
    char *buffer;
};

enum { KP_SPILL_BUFFERED = 512 };

/* Creates the scratch file FOLDER/NAME. */
enum kp_status kp_spill_open(struct kp_spill *pile, const struct kp_io *io, const char *folder,
                             const char *name, size_t record_bytes);
enum kp_status kp_spill_push(struct kp_spill *pile, const void *record);
/* Drops all but the first n records. */
void kp_spill_cut(struct kp_spill *pile, uint64_t n);
/* Writes what is buffered; required before kp_spill_read. */
enum kp_status kp_spill_flush(struct kp_spill *pile);
/* Reads n records, beginning with that number. */
enum kp_status kp_spill_read(const struct kp_spill *pile, uint64_t first, void *records, size_t n);
/* Overwrites n records, beginning with that number. */
enum kp_status kp_spill_write(const struct kp_spill *pile, uint64_t first, const void *records, size_t n);
/* Safe on a zeroed pile. */
void kp_spill_close(struct kp_spill *pile);
