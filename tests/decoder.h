/* A kp_text and an arena for a group of tests. */
#ifndef KP_TEST_DECODER_H
#define KP_TEST_DECODER_H

#include "support.h"

#include "base/arena.h"
#include "base/text.h"

static struct kp_text *text;
static struct kp_arena arena;

static inline int make_text(void **state)
{
    (void)state;
    return kp_text_new(&text) == KP_OK ? 0 : -1;
}

static inline int free_text(void **state)
{
    (void)state;
    kp_text_free(text);
    kp_arena_release(&arena);
    return 0;
}

#endif
