/* A kp_diag that reports to `got`, with the catalogue of tables.h. */
#pragma once

#include "messages.h"
#include "tables.h"

extern struct kp_diag DIAG;
