/* Appends text to a buffer as another format writes it: CSV, JSON, XML, HTML, a terminal. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* Names of files are bytes: returns the name if it is UTF-8, else a copy with the other bytes as \xNN. NULL
 * if memory is short. */
const char *kp_shown_name(struct kp_arena *arena, const char *name);

/* Appends one CSV field (RFC 4180), quoted only if it must be. Line breaks are kept. */
void kp_buf_csv(struct kp_buf *buf, const char *s);

/* Appends a CSV field for a spreadsheet: a text that it would execute or change gets an apostrophe before it.
 * Signs and numbers do not ("-", "+3", "-5.7", "+81 3-1234-5678"). */
void kp_buf_sheet_cell(struct kp_buf *buf, const char *s);
/* Returns the text without the apostrophe that kp_buf_sheet_cell adds. */
const char *kp_sheet_cell_text(const char *s);

/* Writes the name that a spreadsheet gives a column, from 1: A, B, ... Z, AA. Returns to. */
enum { KP_CELL_NAME = 8 };
const char *kp_cell_name(unsigned column, char to[KP_CELL_NAME]);
/* Returns the column of such a name, or 0 for another text. */
unsigned kp_cell_column(const char *name);

/* JSON, printable and HTML: bytes that are not UTF-8 become \xNN. */

/* Appends a JSON string with its quotes. Documents are written with base/json.h. */
void kp_buf_json(struct kp_buf *buf, const char *s);

/* Returns whether XML text can contain the byte as it is. Bytes that it cannot, or that begin a longer
 * character, need a closer look. */
static inline bool kp_xml_is_plain(char c)
{
    /* below U+0040: controls, and the quote, the ampersand and the angle brackets */
    static const uint64_t low = 0xffffffff | 1ull << '"' | 1ull << '&' | 1ull << '<' | 1ull << '>';
    const uint8_t byte = (uint8_t)c;
    return byte < 0x80 && (byte >= 64 || !(low >> byte & 1));
}

/* Appends XML character data or an attribute value. */
void kp_buf_xml(struct kp_buf *buf, const char *s, size_t n);

/* Appends text for display. Control characters and those that change the writing direction become '?',
 * so that no input can forge lines of a report. */
void kp_buf_printable(struct kp_buf *buf, const char *s);

/* Appends the same as text of an HTML page. */
void kp_buf_html(struct kp_buf *buf, const char *s);
