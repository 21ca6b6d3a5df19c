/* Whom a row of a register names, and lists of such people. Pure functions except those with an arena, which
 * return NULL when memory is short; none reports. */
#pragma once

#include <stdbool.h>

#include "base/date.h"
#include "base/map.h"

/* A person as a register row names them, or as a record states them. NULL: the row does not name it; in a
 * record unknown texts are "". */
struct kp_person {
    const char *employee_id;
    const char *insurer;   /* of the card */
    const char *card;      /* kp_card_of: symbol and number */
    const char *branch;    /* two digits */
    const char *name_kana; /* full-width katakana without spaces */
    struct kp_date birth;
};

/* By what people are looked up. */
enum kp_person_key { KP_BY_ID, KP_BY_CARD, KP_BY_NAME, KP_BY__COUNT };

/* Returns symbol and number in one text; the width of characters does not matter. */
char *kp_card_of(struct kp_arena *arena, const char *symbol, const char *number);
/* Returns the key of a person, or NULL also if the person lacks that part. Employee ids that differ in
 * leading zeros have one key, so whoever looks up compares with kp_person_fits or kp_person_may_fit. */
char *kp_person_key(struct kp_arena *arena, const struct kp_person *person, enum kp_person_key by);

/* Returns what employee ids are compared by, also where only a digest is kept. */
char *kp_employee_key(struct kp_arena *arena, const char *employee_id);

/* Returns whether everything that the row names equals the record's. */
bool kp_person_fits(const struct kp_person *named, const struct kp_person *record);
/* The same, but leading zeros of the employee id do not count: a spreadsheet may have dropped them. For what
 * forbids, never for what permits. */
bool kp_person_may_fit(const struct kp_person *named, const struct kp_person *record);
/* Returns whether the row names an employee id and nothing else. */
bool kp_person_is_id_alone(const struct kp_person *named);

struct kp_roster_row {
    struct kp_person who;
    const struct kp_roster_row *next; /* under the same key */
};

/* People of a list. Each row is filed under the first of its keys. */
struct kp_roster {
    const struct kp_roster_row *rows;
    struct kp_map by_key; /* -> index of the first row */
    const char *bytes;    /* of the file */
    size_t n_bytes;
};

/* A person of a record, ready to be looked up. */
struct kp_subject {
    struct kp_person person;
    const char *keys[KP_BY__COUNT]; /* NULL: lacking */
    bool id_shared;                 /* another person of the run bears the same employee id */
};

/* Returns whether a row of the list names the person. A shared employee id alone names nobody. */
bool kp_roster_has(const struct kp_roster *roster, const struct kp_subject *subject);
