/* A mapping under test, and a folder for its files. */
#ifndef KP_TEST_MAPPED_H
#define KP_TEST_MAPPED_H

#include "diag.h"
#include "folder.h"

#include "input/mapping.h"

extern struct kp_mapping mapping;

/* Group setup and teardown. */
int set_up_mapping(void **state);
int tear_down_mapping(void **state);

/* Test setup: an empty mapping, no message. */
int fresh_mapping(void **state);

#endif
