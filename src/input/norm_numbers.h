/* Rules for measured values: marks, units, the item's number format, reference limits. */
#pragma once

#include "input/norm.h"

/* Reads a number into the item's unit and format. Leaves value absent, with a finding, if it cannot. */
void kp_norm_quantity(const struct kp_norm_cell *cell, struct kp_value *value);

/* Reads a column beside the values: the unit in this row, a reference limit, the laboratory's flag. */
void kp_norm_beside(const struct kp_norm_cell *cell);

/* After all items are read: drops reference limits and flags that a document has no place for. In the record
 * they would count as a change of it. */
void kp_norm_references_done(struct kp_norm *norm);
