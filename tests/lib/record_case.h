/* Builds the record of record_story.h value by value. */
#pragma once

#include "record_story.h"

#include "record/item_codes.h"

#define WAIST "9N016160100000001"
#define REPORTED_WAIST "9N016160300000001"
#define FAT "9N021000000000001"
#define FIRST_SYSTOLIC "9A751000000000001"
#define FIRST_DIASTOLIC "9A761000000000001"
#define SECOND_SYSTOLIC "9A752000000000001"
#define SECOND_DIASTOLIC "9A762000000000001"
#define CASUAL_TG "3F015129902327101"
#define TOTAL_CHOLESTEROL "3F050000002327101"
#define HDL "3F070000002327101"
#define LDL "3F077000002327101"
#define CREATININE "3C015000002327101"
#define CREATININE_TARGET "3C015161602399911"
#define CREATININE_REASON "3C015161002399949"

/* Setup of a test: a man of 50 at his examination, with all fields and no values. */
int new_record(void **state);

/* Returns the item, and fails the test if there is none. */
const struct kp_item *item_of(const char *code);

/* Sets a result; NULL removes the value. */
void set(const char *code, const char *result);
void set_state(const char *code, enum kp_value_state state);

/* Returns the first finding of the code, or NULL. */
const struct kp_finding *finding(enum kp_code code);

/* Expects one finding: of the code, about the field, with the first argument (NULL: not compared). */
void assert_one_finding(enum kp_code code, const char *field, const char *arg);
