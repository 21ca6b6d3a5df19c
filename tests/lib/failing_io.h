/* A struct kp_io on the real disk whose n-th call fails, and that can interrupt calls or move few bytes at a
 * time. */
#pragma once

#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { OPENS = 1, READS = 2, WRITES = 4, SYNCS = 8, CLOSES = 16, RENAMES = 32 };

struct failing_disk {
    /* Kinds of calls that count; 0: all. */
    unsigned kinds;
    int calls;
    /* The call that fails, from 1; 0: none. */
    int fail_at;
    /* errno of that call; 0: a write that takes nothing. */
    int error;
    /* Most bytes per read or write; 0: no limit. */
    size_t piece;
    /* Every other read or write fails with EINTR. */
    bool interrupt;
    /* Files open now. */
    int open_now;
};

extern struct failing_disk disk;
extern const struct kp_io DISK;

/* Test setup: a disk on which nothing fails. */
int fresh_disk(void **state);

/* Counts a call of this kind; returns true, with errno set, if it is the one that fails. */
bool fails(unsigned kind);

/* Returns true, with errno EINTR, for every other call of an interrupting disk. */
bool interrupted(void);
