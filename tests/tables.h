/* The catalogue and the built-in tables, loaded once for a group of tests, and an arena for what one test
 * makes. */
#ifndef KP_TEST_TABLES_H
#define KP_TEST_TABLES_H

#include "decoder.h"

#include "tables/tables.h"

static struct kp_arena scratch;
static struct kp_catalogue catalogue;
static struct kp_tables tables;

static inline int load_tables(void **state)
{
    static const struct kp_env env = {0};
    struct kp_diag diag = {.catalogue = &catalogue, .env = &env};
    return make_text(state) == 0 && kp_catalogue_load(&arena, &catalogue) == KP_OK &&
                   kp_tables_load(&arena, &kp_io_posix, text, NULL, &diag, &tables) == KP_OK
               ? 0
               : -1;
}

/* After a test. */
static inline int tidy(void **state)
{
    (void)state;
    kp_arena_reset(&scratch);
    return 0;
}

static inline int free_tables(void **state)
{
    kp_arena_release(&scratch);
    return free_text(state);
}

#endif
