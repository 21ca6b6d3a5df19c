/* Characters: decoding of CP932 and UTF-8, width folding, comparison keys, lengths in CP932. CP932 is the
 * standard's measure of length (half-width 1, full-width 2 bytes) and of what a receiver can show. Strings
 * are valid UTF-8 unless stated otherwise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "kenporter.h"

struct kp_text; /* tables of CP932, read-only after kp_text_new and shared by threads */

/* Returns KP_E_SYSTEM if iconv lacks CP932 or memory is short; does not report. */
enum kp_status kp_text_new(struct kp_text **ret_text);
void kp_text_free(struct kp_text *text);

/* Appends n bytes in that encoding (CP932 or UTF-8) to out as UTF-8. Returns false at the first byte that
 * does not decode or that XML forbids; *ret_bad is its offset. text may be NULL for UTF-8. */
bool kp_text_decode(const struct kp_text *text, enum kp_encoding encoding, const char *bytes, size_t n,
                    struct kp_buf *out, size_t *ret_bad);

/* Returns the columns on a terminal: two for a full-width character. */
size_t kp_text_columns(const char *s);
/* Returns how many bytes fit into that many columns: at least one character and, if the text is longer, up to
 * the last space among them. */
size_t kp_text_fit(const char *s, size_t columns);

/* Returns the bytes in CP932; *ret_outside (may be NULL) is the first character that CP932 lacks, or 0. */
size_t kp_text_cp932_bytes(const struct kp_text *text, const char *s, int32_t *ret_outside);
/* Cuts s in place after at most max_bytes of CP932; returns whether anything was cut. */
bool kp_text_cut(const struct kp_text *text, char *s, size_t max_bytes);

/* --- conversions: each returns a new string in the arena, or NULL if that failed --- */

/* Normalises to NFKC: half-width kana and full-width Latin get their usual width. */
char *kp_text_nfkc(struct kp_arena *arena, const char *s);
/* Removes leading and trailing spaces of any width, tabs and line ends. */
char *kp_text_trim(struct kp_arena *arena, const char *s);
/* Widens ASCII and half-width kana and composes voiced marks. A space becomes a full-width one, or vanishes
 * unless keep_spaces is set; control characters vanish. */
char *kp_text_wide(struct kp_arena *arena, const char *s, bool keep_spaces);
/* Narrows full-width ASCII and spaces only. */
char *kp_text_narrow(struct kp_arena *arena, const char *s);
/* Makes small katakana large, in place: exports of half-width letters often have no small ones. */
void kp_text_enlarge_kana(char *text);
/* Converts a kana name to full-width katakana without spaces; characters like a hyphen become the long-vowel
 * mark. */
char *kp_text_kana_name(struct kp_arena *arena, const char *s);
/* Returns the key headers are compared by: NFKC, lower case, without spaces, brackets and punctuation. */
char *kp_text_header_key(struct kp_arena *arena, const char *s);
/* Returns whether header keys leave the character out. */
bool kp_text_header_drops(int32_t c);
/* Returns the key values are compared by: NFKC, lower case, without spaces, dashes as "-". */
char *kp_text_value_key(struct kp_arena *arena, const char *s);

/* --- predicates --- */

/* Returns whether s neither begins nor ends with a character that kp_text_trim removes. */
bool kp_text_is_trimmed(const char *s);
/* Returns whether s is full-width katakana and long-vowel marks only, and not empty. */
bool kp_text_is_kana_name(const char *s);
/* Returns what follows the postal code that full-width text begins with, or NULL if there is none. */
const char *kp_text_after_postal_code(const char *wide);
/* Returns whether all characters are ASCII, or all are full-width. */
bool kp_text_is_ascii(const char *s);
bool kp_text_is_wide(const char *s);
/* Returns whether s has a letter of any script, kana and kanji included. */
bool kp_text_has_letter(const char *s);
/* Returns whether the value key consists of dashes. */
bool kp_text_is_dash(const char *value_key);

/* Returns whether two texts are the same but for wide spaces. */
bool kp_text_same_but_for_spaces(const char *a, const char *b);
