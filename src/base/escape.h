/* Appends text to a buffer as another format writes it: CSV, JSON, XML, HTML, a terminal. */
#pragma once

#include "base/buf.h"

/* Appends one CSV field (RFC 4180), quoted only if it must be. Line breaks are kept. */
void kp_buf_csv(struct kp_buf *buf, const char *s, size_t n);

/* Appends a JSON string with its quotes. Documents are written with base/json.h. */
void kp_buf_json(struct kp_buf *buf, const char *s);

/* Appends XML character data or an attribute value. */
void kp_buf_xml(struct kp_buf *buf, const char *s, size_t n);

/* Appends valid UTF-8 for display. Control characters and those that change the writing direction become '?',
 * so that no input can forge lines of a report. */
void kp_buf_printable(struct kp_buf *buf, const char *s);

/* Appends the same as text of an HTML page. */
void kp_buf_html(struct kp_buf *buf, const char *s);
