/* Captures diagnostics: an environment that keeps the last message and counts them. */
#pragma once

#include "support.h"

#include <stdio.h>

#include "kenporter.h"

/* The last message. A test that counts zeroes it first. */
struct got {
    int count;
    unsigned code;
    uint64_t line;
    char file[256], field[64], text[512], remedy[512];
};

extern struct got got;

/* Delivers messages to `got`. */
extern const struct kp_env ENV;
