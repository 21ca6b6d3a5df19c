/* A mapping under test, a folder for its files, and the last thing it was told. */
#ifndef KP_TEST_MAPPED_H
#define KP_TEST_MAPPED_H

#include "folder.h"
#include "messages.h"
#include "tables.h"

#include "input/mapping.h"

static struct kp_mapping mapping;
static struct kp_diag DIAG = {.catalogue = &catalogue, .env = &ENV};

static inline int set_up(void **state)
{
    return make_folder(state) == 0 ? load_tables(state) : -1;
}

static inline int tear_down(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}

static inline int fresh(void **state)
{
    (void)tidy(state);
    memset(&got, 0, sizeof(got));
    mapping = (struct kp_mapping){0};
    return 0;
}

#endif
