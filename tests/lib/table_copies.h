/* Copies of the tables in a temporary folder, to change and load. */
#pragma once

#include "diag.h"
#include "folder.h"

/* Names of the table files. */
enum { N_FILES = 24 };
extern const char *const FILES[N_FILES];

/* Group setup and teardown: the tables, and a folder with a copy of each file. */
int set_up_copies(void **state);
int tear_down_copies(void **state);

/* Restores the copy of one file. */
void copy_of(const char *name);

/* Reads a table file of schemas/ into `scratch`. */
void read_source(const char *name, const char **ret_bytes, size_t *ret_n);

/* Loads tables from a folder into `scratch`, after zeroing `got`. */
enum kp_status load(const char *from, struct kp_tables *loaded);
