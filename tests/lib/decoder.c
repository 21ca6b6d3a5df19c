#include "decoder.h"

struct kp_text *text;
struct kp_arena arena;

int make_text(void **state)
{
    (void)state;
    return kp_text_new(&text) == KP_OK ? 0 : -1;
}

int free_text(void **state)
{
    (void)state;
    kp_text_free(text);
    kp_arena_release(&arena);
    return 0;
}
