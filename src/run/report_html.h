/* report.html: what became of the run and what to do now, for who works with it. One page that needs no other
 * file, without a name or value. Its size does not grow with the rows. */
#pragma once

#include "run/result.h"

/* Appends the page, in the language of the run. A failure sticks in the buffer. */
void kp_report_html(const struct kp_report *report, struct kp_buf *out);
