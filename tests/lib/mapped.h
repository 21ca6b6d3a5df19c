/* A mapping under test, the context it is made in, and a folder for its files. */
#pragma once

#include "folder.h"
#include "messages.h"
#include "tables.h"

#include "input/mapping.h"

extern struct kp_mapping mapping;
extern struct kp_context ctx;

/* Group setup and teardown. */
int set_up_mapping(void **state);
int tear_down_mapping(void **state);

/* Test setup: an empty mapping, no message. */
int fresh_mapping(void **state);
