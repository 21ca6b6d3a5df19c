/* The catalogue and the built-in tables, loaded once for a group of tests, and an arena for a single test. */
#pragma once

#include "decoder.h"

#include "tables/tables.h"

extern struct kp_arena scratch;
extern struct kp_catalogue catalogue;
extern struct kp_tables tables;

/* Group setup and teardown; they include make_text and free_text. */
int load_tables(void **state);
int free_tables(void **state);

/* Test teardown: empties `scratch`. */
int tidy(void **state);
