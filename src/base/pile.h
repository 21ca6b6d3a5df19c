/*
 * Records of one size in a nameless scratch file with a small buffer before it: any number of them in constant memory.
 * Layer 3.
 */
#ifndef KP_PILE_H
#define KP_PILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/fsio.h"
#include "kenporter.h"

struct kp_pile {
    const struct kp_io *io; /* NULL: not open */
    int fd;
    size_t record_bytes;
    uint64_t n; /* records, including those buffered */
    size_t n_buffered;
    char *buffer;
};

enum { KP_PILE_BUFFERED = 512 };

/* Makes the file in the folder; close with kp_pile_close. Errors: KP_E_SYSTEM. */
enum kp_status kp_pile_open(struct kp_pile *pile, const struct kp_io *io, const char *folder, const char *name,
                            size_t record_bytes);
enum kp_status kp_pile_push(struct kp_pile *pile, const void *record);
/* Forgets all but the first n records. */
void kp_pile_cut(struct kp_pile *pile, uint64_t n);
/* Writes what is buffered; needed before reading. */
enum kp_status kp_pile_flush(struct kp_pile *pile);
/* Reads n records from that one on. */
enum kp_status kp_pile_read(const struct kp_pile *pile, uint64_t first, void *records, size_t n);
/* Writes n records over those that stand there. */
enum kp_status kp_pile_write(const struct kp_pile *pile, uint64_t first, const void *records, size_t n);
/* Safe on one that never was opened. */
void kp_pile_close(struct kp_pile *pile);

#endif
