/* The register of institutions as the CC2X converter has it: its headings are comments. */
#pragma once

#include "tables/context.h"

/* If the bytes begin with comments, one of which names the columns (#健診機関番号,...), replaces them by the
 * header of our register in a copy; the lines keep their numbers. Otherwise changes nothing. Reports
 * KP_E_SYSTEM. */
enum kp_status kp_facility_heading(struct kp_context *ctx, const char **bytes, size_t *n);
