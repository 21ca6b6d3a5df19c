/* Calls of the library that answer with a page of text. */
#pragma once

#include "tables/context.h"

/* Writes the page for the options of a call. Reports its failures. */
typedef enum kp_status kp_page_fn(struct kp_context *ctx, const void *options, struct kp_buf *out);

/* Makes a context with tables, lets fn write the page, and hands the text to the caller. */
enum kp_status kp_page_make(const struct kp_common *common, const struct kp_env *env, kp_page_fn *fn,
                            const void *options, struct kp_page *ret_page);
