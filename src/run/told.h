/* What the logs show of a person's examination, and what follows for a record of it. */
#pragma once

#include "record/record.h"
#include "log/log.h"

/* A disclosure; strings live in the arena of the list. */
struct kp_told_entry {
    struct kp_told_entry *next; /* an older one */
    const char *insurer, *symbol, *number, *branch, *employee_id;
    const char *digest; /* of the contents, hex */
    const char *sex, *day, *bundle;
    uint64_t at;   /* offset in the log */
    uint32_t book; /* number of the log, the oldest first */
    bool same_identity;
    bool roster;            /* who is a member was told, and no results */
    enum kp_exam_kind kind; /* KP_KIND_AUTO: one that the duty covers */
    const char *salt; /* of number and employee_id, in the stub of a retired log; NULL: they are clear */
};

struct kp_told {
    struct kp_arena *arena;
    uint32_t book;               /* of the entries that are added */
    const char *salt;            /* of theirs: see kp_told_entry */
    enum kp_exam_kind kind;      /* of the record, as that of an entry */
    bool by_identity;            /* they have the record's identity; else only its person and day */
    struct kp_told_entry *first; /* the newest */
};

/* Adds an entry newer than those added before: a kp_log_fn on struct kp_told. An entry that is in the list
 * already is ignored. Memory that runs short is recorded in the arena. */
enum kp_status kp_told_add(void *told, const struct kp_log_line *line);

enum kp_told_kind {
    KP_TOLD_NOTHING,
    KP_TOLD_UNCHANGED, /* to the same insurer with the same contents */
    KP_TOLD_CHANGED,   /* to the same insurer with other contents */
    KP_TOLD_OLDER,     /* the record equals a disclosure that a later one superseded */
    KP_TOLD_ANOTHER    /* to another insurer, last of all */
};

struct kp_told_verdict {
    enum kp_told_kind kind;
    const struct kp_told_entry *entry; /* the disclosure that it rests on; NULL for NOTHING */
    const struct kp_told_entry *newer; /* of OLDER: what superseded it */
};

/* Judges a record by what was told of its person; ground: see kp_content_digest. An examination that the duty
 * does not cover is another one than the periodic one of the same day. The card's notation does not
 * matter: without its branch or symbol it is the same card. KP_E_SYSTEM if memory is short; does not report.
 */
enum kp_status kp_told_judge(const struct kp_told *told, const struct kp_record *record,
                             const enum kp_ground *ground, struct kp_told_verdict *ret_verdict);
