#include "mapped.h"

struct kp_mapping mapping;

int set_up_mapping(void **state)
{
    return make_folder(state) == 0 ? load_tables(state) : -1;
}

int tear_down_mapping(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}

int fresh_mapping(void **state)
{
    (void)tidy(state);
    memset(&got, 0, sizeof(got));
    mapping = (struct kp_mapping){0};
    return 0;
}
