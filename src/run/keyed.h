/*
 * The rows of a file by a key, in nameless scratch files: memory does not grow with them. Keys are equal if
 * they are so after NFKC and trimming: 00123 is not 123. Rows of one key are linked, the last one first.
 */
#pragma once

#include "base/spill.h"
#include "input/rows.h"

enum { KP_KEY_BYTES = 16 };

/* Where the cells of a row are; n_bytes is 0 if there is none. */
struct kp_kept_place {
    uint64_t at, n_bytes;
};

/* What is known of a key. */
struct kp_keyed_entry {
    uint8_t key[KP_KEY_BYTES];
    uint64_t n_rows;            /* 0: no row has the key */
    uint64_t line, other_line;  /* of its first two rows */
    uint64_t used, wrong_width; /* kp_keyed_use was called; a row has not as many cells as the header */
    struct kp_kept_place last;
};

struct kp_keyed {
    struct kp_context *ctx;
    const char *folder;
    const struct kp_input *input; /* of the rows */
    struct kp_arena scratch;
    struct kp_spill index; /* of struct kp_keyed_entry; slots never written read as zero */
    uint64_t n_slots, n_taken;
    int cells_fd;
    uint64_t cells_end;
    bool has_my_number; /* set by kp_keyed_look_for_my_number */
};

/* All functions report their failures: KP_E_SYSTEM. */

/* Creates the scratch files in the folder. After a failure, too, free with kp_keyed_close. */
enum kp_status kp_keyed_open(struct kp_keyed *k, struct kp_context *ctx, const char *folder,
                             const struct kp_input *input);
/* Safe after kp_keyed_open failed. */
void kp_keyed_close(struct kp_keyed *k);

/* Sets *ret_text to the normal form of a cell, "" if it does not decode, until the next call for a row. */
enum kp_status kp_keyed_text(struct kp_keyed *k, enum kp_encoding encoding, const struct kp_cell *cell,
                             const char **ret_text);
/* Digests a key in normal form. */
enum kp_status kp_keyed_digest(struct kp_keyed *k, const char *key, uint8_t ret_key[KP_KEY_BYTES]);

/* Adds a row of the input under a key that is not empty. */
enum kp_status kp_keyed_add(struct kp_keyed *k, const char *key, const struct kp_row *row);

/* Looks up a digested key; ret_entry->n_rows is 0 if no row has it. */
enum kp_status kp_keyed_find(struct kp_keyed *k, const uint8_t key[KP_KEY_BYTES],
                             struct kp_keyed_entry *ret_entry);
/* Marks the key of the entry as used. */
enum kp_status kp_keyed_use(struct kp_keyed *k, struct kp_keyed_entry *entry);
/* Sets *ret_line to that of a row whose key differs from this one only by zeros at the start, spaces, and the
 * writing of letters and dashes; 0: there is none. */
enum kp_status kp_keyed_find_near(struct kp_keyed *k, const char *key, uint64_t *ret_line);

/* Reads a row into the arena; *place becomes that of the row of the key before it. */
enum kp_status kp_keyed_load(struct kp_keyed *k, struct kp_arena *arena, struct kp_kept_place *place,
                             struct kp_row *ret_row);

/* Notes in has_my_number Individual Numbers in a row of an input that may not be read further; columns are
 * those of its file. */
enum kp_status kp_keyed_look_for_my_number(struct kp_keyed *k, const struct kp_input *input,
                                           const struct kp_column *columns, const struct kp_row *row);
