#include "base/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 16 * 1024 };

/* Texts are packed from the end of a block, so that they need no alignment. */
struct kp_block {
    struct kp_block *next;
    size_t size;
    size_t used; /* bytes at the beginning */
    size_t end;  /* where the texts begin */
    max_align_t data[];
};

static size_t align_down(size_t n)
{
    return n / sizeof(max_align_t) * sizeof(max_align_t);
}

static size_t align_up(size_t n)
{
    return align_down(n + sizeof(max_align_t) - 1);
}

static size_t block_size(const struct kp_block *head, size_t need)
{
/* make OPT="-g -DKP_TIGHT": every allocation takes a block, so that a sweep can let each fail. */
#ifdef KP_TIGHT
    (void)head;
    return need;
#else
    size_t size = head ? head->size * 2 : FIRST_BLOCK_BYTES;
    while (size < need)
        size *= 2;
    return size;
#endif
}

static struct kp_block *add_block(struct kp_arena *arena, size_t need)
{
    size_t max = arena->max_bytes ? arena->max_bytes : KP_ARENA_MAX_BYTES;
    size_t size = block_size(arena->head, need);
    if (size > max || arena->total_bytes > max - size) {
        arena->full = true;
        return NULL;
    }
    const int before = errno; /* malloc may set it and succeed: its first way failed, another did not */
    struct kp_block *block = malloc(sizeof(*block) + size);
    if (!block)
        return NULL;
    errno = before;
    *block = (struct kp_block){.next = arena->head, .size = size, .end = size};
    arena->head = block;
    arena->total_bytes += size;
    return block;
}

void *kp_arena_fail(struct kp_arena *arena)
{
    arena->failed = true;
    return NULL;
}

/* Returns a block with so much room, or NULL. */
static struct kp_block *block_with(struct kp_arena *arena, size_t need)
{
    struct kp_block *block = arena->head;
    if (!block || block->end - block->used < need)
        block = need > SIZE_MAX / 4 ? NULL : add_block(arena, need);
    return block ? block : kp_arena_fail(arena);
}

/* Returns memory that is not cleared. */
static void *take(struct kp_arena *arena, size_t size_bytes)
{
    size_t need = size_bytes > SIZE_MAX / 4 ? SIZE_MAX : align_up(size_bytes ? size_bytes : 1);
    struct kp_block *block = block_with(arena, need);
    if (!block)
        return NULL;
    void *p = (char *)block->data + block->used;
    block->used += need;
    return p;
}

void *kp_arena_alloc(struct kp_arena *arena, size_t size_bytes)
{
    void *p = take(arena, size_bytes);
    return p ? memset(p, 0, size_bytes) : NULL;
}

char *kp_arena_strndup(struct kp_arena *arena, const char *s, size_t n)
{
    struct kp_block *block = block_with(arena, n < SIZE_MAX ? n + 1 : n);
    if (!block)
        return NULL;
    block->end -= n + 1;
    char *copy = (char *)block->data + block->end;
    if (n)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *kp_arena_strdup(struct kp_arena *arena, const char *s)
{
    return kp_arena_strndup(arena, s, strlen(s));
}

/* Most texts fit into what is left of the block, so that they are formatted once. */
char *kp_arena_printf(struct kp_arena *arena, const char *format, ...)
{
    struct kp_block *block = arena->head;
    size_t room = block ? align_down(block->end - block->used) : 0; /* what fits, take finds room for, too */
    char *text = block ? (char *)block->data + block->used : NULL;
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(text, room, format, args);
    va_end(args);
    bool fits = n >= 0 && (size_t)n < room;
    text = n < 0 ? kp_arena_fail(arena) : take(arena, (size_t)n + 1);
    if (text && !fits)
        (void)vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

static void free_blocks(struct kp_block *block)
{
    while (block) {
        struct kp_block *next = block->next;
        free(block);
        block = next;
    }
}

void kp_arena_reset(struct kp_arena *arena)
{
    struct kp_block *keep = arena->head;
    arena->failed = arena->full = false;
    if (!keep)
        return;
    free_blocks(keep->next);
    keep->next = NULL;
    keep->used = 0;
    keep->end = keep->size;
    arena->total_bytes = keep->size;
}

void kp_arena_release(struct kp_arena *arena)
{
    free_blocks(arena->head);
    *arena = (struct kp_arena){.max_bytes = arena->max_bytes};
}
