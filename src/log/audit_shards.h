/* Logs that stand side by side: runs that share an export have one each (run/shard.h). */
#pragma once

#include "log/log.h"

/* How a log begins. */
struct kp_log_beginning {
    const char *path;
    char hash[KP_SHA256_HEX + 1];   /* of its first entry; "": it has none */
    char before[KP_SHA256_HEX + 1]; /* head of the log that it continues */
    bool of_shard;                  /* the first entry is that of a run of one shard */
    const char *sibling;            /* the log beside which it stands; NULL: it continues the one before it */
};

/* Notes the first entry of a log; further ones change nothing. Lack of memory marks the arena. */
void kp_log_beginning_note(struct kp_log_beginning *b, struct kp_arena *arena, const char *const *cells);

/* Sets sibling of the last of n logs to an earlier one that continues the same log, or none either: both
 * begin with a run of a shard. Returns false if there is none. A copy of an earlier log is no sibling: its
 * entries would count twice. */
bool kp_log_beginning_find_sibling(struct kp_log_beginning *logs, size_t n);
