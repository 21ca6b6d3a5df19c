/* Recognises targets, headers and units by their text. */
#pragma once

#include "input/column.h"

/* Memory that runs short is recorded in the arena; the text then counts as unknown. */

/* Reads a target of a mapping file: a field, CODE, CODE.low, .high, .flag, .unit, CODE/CODE or ignore. Sets
 * kind, index, casual and is_pair; returns false, changing nothing, for an unknown target. */
bool kp_target_read(struct kp_arena *arena, const struct kp_tables *tables, const char *target,
                    struct kp_column *column);

/*
 * Recognises a header: a target or a synonym, alone, followed by a unit, or followed by 単位 (a column of
 * units). Returns false, changing nothing, for an unknown or ambiguous header. A unit that cannot be
 * converted leaves the column out with KP_WHY_UNIT and returns true.
 */
bool kp_header_read(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                    struct kp_column *column);

/* Returns whether the header is ambiguous, and what it would mean. */
bool kp_header_hint(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                    uint32_t *ret_target);

/*
 * Finds what a header resembles that kp_header_read does not recognise: an ambiguous header, or a known one
 * with other words beside it ("今回_身長", "GOT値(U/L)"), none of which makes another test. below is the
 * second header row, or "". Sets the target and the unit; returns false, changing nothing, for any other
 * header.
 */
bool kp_header_resembles(struct kp_arena *arena, const struct kp_tables *tables, const char *header,
                         const char *below, struct kp_column *column);

/* Returns whether the text in the other header row, above or below the one the target was read from, makes
 * another test of it ("尿沈渣" above "赤血球", "判定" below "体重"). */
bool kp_header_is_another(struct kp_arena *arena, const struct kp_tables *tables,
                          const struct kp_column *column, const char *beside, bool above);

/* Returns the unit (UCUM) that the text consists of, with or without brackets; NULL for any other text. */
const char *kp_unit_alone(struct kp_arena *arena, const struct kp_tables *tables, const char *text);

/* Returns whether the text has the shape of an item code: 17 characters that begin as those of JLAC10 do. */
bool kp_is_item_code(const char *text);
