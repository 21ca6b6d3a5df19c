/* report.json: the run in numbers, without a name or value. */
#pragma once

#include "run/result.h"

/* Appends the report. A failure sticks in the buffer. */
void kp_report_json(const struct kp_report *report, struct kp_buf *out);
