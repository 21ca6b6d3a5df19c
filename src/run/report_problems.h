/* Parts of report.html: what is wrong with rows and columns, and what was not sent. */
#pragma once

#include "run/report_part.h"

/* The kinds of problems that reject or hold, and the warnings, most frequent first, with remedy and cells. */
void kp_part_problems(const struct kp_part *p);
void kp_part_warnings(const struct kp_part *p);
/* Columns that nothing is read from, and those that all rows had to settle. */
void kp_part_columns(const struct kp_part *p);
/* Items withheld, and items computed from others. */
void kp_part_items(const struct kp_part *p);
/* Rows with texts that a person should read. */
void kp_part_review(const struct kp_part *p);
