#include "tables.h"

struct kp_arena scratch;
struct kp_catalogue catalogue;
struct kp_tables tables;

int load_tables(void **state)
{
    static const struct kp_env env = {0};
    struct kp_diag diag = {.catalogue = &catalogue, .env = &env};
    return make_text(state) == 0 && kp_catalogue_load(&arena, &catalogue) == KP_OK &&
                   kp_tables_load(&arena, &kp_io_posix, text, NULL, &diag, &tables) == KP_OK
               ? 0
               : -1;
}

int tidy(void **state)
{
    (void)state;
    kp_arena_reset(&scratch);
    return 0;
}

int free_tables(void **state)
{
    kp_arena_release(&scratch);
    return free_text(state);
}
