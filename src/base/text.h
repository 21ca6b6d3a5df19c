/*
 * Characters: decoding of CP932 and UTF-8, width folding, comparison keys, CP932 byte counts.
 * CP932 is the standard's measure of length (half-width 1, full-width 2) and of what a receiver can show.
 * glibc's iconv is asked once for the whole table; after that the object is read-only and shared by threads.
 * Layer 2.
 */
#ifndef KP_TEXT_H
#define KP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "kenporter.h"

struct kp_text;

/* Builds the tables; free with kp_text_free. Errors: KP_E_SYSTEM (iconv lacks CP932, or memory). */
enum kp_status kp_text_new(struct kp_text **ret_text);
void kp_text_free(struct kp_text *text);

/*
 * Appends n bytes of that encoding (CP932 or UTF-8) to out as UTF-8. False at the first byte that does not
 * decode or that XML forbids; *ret_bad is its offset.
 */
bool kp_text_decode(const struct kp_text *text, enum kp_encoding encoding, const char *bytes, size_t n,
                    struct kp_buf *out, size_t *ret_bad);

/* The next character of valid UTF-8, or -1 at the end; *at moves on. */
int32_t kp_utf8_next(const char **at);
/* Length of the longest valid UTF-8 prefix of n bytes that XML allows as characters. */
size_t kp_utf8_valid_prefix(const char *bytes, size_t n);
void kp_utf8_put(struct kp_buf *out, int32_t c);
/* Columns a terminal gives the text: full-width characters take two. */
size_t kp_text_columns(const char *s);
/* How many bytes of the text fit into so many columns, up to a space where there is one; at least one
 * character. */
size_t kp_text_fit(const char *s, size_t columns);
/* Number of characters of valid UTF-8. */
size_t kp_utf8_length(const char *s);

/* Bytes the text takes in CP932; *ret_outside is its first character that CP932 lacks, or 0. */
size_t kp_text_cp932_bytes(const struct kp_text *text, const char *s, int32_t *ret_outside);
/* Cuts s (in place) after at most max_bytes CP932 bytes; true when something was cut. */
bool kp_text_cut(const struct kp_text *text, char *s, size_t max_bytes);

/* All of these return a new string in the arena, or NULL when memory is short. */

/* Unicode NFKC: half-width kana and full-width Latin get their usual width. */
char *kp_text_nfkc(struct kp_arena *arena, const char *s);
/* Without leading and trailing spaces of any width, tabs and line ends. */
char *kp_text_trim(struct kp_arena *arena, const char *s);
/* Full-width: ASCII and half-width kana widened, voiced marks composed; spaces of either width become one
 * full-width space, or vanish when keep_spaces is false. Line ends and control characters vanish. */
char *kp_text_wide(struct kp_arena *arena, const char *s, bool keep_spaces);
/* Full-width ASCII and spaces in half width; every other character stays what it is. */
char *kp_text_narrow(struct kp_arena *arena, const char *s);
/* A kana name: half-width kana and hiragana become full-width katakana, hyphen look-alikes the long-vowel
 * mark, spaces vanish (format: kana only, no space of either width). */
char *kp_text_kana_name(struct kp_arena *arena, const char *s);
bool kp_text_is_kana_name(const char *s);
/* What follows the postal code that full-width text begins with; NULL when it begins with none. */
const char *kp_text_after_postal_code(const char *wide);
/* True when every character is ASCII / when none is. */
bool kp_text_is_ascii(const char *s);
bool kp_text_is_wide(const char *s);

/* What headers are compared by: NFKC, lower case, without spaces, brackets and punctuation. */
char *kp_text_header_key(struct kp_arena *arena, const char *s);
/* What values are compared by: NFKC, lower case, without spaces; dashes become "-". */
char *kp_text_value_key(struct kp_arena *arena, const char *s);
/* Is the value key nothing but dashes? */
bool kp_text_is_dash(const char *value_key);

#endif
