/* Writes everything a kp_csvin returns into one string, "line:cell|cell;" per row, to compare it whole. */
#pragma once

#include "support.h"

#include "base/buf.h"
#include "format/csvin.h"

/* The reader under test, opened by the test. */
extern struct kp_csvin *reader;

/* What the last read_all() read. The test releases it. */
extern struct kp_buf story;

/* Reads all rows of `reader` into `story`; returns the status of the call that ended it. */
enum kp_status read_all(void);

/* Group or test teardown. */
int close_reader(void **state);
