#include "log/answers.h"

#include <string.h>

#include "base/status.h"
#include "tables/names.h"
#include "log/detail.h"

static char *document_key(struct kp_arena *arena, const char *const *c)
{
    return kp_arena_printf(arena, "%s\x1f%s", c[KP_LOG_BUNDLE], c[KP_LOG_DOCUMENT]);
}

/* By the employee id, which a correction of the card leaves as it is. */
static char *person_key(struct kp_arena *arena, const char *const *c)
{
    const char *id = c[KP_LOG_EMPLOYEE_ID];
    if (*id)
        return kp_arena_printf(arena, "%s\x1f%s\x1f%s\x1f%s", c[KP_LOG_INSURER_NUMBER], id,
                               c[KP_LOG_BIRTH_DATE], c[KP_LOG_EXAM_DATE]);
    return kp_arena_printf(arena, "%s\x1f\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s", c[KP_LOG_INSURER_NUMBER],
                           c[KP_LOG_INSURED_SYMBOL], c[KP_LOG_INSURED_NUMBER], c[KP_LOG_INSURED_BRANCH],
                           c[KP_LOG_BIRTH_DATE], c[KP_LOG_EXAM_DATE]);
}

static struct kp_answer *answer_at(const struct kp_answers *a, uint32_t i)
{
    return (struct kp_answer *)(void *)a->list.data + i;
}

/* Adds a value to an array under a new key, or replaces that of a known key.
 * *ret_before: the value before, or UINT32_MAX. */
static bool put_number(struct kp_arena *arena, struct kp_map *map, struct kp_buf *array, const char *key,
                       uint32_t value, uint32_t *ret_before)
{
    uint32_t at = (uint32_t)(array->len / sizeof(value));
    enum kp_map_put put = key ? kp_map_put(map, arena, key, at) : KP_MAP_NO_MEMORY;
    *ret_before = UINT32_MAX;
    if (put == KP_MAP_ADDED) {
        kp_buf_add(array, &value, sizeof(value));
        return kp_buf_ok(array);
    }
    if (put == KP_MAP_NO_MEMORY || !kp_map_get(map, key, &at))
        return false;
    *ret_before = ((uint32_t *)(void *)array->data)[at];
    ((uint32_t *)(void *)array->data)[at] = value;
    return true;
}

static bool add_document(struct kp_answers *a, const char *const *c)
{
    struct kp_arena *arena = &a->ctx->arena, scratch = {0};
    const uint32_t at = (uint32_t)(a->list.len / sizeof(struct kp_answer));
    const char *key = document_key(&scratch, c);
    uint32_t before = 0;
    bool ok = key && kp_map_put(&a->by_document, arena, key, at) != KP_MAP_NO_MEMORY;
    kp_buf_add(&a->list, &(struct kp_answer){0}, sizeof(struct kp_answer));
    ok = ok && kp_buf_ok(&a->list) &&
         put_number(arena, &a->last, &a->lasts, person_key(&scratch, c), at, &before);
    if (ok && before != UINT32_MAX)
        answer_at(a, before)->superseded = true;
    kp_arena_release(&scratch);
    return ok;
}

static struct kp_answer *find(const struct kp_answers *a, struct kp_arena *scratch, const char *const *c)
{
    const char *key = document_key(scratch, c);
    uint32_t at = 0;
    return key && kp_map_get(&a->by_document, key, &at) ? answer_at(a, at) : NULL;
}

/* The last reply counts, and the insurer's day before that of the entry. */
static bool take_reply(struct kp_answers *a, const char *const *c)
{
    struct kp_arena *arena = &a->ctx->arena;
    struct kp_answer *answer = find(a, arena, c);
    const char *state = "", *day = "";
    if (!answer)
        return !arena->failed; /* about a disclosure in a log that is not read */
    (void)kp_detail_get(arena, c[KP_LOG_DETAIL], "state", &state);
    (void)kp_detail_get(arena, c[KP_LOG_DETAIL], "date", &day);
    answer->day = *day ? day : kp_arena_strndup(arena, c[KP_LOG_TIME], 10);
    answer->code = strcmp(state, "error") == 0 ? kp_arena_strdup(arena, c[KP_LOG_REASON]) : NULL;
    return !arena->failed;
}

enum kp_status kp_answers_note(struct kp_answers *a, const char *const *c, bool released)
{
    enum kp_audit_event event = kp_log_event(c);
    uint32_t before = 0;
    bool ok = true,
         moves = event == KP_AUDIT_RELEASE || (event >= KP_AUDIT_HANDOVER && event <= KP_AUDIT_RECALLED);
    if (released && !kp_log_is_roster(c))
        ok = add_document(a, c);
    else if (event == KP_AUDIT_REPLY)
        ok = take_reply(a, c);
    else if (moves)
        ok = put_number(&a->ctx->arena, &a->bundles, &a->states, c[KP_LOG_BUNDLE], event, &before);
    return ok ? KP_OK : kp_no_memory(a->ctx);
}

const struct kp_answer *kp_answer_of(const struct kp_answers *a, struct kp_arena *scratch,
                                     const char *const *c)
{
    return kp_log_is_roster(c) ? NULL : find(a, scratch, c);
}

const char *kp_answers_state(const struct kp_answers *a, const char *bundle)
{
    uint32_t at = 0;
    if (!kp_map_get(&a->bundles, bundle, &at))
        return "";
    return kp_audit_event_names[((const uint32_t *)(const void *)a->states.data)[at]];
}

void kp_answers_release(struct kp_answers *a)
{
    kp_buf_release(&a->list);
    kp_buf_release(&a->lasts);
    kp_buf_release(&a->states);
}
