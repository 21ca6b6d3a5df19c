/* Part of report.html: what the run worked with. */
#pragma once

#include "run/report_part.h"

/* Inputs, registers, tables, policies and the log, with their digests; what an earlier run left. */
void kp_part_origin(const struct kp_part *p);
