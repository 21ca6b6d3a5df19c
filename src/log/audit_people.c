#include "log/audit_people.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "log/audit_filter.h"
#include "log/log_key.h"

size_t kp_audit_parts(uint64_t log_bytes)
{
    const uint64_t part_bytes = 512 << 20; /* about a quarter of a million entries */
    return (size_t)(1 + log_bytes / part_bytes);
}

/* FNV-1a, apart from the digests that the sets are keyed by. */
bool kp_audit_is_of_part(struct kp_audit_part part, const char *key)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3;
    return hash % part.of == part.n;
}

/* A disclosure of an examination that went to several insurers. */
struct told {
    uint32_t group, insurer;
    const char *employee; /* "": unknown */
    const char *text;     /* insurer and day */
};

/* Name, birth date, sex and day of the examination; NULL if memory is short. */
static char *examination(struct kp_arena *arena, const char *const *c)
{
    char *text = kp_person_text(arena, c[KP_LOG_NAME_KANA], c[KP_LOG_BIRTH_DATE], c[KP_LOG_EXAM_DATE]);
    return text ? kp_arena_printf(arena, "%s\x1f%s", text, c[KP_LOG_SEX]) : NULL;
}

static enum kp_status insurer_index(struct kp_conflicts *x, const char *number, uint32_t *ret_index)
{
    *ret_index = (uint32_t)x->insurers.n_keys;
    if (!kp_map_get(&x->insurers, number, ret_index) &&
        kp_map_put(&x->insurers, &x->ctx->arena, number, *ret_index) == KP_MAP_NO_MEMORY)
        return kp_no_memory(x->ctx);
    return KP_OK;
}

enum kp_status kp_conflicts_note(struct kp_conflicts *x, struct kp_audit_part part, const char *const *c)
{
    uint32_t insurer = 0, known = 0, group = 0;
    kp_arena_reset(&x->scratch);
    const char *key = examination(&x->scratch, c);
    if (!key)
        return kp_no_memory(x->ctx);
    if (!kp_audit_is_of_part(part, key))
        return KP_OK;
    KP_TRY(insurer_index(x, c[KP_LOG_INSURER_NUMBER], &insurer));
    enum kp_map_put put = kp_keyset_put(&x->seen, key, insurer, &known);
    if (put == KP_MAP_EXISTED && known != insurer)
        put = kp_keyset_put(&x->found, key, (uint32_t)x->found.n_keys, &group);
    return put == KP_MAP_NO_MEMORY ? kp_no_memory(x->ctx) : KP_OK;
}

void kp_conflicts_end_part(struct kp_conflicts *x)
{
    kp_keyset_release(&x->seen);
    x->seen = (struct kp_keyset){0};
}

enum kp_status kp_conflicts_collect(struct kp_conflicts *x, const char *const *c)
{
    struct kp_arena *arena = &x->ctx->arena;
    struct told t = {0};
    bool found = false;
    kp_arena_reset(&x->scratch);
    const char *key = examination(&x->scratch, c);
    if (!key || kp_keyset_get(&x->found, key, &found, &t.group) != KP_OK)
        return kp_no_memory(x->ctx);
    if (!found)
        return KP_OK;
    KP_TRY(insurer_index(x, c[KP_LOG_INSURER_NUMBER], &t.insurer));
    t.employee = kp_text_value_key(arena, c[KP_LOG_EMPLOYEE_ID]);
    t.text = kp_arena_printf(arena, "%s %.10s", c[KP_LOG_INSURER_NUMBER], c[KP_LOG_TIME]);
    kp_buf_add(&x->told, &t, sizeof(t));
    return t.employee && t.text && kp_buf_ok(&x->told) ? KP_OK : kp_no_memory(x->ctx);
}

static int compare_told(const void *x, const void *y)
{
    const struct told *a = x, *b = y;
    return (a->group > b->group) - (a->group < b->group);
}

/* Two employee ids are two people. */
static bool contradict(const struct told *t, uint32_t insurer, const char *employee)
{
    return t->insurer != insurer && (!*employee || !*t->employee || strcmp(employee, t->employee) == 0);
}

enum kp_status kp_conflicts_of(struct kp_conflicts *x, const char *const *c, const char **ret_also)
{
    struct told key = {0};
    bool found = false;
    size_t n = x->told.len / sizeof(key);
    kp_arena_reset(&x->scratch);
    kp_buf_reset(&x->text);
    const char *text = examination(&x->scratch, c);
    const char *employee = kp_text_value_key(&x->scratch, c[KP_LOG_EMPLOYEE_ID]);
    if (!text || !employee || kp_keyset_get(&x->found, text, &found, &key.group) != KP_OK)
        return kp_no_memory(x->ctx);
    if (!x->sorted && n)
        qsort(x->told.data, n, sizeof(key), compare_told);
    x->sorted = true;
    if (found) {
        const struct told *list = (const struct told *)(const void *)x->told.data, *end = list + n;
        const struct told *t = bsearch(&key, list, n, sizeof(key), compare_told);
        KP_TRY(insurer_index(x, c[KP_LOG_INSURER_NUMBER], &key.insurer));
        while (t && t > list && t[-1].group == key.group)
            t--;
        for (; t && t < end && t->group == key.group; t++)
            if (contradict(t, key.insurer, employee))
                kp_buf_printf(&x->text, "%s%s", x->text.len ? "; " : "", t->text);
    }
    *ret_also = kp_buf_text(&x->text);
    return kp_buf_ok(&x->text) ? KP_OK : kp_no_memory(x->ctx);
}

void kp_conflicts_release(struct kp_conflicts *x)
{
    kp_keyset_release(&x->seen);
    kp_keyset_release(&x->found);
    kp_arena_release(&x->scratch);
    kp_buf_release(&x->told);
    kp_buf_release(&x->text);
}
