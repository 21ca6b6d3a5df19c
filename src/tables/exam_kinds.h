/* exam_kinds.csv: the words for kinds of examination, and what each kind rests on. */
#pragma once

#include "tables/table_set.h"
#include "kenporter.h"

struct kp_kind_word {
    const char *key; /* header key */
    size_t length;
    uint64_t begin, mask;   /* kp_begin of the key, and of what bytes it has */
    enum kp_exam_kind kind; /* KP_KIND_AUTO: the word says nothing about the kind */
    const char *ground;     /* provision */
};

enum kp_status kp_exam_kinds_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns whether the record of such an examination is kept under 安衛則51条, so that the duty covers it. The
 * caller's assumption, KP_KIND_AUTO, counts as periodic. */
bool kp_kind_is_covered(enum kp_exam_kind kind);

/* Returns the kind that a header key names: one that the duty does not cover if any word of it does, else
 * KP_KIND_UNKNOWN unless all of it is known. The names of the kinds are words, too. */
enum kp_exam_kind kp_kind_of(const struct kp_tables *tables, const char *key);
/* Returns the first kind in a header key that the duty does not cover, or KP_KIND_AUTO. */
enum kp_exam_kind kp_kind_outside_duty(const struct kp_tables *tables, const char *key);

/* Returns the provision of the kind's first word; "" for KP_KIND_UNKNOWN. */
const char *kp_kind_ground(const struct kp_tables *tables, enum kp_exam_kind kind);
