/* Locates the header of an export: one row, two rows, or rows below a vendor's title lines. */
#pragma once

#include "input/input.h"
#include "input/mapping.h"

/*
 * Reads rows from in, which must be unread, until the header is found; file may be NULL. Sets header_line,
 * n_title_rows and n_header_rows of the input. A title row is skipped only if it contains no person. The
 * heading lives in the context's arena. Reports failures: KP_E_INPUT, KP_E_SYSTEM.
 */
enum kp_status kp_find_header(struct kp_context *ctx, struct kp_input *input, struct kp_csvin *in,
                              const struct kp_mapping_file *file, struct kp_heading *ret_heading);
