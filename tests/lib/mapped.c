#include "mapped.h"

struct kp_mapping mapping;
struct kp_context ctx;

int set_up_mapping(void **state)
{
    if (make_folder(state) != 0 || load_tables(state) != 0)
        return -1;
    ctx = (struct kp_context){.env = &ENV,
                              .io = &kp_io_posix,
                              .diag = {.catalogue = &catalogue, .env = &ENV},
                              .text = text,
                              .tables = tables};
    return 0;
}

int tear_down_mapping(void **state)
{
    kp_arena_release(&ctx.arena);
    (void)free_tables(state);
    return remove_folder(state);
}

int fresh_mapping(void **state)
{
    (void)tidy(state);
    kp_arena_reset(&ctx.arena);
    memset(&got, 0, sizeof(got));
    mapping = (struct kp_mapping){0};
    return 0;
}
