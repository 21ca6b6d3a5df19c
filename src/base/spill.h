/*
 * Records of one size in a nameless scratch file with a small buffer before it: any number of them in
 * constant memory. Layer 3.
 */
#ifndef KP_SPILL_H
#define KP_SPILL_H

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

/* Makes the file in the folder; close with kp_spill_close. Errors: KP_E_SYSTEM. */
enum kp_status kp_spill_open(struct kp_spill *pile, const struct kp_io *io, const char *folder,
                             const char *name, size_t record_bytes);
enum kp_status kp_spill_push(struct kp_spill *pile, const void *record);
/* Forgets all but the first n records. */
void kp_spill_cut(struct kp_spill *pile, uint64_t n);
/* Writes what is buffered; needed before reading. */
enum kp_status kp_spill_flush(struct kp_spill *pile);
/* Reads n records from that one on. */
enum kp_status kp_spill_read(const struct kp_spill *pile, uint64_t first, void *records, size_t n);
/* Writes n records over those that stand there. */
enum kp_status kp_spill_write(const struct kp_spill *pile, uint64_t first, const void *records, size_t n);
/* Safe on one that never was opened. */
void kp_spill_close(struct kp_spill *pile);

#endif
