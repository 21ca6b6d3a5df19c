/* Rules for measured values: marks, units, the item's number format, reference limits. */
#pragma once

#include "input/norm.h"

/* Reads a number into the item's unit and format. Leaves value absent, with a finding, if it cannot. */
void kp_norm_quantity(const struct kp_norm_cell *cell, struct kp_value *value);

/* Reads the unit of an item in this row. */
void kp_norm_unit(const struct kp_norm_cell *cell);

/* Reads a reference limit or the laboratory's flag into the item's value. */
void kp_norm_reference(const struct kp_norm_cell *cell);

/* After all items are read: drops reference limits and flags that a document has no place for. In the record
 * they would count as a change of it. */
void kp_norm_references_done(struct kp_norm *norm);
