/* Pieces of the HTML pages that people read: one self-contained style for phone, desktop, print and dark
 * mode. No scripts, nothing from elsewhere. */
#pragma once

#include "base/buf.h"
#include "tables/context.h"

/* Appends the page up to the beginning of its body, in the language of the call. */
void kp_html_begin(const struct kp_context *ctx, const char *title, struct kp_buf *out);

/* Appends an element that contains a text: <tag>text</tag>. tag may have attributes ("p class=note"). */
void kp_html_element(struct kp_buf *out, const char *tag, const char *text);
/* The same for a text that is Japanese whatever the language of the page. */
void kp_html_japanese(const struct kp_context *ctx, struct kp_buf *out, const char *tag, const char *text);
