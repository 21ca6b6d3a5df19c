/* Names of enumeration values in options, logs and reports, and space-separated lists of words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kenporter.h"

/* Each ends with NULL; the n-th name is that of value n of the enumeration. */
extern const char *const kp_command_names[];    /* check, export, prepare, release */
extern const char *const kp_age_rule_names[];   /* birthday, statute */
extern const char *const kp_membership_names[]; /* exam_day, exam_day_and_request */
extern const char *const kp_exam_kind_names[];  /* by enum kp_exam_kind */
extern const char *const kp_level_names[];      /* note, warn, hold, reject, fail */
/* any, disclose, again, correct, release, void: all but the first are events of the log. */
extern const char *const kp_audit_event_names[];

extern const char *const kp_encoding_names[]; /* auto, cp932, utf-8, utf-16le, utf-16be */
extern const char *const kp_reading_names[];  /* plain, hours, numbers, unknown, foreign */
/* auto, cp932, utf-8, utf-16: what can be configured; utf-16 stands for both byte orders. */
extern const char *const kp_encoding_options[];
/* auto, comma, tab, semicolon; the n-th is the name of kp_delimiters[n]. */
extern const char *const kp_delimiter_names[];
extern const char kp_delimiters[4];
/* Returns "auto" for 0 and for any character that is not a delimiter. */
const char *kp_delimiter_name(char delimiter);

/* A decision on a column (struct kp_column_result) in words. */
struct kp_decision_words {
    const char *name, *ja, *en;
};
extern const struct kp_decision_words kp_column_decisions[]; /* ends with name NULL */

/* Finds a name in a list that ends with NULL. */
bool kp_name_find(const char *const *names, const char *name, size_t *ret_index);

/* Returns true if the space-separated list contains the word. */
bool kp_list_has(const char *list, const char *word);

/* Sets bit n for the n-th name in a space-separated list. Returns false if the list is empty or contains
 * another word, a name twice or a superfluous space. */
bool kp_list_bits(const char *const *names, const char *list, unsigned *ret_bits);
