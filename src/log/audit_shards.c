#include "log/audit_shards.h"

#include <stdio.h>
#include <string.h>

#include "log/detail.h"

void kp_log_beginning_note(struct kp_log_beginning *b, struct kp_arena *arena, const char *const *cells)
{
    const char *shard = NULL;
    if (*b->hash)
        return;
    (void)snprintf(b->hash, sizeof(b->hash), "%s", cells[KP_LOG_HASH]);
    (void)snprintf(b->before, sizeof(b->before), "%s", cells[KP_LOG_PREV_HASH]);
    b->of_shard =
        kp_log_event(cells) == KP_AUDIT_RUN && kp_detail_get(arena, cells[KP_LOG_DETAIL], "shard", &shard);
}

bool kp_log_beginning_find_sibling(struct kp_log_beginning *logs, size_t n)
{
    struct kp_log_beginning *own = &logs[n - 1];
    for (const struct kp_log_beginning *b = logs; own->of_shard && b < own; b++) {
        if (strcmp(b->hash, own->hash) == 0)
            own->of_shard = false;
        else if (b->of_shard && strcmp(b->before, own->before) == 0)
            own->sibling = b->path;
    }
    return own->of_shard && own->sibling;
}
