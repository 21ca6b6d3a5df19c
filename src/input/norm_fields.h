/* Rules for the fields of a person: numbers, names, addresses, dates. */
#pragma once

#include "law/registers.h"
#include "input/norm.h"

/* Returns whether somebody may have put an Individual Number into the field. */
bool kp_field_is_number(enum kp_field field);

/* Returns whether the field says who a record is of, or what examination it is. */
bool kp_field_is_of_person(enum kp_field field);

/* Reads one cell into its field. Several columns of one field must agree. */
void kp_norm_field(const struct kp_norm_cell *cell);

/* Reads a field of a received document. Returns whether it is in normal form; otherwise adds findings about
 * what the rules refuse or would change. Uses only tables, arena, findings and record of norm. */
bool kp_norm_field_is_normal(struct kp_norm *norm, enum kp_field field, const char *text);

/* Completes the fields after all are read: the facility if the row names none, or only its number, prefix of
 * the facility number, qualification in national health insurance. */
void kp_norm_fields_done(struct kp_norm *norm, const struct kp_facilities *facilities);

/* Completes no more than the fields of kp_field_is_of_person. */
void kp_norm_person_done(struct kp_norm *norm);
