#include "base/spill.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum kp_status kp_spill_open(struct kp_spill *pile, const struct kp_io *io, const char *folder,
                             const char *name, size_t record_bytes)
{
    enum kp_status st = KP_E_SYSTEM;
    struct kp_arena arena = {0};
    *pile = (struct kp_spill){
        .fd = -1, .record_bytes = record_bytes, .buffer = malloc(KP_SPILL_BUFFERED * record_bytes)};
    char *path = kp_arena_printf(&arena, "%s/%s", folder, name);
    if (path && pile->buffer)
        st = kp_scratch_open(io, path, &pile->fd);
    if (st == KP_OK)
        pile->io = io;
    else
        free(pile->buffer);
    kp_arena_release(&arena);
    return st;
}

enum kp_status kp_spill_push(struct kp_spill *pile, const void *record)
{
    if (pile->n_buffered == KP_SPILL_BUFFERED)
        KP_TRY(kp_spill_flush(pile));
    memcpy(pile->buffer + pile->n_buffered++ * pile->record_bytes, record, pile->record_bytes);
    pile->n++;
    return KP_OK;
}

void kp_spill_cut(struct kp_spill *pile, uint64_t n)
{
    /* Records already on file are overwritten by later ones. */
    uint64_t drop = pile->n - n;
    pile->n_buffered -= drop < pile->n_buffered ? (size_t)drop : pile->n_buffered;
    pile->n = n;
}

enum kp_status kp_spill_flush(struct kp_spill *pile)
{
    enum kp_status st = kp_spill_write(pile, pile->n - pile->n_buffered, pile->buffer, pile->n_buffered);
    pile->n_buffered = 0;
    return st;
}

enum kp_status kp_spill_read(const struct kp_spill *pile, uint64_t first, void *records, size_t n)
{
    return kp_scratch_read(pile->io, pile->fd, records, n * pile->record_bytes, first * pile->record_bytes);
}

enum kp_status kp_spill_write(const struct kp_spill *pile, uint64_t first, const void *records, size_t n)
{
    return kp_scratch_write(pile->io, pile->fd, records, n * pile->record_bytes, first * pile->record_bytes);
}

void kp_spill_close(struct kp_spill *pile)
{
    if (!pile->io)
        return;
    (void)pile->io->close(pile->fd); /* a scratch file: nothing is lost */
    free(pile->buffer);
    *pile = (struct kp_spill){.fd = -1};
}
