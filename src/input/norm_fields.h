/* The rules for the fields of a person: numbers, names, addresses, dates. Layer 9. */
#ifndef KP_NORM_FIELDS_H
#define KP_NORM_FIELDS_H

#include "input/norm.h"

/* Reads one cell into its field. A field that several columns give must be the same in all of them. */
void kp_norm_field(const struct kp_norm_cell *cell);

/* Reads a value that claims to be in normal form, as a received document has it: what the rules refuse or
 * would change is reported, and true says that they did neither. Only tables, arena, findings and record of
 * norm are needed. */
bool kp_norm_field_stands(struct kp_norm *norm, enum kp_field field, const char *text);

/* When all fields are read: the facility of the configuration where the row names none, its number completed,
 * the qualification that national health insurance leaves. */
void kp_norm_fields_done(struct kp_norm *norm, const struct kp_org *facility);

#endif
