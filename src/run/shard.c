#include "run/shard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"

enum { MOST = 10 };

/* Reads one or two digits and what ends them; 0: there are none. */
static unsigned number(const char **at, char end)
{
    const size_t n = kp_digits(*at);
    if (n == 0 || n > 2 || (*at)[n] != end)
        return 0;
    const unsigned value = (unsigned)strtoul(*at, NULL, 10);
    *at += n + (end != '\0');
    return value;
}

enum kp_status kp_shard_read(struct kp_run *run)
{
    const char *at = run->options->shard;
    run->shard = run->n_shards = 1;
    if (!at)
        return KP_OK;
    run->shard = number(&at, '/');
    run->n_shards = run->shard ? number(&at, '\0') : 0;
    return run->shard >= 1 && run->shard <= run->n_shards && run->n_shards <= MOST
               ? KP_OK
               : kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_SHARD_BAD, KP_NOWHERE, run->options->shard);
}

bool kp_shard_is_other(const struct kp_run *run, struct kp_slot *slot)
{
    const char *birth = slot->sound ? slot->record.field[KP_F_BIRTH_DATE] : "";
    uint8_t digest[KP_SHA256_BYTES];
    uint64_t number = slot->row.number;
    if (run->n_shards <= 1)
        return false;
    if (*birth) {
        if (kp_sha256_of(birth, strlen(birth), digest) != KP_OK)
            (void)kp_arena_fail(&slot->arena);
        number = 0;
        for (size_t i = 0; i < 4; i++) /* the same on machines of either byte order */
            number = number << 8 | digest[i];
    }
    return number % run->n_shards + 1 != run->shard;
}
