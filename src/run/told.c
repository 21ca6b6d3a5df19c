#include "run/told.h"

#include <string.h>

#include "base/status.h"
#include "tables/names.h"
#include "law/registers.h"
#include "log/detail.h"
#include "log/log_key.h"
#include "log/stub.h"

enum { DAY_LENGTH = 10 };

static bool is_listed(const struct kp_told *told, uint64_t at)
{
    for (const struct kp_told_entry *e = told->first; e; e = e->next)
        if (e->book == told->book && e->at == at)
            return true;
    return false;
}

static bool is_newer(const struct kp_told_entry *a, const struct kp_told_entry *b)
{
    return a->book != b->book ? a->book > b->book : a->at > b->at;
}

/* Returns the kind in the detail of an entry, which only those that the duty does not cover have. */
static enum kp_exam_kind kind_of(struct kp_arena *arena, const char *detail)
{
    const char *name = "";
    size_t kind = KP_KIND_AUTO;
    if (kp_detail_get(arena, detail, "exam_kind", &name))
        (void)kp_name_find(kp_exam_kind_names, name, &kind);
    return (enum kp_exam_kind)kind;
}

enum kp_status kp_told_add(void *ctx, const struct kp_log_line *line)
{
    struct kp_told *told = ctx;
    struct kp_arena *arena = told->arena;
    const char *const *c = line->cells;
    struct kp_told_entry *e = is_listed(told, line->at) ? NULL : kp_arena_alloc(arena, sizeof(*e));
    if (!e)
        return KP_OK;
    *e = (struct kp_told_entry){.insurer = kp_arena_strdup(arena, c[KP_LOG_INSURER_NUMBER]),
                                .symbol = kp_arena_strdup(arena, c[KP_LOG_INSURED_SYMBOL]),
                                .number = kp_arena_strdup(arena, c[KP_LOG_INSURED_NUMBER]),
                                .branch = kp_arena_strdup(arena, c[KP_LOG_INSURED_BRANCH]),
                                .employee_id = kp_arena_strdup(arena, c[KP_LOG_EMPLOYEE_ID]),
                                .digest = kp_arena_strdup(arena, c[KP_LOG_CONTENT_SHA256]),
                                .sex = kp_arena_strdup(arena, c[KP_LOG_SEX]),
                                .day = kp_arena_strndup(arena, c[KP_LOG_TIME], DAY_LENGTH),
                                .bundle = kp_arena_strdup(arena, c[KP_LOG_BUNDLE]),
                                .kind = kind_of(arena, c[KP_LOG_DETAIL]),
                                .at = line->at,
                                .book = told->book,
                                .same_identity = told->by_identity,
                                .roster = kp_log_is_roster(c),
                                .salt = told->salt};
    if (arena->failed)
        return KP_OK;
    struct kp_told_entry **place = &told->first;
    while (*place && is_newer(*place, e))
        place = &(*place)->next;
    e->next = *place;
    *place = e;
    return KP_OK;
}

/* Returns whether the text, NULL if memory is short, is the one that the stub keeps the digest of. */
static bool is_salted(const struct kp_told_entry *e, const char *text, const char *salted)
{
    char hex[KP_STUB_SALTED + 1] = "";
    return text && kp_stub_salt(e->salt, text, strlen(text), hex) == KP_OK && strcmp(hex, salted) == 0;
}

static bool same_number(const struct kp_told *told, const struct kp_told_entry *e,
                        const struct kp_record *record)
{
    const char *number = record->field[KP_F_INSURED_NUMBER];
    return e->salt ? is_salted(e, kp_number_key(told->arena, number), e->number)
                   : kp_same_number(told->arena, e->number, number);
}

enum ids { IDS_UNKNOWN, IDS_EQUAL, IDS_DIFFER };

static enum ids compare_ids(const struct kp_told *told, const struct kp_told_entry *e,
                            const struct kp_record *record)
{
    const char *given = record->field[KP_F_EMPLOYEE_ID];
    const char *id = kp_employee_key(told->arena, given);
    if (!id || !*given || !*e->employee_id)
        return IDS_UNKNOWN;
    if (e->salt)
        return is_salted(e, id, e->employee_id) ? IDS_EQUAL : IDS_DIFFER;
    const char *then = kp_employee_key(told->arena, e->employee_id);
    return !then ? IDS_UNKNOWN : strcmp(id, then) == 0 ? IDS_EQUAL : IDS_DIFFER;
}

/* Name and birth date agree. Under one insurer the kind of examination and the number or the employee id
 * must, too; under another only another sex or employee id proves that there are two people. */
static bool is_same_person(const struct kp_told *told, const struct kp_told_entry *e,
                           const struct kp_record *record, bool same_insurer)
{
    const bool same_sex = strcmp(e->sex, record->field[KP_F_SEX]) == 0;
    const enum ids ids = compare_ids(told, e, record);
    if (!same_insurer)
        return same_sex && ids != IDS_DIFFER;
    if (!e->salt && e->kind != told->kind)
        return false;
    return e->same_identity || same_number(told, e, record) || (same_sex && ids == IDS_EQUAL);
}

/* Compares contents as if the card were written as it was then. A stub does not know how; a card in another
 * notation then counts as a change. */
static enum kp_status has_contents(const struct kp_told *told, const struct kp_told_entry *e,
                                   const struct kp_record *record, const enum kp_ground *ground,
                                   bool *ret_same)
{
    struct kp_record as_then = *record;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (!e->salt && kp_same_number(told->arena, e->number, record->field[KP_F_INSURED_NUMBER])) {
        as_then.field[KP_F_INSURED_SYMBOL] = e->symbol;
        as_then.field[KP_F_INSURED_NUMBER] = e->number;
        as_then.field[KP_F_INSURED_BRANCH] = e->branch;
    }
    KP_TRY(kp_content_digest(&as_then, ground, digest));
    kp_sha256_hex(digest, hex);
    *ret_same = strcmp(hex, e->digest) == 0;
    return KP_OK;
}

enum kp_status kp_told_judge(const struct kp_told *told, const struct kp_record *record,
                             const enum kp_ground *ground, struct kp_told_verdict *ret_verdict)
{
    struct kp_told_verdict v = {.kind = KP_TOLD_NOTHING};
    for (const struct kp_told_entry *e = told->first; e; e = e->next) {
        bool same_insurer = strcmp(e->insurer, record->field[KP_F_INSURER_NUMBER]) == 0, same = false;
        if ((same_insurer && e->roster) || !is_same_person(told, e, record, same_insurer))
            continue;
        if (!same_insurer && v.entry)
            continue; /* to this insurer since */
        if (same_insurer)
            KP_TRY(has_contents(told, e, record, ground, &same));
        if (!v.entry)
            v = (struct kp_told_verdict){.kind = !same_insurer ? KP_TOLD_ANOTHER
                                                 : same        ? KP_TOLD_UNCHANGED
                                                               : KP_TOLD_CHANGED,
                                         .entry = e};
        else if (same)
            v = (struct kp_told_verdict){.kind = KP_TOLD_OLDER, .entry = e, .newer = v.entry};
        if (v.kind != KP_TOLD_CHANGED)
            break;
    }
    *ret_verdict = v;
    return KP_OK;
}
