/* What an earlier run that died left in the log, and how this run mends it. */
#pragma once

#include "run/book.h"

/* What was mended. */
struct kp_recovery {
    bool torn_line;     /* a half-written last line was removed */
    const char *bundle; /* the unfinished bundle; "": there was none */
    bool completed;     /* its release was logged; else it was voided */
};

/*
 * Makes the log that was read into book ready for writing. Cuts off a torn last line. Completes an unfinished
 * bundle that is in place, voids one that is still in the temporary folder of its run. If it is in neither,
 * it may have been collected already: an entry that voids it could be false, and its people would be
 * disclosed twice, so the run fails. Reports: KP_E_SYSTEM; what was mended is a warning.
 */
enum kp_status kp_recover(struct kp_log *log, struct kp_book *book, struct kp_recovery *ret_recovery);
