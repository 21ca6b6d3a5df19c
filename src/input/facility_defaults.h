/* What a configuration lacks of the examining institution and of the sender: KikanInfo of the CC2X converter.
 */
#pragma once

#include "format/sheet.h"
#include "tables/context.h"

/* Returns whether the sheet is such a table: two columns, the first with names of an institution's
 * particulars. */
bool kp_facility_defaults_is(struct kp_arena *arena, const struct kp_sheet *sheet);

/* Completes facility, and the sender, who is the institution unless the table names the maker of the file
 * (ファイル作成機関). What is set stays; what is set for another number is not mixed with the table. Reports
 * KP_E_USAGE, KP_E_SYSTEM. */
enum kp_status kp_facility_defaults_apply(struct kp_context *ctx, struct kp_run_options *options);
