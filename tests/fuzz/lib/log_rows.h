/* A disclosure log made of rows of CSV, with sequence numbers and hashes that are right. */
#pragma once

#include "log/log.h"
#include "fuzz.h"

/* Writes the log of the rows, whose cells follow KP_LOG_RUN_ID without the hashes; returns its path. */
const char *fuzz_log(struct kp_context *ctx, const char *name, const struct fuzz_part *rows);
