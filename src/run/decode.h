/* Cells of an export as UTF-8. */
#pragma once

#include "format/csvin.h"
#include "run/run.h"

/* Decodes the cell. Bytes that do not decode are written as \xNN, so that the row can be shown and mended
 * without losing one. Returns false if there were any; *ret_bad is the place of the first. */
bool kp_decode_cell(const struct kp_run *run, enum kp_encoding encoding, const struct kp_cell *cell,
                    struct kp_buf *out, size_t *ret_bad);
