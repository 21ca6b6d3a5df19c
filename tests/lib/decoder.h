/* A kp_text and an arena that live as long as a group of tests. */
#pragma once

#include "support.h"

#include "base/arena.h"
#include "base/text.h"

extern struct kp_text *text;
extern struct kp_arena arena;

/* Group setup and teardown. */
int make_text(void **state);
int free_text(void **state);
