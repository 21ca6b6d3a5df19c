/*
 * Options of the command line and keys of the configuration file. One table serves the parser, the help and
 * the suggestions for misspelled names.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "tables/diag.h"
#include "cli/settings.h"

/* LINES may be repeated and joins the values, one a line. CHOICE sets an enum to the position of the word,
 * SWITCH a bool to "is the second word". */
enum kp_option_kind {
    FLAG,
    TEXT,
    PERSONAL,
    LINES,
    PATH,
    PATHS,
    DATE,
    DAYS,
    COUNT,
    CHOICE,
    SWITCH,
    DELIMITER
};

struct kp_option {
    char letter;
    const char *name;          /* NULL: a key of the configuration only */
    const char *argument;      /* as help shows it */
    const char *section, *key; /* NULL: on the command line only */
    enum kp_option_kind kind;
    const char *const *choices; /* the words, NULL at the end */
    size_t offset;
    unsigned commands;
    const char *help[2];
};

enum { KP_MAX_OPTIONS = 192 };

extern const struct kp_option kp_options[];
extern const size_t kp_n_options;        /* at most KP_MAX_OPTIONS */
extern const char *const kp_languages[]; /* the words of --lang, as enum kp_lang */

/* Returns whether the command takes the option on its command line. */
bool kp_option_has_name(const struct kp_option *option, unsigned command);

/* Appends one line for each option of the command. */
void kp_options_help(unsigned command, const struct kp_diag *diag, struct kp_buf *out);
/* Appends a usage line; its placeholders (FILE, RUN_ID) become words of the language. */
void kp_usage_text(const struct kp_diag *diag, const char *usage, struct kp_buf *out);
