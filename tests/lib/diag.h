/* A kp_diag that reports to `got`, with the catalogue of tables.h. */
#ifndef KP_TEST_DIAG_H
#define KP_TEST_DIAG_H

#include "messages.h"
#include "tables.h"

extern struct kp_diag DIAG;

#endif
