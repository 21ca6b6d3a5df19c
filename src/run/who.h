/* Whose record a row is, as the run and the log compare it. */
#pragma once

#include "run/persons.h"
#include "run/run.h"

/* Keys for kp_persons; NULL if a part is missing or invalid. They live in the arena of the row. */
struct kp_who {
    const char *identity;        /* of person and examination */
    const char *person;          /* what receivers match people by */
    const char *facts;           /* birth date and sex, for person */
    const char *name;            /* kp_person_text */
    struct kp_person_keys cards; /* if name is set */
};

/* Fills *who, which is zeroed. Lack of memory marks the arena. */
void kp_identify(const struct kp_run *run, const struct kp_record *r, struct kp_arena *arena,
                 struct kp_who *who);

/* Returns the kind of examination: the record's, or the one of the options. */
enum kp_exam_kind kp_exam_kind_of(const struct kp_run *run, const struct kp_record *r);

/* The same, but KP_KIND_AUTO for those that the duty covers: a periodic check-up by whatever name. */
enum kp_exam_kind kp_kind_outside(const struct kp_run *run, const struct kp_record *r);

/* Returns whether the run was limited to others than this record. */
bool kp_is_left_out(const struct kp_run *run, const struct kp_record *record);

/* Appends an id to a list, which is NULL if the arena has failed. */
const char *kp_add_id(struct kp_arena *arena, const char *ids, const char *id);
