/* Arenas: memory freed all at once, for small objects that live as long as a run or a record. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct kp_block;

struct kp_arena {
    struct kp_block *head;
    size_t total_bytes; /* of all blocks */
    size_t max_bytes;   /* limit of total_bytes; 0: KP_ARENA_MAX_BYTES */
    bool failed;        /* sticky: an allocation failed, so what was built may lack a part */
    bool full;          /* sticky: because of max_bytes */
};

#define KP_ARENA_MAX_BYTES ((size_t)1 << 30)

/* Returns zeroed memory aligned for any type. Here and below: NULL, with failed set, if memory is short or
 * the limit is reached. */
void *kp_arena_alloc(struct kp_arena *arena, size_t size_bytes);
/* Sets failed and returns NULL: for work on the arena's behalf that ran out of other memory. */
void *kp_arena_fail(struct kp_arena *arena);
/* Copies n bytes and adds a NUL. */
char *kp_arena_strndup(struct kp_arena *arena, const char *s, size_t n);
char *kp_arena_strdup(struct kp_arena *arena, const char *s);
char *kp_arena_printf(struct kp_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Drops all contents and a failure, but keeps the largest block for reuse. */
void kp_arena_reset(struct kp_arena *arena);
/* Frees everything; the arena can be used again. */
void kp_arena_release(struct kp_arena *arena);
