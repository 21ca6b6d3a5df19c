/*
 * Arenas: the only owners of small memory. Two lifetimes exist, the run and the record; nothing is freed
 * alone. Layer 1.
 */
#ifndef KP_ARENA_H
#define KP_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct kp_block;

struct kp_arena {
    struct kp_block *head;
    size_t total_bytes; /* asked of malloc so far */
    size_t max_bytes;   /* allocation fails beyond it; 0: KP_ARENA_MAX_BYTES */
    bool failed; /* sticky: something asked for was not to be had, so what was built may lack a part. Looked
                    at once, when a record is done, it makes a lost value impossible. */
};

#define KP_ARENA_MAX_BYTES ((size_t)1 << 30)

/* Zeroed memory aligned for any type, or NULL when the arena is at its limit or memory is short. */
void *kp_arena_alloc(struct kp_arena *arena, size_t size_bytes);

/* Marks the arena as failed and returns NULL: for work on its behalf that ran out of other memory. */
void *kp_arena_fail(struct kp_arena *arena);

/* Copies n bytes and adds a NUL; NULL on failure. */
char *kp_arena_strndup(struct kp_arena *arena, const char *s, size_t n);
char *kp_arena_strdup(struct kp_arena *arena, const char *s);

/* Formats into the arena; NULL on failure. */
char *kp_arena_printf(struct kp_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets all contents and a failure, but keeps the largest block for the next record. */
void kp_arena_reset(struct kp_arena *arena);

/* Frees everything; the arena can be used again. */
void kp_arena_release(struct kp_arena *arena);

#endif
