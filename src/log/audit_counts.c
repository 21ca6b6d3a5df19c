#include "log/audit_counts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "log/audit_output.h"
#include "log/log.h"

enum { COUNTED = 3 }; /* disclose, again, correct */

struct group {
    const char *insurer, *basis, *month;
    uint64_t people[COUNTED];
    uint64_t pending[COUNTED];
    uint64_t bundles;
};

static struct group *group_at(const struct kp_audit_counts *counts, size_t i)
{
    return (struct group *)(void *)counts->groups.data + i;
}

static enum kp_status find_group(struct kp_audit_counts *counts, const char *const *c, size_t *ret_index)
{
    struct kp_arena *arena = &counts->ctx->arena;
    uint32_t index = (uint32_t)(counts->groups.len / sizeof(struct group));
    kp_arena_reset(&counts->scratch);
    const char *basis = kp_log_is_roster(c) ? "roster" : c[KP_LOG_BASIS_ID]; /* on any basis */
    char *key = kp_arena_printf(&counts->scratch, "%s\x1f%s\x1f%.7s", c[KP_LOG_INSURER_NUMBER], basis,
                                c[KP_LOG_TIME]);
    if (!key)
        return kp_no_memory(counts->ctx);
    if (!kp_map_get(&counts->group_by_key, key, &index)) { /* a new group comes last */
        struct group g = {.insurer = kp_arena_strdup(arena, c[KP_LOG_INSURER_NUMBER]),
                          .basis = kp_arena_strdup(arena, basis),
                          .month = kp_arena_strndup(arena, c[KP_LOG_TIME], 7)};
        kp_buf_add(&counts->groups, &g, sizeof(g));
        if (!kp_buf_ok(&counts->groups) || arena->failed ||
            kp_map_put(&counts->group_by_key, arena, key, index) == KP_MAP_NO_MEMORY)
            return kp_no_memory(counts->ctx);
    }
    *ret_index = index;
    return KP_OK;
}

enum kp_status kp_audit_counts_add(struct kp_audit_counts *counts, const char *const *c)
{
    size_t index = 0;
    KP_TRY(find_group(counts, c, &index));
    struct group *g = group_at(counts, index);
    if (g->pending[0] + g->pending[1] + g->pending[2] == 0)
        kp_buf_add(&counts->pending, &index, sizeof(index));
    g->pending[kp_log_event(c) - KP_AUDIT_DISCLOSE]++;
    return kp_buf_ok(&counts->pending) ? KP_OK : kp_no_memory(counts->ctx);
}

void kp_audit_counts_settle(struct kp_audit_counts *counts, bool released)
{
    for (size_t at = 0, index = 0; at < counts->pending.len; at += sizeof(index)) {
        memcpy(&index, counts->pending.data + at, sizeof(index));
        struct group *g = group_at(counts, index);
        for (size_t k = 0; k < COUNTED; k++)
            g->people[k] += released ? g->pending[k] : 0;
        g->bundles += released;
        memset(g->pending, 0, sizeof(g->pending));
    }
    kp_buf_reset(&counts->pending);
}

static int compare_groups(const void *x, const void *y)
{
    const struct group *a = x, *b = y;
    int order = strcmp(a->insurer, b->insurer);
    if (order == 0)
        order = strcmp(a->basis, b->basis);
    return order ? order : strcmp(a->month, b->month);
}

enum { BASIS_COLUMNS = 13 };

static void add_line(const struct kp_audit_counts *counts, struct kp_buf *out, const struct group *g,
                     const char *month)
{
    const struct kp_diag *diag = &counts->ctx->diag;
    kp_buf_printf(out, "%-8s  ", g->insurer);
    kp_audit_padded(out, kp_audit_basis(diag, g->basis), BASIS_COLUMNS);
    kp_audit_padded(out, kp_term(diag, "word", month), 8);
    kp_buf_printf(out, "%10" PRIu64 "  %8" PRIu64 "  %9" PRIu64 "  %8" PRIu64 "\n", g->people[0],
                  g->people[1], g->people[2], g->bundles);
}

/* The names of the columns; a Japanese character takes two columns of the terminal. */
static void add_names(const struct kp_audit_counts *counts, struct kp_buf *out)
{
    kp_buf_str(out,
               kp_say(counts->ctx,
                      "\n保険者   根拠          月            提供人数  再提供人数  訂正人数  送付ファイル\n",
                      "\ninsurer   basis         month        people     again  corrected   bundles\n"));
}

void kp_audit_counts_print(struct kp_audit_counts *counts, struct kp_buf *out)
{
    size_t n = counts->groups.len / sizeof(struct group), months = 0;
    struct group sum = {.month = ""};
    if (n == 0)
        return;
    qsort(counts->groups.data, n, sizeof(struct group), compare_groups);
    add_names(counts, out);
    for (size_t i = 0; i < n; i++) {
        const struct group *g = group_at(counts, i), *next = i + 1 < n ? g + 1 : NULL;
        if (g->bundles > 0)
            add_line(counts, out, g, g->month);
        for (size_t k = 0; k < COUNTED; k++)
            sum.people[k] += g->people[k];
        sum.bundles += g->bundles;
        months += g->bundles > 0;
        if (next && strcmp(next->insurer, g->insurer) == 0 && strcmp(next->basis, g->basis) == 0)
            continue;
        sum.insurer = g->insurer;
        sum.basis = g->basis;
        if (months > 1)
            add_line(counts, out, &sum, "all");
        sum = (struct group){.month = ""};
        months = 0;
    }
}

void kp_audit_counts_release(struct kp_audit_counts *counts)
{
    kp_buf_release(&counts->groups);
    kp_buf_release(&counts->pending);
    kp_arena_release(&counts->scratch);
}
