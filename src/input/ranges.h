/* Reference ranges of items for exports that give none: ITEMBasicInfo of the CC2X converter, or a table of
 * one's own in its columns. */
#pragma once

#include "format/sheet.h"
#include "tables/context.h"
#include "input/norm.h"

/* Returns whether the sheet is such a table: its first lines name JLAC10, MLOW, MHIGH, FLOW and FHIGH. */
bool kp_ranges_is(struct kp_arena *arena, const struct kp_sheet *sheet);

/* Reads the table into an array with one range per item, which lives in the context's arena. Lines that
 * cannot be used are noted. Reports wrong lines: KP_E_USAGE; KP_E_SYSTEM. */
enum kp_status kp_ranges_load(struct kp_context *ctx, const char *path, const struct kp_range **ret_ranges);

/* Gives a measured value without range and mark those of the table, with a finding. */
void kp_ranges_apply(struct kp_norm *norm, const struct kp_item *item, struct kp_value *value);
