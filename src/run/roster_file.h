/* The file of kenporter roster (対象者名簿): who of an export belongs to an insurer, without results. */
#pragma once

#include "run/slot.h"

/* The first line, with a byte order mark for spreadsheets. */
#define KP_ROSTER_HEADER "\xef\xbb\xbf記号,番号,枝番,氏名カナ,生年月日,受診日,健診機関\r\n"

/* Appends the line of a released record. Sets the slot's content to its digest, for the log. Does not report;
 * memory that runs short is recorded in the arena of the slot. */
void kp_roster_file_line(struct kp_slot *slot, struct kp_buf *line);
