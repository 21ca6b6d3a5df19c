/* A whole check of what the parts of an input contain. */
#pragma once

#include "fuzz.h"

enum { FUZZ_FLAGS, FUZZ_EXPORT, FUZZ_MASTER, FUZZ_MAPPING, FUZZ_REQUESTS, FUZZ_CONSENTS, FUZZ_INSURERS };

/* Runs it with options by the bits of the flags, and asserts that every row has one outcome. */
void fuzz_run(const struct fuzz_parts *parts, enum kp_command command);
