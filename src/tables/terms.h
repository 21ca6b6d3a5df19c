/* Words in both languages: names of fields, reasons, grounds and other ids (terms.csv), and what the
 * placeholders of the catalogue's texts stand for (placeholders.csv). */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "kenporter.h"

struct kp_term_row {
    const char *kind; /* field, column, reason, basis, ...; "detail": the id is an English phrase */
    const char *id;
    const char *text[2]; /* by enum kp_lang; English may be "": the id itself */
};

struct kp_placeholder {
    unsigned code;       /* 0: of every code */
    char which;          /* 1, 2, 3, m, v */
    const char *kind;    /* of the terms that its argument is one of; may be "" */
    const char *text[2]; /* by enum kp_lang */
};

struct kp_terms {
    const struct kp_term_row *rows; /* ascending by kind and id */
    size_t n_rows;
    const struct kp_placeholder *placeholders; /* ascending by code and which */
    size_t n_placeholders;
};

/* Loads the built-in tables into the arena. Returns KP_E_SYSTEM, which it cannot report. */
enum kp_status kp_terms_load(struct kp_arena *arena, struct kp_terms *ret_terms);
/* Returns the word for an id, or the id if there is none. */
const char *kp_terms_find(const struct kp_terms *terms, enum kp_lang lang, const char *kind, const char *id);
/* Returns what a placeholder of a code stands for, or NULL. */
const struct kp_placeholder *kp_placeholder_of(const struct kp_terms *terms, unsigned code, char which);
